//! A document as JSON, in the neutral form that `readout feed parse` prints.

use crate::document::{Document, Extra, Facts, Link, Person, Text};
use crate::html;
use jiff::Timestamp;
use news::time::Moment;
use serde_json::{Map, Value, json};

/// The JSON of a document: `version`, `encoding`, `wellformed`, `feed` and `entries`; what is unknown is left out.
/// Times are UTC to the second.
pub fn result_json(document: &Document) -> Value {
    let mut result = head_json(document);
    result.insert("entries".to_owned(), document.items.iter().map(entry_json).collect());
    Value::Object(result)
}

/// [`result_json`] without `entries`, for who writes those one by one: a feed of 100,000 entries is several times as
/// large as one JSON value as it is as a document.
pub fn head_json(document: &Document) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("wellformed".to_owned(), document.is_wellformed.into());
    head.insert("encoding".to_owned(), json!(document.encoding));
    head.insert("version".to_owned(), json!(document.version));
    head.insert("feed".to_owned(), facts(&document.feed, Place::Feed));
    head
}

/// One of the `entries` of [`result_json`].
pub fn entry_json(item: &Facts) -> Value {
    facts(item, Place::Entry)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Feed,
    Entry,
    Source,
}

fn time(moment: &Moment) -> Value {
    let second = Timestamp::from_second(moment.at.as_second()).unwrap_or(moment.at);
    Value::String(second.to_string())
}

fn put(map: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value.into());
    }
}

fn facts(facts: &Facts, place: Place) -> Value {
    let mut map = Map::new();
    for (name, value) in &facts.extra {
        let value = match (&**name, value) {
            // The two flags of iTunes are numbers in this form, as its readers expect them.
            ("itunes_block", Extra::Flag(flag)) => json!(u8::from(*flag == Some(true))),
            ("itunes_explicit", Extra::Flag(Some(true))) => json!(1),
            (_, value) => extra(value),
        };
        map.insert(name.clone(), value);
    }
    let mut text = |name: &str, text: Option<&Text>| {
        let Some(text) = text else { return };
        put(&mut map, name, Some(text.value.as_str()));
        put(&mut map, &format!("{name}_type"), Some(&*text.kind));
        put(&mut map, &format!("{name}_language"), text.language.as_deref());
        put(&mut map, &format!("{name}_base"), text.base.as_deref());
    };
    text("title", facts.title.as_ref());
    text(if place == Place::Entry { "summary" } else { "description" }, facts.summary.as_ref());
    text("info", facts.info.as_deref());
    text("rights", facts.rights.as_deref());
    put(&mut map, "id", facts.id.as_deref());
    put(&mut map, "guid_is_permalink", facts.id_is_link);
    put(&mut map, "link", facts.link.as_deref());
    if !facts.links.is_empty() {
        map.insert("links".to_owned(), facts.links.iter().map(link).collect());
    }
    put(&mut map, "language", facts.language.as_deref());
    for (name, moment) in [
        ("published", &facts.published),
        ("updated", &facts.updated),
        ("created", &facts.created),
        ("expired", &facts.expired),
    ] {
        put(&mut map, name, moment.as_ref().map(time));
    }
    if let Some(author) = facts.authors.first() {
        map.insert("author".to_owned(), person(author));
        put(&mut map, "author_text", facts.byline.as_deref().map(str::to_owned).or_else(|| author.line()));
        map.insert("authors".to_owned(), facts.authors.iter().map(person).collect());
    }
    if !facts.contributors.is_empty() {
        map.insert("contributors".to_owned(), facts.contributors.iter().map(person).collect());
    }
    if let Some(publisher) = &facts.publisher {
        map.insert("publisher".to_owned(), person(publisher));
        put(&mut map, "publisher_text", publisher.line());
    }
    if !facts.tags.is_empty() {
        let tags = facts.tags.iter().map(|tag| {
            let mut map = Map::new();
            put(&mut map, "term", tag.term.as_deref());
            put(&mut map, "scheme", tag.scheme.as_deref());
            put(&mut map, "label", tag.label.as_deref());
            Value::Object(map)
        });
        map.insert("tags".to_owned(), tags.collect());
    }
    if let Some(generator) = &facts.generator {
        put(&mut map, "generator", generator.name.as_deref());
        put(&mut map, "generator_url", generator.url.as_deref());
        put(&mut map, "generator_version", generator.version.as_deref());
    }
    image(facts, &mut map);
    if let Some(place) = facts.place.as_ref().filter(|place| !place.points.is_empty()) {
        let coordinates = match place.kind {
            "Point" => json!(place.points[0]),
            "Polygon" => json!([place.points]),
            _ => json!(place.points),
        };
        map.insert("where".to_owned(), json!({"type": place.kind, "coordinates": coordinates}));
    }
    if place == Place::Entry {
        entry(facts, &mut map);
    }
    if place == Place::Source {
        put(&mut map, "href", facts.href.as_deref());
    }
    Value::Object(map)
}

