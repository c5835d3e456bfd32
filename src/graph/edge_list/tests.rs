//! Edge lists as people have them.

use std::fs;

use super::{EdgeList, Format, Ids, Options};

mod mistaken;

/// Reads files of some names and bytes; gives ids, edges by ids, and weights.
fn read_as(
    edges: (&str, &[u8]),
    vertices: Option<(&str, &str)>,
    options: Options<'static>,
) -> Result<EdgeList, String> {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let (edges, vertices) = (put(edges.0, edges.1), vertices.map(|(name, text)| put(name, text.as_bytes())));
    EdgeList::read(&edges, &Options { vertices: vertices.as_deref(), ..options }).map_err(|e| e.to_string())
}

fn read_with(edges: (&str, &str), vertices: Option<(&str, &str)>, weighted: bool) -> Result<EdgeList, String> {
    read_as((edges.0, edges.1.as_bytes()), vertices, Options { weighted, ..Options::default() })
}

fn read(name: &str, text: &str) -> EdgeList {
    read_with((name, text), None, true).unwrap_or_else(|e| panic!("{name} {text:?}: {e}"))
}

fn complaint_of(text: &str) -> String {
    read_as(("e.txt", text.as_bytes()), None, Options::default()).expect_err(text)
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
    assert!(complaint("e.txt", "1 2 3\n1 3 4 5\n").contains("e.txt, row 2: 4 fields"));
    assert!(complaint("e.txt", "1 2\n1 3\n2 3 4 5\n").contains("row 3: 4 fields"));
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

/// Reads for a directed graph, or an undirected one.
fn read_for(directed: bool, name: &str, text: &str) -> EdgeList {
    let options = Options { weighted: true, directed, ..Options::default() };
    read_as((name, text.as_bytes()), None, options).unwrap_or_else(|e| panic!("{name} {text:?}: {e}"))
}

fn read_plain(directed: bool, name: &str, text: &str) -> EdgeList {
    let options = Options { directed, ..Options::default() };
    read_as((name, text.as_bytes()), None, options).unwrap_or_else(|e| panic!("{name} {text:?}: {e}"))
}

/// The format, the weight and the number of notes.
fn told(list: &EdgeList) -> (&str, Option<&str>, usize) {
    (&list.reading.format, list.reading.weight.as_deref(), list.reading.notes.len())
}

#[test]
fn lists_of_neighbours_are_told_from_edges() {
    // A triangle: each edge once in an undirected graph, both ways in a directed one.
    let triangle = "1 2 3\n2 1 3\n3 1 2\n";
    let list = read_plain(false, "e", triangle);
    assert_eq!(
        (edges(&list), told(&list)),
        (vec!["1-2".into(), "1-3".into(), "2-3".into()], ("lists of neighbours", None, 1))
    );
    assert_eq!(edges(&read_plain(true, "e", triangle)), ["1-2", "1-3", "2-1", "2-3", "3-1", "3-2"]);
    // Rows of unlike length, lone vertices, neighbours without a row, texts, commas, colons, tabs before commas.
    let list = read_plain(true, "e", "1 2 3 4\n2\n3 1\n9\n");
    assert_eq!(
        (edges(&list), list.ids),
        (vec!["1-2".into(), "1-3".into(), "1-4".into(), "3-1".into()], Ids::Numbers(vec![1, 2, 3, 4, 9]))
    );
    assert_eq!(
        edges(&read_plain(true, "e.csv", "x\ny,x\nz,x,y,\nw,z,x,y\n")),
        ["y-x", "z-x", "z-y", "w-z", "w-x", "w-y"]
    );
    assert_eq!(edges(&read_plain(true, "e", "1: 2 3\n2: 1 3\n")), ["1-2", "1-3", "2-1", "2-3"]);
    assert_eq!(edges(&read_plain(true, "e", "1\t2,3\n2\t\n3\t1\n")), ["1-2", "1-3", "3-1"]);
    assert_eq!(edges(&read_plain(true, "e", "1 2 3\n2 3\n3 1\n")), ["1-2", "1-3", "2-3", "3-1"]);
    // Parallel edges stand twice in both lists; a loop once in its own.
    assert_eq!(edges(&read_plain(false, "e", "1 1 2 2 3\n2 1 1\n3 1\n")), ["1-1", "1-2", "1-2", "1-3"]);
}

#[test]
fn the_caller_says_what_rows_are() {
    let options = |format| Options { format, weighted: true, directed: true, ..Options::default() };
    let read = |text: &str, format| read_as(("e", text.as_bytes()), None, options(format)).unwrap();
    assert_eq!(edges(&read("1 2\n1 3 4\n5\n", Format::Adjacency)), ["1-2", "1-3", "1-4"]);
    assert_eq!(read("1 2 3\n2 1 3\n3 1 2\n", Format::Edges).weights, [3.0, 3.0, 2.0]);
    let weighed = Options { weight: Some("2"), ..options(Format::Adjacency) };
    assert!(read_as(("e", b"1 2 3\n"), None, weighed).unwrap_err().contains("have no weights"));
}

#[test]
fn a_matrix_is_a_graph() {
    let symmetric = "%%MatrixMarket matrix coordinate pattern symmetric\n% c\n4 4 3\n2 1\n3 1\n3 3\n";
    let list = read_for(false, "m.mtx", symmetric);
    assert_eq!(
        (edges(&list), list.ids.len(), list.weights.len()),
        (vec!["2-1".into(), "3-1".into(), "3-3".into()], 4, 0)
    );
    assert!(list.reading.notes.is_empty());
    let list = read_for(true, "m.mtx", symmetric);
    assert_eq!((edges(&list).join(" "), list.reading.notes.len()), ("2-1 3-1 3-3 1-2 1-3".into(), 1));
    let general = "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 0.5\n3 1 1e1\n";
    let list = read_for(true, "m.mtx", general);
    assert_eq!((edges(&list).join(" "), list.weights.clone()), ("1-2 3-1".into(), vec![0.5, 10.0]));
    assert_eq!(told(&list), ("MatrixMarket real general", Some("column 3"), 0));
    assert_eq!(read_for(false, "m.mtx", general).reading.notes.len(), 1);
    for (text, said) in [
        ("%%MatrixMarket matrix array real general\n2 2\n1\n", "only a coordinate matrix"),
        ("%%MatrixMarket matrix coordinate pattern general\n2 3 1\n1 3\n", "row 2: 2 rows and 3 columns"),
        ("%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 3\n", "2 edges are promised"),
        (
            "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 3\n",
            "row 3: vertex 3 is none of the vertices 1 to 2",
        ),
        ("%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 x\n", "row 3: vertex x is none"),
        ("%%MatrixMarket matrix coordinate pattern general\n", "the size line"),
    ] {
        assert!(complaint("m.mtx", text).contains(said), "{}", complaint("m.mtx", text));
    }
}

#[test]
fn dimacs_and_konect_are_read() {
    let arcs = read_for(true, "g.gr", "c made\np sp 4 2\nc arcs\na 1 2 4\na 3 1 5\n");
    assert_eq!(
        (edges(&arcs), arcs.ids.len(), arcs.weights.clone()),
        (vec!["1-2".into(), "3-1".into()], 4, vec![4.0, 5.0])
    );
    assert_eq!(told(&arcs), ("DIMACS sp", Some("column 4"), 0));
    let colour = read_for(false, "g.col", "c made\np edge 4 2\nn 1 2\ne 1 2\ne 2 3\n");
    assert_eq!((edges(&colour), colour.ids.len(), colour.weights.len()), (vec!["1-2".into(), "2-3".into()], 4, 0));
    assert!(complaint("g.gr", "p sp 4 2\na 1 2 4\n").contains("2 edges are promised"));
    assert!(complaint("g.gr", "p sp 4 2\na 1 2 4\n3 1 4\n").contains("row 3, column 1: a row of DIMACS"));
    let konect = read_for(true, "out.k", "% asym posweighted\n% 2 3 3\n1 2 1 1082040961\n1 3 2 1082040961\n");
    assert_eq!((edges(&konect), konect.weights), (vec!["1-2".into(), "1-3".into()], vec![1.0, 2.0]));
    assert_eq!(read_for(false, "out.k", "% asym posweighted\n1 2 1 1\n1 3 2 1\n").reading.notes.len(), 1);
    assert_eq!(read_for(false, "out.k", "% bip unweighted\n1 1\n1 2\n").reading.notes.len(), 1);
}

#[test]
fn networkx_data_hold_the_weight() {
    let list = read("e", "1 2 {'weight': 3, 'year': 4}\n1 3 {'year': 4, 'weight': 0.5}\n");
    assert_eq!((edges(&list), list.weights), (vec!["1-2".into(), "1-3".into()], vec![3.0, 0.5]));
    let list = read("e", "Ann Bob {}\nBob Cid {}\n");
    assert_eq!((edges(&list), list.weights.len()), (vec!["Ann-Bob".into(), "Bob-Cid".into()], 0));
    assert!(complaint("e", "1 2 {'weight': 3}\n1 3 {}\n").contains("some rows have a weight"));
}

#[test]
fn the_weight_is_found_by_name_or_as_the_only_other_number() {
    let weight = |text: &str| {
        let list = read("e.csv", text);
        assert_eq!(list.weights.is_empty(), list.reading.weight.is_none());
        list.reading.weight
    };
    assert_eq!(weight("source,target,cost\n1,2,3\n").as_deref(), Some("cost"));
    assert_eq!(weight("source,target,dist_km,lanes\nx,y,3.5,2\n").as_deref(), Some("dist_km"));
    assert_eq!(weight("source,target,kind,score\nx,y,road,2\n").as_deref(), Some("score"));
    assert_eq!(weight("source,target,id,time\nx,y,7,8\n"), None);
    assert_eq!(weight("node1,node2,weight\n1,2,3\n").as_deref(), Some("weight"));
    let several = read("e.csv", "source,target,lanes,toll\n1,2,3,4\n");
    assert_eq!((told(&several), several.weights.len()), (("edge list", None, 1), 0));
    let chosen = |column| {
        let options = Options { weighted: true, weight: Some(column), ..Options::default() };
        read_as(("e.csv", b"source,target,lanes,toll\n1,2,3,4\n"), None, options)
    };
    assert_eq!(chosen("toll").unwrap().weights, [4.0]);
    assert_eq!(chosen("3").unwrap().weights, [3.0]);
    assert!(chosen("toll").unwrap().reading.notes.is_empty());
    assert!(chosen("price").unwrap_err().contains("there are: lanes, toll"));
    assert!(chosen("source").is_err());
}

#[test]
fn pairs_of_names_are_a_header_over_other_ids() {
    for names in [
        "person1_id,person2_id,w",
        "personA,personB,w",
        "from_person,to_person,w",
        "u,v,w",
        "i,j,w",
        "id_x,id_y,w",
        "head,tail,w",
    ] {
        let list = read("e.csv", &format!("{names}\nP001,P002,3\nP002,Q9,4\n"));
        assert_eq!((edges(&list).join(" "), list.weights), ("P001-P002 P002-Q9".into(), vec![3.0, 4.0]), "{names}");
        let ends = names.trim_end_matches(",w");
        assert_eq!(edges(&read("e.csv", &format!("{ends}\nP001,P002\nP002,Q9\n"))), ["P001-P002", "P002-Q9"], "{ends}");
    }
    assert_eq!(edges(&read("e.csv", "id,person2,person1,note\n1,x y,z,a\n2,v w,z,b\n")), ["z-x y", "z-v w"]);
    assert_eq!(edges(&read("e.csv", "start,end,since\nx y,z,2001\n")), ["x y-z"]);
    assert_eq!(edges(&read("e.csv", ",u,v,weight\n0,5,6,1\n1,6,7,2\n")), ["5-6", "6-7"]);
    // Ids that look like a pair of names.
    assert_eq!(edges(&read("e.csv", "n1,n2\nn2,n3\n")), ["n1-n2", "n2-n3"]);
    assert_eq!(edges(&read("e.csv", "node1,node2\nnode3,node4\n")), ["node1-node2", "node3-node4"]);
    assert_eq!(edges(&read("e.txt", "u v\nx y\n")), ["u-v", "x-y"]);
    let list = read("e.csv", "ann1,ann2\nbob9,cid7\n");
    assert_eq!((edges(&list), list.reading.notes.len()), (vec!["ann1-ann2".into(), "bob9-cid7".into()], 1));
    // Spans of time are no pair of ends.
    assert_eq!(edges(&read("e.csv", "buyer,seller,from_date,to_date,sum\nx,y,a,b,5\n")), ["x-y"]);
}

#[test]
fn rows_may_hold_more_than_an_edge() {
    let list = read("e.csv", "6,2,4,1289241911.7\n6,5,2,1289241941.5\n");
    assert_eq!((edges(&list), list.weights), (vec!["6-2".into(), "6-5".into()], vec![4.0, 2.0]));
}

#[test]
fn packed_files_are_unpacked() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"source,other\n").unwrap();
    let bytes = packer.finish().unwrap();
    let read = |name: &str, bytes: &[u8]| read_as((name, bytes), None, Options::default());
    assert!(read("e.csv.gz", &bytes).unwrap_err().contains("a header must name both ends"));
    assert!(read("e.csv.gz", &bytes[..bytes.len() - 9]).unwrap_err().contains("the packed file is damaged"));
    assert_eq!(edges(&read("e.zst", &zstd::encode_all(&b"1 2\n"[..], 1).unwrap()).unwrap()), ["1-2"]);
    assert!(read("e.bz2", b"BZh91AY&SY").unwrap_err().contains("a bzip2 file: unpack it"));
}

