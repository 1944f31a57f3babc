//! Search: the query read back in words, what it found, how that spreads, and the wrong word where it cannot be read.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::Asked;
use crate::feeds::Outgoing;
use crate::names;
use crate::pages::compare::Marked;
use crate::parts::{escape, grouped};
use crate::site::Site;
use crate::view::ArticleView;
use archive::{Archive, ArticleCard, AsOf};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use news::id::ArticleId;
use search::{Hits, Page, Query, QueryError, Snippet, Sort};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Texts on a page.
const SIZE: u32 = 20;
/// Passages shown of one text.
const PASSAGES: usize = 3;
/// Values listed of one facet.
const VALUES: usize = 12;

#[derive(Template, Serialize)]
#[template(path = "search.html")]
struct Search {
    #[serde(skip)]
    c: Chrome,
    query: String,
    query_in_words: String,
    total: u64,
    sort: &'static str,
    #[serde(rename = "hits")]
    texts: Vec<Text>,
    facets: Vec<Facet>,
    years: Vec<Year>,
    pages: Pager,
    /// Texts the index holds in all.
    indexed: u64,
    #[serde(skip)]
    sorts: Vec<(&'static str, String)>,
    #[serde(skip)]
    topic_href: String,
    #[serde(skip)]
    is_all: bool,
    /// The query without its last word, for a search that found nothing.
    #[serde(skip)]
    wider: Option<(String, String)>,
}

impl Search {
    fn is_sort(&self, word: &str) -> bool {
        self.sort == word
    }

