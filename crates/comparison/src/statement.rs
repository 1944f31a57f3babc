//! Who says what: the source, the cue and the words of every attributed statement of one text.
//!
//! A cue is a word of `cues.tsv` with a speaker, or `according to`. The content is the clause the cue
//! governs, with its quotation marks and without the full stop; a quotation that goes on over sentences and
//! paragraphs is one statement in several pieces.

use crate::entity::{self, Entity};
use crate::speaker;
use crate::token::{Token, tokens};
use news::statement::{Statement, StatementKind};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Longer texts are read up to here.
pub const TEXT_LIMIT_BYTES: usize = 1 << 20;
/// How far a source may reach from its cue, in tokens.
const REACH: usize = 40;
/// How far ahead the word that opens a clause is looked for, in tokens.
const AHEAD: usize = 16;

/// The statements of a text in order. Ranges are bytes of `text`.
pub fn statements(text: &str) -> Vec<Statement> {
    let text = cap(text);
    read(text, &news::text::sentences(text), &entity::entities(text))
}

/// The part of a text that is read.
pub(crate) fn cap(text: &str) -> &str {
    if text.len() <= TEXT_LIMIT_BYTES {
        return text;
    }
    let mut end = TEXT_LIMIT_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The statements, given sentences and entities of the same text.
pub(crate) fn read(text: &str, sentences: &[Range<usize>], entities: &[Entity]) -> Vec<Statement> {
    let quotes = quotations(text);
    let mut found: Vec<Found> = Vec::new();
    let mut pending: Option<Found> = None;
    let mut open = false;
    for span in units(sentences, &quotes) {
        let unit = Unit::new(text, span.clone(), &quotes);
        if unit.tokens.is_empty() {
            continue;
        }
        if unit.is_quotation() {
            if let Some(mut waiting) = pending.take() {
                waiting.content.push(content_span(text, span.clone()));
                found.push(waiting);
                open = true;
            } else if open && let Some(last) = found.last_mut() {
                last.content.push(content_span(text, span.clone()));
            }
            continue;
        }
        pending = None;
        let (mut here, waiting) = unit.read();
        open = here.last().is_some_and(|f| f.quoted);
        found.append(&mut here);
        pending = waiting.or(pending);
    }
    let mut out: Vec<Statement> = Vec::with_capacity(found.len());
    for f in found {
        let content: Vec<_> = f.content.into_iter().filter(|r| r.start < r.end).collect();
        if content.is_empty() {
            continue;
        }
        let kind = kind(text, &content, &quotes);
        out.push(Statement { source: f.source.into_iter().collect(), cue: vec![f.cue], content, kind, speaker: None });
    }
    speaker::resolve(text, &mut out, entities);
    out
}

/// Quotations with their marks, in order; none crosses a line.
pub(crate) fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for line in news::text::lines(text) {
        let mut open: Option<(usize, char)> = None;
        let body = &text[line.clone()];
        let mut chars = body.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let mut end = at + c.len_utf8();
            let mut mark = c;
            if matches!(c, '\'' | '`')
                && let Some(&(_, next)) = chars.peek()
                && matches!(next, '\'' | '`')
            {
                chars.next();
                end += 1;
                mark = '"';
            }
            match (mark, open) {
                ('“' | '„' | '«', None) => open = Some((at, mark)),
                ('”' | '“', Some((start, '“' | '„'))) if mark == '”' || body[start..].starts_with('„') => {
                    out.push(line.start + start..line.start + end);
                    open = None;
                }
                ('»', Some((start, '«'))) => {
                    out.push(line.start + start..line.start + end);
                    open = None;
                }
                ('"', None) => open = Some((at, '"')),
                ('"', Some((start, '"' | '“'))) => {
                    out.push(line.start + start..line.start + end);
                    open = None;
                }
                _ => {}
            }
        }
        // A paragraph of a longer quotation is not closed.
        if let Some((start, mark)) = open
            && (mark != '"' || start == 0)
        {
            out.push(line.start + start..line.end);
        }
    }
    out
}

/// Sentences, joined where their border lies inside a quotation.
fn units(sentences: &[Range<usize>], quotes: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::with_capacity(sentences.len());
    let mut q = 0;
    for sentence in sentences {
        if let Some(last) = out.last_mut() {
            while q < quotes.len() && quotes[q].end < last.end {
                q += 1;
            }
            if quotes.get(q).is_some_and(|quote| quote.start < last.end && quote.end > sentence.start) {
                last.end = sentence.end;
                continue;
            }
        }
        out.push(sentence.clone());
    }
    out
}

fn kind(text: &str, content: &[Range<usize>], quotes: &[Range<usize>]) -> StatementKind {
    let (mut inside, mut outside) = (0usize, 0usize);
    for piece in content {
        let mut at = quotes.partition_point(|q| q.end <= piece.start);
        let mut position = piece.start;
        let count =
            |range: Range<usize>| text.get(range).map_or(0, |t| t.chars().filter(|c| c.is_alphanumeric()).count());
        while position < piece.end {
            match quotes.get(at) {
                Some(quote) if quote.start < piece.end => {
                    if quote.start > position {
                        outside += count(position..quote.start);
                    }
                    inside += count(quote.start.max(position)..quote.end.min(piece.end));
                    position = quote.end.max(position);
                    at += 1;
                }
                _ => {
                    outside += count(position..piece.end);
                    break;
                }
            }
        }
    }
    match (inside, outside) {
        (0, _) => StatementKind::Indirect,
        (_, 0) => StatementKind::Direct,
        _ => StatementKind::Mixed,
    }
}