fn entry(facts_of: &Facts, map: &mut Map<String, Value>) {
    let contents: Vec<Value> = facts_of
        .contents
        .iter()
        .map(|content| {
            let mut map = Map::new();
            put(&mut map, "value", Some(content.value.as_str()));
            put(&mut map, "type", Some(&*content.kind));
            put(&mut map, "language", content.language.as_deref());
            put(&mut map, "base", content.base.as_deref());
            put(&mut map, "src", content.src.as_deref());
            Value::Object(map)
        })
        .collect();
    if !contents.is_empty() {
        if facts_of.summary.is_none() {
            put(map, "summary", contents[0].get("value").cloned());
        }
        map.insert("content".to_owned(), Value::Array(contents));
    }
    let enclosures: Vec<Value> = facts_of.enclosures().map(link).collect();
    if !enclosures.is_empty() {
        map.insert("enclosures".to_owned(), Value::Array(enclosures));
    }
    if let Some(source) = &facts_of.source {
        map.insert("source".to_owned(), facts(source, Place::Source));
    }
    put(map, "headline", facts_of.headline.as_deref());
    if !facts_of.related.is_empty() {
        let related = facts_of.related.iter().map(|r| json!({"title": r.title, "link": r.link, "source": r.source}));
        map.insert("related".to_owned(), related.collect());
    }
}

/// The picture, or what stands in for one: logo, icon, thumbnail, the first picture of the text.
fn image(facts: &Facts, map: &mut Map<String, Value>) {
    let mut out = Map::new();
    if let Some(image) = &facts.image {
        put(&mut out, "href", image.href.as_deref());
        put(&mut out, "title", image.title.as_deref());
        put(&mut out, "link", image.link.as_deref());
        put(&mut out, "width", image.width);
        put(&mut out, "height", image.height);
        put(&mut out, "description", image.description.as_deref());
    }
    if !out.contains_key("href") {
        put(&mut out, "href", facts.picture());
    }
    if !out.is_empty() {
        map.insert("image".to_owned(), Value::Object(out));
    }
}

fn link(link: &Link) -> Value {
    let mut map = Map::new();
    put(&mut map, "href", link.href.as_deref());
    put(&mut map, "rel", Some(&*link.rel));
    put(&mut map, "type", link.kind.as_deref());
    put(&mut map, "title", link.title.as_deref());
    put(&mut map, "hreflang", link.hreflang.as_deref());
    put(&mut map, "length", link.length.as_deref());
    Value::Object(map)
}

fn person(person: &Person) -> Value {
    let mut map = Map::new();
    put(&mut map, "name", person.name.as_deref());
    put(&mut map, "email", person.email.as_deref());
    put(&mut map, "url", person.url.as_deref());
    Value::Object(map)
}

fn extra(value: &Extra) -> Value {
    match value {
        Extra::Text(text) => Value::String(text.clone()),
        Extra::Flag(flag) => json!(flag),
        Extra::Time(moment) => time(moment),
        Extra::Map(parts) => Value::Object(parts.iter().map(|(name, part)| (name.clone(), extra(part))).collect()),
        Extra::List(parts) => parts.iter().map(extra).collect(),
    }
}

impl Facts {
    /// Address of a picture that stands for it, where one is stated anywhere: image, logo, icon, Media RSS,
    /// a picture among the enclosures, the first picture of its text.
    pub fn picture(&self) -> Option<String> {
        let text = |name: &str| match self.extra(name) {
            Some(Extra::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let media = |name: &str| match self.extra(name) {
            Some(Extra::List(list)) => list.iter().find_map(|part| {
                let Extra::Map(map) = part else { return None };
                let get = |key: &str| map.iter().find(|(n, _)| n == key).map(|(_, value)| value);
                let is_picture = match (get("medium"), get("type")) {
                    (Some(Extra::Text(medium)), _) => medium == "image",
                    (None, Some(Extra::Text(kind))) => kind.starts_with("image/"),
                    _ => name == "media_thumbnail",
                };
                match get("url") {
                    Some(Extra::Text(url)) if is_picture => Some(url.clone()),
                    _ => None,
                }
            }),
            _ => None,
        };
        let stated = self.image.as_ref().and_then(|image| image.href.clone());
        let enclosed = || {
            self.enclosures()
                .find(|l| l.kind.as_deref().is_some_and(|k| k.starts_with("image/")))
                .and_then(|l| l.href.clone())
        };
        stated
            .or_else(|| text("logo"))
            .or_else(|| text("icon"))
            .or_else(|| media("media_content"))
            .or_else(|| media("media_thumbnail"))
            .or_else(enclosed)
            .or_else(|| self.contents.iter().chain(&self.summary).find_map(|text| html::first_picture(&text.value)))
    }
}
