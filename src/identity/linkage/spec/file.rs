//! A spec as its author writes it. Unknown keys are refused; what the keys say is checked in
//! [`super::check`].

use serde::Deserialize;

use super::headers::Sides;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecFile {
    /// What is linked, for people.
    #[serde(default)]
    pub title: String,
    /// Header of the column that names a row; row numbers from 1 where there is none.
    pub id: Option<Sides>,
    /// How many rows of one side belong to one of the other.
    #[serde(default)]
    pub relation: Relation,
    /// Columns, in the order in which they may use each other.
    #[serde(rename = "column")]
    pub columns: Vec<ColumnFile>,
    /// Groups of optional columns: of each group a file must have one.
    #[serde(default)]
    pub one_of: Vec<Vec<String>>,
    /// Which pairs are looked at.
    #[serde(rename = "block")]
    pub blocks: Vec<BlockFile>,
    /// What is compared.
    #[serde(rename = "comparison")]
    pub comparisons: Vec<ComparisonFile>,
    /// What one entity cannot be: each entry is a level that, where it holds, forbids the link.
    #[serde(default, rename = "contradiction")]
    pub contradictions: Vec<Level>,
    /// How m, u and the prior are found.
    #[serde(default)]
    pub training: TrainingFile,
    /// What a wrong decision costs.
    #[serde(default)]
    pub costs: Costs,
    /// Thresholds, where they are set and not derived from costs.
    #[serde(default)]
    pub thresholds: ThresholdsFile,
    /// How many pairs are made and kept.
    #[serde(default)]
    pub limits: LimitsFile,
    /// How pairs become entities.
    #[serde(default)]
    pub clusters: ClustersFile,
    /// Name of the column (of this spec) that says which rows truly belong together.
    pub truth: Option<String>,
    /// Whether words for nothing (`NULL`, `NA`, `\\N`, 不详 …) are missing values; a column may say otherwise.
    #[serde(default = "yes")]
    pub placeholders: bool,
}

fn yes() -> bool {
    true
}

/// How many rows of one side belong to one of the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Relation {
    /// Each row has at most one partner.
    OneToOne,
    /// A left row may have many right rows, a right row one left row.
    OneToMany,
    /// A right row may have many left rows, a left row one right row.
    ManyToOne,
    /// No limit. Deduplication is always of this kind.
    #[default]
    ManyToMany,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text.
    #[default]
    Text,
    /// A number; thousands separators and a currency sign before it are passed over.
    Number,
    /// A day.
    Date,
    /// Several texts in one cell.
    List,
}

/// A step of normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Spaces of every width, invisible characters and full-width forms go; inner runs of spaces become one.
    Clean,
    /// Small letters.
    Lower,
    /// Accents go (é → e).
    Unaccent,
    /// Everything that is no letter or digit becomes a space.
    Words,
    /// Everything that is no letter or digit goes, spaces too.
    Alphanumeric,
    /// Digits alone.
    Digits,
    /// A date as `yyyymmdd`, in whatever form it was written; of what is no date, the digits.
    DateDigits,
    /// Leading zeros go.
    Unpad,
    /// A Chinese personal name in the form for comparison: variants, traditional forms, dots.
    PersonName,
    /// A citizen ID number: 15 digits become 18.
    IdNumber,
    /// A Chinese address: full-width forms, Chinese numerals before 号/栋/室 … become digits.
    Address,
    /// A phone number: digits without country code.
    Phone,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnFile {
    /// Its name in the spec.
    pub name: String,
    /// Its header in the files; its name where it is not given.
    pub from: Option<Sides>,
    /// Whether a file may be without it; its values are then missing.
    #[serde(default)]
    pub optional: bool,
    /// An SQL expression over earlier columns, instead of a header.
    pub sql: Option<String>,
    /// What it holds.
    #[serde(default, rename = "type")]
    pub kind: Kind,
    /// Steps of normalisation, in order; `clean` always comes first.
    #[serde(default)]
    pub normalise: Vec<Step>,
    /// Texts that stand for nothing, after normalisation.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Whether words for nothing are missing values; as the file says where it is not given.
    pub placeholders: Option<bool>,
    /// What parts the texts of a list; brackets and quotes around them go.
    #[serde(default = "comma")]
    pub separator: String,
    /// `chrono` form of dates, beside ISO, `19561231`, `2024/5/1` and `31/12/1956`, which are always read.
    pub format: Option<String>,
}

