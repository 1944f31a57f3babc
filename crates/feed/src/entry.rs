//! From what a feed states to the entries the other rooms work on: identity, headline, people, times.

use crate::document::{Document, Facts, Related, Text};
use crate::html;
use news::entry::{Entry, Source};
use news::language::Language;
use rustc_hash::{FxHashMap, FxHashSet};

impl Document {
    /// The entries in the order of the feed, each with a key that is its own within the feed.
    ///
    /// The key is the id, else the link, else a hash of title, time and content. Outlets change the scheme of an
    /// address and count up behind its `#` without a new story behind it, so neither is part of a key, unless that
    /// is all that tells two entries apart. Entries that share a key are told apart by their link; the same entry
    /// given twice is given once.
    pub fn entries(&self) -> Vec<Entry> {
        let feed_language = self.feed.language.as_deref();
        let mut entries: Vec<Entry> = self.items.iter().map(|item| entry(item, feed_language)).collect();
        settle(&mut entries);
        let mut uses: FxHashMap<String, usize> = FxHashMap::default();
        for entry in &entries {
            *uses.entry(entry.key.clone()).or_default() += 1;
        }
        for entry in &mut entries {
            if uses.get(&entry.key).copied().unwrap_or(0) > 1
                && let Some(url) = entry.url.as_deref().filter(|url| *url != entry.key)
            {
                entry.key = format!("{} {url}", entry.key);
            }
        }
        let mut seen: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        let mut keys: FxHashSet<String> = FxHashSet::default();
        let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
        for mut entry in entries {
            let before = seen.entry(entry.key.clone()).or_default();
            if before
                .iter()
                .take(16)
                .any(|at| kept[*at].title == entry.title && kept[*at].published_at == entry.published_at)
            {
                continue;
            }
            if !before.is_empty() {
                entry.key = format!("{} {}", entry.key, digest(&entry));
                // The same words at the same instant, however exactly the time is stated: given once.
                if keys.contains(&entry.key) {
                    continue;
                }
            }
            // Another's id may read as a key that was made here.
            while !keys.insert(entry.key.clone()) {
                entry.key = format!("{} {}", entry.key, digest(&entry));
            }
            before.push(kept.len());
            kept.push(entry);
        }
        kept
    }
}

/// Gives keys that are addresses their lasting form where no other entry has the same.
fn settle(entries: &mut [Entry]) {
    let mut written: FxHashMap<String, Option<String>> = FxHashMap::default();
    for entry in entries.iter() {
        if let Some(settled) = settled(&entry.key) {
            let known = written.entry(settled).or_insert_with(|| Some(entry.key.clone()));
            if known.as_ref().is_some_and(|known| *known != entry.key) {
                *known = None;
            }
        }
    }
    for entry in entries {
        if let Some(settled) = settled(&entry.key).filter(|settled| written.get(settled).is_some_and(Option::is_some)) {
            entry.key = settled;
        }
    }
}

/// An address with `https` and without a number behind `#`; `None` for any other key.
fn settled(key: &str) -> Option<String> {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"))?;
    let rest =
        rest.split_once('#').filter(|(_, mark)| mark.bytes().all(|b| b.is_ascii_digit())).map_or(rest, |(r, _)| r);
    Some(format!("https://{rest}"))
}

fn entry(item: &Facts, feed_language: Option<&str>) -> Entry {
    let plain = |text: &Option<Text>| text.as_ref().map(Text::plain).filter(|t| !t.is_empty());
    let title = item.headline.clone().or_else(|| plain(&item.title).map(|title| twice_escaped(&title)));
    let content = item.contents.iter().filter(|c| !c.value.is_empty()).max_by_key(|c| c.value.len());
    let content_html = content.map(|c| if c.is_html() { c.value.clone() } else { paragraphs(&c.value) });
    let language = content
        .and_then(|c| c.language.as_deref())
        .or(item.language.as_deref())
        .or_else(|| item.title.as_ref().and_then(|t| t.language.as_deref()))
        .or(feed_language)
        .and_then(Language::parse);
    let mut entry = Entry {
        key: String::new(),
        url: item.link.clone().filter(|link| link.starts_with("http://") || link.starts_with("https://")),
        title,
        summary: plain(&item.summary),
        content_html,
        authors: item.authors.iter().filter_map(|p| p.name.clone().or_else(|| p.email.clone())).collect(),
        published_at: item.published.or(item.created).or(item.updated),
        updated_at: item.updated,
        language,
        tags: item.tags.iter().filter_map(|t| t.label.clone().or_else(|| t.term.clone())).collect(),
        source: item.source.as_deref().and_then(source),
    };
    entry.key = item
        .id
        .clone()
        .filter(|id| !id.is_empty())
        .or_else(|| entry.url.clone())
        .unwrap_or_else(|| format!("hash:{}", digest(&entry)));
    entry
}

