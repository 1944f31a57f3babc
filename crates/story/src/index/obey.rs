//! Placing within what a person decided: where a text must go, and where it must not.

use super::{Decision, Index};
use crate::copies::CopyMatch;
use crate::decided::Decided;
use crate::features::Features;
use news::story::Because;
use rustc_hash::FxHashSet;

/// Where a text may go.
#[derive(Default)]
pub(super) struct Bounds {
    /// The story of a text that stays with it: it goes there and nowhere else.
    pub(super) home: Option<i64>,
    /// Stories that hold a text which stays apart from it.
    barred: FxHashSet<i64>,
}

impl Bounds {
    pub(super) fn allow(&self, story: i64) -> bool {
        match self.home {
            Some(home) => story == home,
            None => !self.barred.contains(&story),
        }
    }
}

impl Index {
    /// What people decided, by the keys of texts. It holds from here on; texts held are not moved by it: that is for
    /// the caller ([`Index::assign`]).
    pub fn set_decided(&mut self, decided: Decided) {
        self.decided = decided;
    }

    /// What people decided.
    pub fn decided(&self) -> &Decided {
        &self.decided
    }

    /// [`Index::place`] for a text of which a person may have spoken: it goes where texts stand that stay with it, and
    /// never to a story that holds one which stays apart from it, be it a copy or not.
    pub fn place_decided(&self, key: i64, features: &Features) -> Decision {
        self.place_within(features, &self.bounds(key)).0
    }

    /// [`Index::place_decided`] of a text that is known to be no copy, whatever words it shares: it opens or joins.
    pub fn place_as_account(&self, key: i64, features: &Features) -> Decision {
        self.account_within(features, &self.matches(features), &self.bounds(key)).0
    }

    /// A text that this one repeats and that a person put apart from it: evidence, but no reason to stand beside it.
    pub fn repeats_apart(&self, key: i64, features: &Features) -> Option<CopyMatch> {
        self.decided.apart_from(key).next()?;
        self.copies(features).into_iter().find(|m| m.is_copy() && self.decided.are_apart(key, m.key))
    }

    fn bounds(&self, key: i64) -> Bounds {
        if !self.decided.speaks_of(key) {
            return Bounds::default();
        }
        let fellows = self.decided.together_with(key).iter().filter(|fellow| **fellow != key);
        Bounds {
            home: fellows.copied().find_map(|fellow| self.story_of(fellow)),
            barred: self.decided.apart_from(key).filter_map(|other| self.story_of(other)).collect(),
        }
    }

