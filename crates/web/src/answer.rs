//! From what a page holds to an answer: HTML or JSON, a feed where it is a list, an error page where it failed.

use crate::ask::{Asked, BadValue, Form, Taken, without_suffix};
use crate::feeds::Outgoing;
use crate::parts::Stamp;
use crate::site::Site;
use crate::{assets, feeds};
use archive::{Archive, AsOf};
use askama::Template;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use news::revision::Digest;
use serde::Serialize;
use std::time::Duration;

/// How long a question waits for a turn at the archive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes the suffix that names a form off the path and keeps it beside the request.
pub(crate) fn take_form(mut request: Request) -> Request {
    if let Some((uri, form)) = without_suffix(request.uri()) {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(Taken(form));
    }
    request
}

/// What every page has around its own matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chrome {
    /// Title in the browser's tab, without our name.
    pub(crate) title: String,
    /// Which part of the main navigation is current.
    pub(crate) nav: &'static str,
    /// When the page was made.
    pub(crate) now: String,
    /// The same for programs.
    pub(crate) now_iso: String,
    /// The moment asked of, unless now.
    pub(crate) as_of: Option<Stamp>,
    /// `?asof=…` for links, or nothing.
    pub(crate) ask: String,
    /// `&asof=…` for links that have a query, or nothing.
    pub(crate) also: String,
    /// This page as of now.
    pub(crate) here: String,
    /// Whether the page can be asked for as of an earlier time.
    pub(crate) is_timed: bool,
    /// What stands in the search field.
    pub(crate) q: String,
    /// Other forms of this page: name, address, media type.
    pub(crate) forms: Vec<(&'static str, String, &'static str)>,
    /// Whether single keys are switched off.
    pub(crate) keys_off: bool,
    /// A theme a person chose.
    pub(crate) theme: Option<&'static str>,
    /// Seconds after which the page is to be loaded again; 0 for never.
    pub(crate) again_seconds: u32,
    /// Addresses of the assets.
    pub(crate) css: String,
    /// Of the script.
    pub(crate) js: String,
    /// Of the mark.
    pub(crate) icon: String,
    /// What the program calls itself.
    pub(crate) version: String,
}

impl Chrome {
    /// What stands around a page that is not a list.
    pub(crate) fn page(site: &Site, asked: &Asked, nav: &'static str, title: impl Into<String>) -> Self {
        let as_of = match asked.as_of() {
            Ok(AsOf::At(at)) => Some(Stamp(at)),
            Ok(AsOf::Now) | Err(_) => None,
        };
        let iso = as_of.map(Stamp::iso);
        let now = Stamp(site.now());
        Chrome {
            title: title.into(),
            nav,
            now: now.folio(),
            now_iso: now.iso(),
            as_of,
            ask: iso.as_ref().map(|iso| format!("?asof={iso}")).unwrap_or_default(),
            also: iso.as_ref().map(|iso| format!("&asof={iso}")).unwrap_or_default(),
            here: format!("{}{}", asked.path, asked.query_with(&[("asof", None)])),
            is_timed: true,
            q: String::new(),
            forms: vec![("JSON", asked.in_form(Form::Json), "application/json")],
            keys_off: asked.keys_off,
            theme: asked.theme,
            again_seconds: 0,
            css: assets::css(),
            js: assets::js(),
            icon: assets::icon(),
            version: site.settings.version.clone(),
        }
    }

    /// The page is about now alone.
    pub(crate) fn timeless(mut self) -> Self {
        self.is_timed = false;
        self
    }

    /// What stands around a list, which is also a feed.
    pub(crate) fn list(site: &Site, asked: &Asked, nav: &'static str, title: impl Into<String>) -> Self {
        let mut chrome = Chrome::page(site, asked, nav, title);
        chrome.forms.extend([
            ("Atom", asked.in_form(Form::Atom), "application/atom+xml"),
            ("RSS", asked.in_form(Form::Rss), "application/rss+xml"),
            ("JSON Feed", asked.in_form(Form::JsonFeed), "application/feed+json"),
        ]);
        chrome
    }

