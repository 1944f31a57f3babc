//! What the outlets carry, exactly: every article with its reference text, every story with its counts,
//! every topic query with its members. Tests compare what the program made of the pages with this.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What sort of outlet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutletKind {
    /// A newspaper or site.
    News,
    /// A news agency.
    Agency,
    /// A body that publishes its own statements.
    Official,
}

impl OutletKind {
    /// The word used everywhere else for it: `news`, `agency`, `official`.
    pub fn word(self) -> &'static str {
        match self {
            OutletKind::News => "news",
            OutletKind::Agency => "agency",
            OutletKind::Official => "official",
        }
    }
}

/// A place to learn of an outlet's new articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedOffer {
    /// Its address.
    pub url: String,
    /// `feed` (RSS, Atom, JSON Feed), `sitemap` (news sitemap) or `page` (a page with links).
    pub kind: &'static str,
    /// `rss`, `rss_content`, `atom`, `json_feed`, `news_sitemap` or `page`.
    pub form: &'static str,
    /// What is wrong with it from the start: `bare_ampersand`, `truncated_tail`, `wrong_charset`.
    pub fault: Option<&'static str>,
}

/// An outlet that is playing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Playing {
    /// Its name.
    pub name: String,
    /// Its short name in plain ASCII, as used by every [`crate::Change`].
    pub slug: String,
    /// Its front page, `http://127.0.0.1:PORT/`.
    pub homepage: String,
    /// Its feeds.
    pub feeds: Vec<FeedOffer>,
    /// The invented country it sits in.
    pub country: String,
    /// Language of its texts, BCP 47.
    pub language: String,
    /// What sort of outlet it is.
    pub kind: OutletKind,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

/// What sort of text an article is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// A report.
    News,
    /// Labelled analysis.
    Analysis,
    /// A live blog.
    Live,
    /// An agency's text, or one credited to it.
    Wire,
    /// Published by a body that took part.
    Official,
}

impl TextKind {
    /// The word in the texts and in the program's JSON.
    pub fn word(self) -> &'static str {
        match self {
            TextKind::News => "news",
            TextKind::Analysis => "analysis",
            TextKind::Live => "live",
            TextKind::Wire => "wire",
            TextKind::Official => "official",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [TextKind::News, TextKind::Analysis, TextKind::Live, TextKind::Wire, TextKind::Official]
            .into_iter()
            .find(|k| k.word() == word)
    }
}

/// How much of an article a follower without cookies or account can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The whole text.
    Full,
    /// The first paragraphs: a paywall's stub.
    Partial,
    /// The headline, the link and the feed's summary: the page is refused.
    HeadlineOnly,
}

impl Held {
    /// The word in the texts and in the program's JSON.
    pub fn word(self) -> &'static str {
        match self {
            Held::Full => "full",
            Held::Partial => "partial",
            Held::HeadlineOnly => "headline_only",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Held::Full, Held::Partial, Held::HeadlineOnly].into_iter().find(|h| h.word() == word)
    }
}

/// What a block of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The summary under the headline.
    Standfirst,
    /// A paragraph.
    Paragraph,
    /// A heading inside the text.
    Subheading,
    /// One item of a list.
    ListItem,
    /// A block quote.
    Quote,
    /// A row of a table, its cells parted by ` | `.
    TableRow,
}

/// One block of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its words with their inline marks; see [`Block::text`].
    pub source: String,
}

impl Block {
    /// The words as a reader sees them, without marks for stress and links.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(self.source.len());
        for piece in inline(&self.source) {
            out.push_str(piece.words());
        }
        out
    }
}

/// A piece of a block's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inline<'a> {
    Plain(&'a str),
    Stress(&'a str),
    Link(&'a str, &'a str),
}

impl<'a> Inline<'a> {
    pub(crate) fn words(self) -> &'a str {
        match self {
            Inline::Plain(words) | Inline::Stress(words) | Inline::Link(words, _) => words,
        }
    }
}

/// Cuts `*stress*` and `[words](/path)` out of a block's source.
pub(crate) fn inline(source: &str) -> Vec<Inline<'_>> {
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['*', '[']) {
        let tail = &rest[at..];
        let found = if let Some(inner) = tail.strip_prefix('*') {
            inner.find('*').map(|end| (Inline::Stress(&inner[..end]), end + 2))
        } else {
            tail.find("](").and_then(|mid| {
                let end = tail[mid..].find(')')? + mid;
                Some((Inline::Link(&tail[1..mid], &tail[mid + 2..end]), end + 1))
            })
        };
        let Some((piece, len)) = found else { break };
        if at > 0 {
            out.push(Inline::Plain(&rest[..at]));
        }
        out.push(piece);
        rest = &tail[len..];
    }
    if !rest.is_empty() {
        out.push(Inline::Plain(rest));
    }
    out
}

