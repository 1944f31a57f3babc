//! The texts of the last while in memory, what they are copies of, and which story each stands in.
//!
//! Texts are held in the order of arrival, in five eras of equal size; when a sixth begins the oldest is
//! dropped whole, so memory is bounded by [`Settings::capacity`] and the cost of one more text does not
//! grow: prints are looked up in at most five tables, and a common word leads to its last few hundred
//! texts only.

use crate::across::{self, Mark, Marks};
use crate::background;
use crate::because::because;
use crate::bridge::{JOIN, bridge};
use crate::cluster;
use crate::copies::{self, CopyMatch, Prints};
use crate::decided::Decided;
use crate::evidence::{self, Asking, Evidence, Found};
use crate::features::{DAY, Features, NAME, NUMBER, PHRASE, pack};
use crate::forest::Forest;
use crate::pair::{self, Whole};
use abroad::Marked;
use news::story::Because;
use obey::Bounds;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

pub use asked::Asked;

mod abroad;
mod asked;
mod obey;

/// The constants of "the same story". [`Settings::default`] is what everything uses; others are for
/// measuring. Each constant's evidence stands in the crate's `scores.md`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Texts held at most; about 3 KB each for articles of 500 words, 0.7 KB for headlines.
    pub capacity: usize,
    /// From this score a text joins a story.
    pub join: f32,
    /// From this score it does so without doubt.
    pub sure: f32,
    /// How much the background table counts against the texts held, when words are called rare.
    pub prior: f32,
    /// Weights by kind of term.
    pub name: f32,
    /// Two words of one name.
    pub phrase: f32,
    /// Figures.
    pub number: f32,
    /// Power of rarity.
    pub rarity: f32,
    /// Hours apart at which the share `1 - 1/e` of what time can take is taken.
    pub hours: f32,
    /// Mean likelihood of the pairs of two groups from which settling makes them one, were each text alone.
    pub settle: f32,
    /// What the logarithm of the number of texts a text is likely to be of one event with takes of the logit of that:
    /// of a large story two texts often share little.
    pub crowd: f32,
    /// What the trees' sum is added to.
    pub bias: f32,
    /// What the logarithm of the mean size of the stories held adds: where stories are large, a text is likelier to
    /// belong to one.
    pub size: f32,
    /// What time between a text and the nearest member takes at most.
    pub later: f32,
    /// What it takes when one of them has no time.
    pub timeless: f32,
    /// From this score a text that joins one story speaks for another to be the same.
    pub mend: f32,
    /// What it takes from the sum when text and nearest member speak most of countries that the other does not name.
    pub elsewhere: f32,
    /// What weighs a text and a story.
    pub stories: Forest,
    /// What weighs two texts.
    pub pairs: Forest,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            capacity: 300_000,
            join: 0.5,
            sure: 0.65,
            prior: 0.37,
            name: 1.1,
            phrase: 0.4,
            number: 0.7,
            rarity: 0.85,
            hours: 72.0,
            settle: 0.45,
            crowd: 0.6,
            bias: -0.8,
            size: 1.5,
            later: 8.0,
            timeless: 0.5,
            mend: 0.6,
            elsewhere: 2.0,
            stories: Forest::stories(),
            pairs: Forest::pairs(),
        }
    }
}

/// Where a text belongs.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// No story fits: it opens one.
    Opens,
    /// It is another account of a known event.
    Joins {
        /// Which story.
        story: i64,
        /// How near, `0.0..=1.0`.
        score: f32,
        /// What it shares with the nearest member.
        because: Because,
        /// Doubtful: shown apart and not counted.
        maybe: bool,
    },
    /// It repeats a text that is already here.
    Copies {
        /// The earliest text it repeats.
        key: i64,
        /// That text's story.
        story: i64,
        /// Share of this text that stands in that one.
        contained: f32,
        /// Share of that text that stands in this one.
        of_base: f32,
    },
}

/// A repair that [`Index::settle`] proposes. [`Index::apply`] carries it out in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// All of one story belongs to another.
    Merge {
        /// The story that ends.
        from: i64,
        /// The story that takes its members and its address.
        into: i64,
    },
    /// Some members of a story belong to another.
    Shift {
        /// The story they leave.
        from: i64,
        /// The members that leave.
        keys: Vec<i64>,
        /// The story they go to.
        into: i64,
    },
    /// Some members, of one story or several, are a story of their own, which the caller opens.
    Open {
        /// The story that most of them leave.
        from: i64,
        /// Its members.
        keys: Vec<i64>,
    },
}

