//! HTML made safe: what a feed says in markup, rewritten from a short list of elements and attributes.
//!
//! Every tag of the output is written here, closed, in order and with quoted attributes; everything else of
//! the input comes out as text or not at all. Elements that switch a browser into another way of reading
//! (script, style, raw text) are never written, so the output means the same wherever it is put.
//! Addresses are made absolute on the way. One pass, linear in the input.

use crate::entities::unescape_html;
use crate::resolve;
use memchr::{memchr, memchr2, memmem, memrchr};
use std::borrow::Cow;

/// Most elements open at once; deeper tags are dropped and their text kept.
const DEPTH: usize = 200;
/// Most attributes looked at in one tag.
const ATTRIBUTES: usize = 64;

/// What becomes of an element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// Written, with an end tag.
    Kept,
    /// Written, without an end tag.
    Void,
    /// The tag goes, what it holds stays.
    Unwrapped,
    /// It goes with all it holds.
    Removed,
}

/// Elements that are written, sorted.
const KEPT: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "caption",
    "center",
    "cite",
    "code",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "i",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "menu",
    "meter",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
];
/// Elements that are written and hold nothing, sorted.
const VOID: &[&str] = &["br", "col", "hr", "img", "source", "track", "wbr"];
/// Elements that go with all they hold, sorted.
const REMOVED: &[&str] = &["applet", "script", "style"];

/// Attributes that are written as they are, sorted.
const PLAIN: &[&str] = &[
    "abbr",
    "align",
    "alt",
    "axis",
    "border",
    "cellpadding",
    "cellspacing",
    "char",
    "charoff",
    "clear",
    "color",
    "cols",
    "colspan",
    "compact",
    "controls",
    "coords",
    "datetime",
    "dir",
    "face",
    "frame",
    "headers",
    "height",
    "hreflang",
    "hspace",
    "lang",
    "loop",
    "max",
    "media",
    "min",
    "noshade",
    "nowrap",
    "open",
    "preload",
    "rel",
    "reversed",
    "rowspan",
    "rules",
    "scope",
    "shape",
    "size",
    "span",
    "start",
    "summary",
    "title",
    "type",
    "valign",
    "value",
    "vspace",
    "width",
    "xml:lang",
];
/// Attributes that hold an address, sorted.
const ADDRESS: &[&str] = &["cite", "href", "longdesc", "poster", "src"];

/// Whether an element of HTML holds nothing and has no end tag.
pub(crate) fn is_void(name: &str) -> bool {
    VOID.binary_search(&name).is_ok()
        || matches!(name, "area" | "base" | "embed" | "input" | "link" | "meta" | "param" | "frame")
}

/// Names and what they mean, found through a hash that is made when the program is compiled: most of the time
/// that goes into making HTML safe goes into looking up names.
struct Names<T: 'static, const SLOTS: usize>([(u128, &'static str, T); SLOTS]);

