//! What is kept of a text to tell whether another is the same text or the same story.

use crate::across::Marks;
use crate::background;
use crate::date;
use crate::marks::marks;
use crate::token::{self, Token, mix, tokens};
use rustc_hash::FxHashMap;

/// A text as the story room reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text<'a> {
    /// The headline; empty when there is none.
    pub title: &'a str,
    /// Standfirst and body; empty for a headline record.
    pub text: &'a str,
    /// When the outlet says it was published, milliseconds since 1970 UTC.
    pub published_ms: Option<i64>,
    /// When we first saw it, our clock.
    pub first_seen_ms: Option<i64>,
    /// Who published it, any stable name.
    pub outlet: Option<&'a str>,
    /// Its language, BCP 47.
    pub language: Option<&'a str>,
}

/// What is kept of a text; about 2.5 KB as bytes for 500 words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Every run of five words of the text, 22 bits each, sorted, distinct.
    pub(crate) shingles: Vec<u32>,
    /// One in eight of them in 32 bits (all of a short text), sorted, distinct: what copies are looked up by.
    pub(crate) prints: Vec<u32>,
    /// What the text is about, sorted by hash, distinct.
    pub(crate) terms: Vec<Term>,
    /// Ordinals of title and lead: what is counted, and which one it is.
    pub(crate) ordinals: Vec<(u32, u32)>,
    /// When the outlet says it was published, else when we first saw it.
    pub(crate) time_ms: Option<i64>,
    /// Who published it; 0 when not known.
    pub(crate) outlet: u32,
    /// What another language does not hide.
    pub(crate) marks: Marks,
}

/// A word, name, number or day of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub hash: u32,
    /// How much the text speaks of it, before rarity is weighed.
    pub tf: f32,
    /// [`background::Prior::level`] of the word.
    pub level: u8,
    /// The bits below.
    pub kind: u8,
    /// As printed, cut at [`MAX_SURFACE`] bytes.
    pub surface: Box<str>,
}

/// Written with a capital inside a sentence, or known to be.
pub(crate) const NAME: u8 = 1;
/// Digits.
pub(crate) const NUMBER: u8 = 2;
/// A day of the calendar; the surface is ISO.
pub(crate) const DAY: u8 = 4;
/// Two words of one name.
pub(crate) const PHRASE: u8 = 8;
/// Stands in the title.
pub(crate) const TITLE: u8 = 16;

/// Terms kept of a text: the weightiest.
const MAX_TERMS: usize = 72;
/// Bytes kept of a term as printed.
const MAX_SURFACE: usize = 40;
/// Words of the text that count in full; later ones half. News says first what it is about.
const LEAD: usize = 120;
/// Words of the text that are read for terms at all.
const READ: usize = 800;
/// Shingles of a text below which all are looked up by.
const FEW: usize = 64;
/// How much a word of the title, lead and rest weighs.
const WEIGHT_TITLE: f32 = 3.0;
const WEIGHT_LEAD: f32 = 1.0;
const WEIGHT_REST: f32 = 0.5;

/// Reads a text once. Titles beyond 60 words and texts beyond 8,192 words are read up to there.
pub fn features(text: &Text<'_>) -> Features {
    let mut title = tokens(text.title);
    title.truncate(60);
    let body = tokens(text.text);
    let (shingles, prints) = shingles(if body.len() >= 5 { &body } else { &title });
    let time_ms = text.published_ms.or(text.first_seen_ms);
    Features {
        shingles,
        prints,
        terms: terms(text, &title, &body, time_ms),
        ordinals: ordinals(text, &title, &body),
        time_ms,
        outlet: text.outlet.map_or(0, |o| (token::hash(o.as_bytes()) as u32).max(1)),
        marks: marks(text.language, (text.title, &title), (text.text, &body)),
    }
}

/// Of a text only what copies are found by ([`crate::Index::copies`]): a text that is asked about nothing else is read
/// in a fraction of the time.
pub fn wording(text: &str) -> Features {
    let (shingles, prints) = shingles(&tokens(text));
    Features { shingles, prints, ..Features::default() }
}

/// The number of the run of five words that begins at each word; one for a shorter text.
pub(crate) fn runs(words: &[Token]) -> impl Iterator<Item = u64> + '_ {
    let short = (!words.is_empty() && words.len() < 5).then(|| run(words));
    words.windows(5).map(run).chain(short)
}

