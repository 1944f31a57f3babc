//! What speaks for a text and a story, as numbers that [`crate::forest`] weighs.

use crate::across;
use crate::features::{Features, NAME, NUMBER, PHRASE};
use crate::index::{Doc, Group, Settings};
use std::cmp::Ordering;

/// Kinds of evidence.
pub(crate) const COUNT: usize = 34;

/// One number for each kind, in the order of the constants below. The trees were fitted to the first
/// [`FITTED`]; the others are weighed by hand, since no set tells their worth honestly (see `scores.md`).
pub(crate) type Evidence = [f32; COUNT];

/// Cosine with the nearest member.
const BEST: usize = 0;
/// Cosine with the story as a whole.
pub(crate) const CENTRE: usize = 1;
/// Mean cosine with its members.
const MEAN: usize = 2;
/// Share, by weight, of the text's five weightiest terms that the story knows.
const COVERED: usize = 3;
/// Share, by weight, of the story's five weightiest terms that the text has.
const COVERS: usize = 4;
/// Logarithm of the number of terms shared with the nearest member.
const TERMS: usize = 5;
/// Rarity of the rarest of them.
const RAREST: usize = 6;
/// Part of the cosine that figures make up.
const NUMBERS: usize = 7;
/// Logarithm of the story's size.
const MEMBERS: usize = 8;
/// Logarithm of the text's number of terms, and of the nearest member's.
const LENGTH: usize = 9;
const LENGTH_OF_MEMBER: usize = 10;
/// Cosine with the best member of another story.
const RIVAL: usize = 11;
/// Nearest member and centre, weighed by the story's size.
const BEST_BY_SIZE: usize = 12;
const CENTRE_BY_SIZE: usize = 13;
/// The story's share of the cosines with all texts looked at.
const VOTE: usize = 14;
/// Share of the text's weight that stands in the story, by how many members say it.
const COMMON: usize = 15;
/// Share, by weight, of the text's names that the story knows.
const NAMES: usize = 16;
/// Weight of what the story does not know.
const REST: usize = 17;
/// Cosine of the story's centre with its nearest rival's: a rival that is the same story is none.
const RIVAL_IS_SAME: usize = 18;
/// Figures of the text, and the share of them that the story knows; -1 for no figures.
const FIGURES: usize = 19;
const FIGURES_KNOWN: usize = 20;
/// How much nearer the nearest member is than the rival's.
const MARGIN: usize = 21;
/// Logarithm of the number of the text's names.
const OWN_NAMES: usize = 22;
/// Share, by weight, of the story's twelve weightiest terms that the text has.
const COVERS_TWELVE: usize = 23;
/// Logarithm of the number of stories seven and four tenths as near as this one.
const CROWD_NEAR: usize = 24;
const CROWD_FAR: usize = 25;
/// Cosine with the rival's centre, and how much nearer this story's is.
const RIVAL_CENTRE: usize = 26;
const CENTRE_MARGIN: usize = 27;
/// Kinds of evidence that the trees ask for.
pub(crate) const FITTED: usize = 28;
/// Time between the text and the nearest member beyond twelve hours, `0.0..=1.0`.
pub(crate) const LATER: usize = 28;
/// One of them has no time.
pub(crate) const TIMELESS: usize = 29;
/// Logarithm of the mean size of the stories held.
pub(crate) const SIZE: usize = 30;
/// Share of words in common with the nearest member, as copies are measured.
pub(crate) const COPIED: usize = 31;
/// Both name three people or places and share none.
pub(crate) const STRANGERS: usize = 32;
/// Both speak mainly of countries that the other does not name.
pub(crate) const ELSEWHERE: usize = 33;

/// Names a text needs before sharing none of them speaks against it.
pub(crate) const NAMED: usize = 3;

/// A text that asks where it belongs.
pub(crate) struct Asking<'a> {
    pub features: &'a Features,
    /// Its unit vector, in the order of its terms.
    pub vector: &'a [f32],
    /// Where its names stand among its terms.
    names: Vec<usize>,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(features: &'a Features, vector: &'a [f32]) -> Asking<'a> {
        let is_name = |kind: u8| kind & NAME != 0 && kind & PHRASE == 0;
        let names = (0..vector.len()).filter(|n| is_name(features.terms[*n].kind)).collect();
        Asking { features, vector, names }
    }
}

