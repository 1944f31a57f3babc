//! A standing query over everything gathered.

use crate::id::TopicId;
use jiff::Timestamp;

/// A standing query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its number, permanent.
    pub id: TopicId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name as shown.
    pub name: String,
    /// The query in the search language.
    pub query: String,
    /// When it was added, our clock.
    pub added_at: Timestamp,
}
