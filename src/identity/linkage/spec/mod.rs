//! A linkage spec: [`SpecFile`] as written, [`Spec`] as checked.

mod check;
mod file;
mod headers;

use std::path::PathBuf;

pub use file::{BlockFile, Kind, Level, Relation, Step};
pub use headers::Sides;

use super::compare::{Compiler, Test};

/// A column, checked.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub name: String,
    pub from: Sides,
    pub optional: bool,
    pub sql: Option<String>,
    pub kind: Kind,
    pub normalise: Vec<Step>,
    pub missing: Vec<String>,
    /// Whether words for nothing are missing values.
    pub placeholders: bool,
    pub separator: String,
    pub format: Option<String>,
}

impl Column {
    /// A text column of that header.
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            from: Sides::named(name),
            optional: false,
            sql: None,
            kind: Kind::Text,
            normalise: Vec::new(),
            missing: Vec::new(),
            placeholders: true,
            separator: ",".to_owned(),
            format: None,
        }
    }
}

/// A comparison, checked: levels are tests over the measures of a [`Compiler`].
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub name: String,
    pub column: usize,
    pub term_frequency: bool,
    pub tests: Vec<Test>,
    /// What each level is called, strongest first, the last ("else") included.
    pub labels: Vec<String>,
    /// Whether a level is plain equality of the comparison's column.
    pub exact: Vec<bool>,
}

/// A checked spec.
#[derive(Debug, Clone)]
pub struct Spec {
    pub(super) path: PathBuf,
    pub(super) title: String,
    pub(super) id: Option<Sides>,
    pub(super) relation: Relation,
    pub(super) columns: Vec<Column>,
    /// Groups of optional columns: of each group a file must have one.
    pub(super) one_of: Vec<Vec<usize>>,
    pub(super) blocks: Vec<BlockFile>,
    pub(super) comparisons: Vec<Comparison>,
    pub(super) contradictions: Vec<Level>,
    pub(super) training: file::TrainingFile,
    pub(super) limits: file::LimitsFile,
    pub(super) clusters: file::ClustersFile,
    pub(super) truth: Option<usize>,
    /// Probability from which a pair is a link.
    pub link: f64,
    /// Probability from which a steward is asked.
    pub review: f64,
    /// Probability under which a pair is not written.
    pub floor: f64,
    levels: Vec<Vec<Level>>,
}

impl Spec {
    /// Compiles the levels anew: the measures they need, in a fixed order, with the contradictions.
    pub(super) fn compile(&self) -> (Compiler<'_>, Vec<Test>) {
        let mut compiler = Compiler::new(&self.columns);
        for (comparison, levels) in self.comparisons.iter().zip(&self.levels) {
            levels.iter().for_each(|level| _ = compiler.test(level, Some(comparison.column)));
        }
        let contradictions = self.contradictions.iter().filter_map(|level| compiler.test(level, None).ok()).collect();
        (compiler, contradictions)
    }

    /// Position of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Takes another column as truth: one of the spec's, else one of that header, or of `LEFT,RIGHT` where
    /// the files call it differently. A header that the left file has is meant before a column that the spec
    /// derives under the same name.
    pub(super) fn set_truth(&mut self, name: &str, headers: &[String]) {
        let there = super::source::position(headers, name).is_some();
        let known = self.column(name).filter(|at| self.columns[*at].sql.is_none() || !there);
        self.truth = Some(known.unwrap_or_else(|| {
            let from = match name.split_once(',').filter(|_| !there) {
                Some((left, right)) => Sides::each(left.trim(), right.trim()),
                None => Sides::named(name),
            };
            let own = format!("truth_{}", self.columns.len());
            self.columns.push(Column { from, ..Column::named(&own) });
            self.columns.len() - 1
        }));
    }

    /// What it links, for people.
    pub fn title(&self) -> &str {
        &self.title
    }
}

impl Kind {
    /// As it is written in a spec.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::List => "list",
        }
    }
}
