//! What people decided about the grouping: which articles stay together and which stay apart, whatever they score.

use news::story::{Decision, DecisionKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// Articles in blocks that stay together, and pairs of blocks that stay apart. Articles of which nobody spoke are in
/// no block. No two articles are both together and apart.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    of: FxHashMap<i64, u32>,
    /// Members by block, in order; empty where a block has ended.
    blocks: Vec<Vec<i64>>,
    /// For each block those it is apart from.
    apart: Vec<FxHashSet<u32>>,
}

impl Decided {
    /// What holds after these decisions, in the order they were made. Where two speak of the same articles the later
    /// holds; one that was taken back counts as never made.
    pub fn of(decisions: &[Decision]) -> Decided {
        let withdrawn: FxHashSet<_> = decisions.iter().filter_map(|decision| decision.withdraws).collect();
        let mut decided = Decided::default();
        for decision in decisions {
            if decision.kind != DecisionKind::Undo && !withdrawn.contains(&decision.id) {
                let keys = |ids: &[news::id::ArticleId]| ids.iter().map(|id| id.0).collect::<Vec<_>>();
                decided.hold(&keys(&decision.moved), &keys(&decision.met), &keys(&decision.left));
            }
        }
        decided
    }

    /// One decision more: `moved` and `met` are together, with whatever is together with them, and apart from `left`.
    /// A key on both sides counts as together.
    fn hold(&mut self, moved: &[i64], met: &[i64], left: &[i64]) {
        let joined: FxHashSet<i64> = moved.iter().chain(met).copied().collect();
        let left: FxHashSet<i64> = left.iter().copied().filter(|key| !joined.contains(key)).collect();
        if joined.is_empty() {
            return;
        }
        let mut ending: Vec<u32> = joined.iter().map(|key| self.block_for(*key)).collect();
        ending.sort_unstable();
        ending.dedup();
        let into = self.open();
        for &block in &ending {
            // What is said to be apart is cut out of the block, and stays a block of its own.
            let members = std::mem::take(&mut self.blocks[block as usize]);
            let (stay, go): (Vec<i64>, Vec<i64>) = members.into_iter().partition(|key| left.contains(key));
            for key in &go {
                self.of.insert(*key, into);
            }
            self.blocks[into as usize].extend(go);
            let mut others: Vec<u32> = self.apart[block as usize].iter().copied().collect();
            others.sort_unstable();
            if stay.is_empty() {
                self.apart[block as usize].clear();
                for other in &others {
                    self.apart[*other as usize].remove(&block);
                }
            }
            self.blocks[block as usize] = stay;
            // Apartness among those that are now together ends; that from others goes on.
            for other in others.into_iter().filter(|other| ending.binary_search(other).is_err()) {
                self.part(into, other);
            }
        }
        self.blocks[into as usize].sort_unstable();
        for key in left {
            let block = self.block_for(key);
            self.part(into, block);
        }
    }

    fn open(&mut self) -> u32 {
        self.blocks.push(Vec::new());
        self.apart.push(FxHashSet::default());
        (self.blocks.len() - 1) as u32
    }

    fn block_for(&mut self, key: i64) -> u32 {
        if let Some(block) = self.of.get(&key) {
            return *block;
        }
        let block = self.open();
        self.blocks[block as usize].push(key);
        self.of.insert(key, block);
        block
    }

    fn part(&mut self, a: u32, b: u32) {
        self.apart[a as usize].insert(b);
        self.apart[b as usize].insert(a);
    }

    /// Whether nobody decided anything.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Whether a decision speaks of this article.
    pub fn speaks_of(&self, key: i64) -> bool {
        self.of.contains_key(&key)
    }

    /// The articles that stay with this one, itself among them, in order; none where nobody spoke of it.
    pub fn together_with(&self, key: i64) -> &[i64] {
        self.of.get(&key).map_or(&[], |block| &self.blocks[*block as usize])
    }

