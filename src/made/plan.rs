//! How many counties, townships and villages a number of households makes, and what they are called.
//!
//! Codes: the first two digits are a province of GB/T 2260 (an ID number must begin with one), the third
//! is a 9 and makes a prefecture that does not exist. All names are made up.

use std::ops::Range;

use super::random::{Dice, Purpose};
use super::rows::{Region, Rows, Text};
use super::{MadeError, Settings};

/// Households of a county where nothing else is asked for (about 14,000 recipients).
const COUNTY: u64 = 8_000;
/// Households of a township and of a village.
const TOWNSHIP: u64 = 300;
const VILLAGE: u64 = 37;
/// More townships than this a county cannot number.
const MOST_TOWNSHIPS: u64 = 90;
/// Households of a chunk, the part of the work whose rows share one set of files.
const CHUNK: u64 = 50_000;
const COUNTIES_A_PREFECTURE: u32 = 30;
const PREFECTURES_A_PROVINCE: u32 = 9;
const PROVINCES: [u32; 31] = [
    43, 42, 36, 34, 45, 52, 53, 51, 61, 62, 41, 37, 32, 33, 35, 44, 46, 50, 13, 14, 15, 21, 22, 23, 31, 11, 12, 54, 63,
    64, 65,
];
const PROVINCE_NAMES: [&str; 31] = [
    "云泽省",
    "楚澜省",
    "赣溪省",
    "皖岭省",
    "桂川省",
    "黔原省",
    "滇河省",
    "蜀屏省",
    "秦陇省",
    "陇西川省",
    "豫原省",
    "齐川省",
    "吴泽省",
    "越溪省",
    "闽岭省",
    "粤澜省",
    "琼岛省",
    "渝江省",
    "冀原省",
    "晋岭省",
    "蒙原省",
    "辽川省",
    "吉岭省",
    "黑河川省",
    "沪江省",
    "京原省",
    "津河省",
    "藏川省",
    "青原省",
    "宁川省",
    "新原省",
];
const FIRST: [&str; 24] = [
    "云", "石", "龙", "凤", "清", "白", "青", "金", "松", "桃", "竹", "柳", "梅", "双", "三", "大", "小", "高", "长",
    "平", "安", "永", "宁", "兴",
];
const SECOND: [&str; 20] = [
    "泽", "溪", "岭", "湾", "塘", "坪", "桥", "冲", "屯", "坝", "洲", "口", "田", "井", "坡", "林", "垭", "铺", "渡",
    "寨",
];

/// The layout of a made land.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    households: u64,
    seed: u64,
    counties: u32,
    townships_a_county: u32,
    chunk: u64,
}

/// One township: the unit in which the land is made.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Number among all townships.
    pub(super) index: u32,
    /// County number, and the number of the township in it.
    pub(super) county: u32,
    pub(super) number: u32,
    /// Six digits.
    pub(super) county_code: u32,
    pub(super) county_name: String,
    pub(super) code: Text,
    pub(super) name: String,
    pub(super) villages: Vec<VillagePlace>,
    /// Townships of the county, which share out the numbers of a birthday.
    pub(super) siblings: u32,
}

/// One village or urban community.
#[derive(Debug, Clone)]
pub(super) struct VillagePlace {
    pub(super) code: Text,
    pub(super) name: String,
    pub(super) urban: bool,
    pub(super) households: usize,
}

impl Plan {
    pub(super) fn of(settings: &Settings) -> Result<Self, MadeError> {
        let households = settings.households;
        let counties = match settings.counties {
            Some(counties) => u64::from(counties),
            None => (households + COUNTY / 2) / COUNTY,
        }
        .max(1);
        let each = households.div_ceil(counties);
        let townships_a_county = ((each + TOWNSHIP / 2) / TOWNSHIP).max(1);
        let most = u64::from(COUNTIES_A_PREFECTURE * PREFECTURES_A_PROVINCE) * PROVINCES.len() as u64;
        if townships_a_county > MOST_TOWNSHIPS || counties > most || counties > households {
            let least = households.div_ceil(MOST_TOWNSHIPS * TOWNSHIP).max(1);
            return Err(MadeError::Layout { households, counties, least, most: most.min(households) });
        }
        Ok(Self {
            households,
            seed: settings.seed,
            counties: counties as u32,
            townships_a_county: townships_a_county as u32,
            chunk: settings.chunk.unwrap_or(CHUNK),
        })
    }

    /// Number of townships.
    pub(super) fn townships(&self) -> u32 {
        self.counties * self.townships_a_county
    }

    /// Number of counties.
    pub(super) fn counties(&self) -> u64 {
        u64::from(self.counties)
    }

