//! Finding the text: which container holds it, and what inside that is not part of it.
//!
//! Every run of the page gets a value from its length, its links and its shape; a container's value is the sum
//! over its runs. The container with the highest value is narrowed to the smallest one that still holds almost
//! all of it, so that text in several sibling containers stays together. What JSON-LD gives as the body is a
//! witness for runs in doubt. Then furniture is taken out run by run, each time for a reason with a name.

use crate::blocks::{Run, RunKind, weight};
use crate::date;
use crate::furniture::{self, Signs};
use crate::guide::OnPage;
use crate::html::{Id, Tag, Tree};
use crate::tuning::Tuning;
use news::article::BlockKind;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The text of a page, found.
#[derive(Default)]
pub(crate) struct Body {
    /// Kind and text of each block, in order, without the standfirst.
    pub(crate) parts: Vec<(BlockKind, String)>,
    /// Summary under the headline, where the markup shows one.
    pub(crate) standfirst: Option<String>,
    /// Captions of the pictures in the text.
    pub(crate) captions: Vec<String>,
    /// The line that names the writers, as printed.
    pub(crate) byline: Option<String>,
}

/// What the page says elsewhere and the search may lean on.
pub(crate) struct Witness<'w> {
    /// The headline as chosen.
    pub(crate) headline: Option<&'w str>,
    /// Summaries in the metadata.
    pub(crate) descriptions: &'w [String],
    /// The body in JSON-LD.
    pub(crate) body: Option<&'w str>,
    /// The writers as far as the metadata names them.
    pub(crate) authors: &'w [String],
    /// The path of the page's own address.
    pub(crate) address: &'w str,
    /// What the guide names on this page.
    pub(crate) here: &'w OnPage<'w>,
}

mod flag {
    pub(super) const BODY: u16 = 1;
    pub(super) const NOISE: u16 = 2;
    pub(super) const COMMENT: u16 = 4;
    pub(super) const CAPTION: u16 = 8;
    pub(super) const BYLINE: u16 = 16;
    pub(super) const STANDFIRST: u16 = 32;
    pub(super) const HIDDEN: u16 = 64;
    pub(super) const WEAK: u16 = 128;
    pub(super) const STRONG: u16 = 256;
    pub(super) const CARD: u16 = 512;
    pub(super) const PICTURES: u16 = 1024;
    pub(super) const OUT: u16 = NOISE | COMMENT | HIDDEN | CARD;
}

/// Headings that may end a text, looked at on one page.
const END_LIMIT: usize = 64;

/// Finds the body of a page among its runs.
pub(crate) fn find(tree: &Tree<'_>, runs: &[Run], witness: &Witness<'_>, tuning: &Tuning) -> Body {
    let finder = Finder::new(tree, runs, witness, tuning);
    let own = finder.container();
    let Some(container) = witness.here.container(tree, own, &finder.prose) else { return Body::default() };
    let trace = &witness.here.trace;
    witness.here.compare(tree, runs, container);
    if let Some(own) = own.filter(|own| *own != container && !witness.here.has_body()) {
        // What held the text on other pages must do so here; on a page of another make it does not. Where both give the
        // same text, the page's own stays, and with it what stands around the text.
        let parts = |container| finder.trim(container).parts;
        let (learned, found) = (parts(container), parts(own));
        let is_lighter = total_weight(&learned) * 10 < total_weight(&found) * 7;
        trace.forget_dropped();
        if is_lighter || learned == found {
            trace.container(tree, Some(own), "page");
            witness.here.chosen(tree, runs, own);
            return finder.trim(own);
        }
    }
    witness.here.chosen(tree, runs, container);
    finder.trim(container)
}

struct Finder<'f, 'a> {
    tree: &'f Tree<'a>,
    runs: &'f [Run],
    witness: &'f Witness<'f>,
    tuning: &'f Tuning,
    /// Flags of each element, by node.
    flags: Vec<u16>,
    /// Sum of the weights of the runs in each element.
    weights: Vec<u32>,
    links: Vec<u32>,
    /// Weight of the runs in each element that read like sentences and are no links.
    prose: Vec<u32>,
    /// Of each run, how much the JSON-LD body knows of it; empty without one.
    known_shares: Vec<Option<f32>>,
    folded_headline: String,
    /// The run on the page that is the headline.
    headline: Option<Id>,
    /// How many pictures stand before each node.
    pictures: Vec<u32>,
}

fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A number for each four words in a row.
fn shingles(text: &str) -> Vec<u64> {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let build = BuildHasherDefault::<DefaultHasher>::default();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.windows(4.min(words.len().max(1))).map(|w| build.hash_one(w)).collect()
}

impl<'f, 'a> Finder<'f, 'a> {
    fn new(tree: &'f Tree<'a>, runs: &'f [Run], witness: &'f Witness<'f>, tuning: &'f Tuning) -> Self {
        let count = tree.nodes.len();
        let mut weights = vec![0; count];
        let mut links = vec![0; count];
        let mut prose = vec![0; count];
        let mut flags = vec![u16::MAX; count];
        // A page has few names and many elements that bear them.
        let mut names: HashMap<&str, u16> = HashMap::new();
        for run in runs {
            let is_text = is_text_run(run, tuning);
            let own_prose = if is_text { run.weight } else { 0 };
            for id in std::iter::once(run.first).chain(tree.ancestors(run.first)) {
                weights[id] += run.weight;
                links[id] += run.link_weight;
                prose[id] += own_prose;
                if flags[id] == u16::MAX {
                    flags[id] = element_flags(tree, id, &mut names);
                }
            }
        }
        let known: HashSet<u64> = witness.body.map(|b| shingles(b).into_iter().collect()).unwrap_or_default();
        let share = |run: &Run| {
            let own = shingles(&run.text);
            (own.len() >= 3).then(|| own.iter().filter(|s| known.contains(s)).count() as f32 / own.len() as f32)
        };
        let known_shares = if known.is_empty() { Vec::new() } else { runs.iter().map(share).collect() };
        let folded_headline = witness.headline.map(fold).unwrap_or_default();
        let headline = runs
            .iter()
            .filter(|r| matches!(r.kind, RunKind::Heading(_)))
            .find(|r| !folded_headline.is_empty() && fold(&r.text) == folded_headline)
            .map(|r| r.first);
        let mut pictures = Vec::with_capacity(count + 1);
        let mut before = 0;
        for node in &tree.nodes {
            pictures.push(before);
            before += u32::from(node.tag == Tag::Img);
        }
        pictures.push(before);
        let mut finder = Finder {
            tree,
            runs,
            witness,
            tuning,
            flags,
            weights,
            links,
            prose,
            known_shares,
            folded_headline,
            headline,
            pictures,
        };
        finder.mark_cards();
        finder
    }

