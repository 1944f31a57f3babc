//! Saved files and lists that were taken in, and the headlines they hold.

use crate::articles::{self, NewRevision, Recorded, Sighting};
use crate::error::{Error, Result};
use crate::open::Archive;
use crate::rows::{Cols, ms, name_key};
use crate::writer::Writing;
use crate::{outlets, stories};
use jiff::Timestamp;
use news::article::{Article, Damage, Field, Origin};
use news::dated::Dated;
use news::id::{ArticleId, ImportId, RevisionId, StoryId};
use news::revision::Digest;
use news::story::Placement;
use news::time::Moment;
use rusqlite::OptionalExtension;

/// A file or list that is being taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFact {
    /// Name of the file, without its folder.
    pub name: String,
    /// `saved-page`, `warc`, `html`, `jsonl`, `opml`, …
    pub kind: String,
    /// SHA-256 of its bytes; the same digest is the same import.
    pub digest: Digest,
    /// Its length.
    pub size_bytes: u64,
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Records not known before.
    pub new: u64,
    /// Records known before.
    pub known: u64,
    /// Copies of texts already here.
    pub copies: u64,
    /// Things that could not be read.
    pub problems: u64,
}

/// One import, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: ImportId,
    /// What was taken in.
    pub fact: ImportFact,
    /// When first, our clock.
    pub at: Timestamp,
    /// What the last run came to; `None` while none has finished.
    pub counts: Option<ImportCounts>,
}

/// One headline in a saved list.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadlineRecord {
    /// The headline, apart from outlet and date.
    pub title: String,
    /// The outlet as printed; `None` when the line states none.
    pub outlet: Option<String>,
    /// The date as printed.
    pub date: Option<Moment>,
    /// Its address, where the list gives one.
    pub url: Option<String>,
    /// The line as it stands in the file.
    pub raw: String,
    /// Which line of the file, 1 for the first.
    pub position: u32,
    /// Which import.
    pub import: ImportId,
    /// Places in the title (and outlet) where characters were lost.
    pub damage: Vec<Damage>,
    /// Where it stands among stories; `None` leaves it outside.
    pub placement: Option<Placement>,
    /// The story room's features of the headline; may be empty.
    pub features: Vec<u8>,
}

/// What became of a headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadlineState {
    /// The article it is, held as headline only.
    pub article: ArticleId,
    /// Its one revision.
    pub revision: RevisionId,
    /// Its story, if any.
    pub story: Option<StoryId>,
    /// Not known before (same outlet, folded title and date).
    pub is_new: bool,
    /// Known, and met at a position not noted before.
    pub is_new_position: bool,
}

/// Where a headline stands in a saved list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which import.
    pub import: ImportId,
    /// Name of the file.
    pub file: String,
    /// Which line, 1 for the first.
    pub position: u32,
    /// The line as it stands in the file.
    pub raw: String,
}

impl Archive {
    /// Notes an import, or finds the one of the same bytes; the flag says whether it is new.
    pub fn add_import(&self, import: &ImportFact, now: Timestamp) -> Result<(ImportId, bool)> {
        let import = import.clone();
        self.write(move |w| {
            let known = w
                .conn
                .prepare_cached("select id from imports where digest = ?1")?
                .query_row([import.digest.0], |row| row.get(0))
                .optional()?;
            if let Some(id) = known {
                return Ok((ImportId(id), false));
            }
            w.conn
                .prepare_cached("insert into imports (name, kind, digest, size_bytes, at) values (?1, ?2, ?3, ?4, ?5)")?
                .execute((&import.name, &import.kind, import.digest.0, import.size_bytes, ms(now)))?;
            Ok((ImportId(w.conn.last_insert_rowid()), true))
        })
    }

