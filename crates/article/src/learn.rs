//! What several pages of one outlet teach about the next: which blocks are the site's own, where the text stands.
//!
//! A block that the text's container shows on several pages is no part of any of their articles; an element that held
//! the text on most pages holds it on the next one. Both are only leaned on where the page at hand bears them out.

use crate::blocks::Run;
use crate::extract;
use crate::guide::Guide;
use crate::html::{Id, Tree};
use crate::select::{self, Selector, Steps};
use crate::trace::Trace;
use news::parsed::Problem;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use url::Url;

/// Pages of one outlet that are learned from; more teach nothing new and cost time.
pub const PAGE_LIMIT: usize = 30;
/// Blocks remembered of one page.
const RUN_LIMIT: usize = 2_000;
/// Repeated blocks remembered of one outlet.
const FURNITURE_LIMIT: usize = 5_000;
/// Pages on which a block must stand to be the site's, or an element must hold the text to be the usual one: two may be
/// a text and its copy under another address. With one page as the least, `examples/learn.rs` measured that an element
/// of one layout emptied a page of another (F1 0.988 to 0).
const LEAST_PAGES: usize = 3;
/// The newest pages that must all lack the usual container before the layout counts as changed.
const NEWEST: usize = 3;
/// Matching work on one page.
const STEPS: Steps = Steps(5_000_000);

/// What an outlet's pages have in common.
#[derive(Clone, Debug, Default)]
pub struct Site {
    pages: usize,
    furniture: HashSet<u64>,
    container: Option<(String, Selector)>,
    changed: Option<(String, Selector)>,
}

impl Site {
    /// Learns from pages of one outlet, oldest first; at most [`PAGE_LIMIT`] are read.
    pub fn learn<'p>(pages: impl Iterator<Item = (&'p str, &'p Url)>) -> Site {
        Self::learn_from(pages, LEAST_PAGES)
    }

    /// [`Site::learn`] where a block that stands on `least` of the pages counts as repeated; for measuring.
    pub fn learn_from<'p>(pages: impl Iterator<Item = (&'p str, &'p Url)>, least: usize) -> Site {
        let mut surveys: Vec<Survey> = Vec::new();
        for (html, url) in pages.take(PAGE_LIMIT) {
            let trace = Trace::Survey(RefCell::default());
            let (_, Trace::Survey(survey)) = extract::read(html, url, &Guide::default(), trace) else { continue };
            let survey = survey.into_inner();
            // The same article again, under another address or on another day, repeats its text and teaches nothing.
            if survey.path.is_some() && !surveys.iter().any(|other| other.is_same_article(&survey)) {
                surveys.push(survey);
            }
        }
        Site::from_surveys(&surveys, least)
    }

    fn from_surveys(surveys: &[Survey], least: usize) -> Site {
        let pages = surveys.len();
        let mut seen: HashMap<u64, (usize, usize)> = HashMap::new();
        for survey in surveys {
            for (hash, mark) in &survey.marks {
                let (all, plain) = seen.entry(*hash).or_default();
                *all += 1;
                *plain += usize::from(mark.is_plain);
            }
        }
        // Outlets repeat a paragraph of background under many stories; it looks like its neighbours. Only what looks
        // so on half of all pages is the site's.
        let mut furniture: Vec<(usize, u64)> = seen
            .into_iter()
            .filter(|(_, (all, plain))| {
                *all >= least && (plain * 2 < *all && all * 10 >= pages || *all > least && all * 2 >= pages)
            })
            .map(|(hash, (all, _))| (all, hash))
            .collect();
        furniture.sort_unstable_by_key(|(all, hash)| (std::cmp::Reverse(*all), *hash));
        furniture.truncate(FURNITURE_LIMIT);

        let mut site =
            Site { pages, furniture: furniture.into_iter().map(|(_, hash)| hash).collect(), ..Site::default() };
        site.container = usual(surveys);
        if pages >= 2 * NEWEST {
            let (old, new) = surveys.split_at(pages - NEWEST);
            if let Some(before) = usual(old)
                && new.iter().all(|survey| survey.path.as_ref() != Some(&before.0))
            {
                site.container = usual(new);
                site.changed = Some(before);
            }
        }
        site
    }

    /// Pages learned from, copies apart.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// How many blocks are known to be the site's own.
    pub fn furniture(&self) -> usize {
        self.furniture.len()
    }

    /// The element that holds the text on most pages, as a short selector.
    pub fn usual_container(&self) -> Option<&str> {
        self.container.as_ref().map(|(path, _)| path.as_str())
    }

    /// The container that held the text until the newest pages, which all lack it: the site's layout has changed.
    pub fn layout_changed_from(&self) -> Option<&str> {
        self.changed.as_ref().map(|(path, _)| path.as_str())
    }

    /// Whether a run is one of the site's own blocks.
    pub(crate) fn repeats(&self, run: &Run) -> bool {
        !self.furniture.is_empty() && hash(&run.text).is_some_and(|hash| self.furniture.contains(&hash))
    }

    /// The usual container on this page, where it holds a good part of what is text here.
    pub(crate) fn container(&self, tree: &Tree<'_>, found: Option<Id>, prose: &[u32]) -> Option<Id> {
        let (_, selector) = self.container.as_ref()?;
        let matched = selector.find(tree, &mut STEPS.clone())?;
        let usual = matched.into_iter().max_by_key(|id| (prose[*id], std::cmp::Reverse(*id)))?;
        let Some(found) = found else { return (prose[usual] > 0).then_some(usual) };
        let is_around = tree.inside(usual).contains(&found);
        let is_inside = tree.inside(found).contains(&usual);
        let enough = match (is_around, is_inside) {
            (true, _) => true,
            (_, true) => prose[usual] * 2 >= prose[found],
            _ => prose[usual] >= 300 && prose[usual] * 2 >= prose[found],
        };
        enough.then_some(usual)
    }

    pub(crate) fn layout_problem(&self, tree: &Tree<'_>) -> Option<Problem> {
        let (path, selector) = self.changed.as_ref()?;
        let is_missing = selector.find(tree, &mut STEPS.clone()).is_some_and(|found| found.is_empty());
        is_missing.then(|| {
            Problem::new(
                "layout-changed",
                format!("the site's newest pages no longer have the element `{path}` that held the text before"),
            )
        })
    }
}

