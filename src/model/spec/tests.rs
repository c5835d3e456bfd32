use std::collections::BTreeSet;
use std::path::Path;

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::query::library::Planner;

fn stems(folder: &str, ending: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    let mut stems: Vec<String> = names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect();
    stems.sort();
    stems
}

#[test]
fn every_file_is_compiled_in() {
    let listed: Vec<String> = models().unwrap().iter().map(|model| model.spec.id.clone()).collect();
    assert_eq!(listed, stems("models", ".toml"));
    let (features, groups) = features::listed();
    assert_eq!(features, stems("queries/features", ".sql"));
    assert_eq!(groups, stems("queries/groups", ".sql"));
    assert_eq!(lines::listed(), stems("queries/lines", ".sql"));
    let used: BTreeSet<String> = models().unwrap().into_iter().map(|model| model.spec.features).collect();
    assert_eq!(used, features.iter().map(|name| (*name).to_owned()).collect(), "a feature query that no model reads");
}

#[tokio::test]
async fn features_are_documented_and_neither_protected_nor_opinions() {
    let planner = Planner::new().await.unwrap();
    for model in models().unwrap() {
        model.check(&planner).await.unwrap();
    }
    let refused = async |sql: &'static str| features::of_text("x", sql).check(&planner).await.unwrap_err().to_string();
    let head = "-- meaning = \"x\"\n-- subject = \"person\"\n-- reads = [\"person\", \"award\", \"application\"]\n\
                -- [columns.f]\n-- unit = \"x\"\n-- least = 1.0\n-- zh = \"x\"\n-- en = \"x\"\n";
    let text = |sql: &str| -> &'static str { Box::leak(format!("{head}{sql}").into_boxed_str()) };
    let told = refused(text(
        "SELECT id_number AS subject_no, '' AS region_code, CASE WHEN sex = 'male' THEN 1 ELSE 0 END AS f FROM person",
    ))
    .await;
    assert!(told.contains("protected attribute 'sex'"), "{told}");
    let told = refused(text(
        "SELECT award_no AS subject_no, '' AS region_code, CASE WHEN tier = 'A' THEN 1 ELSE 0 END AS f FROM award",
    ))
    .await;
    assert!(told.contains("award.tier, which is a caseworker's opinion"), "{told}");
    // What a view hands on is an opinion still, and so is what it was made of.
    for of_view in ["share", "1.0"] {
        let sql = format!("SELECT '' AS subject_no, '' AS region_code, {of_view} AS f, award_key FROM award_peer");
        let told = refused(text(&sql)).await;
        assert!(told.contains("award.tier through a view, which is a caseworker's opinion"), "{told}");
    }
    let told = refused(text("SELECT household_no AS subject_no, '' AS region_code, 1.0 AS f FROM household")).await;
    assert!(told.contains("household and does not declare it"), "{told}");
    let told = refused(text("SELECT award_no AS subject_no, '' AS region_code, 1.0 AS g FROM award")).await;
    assert!(told.contains("documents"), "{told}");
}

pub(super) fn made(n: usize, d: usize) -> FeatureTable {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    FeatureTable {
        keys: (0..n as i32).map(Key::Dense).collect(),
        peers: vec![String::new(); n],
        cases: vec![None; n],
        evidence: vec![Vec::new(); n],
        least: vec![0.1; d],
        subjects: (0..n).map(|i| format!("s{i}")).collect(),
        regions: vec![String::new(); n],
        names: (0..d).map(|j| format!("f{j}")).collect(),
        rows: Array2::from_shape_fn((n, d), |_| (0..6).map(|_| rng.random::<f64>()).sum::<f64>()),
    }
}

#[test]
fn the_odd_one_is_raised_for_its_odd_features_and_no_more_than_the_share() {
    let model = models().unwrap().remove(0);
    let mut table = made(1_000, 5);
    for feature in [0, 2, 3] {
        table.rows[[700, feature]] = 30.0;
    }
    let Outcome::Scored(scored) = run(&model, &table).unwrap() else { panic!("not assessed") };
    assert!(scored.iter().filter(|one| one.raised).count() <= 10);
    let odd = &scored[700];
    assert!(odd.raised && odd.tail <= 0.002, "{odd:?}");
    let named: BTreeSet<usize> = odd.drivers.iter().take(3).map(|driver| driver.feature).collect();
    assert_eq!(named, BTreeSet::from([0, 2, 3]));
    assert!(odd.drivers.iter().take(3).all(|driver| driver.ordinary[2] < 6.0), "{odd:?}");
    assert!(odd.beside.len() == 3 && odd.beside.iter().all(|other| !scored[*other].raised));
    assert!(odd.enough > 0 && odd.beside.iter().all(|i| table.rows[[*i, 0]] < 6.0), "{odd:?}");
    let (zh, en) = in_words(&model, &table, odd);
    assert!(
        zh.contains("则不会提示") && en.contains("it would not be raised") && en.contains("ordinarily"),
        "{zh} {en}"
    );
    let few = run(&model, &made(50, 5)).unwrap();
    assert_eq!(few, Outcome::NotAssessable { rows: 50, least: 200 });
}

