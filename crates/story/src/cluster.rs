//! Grouping without an order: average linkage over all pairs of texts that share rare words.

use crate::copies;
use crate::features::Reader;
use crate::index::{Doc, Move, Settings, fits};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Texts a term may stand in and still lead from one to another.
const PER_TERM: usize = 400;
/// Cosine below which a pair counts as nothing.
const FAINT: f32 = 0.04;

/// Groups texts given in an order of their own making; gives each its group's number, which is the place
/// of the group's first text. The nearest two groups, by the mean score of their pairs, merge until none
/// are nearer than [`Settings::settle`]; ties fall to the groups that come first.
pub(crate) fn average_linkage(docs: &[&Doc], vectors: &[Vec<(u32, f32)>], s: &Settings) -> Vec<usize> {
    let mut near: Vec<FxHashMap<usize, f64>> = vec![FxHashMap::default(); docs.len()];
    for (a, b, score) in pairs(docs, vectors, s) {
        near[a].insert(b, score);
        near[b].insert(a, score);
    }
    let mut size = vec![1usize; docs.len()];
    let mut version = vec![0u32; docs.len()];
    let mut parent: Vec<usize> = (0..docs.len()).collect();
    let mut heap = BinaryHeap::new();
    for (a, list) in near.iter().enumerate() {
        for (&b, &score) in list.iter().filter(|(b, _)| a < **b) {
            offer(&mut heap, score, (a, 0), (b, 0), s);
        }
    }
    while let Some((_, Reverse((a, b, va, vb)))) = heap.pop() {
        if version[a] != va || version[b] != vb {
            continue;
        }
        // `a` comes first and stays; `b` ends.
        let gone = std::mem::take(&mut near[b]);
        parent[b] = a;
        version[b] += 1;
        version[a] += 1;
        size[a] += size[b];
        near[a].remove(&b);
        for (x, score) in gone {
            if x == a {
                continue;
            }
            let sum = near[a].get(&x).copied().unwrap_or(0.0) + score;
            near[a].insert(x, sum);
            near[x].remove(&b);
        }
        let list: Vec<(usize, f64)> = near[a].iter().map(|(x, sum)| (*x, *sum)).collect();
        for (x, sum) in list {
            near[x].insert(a, sum);
            let (first, second) = (a.min(x), a.max(x));
            let mean = sum / (size[a] * size[x]) as f64;
            offer(&mut heap, mean, (first, version[first]), (second, version[second]), s);
        }
    }
    (0..docs.len())
        .map(|mut at| {
            while parent[at] != at {
                at = parent[at];
            }
            at
        })
        .collect()
}

type Heap = BinaryHeap<(u64, Reverse<(usize, usize, u32, u32)>)>;

fn offer(heap: &mut Heap, mean: f64, a: (usize, u32), b: (usize, u32), s: &Settings) {
    if mean >= f64::from(s.settle) {
        // Positive floats order as their bits do.
        heap.push((mean.to_bits(), Reverse((a.0, b.0, a.1, b.1))));
    }
}

/// The pairs that score above nothing, each once, the earlier text first.
fn pairs(docs: &[&Doc], vectors: &[Vec<(u32, f32)>], s: &Settings) -> Vec<(usize, usize, f64)> {
    let mut lists: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (at, vector) in vectors.iter().enumerate() {
        for (hash, _) in vector.iter().filter(|t| t.1 > 0.0) {
            lists.entry(*hash).or_default().push(at);
        }
    }
    let mut out = Vec::new();
    let mut reached = vec![false; docs.len()];
    let mut found = Vec::new();
    for (at, vector) in vectors.iter().enumerate() {
        for (hash, w) in vector {
            let Some(list) = lists.get(hash).filter(|l| l.len() <= PER_TERM && *w > 0.04) else { continue };
            for &other in &list[list.partition_point(|o| *o <= at)..] {
                if !reached[other] {
                    reached[other] = true;
                    found.push(other);
                }
            }
        }
        for other in found.drain(..) {
            reached[other] = false;
            let cosine = cosine(vector, &vectors[other]);
            if cosine < FAINT {
                continue;
            }
            let (a, b) = (docs[at], docs[other]);
            let mut score = cosine * fits(s, (a.time_ms, &a.ordinals, a.names()), (b.time_ms, &b.ordinals, b.names()));
            score = (score * headlines(a, b)).min(1.0);
            if cosine > 0.25 {
                score = score.max(copied(a, b));
            }
            out.push((at, other, f64::from(score)));
        }
    }
    out
}

fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        if a[i].0 == b[j].0 {
            sum += a[i].1 * b[j].1;
        }
        let (x, y) = (a[i].0, b[j].0);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    sum
}

/// Two headlines share few words even where they tell of one event: what a pair of them scores counts for
/// more, up to four times, the fewer terms they have below thirty.
fn headlines(a: &Doc, b: &Doc) -> f32 {
    let terms = ((a.terms.len() * b.terms.len()) as f32).sqrt();
    1.0 + 3.0 * (1.0 - terms / 30.0).max(0.0)
}

/// How surely two texts are one by the words they share: the share of the shorter, from a half on.
fn copied(a: &Doc, b: &Doc) -> f32 {
    let least = a.shingle_count.min(b.shingle_count);
    if (least as usize) < copies::ENOUGH {
        return 0.0;
    }
    let mut reader = Reader(&a.shingles);
    let count = reader.varint().unwrap_or(0);
    let mut value = 0u32;
    let list: Vec<u32> = (0..count)
        .map_while(|_| {
            value = value.wrapping_add(reader.varint()?);
            Some(value)
        })
        .collect();
    let share = copies::shared(&list, &b.shingles) as f32 / least as f32;
    if share >= 0.5 { share } else { 0.0 }
}

/// The moves that lead from the stories the texts stand in to the groups they ought to be: each group
/// keeps the address that most of its texts know.
pub(crate) fn moves(docs: &[&Doc], groups: &[usize]) -> Vec<Move> {
    let mut counts: FxHashMap<(usize, i64), usize> = FxHashMap::default();
    for (doc, group) in docs.iter().zip(groups) {
        *counts.entry((*group, doc.story)).or_default() += 1;
    }
    let mut claims: Vec<(usize, i64, usize)> = counts.iter().map(|((g, story), n)| (*n, *story, *g)).collect();
    claims.sort_unstable_by_key(|&(n, story, g)| (Reverse(n), story, g));
    let mut of_group: FxHashMap<usize, i64> = FxHashMap::default();
    let mut of_story: FxHashMap<i64, usize> = FxHashMap::default();
    for &(_, story, group) in &claims {
        if !of_group.contains_key(&group) && !of_story.contains_key(&story) {
            of_group.insert(group, story);
            of_story.insert(story, group);
        }
    }
    let mut out = Vec::new();
    let mut opened: Vec<usize> = groups.iter().copied().filter(|g| !of_group.contains_key(g)).collect();
    opened.sort_unstable();
    opened.dedup();
    for group in opened {
        let keys = docs.iter().zip(groups).filter(|(_, g)| **g == group).map(|(d, _)| d.key).collect();
        let from = claims.iter().find(|c| c.2 == group).map_or(0, |c| c.1);
        out.push(Move::Open { from, keys });
    }
    let mut stories: Vec<i64> = docs.iter().map(|d| d.story).collect();
    stories.sort_unstable();
    stories.dedup();
    for story in stories {
        let mut leaving: Vec<(i64, i64)> = Vec::new();
        let mut stays = false;
        for (doc, group) in docs.iter().zip(groups).filter(|(d, _)| d.story == story) {
            match of_group.get(group) {
                Some(into) if *into != story => leaving.push((*into, doc.key)),
                Some(_) => stays = true,
                None => stays = true,
            }
        }
        leaving.sort_unstable();
        let targets: Vec<&[(i64, i64)]> = leaving.chunk_by(|a, b| a.0 == b.0).collect();
        if !stays && targets.len() == 1 {
            out.push(Move::Merge { from: story, into: targets[0][0].0 });
            continue;
        }
        for part in targets {
            let keys = part.iter().map(|p| p.1).collect();
            out.push(Move::Shift { from: story, keys, into: part[0].0 });
        }
    }
    out
}
