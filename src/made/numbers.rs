//! Numbers of people and things: right in their check digits, wrong in their issuers, never given twice.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};

use super::plan::Place;
use super::random::Dice;
use super::rows::{Code, Text};
use crate::domain::account::luhn_valid;
use crate::domain::id_number;

const PLATE: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
const USCC: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What is numbered one by one in a township.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    Household,
    Application,
    Award,
    Payment,
    Account,
    Phone,
    Plate,
    Deed,
    Firm,
    Settlement,
    Flow,
    Declaration,
    Case,
    Terminal,
}

/// The numbers of one township. Every number carries the township's place, so that townships need not
/// know of each other.
#[derive(Debug)]
pub(super) struct Numbers {
    place: u32,
    county_code: u32,
    town: u32,
    /// Sequence numbers of ID numbers that belong to this township: first, and how many.
    window: (u64, u64),
    people: HashSet<u64>,
    next: [u32; 14],
}

impl Numbers {
    pub(super) fn of(place: &Place) -> Self {
        let width = 998 / u64::from(place.siblings);
        Self {
            place: place.index,
            county_code: place.county_code,
            town: place.number,
            window: (1 + width * u64::from(place.number), width),
            people: HashSet::new(),
            next: [0; 14],
        }
    }

    /// The next of a series, from 1.
    pub(super) fn next(&mut self, series: Series) -> u32 {
        let next = &mut self.next[series as usize];
        *next += 1;
        *next
    }

    /// `prefix`, county, township, the next of the series.
    pub(super) fn label(&mut self, prefix: &str, series: Series) -> Text {
        let next = self.next(series);
        format!("{prefix}{}{:02}{next:06}", self.county_code, self.town).into()
    }

    /// Number of a payment, which names the month.
    pub(super) fn payment(&mut self, month: (i32, u32)) -> Text {
        let next = self.next(Series::Payment);
        format!("FF{}{:02}{}{:02}{next:06}", month.0, month.1, self.county_code, self.town).into()
    }

    /// An ID number free in this land for somebody born on that day; `None` where all are given.
    /// Whoever was born elsewhere has the county code of a place that the land does not contain.
    pub(super) fn person(&mut self, dice: &mut Dice, born: NaiveDate, sex: Code, elsewhere: bool) -> Option<Text> {
        let region = u64::from(self.county_code) + if elsewhere { 30 } else { 0 };
        let day = (born.year() as u64 * 10_000) + u64::from(born.month() * 100 + born.day());
        let (low, width) = self.window;
        let offset = dice.below(width as usize) as u64;
        let parity = u64::from(sex == "male");
        (0..width)
            .map(|step| low + (offset + step) % width)
            .filter(|sequence| sequence % 2 == parity)
            .map(|sequence| (region * 100_000_000 + day) * 1000 + sequence)
            .find(|code| self.people.insert(*code))
            .map(|code| id_number::from_code(code).into())
    }

    /// A telephone number; no network has the prefix 12.
    pub(super) fn phone(&mut self) -> Text {
        let next = self.next(Series::Phone);
        format!("12{:05}{:04}", self.place % 100_000, next % 10_000).into()
    }

    /// A card number with a right check digit, or a passbook number that is none; no bank has the prefix.
    pub(super) fn account(&mut self, kind: Code) -> Text {
        let next = self.next(Series::Account);
        // 7919 and ten million have no common divisor, so numbers scatter and none comes twice.
        let own = (u64::from(next) * 7919 + 12_345) % 10_000_000;
        let stem = format!("{}{:05}{own:07}", if kind == "card" { "629901" } else { "80199" }, self.place);
        let check = (0..10).find(|d| luhn_valid(&format!("{stem}{d}")) == (kind == "card")).unwrap_or(0);
        format!("{stem}{check}").into()
    }

