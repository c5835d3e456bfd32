//! A picture as SVG.

use std::fmt::Write;

use super::{Picture, escaped, short, wrapped};

/// Half the width and half the height of a node.
const HALF: (i32, i32) = (72, 21);
/// Columns of a label at most, 7 pixels each; the whole stands in the title, which shows on hovering.
const COLUMNS: usize = 19;
/// Width in pixels of a column of a note.
const NOTE_COLUMN: i32 = 7;
/// Height of a line of text.
const TEXT: i32 = 20;

/// Fill and edge of a kind, readable in print without colour by the words beneath each label.
fn colours(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "official" => ("#fde8e8", "#b42318"),
        "person" => ("#eef4ff", "#3538cd"),
        "household" => ("#ecfdf3", "#067647"),
        "account" | "award" => ("#fef7c3", "#a15c07"),
        "phone" | "address" => ("#f4f3ff", "#5925dc"),
        _ => ("#f2f4f7", "#475467"),
    }
}

/// Writes a picture. The text holds no script and asks for nothing from elsewhere.
pub fn svg(picture: &Picture) -> String {
    let right = picture.spots.iter().map(|spot| spot.x).max().unwrap_or(0) + HALF.0 + 28;
    let foot = picture.spots.iter().map(|spot| spot.y).max().unwrap_or(0) + HALF.1 + 28;
    let wide = right.max(480);
    let room = ((wide - 32) / NOTE_COLUMN) as usize;
    let notes: Vec<String> =
        picture.notes.iter().flat_map(|(zh, en)| [zh, en]).flat_map(|text| wrapped(text, room)).collect();
    let high = foot + TEXT * notes.len() as i32 + 12;
    let mut out = String::new();
    // Writing to a text cannot fail.
    _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" role=\"img\" \
         font-family=\"system-ui,'Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif\" font-size=\"13\">"
    );
    let (zh, en) = (escaped(&picture.title.0), escaped(&picture.title.1));
    _ = writeln!(out, "<title>{zh} · {en}</title>");
    _ = writeln!(out, "<rect width=\"{wide}\" height=\"{high}\" fill=\"#ffffff\"/>");
    _ = writeln!(out, "<text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\">{zh} · {en}</text>");
    for line in &picture.lines {
        let (a, b) = (&picture.spots[line.from], &picture.spots[line.to]);
        let dash = if line.dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let (zh, en) = (escaped(&line.words.0), escaped(&line.words.1));
        _ = writeln!(
            out,
            "<g><title>{zh} · {en}</title><path d=\"M{} {} Q{} {} {} {}\" fill=\"none\" stroke=\"#98a2b3\" stroke-width=\"1.4\"{dash}/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#475467\" font-size=\"11\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"3\">{}</text></g>",
            a.x,
            a.y,
            i32::midpoint(a.x, b.x),
            // The curve's middle lies halfway between its ends and this point.
            i32::midpoint(a.y, b.y) - 2 * line.bend,
            b.x,
            b.y,
            i32::midpoint(a.x, b.x),
            i32::midpoint(a.y, b.y) - line.bend - 4,
            escaped(&short(&line.words.0, COLUMNS)),
        );
    }
    for spot in &picture.spots {
        let (fill, edge) = colours(spot.kind);
        let stroke = if spot.centre { 2.6 } else { 1.2 };
        _ = writeln!(
            out,
            "<g><title>{} · {} {}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"{stroke}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text><text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\" fill=\"{edge}\">{} {}</text></g>",
            escaped(&spot.id),
            escaped(&spot.label),
            spot.words.1,
            spot.x - HALF.0,
            spot.y - HALF.1,
            2 * HALF.0,
            2 * HALF.1,
            spot.x,
            spot.y - 2,
            escaped(&short(&spot.label, COLUMNS)),
            spot.x,
            spot.y + 13,
            spot.words.0,
            spot.words.1,
        );
    }
    for (row, text) in (0..).zip(&notes) {
        let y = foot + TEXT * row + 6;
        _ = writeln!(out, "<text x=\"16\" y=\"{y}\" font-size=\"12\" fill=\"#344054\">{}</text>", escaped(text));
    }
    out.push_str("</svg>\n");
    out
}
