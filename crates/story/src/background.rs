//! How common words are before anything was gathered: a frozen table that ships with the crate.
//!
//! `background.bin` counts, for each stem, in how many of `documents` pieces of about 200 words it
//! stands, and whether it is mostly written with a capital inside a sentence. It was made by
//! `cargo run --release -p story --example background` from openly licensed texts only; the sources and
//! their licences stand in `background.md`. Six bytes an entry: stem (four, little endian), count on a
//! logarithmic scale (one), share of capitals in 1/255 (one); sorted by stem after a head of eight bytes.

use rustc_hash::{FxHashMap, FxHashSet};

static TABLE: &[u8] = include_bytes!("background.bin");

/// A word's entry.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Prior {
    /// Logarithmic count, as [`count`] reads it; 0 for a word the table does not know.
    pub level: u8,
    /// Share of its occurrences inside sentences that begin with a capital, in 1/255.
    pub capitals: u8,
}

/// Number of pieces counted.
pub(crate) fn documents() -> f32 {
    TABLE.get(4..8).and_then(|b| b.try_into().ok()).map_or(1.0, |b| u32::from_le_bytes(b) as f32)
}

/// The count a level stands for.
pub(crate) fn count(level: u8) -> f32 {
    if level == 0 { 0.0 } else { (f32::from(level - 1) / 24.0).exp2() }
}

/// The level of a count: 24 steps to a doubling are more than exact enough.
fn level(count: f32) -> u8 {
    if count < 1.0 { 0 } else { (count.log2() * 24.0).round().min(254.0) as u8 + 1 }
}

/// What the table knows of a stem.
pub(crate) fn prior(stem: u32) -> Prior {
    let entries = TABLE.get(8..).unwrap_or(&[]);
    let (mut low, mut high) = (0, entries.len() / 6);
    while low < high {
        let mid = (low + high) / 2;
        let e = &entries[mid * 6..mid * 6 + 6];
        let key = u32::from_le_bytes([e[0], e[1], e[2], e[3]]);
        match key.cmp(&stem) {
            std::cmp::Ordering::Equal => return Prior { level: e[4], capitals: e[5] },
            std::cmp::Ordering::Less => low = mid + 1,
            std::cmp::Ordering::Greater => high = mid,
        }
    }
    Prior::default()
}

/// Makes the table anew.
#[derive(Default)]
pub struct Counter {
    pieces: u32,
    /// Stem to: pieces it stands in, times seen inside a sentence, of these with a capital.
    words: FxHashMap<u32, (u32, u32, u32)>,
}

impl Counter {
    /// Counts one text; a long one as pieces of 200 words. `title_case` says that its capitals mean nothing.
    pub fn add(&mut self, text: &str, title_case: bool) {
        for piece in crate::token::tokens(text).chunks(200) {
            self.pieces += 1;
            let mut seen = FxHashSet::default();
            for t in piece.iter().filter(|t| !t.small) {
                let entry = self.words.entry(t.stem).or_default();
                entry.0 += u32::from(seen.insert(t.stem));
                if !t.first && !title_case {
                    entry.1 += 1;
                    entry.2 += u32::from(t.capital);
                }
            }
        }
    }

    /// The table's bytes: words that stand in at least two pieces.
    pub fn table(&self) -> Vec<u8> {
        let mut rows: Vec<_> = self.words.iter().filter(|(_, n)| n.0 > 1).collect();
        rows.sort_unstable_by_key(|(stem, _)| **stem);
        let mut out = b"RWB1".to_vec();
        out.extend(self.pieces.to_le_bytes());
        for (stem, &(pieces, inside, capitals)) in rows {
            out.extend(stem.to_le_bytes());
            out.push(level(pieces as f32));
            out.push((capitals * 255).checked_div(inside).unwrap_or(0) as u8);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::stem_of;

    #[test]
    fn common_words_are_known_as_common_and_names_as_names() {
        assert!(count(prior(stem_of("said")).level) > count(prior(stem_of("earthquake")).level));
        assert!(prior(stem_of("China")).capitals > 200);
        assert!(prior(stem_of("table")).capitals < 100);
        assert_eq!(prior(stem_of("zzyzxqq")).level, 0);
    }

    #[test]
    fn the_table_is_sorted_and_small() {
        assert!(TABLE.len() < 400_000);
        let keys: Vec<u32> = TABLE[8..].chunks_exact(6).map(|e| u32::from_le_bytes([e[0], e[1], e[2], e[3]])).collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn levels_give_their_counts_back() {
        for n in [1.0, 2.0, 17.0, 900.0] {
            assert!((count(level(n)) / n - 1.0).abs() < 0.02, "{n}");
        }
    }
}
