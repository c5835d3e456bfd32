//! Edge lists as people have them.

use std::fs;

use super::{EdgeList, Ids};

/// Reads files of some names and texts; gives ids, edges by ids, and weights.
fn read_with(edges: (&str, &str), vertices: Option<(&str, &str)>, weighted: bool) -> Result<EdgeList, String> {
    let folder = tempfile::tempdir().unwrap();
    let put = |(name, text): (&str, &str)| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let (edges, vertices) = (put(edges), vertices.map(put));
    EdgeList::read(&edges, vertices.as_deref(), weighted).map_err(|e| e.to_string())
}

fn read(name: &str, text: &str) -> EdgeList {
    read_with((name, text), None, true).unwrap_or_else(|e| panic!("{name} {text:?}: {e}"))
}

fn complaint(name: &str, text: &str) -> String {
    read_with((name, text), None, true).expect_err(text)
}

/// Edges as texts.
fn edges(list: &EdgeList) -> Vec<String> {
    let id = |vertex: u32| {
        let mut text = String::new();
        list.ids.write(vertex, &mut text);
        text
    };
    list.sources.iter().zip(&list.targets).map(|(a, b)| format!("{}-{}", id(*a), id(*b))).collect()
}

fn numbers(list: &EdgeList) -> bool {
    matches!(list.ids, Ids::Numbers(_))
}

#[test]
fn ids_that_are_letters_are_no_header() {
    assert_eq!(edges(&read("e.txt", "a b\nb c\nc d\n")), ["a-b", "b-c", "c-d"]);
    assert_eq!(edges(&read("e.txt", "a c\nc d\n")), ["a-c", "c-d"]);
    assert_eq!(edges(&read("e", "u\tv\nv\tw\n")), ["u-v", "v-w"]);
    assert_eq!(edges(&read("e.txt", "from x\nx to\n")), ["from-x", "x-to"]);
    assert_eq!(edges(&read("e.csv", "a,b\nb,c\n")), ["a-b", "b-c"]);
    assert_eq!(edges(&read("e.csv", "a,c\nc,d\n")), ["a-c", "c-d"]);
}

#[test]
fn letters_name_columns_where_the_rows_say_so() {
    assert_eq!(edges(&read("e.csv", "b,a\n1,2\n")), ["2-1"]);
    let list = read("e.tsv", "u\tv\tweight\nx\ty\t2.5\n");
    assert_eq!((edges(&list), list.weights), (vec!["x-y".to_owned()], vec![2.5]));
    assert_eq!(edges(&read("e.txt", "a b\n1 2\n")), ["1-2"]);
    assert_eq!(read("e.txt", "source target w\nx y 3\n").weights, [3.0]);
}

#[test]
fn half_a_header_is_an_error_in_csv() {
    assert!(complaint("e.csv", "source,other\nx,y\n").contains("a header must name both ends"));
}

#[test]
fn empty_fields_keep_their_columns() {
    let list = read("e.csv", "Source,Target,Type,Id,Label,Weight\n1,2,Directed,0,,1.5\n");
    assert_eq!((edges(&list), list.weights), (vec!["1-2".to_owned()], vec![1.5]));
    let list = read("e.tsv", "label\tfrom\tto\tweight\n\tx\ty\t2\n");
    assert_eq!((edges(&list), list.weights), (vec!["x-y".to_owned()], vec![2.0]));
    // What ends every row, or fills up a sheet, is no field.
    assert_eq!(edges(&read("e.csv", "1;2;\r\n2;3;\r\n;;\r\n")), ["1-2", "2-3"]);
    assert!(complaint("e.csv", "1,2\n,3\n").contains("e.csv, row 2: an edge needs two ids"));
    assert!(complaint("e.csv", "1,2\n\"\",3\n").contains("row 2: an edge needs two ids"));
}

#[test]
fn quotes_hold_delimiters_and_quotes() {
    let list =
        read("e.csv", "source,target,weight\n\"Zhang San\",\"Li, Si\",1\n\"the \"\"old\"\" one\",\"Li, Si\",2\n");
    assert_eq!(edges(&list), ["Zhang San-Li, Si", "the \"old\" one-Li, Si"]);
    assert_eq!(list.weights, [1.0, 2.0]);
    assert_eq!(edges(&read("e.txt", "\"Zhang San\" 5\n")), ["Zhang San-5"]);
    assert!(numbers(&read("e.csv", "\"1\",\"2\"\n")));
    assert!(complaint("e.csv", "1,2\n3,4,\"open\n5,6\n").contains("row 2: quotes open"));
}

