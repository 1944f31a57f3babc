//! Text to tree, with every complaint pointing at the token it is about.

use super::when;
use super::{
    Clock, Content, Edge, MAX_CHARS, MAX_CLAUSES, MAX_DEPTH, Node, Phrase, Query, QueryError, Sort, State, Test,
    Window, Within,
};
use crate::tokens;
use news::article::TextKind;
use news::revision::EditRank;
use std::ops::Range;

/// Every operator, for the message that names the nearest.
const OPERATORS: [&str; 28] = [
    "title", "text", "outlet", "country", "author", "lang", "topic", "story", "url", "entity", "about", "speaker",
    "kind", "after", "before", "date", "captured", "changed", "gone", "is", "has", "rev", "edit", "near", "sort",
    "asof", "owner", "headline",
];

/// Widest `near:`.
const MAX_DISTANCE: u32 = 1000;
/// Longest pattern in bytes.
const MAX_PATTERN: usize = 300;
/// Most patterns and word beginnings in one query: each walks many terms of the index.
const MAX_WALKS: usize = 10;
/// Fewest letters before a star, where they are ASCII.
const MIN_PREFIX: usize = 2;
/// Memory one compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 18;

type Result<T> = std::result::Result<T, QueryError>;

pub(super) fn query(text: &str) -> Result<Query> {
    if let Some((at, _)) = text.char_indices().nth(MAX_CHARS) {
        return Err(error(at..text.len(), format!("the query is longer than {MAX_CHARS} characters")));
    }
    let mut parser = Parser { text, at: 0, depth: 0, clauses: 0, walks: 0, sort: None, as_of: None };
    let root = parser.either(Within::Anywhere)?;
    parser.space();
    if parser.at < text.len() {
        return Err(error(parser.at..parser.at + 1, "this bracket closes nothing; remove it or open one before"));
    }
    Ok(Query { root: root.unwrap_or(Node::All), sort: parser.sort, as_of: parser.as_of, source: text.to_owned() })
}

fn error(span: Range<usize>, message: impl Into<String>) -> QueryError {
    QueryError { message: message.into(), span }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Open brackets and minus signs around the place read.
    depth: usize,
    clauses: usize,
    walks: usize,
    sort: Option<Sort>,
    as_of: Option<jiff::Timestamp>,
}

