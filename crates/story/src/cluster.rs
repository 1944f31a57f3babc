//! Grouping without an order: average linkage over all pairs of texts that share rare words.

use crate::copies;
use crate::decided::{Decided, Ties};
use crate::features::Reader;
use crate::index::{Doc, Move, Settings, fits};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Texts a term may stand in and still lead from one to another.
const PER_TERM: usize = 400;
/// What the terms that lead must make up of two texts' cosine for the two to count as a pair.
const FAINT: f32 = 0.04;
/// Cosine above which two texts may be copies.
const COPIED: f32 = 0.25;

/// Groups texts given in an order of their own making; gives each its group's number, which is the place
/// of the group's first text. The nearest two groups, by the mean score of their pairs, merge until none
/// are nearer than [`Settings::settle`]; ties fall to the groups that come first. Texts that a person put together
/// are one group from the start, and groups that hold texts which a person put apart never merge.
pub(crate) fn average_linkage(docs: &[&Doc], vectors: &Vectors, s: &Settings, decided: &Decided) -> Vec<usize> {
    let mut ties = Ties::new(docs.iter().map(|doc| doc.key), decided);
    let mut bound = ties.together().into_iter();
    let texts = Texts::new(docs, vectors, s);
    // Sums of the scores between two groups. The mean of a sum reaches the threshold only where one pair does, so
    // groups are neighbours from their first such pair on, and the many faint pairs are scored only between neighbours.
    let mut near: Vec<FxHashMap<usize, f64>> = vec![FxHashMap::default(); docs.len()];
    for (a, b, score) in texts.near_pairs() {
        near[a].insert(b, score);
        near[b].insert(a, score);
    }
    let mut members: Vec<Vec<usize>> = (0..docs.len()).map(|at| vec![at]).collect();
    let mut version = vec![0u32; docs.len()];
    let mut parent: Vec<usize> = (0..docs.len()).collect();
    let mut heap = BinaryHeap::new();
    for (a, list) in near.iter().enumerate() {
        for (&b, &score) in list.iter().filter(|(b, _)| a < **b) {
            offer(&mut heap, score, (a, 0), (b, 0), s);
        }
    }
    loop {
        let (a, b) = if let Some(pair) = bound.next() {
            pair
        } else {
            let Some((_, Reverse((a, b, va, vb)))) = heap.pop() else { break };
            if version[a] != va || version[b] != vb || ties.are_apart(a, b) {
                continue;
            }
            (a, b)
        };
        ties.join(a, b);
        // `a` comes first and stays; `b` ends.
        version[a] += 1;
        version[b] += 1;
        parent[b] = a;
        let (of_a, of_b) = (std::mem::take(&mut near[a]), std::mem::take(&mut near[b]));
        let mut sums = FxHashMap::default();
        for (x, sum) in &of_a {
            if *x != b {
                let other = of_b.get(x).copied();
                sums.insert(*x, sum + other.unwrap_or_else(|| texts.sum(&members[b], &members[*x])));
            }
        }
        for (x, sum) in &of_b {
            near[*x].remove(&b);
            if *x != a && !of_a.contains_key(x) {
                sums.insert(*x, sum + texts.sum(&members[a], &members[*x]));
            }
        }
        let more = std::mem::take(&mut members[b]);
        members[a].extend(more);
        for (&x, &sum) in &sums {
            near[x].insert(a, sum);
            let (first, second) = (a.min(x), a.max(x));
            let mean = sum / (members[a].len() * members[x].len()) as f64;
            offer(&mut heap, mean, (first, version[first]), (second, version[second]), s);
        }
        near[a] = sums;
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

/// The vectors of many texts in one piece of memory, their terms numbered from 0.
#[derive(Default)]
pub(crate) struct Vectors {
    numbers: FxHashMap<u32, u32>,
    /// Where the terms of each text begin, and of the last end.
    starts: Vec<usize>,
    terms: Vec<(u32, f32)>,
}

impl Vectors {
    /// Adds a text's vector of `(hash, weight)`.
    pub(crate) fn push(&mut self, vector: impl Iterator<Item = (u32, f32)>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let from = self.terms.len();
        for (hash, weight) in vector.filter(|t| t.1 > 0.0) {
            let next = self.numbers.len() as u32;
            self.terms.push((*self.numbers.entry(hash).or_insert(next), weight));
        }
        self.terms[from..].sort_unstable_by_key(|t| t.0);
        self.starts.push(self.terms.len());
    }

    fn of(&self, text: usize) -> &[(u32, f32)] {
        &self.terms[self.starts[text]..self.starts[text + 1]]
    }

    /// For each term the texts that have it with its weight, in order, as ranges of one list.
    fn lists(&self) -> (Vec<usize>, Vec<(u32, f32)>) {
        let mut starts = vec![0usize; self.numbers.len() + 1];
        for (term, _) in &self.terms {
            starts[*term as usize + 1] += 1;
        }
        for term in 0..self.numbers.len() {
            starts[term + 1] += starts[term];
        }
        let mut next = starts.clone();
        let mut texts = vec![(0u32, 0.0f32); self.terms.len()];
        for text in 0..self.starts.len().saturating_sub(1) {
            for &(term, weight) in self.of(text) {
                texts[next[term as usize]] = (text as u32, weight);
                next[term as usize] += 1;
            }
        }
        (starts, texts)
    }
}

/// What pairs of texts are scored with.
struct Texts<'a> {
    docs: &'a [&'a Doc],
    vectors: &'a Vectors,
    settings: &'a Settings,
    /// For each term where its texts begin in `texts`.
    starts: Vec<usize>,
    texts: Vec<(u32, f32)>,
}