    /// How much of a run the JSON-LD body knows, 0 to 1; `None` without one or for a run too short to tell.
    fn known_share(&self, run: &Run) -> Option<f32> {
        let at = self.runs.binary_search_by_key(&run.first, |r| r.first).ok()?;
        *self.known_shares.get(at)?
    }

    /// Whether a run stands in an element, below `top`, that one of `wanted` marks and that does not hold most of the text.
    fn is_marked(&self, run: &Run, top: Id, wanted: u16) -> bool {
        let all = self.prose[top];
        std::iter::once(run.first).chain(self.tree.ancestors(run.first)).take_while(|&id| id != top).any(|id| {
            let found = self.flags[id] & wanted;
            if found == 0 {
                return false;
            }
            // A name that marks what holds most of the text is about something else.
            let most = if found & (flag::COMMENT | flag::CARD) != 0 {
                self.tuning.comment_share
            } else if self.holds_headline(id) {
                self.tuning.headline_share
            } else {
                self.tuning.noise_share
            };
            self.prose[id] as f32 <= all as f32 * most || all == 0
        })
    }

    fn holds_headline(&self, id: Id) -> bool {
        self.headline.is_some_and(|h| self.tree.inside(id).contains(&h))
    }

    fn is_nested_article(&self, id: Id) -> bool {
        self.tree.ancestors(id).any(|a| self.tree.nodes[a].tag == Tag::Article)
    }

    /// Marks teasers: three or more siblings of one name, each with a line that is all link.
    fn mark_cards(&mut self) {
        let mut links = vec![false; self.tree.nodes.len()];
        for run in self.runs {
            // A teaser's line is all link, or text that breaks off.
            if run.weight >= 15
                && (run.link_weight * 10 >= run.weight * 9
                    || run.link_weight > 0 && run.text.ends_with(['…', '.']) && furniture::breaks_off(&run.text))
            {
                links[run.first] = true;
                for id in self.tree.ancestors(run.first).take(8) {
                    links[id] = true;
                }
            }
        }
        let mut groups: Vec<(Id, Tag, String, Id)> = Vec::new();
        for (id, has_link) in links.iter().enumerate().skip(1) {
            let tag = self.tree.nodes[id].tag;
            let is_card = *has_link
                && matches!(tag, Tag::Article | Tag::Div | Tag::Li | Tag::Section | Tag::Td | Tag::A)
                && self.prose[id] * 4 < self.prose[0] * 3
                && (self.links[id] as f32 > self.tuning.card_link_share * self.weights[id] as f32
                    || tag == Tag::Article && self.is_nested_article(id));
            if is_card {
                // Numbers in names (`post-123`) tell siblings apart; the rest of the name makes them one kind.
                let class = self.tree.attribute(id, "class").unwrap_or_default();
                let class = class
                    .split_whitespace()
                    .filter(|c| !c.contains(|c: char| c.is_ascii_digit()))
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(" ");
                groups.push((self.tree.parent(id), tag, class, id));
            }
        }
        groups.sort();
        for same in groups.chunk_by(|a, b| a.0 == b.0 && a.1 == b.1 && a.2 == b.2).filter(|same| same.len() >= 3) {
            for (_, _, _, id) in same {
                self.flags[*id] |= flag::CARD;
            }
        }
    }

    fn value(&self, run: &Run) -> f32 {
        let weight = run.weight as f32;
        let links = run.link_weight as f32 / weight.max(1.0);
        if self.is_marked(run, 0, flag::OUT | flag::CAPTION) || run.kind == RunKind::Caption {
            return -0.1 * weight.min(200.0);
        }
        if let Some(share) = self.known_share(run)
            && share > self.tuning.known_share
        {
            return 2.0 * weight;
        }
        if links > self.tuning.link_share {
            return -weight.min(150.0);
        }
        match run.kind {
            RunKind::Heading(_) => 0.0,
            // Where the page names the element that holds its text, lines that are no sentences count too.
            _ if weight >= 25.0 && self.is_named(run) => weight.min(1200.0) * (1.0 - links) * self.tuning.named_factor,
            _ if weight >= self.tuning.prose_weight && is_prose(&run.text) => weight.min(1200.0) * (1.0 - links),
            RunKind::Paragraph | RunKind::Quote if weight >= 25.0 && is_prose(&run.text) => {
                weight * 0.5 * (1.0 - links)
            }
            _ if weight >= 80.0 => weight * 0.3 * (1.0 - links),
            _ => -2.0,
        }
    }

    /// Whether an element around the run is named as the one that holds the text.
    fn is_named(&self, run: &Run) -> bool {
        self.tree.ancestors(run.first).take(8).any(|id| self.flags[id] & flag::BODY != 0)
    }

    fn container(&self) -> Option<Id> {
        let mut values = vec![0.0f32; self.tree.nodes.len()];
        let mut any = false;
        for run in self.runs {
            let value = self.value(run);
            any |= value > 0.0;
            // A run weighs in its own container and in every one around, a little less each step out.
            let mut share = 1.0;
            for (step, id) in self.tree.ancestors(run.first).enumerate() {
                values[id] += value * share;
                if step > 2 {
                    share *= self.tuning.step_share;
                }
            }
        }
        if !any {
            return None;
        }
        self.witness.here.trace.containers(self.tree, &values);
        let best = (0..values.len())
            .filter(|&id| self.tree.nodes[id].tag != Tag::Text)
            .fold(0, |best, id| if values[id] > values[best] { id } else { best });
        if values[best] <= 0.0 {
            return None;
        }
        let mut at = best;
        loop {
            let heavy = self
                .tree
                .children(at)
                .filter(|&c| self.tree.nodes[c].tag != Tag::Text)
                .max_by(|a, b| values[*a].total_cmp(&values[*b]));
            match heavy {
                Some(child)
                    if values[child] >= self.tuning.narrow_share * values[at]
                        && is_container(self.tree.nodes[child].tag) =>
                {
                    at = child
                }
                _ => return Some(at),
            }
        }
    }

