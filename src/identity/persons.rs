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

/// How a person without a number is called, whatever stood in its place: one department writes 无, another 0.
const WITHOUT: &str = "无";

/// What stands for somebody without a number: the placeholder, and in the file of a family the name and the
/// family, which tell one from another there.
fn unnumbered(placeholder: &str, person_name: Option<&str>, household: Option<&str>) -> String {
    let Some(household) = household else { return id_number::normalise(placeholder).text };
    let person_name = person_name.map(name::normal).unwrap_or_default();
    [WITHOUT, &person_name, household].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// First pass: every number met.
#[derive(Debug, Default)]
pub struct PersonCollector {
    numbers: Interner,
    faulty: BTreeSet<Faulty>,
    /// References of 15 digits, as the 18 they convert to.
    old: BTreeSet<Faulty>,
    /// Faulty numbers of the register's own rows.
    own: BTreeSet<Faulty>,
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
            Some(_) => {
                let reference = (text, person_name.map(name::normal));
                if own {
                    self.own.insert(reference.clone());
                }
                self.faulty.insert(reference);
            }
            None if own || !fifteen => _ = self.numbers.intern(&text),
            None if self.numbers.position(&text).is_none() => {
                self.old.insert((text, person_name.map(name::normal)));
            }
            None => {}
        }
    }

    /// Notes somebody who has no number, only a placeholder for one, and the family in whose file that
    /// stands, where it stands in one.
    pub fn add_unnumbered(&mut self, placeholder: &str, person_name: Option<&str>, household: Option<&str>) {
        self.numbers.intern(&unnumbered(placeholder, person_name, household));
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
        let (numbers, faulty, own) = (self.numbers, self.faulty, self.own);
        Candidates { numbers, faulty, own, standing, wanted, names, people: 0, by_region: HashMap::new() }
    }
}

/// Second pass: names of the persons that faulty numbers may mean, and how common names and numbers
/// are.
#[derive(Debug)]
pub struct Candidates {
    numbers: Interner,
    faulty: BTreeSet<Faulty>,
    own: BTreeSet<Faulty>,
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
        let Self { numbers, own, standing, .. } = self;
        Repaired { numbers, faulty, own, standing, known, offered, settled }
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
    /// Persons of their own whose faulty number others have as well, under other names.
    pub(super) apart: HashMap<Faulty, i32>,
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
        if let Some(fault) = fault.filter(|_| id_number::is_placeholder(&text)) {
            return (None, Some(Inference::unresolved(text, fault)));
        }
        let reference = (text, person_name.map(name::normal));
        let link = self.links.get(&reference).copied();
        if fault.is_none() && link.is_none() {
            return (self.index.key(&reference.0), None);
        }
        let (key, method, probability) = match link {
            Some((key, method, probability)) => (Some(key), method, Some(probability)),
            None => (self.unresolved(&reference), Method::Unresolved, None),
        };
        let offered = self.offers.get(&reference).copied();
        (key, Some(Inference { normal_text: reference.0, fault, method, probability, offered }))
    }

    /// The key under which the register's own row stands: its number as it is, never repaired, since a
    /// register cannot be mended by itself.
    pub fn own(&self, number: &str, person_name: Option<&str>) -> (Option<i32>, Option<Inference>) {
        let IdNumber { text, fault, .. } = id_number::normalise(number);
        let Some(fault) = fault else { return (self.index.key(&text), None) };
        if id_number::is_placeholder(&text) {
            return (None, Some(Inference::unresolved(text, fault)));
        }
        let reference = (text, person_name.map(name::normal));
        (self.unresolved(&reference), Some(Inference::unresolved(reference.0, fault)))
    }

    /// The key of somebody without a number in the file of a family; none where no family is known, since
    /// a name alone names nobody.
    pub fn unnumbered(&self, placeholder: &str, person_name: Option<&str>, household: Option<&str>) -> Option<i32> {
        let household = household.filter(|_| id_number::is_placeholder(placeholder))?;
        self.index.key(&unnumbered(placeholder, person_name, Some(household)))
    }

    /// The key under which a faulty number, or a placeholder, stands for itself.
    pub fn text_key(&self, normal_text: &str) -> Option<i32> {
        self.index.key(normal_text)
    }

    fn unresolved(&self, reference: &Faulty) -> Option<i32> {
        self.apart.get(reference).copied().or_else(|| self.index.key(&reference.0))
    }

    /// Normal number of a person, or what stands for the person where there is none or it is faulty.
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
