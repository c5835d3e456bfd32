//! The welcome page: what this is, what is in force, and where to go on. No script, nothing from elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write;

use actix_web::{HttpResponse, web};

use super::docs::{STYLE, escape};
use super::request::RequestId;
use super::state::State;
use super::store::Loaded;
use super::{Problem, trail};
use crate::contract::Queue;
use crate::jobs::{Audit, AuditManifest};

/// Queues with their names for people.
const QUEUES: [(Queue, &str, &str); 4] = [
    (Queue::Irregularity, "违规疑点", "suspected irregularities"),
    (Queue::Exclusion, "漏保", "people left out or underpaid"),
    (Queue::Governance, "管理问题", "faults of procedure and accounts"),
    (Queue::DataQuality, "数据质量", "faults of the records"),
];

/// The welcome page.
#[utoipa::path(get, path = "/", tag = "pages", operation_id = "home",
    responses((status = 200, description = "首页 · The page", content((String = "text/html")))))]
pub async fn page(state: web::Data<State>, request_id: RequestId) -> Result<HttpResponse, Problem> {
    let (foremost, latest) = {
        let state = state.clone();
        web::block(move || Ok::<_, Problem>((state.foremost()?, state.latest()?))).await??
    };
    // An audit too large to hold is still named; its files can be had.
    let loaded = match &foremost {
        Some(audit) => state.store.get(audit).await.ok(),
        None => None,
    };
    if let Some(loaded) = &loaded {
        trail::read(&request_id, "counts", &loaded.audit.manifest.id, 0, "home");
    }
    let page = web::block(move || {
        let snapshot = state.data.current().ok().flatten();
        let mut page = String::new();
        head(&mut page);
        match &snapshot {
            Some(snapshot) => {
                let manifest = &snapshot.manifest;
                let rows: u64 = manifest.sources.iter().map(|source| source.accepted).sum();
                _ = write!(
                    page,
                    "<h2>数据 · Data</h2><p>现行快照 <a href=\"/api/v1/snapshots/{0}\"><code>{0}</code></a>，{1}，{2} 个文件，{3} 行。<br>\
                     <span class=\"soft\">Snapshot in force, written {1}: {2} files, {3} rows. \
                     <a href=\"/api/v1/tables\">Tables</a></span></p>",
                    escape(&manifest.id),
                    escape(&manifest.created_at),
                    manifest.sources.len(),
                    rows,
                );
            }
            None => page.push_str(
                "<h2>数据 · Data</h2><p>尚无快照。请先运行 <code>mingjing import</code>。<br>\
                 <span class=\"soft\">No snapshot yet: run <code>mingjing import</code>.</span></p>",
            ),
        }
        match &foremost {
            Some(foremost) => {
                audit(&mut page, foremost, loaded.as_deref());
                if let Some(later) = latest.filter(|latest| latest.manifest.id != foremost.manifest.id) {
                    page.push_str(&part(&later.manifest, "此后另有部分审计", "Since then a part was audited"));
                }
            }
            None => page.push_str(
                "<h2>审计 · Audit</h2><p>尚无审计结果。请运行 <code>mingjing audit</code>。<br>\
                 <span class=\"soft\">No audit yet: run <code>mingjing audit</code>.</span></p>",
            ),
        }
        page.push_str(
            "<h2>接口 · API</h2><p><a href=\"/api/docs\">接口说明 Documentation</a> · \
             <a href=\"/api/v1/audits\">审计列表 Audits</a> · <a href=\"/api/v1/rules\">规则 Rules</a> · \
             <a href=\"/api/v1/functions\">SQL函数 Functions</a></p></body></html>",
        );
        page
    });
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.await?))
}

