//! Standing queries and what matched them.

use crate::articles::touch;
use crate::dated;
use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use crate::rows::{Cols, ms, slug_of};
use crate::stories::{self, standing};
use crate::writer::Writing;
use jiff::Timestamp;
use news::id::{ArticleId, StoryId, TopicId};
use news::topic::Topic;
use rusqlite::{Connection, OptionalExtension, Params};

/// A topic to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name in addresses; `None` takes [`news::outlet::slug`] of the name, or a short digest of it.
    pub slug: Option<String>,
    /// Its name as shown.
    pub name: String,
    /// The query in the search language.
    pub query: String,
}

/// One article that came into a topic, changed its reason, or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicChange {
    /// Which topic.
    pub topic: TopicId,
    /// Which article.
    pub article: ArticleId,
    /// The "matched because" line; `None` when it does not match (any more).
    pub because: Option<String>,
}

/// A topic and how much it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicCount {
    /// The topic.
    pub topic: Topic,
    /// Articles that match.
    pub articles: u64,
    /// Stories with at least one of them.
    pub stories: u64,
    /// When an article last came in.
    pub last_match_at: Option<Timestamp>,
}

impl Archive {
    /// Adds a topic, or finds the one with this slug; a changed query replaces the one held and is logged.
    pub fn add_topic(&self, topic: &NewTopic, now: Timestamp) -> Result<TopicId> {
        let topic = topic.clone();
        self.write(move |w| {
            let slug = slug_of(topic.slug.as_deref(), &topic.name);
            let held = w
                .conn
                .prepare_cached("select id, name, query, removed_at is not null from topics where slug = ?1")?
                .query_row([&slug], |row| {
                    let mut c = Cols::new(row);
                    Ok((c.next::<i64>()?, c.next::<String>()?, c.next::<String>()?, c.next::<bool>()?))
                })
                .optional()?;
            let (id, is_same) = match held {
                Some((id, name, query, is_removed)) => {
                    w.conn
                        .prepare_cached("update topics set name = ?2, query = ?3, removed_at = null where id = ?1")?
                        .execute((id, &topic.name, &topic.query))?;
                    (id, !is_removed && name == topic.name && query == topic.query)
                }
                None => {
                    w.conn
                        .prepare_cached("insert into topics (slug, name, query, added_at) values (?1, ?2, ?3, ?4)")?
                        .execute((&slug, &topic.name, &topic.query, ms(now)))?;
                    (w.conn.last_insert_rowid(), false)
                }
            };
            if !is_same {
                w.conn
                    .prepare_cached("insert into topic_queries (topic, at, name, query) values (?1, ?2, ?3, ?4)")?
                    .execute((id, ms(now), &topic.name, &topic.query))?;
            }
            Ok(TopicId(id))
        })
    }

    /// Every topic that was not removed, in the order added.
    pub fn topics(&self) -> Result<Vec<Topic>> {
        self.read(|conn| many(conn, "where removed_at is null order by id", ()))
    }

    /// Every topic that was not removed, with its counts.
    pub fn topic_counts(&self) -> Result<Vec<TopicCount>> {
        self.read(|conn| {
            many(conn, "where removed_at is null order by id", ())?
                .into_iter()
                .map(|topic| {
                    Ok(conn
                        .prepare_cached(
                            "select (select count(*) from topic_members where topic = ?1 and left_at is null),
                                (select count(*) from topic_stories where topic = ?1),
                                (select max(joined_at) from topic_members where topic = ?1)",
                        )?
                        .query_row([topic.id.0], |row| {
                            let mut c = Cols::new(row);
                            Ok(TopicCount {
                                topic,
                                articles: c.next()?,
                                stories: c.next()?,
                                last_match_at: c.opt_time()?,
                            })
                        })?)
                })
                .collect()
        })
    }

    /// The topic with this name in addresses, unless removed.
    pub fn topic(&self, slug: &str) -> Result<Option<Topic>> {
        self.read(|conn| Ok(many(conn, "where slug = ?1 and removed_at is null", [slug])?.pop()))
    }

    /// Ends a topic; what matched stays as history.
    pub fn remove_topic(&self, id: TopicId, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            let changed = w
                .conn
                .prepare_cached("update topics set removed_at = coalesce(removed_at, ?2) where id = ?1")?
                .execute((id.0, ms(now)))?;
            if changed == 0 {
                return Err(Error::Unknown { what: "topic", id: id.0 });
            }
            let articles = w
                .conn
                .prepare_cached("select article from topic_members where topic = ?1 and left_at is null")?
                .query_map([id.0], |row| row.get(0).map(ArticleId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            w.conn
                .prepare_cached(
                    "update topic_members set left_at = max(joined_at, ?2) where topic = ?1 and left_at is null",
                )?
                .execute((id.0, ms(now)))?;
            w.conn.prepare_cached("delete from topic_stories where topic = ?1")?.execute([id.0])?;
            w.conn.prepare_cached("delete from topic_days where topic = ?1")?.execute([id.0])?;
            articles.into_iter().try_for_each(|article| touch(w, article))
        })
    }

    /// Records what matches which topic, in one transaction; saying the same again changes nothing.
    pub fn set_topic_members(&self, changes: &[TopicChange], now: Timestamp) -> Result<()> {
        let changes = changes.to_vec();
        self.write(move |w| changes.iter().try_for_each(|change| set(w, change, now)))
    }

