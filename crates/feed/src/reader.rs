//! RSS, RDF, Atom, CDF and sitemaps: one reader, since feeds mix their elements freely.
//!
//! An element means what its namespace and name say, wherever it stands. What is stated directly under a
//! feed or an entry wins over what stands deeper; a format's own elements win over Dublin Core, and those
//! over iTunes and Media RSS.

use crate::dates;
use crate::document::{Document, Extra, Facts, Generator, Image, Link, Person, Place, Tag, Text};
use crate::html;
use crate::names::{self, Space};
use crate::resolve;
use crate::xml::{Event, Reader};
use base64::Engine;
use news::parsed::Problem;
use std::borrow::Cow;
use std::sync::Arc;

/// Deepest nesting followed; what lies deeper is passed over.
const DEPTH: usize = 256;
/// Most namespaces in force at once.
const BINDINGS: usize = 1024;
/// Most entries read.
pub(crate) const ENTRIES: usize = 100_000;

/// What an element means once its namespace is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Nothing of its own; what it holds is read.
    Pass,
    /// Markup inside a text.
    Markup,
    /// Kept under its own name.
    Other,
    Entry,
    Image,
    TextInput,
    Source,
    Title,
    Summary,
    Info,
    Rights,
    Content,
    Link,
    Id,
    Published,
    Updated,
    Created,
    Expired,
    Valid,
    Author,
    Contributor,
    Publisher,
    Owner,
    Name,
    Email,
    Address,
    Category,
    CategoryList,
    Language,
    Generator,
    /// An address kept under its own name.
    Place,
    Width,
    Height,
    Explicit,
    Block,
    GeoShape(&'static str),
    GmlPoints,
    MediaThumbnail,
    MediaText,
    NewsName,
    Location,
}

/// Rank of a text against others for the same field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Rank {
    #[default]
    None,
    Nested,
    Extension,
    DublinCore,
    Own,
}

struct Frame<'a> {
    name: &'a str,
    role: Role,
    rank: Rank,
    /// Where its text begins in the buffer.
    from: usize,
    /// Base and language around it, where it states another.
    outer: Option<Box<Outer>>,
    bindings: usize,
    /// Name of an element kept under its own name.
    key: Option<String>,
}

/// Base and language in force.
struct Outer {
    base: Option<Arc<str>>,
    lang: Option<Arc<str>>,
}

/// The text element being read.
struct Capture {
    depth: usize,
    kind: Arc<str>,
    is_base64: bool,
    is_markup: bool,
    src: Option<Box<str>>,
}

/// Best rank so far of the fields that several elements may give.
#[derive(Default)]
struct Ranks {
    title: Rank,
    summary: Rank,
    id: Rank,
    has_content: bool,
}

struct Builder<'a> {
    xml: Reader<'a>,
    document: Document,
    frames: Vec<Frame<'a>>,
    too_deep: usize,
    has_been_too_deep: bool,
    buffer: String,
    bindings: Vec<(&'a str, Space<'a>)>,
    base: Option<Arc<str>>,
    lang: Option<Arc<str>>,
    capture: Option<Capture>,
    entry: Option<(Box<Facts>, Ranks, usize)>,
    source: Option<(Box<Facts>, Ranks, usize)>,
    feed_ranks: Ranks,
    feed_depth: usize,
    person: Option<Person>,
    in_contributor: bool,
    in_owner: bool,
    in_image: bool,
    in_text_input: bool,
    is_permalink: Option<bool>,
    seen_root: bool,
    is_page: bool,
    problems: Vec<Problem>,
    kinds: [Arc<str>; 3],
    lowered: String,
}

/// What reading gave.
pub(crate) struct Outcome {
    pub(crate) document: Document,
    pub(crate) problems: Vec<Problem>,
    /// The root is that of an HTML page.
    pub(crate) is_page: bool,
    /// There was an element of a feed.
    pub(crate) is_feed: bool,
}

const PLAIN: usize = 0;
const HTML: usize = 1;
const XHTML: usize = 2;

/// Reads `text`, an XML document, with `base` as the address of last resort and `lang` as the language stated outside.
pub(crate) fn read(text: &str, base: &str, lang: Option<&str>) -> Outcome {
    let mut builder = Builder {
        xml: Reader::new(text),
        document: Document::default(),
        frames: Vec::new(),
        too_deep: 0,
        has_been_too_deep: false,
        buffer: String::new(),
        bindings: Vec::new(),
        base: (!base.is_empty()).then(|| Arc::from(base)),
        lang: lang.map(Arc::from),
        capture: None,
        entry: None,
        source: None,
        feed_ranks: Ranks::default(),
        feed_depth: 0,
        person: None,
        in_contributor: false,
        in_owner: false,
        in_image: false,
        in_text_input: false,
        is_permalink: None,
        seen_root: false,
        is_page: false,
        problems: Vec::new(),
        kinds: [Arc::from("text/plain"), Arc::from("text/html"), Arc::from("application/xhtml+xml")],
        lowered: String::new(),
    };
    builder.document.feed.language = lang.map(|lang| lang.replace('_', "-"));
    builder.run();
    let is_feed = !builder.document.version.is_empty() || builder.feed_depth > 0 || !builder.document.items.is_empty();
    let is_wellformed = builder.xml.flaw().is_none();
    if let Some(flaw) = builder.xml.flaw() {
        builder.problems.insert(0, Problem::new("not-well-formed", format!("the feed is not well-formed XML: {flaw}")));
    }
    if builder.xml.refused_entities() {
        let message =
            "the feed declares entities that hold others, or too much text; they were left as they are written";
        builder.problems.push(Problem::new("entities-refused", message));
    }
    builder.document.is_wellformed = is_wellformed;
    Outcome { document: builder.document, problems: builder.problems, is_page: builder.is_page, is_feed }
}

impl<'a> Builder<'a> {
    fn run(&mut self) {
        let mut seen_any = false;
        while let Some(event) = self.xml.next() {
            match event {
                Event::Start { name, .. } => {
                    if self.frames.is_empty() && seen_any && self.too_deep == 0 {
                        self.xml.blame("a second root element");
                    }
                    seen_any = true;
                    self.start(name);
                }
                Event::End { name } => self.end(name),
                Event::Text(raw) => {
                    if self.frames.is_empty() {
                        if !raw.trim().is_empty() {
                            self.xml.blame("text outside the root element");
                        }
                    } else if self.capture.as_ref().is_some_and(|c| c.is_markup) {
                        let mut text = String::new();
                        self.xml.unescape(raw, &mut text);
                        html::push_escaped(&text, &mut self.buffer);
                    } else {
                        self.xml.unescape(raw, &mut self.buffer);
                    }
                }
                Event::Data(data) => {
                    if self.frames.is_empty() {
                        self.xml.blame("text outside the root element");
                    } else if self.capture.as_ref().is_some_and(|c| c.is_markup) {
                        html::push_escaped(data, &mut self.buffer);
                    } else {
                        self.buffer.push_str(data);
                    }
                }
            }
            if self.document.items.len() >= ENTRIES {
                self.problems
                    .push(Problem::new("too-many-entries", format!("only the first {ENTRIES} entries were read")));
                break;
            }
        }
        if !self.frames.is_empty() || self.too_deep > 0 || !seen_any {
            self.xml.blame(if seen_any { "elements without an end tag" } else { "no element at all" });
        }
        while !self.frames.is_empty() {
            self.close();
        }
        self.finish_entry();
    }

