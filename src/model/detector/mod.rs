//! Detectors: each learns from rows of numbers what is ordinary and scores how far a row is from it.
//!
//! Every detector is written to the traits of [linfa](https://docs.rs/linfa): its parameters are a
//! [`ParamGuard`](linfa::ParamGuard) whose checked form is a [`Fit`](linfa::traits::Fit), and what was
//! fitted is a [`PredictInplace`](linfa::traits::PredictInplace). A higher score is further from ordinary;
//! scores of two detectors have no common scale (see [`ensemble`]).
//!
//! # Which of linfa's are used
//!
//! Its traits and its linear algebra (`linfa-linalg`: Cholesky, symmetric eigenvalues). Mixtures, DBSCAN, nearest
//! neighbours, principal components and one-class support vectors are written here to the same traits, so
//! that scores, contributions of features and the order of sums are the same for any number of threads;
//! whether linfa's own would be faster has not been measured.
//!
//! # Reproducible
//!
//! Every draw comes from a seed, a stream of its own for every tree or start; sums over rows are taken
//! block by block in a fixed order. The number of threads changes no bit of a result.

#[macro_use]
mod params;

mod copod;
mod covariance;
mod density;
mod ecod;
pub mod ensemble;
mod extended_forest;
mod gaussian_mixture;
mod hbos;
mod isolation_forest;
mod knn;
mod lof;
mod mcd;
mod neighbours;
mod one_class_svm;
mod pca;
mod rows;
mod tails;

pub use copod::{Copod, CopodParams, CopodValidParams};
pub use density::{Dbscan, DbscanParams, DbscanValidParams, Optics, OpticsParams, OpticsValidParams};
pub use ecod::{Ecod, EcodParams, EcodValidParams};
pub use extended_forest::{ExtendedForest, ExtendedForestParams, ExtendedForestValidParams};
pub use gaussian_mixture::{GaussianMixture, GaussianMixtureParams, GaussianMixtureValidParams};
pub use hbos::{Hbos, HbosParams, HbosValidParams};
pub use isolation_forest::{IsolationForest, IsolationForestParams, IsolationForestValidParams};
pub use knn::{Knn, KnnParams, KnnValidParams, Summary};
pub use lof::{Lof, LofParams, LofValidParams};
pub use mcd::{Correction, Mcd, McdParams, McdValidParams};
pub use neighbours::{NeighbourTable, Neighbours};
pub use one_class_svm::{OneClassSvm, OneClassSvmParams, OneClassSvmValidParams};
pub use pca::{Pca, PcaParams, PcaScore, PcaValidParams};

use ndarray::{Array1, Array2, ArrayView2};

/// Why a detector cannot be fitted.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// What linfa says.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
    /// A parameter has no such name.
    #[error("{kind} has no parameter '{name}'; it has {known}")]
    UnknownParameter {
        /// The detector.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// Those it has.
        known: String,
    },
    /// A parameter does not have such a value.
    #[error("{kind}: {name} = {value} is not allowed; it must be {expected}")]
    Parameter {
        /// The detector.
        kind: &'static str,
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What may be given.
        expected: String,
    },
    /// Too few rows to learn from.
    #[error("{kind} needs at least {needed} rows and 1 column, and there are {rows} rows and {columns} columns")]
    TooFew {
        /// The detector.
        kind: &'static str,
        /// Rows it needs.
        needed: usize,
        /// Rows there are.
        rows: usize,
        /// Columns there are.
        columns: usize,
    },
    /// A cell is not a number.
    #[error("row {row}, column {column}: {value} is no finite number; fill or leave out missing values first")]
    NotFinite {
        /// Row, the first being 1.
        row: usize,
        /// Column, the first being 1.
        column: usize,
        /// The cell.
        value: f64,
    },
    /// The square of a cell is beyond what numbers hold.
    #[error(
        "row {row}, column {column}: {kind} cannot square {value:e}; bring numbers so large to a smaller unit, or fill \
         them if they stand for missing ones"
    )]
    TooLarge {
        /// The detector.
        kind: &'static str,
        /// Row, the first being 1.
        row: usize,
        /// Column, the first being 1.
        column: usize,
        /// The cell.
        value: f64,
    },
    /// More columns came than were learnt, or fewer.
    #[error("the model was fitted on {fitted} columns and is asked to score {given}")]
    Columns {
        /// Columns of the fit.
        fitted: usize,
        /// Columns given.
        given: usize,
    },
    /// The covariance of the columns is beyond what numbers hold.
    #[error("{kind}: no covariance of these columns can be computed; bring numbers so large to a smaller unit")]
    Covariance {
        /// The detector.
        kind: &'static str,
    },
}

