//! What the SQL door is asked.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::HttpRequest;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::{Problem, body};
use crate::query::{ParameterValue, Parameters};

const DEFAULT_ROWS: usize = 10_000;
const MAX_ROWS: usize = 1_000_000;
const DEFAULT_MS: u64 = 30_000;
const MAX_MS: u64 = 600_000;

/// A statement with its values and bounds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SqlRequest {
    /// One reading statement.
    #[schema(
        example = "SELECT programme, count(*) AS awards FROM award WHERE start_month >= $from GROUP BY programme ORDER BY programme"
    )]
    sql: String,
    /// Values for `$name` as an object, or for `$1`, `$2` … as an array: texts, numbers, booleans, nulls. A
    /// text stands for a date where one is expected.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Option<serde_json::Value>,
    /// Rows that the answer may have: default 10,000, at most 1,000,000.
    #[serde(default)]
    limit: Option<usize>,
    /// Milliseconds that it may take: default 30,000, at most 600,000. Beyond, it is stopped.
    #[serde(default)]
    timeout_ms: Option<u64>,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    snapshot: Option<String>,
}

/// The bounds in the address, for a body that is the bare statement.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SqlOptions {
    /// Rows that the answer may have, where the body does not say it.
    limit: Option<usize>,
    /// Milliseconds that it may take, where the body does not say it.
    timeout_ms: Option<u64>,
    /// Snapshot, where the body does not say it.
    snapshot: Option<String>,
}

/// A checked request.
#[derive(Debug)]
pub struct Asked {
    /// The statement.
    pub sql: String,
    /// Values of its placeholders.
    pub parameters: Parameters,
    /// Rows that the answer may have.
    pub limit: usize,
    /// Time that it may take.
    pub timeout: Duration,
    /// Snapshot; `None` is the one in force.
    pub snapshot: Option<String>,
}

impl Asked {
    /// A statement of the program itself, without placeholders.
    pub fn of(sql: &str, snapshot: Option<String>, limit: usize) -> Self {
        let timeout = Duration::from_millis(MAX_MS);
        Self { sql: sql.to_owned(), parameters: Parameters::None, limit, timeout, snapshot }
    }
}

impl SqlRequest {
    /// Reads the body in either form.
    pub fn read(request: &HttpRequest, options: SqlOptions, bytes: &[u8]) -> Result<Self, Problem> {
        let mut asked = match body::media_type(request).as_str() {
            "application/sql" => {
                let sql = std::str::from_utf8(bytes).map_err(|e| {
                    Problem::new("bad-body", format!("the statement is not UTF-8: {e}"), "语句不是UTF-8编码")
                })?;
                Self { sql: sql.to_owned(), parameters: None, limit: None, timeout_ms: None, snapshot: None }
            }
            "application/json" => body::read(request, bytes)?,
            _ => {
                return Err(Problem::new(
                    "unsupported-media-type",
                    "send JSON with Content-Type: application/json, or the statement with Content-Type: application/sql",
                    "请以 application/json 发送JSON，或以 application/sql 发送语句",
                ));
            }
        };
        asked.limit = asked.limit.or(options.limit);
        asked.timeout_ms = asked.timeout_ms.or(options.timeout_ms);
        asked.snapshot = asked.snapshot.or(options.snapshot);
        Ok(asked)
    }

    /// Checks bounds and values.
    pub fn check(self) -> Result<Asked, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_ROWS);
        if limit > MAX_ROWS {
            return Err(Problem::parameter(format!("limit: {limit} is more than {MAX_ROWS}")));
        }
        let timeout = self.timeout_ms.unwrap_or(DEFAULT_MS);
        if !(1..=MAX_MS).contains(&timeout) {
            return Err(Problem::parameter(format!("timeout_ms: {timeout} is not between 1 and {MAX_MS}")));
        }
        Ok(Asked {
            sql: self.sql,
            parameters: parameters(self.parameters)?,
            limit,
            timeout: Duration::from_millis(timeout),
            snapshot: self.snapshot,
        })
    }
}

fn parameters(given: Option<serde_json::Value>) -> Result<Parameters, Problem> {
    use serde_json::Value;
    Ok(match given {
        None | Some(Value::Null) => Parameters::None,
        Some(Value::Array(values)) => {
            let value = |(i, v)| value(&format!("{}", i + 1), v);
            Parameters::Listed(values.into_iter().enumerate().map(value).collect::<Result<_, _>>()?)
        }
        Some(Value::Object(values)) => {
            let named = |(name, v): (String, Value)| Ok::<_, Problem>((name.clone(), value(&name, v)?));
            Parameters::Named(values.into_iter().map(named).collect::<Result<BTreeMap<_, _>, _>>()?)
        }
        Some(_) => return Err(Problem::parameter("parameters: an object for $name, or an array for $1, $2 …")),
    })
}

fn value(name: &str, value: serde_json::Value) -> Result<ParameterValue, Problem> {
    use serde_json::Value;
    Ok(match value {
        Value::Null => ParameterValue::Null,
        Value::Bool(value) => ParameterValue::Bool(value),
        Value::Number(number) => ParameterValue::Number(number.to_string()),
        Value::String(text) => ParameterValue::Text(text),
        Value::Array(_) | Value::Object(_) => {
            return Err(Problem::parameter(format!("parameters.{name}: a text, a number, a boolean or null")));
        }
    })
}