/// The container of most of these pages.
fn usual(surveys: &[Survey]) -> Option<(String, Selector)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for path in surveys.iter().filter_map(|survey| survey.path.as_deref()) {
        *counts.entry(path).or_default() += 1;
    }
    let (path, count) = counts.into_iter().max_by_key(|(path, count)| (*count, std::cmp::Reverse(*path)))?;
    // A path without any name of its own (`body > div > div`) leads anywhere.
    let is_telling = path.contains(['.', '#']) || path.contains("article") || path.contains("main");
    if count < LEAST_PAGES || count * 10 < surveys.len() * 6 || !is_telling {
        return None;
    }
    Some((path.to_owned(), Selector::parse(path).ok()?))
}

/// What one page tells for learning.
#[derive(Default)]
pub(crate) struct Survey {
    path: Option<String>,
    /// Each block in the text's container, by the hash of its folded text.
    marks: HashMap<u64, Mark>,
}

struct Mark {
    /// Whether it stands where most of the text stands, in an element of the same name and class.
    is_plain: bool,
    weight: u32,
}

impl Survey {
    pub(crate) fn page(&mut self, tree: &Tree<'_>, runs: &[Run], container: Id) {
        self.path = Some(select::path(tree, container));
        let inside = tree.inside(container);
        let own: Vec<(&Run, u64)> = runs
            .iter()
            .filter(|run| inside.contains(&run.first))
            .take(RUN_LIMIT)
            .map(|run| (run, place(tree, run)))
            .collect();
        let mut weights: HashMap<u64, u32> = HashMap::new();
        for (run, place) in own.iter().filter(|(run, _)| run.link_weight * 2 < run.weight) {
            *weights.entry(*place).or_default() += run.weight;
        }
        let most = weights.into_iter().max_by_key(|(place, weight)| (*weight, *place)).map(|(place, _)| place);
        for (run, place) in own {
            if let Some(hash) = hash(&run.text) {
                self.marks.insert(hash, Mark { is_plain: Some(place) == most, weight: run.weight });
            }
        }
    }

    /// Whether two pages share half of what they say at length.
    fn is_same_article(&self, other: &Survey) -> bool {
        let long = |survey: &Survey| -> u32 { survey.marks.values().filter(|m| m.is_long()).map(|m| m.weight).sum() };
        let shared: u32 = self
            .marks
            .iter()
            .filter(|(hash, mark)| mark.is_long() && other.marks.contains_key(hash))
            .map(|(_, mark)| mark.weight)
            .sum();
        shared > 0 && shared * 2 >= long(self).min(long(other))
    }
}

impl Mark {
    fn is_long(&self) -> bool {
        self.is_plain && self.weight >= 60
    }
}

/// A number for what holds a run: names and classes of the two elements around it.
fn place(tree: &Tree<'_>, run: &Run) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for id in tree.ancestors(run.first).take(2) {
        (tree.nodes[id].tag as u16).hash(&mut hasher);
        tree.attribute(id, "class").unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

/// A number for a block's text, letter case, digits and punctuation apart: a counter or a date in it may differ.
/// `None` for a block of fewer than three letters.
fn hash(text: &str) -> Option<u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let mut letters = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase) {
        c.hash(&mut hasher);
        letters += 1;
    }
    (letters >= 3).then(|| hasher.finish())
}

#[cfg(test)]
mod tests;
