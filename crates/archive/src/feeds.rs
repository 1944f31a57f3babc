//! Feeds, when they are due, and what came of asking them.

use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::feed::{Feed, FeedKind, Validators};
use news::id::{FeedId, FetchId, OutletId, RecordId};
use news::outlet::Outlet;

/// One attempt to get a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFact {
    /// The address asked.
    pub url: String,
    /// The address that answered, where redirects led elsewhere.
    pub final_url: Option<String>,
    /// When, our clock.
    pub at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// Length of the body as received.
    pub size_bytes: u64,
    /// `Content-Type` as received.
    pub media_type: Option<String>,
    /// Where the response is kept, if it is.
    pub record: Option<RecordId>,
}

/// What came of asking a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollOutcome {
    /// A full answer that could be read.
    Fresh {
        /// Entries in the document.
        entries: u32,
        /// Entries not seen before.
        new: u32,
    },
    /// 304, or the same bytes again.
    NotModified,
    /// No answer, a bad status, or a document that could not be read; `Poll::error` says what.
    Failed,
    /// 410 Gone: it is not asked again by itself.
    Gone,
}

/// What is recorded after asking a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// Which feed.
    pub feed: FeedId,
    /// The attempt.
    pub fetch: FetchFact,
    /// Validators of a full answer; `None` keeps the ones held.
    pub validators: Option<Validators>,
    /// What came of it.
    pub outcome: PollOutcome,
    /// When it is asked next; `None` stops it.
    pub next_due_at: Option<Timestamp>,
    /// Seconds between two visits as now reckoned.
    pub interval_seconds: i64,
    /// Newest time any entry states or was first seen; never moves back.
    pub newest_entry_at: Option<Timestamp>,
    /// What the feed calls itself; `None` keeps the title held.
    pub title: Option<String>,
    /// What went wrong, one sentence; only with `Failed` and `Gone`.
    pub error: Option<String>,
    /// Its new address after a permanent redirect (301, 308); `None` keeps the one held.
    pub moved_to: Option<String>,
}

/// One past attempt, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchLine {
    /// Its number.
    pub id: FetchId,
    /// The attempt.
    pub fetch: FetchFact,
    /// `fresh`, `not_modified`, `failed`, `gone`.
    pub outcome: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Entries not seen before.
    pub entries_new: u32,
}

/// How an outlet's feeds fare.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceHealth {
    /// The outlet.
    pub outlet: Outlet,
    /// Its feeds that were not removed.
    pub feeds: Vec<Feed>,
    /// Articles of it.
    pub articles: u64,
    /// When its last new article was first seen, our clock.
    pub last_article_at: Option<Timestamp>,
}

impl Archive {
    /// Adds a feed, due at once, or finds the one with this address (a removed one is taken up again).
    pub fn add_feed(&self, outlet: OutletId, url: &str, kind: FeedKind, now: Timestamp) -> Result<FeedId> {
        Err(Error::NotYet)
    }

    /// Stops following a feed and leaves it out of [`Archive::feeds`]; its history stays.
    pub fn remove_feed(&self, id: FeedId, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Every feed that was not removed, by outlet and address.
    pub fn feeds(&self) -> Result<Vec<Feed>> {
        Err(Error::NotYet)
    }

    /// One feed, removed or not.
    pub fn feed(&self, id: FeedId) -> Result<Option<Feed>> {
        Err(Error::NotYet)
    }

    /// The feed with this address, removed or not.
    pub fn feed_by_url(&self, url: &str) -> Result<Option<Feed>> {
        Err(Error::NotYet)
    }

    /// Feeds due at `now`, longest due first, at most `limit`.
    pub fn feeds_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Feed>> {
        Err(Error::NotYet)
    }

    /// When the next feed or article is due; `None` when nothing ever is.
    pub fn next_due_at(&self) -> Result<Option<Timestamp>> {
        Err(Error::NotYet)
    }

    /// "Refresh now": makes a feed due at once, also one that was stopped.
    pub fn mark_feed_due(&self, id: FeedId, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Records one attempt and the feed's new place in the schedule.
    pub fn record_poll(&self, poll: Poll, now: Timestamp) -> Result<FetchId> {
        Err(Error::NotYet)
    }

    /// The last attempts to get a feed, latest first, at most `limit`.
    pub fn fetches(&self, feed: FeedId, limit: usize) -> Result<Vec<FetchLine>> {
        Err(Error::NotYet)
    }

    /// Every outlet with its feeds and how they fare, by name.
    pub fn sources(&self) -> Result<Vec<SourceHealth>> {
        Err(Error::NotYet)
    }
}
