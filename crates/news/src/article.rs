//! The page behind an entry, read: headline, byline, dateline, body, and where each was found.

use crate::language::Language;
use crate::time::Moment;
use std::collections::BTreeMap;
use std::ops::Range;

/// What sort of text an article is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// A report.
    News,
    /// Labelled analysis or explainer.
    Analysis,
    /// Labelled opinion, column, editorial, letter.
    Opinion,
    /// A live blog.
    Live,
    /// An agency's text, by the agency or credited to it.
    Wire,
    /// Published by a body that took part: a readout, statement, communique.
    Official,
    /// None of these (video, recipe, page of links).
    Other,
}

impl TextKind {
    /// Every kind, in the order shown.
    pub const ALL: [TextKind; 7] = [
        TextKind::News,
        TextKind::Analysis,
        TextKind::Opinion,
        TextKind::Live,
        TextKind::Wire,
        TextKind::Official,
        TextKind::Other,
    ];

    /// The word used in JSON, SQL, CLI and interface.
    pub fn word(self) -> &'static str {
        match self {
            TextKind::News => "news",
            TextKind::Analysis => "analysis",
            TextKind::Opinion => "opinion",
            TextKind::Live => "live",
            TextKind::Wire => "wire",
            TextKind::Official => "official",
            TextKind::Other => "other",
        }
    }

    /// Reads [`TextKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// How much of an article's text we hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// The whole text.
    Full,
    /// A part of it: a paywall's stub, a feed's summary, a truncated page.
    Partial,
    /// The headline and the link alone.
    HeadlineOnly,
}

impl Held {
    /// The word used in JSON, SQL, CLI and interface.
    pub fn word(self) -> &'static str {
        match self {
            Held::Full => "full",
            Held::Partial => "partial",
            Held::HeadlineOnly => "headline_only",
        }
    }

    /// Reads [`Held::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Held::Full, Held::Partial, Held::HeadlineOnly].into_iter().find(|h| h.word() == word)
    }
}

/// Where a field was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// JSON-LD on the page.
    JsonLd,
    /// OpenGraph and other meta tags.
    Meta,
    /// The page's visible markup.
    Markup,
    /// Worked out by a rule (URL pattern, language detection, dateline).
    Rule,
    /// The feed entry that led to the page.
    Feed,
    /// A saved list or file that was imported.
    Import,
}

impl Origin {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            Origin::JsonLd => "json_ld",
            Origin::Meta => "meta",
            Origin::Markup => "markup",
            Origin::Rule => "rule",
            Origin::Feed => "feed",
            Origin::Import => "import",
        }
    }

    /// Reads [`Origin::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Origin::JsonLd, Origin::Meta, Origin::Markup, Origin::Rule, Origin::Feed, Origin::Import]
            .into_iter()
            .find(|o| o.word() == word)
    }
}

/// What a block of the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// A heading inside the text.
    Subheading,
    /// One item of a list.
    ListItem,
    /// A block quote.
    Quote,
    /// A row of a table, cells parted by ` | `.
    TableRow,
    /// The summary under the headline; at most one, and first.
    Standfirst,
}

impl BlockKind {
    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            BlockKind::Paragraph => "paragraph",
            BlockKind::Subheading => "subheading",
            BlockKind::ListItem => "list_item",
            BlockKind::Quote => "quote",
            BlockKind::TableRow => "table_row",
            BlockKind::Standfirst => "standfirst",
        }
    }

    /// Reads [`BlockKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        use BlockKind::{ListItem, Paragraph, Quote, Standfirst, Subheading, TableRow};
        [Paragraph, Subheading, ListItem, Quote, TableRow, Standfirst].into_iter().find(|k| k.word() == word)
    }
}

/// One block of the body and where it stands in [`Article::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Byte range in [`Article::text`].
    pub span: Range<usize>,
}

/// A place where the text lost characters before it reached us; it is shown, never silently repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which field it stands in.
    pub field: Field,
    /// Byte range in that field's text.
    pub span: Range<usize>,
    /// Why we think so: `lost-letter`, `lost-apostrophe`, `replacement-character`, `mojibake`.
    pub kind: String,
    /// What may have stood there, likeliest first.
    pub candidates: Vec<String>,
}

