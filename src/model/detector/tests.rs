use linfa::DatasetBase;
use linfa::ParamGuard;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, Array2, Axis, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Rows of two clusters with dependent columns, and one far row at the end.
fn made(n: usize, d: usize, seed: u64) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = Array2::from_shape_fn((n, d), |_| (0..6).map(|_| rng.random::<f64>()).sum::<f64>() - 3.0);
    for i in 0..n {
        let shift = if i % 3 == 0 { 4.0 } else { 0.0 };
        for j in 0..d {
            rows[[i, j]] += shift + if j > 0 { 0.5 * rows[[i, j - 1]] } else { 0.0 };
        }
    }
    rows.row_mut(n - 1).fill(30.0);
    rows
}

#[test]
fn every_kind_puts_a_far_row_first_and_its_model_agrees() {
    let rows = made(400, 4, 1);
    for detector in kinds() {
        let own = detector.own_scores(rows.view()).unwrap();
        let first = own.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        assert_eq!(first, 399, "{}", detector.kind());
        let model = detector.learn(rows.view()).unwrap();
        assert_eq!(model.columns(), 4);
        let again = model.scores(rows.view());
        // A new row may be equal to a learnt one, which then is its neighbour.
        if !["knn", "lof", "optics"].contains(&detector.kind()) {
            let off = (&own - &again).mapv(f64::abs).fold(0.0, |a: f64, b| a.max(*b));
            assert!(off < 1e-9, "{}: {off}", detector.kind());
        }
    }
}

#[test]
fn threads_and_layout_change_no_bit() {
    let rows = made(1_100, 4, 2);
    let mut columns = Array2::zeros(ndarray::ShapeBuilder::f((1_100, 4)));
    columns.assign(&rows);
    let on = |mut detector: Box<dyn Detector>, threads: usize, rows: &Array2<f64>| {
        // Small, for the build of the tests is not optimised.
        for (kind, name, value) in [
            ("gmm", "components", "2"),
            ("gmm", "rounds", "5"),
            ("mcd", "starts", "20"),
            ("iforest", "trees", "10"),
            ("eif", "trees", "10"),
        ] {
            if detector.kind() == kind {
                detector.set(name, value).unwrap();
            }
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = detector.learn(rows.view()).unwrap();
            let few = rows.slice(ndarray::s![..20, ..]);
            let parts = model.contributions(few).into_iter().collect();
            let all = [detector.own_scores(rows.view()).unwrap(), model.scores(few), parts];
            all.into_iter().flatten().map(f64::to_bits).collect::<Vec<_>>()
        })
    };
    for name in kinds().iter().map(|detector| detector.kind()) {
        let of = |threads, rows| on(kind(name).unwrap(), threads, rows);
        let one = of(1, &rows);
        assert!(one == of(2, &rows), "{name} depends on threads");
        assert!(one == of(2, &columns), "{name} depends on the layout");
    }
}

#[test]
fn contributions_sum_to_the_score_where_they_say_so() {
    let rows = made(300, 4, 3);
    for name in ["ecod", "copod", "hbos", "mcd", "iforest", "eif", "weighted", "reconstruction"] {
        let mut detector = kind(name).or_else(|| kind("pca")).unwrap();
        if detector.kind() == "pca" {
            detector.set("score", name).unwrap();
        }
        let model = detector.learn(rows.view()).unwrap();
        for (own, parts) in model.scores(rows.view()).iter().zip(model.contributions(rows.view()).rows()) {
            let sum = parts.sum();
            let told = if name.ends_with('f') || name == "iforest" { (sum - 1.0).exp2() } else { sum };
            assert!((told - own).abs() < 1e-8, "{name}: {own} {told}");
        }
    }
}

#[test]
fn neighbours_are_those_of_brute_force() {
    for (n, d) in [(5, 1), (300, 2), (300, 12)] {
        let mut rows = made(n, d, 4);
        // Equal rows, and a column of another order of magnitude.
        for i in 0..n / 4 {
            let copy = rows.row(i + n / 2).to_owned();
            rows.row_mut(i).assign(&copy);
        }
        rows.column_mut(0).mapv_inplace(|x| x * 1e6 + 1e9);
        let table = Neighbours::new(rows.view()).of_own(3);
        let centre = rows.mean_axis(Axis(0)).unwrap();
        let rows = rows - &centre;
        for i in 0..n {
            let mut all: Vec<(f64, u32)> = (0..n)
                .filter(|j| *j != i)
                .map(|j| ((&rows.row(i) - &rows.row(j)).mapv(|x| x * x).sum().sqrt(), j as u32))
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (k, (distance, _)) in all.iter().take(3).enumerate() {
                assert!((table.distances[[i, k]] - distance).abs() <= 1e-6 * distance, "{n} {d} row {i}");
            }
        }
    }
}

