//! The words and marks of a stretch of text, for the readers of statements, names and events.

use std::ops::Range;

/// A word or a mark.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
    /// Lower case, with straight apostrophes.
    pub(crate) lower: String,
    /// Begins with a capital letter.
    pub(crate) capital: bool,
    /// Holds a letter or a digit.
    pub(crate) word: bool,
}

impl Token {
    pub(crate) fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.lower.as_str())
    }
}

/// The tokens of `text[within]`. A possessive `'s` is a token of its own; hyphens, inner apostrophes and the
/// points of abbreviations stay inside a word.
pub(crate) fn tokens(text: &str, within: Range<usize>) -> Vec<Token> {
    let body = &text[within.clone()];
    let mut out: Vec<Token> = Vec::new();
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut end = at + c.len_utf8();
        if c.is_alphanumeric() {
            while let Some(&(i, next)) = chars.peek() {
                let joins = next.is_alphanumeric()
                    || matches!(next, '\'' | '’' | '-' | '.' | ',' | '&' | '/' | '\u{2011}') && joins(body, i, next);
                if !joins {
                    break;
                }
                end = i + next.len_utf8();
                chars.next();
            }
            // "U.S." and "Sen." keep their point.
            if body[end..].starts_with('.') && keeps_point(&body[at..end]) {
                end += 1;
                chars.next();
            }
            let word = &body[at..end];
            let lower = word.to_lowercase().replace('’', "'");
            if let Some(stem) = lower.strip_suffix("'s")
                && !matches!(stem, "it" | "that" | "he" | "she" | "there" | "what" | "who" | "let")
                && let Some(cut) = word.rfind(['\'', '’'])
            {
                push(&mut out, within.start, at..at + cut, &word[..cut], stem.to_owned());
                push(&mut out, within.start, at + cut..end, &word[cut..], "'s".to_owned());
                continue;
            }
            push(&mut out, within.start, at..end, word, lower);
        } else {
            // Two apostrophes or grave accents are one quotation mark.
            if matches!(c, '\'' | '`')
                && let Some(&(_, next)) = chars.peek()
                && next == c
            {
                end += 1;
                chars.next();
            }
            if c == '\'' && body[end..].starts_with("s ") && end == at + 1 {
                end += 1;
                chars.next();
            }
            push(&mut out, within.start, at..end, &body[at..end], body[at..end].to_owned());
        }
    }
    out
}

fn joins(body: &str, at: usize, mark: char) -> bool {
    let after = body[at + mark.len_utf8()..].chars().next();
    let before = body[..at].chars().next_back();
    match mark {
        ',' => after.is_some_and(|c| c.is_ascii_digit()) && before.is_some_and(|c| c.is_ascii_digit()),
        // "U.S", "3.5", "F.W", but not a lost space between sentences.
        '.' => {
            after.is_some_and(|c| c.is_ascii_digit()) && before.is_some_and(|c| c.is_ascii_digit())
                || after.is_some_and(char::is_alphanumeric)
                    && body[..at].chars().rev().nth(1).is_none_or(|c| !c.is_alphabetic())
        }
        _ => after.is_some_and(char::is_alphanumeric),
    }
}

fn keeps_point(word: &str) -> bool {
    if word.contains('.') && word.chars().next_back().is_some_and(char::is_alphabetic) {
        return true;
    }
    let mut letters = word.chars();
    if letters.next().is_some_and(char::is_uppercase) && letters.next().is_none() {
        return true;
    }
    matches!(
        word,
        "Mr" | "Mrs"
            | "Ms"
            | "Dr"
            | "Gen"
            | "Sen"
            | "Rep"
            | "Gov"
            | "Lt"
            | "Col"
            | "Sgt"
            | "Capt"
            | "Prof"
            | "St"
            | "Rev"
            | "Adm"
            | "Maj"
            | "Jr"
            | "Sr"
            | "Inc"
            | "Corp"
            | "Co"
            | "Ltd"
    )
}

fn push(out: &mut Vec<Token>, offset: usize, span: Range<usize>, original: &str, lower: String) {
    let capital = original.chars().next().is_some_and(char::is_uppercase);
    let word = original.chars().any(char::is_alphanumeric);
    out.push(Token { span: offset + span.start..offset + span.end, lower, capital, word });
}
