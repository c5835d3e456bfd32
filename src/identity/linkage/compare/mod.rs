//! Comparisons: of a pair of rows, the first level that holds, for each comparison.
//!
//! A pair's levels are packed into one `u64`, four bits a comparison: 0 where a side has no value (no
//! evidence either way), 1 the strongest level, and so on; the last is "none of these".

pub(super) mod address;
pub(super) mod chinese;
mod compile;
mod measure;
mod sets;
pub(super) mod text;
mod values;

use arrow::array::BooleanArray;

pub(super) use compile::Compiler;
use measure::{Measure, What};
use sets::Sets;

use super::LinkageError;
use super::columns::{Column, NONE, Rows};
use super::expression::PairCondition;
use super::spec::Comparison;

/// Comparisons that a pattern can hold.
pub(super) const COMPARISONS: usize = 16;
/// Levels that a comparison can have, the last included.
pub(super) const LEVELS: usize = 15;

/// Levels of a pair, four bits a comparison.
pub(super) type Pattern = u64;

/// Level of a comparison in a pattern; 0 where there is no evidence.
pub(super) fn level_of(pattern: Pattern, comparison: usize) -> usize {
    (pattern >> (4 * comparison) & 0xf) as usize
}

/// When a level holds. A side without a value makes it unknown, and unknown is not enough.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// A measure reaches a bound.
    AtLeast(usize, f64),
    /// A measure stays within a bound.
    AtMost(usize, f64),
    /// All hold.
    All(Vec<Test>),
    /// One holds.
    Any(Vec<Test>),
    /// It is known not to hold.
    Not(Box<Test>),
    /// A condition in SQL.
    Sql(usize),
}

impl Test {
    /// Kleene's logic over measures and conditions.
    fn holds(
        &self,
        measure: &mut impl FnMut(usize) -> Option<f64>,
        condition: &impl Fn(usize) -> Option<bool>,
    ) -> Option<bool> {
        match self {
            Self::AtLeast(m, bound) => measure(*m).map(|value| value >= *bound - 1e-12),
            Self::AtMost(m, bound) => measure(*m).map(|value| value <= *bound + 1e-12),
            Self::All(tests) => fold(tests, false, measure, condition),
            Self::Any(tests) => fold(tests, true, measure, condition),
            Self::Not(test) => test.holds(measure, condition).map(|holds| !holds),
            Self::Sql(at) => condition(*at),
        }
    }

    fn columns(&self, measures: &[Measure], into: &mut Vec<usize>) {
        match self {
            Self::AtLeast(m, _) | Self::AtMost(m, _) => into.extend([measures[*m].column, measures[*m].with]),
            Self::All(tests) | Self::Any(tests) => tests.iter().for_each(|test| test.columns(measures, into)),
            Self::Not(test) => test.columns(measures, into),
            Self::Sql(_) => into.push(usize::MAX),
        }
    }
}

fn fold(
    tests: &[Test],
    decisive: bool,
    measure: &mut impl FnMut(usize) -> Option<f64>,
    condition: &impl Fn(usize) -> Option<bool>,
) -> Option<bool> {
    let mut unknown = false;
    for test in tests {
        match test.holds(measure, condition) {
            Some(holds) if holds == decisive => return Some(decisive),
            None => unknown = true,
            Some(_) => {}
        }
    }
    if unknown { None } else { Some(!decisive) }
}

/// A compiled comparison.
#[derive(Debug)]
struct Compiled {
    column: usize,
    tests: Vec<Test>,
    /// Whether the level is a function of the two texts of `column` alone, and so worth remembering.
    remembered: bool,
}

/// The comparisons and contradictions of a spec over the rows of both sides.
#[derive(Debug)]
pub(super) struct Comparer<'r> {
    rows: &'r Rows,
    measures: Vec<Measure>,
    /// What the measures' columns are taken apart into, each column and unit once.
    sets: Vec<Sets<'r>>,
    /// Which of them, by measure.
    sets_of: Vec<Option<usize>>,
    comparisons: Vec<Compiled>,
    contradictions: Vec<Test>,
    conditions: Vec<PairCondition>,
}

impl<'r> Comparer<'r> {
    /// Prepares what the measures need.
    pub(super) fn new(
        rows: &'r Rows,
        compiler: Compiler<'_>,
        comparisons: &[Comparison],
        contradictions: &[Test],
        conditions: Vec<PairCondition>,
    ) -> Self {
        let Compiler { measures, .. } = compiler;
        let (mut sets, mut made, mut sets_of) = (Vec::new(), Vec::new(), Vec::new());
        for measure in &measures {
            let Some(unit) = measure.unit() else {
                sets_of.push(None);
                continue;
            };
            let mut at = made.iter().position(|known| *known == (measure.column, unit));
            if at.is_none()
                && let Some(own) = Sets::new(rows, measure.column, unit)
            {
                let outlined = |m: &Measure| m.column == measure.column && matches!(m.what, What::MongeElkan);
                at = Some(sets.len());
                sets.push(if measures.iter().any(outlined) { own.with_outlines() } else { own });
                made.push((measure.column, unit));
            }
            sets_of.push(at);
        }
        let compiled = comparisons.iter().map(|comparison| {
            let mut columns = Vec::new();
            comparison.tests.iter().for_each(|test| test.columns(&measures, &mut columns));
            let text = matches!(rows.columns[comparison.column], Column::Text(_));
            let remembered = text && columns.iter().all(|c| *c == comparison.column);
            Compiled { column: comparison.column, tests: comparison.tests.clone(), remembered }
        });
        let comparisons = compiled.collect();
        Self { rows, measures, sets, sets_of, comparisons, contradictions: contradictions.to_vec(), conditions }
    }

