//! A page as a flat tree: tokenizer and tree builder in one pass over the source.
//!
//! Nodes stand in document order and a node's descendants are the run that follows it, so every later
//! step is a walk over one array. The tree follows the rules of WHATWG HTML that matter for reading
//! (void and raw-text elements, implied ends of paragraphs, list items, cells and options, scopes of end
//! tags); it does not foster-parent content out of tables nor rebuild misnested formatting. Text and
//! attributes stay in the source as ranges and are decoded when asked for. Depth, node count and work
//! are bounded: html5ever is quadratic in nesting depth, this builder is not.

use crate::entities::{NAMED, WITHOUT_SEMICOLON};
use std::borrow::Cow;
use std::ops::Range;

/// Elements nested deeper than this become childless; what they hold moves up to the last one that counts.
const DEPTH_LIMIT: usize = 512;
/// Pages with more nodes than this are read up to here; the largest page of the labelled sets has 40,000.
const NODE_LIMIT: usize = 500_000;

macro_rules! tags {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// The elements that some rule knows by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Tag {
            /// The whole document.
            Document,
            /// A run of text.
            Text,
            /// An element without a rule of its own.
            Other,
            /// An element with a hyphen in its name.
            Custom,
            $(#[doc = $name] $variant,)*
        }

        const NAMES: &[(&str, Tag)] = &[$(($name, Tag::$variant)),*];
    };
}

tags! {
    A "a", Abbr "abbr", Address "address", AnnotationXml "annotation-xml", Article "article", Aside "aside", Audio "audio", B "b", Base "base",
    Blockquote "blockquote", Body "body", Br "br", Button "button", Canvas "canvas", Caption "caption", Center "center",
    Cite "cite", Code "code", Col "col", Colgroup "colgroup", Dd "dd", Del "del", Desc "desc", Details "details", Dialog "dialog", Div "div",
    Dl "dl", Dt "dt", Em "em", Embed "embed", Fieldset "fieldset", Figcaption "figcaption", Figure "figure",
    Font "font", Footer "footer", ForeignObject "foreignobject", Form "form", Frame "frame", H1 "h1", H2 "h2", H3 "h3", H4 "h4", H5 "h5", H6 "h6",
    Head "head", Header "header", Hgroup "hgroup", Hr "hr", Html "html", I "i", Iframe "iframe", Img "img",
    Input "input", Ins "ins", Label "label", Legend "legend", Li "li", Link "link", Main "main", Map "map",
    Mark "mark", Math "math", Menu "menu", Meta "meta", Nav "nav", Noembed "noembed", Noframes "noframes",
    Noscript "noscript", Object "object", Ol "ol", Optgroup "optgroup", Option "option", P "p", Param "param",
    Picture "picture", Plaintext "plaintext", Pre "pre", Q "q", Rp "rp", Rt "rt", Ruby "ruby", S "s", Script "script", Section "section",
    Select "select", Small "small", Source "source", Span "span", Strong "strong", Style "style", Sub "sub",
    Summary "summary", Sup "sup", Svg "svg", Table "table", Tbody "tbody", Td "td", Template "template",
    Textarea "textarea", Tfoot "tfoot", Th "th", Thead "thead", Time "time", Title "title", Tr "tr", Track "track",
    U "u", Ul "ul", Video "video", Wbr "wbr", Xmp "xmp",
}

/// A name of up to 16 bytes as a number, so that two names are compared at once.
const fn packed(name: &[u8]) -> u128 {
    let mut out = 0;
    let mut at = 0;
    while at < name.len() {
        out = out << 8 | name[at] as u128;
        at += 1;
    }
    out
}

/// Where the search for a packed name begins in [`TABLE`].
const fn place(packed: u128) -> usize {
    let folded = (packed as u64) ^ (packed >> 64) as u64;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55) as usize
}

/// The names by their packed form; a name stands at its place or right after it.
static TABLE: [(u128, Tag); 512] = {
    let mut table = [(0, Tag::Other); 512];
    let mut at = 0;
    while at < NAMES.len() {
        let (name, tag) = NAMES[at];
        assert!(name.len() <= 16);
        let packed = packed(name.as_bytes());
        let mut slot = place(packed);
        while table[slot].0 != 0 {
            slot = (slot + 1) % table.len();
        }
        table[slot] = (packed, tag);
        at += 1;
    }
    table
};

