//! What the first rows of a text tell: the delimiter, whether there is a header, and what stands in which column.

use std::borrow::Cow;
use std::path::Path;

use super::names::{self, Ends};
use super::preamble::{self, Konect, Promise, end_of};
use super::rows::{Delimiter, Fields, number, numeric, rows, unquoted};
use super::unpack::ends_in;
use super::{Format, Options, lists};
use crate::graph::GraphError;

/// What a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// An edge: its ends, perhaps its weight, perhaps more.
    Edge,
    /// An edge and a Python dict of its data, as networkx writes it: `1 2 {'weight': 3}`.
    Data,
    /// An edge after the letter `a` or `e`, or anything else after another letter.
    Dimacs,
    /// A vertex and its neighbours.
    List,
}

/// How edges are laid out.
#[derive(Debug)]
pub(super) struct Layout {
    /// What stands between two fields.
    pub(super) delimiter: Delimiter,
    /// What a row holds.
    pub(super) shape: Shape,
    /// Columns of the first and the second end, the first column being 0.
    pub(super) ends: [usize; 2],
    /// Column of the weight.
    pub(super) weight: Option<usize>,
    /// Name of the weight where rows name it themselves ([`Shape::Data`]).
    pub(super) key: String,
    /// Fields of a row at most.
    pub(super) most: usize,
    /// Names of the columns; none without a header.
    pub(super) names: Vec<String>,
    /// Byte at which the rows begin; with a header, its line end.
    pub(super) body: usize,
    /// Name of the format.
    pub(super) format: String,
    /// What the text promises of itself.
    pub(super) promise: Option<Promise>,
    /// Whether edges have a direction, where the text says so.
    pub(super) directed: Option<bool>,
    /// What people should know of the reading.
    pub(super) notes: Vec<String>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            delimiter: Delimiter::BLANKS,
            shape: Shape::Edge,
            ends: [0, 1],
            weight: None,
            key: "weight".to_owned(),
            most: 3,
            names: Vec::new(),
            body: 0,
            format: "edge list".to_owned(),
            promise: None,
            directed: None,
            notes: Vec::new(),
        }
    }
}

impl Layout {
    /// The layout of a text.
    ///
    /// # Errors
    /// A CSV file names one end of its edges and not the other, a preamble is wrong, no column has the name of the
    /// weight.
    pub(super) fn of(path: &Path, text: &[u8], options: &Options) -> Result<Self, GraphError> {
        let stated = preamble::matrix_market(path, text)?;
        let mut layout = match stated.map_or_else(|| preamble::dimacs(path, text), |layout| Ok(Some(layout)))? {
            Some(layout) => layout,
            None => Self::of_rows(path, text, options)?,
        };
        match preamble::konect(text) {
            Some(Konect::Directed(directed)) => layout.directed = Some(directed),
            Some(Konect::TwoKinds) => layout.notes.push(
                "the header says that ends are of two kinds (bip): where both count from 1, equal numbers are taken for \
                 one vertex; make their ids differ"
                    .to_owned(),
            ),
            None => {}
        }
        if let Some(column) = options.weight {
            layout.choose(column)?;
        }
        Ok(layout)
    }

    fn of_rows(path: &Path, text: &[u8], options: &Options) -> Result<Self, GraphError> {
        let Some(sample) = Sample::of(text) else { return Ok(Self::default()) };
        let plain = Self { delimiter: sample.delimiter, ..Self::default() };
        let list = |delimiter, notes| Self {
            delimiter,
            shape: Shape::List,
            most: usize::MAX,
            format: "lists of neighbours".to_owned(),
            notes,
            ..Self::default()
        };
        if options.format == Format::Adjacency {
            return Ok(list(lists::delimiter(&sample), Vec::new()));
        }
        if sample.data {
            let format = "edge list with data".to_owned();
            return Ok(Self { shape: Shape::Data, most: 2, format, ..plain });
        }
        let mut notes = Vec::new();
        if let Some((names, ends)) = sample.header(path, &mut notes)? {
            let mut layout = Self { ends, most: names.len(), body: end_of(text, sample.first), notes, ..plain };
            layout.weigh(names, |at| sample.numbers_beneath(at));
            return Ok(layout);
        }
        if options.format == Format::Auto && options.weight.is_none() {
            match lists::detect(text, &sample, options.weighted) {
                lists::Verdict::Lists(delimiter, said) => return Ok(list(delimiter, said.into_iter().collect())),
                lists::Verdict::Edges(said) => notes.extend(said),
            }
        }
        let first = sample.rows.first().map_or(0, Vec::len);
        let most = if sample.rows.iter().any(|row| row.len() > 2) { first.max(3) } else { 2 };
        Ok(Self { weight: (most > 2).then_some(2), most, notes, ..plain })
    }

