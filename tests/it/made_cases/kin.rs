//! Relatives of officials: C01, C02, C06, C07, D11.

use std::collections::{BTreeMap, BTreeSet};

use super::county::{County, Raised, Row};

/// Who is whose parent, child, spouse or sibling.
pub(super) struct Kin<'a> {
    parents: BTreeMap<&'a str, BTreeSet<&'a str>>,
    children: BTreeMap<&'a str, BTreeSet<&'a str>>,
    others: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Kin<'a> {
    /// From kinship, the marriage register and the register books.
    pub(super) fn of(county: &'a County) -> Self {
        let mut kin = Self { parents: BTreeMap::new(), children: BTreeMap::new(), others: BTreeMap::new() };
        for row in county.table("kinship") {
            kin.add(row.text("id_number"), row.text("relative_id_number"), row.text("relation"));
        }
        for row in county.table("marriage") {
            kin.add(row.text("id_number_a"), row.text("id_number_b"), "spouse");
        }
        for book in county.by("person", "register_no").into_values() {
            for head in book.iter().filter(|p| p.text("relation_to_head") == "head") {
                for person in &book {
                    kin.add(head.text("id_number"), person.text("id_number"), person.text("relation_to_head"));
                }
            }
        }
        kin
    }

    fn add(&mut self, one: &'a str, other: &'a str, relation: &str) {
        let (table, back) = match relation {
            "parent" => (&mut self.parents, &mut self.children),
            "son" | "daughter" => (&mut self.children, &mut self.parents),
            "spouse" | "sibling" | "grandparent" | "grandchild" => {
                self.others.entry(one).or_default().insert(other);
                self.others.entry(other).or_default().insert(one);
                return;
            }
            _ => return,
        };
        table.entry(one).or_default().insert(other);
        back.entry(other).or_default().insert(one);
    }

    /// Spouse, parents, children, siblings, grandparents, grandchildren.
    pub(super) fn close(&self, id: &str) -> BTreeSet<&'a str> {
        let step = |table: &BTreeMap<&'a str, BTreeSet<&'a str>>, of: &BTreeSet<&'a str>| -> BTreeSet<&'a str> {
            of.iter().filter_map(|one| table.get(one)).flatten().copied().collect()
        };
        let of = |table: &BTreeMap<&'a str, BTreeSet<&'a str>>| table.get(id).cloned().unwrap_or_default();
        let (up, down) = (of(&self.parents), of(&self.children));
        let mut close = of(&self.others);
        close.extend(step(&self.parents, &up));
        close.extend(step(&self.children, &up));
        close.extend(step(&self.children, &down));
        close.extend(up);
        close.extend(down);
        close.remove(id);
        close
    }
}

fn digits(level: &str) -> usize {
    match level {
        "county" => 6,
        "township" => 9,
        _ => 12,
    }
}

/// Close kin of an official in office over the household, and no declaration of the pair.
pub(super) fn not_declared(county: &County) -> Raised {
    let (kin, members) = (Kin::of(county), county.members());
    let declared: BTreeSet<(&str, &str)> = county
        .table("relative_declaration")
        .iter()
        .map(|row| (row.text("official_no"), row.text("relative_id_number")))
        .collect();
    let regions: BTreeMap<&str, &str> =
        county.table("household").iter().map(|row| (row.text("household_no"), row.text("region_code"))).collect();
    let mut decided: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for application in county.approved() {
        for id in &members[application.text("household_no")] {
            decided.entry(id).or_default().push(application);
        }
    }
    let mut raised = Raised::new();
    for official in county.table("official") {
        for relative in kin.close(official.text("id_number")) {
            for application in decided.get(relative).into_iter().flatten() {
                let (day, household) = (application.date("decided_on").unwrap(), application.text("household_no"));
                let over = digits(official.text("level"));
                let in_office = official.date("from_date").unwrap() <= day
                    && official.date("to_date").is_none_or(|to| day <= to)
                    && official.text("region_code")[..over] == regions[household][..over];
                if in_office && !declared.contains(&(official.text("official_no"), relative)) {
                    raised.insert(household.to_owned());
                }
            }
        }
    }
    raised
}

/// Declared, approved, and visited never or after the decision.
pub(super) fn not_visited(county: &County) -> Raised {
    let decided: BTreeMap<&str, _> =
        county.approved().map(|row| (row.text("household_no"), row.date("decided_on").unwrap())).collect();
    let declarations = county.table("relative_declaration").iter();
    declarations
        .filter(|row| row.date("visited_on").is_none_or(|day| day > decided[row.text("household_no")]))
        .map(|row| row.text("household_no").to_owned())
        .collect()
}

/// Applications that close kin of a member surveyed, handled or approved, with their households.
fn decided_by_kin(county: &County) -> Vec<&Row> {
    let (kin, members) = (Kin::of(county), county.members());
    let people: BTreeMap<&str, &str> =
        county.table("official").iter().map(|row| (row.text("official_no"), row.text("id_number"))).collect();
    let by_kin = |row: &&Row| {
        ["handler", "surveyor_1", "surveyor_2", "approver"].iter().filter_map(|part| people.get(row.text(part))).any(
            |official| {
                let close = kin.close(official);
                members[row.text("household_no")].iter().any(|member| close.contains(member))
            },
        )
    };
    county.table("application").iter().filter(by_kin).collect()
}

pub(super) fn no_recusal(county: &County) -> Raised {
    decided_by_kin(county).into_iter().map(|row| row.text("application_no").to_owned()).collect()
}

/// Undeclared kin, or kin decided by kin, with a car or a job at a firm in the household.
pub(super) fn ineligible(county: &County) -> Raised {
    let mut tied = not_declared(county);
    tied.extend(decided_by_kin(county).into_iter().map(|row| row.text("household_no").to_owned()));
    let cars = county.table("vehicle").iter().filter(|row| row.text("kind") == "car");
    let jobs = county.table("employment").iter().filter(|row| row.text("employer_kind") == "enterprise");
    let mut owners: BTreeSet<&str> = cars.map(|row| row.text("owner_id_number")).collect();
    owners.extend(jobs.map(|row| row.text("id_number")));
    let members = county.members();
    tied.into_iter().filter(|no| members[no.as_str()].iter().any(|id| owners.contains(id))).collect()
}

/// Two or more transfers to an official or close kin of one, soon after payments, and not among kin.
pub(super) fn kickback(county: &County) -> Raised {
    let kin = Kin::of(county);
    let holders: BTreeMap<&str, &str> =
        county.table("account").iter().map(|row| (row.text("account_no"), row.text("holder_id_number"))).collect();
    let mut sent: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in super::money::sent_on(county) {
        *sent.entry((row.text("account_no"), row.text("counter_account_no"))).or_default() += 1;
    }
    let mut raised = Raised::new();
    for official in county.table("official") {
        let mut hands = kin.close(official.text("id_number"));
        hands.insert(official.text("id_number"));
        for ((from, to), _) in sent.iter().filter(|(_, count)| **count >= 2) {
            let (sender, receiver) = (holders[from], holders[to]);
            if hands.contains(receiver) && !kin.close(sender).contains(receiver) {
                raised.insert(official.text("official_no").to_owned());
            }
        }
    }
    raised
}