/// Kinds of elements told apart when they are counted: those with a rule of their own, then 128 heaps of others.
const KINDS: usize = 256;
const _: () = assert!((Tag::Xmp as usize) < KINDS / 2);

impl Tag {
    fn is_void(self) -> bool {
        use Tag::*;
        matches!(self, Base | Br | Col | Embed | Frame | Hr | Img | Input | Link | Meta | Param | Source | Track | Wbr)
    }

    fn is_raw_text(self) -> bool {
        use Tag::*;
        matches!(self, Script | Style | Textarea | Title | Iframe | Noembed | Noframes | Xmp | Plaintext)
    }

    /// Whether character references inside it stand for themselves.
    fn keeps_references(self) -> bool {
        use Tag::*;
        matches!(self, Script | Style | Iframe | Noembed | Noframes | Xmp | Plaintext)
    }

    /// Elements whose start ends an open paragraph.
    fn closes_paragraph(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Address
                | Article
                | Aside
                | Blockquote
                | Center
                | Details
                | Dialog
                | Div
                | Dl
                | Fieldset
                | Figcaption
                | Figure
                | Footer
                | Form
                | Header
                | Hgroup
                | Hr
                | Main
                | Menu
                | Nav
                | Ol
                | P
                | Pre
                | Section
                | Summary
                | Ul
                | Table
                | Xmp
                | Plaintext
                | Li
                | Dd
                | Dt
        ) || self.is_heading()
    }

    /// A heading of any level.
    pub(crate) fn is_heading(self) -> bool {
        use Tag::*;
        matches!(self, H1 | H2 | H3 | H4 | H5 | H6)
    }

    /// Elements that end tags of formatting do not reach across.
    fn is_special(self) -> bool {
        use Tag::*;
        self.closes_paragraph()
            || matches!(
                self,
                Document
                    | Html
                    | Head
                    | Body
                    | Td
                    | Th
                    | Tr
                    | Tbody
                    | Thead
                    | Tfoot
                    | Caption
                    | Colgroup
                    | Object
                    | Template
                    | Button
                    | Select
                    | Noscript
                    | ForeignObject
                    | Desc
                    | AnnotationXml
            )
    }

    /// Where the search for an open paragraph or block stops.
    fn is_scope(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Document | Html | Table | Td | Th | Caption | Template | Object | ForeignObject | Desc | AnnotationXml
        )
    }

    fn in_head(self) -> bool {
        use Tag::*;
        matches!(self, Base | Link | Meta | Noscript | Script | Style | Template | Title | Head | Html)
    }

    /// Elements of HTML that never stand in a drawing or a formula: their start ends it.
    fn leaves_foreign(self) -> bool {
        use Tag::*;
        self.is_heading()
            || matches!(
                self,
                B | Blockquote
                    | Body
                    | Br
                    | Center
                    | Code
                    | Dd
                    | Div
                    | Dl
                    | Dt
                    | Em
                    | Embed
                    | Head
                    | Hr
                    | I
                    | Img
                    | Li
                    | Menu
                    | Meta
                    | Ol
                    | P
                    | Pre
                    | Ruby
                    | S
                    | Small
                    | Span
                    | Strong
                    | Sub
                    | Sup
                    | Table
                    | U
                    | Ul
            )
    }
}

/// The place of a node in [`Tree::nodes`].
pub(crate) type Id = usize;

/// One element or run of text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) tag: Tag,
    parent: u32,
    end: u32,
    start: u32,
    len: u32,
}

/// A page as a flat tree.
pub(crate) struct Tree<'a> {
    source: &'a str,
    /// Every node in document order; the first is the document.
    pub(crate) nodes: Vec<Node>,
    /// Whether the node limit cut the page.
    pub(crate) is_cut: bool,
    /// Whether elements were nested deeper than the limit.
    pub(crate) is_deep: bool,
}

