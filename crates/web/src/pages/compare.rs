//! Two texts of a story side by side, sentence by sentence.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::pages::story::story_id;
use crate::parts::{Attrs, Foreign, Siglum, Stamp, escape};
use crate::site::{AlignedRow, Relation, Site};
use crate::view::{ArticleView, shorten, sigla, story_path};
use archive::{Archive, AsOf, RevisionPage, StoryPage};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::response::Response;
use news::article::Article;
use news::id::{ArticleId, StoryId};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};
use std::ops::Range;
use std::sync::Arc;

/// Texts offered in the two lists.
const CHOICES: usize = 200;
/// Rows shown; a live blog may have more.
const ROWS: usize = 2_000;

#[derive(Template, Serialize)]
#[template(path = "compare.html")]
struct Compare {
    #[serde(skip)]
    c: Chrome,
    story: i64,
    path: String,
    title: Foreign,
    a: Side,
    b: Side,
    sums: Sums,
    rows: Vec<Row>,
    rows_hidden: usize,
    #[serde(skip)]
    choices: Vec<Choice>,
}

#[derive(Serialize)]
struct Side {
    siglum: Siglum,
    article: ArticleView,
    revision: u32,
    revisions: u32,
    fetched_at: Stamp,
    sentences: usize,
    words: usize,
    /// Whether the whole text is held; without it nothing can be said to be left out.
    is_whole: bool,
    #[serde(skip)]
    attrs: Attrs,
}

impl Side {
    fn value(&self) -> String {
        format!("{}@{}", self.article.id, self.revision)
    }
}

#[derive(Default, Serialize)]
struct Sums {
    same: usize,
    reworded: usize,
    differs: usize,
    only_a: usize,
    only_b: usize,
    apart: usize,
}

#[derive(Serialize)]
struct Row {
    relation: &'static str,
    kinds: Vec<String>,
    a: Vec<Sentence>,
    b: Vec<Sentence>,
}

impl Row {
    fn key(&self) -> &'static str {
        match self.relation {
            "only_a" | "only_b" => "only",
            other => other,
        }
    }

    fn symbol(&self) -> &'static str {
        match self.relation {
            "same" => "=",
            "reworded" => "≈",
            "differs" => "≠",
            "background" | "unsure" => "·",
            _ => "+",
        }
    }

    fn word(&self) -> &'static str {
        match self.relation {
            "same" => "same",
            "reworded" => "reworded",
            "differs" => "differs",
            "background" => "background",
            "unsure" => "undecided",
            _ => "only here",
        }
    }

    /// What stands on the empty side of a row.
    fn absence(&self, is_whole: &bool) -> &'static str {
        match (self.relation, is_whole) {
            ("background", _) => "Set aside, not compared",
            ("unsure", _) => "Perhaps in other words; nothing is claimed",
            (_, true) => "Not in this text",
            (_, false) => "Not in the part we hold",
        }
    }
}

/// One sentence with its place in its revision.
#[derive(Serialize)]
struct Sentence {
    /// 1 for the first of its text.
    number: usize,
    /// Where it stands.
    path: String,
    text: String,
    /// The words that differ: code points of `text`, end exclusive.
    marks: Vec<(usize, usize)>,
    #[serde(skip)]
    html: Marked,
}

/// A sentence with the words that differ underlined, escaped.
pub(crate) struct Marked(String);

impl Marked {
    /// HTML that was escaped piece by piece.
    pub(crate) fn trusted(html: String) -> Self {
        Marked(html)
    }
}

impl Display for Marked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Marked {}

