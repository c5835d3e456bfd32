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

/// A grouping over a grouping of a join once left out what the other side of the join told apart.
#[test]
fn a_grouping_over_a_grouping_merges_no_rows() {
    let desk = Desk::new();
    desk.import(&[fixture("county/exports")], &[]);
    let counted = |grouped: &str| {
        desk.query(&format!(
            "WITH month AS (SELECT household_key, month_of(joined_on) AS month FROM household_member
                            UNION SELECT household_key, DATE '2024-06-01' FROM household),
                  met   AS (SELECT m.household_key, m.month, h.row_id, h.person_key FROM month AS m
                            JOIN household_member AS h ON h.household_key = m.household_key),
                  once  AS (SELECT household_key, month, row_id, person_key FROM met
                            GROUP BY household_key, month, row_id, person_key),
                  twice AS (SELECT household_key, month, row_id FROM {grouped} GROUP BY household_key, month, row_id)
             SELECT count(*) FROM twice"
        ))
    };
    assert!(counted("met")[0].parse::<u64>().unwrap() > 300);
    assert_eq!(counted("once"), counted("met"), "each row stands once");
}

/// Such a grouping once also grouped by what its statement did not name.
#[test]
fn a_grouping_over_a_grouping_parts_no_rows() {
    let desk = Desk::new();
    desk.import(&[fixture("county/exports")], &[]);
    let counted = |plus: &str| {
        desk.query(&format!(
            "WITH first AS (SELECT household_key, min(start_month) AS begun FROM award GROUP BY household_key),
                  met   AS (SELECT f.household_key, f.begun, m.person_key, m.row_id FROM first AS f
                            JOIN household_member AS m ON m.household_key = f.household_key),
                  once  AS (SELECT household_key, person_key, count(*) AS n FROM met GROUP BY household_key, person_key),
                  size  AS (SELECT household_key{plus} AS household, count(*) AS members FROM once AS o
                            GROUP BY household_key{plus})
             SELECT count(*), count(DISTINCT household), max(members) FROM size"
        ))
    };
    assert_eq!(counted(""), counted(" + 0"));
}
