//! The case-data contract: the tables a county hands over, their columns and codes, the local
//! parameters, the typologies and the public holidays.
//!
//! The data files under `src/contract/data/` are the contract; this room only reads them. They are
//! compiled into the program, so a broken file is a broken build (a test parses them all).

mod codes;
mod columns;
mod holidays;
mod parameters;
mod schema;
mod tables;
mod typologies;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use codes::CodeList;
pub use columns::{Column, ColumnKind, Unit};
pub use holidays::Holidays;
pub use parameters::Parameter;
pub(crate) use schema::stored_type;
pub use schema::{ROW_ID, key_column, own_key, stored_name, stored_schema};
pub use tables::Table;
pub use typologies::{Queue, SubjectKind, Typology};

/// Version of the contract that this program reads and writes; it stands in every manifest.
pub const CONTRACT_VERSION: &str = "1";

/// The whole contract, parsed.
#[derive(Debug)]
pub struct Contract {
    /// Tables in the order of `tables.csv`.
    pub tables: Vec<Table>,
    /// Code lists by name.
    pub codes: BTreeMap<String, CodeList>,
    /// Local parameters by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// Typologies by code.
    pub typologies: BTreeMap<String, Typology>,
    /// Public holidays and worked weekends.
    pub holidays: Holidays,
}

impl Contract {
    /// The table of that canonical name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// The code list of that name.
    pub fn code_list(&self, name: &str) -> Option<&CodeList> {
        self.codes.get(name)
    }

    fn parse() -> Result<Self, String> {
        let mut tables = tables::parse(include_str!("data/tables.csv"))?;
        columns::parse_into(include_str!("data/columns.csv"), &mut tables)?;
        Ok(Self {
            tables,
            codes: codes::parse(include_str!("data/codes.csv"))?,
            parameters: parameters::parse(include_str!("data/parameters.csv"))?,
            typologies: typologies::parse(include_str!("data/typologies.csv"))?,
            holidays: holidays::parse(include_str!("data/holidays.csv"))?,
        })
    }
}

/// The contract compiled into this program.
pub fn contract() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| match Contract::parse() {
        Ok(contract) => contract,
        #[expect(clippy::panic, reason = "the data files are part of the program; a test parses them")]
        Err(error) => panic!("contract data: {error}"),
    });
    &CONTRACT
}

/// Rows of a contract data file: trimmed cells by header name.
fn rows(text: &str) -> Result<Vec<BTreeMap<String, String>>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.map_err(|e| e.to_string())).collect()
}

/// Splits a `|` list; an empty text has no items.
fn list(text: &str) -> Vec<String> {
    text.split('|').map(str::trim).filter(|s| !s.is_empty()).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_files_parse_and_refer_only_to_what_exists() {
        let contract = Contract::parse().unwrap();
        assert_eq!(contract.tables.len(), 33);
        assert_eq!(contract.tables.iter().map(|t| t.columns.len()).sum::<usize>(), 236);
        assert_eq!(contract.typologies.len(), 58);
        for table in &contract.tables {
            for column in &table.columns {
                if let Some(target) = &column.references {
                    assert!(contract.table(target).is_some(), "{}.{}", table.name, column.name);
                }
                if let ColumnKind::Code(list) = &column.kind {
                    assert!(contract.codes.contains_key(list), "{}.{}", table.name, column.name);
                }
            }
        }
    }
}
