//! Articles, their revisions, and visits to their pages.

use crate::error::{Error, Result};
use crate::lists::{self, AsOf};
use crate::open::Archive;
use crate::rows::{
    Cols, article_from_json, article_to_json, moment_columns, ms, problems_from_json, problems_to_json, rank_number,
    rank_of, statements_from_json, statements_to_json,
};
use crate::writer::{Pending, Writing};
use crate::{address, dated, entries, stories, topics};
use jiff::{SignedDuration, Timestamp};
use news::article::{Article, Held, TextKind};
use news::dated::Dated;
use news::entry::Entry;
use news::id::{ArticleId, ImportId, OutletId, RecordId, RevisionId, StoryId};
use news::language::Language;
use news::outlet::Outlet;
use news::parsed::Problem;
use news::revision::{Digest, EditRank, Revision, text_digest};
use news::statement::Statement;
use news::story::{Placement, Role};
use news::time::Moment;
use news::topic::Topic;
use rusqlite::{Connection, OptionalExtension, params};

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
    /// What it says of days; spans in `content.text`.
    pub dated: Dated,
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
    /// What it says of days; spans in `content.text`.
    pub dated: Dated,
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
    /// What the answer says of text and data mining, and where; `None` when it says nothing.
    pub reserved: Option<String>,
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
    /// What the answer said of text and data mining, and where.
    pub reserved: Option<String>,
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
    /// Where it stands in time: the time of publication that its entry or first text states, where that is not after
    /// ours, else [`ArticleCard::first_seen_at`]. Later texts do not move it.
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
        self.add_article_soon(article, now)?.durable()
    }

    /// [`Archive::add_article`] without the wait.
    pub fn add_article_soon(&self, article: &NewArticle, now: Timestamp) -> Result<Pending<ArticleState>> {
        let article = article.clone();
        self.write_soon(move |w| {
            find_or_add(
                w,
                &Sighting {
                    url: article.url.as_deref(),
                    key: article.key.as_deref(),
                    outlet: article.outlet,
                    import: article.import,
                    headline: None,
                    published_at: None,
                    visit_due_at: article.visit_due_at.filter(|_| article.url.is_some()),
                },
                now,
            )
        })
    }

    /// Articles due for a visit at `now`: pages never read first, then longest due; at most `limit`.
    pub fn articles_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Visit>> {
        self.read(|conn| {
            let mut due = Vec::new();
            for which in ["visits = 0", "visits > 0"] {
                let sql = format!(
                    "select a.id, a.url, a.outlet, a.revisions, a.visits, a.first_seen_at, a.visit_due_at
                     from articles a where a.visit_due_at is not null and a.{which} and a.visit_due_at <= ?1
                     order by a.visit_due_at, a.id limit ?2"
                );
                let left = limit.min(10_000).saturating_sub(due.len()) as i64;
                let rows = conn
                    .prepare_cached(&sql)?
                    .query_map((ms(now), left), |row| {
                        let mut c = Cols::new(row);
                        Ok(Visit {
                            article: ArticleId(c.next()?),
                            url: c.next::<Option<String>>()?.unwrap_or_default(),
                            outlet: c.next::<Option<i64>>()?.map(OutletId),
                            last_revision: c.next::<u32>().map(|n| (n > 0).then_some(n))?,
                            visits: c.next()?,
                            first_seen_at: c.time()?,
                            due_at: c.time()?,
                        })
                    })?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                due.extend(rows);
            }
            Ok(due)
        })
    }

    /// The entry that led to an article, as last stated; `None` for one that no feed led to.
    pub fn entry_of(&self, article: ArticleId) -> Result<Option<Entry>> {
        self.read(|conn| Ok(entries::stated(conn, article, AsOf::Now)?.into_iter().map(|(_, entry)| entry).next()))
    }

    /// Makes an article due for a visit at once; nothing happens for one without an address.
    pub fn mark_article_due(&self, id: ArticleId, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            w.conn
                .prepare_cached("update articles set visit_due_at = ?2 where id = ?1 and url is not null")?
                .execute((id.0, ms(now)))?;
            Ok(())
        })
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
        self.write_soon(move |w| record(w, &revision))
    }

    /// [`Archive::record_revision`] for many in one transaction, in order: all or none.
    pub fn record_revisions(&self, revisions: Vec<NewRevision>) -> Result<Vec<Recorded>> {
        self.write(move |w| revisions.iter().map(|revision| record(w, revision)).collect())
    }

    /// Records a visit and when to come again. Two visits in a row that did not find the article mark it gone
    /// since the first of them; a visit that reads it ends the mark. Both facts stay.
    pub fn record_visit(&self, visit: VisitFact) -> Result<()> {
        self.record_visit_soon(visit)?.durable()
    }

    /// [`Archive::record_visit`] without the wait.
    pub fn record_visit_soon(&self, visit: VisitFact) -> Result<Pending<()>> {
        self.write_soon(move |w| visit_one(w, &visit))
    }

    /// Adds a newer reading of a revision's bytes. The text shown is the newest reading; the first stays.
    /// A reading that says the same as the last only replaces its features.
    pub fn replace_text(&self, text: NewText, now: Timestamp) -> Result<()> {
        self.replace_texts_soon(vec![text], now)?.durable()
    }

    /// [`Archive::replace_text`] for many in one transaction, all or none, without the wait.
    pub fn replace_texts_soon(&self, texts: Vec<NewText>, now: Timestamp) -> Result<Pending<()>> {
        self.write_soon(move |w| texts.iter().try_for_each(|text| replace(w, text, now)))
    }

    /// Where the newest pages of an outlet are kept, one for each article, newest first.
    pub fn pages_of(&self, outlet: OutletId, limit: usize) -> Result<Vec<RecordId>> {
        self.read(|conn| {
            let records = conn
                .prepare_cached(
                    "select r.record from articles a join revisions r on r.id = a.head
                     where a.outlet = ?1 and r.record is not null order by a.sort_at desc, a.id desc limit ?2",
                )?
                .query_map((outlet.0, limit.min(1_000) as i64), |row| row.get(0).map(RecordId))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(records)
        })
    }

    /// Keeps features worked out anew for a revision.
    pub fn replace_features(&self, features: Vec<(RevisionId, Vec<u8>)>) -> Result<()> {
        self.write(move |w| features.iter().try_for_each(|(id, bytes)| put_features(w.conn, *id, bytes)))
    }

    /// One article with what its page shows.
    pub fn article(&self, id: ArticleId, as_of: AsOf) -> Result<Option<ArticlePage>> {
        self.read(|conn| {
            let Some(card) = lists::card(conn, id, as_of)? else { return Ok(None) };
            let until = as_of.until();
            let disappearances = conn
                .prepare_cached(
                    "select gone_at, case when back_at <= ?2 then back_at end from disappearances
                     where article = ?1 and noticed_at <= ?2 order by id limit 1000",
                )?
                .query_map((id.0, until), |row| {
                    let mut c = Cols::new(row);
                    Ok(Disappearance { gone_at: c.time()?, back_at: c.opt_time()? })
                })?
                .collect::<rusqlite::Result<_>>()?;
            let visits = conn
                .prepare_cached(
                    "select at, status, outcome, detail, final_url, record, reserved from visits
                     where article = ?1 and at <= ?2 order by id desc limit 50",
                )?
                .query_map((id.0, until), |row| {
                    let mut c = Cols::new(row);
                    Ok(VisitLine {
                        at: c.time()?,
                        status: c.next()?,
                        outcome: c.next()?,
                        detail: c.next()?,
                        final_url: c.next()?,
                        record: c.next::<Option<i64>>()?.map(RecordId),
                        reserved: c.next()?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            let visit_due_at = conn
                .prepare_cached("select visit_due_at from articles where id = ?1")?
                .query_row([id.0], |row| Cols::new(row).opt_time())?;
            let other_urls = conn
                .prepare_cached(
                    "select url from addresses where article = ?1 and added_at <= ?2 order by added_at limit 100",
                )?
                .query_map((id.0, until), |row| row.get::<_, String>(0))?
                .filter(|url| url.as_ref().ok() != card.url.as_ref())
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some(ArticlePage {
                entries: entries::stated(conn, id, as_of)?.into_iter().map(|(_, entry)| entry).collect(),
                topics: topics::of(conn, id, as_of)?,
                card,
                disappearances,
                visits,
                visit_due_at,
                other_urls,
            }))
        })
    }

    /// One revision by its number within the article, with its text.
    pub fn revision(&self, article: ArticleId, number: u32, as_of: AsOf) -> Result<Option<RevisionPage>> {
        self.read(|conn| {
            let id = conn
                .prepare_cached("select id from revisions where article = ?1 and number = ?2")?
                .query_row((article.0, number), |row| row.get(0))
                .optional()?;
            id.map_or(Ok(None), |id| page(conn, RevisionId(id), as_of))
        })
    }

    /// The last revision of an article, with its text.
    pub fn last_revision(&self, article: ArticleId, as_of: AsOf) -> Result<Option<RevisionPage>> {
        self.read(|conn| last(conn, article, as_of))
    }

    /// One revision by its number over the whole archive, with its text.
    pub fn revision_by_id(&self, id: RevisionId, as_of: AsOf) -> Result<Option<RevisionPage>> {
        self.read(|conn| page(conn, id, as_of))
    }

    /// The revisions of an article, first one first, without their texts; at most 1,000.
    pub fn revisions(&self, article: ArticleId, as_of: AsOf) -> Result<Vec<RevisionHead>> {
        self.read(|conn| {
            let ids = conn
                .prepare_cached(
                    "select id from revisions where article = ?1 and fetched_at <= ?2 order by number limit 1000",
                )?
                .query_map((article.0, as_of.until()), |row| row.get(0).map(RevisionId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            ids.into_iter().filter_map(|id| head(conn, id, as_of).transpose()).collect()
        })
    }

    /// The articles this address leads to (by [`crate::address_key`]); mostly one or none.
    pub fn articles_by_url(&self, url: &str) -> Result<Vec<ArticleCard>> {
        self.read(|conn| {
            let id = conn
                .prepare_cached("select article from addresses where address_key = ?1")?
                .query_row([address::key(url)], |row| row.get(0))
                .optional()?;
            let card = id.map_or(Ok(None), |id| lists::card(conn, ArticleId(id), AsOf::Now))?;
            Ok(card.into_iter().collect())
        })
    }
}

// Finding and adding articles.

/// An article as something led to it.
pub(crate) struct Sighting<'a> {
    pub(crate) url: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) outlet: Option<OutletId>,
    pub(crate) import: Option<ImportId>,
    pub(crate) headline: Option<&'a str>,
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) visit_due_at: Option<Timestamp>,
}

/// Finds an article by address, then by key, and adds it when there is none.
pub(crate) fn find_or_add(w: &mut Writing<'_>, sighting: &Sighting<'_>, now: Timestamp) -> Result<ArticleState> {
    let address_key = sighting.url.map(address::key);
    let mut found = None;
    if let Some(key) = &address_key {
        found = w
            .conn
            .prepare_cached(
                "select a.id, a.revisions from addresses d join articles a on a.id = d.article where d.address_key = ?1",
            )?
            .query_row([key], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)))
            .optional()?;
    }
    if let (None, Some(key)) = (found, sighting.key) {
        found = w
            .conn
            .prepare_cached("select id, revisions from articles where key = ?1")?
            .query_row([key], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)))
            .optional()?;
    }
    if let Some((id, revisions)) = found {
        if sighting.visit_due_at.is_some() || sighting.outlet.is_some() {
            // A known article may learn its outlet, and an imported one may be visited once a feed leads to it.
            w.conn
                .prepare_cached(
                    "update articles set outlet = coalesce(outlet, ?2),
                        visit_due_at = case when visits = 0 and revisions = 0 and url is not null
                            then coalesce(visit_due_at, ?3) else visit_due_at end
                     where id = ?1 and (outlet is null or (visits = 0 and revisions = 0))",
                )?
                .execute((id, sighting.outlet.map(|o| o.0), sighting.visit_due_at.map(ms)))?;
        }
        let last_revision = (revisions > 0).then_some(revisions);
        return Ok(ArticleState { article: ArticleId(id), is_new: false, last_revision });
    }

    let seq = w.next_seq();
    w.conn
        .prepare_cached(
            "insert into articles (outlet, url, key, import, headline, first_seen_at, sort_at, visit_due_at, change_seq)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            sighting.outlet.map(|o| o.0),
            sighting.url,
            sighting.key,
            sighting.import.map(|i| i.0),
            sighting.headline,
            ms(now),
            ms(sort_at(sighting.published_at, now)),
            sighting.visit_due_at.map(ms),
            seq,
        ])?;
    let id = ArticleId(w.conn.last_insert_rowid());
    if let (Some(key), Some(url)) = (&address_key, sighting.url) {
        add_address(w.conn, key, url, id, now)?;
    }
    Ok(ArticleState { article: id, is_new: true, last_revision: None })
}

