//! JSON Feed 1.0 and 1.1.

use crate::dates;
use crate::document::{Document, Extra, Facts, Image, Link, Person, Tag, Text};
use crate::{html, resolve};
use news::parsed::Problem;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Reads the text of a JSON Feed; `None` when it is not JSON or not a feed. Fields of the wrong type are
/// read where their meaning is clear (a number as an id, a single string as a list) and else passed over.
pub(crate) fn read(text: &str, base: &str) -> Option<(Document, Vec<Problem>)> {
    let value: Value = serde_json::from_str(text).ok()?;
    let top = value.as_object()?;
    if let Some(channel) = top.get("rss").and_then(|rss| rss.get("channel")).and_then(Value::as_object) {
        return Some(rss_in_json(channel));
    }
    let version = string(top, "version").unwrap_or_default();
    let items = top.get("items").and_then(Value::as_array);
    if !version.contains("jsonfeed.org") && items.is_none() {
        return None;
    }
    let mut problems = Vec::new();
    let kinds = [Arc::from("text/plain"), Arc::from("text/html")];
    let reader = Reader { base, kinds, base_arc: (!base.is_empty()).then(|| Arc::from(base)) };
    let mut document = Document {
        version: match version.rsplit('/').next().unwrap_or("") {
            "1" | "1.0" => "json1",
            "1.1" => "json11",
            _ => "json",
        }
        .to_owned(),
        is_wellformed: true,
        feed: reader.feed(top, &mut problems),
        items: items
            .map(|items| {
                items
                    .iter()
                    .filter_map(Value::as_object)
                    .take(crate::reader::ENTRIES)
                    .map(|item| reader.item(item, &mut problems))
                    .collect()
            })
            .unwrap_or_default(),
        ..Document::default()
    };
    // What an item does not state it inherits (JSON Feed 1.1, `authors`).
    for item in &mut document.items {
        if item.authors.is_empty() {
            item.authors.clone_from(&document.feed.authors);
        }
    }
    Some((document, problems))
}

/// RSS put into JSON: its head alone is read.
fn rss_in_json(channel: &Map<String, Value>) -> (Document, Vec<Problem>) {
    let text = |name: &str| {
        string(channel, name).map(|value| Text { value, kind: Arc::from("text/plain"), ..Text::default() })
    };
    let feed = Facts {
        title: text("title"),
        summary: text("description"),
        link: string(channel, "link").filter(|link| resolve::is_safe(link)),
        language: string(channel, "language"),
        ..Facts::default()
    };
    let problem = Problem::new("rss-in-json", "the feed is RSS written as JSON; its entries are not read");
    (Document { version: "rss".to_owned(), is_wellformed: true, feed, ..Document::default() }, vec![problem])
}

struct Reader<'b> {
    base: &'b str,
    kinds: [Arc<str>; 2],
    base_arc: Option<Arc<str>>,
}

