use super::*;

fn read(text: &str, reading: &Reading) -> Result<NumericTable, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    NumericTable::read(&path, reading).map_err(|e| e.to_string())
}

fn label() -> Reading {
    Reading { label: Some("label".to_owned()), ignore: vec!["name".to_owned()], ..Reading::default() }
}

#[test]
fn columns_are_read_by_their_roles() {
    let table = read("\u{feff}a,name,b,label\r\n1,\"x,\n\"\"y\",2e3,0\r\n-4.5,z, 0 ,1", &label()).unwrap();
    assert_eq!(table.columns, ["a", "b"]);
    assert_eq!(table.rows, ndarray::array![[1.0, 2000.0], [-4.5, 0.0]]);
    assert_eq!(table.labels, Some(vec![false, true]));
}

#[test]
fn semicolons_tabs_and_bars_part_cells_too() {
    let named = Reading { label: Some("label".to_owned()), ..Reading::default() };
    for mark in [";", "\t", "|"] {
        let table = read(&["a,b,label", "1,2.5,yes", "3,4,no"].join("\n").replace(',', mark), &named).unwrap();
        assert_eq!(table.columns, ["a", "b"], "{mark:?}");
        assert_eq!((table.rows, table.labels), (ndarray::array![[1.0, 2.5], [3.0, 4.0]], Some(vec![true, false])));
    }
}

#[test]
fn a_label_by_any_usual_name_is_not_scored() {
    for name in ["Y", "class", "Outlier", "target", "is_anomaly", "LABEL"] {
        let table = read(&format!("a,{name}\n5,0\n6,1\n"), &Reading::default()).unwrap();
        assert_eq!((table.columns.join(","), table.labels), ("a".to_owned(), Some(vec![false, true])), "{name}");
        assert!(
            table.notes[0].contains(&format!("the column '{name}' says which rows are unlike")),
            "{:?}",
            table.notes
        );
    }
    // A coordinate of that name is scored, and said to be; so is one that is not the last.
    let table = read("x,y\n5,0.5\n6,1\n", &Reading::default()).unwrap();
    assert_eq!((table.columns.len(), table.labels.is_none()), (2, true));
    assert!(table.notes[0].contains("the column 'y' is scored"), "{:?}", table.notes);
    let table = read("class,x\n0,0.5\n1,1\n", &Reading::default()).unwrap();
    assert_eq!((table.columns.len(), table.notes.len()), (2, 0));
    let table = read("x,y\n5,0\n6,0\n", &Reading::default()).unwrap();
    assert_eq!((table.columns.len(), table.labels.is_none()), (2, true), "zeros alone tell nothing apart");
    // What somebody named is what is taken.
    let reading = Reading { label: Some("truth".to_owned()), ..Reading::default() };
    let table = read("a,truth,y\n5,0,1\n6,1,0\n", &reading).unwrap();
    assert_eq!((table.columns.join(","), table.notes.len()), ("a,y".to_owned(), 0));
    let reading = Reading { ignore: vec!["y".to_owned()], ..Reading::default() };
    assert!(read("a,y\n5,0\n6,1\n", &reading).unwrap().labels.is_none());
}

#[test]
fn a_table_without_header_keeps_its_first_row() {
    let table = read("\u{feff}1.5,2\n3,4\n", &Reading::default()).unwrap();
    assert_eq!(
        (table.columns, table.rows),
        (vec!["1".to_owned(), "2".to_owned()], ndarray::array![[1.5, 2.0], [3.0, 4.0]])
    );
    assert!(table.notes[0].contains("there is no header"), "{:?}", table.notes);
    let reading = Reading { label: Some("2".to_owned()), ..Reading::default() };
    assert_eq!(read("1.5,1\n3,0\n", &reading).unwrap().labels, Some(vec![true, false]));
    // pandas calls columns without names 0, 1, ….
    let table = read("0,1\n3,4\n", &Reading::default()).unwrap();
    assert_eq!(table.rows, ndarray::array![[3.0, 4.0]]);
    assert!(table.notes[0].contains("the names that pandas gives columns"), "{:?}", table.notes);
}

