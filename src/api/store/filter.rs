//! What a caller narrows a list by, evaluated a column at a time.

use arrow::array::{BooleanArray, Float64Array, Int32Array, Scalar, StringArray};
use arrow::compute::and;
use arrow::compute::kernels::cmp::{eq, gt_eq};
use arrow::compute::kernels::comparison::{ilike, starts_with};
use arrow::error::ArrowError;
use sha2::{Digest, Sha256};

use crate::contract::{Queue, SubjectKind};
use crate::domain::region;
use crate::flags::Status;

/// A filter; what is `None` narrows nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Queue.
    pub queue: Option<Queue>,
    /// Typology code.
    pub typology: Option<String>,
    /// Open or exempted.
    pub status: Option<Status>,
    /// Least severity.
    pub severity_min: Option<u8>,
    /// Least probability.
    pub probability_min: Option<f64>,
    /// Region that contains it: 12 digits.
    pub region: Option<String>,
    /// What it is about.
    pub subject_kind: Option<SubjectKind>,
    /// The source's own number of the subject.
    pub subject_key: Option<String>,
    /// Household number.
    pub household_no: Option<String>,
    /// Award number.
    pub award_no: Option<String>,
    /// ID number.
    pub id_number: Option<String>,
    /// Official's number.
    pub official_no: Option<String>,
    /// Text in the summaries, without regard to case.
    pub q: Option<String>,
}

impl Filter {
    /// A short name of the filter, by which a cursor knows it again.
    pub fn fingerprint(&self, audit: &str, list: &str, sort: &str) -> u64 {
        let digest = Sha256::digest(format!("{audit}\0{list}\0{sort}\0{self:?}"));
        digest.iter().take(8).fold(0, |name, byte| (name << 8) | u64::from(*byte))
    }

    /// Names of what it narrows by, for the trail: never the values, which may be ID numbers.
    pub fn names(&self) -> String {
        let names = [
            ("queue", self.queue.is_some()),
            ("typology", self.typology.is_some()),
            ("status", self.status.is_some()),
            ("severity_min", self.severity_min.is_some()),
            ("probability_min", self.probability_min.is_some()),
            ("region", self.region.is_some()),
            ("subject_kind", self.subject_kind.is_some()),
            ("subject_key", self.subject_key.is_some()),
            ("household_no", self.household_no.is_some()),
            ("award_no", self.award_no.is_some()),
            ("id_number", self.id_number.is_some()),
            ("official_no", self.official_no.is_some()),
            ("q", self.q.is_some()),
        ];
        let set: Vec<&str> = names.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
        set.join("+")
    }
}

/// Rows that pass, narrowed column by column; everything passes at first.
#[derive(Debug, Default)]
pub struct Mask(Option<BooleanArray>);

impl Mask {
    fn narrow(&mut self, passing: BooleanArray) -> Result<(), ArrowError> {
        self.0 = Some(match self.0.take() {
            Some(before) => and(&before, &passing)?,
            None => passing,
        });
        Ok(())
    }

    /// Equal texts.
    pub fn text(&mut self, column: &StringArray, wanted: Option<&str>) -> Result<(), ArrowError> {
        let Some(wanted) = wanted else { return Ok(()) };
        self.narrow(eq(column, &StringArray::new_scalar(wanted))?)
    }

    /// At least that much.
    pub fn at_least_int(&mut self, column: &Int32Array, least: Option<u8>) -> Result<(), ArrowError> {
        let Some(least) = least else { return Ok(()) };
        self.narrow(gt_eq(column, &Int32Array::new_scalar(i32::from(least)))?)
    }

    /// At least that likely.
    pub fn at_least(&mut self, column: &Float64Array, least: Option<f64>) -> Result<(), ArrowError> {
        let Some(least) = least else { return Ok(()) };
        self.narrow(gt_eq(column, &Float64Array::new_scalar(least))?)
    }

    /// Inside a region.
    pub fn region(&mut self, column: &StringArray, outer: Option<&str>) -> Result<(), ArrowError> {
        let Some(outer) = outer else { return Ok(()) };
        self.narrow(starts_with(column, &StringArray::new_scalar(region::prefix(outer)))?)
    }

    /// Holding a text in either column.
    pub fn search(&mut self, columns: [&StringArray; 2], wanted: Option<&str>) -> Result<(), ArrowError> {
        let Some(pattern) = wanted.map(pattern) else { return Ok(()) };
        let found = |column: &StringArray, pattern: &Scalar<StringArray>| ilike(column, pattern);
        let either = arrow::compute::or(&found(columns[0], &pattern)?, &found(columns[1], &pattern)?)?;
        self.narrow(either)
    }

    /// Rows that pass by another measure.
    pub fn also(&mut self, passing: BooleanArray) -> Result<(), ArrowError> {
        self.narrow(passing)
    }

    /// The rows that pass; `None` where all do.
    pub fn finish(self) -> Option<BooleanArray> {
        self.0
    }
}

/// The `LIKE` pattern of a text anywhere.
fn pattern(wanted: &str) -> Scalar<StringArray> {
    let mut pattern = String::with_capacity(wanted.len() + 2);
    pattern.push('%');
    for letter in wanted.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    StringArray::new_scalar(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(mask: Mask) -> Vec<bool> {
        mask.finish().unwrap().iter().map(Option::unwrap).collect()
    }

    #[test]
    fn masks_narrow() {
        let regions = StringArray::from(vec!["439931001002", "439931002000", "449931001000"]);
        let mut mask = Mask::default();
        mask.region(&regions, Some("439931000000")).unwrap();
        mask.text(&regions, Some("439931002000")).unwrap();
        assert_eq!(passing(mask), [false, true, false]);
        assert!(Mask::default().finish().is_none());
    }

    #[test]
    fn a_search_takes_signs_as_they_are() {
        let texts = StringArray::from(vec!["100% of 家庭", "1000 of Family_A", "家 庭"]);
        let none = StringArray::from(vec![""; 3]);
        let found = |q: &str| {
            let mut mask = Mask::default();
            mask.search([&texts, &none], Some(q)).unwrap();
            passing(mask)
        };
        assert_eq!(found("100%"), [true, false, false]);
        assert_eq!(found("家庭"), [true, false, false]);
        assert_eq!(found("family_a"), [false, true, false]);
        assert_eq!(found("y_"), [false, true, false]);
    }

    #[test]
    fn a_fingerprint_tells_lists_apart() {
        let one = Filter { q: Some("a".into()), ..Filter::default() };
        let name = |f: &Filter, list| f.fingerprint("audit", list, "-probability");
        assert_ne!(name(&one, "leads"), name(&one, "findings"));
        assert_ne!(name(&one, "leads"), name(&Filter::default(), "leads"));
        assert_eq!(name(&one, "leads"), name(&one.clone(), "leads"));
    }
}
