//! Canonical text and where its sentences and words begin and end.
//!
//! Every step cuts a text with these functions, so that a sentence number or a span means the same on
//! every page, in every JSON answer and in the archive. All ranges are bytes of the text given.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// The canonical form of a piece of running text: runs of white space become one space, ends are
/// trimmed, and characters that show nothing (soft hyphen, zero-width space, byte order mark,
/// directional marks at the ends) go. No letter, accent, quotation mark or dash is touched.
pub fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        match c {
            '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}' => {}
            c if c.is_whitespace() => gap = true,
            c if c.is_control() => {}
            c => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(c);
            }
        }
    }
    out
}

/// Joins blocks, each already [`canonical`], with blank lines.
pub fn join_blocks<S: AsRef<str>>(blocks: &[S]) -> String {
    let mut out = String::new();
    for block in blocks.iter().map(AsRef::as_ref).filter(|b| !b.is_empty()) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(block);
    }
    out
}

/// The lines of a text that hold something, without the white space around them.
pub fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    text.split('\n').filter_map(move |line| {
        let start = at;
        at += line.len() + 1;
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return None;
        }
        let lead = line.len() - line.trim_start().len();
        Some(start + lead..start + lead + trimmed.len())
    })
}

/// The sentences of a text in order, without the white space between them.
///
/// A line break always ends a sentence, since [`crate::article::Article::text`] breaks lines between
/// blocks only. Closing quotation marks and brackets stay with the sentence they close. Abbreviations,
/// initials and decimal points do not end one. Scripts without spaces are cut at their own full stops.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for line in lines(text) {
        split_line(text, line, &mut out);
    }
    out
}

fn split_line(text: &str, line: Range<usize>, out: &mut Vec<Range<usize>>) {
    let body = &text[line.clone()];
    let mut start = 0;
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !is_terminator(c) {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some(&(i, next)) = chars.peek() {
            if is_terminator(next) || is_closing(next) {
                end = i + next.len_utf8();
                chars.next();
            } else {
                break;
            }
        }
        if ends_sentence(&body[start..], at - start, end - start, c) {
            push_trimmed(body, start..end, line.start, out);
            start = end;
        }
    }
    push_trimmed(body, start..body.len(), line.start, out);
}

fn push_trimmed(body: &str, range: Range<usize>, offset: usize, out: &mut Vec<Range<usize>>) {
    let piece = &body[range.clone()];
    let trimmed = piece.trim();
    if trimmed.is_empty() {
        return;
    }
    let start = offset + range.start + (piece.len() - piece.trim_start().len());
    // A stray mark without a word belongs to the sentence before it.
    if !trimmed.chars().any(char::is_alphanumeric)
        && let Some(last) = out.last_mut()
        && last.end >= offset
    {
        last.end = start + trimmed.len();
        return;
    }
    out.push(start..start + trimmed.len());
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।' | '｡')
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '」' | '』' | '）' | '“' | '‘')
}

/// Whether the terminator at `at` (with marks up to `end`) in `body` ends a sentence.
fn ends_sentence(body: &str, at: usize, end: usize, terminator: char) -> bool {
    if matches!(terminator, '。' | '！' | '？' | '｡') {
        return true;
    }
    let rest = &body[end..];
    let Some(next) = rest.chars().next() else { return true };
    if !next.is_whitespace() {
        // "end.Next": two sentences whose space was lost, but not "U.S." or "3.5" or "site.com".
        return false;
    }
    let ahead = rest.trim_start();
    let opens = ahead.trim_start_matches(|c: char| is_opening(c) || c == '—' || c == '–' || c == '-' || c == ' ');
    let Some(first) = opens.chars().next() else { return true };
    if first.is_lowercase() {
        return false;
    }
    if terminator != '.' || body[at..end].contains(['!', '?']) {
        return true;
    }
    let word = body[..at].rsplit(|c: char| c.is_whitespace() || is_opening(c) || c == '—').next().unwrap_or("");
    !is_abbreviation(word, opens)
}

fn is_opening(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '«' | '‹' | '(' | '[' | '「' | '『' | '„' | '‚')
}

/// Titles and short forms after which a full stop does not end a sentence, lower case.
const BEFORE_NAME: &[&str] = &[
    "mr", "mrs", "ms", "mx", "dr", "prof", "gen", "col", "lt", "sgt", "capt", "cmdr", "adm", "maj", "gov", "sen",
    "rep", "reps", "sens", "st", "ste", "rev", "hon", "pres", "supt", "det", "insp", "fr", "mme", "mlle", "hr", "sr",
    "sra", "dra", "messrs", "vs", "v", "no", "nos", "art", "vol", "fig", "cf", "e.g", "i.e", "bzw", "z.b", "ca",
    "approx", "jan", "feb", "aug", "sept", "sep", "oct", "nov", "dec", "тов", "гр", "г", "ул", "им", "ім", "р", "п",
    "проф",
];

/// Short forms that may also stand at the end of a sentence; only a name or number after them goes on.
const MAYBE_LAST: &[&str] = &["inc", "corp", "co", "ltd", "jr", "etc", "u.s", "u.n", "u.k", "e.u", "a.m", "p.m", "d.c"];

