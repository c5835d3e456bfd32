//! Scores beside those of PyOD, which `benches/detector_fixtures.py` put into `fixtures/detectors`.

use std::collections::BTreeMap;
use std::path::Path;

use super::rows::Standard;
use super::*;
use crate::model::metric::roc_auc;
use crate::model::table::{NumericTable, Reading};

const TABLES: [&str; 4] = ["gaussian", "whole", "repeated", "constant"];

fn fixture(name: &str) -> NumericTable {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/detectors").join(name);
    NumericTable::read(&path, &Reading::default()).unwrap()
}

fn scored(kind: &str, rows: &Array2<f64>, parameters: &[(&str, &str)]) -> Vec<f64> {
    let mut detector = super::kind(kind).unwrap();
    parameters.iter().for_each(|(name, value)| detector.set(name, value).unwrap());
    detector.own_scores(rows.view()).unwrap().to_vec()
}

#[test]
fn scores_are_those_of_pyod() {
    for name in TABLES {
        let table = fixture(&format!("{name}.csv"));
        let labels = table.labels.unwrap();
        let peer = fixture(&format!("{name}.pyod.csv"));
        for (kind, theirs) in peer.columns.iter().zip(peer.rows.columns()) {
            // A mixture's ridge is a share of the variance here and a number in scikit-learn: the same at variance one.
            let rows = if kind == "gmm" {
                Standard::of(table.rows.view(), true).apply(table.rows.view())
            } else {
                table.rows.clone()
            };
            let own = scored(kind, &rows, &[]);
            // Which of many rows at one distance are neighbours is nobody's to say.
            if (kind.as_str(), name) == ("lof", "whole") {
                let auc = |scores: &[f64]| roc_auc(scores, &labels).unwrap();
                assert!((auc(&own) - auc(&theirs.to_vec())).abs() < 0.002);
                continue;
            }
            let far = own.iter().zip(theirs).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max);
            assert!(far < 1e-6, "{name} {kind}: {far}");
        }
    }
}

#[test]
fn forests_are_as_good_as_those_of_pyod_on_average() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/detectors/iforest.pyod.csv");
    let theirs: BTreeMap<String, f64> =
        csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect();
    for name in TABLES {
        let table = fixture(&format!("{name}.csv"));
        let labels = table.labels.unwrap();
        let auc =
            |seed: u64| roc_auc(&scored("iforest", &table.rows, &[("seed", &seed.to_string())]), &labels).unwrap();
        let mean = (0..10).map(auc).sum::<f64>() / 10.0;
        assert!((mean - theirs[name]).abs() < 0.01, "{name}: {mean} {}", theirs[name]);
    }
}
