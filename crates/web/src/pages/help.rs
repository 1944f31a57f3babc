//! Keys, search words, how every number is made, and the look of the pages.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::parts::{BADGES, Badge};
use crate::site::Site;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;

/// The keys: what to press, what it does.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("j", "next item of a list"),
    ("k", "previous item"),
    ("o", "open the item"),
    ("v", "the original at the outlet, in a new tab"),
    ("h", "previous page of a list, earlier time of a timeline"),
    ("l", "next page, later time"),
    ("+", "into the time of a timeline of which most is said"),
    ("-", "out to the time around it"),
    ("c", "compare"),
    ("d", "what changed"),
    ("[", "older revision"),
    ("]", "newer revision"),
    ("/", "to the search field"),
    ("?", "this list"),
    ("g d", "to the desk"),
    ("g t", "to the topics"),
    ("g r", "to the edits"),
    ("g o", "to the outlets"),
    ("g s", "to the sources"),
    ("g m", "to the method"),
    ("g h", "to keys and help"),
];

/// The search words: form, what it finds.
pub(crate) const WORDS: &[(&str, &str)] = &[
    ("word word", "texts that hold all the words, letter case and accents aside"),
    ("\"exact phrase\"", "these words in this order"),
    ("-word", "without the word; also before a phrase, a field or a bracket"),
    ("OR, ( )", "either; grouping"),
    ("title: text:", "only in the headline, only in the text"),
    (
        "outlet: country: lang:",
        "who published it, where, in which language; several values with commas mean any of them",
    ),
    ("author: url:", "who wrote it; what its address holds"),
    ("topic: story:", "in a topic, by its name in addresses; in a story, by its number"),
    ("kind:official,news,analysis,opinion,live,wire", "sort of text"),
    (
        "after: before: date:2017-01/2017-03 date:P1W",
        "the outlet’s time: days, months, intervals, lengths back from now",
    ),
    ("captured: changed: gone:", "our clock: first seen, text changed, disappeared"),
    ("is:copy,original,partial,gone,edited", "state"),
    ("has:quotes,numbers,fulltext,readout", "contents"),
    ("rev:>1 edit:substantive,headline,retraction", "revision history"),
    ("near:5(ceasefire energy)", "words within so many words of each other"),
    ("/regex/i", "a regular expression over headlines"),
    ("sort:new,old,relevance,first,edited", "order"),
];

#[derive(Template, Serialize)]
#[template(path = "help.html")]
struct Help {
    #[serde(skip)]
    c: Chrome,
    keys: &'static [(&'static str, &'static str)],
    words: &'static [(&'static str, &'static str)],
    #[serde(skip)]
    is_kept: bool,
}

/// Keys, search words, and the look.
pub(crate) async fn help(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer_help(&site, &asked);
    site.finish(&asked, result)
}

fn answer_help(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let c = Chrome::page(site, asked, "help", "Keys and help").timeless();
    answer::page(asked, &Help { c, keys: KEYS, words: WORDS, is_kept: asked.field("done") == Some("kept") })
}

#[derive(Template, Serialize)]
#[template(path = "method.html")]
struct Method {
    #[serde(skip)]
    c: Chrome,
    badges: Vec<BadgeLine>,
}

#[derive(Serialize)]
struct BadgeLine {
    badge: Badge,
    means: &'static str,
    set_when: &'static str,
}

/// How every number is made.
pub(crate) async fn method(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let badges =
        BADGES.iter().map(|(key, means, set_when)| BadgeLine { badge: Badge::plain(key), means, set_when }).collect();
    let page =
        Method { c: Chrome::page(&site, &asked, "method", "Method: how every number is made").timeless(), badges };
    let result = answer::page(&asked, &page);
    site.finish(&asked, result)
}