/// One article as its outlet has it at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Article {
    /// Its name in every [`crate::Change`] and in the texts.
    pub key: String,
    /// Slug of its outlet.
    pub outlet: String,
    /// Path (and query) on its outlet.
    pub path: String,
    /// Full address.
    pub url: String,
    /// Headline.
    pub headline: String,
    /// Byline as printed on the page, if there is one.
    pub byline: Option<String>,
    /// The writers.
    pub authors: Vec<String>,
    /// When the outlet says it came out.
    #[serde(serialize_with = "crate::clock::stamp::serialize")]
    pub published_at: Timestamp,
    /// When the outlet says it was last changed.
    #[serde(serialize_with = "crate::clock::maybe::serialize")]
    pub modified_at: Option<Timestamp>,
    /// Language, BCP 47.
    pub language: String,
    /// What sort of text it is.
    pub kind: TextKind,
    /// How much of it can be held at the start.
    pub held: Held,
    /// The story it belongs to.
    pub story: String,
    /// Key of the text it copies, which may be one sent to customers only.
    pub copy_of: Option<String>,
    /// Keys of the official texts its statements rest on.
    pub rests_on: Vec<String>,
    /// The agency it credits.
    pub credit: Option<String>,
    /// Section of the site.
    pub section: String,
    /// Keywords.
    pub tags: Vec<String>,
    /// Picture captions, which are not part of the text.
    pub captions: Vec<String>,
    /// A note that it was updated or corrected, not part of the text.
    pub note: Option<String>,
    /// Every block, the standfirst first.
    pub blocks: Vec<Block>,
    /// How many of [`Article::blocks`] a follower can hold at the start.
    pub visible_blocks: usize,
    /// Slugs of the topics it belongs to.
    pub topics: Vec<String>,
    /// Whether it is on the outlet's pages and feeds now.
    pub published: bool,
}

impl Article {
    /// The reference text that can be held: its visible blocks parted by blank lines.
    pub fn text(&self) -> String {
        join(&self.blocks[..self.visible_blocks.min(self.blocks.len())])
    }

    /// The whole text, as a reader with cookies and an account sees it.
    pub fn whole_text(&self) -> String {
        join(&self.blocks)
    }

    /// The summary under the headline.
    pub fn standfirst(&self) -> Option<String> {
        self.blocks.first().filter(|b| b.kind == BlockKind::Standfirst).map(Block::text)
    }

    /// What its feed says of it: the standfirst, or the head of the first paragraph.
    pub fn summary(&self) -> String {
        if let Some(standfirst) = self.standfirst() {
            return standfirst;
        }
        let text = self.blocks.first().map(Block::text).unwrap_or_default();
        let Some((cut, _)) = text.char_indices().nth(240) else { return text };
        format!("{}…", text[..cut].rsplit_once(' ').map_or(&text[..cut], |(head, _)| head))
    }
}

fn join(blocks: &[Block]) -> String {
    blocks.iter().map(Block::text).collect::<Vec<_>>().join("\n\n")
}

/// The articles about one event and what a reader should be told of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Its name.
    pub key: String,
    /// Keys of its articles on pages at the start.
    pub articles: Vec<String>,
    /// How many texts.
    pub texts: usize,
    /// How many outlets.
    pub outlets: usize,
    /// How many independent accounts: texts, with all copies of one text counted once.
    pub accounts: usize,
}

/// A standing query and what it should find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// Its name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The query in the program's search language.
    pub query: String,
    /// Keys of exactly the articles it should find, of those on pages at the start.
    pub members: Vec<String>,
}

/// Everything there is to know about what is played, as at the start.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// The moment the dates were counted from.
    #[serde(serialize_with = "crate::clock::stamp::serialize")]
    pub now: Timestamp,
    /// The outlets.
    pub outlets: Vec<Playing>,
    /// The articles, those kept in reserve included (`published` is false).
    pub articles: Vec<Article>,
    /// The stories.
    pub stories: Vec<Story>,
    /// The topics.
    pub topics: Vec<Topic>,
}

