//! Articles, their revisions, and visits to their pages.

use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use crate::writer::Pending;
use jiff::{SignedDuration, Timestamp};
use news::article::{Article, Held, TextKind};
use news::entry::Entry;
use news::id::{ArticleId, ImportId, OutletId, RecordId, RevisionId, StoryId};
use news::language::Language;
use news::outlet::Outlet;
use news::parsed::Problem;
use news::revision::{Digest, EditRank, Revision};
use news::statement::Statement;
use news::story::{Placement, Role};
use news::time::Moment;
use news::topic::Topic;

/// An article that is due for a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Which article.
    pub article: ArticleId,
    /// Its address.
    pub url: String,
    /// Its outlet, where known.
    pub outlet: Option<OutletId>,
    /// The number of its last revision; `None` before the first.
    pub last_revision: Option<u32>,
    /// Visits so far.
    pub visits: u32,
    /// When it was first seen, our clock.
    pub first_seen_at: Timestamp,
    /// When it was due.
    pub due_at: Timestamp,
    /// The entry that led to it, as last stated.
    pub entry: Option<Entry>,
}

/// An article that no feed led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewArticle {
    /// Its address; two with one [`crate::address_key`] are one article.
    pub url: Option<String>,
    /// What identifies it when it has no address (a digest of the file, say).
    pub key: Option<String>,
    /// Its outlet, where known.
    pub outlet: Option<OutletId>,
    /// The import it came with.
    pub import: Option<ImportId>,
    /// When to visit its page; `None` never.
    pub visit_due_at: Option<Timestamp>,
}

/// What became of [`Archive::add_article`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArticleState {
    /// Its number.
    pub article: ArticleId,
    /// Not known before.
    pub is_new: bool,
    /// The number of its last revision; `None` before the first.
    pub last_revision: Option<u32>,
}

/// A text to keep as the next revision of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRevision {
    /// Whose text.
    pub article: ArticleId,
    /// The article as read.
    pub content: Article,
    /// Our clock: when the bytes came. It is also the time of everything this revision causes.
    pub fetched_at: Timestamp,
    /// SHA-256 of the body as received.
    pub raw_digest: Option<Digest>,
    /// Where the response is kept.
    pub record: Option<RecordId>,
    /// How it differs from the revision before; `None` for the first.
    pub rank: Option<EditRank>,
    /// Where it stands among stories. `None` leaves the article where it is (outside, for a first revision).
    pub placement: Option<Placement>,
    /// The story room's features, kept as given.
    pub features: Vec<u8>,
    /// What is said in it; spans in `content.text`.
    pub statements: Vec<Statement>,
    /// What went wrong in reading it.
    pub problems: Vec<Problem>,
    /// Version of the extraction that read it.
    pub extractor: u32,
}

/// What became of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its number over the whole archive.
    pub revision: RevisionId,
    /// Its number within the article, 1 for the first.
    pub number: u32,
    /// The story its article now stands in.
    pub story: Option<StoryId>,
}

/// A further reading of a revision's bytes by a newer extraction. The readings before it stay.
#[derive(Clone, Debug, PartialEq)]
pub struct NewText {
    /// Whose text.
    pub revision: RevisionId,
    /// The article as read now.
    pub content: Article,
    /// The story room's features.
    pub features: Vec<u8>,
    /// What is said in it; spans in `content.text`.
    pub statements: Vec<Statement>,
    /// What went wrong in reading it.
    pub problems: Vec<Problem>,
    /// Version of the extraction that read it.
    pub extractor: u32,
}

/// What a visit to an article's page came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VisitOutcome {
    /// The text is the one held.
    Unchanged,
    /// A revision was recorded.
    Revised,
    /// The page is there, but it is not the article: a consent wall, a paywall's stub, robots.txt.
    Refused {
        /// Kebab-case reason: `consent`, `paywall`, `robots`, `empty`, …
        why: String,
    },
    /// No answer, or one that tells nothing about the article (5xx, 429, time out).
    Failed {
        /// One sentence.
        error: String,
    },
    /// The article is not there: 404, 410, or a redirect to the front page.
    NotFound {
        /// `404`, `410`, `front-page`, `soft-404`.
        why: String,
    },
}

/// When an article is visited next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NextVisit {
    /// The next of the times of [`revisit_at`]; one that is not found is asked again within a day.
    #[default]
    OnSchedule,
    /// At this time.
    At(Timestamp),
    /// Not again by itself.
    Never,
}

