//! What a county decides for itself moves the findings as it should.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::{Desk, Rows, csv_rows, findings, fixture};

#[test]
fn local_parameters_change_the_findings() {
    let audit = |parameter: Option<(&str, &str)>, only: &str| -> Rows {
        let desk = Desk::new();
        let mut paths = vec![fixture("county/exports")];
        if let Some((name, value)) = parameter {
            let path = desk.path("地方规则-试算.csv");
            // In force when the oldest application was decided; the county has no rule of its own for these.
            let region = csv_rows(&fixture("county/exports/行政区划.csv"))
                .into_iter()
                .find(|row| row["级别"] == "县")
                .map(|row| row["区划代码"].clone())
                .unwrap();
            fs::write(
                &path,
                format!("区划代码,参数名称,参数值,生效日期,失效日期\n{region},{name},{value},2015-01-01,\n"),
            )
            .unwrap();
            paths.push(path);
        }
        desk.import(&paths, &[]);
        findings(&desk.audit(&["--only", only]))
    };
    let subjects = |rows: &Rows, exemption: &str| -> BTreeSet<String> {
        let wanted = |row: &&BTreeMap<String, String>| match exemption {
            "" => row["status"] == "open",
            code => row["exemption"] == code,
        };
        rows.iter().filter(wanted).map(|row| row["subject_key"].clone()).collect()
    };

    // Kin of a wider degree count once the county says so.
    let (close, extended) = (audit(None, "C01"), audit(Some(("kin_depth", "extended")), "C01"));
    let outside = |rows: &Rows| subjects(rows, "kin_outside_depth");
    let moved: BTreeSet<String> = outside(&close).difference(&outside(&extended)).cloned().collect();
    // A cousin is outside either depth and stays explained.
    assert!(!moved.is_empty() && outside(&extended).is_subset(&outside(&close)));
    assert!(subjects(&extended, "").is_superset(&moved), "{moved:?}");

    // A dearer limit leaves only what dearer cars put at issue.
    let fen = |rows: &Rows| rows.iter().map(|r| r["amount"].parse::<f64>().unwrap()).sum::<f64>();
    let (any, dear) = (audit(None, "A04"), audit(Some(("vehicle_price_limit", "50000")), "A04"));
    assert!(subjects(&dear, "").is_subset(&subjects(&any, "")) && fen(&dear) < fen(&any));
    assert!(subjects(&audit(Some(("vehicle_price_limit", "90000000")), "A04"), "").is_empty());

    // Without a grace the first month after a death counts too.
    let (grace, none) = (audit(None, "A01"), audit(Some(("death_grace_months", "0")), "A01"));
    assert!(subjects(&none, "").is_superset(&subjects(&grace, "")) && fen(&none) > fen(&grace));

    // Who is paid on for longer than the county gives itself to adjust, of that the finding says so.
    let month = |text: &str| -> i32 { text[..4].parse::<i32>().unwrap() * 12 + text[5..7].parse::<i32>().unwrap() };
    let longer = audit(Some(("death_escalate_months", "6")), "A01");
    assert_eq!(subjects(&longer, ""), subjects(&grace, ""), "whom it names stays");
    for (rows, allowed) in [(&grace, 3), (&longer, 6)] {
        let mut escalated = 0;
        for row in rows.iter().filter(|row| row["status"] == "open") {
            let died = row["summary_zh"].split("已于").nth(1).unwrap();
            let says = row["summary_zh"].contains("已超过死亡后核查调整的最长期限");
            assert_eq!(says, month(&row["month_to"]) - month(died) > allowed, "{row:?}");
            escalated += usize::from(says);
        }
        assert!(escalated > 0, "some beyond {allowed} months");
    }
}
