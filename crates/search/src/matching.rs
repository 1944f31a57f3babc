//! A query against one document, read from end to end: the plain meaning that the index must agree with,
//! and the reasons shown beside a hit.

use crate::document::Document;
use crate::query::{Clock, Content, Node, Phrase, Query, State, Test, Within, outlet_key};
use crate::tokens::{self, Token};
use jiff::Timestamp;
use news::article::Held;
use news::revision::EditRank;
use std::ops::Range;

/// Bytes of a headline that a pattern looks at.
const PATTERN_HEADLINE_BYTES: usize = 2000;
/// Sentences given for one text.
const SNIPPETS: usize = 3;
/// Occurrences reported for one document.
const FOUND: usize = 20;

/// Why a document matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Because {
    /// The words that were found, as printed, first occurrences first; twenty at most.
    pub found: Vec<Found>,
    /// The other conditions it fulfils, in words: `outlet is The Courier`.
    pub facts: Vec<String>,
}

/// Words found in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As printed.
    pub words: String,
    /// Where.
    pub place: Place,
    /// Byte range in the headline or the text.
    pub span: Range<usize>,
    /// Byte range of the sentence around it; the whole headline there.
    pub sentence: Range<usize>,
}

/// Where words were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In the headline.
    Headline,
    /// In the text.
    Text,
}

/// One sentence of a text that holds words of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// Byte range of the sentence.
    pub sentence: Range<usize>,
    /// Byte ranges of the words in it, in order, without overlap.
    pub words: Vec<Range<usize>>,
}

/// A document with its words cut once.
struct Reading<'a> {
    document: &'a Document,
    now: Timestamp,
    headline: Vec<Token>,
    text: Vec<Token>,
}

impl Query {
    /// Whether a document fulfils the query at `now`, by reading it from end to end.
    pub fn matches(&self, document: &Document, now: Timestamp) -> bool {
        !self.leaves_out(document) && Reading::of(document, now).fulfils(&self.root)
    }

    /// What no condition is asked of: removed documents, and those captured later than `asof:`.
    fn leaves_out(&self, document: &Document) -> bool {
        document.removed || self.as_of.is_some_and(|as_of| millis(document.captured_at) > millis(as_of))
    }

    /// Why a document matches; `None` when it does not. `name` gives an outlet's printed name, as in
    /// [`Query::in_words`].
    pub fn because(
        &self,
        document: &Document,
        now: Timestamp,
        name: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Because> {
        if self.leaves_out(document) {
            return None;
        }
        let reading = Reading::of(document, now);
        if !reading.fulfils(&self.root) {
            return None;
        }
        let mut because = Because::default();
        let mut found: Vec<(Place, Range<usize>)> = Vec::new();
        reading.collect(&self.root, name, &mut found, &mut because.facts);
        found.sort_by_key(|(place, span)| (*place, span.start, span.end));
        found.dedup();
        found.truncate(FOUND);
        let sentences = if found.iter().any(|(place, _)| *place == Place::Text) {
            news::text::sentences(&document.text)
        } else {
            Vec::new()
        };
        because.found = found
            .into_iter()
            .map(|(place, span)| match place {
                Place::Headline => Found {
                    words: document.headline[span.clone()].to_owned(),
                    place,
                    span,
                    sentence: 0..document.headline.len(),
                },
                Place::Text => Found {
                    words: document.text[span.clone()].to_owned(),
                    place,
                    sentence: around(&sentences, &span),
                    span,
                },
            })
            .collect();
        Some(because)
    }
}

/// The sentences of a text that hold most of a query's words, three at most, in the order of the text.
/// Words under a minus and conditions on other fields count for nothing; empty when no word is found.
pub fn snippets(text: &str, query: &Query) -> Vec<Snippet> {
    let tokens = tokens::tokens(text);
    let mut wanted = Vec::new();
    text_tests(&query.root, &mut wanted);
    // Each condition with where it occurs, so that a sentence with two of them beats one with one twice.
    let mut occurrences: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, test) in wanted.iter().enumerate() {
        occurrences.extend(occurrences_in(test, &tokens).into_iter().map(|span| (at, span)));
    }
    if occurrences.is_empty() {
        return Vec::new();
    }
    occurrences.sort_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)));
    let mut snippets: Vec<(usize, Snippet)> = Vec::new();
    let mut next = occurrences.as_slice();
    for sentence in news::text::sentences(text) {
        let behind = next.iter().take_while(|(_, span)| span.start < sentence.start).count();
        let inside = next[behind..].iter().take_while(|(_, span)| span.start < sentence.end).count();
        let here = &next[behind..behind + inside];
        next = &next[behind + inside..];
        if here.is_empty() {
            continue;
        }
        let mut conditions: Vec<usize> = here.iter().map(|(at, _)| *at).collect();
        conditions.sort_unstable();
        conditions.dedup();
        let mut words: Vec<Range<usize>> = Vec::new();
        for (_, span) in here {
            let span = span.start..span.end.min(sentence.end);
            if words.last().is_none_or(|last| span.start >= last.end) {
                words.push(span);
            }
        }
        snippets.push((conditions.len(), Snippet { sentence, words }));
    }
    snippets.sort_by_key(|(conditions, _)| std::cmp::Reverse(*conditions));
    snippets.truncate(SNIPPETS);
    let mut snippets: Vec<Snippet> = snippets.into_iter().map(|(_, snippet)| snippet).collect();
    snippets.sort_by_key(|snippet| snippet.sentence.start);
    snippets
}