/// What is recorded after a visit to an article's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitFact {
    /// Which article.
    pub article: ArticleId,
    /// When, our clock.
    pub at: Timestamp,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// What it came to.
    pub outcome: VisitOutcome,
    /// The address that answered, where redirects led elsewhere.
    pub final_url: Option<String>,
    /// Where the response is kept, if it is.
    pub record: Option<RecordId>,
    /// When to come again.
    pub next: NextVisit,
}

/// One past visit, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitLine {
    /// When, our clock.
    pub at: Timestamp,
    /// HTTP status.
    pub status: Option<u16>,
    /// `unchanged`, `revised`, `refused`, `failed`, `not_found`.
    pub outcome: String,
    /// Why, where it was not one of the first two.
    pub detail: Option<String>,
    /// The address that answered, where redirects led elsewhere.
    pub final_url: Option<String>,
    /// Where the response is kept, if it is.
    pub record: Option<RecordId>,
}

/// A stretch of time in which an article was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disappearance {
    /// The first visit that did not find it.
    pub gone_at: Timestamp,
    /// The visit that found it again.
    pub back_at: Option<Timestamp>,
}

/// A revision without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionHead {
    /// Its number over the whole archive.
    pub id: RevisionId,
    /// Whose text it is.
    pub article: ArticleId,
    /// 1 for the first, counted per article.
    pub number: u32,
    /// Headline.
    pub headline: Option<String>,
    /// Standfirst, else the opening of the text; at most 300 characters, cut at a word.
    pub summary: String,
    /// Byline as printed.
    pub byline: Option<String>,
    /// The agency credited.
    pub credit: Option<String>,
    /// Place of the dateline.
    pub place: Option<String>,
    /// Language of the text.
    pub language: Option<Language>,
    /// What sort of text it is.
    pub kind: TextKind,
    /// How much of it we hold.
    pub held: Held,
    /// Words in the text.
    pub words: u32,
    /// Statements in the text.
    pub statements: u32,
    /// Address of the lead image.
    pub image: Option<String>,
    /// When the outlet says it was published.
    pub published_at: Option<Moment>,
    /// When the outlet says it was last changed.
    pub modified_at: Option<Moment>,
    /// Our clock: when the bytes came.
    pub fetched_at: Timestamp,
    /// How it differs from the revision before.
    pub rank: Option<EditRank>,
    /// SHA-256 of the body as received.
    pub raw_digest: Option<Digest>,
    /// SHA-256 of headline, newline, text.
    pub text_digest: Digest,
    /// Where the response is kept.
    pub record: Option<RecordId>,
    /// Version of the extraction that read this text.
    pub extractor: u32,
}

/// An article in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleCard {
    /// Its number.
    pub id: ArticleId,
    /// Its address.
    pub url: Option<String>,
    /// Its outlet; `None` where none was stated.
    pub outlet: Option<Outlet>,
    /// Headline of its last revision, else the title its feed gave.
    pub headline: Option<String>,
    /// Its last revision; `None` while its page was never read.
    pub head: Option<RevisionHead>,
    /// How many revisions it has.
    pub revisions: u32,
    /// The story it stands in.
    pub story: Option<StoryId>,
    /// How it stands there.
    pub role: Option<Role>,
    /// When it was first seen, our clock.
    pub first_seen_at: Timestamp,
    /// Where it stands in time: the outlet's time of publication where stated and not after ours, else
    /// [`ArticleCard::first_seen_at`].
    pub sort_at: Timestamp,
    /// Since when its page is gone, if it is.
    pub gone_at: Option<Timestamp>,
}

/// An article with what its own page shows beside the text.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticlePage {
    /// The article.
    pub card: ArticleCard,
    /// Its entries as last stated, first seen first.
    pub entries: Vec<Entry>,
    /// When it was gone and back.
    pub disappearances: Vec<Disappearance>,
    /// Its last visits, latest first, at most 50.
    pub visits: Vec<VisitLine>,
    /// When it is visited next.
    pub visit_due_at: Option<Timestamp>,
    /// Topics it stands in, with why.
    pub topics: Vec<(Topic, String)>,
    /// Other addresses that lead to it.
    pub other_urls: Vec<String>,
}

