//! Grouping without an order: average linkage over all pairs of texts that share rare words.

use crate::copies;
use crate::decided::{Decided, Ties};
use crate::features::Reader;
use crate::index::{Doc, Move, Settings, likely};
use crate::pair::{self, Weighed, Whole};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Texts a term may stand in and still lead from one to another.
const PER_TERM: usize = 400;
/// What the terms that lead must make up of two texts' cosine for the two to count as a pair.
pub(crate) const FAINT: f32 = 0.04;
/// Cosine below which two texts are not weighed.
const ALIKE: f32 = 0.08;
/// Likelihood below which a pair is left out when crowds are counted.
const UNLIKELY: f64 = 0.01;
/// Cosine above which two texts may be copies.
const COPIED: f32 = 0.25;

/// Groups texts given in an order of their own making; gives each its group's number, which is the place
/// of the group's first text. The nearest two groups, by the mean likelihood of their pairs, merge until none
/// are nearer than [`least`] says; ties fall to the groups that come first. Texts that a person put together
/// are one group from the start, and groups that hold texts which a person put apart never merge.
pub(crate) fn average_linkage(docs: &[&Doc], vectors: &Vectors, s: &Settings, decided: &Decided) -> Vec<usize> {
    let mut ties = Ties::new(docs.iter().map(|doc| doc.key), decided);
    let bound = ties.together();
    let texts = Texts::new(docs, vectors, s);
    // Sums of the scores between two groups. The mean of a sum reaches the threshold only where one pair does, so
    // groups are neighbours from their first such pair on, and the many faint pairs are scored only between neighbours.
    let mut near: Vec<FxHashMap<usize, f64>> = vec![FxHashMap::default(); docs.len()];
    let (pairs, least) = texts.near_pairs();
    for (a, b, score) in pairs {
        near[a].insert(b, score);
        near[b].insert(a, score);
    }
    let members = (0..docs.len()).map(|at| vec![at]).collect();
    link(members, near, bound, &mut ties, least, |some, others| texts.sum(some, others))
}