impl<T: Copy, const SLOTS: usize> Names<T, SLOTS> {
    const fn of(lists: &[(&[&'static str], T)], nothing: T) -> Self {
        let mut slots = [(0, "", nothing); SLOTS];
        let mut list = 0;
        while list < lists.len() {
            let (names, meaning) = lists[list];
            let mut at = 0;
            while at < names.len() {
                let key = packed(names[at]);
                assert!(key != 0, "a name is too long for the table");
                let mut slot = slot(key) % SLOTS;
                while slots[slot].0 != 0 {
                    slot = (slot + 1) % SLOTS;
                }
                slots[slot] = (key, names[at], meaning);
                at += 1;
            }
            list += 1;
        }
        Names(slots)
    }

    /// The place of a name in any case, its lower-case form and what it means.
    #[inline]
    fn get(&self, name: &str) -> Option<(usize, &'static str, T)> {
        let key = packed(name);
        let mut at = slot(key) % SLOTS;
        loop {
            let (found, name, meaning) = self.0[at];
            if found == key && key != 0 {
                return Some((at, name, meaning));
            }
            if found == 0 {
                return None;
            }
            at = (at + 1) % SLOTS;
        }
    }
}

/// A name of up to sixteen bytes as one number, in lower case; 0 for a longer one.
#[inline]
const fn packed(name: &str) -> u128 {
    let bytes = name.as_bytes();
    if bytes.len() > 16 {
        return 0;
    }
    let (mut out, mut at) = (0u128, 0);
    while at < bytes.len() {
        out = out << 8 | bytes[at].to_ascii_lowercase() as u128;
        at += 1;
    }
    out
}

#[inline]
const fn slot(key: u128) -> usize {
    let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

static ELEMENTS: Names<Fate, 512> =
    Names::of(&[(KEPT, Fate::Kept), (VOID, Fate::Void), (REMOVED, Fate::Removed)], Fate::Unwrapped);
static ATTRIBUTE_NAMES: Names<Value, 128> = Names::of(
    &[(PLAIN, Value::Plain), (ADDRESS, Value::Address), (&["srcset"], Value::SourceSet), (&["style"], Value::Style)],
    Value::Plain,
);

/// What an attribute holds.
#[derive(Clone, Copy)]
enum Value {
    Plain,
    Address,
    SourceSet,
    Style,
}

fn fate(name: &str) -> Fate {
    ELEMENTS.get(name).map_or(Fate::Unwrapped, |(_, _, fate)| fate)
}

/// The safe form of `html`, with relative addresses seen from `base` (empty: left as they are).
pub(crate) fn clean(html: &str, base: &str) -> String {
    if memchr(b'<', html.as_bytes()).is_none() {
        return html.to_owned();
    }
    let mut cleaner =
        Cleaner { out: String::with_capacity(html.len() + html.len() / 16), open: Vec::new(), base, strays: 0 };
    cleaner.run(html);
    cleaner.out
}

struct Cleaner<'b> {
    out: String,
    open: Vec<&'static str>,
    base: &'b str,
    /// End tags of removed elements that matched nothing. Each calls into doubt which part is script: what
    /// follows the next start tag is then shown as text, since dropping it might drop the whole article.
    strays: usize,
}

/// A piece of markup at the front of a text.
enum Markup<'h> {
    /// Names are as written: in any case.
    Start {
        name: &'h str,
        attributes: &'h str,
        end: usize,
    },
    End {
        name: &'h str,
        end: usize,
    },
    /// Nothing to show.
    Skip(usize),
    /// A `<` that is only a character.
    Stray,
}

/// Where the last `>` and the last end of a comment stand, counted from the end of the text, so that looking
/// for what is not there costs nothing twice.
struct Ends {
    tag: usize,
    comment: Option<usize>,
}

impl Ends {
    fn of(html: &str) -> Self {
        Ends { tag: memrchr(b'>', html.as_bytes()).map_or(usize::MAX, |at| html.len() - at), comment: None }
    }

    fn has_comment_end(&mut self, rest: &str) -> bool {
        let last = || memmem::rfind(rest.as_bytes(), b"-->").map_or(usize::MAX, |at| rest.len() - at);
        rest.len() >= *self.comment.get_or_insert_with(last)
    }
}

/// Reads the markup at the front of `rest`, which starts with `<`.
fn markup<'h>(rest: &'h str, ends: &mut Ends) -> Markup<'h> {
    let bytes = rest.as_bytes();
    if bytes.len() < ends.tag {
        return Markup::Stray;
    }
    match bytes.get(1) {
        Some(b) if b.is_ascii_alphabetic() => {
            let name_end = 1 + bytes[1..]
                .iter()
                .position(|b| is_space(*b) || matches!(b, b'>' | b'/' | b'<'))
                .unwrap_or(bytes.len() - 1);
            let Some(end) = tag_end(bytes, name_end) else { return Markup::Stray };
            let inside = rest[name_end..end - 1].trim_end_matches('/');
            Markup::Start { name: &rest[1..name_end], attributes: inside, end }
        }
        Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
            let Some(end) = memchr(b'>', bytes) else { return Markup::Stray };
            let name_end = 2 + bytes[2..end].iter().position(|b| is_space(*b) || *b == b'/').unwrap_or(end - 2);
            Markup::End { name: &rest[2..name_end], end: end + 1 }
        }
        Some(b'/') => match memchr(b'>', bytes) {
            Some(end) => Markup::Skip(end + 1),
            None => Markup::Stray,
        },
        Some(b'!') => {
            if let Some(comment) = rest.strip_prefix("<!--") {
                if comment.starts_with('>') {
                    return Markup::Skip(5);
                }
                let end =
                    ends.has_comment_end(rest).then(|| memmem::find(&bytes[4..], b"-->")).flatten().map(|at| at + 7);
                return Markup::Skip(end.or_else(|| memchr(b'>', bytes).map(|at| at + 1)).unwrap_or(bytes.len()));
            }
            if rest.starts_with("<![CDATA[") {
                return Markup::Skip(9);
            }
            if !bytes.get(2).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'[') {
                return Markup::Stray;
            }
            memchr(b'>', bytes).map_or(Markup::Stray, |end| Markup::Skip(end + 1))
        }
        Some(b'?') => memchr(b'>', bytes).map_or(Markup::Stray, |end| Markup::Skip(end + 1)),
        Some(b'>') => Markup::Skip(2),
        _ => Markup::Stray,
    }
}