/// A term of a text held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub hash: u32,
    /// Weight in the text's unit vector when it came, in 1/65535.
    weight: u16,
    /// [`crate::features::Term::tf`] in 1/32.
    pub tf: u8,
    pub level: u8,
}

pub(crate) struct Doc {
    pub key: i64,
    pub story: i64,
    pub digest: u64,
    pub time_ms: Option<i64>,
    pub terms: Box<[Held]>,
    pub kinds: Box<[u8]>,
    pub whole: Whole,
    pub ordinals: Box<[(u32, u32)]>,
    pub shingles: Box<[u8]>,
    pub shingle_count: u32,
    print_count: u16,
    /// What another language does not hide.
    pub marks: Marks,
}

#[derive(Default)]
struct Posting {
    /// Texts held that have the term.
    df: u32,
    /// Those among whose weightiest terms it is, in order of arrival.
    docs: Vec<u32>,
}

#[derive(Default)]
pub(crate) struct Group {
    pub members: Vec<u32>,
    /// Sum of the members' unit vectors, by hash.
    pub sum: Vec<(u32, f32)>,
    pub norm: f32,
}

/// A story of which some texts were looked at.
struct Near {
    story: i64,
    /// The nearest of them and its cosine.
    slot: u32,
    best: f32,
    /// Sum of the cosines of all.
    votes: f32,
}

struct Era {
    first: u32,
    prints: Prints,
}

/// Texts of the last while: what they repeat, where they stand.
pub struct Index {
    settings: Settings,
    /// Texts by slot; slots count up for ever, `first` is the slot of the first held.
    docs: VecDeque<Option<Doc>>,
    first: u32,
    slots: FxHashMap<i64, u32>,
    eras: VecDeque<Era>,
    terms: FxHashMap<u32, Posting>,
    groups: FxHashMap<i64, Group>,
    live: usize,
    marked: Marked,
    decided: Decided,
}

const ERAS: usize = 5;
/// Terms of a text that lead to it.
const LEADING: usize = 24;
/// Texts a term leads to at most, the last ones.
const PER_TERM: usize = 400;
/// Texts looked at for one question at most.
const BUDGET: usize = 6_000;
/// Texts scored for one question at most.
const SCORED: usize = 48;
/// Stories weighed for one question, the nearest.
const WEIGHED: usize = 12;
/// Weight in a text's unit vector from which a term says much of it, where settling looks for neighbours.
const MUCH: f32 = 0.15;
/// What part of the likelihood that settling asks for a text of another story must have, by the weights that both had
/// when they came, for that story to be looked at when a text is settled: what rarities that changed since may add.
const NEARLY: f64 = 0.75;
/// Terms a story's centre keeps.
const CENTRE_TERMS: usize = 400;
/// Texts of a story that are asked whether another is the same, the last ones.
const MENDED: usize = 12;

impl Index {
    /// An empty index.
    pub fn new(settings: Settings) -> Index {
        let eras = VecDeque::from([Era { first: 0, prints: Prints::default() }]);
        Index {
            settings,
            docs: VecDeque::new(),
            first: 0,
            slots: FxHashMap::default(),
            eras,
            terms: FxHashMap::default(),
            groups: FxHashMap::default(),
            live: 0,
            marked: Marked::default(),
            decided: Decided::default(),
        }
    }

