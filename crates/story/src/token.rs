//! Words as the story room compares them: runs of letters and digits, lower case, accents of Latin
//! letters dropped, with a number that stays the same on every machine and in every version.

/// A word of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Byte range in the text.
    pub start: u32,
    /// End of the range.
    pub end: u32,
    /// The folded word, for shingles.
    pub word: u64,
    /// The stem, for terms.
    pub stem: u32,
    /// Begins with a capital letter.
    pub capital: bool,
    /// Nothing but digits, with `.` and `,` inside.
    pub number: bool,
    /// The first word of a sentence or of a quotation, where a capital says nothing.
    pub first: bool,
    /// Only space, a full stop of an initial, or a hyphen parts it from the word before.
    pub joined: bool,
    /// Too short or too empty to be a term.
    pub small: bool,
}

/// Words of a text beyond which nothing is read: a live blog of two days ends well before.
pub(crate) const MAX_TOKENS: usize = 8_192;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes a number so that each bit depends on all (the finaliser of SplitMix64).
pub(crate) fn mix(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The number of a word or phrase.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut h = SEED;
    for &b in bytes {
        h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
        h ^= h >> 29;
    }
    mix(h)
}

/// The words of `text`, at most [`MAX_TOKENS`].
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity((text.len() / 6).min(MAX_TOKENS));
    let bytes = text.as_bytes();
    let mut folded = String::new();
    let mut at = 0;
    let mut first = true;
    let mut joined = false;
    while at < bytes.len() && out.len() < MAX_TOKENS {
        let (c, len) = char_at(text, at);
        if !is_word(c) {
            match c {
                '.' | '!' | '?' | '…' | '\n' | ':' | '"' | '“' | '„' | '«' | '‘' | '`' | '؟' | '。' => {
                    // An initial ("J.") does not end a sentence.
                    let initial = c == '.' && out.last().is_some_and(|t: &Token| t.capital && t.end - t.start == 1);
                    first |= !initial;
                    joined &= initial;
                }
                ' ' | '-' | '\'' | '’' | '\u{a0}' => {}
                _ => joined = false,
            }
            at += len;
            continue;
        }
        let start = at;
        folded.clear();
        let capital = c.is_uppercase();
        let mut digits = 0;
        let mut letters = 0;
        if is_ideograph(c) {
            folded.push(c);
            letters = 1;
            at += len;
        } else {
            while at < bytes.len() {
                let (c, len) = char_at(text, at);
                if is_word(c) && !is_ideograph(c) {
                    fold(c, &mut folded);
                    if c.is_numeric() {
                        digits += 1;
                    } else {
                        letters += 1;
                    }
                    at += len;
                } else if (c == ',' || c == '.')
                    && digits > 0
                    && letters == 0
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
                {
                    if c == '.' {
                        folded.push('.');
                    }
                    at += 1;
                } else {
                    break;
                }
            }
        }
        let stem = stem(&mut folded.clone());
        let word = hash(folded.as_bytes());
        out.push(Token {
            start: start as u32,
            end: at as u32,
            word,
            stem,
            capital,
            number: digits > 0 && letters == 0,
            first,
            joined,
            small: digits == 0 && folded.chars().nth(1).is_none() && !is_ideograph(c),
        });
        first = false;
        joined = true;
    }
    out
}

fn char_at(text: &str, at: usize) -> (char, usize) {
    let b = text.as_bytes()[at];
    if b < 0x80 {
        return (b as char, 1);
    }
    let c = text[at..].chars().next().unwrap_or('\u{fffd}');
    (c, c.len_utf8())
}

fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    // Combining marks (Arabic vowels, Devanagari signs) belong to the word they stand in.
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// Scripts written without spaces, where each sign counts as a word.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0e7f}')
}

pub(crate) fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    match c {
        '\u{00c0}'..='\u{024f}' => {
            let mut base = None;
            unicode_normalization::char::decompose_canonical(c, |d| {
                base.get_or_insert(d);
            });
            out.extend(base.unwrap_or(c).to_lowercase());
        }
        // Short vowels and the stretching mark of Arabic are written or left out at will.
        '\u{064b}'..='\u{0652}' | '\u{0640}' | '\u{0670}' => {}
        'أ' | 'إ' | 'آ' => out.push('ا'),
        'ё' | 'Ё' => out.push('е'),
        _ if unicode_normalization::char::is_combining_mark(c) && ('\u{0300}'..='\u{036f}').contains(&c) => {}
        _ => out.extend(c.to_lowercase()),
    }
}