/// The fields of an article that carry an origin or damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The headline.
    Headline,
    /// The summary under it.
    Standfirst,
    /// The line that names the writers, as printed.
    Byline,
    /// The writers.
    Authors,
    /// The outlet's time of publication.
    Published,
    /// The outlet's time of the last change.
    Modified,
    /// The language.
    Language,
    /// The outlet's name.
    Outlet,
    /// The body.
    Text,
    /// Picture captions.
    Captions,
    /// Keywords.
    Tags,
    /// Section of the site.
    Section,
    /// Canonical address.
    CanonicalUrl,
    /// Sort of text.
    Kind,
    /// Lead image.
    Image,
    /// Place and date at the head.
    Dateline,
    /// The agency credited.
    Credit,
}

impl Field {
    /// Every field, in the order printed.
    pub const ALL: [Field; 17] = [
        Field::Headline,
        Field::Standfirst,
        Field::Byline,
        Field::Authors,
        Field::Published,
        Field::Modified,
        Field::Language,
        Field::Outlet,
        Field::Text,
        Field::Captions,
        Field::Tags,
        Field::Section,
        Field::CanonicalUrl,
        Field::Kind,
        Field::Image,
        Field::Dateline,
        Field::Credit,
    ];

    /// The field's name in the JSON of `readout extract`.
    pub fn word(self) -> &'static str {
        match self {
            Field::Headline => "title",
            Field::Standfirst => "standfirst",
            Field::Byline => "byline",
            Field::Authors => "authors",
            Field::Published => "date",
            Field::Modified => "modified",
            Field::Language => "language",
            Field::Outlet => "outlet",
            Field::Text => "text",
            Field::Captions => "captions",
            Field::Tags => "tags",
            Field::Section => "section",
            Field::CanonicalUrl => "canonical_url",
            Field::Kind => "kind",
            Field::Image => "image",
            Field::Dateline => "dateline",
            Field::Credit => "credit",
        }
    }

    /// Reads [`Field::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.word() == word)
    }
}

/// Where a page stands towards being an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dateline {
    /// The place as printed.
    pub place: String,
    /// Byte range of the dateline in [`Article::text`].
    pub span: Range<usize>,
}

/// An article as read from one page (or one feed entry, or one line of a saved list).
///
/// Unknown is `None` or empty, never guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// The page's own canonical address, absolute.
    pub canonical_url: Option<String>,
    /// Headline without the outlet's name.
    pub headline: Option<String>,
    /// Summary under the headline; also the first block of [`Article::text`].
    pub standfirst: Option<String>,
    /// The line that names the writers, as printed.
    pub byline: Option<String>,
    /// The writers, as people.
    pub authors: Vec<String>,
    /// When the outlet says it was published.
    pub published_at: Option<Moment>,
    /// When the outlet says it was last changed.
    pub modified_at: Option<Moment>,
    /// Language of the text.
    pub language: Option<Language>,
    /// The outlet's name as the page gives it.
    pub outlet: Option<String>,
    /// Canonical plain text (see [`crate::text::canonical`]): blocks parted by blank lines.
    pub text: String,
    /// The blocks of the text in order; their spans and the blank lines between them cover it exactly.
    pub blocks: Vec<Block>,
    /// Picture captions, apart from the text.
    pub captions: Vec<String>,
    /// Keywords as printed.
    pub tags: Vec<String>,
    /// Section as printed.
    pub section: Option<String>,
    /// Address of the lead image, absolute.
    pub image: Option<String>,
    /// The agency credited, as printed ("Reuters", "AP").
    pub credit: Option<String>,
    /// Place and date at the head of the text.
    pub dateline: Option<Dateline>,
    /// What sort of text it is.
    pub kind: TextKind,
    /// How much of it we hold.
    pub held: Held,
    /// Where each field was found; a field that is unknown has no entry.
    pub origins: BTreeMap<Field, Origin>,
    /// Places where characters were lost before the text reached us.
    pub damage: Vec<Damage>,
}

impl Default for Article {
    fn default() -> Self {
        Article {
            canonical_url: None,
            headline: None,
            standfirst: None,
            byline: None,
            authors: Vec::new(),
            published_at: None,
            modified_at: None,
            language: None,
            outlet: None,
            text: String::new(),
            blocks: Vec::new(),
            captions: Vec::new(),
            tags: Vec::new(),
            section: None,
            image: None,
            credit: None,
            dateline: None,
            kind: TextKind::News,
            held: Held::HeadlineOnly,
            origins: BTreeMap::new(),
            damage: Vec::new(),
        }
    }
}
