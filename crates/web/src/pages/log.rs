//! A story's log: what happened to it, by rule or by a person, with who, when and why; also as a table for programs.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::{Asked, Form};
use crate::pages::regroup::OWNER;
use crate::pages::story::{names_of, story_id};
use crate::parts::Stamp;
use crate::site::Site;
use crate::view::story_path;
use archive::{Archive, AsOf, Listed, LogFilter, LogLine, Page};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use news::id::{ArticleId, StoryId};
use news::story::{Story, StoryEvent};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

/// Lines on a page.
const SIZE: u32 = 100;
/// Lines in the table for programs.
const MOST_LINES: u32 = 100_000;

/// One line of a log.
#[derive(Serialize)]
pub(crate) struct LogView {
    pub(crate) at: Stamp,
    pub(crate) event: &'static str,
    pub(crate) words: String,
    pub(crate) article: Option<i64>,
    pub(crate) story: Option<i64>,
    /// `rule`, or the name of who decided.
    pub(crate) by: String,
    pub(crate) is_rule: bool,
    pub(crate) why: Option<String>,
    pub(crate) decision: Option<i64>,
    pub(crate) withdrawn_by: Option<i64>,
    /// Whether the decision can be taken back here: the first of its lines that still stands.
    #[serde(skip)]
    pub(crate) can_undo: bool,
}

impl LogView {
    /// A line in words; `names` are those of the outlets of articles.
    pub(crate) fn of(line: &LogLine, names: &HashMap<i64, String>) -> Self {
        let name = |id: &ArticleId| names.get(&id.0).cloned().unwrap_or_else(|| format!("article {id}"));
        let (event, words, article, story) = match &line.event {
            StoryEvent::Opened(a) => ("opened", format!("opened by {}", name(a)), Some(a.0), None),
            StoryEvent::Joined(a) => ("joined", format!("{} joined", name(a)), Some(a.0), None),
            StoryEvent::Left(a, Some(s)) => ("left", format!("{} left for story {s}", name(a)), Some(a.0), Some(s.0)),
            StoryEvent::Left(a, None) => ("left", format!("{} left", name(a)), Some(a.0), None),
            StoryEvent::MergedFrom(s) => {
                ("merged_from", format!("story {s} was merged into this one"), None, Some(s.0))
            }
            StoryEvent::MergedInto(s) => ("merged_into", format!("merged into story {s}"), None, Some(s.0)),
            StoryEvent::SplitInto(s) => ("split_into", format!("story {s} was split off"), None, Some(s.0)),
            StoryEvent::Dismissed(a) => ("dismissed", format!("{} was found not to belong", name(a)), Some(a.0), None),
            StoryEvent::Doubted(a) => ("doubted", format!("{} is doubtful again", name(a)), Some(a.0), None),
        };
        let by = line.by.as_ref();
        LogView {
            at: Stamp(line.at),
            event,
            words,
            article,
            story,
            by: by.map_or_else(|| "rule".to_owned(), |by| by.who.clone()),
            is_rule: by.is_none(),
            why: by.and_then(|by| by.why.clone()),
            decision: by.map(|by| by.decision.0),
            withdrawn_by: by.and_then(|by| by.withdrawn_by).map(|d| d.0),
            can_undo: false,
        }
    }
}

#[derive(Template, Serialize)]
#[template(path = "log.html")]
struct LogHtml {
    #[serde(skip)]
    c: Chrome,
    id: i64,
    path: String,
    title: String,
    lines: Vec<LogView>,
    pages: Pager,
    show: &'static str,
    #[serde(skip)]
    who: String,
    #[serde(skip)]
    csv: String,
    #[serde(skip)]
    is_comparable: bool,
}

impl LogHtml {
    /// The choices: word, what it shows.
    fn choices(&self) -> [(&'static str, &'static str); 3] {
        CHOICES
    }

    fn is_shown(&self, word: &str) -> bool {
        self.show == word
    }
}

const CHOICES: [(&str, &str); 3] =
    [("all", "everything"), ("people", "what people decided"), ("rules", "what rules made")];

/// Which lines are asked for, and the word for them.
fn filter(asked: &Asked) -> Result<(LogFilter, &'static str), Fail> {
    match asked.field("show").unwrap_or("") {
        "" | "all" => Ok((LogFilter::All, "all")),
        "people" => Ok((LogFilter::People, "people")),
        "rules" => Ok((LogFilter::Rules, "rules")),
        _ => Err(Fail::bad("“show” cannot be read", "It is one of all, people, rules.")),
    }
}

fn no_story(id: StoryId) -> Fail {
    Fail::nothing("No such story", format!("There is no story with the number {id} in the archive, or not yet."))
        .link("The desk", "/")
}