fn run(words: &[Token]) -> u64 {
    mix(words.iter().fold(0, |h: u64, t| h.wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23) ^ t.word))
}

fn shingles(words: &[Token]) -> (Vec<u32>, Vec<u32>) {
    let all: Vec<u64> = runs(words).collect();
    let mask = if all.len() < FEW { 0 } else { 7 };
    let mut prints: Vec<u32> = all.iter().filter(|h| **h & mask == 0).map(|h| (h >> 32) as u32).collect();
    let mut shingles: Vec<u32> = all.iter().map(|h| (h >> 8) as u32 & 0x3f_ffff).collect();
    prints.sort_unstable();
    prints.dedup();
    shingles.sort_unstable();
    shingles.dedup();
    (shingles, prints)
}

struct Seen {
    tf: f32,
    kind: u8,
    level: u8,
    inside: u16,
    capitals: u16,
    known: u8,
    title: bool,
    at: (u32, u32),
}

fn terms(text: &Text<'_>, title: &[Token], body: &[Token], time_ms: Option<i64>) -> Vec<Term> {
    let mut seen: FxHashMap<u32, Seen> = FxHashMap::default();
    let mut phrases: FxHashMap<u32, Seen> = FxHashMap::default();
    // A title in which most words have capitals says nothing by them.
    let long: Vec<&Token> = title.iter().skip(1).filter(|t| t.end - t.start > 3 && !t.number).collect();
    let shouts = long.iter().filter(|t| t.capital).count() * 2 > long.len();
    for (zone, tokens) in [(true, title), (false, body)] {
        for (n, t) in tokens.iter().take(READ).enumerate() {
            if t.small {
                continue;
            }
            let weight = match (zone, n < LEAD) {
                (true, _) => WEIGHT_TITLE,
                (false, true) => WEIGHT_LEAD,
                (false, false) => WEIGHT_REST,
            };
            let entry = seen.entry(t.stem).or_insert_with(|| {
                let prior = background::prior(t.stem);
                Seen {
                    tf: 0.0,
                    kind: if t.number { NUMBER } else { 0 },
                    level: prior.level,
                    inside: 0,
                    capitals: 0,
                    known: prior.capitals,
                    title: zone,
                    at: (t.start, t.end),
                }
            });
            entry.tf += weight;
            if !(t.first || zone && shouts) {
                entry.inside = entry.inside.saturating_add(1);
                entry.capitals = entry.capitals.saturating_add(u16::from(t.capital));
            }
            if let Some(last) = n.checked_sub(1).map(|l| &tokens[l])
                && t.capital
                && last.capital
                && t.joined
                && !(zone && shouts)
                && !last.small
                && (!last.first || prior_name(last.stem))
            {
                let hash = (mix(u64::from(last.stem) << 32 | u64::from(t.stem)) >> 32) as u32;
                let phrase = phrases.entry(hash).or_insert(Seen {
                    tf: 0.0,
                    kind: PHRASE | NAME,
                    level: 0,
                    inside: 0,
                    capitals: 0,
                    known: 255,
                    title: zone,
                    at: (last.start, t.end),
                });
                phrase.tf += weight;
            }
        }
    }
    let total = background::documents();
    let mut out: Vec<(f32, Term)> = Vec::with_capacity(seen.len());
    for (hash, s) in seen.into_iter().chain(phrases) {
        let source = if s.title { text.title } else { text.text };
        let name = s.kind & NUMBER == 0
            && !calendar(&source[s.at.0 as usize..s.at.1 as usize])
            && (s.capitals * 2 > s.inside || s.inside == 0 && s.known > 127 || s.kind & PHRASE != 0);
        let kind = s.kind | if name { NAME } else { 0 } | if s.title { TITLE } else { 0 };
        let rarity = ((total + 1.0) / (background::count(s.level) + 0.5)).ln();
        let tf = 1.0 + s.tf.ln().max(-0.5);
        let surface = cut(&source[s.at.0 as usize..s.at.1 as usize]).into();
        out.push((tf * rarity, Term { hash, tf, level: s.level, kind, surface }));
    }
    if let Some(ms) = time_ms
        && let Ok(at) = jiff::Timestamp::from_millisecond(ms)
    {
        let lead = &text.text[..text.text.floor_char_boundary(1_500)];
        for found in date::days(lead, Some(jiff::tz::Offset::UTC.to_datetime(at).date())) {
            let surface = found.day.to_string();
            let hash = (token::hash(surface.as_bytes()) >> 32) as u32;
            out.push((0.0, Term { hash, tf: 0.0, level: 0, kind: DAY, surface: surface.into() }));
        }
    }
    out.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.hash.cmp(&b.1.hash)));
    out.truncate(MAX_TERMS);
    let mut terms: Vec<Term> = out.into_iter().map(|(_, t)| t).collect();
    terms.sort_by_key(|t| t.hash);
    terms.dedup_by_key(|t| t.hash);
    terms
}

