//! Lists of feeds as OPML 2.0: groups in groups, and attributes nobody knows kept as they are.

use crate::encoding::{self, MediaType};
use crate::html;
use crate::xml::{Event, Reader};
use news::parsed::{Parsed, Problem};

/// Deepest nesting of groups read; deeper ones are raised to that level.
const DEPTH: usize = 64;
/// Most outlines read.
const OUTLINES: usize = 100_000;

/// A list of feeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// What the list is called.
    pub title: String,
    /// What else its head states, in order: name and text.
    pub head: Vec<(String, String)>,
    /// Namespaces declared on the whole list: prefix and address.
    pub namespaces: Vec<(String, String)>,
    /// Feeds and groups, in order.
    pub outlines: Vec<Outline>,
}

/// A feed or a group of outlines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// All attributes, in order, names as written.
    pub attributes: Vec<(String, String)>,
    /// What it holds.
    pub children: Vec<Outline>,
}

/// One feed of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedOutline {
    /// Where the feed is asked for, as written.
    pub url: String,
    /// What it is called.
    pub title: Option<String>,
    /// Home page of the outlet.
    pub homepage: Option<String>,
    /// Names of the groups around it, from the outermost.
    pub groups: Vec<String>,
}

/// Why a file is no list of feeds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no outline in it.
    #[error("this is not an OPML list: it holds no outline")]
    NotAList,
}

impl Outline {
    /// An attribute by name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// What it is called: `title`, else `text`.
    pub fn title(&self) -> Option<&str> {
        ["title", "text"].iter().find_map(|name| self.get(name).map(str::trim).filter(|t| !t.is_empty()))
    }

    /// Where its feed is; `None` for a group.
    pub fn url(&self) -> Option<&str> {
        let stated =
            ["xmlUrl", "feedUrl"].iter().find_map(|name| self.get(name).map(str::trim).filter(|url| !url.is_empty()));
        stated
            .or_else(|| self.get("url").map(str::trim).filter(|url| !url.is_empty() && self.get("type") == Some("rss")))
    }
}

impl List {
    /// An empty list.
    pub fn titled(title: &str) -> Self {
        List { title: title.to_owned(), ..List::default() }
    }

