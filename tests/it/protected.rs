//! Protected attributes move neither findings nor the order of leads and visits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mingjing::query::library::Library;

use crate::support::{Desk, Rows, csv_rows, done, findings, fixture};

/// Sex, ethnicity, age as the register writes it, disability and illness change nothing that no law lets
/// them change: the findings of every rule that declares none stay as they are, and so does the order of their leads.
#[test]
fn protected_attributes_move_no_finding() {
    let library = tokio::runtime::Runtime::new().unwrap().block_on(Library::built_in()).unwrap();
    // A rule of codes that follow is judged by what it follows; a model may declare nothing.
    let declares = |id: &str| library.get(id).is_some_and(|r| !r.header().legal_criteria.is_empty() || r.follows());
    let undeclared =
        |out: &Path| -> Rows { findings(out).into_iter().filter(|row| !declares(&row["rule_id"])).collect() };
    let [as_is, moved] = [Desk::new(), Desk::new()];
    as_is.import(&[fixture("county/exports")], &[]);
    permuted(&fixture("county/exports"), &moved.exports());
    moved.import_all();
    let outs = [&as_is, &moved].map(|desk| desk.audit(&[]));
    let found = outs.each_ref().map(|out| undeclared(out));
    assert!(found[0].len() > 20);
    assert!(found[0] == found[1], "a protected attribute changed a finding");

    // Nor does any change which lead comes first, here or in a plan of visits.
    let coverage = csv_rows(&outs[0].join("coverage.csv"));
    let free: BTreeSet<&str> =
        coverage.iter().filter(|row| !declares(&row["rule_id"])).map(|row| row["typology"].as_str()).collect();
    let same_order = |what: &str, tables: [Rows; 2]| {
        let only_free = |row: &&BTreeMap<String, String>| row["typologies"].split('|').all(|code| free.contains(code));
        let ids = tables.each_ref().map(|rows| -> BTreeSet<String> {
            rows.iter().filter(only_free).map(|row| row["lead_id"].clone()).collect()
        });
        // A lead that a rule with a legal criterion joins in one of them is that rule's matter.
        let kept = tables.map(|rows| -> Rows {
            let of_both = |row: &BTreeMap<String, String>| ids.iter().all(|ids| ids.contains(&row["lead_id"]));
            rows.into_iter().filter(of_both).map(|mut row| (row.remove("place"), row).1).collect()
        });
        assert!(kept[0].len() > 20, "{} {what}", kept[0].len());
        assert!(kept[0] == kept[1], "a protected attribute changed the order of {what}");
    };
    same_order("leads", outs.each_ref().map(|out| csv_rows(&out.join("leads.csv"))));
    let plans = [&as_is, &moved].map(|desk| {
        let (data, out) = (desk.data().display().to_string(), desk.path("plan.csv"));
        let all = ["plan", "--visits", "100000", "--random-share", "0", "--data", &data, "--out"];
        done(&[&all[..], &[out.to_str().unwrap()]].concat());
        csv_rows(&out)
    });
    same_order("a plan", plans);
}

/// Copies a delivery, the cells of its protected columns moved among its rows.
pub fn permuted(from: &Path, to: &Path) {
    const PROTECTED: [(&str, &[&str]); 3] = [
        ("户籍人口", &["性别", "民族", "出生日期"]),
        ("残疾证", &["残疾类别", "残疾等级"]),
        ("医保结算", &["重特大疾病"]),
    ];
    let mut touched = 0;
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut text = fs::read_to_string(&path).unwrap();
        if let Some((_, columns)) = PROTECTED.iter().find(|(table, _)| name.starts_with(table)) {
            text = permute(&text, columns);
            touched += 1;
        }
        fs::write(to.join(name), text).unwrap();
    }
    assert!(touched >= PROTECTED.len());
}

/// Moves the cells of columns one row down, the last to the top.
fn permute(text: &str, columns: &[&str]) -> String {
    let bare = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bare.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut rows: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
    let mut changed = false;
    for column in columns {
        let at = header.iter().position(|name| name.trim() == *column).unwrap();
        let mut cells: Vec<String> = rows.iter().map(|row| row[at].clone()).collect();
        cells.rotate_right(1);
        for (row, cell) in rows.iter_mut().zip(cells) {
            changed |= row[at] != cell;
            row[at] = cell;
        }
    }
    assert!(changed, "nothing was permuted");
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}
