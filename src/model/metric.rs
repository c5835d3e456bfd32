//! How well scores put the rows that are known to be unlike first.

/// Share of pairs (unlike, ordinary) in which the unlike row has the higher score, equal ones counting
/// half (area under the ROC curve); none where a class is empty. O(n log n).
pub fn roc_auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let (mut above, mut ordinary, mut unlike) = (0.0, 0.0, 0.0);
    for group in groups(scores, labels, &vec![1.0; scores.len()]) {
        // From the lowest score up: an unlike row is above every ordinary row so far.
        above += group.unlike * (ordinary + group.ordinary / 2.0);
        ordinary += group.ordinary;
        unlike += group.unlike;
    }
    (ordinary > 0.0 && unlike > 0.0).then(|| above / (ordinary * unlike))
}

/// Mean over the unlike rows of the precision at their score, rows of equal scores taken together; none
/// where there is no unlike row. O(n log n).
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    weighted_average_precision(scores, labels, &vec![1.0; scores.len()])
}

/// The same, a row counting as many as its weight says.
pub fn weighted_average_precision(scores: &[f64], labels: &[bool], weights: &[f64]) -> Option<f64> {
    let (mut sum, mut taken, mut unlike) = (0.0, 0.0, 0.0);
    for group in groups(scores, labels, weights).into_iter().rev() {
        taken += group.unlike + group.ordinary;
        unlike += group.unlike;
        sum += group.unlike * unlike / taken;
    }
    (unlike > 0.0).then(|| sum / unlike)
}

struct Group {
    unlike: f64,
    ordinary: f64,
}

/// Rows of equal scores, ascending.
fn groups(scores: &[f64], labels: &[bool], weights: &[f64]) -> Vec<Group> {
    let rows = scores.iter().zip(labels).zip(weights);
    let mut order: Vec<(f64, bool, f64)> = rows.map(|((score, unlike), weight)| (*score, *unlike, *weight)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sum = |rows: &[(f64, bool, f64)], of: bool| {
        rows.iter().filter(|(_, unlike, _)| *unlike == of).map(|(_, _, weight)| weight).sum()
    };
    order
        .chunk_by(|a, b| a.0 == b.0)
        .map(|rows| Group { unlike: sum(rows, true), ordinary: sum(rows, false) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let labels = [true, false, true, false, false];
        // Pairs won of six: 0.9 wins three, 0.5 wins one and ties one with the equal ordinary row.
        let scores = [0.9, 0.7, 0.5, 0.5, 0.1];
        assert_eq!(roc_auc(&scores, &labels), Some(4.5 / 6.0));
        assert_eq!(average_precision(&scores, &labels), Some((1.0 + 2.0 / 4.0) / 2.0));
        // A row that counts twice is two rows.
        let twice = weighted_average_precision(&[0.9, 0.5, 0.1], &[true, false, true], &[1.0, 2.0, 1.0]);
        assert_eq!(twice, average_precision(&[0.9, 0.5, 0.5, 0.1], &[true, false, false, true]));
        assert_eq!(roc_auc(&scores, &[true; 5]), None);
        assert_eq!(average_precision(&scores, &[false; 5]), None);
    }
}