/// The conditions on words of the text that are not under a minus.
fn text_tests<'a>(node: &'a Node, out: &mut Vec<&'a Test>) {
    match node {
        Node::Every(parts) | Node::Either(parts) => parts.iter().for_each(|part| text_tests(part, out)),
        Node::Test(test @ (Test::Words(within, _) | Test::Near(within, ..))) if *within != Within::Headline => {
            out.push(test);
        }
        Node::Test(test @ Test::Entity(_)) => out.push(test),
        Node::Test(_) | Node::Not(_) | Node::All => {}
    }
}

fn occurrences_in(test: &Test, tokens: &[Token]) -> Vec<Range<usize>> {
    match test {
        Test::Words(_, phrase) => phrase_spans(phrase, tokens),
        Test::Entity(phrases) => phrases.iter().flat_map(|phrase| phrase_spans(phrase, tokens)).collect(),
        Test::Near(_, distance, terms) => near_spans(*distance, terms, tokens),
        _ => Vec::new(),
    }
}

fn around(sentences: &[Range<usize>], span: &Range<usize>) -> Range<usize> {
    let after = sentences.partition_point(|sentence| sentence.start <= span.start);
    sentences.get(after.saturating_sub(1)).filter(|s| s.end >= span.start).cloned().unwrap_or_else(|| span.clone())
}

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

impl<'a> Reading<'a> {
    fn of(document: &'a Document, now: Timestamp) -> Self {
        let (headline, text) = (tokens::tokens(&document.headline), tokens::tokens(&document.text));
        Reading { document, now, headline, text }
    }

    fn fulfils(&self, node: &Node) -> bool {
        match node {
            Node::All => true,
            Node::Every(parts) => parts.iter().all(|part| self.fulfils(part)),
            Node::Either(parts) => parts.iter().any(|part| self.fulfils(part)),
            Node::Not(inner) => !self.fulfils(inner),
            Node::Test(test) => self.passes(test),
        }
    }

    fn places(&self, within: Within) -> impl Iterator<Item = (Place, &[Token])> {
        let headline = (within != Within::Text).then_some((Place::Headline, self.headline.as_slice()));
        let text = (within != Within::Headline).then_some((Place::Text, self.text.as_slice()));
        headline.into_iter().chain(text)
    }

