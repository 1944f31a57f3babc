//! Small decision trees whose sum says how likely a text belongs to a story: a frozen table that ships with the crate.
//!
//! `forest.bin` was fitted to openly licensed texts only; which, and how, stands in `forest.md`. After the number of
//! trees (two bytes, little endian) and their first nodes (two each) come the nodes, eight bytes each: which evidence
//! is asked for (one; 255 for a leaf), an unused byte, the node to go on with when it is above the value (two; when it
//! is not, the next one follows), and the value (four, a float): the threshold, or what a leaf adds to the sum.

use crate::evidence::Evidence;

static TABLE: &[u8] = include_bytes!("forest.bin");
const NODE: usize = 8;

fn word(at: usize) -> usize {
    TABLE.get(at..at + 2).map_or(0, |b| usize::from(u16::from_le_bytes([b[0], b[1]])))
}

/// The sum of the trees for one piece of evidence, as a logit.
pub(crate) fn sum(e: &Evidence) -> f32 {
    let trees = word(0);
    let nodes = TABLE.get(2 + trees * 2..).unwrap_or(&[]);
    (0..trees).map(|tree| leaf(nodes, word(2 + tree * 2), e)).sum()
}

fn leaf(nodes: &[u8], root: usize, e: &Evidence) -> f32 {
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
    use crate::evidence::COUNT;

    const LEAF: u8 = 255;

    #[test]
    fn every_tree_ends_in_a_leaf_and_asks_only_for_evidence_there_is() {
        let trees = word(0);
        let nodes = &TABLE[2 + trees * 2..];
        assert!(trees > 0 && nodes.len().is_multiple_of(NODE), "{trees} trees, {} bytes", nodes.len());
        for (at, n) in nodes.chunks_exact(NODE).enumerate() {
            let above = usize::from(u16::from_le_bytes([n[2], n[3]]));
            assert!(n[0] == LEAF || usize::from(n[0]) < COUNT, "node {at}");
            // Ways lead forward only, so each walk ends.
            assert!(n[0] == LEAF || above > at && above < nodes.len() / NODE, "node {at}");
        }
    }

    #[test]
    fn more_in_common_never_counts_against_a_story() {
        let of = |centre| {
            let mut e: Evidence = [0.0; COUNT];
            e[crate::evidence::CENTRE] = centre;
            sum(&e)
        };
        let sums: Vec<f32> = (0..=20).map(|n| of(n as f32 / 20.0)).collect();
        assert!(sums.is_sorted(), "{sums:?}");
        assert!(sums[20] > sums[0]);
    }
}
