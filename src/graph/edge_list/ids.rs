//! Ids of vertices → dense numbers in the order of the ids.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// The id of each vertex, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// Whole numbers.
    Numbers(Vec<i64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Ids {
    /// Number of vertices.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(ids) => ids.len(),
            Self::Texts(ids) => ids.len(),
        }
    }

    /// Whether there are no vertices.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The vertex of an id.
    pub fn vertex(&self, id: &str) -> Option<u32> {
        let found = match self {
            Self::Numbers(ids) => ids.binary_search(&id.trim().parse().ok()?),
            Self::Texts(ids) => ids.binary_search_by(|own| own.as_str().cmp(id)),
        };
        found.ok().map(|v| v as u32)
    }

    /// Writes the id of a vertex.
    pub fn write(&self, vertex: u32, into: &mut String) {
        use std::fmt::Write;
        match self {
            // Writing into a string cannot fail.
            Self::Numbers(ids) => {
                let _ = write!(into, "{}", ids[vertex as usize]);
            }
            Self::Texts(ids) => into.push_str(&ids[vertex as usize]),
        }
    }

    /// Whether an id holds a space.
    pub fn any_blank(&self) -> bool {
        match self {
            Self::Numbers(_) => false,
            Self::Texts(ids) => ids.par_iter().any(|id| id.contains(' ')),
        }
    }

    /// The id of a vertex as text.
    pub fn text(&self, vertex: u32) -> String {
        let mut text = String::new();
        self.write(vertex, &mut text);
        text
    }

    /// The ids of vertices as a column: whole numbers, or texts.
    pub fn column(&self, vertices: impl Iterator<Item = u32>) -> ArrayRef {
        match self {
            Self::Numbers(ids) => Arc::new(Int64Array::from_iter_values(vertices.map(|v| ids[v as usize]))),
            Self::Texts(ids) => Arc::new(StringArray::from_iter_values(vertices.map(|v| &ids[v as usize]))),
        }
    }
}

type Dense<T> = (Vec<T>, Vec<u32>, Vec<u32>);

/// Vertices for ids that are numbers. `alone` are vertices that may have no edges.
pub(super) fn number(
    sources: &[i64],
    targets: &[i64],
    alone: &[i64],
    known: Option<Vec<i64>>,
) -> Result<Dense<i64>, Fault> {
    let ends = || sources.par_iter().chain(targets).chain(alone);
    let given = known.is_some();
    let mut ids = known.unwrap_or_default();
    if !given {
        let (least, most) = ends()
            .fold(|| (i64::MAX, i64::MIN), |(l, m), id| (l.min(*id), m.max(*id)))
            .reduce(|| (i64::MAX, i64::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        match span(least, most).filter(|span| *span <= 8 * (sources.len() + alone.len()) + 1024) {
            Some(span) => {
                let mut present = vec![false; span];
                sources.iter().chain(targets).chain(alone).for_each(|id| present[(id - least) as usize] = true);
                ids.extend((least..).zip(present).filter_map(|(id, there)| there.then_some(id)));
            }
            None => ids.par_extend(ends().copied()),
        }
    }
    ids.par_sort_unstable();
    ids.dedup();
    count(ids.len())?;
    let (Some(&least), Some(&most)) = (ids.first(), ids.last()) else {
        return match sources.first() {
            Some(id) => Err(unknown(0, id)),
            None => all_known(&ids, alone).map(|()| (ids, Vec::new(), Vec::new())),
        };
    };
    if given {
        all_known(&ids, alone)?;
    }
    const ABSENT: u32 = u32::MAX;
    let dense = |column: &[i64], find: &(dyn Fn(i64) -> u32 + Sync)| -> Result<Vec<u32>, Fault> {
        let found: Vec<u32> = column.par_iter().map(|id| find(*id)).collect();
        match given.then(|| found.iter().position(|v| *v == ABSENT)).flatten() {
            Some(nth) => Err(unknown(nth, &column[nth])),
            None => Ok(found),
        }
    };
    let (from, to) = match span(least, most).filter(|span| *span <= 8 * ids.len() + 1024) {
        Some(span) => {
            let mut vertex = vec![ABSENT; span];
            (0..).zip(&ids).for_each(|(v, id)| vertex[(id - least) as usize] = v);
            let find =
                |id: i64| id.checked_sub(least).and_then(|at| vertex.get(at as usize).copied()).unwrap_or(ABSENT);
            (dense(sources, &find)?, dense(targets, &find)?)
        }
        None => {
            let vertex: HashMap<i64, u32> = ids.iter().copied().zip(0..).collect();
            let find = |id: i64| vertex.get(&id).copied().unwrap_or(ABSENT);
            (dense(sources, &find)?, dense(targets, &find)?)
        }
    };
    Ok((ids, from, to))
}

/// How many whole numbers lie between two, both counted.
fn span(least: i64, most: i64) -> Option<usize> {
    usize::try_from(most.checked_sub(least)?).ok()?.checked_add(1)
}

/// Vertices for ids that are texts. `alone` are vertices that may have no edges.
pub(super) fn name(
    sources: &[String],
    targets: &[String],
    alone: &[String],
    known: Option<Vec<String>>,
) -> Result<Dense<String>, Fault> {
    let mut ids: Vec<&str> = match &known {
        Some(known) => known.iter().map(String::as_str).collect(),
        None => {
            let seen: HashSet<&str> = sources.iter().chain(targets).chain(alone).map(String::as_str).collect();
            seen.into_iter().collect()
        }
    };
    ids.par_sort_unstable();
    ids.dedup();
    count(ids.len())?;
    if let Some(id) = alone.iter().find(|id| ids.binary_search(&id.as_str()).is_err()) {
        return Err(Fault::Alone(id.clone()));
    }
    let vertex: HashMap<&str, u32> = ids.iter().copied().zip(0..).collect();
    let dense = |column: &[String]| {
        let found = column.iter().enumerate().map(|(nth, id)| vertex.get(id.as_str()).copied().ok_or((nth, id)));
        found.collect::<Result<Vec<u32>, _>>().map_err(|(nth, id)| unknown(nth, id))
    };
    let (from, to) = (dense(sources)?, dense(targets)?);
    Ok((ids.into_iter().map(str::to_owned).collect(), from, to))
}

fn count(vertices: usize) -> Result<(), Fault> {
    if vertices < u32::MAX as usize { Ok(()) } else { Err(Fault::TooMany) }
}

fn all_known(ids: &[i64], alone: &[i64]) -> Result<(), Fault> {
    match alone.iter().find(|id| ids.binary_search(id).is_err()) {
        Some(id) => Err(Fault::Alone(id.to_string())),
        None => Ok(()),
    }
}

fn unknown(edge: usize, id: &dyn std::fmt::Display) -> Fault {
    Fault::Unknown { edge, id: id.to_string() }
}

/// Why ids cannot be numbered.
pub(super) enum Fault {
    /// More vertices than numbers.
    TooMany,
    /// An edge, counted from 0, names a vertex that is not in the vertex file.
    Unknown { edge: usize, id: String },
    /// So does a row without edges.
    Alone(String),
}