/// Merges groups, those in `bound` first, then the nearest two by the mean score of their pairs, until none are nearer
/// than `least`; of two the first stays, ties fall to the groups that come first, and groups that stay apart never
/// merge. `members` are the texts that speak for each group, `near` the sums of the scores between neighbours, `sum`
/// that of any two. Gives for each group the one that it ends in.
pub(crate) fn link(
    mut members: Vec<Vec<usize>>,
    mut near: Vec<FxHashMap<usize, f64>>,
    bound: Vec<(usize, usize)>,
    ties: &mut Ties<'_>,
    least: f64,
    sum: impl Fn(&[usize], &[usize]) -> f64,
) -> Vec<usize> {
    let mut bound = bound.into_iter();
    let mut version = vec![0u32; members.len()];
    let mut parent: Vec<usize> = (0..members.len()).collect();
    let mut heap = BinaryHeap::new();
    let mean =
        |members: &[Vec<usize>], a: usize, b: usize, sum: f64| sum / (members[a].len() * members[b].len()) as f64;
    for (a, list) in near.iter().enumerate() {
        for (&b, &sum) in list.iter().filter(|(b, _)| a < **b) {
            offer(&mut heap, mean(&members, a, b, sum), (a, 0), (b, 0), least);
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
        for (x, known) in &of_a {
            if *x != b {
                let other = of_b.get(x).copied();
                sums.insert(*x, known + other.unwrap_or_else(|| sum(&members[b], &members[*x])));
            }
        }
        for (x, known) in &of_b {
            near[*x].remove(&b);
            if *x != a && !of_a.contains_key(x) {
                sums.insert(*x, known + sum(&members[a], &members[*x]));
            }
        }
        let more = std::mem::take(&mut members[b]);
        members[a].extend(more);
        for (&x, &sum) in &sums {
            near[x].insert(a, sum);
            let (first, second) = (a.min(x), a.max(x));
            let mean = mean(&members, a, x, sum);
            offer(&mut heap, mean, (first, version[first]), (second, version[second]), least);
        }
        near[a] = sums;
    }
    (0..parent.len())
        .map(|mut at| {
            while parent[at] != at {
                at = parent[at];
            }
            at
        })
        .collect()
}

type Heap = BinaryHeap<(u64, Reverse<(usize, usize, u32, u32)>)>;

fn offer(heap: &mut Heap, mean: f64, a: (usize, u32), b: (usize, u32), least: f64) {
    if mean >= least {
        // Positive floats order as their bits do.
        heap.push((mean.to_bits(), Reverse((a.0, b.0, a.1, b.1))));
    }
}

/// The vectors of many texts in one piece of memory, their terms numbered from 0.
#[derive(Default)]
pub(crate) struct Vectors {
    numbers: FxHashMap<u32, u32>,
    /// How rare each term is, by its number.
    rarities: Vec<f32>,
    /// Where the terms of each text begin, and of the last end.
    starts: Vec<usize>,
    /// Each term's number, weight and kind.
    terms: Vec<Weighed>,
}

impl Vectors {
    /// Adds a text's vector, each term with its rarity.
    pub(crate) fn push(&mut self, vector: impl Iterator<Item = (Weighed, f32)>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let from = self.terms.len();
        for ((hash, weight, kind), rarity) in vector {
            let next = self.numbers.len() as u32;
            let number = *self.numbers.entry(hash).or_insert(next);
            if number == next {
                self.rarities.push(rarity);
            }
            self.terms.push((number, weight, kind));
        }
        self.terms[from..].sort_unstable_by_key(|t| t.0);
        self.starts.push(self.terms.len());
    }

    fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    fn of(&self, text: usize) -> &[Weighed] {
        &self.terms[self.starts[text]..self.starts[text + 1]]
    }

    /// For each term the texts that have it with its weight, in order, as ranges of one list.
    fn lists(&self) -> (Vec<usize>, Vec<(u32, f32)>) {
        let mut starts = vec![0usize; self.numbers.len() + 1];
        for (term, ..) in &self.terms {
            starts[*term as usize + 1] += 1;
        }
        for term in 0..self.numbers.len() {
            starts[term + 1] += starts[term];
        }
        let mut next = starts.clone();
        let mut texts = vec![(0u32, 0.0f32); self.terms.len()];
        for text in 0..self.count() {
            for &(term, weight, _) in self.of(text) {
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
    wholes: Vec<Whole>,
    /// For each term where its texts begin in `texts`.
    starts: Vec<usize>,
    texts: Vec<(u32, f32)>,
}

impl<'a> Texts<'a> {
    fn new(docs: &'a [&'a Doc], vectors: &'a Vectors, settings: &'a Settings) -> Self {
        let (starts, texts) = vectors.lists();
        let wholes = (0..vectors.count()).map(|text| Whole::of(vectors.of(text).iter().copied())).collect();
        Texts { docs, vectors, settings, wholes, starts, texts }
    }

    fn having(&self, term: u32) -> &[(u32, f32)] {
        &self.texts[self.starts[term as usize]..self.starts[term as usize + 1]]
    }

    /// Whether a term is rare enough to lead from one text to another.
    fn leads(&self, term: u32) -> bool {
        self.having(term).len() <= PER_TERM
    }

    /// The pairs that score so much that their texts alone would be one group, each once, the earlier text first, and
    /// how much that is.
    fn near_pairs(&self) -> (Vec<(usize, usize, f64)>, f64) {
        let mut out = Vec::new();
        // Of the text at hand: its weights by term, and its product with each other text over the terms that lead.
        let mut mine = vec![0.0f32; self.vectors.numbers.len()];
        let mut products = vec![0.0f32; self.docs.len()];
        let mut found: Vec<u32> = Vec::new();
        for at in 0..self.docs.len() {
            for &(term, weight, _) in self.vectors.of(at) {
                mine[term as usize] = weight;
                if weight == 0.0 || !self.leads(term) {
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
                let cosine: f32 = self.vectors.of(other).iter().map(|(term, w, _)| w * mine[*term as usize]).sum();
                let score = self.score(at, other, cosine);
                if score > UNLIKELY {
                    out.push((at, other, score));
                }
            }
            self.vectors.of(at).iter().for_each(|(term, ..)| mine[*term as usize] = 0.0);
        }
        let crowd = 1.0 + 2.0 * out.iter().map(|p| p.2).sum::<f64>() / self.docs.len().max(1) as f64;
        let least = least(self.settings, crowd);
        out.retain(|p| p.2 >= least);
        (out, least)
    }

    /// The sum of the scores between two groups of texts.
    fn sum(&self, some: &[usize], others: &[usize]) -> f64 {
        some.iter().flat_map(|a| others.iter().map(|b| self.pair((*a).min(*b), (*a).max(*b)))).sum()
    }

    /// The likelihood of two texts; nothing when the terms that lead make up nearly nothing of what they share.
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
        if product < FAINT {
            return 0.0;
        }
        self.score(at, other, cosine)
    }

    /// How likely two texts tell of one event; nothing when they share next to nothing.
    fn score(&self, at: usize, other: usize, cosine: f32) -> f64 {
        if cosine < ALIKE {
            return 0.0;
        }
        let (a, b) = (self.docs[at], self.docs[other]);
        let mine = self.vectors.of(at);
        let of = |text: usize| (self.vectors.of(text).iter().copied(), &self.wholes[text]);
        let e = pair::gather(of(at), of(other), |n| self.vectors.rarities[mine[n].0 as usize]);
        let copied = if cosine > COPIED { copied(a, b) } else { 0.0 };
        f64::from(likely(self.settings, self.settings.pairs.sum(&e), a, b, copied))
    }
}

/// The mean likelihood of the pairs of two groups from which they are one, where a text is likely to be of one event
/// with `crowd` texts, itself among them.
pub(crate) fn least(s: &Settings, crowd: f64) -> f64 {
    let settle = f64::from(s.settle);
    1.0 / (1.0 + ((1.0 - settle) / settle) * crowd.powf(f64::from(s.crowd)))
}

/// How surely two texts are one by the words they share: the share of the shorter, from a half on.
pub(crate) fn copied(a: &Doc, b: &Doc) -> f32 {
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
