//! The replay: pages given at run time, served as if by the outlets they came from.
//!
//! Each outlet has its own port and one RSS feed of its pages; a page keeps the path and query of its
//! original address. The pages belong to their publishers and are never part of this repository.

use crate::StartError;
use crate::manifest::{FeedOffer, OutletKind, Playing};
use crate::page::escape;
use crate::serve::{self, Answer, Ask, Doors, Play};
use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A page to be served.
#[derive(Clone, Debug)]
pub struct ReplayPage {
    /// The caller's name for it.
    pub id: String,
    /// Name of its outlet; pages with the same name share a port.
    pub outlet: String,
    /// The page as received, already decompressed.
    pub html: Vec<u8>,
    /// Its `Content-Type`; `text/html; charset=utf-8` without.
    pub content_type: Option<String>,
    /// The address it was found at.
    pub url: String,
    /// Its title, for the feed; without one the feed gives the address.
    pub title: Option<String>,
    /// Its date, for the feed.
    pub published_at: Option<Timestamp>,
    /// Its language, for the outlet.
    pub language: Option<String>,
}

/// Where a page is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedAt {
    /// The caller's name for the page.
    pub id: String,
    /// Its original address.
    pub original: String,
    /// Its address here, without what only counts where a reader came from.
    pub url: String,
}

/// A running replay; it closes when dropped.
pub struct Replay {
    outlets: Vec<Playing>,
    pages: Vec<ReplayedAt>,
    play: Arc<Serving>,
    _doors: Doors,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("pages", &self.pages.len()).finish_non_exhaustive()
    }
}

impl Replay {
    /// Serves the pages. Two pages of an outlet with the same path are told apart by an added query.
    /// With `base_port`, outlets take ports in the order of their names, so that a restart finds them again.
    pub async fn start(pages: Vec<ReplayPage>, base_port: Option<u16>) -> Result<Replay, StartError> {
        let mut by_outlet: BTreeMap<String, Vec<ReplayPage>> = BTreeMap::new();
        for page in pages {
            by_outlet.entry(page.outlet.clone()).or_default().push(page);
        }
        let listeners = serve::bind(by_outlet.len(), base_port).await?;
        let ports = serve::ports(&listeners)?;
        let (mut outlets, mut places, mut served) = (Vec::new(), Vec::new(), Vec::new());
        for (number, ((name, pages), port)) in by_outlet.into_iter().zip(ports).enumerate() {
            let origin = format!("http://127.0.0.1:{port}");
            let language = pages.iter().find_map(|p| p.language.clone()).unwrap_or_default();
            let mut place = Place { feed: Bytes::new(), pages: HashMap::new() };
            let mut items = String::new();
            for page in pages {
                let path = free_path(&place.pages, &page.url);
                let url = format!("{origin}{path}");
                // The feed links to the page as outlets do, trackers and all.
                let link = match trackers(&page.url) {
                    Some(trackers) => format!("{url}{}{trackers}", if path.contains('?') { '&' } else { '?' }),
                    None => url.clone(),
                };
                let _ignored = writeln!(
                    items,
                    "<item><title>{}</title><link>{}</link><guid>{}</guid>{}</item>",
                    escape(page.title.as_deref().unwrap_or(&url)),
                    escape(&link),
                    escape(&url),
                    page.published_at.map(date).unwrap_or_default()
                );
                served.push(ReplayedAt { id: page.id, original: page.url, url });
                let kind = page.content_type.unwrap_or_else(|| "text/html; charset=utf-8".to_owned());
                place.pages.insert(path, (kind, page.html.into()));
            }
            place.feed = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title><link>{origin}/</link><description>{}</description>\n{items}</channel></rss>\n",
                escape(&name),
                escape(&name)
            )
            .into();
            outlets.push(Playing {
                slug: slug(&name, number),
                name,
                homepage: format!("{origin}/"),
                feeds: vec![FeedOffer { url: format!("{origin}{FEED}"), kind: "feed", form: "rss", fault: None }],
                country: String::new(),
                language,
                kind: OutletKind::News,
                port,
            });
            places.push(place);
        }
        let play = Arc::new(Serving { places, visits: AtomicU64::new(0) });
        let doors = serve::open(listeners, &play);
        Ok(Replay { outlets, pages: served, play, _doors: doors })
    }

    /// The outlets, in the order of their names.
    pub fn outlets(&self) -> &[Playing] {
        &self.outlets
    }

    /// Where each page is served.
    pub fn pages(&self) -> &[ReplayedAt] {
        &self.pages
    }

    /// Requests for pages answered so far; feeds and robots.txt are not counted.
    pub fn visits(&self) -> u64 {
        self.play.visits.load(Ordering::Relaxed)
    }
}

