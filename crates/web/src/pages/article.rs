//! An article: its last text or one revision of it, with its place in time, its story and the evidence for it.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::parts::{Attrs, Badge, Foreign, Stamp, Stated, escape};
use crate::site::Site;
use crate::view::{ArticleView, RevisionView, StoryView, held_badge, shorten, web_link};
use archive::{Archive, ArticlePage, AsOf, Position, RevisionHead, RevisionPage, StoryCard};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::response::Response;
use news::article::{Article, BlockKind, Damage, Field, Held};
use news::id::ArticleId;
use news::statement::{Statement, StatementKind};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};
use std::ops::Range;
use std::sync::Arc;

/// Blocks of a text that are shown; a live blog may have more.
const BLOCKS: usize = 3_000;
/// Who-said-what marks beside one block.
const MARGINS: usize = 3;
/// Visits listed.
const VISITS: usize = 10;

#[derive(Template, Serialize)]
#[template(path = "article.html")]
struct ArticleHtml {
    #[serde(skip)]
    c: Chrome,
    article: ArticleView,
    revision: Option<RevisionText>,
    /// The number of the last revision; differs from the one shown on the page of an older one.
    last: u32,
    #[serde(skip)]
    is_latest: bool,
    revisions: Vec<RevisionView>,
    story: Option<StoryView>,
    topics: Vec<TopicView>,
    disappearances: Vec<Disappearance>,
    visits: Vec<VisitView>,
    next_visit_at: Option<Stamp>,
    other_urls: Vec<String>,
    positions: Vec<PositionView>,
    tags: Vec<String>,
    feed_summary: Option<Foreign>,
}

/// A revision with its text.
#[derive(Serialize)]
pub(crate) struct RevisionText {
    id: i64,
    number: u32,
    headline: Foreign,
    standfirst: Option<Foreign>,
    byline: Option<String>,
    authors: Vec<String>,
    outlet_as_printed: Option<String>,
    published_at: Option<Stated>,
    modified_at: Option<Stated>,
    fetched_at: Stamp,
    language: Option<String>,
    kind: &'static str,
    held: &'static str,
    credit: Option<String>,
    dateline: Option<String>,
    section: Option<String>,
    tags: Vec<String>,
    captions: Vec<String>,
    canonical_url: Option<String>,
    text: String,
    blocks: Vec<BlockView>,
    blocks_hidden: usize,
    statements: Vec<StatementView>,
    damage: Vec<DamageView>,
    problems: Vec<ProblemView>,
    raw_sha256: Option<String>,
    text_sha256: String,
    record: Option<i64>,
    extractor: u32,
    readings: u32,
    rank: Option<Badge>,
    origins: Vec<(&'static str, &'static str)>,
    #[serde(skip)]
    headline_html: TextHtml,
}

impl RevisionText {
    fn attrs(&self) -> Attrs {
        self.headline.attrs()
    }

    /// A digest in groups of four, as people compare them.
    fn grouped(hex: &str) -> String {
        let mut out = String::with_capacity(hex.len() * 5 / 4);
        for (at, c) in hex.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                out.push(' ');
            }
            out.push(c);
        }
        out
    }

    fn raw_groups(&self) -> Option<String> {
        self.raw_sha256.as_deref().map(Self::grouped)
    }

    fn text_groups(&self) -> String {
        Self::grouped(&self.text_sha256)
    }

    /// `headline from JSON-LD, date from meta tags`.
    fn origin_words(&self) -> String {
        let words: Vec<String> = self
            .origins
            .iter()
            .map(|(field, origin)| {
                let field = if *field == "title" { "headline" } else { field };
                format!("{} {}", field.replace('_', " "), origin_phrase(origin))
            })
            .collect();
        words.join(", ")
    }
}

/// Where a field was found, as a reader would say it.
fn origin_phrase(origin: &str) -> &'static str {
    match origin {
        "json_ld" => "from JSON-LD",
        "meta" => "from meta tags",
        "markup" => "from the visible page",
        "rule" => "by rule",
        "feed" => "from the feed",
        _ => "from an imported file",
    }
}

