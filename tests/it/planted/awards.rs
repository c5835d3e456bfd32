//! Who is covered and on what ground, what was paid and decided.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};

use super::{County, Found, Row, day, months, number};

pub(super) fn ghost(c: &County) -> Found {
    let ghost = |(award, id): &(&Row, &str)| {
        c.of("person", id).next().is_none() && c.application(&award["application_no"]).is_none()
    };
    c.covered().filter(ghost).map(|(award, _)| award["award_no"].clone()).collect()
}

pub(super) fn double_identity(c: &County) -> Found {
    let covered: BTreeMap<&str, &Row> = c.covered().map(|(award, id)| (id, award)).collect();
    let mut found: Found = covered.keys().filter(|id| id.len() == 15).map(|id| (*id).to_owned()).collect();
    let mut people: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for person in c.rows("person").filter(|p| covered.contains_key(p["id_number"].as_str())) {
        people.entry((&person["name"], &person["birth_date"])).or_default().push(person);
    }
    for pair in people.values().filter(|people| people.len() == 2) {
        let one_phone = !pair[0]["phone"].is_empty() && pair[0]["phone"] == pair[1]["phone"];
        if one_phone || pair[0]["register_no"] == pair[1]["register_no"] {
            found.insert(pair[1]["id_number"].clone());
        }
    }
    found
}

pub(super) fn no_ground(c: &County) -> Found {
    let groundless = |(award, id): &(&Row, &str)| {
        let decided = c.application(&award["application_no"]).and_then(|a| day(&a["decided_on"]));
        let ill = c.of("medical_settlement", id).filter(|s| s["serious_illness"] == "true").any(|s| {
            let left = day(&s["discharged_on"]).unwrap();
            decided.is_some_and(|decided| left <= decided && left + Months::new(24) >= decided)
        });
        award["single_person"] == "true" && !ill && !c.is_severe(id)
    };
    c.covered().filter(groundless).map(|(award, _)| award["award_no"].clone()).collect()
}

pub(super) fn overrun(c: &County) -> Found {
    let late = |p: &&Row| {
        let from = day(&c.award(&p["award_no"])["phase_out_from"]);
        p["status"] == "paid" && from.is_some_and(|from| from + Months::new(6) <= day(&p["month"]).unwrap())
    };
    c.rows("payment").filter(late).map(|p| p["award_no"].clone()).collect()
}

pub(super) fn unreviewed(c: &County) -> Found {
    let able = |id: &str| {
        let born = c.of("person", id).next().and_then(|p| day(&p["birth_date"]));
        let years = born.map_or(0, |born| months(born, c.as_of) / 12);
        (16..60).contains(&years) && !c.of("disability", id).any(|d| d["grade"].as_str() <= "3")
    };
    let mut found = Found::new();
    for award in c.rows("award").filter(|a| a["end_month"].is_empty()) {
        let decided = c.application(&award["application_no"]).and_then(|a| day(&a["decided_on"]));
        let Some(seen) = day(&award["last_review_on"]).or(decided) else { continue };
        let limit =
            if c.by("award_member", "award_no", &award["award_no"]).any(|m| able(&m["id_number"])) { 6 } else { 12 };
        if seen + Months::new(limit) < c.as_of {
            found.insert(award["award_no"].clone());
        }
    }
    found
}

pub(super) fn member_of_two(c: &County) -> Found {
    let assisted = c.assisted();
    let mut files: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (no, ids) in &assisted {
        ids.iter().for_each(|id| _ = files.entry(id).or_default().insert(no));
    }
    let covers =
        |id: &str| c.of("award_member", id).map(|m| &c.award(&m["award_no"])["household_no"]).collect::<BTreeSet<_>>();
    files
        .into_iter()
        .filter(|(id, files)| files.len() > 1 && covers(id).len() == 1)
        .map(|(id, _)| id.to_owned())
        .collect()
}

pub(super) fn temporary_repeat(c: &County) -> Found {
    let mut found = Found::new();
    let mut last: BTreeMap<(&str, &str), NaiveDate> = BTreeMap::new();
    for a in c.rows("award").filter(|a| a["programme"] == "temporary") {
        let application = c.application(&a["application_no"]).unwrap();
        let decided = day(&application["decided_on"]).unwrap();
        let before = last.insert((&a["household_no"], &application["cause"]), decided);
        if before.is_some_and(|before| (decided - before).num_days().abs() <= 180)
            && !application["cause"].contains("分阶段")
        {
            found.insert(a["household_no"].clone());
        }
    }
    found
}