    /// The townships of each chunk. Chunks depend on the layout alone, never on the threads.
    pub(super) fn chunks(&self) -> Vec<Range<u32>> {
        let count = self.townships().min(self.households.div_ceil(self.chunk).max(1) as u32);
        let at = |i: u32| (u64::from(i) * u64::from(self.townships()) / u64::from(count)) as u32;
        (0..count).map(|i| at(i)..at(i + 1)).collect()
    }

    /// The township of that number.
    pub(super) fn place(&self, index: u32) -> Place {
        let county = index / self.townships_a_county;
        let number = index % self.townships_a_county;
        let share = |i: u32| self.households * u64::from(i) / u64::from(self.townships());
        let households = (share(index + 1) - share(index)) as usize;
        let (county_code, county_name) = self.county(county);
        let town = if number == 0 { 1 } else { 99 + number };
        let kind = if number == 0 { "街道" } else { "镇" };
        let name = format!("{}{kind}", self.name(county, number));
        let count = ((households as u64 + VILLAGE / 2) / VILLAGE).max(2) as u32;
        let villages = (0..count).map(|v| {
            let urban = if number == 0 { v < count.div_ceil(2) } else { v == 0 };
            let own = if urban { 1 + v } else { 200 + v };
            let spelled = self.name(county, 1000 + number * 40 + v);
            let part = |i: u32| households * i as usize / count as usize;
            VillagePlace {
                code: format!("{county_code}{town:03}{own:03}").into(),
                name: format!("{spelled}{}", if urban { "社区" } else { "村" }),
                urban,
                households: part(v + 1) - part(v),
            }
        });
        Place {
            index,
            county,
            number,
            county_code,
            county_name,
            code: format!("{county_code}{town:03}000").into(),
            name,
            villages: villages.collect(),
            siblings: self.townships_a_county,
        }
    }

    /// Six digits and the name of a county.
    fn county(&self, county: u32) -> (u32, String) {
        let prefecture = county / COUNTIES_A_PREFECTURE;
        let province = PROVINCES[(prefecture / PREFECTURES_A_PROVINCE) as usize];
        let code =
            province * 10_000 + (99 - prefecture % PREFECTURES_A_PROVINCE) * 100 + 21 + county % COUNTIES_A_PREFECTURE;
        (code, format!("{}县", self.name(u32::MAX, county)))
    }

    /// A name of two characters; neighbours under one parent differ.
    fn name(&self, parent: u32, child: u32) -> String {
        let all = FIRST.len() * SECOND.len();
        let start = Dice::of(self.seed, Purpose::Place, u64::from(parent)).below(all);
        // 7 and 480 have no common divisor, so 480 children in a row have 480 names.
        let at = (start + child as usize * 7) % all;
        format!("{}{}", FIRST[at % FIRST.len()], SECOND[at / FIRST.len()])
    }

    /// Writes the regions that this township is the first to need: its county, and above.
    pub(super) fn regions(&self, place: &Place, rows: &mut Rows) {
        let mut add = |code: String, name: String, level, parent: Option<String>| {
            rows.region.push(Region {
                region_code: code.into(),
                name: name.into(),
                level,
                parent_code: parent.map(Into::into),
            });
        };
        let (province, prefecture) = (place.county_code / 10_000, place.county_code / 100);
        let (province_code, prefecture_code) = (format!("{province}0000000000"), format!("{prefecture}00000000"));
        let county_code = format!("{}000000", place.county_code);
        if place.number == 0 {
            if place.county.is_multiple_of(COUNTIES_A_PREFECTURE * PREFECTURES_A_PROVINCE) {
                let at = (place.county / COUNTIES_A_PREFECTURE / PREFECTURES_A_PROVINCE) as usize;
                add(province_code.clone(), PROVINCE_NAMES[at].to_owned(), "province", None);
            }
            if place.county.is_multiple_of(COUNTIES_A_PREFECTURE) {
                let name = format!("{}市", self.name(u32::MAX - 1, place.county / COUNTIES_A_PREFECTURE));
                add(prefecture_code.clone(), name, "prefecture", Some(province_code));
            }
            add(county_code.clone(), place.county_name.clone(), "county", Some(prefecture_code));
        }
        add(place.code.to_string(), place.name.clone(), "township", Some(county_code));
        for village in &place.villages {
            add(village.code.to_string(), village.name.clone(), "village", Some(place.code.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_nation_has_distinct_codes_and_every_household_once() {
        let settings = Settings { households: 1_000_000, ..Settings::default() };
        let plan = Plan::of(&settings).unwrap();
        let mut codes = BTreeSet::new();
        let mut households = 0;
        for chunk in plan.chunks() {
            for index in chunk {
                let place = plan.place(index);
                assert!(codes.insert(place.code.to_string()));
                for village in &place.villages {
                    assert!(codes.insert(village.code.to_string()));
                    households += village.households;
                }
            }
        }
        assert_eq!(households, 1_000_000);
        assert!(codes.iter().all(|c| c.len() == 12));
    }
}
