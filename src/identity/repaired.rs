//! Faulty references between repair and linkage: what is known of them, what is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{id_number, name};

use super::inference::Method;
use super::interner::{Interner, KeyIndex};
use super::namesakes;
use super::persons::{Faulty, Persons};
use super::standing::Standing;

/// After repair: what is known of faulty references, and what is still open.
#[derive(Debug)]
pub struct Repaired {
    pub(super) numbers: Interner,
    pub(super) faulty: BTreeSet<Faulty>,
    /// Those of the register's own rows, which stand for themselves whatever is known of others.
    pub(super) own: BTreeSet<Faulty>,
    pub(super) standing: Standing,
    pub(super) known: BTreeMap<Faulty, (String, Method, f64)>,
    pub(super) offered: BTreeMap<Faulty, (String, f64)>,
    /// References that stay as open as they were.
    pub(super) settled: BTreeSet<Faulty>,
}

impl Repaired {
    /// References that are left to linkage: a number of 15 digits that no repair explains is taken at its word.
    pub fn open(&self) -> Vec<Faulty> {
        let decided = |reference: &Faulty| self.known.contains_key(reference) || self.settled.contains(reference);
        let open = self.faulty.iter().filter(|reference| !decided(reference));
        open.filter(|(text, _)| id_number::fault(text).is_some()).cloned().collect()
    }

    /// What stewards said.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The position of a known number among all; what is asked of one person is so asked once.
    pub fn position(&self, number: &str) -> Option<u32> {
        self.numbers.position(number)
    }

    /// Takes a link that was inferred otherwise. One without a name whose number came with names of several people
    /// is offered only: whatever stands beside it may be another's.
    pub fn link(&mut self, reference: Faulty, number: String, probability: f64) {
        if reference.1.is_none() && self.is_of_several(&reference.0) {
            self.offer(reference, number, probability);
        } else {
            self.known.insert(reference, (number, Method::Linked, probability));
        }
    }

    /// Whether a wrong number came with names of several people.
    fn is_of_several(&self, text: &str) -> bool {
        let names: Vec<&str> =
            self.of_text(text).filter_map(|(_, name)| name.as_deref()).filter(|name| !name.is_empty()).collect();
        namesakes::persons(&names).values().collect::<BTreeSet<_>>().len() > 1
    }

    /// The faulty references of a text.
    fn of_text(&self, text: &str) -> impl Iterator<Item = &Faulty> {
        self.faulty.range((text.to_owned(), None)..).take_while(move |(other, _)| other == text)
    }

    /// Takes a person that a reference may mean, for a steward.
    pub fn offer(&mut self, reference: Faulty, number: String, probability: f64) {
        let best = self.offered.entry(reference).or_insert_with(|| (number.clone(), probability));
        if probability > best.1 {
            *best = (number, probability);
        }
    }

    /// Gives every person a key.
    pub fn finish(mut self) -> Persons {
        // A reference without a name (kinship has none) follows the named ones of the same text, where
        // these agree on one person and none has the name of another.
        let mut by_text: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (reference, (number, ..)) in &self.known {
            by_text.entry(&reference.0).or_default().insert(number);
        }
        let strays = |text: &str| {
            let (known, open): (Vec<_>, Vec<_>) = self
                .of_text(text)
                .filter(|(_, name)| name.is_some())
                .partition(|reference| self.known.contains_key(*reference));
            let agree = |a: &Faulty, b: &Faulty| a.1.iter().zip(&b.1).all(|(a, b)| name::agree(a, b));
            open.iter().any(|open| !known.iter().any(|known| agree(open, known)))
        };
        let mut followed = Vec::new();
        for reference in self.faulty.iter().filter(|r| r.1.is_none() && !self.known.contains_key(*r)) {
            let Some(numbers) = by_text.get(reference.0.as_str()).filter(|n| n.len() == 1) else { continue };
            if strays(&reference.0) {
                continue;
            }
            if numbers.iter().any(|number| self.standing.refuses(reference, number)) {
                continue;
            }
            let found = self.known.iter().find(|(r, found)| r.0 == reference.0 && numbers.contains(found.0.as_str()));
            followed.extend(found.map(|(_, found)| (reference.clone(), found.clone())));
        }
        self.known.extend(followed);
        let apart = self.stand_for_themselves();
        let index = KeyIndex::new(self.numbers);
        let apart = apart.into_iter().filter_map(|(reference, text)| Some((reference, index.key(&text)?))).collect();
        let linked = self.known.into_iter().filter_map(|(reference, (number, method, probability))| {
            Some((reference, (index.key(&number)?, method, probability)))
        });
        let links = linked.collect();
        let offers = self.offered.into_iter().filter_map(|(r, (number, p))| Some((r, (index.key(&number)?, p))));
        let offers = offers.collect();
        Persons { index, links, offers, apart }
    }

    /// Makes persons of those whom nobody was found for: one a text and name, since people who share a wrong
    /// number are still as many as their names. A reference without a name is the one named person of its
    /// text, or one more where there are several. Answers what stands for those who share their text.
    fn stand_for_themselves(&mut self) -> BTreeMap<Faulty, String> {
        let mut by_text: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        let open = self.faulty.iter().filter(|reference| !self.known.contains_key(*reference));
        for (text, name) in open.chain(&self.own) {
            // One of 15 digits is right, and one person's, whatever the name.
            let name = name.as_deref().filter(|name| !name.is_empty() && id_number::fault(text).is_some());
            by_text.entry(text).or_default().insert(name);
        }
        let mut apart = BTreeMap::new();
        for (text, names) in by_text {
            let named: Vec<&str> = names.iter().flatten().copied().collect();
            let of = namesakes::persons(&named);
            let several = of.values().collect::<BTreeSet<_>>().len() > 1;
            if !several || names.contains(&None) {
                self.numbers.intern(text);
            }
            if several {
                for (name, first) in of {
                    let own = format!("{text} {first}");
                    self.numbers.intern(&own);
                    apart.insert((text.to_owned(), Some(name.to_owned())), own);
                }
            }
        }
        apart
    }
}
