//! The page of a rule and the reference of all, in Markdown, from the headers.

use std::fmt::Write;

use super::{CheckedRule, Library, Status};
use crate::contract::{Queue, contract};

/// One rule: what it looks for, on what law, what speaks for the family, what it reads.
pub fn rule_page(rule: &CheckedRule) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    _ = write_page(&mut page, rule);
    page
}

/// Every rule of a library, by queue: an index, then the pages.
pub fn reference(library: &Library) -> String {
    let mut text = String::from(
        "# 规则手册 Reference of rules\n\n\
         每条规则一个 SQL 文件；本页由规则文件头生成（`mingjing rules reference`）。\
         Every rule is one SQL file; this page is made from the headers (`mingjing rules reference`).\n",
    );
    let queues = [
        (Queue::Irregularity, "疑点 Irregularity"),
        (Queue::Exclusion, "漏保 Exclusion"),
        (Queue::Governance, "治理 Governance"),
        (Queue::DataQuality, "数据质量 Data quality"),
    ];
    let of = |queue: Queue| library.rules().filter(move |rule| rule.header().queue == queue);
    for (queue, title) in queues {
        _ = write!(text, "\n**{title}**\n\n");
        for rule in of(queue) {
            let (zh, en) = rule.header().names();
            _ = writeln!(text, "- [{} {zh} {en}](#{})", rule.header().typology, rule.id());
        }
    }
    for (queue, _) in queues {
        for rule in of(queue) {
            _ = writeln!(text, "\n<a id=\"{}\"></a>\n", rule.id());
            _ = write_page(&mut text, rule);
        }
    }
    text
}

fn write_page(page: &mut String, rule: &CheckedRule) -> std::fmt::Result {
    let header = rule.header();
    let status = match header.status {
        Status::Experimental => "experimental",
        Status::Stable => "stable",
        Status::Retired => "retired",
    };
    let (zh, en) = header.names();
    writeln!(page, "## {} {zh} {en}\n", header.typology)?;
    writeln!(
        page,
        "`{}` v{} · {status} · {} · 对象 subject: {} · 等级 severity {} · 先验 prior {}\n",
        header.id,
        header.version,
        header.queue,
        header.subject.as_str(),
        header.severity,
        header.prior
    )?;
    if let Some(typology) = contract().typologies.get(&header.typology) {
        writeln!(page, "- **契约 Contract** {}", typology.logic)?;
    }
    writeln!(page, "- **理由 Why** {}", header.why)?;
    writeln!(page, "- **依据 Basis** {}", header.basis.join("; "))?;
    writeln!(page, "- **所述 Says** {}", header.reason_zh)?;
    writeln!(page, "- {}", header.reason_en)?;
    list(page, "情有可原 Innocent explanations", &header.innocent)?;
    list(page, "看不见 Blind spots", &header.blind)?;
    let exemptions: Vec<String> =
        header.exemptions.iter().map(|(code, e)| format!("`{code}` {} {}", e.zh, e.en)).collect();
    list(page, "豁免 Exemptions", &exemptions)?;
    let local: Vec<String> = rule
        .local_parameters()
        .into_iter()
        .map(|p| format!("`{}` = {} ({}): {}", p.name, p.default, p.unit, p.meaning))
        .collect();
    list(page, "地方参数 Local parameters", &local)?;
    let own: Vec<String> = header
        .parameters
        .iter()
        .map(|(name, p)| format!("`{name}` = {} ({} to {}): {}", p.default, p.min, p.max, p.meaning))
        .collect();
    list(page, "规则参数 Rule parameters", &own)?;
    let criteria: Vec<String> =
        header.legal_criteria.iter().map(|c| format!("`{}`: {}", c.attribute.as_str(), c.law)).collect();
    list(page, "法定标准 Legal criteria", &criteria)?;
    let tables: Vec<String> = rule
        .tables()
        .iter()
        .map(|t| if rule.optional().contains(t) { format!("{t} (optional)") } else { t.clone() })
        .collect();
    writeln!(page, "- **读取 Reads** {}", tables.join(", "))?;
    if !header.one_of.is_empty() {
        writeln!(page, "- **至少其一 One of** {}", header.one_of.join(", "))?;
    }
    if !header.needs.is_empty() || !header.columns.is_empty() {
        let columns: Vec<&str> = header.needs.iter().chain(&header.columns).map(String::as_str).collect();
        writeln!(page, "- **必备列 Columns that it cannot do without** {}", columns.join(", "))?;
    }
    if !rule.cases().is_empty() {
        writeln!(page, "- **用例 Cases** {}", rule.cases().len())?;
    }
    Ok(())
}

fn list(page: &mut String, title: &str, items: &[String]) -> std::fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(page, "- **{title}**")?;
    items.iter().try_for_each(|item| writeln!(page, "  - {item}"))
}
