//! Under which headers a column stands in the files.

use serde::Deserialize;

/// Where a value stands, the same on both sides or one for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "a header, a list of headers of which the first there counts, or { left = …, right = … }"
)]
pub enum Sides {
    /// The same.
    Both(Headers),
    /// One for each.
    Each {
        /// In the left file.
        left: Headers,
        /// In the right file.
        right: Headers,
    },
}

/// A header, or several of which the first that the file has counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Headers {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Sides {
    /// Of that header on both sides.
    pub fn named(header: &str) -> Self {
        Self::Both(Headers::One(header.to_owned()))
    }

    /// Of one header on the left and one on the right.
    pub fn each(left: &str, right: &str) -> Self {
        Self::Each { left: Headers::One(left.to_owned()), right: Headers::One(right.to_owned()) }
    }

    /// The headers on a side.
    pub fn on(&self, right_side: bool) -> &[String] {
        let headers = match self {
            Self::Both(headers) => headers,
            Self::Each { right, .. } if right_side => right,
            Self::Each { left, .. } => left,
        };
        match headers {
            Headers::One(header) => std::slice::from_ref(header),
            Headers::Any(headers) => headers,
        }
    }
}
