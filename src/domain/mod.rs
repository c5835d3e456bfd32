//! Newtypes that parse at the door: what a text of an export *means*, independent of files and tables.
//!
//! Every parser takes a text as met (stray spaces, full-width forms), never panics, and answers
//! `None` or an error instead of guessing.
//!
//! | module | what it reads |
//! |---|---|
//! | [`text`] | stray spaces, invisible characters, full-width forms |
//! | [`id_number`] | citizen identity numbers (GB 11643), 15 and 18 digits |
//! | [`region`] | region codes (GB/T 2260, GB/T 10114) |
//! | [`date`], [`month`] | days, times of day, months, Excel serials |
//! | [`money`], [`number`] | money in fen, whole and decimal numbers |
//! | [`yes_no`] | 是/否 and its kin |
//! | [`name`] | personal names: comparison form, agreement |
//! | [`account`] | card numbers (ISO/IEC 7812) |
//! | [`phone`] | telephone numbers: comparison form |

pub mod account;
pub mod date;
pub mod id_number;
pub mod money;
pub mod month;
pub mod name;
pub mod number;
pub mod phone;
pub mod region;
pub mod text;
pub mod yes_no;
