//! The search language, parsed into one tree for every use.
//!
//! | form | meaning |
//! | --- | --- |
//! | `word word`, `"exact phrase"`, `word*`, `-word`, `OR`, `( )` | all words, phrase, beginning, without, either, grouping |
//! | `title:` `text:` `outlet:` `country:` `author:` `lang:` `topic:` `story:` `url:` `kind:` | fields; several values with commas = any of them |
//! | `entity:` or `about:`, `speaker:` | who or what is named; who is quoted |
//! | `after:` `before:` `date:2017-01/2017-03` `date:P1W` | the outlet's time |
//! | `captured:` `changed:` `gone:` | our clock: first seen, last changed, disappeared |
//! | `is:` `has:` `rev:>1` `edit:headline` | state, contents, history of revisions |
//! | `near:5(ceasefire energy)`, `/regex/i` | words close together; a pattern over headlines |
//! | `sort:new`, `asof:` | order; the archive as known at a time |
//!
//! Words stand side by side for "and", which binds tighter than `OR`. An operator that is not known is an
//! error, never a word to look for.

mod parse;
mod say;
pub(crate) mod when;

pub(crate) use say::test as say_test;

use jiff::{Span, Timestamp};
use news::article::TextKind;
use news::id::StoryId;
use news::revision::EditRank;
use std::ops::Range;

/// Longest query in characters.
pub(crate) const MAX_CHARS: usize = 2000;
/// Deepest nesting of brackets and minus signs.
pub(crate) const MAX_DEPTH: usize = 32;
/// Most single conditions, each value of a list counted.
pub(crate) const MAX_CLAUSES: usize = 200;

/// A query as understood.
#[derive(Clone, Debug)]
pub struct Query {
    /// What a document must fulfil.
    pub root: Node,
    /// The order asked for; `None` leaves it to the caller (newest first).
    pub sort: Option<Sort>,
    /// The moment whose knowledge is asked for. The caller shows revisions captured by then; here it
    /// only keeps out articles first captured later.
    pub as_of: Option<Timestamp>,
    pub(crate) source: String,
}

/// One branch of the tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// Every document.
    All,
    /// All of these.
    Every(Vec<Node>),
    /// At least one of these.
    Either(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// One condition.
    Test(Test),
}

/// One condition; where it holds a list, any value of it will do.
#[derive(Clone, Debug)]
pub enum Test {
    /// A word or phrase in the headline or the text.
    Words(Within, Phrase),
    /// All these terms, at most so many words apart, in the same place.
    Near(Within, u32, Vec<String>),
    /// A pattern over the headline, with its source as written.
    Pattern(regex::Regex, String),
    /// `outlet:` a slug or name.
    Outlet(Vec<String>),
    /// `country:` ISO codes in capitals.
    Country(Vec<String>),
    /// `author:` words of a writer's name.
    Author(Vec<Phrase>),
    /// `lang:` language tags in lower case; `en` holds `en-GB`.
    Language(Vec<String>),
    /// `topic:` slugs.
    Topic(Vec<String>),
    /// `story:` numbers.
    Story(Vec<StoryId>),
    /// `url:` parts of the address.
    Url(Vec<Phrase>),
    /// `kind:` sorts of text.
    Kind(Vec<TextKind>),
    /// `speaker:` words of the name of someone quoted.
    Speaker(Vec<Phrase>),
    /// `entity:`, `about:` a name among those found, or the same words in headline or text.
    Entity(Vec<Phrase>),
    /// A time inside a window; a document without that time fails.
    Time(Clock, Window),
    /// `is:`.
    Is(Vec<State>),
    /// `has:`.
    Has(Vec<Content>),
    /// `rev:` number of the latest revision, from and to, both included.
    Revisions(u32, u32),
    /// `edit:` ranks that occurred in its history.
    Edit(Vec<EditRank>),
}

/// Where words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Within {
    /// In the headline or in the text.
    Anywhere,
    /// In the headline.
    Headline,
    /// In the text.
    Text,
}

/// One word or several that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The terms in order, at least one.
    pub terms: Vec<String>,
    /// The last term is only a beginning (`sanction*`).
    pub prefix: bool,
    /// As written, without quotation marks.
    pub shown: String,
}

