//! The feed entry as a source: an article of its own where the page cannot be had, and a witness where it can.

use crate::blocks;
use crate::html::Tree;
use news::article::{Article, Block, BlockKind, Field, Held, Origin};
use news::entry::Entry;
use news::text::canonical;

/// An entry's full content counts as the article when it has this many letters; less is a teaser.
const FULL_LETTERS: usize = 1200;

/// The article as far as the feed gives it: headline, summary or content, people and times, all with origin
/// [`Origin::Feed`]. Held is `full` only for long content, `partial` for shorter content; an entry with no more
/// than a summary has it as its text and is held `headline_only`.
pub fn from_entry(entry: &Entry) -> Article {
    let mut article = Article::default();
    let content = entry.content_html.as_deref().unwrap_or("");
    let content = crate::extract::within_size(content);
    let tree = Tree::parse(content);
    let mut parts: Vec<(BlockKind, String)> = blocks::runs(&tree)
        .into_iter()
        .filter(|run| run.kind != blocks::RunKind::Caption)
        .map(|run| (run.kind.block(), run.text))
        .collect();
    let letters: usize = parts.iter().map(|(_, text)| text.chars().count()).sum();
    let has_content = letters > 0;
    let summary = entry.summary.as_deref().map(canonical).filter(|s| !s.is_empty());
    if let Some(summary) = summary
        && letters < 2 * summary.len()
    {
        parts = vec![(BlockKind::Paragraph, summary)];
    }
    let letters: usize = parts.iter().map(|(_, text)| text.chars().count()).sum();
    set_text(&mut article, parts);
    article.held = match letters {
        _ if !has_content => Held::HeadlineOnly,
        n if n >= FULL_LETTERS => Held::Full,
        _ => Held::Partial,
    };
    if !article.text.is_empty() {
        article.origins.insert(Field::Text, Origin::Feed);
    }
    merge(article, entry)
}

/// Lets the feed entry fill what the page left unknown; what the page says is never replaced.
pub fn merge(page: Article, entry: &Entry) -> Article {
    let mut article = page;
    let mut filled = Vec::new();
    if article.headline.is_none() {
        article.headline = entry.title.as_deref().map(canonical).filter(|t| !t.is_empty());
        filled.push((Field::Headline, article.headline.is_some()));
    }
    if article.authors.is_empty() {
        article.authors = crate::names::people(&entry.authors, article.outlet.as_deref());
        filled.push((Field::Authors, !article.authors.is_empty()));
    }
    if article.published_at.is_none() {
        article.published_at = entry.published_at;
        filled.push((Field::Published, article.published_at.is_some()));
    }
    if article.modified_at.is_none() {
        article.modified_at = entry.updated_at.filter(|at| Some(*at) != article.published_at);
        filled.push((Field::Modified, article.modified_at.is_some()));
    }
    if article.language.is_none() {
        article.language.clone_from(&entry.language);
        filled.push((Field::Language, article.language.is_some()));
    }
    if article.tags.is_empty() {
        article.tags.clone_from(&entry.tags);
        filled.push((Field::Tags, !article.tags.is_empty()));
    }
    if article.outlet.is_none() {
        article.outlet = entry.source.as_ref().map(|s| s.name.clone());
        filled.push((Field::Outlet, article.outlet.is_some()));
    }
    for (field, is_filled) in filled {
        if is_filled {
            article.origins.insert(field, Origin::Feed);
        }
    }
    article
}

/// Puts the parts together as the article's text: blank lines between, one block each.
pub(crate) fn set_text(article: &mut Article, parts: Vec<(BlockKind, String)>) {
    article.text.clear();
    article.blocks.clear();
    for (kind, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
        if !article.text.is_empty() {
            article.text.push_str("\n\n");
        }
        let start = article.text.len();
        article.text.push_str(&part);
        article.blocks.push(Block { kind, span: start..article.text.len() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_without_text_is_held_by_its_headline() {
        let entry = Entry { title: Some("Quay closed".to_owned()), ..Entry::default() };
        let article = from_entry(&entry);
        assert_eq!((article.held, article.headline.as_deref()), (Held::HeadlineOnly, Some("Quay closed")));
        assert_eq!(article.origins.get(&Field::Headline), Some(&Origin::Feed));
        let entry = Entry { summary: Some("The quay is  closed.".to_owned()), ..entry };
        let article = from_entry(&entry);
        assert_eq!((article.held, article.text.as_str()), (Held::HeadlineOnly, "The quay is closed."));
        let entry = Entry { content_html: Some("<p>The quay is closed.".to_owned()), ..entry };
        let article = from_entry(&entry);
        assert_eq!((article.held, article.text.as_str()), (Held::Partial, "The quay is closed."));
    }

    #[test]
    fn the_feed_fills_gaps_and_overrides_nothing() {
        let page = Article { headline: Some("From the page".to_owned()), ..Article::default() };
        let entry = Entry {
            title: Some("From the feed".to_owned()),
            authors: vec!["By Ada Quill and Tom Reed".to_owned()],
            ..Entry::default()
        };
        let merged = merge(page, &entry);
        assert_eq!(merged.headline.as_deref(), Some("From the page"));
        assert_eq!(merged.authors, ["Ada Quill", "Tom Reed"]);
        assert_eq!(merged.origins.get(&Field::Authors), Some(&Origin::Feed));
        assert_eq!(merged.origins.get(&Field::Headline), None);
    }
}