#[test]
fn the_first_row_tells_the_delimiter() {
    assert_eq!(edges(&read("e.txt", "Zhang San\tLi, Si\n")), ["Zhang San-Li, Si"]);
    let list = read("e.csv", "x;y;1\ny;z, w;2\n");
    assert_eq!(edges(&list), ["x-y", "y-z, w"]);
    assert_eq!(read("e.txt", "1, 2, 5\n").weights, [5.0]);
    // Blanks of both kinds, as many as there are.
    assert_eq!(read("e.txt", " 1  2\t5\n3\t4 6 \n").weights, [5.0, 6.0]);
}

#[test]
fn rows_of_more_fields_than_an_edge_has_are_refused() {
    assert!(complaint("e.txt", "1 2 3\n2 3 4 5\n").contains("e.txt, row 2: 4 fields"));
    assert!(complaint("e.txt", "1 2 {'weight': 3, 'year': 4}\n").contains("row 1: 6 fields"));
    assert!(
        complaint("e.csv", "source,target\n1,2\n3,Li, Si\n").contains("row 3: 3 fields, though the header names 2")
    );
}

#[test]
fn words_above_numbers_are_a_header() {
    for names in ["id_1,id_2", "node1,node2", "src_id,dst_id", "from_node_id,to_node_id"] {
        let list = read("e.csv", &format!("{names}\n1,2\n"));
        assert_eq!((edges(&list), numbers(&list)), (vec!["1-2".to_owned()], true));
    }
    assert_eq!(edges(&read("e.csv", "src_id,dst_id\nx,y\n")), ["x-y"]);
    assert_eq!(read("e.csv", "n1,n2,year,weight\n1,2,1999,7\n").weights, [7.0]);
    for names in ["Id", "vertex_id", "nr"] {
        let list = read_with(("e", "1 2\n"), Some(("v.csv", &format!("{names},x\n1,a\n2,b\n3,c\n"))), true).unwrap();
        assert_eq!(list.ids.len(), 3);
        assert!(numbers(&list));
    }
    let list = read_with(("e", "1 2\n"), Some(("v.csv", "Label,Id\nx,1\ny,2\n")), true).unwrap();
    assert_eq!(list.ids, Ids::Numbers(vec![1, 2]));
}

#[test]
fn comments_may_be_indented_and_of_several_kinds() {
    assert_eq!(edges(&read("e.txt", "// c\n # c\n\t% c d\n1 2\n  \n2 3\n")), ["1-2", "2-3"]);
}

#[test]
fn weights_are_read_only_where_they_are_asked_for() {
    for text in ["1 2 -1\n", "1 2 parent\n", "1 2 1\n2 3\n"] {
        assert!(read_with(("e", text), None, true).is_err());
        let list = read_with(("e", text), None, false).unwrap();
        assert_eq!(edges(&list)[0], "1-2");
        assert!(list.weights.is_empty());
    }
}

#[test]
fn ids_are_texts_where_one_is() {
    let list = read("e", "1 2\n2 A\n");
    assert_eq!(edges(&list), ["1-2", "2-A"]);
    assert_eq!(list.ids.len(), 3);
    assert_eq!(read("e", "007 7\n").ids, Ids::Texts(vec!["007".into(), "7".into()]));
    assert_eq!(read("e", "0 -5\n").ids, Ids::Numbers(vec![-5, 0]));
    let list = read_with(("e", "1 2\n"), Some(("v", "1\n2\nA\n")), true).unwrap();
    assert_eq!(list.ids, Ids::Texts(vec!["1".into(), "2".into(), "A".into()]));
    let list = read_with(("e", ""), Some(("v", "A\nB\n")), true).unwrap();
    assert_eq!(list.ids, Ids::Texts(vec!["A".into(), "B".into()]));
    assert!(numbers(&read_with(("e", "# none\n"), Some(("v", "3\n1\n")), true).unwrap()));
}

#[test]
fn parts_of_a_long_text_are_as_one() {
    let mut text = String::from("\u{feff}source target\r\n");
    (0..320_000).for_each(|i| text.push_str(&format!("{i} {}\r\n", i + 1)));
    let list = read("e.txt", &text);
    assert!(list.sources.iter().zip(&list.targets).zip(0..).all(|((a, b), i)| (*a, *b) == (i, i + 1)));
    assert_eq!(list.sources.len(), 320_000);
    text.push_str("7\r\n");
    assert!(complaint("e.txt", &text).contains("row 320002: an edge needs two ids"));
}