    /// Number of texts held.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Memory the index holds, about, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let docs: usize = self
            .docs
            .iter()
            .flatten()
            .map(|d| {
                d.terms.len() * 9 + d.shingles.len() + d.ordinals.len() * 8 + d.marks.list.len() * size_of::<Mark>()
            })
            .sum();
        docs + self.docs.capacity() * size_of::<Option<Doc>>()
            + self.eras.iter().map(|e| e.prints.bytes()).sum::<usize>()
            + self.terms.values().map(|p| p.docs.capacity() * 4 + size_of::<Posting>() + 8).sum::<usize>()
            + self.marked.bytes()
            + self.groups.values().map(|g| g.members.capacity() * 4 + g.sum.capacity() * 8 + 80).sum::<usize>()
    }

    fn doc(&self, slot: u32) -> Option<&Doc> {
        self.docs.get(slot.checked_sub(self.first)? as usize)?.as_ref()
    }

    /// The story of a text held.
    pub fn story_of(&self, key: i64) -> Option<i64> {
        self.doc(*self.slots.get(&key)?).map(|d| d.story)
    }

    /// The members of a story that are held, in order of arrival.
    pub fn members(&self, story: i64) -> Vec<i64> {
        let members = self.groups.get(&story).map_or(&[][..], |g| &g.members);
        members.iter().filter_map(|s| self.doc(*s)).map(|d| d.key).collect()
    }

    /// The texts held that share at least a quarter of the shorter text, nearest first, at most 64.
    pub fn copies(&self, features: &Features) -> Vec<CopyMatch> {
        let mut out: Vec<(CopyMatch, u32)> = self.matches(features);
        out.truncate(64);
        out.into_iter().map(|(m, _)| m).collect()
    }

    fn matches(&self, features: &Features) -> Vec<(CopyMatch, u32)> {
        if features.shingles.len() < copies::ENOUGH {
            return Vec::new();
        }
        let mut hits: FxHashMap<u32, u32> = FxHashMap::default();
        for era in &self.eras {
            for &print in &features.prints {
                era.prints.each(print, |slot| *hits.entry(slot).or_default() += 1);
            }
        }
        let mut near: Vec<(u32, u32)> = Vec::new();
        for (slot, n) in hits {
            let Some(doc) = self.doc(slot) else { continue };
            if (doc.shingle_count as usize) < copies::ENOUGH {
                continue;
            }
            let fewer = features.prints.len().min(usize::from(doc.print_count)) as u32;
            // A text looked up by all its runs meets a long one in one of eight of them.
            if n >= 2 && n * 16 >= fewer || fewer <= 16 && n * 64 >= fewer {
                near.push((n, slot));
            }
        }
        near.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        near.truncate(96);
        let mut out = Vec::new();
        for (_, slot) in near {
            let Some(doc) = self.doc(slot) else { continue };
            let both = copies::shared(&features.shingles, &doc.shingles) as f32;
            let contained = both / features.shingles.len() as f32;
            let of_base = both / doc.shingle_count as f32;
            if contained.max(of_base) >= copies::CONFIRM || contained.min(of_base) >= copies::CONFIRM_BOTH {
                out.push((CopyMatch { key: doc.key, contained, of_base }, slot));
            }
        }
        out.sort_by(|a, b| {
            b.0.contained.max(b.0.of_base).total_cmp(&a.0.contained.max(a.0.of_base)).then(a.1.cmp(&b.1))
        });
        out
    }

    fn rarity(&self, hash: u32, level: u8) -> f32 {
        let df = self.terms.get(&hash).map_or(0, |p| p.df) as f32;
        rarity(&self.settings, self.live as f32, df, level)
    }

    /// The unit vector of a text as things stand, in the order of its terms.
    fn vector(&self, features: &Features) -> Vec<f32> {
        let terms = features.terms.iter().map(|t| (self.rarity(t.hash, t.level), t.tf, t.kind));
        unit(&self.settings, terms)
    }

    /// Where a text belongs among those held. Nothing is changed: [`Index::insert`] does that once the
    /// caller has a story's number. The text itself, if held already, is to be removed first.
    pub fn place(&self, features: &Features) -> Decision {
        self.place_beside(features).0
    }

    /// Where a text belongs, and the other stories that it would join as well: once it is inserted,
    /// [`Index::mend`] is told of them.
    pub fn place_beside(&self, features: &Features) -> (Decision, Vec<i64>) {
        self.place_within(features, &Bounds::default())
    }

    fn place_within(&self, features: &Features, bounds: &Bounds) -> (Decision, Vec<i64>) {
        let matches = self.matches(features);
        // A copy, of the earliest such.
        let copied = matches
            .iter()
            .filter(|(m, _)| m.is_copy())
            .filter_map(|(m, slot)| Some((m, self.doc(*slot)?, *slot)))
            .filter(|(_, doc, _)| bounds.allow(doc.story))
            .min_by_key(|(_, d, slot)| (d.time_ms.unwrap_or(i64::MAX), *slot));
        if let Some((m, doc, _)) = copied {
            let (contained, of_base) = (m.contained, m.of_base);
            return (Decision::Copies { key: doc.key, story: doc.story, contained, of_base }, Vec::new());
        }
        self.account_within(features, &matches, bounds)
    }

    /// Where a text belongs that is known to be no copy.
    fn account_within(
        &self,
        features: &Features,
        matches: &[(CopyMatch, u32)],
        bounds: &Bounds,
    ) -> (Decision, Vec<i64>) {
        let vector = self.vector(features);
        let s = &self.settings;
        let near = self.candidates(features, &vector, matches).into_iter();
        let near = near
            .map(|(story, e, slot)| (story, weigh(s, &e), slot))
            .chain(self.abroad(&features.marks, features.time_ms));
        let scored: Vec<(i64, f32, u32)> = near.filter(|(story, ..)| bounds.allow(*story)).collect();
        let nearest = scored.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some(home) = bounds.home {
            return (self.goes_home(features, home, nearest.map(|c| c.2)), Vec::new());
        }
        let Some(&(story, score, nearest)) = nearest.filter(|c| c.1 >= s.join) else {
            return (Decision::Opens, Vec::new());
        };
        let others = scored.iter().filter(|c| c.1 >= s.mend && c.0 != story).map(|c| c.0).collect();
        let mut because = self.doc(nearest).map(|d| d.because(features)).unwrap_or_default();
        because.score = score.min(1.0);
        (Decision::Joins { story, score: score.min(1.0), because, maybe: score < s.sure }, others)
    }

    /// What a text that joined `story` and would have joined `others` as well says of them: where the pairs of their
    /// texts are on average as likely to be of one event as settling asks for, the answer is to merge the smaller into
    /// the larger, for [`Index::apply`] to carry out. Later texts then find one story, while what was said of earlier
    /// ones stands.
    pub fn mend(&self, story: i64, others: &[i64]) -> Option<Move> {
        let least = cluster::least(&self.settings, f64::from(self.mean_size()));
        let mine = self.groups.get(&story)?;
        others.iter().find_map(|other| {
            let theirs = self.groups.get(other)?;
            if self.mean_likelihood(mine, theirs) < least {
                return None;
            }
            let (from, into) =
                if mine.members.len() >= theirs.members.len() { (*other, story) } else { (story, *other) };
            Some(Move::Merge { from, into })
        })
    }

    /// Mean likelihood of the pairs of two stories' last texts.
    fn mean_likelihood(&self, a: &Group, b: &Group) -> f64 {
        let last = |g: &Group| {
            g.members[g.members.len().saturating_sub(MENDED)..].iter().filter_map(|s| self.doc(*s)).collect::<Vec<_>>()
        };
        let (some, others) = (last(a), last(b));
        let sum: f64 = some.iter().flat_map(|a| others.iter().map(|b| self.likelihood(a, b))).sum();
        sum / (some.len() * others.len()).max(1) as f64
    }

    /// How likely two texts tell of one event, by the weights they had when they came.
    fn likelihood(&self, a: &Doc, b: &Doc) -> f64 {
        let rarity = |n: usize| self.rarity(a.terms[n].hash, a.terms[n].level);
        let e = pair::gather((a.weighed(), &a.whole), (b.weighed(), &b.whole), rarity);
        f64::from(likely(&self.settings, self.settings.pairs.sum(&e), a, b, cluster::copied(a, b)))
    }

    /// Mean size of the stories held, as if there were some small ones more.
    fn mean_size(&self) -> f32 {
        (self.live as f32 + 40.0) / (self.groups.len() as f32 + 20.0)
    }

    /// The texts held that share most with this one, nearest first.
    fn near_slots(&self, features: &Features, vector: &[f32], matches: &[(CopyMatch, u32)]) -> Vec<(f32, u32)> {
        let mut order: Vec<usize> = (0..vector.len()).filter(|n| vector[*n] > 0.0).collect();
        order.sort_unstable_by(|a, b| vector[*b].total_cmp(&vector[*a]));
        let mut hits: FxHashMap<u32, f32> = FxHashMap::default();
        let mut budget = BUDGET;
        for n in order.into_iter().take(40) {
            let Some(posting) = self.terms.get(&features.terms[n].hash) else { continue };
            let last = posting.docs.len().saturating_sub(PER_TERM.min(budget));
            budget -= posting.docs.len() - last;
            for &slot in &posting.docs[last..] {
                *hits.entry(slot).or_default() += vector[n] * vector[n];
            }
        }
        for (m, slot) in matches {
            *hits.entry(*slot).or_default() += m.contained;
        }
        let mut near: Vec<(f32, u32)> = hits.into_iter().map(|(slot, h)| (h, slot)).collect();
        let by = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1));
        if near.len() > SCORED {
            near.select_nth_unstable_by(SCORED, by);
            near.truncate(SCORED);
        }
        near.sort_unstable_by(by);
        near
    }

    fn candidates(
        &self,
        features: &Features,
        vector: &[f32],
        matches: &[(CopyMatch, u32)],
    ) -> Vec<(i64, Evidence, u32)> {
        // The best member of each story among those scored.
        let mut stories: Vec<Near> = Vec::new();
        for (_, slot) in self.near_slots(features, vector, matches) {
            let Some(doc) = self.doc(slot) else { continue };
            let score = cosine(features, vector, doc);
            match stories.iter_mut().find(|s| s.story == doc.story) {
                Some(s) => {
                    s.votes += score;
                    if score > s.best {
                        (s.best, s.slot) = (score, slot);
                    }
                }
                None => stories.push(Near { story: doc.story, slot, best: score, votes: score }),
            }
        }
        self.near_of(features, vector, matches, &stories)
    }

    fn near_of(
        &self,
        features: &Features,
        vector: &[f32],
        matches: &[(CopyMatch, u32)],
        stories: &[Near],
    ) -> Vec<(i64, Evidence, u32)> {
        let mut bests: Vec<f32> = stories.iter().map(|s| s.best).collect();
        bests.sort_by(|a, b| b.total_cmp(a));
        let least = bests.get(WEIGHED - 1).copied().unwrap_or(0.0);
        let mut two: Vec<&Near> = stories.iter().collect();
        two.sort_by(|a, b| b.best.total_cmp(&a.best));
        two.truncate(2);
        let all_votes = stories.iter().map(|s| s.votes).sum();
        let mean_size = self.mean_size();
        let asking = Asking::new(features, vector);
        stories
            .iter()
            .filter(|near| near.best >= least)
            .filter_map(|near| {
                let group = self.groups.get(&near.story)?;
                let doc = self.doc(near.slot)?;
                if differ(&features.ordinals, &doc.ordinals) {
                    return None;
                }
                let rival = two.iter().find(|r| r.story != near.story);
                let found = Found {
                    group,
                    doc,
                    best: near.best,
                    votes: near.votes,
                    all_votes,
                    rival: rival.and_then(|r| self.groups.get(&r.story)),
                    rival_best: rival.map_or(0.0, |r| r.best),
                    copied: matches.iter().find(|m| m.1 == near.slot).map_or(0.0, |(m, _)| m.contained.max(m.of_base)),
                };
                let rarity = |n: usize| self.rarity(features.terms[n].hash, features.terms[n].level);
                let mut e = evidence::gather(&self.settings, &asking, &found, &bests, rarity);
                e[evidence::SIZE] = mean_size.ln();
                Some((near.story, e, near.slot))
            })
            .collect()
    }

    /// Takes a text in as a member of `story`. A key that is held already is replaced.
    pub fn insert(&mut self, key: i64, story: i64, features: &Features) {
        self.remove(key);
        let vector = self.vector(features);
        let slot = self.first + self.docs.len() as u32;
        let era_size = (self.settings.capacity / ERAS).max(1);
        if self.eras.back().is_none_or(|e| (slot - e.first) as usize >= era_size) {
            self.eras.push_back(Era { first: slot, prints: Prints::default() });
            if self.eras.len() > ERAS + 1 {
                self.eras.pop_front();
                self.forget(self.eras.front().map_or(slot, |e| e.first));
            }
        }
        if features.shingles.len() >= copies::ENOUGH
            && let Some(era) = self.eras.back_mut()
        {
            for &print in &features.prints {
                era.prints.insert(print, slot);
            }
        }
        let mut order: Vec<usize> = (0..vector.len()).filter(|n| vector[*n] > 0.0).collect();
        order.sort_unstable_by(|a, b| vector[*b].total_cmp(&vector[*a]));
        for t in &features.terms {
            self.terms.entry(t.hash).or_default().df += 1;
        }
        for &n in order.iter().take(LEADING) {
            if let Some(p) = self.terms.get_mut(&features.terms[n].hash) {
                p.docs.push(slot);
            }
        }
        let whole = Whole::of(features.terms.iter().zip(&vector).map(|(t, w)| (t.hash, *w, t.kind)));
        let terms: Box<[Held]> = features
            .terms
            .iter()
            .zip(&vector)
            .map(|(t, w)| Held {
                hash: t.hash,
                weight: (w * 65_535.0) as u16,
                tf: (t.tf * 32.0).min(255.0) as u8,
                level: t.level,
            })
            .collect();
        let doc = Doc {
            key,
            story,
            digest: features.digest(),
            time_ms: features.time_ms,
            kinds: features.terms.iter().map(|t| t.kind).collect(),
            whole,
            ordinals: features.ordinals.clone().into(),
            shingles: pack(&features.shingles).into(),
            shingle_count: features.shingles.len() as u32,
            print_count: features.prints.len().min(usize::from(u16::MAX)) as u16,
            marks: features.marks.bare(),
            terms,
        };
        let group = self.groups.entry(story).or_default();
        group.members.push(slot);
        group.add(&doc, 1.0);
        self.marked.insert(slot, &doc.marks);
        self.docs.push_back(Some(doc));
        self.slots.insert(key, slot);
        self.live += 1;
    }

    /// Drops a text.
    pub fn remove(&mut self, key: i64) {
        let Some(slot) = self.slots.remove(&key) else { return };
        let Some(doc) =
            slot.checked_sub(self.first).and_then(|at| self.docs.get_mut(at as usize)).and_then(Option::take)
        else {
            return;
        };
        self.leave(&doc, slot);
        self.marked.remove(slot, &doc.marks);
        for t in &doc.terms {
            if let Some(p) = self.terms.get_mut(&t.hash) {
                p.df -= 1;
                if p.df == 0 {
                    self.terms.remove(&t.hash);
                }
            }
        }
        self.live -= 1;
    }

    fn leave(&mut self, doc: &Doc, slot: u32) {
        if let Some(group) = self.groups.get_mut(&doc.story) {
            group.members.retain(|m| *m != slot);
            if group.members.is_empty() {
                self.groups.remove(&doc.story);
            } else {
                group.add(doc, -1.0);
            }
        }
    }

    /// Drops everything that came before `slot`.
    fn forget(&mut self, slot: u32) {
        let keys: Vec<i64> = self.docs.iter().take((slot - self.first) as usize).flatten().map(|d| d.key).collect();
        for key in keys {
            self.remove(key);
        }
        self.docs.drain(..(slot - self.first) as usize);
        self.first = slot;
        for p in self.terms.values_mut() {
            let dead = p.docs.partition_point(|s| *s < slot);
            p.docs.drain(..dead);
            p.docs.shrink_to_fit();
        }
    }

    /// What the touched stories, and those near them, would be had their texts come in any other order:
    /// average linkage over all pairs, as moves from what is to what ought to be. The same texts give the
    /// same groups whatever their keys, their stories and the order they came in. What a person decided holds
    /// ([`Index::set_decided`]). Nothing is changed.
    pub fn settle(&self, touched: &[i64]) -> Vec<Move> {
        let touched: FxHashSet<i64> = touched.iter().copied().filter(|s| self.groups.contains_key(s)).collect();
        let mut stories = touched.clone();
        if touched.len() < self.groups.len() {
            for slot in touched.iter().filter_map(|s| self.groups.get(s)).flat_map(|g| g.members.iter().take(200)) {
                let Some(doc) = self.doc(*slot) else { continue };
                stories.extend(self.beside(doc, &touched));
                let abroad = self.abroad(&doc.marks, doc.time_ms).into_iter();
                stories.extend(abroad.filter(|(_, score, _)| f64::from(*score) >= JOIN * NEARLY).map(|found| found.0));
            }
        }
        let mut docs: Vec<&Doc> = stories
            .iter()
            .filter_map(|s| self.groups.get(s))
            .flat_map(|g| &g.members)
            .filter_map(|s| self.doc(*s))
            .collect();
        docs.sort_unstable_by_key(|d| (d.digest, d.key));
        let mut vectors = cluster::Vectors::default();
        // Looked up once for each term: most terms stand in many of the texts.
        let mut known: FxHashMap<u32, f32> = FxHashMap::default();
        for d in &docs {
            let rarities: Vec<f32> =
                d.terms.iter().map(|t| *known.entry(t.hash).or_insert_with(|| self.rarity(t.hash, t.level))).collect();
            let terms = d.terms.iter().zip(&d.kinds).zip(&rarities).map(|((t, k), r)| (*r, f32::from(t.tf) / 32.0, *k));
            let weights = unit(&self.settings, terms);
            let kinds = d.terms.iter().zip(&d.kinds).zip(weights).map(|((t, k), w)| (t.hash, w, *k));
            vectors.push(kinds.zip(rarities));
        }
        let groups = cluster::average_linkage(&docs, &vectors, &self.settings, &self.decided);
        let groups = bridge(&docs, &groups, &self.decided, |mark| self.marked.rarity(mark));
        cluster::moves(&docs, &groups)
    }

    /// Stories but the touched of which a text may be one with this, the nearest: a story without such a text stays
    /// apart from this one's whatever else is settled, and looking at it takes time that grows with the index.
    fn beside(&self, doc: &Doc, touched: &FxHashSet<i64>) -> Vec<i64> {
        let mut products: FxHashMap<u32, f32> = FxHashMap::default();
        for t in doc.terms.iter().filter(|t| t.weight() > MUCH) {
            let Some(p) = self.terms.get(&t.hash).filter(|p| p.docs.len() <= 200) else { continue };
            for &at in &p.docs {
                let Some(other) = self.doc(at).filter(|other| !touched.contains(&other.story)) else { continue };
                *products.entry(at).or_default() += t.weight() * other.weight_of(t.hash);
            }
        }
        let least = cluster::least(&self.settings, f64::from(self.mean_size())) * NEARLY;
        let mut near: FxHashMap<i64, f64> = FxHashMap::default();
        for (at, _) in products.into_iter().filter(|p| p.1 >= cluster::FAINT) {
            let Some(other) = self.doc(at) else { continue };
            let likelihood = self.likelihood(doc, other);
            if likelihood >= least {
                let most = near.entry(other.story).or_default();
                *most = most.max(likelihood);
            }
        }
        let mut near: Vec<(i64, f64)> = near.into_iter().collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near.into_iter().take(16).map(|n| n.0).collect()
    }

    /// Carries a move out; `opened` is the number of the story that [`Move::Open`] opens.
    pub fn apply(&mut self, step: &Move, opened: i64) {
        match step {
            Move::Merge { from, into } => {
                for key in self.members(*from) {
                    self.assign(key, *into);
                }
            }
            Move::Shift { keys, into, .. } => keys.iter().for_each(|key| self.assign(*key, *into)),
            Move::Open { keys, .. } => keys.iter().for_each(|key| self.assign(*key, opened)),
        }
    }

    /// Moves one text to a story, new or known.
    pub fn assign(&mut self, key: i64, story: i64) {
        let Some(&slot) = self.slots.get(&key) else { return };
        let at = (slot - self.first) as usize;
        let Some(mut doc) = self.docs.get_mut(at).and_then(Option::take) else { return };
        self.leave(&doc, slot);
        doc.story = story;
        let group = self.groups.entry(story).or_default();
        group.members.push(slot);
        group.members.sort_unstable();
        group.add(&doc, 1.0);
        self.docs[at] = Some(doc);
    }

    /// Every story that is held, by number.
    pub fn stories(&self) -> Vec<i64> {
        let mut out: Vec<i64> = self.groups.keys().copied().collect();
        out.sort_unstable();
        out
    }
}

