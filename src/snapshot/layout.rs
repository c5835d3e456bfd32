//! How the rows of each table are clustered, so that joins, roll-ups and duplicate tests stream.

use crate::contract::{Column, ColumnKind, ROW_ID, Table, key_column, own_key, stored_name};

fn is_temporal(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Date | ColumnKind::Month | ColumnKind::Timestamp)
}

/// The columns that cluster a table: rows that could say the same thing stand together. A table's own
/// key where it has one, else its reference keys (or region codes) and its first date; payments by
/// award and month, so that everything about one award streams.
pub fn cluster_columns(table: &Table) -> Vec<String> {
    if let Some(key) = own_key(&table.name) {
        return vec![key];
    }
    if table.name == "payment" {
        return vec!["award_key".into(), "month".into()];
    }
    let mut columns: Vec<String> = table.columns.iter().filter_map(key_column).collect();
    if columns.is_empty() || table.name == "fund_flow" {
        columns = vec!["region_code".into()];
    }
    columns.extend(table.columns.iter().find(|c| is_temporal(c)).map(stored_name));
    columns
}

/// The full sort order of a stored table: its cluster, then provenance.
pub fn sort_columns(table: &Table) -> Vec<String> {
    let mut columns = cluster_columns(table);
    columns.push(ROW_ID.to_owned());
    columns
}

/// Whether two rows of one cluster with different contents contradict each other: the cluster is the
/// row's own number. Regions have no dense key, but their code is one.
pub fn cluster_is_identity(table: &Table) -> bool {
    own_key(&table.name).is_some() || table.name == "region"
}

/// The column of a row's own number in tables that are clustered by another: a second row of one cluster that bears the
/// number of an earlier one, and says otherwise, contradicts it.
pub fn number_in_cluster(table: &Table) -> Option<String> {
    let numbered = ["payment", "medical_settlement", "fund_flow"].contains(&table.name.as_str());
    table.columns.iter().find(|column| numbered && column.primary).map(stored_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::contract;

    #[test]
    fn clusters() {
        let of = |name: &str| cluster_columns(contract().table(name).unwrap());
        assert_eq!(of("payment"), ["award_key", "month"]);
        assert_eq!(of("person"), ["person_key"]);
        assert_eq!(of("kinship"), ["person_key", "relative_key"]);
        assert_eq!(of("account_transaction"), ["account_key", "at"]);
        assert_eq!(of("standard"), ["region_code", "from_month"]);
        assert_eq!(of("region"), ["region_code"]);
        assert_eq!(of("fund_flow"), ["region_code", "month"]);
    }
}
