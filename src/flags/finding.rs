use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::{Queue, SubjectKind};
use crate::query::library::Header;

use super::directory::key_of;
use super::reason::{day, fill, month};
use super::{Directory, EvidenceRef, Money, RawFinding, Subject};

/// Whether a finding waits for a person, or is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To be looked at.
    Open,
    /// A look-alike that an exemption makes lawful.
    Exempted,
    /// A person looked, and it was nothing.
    Dismissed,
}

impl Status {
    /// The contract's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Exempted => "exempted",
            Self::Dismissed => "dismissed",
        }
    }
}

/// One irregularity of one subject, in the contract's columns. It is a suspicion (疑点), never a verdict.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable: the same facts give the same id in every run.
    pub finding_id: String,
    /// Code of the irregularity.
    pub typology: String,
    /// Rule that raised it.
    pub rule_id: String,
    /// Version of that rule.
    pub rule_version: u32,
    /// Queue it goes to.
    pub queue: Queue,
    /// 1 to 4.
    pub severity: u8,
    /// What it is about.
    pub subject_kind: SubjectKind,
    /// The source's own number of the subject.
    pub subject_key: String,
    /// Where it belongs.
    pub region_code: String,
    /// Household number, where one is concerned.
    pub household_no: String,
    /// Award number, where one is concerned.
    pub award_no: String,
    /// ID number, where a person is concerned.
    pub id_number: String,
    /// Official's number, where one is concerned.
    pub official_no: String,
    /// First month, `2024-03`; empty where it has none.
    pub month_from: String,
    /// Last month.
    pub month_to: String,
    /// Day from which the office could know by the registers of others, `2024-07-12`; empty where its own books tell, or
    /// where nobody's did (statements of a bank).
    pub known_from: String,
    /// Money at issue in fen, the lawful share taken off.
    pub amount_fen: i64,
    /// Probability that a check would confirm it.
    pub probability: f64,
    /// Probability of the weakest inferred link it rests on; 1 where all was read.
    pub link: f64,
    /// Open or exempted.
    pub status: Status,
    /// Code of the exemption that applies; empty where it is open.
    pub exemption: String,
    /// What a person found before: `confirmed`, `dismissed` or nothing.
    pub disposition: String,
    /// Name of the facts: months, amount, severity, and what else raised it. Another name, other facts.
    pub facts: String,
    /// What is suspected, in Chinese.
    pub summary_zh: String,
    /// The same in English.
    pub summary_en: String,
    /// Money by payment.
    pub money: Money,
    /// Rows of the source it rests on.
    pub evidence: Vec<EvidenceRef>,
    /// Why what raised it should not be trusted on this data; mostly nothing.
    pub warning: String,
}

/// A link that identity made of a faulty number: method and probability.
pub type Links = HashMap<i64, (String, f64)>;

/// The method of a link that a steward confirmed: it is no inference.
pub(super) const CONFIRMED: &str = "confirmed";

impl Finding {
    /// Takes the probability that its rule's findings are confirmed, less its link's.
    pub fn calibrate(&mut self, precision: f64) {
        self.probability = sixth(precision * self.link);
    }

    /// Names what a raw finding means. `links` are the links of faulty numbers among its evidence.
    pub fn new(header: &Header, raw: RawFinding, directory: &Directory, links: &Links) -> Self {
        let numbers = Numbers::of(header.subject, &raw, directory);
        let links = raw.evidence.iter().filter_map(|row| links.get(&row.row_id));
        let inferred: Vec<&(String, f64)> = links.filter(|(method, _)| method != CONFIRMED).collect();
        // One wrong link makes the finding wrong; rows of one person repeat one link, so the weakest counts.
        let link = inferred.iter().map(|(_, probability)| *probability).fold(1.0, f64::min);
        let mut severity = raw.severity.unwrap_or(header.severity).clamp(1, 4);
        let name = |text: &str| fill(text, |value| (value == "name").then(|| numbers.name.clone()));
        let (mut summary_zh, mut summary_en) = (name(&raw.reason_zh), name(&raw.reason_en));
        if !inferred.is_empty() {
            // What rests on an inference is never called a crime before a person has looked.
            severity = severity.min(3);
            summary_zh
                .push_str(&format!(" 其中{}处身份系更正或比对证件号码与姓名后推断（概率{link:.3}）。", inferred.len()));
            summary_en.push_str(&format!(
                " {} of the rows are linked by a repaired ID number or by number and name together (probability {link:.3}).",
                inferred.len()
            ));
        }
        let known_from = raw.known.map(|(on, _)| day(on).to_string()).unwrap_or_default();
        if let Some((_, before)) = raw.known.filter(|(_, before)| *before > 0) {
            summary_zh.push_str(&format!(" 自{known_from}起方有登记可查，此前{before}个月经办机构无从查知。"));
            summary_en.push_str(&format!(
                " No register told of it before {known_from}: for {before} of the months the office could not know."
            ));
        }
        let exemption = raw.exemption.unwrap_or_default();
        let months = raw.months.map(|(first, last)| (month(first), month(last))).unwrap_or_default();
        let amount_fen = raw.money.total();
        let (amount, severity_told) = (amount_fen.to_string(), severity.to_string());
        let mut facts = vec![months.0.as_str(), months.1.as_str(), amount.as_str(), severity_told.as_str()];
        facts.extend(Some(raw.facts.as_str()).filter(|more| !more.is_empty()));
        let facts = digest(&facts);
        Self {
            finding_id: finding_id(header, &numbers.lasting, raw.case.as_deref(), &exemption),
            typology: header.typology.clone(),
            rule_id: header.id.clone(),
            rule_version: header.version,
            queue: header.queue,
            severity,
            subject_kind: header.subject,
            subject_key: numbers.subject,
            region_code: numbers.region,
            household_no: numbers.household,
            award_no: numbers.award,
            id_number: numbers.person,
            official_no: numbers.official,
            month_from: months.0,
            month_to: months.1,
            known_from,
            amount_fen,
            probability: sixth(header.prior * link),
            link,
            status: if exemption.is_empty() { Status::Open } else { Status::Exempted },
            exemption,
            disposition: String::new(),
            facts,
            summary_zh,
            summary_en,
            money: raw.money,
            evidence: raw.evidence,
            warning: raw.warning,
        }
    }
}