/// A revision with its text and what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionPage {
    /// The revision. Its content is the last reading known at the time asked for.
    pub revision: Revision,
    /// What is said in it; spans in `revision.content.text`.
    pub statements: Vec<Statement>,
    /// What went wrong in reading it.
    pub problems: Vec<Problem>,
    /// Version of the extraction that read it.
    pub extractor: u32,
    /// How many times it was read by newer extractions.
    pub readings: u32,
}

/// When an article is visited again: 15 minutes, 1 hour, 6 hours, 1 day, 3, 10, 30 days and 1 year after
/// it was first seen; the first of these after `now`, and none after the last.
pub fn revisit_at(first_seen_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    const MINUTES: [i64; 8] = [15, 60, 360, 1_440, 4_320, 14_400, 43_200, 525_600];
    MINUTES
        .into_iter()
        .filter_map(|minutes| first_seen_at.checked_add(SignedDuration::from_mins(minutes)).ok())
        .find(|at| *at > now)
}

impl Archive {
    /// Adds an article that no feed led to, or finds it by address or key.
    pub fn add_article(&self, article: &NewArticle, now: Timestamp) -> Result<ArticleState> {
        Err(Error::NotYet)
    }

    /// Articles due for a visit at `now`: pages never read first, then longest due; at most `limit`.
    pub fn articles_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Visit>> {
        Err(Error::NotYet)
    }

    /// Makes an article due for a visit at once; nothing happens for one without an address.
    pub fn mark_article_due(&self, id: ArticleId, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Keeps a text as the next revision of its article and places it among stories.
    ///
    /// The same words as the last revision ([`news::revision::text_digest`]) make no revision: the last one
    /// is answered. An article that stands in a story stays there when the placement says `Opens`, and moves
    /// (logged on both sides) when it names another story.
    pub fn record_revision(&self, revision: NewRevision) -> Result<Recorded> {
        self.record_revision_soon(revision)?.durable()
    }

    /// [`Archive::record_revision`] without the wait.
    pub fn record_revision_soon(&self, revision: NewRevision) -> Result<Pending<Recorded>> {
        Err(Error::NotYet)
    }

    /// [`Archive::record_revision`] for many in one transaction, in order: all or none.
    pub fn record_revisions(&self, revisions: Vec<NewRevision>) -> Result<Vec<Recorded>> {
        Err(Error::NotYet)
    }

    /// Records a visit and when to come again. Two visits in a row that did not find the article mark it gone
    /// since the first of them; a visit that reads it ends the mark. Both facts stay.
    pub fn record_visit(&self, visit: VisitFact) -> Result<()> {
        self.record_visit_soon(visit)?.durable()
    }

    /// [`Archive::record_visit`] without the wait.
    pub fn record_visit_soon(&self, visit: VisitFact) -> Result<Pending<()>> {
        Err(Error::NotYet)
    }

    /// Adds a newer reading of a revision's bytes. The text shown is the newest reading; the first stays.
    /// A reading that says the same as the last only replaces its features.
    pub fn replace_text(&self, text: NewText, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Keeps features worked out anew for a revision.
    pub fn replace_features(&self, features: Vec<(RevisionId, Vec<u8>)>) -> Result<()> {
        Err(Error::NotYet)
    }

    /// One article with what its page shows.
    pub fn article(&self, id: ArticleId, as_of: AsOf) -> Result<Option<ArticlePage>> {
        Err(Error::NotYet)
    }

    /// One revision by its number within the article, with its text.
    pub fn revision(&self, article: ArticleId, number: u32, as_of: AsOf) -> Result<Option<RevisionPage>> {
        Err(Error::NotYet)
    }

    /// The last revision of an article, with its text.
    pub fn last_revision(&self, article: ArticleId, as_of: AsOf) -> Result<Option<RevisionPage>> {
        Err(Error::NotYet)
    }

    /// One revision by its number over the whole archive, with its text.
    pub fn revision_by_id(&self, id: RevisionId, as_of: AsOf) -> Result<Option<RevisionPage>> {
        Err(Error::NotYet)
    }

    /// The revisions of an article, first one first, without their texts; at most 1,000.
    pub fn revisions(&self, article: ArticleId, as_of: AsOf) -> Result<Vec<RevisionHead>> {
        Err(Error::NotYet)
    }

    /// The articles this address leads to (by [`crate::address_key`]); mostly one or none.
    pub fn articles_by_url(&self, url: &str) -> Result<Vec<ArticleCard>> {
        Err(Error::NotYet)
    }
}
