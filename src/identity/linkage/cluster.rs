//! From pairs to entities, with restraint: the strongest links first; two clusters become one only where
//! nothing between them contradicts and enough of the pairs between them agree, so that no chain of
//! single links grows through them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::LinkageError;
use super::columns::{NONE, Rows};
use super::compare::{Comparer, Worker};
use super::frequency::Frequencies;
use super::model::{Model, probability};
use super::predict::Scored;
use super::spec::Spec;

/// Rows of a cluster, at most, that are compared with those of another.
const COMPARED: usize = 200;
/// Pairs that are asked for a contradiction at once.
const ASKED: usize = 1 << 16;
/// What a pair's own evidence can say at most against or for joining, in bits.
const BOUND: f64 = 12.0;
/// Bits by which a pair that only its cluster holds together stands behind the link that joined it.
const INDIRECT: f64 = 1.0;

/// Entities of rows.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// Cluster by row; [`NONE`] for rows that nothing joined.
    pub of: Vec<u32>,
    /// Rows of each cluster, ascending.
    pub members: Vec<Vec<u32>>,
    /// Merges refused because a pair between the clusters contradicts itself.
    pub contradictions: u64,
    /// Merges refused because too few pairs between the clusters agree.
    pub weak: u64,
    /// Pairs that no candidate was, or a weaker one, with the weight that their cluster gives them.
    pub indirect: Vec<Scored>,
}

/// What scores any pair, candidate or not.
pub(super) struct Scorer<'a> {
    pub spec: &'a Spec,
    pub rows: &'a Rows,
    pub model: &'a Model,
    pub frequencies: &'a Frequencies<'a>,
    pub worker: Worker<'a>,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(
        spec: &'a Spec,
        rows: &'a Rows,
        model: &'a Model,
        comparer: &'a Comparer<'a>,
        frequencies: &'a Frequencies<'a>,
    ) -> Self {
        Self { spec, rows, model, frequencies, worker: comparer.worker() }
    }

    /// Scores pairs of rows.
    pub(super) fn score(&mut self, pairs: &[(u32, u32)]) -> Result<Vec<Scored>, LinkageError> {
        let mut patterns = Vec::new();
        self.worker.patterns(pairs, &mut patterns)?;
        let contradict = self.worker.contradict(pairs)?;
        let scored = pairs.iter().zip(&patterns).zip(contradict).map(|((pair, pattern), contradicts)| {
            let (left, right) = *pair;
            let adjusted = self.frequencies.adjustment(self.model, *pattern, left, right);
            let weight = (self.model.weight(*pattern) + adjusted) as f32;
            Scored { left, right, pattern: *pattern, weight, rule: u8::MAX, contradicts }
        });
        Ok(scored.collect())
    }

    /// Scores the pairs between the rows that speak for two clusters; `None` where any pair between these
    /// contradicts itself.
    fn between(&mut self, mine: &[u32], theirs: &[u32]) -> Result<Option<Vec<Scored>>, LinkageError> {
        let (some, others) = (speakers(self.rows, mine), speakers(self.rows, theirs));
        let scored = self.score(&between(&some, &others).collect::<Vec<_>>())?;
        let all = some.len() == mine.len() && others.len() == theirs.len();
        let contradict =
            scored.iter().any(|pair| pair.contradicts) || (!all && self.contradict(between(mine, theirs))?);
        Ok((!contradict).then_some(scored))
    }

    /// Whether any of these pairs contradicts itself: asked of every pair, for no sample can answer it.
    fn contradict(&mut self, pairs: impl Iterator<Item = (u32, u32)>) -> Result<bool, LinkageError> {
        if self.spec.contradictions.is_empty() {
            return Ok(false);
        }
        let mut pairs = pairs.peekable();
        while pairs.peek().is_some() {
            let some: Vec<_> = pairs.by_ref().take(ASKED).collect();
            if self.worker.contradict(&some)?.into_iter().any(|contradicts| contradicts) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Positions of pairs by falling weight; ties by what the rows hold, so that their order does not count.
pub(super) fn by_weight(rows: &Rows, pairs: &[Scored], least: f64) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..pairs.len()).filter(|i| pairs[*i].probability() >= least && !pairs[*i].contradicts).collect();
    let content = |pair: &Scored| {
        let (a, b) = (rows.hashes[pair.left as usize], rows.hashes[pair.right as usize]);
        (a.min(b), a.max(b))
    };
    order.sort_by(|a, b| {
        let (a, b) = (&pairs[*a], &pairs[*b]);
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| content(a).cmp(&content(b)))
            .then_with(|| (a.left, a.right).cmp(&(b.left, b.right)))
    });
    order
}

