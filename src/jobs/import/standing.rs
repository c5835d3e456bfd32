//! What an import begins with: decisions of the snapshot that it builds on, and of stewards.

use std::collections::{BTreeMap, BTreeSet};

use crate::cases::{IdentityDecisions, Same};
use crate::domain::name;
use crate::identity::linkage::linkage_name;
use crate::identity::{Decided, Method, Standing};
use crate::snapshot::Snapshot;

use super::super::stored::text_rows;
use super::ImportError;
use super::context::TELLING;
use super::deliver::Delivery;

/// Decisions that stand: those of stewards, and those of the snapshot built upon, where the same linkage made
/// them. A reference that stayed open is looked at anew where the delivery brings anything that could tell more
/// of it.
pub fn standing(decisions: &IdentityDecisions, delivery: &Delivery) -> Result<Standing, ImportError> {
    let mut standing = Standing::default();
    for said in decisions.standing() {
        standing.said(said.reference(), said.person.clone(), said.decision == Same::Yes);
    }
    let Some(base) = delivery.base.as_ref().filter(|base| base.manifest.identity.linkage == linkage_name()) else {
        return Ok(standing);
    };
    // Without a register whoever is named anywhere is a person to link with.
    let registered = delivery.kept.iter().any(|entry| entry.table == "person");
    let nothing_told = registered && delivery.taken.iter().all(|taken| !TELLING.contains(&taken.table.name.as_str()));
    former(base, nothing_told, &mut standing)?;
    Ok(standing)
}

/// Columns of `identity_issue` that are read.
const COLUMNS: [&str; 8] =
    ["table_name", "normal_text", "name", "method", "probability", "person_key", "offered_key", "offered_probability"];

fn former(base: &Snapshot, nothing_told: bool, standing: &mut Standing) -> Result<(), ImportError> {
    type Met = (Option<(i32, Method, f64)>, Option<(i32, f64)>);
    let mut met: BTreeMap<(String, Option<String>), Met> = BTreeMap::new();
    let mut people = BTreeSet::new();
    text_rows(base, "identity_issue", COLUMNS, |[table, text, beside, method, probability, key, offered, chance]| {
        // The register's own rows are no references.
        let (Some(text), Some(method)) = (text.filter(|_| table != Some("person")), method.and_then(Method::parse))
        else {
            return;
        };
        let pair = |key: Option<&str>, p: Option<&str>| Some((key?.parse::<i32>().ok()?, p?.parse::<f64>().ok()?));
        let link = match method {
            // What a steward said stands beside, and may have been taken back.
            Method::Confirmed => return,
            Method::Unresolved => None,
            _ => pair(key, probability).map(|(key, p)| (key, method, p)),
        };
        let offer = pair(offered, chance);
        if link.is_none() && !nothing_told {
            return;
        }
        people.extend(link.map(|(key, ..)| key));
        people.extend(offer.map(|(key, _)| key));
        met.insert((text.to_owned(), beside.map(name::normal)), (link, offer));
    })?;
    let mut numbers: BTreeMap<i32, String> = BTreeMap::new();
    text_rows(base, "identity", ["person_key", "id_number", "name"], |[key, number, name]| {
        let (Some(key), Some(number)) = (key.and_then(|key| key.parse().ok()), number) else { return };
        if people.contains(&key) {
            numbers.insert(key, number.to_owned());
            if let Some(name) = name {
                standing.named(number.to_owned(), name::normal(name));
            }
        }
    })?;
    let number = |key: i32| numbers.get(&key).cloned();
    for (reference, (link, offer)) in met {
        let decided = Decided {
            link: link.and_then(|(key, method, p)| Some((number(key)?, method, p))),
            offered: offer.and_then(|(key, p)| Some((number(key)?, p))),
        };
        standing.decided(reference, decided);
    }
    Ok(())
}