/// Where the tag that began at 0 ends, just past its `>`; quotation marks are minded after a `=`.
fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut after_equals = false;
    while let Some(&b) = bytes.get(at) {
        match b {
            b'>' => return Some(at + 1),
            b'"' | b'\'' if after_equals => match memchr(b, &bytes[at + 1..]) {
                Some(length) => {
                    at += length + 1;
                    after_equals = false;
                }
                // The quotation mark is never closed: the next `>` ends the tag.
                None => return memchr(b'>', &bytes[at..]).map(|i| at + i + 1),
            },
            b'=' => after_equals = true,
            b if is_space(b) => {}
            _ => after_equals = false,
        }
        at += 1;
    }
    None
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl Cleaner<'_> {
    fn run(&mut self, html: &str) {
        let mut rest = html;
        let mut in_cdata = false;
        let mut ends = Ends::of(html);
        while let Some(at) = memchr(b'<', rest.as_bytes()) {
            self.text(&rest[..at], &mut in_cdata);
            rest = &rest[at..];
            match markup(rest, &mut ends) {
                Markup::Start { name, attributes, end } => {
                    let after = &rest[end..];
                    match ELEMENTS.get(name) {
                        Some((_, name, Fate::Kept)) => self.start(name, attributes),
                        Some((_, name, Fate::Void)) => self.tag(name, attributes),
                        Some((_, _, Fate::Unwrapped)) | None => {}
                        Some((_, _, Fate::Removed)) if self.strays > 0 => self.strays -= 1,
                        Some((_, name, Fate::Removed)) => {
                            rest = &after[end_of_removed(after, name)..];
                            continue;
                        }
                    }
                    rest = after;
                }
                Markup::End { name, end } => {
                    if let Some((_, name, fate)) = ELEMENTS.get(name) {
                        self.end(name, fate);
                    }
                    rest = &rest[end..];
                }
                Markup::Skip(end) => {
                    in_cdata |= rest.starts_with("<![CDATA[");
                    rest = &rest[end..];
                }
                Markup::Stray => {
                    self.out.push_str("&lt;");
                    rest = &rest[1..];
                }
            }
        }
        self.text(rest, &mut in_cdata);
        while let Some(name) = self.open.pop() {
            self.write_end(name);
        }
    }

    fn text(&mut self, text: &str, in_cdata: &mut bool) {
        if *in_cdata && let Some((before, after)) = text.split_once("]]>") {
            *in_cdata = false;
            self.out.push_str(before);
            self.out.push_str(after);
        } else {
            self.out.push_str(text);
        }
    }

    fn start(&mut self, name: &'static str, attributes: &str) {
        // An element of its own kind ends where the next begins: `<p>a<p>b`, `<li>a<li>b`.
        if let Some(last) = self.open.last() {
            let closes = match name {
                "p" | "li" | "tr" => *last == name,
                "dt" | "dd" => matches!(*last, "dt" | "dd"),
                "td" | "th" => matches!(*last, "td" | "th"),
                _ => false,
            };
            if closes {
                let last = self.open.pop().unwrap_or_default();
                self.write_end(last);
            }
        }
        if self.open.len() < DEPTH {
            self.tag(name, attributes);
            self.open.push(name);
        }
    }

    fn end(&mut self, name: &'static str, fate: Fate) {
        let Some(at) = self.open.iter().rposition(|open| *open == name) else {
            // `</br>` alone shows as an empty line.
            if name == "br" {
                self.out.push_str("<br>");
            } else if fate == Fate::Removed {
                self.strays = (self.strays + 1).min(4);
            }
            return;
        };
        while self.open.len() > at {
            let open = self.open.pop().unwrap_or_default();
            self.write_end(open);
        }
    }

    fn write_end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn tag(&mut self, name: &str, attributes: &str) {
        self.out.push('<');
        self.out.push_str(name);
        // The places of names in their table are below 128.
        let mut seen = 0u128;
        for (key, raw) in Attributes(attributes).take(ATTRIBUTES) {
            let Some((at, key, holds)) = ATTRIBUTE_NAMES.get(key) else { continue };
            if seen & 1 << at != 0 {
                continue;
            }
            seen |= 1 << at;
            let value = unescaped(raw);
            match holds {
                Value::Plain => self.attribute(key, &value),
                Value::Address => {
                    if let Some(address) = self.address(name, &value) {
                        self.attribute(key, &address);
                    }
                }
                Value::SourceSet => {
                    let list = self.source_set(&value);
                    if !list.is_empty() {
                        self.attribute(key, &list);
                    }
                }
                Value::Style => {
                    let style = style(&value);
                    if !style.is_empty() {
                        self.attribute(key, &style);
                    }
                }
            }
        }
        self.out.push('>');
    }

    fn attribute(&mut self, key: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(key);
        self.out.push_str("=\"");
        push_escaped(value, &mut self.out);
        self.out.push('"');
    }

    /// The address made absolute; `None` when it may not stand here.
    fn address<'v>(&self, element: &str, value: &'v str) -> Option<Cow<'v, str>> {
        let value = value.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if value.starts_with("http://") || value.starts_with("https://") {
            return Some(Cow::Borrowed(value));
        }
        if !resolve::is_safe(value) {
            let inline = element == "img"
                && value.len() > 11
                && value.is_char_boundary(11)
                && value[..11].eq_ignore_ascii_case("data:image/");
            return (inline && !value[..value.len().min(20)].contains("svg")).then_some(Cow::Borrowed(value));
        }
        if self.base.is_empty() || value.is_empty() {
            return Some(Cow::Borrowed(value));
        }
        let joined = resolve::join(self.base, value);
        resolve::is_safe(&joined).then_some(Cow::Owned(joined))
    }

    fn source_set(&self, value: &str) -> String {
        let mut out = String::new();
        for candidate in split_source_set(value).take(64) {
            let (address, width) = candidate.split_once(|c: char| c.is_whitespace()).unwrap_or((candidate, ""));
            let Some(address) = self.address("source", address) else { continue };
            if !out.is_empty() {
                out.push_str(", ");
            }
            out.push_str(&address);
            let width = width.trim();
            if !width.is_empty() {
                out.push(' ');
                out.push_str(width);
            }
        }
        out
    }
}