/// Escapes a piece of text and underlines these byte ranges of it; ranges that overlap or cut a letter are passed over.
pub(crate) fn underline(text: &str, marks: &[Range<usize>]) -> Marked {
    let mut sorted: Vec<&Range<usize>> = marks.iter().filter(|m| m.start < m.end).collect();
    sorted.sort_by_key(|m| m.start);
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for mark in sorted {
        if mark.start < at {
            continue;
        }
        let (Some(before), Some(inside)) = (text.get(at..mark.start), text.get(mark.clone())) else { continue };
        out.push_str(&escape(before));
        out.push_str(r#"<mark class="d">"#);
        out.push_str(&escape(inside));
        out.push_str("</mark>");
        at = mark.end;
    }
    out.push_str(&escape(text.get(at..).unwrap_or("")));
    Marked(out)
}

/// One text that can be chosen.
struct Choice {
    value: String,
    label: String,
    is_a: bool,
    is_b: bool,
}

/// Two texts of a story side by side.
pub(crate) async fn compare(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = answer(&site, &asked, &name).await;
    site.finish(&asked, result)
}

/// An article and, where named, one of its revisions: `12` or `12@3`.
fn chosen(asked: &Asked, field: &'static str) -> Result<Option<(ArticleId, Option<u32>)>, Fail> {
    let Some(text) = asked.field(field).map(str::trim).filter(|t| !t.is_empty()) else { return Ok(None) };
    let (article, revision) = match text.split_once('@') {
        Some((article, revision)) => (article, Some(revision.trim_start_matches('r'))),
        None => (text, None),
    };
    let bad = || {
        Fail::bad(
            format!("“{field}” cannot be read"),
            format!(
                "{field}={} was asked for; it should be the number of an article, and where wanted its revision: {field}=12@3.",
                shorten(text, 60)
            ),
        )
    };
    let article = article.parse().map_err(|_| bad())?;
    let revision = revision.map(|r| r.parse().map_err(|_| bad())).transpose()?;
    Ok(Some((ArticleId(article), revision)))
}

struct Found {
    story: StoryPage,
    a: RevisionPage,
    b: RevisionPage,
}

async fn answer(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = story_id(name)?;
    let (a, b) = (chosen(asked, "a")?, chosen(asked, "b")?);
    let found = site.ask(move |archive| find(archive, id, a, b, as_of)).await?;
    let path = format!("/s/{}/compare", found.story.story.id);
    if let Some(there) = answer::elsewhere(asked, &path) {
        return there;
    }
    let comparer = site.settings.comparer.clone();
    let (found, rows) = site
        .block(move || {
            let rows = comparer(&found.a.revision.content, &found.b.revision.content);
            Ok((found, rows))
        })
        .await?;
    let compare = build(site, asked, found, rows);
    answer::page(asked, &compare)
}

fn find(
    archive: &Archive,
    id: StoryId,
    a: Option<(ArticleId, Option<u32>)>,
    b: Option<(ArticleId, Option<u32>)>,
    as_of: AsOf,
) -> Result<Found, Fail> {
    let story = archive.story(id, as_of)?.ok_or_else(|| {
        Fail::nothing("No such story", format!("There is no story with the number {id} in the archive."))
            .link("The desk", "/")
    })?;
    let story_link = story_path(story.story.id.0, &story.story.title);
    let (first, second) = default_pair(&story, a.map(|a| a.0));
    let missing = || {
        Fail::nothing(
            "Nothing to compare with",
            "A comparison needs two texts of the story; this one has a single text.",
        )
        .link("The story", story_link.clone())
    };
    let text = |choice: Option<(ArticleId, Option<u32>)>, otherwise: Option<ArticleId>| -> Result<RevisionPage, Fail> {
        let (article, number) = choice.or(otherwise.map(|a| (a, None))).ok_or_else(missing)?;
        if !story.members.iter().any(|m| m.article.id == article) {
            return Err(Fail::nothing(
                "Not a text of this story",
                format!("Article {article} does not stand in this story."),
            )
            .link("The story", story_link.clone())
            .link("The article", format!("/a/{article}")));
        }
        let found = match number {
            Some(number) => archive.revision(article, number, as_of)?,
            None => archive.last_revision(article, as_of)?,
        };
        found.ok_or_else(|| {
            let which = number.map_or("has no text yet".to_owned(), |n| format!("has no revision {n}"));
            Fail::nothing("No such revision", format!("Article {article} {which}."))
                .link("The article", format!("/a/{article}"))
        })
    };
    Ok(Found { a: text(a, first)?, b: text(b, second)?, story })
}

/// Two official accounts where there are two, else the first two accounts, else the first two texts.
fn default_pair(story: &StoryPage, a: Option<ArticleId>) -> (Option<ArticleId>, Option<ArticleId>) {
    use news::story::Role;
    let mut order: Vec<&archive::MemberCard> = story.members.iter().filter(|m| m.role != Role::Maybe).collect();
    order.sort_by_key(|m| match (m.role, crate::view::is_official(&m.article)) {
        (Role::Account, true) => 0,
        (Role::Account, false) => 1,
        _ => 2,
    });
    let first = a.or(order.first().map(|m| m.article.id));
    let second = order.iter().map(|m| m.article.id).find(|id| Some(*id) != first);
    (first, second)
}

fn build(site: &Site, asked: &Asked, found: Found, rows: Vec<AlignedRow>) -> Compare {
    let letters = sigla(&found.story.members);
    let side = |page: &RevisionPage, other: Option<&Siglum>| -> Side {
        let at = found.story.members.iter().position(|m| m.article.id == page.revision.article);
        let card = at.map(|at| &found.story.members[at].article);
        let mut siglum = at.map(|at| letters[at].clone()).unwrap_or_default();
        if other.is_some_and(|o| o.letter == siglum.letter) {
            siglum.letter.push('′');
        }
        let content = &page.revision.content;
        Side {
            siglum,
            article: card.map(ArticleView::of).expect("the text was found among the story's members"),
            revision: page.revision.number,
            revisions: card.map_or(1, |c| c.revisions),
            fetched_at: Stamp(page.revision.fetched_at),
            sentences: news::text::sentences(&content.text).len(),
            words: news::text::word_count(&content.text),
            is_whole: content.held == news::article::Held::Full,
            attrs: Attrs::of(content.language.as_ref()),
        }
    };
    let a = side(&found.a, None);
    let b = side(&found.b, Some(&a.siglum));
    let mut sums = Sums::default();
    for row in &rows {
        match row.relation {
            Relation::Same => sums.same += 1,
            Relation::Reworded => sums.reworded += 1,
            Relation::Differs => sums.differs += 1,
            Relation::OnlyA => sums.only_a += 1,
            Relation::OnlyB => sums.only_b += 1,
            Relation::Background | Relation::Unsure => sums.apart += 1,
        }
    }
    let rows_hidden = rows.len().saturating_sub(ROWS);
    let a_text = Cut::new(&found.a);
    let b_text = Cut::new(&found.b);
    let rows = rows.iter().take(ROWS).map(|row| Row {
        relation: match row.relation {
            Relation::Same => "same",
            Relation::Reworded => "reworded",
            Relation::Differs => "differs",
            Relation::OnlyA => "only_a",
            Relation::OnlyB => "only_b",
            Relation::Background => "background",
            Relation::Unsure => "unsure",
        },
        kinds: row.kinds.clone(),
        a: a_text.sentences(&row.a, &row.marks_a),
        b: b_text.sentences(&row.b, &row.marks_b),
    });
    let rows = rows.collect();
    let values = (a.article.id, b.article.id);
    let choices = found.story.members.iter().zip(&letters).take(CHOICES).map(|(member, siglum)| {
        let id = member.article.id.0;
        let headline = shorten(member.article.headline.as_deref().unwrap_or("no headline"), 60);
        let value = match id {
            id if id == values.0 => a.value(),
            id if id == values.1 => b.value(),
            id => id.to_string(),
        };
        Choice {
            value,
            label: format!("{} {}: {headline}", siglum.letter, siglum.name),
            is_a: id == values.0,
            is_b: id == values.1,
        }
    });
    let choices = choices.collect();
    let language = found.story.members.iter().find(|m| m.article.headline.as_deref() == Some(&found.story.story.title));
    let language = language.and_then(|m| m.article.head.as_ref()).and_then(|h| h.language.as_ref());
    let title = format!("{} and {} side by side", a.article.outlet_name(), b.article.outlet_name());
    Compare {
        c: Chrome::page(site, asked, "desk", title),
        story: found.story.story.id.0,
        path: story_path(found.story.story.id.0, &found.story.story.title),
        title: Foreign::new(found.story.story.title.clone(), language),
        a,
        b,
        sums,
        rows,
        rows_hidden,
        choices,
    }
}

/// A text cut into its sentences.
struct Cut<'a> {
    content: &'a Article,
    base: String,
    spans: Vec<Range<usize>>,
}