#[test]
fn an_index_of_pandas_is_not_scored() {
    for name in ["", "Unnamed: 0"] {
        let table = read(&format!("{name},a\n0,5\n1,6\n"), &Reading::default()).unwrap();
        assert_eq!(table.columns, ["a"]);
        assert!(table.notes[0].contains("counts the rows"), "{:?}", table.notes);
    }
    let table = read(",a\n0,5\n2,6\n", &Reading::default()).unwrap();
    assert_eq!((table.columns.len(), table.notes.len()), (2, 1));
}

#[test]
fn what_is_wrong_is_told_with_row_and_column() {
    let told = |text: &str| read(text, &Reading::default()).unwrap_err();
    assert!(told("a,b\n1,2\n1,\n").contains("row 2, column 'b': the cell is empty"));
    assert!(told("a,b\n1,2\n1,NaN\n").contains("row 2, column 'b': the cell is 'NaN', which is no value; --missing"));
    assert!(told("a,b\n1,2\n1,inf\n").contains("row 2, column 'b': 'inf' is no number"));
    assert!(told("a,b\n1,2\n张,1\n").contains("row 2, column 'a': '张' is no number; leave a column of text out"));
    assert!(told("a,b\n1\n").contains("row 1, column 'b': the row has 1 cells and the first line 2"));
    assert!(told("a,a\n1,2\n").contains("two columns are called 'a'"));
    assert!(told("").contains("the file is empty"));
    assert!(read("a,b\n1,2\n", &label()).unwrap_err().contains("no column 'label'; there are a, b"));
    assert!(read("a,name,label\n1,x,2\n", &label()).unwrap_err().contains("a label must be 0 or 1"));
}

#[test]
fn labels_and_truths_are_read_however_they_are_written() {
    let table = read("a,label\n1,0.000000000000000000e+00\n2,1.000000000000000000e+00\n", &Reading::default()).unwrap();
    assert_eq!(table.labels, Some(vec![false, true]));
    let table = read("a,y\n1,0.000000000000000000e+00\n2,1.000000000000000000e+00\n", &Reading::default()).unwrap();
    assert_eq!(table.labels, Some(vec![false, true]));
    assert!(read("a,label\n1,5e-1\n", &Reading::default()).unwrap_err().contains("a label must be 0 or 1"));
    let table = read("a,b\nTrue,1\nfalse,2\n", &Reading::default()).unwrap();
    assert_eq!(table.rows, ndarray::array![[1.0, 1.0], [0.0, 2.0]]);
    let table = read("True,1.5\nFalse,2\n", &Reading::default()).unwrap();
    assert_eq!(table.rows.nrows(), 2, "the first line is a row: {:?}", table.notes);
}

#[test]
fn blank_lines_before_the_header_say_nothing() {
    for blank in ["\n", "\r\n\r\n", "  \n", "\u{feff}\n"] {
        let table = read(&format!("{blank}a,b\n1,2\n"), &Reading::default()).unwrap();
        assert_eq!((table.columns.join(","), table.rows), ("a,b".to_owned(), ndarray::array![[1.0, 2.0]]), "{blank:?}");
    }
    assert!(read("\n\n", &Reading::default()).unwrap_err().contains("the file is empty"));
}

#[test]
fn missing_values_are_filled_where_somebody_says_so() {
    let median = Reading { missing: Missing::Median, ..Reading::default() };
    let table = read("a,b,label\n1,5,0\n2,,0\nNaN,7,1\n4,null,0\n9,6,0\n", &median).unwrap();
    assert_eq!(table.rows.column(0).to_vec(), [1.0, 2.0, 3.0, 4.0, 9.0]);
    assert_eq!(table.rows.column(1).to_vec(), [5.0, 6.0, 7.0, 6.0, 6.0]);
    let told = |name: &str| table.notes.iter().any(|note| note.contains(name) && note.contains("missing values"));
    assert!(told("'a': 1") && told("'b': 2"), "{:?}", table.notes);
    assert!(read("a,b\n,1\nNA,2\n", &median).unwrap_err().contains("the column 'a' has no value"));
    assert!(read("a,label\n1,\n", &median).unwrap_err().contains("a label must be 0 or 1"));
    assert!(read("a,b\n1,x\n", &median).unwrap_err().contains("'x' is no number"));
    assert!(Missing::from_str("mean").is_err());
}

