//! The part of a data folder that audits write to: one at a time, whatever process they run in.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::data_dir::{sync, sync_tree};
use super::{DataDir, SnapshotError, at};

/// The right to audit in a data folder; given up when dropped, or when the process dies.
#[derive(Debug)]
pub struct AuditLock {
    audits: PathBuf,
    _file: File,
}

/// An audit that is being written; removed when dropped before it is published.
#[derive(Debug)]
pub struct StagedAudit<'lock> {
    lock: &'lock AuditLock,
    id: String,
    path: PathBuf,
}

impl DataDir {
    /// Takes the audit lock and clears what a killed audit left behind.
    ///
    /// # Errors
    /// [`SnapshotError::Audited`] where another audit holds it; it names who.
    pub fn lock_audit(&self) -> Result<AuditLock, SnapshotError> {
        let path = self.root().join("audit.lock");
        // Not truncated: until the lock is ours, the file names its holder.
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = at(&path, file)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(SnapshotError::Audited(holder(&mut file))),
            Err(fs::TryLockError::Error(source)) => return Err(SnapshotError::Io { path, source }),
        }
        at(&path, file.set_len(0).and_then(|()| file.write_all(own_name().as_bytes())))?;
        let lock = AuditLock { audits: self.audits_dir(), _file: file };
        at(&lock.audits, fs::create_dir_all(&lock.audits))?;
        lock.clear()?;
        Ok(lock)
    }
}

/// How this process names itself to those that wait for it.
fn own_name() -> String {
    let words: Vec<String> = std::env::args().take(2).collect();
    let program =
        words.first().map(Path::new).and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
    let command: Vec<&str> = program.as_deref().into_iter().chain(words.get(1).map(String::as_str)).collect();
    let since = chrono::Local::now().format("%Y-%m-%d %H:%M:%S");
    format!("process {} ({}), since {since}", std::process::id(), command.join(" "))
}

/// Who holds the lock, as it wrote itself down; it may not have come to that yet, and some systems let
/// nobody read what is locked.
fn holder(file: &mut File) -> String {
    let mut name = String::new();
    match file.read_to_string(&mut name) {
        Ok(length) if length > 0 => name,
        _ => "another process".to_owned(),
    }
}

impl AuditLock {
    fn clear(&self) -> Result<(), SnapshotError> {
        for entry in at(&self.audits, fs::read_dir(&self.audits))? {
            let entry = at(&self.audits, entry)?;
            let left = entry.file_name().to_string_lossy().starts_with('.');
            if left && at(entry.path(), entry.file_type())?.is_dir() {
                at(entry.path(), fs::remove_dir_all(entry.path()))?;
            }
        }
        Ok(())
    }

    /// A fresh folder to write an audit in. Its name begins with a dot, so that nobody takes it for one.
    pub fn stage(&self, id: &str) -> Result<StagedAudit<'_>, SnapshotError> {
        let path = self.audits.join(format!(".{id}"));
        at(&path, fs::create_dir_all(&path))?;
        Ok(StagedAudit { lock: self, id: id.to_owned(), path })
    }
}

impl StagedAudit<'_> {
    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Publishes it under its id; everything is on disk before the rename. Where that audit exists, its files are replaced one by one: they hold
    /// the same, and whoever reads them meanwhile finds each of them whole.
    pub fn publish(self) -> Result<PathBuf, SnapshotError> {
        let target = self.lock.audits.join(&self.id);
        sync_tree(&self.path)?;
        if target.exists() {
            replace(&self.path, &target)?;
            sync_tree(&target)?;
        } else {
            at(&target, fs::rename(&self.path, &target))?;
        }
        sync(&self.lock.audits)?;
        Ok(target)
    }
}

/// Puts every file of a folder into the place of its namesake in another.
fn replace(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    at(to, fs::create_dir_all(to))?;
    for entry in at(from, fs::read_dir(from))? {
        let entry = at(from, entry)?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if at(&path, entry.file_type())?.is_dir() {
            replace(&path, &target)?;
        } else {
            at(&target, fs::rename(&path, &target))?;
        }
    }
    Ok(())
}

impl Drop for StagedAudit<'_> {
    fn drop(&mut self) {
        // Gone where it was published whole; where removing fails, the next audit tries again.
        _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::create(folder.path()).unwrap();
        (folder, data)
    }

    #[test]
    fn one_at_a_time_and_the_other_is_told_who() {
        let (_folder, data) = data();
        let lock = data.lock_audit().unwrap();
        let refused = data.lock_audit().unwrap_err().to_string();
        assert!(refused.contains(&format!("process {} (", std::process::id())), "{refused}");
        drop(lock);
        data.lock_audit().unwrap();
    }

    #[test]
    fn an_audit_is_whole_or_not_there() {
        let (_folder, data) = data();
        let audits = || {
            let entries = fs::read_dir(data.audits_dir()).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
        };
        let lock = data.lock_audit().unwrap();
        let write = |text: &str| {
            let staged = lock.stage("a1").unwrap();
            fs::write(staged.path().join("findings.csv"), text).unwrap();
            fs::create_dir_all(staged.path().join("cards")).unwrap();
            fs::write(staged.path().join("cards").join("m01.md"), text).unwrap();
            staged
        };
        drop(write("given up"));
        assert!(audits().is_empty());
        for text in ["first", "again"] {
            let published = write(text).publish().unwrap();
            for file in ["findings.csv", "cards/m01.md"] {
                assert_eq!(fs::read_to_string(published.join(file)).unwrap(), text);
            }
            assert_eq!(audits(), ["a1"]);
        }
        // As after a kill, and as a file manager leaves it.
        std::mem::forget(write("half"));
        fs::write(data.audits_dir().join(".DS_Store"), "").unwrap();
        drop(lock);
        data.lock_audit().unwrap();
        assert_eq!(audits().iter().filter(|name| *name != ".DS_Store").collect::<Vec<_>>(), ["a1"]);
    }
}