#[derive(Serialize)]
struct BlockView {
    kind: &'static str,
    /// Numbers of its sentences, 1 for the first of the text.
    sentences: Vec<usize>,
    #[serde(skip)]
    html: TextHtml,
    #[serde(skip)]
    margins: Vec<StatementView>,
}

/// Plain text of an outlet with our own anchors and marks around pieces of it, escaped.
pub(crate) struct TextHtml(String);

impl Display for TextHtml {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for TextHtml {}

#[derive(Clone, Serialize)]
struct StatementView {
    speaker: Option<String>,
    source: String,
    cue: String,
    content: String,
    kind: &'static str,
    sentence: Option<usize>,
}

impl StatementView {
    fn who(&self) -> &str {
        self.speaker.as_deref().unwrap_or(&self.source)
    }

    fn manner(&self) -> &'static str {
        match self.kind {
            "direct" => "in quotation marks",
            "mixed" => "partly in quotation marks",
            _ => "reported speech",
        }
    }
}

#[derive(Serialize)]
struct DamageView {
    field: &'static str,
    kind: String,
    original: String,
    candidates: Vec<String>,
}

#[derive(Serialize)]
struct ProblemView {
    code: String,
    message: String,
}

#[derive(Serialize)]
struct TopicView {
    slug: String,
    name: String,
    because: String,
}

#[derive(Serialize)]
struct Disappearance {
    gone_at: Stamp,
    back_at: Option<Stamp>,
}

#[derive(Serialize)]
struct VisitView {
    at: Stamp,
    status: Option<u16>,
    outcome: String,
    detail: Option<String>,
}

#[derive(Serialize)]
struct PositionView {
    file: String,
    line: u32,
    raw: String,
}

/// The last text of an article.
pub(crate) async fn article(State(site): State<Arc<Site>>, asked: Asked, Path(id): Path<String>) -> Response {
    let result = answer(&site, &asked, &id, None).await;
    site.finish(&asked, result)
}

/// One revision of it, frozen.
pub(crate) async fn revision(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path((id, number)): Path<(String, String)>,
) -> Response {
    let result = answer(&site, &asked, &id, Some(&number)).await;
    site.finish(&asked, result)
}

/// The number of an article in its address.
pub(crate) fn article_id(text: &str) -> Result<ArticleId, Fail> {
    text.parse::<i64>().ok().filter(|id| *id > 0).map(ArticleId).ok_or_else(|| {
        Fail::nothing("No such article", "An article's address is its number, such as /a/12.").link("The desk", "/")
    })
}

/// A page for a revision that is not there, with those that are.
pub(crate) fn no_revision(id: ArticleId, asked_for: &str, heads: &[RevisionHead]) -> Fail {
    let sentence = match heads {
        [] => format!("Article {id} has no text yet: its page has not been read."),
        [_] => format!("Article {id} has one revision, r1. There is no revision {asked_for}."),
        [.., last] => format!("Article {id} has revisions 1 to {}. There is no revision {asked_for}.", last.number),
    };
    let mut fail = Fail::nothing("No such revision", sentence).link("The article", format!("/a/{id}"));
    for head in heads.iter().rev().take(5) {
        fail = fail
            .link(format!("r{}, {}", head.number, Stamp(head.fetched_at).long()), format!("/a/{id}/r/{}", head.number));
    }
    fail
}

struct Found {
    page: ArticlePage,
    heads: Vec<RevisionHead>,
    revision: Option<RevisionPage>,
    story: Option<StoryCard>,
    positions: Vec<Position>,
}

async fn answer(site: &Site, asked: &Asked, id: &str, number: Option<&str>) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = article_id(id)?;
    let wanted = number.map(|n| n.parse::<u32>().map_err(|_| n.chars().take(20).collect::<String>()));
    let found = site.ask(move |archive| find(archive, id, wanted, as_of)).await?;
    let page = build(site, asked, found, number.is_some());
    answer::page(asked, &page)
}

