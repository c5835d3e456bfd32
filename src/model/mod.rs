//! Models: detectors of what is unlike the rest, what made a row so, and probabilities that mean what
//! they say.
//!
//! # Layout
//!
//! | file | what it does |
//! |---|---|
//! | `detector/` | isolation forests, ECOD, COPOD, HBOS, kNN, LOF, mixtures, principal components, MCD, one-class SVM |
//! | `calibration/` | precision of rules learnt from checks, agreement of sources, reliability |
//! | `spec/` | model specs over feature queries: run, explained, carded, watched for drift |
//! | `plan.rs` | what to check with the visits there are |
//! | `count/` | Benford, repeated and round amounts, thresholds, peers, change points, seasons |
//! | `table/` | tables of numbers from CSV and Parquet, scores back |
//! | `metric.rs` | ROC AUC and average precision |

pub mod calibration;
pub mod count;
pub mod detector;
pub mod metric;
pub mod plan;
pub mod spec;
pub mod table;
