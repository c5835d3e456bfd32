//! The HTTP door, over a real socket.

mod client;
mod county;
mod document;
mod graph;
mod identity;
mod jobs;
mod lists;
mod service;
mod sql;
