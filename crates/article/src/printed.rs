//! What a page prints between its headline and its text: who wrote it, and when.
//!
//! Asked only where the page's machine-readable part names nobody or gives no time.

use crate::date;
use crate::dateline::is_agency;
use crate::headline;
use crate::html::{Id, Tag, Tree};
use crate::names;
use news::text::canonical;
use news::time::Moment;
use std::ops::Range;

/// Nodes read after the headline; share buttons and their pictures take a few hundred.
const ZONE_NODES: usize = 1500;
/// A text node longer than this is the article's own prose.
const PROSE_BYTES: usize = 200;
/// A byline or a date line is shorter than this.
const LINE_BYTES: usize = 120;

/// Words that call an element a byline: in its class, its `id`, its `itemprop`.
const CALLED: &[&str] = &[
    "author",
    "authors",
    "byline",
    "autor",
    "autoren",
    "autorin",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "autores",
    "verfasser",
    "writer",
    "reporter",
    "journalist",
    "redactor",
    "penulis",
];

/// Steps of an address that lead to a writer's page.
const PATHS: &[&str] = &[
    "author",
    "authors",
    "autor",
    "autoren",
    "autores",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "writer",
    "writers",
    "reporter",
    "reporters",
    "journalist",
    "journalists",
    "journaliste",
    "verfasser",
    "contributor",
    "contributors",
    "columnist",
    "columnists",
    "byline",
    "people",
    "staff",
    "forfatter",
    "penulis",
];

/// Labels that stand before the writer's name, without their colon.
const WRITER_LABELS: &[&str] = &[
    "author",
    "authors",
    "autor",
    "autorin",
    "autor/in",
    "autorin/autor",
    "autor:in",
    "autoren",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "autora",
    "autores",
    "written by",
    "words by",
    "автор",
    "penulis",
    "yazar",
    "tekst",
    "forfatter",
];

/// Labels that stand before the day of publication.
const DATE_LABELS: &[&str] = &[
    "date",
    "published",
    "published on",
    "publication date",
    "date published",
    "posted",
    "posted on",
    "datum",
    "veröffentlicht",
    "veröffentlicht am",
    "erschienen am",
    "publié le",
    "date de publication",
    "fecha",
    "publicado",
    "publicado el",
    "publicado em",
    "data",
    "pubblicato il",
    "gepubliceerd",
    "publicerad",
    "publisert",
    "дата",
    "опубликовано",
    "опубліковано",
];

/// The people named beside the headline: in a link to a writer's page, in an element called a byline, in a line
/// that opens as one does ("von", "by"), or after a label. `is_site` tells names that are the outlet's own.
pub(crate) fn writers(tree: &Tree<'_>, outlet: Option<&str>, is_site: &dyn Fn(&str) -> bool) -> Vec<String> {
    let zone = zone(tree);
    let mut lines = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for id in zone {
        let (rank, text) = match tree.nodes[id].tag {
            Tag::Text => continue,
            Tag::A if leads_to_writer(tree, id) => (0, line(tree, id)),
            Tag::Strong | Tag::B if is_whole_paragraph(tree, id) => (3, line(tree, id).filter(|t| is_bare_name(t))),
            _ if is_called(tree, id) => (1, line(tree, id)),
            Tag::P | Tag::Div | Tag::Span | Tag::Address => (2, line(tree, id).filter(|t| opens_as_byline(t))),
            _ => continue,
        };
        if let Some(text) = text
            && lines[rank].len() < 6
        {
            lines[rank].push(text.replace('/', ", "));
        }
    }
    let people = |lines: &[String]| {
        let mut people = names::people(lines, outlet);
        people.retain(|name| (names::has_name_shape(name) || is_agency(name)) && !is_site(name));
        people
    };
    let mut found = lines[..3].iter().map(|lines| people(lines));
    let found = found.find(|people| !people.is_empty()).unwrap_or_default();
    if !found.is_empty() {
        return found;
    }
    let labelled = people(&labelled(tree, WRITER_LABELS));
    if !labelled.is_empty() {
        return labelled;
    }
    let bold = people(&lines[3]);
    if bold.is_empty() { initials(tree).into_iter().collect() } else { bold }
}

/// The initials that sign a text where nobody is named: "By HPT, in Harbour".
fn initials(tree: &Tree<'_>) -> Option<String> {
    zone(tree).filter(|&id| tree.nodes[id].tag == Tag::Text).find_map(|id| {
        let text = tree.raw(id).trim();
        let signed = ["By ", "Von ", "Par ", "Por "].iter().find_map(|opener| text.strip_prefix(opener))?;
        let signed = signed.split(',').next().unwrap_or("").trim();
        let is_initials = (2..=5).contains(&signed.len()) && signed.bytes().all(|b| b.is_ascii_uppercase());
        is_initials.then(|| signed.to_owned())
    })
}