/// A story that was found near it.
pub(crate) struct Found<'a> {
    pub group: &'a Group,
    /// The nearest member and its cosine.
    pub doc: &'a Doc,
    pub best: f32,
    /// Sum of the cosines of its members that were looked at, and of all texts that were.
    pub votes: f32,
    pub all_votes: f32,
    /// The nearest other story and the cosine of its nearest member.
    pub rival: Option<&'a Group>,
    pub rival_best: f32,
    /// Share of words in common with the nearest member.
    pub copied: f32,
}

/// The evidence for a text and a story. `bests` are the cosines of every story's nearest member,
/// `rarity` how rare a term of the text is.
pub(crate) fn gather(
    s: &Settings,
    asking: &Asking<'_>,
    found: &Found<'_>,
    bests: &[f32],
    rarity: impl Fn(usize) -> f32,
) -> Evidence {
    let Asking { features, vector, names: own } = asking;
    let Found { group, doc, best, .. } = *found;
    let members = group.members.len() as f32;
    let mut e = [0.0; COUNT];
    let product = dot(features, vector, &group.sum);
    e[BEST] = best;
    e[CENTRE] = product / group.norm.max(1e-6);
    e[MEAN] = product / members;
    e[COVERED] = covered(features, vector, &group.sum);
    let covers = covers(features, vector, &group.sum);
    (e[COVERS], e[COVERS_TWELVE]) = covers;
    let shared = shared(features, vector, doc, rarity);
    e[TERMS] = shared.count.ln_1p();
    e[RAREST] = shared.rarest;
    e[NUMBERS] = shared.numbers;
    e[MEMBERS] = members.ln();
    e[LENGTH] = (features.terms.len() as f32).ln_1p();
    e[LENGTH_OF_MEMBER] = (doc.terms.len() as f32).ln_1p();
    e[RIVAL] = found.rival_best;
    e[BEST_BY_SIZE] = e[BEST] * e[MEMBERS];
    e[CENTRE_BY_SIZE] = e[CENTRE] * e[MEMBERS];
    e[VOTE] = found.votes / found.all_votes.max(1e-6);
    let (mut figures, mut figures_known) = (0.0, 0.0);
    let (mut names_weight, mut names_known) = (0.0, 0.0);
    let mut next_name = 0;
    for (n, (t, &w)) in features.terms.iter().zip(*vector).enumerate() {
        let known = group.sum.binary_search_by_key(&t.hash, |s| s.0).ok();
        match known {
            Some(at) => e[COMMON] += w * w * (group.sum[at].1 / (members * w.max(1e-6))).min(1.0),
            None => e[REST] += w,
        }
        if t.kind & NUMBER != 0 {
            figures += 1.0;
            figures_known += f32::from(u8::from(known.is_some()));
        }
        if own.get(next_name) == Some(&n) {
            next_name += 1;
            names_weight += w;
            names_known += if known.is_some() { w } else { 0.0 };
        }
    }
    e[NAMES] = names_known / f32::max(names_weight, 1e-6);
    e[FIGURES] = figures;
    e[FIGURES_KNOWN] = if figures > 0.0 { figures_known / figures } else { -1.0 };
    e[OWN_NAMES] = (own.len() as f32).ln_1p();
    e[MARGIN] = best - found.rival_best;
    e[CROWD_NEAR] = (bests.iter().filter(|b| **b >= 0.7 * best).count() as f32).ln_1p();
    e[CROWD_FAR] = (bests.iter().filter(|b| **b >= 0.4 * best).count() as f32).ln_1p();
    if let Some(rival) = found.rival {
        e[RIVAL_IS_SAME] = of_centres(group, rival);
        e[RIVAL_CENTRE] = dot(features, vector, &rival.sum) / rival.norm.max(1e-6);
    }
    e[CENTRE_MARGIN] = e[CENTRE] - e[RIVAL_CENTRE];
    (e[LATER], e[TIMELESS]) = apart_in_time(features.time_ms, doc.time_ms, s.hours);
    e[COPIED] = found.copied;
    e[STRANGERS] = are_strangers(own.iter().map(|n| features.terms[*n].hash), doc.names());
    e[ELSEWHERE] = across::elsewhere(&features.marks, &doc.marks);
    e
}

/// Time between two texts beyond twelve hours, `0.0..=1.0`, and whether one of them has no time.
pub(crate) fn apart_in_time(a: Option<i64>, b: Option<i64>, hours: f32) -> (f32, f32) {
    let (Some(a), Some(b)) = (a, b) else { return (0.0, 1.0) };
    let apart = (a - b).unsigned_abs() as f32 / 3_600_000.0;
    (1.0 - (-(apart - 12.0).max(0.0) / hours).exp(), 0.0)
}

