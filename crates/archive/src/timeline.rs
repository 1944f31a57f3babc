//! Timelines: what the texts of a topic or a story say of days, counted by day, and the sentences of a day.

use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use crate::rows::{Cols, OUTLET, day_number, day_of, ms, telling_of};
use crate::stories::{self, standing};
use crate::storylines;
use jiff::Timestamp;
use jiff::civil::Date;
use news::dated::Telling;
use news::id::{ArticleId, RevisionId, StoryId, StorylineId, TopicId};
use news::language::Language;
use news::outlet::Outlet;
use news::time::Moment;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Whose days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimelineOf {
    /// All texts that match a topic.
    Topic(TopicId),
    /// All texts counted in a story.
    Story(StoryId),
    /// All texts counted in the stories of a storyline.
    Storyline(StorylineId),
}

/// How much is said of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub day: Date,
    /// Texts published on it, copies among them.
    pub texts: u64,
    /// Sentences about it; the same wording in several texts is one.
    pub sentences: u64,
    /// How much it matters, see [`Telling::weight`].
    pub weight: u64,
}

/// Every day that something is said of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The days in order; those without text and sentence are left out.
    pub days: Vec<DayCount>,
    /// Texts that state no day of publication, or one that cannot be.
    pub undated: u64,
}

/// The sentences of one day.
#[derive(Clone, Debug, PartialEq)]
pub struct DaySentences {
    /// The day.
    pub day: Date,
    /// Sentences of different wording in all.
    pub total: u64,
    /// Those asked for.
    pub items: Vec<SentenceCard>,
}

/// A sentence on a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct SentenceCard {
    /// The sentence, word for word.
    pub text: String,
    /// Bytes of the revision's text.
    pub span: Range<usize>,
    /// Its number in that text, from 0.
    pub sentence: u32,
    /// How it comes to stand on the day.
    pub telling: Telling,
    /// Whether the calendar day itself is printed in it.
    pub is_printed: bool,
    /// Whose text: of those with this wording the earliest.
    pub article: ArticleId,
    /// Which revision of it.
    pub revision: RevisionId,
    /// That revision's number within the article.
    pub number: u32,
    /// Who published it.
    pub outlet: Option<Outlet>,
    /// The revision's headline.
    pub headline: Option<String>,
    /// The language of the text.
    pub language: Option<Language>,
    /// When the outlet says it was published.
    pub published_at: Option<Moment>,
    /// When the revision was fetched, our clock.
    pub fetched_at: Timestamp,
    /// Texts that have a sentence of this wording on the day, this one among them.
    pub texts: u32,
    /// The others, earliest first, at most ten.
    pub also: Vec<ArticleId>,
}

/// Days asked for at once.
const MOST_DAYS: usize = 400;
/// Sentences of one day that are looked at; a day of more shows these.
const MOST_OF_A_DAY: u32 = 20_000;
/// Other texts named beside a sentence.
const MOST_ALSO: usize = 10;

impl Archive {
    /// Every day of a timeline, counted.
    pub fn timeline_days(&self, of: TimelineOf, as_of: AsOf) -> Result<Days> {
        self.read(|conn| match (of, as_of) {
            (TimelineOf::Topic(topic), AsOf::Now) => {
                let days = kept_days(conn, topic)?;
                let texts: u64 = conn
                    .prepare_cached("select count(*) from topic_members where topic = ?1 and left_at is null")?
                    .query_row([topic.0], |row| row.get(0))?;
                let dated: u64 = days.iter().map(|day| day.texts).sum();
                Ok(Days { days, undated: texts.saturating_sub(dated) })
            }
            _ => counted_days(conn, of, as_of),
        })
    }

    /// The sentences of these days (at most 400 days), for each day those about it in words before those of texts
    /// published on it, printed days first, earlier in the text first: `most` of them after the first `skip`.
    pub fn timeline_sentences(
        &self,
        of: TimelineOf,
        days: &[Date],
        skip: usize,
        most: usize,
        as_of: AsOf,
    ) -> Result<Vec<DaySentences>> {
        self.read(|conn| {
            let days = &days[..days.len().min(MOST_DAYS)];
            let mut by_texts = match of {
                TimelineOf::Topic(_) => None,
                TimelineOf::Story(_) | TimelineOf::Storyline(_) => Some(lines_of(conn, of, days, as_of)?),
            };
            let mut out = Vec::with_capacity(days.len());
            for day in days {
                let lines = match (&mut by_texts, of) {
                    (Some(lines), _) => lines.remove(&day_number(*day)).unwrap_or_default(),
                    (None, TimelineOf::Topic(topic)) => topic_lines(conn, topic, *day, as_of)?,
                    (None, TimelineOf::Story(_) | TimelineOf::Storyline(_)) => Vec::new(),
                };
                let folded = fold(lines);
                let total = folded.len() as u64;
                let items = folded.into_iter().skip(skip).take(most);
                let items = items.map(|folded| card(conn, folded)).collect::<Result<_>>()?;
                out.push(DaySentences { day: *day, total, items });
            }
            Ok(out)
        })
    }
}