impl<'a> Tree<'a> {
    /// Reads a page. Never fails; whatever the source holds becomes some tree.
    pub(crate) fn parse(source: &'a str) -> Tree<'a> {
        Builder::new(source).run()
    }

    /// The node that holds `id`; the document holds itself.
    pub(crate) fn parent(&self, id: Id) -> Id {
        self.nodes[id].parent as usize
    }

    /// The first node after `id` and all it holds.
    pub(crate) fn end(&self, id: Id) -> Id {
        self.nodes[id].end as usize
    }

    /// The nodes inside `id`, at any depth, in document order.
    pub(crate) fn inside(&self, id: Id) -> Range<Id> {
        id + 1..self.end(id)
    }

    /// The nodes directly inside `id`.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let end = self.end(id);
        let mut at = id + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.end(child);
            Some(child)
        })
    }

    /// `id`'s holder, that one's holder, and so on; ends with the document.
    pub(crate) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let mut at = id;
        std::iter::from_fn(move || {
            let parent = self.parent(at);
            let step = (parent != at).then_some(parent);
            at = parent;
            step
        })
    }

    /// The source of a run of text, references not yet decoded.
    pub(crate) fn raw(&self, id: Id) -> &'a str {
        let node = self.nodes[id];
        &self.source[node.start as usize..(node.start + node.len) as usize]
    }

    /// A run of text, decoded unless it stands in a script.
    pub(crate) fn text(&self, id: Id) -> Cow<'a, str> {
        if self.nodes[self.parent(id)].tag.keeps_references() {
            return Cow::Borrowed(self.raw(id));
        }
        decode_references(self.raw(id), false)
    }

    /// All text inside an element, each run as it stands; nothing is put between them.
    pub(crate) fn all_text(&self, id: Id) -> String {
        let mut out = String::new();
        for at in self.inside(id) {
            match self.nodes[at].tag {
                Tag::Text => out.push_str(&self.text(at)),
                Tag::Br => out.push('\n'),
                tag if tag.closes_paragraph() || matches!(tag, Tag::Td | Tag::Th) => out.push(' '),
                _ => {}
            }
        }
        out
    }

    /// An element's name in lower case; empty for a run of text.
    pub(crate) fn name(&self, id: Id) -> String {
        let node = self.nodes[id];
        match node.tag {
            Tag::Text | Tag::Document => String::new(),
            // Only these are told apart by their spelling, which stands before their attributes.
            Tag::Other | Tag::Custom => {
                let before = &self.source[..node.start as usize];
                before.rfind('<').map_or("", |at| &before[at + 1..]).to_ascii_lowercase()
            }
            tag => format!("{tag:?}").to_ascii_lowercase(),
        }
    }

    /// The attributes of an element as written: name and undecoded value.
    pub(crate) fn attributes(&self, id: Id) -> Attributes<'a> {
        let node = self.nodes[id];
        let text = if node.tag == Tag::Text {
            ""
        } else {
            &self.source[node.start as usize..(node.start + node.len) as usize]
        };
        Attributes { text, at: 0 }
    }

    /// The first attribute called `name` (ASCII case does not matter), decoded.
    pub(crate) fn attribute(&self, id: Id, name: &str) -> Option<Cow<'a, str>> {
        self.attributes(id).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| decode_references(v, true))
    }

    /// Every element called `tag`, in document order.
    pub(crate) fn elements(&self, tag: Tag) -> impl Iterator<Item = Id> + '_ {
        self.nodes.iter().enumerate().filter(move |(_, n)| n.tag == tag).map(|(id, _)| id)
    }
}

/// Walks over the attributes of one start tag.
pub(crate) struct Attributes<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let (name, value, next) = scan_attribute(bytes, self.at)?;
        self.at = next;
        Some((&self.text[name], &self.text[value]))
    }
}

fn is_space(b: u8) -> bool {
    CLASS[b as usize] & SPACE != 0
}

const SPACE: u8 = 1;
const ENDS_TAG_NAME: u8 = 2;
const ENDS_ATTRIBUTE_NAME: u8 = 4;
const ENDS_VALUE: u8 = 8;

/// What each byte ends inside a tag.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut b = 0;
    while b < 256 {
        class[b] = match b as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => SPACE | ENDS_TAG_NAME | ENDS_ATTRIBUTE_NAME | ENDS_VALUE,
            b'/' => ENDS_TAG_NAME | ENDS_ATTRIBUTE_NAME,
            b'>' => ENDS_TAG_NAME | ENDS_ATTRIBUTE_NAME | ENDS_VALUE,
            b'=' => ENDS_ATTRIBUTE_NAME,
            _ => 0,
        };
        b += 1;
    }
    class
};

/// The first byte at or after `at` that is, or is not, of a class.
fn skip(bytes: &[u8], mut at: usize, class: u8, is_of: bool) -> usize {
    while at < bytes.len() && (CLASS[bytes[at] as usize] & class != 0) == is_of {
        at += 1;
    }
    at
}

