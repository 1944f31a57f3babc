//! Bytes to a feed and its entries.
//!
//! One lenient reader for RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, CDF, JSON Feed and news sitemaps. What is
//! broken costs what it breaks and no more: the rest is read, and the trouble is named in
//! [`Parsed::problems`]. Nothing is fetched, and nothing that a feed says is run.

pub mod dates;
pub mod discover;
pub mod document;
mod encoding;
mod entities;
mod entry;
mod html;
mod json_feed;
pub mod links;
mod names;
pub mod opml;
mod reader;
mod resolve;
mod result;
mod xml;

pub use document::Document;
pub use news::parsed::{Parsed, Problem};
pub use result::{entry_json, head_json, result_json};

use encoding::MediaType;
use std::borrow::Cow;
use url::Url;

/// Largest body read, in bytes, unless [`Headers::limit_bytes`] says otherwise.
pub const LIMIT_BYTES: usize = 20 * 1024 * 1024;

/// The parts of an HTTP answer that say how its body is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Content-Type` as received.
    pub content_type: Option<String>,
    /// `Content-Location` as received; relative addresses in the feed are seen from there.
    pub content_location: Option<String>,
    /// `Content-Language` as received.
    pub content_language: Option<String>,
    /// Largest body to read, in bytes; `None` for [`LIMIT_BYTES`].
    pub limit_bytes: Option<usize>,
}

/// Why a body is not a feed at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The body is larger than the limit.
    #[error("the feed has {size_bytes} bytes, more than the {limit_bytes} allowed")]
    TooLarge {
        /// Size of the body.
        size_bytes: usize,
        /// Largest size read.
        limit_bytes: usize,
    },
    /// The body is an HTML page; `discover::feeds` may find feeds on it.
    #[error("this is a web page, not a feed; look for the feeds it offers")]
    Page,
    /// The body is neither a feed nor a page.
    #[error("this is neither RSS, Atom, JSON Feed nor a sitemap")]
    NotAFeed,
}

/// Reads a feed as it was served from `url`.
///
/// Fails only when the body is no feed; anything less is a problem in the result, such as
/// `not-well-formed`, `encoding-mismatch`, `date-unreadable` or `too-many-entries`.
pub fn parse(body: &[u8], url: &Url, headers: &Headers) -> Result<Parsed<Document>, Error> {
    parse_at(body, Some(url), headers)
}

/// Reads a feed of which nobody knows where it was served from: as [`parse`], with relative addresses left as they are.
pub fn parse_local(body: &[u8], headers: &Headers) -> Result<Parsed<Document>, Error> {
    parse_at(body, None, headers)
}

fn parse_at(body: &[u8], url: Option<&Url>, headers: &Headers) -> Result<Parsed<Document>, Error> {
    let limit_bytes = headers.limit_bytes.unwrap_or(LIMIT_BYTES);
    if body.len() > limit_bytes {
        return Err(Error::TooLarge { size_bytes: body.len(), limit_bytes });
    }
    let media = MediaType::parse(headers.content_type.as_deref().unwrap_or(""));
    let decoded = encoding::decode(body, &media);
    let base = base(url, headers);
    let (text, repaired) = tidy(&decoded.text);
    let start = text.trim_start();
    let mut problems = Vec::new();
    let mut document = if start.starts_with('{') {
        let (document, met) = json_feed::read(start, &base).ok_or(Error::NotAFeed)?;
        problems.extend(met);
        document
    } else {
        let lang = headers
            .content_language
            .as_deref()
            .map(|l| l.split(',').next().unwrap_or(l).trim())
            .filter(|l| !l.is_empty());
        let outcome = reader::read(skip_junk(start), &base, lang);
        if outcome.is_page && outcome.document.items.is_empty() {
            return Err(Error::Page);
        }
        if !outcome.is_feed && (start.is_empty() || !is_blank(start)) {
            return Err(Error::NotAFeed);
        }
        problems.extend(outcome.problems);
        if skip_junk(start).len() != start.len() {
            problems.push(Problem::new("junk-before-feed", "there is text before the feed begins"));
        }
        let mut document = outcome.document;
        document.is_wellformed &=
            decoded.as_declared && media.is_feed() && !repaired && skip_junk(start).len() == text.len();
        document
    };
    if !decoded.as_declared {
        problems.push(Problem::new(
            "encoding-mismatch",
            format!("the feed is written in {}, which is not what it states", decoded.encoding),
        ));
    }
    document.encoding = decoded.encoding;
    for item in &mut document.items {
        entry::aggregated(item);
    }
    Ok(Parsed { value: document, problems })
}