    /// Adds a feed to the group of that name, which is made where it is not there; an empty name means no group.
    pub fn add(&mut self, group: &str, title: &str, url: &str, homepage: Option<&str>) {
        let mut attributes: Vec<(String, String)> =
            [("text", title), ("title", title), ("type", "rss"), ("xmlUrl", url)]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into();
        attributes.extend(homepage.map(|page| ("htmlUrl".to_owned(), page.to_owned())));
        let feed = Outline { attributes, children: Vec::new() };
        if group.is_empty() {
            self.outlines.push(feed);
            return;
        }
        let at = self.outlines.iter().position(|o| o.url().is_none() && o.title() == Some(group));
        match at {
            Some(at) => self.outlines[at].children.push(feed),
            None => {
                let attributes = [("text", group), ("title", group)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
                self.outlines.push(Outline { attributes, children: vec![feed] });
            }
        }
    }

    /// Every feed in the list, in order, with the groups around it.
    pub fn feeds(&self) -> Vec<FeedOutline> {
        fn collect(outlines: &[Outline], groups: &mut Vec<String>, out: &mut Vec<FeedOutline>) {
            for outline in outlines {
                if let Some(url) = outline.url() {
                    out.push(FeedOutline {
                        url: url.to_owned(),
                        title: outline.title().map(str::to_owned),
                        homepage: outline
                            .get("htmlUrl")
                            .map(str::trim)
                            .filter(|url| !url.is_empty())
                            .map(str::to_owned),
                        groups: groups.clone(),
                    });
                }
                if !outline.children.is_empty() {
                    groups.push(outline.title().unwrap_or("").to_owned());
                    collect(&outline.children, groups, out);
                    groups.pop();
                }
            }
        }
        let mut out = Vec::new();
        collect(&self.outlines, &mut Vec::new(), &mut out);
        out
    }
}

/// Reads a list, in any encoding and as broken as it may be; feeds without an address are kept as groups.
pub fn read(bytes: &[u8]) -> Result<Parsed<List>, Error> {
    let decoded = encoding::decode(bytes, &MediaType::default());
    let (text, _) = crate::tidy(&decoded.text);
    let mut xml = Reader::new(&text);
    let mut list = List::default();
    // The outlines that are open, innermost last.
    let mut open: Vec<Outline> = Vec::new();
    let (mut in_head, mut head_name, mut head_text) = (false, None::<String>, String::new());
    let (mut count, mut seen) = (0usize, false);
    let mut raised = 0usize;
    while let Some(event) = xml.next() {
        match event {
            Event::Start { name, .. } if name.eq_ignore_ascii_case("outline") => {
                seen = true;
                count += 1;
                if open.len() >= DEPTH || count > OUTLINES {
                    raised += 1;
                    continue;
                }
                let raw = xml.attributes().to_vec();
                let attributes = raw.into_iter().map(|a| {
                    let mut value = String::new();
                    xml.unescape(a.raw, &mut value);
                    (a.name.to_owned(), value)
                });
                let attributes = attributes.collect();
                open.push(Outline { attributes, children: Vec::new() });
            }
            Event::End { name } if name.eq_ignore_ascii_case("outline") => {
                if raised > 0 {
                    raised -= 1;
                } else if let Some(outline) = open.pop() {
                    keep(outline, &mut open, &mut list);
                }
            }
            Event::Start { name, .. } if name.eq_ignore_ascii_case("opml") => {
                let raw = xml.attributes().to_vec();
                for a in raw.into_iter().filter(|a| a.name.starts_with("xmlns:")) {
                    let mut value = String::new();
                    xml.unescape(a.raw, &mut value);
                    list.namespaces.push((a.name["xmlns:".len()..].to_owned(), value));
                }
            }
            Event::Start { name, .. } if name.eq_ignore_ascii_case("head") => (in_head, seen) = (true, true),
            Event::End { name } if name.eq_ignore_ascii_case("head") => in_head = false,
            Event::Start { name, .. } if in_head => (head_name, head_text) = (Some(name.to_owned()), String::new()),
            Event::End { name } if head_name.as_deref() == Some(name) => {
                head_name = None;
                let text = std::mem::take(&mut head_text).trim().to_owned();
                if name.eq_ignore_ascii_case("title") {
                    list.title = text;
                } else if list.head.len() < 64 {
                    list.head.push((name.to_owned(), text));
                }
            }
            Event::Text(raw) if head_name.is_some() => xml.unescape(raw, &mut head_text),
            Event::Data(text) if head_name.is_some() => head_text.push_str(text),
            Event::Start { .. } | Event::End { .. } | Event::Text(_) | Event::Data(_) => {}
        }
    }
    while let Some(outline) = open.pop() {
        xml.blame("outlines without an end tag");
        keep(outline, &mut open, &mut list);
    }
    if !seen {
        return Err(Error::NotAList);
    }
    let mut problems = Vec::new();
    if let Some(flaw) = xml.flaw() {
        problems.push(Problem::new("not-well-formed", format!("the list is not well-formed XML: {flaw}")));
    }
    if count > OUTLINES {
        problems.push(Problem::new("too-many-outlines", format!("only the first {OUTLINES} outlines were read")));
    }
    Ok(Parsed { value: list, problems })
}

fn keep(outline: Outline, open: &mut [Outline], list: &mut List) {
    match open.last_mut() {
        Some(parent) => parent.children.push(outline),
        None => list.outlines.push(outline),
    }
}

/// The list as OPML 2.0, in UTF-8, two spaces a level. A prefix that nobody declared gets a namespace made up for
/// it: strict readers would stop at it otherwise.
pub fn write(list: &List) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\"");
    for (prefix, address) in namespaces(list) {
        out.push_str(&format!(" xmlns:{prefix}=\""));
        push(&address, &mut out);
        out.push('"');
    }
    out.push_str(">\n  <head>\n");
    for (name, text) in
        std::iter::once(("title", list.title.as_str())).chain(list.head.iter().map(|(n, t)| (n.as_str(), t.as_str())))
    {
        if is_name(name) {
            out.push_str(&format!("    <{name}>"));
            push(text, &mut out);
            out.push_str(&format!("</{name}>\n"));
        }
    }
    out.push_str("  </head>\n  <body>\n");
    for outline in &list.outlines {
        write_outline(outline, 2, &mut out);
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

/// The namespaces the written list needs: those it was read with, then one for each prefix without any.
fn namespaces(list: &List) -> Vec<(String, String)> {
    fn collect<'l>(outlines: &'l [Outline], names: &mut Vec<&'l str>) {
        for outline in outlines {
            names.extend(outline.attributes.iter().map(|(name, _)| name.as_str()).filter(|name| is_name(name)));
            collect(&outline.children, names);
        }
    }
    let mut names: Vec<&str> = list.head.iter().map(|(name, _)| name.as_str()).filter(|name| is_name(name)).collect();
    collect(&list.outlines, &mut names);
    let is_prefix = |prefix: &str| is_name(prefix) && !prefix.contains(':') && !matches!(prefix, "xml" | "xmlns");
    let mut out: Vec<(String, String)> = Vec::new();
    let made_up = names.iter().filter_map(|name| name.split_once(':')).map(|(prefix, _)| (prefix, ""));
    for (prefix, address) in list.namespaces.iter().map(|(p, a)| (p.as_str(), a.as_str())).chain(made_up) {
        if is_prefix(prefix) && !out.iter().any(|(known, _)| known == prefix) && out.len() < 256 {
            let address =
                if address.trim().is_empty() { format!("urn:undeclared:{prefix}") } else { address.to_owned() };
            out.push((prefix.to_owned(), address));
        }
    }
    out
}

