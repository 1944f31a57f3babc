//! The marks of a text: what it says that no language hides, read from the words that the room has cut already.

use crate::across::{Kind, Mark, Marks};
use crate::lexicon::{self, LANGUAGES, Language, Meaning};
use crate::token::{self, Token, mix};
use news::sound;
use rustc_hash::FxHashMap;

/// Marks kept of a text.
const MAX_MARKS: usize = 64;
/// Names among them.
pub(crate) const MAX_NAMES: usize = 20;
/// Words of the text that are read. News says first what it is about.
const READ: usize = 160;
/// Small words that a text must show before it counts as of their language.
const SHOWN: usize = 3;
/// Letters of a name's sound below which it says nothing.
const SOUNDS: usize = 3;
/// Bytes kept of a mark as printed.
const MAX_SURFACE: usize = 40;
/// What a mark weighs at most.
const MAX_WEIGHT: u8 = 15;

/// The marks of a text. `tag` is the language it is said to be in; where its small words say otherwise, they count.
pub(crate) fn marks(tag: Option<&str>, title: (&str, &[Token]), body: (&str, &[Token])) -> Marks {
    let head = words(title.0, title.1);
    let text = words(body.0, &body.1[..body.1.len().min(READ)]);
    let Some(language) = language(tag, &head, &text) else { return Marks::default() };
    let long = head.iter().skip(1).filter(|w| w.surface.len() > 3 && !w.number);
    let (capitals, all) = long.fold((0, 0), |(c, n), w| (c + usize::from(w.capital), n + 1));
    // A title in which most words have capitals says nothing by them.
    let capitals = capitals * 2 <= all || text.is_empty();
    let mut gathered = Gathered::default();
    for (words, weight, capitals) in [(head, 2, capitals), (text, 1, true)] {
        let meanings = words.iter().map(|w| lexicon::meanings(&w.folded, language)).collect();
        gathered.read(&Zone { words, meanings, language, weight, capitals });
    }
    let (list, surfaces) = gathered.finish();
    Marks { language: Some(language), list, surfaces }
}

/// A word of the text, its Cyrillic apostrophe closed up.
struct Word<'a> {
    surface: &'a str,
    folded: String,
    capital: bool,
    first: bool,
    joined: bool,
    number: bool,
}

fn words<'a>(text: &'a str, tokens: &[Token]) -> Vec<Word<'a>> {
    let mut out: Vec<Word<'a>> = Vec::with_capacity(tokens.len());
    let mut last: Option<(u32, u32)> = None;
    for t in tokens {
        let (mut start, mut first) = (t.start, t.first);
        let end = t.end;
        // "п’ять" is one word, "1 200 000" one number.
        if let Some((from, to)) = last
            && let Some(word) = out.last()
            && closes_up(&text[to as usize..start as usize], word, &text[start as usize..end as usize])
        {
            (start, first) = (from, word.first);
            out.pop();
        }
        let surface = &text[start as usize..end as usize];
        let capital = surface.chars().next().is_some_and(char::is_uppercase);
        out.push(Word {
            surface,
            folded: lexicon::folded(surface),
            capital,
            first,
            joined: t.joined,
            number: t.number,
        });
        last = Some((start, end));
    }
    out
}

fn closes_up(gap: &str, word: &Word<'_>, next: &str) -> bool {
    let cyrillic = |s: &str| s.chars().next().is_some_and(|c| ('\u{0400}'..='\u{052f}').contains(&c));
    match gap {
        "'" | "’" | "ʼ" => cyrillic(word.surface) && cyrillic(next),
        " " | "\u{a0}" | "\u{202f}" => {
            let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
            let mut groups = word.surface.split(char::is_whitespace);
            let head = groups.next().is_some_and(|g| g.len() <= 3 && digits(g));
            word.number && head && groups.all(|g| g.len() == 3 && digits(g)) && next.len() == 3 && digits(next)
        }
        _ => false,
    }
}

/// The language whose small words the text has most of, else the one it is said to be in; none for a text that is said
/// to be in one that the tables do not know, since its neighbours share small words with it.
fn language(tag: Option<&str>, title: &[Word<'_>], text: &[Word<'_>]) -> Option<Language> {
    let said = tag.and_then(Language::of_tag);
    if tag.is_some() && said.is_none() {
        return None;
    }
    let small: Vec<u8> = title.iter().chain(text).map(|w| lexicon::small_in(&w.folded)).filter(|s| *s != 0).collect();
    let shown = LANGUAGES.iter().map(|(language, _)| {
        let count = small.iter().filter(|s| **s & 1 << *language as u8 != 0).count();
        (count, said == Some(*language), *language)
    });
    let (count, _, most) = shown.max_by_key(|(count, said, _)| (*count, *said))?;
    if count >= SHOWN || count > 0 && said.is_none() { Some(most) } else { said }
}

