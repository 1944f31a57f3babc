//! Storylines: stories linked over months and years by who acts in them and what they are about, such as
//! "talks to end the war".
//!
//! [`Gatherer`] reads what is kept of the texts of every story, once and in any order, and gives a
//! [`Gist`] of each; [`draw`] links the gists. Two stories belong together only when they share actors
//! *and* subject: the same ministers in another matter, and the same matter among other people, stay apart.
//! A story belongs to one storyline or none, and two stories make the least storyline there is: a page that
//! lists one story is that story's page.

use crate::background;
use crate::features::{DAY, Features, NAME, NUMBER};
use crate::token::{Token, mix, stem_of, tokens};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A story as storylines see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gist {
    /// The story's number.
    pub story: i64,
    /// When its first text was published, milliseconds since 1970 UTC.
    pub first_ms: i64,
    /// When its last text was.
    pub last_ms: i64,
    /// Its title as shown.
    pub title: String,
    /// Persons, places and bodies, weightiest first.
    pub names: Vec<Word>,
    /// The other words it is about, weightiest first.
    pub subjects: Vec<Word>,
}

/// A word or name of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The number of its stem, or of the pair of words that make a name.
    pub term: u32,
    /// How much the story speaks of it, above 0.
    pub weight: f32,
    /// As printed.
    pub printed: Box<str>,
}

/// Stories of one long matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Storyline {
    /// The number it had before; `None` for a new one.
    pub id: Option<i64>,
    /// A name by rule: the words its titles share, after its leading actors, else its leading subjects.
    pub title: String,
    /// Its stories, earliest first; at least two.
    pub stories: Vec<i64>,
    /// Who acts in it, as printed, weightiest first; at most six.
    pub actors: Vec<String>,
    /// What it is about, as printed, weightiest first; at most six.
    pub subjects: Vec<String>,
    /// When its first story began, milliseconds since 1970 UTC.
    pub first_ms: i64,
    /// When its last story ended.
    pub last_ms: i64,
}

/// What [`draw`] gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// The storylines, those that began first first.
    pub lines: Vec<Storyline>,
    /// Numbers that were known and are no storyline's any more, each with the place in `lines` of the
    /// storyline that took most of its stories, if any did.
    pub ended: Vec<(i64, Option<usize>)>,
}

/// Names and other words that one text gives to its story.
const NAMES_OF_TEXT: usize = 14;
const SUBJECTS_OF_TEXT: usize = 20;
/// Names and subjects kept of a story.
const NAMES: usize = 14;
const SUBJECTS: usize = 18;
/// Stories beyond which only the latest are linked.
const MAX_STORIES: usize = 200_000;
/// Leading names and subjects of a story whose pairs lead to other stories.
const LEADING: usize = 10;
/// Later stories that a story is shown to over one such pair, and pairs that two must share to be looked at.
const AHEAD: usize = 12;
const LEAST_PAIRS: usize = 2;
/// Terms kept of a group of stories.
const MAX_TERMS: usize = 128;
/// Years without a story after which what links two counts half.
const FADE_YEARS: f32 = 4.0;
/// Mean likeness of names, and of subjects, that two groups need at the least, and of both together. Measured in
/// scores.md: from .12 to .18 the last moves the made archive and Timeline17 by less than .01 in precision.
const LEAST_NAMES: f32 = 0.12;
const LEAST_SUBJECTS: f32 = 0.06;
const LINK: f32 = 0.16;
/// Spellings of a word that are counted.
const SPELLINGS: usize = 16;
/// Texts of the background table from which on it knows how a word is written.
const KNOWN: f32 = 30.0;
/// Actors and subjects shown, and how many of both a storyline must have to be one.
const SHOWN: usize = 6;
const LEAST_SHOWN: usize = 3;

/// Reads the texts of stories for their gists. What it gives does not depend on the order of the texts.
#[derive(Debug, Default)]
pub struct Gatherer {
    stories: FxHashMap<i64, Heard>,
    terms: FxHashMap<u32, Spelt>,
}

#[derive(Debug)]
struct Heard {
    texts: u32,
    first_ms: i64,
    last_ms: i64,
    /// Weight in 1/256, so that sums do not depend on their order.
    terms: FxHashMap<u32, u64>,
}