fn find(archive: &Archive, id: ArticleId, wanted: Option<Result<u32, String>>, as_of: AsOf) -> Result<Found, Fail> {
    let Some(page) = archive.article(id, as_of)? else {
        let fail =
            Fail::nothing("No such article", format!("There is no article with the number {id} in the archive."));
        let is_later = as_of != AsOf::Now && archive.article(id, AsOf::Now)?.is_some();
        return Err(match is_later {
            true => Fail { sentence: "This article had not been seen at that time.".to_owned(), ..fail }
                .link("The article as of now", format!("/a/{id}")),
            false => fail.link("The desk", "/"),
        });
    };
    let heads = archive.revisions(id, as_of)?;
    let revision = match wanted {
        None => archive.last_revision(id, as_of)?,
        Some(Ok(number)) => {
            let found = archive.revision(id, number, as_of)?;
            Some(found.ok_or_else(|| no_revision(id, &number.to_string(), &heads))?)
        }
        Some(Err(text)) => return Err(no_revision(id, &text, &heads)),
    };
    let story = match page.card.story {
        Some(story) => archive.story_cards(&[story], as_of)?.pop(),
        None => None,
    };
    let is_imported =
        page.card.url.is_none() || revision.as_ref().is_some_and(|r| r.revision.content.held == Held::HeadlineOnly);
    let positions = if is_imported { archive.positions(id)? } else { Vec::new() };
    Ok(Found { page, heads, revision, story, positions })
}

fn build(site: &Site, asked: &Asked, found: Found, is_frozen: bool) -> ArticleHtml {
    let card = &found.page.card;
    let mut article = ArticleView::of(card);
    let last = found.heads.last().map_or(card.revisions, |h| h.number);
    let shown = found.revision.as_ref().map_or(0, |r| r.revision.number);
    let revision = found.revision.map(text);
    if let Some(held) = revision.as_ref().and_then(|r| Held::parse(r.held))
        && held_badge(held).is_none()
    {
        article.badges.push(Badge::worded("full", "full text"));
    }
    let headline = revision.as_ref().map_or(&article.headline.text, |r| &r.headline.text);
    let title = if is_frozen { format!("r{shown}: {}", shorten(headline, 110)) } else { shorten(headline, 120) };
    let feed_summary = found.page.entries.iter().find_map(|entry| {
        let summary = entry.summary.as_deref().filter(|s| !s.trim().is_empty())?;
        Some(Foreign::new(shorten(summary, 600), entry.language.as_ref()))
    });
    ArticleHtml {
        c: Chrome::page(site, asked, "desk", title),
        is_latest: !is_frozen || shown == last,
        last,
        tags: revision.as_ref().map(|r| r.tags.clone()).unwrap_or_default(),
        feed_summary: feed_summary.filter(|_| article.held != "full"),
        revisions: RevisionView::row(&found.heads),
        story: found.story.as_ref().map(StoryView::of),
        topics: found
            .page
            .topics
            .iter()
            .map(|(topic, because)| TopicView {
                slug: topic.slug.clone(),
                name: topic.name.clone(),
                because: because.clone(),
            })
            .collect(),
        disappearances: found
            .page
            .disappearances
            .iter()
            .map(|d| Disappearance { gone_at: Stamp(d.gone_at), back_at: d.back_at.map(Stamp) })
            .collect(),
        visits: found
            .page
            .visits
            .iter()
            .take(VISITS)
            .map(|v| VisitView {
                at: Stamp(v.at),
                status: v.status,
                outcome: v.outcome.replace('_', " "),
                detail: v.detail.clone(),
            })
            .collect(),
        next_visit_at: found.page.visit_due_at.map(Stamp),
        other_urls: found.page.other_urls.iter().take(20).filter_map(|u| web_link(u)).collect(),
        positions: found
            .positions
            .iter()
            .take(50)
            .map(|p| PositionView { file: p.file.clone(), line: p.position, raw: shorten(&p.raw, 400) })
            .collect(),
        article,
        revision,
    }
}

/// The number of the revision shown; 0 when there is none.
pub(crate) fn shown(revision: &Option<RevisionText>) -> u32 {
    revision.as_ref().map_or(0, |r| r.number)
}

