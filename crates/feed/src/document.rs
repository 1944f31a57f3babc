//! What a feed states, in full: the rich form from which entries and the JSON of `readout feed parse` come.

use news::time::Moment;
use std::borrow::Cow;
use std::sync::Arc;

/// A whole feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Format and version: `rss20`, `rss091u`, `rss10`, `atom10`, `atom03`, `cdf`, `json11`, `sitemap`, `sitemapindex` ...;
    /// `rss` or `atom` when the version is not known, empty when the format is not.
    pub version: String,
    /// The encoding the body was read in, lower case.
    pub encoding: String,
    /// Whether the body is well-formed in the encoding it declares; a body that is not is read all the same.
    pub is_wellformed: bool,
    /// What the feed says about itself.
    pub feed: Facts,
    /// Its entries, in the order given.
    pub items: Vec<Facts>,
}

/// What a feed, an entry or an entry's source states about itself. Unknown is `None` or empty; what is rare is
/// boxed, since a feed may have a hundred thousand of these.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// What identifies it, as stated.
    pub id: Option<String>,
    /// Whether the id is also the link (`guid` with `isPermaLink`, and no link of its own).
    pub id_is_link: Option<bool>,
    /// Headline or name.
    pub title: Option<Text>,
    /// The page it stands for, absolute where a base is known.
    pub link: Option<String>,
    /// All links, in order.
    pub links: Vec<Link>,
    /// Summary of an entry; description or subtitle of a feed.
    pub summary: Option<Text>,
    /// `info` of Atom 0.3.
    pub info: Option<Box<Text>>,
    /// Copyright line.
    pub rights: Option<Box<Text>>,
    /// Full content, in order of appearance.
    pub contents: Vec<Text>,
    /// Main language, as stated.
    pub language: Option<String>,
    /// When published.
    pub published: Option<Moment>,
    /// When last changed.
    pub updated: Option<Moment>,
    /// When made.
    pub created: Option<Moment>,
    /// When it stops to hold.
    pub expired: Option<Moment>,
    /// People, in order.
    pub authors: Vec<Person>,
    /// The line the first author was read from, where it is written otherwise than [`Person::line`] writes it.
    pub byline: Option<Box<str>>,
    /// Other people, in order.
    pub contributors: Vec<Person>,
    /// Who publishes it.
    pub publisher: Option<Box<Person>>,
    /// Keywords and sections, in order, each once.
    pub tags: Vec<Tag>,
    /// Picture.
    pub image: Option<Box<Image>>,
    /// The feed or outlet an entry comes from.
    pub source: Option<Box<Facts>>,
    /// Address of an entry's source, as `<source url>` states it.
    pub href: Option<String>,
    /// Headline without the outlet's name, where an aggregated feed adds it.
    pub headline: Option<String>,
    /// Other articles an aggregated entry lists.
    pub related: Vec<Related>,
    /// Place.
    pub place: Option<Box<Place>>,
    /// Program that made the feed.
    pub generator: Option<Box<Generator>>,
    /// Everything else: name (`prefix_local`, lower case) and value, in order, each name once.
    pub extra: Vec<(String, Extra)>,
}

/// A text with its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text; safe HTML when `kind` is one of HTML.
    pub value: String,
    /// Media type, such as `text/plain` or `text/html`.
    pub kind: Arc<str>,
    /// Language stated for it or around it.
    pub language: Option<Arc<str>>,
    /// Address that relative ones in it were resolved against.
    pub base: Option<Arc<str>>,
    /// Address of the content where it is not in the feed.
    pub src: Option<Box<str>>,
}

impl Text {
    /// Whether the value is markup.
    pub fn is_html(&self) -> bool {
        matches!(&*self.kind, "text/html" | "application/xhtml+xml")
    }

    /// The text as readers see it, in canonical form.
    pub fn plain(&self) -> String {
        if self.is_html() { crate::html::plain(&self.value) } else { news::text::canonical(&self.value) }
    }
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Where to, absolute where a base is known.
    pub href: Option<String>,
    /// Relation, such as `alternate`, `self`, `enclosure`.
    pub rel: Cow<'static, str>,
    /// Media type.
    pub kind: Option<Cow<'static, str>>,
    /// Title.
    pub title: Option<Box<str>>,
    /// Language of what it leads to.
    pub hreflang: Option<Box<str>>,
    /// Size in bytes, as stated.
    pub length: Option<Box<str>>,
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Name as printed.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Home page.
    pub url: Option<String>,
}

impl Person {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.email.is_none() && self.url.is_none()
    }

    /// `Name (mail)`, or what there is of it.
    pub fn line(&self) -> Option<String> {
        match (&self.name, &self.email) {
            (Some(name), Some(email)) => Some(format!("{name} ({email})")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }
}

/// A keyword or section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The word.
    pub term: Option<String>,
    /// What list it is from.
    pub scheme: Option<String>,
    /// The word for readers.
    pub label: Option<String>,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Address of the picture.
    pub href: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Page it links to.
    pub link: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// Description.
    pub description: Option<String>,
}

/// An article listed under another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    /// Headline.
    pub title: String,
    /// Address, as given.
    pub link: String,
    /// Outlet's name.
    pub source: Option<String>,
}

/// A place on Earth, as GeoRSS states it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// `Point`, `LineString`, `Polygon` or `Box`; empty while unknown.
    pub kind: &'static str,
    /// Longitude, latitude and sometimes height, point after point.
    pub points: Vec<Vec<f64>>,
}

/// The program that made a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generator {
    /// Name.
    pub name: Option<String>,
    /// Home page.
    pub url: Option<String>,
    /// Version.
    pub version: Option<String>,
}

/// A fact without a field of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Extra {
    /// Text.
    Text(String),
    /// Yes or no; `None` where it is stated but is neither.
    Flag(Option<bool>),
    /// A time.
    Time(Moment),
    /// Attributes or parts by name.
    Map(Vec<(String, Extra)>),
    /// Several.
    List(Vec<Extra>),
}

impl Facts {
    /// An extra fact by name.
    pub fn extra(&self, name: &str) -> Option<&Extra> {
        self.extra.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Sets an extra fact; the last one stays.
    pub(crate) fn set_extra(&mut self, name: &str, value: Extra) {
        if let Some((_, old)) = self.extra.iter_mut().find(|(n, _)| n == name) {
            *old = value;
        } else if self.extra.len() < 64 {
            self.extra.push((name.to_owned(), value));
        }
    }

    /// Adds to a list among the extra facts.
    pub(crate) fn add_extra(&mut self, name: &str, value: Extra) {
        match self.extra.iter_mut().find(|(n, _)| n == name) {
            Some((_, Extra::List(list))) if list.len() < 256 => list.push(value),
            Some(_) => {}
            None => self.set_extra(name, Extra::List(vec![value])),
        }
    }

    /// Adds a tag unless it is there or empty.
    pub(crate) fn add_tag(&mut self, tag: Tag) {
        let is_empty = [&tag.term, &tag.scheme, &tag.label].iter().all(|part| part.as_deref().unwrap_or("").is_empty());
        if !is_empty && self.tags.len() < 512 && !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// The enclosures: links of that relation.
    pub fn enclosures(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| link.rel == "enclosure")
    }
}