    /// Notes what a run of an import came to.
    pub fn finish_import(&self, id: ImportId, counts: ImportCounts, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            let changed = w
                .conn
                .prepare_cached(
                    "update imports set finished_at = ?2, new = ?3, known = ?4, copies = ?5, problems = ?6 where id = ?1",
                )?
                .execute((id.0, ms(now), counts.new, counts.known, counts.copies, counts.problems))?;
            if changed == 0 { Err(Error::Unknown { what: "import", id: id.0 }) } else { Ok(()) }
        })
    }

    /// Every import, latest first.
    pub fn imports(&self) -> Result<Vec<Import>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, name, kind, digest, size_bytes, at, new, known, copies, problems from imports
                 order by id desc limit 10000",
            )?;
            let rows = query.query_map([], |row| {
                let mut c = Cols::new(row);
                Ok(Import {
                    id: ImportId(c.next()?),
                    fact: ImportFact { name: c.next()?, kind: c.next()?, digest: c.digest()?, size_bytes: c.next()? },
                    at: c.time()?,
                    counts: if c.is_null()? {
                        None
                    } else {
                        Some(ImportCounts { new: c.next()?, known: c.next()?, copies: c.next()?, problems: c.next()? })
                    },
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Records one headline: article, revision, place in the list. A headline that is known only gains its
    /// new position. Its outlet is found by name, or added.
    pub fn record_headline(&self, headline: &HeadlineRecord, now: Timestamp) -> Result<HeadlineState> {
        let headline = headline.clone();
        self.write(move |w| record(w, &headline, now))
    }

    /// [`Archive::record_headline`] for a whole list in one transaction.
    pub fn record_headlines(&self, headlines: &[HeadlineRecord], now: Timestamp) -> Result<Vec<HeadlineState>> {
        let headlines = headlines.to_vec();
        self.write(move |w| headlines.iter().map(|headline| record(w, headline, now)).collect())
    }

    /// Where an article stands in saved lists, by import and line.
    pub fn positions(&self, article: ArticleId) -> Result<Vec<Position>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "select p.import, i.name, p.position, p.raw from positions p join imports i on i.id = p.import
                 where p.article = ?1 order by p.import, p.position limit 10000",
            )?;
            let rows = query.query_map([article.0], |row| {
                let mut c = Cols::new(row);
                Ok(Position { import: ImportId(c.next()?), file: c.next()?, position: c.next()?, raw: c.next()? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// What tells one headline from another: outlet and title without letter case and doubled spaces, and the date.
fn key(headline: &HeadlineRecord) -> String {
    let outlet = headline.outlet.as_deref().map(name_key).unwrap_or_default();
    let title = news::text::canonical(&headline.title).to_lowercase();
    let date = headline.date.map(|date| date.rfc3339()).unwrap_or_default();
    format!("headline:{}", Digest::of(format!("{outlet}\n{title}\n{date}").as_bytes()).hex())
}

fn record(w: &mut Writing<'_>, headline: &HeadlineRecord, now: Timestamp) -> Result<HeadlineState> {
    let outlet = headline.outlet.as_deref().map(|name| outlets::named(w.conn, name, None, now)).transpose()?;
    let key = key(headline);
    let sighting = Sighting {
        url: headline.url.as_deref(),
        key: Some(&key),
        outlet,
        import: Some(headline.import),
        headline: Some(&headline.title),
        published_at: headline.date.map(|date| date.at),
        visit_due_at: None,
    };
    let state = articles::find_or_add(w, &sighting, now)?;
    let is_new_position = w
        .conn
        .prepare_cached(
            "insert into positions (import, position, article, raw) values (?1, ?2, ?3, ?4)
             on conflict (import, position) do nothing",
        )?
        .execute((headline.import.0, headline.position, state.article.0, &headline.raw))?
        > 0;
    let recorded = match state.last_revision {
        // The full article is here, or the headline was met before.
        Some(number) => {
            let revision = w
                .conn
                .prepare_cached("select head from articles where id = ?1")?
                .query_row([state.article.0], |row| row.get(0).map(RevisionId))?;
            Recorded { revision, number, story: stories::current(w.conn, state.article)?.map(|m| m.story) }
        }
        None => articles::record(w, &revision(headline, state.article, now))?,
    };
    Ok(HeadlineState {
        article: state.article,
        revision: recorded.revision,
        story: recorded.story,
        is_new: state.is_new,
        is_new_position: !state.is_new && is_new_position,
    })
}

/// The revision that a headline makes: the line's fields and nothing else.
fn revision(headline: &HeadlineRecord, article: ArticleId, now: Timestamp) -> NewRevision {
    let mut content = Article {
        headline: Some(headline.title.clone()),
        outlet: headline.outlet.clone(),
        published_at: headline.date,
        damage: headline.damage.clone(),
        ..Article::default()
    };
    content.origins.insert(Field::Headline, Origin::Import);
    if content.outlet.is_some() {
        content.origins.insert(Field::Outlet, Origin::Import);
    }
    if content.published_at.is_some() {
        content.origins.insert(Field::Published, Origin::Import);
    }
    let published = news::dated::published_day(content.published_at.as_ref(), now);
    NewRevision {
        article,
        content,
        dated: Dated { published, sentences: Vec::new() },
        fetched_at: now,
        raw_digest: None,
        record: None,
        rank: None,
        placement: headline.placement.clone(),
        features: headline.features.clone(),
        statements: Vec::new(),
        problems: Vec::new(),
        extractor: 0,
    }
}
