//! Protected attributes, and which of them a plan reads.
//!
//! Ethnicity, sex, age, disability and illness are never an input of a score; a rule may read one only
//! where a law makes it a criterion, and says so in its header.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use serde::{Deserialize, Serialize};

/// A protected attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protected {
    /// `sex` columns and the function `id_sex`.
    Sex,
    /// `ethnicity` columns.
    Ethnicity,
    /// `birth_date` columns and the function `id_birth_date`.
    BirthDate,
    /// The table `disability`.
    Disability,
    /// `medical_settlement.serious_illness`.
    SeriousIllness,
}

impl Protected {
    /// The name used in headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Ethnicity => "ethnicity",
            Self::BirthDate => "birth_date",
            Self::Disability => "disability",
            Self::SeriousIllness => "serious_illness",
        }
    }

    fn of_column(table: &str, column: &str) -> Option<Self> {
        match (table, column) {
            ("disability", _) => Some(Self::Disability),
            (_, "sex") => Some(Self::Sex),
            (_, "ethnicity") => Some(Self::Ethnicity),
            (_, "birth_date") => Some(Self::BirthDate),
            (_, "serious_illness") => Some(Self::SeriousIllness),
            _ => None,
        }
    }

    fn of_function(name: &str) -> Option<Self> {
        match name {
            "id_sex" => Some(Self::Sex),
            "id_birth_date" => Some(Self::BirthDate),
            _ => None,
        }
    }
}

/// The protected attributes that an optimised plan reads: columns its scans keep, functions it calls, and
/// what the views among its scans read.
pub(super) fn read_by(
    plan: &LogicalPlan,
    views: &BTreeMap<&'static str, BTreeSet<Protected>>,
) -> Result<BTreeSet<Protected>> {
    let mut found = BTreeSet::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let table = scan.table_name.table();
            found.extend(views.get(table).into_iter().flatten());
            found.extend(scan.projected_schema.fields().iter().filter_map(|f| Protected::of_column(table, f.name())));
            for filter in &scan.filters {
                found.extend(filter.column_refs().iter().filter_map(|c| Protected::of_column(table, &c.name)));
            }
        }
        node.apply_expressions(|expr| {
            expr.apply(|inner| {
                if let Expr::ScalarFunction(call) = inner {
                    found.extend(Protected::of_function(call.name()));
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found)
}
