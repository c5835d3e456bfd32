//! The OpenAPI 3.1 document, from what stands at the handlers.

use std::sync::LazyLock;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    Problem, audits, coverage, docs, events, files, findings, graph, health, home, identity, leads, rules, snapshots,
    sql, tables,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "明镜 Mingjing",
        description = "社会救助疑点分析服务的接口。疑点不是结论，须由人核查。\n\nThe API of a server that looks for suspected \
                       fraud, favouritism, embezzlement and wrongful exclusion in social assistance data. A finding \
                       is a suspicion (疑点) and never a verdict: only a person decides.\n\nAmounts are texts in yuan \
                       with two decimals beside integers in fen. Errors are problem details (RFC 9457) in Chinese and \
                       English. Every answer names its request in `X-Request-Id`; a sane one that the caller sends is \
                       taken over.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        home::page, docs::page, docs::json, rules::page,
        health::health, health::ready,
        snapshots::list, snapshots::show, snapshots::diff,
        audits::start, audits::list, audits::show, audits::cancel, events::follow, coverage::show, files::download, files::card,
        leads::list, leads::show,
        findings::list, findings::show,
        rules::list, rules::show, rules::typologies,
        identity::explain, identity::waiting,
        graph::around::show, graph::around::kin, graph::ties::show, graph::ties::path,
        graph::screens::list, graph::rings::list, graph::rings::show, graph::rings::near,
        sql::query, tables::tables, tables::functions,
    ),
    components(schemas(Problem)),
    tags(
        (name = "leads", description = "线索 · Leads: what a reviewer takes up"),
        (name = "findings", description = "疑点 · Findings, with their evidence"),
        (name = "audits", description = "审计 · Audits: start, follow, result, files"),
        (name = "snapshots", description = "快照 · Snapshots: what was imported"),
        (name = "graph", description = "关系图 · The relationship graph: ties, paths, rings, pictures"),
        (name = "rules", description = "规则 · Rules and the irregularities they look for"),
        (name = "sql", description = "查询 · SQL, and what it sees"),
        (name = "health", description = "状态 · Health and readiness"),
        (name = "pages", description = "页面 · Pages for people"),
    ),
    modifiers(&EveryProblem),
)]
struct Document;

/// Every operation may also answer by a problem.
struct EveryProblem;

impl Modify for EveryProblem {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                let response = ResponseBuilder::new()
                    .description("问题说明 · Any error, as problem details (RFC 9457)")
                    .content("application/problem+json", content)
                    .build();
                operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
            }
        }
    }
}

/// The document.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Document::openapi);
    &DOCUMENT
}
