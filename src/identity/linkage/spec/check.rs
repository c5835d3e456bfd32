//! From a spec as written to one that can be run.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::LinkageError;
use super::super::compare::{COMPARISONS, Compiler, LEVELS};
use super::file::{Level, SpecFile};
use super::headers::Sides;
use super::{Column, Comparison, Spec};

impl Spec {
    /// Reads and checks a spec file.
    ///
    /// # Errors
    ///
    /// [`LinkageError::Spec`] names the key and what would be right.
    pub fn read(path: &Path) -> Result<Self, LinkageError> {
        let text = std::fs::read_to_string(path).map_err(LinkageError::io(path))?;
        Self::parse(path, &text)
    }

    /// Checks the text of a spec; `path` stands in messages.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, LinkageError> {
        let wrong = |at: &str, reason: String| LinkageError::Spec { path: path.to_owned(), at: at.to_owned(), reason };
        let line = |error: &toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1
        };
        let document =
            toml::Deserializer::parse(text).map_err(|e| wrong(&format!("line {}", line(&e)), one_line(e.message())))?;
        let file: SpecFile = serde_path_to_error::deserialize(document).map_err(|e| {
            let path = e.path().to_string();
            let at = if path == "." { "file".to_owned() } else { format!("{path} (line {})", line(e.inner())) };
            wrong(&at, one_line(e.inner().message()))
        })?;
        check(path, file).map_err(|(at, reason)| wrong(&at, reason))
    }
}

fn one_line(text: &str) -> String {
    text.trim_end_matches('.').replace('\n', " ")
}

type Fault = (String, String);

fn check(path: &Path, file: SpecFile) -> Result<Spec, Fault> {
    let columns = columns(&file)?;
    if file.blocks.is_empty() {
        return Err(("block".into(), "at least one blocking rule is needed, such as sql = \"l.name = r.name\"".into()));
    }
    let count = file.comparisons.len();
    if !(1..=COMPARISONS).contains(&count) {
        return Err(("comparison".into(), format!("there are {count} comparisons; 1 to {COMPARISONS} are allowed")));
    }
    let mut compiler = Compiler::new(&columns);
    let (mut comparisons, mut names) = (Vec::new(), BTreeSet::new());
    for (i, written) in file.comparisons.iter().enumerate() {
        let at = format!("comparison[{i}]");
        if !names.insert(written.name.as_str()) {
            return Err((at + ".name", format!("{:?} is there twice", written.name)));
        }
        let name = written.column.as_deref().unwrap_or(&written.name);
        let column = columns.iter().position(|c| c.name == name).ok_or_else(|| {
            (format!("{at}.column"), format!("there is no column {name:?}: name one of the spec's columns"))
        })?;
        if !(1..LEVELS).contains(&written.levels.len()) {
            return Err((at + ".levels", format!("1 to {} levels are allowed", LEVELS - 1)));
        }
        let mut tests = Vec::new();
        for (j, level) in written.levels.iter().enumerate() {
            tests.push(compiler.test(level, Some(column)).map_err(|reason| (format!("{at}.levels[{j}]"), reason))?);
        }
        let own = |column: &Option<String>| column.as_deref().is_none_or(|named| named == name);
        let exact = |level: &Level| matches!(level, Level::Exact { column } if own(column));
        comparisons.push(Comparison {
            name: written.name.clone(),
            column,
            term_frequency: written.term_frequency,
            tests,
            labels: written.levels.iter().map(Level::label).chain(["else".to_owned()]).collect(),
            exact: written.levels.iter().map(exact).collect(),
        });
    }
    for (i, level) in file.contradictions.iter().enumerate() {
        compiler.test(level, None).map_err(|reason| (format!("contradiction[{i}]"), reason))?;
    }
    let truth = file.truth.as_deref().map(|name| {
        let found = columns.iter().position(|column| column.name == name);
        found.ok_or_else(|| ("truth".to_owned(), format!("there is no column {name:?}: add it under [[column]]")))
    });
    let truth = truth.transpose()?;
    let group = |(i, names): (usize, &Vec<String>)| {
        let read = |name: &String| columns.iter().position(|column| column.name == *name && column.sql.is_none());
        let wrong = |name: &String| (format!("one_of[{i}]"), format!("{name:?} is no column that a file may have"));
        names.iter().map(|name| read(name).ok_or_else(|| wrong(name))).collect::<Result<Vec<_>, _>>()
    };
    let one_of = file.one_of.iter().enumerate().map(group).collect::<Result<_, _>>()?;
    let (link, review) = thresholds(&file)?;
    let floor = probability("thresholds.floor", file.thresholds.floor.unwrap_or(0.0001))?.min(review);
    if file.training.iterations == 0 || file.training.random_pairs == 0 || file.training.candidate_pairs == 0 {
        return Err(("training".into(), "iterations, random_pairs and candidate_pairs must be above 0".into()));
    }
    if file.limits.candidates_per_row == 0 || file.limits.kept_per_row == 0 {
        return Err(("limits".into(), "candidates_per_row and kept_per_row must be above 0".into()));
    }
    probability("clusters.cohesion", file.clusters.cohesion)?;
    Ok(Spec {
        path: path.to_owned(),
        title: file.title,
        id: file.id,
        relation: file.relation,
        columns,
        one_of,
        blocks: file.blocks,
        comparisons,
        contradictions: file.contradictions,
        training: file.training,
        limits: file.limits,
        clusters: file.clusters,
        truth,
        link,
        review,
        floor,
        levels: file.comparisons.into_iter().map(|comparison| comparison.levels).collect(),
    })
}