/// An article's place in time: what the outlet states, unless it states a time to come.
fn sort_at(published_at: Option<Timestamp>, first_seen_at: Timestamp) -> Timestamp {
    published_at.filter(|at| *at <= first_seen_at).unwrap_or(first_seen_at)
}

fn add_address(conn: &Connection, key: &str, url: &str, article: ArticleId, now: Timestamp) -> Result<()> {
    conn.prepare_cached(
        "insert into addresses (address_key, article, url, added_at) values (?1, ?2, ?3, ?4)
         on conflict (address_key) do nothing",
    )?
    .execute((key, article.0, url, ms(now)))?;
    Ok(())
}

/// Notes that an article changed in a way search can see.
pub(crate) fn touch(w: &mut Writing<'_>, article: ArticleId) -> Result<()> {
    let seq = w.next_seq();
    w.conn.prepare_cached("update articles set change_seq = ?2 where id = ?1")?.execute((article.0, seq))?;
    Ok(())
}

// Keeping a text.

struct Known {
    url: Option<String>,
    first_seen_at: Timestamp,
    sort_at: Timestamp,
    revisions: u32,
    head: Option<(RevisionId, Digest)>,
}

pub(crate) fn record(w: &mut Writing<'_>, new: &NewRevision) -> Result<Recorded> {
    let held = w
        .conn
        .prepare_cached(
            "select a.url, a.first_seen_at, a.sort_at, a.revisions, r.id, t.text_digest
             from articles a left join revisions r on r.id = a.head left join revision_texts t on t.id = r.text
             where a.id = ?1",
        )?
        .query_row([new.article.0], |row| {
            let mut c = Cols::new(row);
            Ok(Known {
                url: c.next()?,
                first_seen_at: c.time()?,
                sort_at: c.time()?,
                revisions: c.next()?,
                head: if c.is_null()? { None } else { Some((RevisionId(c.next()?), c.digest()?)) },
            })
        })
        .optional()?
        .ok_or(Error::Unknown { what: "article", id: new.article.0 })?;
    if let Some((revision, digest)) = held.head
        && digest == text_digest(&new.content)
    {
        let story = stories::current(w.conn, new.article)?.map(|m| m.story);
        return Ok(Recorded { revision, number: held.revisions, story });
    }

    let number = held.revisions + 1;
    w.conn
        .prepare_cached(
            "insert into revisions (article, number, fetched_at, raw_digest, record, rank) values (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            new.article.0,
            number,
            ms(new.fetched_at),
            new.raw_digest.map(|d| d.0),
            new.record.map(|r| r.0),
            new.rank.map(rank_number),
        ))?;
    let revision = RevisionId(w.conn.last_insert_rowid());
    let text = add_reading(
        w.conn,
        revision,
        &Reading {
            content: &new.content,
            statements: &new.statements,
            problems: &new.problems,
            extractor: new.extractor,
            made_at: new.fetched_at,
        },
    )?;
    put_features(w.conn, revision, &new.features)?;
    dated::keep(w.conn, new.article, text, &new.dated, ms(new.fetched_at))?;

    // The first text settles the article's place in time; later texts do not move it, so that a list asked for as of
    // a time before them stands as it stood.
    let place = match new.content.published_at {
        Some(moment) if number == 1 => sort_at(Some(moment.at), held.first_seen_at),
        _ => held.sort_at,
    };
    let seq = w.next_seq();
    w.conn
        .prepare_cached("update articles set head = ?2, revisions = ?3, sort_at = ?4, change_seq = ?5 where id = ?1")?
        .execute((new.article.0, revision.0, number, ms(place), seq))?;
    if place != held.sort_at {
        topics::moved_in_time(w.conn, new.article, place)?;
    }
    if let (Some(canonical), Some(url)) = (&new.content.canonical_url, &held.url) {
        // A page may name another address of its own site as the right one, never one of another's.
        if host(canonical).is_some() && host(canonical) == host(url) {
            add_address(w.conn, &address::key(canonical), canonical, new.article, new.fetched_at)?;
        }
    }
    let story = stories::place(w, new.article, revision, new.placement.as_ref(), new.fetched_at)?;
    Ok(Recorded { revision, number, story })
}