#[derive(Debug, Default)]
struct Spelt {
    /// Spellings and how often each was seen.
    printed: Vec<(Box<str>, u32)>,
    seen: u32,
    as_name: u32,
}

impl Spelt {
    fn is_name(&self) -> bool {
        self.as_name * 2 > self.seen
    }

    /// The spelling seen most; of a name, one with a capital if there is any.
    fn usual(&self) -> Box<str> {
        let capital = |s: &str| s.starts_with(char::is_uppercase);
        let best = self.printed.iter().max_by(|a, b| {
            let key = |s: &(Box<str>, u32)| (self.is_name() && capital(&s.0), s.1);
            key(a).cmp(&key(b)).then_with(|| b.0.cmp(&a.0))
        });
        best.map(|b| b.0.clone()).unwrap_or_default()
    }
}

impl Gatherer {
    /// Adds one text of a story; `at_ms` is when it was published, milliseconds since 1970 UTC.
    pub fn add(&mut self, story: i64, at_ms: i64, text: &Features) {
        let heard = self.stories.entry(story).or_insert_with(|| Heard {
            texts: 0,
            first_ms: at_ms,
            last_ms: at_ms,
            terms: FxHashMap::default(),
        });
        heard.texts += 1;
        heard.first_ms = heard.first_ms.min(at_ms);
        heard.last_ms = heard.last_ms.max(at_ms);
        let total = background::documents();
        let mut ranked: Vec<_> = text
            .terms
            .iter()
            .filter(|t| t.kind & (NUMBER | DAY) == 0 && background::count(t.level) < total / 12.0)
            .map(|t| (t.tf * ((total + 1.0) / (background::count(t.level) + 0.5)).ln(), t))
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.hash.cmp(&b.1.hash)));
        let (mut names, mut subjects) = (0, 0);
        for (weight, t) in ranked {
            let name = t.kind & NAME != 0;
            let (count, most) = if name { (&mut names, NAMES_OF_TEXT) } else { (&mut subjects, SUBJECTS_OF_TEXT) };
            if *count == most {
                continue;
            }
            *count += 1;
            *heard.terms.entry(t.hash).or_default() += (weight * 256.0) as u64;
            let spelt = self.terms.entry(t.hash).or_default();
            spelt.seen += 1;
            spelt.as_name += u32::from(name);
            if let Some(known) = spelt.printed.iter_mut().find(|p| p.0 == t.surface) {
                known.1 += 1;
            } else if spelt.printed.len() < SPELLINGS {
                spelt.printed.push((t.surface.clone(), 1));
            }
        }
    }

    /// The gists, by story. A word is a name when most texts write it as one. `title` names a story.
    pub fn gists(&self, mut title: impl FnMut(i64) -> String) -> Vec<Gist> {
        let printed: FxHashMap<u32, Box<str>> = self.terms.iter().map(|(term, s)| (*term, s.usual())).collect();
        let mut out: Vec<Gist> = self
            .stories
            .iter()
            .map(|(&story, heard)| {
                let (mut names, mut subjects) = (Vec::new(), Vec::new());
                let mut parts: FxHashSet<u32> = FxHashSet::default();
                for (&term, &weight) in &heard.terms {
                    let Some(spelt) = self.terms.get(&term) else { continue };
                    let weight = weight as f32 / 256.0 / heard.texts as f32;
                    if spelt.is_name() {
                        names.push((term, weight));
                        let words = printed[&term].split_once(' ').into_iter().flat_map(|(a, b)| [a, b]);
                        parts.extend(words.filter(|w| !is_title(w)).map(stem_of));
                    } else {
                        subjects.push((term, weight));
                    }
                }
                // "Ada" of Ada Kestrel is nobody's subject, however often it opens a sentence.
                subjects.retain(|(term, _)| !parts.contains(term));
                for (list, most) in [(&mut names, NAMES), (&mut subjects, SUBJECTS)] {
                    list.sort_unstable_by(|a: &(u32, f32), b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                    list.truncate(most);
                }
                let words = |list: Vec<(u32, f32)>| {
                    list.into_iter()
                        .map(|(term, weight)| Word { term, weight, printed: printed[&term].clone() })
                        .collect()
                };
                let (names, subjects) = (words(names), words(subjects));
                let (first_ms, last_ms) = (heard.first_ms, heard.last_ms);
                Gist { story, first_ms, last_ms, title: title(story), names, subjects }
            })
            .collect();
        out.sort_unstable_by_key(|g| g.story);
        out
    }
}

