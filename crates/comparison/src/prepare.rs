//! A text made ready for comparison: the content terms of each sentence with their roots, groups and
//! weights, its names, its quantities and its dates.

use crate::day::{self, Day};
use crate::number::{self, Measure, Number};
use crate::vocabulary::{Group, Vocabulary};
use crate::word::root;
use jiff::Timestamp;
use std::ops::Range;

/// More sentences than this of one text are not compared.
pub const SENTENCE_LIMIT: usize = 2_000;
/// More terms than this of one sentence are not compared.
const TERM_LIMIT: usize = 120;

/// A text to compare.
#[derive(Clone, Copy, Debug)]
pub struct TextIn<'a> {
    /// The canonical text.
    pub text: &'a str,
    /// Its sentences in order, bytes of `text`; ranges that do not lie in the text are taken as empty.
    pub sentences: &'a [Range<usize>],
    /// Its language, when known. The vocabulary is English; other languages are compared by names, numbers and equal words.
    pub language: Option<&'a str>,
    /// When the outlet published it; what "Monday" and "this month" are told from.
    pub published_at: Option<Timestamp>,
}

/// One content word or known phrase of a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
    /// Root of the word, or the roots of the phrase joined by spaces; a name in lower case.
    pub(crate) root: String,
    /// Groups of the vocabulary it stands in.
    pub(crate) groups: Vec<Group>,
    /// Written with a capital where no sentence begins.
    pub(crate) name: bool,
    /// What it counts for before the pair of texts is known.
    pub(crate) weight: f64,
}

/// One sentence made ready.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    pub(crate) span: Range<usize>,
    pub(crate) terms: Vec<Term>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) days: Vec<Day>,
    /// Lower-case words with their spans, for cues.
    pub(crate) words: Vec<(Range<usize>, String)>,
    /// Tells that, or how, the contact took place; at most one of a text's first three sentences.
    pub(crate) opening: bool,
    /// Tells how long the contact took: its counterpart on the other side may share no further word.
    pub(crate) length: bool,
    /// History, protocol or statistics that the other side has no reason to answer.
    pub(crate) background: bool,
}

/// Makes a text ready; at most [`SENTENCE_LIMIT`] sentences.
pub(crate) fn prepare(input: &TextIn) -> Vec<Sentence> {
    let text = input.text;
    let ranges: Vec<Range<usize>> = input
        .sentences
        .iter()
        .take(SENTENCE_LIMIT)
        .map(|r| if r.start <= r.end && text.get(r.clone()).is_some() { r.clone() } else { 0..0 })
        .collect();
    let names = names_of(text, &ranges);
    let mut out: Vec<Sentence> = ranges.into_iter().map(|span| sentence(text, span, &names)).collect();
    if let Some(first) = out.iter_mut().take(3).find(|s| tells_contact(text, s)) {
        first.opening = true;
    }
    for s in &mut out {
        s.length = tells_length(s);
    }
    let count = out.len();
    for (at, s) in out.iter_mut().enumerate() {
        s.background = !s.opening && is_background(text, s, at, count);
    }
    out
}