impl Held {
    /// Weight in the text's unit vector when it came.
    pub(crate) fn weight(&self) -> f32 {
        f32::from(self.weight) / 65_535.0
    }
}

impl Doc {
    /// The weight of a term in the text's unit vector when it came; nothing where it has not the term.
    fn weight_of(&self, hash: u32) -> f32 {
        self.terms.binary_search_by_key(&hash, |t| t.hash).map_or(0.0, |at| self.terms[at].weight())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.terms.iter().zip(&self.kinds).filter(|(_, k)| **k & NAME != 0 && **k & PHRASE == 0).map(|(t, _)| t.hash)
    }

    /// What a text shares with it, in words a reader can check.
    fn because(&self, features: &Features) -> Because {
        match (features.marks.language, self.marks.language) {
            (Some(a), Some(b)) if a != b => across::because(&features.marks, &self.marks),
            _ => because(features, &self.features()),
        }
    }

    /// Its terms with the weight each had when it came.
    fn weighed(&self) -> impl Iterator<Item = pair::Weighed> + '_ {
        self.terms.iter().zip(&self.kinds).map(|(t, k)| (t.hash, t.weight(), *k))
    }

    /// What [`because`] needs of it: which terms it has.
    fn features(&self) -> Features {
        let terms = self
            .terms
            .iter()
            .zip(&self.kinds)
            .map(|(t, k)| crate::features::Term {
                hash: t.hash,
                tf: f32::from(t.tf) / 32.0,
                level: t.level,
                kind: *k,
                surface: Box::default(),
            })
            .collect();
        Features { terms, ..Features::default() }
    }
}