    fn passes(&self, test: &Test) -> bool {
        let document = self.document;
        match test {
            Test::Words(within, phrase) => self.places(*within).any(|(_, tokens)| holds(phrase, tokens)),
            Test::Near(within, distance, terms) => {
                self.places(*within).any(|(_, tokens)| near(*distance, &positions(terms, tokens)))
            }
            Test::Pattern(pattern, _) => pattern.is_match(pattern_headline(&document.headline)),
            Test::Outlet(values) => {
                let keys = outlet_keys(document);
                values.iter().any(|value| keys.contains(&outlet_key(value)))
            }
            Test::Country(values) => {
                document.country.as_ref().is_some_and(|country| values.contains(&country.to_ascii_uppercase()))
            }
            Test::Author(phrases) => names_hold(phrases, &document.authors),
            Test::Language(values) => language_keys(document).iter().any(|key| values.contains(key)),
            Test::Topic(values) => document.topics.iter().any(|topic| values.contains(&topic.to_lowercase())),
            Test::Story(values) => document.story.is_some_and(|story| values.contains(&story)),
            Test::Url(phrases) => {
                let tokens = tokens::url_tokens(&document.url);
                phrases.iter().any(|phrase| holds(phrase, &tokens))
            }
            Test::Kind(values) => values.contains(&document.kind),
            Test::Speaker(phrases) => names_hold(phrases, &document.speakers),
            Test::Entity(phrases) => {
                names_hold(phrases, &document.names)
                    || phrases.iter().any(|p| self.places(Within::Anywhere).any(|(_, tokens)| holds(p, tokens)))
            }
            Test::Time(clock, window) => time_of(document, *clock).is_some_and(|at| window.holds(millis(at), self.now)),
            Test::Is(values) => states(document).iter().any(|state| values.contains(state)),
            Test::Has(values) => contents(document).iter().any(|content| values.contains(content)),
            Test::Revisions(from, to) => (*from..=*to).contains(&document.revisions),
            Test::Edit(values) => document.edits.iter().any(|rank| values.contains(rank)),
        }
    }

    /// Gathers what is true of the document, under no minus.
    fn collect(
        &self,
        node: &Node,
        names: &dyn Fn(&str) -> Option<String>,
        found: &mut Vec<(Place, Range<usize>)>,
        facts: &mut Vec<String>,
    ) {
        match node {
            Node::All | Node::Not(_) => {}
            Node::Every(parts) => parts.iter().for_each(|part| self.collect(part, names, found, facts)),
            Node::Either(parts) => {
                for part in parts.iter().filter(|part| self.fulfils(part)) {
                    self.collect(part, names, found, facts);
                }
            }
            Node::Test(test) => {
                let before = found.len();
                let within = match test {
                    Test::Words(within, _) | Test::Near(within, ..) => Some(*within),
                    Test::Entity(_) => Some(Within::Anywhere),
                    _ => None,
                };
                if let Some(within) = within {
                    for (place, tokens) in self.places(within) {
                        found.extend(occurrences_in(test, tokens).into_iter().map(|span| (place, span)).take(FOUND));
                    }
                }
                if let Test::Pattern(pattern, _) = test
                    && let Some(hit) = pattern.find(pattern_headline(&self.document.headline))
                {
                    found.push((Place::Headline, hit.range()));
                }
                if found.len() == before {
                    let fact = crate::query::say_test(test, names);
                    if !facts.contains(&fact) {
                        facts.push(fact);
                    }
                }
            }
        }
    }
}

fn names_hold(phrases: &[Phrase], names: &[String]) -> bool {
    names.iter().any(|name| {
        let tokens = tokens::tokens(name);
        phrases.iter().any(|phrase| holds(phrase, &tokens))
    })
}

fn holds(phrase: &Phrase, tokens: &[Token]) -> bool {
    starts(phrase, tokens).next().is_some()
}

fn phrase_spans(phrase: &Phrase, tokens: &[Token]) -> Vec<Range<usize>> {
    let length = phrase.terms.len();
    starts(phrase, tokens).map(|at| tokens[at].span.start..tokens[at + length - 1].span.end).collect()
}

