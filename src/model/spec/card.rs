use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::features::{each_group, has_groups};
use super::{Drifted, FeatureTable, Model, ModelError, Scored};
use crate::contract::SubjectKind;
use crate::model::metric::{average_precision, roc_auc};
use crate::query::Session;

/// How often a protected group is raised, and how right that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRate {
    /// Attribute.
    pub attribute: String,
    /// Group.
    pub value: String,
    /// What is counted.
    pub counts: GroupCounts,
}

/// Counts of a protected group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Subjects of it.
    pub subjects: u64,
    /// Those raised.
    pub raised: u64,
    /// Those raised that people confirmed something of.
    pub confirmed: u64,
    /// Those raised of which people dismissed everything.
    pub dismissed: u64,
}

/// How a model's scores fare beside what people found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evaluation {
    /// Subjects of which a finding was confirmed.
    pub confirmed: usize,
    /// Subjects whose findings were all dismissed.
    pub dismissed: usize,
    /// Area under the ROC curve; none where a side is empty.
    pub roc_auc: Option<f64>,
    /// Average precision; none where a side is empty.
    pub average_precision: Option<f64>,
}

/// Subjects of whose findings people judged some: whether any was confirmed.
pub type Judged = BTreeMap<String, bool>;

impl Evaluation {
    /// Of scores beside judgements.
    pub fn of(table: &FeatureTable, scored: &[Scored], judged: &Judged) -> Self {
        let known = scored.iter().filter_map(|one| Some((one.score, *judged.get(&table.subjects[one.subject])?)));
        let (scores, labels): (Vec<f64>, Vec<bool>) = known.unzip();
        let confirmed = labels.iter().filter(|label| **label).count();
        Self {
            confirmed,
            dismissed: labels.len() - confirmed,
            roc_auc: roc_auc(&scores, &labels),
            average_precision: average_precision(&scores, &labels),
        }
    }
}

/// How far a model says the same with other seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stability {
    /// Nothing is drawn.
    NothingDrawn,
    /// The least share of those raised that another seed raises too.
    Share(f64),
    /// Not tried: it takes several runs more.
    NotTried,
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
    /// How other seeds fare.
    pub stability: Stability,
    /// How it fares beside what people found; none where that is not told.
    pub evaluation: Option<Evaluation>,
    /// Protected groups.
    pub groups: Vec<GroupRate>,
    /// Drift against another snapshot.
    pub drift: Option<Drifted>,
}

impl GroupRate {
    /// Rates of every group of the subjects scored.
    pub async fn of(
        subject: SubjectKind,
        session: &Session,
        table: &FeatureTable,
        scored: &[Scored],
        judged: &Judged,
    ) -> Result<Vec<Self>, ModelError> {
        let raised: HashMap<&str, bool> =
            scored.iter().map(|one| (table.subjects[one.subject].as_str(), one.raised)).collect();
        let mut counts: BTreeMap<String, BTreeMap<String, GroupCounts>> = BTreeMap::new();
        each_group(subject, session, |subject, attribute, value| {
            let Some(&raised) = raised.get(subject) else { return };
            let of = counts.entry(attribute.to_owned()).or_default().entry(value.to_owned()).or_default();
            of.subjects += 1;
            if raised {
                of.raised += 1;
                match judged.get(subject) {
                    Some(true) => of.confirmed += 1,
                    Some(false) => of.dismissed += 1,
                    None => {}
                }
            }
        })
        .await?;
        let rates = counts.into_iter().flat_map(|(attribute, values)| {
            let pooled = pool(values);
            pooled.into_iter().map(move |(value, counts)| Self { attribute: attribute.clone(), value, counts })
        });
        Ok(rates.collect())
    }
}

/// Subjects below which a group is told together with other small ones: a group of one is somebody.
const SMALL: u64 = 10;

