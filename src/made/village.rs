//! A village: offices, neighbours, planted cases, and the lawful households around them.

use std::collections::BTreeSet;

use super::MadeError;
use super::cases::Kind;
use super::family::Family;
use super::model::{Household, Person};
use super::office::Cadre;
use super::plan::VillagePlace;
use super::rows::{Code, Text};
use super::township::Township;
use super::truth::Claim;
use super::write::ChunkSink;

/// One village while it is made.
#[derive(Debug)]
pub(super) struct Village<'t, 'a> {
    pub(super) town: &'t mut Township<'a>,
    pub(super) place: VillagePlace,
    pub(super) number: usize,
    pub(super) cadres: Vec<Cadre>,
    /// Grown people of families without assistance, none of them in office or kin of an assisted family.
    pub(super) neighbours: Vec<Person>,
    pub(super) households: Vec<Household>,
    pub(super) claims: Vec<Claim>,
    /// Register books and officials numbered so far.
    pub(super) books: u32,
    pub(super) officials: u32,
    /// Accounts whose statements were produced.
    pub(super) statements: u32,
    /// Whoever has a pension already.
    pub(super) pensioners: BTreeSet<Text>,
}

impl<'t, 'a> Village<'t, 'a> {
    pub(super) fn found(town: &'t mut Township<'a>, number: usize) -> Self {
        let place = town.place.villages[number].clone();
        Self {
            town,
            place,
            number,
            cadres: Vec::new(),
            neighbours: Vec::new(),
            households: Vec::new(),
            claims: Vec::new(),
            books: 0,
            officials: 0,
            statements: 0,
            pensioners: BTreeSet::new(),
        }
    }

    /// All hukou of a village are of one kind.
    pub(super) fn hukou(&self) -> Code {
        if self.place.urban { "urban" } else { "rural" }
    }

    /// Peoples the village: first what was ordered, then lawful households up to its number.
    pub(super) fn people(&mut self, orders: &[&Kind]) {
        self.fill_offices();
        for _ in 0..self.place.households.max(4) {
            let adults = self.neighbours_family();
            self.furnish_neighbours(&adults);
            self.neighbours.extend(adults);
        }
        for kind in orders {
            (kind.plant)(self);
        }
        let kin = self.town.dice.chance(self.place.households as f64 * 0.03);
        let lawful = self.place.households.saturating_sub(self.households.len());
        for at in 0..lawful {
            self.background(kin && at == 0);
        }
        self.applicants();
    }

    /// One lawful household with what life brings.
    fn background(&mut self, kin: bool) {
        use Family::*;
        let dice = &mut self.town.dice;
        let tekun = !kin && dice.chance(0.17);
        let family = match (tekun, kin) {
            (true, _) => SoloTekun,
            (_, true) => SoloAdult,
            _ => dice.weighted(&[
                (SoloAdult, 36),
                (SoloElder, 18),
                (SingleParent, 12),
                (ElderCouple, 9),
                (ElderWithAdultChild, 10),
                (CoupleWithChild, 8),
                (GrandparentWithGrandchild, 7),
            ]),
        };
        let start = if dice.chance(0.15) {
            self.town.some_month(0, 2)
        } else {
            let back = dice.between(1, 40) as i32;
            self.town.calendar.first.plus(-back)
        };
        let household = if kin {
            let household = self.order_modest(family, start);
            self.declare_kin(household);
            household
        } else {
            self.order_from(family, if tekun { "tekun" } else { "dibao" }, start)
        };
        self.households[household].to_order = false;
        self.live(household, family);
    }

    /// Writes everything about the households, and the claims once their awards have numbers. Answers
    /// how many households have a file.
    pub(super) fn close(mut self, sink: &mut ChunkSink) -> Result<u64, MadeError> {
        let count = self.households.len();
        for household in 0..count {
            self.furnish(household);
            self.settle(household);
        }
        for claim in std::mem::take(&mut self.claims) {
            sink.truth(&claim.row(&self.households, &mut self.town.numbers))?;
        }
        Ok(count as u64)
    }
}