    fn trim(&self, container: Id) -> Body {
        let mut body = Body::default();
        let here = self.witness.here;
        let left_out = |run: &Run, reason| here.trace.dropped(self.tree, run, reason);
        let inside = self.tree.inside(container);
        let repeated = self.repeated(container);
        let clocks = self.clocks(container);
        let alternatives: HashSet<String> = inside
            .clone()
            .filter(|&id| self.tree.nodes[id].tag == Tag::Img)
            .filter_map(|id| self.tree.attribute(id, "alt"))
            .filter(|text| (40..2000).contains(&text.len()))
            .map(|text| fold(&text))
            .collect();
        let mut kept: Vec<&Run> = Vec::new();
        let mut prose_seen = 0u32;
        let mut ends = 0;
        let mut seen: HashSet<&str> = HashSet::new();
        if !here.has_body() {
            self.read_head(container, &mut body);
        }
        for run in self.runs.iter().filter(|r| here.holds(self.tree, container, r)) {
            if here.keeps(self.tree, run) {
                prose_seen += u32::from(run.weight as f32 >= self.tuning.prose_weight && is_prose(&run.text));
                kept.push(run);
                continue;
            }
            let known = self.known_share(run).is_some_and(|s| s > 0.8);
            let signs = signs(run);
            if run.kind == RunKind::Caption
                || self.is_marked(run, container, flag::CAPTION) && !known
                || self.in_figure(run, container)
                || !known
                    && (self.is_beside_picture(run, container)
                        || (40..300).contains(&run.weight)
                            && !alternatives.is_empty()
                            && alternatives.contains(&fold(&run.text))
                        || run.weight < 300 && signs.is_caption)
            {
                if !self.is_marked(run, container, flag::OUT)
                    && body.captions.len() < 200
                    && !body.captions.contains(&run.text)
                {
                    body.captions.push(run.text.clone());
                }
                left_out(run, "caption");
                continue;
            }
            if self.is_marked(run, container, flag::BYLINE) && run.weight < 200 && !known {
                if body.byline.is_none() && prose_seen == 0 {
                    body.byline = Some(run.text.clone());
                }
                left_out(run, "byline");
                continue;
            }
            if !known && (self.is_marked(run, container, flag::OUT) || self.is_link_list(run, container)) {
                left_out(run, if self.is_marked(run, container, flag::OUT) { "marked" } else { "links" });
                continue;
            }
            if clocks.contains(&run.first) {
                kept.push(run);
                continue;
            }
            if self.is_furniture(run, signs, prose_seen) || repeated.contains(run.text.as_str()) {
                if prose_seen == 0 && body.byline.is_none() && is_byline(&run.text) {
                    body.byline = Some(run.text.clone());
                }
                left_out(run, "furniture");
                continue;
            }
            if !known && here.repeats(run) {
                left_out(run, "on-other-pages");
                continue;
            }
            // The same long paragraph twice is a pulled quotation or a copy for another screen.
            if run.weight > 40 && !seen.insert(&run.text) {
                left_out(run, "twice");
                continue;
            }
            if matches!(run.kind, RunKind::Heading(_)) && prose_seen > 0 && is_end_heading(&run.text) {
                // Each looks at all runs that follow; a page with many is no article that goes on after them.
                ends += 1;
                if ends > END_LIMIT {
                    continue;
                }
                let before: u32 = kept.iter().map(|r| r.weight).sum();
                let later = || self.runs.iter().filter(|r| r.first > run.first && inside.contains(&r.first));
                let after: u32 = later().map(|r| r.weight).sum();
                // Text that goes on in the same container is still the article's.
                let holder = |r: &Run| self.tree.parent(self.tree.parent(r.first));
                let last = kept.iter().rev().find(|r| r.weight >= 60 && is_prose(&r.text)).map(|r| holder(r));
                let goes_on = later()
                    .filter(|r| r.weight >= 60 && r.link_weight * 2 < r.weight && is_prose(&r.text))
                    .filter(|r| Some(holder(r)) == last)
                    .count();
                left_out(run, "end-heading");
                if goes_on < 2 && (before * 2 > after || before > 600) {
                    let (keep, rest) = later().partition::<Vec<_>, _>(|r| here.keeps(self.tree, r));
                    rest.into_iter().for_each(|r| left_out(r, "after-end"));
                    kept.extend(keep);
                    break;
                }
                continue;
            }
            prose_seen += u32::from(run.weight as f32 >= self.tuning.prose_weight && is_prose(&run.text));
            kept.push(run);
        }
        self.drop_strays(container, &mut kept);
        self.drop_end(&mut kept);
        self.keep_known(&mut kept);
        self.drop_pulled(&mut kept);
        self.standfirst(container, &mut kept, &mut body);
        body.parts.extend(kept.into_iter().map(|run| (run.kind.block(), run.text.clone())));
        body
    }

    /// Takes the captions and the byline that stand between the headline and the container.
    fn read_head(&self, container: Id, body: &mut Body) {
        let Some(headline) = self.headline.filter(|h| *h < container) else { return };
        let head = self.runs.iter().skip_while(|r| r.first <= headline).take_while(|r| r.first < container);
        for run in head.filter(|r| !self.is_marked(r, 0, flag::OUT)) {
            if run.kind == RunKind::Caption || self.is_marked(run, 0, flag::CAPTION) {
                if body.captions.len() < 200 && !body.captions.contains(&run.text) {
                    body.captions.push(run.text.clone());
                }
            } else if body.byline.is_none()
                && run.weight < 200
                && (self.is_marked(run, 0, flag::BYLINE) || is_byline(&run.text))
            {
                body.byline = Some(run.text.clone());
            }
        }
    }

    /// The first nodes of the lines that say when each entry of a live page was written: three or more `time` elements
    /// with a clock in them, each with text of its own before the next. Elsewhere such a line is the page's own date.
    fn clocks(&self, container: Id) -> HashSet<Id> {
        let inside = self.tree.inside(container);
        let mut found = HashSet::new();
        let mut open = None;
        for run in self.runs.iter().filter(|r| inside.contains(&r.first)) {
            let is_clock = run.weight < 30
                && run.text.as_bytes().windows(2).any(|w| w[0].is_ascii_digit() && matches!(w[1], b':' | b'.'))
                && self.tree.ancestors(run.first).take(3).any(|id| self.tree.nodes[id].tag == Tag::Time)
                && (run.text.chars().filter(|c| c.is_alphabetic()).count() < 5 || date::is_line(&run.text));
            if is_clock {
                open = Some(run.first);
            } else if run.weight as f32 >= self.tuning.prose_weight && is_prose(&run.text) {
                found.extend(open.take());
            }
        }
        if found.len() < 3 { HashSet::new() } else { found }
    }