fn head(page: &mut String) {
    _ = write!(
        page,
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>明镜 Mingjing</title><style>{STYLE}</style></head><body>\
         <h1>明镜 Mingjing</h1>\
         <p>社会救助疑点分析：既查骗保、优亲厚友、贪占挪用，也查应保未保。这里列出的都是<strong>疑点，不是结论</strong>，\
         须由人核查后才能作出判断。</p>\
         <p class=\"soft\">Looks for suspected fraud, favouritism and embezzlement in social assistance, and for people \
         wrongly left out. Everything here is <strong>a suspicion, not a verdict</strong>: only a person decides, after \
         checking.</p>"
    );
}

fn audit(page: &mut String, audit: &Audit, loaded: Option<&Loaded>) {
    let manifest = &audit.manifest;
    let id = escape(&manifest.id);
    _ = write!(
        page,
        "<h2>审计 · Audit</h2><p>最近一次{which_zh} <a href=\"/api/v1/audits/{id}\"><code>{id}</code></a>，截至 {as_of}，\
         {rules} 条规则。<a href=\"/api/v1/audits/{id}/coverage\">哪些查了、哪些没能查</a><br>\
         <span class=\"soft\">Latest {which_en}, as of {as_of}, {rules} rules. \
         <a href=\"/api/v1/audits/{id}/coverage\">What ran and what could not</a></span></p>{part}\
         <table><tr><th>类别 Queue</th><th class=\"num\">线索 Leads</th><th class=\"num\">疑点 Open findings</th><th></th></tr>",
        which_zh = if manifest.is_whole() { "全面审计" } else { "审计" },
        which_en = if manifest.is_whole() { "whole audit" } else { "audit" },
        as_of = manifest.as_of,
        rules = manifest.rules.len(),
        part = match manifest.is_whole() {
            true => String::new(),
            false => part(manifest, "只审计了一部分", "Only a part was audited"),
        },
    );
    let leads = loaded.map(|loaded| loaded.leads.by_queue());
    let open = open_by_queue(audit);
    for (queue, zh, en) in QUEUES {
        let count = |counts: &BTreeMap<String, u64>| counts.get(queue.as_str()).copied().unwrap_or_default();
        let leads = leads.as_ref().map_or_else(|| "?".to_owned(), |leads| count(leads).to_string());
        _ = write!(
            page,
            "<tr><td>{zh} <span class=\"soft\">{en}</span></td><td class=\"num\">{}</td><td class=\"num\">{}</td>\
             <td><a href=\"/api/v1/audits/{id}/leads?queue={queue}\">线索 leads</a> · \
             <a href=\"/api/v1/audits/{id}/findings?queue={queue}&amp;status=open\">疑点 findings</a></td></tr>",
            leads,
            count(&open),
        );
    }
    _ = write!(page, "</table><p>下载 Download:");
    for file in ["leads", "findings", "evidence", "coverage"] {
        _ = write!(
            page,
            " <a href=\"/api/v1/audits/{id}/files/{file}.csv\">{file}.csv</a> \
             (<a href=\"/api/v1/audits/{id}/files/{file}.parquet\">parquet</a>)"
        );
    }
    page.push_str("</p>");
}

/// What an audit that did not ask for everything as it is asked for.
fn part(manifest: &AuditManifest, zh: &str, en: &str) -> String {
    let mut asked: Vec<String> = manifest.region.iter().chain(&manifest.only).cloned().collect();
    for (rule, values) in &manifest.parameters {
        asked.extend(values.iter().map(|(name, value)| format!("{rule}.{name}={value}")));
    }
    let (id, asked) = (escape(&manifest.id), escape(&asked.join(" ")));
    format!(
        "<p><strong>{zh}：<code>{asked}</code></strong> <span class=\"soft\">{en}: \
         <a href=\"/api/v1/audits/{id}\"><code>{id}</code></a></span></p>"
    )
}

/// Open findings by queue, from the counts by typology.
fn open_by_queue(audit: &Audit) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (code, count) in &audit.manifest.open {
        if let Some(typology) = crate::contract::contract().typologies.get(code) {
            *counts.entry(typology.queue.as_str().to_owned()).or_default() += count;
        }
    }
    counts
}
