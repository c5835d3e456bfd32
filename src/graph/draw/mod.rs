//! Small graphs as pictures: SVG and DOT texts, the same bytes for the same graph.
//!
//! | file | idea |
//! |---|---|
//! | `layout.rs` | where nodes go: rings around one, or layers from left to right |
//! | `svg.rs` | SVG without scripts and without anything from elsewhere |
//! | `dot.rs` | Graphviz |

mod dot;
mod layout;
mod svg;

pub use dot::dot;
pub use layout::{layered, radial};
pub use svg::svg;

use crate::domain::text::{self, columns};

/// A picture: what stands where. Places are in pixels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// Heading: Chinese, English.
    pub title: (String, String),
    /// Nodes.
    pub spots: Vec<Spot>,
    /// Edges between them.
    pub lines: Vec<Line>,
    /// What stands beneath: Chinese, English.
    pub notes: Vec<(String, String)>,
}

/// A node of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spot {
    /// `kind:number`.
    pub id: String,
    /// Name of the kind, which gives the colour.
    pub kind: &'static str,
    /// What people read.
    pub label: String,
    /// The kind in words: Chinese, English.
    pub words: (&'static str, &'static str),
    /// Whether the picture is about it.
    pub centre: bool,
    /// Pixels from the left.
    pub x: i32,
    /// Pixels from the top.
    pub y: i32,
}

/// An edge of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Spot where it begins.
    pub from: usize,
    /// Spot where it ends.
    pub to: usize,
    /// What stands beside it: Chinese, English.
    pub words: (String, String),
    /// Drawn in dashes: not sure, or not in force.
    pub dashed: bool,
    /// Pixels by which its middle stands above the straight line: so that it passes by what lies between.
    pub bend: i32,
}

/// A text as it may stand in XML, which has no control characters but a few.
fn escaped(text: &str) -> String {
    text::escaped(text).replace(char::is_control, " ")
}

/// A text cut so that it takes so many columns at most.
fn short(text: &str, most: usize) -> String {
    if text.chars().map(columns).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut taken = 1;
    let fits = |letter: &char| {
        taken += columns(*letter);
        taken <= most
    };
    text.chars().take_while(fits).chain(std::iter::once('…')).collect()
}

/// A text in lines of so many columns at most, broken at spaces where there are some.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive(|c: char| c == ' ' || c >= '\u{2e80}') {
        let wide = word.chars().map(columns).sum::<usize>();
        if used + wide > most && used > 0 {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push_str(word);
        used += wide;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        let spot = |id: &str, kind, label: &str, words| Spot {
            id: id.to_owned(),
            kind,
            label: label.to_owned(),
            words,
            centre: kind == "official",
            ..Spot::default()
        };
        let line =
            |from, to, zh: &str, en: &str, dashed| Line { from, to, words: (zh.into(), en.into()), dashed, bend: 0 };
        Picture {
            title: ("关联图".into(), "Ties".into()),
            spots: vec![
                spot("official:C1", "official", "主任\"钱\"进", ("岗位", "post")),
                spot("person:1", "person", "钱进<x>", ("人员", "person")),
                spot("phone:139", "phone", "13900000001", ("电话", "phone")),
                spot("household:J1", "household", "曾建华", ("家庭", "household")),
            ],
            lines: vec![
                line(0, 1, "任职", "post", false),
                line(1, 2, "登记", "has", false),
                line(2, 3, "使用", "uses", true),
                line(1, 3, "领取", "payee", false),
            ],
            notes: vec![("疑点，不是结论".into(), "A suspicion, no verdict".into())],
        }
    }

    #[test]
    fn pictures_are_the_same_bytes() {
        let mut layers = picture();
        layered(&mut layers, &[0, 1, 2, 3]);
        insta::assert_snapshot!("layers_svg", svg(&layers));
        insta::assert_snapshot!("dot", dot(&layers));
        let mut around = picture();
        radial(&mut around, &[0, 1, 2, 3], &[0, 0, 1, 1]);
        insta::assert_snapshot!("radial_svg", svg(&around));
    }

    #[test]
    fn no_two_nodes_stand_on_one_another() {
        let spots = (0..60).map(|i| Spot { id: format!("person:{i}"), ..Spot::default() }).collect();
        let mut around = Picture { spots, ..Picture::default() };
        let hops: Vec<u32> = (0..60)
            .map(|i| {
                if i == 0 {
                    0
                } else if i < 20 {
                    1
                } else {
                    2
                }
            })
            .collect();
        let parents: Vec<usize> = (0..60).map(|i| if i < 20 { 0 } else { 1 + i % 19 }).collect();
        radial(&mut around, &hops, &parents);
        for (at, a) in around.spots.iter().enumerate() {
            for b in &around.spots[at + 1..] {
                assert!((a.x - b.x).abs() >= 100 || (a.y - b.y).abs() >= 30, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn rings_are_no_wider_than_their_nodes_need() {
        // A chain, a star, and a chain that ends in a fan.
        let chain = (0..12_u32).map(|i| (i, i.saturating_sub(1) as usize)).collect::<Vec<_>>();
        let star = (0..30).map(|i| (u32::from(i > 0), 0)).collect();
        let fan = (0..30).map(|i: usize| (i.min(4) as u32, i.min(4).saturating_sub(1))).collect();
        for tree in [chain, star, fan] {
            let (hops, parents): (Vec<u32>, Vec<usize>) = tree.into_iter().unzip();
            let spots = vec![Spot::default(); hops.len()];
            let mut around = Picture { spots, ..Picture::default() };
            radial(&mut around, &hops, &parents);
            let most = 400 * hops.len() as i32;
            assert!(around.spots.iter().all(|s| (0..most).contains(&s.x) && (0..most).contains(&s.y)));
        }
    }
}