/// Noise, by the definition: a row that no core row has within the radius.
#[test]
fn dbscan_scores_above_one_what_is_noise() {
    let rows = made(300, 2, 7);
    let (radius, least) = (0.9, 5);
    let apart = |i: usize, j: usize| (&rows.row(i) - &rows.row(j)).mapv(|x| x * x).sum().sqrt();
    let core: Vec<usize> = (0..300).filter(|i| (0..300).filter(|j| apart(*i, *j) <= radius).count() >= least).collect();
    let parameters = DbscanParams::default().neighbours(least).radius(radius).standardise(false);
    let scores = Detect::own_scores(parameters.check_ref().unwrap(), rows.view()).unwrap();
    let noise: Vec<bool> = (0..300).map(|i| !core.iter().any(|c| apart(i, *c) <= radius)).collect();
    assert!(noise.iter().any(|n| *n) && noise.iter().any(|n| !*n));
    assert!((0..300).all(|i| (scores[i] > 1.0) == noise[i]));
}

#[test]
fn ecod_and_copod_count_tails_by_hand() {
    // Of 1, 2, 2, 9 the third moment is positive: the right tail counts.
    let rows = array![[1.0], [2.0], [2.0], [9.0]];
    let ln = |p: f64| -p.ln();
    let ecod = EcodParams::default().fit(&DatasetBase::from(rows.clone())).unwrap();
    let scores: Array1<f64> = ecod.predict(&rows);
    let expected = [ln(0.25), ln(0.75), ln(0.75), ln(0.25)];
    assert!(scores.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{scores}");
    let copod = CopodParams::default().fit(&DatasetBase::from(rows.clone())).unwrap();
    let scores: Array1<f64> = copod.predict(&rows);
    assert!((scores[0] - ln(0.25) / 2.0).abs() < 1e-12 && (scores[3] - ln(0.25)).abs() < 1e-12, "{scores}");
    // Many rows are sorted by their digits: the same as by comparison, with ties, signs and close values.
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let many = Array2::from_shape_fn((6_000, 3), |(_, j)| match j {
        0 => rng.random::<f64>() - 0.5,
        1 => f64::from(rng.random_range(-3..4)) * 0.0_f64.max(1.0),
        _ => 1e9 + 1e-6 * f64::from(rng.random_range(0..50)),
    });
    let own = Detect::own_scores(EcodParams::default().check_ref().unwrap(), many.view()).unwrap();
    let again = EcodParams::default().fit(&DatasetBase::from(many.clone())).unwrap().scores(many.view());
    assert!(own.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-9));
    // Beyond all that was seen: as one more row in that tail.
    let far: Array1<f64> = ecod.predict(&array![[100.0]]);
    assert!((far[0] - ln(0.2)).abs() < 1e-12);
}

#[test]
fn distances_of_a_normal_cloud_are_chi_squared() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let rows = Array2::from_shape_fn((1_500, 3), |_| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0);
    let scores = McdParams::default().starts(50).fit(&DatasetBase::from(rows.clone())).unwrap().scores(rows.view());
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    // The median of χ² with 3 degrees of freedom is 2.366.
    assert!((sorted[750] - 2.366).abs() < 0.3, "{}", sorted[750]);
}

/// Tables that public sets hold: ties, whole numbers, constant columns, one column, more columns than rows.
#[test]
fn tables_of_every_shape_are_scored_or_refused_with_words() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut whole = |n, d, values: u32| Array2::from_shape_fn((n, d), |_| f64::from(rng.random_range(0..values)));
    let mut constant = whole(60, 3, 5);
    constant.column_mut(1).fill(7.0);
    let tables = [whole(60, 1, 4), whole(60, 3, 2), constant, whole(12, 30, 100), whole(60, 2, 1), whole(3, 2, 9)];
    for table in &tables {
        for detector in kinds() {
            let (kind, shape) = (detector.kind(), table.dim());
            match detector.own_scores(table.view()) {
                Ok(scores) => {
                    assert!(scores.len() == shape.0 && scores.iter().all(|s| s.is_finite()), "{kind} {shape:?}")
                }
                Err(error) => assert!(error.to_string().contains(kind), "{kind} {shape:?}: {error}"),
            }
        }
    }
}

