//! Mingjing (明镜): fraud and irregularity detection for social assistance.
//!
//! # Layout
//!
//! Data flows one way; a room imports only from rooms before it (`tests/it/rooms.rs` holds that).
//!
//! | room | what lives there |
//! |---|---|
//! | [`domain`] | values that parse at the door: ID numbers, dates, months, money, names |
//! | [`contract`] | tables, columns, codes, parameters, typologies, holidays |
//! | [`intake`] | delivered files → typed chunks: formats, headers, parsing, quarantine, profile |
//! | [`made`] | made counties and nations with their truth, for tests and measurements |
//! | [`snapshot`] | immutable, content-hashed sets of Parquet tables, and the delivered rows as they stood |
//! | [`query`] | SQL over a snapshot: engine, functions, views, the rule library |
//! | [`identity`] | who is who: dense keys, repaired numbers, what stays unresolved |
//! | [`graph`] | relationships: compact graphs, standard algorithms, kin closure, ties, favouritism measured |
//! | [`model`] | detectors of what is unlike the rest, and probabilities that mean what they say |
//! | [`flags`] | findings, evidence, exemptions, leads, coverage |
//! | [`cases`] | what became of findings, and what that says of the rules |
//! | [`jobs`] | import and audit, the same for the command line and the server |
//! | [`api`] | the HTTP door: routes, the store of finished audits, the SQL door |
//! | [`cli`] | one file a command, no logic of its own |

pub mod api;
pub mod cases;
pub mod cli;
pub mod contract;
pub mod domain;
pub mod flags;
pub mod graph;
pub mod identity;
pub mod intake;
pub mod jobs;
pub mod made;
pub mod model;
pub mod query;
pub mod snapshot;
