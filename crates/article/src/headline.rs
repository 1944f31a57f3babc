//! The headline: what the page shows above its text, in the spelling of the first source that has it.
//!
//! A page offers its headline up to five times (JSON-LD, `og:title`, `twitter:title`, the `title` element, a
//! visible heading), and the offers often differ: some are written for search engines, some for sharing. The
//! one that readers see decides.

use crate::html::{Id, Tag, Tree};
use crate::metadata::Metadata;
use news::article::Origin;
use news::text::canonical;
use std::collections::BTreeSet;
use url::Url;

/// Headings looked at; a page that lists other stories has hundreds, its own comes early.
const HEADING_LIMIT: usize = 60;
/// Elements looked at inside one heading.
const PART_LIMIT: usize = 24;
/// A visible heading shorter than this (letters and digits) corrects no source: it may be a section's name.
const LEAST_LETTERS: usize = 15;
/// How many bytes more a source may have than the heading that corrects it: an outlet's name, a section.
const MOST_BESIDE: usize = 60;

/// The headline without outlet and section, and where it was found; `None` when the page offers none.
pub(crate) fn find(metadata: &Metadata, tree: &Tree<'_>, outlet: Option<&str>, url: &Url) -> Option<(String, Origin)> {
    let mut offers: Vec<(String, Origin)> = metadata
        .headlines()
        .into_iter()
        .map(|(text, origin)| (without_outlet(&text, outlet, url), origin))
        .filter(|(text, _)| !text.is_empty())
        .collect();
    let name = outlet.map(fold).unwrap_or_default();
    if offers.iter().any(|(text, _)| fold(text) != name) {
        offers.retain(|(text, _)| fold(text) != name);
    }
    let shown = shown(tree);
    let Some((first, _)) = offers.first() else {
        let mut main = shown.iter().filter(|s| s.level == 1);
        let single = main.next().filter(|_| main.next().is_none())?;
        return Some((single.text.clone(), Origin::Markup));
    };
    // The `title` element is written for search engines; it only stands in where nothing else is offered.
    let titles = offers.iter().filter(|(_, origin)| *origin == Origin::Markup).count();
    let written = if titles < offers.len() { &offers[..offers.len() - titles] } else { &offers[..] };
    // Where the heading has a rubric of its own, the source without the rubric is the headline. A heading
    // below `h1` may be anything; it only confirms what two sources are meant for.
    let is_seen = |text: &str, levels: &[u8], rank: fn(&Shown, &str) -> bool| {
        let folded = fold(text);
        !folded.is_empty() && shown.iter().any(|s| levels.contains(&s.level) && rank(s, &folded))
    };
    let trusted = &written[..written.len().min(2)];
    for (sources, levels) in [(written, &[1][..]), (trusted, &[2, 3][..])] {
        let seen = |rank| sources.iter().find(|(text, _)| is_seen(text, levels, rank));
        if let Some(seen) = seen(Shown::has_part).or_else(|| seen(Shown::is)) {
            // Of two spellings of one headline, a colon behind the rubric is the outlet's, a dash the machine's.
            let same = |offer: &&(String, Origin)| {
                seen.0.contains(" - ") && offer.0.contains(": ") && fold(&offer.0) == fold(&seen.0)
            };
            return Some(written.iter().find(same).unwrap_or(seen).clone());
        }
    }
    let folded = fold(first);
    // The visible headline corrects a source that has something more at its end, or is cut.
    let whole = shown.iter().filter(|s| s.level == 1).find(|s| {
        let has_more = folded.starts_with(&s.folded) && folded.len() < s.folded.len() + MOST_BESIDE;
        let is_cut = s.folded.starts_with(&folded) && first.ends_with(['…', '.']);
        s.folded.chars().count() >= LEAST_LETTERS && (has_more || is_cut)
    });
    if let Some(whole) = whole {
        return Some((whole.text.clone(), Origin::Markup));
    }
    // What a source has before the visible headline is a section, a rubric or the outlet: the rubric where the
    // heading has one of its own, the outlet where the `title` element alone is left.
    let is_title_alone = titles == offers.len();
    let texts = shown.iter().filter(|s| s.level == 1).flat_map(Shown::texts);
    let texts = texts.filter(|(_, own)| is_title_alone || !shown.iter().any(|s| s.folded == *own));
    for (text, own) in texts.filter(|(_, own)| own.chars().count() >= LEAST_LETTERS) {
        let is_after_mark = |offer: &str| {
            fold(offer).ends_with(own)
                && offer.rsplit_once(text).is_some_and(|(head, _)| {
                    head.trim_end().ends_with([':', '|', '-', '–', '—', '·', '•', '»', '/']) && head.len() < MOST_BESIDE
                })
        };
        if written.iter().all(|(offer, _)| is_after_mark(offer)) {
            return Some((text.to_owned(), Origin::Markup));
        }
    }
    // A source that has another's headline and something behind a mark has a section or the outlet there.
    let core = written.iter().skip(1).find(|(text, _)| {
        let rest = first.strip_prefix(text.as_str()).map(str::trim_start);
        text.chars().count() >= LEAST_LETTERS
            && rest.is_some_and(|r| r.starts_with(['-', '–', '—', '|', '·', 'ㅣ', '｜']))
    });
    if let Some(core) = core {
        return Some(core.clone());
    }
    // A headline that no other place of the page knows is the site's, not the article's.
    let is_near = |text: &str| shown.iter().any(|s| s.level == 1 && close(&s.text, text));
    let is_alone = !offers.iter().skip(1).any(|(other, _)| close(other, first)) && !is_near(first);
    let known = offers.iter().skip(1).find(|(other, _)| is_near(other)).filter(|_| is_alone);
    known.or_else(|| offers.first()).cloned()
}