/// The candidates of a `srcset`: addresses may hold commas, so only a comma at the end of a word parts them.
fn split_source_set(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return None;
        }
        let address_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if rest[..address_end].ends_with(',') {
            let candidate = rest[..address_end].trim_end_matches(',');
            rest = &rest[address_end..];
            return Some(candidate);
        }
        let end = rest[address_end..].find(',').map_or(rest.len(), |i| address_end + i);
        let candidate = rest[..end].trim();
        rest = &rest[end..];
        Some(candidate)
    })
}

/// Bytes of `after` up to and with the end tag of a removed element; everything when there is none.
fn end_of_removed(after: &str, name: &str) -> usize {
    let bytes = after.as_bytes();
    let mut at = 0;
    while let Some(i) = memmem::find(&bytes[at..], b"</") {
        let start = at + i + 2;
        let fits = bytes.len() >= start + name.len()
            && bytes[start..start + name.len()].eq_ignore_ascii_case(name.as_bytes())
            && !bytes.get(start + name.len()).is_some_and(|b| b.is_ascii_alphanumeric());
        if fits {
            return memchr(b'>', &bytes[start..]).map_or(bytes.len(), |i| start + i + 1);
        }
        at = start;
    }
    bytes.len()
}

/// The attributes of a tag: names with raw values.
struct Attributes<'h>(&'h str);