    /// Whether this part of the main navigation is current, as the attribute of its link.
    pub(crate) fn is(&self, nav: &str) -> bool {
        self.nav == nav
    }
}

/// Why a page could not be given.
#[derive(Debug)]
pub(crate) struct Fail {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// A few words.
    pub(crate) title: String,
    /// What happened and what was kept, one or two sentences.
    pub(crate) sentence: String,
    /// Next steps: words and address.
    pub(crate) links: Vec<(String, String)>,
    /// A query that cannot be read, with the byte range of the wrong word in it.
    pub(crate) query: Option<(String, std::ops::Range<usize>)>,
}

impl Fail {
    /// A thing that is not in the archive.
    pub(crate) fn nothing(title: impl Into<String>, sentence: impl Into<String>) -> Self {
        Fail {
            status: StatusCode::NOT_FOUND,
            title: title.into(),
            sentence: sentence.into(),
            links: Vec::new(),
            query: None,
        }
    }

    /// A request that cannot be understood.
    pub(crate) fn bad(title: impl Into<String>, sentence: impl Into<String>) -> Self {
        Fail { status: StatusCode::BAD_REQUEST, ..Fail::nothing(title, sentence) }
    }

    /// Something of ours broke; the details go to the log.
    pub(crate) fn broken(sentence: impl Into<String>) -> Self {
        Fail { status: StatusCode::INTERNAL_SERVER_ERROR, ..Fail::nothing("Something broke here", sentence) }
    }

    /// Adds a next step.
    pub(crate) fn link(mut self, words: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push((words.into(), href.into()));
        self
    }
}

impl From<archive::Error> for Fail {
    fn from(error: archive::Error) -> Self {
        use archive::Error;
        match &error {
            Error::Full(_) => Fail {
                status: StatusCode::INSUFFICIENT_STORAGE,
                ..Fail::nothing(
                    "The disk is full",
                    "Reading works, gathering waits. Nothing that was acknowledged is lost. Make room on the disk of \
                     the data folder, then try again.",
                )
            },
            Error::ReadOnly | Error::Closed => Fail {
                status: StatusCode::SERVICE_UNAVAILABLE,
                ..Fail::nothing("The archive takes nothing in now", format!("Nothing was changed: {error}."))
            },
            Error::Refused(why) => Fail {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Fail::nothing("This cannot be done", format!("Nothing was changed: {why}."))
            },
            Error::Unknown { what, id } => Fail::nothing(
                format!("No such {what}"),
                format!("There is no {what} with the number {id} in the archive."),
            ),
            _ => {
                tracing::error!(%error, "the archive could not answer");
                Fail::broken("The archive could not answer. Nothing was changed; the reason is in the server's log.")
            }
        }
    }
}

impl From<BadValue> for Fail {
    fn from(bad: BadValue) -> Self {
        Fail::bad(
            format!("“{}” cannot be read", bad.name),
            format!("{}={} was asked for; it should be {}.", bad.name, bad.value, bad.wants),
        )
    }
}

impl From<askama::Error> for Fail {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Fail::broken("The page could not be made. The reason is in the server's log.")
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    c: Chrome,
    fail: &'a Fail,
}

impl ErrorPage<'_> {
    /// The query in three pieces: before, the wrong word, after.
    fn pieces(&self) -> Option<(&str, &str, &str)> {
        let (query, span) = self.fail.query.as_ref()?;
        let start = (0..=span.start.min(query.len())).rev().find(|at| query.is_char_boundary(*at))?;
        let end = (span.end.max(start).min(query.len())..=query.len()).find(|at| query.is_char_boundary(*at))?;
        Some((&query[..start], &query[start..end], &query[end..]))
    }

    /// A line of carets under the wrong word.
    fn carets(&self) -> String {
        let Some((before, wrong, _)) = self.pieces() else { return String::new() };
        let blank: String = before.chars().map(|_| ' ').collect();
        format!("{blank}{}", "^".repeat(wrong.chars().count().max(1)))
    }
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    status: u16,
    title: &'a str,
    message: &'a str,
    query: Option<&'a str>,
    wrong: Option<&'a str>,
}

