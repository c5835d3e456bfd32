//! Whom to show beside a subject: those most like it in all but what drove it, and ordinary in that.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView1, Axis};
use rayon::prelude::*;

use super::{Driver, FeatureTable, Scored};

/// Subjects shown beside.
const BESIDE: usize = 3;
/// Subjects that one is compared with first: only where too few of them are ordinary, the others too.
const FIRST: usize = 20_000;

/// For each of those raised, those most like it, the nearest first: of its peers where enough are ordinary, else
/// of all. `rows` are the residuals (n × d).
pub(super) fn beside(table: &FeatureTable, rows: &Array2<f64>, raised: &[usize], scored: &[Scored]) -> Vec<Vec<usize>> {
    let mut peers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, group) in table.peers.iter().enumerate() {
        peers.entry(group).or_default().push(i);
    }
    let peers: BTreeMap<&str, Circle> =
        peers.into_iter().map(|(group, members)| (group, Circle::of(table, rows, &members))).collect();
    let all = Circle::of(table, rows, &(0..rows.nrows()).collect::<Vec<_>>());
    let alike = |subject: &usize| {
        let one = Sought { subject: *subject, drivers: &scored[*subject].drivers, table, rows, scored };
        let own = peers[table.peers[*subject].as_str()].nearest(&one);
        if own.len() < BESIDE { all.nearest(&one) } else { own }
    };
    raised.par_iter().map(alike).collect()
}

/// A subject, and what those beside it must be like.
struct Sought<'a> {
    subject: usize,
    drivers: &'a [Driver],
    table: &'a FeatureTable,
    rows: &'a Array2<f64>,
    scored: &'a [Scored],
}

impl Sought<'_> {
    /// Squared distance to another by the features that did not drive it; none where that other is not
    /// ordinary in those that did.
    fn distance(&self, values: ArrayView1<'_, f64>, residuals: ArrayView1<'_, f64>) -> Option<f64> {
        let inside = |driver: &Driver| {
            let value = values[driver.feature];
            driver.ordinary[0] <= value && value <= driver.ordinary[2]
        };
        if !self.drivers.iter().all(inside) {
            return None;
        }
        let own = self.rows.row(self.subject);
        let apart = |j: usize| (residuals[j] - own[j]).powi(2);
        let others = (0..own.len()).filter(|j| self.drivers.iter().all(|driver| driver.feature != *j));
        Some(others.map(apart).sum())
    }
}

/// Subjects that are compared with each other, the first of them spread over all.
struct Circle {
    /// Their places in the table: every k-th of many first, then those between.
    members: Vec<usize>,
    /// Values and residuals of the first, side by side as they are gone through for each that is raised.
    values: Array2<f64>,
    residuals: Array2<f64>,
}

impl Circle {
    fn of(table: &FeatureTable, rows: &Array2<f64>, all: &[usize]) -> Self {
        let step = all.len().div_ceil(FIRST).max(1);
        let spread = (0..step).flat_map(|from| all.iter().skip(from).step_by(step).copied());
        let members: Vec<usize> = spread.collect();
        let first = &members[..members.len().min(FIRST)];
        Self { values: table.rows.select(Axis(0), first), residuals: rows.select(Axis(0), first), members }
    }

    /// Those nearest to a subject among the first, by distance and place; where too few of them are ordinary,
    /// the next that are.
    fn nearest(&self, one: &Sought<'_>) -> Vec<usize> {
        let mut nearest: Vec<(f64, usize)> = Vec::with_capacity(BESIDE + 1);
        let mut look = |i: usize, values: ArrayView1<'_, f64>, residuals: ArrayView1<'_, f64>| {
            if let Some(distance) = one.distance(values, residuals).filter(|_| !one.scored[i].raised) {
                let place = nearest.partition_point(|(other, j)| other.total_cmp(&distance).then(j.cmp(&i)).is_lt());
                nearest.insert(place, (distance, i));
                nearest.truncate(BESIDE);
            }
            nearest.len()
        };
        let (first, rest) = self.members.split_at(self.values.nrows());
        let gathered = first.iter().zip(self.values.rows()).zip(self.residuals.rows());
        let mut found = 0;
        for ((i, values), residuals) in gathered {
            found = look(*i, values, residuals);
        }
        for i in rest {
            if found == BESIDE {
                break;
            }
            found = look(*i, one.table.rows.row(*i), one.rows.row(*i));
        }
        nearest.into_iter().map(|(_, i)| i).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::made;
    use super::*;

    fn scored(subject: usize, raised: bool) -> Scored {
        // What drove it is the first feature, ordinary from 0 to 1.
        let driver = Driver { feature: 0, part: 1.0, value: 9.0, ordinary: [0.0, 0.5, 1.0], among: 2, of_all: true };
        let drivers = if raised { vec![driver] } else { Vec::new() };
        Scored { subject, score: 0.0, tail: 0.0, raised, drivers, enough: 0, beside: Vec::new(), peers: None }
    }

    #[test]
    fn the_nearest_that_are_ordinary_are_shown_wherever_they_stand() {
        // The first few of a list of two looks are those at even places.
        let n = 2 * FIRST;
        for ordinary in [[10, 20, 30, 40], [11, 21, 31, 41], [10, 21, 31, 41]] {
            let mut table = made(n, 2);
            table.rows.fill(9.0);
            for (distance, i) in ordinary.into_iter().enumerate() {
                table.rows[[i, 0]] = 0.5;
                table.rows[[i, 1]] = 9.0 + distance as f64;
            }
            let all: Vec<Scored> = (0..n).map(|i| scored(i, i == 0)).collect();
            assert_eq!(beside(&table, &table.rows, &[0], &all), [ordinary[..3].to_vec()]);
        }
    }

    #[test]
    fn peers_come_first_and_the_raised_never() {
        let mut table = made(8, 2);
        table.rows.fill(0.5);
        (0..5).for_each(|i| table.peers[i] = "own".to_owned());
        let mut all: Vec<Scored> = (0..8).map(|i| scored(i, i == 0)).collect();
        assert_eq!(beside(&table, &table.rows, &[0], &all), [vec![1, 2, 3]]);
        // Too few of its peers are left: all are looked through.
        all[1].raised = true;
        all[2].raised = true;
        assert_eq!(beside(&table, &table.rows, &[0], &all), [vec![3, 4, 5]]);
    }
}
