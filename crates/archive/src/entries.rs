//! Entries of feeds, and the article each leads to.

use crate::articles::{self, Sighting};
use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use crate::outlets;
use crate::rows::{Cols, entry_from_json, entry_to_json, ms};
use crate::writer::Writing;
use jiff::Timestamp;
use news::entry::Entry;
use news::id::{ArticleId, EntryId, FeedId, OutletId};
use news::revision::Digest;
use rusqlite::{Connection, OptionalExtension};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryState {
    /// Its number.
    pub entry: EntryId,
    /// The article it leads to. Entries whose addresses have one [`crate::address_key`] share one article.
    pub article: ArticleId,
    /// Not seen in this feed before.
    pub is_new: bool,
    /// The article was not known before, by this entry or another.
    pub is_new_article: bool,
    /// Known, and it now states something else (title, summary, content, date).
    pub is_changed: bool,
}

impl Archive {
    /// Records the entries of one reading of a feed, in one transaction; the answer is in their order.
    ///
    /// A new article is due for a visit at once when its entry has an address; one without an address is
    /// never visited. An article belongs to the outlet the entry names as its source, else to the feed's.
    /// An entry that states something else makes an article that was visited due again.
    pub fn record_entries(&self, feed: FeedId, entries: &[Entry], now: Timestamp) -> Result<Vec<EntryState>> {
        let entries = entries.to_vec();
        self.write(move |w| {
            let outlet = w
                .conn
                .prepare_cached("select outlet from feeds where id = ?1")?
                .query_row([feed.0], |row| row.get(0))
                .optional()?
                .map(OutletId)
                .ok_or(Error::Unknown { what: "feed", id: feed.0 })?;
            entries.iter().map(|entry| record(w, feed, outlet, entry, now)).collect()
        })
    }

    /// The entries that lead to an article, as last stated, first seen first, with their feeds.
    pub fn entries(&self, article: ArticleId) -> Result<Vec<(FeedId, Entry)>> {
        self.read(|conn| stated(conn, article, AsOf::Now))
    }
}

/// The entries of an article as last stated at a time.
pub(crate) fn stated(conn: &Connection, article: ArticleId, as_of: AsOf) -> Result<Vec<(FeedId, Entry)>> {
    let mut query = conn.prepare_cached(
        "select e.feed, (select r.stated from entry_readings r where r.entry = e.id and r.at <= ?2 order by r.id desc limit 1)
         from entries e where e.article = ?1 and e.first_seen_at <= ?2 order by e.id limit 100",
    )?;
    let rows = query
        .query_map((article.0, as_of.until()), |row| Ok((FeedId(row.get(0)?), row.get::<_, Option<String>>(1)?)))?;
    let mut entries = Vec::new();
    for row in rows {
        if let (feed, Some(json)) = row? {
            entries.push((feed, entry_from_json(&json)?));
        }
    }
    Ok(entries)
}

fn record(w: &mut Writing<'_>, feed: FeedId, outlet: OutletId, entry: &Entry, now: Timestamp) -> Result<EntryState> {
    let json = entry_to_json(entry)?;
    let digest = Digest::of(json.as_bytes());
    let known = w
        .conn
        .prepare_cached("select id, article, digest from entries where feed = ?1 and key = ?2")?
        .query_row((feed.0, &entry.key), |row| {
            let mut c = Cols::new(row);
            Ok((EntryId(c.next()?), ArticleId(c.next()?), c.digest()?))
        })
        .optional()?;
    if let Some((id, article, held)) = known {
        let is_changed = held != digest;
        if is_changed {
            w.conn.prepare_cached("update entries set digest = ?2 where id = ?1")?.execute((id.0, digest.0))?;
            add_reading(w, id, &json, now)?;
            // A page that was read before is worth a look; one that is due already stays where it is.
            w.conn
                .prepare_cached(
                    "update articles set visit_due_at = ?2
                     where id = ?1 and url is not null and visits > 0 and (visit_due_at is null or visit_due_at > ?2)",
                )?
                .execute((article.0, ms(now)))?;
        }
        return Ok(EntryState { entry: id, article, is_new: false, is_new_article: false, is_changed });
    }

    let outlet = match &entry.source {
        Some(source) => outlets::named(w.conn, &source.name, source.url.as_deref(), now)?,
        None => outlet,
    };
    let key = entry.url.is_none().then(|| format!("entry:{feed}:{}", entry.key));
    let state = articles::find_or_add(
        w,
        &Sighting {
            url: entry.url.as_deref(),
            key: key.as_deref(),
            outlet: Some(outlet),
            import: None,
            headline: entry.title.as_deref(),
            published_at: entry.published_at.map(|moment| moment.at),
            visit_due_at: entry.url.is_some().then_some(now),
        },
        now,
    )?;
    w.conn
        .prepare_cached("insert into entries (feed, key, article, first_seen_at, digest) values (?1, ?2, ?3, ?4, ?5)")?
        .execute((feed.0, &entry.key, state.article.0, ms(now), digest.0))?;
    let id = EntryId(w.conn.last_insert_rowid());
    add_reading(w, id, &json, now)?;
    Ok(EntryState { entry: id, article: state.article, is_new: true, is_new_article: state.is_new, is_changed: false })
}

fn add_reading(w: &mut Writing<'_>, entry: EntryId, json: &str, now: Timestamp) -> Result<()> {
    w.conn.prepare_cached("insert into entry_readings (entry, at, stated) values (?1, ?2, ?3)")?.execute((
        entry.0,
        ms(now),
        json,
    ))?;
    Ok(())
}
