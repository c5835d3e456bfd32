//! Who is who, first form: valid numbers name persons exactly; a number with one wrong digit or one
//! swap names the person whose number it nearly is, where the names agree; what is still open may be
//! linked by probability ([`super::linkage`]); everything else stays a person of its own and
//! is counted. What was decided before or by a steward ([`super::standing`]) comes first.
//!
//! The check digit of GB 11643 catches every single substitution and every adjacent swap, so a valid
//! number never needs repair and a wrong one has at most 35 valid neighbours. A number of 15 digits has
//! none: where the register, which has people of its region, does not know it, it may be repaired as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::id_number::{self, IdNumber, Repair};
use crate::domain::name;

use super::inference::{Inference, Method};
use super::interner::{Interner, KeyIndex};
use super::repaired::Repaired;
use super::standing::{Decided, Standing};

/// A faulty number, or one of 15 digits that nobody else has, and the normal form of the name it came with.
pub type Faulty = (String, Option<String>);

/// What a number could have been: a valid one stands here only where it was written with 15 digits.
fn neighbours(text: &str) -> Vec<(String, Repair)> {
    if id_number::fault(text).is_none() { id_number::old_neighbours(text) } else { id_number::neighbours(text) }
}

/// First pass: every number met.
#[derive(Debug, Default)]
pub struct PersonCollector {
    numbers: Interner,
    faulty: BTreeSet<Faulty>,
    /// References of 15 digits, as the 18 they convert to.
    old: BTreeSet<Faulty>,
    registered: bool,
}

impl PersonCollector {
    /// Notes a reference.
    pub fn add(&mut self, number: &str, person_name: Option<&str>) {
        self.note(number, person_name, false);
    }

    /// Notes a person of the register.
    pub fn add_own(&mut self, number: &str, person_name: Option<&str>) {
        self.registered = true;
        self.note(number, person_name, true);
    }

    fn note(&mut self, number: &str, person_name: Option<&str>, own: bool) {
        if number.len() == 18 && self.numbers.position(number).is_some() {
            return;
        }
        let IdNumber { text, fault, fifteen } = id_number::normalise(number);
        match fault {
            Some(_) => _ = self.faulty.insert((text, person_name.map(name::normal))),
            None if own || !fifteen => _ = self.numbers.intern(&text),
            None if self.numbers.position(&text).is_none() => {
                self.old.insert((text, person_name.map(name::normal)));
            }
            None => {}
        }
    }

    /// Ends the pass. Numbers that are no persons (an institution's, where it holds an account) are
    /// left out; `standing` is what was decided before.
    pub fn candidates(mut self, is_institution: impl Fn(&str) -> bool, standing: Standing) -> Candidates {
        if self.registered {
            let unknown = self.old.into_iter().filter(|(text, _)| self.numbers.position(text).is_none());
            self.faulty.extend(unknown);
        } else {
            self.old.iter().for_each(|(text, _)| _ = self.numbers.intern(text));
        }
        self.faulty.retain(|(text, _)| !is_institution(text));
        let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (text, _) in &self.faulty {
            for (neighbour, _) in neighbours(text) {
                if self.numbers.position(&neighbour).is_some() {
                    wanted.entry(neighbour).or_default();
                }
            }
        }
        wanted.extend(standing.people().map(|number| (number.to_owned(), Vec::new())));
        let names = self.faulty.iter().filter_map(|(_, name)| name.clone()).map(|name| (name, 0)).collect();
        let (numbers, faulty) = (self.numbers, self.faulty);
        Candidates { numbers, faulty, standing, wanted, names, people: 0, by_region: HashMap::new() }
    }
}

/// Second pass: names of the persons that faulty numbers may mean, and how common names and numbers
/// are.
#[derive(Debug)]
pub struct Candidates {
    numbers: Interner,
    faulty: BTreeSet<Faulty>,
    standing: Standing,
    /// Names met with each candidate number.
    wanted: BTreeMap<String, Vec<String>>,
    /// How many people bear each name of a faulty reference.
    names: BTreeMap<String, u64>,
    people: u64,
    by_region: HashMap<String, u64>,
}

impl Candidates {
    /// Notes a person of a register: number and name.
    pub fn observe(&mut self, number: &str, person_name: Option<&str>) {
        let IdNumber { text, fault: None, .. } = id_number::normalise(number) else { return };
        let normal = person_name.map(name::normal);
        self.people += 1;
        *self.by_region.entry(text[..6].to_owned()).or_default() += 1;
        if let Some(count) = normal.as_ref().and_then(|n| self.names.get_mut(n)) {
            *count += 1;
        }
        if let (Some(names), Some(normal)) = (self.wanted.get_mut(&text), normal)
            && !names.contains(&normal)
        {
            names.push(normal);
        }
    }