/// Links stories into storylines. `known` says which storyline each story was in before, as
/// `(story, storyline)`; a storyline keeps the number that most of its stories knew.
///
/// Groups merge by the mean likeness of their stories, the nearest first, as long as that of their names and
/// of their subjects both reach what is asked. The order of `gists` and of `known` does not matter. Of a story
/// given twice one is read; of more than 200,000 the latest.
pub fn draw(gists: &[Gist], known: &[(i64, i64)]) -> Drawn {
    let mut order: Vec<&Gist> = gists.iter().collect();
    order.sort_unstable_by_key(|g| (g.story, g.first_ms, g.last_ms));
    order.dedup_by_key(|g| g.story);
    order.sort_unstable_by_key(|g| (g.last_ms, g.story));
    order.drain(..order.len().saturating_sub(MAX_STORIES));
    order.sort_unstable_by_key(|g| (g.first_ms, g.story));
    let names = vectors(&order, |g| &g.names);
    let subjects = vectors(&order, |g| &g.subjects);
    let pairs = pairs(&names, &subjects);
    let mut groups: Vec<Group> = order
        .iter()
        .zip(names.iter().zip(&subjects))
        .enumerate()
        .map(|(at, (g, (n, s)))| Group {
            members: vec![at as u32],
            names: n.clone(),
            subjects: s.clone(),
            first_ms: g.first_ms,
            last_ms: g.last_ms,
        })
        .collect();
    merge(&mut groups, &pairs);
    let mut lines: Vec<Storyline> =
        groups.iter_mut().filter(|g| g.members.len() > 1).map(|g| line(g, &order)).collect();
    // What its stories share must be enough to say who and what; one name and one word are chance.
    lines
        .retain(|l| !l.actors.is_empty() && !l.subjects.is_empty() && l.actors.len() + l.subjects.len() >= LEAST_SHOWN);
    lines.sort_by_key(|l| (l.first_ms, l.stories[0]));
    let ended = keep_numbers(&mut lines, known);
    Drawn { lines, ended }
}

type Vector = Vec<(u32, f32)>;

/// Unit vectors over terms, sorted by term: what is in few stories weighs most.
fn vectors(gists: &[&Gist], of: impl Fn(&Gist) -> &Vec<Word>) -> Vec<Vector> {
    let mut stories: FxHashMap<u32, u32> = FxHashMap::default();
    for g in gists {
        let distinct: FxHashSet<u32> = of(g).iter().map(|w| w.term).collect();
        distinct.into_iter().for_each(|t| *stories.entry(t).or_default() += 1);
    }
    // A handful of stories must not make every word that two share look common.
    let total = gists.len() as f32 + 10.0;
    gists
        .iter()
        .map(|g| {
            let mut v: Vector = of(g)
                .iter()
                .filter(|w| w.weight > 0.0 && w.weight.is_finite())
                .map(|w| (w.term, w.weight * (total / (stories[&w.term] as f32 + 0.5)).ln().max(0.0)))
                .collect();
            v.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            v.dedup_by_key(|t| t.0);
            let norm = v.iter().map(|t| t.1 * t.1).sum::<f32>().sqrt();
            v.iter_mut().for_each(|t| t.1 /= norm.max(1e-6));
            v
        })
        .collect()
}