/// The days of a topic as they are kept counted.
pub(crate) fn kept_days(conn: &Connection, topic: TopicId) -> Result<Vec<DayCount>> {
    let mut query =
        conn.prepare_cached("select day, texts, sentences, weight from topic_days where topic = ?1 order by day")?;
    let rows = query.query_map([topic.0], |row| {
        let mut c = Cols::new(row);
        Ok(DayCount { day: c.read("day", day_of)?, texts: c.next()?, sentences: c.next()?, weight: c.next()? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The articles whose timeline it is, as a table named `m` whose column `article` counts, for one parameter.
fn members(of: TimelineOf, as_of: AsOf) -> (String, i64) {
    match of {
        TimelineOf::Topic(topic) => (format!("topic_members m where m.topic = ?1 and {}", standing(as_of)), topic.0),
        TimelineOf::Story(story) => {
            (format!("members m where m.story = ?1 and m.role <> 'maybe' and {}", standing(as_of)), story.0)
        }
        TimelineOf::Storyline(line) => (
            format!(
                "storyline_stories l join members m on m.story = l.story
                 where l.storyline = ?1 and {} and m.role <> 'maybe' and {}",
                standing(as_of).replace("m.", "l."),
                standing(as_of)
            ),
            line.0,
        ),
    }
}

/// Which readings `d` were the newest of their article.
fn newest(as_of: AsOf) -> String {
    match as_of {
        AsOf::Now => "d.until_at is null".to_owned(),
        AsOf::At(at) => format!("d.from_at <= {0} and (d.until_at is null or d.until_at > {0})", ms(at)),
    }
}

/// The days of a timeline counted from its texts.
pub(crate) fn counted_days(conn: &Connection, of: TimelineOf, as_of: AsOf) -> Result<Days> {
    let Some(of) = leads_to(conn, of, as_of)? else { return Ok(Days::default()) };
    let (from, id) = members(of, as_of);
    let sql = format!(
        "select d.id, d.day, s.day, s.wording, s.telling
         from (select m.article from {from}) m join dated_readings d on d.article = m.article and {}
            left join dated_sentences s on s.reading = d.id",
        newest(as_of)
    );
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query([id])?;
    let mut days: BTreeMap<i64, DayCount> = BTreeMap::new();
    let mut undated = 0;
    let mut lines: Vec<(i64, i64, u8)> = Vec::new();
    let mut reading = None;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if reading != Some(id) {
            reading = Some(id);
            match row.get::<_, Option<i64>>(1)? {
                Some(number) => {
                    if let Some(day) = day_of(number) {
                        entry(&mut days, number, day).texts += 1;
                    }
                }
                None => undated += 1,
            }
        }
        if let Some(day) = row.get::<_, Option<i64>>(2)? {
            lines.push((day, row.get(3)?, row.get(4)?));
        }
    }
    lines.sort_unstable();
    lines.dedup();
    let mut before = None;
    for (number, wording, telling) in lines {
        let (Some(day), Some(telling)) = (day_of(number), telling_of(telling)) else { continue };
        let count = entry(&mut days, number, day);
        count.sentences += u64::from(before != Some((number, wording)));
        count.weight += u64::from(telling.weight());
        before = Some((number, wording));
    }
    Ok(Days { days: days.into_values().collect(), undated })
}

fn entry(days: &mut BTreeMap<i64, DayCount>, number: i64, day: Date) -> &mut DayCount {
    days.entry(number).or_insert(DayCount { day, texts: 0, sentences: 0, weight: 0 })
}

/// One sentence of one text.
struct Line {
    reading: i64,
    n: i64,
    wording: i64,
    article: i64,
    telling: Telling,
    is_printed: bool,
    sentence: u32,
    sort_at: i64,
}

const LINE: &str = "s.reading, s.n, s.wording, s.article, s.telling, s.printed, s.sentence, a.sort_at";

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let mut c = Cols::new(row);
    Ok(Line {
        reading: c.next()?,
        n: c.next()?,
        wording: c.next()?,
        article: c.next()?,
        telling: c.read("way of telling", telling_of)?,
        is_printed: c.next()?,
        sentence: c.next()?,
        sort_at: c.next()?,
    })
}

/// Everything said of one day in a topic, found by the day.
fn topic_lines(conn: &Connection, topic: TopicId, day: Date, as_of: AsOf) -> Result<Vec<Line>> {
    // Asked of then, the index of the topic's history would be read through for every sentence.
    let (which, by) = match as_of {
        AsOf::Now => ("s.is_current = 1".to_owned(), ""),
        AsOf::At(_) => (
            format!("exists (select 1 from dated_readings d where d.id = s.reading and {})", newest(as_of)),
            "indexed by topic_members_article",
        ),
    };
    let sql = format!(
        "select {LINE} from dated_sentences s join articles a on a.id = s.article
         where s.day = ?2 and {which}
            and exists (select 1 from topic_members m {by} where m.topic = ?1 and m.article = s.article and {})
         limit {MOST_OF_A_DAY}",
        standing(as_of)
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map((topic.0, day_number(day)), line)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What a number leads to: stories merge, and storylines end in others.
fn leads_to(conn: &Connection, of: TimelineOf, as_of: AsOf) -> Result<Option<TimelineOf>> {
    Ok(match of {
        TimelineOf::Topic(_) => Some(of),
        TimelineOf::Story(story) => stories::leads_to(conn, story, as_of)?.map(TimelineOf::Story),
        TimelineOf::Storyline(line) => storylines::leads_to(conn, line, as_of)?.map(TimelineOf::Storyline),
    })
}

/// Everything said of these days in a story or a storyline, found by its texts.
fn lines_of(conn: &Connection, of: TimelineOf, days: &[Date], as_of: AsOf) -> Result<HashMap<i64, Vec<Line>>> {
    let mut found: HashMap<i64, Vec<Line>> = days.iter().map(|day| (day_number(*day), Vec::new())).collect();
    let Some(of) = leads_to(conn, of, as_of)? else { return Ok(found) };
    let (from, id) = members(of, as_of);
    let sql = format!(
        "select {LINE}, s.day
         from (select m.article from {from}) m join dated_readings d on d.article = m.article and {}
            join dated_sentences s on s.reading = d.id join articles a on a.id = m.article",
        newest(as_of)
    );
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query([id])?;
    while let Some(row) = rows.next()? {
        if let Some(lines) = found.get_mut(&row.get::<_, i64>(8)?)
            && lines.len() < MOST_OF_A_DAY as usize
        {
            lines.push(line(row)?);
        }
    }
    Ok(found)
}

/// A wording on a day: the earliest text that has it, and the others.
struct Folded {
    first: Line,
    others: Vec<i64>,
}

/// Folds sentences of one wording, and puts those first that say most of the day.
fn fold(mut lines: Vec<Line>) -> Vec<Folded> {
    lines.sort_unstable_by_key(|line| (line.wording, line.sort_at, line.article, line.n));
    let mut folded: Vec<Folded> = Vec::new();
    for line in lines {
        match folded.last_mut() {
            Some(last) if last.first.wording == line.wording => {
                if line.article != last.first.article && last.others.last() != Some(&line.article) {
                    last.others.push(line.article);
                }
            }
            _ => folded.push(Folded { first: line, others: Vec::new() }),
        }
    }
    let rank = |line: &Line| {
        let telling = match line.telling {
            Telling::Near => 0,
            Telling::Later => 1,
            Telling::Ahead => 2,
            Telling::Published => 3,
        };
        (telling, !line.is_printed, line.sentence, line.sort_at, line.article, line.n)
    };
    folded.sort_unstable_by_key(|folded| rank(&folded.first));
    folded
}

/// Reads a sentence from the text it stands in.
fn card(conn: &Connection, folded: Folded) -> Result<SentenceCard> {
    let Folded { first, others } = folded;
    let sql = format!(
        "select s.start_byte, s.end_byte, r.id, r.number, r.fetched_at, t.headline, t.language, t.published_at,
            t.published_offset, t.published_precision, {OUTLET},
            substr(cast(b.body as blob), s.start_byte + 1, s.end_byte - s.start_byte)
         from dated_sentences s join dated_readings d on d.id = s.reading join revision_texts t on t.id = d.text
            join revisions r on r.id = t.revision join articles a on a.id = r.article join bodies b on b.text = t.id
            left join outlets o on o.id = a.outlet
         where s.reading = ?1 and s.n = ?2"
    );
    let found = conn
        .prepare_cached(&sql)?
        .query_row((first.reading, first.n), |row| {
            let mut c = Cols::new(row);
            let span = c.next()?..c.next()?;
            let card = SentenceCard {
                text: String::new(),
                span,
                sentence: first.sentence,
                telling: first.telling,
                is_printed: first.is_printed,
                article: ArticleId(first.article),
                revision: RevisionId(c.next()?),
                number: c.next()?,
                fetched_at: c.time()?,
                headline: c.next()?,
                language: c.language()?,
                published_at: c.moment()?,
                outlet: c.opt_outlet()?,
                texts: u32::try_from(others.len()).unwrap_or(u32::MAX).saturating_add(1),
                also: others.iter().take(MOST_ALSO).map(|id| ArticleId(*id)).collect(),
            };
            Ok((card, c.next::<Vec<u8>>()?))
        })
        .optional()?;
    let lost = || Error::Damaged(format!("a sentence of article {} lies outside its text", first.article));
    let (card, bytes) = found.ok_or_else(lost)?;
    let text = String::from_utf8(bytes).map_err(|_| lost())?;
    Ok(SentenceCard { text, ..card })
}
