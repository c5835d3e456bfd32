//! What planted cases want of a household's account: debits on its statement, credits that never came,
//! a change of account by a certain hand.

use chrono::NaiveDateTime;

use super::rows::{Code, Text};
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// What was planned for the account that a household began the window with.
#[derive(Debug, Clone, Default)]
pub(super) struct Banking {
    /// Instead of what the family would draw by itself after the payments of those months.
    pub(super) debits: Vec<Debit>,
    /// Months whose payment is marked paid and never came.
    pub(super) missing: Vec<Month>,
    /// Who changed the account, and when.
    pub(super) change: Option<Change>,
}

/// Money that leaves the account after the payment for a month.
#[derive(Debug, Clone)]
pub(super) struct Debit {
    pub(super) month: Month,
    /// Days after the payment, and seconds after the bank's opening.
    pub(super) after: (u64, i64),
    /// All in full tens of yuan, where no sum is given.
    pub(super) amount: Option<Fen>,
    pub(super) channel: Code,
    pub(super) terminal: Option<Text>,
    /// Account and name of whoever receives it.
    pub(super) counter: Option<(Text, Text)>,
}

/// An entry of the log of account changes.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) operator: Text,
    pub(super) at: NaiveDateTime,
}

impl Debit {
    /// Everything, in cash at a terminal.
    pub(super) fn cash(month: Month, after: (u64, i64), channel: Code, terminal: &Text) -> Self {
        Self { month, after, amount: None, channel, terminal: Some(terminal.clone()), counter: None }
    }

    /// A transfer to somebody's account.
    pub(super) fn transfer(month: Month, after: (u64, i64), amount: Fen, to: (Text, Text)) -> Self {
        Self { month, after, amount: Some(amount), channel: "transfer", terminal: None, counter: Some(to) }
    }
}