/// Stories worth a look at each other, the earlier first: those that share two pairs of a leading name and a leading
/// subject, each with the next few in time that share one.
fn pairs(names: &[Vector], subjects: &[Vector]) -> Vec<(u32, u32)> {
    let leading = |v: &Vector| {
        let mut v: Vec<(u32, f32)> = v.clone();
        v.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        v.truncate(LEADING);
        v
    };
    // Two pairs of words with one number bring strangers a look at each other, no more.
    let mut keys: Vec<(u32, u32)> = Vec::with_capacity(names.len() * LEADING * LEADING);
    let mut starts: Vec<usize> = vec![0];
    for (at, (n, s)) in names.iter().zip(subjects).enumerate() {
        let s = leading(s);
        for (name, _) in leading(n) {
            let key = |subject: u32| (mix(u64::from(name) << 32 | u64::from(subject)) >> 32) as u32;
            keys.extend(s.iter().map(|(subject, _)| (key(*subject), at as u32)));
        }
        starts.push(keys.len());
    }
    keys.sort_unstable();
    // Where each story's keys stand in the sorted list.
    let mut places = vec![0u32; keys.len()];
    let mut next = starts.clone();
    for (place, (_, at)) in keys.iter().enumerate() {
        places[next[*at as usize]] = place as u32;
        next[*at as usize] += 1;
    }
    let mut out = Vec::new();
    let mut found: Vec<u32> = Vec::new();
    for at in 0..names.len() {
        for place in &places[starts[at]..starts[at + 1]] {
            let (key, _) = keys[*place as usize];
            let later = keys[*place as usize + 1..].iter().take(AHEAD).take_while(|k| k.0 == key);
            found.extend(later.map(|k| k.1).filter(|other| *other != at as u32));
        }
        found.sort_unstable();
        out.extend(found.chunk_by(|a, b| a == b).filter(|r| r.len() >= LEAST_PAIRS).map(|r| (at as u32, r[0])));
        found.clear();
    }
    out
}

struct Group {
    /// Places in the order of time.
    members: Vec<u32>,
    /// Sums of the members' vectors.
    names: Vector,
    subjects: Vector,
    first_ms: i64,
    last_ms: i64,
}

impl Group {
    /// How near two groups are; 0 when either their names or their subjects are strangers.
    fn likeness(&self, other: &Group) -> f32 {
        let pairs = (self.members.len() * other.members.len()) as f32;
        let names = dot(&self.names, &other.names) / pairs;
        if names < LEAST_NAMES {
            return 0.0;
        }
        let subjects = dot(&self.subjects, &other.subjects) / pairs;
        if subjects < LEAST_SUBJECTS {
            return 0.0;
        }
        let apart_ms = self.first_ms.max(other.first_ms).saturating_sub(self.last_ms.min(other.last_ms)).max(0);
        let years = apart_ms as f32 / (365.25 * 86_400_000.0);
        (names * subjects).sqrt() / (1.0 + years / FADE_YEARS)
    }

    fn take(&mut self, other: Group) {
        self.members.extend(other.members);
        self.names = sum(&self.names, &other.names);
        self.subjects = sum(&self.subjects, &other.subjects);
        self.first_ms = self.first_ms.min(other.first_ms);
        self.last_ms = self.last_ms.max(other.last_ms);
    }
}

fn dot(a: &Vector, b: &Vector) -> f32 {
    let (mut i, mut j, mut out) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                out += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    out
}

fn sum(a: &Vector, b: &Vector) -> Vector {
    let mut out: Vector = a.iter().chain(b).copied().collect();
    out.sort_by_key(|t| t.0);
    out.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 += later.1;
        }
        same
    });
    if out.len() > MAX_TERMS {
        out.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        out.truncate(MAX_TERMS);
        out.sort_unstable_by_key(|t| t.0);
    }
    out
}

/// Likeness as its bits, and the two groups with the versions it holds for.
type Heap = BinaryHeap<(u32, Reverse<(u32, u32, u32, u32)>)>;

