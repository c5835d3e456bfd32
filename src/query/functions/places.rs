//! Region codes.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, StringArray};
use datafusion::common::Result;

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};
use crate::domain::region;

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "region_prefix",
        arguments: &[("region_code", Kind::Text, "a region code of 12 digits")],
        returns: Kind::Text,
        description: "The significant digits of a region code: 2 for a province, 4, 6, 9, and 12 for a village. Regions inside begin with them.",
        example: "region_prefix('439931000000') → 439931",
        body: Body::Plain(prefix),
    },
    Spec {
        name: "region_contains",
        arguments: &[
            ("outer", Kind::Text, "a region code of 12 digits"),
            ("inner", Kind::Text, "a region code of 12 digits"),
        ],
        returns: Kind::Bool,
        description: "Whether the second region is the first or lies in it.",
        example: "region_contains('439931000000', '439931204003') → true; region_contains('439931204003', '439931000000') → false",
        body: Body::Plain(contains),
    },
];

fn prefix(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let codes = arguments.text(0)?;
    Ok(Arc::new(arguments.rows().map(|i| codes.get(i).map(region::prefix)).collect::<StringArray>()))
}

fn contains(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (outer, inner) = (arguments.text(0)?, arguments.text(1)?);
    let answer = |i| Some(region::contains(outer.get(i)?, inner.get(i)?));
    Ok(Arc::new(arguments.rows().map(answer).collect::<BooleanArray>()))
}
