//! The feeds that a page offers, surest first.

use crate::html::{self, Piece};
use crate::resolve;
use news::feed::FeedKind;
use url::Url;

/// Most offers given.
const OFFERS: usize = 50;

/// How sure an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The page states it in its head.
    Stated,
    /// The page links to something that looks like a feed.
    Linked,
    /// Sites of this kind have one there.
    Known,
    /// Many sites have one there.
    Guessed,
}

/// A feed that a page offers or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Absolute address.
    pub url: String,
    /// What the page calls it.
    pub title: Option<String>,
    /// Feed or sitemap.
    pub kind: FeedKind,
    /// How sure it is that there is a feed.
    pub ground: Ground,
}

/// The feeds a page offers: those in its head, then links that look like feeds, then what sites of its kind
/// have, then common places to try. Feeds of comments stand behind the others. Each address once.
pub fn feeds(page: &str, url: &Url) -> Vec<Offer> {
    let mut found = Finder { offers: Vec::new(), base: url.as_str().to_owned() };
    let mut generator = String::new();
    let mut link: Option<(String, String)> = None;
    for piece in html::pieces(page) {
        match piece {
            Piece::Start { name, attributes } => match &*name {
                "base" => {
                    if let Some(href) = attributes.get("href") {
                        found.base = resolve::join(url.as_str(), &href);
                    }
                }
                "link" => found.stated(&attributes),
                "meta" if attributes.get("name").is_some_and(|name| name.eq_ignore_ascii_case("generator")) => {
                    generator = attributes.get("content").unwrap_or_default().to_ascii_lowercase();
                }
                "a" => link = attributes.get("href").map(|href| (href, attributes.get("title").unwrap_or_default())),
                _ => {}
            },
            Piece::End { name } if name == "a" => {
                if let Some((href, text)) = link.take() {
                    found.linked(&href, &text);
                }
            }
            Piece::Text(raw) => {
                if let Some((_, text)) = &mut link
                    && text.len() < 200
                {
                    text.push_str(raw);
                }
            }
            Piece::End { .. } => {}
        }
    }
    found.known(url, &generator);
    found.guessed(url);
    let mut offers = found.offers;
    offers.sort_by_key(|offer| (offer.ground, is_of_comments(offer)));
    offers.truncate(OFFERS);
    offers
}

struct Finder {
    offers: Vec<Offer>,
    base: String,
}

impl Finder {
    fn push(&mut self, href: &str, title: Option<&str>, kind: FeedKind, ground: Ground) {
        let url = resolve::join(&self.base, href);
        let Some(url) = Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else { return };
        let url = url.to_string();
        if self.offers.len() >= 500 || self.offers.iter().any(|offer| offer.url == url) {
            return;
        }
        let title = title.map(html::plain).filter(|title| !title.is_empty());
        self.offers.push(Offer { url, title, kind, ground });
    }

    fn stated(&mut self, attributes: &html::Tag<'_>) {
        let rel = attributes.get("rel").unwrap_or_default().to_ascii_lowercase();
        let mut rels = rel.split_whitespace();
        let kind = attributes.get("type").unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or("").trim();
        let Some(href) = attributes.get("href").filter(|href| !href.trim().is_empty()) else { return };
        let is_feed_type = matches!(
            kind,
            "application/rss+xml"
                | "application/atom+xml"
                | "application/rdf+xml"
                | "application/feed+json"
                | "application/rss"
                | "application/atom"
                | "text/rss+xml"
                | "text/rss"
                | "text/atom"
        );
        // `application/json` also stands before oEmbed and program interfaces: WordPress has one on every page.
        let may_be_feed = matches!(kind, "application/json" | "text/xml" | "application/xml") && looks_like_feed(&href);
        let is_alternate = rels.clone().any(|rel| rel == "alternate");
        if (is_alternate && (is_feed_type || may_be_feed)) || rels.any(|rel| rel == "feed") {
            self.push(&href, attributes.get("title").as_deref(), FeedKind::Feed, Ground::Stated);
        }
    }

