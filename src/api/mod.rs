//! The HTTP door: actix-web under `/api/v1`, with no logic that belongs to a room before it.
//!
//! # Layout
//!
//! | file | what it does |
//! |---|---|
//! | `server.rs` | settings, binding to loopback, running, shutting down |
//! | `state.rs` | what every request shares |
//! | `routes.rs` | the one list of routes |
//! | `request.rs` | what happens around every request: id, host, log, headers, problems |
//! | `problem.rs` | errors as RFC 9457 problem details, in Chinese and English |
//! | `body.rs` | JSON in and out, content negotiation |
//! | `trail.rs` | who read what: one event a read of personal data |
//! | `list.rs` | the list of an audit: filter, sort, page |
//! | `health.rs`, `snapshots.rs`, `audits.rs`, `events.rs`, `leads.rs`, `findings.rs`, `coverage.rs`, `files.rs`, `rules.rs`, `tables.rs` | the groups of endpoints |
//! | `graph/` | the relationship graph: ties, paths, rings, pictures |
//! | `sql/` | the SQL door |
//! | `queue/` | audits that wait, run and have ended |
//! | `store/` | finished audits in memory: filters, orders, cursors, evidence |
//! | `openapi.rs`, `docs.rs`, `home.rs` | the document, its page, the welcome page |

mod audits;
mod body;
mod coverage;
mod docs;
mod events;
mod files;
mod findings;
mod graph;
mod health;
mod home;
mod identity;
mod leads;
mod list;
mod openapi;
mod problem;
mod queue;
mod request;
mod routes;
mod rules;
mod server;
mod snapshots;
mod sql;
mod state;
mod store;
mod tables;
mod trail;

pub use openapi::document;
pub use problem::Problem;
pub use routes::ROUTES;
pub use server::{ServeError, Server, Settings, stop_signal};
pub use store::StoreLimits;
