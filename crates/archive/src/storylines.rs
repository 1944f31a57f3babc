//! Storylines: which stories of months and years belong to one long matter.

use crate::error::{Error, Result};
use crate::lists::{self, AsOf, Listed, Page, StoryCard};
use crate::open::Archive;
use crate::rows::{Cols, from_json, ms, to_json};
use crate::stories::standing;
use crate::writer::Writing;
use jiff::Timestamp;
use news::id::{StoryId, StorylineId, TopicId};
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::collections::{HashMap, HashSet};

/// The stories of one long matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storyline {
    /// Its number, permanent.
    pub id: StorylineId,
    /// Its name, by rule from the words of its stories.
    pub title: String,
    /// Who acts in it, as printed, weightiest first.
    pub actors: Vec<String>,
    /// What it is about, as printed, weightiest first.
    pub subjects: Vec<String>,
    /// When its first story began, outlets' time.
    pub first_at: Timestamp,
    /// When its last story ended, outlets' time.
    pub last_at: Timestamp,
    /// When its stories last changed, our clock.
    pub changed_at: Timestamp,
    /// How many stories it has.
    pub stories: u64,
}

/// A storyline as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStoryline {
    /// The storyline it goes on; `None` opens one.
    pub id: Option<StorylineId>,
    /// Its name.
    pub title: String,
    /// Who acts in it.
    pub actors: Vec<String>,
    /// What it is about.
    pub subjects: Vec<String>,
    /// Its stories.
    pub stories: Vec<StoryId>,
    /// When its first story began.
    pub first_at: Timestamp,
    /// When its last story ended.
    pub last_at: Timestamp,
}

/// A storyline and one page of its stories.
#[derive(Clone, Debug, PartialEq)]
pub struct StorylinePage {
    /// The storyline. Its id differs from the one asked for when that ended and led on to it.
    pub storyline: Storyline,
    /// Its stories, the latest first.
    pub stories: Listed<StoryCard>,
    /// The time of each of its stories' newest text, earliest first; at most 5,000.
    pub times: Vec<Timestamp>,
}

/// The most storylines that are followed from one that ended to the one it led to.
const MOST_HOPS: usize = 1_000;
/// The most times on a page.
const MOST_TIMES: u32 = 5_000;