/// A probability as it is written: to the sixth place.
pub(crate) fn sixth(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

/// The id of a finding, by the number under which its subject lasts. The same facts, the same id: what is suspected,
/// of whom, which case of it, and whether it is explained. Months and amounts grow with time and are no part of it.
pub fn finding_id(header: &Header, subject: &str, case: Option<&str>, exemption: &str) -> String {
    let parts = [&header.typology, header.subject.as_str(), subject, case.unwrap_or(""), exemption];
    format!("{}-{}", header.typology, digest(&parts))
}

/// Sixteen hexadecimal digits for some words.
fn digest(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// Whom and what a finding names.
#[derive(Debug, Default)]
struct Numbers {
    subject: String,
    /// What the finding is about under the number that stays: a benefit goes on under one award after the
    /// other, and is called by the latest it touches, but known by the first.
    lasting: String,
    name: String,
    region: String,
    household: String,
    award: String,
    person: String,
    official: String,
}

impl Numbers {
    fn of(kind: SubjectKind, raw: &RawFinding, directory: &Directory) -> Self {
        let subject_column = key_of(kind);
        let key = |column: &str| match (&raw.subject, subject_column) {
            (Subject::Key(key), Some(own)) if own == column => Some(*key),
            _ => raw.keys.get(column).copied(),
        };
        let told = |column: &str, what: &str| directory.told(column, key(column)?, what).map(str::to_owned);
        let number = |column: &str| key(column).and_then(|k| directory.number(column, k)).map(str::to_owned);
        // A household is named by the rule, or by the award or application at issue.
        let through = |column: &str| told(column, "household_key").and_then(|text| text.parse::<i32>().ok());
        let household = key("household_key").or_else(|| through("award_key")).or_else(|| through("application_key"));
        let of_household =
            |what: &str| household.and_then(|k| directory.told("household_key", k, what)).map(str::to_owned);
        let place = match (kind, &raw.subject) {
            (SubjectKind::Village | SubjectKind::Region, Subject::Text(code)) => Some(code.clone()),
            _ => None,
        };
        let place = place
            .or_else(|| of_household("region_code"))
            .or_else(|| told("official_key", "region_code"))
            .or_else(|| told("institution_key", "region_code"))
            .or_else(|| told("person_key", "region_code"))
            .unwrap_or_else(|| directory.root().to_owned());
        let subject = match (&raw.subject_no, &raw.subject) {
            (Some(number), _) => number.clone(),
            (None, Subject::Text(text)) => text.clone(),
            (None, Subject::Key(_)) => subject_column.and_then(number).unwrap_or_default(),
        };
        let own_name = match kind {
            SubjectKind::Account => told("account_key", "holder_name"),
            SubjectKind::Official => told("official_key", "name"),
            SubjectKind::Institution => told("institution_key", "name"),
            _ => None,
        };
        let official = number("official_key").unwrap_or_default();
        let first_award = raw.keys.get("award_key").filter(|_| kind == SubjectKind::Award);
        let first_award = first_award.and_then(|key| directory.number("award_key", *key)).map(str::to_owned);
        Self {
            lasting: first_award.unwrap_or_else(|| subject.clone()),
            name: own_name
                .or_else(|| told("person_key", "name"))
                .or_else(|| of_household("head_name"))
                .unwrap_or_else(|| subject.clone()),
            subject,
            region: place,
            household: of_household("household_no").unwrap_or_default(),
            award: number("award_key").unwrap_or_default(),
            person: number("person_key").unwrap_or_default(),
            official,
        }
    }
}
