//! All integration tests, in one binary: each binary would link all of DataFusion.

mod made;