impl Archive {
    /// Which storyline each story stands in, as `(story, storyline)`.
    pub fn storyline_places(&self) -> Result<Vec<(StoryId, StorylineId)>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "select story, storyline from storyline_stories where left_at is null order by story",
            )?;
            let rows = query.query_map([], |row| Ok((StoryId(row.get(0)?), StorylineId(row.get(1)?))))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The titles of these stories, unknown ones left out.
    pub fn story_titles(&self, ids: &[StoryId]) -> Result<Vec<(StoryId, String)>> {
        self.read(|conn| {
            let mut query = conn.prepare_cached("select title from stories where id = ?1")?;
            let title = |id: &StoryId| -> Result<Option<(StoryId, String)>> {
                Ok(query.query_row([id.0], |row| row.get(0)).optional()?.map(|title| (*id, title)))
            };
            ids.iter().map(title).filter_map(Result::transpose).collect()
        })
    }

    /// Keeps storylines as they were drawn, in one transaction: `lines` are all there are now, `ended` those that are
    /// none any more, each with the place in `lines` of the one that took most of its stories. What is as it was is
    /// left alone. Answers the number of storylines that changed.
    pub fn record_storylines(
        &self,
        lines: Vec<NewStoryline>,
        ended: Vec<(StorylineId, Option<usize>)>,
        now: Timestamp,
    ) -> Result<usize> {
        self.write(move |w| record(w, &lines, &ended, now))
    }

    /// One storyline with a page of its stories; one that ended leads on. `None` when it was never opened, not yet, or
    /// ended without one that took it up.
    pub fn storyline(&self, id: StorylineId, page: Page, as_of: AsOf) -> Result<Option<StorylinePage>> {
        self.read(|conn| {
            let Some(id) = leads_to(conn, id, as_of)? else { return Ok(None) };
            let Some(mut storyline) = read(conn, id, as_of)? else { return Ok(None) };
            let stories = stories_of(conn, id, as_of)?;
            if stories.is_empty() {
                return Ok(None);
            }
            storyline.stories = stories.len() as u64;
            let mut timed = Vec::with_capacity(stories.len());
            for story in stories {
                let newest: Option<i64> = conn
                    .prepare_cached(&format!(
                        "select max(m.sort_at) from members m where m.story = ?1 and m.role <> 'maybe' and {}",
                        standing(as_of)
                    ))?
                    .query_row([story.0], |row| row.get(0))?;
                timed.extend(newest.map(|at| (at, story)));
            }
            timed.sort_unstable();
            let times = timed.iter().take(MOST_TIMES as usize);
            let times = times.filter_map(|(at, _)| Timestamp::from_millisecond(*at).ok()).collect();
            let page = Page::new(page.number, page.size);
            let offset = (page.number - 1) as usize * page.size as usize;
            let shown = timed.iter().rev().skip(offset).take(page.size as usize);
            let items = shown.filter_map(|(_, story)| lists::story_card(conn, *story, as_of).transpose());
            let stories = Listed { items: items.collect::<Result<_>>()?, total: timed.len() as u64, page };
            Ok(Some(StorylinePage { storyline, stories, times }))
        })
    }

    /// The storyline a story stands in.
    pub fn storyline_of(&self, story: StoryId, as_of: AsOf) -> Result<Option<Storyline>> {
        self.read(|conn| {
            let sql = format!(
                "select m.storyline from storyline_stories m where m.story = ?1 and {} order by m.id desc limit 1",
                standing(as_of)
            );
            let id: Option<i64> = conn.prepare_cached(&sql)?.query_row([story.0], |row| row.get(0)).optional()?;
            id.map_or(Ok(None), |id| read(conn, StorylineId(id), as_of))
        })
    }

    /// Storylines, the one with the latest story first.
    pub fn storylines(&self, page: Page, as_of: AsOf) -> Result<Listed<Storyline>> {
        let which = match as_of {
            AsOf::Now => "s.ended_at is null".to_owned(),
            AsOf::At(at) => format!("s.opened_at <= {0} and (s.ended_at is null or s.ended_at > {0})", ms(at)),
        };
        self.read(|conn| {
            let (total, ids) = lists::ids(
                conn,
                page,
                &format!("select count(*) from storylines s where {which}"),
                &format!("select s.id from storylines s where {which} order by s.last_at desc, s.id desc"),
                &[],
            )?;
            let items = ids.into_iter().filter_map(|id| read(conn, StorylineId(id), as_of).transpose());
            Ok(Listed { items: items.collect::<Result<_>>()?, total, page })
        })
    }

    /// The storylines that most of a topic's stories stand in, each with how many of them do; at most `most`.
    pub fn topic_storylines(&self, topic: TopicId, most: u32, as_of: AsOf) -> Result<Vec<(Storyline, u64)>> {
        self.read(|conn| {
            let of_topic = match as_of {
                AsOf::Now => "select story from topic_stories where topic = ?1".to_owned(),
                AsOf::At(_) => {
                    let members = standing(as_of);
                    format!(
                        "select distinct m.story from members m join topic_members p on p.article = m.article
                         where p.topic = ?1 and m.role <> 'maybe' and {members} and {}",
                        members.replace("m.", "p.")
                    )
                }
            };
            let sql = format!(
                "select l.storyline, count(*) as n from ({of_topic}) t join storyline_stories l on l.story = t.story
                 where {} group by l.storyline order by n desc, l.storyline limit ?2",
                standing(as_of).replace("m.", "l.")
            );
            let rows = conn
                .prepare_cached(&sql)?
                .query_map((topic.0, most), |row| Ok((StorylineId(row.get(0)?), row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(StorylineId, u64)>>>()?;
            let lines = rows.into_iter().filter_map(|(id, n)| Some(read(conn, id, as_of).transpose()?.map(|s| (s, n))));
            lines.collect()
        })
    }
}

fn record(
    w: &mut Writing<'_>,
    lines: &[NewStoryline],
    ended: &[(StorylineId, Option<usize>)],
    now: Timestamp,
) -> Result<usize> {
    let at = ms(now);
    let held: HashMap<i64, i64> = w
        .conn
        .prepare_cached("select story, storyline from storyline_stories where left_at is null")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changed: HashSet<i64> = HashSet::new();
    let mut numbers = Vec::with_capacity(lines.len());
    for line in lines {
        let id = match line.id {
            Some(StorylineId(id)) => {
                if !w.conn.prepare_cached("select 1 from storylines where id = ?1")?.exists([id])? {
                    return Err(Error::Unknown { what: "storyline", id });
                }
                id
            }
            None => {
                w.conn
                    .prepare_cached(
                        "insert into storylines (opened_at, changed_at, first_at, last_at, stories)
                         values (?1, ?1, ?2, ?3, 0)",
                    )?
                    .execute((at, ms(line.first_at), ms(line.last_at)))?;
                w.conn.last_insert_rowid()
            }
        };
        numbers.push(id);
        if name(w.conn, id, line, at)? {
            changed.insert(id);
        }
    }
    // Who stands elsewhere now leaves first, so that nobody ever stands in two.
    let wanted: HashMap<i64, i64> =
        lines.iter().zip(&numbers).flat_map(|(line, id)| line.stories.iter().map(|s| (s.0, *id))).collect();
    let mut leaving: Vec<(i64, i64)> =
        held.iter().map(|(s, l)| (*s, *l)).filter(|(s, l)| wanted.get(s) != Some(l)).collect();
    leaving.sort_unstable();
    for (story, line) in leaving {
        w.conn
            .prepare_cached(
                "update storyline_stories set left_at = max(joined_at, ?2) where story = ?1 and left_at is null",
            )?
            .execute((story, at))?;
        changed.insert(line);
    }
    let mut joining: Vec<(i64, i64)> =
        wanted.iter().map(|(s, l)| (*s, *l)).filter(|(s, l)| held.get(s) != Some(l)).collect();
    joining.sort_unstable();
    for (story, line) in joining {
        w.conn
            .prepare_cached("insert into storyline_stories (storyline, story, joined_at) values (?1, ?2, ?3)")?
            .execute((line, story, at))?;
        changed.insert(line);
    }
    for (line, id) in lines.iter().zip(&numbers) {
        let is_changed = changed.contains(id);
        w.conn
            .prepare_cached(
                "update storylines set first_at = ?2, last_at = ?3, stories = ?4, ended_at = null, led_to = null,
                    changed_at = case when ?5 then ?6 else changed_at end
                 where id = ?1",
            )?
            .execute((id, ms(line.first_at), ms(line.last_at), line.stories.len() as i64, is_changed, at))?;
    }
    for (id, place) in ended {
        let led_to = place.and_then(|place| numbers.get(place));
        let done = w
            .conn
            .prepare_cached(
                "update storylines set ended_at = ?2, led_to = ?3, stories = 0, changed_at = ?2
                 where id = ?1 and ended_at is null",
            )?
            .execute((id.0, at, led_to))?;
        if done > 0 {
            changed.insert(id.0);
        }
    }
    Ok(changed.len())
}

/// Keeps a storyline's name where it is another than before; says whether it is.
fn name(conn: &Connection, id: i64, line: &NewStoryline, at: i64) -> Result<bool> {
    let new = (line.title.clone(), to_json(&line.actors)?, to_json(&line.subjects)?);
    let held = conn
        .prepare_cached(
            "select title, actors, subjects from storyline_names where storyline = ?1 order by id desc limit 1",
        )?
        .query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
        .optional()?;
    if held.as_ref() == Some(&new) {
        return Ok(false);
    }
    conn.prepare_cached(
        "insert into storyline_names (storyline, at, title, actors, subjects) values (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((id, at, new.0, new.1, new.2))?;
    Ok(true)
}

/// The storyline a number leads to, through those that ended.
pub(crate) fn leads_to(conn: &Connection, id: StorylineId, as_of: AsOf) -> Result<Option<StorylineId>> {
    let mut id = id.0;
    for _ in 0..MOST_HOPS {
        let row = conn
            .prepare_cached("select ended_at <= ?2, led_to from storylines where id = ?1 and opened_at <= ?2")?
            .query_row((id, as_of.until()), |row| Ok((row.get::<_, Option<bool>>(0)?, row.get::<_, Option<i64>>(1)?)))
            .optional()?;
        match row {
            None => return Ok(None),
            Some((Some(true), Some(next))) => id = next,
            // It may have had stories then; the caller finds none where it had not.
            Some(_) => return Ok(Some(StorylineId(id))),
        }
    }
    Err(Error::Damaged(format!("what storyline {id} led to runs in a circle")))
}

fn read(conn: &Connection, id: StorylineId, as_of: AsOf) -> Result<Option<Storyline>> {
    let row = conn
        .prepare_cached(
            "select s.first_at, s.last_at, s.changed_at, s.stories, n.title, n.actors, n.subjects
             from storylines s join storyline_names n
                on n.id = (select max(x.id) from storyline_names x where x.storyline = s.id and x.at <= ?2)
             where s.id = ?1 and s.opened_at <= ?2",
        )?
        .query_row((id.0, as_of.until()), |row| {
            let mut c = Cols::new(row);
            let (first_at, last_at, changed_at) = (c.time()?, c.time()?, c.time()?);
            let (stories, title) = (c.next()?, c.next()?);
            let lists: (String, String) = (c.next()?, c.next()?);
            let line = Storyline {
                id,
                title,
                actors: Vec::new(),
                subjects: Vec::new(),
                first_at,
                last_at,
                changed_at,
                stories,
            };
            Ok((line, lists))
        })
        .optional()?;
    let Some((line, (actors, subjects))) = row else { return Ok(None) };
    let mut line = Storyline { actors: from_json(&actors)?, subjects: from_json(&subjects)?, ..line };
    if let AsOf::At(_) = as_of {
        as_then(conn, &mut line, as_of)?;
    }
    Ok(Some(line))
}

/// Puts a storyline's times and size as they were, from the stories it had.
fn as_then(conn: &Connection, line: &mut Storyline, as_of: AsOf) -> Result<()> {
    let stories = stories_of(conn, line.id, as_of)?;
    line.stories = stories.len() as u64;
    let sql = format!(
        "select min(m.sort_at), max(m.sort_at) from members m where m.story = ?1 and m.role <> 'maybe' and {}",
        standing(as_of)
    );
    let mut span: Option<(i64, i64)> = None;
    for story in stories {
        let (first, last): (Option<i64>, Option<i64>) =
            conn.prepare_cached(&sql)?.query_row([story.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if let (Some(first), Some(last)) = (first, last) {
            span = Some(span.map_or((first, last), |s| (s.0.min(first), s.1.max(last))));
        }
    }
    if let Some((first, last)) = span {
        let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        (line.first_at, line.last_at) = (at(first), at(last));
    }
    let changed: Option<i64> = conn
        .prepare_cached(
            "select max(at) from (
                select joined_at as at from storyline_stories where storyline = ?1 and joined_at <= ?2
                union all select left_at from storyline_stories where storyline = ?1 and left_at <= ?2
                union all select at from storyline_names where storyline = ?1 and at <= ?2)",
        )?
        .query_row([line.id.0, as_of.until()], |row| row.get(0))?;
    if let Some(at) = changed.and_then(|ms| Timestamp::from_millisecond(ms).ok()) {
        line.changed_at = at;
    }
    Ok(())
}

fn stories_of(conn: &Connection, id: StorylineId, as_of: AsOf) -> Result<Vec<StoryId>> {
    let sql = format!(
        "select m.story from storyline_stories m where m.storyline = ?1 and {} order by m.story",
        standing(as_of)
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map(params_from_iter([id.0]), |row| row.get(0).map(StoryId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends at the first thing that is wrong")]

    use super::*;
    use crate::{NewArticle, NewRevision};
    use jiff::SignedDuration;
    use news::article::{Article, Held};
    use news::story::Placement;

    fn at(minutes: i64) -> Timestamp {
        "2024-05-01T08:00:00Z".parse::<Timestamp>().expect("literal") + SignedDuration::from_mins(minutes)
    }

    /// An archive with three stories, each of one article.
    fn three() -> (Archive, Vec<StoryId>) {
        let archive = Archive::in_memory().unwrap();
        let stories = (0..3)
            .map(|n| {
                let new = NewArticle { url: Some(format!("https://o{n}.example/x")), ..NewArticle::default() };
                let article = archive.add_article(&new, at(n)).unwrap().article;
                let content = Article {
                    headline: Some(format!("Talks, part {n}")),
                    text: format!("Text number {n}."),
                    held: Held::Full,
                    ..Article::default()
                };
                let revision = NewRevision {
                    article,
                    content,
                    fetched_at: at(n),
                    raw_digest: None,
                    record: None,
                    rank: None,
                    placement: Some(Placement::Opens),
                    features: vec![1],
                    dated: news::dated::Dated::default(),
                    statements: Vec::new(),
                    problems: Vec::new(),
                    extractor: 1,
                };
                archive.record_revision(revision).unwrap().story.unwrap()
            })
            .collect();
        (archive, stories)
    }

    fn line(id: Option<StorylineId>, title: &str, stories: &[StoryId]) -> NewStoryline {
        NewStoryline {
            id,
            title: title.to_owned(),
            actors: vec!["Ilva Maren".to_owned()],
            subjects: vec!["ferry".to_owned()],
            stories: stories.to_vec(),
            first_at: at(0),
            last_at: at(2),
        }
    }

    const FIRST: Page = Page { number: 1, size: 10 };

    #[test]
    fn drawing_the_same_again_changes_nothing() {
        let (archive, s) = three();
        let changed = archive.record_storylines(vec![line(None, "Ferry talks", &s[..2])], Vec::new(), at(10)).unwrap();
        assert_eq!(changed, 1);
        let id = archive.storyline_of(s[0], AsOf::Now).unwrap().unwrap().id;
        let again = vec![line(Some(id), "Ferry talks", &s[..2])];
        assert_eq!(archive.record_storylines(again, Vec::new(), at(20)).unwrap(), 0);
        assert_eq!(archive.storyline_places().unwrap(), [(s[0], id), (s[1], id)]);
        let page = archive.storyline(id, FIRST, AsOf::Now).unwrap().unwrap();
        assert_eq!(page.storyline.changed_at, at(10));
        assert_eq!(page.stories.items[0].story.id, s[1], "the latest stands first");
        assert_eq!(page.times, [at(0), at(1)]);
    }

    #[test]
    fn what_a_storyline_was_at_a_time_stays_to_be_asked() {
        let (archive, s) = three();
        archive.record_storylines(vec![line(None, "Ferry talks", &s[..2])], Vec::new(), at(10)).unwrap();
        let id = archive.storyline_of(s[0], AsOf::Now).unwrap().unwrap().id;
        let grown = vec![line(Some(id), "Ferry treaty", &s)];
        assert_eq!(archive.record_storylines(grown, Vec::new(), at(20)).unwrap(), 1);
        let then = archive.storyline(id, FIRST, AsOf::At(at(15))).unwrap().unwrap();
        assert_eq!((then.storyline.title.as_str(), then.storyline.stories), ("Ferry talks", 2));
        assert_eq!((then.storyline.last_at, then.storyline.changed_at), (at(1), at(10)));
        let now = archive.storyline(id, FIRST, AsOf::Now).unwrap().unwrap();
        assert_eq!((now.storyline.title.as_str(), now.stories.total), ("Ferry treaty", 3));
        assert!(archive.storyline(id, FIRST, AsOf::At(at(5))).unwrap().is_none(), "it was not there yet");
    }

    #[test]
    fn one_that_ended_leads_to_the_one_that_took_its_stories() {
        let (archive, s) = three();
        archive.record_storylines(vec![line(None, "Ferry talks", &s[..2])], Vec::new(), at(10)).unwrap();
        let old = archive.storyline_of(s[0], AsOf::Now).unwrap().unwrap().id;
        let taken = vec![line(None, "Strait talks", &s[1..])];
        archive.record_storylines(taken, vec![(old, Some(0))], at(20)).unwrap();
        let new = archive.storyline_of(s[2], AsOf::Now).unwrap().unwrap().id;
        assert_ne!(old, new);
        assert_eq!(archive.storyline(old, FIRST, AsOf::Now).unwrap().unwrap().storyline.id, new);
        assert!(archive.storyline_of(s[0], AsOf::Now).unwrap().is_none());
        assert_eq!(archive.storyline(old, FIRST, AsOf::At(at(15))).unwrap().unwrap().storyline.id, old);
        // Ended without one that took its stories, it is nothing any more.
        archive.record_storylines(Vec::new(), vec![(new, None)], at(30)).unwrap();
        assert!(archive.storyline(new, FIRST, AsOf::Now).unwrap().is_none());
        assert_eq!(archive.storylines(FIRST, AsOf::Now).unwrap().total, 0);
        assert_eq!(archive.storylines(FIRST, AsOf::At(at(25))).unwrap().total, 1);
    }
}