/// Days of the week and months have capitals and name nobody.
fn calendar(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// Whether a word at the head of a sentence may be part of a name: the table knows it as one, or not at all.
fn prior_name(stem: u32) -> bool {
    let prior = background::prior(stem);
    prior.level == 0 || prior.capitals > 127
}

fn cut(surface: &str) -> &str {
    &surface[..surface.floor_char_boundary(MAX_SURFACE)]
}

const ORDINALS: &[&str] = &[
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

/// Which one of a series a word names: "12th", "twelfth".
fn ordinal(word: &str) -> Option<u32> {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        let (number, ending) = word.split_at(digits);
        return matches!(ending.to_ascii_lowercase().as_str(), "st" | "nd" | "rd" | "th")
            .then(|| number.parse().ok())
            .flatten();
    }
    ORDINALS.iter().position(|o| word.eq_ignore_ascii_case(o)).map(|n| n as u32 + 1)
}

/// Ordinals of title and lead with the word they count, such as "13th package": what near-twins differ in.
fn ordinals(text: &Text<'_>, title: &[Token], body: &[Token]) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    for (source, tokens) in [(text.title, title), (text.text, &body[..body.len().min(60)])] {
        for (n, t) in tokens.iter().enumerate() {
            if let Some(value) = ordinal(&source[t.start as usize..t.end as usize]) {
                // "13th sanctions package" and "13th package" count the same: both words after it are kept.
                out.extend(tokens.iter().skip(n + 1).take(2).filter(|t| !t.small).map(|t| (t.stem, value)));
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out.truncate(16);
    out
}

const VERSION: u8 = 2;

impl Features {
    /// Compact bytes for the archive; [`Features::from_bytes`] reads them back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.shingles.len() * 2 + self.prints.len() * 4 + self.terms.len() * 16);
        out.push(VERSION);
        out.extend(self.time_ms.unwrap_or(i64::MIN).to_le_bytes());
        out.extend(self.outlet.to_le_bytes());
        out.extend(pack(&self.shingles));
        out.extend(pack(&self.prints));
        put(&mut out, self.ordinals.len() as u32);
        for &(what, value) in &self.ordinals {
            out.extend(what.to_le_bytes());
            put(&mut out, value);
        }
        put(&mut out, self.terms.len() as u32);
        for t in &self.terms {
            out.extend(t.hash.to_le_bytes());
            out.extend(((t.tf * 256.0) as u16).to_le_bytes());
            out.extend([t.level, t.kind, t.surface.len() as u8]);
            out.extend(t.surface.as_bytes());
        }
        self.marks.put(&mut out);
        out
    }

    /// Reads what [`Features::to_bytes`] wrote; `None` for anything else, and for another version's bytes,
    /// which are made anew from the text.
    pub fn from_bytes(bytes: &[u8]) -> Option<Features> {
        let mut r = Reader(bytes);
        if r.take(1)?[0] != VERSION {
            return None;
        }
        let time = i64::from_le_bytes(r.take(8)?.try_into().ok()?);
        let outlet = r.u32()?;
        let shingles = r.set()?;
        let prints = r.set()?;
        let mut ordinals = Vec::new();
        for _ in 0..r.varint()? {
            ordinals.push((r.u32()?, r.varint()?));
        }
        let mut terms = Vec::new();
        for _ in 0..r.varint()? {
            let hash = r.u32()?;
            let tf = f32::from(u16::from_le_bytes(r.take(2)?.try_into().ok()?)) / 256.0;
            let head = r.take(3)?;
            let surface = std::str::from_utf8(r.take(usize::from(head[2]))?).ok()?.into();
            terms.push(Term { hash, tf, level: head[0], kind: head[1], surface });
        }
        let (marks, rest) = Marks::read(r.0)?;
        let sorted = terms.is_sorted_by(|a: &Term, b| a.hash < b.hash);
        (rest.is_empty() && sorted).then_some(Features {
            shingles,
            prints,
            terms,
            ordinals,
            time_ms: (time != i64::MIN).then_some(time),
            outlet,
            marks,
        })
    }

    /// Number of distinct five-word runs.
    pub fn shingle_count(&self) -> usize {
        self.shingles.len()
    }

    /// A number that two texts share only when everything kept of them is the same: the same order of
    /// texts whatever order they came in.
    pub(crate) fn digest(&self) -> u64 {
        let mut h = self.time_ms.unwrap_or(0) as u64 ^ u64::from(self.outlet) << 17;
        for t in &self.terms {
            h = mix(h ^ u64::from(t.hash) << 16 ^ (t.tf * 256.0) as u64);
        }
        self.shingles.iter().fold(h, |h, s| mix(h ^ u64::from(*s)))
    }
}

/// Sorted distinct numbers as their count and the steps between them, seven bits a byte.
pub(crate) fn pack(sorted: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sorted.len() * 2 + 4);
    put(&mut out, sorted.len() as u32);
    let mut last = 0;
    for &n in sorted {
        put(&mut out, n - last);
        last = n;
    }
    out
}

fn put(out: &mut Vec<u8>, mut n: u32) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Reads packed bytes; every step is checked.
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    pub(crate) fn varint(&mut self) -> Option<u32> {
        let mut n = 0u32;
        for shift in (0..35).step_by(7) {
            let (&b, rest) = self.0.split_first()?;
            self.0 = rest;
            n |= u32::from(b & 0x7f).checked_shl(shift)?;
            if b < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn set(&mut self) -> Option<Vec<u32>> {
        let count = self.varint()? as usize;
        if count > self.0.len() {
            return None;
        }
        let mut out = Vec::with_capacity(count);
        let mut last = 0u32;
        for _ in 0..count {
            last = last.checked_add(self.varint()?)?;
            out.push(last);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(title: &str, text: &str) -> Features {
        let published_ms = Some(1_700_000_000_000);
        features(&Text { title, text, published_ms, ..Text::default() })
    }

    fn kinds(f: &Features, kind: u8) -> Vec<&str> {
        f.terms.iter().filter(|t| t.kind & kind != 0).map(|t| &*t.surface).collect()
    }

    #[test]
    fn names_numbers_and_days_are_told_apart() {
        let f = of(
            "Harbour bridge closed",
            "On Monday the mayor, Ada Kestrel, closed the bridge. It carried 1,200 lorries on 3 November 2023.",
        );
        assert!(kinds(&f, NAME).contains(&"Kestrel"));
        assert!(kinds(&f, PHRASE).contains(&"Ada Kestrel"));
        assert!(kinds(&f, NUMBER).contains(&"1,200"));
        assert!(kinds(&f, DAY).contains(&"2023-11-03"));
        assert!(!kinds(&f, NAME).contains(&"closed"));
    }

    #[test]
    fn words_and_figures_name_the_same_ordinal() {
        let check = |a: &str, b: &str| assert_eq!(of(a, "").ordinals, of(b, "").ordinals, "{a} / {b}");
        check("The 12th package", "The twelfth package");
        assert_ne!(of("The 12th package", "").ordinals, of("The 13th package", "").ordinals);
        assert!(of("Twelve packages of 12", "").ordinals.is_empty());
    }

    #[test]
    fn five_hundred_words_take_less_than_three_kilobytes() {
        let text: String = (0..500).map(|n| format!("w{:x} ", mix(n) % 3_000)).collect();
        let bytes = of("A title of six plain words", &text).to_bytes();
        assert!(bytes.len() < 3_000, "{}", bytes.len());
    }

    proptest! {
        #[test]
        fn features_never_panics_and_bytes_read_back(title in "\\PC{0,60}", text in "\\PC{0,400}") {
            let f = of(&title, &text);
            let back = Features::from_bytes(&f.to_bytes()).expect("our own bytes");
            prop_assert_eq!(&back.shingles, &f.shingles);
            prop_assert_eq!(&back.prints, &f.prints);
            prop_assert_eq!(back.terms.len(), f.terms.len());
            prop_assert_eq!(back.to_bytes(), f.to_bytes());
        }

        #[test]
        fn reading_other_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = bytes;
            if let Some(b) = bytes.first_mut() { *b = VERSION; }
            let _f: Option<Features> = Features::from_bytes(&bytes);
        }
    }
}