fn is_abbreviation(word: &str, ahead: &str) -> bool {
    let lower = word.to_lowercase();
    let lower = lower.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    if BEFORE_NAME.contains(&lower) {
        // "No. Next" is an answer, "No. 7" a number; "v. State" a case.
        return !matches!(lower, "no" | "nos" | "v" | "art" | "vol" | "fig")
            || ahead.starts_with(|c: char| c.is_numeric());
    }
    if MAYBE_LAST.contains(&lower) {
        let next = ahead.split_whitespace().next().unwrap_or("");
        return !matches!(
            next.trim_end_matches([',', '.']),
            "The"
                | "A"
                | "An"
                | "He"
                | "She"
                | "It"
                | "They"
                | "We"
                | "I"
                | "In"
                | "On"
                | "At"
                | "But"
                | "And"
                | "This"
                | "That"
                | "There"
        ) && !matches!(lower, "etc" | "a.m" | "p.m" | "inc" | "co" | "ltd" | "corp");
    }
    // An initial: "J. Smith", "В. Путін", but not "Plan B. The".
    let mut letters = lower.chars();
    let single = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    single && word.starts_with(char::is_uppercase) && !ahead.starts_with("The ")
}

/// The words of a text in order, after UAX #29: letters, digits and what joins them ("Iran's", "3.5").
pub fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.unicode_word_indices().map(|(at, word)| at..at + word.len())
}

/// Number of words, as shown to readers.
pub fn word_count(text: &str) -> usize {
    words(text).count()
}

/// Turns byte offsets of one text into Unicode code points and back; the JSON of every filter speaks
/// code points.
pub struct CodePoints {
    /// `None` when the text is ASCII and both are the same; else the byte offset of every code point,
    /// and of the end.
    starts: Option<Vec<usize>>,
}

impl CodePoints {
    /// Prepares the table for `text`; costs nothing for ASCII.
    pub fn new(text: &str) -> Self {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect());
        CodePoints { starts }
    }

    /// The code point that begins at or holds byte `at`.
    pub fn of_byte(&self, at: usize) -> usize {
        match &self.starts {
            None => at,
            Some(starts) => starts.binary_search(&at).unwrap_or_else(|next| next.saturating_sub(1)),
        }
    }

    /// The range in code points.
    pub fn of_range(&self, range: &Range<usize>) -> Range<usize> {
        self.of_byte(range.start)..self.of_byte(range.end)
    }

    /// The byte offset of code point `at`; `None` past the end.
    pub fn to_byte(&self, at: usize) -> Option<usize> {
        match &self.starts {
            None => Some(at),
            Some(starts) => starts.get(at).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let got: Vec<&str> = sentences(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn abbreviations_and_initials_do_not_end_a_sentence() {
        check(
            "Mr. Smith met Gen. Ortiz at 5.30 p.m. They spoke.",
            &["Mr. Smith met Gen. Ortiz at 5.30 p.m.", "They spoke."],
        );
        check("J. K. Vale left. He ran.", &["J. K. Vale left.", "He ran."]);
        check("The U.S. Senate voted. It passed.", &["The U.S. Senate voted.", "It passed."]);
        check("It left the U.S. The end came.", &["It left the U.S.", "The end came."]);
    }

    #[test]
    fn closing_marks_stay_with_their_sentence() {
        check("“We agreed.” She left.", &["“We agreed.”", "She left."]);
        check("“We agreed,” she said. “Now go!” he said.", &["“We agreed,” she said.", "“Now go!” he said."]);
        check("He asked: “Why?” and left.", &["He asked: “Why?” and left."]);
    }

    #[test]
    fn lines_and_other_scripts_end_sentences() {
        check("One\n\nTwo. Three", &["One", "Two.", "Three"]);
        check("会谈结束。双方同意。", &["会谈结束。", "双方同意。"]);
        check("Він сказав так. Вона — ні.", &["Він сказав так.", "Вона — ні."]);
        check("هل وافق؟ نعم.", &["هل وافق؟", "نعم."]);
    }

    #[test]
    fn canonical_keeps_every_letter_and_accent() {
        assert_eq!(canonical("  Peña\u{a0}Nieto \n\t Iran’s\u{200b} "), "Peña Nieto Iran’s");
    }

    #[test]
    fn code_points_count_characters_not_bytes() {
        let text = "a é 🎉 z";
        let points = CodePoints::new(text);
        let at = text.find('z').expect("it is there");
        assert_eq!(points.of_byte(at), 6);
        assert_eq!(points.to_byte(6), Some(at));
        assert_eq!(points.of_range(&(0..text.len())), 0..7);
    }

    proptest! {
        #[test]
        fn sentences_lie_in_order_inside_the_text(text in "\\PC{0,200}") {
            let mut last = 0;
            for range in sentences(&text) {
                prop_assert!(range.start >= last && range.end <= text.len());
                prop_assert!(text.get(range.clone()).is_some());
                last = range.end;
            }
        }
    }
}