    /// Probability that the one neighbour with the agreeing name is the person meant and no
    /// coincidence: with even prior odds, 1 / (1 + λ), where λ is the number of people with that name
    /// who would be found among the neighbours by chance. A region's numbers spread over a century of
    /// birth dates and a thousand sequence numbers.
    fn probability(&self, neighbours: &[(String, Repair)], person_name: &str) -> f64 {
        let numbers_of_region = 36_525.0 * 1_000.0;
        let met: f64 = neighbours
            .iter()
            .map(|(number, _)| self.by_region.get(&number[..6]).copied().unwrap_or(0) as f64 / numbers_of_region)
            .sum();
        let bearers = self.names.get(person_name).copied().unwrap_or(0).max(1) as f64;
        1.0 / (1.0 + met * bearers / self.people.max(1) as f64)
    }

    fn repaired(&self, reference: &Faulty) -> Option<(String, Method, f64)> {
        let (text, Some(person_name)) = reference else { return None };
        if id_number::fault(text).is_none() && !self.by_region.contains_key(&text[..6]) {
            return None;
        }
        let neighbours = neighbours(text);
        let mut agreeing = neighbours.iter().filter(|(number, _)| {
            !self.standing.refuses(reference, number)
                && self.wanted.get(number).is_some_and(|names| names.iter().any(|n| name::agree(n, person_name)))
        });
        // Two people it may mean are no person it means.
        let (Some((number, repair)), None) = (agreeing.next(), agreeing.next()) else { return None };
        let method = match repair {
            Repair::Digit => Method::RepairedDigit,
            Repair::Swap => Method::RepairedSwap,
        };
        Some((number.clone(), method, self.probability(&neighbours, person_name)))
    }

    /// What is known of a reference without linkage: a steward's word, else what was decided before where
    /// the number as it stands does not say otherwise, else a repair. `None` leaves it to linkage.
    fn decide(&self, reference: &Faulty) -> Option<Decided> {
        let confirmed = self.standing.confirmed(reference).filter(|number| self.numbers.position(number).is_some());
        if let Some(number) = confirmed {
            return Some(Decided { link: Some((number.to_owned(), Method::Confirmed, 1.0)), offered: None });
        }
        let former = self.standing.former(reference, |number| self.wanted.get(number));
        match (self.repaired(reference), former) {
            (Some(repair), former) => {
                let same = former.filter(|f| f.link.as_ref().is_some_and(|l| (&l.0, l.1) == (&repair.0, repair.1)));
                Some(same.cloned().unwrap_or(Decided { link: Some(repair), offered: None }))
            }
            // A named one that was repaired and is so no more has come to mean two people.
            (None, Some(Decided { link: Some((_, method, _)), .. })) if method.is_repair() && reference.1.is_some() => {
                None
            }
            (None, former) => former.cloned(),
        }
    }

    /// Decides what a steward, a former decision, or one slip and the name explain.
    pub fn repair(mut self) -> Repaired {
        let faulty = std::mem::take(&mut self.faulty);
        let (mut known, mut offered, mut settled) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for reference in &faulty {
            let Some(decided) = self.decide(reference) else { continue };
            match decided.link {
                Some(link) => _ = known.insert(reference.clone(), link),
                None => _ = settled.insert(reference.clone()),
            }
            if let Some(offer) = decided.offered {
                offered.insert(reference.clone(), offer);
            }
        }
        // One without a name was repaired with those of its text that have one, and not where these now differ.
        let mut by_text: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for ((text, _), (number, ..)) in known.iter().filter(|((_, name), _)| name.is_some()) {
            by_text.entry(text).or_default().insert(number);
        }
        let strayed = known.iter().filter(|((text, name), (number, method, _))| {
            let told = by_text.get(text.as_str()).is_none_or(|numbers| numbers.iter().all(|n| *n == number.as_str()));
            name.is_none() && method.is_repair() && !told
        });
        let strayed: Vec<Faulty> = strayed.map(|(reference, _)| reference.clone()).collect();
        strayed.iter().for_each(|reference| _ = known.remove(reference));
        Repaired { numbers: self.numbers, faulty, standing: self.standing, known, offered, settled }
    }

    /// Decides every faulty reference by repair alone and gives every person a key.
    pub fn resolve(self) -> Persons {
        self.repair().finish()
    }
}

/// The persons of a snapshot.
#[derive(Debug, Default)]
pub struct Persons {
    pub(super) index: KeyIndex,
    pub(super) links: HashMap<Faulty, (i32, Method, f64)>,
    pub(super) offers: HashMap<Faulty, (i32, f64)>,
}

impl Persons {
    /// The key of the person a reference means, and what was inferred where the number was faulty.
    pub fn resolve(&self, number: &str, person_name: Option<&str>) -> (Option<i32>, Option<Inference>) {
        if number.len() == 18
            && let Some(key) = self.index.key(number)
            && id_number::fault(number).is_none()
        {
            return (Some(key), None);
        }
        let IdNumber { text, fault, fifteen } = id_number::normalise(number);
        if fault.is_none() && !fifteen {
            return (self.index.key(&text), None);
        }
        let reference = (text, person_name.map(name::normal));
        let link = self.links.get(&reference).copied();
        if fault.is_none() && link.is_none() {
            return (self.index.key(&reference.0), None);
        }
        let (key, method, probability) = match link {
            Some((key, method, probability)) => (Some(key), method, Some(probability)),
            None => (self.index.key(&reference.0), Method::Unresolved, None),
        };
        let offered = self.offers.get(&reference).copied();
        (key, Some(Inference { normal_text: reference.0, fault, method, probability, offered }))
    }

