use super::{Dispositions, Outcome};
use crate::flags::{Finding, Status};

/// Marks findings that people have looked at. A dismissed one with the same facts does not come back as
/// open; with other facts it does, and says what was found before. A confirmed one stays open and says so.
pub fn apply(findings: &mut [Finding], dispositions: &Dispositions) {
    let standing = dispositions.standing();
    for finding in findings.iter_mut().filter(|finding| finding.status == Status::Open) {
        let Some(d) = standing.get(finding.finding_id.as_str()) else { continue };
        finding.disposition = d.outcome.as_str().to_owned();
        let (day, reason, same) = (d.decided_on, &d.reason, d.facts == finding.facts);
        let (zh, en) = match (d.outcome, same) {
            (Outcome::Dismissed, true) => {
                finding.status = Status::Dismissed;
                (format!(" 已于{day}核查排除：{reason}。"), format!(" Dismissed on {day}: {reason}."))
            }
            (Outcome::Dismissed, false) => (
                format!(" 曾于{day}核查排除（{reason}），此后事实有变。"),
                format!(" Dismissed on {day} ({reason}); the facts have changed since."),
            ),
            (Outcome::Confirmed, _) => {
                (format!(" 已于{day}查实：{reason}。"), format!(" Confirmed on {day}: {reason}."))
            }
        };
        finding.summary_zh.push_str(&zh);
        finding.summary_en.push_str(&en);
    }
}