impl<'h> Iterator for Attributes<'h> {
    type Item = (&'h str, &'h str);

    fn next(&mut self) -> Option<Self::Item> {
        let is_between = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'' | b'<');
        let rest = &self.0[self.0.bytes().position(|b| !is_between(&b)).unwrap_or(self.0.len())..];
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let name_end =
            1 + bytes[1..].iter().position(|b| is_space(*b) || matches!(b, b'=' | b'/')).unwrap_or(bytes.len() - 1);
        if !rest.is_char_boundary(name_end) {
            self.0 = "";
            return None;
        }
        let (name, after) = rest.split_at(name_end);
        let value = after.trim_ascii_start();
        let Some(value) = value.strip_prefix('=') else {
            self.0 = after;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        match value.as_bytes().first() {
            Some(&quote @ (b'"' | b'\'')) => {
                let inner = &value[1..];
                let end = memchr(quote, inner.as_bytes()).unwrap_or(inner.len());
                self.0 = inner.get(end + 1..).unwrap_or("");
                Some((name, &inner[..end]))
            }
            _ => {
                let end = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
                self.0 = &value[end..];
                Some((name, &value[..end]))
            }
        }
    }
}

fn unescaped(raw: &str) -> Cow<'_, str> {
    if memchr(b'&', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    unescape_html(raw, true, &mut out);
    Cow::Owned(out)
}

/// Appends text for use in an attribute or between tags.
pub(crate) fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'&' | b'<' | b'>' | b'"')) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// Properties of a style that are kept: they shape text and move nothing over anything else.
const STYLES: &[&str] = &[
    "background-color",
    "border-collapse",
    "border-color",
    "border-style",
    "border-width",
    "clear",
    "color",
    "direction",
    "display",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "max-width",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "unicode-bidi",
    "vertical-align",
    "white-space",
    "width",
];

fn style(value: &str) -> String {
    let mut out = String::new();
    if value.contains(['\\', '@', '{', '<']) || value.contains("/*") {
        return out;
    }
    for declaration in value.split(';').take(64) {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let (property, value) = (property.trim().to_ascii_lowercase(), value.trim());
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '#' | '.' | ',' | '%' | '-' | '\'' | '!');
        if STYLES.binary_search(&&*property).is_err() || value.is_empty() || !value.chars().all(plain) {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&property);
        out.push_str(": ");
        out.push_str(value);
        out.push(';');
    }
    out
}