impl Group {
    fn add(&mut self, doc: &Doc, sign: f32) {
        let mut sum = Vec::with_capacity(self.sum.len() + doc.terms.len());
        let (mut i, mut j) = (0, 0);
        while i < self.sum.len() || j < doc.terms.len() {
            let a = self.sum.get(i).map_or(u32::MAX, |s| s.0);
            let b = doc.terms.get(j).map_or(u32::MAX, |t| t.hash);
            let mut value = 0.0;
            if a <= b && i < self.sum.len() {
                value += self.sum[i].1;
                i += 1;
            }
            if b <= a && j < doc.terms.len() {
                value += sign * f32::from(doc.terms[j].weight) / 65_535.0;
                j += 1;
            }
            if value > 1e-4 {
                sum.push((a.min(b), value));
            }
        }
        if sum.len() > CENTRE_TERMS * 2 {
            let mut weights: Vec<f32> = sum.iter().map(|s| s.1).collect();
            let (_, cut, _) = weights.select_nth_unstable_by(CENTRE_TERMS, |a, b| b.total_cmp(a));
            let cut = *cut;
            sum.retain(|s| s.1 > cut);
        }
        self.norm = sum.iter().map(|s| s.1 * s.1).sum::<f32>().sqrt();
        self.sum = sum;
    }
}

