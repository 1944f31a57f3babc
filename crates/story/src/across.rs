//! The same event in another language: what two texts share that no language hides, and how surely that makes them
//! one story.
//!
//! A text leaves marks: the sound of its names ([`news::sound`]), the places, matters, numbers and days it speaks of
//! ([`crate::lexicon`]). Texts of one language are compared by their words ([`crate::evidence`]); marks are compared
//! only where the languages differ, since words say more.

use crate::features::Features;
use crate::lexicon::{LANGUAGES, Language};
use crate::marks::MAX_NAMES;
use news::story::Because;
use rustc_hash::FxHashMap;

/// What a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    /// How a name sounds.
    Name,
    /// A country.
    Country,
    /// A city.
    City,
    /// What news is about.
    Concept,
    /// A number other than a year.
    Number,
    /// A day of a month.
    Day,
    /// Which one of a series, and of what.
    Ordinal,
}

const KINDS: [Kind; 7] = [Kind::Name, Kind::Country, Kind::City, Kind::Concept, Kind::Number, Kind::Day, Kind::Ordinal];

/// One mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    /// The same for the same thing in every language.
    pub hash: u32,
    pub kind: Kind,
    /// How much the text speaks of it: 2 for once in the title, 1 for once in the text, at most 15; of an ordinal
    /// its value.
    pub weight: u8,
    /// Of a name which one: a name of two sounds counts once.
    pub group: u8,
}

/// The marks of a text, sorted by hash, at most 64 ([`crate::marks::marks`] reads them).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Marks {
    /// `None` where the tables do not know it, or the text does not show it: such a text has no marks.
    pub language: Option<Language>,
    pub list: Vec<Mark>,
    /// Each mark as the text prints it, in the order of the list; none of a text that is only held to be compared with.
    pub surfaces: Vec<Box<str>>,
}

impl Marks {
    /// The marks without what the text prints.
    pub(crate) fn bare(&self) -> Marks {
        Marks { language: self.language, list: self.list.clone(), surfaces: Vec::new() }
    }

    /// Appends them as bytes: the language, then eight bytes and the words of each.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.push(self.language.map_or(0, |l| l as u8 + 1));
        out.push(self.surfaces.len() as u8);
        for (m, surface) in self.list.iter().zip(&self.surfaces) {
            out.extend(m.hash.to_le_bytes());
            out.extend([m.kind as u8, m.weight, m.group, surface.len() as u8]);
            out.extend(surface.as_bytes());
        }
    }

    /// Reads what [`Marks::put`] wrote at the head of `bytes`, and gives the rest.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Marks, &[u8])> {
        let (&[language, count], mut rest) = bytes.split_first_chunk::<2>()?;
        let language = match language {
            0 => None,
            n => Some(LANGUAGES.get(usize::from(n) - 1)?.0),
        };
        let (mut list, mut surfaces) = (Vec::with_capacity(usize::from(count)), Vec::with_capacity(usize::from(count)));
        for _ in 0..count {
            let (&[a, b, c, d, kind, weight, group, length], tail) = rest.split_first_chunk::<8>()?;
            let (surface, tail) = tail.split_at_checked(usize::from(length))?;
            let kind = *KINDS.get(usize::from(kind))?;
            if usize::from(group) >= MAX_NAMES {
                return None;
            }
            list.push(Mark { hash: u32::from_le_bytes([a, b, c, d]), kind, weight, group });
            surfaces.push(std::str::from_utf8(surface).ok()?.into());
            rest = tail;
        }
        let sorted = list.is_sorted_by(|a: &Mark, b| a.hash < b.hash);
        sorted.then_some((Marks { language, list, surfaces }, rest))
    }
}

/// What two texts of different languages share, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Shared {
    /// Rarity of the shared names, countries, cities, matters and numbers, added up; a mark in half of all texts adds
    /// nearly nothing, one that no other text has 1.
    pub names: f32,
    pub countries: f32,
    pub cities: f32,
    pub concepts: f32,
    pub numbers: f32,
    /// Days named in both.
    pub days: f32,
    /// Cosine of the matters.
    pub matter: f32,
    /// Both name countries and share none.
    pub elsewhere: f32,
    /// Of the two countries most spoken of, one in each text, the share that the other text does not name.
    pub chief: f32,
    /// No country is most spoken of in both.
    pub chiefs: f32,
    /// Both count one thing and disagree which one it is.
    pub differ: bool,
    /// Share of the fewer names that is met.
    pub met: f32,
    /// Both have two numbers and share none.
    pub unlike: f32,
}

/// Kinds of evidence that the weights weigh.
pub const EVIDENCE: usize = 13;

