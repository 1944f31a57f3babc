//! Stories: who stands in which, why, and what happened to them.

use crate::articles::ArticleCard;
use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use jiff::Timestamp;
use news::id::{ArticleId, RevisionId, StoryId};
use news::story::{Because, CopyOf, Placement, Role, Story, StoryEvent};

/// An article in a story.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberCard {
    /// The article.
    pub article: ArticleCard,
    /// How it stands there.
    pub role: Role,
    /// Which text it repeats; with [`Role::Copy`] only. Spans are in the text of [`MemberCard::placed_by`].
    pub copy_of: Option<CopyOf>,
    /// Why it stands there.
    pub because: Because,
    /// The revision that placed it.
    pub placed_by: Option<RevisionId>,
    /// When it joined, our clock.
    pub joined_at: Timestamp,
}

/// One line of a story's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, our clock.
    pub at: Timestamp,
    /// What happened.
    pub event: StoryEvent,
}

/// A story with its members and its log.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryPage {
    /// The story. Its id differs from the one asked for when that was merged into it.
    pub story: Story,
    /// The time of its newest text.
    pub newest_at: Timestamp,
    /// Members in order of [`ArticleCard::sort_at`], earliest first, doubtful ones last; at most 1,000.
    pub members: Vec<MemberCard>,
    /// What happened to it, first thing first; the last 1,000.
    pub log: Vec<LogLine>,
}

/// One change of the grouping, found by settling or made by a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// All members of one story go into another; its address leads on.
    Merge {
        /// The story that ends.
        from: StoryId,
        /// The story that stays.
        into: StoryId,
    },
    /// These members leave and open a story of their own.
    Split {
        /// The story they leave.
        from: StoryId,
        /// Who leaves; those that do not stand in `from` are passed over.
        articles: Vec<ArticleId>,
    },
    /// One article is placed anew: joins or copies where the placement says; `Opens` takes it out into a story of
    /// its own.
    Place {
        /// Which article.
        article: ArticleId,
        /// Where it belongs.
        placement: Placement,
    },
    /// One article is noted as possibly the same event: shown apart, not counted, beside its own story.
    Suggest {
        /// Which article.
        article: ArticleId,
        /// The story it may belong to.
        story: StoryId,
        /// Why.
        because: Because,
    },
}

impl Archive {
    /// One story with its members and its log; a merged one leads on. `None` when it was never opened, or not yet.
    pub fn story(&self, id: StoryId, as_of: AsOf) -> Result<Option<StoryPage>> {
        Err(Error::NotYet)
    }

    /// The story this number leads to now, through any merges; `None` when it was never opened.
    pub fn story_leads_to(&self, id: StoryId) -> Result<Option<StoryId>> {
        Err(Error::NotYet)
    }

    /// The story an article is counted in.
    pub fn story_of(&self, article: ArticleId, as_of: AsOf) -> Result<Option<StoryId>> {
        Err(Error::NotYet)
    }

    /// Applies changes of the grouping in order, in one transaction, each logged. Answers, for each, the story
    /// that came of it: the one that stays, the one that was opened, the one joined.
    pub fn regroup(&self, moves: Vec<Move>, now: Timestamp) -> Result<Vec<StoryId>> {
        Err(Error::NotYet)
    }

    /// Takes every article out of its story, as the first step of `readout rebuild stories`. Numbers stay: an article
    /// that opened a story and opens one again gets the same number back.
    pub fn clear_stories(&self, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }
}