/// What was fitted: scores rows.
pub trait Score: Send + Sync + std::fmt::Debug {
    /// Number of columns it was fitted on.
    fn columns(&self) -> usize;

    /// Scores of rows (n × d), one a row (n); the rows are finite and have the columns of the fit.
    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64>;

    /// What each column adds to a row's score (n × d); each detector says by which method.
    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64>;
}

/// Checked parameters: fits on rows (n × d).
pub trait Detect {
    /// What comes of it.
    type Model: Score;

    /// Learns from rows; they have been checked.
    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Self::Model, DetectError>;

    /// Scores the rows it learns from. A row is not its own neighbour.
    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        Ok(self.fit_rows(rows)?.scores(rows))
    }
}

/// A kind of detector with its parameters, chosen by name.
pub trait Detector: Send + Sync + std::fmt::Debug {
    /// Its name.
    fn kind(&self) -> &'static str;

    /// Its parameters: name, default and meaning.
    fn parameters(&self) -> Vec<Parameter>;

    /// Sets a parameter, by its name or the one that PyOD and scikit-learn have for it; `auto` and `None`
    /// are its default.
    ///
    /// # Errors
    ///
    /// There is none of that name, or it cannot have such a value.
    fn set(&mut self, name: &str, value: &str) -> Result<(), DetectError>;

    /// Learns from rows (n × d).
    fn learn(&self, rows: ArrayView2<'_, f64>) -> Result<Box<dyn Score>, DetectError>;

    /// Scores the rows it learns from (n).
    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError>;
}

/// One parameter of a detector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// Names that PyOD and scikit-learn have for it.
    pub aliases: &'static [&'static str],
    /// Value as set.
    pub value: String,
    /// Meaning.
    pub meaning: &'static str,
}

/// Values of PyOD and scikit-learn that mean a parameter's default.
const AS_IT_COMES: [&str; 2] = ["auto", "None"];

/// Parameters of PyOD and scikit-learn that move no score, and why.
pub const SET_ASIDE: [(&str, &str); 2] = [
    ("n_jobs", "--threads says how many threads work, and scores do not depend on it"),
    ("contamination", "it only places a threshold, and scores have none"),
];

/// Names with aliases, for a message.
fn names(parameters: &[Parameter]) -> String {
    let told = |p: &Parameter| match p.aliases {
        [] => p.name.to_owned(),
        aliases => format!("{} ({})", p.name, aliases.join(", ")),
    };
    let told: Vec<String> = parameters.iter().map(told).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

/// All kinds, as they come with their defaults.
pub fn kinds() -> Vec<Box<dyn Detector>> {
    vec![
        Box::new(IsolationForestParams::default()),
        Box::new(ExtendedForestParams::default()),
        Box::new(EcodParams::default()),
        Box::new(CopodParams::default()),
        Box::new(HbosParams::default()),
        Box::new(KnnParams::default()),
        Box::new(LofParams::default()),
        Box::new(DbscanParams::default()),
        Box::new(OpticsParams::default()),
        Box::new(GaussianMixtureParams::default()),
        Box::new(PcaParams::default()),
        Box::new(McdParams::default()),
        Box::new(OneClassSvmParams::default()),
    ]
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<Box<dyn Detector>> {
    kinds().into_iter().find(|detector| detector.kind() == name)
}

/// Kinds that ask which of two values is larger, and square none.
const BY_ORDER: [&str; 4] = ["iforest", "ecod", "copod", "hbos"];

/// Refuses rows that are too few or hold a cell that is no number, or too large a one.
fn check(kind: &'static str, rows: ArrayView2<'_, f64>, needed: usize) -> Result<(), DetectError> {
    if rows.nrows() < needed || rows.ncols() == 0 {
        return Err(DetectError::TooFew { kind, needed, rows: rows.nrows(), columns: rows.ncols() });
    }
    match rows::first_beyond(rows, !BY_ORDER.contains(&kind)) {
        None => {}
        Some(((row, column), value)) if value.is_finite() => {
            return Err(DetectError::TooLarge { kind, row: row + 1, column: column + 1, value });
        }
        Some(((row, column), value)) => {
            return Err(DetectError::NotFinite { row: row + 1, column: column + 1, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod pyod_tests;