/// One value of an operator: its text, whether it stood in quotation marks, and where.
struct Value {
    text: String,
    quoted: bool,
    span: Range<usize>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Whether the bare word `word` stands here, by itself.
    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.rest().strip_prefix(word).is_some_and(|rest| {
            rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '“' | '„' | '«'))
        });
        if found {
            self.at += word.len();
        }
        found
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error(self.at..self.text.len(), format!("brackets go deeper than {MAX_DEPTH}")));
        }
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn test(&mut self, span: Range<usize>, values: usize, test: Test) -> Result<Node> {
        self.clauses += values.max(1);
        let phrases: &[Phrase] = match &test {
            Test::Words(_, phrase) => std::slice::from_ref(phrase),
            Test::Author(phrases) | Test::Speaker(phrases) | Test::Entity(phrases) => phrases,
            _ => &[],
        };
        let starred = || phrases.iter().filter(|phrase| phrase.prefix).filter_map(|phrase| phrase.terms.last());
        if starred().any(|term| term.is_ascii() && term.len() < MIN_PREFIX) {
            return Err(error(span, format!("a star needs at least {MIN_PREFIX} letters before it")));
        }
        self.walks += starred().count() + usize::from(matches!(test, Test::Pattern(..)));
        if self.walks > MAX_WALKS {
            return Err(error(span, format!("the query has more than {MAX_WALKS} patterns and stars")));
        }
        if self.clauses > MAX_CLAUSES {
            return Err(error(span, format!("the query has more than {MAX_CLAUSES} conditions")));
        }
        Ok(Node::Test(test))
    }

    /// Branches with `OR` between them; `None` when nothing stands here.
    fn either(&mut self, within: Within) -> Result<Option<Node>> {
        let mut branches = Vec::new();
        loop {
            let start = self.at;
            let branch = self.every(within)?;
            self.space();
            let or_at = self.at;
            let or = self.takes_word("OR") || self.takes_word("|");
            match branch {
                Some(branch) => branches.push(branch),
                None if or || !branches.is_empty() => {
                    let span = if or { or_at..self.at } else { start.saturating_sub(2)..start };
                    return Err(error(span, "`OR` needs something on both sides"));
                }
                None => {}
            }
            if !or {
                break;
            }
        }
        Ok(match branches.len() {
            0 | 1 => branches.pop(),
            _ => Some(Node::Either(branches)),
        })
    }

    /// Conditions side by side; `None` when there are none.
    fn every(&mut self, within: Within) -> Result<Option<Node>> {
        let mut parts = Vec::new();
        loop {
            self.space();
            let start = self.at;
            if self.rest().is_empty() || self.peek() == Some(')') {
                break;
            }
            if self.takes_word("OR") || self.takes_word("|") {
                self.at = start;
                break;
            }
            if self.takes_word("AND") {
                continue;
            }
            if let Some(part) = self.one(within)? {
                parts.push(part);
            }
        }
        Ok(match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Node::Every(parts)),
        })
    }

    /// One condition with its minus; `None` for what sets an order or holds nothing to look for.
    fn one(&mut self, within: Within) -> Result<Option<Node>> {
        let start = self.at;
        let minus = self.rest().strip_prefix(['-', '−']).filter(|rest| rest.starts_with(|c: char| !c.is_whitespace()));
        if let Some(rest) = minus {
            self.at = self.text.len() - rest.len();
        } else if !self.takes_word("NOT") {
            return self.positive(within);
        }
        self.space();
        let inner = self.deeper(|parser| parser.one(within))?;
        match inner {
            Some(inner) => Ok(Some(Node::Not(Box::new(inner)))),
            None => Err(error(start..self.at, format!("`{}` excludes nothing", &self.text[start..self.at]))),
        }
    }

    fn positive(&mut self, within: Within) -> Result<Option<Node>> {
        let start = self.at;
        match self.peek() {
            Some('(') => {
                self.at += 1;
                self.group(start, within).map(Some)
            }
            Some('"' | '“' | '„' | '«') => {
                let value = self.quoted()?;
                self.words(within, value).map(Some)
            }
            Some('/') => self.pattern().map(Some),
            _ => match self.operator() {
                Some(name) => self.field(&name, start, within),
                None => self.bare(within),
            },
        }
    }

    /// What stands between brackets; the opening one is behind us.
    fn group(&mut self, start: usize, within: Within) -> Result<Node> {
        let inner = self.deeper(|parser| parser.either(within))?;
        self.space();
        if self.peek() != Some(')') {
            return Err(error(start..start + 1, "this bracket is not closed"));
        }
        self.at += 1;
        inner.ok_or_else(|| error(start..self.at, "these brackets hold nothing to look for"))
    }

    /// The name before a colon, if an operator may stand here; goes past the colon.
    fn operator(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic())?;
        if end == 0 || !rest[end..].starts_with(':') || rest[end..].starts_with("://") {
            return None;
        }
        self.at += end + 1;
        Some(rest[..end].to_ascii_lowercase())
    }

    fn bare(&mut self, within: Within) -> Result<Option<Node>> {
        let start = self.at;
        let value = self.run(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '“' | '„' | '«'));
        if value.is_empty() {
            // Only a mark such as `”` can stand here; it is passed over.
            self.at += self.peek().map_or(0, char::len_utf8);
            return Ok(None);
        }
        let span = start..self.at;
        if value.starts_with("http://") || value.starts_with("https://") {
            return Ok(Some(self.test(span, 1, Test::Url(vec![url_phrase(value)]))?));
        }
        match phrase(value) {
            Some(phrase) => self.test(span, 1, Test::Words(within, phrase)).map(Some),
            // A dash or an ampersand by itself is punctuation.
            None => Ok(None),
        }
    }

    fn words(&mut self, within: Within, value: Value) -> Result<Node> {
        let nothing = || error(value.span.clone(), format!("`{}` holds no word to look for", value.text));
        let mut phrase = phrase(&value.text).ok_or_else(nothing)?;
        if value.quoted && !value.text.ends_with('*') {
            phrase.prefix = false;
        }
        self.test(value.span, 1, Test::Words(within, phrase))
    }

    fn run(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let value = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += value.len();
        value
    }

    fn quoted(&mut self) -> Result<Value> {
        let start = self.at;
        let open = self.peek().expect("the caller saw the mark");
        self.at += open.len_utf8();
        let closes: &[char] = match open {
            '“' => &['”', '“', '"'],
            '„' => &['“', '”', '"'],
            '«' => &['»'],
            _ => &['"', '”'],
        };
        let rest = self.rest();
        let Some(end) = rest.find(closes) else {
            return Err(error(start..self.text.len(), "this quotation mark is not closed"));
        };
        let close = rest[end..].chars().next().expect("it was found there");
        self.at += end + close.len_utf8();
        Ok(Value { text: rest[..end].trim().to_owned(), quoted: true, span: start..self.at })
    }

    /// The values after an operator, parted by commas.
    fn values(&mut self, name: &str, start: usize) -> Result<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            let at = self.at;
            let value = match self.peek() {
                Some('"' | '“' | '„' | '«') => self.quoted()?,
                _ => {
                    let text = self.run(|c| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"' | '“' | '„' | '«'));
                    Value { text: text.to_owned(), quoted: false, span: at..self.at }
                }
            };
            if value.text.is_empty() {
                return Err(error(start..self.at, format!("`{name}:` needs a value{}", example(name))));
            }
            values.push(value);
            if values.len() > MAX_CLAUSES {
                return Err(error(start..self.at, format!("the query has more than {MAX_CLAUSES} conditions")));
            }
            if self.peek() != Some(',') {
                return Ok(values);
            }
            self.at += 1;
        }
    }

    fn field(&mut self, name: &str, start: usize, within: Within) -> Result<Option<Node>> {
        let operator = start..self.at;
        if !OPERATORS.contains(&name) {
            return Err(error(operator, unknown(name)));
        }
        match name {
            "title" | "headline" | "text" => {
                let within = if name == "text" { Within::Text } else { Within::Headline };
                if self.peek() == Some('(') {
                    self.at += 1;
                    return self.group(self.at - 1, within).map(Some);
                }
                let mut nodes = Vec::new();
                for value in self.values(name, start)? {
                    nodes.push(self.words(within, value)?);
                }
                return Ok(Some(if nodes.len() == 1 { nodes.remove(0) } else { Node::Either(nodes) }));
            }
            "near" => return self.near(start, within).map(Some),
            "owner" => {
                let message = "`owner:` is not answered yet: the archive does not hold who owns an outlet";
                return Err(error(operator, message));
            }
            _ => {}
        }
        let values = self.values(name, start)?;
        let whole = start..self.at;
        let count = values.len();
        let test = match name {
            "outlet" => Test::Outlet(values.into_iter().map(|value| value.text).collect()),
            "country" => Test::Country(each(
                &values,
                |text| {
                    let code = text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
                    code.then(|| text.to_ascii_uppercase())
                },
                "a two-letter country code such as `UA`",
            )?),
            "lang" => Test::Language(each(
                &values,
                |text| {
                    news::language::Language::parse(text)?;
                    Some(text.replace('_', "-").to_ascii_lowercase())
                },
                "a language code such as `en`",
            )?),
            "topic" => Test::Topic(values.into_iter().map(|value| value.text.to_lowercase()).collect()),
            "story" => Test::Story(each(&values, |text| text.parse().ok(), "the number of a story")?),
            "url" => Test::Url(each(
                &values,
                |text| {
                    let phrase = url_phrase(text);
                    (!phrase.terms.is_empty()).then_some(phrase)
                },
                "part of an address",
            )?),
            "kind" => Test::Kind(each(&values, TextKind::parse, &one_of(TextKind::ALL.map(TextKind::word)))?),
            "author" => Test::Author(each(&values, phrase, "a name")?),
            "speaker" => Test::Speaker(each(&values, phrase, "a name")?),
            "entity" | "about" => Test::Entity(each(&values, phrase, "a name")?),
            "is" => Test::Is(each(
                &values,
                |text| State::ALL.into_iter().find(|s| s.word() == text),
                &one_of(State::ALL.map(State::word)),
            )?),
            "has" => {
                if let Some(notes) = values.iter().find(|value| value.text == "notes") {
                    return Err(error(notes.span.clone(), "`has:notes` is not answered yet: there are no notes"));
                }
                Test::Has(each(
                    &values,
                    |text| Content::ALL.into_iter().find(|c| c.word() == text),
                    &one_of(Content::ALL.map(Content::word)),
                )?)
            }
            "edit" => Test::Edit(each(
                &values,
                EditRank::parse,
                "`cosmetic`, `minor`, `substantive`, `headline` or `retraction`",
            )?),
            "rev" => {
                let ranges = each(&values[..1], revisions, "a number of revisions such as `2`, `>1` or `<=3`")?;
                single(&values, name)?;
                Test::Revisions(ranges[0].0, ranges[0].1)
            }
            "after" | "before" => {
                single(&values, name)?;
                let edges = each(&values, |text| when::edge(text, false), TIMES)?;
                let window = match name {
                    "after" => Window { from: Some(edges[0]), to: None },
                    _ => Window { from: None, to: Some(edges[0]) },
                };
                Test::Time(Clock::Published, window)
            }
            "date" | "captured" | "changed" | "gone" => {
                single(&values, name)?;
                let clock = match name {
                    "date" => Clock::Published,
                    "captured" => Clock::Captured,
                    "changed" => Clock::Changed,
                    _ => Clock::Gone,
                };
                Test::Time(clock, each(&values, when::window, TIMES)?[0])
            }
            "sort" => {
                single(&values, name)?;
                self.outermost(name, &whole)?;
                let sorts = each(&values, Sort::parse, &one_of(Sort::ALL.map(Sort::word)))?;
                self.sort = Some(sorts[0]);
                return Ok(None);
            }
            "asof" => {
                single(&values, name)?;
                self.outermost(name, &whole)?;
                let moments = each(&values, as_of, "a time such as `2025-03-18T20:00Z` or a day, meaning its end")?;
                self.as_of = Some(moments[0]);
                return Ok(None);
            }
            _ => unreachable!("every operator of the list has its arm"),
        };
        self.test(whole, count, test).map(Some)
    }

    /// `sort:` and `asof:` speak of the whole query.
    fn outermost(&self, name: &str, span: &Range<usize>) -> Result<()> {
        if self.depth > 0 {
            let message = format!("`{name}:` stands outside of brackets, without a minus");
            return Err(error(span.clone(), message));
        }
        Ok(())
    }

    /// `near:5(ceasefire energy)`; the operator is behind us.
    fn near(&mut self, start: usize, within: Within) -> Result<Node> {
        let digits = self.run(|c| !c.is_ascii_digit());
        let wrong = |end: usize| error(start..end, "`near:` is written like `near:5(ceasefire energy)`");
        let distance: u32 = digits.parse().map_err(|_| wrong(self.at))?;
        if distance == 0 || distance > MAX_DISTANCE {
            return Err(error(start..self.at, format!("`near:` takes a distance from 1 to {MAX_DISTANCE}")));
        }
        if self.peek() != Some('(') {
            return Err(wrong(self.at));
        }
        self.at += 1;
        let inside = self.run(|c| matches!(c, '(' | ')'));
        if self.peek() != Some(')') {
            return Err(wrong(self.at));
        }
        self.at += 1;
        let mut terms: Vec<String> = tokens::tokens(inside).into_iter().map(|token| token.term).collect();
        terms.sort_unstable();
        terms.dedup();
        if terms.len() < 2 {
            return Err(error(start..self.at, "`near:` needs at least two words between its brackets"));
        }
        let count = terms.len();
        self.test(start..self.at, count, Test::Near(within, distance, terms))
    }

    /// `/pattern/` or `/pattern/i` over headlines.
    fn pattern(&mut self) -> Result<Node> {
        let start = self.at;
        let rest = &self.rest()[1..];
        let mut escaped = false;
        let end = rest.char_indices().find(|(_, c)| {
            let found = *c == '/' && !escaped;
            escaped = *c == '\\' && !escaped;
            found
        });
        let Some((end, _)) = end else {
            return Err(error(start..self.text.len(), "this pattern is not closed; write it like `/cease.?fire/i`"));
        };
        let source = rest[..end].replace("\\/", "/");
        self.at += end + 2;
        let flags = self.run(|c| !c.is_ascii_alphabetic());
        let span = start..self.at;
        if !matches!(flags, "" | "i") {
            return Err(error(span, format!("a pattern takes the flag `i` only, not `{flags}`")));
        }
        if source.is_empty() || source.len() > MAX_PATTERN {
            return Err(error(span, format!("a pattern has 1 to {MAX_PATTERN} bytes")));
        }
        let built = regex::RegexBuilder::new(&source)
            .case_insensitive(flags == "i")
            .size_limit(PATTERN_BYTES)
            .nest_limit(50)
            .build();
        let shown = self.text[span.clone()].to_owned();
        match built {
            Ok(regex) => self.test(span, 1, Test::Pattern(regex, shown)),
            Err(regex::Error::CompiledTooBig(_)) => Err(error(span, "this pattern is too large")),
            Err(_) => Err(error(span, format!("`{source}` is not a pattern; escape marks such as `(` with `\\`"))),
        }
    }
}

