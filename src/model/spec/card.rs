use std::collections::BTreeMap;
use std::fmt;

use super::{Drifted, FeatureTable, Model, Scored};

/// How often a protected group is raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRate {
    /// Attribute.
    pub attribute: String,
    /// Group.
    pub value: String,
    /// Subjects of it.
    pub subjects: u64,
    /// Those raised.
    pub raised: u64,
}

/// A model card: what a model is made of, on what data, how it fares and where it ends.
#[derive(Debug, Clone)]
pub struct Card<'a> {
    /// The model.
    pub model: &'a Model,
    /// Snapshot.
    pub snapshot: &'a str,
    /// Features.
    pub table: &'a FeatureTable,
    /// What it says.
    pub scored: &'a [Scored],
    /// Share of those raised that other seeds raise too, the least of them; none where nothing is drawn.
    pub stability: Option<f64>,
    /// Protected groups.
    pub groups: Vec<GroupRate>,
    /// Drift against another snapshot.
    pub drift: Option<Drifted>,
}

impl GroupRate {
    /// Rates of every group, from attribute → subject → value.
    pub fn of(
        groups: &BTreeMap<String, BTreeMap<String, String>>,
        table: &FeatureTable,
        scored: &[Scored],
    ) -> Vec<Self> {
        let mut rates: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
        for (attribute, of) in groups {
            for one in scored {
                let Some(value) = of.get(&table.subjects[one.subject]) else { continue };
                let rate = rates.entry((attribute, value)).or_default();
                *rate = (rate.0 + 1, rate.1 + u64::from(one.raised));
            }
        }
        let rate = |((attribute, value), (subjects, raised)): ((&str, &str), (u64, u64))| Self {
            attribute: attribute.to_owned(),
            value: value.to_owned(),
            subjects,
            raised,
        };
        rates.into_iter().map(rate).collect()
    }
}

impl fmt::Display for Card<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (spec, query, table) = (&self.model.spec, &self.model.query, self.table);
        let n = table.subjects.len();
        writeln!(f, "# {} {} · {} v{}\n", spec.name.zh, spec.name.en, spec.id, spec.version)?;
        writeln!(
            f,
            "- 快照 snapshot: {}\n- 对象 subject: {}: {}\n- 行数 rows: {n}",
            self.snapshot, query.subject, query.meaning
        )?;
        let raised = self.scored.iter().filter(|one| one.raised).count();
        writeln!(
            f,
            "- 提示 raised: {raised}; at most {:.1} % of all by design, and those with at least {} features outside what is ordinary among peers",
            100.0 * spec.share,
            spec.ways
        )?;
        writeln!(f, "- 为何 why: {}\n\n## 检测器 Detectors\n", spec.why)?;
        for part in &spec.detectors {
            let parameters: Vec<String> = part.parameters.iter().map(|(k, v)| format!("{k}={v}")).collect();
            writeln!(f, "- {} {}", part.kind, parameters.join(" "))?;
        }
        writeln!(f, "\n## 特征 Features\n\n| feature | unit | 含义 | meaning | missing |\n|---|---|---|---|---|")?;
        for (name, missing) in table.names.iter().zip(&table.missing) {
            let Some(column) = self.model.columns.get(name) else { continue };
            writeln!(f, "| {name} | {} | {} | {} | {missing} of {n} |", column.unit, column.zh, column.en)?;
        }
        writeln!(
            f,
            "\nMissing values are filled by the median of the feature. No protected attribute and no \
                     caseworker's opinion is read; the plan of the query is checked for both."
        )?;
        writeln!(f, "\n## 稳定性 Stability\n")?;
        match self.stability {
            Some(share) => writeln!(f, "Other seeds raise at least {:.0} % of the same subjects.", 100.0 * share)?,
            None => writeln!(f, "Nothing is drawn: the same data give the same scores.")?,
        }
        if let Some(drift) = &self.drift {
            f.write_str("\n## 漂移 Drift\n\n")?;
            writeln!(
                f,
                "Against {}.\n\n| feature | population stability index | by chance |\n|---|---|---|",
                drift.against
            )?;
            for one in &drift.of {
                let warning = if one.moved() { " 不宜采信 do not trust" } else { "" };
                writeln!(f, "| {} | {:.3}{warning} | {:.3} |", one.name, one.index, one.chance)?;
            }
        }
        writeln!(f, "\n## 公平 Fairness\n")?;
        if self.groups.is_empty() {
            writeln!(f, "The subjects have no protected attributes on record.")?;
        } else {
            f.write_str("| attribute | group | subjects | raised | rate |\n|---|---|---|---|---|\n")?;
            for g in &self.groups {
                let rate = 100.0 * g.raised as f64 / g.subjects.max(1) as f64;
                writeln!(f, "| {} | {} | {} | {} | {rate:.2} % |", g.attribute, g.value, g.subjects, g.raised)?;
            }
        }
        writeln!(f, "\n## 无辜解释 Innocent explanations\n")?;
        spec.innocent.iter().try_for_each(|text| writeln!(f, "- {text}"))?;
        writeln!(f, "\n## 盲区 Blind spots\n")?;
        spec.blind.iter().try_for_each(|text| writeln!(f, "- {text}"))?;
        writeln!(f, "\nA model orders what deserves a look. It asserts nothing of anybody.")
    }
}
