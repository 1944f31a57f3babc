//! The passages two texts share to the word.

use crate::features::runs;
use crate::token::{Token, tokens};
use news::story::SharedPassage;
use rustc_hash::FxHashMap;

/// Passages of five words or more that stand in both texts, whatever their case and punctuation: byte
/// ranges of each, longest first come, no word of `a` used twice, in the order of `a`. Texts are read up
/// to 8,192 words; `a` and `b` may be the same.
pub fn passages(a: &str, b: &str) -> Vec<SharedPassage> {
    between(&tokens(a), &tokens(b))
}

/// [`passages`] of two texts that are cut into words already.
pub(crate) fn between(left: &[Token], right: &[Token]) -> Vec<SharedPassage> {
    if left.len() < 5 || right.len() < 5 {
        return Vec::new();
    }
    let mut places: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (at, h) in runs(right).enumerate() {
        let list = places.entry(h).or_default();
        // A phrase repeated more often than this is a chorus: its first places do.
        if list.len() < 8 {
            list.push(at as u32);
        }
    }
    let heads: Vec<u64> = runs(left).collect();
    let mut out: Vec<SharedPassage> = Vec::new();
    let mut at = 0;
    let mut expected = None;
    while at < heads.len() {
        let Some(list) = places.get(&heads[at]) else {
            at += 1;
            continue;
        };
        let reach =
            |from: u32| left[at..].iter().zip(&right[from as usize..]).take_while(|(x, y)| x.word == y.word).count();
        // The longest; among equals the one that goes on where the last ended, else the first.
        let Some((length, from)) = list
            .iter()
            .map(|&from| (reach(from), from))
            .max_by_key(|&(n, from)| (n, Some(from) == expected, std::cmp::Reverse(from)))
        else {
            at += 1;
            continue;
        };
        if length < 5 {
            at += 1;
            continue;
        }
        let from = from as usize;
        out.push(SharedPassage {
            span: left[at].start as usize..left[at + length - 1].end as usize,
            other: right[from].start as usize..right[from + length - 1].end as usize,
        });
        at += length;
        expected = Some((from + length) as u32);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shared_passages_are_found_to_the_word_in_both_texts() {
        let a = "Officials said: “The bridge will stay closed until further notice.” Boats may pass below it now.";
        let b = "NEWPORT — Boats may pass, below it, now. The bridge will stay closed until further notice, they said.";
        let got: Vec<(&str, &str)> = passages(a, b).iter().map(|p| (&a[p.span.clone()], &b[p.other.clone()])).collect();
        assert_eq!(
            got,
            [
                (
                    "The bridge will stay closed until further notice",
                    "The bridge will stay closed until further notice"
                ),
                ("Boats may pass below it now", "Boats may pass, below it, now")
            ]
        );
    }

    #[test]
    fn four_shared_words_are_no_passage() {
        assert!(passages("one two three four six", "one two three four five").is_empty());
    }

    proptest! {
        #[test]
        fn passages_lie_in_order_inside_both_texts(a in "([a-c] ?){0,60}", b in "([a-cé] ?){0,60}") {
            let mut end = 0;
            for p in passages(&a, &b) {
                prop_assert!(p.span.start >= end);
                end = p.span.end;
                prop_assert!(a.get(p.span.clone()).is_some() && b.get(p.other.clone()).is_some());
            }
        }
    }
}
