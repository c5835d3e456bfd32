//! What the office got wrong with a benefit: planted cases set it, the ledger's rows follow from it.

use chrono::NaiveDate;

use super::rows::Text;
use crate::domain::month::Month;

/// Nothing, where the benefit is in working order.
#[derive(Debug, Clone, Default)]
pub(super) struct Slips {
    /// The latest review, where it is not as late as it should be.
    pub(super) reviewed_on: Option<NaiveDate>,
    /// Standards that rose after that month were not applied.
    pub(super) frozen: Option<Month>,
    /// Yuan a month by which the amount is wrong.
    pub(super) shift: i64,
    /// The number by which the list of the covered names a person who is covered alone.
    pub(super) misread: Option<Text>,
}

impl Slips {
    /// Whether a rise of that month reached the benefit.
    pub(super) fn applies(&self, raise: Month) -> bool {
        self.frozen.is_none_or(|frozen| raise <= frozen)
    }

    /// The month whose standards decide the amount paid from `month` on.
    pub(super) fn priced(&self, month: Month) -> Month {
        self.frozen.map_or(month, |frozen| month.min(frozen))
    }
}
