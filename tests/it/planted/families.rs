//! What a family has and who belongs to it.

use std::collections::BTreeSet;

use chrono::Months;

use super::{County, Found, Row, day, number};

pub(super) fn real_estate(c: &County) -> Found {
    let over = |ids: &[String]| {
        let deeds: Vec<&Row> = ids.iter().flat_map(|id| c.deeds(id)).collect();
        let homes: Vec<f64> = deeds.iter().filter(|d| d["use"] == "residential").map(|d| number(&d["area"])).collect();
        homes.len() > 1 || homes.iter().sum::<f64>() > 60.0 * ids.len() as f64 || deeds.len() > homes.len()
    };
    c.assisted().into_iter().filter(|(_, ids)| over(ids)).map(|(no, _)| no.to_owned()).collect()
}

pub(super) fn undeclared_supporter(c: &County) -> Found {
    let mut found = Found::new();
    for (no, ids) in c.assisted() {
        let Some(head) = ids.first().and_then(|id| c.of("person", id).next()) else { continue };
        let able = |child: &str| {
            let wages = c.of("employment", child).filter(|e| e["to_month"].is_empty());
            wages.map(|e| number(&e["contribution_base"]) * 0.8).sum::<f64>()
                > 3.0 * c.standard(no, "dibao", "", "2024-12")
                && !(c.is_dead(child) || c.is_in_prison(child) || c.is_severe(child))
        };
        let old = day(&head["birth_date"]).unwrap() + Months::new(720) <= c.first;
        let mut children =
            c.of("kinship", &head["id_number"]).filter(|k| matches!(&*k["relation"], "son" | "daughter"));
        if old && children.any(|k| !ids.contains(&k["relative_id_number"]) && able(&k["relative_id_number"])) {
            found.insert(no.to_owned());
        }
    }
    found
}

pub(super) fn pension(c: &County) -> Found {
    let sum = |ids: &[String]| {
        let all = ids.iter().flat_map(|id| c.of("pension", id)).filter(|p| p["kind"] == "employee");
        all.map(|p| number(&p["monthly_amount"])).sum::<f64>()
    };
    let over = |no: &str, ids: &[String]| sum(ids) > 1.1 * ids.len() as f64 * c.standard(no, "dibao", "", "2024-12");
    c.assisted().into_iter().filter(|(no, ids)| over(no, ids)).map(|(no, _)| no.to_owned()).collect()
}

pub(super) fn deposits(c: &County) -> Found {
    let mut found = Found::new();
    for (no, ids) in c.assisted() {
        let runs = |d: &Row| {
            c.by("award", "household_no", no).any(|a| {
                let month = &d["as_of"][..7];
                a["start_month"].as_str() <= month && (a["end_month"].is_empty() || a["end_month"].as_str() >= month)
            })
        };
        let held = ids
            .iter()
            .flat_map(|id| c.of("deposit", id))
            .filter(|d| runs(d))
            .map(|d| number(&d["balance"]))
            .sum::<f64>();
        if held > 24.0 * ids.len() as f64 * c.standard(no, "dibao", "", "2024-12") {
            found.insert(no.to_owned());
        }
    }
    found
}

pub(super) fn miscalculated(c: &County) -> Found {
    let wrong = |a: &&Row| {
        let Some(application) = c.application(&a["application_no"]) else { return false };
        let standard = c.standard(&a["household_no"], "dibao", "", &a["start_month"]);
        let due = (standard * number(&a["persons"]) - number(&application["declared_income"])).max(0.0);
        a["programme"] == "dibao" && a["tier"].is_empty() && (number(&a["monthly_amount"]) - due).abs() > 0.1 * due
    };
    c.rows("award").filter(wrong).map(|a| a["award_no"].clone()).collect()
}

pub(super) fn undisclosed_spouse(c: &County) -> Found {
    let alone: BTreeSet<&str> =
        c.rows("award").filter(|a| a["single_person"] == "true").map(|a| a["household_no"].as_str()).collect();
    let mut found = Found::new();
    for (no, ids) in c.assisted().into_iter().filter(|(no, _)| !alone.contains(no)) {
        let left_out = |(one, other, w): (&str, &str, &Row)| {
            ids.iter().any(|id| id == one)
                && w["dissolved_on"].is_empty()
                && !(ids.iter().any(|id| id == other) || c.is_dead(other) || c.is_in_prison(other))
                && !c.is_dead(one)
        };
        if c.marriages().any(left_out) {
            found.insert(no.to_owned());
        }
    }
    found
}

pub(super) fn split(c: &County) -> Found {
    let mut found = Found::new();
    for new in c.rows("household") {
        let head = new["head_id_number"].as_str();
        let Some(application) = c.by("application", "household_no", &new["household_no"]).next() else {
            continue;
        };
        let applied = day(&application["applied_on"]).unwrap();
        let recent = |text: &str| day(text).is_some_and(|left| left <= applied && left + Months::new(12) >= applied);
        let left = |m: &Row| {
            let same_address = |h: &Row| h["address"] == new["address"];
            m["household_no"] != new["household_no"]
                && recent(&m["left_on"])
                && c.by("household", "household_no", &m["household_no"]).any(same_address)
        };
        let alone = c.by("award", "household_no", &new["household_no"]).any(|a| a["single_person"] == "true");
        let married = c.marriages().any(|(one, _, w)| one == head && recent(&w["registered_on"]));
        if !alone && !married && c.of("household_member", head).any(left) {
            found.insert(new["household_no"].clone());
        }
    }
    found
}

pub(super) fn divorced(c: &County) -> Found {
    let address = |id: &str| c.of("person", id).next().map(|p| p["address"].clone());
    let mut found = Found::new();
    for (one, other, w) in c.marriages().filter(|(_, _, w)| !w["dissolved_on"].is_empty()) {
        let dissolved = day(&w["dissolved_on"]).unwrap();
        for file in c.rows("household").filter(|h| h["head_id_number"] == one) {
            let soon = c.by("application", "household_no", &file["household_no"]).any(|a| {
                let applied = day(&a["applied_on"]).unwrap();
                dissolved <= applied && dissolved + Months::new(6) >= applied
            });
            if soon && address(one) == address(other) {
                found.insert(file["household_no"].clone());
            }
        }
    }
    found
}
