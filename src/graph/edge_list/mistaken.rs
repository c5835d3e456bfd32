//! Edges that look like lists of neighbours or like a header, and are none.

use std::fs;

use super::{EdgeList, Options};

fn read(text: &str, options: Options<'static>) -> EdgeList {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.txt");
    fs::write(&path, text).unwrap();
    EdgeList::read(&path, &options).map_err(|e| e.to_string()).unwrap()
}

fn refused(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.txt");
    fs::write(&path, text).unwrap();
    EdgeList::read(&path, &Options::default()).unwrap_err().to_string()
}

fn count(text: &str) -> usize {
    read(text, Options::default()).sources.len()
}

#[test]
fn remarks_and_years_behind_edges_are_no_neighbours() {
    assert!(refused("2 1\n3 1 9 2020\n4 2 1\n").contains("--format adjacency"));
    assert!(refused("bob alice a friend\ncarol bob my dear friend\n").contains("--format adjacency"));
    assert_eq!(count("1 2 3 4\n2 1\n3 1\n4 1\n"), 3, "neighbours are neighbours");
}

#[test]
fn a_ring_with_weights_keeps_them() {
    let ring = "1 2 3\n2 3 1\n3 1 2\n";
    let weighted = read(ring, Options { weighted: true, ..Options::default() });
    assert_eq!((weighted.sources.len(), weighted.weights), (3, vec![3.0, 1.0, 2.0]));
    let named = read(ring, Options { weighted: true, weight: Some("3"), ..Options::default() });
    assert_eq!(named.weights, [3.0, 1.0, 2.0]);
}

#[test]
fn single_letters_above_longer_ids_are_an_edge() {
    assert_eq!(count("a b\nbb cc\ncc dd\n"), 3);
    assert_eq!(count("p q 4 5\nq r 2 5\n"), 2, "and no DIMACS either");
}
