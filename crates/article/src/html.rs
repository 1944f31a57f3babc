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

        fn tag_of(lower: &[u8]) -> Tag {
            $(const _: () = assert!($name.len() <= 16);)*
            match std::str::from_utf8(lower) {
                $(Ok($name) => Tag::$variant,)*
                Ok(name) if name.contains('-') => Tag::Custom,
                _ => Tag::Other,
            }
        }
    };
}

tags! {
    A "a", Abbr "abbr", Address "address", Article "article", Aside "aside", Audio "audio", B "b", Base "base",
    Blockquote "blockquote", Body "body", Br "br", Button "button", Canvas "canvas", Caption "caption", Center "center",
    Cite "cite", Code "code", Col "col", Colgroup "colgroup", Dd "dd", Del "del", Details "details", Dialog "dialog", Div "div",
    Dl "dl", Dt "dt", Em "em", Embed "embed", Fieldset "fieldset", Figcaption "figcaption", Figure "figure",
    Font "font", Footer "footer", Form "form", Frame "frame", H1 "h1", H2 "h2", H3 "h3", H4 "h4", H5 "h5", H6 "h6",
    Head "head", Header "header", Hgroup "hgroup", Hr "hr", Html "html", I "i", Iframe "iframe", Img "img",
    Input "input", Ins "ins", Label "label", Legend "legend", Li "li", Link "link", Main "main", Map "map",
    Mark "mark", Math "math", Menu "menu", Meta "meta", Nav "nav", Noembed "noembed", Noframes "noframes",
    Noscript "noscript", Object "object", Ol "ol", Optgroup "optgroup", Option "option", P "p", Param "param",
    Picture "picture", Pre "pre", Q "q", Rp "rp", Rt "rt", Ruby "ruby", S "s", Script "script", Section "section",
    Select "select", Small "small", Source "source", Span "span", Strong "strong", Style "style", Sub "sub",
    Summary "summary", Sup "sup", Svg "svg", Table "table", Tbody "tbody", Td "td", Template "template",
    Textarea "textarea", Tfoot "tfoot", Th "th", Thead "thead", Time "time", Title "title", Tr "tr", Track "track",
    U "u", Ul "ul", Video "video", Wbr "wbr", Xmp "xmp",
}

impl Tag {
    fn is_void(self) -> bool {
        use Tag::*;
        matches!(self, Base | Br | Col | Embed | Frame | Hr | Img | Input | Link | Meta | Param | Source | Track | Wbr)
    }

    fn is_raw_text(self) -> bool {
        use Tag::*;
        matches!(self, Script | Style | Textarea | Title | Iframe | Noembed | Noframes | Xmp)
    }

