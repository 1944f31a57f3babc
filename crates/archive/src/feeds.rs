//! Feeds, when they are due, and what came of asking them.

use crate::error::{Error, Result};
use crate::open::Archive;
use crate::outlets;
use crate::rows::{Cols, OUTLET, ms, pace_from_json, pace_to_json};
use jiff::Timestamp;
use news::feed::{Feed, FeedKind, Moving, Pace, Validators};
use news::id::{FeedId, FetchId, OutletId, RecordId};
use news::outlet::Outlet;
use rusqlite::{Connection, ErrorCode, Params, params};
use std::collections::HashMap;

/// One attempt to get a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFact {
    /// The address asked.
    pub url: String,
    /// The address that answered, where redirects led elsewhere.
    pub final_url: Option<String>,
    /// When, our clock.
    pub at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// Length of the body as received.
    pub size_bytes: u64,
    /// `Content-Type` as received.
    pub media_type: Option<String>,
    /// Where the response is kept, if it is.
    pub record: Option<RecordId>,
    /// What the answer says of text and data mining, and where; `None` when it says nothing.
    pub reserved: Option<String>,
}

/// What came of asking a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollOutcome {
    /// A full answer that could be read.
    Fresh {
        /// Entries in the document.
        entries: u32,
        /// Entries not seen before.
        new: u32,
    },
    /// 304, or the same bytes again.
    NotModified,
    /// No answer, a bad status, or a document that could not be read; `Poll::error` says what.
    Failed,
    /// 410 Gone: it is not asked again by itself.
    Gone,
    /// Its address leads to another feed that is followed already: it is not asked again by itself.
    Duplicate,
}

/// Where an answer came from, seen against the address asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whereabouts {
    /// There was no answer to tell by; what was known stands.
    #[default]
    Unknown,
    /// The address asked, or a redirect for the time being.
    Here,
    /// A permanent redirect that has to hold for longer before it is taken up.
    Moving(Moving),
    /// A permanent redirect that held: the feed is asked there from now on.
    Moved {
        /// Its new address.
        to: String,
    },
}

/// A feed that is due, and no more than it takes to sort it by host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFeed {
    /// Which feed.
    pub id: FeedId,
    /// Its address.
    pub url: String,
    /// Since when.
    pub due_at: Timestamp,
}

/// A host that asked to be left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Scheme, host and port, as in `https://outlet.example`.
    pub origin: String,
    /// Until when.
    pub until: Timestamp,
    /// The status that asked for it.
    pub status: Option<u16>,
}

/// What is recorded after asking a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// Which feed.
    pub feed: FeedId,
    /// The attempt.
    pub fetch: FetchFact,
    /// Validators of a full answer; `None` keeps the ones held.
    pub validators: Option<Validators>,
    /// What came of it.
    pub outcome: PollOutcome,
    /// When it is asked next; `None` stops it.
    pub next_due_at: Option<Timestamp>,
    /// Seconds between two visits as now reckoned.
    pub interval_seconds: i64,
    /// Newest time any entry states or was first seen; never moves back.
    pub newest_entry_at: Option<Timestamp>,
    /// What the feed calls itself; `None` keeps the title held.
    pub title: Option<String>,
    /// What went wrong, one sentence; only with `Failed` and `Gone`.
    pub error: Option<String>,
    /// Where the answer came from.
    pub whereabouts: Whereabouts,
    /// What the feed says of its pace; `None` keeps what is held.
    pub pace: Option<Pace>,
    /// What decided the next visit, in words.
    pub decided: String,
}

/// One past attempt, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchLine {
    /// Its number.
    pub id: FetchId,
    /// The attempt.
    pub fetch: FetchFact,
    /// `fresh`, `not_modified`, `failed`, `gone`, `duplicate`.
    pub outcome: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Entries in the document.
    pub entries: u32,
    /// Entries not seen before.
    pub entries_new: u32,
    /// What decided the next attempt, in words.
    pub decided: Option<String>,
    /// When that was to be.
    pub next_due_at: Option<Timestamp>,
}