#[test]
fn names_of_pyod_and_scikit_learn_set_the_same_parameters() {
    for (name, alias, value, own) in [
        ("iforest", "n_estimators", "40", "trees"),
        ("iforest", "max_samples", "64", "sample"),
        ("eif", "random_state", "3", "seed"),
        ("knn", "k", "7", "neighbours"),
        ("knn", "method", "mean", "summary"),
        ("lof", "n_neighbors", "7", "neighbours"),
        ("gmm", "n_components", "2", "components"),
        ("hbos", "n_bins", "20", "bins"),
        ("hbos", "tol", "0.1", "tolerance"),
        ("mcd", "support_fraction", "0.8", "support"),
        ("ocsvm", "tol", "0.01", "tolerance"),
        ("dbscan", "min_samples", "9", "neighbours"),
    ] {
        let value_of = |detector: &dyn Detector| {
            detector.parameters().into_iter().find(|p| p.name == own).map(|p| p.value).unwrap()
        };
        let mut detector = kind(name).unwrap();
        let default = value_of(&*detector);
        detector.set(alias, value).unwrap();
        assert_eq!(value_of(&*detector), value, "{name} {alias}");
        detector.set(alias, "auto").unwrap();
        assert_eq!(value_of(&*detector), default, "{name} {alias}");
    }
    // No name means two parameters.
    for detector in kinds() {
        let mut names: Vec<&str> = detector
            .parameters()
            .iter()
            .flat_map(|p| std::iter::once(p.name).chain(p.aliases.iter().copied()))
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{}", detector.kind());
        assert!(SET_ASIDE.iter().all(|(name, _)| !names.contains(name)), "{}", detector.kind());
    }
}

#[test]
fn wrong_parameters_and_cells_are_told() {
    assert!(IsolationForestParams::default().trees(0).check_ref().unwrap_err().to_string().contains("trees = 0"));
    let mut knn = super::kind("knn").unwrap();
    assert!(knn.set("summary", "max").unwrap_err().to_string().contains("largest, mean or median"));
    let told = knn.set("p", "5").unwrap_err().to_string();
    assert!(told.ends_with("it has neighbours (n_neighbors, k), summary (method), standardise"), "{told}");
    let rows = array![[1.0, 2.0], [1.0, f64::NAN], [0.0, 1.0]];
    assert_eq!(
        knn.own_scores(rows.view()).unwrap_err().to_string(),
        "row 2, column 2: NaN is no finite number; fill or leave out missing values first"
    );
    let constant = Array2::ones((9, 2));
    for detector in kinds() {
        // In a constant table no row is further from ordinary than another.
        let scores = detector.own_scores(constant.view()).unwrap();
        assert!(scores.iter().all(|s| s.is_finite() && (s - scores[0]).abs() < 1e-9), "{}", detector.kind());
    }
    assert!(knn.own_scores(Array2::zeros((0, 2)).view()).is_err());
}

#[test]
fn combined_scores_do_not_depend_on_scales() {
    let a = array![1.0, 2.0, 3.0, 10.0];
    let b = array![0.1, 0.3, 0.2, 0.4];
    let combined = ensemble::combine(&[a.clone(), b.clone()]);
    assert_eq!(combined, ensemble::combine(&[a * 1000.0, b]));
    assert!(combined[3] > combined[2] && combined[2] > combined[0]);
}

#[test]
fn a_cell_that_cannot_be_squared_is_told_and_ranked_all_the_same_by_what_only_orders() {
    let mut rows = made(300, 3, 5);
    rows[[7, 1]] = f64::MAX;
    for detector in kinds() {
        let found = detector.own_scores(rows.view());
        if BY_ORDER.contains(&detector.kind()) {
            assert!(found.unwrap().iter().all(|score| score.is_finite()), "{}", detector.kind());
        } else {
            let said = found.unwrap_err().to_string();
            assert!(said.contains("row 8, column 2") && said.contains("smaller unit"), "{said}");
        }
    }
}