impl Site {
    /// Asks the archive on a blocking thread, so many at a time.
    pub(crate) async fn ask<T, F>(&self, question: F) -> Result<T, Fail>
    where
        T: Send + 'static,
        F: FnOnce(&Archive) -> Result<T, Fail> + Send + 'static,
    {
        let archive = self.archive.clone();
        self.block(move || question(&archive)).await
    }

    /// Does blocking work on a thread for it, so much at a time.
    pub(crate) async fn block<T, F>(&self, work: F) -> Result<T, Fail>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Fail> + Send + 'static,
    {
        let busy = || Fail {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Fail::nothing("The archive is busy", "The page took too long and was given up. Try again in a moment.")
        };
        let turn = tokio::time::timeout(PATIENCE, self.questions.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(busy()) };
        let answer = tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(turn);
            answer
        });
        answer.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a question ended in a panic");
            Err(Fail::broken("The page could not be made. The reason is in the server's log."))
        })
    }

    /// The answer, or the error page in the form asked for.
    pub(crate) fn finish(&self, asked: &Asked, result: Result<Response, Fail>) -> Response {
        let fail = match result {
            Ok(response) => return response,
            Err(fail) => fail,
        };
        if asked.form != Form::Html {
            let wrong = fail.query.as_ref().and_then(|(query, span)| query.get(span.clone()));
            let body = ErrorJson {
                error: ErrorBody {
                    status: fail.status.as_u16(),
                    title: &fail.title,
                    message: &fail.sentence,
                    query: fail.query.as_ref().map(|q| q.0.as_str()),
                    wrong,
                },
            };
            return (fail.status, axum::Json(body)).into_response();
        }
        let mut chrome = Chrome::page(self, asked, "", fail.title.clone());
        chrome.forms.clear();
        chrome.q = fail.query.as_ref().map(|q| q.0.clone()).unwrap_or_default();
        let status = fail.status;
        match (ErrorPage { c: chrome, fail: &fail }).render() {
            Ok(html) => (status, [(header::CONTENT_TYPE, Form::Html.media_type())], html).into_response(),
            Err(error) => {
                tracing::error!(%error, "the error page could not be rendered");
                (status, format!("{}\n{}\n", fail.title, fail.sentence)).into_response()
            }
        }
    }
}

/// A page as HTML or JSON.
pub(crate) fn page<P: Template + Serialize>(asked: &Asked, page: &P) -> Result<Response, Fail> {
    match asked.form {
        Form::Html => Ok(typed(Form::Html, page.render()?)),
        Form::Json => json(asked, page),
        Form::Rss | Form::Atom | Form::JsonFeed => Err(Fail::nothing(
            "This page is no list",
            "Only lists have feeds. The page itself stands at the same address without the suffix.",
        )),
        Form::Csv => Err(no_table()),
    }
}

/// A list as HTML, JSON or feed.
pub(crate) fn list<P: Template + Serialize>(
    asked: &Asked,
    list: &P,
    feed: impl FnOnce() -> Outgoing,
) -> Result<Response, Fail> {
    match asked.form {
        Form::Html => Ok(typed(Form::Html, list.render()?)),
        Form::Json => json(asked, list),
        Form::Rss => Ok(tagged(asked, feeds::rss(&feed(), asked))),
        Form::Atom => Ok(tagged(asked, feeds::atom(&feed(), asked))),
        Form::JsonFeed => Ok(tagged(asked, feeds::json_feed(&feed(), asked))),
        Form::Csv => Err(no_table()),
    }
}

fn no_table() -> Fail {
    Fail::nothing(
        "This page has no CSV",
        "Timelines and the logs of stories have one. The page itself stands at the same address without the suffix, its data under .json.",
    )
}