    /// The topics an article stands in, with why.
    pub fn topics_of(&self, article: ArticleId) -> Result<Vec<(Topic, String)>> {
        self.read(|conn| of(conn, article, AsOf::Now))
    }
}

fn many(conn: &Connection, which: &str, params: impl Params) -> Result<Vec<Topic>> {
    let sql = format!("select id, slug, name, query, added_at from topics {which}");
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map(params, |row| topic(&mut Cols::new(row)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn topic(c: &mut Cols<'_>) -> rusqlite::Result<Topic> {
    Ok(Topic { id: TopicId(c.next()?), slug: c.next()?, name: c.next()?, query: c.next()?, added_at: c.time()? })
}

/// The topics an article stands in, with why.
pub(crate) fn of(conn: &Connection, article: ArticleId, as_of: AsOf) -> Result<Vec<(Topic, String)>> {
    let sql = format!(
        "select p.id, p.slug, p.name, p.query, p.added_at, m.because
         from topic_members m join topics p on p.id = m.topic where m.article = ?1 and {} order by p.id",
        standing(as_of)
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([article.0], |row| {
        let mut c = Cols::new(row);
        Ok((topic(&mut c)?, c.next()?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn set(w: &mut Writing<'_>, change: &TopicChange, now: Timestamp) -> Result<()> {
    let held = w
        .conn
        .prepare_cached("select id, because from topic_members where topic = ?1 and article = ?2 and left_at is null")?
        .query_row((change.topic.0, change.article.0), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    match (&held, &change.because) {
        (None, None) => return Ok(()),
        (Some((_, held)), Some(because)) if held == because => return Ok(()),
        _ => {}
    }
    if let Some((id, _)) = &held {
        w.conn
            .prepare_cached("update topic_members set left_at = max(joined_at, ?2) where id = ?1")?
            .execute((id, ms(now)))?;
    }
    if let Some(because) = &change.because {
        let added = w
            .conn
            .prepare_cached(
                "insert into topic_members (topic, article, sort_at, because, joined_at)
                 select p.id, a.id, a.sort_at, ?3, ?4 from topics p, articles a
                 where p.id = ?1 and a.id = ?2 and p.removed_at is null",
            )?
            .execute((change.topic.0, change.article.0, because, ms(now)))?;
        if added == 0 {
            return Err(Error::Unknown { what: "topic", id: change.topic.0 });
        }
    }
    if held.is_some() != change.because.is_some() {
        let count = if change.because.is_some() { dated::Count::In } else { dated::Count::Out };
        dated::count(w.conn, change.topic, change.article, count)?;
        if let Some(story) = stories::current(w.conn, change.article)?.map(|m| m.story) {
            let step = if change.because.is_some() { 1 } else { -1 };
            add_to_story(w.conn, change.topic, story, step)?;
        }
        touch(w, change.article)?;
    }
    Ok(())
}

fn add_to_story(conn: &Connection, topic: TopicId, story: StoryId, step: i64) -> Result<()> {
    conn.prepare_cached(
        "insert into topic_stories (topic, story, articles, newest_at, content_changed_at)
         select ?1, s.id, ?3, s.newest_at, s.content_changed_at from stories s where s.id = ?2
         on conflict (topic, story) do update set articles = topic_stories.articles + ?3",
    )?
    .execute((topic.0, story.0, step))?;
    conn.prepare_cached("delete from topic_stories where topic = ?1 and story = ?2 and articles <= 0")?
        .execute((topic.0, story.0))?;
    Ok(())
}

/// An article that stands in topics came into a story.
pub(crate) fn count_story_member(conn: &Connection, article: ArticleId, story: StoryId) -> Result<()> {
    let topics = conn
        .prepare_cached("select topic from topic_members where article = ?1 and left_at is null")?
        .query_map([article.0], |row| row.get(0).map(TopicId))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    topics.into_iter().try_for_each(|topic| add_to_story(conn, topic, story, 1))
}

/// Takes a story's two times over into the lists of its topics.
pub(crate) fn story_times_changed(conn: &Connection, story: StoryId) -> Result<()> {
    conn.prepare_cached(
        "update topic_stories set
            newest_at = (select newest_at from stories where id = ?1),
            content_changed_at = (select content_changed_at from stories where id = ?1)
         where story = ?1",
    )?
    .execute([story.0])?;
    Ok(())
}

/// Counts a story's topics anew from its members.
pub(crate) fn recount_story(conn: &Connection, story: StoryId) -> Result<()> {
    conn.prepare_cached("delete from topic_stories where story = ?1")?.execute([story.0])?;
    conn.prepare_cached(
        "insert into topic_stories (topic, story, articles, newest_at, content_changed_at)
         select p.topic, s.id, count(*), s.newest_at, s.content_changed_at
         from members m join stories s on s.id = m.story
            join topic_members p on p.article = m.article and p.left_at is null
         where m.story = ?1 and m.left_at is null and m.role <> 'maybe'
         group by p.topic",
    )?
    .execute([story.0])?;
    Ok(())
}

/// An article's place in time changed.
pub(crate) fn moved_in_time(conn: &Connection, article: ArticleId, sort_at: Timestamp) -> Result<()> {
    conn.prepare_cached("update topic_members set sort_at = ?2 where article = ?1")?
        .execute((article.0, ms(sort_at)))?;
    conn.prepare_cached("update members set sort_at = ?2 where article = ?1")?.execute((article.0, ms(sort_at)))?;
    Ok(())
}