/// Which of a document's times is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// When the outlet says it was published.
    Published,
    /// When we first had it.
    Captured,
    /// When its latest revision came.
    Changed,
    /// When it was found gone.
    Gone,
}

/// A stretch of time: from the first edge on, up to but not including the second.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Where it begins; open when `None`.
    pub from: Option<Edge>,
    /// Where it ends; open when `None`.
    pub to: Option<Edge>,
}

/// One end of a window.
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    /// A moment.
    At(Timestamp),
    /// So long before now.
    Ago(Span),
}

/// What a document is, for `is:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Not read by the owner.
    Unread,
    /// Starred by the owner.
    Starred,
    /// Repeats another text.
    Copy,
    /// Repeats no other text.
    Original,
    /// Held in part only.
    Partial,
    /// Gone from its outlet.
    Gone,
    /// Changed by more than cosmetics after its first revision.
    Edited,
}

impl State {
    /// Every state, in the order shown.
    pub const ALL: [State; 7] =
        [State::Unread, State::Starred, State::Copy, State::Original, State::Partial, State::Gone, State::Edited];

    /// The word used in queries.
    pub fn word(self) -> &'static str {
        match self {
            State::Unread => "unread",
            State::Starred => "starred",
            State::Copy => "copy",
            State::Original => "original",
            State::Partial => "partial",
            State::Gone => "gone",
            State::Edited => "edited",
        }
    }
}

/// What a document holds, for `has:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// The whole text.
    FullText,
    /// Quotations.
    Quotes,
    /// Numbers.
    Numbers,
    /// An official account of a contact.
    Readout,
}

impl Content {
    /// Every content, in the order shown.
    pub const ALL: [Content; 4] = [Content::FullText, Content::Quotes, Content::Numbers, Content::Readout];

    /// The word used in queries.
    pub fn word(self) -> &'static str {
        match self {
            Content::FullText => "fulltext",
            Content::Quotes => "quotes",
            Content::Numbers => "numbers",
            Content::Readout => "readout",
        }
    }
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Newest first, by the outlet's time, else by our capture.
    #[default]
    New,
    /// Oldest first.
    Old,
    /// Best match first.
    Relevance,
    /// In the order in which we first had them.
    First,
    /// Last changed first.
    Edited,
}

impl Sort {
    /// Every order, in the order shown.
    pub const ALL: [Sort; 5] = [Sort::New, Sort::Old, Sort::Relevance, Sort::First, Sort::Edited];

    /// The word used in queries and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Sort::New => "new",
            Sort::Old => "old",
            Sort::Relevance => "relevance",
            Sort::First => "first",
            Sort::Edited => "edited",
        }
    }

    /// Reads [`Sort::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.word() == word)
    }
}

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// One sentence that names the token and the way out.
    pub message: String,
    /// Byte range in the query.
    pub span: Range<usize>,
}

impl Query {
    /// Reads a query. The empty one finds everything.
    ///
    /// Fails on unknown operators (naming the nearest known one), values an operator does not take,
    /// brackets and quotation marks left open, and queries past `MAX_CHARS`, `MAX_DEPTH` or
    /// `MAX_CLAUSES`; never panics.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        parse::query(text)
    }

    /// The query that finds everything.
    pub fn all() -> Query {
        Query { root: Node::All, sort: None, as_of: None, source: String::new() }
    }

    /// The query as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it sets no condition at all.
    pub fn is_all(&self) -> bool {
        matches!(self.root, Node::All) && self.as_of.is_none()
    }

    /// The query read back: `outlet is The Guardian, contains “Kremlin says”, English, 1 Jan to 28 Feb 2017`.
    /// `name` gives an outlet's printed name for a slug or name as typed, where known.
    pub fn in_words(&self, name: &dyn Fn(&str) -> Option<String>) -> String {
        say::query(self, name)
    }
}

/// What an outlet's slug or name is compared by: its slug without hyphens and without a leading "the";
/// the folded name where no Latin letter is in it.
pub(crate) fn outlet_key(name: &str) -> String {
    let plain = news::outlet::slug(name).replace('-', "");
    if plain.is_empty() {
        return crate::tokens::fold(name.trim());
    }
    match plain.strip_prefix("the") {
        Some(rest) if rest.len() >= 3 => rest.to_owned(),
        _ => plain,
    }
}
