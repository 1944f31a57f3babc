//! A reader of XML as it is served: it goes on where a strict one stops, and says that it had to.
//!
//! It takes a bare `&`, a stray `<`, end tags that match nothing, attributes without quotation marks,
//! truncated tails, entities nobody declared, junk before the first tag and control characters. It
//! never looks outside the document, and an entity of the document's own is replaced only when it is
//! short and holds no other.

use crate::entities::{self, Own};
use memchr::{memchr, memchr2, memmem};

/// Most attributes read of one tag; the rest are dropped.
const ATTRIBUTES: usize = 256;
/// Most entities a document may declare, and how long each may be in bytes.
const ENTITIES: usize = 256;
const ENTITY_BYTES: usize = 4096;
/// How much text all references to them may put into the document, in bytes.
const ENTITY_TEXT_BYTES: usize = 1 << 20;

/// One piece of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// A start tag; its attributes are in [`Reader::attributes`] until the next event. `empty`: it ends itself.
    Start { name: &'a str, empty: bool },
    /// An end tag.
    End { name: &'a str },
    /// Text with its references as written: pass it through [`Reader::unescape`].
    Text(&'a str),
    /// Text of a CDATA section, which holds no references.
    Data(&'a str),
}

/// One attribute, its value with references as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) raw: &'a str,
}

/// Reads a document from front to back.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    attributes: Vec<Attribute<'a>>,
    entities: Own<'a>,
    flaw: Option<&'static str>,
    pending_end: Option<&'a str>,
    doctype: Option<&'a str>,
    /// What was looked for and is not in the rest of the document: looked for once, and not again.
    no_comment_end: bool,
    no_instruction_end: bool,
}

impl<'a> Reader<'a> {
    /// Starts at the front of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Reader {
            text,
            at: 0,
            attributes: Vec::new(),
            entities: Own { list: Vec::new(), left: ENTITY_TEXT_BYTES, refused: false },
            flaw: None,
            pending_end: None,
            doctype: None,
            no_comment_end: false,
            no_instruction_end: false,
        }
    }

    /// The first thing found that no well-formed document holds.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        self.flaw
    }

    /// Whether entities of the document's own were left as they are written, so that they can do no harm.
    pub(crate) fn refused_entities(&self) -> bool {
        self.entities.refused
    }

    /// The document type as written, up to its internal subset.
    pub(crate) fn doctype(&self) -> Option<&'a str> {
        self.doctype
    }

    /// Notes that the document is not well-formed; the first reason given is kept.
    pub(crate) fn blame(&mut self, why: &'static str) {
        self.flaw.get_or_insert(why);
    }

    /// The attributes of the start tag last given.
    pub(crate) fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The next piece; `None` at the end. A tag that ends itself is followed by its end.
    pub(crate) fn next(&mut self) -> Option<Event<'a>> {
        if let Some(name) = self.pending_end.take() {
            return Some(Event::End { name });
        }
        loop {
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return None;
            }
            let bytes = rest.as_bytes();
            if bytes[0] != b'<' {
                return Some(Event::Text(self.text_run(rest)));
            }
            match bytes.get(1) {
                Some(b'/') if bytes.get(2).copied().is_some_and(is_name_start) => return Some(self.end_tag(rest)),
                Some(b'!') => {
                    if let Some(event) = self.declaration(rest) {
                        return Some(event);
                    }
                }
                Some(b'?') => self.instruction(rest),
                Some(&b) if is_name_start(b) => return Some(self.start_tag(rest)),
                _ => return Some(Event::Text(self.text_run(rest))),
            }
        }
    }

    /// Text up to the next thing that looks like markup; a stray `<` is text.
    fn text_run(&mut self, rest: &'a str) -> &'a str {
        let bytes = rest.as_bytes();
        let mut from = 0;
        let end = loop {
            let Some(at) = memchr(b'<', &bytes[from..]).map(|i| i + from) else { break bytes.len() };
            let opens = match bytes.get(at + 1) {
                Some(b'!' | b'?') => true,
                Some(b'/') => bytes.get(at + 2).copied().is_some_and(is_name_start),
                Some(&b) => is_name_start(b),
                None => false,
            };
            if opens && (at > 0 || from > 0) {
                break at;
            }
            self.blame("a stray `<`");
            from = at + 1;
        };
        self.at += end;
        &rest[..end]
    }

    fn instruction(&mut self, rest: &'a str) {
        let end = if self.no_instruction_end { None } else { memmem::find(rest.as_bytes(), b"?>") };
        self.at += match end {
            Some(at) => at + 2,
            None => {
                self.no_instruction_end = true;
                self.blame("an instruction without an end");
                memchr(b'>', rest.as_bytes()).map_or(rest.len(), |at| at + 1)
            }
        };
    }

    fn declaration(&mut self, rest: &'a str) -> Option<Event<'a>> {
        if let Some(body) = rest.strip_prefix("<![CDATA[") {
            let data = match memmem::find(body.as_bytes(), b"]]>") {
                Some(end) => {
                    self.at += 9 + end + 3;
                    &body[..end]
                }
                None => {
                    self.blame("a CDATA section without an end");
                    self.at = self.text.len();
                    body
                }
            };
            return Some(Event::Data(data));
        }
        if rest.starts_with("<!--") {
            let end = if self.no_comment_end { None } else { memmem::find(&rest.as_bytes()[4..], b"-->") };
            match end {
                Some(end) => {
                    if memmem::find(&rest.as_bytes()[4..4 + end], b"--").is_some() {
                        self.blame("`--` inside a comment");
                    }
                    self.at += 4 + end + 3;
                }
                None => {
                    self.no_comment_end = true;
                    self.blame("a comment without an end");
                    self.at += memchr(b'>', rest.as_bytes()).map_or(rest.len(), |i| i + 1);
                }
            }
            return None;
        }
        if self.doctype.is_none()
            && rest.len() >= 9
            && rest.is_char_boundary(9)
            && rest[..9].eq_ignore_ascii_case("<!doctype")
        {
            self.read_doctype(rest);
            return None;
        }
        self.blame("a declaration inside the document");
        self.at += memchr(b'>', rest.as_bytes()).map_or(rest.len(), |i| i + 1);
        None
    }

    /// Passes over the document type and keeps the simple entities it declares.
    fn read_doctype(&mut self, rest: &'a str) {
        let bytes = rest.as_bytes();
        let head = memchr2(b'[', b'>', bytes).unwrap_or(bytes.len());
        self.doctype = Some(&rest[..head]);
        if bytes.get(head) != Some(&b'[') {
            self.at += (head + 1).min(bytes.len());
            return;
        }
        let subset = &rest[head + 1..];
        let close = memmem::find(subset.as_bytes(), b"]").map_or(subset.len(), |i| last_bracket(subset, i));
        let declared = &subset[..close];
        let mut pieces = declared.split("<!ENTITY").skip(1);
        for piece in pieces.by_ref().take(ENTITIES) {
            let piece = piece.trim_start();
            let Some((name, value)) = piece.split_once(|c: char| c.is_whitespace()) else { continue };
            let value = value.trim_start();
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some((value, _)) = value[1..].split_once(quote) else { continue };
            if value.len() > ENTITY_BYTES || name.starts_with('%') {
                self.entities.refused |= value.len() > ENTITY_BYTES;
                continue;
            }
            let mut text = String::new();
            // An entity that holds another is not replaced: no bombs.
            let mut none = Own { list: Vec::new(), left: 0, refused: false };
            if references_are_plain(value) && entities::unescape(value, &mut none, &mut text) {
                self.entities.list.push((name, text));
            } else {
                self.entities.refused = true;
            }
        }
        let after = &subset[close..];
        let end = memchr(b'>', after.as_bytes()).map_or(after.len(), |i| i + 1);
        self.at += head + 1 + close + end;
    }

    fn end_tag(&mut self, rest: &'a str) -> Event<'a> {
        let bytes = rest.as_bytes();
        let name_end = 2 + name_length(&bytes[2..]);
        let close = memchr2(b'>', b'<', &bytes[name_end..]).map(|i| i + name_end);
        match close {
            Some(at) if bytes[at] == b'>' => {
                if !rest[name_end..at].trim_ascii().is_empty() {
                    self.blame("an end tag with something behind its name");
                }
                self.at += at + 1;
            }
            Some(at) => {
                self.blame("an end tag without an end");
                self.at += at;
            }
            None => {
                self.blame("an end tag without an end");
                self.at = self.text.len();
            }
        }
        Event::End { name: &rest[2..name_end] }
    }

    fn start_tag(&mut self, rest: &'a str) -> Event<'a> {
        self.attributes.clear();
        let bytes = rest.as_bytes();
        let name_end = 1 + name_length(&bytes[1..]);
        let name = &rest[1..name_end];
        let mut at = name_end;
        let mut empty = false;
        loop {
            let spaced = skip_space(bytes, at);
            let had_space = spaced > at;
            at = spaced;
            match bytes.get(at) {
                None => {
                    self.blame("a tag without an end");
                    break;
                }
                Some(b'>') => {
                    at += 1;
                    break;
                }
                Some(b'/') => {
                    if bytes.get(at + 1) == Some(&b'>') {
                        empty = true;
                        at += 2;
                        break;
                    }
                    self.blame("a stray `/` in a tag");
                    at += 1;
                }
                Some(b'<') => {
                    self.blame("a tag without an end");
                    break;
                }
                Some(_) => {
                    if !had_space {
                        self.blame("attributes without space between them");
                    }
                    at = self.attribute(rest, at);
                }
            }
        }
        self.at += at;
        if empty {
            self.pending_end = Some(name);
        }
        Event::Start { name, empty }
    }

    /// Reads one attribute at `at`; gives where it ends.
    fn attribute(&mut self, rest: &'a str, at: usize) -> usize {
        let bytes = rest.as_bytes();
        let start = at;
        let mut at = at;
        while at < bytes.len() && !matches!(bytes[at], b'=' | b'>' | b'<' | b'/' | b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        if at == start {
            self.blame("an attribute without a name");
            return at + 1;
        }
        let name = &rest[start..at];
        let equals = skip_space(bytes, at);
        if bytes.get(equals) != Some(&b'=') {
            self.blame("an attribute without a value");
            self.push_attribute(name, "");
            return at;
        }
        at = skip_space(bytes, equals + 1);
        let raw = match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => {
                let from = at + 1;
                match memchr(quote, &bytes[from..]) {
                    Some(length) => {
                        at = from + length + 1;
                        &rest[from..from + length]
                    }
                    None => {
                        self.blame("an attribute without a closing quotation mark");
                        let end = memchr(b'>', &bytes[from..]).map_or(bytes.len(), |i| from + i);
                        at = end;
                        &rest[from..end]
                    }
                }
            }
            _ => {
                self.blame("an attribute without quotation marks");
                let from = at;
                while at < bytes.len() && !matches!(bytes[at], b'>' | b'<' | b' ' | b'\t' | b'\n' | b'\r') {
                    at += 1;
                }
                let raw = &rest[from..at];
                if bytes.get(at) == Some(&b'>') && raw.ends_with('/') {
                    at -= 1;
                    &raw[..raw.len() - 1]
                } else {
                    raw
                }
            }
        };
        if memchr(b'<', raw.as_bytes()).is_some() {
            self.blame("`<` in an attribute");
        }
        self.push_attribute(name, raw);
        at
    }

    fn push_attribute(&mut self, name: &'a str, raw: &'a str) {
        if self.attributes.iter().any(|a| a.name == name) {
            self.blame("an attribute given twice");
        } else if self.attributes.len() < ATTRIBUTES {
            self.attributes.push(Attribute { name, raw });
        }
    }

    /// Appends `raw` to `out` with its references replaced.
    pub(crate) fn unescape(&mut self, raw: &str, out: &mut String) {
        if !entities::unescape(raw, &mut self.entities, out) {
            self.blame("an undeclared entity or a bare `&`");
        }
    }
}

/// The `]` that closes an internal subset, given the first one in it: the last before `>`.
fn last_bracket(subset: &str, first: usize) -> usize {
    let bytes = subset.as_bytes();
    let mut at = first;
    loop {
        let after = skip_space(bytes, at + 1);
        if bytes.get(after) == Some(&b'>') {
            return at;
        }
        match memchr(b']', &bytes[at + 1..]) {
            Some(i) => at += 1 + i,
            None => return first,
        }
    }
}

/// Whether all references in an entity's value are to characters or to the five entities of XML.
fn references_are_plain(value: &str) -> bool {
    value.split('&').skip(1).all(|r| {
        r.starts_with('#') || ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|known| r.starts_with(known))
    })
}

fn is_name_start(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b == b':' || b >= 0x80
}

fn name_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'>' | b'/' | b'<' | b'=' | b'"' | b'\''))
        .unwrap_or(bytes.len())
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && matches!(bytes[at], b' ' | b'\t' | b'\n' | b'\r') {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Prints the events of a document in one line.
    fn events(text: &str) -> (String, bool) {
        let mut reader = Reader::new(text);
        let mut out = String::new();
        while let Some(event) = reader.next() {
            match event {
                Event::Start { name, .. } => {
                    out.push_str(&format!("<{name}"));
                    for a in reader.attributes().to_vec() {
                        let mut value = String::new();
                        reader.unescape(a.raw, &mut value);
                        out.push_str(&format!(" {}={value}", a.name));
                    }
                    out.push('>');
                }
                Event::End { name } => out.push_str(&format!("</{name}>")),
                Event::Text(raw) => reader.unescape(raw, &mut out),
                Event::Data(data) => out.push_str(data),
            }
        }
        (out, reader.flaw().is_none())
    }

    fn check(text: &str, expected: &str, clean: bool) {
        assert_eq!(events(text), (expected.to_owned(), clean), "{text}");
    }

    #[test]
    fn whole_documents_come_through_unchanged() {
        check(
            "<?xml version='1.0'?><a b='1' c=\"&lt;\"><!-- x --><d/>t&amp;u<![CDATA[<&]]></a>",
            "<a b=1 c=<><d></d>t&u<&</a>",
            true,
        );
        check("<!DOCTYPE rss [<!ENTITY me \"Ann &amp; Bo\">]><a>&me;</a>", "<a>Ann & Bo</a>", true);
    }

    #[test]
    fn broken_documents_give_what_is_there() {
        check("<a>1 & 2 < 3 &copy; &bogus; AT&T</a>", "<a>1 & 2 < 3 © &bogus; AT&T</a>", false);
        check("<a b=c d e='f' b=g>x</b></a", "<a b=c d= e=f>x</b></a>", false);
        check("<a><![CDATA[never ends", "<a>never ends", false);
        check("<a href='no end>x</a>", "<a href=no end>x</a>", false);
        check("<a <b>x</b>", "<a><b>x</b>", false);
    }

    #[test]
    fn entities_that_hold_entities_are_not_replaced() {
        check("<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;'>]><a>&c;</a>", "<a>&c;</a>", false);
    }

    proptest! {
        #[test]
        fn reader_never_panics_and_always_ends(text in "[<>/!?&;#x\\[\\]a-c=\"' -]{0,80}|\\PC{0,60}") {
            events(&text);
        }
    }
}
