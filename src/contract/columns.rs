use super::{Table, list, rows};

/// What a cell of a column means, and so how it is read and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    /// Free text or a number that is a name (ID number, account number).
    Text,
    /// A code of the named list.
    Code(String),
    /// A whole number.
    Int,
    /// A decimal number; money where the unit says CNY.
    Decimal,
    /// Yes or no.
    Bool,
    /// A calendar day.
    Date,
    /// A calendar month.
    Month,
    /// A day and a time of day, local time.
    Timestamp,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Money in yuan in the export, stored as integer fen.
    Yuan,
    /// Anything else, stored as written.
    Plain,
}

/// One column of an input table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Canonical name.
    pub name: String,
    /// How it is read and stored.
    pub kind: ColumnKind,
    /// A row without it is quarantined.
    pub required: bool,
    /// The source's own number of the row.
    pub primary: bool,
    /// The table whose primary key it names.
    pub references: Option<String>,
    /// Chinese headers met in exports.
    pub headers_zh: Vec<String>,
    /// Unit of a number.
    pub unit: Unit,
    /// What it means, where the name does not say it.
    pub meaning: String,
}

impl Column {
    /// Whether the column holds money: read as yuan, stored as integer fen.
    pub fn is_money(&self) -> bool {
        self.kind == ColumnKind::Decimal && self.unit == Unit::Yuan
    }
}

fn kind(row_type: &str, codes: &str) -> Result<ColumnKind, String> {
    Ok(match row_type {
        "text" => ColumnKind::Text,
        "code" => ColumnKind::Code(codes.to_owned()),
        "int" => ColumnKind::Int,
        "decimal" => ColumnKind::Decimal,
        "bool" => ColumnKind::Bool,
        "date" => ColumnKind::Date,
        "month" => ColumnKind::Month,
        "timestamp" => ColumnKind::Timestamp,
        other => return Err(format!("columns.csv: unknown type '{other}'")),
    })
}

pub(super) fn parse_into(text: &str, tables: &mut [Table]) -> Result<(), String> {
    for row in rows(text)? {
        let table = tables
            .iter_mut()
            .find(|t| t.name == row["table"])
            .ok_or_else(|| format!("columns.csv: unknown table '{}'", row["table"]))?;
        let key = row["key"].as_str();
        table.columns.push(Column {
            name: row["column"].clone(),
            kind: kind(&row["type"], &row["codes"])?,
            required: row["required"] == "yes",
            primary: key == "primary",
            references: (!key.is_empty() && key != "primary").then(|| key.to_owned()),
            headers_zh: list(&row["headers_zh"]),
            unit: if row["unit"].contains("CNY") { Unit::Yuan } else { Unit::Plain },
            meaning: row["meaning"].clone(),
        });
    }
    Ok(())
}
