//! Checks that everything kept can be read back and agrees with itself.

use crate::error::Result;
use crate::lists::AsOf;
use crate::open::Archive;
use crate::responses::Place;
use crate::rows::{Cols, article_from_json, ms, statements_from_json};
use crate::timeline::{self, TimelineOf};
use crate::{dated, stories};
use news::article::{Article, Damage, Field};
use news::id::{StoryId, TopicId};
use news::revision::{Digest, text_digest};
use news::statement::Statement;
use std::ops::Range;

/// One thing that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// What, in a few words: `text digests`, `responses in segments`.
    pub name: &'static str,
    /// How many things were looked at.
    pub looked_at: u64,
    /// How many were wrong.
    pub wrong: u64,
    /// The first hundred that were wrong, one sentence each.
    pub problems: Vec<String>,
}

/// What [`Archive::verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every check, in the order made.
    pub checks: Vec<Check>,
}

impl Report {
    /// Nothing was wrong.
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.wrong == 0)
    }
}

impl Archive {
    /// Checks everything kept: the database's own integrity, every text and response against its digest,
    /// every span, count and redirect. Reads all of it; hours for a large archive.
    pub fn verify(&self) -> Result<Report> {
        self.verify_with(&mut |_, _, _| {})
    }

    /// [`Archive::verify`] that tells how far it is: name of the check, things done, things in all.
    pub fn verify_with(&self, progress: &mut dyn FnMut(&'static str, u64, u64)) -> Result<Report> {
        let mut report = Report::default();
        report.checks.push(self.check_database()?);
        report.checks.push(self.check_texts(progress)?);
        report.checks.push(self.check_responses(progress)?);
        report.checks.push(self.check_revision_records()?);
        report.checks.push(self.check_stories(progress)?);
        report.checks.push(self.check_redirects()?);
        report.checks.push(self.check_topics()?);
        report.checks.push(self.check_days(progress)?);
        Ok(report)
    }

    /// The pages of the database and its foreign keys.
    fn check_database(&self) -> Result<Check> {
        self.read(|conn| {
            let mut check = Check { name: "database", looked_at: 2, ..Check::default() };
            let mut query = conn.prepare("pragma integrity_check(100)")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let answer: String = row.get(0)?;
                if answer != "ok" {
                    check.wrong(answer);
                }
            }
            let mut query = conn.prepare("pragma foreign_key_check")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                check.wrong(format!("row {} of {table} names a row of {parent} that is not there", id.unwrap_or(0)));
            }
            Ok(check)
        })
    }

    /// Every reading of every revision: digest, blocks, statements, dateline, damage.
    fn check_texts(&self, progress: &mut dyn FnMut(&'static str, u64, u64)) -> Result<Check> {
        const NAME: &str = "texts";
        let mut check = Check { name: NAME, ..Check::default() };
        let total = self.count("select count(*) from revision_texts")?;
        let mut after = 0;
        loop {
            let rows = self.read(|conn| {
                let mut query = conn.prepare_cached(
                    "select t.id, t.revision, t.text_digest, b.fields, b.statements, b.body
                     from revision_texts t left join bodies b on b.text = t.id where t.id > ?1 order by t.id limit 200",
                )?;
                let rows = query.query_map([after], |row| {
                    let mut c = Cols::new(row);
                    let (id, revision, digest) = (c.next::<i64>()?, c.next::<i64>()?, c.digest()?);
                    let texts: (Option<String>, Option<String>, Option<String>) = (c.next()?, c.next()?, c.next()?);
                    Ok((id, revision, digest, texts))
                })?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(check) };
            after = *last;
            for (_, revision, digest, texts) in rows {
                check.looked_at += 1;
                let (Some(fields), Some(statements), Some(body)) = texts else {
                    check.wrong(format!("revision {revision} has lost its text"));
                    continue;
                };
                let read = article_from_json(&fields, body)
                    .and_then(|article| Ok((article, statements_from_json(&statements)?)));
                match read {
                    Err(error) => check.wrong(format!("revision {revision}: {error}")),
                    Ok((article, statements)) => {
                        if text_digest(&article) != digest {
                            check.wrong(format!("the text of revision {revision} is not the one that was kept"));
                        }
                        if let Some(what) = misplaced(&article, &statements) {
                            check.wrong(format!(
                                "{what} of revision {revision} lies outside the text or inside a character"
                            ));
                        }
                    }
                }
            }
            progress(NAME, check.looked_at, total);
        }
    }

    /// Every response, read from its segment.
    fn check_responses(&self, progress: &mut dyn FnMut(&'static str, u64, u64)) -> Result<Check> {
        const NAME: &str = "responses";
        let mut check = Check { name: NAME, ..Check::default() };
        let total = self.count("select count(*) from records")?;
        let mut after = 0;
        loop {
            let rows = self.read(|conn| {
                let mut query = conn.prepare_cached(
                    "select r.id, s.name, r.offset_bytes, r.length_bytes, r.digest, r.url, r.status
                     from records r join segments s on s.id = r.segment where r.id > ?1 order by r.id limit 200",
                )?;
                let rows = query.query_map([after], |row| {
                    let mut c = Cols::new(row);
                    let id = c.next::<i64>()?;
                    let place = Place { segment: c.next()?, offset: c.next()?, length: c.next()?, digest: c.digest()? };
                    Ok((id, place, c.next::<String>()?, c.next::<u16>()?))
                })?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(check) };
            after = *last;
            for (id, place, url, status) in rows {
                check.looked_at += 1;
                match self.read_place(&place) {
                    Err(error) => check.wrong(format!("record {id}: {error}")),
                    Ok(response) if Digest::of(&response.body) != place.digest => {
                        check.wrong(format!("the body of record {id} is not the one that was received"));
                    }
                    Ok(response) if response.url != url || response.status != status => {
                        check.wrong(format!("record {id} holds another response than it should"));
                    }
                    Ok(_) => {}
                }
            }
            progress(NAME, check.looked_at, total);
        }
    }

    /// A revision's digest of what was received is that of the record it names; numbers run from one without gaps.
    fn check_revision_records(&self) -> Result<Check> {
        self.read(|conn| {
            let looked_at = conn.query_row("select count(*) from revisions", [], |row| row.get(0))?;
            let mut check = Check { name: "revisions", looked_at, ..Check::default() };
            let mut each = |sql: &str, what: &str| -> Result<()> {
                let mut query = conn.prepare(sql)?;
                let mut rows = query.query([])?;
                while let Some(row) = rows.next()? {
                    check.wrong(format!("{what} {}", row.get::<_, i64>(0)?));
                }
                Ok(())
            };
            each(
                "select r.id from revisions r join records k on k.id = r.record
                 where r.raw_digest is not null and r.raw_digest <> k.digest",
                "the bytes kept are not those read for revision",
            )?;
            each(
                "select a.id from articles a where a.revisions <> (select count(*) from revisions r where r.article = a.id)
                    or a.revisions <> (select coalesce(max(number), 0) from revisions r where r.article = a.id)",
                "revisions are miscounted for article",
            )?;
            each(
                "select a.id from articles a left join revisions r on r.id = a.head
                 where (a.revisions > 0) <> (a.head is not null)
                    or (a.head is not null and (r.article <> a.id or r.number <> a.revisions))",
                "the last revision is not the one named for article",
            )?;
            each(
                "select r.id from revisions r left join revision_texts t on t.id = r.text
                 where t.id is null or t.revision <> r.id",
                "no reading of its own is named for revision",
            )?;
            Ok(check)
        })
    }

    /// The counts of every story are those of its members.
    fn check_stories(&self, progress: &mut dyn FnMut(&'static str, u64, u64)) -> Result<Check> {
        const NAME: &str = "stories";
        let mut check = Check { name: NAME, ..Check::default() };
        let total = self.count("select count(*) from stories")?;
        let mut after = 0;
        loop {
            let wrong = self.read(|conn| {
                let ids = conn
                    .prepare_cached("select id from stories where id > ?1 order by id limit 500")?
                    .query_map([after], |row| row.get(0).map(StoryId))?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                let mut wrong = Vec::new();
                for id in &ids {
                    let Some(held) = stories::row(conn, *id)? else { continue };
                    let counted = stories::count(conn, *id)?;
                    let is_right = held.story.counts == counted.counts
                        && (held.revised, held.gone) == (counted.revised, counted.gone)
                        && counted.newest_at.is_none_or(|at| at == ms(held.newest_at));
                    if !is_right {
                        wrong.push(format!(
                            "story {id} is miscounted: {:?}, and counted {counted:?}",
                            held.story.counts
                        ));
                    }
                }
                Ok((ids, wrong))
            })?;
            let Some(last) = wrong.0.last() else { return Ok(check) };
            after = last.0;
            check.looked_at += wrong.0.len() as u64;
            wrong.1.into_iter().for_each(|problem| check.wrong(problem));
            progress(NAME, check.looked_at, total);
        }
    }

    /// Every merged story leads to one that is not.
    fn check_redirects(&self) -> Result<Check> {
        self.read(|conn| {
            let merged = conn
                .prepare("select id from stories where merged_into is not null")?
                .query_map([], |row| row.get(0).map(StoryId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut check = Check { name: "redirects", looked_at: merged.len() as u64, ..Check::default() };
            for id in merged {
                match stories::leads_to(conn, id, AsOf::Now) {
                    Ok(Some(_)) => {}
                    Ok(None) => check.wrong(format!("story {id} leads nowhere")),
                    Err(error) => check.wrong(error.to_string()),
                }
            }
            Ok(check)
        })
    }

    /// The stories listed for every topic are those of its articles.
    fn check_topics(&self) -> Result<Check> {
        self.read(|conn| {
            let looked_at = conn.query_row("select count(*) from topic_stories", [], |row| row.get(0))?;
            let mut check = Check { name: "topics", looked_at, ..Check::default() };
            let counted = "select p.topic, m.story, count(*) as articles
                from topic_members p join members m on m.article = p.article
                where p.left_at is null and m.left_at is null and m.role <> 'maybe' group by p.topic, m.story";
            let sql = format!(
                "select topic, story from (
                    select topic, story, articles from topic_stories except select topic, story, articles from ({counted}))
                 union
                 select topic, story from (
                    select topic, story, articles from ({counted}) except select topic, story, articles from topic_stories)"
            );
            let mut query = conn.prepare(&sql)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let (topic, story): (i64, i64) = (row.get(0)?, row.get(1)?);
                check.wrong(format!("story {story} is miscounted in topic {topic}"));
            }
            Ok(check)
        })
    }

    /// Every sentence of a timeline is a piece of its text, every article is read for days, and the days of every topic
    /// are those of its texts.
    fn check_days(&self, progress: &mut dyn FnMut(&'static str, u64, u64)) -> Result<Check> {
        const NAME: &str = "days";
        let mut check = Check { name: NAME, ..Check::default() };
        let total = self.count("select count(*) from dated_readings")?;
        let (mut after, mut read) = (0, 0);
        loop {
            let rows = self.read(|conn| {
                let mut query = conn.prepare_cached(
                    "select d.id, t.revision, b.body from dated_readings d left join revision_texts t on t.id = d.text
                        left join bodies b on b.text = d.text where d.id > ?1 order by d.id limit 200",
                )?;
                let rows = query
                    .query_map([after], |row| {
                        let (id, revision, body): (i64, Option<i64>, Option<String>) =
                            (row.get(0)?, row.get(1)?, row.get(2)?);
                        Ok((id, revision.unwrap_or(0), body.unwrap_or_default()))
                    })?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                let mut found = Vec::with_capacity(rows.len());
                for (id, revision, body) in rows {
                    let spans = conn
                        .prepare_cached("select start_byte, end_byte from dated_sentences where reading = ?1")?
                        .query_map([id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?
                        .collect::<rusqlite::Result<Vec<_>>>()?;
                    found.push((id, revision, body, spans));
                }
                Ok(found)
            })?;
            let Some((last, ..)) = rows.last() else { break };
            after = *last;
            for (_, revision, body, spans) in rows {
                read += 1;
                for (start, end) in spans {
                    check.looked_at += 1;
                    let span = usize::try_from(start).ok().zip(usize::try_from(end).ok());
                    let piece = span.filter(|(start, end)| start < end).and_then(|(start, end)| body.get(start..end));
                    if piece.is_none() {
                        check.wrong(format!(
                            "a dated sentence of revision {revision} lies outside the text or inside a character"
                        ));
                    }
                }
            }
            progress(NAME, read, total);
        }
        self.read(|conn| {
            let mut each = |sql: &str, what: &str| -> Result<()> {
                let mut query = conn.prepare(sql)?;
                let mut rows = query.query([])?;
                while let Some(row) = rows.next()? {
                    check.wrong(format!("{what} {}", row.get::<_, i64>(0)?));
                }
                Ok(())
            };
            each(
                "select distinct s.reading from dated_sentences s left join dated_readings d on d.id = s.reading
                 where d.id is null or s.article <> d.article or s.is_current <> (d.until_at is null)",
                "the sentences are not those of their text in reading",
            )?;
            each(
                "select article from dated_readings where until_at is null group by article having count(*) > 1",
                "two texts are the newest of article",
            )?;
            if dated::backlog(conn)?.is_none() {
                each(
                    "select a.id from articles a join revisions r on r.id = a.head
                        left join dated_readings d on d.article = a.id and d.until_at is null
                     where d.text is not r.text",
                    "the newest text was not read for days of article",
                )?;
            }
            let topics = conn
                .prepare("select id from topics where removed_at is null")?
                .query_map([], |row| row.get(0).map(TopicId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for topic in topics {
                let (kept, counted) = (
                    timeline::kept_days(conn, topic)?,
                    timeline::counted_days(conn, TimelineOf::Topic(topic), AsOf::Now)?,
                );
                check.looked_at += counted.days.len() as u64;
                if kept != counted.days {
                    let day = kept.iter().zip(&counted.days).find(|(kept, counted)| kept != counted);
                    check.wrong(format!(
                        "the days of topic {topic} are miscounted: {} kept, {} counted, first {day:?}",
                        kept.len(),
                        counted.days.len()
                    ));
                }
            }
            Ok(check)
        })
    }

    fn count(&self, sql: &str) -> Result<u64> {
        self.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?))
    }
}

/// The most problems that are spelled out for a check.
const MOST_PROBLEMS: usize = 100;

impl Check {
    /// Notes one thing that was wrong.
    pub fn wrong(&mut self, problem: String) {
        self.wrong += 1;
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

/// What lies outside the text or inside a character, if anything does.
fn misplaced(article: &Article, statements: &[Statement]) -> Option<&'static str> {
    let fits = |text: &str, span: &Range<usize>| text.get(span.clone()).is_some();
    let text = article.text.as_str();
    if !article.blocks.iter().all(|block| fits(text, &block.span)) {
        return Some("a block");
    }
    if !article.dateline.iter().all(|dateline| fits(text, &dateline.span)) {
        return Some("the dateline");
    }
    let spans = statements.iter().flat_map(|s| s.source.iter().chain(&s.cue).chain(&s.content));
    if !spans.into_iter().all(|span| fits(text, span)) {
        return Some("a statement");
    }
    let field = |field| match field {
        Field::Headline => article.headline.as_deref(),
        Field::Standfirst => article.standfirst.as_deref(),
        Field::Byline => article.byline.as_deref(),
        Field::Outlet => article.outlet.as_deref(),
        Field::Text => Some(text),
        _ => None,
    };
    let is_placed = |damage: &Damage| field(damage.field).is_none_or(|text| fits(text, &damage.span));
    if !article.damage.iter().all(is_placed) {
        return Some("a damage mark");
    }
    None
}
