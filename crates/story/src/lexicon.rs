//! What single words mean in seven languages: places, what news is about, numbers, ordinals, months. Enough to see
//! that two texts of different languages speak of the same things, not to translate.

use crate::token::fold;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A language that the tables know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    English,
    Ukrainian,
    Russian,
    German,
    French,
    Spanish,
    Arabic,
}

/// In the order of the tables' columns.
pub(crate) const LANGUAGES: [(Language, &str); 7] = [
    (Language::English, "en"),
    (Language::Ukrainian, "uk"),
    (Language::Russian, "ru"),
    (Language::German, "de"),
    (Language::French, "fr"),
    (Language::Spanish, "es"),
    (Language::Arabic, "ar"),
];

impl Language {
    /// The language of a BCP 47 tag.
    pub(crate) fn of_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next()?;
        LANGUAGES.iter().find(|(_, code)| primary.eq_ignore_ascii_case(code)).map(|(language, _)| *language)
    }

    /// Its primary subtag.
    pub(crate) fn tag(self) -> &'static str {
        LANGUAGES[self as usize].1
    }
}

/// What a word means. Numbers are places in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A country, its people, its capital.
    Country(u16),
    /// A city of a country.
    City { city: u16, country: u16 },
    /// Something news is about.
    Concept(u16),
    /// A number as a word.
    Number(u16),
    /// Which one of a series.
    Ordinal(u16),
    /// A month, from 1.
    Month(u16),
    /// A word of grammar.
    Small,
}

/// The meanings of one written form, of the whole word and of every word that begins so.
#[derive(Default)]
struct Entry {
    whole: Vec<Meaning>,
    beginning: Vec<Meaning>,
}

/// The entries of one language.
#[derive(Default)]
struct Table {
    words: FxHashMap<String, Entry>,
    /// The first letters of every beginning, [`HEAD`] of them at most, with how many letters beginnings have that begin
    /// so: most words of a text begin like none.
    beginnings: FxHashMap<String, usize>,
    /// What two words in a row mean, by their heads.
    pairs: FxHashMap<String, FxHashMap<String, Vec<Meaning>>>,
}

/// Letters by which beginnings are sorted out.
const HEAD: usize = 3;
/// Letters of each of two words in a row.
const PAIR: usize = 4;

/// Which languages a word is one of grammar in, a bit each.
static SMALL: LazyLock<FxHashMap<String, u8>> = LazyLock::new(|| {
    let mut small: FxHashMap<String, u8> = FxHashMap::default();
    for row in rows(include_str!("across/words.tsv")) {
        let Some(language) = Language::of_tag(row[0]) else { continue };
        row[1].split(' ').for_each(|word| *small.entry(word.to_owned()).or_default() |= 1 << language as u8);
    }
    small
});

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let mut tables: Vec<Table> = LANGUAGES.iter().map(|_| Table::default()).collect();
    for (n, row) in rows(include_str!("across/concepts.tsv")).enumerate() {
        add(&mut tables, &row[1..], Meaning::Concept(n as u16));
    }
    let places: Vec<Vec<&str>> = rows(include_str!("across/places.tsv")).collect();
    let countries: FxHashMap<&str, u16> =
        places.iter().enumerate().filter(|(_, row)| row[1].is_empty()).map(|(n, row)| (row[0], n as u16)).collect();
    for (n, row) in places.iter().enumerate() {
        let meaning = match countries.get(row[1]) {
            Some(&country) => Meaning::City { city: n as u16, country },
            None => Meaning::Country(n as u16),
        };
        add(&mut tables, &row[2..], meaning);
    }
    type Numbered = (&'static str, fn(u16) -> Meaning);
    let numbered: [Numbered; 3] = [
        (include_str!("across/numbers.tsv"), Meaning::Number),
        (include_str!("across/ordinals.tsv"), Meaning::Ordinal),
        (include_str!("across/months.tsv"), Meaning::Month),
    ];
    for (table, meaning) in numbered {
        for row in rows(table) {
            if let Ok(value) = row[0].parse() {
                add(&mut tables, &row[1..], meaning(value));
            }
        }
    }
    tables
});

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn add(tables: &mut [Table], cells: &[&str], meaning: Meaning) {
    for (table, cell) in tables.iter_mut().zip(cells) {
        for word in cell.split('|').filter(|w| !w.is_empty()) {
            let list = if let Some((first, second)) = word.split_once(' ') {
                table.pairs.entry(first.to_owned()).or_default().entry(second.to_owned()).or_default()
            } else if let Some(beginning) = word.strip_suffix('*') {
                let letters = table.beginnings.entry(head(beginning, HEAD).to_owned()).or_default();
                *letters = beginning.chars().count().max(*letters);
                &mut table.words.entry(beginning.to_owned()).or_default().beginning
            } else {
                &mut table.words.entry(word.to_owned()).or_default().whole
            };
            if !list.contains(&meaning) {
                list.push(meaning);
            }
        }
    }
}

/// The first letters of a word.
fn head(word: &str, letters: usize) -> &str {
    word.char_indices().nth(letters).map_or(word, |(at, _)| &word[..at])
}

/// A word as the tables write it: lower case, without accents and apostrophes.
pub(crate) fn folded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    word.chars().filter(|c| !matches!(c, '\'' | '’' | 'ʼ')).for_each(|c| fold(c, &mut out));
    out
}

