//! The feeds: RSS 2.0, Atom, JSON Feed and news sitemaps, and the ways in which they are broken.

use crate::cast::{Fault, Form, House};
use crate::manifest::Article;
use crate::page;
use jiff::Timestamp;
use std::fmt::Write as _;

/// The body of a feed with these articles, newest first. `updated_at` is the newest change in it.
pub(crate) fn write(house: &House, form: Form, origin: &str, articles: &[&Article], updated_at: Timestamp) -> String {
    match form {
        Form::Rss => rss(house, origin, articles, updated_at, false),
        Form::RssContent => rss(house, origin, articles, updated_at, true),
        Form::Atom => atom(house, origin, articles, updated_at),
        Form::JsonFeed => json_feed(house, origin, articles),
        Form::NewsSitemap => sitemap(house, articles),
        Form::Page => String::new(),
    }
}

/// Breaks a feed in the way named and turns it into bytes.
pub(crate) fn damage(text: String, fault: Option<Fault>) -> Vec<u8> {
    match fault {
        None => text.into_bytes(),
        Some(Fault::WrongCharset) => page::to_latin(&text),
        Some(Fault::BareAmpersand) => text.replace("&amp;", "&").into_bytes(),
        Some(Fault::TruncatedTail) => {
            let Some(last) = text.rfind("<item>").or_else(|| text.rfind("<entry>")) else {
                return text.into_bytes();
            };
            // The first entry again, cut in its middle, so that nothing is lost with it.
            let first = text.find("<item>").or_else(|| text.find("<entry>")).unwrap_or(last);
            let end = text[last..]
                .find("</item>")
                .map(|at| last + at + "</item>".len())
                .or_else(|| text[last..].find("</entry>").map(|at| last + at + "</entry>".len()))
                .unwrap_or(text.len());
            let mut cut = first + 60;
            while cut < text.len() && !text.is_char_boundary(cut) {
                cut += 1;
            }
            let mut out = text[..end].to_owned();
            out.push_str(&text[first..cut.min(text.len())]);
            out.into_bytes()
        }
        Some(Fault::Html) => {
            b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><p>We will be back soon.</p></body></html>"
                .to_vec()
        }
        Some(Fault::Empty) => Vec::new(),
    }
}

fn x(text: &str) -> String {
    page::escape(text)
}

/// The address a feed gives for an article: one outlet adds its campaign words.
fn link(house: &House, article: &Article) -> String {
    if house.slug == "morning-ledger" {
        let mark = if article.url.contains('?') { '&' } else { '?' };
        format!("{}{mark}utm_source=rss&utm_medium=feed", article.url)
    } else {
        article.url.clone()
    }
}

fn rss(house: &House, origin: &str, articles: &[&Article], updated_at: Timestamp, with_content: bool) -> String {
    let mut out = String::with_capacity(articles.len() * 900 + 800);
    let _ignored = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n<title>{}</title>\n<link>{origin}/</link>\n<atom:link href=\"{origin}{}\" rel=\"self\" type=\"application/rss+xml\"/>\n<description>{}</description>\n<language>{}</language>\n<lastBuildDate>{}</lastBuildDate>\n<ttl>15</ttl>\n",
        x(house.name),
        x(house.offers[0].path),
        x(house.motto),
        house.language,
        page::mail_date(house, updated_at)
    );
    for article in articles {
        let to = link(house, article);
        let _ignored = write!(
            out,
            "<item>\n<title>{}</title>\n<link>{}</link>\n<guid isPermaLink=\"{}\">{}</guid>\n<pubDate>{}</pubDate>\n",
            x(&article.headline),
            x(&to),
            if with_content { "true" } else { "false" },
            if with_content { x(&article.url) } else { format!("{}-{}", house.slug, article.key) },
            page::mail_date(house, article.published_at)
        );
        for author in &article.authors {
            let _ignored = writeln!(out, "<dc:creator>{}</dc:creator>", x(author));
        }
        for tag in &article.tags {
            let _ignored = writeln!(out, "<category>{}</category>", x(tag));
        }
        let _ignored = writeln!(out, "<description>{}</description>", x(&article.summary()));
        if with_content {
            let body = page::body_for_feed(article).replace("]]>", "]]]]><![CDATA[>");
            let _ignored = writeln!(out, "<content:encoded><![CDATA[{body}]]></content:encoded>");
        }
        out.push_str("</item>\n");
    }
    out.push_str("</channel>\n</rss>\n");
    out
}

fn atom(house: &House, origin: &str, articles: &[&Article], updated_at: Timestamp) -> String {
    let mut out = String::with_capacity(articles.len() * 900 + 800);
    let _ignored = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n<title>{}</title>\n<subtitle>{}</subtitle>\n<id>{origin}/</id>\n<link href=\"{origin}/\"/>\n<link rel=\"self\" href=\"{origin}{}\"/>\n<updated>{}</updated>\n",
        house.language,
        x(house.name),
        x(house.motto),
        x(house.offers[0].path),
        page::stamp(house, updated_at)
    );
    for article in articles {
        let _ignored = write!(
            out,
            "<entry>\n<title type=\"text\">{}</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n<id>tag:{}.example,2026:{}</id>\n<published>{}</published>\n<updated>{}</updated>\n",
            x(&article.headline),
            x(&link(house, article)),
            house.slug,
            article.key,
            page::stamp(house, article.published_at),
            page::stamp(house, article.modified_at.unwrap_or(article.published_at))
        );
        for author in &article.authors {
            let _ignored = writeln!(out, "<author><name>{}</name></author>", x(author));
        }
        for tag in &article.tags {
            let _ignored = writeln!(out, "<category term=\"{}\"/>", x(tag));
        }
        let _ignored = write!(out, "<summary type=\"text\">{}</summary>\n</entry>\n", x(&article.summary()));
    }
    out.push_str("</feed>\n");
    out
}

fn json_feed(house: &House, origin: &str, articles: &[&Article]) -> String {
    let items: Vec<serde_json::Value> = articles
        .iter()
        .map(|a| {
            let mut item = serde_json::json!({
                "id": a.url,
                "url": link(house, a),
                "title": a.headline,
                "summary": a.summary(),
                "content_html": format!("<p>{}</p>", x(&a.summary())),
                "date_published": page::stamp(house, a.published_at),
                "authors": a.authors.iter().map(|n| serde_json::json!({"name": n})).collect::<Vec<_>>(),
                "tags": a.tags,
                "language": a.language,
            });
            if let Some(at) = a.modified_at {
                item["date_modified"] = page::stamp(house, at).into();
            }
            item
        })
        .collect();
    let feed = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": house.name,
        "home_page_url": format!("{origin}/"),
        "feed_url": format!("{origin}{}", house.offers[0].path),
        "description": house.motto,
        "language": house.language,
        "items": items,
    });
    format!("{feed:#}")
}

fn sitemap(house: &House, articles: &[&Article]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">\n",
    );
    for article in articles {
        let _ignored = write!(
            out,
            "<url>\n<loc>{}</loc>\n<lastmod>{}</lastmod>\n<news:news>\n<news:publication><news:name>{}</news:name><news:language>{}</news:language></news:publication>\n<news:publication_date>{}</news:publication_date>\n<news:title>{}</news:title>\n</news:news>\n</url>\n",
            x(&link(house, article)),
            page::stamp(house, article.modified_at.unwrap_or(article.published_at)),
            x(house.name),
            house.language,
            page::stamp(house, article.published_at),
            x(&article.headline)
        );
    }
    out.push_str("</urlset>\n");
    out
}
