//! The greeting of an empty archive: outlets to choose, a first topic, and how the first visit goes.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::names;
use crate::pages::sources::SourceView;
use crate::site::{Site, StarterOutlet};
use archive::{SourceHealth, Stats};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// What the form holds, so that nothing has to be typed twice after an error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    pub(crate) url: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) topic: String,
    pub(crate) query: String,
    pub(crate) chosen: HashSet<String>,
    /// What is wrong with the address.
    pub(crate) url_error: Option<String>,
    /// What is wrong with the query.
    pub(crate) query_error: Option<String>,
}

#[derive(Template, Serialize)]
#[template(path = "start.html")]
struct Start {
    #[serde(skip)]
    c: Chrome,
    is_empty: bool,
    followed: u64,
    starters: usize,
    countries: Vec<Country>,
    #[serde(skip)]
    filled: Filled,
    #[serde(skip)]
    can_discover: bool,
}

#[derive(Serialize)]
struct Country {
    name: String,
    outlets: Vec<Starter>,
    #[serde(skip)]
    is_open: bool,
}

#[derive(Serialize)]
struct Starter {
    slug: String,
    name: String,
    language: String,
    is_official: bool,
    is_agency: bool,
    feeds: usize,
    homepage: Option<String>,
    is_followed: bool,
    #[serde(skip)]
    is_chosen: bool,
    #[serde(skip)]
    attrs: Option<crate::parts::Attrs>,
}

#[derive(Template, Serialize)]
#[template(path = "waiting.html")]
struct Waiting {
    #[serde(skip)]
    c: Chrome,
    visited: usize,
    outlets: usize,
    entries: u64,
    articles: u64,
    sources: Vec<SourceView>,
}

impl Waiting {
    fn is_visited(source: &SourceView) -> bool {
        source.feeds.iter().any(|f| f.last_fetch_at.is_some())
    }
}

/// The form to begin with, also later to follow more.
pub(crate) async fn start(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = form(&site, &asked, Filled::default()).await;
    site.finish(&asked, result)
}

/// The form, filled with what was sent where something in it was wrong.
pub(crate) async fn form(site: &Site, asked: &Asked, filled: Filled) -> Result<Response, Fail> {
    let (stats, outlets) = site.ask(|archive| Ok((archive.stats()?, archive.outlets()?))).await?;
    let followed: HashSet<String> = outlets.into_iter().map(|o| o.slug).collect();
    let page = build(site, asked, filled, &followed, &stats);
    answer::page(asked, &page)
}

/// What stands at `/` before the first text: the form, or how the first visit goes.
pub(crate) fn greet(site: &Site, asked: &Asked, sources: &[SourceHealth], stats: &Stats) -> Result<Response, Fail> {
    if stats.feeds == 0 {
        let followed = sources.iter().map(|s| s.outlet.slug.clone()).collect();
        return answer::page(asked, &build(site, asked, Filled::default(), &followed, stats));
    }
    let now = site.now();
    let sources: Vec<SourceView> =
        sources.iter().filter(|s| !s.feeds.is_empty()).map(|s| SourceView::of(s, now)).collect();
    let mut chrome = Chrome::page(site, asked, "desk", "The first visit").timeless();
    chrome.again_seconds = 3;
    let page = Waiting {
        c: chrome,
        visited: sources.iter().filter(|s| Waiting::is_visited(s)).count(),
        outlets: sources.len(),
        entries: stats.entries,
        articles: stats.articles,
        sources: sources.into_iter().take(60).collect(),
    };
    answer::page(asked, &page)
}

fn build(site: &Site, asked: &Asked, filled: Filled, followed: &HashSet<String>, stats: &Stats) -> Start {
    let mut by_country: BTreeMap<String, Vec<&StarterOutlet>> = BTreeMap::new();
    for outlet in &site.settings.starters {
        let country = outlet.country.as_deref().map_or("International", names::country);
        by_country.entry(country.to_owned()).or_default().push(outlet);
    }
    let countries = by_country
        .into_iter()
        .map(|(name, mut list)| {
            list.sort_by_key(|o| (o.language.as_ref().map(|l| l.primary().to_owned()), o.name.clone()));
            let outlets: Vec<Starter> = list.iter().map(|o| starter(o, &filled, followed)).collect();
            Country { is_open: outlets.iter().any(|o| o.is_chosen), name, outlets }
        })
        .collect();
    let is_empty = stats.articles == 0;
    let (nav, title) = if is_empty { ("desk", "An empty archive") } else { ("sources", "Follow more") };
    Start {
        c: Chrome::page(site, asked, nav, title).timeless(),
        is_empty,
        followed: stats.outlets,
        starters: site.settings.starters.len(),
        countries,
        filled,
        can_discover: site.settings.discover.is_some(),
    }
}

fn starter(outlet: &StarterOutlet, filled: &Filled, followed: &HashSet<String>) -> Starter {
    use news::outlet::OutletKind;
    let language = outlet.language.as_ref();
    Starter {
        slug: outlet.slug.clone(),
        name: outlet.name.clone(),
        language: language.map_or(String::new(), |l| names::language(l.as_str()).to_owned()),
        is_official: outlet.kind == OutletKind::Official,
        is_agency: outlet.kind == OutletKind::Agency,
        feeds: outlet.feeds.len(),
        homepage: outlet.homepage.as_deref().and_then(crate::view::web_link),
        is_followed: followed.contains(&outlet.slug),
        is_chosen: filled.chosen.contains(&outlet.slug),
        attrs: (!outlet.name.is_ascii()).then(|| crate::parts::Attrs::of(language)),
    }
}

impl Starter {
    /// `English, 2 feeds`.
    fn about(&self) -> String {
        let feeds = crate::parts::number(self.feeds, "feed");
        if self.language.is_empty() { feeds } else { format!("{}, {feeds}", self.language) }
    }
}
