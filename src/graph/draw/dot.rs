//! A picture as a Graphviz text.

use std::fmt::Write;

use super::Picture;

/// A text as it may stand between quotes.
fn quoted(text: &str) -> String {
    let mut safe = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe.push('"');
    safe
}

/// Writes a picture as an undirected graph; places are left to Graphviz.
pub fn dot(picture: &Picture) -> String {
    let mut out = String::from("graph mingjing {\n  node [shape=box, style=rounded];\n");
    // Writing to a text cannot fail.
    _ = writeln!(out, "  label={};", quoted(&format!("{} · {}", picture.title.0, picture.title.1)));
    for spot in &picture.spots {
        let label = quoted(&format!("{}｜{} {}", spot.label, spot.words.0, spot.words.1));
        let bold = if spot.centre { ", penwidth=2.6" } else { "" };
        _ = writeln!(out, "  {} [label={label}{bold}];", quoted(&spot.id));
    }
    for line in &picture.lines {
        let ends = [line.from, line.to].map(|at| quoted(&picture.spots[at].id));
        let label = quoted(&format!("{} {}", line.words.0, line.words.1));
        let dashed = if line.dashed { ", style=dashed" } else { "" };
        _ = writeln!(out, "  {} -- {} [label={label}{dashed}];", ends[0], ends[1]);
    }
    for (zh, en) in &picture.notes {
        _ = writeln!(out, "  // {} · {}", zh.replace(['\n', '\r'], " "), en.replace(['\n', '\r'], " "));
    }
    out.push_str("}\n");
    out
}