fn comma() -> String {
    ",".to_owned()
}

/// A blocking rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockFile {
    /// Condition over `l` and `r` with at least one equality between them. An equality of lists holds
    /// where they share an element.
    pub sql: String,
    /// Pairs that one block (rows of one key) may make; larger blocks are left out and reported. Without it
    /// only the limits of all rules together hold.
    pub cap: Option<u64>,
}

/// A comparison: levels from the strongest agreement down. What satisfies none is the last level.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonFile {
    /// Its name, for people and in the output.
    pub name: String,
    /// Column that its levels compare, where they name no other; its name where it is not given.
    pub column: Option<String>,
    /// Whether agreement counts more the rarer the value is.
    #[serde(default)]
    pub term_frequency: bool,
    /// Levels.
    pub levels: Vec<Level>,
}

/// When a level holds. Every kind may name its `column`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are column, at_least, at_most throughout")]
pub enum Level {
    /// Equal.
    Exact { column: Option<String> },
    /// Both there and not equal.
    Different { column: Option<String> },
    /// Jaro–Winkler similarity (Winkler 1990), 0 to 1.
    JaroWinkler { column: Option<String>, at_least: f64 },
    /// Levenshtein distance in characters.
    Levenshtein { column: Option<String>, at_most: f64 },
    /// Damerau–Levenshtein distance (optimal string alignment) in characters.
    DamerauLevenshtein { column: Option<String>, at_most: f64 },
    /// 1 − Damerau–Levenshtein distance / length of the longer.
    EditSimilarity { column: Option<String>, at_least: f64 },
    /// Jaccard similarity of the sets of words; of a list, of its elements.
    Jaccard { column: Option<String>, at_least: f64 },
    /// Words in common over words of the shorter; of a list, its elements.
    Containment { column: Option<String>, at_least: f64 },
    /// Words in common, weighted by rarity (cosine of inverse document frequencies).
    RareWords { column: Option<String>, at_least: f64 },
    /// Jaccard similarity of the sets of character triples.
    Trigrams { column: Option<String>, at_least: f64 },
    /// One is the beginning of the other.
    Prefix { column: Option<String>, at_least: f64 },
    /// Each word of the shorter begins, or is begun by, one of the longer (initials).
    Initials { column: Option<String> },
    /// The mean of each word's best Jaro–Winkler partner, from both sides (Monge and Elkan 1996).
    MongeElkan { column: Option<String>, at_least: f64 },
    /// Same sound by Soundex.
    Soundex { column: Option<String> },
    /// Days between two dates.
    Days { column: Option<String>, at_most: f64 },
    /// Day and month changed places.
    DayMonthSwapped { column: Option<String> },
    /// Same date in all but one of year, month, day.
    DatePartDiffers { column: Option<String> },
    /// One digit of the date (`yyyymmdd`) differs, or two neighbours changed places.
    DateTypo { column: Option<String> },
    /// One date, read in the lunar calendar, is the other.
    LunarDate { column: Option<String> },
    /// One date can be the other read in the lunar calendar: it lies 17 to 60 days after.
    LunarSlip { column: Option<String> },
    /// Same year.
    SameYear { column: Option<String> },
    /// Absolute difference of numbers.
    Difference { column: Option<String>, at_most: f64 },
    /// Smaller number over larger, 0 to 1, of numbers of one sign.
    Ratio { column: Option<String>, at_least: f64 },
    /// Great-circle distance in kilometres of two number columns, degrees.
    Kilometres { latitude: String, longitude: String, at_most: f64 },
    /// Elements that two lists have in common.
    Shared { column: Option<String>, at_least: f64 },
    /// The values of two columns changed places; similarity by Jaro–Winkler where `at_least` is given.
    Swapped { column: Option<String>, with: String, at_least: Option<f64> },
    /// The value stands in another column on the other side.
    Crossed { column: Option<String>, with: String },
    /// ID numbers: one character replaced.
    IdSubstitution { column: Option<String> },
    /// ID numbers: two neighbouring characters swapped.
    IdTransposition { column: Option<String> },
    /// ID numbers: one character left out or put in too much.
    IdIndel { column: Option<String> },
    /// ID numbers: same region and birth date.
    IdRegionBirth { column: Option<String> },
    /// ID numbers: so many of 18 characters at their places.
    IdPlaces { column: Option<String>, at_least: f64 },
    /// Names: same but for the interpunct, or one cut off (minority names).
    NameTruncated { column: Option<String> },
    /// Names: same pinyin without tones.
    SamePinyin { column: Option<String> },
    /// Names of at least two characters: one character differs.
    OneCharacter { column: Option<String> },
    /// Names: same characters in another order.
    SwappedOrder { column: Option<String> },
    /// Phones: one digit differs, or two neighbours swapped.
    PhoneTypo { column: Option<String> },
    /// Chinese addresses: similarity of their parts (village, road, number), 0 to 1.
    Address { column: Option<String>, at_least: f64 },
    /// All of these.
    All { of: Vec<Level> },
    /// Any of these.
    Any { of: Vec<Level> },
    /// Not this.
    Not { of: Box<Level> },
    /// A condition in SQL over `l` and `r`: for what no kind says, at the cost of speed.
    Sql { condition: String },
}

