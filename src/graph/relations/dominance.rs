//! How many of many are at least as large and as dense as one.

/// Counts points that are at least as large in both coordinates as each that is asked for.
///
/// # Arguments
/// * `points`, `asked`: a size and a density each; densities are numbers.
///
/// # Returns
/// A count for each that is asked for, in their order.
///
/// # Complexity
/// Time O((p + a) log p), space O(p + a) with p points and a asked.
///
/// # Reference
/// P. Fenwick, *A new data structure for cumulative frequency tables*, 1994.
pub(super) fn at_least(points: &[(usize, f64)], asked: &[(usize, f64)]) -> Vec<usize> {
    let mut densities: Vec<f64> = points.iter().map(|point| point.1).collect();
    densities.sort_unstable_by(f64::total_cmp);
    let mut points = points.to_vec();
    points.sort_unstable_by_key(|point| std::cmp::Reverse(point.0));
    let mut order: Vec<usize> = (0..asked.len()).collect();
    order.sort_unstable_by_key(|at| std::cmp::Reverse(asked[*at].0));
    let mut counts = vec![0; asked.len()];
    let mut seen = Cumulative(vec![0; densities.len()]);
    let mut next = points.iter().peekable();
    let mut taken = 0;
    // The larger first: whoever is asked for meets all that are as large.
    for at in order {
        let (size, density) = asked[at];
        while let Some(point) = next.next_if(|point| point.0 >= size) {
            seen.add(densities.partition_point(|own| *own < point.1));
            taken += 1;
        }
        counts[at] = taken - seen.before(densities.partition_point(|own| *own < density));
    }
    counts
}

/// Counts at places, and their sums from the first on.
struct Cumulative(Vec<usize>);

impl Cumulative {
    fn add(&mut self, place: usize) {
        let mut at = place;
        while let Some(sum) = self.0.get_mut(at) {
            *sum += 1;
            at |= at + 1;
        }
    }

    /// Counts at the places before one.
    fn before(&self, place: usize) -> usize {
        let (mut sum, mut at) = (0, place);
        while at > 0 {
            sum += self.0[at - 1];
            at &= at - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_counting_one_by_one_gives(
            points in proptest::collection::vec((0_usize..9, 0_u8..9), 0..60),
            asked in proptest::collection::vec((0_usize..10, 0_u8..10), 0..30),
        ) {
            let real = |of: &[(usize, u8)]| of.iter().map(|(n, d)| (*n, f64::from(*d) / 7.0)).collect::<Vec<_>>();
            let (points, asked) = (real(&points), real(&asked));
            let one_by_one: Vec<usize> =
                asked.iter().map(|(n, d)| points.iter().filter(|(m, e)| m >= n && e >= d).count()).collect();
            prop_assert_eq!(at_least(&points, &asked), one_by_one);
        }
    }
}