#[test]
fn drift_is_seen_where_it_is_and_not_by_chance() {
    let model = models().unwrap().remove(0);
    let before = made(2_000, 2);
    let mut now = made(2_000, 2);
    now.rows.column_mut(1).mapv_inplace(|x| x + 1.0);
    let drifted = drift(&model, "s", &before, &now).unwrap().unwrap();
    assert!(drifted.of[0].index < 1e-9 && drifted.of[1].moved(), "{drifted:?}");
    assert_eq!(drifted.of[2].name, "score");
    let (zh, en) = drifted.warning().unwrap();
    assert!(zh.contains("不宜采信") && en.contains("f1") && !en.contains("f0"), "{zh} {en}");
    assert!(drift(&model, "s", &before, &before).unwrap().unwrap().warning().is_none());
    assert_eq!(stability_index(&[], &[1.0]).0, 0.0);
    assert!(stability_index(&[1.0; 50], &[1.0; 50]).0 < 1e-9);
    // Of few rows the index is high by chance: no drift.
    let rows = made(60, 10).rows;
    let halves = |from: usize| -> Vec<Vec<f64>> {
        rows.columns().into_iter().map(|c| c.iter().skip(from).step_by(2).copied().collect()).collect()
    };
    let few = |rows: &[Vec<f64>]| {
        let mut table = made(30, 10);
        rows.iter()
            .zip(table.rows.columns_mut())
            .for_each(|(from, mut to)| to.assign(&ndarray::Array1::from(from.clone())));
        table
    };
    let mut small = model.clone();
    small.spec.least_rows = 30;
    let chance = drift(&small, "s", &few(&halves(0)), &few(&halves(1))).unwrap().unwrap();
    assert!(chance.of.iter().any(|one| one.index > 0.25) && chance.warning().is_none(), "{chance:?}");
}

/// A family that is ordinary among large families is not odd because most are small.
#[test]
fn subjects_are_compared_with_their_peers() {
    let model = models().unwrap().remove(0);
    let mut table = made(1_000, 4);
    for i in 0..300 {
        table.peers[i] = "large".to_owned();
        table.rows.row_mut(i).mapv_inplace(|x| x + 50.0);
    }
    table.rows.row_mut(999).fill(52.0);
    let Outcome::Scored(scored) = run(&model, &table).unwrap() else { panic!("not assessed") };
    assert!(scored[999].raised && scored[999].tail <= 0.002 && scored[999].peers == Some(700));
    assert!(scored[..300].iter().filter(|one| one.raised).count() <= 5);
}

