use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Manifest, SnapshotError, at};

/// A folder that holds snapshots, audits and work in progress.
#[derive(Debug, Clone)]
pub struct DataDir {
    root: PathBuf,
}

/// One published snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its folder.
    pub path: PathBuf,
    /// What it is made of.
    pub manifest: Manifest,
}

/// The right to import into a data folder; given up when dropped, or when the process dies.
#[derive(Debug)]
pub struct ImportLock {
    _file: File,
}

impl Snapshot {
    /// The Parquet file of a table, where the table was handed over.
    pub fn table_path(&self, table: &str) -> Option<PathBuf> {
        self.manifest.tables.get(table).map(|entry| self.path.join(&entry.file))
    }

    /// Folder of the delivered rows as they stood.
    pub fn archive_dir(&self) -> PathBuf {
        self.path.join("source")
    }
}

impl DataDir {
    /// Opens a data folder, making it where it does not exist.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, SnapshotError> {
        let dir = Self { root: root.into() };
        at(dir.snapshots_dir(), fs::create_dir_all(dir.snapshots_dir()))?;
        Ok(dir)
    }

    /// Opens an existing data folder.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, SnapshotError> {
        let dir = Self { root: root.into() };
        if dir.snapshots_dir().is_dir() { Ok(dir) } else { Err(SnapshotError::Empty(dir.root)) }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where audits stand.
    pub fn audits_dir(&self) -> PathBuf {
        self.root.join("audits")
    }

    /// Where queries may spill.
    pub fn spill_dir(&self) -> PathBuf {
        self.root.join("spill")
    }

    fn snapshots_dir(&self) -> PathBuf {
        self.root.join("snapshots")
    }

    fn staging_dir(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// The snapshot in force.
    pub fn current(&self) -> Result<Option<Snapshot>, SnapshotError> {
        let path = self.root.join("current");
        match fs::read_to_string(&path) {
            Ok(id) => self.snapshot(id.trim()).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SnapshotError::Io { path, source }),
        }
    }

    /// The named snapshot, or the one in force.
    pub fn resolve(&self, id: Option<&str>) -> Result<Snapshot, SnapshotError> {
        match id {
            Some(id) => self.snapshot(id),
            None => self.current()?.ok_or_else(|| SnapshotError::Empty(self.root.clone())),
        }
    }

    /// The snapshot of that id; a unique beginning of an id of at least four characters will do.
    pub fn snapshot(&self, id: &str) -> Result<Snapshot, SnapshotError> {
        let ids = self.ids()?;
        let mut matching = ids.iter().filter(|known| *known == id || (id.len() >= 4 && known.starts_with(id)));
        let (Some(found), None) = (matching.next(), matching.next()) else {
            return Err(SnapshotError::Unknown(id.to_owned()));
        };
        let path = self.snapshots_dir().join(found);
        let manifest_path = path.join("manifest.json");
        let text = at(&manifest_path, fs::read_to_string(&manifest_path))?;
        let manifest = serde_json::from_str(&text)
            .map_err(|e| SnapshotError::Damaged { path: manifest_path, reason: e.to_string() })?;
        Ok(Snapshot { path, manifest })
    }

    /// Every snapshot, oldest first.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, SnapshotError> {
        let mut all = self.ids()?.iter().map(|id| self.snapshot(id)).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| (&a.manifest.created_at, &a.manifest.id).cmp(&(&b.manifest.created_at, &b.manifest.id)));
        Ok(all)
    }

    fn ids(&self) -> Result<Vec<String>, SnapshotError> {
        let dir = self.snapshots_dir();
        let mut ids = Vec::new();
        for entry in at(&dir, fs::read_dir(&dir))? {
            let name = at(&dir, entry)?.file_name().to_string_lossy().into_owned();
            // What else lies there (a file manager's) is none of ours.
            if Manifest::is_id(&name) {
                ids.push(name);
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// Takes the import lock and clears what a killed import left behind.
    pub fn lock_import(&self) -> Result<ImportLock, SnapshotError> {
        let path = self.root.join("import.lock");
        let file = at(&path, File::create(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(SnapshotError::Busy(self.root.clone())),
            Err(fs::TryLockError::Error(source)) => return Err(SnapshotError::Io { path, source }),
        }
        let staging = self.staging_dir();
        if staging.exists() {
            at(&staging, fs::remove_dir_all(&staging))?;
        }
        Ok(ImportLock { _file: file })
    }

    /// A fresh folder to write a snapshot in. Needs the lock, so that no two imports share it.
    pub fn stage(&self, _lock: &ImportLock) -> Result<PathBuf, SnapshotError> {
        let path = self.staging_dir().join("snapshot");
        at(&path, fs::create_dir_all(path.join("source")))?;
        Ok(path)
    }

    /// Publishes a staged snapshot and puts it in force. Everything is on disk before the rename, and
    /// the rename before `current` names it. Returns whether it is new.
    pub fn publish(&self, staged: &Path, manifest: &Manifest, _lock: &ImportLock) -> Result<bool, SnapshotError> {
        let target = self.snapshots_dir().join(&manifest.id);
        let new = !target.exists();
        if new {
            let path = staged.join("manifest.json");
            let text = serde_json::to_string_pretty(manifest)
                .map_err(|e| SnapshotError::Damaged { path: path.clone(), reason: e.to_string() })?;
            at(&path, fs::write(&path, text))?;
            sync_tree(staged)?;
            at(&target, fs::rename(staged, &target))?;
            sync(&self.snapshots_dir())?;
        } else {
            at(staged, fs::remove_dir_all(staged))?;
        }
        self.put_in_force(&manifest.id)?;
        Ok(new)
    }

    fn put_in_force(&self, id: &str) -> Result<(), SnapshotError> {
        let next = self.root.join("current.next");
        let mut file = at(&next, File::create(&next))?;
        at(&next, file.write_all(id.as_bytes()))?;
        at(&next, file.sync_all())?;
        at(&next, fs::rename(&next, self.root.join("current")))?;
        sync(&self.root)
    }

    /// Removes a snapshot that is not in force. The rename comes first, so that a kill leaves no half.
    pub fn remove(&self, id: &str) -> Result<(), SnapshotError> {
        let lock = self.lock_import()?;
        let snapshot = self.snapshot(id)?;
        if self.current()?.is_some_and(|current| current.path == snapshot.path) {
            return Err(SnapshotError::InForce(snapshot.manifest.id));
        }
        let doomed = self.staging_dir().join("removed");
        at(self.staging_dir(), fs::create_dir_all(self.staging_dir()))?;
        at(&snapshot.path, fs::rename(&snapshot.path, &doomed))?;
        at(&doomed, fs::remove_dir_all(&doomed))?;
        drop(lock);
        Ok(())
    }
}

/// Waits until a file or the entries of a folder are on disk.
pub(super) fn sync(path: &Path) -> Result<(), SnapshotError> {
    at(path, File::open(path).and_then(|f| f.sync_all()))
}

/// Waits until a folder is on disk with all that it holds.
pub(super) fn sync_tree(dir: &Path) -> Result<(), SnapshotError> {
    for entry in at(dir, fs::read_dir(dir))? {
        let path = at(dir, entry)?.path();
        if path.is_dir() { sync_tree(&path)? } else { sync(&path)? }
    }
    sync(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_snapshot_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::create(folder.path()).unwrap();
        fs::write(data.snapshots_dir().join(".DS_Store"), "").unwrap();
        fs::create_dir(data.snapshots_dir().join("copy of 0123456789abcdef")).unwrap();
        assert!(data.snapshots().unwrap().is_empty());
        // One that is damaged is none of those.
        fs::create_dir(data.snapshots_dir().join("0123456789abcdef")).unwrap();
        assert!(data.snapshots().is_err());
    }
}
