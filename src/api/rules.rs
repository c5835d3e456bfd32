//! The rules and the irregularities they look for.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::docs::STYLE;
use super::state::State;
use super::{Problem, body};
use crate::contract::contract;
use crate::query::library::{Case, CheckedRule, Exemption, Header, reference};

/// A rule in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSummary {
    /// Id, its file's name.
    id: String,
    /// Code of the irregularity.
    typology: String,
    /// Name of the irregularity in Chinese.
    name_zh: String,
    /// Name of the irregularity in English.
    name_en: String,
    /// Version.
    version: u32,
    /// experimental, stable or retired.
    #[schema(value_type = String)]
    status: crate::query::library::Status,
    /// 1 to 4.
    severity: u8,
    /// Queue of its findings.
    #[schema(value_type = String)]
    queue: crate::contract::Queue,
    /// What a finding is about.
    #[schema(value_type = String)]
    subject: crate::contract::SubjectKind,
    /// Stored tables that it reads, through views too.
    tables: BTreeSet<String>,
    /// Those of them that may be missing.
    optional: BTreeSet<String>,
}

/// Rules in order of their ids.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleList {
    /// All of them.
    items: Vec<RuleSummary>,
}

/// A rule with its header, its SQL and its cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleDetail {
    /// In short.
    summary: RuleSummary,
    /// The header: reason texts, why it matters, innocent explanations, what it cannot see, legal basis,
    /// parameters with bounds, exemptions, protected attributes with the law.
    #[schema(value_type = Object)]
    header: Header,
    /// The SQL after the header.
    sql: String,
    /// The whole file.
    text: String,
    /// Its cases.
    cases: Vec<CaseShown>,
}

/// One case of a rule: rows in, what comes out.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseShown {
    /// What it shows.
    name: String,
    /// Tables as CSV text.
    given: BTreeMap<String, String>,
    /// Tables that were not handed over.
    missing: BTreeSet<String>,
    /// Open rows that come out.
    flagged: Vec<String>,
    /// Exempted rows that come out.
    exempted: Vec<String>,
    /// Whether nothing comes out.
    clear: bool,
    /// Tables for want of which the rule cannot say.
    not_assessable: Vec<String>,
}

/// What a rule says to whoever reads one of its findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleWords {
    /// Id of the rule.
    id: String,
    /// Version in this server's library; the finding names the version that raised it.
    version: u32,
    /// Name of the irregularity in Chinese.
    name_zh: String,
    /// Name of the irregularity in English.
    name_en: String,
    /// Why it matters.
    why: String,
    /// Innocent explanations that a reviewer looks for.
    innocent: Vec<String>,
    /// What the rule cannot see.
    blind: Vec<String>,
    /// Legal basis.
    basis: Vec<String>,
    /// Exemptions that were tested.
    exemptions_tested: Vec<ExemptionTested>,
}

/// An exemption that a rule tests.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExemptionTested {
    /// Its code.
    code: String,
    /// What it says, in Chinese.
    zh: String,
    /// What it says, in English.
    en: String,
    /// Whether it applies to this finding.
    applies: bool,
}

/// Reference of all rules of this server's library, as a page.
#[utoipa::path(get, path = "/api/docs/rules", tag = "pages", operation_id = "rulesPage",
    responses((status = 200, description = "规则手册 · Reference of rules", content((String = "text/html")))))]
pub async fn page(state: web::Data<State>) -> HttpResponse {
    let text = reference(&state.library);
    let mut page = format!(
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>明镜 规则手册</title><style>{STYLE}</style></head><body>\
         <p><a href=\"/\">首页 Home</a> · <a href=\"/api/docs\">接口 API</a></p>"
    );
    pulldown_cmark::html::push_html(&mut page, pulldown_cmark::Parser::new(&text));
    page.push_str("</body></html>");
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page)
}