/// A revision as shown: blocks with an anchor for each sentence, who speaks in the margin, damage marked.
fn text(page: RevisionPage) -> RevisionText {
    let revision = page.revision;
    let content = revision.content;
    let language = content.language.as_ref();
    let sentences = news::text::sentences(&content.text);
    let statements: Vec<StatementView> =
        page.statements.iter().filter_map(|s| statement(s, &content.text, &sentences)).collect();
    let damaged = |field: Field| -> Vec<(usize, &Damage)> {
        content.damage.iter().enumerate().filter(|(_, d)| d.field == field).collect()
    };
    let in_text = damaged(Field::Text);
    let mut blocks = Vec::new();
    for block in content.blocks.iter().take(BLOCKS) {
        let numbers: Vec<usize> = sentences
            .iter()
            .enumerate()
            .filter(|(_, s)| s.start >= block.span.start && s.end <= block.span.end)
            .map(|(at, _)| at)
            .collect();
        let html = sentences_html(&content.text, &block.span, &numbers, &sentences, &in_text);
        let margins = statements.iter().filter(|s| s.sentence.is_some_and(|n| numbers.contains(&(n - 1))));
        let margins = if matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote) {
            margins.filter(|s| !s.who().is_empty()).take(MARGINS).cloned().collect()
        } else {
            Vec::new()
        };
        blocks.push(BlockView {
            kind: block.kind.word(),
            sentences: numbers.iter().map(|n| n + 1).collect(),
            html,
            margins,
        });
    }
    let headline = content.headline.clone().unwrap_or_default();
    let headline_html = TextHtml(marked(&headline, 0, &damaged(Field::Headline)));
    RevisionText {
        id: revision.id.0,
        number: revision.number,
        headline_html,
        headline: Foreign::new(headline, language),
        standfirst: content.standfirst.clone().map(|s| Foreign::new(s, language)),
        byline: content.byline.clone(),
        authors: content.authors.clone(),
        outlet_as_printed: content.outlet.clone(),
        published_at: content.published_at.map(Stated),
        modified_at: content.modified_at.map(Stated),
        fetched_at: Stamp(revision.fetched_at),
        language: language.map(ToString::to_string),
        kind: content.kind.word(),
        held: content.held.word(),
        credit: content.credit.clone(),
        dateline: content.dateline.as_ref().map(|d| d.place.clone()),
        section: content.section.clone(),
        tags: content.tags.iter().take(40).cloned().collect(),
        captions: content.captions.iter().take(40).cloned().collect(),
        canonical_url: content.canonical_url.clone(),
        blocks_hidden: content.blocks.len().saturating_sub(BLOCKS),
        blocks,
        statements,
        damage: content.damage.iter().map(|d| damage(d, &content)).collect(),
        problems: page
            .problems
            .iter()
            .take(40)
            .map(|p| ProblemView { code: p.code.to_string(), message: p.message.clone() })
            .collect(),
        raw_sha256: revision.raw_digest.map(|d| d.hex()),
        text_sha256: revision.text_digest.hex(),
        record: revision.record.map(|r| r.0),
        extractor: page.extractor,
        readings: page.readings,
        rank: revision.rank.map(Badge::rank),
        origins: content.origins.iter().map(|(field, origin)| (field.word(), origin.word())).collect(),
        text: content.text,
    }
}

fn statement(statement: &Statement, text: &str, sentences: &[Range<usize>]) -> Option<StatementView> {
    let words = |spans: &[Range<usize>]| {
        let pieces: Vec<&str> = spans.iter().filter_map(|s| text.get(s.clone())).collect();
        shorten(&pieces.join(" … "), 200)
    };
    let at = statement.content.first()?.start;
    Some(StatementView {
        speaker: statement.speaker.clone().map(|s| shorten(&s, 80)),
        source: words(&statement.source),
        cue: words(&statement.cue),
        content: words(&statement.content),
        kind: match statement.kind {
            StatementKind::Direct => "direct",
            StatementKind::Mixed => "mixed",
            StatementKind::Indirect => "indirect",
        },
        sentence: sentences.iter().position(|s| s.contains(&at)).map(|n| n + 1),
    })
}