    /// A text that a person put into this story, with what it shares with its nearest member, or with the first.
    pub(super) fn goes_home(&self, features: &Features, home: i64, nearest: Option<u32>) -> Decision {
        let slot = nearest.or_else(|| self.groups.get(&home)?.members.first().copied());
        let shared = slot.and_then(|slot| self.doc(slot)).map(|doc| doc.because(features));
        let because = Because { score: 1.0, ..shared.unwrap_or_default() };
        Decision::Joins { story: home, score: 1.0, because, maybe: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Move, Settings, Text, features};
    use news::id::{ArticleId, DecisionId};
    use news::story::DecisionKind;
    use proptest::prelude::*;

    fn read(hours: i64, title: &str, text: &str) -> Features {
        let published_ms = Some(1_700_000_000_000 + hours * 3_600_000);
        features(&Text { title, text, published_ms, ..Text::default() })
    }

    /// Three texts of one event, one of another.
    fn texts() -> Vec<Features> {
        let ferry = "The ferry Aurora Star ran aground on a sandbank off Larrow early on Tuesday with 212 people on \
                     board, the coast guard of Estmark said. Captain Ada Kestrel had reported a failure of the rudder.";
        let again = "More than 200 passengers were brought ashore at Larrow after the Aurora Star struck a sandbank. The \
                     rudder of the ferry had failed, Captain Ada Kestrel told rescuers, said the Estmark coast guard.";
        let fire = "Two people died when a fire broke out in a warehouse in Pelling on Saturday night. Forty \
                    firefighters fought the flames, said the head of the Pelling fire brigade, Tomas Idle.";
        vec![
            read(0, "Ferry runs aground off Larrow with 212 aboard", ferry),
            read(1, "Passengers rescued after Aurora Star hits sandbank", again),
            read(2, "Ferry Aurora Star aground off Larrow", ferry),
            read(3, "Warehouse fire in Pelling leaves two dead", fire),
        ]
    }

    fn decided(moved: &[i64], met: &[i64], left: &[i64]) -> Decided {
        let ids = |keys: &[i64]| keys.iter().copied().map(ArticleId).collect();
        let (moved, met, left) = (ids(moved), ids(met), ids(left));
        let kind = DecisionKind::Move;
        Decided::of(&[news::story::Decision { id: DecisionId(1), kind, moved, met, left, withdraws: None }])
    }

    /// Everything placed in this order, as a rebuild does.
    fn gather(texts: &[Features], order: &[usize], decided: &Decided) -> Index {
        let mut index = Index::new(Settings::default());
        index.set_decided(decided.clone());
        for (n, &which) in order.iter().enumerate() {
            let story = match index.place_decided(which as i64, &texts[which]) {
                Decision::Opens => 100 + n as i64,
                Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
            };
            index.insert(which as i64, story, &texts[which]);
        }
        index
    }

    fn settle(index: &mut Index) {
        for (n, step) in index.settle(&index.stories()).iter().enumerate() {
            index.apply(step, 10_000 + n as i64);
        }
    }

    #[test]
    fn what_was_split_off_stays_apart_though_it_is_a_copy() {
        let texts = texts();
        let free = gather(&texts, &[0, 1, 2, 3], &Decided::default());
        assert_eq!(free.story_of(0), free.story_of(2), "left alone they are one story");
        let split = decided(&[2], &[], &[0, 1]);
        for order in [[0, 1, 2, 3], [2, 1, 0, 3], [3, 2, 0, 1]] {
            let mut index = gather(&texts, &order, &split);
            let apart =
                |index: &Index| index.story_of(2) != index.story_of(0) && index.story_of(2) != index.story_of(1);
            assert!(apart(&index), "{order:?}");
            settle(&mut index);
            assert!(apart(&index), "settled, {order:?}");
            assert_eq!(index.story_of(0), index.story_of(1), "the rest is as it was, {order:?}");
            let found = index.repeats_apart(2, &texts[2]).map(|m| m.key);
            assert_eq!(found, Some(0), "that it is a copy is still known");
        }
    }

    #[test]
    fn what_was_put_together_is_one_story_though_it_shares_nothing() {
        let texts = texts();
        let merged = decided(&[3], &[0, 1, 2], &[]);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
            let mut index = gather(&texts, &order, &merged);
            settle(&mut index);
            assert!((0..4).all(|key| index.story_of(key) == index.story_of(3)), "{order:?}");
        }
    }

    #[test]
    fn settling_takes_up_a_decision_made_since() {
        let texts = texts();
        let mut index = gather(&texts, &[0, 1, 2, 3], &Decided::default());
        index.set_decided(decided(&[2], &[3], &[0, 1]));
        let moves = index.settle(&index.stories());
        assert!(matches!(&moves[..], [Move::Merge { .. } | Move::Shift { .. }, ..]), "{moves:?}");
        settle(&mut index);
        assert_eq!(index.story_of(2), index.story_of(3));
        assert_ne!(index.story_of(2), index.story_of(0));
        assert_eq!(index.settle(&index.stories()), [], "and stays so");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn decisions_hold_whatever_the_order_of_arrival(
            list in proptest::collection::vec((
                proptest::collection::vec(0i64..8, 1..3), proptest::collection::vec(0i64..8, 0..3), proptest::collection::vec(0i64..8, 0..3)
            ), 1..4),
            order in Just((0..8usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let base = texts();
            // Eight texts: each of the four twice, an hour apart.
            let texts: Vec<Features> = (0..8).map(|n| base[n % 4].clone()).collect();
            let ids = |keys: &[i64]| keys.iter().copied().map(ArticleId).collect::<Vec<_>>();
            let all: Vec<news::story::Decision> = list.iter().enumerate().map(|(n, (moved, met, left))| news::story::Decision {
                id: DecisionId(n as i64 + 1), kind: DecisionKind::Move, moved: ids(moved), met: ids(met), left: ids(left), withdraws: None,
            }).collect();
            let decided = Decided::of(&all);
            let grouped = |order: &[usize]| {
                let mut index = gather(&texts, order, &decided);
                let placed = index.stories().iter().map(|s| index.members(*s)).collect::<Vec<_>>();
                settle(&mut index);
                let settled = index.stories().iter().map(|s| index.members(*s)).collect::<Vec<_>>();
                (placed, settled)
            };
            let (placed, settled) = grouped(&order);
            for groups in [&placed, &settled] {
                let of = |key: i64| groups.iter().position(|group| group.contains(&key));
                for a in 0..8 {
                    for b in 0..8 {
                        prop_assert!(!decided.are_together(a, b) || of(a) == of(b), "{a} and {b} are together in {groups:?}");
                        prop_assert!(!decided.are_apart(a, b) || of(a) != of(b), "{a} and {b} are apart in {groups:?}");
                    }
                }
            }
        }
    }
}
