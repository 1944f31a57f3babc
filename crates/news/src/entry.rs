//! One item in a feed, before its page was read.

use crate::language::Language;
use crate::time::Moment;

/// One item of a feed, as the feed states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What identifies it inside its feed: its id, else its link, else a hash of title, date and content.
    pub key: String,
    /// The page it points to, absolute.
    pub url: Option<String>,
    /// Headline as plain text, without the outlet's name.
    pub title: Option<String>,
    /// Summary as plain text.
    pub summary: Option<String>,
    /// Full content as safe HTML, where the feed carries one.
    pub content_html: Option<String>,
    /// People as printed.
    pub authors: Vec<String>,
    /// When the outlet says it was published.
    pub published_at: Option<Moment>,
    /// When the outlet says it was changed.
    pub updated_at: Option<Moment>,
    /// Its language, where stated.
    pub language: Option<Language>,
    /// Section names and keywords as printed.
    pub tags: Vec<String>,
    /// The outlet an aggregated feed names as the source, with its homepage.
    pub source: Option<Source>,
}

/// The outlet that an aggregated feed names for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name as printed.
    pub name: String,
    /// Homepage, where given.
    pub url: Option<String>,
}