    /// Short lines that stand in the container again and again: a label on every block, an advertisement's mark.
    fn repeated(&self, container: Id) -> HashSet<&'f str> {
        let inside = self.tree.inside(container);
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for run in self.runs.iter().filter(|r| inside.contains(&r.first)) {
            if run.weight < 60
                && run.weight > 0
                && !matches!(run.kind, RunKind::Row | RunKind::Item)
                && (run.link_weight == 0 || run.link_weight == run.weight)
                && !is_sentence(&run.text)
            {
                *counts.entry(run.text.as_str()).or_default() += 1;
            }
        }
        counts.retain(|_, n| *n as f32 >= self.tuning.repeats);
        // A label or two; where many lines come again, the text is a schedule or a list of goods.
        if counts.len() > 3 {
            return HashSet::new();
        }
        counts.into_keys().collect()
    }

    /// Before the first and after the last run of the innermost element with most of the prose, only what is
    /// text by itself stays.
    fn drop_strays(&self, container: Id, kept: &mut Vec<&Run>) {
        let mut core = container;
        loop {
            let heavy = self
                .tree
                .children(core)
                .filter(|&c| self.tree.nodes[c].tag != Tag::Text)
                .max_by_key(|&c| self.prose[c]);
            match heavy {
                Some(child)
                    if self.prose[child] as f32 >= self.tuning.core_share * self.prose[container] as f32
                        && is_container(self.tree.nodes[child].tag) =>
                {
                    core = child
                }
                _ => break,
            }
        }
        if core == container {
            return;
        }
        let is_core_named =
            std::iter::once(core).chain(self.tree.ancestors(core).take(8)).any(|id| self.flags[id] & flag::BODY != 0);
        let core = self.tree.inside(core);
        let stays = |run: &Run| {
            core.contains(&run.first)
                || !is_core_named && self.is_named(run)
                || run.weight as f32 >= self.tuning.stray_weight
                    && run.link_weight * 4 < run.weight
                    && is_prose(&run.text)
                || self.known_share(run).is_some_and(|s| s > self.tuning.known_share)
        };
        let descriptions: Vec<String> = self.witness.descriptions.iter().map(|d| fold(d)).collect();
        let Some(first) = kept.iter().position(|run| stays(run)) else { return };
        let last = kept.iter().rposition(|run| stays(run)).unwrap_or(first);
        let words: HashSet<u64> = kept[first..=last].iter().flat_map(|r| furniture::stems(&r.text)).collect();
        // A summary before the text belongs to it, and so does a paragraph that speaks of the same.
        let mut at = 0;
        kept.retain(|run| {
            let here = at;
            at += 1;
            if here >= first {
                return here <= last;
            }
            let folded = fold(&run.text);
            self.is_marked(run, 0, flag::STANDFIRST)
                || run.weight >= 20 && descriptions.iter().any(|d| d.contains(&folded))
                || run.weight as f32 >= self.tuning.prose_weight
                    && is_prose(&run.text)
                    && agrees(&run.text, &words, self.tuning.summary_share * 0.5)
        });
    }

    /// Takes lines about the text off its end: who else reported, who the writer is, headings without text.
    fn drop_end(&self, kept: &mut Vec<&Run>) {
        while kept.len() > 1 {
            let Some(run) = kept.last() else { return };
            let about_writer = run.weight < 700 && self.is_about_writer(&run.text);
            let is_end = matches!(run.kind, RunKind::Heading(_))
                || run.weight == 0
                || about_writer
                || furniture::is_credit(&run.text);
            if !is_end {
                return;
            }
            kept.pop();
        }
    }

    /// Whether a text is about one of the writers: it opens with their name, and nobody speaks.
    fn is_about_writer(&self, text: &str) -> bool {
        !text.contains(['“', '”', '„', '«', '"'])
            && self.witness.authors.iter().any(|author| {
                let opening: String = text.chars().take(author.chars().count() + 30).collect();
                author.contains(' ') && opening.contains(author.as_str())
                    || text.strip_prefix(author.as_str()).is_some_and(|rest| rest.starts_with(" is "))
            })
    }

    /// Takes out quotations pulled from a paragraph of the text.
    fn drop_pulled(&self, kept: &mut Vec<&Run>) {
        let is_candidate = |run: &Run| {
            (25..350).contains(&run.weight)
                && (run.kind == RunKind::Quote
                    || run.weight >= 60 && run.text.starts_with(['“', '"', '„', '«', '‘', '”']))
        };
        let candidates = kept.iter().filter(|r| is_candidate(r)).take(41).count();
        if candidates == 0 || candidates > 40 {
            return;
        }
        let all: Vec<String> = kept.iter().map(|r| fold(&r.text)).collect();
        let mut at = 0;
        kept.retain(|run| {
            let here = at;
            at += 1;
            !is_candidate(run)
                || !all.iter().enumerate().any(|(other, text)| {
                    other != here && text.len() > all[here].len() && text.contains(all[here].as_str())
                })
        });
    }

    /// Where JSON-LD gives the whole body, what it does not know is not part of it; headings between known
    /// paragraphs stay, since bodies in JSON-LD leave them out.
    fn keep_known(&self, kept: &mut Vec<&Run>) {
        let shares: Vec<Option<f32>> = kept.iter().map(|run| self.known_share(run)).collect();
        let all: u32 = kept.iter().map(|run| run.weight).sum();
        let known: u32 =
            kept.iter().zip(&shares).filter(|(_, s)| s.is_some_and(|s| s > 0.7)).map(|(r, _)| r.weight).sum();
        let body = self.witness.body.map_or(0, weight);
        if body == 0 || known * 10 < all * 7 || known * 10 < body * 7 {
            return;
        }
        let is_known = |at: usize| shares[at].is_some_and(|s| s > 0.7);
        let Some(first) = (0..kept.len()).find(|&at| is_known(at)) else { return };
        let Some(last) = (0..kept.len()).rev().find(|&at| is_known(at)) else { return };
        let mut at = 0;
        kept.retain(|run| {
            let here = at;
            at += 1;
            let is_summary = here < first && self.is_marked(run, 0, flag::STANDFIRST);
            let is_lead = here < first && run.weight >= 60 && here + 2 >= first && is_prose(&run.text);
            let stays = (first..=last).contains(&here)
                && (shares[here].is_none_or(|s| s > 0.2)
                    || matches!(run.kind, RunKind::Heading(_) | RunKind::Item | RunKind::Quote | RunKind::Row))
                || is_summary
                || is_lead
                || self.witness.here.keeps(self.tree, run);
            if !stays {
                self.witness.here.trace.dropped(self.tree, run, "not-in-json-ld");
            }
            stays
        });
    }

    /// The summary under the headline: marked so, equal to a summary in the metadata, or a paragraph between
    /// headline and text.
    fn standfirst(&self, container: Id, kept: &mut Vec<&Run>, body: &mut Body) {
        let descriptions: Vec<String> = self.witness.descriptions.iter().map(|d| fold(d)).collect();
        let is_summary = |run: &Run| {
            let folded = fold(&run.text);
            folded.chars().count() > 30
                && descriptions.iter().any(|d| {
                    *d == folded
                        || d.len() > 60 && (folded.starts_with(d.as_str()) || folded.ends_with(d.as_str()))
                        || folded.len() > 60 && d.starts_with(&folded)
                })
        };
        let Some(first_prose) = kept.iter().find(|r| r.weight >= 60 && is_prose(&r.text)).map(|r| r.first) else {
            return;
        };
        let headline = self.headline.or_else(|| {
            self.runs
                .iter()
                .rev()
                .find(|r| r.first < first_prose && matches!(r.kind, RunKind::Heading(1)))
                .map(|r| r.first)
        });
        let from = headline.filter(|h| *h < first_prose);
        let before = self.runs.iter().filter(|r| from.is_none_or(|h| r.first > h) && r.first <= first_prose);
        let before: Vec<&Run> = before
            .filter(|r| r.weight >= 20 && r.weight < 800 && r.link_weight * 2 < r.weight && r.kind != RunKind::Caption)
            .filter(|r| !self.is_marked(r, 0, flag::HIDDEN | flag::COMMENT | flag::CAPTION | flag::CARD))
            .filter(|r| !matches!(r.kind, RunKind::Heading(1)) && !self.is_headline_again(r))
            .filter(|r| !is_notice(r, signs(r)) && !self.names_writer(r))
            .collect();
        let words: HashSet<u64> = kept.iter().flat_map(|r| furniture::stems(&r.text)).collect();
        let own = |run: &Run| self.tree.ancestors(run.first).take(3).any(|id| self.flags[id] & flag::STANDFIRST != 0);
        let is_out = |run: &Run| self.is_marked(run, 0, flag::OUT | flag::BYLINE);
        let is_stated = |run: &Run| {
            is_summary(run) && !is_out(run) && (run.first < first_prose || !matches!(run.kind, RunKind::Paragraph))
        };
        let is_own = |run: &Run| own(run) && from.is_some();
        let found = before
            .iter()
            .find(|r| is_own(r) && is_stated(r))
            .or_else(|| {
                before.iter().find(|r| is_stated(r) && (is_sentence(&r.text) || !matches!(r.kind, RunKind::Heading(_))))
            })
            .or_else(|| before.iter().find(|r| is_own(r) && agrees(&r.text, &words, self.tuning.summary_share * 0.5)))
            .or_else(|| before.iter().find(|r| is_stated(r)))
            .or_else(|| {
                let shared = |run: &Run| {
                    self.tree.ancestors(run.first).any(|id| {
                        matches!(self.tree.nodes[id].tag, Tag::Article | Tag::Main | Tag::Header)
                            && (self.tree.inside(id).contains(&container) || self.tree.nodes[id].tag == Tag::Header)
                    })
                };
                before.iter().find(|r| {
                    from.is_some()
                        && r.first < first_prose
                        && r.weight >= 50
                        && is_prose(&r.text)
                        && !is_out(r)
                        && shared(r)
                        && !is_byline(&r.text)
                        && !self.in_figure(r, 0)
                        && agrees(&r.text, &words, self.tuning.summary_share)
                        && date::printed(&r.text).is_none()
                })
            })
            .copied();
        let Some(run) = found else { return };
        // What stands in the text before its summary is a kicker.
        kept.retain(|k| k.first != run.first && (k.first > run.first || k.weight >= 60) && k.text != run.text);
        body.standfirst = Some(run.text.clone());
        // A summary in points: the other points of the list follow it.
        if run.kind == RunKind::Item
            && let Some(list) =
                self.tree.ancestors(run.first).find(|&a| matches!(self.tree.nodes[a].tag, Tag::Ul | Tag::Ol))
        {
            let inside = self.tree.inside(list);
            let points: Vec<&Run> =
                self.runs.iter().filter(|r| inside.contains(&r.first) && r.first != run.first).collect();
            if points.len() < 8 && points.iter().all(|r| r.weight >= 20 && r.link_weight * 2 < r.weight) {
                kept.retain(|k| !inside.contains(&k.first));
                body.parts.extend(points.into_iter().map(|r| (BlockKind::ListItem, r.text.clone())));
            }
        }
    }

    fn is_headline_again(&self, run: &Run) -> bool {
        let folded = fold(&run.text);
        folded == self.folded_headline
            || self.folded_headline.len() > 20
                && folded.len() < self.folded_headline.len() * 2
                && folded.contains(&self.folded_headline)
            || folded.len() > 20 && self.folded_headline.contains(&folded)
    }

    /// Whether a run opens with a writer's name.
    fn names_writer(&self, run: &Run) -> bool {
        self.witness.authors.iter().any(|a| a.contains(' ') && run.text.starts_with(a.as_str()))
    }

    /// A short run in a small element that holds a picture and nothing else.
    fn is_beside_picture(&self, run: &Run, top: Id) -> bool {
        if run.weight as f32 >= self.tuning.caption_weight || matches!(run.kind, RunKind::Heading(_)) {
            return false;
        }
        self.tree.ancestors(run.first).take(5).take_while(|&id| id != top && self.weights[id] <= run.weight + 40).any(
            |id| {
                let has_picture = self.pictures[self.tree.end(id)] > self.pictures[id];
                has_picture && (self.tree.nodes[id].tag != Tag::P || !is_prose(&run.text))
            },
        )
    }

    fn in_figure(&self, run: &Run, top: Id) -> bool {
        self.tree
            .ancestors(run.first)
            .take_while(|&id| id != top)
            .any(|id| self.tree.nodes[id].tag == Tag::Figure && self.weights[id] * 4 < self.weights[top])
            && !matches!(run.kind, RunKind::Quote)
            && (run.weight as f32) < self.tuning.figure_weight
    }

    /// A run in a small container that is mostly links.
    fn is_link_list(&self, run: &Run, top: Id) -> bool {
        if run.link_weight * 10 >= run.weight * 9
            && run.weight < 200
            && !matches!(run.kind, RunKind::Paragraph if run.weight < 3)
        {
            return true;
        }
        self.tree.ancestors(run.first).take_while(|&id| id != top).any(|id| {
            let tag = self.tree.nodes[id].tag;
            let share = if matches!(tag, Tag::Ul | Tag::Ol | Tag::Aside | Tag::Section | Tag::Div | Tag::Table) {
                self.tuning.list_link_share
            } else {
                1.1
            };
            self.weights[id] * 2 < self.weights[top] && self.links[id] as f32 > share * self.weights[id] as f32
        })
    }

    /// Words of the page around the text: the headline again, a date line, an invitation.
    fn is_furniture(&self, run: &Run, signs: Signs, prose_seen: u32) -> bool {
        let text = run.text.as_str();
        if run.weight == 0 {
            // A rule drawn in characters parts the sections of a text.
            return prose_seen == 0 || !(text.starts_with("___") || text.starts_with("* *"));
        }
        if text.starts_with('<') && text.ends_with('>') {
            return true;
        }
        if run.weight < 300 && matches!(run.kind, RunKind::Heading(1)) && prose_seen == 0 {
            return true;
        }
        if !self.folded_headline.is_empty()
            && text.len() < 3 * self.folded_headline.len() + 40
            && fold(text) == self.folded_headline
            || prose_seen < 2 && run.weight < 200 && self.is_headline_again(run)
        {
            return true;
        }
        // Who wrote and when stands at the head, before or just after a summary.
        let is_head = prose_seen < 3;
        let limit = if prose_seen == 0 { 100 } else { 60 };
        if is_head && (is_byline(text) || run.weight < limit && date::printed(text).is_some() && !is_sentence(text)) {
            return true;
        }
        if run.weight < 80 && run.kind == RunKind::Paragraph && (date::is_line(text) || is_counter(text)) {
            return true;
        }
        if run.weight < 80 && furniture::is_stamp(text) {
            return true;
        }
        if text.starts_with("http") && !text.contains(' ') && run.link_weight == 0 {
            let own = self.witness.address.trim_matches('/');
            if prose_seen == 0 || own.len() > 8 && text.contains(own) {
                return true;
            }
        }
        let limit = if prose_seen == 0 { 100.0 } else { self.tuning.call_weight };
        if is_notice(run, signs) || (run.weight as f32) < limit && signs.is_call {
            return true;
        }
        if prose_seen == 0 && run.weight < 40 && !is_prose(text) && !matches!(run.kind, RunKind::Heading(_)) {
            return true;
        }
        // A line in capitals that is all link leads to another story.
        if run.link_weight * 10 >= run.weight * 9 && run.weight >= 15 && furniture::is_shouted(text) {
            return true;
        }
        is_invitation(text, run, self.tuning)
    }
}

