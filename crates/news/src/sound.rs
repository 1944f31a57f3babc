//! How a name sounds, whatever script it is written in: Zelensky, Zelenskyy, Selenskyj, Зеленський, Зеленский and
//! زيلينسكي give one key.
//!
//! A key is the word's consonants in classes that transliterations keep apart (`S` for every hiss, `H` for what is
//! written g, h or kh, `K`, `F` for f, v and w, `P` for p and b, which Arabic does not part, and so on). Vowels,
//! glides, doubled letters and case endings carry no weight. Two words of one sound are likely one name where
//! other things agree; the key alone proves nothing.

/// The keys a word may have: with and without a case ending, a proclitic or a letter that some languages leave
/// silent. Most words have one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(Vec<String>);

/// Keys a word has at most.
const MAX_KEYS: usize = 6;
/// Letters of a word that are read.
const MAX_LETTERS: usize = 32;

impl Keys {
    /// The keys, the plainest reading first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn push(&mut self, key: String) {
        if key.len() >= 2 && !self.0.contains(&key) && self.0.len() < MAX_KEYS {
            self.0.push(key);
        }
    }
}

/// The sounds of one word, in any case. `language` (BCP 47) tells how its letters are read; without it the letters
/// are read as in English. A word in another script than Latin, Cyrillic, Greek or Arabic has no keys.
pub fn keys(word: &str, language: Option<&str>) -> Keys {
    let lower: Vec<char> =
        word.chars().flat_map(char::to_lowercase).filter(|c| !is_mark(*c)).take(MAX_LETTERS).collect();
    let language = language.map_or("", |l| l.split(['-', '_']).next().unwrap_or(""));
    let mut out = Keys::default();
    match lower.iter().find_map(|c| Script::of(*c)) {
        Some(Script::Latin) => latin_keys(&lower, language, &mut out),
        Some(Script::Cyrillic) => {
            for stem in cyrillic_stems(&lower) {
                out.push(key(stem.iter().map(|c| cyrillic(*c))));
            }
        }
        Some(Script::Arabic) => {
            for stem in arabic_stems(&lower) {
                out.push(key(stem.iter().map(|c| arabic(*c))));
            }
        }
        Some(Script::Greek) => out.push(key(lower.iter().map(|c| greek(*c)))),
        None => {}
    }
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Greek,
}

impl Script {
    fn of(c: char) -> Option<Script> {
        match c {
            'a'..='z' | 'à'..='ɏ' => Some(Script::Latin),
            '\u{0400}'..='\u{052f}' => Some(Script::Cyrillic),
            '\u{0600}'..='\u{06ff}' => Some(Script::Arabic),
            '\u{0370}'..='\u{03ff}' => Some(Script::Greek),
            _ => None,
        }
    }
}

/// Accents that stand alone, the short vowels and the stretching mark of Arabic, apostrophes inside a word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{064b}'..='\u{0652}' | '\u{0640}' | '\u{0670}' | '\'' | '’' | 'ʼ')
}

/// What a letter gives: a class, nothing, or a vowel, which counts at the head of a word only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    Class(u8),
    /// Two classes, such as x.
    Two(u8, u8),
    Vowel,
    Silent,
}

use Sound::{Class, Silent, Two, Vowel};

/// Joins classes: no class twice in a row, hisses swallow a stop before them, `ng` is `n`.
fn key(sounds: impl Iterator<Item = Sound>) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(MAX_LETTERS);
    let add = |class: u8, out: &mut Vec<u8>| match (out.last(), class) {
        (Some(last), class) if *last == class => {}
        (Some(b'T' | b'D'), b'S') => {
            out.pop();
            if out.last() != Some(&b'S') {
                out.push(b'S');
            }
        }
        (Some(b'N'), b'H') => {}
        (_, class) => out.push(class),
    };
    for (n, sound) in sounds.enumerate() {
        match sound {
            Class(class) => add(class, &mut out),
            Two(a, b) => {
                add(a, &mut out);
                add(b, &mut out);
            }
            Vowel if n == 0 => out.push(b'A'),
            Vowel | Silent => {}
        }
    }
    String::from_utf8(out).expect("classes are ASCII letters")
}

fn latin_keys(word: &[char], language: &str, out: &mut Keys) {
    let plain: Vec<char> = word.iter().map(|c| plain_latin(*c)).collect();
    // A possessive or genitive that took its apostrophe along, or never had one.
    let bare = match plain.as_slice() {
        [rest @ .., 's'] if rest.len() >= 4 && language == "de" => Some(rest),
        _ => None,
    };
    for spelt in std::iter::once(plain.as_slice()).chain(bare) {
        for reading in [Reading::Own, Reading::SoftG, Reading::GlideJ, Reading::SilentH] {
            out.push(key(latin(spelt, language, reading).into_iter()));
        }
    }
}