    /// The articles that stay apart from this one, in no order.
    pub fn apart_from(&self, key: i64) -> impl Iterator<Item = i64> + '_ {
        let others = self.of.get(&key).map(|block| &self.apart[*block as usize]);
        others.into_iter().flatten().flat_map(|other| self.blocks[*other as usize].iter().copied())
    }

    /// Whether these two stay in one story.
    pub fn are_together(&self, a: i64, b: i64) -> bool {
        matches!((self.of.get(&a), self.of.get(&b)), (Some(x), Some(y)) if x == y)
    }

    /// Whether these two never stand in one story.
    pub fn are_apart(&self, a: i64, b: i64) -> bool {
        matches!((self.of.get(&a), self.of.get(&b)), (Some(x), Some(y)) if self.apart[*x as usize].contains(y))
    }
}

/// What was decided about the texts of one settling, while they are put into groups. Groups go by the place of their
/// first text.
pub(crate) struct Ties<'a> {
    decided: &'a Decided,
    /// For each text its block, for each group those of its texts.
    blocks: Vec<Vec<u32>>,
}

impl<'a> Ties<'a> {
    pub(crate) fn new(keys: impl Iterator<Item = i64>, decided: &'a Decided) -> Self {
        Ties { decided, blocks: keys.map(|key| decided.of.get(&key).copied().into_iter().collect()).collect() }
    }

    /// The texts that belong together from the start: pairs of the first text of a block with each of its others.
    pub(crate) fn together(&self) -> Vec<(usize, usize)> {
        let mut first: FxHashMap<u32, usize> = FxHashMap::default();
        let mut pairs = Vec::new();
        for (at, blocks) in self.blocks.iter().enumerate() {
            for block in blocks {
                let a = *first.entry(*block).or_insert(at);
                if a != at {
                    pairs.push((a, at));
                }
            }
        }
        pairs
    }

    pub(crate) fn are_apart(&self, a: usize, b: usize) -> bool {
        let apart = |x: &u32| &self.decided.apart[*x as usize];
        self.blocks[a].iter().any(|x| self.blocks[b].iter().any(|y| apart(x).contains(y)))
    }

