//! Which files an import is asked to read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::IntakeError;

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name for people, tables and manifests: relative to the folder that was given, with `/`
    /// between parts, so that it does not tell where the folder lay.
    pub name: String,
}

/// The files of folders (with their subfolders) and single files, sorted by name.
///
/// Left out: hidden files and folders, lock files of office programs (`~$x.xlsx`), what file managers
/// leave behind (`Thumbs.db`, `desktop.ini`, `__MACOSX`). Nothing else is: a file that is of no known
/// format is refused by [`open`](super::open) unless the mapping says to ignore it.
///
/// # Errors
/// A path that does not exist or cannot be listed, no file at all, two files of one name.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<FoundFile>, IntakeError> {
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in paths {
        let metadata = path.metadata().map_err(|error| IntakeError::io(path, error))?;
        if metadata.is_dir() {
            walk(path, "", &mut found)?;
        } else {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            add(name, path.clone(), &mut found)?;
        }
    }
    if found.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        let nothing = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no file to import here");
        return Err(IntakeError::Io { path, source: nothing });
    }
    Ok(found.into_iter().map(|(name, path)| FoundFile { path, name }).collect())
}

fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, PathBuf>) -> Result<(), IntakeError> {
    let entries = folder.read_dir().map_err(|error| IntakeError::io(folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| IntakeError::io(folder, error))?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if left_behind(&name) {
            continue;
        }
        let name = format!("{prefix}{name}");
        let metadata = path.metadata().map_err(|error| IntakeError::io(&path, error))?;
        if metadata.is_dir() {
            walk(&path, &format!("{name}/"), found)?;
        } else {
            add(name, path, found)?;
        }
    }
    Ok(())
}

fn left_behind(name: &str) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || name.ends_with('~')
        || ["thumbs.db", "desktop.ini", "__macosx"].contains(&name.to_lowercase().as_str())
}

fn add(name: String, path: PathBuf, found: &mut BTreeMap<String, PathBuf>) -> Result<(), IntakeError> {
    match found.insert(name.clone(), path.clone()) {
        Some(other) if other != path => {
            let message =
                format!("{} has the same name: import the folder that holds both, or rename one", other.display());
            Err(IntakeError::Io { path, source: std::io::Error::new(std::io::ErrorKind::AlreadyExists, message) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_debris_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("民政/.git")).unwrap();
        for name in ["b.csv", "a.csv", ".hidden", "~$b.xlsx", "Thumbs.db", "民政/c.csv", "民政/.git/config"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        let names = |paths: &[PathBuf]| discover(paths).map(|f| f.into_iter().map(|f| f.name).collect::<Vec<_>>());
        assert_eq!(names(&[root.to_owned()]).unwrap(), ["a.csv", "b.csv", "民政/c.csv"]);
        assert_eq!(names(&[root.join("民政/c.csv"), root.join("a.csv")]).unwrap(), ["a.csv", "c.csv"]);
        std::fs::write(root.join("民政/a.csv"), "x").unwrap();
        let clash = names(&[root.join("民政/a.csv"), root.join("a.csv")]).unwrap_err().to_string();
        assert!(clash.contains("same name"), "{clash}");
        assert!(names(&[root.join("none.csv")]).is_err());
        std::fs::create_dir(root.join("empty")).unwrap();
        assert!(names(&[root.join("empty")]).unwrap_err().to_string().contains("no file to import"));
    }
}
