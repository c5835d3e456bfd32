//! Who a number means, and whom it does not.

use std::collections::BTreeSet;

use super::{Method, PersonCollector, Persons, Standing};
use crate::domain::id_number;

// Made numbers with right check digits.
const LI: &str = "439931194810040152";
const CHEN: &str = "439931195908030117";

fn persons(register: &[(&str, &str)], references: &[(&str, Option<&str>)]) -> Persons {
    let mut collector = PersonCollector::default();
    register.iter().for_each(|(number, name)| collector.add(number, Some(name)));
    references.iter().for_each(|(number, name)| collector.add(number, *name));
    let mut candidates = collector.candidates(|_| false, Standing::default());
    register.iter().for_each(|(number, name)| candidates.observe(number, Some(name)));
    candidates.resolve()
}

#[test]
fn one_wrong_digit_or_a_swap_is_repaired_when_the_name_agrees() {
    let (digit, swap) = ("439931194810040162", "439931194810041052");
    let found = persons(&[(LI, "李顺昌"), (CHEN, "曾建华")], &[(digit, Some("李 顺昌")), (swap, Some("李顺昌"))]);
    let own = found.resolve(LI, None).0;
    for (text, method) in [(digit, Method::RepairedDigit), (swap, Method::RepairedSwap)] {
        let (key, inference) = found.resolve(text, Some("李顺昌"));
        let inference = inference.unwrap();
        assert_eq!((key, inference.method), (own, method));
        assert!(inference.probability.unwrap() > 0.99);
    }
}

#[test]
fn another_name_is_another_person_and_stays_unresolved() {
    let text = "439931194810040162";
    let found = persons(&[(LI, "李顺昌")], &[(text, Some("王五"))]);
    let (key, inference) = found.resolve(text, Some("王五"));
    assert_eq!(inference.unwrap().method, Method::Unresolved);
    assert_ne!(key, found.resolve(LI, None).0);
    assert_eq!(found.number(key.unwrap()), text);
}

#[test]
fn a_wrong_number_is_as_many_people_as_it_has_names() {
    let (text, alone) = ("43993119481004", "43993119590803");
    let references =
        [(text, Some("张小明")), (text, Some("李小红")), (text, None), (alone, Some("王五")), (alone, None)];
    let found = persons(&[(LI, "李顺昌")], &references);
    let key = |number, name| found.resolve(number, name).0.unwrap();
    let shared = [key(text, Some("张小明")), key(text, Some("李小红")), key(text, None)];
    assert_eq!(shared.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(key(text, Some("張 小明")), shared[0]);
    assert_eq!(found.number(shared[0]), "43993119481004 张小明");
    assert_eq!((key(alone, None), found.number(key(alone, None))), (key(alone, Some("王五")), alone));
}

#[test]
fn a_placeholder_is_a_person_in_the_file_of_a_family_alone() {
    let mut collector = PersonCollector::default();
    for (name, family) in [("张小明", Some("JT1")), ("张小明", Some("JT2")), ("李小红", None)] {
        collector.add_unnumbered("无", Some(name), family);
    }
    let found = collector.candidates(|_| false, Standing::default()).resolve();
    let key = |name, family| found.unnumbered(" 无", Some(name), family);
    assert!(key("张小明", Some("JT1")).is_some() && key("张小明", Some("JT1")) != key("张小明", Some("JT2")));
    assert_eq!((key("张小明", None), key("李小红", Some("JT1"))), (None, None));
    for spelt in ["不详", "0", "111111111111111"] {
        assert_eq!(found.unnumbered(spelt, Some("张小明"), Some("JT1")), key("张小明", Some("JT1")), "{spelt}");
        assert_eq!(found.resolve(spelt, Some("张小明")).0, None, "{spelt}");
    }
    assert_eq!(found.unnumbered(LI, Some("张小明"), Some("JT1")), None, "a number is no placeholder");
    let (person, inference) = found.resolve("无", Some("李小红"));
    assert_eq!((person, inference.unwrap().method), (None, Method::Unresolved));
    assert_eq!((found.own("无", Some("李小红")).0, found.len()), (None, 3));
}

#[test]
fn a_reference_without_a_name_follows_the_named_ones_of_the_same_text() {
    let text = "439931194810040162";
    let found = persons(&[(LI, "李顺昌")], &[(text, Some("李顺昌")), (text, None)]);
    assert_eq!(found.resolve(text, None).0, found.resolve(LI, None).0);
    let alone = persons(&[(LI, "李顺昌")], &[(text, None)]);
    assert_eq!(alone.resolve(text, None).1.unwrap().method, Method::Unresolved);
}

#[test]
fn a_reference_without_a_name_follows_nobody_where_its_number_came_with_names_of_several() {
    let text = "439931194810040162";
    let found = persons(&[(LI, "李顺昌")], &[(text, Some("李顺昌")), (text, Some("王五")), (text, None)]);
    assert_eq!(found.resolve(text, Some("李顺昌")).0, found.resolve(LI, None).0);
    assert_ne!(found.resolve(text, None).0, found.resolve(LI, None).0);
}

#[test]
fn fifteen_digits_that_nobody_has_are_repaired_where_the_register_has_people_of_the_region() {
    let register = [("43993119790722113X", "王军东"), (LI, "李顺昌")];
    let (digit, swap, elsewhere) = ("439931790722114", "439931790721213", "429931790722113");
    let told = |text: &str, name: &str| {
        let mut collector = PersonCollector::default();
        register.iter().for_each(|(number, name)| collector.add_own(number, Some(name)));
        collector.add(text, Some(name));
        let mut candidates = collector.candidates(|_| false, Standing::default());
        register.iter().for_each(|(number, name)| candidates.observe(number, Some(name)));
        let found = candidates.resolve();
        let (key, inference) = found.resolve(text, Some(name));
        (found.number(key.unwrap()).to_owned(), inference.map(|i| (i.method, i.fault)))
    };
    let own = |method| ("43993119790722113X".to_owned(), Some((method, None)));
    assert_eq!(told(digit, "王军东"), own(Method::RepairedDigit));
    assert_eq!(told(swap, "王军东"), own(Method::RepairedSwap));
    let mut collector = PersonCollector::default();
    register.iter().for_each(|(number, name)| collector.add_own(number, Some(name)));
    ["王五", "赵六"].into_iter().for_each(|name| collector.add(digit, Some(name)));
    let found = collector.candidates(|_| false, Standing::default()).resolve();
    let [one, other] = ["王五", "赵六"].map(|name| found.resolve(digit, Some(name)).0);
    assert!(one.is_some() && one == other, "a right number is one person's");
    for (text, name) in [(digit, "王五"), (elsewhere, "王军东")] {
        let plain = id_number::normalise(text).text;
        assert_eq!(told(text, name), (plain, None), "taken at its word");
    }
}

#[test]
fn fifteen_digits_and_a_small_x_are_no_faults() {
    let found =
        persons(&[("43993119790722113X", "王军东")], &[("439931790722113", None), ("43993119790722113x", None)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found.resolve("439931790722113", None), (Some(0), None));
    assert_eq!(found.resolve("43993119790722113x", None), (Some(0), None));
}