/// Whether a heading of the text says the headline again, perhaps after a rubric.
pub(crate) fn is_again(heading: &str, headline: &str) -> bool {
    let (heading, headline) = (fold(heading), fold(headline));
    !headline.is_empty() && heading.ends_with(&headline) && heading.len() < headline.len() + MOST_BESIDE
}

/// The heading under which the page's article begins: its first `h1`, else its first `h2`, outside navigation.
pub(crate) fn place(tree: &Tree<'_>) -> Option<Id> {
    let own = |tag: Tag| {
        tree.elements(tag).take(HEADING_LIMIT).find(|&id| !is_crumb(tree, id) && !tree.inside(id).is_empty())
    };
    own(Tag::H1).or_else(|| own(Tag::H2))
}

/// A heading that may be the page's headline.
struct Shown {
    level: u8,
    text: String,
    folded: String,
    /// The texts of the elements inside it: a kicker, the headline proper.
    parts: Vec<(String, String)>,
}

impl Shown {
    fn is(&self, folded: &str) -> bool {
        self.folded == folded
    }

    /// Whether one of several parts of the heading is all of a headline.
    fn has_part(&self, folded: &str) -> bool {
        self.folded != folded && self.parts.iter().any(|(_, part)| part == folded)
    }

    /// The whole heading, then the part that ends it.
    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let last = self.parts.iter().rev().find(|(_, folded)| self.folded.ends_with(folded.as_str()));
        [(self.text.as_str(), self.folded.as_str())].into_iter().chain(last.map(|(t, f)| (t.as_str(), f.as_str())))
    }
}

/// The headings of a page that are neither a crumb of its navigation nor the teaser of another story.
fn shown(tree: &Tree<'_>) -> Vec<Shown> {
    let mut out: Vec<Shown> = Vec::new();
    for id in 1..tree.nodes.len() {
        let level = match tree.nodes[id].tag {
            Tag::H1 => 1,
            Tag::H2 => 2,
            Tag::H3 => 3,
            _ => continue,
        };
        if out.len() >= HEADING_LIMIT {
            break;
        }
        let has_link = level > 1 && tree.inside(id).any(|inner| tree.nodes[inner].tag == Tag::A);
        if has_link || is_crumb(tree, id) || level > 1 && tree.ancestors(id).any(|a| tree.nodes[a].tag == Tag::A) {
            continue;
        }
        let text = canonical(&tree.all_text(id)).replace('\n', " ");
        if text.is_empty() || text.len() > 600 {
            continue;
        }
        let parts = tree
            .inside(id)
            .take(PART_LIMIT * 2)
            .filter(|&inner| tree.nodes[inner].tag != Tag::Text)
            .take(PART_LIMIT)
            .map(|inner| canonical(&tree.all_text(inner)))
            .map(|text| (fold(&text), text))
            .filter(|(folded, _)| folded.chars().count() >= LEAST_LETTERS)
            .map(|(folded, text)| (text, folded))
            .collect();
        out.push(Shown { level, folded: fold(&text), text, parts });
    }
    out
}

/// Whether a heading stands in navigation: in `nav`, in a list, or in what is called a breadcrumb.
fn is_crumb(tree: &Tree<'_>, id: Id) -> bool {
    let is_called = |at: Id| {
        tree.attributes(at).any(|(name, value)| {
            let names = [name, if matches!(name, "class" | "id" | "itemtype" | "aria-label") { value } else { "" }];
            names.iter().any(|n| n.len() < 2000 && n.to_ascii_lowercase().contains("breadcrumb"))
        })
    };
    is_called(id)
        || tree.ancestors(id).take(8).any(|a| {
            matches!(tree.nodes[a].tag, Tag::Nav | Tag::Li | Tag::Footer | Tag::Aside)
                || !matches!(tree.nodes[a].tag, Tag::Body | Tag::Html | Tag::Document | Tag::Main) && is_called(a)
        })
}

/// Letters and digits in lower case: what two spellings of a headline share.
fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two headlines share most of their words.
fn close(a: &str, b: &str) -> bool {
    let words = |t: &str| -> BTreeSet<String> {
        t.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    let shared = a.intersection(&b).count();
    shared > 0 && shared * 10 >= a.len().max(b.len()) * 7
}

/// Takes the outlet's name (or its host's) off either end of a title.
fn without_outlet(title: &str, outlet: Option<&str>, url: &Url) -> String {
    let mut title = canonical(title);
    let outlet = outlet.map(fold).unwrap_or_default();
    let host: String = url.host_str().unwrap_or("").trim_start_matches("www.").to_owned();
    let site = fold(host.split('.').next().unwrap_or(""));
    let names = |part: &str| {
        let part = fold(part);
        !part.is_empty()
            && (part == outlet
                || part == site
                || part == fold(&host)
                || !site.is_empty() && part.contains(&site) && part.len() < site.len() + 20
                || outlet.len() > 3 && part.contains(&outlet) && part.len() < outlet.len() + 20
                || part.len() > 3 && outlet.contains(&part)
                || part.len() > 3 && site.contains(&part))
    };
    for _ in 0..3 {
        let mut cut = None;
        for separator in [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " / ", "｜", " ： "] {
            if let Some(at) = title.rfind(separator)
                && names(&title[at + separator.len()..])
            {
                cut = cut.max(Some(at));
            }
        }
        match cut {
            Some(at) if at > 0 => title.truncate(at),
            _ => break,
        }
    }
    for separator in [" | ", " - ", " – ", ": "] {
        if let Some((head, tail)) = title.split_once(separator)
            && names(head)
            && tail.chars().count() > 20
            && separator != ": "
        {
            return tail.trim().to_owned();
        }
    }
    title.trim().to_owned()
}