/// 1 when two texts name three people or places each and share none. Names come in order of their hashes.
pub(crate) fn are_strangers(a: impl Iterator<Item = u32> + Clone, b: impl Iterator<Item = u32> + Clone) -> f32 {
    if a.clone().nth(NAMED - 1).is_none() || b.clone().nth(NAMED - 1).is_none() {
        return 0.0;
    }
    let (mut mine, mut theirs) = (a.peekable(), b.peekable());
    while let (Some(x), Some(y)) = (mine.peek().copied(), theirs.peek().copied()) {
        match x.cmp(&y) {
            Ordering::Equal => return 0.0,
            Ordering::Less => mine.next(),
            Ordering::Greater => theirs.next(),
        };
    }
    1.0
}

/// What a text shares with a member.
#[derive(Default)]
struct Shared {
    count: f32,
    rarest: f32,
    /// Part of the cosine that figures make up.
    numbers: f32,
}

fn shared(features: &Features, vector: &[f32], doc: &Doc, rarity: impl Fn(usize) -> f32) -> Shared {
    let mut out = Shared::default();
    let (mut i, mut j) = (0, 0);
    while i < vector.len() && j < doc.terms.len() {
        let (a, b) = (&features.terms[i], &doc.terms[j]);
        if a.hash == b.hash {
            let w = vector[i] * b.weight();
            let both = a.kind & doc.kinds[j];
            out.numbers += if both & NUMBER != 0 { w } else { 0.0 };
            out.count += 1.0;
            out.rarest = out.rarest.max(rarity(i));
        }
        i += usize::from(a.hash <= b.hash);
        j += usize::from(b.hash <= a.hash);
    }
    out
}

/// Share, by weight, of the text's five weightiest terms that the story knows.
fn covered(features: &Features, vector: &[f32], sum: &[(u32, f32)]) -> f32 {
    let mut order: Vec<usize> = (0..vector.len()).filter(|n| features.terms[*n].kind & PHRASE == 0).collect();
    order.sort_unstable_by(|a, b| vector[*b].total_cmp(&vector[*a]));
    order.truncate(5);
    let all: f32 = order.iter().map(|n| vector[*n]).sum();
    let met: f32 = order
        .iter()
        .filter(|n| sum.binary_search_by_key(&features.terms[**n].hash, |s| s.0).is_ok())
        .map(|n| vector[*n])
        .sum();
    met / all.max(1e-6)
}

/// Share, by weight, of the story's five and twelve weightiest terms that the text has.
fn covers(features: &Features, vector: &[f32], sum: &[(u32, f32)]) -> (f32, f32) {
    const MOST: usize = 12;
    let mut top: Vec<(u32, f32)> = Vec::with_capacity(MOST + 1);
    for &(hash, w) in sum {
        if top.len() < MOST || w > top[MOST - 1].1 {
            let at = top.partition_point(|t| t.1 >= w);
            top.insert(at, (hash, w));
            top.truncate(MOST);
        }
    }
    let has = |hash: u32| features.terms.binary_search_by_key(&hash, |t| t.hash).is_ok_and(|n| vector[n] > 0.0);
    let share = |top: &[(u32, f32)]| {
        let all: f32 = top.iter().map(|t| t.1).sum();
        let met: f32 = top.iter().filter(|t| has(t.0)).map(|t| t.1).sum();
        met / all.max(1e-6)
    };
    (share(&top[..top.len().min(5)]), share(&top))
}

pub(crate) fn dot(features: &Features, vector: &[f32], sum: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut out) = (0, 0, 0.0);
    while i < vector.len() && j < sum.len() {
        let (a, b) = (features.terms[i].hash, sum[j].0);
        if a == b {
            out += vector[i] * sum[j].1;
        }
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    out
}

/// Cosine of two stories' centres.
fn of_centres(a: &Group, b: &Group) -> f32 {
    let (mut i, mut j, mut out) = (0, 0, 0.0);
    while i < a.sum.len() && j < b.sum.len() {
        let (x, y) = (a.sum[i].0, b.sum[j].0);
        if x == y {
            out += a.sum[i].1 * b.sum[j].1;
        }
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    out / (a.norm * b.norm).max(1e-6)
}
