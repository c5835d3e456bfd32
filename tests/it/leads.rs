//! What one reviewer takes up together.

use std::collections::BTreeMap;

use crate::support::{audited_county, csv_rows};

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