/// The things a text speaks of, in the order of their first place.
#[derive(Default)]
struct Gathered<'a> {
    things: Vec<Thing<'a>>,
    /// Where each stands in `things`.
    places: FxHashMap<(Kind, u32), usize>,
    names: Vec<Name<'a>>,
    /// Where the name of a sound stands in `names`.
    sounds: FxHashMap<String, usize>,
}

struct Thing<'a> {
    mark: Mark,
    surface: &'a str,
}

struct Name<'a> {
    keys: Vec<String>,
    weight: u8,
    /// Whether a capital inside a sentence bears it out.
    sure: bool,
    surface: &'a str,
}

/// Words at hand: what they are, and what each means.
struct Zone<'a> {
    words: Vec<Word<'a>>,
    meanings: Vec<Vec<Meaning>>,
    language: Language,
    /// What a word of it weighs.
    weight: u8,
    /// Whether its capitals say anything.
    capitals: bool,
}

impl<'a> Gathered<'a> {
    fn read(&mut self, zone: &Zone<'a>) {
        for (n, word) in zone.words.iter().enumerate() {
            if let Some(next) = zone.words.get(n + 1) {
                for &meaning in lexicon::of_two(&word.folded, &next.folded, zone.language) {
                    self.mean(meaning, zone.weight, word.surface);
                }
            }
            if word.number {
                self.number(zone, n);
                continue;
            }
            if let Some(value) = with_ending(&word.folded, zone.language) {
                self.ordinal(zone, n, value);
                continue;
            }
            for &meaning in &zone.meanings[n] {
                match meaning {
                    Meaning::Ordinal(value) => self.ordinal(zone, n, value),
                    other => self.mean(other, zone.weight, word.surface),
                }
            }
            if zone.meanings[n].is_empty() {
                self.name(zone, n);
            }
        }
    }

    fn add(&mut self, kind: Kind, what: &[u8], weight: u8, surface: &'a str) {
        let hash = hash(kind, what);
        let at = *self.places.entry((kind, hash)).or_insert_with(|| {
            self.things.push(Thing { mark: Mark { hash, kind, weight: 0, group: 0 }, surface });
            self.things.len() - 1
        });
        let mark = &mut self.things[at].mark;
        mark.weight = mark.weight.saturating_add(weight).min(MAX_WEIGHT);
    }

    fn mean(&mut self, meaning: Meaning, weight: u8, surface: &'a str) {
        match meaning {
            Meaning::Country(country) => self.add(Kind::Country, &country.to_le_bytes(), weight, surface),
            Meaning::City { city, country } => {
                self.add(Kind::City, &city.to_le_bytes(), weight, surface);
                self.add(Kind::Country, &country.to_le_bytes(), weight, surface);
            }
            Meaning::Concept(concept) => self.add(Kind::Concept, &concept.to_le_bytes(), weight, surface),
            Meaning::Number(value) => self.add(Kind::Number, &of_value(f64::from(value)), weight, surface),
            Meaning::Ordinal(_) | Meaning::Month(_) | Meaning::Small => {}
        }
    }

    /// A number, the day of a month, or which one of a series.
    fn number(&mut self, zone: &Zone<'a>, n: usize) {
        let surface = zone.words[n].surface;
        let Some(value) = value(surface, zone.language) else { return };
        let month = |at: usize| {
            zone.meanings.get(at)?.iter().find_map(|m| if let Meaning::Month(month) = m { Some(*month) } else { None })
        };
        // "12 March", "March 12", "12 de marzo".
        let of = || zone.words.get(n + 1).filter(|w| w.folded == "de").and_then(|_| month(n + 2));
        let near = [n + 1, n.wrapping_sub(1)].into_iter().find_map(month).or_else(of);
        let whole = value.fract() == 0.0;
        if let Some(month) = near
            && (1.0..=31.0).contains(&value)
        {
            self.add(Kind::Day, &[month as u8, value as u8], zone.weight, surface);
        } else if whole && value < 100.0 && is_ordinal(&zone.words, n, zone.language) {
            self.ordinal(zone, n, value as u16);
        } else {
            let year = whole && (1900.0..2100.0).contains(&value) && surface.len() == 4;
            if value > 1.0 && !year {
                self.add(Kind::Number, &of_value(value), zone.weight, surface);
            }
        }
    }

    /// "The 13th sanctions package": each matter of the next words is counted. The first that a text counts is what it
    /// is about.
    fn ordinal(&mut self, zone: &Zone<'a>, n: usize, value: u16) {
        for meaning in zone.meanings.iter().skip(n + 1).take(3).flatten() {
            if let Meaning::Concept(concept) = meaning {
                let hash = hash(Kind::Ordinal, &concept.to_le_bytes());
                self.places.entry((Kind::Ordinal, hash)).or_insert_with(|| {
                    let mark = Mark { hash, kind: Kind::Ordinal, weight: value.min(255) as u8, group: 0 };
                    self.things.push(Thing { mark, surface: zone.words[n].surface });
                    self.things.len() - 1
                });
            }
        }
    }