/// The positions at which a phrase begins.
fn starts<'t>(phrase: &'t Phrase, tokens: &'t [Token]) -> impl Iterator<Item = usize> + 't {
    let last = phrase.terms.len().wrapping_sub(1);
    tokens.windows(phrase.terms.len().max(1)).enumerate().filter_map(move |(at, window)| {
        let fits = phrase.terms.iter().zip(window).enumerate().all(|(i, (term, token))| {
            if phrase.prefix && i == last { token.term.starts_with(term) } else { token.term == *term }
        });
        (fits && !phrase.terms.is_empty()).then_some(at)
    })
}

/// Where each term stands, as lists of ascending positions.
fn positions(terms: &[String], tokens: &[Token]) -> Vec<Vec<u32>> {
    terms
        .iter()
        .map(|term| (0u32..).zip(tokens).filter(|(_, token)| token.term == *term).map(|(at, _)| at).collect())
        .collect()
}

/// Whether one position can be taken of each list so that the outermost are at most `distance` apart.
pub(crate) fn near(distance: u32, lists: &[Vec<u32>]) -> bool {
    closest(distance, lists).is_some()
}

/// The first such choice, as its outermost positions.
fn closest(distance: u32, lists: &[Vec<u32>]) -> Option<(u32, u32)> {
    let mut at = vec![0usize; lists.len()];
    loop {
        let mut low: Option<(u32, usize)> = None;
        let mut high = 0;
        for (list, positions) in lists.iter().enumerate() {
            let position = *positions.get(at[list])?;
            high = high.max(position);
            if low.is_none_or(|(low, _)| position < low) {
                low = Some((position, list));
            }
        }
        let (low, list) = low?;
        if high - low <= distance {
            return Some((low, high));
        }
        // Only moving the lowest can bring them closer.
        at[list] += 1;
    }
}

fn near_spans(distance: u32, terms: &[String], tokens: &[Token]) -> Vec<Range<usize>> {
    let lists = positions(terms, tokens);
    let Some((low, high)) = closest(distance, &lists) else { return Vec::new() };
    let (low, high) = (low as usize, high as usize);
    tokens[low..=high].iter().filter(|token| terms.contains(&token.term)).map(|token| token.span.clone()).collect()
}

/// What of a headline a pattern looks at, in the index as here.
pub(crate) fn pattern_headline(headline: &str) -> &str {
    let mut end = headline.len().min(PATTERN_HEADLINE_BYTES);
    while !headline.is_char_boundary(end) {
        end -= 1;
    }
    &headline[..end]
}

/// What `outlet:` compares with.
pub(crate) fn outlet_keys(document: &Document) -> Vec<String> {
    let mut keys = vec![outlet_key(&document.outlet), outlet_key(&document.outlet_name)];
    keys.retain(|key| !key.is_empty());
    keys.dedup();
    keys
}

/// `en-GB` is found as `en` and as `en-gb`.
pub(crate) fn language_keys(document: &Document) -> Vec<String> {
    let Some(language) = &document.language else { return Vec::new() };
    let tag = language.to_string().to_ascii_lowercase();
    let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
    ends.map(|end| tag[..end].to_owned()).collect()
}

pub(crate) fn time_of(document: &Document, clock: Clock) -> Option<Timestamp> {
    match clock {
        Clock::Published => document.published_at,
        Clock::Captured => Some(document.captured_at),
        Clock::Changed => Some(document.changed_at),
        Clock::Gone => document.gone_at,
    }
}

pub(crate) fn states(document: &Document) -> Vec<State> {
    let holds = |state: &State| match state {
        State::Unread => document.unread,
        State::Starred => document.starred,
        State::Copy => document.copy,
        State::Original => !document.copy,
        State::Partial => document.held == Held::Partial,
        State::Gone => document.gone_at.is_some(),
        State::Edited => document.edits.iter().any(|rank| *rank > EditRank::Cosmetic),
    };
    State::ALL.into_iter().filter(holds).collect()
}