/// The way to where a page stands, in the form asked for and with the query kept; `None` where the request is there.
pub(crate) fn elsewhere(asked: &Asked, path: &str) -> Option<Result<Response, Fail>> {
    (asked.path != path).then(|| {
        let to = format!("{path}{}{}", asked.form.suffix_if_asked(asked), asked.query_with(&[]));
        lead(StatusCode::PERMANENT_REDIRECT, &to)
    })
}

/// A cell of CSV (RFC 4180): in quotation marks where it must be.
pub(crate) fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Lines of CSV, made by the page itself.
pub(crate) fn csv(asked: &Asked, lines: String) -> Response {
    tagged(asked, lines)
}

fn json<P: Serialize>(asked: &Asked, page: &P) -> Result<Response, Fail> {
    let text = serde_json::to_string(page).map_err(|error| {
        tracing::error!(%error, "a page could not be written as JSON");
        Fail::broken("The page could not be made. The reason is in the server's log.")
    })?;
    Ok(tagged(asked, text))
}

fn typed(form: Form, body: String) -> Response {
    ([(header::CONTENT_TYPE, form.media_type()), (header::VARY, "accept, cookie")], body).into_response()
}

/// An answer with an entity tag; 304 where the client holds it.
fn tagged(asked: &Asked, body: String) -> Response {
    let tag = format!("\"{}\"", &Digest::of(body.as_bytes()).hex()[..32]);
    let is_known = asked.if_none_match.as_deref().is_some_and(|known| {
        known.split(',').any(|one| matches!(one.trim().trim_start_matches("W/"), t if t == tag || t == "*"))
    });
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(Body::from(body)) };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asked.form.media_type()));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Leads on to another address of ours: permanently for a wrong slug, `303` after a change.
pub(crate) fn lead(status: StatusCode, to: &str) -> Result<Response, Fail> {
    let to = HeaderValue::from_str(to).map_err(|_| Fail::broken("The address to go on to could not be written."))?;
    let mut response = status.into_response();
    response.headers_mut().insert(header::LOCATION, to);
    Ok(response)
}

/// The places in a long list that are linked from one of its pages.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Pager {
    /// Items in the whole list.
    pub(crate) total: u64,
    /// This page, 1 for the first.
    pub(crate) page: u32,
    /// Items on a page.
    pub(crate) size: u32,
    /// Pages in all.
    pub(crate) pages: u32,
    /// Number and address of each linked page; the address is empty for this page, the number 0 for a gap.
    #[serde(skip)]
    pub(crate) links: Vec<(u32, String)>,
    /// The page before.
    #[serde(skip)]
    pub(crate) prev: Option<String>,
    /// The page after.
    #[serde(skip)]
    pub(crate) next: Option<String>,
}

impl Pager {
    /// The places around one page of a list of `total` items.
    pub(crate) fn new(asked: &Asked, page: archive::Page, total: u64) -> Self {
        let pages = u32::try_from(total.div_ceil(page.size.into())).unwrap_or(u32::MAX).clamp(1, 1_000_000);
        let href = |number: u32| {
            let text = number.to_string();
            let query = asked.query_with(&[("p", (number > 1).then_some(text.as_str()))]);
            format!("{}{query}", asked.path)
        };
        let mut links = Vec::new();
        let mut last = 0;
        for number in [1, 2, page.number.saturating_sub(1), page.number, page.number.saturating_add(1), pages] {
            if number <= last || number > pages {
                continue;
            }
            if number > last + 1 {
                links.push((0, String::new()));
            }
            links.push((number, if number == page.number { String::new() } else { href(number) }));
            last = number;
        }
        Pager {
            total,
            page: page.number,
            size: page.size,
            pages,
            links,
            prev: (page.number > 1).then(|| href((page.number - 1).min(pages))),
            next: (page.number < pages).then(|| href(page.number + 1)),
        }
    }

    /// Whether there is more than one page.
    pub(crate) fn is_long(&self) -> bool {
        self.pages > 1
    }
}

/// The newest of some times, or the beginning of time: the `updated` of a feed must not move by itself.
pub(crate) fn newest(times: impl Iterator<Item = Timestamp>) -> Timestamp {
    times.max().unwrap_or(Timestamp::UNIX_EPOCH)
}