impl<'a> Cut<'a> {
    fn new(page: &'a RevisionPage) -> Self {
        let revision = &page.revision;
        let base = format!("/a/{}/r/{}", revision.article, revision.number);
        Cut { content: &revision.content, base, spans: news::text::sentences(&revision.content.text) }
    }

    fn sentences(&self, numbers: &[usize], marks: &[Range<usize>]) -> Vec<Sentence> {
        let known = numbers.iter().filter_map(|n| Some((*n, self.spans.get(*n)?.clone())));
        known
            .map(|(number, span)| {
                let text = &self.content.text[span.clone()];
                let inside = marks.iter().filter(|m| m.start >= span.start && m.end <= span.end);
                let inside: Vec<Range<usize>> = inside.map(|m| m.start - span.start..m.end - span.start).collect();
                let points = news::text::CodePoints::new(text);
                Sentence {
                    number: number + 1,
                    path: format!("{}#s{}", self.base, number + 1),
                    text: text.to_owned(),
                    marks: inside.iter().map(|m| (points.of_byte(m.start), points.of_byte(m.end))).collect(),
                    html: underline(text, &inside),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_overlap_or_cut_a_letter_are_passed_over() {
        let check = |text: &str, marks: &[(usize, usize)], expected: &str| {
            let marks: Vec<Range<usize>> = marks.iter().map(|(start, end)| *start..*end).collect();
            assert_eq!(underline(text, &marks).to_string(), expected);
        };
        check("a <b> c", &[(2, 5)], r#"a <mark class="d">&lt;b&gt;</mark> c"#);
        check("abc", &[(0, 2), (1, 3)], r#"<mark class="d">ab</mark>c"#);
        check("é", &[(0, 1)], "é");
        check("abc", &[(9, 12)], "abc");
    }
}
