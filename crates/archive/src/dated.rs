//! What texts say of days: kept with each reading, closed when another takes its place, counted by topic.

use crate::error::Result;
use crate::open::Archive;
use crate::rows::{Cols, day_number, day_of, ms, telling_number, telling_of};
use jiff::Timestamp;
use news::dated::{Dated, DatedSentence};
use news::id::{ArticleId, RevisionId, TopicId};
use news::time::Moment;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Name of the fact that says up to which article the texts of an earlier version are read for days.
const BACKLOG: &str = "dated.article";

/// A reading kept by an earlier version that nobody has read for days.
#[derive(Clone, Debug, PartialEq)]
pub struct Undated {
    /// Its text.
    pub text: String,
    /// When the outlet says it was published.
    pub published_at: Option<Moment>,
    /// When its revision was fetched.
    pub fetched_at: Timestamp,
    article: ArticleId,
    reading: i64,
    from_at: i64,
    until_at: Option<i64>,
}

impl Archive {
    /// Whether a revision that is its article's last is kept with just this of its days.
    pub fn is_dated(&self, revision: RevisionId, dated: &Dated) -> Result<bool> {
        self.read(|conn| {
            let current = conn
                .prepare_cached(
                    "select d.id, d.day from revisions r join dated_readings d on d.article = r.article and d.until_at is null
                     where r.id = ?1 and d.text = r.text",
                )?
                .query_row([revision.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))
                .optional()?;
            let Some((id, day)) = current else { return Ok(false) };
            let held = Dated { published: day.and_then(day_of), sentences: sentences(conn, id)? };
            Ok(held == *dated)
        })
    }