/// The text of markup as readers see it, in canonical form: one line, blocks parted by a space.
pub(crate) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut ends = Ends::of(html);
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        unescape_html(&rest[..at], false, &mut out);
        rest = &rest[at..];
        match markup(rest, &mut ends) {
            Markup::Start { name, end, .. } => {
                let after = &rest[end..];
                rest = if fate(name) == Fate::Removed { &after[end_of_removed(after, name)..] } else { after };
                if !is_inline(&lower(name)) {
                    out.push(' ');
                }
            }
            Markup::End { name, end } => {
                rest = &rest[end..];
                if !is_inline(&lower(name)) {
                    out.push(' ');
                }
            }
            Markup::Skip(end) => rest = &rest[end..],
            Markup::Stray => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    unescape_html(rest, false, &mut out);
    news::text::canonical(&out)
}

/// A piece of a page, scripts and styles left out.
pub(crate) enum Piece<'h> {
    /// A start tag.
    Start { name: Cow<'h, str>, attributes: Tag<'h> },
    /// An end tag.
    End { name: Cow<'h, str> },
    /// Text with its references as written.
    Text(&'h str),
}

/// The attributes of a tag as written.
pub(crate) struct Tag<'h>(&'h str);

impl Tag<'_> {
    /// The value of an attribute, references replaced.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let found = Attributes(self.0).take(ATTRIBUTES).find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, raw)| unescaped(raw).into_owned())
    }
}

/// The pieces of a page in order.
pub(crate) fn pieces(page: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = page;
    let mut ends = Ends::of(page);
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let at = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
            if at > 0 {
                let (text, after) = rest.split_at(at);
                rest = after;
                return Some(Piece::Text(text));
            }
            match markup(rest, &mut ends) {
                Markup::Start { name, attributes, end } => {
                    rest = &rest[end..];
                    if fate(name) == Fate::Removed {
                        rest = &rest[end_of_removed(rest, name)..];
                        continue;
                    }
                    return Some(Piece::Start { name: lower(name), attributes: Tag(attributes) });
                }
                Markup::End { name, end } => {
                    rest = &rest[end..];
                    return Some(Piece::End { name: lower(name) });
                }
                Markup::Skip(end) => rest = &rest[end..],
                Markup::Stray => {
                    rest = &rest[1..];
                    return Some(Piece::Text("&lt;"));
                }
            }
        }
    })
}

/// The address of the first picture in markup that was made safe here; `None` for one of a single pixel.
pub(crate) fn first_picture(clean: &str) -> Option<String> {
    let mut rest = clean;
    let mut ends = Ends::of(clean);
    while let Some(at) = memmem::find(rest.as_bytes(), b"<img ") {
        let Markup::Start { attributes, end, .. } = markup(&rest[at..], &mut ends) else { return None };
        let get = |name: &str| {
            Attributes(attributes).find(|(key, _)| *key == name).map(|(_, value)| unescaped(value).into_owned())
        };
        let is_tiny = [get("width"), get("height")].iter().flatten().any(|size| matches!(&**size, "0" | "1"));
        if let Some(source) = get("src").filter(|_| !is_tiny) {
            return Some(source);
        }
        rest = &rest[at + end..];
    }
    None
}

pub(crate) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "tt"
            | "u"
            | "var"
            | "wbr"
            | "time"
    )
}

/// Whether a text that may be either looks like markup: it has an end tag or a reference, no unknown element
/// and no unknown entity. Errs on the side of text, since a wrong guess would lose what stands in `<...>`.
pub(crate) fn looks_like(text: &str) -> bool {
    let bytes = text.as_bytes();
    if memchr2(b'<', b'&', bytes).is_none() {
        return false;
    }
    let mut evidence = false;
    let mut rest = text;
    while let Some(at) = memchr2(b'<', b'&', rest.as_bytes()) {
        let is_tag = rest.as_bytes()[at] == b'<';
        rest = &rest[at + 1..];
        if is_tag {
            let (closes, name) = rest.strip_prefix('/').map_or((false, rest), |r| (true, r));
            let end = name.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(name.len());
            if end == 0 {
                continue;
            }
            let lowered = lower(&name[..end]);
            if fate(&lowered) == Fate::Unwrapped && UNWRAPPED_BUT_KNOWN.binary_search(&&*lowered).is_err() {
                return false;
            }
            evidence |= closes && name.as_bytes().get(end) == Some(&b'>');
        } else {
            let end = rest.bytes().take(40).position(|b| !(b.is_ascii_alphanumeric() || b == b'#'));
            if let Some(end) = end.filter(|end| *end > 0 && rest.as_bytes()[*end] == b';') {
                let mut out = String::new();
                unescape_html(&format!("&{};", &rest[..end]), false, &mut out);
                if out.starts_with('&') && out.len() > 1 {
                    return false;
                }
                evidence = true;
            }
        }
    }
    evidence
}