/// How likely a text belongs to a story.
fn weigh(s: &Settings, e: &Evidence) -> f32 {
    let sum = s.stories.sum(e) + s.bias + by_hand(s, e);
    1.0 / (1.0 + (-sum).exp())
}

/// What the evidence that is weighed by hand adds to the trees' sum.
fn by_hand(s: &Settings, e: &Evidence) -> f32 {
    s.size * e[evidence::SIZE] - s.later * e[evidence::LATER] - s.timeless * e[evidence::TIMELESS]
        + COPIED * e[evidence::COPIED]
        - STRANGERS * e[evidence::STRANGERS]
        - s.elsewhere * e[evidence::ELSEWHERE]
}

/// Words in common, as copies are measured, are nearly proof.
const COPIED: f32 = 8.0;
/// Texts that both name three people or places and share none are kept apart whatever else they share.
const STRANGERS: f32 = 20.0;

/// How rare a term is: the background table and the texts held, as if both were one collection.
pub(crate) fn rarity(s: &Settings, live: f32, df: f32, level: u8) -> f32 {
    let total = background::documents() * s.prior + live;
    let seen = background::count(level) * s.prior + df;
    ((total + 1.0) / (seen + 1.0)).ln().max(0.0).powf(s.rarity)
}

/// Weighs terms `(rarity, tf, kind)` and gives the vector the length one.
pub(crate) fn unit(s: &Settings, terms: impl Iterator<Item = (f32, f32, u8)>) -> Vec<f32> {
    let mut out: Vec<f32> = terms
        .map(|(rarity, tf, kind)| {
            let weight = match kind {
                k if k & DAY != 0 => 0.0,
                k if k & PHRASE != 0 => s.phrase,
                k if k & NUMBER != 0 => s.number,
                k if k & NAME != 0 => s.name,
                _ => 1.0,
            };
            rarity * tf * weight
        })
        .collect();
    let norm = out.iter().map(|w| w * w).sum::<f32>().sqrt();
    if norm > 0.0 {
        out.iter_mut().for_each(|w| *w /= norm);
    }
    out
}

