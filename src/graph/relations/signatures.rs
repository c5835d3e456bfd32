//! What the table functions are called with, and the columns they answer.

use arrow::datatypes::DataType;
use serde::Serialize;

/// Name, call and columns of every table function.
pub const FUNCTIONS: [(&str, &str, &[Column]); 9] = [
    (
        "kin",
        "kin('person'): relatives by chains of at most three register relations",
        &[
            ("id_number", Kind::Text),
            ("name", Kind::Text),
            ("relation_zh", Kind::Text),
            ("relation_en", Kind::Text),
            ("depth", Kind::Text),
            ("degree", Kind::Whole),
            ("from_date", Kind::Day),
            ("to_date", Kind::Day),
            ("path", Kind::Text),
            ("row_ids", Kind::Text),
        ],
    ),
    (
        "ties",
        "ties('official', 'household'): best paths between them, in words; complete is false where the search reached its bound and better ones may exist, in a row without a path where none was found by then",
        &[
            ("path_no", Kind::Whole),
            ("hops", Kind::Whole),
            ("sureness", Kind::Share),
            ("from_date", Kind::Day),
            ("to_date", Kind::Day),
            ("tie_zh", Kind::Text),
            ("tie_en", Kind::Text),
            ("innocent_zh", Kind::Text),
            ("innocent_en", Kind::Text),
            ("complete", Kind::Truth),
        ],
    ),
    (
        "shortest_path",
        "shortest_path('a', 'b', max_hops): best paths, a row a step; complete as in ties",
        &[
            ("path_no", Kind::Whole),
            ("step", Kind::Whole),
            ("from_kind", Kind::Text),
            ("from_key", Kind::Text),
            ("from_label", Kind::Text),
            ("edge", Kind::Text),
            ("to_kind", Kind::Text),
            ("to_key", Kind::Text),
            ("to_label", Kind::Text),
            ("from_date", Kind::Day),
            ("to_date", Kind::Day),
            ("confidence", Kind::Share),
            ("row_id", Kind::Whole),
            ("row_id_2", Kind::Whole),
            ("complete", Kind::Truth),
        ],
    ),
    (
        "neighbours",
        "neighbours('node', hops): what lies near",
        &[("kind", Kind::Text), ("key", Kind::Text), ("label", Kind::Text), ("hops", Kind::Whole)],
    ),
    (
        "component",
        "component('kind'): households joined by shared things of a kind; phones and addresses within the local limit",
        &[
            ("component", Kind::Whole),
            ("kind", Kind::Text),
            ("key", Kind::Text),
            ("label", Kind::Text),
            ("households", Kind::Whole),
        ],
    ),
    (
        "rings",
        "rings(): households joined by accounts, phones, payees and terminals, what chance explains least first",
        &[
            ("ring", Kind::Whole),
            ("households", Kind::Whole),
            ("joins", Kind::Whole),
            ("links", Kind::Whole),
            ("density", Kind::Share),
            ("core", Kind::Whole),
            ("by_chance", Kind::Share),
            ("paid_fen", Kind::Whole),
            ("official_no", Kind::Text),
            ("official_hops", Kind::Whole),
        ],
    ),
    (
        "ring",
        "ring(number): members of one ring",
        &[("kind", Kind::Text), ("key", Kind::Text), ("label", Kind::Text), ("paid_fen", Kind::Whole)],
    ),
    (
        "kin_contradictions",
        "kin_contradictions(): kinship that cannot all be true; what is impossible is not used, the rest half believed",
        &[
            ("fault", Kind::Text),
            ("fault_zh", Kind::Text),
            ("fault_en", Kind::Text),
            ("used", Kind::Truth),
            ("persons", Kind::Text),
            ("row_ids", Kind::Text),
        ],
    ),
    (
        "tie_strength",
        "tie_strength(): how often those who share a thing are kin, by its kind and how many families use it",
        &[
            ("kind", Kind::Text),
            ("families_from", Kind::Whole),
            ("families_to", Kind::Whole),
            ("pairs", Kind::Whole),
            ("kin", Kind::Whole),
            ("share", Kind::Share),
        ],
    ),
];

/// A table function, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableFunction {
    /// Name in SQL.
    pub name: &'static str,
    /// How it is called, in the place of a table; its arguments are constants.
    pub syntax: &'static str,
    /// What its rows are.
    pub description: &'static str,
    /// Names and SQL types of its columns.
    pub columns: Vec<(&'static str, &'static str)>,
}

/// Every table function. A person is named by the ID number, anything else by its number or as `kind:number`.
pub fn table_functions() -> Vec<TableFunction> {
    let entry = |(name, call, columns): (&'static str, &'static str, &[Column])| {
        let (syntax, description) = call.split_once(": ").unwrap_or((call, ""));
        let columns = columns.iter().map(|(name, kind)| (*name, kind.sql())).collect();
        TableFunction { name, syntax, description, columns }
    };
    FUNCTIONS.into_iter().map(entry).collect()
}

/// A column: name and kind.
pub type Column = (&'static str, Kind);

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Whole,
    /// A float.
    Share,
    /// A date.
    Day,
    /// True or false.
    Truth,
}

impl Kind {
    fn sql(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Whole => "BIGINT",
            Self::Share => "DOUBLE",
            Self::Day => "DATE",
            Self::Truth => "BOOLEAN",
        }
    }

    pub(super) fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Whole => DataType::Int64,
            Self::Share => DataType::Float64,
            Self::Day => DataType::Date32,
            Self::Truth => DataType::Boolean,
        }
    }
}
