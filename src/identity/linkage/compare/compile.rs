//! From levels as written to tests over measures.

use super::super::spec::{Column, Kind, Level};
use super::measure::{Days, Measure, Overlap, Text, What};
use super::sets::Unit;
use super::{Test, address, chinese, text as texts, values};

/// A measure's name, what it is and the kinds of column it can be taken of.
type Asked<'k> = (&'static str, What, &'k [Kind]);

/// What a level asks of its measure.
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}
use Bound::{AtLeast, AtMost};

/// Collects the measures and SQL conditions that the levels of a spec need, each once.
#[derive(Debug)]
pub(in crate::identity::linkage) struct Compiler<'s> {
    columns: &'s [Column],
    pub(super) measures: Vec<Measure>,
    pub(super) conditions: Vec<String>,
}

impl<'s> Compiler<'s> {
    pub(in crate::identity::linkage) fn new(columns: &'s [Column]) -> Self {
        Self { columns, measures: Vec::new(), conditions: Vec::new() }
    }

    /// Conditions in SQL, in the order in which tests number them.
    pub(in crate::identity::linkage) fn conditions(&self) -> &[String] {
        &self.conditions
    }

    /// Columns that the measures read.
    pub(in crate::identity::linkage) fn columns(&self) -> std::collections::BTreeSet<usize> {
        self.measures.iter().flat_map(|measure| [measure.column, measure.with]).collect()
    }

    fn column(&self, name: Option<&str>, own: Option<usize>, kinds: &[Kind]) -> Result<usize, String> {
        let found = match name {
            Some(name) => self.columns.iter().position(|c| c.name == name).ok_or_else(|| {
                let known: Vec<_> = self.columns.iter().map(|c| c.name.as_str()).collect();
                format!("there is no column {name:?}; the spec has {}", known.join(", "))
            })?,
            None => {
                own.ok_or("this level must name its column: the comparison or contradiction has none of its own")?
            }
        };
        let column = &self.columns[found];
        if kinds.is_empty() || kinds.contains(&column.kind) {
            return Ok(found);
        }
        let wanted: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        Err(format!(
            "column {:?} is of type {}; this level needs {}",
            column.name,
            column.kind.as_str(),
            wanted.join(" or ")
        ))
    }

    /// The measure, new or known; its bound becomes the looser one.
    fn measure(
        &mut self,
        name: &'static str,
        what: What,
        (column, with): (usize, usize),
        bound: f64,
        least: bool,
    ) -> usize {
        let same = |m: &Measure| m.name == name && m.column == column && m.with == with;
        if let Some(at) = self.measures.iter().position(same) {
            let known = &mut self.measures[at].bound;
            *known = if least { known.min(bound) } else { known.max(bound) };
            return at;
        }
        self.measures.push(Measure { what, name, column, with, bound });
        self.measures.len() - 1
    }

    /// A test of one measure of one column: that it reaches a bound, or stays within it.
    fn bounded(
        &mut self,
        (name, what, kinds): Asked<'_>,
        column: &Option<String>,
        own: Option<usize>,
        bound: Bound,
    ) -> Result<Test, String> {
        let (limit, least) = match bound {
            AtLeast(limit) => (limit, true),
            AtMost(limit) => (limit, false),
        };
        if !limit.is_finite() {
            return Err("the bound must be a finite number".to_owned());
        }
        let column = self.column(column.as_deref(), own, kinds)?;
        let measure = self.measure(name, what, (column, column), limit, least);
        Ok(if least { Test::AtLeast(measure, limit) } else { Test::AtMost(measure, limit) })
    }