fn host(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(format!("{}:{}", host.strip_prefix("www.").unwrap_or(host), url.port().unwrap_or(0)))
}

struct Reading<'a> {
    content: &'a Article,
    statements: &'a [Statement],
    problems: &'a [Problem],
    extractor: u32,
    made_at: Timestamp,
}

/// Adds a reading of a revision and makes it the one shown; gives its number.
fn add_reading(conn: &Connection, revision: RevisionId, reading: &Reading<'_>) -> Result<i64> {
    let a = reading.content;
    let (published_at, published_offset, published_precision) = moment_columns(a.published_at.as_ref());
    let (modified_at, modified_offset, modified_precision) = moment_columns(a.modified_at.as_ref());
    conn.prepare_cached(
        "insert into revision_texts (revision, extractor, made_at, text_digest, headline, summary, byline, credit, place,
            language, kind, held, words, statements, image, published_at, published_offset, published_precision,
            modified_at, modified_offset, modified_precision)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?
    .execute(params![
        revision.0,
        reading.extractor,
        ms(reading.made_at),
        text_digest(a).0,
        a.headline,
        summary(a),
        a.byline,
        a.credit,
        a.dateline.as_ref().map(|d| d.place.as_str()),
        a.language.as_ref().map(Language::as_str),
        a.kind.word(),
        a.held.word(),
        news::text::word_count(&a.text),
        reading.statements.len(),
        a.image,
        published_at,
        published_offset,
        published_precision,
        modified_at,
        modified_offset,
        modified_precision,
    ])?;
    let text = conn.last_insert_rowid();
    conn.prepare_cached("insert into bodies (text, fields, statements, problems, body) values (?1, ?2, ?3, ?4, ?5)")?
        .execute((
        text,
        article_to_json(a)?,
        statements_to_json(reading.statements)?,
        problems_to_json(reading.problems)?,
        &a.text,
    ))?;
    conn.prepare_cached("update revisions set text = ?2 where id = ?1")?.execute((revision.0, text))?;
    Ok(text)
}