type Found = (Story, Listed<LogLine>, HashMap<i64, String>);

fn find(archive: &Archive, id: StoryId, which: LogFilter, page: Page, as_of: AsOf) -> Result<Found, Fail> {
    let (story, lines) = archive.story_log(id, which, page, as_of)?.ok_or_else(|| no_story(id))?;
    let ids: HashSet<ArticleId> = lines
        .items
        .iter()
        .filter_map(|line| match line.event {
            StoryEvent::Opened(a)
            | StoryEvent::Joined(a)
            | StoryEvent::Left(a, _)
            | StoryEvent::Dismissed(a)
            | StoryEvent::Doubted(a) => Some(a),
            StoryEvent::MergedFrom(_) | StoryEvent::MergedInto(_) | StoryEvent::SplitInto(_) => None,
        })
        .collect();
    let mut names = HashMap::new();
    for id in ids {
        if let Some(page) = archive.article(id, as_of)? {
            names.extend(names_of(std::iter::once(&page.card)));
        }
    }
    Ok((story, lines, names))
}

/// The log as a page, as JSON, or as comma-separated values.
pub(crate) async fn log(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = match asked.form {
        Form::Csv => table(&site, &asked, &name).await,
        _ => answer(&site, &asked, &name).await,
    };
    site.finish(&asked, result)
}

async fn answer(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = story_id(name)?;
    let (which, show) = filter(asked)?;
    let page = asked.page(SIZE);
    let (story, lines, names) = site.ask(move |archive| find(archive, id, which, page, as_of)).await?;
    let path = format!("/s/{}/log", story.id);
    if let Some(there) = answer::elsewhere(asked, &path) {
        return there;
    }
    let mut undone = HashSet::new();
    let views = lines.items.iter().map(|line| LogView::of(line, &names)).map(|view| LogView {
        can_undo: as_of == AsOf::Now
            && view.withdrawn_by.is_none()
            && view.decision.is_some_and(|decision| undone.insert(decision)),
        ..view
    });
    let views = views.collect();
    let html = LogHtml {
        c: Chrome::page(site, asked, "desk", format!("Log of {}", crate::view::shorten(&story.title, 100))),
        id: story.id.0,
        path: story_path(story.id.0, &story.title),
        is_comparable: story.counts.texts > 1,
        title: story.title,
        lines: views,
        pages: Pager::new(asked, page, lines.total),
        show,
        who: asked.who.clone().unwrap_or_else(|| OWNER.to_owned()),
        csv: format!("{path}.csv{}", asked.query_with(&[("p", None)])),
    };
    match asked.form {
        Form::Html | Form::Json | Form::Csv => answer::page(asked, &html),
        Form::Rss | Form::Atom | Form::JsonFeed => {
            Err(Fail::nothing("A log has no feed", "The story itself is a feed; its log is a page, JSON or CSV.")
                .link("The story’s feed", format!("/s/{id}.atom")))
        }
    }
}

/// The log as comma-separated values, first line first, with a header that says how many there are in all.
async fn table(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = story_id(name)?;
    let (which, _) = filter(asked)?;
    let (lines, total) = site
        .ask(move |archive| {
            let mut lines: Vec<LogLine> = Vec::new();
            let mut number = 1;
            loop {
                let page = Page::new(number, Page::MAX_SIZE);
                let (_, found) = archive.story_log(id, which, page, as_of)?.ok_or_else(|| no_story(id))?;
                let is_last = found.items.len() < Page::MAX_SIZE as usize || number * Page::MAX_SIZE >= MOST_LINES;
                lines.extend(found.items);
                if is_last {
                    lines.reverse();
                    return Ok((lines, found.total));
                }
                number += 1;
            }
        })
        .await?;
    let mut out = String::from("at,event,article,story,by,why,decision,withdrawn_by\r\n");
    for line in &lines {
        let view = LogView::of(line, &HashMap::new());
        let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        let written = writeln!(
            out,
            "{},{},{},{},{},{},{},{}\r",
            view.at.iso(),
            view.event,
            number(view.article),
            number(view.story),
            cell(&view.by),
            cell(view.why.as_deref().unwrap_or("")),
            number(view.decision),
            number(view.withdrawn_by),
        );
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    let counts = [("x-total-count", total.to_string()), ("x-returned-count", lines.len().to_string())];
    Ok((counts, [(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], out).into_response())
}

/// A cell: in quotation marks where it must be; what a table program would take for a formula is made text.
fn cell(text: &str) -> String {
    let safe = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    answer::csv_cell(&safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected);
        check("plain", "plain");
        check("one, \"two\"", "\"one, \"\"two\"\"\"");
        check("=1+1", "'=1+1");
        check("two\nlines", "\"two\nlines\"");
    }
}