    /// The attribute of that name, lower case, with or without its prefix as given; references replaced.
    fn attribute(&mut self, name: &str) -> Option<String> {
        let raw = self.xml.attributes().iter().find(|a| a.name.eq_ignore_ascii_case(name))?.raw;
        let mut value = String::new();
        self.xml.unescape(raw, &mut value);
        Some(value)
    }

    /// All attributes but declarations of namespaces, by lower-case name without prefix.
    fn attribute_map(&mut self) -> Vec<(String, Extra)> {
        let raw: Vec<_> = self.xml.attributes().to_vec();
        let mut out = Vec::new();
        for a in raw.into_iter().filter(|a| !a.name.starts_with("xmlns")).take(32) {
            let mut value = String::new();
            self.xml.unescape(a.raw, &mut value);
            out.push((a.name.rsplit(':').next().unwrap_or(a.name).to_ascii_lowercase(), Extra::Text(value)));
        }
        out
    }

    fn start(&mut self, name: &'a str) {
        if self.frames.len() >= DEPTH {
            if !self.has_been_too_deep {
                self.has_been_too_deep = true;
                let message = format!("elements are nested more than {DEPTH} deep; what lies deeper was passed over");
                self.problems.push(Problem::new("nested-too-deep", message));
            }
            self.too_deep += 1;
            self.xml.blame("elements nested too deep");
            return;
        }
        let mut bindings = self.bindings.len();
        let mut outer = self.scope();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let mut lowered = std::mem::take(&mut self.lowered);
        lowered.clear();
        lowered.push_str(local);
        lowered.make_ascii_lowercase();
        let space = self.space(prefix);
        if let Some(depth) = self.forgotten(space, &lowered) {
            self.xml.blame("an element without an end tag");
            self.leave(outer);
            while self.frames.len() > depth {
                self.close();
            }
            bindings = self.bindings.len();
            outer = self.scope();
        }
        let mut frame =
            Frame { name, role: Role::Pass, rank: Rank::None, from: self.buffer.len(), outer, bindings, key: None };
        if self.capture.is_some() {
            frame.role = self.start_markup(&lowered);
        } else {
            let (role, rank) = self.role(space, &lowered);
            frame.role = role;
            frame.rank = if rank >= Rank::Own && !self.is_direct() { Rank::Nested } else { rank };
            self.open(&mut frame, space, &lowered);
        }
        self.lowered = lowered;
        self.frames.push(frame);
    }

    /// Takes in `xmlns`, `xml:base` and `xml:lang` of the current tag; gives what was in force before, where it
    /// changes one of the latter.
    fn scope(&mut self) -> Option<Box<Outer>> {
        if self.xml.attributes().is_empty() {
            return None;
        }
        let mut base = None;
        let mut lang = None;
        let bindings = &mut self.bindings;
        for a in self.xml.attributes() {
            if let Some(prefix) = a.name.strip_prefix("xmlns") {
                let prefix = prefix.strip_prefix(':').unwrap_or(prefix);
                let space = names::by_address(a.raw)
                    .or_else(|| names::by_prefix(prefix).filter(|space| *space != Space::Core))
                    .unwrap_or(if prefix.is_empty() { Space::Core } else { Space::Other(prefix) });
                if bindings.len() < BINDINGS {
                    bindings.push((prefix, space));
                }
            } else if a.name == "xml:base" || a.name == "base" {
                base = Some(a.raw);
            } else if a.name == "xml:lang" || a.name == "lang" {
                lang = Some(a.raw);
            }
        }
        let changes = base.is_some() || lang.is_some();
        let outer = changes.then(|| Box::new(Outer { base: self.base.clone(), lang: self.lang.clone() }));
        if let Some(raw) = base {
            let mut value = String::new();
            self.xml.unescape(raw, &mut value);
            let joined = resolve::join(self.base.as_deref().unwrap_or(""), value.trim());
            if resolve::is_safe(&joined) {
                self.base = Some(Arc::from(joined));
            }
        }
        if let Some(raw) = lang {
            let mut value = String::new();
            self.xml.unescape(raw, &mut value);
            let value = value.trim().replace('_', "-");
            self.lang = (!value.is_empty()).then(|| Arc::from(value));
        }
        outer
    }

