//! Pages of lists: stories, edits, an outlet's articles.

use crate::articles::ArticleCard;
use crate::articles::RevisionHead;
use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::id::{ArticleId, OutletId, StoryId, TopicId};
use news::outlet::Outlet;
use news::revision::EditRank;
use news::story::Story;

/// Which moment a question is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AsOf {
    /// As known now.
    #[default]
    Now,
    /// As known at this time of our clock: later fetches, joins and extractions leave no trace.
    At(Timestamp),
}

/// One page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 for the first.
    pub number: u32,
    /// Items on a page, `1..=200`.
    pub size: u32,
}

impl Page {
    /// The most items on a page.
    pub const MAX_SIZE: u32 = 200;

    /// A page; numbers out of range are brought into it.
    pub fn new(number: u32, size: u32) -> Self {
        Page { number: number.clamp(1, 1_000_000), size: size.clamp(1, Self::MAX_SIZE) }
    }
}

/// What stands on one page of a list, and how long the list is.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The items of this page, in the order of the list.
    pub items: Vec<T>,
    /// Items in the whole list.
    pub total: u64,
    /// Which page this is.
    pub page: Page,
}

/// In which order stories are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoryOrder {
    /// The story with the newest text first (outlet's time where stated and not after ours, else ours).
    #[default]
    Newest,
    /// The story whose membership or texts changed last first, our clock.
    Changed,
}

/// A story in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryCard {
    /// The story.
    pub story: Story,
    /// The time of its newest text (outlet's time where stated and not after ours).
    pub newest_at: Timestamp,
    /// The head revision of the article whose headline is the title.
    pub lead: Option<ArticleCard>,
    /// Outlets that carry it, earliest first, at most eight.
    pub outlets: Vec<Outlet>,
    /// Members of it that were changed after we first saw them.
    pub revised: u32,
    /// Members of it that are gone.
    pub gone: u32,
}

/// Which edits are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditFilter {
    /// Only edits of at least this weight.
    pub at_least: Option<EditRank>,
    /// Only edits of this outlet's articles.
    pub outlet: Option<OutletId>,
}

/// One edit in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct EditCard {
    /// The article as it stands now.
    pub article: ArticleCard,
    /// The revision before.
    pub before: RevisionHead,
    /// The revision that the edit made.
    pub after: RevisionHead,
}

impl Archive {
    /// Stories, newest first; of one topic where given. Merged and emptied stories are left out.
    pub fn latest_stories(
        &self,
        page: Page,
        topic: Option<TopicId>,
        order: StoryOrder,
        as_of: AsOf,
    ) -> Result<Listed<StoryCard>> {
        Err(Error::NotYet)
    }

    /// Changed texts, latest first (our clock); first revisions are no edits.
    pub fn latest_edits(&self, page: Page, filter: EditFilter, as_of: AsOf) -> Result<Listed<EditCard>> {
        Err(Error::NotYet)
    }

    /// One outlet's articles, newest first by [`ArticleCard::sort_at`].
    pub fn outlet_articles(&self, outlet: OutletId, page: Page, as_of: AsOf) -> Result<Listed<ArticleCard>> {
        Err(Error::NotYet)
    }

    /// All articles, latest first by our clock ([`ArticleCard::first_seen_at`]).
    pub fn latest_articles(&self, page: Page, as_of: AsOf) -> Result<Listed<ArticleCard>> {
        Err(Error::NotYet)
    }

    /// One topic's articles, newest first, each with why it matched.
    pub fn topic_articles(&self, topic: TopicId, page: Page, as_of: AsOf) -> Result<Listed<(ArticleCard, String)>> {
        Err(Error::NotYet)
    }

    /// The cards of these articles, in the order asked for; unknown ones are left out. At most 1,000 are read.
    pub fn article_cards(&self, ids: &[ArticleId], as_of: AsOf) -> Result<Vec<ArticleCard>> {
        Err(Error::NotYet)
    }

    /// The cards of these stories, in the order asked for; merged ones answer as the story they went into,
    /// unknown ones are left out. At most 1,000 are read.
    pub fn story_cards(&self, ids: &[StoryId], as_of: AsOf) -> Result<Vec<StoryCard>> {
        Err(Error::NotYet)
    }
}