    /// Group `b` ends in group `a`.
    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let more = std::mem::take(&mut self.blocks[b]);
        for block in more {
            if !self.blocks[a].contains(&block) {
                self.blocks[a].push(block);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use news::id::{ArticleId, DecisionId};
    use proptest::prelude::*;

    fn decision(id: i64, kind: DecisionKind, moved: &[i64], met: &[i64], left: &[i64]) -> Decision {
        let ids = |keys: &[i64]| keys.iter().copied().map(ArticleId).collect();
        Decision { id: DecisionId(id), kind, moved: ids(moved), met: ids(met), left: ids(left), withdraws: None }
    }

    fn undo(id: i64, withdraws: i64) -> Decision {
        let base = decision(id, DecisionKind::Undo, &[], &[], &[]);
        Decision { withdraws: Some(DecisionId(withdraws)), ..base }
    }

    use DecisionKind::{Merge, Move, Split};

    #[test]
    fn what_is_split_off_stays_together_and_apart_from_the_rest() {
        let d = Decided::of(&[decision(1, Split, &[1, 2], &[], &[3, 4])]);
        assert!(d.are_together(1, 2) && d.are_apart(1, 3) && d.are_apart(2, 4));
        assert!(!d.are_together(3, 4) && !d.are_apart(3, 4), "nothing is said of the rest among itself");
        assert_eq!(d.together_with(1), [1, 2]);
        assert!(!d.speaks_of(9) && d.together_with(9).is_empty());
    }

    #[test]
    fn a_merge_ends_what_a_split_began_and_a_split_cuts_what_was_merged() {
        let split = decision(1, Split, &[1], &[], &[2, 3]);
        let merge = decision(2, Merge, &[1], &[2, 3], &[]);
        let d = Decided::of(&[split.clone(), merge.clone()]);
        assert!(d.are_together(1, 2) && d.are_together(2, 3) && !d.are_apart(1, 2));
        let d = Decided::of(&[merge, decision(3, Split, &[3], &[], &[1, 2])]);
        assert!(d.are_together(1, 2) && d.are_apart(3, 1) && d.are_apart(3, 2));
    }

    #[test]
    fn a_moved_article_leaves_its_block_and_is_with_the_others() {
        let d = Decided::of(&[decision(1, Merge, &[1], &[2, 3], &[]), decision(2, Move, &[3], &[7, 8], &[1, 2])]);
        assert!(d.are_together(3, 7) && d.are_together(3, 8) && d.are_together(1, 2));
        assert!(d.are_apart(3, 1) && d.are_apart(8, 2), "who is with the moved one is apart from those it left");
    }

    #[test]
    fn a_decision_taken_back_counts_as_never_made() {
        let d = Decided::of(&[decision(1, Split, &[1], &[], &[2]), undo(2, 1)]);
        assert!(!d.are_apart(1, 2) && d.is_empty());
    }

    type Sides = (Vec<i64>, Vec<i64>, Vec<i64>);

    fn sides() -> impl Strategy<Value = Sides> {
        let keys = || proptest::collection::vec(0i64..10, 0..4);
        (proptest::collection::vec(0i64..10, 1..4), keys(), keys())
    }

    fn made(list: &[Sides]) -> Vec<Decision> {
        list.iter().enumerate().map(|(n, (a, b, c))| decision(n as i64 + 1, Move, a, b, c)).collect()
    }

    proptest! {
        #[test]
        fn no_two_articles_are_both_together_and_apart(list in proptest::collection::vec(sides(), 0..12)) {
            let d = Decided::of(&made(&list));
            for a in 0..10 {
                prop_assert!(!d.are_apart(a, a));
                prop_assert!(!d.speaks_of(a) || d.together_with(a).contains(&a));
                for b in 0..10 {
                    prop_assert!(!(d.are_together(a, b) && d.are_apart(a, b)), "{a} {b}");
                    prop_assert_eq!(d.are_apart(a, b), d.are_apart(b, a));
                    prop_assert_eq!(d.are_apart(a, b), d.apart_from(a).any(|key| key == b));
                    prop_assert_eq!(d.are_together(a, b), d.together_with(a).contains(&b));
                }
            }
        }

        #[test]
        fn the_last_decision_always_holds(list in proptest::collection::vec(sides(), 1..12)) {
            let d = Decided::of(&made(&list));
            let (moved, met, left) = &list[list.len() - 1];
            let joined: Vec<i64> = moved.iter().chain(met).copied().collect();
            for a in &joined {
                for b in &joined {
                    prop_assert!(d.are_together(*a, *b), "{a} {b}");
                }
                for b in left.iter().filter(|b| !joined.contains(b)) {
                    prop_assert!(d.are_apart(*a, *b), "{a} {b}");
                }
            }
        }

        #[test]
        fn those_together_stay_so_until_one_of_them_is_spoken_of(list in proptest::collection::vec(sides(), 2..12)) {
            let all = made(&list);
            let (before, after) = (Decided::of(&all[..all.len() - 1]), Decided::of(&all));
            let (moved, met, left) = &list[list.len() - 1];
            let spoken = |key: i64| moved.contains(&key) || met.contains(&key) || left.contains(&key);
            for a in (0..10).filter(|a| !spoken(*a)) {
                for b in (0..10).filter(|b| !spoken(*b)) {
                    prop_assert!(!before.are_together(a, b) || after.are_together(a, b), "{a} {b}");
                }
            }
        }

        #[test]
        fn taking_the_last_back_leads_to_what_held_before(list in proptest::collection::vec(sides(), 1..12)) {
            let mut all = made(&list);
            let before = Decided::of(&all[..all.len() - 1]);
            all.push(undo(100, list.len() as i64));
            let after = Decided::of(&all);
            for a in 0..10 {
                for b in 0..10 {
                    prop_assert_eq!(before.are_together(a, b), after.are_together(a, b));
                    prop_assert_eq!(before.are_apart(a, b), after.are_apart(a, b));
                }
            }
        }
    }
}
