//! The articles a page without a feed links to: links to the same site whose text reads like a headline and
//! whose address reads like an article's.

use crate::dates;
use crate::html::{self, Piece};
use crate::resolve;
use news::entry::Entry;
use news::time::Moment;
use rustc_hash::FxHashMap;
use url::Url;

/// Most entries given.
const ENTRIES: usize = 300;
/// Most links looked at.
const LINKS: usize = 20_000;
/// Points a link needs; see [`points`] for what they are given for.
const ENOUGH: i32 = 4;

struct Candidate {
    url: String,
    title: String,
    published_at: Option<Moment>,
    points: i32,
}

/// The articles that a page links to, in the order of the page, each once, with the longest headline given
/// for it. Times come from a `time` element beside the link, else from a date in the address (to the day).
pub fn articles(page: &str, url: &Url) -> Vec<Entry> {
    let site = site(url);
    let mut base = url.as_str().to_owned();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut by_url: FxHashMap<String, usize> = FxHashMap::default();
    let mut seen = 0usize;
    // How deep in navigation, and in headings.
    let (mut aside, mut heading) = (0usize, 0usize);
    let mut link: Option<(String, String, bool)> = None;
    // The candidates of the card being read (an `article` or `li`), for the time that stands in it.
    let mut card_from = 0usize;
    for piece in html::pieces(page) {
        match piece {
            Piece::Start { name, attributes } => match &*name {
                "base" => {
                    if let Some(href) = attributes.get("href") {
                        base = resolve::join(url.as_str(), &href);
                    }
                }
                "nav" | "footer" => aside += 1,
                "h1" | "h2" | "h3" | "h4" => {
                    heading += 1;
                    if let Some((_, _, in_heading)) = &mut link {
                        *in_heading = true;
                    }
                }
                "article" | "li" => card_from = candidates.len(),
                "a" => {
                    seen += 1;
                    if seen > LINKS {
                        break;
                    }
                    link = attributes.get("href").map(|href| (href, String::new(), heading > 0));
                }
                "time" => {
                    if let Some(at) = attributes.get("datetime").and_then(|text| dates::parse(&text)) {
                        let card_from = card_from.min(candidates.len());
                        for candidate in candidates[card_from..].iter_mut().take(4) {
                            candidate.published_at.get_or_insert(at);
                        }
                    }
                }
                _ if !html::is_inline(&name) => {
                    if let Some((_, text, _)) = &mut link {
                        text.push(' ');
                    }
                }
                _ => {}
            },
            Piece::End { name } => match &*name {
                "nav" | "footer" => aside = aside.saturating_sub(1),
                "h1" | "h2" | "h3" | "h4" => heading = heading.saturating_sub(1),
                "a" => {
                    let Some((href, text, in_heading)) = link.take() else { continue };
                    let text = html::plain(&text);
                    let joined = resolve::join(&base, &href);
                    let Some(address) = address(&joined, url, &site) else { continue };
                    let points = points(&address, &text, in_heading, aside > 0);
                    let key = address.to_string();
                    match by_url.get(&key) {
                        Some(&at) => {
                            let known = &mut candidates[at];
                            known.points = known.points.max(points);
                            if headline_points(&text) > headline_points(&known.title) {
                                known.title = text;
                            }
                        }
                        None => {
                            by_url.insert(key.clone(), candidates.len());
                            let published_at = None;
                            candidates.push(Candidate { url: key, title: text, published_at, points });
                        }
                    }
                }
                _ if !html::is_inline(&name) => {
                    if let Some((_, text, _)) = &mut link {
                        text.push(' ');
                    }
                }
                _ => {}
            },
            Piece::Text(raw) => {
                if let Some((_, text, _)) = &mut link
                    && text.len() < 2000
                {
                    text.push_str(raw);
                }
            }
        }
    }
    let chosen = candidates.into_iter().filter(|c| c.points >= ENOUGH && headline_points(&c.title) > 0).take(ENTRIES);
    chosen
        .map(|c| Entry {
            published_at: c.published_at.or_else(|| date_in(&c.url)),
            key: c.url.clone(),
            url: Some(c.url),
            title: Some(c.title),
            ..Entry::default()
        })
        .collect()
}

