//! The one room that speaks SQL; keeps what each step made.
//!
//! One data folder holds `readout.db` (SQLite, WAL), `segments/*.warc.gz` (what was received, byte for
//! byte), `index/` (the search room's, derived) and `lock`. An [`Archive`] takes and returns the words
//! of `news`; no row and no SQL leaves this crate. Every `record_…` is one transaction and returns once
//! it is on the disk; the `…_soon` twins return once it is done and hand over a [`Pending`] to wait on.
//! All calls block: from async code call them on a blocking thread.
//!
//! What a person decided about the grouping is kept in `decisions`, which stories are made anew around.
//!
//! Nothing is overwritten: memberships are closed rather than changed, a re-extracted text is a further
//! text of the same revision, and a page that came back keeps the fact that it was gone. So [`AsOf::At`]
//! can answer what was known at a time.

mod address;
mod articles;
mod changes;
mod dated;
mod decisions;
mod entries;
mod error;
mod feeds;
mod imports;
mod lists;
mod open;
mod outlets;
mod responses;
mod rows;
mod segments;
mod stories;
mod storylines;
mod subscriptions;
mod timeline;
mod topics;
mod tree;
mod verify;
pub mod warc;
mod writer;

pub use address::{key as address_key, without_trackers};
pub use articles::{
    ArticleCard, ArticlePage, ArticleState, Disappearance, NewArticle, NewRevision, NewText, NextVisit, Recorded,
    RevisionHead, RevisionPage, Visit, VisitFact, VisitLine, VisitOutcome, revisit_at,
};
pub use changes::{FeaturesRow, Indexable, RevisionRow};
pub use dated::Undated;
pub use decisions::{Correction, DECISION_ARTICLES, DECISIONS, DecisionCard, NewDecision, WHO_CHARS, WHY_CHARS};
pub use entries::EntryState;
pub use error::{Error, Result};
pub use feeds::{DueFeed, FetchFact, FetchLine, ListedFeed, Poll, PollOutcome, Silence, SourceHealth, Whereabouts};
pub use imports::{HeadlineRecord, HeadlineState, Import, ImportCounts, ImportFact, Position};
pub use lists::{AsOf, EditCard, EditFilter, Listed, Page, StoryCard, StoryOrder};
pub use open::{Archive, Settings, Stats};
pub use outlets::NewOutlet;
pub use responses::{Resource, Response, StoredResponse};
pub use stories::{LogAuthor, LogFilter, LogLine, MemberCard, Move, StoryPage};
pub use storylines::{NewStoryline, Storyline, StorylinePage};
pub use subscriptions::{Delivery, DeliveryRead, HubCall, NewSubscription, Receipt, Subscription, SubscriptionState};
pub use timeline::{DayCount, DaySentences, Days, SentenceCard, TimelineOf};
pub use topics::{NewTopic, TopicChange, TopicCount};
pub use tree::TreeMember;
pub use verify::{Check, Report};
pub use writer::Pending;
