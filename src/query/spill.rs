use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// Held by whoever makes or clears folders, for that moment.
const DOOR: &str = "door.lock";

/// Held as long as the folder it lies in is used; free once its process ended, however that came.
const OWNER: &str = "owner.lock";

/// A folder of its own for what one session spills. It goes with the session; of those that a killed
/// process left, the next session to come clears them.
#[derive(Debug)]
pub(super) struct SpillFolder {
    folder: TempDir,
    _owner: File,
}

impl SpillFolder {
    /// Makes a folder under `base` and removes those that nobody holds any more.
    pub(super) fn create(base: &Path) -> io::Result<Self> {
        fs::create_dir_all(base)?;
        let door = File::create(base.join(DOOR))?;
        door.lock()?;
        for entry in fs::read_dir(base)? {
            let path = entry?.path();
            let left = File::open(path.join(OWNER)).is_ok_and(|owner| owner.try_lock().is_ok());
            if left {
                fs::remove_dir_all(&path)?;
            }
        }
        let folder = tempfile::Builder::new().prefix("session-").tempdir_in(base)?;
        let owner = File::create(folder.path().join(OWNER))?;
        owner.lock()?;
        Ok(Self { folder, _owner: owner })
    }

    /// Where to spill.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_cleared_and_what_is_held_stays() {
        let base = tempfile::tempdir().unwrap();
        let held = SpillFolder::create(base.path()).unwrap();
        fs::write(held.path().join("rows"), "mine").unwrap();
        // As a killed process leaves it: the lock went with the process, the folder stayed.
        let left = base.path().join("session-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(OWNER), "").unwrap();
        fs::write(left.join("rows"), "nobody's").unwrap();

        let next = SpillFolder::create(base.path()).unwrap();
        assert!(held.path().join("rows").exists() && next.path().exists() && !left.exists());
        let gone = held.path().to_owned();
        drop(held);
        assert!(!gone.exists());
    }
}