fn columns(file: &SpecFile) -> Result<Vec<Column>, Fault> {
    let mut columns: Vec<Column> = Vec::new();
    for (i, column) in file.columns.iter().enumerate() {
        let at = |key: &str| format!("column[{i}].{key}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if column.name.is_empty() || !column.name.chars().all(plain) {
            return Err((at("name"), format!("{:?}: use small letters, digits and underscores", column.name)));
        }
        if columns.iter().any(|c| c.name == column.name) {
            return Err((at("name"), format!("{:?} is there twice", column.name)));
        }
        if column.sql.is_some() && column.from.is_some() {
            return Err((at("sql"), "a column has either `from` or `sql`, not both".into()));
        }
        if column.separator.is_empty() {
            return Err((at("separator"), "must not be empty".into()));
        }
        columns.push(Column {
            name: column.name.clone(),
            from: column.from.clone().unwrap_or_else(|| Sides::named(&column.name)),
            optional: column.optional,
            sql: column.sql.clone(),
            kind: column.kind,
            normalise: column.normalise.clone(),
            missing: column.missing.clone(),
            // What SQL makes of a cell stood for something.
            placeholders: column.sql.is_none() && column.placeholders.unwrap_or(file.placeholders),
            separator: column.separator.clone(),
            format: column.format.clone(),
        });
    }
    Ok(columns)
}

fn probability(at: &str, value: f64) -> Result<f64, Fault> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err((at.into(), format!("{value} is no probability"))) }
}

/// Link and review thresholds by least expected cost: a pair is linked where the steward's look costs
/// more than the risk of a false link, and let go where it costs more than the risk of a missed one.
fn thresholds(file: &SpecFile) -> Result<(f64, f64), Fault> {
    let costs = &file.costs;
    if [costs.false_link, costs.missed_link, costs.review].iter().any(|cost| !cost.is_finite() || *cost <= 0.0) {
        return Err(("costs".into(), "every cost must be a number above 0".into()));
    }
    let even = costs.false_link / (costs.false_link + costs.missed_link);
    let (link, review) = (1.0 - costs.review / costs.false_link, costs.review / costs.missed_link);
    let (link, review) = if link <= review { (even, even) } else { (link, review) };
    let link = probability("thresholds.link", file.thresholds.link.unwrap_or(link))?;
    let review = probability("thresholds.review", file.thresholds.review.unwrap_or(review.min(link)))?;
    if review > link {
        return Err(("thresholds.review".into(), format!("{review} lies above the link threshold {link}")));
    }
    Ok((link, review))
}

impl Level {
    /// What it is called in tables and waterfalls.
    fn label(&self) -> String {
        let text = format!("{self:?}");
        let (name, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let mut label = String::new();
        for (i, c) in name.chars().enumerate() {
            if c.is_ascii_uppercase() && i > 0 {
                label.push('_');
            }
            label.push(c.to_ascii_lowercase());
        }
        for (word, sign) in [("at_least: ", ">="), ("at_most: ", "<=")] {
            if let Some((_, bound)) = rest.split_once(word)
                && !rest.contains("of: ")
            {
                let bound: String =
                    bound.trim_start_matches("Some(").chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                if !bound.is_empty() {
                    label = format!("{label} {sign} {}", bound.trim_end_matches(".0"));
                }
            }
        }
        let named = rest.split_once("column: Some(\"").and_then(|(_, rest)| rest.split_once('"'));
        if let Some((column, _)) = named
            && !rest.contains("of: ")
        {
            label = format!("{label} ({column})");
        }
        label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Link and review thresholds of a spec with those costs.
    fn of(costs: &str) -> (f64, f64) {
        let spec = format!(
            "[[column]]\nname = \"name\"\n[[block]]\nsql = \"l.name = r.name\"\n[[comparison]]\nname = \"name\"\n\
             levels = [{{ kind = \"exact\" }}]\n[costs]\n{costs}"
        );
        let spec = Spec::parse(Path::new("spec.toml"), &spec).unwrap();
        (spec.link, spec.review)
    }

    #[test]
    fn thresholds_are_where_the_costs_are_even() {
        // At p = 0.98 a false link costs 0.02 · 50 = one look; at 0.2 a missed one costs 0.2 · 5 = one look.
        assert_eq!(of("false_link = 50\nmissed_link = 5\nreview = 1"), (0.98, 0.2));
        // Nobody looks where a look costs more than either error: p · missed = (1 − p) · false.
        assert_eq!(of("false_link = 3\nmissed_link = 1\nreview = 9"), (0.75, 0.75));
    }
}