/// One group of peers lies far from the rest, and one feature is known of one in 25: whom nobody told of is neither
/// compared by it nor told to be anything, and what is ordinary is told of those it is known of.
#[test]
fn what_is_missing_makes_nobody_unlike_others() {
    let model = models().unwrap().remove(0);
    let mut table = made(1_000, 5);
    for i in 0..300 {
        table.peers[i] = "large".to_owned();
        table.rows.row_mut(i).mapv_inplace(|x| x + 50.0);
    }
    let known = |i: usize| i % 25 == 3;
    for i in 0..1_000 {
        table.rows[[i, 4]] = if known(i) { (1 + i % 3) as f64 } else { f64::NAN };
    }
    // One that is told of and odd in it, one that is odd elsewhere and told nothing of.
    table.rows[[503, 4]] = 40.0;
    table.rows[[503, 1]] = 30.0;
    (0..3).for_each(|feature| table.rows[[700, feature]] = 30.0);
    assert_eq!((table.missing(4), table.missing(0), table.known(0, 4)), (960, 0, None));

    let residuals = peers::residuals(&table);
    assert!((0..1_000).filter(|i| !known(*i)).all(|i| residuals[[i, 4]] == 0.0), "what is missing has no residual");
    assert!(residuals.iter().all(|z| z.is_finite()) && residuals[[503, 4]] > 5.0);
    let ordinary = peers::Ordinary::new(&table);
    let usual = ordinary.of("large", 4).unwrap();
    assert_eq!((usual.quantiles, usual.of), ([1.0, 2.0, 3.0], 40), "those that it is known of, of all");
    assert_eq!(ordinary.peers("large"), Some(300));

    let Outcome::Scored(scored) = run(&model, &table).unwrap() else { panic!("not assessed") };
    for one in scored.iter().filter(|one| one.raised) {
        assert!(one.drivers.iter().all(|driver| table.known(one.subject, driver.feature).is_some()), "{one:?}");
        let (zh, en) = in_words(&model, &table, one);
        assert!(!zh.contains("NaN") && !en.contains("NaN"), "{en}");
    }
    assert!(scored[700].raised && scored[700].drivers.iter().all(|driver| driver.feature < 4), "{:?}", scored[700]);
    let told = &scored[503];
    assert!(told.raised && told.drivers.iter().any(|d| d.feature == 4 && d.among == 28), "{told:?}");
    let (zh, en) = in_words(&model, &table, told);
    assert!(zh.contains("有此数据者28个") && en.contains("among 28 of whom it is known"), "{zh} {en}");
    // A subject beside it is known to be ordinary in what drove it.
    for driver in &told.drivers {
        let inside = |i: &usize| {
            table.known(*i, driver.feature).is_some_and(|v| driver.ordinary[0] <= v && v <= driver.ordinary[2])
        };
        assert!(!told.beside.is_empty() && told.beside.iter().all(inside), "{told:?}");
    }

    // Known of too few to say what is ordinary: it says nothing of anybody.
    (0..1_000).filter(|i| i % 100 != 3).for_each(|i| table.rows[[i, 4]] = f64::NAN);
    assert!(peers::residuals(&table).column(4).iter().all(|z| *z == 0.0));
    assert!(peers::Ordinary::new(&table).of("", 4).is_none());
}

#[test]
fn a_feature_that_is_mostly_one_value_drifts_too() {
    let of = |parts: &[(usize, f64)]| -> Vec<f64> {
        parts.iter().flat_map(|(times, value)| std::iter::repeat_n(*value, *times)).collect()
    };
    let rare = |from: usize, to: usize| (from..to).map(|i| (1, i as f64)).collect::<Vec<_>>();
    // 97 % zeros, then 60 % fives; 95 % ones, then 70 % twos.
    let zeros = [vec![(970, 0.0)], rare(1, 31)].concat();
    let (moved, bins) = stability_index(&of(&zeros), &of(&[(400, 0.0), (600, 5.0)]));
    assert!(moved > 1.0 && bins == 2, "{moved} {bins}");
    let ones = of(&[(50, 0.5), (950, 1.0)]);
    let (moved, _) = stability_index(&ones, &of(&[(50, 0.5), (250, 1.0), (700, 2.0)]));
    assert!(moved > 1.0, "{moved}");
    let (moved, _) = stability_index(&ones, &of(&[(300, 0.5), (700, 1.0)]));
    assert!(moved > drift::MOVED, "{moved}");
    // One known of few, then of many.
    let few = of(&[(960, f64::NAN), (40, 2.0)]);
    let (moved, _) = stability_index(&few, &of(&[(400, f64::NAN), (600, 2.0)]));
    assert!(moved > drift::MOVED, "{moved}");
    for same in [of(&zeros), ones, few, vec![f64::NAN; 30]] {
        let (index, _) = stability_index(&same, &same);
        assert!(index.abs() < 1e-9, "{index}");
    }
}

#[test]
fn facts_of_a_model_stay_while_nothing_that_means_anything_changes() {
    let model = models().unwrap().remove(0);
    let mut table = made(1_000, 5);
    [0, 2].iter().for_each(|feature| table.rows[[700, *feature]] = 30.0);
    let facts = |table: &FeatureTable| {
        let Outcome::Scored(scored) = run(&model, table).unwrap() else { panic!("not assessed") };
        assert!(scored[700].raised, "{:?}", scored[700]);
        scored[700].facts(&model, table)
    };
    let before = facts(&table);
    assert!(before.starts_with(&format!("{} v{}: f", model.spec.id, model.spec.version)), "{before}");
    // The rest of the county moves a little, and the value itself by less than means anything.
    table.rows[[3, 1]] += 0.3;
    table.rows[[700, 0]] = 30.05;
    assert_eq!(facts(&table), before);
    [0, 2].iter().for_each(|feature| table.rows[[700, *feature]] = 90.0);
    let after = facts(&table);
    assert_ne!(after, before);
    let mut next = model.clone();
    next.spec.version += 1;
    let Outcome::Scored(scored) = run(&next, &table).unwrap() else { panic!("not assessed") };
    assert_ne!(scored[700].facts(&next, &table), after);
}