    /// The key under which the register's own row stands: its number as it is, never repaired, since a
    /// register cannot be mended by itself.
    pub fn own(&self, number: &str) -> (Option<i32>, Option<Inference>) {
        let IdNumber { text, fault, .. } = id_number::normalise(number);
        let inference = fault.map(|fault| Inference {
            normal_text: text.clone(),
            fault: Some(fault),
            method: Method::Unresolved,
            probability: None,
            offered: None,
        });
        (self.index.key(&text), inference)
    }

    /// Normal number of a person, or the text as met where it is faulty.
    pub fn number(&self, key: i32) -> &str {
        self.index.text(key)
    }

    /// How many persons there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made numbers with right check digits.
    const LI: &str = "439931194810040152";
    const CHEN: &str = "439931195908030117";

    fn persons(register: &[(&str, &str)], references: &[(&str, Option<&str>)]) -> Persons {
        let mut collector = PersonCollector::default();
        register.iter().for_each(|(number, name)| collector.add(number, Some(name)));
        references.iter().for_each(|(number, name)| collector.add(number, *name));
        let mut candidates = collector.candidates(|_| false, Standing::default());
        register.iter().for_each(|(number, name)| candidates.observe(number, Some(name)));
        candidates.resolve()
    }

    #[test]
    fn one_wrong_digit_or_a_swap_is_repaired_when_the_name_agrees() {
        let (digit, swap) = ("439931194810040162", "439931194810041052");
        let found = persons(&[(LI, "李顺昌"), (CHEN, "曾建华")], &[(digit, Some("李 顺昌")), (swap, Some("李顺昌"))]);
        let own = found.resolve(LI, None).0;
        for (text, method) in [(digit, Method::RepairedDigit), (swap, Method::RepairedSwap)] {
            let (key, inference) = found.resolve(text, Some("李顺昌"));
            let inference = inference.unwrap();
            assert_eq!((key, inference.method), (own, method));
            assert!(inference.probability.unwrap() > 0.99);
        }
    }

    #[test]
    fn another_name_is_another_person_and_stays_unresolved() {
        let text = "439931194810040162";
        let found = persons(&[(LI, "李顺昌")], &[(text, Some("王五"))]);
        let (key, inference) = found.resolve(text, Some("王五"));
        assert_eq!(inference.unwrap().method, Method::Unresolved);
        assert_ne!(key, found.resolve(LI, None).0);
        assert_eq!(found.number(key.unwrap()), text);
    }

    #[test]
    fn a_reference_without_a_name_follows_the_named_ones_of_the_same_text() {
        let text = "439931194810040162";
        let found = persons(&[(LI, "李顺昌")], &[(text, Some("李顺昌")), (text, None)]);
        assert_eq!(found.resolve(text, None).0, found.resolve(LI, None).0);
        let alone = persons(&[(LI, "李顺昌")], &[(text, None)]);
        assert_eq!(alone.resolve(text, None).1.unwrap().method, Method::Unresolved);
    }

    #[test]
    fn fifteen_digits_that_nobody_has_are_repaired_where_the_register_has_people_of_the_region() {
        let register = [("43993119790722113X", "王军东"), (LI, "李顺昌")];
        let (digit, swap, elsewhere) = ("439931790722114", "439931790721213", "429931790722113");
        let told = |text: &str, name: &str| {
            let mut collector = PersonCollector::default();
            register.iter().for_each(|(number, name)| collector.add_own(number, Some(name)));
            collector.add(text, Some(name));
            let mut candidates = collector.candidates(|_| false, Standing::default());
            register.iter().for_each(|(number, name)| candidates.observe(number, Some(name)));
            let found = candidates.resolve();
            let (key, inference) = found.resolve(text, Some(name));
            (found.number(key.unwrap()).to_owned(), inference.map(|i| (i.method, i.fault)))
        };
        let own = |method| ("43993119790722113X".to_owned(), Some((method, None)));
        assert_eq!(told(digit, "王军东"), own(Method::RepairedDigit));
        assert_eq!(told(swap, "王军东"), own(Method::RepairedSwap));
        for (text, name) in [(digit, "王五"), (elsewhere, "王军东")] {
            let plain = id_number::normalise(text).text;
            assert_eq!(told(text, name), (plain, None), "taken at its word");
        }
    }

    #[test]
    fn fifteen_digits_and_a_small_x_are_no_faults() {
        let found =
            persons(&[("43993119790722113X", "王军东")], &[("439931790722113", None), ("43993119790722113x", None)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found.resolve("439931790722113", None), (Some(0), None));
        assert_eq!(found.resolve("43993119790722113x", None), (Some(0), None));
    }
}