    fn space(&mut self, prefix: &'a str) -> Space<'a> {
        if let Some((_, space)) = self.bindings.iter().rev().find(|(p, _)| *p == prefix) {
            return *space;
        }
        if prefix.is_empty() {
            return Space::Core;
        }
        if prefix != "xml" {
            self.xml.blame("a prefix without a namespace");
        }
        names::by_prefix(prefix).unwrap_or(Space::Other(prefix))
    }

    /// Whether the element about to open stands directly under its feed, entry or source.
    fn is_direct(&self) -> bool {
        let depth = match (&self.source, &self.entry) {
            (Some((_, _, depth)), _) | (None, Some((_, _, depth))) => *depth,
            (None, None) => return true,
        };
        self.frames.len() == depth
    }

    /// How many open elements remain when this start tag shows that end tags before it were forgotten: of a
    /// text, or of a whole entry. `None` when it shows nothing of the kind.
    fn forgotten(&self, space: Space<'_>, local: &str) -> Option<usize> {
        let is_entry = space == Space::Core && matches!(local, "item" | "entry");
        if is_entry && let Some((_, _, depth)) = &self.entry {
            return (self.frames.len() >= *depth).then(|| depth - 1);
        }
        let capture = self.capture.as_ref()?;
        let in_title = self.frames.get(capture.depth).is_some_and(|frame| frame.role == Role::Title);
        let ends = match space {
            Space::Core => match local {
                "item" | "entry" | "pubdate" | "guid" | "channel" => true,
                "link" | "description" | "author" | "category" | "enclosure" | "comments" => in_title,
                _ => false,
            },
            Space::Content => local == "encoded",
            _ => false,
        };
        ends.then_some(capture.depth)
    }

    /// A tag inside a text: written into it as markup.
    fn start_markup(&mut self, local: &str) -> Role {
        let Some(capture) = &mut self.capture else { return Role::Pass };
        if !capture.is_markup {
            // A text that calls itself escaped and is not; a `div` alone around it is taken for packaging.
            if local == "div" && !capture.kind.ends_with("xml") {
                return Role::Pass;
            }
            capture.kind = self.kinds[XHTML].clone();
            capture.is_markup = true;
        }
        let attributes: Vec<_> = self.xml.attributes().to_vec();
        self.buffer.push('<');
        self.buffer.push_str(local);
        let mut value = String::new();
        for a in attributes {
            value.clear();
            self.xml.unescape(a.raw, &mut value);
            self.buffer.push(' ');
            self.buffer.push_str(a.name);
            self.buffer.push_str("=\"");
            html::push_escaped(&value, &mut self.buffer);
            self.buffer.push('"');
        }
        self.buffer.push('>');
        Role::Markup
    }

    /// What an element means, and how its text ranks.
    fn role(&self, space: Space<'_>, local: &str) -> (Role, Rank) {
        use Role as R;
        let own = Rank::Own;
        let in_news = self.document.version.starts_with("sitemap");
        match space {
            Space::Core => {
                let role = match local {
                    "url" | "sitemap" if in_news && self.entry.is_none() => R::Entry,
                    "loc" if in_news => R::Location,
                    "lastmod" if in_news => R::Updated,
                    "rss" | "rdf" | "channel" | "feed" | "urlset" | "sitemapindex" => R::Pass,
                    "item" | "entry" => R::Entry,
                    "image" => R::Image,
                    "textinput" => R::TextInput,
                    "source" => R::Source,
                    "title" => R::Title,
                    "description" | "summary" | "abstract" | "subtitle" | "tagline" => R::Summary,
                    "info" => R::Info,
                    "rights" | "copyright" => R::Rights,
                    "content" | "body" | "fullitem" => R::Content,
                    "link" => R::Link,
                    "id" | "guid" => R::Id,
                    "published" | "issued" | "pubdate" => R::Published,
                    "updated" | "modified" | "lastbuilddate" => R::Updated,
                    "created" => R::Created,
                    "expirationdate" => R::Expired,
                    "author" | "managingeditor" => R::Author,
                    "contributor" => R::Contributor,
                    "webmaster" => R::Publisher,
                    "name" => R::Name,
                    "email" => R::Email,
                    "url" | "uri" | "homepage" => R::Address,
                    "category" | "keywords" => R::Category,
                    "language" => R::Language,
                    "generator" => R::Generator,
                    "comments" | "docs" | "icon" | "logo" => R::Place,
                    "width" => R::Width,
                    "height" => R::Height,
                    "where" => R::Pass,
                    _ => R::Other,
                };
                (role, own)
            }
            Space::Content => (if local == "encoded" { R::Content } else { R::Other }, own),
            Space::Dc => (
                match local {
                    "title" => R::Title,
                    "description" => R::Summary,
                    "creator" | "author" => R::Author,
                    "contributor" => R::Contributor,
                    "publisher" => R::Publisher,
                    "date" => R::Updated,
                    "language" => R::Language,
                    "rights" => R::Rights,
                    "subject" => R::Category,
                    _ => R::Other,
                },
                Rank::DublinCore,
            ),
            Space::DcTerms => (
                match local {
                    "created" => R::Created,
                    "issued" => R::Published,
                    "modified" => R::Updated,
                    "valid" => R::Valid,
                    _ => R::Other,
                },
                Rank::DublinCore,
            ),
            Space::Itunes => (
                match local {
                    "author" => R::Author,
                    "owner" => R::Owner,
                    "name" => R::Name,
                    "email" => R::Email,
                    "subtitle" if self.entry.is_none() => R::Summary,
                    "summary" => R::Summary,
                    "category" => R::Category,
                    "keywords" => R::CategoryList,
                    "explicit" => R::Explicit,
                    "block" => R::Block,
                    _ => R::Other,
                },
                Rank::Extension,
            ),
            Space::Media => (
                match local {
                    "title" => R::Title,
                    "description" => R::Summary,
                    "category" => R::Category,
                    "keywords" => R::CategoryList,
                    "thumbnail" => R::MediaThumbnail,
                    "rating" | "credit" | "restriction" | "license" | "player" => R::MediaText,
                    "group" => R::Pass,
                    _ => R::Other,
                },
                Rank::Extension,
            ),
            Space::GeoRss => (
                match local {
                    "point" => R::GeoShape("Point"),
                    "line" => R::GeoShape("LineString"),
                    "polygon" => R::GeoShape("Polygon"),
                    "box" => R::GeoShape("Box"),
                    "where" => R::Pass,
                    _ => R::Other,
                },
                own,
            ),
            Space::Gml => (
                match local {
                    "pos" | "poslist" | "coordinates" => R::GmlPoints,
                    _ => R::Pass,
                },
                own,
            ),
            Space::Xhtml => (if local == "body" || local == "div" { R::Content } else { R::Pass }, own),
            Space::News => (
                match local {
                    "name" => R::NewsName,
                    "language" => R::Language,
                    "publication_date" => R::Published,
                    "title" => R::Title,
                    "keywords" => R::CategoryList,
                    _ => R::Pass,
                },
                Rank::Extension,
            ),
            Space::Rdf => (if matches!(local, "rdf" | "li" | "seq" | "bag") { R::Pass } else { R::Other }, own),
            Space::Chapters | Space::Cc | Space::CreativeCommons | Space::Admin => (R::Other, own),
            Space::Other("wfw") => (R::Place, own),
            Space::Other("feedburner") if local == "browserfriendly" => (R::Info, own),
            Space::Other(_) => (R::Other, own),
        }
    }

    /// The facts that what is read now belongs to.
    fn context(&mut self) -> &mut Facts {
        match (&mut self.source, &mut self.entry) {
            (Some((facts, ..)), _) | (None, Some((facts, ..))) => facts,
            (None, None) => &mut self.document.feed,
        }
    }

    fn ranks(&mut self) -> &mut Ranks {
        match (&mut self.source, &mut self.entry) {
            (Some((_, ranks, _)), _) | (None, Some((_, ranks, _))) => ranks,
            (None, None) => &mut self.feed_ranks,
        }
    }

    /// Acts on a start tag outside of texts.
    fn open(&mut self, frame: &mut Frame<'a>, space: Space<'a>, local: &str) {
        if !self.seen_root {
            self.root(space, local);
        }
        match frame.role {
            Role::Entry => {
                self.finish_entry();
                let mut facts = Box::<Facts>::default();
                facts.id = self.attribute("rdf:about").filter(|id| !id.is_empty());
                self.in_image = false;
                self.in_text_input = false;
                self.is_permalink = None;
                self.entry = Some((facts, Ranks::default(), self.frames.len() + 1));
                self.attributes_of_cdf();
            }
            Role::Image => self.in_image = true,
            Role::TextInput => self.in_text_input = true,
            Role::Source if self.source.is_none() => {
                let mut facts = Box::<Facts>::default();
                facts.href = self.attribute("url").map(|href| self.absolute(&href));
                self.source = Some((facts, Ranks::default(), self.frames.len() + 1));
            }
            Role::Title | Role::Summary | Role::Info | Role::Rights | Role::Content => {
                self.start_text(space, local, frame)
            }
            Role::Link => self.start_link(),
            Role::Id => {
                self.is_permalink = match self.attribute("ispermalink") {
                    Some(value) => Some(value.trim().eq_ignore_ascii_case("true")),
                    None if local == "id" => Some(true),
                    None => None,
                };
            }
            Role::Author => {
                self.person = Some(Person::default());
                self.in_contributor = false;
            }
            Role::Contributor => {
                self.person = Some(Person::default());
                self.in_contributor = true;
            }
            Role::Owner => {
                self.in_owner = true;
                self.person = Some(Person::default());
            }
            Role::Category => {
                let term = self.attribute("term");
                let scheme = self.attribute("scheme").or_else(|| self.attribute("domain"));
                let mut tag = Tag { term, scheme, label: self.attribute("label") };
                match space {
                    Space::Itunes => {
                        tag = Tag {
                            term: self.attribute("text"),
                            scheme: Some("http://www.itunes.com/".to_owned()),
                            label: None,
                        }
                    }
                    Space::Media if tag.scheme.is_none() => {
                        tag.scheme = Some("http://search.yahoo.com/mrss/category_schema".to_owned());
                    }
                    _ => {}
                }
                frame.key = tag.scheme.clone();
                if tag.term.is_some() {
                    frame.key = None;
                    self.context().add_tag(tag);
                } else if tag.label.is_some() {
                    self.context().add_tag(tag);
                    frame.key = None;
                }
            }
            Role::CategoryList if space == Space::Itunes => frame.key = Some("http://www.itunes.com/".to_owned()),
            Role::Generator => {
                let url = self.attribute("url").or_else(|| self.attribute("uri")).or_else(|| self.attribute("href"));
                let url = url.map(|url| self.absolute(&url));
                let version = self.attribute("version");
                self.context().generator = Some(Box::new(Generator { name: None, url, version }));
            }
            Role::Place | Role::Explicit | Role::Block | Role::MediaThumbnail | Role::MediaText => {
                frame.key = Some(key(space, local));
                let attributes = self.attribute_map();
                match frame.role {
                    Role::MediaThumbnail => self.context().add_extra("media_thumbnail", Extra::Map(attributes)),
                    Role::MediaText if local == "credit" => {
                        self.context().add_extra("media_credit", Extra::Map(attributes))
                    }
                    Role::MediaText => self.context().set_extra(&key(space, local), Extra::Map(attributes)),
                    _ => {}
                }
            }
            Role::GeoShape(_) => self.context().place = Some(Box::default()),
            Role::Other => self.open_other(frame, space, local),
            Role::Pass => self.open_passing(space, local),
            _ => {}
        }
    }

    /// The first element tells the format.
    fn root(&mut self, space: Space<'_>, local: &str) {
        self.seen_root = true;
        let version = self.attribute("version").unwrap_or_default();
        let addresses: Vec<String> = self
            .xml
            .attributes()
            .iter()
            .filter(|a| a.name.starts_with("xmlns"))
            .map(|a| a.raw.to_ascii_lowercase())
            .collect();
        let declares = |uri: &str| addresses.iter().any(|a| a.trim_end_matches('/') == uri);
        self.document.version = match local {
            "rss" => match version.trim() {
                "0.90" => "rss090",
                "0.91" => "rss091u",
                "0.92" => "rss092",
                "0.93" => "rss093",
                "0.94" => "rss094",
                v if v.starts_with("2.") || v == "2" => "rss20",
                _ => "rss",
            },
            "rdf" if declares("http://my.netscape.com/rdf/simple/0.9") => "rss090",
            "rdf" if declares("http://purl.org/rss/1.0") => "rss10",
            "rdf" => "rss",
            "feed" | "entry" if declares("http://www.w3.org/2005/atom") || declares("https://www.w3.org/2005/atom") => {
                "atom10"
            }
            "feed" => match version.trim() {
                "0.1" => "atom01",
                "0.2" => "atom02",
                "0.3" => "atom03",
                "1.0" => "atom10",
                _ if declares("http://purl.org/atom/ns#") => "atom03",
                _ => "atom",
            },
            "channel" => "cdf",
            "urlset" => "sitemap",
            "sitemapindex" => "sitemapindex",
            "html" | "head" | "body" if matches!(space, Space::Core | Space::Xhtml) => {
                self.is_page = true;
                ""
            }
            _ => {
                self.seen_root = false;
                ""
            }
        }
        .to_owned();
        if self.document.version == "rss091u" && self.xml.doctype().is_some_and(|d| d.contains("Netscape")) {
            self.document.version = "rss091n".to_owned();
        }
    }

    fn open_passing(&mut self, space: Space<'_>, local: &str) {
        if space == Space::Gml {
            let shape = match local {
                "point" => "Point",
                "linestring" => "LineString",
                "polygon" => "Polygon",
                "envelope" => "Box",
                _ => return,
            };
            let name = self.attribute("srsname").unwrap_or_default();
            let dimensions = self.attribute("srsdimension").unwrap_or_default();
            self.context().place = Some(Box::new(Place { kind: shape, points: Vec::new() }));
            if !name.is_empty() {
                self.context().set_extra("srsname", Extra::Text(name));
            }
            if !dimensions.is_empty() {
                self.context().set_extra("srsdimension", Extra::Text(dimensions));
            }
            return;
        }
        match local {
            "rss" | "feed" | "rdf" | "channel" => {
                if let Some(lang) = self.lang.as_deref().filter(|_| local != "channel" && self.entry.is_none()) {
                    self.document.feed.language = Some(lang.to_owned());
                }
                if self.entry.is_none() {
                    self.feed_depth = self.frames.len() + 1;
                    if local == "channel" {
                        if let Some(id) = self.attribute("rdf:about").filter(|id| !id.is_empty()) {
                            self.document.feed.set_extra("about", Extra::Text(id));
                        }
                        self.attributes_of_cdf();
                    }
                }
            }
            _ => {}
        }
    }

    /// `HREF` and `LASTMOD` of the Channel Definition Format.
    fn attributes_of_cdf(&mut self) {
        if let Some(lastmod) = self.attribute("lastmod") {
            let moment = dates::parse(&lastmod);
            self.context().updated = moment;
        }
        if let Some(href) = self.attribute("href") {
            let href = self.absolute(href.trim());
            let facts = self.context();
            if resolve::is_safe(&href) {
                facts.link = Some(href.clone());
            }
            facts.links.push(Link {
                href: Some(href),
                rel: "alternate".into(),
                kind: Some("text/html".into()),
                ..Link::default()
            });
        }
    }

    fn open_other(&mut self, frame: &mut Frame<'a>, space: Space<'a>, local: &str) {
        let name = key(space, local);
        match (space, local) {
            (Space::Core, "enclosure") => {
                let href = self.attribute("url").or_else(|| self.attribute("href")).or_else(|| self.attribute("uri"));
                let href = href.map(|href| self.absolute(href.trim()));
                let link = Link {
                    href,
                    rel: "enclosure".into(),
                    kind: self.attribute("type").map(Cow::Owned),
                    title: None,
                    hreflang: None,
                    length: self.attribute("length").map(String::into_boxed_str),
                };
                self.push_link(link);
            }
            (Space::Core, "cloud") => {
                let map = self.attribute_map();
                self.context().set_extra("cloud", Extra::Map(map));
            }
            (Space::Itunes, "image" | "link") => {
                let href = self.attribute("href").or_else(|| self.attribute("url")).filter(|href| !href.is_empty());
                if let Some(href) = href.map(|href| self.absolute(href.trim())) {
                    self.context().image = Some(Box::new(Image { href: Some(href), ..Image::default() }));
                }
            }
            (Space::Media, "content") => {
                let map = self.attribute_map();
                self.context().add_extra("media_content", Extra::Map(map));
            }
            (Space::Chapters, "chapters") => {
                if self.context().extra("psc_chapters").is_none() {
                    let version = self.attribute("version").unwrap_or_default();
                    let parts = vec![
                        ("version".to_owned(), Extra::Text(version)),
                        ("chapters".to_owned(), Extra::List(Vec::new())),
                    ];
                    self.context().set_extra("psc_chapters", Extra::Map(parts));
                } else {
                    // Only the first list counts.
                    self.context().set_extra("psc_chapters_closed", Extra::Flag(None));
                }
            }
            (Space::Chapters, "chapter") => {
                let map = self.attribute_map();
                let facts = self.context();
                if facts.extra("psc_chapters_closed").is_none()
                    && let Some((_, Extra::Map(parts))) = facts.extra.iter_mut().find(|(n, _)| n == "psc_chapters")
                    && let Some((_, Extra::List(list))) = parts.iter_mut().find(|(n, _)| n == "chapters")
                    && list.len() < 10_000
                {
                    list.push(Extra::Map(map));
                }
            }
            (Space::Cc, "license") => {
                if let Some(license) = self.attribute("rdf:resource") {
                    self.context().set_extra("license", Extra::Text(license));
                }
            }
            (Space::Admin, "generatoragent") => {
                if let Some(agent) = self.attribute("rdf:resource") {
                    let facts = self.context();
                    let generator = facts.generator.get_or_insert_default();
                    generator.url = Some(agent.clone());
                    generator.name.get_or_insert(agent);
                }
            }
            (Space::Admin, "errorreportsto") => {
                if let Some(to) = self.attribute("rdf:resource") {
                    self.context().set_extra("errorreportsto", Extra::Text(to));
                }
            }
            _ => {
                frame.key = Some(name.clone());
                let map = self.attribute_map();
                if !map.is_empty() && self.context().extra(&name).is_none() {
                    self.context().set_extra(&name, Extra::Map(map));
                }
            }
        }
        if name == "creativecommons_license" {
            frame.key = Some("license".to_owned());
        }
    }

    fn start_text(&mut self, space: Space<'a>, local: &str, frame: &mut Frame<'a>) {
        let default = match (space, local) {
            (_, "body" | "div") => XHTML,
            (Space::Core, "description" | "fullitem")
            | (Space::Content, "encoded")
            | (Space::Dc, "description")
            | (Space::Media, "description") => HTML,
            _ => PLAIN,
        };
        let kind = match self.attribute("type") {
            Some(kind) => self.kind(&kind),
            None => self.kinds[default].clone(),
        };
        let mode = self.attribute("mode").unwrap_or_default();
        let is_base64 =
            mode == "base64" || !(kind.starts_with("text/") || kind.ends_with("+xml") || kind.ends_with("/xml"));
        let src =
            self.attribute("src").filter(|src| !src.is_empty()).map(|src| self.absolute(src.trim()).into_boxed_str());
        let is_markup = &*kind == "application/xhtml+xml";
        frame.key = None;
        self.capture = Some(Capture { depth: self.frames.len(), kind, is_base64, is_markup, src });
    }

    /// Media type of a text construct, lower case; the short words of Atom 1.0 stand for theirs.
    fn kind(&self, written: &str) -> Arc<str> {
        match &*written.trim().to_ascii_lowercase() {
            "text" | "plain" | "text/plain" | "" => self.kinds[PLAIN].clone(),
            "html" | "text/html" => self.kinds[HTML].clone(),
            "xhtml" | "application/xhtml+xml" => self.kinds[XHTML].clone(),
            other => Arc::from(other.split(';').next().unwrap_or(other).trim()),
        }
    }

    fn absolute(&self, address: &str) -> String {
        resolve::join(self.base.as_deref().unwrap_or(""), address)
    }

    fn start_link(&mut self) {
        let rel = self.attribute("rel").map_or(Cow::Borrowed("alternate"), Cow::Owned);
        let kind = self
            .attribute("type")
            .map_or(Cow::Borrowed(if rel == "self" { "application/atom+xml" } else { "text/html" }), Cow::Owned);
        let href = self.attribute("href").or_else(|| self.attribute("url")).or_else(|| self.attribute("uri"));
        let href = href.map(|href| self.absolute(href.trim()));
        let link = Link {
            href,
            rel,
            kind: Some(kind),
            title: self.attribute("title").map(String::into_boxed_str),
            hreflang: self.attribute("hreflang").map(String::into_boxed_str),
            length: self.attribute("length").map(String::into_boxed_str),
        };
        if self.in_image || self.in_text_input {
            return;
        }
        self.push_link(link);
    }

    fn push_link(&mut self, link: Link) {
        let is_page = link.rel == "alternate"
            && link.kind.as_deref().is_none_or(|k| matches!(k, "text/html" | "application/xhtml+xml"));
        let facts = self.context();
        if let Some(href) = link.href.as_ref().filter(|href| is_page && resolve::is_safe(href)) {
            facts.link = Some(href.clone());
        }
        if link.rel == "license"
            && let Some(href) = &link.href
        {
            facts.set_extra("license", Extra::Text(href.clone()));
        }
        if facts.links.len() < 1000 {
            facts.links.push(link);
        }
    }

    fn end(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(at) = self.frames.iter().rposition(|frame| frame.name == name) else {
            self.xml.blame("an end tag that matches nothing");
            return;
        };
        if at + 1 != self.frames.len() {
            self.xml.blame("end tags out of order");
        }
        while self.frames.len() > at {
            self.close();
        }
    }

    /// Closes the innermost element and acts on its text.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        match frame.role {
            Role::Markup => {
                let local = frame.name.rsplit(':').next().unwrap_or(frame.name);
                if !html::is_void(local) {
                    self.buffer.push_str("</");
                    self.buffer.push_str(local);
                    self.buffer.push('>');
                }
            }
            Role::Pass if self.capture.is_some() => {}
            _ => {
                let mut buffer = std::mem::take(&mut self.buffer);
                let text = &buffer[frame.from.min(buffer.len())..];
                // The flags of iTunes hold only when written without space around them, as its rules have it.
                let as_written = matches!(frame.role, Role::Explicit | Role::Block);
                self.finish(&frame, if as_written { text } else { text.trim() });
                buffer.truncate(frame.from);
                self.buffer = buffer;
            }
        }
        self.leave(frame.outer);
        self.bindings.truncate(frame.bindings);
    }

    /// Puts base and language back that were in force before a tag that changed them.
    fn leave(&mut self, outer: Option<Box<Outer>>) {
        if let Some(outer) = outer {
            (self.base, self.lang) = (outer.base, outer.lang);
        }
    }

    fn finish(&mut self, frame: &Frame<'a>, text: &str) {
        match frame.role {
            Role::Entry => self.finish_entry(),
            Role::Image => self.in_image = false,
            Role::TextInput => self.in_text_input = false,
            Role::Source => {
                if let Some((mut facts, ..)) = self.source.take() {
                    if facts.title.is_none() && !text.is_empty() {
                        facts.title =
                            Some(Text { value: text.to_owned(), kind: self.kinds[PLAIN].clone(), ..Text::default() });
                    }
                    self.context().source = Some(facts);
                }
            }
            Role::Title | Role::Summary | Role::Info | Role::Rights | Role::Content => {
                let text = self.finish_text(text);
                self.place_text(frame, text);
            }
            Role::Link => self.finish_link(frame, text),
            Role::Location => {
                if self.entry.is_some() && !text.is_empty() {
                    let href = self.absolute(text);
                    let facts = self.context();
                    facts.id.get_or_insert_with(|| href.clone());
                    if resolve::is_safe(&href) {
                        facts.link = Some(href);
                    }
                }
            }
            Role::Id => self.finish_id(frame, text),
            Role::Published | Role::Updated | Role::Created | Role::Expired => self.finish_date(frame, text),
            Role::Valid => {
                for part in text.split(';') {
                    let Some((key, value)) = part.split_once('=') else { continue };
                    let name = match key.trim() {
                        "start" => "validity_start",
                        "end" => "validity_end",
                        _ => continue,
                    };
                    if let Some(moment) = dates::parse(value) {
                        self.context().set_extra(name, Extra::Time(moment));
                    }
                }
            }
            Role::Author | Role::Contributor => {
                let Some(mut person) = self.person.take() else { return };
                if person.is_empty() {
                    if frame.role == Role::Author {
                        person = person_of(text);
                        let facts = self.context();
                        if facts.authors.is_empty() && person.line().is_some_and(|line| line != text) {
                            facts.byline = Some(text.into());
                        }
                    } else {
                        person.name = some(text);
                    }
                }
                self.in_contributor = false;
                if person.is_empty() {
                    return;
                }
                let facts = self.context();
                let list = if frame.role == Role::Author { &mut facts.authors } else { &mut facts.contributors };
                if list.len() < 256 && !list.contains(&person) {
                    // One is the rule, and a list that grows by itself begins with four.
                    list.reserve_exact(usize::from(list.is_empty()));
                    list.push(person);
                }
            }
            Role::Publisher => {
                let person = person_of(text);
                if !person.is_empty() {
                    self.context().publisher.get_or_insert_with(|| Box::new(person));
                }
            }
            Role::Owner => {
                self.in_owner = false;
                if let Some(person) = self.person.take().filter(|p| !p.is_empty()) {
                    self.context().publisher = Some(Box::new(person));
                }
            }
            Role::Name | Role::Email | Role::Address => self.finish_part(frame, text),
            Role::Category => {
                if !text.is_empty() {
                    self.context().add_tag(Tag { term: Some(text.to_owned()), scheme: frame.key.clone(), label: None });
                }
            }
            Role::CategoryList => {
                for term in text.split(',').map(str::trim).filter(|t| !t.is_empty()).take(256) {
                    self.context().add_tag(Tag { term: Some(term.to_owned()), scheme: frame.key.clone(), label: None });
                }
            }
            Role::Language => {
                if !text.is_empty() {
                    self.context().language = Some(text.to_owned());
                }
            }
            Role::Generator => {
                if let Some(generator) = &mut self.context().generator {
                    generator.name = some(text);
                }
            }
            Role::Place => {
                if let Some(key) = frame.key.as_deref().filter(|_| !text.is_empty()) {
                    let address = self.absolute(text);
                    self.context().set_extra(key, Extra::Text(address));
                }
            }
            Role::Width | Role::Height => {
                if self.in_image && self.entry.is_none() {
                    let image = self.document.feed.image.get_or_insert_default();
                    let size = if frame.role == Role::Width { &mut image.width } else { &mut image.height };
                    *size = text.trim_end_matches("px").trim().parse().ok();
                }
            }
            Role::Explicit => {
                let flag = match text {
                    "yes" => Some(true),
                    "clean" | "no" | "false" => Some(false),
                    _ => None,
                };
                let flag = if text == "true" { Some(true) } else { flag };
                self.context().set_extra("itunes_explicit", Extra::Flag(flag));
            }
            Role::Block => self.context().set_extra("itunes_block", Extra::Flag(Some(matches!(text, "yes" | "Yes")))),
            Role::GeoShape(shape) => self.finish_shape(shape, text),
            Role::GmlPoints => self.finish_points(text),
            Role::MediaThumbnail | Role::MediaText => self.finish_media(frame, text),
            Role::NewsName => {
                if !text.is_empty() {
                    let title = Text { value: text.to_owned(), kind: self.kinds[PLAIN].clone(), ..Text::default() };
                    self.context().source.get_or_insert_default().title = Some(title);
                }
            }
            Role::Other => {
                if let Some(key) = frame.key.as_deref().filter(|_| !text.is_empty()) {
                    self.finish_other(key, text);
                }
            }
            Role::Pass | Role::Markup => {}
        }
    }

    fn finish_other(&mut self, key: &str, text: &str) {
        if self.in_text_input && self.entry.is_none() {
            self.text_input(key, text.to_owned());
            return;
        }
        let text = text.to_owned();
        if matches!(key, "hour" | "day") {
            self.context().add_extra(if key == "hour" { "skiphours" } else { "skipdays" }, Extra::Text(text));
            return;
        }
        self.context().set_extra(key, Extra::Text(text));
    }

    fn text_input(&mut self, key: &str, text: String) {
        let facts = &mut self.document.feed;
        if !matches!(facts.extra("textinput"), Some(Extra::Map(_))) {
            facts.set_extra("textinput", Extra::Map(Vec::new()));
        }
        if let Some((_, Extra::Map(map))) = facts.extra.iter_mut().find(|(n, _)| n == "textinput")
            && map.len() < 16
        {
            map.push((key.to_owned(), Extra::Text(text)));
        }
    }

    /// The text of a finished text element: decoded, made safe, its addresses absolute.
    fn finish_text(&mut self, text: &str) -> Text {
        let capture = self.capture.take();
        let (mut kind, is_base64, src) = match capture {
            Some(c) => (c.kind, c.is_base64, c.src),
            None => (self.kinds[PLAIN].clone(), false, None),
        };
        let mut value = Cow::Borrowed(text);
        if is_base64 && let Some(decoded) = base64_text(text) {
            value = Cow::Owned(decoded);
        }
        if self.document.version == "atom10" && &*kind == "application/xhtml+xml" {
            value = match value {
                Cow::Borrowed(value) => Cow::Borrowed(without_wrapper(value)),
                Cow::Owned(value) => Cow::Owned(without_wrapper(&value).to_owned()),
            };
        }
        if &*kind == "text/plain" && !self.document.version.starts_with("atom") && html::looks_like(&value) {
            kind = self.kinds[HTML].clone();
        }
        let mut value = if matches!(&*kind, "text/html" | "application/xhtml+xml") {
            html::clean(&value, self.base.as_deref().unwrap_or(""))
        } else {
            value.into_owned()
        };
        if let Some(repaired) = twice_encoded(&value) {
            value = repaired;
        }
        Text { value, kind, language: self.lang.clone(), base: self.base.clone(), src }
    }

    /// Puts a text where it belongs, unless a better one is there.
    fn place_text(&mut self, frame: &Frame<'a>, text: Text) {
        let in_feed = self.entry.is_none() && self.source.is_none();
        if in_feed && (self.in_image || self.in_text_input) && matches!(frame.role, Role::Title | Role::Summary) {
            let is_title = frame.role == Role::Title;
            if self.in_text_input {
                self.text_input(if is_title { "title" } else { "description" }, text.value);
            } else {
                let image = self.document.feed.image.get_or_insert_default();
                *(if is_title { &mut image.title } else { &mut image.description }) = some(text.value);
            }
            return;
        }
        if self.in_image && matches!(frame.role, Role::Title | Role::Summary) {
            return;
        }
        let in_entry = self.entry.is_some() && self.source.is_none();
        let rank = frame.rank;
        let ranks = self.ranks();
        match frame.role {
            Role::Title => {
                if text.value.is_empty() && ranks.title > Rank::None {
                    return;
                }
                if rank > ranks.title {
                    ranks.title = if text.value.is_empty() { Rank::None } else { rank };
                    self.context().title = Some(text);
                }
            }
            Role::Summary => {
                let again = in_entry && rank == ranks.summary && rank >= Rank::DublinCore && !ranks.has_content;
                if rank > ranks.summary || (!in_entry && rank == ranks.summary) {
                    ranks.summary = if text.value.is_empty() && in_entry { Rank::None } else { rank };
                    self.context().summary = Some(text);
                } else if again && !text.value.is_empty() {
                    ranks.has_content = true;
                    self.context().contents.push(text);
                }
            }
            Role::Content => {
                ranks.has_content = true;
                let facts = self.context();
                if facts.contents.len() < 64 {
                    facts.contents.push(text);
                }
            }
            Role::Info => self.context().info = Some(Box::new(text)),
            Role::Rights => self.context().rights = Some(Box::new(text)),
            _ => {}
        }
    }

    fn finish_link(&mut self, frame: &Frame<'a>, text: &str) {
        if text.is_empty() {
            return;
        }
        let href = self.absolute(text);
        if self.in_image || self.in_text_input {
            if self.entry.is_none() {
                if self.in_text_input {
                    self.text_input("link", href);
                } else {
                    self.document.feed.image.get_or_insert_default().link = Some(href);
                }
            }
            return;
        }
        let nested = frame.rank < Rank::Own;
        let facts = self.context();
        if let Some(last) = facts.links.last_mut().filter(|link| link.href.is_none()) {
            last.href = Some(href.clone());
            if last.rel == "alternate" && resolve::is_safe(&href) && !(nested && facts.link.is_some()) {
                facts.link = Some(href);
            }
        }
    }

    fn finish_id(&mut self, frame: &Frame<'a>, text: &str) {
        if text.is_empty() {
            return;
        }
        let nested = frame.rank < Rank::Own;
        if nested && self.ranks().id >= Rank::Own {
            return;
        }
        self.ranks().id = frame.rank;
        // `guid` is an address by default, and often is not in fact: only what looks like one is made absolute.
        let is_address = self.is_permalink.unwrap_or(true);
        let id = if is_address && text.contains('/') && !text.contains(char::is_whitespace) {
            self.absolute(text)
        } else {
            text.to_owned()
        };
        let facts = self.context();
        facts.id_is_link = Some(is_address && facts.link.is_none());
        facts.id = Some(id);
    }

    fn finish_date(&mut self, frame: &Frame<'a>, text: &str) {
        if text.is_empty() {
            return;
        }
        let Some(moment) = dates::parse(text) else {
            if self.problems.len() < 50 {
                let shown: String = text.chars().take(60).collect();
                self.problems.push(Problem::new("date-unreadable", format!("the date `{shown}` could not be read")));
            }
            return;
        };
        let nested = frame.rank == Rank::Nested;
        let facts = self.context();
        let field = match frame.role {
            Role::Published => &mut facts.published,
            Role::Updated => &mut facts.updated,
            Role::Created => &mut facts.created,
            _ => &mut facts.expired,
        };
        if field.is_none() || !nested {
            *field = Some(moment);
        }
    }

    /// A name, mail or web address: of a person, a picture, a form.
    fn finish_part(&mut self, frame: &Frame<'a>, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = if frame.role == Role::Address { self.absolute(text) } else { text.to_owned() };
        if let Some(person) = &mut self.person {
            match frame.role {
                Role::Name => person.name = Some(text),
                Role::Email => person.email = Some(text),
                _ => person.url = Some(text),
            }
        } else if self.in_text_input && frame.role == Role::Name {
            self.text_input("name", text);
        } else if frame.role == Role::Address && self.in_image && self.entry.is_none() {
            self.document.feed.image.get_or_insert_default().href = Some(text);
        } else if frame.role == Role::Address && self.in_image {
            self.context().image.get_or_insert_default().href.get_or_insert(text);
        }
    }

    fn finish_media(&mut self, frame: &Frame<'a>, text: &str) {
        if text.is_empty() {
            return;
        }
        let Some(key) = frame.key.clone() else { return };
        let part = if frame.role == Role::MediaThumbnail { "url" } else { "content" };
        let value = if key == "media_restriction" {
            Extra::List(text.split_whitespace().take(300).map(|cc| Extra::Text(cc.to_lowercase())).collect())
        } else {
            Extra::Text(text.to_owned())
        };
        let facts = self.context();
        let Some((_, extra)) = facts.extra.iter_mut().find(|(n, _)| *n == key) else { return };
        let map = match extra {
            Extra::List(list) => match list.last_mut() {
                Some(Extra::Map(map)) => map,
                _ => return,
            },
            Extra::Map(map) => map,
            _ => return,
        };
        if !map.iter().any(|(n, _)| n == part) {
            map.push((part.to_owned(), value));
        }
    }

    fn finish_shape(&mut self, shape: &'static str, text: &str) {
        let points = points(text, true, 2);
        if points.is_empty() || (shape == "Polygon" && points.len() < 4) {
            return;
        }
        self.context().place = Some(Box::new(Place { kind: shape, points }));
    }

    fn finish_points(&mut self, text: &str) {
        let facts = self.context();
        let word = |facts: &Facts, name: &str| match facts.extra(name) {
            Some(Extra::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let system = word(facts, "srsname");
        let dimensions = if word(facts, "srsdimension").trim() == "3" { 3 } else { 2 };
        // Geographic systems state latitude first, projected ones easting first.
        let swap = match system.rsplit(':').next().and_then(|code| code.parse::<u32>().ok()) {
            Some(code) if system.contains("EPSG") => is_geographic(code),
            _ => true,
        };
        let read = points(text, swap, dimensions);
        if let Some(place) = &mut facts.place {
            place.points.extend(read.into_iter().take(10_000));
        }
    }

    fn finish_entry(&mut self) {
        if let Some((facts, ..)) = self.source.take() {
            self.context().source = Some(facts);
        }
        let Some((mut facts, ..)) = self.entry.take() else { return };
        if facts.link.is_none()
            && facts.id_is_link == Some(true)
            && let Some(id) =
                facts.id.as_ref().filter(|id| resolve::is_safe(id) && (id.contains("://") || id.starts_with('/')))
        {
            facts.link = Some(id.clone());
        }
        // A paper in PDF, a video: better than no link.
        if facts.link.is_none() {
            facts.link = facts
                .links
                .iter()
                .find(|l| l.rel == "alternate")
                .and_then(|l| l.href.clone())
                .filter(|href| resolve::is_safe(href));
        }
        // RSS has one date, whatever the element it stands in.
        if facts.published.is_none() && (self.document.version.starts_with("rss") || self.document.version.is_empty()) {
            facts.published = facts.created.or(facts.updated);
        }
        facts.extra.retain(|(name, _)| name != "psc_chapters_closed" && name != "srsname" && name != "srsdimension");
        facts.links.shrink_to_fit();
        facts.tags.shrink_to_fit();
        self.document.items.push(*facts);
    }
}

fn key(space: Space<'_>, local: &str) -> String {
    let prefix = match space {
        Space::Core => return local.to_owned(),
        Space::Content => "content",
        Space::Dc => "dc",
        Space::DcTerms => "dcterms",
        Space::Media => "media",
        Space::Itunes => "itunes",
        Space::GeoRss => "georss",
        Space::Gml => "gml",
        Space::Chapters => "psc",
        Space::Cc => "cc",
        Space::CreativeCommons => "creativecommons",
        Space::Admin => "admin",
        Space::Rdf => "rdf",
        Space::Xhtml => "xhtml",
        Space::News => "news",
        Space::Other(prefix) => return format!("{}_{local}", prefix.to_ascii_lowercase()),
    };
    format!("{prefix}_{local}")
}

fn some(text: impl Into<String> + AsRef<str>) -> Option<String> {
    (!text.as_ref().is_empty()).then(|| text.into())
}

/// The text behind base64, white space passed over; `None` when it is no base64, or not of a text in UTF-8.
fn base64_text(text: &str) -> Option<String> {
    let packed: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed.as_bytes()).ok()?;
    String::from_utf8(bytes).ok()
}

