//! The articles of many outlets about one event, and why each stands there.

use crate::id::{ArticleId, DecisionId, StoryId};
use jiff::Timestamp;
use std::ops::Range;

/// The three honest counts of a story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Articles, copies included, doubtful members not.
    pub texts: u32,
    /// Outlets that carry at least one of them.
    pub outlets: u32,
    /// Texts that are no copy of another.
    pub independent: u32,
}

/// The articles of many outlets about one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its number, permanent.
    pub id: StoryId,
    /// A member's headline, chosen by rule.
    pub title: String,
    /// When it was opened, our clock.
    pub opened_at: Timestamp,
    /// When its membership or a member's text last changed, our clock.
    pub content_changed_at: Timestamp,
    /// Texts, outlets, independent accounts.
    pub counts: Counts,
}

/// Why an article stands in a story.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Because {
    /// Similarity in `0.0..=1.0` that decided; 1 for a copy or a person's decision.
    pub score: f32,
    /// Names both share (people, places, bodies), as printed in this article.
    pub names: Vec<String>,
    /// Rare words and phrases both share.
    pub terms: Vec<String>,
    /// Days both speak of, ISO.
    pub dates: Vec<String>,
    /// Numbers both state, as printed.
    pub numbers: Vec<String>,
}

/// A passage that two texts share to the word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPassage {
    /// Byte range in the text asked about.
    pub span: Range<usize>,
    /// Byte range in the other text.
    pub other: Range<usize>,
}

/// How one text stands to another that it shares words with.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyOf {
    /// The text it was found to repeat: the earliest of those that share it.
    pub article: ArticleId,
    /// Share of this text's shingles that stand in the other, `0.0..=1.0`.
    pub contained: f32,
    /// Share of the other's shingles that stand in this text.
    pub of_base: f32,
    /// The passages both share, in the order of this text.
    pub passages: Vec<SharedPassage>,
}

/// What the story step decides for a new or changed text.
#[derive(Clone, Debug, PartialEq)]
pub enum Placement {
    /// No story fits: it opens one.
    Opens,
    /// It is another account of a known event.
    Joins {
        /// Which story.
        story: StoryId,
        /// Why.
        because: Because,
    },
    /// It repeats a text that is already here, and stands in that text's story.
    Copies {
        /// That text's story.
        story: StoryId,
        /// Which text, and how much.
        of: CopyOf,
    },
}

/// How an article belongs to a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A text of its own.
    Account,
    /// A copy of another member.
    Copy,
    /// Possibly the same event; shown apart and not counted.
    Maybe,
}

impl Role {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            Role::Account => "account",
            Role::Copy => "copy",
            Role::Maybe => "maybe",
        }
    }

    /// Reads [`Role::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Role::Account, Role::Copy, Role::Maybe].into_iter().find(|r| r.word() == word)
    }
}

/// What happened to a story, for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoryEvent {
    /// It was opened by this article.
    Opened(ArticleId),
    /// This article joined.
    Joined(ArticleId),
    /// This article left, for another story where known.
    Left(ArticleId, Option<StoryId>),
    /// Another story was merged into it.
    MergedFrom(StoryId),
    /// It was merged into another.
    MergedInto(StoryId),
    /// A story was split off.
    SplitInto(StoryId),
    /// A person found that this article, a doubtful one, does not belong here.
    Dismissed(ArticleId),
    /// A person took that finding back: the article is doubtful again.
    Doubted(ArticleId),
}

/// What a person decided about the grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecisionKind {
    /// Some members of a story are a story of their own.
    Split,
    /// Two stories are one.
    Merge,
    /// One article belongs to another story.
    Move,
    /// A doubtful article does not belong to the story beside which it was shown.
    Apart,
    /// An earlier decision no longer holds.
    Undo,
}

impl DecisionKind {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            DecisionKind::Split => "split",
            DecisionKind::Merge => "merge",
            DecisionKind::Move => "move",
            DecisionKind::Apart => "apart",
            DecisionKind::Undo => "undo",
        }
    }

    /// Reads [`DecisionKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        use DecisionKind::{Apart, Merge, Move, Split, Undo};
        [Split, Merge, Move, Apart, Undo].into_iter().find(|kind| kind.word() == word)
    }
}

/// What a decision says about articles: those of `moved` and `met` tell of one event, and those of `left` of another
/// than those of `moved`. No article is on two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its number; later ones are larger.
    pub id: DecisionId,
    /// What was done.
    pub kind: DecisionKind,
    /// The articles that were split off, merged, moved or found not to belong.
    pub moved: Vec<ArticleId>,
    /// The members of the story they left, or do not belong to.
    pub left: Vec<ArticleId>,
    /// The members of the story they came to.
    pub met: Vec<ArticleId>,
    /// The decision it takes back, with [`DecisionKind::Undo`].
    pub withdraws: Option<DecisionId>,
}