/// Whether at least the share `wanted` of a text's longer words are among `words`: a summary speaks of what the
/// text speaks of. A text with fewer than three longer words says too little to tell.
fn agrees(text: &str, words: &HashSet<u64>, wanted: f32) -> bool {
    let own: Vec<u64> = furniture::stems(text).collect();
    let shared = own.iter().filter(|w| words.contains(w)).count();
    own.len() < 3 || shared as f32 >= wanted * own.len() as f32
}

/// A line of a wall or a page's own notice.
fn is_notice(run: &Run, signs: Signs) -> bool {
    run.weight < 200 && signs.is_wall || signs.is_notice
}

/// The signs of a run short enough to be furniture.
fn signs(run: &Run) -> Signs {
    if run.weight < 400 { furniture::signs(run) } else { Signs::default() }
}

fn is_text_run(run: &Run, tuning: &Tuning) -> bool {
    run.weight as f32 >= tuning.prose_weight
        && run.link_weight as f32 <= tuning.link_share * run.weight as f32
        && is_prose(&run.text)
}

/// Whether a text ends like a sentence.
fn is_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '’', '\'', ')', '»', '“', ']', '」'])
        .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।', '۔'])
}

fn is_container(tag: Tag) -> bool {
    use Tag::*;
    matches!(
        tag,
        Article
            | Section
            | Div
            | Main
            | Body
            | Html
            | Td
            | Tr
            | Tbody
            | Table
            | Custom
            | Form
            | Center
            | Template
            | Other
            | Span
            | Header
            | Details
            | Fieldset
    )
}