/// What each kind of evidence of [`Shared::evidence`] weighs, and last what is added: a logistic regression over all
/// pairs of different languages in the developer half of our own set and over pairs of ECB+, made by
/// `cargo run --release -p story --example across` (see `scores.md`).
const WEIGHTS: [f32; EVIDENCE + 1] =
    [0.91, 3.34, 3.24, 0.10, 1.02, 3.38, 0.79, 1.62, 0.13, -1.28, -0.12, -1.30, -5.71, -5.41];

/// Days apart beyond which more make no difference.
const DAYS: f32 = 10.0;

impl Shared {
    /// Nothing but matters is shared, such as a court and an arrest, which are in the news everywhere; or one thing is
    /// counted differently.
    fn says_nothing(&self) -> bool {
        self.differ || self.names + self.countries + self.cities + self.numbers == 0.0
    }

    /// In the order of [`WEIGHTS`].
    fn evidence(&self, a: Option<i64>, b: Option<i64>) -> [f32; EVIDENCE] {
        let days = a.zip(b).map_or(0.0, |(a, b)| (a - b).unsigned_abs() as f32 / 86_400_000.0);
        [
            self.names.min(3.0),
            self.met,
            self.countries.min(1.5),
            self.cities.min(1.5),
            self.concepts.min(4.0),
            self.matter,
            self.numbers.min(2.0),
            self.days,
            self.elsewhere,
            self.unlike,
            self.chief,
            self.chiefs,
            days.min(DAYS) / DAYS,
        ]
    }
}

/// How surely two texts of different languages tell of one event, `0.0..=1.0`; 0 where they count one thing and
/// disagree which one it is. The times are those of the texts, in milliseconds.
pub(crate) fn score(shared: &Shared, a: Option<i64>, b: Option<i64>) -> f32 {
    if shared.says_nothing() {
        return 0.0;
    }
    let [weights @ .., bias] = WEIGHTS;
    let sum: f32 = shared.evidence(a, b).iter().zip(weights).map(|(e, w)| e * w).sum();
    1.0 / (1.0 + (-sum - bias).exp())
}

/// Marks of many texts, counted: what the weights are fitted with.
#[derive(Default)]
pub struct Counts {
    texts: f32,
    df: FxHashMap<u32, f32>,
}

impl Counts {
    /// Counts a text.
    pub fn add(&mut self, features: &Features) {
        self.texts += 1.0;
        for mark in &features.marks.list {
            *self.df.entry(mark.hash).or_default() += 1.0;
        }
    }

    /// The evidence that two texts are of one story; `None` where the language of one is not known, or where they share
    /// nothing but matters or count one thing differently.
    pub fn evidence(&self, a: &Features, b: &Features) -> Option<[f32; EVIDENCE]> {
        a.marks.language.and(b.marks.language)?;
        let rarity = |m: &Mark| rarity(m.kind, self.df.get(&m.hash).copied().unwrap_or(0.0), self.texts);
        let found = shared(&a.marks, &b.marks, rarity);
        (!found.says_nothing()).then(|| found.evidence(a.time_ms, b.time_ms))
    }
}

/// Names, places, matters, days and numbers that two texts of different languages share, as `a` prints them, at most
/// eight of each. `score` is left 0.
pub(crate) fn because(a: &Marks, b: &Marks) -> Because {
    let mut out = Because::default();
    let mut met: Vec<(u8, &Mark, &str)> = Vec::new();
    for (mark, surface) in a.list.iter().zip(&a.surfaces) {
        if let Ok(at) = b.list.binary_search_by_key(&mark.hash, |m| m.hash)
            && b.list[at].kind == mark.kind
        {
            met.push((mark.weight.min(b.list[at].weight), mark, surface));
        }
    }
    met.sort_by(|x, y| y.0.cmp(&x.0).then(x.2.cmp(y.2)));
    for (_, mark, surface) in met {
        let list = match mark.kind {
            Kind::Name | Kind::Country | Kind::City => &mut out.names,
            Kind::Concept | Kind::Ordinal => &mut out.terms,
            Kind::Day => &mut out.dates,
            Kind::Number => &mut out.numbers,
        };
        if list.len() < 8 && !list.iter().any(|s| s == surface) {
            list.push(surface.to_owned());
        }
    }
    out
}

