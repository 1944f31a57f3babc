//! A feed as an outlet offers it, and when to ask it again.

use crate::id::{FeedId, OutletId};
use jiff::Timestamp;

/// What a feed's address serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedKind {
    /// RSS, RDF, Atom or JSON Feed; the reader tells them apart.
    Feed,
    /// A news sitemap or an index of them.
    Sitemap,
    /// A page without a feed, followed by its links.
    Page,
}

impl FeedKind {
    /// The word used in JSON, SQL, CLI and interface.
    pub fn word(self) -> &'static str {
        match self {
            FeedKind::Feed => "feed",
            FeedKind::Sitemap => "sitemap",
            FeedKind::Page => "page",
        }
    }

    /// Reads [`FeedKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [FeedKind::Feed, FeedKind::Sitemap, FeedKind::Page].into_iter().find(|k| k.word() == word)
    }
}

/// The validators of the last full answer, sent back verbatim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header as received, quotes included.
    pub etag: Option<String>,
    /// The `Last-Modified` header as received.
    pub last_modified: Option<String>,
}

/// One feed of one outlet with its place in the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its number here.
    pub id: FeedId,
    /// Whose it is.
    pub outlet: OutletId,
    /// Where it is asked for.
    pub url: String,
    /// What the address serves.
    pub kind: FeedKind,
    /// What it calls itself, once read.
    pub title: Option<String>,
    /// When it is asked next; `None` once it is stopped (410 Gone, or by a person).
    pub due_at: Option<Timestamp>,
    /// What to send for a conditional request.
    pub validators: Validators,
    /// When it was last asked.
    pub last_fetch_at: Option<Timestamp>,
    /// When it last answered well (200 or 304).
    pub last_success_at: Option<Timestamp>,
    /// The newest time any of its entries states or was first seen.
    pub newest_entry_at: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u32,
    /// What went wrong last, one sentence; `None` after a success.
    pub last_error: Option<String>,
    /// Seconds between two visits as now reckoned.
    pub interval_seconds: i64,
}
