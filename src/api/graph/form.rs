//! Which form of a part of the graph a caller takes: data, or a picture.

use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Problem, body};
use crate::graph::draw::{Picture, dot, svg};

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Nodes, edges and what is said of them.
    Json,
    /// A picture.
    Svg,
    /// A Graphviz text.
    Dot,
}

const OFFERED: [&str; 3] = ["application/json", "image/svg+xml", "text/vnd.graphviz"];

impl Form {
    /// What was asked for, else what `Accept` likes best.
    pub fn of(asked: Option<Self>, request: &HttpRequest) -> Result<Self, Problem> {
        if let Some(form) = asked {
            return Ok(form);
        }
        Ok(match body::accepted(request, &OFFERED)? {
            "image/svg+xml" => Self::Svg,
            "text/vnd.graphviz" => Self::Dot,
            _ => Self::Json,
        })
    }

    /// The answer in this form.
    pub fn answer(self, told: &impl Serialize, picture: &Picture) -> Result<HttpResponse, Problem> {
        match self {
            Self::Json => body::json(told),
            Self::Svg => Ok(HttpResponse::Ok().content_type("image/svg+xml").body(svg(picture))),
            Self::Dot => Ok(HttpResponse::Ok().content_type("text/vnd.graphviz; charset=utf-8").body(dot(picture))),
        }
    }
}
