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
}

#[tokio::test]
async fn features_are_documented_and_neither_protected_nor_opinions() {
    let planner = Planner::new().await.unwrap();
    for model in models().unwrap() {
        model.query.check(&planner).await.unwrap();
    }
    let refused = async |sql: &'static str| features::of_text("x", sql).check(&planner).await.unwrap_err().to_string();
    let head = "-- meaning = \"x\"\n-- subject = \"person\"\n-- reads = [\"person\", \"award\", \"application\"]\n\
                -- [columns.f]\n-- unit = \"x\"\n-- zh = \"x\"\n-- en = \"x\"\n";
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
    let told = refused(text("SELECT household_no AS subject_no, '' AS region_code, 1.0 AS f FROM household")).await;
    assert!(told.contains("household and does not declare it"), "{told}");
    let told = refused(text("SELECT award_no AS subject_no, '' AS region_code, 1.0 AS g FROM award")).await;
    assert!(told.contains("documents"), "{told}");
}

fn made(n: usize, d: usize) -> FeatureTable {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    FeatureTable {
        subjects: (0..n).map(|i| format!("s{i}")).collect(),
        regions: vec![String::new(); n],
        names: (0..d).map(|j| format!("f{j}")).collect(),
        rows: Array2::from_shape_fn((n, d), |_| (0..6).map(|_| rng.random::<f64>()).sum::<f64>()),
        missing: vec![0; d],
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
    let few = run(&model, &made(50, 5)).unwrap();
    assert_eq!(few, Outcome::NotAssessable { rows: 50, least: 200 });
}

#[test]
fn drift_is_seen_where_it_is() {
    let before = made(2_000, 2);
    let mut now = made(2_000, 2);
    now.rows.column_mut(1).mapv_inplace(|x| x + 1.0);
    let moved = drift(&before, &now);
    assert!(moved[0].index < 1e-9 && moved[1].moved(), "{moved:?}");
    assert_eq!(stability_index(&[], &[1.0]), 0.0);
    assert!(stability_index(&[1.0; 50], &[1.0; 50]) < 1e-9);
}
