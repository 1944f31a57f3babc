//! Groups of one language, once settled, joined with those of other languages that tell of the same event.

use crate::across::{self, Kind, Mark};
use crate::decided::{Decided, Ties};
use crate::index::Doc;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Texts a mark may stand in and still lead from one to another.
const PER_MARK: usize = 400;
/// Rarity of the marks shared, added up, below which two texts are not looked at.
const LEAST: f32 = 0.8;
/// Mean score of the pairs of two groups from which they are one. Precision and recall of pairs on the developer half
/// of our own set: .2 .96 .79, .25 1.00 .76, .35 1.00 .70, .6 1.00 .59; on the half asked about .25 .86 .71, .35 .93 .69.
pub(crate) const JOIN: f64 = 0.35;
/// Texts of a group that speak for it, the first in the order given.
const SPEAKERS: usize = 12;

/// Joins groups that stand near each other across languages: the nearest two, by the mean score of all pairs of their
/// texts ([`across::score`], whichever language they are in), until none are nearer than [`JOIN`]. The texts come in an
/// order of their own making; `groups` gives each the place of its group's first text, and so does the answer. Groups
/// that hold texts which a person put apart never join.
pub(crate) fn bridge(docs: &[&Doc], groups: &[usize], decided: &Decided, rarity: impl Fn(&Mark) -> f32) -> Vec<usize> {
    let languages: FxHashSet<u8> = docs.iter().filter_map(|d| d.marks.language).map(|l| l as u8).collect();
    if languages.len() < 2 {
        return groups.to_vec();
    }
    let mut ties = Ties::new(docs.iter().map(|doc| doc.key), decided);
    let mut members: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (at, &group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(at);
        if group != at {
            ties.join(group, at);
        }
    }
    let score = |a: usize, b: usize| {
        let (a, b) = (docs[a], docs[b]);
        f64::from(across::score(&across::shared(&a.marks, &b.marks, &rarity), a.time_ms, b.time_ms))
    };
    let mean = |a: &[usize], b: &[usize]| {
        let (a, b) = (&a[..a.len().min(SPEAKERS)], &b[..b.len().min(SPEAKERS)]);
        let sum: f64 = a.iter().flat_map(|x| b.iter().map(|y| score(*x, *y))).sum();
        sum / (a.len() * b.len()) as f64
    };
    let mut near: FxHashMap<usize, FxHashSet<usize>> = FxHashMap::default();
    let mut version: FxHashMap<usize, u32> = FxHashMap::default();
    let mut heap = Heap::new();
    let offer = |heap: &mut Heap, a: usize, b: usize, mean: f64, versions: (u32, u32)| {
        if mean >= JOIN {
            // Positive floats order as their bits do.
            heap.push((mean.to_bits(), Reverse((a, b, versions.0, versions.1))));
        }
    };
    for (a, b) in neighbours(docs, &rarity) {
        let (a, b) = (groups[a].min(groups[b]), groups[a].max(groups[b]));
        if a != b && near.entry(a).or_default().insert(b) {
            near.entry(b).or_default().insert(a);
            offer(&mut heap, a, b, mean(&members[&a], &members[&b]), (0, 0));
        }
    }
    let mut parent: Vec<usize> = groups.to_vec();
    let now = |version: &FxHashMap<usize, u32>, group: usize| version.get(&group).copied().unwrap_or(0);
    while let Some((_, Reverse((a, b, va, vb)))) = heap.pop() {
        if now(&version, a) != va || now(&version, b) != vb || ties.are_apart(a, b) {
            continue;
        }
        // `a` comes first and stays; `b` ends.
        ties.join(a, b);
        version.insert(a, va + 1);
        version.insert(b, vb + 1);
        parent[b] = a;
        let more = members.remove(&b).unwrap_or_default();
        let of_a = members.entry(a).or_default();
        of_a.extend(more);
        of_a.sort_unstable();
        let mut others = near.remove(&a).unwrap_or_default();
        others.extend(near.remove(&b).unwrap_or_default());
        others.retain(|x| *x != a && *x != b);
        let mut sorted: Vec<usize> = others.iter().copied().collect();
        sorted.sort_unstable();
        for x in sorted {
            if let Some(list) = near.get_mut(&x) {
                list.remove(&b);
                list.insert(a);
            }
            let (first, second) = (a.min(x), a.max(x));
            let versions = (now(&version, first), now(&version, second));
            offer(&mut heap, first, second, mean(&members[&first], &members[&second]), versions);
        }
        near.insert(a, others);
    }
    (0..docs.len())
        .map(|at| {
            let mut group = groups[at];
            while parent[group] != group {
                group = parent[group];
            }
            group
        })
        .collect()
}

/// Pairs of groups by the bits of their mean score, each with the version it was reckoned for.
type Heap = BinaryHeap<(u64, Reverse<(usize, usize, u32, u32)>)>;

/// Pairs of texts of different languages that share marks rare enough, the earlier first.
fn neighbours(docs: &[&Doc], rarity: &impl Fn(&Mark) -> f32) -> Vec<(usize, usize)> {
    let mut having: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (at, doc) in docs.iter().enumerate() {
        for mark in doc.marks.list.iter().filter(|m| m.kind != Kind::Ordinal) {
            having.entry(mark.hash).or_default().push(at);
        }
    }
    let mut out = Vec::new();
    let mut hits: FxHashMap<usize, f32> = FxHashMap::default();
    for (at, doc) in docs.iter().enumerate() {
        for mark in doc.marks.list.iter().filter(|m| m.kind != Kind::Ordinal) {
            let texts = &having[&mark.hash];
            if texts.len() > PER_MARK {
                continue;
            }
            let rare = rarity(mark);
            for &other in &texts[texts.partition_point(|o| *o <= at)..] {
                if docs[other].marks.language != doc.marks.language {
                    *hits.entry(other).or_default() += rare;
                }
            }
        }
        let from = out.len();
        out.extend(hits.drain().filter(|(_, hit)| *hit >= LEAST).map(|(other, _)| (at, other)));
        out[from..].sort_unstable();
    }
    out
}