/// Elements of HTML that are not written but are no sign of plain text either, sorted.
const UNWRAPPED_BUT_KNOWN: &[&str] = &[
    "area", "body", "button", "canvas", "dialog", "embed", "fieldset", "form", "frame", "frameset", "head", "html",
    "iframe", "input", "keygen", "label", "legend", "link", "map", "meta", "multicol", "nobr", "noscript", "object",
    "optgroup", "option", "output", "param", "select", "textarea",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(clean(html, "http://a.example/b/"), expected, "{html}");
    }

    #[test]
    fn lists_are_sorted() {
        for list in [KEPT, VOID, REMOVED, PLAIN, ADDRESS, STYLES, UNWRAPPED_BUT_KNOWN] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn what_runs_is_gone_and_what_is_said_stays() {
        check("safe<script>alert(1)</script> text", "safe text");
        check("a<SCRIPT SRC=x>evil", "a");
        check("<iframe src=x>in</iframe><object data=y>side", "inside");
        check("<img src=x onerror=alert(1)>", "<img src=\"http://a.example/b/x\">");
        check("<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "<a>x</a>");
        check("<a href=' javascript:x'>x</a>", "<a>x</a>");
        check("<svg><title><style><a title=\"</style><img onerror=x>\">", "<img>\">");
        check("a</script>b<script>c<script>d</script>e<>f", "abcef");
        check("<math><mtext><b>x</b>", "<b>x</b>");
        check("<p style='color: red; position: fixed; width: expression(1)'>x", "<p style=\"color: red;\">x</p>");
    }

    #[test]
    fn output_is_closed_and_in_order() {
        check("<p>a<p>b <b>c<i>d</b>e", "<p>a</p><p>b <b>c<i>d</i></b>e</p>");
        check("x</div> 1 < 2 & 3 <", "x 1 &lt; 2 & 3 &lt;");
        check("<!-- x --><?php y ?><!DOCTYPE z>t<![CDATA[u]]>v", "tuv");
    }

    #[test]
    fn addresses_become_absolute() {
        check("<a href='../c?d&amp;e'>x</a>", "<a href=\"http://a.example/c?d&amp;e\">x</a>");
        check(
            "<img srcset='a.png 1x, b,c.png 2x'>",
            "<img srcset=\"http://a.example/b/a.png 1x, http://a.example/b/b,c.png 2x\">",
        );
    }

    #[test]
    fn plain_text_parts_blocks_and_joins_words() {
        assert_eq!(plain("<p>One <b>t</b>wo&nbsp;&amp; three</p><p>four<br>five</p>"), "One two & three four five");
    }

    #[test]
    fn text_with_angle_brackets_is_not_taken_for_markup() {
        assert!(looks_like("a <b>bold</b> word"));
        assert!(looks_like("Fish &amp; chips"));
        assert!(!looks_like("the <blink> tag"));
        assert!(!looks_like("1 < 2 & 3"));
        assert!(!looks_like("use Vec<T> and <T></T>"));
    }

    proptest! {
        #[test]
        fn cleaning_again_changes_nothing_and_never_panics(html in "[<>/!a-e=\"' \\-&;]{0,60}|\\PC{0,60}|(<(p|b|script|a href='|/p|li|td|!--)>?[a-c ]?){0,12}") {
            let once = clean(&html, "http://a.example/");
            prop_assert_eq!(clean(&once, "http://a.example/"), once);
        }
    }
}