const FEED: &str = "/replay-feed.xml";

struct Place {
    feed: Bytes,
    pages: HashMap<String, (String, Bytes)>,
}

struct Serving {
    places: Vec<Place>,
    visits: AtomicU64,
}

impl Play for Serving {
    fn answer(&self, place: usize, ask: &Ask<'_>) -> Answer {
        let missing = || Answer::html(404, "<!DOCTYPE html><title>Not found</title><p>There is no such page.</p>");
        let Some(place) = self.places.get(place) else { return missing() };
        if ask.target == FEED {
            return Answer::new(200, "application/rss+xml; charset=utf-8", place.feed.clone());
        }
        match place.pages.get(&without_trackers(ask.target)) {
            Some((kind, body)) => {
                self.visits.fetch_add(1, Ordering::Relaxed);
                Answer::new(200, kind, body.clone()).gzipped(ask)
            }
            None => missing(),
        }
    }
}

/// Path and query of an address, made different from those taken.
fn free_path(taken: &HashMap<String, (String, Bytes)>, address: &str) -> String {
    let path = match url::Url::parse(address) {
        Ok(url) => without_trackers(&url[url::Position::BeforePath..url::Position::AfterQuery]),
        Err(_) => "/page".to_owned(),
    };
    // An outlet's front page is no article to anybody who follows it.
    let path = if path == "/" { "/index.html".to_owned() } else { path };
    let mut out = path.clone();
    let mut number = 2;
    while taken.contains_key(&out) || out == FEED {
        out = format!("{path}{}replay={number}", if path.contains('?') { '&' } else { '?' });
        number += 1;
    }
    out
}

/// Path and query without the parameters that outlets answer the same page with or without.
fn without_trackers(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|part| !part.starts_with("utm_")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// The parameters of an address that [`without_trackers`] leaves out.
fn trackers(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let kept: Vec<&str> = query.split('&').filter(|part| part.starts_with("utm_")).collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

fn date(at: Timestamp) -> String {
    format!("<pubDate>{}</pubDate>", at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
}

fn slug(name: &str, number: usize) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    while out.contains("--") {
        out = out.replace("--", "-");
    }
    let out = out.trim_matches('-').to_owned();
    if out.is_empty() { format!("outlet-{number}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::get;

    fn page(outlet: &str, url: &str, words: &str) -> ReplayPage {
        ReplayPage {
            id: words.to_owned(),
            outlet: outlet.to_owned(),
            html: format!("<p>{words}").into_bytes(),
            content_type: None,
            url: url.to_owned(),
            title: Some(format!("{words} & more")),
            published_at: Some("2026-11-19T09:40:00Z".parse().unwrap()),
            language: None,
        }
    }

    #[tokio::test]
    async fn pages_keep_their_path_and_outlets_their_port() {
        let pages = vec![
            page("B", "https://b.example/x/y.html?id=1", "one"),
            page("A", "https://a.example/z", "two"),
            page("B", "https://m.b.example/x/y.html?id=1", "three"),
            page("B", "https://b.example/", "four"),
        ];
        let replay = Replay::start(pages, None).await.unwrap();
        assert_eq!(replay.outlets().iter().map(|o| o.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        let paths: Vec<&str> = replay.pages().iter().map(|p| p.url.splitn(4, '/').nth(3).unwrap()).collect();
        assert_eq!(paths, ["z", "x/y.html?id=1", "x/y.html?id=1&replay=2", "index.html"]);
        for served in replay.pages() {
            assert_eq!(get(&served.url).await.text(), format!("<p>{}", served.id));
            let outlet = replay.outlets().iter().find(|o| served.url.starts_with(&o.homepage)).unwrap();
            let feed = get(&outlet.feeds[0].url).await.text();
            assert!(feed.contains(&escape(&served.url)) && feed.contains("2026 09:40:00 GMT"));
        }
        assert_eq!(get(&format!("{}?utm_source=rss&utm_medium=feed", replay.pages()[0].url)).await.status, 200);
        assert_eq!(replay.visits(), 5);
        assert_eq!(get(&format!("{}robots.txt", replay.outlets()[0].homepage)).await.status, 404);
    }
}
