//! Text to terms, in one way for the index and for reading a document.
//!
//! Words after UAX #29, cut at apostrophes (so that `Iran` finds `Iran's` and `l'Iran`, and both kinds of
//! apostrophe are one), lower case, accents of Latin and Greek letters and vowel marks of Arabic and
//! Hebrew taken off. Cyrillic `й` and `ї` are letters and stay; `ё` is written `е` as often as not and
//! counts as it. No stemming. Chinese and Japanese signs are one term each, and a query of several is a
//! phrase.

use std::ops::Range;
use tantivy::tokenizer::{Token as IndexToken, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest term in characters; the rest of a longer word is cut off.
const TERM_CHARS: usize = 64;

/// One term and the byte range of the word it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) term: String,
    pub(crate) span: Range<usize>,
}

/// The terms of a text in order; the index in the list is the position.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 6);
    for word in news::text::words(text) {
        let mut start = word.start;
        for (at, c) in text[word.clone()].char_indices().chain([(word.len(), '\'')]) {
            if is_apostrophe(c) {
                push(text, start..word.start + at, &mut out);
                start = word.start + at + c.len_utf8();
            }
        }
    }
    out
}

fn push(text: &str, span: Range<usize>, out: &mut Vec<Token>) {
    if span.is_empty() {
        return;
    }
    let term = fold(&text[span.clone()]);
    if !term.is_empty() {
        out.push(Token { term, span });
    }
}

/// The terms of an address: runs of letters and digits, percent-encoding left as it is.
pub(crate) fn url_tokens(url: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, c) in url.char_indices().chain([(url.len(), '/')]) {
        if !c.is_alphanumeric() {
            push(url, start..at, &mut out);
            start = at + c.len_utf8();
        }
    }
    out
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '＇' | '`')
}

/// One word in the form in which terms are compared.
pub(crate) fn fold(word: &str) -> String {
    if word.is_ascii() {
        let mut out = word.to_ascii_lowercase();
        out.truncate(TERM_CHARS);
        return out;
    }
    let mut out = String::with_capacity(word.len());
    // A second round lets the result of the first (such as the parts of a ligature) be folded as well.
    for c in word.nfkc().flat_map(char::to_lowercase).nfkc() {
        if has_plain_letter(c) {
            // The letter under the accent can be one with a spelling of its own: ǽ is æ and so ae.
            std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).for_each(|c| spell(c, &mut out));
        } else {
            spell(c, &mut out);
        }
    }
    if let Some((at, _)) = out.char_indices().nth(TERM_CHARS) {
        out.truncate(at);
    }
    out
}

/// A letter without its accents as it is compared.
fn spell(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'þ' => out.push_str("th"),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        'ё' => out.push('е'),
        'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
        // Combining accents, Hebrew points, Arabic vowel marks, tatweel.
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{652}' | '\u{670}' | '\u{640}' => {}
        c => out.push(c),
    }
}

/// Latin and Greek letters with accents.
fn has_plain_letter(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1fff}' | '\u{370}'..='\u{3ff}')
}

/// What the index cuts its fields with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cutter {
    /// Running text and names.
    Words,
    /// Addresses.
    Url,
}

impl Cutter {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Cutter::Words => "readout_words",
            Cutter::Url => "readout_url",
        }
    }
}

/// The tokens of one field on their way into the index.
pub(crate) struct Stream {
    rest: std::vec::IntoIter<Token>,
    token: IndexToken,
}

impl Tokenizer for Cutter {
    type TokenStream<'a> = Stream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        let tokens = match self {
            Cutter::Words => tokens(text),
            Cutter::Url => url_tokens(text),
        };
        // The first step brings the position from `usize::MAX` to 0.
        Stream { rest: tokens.into_iter(), token: IndexToken { position: usize::MAX, ..IndexToken::default() } }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        let Some(next) = self.rest.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = next.span.start;
        self.token.offset_to = next.span.end;
        self.token.text = next.term;
        true
    }

    fn token(&self) -> &IndexToken {
        &self.token
    }

    fn token_mut(&mut self) -> &mut IndexToken {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let got: Vec<String> = tokens(text).into_iter().map(|t| t.term).collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn case_accents_and_apostrophes_do_not_part_words() {
        check("François PEÑA Nieto", &["francois", "pena", "nieto"]);
        check("Iran’s Iran's l'Iran", &["iran", "s", "iran", "s", "l", "iran"]);
        check("Straße Łódź Ærø", &["strasse", "lodz", "aero"]);
        check("Αθήνα ΟΔΟΣ", &["αθηνα", "οδοσ"]);
        check("ﬁnal İstanbul", &["final", "istanbul"]);
    }

    #[test]
    fn letters_of_other_scripts_stay_letters() {
        check("Київ Кий Їжак", &["київ", "кий", "їжак"]);
        check("Горбачёв", &["горбачев"]);
        check("Зеле́нський", &["зеленський"]);
        check("п’ять п'ять пʼять", &["п", "ять", "п", "ять", "п", "ять"]);
        check("مُحَمَّد الســلام أوكرانيا", &["محمد", "السلام", "اوكرانيا"]);
        check("会谈结束", &["会", "谈", "结", "束"]);
        check("हिन्दी", &["हिन्दी"]);
    }

    #[test]
    fn numbers_and_short_forms_stay_whole() {
        check(
            "3.5 per cent, 1,000 km, U.S. cease-fire",
            &["3.5", "per", "cent", "1,000", "km", "u.s", "cease", "fire"],
        );
    }

    #[test]
    fn addresses_are_cut_at_every_mark() {
        let got: Vec<String> =
            url_tokens("https://www.Courier.example/2017/jan-28?x=1").into_iter().map(|t| t.term).collect();
        assert_eq!(got, ["https", "www", "courier", "example", "2017", "jan", "28", "x", "1"]);
    }

    /// Whatever Unicode adds, a term that is folded again (as the words of a query are) stays the term.
    #[test]
    fn folding_any_letter_twice_changes_nothing() {
        check("Ǽsir Ǿrsted", &["aesir", "orsted"]);
        for c in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric()) {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "{c} U+{:04X}", u32::from(c));
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_and_spans_lie_inside(text in "\\PC{0,60}") {
            for token in tokens(&text) {
                prop_assert!(text.get(token.span.clone()).is_some());
                prop_assert!(!token.term.is_empty());
                prop_assert_eq!(fold(&token.term), token.term.clone());
            }
        }
    }
}