/// Joins rows along pairs in the order given.
pub(super) fn cluster(
    scorer: &mut Scorer<'_>,
    pairs: &[Scored],
    order: impl Iterator<Item = usize>,
) -> Result<Clusters, LinkageError> {
    let mut found = Clusters { of: vec![NONE; scorer.rows.len() as usize], ..Clusters::default() };
    // Rows that two clusters had when they were kept apart: until one grows, no other pair joins them.
    let mut apart: HashMap<(u32, u32), usize> = HashMap::new();
    for at in order {
        let pair = &pairs[at];
        let (a, b) = (found.home(pair.left), found.home(pair.right));
        if a == b {
            continue;
        }
        let (mine, theirs) = (&found.members[a as usize], &found.members[b as usize]);
        let (both, size) = ((a.min(b), a.max(b)), mine.len() + theirs.len());
        if apart.get(&both) == Some(&size) {
            continue;
        }
        let Some(scored) = scorer.between(mine, theirs)? else {
            found.contradictions += 1;
            apart.insert(both, size);
            continue;
        };
        // Between two files the model speaks of pairs across them: two references to one person need not be
        // alike.
        let across = |pair: &&Scored| {
            scorer.rows.right.is_none() || (pair.left < scorer.rows.left) != (pair.right < scorer.rows.left)
        };
        let spoken: Vec<Scored> = scored.iter().filter(across).copied().collect();
        if spoken.len() > 1 && !coheres(&spoken, scorer.spec.clusters.cohesion) {
            found.weak += 1;
            apart.insert(both, size);
            continue;
        }
        let lent = pair.weight - INDIRECT as f32;
        let indirect = scored.into_iter().filter(|other| (other.left, other.right) != (pair.left, pair.right));
        found
            .indirect
            .extend(indirect.filter(|other| other.weight < lent).map(|other| Scored { weight: lent, ..other }));
        let (small, large) = if mine.len() < theirs.len() { (a, b) } else { (b, a) };
        let moved = std::mem::take(&mut found.members[small as usize]);
        moved.iter().for_each(|row| found.of[*row as usize] = large);
        found.members[large as usize].extend(moved);
    }
    found.settle();
    Ok(found)
}

/// Pairs between two clusters, the earlier row first.
fn between<'r>(mine: &'r [u32], theirs: &'r [u32]) -> impl Iterator<Item = (u32, u32)> + 'r {
    mine.iter().flat_map(|x| theirs.iter().map(move |y| (*x.min(y), *x.max(y))))
}

/// The rows that speak for a cluster: all of them, or a sample by content where they are many, so that
/// clusters of any size cost no more to join.
fn speakers<'r>(rows: &Rows, cluster: &'r [u32]) -> Cow<'r, [u32]> {
    if cluster.len() <= COMPARED {
        return Cow::Borrowed(cluster);
    }
    let mut sample = cluster.to_vec();
    let content = |row: &u32| (rows.hashes[*row as usize], *row);
    sample.select_nth_unstable_by_key(COMPARED, content);
    sample.truncate(COMPARED);
    Cow::Owned(sample)
}

/// Whether enough of the pairs between two clusters speak for one entity: each pair's own odds, bounded,
/// averaged, must reach the level that the asked share of sure links among sure non-links would have.
fn coheres(pairs: &[Scored], cohesion: f64) -> bool {
    let bounded = pairs.iter().map(|pair| f64::from(pair.weight).clamp(-BOUND, BOUND));
    let mean = bounded.sum::<f64>() / pairs.len() as f64;
    mean >= (2.0 * cohesion - 1.0) * BOUND
}

impl Clusters {
    fn home(&mut self, row: u32) -> u32 {
        if self.of[row as usize] == NONE {
            self.of[row as usize] = self.members.len() as u32;
            self.members.push(vec![row]);
        }
        self.of[row as usize]
    }

    /// Whether two rows are in one cluster.
    pub(super) fn together(&self, a: u32, b: u32) -> bool {
        let of = |row: u32| self.of.get(row as usize).copied().unwrap_or(NONE);
        of(a) != NONE && of(a) == of(b)
    }

    /// Numbers clusters by their first row.
    fn settle(&mut self) {
        let mut members: Vec<Vec<u32>> = std::mem::take(&mut self.members);
        members.retain(|rows| rows.len() > 1);
        members.iter_mut().for_each(|rows| rows.sort_unstable());
        members.sort_unstable();
        self.of.fill(NONE);
        for (i, rows) in members.iter().enumerate() {
            rows.iter().for_each(|row| self.of[*row as usize] = i as u32);
        }
        self.members = members;
    }
}

/// Adds what clusters lend to pairs: raises those that are there, adds those that are not. Pairs in order
/// of their rows.
pub(super) fn lend(pairs: &mut Vec<Scored>, clusters: &Clusters) {
    let lent: HashMap<(u32, u32), Scored> =
        clusters.indirect.iter().map(|pair| ((pair.left, pair.right), *pair)).collect();
    let mut met = std::collections::HashSet::new();
    for pair in pairs.iter_mut() {
        if let Some(better) = lent.get(&(pair.left, pair.right)) {
            met.insert((pair.left, pair.right));
            pair.weight = pair.weight.max(better.weight);
        }
    }
    let missing = clusters.indirect.iter().filter(|pair| !met.contains(&(pair.left, pair.right)));
    pairs.extend(missing.copied());
    pairs.sort_unstable_by_key(|pair| (pair.left, pair.right));
    debug_assert!(pairs.iter().all(|pair| probability(f64::from(pair.weight)).is_finite()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_speaks_for_a_large_cluster_does_not_depend_on_the_order_of_rows() {
        let hash = |row: u32| u64::from(row).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let rows =
            Rows { left: 900, right: None, columns: Vec::new(), ids: Vec::new(), hashes: (0..900).map(hash).collect() };
        let sorted = |rows: Cow<'_, [u32]>| {
            let mut rows = rows.into_owned();
            rows.sort_unstable();
            rows
        };
        let up: Vec<u32> = (0..900).collect();
        let down: Vec<u32> = (0..900).rev().collect();
        let few = sorted(speakers(&rows, &up));
        assert_eq!((few.len(), &few), (COMPARED, &sorted(speakers(&rows, &down))));
        assert_eq!(speakers(&rows, &up[..COMPARED]), &up[..COMPARED]);
    }
}
