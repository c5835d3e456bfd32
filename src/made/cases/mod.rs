//! Planted cases: real irregularities of each typology, and look-alikes for each exemption.
//!
//! One file a family of cases; each has a table of [`Kind`]s. A planter makes its households to order,
//! bends them, and claims what it did. To add a typology, add a file or a row.

mod accounts;
mod aid;
mod assets;
mod death;
mod decisions;
mod detention;
mod exclusion;
mod favour;
mod flow_back;
mod funds;
mod hidden;
mod income;
mod institutions;
mod invented;
mod kin;
mod office;
mod overlap;
mod payments;
mod procedure;
mod property;
mod records;
mod rotation;
mod split;
mod split_grants;
mod spouse;
mod statements;
mod supporter;
mod switched;

use super::plan::Plan;
use super::random::{Dice, Purpose};
use super::truth::Claim;
use super::village::Village;
use super::{Settings, numbers};
use crate::made::rows::Text;

/// Households under which a land gets a single case of each kind.
const FEW: u64 = 200;

/// One kind of case.
#[derive(Debug)]
pub(super) struct Kind {
    /// The typology that it is, or looks like.
    pub(super) typology: &'static str,
    /// The exemption that makes it lawful; `None` for a real one.
    pub(super) decoy: Option<&'static str>,
    /// Plants one case in a village.
    pub(super) plant: fn(&mut Village<'_, '_>),
    /// Whether it needs a village in the countryside; every township has one.
    pub(super) rural: bool,
}

const fn real(typology: &'static str, plant: fn(&mut Village<'_, '_>)) -> Kind {
    Kind { typology, decoy: None, plant, rural: false }
}

/// A real case in the countryside, where dibao has tiers.
const fn real_rural(typology: &'static str, plant: fn(&mut Village<'_, '_>)) -> Kind {
    Kind { rural: true, ..real(typology, plant) }
}

const fn decoy(typology: &'static str, exemption: &'static str, plant: fn(&mut Village<'_, '_>)) -> Kind {
    Kind { typology, decoy: Some(exemption), plant, rural: false }
}

/// A look-alike in the countryside.
const fn decoy_rural(typology: &'static str, exemption: &'static str, plant: fn(&mut Village<'_, '_>)) -> Kind {
    Kind { rural: true, ..decoy(typology, exemption, plant) }
}

/// Every kind of case, by family.
const FAMILIES: &[&[Kind]] = &[
    death::KINDS,
    detention::KINDS,
    assets::KINDS,
    income::KINDS,
    overlap::KINDS,
    office::KINDS,
    accounts::KINDS,
    payments::KINDS,
    records::KINDS,
    property::KINDS,
    supporter::KINDS,
    spouse::KINDS,
    split::KINDS,
    invented::KINDS,
    decisions::KINDS,
    aid::KINDS,
    exclusion::KINDS,
    kin::KINDS,
    procedure::KINDS,
    split_grants::KINDS,
    rotation::KINDS,
    switched::KINDS,
    statements::KINDS,
    flow_back::KINDS,
    institutions::KINDS,
    funds::KINDS,
    hidden::KINDS,
    favour::KINDS,
];

/// Every kind of case.
pub(super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    FAMILIES.iter().copied().flatten()
}

/// The kinds that a township gets. Real cases of a kind are `irregular_share` of the households divided
/// among the kinds, look-alikes half as many; never fewer than two, or one in lands of few.
pub(super) fn schedule(settings: &Settings, plan: &Plan, township: u32) -> Vec<&'static Kind> {
    if settings.clean {
        return Vec::new();
    }
    let households = settings.households as f64;
    let irregular = kinds().filter(|k| k.decoy.is_none()).count() as f64;
    let least = if settings.households < FEW { 1.0 } else { 2.0 };
    let townships = f64::from(plan.townships());
    let mut due = Vec::new();
    for (at, kind) in kinds().enumerate() {
        let share = settings.irregular_share * if kind.decoy.is_none() { 1.0 } else { 0.5 };
        let count = (households * share / irregular).round().max(least);
        // Case j of the kind lies in township floor((j + phase) * townships / count).
        let phase = Dice::of(settings.seed, Purpose::Schedule, at as u64).below(1000) as f64 / 1000.0;
        let first = |t: u32| (f64::from(t) * count / townships - phase).ceil().clamp(0.0, count);
        for _ in first(township) as u64..first(township + 1) as u64 {
            due.push(kind);
        }
    }
    due
}

impl Village<'_, '_> {
    /// Puts a claim on the list; no fault of the files may hide the person that it rests on.
    fn claim(&mut self, claim: Claim) {
        if let Some((household, _)) = claim.of {
            let people = self.households[household].members.iter().map(|m| m.person.id.clone());
            self.town.kept.extend(people);
        }
        self.claims.push(claim);
    }

    /// Claims a look-alike of a household's first benefit.
    fn exempt(
        &mut self,
        typology: &'static str,
        exemption: &'static str,
        subject: super::truth::Subject,
        household: usize,
    ) {
        self.claim(Claim::decoy(typology, exemption, subject).of(household, 0));
    }

    /// A number as a clerk mistyped it: `count` digits wrong. Claims the fault (Q01).
    fn misread(&mut self, id: &Text, count: usize, household: usize, note: &'static str) -> Text {
        let wrong = numbers::mistyped(&mut self.town.dice, id, count);
        let claim = Claim::real("Q01", super::truth::Subject::Person(wrong.clone()));
        self.claim(claim.of(household, 0).alt([id.clone()]).note(note));
        wrong
    }

    /// Whether this case gets a link that only identity resolution can find. Where a kind has a single
    /// case, that one is plain.
    fn is_hard(&mut self) -> bool {
        self.town.settings.households >= FEW && self.town.dice.chance(0.12)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_kind_is_scheduled_at_least_twice_from_300_households_on() {
        for households in [300, 2_500, 50_000] {
            let settings = Settings { households, ..Settings::default() };
            let plan = Plan::of(&settings).unwrap();
            let mut counts = BTreeMap::new();
            for township in 0..plan.townships() {
                for kind in schedule(&settings, &plan, township) {
                    *counts.entry((kind.typology, kind.decoy)).or_insert(0) += 1;
                }
            }
            assert!(kinds().all(|kind| counts.contains_key(&(kind.typology, kind.decoy))));
            assert!(counts.values().all(|n| *n >= 2), "{counts:?}");
        }
    }
}