/// A person from a line of text: `Name (mail)`, `mail (Name)`, `Name <mail>`, a name or a mail address alone.
pub(crate) fn person_of(text: &str) -> Person {
    let text = text.trim();
    let Some(at) = text.find('@') else { return Person { name: some(text.to_owned()), ..Person::default() } };
    let is_mail = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '\'' | '%');
    let start = text[..at].rfind(|c| !is_mail(c)).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let end = text[at + 1..]
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
        .map_or(text.len(), |i| at + 1 + i);
    let host = text[at + 1..end].trim_end_matches('.');
    if start == at || !host.contains('.') {
        return Person { name: some(text.to_owned()), ..Person::default() };
    }
    let mut end = at + 1 + host.len();
    let email = &text[start..end];
    if text[end..].starts_with("?subject=") {
        end = text[end..].find(|c: char| c.is_whitespace() || c == ')' || c == '>').map_or(text.len(), |i| end + i);
    }
    let whole_mail = &text[start..end];
    let rest = format!("{} {}", &text[..start], &text[end..]).replace("mailto:", "");
    let rest = rest
        .replace("()", "")
        .replace("( )", "")
        .replace("<>", "")
        .replace("< >", "")
        .replace("&lt;&gt;", "")
        .replace("&lt; &gt;", "");
    let name = rest
        .trim()
        .trim_start_matches(['(', '<', '[', '"'])
        .trim_end_matches([')', '>', ']', '"', ',', ';', '-'])
        .trim();
    let email = if whole_mail.len() > email.len() { whole_mail } else { email };
    Person { name: some(name.to_owned()), email: some(email.to_owned()), url: None }
}