fn source(facts: &Facts) -> Option<Source> {
    let is_page = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    let url = [&facts.href, &facts.link].into_iter().flatten().find(is_page).cloned();
    let name = facts.title.as_ref().map(Text::plain).filter(|name| !name.is_empty()).or_else(|| url.clone())?;
    Some(Source { name, url })
}

/// A headline that still shows `&amp;` or `&#8217;` after it was read was escaped once too often.
fn twice_escaped(title: &str) -> String {
    if !title.contains('&') {
        return title.to_owned();
    }
    let mut out = String::with_capacity(title.len());
    crate::entities::unescape_html(title, true, &mut out);
    news::text::canonical(&out)
}

/// Plain text as HTML: a paragraph for each piece between blank lines.
fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for piece in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
        out.push_str("<p>");
        html::push_escaped(piece, &mut out);
        out.push_str("</p>");
    }
    out
}

/// Sixteen hexadecimal digits of title, time and content: FNV-1a, stable for good.
fn digest(entry: &Entry) -> String {
    let time = entry.published_at.map(|m| m.at.to_string()).unwrap_or_default();
    let parts = [
        entry.title.as_deref(),
        Some(&*time),
        entry.summary.as_deref(),
        entry.content_html.as_deref(),
        entry.url.as_deref(),
    ];
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.unwrap_or("").bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// Reads what an aggregated feed (the form of Google News) packs into title and description: the outlet at
/// the end of the title, cut off only where it is the one `<source>` names, and the list of related articles.
pub(crate) fn aggregated(item: &mut Facts) {
    let Some(source) = item.source.as_deref().and_then(|s| s.title.as_ref()).map(Text::plain).filter(|s| !s.is_empty())
    else {
        return;
    };
    if let Some(title) = item.title.as_ref().map(Text::plain) {
        let cut =
            title.strip_suffix(&*source).map(str::trim_end).and_then(|rest| rest.strip_suffix(['-', '–', '—', '|']));
        item.headline = Some(cut.map(str::trim_end).filter(|h| !h.is_empty()).unwrap_or(&title).to_owned());
    }
    if let Some(list) = item.summary.as_ref().filter(|s| s.is_html() && s.value.contains("<ol>")) {
        item.related = related(&list.value);
    }
}

/// The articles of an ordered list: each item a link, and the outlet's name in a `font` or after the link.
fn related(list: &str) -> Vec<Related> {
    let mut out = Vec::new();
    for piece in list.split("<li>").skip(1).take(100) {
        let piece = piece.split("</li>").next().unwrap_or(piece);
        let Some(tag) = piece.find("<a ") else { continue };
        let Some(close) = piece[tag..].find('>').map(|i| tag + i) else { continue };
        let Some(from) = piece[tag..close].find("href=\"").map(|i| tag + i + 6) else { continue };
        let Some(length) = piece[from..].find('"') else { continue };
        let Some(end) = piece[close..].find("</a>").map(|i| close + i) else { continue };
        let source = html::plain(&piece[end..]);
        let mut link = String::new();
        crate::entities::unescape_html(&piece[from..from + length], true, &mut link);
        out.push(Related {
            title: html::plain(&piece[close + 1..end]),
            link,
            source: Some(source).filter(|s| !s.is_empty()),
        });
    }
    out
}