    /// A number plate; no province has the character.
    pub(super) fn plate(&mut self) -> Text {
        let next = self.next(Series::Plate);
        let mut left = (u64::from(self.place) * 4_000 + u64::from(next)) * 7_919 % (24 * 34u64.pow(5));
        let mut plate = String::from("泽");
        plate.push(PLATE[(left % 24) as usize] as char);
        left /= 24;
        for _ in 0..5 {
            plate.push(PLATE[(left % 34) as usize] as char);
            left /= 34;
        }
        plate.into()
    }

    /// Number of a title deed.
    pub(super) fn deed(&mut self, year: i32, county: &str) -> Text {
        let next = self.next(Series::Deed);
        format!("泽({year}){county}不动产权第{:02}{next:06}号", self.town).into()
    }

    /// A unified social credit code with its check character (GB 32100-2015).
    pub(super) fn firm(&mut self, kind: Code) -> Text {
        let next = self.next(Series::Firm);
        let class = match kind {
            "company" => "91",
            "cooperative" => "93",
            _ => "92",
        };
        let stem = format!("{class}{}MA{:02}{:05}", self.county_code, self.town, next);
        let sum: usize = stem
            .bytes()
            .enumerate()
            .map(|(at, c)| USCC.iter().position(|u| *u == c).unwrap_or(0) * (3usize.pow(at as u32) % 31))
            .sum();
        format!("{stem}{}", USCC[(31 - sum % 31) % 31] as char).into()
    }
}

/// A number with `count` wrong digits (1 or 2), invalid for certain.
pub(super) fn mistyped(dice: &mut Dice, id: &str, count: usize) -> Text {
    loop {
        let mut digits = id.as_bytes().to_vec();
        if count == 1 && dice.chance(0.35) {
            let at = dice.below(16);
            digits.swap(at, at + 1);
        } else {
            let first = dice.below(16);
            for at in [first, (first + 3 + dice.below(8)) % 17].into_iter().take(count) {
                digits[at] = b'0' + (digits[at] - b'0' + 1 + dice.below(9) as u8) % 10;
            }
        }
        let text: String = digits.into_iter().map(char::from).collect();
        if text != id && id_number::fault(&text).is_some() {
            return text.into();
        }
    }
}

/// The number in the old series of 15 digits, for those born in the twentieth century.
pub(super) fn fifteen(id: &str) -> Option<Text> {
    (id.get(6..8) == Some("19")).then(|| format!("{}{}", &id[..6], &id[8..17]).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::Settings;
    use crate::made::plan::Plan;
    use crate::made::random::Purpose;

    #[test]
    fn numbers_are_valid_and_distinct() {
        let plan = Plan::of(&Settings { households: 20_000, ..Settings::default() }).unwrap();
        let mut dice = Dice::of(1, Purpose::Township, 0);
        let mut seen = HashSet::new();
        for place in [plan.place(0), plan.place(1)] {
            let mut numbers = Numbers::of(&place);
            for day in 0..200u64 {
                let born = NaiveDate::from_ymd_opt(1960, 1, 1).unwrap() + chrono::Days::new(day % 40);
                let id = numbers.person(&mut dice, born, "female", false).unwrap();
                assert_eq!(id_number::fault(&id), None, "{id}");
                assert_eq!(id_number::sex(&id), Some(id_number::Sex::Female));
                assert!(luhn_valid(&numbers.account("card")));
                assert!(!luhn_valid(&numbers.account("passbook")));
                for text in [id, numbers.plate(), numbers.phone(), numbers.firm("company"), numbers.account("card")] {
                    assert!(seen.insert(text.clone()), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_mistyped_number_is_faulty_and_the_old_series_converts_back() {
        let mut dice = Dice::of(1, Purpose::Dirt, 0);
        for _ in 0..200 {
            for count in [1, 2] {
                assert!(id_number::fault(&mistyped(&mut dice, "439921196206281237", count)).is_some());
            }
        }
        assert_eq!(id_number::normalise(&fifteen("11010519491231002X").unwrap()).text, "11010519491231002X");
        assert_eq!(fifteen("110105200012310020"), None);
    }
}
