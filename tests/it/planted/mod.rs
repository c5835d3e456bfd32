//! Planted cases have the property that their typology names, nobody else has it, and look-alikes are
//! exempt: the contract's words read over the plain rows of a made county, one function a typology.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod awards;
mod families;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Months, NaiveDate};
use mingjing::contract::contract;
use mingjing::made::{self, Form, Settings};

type Row = BTreeMap<String, String>;
type Found = BTreeSet<String>;
/// The subjects of which a typology's words hold.
type Check = fn(&County) -> Found;

/// Columns that rows are found by.
const KEYS: [&str; 6] =
    ["id_number", "owner_id_number", "head_id_number", "household_no", "award_no", "application_no"];

/// The tables of a made county, and the people of each assisted household.
struct County {
    tables: BTreeMap<String, Vec<Row>>,
    /// Positions of rows by table, column and cell.
    index: HashMap<(&'static str, &'static str, String), Vec<usize>>,
    truth: Vec<Row>,
    members: BTreeMap<String, Vec<String>>,
    first: NaiveDate,
    as_of: NaiveDate,
}

fn day(text: &str) -> Option<NaiveDate> {
    let text = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
    text.parse().ok()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// Whole months from one day to another.
fn months(from: NaiveDate, to: NaiveDate) -> i32 {
    (0..).find(|n| from + Months::new(*n + 1) > to).unwrap() as i32
}

impl County {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            Settings { households: 1_500, irregular_share: 0.15, seed: 23, form: Form::Csv, ..Settings::default() };
        made::generate(&settings, folder.path(), &|_, _| {}).unwrap();
        let read = |path: String| -> Vec<Row> {
            csv::Reader::from_path(folder.path().join(path)).unwrap().deserialize().map(Result::unwrap).collect()
        };
        let tables: BTreeMap<String, Vec<Row>> =
            contract().tables.iter().map(|t| (t.name.clone(), read(format!("exports/{}.csv", t.name)))).collect();
        let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in tables["household_member"].iter().filter(|row| row["left_on"].is_empty()) {
            members.entry(row["household_no"].clone()).or_default().push(row["id_number"].clone());
        }
        let mut index: HashMap<_, Vec<usize>> = HashMap::new();
        for table in &contract().tables {
            for column in table.columns.iter().filter(|c| KEYS.contains(&c.name.as_str())) {
                for (at, row) in tables[&table.name].iter().enumerate() {
                    let key = (table.name.as_str(), column.name.as_str(), row[&column.name].clone());
                    index.entry(key).or_default().push(at);
                }
            }
        }
        let first = day("2023-01").unwrap();
        Self { tables, index, truth: read("truth.csv".to_owned()), members, first, as_of: settings.as_of }
    }

    fn rows(&self, table: &'static str) -> impl Iterator<Item = &Row> {
        self.tables[table].iter()
    }

    /// Rows of a table with that key.
    fn by(&self, table: &'static str, column: &'static str, key: &str) -> impl Iterator<Item = &Row> {
        let at = self.index.get(&(table, column, key.to_owned()));
        at.into_iter().flatten().map(move |at| &self.tables[table][*at])
    }

    /// Rows of a table about a person.
    fn of(&self, table: &'static str, id: &str) -> impl Iterator<Item = &Row> {
        let column = if matches!(table, "vehicle" | "real_estate") { "owner_id_number" } else { "id_number" };
        self.by(table, column, id)
    }

    fn award(&self, no: &str) -> &Row {
        self.by("award", "award_no", no).next().unwrap()
    }

    fn application(&self, no: &str) -> Option<&Row> {
        self.by("application", "application_no", no).next().filter(|_| !no.is_empty())
    }

    /// Awards of dibao and tekun with the persons they cover.
    fn covered(&self) -> impl Iterator<Item = (&Row, &str)> {
        self.rows("award_member")
            .map(|row| (self.award(&row["award_no"]), row["id_number"].as_str()))
            .filter(|(award, _)| award["programme"] != "temporary")
    }

    /// Households that dibao or tekun is paid to, with those on the file.
    fn assisted(&self) -> BTreeMap<&str, &[String]> {
        let paid = self.rows("award").filter(|a| a["programme"] != "temporary").map(|a| a["household_no"].as_str());
        paid.map(|no| (no, self.members.get(no).map(Vec::as_slice).unwrap_or_default())).collect()
    }

    /// The dibao standard (or that of a programme and tier) where the household lives.
    fn standard(&self, household: &str, programme: &str, tier: &str, month: &str) -> f64 {
        let file = self.by("household", "household_no", household).next().unwrap();
        let hukou = if &file["region_code"][9..10] == "0" { "urban" } else { "rural" };
        let setter = format!("{}000000", &file["region_code"][..6]);
        self.rows("standard")
            .filter(|s| s["region_code"] == setter && s["programme"] == programme && s["hukou_kind"] == hukou)
            .filter(|s| s["tier"] == tier && s["from_month"].as_str() <= month)
            .max_by(|one, other| one["from_month"].cmp(&other["from_month"]))
            .map(|s| number(&s["monthly_amount"]))
            .unwrap()
    }

    /// Disabled so severely that it is a ground.
    fn is_severe(&self, id: &str) -> bool {
        self.of("disability", id).any(|d| {
            d["grade"].as_str() <= "2" || d["grade"] == "3" && matches!(&*d["category"], "mental" | "intellectual")
        })
    }

    fn is_dead(&self, id: &str) -> bool {
        self.of("death", id).next().is_some()
    }

    fn is_in_prison(&self, id: &str) -> bool {
        self.of("detention", id).any(|d| d["kind"] == "prison")
    }

    /// Deeds that count.
    fn deeds(&self, id: &str) -> impl Iterator<Item = &Row> {
        self.of("real_estate", id).filter(|d| {
            matches!(&*d["use"], "residential" | "commercial")
                && number(&d["share"]) >= 0.5
                && day(&d["deregistered_on"]).is_none_or(|gone| gone >= self.first)
        })
    }

    fn marriages(&self) -> impl Iterator<Item = (&str, &str, &Row)> {
        self.rows("marriage")
            .flat_map(|w| [(&*w["id_number_a"], &*w["id_number_b"], w), (&*w["id_number_b"], &*w["id_number_a"], w)])
    }
}

