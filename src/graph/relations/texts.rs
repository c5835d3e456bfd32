//! Texts of nodes, each once: gathered in any order, then held sorted in Arrow columns, a column a kind.

use std::hash::BuildHasher;

use arrow::array::{Array, StringArray, StringBuilder};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::growth::{put, put_text};

/// Number and label of every node of one kind, sorted by number.
#[derive(Debug, Clone)]
pub struct Texts {
    keys: StringArray,
    /// Empty where the number itself is what people read.
    labels: StringArray,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The number at a position.
    pub fn key(&self, at: usize) -> &str {
        self.keys.value(at)
    }

    /// What people read.
    pub fn label(&self, at: usize) -> &str {
        match self.labels.value(at) {
            "" => self.keys.value(at),
            label => label,
        }
    }

    /// Position of a number. Time O(log n).
    pub fn position(&self, key: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.keys.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.keys.value(middle).cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.keys.get_buffer_memory_size() + self.labels.get_buffer_memory_size()
    }
}

/// Texts as they come. One that comes again keeps its place; of two labels the smaller stays.
#[derive(Debug, Default)]
pub struct Gathered {
    bytes: String,
    /// Begin and length of key and label in `bytes`.
    spans: Vec<[(u32, u16); 2]>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Gathered {
    fn put(&mut self, text: &str) -> (u32, u16) {
        let begin = self.bytes.len() as u32;
        // A text longer than an address can be is cut at a letter.
        let mut end = text.len().min(usize::from(u16::MAX));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        put_text(&mut self.bytes, &text[..end]);
        (begin, end as u16)
    }

    /// The place of a key, which is new or known.
    pub fn place(&mut self, key: &str, label: &str) -> u32 {
        let label = if label == key { "" } else { label };
        let hash = self.hasher.hash_one(key);
        let Self { bytes, spans, table, .. } = self;
        if let Some(&found) = table.find(hash, |&at| text(bytes, spans[at as usize][0]) == key) {
            let held = text(bytes, spans[found as usize][1]);
            if !label.is_empty() && (held.is_empty() || label < held) {
                let span = self.put(label);
                self.spans[found as usize][1] = span;
            }
            return found;
        }
        let place = self.spans.len() as u32;
        let spans_of = [self.put(key), self.put(label)];
        put(&mut self.spans, spans_of);
        let Self { bytes, spans, table, hasher } = self;
        table.insert_unique(hash, place, |&at| hasher.hash_one(text(bytes, spans[at as usize][0])));
        place
    }

    /// The sorted texts, and where each place went.
    pub fn sorted(self) -> (Texts, Vec<u32>) {
        let Self { bytes, spans, table, .. } = self;
        drop(table);
        let mut order: Vec<u32> = (0..spans.len() as u32).collect();
        order.sort_unstable_by_key(|at| text(&bytes, spans[*at as usize][0]));
        let column = |side: usize| {
            let length: usize = spans.iter().map(|span| usize::from(span[side].1)).sum();
            let mut column = StringBuilder::with_capacity(spans.len(), length);
            order.iter().for_each(|at| column.append_value(text(&bytes, spans[*at as usize][side])));
            column.finish()
        };
        let texts = Texts { keys: column(0), labels: column(1) };
        let mut rank = vec![0; spans.len()];
        (0..).zip(&order).for_each(|(new, old)| rank[*old as usize] = new);
        (texts, rank)
    }
}

fn text(bytes: &str, (begin, length): (u32, u16)) -> &str {
    &bytes[begin as usize..begin as usize + usize::from(length)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_whatever_order_they_came_in() {
        let mut gathered = Gathered::default();
        let places: Vec<u32> =
            [("b", "B"), ("a", ""), ("c", "c"), ("b", "A"), ("a", "x")].map(|(k, l)| gathered.place(k, l)).to_vec();
        assert_eq!(places, [0, 1, 2, 0, 1]);
        let (texts, rank) = gathered.sorted();
        assert_eq!(rank, [1, 0, 2]);
        assert_eq!((0..3).map(|at| texts.label(at)).collect::<Vec<_>>(), ["x", "A", "c"]);
        assert_eq!((texts.position("c"), texts.position("d"), texts.len()), (Some(2), None, 3));
    }
}
