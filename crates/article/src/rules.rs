//! What the owner of an archive says about single sites: where the text stands, what is not part of it, where a field is.
//!
//! A rule is a key and CSS selectors. It goes before everything worked out from the page; where it finds nothing, the
//! page is read as if there were no rule, and a problem says so. Where rules are kept and in which form is for the
//! caller to know.

use crate::date;
use crate::html::{Id, Tag, Tree};
use crate::select::{Selector, Steps};
use news::parsed::Problem;
use news::text::canonical;
use news::time::Moment;
use std::collections::BTreeMap;
use url::Url;

/// Selectors of one site.
const SELECTOR_LIMIT: usize = 100;
/// Matching work on one page; the largest page of the labelled sets takes 40,000 steps for one part.
const STEP_LIMIT: u64 = 50_000_000;
/// Values taken for a field that has many.
const VALUE_LIMIT: usize = 60;

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The elements that hold the text; several are joined in reading order.
    Body,
    /// Elements read as if they were not on the page.
    Drop,
    /// Elements whose text belongs to the article whatever it looks like.
    Keep,
    /// The headline.
    Headline,
    /// The summary under it.
    Standfirst,
    /// The line that names the writers.
    Byline,
    /// The writers, one element each or one for all.
    Authors,
    /// Time of publication.
    Published,
    /// Time of the last change.
    Modified,
    /// Section of the site.
    Section,
    /// Keywords, one element each.
    Tags,
}

impl Key {
    /// Every key, in the order documented.
    pub const ALL: [Key; 11] = [
        Key::Body,
        Key::Drop,
        Key::Keep,
        Key::Headline,
        Key::Standfirst,
        Key::Byline,
        Key::Authors,
        Key::Published,
        Key::Modified,
        Key::Section,
        Key::Tags,
    ];

    /// The word used in the file of rules.
    pub fn word(self) -> &'static str {
        match self {
            Key::Body => "body",
            Key::Drop => "drop",
            Key::Keep => "keep",
            Key::Headline => "headline",
            Key::Standfirst => "standfirst",
            Key::Byline => "byline",
            Key::Authors => "authors",
            Key::Published => "published",
            Key::Modified => "modified",
            Key::Section => "section",
            Key::Tags => "tags",
        }
    }

    /// Reads [`Key::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.word() == word)
    }
}

/// The rules of one site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    host: String,
    keys: BTreeMap<Key, Vec<Selector>>,
}

impl Site {
    /// A site without rules. `host` stands for itself and every name under it.
    pub fn new(host: &str) -> Site {
        let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
        Site { host: host.strip_prefix("www.").unwrap_or(&host).to_owned(), keys: BTreeMap::new() }
    }

    /// Adds one selector. For a field, those added first are tried first; for `body`, `drop` and `keep` all count.
    /// The error is one sentence about the selector.
    pub fn add(&mut self, key: Key, selector: &str) -> Result<(), String> {
        if self.keys.values().map(Vec::len).sum::<usize>() >= SELECTOR_LIMIT {
            return Err(format!("a site has at most {SELECTOR_LIMIT} selectors"));
        }
        let selector = Selector::parse(selector)?;
        if selector.attribute.is_some() && matches!(key, Key::Body | Key::Drop | Key::Keep) {
            return Err(format!("`{}` is about elements and takes no `@attribute`", key.word()));
        }
        self.keys.entry(key).or_default().push(selector);
        Ok(())
    }

    /// The host the rules are for.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// The rules of many sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    sites: BTreeMap<String, Site>,
}

impl Rules {
    /// Adds a site, in place of one of the same host.
    pub fn add(&mut self, site: Site) {
        self.sites.insert(site.host.clone(), site);
    }

    /// The rules for a page: those of its host, else of the nearest name above it.
    pub fn of(&self, url: &Url) -> Option<&Site> {
        if self.sites.is_empty() {
            return None;
        }
        let mut host = url.host_str()?;
        loop {
            if let Some(site) = self.sites.get(host) {
                return Some(site);
            }
            host = host.split_once('.')?.1;
        }
    }