/// The number of a folded word's stem; `word` is left cut.
pub(crate) fn stem(word: &mut String) -> u32 {
    if word.is_ascii() {
        stem_english(word);
    } else {
        stem_inflected(word);
    }
    (hash(word.as_bytes()) >> 32) as u32
}

/// The number of the stem of a word as written.
pub(crate) fn stem_of(word: &str) -> u32 {
    let mut folded = String::new();
    word.chars().for_each(|c| fold(c, &mut folded));
    stem(&mut folded)
}

/// Plural, past and -ing endings, so that "slams" and "slammed" meet; cuts nothing else.
fn stem_english(word: &mut String) {
    let n = word.len();
    if n < 4 || word.as_bytes()[0].is_ascii_digit() {
        return;
    }
    if word.ends_with("ies") && n > 4 {
        word.truncate(n - 3);
        word.push('y');
    } else if word.ends_with("sses") || word.ends_with("shes") || word.ends_with("ches") || word.ends_with("xes") {
        word.truncate(n - 2);
    } else if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        word.truncate(n - 1);
    }
    let n = word.len();
    let cut = if word.ends_with("ing") && n > 5 {
        3
    } else if word.ends_with("ied") && n > 4 {
        word.truncate(n - 3);
        word.push('y');
        0
    } else if word.ends_with("ed") && n > 4 && !word.ends_with("eed") {
        2
    } else {
        0
    };
    if cut > 0 && word[..n - cut].bytes().any(|b| b"aeiouy".contains(&b)) {
        word.truncate(n - cut);
        let b = word.as_bytes();
        let k = b.len();
        if k > 3 && b[k - 1] == b[k - 2] && !b"lsz".contains(&b[k - 1]) {
            word.truncate(k - 1);
        }
    }
    if word.len() > 3 && word.ends_with('e') {
        word.pop();
    }
}

/// Languages with many endings (Cyrillic, Greek): long words lose their last letters. Arabic loses its article.
fn stem_inflected(word: &mut String) {
    let count = word.chars().count();
    if word.starts_with("ال") && count > 4 {
        word.drain(.."ال".len());
        return;
    }
    let cyrillic = word.chars().any(|c| ('\u{0400}'..='\u{052f}').contains(&c));
    if cyrillic && count > 4 {
        let keep = (count - 2).clamp(4, 7);
        if let Some((at, _)) = word.char_indices().nth(keep) {
            word.truncate(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let check = |a: &str, b: &str| assert_eq!(stem_of(a), stem_of(b), "{a} / {b}");
        check("slams", "slammed");
        check("Talks", "talk");
        check("parties", "party");
        check("agreed", "agreed");
        check("closing", "closed");
        check("Пезешкіан", "Пезешкіана");
        check("переговоры", "переговоров");
        check("الحرب", "حرب");
        check("Peña", "Pena");
    }

    #[test]
    fn different_words_keep_different_stems() {
        let check = |a: &str, b: &str| assert_ne!(stem_of(a), stem_of(b), "{a} / {b}");
        check("thing", "the");
        check("12th", "13th");
        check("Iran", "Iraq");
        check("bring", "br");
    }

    #[test]
    fn numbers_keep_their_decimal_point_and_lose_their_commas() {
        let t = tokens("5,251 of 3.5 in 2017.");
        let n: Vec<_> = t.iter().filter(|t| t.number).map(|t| (t.start, t.end)).collect();
        assert_eq!(n, [(0, 5), (9, 12), (16, 20)]);
        assert_eq!(t[0].word, tokens("5251")[0].word);
    }

    #[test]
    fn the_word_after_a_full_stop_is_first_and_after_an_initial_is_not() {
        let t = tokens("He met J. Vale. Then he left");
        let firsts: Vec<_> = t.iter().map(|t| t.first).collect();
        assert_eq!(firsts, [true, false, false, false, true, false, false]);
    }
}
