//! One article as search sees it: its latest revision and what is known around it.

use jiff::Timestamp;
use news::article::{Held, TextKind};
use news::id::{ArticleId, StoryId};
use news::language::Language;
use news::revision::EditRank;

/// One article as search sees it. Unknown is `None` or empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Whose document it is; a later document of the same article replaces it.
    pub article: ArticleId,
    /// The article left the archive: it leaves the index, and nothing else here is read.
    pub removed: bool,
    /// Headline of the latest revision.
    pub headline: String,
    /// Plain text of the latest revision.
    pub text: String,
    /// Slug of the outlet.
    pub outlet: String,
    /// The outlet's name as printed.
    pub outlet_name: String,
    /// ISO 3166-1 alpha-2 code of the outlet's country.
    pub country: Option<String>,
    /// Language of the text.
    pub language: Option<Language>,
    /// What sort of text it is.
    pub kind: TextKind,
    /// How much of it is held.
    pub held: Held,
    /// The writers.
    pub authors: Vec<String>,
    /// The article's address.
    pub url: String,
    /// The story it stands in.
    pub story: Option<StoryId>,
    /// Slugs of the topics it belongs to.
    pub topics: Vec<String>,
    /// When the outlet says it was published.
    pub published_at: Option<Timestamp>,
    /// Our clock: when its first revision came.
    pub captured_at: Timestamp,
    /// Our clock: when its latest revision came.
    pub changed_at: Timestamp,
    /// Our clock: when it was first found gone; `None` while it is there.
    pub gone_at: Option<Timestamp>,
    /// Number of its latest revision, 1 for the first.
    pub revisions: u32,
    /// The ranks of its edits so far, in any order.
    pub edits: Vec<EditRank>,
    /// It repeats another text.
    pub copy: bool,
    /// The owner has not read it.
    pub unread: bool,
    /// The owner starred it.
    pub starred: bool,
    /// It quotes somebody.
    pub has_quotes: bool,
    /// It states numbers.
    pub has_numbers: bool,
    /// It stands in a story with an official account of a contact, or is one.
    pub has_readout: bool,
    /// Who is quoted, as named.
    pub speakers: Vec<String>,
    /// People, places and bodies it names.
    pub names: Vec<String>,
}

impl Document {
    /// A document of which only the article and the time of its capture are known; the rest is filled
    /// in by the caller.
    pub fn new(article: ArticleId, captured_at: Timestamp) -> Self {
        Document {
            article,
            removed: false,
            headline: String::new(),
            text: String::new(),
            outlet: String::new(),
            outlet_name: String::new(),
            country: None,
            language: None,
            kind: TextKind::News,
            held: Held::HeadlineOnly,
            authors: Vec::new(),
            url: String::new(),
            story: None,
            topics: Vec::new(),
            published_at: None,
            captured_at,
            changed_at: captured_at,
            gone_at: None,
            revisions: 1,
            edits: Vec::new(),
            copy: false,
            unread: false,
            starred: false,
            has_quotes: false,
            has_numbers: false,
            has_readout: false,
            speakers: Vec::new(),
            names: Vec::new(),
        }
    }

    /// What takes an article out of the index.
    pub fn removal(article: ArticleId) -> Self {
        Document { removed: true, ..Document::new(article, Timestamp::UNIX_EPOCH) }
    }
}