/// Whether a text reads like sentences: it ends like one or has a comma or full stop within.
fn is_prose(text: &str) -> bool {
    let end = text.trim_end_matches(['"', '”', '’', '\'', ')', '»', '“', ']', '」']);
    end.ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '؟', '।', '۔'])
        || text.contains(", ")
        || text.contains(". ")
        || text.contains(['،', '、', '，', '。'])
}

fn is_byline(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.chars().count() < 100
        && ["by ", "von ", "par ", "por ", "by: "].iter().any(|o| lower.starts_with(o))
        && text.split_whitespace().count() < 14
        && !text.ends_with(['.', '!', '?'])
}

/// What stands beside the number in a line that counts readers, views or minutes; lower case, letters only.
const COUNTED: &[&str] = &[
    "people have read this",
    "readers",
    "reads",
    "times read",
    "read times",
    "viewed times",
    "view",
    "views",
    "page views",
    "pageviews",
    "hits",
    "shares",
    "min read",
    "minute read",
    "minutes read",
    "aufrufe",
    "mal gelesen",
    "min lesezeit",
    "lectures",
    "vues",
    "lecturas",
    "visitas",
    "vistas",
    "letture",
    "visualizzazioni",
    "visualizações",
    "visualizaciones",
    "weergaven",
    "visninger",
    "visningar",
    "wyświetleń",
    "görüntülenme",
    "перегляд",
    "перегляди",
    "переглядів",
    "просмотр",
    "просмотра",
    "просмотров",
    "прочитали",
    "قراءة",
    "مشاهدة",
    "مشاهدات",
];

/// Whether a line only counts readers, views or minutes, and so differs at every look.
fn is_counter(text: &str) -> bool {
    if text.len() > 120 || !text.contains(|c: char| c.is_numeric()) {
        return false;
    }
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|w| !w.is_empty() && !matches!(*w, "k" | "K" | "M"))
        .map(str::to_lowercase)
        .collect();
    COUNTED.contains(&words.join(" ").as_str())
}

