//! Amounts by award and month, so that money is counted once however many findings touch it.

use std::collections::BTreeMap;

/// Which payment an amount is part of: award and month, where there are such; and whose share it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    award: Option<i32>,
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
    pub fn add(&mut self, award: Option<i32>, month: Option<i32>, person: Option<i32>, fen: i64) {
        if fen != 0 {
            *self.slots.entry(Slot { award, month }).or_default().entry(person).or_default() += fen;
        }
    }

    /// Joins another finding's money: of one payment and person the larger amount stands.
    pub fn unite(&mut self, other: &Self) {
        for (slot, shares) in &other.slots {
            let mine = self.slots.entry(*slot).or_default();
            for (person, fen) in shares {
                let known = mine.entry(*person).or_default();
                *known = (*known).max(*fen);
            }
        }
    }

    /// Its parts: award, month, person whose share it is, fen.
    pub fn parts(&self) -> impl Iterator<Item = (Option<i32>, Option<i32>, Option<i32>, i64)> {
        self.slots
            .iter()
            .flat_map(|(slot, shares)| shares.iter().map(|(person, fen)| (slot.award, slot.month, *person, *fen)))
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
            rows.iter().for_each(|(month, person, fen)| money.add(Some(1), *month, *person, *fen));
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
}