/// What a cue takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Speech,
    Listener,
    Thing,
    Thought,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Base,
    Third,
    Past,
    Ing,
}

struct Cue {
    class: Class,
    form: Form,
    particles: Vec<&'static str>,
}

static CUES: LazyLock<FxHashMap<String, Cue>> = LazyLock::new(|| {
    let mut table = FxHashMap::default();
    for line in include_str!("cues.tsv").lines().filter(|l| !l.starts_with('#')) {
        let Some((class, verbs)) = line.split_once('\t') else { continue };
        let class = match class {
            "S" => Class::Speech,
            "T" => Class::Listener,
            "N" => Class::Thing,
            _ => Class::Thought,
        };
        for verb in verbs.split(' ') {
            let mut parts = verb.split('+');
            let forms: Vec<&str> = parts.next().unwrap_or("").split('/').collect();
            let particles: Vec<&'static str> = parts.collect();
            let base = forms[0];
            let regular = [
                base.to_owned(),
                if base.ends_with("sh") || base.ends_with("ss") || base.ends_with("ch") {
                    format!("{base}es")
                } else {
                    format!("{base}s")
                },
                format!("{base}ed"),
                format!("{base}ing"),
            ];
            let forms = match forms.as_slice() {
                [base, third, past, _, ing] => [base, third, past, ing].map(|f| (*f).to_owned()),
                _ => regular,
            };
            for (form, name) in forms.into_iter().zip([Form::Base, Form::Third, Form::Past, Form::Ing]) {
                // "read" is base and past; the later one is right more often.
                table.insert(form, Cue { class, form: name, particles: particles.clone() });
            }
        }
    }
    table
});

pub(crate) fn is_cue(lower: &str) -> bool {
    CUES.get(lower).is_some_and(|c| c.form != Form::Base)
}

#[derive(Clone, Debug)]
struct Found {
    source: Option<Range<usize>>,
    cue: Range<usize>,
    content: Vec<Range<usize>>,
    /// Ends in a quotation that the next sentence may go on with.
    quoted: bool,
}

struct Unit<'a> {
    text: &'a str,
    span: Range<usize>,
    tokens: Vec<Token>,
    /// For each token the quotation it stands in, counted from one; 0 outside.
    quote: Vec<u32>,
    quotes: &'a [Range<usize>],
}

pub(crate) const AUXILIARIES: &[&str] = &[
    "has", "have", "had", "is", "was", "were", "are", "be", "been", "being", "will", "would", "could", "may", "might",
    "can", "should", "did", "do", "does", "must", "not", "didn't", "doesn't", "don't", "wasn't", "hasn't", "haven't",
    "won't", "wouldn't", "isn't", "aren't", "weren't", "couldn't", "can't", "cannot", "hadn't",
];
const ADVERBS: &[&str] = &[
    "also",
    "later",
    "then",
    "once",
    "never",
    "always",
    "still",
    "again",
    "further",
    "earlier",
    "even",
    "often",
    "just",
    "already",
    "now",
    "today",
    "yesterday",
    "tonight",
    "long",
    "first",
    "both",
    "all",
    "sometimes",
    "ever",
    "so",
    "soon",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "instead",
    "too",
    "meanwhile",
    "however",
];
const STOPS: &[&str] = &[
    "that", "but", "while", "when", "because", "as", "if", "although", "though", "whether", "where", "since", "after",
    "before", "than", "or", "until", "so", "then", "how", "why", "what", "yet", "nor", "whereas", "unless", "once",
    "like",
];
const PREPOSITIONS: &[&str] = &[
    "in",
    "on",
    "at",
    "during",
    "after",
    "before",
    "by",
    "with",
    "for",
    "from",
    "to",
    "of",
    "about",
    "against",
    "under",
    "over",
    "through",
    "without",
    "despite",
    "into",
    "between",
    "among",
    "since",
    "around",
    "near",
    "following",
    "amid",
    "via",
];
const DETERMINERS: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our", "my", "your", "some",
    "many", "several", "most", "both", "one", "two", "three", "another", "other", "any", "no", "each", "every", "few",
    "more",
];
pub(crate) const PRONOUNS: &[&str] = &["he", "she", "they", "we", "i", "you", "it", "who", "which"];
const OBJECTS: &[&str] = &["me", "him", "her", "us", "them", "you", "it", "himself", "herself", "themselves"];
const TIME_WORDS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "yesterday",
    "tonight",
    "earlier",
    "later",
    "late",
    "early",
    "recently",
    "again",
    "last",
    "this",
    "afterward",
    "afterwards",
    "publicly",
    "simply",
    "morning",
    "afternoon",
    "evening",
    "night",
    "week",
    "month",
    "year",
    "there",
    "here",
    "then",
    "flatly",
    "bluntly",
];

/// What continues without speaking.
const GOING_ON: &[&str] = &[
    "conversation",
    "call",
    "talks",
    "meeting",
    "negotiations",
    "discussions",
    "session",
    "fighting",
    "war",
    "battle",
    "strikes",
    "search",
    "investigation",
];