/// The part of a host name that its subdomains share: without `www`, and not shorter than two labels.
fn site(url: &Url) -> String {
    url.host_str().unwrap_or("").trim_start_matches("www.").to_owned()
}

/// The address cleaned of fragment and tracking; `None` when it leads elsewhere or to no page.
fn address(joined: &str, page: &Url, site: &str) -> Option<Url> {
    let mut url = Url::parse(joined).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_start_matches("www.");
    if host != site && !host.ends_with(&format!(".{site}")) {
        return None;
    }
    url.set_fragment(None);
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query.split('&').filter(|part| !is_tracking(part)).collect();
        let kept = kept.join("&");
        url.set_query(if kept.is_empty() { None } else { Some(&kept) });
    }
    let path = url.path().to_ascii_lowercase();
    let is_file = [
        ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".pdf", ".mp3", ".mp4", ".zip", ".xml", ".rss", ".css",
        ".js", ".ics",
    ]
    .iter()
    .any(|end| path.ends_with(end));
    (!is_file && url.path() != page.path() && path != "/").then_some(url)
}

fn is_tracking(part: &str) -> bool {
    let name = part.split('=').next().unwrap_or("");
    name.starts_with("utm_")
        || matches!(name, "fbclid" | "gclid" | "ref" | "cmpid" | "ocid" | "at_medium" | "at_campaign" | "xtor")
}

/// Parts of a path that lead to lists, people and services rather than to articles.
const NOT_ARTICLES: &[&str] = &[
    "about",
    "account",
    "ads",
    "advertise",
    "author",
    "authors",
    "autor",
    "autoren",
    "careers",
    "categories",
    "category",
    "contact",
    "contacts",
    "cookie",
    "cookies",
    "customer",
    "faq",
    "gallery",
    "help",
    "impressum",
    "imprint",
    "jobs",
    "kontakt",
    "legal",
    "login",
    "logout",
    "media-kit",
    "newsletter",
    "newsletters",
    "page",
    "people",
    "privacy",
    "profile",
    "register",
    "rss",
    "search",
    "shop",
    "signin",
    "signup",
    "sitemap",
    "staff",
    "subscribe",
    "subscription",
    "tag",
    "tags",
    "terms",
    "thema",
    "topic",
    "topics",
    "user",
    "users",
    "weather",
];

/// How much a link is like one to an article.
///
/// For the text: 3 for a headline's length, 1 for a short one; 1 more inside a heading. For the address: 3 for
/// a date or a long number, 2 for a slug of four words, 1 for depth or an ending in `.html`. Less 3 for a part
/// that leads to lists or services, less 2 in navigation or footer.
fn points(url: &Url, text: &str, in_heading: bool, aside: bool) -> i32 {
    let path = url.path().to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let mut points = headline_points(text) + i32::from(in_heading);
    let digits = parts.iter().chain(url.query().iter()).any(|part| longest_digits(part) >= 5);
    if date_in(url.as_str()).is_some() || digits {
        points += 3;
    }
    let last = parts.last().copied().unwrap_or("");
    if last.split(['-', '_', '+']).filter(|word| !word.is_empty()).count() >= 4
        || last.contains('%') && last.len() >= 40
    {
        points += 2;
    }
    if parts.len() >= 3 || last.ends_with(".html") || last.ends_with(".htm") || last.ends_with(".shtml") {
        points += 1;
    }
    if parts.iter().any(|part| NOT_ARTICLES.binary_search(part).is_ok()) {
        points -= 3;
    }
    if aside {
        points -= 2;
    }
    points
}

