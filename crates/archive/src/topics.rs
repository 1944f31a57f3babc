//! Standing queries and what matched them.

use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::id::{ArticleId, TopicId};
use news::topic::Topic;

/// A topic to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name in addresses; `None` takes [`news::outlet::slug`] of the name, or a short digest of it.
    pub slug: Option<String>,
    /// Its name as shown.
    pub name: String,
    /// The query in the search language.
    pub query: String,
}

/// One article that came into a topic, changed its reason, or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicChange {
    /// Which topic.
    pub topic: TopicId,
    /// Which article.
    pub article: ArticleId,
    /// The "matched because" line; `None` when it does not match (any more).
    pub because: Option<String>,
}

/// A topic and how much it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicCount {
    /// The topic.
    pub topic: Topic,
    /// Articles that match.
    pub articles: u64,
    /// Stories with at least one of them.
    pub stories: u64,
    /// When an article last came in.
    pub last_match_at: Option<Timestamp>,
}

impl Archive {
    /// Adds a topic, or finds the one with this slug; a changed query replaces the one held and is logged.
    pub fn add_topic(&self, topic: &NewTopic, now: Timestamp) -> Result<TopicId> {
        Err(Error::NotYet)
    }

    /// Every topic that was not removed, in the order added.
    pub fn topics(&self) -> Result<Vec<Topic>> {
        Err(Error::NotYet)
    }

    /// Every topic that was not removed, with its counts.
    pub fn topic_counts(&self) -> Result<Vec<TopicCount>> {
        Err(Error::NotYet)
    }

    /// The topic with this name in addresses, unless removed.
    pub fn topic(&self, slug: &str) -> Result<Option<Topic>> {
        Err(Error::NotYet)
    }

    /// Ends a topic; what matched stays as history.
    pub fn remove_topic(&self, id: TopicId, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Records what matches which topic, in one transaction; saying the same again changes nothing.
    pub fn set_topic_members(&self, changes: &[TopicChange], now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// The topics an article stands in, with why.
    pub fn topics_of(&self, article: ArticleId) -> Result<Vec<(Topic, String)>> {
        Err(Error::NotYet)
    }
}
