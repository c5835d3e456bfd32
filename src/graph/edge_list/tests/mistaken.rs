//! Edges that look like lists of neighbours or like a header, and are none.

use super::{Options, complaint, complaint_of, read as read_weighted, read_as, told};
use crate::graph::EdgeList;

fn read(text: &str, options: Options<'static>) -> EdgeList {
    read_as(("e.txt", text.as_bytes()), None, options).unwrap()
}

fn count(text: &str) -> usize {
    read(text, Options::default()).sources.len()
}

#[test]
fn remarks_and_years_behind_edges_are_no_neighbours() {
    assert!(complaint_of("2 1\n3 1 9 2020\n4 2 1\n").contains("--format adjacency"));
    assert!(complaint_of("bob alice a friend\ncarol bob my dear friend\n").contains("--format adjacency"));
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

#[test]
fn edges_are_told_from_lists_of_neighbours() {
    for text in [
        "1 2 0.5\n2 3 0.7\n3 1 1\n",
        "1 2 3\n1 3 2\n2 3 1\n",
        "2 1 1\n3 1 1\n4 2 1\n",
        "1 2 1 1082040961\n2 3 1 1082040962\n3 1 1 1082040963\n",
        "a b 1\nb c 2\nc a 3\n",
    ] {
        let list = read_weighted("e", text);
        assert_eq!((told(&list), list.weights.len()), (("edge list", Some("column 3"), 0), 3), "{text:?}");
    }
    // Weights that might be ids: said.
    let list = read_weighted("e", "1 2 4\n2 3 1\n3 4 2\n");
    assert_eq!((told(&list), list.weights.clone()), (("edge list", Some("column 3"), 1), vec![4.0, 1.0, 2.0]));
    // A row cut off is no list.
    assert!(complaint("e", "1 2 0.5\n2 3 0.5\n3\n").contains("row 3: an edge needs two ids"));
    assert!(complaint("e", "1 2\n2 3\n3\n").contains("--format adjacency"));
}