/// In which languages a [`folded`] word is one of grammar: a bit each, in the order of [`LANGUAGES`].
pub(crate) fn small_in(word: &str) -> u8 {
    SMALL.get(word).copied().unwrap_or(0)
}

/// Letters of a German word's last part that may be looked up by itself.
const PART: usize = 4;

/// What a [`folded`] word means; nothing for most. The longest beginning that the table knows counts; the last part
/// of a German compound is looked up where the whole says nothing or more.
pub(crate) fn meanings(word: &str, language: Language) -> Vec<Meaning> {
    if small_in(word) & 1 << language as u8 != 0 {
        return vec![Meaning::Small];
    }
    let table = &TABLES[language as usize];
    let mut out = of_word(table, word);
    match language {
        Language::German => {
            for (at, _) in word.char_indices().skip(PART) {
                let part = &word[at..];
                if part.len() < PART {
                    break;
                }
                let found = of_part(table, part);
                if !found.is_empty() {
                    out.extend(found.into_iter().filter(|m| !out.contains(m)).collect::<Vec<_>>());
                    break;
                }
            }
        }
        // "and", prepositions and the article are written onto the word.
        Language::Arabic if out.is_empty() => {
            let mut rest = word;
            for clitic in ["و", "ف", "ب", "ل", "ك", "ال"] {
                if let Some(stem) = rest.strip_prefix(clitic).filter(|s| s.chars().count() >= 3) {
                    rest = stem;
                    out = of_word(table, rest);
                    if !out.is_empty() {
                        break;
                    }
                }
            }
        }
        _ => {}
    }
    out
}

fn of_word(table: &Table, word: &str) -> Vec<Meaning> {
    if let Some(entry) = table.words.get(word)
        && !entry.whole.is_empty()
    {
        return entry.whole.iter().chain(&entry.beginning).copied().collect();
    }
    // Beginnings of one or two letters stand under themselves.
    let longest = (1..=HEAD).filter_map(|letters| table.beginnings.get(head(word, letters))).max();
    let Some(&longest) = longest else { return Vec::new() };
    let beginning = (1..=longest)
        .rev()
        .find_map(|letters| table.words.get(head(word, letters)).filter(|entry| !entry.beginning.is_empty()));
    beginning.map(|entry| entry.beginning.clone()).unwrap_or_default()
}

/// The last part of a compound: a whole word of the table, or a long beginning with a short ending.
fn of_part(table: &Table, part: &str) -> Vec<Meaning> {
    let concept = |m: &Meaning| matches!(m, Meaning::Concept(_));
    let mut out = of_word(table, part);
    out.retain(concept);
    out
}

/// What two words in a row mean together: "South Korea".
pub(crate) fn of_two(first: &str, second: &str, language: Language) -> &'static [Meaning] {
    let pairs = &TABLES[language as usize].pairs;
    pairs.get(head(first, PAIR)).and_then(|seconds| seconds.get(head(second, PAIR))).map_or(&[][..], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concept(word: &str, language: Language) -> Vec<Meaning> {
        meanings(&folded(word), language)
    }

    #[test]
    fn every_row_has_a_cell_for_each_language() {
        for (table, before) in [
            (include_str!("across/concepts.tsv"), 1),
            (include_str!("across/places.tsv"), 2),
            (include_str!("across/numbers.tsv"), 1),
            (include_str!("across/ordinals.tsv"), 1),
            (include_str!("across/months.tsv"), 1),
        ] {
            for row in rows(table) {
                assert_eq!(row.len(), before + LANGUAGES.len(), "{row:?}");
            }
        }
    }

    #[test]
    fn one_thing_is_one_meaning_in_every_language() {
        let check = |words: [&str; 7]| {
            let of: Vec<Vec<Meaning>> =
                LANGUAGES.iter().zip(words).map(|((language, _), word)| concept(word, *language)).collect();
            assert!(of[0].iter().any(|m| of.iter().all(|o| o.contains(m))), "{words:?} {of:?}");
        };
        check(["earthquakes", "землетрусу", "землетрясение", "Erdbebens", "séisme", "terremoto", "زلزال"]);
        check(["sanctions", "санкцій", "санкциями", "Sanktionen", "sanctions", "sanciones", "العقوبات"]);
        check(["Ukrainian", "українського", "украинской", "ukrainische", "ukrainien", "ucraniana", "أوكرانيا"]);
        check(["Kenya", "Кенії", "Кении", "Kenia", "Kenya", "Kenia", "كينيا"]);
        check(["twelve", "дванадцять", "двенадцать", "zwölf", "douze", "doce", "اثني"]);
    }

    #[test]
    fn compounds_and_two_words_are_looked_up() {
        assert!(concept("Friedensgespräche", Language::German).len() >= 2);
        assert_eq!(of_two("south", "korea", Language::English), of_two("південної", "кореї", Language::Ukrainian));
        assert!(!of_two("south", "korea", Language::English).is_empty());
    }

    #[test]
    fn common_words_mean_nothing() {
        for (word, language) in
            [("yesterday", Language::English), ("вчера", Language::Russian), ("gestern", Language::German)]
        {
            assert_eq!(concept(word, language), [], "{word}");
        }
    }
}