/// Openings of lines that invite, sell or lead elsewhere; lower case, matched at the head of short runs.
const INVITATIONS: &[&str] = &[
    "advert",
    "read more",
    "read also",
    "also read",
    "read next",
    "see also",
    "related:",
    "more:",
    "watch:",
    "listen:",
    "sign up",
    "subscribe",
    "follow us",
    "click here",
    "share this",
    "©",
    "copyright",
    "all rights reserved",
    "download our",
    "get our",
    "join our",
    "continue reading",
    "story continues",
    "lesen sie auch",
    "mehr zum thema",
    "lire aussi",
    "à lire aussi",
    "lea también",
    "leer más",
    "leia também",
    "leggi anche",
    "lees ook",
    "читайте також",
    "читайте также",
    "baca juga",
    "اقرأ أيضا",
    "photo:",
    "image:",
    "photograph:",
    "photo by",
    "getty images",
    "recommended",
    "most read",
    "trending",
    "newsletter",
    "anzeige",
    "werbung",
    "publicité",
    "publicidad",
    "have a tip",
    "contact us",
    "email ",
    "this article was originally published",
    "view comments",
    "comments",
    "load more",
    "show more",
    "skip to",
    "print",
    "more great",
    "don't miss",
    "don’t miss",
    "you may also",
    "see more:",
    "filed under",
    "iklan",
    "reklam",
    "citation:",
    "zitiervorschlag",
];

fn is_invitation(text: &str, run: &Run, tuning: &Tuning) -> bool {
    if run.weight as f32 > tuning.invitation_weight {
        return false;
    }
    let lower = text.to_lowercase();
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©');
    INVITATIONS.iter().any(|i| lower.starts_with(i))
        && (run.link_weight > 0
            || run.weight < 40
            || lower.starts_with("sign up")
            || lower.starts_with("subscribe")
            || lower.starts_with('©'))
}

/// Headings after which other stories follow.
const END_HEADINGS: &[&str] = &[
    "related",
    "read more",
    "more from",
    "more on",
    "more stories",
    "more in ",
    "auch interessant",
    "você pode gostar",
    "veja também",
    "don’t miss",
    "what to read next",
    "ähnliche",
    "recommended",
    "you may also like",
    "you might also like",
    "most read",
    "most popular",
    "comments",
    "trending",
    "latest",
    "share this",
    "about the author",
    "leave a reply",
    "newsletter",
    "sign up",
    "subscribe",
    "tags",
    "topics",
    "up next",
    "mehr zum thema",
    "lesen sie auch",
    "das könnte sie",
    "meistgelesen",
    "à lire aussi",
    "lire aussi",
    "sur le même",
    "lea también",
    "te puede interesar",
    "más noticias",
    "leia também",
    "leggi anche",
    "lees ook",
    "читайте также",
    "читайте також",
    "popular",
    "editor's picks",
    "don't miss",
    "advertisement",
    "contribute",
    "follow us",
    "press contact",
    "media contact",
    "media enquiries",
    "media inquiries",
    "pressekontakt",
    "contact presse",
    "contacto de prensa",
    "contatto stampa",
    "recent posts",
    "other news",
    "other events",
    "関連",
    "おすすめ",
    "こちらも",
    "관련기사",
    "関連記事",
    "похожие",
    "также по теме",
    "новости по теме",
    "комментарии",
    "отзывы",
    "artículos relacionados",
    "noticias relacionadas",
    "articoli correlati",
    "notizie correlate",
    "articles liés",
    "gerelateerd",
    "läs mer",
    "les også",
    "læs også",
    "ilgili haberler",
    "مواضيع ذات صلة",
];

fn is_end_heading(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.chars().count() < 60 && END_HEADINGS.iter().any(|h| lower.starts_with(h))
}

/// Words in names of classes and ids, and what they mark.
fn word_flags(word: &str) -> u16 {
    const STRONG: u16 = flag::NOISE | flag::STRONG;
    const WEAK: u16 = flag::NOISE | flag::WEAK;
    match word {
        "articlebody" | "storybody" | "storytext" | "articletext" | "articlecontent" | "entrycontent"
        | "postcontent" | "bodytext" => flag::BODY,
        "related" | "relateds" | "recommended" | "recommendation" | "recommendations" | "recirc" | "recirculation"
        | "newsletter" | "newsletters" | "promo" | "promos" | "promotion" | "sponsored" | "sponsor" | "share"
        | "sharing" | "social" | "breadcrumb" | "breadcrumbs" | "footer" | "advert" | "advertisement" | "adslot"
        | "subscribe" | "subscription" | "signup" | "cookie" | "cookies" | "consent" | "gdpr" | "outbrain"
        | "taboola" | "taglist" | "trending" | "mostread" | "readmore" | "copyright" | "disclaimer" | "donate"
        | "donation" | "popup" | "relatedlinks" | "relatedcontent" | "relatedarticles" | "relatedposts" | "moreon"
        | "upnext" | "login" | "register" | "pagination" | "pager" | "jp" | "sharedaddy" | "zergnet" | "mailchimp"
        | "sharethis" | "addtoany" | "crp" | "yarpp" => STRONG,
        "sidebar" | "nav" | "navigation" | "navbar" | "menu" | "ad" | "ads" | "tags" | "toolbar" | "widget"
        | "teaser" | "teasers" | "popular" | "skip" | "modal" | "banner" | "masthead" | "poll" | "quiz" | "bio"
        | "aside" | "rail" | "tools" | "offer" | "offers" | "shop" | "factbox" | "infobox" | "faktabox"
        | "infokasten" | "umfrage" | "expandable" => WEAK,
        "comments" | "comment" | "commentlist" | "disqus" | "respond" | "replies" | "livefyre" => {
            flag::COMMENT | flag::STRONG
        }
        "caption" | "figcaption" | "captions" | "credit" | "credits" | "mediacaption" => flag::CAPTION,
        "gallery" | "slideshow" | "carousel" | "slider" => flag::CAPTION | flag::PICTURES,
        "byline" | "author" | "authors" | "dateline" | "timestamp" | "pubdate" | "publishdate" => flag::BYLINE,
        "standfirst" | "subtitle" | "subheadline" | "dek" | "deck" | "lead" | "lede" | "intro" | "summary"
        | "chapo" | "excerpt" | "sapo" | "teasertext" | "vorspann" | "entradilla" | "bajada" | "strapline"
        | "tagline" | "description" | "abstract" | "ingress" | "sommario" => flag::STANDFIRST,
        _ => 0,
    }
}

