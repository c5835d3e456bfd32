//! Probabilities that mean what they say: learnt from what people found, put together where sources agree,
//! and measured.
//!
//! | file | what it does |
//! |---|---|
//! | `precision.rs` | precision of rules by typology and county, pooled in part |
//! | `agreement.rs` | several findings of one subject |
//! | `ranking.rs` | a ranking learnt from checked leads, in the shadow of the present one |
//! | `reliability.rs` | reliability curve, Brier score, expected calibration error |

mod agreement;
mod precision;
mod ranking;
mod reliability;

pub use agreement::{Suspicion, together};
pub use precision::{Basis, Checked, ENOUGH, Precision};
pub use ranking::{Example, LEAST, Ranking, Shadow};
pub use reliability::{Bin, Reliability};

/// ln(p / (1 − p)), of a probability kept away from 0 and 1.
fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

/// The inverse of [`logit`].
fn probability(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests;