/// What a rule or model says of one of its findings; `exemption` is the one that applies, or empty.
pub fn words(header: &Header, exemption: &str) -> RuleWords {
    let (name_zh, name_en) = header.names();
    let tested = |(code, said): (&String, &Exemption)| ExemptionTested {
        code: code.clone(),
        zh: said.zh.clone(),
        en: said.en.clone(),
        applies: code == exemption,
    };
    RuleWords {
        id: header.id.clone(),
        version: header.version,
        name_zh: name_zh.to_owned(),
        name_en: name_en.to_owned(),
        why: header.why.clone(),
        innocent: header.innocent.clone(),
        blind: header.blind.clone(),
        basis: header.basis.clone(),
        exemptions_tested: header.exemptions.iter().map(tested).collect(),
    }
}

fn summary(rule: &CheckedRule) -> RuleSummary {
    let header = rule.header();
    let (name_zh, name_en) = header.names();
    RuleSummary {
        id: header.id.clone(),
        typology: header.typology.clone(),
        name_zh: name_zh.to_owned(),
        name_en: name_en.to_owned(),
        version: header.version,
        status: header.status,
        severity: header.severity,
        queue: header.queue,
        subject: header.subject,
        tables: rule.tables().clone(),
        optional: rule.optional().clone(),
    }
}

fn shown(case: &Case) -> CaseShown {
    CaseShown {
        name: case.name.clone(),
        given: case.given.clone(),
        missing: case.missing.clone(),
        flagged: case.flagged.clone(),
        exempted: case.exempted.clone(),
        clear: case.clear,
        not_assessable: case.not_assessable.clone(),
    }
}

/// Every rule of the library.
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules", operation_id = "listRules",
    responses((status = 200, description = "规则列表 · Rules", body = RuleList)))]
pub async fn list(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    body::json(&RuleList { items: state.library.rules().map(summary).collect() })
}

/// One rule: header, SQL and cases.
#[utoipa::path(get, path = "/api/v1/rules/{id}", tag = "rules", operation_id = "getRule",
    params(("id" = String, Path, description = "规则编号 · Id of a rule", example = "a01_paid_after_death")),
    responses((status = 200, description = "规则 · The rule", body = RuleDetail)))]
pub async fn show(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let rule = state.library.get(&id).ok_or_else(|| Problem::not_found("rule", "规则", &id))?;
    body::json(&RuleDetail {
        summary: summary(rule),
        header: rule.header().clone(),
        sql: rule.sql().to_owned(),
        text: rule.text().to_owned(),
        cases: rule.cases().iter().map(shown).collect(),
    })
}

/// One irregularity of the contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypologyShown {
    /// Code.
    code: String,
    /// English slug.
    slug: String,
    /// Name in Chinese.
    name_zh: String,
    /// Name in English.
    name_en: String,
    /// Queue of its findings.
    #[schema(value_type = String)]
    queue: crate::contract::Queue,
    /// What a finding is about.
    #[schema(value_type = String)]
    subject: crate::contract::SubjectKind,
    /// 1 to 4.
    severity: u8,
    /// Legal basis.
    basis: String,
    /// What makes it.
    logic: String,
    /// What makes a look-alike lawful.
    exemptions: String,
    /// Rules of this server that look for it.
    rules: Vec<String>,
}

/// Irregularities in order of their codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypologyList {
    /// All of them.
    items: Vec<TypologyShown>,
}

/// Every irregularity of the contract, also those that no rule looks for yet.
#[utoipa::path(get, path = "/api/v1/typologies", tag = "rules", operation_id = "listTypologies",
    responses((status = 200, description = "疑点类型 · Typologies", body = TypologyList)))]
pub async fn typologies(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let rules = |code: &str| -> Vec<String> {
        let of = state.library.rules().filter(|rule| rule.header().typology == code);
        of.map(|rule| rule.id().to_owned()).collect()
    };
    let shown = |t: &crate::contract::Typology| TypologyShown {
        code: t.code.clone(),
        slug: t.slug.clone(),
        name_zh: t.name_zh.clone(),
        name_en: t.name_en.clone(),
        queue: t.queue,
        subject: t.subject,
        severity: t.severity,
        basis: t.basis.clone(),
        logic: t.logic.clone(),
        exemptions: t.exemptions.clone(),
        rules: rules(&t.code),
    };
    body::json(&TypologyList { items: contract().typologies.values().map(shown).collect() })
}
