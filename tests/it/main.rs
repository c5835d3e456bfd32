//! Behaviour at the boundaries, in one binary: each links the whole engine.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod api;
mod audit;
mod engine;
mod import;
mod kill;
mod lifecycle;
mod made;
mod made_cases;
mod missing_tables;
mod models;
mod planted;
mod readme;
mod rooms;
mod rules;
mod support;
