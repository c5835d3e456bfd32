//! What the names of columns say: which hold the ends of an edge, which its weight.

/// Columns of an edge, the first being 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) columns: [usize; 2],
    /// Whether the names are hardly ids, whatever stands beneath them.
    pub(super) sure: bool,
    /// Whether the names but for their marks are words for things that have ids ("node1", "person_a", "u").
    pub(super) plain: bool,
}

/// Words that mark the first and the second end. Which of head and tail is the first is disputed: the column that comes
/// first.
const MARKS: &[[&str; 2]] = &[
    ["source", "target"],
    ["source", "destination"],
    ["src", "dst"],
    ["src", "dest"],
    ["from", "to"],
    ["start", "end"],
    ["origin", "destination"],
    ["sender", "receiver"],
    ["sender", "recipient"],
    ["payer", "payee"],
    ["caller", "callee"],
    ["follower", "followee"],
    ["parent", "child"],
    ["citing", "cited"],
    ["head", "tail"],
    ["tail", "head"],
    ["left", "right"],
    ["first", "second"],
    ["1", "2"],
    ["0", "1"],
    ["a", "b"],
    ["u", "v"],
    ["x", "y"],
    ["i", "j"],
    ["s", "t"],
    ["p", "q"],
];

/// Marks that name an end with any other word; those after them are ids as easily.
const SURE: usize = 5;

/// Words for things that have ids.
const THINGS: &[&str] = &[
    "id", "ids", "idx", "index", "key", "code", "no", "nr", "num", "number", "name", "node", "vertex", "v", "n", "end",
    "endpoint", "point", "entity", "item", "object", "person", "people", "user", "member", "actor", "author",
    "account", "customer", "company", "city", "station", "gene", "protein", "page", "label",
];

/// Words of times: two columns of them are a span and no edge.
const TIMES: &[&str] = &["time", "timestamp", "date", "day", "month", "year", "ts"];

/// Names of weights, the likeliest first.
const WEIGHTS: &[&str] = &["weight", "weights", "w", "distance", "dist", "length", "cost", "权重", "距离"];

/// The columns of the ends, told by their names.
///
/// # Errors
/// One end is named in words that are hardly an id, and the other is not: gives the column.
pub(super) fn ends(names: &[String]) -> Result<Option<Ends>, usize> {
    let place = |wanted: usize| names.iter().position(|name| role(name) == Some(wanted));
    let half = match (place(0), place(1)) {
        (Some(source), Some(target)) => {
            return Ok(Some(Ends { columns: [source, target], sure: true, plain: true }));
        }
        (half, other) => half.or(other),
    };
    let words: Vec<Vec<String>> = names.iter().map(|name| words(name)).collect();
    let pairs = (0..names.len()).flat_map(|i| (i + 1..names.len()).map(move |j| (i, j)));
    let found = pairs.filter_map(|(i, j)| {
        let (mark, turned, rest) = marked(&words[i], &words[j])?;
        if rest.iter().any(|word| TIMES.contains(&word.as_str())) {
            return None;
        }
        let columns = if turned { [j, i] } else { [i, j] };
        let plain = rest.iter().all(|word| THINGS.contains(&word.as_str()));
        Some(Ends { columns, sure: mark < SURE && !rest.is_empty(), plain })
    });
    match (found.reduce(|best, next| if next.sure && !best.sure { next } else { best }), half) {
        (None, Some(column)) => Err(column),
        (found, _) => Ok(found),
    }
}

/// The mark by which two names differ, whether the second end stands first, and the words that they share.
fn marked<'a>(one: &'a [String], other: &[String]) -> Option<(usize, bool, Vec<&'a String>)> {
    if one.len() != other.len() {
        return None;
    }
    let mut unlike = one.iter().zip(other).filter(|(a, b)| a != b);
    let ((a, b), None) = (unlike.next()?, unlike.next()) else { return None };
    let shared = one.iter().zip(other).filter(|(a, b)| a == b).map(|(a, _)| a).collect();
    let found = |first: &str, second: &str| MARKS.iter().position(|mark| *mark == [first, second]);
    found(a, b).map(|mark| (mark, false)).or_else(|| found(b, a).map(|mark| (mark, true))).map(|(m, t)| (m, t, shared))
}

/// The column of the weight by its name and by what stands in the columns; several candidates where none is told.
///
/// # Arguments
/// * `ends`: columns that hold the ends.
/// * `numeric`: whether a column holds numbers.
pub(super) fn weight(names: &[String], ends: [usize; 2], numeric: impl Fn(usize) -> bool) -> Result<usize, Vec<usize>> {
    let others = || (0..names.len()).filter(|at| !ends.contains(at));
    let exact = WEIGHTS.iter().find_map(|wanted| others().find(|at| plain(&names[*at]) == *wanted));
    if let Some(at) = exact {
        return Ok(at);
    }
    let candidates: Vec<usize> = others().filter(|at| !aside(&names[*at]) && numeric(*at)).collect();
    let told: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|at| words(&names[*at]).iter().any(|word| WEIGHTS.contains(&word.as_str())))
        .collect();
    match (told.as_slice(), candidates.as_slice()) {
        ([only], _) | ([], [only]) => Ok(*only),
        _ => Err(candidates),
    }
}

/// Whether a column names the row or a time, and neither an end nor a weight.
pub(super) fn aside(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    matches!(last, "" | "id" | "idx" | "index" | "nr" | "no" | "type" | "label")
        || words.iter().any(|word| TIMES.contains(&word.as_str()) || word == "unnamed")
}

/// Whether a column holds the ids of vertices by its name.
pub(super) fn vertex(name: &str) -> bool {
    matches!(plain(name).as_str(), "id" | "vertex" | "vertexid" | "node" | "nodeid" | "编号")
}

/// A name in small letters, without what stands between its words.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-', ' '], "")
}

/// The end, 0 or 1, that a name stands for that is hardly an id.
fn role(name: &str) -> Option<usize> {
    match plain(name).as_str() {
        "source" | "sourceid" | "src" | "srcid" | "from" | "fromid" | "fromnode" | "fromnodeid" | "起点" | "源" => {
            Some(0)
        }
        "target" | "targetid" | "dst" | "dstid" | "dest" | "destination" | "to" | "toid" | "tonode" | "tonodeid"
        | "终点" | "目标" => Some(1),
        _ => None,
    }
}

/// The words of a name in small letters, numbers apart: "person1_id" and "personId1" have three.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.trim().chars() {
        let border = !before.is_alphanumeric()
            || before.is_numeric() != c.is_numeric()
            || (before.is_lowercase() && c.is_uppercase());
        match words.last_mut().filter(|_| !border) {
            _ if !c.is_alphanumeric() => {}
            Some(word) => word.extend(c.to_lowercase()),
            None => words.push(c.to_lowercase().collect()),
        }
        before = c;
    }
    words
}