#[test]
fn a_file_of_many_pieces_is_read_whole() {
    let mut text = String::from("a,b\n");
    for i in 0..900_000 {
        text.push_str(&format!("{i},{}.25\n", i % 7));
    }
    let table = read(&text, &Reading::default()).unwrap();
    assert_eq!(table.rows.dim(), (900_000, 2));
    assert!((0..900_000).all(|i| table.rows[[i, 0]] == i as f64));
    text.push_str("1,oops\n");
    assert!(read(&text, &Reading::default()).unwrap_err().contains("row 900001, column 'b'"));
}

#[test]
fn parquet_gives_what_csv_gives() {
    use arrow::array::{ArrayRef, BooleanArray, Int32Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let write = |cells: Vec<Option<i32>>| {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("a", Arc::new(Int32Array::from(cells))),
            ("name", Arc::new(StringArray::from(vec!["x", "y"]))),
            ("label", Arc::new(BooleanArray::from(vec![true, false]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    write(vec![Some(3), Some(4)]);
    let table = NumericTable::read(&path, &label()).unwrap();
    assert_eq!((table.rows, table.labels), (ndarray::array![[3.0], [4.0]], Some(vec![true, false])));
    let error = NumericTable::read(&path, &Reading::default()).unwrap_err().to_string();
    assert!(error.contains("column 'name' holds Utf8, no numbers"), "{error}");
    write(vec![Some(3), None]);
    let error = NumericTable::read(&path, &label()).unwrap_err().to_string();
    assert!(error.contains("row 2, column 'a': the cell is empty"), "{error}");
    let table = NumericTable::read(&path, &Reading { missing: Missing::Median, ..label() }).unwrap();
    assert_eq!(table.rows, ndarray::array![[3.0], [3.0]]);
}

#[test]
fn scores_come_back_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let scores = [0.1 + 0.2, -1.0 / 3.0];
    let csv = folder.path().join("s.csv");
    write_scores(&csv, &scores, Some(&[true, false])).unwrap();
    let parquet = folder.path().join("s.parquet");
    write_scores(&parquet, &scores, Some(&[true, false])).unwrap();
    let reading = Reading { label: Some("label".to_owned()), ignore: vec!["row".to_owned()], ..Reading::default() };
    let read = |path| NumericTable::read(path, &reading).unwrap();
    assert_eq!(read(&csv), read(&parquet));
    assert_eq!(read(&csv).rows.column(0).to_vec(), scores);
}

#[test]
fn a_first_row_with_a_gap_is_a_row_and_names_behind_an_index_are_names() {
    let fills = Reading { missing: Missing::Median, ..Reading::default() };
    for first in ["1.5,NaN,3", "1.5,,3", ",2,3.5"] {
        assert_eq!(read(&format!("{first}\n2,3,4\n5,6,7\n"), &fills).unwrap().rows.nrows(), 3, "{first}");
    }
    for (names, joined) in [("0,1", "0 1"), ("2019,2020", "2019 2020")] {
        let table = read(&format!(",{names}\n0,5,6\n1,7,8\n"), &fills).unwrap();
        assert_eq!((table.columns.join(" "), table.rows.nrows()), (joined.to_owned(), 2));
    }
}

#[test]
fn a_label_with_a_gap_is_no_column_to_score() {
    let fills = Reading { missing: Missing::Median, ..Reading::default() };
    let said = read("a,y\n5,0\n6,\n7,1\n", &fills).unwrap_err();
    assert!(said.contains("row 2, column 'y'") && said.contains("0 or 1"), "{said}");
}

#[test]
fn an_index_of_r_is_not_scored_and_one_that_counts_otherwise_is_told() {
    let table = read(",a\n1,5\n2,6\n", &Reading::default()).unwrap();
    assert_eq!(table.columns, ["a"]);
    let table = read("Unnamed: 0,a\n7,5\n3,6\n", &Reading::default()).unwrap();
    assert!(table.columns.len() == 2 && table.notes[0].contains("'Unnamed: 0' is scored"), "{:?}", table.notes);
}
