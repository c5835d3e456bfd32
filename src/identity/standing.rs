//! What stands of faulty references before anything is inferred: what the snapshot built upon decided, and
//! what stewards said.

use std::collections::{BTreeMap, BTreeSet};

use super::inference::Method;
use super::persons::Faulty;

/// What was decided before of a faulty reference. Nothing at all says that it stayed open, and that nothing
/// has come since that could tell more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decided {
    /// Number of the person it means, how that was found, and how surely.
    pub link: Option<(String, Method, f64)>,
    /// Number of a person it may mean, and how probable that is.
    pub offered: Option<(String, f64)>,
}

impl Decided {
    /// Numbers of the people it is about.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let link = self.link.iter().map(|(number, ..)| number.as_str());
        link.chain(self.offered.iter().map(|(number, _)| number.as_str()))
    }
}

/// Decisions that an import begins with. Names are in normal form.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    former: BTreeMap<Faulty, Decided>,
    /// Names that the people of former decisions bore then.
    names: BTreeMap<String, String>,
    confirmed: BTreeMap<Faulty, String>,
    refused: BTreeMap<Faulty, BTreeSet<String>>,
}

impl Standing {
    /// Takes a former decision.
    pub fn decided(&mut self, reference: Faulty, decided: Decided) {
        self.former.insert(reference, decided);
    }

    /// Takes the name that a person of former decisions bore.
    pub fn named(&mut self, number: String, name: String) {
        self.names.insert(number, name);
    }

    /// Takes a steward's word that a reference means a person, or does not.
    pub fn said(&mut self, reference: Faulty, number: String, same: bool) {
        if same {
            self.confirmed.insert(reference, number);
        } else {
            self.refused.entry(reference).or_default().insert(number);
        }
    }

    /// The person whom a steward said a reference means.
    pub fn confirmed(&self, reference: &Faulty) -> Option<&str> {
        self.confirmed.get(reference).map(String::as_str)
    }

    /// Whether a steward said that a reference does not mean a person.
    pub fn refuses(&self, reference: &Faulty, number: &str) -> bool {
        self.refused.get(reference).is_some_and(|numbers| numbers.contains(number))
    }

    /// References with the numbers of people whom they do not mean.
    pub fn refused(&self) -> &BTreeMap<Faulty, BTreeSet<String>> {
        &self.refused
    }

    /// Numbers of the people that former decisions are about.
    pub(super) fn people(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The former decision on a reference, while those it is about bear the names they bore (`named` gives
    /// the names met with a number) and no steward said otherwise.
    pub(super) fn former<'a>(
        &self,
        reference: &Faulty,
        named: impl Fn(&str) -> Option<&'a Vec<String>>,
    ) -> Option<&Decided> {
        self.former.get(reference).filter(|decided| {
            decided.numbers().all(|number| {
                let unchanged =
                    self.names.get(number).is_some_and(|own| named(number).is_some_and(|n| n.contains(own)));
                unchanged && !self.refuses(reference, number)
            })
        })
    }
}