/// How an outlet's feeds fare.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceHealth {
    /// The outlet.
    pub outlet: Outlet,
    /// Its feeds that were not removed.
    pub feeds: Vec<Feed>,
    /// Articles of it.
    pub articles: u64,
    /// When its last new article was first seen, our clock.
    pub last_article_at: Option<Timestamp>,
}

/// A feed of a list that is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFeed {
    /// The outlet's name or its permanent name; one that is not known yet is added.
    pub outlet: String,
    /// The outlet's front page, should it be added.
    pub homepage: Option<String>,
    /// The feed's address.
    pub url: String,
    /// What it serves.
    pub kind: FeedKind,
}

fn add(conn: &Connection, outlet: OutletId, url: &str, kind: FeedKind, now: Timestamp) -> Result<FeedId> {
    let id = conn
        .prepare_cached(
            "insert into feeds (outlet, url, kind, added_at, due_at) values (?1, ?2, ?3, ?4, ?4)
             on conflict (url) do update set
                due_at = case when feeds.removed_at is null then feeds.due_at else excluded.due_at end,
                removed_at = null
             returning id",
        )?
        .query_row((outlet.0, url, kind.word(), ms(now)), |row| row.get(0))
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Error::Unknown { what: "outlet", id: outlet.0 },
            _ => error.into(),
        })?;
    Ok(FeedId(id))
}

impl Archive {
    /// Adds a feed, due at once, or finds the one with this address (a removed one is taken up again).
    pub fn add_feed(&self, outlet: OutletId, url: &str, kind: FeedKind, now: Timestamp) -> Result<FeedId> {
        let url = url.to_owned();
        self.write(move |w| add(w.conn, outlet, &url, kind, now))
    }

    /// Adds the feeds of a list in one transaction, all or none, and the outlets they name; gives for each whether it
    /// is followed only since now.
    pub fn add_feeds(&self, feeds: Vec<ListedFeed>, now: Timestamp) -> Result<Vec<bool>> {
        self.write(move |w| {
            let mut out = Vec::with_capacity(feeds.len());
            for feed in &feeds {
                let is_followed: bool = w
                    .conn
                    .prepare_cached("select exists (select 1 from feeds where url = ?1 and removed_at is null)")?
                    .query_row([&feed.url], |row| row.get(0))?;
                if !is_followed {
                    let outlet = outlets::named(w.conn, &feed.outlet, feed.homepage.as_deref(), now)?;
                    add(w.conn, outlet, &feed.url, feed.kind, now)?;
                }
                out.push(!is_followed);
            }
            Ok(out)
        })
    }