/// The address that relative ones are seen from: `Content-Location`, itself seen from the address of the feed.
fn base(url: Option<&Url>, headers: &Headers) -> String {
    let url = url.map_or("", Url::as_str);
    match headers.content_location.as_deref().map(str::trim).filter(|l| !l.is_empty()) {
        Some(location) => {
            let joined = resolve::join(url, location);
            if resolve::is_safe(&joined) { joined } else { url.to_owned() }
        }
        None => url.to_owned(),
    }
}

/// Line ends as XML wants them, control characters gone, and characters of the C1 range read as the
/// Windows-1252 they were meant to be. The flag tells whether a strict reader would have stopped.
fn tidy(text: &str) -> (Cow<'_, str>, bool) {
    let bytes = text.as_bytes();
    let Some(first) = next_odd(bytes, 0) else { return (Cow::Borrowed(text), false) };
    let mut repaired = false;
    let mut out = String::with_capacity(text.len());
    let (mut from, mut at) = (0, Some(first));
    while let Some(odd) = at {
        // What takes its place, and how many bytes it had.
        let (instead, length) = match bytes[odd] {
            b'\r' if bytes.get(odd + 1) == Some(&b'\n') => (None, 1),
            b'\r' => (Some('\n'), 1),
            0xef if odd == 0 => (None, 3),
            0xef => (Some('\u{feff}'), 3),
            0xc2 => (Some(entities::WINDOWS_1252[usize::from(bytes[odd + 1] & 0x1f)]), 2),
            _ => {
                repaired = true;
                (None, 1)
            }
        };
        out.push_str(&text[from..odd]);
        out.extend(instead);
        from = odd + length;
        at = next_odd(bytes, from);
    }
    out.push_str(&text[from..]);
    (Cow::Owned(out), repaired)
}

/// Where the next character stands that is not passed on as it is.
fn next_odd(bytes: &[u8], from: usize) -> Option<usize> {
    /// Bytes looked at together: the compiler makes a few instructions of the question whether one may be odd.
    const STEP: usize = 64;
    let may_be = |b: u8| (b < 0x20 && b != b'\n' && b != b'\t') | (b == 0xc2) | (b == 0xef);
    let is_odd = |at: usize| match bytes[at] {
        0xc2 => bytes.get(at + 1).is_some_and(|b| *b < 0xa0),
        0xef => bytes[at..].starts_with("\u{feff}".as_bytes()),
        b => may_be(b),
    };
    let mut at = from;
    while at < bytes.len() {
        let end = (at + STEP).min(bytes.len());
        if bytes[at..end].iter().fold(false, |any, b| any | may_be(*b))
            && let Some(found) = (at..end).find(|at| is_odd(*at))
        {
            return Some(found);
        }
        at = end;
    }
    None
}

/// Passes over what stands before the first tag: warnings of a program, stray text.
fn skip_junk(text: &str) -> &str {
    if text.starts_with('<') {
        return text;
    }
    text.find("<?xml").or_else(|| text.find('<')).map_or(text, |at| &text[at..])
}

/// Whether there is no element in it, only comments, declarations and space.
fn is_blank(text: &str) -> bool {
    let mut reader = xml::Reader::new(text);
    loop {
        match reader.next() {
            None => return true,
            Some(xml::Event::Text(text)) if text.trim().is_empty() => {}
            Some(_) => return false,
        }
    }
}