/// The words written with a capital inside a sentence somewhere in the text, lower case, sorted.
fn names_of(text: &str, ranges: &[Range<usize>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for range in ranges {
        let body = &text[range.clone()];
        for word in news::text::words(body).skip(1) {
            let word = &body[word];
            if word.chars().next().is_some_and(char::is_uppercase) {
                names.push(bare(word));
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Lower case, without a possessive ending.
fn bare(word: &str) -> String {
    let lower = word.to_lowercase().replace('’', "'");
    lower.strip_suffix("'s").unwrap_or(&lower).to_owned()
}

fn sentence(text: &str, span: Range<usize>, names: &[String]) -> Sentence {
    let body = &text[span.clone()];
    let mut words: Vec<(Range<usize>, String)> = Vec::new();
    let mut roots: Vec<String> = Vec::new();
    for word in news::text::words(body).take(4 * TERM_LIMIT) {
        let lower = bare(&body[word.clone()]);
        roots.push(root(&lower));
        words.push((span.start + word.start..span.start + word.end, lower));
    }
    let mut days = day::days(body);
    let mut numbers = number::numbers_beside(body, &days);
    for d in &mut days {
        d.span = span.start + d.span.start..span.start + d.span.end;
    }
    for n in &mut numbers {
        n.span = span.start + n.span.start..span.start + n.span.end;
        n.what = n.what.take().map(|w| span.start + w.start..span.start + w.end);
    }
    let taken = |at: &Range<usize>| {
        numbers.iter().any(|n| n.span.start <= at.start && at.end <= n.span.end)
            || days.iter().any(|d| d.span.start <= at.start && at.end <= d.span.end)
    };
    let vocabulary = Vocabulary::shipped();
    let mut terms: Vec<Term> = Vec::new();
    let mut at = 0;
    while at < words.len() && terms.len() < TERM_LIMIT {
        let (groups, length) = vocabulary.at(&roots[at..]);
        let at_range = words[at].0.clone();
        let original = &text[at_range.clone()];
        let capital = original.chars().next().is_some_and(char::is_uppercase);
        let span = at_range.start..words[at + length - 1].0.end;
        // The first word of a sentence is a name when it is one elsewhere, or is no English word of ours.
        let name = capital && length == 1 && (at > 0 || names.binary_search(&words[at].1).is_ok() || groups.is_empty());
        let lower = &words[at].1;
        let weight = if length == 1 && (is_small(lower) || taken(&at_range)) {
            0.0
        } else {
            weigh(lower, name, &groups, length, at)
        };
        if weight > 0.0 {
            let key = if name { lower.clone() } else { roots[at..at + length].join(" ") };
            terms.push(Term { span, root: key, groups, name, weight });
        }
        at += length;
    }
    Sentence { span, terms, numbers, days, words, opening: false, length: false, background: false }
}

fn weigh(lower: &str, name: bool, groups: &[Group], length: usize, at: usize) -> f64 {
    let talk = !groups.is_empty() && groups.iter().all(|g| g.field.is_none());
    if name && groups.is_empty() {
        return if at == 0 && lower.len() < 3 { 0.0 } else { 1.3 };
    }
    if length > 1 {
        return if talk { 1.2 } else { 1.5 };
    }
    if talk {
        return 0.45;
    }
    if COMMON.contains(&lower) { 0.4 } else { 1.0 }
}

/// "The call lasted forty minutes", "the conversation went on for more than an hour", "they spoke for ninety minutes".
fn tells_length(s: &Sentence) -> bool {
    let is_short = |n: &&Number| n.measure == Measure::Time && n.base < 1.0 && !n.deadline && !n.former;
    let Some(span) = s.numbers.iter().find(is_short).map(|n| &n.span) else { return false };
    let before: Vec<&str> =
        s.words.iter().take_while(|(at, _)| at.end <= span.start).map(|(_, word)| word.as_str()).collect();
    let Some(contact) = before.iter().position(|word| CONTACT.contains(word)) else { return false };
    let lasts = |word: &&str| ["last", "continu", "went", "took", "ran"].iter().any(|stem| word.starts_with(stem));
    before[contact..].iter().any(lasts) || before[contact + 1..].contains(&"for")
}

/// Whether the first sentences tell of the contact: a word of meeting or speaking, and somebody's name.
fn tells_contact(text: &str, s: &Sentence) -> bool {
    let contact = s.words.iter().any(|(_, w)| CONTACT.contains(&w.as_str()));
    let names = s.terms.iter().filter(|t| t.name && t.groups.is_empty()).count();
    contact && names >= 1 && !text[s.span.clone()].contains(['“', '"'])
}

const CONTACT: &[&str] = &[
    "spoke",
    "speaks",
    "spoken",
    "call",
    "called",
    "calls",
    "phoned",
    "phone",
    "telephone",
    "telephoned",
    "rang",
    "met",
    "meets",
    "meeting",
    "met",
    "talked",
    "talks",
    "conversation",
    "received",
    "receives",
    "hosted",
    "hosts",
    "held",
    "summit",
    "visit",
    "exchange",
    "consultation",
    "consultations",
    "visited",
    "welcomed",
    "concluded",
    "chaired",
    "audience",
    "conversed",
    "hospitality",
    "discussed",
    "part",
    "tête-à-tête",
    "tête",
    "dialogue",
    "videoconference",
];

/// History and protocol: a past span or a list of those present, and none of the words by which a party speaks.
fn is_background(text: &str, s: &Sentence, at: usize, count: usize) -> bool {
    let has = |list: &[&str]| s.words.iter().any(|(_, w)| list.contains(&w.as_str()));
    let body = text[s.span.clone()].to_lowercase();
    if at * 3 < count || at == 0 {
        return false;
    }
    if [
        "attended by",
        "were present",
        "was accompanied by",
        "national anthem",
        "took part in the meeting on the",
        "also present",
    ]
    .iter()
    .any(|cue| body.contains(cue))
    {
        return true;
    }
    let speaks = has(&[
        "agreed",
        "said",
        "stressed",
        "noted",
        "told",
        "asked",
        "welcomed",
        "invited",
        "proposed",
        "demanded",
        "thanked",
        "expressed",
        "recalled",
        "informed",
        "reiterated",
        "discussed",
        "underlined",
        "raised",
        "congratulated",
        "will",
        "reminded",
        "spoke",
        "rejected",
        "announced",
        "he",
        "she",
        "urged",
        "shall",
        "called",
        "promised",
        "pointed",
        "explained",
        "declared",
    ]);
    let past_year = s.days.iter().any(|d| d.is_bare_past_year());
    let history = has(&[
        "since",
        "joined",
        "previous",
        "earlier",
        "founded",
        "established",
        "amounted",
        "maintain",
        "reside",
        "turnover",
    ]);
    !speaks && (past_year || history) && (has(&["since", "in", "previous", "earlier", "reside", "maintain"]))
}

/// Words that carry no content of their own, and small verbs.
fn is_small(word: &str) -> bool {
    SMALL.contains(&word)
}

const SMALL: &[&str] = &[
    "a",
    "an",
    "the",
    "of",
    "to",
    "in",
    "on",
    "at",
    "for",
    "and",
    "or",
    "but",
    "nor",
    "by",
    "with",
    "from",
    "as",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "being",
    "am",
    "that",
    "this",
    "these",
    "those",
    "it",
    "its",
    "his",
    "her",
    "hers",
    "him",
    "their",
    "them",
    "they",
    "he",
    "she",
    "we",
    "us",
    "our",
    "i",
    "me",
    "my",
    "you",
    "your",
    "who",
    "whom",
    "whose",
    "which",
    "what",
    "when",
    "where",
    "why",
    "how",
    "will",
    "would",
    "shall",
    "should",
    "can",
    "could",
    "may",
    "might",
    "must",
    "has",
    "have",
    "had",
    "having",
    "do",
    "does",
    "did",
    "done",
    "not",
    "no",
    "than",
    "then",
    "also",
    "into",
    "onto",
    "upon",
    "both",
    "one",
    "there",
    "here",
    "if",
    "so",
    "such",
    "some",
    "any",
    "each",
    "other",
    "another",
    "own",
    "very",
    "more",
    "most",
    "less",
    "much",
    "many",
    "few",
    "only",
    "just",
    "even",
    "still",
    "yet",
    "already",
    "again",
    "once",
    "now",
    "up",
    "down",
    "out",
    "off",
    "over",
    "under",
    "about",
    "between",
    "among",
    "through",
    "during",
    "before",
    "after",
    "until",
    "since",
    "while",
    "because",
    "though",
    "although",
    "however",
    "therefore",
    "thus",
    "within",
    "without",
    "against",
    "across",
    "along",
    "around",
    "per",
    "via",
    "mr",
    "mrs",
    "ms",
    "dr",
    "mx",
    "madam",
    "sir",
    "part",
    "side",
    "sides",
    "two",
    "same",
    "too",
    "s",
    "t",
    "regard",
    "regards",
    "respect",
    "context",
    "order",
    "including",
    "among",
    "well",
    "both",
    "way",
    "ways",
    "take",
    "took",
    "make",
    "made",
    "get",
    "got",
    "go",
    "went",
    "come",
    "came",
    "put",
    "let",
    "lastly",
    "finally",
    "further",
    "particular",
    "accordance",
    "connection",
    "light",
    "course",
    "result",
];

/// Frequent words of news that say little about the matter.
const COMMON: &[&str] = &[
    "new",
    "first",
    "last",
    "next",
    "year",
    "years",
    "day",
    "days",
    "time",
    "times",
    "week",
    "month",
    "people",
    "country",
    "countries",
    "state",
    "states",
    "world",
    "international",
    "national",
    "official",
    "government",
    "public",
    "side",
    "party",
    "parties",
    "republic",
    "union",
    "general",
    "special",
    "common",
    "joint",
    "mutual",
    "bilateral",
    "high",
    "long",
    "important",
    "importance",
    "good",
    "great",
    "main",
    "present",
    "possible",
    "necessary",
    "own",
    "matter",
    "situation",
    "issue",
    "issues",
    "question",
    "questions",
    "number",
    "point",
    "case",
    "place",
    "region",
    "regional",
    "work",
    "working",
    "head",
    "majesty",
    "highness",
    "excellency",
    "ministers",
    "ministry",
    "office",
    "department",
    "service",
    "members",
    "member",
    "nation",
    "nations",
    "development",
    "developments",
    "area",
    "field",
    "level",
    "end",
    "form",
    "group",
    "today",
    "yesterday",
    "tomorrow",
    "capital",
    "central",
    "local",
    "foreign",
    "political",
    "economic",
    "social",
    "strong",
    "full",
    "whole",
    "different",
    "certain",
    "several",
    "recent",
    "current",
    "future",
    "past",
    "early",
    "late",
    "second",
    "third",
    "third",
    "north",
    "south",
    "east",
    "west",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(text: &str) -> Vec<Sentence> {
        let sentences = news::text::sentences(text);
        prepare(&TextIn { text, sentences: &sentences, language: None, published_at: None })
    }

    #[test]
    fn the_opening_is_the_sentence_that_tells_of_the_contact() {
        let got = ready("It took years. Prime Minister Ana Ruiz spoke with President Omar Hadi. They met before.");
        assert_eq!(got.iter().map(|s| s.opening).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn a_list_of_those_present_is_background() {
        let got =
            ready("Ana Ruiz met Omar Hadi. They agreed on fish. The meeting was attended by the Minister of Ports.");
        assert_eq!(got.iter().map(|s| s.background).collect::<Vec<_>>(), [false, false, true]);
    }
}