impl<'a> Texts<'a> {
    fn new(docs: &'a [&'a Doc], vectors: &'a Vectors, settings: &'a Settings) -> Self {
        let (starts, texts) = vectors.lists();
        Texts { docs, vectors, settings, starts, texts }
    }

    fn having(&self, term: u32) -> &[(u32, f32)] {
        &self.texts[self.starts[term as usize]..self.starts[term as usize + 1]]
    }

    /// Whether a term is rare enough to lead from one text to another.
    fn leads(&self, term: u32) -> bool {
        self.having(term).len() <= PER_TERM
    }

    /// The pairs that score [`Settings::settle`] or more, each once, the earlier text first.
    fn near_pairs(&self) -> Vec<(usize, usize, f64)> {
        let mut out = Vec::new();
        // Of the text at hand: its weights by term, and its product with each other text over the terms that lead.
        let mut mine = vec![0.0f32; self.vectors.numbers.len()];
        let mut products = vec![0.0f32; self.docs.len()];
        let mut found: Vec<u32> = Vec::new();
        for at in 0..self.docs.len() {
            for &(term, weight) in self.vectors.of(at) {
                mine[term as usize] = weight;
                if !self.leads(term) {
                    continue;
                }
                let list = self.having(term);
                for &(other, theirs) in &list[list.partition_point(|o| o.0 as usize <= at)..] {
                    let product = &mut products[other as usize];
                    if *product == 0.0 {
                        found.push(other);
                    }
                    *product += weight * theirs;
                }
            }
            for other in found.drain(..) {
                let other = other as usize;
                if std::mem::take(&mut products[other]) < FAINT {
                    continue;
                }
                let cosine: f32 = self.vectors.of(other).iter().map(|(term, w)| w * mine[*term as usize]).sum();
                // What times and names say only takes from a score.
                let most = cosine * headlines(self.docs[at], self.docs[other]);
                if most < self.settings.settle && cosine <= COPIED {
                    continue;
                }
                let score = self.score(at, other, cosine);
                if score >= f64::from(self.settings.settle) {
                    out.push((at, other, score));
                }
            }
            self.vectors.of(at).iter().for_each(|(term, _)| mine[*term as usize] = 0.0);
        }
        out
    }

    /// The sum of the scores between two groups of texts.
    fn sum(&self, some: &[usize], others: &[usize]) -> f64 {
        some.iter().flat_map(|a| others.iter().map(|b| self.pair((*a).min(*b), (*a).max(*b)))).sum()
    }

    /// The score of two texts; nothing when the terms that lead make up nearly nothing of what they share.
    fn pair(&self, at: usize, other: usize) -> f64 {
        let (a, b) = (self.vectors.of(at), self.vectors.of(other));
        let (mut i, mut j, mut cosine, mut product) = (0, 0, 0.0, 0.0);
        while i < a.len() && j < b.len() {
            let (x, y) = (a[i].0, b[j].0);
            if x == y {
                let both = a[i].1 * b[j].1;
                cosine += both;
                product += if self.leads(x) { both } else { 0.0 };
            }
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        if product >= FAINT { self.score(at, other, cosine) } else { 0.0 }
    }

    fn score(&self, at: usize, other: usize, cosine: f32) -> f64 {
        let (a, b) = (self.docs[at], self.docs[other]);
        let (names, theirs) = (a.names(), b.names());
        let fit = fits(self.settings, (a.time_ms, &a.ordinals, names), (b.time_ms, &b.ordinals, theirs));
        let mut score = (cosine * fit * headlines(a, b)).min(1.0);
        if cosine > COPIED {
            score = score.max(copied(a, b));
        }
        f64::from(score)
    }
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
    let mut by_group: Vec<usize> = (0..docs.len()).filter(|at| !of_group.contains_key(&groups[*at])).collect();
    by_group.sort_by_key(|at| groups[*at]);
    let mut from: FxHashMap<usize, i64> = FxHashMap::default();
    for &(_, story, group) in &claims {
        from.entry(group).or_insert(story);
    }
    for opened in by_group.chunk_by(|a, b| groups[*a] == groups[*b]) {
        let keys = opened.iter().map(|at| docs[*at].key).collect();
        out.push(Move::Open { from: from.get(&groups[opened[0]]).copied().unwrap_or(0), keys });
    }
    let mut by_story: Vec<usize> = (0..docs.len()).collect();
    by_story.sort_by_key(|at| docs[*at].story);
    for members in by_story.chunk_by(|a, b| docs[*a].story == docs[*b].story) {
        let story = docs[members[0]].story;
        let mut leaving: Vec<(i64, i64)> = Vec::new();
        let mut stays = false;
        for &at in members {
            match of_group.get(&groups[at]) {
                Some(into) if *into != story => leaving.push((*into, docs[at].key)),
                _ => stays = true,
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