/// The next attribute at or after `at`: its name, its value, and where to go on. `None` at `>` or the end.
fn scan_attribute(bytes: &[u8], mut at: usize) -> Option<(Range<usize>, Range<usize>, usize)> {
    while at < bytes.len() && (is_space(bytes[at]) || bytes[at] == b'/') {
        at += 1;
    }
    if at >= bytes.len() || bytes[at] == b'>' {
        return None;
    }
    let name = at..skip(bytes, at + 1, ENDS_ATTRIBUTE_NAME, false);
    let look = skip(bytes, name.end, SPACE, true);
    if look >= bytes.len() || bytes[look] != b'=' {
        return Some((name.clone(), name.end..name.end, name.end));
    }
    let look = skip(bytes, look + 1, SPACE, true);
    match bytes.get(look) {
        Some(&quote @ (b'"' | b'\'')) => {
            let start = look + 1;
            let end = memchr::memchr(quote, &bytes[start..]).map_or(bytes.len(), |i| start + i);
            Some((name, start..end, (end + 1).min(bytes.len())))
        }
        _ => {
            let end = skip(bytes, look, ENDS_VALUE, false);
            Some((name, look..end, end))
        }
    }
}

/// An element whose end has not come yet.
#[derive(Clone, Copy)]
struct Open {
    id: u32,
    tag: Tag,
    /// Its kind, for counting.
    kind: u8,
    /// Whether what it holds is a drawing or a formula rather than HTML.
    is_foreign: bool,
    /// A form that was ended while elements inside it go on; it ends with them.
    is_left: bool,
}

