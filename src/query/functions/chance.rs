//! What chance alone would give.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::common::Result;
use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};

pub(super) const SPECS: &[Spec] = &[Spec {
    name: "hypergeometric_tail",
    arguments: &[
        ("population", Kind::Whole, "how many there are"),
        ("marked", Kind::Whole, "how many of them are marked"),
        ("drawn", Kind::Whole, "how many are drawn without putting back"),
        ("at_least", Kind::Whole, "how many of those drawn are marked, at least"),
    ],
    returns: Kind::Double,
    description: "The probability that so many or more of those drawn are marked (the exact one-sided test of Fisher); null where more are drawn or marked than there are.",
    example: "hypergeometric_tail(10, 5, 2, 0) → 1.0; hypergeometric_tail(4, 2, 2, 3) → 0.0; hypergeometric_tail(2, 3, 1, 1) → null",
    body: Body::Plain(tail),
}];

fn tail(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let [population, marked, drawn, at_least] =
        [arguments.whole(0)?, arguments.whole(1)?, arguments.whole(2)?, arguments.whole(3)?];
    let answer = |i| {
        let whole = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
        let least = at_least.get(i)?;
        let chance = Hypergeometric::new(whole(population.get(i))?, whole(marked.get(i))?, whole(drawn.get(i))?);
        let chance = chance.ok()?;
        // `sf` is the probability of strictly more.
        Some(u64::try_from(least - 1).map_or(1.0, |below| chance.sf(below)))
    };
    Ok(Arc::new(arguments.rows().map(answer).collect::<Float64Array>()))
}