/// A letter without its mark where the mark does not change the class; a letter of the same class where it does.
fn plain_latin(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'æ' => 'a',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ə' => 'e',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ò'..='ö' | 'ø' | 'ő' | 'ō' | 'œ' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ç' | 'ć' | 'č' | 'ś' | 'š' | 'ş' | 'ș' | 'ź' | 'ż' | 'ž' | 'ß' => 's',
        'ñ' | 'ń' | 'ň' => 'n',
        'ł' | 'ľ' => 'l',
        'ř' => 'r',
        'ğ' => 'g',
        'đ' | 'ð' | 'ď' => 'd',
        'ť' | 'þ' | 'ț' | 'ţ' => 't',
        other => other,
    }
}

/// Letters that languages read in two ways; a name travels with its spelling, so both are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// As the language of the text reads them.
    Own,
    /// g before e, i, y hisses, as in George.
    SoftG,
    /// j is a glide, as in Jan.
    GlideJ,
    /// h at the head is not spoken, as in Hernández.
    SilentH,
}

fn latin(w: &[char], language: &str, reading: Reading) -> Vec<Sound> {
    let mut out = Vec::with_capacity(w.len());
    let at = |n: usize| w.get(n).copied().unwrap_or(' ');
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut n = 0;
    while n < w.len() {
        let (c, next, third) = (at(n), at(n + 1), at(n + 2));
        let first = n == 0;
        let (sound, len) = match (c, next, third) {
            ('t', 's', 'c') | ('d', 's', 'c') if at(n + 3) == 'h' => (Class(b'S'), 4),
            ('s', 'c', 'h') => (Class(b'S'), 3),
            ('t', 'c', 'h') => (Class(b'S'), 3),
            ('s' | 'z' | 'c', 'z', _) | ('s' | 'z', 'h', _) | ('t', 'z', _) => (Class(b'S'), 2),
            ('c', 'h', 'r') => (Class(b'K'), 2),
            ('c', 'h', _) if language == "de" => (Class(b'H'), 2),
            ('c', 'h', _) => (Class(b'S'), 2),
            ('c', 'k', _) => (Class(b'K'), 2),
            ('k' | 'g', 'h', _) => (Class(b'H'), 2),
            ('p', 'h', _) => (Class(b'F'), 2),
            ('t', 'h', _) => (Class(b'T'), 2),
            ('c', 'e' | 'i' | 'y', _) => (Class(b'S'), 1),
            ('c' | 'q' | 'k', ..) => (Class(b'K'), 1),
            ('g', 'e' | 'i' | 'y', _) if reading == Reading::SoftG => (Class(b'S'), 1),
            ('g', ..) => (Class(b'H'), 1),
            ('h', ..) if first && (reading == Reading::SilentH || matches!(language, "fr" | "es")) => (Vowel, 1),
            // Before a vowel it is spoken, before a consonant or at the end it lengthens.
            ('h', ..) if is_vowel(next) => (Class(b'H'), 1),
            ('h', ..) => (Silent, 1),
            ('j', ..) if reading == Reading::GlideJ || matches!(language, "de" | "pl" | "cs" | "sv" | "fi" | "nl") => {
                (Vowel, 1)
            }
            ('j', ..) if language == "es" => (Class(b'H'), 1),
            ('j', ..) => (Class(b'S'), 1),
            ('x', ..) if first => (Class(b'S'), 1),
            ('x', ..) => (Two(b'K', b'S'), 1),
            ('s' | 'z', ..) => (Class(b'S'), 1),
            ('b' | 'p', ..) => (Class(b'P'), 1),
            ('f' | 'v' | 'w', ..) => (Class(b'F'), 1),
            ('d', ..) => (Class(b'D'), 1),
            ('t', ..) => (Class(b'T'), 1),
            ('l', ..) => (Class(b'L'), 1),
            ('m', ..) => (Class(b'M'), 1),
            ('n', ..) => (Class(b'N'), 1),
            ('r', ..) => (Class(b'R'), 1),
            _ if is_vowel(c) => (Vowel, 1),
            _ => (Silent, 1),
        };
        out.push(sound);
        n += len;
    }
    out
}

fn cyrillic(c: char) -> Sound {
    match c {
        'б' | 'п' => Class(b'P'),
        'в' | 'ф' => Class(b'F'),
        'г' | 'ґ' | 'х' | 'ғ' | 'ҳ' | 'һ' => Class(b'H'),
        'д' | 'ђ' => Class(b'D'),
        'т' | 'ћ' => Class(b'T'),
        'ж' | 'з' | 'с' | 'ц' | 'ч' | 'ш' | 'щ' | 'џ' | 'ҷ' | 'ѕ' => Class(b'S'),
        'к' | 'қ' => Class(b'K'),
        'л' | 'љ' => Class(b'L'),
        'м' => Class(b'M'),
        'н' | 'њ' | 'ң' => Class(b'N'),
        'р' => Class(b'R'),
        'ь' | 'ъ' => Silent,
        _ => Vowel,
    }
}