struct Builder<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    stack: Vec<Open>,
    /// How many elements of each kind are open, so that no search begins for what is not there.
    open: [u16; KINDS],
    overflow: usize,
    is_cut: bool,
    is_deep: bool,
    has_body: bool,
    has_head: bool,
    has_html: bool,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str) -> Self {
        let document = Node { tag: Tag::Document, parent: 0, end: 0, start: 0, len: 0 };
        let mut nodes = Vec::with_capacity((source.len() / 40).clamp(16, 100_000));
        nodes.push(document);
        let bottom = Open { id: 0, tag: Tag::Document, kind: Tag::Document as u8, is_foreign: false, is_left: false };
        Builder {
            source,
            bytes: source.as_bytes(),
            at: 0,
            nodes,
            stack: vec![bottom],
            open: [0; KINDS],
            overflow: 0,
            is_cut: false,
            is_deep: false,
            has_body: false,
            has_head: false,
            has_html: false,
        }
    }

    fn run(mut self) -> Tree<'a> {
        while self.at < self.bytes.len() {
            if self.nodes.len() >= NODE_LIMIT {
                self.is_cut = true;
                break;
            }
            let mut lt = self.find(self.at, b'<');
            if lt > self.at {
                // A `<` before anything but a name, a slash, `!` or `?` is text like any other.
                while lt < self.bytes.len() && !self.begins_markup(lt) {
                    lt = self.find(lt + 1, b'<');
                }
                self.text(self.at..lt);
                self.at = lt;
                continue;
            }
            match self.bytes.get(lt + 1) {
                Some(b) if b.is_ascii_alphabetic() => self.start_tag(),
                Some(b'/') if self.bytes.get(lt + 2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(),
                Some(b'/') if self.bytes.get(lt + 2).is_none() => self.text_until_markup(lt),
                Some(b'/' | b'?') => self.skip_past(b'>'),
                Some(b'!') => self.markup_declaration(),
                _ => self.text_until_markup(lt),
            }
        }
        let end = self.nodes.len() as u32;
        while let Some(open) = self.stack.pop() {
            self.nodes[open.id as usize].end = end;
        }
        Tree { source: self.source, nodes: self.nodes, is_cut: self.is_cut, is_deep: self.is_deep }
    }

    /// Where `byte` stands at or after `from`; the end of the page where it does not.
    fn find(&self, from: usize, byte: u8) -> usize {
        memchr::memchr(byte, &self.bytes[from..]).map_or(self.bytes.len(), |i| from + i)
    }

    fn begins_markup(&self, lt: usize) -> bool {
        match self.bytes.get(lt + 1) {
            Some(b'/') => lt + 2 < self.bytes.len(),
            Some(b) => b.is_ascii_alphabetic() || matches!(b, b'!' | b'?'),
            None => false,
        }
    }

    fn text_until_markup(&mut self, from: usize) {
        let mut lt = self.find(from + 1, b'<');
        while lt < self.bytes.len() && !self.begins_markup(lt) {
            lt = self.find(lt + 1, b'<');
        }
        self.text(from..lt);
        self.at = lt;
    }

    fn skip_past(&mut self, byte: u8) {
        self.at = (self.find(self.at, byte) + 1).min(self.bytes.len());
    }

    fn markup_declaration(&mut self) {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"<!--") {
            if rest.starts_with(b"<!-->") || rest.starts_with(b"<!--->") {
                self.skip_past(b'>');
                return;
            }
            let from = self.at + 4;
            let end = memchr::memmem::find(&self.bytes[from..], b"--").map(|i| from + i);
            // `-->` and, as browsers allow, `--!>`.
            let mut look = end;
            self.at = loop {
                let Some(dash) = look else { break self.bytes.len() };
                let mut i = dash + 2;
                while self.bytes.get(i) == Some(&b'-') {
                    i += 1;
                }
                match (self.bytes.get(i), self.bytes.get(i + 1)) {
                    (Some(b'>'), _) => break i + 1,
                    (Some(b'!'), Some(b'>')) => break i + 2,
                    _ => look = memchr::memmem::find(&self.bytes[i..], b"--").map(|j| i + j),
                }
            };
        } else if rest.starts_with(b"<![CDATA[") && self.top().is_foreign {
            self.at = memchr::memmem::find(rest, b"]]>").map_or(self.bytes.len(), |i| self.at + i + 3);
        } else {
            self.skip_past(b'>');
        }
    }

    fn top(&self) -> Open {
        // The document is never taken off.
        self.stack[self.stack.len() - 1]
    }

    fn count(&self, tag: Tag) -> u16 {
        self.open[tag as usize]
    }

    fn push_node(&mut self, tag: Tag, range: Range<usize>) -> u32 {
        let id = self.nodes.len() as u32;
        // A source is at most 20 MiB and a tree at most NODE_LIMIT nodes, so both fit.
        self.nodes.push(Node {
            tag,
            parent: self.top().id,
            end: id + 1,
            start: range.start as u32,
            len: (range.end - range.start) as u32,
        });
        id
    }

    fn text(&mut self, range: Range<usize>) {
        if self.top().tag == Tag::Head {
            if self.bytes[range.clone()].iter().all(|&b| is_space(b)) {
                return;
            }
            self.pop();
        }
        self.push_node(Tag::Text, range);
    }

    fn pop(&mut self) {
        while self.stack.len() > 1 {
            let Some(open) = self.stack.pop() else { return };
            self.open[open.kind as usize] -= 1;
            self.nodes[open.id as usize].end = self.nodes.len() as u32;
            if !self.top().is_left {
                return;
            }
        }
    }

    /// Closes the stack down to and including `depth`.
    fn pop_to(&mut self, depth: usize) {
        while self.stack.len() > depth.max(1) {
            self.pop();
        }
    }

    /// Closes an open paragraph; says whether there was one in reach.
    fn close_paragraph(&mut self) -> bool {
        if self.count(Tag::P) == 0 {
            return false;
        }
        for depth in (1..self.stack.len()).rev() {
            let tag = self.stack[depth].tag;
            if tag == Tag::P {
                self.pop_to(depth);
                return true;
            }
            if tag.is_scope() || tag == Tag::Button {
                return false;
            }
        }
        false
    }

    /// Closes an open element of one of `tags`, unless one of `borders` stands between.
    fn close_sibling(&mut self, tags: &[Tag], borders: &[Tag]) {
        if tags.iter().all(|tag| self.count(*tag) == 0) {
            return;
        }
        for depth in (1..self.stack.len()).rev() {
            let tag = self.stack[depth].tag;
            if tags.contains(&tag) {
                self.pop_to(depth);
                return;
            }
            if borders.contains(&tag) || tag.is_scope() && !matches!(tag, Tag::Td | Tag::Th | Tag::Caption) {
                return;
            }
        }
    }

    fn start_tag(&mut self) {
        let name_start = self.at + 1;
        let (mut tag, mut kind, name_end) = self.name(name_start);
        let mut at = name_end;
        while let Some((_, _, next)) = scan_attribute(self.bytes, at) {
            at = next;
        }
        at = self.find(at, b'>');
        if at >= self.bytes.len() {
            // The page ends inside a tag: the tag is lost.
            self.at = self.bytes.len();
            return;
        }
        let is_self_closing = self.bytes[at - 1] == b'/';
        self.at = at + 1;
        if self.top().is_foreign && tag.leaves_foreign() {
            while self.top().is_foreign {
                self.pop();
            }
        }
        let is_foreign = self.top().is_foreign || matches!(tag, Tag::Svg | Tag::Math);
        if !self.top().is_foreign {
            if tag == Tag::Other && self.bytes[name_start..name_end].eq_ignore_ascii_case(b"image") {
                (tag, kind) = (Tag::Img, Tag::Img as u8);
            }
            self.prepare(tag);
            match tag {
                Tag::Html if std::mem::replace(&mut self.has_html, true) => return,
                Tag::Body if std::mem::replace(&mut self.has_body, true) => return,
                Tag::Head if self.has_body || std::mem::replace(&mut self.has_head, true) => return,
                Tag::Form if self.count(Tag::Form) > 0 && self.count(Tag::Template) == 0 => return,
                _ => {}
            }
        }
        let id = self.push_node(tag, name_end..at);
        if tag.is_void() || is_foreign && is_self_closing {
            return;
        }
        if tag.is_raw_text() {
            self.raw_text(id, tag, name_start..name_end);
            return;
        }
        if self.stack.len() >= DEPTH_LIMIT {
            self.is_deep = true;
            self.overflow += 1;
            return;
        }
        // In a drawing or a formula, these hold HTML again.
        let is_foreign = is_foreign && !matches!(tag, Tag::ForeignObject | Tag::Desc | Tag::AnnotationXml);
        self.stack.push(Open { id, tag, kind, is_foreign, is_left: false });
        self.open[kind as usize] += 1;
    }

    /// The name that begins at `start`: its tag, its kind for counting, and where it ends.
    fn name(&self, start: usize) -> (Tag, u8, usize) {
        let mut at = start;
        let mut packed = 0u128;
        let mut heap = 0u8;
        while let Some(&b) = self.bytes.get(at)
            && CLASS[b as usize] & ENDS_TAG_NAME == 0
        {
            let b = b.to_ascii_lowercase();
            packed = packed << 8 | u128::from(b);
            heap = heap.wrapping_mul(31).wrapping_add(b);
            at += 1;
        }
        if at - start <= 16 {
            let mut slot = place(packed);
            while TABLE[slot].0 != 0 {
                if TABLE[slot].0 == packed {
                    let tag = TABLE[slot].1;
                    return (tag, tag as u8, at);
                }
                slot = (slot + 1) % TABLE.len();
            }
        }
        let tag = if self.bytes[start..at].contains(&b'-') { Tag::Custom } else { Tag::Other };
        (tag, heap | 0x80, at)
    }

    /// Ends what the start of `tag` ends by itself.
    fn prepare(&mut self, tag: Tag) {
        use Tag::*;
        let top = self.top().tag;
        if top == Head && !tag.in_head() {
            self.pop();
        }
        if tag.closes_paragraph() {
            self.close_paragraph();
        }
        if matches!(tag, Tr | Td | Th | Tbody | Thead | Tfoot | Colgroup | Caption) {
            self.close_sibling(&[Caption, Colgroup], &[Table, Td, Th]);
        }
        match tag {
            Li => self.close_sibling(&[Li], &[Ul, Ol, Menu]),
            Dd | Dt => self.close_sibling(&[Dd, Dt], &[Dl]),
            Option | Optgroup if top == Option => self.pop(),
            Rp | Rt if matches!(top, Rp | Rt) => self.pop(),
            Td | Th => self.close_sibling(&[Td, Th], &[Tr, Table]),
            Tr => {
                self.close_sibling(&[Td, Th], &[Tr, Table, Tbody, Thead, Tfoot]);
                self.close_sibling(&[Tr], &[Table, Tbody, Thead, Tfoot]);
            }
            Tbody | Thead | Tfoot => {
                self.close_sibling(&[Tr], &[Table, Tbody, Thead, Tfoot]);
                self.close_sibling(&[Tbody, Thead, Tfoot], &[Table]);
            }
            Button => self.close_sibling(&[Button], &[]),
            A if self.count(A) > 0 => {
                for depth in (1..self.stack.len()).rev() {
                    let tag = self.stack[depth].tag;
                    if tag == A {
                        self.pop_to(depth);
                        break;
                    }
                    if tag.is_special() {
                        break;
                    }
                }
            }
            _ if tag.is_heading() && self.top().tag.is_heading() => self.pop(),
            _ => {}
        }
    }

    fn raw_text(&mut self, id: u32, tag: Tag, name: Range<usize>) {
        let start = self.at;
        let end = match tag {
            Tag::Plaintext => self.bytes.len(),
            Tag::Script => self.script_end(start),
            _ => {
                let mut from = start;
                loop {
                    let close = memchr::memmem::find(&self.bytes[from..], b"</").map(|i| from + i);
                    let Some(close) = close else { break self.bytes.len() };
                    if self.has_name_at(close + 2, &self.bytes[name.clone()]) {
                        break close;
                    }
                    from = close + 2;
                }
            }
        };
        if end > start {
            let text = self.nodes.len() as u32;
            self.nodes.push(Node {
                tag: Tag::Text,
                parent: id,
                end: text + 1,
                start: start as u32,
                len: (end - start) as u32,
            });
            self.nodes[id as usize].end = text + 1;
        }
        self.at = end;
        self.skip_past(b'>');
    }

    /// Where a script ends. Inside `<!--`, a `<script>` and its end belong to the script, as old pages rely on.
    fn script_end(&self, start: usize) -> usize {
        let (mut is_comment, mut is_inner) = (false, false);
        let mut at = start;
        loop {
            let found = if is_comment {
                memchr::memchr2(b'<', b'-', &self.bytes[at..])
            } else {
                memchr::memchr(b'<', &self.bytes[at..])
            };
            let Some(found) = found.map(|i| at + i) else { return self.bytes.len() };
            let rest = &self.bytes[found..];
            at = found + 1;
            if rest[0] == b'-' {
                if rest.starts_with(b"-->") {
                    (is_comment, is_inner) = (false, false);
                }
            } else if rest.get(1) == Some(&b'/') {
                if self.has_name_at(found + 2, b"script") {
                    if !is_inner {
                        return found;
                    }
                    is_inner = false;
                }
            } else if !is_comment && rest.starts_with(b"<!--") {
                is_comment = true;
                // The dashes may already be those of `-->`.
                at = found + 2;
            } else if is_comment && self.has_name_at(found + 1, b"script") {
                is_inner = true;
            }
        }
    }

    /// Whether exactly this name of a tag stands at `at`.
    fn has_name_at(&self, at: usize, name: &[u8]) -> bool {
        let end = at + name.len();
        self.bytes.get(at..end).is_some_and(|n| n.eq_ignore_ascii_case(name))
            && self.bytes.get(end).is_none_or(|&b| CLASS[b as usize] & ENDS_TAG_NAME != 0)
    }

    fn end_tag(&mut self) {
        let name_start = self.at + 2;
        let (tag, kind, name_end) = self.name(name_start);
        // An end tag may carry attributes, and a `>` in them does not end it.
        let mut at = name_end;
        if self.bytes.get(at) != Some(&b'>') {
            while let Some((_, _, next)) = scan_attribute(self.bytes, at) {
                at = next;
            }
        }
        self.at = at;
        self.skip_past(b'>');
        if matches!(tag, Tag::P | Tag::Br) && self.top().is_foreign {
            while self.top().is_foreign {
                self.pop();
            }
        }
        if tag == Tag::Br {
            self.push_node(Tag::Br, at..at);
            return;
        }
        if matches!(tag, Tag::Html | Tag::Body) || tag.is_void() {
            // What follows `</body>` still belongs to the page.
            return;
        }
        if self.overflow > 0 {
            self.overflow -= 1;
            return;
        }
        if tag == Tag::P {
            if !self.close_paragraph() {
                // The end of a paragraph that never began is an empty one, and parts what stands around it.
                self.push_node(Tag::P, name_end..name_end);
            }
            return;
        }
        let is_open = if tag.is_heading() {
            [Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5, Tag::H6].iter().any(|h| self.count(*h) > 0)
        } else {
            self.open[kind as usize] > 0
        };
        if !is_open {
            return;
        }
        for depth in (1..self.stack.len()).rev() {
            let open = self.stack[depth];
            let same = match tag {
                // Names without a rule are told apart by their source.
                Tag::Other | Tag::Custom => open.kind == kind && self.has_name(open, name_start..name_end),
                Tag::Form => open.tag == tag && !open.is_left,
                _ => open.tag == tag || tag.is_heading() && open.tag.is_heading(),
            };
            if same {
                self.close(tag, depth);
                return;
            }
            let open = open.tag;
            let blocked = match tag {
                Tag::Table | Tag::Tr | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Td | Tag::Th => {
                    matches!(open, Tag::Table | Tag::Template | Tag::Document)
                }
                // A template ends whatever stands open in it.
                Tag::Template => false,
                Tag::Li => open.is_scope() || matches!(open, Tag::Ul | Tag::Ol),
                _ if tag.is_special() || matches!(tag, Tag::Svg | Tag::Math) => open.is_scope() && open != tag,
                _ => open.is_special(),
            };
            if blocked {
                return;
            }
        }
    }

    /// Closes the element at `depth`, for which an end tag came.
    fn close(&mut self, tag: Tag, depth: usize) {
        let is_inner = |open: &Open| !matches!(open.tag, Tag::P | Tag::Li | Tag::Dd | Tag::Dt | Tag::Option);
        if tag == Tag::Form && self.stack[depth + 1..].iter().any(is_inner) {
            // The end of a form does not end the elements inside it.
            self.open[Tag::Form as usize] -= 1;
            self.stack[depth].is_left = true;
            self.stack[depth].kind = 0xff;
            self.open[0xff] += 1;
            return;
        }
        self.pop_to(depth);
    }

    fn has_name(&self, open: Open, name: Range<usize>) -> bool {
        // The attributes of a node begin right after its name.
        let end = self.nodes[open.id as usize].start as usize;
        let name = &self.bytes[name];
        end > name.len()
            && self.bytes[end - name.len() - 1] == b'<'
            && self.bytes[end - name.len()..end].eq_ignore_ascii_case(name)
    }
}