    fn linked(&mut self, href: &str, text: &str) {
        let href = href.strip_prefix("feed:").map_or(href, |rest| rest.strip_prefix("//").unwrap_or(rest));
        let says_so = html::plain(text)
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(&*word.to_lowercase(), "rss" | "atom" | "xml"));
        let path = href.split(['?', '#']).next().unwrap_or("").to_ascii_lowercase();
        let is_page = [".html", ".htm", ".php", ".aspx"].iter().any(|end| path.ends_with(end)) && !says_so;
        if looks_like_feed(href) && !is_page {
            self.push(href, Some(text), FeedKind::Feed, Ground::Linked);
        }
    }

    /// What sites of a known kind have.
    fn known(&mut self, url: &Url, generator: &str) {
        let host = url.host_str().unwrap_or("").trim_start_matches("www.");
        let parts: Vec<&str> = url.path_segments().map(|p| p.filter(|s| !s.is_empty()).collect()).unwrap_or_default();
        match (host, &parts[..]) {
            ("youtube.com" | "m.youtube.com", ["channel", id, ..]) => {
                self.push(
                    &format!("https://www.youtube.com/feeds/videos.xml?channel_id={id}"),
                    None,
                    FeedKind::Feed,
                    Ground::Known,
                );
            }
            ("reddit.com" | "old.reddit.com", ["r", name, ..]) => {
                self.push(&format!("https://www.reddit.com/r/{name}/.rss"), None, FeedKind::Feed, Ground::Known);
            }
            ("github.com", [owner, name, ..]) => {
                self.push(
                    &format!("https://github.com/{owner}/{name}/releases.atom"),
                    None,
                    FeedKind::Feed,
                    Ground::Known,
                );
            }
            (_, [name, ..]) if host == "medium.com" && name.starts_with('@') => {
                self.push(&format!("https://medium.com/feed/{name}"), None, FeedKind::Feed, Ground::Known);
            }
            (_, [name, ..]) if name.starts_with('@') && name.len() > 1 => {
                self.push(&format!("/{name}.rss"), None, FeedKind::Feed, Ground::Known);
            }
            _ => {}
        }
        let place = match generator.split_whitespace().next().unwrap_or("") {
            "wordpress" | "wordpress.com" => "/feed/",
            "ghost" => "/rss/",
            "hugo" => "/index.xml",
            "jekyll" => "/feed.xml",
            "blogger" => "/feeds/posts/default",
            "drupal" => "/rss.xml",
            "substack" => "/feed",
            _ => return,
        };
        self.push(place, None, FeedKind::Feed, Ground::Known);
    }

    fn guessed(&mut self, url: &Url) {
        self.base = url.as_str().to_owned();
        for place in ["/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds"] {
            self.push(place, None, FeedKind::Feed, Ground::Guessed);
        }
        for place in ["/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml"] {
            self.push(place, None, FeedKind::Sitemap, Ground::Guessed);
        }
    }
}

fn is_of_comments(offer: &Offer) -> bool {
    let title = offer.title.as_deref().unwrap_or("").to_lowercase();
    offer.url.contains("/comments")
        || ["comment", "kommentar", "comentario", "commentaire", "коментар", "комментар"]
            .iter()
            .any(|w| title.contains(w))
}

/// Whether an address reads like that of a feed.
fn looks_like_feed(href: &str) -> bool {
    let lowered = href.to_ascii_lowercase();
    let (path, query) = lowered.split_once('?').unwrap_or((&lowered, ""));
    let path = path.split('#').next().unwrap_or("");
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    [".rss", ".atom", ".rdf"].iter().any(|end| last.ends_with(end))
        || (last.ends_with(".xml") || last.ends_with(".json"))
            && ["rss", "feed", "atom", "index"].iter().any(|word| path.contains(word))
        || matches!(last, "rss" | "feed" | "feeds" | "atom" | "rss2" | "rdf")
        || path.starts_with("feeds.feedburner.com/")
        || path.starts_with("feeds.") && path.contains('/')
        || path.contains("/feeds/") && !last.ends_with(".html")
        || query.split('&').any(|part| {
            matches!(
                part,
                "feed=rss"
                    | "feed=rss2"
                    | "feed=atom"
                    | "format=feed"
                    | "format=rss"
                    | "format=xml"
                    | "output=rss"
                    | "type=rss"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offers(html: &str) -> Vec<(String, Ground)> {
        let url = Url::parse("https://www.meridian.example/world/").unwrap();
        feeds(html, &url).into_iter().filter(|o| o.ground < Ground::Guessed).map(|o| (o.url, o.ground)).collect()
    }

    #[test]
    fn feeds_in_the_head_come_first_and_comments_behind_them() {
        let html = r#"<head><link rel="alternate" type="application/rss+xml" title="Comments feed" href="/comments/feed/">
            <LINK REL='alternate' TYPE='application/atom+xml; charset=utf-8' HREF='atom'>
            <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/7"><link rel=alternate hreflang=de href=/de></head>"#;
        let got = offers(html);
        assert_eq!(
            got,
            [
                ("https://www.meridian.example/world/atom".to_owned(), Ground::Stated),
                ("https://www.meridian.example/comments/feed/".to_owned(), Ground::Stated),
            ]
        );
    }

    #[test]
    fn links_that_look_like_feeds_are_offered_and_pages_about_feeds_are_not() {
        let html = r#"<base href="https://cdn.example/x/"><a href="rss/top.xml">Top <b>stories</b></a> <a href="/rss-help.html">RSS help</a>
            <a href="https://feeds.feedburner.com/meridian">feed</a> <a href="/story.xml">data</a><script>"<a href='/feed'>"</script>"#;
        let got = offers(html);
        assert_eq!(
            got,
            [
                ("https://cdn.example/x/rss/top.xml".to_owned(), Ground::Linked),
                ("https://feeds.feedburner.com/meridian".to_owned(), Ground::Linked),
            ]
        );
    }

    #[test]
    fn generator_tells_where_the_feed_is_and_common_places_are_tried_last() {
        let html = r#"<meta name="generator" content="WordPress 6.4">"#;
        assert_eq!(offers(html), [("https://www.meridian.example/feed/".to_owned(), Ground::Known)]);
        let all = feeds("", &Url::parse("https://a.example/x").unwrap());
        assert_eq!(all[0].url, "https://a.example/feed");
        assert!(all.iter().any(|o| o.kind == FeedKind::Sitemap));
    }

    proptest! {
        #[test]
        fn discovery_never_panics(html in "(<(link|a|base|meta|/a|script)( (rel|href|type|title|name)=['\"]?[a-z/.:?]{0,8}['\"]?){0,3}>?|\\PC{0,8}){0,12}") {
            feeds(&html, &Url::parse("https://a.example/").unwrap());
        }
    }
}
