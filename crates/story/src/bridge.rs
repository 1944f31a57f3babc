//! Groups of one language, once settled, joined with those of other languages that tell of the same event.

use crate::across::{self, Kind, Mark};
use crate::cluster::link;
use crate::decided::{Decided, Ties};
use crate::index::Doc;
use rustc_hash::{FxHashMap, FxHashSet};

/// Texts a mark may stand in and still lead from one to another.
const PER_MARK: usize = 400;
/// Rarity of the marks shared, added up, below which two texts are not looked at.
const LEAST: f32 = 0.8;
/// Mean score of the pairs of two groups from which they are one. Precision and recall of pairs on the developer half
/// of our own set: .2 .96 .79, .25 1.00 .76, .35 1.00 .70, .6 1.00 .59; on the half asked about .25 .86 .71, .35 .93 .69.
pub(crate) const JOIN: f64 = 0.35;
/// Texts of a group that speak for it, the first in the order given.
const SPEAKERS: usize = 12;

/// Joins groups that stand near each other across languages: the nearest two, by the mean score of the pairs of those
/// that speak for them ([`across::score`], whichever language they are in), until none are nearer than [`JOIN`]. The texts come in an
/// order of their own making; `groups` gives each the place of its group's first text, and so does the answer. Groups
/// that hold texts which a person put apart never join.
pub(crate) fn bridge(docs: &[&Doc], groups: &[usize], decided: &Decided, rarity: impl Fn(&Mark) -> f32) -> Vec<usize> {
    let languages: FxHashSet<u8> = docs.iter().filter_map(|d| d.marks.language).map(|l| l as u8).collect();
    if languages.len() < 2 {
        return groups.to_vec();
    }
    let mut ties = Ties::new(docs.iter().map(|doc| doc.key), decided);
    let mut speakers: Vec<Vec<usize>> = vec![Vec::new(); docs.len()];
    for (at, &group) in groups.iter().enumerate() {
        if group != at {
            ties.join(group, at);
        }
        if speakers[group].len() < SPEAKERS {
            speakers[group].push(at);
        }
    }
    let score = |a: usize, b: usize| {
        let (a, b) = (docs[a], docs[b]);
        f64::from(across::score(&across::shared(&a.marks, &b.marks, &rarity), a.time_ms, b.time_ms))
    };
    let sum = |some: &[usize], others: &[usize]| -> f64 {
        some.iter().flat_map(|a| others.iter().map(|b| score((*a).min(*b), (*a).max(*b)))).sum()
    };
    let mut near: Vec<FxHashMap<usize, f64>> = vec![FxHashMap::default(); docs.len()];
    for (a, b) in neighbours(docs, &rarity) {
        let (a, b) = (groups[a], groups[b]);
        if a != b && !near[a].contains_key(&b) {
            let both = sum(&speakers[a], &speakers[b]);
            near[a].insert(b, both);
            near[b].insert(a, both);
        }
    }
    let ended = link(speakers, near, Vec::new(), &mut ties, JOIN, sum);
    groups.iter().map(|group| ended[*group]).collect()
}

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