    /// How many were found.
    fn total_words(&self) -> String {
        grouped(self.total)
    }
}

#[derive(Serialize)]
struct Text {
    #[serde(flatten)]
    article: ArticleView,
    score: f32,
    passages: Vec<Passage>,
}

#[derive(Serialize)]
struct Passage {
    text: String,
    /// Words of the query in it: code points, end exclusive.
    words: Vec<(usize, usize)>,
    #[serde(skip)]
    html: Marked,
}

#[derive(Serialize)]
struct Facet {
    name: &'static str,
    values: Vec<Value>,
    more: usize,
}

#[derive(Serialize)]
struct Value {
    value: String,
    name: String,
    texts: u64,
    #[serde(skip)]
    href: String,
    #[serde(skip)]
    is_set: bool,
}

#[derive(Serialize)]
pub(crate) struct Year {
    year: i16,
    texts: u64,
    #[serde(skip)]
    href: String,
    #[serde(skip)]
    x: usize,
    #[serde(skip)]
    y: String,
    #[serde(skip)]
    height: String,
}

/// A query read back in words, or what is wrong with it.
pub(crate) fn in_words(query: &str, _now: Timestamp) -> Result<String, QueryError> {
    Query::parse(query).map(|q| q.in_words(&|_| None))
}

/// What was found.
pub(crate) async fn search(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer(&site, &asked).await;
    site.finish(&asked, result)
}

struct Found {
    hits: Hits,
    texts: Vec<(ArticleCard, f32, String, Vec<Snippet>)>,
    outlets: HashMap<String, String>,
    indexed: u64,
}

async fn answer(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let text = asked.field("q").unwrap_or("").trim().to_owned();
    let as_of = asked.as_of()?;
    let mut query = Query::parse(&text).map_err(|error| unreadable(&text, &error))?;
    let as_of = match (query.as_of, as_of) {
        (Some(at), AsOf::Now) => AsOf::At(at),
        (_, as_of) => as_of,
    };
    if let AsOf::At(at) = as_of {
        query.as_of = Some(at);
    }
    let page = asked.page(SIZE);
    let sort = query.sort.or(asked.field("sort").and_then(Sort::parse)).unwrap_or(Sort::New);
    let at = Page { offset: (page.number as usize - 1) * SIZE as usize, limit: SIZE as usize, sort };
    let now = site.now();
    let (index, archive) = (site.search.clone(), site.archive.clone());
    let wanted = query.clone();
    let found = site.block(move || find(&index, &archive, &wanted, now, at, as_of)).await?;
    let list = build(site, asked, &text, &query, sort, page, found);
    let feed = || Outgoing {
        title: format!("Readout: {}", if list.is_all { "every text" } else { &list.query }),
        about: format!("Texts found for: {}.", list.query_in_words),
        updated_at: answer::newest(list.texts.iter().map(|t| t.article.item().updated_at)),
        items: list.texts.iter().map(|t| t.article.item()).collect(),
    };
    answer::list(asked, &list, feed)
}

/// A query that cannot be read, with the wrong word marked.
fn unreadable(text: &str, error: &QueryError) -> Fail {
    let mut message = error.message.clone();
    if let Some(first) = message.get(..1) {
        message.replace_range(..1, &first.to_uppercase());
    }
    if !message.ends_with(['.', '?', '!']) {
        message.push('.');
    }
    let fail = Fail::bad("The query cannot be read", format!("{message} Nothing was searched."));
    Fail { query: Some((text.to_owned(), error.span.clone())), ..fail }.link("All search words", "/help#words")
}

fn find(
    index: &search::Index,
    archive: &Archive,
    query: &Query,
    now: Timestamp,
    page: Page,
    as_of: AsOf,
) -> Result<Found, Fail> {
    let hits = index.search(query, now, page).map_err(|error| {
        tracing::error!(%error, "the index could not answer");
        Fail {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Fail::nothing(
                "The index could not answer",
                "Reading works, searching does not. `readout rebuild search` makes the index anew.",
            )
        }
    })?;
    let ids: Vec<ArticleId> = hits.hits.iter().map(|h| h.article).collect();
    let scores: HashMap<i64, f32> = hits.hits.iter().map(|h| (h.article.0, h.score)).collect();
    let mut texts = Vec::new();
    for card in archive.article_cards(&ids, as_of)? {
        let (mut body, mut passages) = (String::new(), Vec::new());
        if let Some(revision) = archive.last_revision(card.id, as_of)? {
            body = revision.revision.content.text;
            passages = search::snippets(&body, query);
            passages.truncate(PASSAGES);
        }
        let score = scores.get(&card.id.0).copied().unwrap_or(0.0);
        texts.push((card, score, body, passages));
    }
    let outlets = archive.outlets()?.into_iter().map(|o| (o.slug, o.name)).collect();
    Ok(Found { hits, texts, outlets, indexed: index.len() })
}

fn build(
    site: &Site,
    asked: &Asked,
    text: &str,
    query: &Query,
    sort: Sort,
    page: archive::Page,
    found: Found,
) -> Search {
    let outlets = &found.outlets;
    let name = |slug: &str| outlets.get(slug).cloned();
    let with = |word: &str| {
        let q = if text.is_empty() { word.to_owned() } else { format!("{text} {word}") };
        format!("/q{}", asked.query_with(&[("q", Some(&q)), ("p", None)]))
    };
    let facet = |label: &'static str, field: &str, list: &[(String, u64)], say: &dyn Fn(&str) -> String| Facet {
        name: label,
        more: list.len().saturating_sub(VALUES),
        values: list
            .iter()
            .filter(|(value, _)| !value.is_empty())
            .take(VALUES)
            .map(|(value, texts)| Value {
                href: with(&format!("{field}:{value}")),
                is_set: text.split_whitespace().any(|word| word == format!("{field}:{value}")),
                name: say(value),
                value: value.clone(),
                texts: *texts,
            })
            .collect(),
    };
    let facets = &found.hits.facets;
    let facets = vec![
        facet("Kind", "kind", &facets.kinds, &|v| v.to_owned()),
        facet("Outlet", "outlet", &facets.outlets, &|v| name(v).unwrap_or_else(|| v.to_owned())),
        facet("Language", "lang", &facets.languages, &|v| names::language(v).to_owned()),
    ];
    let most = found.hits.facets.years.iter().map(|y| y.1).max().unwrap_or(1).max(1);
    let first = found.hits.facets.years.first().map_or(0, |y| y.0);
    let years = found.hits.facets.years.iter().map(|(year, texts)| {
        #[allow(clippy::cast_precision_loss, reason = "a bar's height needs three digits")]
        let height = 98.0 * *texts as f64 / most as f64;
        Year {
            year: *year,
            texts: *texts,
            href: with(&format!("date:{year:04}")),
            x: usize::try_from(i32::from(*year) - i32::from(first)).unwrap_or(0) * 10 + 1,
            y: format!("{:.1}", 100.0 - height),
            height: format!("{height:.1}"),
        }
    });
    let words: Vec<&str> = text.split_whitespace().collect();
    let wider = (found.hits.total == 0 && words.len() > 1).then(|| {
        let shorter = words[..words.len() - 1].join(" ");
        (shorter.clone(), format!("/q{}", asked.query_with(&[("q", Some(&shorter)), ("p", None)])))
    });
    let wider = wider.filter(|(shorter, _)| Query::parse(shorter).is_ok());
    let mut chrome = Chrome::list(site, asked, "", format!("{} texts found", grouped(found.hits.total)));
    if !text.is_empty() {
        chrome.title = format!("{} texts: {}", grouped(found.hits.total), crate::view::shorten(text, 80));
    }
    chrome.q = text.to_owned();
    let years: Vec<Year> = years.collect();
    Search {
        c: chrome,
        query: text.to_owned(),
        query_in_words: query.in_words(&name),
        total: found.hits.total,
        sort: sort.word(),
        texts: found
            .texts
            .iter()
            .map(|(card, score, body, passages)| Text {
                article: ArticleView::of(card),
                score: *score,
                passages: passages.iter().map(|snippet| passage(body, snippet)).collect(),
            })
            .collect(),
        facets,
        years,
        pages: Pager::new(asked, page, found.hits.total),
        indexed: found.indexed,
        sorts: Sort::ALL
            .into_iter()
            .map(|s| (s.word(), format!("/q{}", asked.query_with(&[("sort", Some(s.word())), ("p", None)]))))
            .collect(),
        topic_href: format!("/t{}", asked.query_with(&[("p", None), ("sort", None), ("asof", None)])),
        is_all: query.is_all(),
        wider,
    }
}

fn passage(body: &str, snippet: &Snippet) -> Passage {
    let text = body.get(snippet.sentence.clone()).unwrap_or("");
    let start = snippet.sentence.start;
    let inside: Vec<_> = snippet
        .words
        .iter()
        .filter(|w| w.start >= start && w.end <= snippet.sentence.end)
        .map(|w| w.start - start..w.end - start)
        .collect();
    let points = news::text::CodePoints::new(text);
    Passage {
        text: text.to_owned(),
        words: inside.iter().map(|w| (points.of_byte(w.start), points.of_byte(w.end))).collect(),
        html: highlight(text, &inside),
    }
}

/// Escapes a sentence and marks the words found in it.
fn highlight(text: &str, words: &[std::ops::Range<usize>]) -> Marked {
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = 0;
    for word in words {
        if word.start < at {
            continue;
        }
        let (Some(before), Some(inside)) = (text.get(at..word.start), text.get(word.clone())) else { continue };
        out.push_str(&format!("{}<mark>{}</mark>", escape(before), escape(inside)));
        at = word.end;
    }
    out.push_str(&escape(text.get(at..).unwrap_or("")));
    Marked::trusted(out)
}

/// Width of the chart of years, ten units a year.
pub(crate) fn chart_width(years: &[Year]) -> usize {
    years.last().map_or(10, |y| y.x + 9)
}
