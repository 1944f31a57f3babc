//! What changed between two revisions, sentence by sentence; also the same as HTML for the feed of edits.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::pages::article::{article_id, no_revision};
use crate::parts::{Attrs, Badge, Foreign, Stamp, escape};
use crate::site::{DiffLine, Differ, PieceKind, Site};
use crate::view::{ArticleView, RevisionView, shorten};
use archive::{Archive, ArticlePage, AsOf, EditCard, RevisionHead, RevisionPage};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use news::article::Article;
use news::id::ArticleId;
use serde::Serialize;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// Lines shown of one difference.
const LINES: usize = 2_000;

#[derive(Template, Serialize)]
#[template(path = "diff.html")]
struct DiffHtml {
    #[serde(skip)]
    c: Chrome,
    article: ArticleView,
    from: Edge,
    to: Edge,
    rank: Option<Badge>,
    headline: Option<HeadlineChange>,
    words_added: usize,
    words_removed: usize,
    sentences_kept: usize,
    sentences_changed: usize,
    is_dated: bool,
    lines: Vec<Line>,
    lines_hidden: usize,
    #[serde(skip)]
    all: bool,
    #[serde(skip)]
    revisions: Vec<RevisionView>,
    #[serde(skip)]
    older: Option<String>,
    #[serde(skip)]
    newer: Option<String>,
    #[serde(skip)]
    all_href: String,
    #[serde(skip)]
    attrs: Attrs,
}

impl DiffHtml {
    /// The revision whose knot is marked.
    fn shown(&self) -> u32 {
        self.to.revision
    }

    /// `2 sentences changed`, in words for the deck.
    fn deck(&self) -> String {
        let mut out = match self.sentences_changed {
            0 if self.headline.is_some() => "Only the headline changed".to_owned(),
            0 => "No sentence changed".to_owned(),
            1 => "One sentence changed".to_owned(),
            n => format!("{n} sentences changed"),
        };
        let seconds = self.to.fetched_at.0.duration_since(self.from.fetched_at.0).as_secs();
        out.push_str(&format!(" between two visits, {} apart.", crate::parts::span_words(seconds)));
        if !self.is_dated {
            out.push_str(" The outlet’s own dates did not move.");
        }
        out
    }
}

#[derive(Serialize)]
struct Edge {
    revision: u32,
    fetched_at: Stamp,
    modified_at: Option<crate::parts::Stated>,
}

#[derive(Serialize)]
struct HeadlineChange {
    old: Foreign,
    new: Foreign,
}

/// One line of a difference.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    /// `kept`, `changed`, `added`, `removed`.
    pub(crate) kind: &'static str,
    /// Number in the older text, 1 for the first.
    old: Option<usize>,
    /// Number in the newer text.
    new: Option<usize>,
    /// The words: what became of them and the words.
    pieces: Vec<(&'static str, String)>,
    /// A folded run of unchanged sentences: how many.
    #[serde(skip)]
    folded: usize,
}

impl Line {
    fn symbol(&self) -> &'static str {
        match self.kind {
            "added" => "+",
            "removed" => "−",
            "changed" => "≠",
            _ => "=",
        }
    }

    fn key(&self) -> &'static str {
        if self.kind == "changed" { "differs" } else { self.kind }
    }

    pub(crate) fn html(&self) -> PiecesHtml<'_> {
        PiecesHtml(&self.pieces)
    }

    /// The numbers of a folded run, in the newer text.
    fn run(&self) -> String {
        let first = self.new.unwrap_or(0);
        match self.folded {
            1 => first.to_string(),
            n => format!("{first} to {}", first + n - 1),
        }
    }
}