impl Manifest {
    /// The article with this key.
    pub fn article(&self, key: &str) -> Option<&Article> {
        self.articles.iter().find(|a| a.key == key)
    }

    /// The article at this address.
    pub fn article_at(&self, url: &str) -> Option<&Article> {
        self.articles.iter().find(|a| a.url == url)
    }

    /// The outlet with this slug.
    pub fn outlet(&self, slug: &str) -> Option<&Playing> {
        self.outlets.iter().find(|o| o.slug == slug)
    }

    /// The story with this key.
    pub fn story(&self, key: &str) -> Option<&Story> {
        self.stories.iter().find(|s| s.key == key)
    }

    /// The topic with this slug.
    pub fn topic(&self, slug: &str) -> Option<&Topic> {
        self.topics.iter().find(|t| t.slug == slug)
    }
}

/// Topics as (slug, title, query, phrases any of which makes an article a member).
pub(crate) const TOPICS: &[(&str, &str, &str, &[&str])] = &[
    ("kestrel-strait", "Kestrel Strait", "\"Kestrel Strait\" OR hotline", &["kestrel strait", "hotline"]),
    ("sanctions", "Sanctions packages", "\"sanctions package\"", &["sanctions package"]),
    ("port-lisse", "Port Lisse", "\"Port Lisse\"", &["port lisse"]),
    ("ternen", "The trawler Ternen", "Ternen", &["ternen"]),
];

/// Whether `text` holds the words of `phrase` one after another, letter case aside.
pub(crate) fn holds_phrase(text: &str, phrase: &str) -> bool {
    let words: Vec<String> = words(text).collect();
    let wanted: Vec<String> = self::words(phrase).collect();
    words.windows(wanted.len()).any(|w| w == wanted.as_slice())
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase)
}

/// The slugs of the topics an article belongs to, by its headline and the text that can be held.
pub(crate) fn topics_of(article: &Article) -> Vec<String> {
    let text = format!("{}\n{}", article.headline, article.text());
    TOPICS
        .iter()
        .filter(|(_, _, _, phrases)| phrases.iter().any(|p| holds_phrase(&text, p)))
        .map(|(slug, ..)| (*slug).to_owned())
        .collect()
}

/// Gathers the stories from the articles on pages.
pub(crate) fn stories(articles: &[Article]) -> Vec<Story> {
    let mut keys: Vec<&str> = Vec::new();
    for article in articles.iter().filter(|a| a.published) {
        if !keys.contains(&article.story.as_str()) {
            keys.push(&article.story);
        }
    }
    keys.into_iter()
        .map(|key| {
            let members: Vec<&Article> = articles.iter().filter(|a| a.published && a.story == key).collect();
            let distinct = |mut names: Vec<&str>| {
                names.sort_unstable();
                names.dedup();
                names.len()
            };
            Story {
                key: key.to_owned(),
                articles: members.iter().map(|a| a.key.clone()).collect(),
                texts: members.len(),
                outlets: distinct(members.iter().map(|a| a.outlet.as_str()).collect()),
                accounts: distinct(members.iter().map(|a| a.copy_of.as_deref().unwrap_or(&a.key)).collect()),
            }
        })
        .collect()
}

/// Gathers the topics from the articles on pages.
pub(crate) fn topics(articles: &[Article]) -> Vec<Topic> {
    TOPICS
        .iter()
        .map(|(slug, title, query, _)| Topic {
            slug: (*slug).to_owned(),
            title: (*title).to_owned(),
            query: (*query).to_owned(),
            members: articles
                .iter()
                .filter(|a| a.published && a.topics.iter().any(|t| t == slug))
                .map(|a| a.key.clone())
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_marks_leave_only_their_words() {
        let check = |source: &str, expected: &str| {
            assert_eq!(Block { kind: BlockKind::Paragraph, source: source.to_owned() }.text(), expected);
        };
        check("plain", "plain");
        check("the *Aldis* sailed", "the Aldis sailed");
        check("as [reported](/a) on *day* one", "as reported on day one");
        check("2 * 3 [open", "2 * 3 [open");
    }

    #[test]
    fn phrases_match_whole_words_only() {
        assert!(holds_phrase("In the Kestrel\nStrait’s lanes", "kestrel strait"));
        assert!(!holds_phrase("the hotlines", "hotline"));
        assert!(!holds_phrase("Kestrel and Strait", "kestrel strait"));
    }
}
