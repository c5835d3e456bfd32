//! How each contract table is stored: dense keys first, then the contract's columns, then the row's
//! provenance.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::{Column, ColumnKind, Table, contract};

/// Name of the provenance column of every table: `file number << 40 | row number`, `Int64`.
/// The functions `source_file(row_id)` and `source_row(row_id)` take it apart.
pub const ROW_ID: &str = "row_id";

/// Name of the dense key (`Int32`) that a table's own rows carry, where other tables refer to it:
/// `household` → `household_key`. Regions keep their 12-digit code, which is hierarchical.
pub fn own_key(table: &str) -> Option<String> {
    let referred = contract().tables.iter().flat_map(|t| &t.columns).any(|c| c.references.as_deref() == Some(table));
    (referred && table != "region").then(|| format!("{table}_key"))
}

/// Name of the dense key (`Int32`) that stands for a reference column:
/// `id_number` → `person_key`, `payee_id_number` → `payee_key`, `award_no` → `award_key`,
/// `surveyor_1` → `surveyor_1_key`. `None` for region codes and plain columns.
pub fn key_column(column: &Column) -> Option<String> {
    let target = column.references.as_deref()?;
    let name = column.name.as_str();
    Some(match target {
        "region" => return None,
        "person" => match name.split_once("id_number") {
            Some(("", suffix)) => format!("person_key{suffix}"),
            Some((role, _)) => format!("{role}key"),
            None => format!("{name}_key"),
        },
        _ => match name {
            "uscc" => "enterprise_key".to_owned(),
            _ => format!("{}_key", name.strip_suffix("_no").unwrap_or(name)),
        },
    })
}

/// Name under which a contract column is stored: money becomes integer fen, `amount` → `amount_fen`.
pub fn stored_name(column: &Column) -> String {
    if column.is_money() { format!("{}_fen", column.name) } else { column.name.clone() }
}

/// Arrow type of a stored column. Months are the `Date32` of their first day.
pub(crate) fn stored_type(column: &Column) -> DataType {
    match column.kind {
        ColumnKind::Text | ColumnKind::Code(_) => DataType::Utf8,
        ColumnKind::Int => DataType::Int32,
        ColumnKind::Decimal if column.is_money() => DataType::Int64,
        ColumnKind::Decimal => DataType::Float64,
        ColumnKind::Bool => DataType::Boolean,
        ColumnKind::Date | ColumnKind::Month => DataType::Date32,
        ColumnKind::Timestamp => DataType::Timestamp(TimeUnit::Second, None),
    }
}

/// Keys that come from another table's row and not from a column of the table itself.
fn derived_keys(table: &str) -> &'static [&'static str] {
    match table {
        // From the award, so that roll-ups by household need no join.
        "payment" | "award_member" => &["household_key"],
        // An institution's account carries the institution number in `holder_id_number`.
        "account" => &["institution_key"],
        // Not a declared reference of the contract, but the other side of a transfer is an account.
        "account_transaction" => &["counter_account_key"],
        _ => &[],
    }
}

/// The schema of a table in a snapshot: own key, reference keys, derived keys, the contract's columns
/// in their order, `row_id`. All columns but `row_id` may be null.
pub fn stored_schema(table: &Table) -> SchemaRef {
    let key = |name: &str| Field::new(name, DataType::Int32, true);
    let mut fields: Vec<Field> = Vec::new();
    fields.extend(own_key(&table.name).as_deref().map(key));
    fields.extend(table.columns.iter().filter_map(key_column).map(|name| key(&name)));
    fields.extend(derived_keys(&table.name).iter().map(|name| key(name)));
    fields.extend(table.columns.iter().map(|c| Field::new(stored_name(c), stored_type(c), true)));
    fields.push(Field::new(ROW_ID, DataType::Int64, false));
    Arc::new(Schema::new(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(table: &str) -> Vec<String> {
        stored_schema(contract().table(table).unwrap()).fields().iter().map(|f| f.name().clone()).collect()
    }

    #[test]
    fn keys_are_named_after_their_role_and_never_twice() {
        assert_eq!(names("payment")[..4], ["award_key", "payee_key", "account_key", "household_key"]);
        assert_eq!(names("marriage")[..2], ["person_key_a", "person_key_b"]);
        assert_eq!(names("account")[..3], ["account_key", "holder_key", "institution_key"]);
        assert!(names("application").contains(&"surveyor_1_key".to_owned()));
        assert!(names("fund_flow").contains(&"payee_account_key".to_owned()));
        for table in &contract().tables {
            let mut all = names(&table.name);
            all.sort();
            let count = all.len();
            all.dedup();
            assert_eq!(all.len(), count, "{}", table.name);
        }
    }
}