fn write_outline(outline: &Outline, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    out.push_str(&indent);
    out.push_str("<outline");
    // `text` is the one attribute that every outline must have.
    if outline.get("text").is_none() {
        out.push_str(" text=\"");
        push(outline.title().or(outline.url()).unwrap_or(""), out);
        out.push('"');
    }
    for (name, value) in outline.attributes.iter().filter(|(name, _)| is_name(name)) {
        out.push_str(&format!(" {name}=\""));
        push(value, out);
        out.push('"');
    }
    if outline.children.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for child in &outline.children {
        write_outline(child, depth + 1, out);
    }
    out.push_str(&indent);
    out.push_str("</outline>\n");
}

/// Text for a tag or an attribute: escaped, and without what XML cannot hold.
fn push(text: &str, out: &mut String) {
    let allowed: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let mut escaped = String::with_capacity(allowed.len());
    html::push_escaped(&allowed, &mut escaped);
    // Line ends in an attribute are read as spaces unless they are written as references.
    out.push_str(&escaped.replace('\n', "&#10;").replace('\t', "&#9;"));
}

/// Whether a name may stand in XML with namespaces: at most one colon, and not at its ends.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    match name.split_once(':') {
        Some((prefix, local)) => is_part(prefix) && is_part(local),
        None => is_part(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NESTED: &str = "<opml version='2.0'><head><title>Mine &amp; yours</title><ownerName>Ann</ownerName></head><body>\
        <outline text='World'><outline text='Asia'>\
        <outline type='rss' text='Dawn Ledger' xmlUrl='http://dawn.example/rss?a=1&amp;b=2' htmlUrl='http://dawn.example/' my:mark='7'/>\
        </outline></outline><outline title='Lone' xmlUrl='http://lone.example/feed'/></body></opml>";

    #[test]
    fn groups_in_groups_and_unknown_attributes_survive_a_round_trip() {
        let list = read(NESTED.as_bytes()).unwrap();
        assert!(list.problems.is_empty());
        let feeds = list.value.feeds();
        assert_eq!(feeds[0].groups, ["World", "Asia"]);
        assert_eq!(feeds[0].url, "http://dawn.example/rss?a=1&b=2");
        assert_eq!(feeds[1].title.as_deref(), Some("Lone"));
        assert_eq!(list.value.title, "Mine & yours");
        let again = read(write(&list.value).as_bytes()).unwrap();
        assert_eq!(again.value.feeds(), feeds);
        assert_eq!(again.value.outlines[0].children[0].children[0].get("my:mark"), Some("7"));
        assert_eq!(again.value.head, [("ownerName".to_owned(), "Ann".to_owned())]);
    }

    #[test]
    fn written_list_is_well_formed_whatever_attributes_it_was_read_with() {
        let source = "<opml version='2.0' xmlns:my='http://mine.example/ns'><head><fc:x>1</fc:x></head><body>\
            <outline text='A&#10;B' my:mark='7' lost:tag='8' odd:a:b='9' xmlUrl='http://a.example/'/></body></opml>";
        let written = write(&read(source.as_bytes()).unwrap().value);
        assert!(written.contains("xmlns:my=\"http://mine.example/ns\""), "{written}");
        assert!(written.contains("xmlns:lost=\"urn:undeclared:lost\""), "{written}");
        assert!(written.contains("my:mark=\"7\" lost:tag=\"8\" xmlUrl") && written.contains("A&#10;B"), "{written}");
        let again = read(written.as_bytes()).unwrap();
        assert!(again.problems.is_empty(), "{:?}", again.problems);
        assert_eq!(write(&again.value), written);
    }

    #[test]
    fn feeds_are_added_to_the_group_of_that_name() {
        let mut list = List::titled("All");
        list.add("Harbour Post", "Front page", "http://harbour.example/rss", None);
        list.add("Harbour Post", "Sport", "http://harbour.example/sport", Some("http://harbour.example/"));
        assert_eq!(list.outlines.len(), 1);
        assert_eq!(read(write(&list).as_bytes()).unwrap().value, list);
    }

    #[test]
    fn broken_list_gives_the_feeds_it_has_and_a_page_gives_an_error() {
        let list =
            read(b"<opml><body><outline text='A & B' xmlUrl='http://a.example/'><outline xmlUrl='http://b.example/'")
                .unwrap();
        assert_eq!(list.value.feeds().len(), 2);
        assert_eq!(list.problems.len(), 1);
        assert_eq!(read(b"<html><body>no</body></html>"), Err(Error::NotAList));
    }

    proptest! {
        #[test]
        fn what_was_written_reads_the_same(title in "\\PC{0,20}", url in "http://[a-z]{1,8}\\.example/\\PC{0,10}", group in "\\PC{0,10}") {
            let mut list = List::titled(title.trim());
            list.add(group.trim(), title.trim(), url.trim(), None);
            let again = read(write(&list).as_bytes());
            prop_assert_eq!(again.map(|p| p.value.feeds().len()), Ok(1));
        }
    }
}
