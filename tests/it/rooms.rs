//! The arrows between rooms point one way: a room imports only from rooms before it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in order; those in one group do not import from each other.
const ORDER: [&[&str]; 11] = [
    &["domain"],
    &["contract"],
    &["intake", "made"],
    &["snapshot"],
    &["query"],
    &["identity", "graph", "model"],
    &["flags"],
    &["cases"],
    &["jobs"],
    &["api"],
    &["cli"],
];

/// What a room must not know, beside later rooms.
const NOTHING_OF: [(&str, &[&str]); 7] = [
    ("domain", &["arrow", "datafusion"]),
    ("contract", &["datafusion", "parquet", "calamine"]),
    ("intake", &["datafusion"]),
    ("made", &["datafusion"]),
    ("query", &["actix_web"]),
    ("graph", &["actix_web"]),
    ("jobs", &["actix_web"]),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn files(room: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut found);
    found.sort();
    found
}

/// Rooms that a text names by `crate::room`, single or in braces.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let list = &list[..list.find('}').unwrap_or(list.len())];
            named.extend(list.split(',').map(|item| item.trim().split("::").next().unwrap_or("").to_owned()));
        } else {
            named.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named
}

fn rank(room: &str) -> Option<usize> {
    ORDER.iter().position(|group| group.contains(&room))
}

#[test]
fn every_room_imports_only_from_rooms_before_it() {
    let folders: BTreeSet<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let known: BTreeSet<String> = ORDER.iter().flat_map(|group| group.iter()).map(|room| (*room).to_owned()).collect();
    assert_eq!(folders, known, "a room is missing from the order, or from the house");
    let mut wrong = Vec::new();
    for room in &folders {
        for file in files(room) {
            let text = fs::read_to_string(&file).unwrap();
            for named in rooms_named(&text) {
                let backwards = rank(&named) >= rank(room) && named != *room;
                if rank(&named).is_some() && backwards {
                    wrong.push(format!("{} imports from {named}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_know_nothing_of_what_is_not_theirs() {
    for (room, forbidden) in NOTHING_OF {
        for file in files(room) {
            let text = fs::read_to_string(&file).unwrap();
            for name in forbidden {
                assert!(!text.contains(&format!("{name}::")), "{} uses {name}", file.display());
            }
        }
    }
}

#[test]
fn the_test_would_see_a_wrong_arrow() {
    assert!(rooms_named("use crate::jobs::audit;").contains("jobs"));
    assert!(rooms_named("use crate::{contract::Table, api::x};").contains("api"));
    assert!(rank("api") > rank("domain") && rank("intake") == rank("made"));
}