fn headline_points(text: &str) -> i32 {
    let characters = text.chars().count();
    if characters > 300 {
        return 0;
    }
    let words = text.split_whitespace().count();
    // Scripts without spaces say in ten characters what others say in four words.
    let dense =
        text.chars().filter(|c| matches!(*c as u32, 0x2e80..=0x9fff | 0xac00..=0xd7af | 0x0e00..=0x0e7f)).count();
    match (words, characters) {
        (4.., 20..) => 3,
        _ if dense >= 8 => 3,
        (2.., 12..) => 1,
        _ => 0,
    }
}

fn longest_digits(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

/// The date in an address: `/2024/05/03/`, `/2024-05-03-`, `/20240503/`.
fn date_in(url: &str) -> Option<Moment> {
    let path = url.splitn(4, '/').nth(3)?;
    let path = path.split(['?', '#']).next()?;
    let numbers: Vec<&str> = path.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    for (at, number) in numbers.iter().enumerate() {
        let text = match (number.len(), numbers.get(at + 1), numbers.get(at + 2)) {
            (8, ..) => format!("{}-{}-{}", &number[..4], &number[4..6], &number[6..]),
            (4, Some(month), Some(day)) if month.len() <= 2 && day.len() <= 2 => {
                format!("{number}-{month:0>2}-{day:0>2}")
            }
            _ => continue,
        };
        let year: u32 = text[..4].parse().ok()?;
        if (1990..2100).contains(&year)
            && let Some(moment) = dates::parse(&text)
        {
            return Some(moment);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRONT: &str = r#"<nav><a href="/world/europe/politics">World and Europe and politics today</a><a href="/login">Sign in to your account now</a></nav>
        <article><h2><a href="/world/2024/05/03/harbour-talks-end-without-deal?utm_source=x#top">Harbour talks end without a deal</a></h2>
        <a href="/world/2024/05/03/harbour-talks-end-without-deal"><img src=a.jpg> Photo</a> <time datetime="2024-05-03T10:00:00Z">3 May</time></article>
        <ul><li><a href="story.php?id=1234567">Minister says the bridge will open in June</a></li>
        <li><a href="https://elsewhere.example/2024/05/03/another-paper-writes-this-too">Another paper writes this story too</a></li>
        <li><a href="/tag/harbour-and-sea-and-more">All about harbour, sea and more</a></li><li><a href="/a.pdf">The whole report as a file here</a></li></ul>
        <footer><a href="/about/our-code-of-conduct-in-full">Our code of conduct in full text</a></footer>"#;

    #[test]
    fn front_page_gives_its_articles_and_nothing_else() {
        let got = articles(FRONT, &Url::parse("https://www.meridian.example/").unwrap());
        let urls: Vec<_> = got.iter().filter_map(|e| e.url.as_deref()).collect();
        assert_eq!(
            urls,
            [
                "https://www.meridian.example/world/2024/05/03/harbour-talks-end-without-deal",
                "https://www.meridian.example/story.php?id=1234567",
            ]
        );
        assert_eq!(got[0].title.as_deref(), Some("Harbour talks end without a deal"));
        assert_eq!(got[0].published_at.map(|m| m.rfc3339()).as_deref(), Some("2024-05-03T10:00:00Z"));
    }

    #[test]
    fn list_of_parts_is_sorted() {
        assert!(NOT_ARTICLES.is_sorted());
    }

    #[test]
    fn date_in_an_address_is_found_in_its_forms() {
        let check = |url: &str, expected: Option<&str>| {
            assert_eq!(date_in(url).map(|m| m.rfc3339()).as_deref(), expected, "{url}")
        };
        check("https://a.example/2024/5/3/x", Some("2024-05-03"));
        check("https://a.example/x-20240503.html", Some("2024-05-03"));
        check("https://a.example/2024-05-03-x", Some("2024-05-03"));
        check("https://a.example/99991399/x", None);
    }

    proptest! {
        #[test]
        fn links_never_panic(page in "(<(a|nav|/a|h2|li|time|base)( (href|datetime)=['\"]?[a-z0-9/.:?-]{0,20}['\"]?){0,2}>?|\\PC{0,8}){0,12}") {
            articles(&page, &Url::parse("https://a.example/").unwrap());
        }
    }
}