fn pool(values: BTreeMap<String, GroupCounts>) -> Vec<(String, GroupCounts)> {
    let (small, mut told): (Vec<_>, Vec<_>) = values.into_iter().partition(|(_, counts)| counts.subjects < SMALL);
    if !small.is_empty() {
        let sum = |of: fn(&GroupCounts) -> u64| small.iter().map(|(_, counts)| of(counts)).sum();
        let (subjects, raised) = (sum(|c| c.subjects), sum(|c| c.raised));
        let (confirmed, dismissed) = (sum(|c| c.confirmed), sum(|c| c.dismissed));
        told.push(("其他 others".to_owned(), GroupCounts { subjects, raised, confirmed, dismissed }));
    }
    told
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
            "- 提示 raised: {raised}; a quota of {:.1} % of all, and of those only the ones with at least {} features outside what is ordinary among peers",
            100.0 * spec.share,
            spec.ways
        )?;
        writeln!(f, "- 为何 why: {}\n\n## 检测器 Detectors\n", spec.why)?;
        for part in &spec.detectors {
            let parameters: Vec<String> = part.parameters.iter().map(|(k, v)| format!("{k}={v}")).collect();
            writeln!(f, "- {} {}", part.kind, parameters.join(" "))?;
        }
        writeln!(f, "\n## 特征 Features\n\n| feature | unit | 含义 | meaning | missing |\n|---|---|---|---|---|")?;
        for (feature, name) in table.names.iter().enumerate() {
            let Some(column) = self.model.columns.get(name) else { continue };
            let missing = table.missing(feature);
            writeln!(f, "| {name} | {} | {} | {} | {missing} of {n} |", column.unit, column.zh, column.en)?;
        }
        writeln!(
            f,
            "\nA missing value counts as ordinary: it makes nobody unlike others, and what is ordinary is told of known \
             values alone. No protected attribute and no caseworker's opinion is read, through views neither; the \
             plan of the query is checked for both."
        )?;
        writeln!(f, "\n## 稳定性 Stability\n")?;
        match self.stability {
            Stability::Share(share) => {
                writeln!(f, "Other seeds raise at least {:.0} % of the same subjects.", 100.0 * share)?;
            }
            Stability::NothingDrawn => writeln!(f, "Nothing is drawn: the same data give the same scores.")?,
            Stability::NotTried => {
                writeln!(f, "Other seeds were not tried; `mingjing models card {}` does.", spec.code)?;
            }
        }
        if let Some(e) = &self.evaluation {
            f.write_str("\n## 核查结果 What people found\n\n")?;
            writeln!(f, "- 查实 confirmed: {} · 排除 dismissed: {}", e.confirmed, e.dismissed)?;
            match (e.roc_auc, e.average_precision) {
                (Some(auc), Some(precision)) => writeln!(f, "- ROC AUC {auc:.4} · average precision {precision:.4}")?,
                _ => writeln!(f, "- 一方为空，无法评价 one side is empty: nothing can be said yet")?,
            }
        }
        if let Some(drift) = &self.drift {
            f.write_str("\n## 漂移 Drift\n\n")?;
            writeln!(
                f,
                "Against {}: {:.1} % of the subjects score as high as the quota of {:.1} % of those did.\n\n| feature | population stability index | by chance |\n|---|---|---|",
                drift.against,
                100.0 * drift.beyond,
                100.0 * spec.share
            )?;
            for one in &drift.of {
                let warning = if one.moved() { " 不宜采信 do not trust" } else { "" };
                writeln!(f, "| {} | {:.3}{warning} | {:.3} |", one.name, one.index, one.chance)?;
            }
        }
        writeln!(f, "\n## 公平 Fairness\n")?;
        if !has_groups(query.subject) {
            writeln!(f, "未查看 Not looked at: no query tells protected groups of a subject of this kind.")?;
        } else if self.groups.is_empty() {
            writeln!(f, "无登记可查 No register of protected attributes was handed over.")?;
        } else {
            // What people found is told together with the evaluation, or not at all.
            let found = self.evaluation.is_some();
            let (names, rule) = if found { (" confirmed | dismissed |", "---|---|") } else { ("", "") };
            writeln!(f, "| attribute | group | subjects | raised | rate |{names}\n|---|---|---|---|---|{rule}")?;
            for GroupRate { attribute, value, counts: c } in &self.groups {
                let rate = 100.0 * c.raised as f64 / c.subjects.max(1) as f64;
                write!(f, "| {attribute} | {value} | {} | {} | {rate:.2} % |", c.subjects, c.raised)?;
                if found {
                    write!(f, " {} | {} |", c.confirmed, c.dismissed)?;
                }
                writeln!(f)?;
            }
        }
        writeln!(f, "\n## 无辜解释 Innocent explanations\n")?;
        spec.innocent.iter().try_for_each(|text| writeln!(f, "- {text}"))?;
        writeln!(f, "\n## 盲区 Blind spots\n")?;
        spec.blind.iter().try_for_each(|text| writeln!(f, "- {text}"))?;
        writeln!(f, "\nA model orders what deserves a look. It asserts nothing of anybody.")
    }
}