/// The inside of a single `div` around the whole value, which Atom 1.0 wants for packaging only.
fn without_wrapper(value: &str) -> &str {
    let trimmed = value.trim();
    let is_div = trimmed.strip_prefix("<div").is_some_and(|rest| rest.starts_with(['>', ' ']));
    if !is_div || !trimmed.ends_with("</div>") {
        return value;
    }
    let Some(open_end) = trimmed.find('>') else { return value };
    let inside = &trimmed[open_end + 1..trimmed.len() - 6];
    let mut depth = 0i32;
    let mut rest = inside;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if rest.starts_with("<div>") || rest.starts_with("<div ") {
            depth += 1;
        } else if rest.starts_with("</div>") {
            depth -= 1;
            if depth < 0 {
                return value;
            }
        }
        rest = &rest[1..];
    }
    inside
}

/// Text that was UTF-8, taken for Latin-1 and encoded once more; `None` when it is not that.
fn twice_encoded(text: &str) -> Option<String> {
    if text.is_ascii() || text.chars().any(|c| c as u32 > 0xff) {
        return None;
    }
    let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c as u32).ok()).collect();
    String::from_utf8(bytes).ok()
}

/// Numbers in pairs (or threes), latitude first when `swap`; a rest that does not fill a point is dropped.
fn points(text: &str, swap: bool, dimensions: usize) -> Vec<Vec<f64>> {
    let numbers: Option<Vec<f64>> = text
        .replace(',', " ")
        .split_whitespace()
        .take(20_000)
        .map(|n| n.parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    let Some(numbers) = numbers else { return Vec::new() };
    numbers
        .chunks_exact(dimensions)
        .map(|point| {
            let mut point = point.to_vec();
            if swap {
                point.swap(0, 1);
            }
            point
        })
        .collect()
}

/// Whether an EPSG code is of a system of latitudes and longitudes: the block from 4000 to 4999 without the
/// few projected ones, and the early ones of the 3800s.
fn is_geographic(code: u32) -> bool {
    matches!(code, 4001..=4999 | 3819 | 3821 | 3824 | 3889 | 3906)
        && !matches!(code, 4026 | 4037..=4038 | 4048..=4051 | 4056..=4063 | 4071 | 4082..=4083 | 4087..=4088 | 4093..=4096)
}