/// What an element's tag, role, class and id say about it.
fn element_flags<'a>(tree: &Tree<'a>, id: Id, names: &mut HashMap<&'a str, u16>) -> u16 {
    use Tag::*;
    let tag = tree.nodes[id].tag;
    if matches!(tag, Document | Html | Body | Main | Text) {
        return 0;
    }
    let mut out = match tag {
        Nav | Footer | Aside | Form | Menu => flag::NOISE,
        Figcaption => flag::CAPTION,
        _ => 0,
    };
    for (key, value) in tree.attributes(id) {
        let key = if key.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(key.to_ascii_lowercase())
        } else {
            Cow::Borrowed(key)
        };
        match key.as_ref() {
            "class" => out |= *names.entry(value).or_insert_with(|| name_flags(value)),
            "id" | "data-testid" | "data-component" | "data-type" | "data-qa" | "data-module" => {
                out |= name_flags(value)
            }
            "itemprop" if value.eq_ignore_ascii_case("articleBody") => out |= flag::BODY,
            "itemprop" if value.eq_ignore_ascii_case("description") => out |= flag::STANDFIRST,
            "role"
                if matches!(
                    value,
                    "navigation" | "complementary" | "contentinfo" | "banner" | "dialog" | "search" | "alertdialog"
                ) =>
            {
                out |= flag::NOISE
            }
            "hidden" => out |= flag::HIDDEN,
            "style" => {
                let flat: String =
                    value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
                if flat.contains("display:none") || flat.contains("visibility:hidden") {
                    out |= flag::HIDDEN;
                }
            }
            _ => {}
        }
    }
    if matches!(tag, P | H1 | H2 | H3 | Article) {
        // On a paragraph itself, such names are about how it looks.
        out &= !(flag::NOISE | flag::COMMENT) | if tag == P { flag::NOISE } else { 0 };
    }
    out
}

/// Words that say what a layout is like rather than what stands in it.
fn is_layout_word(word: &str) -> bool {
    matches!(
        word,
        "has"
            | "no"
            | "with"
            | "without"
            | "not"
            | "is"
            | "enabled"
            | "disabled"
            | "grid"
            | "layout"
            | "template"
            | "theme"
            | "page"
            | "single"
            | "below"
            | "above"
            | "js"
            | "hide"
            | "show"
    )
}

fn is_text_word(word: &str) -> bool {
    matches!(
        word,
        "article"
            | "story"
            | "content"
            | "body"
            | "post"
            | "entry"
            | "text"
            | "main"
            | "paragraph"
            | "artikel"
            | "articulo"
    )
}

fn name_flags(names: &str) -> u16 {
    let mut out = 0;
    let mut is_hidden = false;
    let mut is_responsive = false;
    let mut whole = String::new();
    for name in names.split_ascii_whitespace().take(24) {
        if name.len() > 80 {
            continue;
        }
        is_hidden |= name == "hidden";
        is_responsive |= name.contains(':') || name.contains("-xs") || name.contains("-sm");
        let mut found = 0;
        let (mut is_layout, mut is_text) = (false, false);
        whole.clear();
        let mut start = 0;
        let mut previous_lower = false;
        for c in name.chars().chain(['-']) {
            let border = !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && previous_lower;
            if border {
                let word = &whole[start..];
                found |= word_flags(word);
                is_layout |= is_layout_word(word);
                is_text |= is_text_word(word);
                start = whole.len();
            }
            if c.is_ascii_alphanumeric() {
                whole.push(c.to_ascii_lowercase());
            }
            previous_lower = c.is_ascii_lowercase();
        }
        found |= word_flags(&whole);
        if is_layout {
            // `has-sidebar`, `comments-enabled`, `sidebar-grid` speak of the page, not of what is inside.
            found &= flag::BODY;
        }
        // `slideshow-content`: what holds text beside the pictures it is named after.
        if (is_text || found & flag::STANDFIRST != 0) && found & flag::PICTURES != 0 {
            found &= !(flag::CAPTION | flag::PICTURES);
        }
        if is_text && found & flag::WEAK != 0 && found & flag::STRONG == 0 {
            found &= !(flag::NOISE | flag::WEAK);
        }
        out |= found;
    }
    if is_hidden && !is_responsive {
        out |= flag::HIDDEN;
    }
    if out & flag::BODY != 0 {
        out &= !(flag::NOISE | flag::COMMENT);
    }
    out
}

/// Paragraphs of a JSON-LD body, where the page itself shows less.
pub(crate) fn from_json(body: &str) -> Vec<(BlockKind, String)> {
    let body = crate::html::decode_references(body, false);
    if body.contains("<p") || body.contains("<br") {
        let tree = Tree::parse(&body);
        return crate::blocks::runs(&tree).into_iter().map(|r| (r.kind.block(), r.text)).collect();
    }
    news::text::lines(&body).map(|range| (BlockKind::Paragraph, news::text::canonical(&body[range]))).collect()
}

/// Strings of a page's scripts that may be a body are not looked for in longer scripts.
const SCRIPT_LIMIT_BYTES: usize = 6 << 20;

/// The body that a page keeps only in a script's data: its longest string that is running text in markup.
pub(crate) fn from_scripts(tree: &Tree<'_>, tuning: &Tuning) -> Vec<(BlockKind, String)> {
    let mut best: (u32, Vec<(BlockKind, String)>) = (0, Vec::new());
    for id in tree.elements(Tag::Script) {
        let Some(text) = tree.inside(id).next().map(|t| tree.raw(t)) else { continue };
        if text.len() < 600
            || text.len() > SCRIPT_LIMIT_BYTES
            || tree.attribute(id, "type").is_some_and(|t| t.contains("ld+json"))
        {
            continue;
        }
        let mut rest = text;
        while let Some(open) = rest.find('"') {
            rest = &rest[open + 1..];
            let Some(len) = string_length(rest) else { break };
            let literal = &rest[..len];
            rest = &rest[len + 1..];
            if len < 400 || !(literal.contains("<p") || literal.contains("\\u003cp") || literal.contains("\\u003Cp")) {
                continue;
            }
            let Ok(decoded) = serde_json::from_str::<String>(&format!("\"{literal}\"")) else { continue };
            let inner = Tree::parse(&decoded);
            let runs = crate::blocks::runs(&inner);
            let prose: u32 = runs
                .iter()
                .filter(|r| r.weight >= 60 && r.link_weight * 2 < r.weight && is_prose(&r.text))
                .map(|r| r.weight)
                .sum();
            if prose > best.0.max(300) {
                let here = OnPage::default();
                let witness =
                    Witness { headline: None, descriptions: &[], body: None, authors: &[], address: "", here: &here };
                best = (prose, Finder::new(&inner, &runs, &witness, tuning).trim(0).parts);
            }
        }
    }
    best.1
}

/// The length of a JSON string's inside, up to its closing quotation mark.
fn string_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
        if at >= bytes.len() {
            return None;
        }
    }
}

/// The weight of all parts together.
pub(crate) fn total_weight(parts: &[(BlockKind, String)]) -> u32 {
    parts.iter().map(|(_, text)| weight(text)).sum()
}