pub(crate) fn contents(document: &Document) -> Vec<Content> {
    let holds = |content: &Content| match content {
        Content::FullText => document.held == Held::Full,
        Content::Quotes => document.has_quotes,
        Content::Numbers => document.has_numbers,
        Content::Readout => document.has_readout,
    };
    Content::ALL.into_iter().filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use news::id::ArticleId;

    fn document() -> Document {
        let at: Timestamp = "2017-01-28T20:00:00Z".parse().unwrap();
        Document {
            headline: "Both capitals call first talks ‘warm’".to_owned(),
            text: "The presidents spoke for an hour. The palace says a ceasefire was discussed, and energy prices.\n\n\
                   “We shall meet,” the palace’s spokesman said. Iran’s offer was not mentioned."
                .to_owned(),
            outlet: "the-courier".to_owned(),
            outlet_name: "The Courier".to_owned(),
            language: news::language::Language::parse("en-GB"),
            published_at: Some(at),
            authors: vec!["Ana Ruiz".to_owned()],
            url: "https://www.courier.example/world/2017/talks".to_owned(),
            ..Document::new(ArticleId(1), at)
        }
    }

    fn check(query: &str, expected: bool) {
        let now: Timestamp = "2017-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(Query::parse(query).unwrap().matches(&document(), now), expected, "{query}");
    }

    #[test]
    fn words_and_phrases_are_found_where_they_stand() {
        check("ceasefire PALACE", true);
        check("\"the palace says\"", true);
        check("\"palace ceasefire\"", false);
        check("iran", true);
        check("\"Iran's offer\"", true);
        check("title:warm -text:warm", true);
        check("title:(both talks) text:palace", true);
        check("title:palace", false);
        check("capit*", true);
        check("\"first tal*\"", true);
        check("near:5(ceasefire energy)", true);
        check("near:2(ceasefire energy)", false);
        check("near:50(warm energy)", false);
        check("/warm.$/ -/Warm/", true);
        check("/Warm/i", true);
    }

    #[test]
    fn fields_are_compared_as_people_write_them() {
        check("outlet:courier", true);
        check("outlet:\"the courier\" outlet:thecourier outlet:x,The-Courier", true);
        check("outlet:couriers", false);
        check("lang:en lang:en-gb -lang:en-us", true);
        check("author:ruiz author:\"ana ruiz\" -author:\"ruiz ana\"", true);
        check("url:courier.example/world", true);
        check("https://www.courier.example/world/2017/talks", true);
        check("date:2017-01 date:P1W -date:P1D after:2017-01-28 before:2017-01-29", true);
        check("-gone:2017 is:original -is:copy rev:1 -rev:>1", true);
        check("kind:opinion OR kind:news", true);
        check("asof:2017-01-28", true);
        check("asof:2017-01-27", false);
    }

    #[test]
    fn reasons_are_printed_words_with_their_sentences() {
        let now: Timestamp = "2017-02-01T00:00:00Z".parse().unwrap();
        let document = document();
        let query = Query::parse("(palace OR nowhere) talks outlet:courier -opinion").unwrap();
        let because = query.because(&document, now, &|_| Some("The Courier".to_owned())).unwrap();
        assert_eq!(because.facts, ["outlet is The Courier"]);
        let found: Vec<(&str, Place)> = because.found.iter().map(|f| (f.words.as_str(), f.place)).collect();
        assert_eq!(found, [("talks", Place::Headline), ("palace", Place::Text), ("palace", Place::Text)]);
        assert_eq!(&document.text[because.found[2].sentence.clone()], "“We shall meet,” the palace’s spokesman said.");
        assert_eq!(Query::parse("nowhere").unwrap().because(&document, now, &|_| None), None);
    }

    #[test]
    fn snippets_are_the_sentences_that_hold_most() {
        let document = document();
        let query = Query::parse("palace energy -hour title:warm").unwrap();
        let got: Vec<(&str, Vec<&str>)> = snippets(&document.text, &query)
            .into_iter()
            .map(|s| (&document.text[s.sentence], s.words.into_iter().map(|w| &document.text[w]).collect()))
            .collect();
        assert_eq!(
            got,
            [
                ("The palace says a ceasefire was discussed, and energy prices.", vec!["palace", "energy"]),
                ("“We shall meet,” the palace’s spokesman said.", vec!["palace"]),
            ]
        );
        assert!(snippets(&document.text, &Query::all()).is_empty());
    }
}