    /// Keeps what articles' last revisions say of days, found anew; what was held until now stays for
    /// [`crate::AsOf::At`]. Revisions that are not their article's last are passed over.
    pub fn replace_dated(&self, found: Vec<(RevisionId, Dated)>, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            for (revision, dated) in &found {
                let head = w
                    .conn
                    .prepare_cached(
                        "select a.id, r.text from revisions r join articles a on a.head = r.id where r.id = ?1",
                    )?
                    .query_row([revision.0], |row| Ok((ArticleId(row.get(0)?), row.get::<_, i64>(1)?)))
                    .optional()?;
                if let Some((article, text)) = head {
                    keep(w.conn, article, text, dated, ms(now))?;
                }
            }
            Ok(())
        })
    }

    /// Whether texts of an earlier version wait to be read for days.
    pub fn has_undated(&self) -> Result<bool> {
        self.read(|conn| Ok(backlog(conn)?.is_some()))
    }

    /// The texts of the next articles (at most `articles`) that an earlier version kept, with the number to hand to
    /// [`Archive::keep_undated`]; `None` when all are read.
    pub fn undated(&self, articles: usize) -> Result<Option<(ArticleId, Vec<Undated>)>> {
        self.read(|conn| {
            let Some(after) = backlog(conn)? else { return Ok(None) };
            let ids = conn
                .prepare_cached("select id from articles where id > ?1 and head is not null order by id limit ?2")?
                .query_map((after, articles.clamp(1, 10_000) as i64), |row| row.get(0).map(ArticleId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let up_to = ids.last().copied().unwrap_or(ArticleId(0));
            let mut found = Vec::new();
            for id in ids {
                undated_of(conn, id, &mut found)?;
            }
            Ok(Some((up_to, found)))
        })
    }

    /// Keeps what was found in texts of an earlier version, up to an article; the number 0 says that there are no more.
    pub fn keep_undated(&self, up_to: ArticleId, found: Vec<(Undated, Dated)>) -> Result<()> {
        self.write(move |w| {
            for (undated, dated) in &found {
                keep_one_undated(w.conn, undated, dated)?;
            }
            if up_to.0 == 0 {
                w.conn.execute("delete from facts where name = ?1", [BACKLOG])?;
            } else {
                w.conn.execute("update facts set value = ?2 where name = ?1", (BACKLOG, up_to.0.to_string()))?;
            }
            Ok(())
        })
    }
}

/// The last article that is done, while there are others.
pub(crate) fn backlog(conn: &Connection) -> Result<Option<i64>> {
    let fact = conn
        .prepare_cached("select value from facts where name = ?1")?
        .query_row([BACKLOG], |row| row.get::<_, String>(0))
        .optional()?;
    Ok(fact.map(|value| value.parse().unwrap_or(0)))
}

/// The readings of an article that were ever its newest, each with the time while it was.
fn undated_of(conn: &Connection, article: ArticleId, found: &mut Vec<Undated>) -> Result<()> {
    let mut rows = conn
        .prepare_cached(
            "select t.id, r.fetched_at, t.id = (select min(x.id) from revision_texts x where x.revision = r.id), t.made_at,
                t.published_at, t.published_offset, t.published_precision, b.body
             from revisions r join revision_texts t on t.revision = r.id join bodies b on b.text = t.id
             where r.article = ?1 order by r.number, t.id",
        )?
        .query_map([article.0], |row| {
            let mut c = Cols::new(row);
            let (reading, fetched_at, is_first) = (c.next()?, c.time()?, c.next::<bool>()?);
            let made_at: i64 = c.next()?;
            Ok(Undated {
                article,
                reading,
                fetched_at,
                from_at: if is_first { ms(fetched_at) } else { made_at },
                until_at: None,
                published_at: c.moment()?,
                text: c.next()?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut next: Option<i64> = None;
    for row in rows.iter_mut().rev() {
        row.until_at = next;
        next = Some(next.map_or(row.from_at, |next| next.min(row.from_at)));
    }
    found.extend(rows.into_iter().filter(|row| row.until_at.is_none_or(|until| until > row.from_at)));
    Ok(())
}

fn keep_one_undated(conn: &Connection, undated: &Undated, dated: &Dated) -> Result<()> {
    let is_held = conn.prepare_cached("select 1 from dated_readings where text = ?1")?.exists([undated.reading])?;
    if is_held {
        return Ok(());
    }
    // A newer text may have come while the old ones were read.
    let since = conn
        .prepare_cached("select from_at from dated_readings where article = ?1 and until_at is null")?
        .query_row([undated.article.0], |row| row.get::<_, i64>(0))
        .optional()?;
    let until = match (undated.until_at, since) {
        (Some(until), Some(since)) => Some(until.min(since)),
        (until, since) => until.or(since),
    };
    if until.is_some_and(|until| until <= undated.from_at) {
        return Ok(());
    }
    insert(conn, undated.article, undated.reading, dated, undated.from_at, until)?;
    if until.is_none() {
        topics_of(conn, undated.article)?
            .into_iter()
            .try_for_each(|topic| count(conn, topic, undated.article, Count::In))?;
    }
    Ok(())
}

/// Keeps what an article's newest reading says of days, from a time on; the reading before it ends there.
pub(crate) fn keep(conn: &Connection, article: ArticleId, text: i64, dated: &Dated, from_at: i64) -> Result<()> {
    let topics = topics_of(conn, article)?;
    topics.iter().try_for_each(|topic| count(conn, *topic, article, Count::Out))?;
    conn.prepare_cached(
        "update dated_sentences set is_current = 0
         where reading in (select id from dated_readings where article = ?1 and until_at is null)",
    )?
    .execute([article.0])?;
    // An import may bring a text that is older than those held.
    conn.prepare_cached(
        "update dated_readings set until_at = min(coalesce(until_at, ?2), ?2)
         where article = ?1 and (until_at is null or until_at > ?2)",
    )?
    .execute((article.0, from_at))?;
    insert(conn, article, text, dated, from_at, None)?;
    topics.iter().try_for_each(|topic| count(conn, *topic, article, Count::In))
}

fn insert(
    conn: &Connection,
    article: ArticleId,
    text: i64,
    dated: &Dated,
    from_at: i64,
    until_at: Option<i64>,
) -> Result<()> {
    conn.prepare_cached(
        "insert into dated_readings (text, article, day, from_at, until_at) values (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((text, article.0, dated.published.map(day_number), from_at, until_at))?;
    let reading = conn.last_insert_rowid();
    let mut query = conn.prepare_cached(
        "insert into dated_sentences (reading, n, article, day, wording, telling, printed, sentence, start_byte, end_byte,
            is_current) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (n, row) in dated.sentences.iter().enumerate() {
        query.execute(params![
            reading,
            n,
            article.0,
            day_number(row.day),
            row.wording,
            telling_number(row.telling),
            row.is_printed,
            row.sentence,
            row.span.start,
            row.span.end,
            until_at.is_none(),
        ])?;
    }
    Ok(())
}

/// The sentences of one reading.
fn sentences(conn: &Connection, reading: i64) -> Result<Vec<DatedSentence>> {
    let mut query = conn.prepare_cached(
        "select day, telling, printed, sentence, start_byte, end_byte, wording from dated_sentences where reading = ?1
         order by n",
    )?;
    let rows = query.query_map([reading], |row| {
        let mut c = Cols::new(row);
        Ok(DatedSentence {
            day: c.read("day", day_of)?,
            telling: c.read("way of telling", telling_of)?,
            is_printed: c.next()?,
            sentence: c.next()?,
            span: c.next()?..c.next()?,
            wording: c.next()?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn topics_of(conn: &Connection, article: ArticleId) -> Result<Vec<TopicId>> {
    let mut query = conn.prepare_cached("select topic from topic_members where article = ?1 and left_at is null")?;
    let rows = query.query_map([article.0], |row| row.get(0).map(TopicId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether an article's days come into the counts of a topic or leave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    In,
    Out,
}

/// What one article adds to a day of a topic.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    texts: i64,
    sentences: i64,
    weight: i64,
}

/// Takes an article's days into the counts of a topic, or out of them. Wording that another text of the topic has
/// on the same day counts once, so the others are looked up; nothing else is read.
pub(crate) fn count(conn: &Connection, topic: TopicId, article: ArticleId, count: Count) -> Result<()> {
    let current = conn
        .prepare_cached("select id, day from dated_readings where article = ?1 and until_at is null")?
        .query_row([article.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))
        .optional()?;
    let Some((reading, published)) = current else { return Ok(()) };
    let mut shares: BTreeMap<i64, Share> = BTreeMap::new();
    if let Some(day) = published {
        shares.entry(day).or_default().texts = 1;
    }
    let rows = conn
        .prepare_cached("select day, wording, telling from dated_sentences where reading = ?1")?
        .query_map([reading], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64, u8)>>>()?;
    let mut others: HashMap<(i64, i64), HashSet<u8>> = HashMap::new();
    let mut counted: HashSet<(i64, i64, u8)> = HashSet::new();
    for (day, wording, telling) in rows {
        let is_first = !others.contains_key(&(day, wording));
        if is_first {
            others.insert((day, wording), tellings_elsewhere(conn, topic, article, day, wording)?);
        }
        let elsewhere = &others[&(day, wording)];
        let share = shares.entry(day).or_default();
        share.sentences += i64::from(is_first && elsewhere.is_empty());
        if counted.insert((day, wording, telling)) && !elsewhere.contains(&telling) {
            share.weight += telling_of(telling).map_or(0, |telling| i64::from(telling.weight()));
        }
    }
    let sign = match count {
        Count::In => 1,
        Count::Out => -1,
    };
    for (day, share) in shares {
        let Share { texts, sentences, weight } = share;
        conn.prepare_cached(
            "insert into topic_days (topic, day, texts, sentences, weight) values (?1, ?2, ?3, ?4, ?5)
             on conflict (topic, day) do update set texts = texts + excluded.texts,
                sentences = sentences + excluded.sentences, weight = weight + excluded.weight",
        )?
        .execute((topic.0, day, sign * texts, sign * sentences, sign * weight))?;
        if count == Count::Out {
            conn.prepare_cached(
                "delete from topic_days where topic = ?1 and day = ?2 and texts <= 0 and sentences <= 0",
            )?
            .execute((topic.0, day))?;
        }
    }
    Ok(())
}

/// In which ways other texts of a topic tell the same wording on the same day.
fn tellings_elsewhere(
    conn: &Connection,
    topic: TopicId,
    article: ArticleId,
    day: i64,
    wording: i64,
) -> Result<HashSet<u8>> {
    let mut query = conn.prepare_cached(
        "select distinct s.telling from dated_sentences s
         where s.day = ?1 and s.is_current = 1 and s.wording = ?2 and s.article <> ?3
            and exists (select 1 from topic_members m where m.topic = ?4 and m.article = s.article and m.left_at is null)",
    )?;
    let rows = query.query_map((day, wording, article.0, topic.0), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
