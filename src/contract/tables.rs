use super::{Column, list, rows};

/// One input table of the contract.
#[derive(Debug, Clone)]
pub struct Table {
    /// Canonical name, for example `award_member`.
    pub name: String,
    /// Chinese file and sheet names met in exports.
    pub names_zh: Vec<String>,
    /// Whether an audit cannot run at all without it.
    pub required: bool,
    /// What a row is.
    pub meaning: String,
    /// Columns in contract order.
    pub columns: Vec<Column>,
}

impl Table {
    /// The column of that canonical name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The primary-key column, where the table has one.
    pub fn primary(&self) -> Option<&Column> {
        self.columns.iter().find(|c| c.primary)
    }

    /// Whether a new delivery of this table adds to what is there (payments, transactions, changes,
    /// flows) or replaces it (registers).
    pub fn grows(&self) -> bool {
        matches!(self.name.as_str(), "payment" | "account_transaction" | "account_change" | "fund_flow")
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Table>, String> {
    rows(text)?
        .into_iter()
        .map(|row| {
            Ok(Table {
                name: row["table"].clone(),
                names_zh: list(&row["names_zh"]),
                required: row["required"] == "yes",
                meaning: row["meaning"].clone(),
                columns: Vec::new(),
            })
        })
        .collect()
}