pub(super) fn medical_aid(c: &County) -> Found {
    let mut found = Found::new();
    for s in c.rows("medical_settlement") {
        let id = s["id_number"].as_str();
        let (admitted, left) = (day(&s["admitted_on"]).unwrap(), day(&s["discharged_on"]).unwrap());
        let aid = number(&s["assistance_paid"]);
        let soon = left + chrono::Days::new(90);
        let status = c.of("award_member", id).any(|m| day(&m["from_month"]).unwrap() <= soon)
            || c.of("monitored", id).any(|m| day(&m["from_date"]).unwrap() <= soon);
        let elsewhere = c.of("medical_settlement", id).filter(|o| o["settlement_no"] != s["settlement_no"]).any(|o| {
            let overlap = day(&o["discharged_on"]).unwrap().min(left) - day(&o["admitted_on"]).unwrap().max(admitted);
            overlap.num_days() > 1
        });
        let too_much = aid > number(&s["total"]) - number(&s["insurance_paid"]) + 0.001;
        if too_much || aid > 0.0 && !status || elsewhere {
            found.insert(id.to_owned());
        }
    }
    found
}

pub(super) fn not_covered(c: &County) -> Found {
    let covered: BTreeSet<&str> = c.covered().map(|(_, id)| id).collect();
    let decision =
        |no: &str, decision: &str| c.by("application", "household_no", no).any(|a| a["decision"] == decision);
    let withdrew =
        |id: &str| c.by("household", "head_id_number", id).any(|h| decision(&h["household_no"], "withdrawn"));
    let ill = |id: &str| {
        c.of("medical_settlement", id).any(|s| s["serious_illness"] == "true" && number(&s["self_paid"]) > 6_000.0)
    };
    let mut found: Found = c
        .rows("monitored")
        .filter(|m| matches!(&*m["kind"], "margin" | "poverty_risk"))
        .map(|m| m["id_number"].as_str())
        .filter(|id| !covered.contains(id) && (c.is_severe(id) || ill(id)) && !withdrew(id))
        .map(str::to_owned)
        .collect();
    for file in c.rows("household").filter(|h| decision(&h["household_no"], "refused")) {
        let (no, head) = (&file["household_no"], &file["head_id_number"]);
        let ids = &c.members[no];
        let wages: f64 =
            ids.iter().flat_map(|id| c.of("employment", id)).map(|e| number(&e["contribution_base"]) * 0.8).sum();
        let limit = 24.0 * c.standard(no, "dibao", "", "2024-12");
        let rich = ids.iter().any(|id| {
            let business = c.of("enterprise_role", id).next().is_some() || c.deeds(id).next().is_some();
            business
                || c.of("vehicle", id).next().is_some()
                || c.of("deposit", id).any(|d| number(&d["balance"]) > limit)
        });
        if !covered.contains(head.as_str())
            && !rich
            && wages / (ids.len() as f64) < c.standard(no, "dibao", "", "2023-01")
        {
            found.insert(head.clone());
        }
    }
    found
}

pub(super) fn stopped_without_notice(c: &County) -> Found {
    let survivors: BTreeSet<&str> =
        c.covered().filter(|(_, id)| !c.is_dead(id)).map(|(a, _)| a["award_no"].as_str()).collect();
    let later = |a: &Row| {
        let next = |b: &Row| b["programme"] != "temporary" && b["start_month"] > a["start_month"];
        c.by("award", "household_no", &a["household_no"]).any(next)
    };
    let stopped = |a: &&Row| {
        !a["end_month"].is_empty()
            && a["stop_notice_on"].is_empty()
            && survivors.contains(a["award_no"].as_str())
            && !later(a)
    };
    c.rows("award").filter(stopped).map(|a| a["award_no"].clone()).collect()
}

pub(super) fn old_standard(c: &County) -> Found {
    let old = |a: &&Row| {
        let tier = if a["programme"] == "tekun" { "" } else { &a["tier"] };
        let due = || c.standard(&a["household_no"], &a["programme"], tier, "2024-10") * number(&a["persons"]);
        a["end_month"].is_empty()
            && !a["tier"].is_empty()
            && a["start_month"].as_str() < "2024-07"
            && number(&a["monthly_amount"]) < due() - 0.5
    };
    c.rows("award").filter(old).map(|a| a["award_no"].clone()).collect()
}