/// Merges groups, the nearest first; ties fall to those that come first. A group that was taken is left empty.
fn merge(groups: &mut [Group], pairs: &[(u32, u32)]) {
    let mut near: Vec<FxHashSet<u32>> = vec![FxHashSet::default(); groups.len()];
    let mut version = vec![0u32; groups.len()];
    let mut heap = Heap::new();
    for &(a, b) in pairs {
        let likeness = groups[a as usize].likeness(&groups[b as usize]);
        if likeness >= LINK {
            near[a as usize].insert(b);
            near[b as usize].insert(a);
            // Positive floats order as their bits do.
            heap.push((likeness.to_bits(), Reverse((a, b, 0, 0))));
        }
    }
    while let Some((_, Reverse((a, b, va, vb)))) = heap.pop() {
        let (first, second) = (a as usize, b as usize);
        if version[first] != va || version[second] != vb {
            continue;
        }
        version[first] += 1;
        version[second] += 1;
        let taken = Group { members: Vec::new(), names: Vec::new(), subjects: Vec::new(), first_ms: 0, last_ms: 0 };
        let other = std::mem::replace(&mut groups[second], taken);
        groups[first].take(other);
        let mut around = std::mem::take(&mut near[first]);
        around.extend(std::mem::take(&mut near[second]));
        around.remove(&a);
        around.remove(&b);
        for &x in &around {
            near[x as usize].remove(&b);
            near[x as usize].remove(&a);
        }
        // The mean of two means is no more than the greater: what is too far now comes back only with a neighbour.
        around.retain(|x| {
            let likeness = groups[first].likeness(&groups[*x as usize]);
            if likeness >= LINK {
                near[*x as usize].insert(a);
                let (low, high) = (a.min(*x), a.max(*x));
                heap.push((likeness.to_bits(), Reverse((low, high, version[low as usize], version[high as usize]))));
            }
            likeness >= LINK
        });
        near[first] = around;
    }
}

fn line(group: &mut Group, order: &[&Gist]) -> Storyline {
    group.members.sort_unstable();
    let gists: Vec<&Gist> = group.members.iter().map(|at| order[*at as usize]).collect();
    let actors = leading(&gists, &group.names, |g| &g.names);
    let subjects = leading(&gists, &group.subjects, |g| &g.subjects);
    Storyline {
        id: None,
        title: title(&gists, &actors, &subjects),
        stories: gists.iter().map(|g| g.story).collect(),
        actors,
        subjects,
        first_ms: group.first_ms,
        last_ms: group.last_ms,
    }
}

/// The weightiest words of a group that stand in a third of its stories, and in two, as printed.
fn leading(gists: &[&Gist], sums: &Vector, of: impl Fn(&Gist) -> &Vec<Word>) -> Vec<String> {
    let mut stories: FxHashMap<u32, (usize, &str)> = FxHashMap::default();
    for g in gists {
        for w in of(g) {
            stories.entry(w.term).or_insert((0, &w.printed)).0 += 1;
        }
    }
    let enough = (gists.len() / 3).max(2);
    let mut ranked: Vec<(f32, &str)> = sums
        .iter()
        .filter_map(|(term, weight)| stories.get(term).map(|s| (*weight, s.0, s.1)))
        .filter(|w| w.1 >= enough)
        .map(|(weight, _, printed)| (weight, printed))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let mut out: Vec<String> = Vec::new();
    for (_, printed) in ranked {
        // "Ada Kestrel" says what "Kestrel" would repeat, and takes its place.
        if out.iter().any(|o| has_word(o, printed)) {
            continue;
        }
        if let Some(part) = out.iter().position(|o| has_word(printed, o)) {
            out[part] = printed.to_owned();
            let mut at = 0;
            out.retain(|o| {
                at += 1;
                at - 1 <= part || !has_word(printed, o)
            });
        } else if !out.iter().any(|o| same_bearer(o, printed)) {
            out.push(printed.to_owned());
        }
    }
    // "President" and "Department" stand for many; a name of its own goes before them.
    if out.iter().any(|o| !is_title(o)) {
        out.retain(|o| !is_title(o));
    }
    out.truncate(SHOWN);
    out
}

/// Whether two names of two words share one that is a name by itself: "Ada Kestrel" and "Mayor Ada".
fn same_bearer(a: &str, b: &str) -> bool {
    a.contains(' ') && b.contains(' ') && b.split(' ').any(|w| !is_title(w) && has_word(a, w))
}

/// Whether a single word with a capital is one that is known well and mostly written without.
fn is_title(printed: &str) -> bool {
    let prior = background::prior(stem_of(printed));
    let known = background::count(prior.level) >= KNOWN;
    printed.starts_with(char::is_uppercase) && !printed.contains(' ') && known && prior.capitals <= 127
}