const TIMES: &str = "a time such as `2017-01-28`, `2017-01`, `2017-01-28T17:05Z`, or `P1W` for the last week";

fn each<T>(values: &[Value], read: impl Fn(&str) -> Option<T>, wanted: &str) -> Result<Vec<T>> {
    values
        .iter()
        .map(|value| {
            read(&value.text).ok_or_else(|| error(value.span.clone(), format!("`{}` is not {wanted}", value.text)))
        })
        .collect()
}

fn single(values: &[Value], name: &str) -> Result<()> {
    match values.get(1) {
        Some(second) => Err(error(second.span.clone(), format!("`{name}:` takes one value"))),
        None => Ok(()),
    }
}

fn one_of<const N: usize>(words: [&str; N]) -> String {
    let mut out = "one of ".to_owned();
    for (at, word) in words.iter().enumerate() {
        let joint = if at == 0 {
            ""
        } else if at + 1 == N {
            " and "
        } else {
            ", "
        };
        out.push_str(joint);
        out.push_str(&format!("`{word}`"));
    }
    out
}

fn revisions(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.parse::<u32>().ok();
    if let Some(rest) = text.strip_prefix(">=") {
        Some((number(rest)?, u32::MAX))
    } else if let Some(rest) = text.strip_prefix("<=") {
        Some((0, number(rest)?))
    } else if let Some(rest) = text.strip_prefix('>') {
        Some((number(rest)?.checked_add(1)?, u32::MAX))
    } else if let Some(rest) = text.strip_prefix('<') {
        Some((0, number(rest)?.checked_sub(1)?))
    } else {
        let exact = number(text.strip_prefix('=').unwrap_or(text))?;
        Some((exact, exact))
    }
}