impl<'a> Unit<'a> {
    fn new(text: &'a str, span: Range<usize>, quotes: &'a [Range<usize>]) -> Self {
        let tokens = tokens(text, span.clone());
        let mut at = quotes.partition_point(|q| q.end <= span.start);
        let quote = tokens
            .iter()
            .map(|t| {
                while quotes.get(at).is_some_and(|q| q.end <= t.span.start) {
                    at += 1;
                }
                if quotes.get(at).is_some_and(|q| q.start <= t.span.start) { at as u32 + 1 } else { 0 }
            })
            .collect();
        Unit { text, span, tokens, quote, quotes }
    }

    /// Whether all words stand inside quotation marks.
    fn is_quotation(&self) -> bool {
        self.quote.first().is_some_and(|q| *q != 0)
            && self.tokens.iter().zip(&self.quote).all(|(t, q)| *q != 0 || !t.word)
    }

    fn lower(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.lower.as_str())
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|t| t.is(words))
    }

    fn bytes(&self, range: Range<usize>) -> Range<usize> {
        self.tokens[range.start].span.start..self.tokens[range.end - 1].span.end
    }

    fn is_mark(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|t| !t.word && t.lower != "'s" && t.lower != "%" && t.lower != "$")
    }

    /// The statements of this unit, and one whose words come in the next.
    fn read(&self) -> (Vec<Found>, Option<Found>) {
        let n = self.tokens.len();
        let mut out: Vec<Found> = Vec::new();
        let mut waiting = None;
        // First token that no statement has taken.
        let mut free = 0usize;
        let mut subject: Option<Range<usize>> = None;
        let mut last_quote_owner: Option<usize> = None;
        let mut at = 0;
        while at < n {
            if self.quote[at] != 0 {
                at += 1;
                continue;
            }
            if self.lower(at) == "according" && self.lower(at + 1) == "to" {
                if let Some((f, next)) = self.according(at, free) {
                    free = next;
                    out.push(f);
                }
                at += 2;
                continue;
            }
            let Some(hit) = self.cue(at) else {
                at += 1;
                continue;
            };
            let Hit { cue, class, form, after } = hit;
            // Who
            let left = if form == Form::Ing { None } else { self.source_left(cue.start) };
            let before = left.as_ref().map_or(cue.start, |l| l.start);
            let follows_content = before > free
                && (self.quote[before - 1] != 0 || matches!(self.lower(before - 1), "," | "—" | "–" | "--"));
            let right = if (left.is_none() || self.is(cue.start - 1, &[","]))
                && follows_content
                && form != Form::Ing
                && matches!(class, Class::Speech | Class::Listener)
            {
                self.source_right(after)
            } else {
                None
            };
            let (source, tail) = match (&left, right) {
                (_, Some(right)) if left.is_none() => (Some(right.clone()), right.end),
                (Some(left), _) => (Some(left.clone()), after),
                _ => {
                    let joined = cue.start > 0
                        && self.is(
                            cue.start - 1,
                            &["and", "but", "or", ",", "then", "by", "while", "in", "before", "after"],
                        )
                        || form == Form::Ing;
                    if !joined || cue.start == 0 && form != Form::Ing {
                        at += 1;
                        continue;
                    }
                    (subject.clone().or_else(|| self.first_phrase(cue.start)), after)
                }
            };
            let Some(source) = source else {
                at += 1;
                continue;
            };
            if class == Class::Thought && source.end > cue.start {
                at += 1;
                continue;
            }
            let source_bytes = self.bytes(source.clone());
            let cue_bytes = self.bytes(cue.clone());
            // What: before or after
            let start = self.content_start(tail, class);
            let ends = start >= n
                || self.is_mark(start)
                    && self.quote[start] == 0
                    && !matches!(self.lower(start), ":" | "(" | "[" | "$" | "-");
            let quote_before = before > 0 && before > free && self.quote[before - 1] != 0
                || source.start > cue.start && cue.start > free && self.quote[cue.start - 1] != 0;
            let listener_only = class == Class::Listener && !ends && quote_before;
            if matches!(class, Class::Speech | Class::Listener)
                && (follows_content || quote_before)
                && form != Form::Ing
                && (ends
                    || listener_only
                    || quote_before
                        && !matches!(self.lower(start), "that")
                        && (!self.colon_or_quote(start) || self.lower(tail) == ","))
            {
                let stop = before.min(cue.start);
                let mut content = vec![self.content(free, stop)];
                let mut quoted = self.quote[stop - 1] != 0 && last_quote_owner != Some(stop - 1);
                last_quote_owner = Some(stop - 1);
                let mut next = tail;
                while next < n && self.quote[next] == 0 && self.lower(next) != "," && next < tail + AHEAD {
                    next += 1;
                }
                // “…,” she said, “…”
                if self.lower(next) == "," && next + 1 < n {
                    if self.quote[next + 1] != 0 {
                        let end = self.content_end(next + 1);
                        content.push(self.content(next + 1, end));
                        quoted = true;
                        next = end;
                    } else if !quoted && self.goes_on(next + 1) {
                        let end = self.content_end(next + 1);
                        content.push(self.content(next + 1, end));
                        next = end;
                    }
                } else if next < n
                    && self.quote[next] != 0
                    && self.tokens[next].span.start > self.tokens[tail.min(n - 1)].span.start
                {
                    let end = self.content_end(next);
                    content.push(self.content(next, end));
                    quoted = true;
                    next = end;
                }
                free = next.min(n).max(tail.min(n));
                subject = Some(source);
                out.push(Found { source: Some(source_bytes), cue: cue_bytes, content, quoted });
                at = free.max(at + 1);
                continue;
            }
            let start = if self.lower(start) == ":" { start + 1 } else { start };
            if start >= n || self.lower(start) == "." {
                if self.lower(n - 1) == ":" {
                    waiting =
                        Some(Found { source: Some(source_bytes), cue: cue_bytes, content: Vec::new(), quoted: true });
                }
                subject = Some(source);
                at += 1;
                continue;
            }
            // Talks continue for an hour, and fighting does: neither says anything.
            let goes_on = self.lower(at).starts_with("continu")
                && self.quote[start] == 0
                && source.clone().any(|token| self.is(token, GOING_ON));
            let end = self.content_end(start);
            if end <= start || goes_on {
                at += 1;
                continue;
            }
            let quoted = self.quote[end - 1] != 0;
            let content = vec![self.content(start, end)];
            subject = Some(source);
            free = free.max(start);
            out.push(Found { source: Some(source_bytes), cue: cue_bytes, content, quoted });
            // What is said may hold another who says; in a quotation it may not.
            at = start.max(at + 1);
            if end < n {
                free = free.max(start);
            }
        }
        (out, waiting)
    }

    fn colon_or_quote(&self, at: usize) -> bool {
        self.lower(at) == ":" || self.quote.get(at).is_some_and(|q| *q != 0)
    }

    /// The cue that token `at` is the verb of.
    fn cue(&self, at: usize) -> Option<Hit> {
        let token = &self.tokens[at];
        let entry = CUES.get(&token.lower)?;
        if token.capital && at > 0 {
            return None;
        }
        let previous = if at == 0 { "" } else { self.lower(at - 1) };
        let next = self.lower(at + 1);
        if at == 0 && entry.form != Form::Ing {
            return None;
        }
        let mut start = at;
        while start > 0
            && self.quote[start - 1] == 0
            && at - start < 6
            && (self.is(start - 1, AUXILIARIES)
                || self.is(start - 1, ADVERBS)
                || self.lower(start - 1).ends_with("ly") && !self.tokens[start - 1].capital)
            && !self.is(start - 1, &["both", "all", "so"])
        {
            start -= 1;
        }
        let auxiliary = |words: &[&str]| (start..at).any(|i| self.is(i, words));
        let passive = auxiliary(&["is", "was", "were", "are", "be", "been", "being", "isn't", "wasn't", "aren't"]);
        match entry.form {
            Form::Base => {
                let subject = if start == 0 { "" } else { self.lower(start - 1) };
                let modal = auxiliary(&[
                    "will", "would", "could", "may", "might", "can", "should", "did", "do", "does", "must", "didn't",
                    "doesn't", "don't", "won't", "wouldn't", "couldn't", "can't", "cannot",
                ]);
                let plural = ["they", "we", "i", "you", "who", "people", "some", "many", "others"].contains(&subject)
                    || subject.ends_with('s') && subject.len() > 3 && !subject.ends_with("ss") && subject != "'s";
                if !modal && !plural || passive {
                    return None;
                }
                if previous == "to" || matches!(next, "of" | "," | "." | "by") && !modal {
                    return None;
                }
            }
            Form::Third => {
                if passive
                    || start > 0
                        && self.is(start - 1, DETERMINERS)
                        && !self.is(start - 1, &["this", "that", "one", "each"])
                {
                    return None;
                }
                if self.is(at.wrapping_sub(1), PREPOSITIONS)
                    || previous == "'s"
                    || previous == "and" && entry.class != Class::Speech
                {
                    return None;
                }
                let noun = matches!(
                    token.lower.as_str(),
                    "claims"
                        | "reports"
                        | "plans"
                        | "calls"
                        | "notes"
                        | "questions"
                        | "hopes"
                        | "shows"
                        | "charges"
                        | "demands"
                        | "promises"
                        | "offers"
                        | "views"
                        | "fears"
                        | "attacks"
                        | "points"
                        | "posts"
                        | "texts"
                        | "supports"
                        | "backs"
                        | "orders"
                        | "requests"
                        | "comments"
                        | "emails"
                        | "tweets"
                        | "rules"
                        | "signals"
                        | "talks"
                        | "doubts"
                        | "states"
                        | "estimates"
                        | "pledges"
                        | "concerns"
                        | "finds"
                        | "brands"
                        | "labels"
                        | "votes"
                        | "counters"
                        | "reasons"
                        | "challenges"
                        | "remarks"
                        | "addresses"
                        | "favors"
                        | "forecasts"
                        | "suspects"
                        | "champions"
                );
                if noun {
                    let subject = if start == 0 { "" } else { self.lower(start - 1) };
                    let named = start > 0 && self.tokens[start - 1].capital && self.tokens[start - 1].word;
                    let follow = matches!(
                        next,
                        "of" | ","
                            | "."
                            | "about"
                            | "against"
                            | "by"
                            | "and"
                            | "from"
                            | "in"
                            | "with"
                            | "to"
                            | "are"
                            | "were"
                    );
                    if !(named || PRONOUNS.contains(&subject))
                        || follow && !(token.lower == "calls" || token.lower == "points")
                    {
                        return None;
                    }
                }
            }
            Form::Past => {
                if passive {
                    // "was quoted as saying" is found at "saying".
                    return None;
                }
                if matches!(
                    previous,
                    "the" | "a" | "an" | "of" | "his" | "her" | "their" | "its" | "so-called" | "be" | "being"
                ) {
                    return None;
                }
                if entry.class == Class::Thing && matches!(next, "by" | "of") {
                    return None;
                }
                if matches!(token.lower.as_str(), "read" | "cast" | "found" | "felt" | "back" | "posted")
                    && previous == ","
                {
                    return None;
                }
            }
            Form::Ing => {
                let spoken = entry.class == Class::Speech
                    || entry.class == Class::Listener
                    || matches!(
                        token.lower.as_str(),
                        "calling"
                            | "accusing"
                            | "blaming"
                            | "denying"
                            | "describing"
                            | "praising"
                            | "criticizing"
                            | "denouncing"
                            | "referring"
                            | "citing"
                            | "quoting"
                            | "promising"
                            | "refusing"
                    );
                let progressive = auxiliary(&["is", "was", "were", "are", "been"]);
                if !spoken
                    || matches!(
                        token.lower.as_str(),
                        "reading" | "ruling" | "posting" | "pointing" | "adding" | "continuing"
                    ) && previous != ","
                {
                    return None;
                }
                if progressive {
                    // "is saying": a finite form.
                    let end = self.with_particle(at, entry);
                    return Some(Hit { cue: start..end, class: entry.class, form: Form::Past, after: end });
                }
                if !matches!(previous, "," | "as" | "and" | "statement" | "tweet" | "letter" | "" | "—" | "–" | "by")
                {
                    return None;
                }
            }
        }
        let end = self.with_particle(at, entry);
        Some(Hit { cue: start..end, class: entry.class, form: entry.form, after: end })
    }

    fn with_particle(&self, at: usize, entry: &Cue) -> usize {
        if entry.particles.contains(&self.lower(at + 1)) { at + 2 } else { at + 1 }
    }

    /// The source that ends before token `end`.
    fn source_left(&self, end: usize) -> Option<Range<usize>> {
        let mut end = end;
        if end == 0 {
            return None;
        }
        // "on Tuesday", "in a statement" between the subject and its verb
        for _ in 0..2 {
            let mut i = end;
            while i > 0
                && end - i < 5
                && self.quote[i - 1] == 0
                && !self.is(i - 1, &["on", "in", "at"])
                && self.tokens[i - 1].word
            {
                i -= 1;
            }
            if i > 1
                && self.is(i - 1, &["on", "in"])
                && self.is(i, &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "a"])
                && (self.lower(i) != "a" || self.is(end - 1, &["statement", "tweet", "letter", "speech", "interview"]))
            {
                end = i - 1;
            } else {
                break;
            }
        }
        if end == 0 || self.quote[end - 1] != 0 {
            return None;
        }
        if self.lower(end - 1) == "," {
            // An apposition: "Lena Ort, the minister, said".
            let mut i = end - 1;
            while i > 0
                && end - i < REACH
                && self.quote[i - 1] == 0
                && !matches!(self.lower(i - 1), "," | ";" | ":" | ".")
            {
                i -= 1;
            }
            if i == 0 || self.lower(i - 1) != "," || i + 1 >= end {
                return None;
            }
            let head = self.phrase_left(i - 1)?;
            // A clause, not a name: "…, which closed, said".
            if head.is_empty() {
                return None;
            }
            return Some(head.start..end - 1);
        }
        self.phrase_left(end)
    }

    fn phrase_left(&self, end: usize) -> Option<Range<usize>> {
        if end == 0 {
            return None;
        }
        let last = &self.tokens[end - 1];
        if self.quote[end - 1] != 0 || !last.word && last.lower != ")" {
            return None;
        }
        if last.is(PRONOUNS) {
            return Some(end - 1..end);
        }
        let mut start = end;
        let mut depth = 0;
        while start > 0 && end - start < REACH {
            let i = start - 1;
            let token = &self.tokens[i];
            if self.quote[i] != 0 {
                break;
            }
            match token.lower.as_str() {
                ")" => depth += 1,
                "(" if depth > 0 => depth -= 1,
                _ if depth > 0 => {}
                "'s" | "-" | "&" | "%" | "$" => {}
                "and" => {
                    let names = start < end
                        && (self.tokens[start].capital || self.is(start, DETERMINERS))
                        && i > 0
                        && self.tokens[i - 1].capital;
                    let nouns = start < end
                        && !self.is(start, PRONOUNS)
                        && !self.is(start, DETERMINERS)
                        && !self.tokens[start].capital
                        && i > 0
                        && self.tokens[i - 1].word
                        && self.lower(i - 1).ends_with('s');
                    if !names && !nouns {
                        break;
                    }
                }
                _ if !token.word => break,
                lower if STOPS.contains(&lower) || AUXILIARIES.contains(&lower) => break,
                lower if PRONOUNS.contains(&lower) => break,
                _ if i > 0 && !token.capital && is_cue(&token.lower) && !token.lower.ends_with('s') => break,
                _ => {}
            }
            start = i;
        }
        while start < end
            && (self.is(start, &["and", "but", "'s", "-", "also", "now", "meanwhile", "however", "still", "then"])
                || !self.tokens[start].word)
        {
            start += 1;
        }
        if start < end && self.is(start, PREPOSITIONS) {
            // "In Arden on Friday Mr. Vale": the name at the end, else what the last article opens.
            let mut i = end;
            while i > start && (self.tokens[i - 1].capital || !self.tokens[i - 1].word) {
                i -= 1;
            }
            if i == end {
                while i > start && !self.is(i, DETERMINERS) {
                    i -= 1;
                }
            }
            if i == start {
                return None;
            }
            start = i;
        }
        // "Friday the minister", "Last week Mr. Vale"
        while start < end && self.is(start, TIME_WORDS) && start + 1 < end && !self.is(start, &["this", "last"]) {
            start += 1;
        }
        (start < end && self.tokens[end - 1].lower != "," && self.tokens[start..end].iter().any(|t| t.word))
            .then_some(start..end)
    }

    /// The source that begins at token `at`.
    fn source_right(&self, at: usize) -> Option<Range<usize>> {
        let first = self.tokens.get(at)?;
        if self.quote[at] != 0 || !first.word {
            return None;
        }
        if !(first.capital
            || first.is(DETERMINERS)
            || first.is(&[
                "he",
                "she",
                "they",
                "president",
                "spokesman",
                "spokeswoman",
                "officials",
                "analysts",
                "police",
            ]))
            || first.is(TIME_WORDS)
        {
            return None;
        }
        let mut end = at;
        while end < self.tokens.len() && end - at < REACH {
            let token = &self.tokens[end];
            if self.quote[end] != 0
                || !token.word && !matches!(token.lower.as_str(), "'s" | "-" | "&" | "(" | ")")
                || end > at && token.is(STOPS) && !token.is(&["like"])
                || end > at && token.is(&["on", "during", "who", "which", "in", "at"]) && !token.is(&["in", "at"])
                || token.is(AUXILIARIES)
            {
                break;
            }
            end += 1;
        }
        if end == at {
            return None;
        }
        // An apposition
        if self.lower(end) == "," && end + 1 < self.tokens.len() && self.quote[end + 1] == 0 {
            let opens = self.is(end + 1, DETERMINERS)
                || self.is(
                    end + 1,
                    &[
                        "who",
                        "president",
                        "director",
                        "head",
                        "chief",
                        "chairman",
                        "spokesman",
                        "spokeswoman",
                        "leader",
                        "founder",
                        "executive",
                    ],
                )
                || self.lower(end + 1).starts_with(|c: char| c.is_ascii_digit());
            if opens {
                let mut i = end + 1;
                while i < self.tokens.len()
                    && i - end < REACH
                    && self.quote[i] == 0
                    && !matches!(self.lower(i), "," | "." | ";" | ":" | "?" | "!")
                {
                    i += 1;
                }
                if i == self.tokens.len() || matches!(self.lower(i), "," | "." | ";") || self.quote[i] != 0 {
                    end = i;
                }
            }
        }
        Some(at..end)
    }

    /// The subject of the sentence, for "…, adding that".
    fn first_phrase(&self, before: usize) -> Option<Range<usize>> {
        let limit = before.min(REACH);
        let mut start = 0;
        // Skip an opening adverbial: "On Friday, …".
        if self.is(0, PREPOSITIONS) || self.is(0, STOPS) {
            start = (0..limit).find(|i| self.lower(*i) == ",")? + 1;
        }
        while start < limit && (self.is(start, &["and", "but"]) || !self.tokens[start].word) {
            start += 1;
        }
        let mut end = start;
        while end < limit && self.quote[end] == 0 {
            let token = &self.tokens[end];
            if end == start && token.is(PRONOUNS) {
                return Some(end..end + 1);
            }
            if !token.word && token.lower != "'s"
                || token.is(AUXILIARIES)
                || token.is(STOPS)
                || token.is(ADVERBS)
                || !token.capital && end > start && (is_cue(&token.lower) || token.lower.ends_with("ed"))
            {
                break;
            }
            end += 1;
        }
        (end > start && end - start <= 12).then_some(start..end)
    }

    /// Where the words begin after a cue that ends before token `at`.
    fn content_start(&self, at: usize, class: Class) -> usize {
        let n = self.tokens.len();
        if at >= n || self.quote[at] != 0 {
            return at;
        }
        if self.is(at, &["that", ":"]) {
            return at + 1 - usize::from(self.lower(at) == ":");
        }
        if matches!(class, Class::Thing | Class::Thought) {
            return at;
        }
        // The word that opens a clause, unless another clause or mark comes first.
        let opener = || {
            (at..n.min(at + AHEAD)).take_while(|i| !matches!(self.lower(*i), ";" | "." | "who" | "which")).find(|i| {
                self.is(*i, &["that", ":"])
                    || self.quote[*i] != 0 && self.quote.get(i.wrapping_sub(1)).is_none_or(|q| *q == 0)
            })
        };
        let adverbial = self.is(at, PREPOSITIONS) || self.is(at, TIME_WORDS);
        if class == Class::Listener || adverbial && !matches!(self.lower(at), "of" | "for") {
            let mut end = at;
            if class == Class::Listener && self.is(at, OBJECTS) {
                end = at + 1;
            } else {
                if self.is(end, PREPOSITIONS) {
                    end += 1;
                }
                if let Some(i) = opener()
                    && self.lower(i) != ":"
                    && !(at..i).any(|j| {
                        matches!(self.lower(j), ",")
                            && class != Class::Listener
                            && self.quote[i] == 0
                            && self.lower(i) != "that"
                    })
                {
                    return if self.quote[i] != 0 && self.lower(i) != "that" {
                        // Words before the quotation belong to it when they open a clause.
                        self.clause_before(end, i)
                    } else if self.lower(i) == "that" {
                        i + 1
                    } else {
                        i
                    };
                }
                end = self.skip_phrase(end);
            }
            // A second adverbial
            let mut rounds = 0;
            while rounds < 3
                && (self.is(end, TIME_WORDS) || self.is(end, &["on", "in", "at", "during", "after", "to", "with"]))
            {
                let next = if self.is(end, TIME_WORDS) { end + 1 } else { self.skip_phrase(end + 1) };
                if next <= end {
                    break;
                }
                end = next;
                rounds += 1;
            }
            if self.is(end, &["that"]) {
                end += 1;
            }
            if self.lower(end) == "," && self.quote.get(end + 1).is_some_and(|q| *q != 0) {
                end += 1;
            }
            return end.min(n);
        }
        if self.lower(at) == "," && self.quote.get(at + 1).is_some_and(|q| *q != 0) {
            return at + 1;
        }
        at
    }

    /// Between the cue's listener and a quotation: where a clause opens, else the quotation.
    fn clause_before(&self, at: usize, quote: usize) -> usize {
        let mut i = self.skip_phrase(at);
        while i < quote && (self.is(i, TIME_WORDS) || self.lower(i) == ",") {
            i += 1;
        }
        i.min(quote)
    }

    /// Over one noun phrase.
    fn skip_phrase(&self, at: usize) -> usize {
        let n = self.tokens.len();
        let mut i = at;
        while i < n && self.is(i, DETERMINERS) && i < at + 2 {
            i += 1;
        }
        let mut capital = false;
        while i < n && i < at + 10 && self.quote[i] == 0 {
            let token = &self.tokens[i];
            if !token.word && !matches!(token.lower.as_str(), "'s" | "&" | "-") {
                break;
            }
            if token.is(PRONOUNS)
                || token.is(&["that", "to", "there", "if", "whether"])
                || i > at
                    && token.is(DETERMINERS)
                    && self.lower(i - 1) != "with"
                    && self.lower(i - 1) != "of"
                    && self.lower(i - 1) != "'s"
            {
                break;
            }
            if capital && !token.capital && !token.is(&["'s", "of", "and", "with", "on", "in", "at"]) {
                // "told Reuters", then the clause; "told CNN host Vale" goes on.
                if !(i + 1 < n && self.tokens[i + 1].capital) {
                    break;
                }
            }
            if token.is(AUXILIARIES) {
                break;
            }
            capital |= token.capital;
            i += 1;
        }
        i
    }

    /// Where the words that begin at token `start` end: before the next attribution of the sentence.
    fn content_end(&self, start: usize) -> usize {
        let n = self.tokens.len();
        let mut i = start;
        while i < n {
            if self.quote[i] != 0 {
                i += 1;
                continue;
            }
            let token = &self.tokens[i];
            if token.lower == ";" {
                return i;
            }
            if i > start && matches!(token.lower.as_str(), "," | "and" | "but" | "—") {
                let mut next = i + 1;
                if token.lower == "," && self.is(next, &["and", "but", "while", "also"]) {
                    next += 1;
                }
                if self.lower(next) == "according" {
                    return i;
                }
                if let Some(cue) = self.tokens.get(next).and_then(|t| CUES.get(&t.lower))
                    && self.quote[next] == 0
                    && !self.tokens[next].capital
                    && (matches!(cue.form, Form::Past) && cue.class != Class::Thought && token.lower != ","
                        || matches!(cue.form, Form::Ing)
                            && matches!(cue.class, Class::Speech | Class::Listener)
                            && token.lower == ",")
                {
                    return i;
                }
                // ", and she said", ", but Ort said"
                if token.lower != "—" {
                    let verb = (next + 1..n.min(next + 4))
                        .find(|j| self.lower(*j) == "said" || self.lower(*j) == "says" || self.lower(*j) == "added");
                    if let Some(verb) = verb
                        && token.lower == ","
                        && (next..verb).all(|j| self.quote[j] == 0 && self.tokens[j].word)
                        && (self.is(next, PRONOUNS) || self.tokens[next].capital)
                    {
                        return i;
                    }
                }
            }
            i += 1;
        }
        n
    }

    /// Whether what follows ", he said," goes on with his words.
    fn goes_on(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        !(token.is(&[
            "according",
            "who",
            "which",
            "in",
            "at",
            "on",
            "during",
            "after",
            "as",
            "while",
            "when",
            "referring",
            "citing",
        ]) || CUES.get(&token.lower).is_some_and(|c| matches!(c.form, Form::Ing)))
    }

    /// `according to SOURCE` at token `at`, and the first token it leaves.
    fn according(&self, at: usize, free: usize) -> Option<(Found, usize)> {
        let n = self.tokens.len();
        let mut end = at + 2;
        while end < n
            && end < at + 2 + REACH
            && self.quote[end] == 0
            && !matches!(self.lower(end), "," | "." | ";" | ":" | "—" | "–")
        {
            if end > at + 3 && self.is(end, &["who", "which", "that", "released", "published"]) {
                break;
            }
            end += 1;
        }
        if end <= at + 2 {
            return None;
        }
        let source = Some(self.bytes(at + 2..end));
        let cue = self.bytes(at..at + 2);
        let opens = at == 0 || at == 1 && self.is(0, &["but", "and", "yet", "meanwhile"]);
        if opens || free == at {
            let mut start = end;
            while start < n && self.lower(start) != "," && start < end + REACH {
                start += 1;
            }
            if start + 1 >= n {
                return None;
            }
            let stop = self.content_end(start + 1);
            let quoted = stop > 0 && self.quote[stop - 1] != 0;
            return Some((Found { source, cue, content: vec![self.content(start + 1, stop)], quoted }, start + 1));
        }
        let mut content = vec![self.content(free, at)];
        // "The heart of it, according to Vale, was a choice": an insertion.
        if self.lower(end) == "," && self.lower(at - 1) == "," && self.is(end + 1, AUXILIARIES) {
            content.push(self.content(end + 1, n));
            return Some((Found { source, cue, content, quoted: false }, n));
        }
        let quoted = self.quote[at - 1] != 0;
        Some((Found { source, cue, content, quoted }, end))
    }

    /// The bytes of tokens `start..end` without marks that belong to the frame.
    fn content(&self, start: usize, end: usize) -> Range<usize> {
        let end = end.min(self.tokens.len());
        let mut start = start;
        while start < end
            && self.quote[start] == 0
            && matches!(self.lower(start), "," | ":" | ";" | "—" | "–" | "--" | "." | ")" | "]")
        {
            start += 1;
        }
        let mut end = end;
        while end > start
            && self.quote[end - 1] == 0
            && matches!(self.lower(end - 1), "," | ":" | ";" | "—" | "–" | "--" | ".")
        {
            end -= 1;
        }
        if end <= start {
            return self.span.start..self.span.start;
        }
        let mut range = self.bytes(start..end);
        // A closing mark is the end of the quotation, even when the tokens stop before it.
        if self.quote[end - 1] != 0 {
            let quote = &self.quotes[self.quote[end - 1] as usize - 1];
            if quote.end <= self.span.end && self.text.is_char_boundary(quote.end) {
                range.end = range.end.max(quote.end);
            }
        }
        content_span(self.text, range)
    }
}