fn has_word(whole: &str, part: &str) -> bool {
    let (whole, part) = (&whole.to_lowercase(), &part.to_lowercase());
    whole.match_indices(part.as_str()).any(|(at, _)| {
        !whole[..at].ends_with(char::is_alphanumeric) && !whole[at + part.len()..].starts_with(char::is_alphanumeric)
    })
}

/// Words in a row that most titles share, as the last of them prints it; else the leading subjects. Actors go before
/// when it names none.
fn title(gists: &[&Gist], actors: &[String], subjects: &[String]) -> String {
    let about: FxHashSet<u32> = subjects.iter().map(|s| stem_of(s)).collect();
    let who: FxHashSet<u32> = actors.iter().flat_map(|a| a.split(' ')).map(stem_of).collect();
    // Run of stems to: stories whose title has it, its length in words, whether it names an actor, as printed last.
    let mut runs: FxHashMap<u64, (usize, usize, bool, &str)> = FxHashMap::default();
    for g in gists {
        let words = tokens(&g.title);
        let mut seen = FxHashSet::default();
        for from in 0..words.len().min(40) {
            for to in from + 2..=(from + 5).min(words.len()) {
                let run = &words[from..to];
                if run[1..].iter().any(|t| !t.joined) {
                    break;
                }
                let leads = |t: &Token| about.contains(&t.stem) || who.contains(&t.stem);
                if !leads(&run[0]) || !leads(&run[run.len() - 1]) || !run.iter().any(|t| about.contains(&t.stem)) {
                    continue;
                }
                let key = run.iter().fold(0, |h, t| mix(h ^ u64::from(t.stem)));
                if seen.insert(key) {
                    let printed = &g.title[run[0].start as usize..run[run.len() - 1].end as usize];
                    let names = run.iter().any(|t| who.contains(&t.stem));
                    let entry = runs.entry(key).or_insert((0, run.len(), names, printed));
                    entry.0 += 1;
                    entry.3 = printed;
                }
            }
        }
    }
    let enough = (gists.len() * 3 / 10).max(2);
    let shared = runs.values().filter(|r| r.0 >= enough).max_by_key(|r| (r.0 * r.1, Reverse(r.3)));
    let (what, named) = match shared {
        Some(run) => (run.3.to_owned(), run.2),
        None => (subjects.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", "), false),
    };
    let who = actors.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", ");
    match (named || who.is_empty(), what.is_empty()) {
        (true, _) => what,
        (false, true) => who,
        (false, false) => format!("{who}: {what}"),
    }
}

/// Gives each storyline the number most of its stories knew, each number once; gives the numbers left over.
fn keep_numbers(lines: &mut [Storyline], known: &[(i64, i64)]) -> Vec<(i64, Option<usize>)> {
    let mut before: Vec<(i64, i64)> = known.to_vec();
    before.sort_unstable();
    before.dedup_by_key(|k| k.0);
    let of_story: FxHashMap<i64, i64> = before.iter().copied().collect();
    let mut claims: FxHashMap<(i64, usize), usize> = FxHashMap::default();
    for (at, line) in lines.iter().enumerate() {
        for id in line.stories.iter().filter_map(|s| of_story.get(s)) {
            *claims.entry((*id, at)).or_default() += 1;
        }
    }
    let mut ranked: Vec<(usize, i64, usize)> = claims.into_iter().map(|((id, at), n)| (n, id, at)).collect();
    ranked.sort_unstable_by_key(|(n, id, at)| (Reverse(*n), *id, *at));
    let mut kept: FxHashSet<i64> = FxHashSet::default();
    let mut heir: FxHashMap<i64, usize> = FxHashMap::default();
    for (_, id, at) in ranked {
        heir.entry(id).or_insert(at);
        if lines[at].id.is_none() && !kept.contains(&id) {
            lines[at].id = Some(id);
            kept.insert(id);
        }
    }
    let mut ids: Vec<i64> = of_story.into_values().filter(|id| !kept.contains(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| (id, heir.get(&id).copied())).collect()
}

#[cfg(test)]
mod tests;
