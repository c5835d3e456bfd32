//! From files to [`Rows`] and the keys of blocking rules, in one pass over each file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, LargeStringArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::physical_expr::PhysicalExpr;
use rayon::prelude::*;

use super::LinkageError;
use super::columns::{Column, Rows};
use super::dates::{Evidence, Order};
use super::expression::{BatchKeys, PairCondition, Planner, Rule, data_type, mix, schema};
use super::keys::{Keys, RuleKeys};
use super::normalise::{Written, typed};
use super::reading::{Dropped, Reading};
use super::source::Source;
use super::spec::{Kind, Spec, Step};

/// Batches worked on side by side.
const AT_ONCE: usize = 16;

/// What the SQL of a spec comes to.
#[derive(Debug)]
pub(super) struct Plan {
    derived: Vec<Option<Arc<dyn PhysicalExpr>>>,
    /// Blocking rules.
    pub rules: Vec<Rule>,
    /// Rules of the EM sessions.
    pub sessions: Vec<Rule>,
    /// Conditions that levels ask.
    pub conditions: Vec<PairCondition>,
    /// Columns that are kept.
    kept: BTreeSet<usize>,
}

impl Plan {
    /// Plans every expression of a spec.
    ///
    /// # Errors
    ///
    /// [`LinkageError::Spec`] with the key of the expression and what is wrong with it.
    pub fn new(spec: &Spec) -> Result<Self, LinkageError> {
        let wrong = |at: String| move |reason| LinkageError::Spec { path: spec.path.clone(), at, reason };
        let planner = Planner::new(&spec.columns);
        let derive = |(i, column): (usize, &super::spec::Column)| {
            let sql = column.sql.as_deref();
            sql.map(|sql| planner.over_row(sql, i).map_err(wrong(format!("column[{i}].sql")))).transpose()
        };
        let derived = spec.columns.iter().enumerate().map(derive).collect::<Result<_, _>>()?;
        let rule = |key: &'static str| {
            let planner = &planner;
            move |(i, sql): (usize, &str)| planner.rule(sql).map_err(wrong(format!("{key}[{i}]")))
        };
        let rules = spec.blocks.iter().map(|block| block.sql.as_str()).enumerate().map(rule("block"));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let sessions = spec.training.blocks.iter().map(String::as_str).enumerate().map(rule("training.blocks"));
        let sessions = sessions.collect::<Result<Vec<_>, _>>()?;
        let (compiler, _) = spec.compile();
        let condition = |sql: &String| planner.condition(sql).map_err(wrong(format!("level sql {sql:?}")));
        let conditions = compiler.conditions().iter().map(condition).collect::<Result<Vec<_>, _>>()?;
        let mut kept: BTreeSet<usize> = compiler.columns();
        kept.extend(spec.comparisons.iter().map(|comparison| comparison.column));
        let rests = rules.iter().chain(&sessions).filter_map(|rule| rule.rest.as_ref());
        kept.extend(conditions.iter().chain(rests).flat_map(|c| c.columns.iter().map(|(_, at)| *at)));
        kept.extend(spec.truth);
        Ok(Self { derived, rules, sessions, conditions, kept })
    }
}

/// Both sides, read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub rows: Rows,
    /// Keys under each blocking rule.
    pub blocks: Vec<RuleKeys>,
    /// Keys under the rule of each EM session.
    pub sessions: Vec<RuleKeys>,
    /// How each file was read.
    pub readings: Vec<Reading>,
}

/// Reads one file (deduplication) or two.
pub(super) fn load(spec: &Spec, plan: &Plan, left: &Path, right: Option<&Path>) -> Result<Loaded, LinkageError> {
    let columns = spec.columns.iter().map(|column| Column::new(column.kind)).collect();
    let mut rows = Rows { left: 0, right: None, columns, ids: Vec::new(), hashes: Vec::new() };
    let empty = |rule: &Rule| RuleKeys {
        left: Keys::new(rule),
        right: (right.is_some() || !rule.symmetric).then(|| Keys::new(rule)),
    };
    let mut blocks: Vec<RuleKeys> = plan.rules.iter().map(empty).collect();
    let mut sessions: Vec<RuleKeys> = plan.sessions.iter().map(empty).collect();
    let mut readings = Vec::new();
    for (side, path) in [Some(left), right].into_iter().flatten().enumerate() {
        let other = right.map(|right| if side == 0 { right } else { left });
        let reader = Reader { spec, plan, path, right_side: side == 1, other };
        let (count, reading) = reader.read(&mut rows, &mut blocks, &mut sessions)?;
        readings.push(reading);
        if count == 0 {
            return Err(LinkageError::input(path, "the file has no rows"));
        }
        if side == 0 { rows.left = count } else { rows.right = Some(count) }
    }
    Ok(Loaded { rows, blocks, sessions, readings })
}

