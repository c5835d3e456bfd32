//! Behaviour at the boundaries, in one binary: each links the whole engine.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod api;
mod audit;
mod detectors;
mod edges;
mod engine;
mod false_alarms;
mod graph;
mod hard_cases;
mod identity;
mod import;
mod kill;
mod leads;
mod lifecycle;
mod link;
mod local_rules;
mod made;
mod missing_tables;
mod models;
mod past;
mod protected;
mod readme;
mod relations;
mod rooms;
mod rules;
mod support;
