//! Whom a subject is compared with: each feature as its residual among the subject's peers, and what is
//! ordinary among them.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView1, Axis};
use rayon::prelude::*;

use super::FeatureTable;
use crate::model::count::peer_residuals;

/// How many peers all subjects together are worth: a group of so many is trusted half.
const WEIGHT: f64 = 20.0;
/// Fewest peers whose own quantiles are told; else those of all. A feature that is known of fewer subjects than so
/// many tells nothing of anybody.
const ENOUGH: usize = 20;

/// Features as residuals among peers (n × d): (value − ordinary) / scale, the scale at least a quarter of
/// the standard deviation of all and the smallest difference that means anything. Only known values count. A
/// missing one is 0, which is ordinary, and so is a feature that is constant or known of too few.
pub fn residuals(table: &FeatureTable) -> Array2<f64> {
    let mut number: BTreeMap<&str, usize> = BTreeMap::new();
    let groups: Vec<usize> = table
        .peers
        .iter()
        .map(|group| {
            let next = number.len();
            *number.entry(group).or_insert(next)
        })
        .collect();
    let residual = |j: usize| {
        let column = table.rows.column(j);
        let (values, own): (Vec<f64>, Vec<usize>) =
            column.iter().zip(&groups).filter(|(value, _)| !value.is_nan()).map(|(v, group)| (*v, *group)).unzip();
        let spread = ArrayView1::from(&values).std(0.0) / 4.0;
        (values.len() >= ENOUGH && spread > 0.0).then(|| {
            let of = peer_residuals(&values, &own, WEIGHT, spread.max(table.least[j]));
            of.into_iter().map(|residual| residual.z).collect::<Vec<f64>>()
        })
    };
    let columns: Vec<Option<Vec<f64>>> = (0..table.rows.ncols()).into_par_iter().map(residual).collect();
    let mut residuals = Array2::zeros(table.rows.dim());
    for ((mut to, values), column) in residuals.columns_mut().into_iter().zip(table.rows.columns()).zip(columns) {
        let known = to.iter_mut().zip(values).filter(|(_, value)| !value.is_nan());
        known.zip(column.into_iter().flatten()).for_each(|((to, _), z)| *to = z);
    }
    residuals
}

/// What is ordinary in a feature: the 5 %, 50 % and 95 % quantiles, and of how many known values those are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// The quantiles.
    pub quantiles: [f64; 3],
    /// Known values that they are of.
    pub of: usize,
    /// Whether they are of all subjects, not of the group that was asked for.
    pub of_all: bool,
}

/// What is ordinary in the features, by peers.
#[derive(Debug)]
pub struct Ordinary<'a> {
    all: Vec<Option<Usual>>,
    groups: BTreeMap<&'a str, (usize, Vec<Option<Usual>>)>,
}

impl<'a> Ordinary<'a> {
    /// Of a table.
    pub fn new(table: &'a FeatureTable) -> Self {
        let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, group) in table.peers.iter().enumerate() {
            members.entry(group).or_default().push(i);
        }
        let of = |rows: &Array2<f64>| {
            let column = |j: usize| usual(rows.column(j).iter().copied().filter(|value| !value.is_nan()).collect());
            (0..rows.ncols()).into_par_iter().map(column).collect()
        };
        let groups = members.into_iter().map(|(group, members)| {
            let own = if members.len() >= ENOUGH { of(&table.rows.select(Axis(0), &members)) } else { Vec::new() };
            (group, (members.len(), own))
        });
        Self { groups: groups.collect(), all: of(&table.rows) }
    }

    /// What is ordinary in a feature among the peers of a group, or among all where it is known of few of them;
    /// none where it is known of few subjects at all.
    pub fn of(&self, group: &str, feature: usize) -> Option<Usual> {
        let own = self.groups.get(group).and_then(|(_, own)| own.get(feature).copied().flatten());
        own.or_else(|| self.all[feature].map(|usual| Usual { of_all: true, ..usual }))
    }

    /// How many peers a group has; none where they are few and its subjects are compared with all.
    pub fn peers(&self, group: &str) -> Option<usize> {
        self.groups.get(group).filter(|(_, own)| !own.is_empty()).map(|(members, _)| *members)
    }
}

/// Of known values; none where they are few.
fn usual(mut values: Vec<f64>) -> Option<Usual> {
    let of = values.len();
    (of >= ENOUGH).then(|| {
        let last = (of - 1) as f64;
        let quantile = |q: f64| *values.select_nth_unstable_by((q * last).round() as usize, f64::total_cmp).1;
        Usual { quantiles: [0.05, 0.5, 0.95].map(quantile), of, of_all: false }
    })
}