    /// Stops following a feed and leaves it out of [`Archive::feeds`]; its history stays.
    pub fn remove_feed(&self, id: FeedId, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            let changed = w
                .conn
                .prepare_cached("update feeds set due_at = null, removed_at = coalesce(removed_at, ?2) where id = ?1")?
                .execute((id.0, ms(now)))?;
            known(changed, id)
        })
    }

    /// Every feed that was not removed, by outlet and address.
    pub fn feeds(&self) -> Result<Vec<Feed>> {
        self.read(|conn| many(conn, "where removed_at is null order by outlet, url", ()))
    }

    /// One feed, removed or not.
    pub fn feed(&self, id: FeedId) -> Result<Option<Feed>> {
        self.read(|conn| Ok(many(conn, "where id = ?1", [id.0])?.pop()))
    }

    /// The feed with this address, removed or not.
    pub fn feed_by_url(&self, url: &str) -> Result<Option<Feed>> {
        self.read(|conn| Ok(many(conn, "where url = ?1", [url])?.pop()))
    }

    /// Another feed that is followed and has this address or was last answered from it.
    pub fn feed_answering_at(&self, url: &str, other_than: FeedId) -> Result<Option<FeedId>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached(
                    "select min(id) from feeds
                     where (url = ?1 or answers_at = ?1) and id <> ?2 and removed_at is null and due_at is not null",
                )?
                .query_row((url, other_than.0), |row| Ok(row.get::<_, Option<i64>>(0)?.map(FeedId)))?)
        })
    }

    /// Feeds due at `now`, longest due first, at most `limit`.
    pub fn feeds_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Feed>> {
        self.read(|conn| {
            many(
                conn,
                "where due_at is not null and due_at <= ?1 order by due_at, id limit ?2",
                (ms(now), limit.min(100_000) as i64),
            )
        })
    }

    /// Feeds due at `now` that come after `after` in the order of due time and number, at most `limit`.
    pub fn feeds_due_after(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, FeedId)>,
        limit: usize,
    ) -> Result<Vec<DueFeed>> {
        let (at, id) = after.map_or((i64::MIN, 0), |(at, id)| (ms(at), id.0));
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, url, due_at from feeds
                 where due_at is not null and due_at <= ?1 and due_at >= ?2 and (due_at > ?2 or id > ?3)
                 order by due_at, id limit ?4",
            )?;
            let rows = query.query_map((ms(now), at, id, limit.min(100_000) as i64), |row| {
                let mut c = Cols::new(row);
                Ok(DueFeed { id: FeedId(c.next()?), url: c.next()?, due_at: c.time()? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Makes a feed wait until then without an attempt having been made, because its host asked for silence.
    pub fn put_off_feed(&self, id: FeedId, until: Timestamp, decided: &str) -> Result<()> {
        let decided = decided.to_owned();
        self.write(move |w| {
            w.conn
                .prepare_cached(
                    "update feeds set due_at = max(due_at, ?2), decided = ?3 where id = ?1 and due_at is not null",
                )?
                .execute((id.0, ms(until), decided))?;
            Ok(())
        })
    }

    /// Remembers that a host asked to be left alone, so that a restart does not forget it.
    pub fn record_silence(&self, silence: Silence, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            w.conn.prepare_cached("delete from silences where until_at <= ?1")?.execute([ms(now)])?;
            w.conn
                .prepare_cached(
                    "insert into silences (origin, until_at, status, asked_at) values (?1, ?2, ?3, ?4)
                     on conflict (origin) do update set until_at = max(until_at, excluded.until_at),
                        status = coalesce(excluded.status, status), asked_at = excluded.asked_at",
                )?
                .execute((silence.origin, ms(silence.until), silence.status, ms(now)))?;
            Ok(())
        })
    }

    /// The hosts that asked to be left alone for longer than `now`, by name.
    pub fn silences(&self, now: Timestamp) -> Result<Vec<Silence>> {
        self.read(|conn| {
            let mut query = conn
                .prepare_cached("select origin, until_at, status from silences where until_at > ?1 order by origin")?;
            let rows = query.query_map([ms(now)], |row| {
                let mut c = Cols::new(row);
                Ok(Silence { origin: c.next()?, until: c.time()?, status: c.next()? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// When the next feed or article is due; `None` when nothing ever is.
    pub fn next_due_at(&self) -> Result<Option<Timestamp>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached(
                    "select min(due_at) from (
                        select min(due_at) as due_at from feeds where due_at is not null
                        union all
                        select min(visit_due_at) from articles where visit_due_at is not null and visits = 0
                        union all
                        select min(visit_due_at) from articles where visit_due_at is not null and visits > 0)",
                )?
                .query_row([], |row| Cols::new(row).opt_time())?)
        })
    }

    /// "Refresh now": makes a feed due at once, also one that was stopped.
    pub fn mark_feed_due(&self, id: FeedId, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            let changed = w
                .conn
                .prepare_cached("update feeds set due_at = ?2 where id = ?1 and removed_at is null")?
                .execute((id.0, ms(now)))?;
            known(changed, id)
        })
    }

    /// Makes every feed that is followed due at once; those that were stopped stay so.
    pub fn mark_feeds_due(&self, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            w.conn.prepare_cached("update feeds set due_at = ?1 where due_at is not null")?.execute([ms(now)])?;
            Ok(())
        })
    }

    /// Records one attempt and the feed's new place in the schedule.
    pub fn record_poll(&self, poll: Poll) -> Result<FetchId> {
        self.write(move |w| {
            let (outcome, total, new) = match poll.outcome {
                PollOutcome::Fresh { entries, new } => ("fresh", entries, new),
                PollOutcome::NotModified => ("not_modified", 0, 0),
                PollOutcome::Failed => ("failed", 0, 0),
                PollOutcome::Gone => ("gone", 0, 0),
                PollOutcome::Duplicate => ("duplicate", 0, 0),
            };
            let is_good = matches!(poll.outcome, PollOutcome::Fresh { .. } | PollOutcome::NotModified);
            let is_full = matches!(poll.outcome, PollOutcome::Fresh { .. });
            let ends = matches!(poll.outcome, PollOutcome::Gone | PollOutcome::Duplicate);
            let due_at = if ends { None } else { poll.next_due_at };
            let (keeps_moving, moving) = match &poll.whereabouts {
                Whereabouts::Unknown => (true, None),
                Whereabouts::Here | Whereabouts::Moved { .. } => (false, None),
                Whereabouts::Moving(moving) => (false, Some(moving)),
            };
            let pace = poll.pace.as_ref().map(pace_to_json).transpose()?;
            let changed = w
                .conn
                .prepare_cached(
                    "update feeds set
                        due_at = case when removed_at is null then ?2 end,
                        last_fetch_at = ?3,
                        last_success_at = case when ?4 then ?3 else last_success_at end,
                        failures = case when ?4 then 0 else failures + 1 end,
                        last_error = case when ?4 then null else ?5 end,
                        interval_seconds = ?6,
                        newest_entry_at = max(coalesce(newest_entry_at, ?7), coalesce(?7, newest_entry_at)),
                        title = coalesce(?8, title),
                        etag = case when ?9 then ?10 else etag end,
                        last_modified = case when ?9 then ?11 else last_modified end,
                        full_at = case when ?12 then ?3 else full_at end,
                        moving_to = case when ?13 then moving_to else ?14 end,
                        moving_since = case when ?13 then moving_since else ?15 end,
                        pace = coalesce(?16, pace),
                        decided = ?17,
                        answers_at = case when ?4 then coalesce(?18, url) else answers_at end,
                        last_status = ?19,
                        last_outcome = ?20
                     where id = ?1",
                )?
                .execute(params![
                    poll.feed.0,
                    due_at.map(ms),
                    ms(poll.fetch.at),
                    is_good,
                    poll.error,
                    poll.interval_seconds,
                    poll.newest_entry_at.map(ms),
                    poll.title,
                    poll.validators.is_some(),
                    poll.validators.as_ref().and_then(|v| v.etag.as_deref()),
                    poll.validators.as_ref().and_then(|v| v.last_modified.as_deref()),
                    is_full,
                    keeps_moving,
                    moving.map(|moving| &moving.to),
                    moving.map(|moving| ms(moving.since_at)),
                    pace,
                    poll.decided,
                    poll.fetch.final_url,
                    poll.fetch.status,
                    outcome,
                ])?;
            known(changed, poll.feed)?;
            if let Whereabouts::Moved { to: url } = &poll.whereabouts {
                // An address that another feed has already is left to that feed.
                w.conn
                    .prepare_cached(
                        "update feeds set url = ?2 where id = ?1 and not exists (select 1 from feeds where url = ?2)",
                    )?
                    .execute((poll.feed.0, url))?;
            }
            let f = &poll.fetch;
            w.conn
                .prepare_cached(
                    "insert into fetches (feed, url, final_url, at, duration_ms, status, size_bytes, media_type, record,
                        outcome, error, entries_total, entries_new, decided, next_due_at, reserved)
                     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
                )?
                .execute(params![
                    poll.feed.0,
                    f.url,
                    f.final_url,
                    ms(f.at),
                    f.duration_ms,
                    f.status,
                    f.size_bytes,
                    f.media_type,
                    f.record.map(|r| r.0),
                    outcome,
                    poll.error,
                    total,
                    new,
                    poll.decided,
                    due_at.map(ms),
                    f.reserved,
                ])?;
            Ok(FetchId(w.conn.last_insert_rowid()))
        })
    }

    /// The last attempts to get a feed, latest first, at most `limit`.
    pub fn fetches(&self, feed: FeedId, limit: usize) -> Result<Vec<FetchLine>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, url, final_url, at, duration_ms, status, size_bytes, media_type, record,
                    reserved, outcome, error, entries_total, entries_new, decided, next_due_at
                 from fetches where feed = ?1 order by id desc limit ?2",
            )?;
            let rows = query.query_map((feed.0, limit.min(10_000) as i64), |row| {
                let mut c = Cols::new(row);
                Ok(FetchLine {
                    id: FetchId(c.next()?),
                    fetch: FetchFact {
                        url: c.next()?,
                        final_url: c.next()?,
                        at: c.time()?,
                        duration_ms: c.next()?,
                        status: c.next()?,
                        size_bytes: c.next()?,
                        media_type: c.next()?,
                        record: c.next::<Option<i64>>()?.map(RecordId),
                        reserved: c.next()?,
                    },
                    outcome: c.next()?,
                    error: c.next()?,
                    entries: c.next()?,
                    entries_new: c.next()?,
                    decided: c.next()?,
                    next_due_at: c.opt_time()?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Every outlet with its feeds and how they fare, by name.
    pub fn sources(&self) -> Result<Vec<SourceHealth>> {
        self.read(|conn| {
            let sql = format!(
                "select {OUTLET},
                    (select count(*) from articles a where a.outlet = o.id),
                    (select a.first_seen_at from articles a where a.outlet = o.id order by a.sort_at desc, a.id desc limit 1)
                 from outlets o order by o.name_key, o.id"
            );
            let mut sources = conn
                .prepare_cached(&sql)?
                .query_map([], |row| {
                    let mut c = Cols::new(row);
                    Ok(SourceHealth {
                        outlet: c.outlet()?,
                        feeds: Vec::new(),
                        articles: c.next()?,
                        last_article_at: c.opt_time()?,
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut feeds: HashMap<OutletId, Vec<Feed>> = HashMap::new();
            for feed in many(conn, "where removed_at is null order by outlet, url", ())? {
                feeds.entry(feed.outlet).or_default().push(feed);
            }
            for source in &mut sources {
                source.feeds = feeds.remove(&source.outlet.id).unwrap_or_default();
            }
            Ok(sources)
        })
    }
}

fn known(changed: usize, id: FeedId) -> Result<()> {
    if changed == 0 { Err(Error::Unknown { what: "feed", id: id.0 }) } else { Ok(()) }
}

fn many(conn: &Connection, which: &str, params: impl Params) -> Result<Vec<Feed>> {
    let sql = format!(
        "select id, outlet, url, kind, title, due_at, etag, last_modified, last_fetch_at, last_success_at, newest_entry_at,
            failures, last_error, interval_seconds, decided, pace, full_at, moving_to, moving_since,
            last_status, last_outcome from feeds {which}"
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map(params, |row| {
        let mut c = Cols::new(row);
        Ok(Feed {
            id: FeedId(c.next()?),
            outlet: OutletId(c.next()?),
            url: c.next()?,
            kind: c.read("feed kind", |word: String| FeedKind::parse(&word))?,
            title: c.next()?,
            due_at: c.opt_time()?,
            validators: Validators { etag: c.next()?, last_modified: c.next()? },
            last_fetch_at: c.opt_time()?,
            last_success_at: c.opt_time()?,
            newest_entry_at: c.opt_time()?,
            failures: c.next()?,
            last_error: c.next()?,
            interval_seconds: c.next()?,
            decided: c.next()?,
            pace: c.read("pace", |json: Option<String>| {
                json.map_or(Some(Pace::default()), |json| pace_from_json(&json).ok())
            })?,
            full_at: c.opt_time()?,
            moving: match (c.next::<Option<String>>()?, c.opt_time()?) {
                (Some(to), Some(since_at)) => Some(Moving { to, since_at }),
                _ => None,
            },
            last_status: c.next()?,
            last_outcome: c.next()?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
