//! What an audit says of a past day, and of things that were entered twice.

use super::support::{Desk, LI, Rows, failed, findings, payments};

/// A desk whose second member is in prison; the term was entered twice, as overlapping rows.
fn desk() -> Desk {
    let desk = Desk::small();
    desk.file("发放明细.csv", &payments(&["2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]));
    desk.file(
        "羁押.csv",
        &format!(
            "身份证号,姓名,类型,开始日期,结束日期\n{LI},李顺昌,服刑,2023-12-20,2024-12-20\n{LI},李顺昌,服刑,2024-01-01,2024-11-20\n"
        ),
    );
    desk.import_all();
    desk
}

#[test]
fn a_payment_is_lost_once_however_often_its_ground_was_entered() {
    let found = findings(&desk().audit(&["--only", "A02"]));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0]["month_to"].as_str(), found[0]["amount"].as_str()),
        ("2024-05", "2000.00"),
        "five shares of 400"
    );
}

#[test]
fn an_audit_of_a_past_day_knows_nothing_of_later_ones() {
    let desk = desk();
    let found = findings(&desk.audit(&["--only", "A02", "--as-of", "2024-03-31"]));
    assert_eq!((found[0]["month_to"].as_str(), found[0]["amount"].as_str()), ("2024-03", "1200.00"));
    // Nobody was in prison yet, and what is paid later is still to come.
    assert!(findings(&desk.audit(&["--as-of", "2024-01-05", "--only", "E04"])).is_empty());
    desk.file("羁押.csv", &format!("身份证号,姓名,类型,开始日期,结束日期\n{LI},李顺昌,服刑,2024-04-01,2024-12-20\n"));
    desk.import_all();
    assert!(findings(&desk.audit(&["--only", "A02", "--as-of", "2024-03-31"])).is_empty());
    // What had been paid out by a day is what a delivery made on that day holds.
    let then = findings(&desk.audit(&["--as-of", "2024-03-31"]));
    let earlier = Desk::small();
    earlier.file("发放明细.csv", &payments(&["2024-01", "2024-02", "2024-03"]));
    earlier.file("羁押.csv", "身份证号,姓名,类型,开始日期,结束日期\n");
    earlier.import_all();
    let short = findings(&earlier.audit(&["--as-of", "2024-03-31"]));
    let told = |rows: &Rows| rows.iter().map(|row| row["finding_id"].clone()).collect::<Vec<_>>();
    assert_eq!(told(&then), told(&short));
}

#[test]
fn the_last_day_of_the_payments_knows_no_later_register_either() {
    let desk = desk();
    desk.file(
        "死亡登记.csv",
        &format!("身份证号,姓名,死亡日期,登记日期,来源\n{LI},李顺昌,2024-02-10,2024-06-20,公安\n"),
    );
    desk.import_all();
    let found = |options: &[&str]| findings(&desk.audit(&[&["--only", "A01"], options].concat())).len();
    assert_eq!((found(&[]), found(&["--as-of", "2024-06-20"]), found(&["--as-of", "2024-05-31"])), (1, 1, 0));
}

#[test]
fn a_day_before_the_first_payment_is_refused() {
    let desk = desk();
    let said = failed(&["audit", "--data", desk.data().to_str().unwrap(), "--as-of", "2023-06-30"]);
    assert!(said.contains("nothing was paid until 2023-06") && said.contains("2024-01"), "{said}");
}

#[test]
fn a_past_day_may_be_asked_of_a_delivery_without_payments() {
    let desk = Desk::small();
    desk.file("发放明细.csv", &payments(&[]));
    desk.import_all();
    assert!(findings(&desk.audit(&["--as-of", "2024-03-31", "--only", "A02"])).is_empty());
}

/// Somebody whom no register knows, on an award of March whose application was refused in April: found since, and not of
/// the day on which nothing had been decided.
#[test]
fn an_award_is_there_from_its_decision_on() {
    let desk = Desk::small();
    let known = std::fs::read_to_string(desk.exports().join("户籍人口.csv")).unwrap();
    let known: String = known.lines().filter(|line| !line.starts_with(LI)).map(|line| format!("{line}\n")).collect();
    desk.file("户籍人口.csv", &known);
    desk.file(
        "救助申请.csv",
        "申请编号,家庭编号,救助类型,申请日期,审批日期,审批结果\nSQ1,JT1,低保,2024-01-10,2024-04-10,不予批准\n",
    );
    let award = std::fs::read_to_string(desk.exports().join("救助待遇.csv")).unwrap();
    desk.file("救助待遇.csv", &award.replace("DB1,,", "DB1,SQ1,").replace("2023-06", "2024-03"));
    desk.import_all();
    let ghosts = |options: &[&str]| {
        findings(&desk.audit(&[&["--only", "A18"], options].concat()))
            .iter()
            .filter(|row| row["status"] == "open")
            .count()
    };
    assert_eq!((ghosts(&[]), ghosts(&["--as-of", "2024-03-30"])), (1, 0));
}