#[test]
fn planted_cases_are_what_they_claim_and_nobody_else_is() {
    let checks: [(&str, Check); 19] = [
        ("A05", families::real_estate),
        ("A08", families::undeclared_supporter),
        ("A10", families::pension),
        ("A11", families::deposits),
        ("A12", families::miscalculated),
        ("A13", families::undisclosed_spouse),
        ("A14", families::split),
        ("A16", families::divorced),
        ("A18", awards::ghost),
        ("A19", awards::double_identity),
        ("A20", awards::no_ground),
        ("A21", awards::overrun),
        ("A22", awards::unreviewed),
        ("B03", awards::member_of_two),
        ("B04", awards::temporary_repeat),
        ("B07", awards::medical_aid),
        ("E01", awards::not_covered),
        ("E03", awards::stopped_without_notice),
        ("E06", awards::old_standard),
    ];
    let county = County::make();
    for (typology, check) in checks {
        let found = check(&county);
        let keys = |row: &Row| -> Vec<String> {
            row["alt_keys"].split('|').chain([row["subject_key"].as_str()]).map(str::to_owned).collect()
        };
        let real: Vec<&Row> = county.truth.iter().filter(|r| r["typology"] == typology && r["decoy"] == "no").collect();
        assert!(!real.is_empty(), "{typology}: {} cases", real.len());
        for row in real.iter().filter(|row| row["hard"] == "no") {
            assert!(found.contains(&row["subject_key"]), "{typology}: {row:?} is none");
        }
        let claimed: Found = real.iter().flat_map(|row| keys(row)).collect();
        let others: Vec<&String> = found.difference(&claimed).collect();
        assert!(others.is_empty(), "{typology}: {others:?} are unclaimed");
    }
}