/// An instant as it is; a day, month or year as its last moment.
fn as_of(text: &str) -> Option<jiff::Timestamp> {
    let (from, to) = when::period(text)?;
    if text.contains(['T', 't']) {
        return Some(from);
    }
    to.checked_sub(jiff::Span::new().milliseconds(1)).ok()
}

/// A word or several as a phrase; `None` without any term.
fn phrase(text: &str) -> Option<Phrase> {
    let tokens = tokens::tokens(text);
    let last = tokens.last()?;
    let prefix = &text[last.span.end..] == "*";
    let terms = tokens.into_iter().map(|token| token.term).collect();
    Some(Phrase { terms, prefix, shown: text.trim().trim_end_matches([',', '.', ';', ':', '!', '?']).to_owned() })
}

fn url_phrase(text: &str) -> Phrase {
    let terms = tokens::url_tokens(text).into_iter().map(|token| token.term).collect();
    Phrase { terms, prefix: false, shown: text.to_owned() }
}

fn example(name: &str) -> &'static str {
    match name {
        "outlet" => ", such as `outlet:bbc` or `outlet:\"The Courier\"`",
        "lang" => ", such as `lang:en`",
        "country" => ", such as `country:ua`",
        "after" | "before" | "date" | "captured" | "changed" | "gone" => ", such as `2017-01` or `P1W`",
        "is" => ", such as `is:edited`",
        "has" => ", such as `has:quotes`",
        "sort" => ", such as `sort:new`",
        _ => "; no space may stand after the colon",
    }
}