struct Hit {
    cue: Range<usize>,
    class: Class,
    form: Form,
    /// First token after the cue.
    after: usize,
}

/// Without a last full stop that stands outside quotation marks.
fn content_span(text: &str, range: Range<usize>) -> Range<usize> {
    let body = &text[range.clone()];
    let trimmed = body.trim_end();
    // A paragraph of a longer quotation opens with a mark and closes with none: its full stop stands inside.
    let goes_on =
        trimmed.starts_with(['“', '„', '«', '"']) && !trimmed.chars().skip(1).any(|c| matches!(c, '”' | '»' | '"'));
    let cut = trimmed.strip_suffix('.').filter(|_| !goes_on).unwrap_or(trimmed);
    range.start..range.start + cut.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each statement as "source | cue | content / content".
    fn check(text: &str, expected: &[&str]) {
        let got: Vec<String> = statements(text)
            .iter()
            .map(|s| {
                let words = |r: &[Range<usize>]| r.iter().map(|r| &text[r.clone()]).collect::<Vec<_>>().join(" / ");
                format!("{} | {} | {}", words(&s.source), words(&s.cue), words(&s.content))
            })
            .collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn reported_clause_follows_its_speaker() {
        check("The minister said that the ferry would sail.", &["The minister | said | the ferry would sail"]);
        check("Lena Ort, the mayor, said the port was open.", &["Lena Ort, the mayor | said | the port was open"]);
        check("Ort told reporters that the port was open.", &["Ort | told | the port was open"]);
        check("He has denied the charge.", &["He | has denied | the charge"]);
    }

    #[test]
    fn quotation_may_stand_before_its_speaker() {
        check("“We agreed,” said Lena Ort, the mayor.", &["Lena Ort, the mayor | said | “We agreed,”"]);
        check("“We agreed,” she said. “Now we build.”", &["she | said | “We agreed,” / “Now we build.”"]);
        check("“We agreed,” Ort said, “and we build.”", &["Ort | said | “We agreed,” / “and we build.”"]);
        check("The port is open, Ort said.", &["Ort | said | The port is open"]);
    }

    #[test]
    fn according_to_may_stand_on_either_side() {
        check("According to the port, two ships sank.", &["the port | According to | two ships sank"]);
        check("Two ships sank, according to the port.", &["the port | according to | Two ships sank"]);
    }

    #[test]
    fn quoted_paragraphs_go_on_with_the_same_speaker() {
        check("Ort said:\n\n“We agreed.\n\n“Now we build.”", &["Ort | said | “We agreed. / “Now we build.”"]);
    }

    #[test]
    fn text_without_speech_has_no_statement() {
        check(
            "The conversation continued for one hour and was businesslike. The fighting continues in the north.",
            &[],
        );
        check("The ferry left at noon. Claims of damage were few.", &[]);
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_lie_inside(text in "(\\PC|[ \\n“”\"',.:]|said |told |according to |Ort |the |saying |, ){0,60}") {
            for s in statements(&text) {
                for r in s.source.iter().chain(&s.cue).chain(&s.content) {
                    prop_assert!(text.get(r.clone()).is_some());
                }
            }
        }
    }
}