/// Adds one newer reading; see [`Archive::replace_text`].
fn replace(w: &mut Writing<'_>, text: &NewText, now: Timestamp) -> Result<()> {
    let (article, is_last, digest) = w
        .conn
        .prepare_cached(
            "select r.article, a.head = r.id, t.text_digest
             from revisions r join articles a on a.id = r.article join revision_texts t on t.id = r.text
             where r.id = ?1",
        )?
        .query_row([text.revision.0], |row| {
            let mut c = Cols::new(row);
            Ok((ArticleId(c.next()?), c.next::<bool>()?, c.digest()?))
        })
        .optional()?
        .ok_or(Error::Unknown { what: "revision", id: text.revision.0 })?;
    put_features(w.conn, text.revision, &text.features)?;
    if digest == text_digest(&text.content) && is_same_reading(w.conn, text)? {
        return Ok(());
    }
    let reading = add_reading(
        w.conn,
        text.revision,
        &Reading {
            content: &text.content,
            statements: &text.statements,
            problems: &text.problems,
            extractor: text.extractor,
            made_at: now,
        },
    )?;
    if is_last {
        dated::keep(w.conn, article, reading, &text.dated, ms(now))?;
        touch(w, article)?;
        stories::member_text_changed(w, article, now)?;
    }
    Ok(())
}

