//! Errors as problem details (RFC 9457, `application/problem+json`), in Chinese and English. What a
//! problem says never names a path of the machine; what only the operator can mend is logged.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::jobs::AuditError;
use crate::query::QueryError;
use crate::snapshot::SnapshotError;

/// A problem, as RFC 9457 writes it.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Details>);

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Details::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Problem")
    }
}

/// A problem, as RFC 9457 writes it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Details {
    /// Kind of the problem: a reference into the documentation page.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs#problem-not-found")]
    kind: String,
    /// What it is, in English.
    title: &'static str,
    /// What it is, in Chinese.
    title_zh: &'static str,
    /// HTTP status.
    status: u16,
    /// What went wrong here and what to do, in English.
    detail: String,
    /// The same in Chinese.
    detail_zh: String,
    /// Path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// Names the request in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// Kinds of problems, by what the caller can do: slug, status, title in English and Chinese.
pub const KINDS: [(&str, u16, &str, &str); 19] = [
    ("bad-request", 400, "The request cannot be understood", "请求无法理解"),
    ("bad-parameter", 400, "A parameter is wrong", "参数有误"),
    ("bad-cursor", 400, "The cursor does not belong to this list", "游标不属于此列表"),
    ("bad-body", 400, "The body cannot be read", "请求体无法读取"),
    ("bad-statement", 400, "The SQL statement cannot be run", "SQL语句无法执行"),
    ("refused-statement", 403, "The SQL statement does more than read", "SQL语句超出只读范围"),
    ("cross-site", 403, "Other sites may not call this server", "不接受其他网站发起的请求"),
    ("not-found", 404, "There is no such thing here", "所请求的内容不存在"),
    ("method-not-allowed", 405, "The method is not allowed here", "不支持此方法"),
    ("not-acceptable", 406, "None of the accepted forms can be given", "无法提供所要求的格式"),
    ("conflict", 409, "The state of things does not allow it", "当前状态不允许此操作"),
    ("too-large", 413, "The body is too large", "请求体过大"),
    ("unsupported-media-type", 415, "The body has a form that is not read here", "不支持的请求体格式"),
    ("misdirected", 421, "The request names another host", "请求指向其他主机"),
    ("too-busy", 429, "Too much is asked at once", "请求过多，请稍后再试"),
    ("internal", 500, "Something broke inside", "服务器内部错误"),
    ("not-ready", 503, "Not ready yet", "尚未就绪"),
    ("query-timeout", 504, "The query took longer than it may", "查询超时"),
    ("too-much-memory", 507, "It needs more memory than it may use", "所需内存超出限额"),
];

impl Problem {
    /// A problem of one of the kinds that are listed above.
    pub fn new(slug: &'static str, detail: impl Into<String>, detail_zh: impl Into<String>) -> Self {
        let (slug, status, title, title_zh) =
            KINDS.iter().find(|kind| kind.0 == slug).copied().unwrap_or(("internal", 500, KINDS[15].2, KINDS[15].3));
        Self(Box::new(Details {
            kind: format!("/api/docs#problem-{slug}"),
            title,
            title_zh,
            status,
            detail: detail.into(),
            detail_zh: detail_zh.into(),
            instance: None,
            request_id: None,
            retry_after: None,
        }))
    }

    /// Something that is not there.
    pub fn not_found(what: &str, what_zh: &str, name: &str) -> Self {
        Self::new("not-found", format!("there is no {what} '{name}'"), format!("没有{what_zh}“{name}”"))
    }

    /// A wrong parameter.
    pub fn parameter(detail: impl fmt::Display) -> Self {
        Self::new("bad-parameter", detail.to_string(), format!("参数有误：{detail}"))
    }

    /// What only the operator can mend: told in the log, not to the caller.
    pub fn internal(error: impl fmt::Display) -> Self {
        tracing::error!(target: "mingjing::http", error = %error, "a request failed");
        Self::new("internal", "the server's log says what, under this request id", "详情见服务器日志，请按请求编号查找")
    }