    /// Takes the names of columns and finds the weight among them.
    pub(super) fn weigh(&mut self, names: Vec<String>, numeric: impl Fn(usize) -> bool) {
        self.names = names;
        match names::weight(&self.names, self.ends, numeric) {
            Ok(at) => self.weight = Some(at),
            Err(several) if several.len() > 1 => {
                let several: Vec<String> = several.into_iter().map(|at| self.column(at)).collect();
                self.notes.push(format!("which of {} is the weight? name it: --weight COLUMN", several.join(", ")));
            }
            Err(_) => {}
        }
    }

    /// Takes a column for the weight: by its name, or by its number from 1.
    pub(super) fn choose(&mut self, column: &str) -> Result<(), GraphError> {
        match self.shape {
            Shape::Data => {
                column.clone_into(&mut self.key);
                return Ok(());
            }
            Shape::List => return Err(GraphError::Call("lists of neighbours have no weights".to_owned())),
            Shape::Edge | Shape::Dimacs => {}
        }
        let named = self.names.iter().position(|name| name.trim() == column);
        let numbered = || column.parse::<usize>().ok().filter(|nth| (1..=self.most).contains(nth)).map(|nth| nth - 1);
        let Some(at) = named.or_else(numbered).filter(|at| !self.ends.contains(at)) else {
            let columns: Vec<String> =
                (0..self.most).filter(|at| !self.ends.contains(at)).map(|at| self.column(at)).collect();
            let there = if columns.is_empty() { "none".to_owned() } else { columns.join(", ") };
            return Err(GraphError::Call(format!(
                "no column {column} for weights; beside the ends there are: {there}"
            )));
        };
        self.weight = Some(at);
        self.notes.retain(|note| !note.contains("--weight"));
        Ok(())
    }

    /// A column by its name, or by its number from 1.
    pub(super) fn column(&self, at: usize) -> String {
        self.names.get(at).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| format!("column {}", at + 1))
    }
}

/// The first rows, field by field.
pub(super) struct Sample<'a> {
    pub(super) delimiter: Delimiter,
    /// The first row.
    pub(super) first: &'a [u8],
    /// Whether a Python dict stands behind the ends; it is not among the fields.
    data: bool,
    pub(super) rows: Vec<Vec<Cow<'a, [u8]>>>,
}

/// Names of the columns, and which of them hold the ends.
type Header = (Vec<String>, [usize; 2]);

/// Rows of a sample at most.
const SAMPLE: usize = 1000;

