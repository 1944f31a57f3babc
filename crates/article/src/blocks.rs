//! A page as a list of runs: paragraphs, headings, list items, rows, each with the text a reader sees.

use crate::html::{Id, Tag, Tree};
use news::article::BlockKind;
use news::text::canonical;

/// Runs after this many are not read; a live blog of a day has some 5,000.
const RUN_LIMIT: usize = 50_000;

/// What a run is by its markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunKind {
    /// A `p`, or text directly in a container.
    Paragraph,
    /// `h1` to `h6`.
    Heading(u8),
    /// A list item.
    Item,
    /// Inside a block quote.
    Quote,
    /// A table row.
    Row,
    /// A figure's caption.
    Caption,
}

impl RunKind {
    /// The kind of block it becomes in an article.
    pub(crate) fn block(self) -> BlockKind {
        match self {
            RunKind::Paragraph | RunKind::Caption => BlockKind::Paragraph,
            RunKind::Heading(_) => BlockKind::Subheading,
            RunKind::Item => BlockKind::ListItem,
            RunKind::Quote => BlockKind::Quote,
            RunKind::Row => BlockKind::TableRow,
        }
    }
}

/// One run of text that a reader sees as a block.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// What it is by its markup.
    pub(crate) kind: RunKind,
    /// Its first text node.
    pub(crate) first: Id,
    /// Canonical text.
    pub(crate) text: String,
    /// Letters and digits in it; a character of a script without spaces counts three.
    pub(crate) weight: u32,
    /// How much of the weight stands inside links.
    pub(crate) link_weight: u32,
}

/// All runs of a page in document order.
pub(crate) fn runs(tree: &Tree<'_>) -> Vec<Run> {
    runs_without(tree, &[])
}

/// [`runs`], as if the elements `dropped`, which stand in document order, were not on the page.
pub(crate) fn runs_without(tree: &Tree<'_>, dropped: &[Id]) -> Vec<Run> {
    let mut walk = Walk { tree, runs: Vec::new(), open: Open::default(), links_end: 0 };
    let mut stack: Vec<(Id, Id)> = Vec::new();
    let mut at = 1;
    let count = tree.nodes.len();
    while at < count {
        while let Some(&(id, end)) = stack.last() {
            if end > at {
                break;
            }
            stack.pop();
            walk.leave(id);
        }
        if walk.runs.len() >= RUN_LIMIT {
            break;
        }
        let tag = tree.nodes[at].tag;
        if tag == Tag::Text {
            walk.text(at);
            at += 1;
            continue;
        }
        if is_unread(tree, at, tag) || dropped.binary_search(&at).is_ok() {
            // Whatever it was, the words around it are two.
            if !matches!(tag, Tag::Script | Tag::Style | Tag::Noscript | Tag::Link | Tag::Meta) {
                walk.open.raw.push(' ');
            }
            at = tree.end(at);
            continue;
        }
        walk.enter(at, tag);
        stack.push((at, tree.end(at)));
        at += 1;
    }
    while let Some((id, _)) = stack.pop() {
        walk.leave(id);
    }
    walk.flush();
    walk.runs
}

/// Elements whose content no reader sees as text.
fn is_unread(tree: &Tree<'_>, id: Id, tag: Tag) -> bool {
    use Tag::*;
    match tag {
        Head | Script | Style | Noscript | Svg | Math | Button | Select | Textarea | Iframe | Audio | Video
        | Object | Canvas | Dialog | Title | Rp | Rt | Noembed | Noframes => true,
        // Words for a voice that reads the page aloud, such as `opens in a new window`.
        Span | H2 | H3 | P => tree.attribute(id, "class").is_some_and(|c| {
            c.split_ascii_whitespace().any(|c| {
                matches!(
                    c,
                    "visually-hidden"
                        | "visuallyhidden"
                        | "sr-only"
                        | "screen-reader-text"
                        | "screenreader-only"
                        | "screen-reader-only"
                )
            })
        }),
        Template => tree.attribute(id, "shadowrootmode").is_none(),
        _ => false,
    }
}

#[derive(Default)]
struct Open {
    raw: String,
    first: Option<Id>,
    link_weight: u32,
    breaks: u32,
}

struct Walk<'t, 'a> {
    tree: &'t Tree<'a>,
    runs: Vec<Run>,
    open: Open,
    /// Where the links met so far end; a later node stands in none of them.
    links_end: Id,
}

impl Walk<'_, '_> {
    fn is_block(&self, id: Id, tag: Tag) -> bool {
        use Tag::*;
        match tag {
            Address | Article | Aside | Blockquote | Body | Caption | Center | Dd | Details | Div | Dl | Dt
            | Fieldset | Figcaption | Figure | Footer | Form | Header | Hgroup | Hr | Html | Legend | Li | Main
            | Menu | Nav | Ol | P | Pre | Section | Summary | Table | Tbody | Tfoot | Thead | Tr | Ul => true,
            _ if tag.is_heading() => true,
            // A component of the site's own: a block, unless it stands in running text.
            Custom => !self.tree.ancestors(id).take(4).any(|a| self.tree.nodes[a].tag == P),
            _ => false,
        }
    }

