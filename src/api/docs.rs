//! The document as JSON, and as a page for people: made from the same document, without a script and
//! without anything from elsewhere.

use std::fmt::Write;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use serde_json::Value;

use super::problem::KINDS;
use super::{Problem, body, openapi};
pub use crate::domain::text::escaped as escape;

/// The OpenAPI 3.1 document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "pages", operation_id = "openapi",
    responses((status = 200, description = "接口文档 · The document", content((Object = "application/json")))))]
pub async fn json() -> Result<HttpResponse, Problem> {
    body::json(openapi::document())
}

/// The document as a page.
#[utoipa::path(get, path = "/api/docs", tag = "pages", operation_id = "docs",
    responses((status = 200, description = "接口说明页 · The page", content((String = "text/html")))))]
pub async fn page() -> HttpResponse {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let document = serde_json::to_value(openapi::document()).unwrap_or_default();
        render(&document)
    });
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE.as_str())
}

/// Style of every page: readable in daylight and at night, on a phone and on paper.
pub const STYLE: &str = "
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--ink:inherit;--accent:#0a6e6e}
body{font:16px/1.6 system-ui,-apple-system,'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;max-width:62rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.7rem;margin:.2em 0}h2{margin:2em 0 .4em;border-bottom:1px solid var(--line);padding-bottom:.2em}
code,pre{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.92em}
pre{background:var(--soft);padding:.7em 1em;overflow:auto;border-radius:6px}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3em .7em .3em 0;border-bottom:1px solid var(--line)}
details{border:1px solid var(--line);border-radius:6px;margin:.5em 0;padding:.2em .9em}
summary{cursor:pointer;padding:.35em 0}.verb{display:inline-block;min-width:4.8em;font-weight:700;color:var(--accent)}
.soft{opacity:.72}a{color:var(--accent)}.num{text-align:right}
@media (prefers-color-scheme:dark){:root{--accent:#6cd0d0}}
";

/// A description: paragraphs, and `code` between backticks.
fn prose(text: &str) -> String {
    let code = |part: (usize, &str)| {
        let safe = escape(part.1);
        if part.0 % 2 == 1 { format!("<code>{safe}</code>") } else { safe }
    };
    let paragraph = |text: &str| format!("<p>{}</p>", text.split('`').enumerate().map(code).collect::<String>());
    text.split("\n\n").map(paragraph).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or("")
}

fn render(document: &Value) -> String {
    let mut page = String::new();
    let info = &document["info"];
    _ = write!(
        page,
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>明镜 API</title><style>{STYLE}</style></head><body><h1>{} · 接口 API {}</h1>{}\
         <p><a href=\"/\">首页 Home</a> · <a href=\"/api/docs/rules\">规则手册 Rules</a> · <a href=\"/api/openapi.json\">OpenAPI 3.1 (JSON)</a></p>",
        escape(text(info, "title")),
        escape(text(info, "version")),
        prose(text(info, "description")),
    );
    for tag in document["tags"].as_array().into_iter().flatten() {
        _ = write!(page, "<h2 id=\"{0}\">{1}</h2>", escape(text(tag, "name")), escape(text(tag, "description")));
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (verb, operation) in item.as_object().into_iter().flatten() {
                if operation["tags"][0] == tag["name"] {
                    self::operation(&mut page, path, verb, operation);
                }
            }
        }
    }
    page.push_str("<h2 id=\"schemas\">数据结构 · Schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        self::schema(&mut page, name, schema);
    }
    page.push_str("<h2 id=\"problems\">问题种类 · Kinds of problems</h2><table><tr><th>状态 Status</th><th>种类 Kind</th><th></th></tr>");
    for (slug, status, title, title_zh) in KINDS {
        _ = write!(
            page,
            "<tr id=\"problem-{slug}\"><td>{status}</td><td><code>{slug}</code></td><td>{title_zh} · {title}</td></tr>"
        );
    }
    page.push_str("</table></body></html>");
    page
}

fn operation(page: &mut String, path: &str, verb: &str, operation: &Value) {
    let heading =
        operation["responses"].as_object().and_then(|r| r.values().next()).map_or("", |r| text(r, "description"));
    _ = write!(
        page,
        "<details id=\"{}\"><summary><span class=\"verb\">{}</span><code>{}</code> <span class=\"soft\">{}</span></summary>",
        escape(text(operation, "operationId")),
        verb.to_uppercase(),
        escape(path),
        escape(heading),
    );
    let told = [text(operation, "summary"), text(operation, "description")];
    page.push_str(&told.iter().filter(|t| !t.is_empty()).map(|t| prose(t)).collect::<String>());
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    if !parameters.is_empty() {
        page.push_str("<h4>参数 · Parameters</h4><table>");
        for parameter in parameters {
            _ = write!(
                page,
                "<tr><td><code>{}</code></td><td class=\"soft\">{}{}</td><td>{}</td><td>{}</td></tr>",
                escape(text(parameter, "name")),
                escape(text(parameter, "in")),
                if parameter["required"] == true { " *" } else { "" },
                type_name(&parameter["schema"]),
                prose(text(parameter, "description")),
            );
        }
        page.push_str("</table>");
    }
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        page.push_str("<h4>请求体 · Body</h4><table>");
        for (form, body) in content {
            _ = write!(page, "<tr><td><code>{}</code></td><td>{}</td></tr>", escape(form), type_name(&body["schema"]));
        }
        page.push_str("</table>");
    }
    page.push_str("<h4>响应 · Answers</h4><table>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let forms: Vec<String> = response["content"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(form, body)| format!("<code>{}</code> {}", escape(form), type_name(&body["schema"])))
            .collect();
        _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(status),
            escape(text(response, "description")),
            forms.join("<br>")
        );
    }
    page.push_str("</table></details>");
}

fn schema(page: &mut String, name: &str, schema: &Value) {
    _ = write!(page, "<details id=\"schema-{0}\"><summary><code>{0}</code></summary>", escape(name));
    page.push_str(&prose(text(schema, "description")));
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|v| format!("<code>{}</code>", escape(v.as_str().unwrap_or("")))).collect();
        _ = write!(page, "<p>{}</p>", values.join(" · "));
    }
    let required = |field: &str| schema["required"].as_array().is_some_and(|r| r.iter().any(|f| f == field));
    page.push_str("<table>");
    for (field, kind) in schema["properties"].as_object().into_iter().flatten() {
        _ = write!(
            page,
            "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>",
            escape(field),
            if required(field) { " *" } else { "" },
            type_name(kind),
            prose(text(kind, "description")),
        );
    }
    page.push_str("</table></details>");
}

/// A type in short, with a link where it is a schema of its own.
fn type_name(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(kinds) = schema[choice].as_array() {
            return kinds.iter().map(type_name).collect::<Vec<_>>().join(" | ");
        }
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("[{}]", type_name(&schema["items"])),
        Value::String(kind) => escape(kind),
        Value::Array(kinds) => {
            let named = |kind: &Value| match kind.as_str() {
                Some("array") => format!("[{}]", type_name(&schema["items"])),
                kind => escape(kind.unwrap_or("")),
            };
            kinds.iter().map(named).collect::<Vec<_>>().join(" | ")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_operation_and_nothing_from_elsewhere() {
        let document = serde_json::to_value(openapi::document()).unwrap();
        let page = render(&document);
        for (method, path) in crate::api::ROUTES {
            assert!(page.contains(&format!("<code>{path}</code>")), "{method} {path}");
        }
        assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
        assert!(!page.contains("<p></p><p></p>"));
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(prose("a `<b>` & c"), "<p>a <code>&lt;b&gt;</code> &amp; c</p>");
    }
}
