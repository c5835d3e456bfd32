//! Lists of neighbours: a vertex a row, and behind it those that it leads to.

use std::ops::Range;
use std::path::Path;

use hashbrown::HashSet;

use super::layout::{Layout, Sample};
use super::rows::{Delimiter, Fields, number, numeric, rows, unquoted};
use super::text::{Fault, id};
use super::{Edges, Id};

/// What rows without a header are.
pub(super) enum Verdict {
    /// Lists of neighbours, and what to say of it.
    Lists(Delimiter, Option<String>),
    /// Edges, and what to say of it.
    Edges(Option<String>),
}

/// What stands between the fields of lists: behind a tab, commas as well.
pub(super) fn delimiter(sample: &Sample) -> Delimiter {
    let commas = |field: &[u8]| field.contains(&b',') && field.split(|b| *b == b',').all(|id| numeric(id.trim_ascii()));
    let mixed = sample.delimiter == Delimiter::byte(b'\t')
        && sample.rows.iter().any(|row| row.get(1).is_some_and(|field| commas(field)));
    if mixed { Delimiter::TAB_OR_COMMA } else { sample.delimiter }
}

/// Tells lists of neighbours from edges.
///
/// In lists every vertex has one row and all fields are ids; edges have rows of one length, most vertices several rows.
/// All rows are looked at only where the first ones have more than two fields and no vertex twice.
pub(super) fn detect(text: &[u8], sample: &Sample, weighted: bool) -> Verdict {
    let delimiter = delimiter(sample);
    let marked = sample.rows.iter().all(|row| row.first().is_some_and(|head| head.ends_with(b":")));
    if marked || delimiter == Delimiter::TAB_OR_COMMA {
        return Verdict::Lists(delimiter, None);
    }
    let heads: HashSet<&[u8]> = sample.rows.iter().filter_map(|row| row.first()).map(AsRef::as_ref).collect();
    if heads.len() < sample.rows.len() || sample.rows.iter().all(|row| row.len() < 3) {
        return Verdict::Edges(None);
    }
    let Some(found) = Found::of(text, delimiter) else { return Verdict::Edges(None) };
    let varied = found.least < found.most;
    if found.most > 3 && (found.closed() || (varied && found.recurring())) {
        return Verdict::Lists(delimiter, None);
    }
    // Where weights are asked for, three fields in every row are an edge with one.
    let plain = weighted && (found.least, found.most) == (3, 3);
    // Three fields at most are lists of two neighbours, or edges of which some have a weight.
    if !plain && found.closed() && (varied || found.symmetric()) {
        let note = "rows are read as lists of neighbours; if the third field is a weight, give --format edges";
        return Verdict::Lists(delimiter, Some(note.to_owned()));
    }
    let note = "every third field is an id as well: if rows are lists of neighbours, give --format adjacency";
    Verdict::Edges(found.ids_alone().then(|| note.to_owned()))
}

/// Rows that may be lists: every head once, and all fields of one kind.
struct Found<'a> {
    text: &'a [u8],
    delimiter: Delimiter,
    heads: HashSet<&'a [u8]>,
    least: usize,
    most: usize,
}

impl<'a> Found<'a> {
    fn of(text: &'a [u8], delimiter: Delimiter) -> Option<Self> {
        let mut found = Self { text, delimiter, heads: HashSet::new(), least: usize::MAX, most: 0 };
        let mut whole = None;
        for (_, row) in rows(text) {
            let mut fields = fields(row, delimiter);
            let head = fields.next()?;
            let whole = *whole.get_or_insert_with(|| numeric(head));
            let fits = |field: &[u8]| if whole { numeric(field) } else { !number(field) };
            if !fits(head) || !found.heads.insert(head) {
                return None;
            }
            let mut count = 1;
            for field in fields {
                count += 1;
                if !fits(field) {
                    return None;
                }
            }
            (found.least, found.most) = (found.least.min(count), found.most.max(count));
        }
        Some(found)
    }

    /// The heads with those beside them.
    fn lists(&self) -> impl Iterator<Item = (&'a [u8], Vec<&'a [u8]>)> {
        let delimiter = self.delimiter;
        rows(self.text).filter_map(move |(_, row)| {
            let mut fields = fields(row, delimiter);
            Some((fields.next()?, fields.collect()))
        })
    }

    /// Whether no id stands in a row twice.
    fn distinct(&self) -> bool {
        self.lists().all(|(head, near)| {
            let mut seen: HashSet<&[u8]> = HashSet::new();
            seen.insert(head);
            near.into_iter().all(|id| seen.insert(id))
        })
    }

    /// Whether most fields are heads too: words of a remark, or years, head no row.
    fn recurring(&self) -> bool {
        let near = || self.lists().flat_map(|(_, near)| near);
        2 * near().filter(|id| self.heads.contains(id)).count() >= near().count()
    }

    /// Whether every field is a head too, and in no row twice.
    fn closed(&self) -> bool {
        self.distinct() && self.lists().all(|(_, near)| near.iter().all(|id| self.heads.contains(id)))
    }

    /// Whether whoever stands in a list has the list's head in its own.
    fn symmetric(&self) -> bool {
        let all: HashSet<(&[u8], &[u8])> =
            self.lists().flat_map(|(head, near)| near.into_iter().map(move |id| (head, id))).collect();
        all.iter().all(|(a, b)| all.contains(&(*b, *a)))
    }

    /// Whether what stands behind the second field is an end of an edge somewhere, and in no row twice.
    fn ids_alone(&self) -> bool {
        let ends: HashSet<&[u8]> = self.lists().filter_map(|(_, near)| near.first().copied()).collect();
        self.distinct()
            && self.lists().all(|(_, near)| near.iter().skip(1).all(|id| self.heads.contains(id) || ends.contains(id)))
    }
}

/// The fields of a list that hold anything, the colon behind the head left out.
fn fields(row: &[u8], delimiter: Delimiter) -> impl Iterator<Item = &[u8]> {
    let fields = Fields::of(row, delimiter).enumerate().map(|(at, field)| match field {
        [head @ .., b':'] if at < 2 => head,
        field => field,
    });
    fields.filter(|field| !field.is_empty())
}

/// How many neighbours a list has.
pub(super) fn neighbours(row: &[u8], delimiter: Delimiter) -> usize {
    fields(row, delimiter).count().saturating_sub(1)
}

/// Parses the lists of a part of the text, which begins and ends at line ends.
pub(super) fn chunk<T: Id>(path: &Path, text: &[u8], range: Range<usize>, layout: &Layout) -> Result<Edges<T>, Fault> {
    let mut edges = Edges::default();
    for (nth, row) in rows(&text[range.clone()]) {
        let fault = |column, message: &'static str| Fault::at(path, text, range.start, nth, column, message);
        let mut fields = fields(row, layout.delimiter).enumerate();
        let Some((_, head)) = fields.next() else { continue };
        let head: T = id(&unquoted(head), 0, &fault)?;
        for (at, field) in fields {
            edges.sources.push(head.clone());
            edges.targets.push(id(&unquoted(field), at, &fault)?);
        }
        edges.vertices.push(head);
    }
    Ok(edges)
}