    fn enter(&mut self, id: Id, tag: Tag) {
        if tag == Tag::A {
            self.links_end = self.links_end.max(self.tree.end(id));
        }
        match tag {
            Tag::Br => {
                self.open.breaks += 1;
                self.open.raw.push('\n');
                // Two breaks in a row part paragraphs.
                if self.open.breaks == 2 {
                    self.flush();
                }
            }
            Tag::Td | Tag::Th if self.open.raw.contains(|c: char| !c.is_whitespace()) => self.open.raw.push_str(" | "),
            Tag::Td | Tag::Th => {}
            Tag::Img | Tag::Input => self.open.raw.push(' '),
            _ if self.is_block(id, tag) => self.flush(),
            _ => {}
        }
    }

    fn leave(&mut self, id: Id) {
        let tag = self.tree.nodes[id].tag;
        if !matches!(tag, Tag::Br) && self.is_block(id, tag) {
            self.flush();
        }
    }

    fn text(&mut self, id: Id) {
        let text = self.tree.text(id);
        if text.trim().is_empty() {
            self.open.raw.push(' ');
            return;
        }
        self.open.breaks = 0;
        self.open.first.get_or_insert(id);
        if id < self.links_end && self.tree.ancestors(id).take(12).any(|a| self.tree.nodes[a].tag == Tag::A) {
            self.open.link_weight += weight(&text);
        }
        self.open.raw.push_str(&text);
    }

    fn flush(&mut self) {
        let link_weight = std::mem::take(&mut self.open.link_weight);
        let Some(first) = self.open.first.take() else {
            self.open.raw.clear();
            self.open.breaks = self.open.breaks.min(2);
            return;
        };
        self.open.breaks = 0;
        let mut text = canonical(&self.open.raw);
        self.open.raw.clear();
        text.truncate(text.trim_end_matches(" |").len());
        if text.is_empty() {
            return;
        }
        // Thousands of runs are kept until the end of the page.
        text.shrink_to_fit();
        let kind = self.kind(first);
        let weight = weight(&text);
        self.runs.push(Run { kind, first, text, weight, link_weight });
    }

    /// What the run that begins at `first` is.
    fn kind(&self, first: Id) -> RunKind {
        use Tag::*;
        let mut kind = None;
        for ancestor in self.tree.ancestors(first) {
            let tag = self.tree.nodes[ancestor].tag;
            match tag {
                H1 => kind = Some(RunKind::Heading(1)),
                H2 => kind = Some(RunKind::Heading(2)),
                H3 => kind = Some(RunKind::Heading(3)),
                H4 => kind = Some(RunKind::Heading(4)),
                H5 | H6 => kind = Some(RunKind::Heading(5)),
                Figcaption => kind = Some(RunKind::Caption),
                Blockquote => kind = kind.or(Some(RunKind::Quote)),
                Li | Dd | Dt => kind = kind.or(Some(RunKind::Item)),
                Tr => kind = kind.or(Some(RunKind::Row)),
                // What holds whole articles says nothing about one run.
                Article | Section | Main | Body | Table => break,
                _ => {}
            }
        }
        kind.unwrap_or(RunKind::Paragraph)
    }
}

/// Letters and digits; a character of a script written without spaces counts three, as a word has about
/// five letters and such a word about one and a half characters.
pub(crate) fn weight(text: &str) -> u32 {
    if text.is_ascii() {
        return text.bytes().map(|b| u32::from(b.is_ascii_alphanumeric())).sum();
    }
    text.chars()
        .map(|c| match c {
            c if c.is_ascii() => u32::from(c.is_ascii_alphanumeric()),
            '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{e00}'..='\u{eff}' => 3,
            '\u{ac00}'..='\u{d7af}' => 2,
            c => u32::from(c.is_alphanumeric()),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[(RunKind, &str)]) {
        let tree = Tree::parse(html);
        let got: Vec<(RunKind, String)> = runs(&tree).into_iter().map(|r| (r.kind, r.text)).collect();
        let expected: Vec<(RunKind, String)> = expected.iter().map(|(k, t)| (*k, (*t).to_owned())).collect();
        assert_eq!(got, expected, "{html}");
    }

    #[test]
    fn blocks_part_words_and_inline_tags_do_not() {
        use RunKind::*;
        check("<p>He <b>s</b>aid<i>:</i> yes</p>", &[(Paragraph, "He said: yes")]);
        check("<div>one<p>two</p>three</div>", &[(Paragraph, "one"), (Paragraph, "two"), (Paragraph, "three")]);
        check("one<br>two<br><br>three", &[(Paragraph, "one two"), (Paragraph, "three")]);
        check("<ul><li>a<li>b</ul>", &[(Item, "a"), (Item, "b")]);
        check("<table><tr><td>a</td><td>b</td></tr></table>", &[(Row, "a | b")]);
        check("<blockquote><p>q</p></blockquote><h2>h</h2>", &[(Quote, "q"), (Heading(2), "h")]);
        check("a<script>x</script>b<style>y</style>c", &[(Paragraph, "abc")]);
        check("<figure><figcaption>cap</figcaption></figure>", &[(Caption, "cap")]);
    }
}