/// The word and the word without the case ending that it may have.
fn cyrillic_stems(word: &[char]) -> Vec<&[char]> {
    const ENDINGS: &[&str] = &[
        "ого", "его", "ому", "ему", "ыми", "ими", "ами", "ями", "ым", "им", "ом", "ем", "ою", "ею", "ей", "ах", "ях",
        "єю", "єм", "ім",
    ];
    let mut out = vec![word];
    for ending in ENDINGS {
        let letters = ending.chars().count();
        if word.len() >= letters + 3 && word[word.len() - letters..].iter().copied().eq(ending.chars()) {
            out.push(&word[..word.len() - letters]);
            break;
        }
    }
    out
}

fn arabic(c: char) -> Sound {
    match c {
        'ب' | 'پ' => Class(b'P'),
        'ف' | 'ڤ' => Class(b'F'),
        'غ' | 'ه' | 'ح' | 'خ' | 'گ' => Class(b'H'),
        'د' | 'ض' | 'ذ' => Class(b'D'),
        'ت' | 'ط' | 'ث' => Class(b'T'),
        'س' | 'ص' | 'ز' | 'ش' | 'ج' | 'ظ' | 'چ' | 'ژ' => Class(b'S'),
        'ك' | 'ق' | 'ک' => Class(b'K'),
        'ل' => Class(b'L'),
        'م' => Class(b'M'),
        'ن' => Class(b'N'),
        'ر' => Class(b'R'),
        _ => Vowel,
    }
}

/// The word, and what is left of it without "and", a preposition and the article, which are written onto it.
fn arabic_stems(word: &[char]) -> Vec<&[char]> {
    let mut out = vec![word];
    let mut rest = word;
    if let [c, tail @ ..] = rest
        && matches!(c, 'و' | 'ف' | 'ب' | 'ل' | 'ك')
        && tail.len() >= 4
    {
        out.push(tail);
        rest = tail;
    }
    for stem in [word, rest] {
        if let ['ا', 'ل', tail @ ..] = stem
            && tail.len() >= 3
            && !out.contains(&tail)
        {
            out.push(tail);
        }
    }
    out
}

fn greek(c: char) -> Sound {
    match c {
        'β' | 'φ' => Class(b'F'),
        'π' => Class(b'P'),
        'γ' | 'χ' => Class(b'H'),
        'δ' => Class(b'D'),
        'τ' | 'θ' => Class(b'T'),
        'ζ' | 'σ' | 'ς' => Class(b'S'),
        'ξ' => Two(b'K', b'S'),
        'ψ' => Two(b'P', b'S'),
        'κ' => Class(b'K'),
        'λ' => Class(b'L'),
        'μ' => Class(b'M'),
        'ν' => Class(b'N'),
        'ρ' => Class(b'R'),
        _ => Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(a: &Keys, b: &Keys) -> bool {
        a.iter().any(|k| b.iter().any(|o| o == k))
    }

    fn same(names: &[(&str, &str)]) {
        let (first, language) = names[0];
        let mine = keys(first, Some(language));
        for (name, language) in names {
            let theirs = keys(name, Some(language));
            assert!(meet(&mine, &theirs), "{first} {mine:?} / {name} {theirs:?}");
        }
    }

    #[test]
    fn one_name_in_many_scripts_has_one_sound() {
        same(&[
            ("Zelensky", "en"),
            ("Zelenskyy", "en"),
            ("Selenskyj", "de"),
            ("Зеленський", "uk"),
            ("Зеленского", "ru"),
            ("Зеленским", "ru"),
            ("زيلينسكي", "ar"),
        ]);
        same(&[
            ("Marchenko", "en"),
            ("Martschenko", "de"),
            ("Марченком", "uk"),
            ("Марченко", "ru"),
            ("مارتشينكو", "ar"),
        ]);
        same(&[("Johnson", "en"), ("Джонсон", "ru"), ("جونسون", "ar")]);
        same(&[("Hernández", "es"), ("Эрнандес", "ru"), ("Hernandez", "en"), ("إرنانديز", "ar")]);
        same(&[("Yevhen", "en"), ("Євген", "uk"), ("Jewhen", "de")]);
        same(&[("Javier", "es"), ("Хавьер", "ru"), ("خافيير", "ar")]);
        same(&[("Kowalska", "de"), ("Ковальська", "uk"), ("كوفالسكا", "ar")]);
        same(&[("Netanyahu", "en"), ("Нетаньяху", "ru"), ("نتنياهو", "ar")]);
        same(&[("George", "en"), ("Джордж", "ru"), ("جورج", "ar")]);
        same(&[("Papadopoulos", "en"), ("Παπαδόπουλος", "el"), ("Пападопулос", "uk")]);
    }

    #[test]
    fn names_that_differ_in_a_consonant_are_told_apart() {
        let check = |a: &str, b: &str| assert!(!meet(&keys(a, None), &keys(b, None)), "{a} / {b}");
        check("Marchenko", "Марковко");
        check("Petrov", "Павлов");
        check("Kestrel", "Кастель");
    }

    #[test]
    fn what_is_no_word_has_no_key() {
        assert_eq!(keys("", None).iter().count(), 0);
        assert_eq!(keys("東京", None).iter().count(), 0);
        assert_eq!(keys("aa", None).iter().count(), 0);
    }
}