/// Evidence of two lists of marks. `rarity` says how rare a mark is, `0.0..=1.0`.
pub(crate) fn shared(a: &Marks, b: &Marks, rarity: impl Fn(&Mark) -> f32) -> Shared {
    let mut out = Shared::default();
    let mut met_of_a = [false; MAX_NAMES];
    let mut met_of_b = [false; MAX_NAMES];
    let (mut product, mut counted, mut agreed) = (0.0, false, false);
    let (mut i, mut j) = (0, 0);
    while i < a.list.len() && j < b.list.len() {
        let (x, y) = (&a.list[i], &b.list[j]);
        let order = x.hash.cmp(&y.hash);
        if order.is_eq() && x.kind == y.kind {
            let rare = rarity(x);
            match x.kind {
                Kind::Name => {
                    let (mine, theirs) = (&mut met_of_a[usize::from(x.group)], &mut met_of_b[usize::from(y.group)]);
                    if !*mine && !*theirs {
                        out.names += rare;
                    }
                    *mine = true;
                    *theirs = true;
                }
                Kind::Country => out.countries += rare,
                Kind::City => out.cities += rare,
                Kind::Concept => {
                    out.concepts += rare;
                    product += weight(x, rare) * weight(y, rare);
                }
                Kind::Number => out.numbers += rare,
                Kind::Day => out.days = 1.0,
                Kind::Ordinal => {
                    counted = true;
                    agreed |= x.weight == y.weight;
                }
            }
        }
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    let of = |marks: &Marks, kind: Kind| marks.list.iter().filter(|m| m.kind == kind).count();
    let norm = |marks: &Marks| {
        let matters = marks.list.iter().filter(|m| m.kind == Kind::Concept);
        matters.map(|m| weight(m, rarity(m)).powi(2)).sum::<f32>().sqrt()
    };
    out.matter = product / (norm(a) * norm(b)).max(1e-6);
    let both = |kind, least| of(a, kind) >= least && of(b, kind) >= least;
    out.elsewhere = f32::from(u8::from(both(Kind::Country, 1) && out.countries == 0.0));
    out.unlike = f32::from(u8::from(both(Kind::Number, 2) && out.numbers == 0.0));
    out.differ = counted && !agreed;
    let (of_a, of_b) = (chiefs(a), chiefs(b));
    if !of_a.is_empty() && !of_b.is_empty() {
        let unnamed = |of: &[u32], other: &Marks| f32::from(u8::from(!of.iter().any(|chief| names(other, *chief))));
        out.chief = (unnamed(&of_a, b) + unnamed(&of_b, a)) / 2.0;
        out.chiefs = f32::from(u8::from(!of_a.iter().any(|c| of_b.contains(c))));
    }
    let groups =
        |marks: &Marks| marks.list.iter().filter(|m| m.kind == Kind::Name).map(|m| m.group).max().map_or(0, |g| g + 1);
    let fewer = f32::from(groups(a).min(groups(b)));
    out.met =
        met_of_a.iter().filter(|m| **m).count().min(met_of_b.iter().filter(|m| **m).count()) as f32 / fewer.max(2.0);
    out
}

/// The countries a text speaks of most.
fn chiefs(marks: &Marks) -> Vec<u32> {
    let countries = || marks.list.iter().filter(|m| m.kind == Kind::Country);
    let most = countries().map(|m| m.weight).max();
    countries().filter(|m| Some(m.weight) == most).map(|m| m.hash).collect()
}

fn names(marks: &Marks, country: u32) -> bool {
    marks.list.binary_search_by_key(&country, |m| m.hash).is_ok()
}

/// 1 when two texts, of one language or two, speak mainly of countries that the other does not name at all.
pub(crate) fn elsewhere(a: &Marks, b: &Marks) -> f32 {
    let away = |a: &Marks, b: &Marks| {
        let mut main = a.list.iter().filter(|m| m.kind == Kind::Country && m.weight >= MAIN).peekable();
        main.peek().is_some() && !main.any(|m| names(b, m.hash))
    };
    f32::from(u8::from(away(a, b) && away(b, a)))
}

/// Weight of a country that a text speaks mainly of: in the title and the text, or three times in the text.
const MAIN: u8 = 3;

fn weight(mark: &Mark, rarity: f32) -> f32 {
    f32::from(mark.weight).sqrt() * rarity
}

/// How many texts more than it is in a mark of a kind counts as common, out of a hundred: a country is in the news
/// every day, a name is not.
fn common(kind: Kind) -> f32 {
    match kind {
        Kind::Name => 0.5,
        Kind::City => 2.0,
        Kind::Country => 5.0,
        Kind::Concept => 6.0,
        Kind::Number | Kind::Day => 3.0,
        Kind::Ordinal => 1.0,
    }
}

/// How rare a mark is that `df` of `live` texts have, `0.0..=1.0`: as if a hundred texts more were held.
pub(crate) fn rarity(kind: Kind, df: f32, live: f32) -> f32 {
    let (seen, all) = (df + common(kind), live + 100.0);
    ((all / seen).ln() / all.ln()).clamp(0.0, 1.0)
}
