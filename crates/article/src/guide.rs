//! What is known about a site before one of its pages is read: the owner's rules, and what its other pages taught.

use crate::blocks::Run;
use crate::html::{Id, Tree};
use crate::learn;
use crate::rules::{self, Key};
use crate::trace::Trace;
use news::article::{Article, Field, Origin};
use news::parsed::Problem;
use std::cell::Cell;

/// What [`crate::extract_with`] may lean on; by default nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guide<'g> {
    /// The owner's rules for the page's site; see [`rules::Rules::of`].
    pub rules: Option<&'g rules::Site>,
    /// What the outlet's other pages taught.
    pub learned: Option<&'g learn::Site>,
}

/// A guide, looked up on one page.
#[derive(Default)]
pub(crate) struct OnPage<'g> {
    pub(crate) rules: rules::Found,
    learned: Option<&'g learn::Site>,
    /// Whether the page says at length what other pages say: it is one of them again, and nothing in it is furniture.
    is_known: Cell<bool>,
    pub(crate) trace: Trace,
}

impl<'g> OnPage<'g> {
    /// Looks up on a page what the guide names.
    pub(crate) fn read(tree: &Tree<'_>, guide: &Guide<'g>, trace: Trace, problems: &mut Vec<Problem>) -> Self {
        let rules = guide.rules.map(|site| rules::Found::on(tree, site, problems)).unwrap_or_default();
        for &id in &rules.drop {
            trace.dropped_element(tree, id);
        }
        OnPage { rules, learned: guide.learned, is_known: Cell::new(false), trace }
    }

    /// Whether the owner says where the text stands, and it is there.
    pub(crate) fn has_body(&self) -> bool {
        !self.rules.body.is_empty()
    }

    /// The container of the text: the owner's, else the one that held it on the site's other pages where the page
    /// bears it out, else the one found.
    pub(crate) fn container(&self, tree: &Tree<'_>, found: Option<Id>, prose: &[u32]) -> Option<Id> {
        let (container, by) = match (self.rules.body.as_slice(), self.learned) {
            ([first, rest @ ..], _) => {
                let last = rest.last().unwrap_or(first);
                let holds_all = |id: &Id| tree.end(*id) > *last;
                let around = std::iter::once(*first).chain(tree.ancestors(*first)).find(holds_all);
                (around, "rule")
            }
            ([], Some(site)) => match site.container(tree, found, prose) {
                Some(learned) if Some(learned) != found => (Some(learned), "site"),
                _ => (found, "page"),
            },
            ([], None) => (found, "page"),
        };
        self.trace.container(tree, container, by);
        container
    }

    /// Whether a run may be part of the text by where it stands.
    pub(crate) fn holds(&self, tree: &Tree<'_>, container: Id, run: &Run) -> bool {
        let is_inside = tree.inside(container).contains(&run.first);
        is_inside && (self.rules.body.is_empty() || stands_in(tree, &self.rules.body, run)) || self.keeps(tree, run)
    }

    /// Whether the owner says that a run is part of the text.
    pub(crate) fn keeps(&self, tree: &Tree<'_>, run: &Run) -> bool {
        stands_in(tree, &self.rules.keep, run)
    }

    /// Whether the site's other pages show a run as well.
    pub(crate) fn repeats(&self, run: &Run) -> bool {
        !self.is_known.get() && self.learned.is_some_and(|site| site.repeats(run))
    }

    /// Notes whether four tenths of what stands in the container stand on other pages too.
    pub(crate) fn compare(&self, tree: &Tree<'_>, runs: &[Run], container: Id) {
        let Some(site) = self.learned else { return };
        let inside = tree.inside(container);
        let own = || runs.iter().filter(|run| inside.contains(&run.first) && run.link_weight * 2 < run.weight);
        let all: u32 = own().map(|run| run.weight).sum();
        let known: u32 = own().filter(|run| site.repeats(run)).map(|run| run.weight).sum();
        self.is_known.set(known * 10 > all * 4);
    }

    /// Notes, when asked, what stands outside the container, or what other pages of the site can be compared with.
    pub(crate) fn chosen(&self, tree: &Tree<'_>, runs: &[Run], container: Id) {
        match &self.trace {
            Trace::Off => {}
            Trace::Explain(_) => {
                for run in runs.iter().filter(|run| !self.holds(tree, container, run)) {
                    self.trace.dropped(tree, run, "outside");
                }
            }
            Trace::Survey(survey) => survey.borrow_mut().page(tree, runs, container),
        }
    }

    /// Puts what the owner's rules find for the fields that need no text in place of what was found.
    pub(crate) fn fill(&self, article: &mut Article, problems: &mut Vec<Problem>) {
        let rules = &self.rules;
        let mut set = |field| article.origins.insert(field, Origin::Rule);
        if let Some(at) = rules.time(Key::Published, problems) {
            article.published_at = Some(at);
            set(Field::Published);
        }
        if let Some(at) = rules.time(Key::Modified, problems) {
            article.modified_at = Some(at);
            set(Field::Modified);
        }
        if let Some(section) = rules.first(Key::Section) {
            article.section = Some(section.to_owned());
            set(Field::Section);
        }
        if !rules.all(Key::Tags).is_empty() {
            article.tags = rules.all(Key::Tags).to_vec();
            set(Field::Tags);
        }
        if !rules.all(Key::Authors).is_empty() {
            let people = crate::names::people(rules.all(Key::Authors), article.outlet.as_deref());
            // The owner knows who counts as an author, a desk too.
            article.authors = if people.is_empty() { rules.all(Key::Authors).to_vec() } else { people };
            set(Field::Authors);
        }
    }

    /// The byline the owner's rules find.
    pub(crate) fn byline(&self) -> Option<&str> {
        self.rules.first(Key::Byline)
    }

    /// A problem where the site's layout has changed and this page is of the new one.
    pub(crate) fn layout_problem(&self, tree: &Tree<'_>) -> Option<Problem> {
        self.learned.and_then(|site| site.layout_problem(tree))
    }
}

/// Whether a run stands in one of these elements, which are in document order and none inside another.
fn stands_in(tree: &Tree<'_>, elements: &[Id], run: &Run) -> bool {
    let before = elements.partition_point(|id| *id < run.first);
    before > 0 && tree.inside(elements[before - 1]).contains(&run.first)
}
