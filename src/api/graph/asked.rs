//! What callers ask of the graph. Numbers of people go in the body, since addresses are logged.

use serde::Deserialize;
use utoipa::ToSchema;

use super::form::Form;
use crate::domain::date::Day;

/// Nodes of an answer where no number is asked for.
const NODES: usize = 120;
/// Nodes that an answer may have.
pub const MOST_NODES: usize = 600;
/// Hops around a node at most.
pub const MOST_AROUND: u32 = 3;
/// Links of a path at most.
pub const MOST_HOPS: u32 = 6;
/// Paths of an answer at most.
pub const MOST_PATHS: usize = 10;

/// Around which node, how far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AroundAsked {
    /// `kind:number`, or a number that one kind alone has.
    #[schema(example = "household:JT1")]
    pub node: String,
    /// Hops, 1 to 3; 2 unless given.
    #[serde(default = "two")]
    pub hops: u32,
    /// Nodes at most, up to 600; 120 unless given.
    #[serde(default = "nodes")]
    pub limit: usize,
    /// Applications, awards, declarations and who decided too.
    #[serde(default)]
    pub procedure: bool,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// json, svg or dot; by `Accept` unless given.
    #[serde(default)]
    pub format: Option<Form>,
}

/// Which official, which household or person, on which day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TiesAsked {
    /// The official's number.
    pub official: String,
    /// Household number, or the ID number of a person.
    pub target: String,
    /// The day; that of the last decision in which the official took part unless given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
    /// Links of a path at most, 1 to 6; 6 unless given.
    #[serde(default = "six")]
    pub max_hops: u32,
    /// Paths at most, 1 to 10; 5 unless given.
    #[serde(default = "five")]
    pub limit: usize,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// json, svg or dot; by `Accept` unless given.
    #[serde(default)]
    pub format: Option<Form>,
}

/// From which node to which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PathAsked {
    /// `kind:number`, or a number that one kind alone has.
    pub from: String,
    /// The other end.
    pub to: String,
    /// The day on which links should hold; the snapshot's last unless given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
    /// Links of a path at most, 1 to 6; 4 unless given.
    #[serde(default = "four")]
    pub max_hops: u32,
    /// Paths at most, 1 to 10; 5 unless given.
    #[serde(default = "five")]
    pub limit: usize,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// json, svg or dot; by `Accept` unless given.
    #[serde(default)]
    pub format: Option<Form>,
}

/// Whose relatives.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KinAsked {
    /// ID number.
    pub person: String,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    pub snapshot: Option<String>,
}

/// Near which cases.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NearAsked {
    /// Nodes as `kind:number`; the households of confirmed findings unless given.
    #[serde(default)]
    pub cases: Option<Vec<String>>,
    /// Households at most, up to 600; 120 unless given.
    #[serde(default = "nodes")]
    pub limit: usize,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    pub snapshot: Option<String>,
}

fn two() -> u32 {
    2
}

fn four() -> u32 {
    4
}

fn six() -> u32 {
    6
}

fn five() -> usize {
    5
}

fn nodes() -> usize {
    NODES
}