/// How m, u and the prior are found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingFile {
    /// Random pairs for u.
    pub random_pairs: u64,
    /// Candidate pairs, at most, that EM sees.
    pub candidate_pairs: u64,
    /// Seed of both.
    pub seed: u64,
    /// Iterations at most.
    pub iterations: usize,
    /// Blocking rules of EM sessions; the comparisons of columns that a rule fixes are left out of its
    /// session. Without any, EM runs once over the pairs that are looked at.
    pub blocks: Vec<String>,
}

impl Default for TrainingFile {
    fn default() -> Self {
        Self { random_pairs: 400_000, candidate_pairs: 2_000_000, seed: 1, iterations: 200, blocks: Vec::new() }
    }
}

/// What decisions cost, in one unit.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Costs {
    /// A link that is none.
    pub false_link: f64,
    /// A link that is missed.
    pub missed_link: f64,
    /// A steward's look.
    pub review: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self { false_link: 20.0, missed_link: 5.0, review: 1.0 }
    }
}

/// Thresholds that are set.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThresholdsFile {
    /// Probability from which a pair is a link.
    pub link: Option<f64>,
    /// Probability from which a steward is asked.
    pub review: Option<f64>,
    /// Probability under which a pair is not written.
    pub floor: Option<f64>,
}

/// How many pairs are made and kept, as a mean by row of both files. Few rows may have more.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsFile {
    /// Pairs that the blocking rules together may make; the largest blocks above are left out and reported.
    pub candidates_per_row: u64,
    /// Pairs that are kept; the floor rises, and says so, where more lie above it.
    pub kept_per_row: u64,
}

impl Default for LimitsFile {
    fn default() -> Self {
        Self { candidates_per_row: 500, kept_per_row: 40 }
    }
}

/// How pairs become entities.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClustersFile {
    /// Share of the pairs between two clusters that must be links for them to become one.
    pub cohesion: f64,
    /// Whether pairs inside an entity lend each other evidence (deduplication).
    pub transitive: bool,
}

impl Default for ClustersFile {
    fn default() -> Self {
        Self { cohesion: 0.5, transitive: true }
    }
}
