//! Feeds out: every list as RSS 2.0, Atom 1.0 and JSON Feed 1.1, with ids that never change.

use crate::ask::{Asked, Form};
use crate::parts::{Stamp, escape};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Serialize;
use std::fmt::Write as _;

/// A list on its way out as a feed.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// What the list is called.
    pub(crate) title: String,
    /// One sentence about it.
    pub(crate) about: String,
    /// When the newest item changed.
    pub(crate) updated_at: Timestamp,
    /// Its items, newest first.
    pub(crate) items: Vec<Item>,
}

/// One item of it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What identifies it for ever, such as `story/12` or `revision/88`.
    pub(crate) id: String,
    /// Its page here, a path.
    pub(crate) path: String,
    /// Its page at the outlet.
    pub(crate) original: Option<String>,
    /// Its title.
    pub(crate) title: String,
    /// Language of title and text.
    pub(crate) language: Option<String>,
    /// Plain text.
    pub(crate) text: String,
    /// HTML of our own making, where plain text is too little (a difference).
    pub(crate) html: Option<String>,
    /// Who published it.
    pub(crate) author: Option<String>,
    /// When it was published or first seen.
    pub(crate) published_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// The id of a thing of ours in a feed. It names no host, so it stays when the server moves.
fn tag(id: &str) -> String {
    format!("tag:readout.invalid,2026:{id}")
}

/// Our own HTML, or the plain text as paragraphs.
fn html(item: &Item) -> String {
    item.html.clone().unwrap_or_else(|| {
        item.text.split("\n\n").filter(|p| !p.is_empty()).map(|p| format!("<p>{}</p>", escape(p))).collect()
    })
}

/// RSS 2.0.
pub(crate) fn rss(feed: &Outgoing, asked: &Asked) -> String {
    let mut out = String::with_capacity(1024 + feed.items.len() * 1024);
    write_rss(&mut out, feed, asked).expect("writing to a string never fails");
    out
}

fn write_rss(out: &mut String, feed: &Outgoing, asked: &Asked) -> std::fmt::Result {
    let printer = DateTimePrinter::new();
    let date = |at: Timestamp| printer.timestamp_to_rfc9110_string(&at).unwrap_or_default();
    let home = format!("{}{}", asked.base, escape(&asked.in_form(Form::Html)));
    writeln!(out, r#"<?xml version="1.0" encoding="utf-8"?>"#)?;
    writeln!(
        out,
        r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">"#
    )?;
    writeln!(out, "<channel>")?;
    writeln!(out, "<title>{}</title>\n<link>{home}</link>", escape(&feed.title))?;
    writeln!(out, "<description>{}</description>", escape(&feed.about))?;
    writeln!(out, "<lastBuildDate>{}</lastBuildDate>\n<generator>Readout</generator>", date(feed.updated_at))?;
    writeln!(
        out,
        r#"<atom:link rel="self" type="application/rss+xml" href="{}{}"/>"#,
        asked.base,
        escape(&asked.in_form(Form::Rss))
    )?;
    for item in &feed.items {
        writeln!(out, "<item>\n<title>{}</title>", escape(&item.title))?;
        writeln!(out, "<link>{}{}</link>", asked.base, escape(&item.path))?;
        writeln!(out, r#"<guid isPermaLink="false">{}</guid>"#, escape(&tag(&item.id)))?;
        writeln!(out, "<pubDate>{}</pubDate>", date(item.published_at))?;
        if let Some(author) = &item.author {
            writeln!(out, "<dc:creator>{}</dc:creator>", escape(author))?;
        }
        writeln!(out, "<description>{}</description>\n</item>", escape(&html(item)))?;
    }
    writeln!(out, "</channel>\n</rss>")
}

/// Atom 1.0.
pub(crate) fn atom(feed: &Outgoing, asked: &Asked) -> String {
    let mut out = String::with_capacity(1024 + feed.items.len() * 1024);
    write_atom(&mut out, feed, asked).expect("writing to a string never fails");
    out
}

fn write_atom(out: &mut String, feed: &Outgoing, asked: &Asked) -> std::fmt::Result {
    let own = asked.in_form(Form::Atom);
    let list = asked.in_form(Form::Html);
    writeln!(out, r#"<?xml version="1.0" encoding="utf-8"?>"#)?;
    writeln!(out, r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">"#)?;
    writeln!(out, "<id>{}</id>", escape(&tag(&format!("list{list}"))))?;
    writeln!(out, "<title>{}</title>\n<subtitle>{}</subtitle>", escape(&feed.title), escape(&feed.about))?;
    writeln!(out, "<updated>{}</updated>", Stamp(feed.updated_at).iso())?;
    writeln!(out, r#"<link rel="self" type="application/atom+xml" href="{}{}"/>"#, asked.base, escape(&own))?;
    writeln!(
        out,
        r#"<link rel="alternate" type="text/html" href="{}{}"/>"#,
        asked.base,
        escape(&asked.in_form(Form::Html))
    )?;
    writeln!(out, "<author><name>Readout</name></author>\n<generator>Readout</generator>")?;
    for item in &feed.items {
        match &item.language {
            Some(language) => writeln!(out, r#"<entry xml:lang="{}">"#, escape(language))?,
            None => writeln!(out, "<entry>")?,
        }
        writeln!(out, "<id>{}</id>\n<title>{}</title>", escape(&tag(&item.id)), escape(&item.title))?;
        writeln!(out, r#"<link rel="alternate" type="text/html" href="{}{}"/>"#, asked.base, escape(&item.path))?;
        if let Some(original) = &item.original {
            writeln!(out, r#"<link rel="via" href="{}"/>"#, escape(original))?;
        }
        if let Some(author) = &item.author {
            writeln!(out, "<author><name>{}</name></author>", escape(author))?;
        }
        writeln!(out, "<published>{}</published>", Stamp(item.published_at).iso())?;
        writeln!(out, "<updated>{}</updated>", Stamp(item.updated_at).iso())?;
        writeln!(out, r#"<content type="html">{}</content>"#, escape(&html(item)))?;
        writeln!(out, "</entry>")?;
    }
    writeln!(out, "</feed>")
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: &'a str,
    description: &'a str,
    home_page_url: String,
    feed_url: String,
    items: Vec<JsonItem<'a>>,
}

#[derive(Serialize)]
struct JsonItem<'a> {
    id: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    content_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<JsonAuthor<'a>>,
}

#[derive(Serialize)]
struct JsonAuthor<'a> {
    name: &'a str,
}

/// JSON Feed 1.1.
pub(crate) fn json_feed(feed: &Outgoing, asked: &Asked) -> String {
    let items = feed.items.iter().map(|item| JsonItem {
        id: tag(&item.id),
        url: format!("{}{}", asked.base, item.path),
        external_url: item.original.as_deref(),
        title: &item.title,
        content_html: html(item),
        language: item.language.as_deref(),
        date_published: Stamp(item.published_at).iso(),
        date_modified: Stamp(item.updated_at).iso(),
        authors: item.author.iter().map(|name| JsonAuthor { name }).collect(),
    });
    let feed = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        description: &feed.about,
        home_page_url: format!("{}{}", asked.base, asked.in_form(Form::Html)),
        feed_url: format!("{}{}", asked.base, asked.in_form(Form::JsonFeed)),
        items: items.collect(),
    };
    serde_json::to_string(&feed).expect("plain structs of strings are always JSON")
}