fn cosine(features: &Features, vector: &[f32], doc: &Doc) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < vector.len() && j < doc.terms.len() {
        let (a, b) = (features.terms[i].hash, doc.terms[j].hash);
        if a == b {
            sum += vector[i] * doc.terms[j].weight();
        }
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    sum
}

/// How likely two texts tell of one event: the sum of the pairs' trees, and what is weighed by hand as for a story.
pub(crate) fn likely(s: &Settings, trees: f32, a: &Doc, b: &Doc, copied: f32) -> f32 {
    if differ(&a.ordinals, &b.ordinals) {
        return 0.0;
    }
    let (later, timeless) = evidence::apart_in_time(a.time_ms, b.time_ms, s.hours);
    let strangers = evidence::are_strangers(a.names(), b.names());
    let away = across::elsewhere(&a.marks, &b.marks);
    let sum =
        trees - s.later * later - s.timeless * timeless + COPIED * copied - STRANGERS * strangers - s.elsewhere * away;
    1.0 / (1.0 + (-sum).exp())
}

/// Whether two texts count the same thing and disagree on which one it is: the 12th and the 13th package.
fn differ(a: &[(u32, u32)], b: &[(u32, u32)]) -> bool {
    let says = |list: &[(u32, u32)], what, value| list.contains(&(what, value));
    let counts = |list: &[(u32, u32)], what| list.iter().any(|x| x.0 == what);
    // The same words, and not one of their numbers in common.
    let mut asked = false;
    for &(what, value) in a {
        if counts(b, what) {
            if says(b, what, value) {
                return false;
            }
            asked = true;
        }
    }
    asked
}

#[cfg(test)]
mod tests;
