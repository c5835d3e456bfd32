//! Behaviour at the boundaries, in one binary: each links the whole engine.

mod api;
mod made;
mod rooms;
mod support;
