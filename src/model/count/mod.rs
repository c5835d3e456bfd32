//! Tests of counts and money: what invented or steered numbers look like.
//!
//! None of them says that anything is wrong: each says how far numbers are from what they would be if
//! nobody had steered them, and whether there are enough of them to say so.

mod amounts;
mod benford;
mod changes;
mod peers;
mod season;

pub use amounts::{Counted, Excess, round_amounts, same_amounts, under_threshold};
pub use benford::{Benford, Digits};
pub use changes::{Segment, change_points};
pub use peers::{PeerResidual, peer_residuals, robust_scale};
pub use season::{Season, season};

#[cfg(test)]
mod tests;