/// Words with what became of them, as `ins` and `del` that are also spoken.
pub(crate) struct PiecesHtml<'a>(&'a [(&'static str, String)]);

impl Display for PiecesHtml<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (kind, text) in self.0 {
            let text = escape(text);
            match *kind {
                "added" => write!(
                    f,
                    r#"<ins><span class="sr" lang="en">added: </span>{text}<span class="sr" lang="en"> end of addition</span></ins>"#
                )?,
                "removed" => write!(
                    f,
                    r#"<del><span class="sr" lang="en">removed: </span>{text}<span class="sr" lang="en"> end of removal</span></del>"#
                )?,
                _ => f.write_str(&text)?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for PiecesHtml<'_> {}

/// What changed between two revisions.
pub(crate) async fn diff(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path((id, range)): Path<(String, String)>,
) -> Response {
    let result = answer(&site, &asked, &id, &range).await;
    site.finish(&asked, result)
}

/// `2..3`; the older first.
fn edges(range: &str) -> Option<(u32, u32)> {
    let (from, to) = range.split_once("..")?;
    Some((from.parse().ok().filter(|n| *n > 0)?, to.parse().ok().filter(|n| *n > 0)?))
}

struct Found {
    page: ArticlePage,
    heads: Vec<RevisionHead>,
    old: RevisionPage,
    new: RevisionPage,
}

async fn answer(site: &Site, asked: &Asked, id: &str, range: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = article_id(id)?;
    // The form on the page chooses two revisions by `m` and `n` and comes back here.
    let chosen = asked.field("m").zip(asked.field("n")).and_then(|(m, n)| edges(&format!("{m}..{n}")));
    let (from, to) = chosen.or_else(|| edges(range)).ok_or_else(|| {
        Fail::bad("Two revisions are needed", "A difference is asked for as /a/12/diff/1..2.")
            .link("The article", format!("/a/{id}"))
    })?;
    let path = format!("/a/{id}/diff/{}..{}", from.min(to), from.max(to));
    if asked.path != path {
        let query = asked.query_with(&[("m", None), ("n", None)]);
        let to = format!("{path}{}{query}", asked.form.suffix_if_asked(asked));
        return answer::lead(StatusCode::SEE_OTHER, &to);
    }
    let found = site.ask(move |archive| find(archive, id, from, to, as_of)).await?;
    let differ = site.settings.differ.clone();
    let (found, lines) = site
        .block(move || {
            let lines = differ(&found.old.revision.content, &found.new.revision.content);
            Ok((found, lines))
        })
        .await?;
    let page = build(site, asked, found, lines);
    answer::page(asked, &page)
}

fn find(archive: &Archive, id: ArticleId, from: u32, to: u32, as_of: AsOf) -> Result<Found, Fail> {
    let page = archive.article(id, as_of)?.ok_or_else(|| {
        Fail::nothing("No such article", format!("There is no article with the number {id} in the archive."))
            .link("The desk", "/")
    })?;
    let heads = archive.revisions(id, as_of)?;
    let text = |number: u32| -> Result<RevisionPage, Fail> {
        archive.revision(id, number, as_of)?.ok_or_else(|| no_revision(id, &number.to_string(), &heads))
    };
    Ok(Found { old: text(from)?, new: text(to)?, page, heads })
}

fn build(site: &Site, asked: &Asked, found: Found, raw: Vec<DiffLine>) -> DiffHtml {
    let (old, new) = (&found.old.revision, &found.new.revision);
    let all = asked.field("all").is_some_and(|v| v == "1");
    let lines = lines(&old.content, &new.content, &raw);
    let count = |kind: &str| {
        let words = lines.iter().flat_map(|l| &l.pieces).filter(|p| p.0 == kind);
        words.map(|p| news::text::word_count(&p.1)).sum()
    };
    let (words_added, words_removed) = (count("added"), count("removed"));
    let sentences_kept = lines.iter().filter(|l| l.kind == "kept").count();
    let sentences_changed = lines.len() - sentences_kept;
    let mut shown = if all { lines } else { fold(lines) };
    let lines_hidden = shown.len().saturating_sub(LINES);
    shown.truncate(LINES);
    let headline = |c: &Article| Foreign::new(c.headline.clone().unwrap_or_default(), c.language.as_ref());
    let (old_headline, new_headline) = (headline(&old.content), headline(&new.content));
    let at = |number: u32| found.heads.iter().position(|h| h.number == number);
    let id = new.article;
    let step = |a: Option<usize>, b: Option<usize>| {
        let (a, b) = (found.heads.get(a?)?, found.heads.get(b?)?);
        Some(format!("/a/{id}/diff/{}..{}", a.number, b.number))
    };
    let older = at(old.number).and_then(|n| step(n.checked_sub(1), Some(n)));
    let newer = at(new.number).and_then(|n| step(Some(n), Some(n + 1)));
    let article = ArticleView::of(&found.page.card);
    let title = format!("{}, r{} to r{}: what changed", article.outlet_name(), old.number, new.number);
    let edge = |r: &news::revision::Revision| Edge {
        revision: r.number,
        fetched_at: Stamp(r.fetched_at),
        modified_at: r.content.modified_at.map(crate::parts::Stated),
    };
    DiffHtml {
        c: Chrome::page(site, asked, "revisions", title),
        from: edge(old),
        to: edge(new),
        rank: new.rank.filter(|_| old.number + 1 == new.number).map(Badge::rank),
        headline: (old_headline != new_headline).then_some(HeadlineChange { old: old_headline, new: new_headline }),
        words_added,
        words_removed,
        sentences_kept,
        sentences_changed,
        is_dated: old.content.modified_at != new.content.modified_at
            || old.content.published_at != new.content.published_at,
        lines: shown,
        lines_hidden,
        all,
        revisions: RevisionView::row(&found.heads),
        older,
        newer,
        all_href: format!("{}{}", asked.path, asked.query_with(&[("all", Some("1"))])),
        attrs: Attrs::of(new.content.language.as_ref()),
        article,
    }
}

/// The lines of a difference with their words.
pub(crate) fn lines(old: &Article, new: &Article, raw: &[DiffLine]) -> Vec<Line> {
    let cut = |article: &Article| -> Vec<String> {
        news::text::sentences(&article.text).into_iter().map(|s| article.text[s].to_owned()).collect()
    };
    let (old, new) = (cut(old), cut(new));
    let sentence = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
    raw.iter()
        .map(|line| match line {
            DiffLine::Kept { old: o, new: n } => Line {
                kind: "kept",
                old: Some(o + 1),
                new: Some(n + 1),
                pieces: vec![("kept", sentence(&new, *n))],
                folded: 0,
            },
            DiffLine::Added { new: n } => Line {
                kind: "added",
                old: None,
                new: Some(n + 1),
                pieces: vec![("added", sentence(&new, *n))],
                folded: 0,
            },
            DiffLine::Removed { old: o } => Line {
                kind: "removed",
                old: Some(o + 1),
                new: None,
                pieces: vec![("removed", sentence(&old, *o))],
                folded: 0,
            },
            DiffLine::Changed { old: o, new: n, pieces } => Line {
                kind: "changed",
                old: Some(o + 1),
                new: Some(n + 1),
                pieces: pieces
                    .iter()
                    .map(|p| {
                        let kind = match p.kind {
                            PieceKind::Kept => "kept",
                            PieceKind::Added => "added",
                            PieceKind::Removed => "removed",
                        };
                        (kind, p.text.clone())
                    })
                    .collect(),
                folded: 0,
            },
        })
        .collect()
}

/// Folds runs of unchanged sentences into one counted line each.
fn fold(lines: Vec<Line>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    for line in lines {
        if line.kind != "kept" {
            out.push(line);
            continue;
        }
        match out.last_mut() {
            Some(last) if last.folded > 0 => last.folded += 1,
            _ => out.push(Line { folded: 1, pieces: Vec::new(), ..line }),
        }
    }
    out
}

/// The first sentence that an edit changed, for a list of edits; `None` where only the headline did.
pub(crate) fn first_change(
    archive: &Archive,
    differ: &Differ,
    edit: &EditCard,
    as_of: AsOf,
) -> archive::Result<Option<Line>> {
    let old = archive.revision_by_id(edit.before.id, as_of)?;
    let new = archive.revision_by_id(edit.after.id, as_of)?;
    let (Some(old), Some(new)) = (old, new) else { return Ok(None) };
    let (old, new) = (&old.revision.content, &new.revision.content);
    let raw = differ(old, new);
    let first = raw.into_iter().find(|l| !matches!(l, DiffLine::Kept { .. }));
    let mut line = first.and_then(|first| lines(old, new, &[first]).pop());
    for (_, text) in line.iter_mut().flat_map(|l| &mut l.pieces) {
        *text = shorten(text, 280);
    }
    Ok(line)
}

/// A difference as HTML for a feed: what changed alone, with marks that need no style sheet.
pub(crate) fn feed_html(old: &Article, new: &Article, raw: &[DiffLine]) -> String {
    let mut out = String::new();
    let headline = |a: &Article| a.headline.clone().unwrap_or_default();
    if headline(old) != headline(new) {
        out.push_str(&format!(
            "<p><b>Headline:</b> <del>{}</del> <ins>{}</ins></p>",
            escape(&headline(old)),
            escape(&headline(new))
        ));
    }
    let (mut shown, mut hidden) = (0, 0);
    for line in lines(old, new, raw).iter().filter(|l| l.kind != "kept") {
        if shown >= 40 {
            hidden += 1;
            continue;
        }
        shown += 1;
        out.push_str("<p>");
        for (kind, text) in &line.pieces {
            let text = escape(&shorten(text, 1_000)).into_owned();
            out.push_str(&match *kind {
                "added" => format!("<ins>{text}</ins>"),
                "removed" => format!("<del>{text}</del>"),
                _ => text,
            });
        }
        out.push_str("</p>");
    }
    if hidden > 0 {
        out.push_str(&format!("<p>{hidden} more changed sentences are on the page.</p>"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_revisions_are_read_from_an_address() {
        assert_eq!(edges("1..2"), Some((1, 2)));
        assert_eq!(edges("2..1"), Some((2, 1)));
        assert_eq!(edges("0..1"), None);
        assert_eq!(edges("1-2"), None);
    }

    #[test]
    fn unchanged_runs_are_folded_and_counted() {
        let old = Article { text: "A one. B two. C three.".into(), ..Article::default() };
        let new = Article { text: "A one. B two. D four.".into(), ..Article::default() };
        let raw = [
            DiffLine::Kept { old: 0, new: 0 },
            DiffLine::Kept { old: 1, new: 1 },
            DiffLine::Removed { old: 2 },
            DiffLine::Added { new: 2 },
        ];
        let folded = fold(lines(&old, &new, &raw));
        assert_eq!(
            folded.iter().map(|l| (l.kind, l.folded)).collect::<Vec<_>>(),
            [("kept", 2), ("removed", 0), ("added", 0)]
        );
        assert_eq!(folded[0].run(), "1 to 2");
        assert_eq!(feed_html(&old, &new, &raw), "<p><del>C three.</del></p><p><ins>D four.</ins></p>");
    }
}