    fn name(&mut self, zone: &Zone<'a>, n: usize) {
        let word = &zone.words[n];
        let cased = zone.language != Language::Arabic || word.surface.is_ascii();
        if cased && !(word.capital && zone.capitals) {
            return;
        }
        let keys = sound::keys(word.surface, Some(zone.language.tag()));
        let keys: Vec<String> = keys.iter().filter(|k| k.len() >= SOUNDS).map(str::to_owned).collect();
        let Some(first) = keys.first().cloned() else { return };
        // At the head of a sentence a capital says something only where the next word, joined to it, has one too.
        let beside = || {
            let next = zone.words.get(n + 1);
            next.is_some_and(|w| w.capital && w.joined && !w.first && zone.meanings[n + 1].is_empty())
        };
        let sure = cased && (!word.first || beside());
        let at = *self.sounds.entry(first).or_insert_with(|| {
            self.names.push(Name { keys, weight: 0, sure: false, surface: word.surface });
            self.names.len() - 1
        });
        let name = &mut self.names[at];
        name.weight = name.weight.saturating_add(zone.weight).min(MAX_WEIGHT);
        name.sure |= sure;
    }

    fn finish(self) -> (Vec<Mark>, Vec<Box<str>>) {
        // A script without capitals has no sure names: then all may be.
        let any_sure = self.names.iter().any(|n| n.sure);
        let mut out: Vec<(Mark, &str)> = Vec::new();
        for (group, name) in self.names.iter().filter(|n| n.sure || !any_sure).take(MAX_NAMES).enumerate() {
            for key in &name.keys {
                let hash = hash(Kind::Name, key.as_bytes());
                out.push((Mark { hash, kind: Kind::Name, weight: name.weight, group: group as u8 }, name.surface));
            }
        }
        out.extend(self.things.iter().map(|t| (t.mark, t.surface)));
        out.truncate(MAX_MARKS);
        out.sort_unstable_by_key(|(m, _)| (m.hash, m.group));
        out.dedup_by_key(|(m, _)| m.hash);
        let cut = |surface: &str| surface[..surface.floor_char_boundary(MAX_SURFACE)].into();
        (out.iter().map(|o| o.0).collect(), out.iter().map(|o| cut(o.1)).collect())
    }
}

/// The number of a thing of a kind.
fn hash(kind: Kind, what: &[u8]) -> u32 {
    (mix(token::hash(what) ^ kind as u64) >> 32) as u32
}

fn of_value(value: f64) -> [u8; 8] {
    value.to_bits().to_le_bytes()
}

/// The value of a number as a language prints it: which of point and comma parts thousands.
fn value(surface: &str, language: Language) -> Option<f64> {
    let (thousands, decimal) = if language == Language::English { (',', '.') } else { ('.', ',') };
    let groups = |whole: &str, mark| {
        whole.split(mark).skip(1).all(|part: &str| part.len() == 3) && whole.split(mark).count() > 1
    };
    let mut plain: String = surface
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{0660}'..='\u{0669}' => char::from(b'0' + (c as u32 - 0x0660) as u8),
            '٫' => decimal,
            '٬' => thousands,
            c => c,
        })
        .collect();
    if groups(&plain, thousands) {
        plain.retain(|c| c != thousands);
    }
    plain.replace(decimal, ".").parse().ok()
}

/// Which one of a series a number with its ending written onto it names: "12th", "12e".
fn with_ending(folded: &str, language: Language) -> Option<u16> {
    let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = folded.split_at(digits);
    let names = match language {
        Language::English => matches!(ending, "st" | "nd" | "rd" | "th"),
        Language::French => matches!(ending, "e" | "eme" | "er" | "re"),
        Language::Spanish => matches!(ending, "o" | "a" | "º" | "ª"),
        _ => false,
    };
    if names { number.parse().ok() } else { None }
}

/// Whether a number is which one of a series: "12-й", "12.º", "12. Paket".
fn is_ordinal(words: &[Word<'_>], n: usize, language: Language) -> bool {
    let Some(next) = words.get(n + 1).filter(|w| w.joined) else { return false };
    match language {
        Language::Ukrainian | Language::Russian => {
            matches!(
                next.folded.as_str(),
                "й" | "и" | "я" | "а" | "го" | "му" | "м" | "ю" | "у" | "ї" | "ій" | "ма" | "е" | "те"
            )
        }
        Language::Spanish => matches!(next.folded.as_str(), "º" | "ª" | "o" | "a"),
        Language::German => next.first && next.capital,
        Language::English | Language::French | Language::Arabic => false,
    }
}
