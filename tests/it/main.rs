//! Behaviour at the boundaries, in one binary: each links the whole engine.

mod made;
mod rooms;