/// The text of a field.
fn field_text(field: Field, content: &Article) -> &str {
    match field {
        Field::Headline => content.headline.as_deref().unwrap_or(""),
        Field::Standfirst => content.standfirst.as_deref().unwrap_or(""),
        Field::Byline => content.byline.as_deref().unwrap_or(""),
        Field::Outlet => content.outlet.as_deref().unwrap_or(""),
        Field::Credit => content.credit.as_deref().unwrap_or(""),
        Field::Section => content.section.as_deref().unwrap_or(""),
        _ => &content.text,
    }
}

fn damage(damage: &Damage, content: &Article) -> DamageView {
    let original = match damage.field {
        // Captions stand apart; their spans count through all of them as one text.
        Field::Captions => news::text::join_blocks(&content.captions).get(damage.span.clone()).unwrap_or("").to_owned(),
        field => field_text(field, content).get(damage.span.clone()).unwrap_or("").to_owned(),
    };
    DamageView {
        field: damage.field.word(),
        kind: damage.kind.replace('-', " "),
        original,
        candidates: damage.candidates.iter().take(5).cloned().collect(),
    }
}

/// A block with an anchor around each sentence; what stands between sentences is kept.
fn sentences_html(
    text: &str,
    block: &Range<usize>,
    numbers: &[usize],
    sentences: &[Range<usize>],
    damage: &[(usize, &Damage)],
) -> TextHtml {
    let mut out = String::new();
    let mut at = block.start;
    for number in numbers {
        let span = &sentences[*number];
        out.push_str(&escape(text.get(at..span.start).unwrap_or("")));
        let sentence = text.get(span.clone()).unwrap_or("");
        out.push_str(&format!(r#"<span id="s{}">{}</span>"#, number + 1, marked(sentence, span.start, damage)));
        at = span.end;
    }
    out.push_str(&escape(text.get(at..block.end).unwrap_or("")));
    TextHtml(out)
}

/// A piece of text that begins at byte `offset` of its field, with lost characters marked.
fn marked(piece: &str, offset: usize, damage: &[(usize, &Damage)]) -> String {
    let mut inside: Vec<(usize, Range<usize>)> = damage
        .iter()
        .filter(|(_, d)| d.span.start >= offset && d.span.end <= offset + piece.len())
        .map(|(n, d)| (*n, d.span.start - offset..d.span.end - offset))
        .collect();
    inside.sort_by_key(|(_, span)| span.start);
    let mut out = String::with_capacity(piece.len() + 16);
    let mut at = 0;
    for (number, span) in inside {
        if span.start < at {
            continue;
        }
        let (Some(before), Some(lost)) = (piece.get(at..span.start), piece.get(span.clone())) else { continue };
        out.push_str(&escape(before));
        out.push_str(&format!(
            r##"<mark class="lost">{}<a class="note" href="#damage-{n}" title="characters were lost here">[{n}<span class="sr">, damaged here</span>]</a></mark>"##,
            escape(lost),
            n = number + 1,
        ));
        at = span.end;
    }
    out.push_str(&escape(piece.get(at..).unwrap_or("")));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_carry_their_number_and_hostile_text_stays_text() {
        let text = "One <b>. Two & three.";
        let sentences = news::text::sentences(text);
        let html = sentences_html(text, &(0..text.len()), &[0, 1], &sentences, &[]).to_string();
        assert_eq!(html, r#"<span id="s1">One &lt;b&gt;.</span> <span id="s2">Two &amp; three.</span>"#);
    }

    #[test]
    fn damage_is_marked_and_never_repaired() {
        let damage = Damage {
            field: Field::Headline,
            span: 0..7,
            kind: "lost-letter".into(),
            candidates: vec!["François".into()],
        };
        let html = marked("Franois leaves", 0, &[(0, &damage)]);
        assert!(html.starts_with(r#"<mark class="lost">Franois<a"#), "{html}");
        assert!(!html.contains("François"));
    }
}
