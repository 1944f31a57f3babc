//! Entries of feeds, and the article each leads to.

use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::entry::Entry;
use news::id::{ArticleId, EntryId, FeedId};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryState {
    /// Its number.
    pub entry: EntryId,
    /// The article it leads to. Entries whose addresses have one [`crate::address_key`] share one article.
    pub article: ArticleId,
    /// Not seen in this feed before.
    pub is_new: bool,
    /// The article was not known before, by this entry or another.
    pub is_new_article: bool,
    /// Known, and it now states something else (title, summary, content, date).
    pub is_changed: bool,
}

impl Archive {
    /// Records the entries of one reading of a feed, in one transaction; the answer is in their order.
    ///
    /// A new article is due for a visit at once when its entry has an address; one without an address is
    /// never visited. An article belongs to the outlet the entry names as its source, else to the feed's.
    /// A changed entry whose stated time moved makes its article due again.
    pub fn record_entries(&self, feed: FeedId, entries: &[Entry], now: Timestamp) -> Result<Vec<EntryState>> {
        Err(Error::NotYet)
    }

    /// The entries that lead to an article, as last stated, first seen first, with their feeds.
    pub fn entries(&self, article: ArticleId) -> Result<Vec<(FeedId, Entry)>> {
        Err(Error::NotYet)
    }
}