    /// The problem of an error status that something beneath gave without words.
    pub fn of_status(status: StatusCode) -> Self {
        let slug = KINDS.iter().find(|kind| kind.1 == status.as_u16()).map(|kind| kind.0);
        match (slug, status.is_client_error()) {
            (Some("not-found"), _) => Self::new(
                "not-found",
                "there is no such address; /api/docs lists them all",
                "没有此地址；全部地址见 /api/docs",
            ),
            (Some(slug), _) if slug != "internal" => Self::new(slug, "see /api/docs", "详见 /api/docs"),
            (None, true) => {
                let mut problem = Self::new("bad-request", "the request is not well formed", "请求格式有误");
                problem.0.status = status.as_u16();
                problem
            }
            _ => Self::internal(status),
        }
    }

    /// When to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Names the request.
    #[must_use]
    pub fn at(mut self, path: &str, request_id: &str) -> Self {
        self.0.instance = Some(path.to_owned());
        self.0.request_id = Some(request_id.to_owned());
        self
    }

    /// With the data folder's place taken out of what it says.
    #[must_use]
    pub fn without(mut self, root: &str) -> Self {
        if !root.is_empty() {
            for text in [&mut self.0.detail, &mut self.0.detail_zh] {
                if text.contains(root) {
                    *text = text.replace(root, "data");
                }
            }
        }
        self
    }

    /// As JSON text.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.title, self.0.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json");
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        let mut response = response.body(self.json());
        // What stands around every request adds its id and path.
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<SnapshotError> for Problem {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Unknown(id) => Self::not_found("snapshot", "快照", &id),
            SnapshotError::Empty(_) => Self::new(
                "not-ready",
                "the data folder holds no snapshot yet; run `mingjing import` first",
                "数据目录中尚无快照，请先运行 mingjing import",
            ),
            SnapshotError::Busy(_) | SnapshotError::InForce(_) => {
                Self::new("conflict", "an import is at work, or the snapshot is in force", "正在导入，或该快照正在使用")
            }
            other => Self::internal(other),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Statement(text) => {
                let zh = format!("语句有误：{text}");
                Self::new("bad-statement", text, zh)
            }
            QueryError::Refused(text) => Self::new(
                "refused-statement",
                format!("refused: {text}; only reading statements over the snapshot's tables are answered"),
                format!("已拒绝：{text}。只接受针对快照数据表的只读语句"),
            ),
            QueryError::Engine(text) => {
                let zh = format!("执行出错：{text}");
                Self::new("bad-statement", text, zh)
            }
            QueryError::Memory(_) => Self::new(
                "too-much-memory",
                "the query needs more memory than it may use; narrow it, or start the server with more --memory",
                "查询所需内存超出限额；请缩小范围，或以更大的 --memory 启动服务",
            ),
            other => Self::internal(other),
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Snapshot(error) => error.into(),
            AuditError::Query(error) => error.into(),
            AuditError::Request(text) => Self::parameter(text),
            AuditError::Rule(error) => Self::parameter(error),
            other => Self::internal(other),
        }
    }
}

impl From<actix_web::error::BlockingError> for Problem {
    fn from(error: actix_web::error::BlockingError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_and_internals_stay_inside() {
        let mut slugs: Vec<&str> = KINDS.iter().map(|kind| kind.0).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), KINDS.len());
        assert_eq!(KINDS[15].0, "internal");
        let hidden = Problem::from(SnapshotError::Damaged { path: "secret/place".into(), reason: "x".into() });
        assert!(!hidden.json().contains("secret"), "{}", hidden.json());
        assert_eq!(Problem::of_status(StatusCode::IM_A_TEAPOT).0.status, 418);
        assert_eq!(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE).0.kind, "/api/docs#problem-too-large");
    }
}
