//! What one reviewer takes up together.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Desk, LI, audited_county, csv_rows, payments};

/// Several rules at one payment, each with its own person or the whole of it, claim it once.
#[test]
fn no_lead_claims_more_than_the_family_was_paid() {
    let (desk, out) = audited_county();
    let paid: BTreeMap<String, f64> = desk
        .query(
            "SELECT h.household_no, sum(p.amount_fen) / 100.0 FROM payment AS p JOIN household AS h \
             ON h.household_key = p.household_key WHERE p.status = 'paid' AND p.amount_fen > 0 GROUP BY h.household_no",
        )
        .iter()
        .map(|line| line.split_once(',').unwrap())
        .map(|(household, yuan)| (household.to_owned(), yuan.parse().unwrap()))
        .collect();
    let leads = csv_rows(&out.join("leads.csv"));
    let claims = leads.iter().filter(|lead| lead["subject_kind"] == "household" && lead["queue"] == "irregularity");
    let mut several = 0;
    for lead in claims {
        let (amount, most): (f64, f64) =
            (lead["amount"].parse().unwrap(), paid.get(&lead["subject_key"]).copied().unwrap_or(0.0));
        assert!(amount <= most + 0.005, "{} of {most} paid: {}", lead["amount"], lead["typologies"]);
        several += usize::from(amount > 0.0 && lead["typologies"].contains('|'));
    }
    assert!(several > 5, "{several} leads gather several typologies with money");
}

/// A car and a term in prison are two grounds, though the same payments are at issue; what rests on one row of a register is
/// one.
#[test]
fn independent_grounds_make_a_lead_likelier_and_what_rests_on_one_row_does_not() {
    let desk = Desk::small();
    desk.file("发放明细.csv", &payments(&["2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]));
    desk.file("羁押.csv", &format!("身份证号,姓名,类型,开始日期,结束日期\n{LI},李顺昌,服刑,2023-12-20,2024-12-20\n"));
    desk.file(
        "机动车.csv",
        &format!("号牌号码,身份证号,姓名,车辆类型,购置价格,注册日期,注销日期\n湘A12345,{LI},李顺昌,小型汽车,80000,2022-03-01,\n"),
    );
    desk.import_all();
    let out = desk.audit(&["--only", "A02,A04"]);
    let told = |file: &str| csv_rows(&out.join(file));
    let p: Vec<f64> = told("findings.csv").iter().map(|row| row["probability"].parse().unwrap()).collect();
    let leads = told("leads.csv");
    assert_eq!((p.len(), leads.len()), (2, 1), "{leads:?}");
    let lead: f64 = leads[0]["probability"].parse().unwrap();
    assert!((lead - (1.0 - (1.0 - p[0]) * (1.0 - p[1]))).abs() < 1e-5, "{lead} of {p:?}");

    // Two rules that read one row of a register make nothing likelier.
    let (_desk, out) = audited_county();
    let carriers = ["payment", "household", "household_member", "standard"];
    let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let evidence = csv_rows(&out.join("evidence.csv"));
    for row in evidence.iter().filter(|row| row["role"] == "for" && !carriers.contains(&row["table"].as_str())) {
        let name = format!("{} {}", row["source_file"], row["source_row"]);
        rows.entry(row["finding_id"].clone()).or_default().insert(name);
    }
    let findings = csv_rows(&out.join("findings.csv"));
    let mut dependent = 0;
    for lead in csv_rows(&out.join("leads.csv")).iter().filter(|lead| lead["subject_kind"] == "household") {
        let own: Vec<_> = findings
            .iter()
            .filter(|f| {
                f["household_no"] == lead["subject_key"] && f["queue"] == lead["queue"] && f["status"] == "open"
            })
            .filter(|f| ["household", "person", "award", "application"].contains(&f["subject_kind"].as_str()))
            .collect();
        let [a, b] = own[..] else { continue };
        let ground = |of: &BTreeMap<String, String>| rows.get(&of["finding_id"]).cloned().unwrap_or_default();
        if ground(a).is_disjoint(&ground(b)) {
            continue;
        }
        let p = |row: &BTreeMap<String, String>| row["probability"].parse::<f64>().unwrap();
        assert!((p(lead) - p(a).max(p(b))).abs() < 1e-5, "{a:?} {b:?} {lead:?}");
        dependent += 1;
    }
    assert!(dependent > 0, "no lead of two findings on one row");
}
