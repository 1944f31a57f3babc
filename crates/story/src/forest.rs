//! Small decision trees whose sum says how likely a text belongs to a story, or two texts to one: frozen tables that
//! ship with the crate.
//!
//! `forest.bin` (a text and a story) and `pairs.bin` (two texts) were fitted to openly licensed texts only; which, and
//! how, stands in `forest.md`. After the number of trees (two bytes, little endian) and their first nodes (two each)
//! come the nodes, eight bytes each: which evidence is asked for (one; 255 for a leaf), an unused byte, the node to go
//! on with when it is above the value (two; when it is not, the next one follows), and the value (four, a float): the
//! threshold, or what a leaf adds to the sum.

use std::borrow::Cow;

const NODE: usize = 8;

/// The trees of one table.
#[derive(Clone, Debug)]
pub struct Forest(Cow<'static, [u8]>);

impl Forest {
    /// What ships for a text and a story.
    pub(crate) fn stories() -> Forest {
        Forest(Cow::Borrowed(include_bytes!("forest.bin")))
    }

    /// What ships for two texts.
    pub(crate) fn pairs() -> Forest {
        Forest(Cow::Borrowed(include_bytes!("pairs.bin")))
    }

    /// The trees of other bytes of the same form; where they are broken a tree adds nothing.
    pub fn of(bytes: Vec<u8>) -> Forest {
        Forest(Cow::Owned(bytes))
    }

    fn word(&self, at: usize) -> usize {
        self.0.get(at..at + 2).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]])))
    }

    /// The sum of the trees for one piece of evidence, as a logit.
    pub(crate) fn sum(&self, e: &[f32]) -> f32 {
        let trees = self.word(0);
        let nodes = self.0.get(2 + trees * 2..).unwrap_or(&[]);
        (0..trees).map(|tree| leaf(nodes, self.word(2 + tree * 2), e)).sum()
    }
}

fn leaf(nodes: &[u8], root: usize, e: &[f32]) -> f32 {
    let mut at = root;
    while let Some(n) = nodes.get(at * NODE..at * NODE + NODE) {
        let value = f32::from_le_bytes([n[4], n[5], n[6], n[7]]);
        let Some(asked) = e.get(usize::from(n[0])) else { return value };
        at = if *asked <= value { at + 1 } else { usize::from(u16::from_le_bytes([n[2], n[3]])) };
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{evidence, pair};

    const LEAF: u8 = 255;

    #[test]
    fn every_tree_ends_in_a_leaf_and_asks_only_for_evidence_there_is() {
        for (forest, count) in [(Forest::stories(), evidence::FITTED), (Forest::pairs(), pair::COUNT)] {
            let trees = forest.word(0);
            let nodes = &forest.0[2 + trees * 2..];
            assert!(trees > 0 && nodes.len().is_multiple_of(NODE), "{trees} trees, {} bytes", nodes.len());
            for (at, n) in nodes.chunks_exact(NODE).enumerate() {
                let above = usize::from(u16::from_le_bytes([n[2], n[3]]));
                assert!(n[0] == LEAF || usize::from(n[0]) < count, "node {at}");
                // Ways lead forward only, so each walk ends.
                assert!(n[0] == LEAF || above > at && above < nodes.len() / NODE, "node {at}");
            }
        }
    }

    #[test]
    fn more_in_common_never_counts_against_a_story() {
        let of = |centre| {
            let mut e = [0.0; evidence::COUNT];
            e[evidence::CENTRE] = centre;
            Forest::stories().sum(&e)
        };
        let sums: Vec<f32> = (0..=20).map(|n| of(n as f32 / 20.0)).collect();
        assert!(sums.is_sorted(), "{sums:?}");
        assert!(sums[20] > sums[0]);
    }
}
