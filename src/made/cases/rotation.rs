//! A benefit that goes round in a village (C10).

use super::super::family::Family;
use super::super::rows::Text;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, real};

pub(super) const KINDS: &[Kind] = &[real("C10", rotation)];

const HOUSEHOLDS: i32 = 6;

/// Six households have the benefit one after the other, each for a few months and all at one amount. No
/// turn is so long that a rise of the standard would have to be applied in it.
fn rotation(v: &mut Village<'_, '_>) {
    let length = ((v.town.months() - 1) / HOUSEHOLDS).clamp(1, 3);
    let from = v.town.some_month(0, HOUSEHOLDS * length);
    let amount = 300 + v.town.dice.between(0, 9) * 10;
    let mut households = Vec::new();
    for turn in 0..HOUSEHOLDS {
        let start = from.plus(turn * length);
        let family = *v.town.dice.pick(&[Family::SoloAdult, Family::SoloElder]);
        let folk = v.family(family);
        let household = v.file(folk, start);
        let income = v.town.standards.dibao(v.hukou(), start) - amount;
        v.grant_on(household, "dibao", start, &[0], None, income);
        v.households[household].benefits[0].grant = Some(amount);
        v.end_with_notice(household, 0, start.plus(length - 1));
        households.push(household);
    }
    let numbers: Vec<Text> = households.iter().map(|h| v.households[*h].no.clone()).collect();
    let claim = Claim::real("C10", Subject::Named("village", v.place.code.clone())).of(households[0], 0);
    let last = from.plus(HOUSEHOLDS * length - 1);
    v.claim(claim.alt(numbers).months(from, last, Amount::Nothing));
}
