//! A feed as an outlet offers it, and when to ask it again.

use crate::id::{FeedId, OutletId};
use jiff::Timestamp;
use std::time::Duration;

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

/// What a feed says of its own pace, and when it posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// RSS `ttl`.
    pub ttl: Option<Duration>,
    /// `sy:updatePeriod` divided by `sy:updateFrequency`.
    pub update_period: Option<Duration>,
    /// `sy:updateBase`: a moment from which the periods are counted.
    pub update_base_at: Option<Timestamp>,
    /// `skipHours`: bit `h` set means hour `h` UTC is skipped.
    pub skip_hours: u32,
    /// `skipDays`: bit 0 is Monday, bit 6 Sunday.
    pub skip_days: u8,
    /// For how long the last answer that said so is fresh by its headers.
    pub fresh_for: Option<Duration>,
    /// Entries in the last document.
    pub entries: u32,
    /// When its entries were published (or first seen, where they state no time), newest first.
    pub posted_at: Vec<Timestamp>,
}

/// A permanent redirect that has not held for long enough yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    /// Where it leads.
    pub to: String,
    /// Since when every answer led there.
    pub since_at: Timestamp,
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
    /// What decided when it is asked next, in words; `None` before the first visit.
    pub decided: Option<String>,
    /// What it says of its pace.
    pub pace: Pace,
    /// When it last gave a full answer that could be read.
    pub full_at: Option<Timestamp>,
    /// A permanent redirect under watch.
    pub moving: Option<Moving>,
    /// Status of the last answer; `None` when there was none.
    pub last_status: Option<u16>,
    /// What the last visit came to, in the archive's word.
    pub last_outcome: Option<String>,
}
