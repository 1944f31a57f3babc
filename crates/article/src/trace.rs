//! How a page was read, for people: which container, what was left out and why, what each field could have been.
//!
//! Nothing is collected, and nothing is paid, unless someone asks.

use crate::blocks::Run;
use crate::html::{Id, Tag, Tree};
use crate::metadata::Metadata;
use crate::select;
use news::article::{Article, Field, Origin};
use std::cell::RefCell;
use url::Url;

/// Candidates for the container that are listed.
const CONTAINERS: usize = 8;
/// Runs left out that are listed.
const DROPPED: usize = 2_000;
/// Characters of a run that are shown.
const OPENING: usize = 80;

/// How a page was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// The element that holds the text, as a short selector; `None` when the page has none.
    pub container: Option<String>,
    /// Who chose it: `page` (worked out from the page), `rule` (the owner's), `site` (learned from other pages).
    pub container_by: &'static str,
    /// The containers considered, best first.
    pub containers: Vec<Container>,
    /// What is not part of the text: runs outside the container first (reason `outside`), then those inside it.
    pub dropped: Vec<Dropped>,
    /// What each field could have been, by field.
    pub offers: Vec<Offer>,
}

/// An element that may hold the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// A short selector that leads to it.
    pub path: String,
    /// Its value: what its runs weigh, links and furniture taken off.
    pub value: f32,
}

/// A run that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Kebab-case name of the reason.
    pub reason: &'static str,
    /// Where it stands, as a short selector.
    pub path: String,
    /// Its first words.
    pub opening: String,
    /// Words in it.
    pub words: usize,
}

/// What one source offers for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The field.
    pub field: Field,
    /// Where it was found.
    pub origin: Origin,
    /// The value.
    pub value: String,
    /// Whether this is what the article has.
    pub is_chosen: bool,
}

/// What is noted while a page is read.
#[derive(Default)]
pub(crate) enum Trace {
    /// Nothing.
    #[default]
    Off,
    /// Everything for [`Explanation`].
    Explain(RefCell<Explanation>),
    /// What a site's other pages can be compared with.
    Survey(RefCell<crate::learn::Survey>),
}

impl Trace {
    fn explain(&self, note: impl FnOnce(&mut Explanation)) {
        if let Trace::Explain(explanation) = self {
            note(&mut explanation.borrow_mut());
        }
    }

    /// The containers considered, with the value of every element.
    pub(crate) fn containers(&self, tree: &Tree<'_>, values: &[f32]) {
        self.explain(|explanation| {
            let mut ids: Vec<Id> = (0..values.len())
                .filter(|&id| tree.nodes[id].tag != Tag::Text && values[id] > 0.0)
                .filter(|&id| !matches!(tree.nodes[id].tag, Tag::Document | Tag::Html))
                .collect();
            ids.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(b.cmp(a)));
            ids.truncate(CONTAINERS);
            explanation.containers =
                ids.into_iter().map(|id| Container { path: select::path(tree, id), value: values[id] }).collect();
        });
    }

    /// The container that was chosen, and by whom.
    pub(crate) fn container(&self, tree: &Tree<'_>, container: Option<Id>, by: &'static str) {
        self.explain(|explanation| {
            explanation.container = container.map(|id| select::path(tree, id));
            explanation.container_by = by;
        });
    }

    /// A run that was left out.
    pub(crate) fn dropped(&self, tree: &Tree<'_>, run: &Run, reason: &'static str) {
        self.explain(|explanation| note(explanation, tree, tree.parent(run.first), &run.text, reason));
    }

    /// Takes back what was noted of runs left out, before they are gone through again.
    pub(crate) fn forget_dropped(&self) {
        self.explain(|explanation| explanation.dropped.retain(|dropped| dropped.reason == "rule"));
    }

    /// An element that an owner's rule takes out.
    pub(crate) fn dropped_element(&self, tree: &Tree<'_>, id: Id) {
        self.explain(|explanation| {
            let text = news::text::canonical(&tree.all_text(id).split_whitespace().collect::<Vec<_>>().join(" "));
            note(explanation, tree, id, &text, "rule");
        });
    }
}

fn note(explanation: &mut Explanation, tree: &Tree<'_>, place: Id, text: &str, reason: &'static str) {
    if explanation.dropped.len() < DROPPED {
        explanation.dropped.push(Dropped {
            reason,
            path: select::path(tree, place),
            opening: opening(text),
            words: text.split_whitespace().count(),
        });
    }
}

fn opening(text: &str) -> String {
    match text.char_indices().nth(OPENING) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What each source of the page offers for each field, and which offer the article took.
pub(crate) fn offers(tree: &Tree<'_>, metadata: &Metadata, url: &Url, article: &Article) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut push = |field: Field, origin: Origin, value: String, is_chosen: bool| {
        let same = offers.iter_mut().find(|o| o.field == field && o.origin == origin && o.value == value);
        match same {
            Some(offer) => offer.is_chosen |= is_chosen,
            None => offers.push(Offer { field, origin, value, is_chosen }),
        }
    };
    for origin in [Origin::JsonLd, Origin::Meta, Origin::Markup] {
        let only = metadata.only(origin);
        let mut alone = Article::default();
        only.fill(tree, url, &mut alone, &mut Vec::new());
        for (headline, origin) in only.headlines() {
            push(Field::Headline, origin, headline, false);
        }
        if origin != Origin::Markup {
            for description in only.descriptions() {
                push(Field::Standfirst, origin, description, false);
            }
        }
        for (field, found) in alone.origins.clone() {
            // A source alone falls back to the markup and the address; those are listed once.
            if let Some(value) = value(&alone, field).filter(|_| found == origin || origin == Origin::Markup) {
                push(field, found, value, false);
            }
        }
    }
    for (field, origin) in &article.origins {
        if let Some(value) = value(article, *field) {
            push(*field, *origin, value, true);
        }
    }
    offers.sort_by_key(|offer| (offer.field, !offer.is_chosen));
    offers
}

fn value(article: &Article, field: Field) -> Option<String> {
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join("; "));
    match field {
        Field::Headline => article.headline.clone(),
        Field::Standfirst => article.standfirst.clone(),
        Field::Byline => article.byline.clone(),
        Field::Authors => list(&article.authors),
        Field::Published => article.published_at.map(|at| at.rfc3339()),
        Field::Modified => article.modified_at.map(|at| at.rfc3339()),
        Field::Language => article.language.as_ref().map(|language| language.as_str().to_owned()),
        Field::Outlet => article.outlet.clone(),
        Field::Text => Some(opening(&article.text)).filter(|text| !text.is_empty()),
        Field::Captions => list(&article.captions),
        Field::Tags => list(&article.tags),
        Field::Section => article.section.clone(),
        Field::CanonicalUrl => article.canonical_url.clone(),
        Field::Kind => Some(article.kind.word().to_owned()),
        Field::Image => article.image.clone(),
        Field::Dateline => article.dateline.as_ref().map(|dateline| dateline.place.clone()),
        Field::Credit => article.credit.clone(),
    }
}
