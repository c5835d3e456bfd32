//! What the relation between the sides says of pairs: where a row has one partner at most, candidates
//! for it compete, and each one's probability is its share of what is possible.

use std::collections::HashMap;

use super::predict::Scored;
use super::spec::Relation;

/// Lowers the weights of pairs that compete. With odds o of each of a row's candidates and at most one
/// of them true, P(this one) = o / (1 + Σ o): the pairs' own odds given that only one can hold.
pub(super) fn compete(pairs: &mut [Scored], relation: Relation) {
    let (left, right) = match relation {
        Relation::OneToOne => (true, true),
        Relation::OneToMany => (false, true),
        Relation::ManyToOne => (true, false),
        Relation::ManyToMany => return,
    };
    let odds: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.weight.min(200.0)).exp2()).collect();
    let mut sums: [HashMap<u32, f64>; 2] = Default::default();
    for (pair, odds) in pairs.iter().zip(&odds) {
        if left {
            *sums[0].entry(pair.left).or_default() += odds;
        }
        if right {
            *sums[1].entry(pair.right).or_default() += odds;
        }
    }
    for (pair, own) in pairs.iter_mut().zip(&odds) {
        let others = |sum: Option<&f64>| sum.map_or(0.0, |sum| (sum - own).max(0.0));
        let rivals = others(sums[0].get(&pair.left)) + others(sums[1].get(&pair.right));
        // Rounding aside, a pair without rivals keeps its weight.
        if rivals > own * 1e-12 {
            pair.weight = (own / (1.0 + rivals)).log2() as f32;
        }
    }
}

/// Chooses links from the strongest down so that no row has more partners than the relation allows.
/// `pairs` are positions by falling weight; what is left out stays a candidate for review.
pub(super) fn choose(pairs: &[Scored], order: impl Iterator<Item = usize>, relation: Relation) -> Vec<usize> {
    let mut taken: [std::collections::HashSet<u32>; 2] = Default::default();
    let mut chosen = Vec::new();
    for at in order {
        let pair = &pairs[at];
        let left = matches!(relation, Relation::OneToOne | Relation::ManyToOne);
        let right = matches!(relation, Relation::OneToOne | Relation::OneToMany);
        if (left && taken[0].contains(&pair.left)) || (right && taken[1].contains(&pair.right)) {
            continue;
        }
        taken[0].insert(pair.left);
        taken[1].insert(pair.right);
        chosen.push(at);
    }
    chosen
}
