//! Where nodes go.

use std::f64::consts::{PI, TAU};

use super::Picture;

/// Width of a node with the space around it.
const WIDE: f64 = 170.0;
/// Height of a node with the space around it.
const HIGH: f64 = 64.0;
/// Space at the edges.
const MARGIN: f64 = 100.0;
/// How far an edge bends for every layer that it passes.
const BEND: i32 = 46;
/// Space between layers and between rings, wide enough for a word beside an edge.
const LAYER: f64 = 250.0;

/// Layers from left to right; within a layer nodes stand near what they hang on in the layer before.
///
/// # Arguments
/// * `layers`: the layer of each spot.
///
/// # Reference
/// K. Sugiyama, S. Tagawa, M. Toda, *Methods for visual understanding of hierarchical system structures*, 1981 (the
/// barycentre rule, once from left to right).
pub fn layered(picture: &mut Picture, layers: &[u32]) {
    let deepest = layers.iter().copied().max().unwrap_or(0);
    let mut place = vec![0.0_f64; picture.spots.len()];
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); deepest as usize + 1];
    (0..picture.spots.len()).for_each(|at| rows[layers[at] as usize].push(at));
    let most = rows.iter().map(Vec::len).max().unwrap_or(1) as f64;
    for (layer, row) in rows.iter_mut().enumerate() {
        let near = |at: usize| {
            let before: Vec<f64> = picture
                .lines
                .iter()
                .filter_map(|line| {
                    let other = if line.from == at {
                        line.to
                    } else if line.to == at {
                        line.from
                    } else {
                        return None;
                    };
                    (layers[other] < layer as u32).then(|| place[other])
                })
                .collect();
            if before.is_empty() { most / 2.0 } else { before.iter().sum::<f64>() / before.len() as f64 }
        };
        let mut ranked: Vec<(f64, usize)> = row.iter().map(|at| (near(*at), *at)).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let above = (most - ranked.len() as f64) / 2.0;
        for (nth, (_, at)) in ranked.into_iter().enumerate() {
            place[at] = above + nth as f64;
        }
    }
    for (at, spot) in picture.spots.iter_mut().enumerate() {
        spot.x = (MARGIN + f64::from(layers[at]) * LAYER).round() as i32;
        spot.y = (MARGIN + place[at] * HIGH).round() as i32;
    }
    for line in &mut picture.lines {
        let passed = layers[line.from].abs_diff(layers[line.to]).saturating_sub(1);
        line.bend = BEND * passed.min(2) as i32;
    }
}

/// Rings around the first node, by hops; each node stands in the sector of the one it was found from.
///
/// # Arguments
/// * `hops`: hops of each spot, ascending.
/// * `parents`: the spot each was found from, an earlier one.
///
/// # Reference
/// G. Di Battista, P. Eades, R. Tamassia, I. Tollis, *Graph Drawing*, 1999 (radial drawing of a tree).
pub fn radial(picture: &mut Picture, hops: &[u32], parents: &[usize]) {
    let count = picture.spots.len();
    // Leaves beneath each node share its sector evenly.
    let mut leaves = vec![0_usize; count];
    for at in (0..count).rev() {
        leaves[at] = leaves[at].max(1);
        if at > 0 {
            leaves[parents[at]] += leaves[at];
        }
    }
    let mut begin = vec![0.0_f64; count];
    let mut given = vec![0.0_f64; count];
    let mut angle = vec![0.0_f64; count];
    let whole = leaves.first().copied().unwrap_or(1) as f64;
    for at in 0..count {
        let sector = leaves[at] as f64 / whole * TAU;
        if at > 0 {
            let parent = parents[at];
            begin[at] = begin[parent] + given[parent];
            given[parent] += sector;
        }
        angle[at] = begin[at] + sector / 2.0;
    }
    // A ring is as wide as its nodes need, standing side by side.
    let deepest = hops.iter().copied().max().unwrap_or(0) as usize;
    let mut radius = vec![0.0_f64; deepest + 1];
    for hop in 1..=deepest {
        let mut angles: Vec<f64> = (0..count).filter(|at| hops[*at] as usize == hop).map(|at| angle[at]).collect();
        angles.sort_by(f64::total_cmp);
        let narrow = (0..angles.len())
            .map(|i| (angles[(i + 1) % angles.len()] - angles[i]).rem_euclid(TAU))
            .filter(|gap| *gap > 0.0)
            // Two nodes are half a ring apart at most; one alone needs no room.
            .fold(PI, f64::min);
        radius[hop] = (radius[hop - 1] + LAYER).max(WIDE / (2.0 * (narrow / 2.0).sin().max(0.01)));
    }
    let places: Vec<(f64, f64)> = (0..count)
        .map(|at| {
            let r = radius[hops[at] as usize];
            (r * angle[at].cos(), r * angle[at].sin())
        })
        .collect();
    // Rings are seldom full: what stands farthest out stands at the margin.
    let left = places.iter().fold(0.0, |least, place| f64::min(least, place.0));
    let top = places.iter().fold(0.0, |least, place| f64::min(least, place.1));
    for (spot, (x, y)) in picture.spots.iter_mut().zip(places) {
        spot.x = (MARGIN + x - left).round() as i32;
        spot.y = (MARGIN + y - top).round() as i32;
    }
}