    /// How many sites have rules.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether no site has rules.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }
}

/// What the rules find on one page.
#[derive(Default)]
pub(crate) struct Found {
    /// Outermost elements of `body`.
    pub(crate) body: Vec<Id>,
    /// Outermost elements of `keep`.
    pub(crate) keep: Vec<Id>,
    /// Outermost elements of `drop`.
    pub(crate) drop: Vec<Id>,
    /// Values of each field, in document order.
    values: BTreeMap<Key, Vec<String>>,
}

impl Found {
    /// Looks for everything the rules of a site name.
    pub(crate) fn on(tree: &Tree<'_>, site: &Site, problems: &mut Vec<Problem>) -> Found {
        let mut found = Found::default();
        let mut steps = Steps(STEP_LIMIT);
        for (key, selectors) in &site.keys {
            let is_set = matches!(key, Key::Body | Key::Drop | Key::Keep);
            let mut ids = Vec::new();
            let mut values = Vec::new();
            for selector in selectors {
                let Some(matched) = selector.find(tree, &mut steps) else {
                    problems.push(Problem::new(
                        "rule-too-costly",
                        format!("the rules for `{}` take too much work on this page; some were left out", site.host),
                    ));
                    return found;
                };
                if is_set {
                    ids.extend(matched);
                    continue;
                }
                values = matched.iter().filter_map(|&id| value(tree, id, selector, *key)).take(VALUE_LIMIT).collect();
                if !values.is_empty() {
                    break;
                }
            }
            // What every article has and the rule does not find tells that the site changed.
            let is_expected = matches!(key, Key::Body | Key::Headline | Key::Published);
            if is_expected && ids.is_empty() && values.is_empty() {
                problems.push(Problem::new(
                    "rule-finds-nothing",
                    format!("the rule `{}` for `{}` finds nothing on this page", key.word(), site.host),
                ));
            }
            match key {
                Key::Body => found.body = outermost(tree, ids),
                Key::Drop => found.drop = outermost(tree, ids),
                Key::Keep => found.keep = outermost(tree, ids),
                _ => drop(found.values.insert(*key, values)),
            }
        }
        found
    }

    /// The first value of a field.
    pub(crate) fn first(&self, key: Key) -> Option<&str> {
        self.values.get(&key)?.first().map(String::as_str)
    }

    /// All values of a field.
    pub(crate) fn all(&self, key: Key) -> &[String] {
        self.values.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The time a field names.
    pub(crate) fn time(&self, key: Key, problems: &mut Vec<Problem>) -> Option<Moment> {
        let text = self.first(key)?;
        let at = date::stated(text).or_else(|| date::printed(text));
        if at.is_none() {
            problems.push(Problem::new(
                "date-unreadable",
                format!("what the rule `{}` finds cannot be read as a date", key.word()),
            ));
        }
        at
    }
}

/// What an element says: the attribute asked for, a meta tag's content, a time's machine-readable form, else its text.
fn value(tree: &Tree<'_>, id: Id, selector: &Selector, key: Key) -> Option<String> {
    let attribute = |name: &str| tree.attribute(id, name).map(|value| canonical(&value)).filter(|v| !v.is_empty());
    if let Some(name) = &selector.attribute {
        return attribute(name);
    }
    let stated = match (tree.nodes[id].tag, key) {
        (Tag::Meta, _) => return attribute("content"),
        (_, Key::Published | Key::Modified) => attribute("datetime").or_else(|| attribute("content")),
        _ => None,
    };
    let text = || canonical(&tree.all_text(id).split_whitespace().collect::<Vec<_>>().join(" "));
    stated.or_else(|| Some(text()).filter(|text| !text.is_empty()))
}

/// Those elements that stand in no other of them, in document order.
fn outermost(tree: &Tree<'_>, mut ids: Vec<Id>) -> Vec<Id> {
    ids.sort_unstable();
    ids.dedup();
    let mut end = 0;
    ids.retain(|&id| {
        let is_outer = id >= end;
        if is_outer {
            end = tree.end(id);
        }
        is_outer
    });
    ids
}

#[cfg(test)]
mod tests;