    /// The test of a level; `own` is the comparison's column.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for its author.
    pub(in crate::identity::linkage) fn test(&mut self, level: &Level, own: Option<usize>) -> Result<Test, String> {
        const TEXT: &[Kind] = &[Kind::Text];
        const DATE: &[Kind] = &[Kind::Date];
        const NUMBER: &[Kind] = &[Kind::Number];
        const SETS: &[Kind] = &[Kind::Text, Kind::List];
        let text = |name, of: Text| -> Asked<'static> { (name, What::Text(of), TEXT) };
        let days = |name, of: Days| -> Asked<'static> { (name, What::Days(of), DATE) };
        let words = |name, of| -> Asked<'static> { (name, What::Overlap(of, Unit::Word), SETS) };
        let equal: Asked<'static> = ("equal", What::Equal, &[]);
        match level {
            Level::Exact { column } => self.bounded(equal, column, own, AtLeast(1.0)),
            Level::Different { column } => self.bounded(equal, column, own, AtMost(0.0)),
            Level::JaroWinkler { column, at_least } => {
                self.bounded(text("jaro_winkler", texts::jaro_winkler), column, own, AtLeast(share(*at_least)?))
            }
            Level::Levenshtein { column, at_most } => {
                self.bounded(text("levenshtein", texts::levenshtein), column, own, AtMost(*at_most))
            }
            Level::DamerauLevenshtein { column, at_most } => {
                self.bounded(text("damerau", texts::damerau_levenshtein), column, own, AtMost(*at_most))
            }
            Level::EditSimilarity { column, at_least } => {
                self.bounded(text("edit", texts::edit_similarity), column, own, AtLeast(share(*at_least)?))
            }
            Level::Jaccard { column, at_least } => {
                self.bounded(words("jaccard", Overlap::Jaccard), column, own, AtLeast(share(*at_least)?))
            }
            Level::Containment { column, at_least } => {
                self.bounded(words("containment", Overlap::Containment), column, own, AtLeast(share(*at_least)?))
            }
            Level::RareWords { column, at_least } => {
                self.bounded(words("rare", Overlap::Rare), column, own, AtLeast(share(*at_least)?))
            }
            Level::Shared { column, at_least } => {
                self.bounded(words("shared", Overlap::Count), column, own, AtLeast(*at_least))
            }
            Level::Trigrams { column, at_least } => {
                let triples = ("trigrams", What::Overlap(Overlap::Jaccard, Unit::Triple), TEXT);
                self.bounded(triples, column, own, AtLeast(share(*at_least)?))
            }
            Level::Prefix { column, at_least } => {
                self.bounded(text("prefix", texts::prefix), column, own, AtLeast(*at_least))
            }
            Level::Initials { column } => self.bounded(text("initials", texts::initials), column, own, AtLeast(1.0)),
            Level::MongeElkan { column, at_least } => {
                self.bounded(("monge_elkan", What::MongeElkan, TEXT), column, own, AtLeast(share(*at_least)?))
            }
            Level::Soundex { column } => self.bounded(text("soundex", texts::soundex), column, own, AtLeast(1.0)),
            Level::Days { column, at_most } => self.bounded(days("days", values::apart), column, own, AtMost(*at_most)),
            Level::DayMonthSwapped { column } => {
                self.bounded(days("swapped", values::day_month_swapped), column, own, AtLeast(1.0))
            }
            Level::DatePartDiffers { column } => {
                self.bounded(days("part", values::one_part_differs), column, own, AtLeast(1.0))
            }
            Level::DateTypo { column } => self.bounded(days("typo", values::typo), column, own, AtLeast(1.0)),
            Level::LunarDate { column } => {
                self.bounded(days("lunar_date", values::lunar_date), column, own, AtLeast(1.0))
            }
            Level::LunarSlip { column } => self.bounded(days("lunar", values::lunar_slip), column, own, AtMost(60.0)),
            Level::SameYear { column } => self.bounded(days("year", values::same_year), column, own, AtLeast(1.0)),
            Level::Difference { column, at_most } => {
                self.bounded(("difference", What::Numbers(|a, b| (a - b).abs()), NUMBER), column, own, AtMost(*at_most))
            }
            Level::Ratio { column, at_least } => {
                self.bounded(("ratio", What::Numbers(values::ratio), NUMBER), column, own, AtLeast(share(*at_least)?))
            }
            Level::Kilometres { latitude, longitude, at_most } => {
                let places = (self.column(Some(latitude), own, NUMBER)?, self.column(Some(longitude), own, NUMBER)?);
                Ok(Test::AtMost(self.measure("kilometres", What::Kilometres, places, *at_most, false), *at_most))
            }
            Level::Swapped { column, with, at_least } => {
                let both = (self.column(column.as_deref(), own, TEXT)?, self.column(Some(with), own, TEXT)?);
                let bound = share(at_least.unwrap_or(1.0))?;
                Ok(Test::AtLeast(self.measure("swapped", What::Swapped, both, bound, true), bound))
            }
            Level::Crossed { column, with } => {
                let both = (self.column(column.as_deref(), own, TEXT)?, self.column(Some(with), own, TEXT)?);
                Ok(Test::AtLeast(self.measure("crossed", What::Crossed, both, 1.0, true), 1.0))
            }
            Level::IdSubstitution { column } => {
                self.bounded(text("substitution", texts::substitution), column, own, AtLeast(1.0))
            }
            Level::IdTransposition { column } => {
                self.bounded(text("transposition", texts::transposition), column, own, AtLeast(1.0))
            }
            Level::IdIndel { column } => self.bounded(text("indel", texts::indel), column, own, AtLeast(1.0)),
            Level::IdRegionBirth { column } => {
                self.bounded(text("region_birth", chinese::region_and_birth), column, own, AtLeast(1.0))
            }
            Level::IdPlaces { column, at_least } => {
                self.bounded(text("places", chinese::places), column, own, AtLeast(*at_least))
            }
            Level::NameTruncated { column } => {
                self.bounded(text("truncated", chinese::truncated), column, own, AtLeast(1.0))
            }
            Level::SamePinyin { column } => {
                self.bounded(text("pinyin", chinese::same_pinyin), column, own, AtLeast(1.0))
            }
            Level::OneCharacter { column } => {
                self.bounded(text("one_character", chinese::one_character), column, own, AtLeast(1.0))
            }
            Level::SwappedOrder { column } => {
                self.bounded(text("order", chinese::swapped_order), column, own, AtLeast(1.0))
            }
            Level::PhoneTypo { column } => self.bounded(text("slip", texts::one_slip), column, own, AtLeast(1.0)),
            Level::Address { column, at_least } => {
                self.bounded(text("address", address::symmetric), column, own, AtLeast(share(*at_least)?))
            }
            Level::All { of } => Ok(Test::All(self.tests(of, own)?)),
            Level::Any { of } => Ok(Test::Any(self.tests(of, own)?)),
            Level::Not { of } => Ok(Test::Not(Box::new(self.test(of, own)?))),
            Level::Sql { condition } => {
                self.conditions.push(condition.clone());
                Ok(Test::Sql(self.conditions.len() - 1))
            }
        }
    }

    fn tests(&mut self, levels: &[Level], own: Option<usize>) -> Result<Vec<Test>, String> {
        if levels.is_empty() {
            return Err("`of` needs at least one level".to_owned());
        }
        levels.iter().map(|level| self.test(level, own)).collect()
    }
}

fn share(bound: f64) -> Result<f64, String> {
    if (0.0..=1.0).contains(&bound) {
        Ok(bound)
    } else {
        Err(format!("a similarity lies between 0 and 1, not at {bound}"))
    }
}