/// A Parquet file of some columns.
fn parquet(columns: Vec<(&str, arrow::array::ArrayRef)>) -> Vec<u8> {
    let batch = arrow::array::RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn vertices_may_have_blanks_in_their_names_or_more_behind_their_numbers() {
    let count = |edges: (&str, &[u8]), vertices: (&str, &str)| {
        read_as(edges, Some(vertices), Options::default()).map(|list| list.ids.len())
    };
    for edges in ["1,2\n2,3\n", "1\t2\n2\t3\n"] {
        assert_eq!(count(("e.csv", edges.as_bytes()), ("v.txt", "1 Anna\n2 20\n3 30\n4 40\n")), Ok(4), "{edges:?}");
    }
    let names = |values: [&str; 2]| -> arrow::array::ArrayRef {
        std::sync::Arc::new(arrow::array::StringArray::from(values.to_vec()))
    };
    let bytes = parquet(vec![("source", names(["Boston", "Salem"])), ("target", names(["Boston", "Boston"]))]);
    assert_eq!(count(("e.parquet", &bytes), ("v.txt", "Boston\nSalem\nLos Angeles\nLos Gatos\n")), Ok(4));
}

#[test]
fn parquet_has_ids_and_weights_of_many_kinds() {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, Int32Array, StringArray, UInt64Array};
    let read = |columns| {
        let options = Options { weighted: true, directed: true, ..Options::default() };
        read_as(("e.parquet", &parquet(columns)), None, options)
    };
    let large: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, 5]));
    let small: ArrayRef = Arc::new(UInt64Array::from(vec![7, 5]));
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 3.0]));
    let parts: ArrayRef = Arc::new(Float64Array::from(vec![1.5, 3.0]));
    let costs: ArrayRef = Arc::new(Int32Array::from(vec![4, 9]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let list = read(vec![("source", large), ("target", small.clone())]).unwrap();
    assert_eq!((edges(&list).join(" "), numbers(&list)), ("18446744073709551615-7 5-5".into(), false));
    let list =
        read(vec![("node1", small.clone()), ("kind", texts.clone()), ("node2", floats), ("dist_km", costs.clone())])
            .unwrap();
    assert_eq!((edges(&list).join(" "), numbers(&list)), ("7-1 5-3".into(), true));
    assert_eq!((told(&list), list.weights.clone()), (("Parquet", Some("dist_km"), 0), vec![4.0, 9.0]));
    let list = read(vec![("a", parts), ("b", texts.clone())]).unwrap();
    assert_eq!((edges(&list).join(" "), numbers(&list)), ("1.5-x 3-y".into(), false));
    assert!(read(vec![("source", small), ("other", texts)]).unwrap_err().contains("both ends"));
    let gaps: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
    assert!(read(vec![("u", gaps), ("v", costs)]).unwrap_err().contains("row 2, column 1: the value is missing"));
}