impl<'a> Sample<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let lines: Vec<&[u8]> = rows(text).take(SAMPLE).map(|(_, row)| row).collect();
        let first = *lines.first()?;
        let data = first.ends_with(b"}") && first.contains(&b'{');
        let before = |row: &'a [u8]| if data { ends_and_data(row).0 } else { row };
        // A row of one field does not tell.
        let told = lines.iter().map(|row| Delimiter::of(before(row)));
        let delimiter = told.zip(&lines).find(|(by, row)| Fields::of(row, *by).nth(1).is_some());
        let delimiter = delimiter.map_or(Delimiter::BLANKS, |(by, _)| by);
        let split = |row: &&'a [u8]| {
            let mut fields: Vec<_> = Fields::of(before(row), delimiter).map(unquoted).collect();
            fields.truncate(fields.iter().rposition(|field| !field.is_empty()).map_or(0, |at| at + 1));
            fields
        };
        Some(Self { delimiter, first, data, rows: lines.iter().map(split).collect() })
    }

    fn body(&self) -> &[Vec<Cow<'a, [u8]>>] {
        self.rows.get(1..).unwrap_or_default()
    }

    /// Names of the columns and the ends among them, where the first row is a header.
    fn header(&self, path: &Path, notes: &mut Vec<String>) -> Result<Option<Header>, GraphError> {
        let Some(first) = self.rows.first() else { return Ok(None) };
        let names: Vec<String> = first.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let found = match names::ends(&names) {
            Err(_) if ends_in(path, "csv") => {
                let message = "a header must name both ends of an edge: source and target";
                return Err(GraphError::file(path, message));
            }
            found => found.unwrap_or_default(),
        };
        // A table written with its row numbers has a column without a name before all others.
        let numbered = names.len() > 3 && matches!(names[0].to_lowercase().as_str(), "" | "index" | "unnamed: 0");
        let ends = found.map_or(if numbered { [1, 2] } else { [0, 1] }, |found| found.columns);
        let header = found.is_some_and(|found| found.sure)
            || self.words_above_numbers(ends)
            || found.is_some_and(|found| self.names_alone(&names, found, notes));
        Ok((header && names.len() > 1).then_some((names, ends)))
    }

    /// Whether the first row has words alone, and beneath them both ends, or another column, have numbers alone.
    fn words_above_numbers(&self, ends: [usize; 2]) -> bool {
        let Some(first) = self.rows.first().filter(|_| !self.body().is_empty()) else { return false };
        let word = |at: usize| first.get(at).is_some_and(|name| !name.is_empty());
        let whole = |at: usize| self.body().iter().all(|row| row.get(at).is_some_and(|field| numeric(field)));
        !first.iter().any(|field| number(field))
            && (ends.iter().all(|at| word(*at) && whole(*at))
                || (0..first.len()).any(|at| !ends.contains(&at) && word(at) && self.numbers_beneath(at)))
    }

    /// Whether a column has numbers below the first row, and nothing else.
    fn numbers_beneath(&self, at: usize) -> bool {
        !self.body().is_empty() && self.body().iter().all(|row| row.get(at).is_some_and(|field| number(field)))
    }

    /// Whether the names of both ends, which might be ids, are unlike the ids beneath them.
    fn names_alone(&self, names: &[String], found: Ends, notes: &mut Vec<String>) -> bool {
        let own: Vec<(&[u8], String)> =
            found.columns.iter().map(|at| (names[*at].as_bytes(), pattern(names[*at].as_bytes()))).collect();
        let ids = || self.body().iter().flat_map(|row| found.columns.iter().filter_map(|at| row.get(*at)));
        // Above other letters single ones are as good as ids as they are as names.
        let letters =
            own.iter().all(|(name, _)| name.len() == 1) && ids().all(|id| id.iter().all(u8::is_ascii_alphabetic));
        let alone = !letters
            && ids().next().is_some()
            && ids().all(|id| {
                let like = pattern(id);
                own.iter().all(|(name, pattern)| *name != id.as_ref() && *pattern != like)
            });
        if alone && !found.plain {
            let named: Vec<&str> = found.columns.iter().map(|at| names[*at].as_str()).collect();
            notes.push(format!(
                "the first row is read as an edge; if {} name columns, call these source and target",
                named.join(" and ")
            ));
        }
        alone && found.plain
    }
}

/// A text with one 9 for the digits in a row; one letter is like any other.
fn pattern(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let mut pattern = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' if pattern.ends_with('9') => {}
            '0'..='9' => pattern.push('9'),
            c => pattern.push(c),
        }
    }
    if text.chars().count() == 1 && pattern != "9" { "?".to_owned() } else { pattern }
}

/// A row before and from the brace in which its data begin.
#[inline]
pub(super) fn ends_and_data(row: &[u8]) -> (&[u8], &[u8]) {
    row.split_at(row.iter().position(|b| *b == b'{').unwrap_or(row.len()))
}

/// Delimiter and column of the ids in rows of vertices, and whether there is a header. Rows that have no other delimiter
/// than blanks stand apart as the edges do: a file of one column has none, and its names may have blanks. A number
/// before a blank is an id with what belongs to it.
pub(super) fn vertices(path: &Path, text: &[u8], edges: Delimiter) -> (Delimiter, usize, bool) {
    let mut rows = rows(text).map(|(_, row)| row);
    let Some(row) = rows.next() else { return (Delimiter::BLANKS, 0, false) };
    let mut words = row.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let with_more = words.next().is_some_and(numeric) && words.next().is_some();
    let delimiter = match Delimiter::of(row) {
        Delimiter::BLANKS if with_more => Delimiter::BLANKS,
        Delimiter::BLANKS if edges != Delimiter::BLANKS => edges,
        Delimiter::BLANKS if ends_in(path, "csv") => Delimiter::byte(b','),
        own => own,
    };
    let first: Vec<_> = Fields::of(row, delimiter).map(unquoted).collect();
    let id = |row: &[u8]| Fields::of(row, delimiter).next().map(unquoted).is_some_and(|field| numeric(&field));
    // A number above all is an id, whatever stands beside it.
    let named = first.iter().position(|name| std::str::from_utf8(name).is_ok_and(names::vertex));
    match named.filter(|_| !numeric(&first[0])) {
        Some(column) => (delimiter, column, true),
        None => (delimiter, 0, !first[0].is_empty() && !numeric(&first[0]) && rows.next().is_some_and(id)),
    }
}
