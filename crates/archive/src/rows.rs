//! How the words are written into columns and read back.

use crate::error::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use news::article::{Article, Block, BlockKind, Damage, Dateline, Field, Held, Origin, TextKind};
use news::dated::Telling;
use news::entry::{Entry, Source};
use news::feed::Pace;
use news::language::Language;
use news::outlet::{Outlet, OutletKind};
use news::parsed::Problem;
use news::revision::{Digest, EditRank};
use news::statement::{Statement, StatementKind};
use news::story::{Because, SharedPassage};
use news::time::{Moment, Precision};
use rusqlite::Row;
use rusqlite::types::{FromSql, Type};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// Milliseconds since 1970, as every time column holds them.
pub(crate) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// Days since 1970, as every day column holds them.
pub(crate) fn day_number(day: Date) -> i64 {
    day.since(EPOCH).map_or(0, |span| span.get_days().into())
}

/// Reads [`day_number`].
pub(crate) fn day_of(number: i64) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(number).ok()?).ok()
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Reads a row's columns from left to right, so that a list of columns can be shared between queries.
pub(crate) struct Cols<'r> {
    row: &'r Row<'r>,
    at: usize,
}

impl<'r> Cols<'r> {
    pub(crate) fn new(row: &'r Row<'r>) -> Self {
        Cols { row, at: 0 }
    }

    pub(crate) fn next<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.at += 1;
        self.row.get(self.at - 1)
    }

    /// Passes over `count` columns.
    pub(crate) fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// Whether the next column is null.
    pub(crate) fn is_null(&self) -> rusqlite::Result<bool> {
        Ok(self.row.get_ref(self.at)? == rusqlite::types::ValueRef::Null)
    }

    /// A value that was written with a word or number of its own.
    pub(crate) fn read<T: FromSql, V>(
        &mut self,
        what: &str,
        parse: impl FnOnce(T) -> Option<V>,
    ) -> rusqlite::Result<V> {
        let at = self.at;
        let raw = self.next()?;
        parse(raw).ok_or_else(|| bad(at, what))
    }

    pub(crate) fn time(&mut self) -> rusqlite::Result<Timestamp> {
        self.read("time", |ms: i64| Timestamp::from_millisecond(ms).ok())
    }

    pub(crate) fn opt_time(&mut self) -> rusqlite::Result<Option<Timestamp>> {
        self.read("time", |ms: Option<i64>| {
            ms.map(|ms| Timestamp::from_millisecond(ms).ok()).map_or(Some(None), |t| t.map(Some))
        })
    }

    pub(crate) fn digest(&mut self) -> rusqlite::Result<Digest> {
        self.read("digest", |bytes: Vec<u8>| bytes.try_into().ok().map(Digest))
    }

    pub(crate) fn opt_digest(&mut self) -> rusqlite::Result<Option<Digest>> {
        if self.is_null()? {
            self.skip(1);
            return Ok(None);
        }
        self.digest().map(Some)
    }

    pub(crate) fn language(&mut self) -> rusqlite::Result<Option<Language>> {
        Ok(self.next::<Option<String>>()?.and_then(|tag| Language::parse(&tag)))
    }

    /// Three columns: instant, offset, precision.
    pub(crate) fn moment(&mut self) -> rusqlite::Result<Option<Moment>> {
        let at = self.opt_time()?;
        let offset: Option<i32> = self.next()?;
        let precision: Option<u8> = self.next()?;
        Ok(at.map(|at| Moment {
            at,
            offset: offset.and_then(|s| Offset::from_seconds(s).ok()),
            precision: precision_of(precision.unwrap_or(2)),
        }))
    }

    /// The columns of [`OUTLET`].
    pub(crate) fn outlet(&mut self) -> rusqlite::Result<Outlet> {
        Ok(Outlet {
            id: news::id::OutletId(self.next()?),
            slug: self.next()?,
            name: self.next()?,
            homepage: self.next()?,
            country: self.next()?,
            language: self.language()?,
            kind: self.read("outlet kind", |word: String| OutletKind::parse(&word))?,
        })
    }

    /// The columns of [`OUTLET`], all null after a left join that met nothing.
    pub(crate) fn opt_outlet(&mut self) -> rusqlite::Result<Option<Outlet>> {
        if self.is_null()? {
            self.skip(7);
            return Ok(None);
        }
        self.outlet().map(Some)
    }
}

/// An outlet's columns, for a table named `o`.
pub(crate) const OUTLET: &str = "o.id, o.slug, o.name, o.homepage, o.country, o.language, o.kind";

pub(crate) fn bad(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Null, format!("a {what} cannot be read").into())
}

