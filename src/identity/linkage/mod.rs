//! Record linkage after Fellegi and Sunter (1969) of any two tables, or of one with itself, as one TOML
//! spec says ([`Spec`]; `models/linkage/README.md`).
mod blocking;
mod cluster;
mod columns;
mod compare;
mod dates;
mod em;
mod error;
mod evaluate;
mod explain;
mod expression;
mod frequency;
mod functions;
mod keys;
mod labels;
mod load;
mod lookup;
mod model;
mod normalise;
mod parallel;
mod predict;
mod reading;
mod references;
mod relation;
#[cfg(test)]
mod restraint;
mod run;
mod source;
mod spec;
#[cfg(test)]
mod tests;
mod train;
mod warning;
mod write;

pub use blocking::{LeftOut, RuleSize};
pub use error::LinkageError;
pub use evaluate::{Evaluation, Point};
pub use explain::{Step, Waterfall};
pub use model::{Model, Weights};
pub use reading::{Dropped, Reading, Why};
pub use references::{Home, PersonRow, ReferenceFiles, link_references, linkage_name};
pub use run::{Decision, Linkage, Request, link};
pub use spec::{Kind, Relation, Spec};
pub use warning::Warning;
