//! Amounts by award and month, so that money is counted once however many findings touch it. Money that is no award's
//! is its rule's own: nothing tells that two such amounts are one.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Whose money an amount is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// An award's, paid out.
    Award(i32),
    /// None's: what one rule says of one case, by a name of the two.
    Case(Arc<str>),
}

/// Which payment an amount is part of: whose money, and of which month, where there is such.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    whose: Whose,
    /// Days since 1970-01-01 of the month's first day.
    month: Option<i32>,
}

/// The money of one finding, or of several together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Money {
    /// Fen by payment, then by the person whose share it is; `None` is the whole payment.
    slots: BTreeMap<Slot, BTreeMap<Option<i32>, i64>>,
}

impl Money {
    /// Adds an amount in fen of a row: several rows of one payment and person add up.
    pub fn add(&mut self, whose: Whose, month: Option<i32>, person: Option<i32>, fen: i64) {
        if fen != 0 {
            *self.slots.entry(Slot { whose, month }).or_default().entry(person).or_default() += fen;
        }
    }

    /// Joins another finding's money: of one payment and person the larger amount stands.
    pub fn unite(&mut self, other: &Self) {
        self.unite_where(other, |_| true);
    }

    /// Joins what of another finding's money is awards'.
    pub fn unite_awards(&mut self, other: &Self) {
        self.unite_where(other, |whose| matches!(whose, Whose::Award(_)));
    }

    fn unite_where(&mut self, other: &Self, wanted: impl Fn(&Whose) -> bool) {
        for (slot, shares) in other.slots.iter().filter(|(slot, _)| wanted(&slot.whose)) {
            let mine = self.slots.entry(slot.clone()).or_default();
            for (person, fen) in shares {
                let known = mine.entry(*person).or_default();
                *known = (*known).max(*fen);
            }
        }
    }

    /// Its parts: award, month, person whose share it is, fen.
    pub fn parts(&self) -> impl Iterator<Item = (Option<i32>, Option<i32>, Option<i32>, i64)> {
        let award = |slot: &Slot| match slot.whose {
            Whose::Award(award) => Some(award),
            Whose::Case(_) => None,
        };
        self.slots.iter().flat_map(move |(slot, shares)| {
            shares.iter().map(move |(person, fen)| (award(slot), slot.month, *person, *fen))
        })
    }

    /// Total in fen: of each payment the whole, or the sum of the shares where that is more.
    pub fn total(&self) -> i64 {
        let payment = |shares: &BTreeMap<Option<i32>, i64>| {
            let whole = shares.get(&None).copied().unwrap_or(0);
            let parts: i64 = shares.iter().filter(|(person, _)| person.is_some()).map(|(_, fen)| fen).sum();
            whole.max(parts)
        };
        self.slots.values().map(payment).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_payment_is_counted_once_and_shares_add_up() {
        let of = |rows: &[(Option<i32>, Option<i32>, i64)]| {
            let mut money = Money::default();
            rows.iter().for_each(|(month, person, fen)| money.add(Whose::Award(1), *month, *person, *fen));
            money
        };
        let vehicle = of(&[(Some(0), None, 800), (Some(31), None, 800)]);
        let dead = of(&[(Some(31), Some(7), 400), (Some(60), Some(7), 400)]);
        let jailed = of(&[(Some(31), Some(8), 400)]);
        let mut all = vehicle.clone();
        all.unite(&dead);
        all.unite(&jailed);
        all.unite(&vehicle);
        assert_eq!(all.total(), 800 + 800 + 400);
        let mut people = dead;
        people.unite(&jailed);
        assert_eq!(people.total(), 400 + 400 + 400);
    }

    #[test]
    fn money_that_is_no_awards_is_each_cases_own() {
        let of = |case: &str, fen: i64| {
            let mut money = Money::default();
            money.add(Whose::Case(case.into()), Some(31), None, fen);
            money
        };
        let mut region = of("d12 held dibao", 100_000);
        for other in [of("d12 held tekun", 80_000), of("d12 diverted dibao", 50_000), of("d12 held tekun", 80_000)] {
            region.unite(&other);
        }
        assert_eq!(region.total(), 230_000);

        let mut followed = of("b07", 300);
        let mut following = of("c07", 300);
        following.add(Whose::Award(1), Some(31), None, 800);
        followed.unite_awards(&following);
        assert_eq!(followed.total(), 300 + 800);
    }
}