/// The time printed beside the headline, or after a label anywhere on the page.
pub(crate) fn published(tree: &Tree<'_>) -> Option<Moment> {
    let beside = zone(tree).filter(|&id| tree.nodes[id].tag == Tag::Text).find_map(|id| {
        let text = canonical(&tree.text(id));
        if text.len() >= LINE_BYTES {
            return None;
        }
        // The writer and the day may share a line: "Ada Quill | 16 November 2026, 07:02 (Ternen time)".
        text.split(['|', '•', '·', '('])
            .find_map(|part| date::printed(part.trim()).filter(|_| date::is_line(part.trim())))
    });
    beside.or_else(|| labelled(tree, DATE_LABELS).iter().find_map(|text| date::printed(text)))
}

/// The nodes from the page's headline to its prose; empty where the page has no heading of its own.
fn zone(tree: &Tree<'_>) -> Range<Id> {
    let Some(start) = headline::place(tree) else { return 0..0 };
    let start = tree.end(start);
    let limit = tree.nodes.len().min(start + ZONE_NODES);
    let end = (start..limit).find(|&id| {
        tree.nodes[id].tag == Tag::Text
            && tree.raw(id).trim().len() > PROSE_BYTES
            && !matches!(tree.nodes[tree.parent(id)].tag, Tag::Script | Tag::Style | Tag::Noscript)
    });
    start..end.unwrap_or(limit)
}

fn line(tree: &Tree<'_>, id: Id) -> Option<String> {
    if tree.inside(id).len() > 40 {
        return None;
    }
    let is_code = |at: Id| matches!(tree.nodes[at].tag, Tag::Script | Tag::Style | Tag::Noscript | Tag::Button);
    if tree.inside(id).any(is_code) {
        return None;
    }
    let text = canonical(&tree.all_text(id));
    let first = text.lines().find(|l| !l.is_empty())?;
    (first.len() < LINE_BYTES).then(|| first.to_owned())
}

fn is_called(tree: &Tree<'_>, id: Id) -> bool {
    tree.attributes(id).any(|(name, value)| {
        matches!(name, "class" | "id" | "itemprop" | "rel" | "data-testid")
            && value.len() < 300
            && value
                .split(|c: char| !c.is_alphabetic())
                .any(|word| word.len() < 12 && CALLED.contains(&word.to_ascii_lowercase().as_str()))
    })
}

fn leads_to_writer(tree: &Tree<'_>, id: Id) -> bool {
    let Some(href) = tree.attribute(id, "href") else { return false };
    let path = href.split(['?', '#']).next().unwrap_or("");
    let steps: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).take(12).collect();
    steps.iter().rev().skip(1).any(|step| PATHS.contains(&step.to_ascii_lowercase().as_str()))
}

/// Whether a bold run is all that its paragraph says.
fn is_whole_paragraph(tree: &Tree<'_>, id: Id) -> bool {
    let parent = tree.parent(id);
    tree.nodes[parent].tag == Tag::P
        && tree.children(parent).all(|c| c == id || tree.nodes[c].tag == Tag::Text && tree.raw(c).trim().is_empty())
}

/// Two to four words, each with a capital, and again after a slash or a comma.
fn is_bare_name(text: &str) -> bool {
    text.len() < 80
        && text.split(['/', ',']).all(|name| {
            let words: Vec<&str> = name.split_whitespace().collect();
            (2..=4).contains(&words.len())
                && words.iter().all(|w| {
                    w.starts_with(char::is_uppercase)
                        && w.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
                })
        })
}

fn opens_as_byline(text: &str) -> bool {
    const OPENERS: &[&str] = &["by ", "von ", "par ", "por ", "door ", "written by ", "text: ", "di ", "автор: "];
    let lower = text.to_lowercase();
    OPENERS.iter().any(|o| lower.starts_with(o)) && text.split_whitespace().count() < 10
}

/// The text beside each label: in the rest of its line, or in what follows it (`dt` and `dd`).
fn labelled(tree: &Tree<'_>, labels: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for id in 1..tree.nodes.len() {
        if tree.nodes[id].tag != Tag::Text || !(3..40).contains(&tree.raw(id).len()) {
            continue;
        }
        let label = tree.text(id).trim().trim_end_matches(':').trim_end().to_lowercase();
        if !labels.contains(&label.as_str()) {
            continue;
        }
        let holder = tree.parent(id);
        if !matches!(tree.nodes[holder].tag, Tag::Strong | Tag::B | Tag::Span | Tag::Dt | Tag::Em) {
            continue;
        }
        let beside = if tree.nodes[holder].tag == Tag::Dt {
            let next = tree.end(holder);
            (next < tree.nodes.len())
                .then(|| (next..tree.nodes.len().min(next + 3)).find(|&n| tree.nodes[n].tag == Tag::Dd))
        } else {
            Some(Some(tree.parent(holder)))
        };
        let Some(Some(beside)) = beside else { continue };
        if tree.inside(beside).len() > 12 {
            continue;
        }
        let text = canonical(&tree.all_text(beside));
        let text = text
            .split_at_checked(label.len())
            .filter(|(l, _)| l.to_lowercase() == label)
            .map_or(text.as_str(), |t| t.1);
        let text = text.trim_start_matches([':', ' ']).trim();
        if !text.is_empty() && text.len() < LINE_BYTES && out.len() < 4 {
            out.push(text.to_owned());
        }
    }
    out
}