/// Whether the newest reading of a revision holds the same fields, statements and problems.
fn is_same_reading(conn: &Connection, text: &NewText) -> Result<bool> {
    let held: (String, String, String, String) = conn
        .prepare_cached(
            "select b.fields, b.statements, b.problems, b.body from revisions r join bodies b on b.text = r.text where r.id = ?1",
        )?
        .query_row([text.revision.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(held.0 == article_to_json(&text.content)?
        && held.1 == statements_to_json(&text.statements)?
        && held.2 == problems_to_json(&text.problems)?
        && held.3 == text.content.text)
}

fn put_features(conn: &Connection, revision: RevisionId, features: &[u8]) -> Result<()> {
    conn.prepare_cached(
        "insert into features (revision, features) values (?1, ?2)
         on conflict (revision) do update set features = excluded.features",
    )?
    .execute((revision.0, features))?;
    Ok(())
}

/// Standfirst, else the opening of the text; at most 300 characters, cut at a word.
fn summary(a: &Article) -> String {
    const MOST: usize = 300;
    let whole = a.standfirst.as_deref().filter(|s| !s.is_empty()).unwrap_or(&a.text);
    let Some((end, _)) = whole.char_indices().nth(MOST) else { return whole.replace("\n\n", " ") };
    let cut = whole[..end].rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", whole[..cut].trim_end().replace("\n\n", " "))
}

// Visits.

fn visit_one(w: &mut Writing<'_>, visit: &VisitFact) -> Result<()> {
    let (outcome, detail) = match &visit.outcome {
        VisitOutcome::Unchanged => ("unchanged", None),
        VisitOutcome::Revised => ("revised", None),
        VisitOutcome::Refused { why } => ("refused", Some(why)),
        VisitOutcome::Failed { error } => ("failed", Some(error)),
        VisitOutcome::NotFound { why } => ("not_found", Some(why)),
    };
    let (first_seen_at, missing_since, missing_count, gone_at) = w
        .conn
        .prepare_cached("select first_seen_at, missing_since, missing_count, gone_at from articles where id = ?1")?
        .query_row([visit.article.0], |row| {
            let mut c = Cols::new(row);
            Ok((c.time()?, c.opt_time()?, c.next::<u32>()?, c.opt_time()?))
        })
        .optional()?
        .ok_or(Error::Unknown { what: "article", id: visit.article.0 })?;
    w.conn
        .prepare_cached(
            "insert into visits (article, at, status, outcome, detail, final_url, record, reserved)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            visit.article.0,
            ms(visit.at),
            visit.status,
            outcome,
            detail,
            &visit.final_url,
            visit.record.map(|r| r.0),
            &visit.reserved,
        ))?;

    // A refusal or a failure tells nothing about whether the article is there, so the run goes on across it.
    let (since, count, gone) = match visit.outcome {
        VisitOutcome::Unchanged | VisitOutcome::Revised => (None, 0, None),
        VisitOutcome::Refused { .. } | VisitOutcome::Failed { .. } => (missing_since, missing_count, gone_at),
        VisitOutcome::NotFound { .. } => {
            let since = missing_since.unwrap_or(visit.at);
            let count = missing_count.saturating_add(1);
            (Some(since), count, gone_at.or((count >= 2).then_some(since)))
        }
    };
    let next = next_visit(visit, first_seen_at, gone.is_some());
    w.conn
        .prepare_cached(
            "update articles set visits = visits + 1, visit_due_at = case when url is not null then ?2 end,
                missing_since = ?3, missing_count = ?4, gone_at = ?5 where id = ?1",
        )?
        .execute((visit.article.0, next.map(ms), since.map(ms), count, gone.map(ms)))?;
    match (gone_at, gone) {
        (None, Some(since)) => {
            w.conn
                .prepare_cached("insert into disappearances (article, gone_at, noticed_at) values (?1, ?2, ?3)")?
                .execute((visit.article.0, ms(since), ms(visit.at)))?;
        }
        (Some(_), None) => {
            w.conn
                .prepare_cached("update disappearances set back_at = ?2 where article = ?1 and back_at is null")?
                .execute((visit.article.0, ms(visit.at)))?;
        }
        _ => return Ok(()),
    }
    touch(w, visit.article)?;
    stories::member_gone_changed(w, visit.article, visit.at)
}

/// When to come again: on schedule; sooner where the last visit told nothing, and again for a year where it
/// found nothing, so that a page that comes back is seen.
fn next_visit(visit: &VisitFact, first_seen_at: Timestamp, is_gone: bool) -> Option<Timestamp> {
    let scheduled = revisit_at(first_seen_at, visit.at);
    let within = |minutes| {
        let soon = visit.at.checked_add(SignedDuration::from_mins(minutes)).ok();
        match (scheduled, soon) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    };
    match (visit.next, &visit.outcome) {
        (NextVisit::Never, _) => None,
        (NextVisit::At(at), _) => Some(at),
        (NextVisit::OnSchedule, VisitOutcome::NotFound { .. }) if !is_gone => within(24 * 60),
        (NextVisit::OnSchedule, VisitOutcome::Failed { .. }) => scheduled.and_then(|_| within(60)),
        (NextVisit::OnSchedule, _) => scheduled,
    }
}

// Reading back.

/// The columns of a revision's head, for tables named `r` (revisions) and `t` (revision_texts).
pub(crate) const HEAD: &str = "r.id, r.article, r.number, r.fetched_at, r.rank, r.raw_digest, r.record, t.extractor, \
    t.text_digest, t.headline, t.summary, t.byline, t.credit, t.place, t.language, t.kind, t.held, t.words, t.statements, \
    t.image, t.published_at, t.published_offset, t.published_precision, t.modified_at, t.modified_offset, \
    t.modified_precision";
const HEAD_COLUMNS: usize = 26;

impl Cols<'_> {
    /// The columns of [`HEAD`], all null after a left join that met nothing.
    pub(crate) fn opt_head(&mut self) -> rusqlite::Result<Option<RevisionHead>> {
        if self.is_null()? {
            self.skip(HEAD_COLUMNS);
            return Ok(None);
        }
        self.head().map(Some)
    }

    /// The columns of [`HEAD`].
    pub(crate) fn head(&mut self) -> rusqlite::Result<RevisionHead> {
        let id = RevisionId(self.next()?);
        let article = ArticleId(self.next()?);
        let number = self.next()?;
        let fetched_at = self.time()?;
        let rank = self.read("rank", |n: Option<u8>| n.map_or(Some(None), |n| rank_of(n).map(Some)))?;
        let raw_digest = self.opt_digest()?;
        let record = self.next::<Option<i64>>()?.map(RecordId);
        Ok(RevisionHead {
            id,
            article,
            number,
            fetched_at,
            rank,
            raw_digest,
            record,
            extractor: self.next()?,
            text_digest: self.digest()?,
            headline: self.next()?,
            summary: self.next()?,
            byline: self.next()?,
            credit: self.next()?,
            place: self.next()?,
            language: self.language()?,
            kind: self.read("kind of text", |word: String| TextKind::parse(&word))?,
            held: self.read("amount held", |word: String| Held::parse(&word))?,
            words: self.next()?,
            statements: self.next()?,
            image: self.next()?,
            published_at: self.moment()?,
            modified_at: self.moment()?,
        })
    }
}