    /// Whether character references inside it stand for themselves.
    fn keeps_references(self) -> bool {
        use Tag::*;
        matches!(self, Script | Style | Iframe | Noembed | Noframes | Xmp)
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
            )
    }

    /// Where the search for an open paragraph or block stops.
    fn is_scope(self) -> bool {
        use Tag::*;
        matches!(self, Document | Html | Table | Td | Th | Caption | Template | Object | Svg | Math)
    }

    fn in_head(self) -> bool {
        use Tag::*;
        matches!(self, Base | Link | Meta | Noscript | Script | Style | Template | Title | Head | Html | Other)
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
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// The next attribute at or after `at`: its name, its value, and where to go on. `None` at `>` or the end.
fn scan_attribute(bytes: &[u8], mut at: usize) -> Option<(Range<usize>, Range<usize>, usize)> {
    while at < bytes.len() && (is_space(bytes[at]) || bytes[at] == b'/') {
        at += 1;
    }
    if at >= bytes.len() || bytes[at] == b'>' {
        return None;
    }
    let name_start = at;
    at += 1;
    while at < bytes.len() && !is_space(bytes[at]) && !matches!(bytes[at], b'/' | b'>' | b'=') {
        at += 1;
    }
    let name = name_start..at;
    let mut look = at;
    while look < bytes.len() && is_space(bytes[look]) {
        look += 1;
    }
    if look >= bytes.len() || bytes[look] != b'=' {
        return Some((name, at..at, at));
    }
    look += 1;
    while look < bytes.len() && is_space(bytes[look]) {
        look += 1;
    }
    match bytes.get(look) {
        Some(&quote @ (b'"' | b'\'')) => {
            let start = look + 1;
            let end = memchr::memchr(quote, &bytes[start..]).map_or(bytes.len(), |i| start + i);
            Some((name, start..end, (end + 1).min(bytes.len())))
        }
        _ => {
            let start = look;
            while look < bytes.len() && !is_space(bytes[look]) && bytes[look] != b'>' {
                look += 1;
            }
            Some((name, start..look, look))
        }
    }
}

struct Builder<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    stack: Vec<u32>,
    open_paragraphs: usize,
    open_links: usize,
    overflow: usize,
    is_cut: bool,
    is_deep: bool,
    has_body: bool,
    has_html: bool,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str) -> Self {
        let document = Node { tag: Tag::Document, parent: 0, end: 0, start: 0, len: 0 };
        let mut nodes = Vec::with_capacity((source.len() / 40).clamp(16, 100_000));
        nodes.push(document);
        Builder {
            source,
            bytes: source.as_bytes(),
            at: 0,
            nodes,
            stack: vec![0],
            open_paragraphs: 0,
            open_links: 0,
            overflow: 0,
            is_cut: false,
            is_deep: false,
            has_body: false,
            has_html: false,
        }
    }

    fn run(mut self) -> Tree<'a> {
        while self.at < self.bytes.len() {
            if self.nodes.len() >= NODE_LIMIT {
                self.is_cut = true;
                break;
            }
            let lt = memchr::memchr(b'<', &self.bytes[self.at..]).map_or(self.bytes.len(), |i| self.at + i);
            if lt > self.at {
                self.text(self.at..lt);
                self.at = lt;
                continue;
            }
            match self.bytes.get(lt + 1) {
                Some(b) if b.is_ascii_alphabetic() => self.start_tag(),
                Some(b'/') if self.bytes.get(lt + 2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(),
                Some(b'/' | b'?') => self.skip_past(b'>'),
                Some(b'!') => self.markup_declaration(),
                _ => {
                    let next = memchr::memchr(b'<', &self.bytes[lt + 1..]).map_or(self.bytes.len(), |i| lt + 1 + i);
                    self.text(lt..next);
                    self.at = next;
                }
            }
        }
        let end = self.nodes.len() as u32;
        while let Some(id) = self.stack.pop() {
            self.nodes[id as usize].end = end;
        }
        Tree { source: self.source, nodes: self.nodes, is_cut: self.is_cut, is_deep: self.is_deep }
    }

    fn skip_past(&mut self, byte: u8) {
        self.at = memchr::memchr(byte, &self.bytes[self.at..]).map_or(self.bytes.len(), |i| self.at + i + 1);
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
        } else if rest.starts_with(b"<![CDATA[")
            && self.stack.iter().any(|&i| matches!(self.nodes[i as usize].tag, Tag::Svg | Tag::Math))
        {
            self.at = memchr::memmem::find(rest, b"]]>").map_or(self.bytes.len(), |i| self.at + i + 3);
        } else {
            self.skip_past(b'>');
        }
    }

    fn top(&self) -> u32 {
        self.stack.last().copied().unwrap_or(0)
    }

    fn tag_at(&self, depth: usize) -> Tag {
        self.nodes[self.stack[depth] as usize].tag
    }

    fn push_node(&mut self, tag: Tag, range: Range<usize>) -> u32 {
        let id = self.nodes.len() as u32;
        // A source is at most 20 MiB and a tree at most NODE_LIMIT nodes, so both fit.
        self.nodes.push(Node {
            tag,
            parent: self.top(),
            end: id + 1,
            start: range.start as u32,
            len: (range.end - range.start) as u32,
        });
        id
    }

    fn text(&mut self, range: Range<usize>) {
        if self.tag_at(self.stack.len() - 1) == Tag::Head {
            if self.bytes[range.clone()].iter().all(|&b| is_space(b)) {
                return;
            }
            self.pop();
        }
        self.push_node(Tag::Text, range);
    }

    fn pop(&mut self) {
        if self.stack.len() < 2 {
            return;
        }
        if let Some(id) = self.stack.pop() {
            match self.nodes[id as usize].tag {
                Tag::P => self.open_paragraphs -= 1,
                Tag::A => self.open_links -= 1,
                _ => {}
            }
            self.nodes[id as usize].end = self.nodes.len() as u32;
        }
    }

    /// Closes the stack down to and including `depth`.
    fn pop_to(&mut self, depth: usize) {
        while self.stack.len() > depth.max(1) {
            self.pop();
        }
    }

    fn close_paragraph(&mut self) {
        if self.open_paragraphs == 0 {
            return;
        }
        for depth in (1..self.stack.len()).rev() {
            let tag = self.tag_at(depth);
            if tag == Tag::P {
                self.pop_to(depth);
                return;
            }
            if tag.is_scope() || tag == Tag::Button {
                return;
            }
        }
    }

    /// Closes an open element of one of `tags`, unless one of `borders` stands between.
    fn close_sibling(&mut self, tags: &[Tag], borders: &[Tag]) {
        for depth in (1..self.stack.len()).rev() {
            let tag = self.tag_at(depth);
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
        let mut at = name_start;
        while at < self.bytes.len() && !is_space(self.bytes[at]) && !matches!(self.bytes[at], b'/' | b'>') {
            at += 1;
        }
        let tag = lower_tag(&self.bytes[name_start..at]);
        let attributes_start = at;
        while let Some((_, _, next)) = scan_attribute(self.bytes, at) {
            at = next;
        }
        while at < self.bytes.len() && self.bytes[at] != b'>' {
            at += 1;
        }
        if at >= self.bytes.len() {
            // The page ends inside a tag: the tag is lost.
            self.at = self.bytes.len();
            return;
        }
        let self_closing = self.bytes[at - 1] == b'/';
        self.at = at + 1;
        let attributes = attributes_start..at;
        self.prepare(tag);
        match tag {
            Tag::Html if std::mem::replace(&mut self.has_html, true) => return,
            Tag::Body if std::mem::replace(&mut self.has_body, true) => return,
            _ => {}
        }
        let id = self.push_node(tag, attributes);
        let foreign = self_closing
            && self.stack.iter().rev().take(16).any(|&i| matches!(self.nodes[i as usize].tag, Tag::Svg | Tag::Math));
        if tag.is_void() || foreign || self_closing && matches!(tag, Tag::Svg | Tag::Math) {
            return;
        }
        if tag.is_raw_text() {
            self.raw_text(id, name_start, attributes_start);
            return;
        }
        if self.stack.len() >= DEPTH_LIMIT {
            self.is_deep = true;
            self.overflow += 1;
            return;
        }
        self.stack.push(id);
        match tag {
            Tag::P => self.open_paragraphs += 1,
            Tag::A => self.open_links += 1,
            _ => {}
        }
    }

    /// Ends what the start of `tag` ends by itself.
    fn prepare(&mut self, tag: Tag) {
        use Tag::*;
        let top = self.tag_at(self.stack.len() - 1);
        if top == Head && !tag.in_head() {
            self.pop();
        }
        if tag.closes_paragraph() {
            self.close_paragraph();
        }
        match tag {
            Li => self.close_sibling(&[Li], &[Ul, Ol, Menu]),
            Dd | Dt => self.close_sibling(&[Dd, Dt], &[Dl]),
            Option | Optgroup if top == Option => self.pop(),
            Td | Th => self.close_sibling(&[Td, Th], &[Tr, Table]),
            Tr => self.close_sibling(&[Tr], &[Table, Tbody, Thead, Tfoot]),
            Tbody | Thead | Tfoot => self.close_sibling(&[Tbody, Thead, Tfoot], &[Table]),
            Button => self.close_sibling(&[Button], &[]),
            A if self.open_links > 0 => {
                for depth in (1..self.stack.len()).rev() {
                    let tag = self.tag_at(depth);
                    if tag == A {
                        self.pop_to(depth);
                        break;
                    }
                    if tag.is_special() {
                        break;
                    }
                }
            }
            _ if tag.is_heading() && top.is_heading() => self.pop(),
            _ => {}
        }
    }

    fn raw_text(&mut self, id: u32, name_start: usize, name_end: usize) {
        let name = &self.bytes[name_start..name_end];
        let start = self.at;
        let mut from = start;
        let (end, next) = loop {
            let Some(i) = memchr::memmem::find(&self.bytes[from..], b"</") else {
                break (self.bytes.len(), self.bytes.len());
            };
            let close = from + i;
            let after = close + 2 + name.len();
            if self.bytes.get(close + 2..after).is_some_and(|n| n.eq_ignore_ascii_case(name))
                && self.bytes.get(after).is_none_or(|&b| is_space(b) || matches!(b, b'/' | b'>'))
            {
                let gt = memchr::memchr(b'>', &self.bytes[after..]).map_or(self.bytes.len(), |i| after + i + 1);
                break (close, gt);
            }
            from = close + 2;
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
        self.at = next;
    }

    fn end_tag(&mut self) {
        let name_start = self.at + 2;
        let mut at = name_start;
        while at < self.bytes.len() && !is_space(self.bytes[at]) && !matches!(self.bytes[at], b'/' | b'>') {
            at += 1;
        }
        let tag = lower_tag(&self.bytes[name_start..at]);
        self.at = at;
        self.skip_past(b'>');
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
        for depth in (1..self.stack.len()).rev() {
            let open = self.tag_at(depth);
            let same = match tag {
                // Names without a rule are told apart by their source.
                Tag::Other | Tag::Custom => open == tag && self.has_name(depth, name_start),
                _ => open == tag || tag.is_heading() && open.is_heading(),
            };
            if same {
                self.pop_to(depth);
                return;
            }
            let blocked = match tag {
                Tag::Table | Tag::Tr | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Td | Tag::Th => {
                    matches!(open, Tag::Table | Tag::Template | Tag::Document)
                }
                Tag::Li => open.is_scope() || matches!(open, Tag::Ul | Tag::Ol),
                _ if tag.is_special() || matches!(tag, Tag::Svg | Tag::Math) => open.is_scope() && open != tag,
                _ => open.is_special(),
            };
            if blocked {
                return;
            }
        }
    }

    fn has_name(&self, depth: usize, name_start: usize) -> bool {
        // The attributes of a node begin right after its name.
        let end = self.nodes[self.stack[depth] as usize].start as usize;
        let mut len = 0;
        while self.bytes.get(name_start + len).is_some_and(|&b| !is_space(b) && !matches!(b, b'/' | b'>')) {
            len += 1;
        }
        end >= len && self.bytes[end - len..end].eq_ignore_ascii_case(&self.bytes[name_start..name_start + len])
    }
}

fn lower_tag(name: &[u8]) -> Tag {
    let mut lower = [0u8; 16];
    if name.len() > lower.len() {
        return if name.contains(&b'-') { Tag::Custom } else { Tag::Other };
    }
    for (to, from) in lower.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    tag_of(&lower[..name.len()])
}

/// The tag of an element with this name, in lower case.
pub(crate) fn tag_named(name: &str) -> Tag {
    lower_tag(name.as_bytes())
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
mod tests {
    use super::*;

    /// The tree as nested brackets: `p[one b[two]]`.
    fn shape(tree: &Tree<'_>, id: Id, out: &mut String) {
        for child in tree.children(id) {
            match tree.nodes[child].tag {
                Tag::Text => out.push_str(tree.text(child).trim()),
                tag => {
                    out.push_str(&format!("{tag:?}").to_lowercase());
                    out.push('[');
                    shape(tree, child, out);
                    out.push(']');
                }
            }
        }
    }

    fn check(html: &str, expected: &str) {
        let tree = Tree::parse(html);
        let mut out = String::new();
        shape(&tree, 0, &mut out);
        assert_eq!(out, expected, "{html}");
    }

    #[test]
    fn ends_that_authors_leave_out_are_implied() {
        check("<p>one<p>two", "p[one]p[two]");
        check("<p>one<div>two</div>three", "p[one]div[two]three");
        check("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "ul[li[a]li[bul[li[c]]]li[d]]");
        check("<table><tr><td>1<td>2<tr><td>3</table>x", "table[tr[td[1]td[2]]tr[td[3]]]x");
        check("<dl><dt>a<dd>b<dt>c</dl>", "dl[dt[a]dd[b]dt[c]]");
        check("<select><option>a<option>b</select>", "select[option[a]option[b]]");
        check("<h2>one<h3>two</h3>", "h2[one]h3[two]");
        check("<a>one<a>two</a>", "a[one]a[two]");
    }

    #[test]
    fn stray_ends_do_not_close_what_they_must_not() {
        check("<div><b>one</div>two", "div[b[one]]two");
        check("<b><p>one</b>two</p>", "b[p[onetwo]]");
        check("<table><tr><td>a</div>b</table>", "table[tr[td[ab]]]");
        check("a</span></p>b", "ab");
        check("<div>a</x-y><x-y>b</x-y>c</div>", "div[acustom[b]c]");
    }

    #[test]
    fn raw_text_and_comments_are_not_markup() {
        check("<script>if (a</b) '<p>'</script>x", "script[if (a</b) '<p>']x");
        check("<title>a &amp; <b></title>", "title[a & <b>]");
        check("a<!-- <p> -- > -->b<!-->c<!-- x --!>d", "abcd");
        check("a < b <3 c", "a< b<3 c");
        check("<p title='a>b' x=\"<\">t</p\n>u", "p[t]u");
        check("<svg><path/><g><title>x</title></g></svg>y", "svg[other[]other[title[x]]]y");
    }

    #[test]
    fn references_decode_as_browsers_do() {
        let check = |text: &str, expected: &str| assert_eq!(decode_references(text, false), expected);
        check("Pe&ntilde;a &amp; Fran&#231;ois &#x2019; &hellip;", "Peña & François ’ …");
        check("AT&T &copy2024 &unknown; &; &# &#150; &notit;", "AT&T ©2024 &unknown; &; &# – ¬it;");
        assert_eq!(decode_references("?a=1&copy=2&amp;b", true), "?a=1&copy=2&b");
    }

    #[test]
    fn attributes_are_read_in_every_quoting() {
        let tree = Tree::parse("<a HREF=x/y title='a \"b\"' data-n=\"1&amp;2\" checked>");
        assert_eq!(tree.attribute(1, "href").as_deref(), Some("x/y"));
        assert_eq!(tree.attribute(1, "title").as_deref(), Some("a \"b\""));
        assert_eq!(tree.attribute(1, "data-n").as_deref(), Some("1&2"));
        assert_eq!(tree.attribute(1, "checked").as_deref(), Some(""));
        assert_eq!(tree.attribute(1, "none"), None);
    }

    #[test]
    fn deep_nesting_is_flattened_and_keeps_its_text() {
        let html = format!("{}deep{}after", "<div>".repeat(20_000), "</div>".repeat(20_000));
        let tree = Tree::parse(&html);
        assert!(tree.is_deep);
        assert_eq!(tree.all_text(0).trim(), "deepafter".trim());
    }

    proptest::proptest! {
        #[test]
        fn parsing_never_panics_and_children_lie_inside(html in "(<[a-z/!]{0,4}[ a-z='\"]{0,8}>|&[a-z#0-9]{0,6};?|\\PC{0,6}|</?(p|li|td|table|a|div|script)>){0,60}") {
            let tree = Tree::parse(&html);
            for id in 1..tree.nodes.len() {
                proptest::prop_assert!(tree.parent(id) < id && tree.end(id) <= tree.end(tree.parent(id)) && tree.end(id) > id);
                tree.text(id);
                tree.attributes(id).count();
            }
        }
    }
}