struct Reader<'a> {
    spec: &'a Spec,
    plan: &'a Plan,
    path: &'a Path,
    right_side: bool,
    /// The file of the other side, where there is one.
    other: Option<&'a Path>,
}

/// A batch, normalised, with its keys.
struct Ready {
    ids: Option<StringArray>,
    columns: RecordBatch,
    hashes: Vec<u64>,
    dropped: Vec<Dropped>,
    blocks: Vec<(Option<BatchKeys>, Option<BatchKeys>)>,
    sessions: Vec<(Option<BatchKeys>, Option<BatchKeys>)>,
}

impl Reader<'_> {
    fn read(
        &self,
        rows: &mut Rows,
        blocks: &mut [RuleKeys],
        sessions: &mut [RuleKeys],
    ) -> Result<(u32, Reading), LinkageError> {
        let path = self.path;
        let read: Vec<_> = self.spec.columns.iter().filter(|column| column.sql.is_none()).collect();
        let id = self.spec.id.as_ref().map(|id| id.on(self.right_side));
        let named = read.iter().map(|column| column.from.on(self.right_side)).chain(id);
        let wanted: Vec<&str> = named.flatten().map(String::as_str).collect();
        let mut source = Source::open(path, &wanted)?;
        let place = |column: &&super::spec::Column| match source.position(column.from.on(self.right_side)) {
            Err(_) if column.optional => Ok(None),
            found => found.map(Some),
        };
        let positions = read.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        for group in &self.spec.one_of {
            let of_group: Vec<_> = group.iter().map(|at| &self.spec.columns[*at]).collect();
            let is_there = |(column, at): (&&super::spec::Column, &Option<usize>)| {
                at.is_some() && of_group.iter().any(|own| own.name == column.name)
            };
            if !read.iter().zip(&positions).any(is_there) {
                let headers: Vec<String> =
                    of_group.iter().flat_map(|own| own.from.on(self.right_side)).cloned().collect();
                // Names them, and what there is.
                source.position(&headers)?;
            }
        }
        let id = match id.map(|headers| (headers, source.position(headers))) {
            // Of several headers that a name may have, a file may have none.
            Some((headers, Err(_))) if headers.len() > 1 => None,
            other => other.map(|(_, found)| found).transpose()?,
        };
        let mut reading = self.reading(&read, &positions, id);
        let mut ids = arrow::array::LargeStringBuilder::new();
        let (mut count, before) = (0usize, rows.hashes.len());
        // One thread reads ahead while the others work on what was read before.
        let mut raw = next(&mut source)?;
        let places = self.places(&source, &read, &positions, &raw, &mut reading)?;
        while !raw.is_empty() {
            let work = || -> Result<Vec<Ready>, LinkageError> {
                raw.par_iter().map(|batch| self.ready(batch, &places, id)).collect()
            };
            let (ready, ahead) = rayon::join(work, || next(&mut source));
            let (ready, ahead) = (ready?, ahead?);
            count += ready.iter().map(|batch| batch.columns.num_rows()).sum::<usize>();
            if rows.hashes.len() + ready.iter().map(|batch| batch.hashes.len()).sum::<usize>() >= u32::MAX as usize {
                return Err(LinkageError::input(path, "more than four thousand million rows: split the files"));
            }
            let columns = || {
                let kept = rows.columns.par_iter_mut().enumerate().filter(|(at, _)| self.plan.kept.contains(at));
                kept.try_for_each(|(at, column)| {
                    ready.iter().try_for_each(|batch| column.add(batch.columns.column(at)))
                })
            };
            let (added, ()) = rayon::join(columns, || {
                for batch in &ready {
                    batch.ids.iter().flatten().for_each(|id| ids.append_value(id.unwrap_or_default()));
                }
            });
            added?;
            for batch in ready {
                reading.add(rows.hashes.len() - before, batch.dropped);
                rows.hashes.extend(batch.hashes);
                add(blocks, batch.blocks);
                add(sessions, batch.sessions);
            }
            raw = ahead;
        }
        let ids: LargeStringArray = ids.finish();
        rows.ids.push(id.map(|_| ids));
        (reading.encoding, reading.replaced) = (source.encoding(), source.replaced());
        Ok((count as u32, reading))
    }

    /// What the headers alone tell.
    fn reading(&self, read: &[&super::spec::Column], positions: &[Option<usize>], id: Option<usize>) -> Reading {
        let optional = |there: bool| {
            let columns = read.iter().zip(positions).filter(|(c, at)| c.optional && at.is_some() == there);
            columns.map(|(column, _)| column.name.clone()).collect()
        };
        Reading {
            path: self.path.to_owned(),
            numbered: id.is_none() && self.spec.id.is_some(),
            found: optional(true),
            absent: optional(false),
            dropped: Vec::new(),
            open_dates: Vec::new(),
            encoding: None,
            replaced: 0,
        }
    }

    /// Where each column stands, and how it is written.
    fn places(
        &self,
        source: &Source,
        read: &[&super::spec::Column],
        positions: &[Option<usize>],
        first: &[RecordBatch],
        reading: &mut Reading,
    ) -> Result<Vec<Option<(usize, Written)>>, LinkageError> {
        let place = |(column, at): (&&super::spec::Column, &Option<usize>)| {
            let Some(at) = *at else { return Ok(None) };
            let lists = source.is_list(at);
            let dates = column.kind == Kind::Date || column.normalise.contains(&Step::DateDigits);
            let order = if dates && !lists { self.order(column, at, first, reading)? } else { Order::default() };
            Ok(Some((at, Written { order, lists })))
        };
        read.iter().zip(positions).map(place).collect()
    }

    /// The order of a column's dates: as they tell it, else as those of the other file do.
    fn order(
        &self,
        column: &super::spec::Column,
        at: usize,
        first: &[RecordBatch],
        reading: &mut Reading,
    ) -> Result<Order, LinkageError> {
        let own = self.evidence(column, at, first)?;
        if !own.is_open() {
            return Ok(own.order());
        }
        if let Some(other) = self.other {
            let mut theirs = Evidence::default();
            add_dates(&mut theirs, other, column.from.on(!self.right_side), 0)?;
            if theirs.is_told() {
                return Ok(theirs.order());
            }
        }
        reading.open_dates.push(column.name.clone());
        Ok(own.order())
    }

    /// What the dates of a column tell of their order: the first of them, and where these leave it open, all.
    fn evidence(
        &self,
        column: &super::spec::Column,
        at: usize,
        first: &[RecordBatch],
    ) -> Result<Evidence, LinkageError> {
        let mut evidence = Evidence::default();
        first.iter().for_each(|batch| add_cells(&mut evidence, batch, at));
        if first.len() == AT_ONCE && evidence.may_tell_more() {
            // The first were counted already.
            add_dates(&mut evidence, self.path, column.from.on(self.right_side), first.len())?;
        }
        Ok(evidence)
    }

    /// An expression that failed on the rows of this file.
    fn failed(&self, at: String) -> impl Fn(LinkageError) -> LinkageError {
        let (spec, file) = (self.spec.path.clone(), self.path.display().to_string());
        move |error| LinkageError::Spec { path: spec.clone(), at: at.clone(), reason: format!("{file}: {error}") }
    }

    fn ready(
        &self,
        raw: &RecordBatch,
        places: &[Option<(usize, Written)>],
        id: Option<usize>,
    ) -> Result<Ready, LinkageError> {
        let text = |at: usize| -> Result<StringArray, LinkageError> {
            let array = raw.column(at);
            array.as_any().downcast_ref::<StringArray>().cloned().ok_or_else(|| LinkageError::Engine("no texts".into()))
        };
        let mut arrays: Vec<ArrayRef> = Vec::new();
        let (mut each_place, mut dropped) = (places.iter(), Vec::new());
        let mut take = |(array, own): (ArrayRef, Vec<Dropped>)| {
            dropped.extend(own);
            array
        };
        for (i, column) in self.spec.columns.iter().enumerate() {
            let array = match &self.plan.derived[i] {
                Some(expression) => {
                    let before = batch(&self.spec.columns[..i], &arrays, raw.num_rows())?;
                    let found = expression
                        .evaluate(&before)
                        .and_then(|found| found.into_array(raw.num_rows()))
                        .map_err(|error| self.failed(format!("column[{i}].sql"))(error.into()))?;
                    match (column.kind, found.data_type()) {
                        (Kind::List, DataType::List(_)) => cast(&found, &data_type(Kind::List))?,
                        _ => {
                            let texts = cast(&found, &DataType::Utf8)?;
                            let texts = texts.as_any().downcast_ref();
                            let texts = texts.ok_or_else(|| LinkageError::Engine("no texts".into()))?;
                            take(typed(column, Written::default(), texts))
                        }
                    }
                }
                None => {
                    let (texts, written) = match each_place.next().copied().flatten() {
                        Some((at, written)) => (text(at)?, written),
                        None => (StringArray::new_null(raw.num_rows()), Written::default()),
                    };
                    take(typed(column, written, &texts))
                }
            };
            arrays.push(array);
        }
        let columns = batch(&self.spec.columns, &arrays, raw.num_rows())?;
        let mut hashes = vec![1u64; raw.num_rows()];
        // The truth is no content: what is drawn by hashes must not change where it is measured.
        let read = self.spec.columns.iter().enumerate().filter(|(_, column)| column.sql.is_none());
        let content = read.zip(places).filter(|((column, _), _)| self.spec.truth != Some(*column));
        for (at, _) in content.filter_map(|(_, place)| *place) {
            for (hash, value) in hashes.iter_mut().zip(&text(at)?) {
                *hash = mix(*hash, value.unwrap_or("\u{1}").as_bytes());
            }
        }
        let keys = |rules: &[Rule], name: &str| {
            let of = |(i, rule): (usize, &Rule)| {
                let failed = self.failed(format!("{name}[{i}]"));
                let left = (!self.right_side).then(|| rule.keys(&columns, false)).transpose().map_err(&failed)?;
                let on_right = if self.other.is_some() { self.right_side } else { !rule.symmetric };
                let right = on_right.then(|| rule.keys(&columns, true)).transpose().map_err(&failed)?;
                Ok::<_, LinkageError>((left, right))
            };
            rules.iter().enumerate().map(of).collect::<Result<Vec<_>, _>>()
        };
        let (blocks, sessions) = (keys(&self.plan.rules, "block")?, keys(&self.plan.sessions, "training.blocks")?);
        Ok(Ready { ids: id.map(text).transpose()?, columns, hashes, dropped, blocks, sessions })
    }
}