/// Which reading of the revision `r` is asked for, as the condition of a join with `t`.
pub(crate) fn reading_join(as_of: AsOf) -> String {
    match as_of {
        AsOf::Now => "t.id = r.text".to_owned(),
        // A reading made later leaves no trace, save that the first is there from the start.
        AsOf::At(at) => format!(
            "t.id = coalesce((select max(x.id) from revision_texts x where x.revision = r.id and x.made_at <= {}),
                (select min(x.id) from revision_texts x where x.revision = r.id))",
            ms(at)
        ),
    }
}

/// One revision's head; `None` when it is not known yet.
pub(crate) fn head(conn: &Connection, id: RevisionId, as_of: AsOf) -> Result<Option<RevisionHead>> {
    let sql = format!(
        "select {HEAD} from revisions r join revision_texts t on {} where r.id = ?1 and r.fetched_at <= ?2",
        reading_join(as_of)
    );
    Ok(conn.prepare_cached(&sql)?.query_row((id.0, as_of.until()), |row| Cols::new(row).head()).optional()?)
}

/// The last revision of an article with its text.
pub(crate) fn last(conn: &Connection, article: ArticleId, as_of: AsOf) -> Result<Option<RevisionPage>> {
    let id = conn
        .prepare_cached(
            "select id from revisions where article = ?1 and fetched_at <= ?2 order by number desc limit 1",
        )?
        .query_row((article.0, as_of.until()), |row| row.get(0))
        .optional()?;
    id.map_or(Ok(None), |id| page(conn, RevisionId(id), as_of))
}

