//! Faults of the engine that would make a finding wrong, and that its settings avoid.

use crate::support::{Desk, fixture};

/// A join on two row ids of a view made by a union once lost rows silently.
#[test]
fn a_join_on_row_ids_of_a_union_loses_no_row() {
    let desk = Desk::new();
    desk.import(&[fixture("county/exports")], &[]);
    let joined = |plus: &str| {
        let on = |key: &str| format!("a.{key}{plus} = b.{key}");
        desk.query(&format!(
            "SELECT count(*) FROM family_vehicle a JOIN family_vehicle b ON {} AND {}",
            on("row_vehicle"),
            on("row_household_member")
        ))
    };
    let all: u64 = desk.query("SELECT count(*) FROM family_vehicle")[0].parse().unwrap();
    assert!(all > 10);
    assert!(joined("")[0].parse::<u64>().unwrap() >= all, "every row meets itself");
    assert_eq!(joined(""), joined(" + 0"), "an expression in the place of a column changes nothing");
}