fn precision_of(number: u8) -> Precision {
    match number {
        0 => Precision::Day,
        1 => Precision::Minute,
        _ => Precision::Second,
    }
}

fn precision_number(precision: Precision) -> u8 {
    match precision {
        Precision::Day => 0,
        Precision::Minute => 1,
        Precision::Second => 2,
    }
}

/// A moment as its three columns.
pub(crate) fn moment_columns(moment: Option<&Moment>) -> (Option<i64>, Option<i32>, Option<u8>) {
    (
        moment.map(|m| ms(m.at)),
        moment.and_then(|m| m.offset).map(Offset::seconds),
        moment.map(|m| precision_number(m.precision)),
    )
}

/// An edit's weight as its column.
pub(crate) fn rank_number(rank: EditRank) -> u8 {
    match rank {
        EditRank::Cosmetic => 0,
        EditRank::Minor => 1,
        EditRank::Substantive => 2,
        EditRank::Headline => 3,
        EditRank::Retraction => 4,
    }
}

/// A way of telling as its column.
pub(crate) fn telling_number(telling: Telling) -> u8 {
    match telling {
        Telling::Near => 0,
        Telling::Later => 1,
        Telling::Ahead => 2,
        Telling::Published => 3,
    }
}

/// Reads [`telling_number`].
pub(crate) fn telling_of(number: u8) -> Option<Telling> {
    Telling::ALL.get(usize::from(number)).copied()
}

/// Reads [`rank_number`].
pub(crate) fn rank_of(number: u8) -> Option<EditRank> {
    [EditRank::Cosmetic, EditRank::Minor, EditRank::Substantive, EditRank::Headline, EditRank::Retraction]
        .get(usize::from(number))
        .copied()
}

/// Writes a JSON column.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Damaged(error.to_string()))
}

/// Reads a JSON column.
pub(crate) fn from_json<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Damaged(error.to_string()))
}

pub(crate) type Span = (usize, usize);

pub(crate) fn span(range: &Range<usize>) -> Span {
    (range.start, range.end)
}

pub(crate) fn range(span: Span) -> Range<usize> {
    span.0..span.1
}

#[derive(Serialize, Deserialize)]
pub(crate) struct MomentRow {
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    offset: Option<i32>,
    precision: u8,
}

impl From<&Moment> for MomentRow {
    fn from(moment: &Moment) -> Self {
        MomentRow {
            at: moment.at,
            offset: moment.offset.map(Offset::seconds),
            precision: precision_number(moment.precision),
        }
    }
}