/// One revision with its text; `None` when it is not known yet.
pub(crate) fn page(conn: &Connection, id: RevisionId, as_of: AsOf) -> Result<Option<RevisionPage>> {
    let sql = format!(
        "select r.id, r.article, r.number, r.fetched_at, r.raw_digest, t.text_digest, r.record, r.rank, t.extractor,
            (select count(*) - 1 from revision_texts x where x.revision = r.id and x.made_at <= max(?2, r.fetched_at)),
            b.fields, b.statements, b.problems, b.body
         from revisions r join revision_texts t on {} join bodies b on b.text = t.id
         where r.id = ?1 and r.fetched_at <= ?2",
        reading_join(as_of)
    );
    let row = conn
        .prepare_cached(&sql)?
        .query_row((id.0, as_of.until()), |row| {
            let mut c = Cols::new(row);
            let revision = Revision {
                id: RevisionId(c.next()?),
                article: ArticleId(c.next()?),
                number: c.next()?,
                content: Article::default(),
                fetched_at: c.time()?,
                raw_digest: c.opt_digest()?,
                text_digest: c.digest()?,
                record: c.next::<Option<i64>>()?.map(RecordId),
                rank: c.read("rank", |n: Option<u8>| n.map_or(Some(None), |n| rank_of(n).map(Some)))?,
            };
            let page = RevisionPage {
                revision,
                statements: Vec::new(),
                problems: Vec::new(),
                extractor: c.next()?,
                readings: c.next()?,
            };
            let texts: (String, String, String, String) = (c.next()?, c.next()?, c.next()?, c.next()?);
            Ok((page, texts))
        })
        .optional()?;
    let Some((mut page, (fields, statements, problems, body))) = row else { return Ok(None) };
    page.revision.content = article_from_json(&fields, body)?;
    page.statements = statements_from_json(&statements)?;
    page.problems = problems_from_json(&problems)?;
    Ok(Some(page))
}
