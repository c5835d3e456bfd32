//! Names that came with one wrong number → the people they are.

use std::collections::BTreeMap;

use crate::domain::name;

/// The name that stands for the person of each of these normal names.
///
/// Names that are equal without dots are one person's, and so is one that is cut off of another. One that is cut off of
/// two that do not agree (`买买提·阿不` of `买买提·阿不都` and `买买提·阿不拉`) may be either's, and stands alone.
pub(super) fn persons<'a>(names: &[&'a str]) -> BTreeMap<&'a str, &'a str> {
    let mut whole: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        whole.entry(name.replace('·', "")).or_default().push(name);
    }
    // Only names with dots are told to be cut off.
    let dotted: Vec<(&str, &str)> = whole
        .iter()
        .flat_map(|(bare, names)| names.iter().map(move |name| (bare.as_str(), *name)))
        .filter(|(_, name)| name.contains('·'))
        .collect();
    let longer = |bare: &str| -> Vec<&str> {
        let own = dotted.iter().filter(|(of, _)| *of == bare);
        let beyond = own.flat_map(|(_, name)| dotted.iter().filter(move |(_, other)| name::agree(name, other)));
        let mut found: Vec<&str> = beyond.map(|(of, _)| *of).filter(|of| of.len() > bare.len()).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let mut of = BTreeMap::new();
    for (bare, own) in &whole {
        let mut ends = longer(bare);
        ends.retain(|of| longer(of).is_empty());
        let person = if let [one] = ends[..] { one } else { bare };
        let first = whole.get(person).and_then(|names| names.iter().min().copied());
        own.iter().for_each(|name| _ = of.insert(*name, first.unwrap_or(name)));
    }
    of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cut_off_that_may_be_two_peoples_is_neithers() {
        let told = |names: &[&str]| persons(names).values().map(|first| (*first).to_owned()).collect::<Vec<_>>();
        assert_eq!(told(&["张小明", "李小红"]), ["张小明", "李小红"]);
        let one = ["阿卜杜拉·买买", "阿卜杜拉·买买提", "阿卜杜拉买买提"];
        assert_eq!(told(&one), [one[1]; 3], "cut off, and without dots");
        let two = ["买买提·阿不", "买买提·阿不拉", "买买提·阿不都"];
        assert_eq!(told(&two), two);
    }
}