impl From<MomentRow> for Moment {
    fn from(row: MomentRow) -> Self {
        Moment {
            at: row.at,
            offset: row.offset.and_then(|s| Offset::from_seconds(s).ok()),
            precision: precision_of(row.precision),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct DamageRow {
    field: String,
    span: Span,
    kind: String,
    candidates: Vec<String>,
}

/// An article without its text, as JSON in `bodies.fields`. Absent is `None` or empty.
#[derive(Serialize, Deserialize)]
struct ArticleRow {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    canonical_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    standfirst: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    byline: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    authors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    published_at: Option<MomentRow>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    modified_at: Option<MomentRow>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    outlet: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    blocks: Vec<(String, usize, usize)>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    captions: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    section: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    credit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    dateline: Option<(String, usize, usize)>,
    kind: String,
    held: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    origins: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    damage: Vec<DamageRow>,
}

/// Everything of an article but its text, as JSON.
pub(crate) fn article_to_json(a: &Article) -> Result<String> {
    to_json(&ArticleRow {
        canonical_url: a.canonical_url.clone(),
        headline: a.headline.clone(),
        standfirst: a.standfirst.clone(),
        byline: a.byline.clone(),
        authors: a.authors.clone(),
        published_at: a.published_at.as_ref().map(Into::into),
        modified_at: a.modified_at.as_ref().map(Into::into),
        language: a.language.as_ref().map(ToString::to_string),
        outlet: a.outlet.clone(),
        blocks: a.blocks.iter().map(|b| (b.kind.word().to_owned(), b.span.start, b.span.end)).collect(),
        captions: a.captions.clone(),
        tags: a.tags.clone(),
        section: a.section.clone(),
        image: a.image.clone(),
        credit: a.credit.clone(),
        dateline: a.dateline.as_ref().map(|d| (d.place.clone(), d.span.start, d.span.end)),
        kind: a.kind.word().to_owned(),
        held: a.held.word().to_owned(),
        origins: a.origins.iter().map(|(f, o)| (f.word().to_owned(), o.word().to_owned())).collect(),
        damage: a
            .damage
            .iter()
            .map(|d| DamageRow {
                field: d.field.word().to_owned(),
                span: span(&d.span),
                kind: d.kind.clone(),
                candidates: d.candidates.clone(),
            })
            .collect(),
    })
}

/// Reads [`article_to_json`] and puts the text back.
pub(crate) fn article_from_json(json: &str, text: String) -> Result<Article> {
    let row: ArticleRow = from_json(json)?;
    let word = |what: &str| Error::Damaged(format!("an article's {what} is no known word"));
    Ok(Article {
        canonical_url: row.canonical_url,
        headline: row.headline,
        standfirst: row.standfirst,
        byline: row.byline,
        authors: row.authors,
        published_at: row.published_at.map(Into::into),
        modified_at: row.modified_at.map(Into::into),
        language: row.language.and_then(|tag| Language::parse(&tag)),
        outlet: row.outlet,
        text,
        blocks: row
            .blocks
            .into_iter()
            .map(|(kind, start, end)| {
                Ok(Block { kind: BlockKind::parse(&kind).ok_or_else(|| word("block"))?, span: start..end })
            })
            .collect::<Result<_>>()?,
        captions: row.captions,
        tags: row.tags,
        section: row.section,
        image: row.image,
        credit: row.credit,
        dateline: row.dateline.map(|(place, start, end)| Dateline { place, span: start..end }),
        kind: TextKind::parse(&row.kind).ok_or_else(|| word("kind"))?,
        held: Held::parse(&row.held).ok_or_else(|| word("held"))?,
        origins: row
            .origins
            .into_iter()
            .map(|(field, origin)| {
                Ok((
                    Field::parse(&field).ok_or_else(|| word("field"))?,
                    Origin::parse(&origin).ok_or_else(|| word("origin"))?,
                ))
            })
            .collect::<Result<_>>()?,
        damage: row
            .damage
            .into_iter()
            .map(|d| {
                Ok(Damage {
                    field: Field::parse(&d.field).ok_or_else(|| word("field"))?,
                    span: range(d.span),
                    kind: d.kind,
                    candidates: d.candidates,
                })
            })
            .collect::<Result<_>>()?,
    })
}

#[derive(Serialize, Deserialize)]
struct StatementRow {
    source: Vec<Span>,
    cue: Vec<Span>,
    content: Vec<Span>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    speaker: Option<String>,
}

/// Statements as JSON.
pub(crate) fn statements_to_json(statements: &[Statement]) -> Result<String> {
    let spans = |ranges: &[Range<usize>]| ranges.iter().map(span).collect();
    let rows: Vec<StatementRow> = statements
        .iter()
        .map(|s| StatementRow {
            source: spans(&s.source),
            cue: spans(&s.cue),
            content: spans(&s.content),
            kind: s.kind.word().to_owned(),
            speaker: s.speaker.clone(),
        })
        .collect();
    to_json(&rows)
}

/// Reads [`statements_to_json`].
pub(crate) fn statements_from_json(json: &str) -> Result<Vec<Statement>> {
    let rows: Vec<StatementRow> = from_json(json)?;
    let ranges = |spans: Vec<Span>| spans.into_iter().map(range).collect();
    rows.into_iter()
        .map(|s| {
            Ok(Statement {
                source: ranges(s.source),
                cue: ranges(s.cue),
                content: ranges(s.content),
                kind: StatementKind::parse(&s.kind)
                    .ok_or_else(|| Error::Damaged("a statement's kind is no known word".to_owned()))?,
                speaker: s.speaker,
            })
        })
        .collect()
}

/// Problems as JSON: pairs of code and message.
pub(crate) fn problems_to_json(problems: &[Problem]) -> Result<String> {
    let rows: Vec<(&str, &str)> = problems.iter().map(|p| (p.code.as_ref(), p.message.as_str())).collect();
    to_json(&rows)
}

/// Reads [`problems_to_json`].
pub(crate) fn problems_from_json(json: &str) -> Result<Vec<Problem>> {
    let rows: Vec<(String, String)> = from_json(json)?;
    Ok(rows.into_iter().map(|(code, message)| Problem { code: code.into(), message }).collect())
}

#[derive(Default, Serialize, Deserialize)]
struct BecauseRow {
    score: f32,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    terms: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    dates: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    numbers: Vec<String>,
}

/// A reason as JSON.
pub(crate) fn because_to_json(b: &Because) -> Result<String> {
    to_json(&BecauseRow {
        score: b.score,
        names: b.names.clone(),
        terms: b.terms.clone(),
        dates: b.dates.clone(),
        numbers: b.numbers.clone(),
    })
}

/// Reads [`because_to_json`].
pub(crate) fn because_from_json(json: &str) -> Result<Because> {
    let row: BecauseRow = from_json(json)?;
    Ok(Because { score: row.score, names: row.names, terms: row.terms, dates: row.dates, numbers: row.numbers })
}

/// Shared passages as JSON: four byte offsets each.
pub(crate) fn passages_to_json(passages: &[SharedPassage]) -> Result<String> {
    let rows: Vec<(Span, Span)> = passages.iter().map(|p| (span(&p.span), span(&p.other))).collect();
    to_json(&rows)
}

/// Reads [`passages_to_json`].
pub(crate) fn passages_from_json(json: &str) -> Result<Vec<SharedPassage>> {
    let rows: Vec<(Span, Span)> = from_json(json)?;
    Ok(rows.into_iter().map(|(a, b)| SharedPassage { span: range(a), other: range(b) }).collect())
}

#[derive(Serialize, Deserialize)]
struct EntryRow {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    content_html: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    authors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    published_at: Option<MomentRow>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    updated_at: Option<MomentRow>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    language: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    source: Option<(String, Option<String>)>,
}

/// What a feed says of its pace, times in seconds. `at` holds the newest time, each further one how long before.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct PaceRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<i64>,
    hours: u32,
    days: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    fresh: Option<u64>,
    entries: u32,
    at: Vec<i64>,
}

/// A feed's pace as JSON.
pub(crate) fn pace_to_json(pace: &Pace) -> Result<String> {
    let mut before: Option<i64> = None;
    let at = pace.posted_at.iter().map(|at| {
        let at = at.as_second();
        match before.replace(at) {
            Some(before) => before - at,
            None => at,
        }
    });
    to_json(&PaceRow {
        ttl: pace.ttl.map(|d| d.as_secs()),
        period: pace.update_period.map(|d| d.as_secs()),
        base: pace.update_base_at.map(Timestamp::as_second),
        hours: pace.skip_hours,
        days: pace.skip_days,
        fresh: pace.fresh_for.map(|d| d.as_secs()),
        entries: pace.entries,
        at: at.collect(),
    })
}

/// Reads [`pace_to_json`].
pub(crate) fn pace_from_json(json: &str) -> Result<Pace> {
    let row: PaceRow = from_json(json)?;
    let mut before: Option<i64> = None;
    let posted_at = row.at.iter().filter_map(|step| {
        let at = before.map_or(*step, |before| before.saturating_sub(*step));
        before = Some(at);
        Timestamp::from_second(at).ok()
    });
    Ok(Pace {
        ttl: row.ttl.map(Duration::from_secs),
        update_period: row.period.map(Duration::from_secs),
        update_base_at: row.base.and_then(|at| Timestamp::from_second(at).ok()),
        skip_hours: row.hours,
        skip_days: row.days,
        fresh_for: row.fresh.map(Duration::from_secs),
        entries: row.entries,
        posted_at: posted_at.collect(),
    })
}

/// An entry as JSON.
pub(crate) fn entry_to_json(e: &Entry) -> Result<String> {
    to_json(&EntryRow {
        key: e.key.clone(),
        url: e.url.clone(),
        title: e.title.clone(),
        summary: e.summary.clone(),
        content_html: e.content_html.clone(),
        authors: e.authors.clone(),
        published_at: e.published_at.as_ref().map(Into::into),
        updated_at: e.updated_at.as_ref().map(Into::into),
        language: e.language.as_ref().map(ToString::to_string),
        tags: e.tags.clone(),
        source: e.source.as_ref().map(|s| (s.name.clone(), s.url.clone())),
    })
}

/// Reads [`entry_to_json`].
pub(crate) fn entry_from_json(json: &str) -> Result<Entry> {
    let row: EntryRow = from_json(json)?;
    Ok(Entry {
        key: row.key,
        url: row.url,
        title: row.title,
        summary: row.summary,
        content_html: row.content_html,
        authors: row.authors,
        published_at: row.published_at.map(Into::into),
        updated_at: row.updated_at.map(Into::into),
        language: row.language.and_then(|tag| Language::parse(&tag)),
        tags: row.tags,
        source: row.source.map(|(name, url)| Source { name, url }),
    })
}

/// A name by which a thing is found again: lower case, white space and a leading "the" aside.
pub(crate) fn name_key(name: &str) -> String {
    let folded = news::text::canonical(name).to_lowercase();
    folded.strip_prefix("the ").unwrap_or(&folded).to_owned()
}

/// A permanent name in addresses: the slug of a name, or a short digest of one that leaves nothing in ASCII.
pub(crate) fn slug_of(slug: Option<&str>, name: &str) -> String {
    let slug = slug.map_or_else(|| news::outlet::slug(name), news::outlet::slug);
    if slug.is_empty() { format!("x{}", &Digest::of(name.as_bytes()).hex()[..10]) } else { slug }
}