/// A string, or a number or boolean written as one.
fn string(map: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match map.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

impl Reader<'_> {
    fn text(&self, value: Option<String>, is_html: bool) -> Option<Text> {
        let value = value?;
        let value = if is_html { html::clean(&value, self.base) } else { value };
        Some(Text {
            value,
            kind: self.kinds[usize::from(is_html)].clone(),
            base: self.base_arc.clone(),
            ..Text::default()
        })
    }

    fn address(&self, map: &Map<String, Value>, name: &str) -> Option<String> {
        let address = resolve::join(self.base, &string(map, name)?);
        resolve::is_safe(&address).then_some(address)
    }

    fn feed(&self, top: &Map<String, Value>, problems: &mut Vec<Problem>) -> Facts {
        let mut facts = self.common(top, problems);
        facts.title = self.text(string(top, "title"), false);
        facts.summary = self.text(string(top, "description"), false);
        facts.link = self.address(top, "home_page_url");
        facts.id = string(top, "feed_url");
        if let Some(href) = self.address(top, "feed_url") {
            facts.links.push(Link {
                href: Some(href),
                rel: "self".into(),
                kind: Some("application/feed+json".into()),
                ..Link::default()
            });
        }
        if let Some(href) = self.address(top, "next_url") {
            facts.links.push(Link { href: Some(href), rel: "next".into(), ..Link::default() });
        }
        let hubs = top.get("hubs").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        for hub in
            hubs.take(16).filter(|hub| string(hub, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("websub")))
        {
            facts.links.push(Link { href: self.address(hub, "url"), rel: "hub".into(), ..Link::default() });
        }
        for name in ["icon", "favicon"] {
            if let Some(href) = self.address(top, name) {
                facts.set_extra(if name == "icon" { "logo" } else { "icon" }, Extra::Text(href));
            }
        }
        if let Some(Value::Bool(expired)) = top.get("expired") {
            facts.set_extra("is_expired", Extra::Flag(Some(*expired)));
        }
        facts
    }

    fn item(&self, item: &Map<String, Value>, problems: &mut Vec<Problem>) -> Facts {
        let mut facts = self.common(item, problems);
        facts.id = string(item, "id").or_else(|| string(item, "guid"));
        facts.title = self.text(string(item, "title"), false);
        facts.summary = self.text(string(item, "summary"), false);
        for (name, is_html) in [("content_html", true), ("content_text", false)] {
            facts.contents.extend(self.text(string(item, name), is_html));
        }
        facts.link = self.address(item, "url").or_else(|| self.address(item, "external_url"));
        if let Some(href) = self.address(item, "external_url") {
            facts.links.push(Link { href: Some(href), rel: "related".into(), ..Link::default() });
        }
        // An address as the id stands in for a missing link.
        if facts.link.is_none() {
            facts.link = facts.id.clone().filter(|id| id.starts_with("http://") || id.starts_with("https://"));
        }
        facts.image = self
            .address(item, "image")
            .or_else(|| self.address(item, "banner_image"))
            .map(|href| Box::new(Image { href: Some(href), ..Image::default() }));
        let attachments =
            item.get("attachments").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        for attachment in attachments.take(256) {
            facts.links.push(Link {
                href: self.address(attachment, "url"),
                rel: "enclosure".into(),
                kind: string(attachment, "mime_type").map(Into::into),
                title: string(attachment, "title").map(Into::into),
                hreflang: None,
                length: string(attachment, "size_in_bytes").map(Into::into),
            });
        }
        facts
    }

    /// What a feed and an item state in the same way.
    fn common(&self, map: &Map<String, Value>, problems: &mut Vec<Problem>) -> Facts {
        let mut facts = Facts { language: string(map, "language"), ..Facts::default() };
        for name in ["date_published", "date_modified"] {
            let Some(text) = string(map, name) else { continue };
            match dates::parse(&text) {
                Some(moment) if name == "date_published" => facts.published = Some(moment),
                Some(moment) => facts.updated = Some(moment),
                None if problems.len() < 50 => {
                    let shown: String = text.chars().take(60).collect();
                    problems.push(Problem::new("date-unreadable", format!("the date `{shown}` could not be read")));
                }
                None => {}
            }
        }
        let people = map.get("authors").and_then(Value::as_array).filter(|list| !list.is_empty());
        let people =
            people.map(Vec::as_slice).or_else(|| map.get("author").map(std::slice::from_ref)).unwrap_or_default();
        for person in people.iter().take(256) {
            let person = match person {
                Value::String(name) => {
                    Person { name: Some(name.trim().to_owned()).filter(|n| !n.is_empty()), ..Person::default() }
                }
                Value::Object(person) => Person {
                    name: string(person, "name"),
                    email: string(person, "email"),
                    url: self.address(person, "url"),
                },
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => continue,
            };
            if !person.is_empty() {
                facts.authors.push(person);
            }
        }
        match map.get("tags") {
            Some(Value::Array(tags)) => {
                for tag in tags.iter().filter_map(Value::as_str).map(str::trim).filter(|t| !t.is_empty()) {
                    facts.add_tag(Tag { term: Some(tag.to_owned()), ..Tag::default() });
                }
            }
            Some(Value::String(tag)) => facts.add_tag(Tag { term: Some(tag.trim().to_owned()), ..Tag::default() }),
            _ => {}
        }
        facts
    }
}