    /// A worker's own view, with its memory of value pairs.
    pub(super) fn worker(&self) -> Worker<'_> {
        Worker {
            comparer: self,
            memories: self
                .comparisons
                .iter()
                .map(|c| if c.remembered { Memory::new() } else { Memory::default() })
                .collect(),
            conditions: Vec::new(),
            values: vec![Known::No; self.measures.len()],
        }
    }
}

/// Levels of text pairs met before: a direct-mapped cache, so that its size is fixed.
#[derive(Debug, Default)]
struct Memory(Vec<(u64, u8)>);

impl Memory {
    const SLOTS: usize = 1 << 12;

    fn new() -> Self {
        Self(vec![(u64::MAX, 0); Self::SLOTS])
    }
}

#[derive(Debug, Clone, Copy)]
enum Known {
    No,
    Yes(Option<f64>),
}

/// Compares pairs.
#[derive(Debug)]
pub(super) struct Worker<'c> {
    comparer: &'c Comparer<'c>,
    memories: Vec<Memory>,
    conditions: Vec<BooleanArray>,
    values: Vec<Known>,
}

impl Worker<'_> {
    /// Patterns of pairs of rows.
    pub(super) fn patterns(&mut self, pairs: &[(u32, u32)], into: &mut Vec<Pattern>) -> Result<(), LinkageError> {
        self.prepare(pairs)?;
        into.clear();
        for (at, (a, b)) in pairs.iter().enumerate() {
            self.values.fill(Known::No);
            let mut pattern = 0;
            for comparison in 0..self.comparer.comparisons.len() {
                pattern |= (self.level(comparison, at, *a, *b) as u64) << (4 * comparison);
            }
            into.push(pattern);
        }
        Ok(())
    }

    /// Whether pairs contradict themselves: could not be one entity, whatever else agrees.
    pub(super) fn contradict(&mut self, pairs: &[(u32, u32)]) -> Result<Vec<bool>, LinkageError> {
        if self.comparer.contradictions.is_empty() {
            return Ok(vec![false; pairs.len()]);
        }
        self.prepare(pairs)?;
        let mut found = Vec::with_capacity(pairs.len());
        for (at, (a, b)) in pairs.iter().enumerate() {
            self.values.fill(Known::No);
            found.push((0..self.comparer.contradictions.len()).any(|i| {
                let test = &self.comparer.contradictions[i];
                holds(self.comparer, &mut self.values, &self.conditions, test, at, *a, *b)
            }));
        }
        Ok(found)
    }

    fn prepare(&mut self, pairs: &[(u32, u32)]) -> Result<(), LinkageError> {
        let conditions = &self.comparer.conditions;
        self.conditions = conditions.iter().map(|c| c.evaluate(self.comparer.rows, pairs)).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn level(&mut self, comparison: usize, at: usize, a: u32, b: u32) -> u8 {
        let compiled = &self.comparer.comparisons[comparison];
        if compiled.remembered
            && let Column::Text(column) = &self.comparer.rows.columns[compiled.column]
        {
            let (x, y) = (column.codes[a as usize], column.codes[b as usize]);
            if x == NONE || y == NONE {
                return 0;
            }
            let key = u64::from(x.min(y)) << 32 | u64::from(x.max(y));
            let slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize & (Memory::SLOTS - 1);
            if self.memories[comparison].0[slot].0 == key {
                return self.memories[comparison].0[slot].1;
            }
            let level = self.compute(compiled, at, a, b);
            self.memories[comparison].0[slot] = (key, level);
            return level;
        }
        self.compute(compiled, at, a, b)
    }

    fn compute(&mut self, compiled: &Compiled, at: usize, a: u32, b: u32) -> u8 {
        let first = compiled
            .tests
            .iter()
            .position(|test| holds(self.comparer, &mut self.values, &self.conditions, test, at, a, b));
        if let Some(level) = first {
            return level as u8 + 1;
        }
        let column = &self.comparer.rows.columns[compiled.column];
        if column.is_missing(a) || column.is_missing(b) { 0 } else { compiled.tests.len() as u8 + 1 }
    }
}

fn holds(
    comparer: &Comparer<'_>,
    values: &mut [Known],
    conditions: &[BooleanArray],
    test: &Test,
    at: usize,
    a: u32,
    b: u32,
) -> bool {
    let mut measure = |m: usize| match values[m] {
        Known::Yes(value) => value,
        Known::No => {
            let measure = &comparer.measures[m];
            let sets = comparer.sets_of[m].map(|at| &comparer.sets[at]);
            let value = measure.value(comparer.rows, sets, a, b);
            values[m] = Known::Yes(value);
            value
        }
    };
    let condition = |c: usize| {
        use arrow::array::Array;
        conditions.get(c).filter(|found| found.is_valid(at)).map(|found| found.value(at))
    };
    test.holds(&mut measure, &condition) == Some(true)
}
