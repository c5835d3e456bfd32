//! Who is who: every reference to a person, household, award, account … becomes a dense integer key.
//!
//! Numbers are normalised, 15 digits become 18, a valid number matches exactly, one wrong digit or one
//! swap is repaired where the name agrees; what is still open is linked by probability where that is high
//! enough, or offered to a steward ([`linkage`]). What stays unresolved is kept and counted: a faulty number and
//! the name beside it are a person of their own. A placeholder for a number (无, 0) names nobody but in the file
//! of a family, where the name does.

mod inference;
mod interner;
mod keyed;
pub mod linkage;
mod namesakes;
mod persons;
mod repaired;
mod standing;
mod tables;
#[cfg(test)]
mod tests;

pub use inference::{Inference, Method};
pub use interner::{Interner, KeyIndex};
pub use keyed::{FamilyFile, Issue, Keyed, Keyer, Keys, count_methods, file_of_family, name_column, person_columns};
pub use persons::{Candidates, Faulty, PersonCollector, Persons};
pub use repaired::Repaired;
pub use standing::{Decided, Standing};
pub use tables::{IdentityRows, issues_batch};