/// Takes in the dates of a column of a file, behind so many batches, until they tell their order.
fn add_dates(evidence: &mut Evidence, path: &Path, headers: &[String], behind: usize) -> Result<(), LinkageError> {
    let wanted: Vec<&str> = headers.iter().map(String::as_str).collect();
    let mut source = Source::open(path, &wanted)?;
    // A file without the column tells nothing.
    let Ok(at) = source.position(headers) else { return Ok(()) };
    if source.is_list(at) {
        return Ok(());
    }
    (0..behind).try_for_each(|_| source.next().map(|_| ()))?;
    while evidence.may_tell_more()
        && let Some(batch) = source.next()?
    {
        add_cells(evidence, &batch, at);
    }
    Ok(())
}

fn add_cells(evidence: &mut Evidence, batch: &RecordBatch, at: usize) {
    batch.column(at).as_string::<i32>().iter().flatten().for_each(|text| evidence.add(text.trim()));
}

/// The next batches of a file.
fn next(source: &mut Source) -> Result<Vec<RecordBatch>, LinkageError> {
    let mut raw = Vec::with_capacity(AT_ONCE);
    while raw.len() < AT_ONCE
        && let Some(batch) = source.next()?
    {
        raw.push(batch);
    }
    Ok(raw)
}

fn batch(columns: &[super::spec::Column], arrays: &[ArrayRef], rows: usize) -> Result<RecordBatch, LinkageError> {
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(schema(columns), arrays.to_vec(), &options)?)
}

fn add(into: &mut [RuleKeys], batch: Vec<(Option<BatchKeys>, Option<BatchKeys>)>) {
    for (keys, (left, right)) in into.iter_mut().zip(batch) {
        left.into_iter().for_each(|left| keys.left.add(left));
        if let (Some(own), Some(right)) = (&mut keys.right, right) {
            own.add(right);
        }
    }
}