fn unknown(name: &str) -> String {
    let nearest = OPERATORS
        .iter()
        .filter(|known| !matches!(**known, "owner" | "headline"))
        .map(|known| (distance(name, known), known))
        .min()
        .filter(|(distance, known)| *distance <= 2 && *distance < known.len());
    match nearest {
        Some((_, known)) => format!("`{name}:` is no operator; did you mean `{known}:`?"),
        None => format!("`{name}:` is no operator; put it in quotation marks to look for the words"),
    }
}

/// Edit distance with swaps of neighbours, for names of a few letters.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(20).collect(), b.chars().collect());
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

impl From<jiff::Timestamp> for Edge {
    fn from(at: jiff::Timestamp) -> Self {
        Edge::At(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fails(text: &str, token: &str, says: &str) {
        let error = Query::parse(text).unwrap_err();
        assert_eq!(&text[error.span.clone()], token, "{text}: {}", error.message);
        assert!(error.message.contains(says), "{text}: {}", error.message);
    }

    #[test]
    fn errors_name_the_token_and_the_way_out() {
        fails("kremlin outlett:bbc", "outlett:", "did you mean `outlet:`");
        fails("oulet:bbc", "oulet:", "did you mean `outlet:`");
        fails("zzzzzz:x", "zzzzzz:", "quotation marks");
        fails("a \"b c", "\"b c", "not closed");
        fails("(a b", "(", "not closed");
        fails("a) b", ")", "closes nothing");
        fails("()", "()", "hold nothing");
        fails("a OR", "OR", "both sides");
        fails("OR a", "OR", "both sides");
        fails("a kind:nws", "nws", "`news`, `analysis`");
        fails("is:red", "red", "`unread`");
        fails("lang:english-language", "english-language", "language code");
        fails("country:russia", "russia", "two-letter");
        fails("after:yesterday", "yesterday", "2017-01-28");
        fails("outlet:", "outlet:", "needs a value");
        fails("outlet: bbc", "outlet:", "needs a value");
        fails("rev:many", "many", "`>1`");
        fails("near:5", "near:5", "near:5(ceasefire energy)");
        fails("near:0(a b)", "near:0", "from 1");
        fails("near:5(a)", "near:5(a)", "two words");
        fails("/a(/", "/a(/", "not a pattern");
        fails("/a", "/a", "not closed");
        fails("/a/x", "/a/x", "flag");
        fails("-sort:new", "sort:new", "outside");
        fails("owner:x", "owner:", "not answered yet");
        fails("has:notes", "notes", "not answered yet");
        fails("\"—\"", "\"—\"", "no word");
        fails("ceasefire s*", "s*", "at least 2 letters");
        fails(&format!("{}zz*", "aa* ".repeat(10)), "zz*", "more than 10");
        fails("asof:soon", "soon", "a time");
    }

    #[test]
    fn queries_stay_within_their_bounds() {
        assert!(Query::parse(&"a ".repeat(150)).is_ok());
        fails(&format!("{}zz", "a ".repeat(200)), "zz", "more than 200");
        assert!(Query::parse(&"(".repeat(40)).is_err());
        assert!(Query::parse(&format!("{}a", "-".repeat(1500))).is_err());
        assert!(Query::parse(&"x".repeat(MAX_CHARS + 1)).is_err());
        let lots = format!("outlet:{}", vec!["a"; 201].join(","));
        assert!(Query::parse(&lots).is_err());
    }

    #[test]
    fn plain_marks_and_times_of_day_are_words() {
        for text in ["", "  ", "a & b", "a - b", "10:30", "https://a.example/x", "AND", "a|b", "a | b", "”"] {
            assert!(Query::parse(text).is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in "\\PC{0,80}") {
            if let Err(error) = Query::parse(&text) {
                prop_assert!(text.get(error.span).is_some());
            }
        }

        #[test]
        fn parse_never_panics_on_pieces_of_the_language(
            parts in prop::collection::vec(prop::sample::select(vec![
                "a", "\"", "“", "”", "(", ")", "-", "OR", "AND", "NOT", " ", " ", "title:", "outlet:", "near:3(", "/x", "/",
                "date:", "2017", "-01", "/P1W", "rev:>", "1", ",", "is:", "copy", "sort:new", "asof:2017", "é", "*", "kind:", "|",
            ]), 0..25)
        ) {
            let text: String = parts.concat();
            if let Err(error) = Query::parse(&text) {
                prop_assert!(text.get(error.span).is_some(), "{}", text);
            }
        }
    }
}
