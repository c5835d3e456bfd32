use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A set of distinct texts in one buffer: about 24 bytes an entry beside the text itself, so that the
/// numbers of a nation's register fit a server's memory.
#[derive(Debug, Default)]
pub struct Interner {
    bytes: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The position of a text, added where it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        let Self { bytes, ends, table, hasher } = self;
        let hash = hasher.hash_one(text);
        if let Some(found) = table.find(hash, |&i| get(bytes, ends, i) == text) {
            return *found;
        }
        let position = ends.len() as u32;
        bytes.push_str(text);
        ends.push(bytes.len());
        table.insert_unique(hash, position, |&i| hasher.hash_one(get(bytes, ends, i)));
        position
    }

    /// The position of a known text.
    pub fn position(&self, text: &str) -> Option<u32> {
        self.table.find(self.hasher.hash_one(text), |&i| self.get(i) == text).copied()
    }

    /// The text at a position.
    pub fn get(&self, position: u32) -> &str {
        get(&self.bytes, &self.ends, position)
    }

    /// How many distinct texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn get<'a>(bytes: &'a str, ends: &[usize], position: u32) -> &'a str {
    let i = position as usize;
    let start = if i == 0 { 0 } else { ends[i - 1] };
    &bytes[start..ends[i]]
}

/// Dense keys of a set of texts: 0, 1, 2 … in text order, so that the same numbers get the same keys
/// whatever order they came in.
#[derive(Debug, Default)]
pub struct KeyIndex {
    texts: Interner,
    keys: Vec<i32>,
    order: Vec<u32>,
}

impl KeyIndex {
    /// Ranks the texts. O(n log n).
    pub fn new(texts: Interner) -> Self {
        let mut order: Vec<u32> = (0..texts.len() as u32).collect();
        order.sort_unstable_by(|a, b| texts.get(*a).cmp(texts.get(*b)));
        let mut keys = vec![0; order.len()];
        for (key, position) in order.iter().enumerate() {
            keys[*position as usize] = key as i32;
        }
        Self { texts, keys, order }
    }

    /// The key of a text.
    pub fn key(&self, text: &str) -> Option<i32> {
        self.texts.position(text).map(|position| self.keys[position as usize])
    }

    /// The text of a key.
    pub fn text(&self, key: i32) -> &str {
        self.texts.get(self.order[key as usize])
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_depend_on_the_order_of_arrival() {
        let index = |texts: &[&str]| {
            let mut interner = Interner::default();
            texts.iter().for_each(|t| _ = interner.intern(t));
            KeyIndex::new(interner)
        };
        let (a, b) = (index(&["c", "a", "", "b", "a"]), index(&["b", "", "c", "a"]));
        assert_eq!(a.len(), 4);
        for text in ["", "a", "b", "c"] {
            assert_eq!(a.key(text), b.key(text));
            assert_eq!(a.text(a.key(text).unwrap()), text);
        }
        assert_eq!(a.key("d"), None);
    }
}