/// The tag of an element with this name, in lower case.
pub(crate) fn tag_named(name: &str) -> Tag {
    let other = if name.contains('-') { Tag::Custom } else { Tag::Other };
    NAMES.iter().find(|(known, _)| *known == name).map_or(other, |(_, tag)| *tag)
}

/// Replaces character references. In an attribute, a name without semicolon before `=` or a letter stays.
pub(crate) fn decode_references(text: &str, in_attribute: bool) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let used = match after.strip_prefix('#') {
            Some(number) => numeric_reference(number, &mut out).map(|n| n + 1),
            None => named_reference(after, in_attribute, &mut out),
        };
        rest = match used {
            Some(n) => &after[n..],
            None => {
                out.push('&');
                after
            }
        };
        let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

fn numeric_reference(text: &str, out: &mut String) -> Option<usize> {
    let (digits, radix, lead) = match text.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16, 1),
        None => (text, 10, 0),
    };
    let len = digits.bytes().take_while(|b| (*b as char).is_digit(radix)).count();
    if len == 0 {
        return None;
    }
    let code = u32::from_str_radix(&digits[..len.min(9)], radix).unwrap_or(u32::MAX);
    // Numbers 128 to 159 mean Windows-1252, as browsers read them.
    let c = match code {
        0x80..=0x9f => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[code as u8]).0.chars().next().unwrap_or('\u{fffd}')
        }
        0 => '\u{fffd}',
        _ => char::from_u32(code).unwrap_or('\u{fffd}'),
    };
    out.push(c);
    Some(lead + len + usize::from(digits.as_bytes().get(len) == Some(&b';')))
}

fn named_reference(text: &str, in_attribute: bool, out: &mut String) -> Option<usize> {
    let len = text.bytes().take(33).take_while(u8::is_ascii_alphanumeric).count();
    if text.as_bytes().get(len) == Some(&b';')
        && let Ok(found) = NAMED.binary_search_by(|(name, _)| (*name).cmp(&text[..len]))
    {
        out.push_str(NAMED[found].1);
        return Some(len + 1);
    }
    for short in (2..=len.min(6)).rev() {
        if WITHOUT_SEMICOLON.binary_search(&&text[..short]).is_ok() {
            let next = text.as_bytes().get(short);
            if in_attribute && next.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric()) {
                return None;
            }
            let found = NAMED.binary_search_by(|(name, _)| (*name).cmp(&text[..short])).ok()?;
            out.push_str(NAMED[found].1);
            return Some(short);
        }
    }
    None
}

#[cfg(test)]
mod tests;
