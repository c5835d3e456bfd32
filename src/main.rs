//! The `mingjing` program.
fn main() {}
