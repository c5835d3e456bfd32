//! Whom a subject is compared with: each feature as its residual among the subject's peers, and what is
//! ordinary among them.

use std::collections::BTreeMap;

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::FeatureTable;
use crate::model::count::peer_residuals;

/// How many peers all subjects together are worth: a group of so many is trusted half.
const WEIGHT: f64 = 20.0;
/// Fewest peers whose own quantiles are told; else those of all.
const ENOUGH: usize = 20;

/// Features as residuals among peers (n × d): (value − ordinary) / scale, the scale at least a quarter of
/// the standard deviation of all and the smallest difference that means anything. A feature that is constant
/// stays 0.
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
        let spread = column.std(0.0) / 4.0;
        (spread > 0.0).then(|| {
            let of = peer_residuals(&column.to_vec(), &groups, WEIGHT, spread.max(table.least[j]));
            of.into_iter().map(|residual| residual.z).collect::<Vec<f64>>()
        })
    };
    let columns: Vec<Option<Vec<f64>>> = (0..table.rows.ncols()).into_par_iter().map(residual).collect();
    let mut residuals = Array2::zeros(table.rows.dim());
    for (mut to, column) in residuals.columns_mut().into_iter().zip(columns) {
        to.iter_mut().zip(column.into_iter().flatten()).for_each(|(to, z)| *to = z);
    }
    residuals
}

/// What is ordinary: 5 %, 50 % and 95 % quantiles of the features, by peers.
#[derive(Debug)]
pub struct Ordinary<'a> {
    all: Vec<[f64; 3]>,
    groups: BTreeMap<&'a str, (usize, Vec<[f64; 3]>)>,
}

impl<'a> Ordinary<'a> {
    /// Of a table.
    pub fn new(table: &'a FeatureTable) -> Self {
        let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, group) in table.peers.iter().enumerate() {
            members.entry(group).or_default().push(i);
        }
        let of = |rows: &Array2<f64>| {
            let column = |j: usize| quantiles(rows.column(j).to_vec());
            (0..rows.ncols()).into_par_iter().map(column).collect()
        };
        let groups = members.into_iter().map(|(group, members)| {
            let own = if members.len() >= ENOUGH { of(&table.rows.select(Axis(0), &members)) } else { Vec::new() };
            (group, (members.len(), own))
        });
        Self { groups: groups.collect(), all: of(&table.rows) }
    }

    /// Quantiles of the peers of a group, or of all where they are few; and how many subjects those are of.
    pub fn of(&self, group: &str) -> (&[[f64; 3]], Option<usize>) {
        match self.groups.get(group) {
            Some((members, own)) if !own.is_empty() => (own, Some(*members)),
            _ => (&self.all, None),
        }
    }
}

fn quantiles(mut values: Vec<f64>) -> [f64; 3] {
    let last = values.len().saturating_sub(1) as f64;
    [0.05, 0.5, 0.95].map(|q| {
        let nth = (q * last).round() as usize;
        if nth < values.len() { *values.select_nth_unstable_by(nth, f64::total_cmp).1 } else { 0.0 }
    })
}
