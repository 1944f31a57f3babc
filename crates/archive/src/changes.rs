//! What derived things are made from: the change sequence for the search index, features for the story
//! index, revisions for a rebuild.

use crate::articles::RevisionPage;
use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::article::Article;
use news::id::{ArticleId, OutletId, RevisionId, StoryId, TopicId};
use news::outlet::Outlet;
use news::revision::EditRank;
use news::story::Role;

/// An article as the search index needs it: its last revision and where it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexable {
    /// Its place in the change sequence; a later change of the same article gives it a higher one.
    pub seq: i64,
    /// Which article.
    pub article: ArticleId,
    /// Its last revision.
    pub revision: RevisionId,
    /// The number of that revision within the article, and so how many there are.
    pub number: u32,
    /// Its outlet.
    pub outlet: Option<Outlet>,
    /// Its address.
    pub url: Option<String>,
    /// The last revision's text and fields.
    pub content: Article,
    /// When that revision was fetched, our clock.
    pub fetched_at: Timestamp,
    /// When the article was first seen, our clock.
    pub first_seen_at: Timestamp,
    /// Where it stands in time, see [`crate::ArticleCard::sort_at`].
    pub sort_at: Timestamp,
    /// The weights of its edits, first one first.
    pub edits: Vec<EditRank>,
    /// Statements in the last revision.
    pub statements: u32,
    /// Story and role.
    pub story: Option<(StoryId, Role)>,
    /// Topics it stands in.
    pub topics: Vec<TopicId>,
    /// Since when its page is gone, if it is.
    pub gone_at: Option<Timestamp>,
}

/// What the story index needs of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct FeaturesRow {
    /// Its last revision.
    pub revision: RevisionId,
    /// Which article.
    pub article: ArticleId,
    /// Story and role.
    pub story: Option<(StoryId, Role)>,
    /// Its outlet.
    pub outlet: Option<OutletId>,
    /// Where it stands in time, see [`crate::ArticleCard::sort_at`].
    pub sort_at: Timestamp,
    /// When that revision was fetched, our clock.
    pub fetched_at: Timestamp,
    /// The features as kept.
    pub features: Vec<u8>,
}

/// A revision on its way through a rebuild.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionRow {
    /// Its outlet.
    pub outlet: Option<OutletId>,
    /// Its address.
    pub url: Option<String>,
    /// Where its article stands in time.
    pub sort_at: Timestamp,
    /// Whether it is the article's last.
    pub is_last: bool,
    /// The revision with its newest reading.
    pub page: RevisionPage,
    /// Its features.
    pub features: Vec<u8>,
}

impl Archive {
    /// Articles that changed after `seq` in any way that search can see (text, story, topic, gone, outlet), in
    /// order of change, at most `limit`. Articles without a revision are left out. Start with 0; go on with the
    /// last item's `seq` until the answer is empty.
    pub fn revisions_after(&self, seq: i64, limit: usize) -> Result<Vec<Indexable>> {
        Err(Error::NotYet)
    }

    /// These articles as the search index needs them; unknown ones and those without a revision are left out.
    pub fn indexables(&self, articles: &[ArticleId]) -> Result<Vec<Indexable>> {
        Err(Error::NotYet)
    }

    /// Calls `each` with the features of every article's last revision whose place in time is `since` or later, in
    /// the order the revisions were kept. An error from `each` ends the walk.
    pub fn features_since(&self, since: Timestamp, each: &mut dyn FnMut(FeaturesRow) -> Result<()>) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Calls `each` with every revision after `after` (0 for all), in the order kept, newest reading. `each` may
    /// write to the archive. An error from `each` ends the walk.
    pub fn for_each_revision(&self, after: RevisionId, each: &mut dyn FnMut(RevisionRow) -> Result<()>) -> Result<()> {
        Err(Error::NotYet)
    }
}
