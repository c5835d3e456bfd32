//! The reconciliation of a snapshot, in words.

use std::fmt::Write;

use crate::domain::text;
use crate::intake::ColumnProfile;
use crate::snapshot::Manifest;

/// Rows read = accepted + duplicate + quarantined, file by file; then what is missing or means nothing,
/// who could not be identified, and which references name nothing.
pub fn reconciliation(manifest: &Manifest) -> String {
    let mut text = String::new();
    let width = manifest.sources.iter().map(|s| columns(&s.source.name)).max().unwrap_or(0).max(4);
    let row = |name: &str, table: &str, cells: [String; 5]| {
        let pad = " ".repeat(width.saturating_sub(columns(name)));
        let [read, accepted, duplicate, quarantined, blank] = cells;
        format!("{name}{pad}  {table:20} {read:>10} {accepted:>10} {duplicate:>8} {quarantined:>8} {blank:>6}\n")
    };
    // Each Chinese label takes twice its characters; the English line carries the widths.
    _ = writeln!(text, "对账：读入 = 接受 + 重复 + 隔离 (空行另计)");
    text.push_str(&row("file", "table", ["read", "accepted", "dup", "quar", "blank"].map(str::to_owned)));
    let mut total = [0; 5];
    for source in &manifest.sources {
        let counts = [source.read, source.accepted, source.duplicate, source.quarantined, source.blank];
        total.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        text.push_str(&row(&source.source.name, &source.table, counts.map(|n| n.to_string())));
    }
    text.push_str(&row("合计", "", total.map(|n| n.to_string())));
    quality(manifest, &mut text);
    let identity = &manifest.identity;
    _ = writeln!(text, "\n身份 persons {}，其中户籍登记 registered {}", identity.persons, identity.registered);
    for (table, methods) in &identity.inferred {
        let methods: Vec<String> = methods.iter().map(|(method, count)| format!("{method} {count}")).collect();
        _ = writeln!(text, "  {table}: {}", methods.join(", "));
    }
    links(manifest, &mut text);
    for (column, count) in &identity.dangling {
        _ = writeln!(text, "  {column}: {count} 条引用找不到对应记录 references name no known row");
    }
    text
}

/// Inferred links by probability, and how right and complete they are expected to be.
fn links(manifest: &Manifest, text: &mut String) {
    let identity = &manifest.identity;
    let all: u64 = identity.links.values().flat_map(|bands| bands.values()).sum();
    if all == 0 {
        return;
    }
    _ = writeln!(text, "  推断链接 inferred links {all}");
    for (method, bands) in &identity.links {
        let band = |(end, count): (&u32, &u64)| format!("≥ {:.3}: {count}", f64::from(*end) / 1000.0);
        let bands: Vec<String> = bands.iter().rev().map(band).collect();
        _ = writeln!(text, "    {method}: {}", bands.join(", "));
    }
    let unresolved = identity.inferred.iter().filter_map(|(table, methods)| Some((table, *methods.get("unresolved")?)));
    let unresolved: Vec<String> = unresolved.map(|(table, count)| format!("{table} {count}")).collect();
    if !unresolved.is_empty() {
        _ = writeln!(text, "  未能对应 unlinked references: {}", unresolved.join(", "));
    }
    let (linked, offered) = (identity.expected.0 as f64 / 1000.0, identity.expected.1 as f64 / 1000.0);
    let unlinked: u64 = identity.inferred.values().filter_map(|methods| methods.get("unresolved")).sum();
    let (low, high) = recall(linked, offered, unlinked as f64);
    _ = writeln!(
        text,
        "  预计 expected: 查准 precision {:.4}, 查全 recall {low:.4} 至 to {high:.4} (低：未对应者皆属遗漏 low: every \
         unlinked reference means someone known; 高：只计待核者 high: only those offered do, {offered:.1})",
        linked / all as f64
    );
}

/// Between what the recall of links lies, from the links that are expected to be right, the expected matches
/// among those offered, and how many references stay unlinked. Whether one that resembles nobody means
/// someone of the delivery no probability can say: at worst they all do.
fn recall(linked: f64, offered: f64, unlinked: f64) -> (f64, f64) {
    let of = |missed: f64| if linked + missed > 0.0 { linked / (linked + missed) } else { 1.0 };
    (of(unlinked.max(offered)), of(offered))
}

fn quality(manifest: &Manifest, text: &mut String) {
    let mut heading = Some("\n数据质量 data quality (required or partly filled columns)\n");
    for source in &manifest.sources {
        for (name, column) in &source.profile.columns {
            // A column that the file does not have at all is no fault of its cells.
            if column.invalid == 0 && (column.missing == 0 || column.missing == source.profile.rows) {
                continue;
            }
            text.push_str(heading.take().unwrap_or_default());
            let share = |n: u64| 100.0 * n as f64 / source.profile.rows.max(1) as f64;
            _ = write!(
                text,
                "  {} {name}: 缺失 missing {:.1}%, 无效 invalid {} ({:.1}%)",
                source.source.name,
                share(column.missing),
                column.invalid,
                share(column.invalid)
            );
            let worst = worst(column);
            _ = writeln!(text, "{}{worst}", if worst.is_empty() { "" } else { ": " });
        }
    }
}

fn worst(column: &ColumnProfile) -> String {
    let mut spellings: Vec<(&String, &u64)> = column.spellings.iter().collect();
    spellings.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let shown: Vec<String> = spellings.into_iter().take(3).map(|(text, times)| format!("'{text}' ×{times}")).collect();
    shown.join(", ")
}

/// Columns that a text takes on a terminal.
fn columns(text: &str) -> usize {
    text.chars().map(text::columns).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_resemble_nobody_widen_the_recall() {
        // 90 links, ten offered at one half, thirty unlinked in all.
        assert_eq!(recall(90.0, 5.0, 30.0), (0.75, 90.0 / 95.0));
        assert_eq!(recall(90.0, 0.0, 0.0), (1.0, 1.0));
    }
}
