//! Who took it from whom: the texts of a story as a tree, each edge with its evidence, drawn and as a list.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::pages::story::story_id;
use crate::parts::{Badge, Counts, Foreign, Siglum, Stamp, Stated, escape, number};
use crate::site::Site;
use crate::view::{ArticleView, shorten, sigla, story_path};
use archive::{Archive, AsOf, MemberCard, StoryPage};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::response::Response;
use news::article::Article;
use news::id::{ArticleId, RevisionId, StoryId};
use news::language::Language;
use news::story::{CreditPlace, Edge, Kinship, Proof, Role, TakenFrom, trusted_time};
use news::time::Moment;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display, Formatter};
use std::ops::Range;
use std::sync::Arc;

/// Texts on a page.
const TEXTS: usize = 300;
/// Texts in the drawing; the list has the others.
const DRAWN: usize = 60;
/// Up to this many texts the evidence is unfolded.
const UNFOLDED: usize = 16;
/// Most characters of a sentence that is quoted as evidence.
const QUOTE: usize = 400;

#[derive(Template, Serialize)]
#[template(path = "tree.html")]
struct TreeHtml {
    #[serde(skip)]
    c: Chrome,
    story: i64,
    path: String,
    title: Foreign,
    counts: Counts,
    /// Whether a text came, went or changed since this was worked out.
    is_untraced: bool,
    /// The texts in the order drawn.
    nodes: Vec<Node>,
    nodes_hidden: usize,
    edges: Vec<EdgeView>,
    #[serde(skip)]
    drawing: Option<Drawing>,
    #[serde(skip)]
    is_list: bool,
    #[serde(skip)]
    is_unfolded: bool,
}

/// One text, or one that is not held.
#[derive(Serialize)]
struct Node {
    /// Steps from the root.
    depth: usize,
    /// The text; `null` for one that is not held.
    article: Option<ArticleView>,
    /// The name of a text that is not held.
    not_held: Option<String>,
    #[serde(skip)]
    siglum: Siglum,
    /// The outlet's own time.
    published_at: Option<Stated>,
    /// Whether that time may say what came first.
    is_time_trusted: bool,
    /// Our clock.
    first_seen_at: Option<Stamp>,
    /// Whether it counts as an independent account.
    is_independent: bool,
    /// The words that show reporting of its own.
    original: Option<Foreign>,
    /// How many texts hang under it.
    carried_by: usize,
    /// The edge it hangs by, in `edges`.
    edge: Option<usize>,
    /// Its other edges, in `edges`.
    also: Vec<usize>,
    /// Lists that end before it, in the nested list.
    #[serde(skip)]
    closes: usize,
    /// Whether a list begins with it.
    #[serde(skip)]
    opens: bool,
}

impl Node {
    fn name(&self) -> &str {
        self.article.as_ref().map_or_else(|| self.not_held.as_deref().unwrap_or(""), ArticleView::outlet_name)
    }

    /// What kind of time stands beside it, where it can say nothing of order.
    fn time_note(&self) -> &'static str {
        match (&self.published_at, self.is_time_trusted) {
            (None, _) => "the outlet states no time; never counted as first",
            (Some(_), false) => "not exact enough to say what came first",
            (Some(_), true) => "",
        }
    }
}

#[derive(Serialize)]
struct EdgeView {
    /// The text that took.
    taker: i64,
    /// Where from; `null` for a text that is not held.
    source: Option<i64>,
    /// Who that is.
    source_name: String,
    kind: &'static str,
    #[serde(skip)]
    badge: Badge,
    is_directed: bool,
    is_main: bool,
    shared_per_cent: Option<u16>,
    of_source_per_cent: Option<u16>,
    /// What it says, in words.
    words: String,
    evidence: Vec<ProofView>,
}

#[derive(Serialize)]
struct ProofView {
    kind: &'static str,
    /// What it shows, in our words.
    words: String,
    /// Verbatim words of a text.
    quote: Option<Foreign>,
    /// Where they stand.
    path: Option<String>,
    /// The source's time by its outlet.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_at: Option<Stated>,
    /// The taker's.
    #[serde(skip_serializing_if = "Option::is_none")]
    taker_at: Option<Stated>,
}

/// The page of who took it from whom.
pub(crate) async fn tree(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = answer(&site, &asked, &name).await;
    site.finish(&asked, result)
}

/// What the evidence is checked against: texts by revision, with the numbers of these.
struct Found {
    page: StoryPage,
    texts: HashMap<RevisionId, (u32, Article)>,
    trusted: HashSet<ArticleId>,
}

async fn answer(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = story_id(name)?;
    let found = site.ask(move |archive| find(archive, id, as_of)).await?;
    let path = format!("/s/{}/tree", found.page.story.id);
    if let Some(there) = answer::elsewhere(asked, &path) {
        return there;
    }
    answer::page(asked, &build(site, asked, &found))
}

fn find(archive: &Archive, id: StoryId, as_of: AsOf) -> Result<Found, Fail> {
    let Some(page) = archive.story(id, as_of)? else {
        let fail = Fail::nothing("No such story", format!("There is no story with the number {id} in the archive."));
        return Err(fail.link("The desk", "/"));
    };
    let mut texts = HashMap::new();
    let mut trusted = HashSet::new();
    for member in page.members.iter().filter(|m| m.role != Role::Maybe).take(TEXTS) {
        let Some(last) = archive.last_revision(member.article.id, as_of)? else { continue };
        if trusted_time(&last.revision.content, member.article.first_seen_at).is_some() {
            trusted.insert(member.article.id);
        }
        texts.insert(last.revision.id, (last.revision.number, last.revision.content));
    }
    // A text may have changed since its edges were worked out: the words are those of the revision that was read.
    for revision in page.edges.iter().filter_map(|e| e.revision).take(TEXTS) {
        if !texts.contains_key(&revision)
            && let Some(found) = archive.revision_by_id(revision, as_of)?
        {
            texts.insert(revision, (found.revision.number, found.revision.content));
        }
    }
    Ok(Found { page, texts, trusted })
}

fn build(site: &Site, asked: &Asked, found: &Found) -> TreeHtml {
    let page = &found.page;
    let letters = sigla(&page.members);
    let members: Vec<(&MemberCard, &Siglum)> =
        page.members.iter().zip(&letters).filter(|(m, _)| m.role != Role::Maybe).collect();
    let cards: HashMap<ArticleId, &MemberCard> = members.iter().map(|(m, _)| (m.article.id, *m)).collect();
    // An edge whose ends do not both stand here any more waits to be drawn anew.
    let standing: Vec<&Edge> = page
        .edges
        .iter()
        .filter(|e| cards.contains_key(&e.taker))
        .filter(|e| match &e.source {
            TakenFrom::Held(source) => cards.contains_key(source),
            TakenFrom::NotHeld(_) => true,
        })
        .collect();
    let edges: Vec<EdgeView> = standing.iter().map(|edge| edge_view(edge, &cards, found)).collect();
    let order = order(&members, &standing);
    let nodes_hidden = order.len().saturating_sub(TEXTS);
    let mut nodes: Vec<Node> = Vec::new();
    for line in order.into_iter().take(TEXTS) {
        let last = nodes.last().map(|n: &Node| n.depth);
        let (closes, opens) = match last {
            None => (0, false),
            Some(last) => (last.saturating_sub(line.depth), line.depth > last),
        };
        let carried_by = standing.iter().filter(|e| e.is_main && line.is_source_of(e, &members)).count();
        nodes.push(match line.text {
            Text::NotHeld(name) => Node {
                depth: line.depth,
                article: None,
                siglum: Siglum { letter: "·".to_owned(), name: name.clone(), side: None },
                not_held: Some(shorten(&name, 80)),
                published_at: None,
                is_time_trusted: false,
                first_seen_at: None,
                is_independent: false,
                original: None,
                carried_by,
                edge: None,
                also: Vec::new(),
                closes,
                opens,
            },
            Text::Held(at) => {
                let (member, siglum) = members[at];
                let id = member.article.id;
                let main = standing.iter().position(|e| e.taker == id && e.is_main);
                let also = (0..standing.len()).filter(|e| standing[*e].taker == id && Some(*e) != main).collect();
                let language = member.article.head.as_ref().and_then(|h| h.language.as_ref());
                let article = ArticleView::of(&member.article);
                Node {
                    depth: line.depth,
                    published_at: article.published_at,
                    first_seen_at: Some(article.first_seen_at),
                    article: Some(article),
                    not_held: None,
                    siglum: siglum.clone(),
                    is_time_trusted: found.trusted.contains(&id),
                    is_independent: member.counted().is_independent(),
                    original: member.original.as_deref().map(|words| Foreign::new(shorten(words, QUOTE), language)),
                    carried_by,
                    edge: main,
                    also,
                    closes,
                    opens,
                }
            }
        });
    }
    let is_list = asked.field("view") == Some("list");
    let drawing = if is_list { None } else { Drawing::of(&nodes, &edges) };
    let language = page.members.iter().find(|m| m.article.headline.as_deref() == Some(&page.story.title));
    let language = language.and_then(|m| m.article.head.as_ref()).and_then(|h| h.language.as_ref());
    let title = format!("Who took it from whom: {}", shorten(&page.story.title, 100));
    TreeHtml {
        c: Chrome::page(site, asked, "desk", title),
        story: page.story.id.0,
        path: story_path(page.story.id.0, &page.story.title),
        title: Foreign::new(page.story.title.clone(), language),
        counts: page.story.counts.into(),
        is_untraced: page.is_untraced,
        is_unfolded: nodes.len() <= UNFOLDED,
        nodes,
        nodes_hidden,
        edges,
        drawing,
        is_list,
    }
}

enum Text {
    /// By its place among the members.
    Held(usize),
    NotHeld(String),
}

struct Line {
    depth: usize,
    text: Text,
}

impl Line {
    fn is_source_of(&self, edge: &Edge, members: &[(&MemberCard, &Siglum)]) -> bool {
        match (&self.text, &edge.source) {
            (Text::Held(at), TakenFrom::Held(source)) => members[*at].0.article.id == *source,
            (Text::NotHeld(name), TakenFrom::NotHeld(source)) => name == source,
            _ => false,
        }
    }
}

/// Every text once, roots in order of time, each followed by what hangs under it. A text whose edges lead in a circle
/// stands as a root.
fn order(members: &[(&MemberCard, &Siglum)], edges: &[&Edge]) -> Vec<Line> {
    let places: HashMap<ArticleId, usize> = members.iter().enumerate().map(|(n, (m, _))| (m.article.id, n)).collect();
    let mut under: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut unheld: Vec<(String, Vec<usize>)> = Vec::new();
    let mut has_parent = vec![false; members.len()];
    for edge in edges.iter().filter(|e| e.is_main) {
        let taker = places[&edge.taker];
        if has_parent[taker] {
            continue;
        }
        has_parent[taker] = true;
        match &edge.source {
            TakenFrom::Held(source) => under.entry(places[source]).or_default().push(taker),
            TakenFrom::NotHeld(name) => match unheld.iter_mut().find(|u| u.0 == *name) {
                Some(known) => known.1.push(taker),
                None => unheld.push((name.clone(), vec![taker])),
            },
        }
    }
    under.values_mut().for_each(|list| list.sort_unstable());
    unheld.iter_mut().for_each(|(_, list)| list.sort_unstable());
    let mut out = Vec::new();
    let mut seen = vec![false; members.len()];
    // What waits to be set down, last first.
    let mut roots: Vec<(usize, Option<usize>, usize)> = Vec::new();
    let parentless = has_parent.iter().enumerate().filter(|(_, has)| !**has);
    roots.extend(parentless.map(|(n, _)| (n, None, n)));
    for (at, (_, list)) in unheld.iter().enumerate() {
        roots.push((list[0], Some(at), list[0]));
    }
    roots.sort_unstable();
    // Members in a circle are reached from no root.
    roots.extend((0..members.len()).map(|n| (usize::MAX, None, n)));
    for (_, is_unheld, root) in roots {
        let mut stack: Vec<(usize, usize)> = Vec::new();
        match is_unheld {
            Some(at) => {
                out.push(Line { depth: 0, text: Text::NotHeld(unheld[at].0.clone()) });
                stack.extend(unheld[at].1.iter().rev().map(|n| (1, *n)));
            }
            None => stack.push((0, root)),
        }
        while let Some((depth, n)) = stack.pop() {
            if std::mem::replace(&mut seen[n], true) {
                continue;
            }
            out.push(Line { depth, text: Text::Held(n) });
            stack.extend(under.get(&n).into_iter().flatten().rev().map(|child| (depth + 1, *child)));
        }
    }
    out
}

fn outlet_name(card: &MemberCard) -> &str {
    card.article.outlet.as_ref().map_or("a text without outlet", |o| o.name.as_str())
}

fn edge_view(edge: &Edge, cards: &HashMap<ArticleId, &MemberCard>, found: &Found) -> EdgeView {
    let (source, source_name) = match &edge.source {
        TakenFrom::Held(id) => (Some(id.0), cards.get(id).map_or(String::new(), |c| outlet_name(c).to_owned())),
        TakenFrom::NotHeld(name) => (None, shorten(name, 80)),
    };
    let per_cent = |permille: Option<u16>| permille.map(|p| if p < 1_000 { (p / 10).min(99) } else { 100 });
    let (shared, of_source) = (per_cent(edge.contained_permille), per_cent(edge.of_source_permille));
    let mut words = match (edge.kind, edge.is_directed) {
        (Kinship::Syndicated, true) => format!("carries the text of {source_name}"),
        (Kinship::Rewrite, true) => format!("rewrites the text of {source_name}"),
        (Kinship::Extract, true) => format!("carries a part of the text of {source_name}"),
        (Kinship::Syndicated | Kinship::Rewrite | Kinship::Extract, false) => {
            format!("shares its wording with {source_name}; who took it from whom is not known")
        }
        (Kinship::Passage, true) => format!("has a passage from the text of {source_name}; the rest is its own"),
        (Kinship::Passage, false) => format!("has a passage in common with {source_name}; the rest is its own"),
        (Kinship::Quotation, true) => format!("quotes the document of {source_name}; the rest is its own"),
        (Kinship::Quotation, false) => format!("quotes the same statement as {source_name}; the rest is its own"),
        (Kinship::Translation, _) => format!("has the text of {source_name} in another language"),
        (Kinship::Cites, _) => format!("names {source_name} as its source"),
    };
    if let (Some(shared), Some(of_source)) = (shared, of_source)
        && (shared > 0 || of_source > 0)
    {
        let print = |p| if p == 0 { "less than 1 %".to_owned() } else { format!("{p} %") };
        words.push_str(&format!(" · {} of it stands there, {} of that here", print(shared), print(of_source)));
    }
    EdgeView {
        taker: edge.taker.0,
        source,
        source_name,
        kind: edge.kind.word(),
        badge: Badge::plain(edge.kind.word()),
        is_directed: edge.is_directed,
        is_main: edge.is_main,
        shared_per_cent: shared,
        of_source_per_cent: of_source,
        words,
        evidence: edge.evidence.iter().filter_map(|proof| proof_view(proof, edge, cards, found)).collect(),
    }
}

/// One piece of evidence in words. A quote that is not found in its revision to the letter is not shown.
fn proof_view(proof: &Proof, edge: &Edge, cards: &HashMap<ArticleId, &MemberCard>, found: &Found) -> Option<ProofView> {
    let plain =
        |kind, words: String| Some(ProofView { kind, words, quote: None, path: None, source_at: None, taker_at: None });
    match proof {
        Proof::Credit { place, quote, span, by } => {
            let whose = by.and_then(|by| cards.get(&by)).map(|card| outlet_name(card));
            let words = match (place, whose) {
                (place, Some(name)) => {
                    let place = match place {
                        CreditPlace::Dateline => "the dateline",
                        CreditPlace::Byline => "the byline",
                        CreditPlace::Line => "a line",
                    };
                    format!("No credit of its own; {place} of the same text at {name}")
                }
                (CreditPlace::Dateline, None) => "Its dateline".to_owned(),
                (CreditPlace::Byline, None) => "Its byline, or the author its page states".to_owned(),
                (CreditPlace::Line, None) => "A credit line".to_owned(),
            };
            let article = by.unwrap_or(edge.taker);
            let revision = match by {
                Some(by) => cards.get(by)?.article.head.as_ref().map(|h| h.id),
                None => edge.revision,
            };
            quoted("credit", words, quote, span.as_ref(), article, revision, found)
        }
        Proof::Named { quote, span } => {
            quoted("named", "It says".to_owned(), quote, Some(span), edge.taker, edge.revision, found)
        }
        Proof::Earlier { source_at, taker_at } => Some(ProofView {
            source_at: Some(Stated(*source_at)),
            taker_at: Some(Stated(*taker_at)),
            ..plain("earlier", format!("By the outlets’ own times {} later", gap(source_at, taker_at)))?
        }),
        Proof::Cut { words } => plain("cut", format!("It ends where the other goes on for {}", number(*words, "word"))),
        Proof::Variant { here, elsewhere } => plain(
            "variant",
            format!(
                "Both have “{}” where the text they go back to has “{}”",
                shorten(here, 80),
                shorten(elsewhere, 80)
            ),
        ),
        Proof::Official => plain("official", "The other is an official document".to_owned()),
        Proof::Common { words } => plain("common", format!("Names and numbers in both: {}", words.join(", "))),
    }
}

fn quoted(
    kind: &'static str,
    words: String,
    quote: &str,
    span: Option<&Range<usize>>,
    article: ArticleId,
    revision: Option<RevisionId>,
    found: &Found,
) -> Option<ProofView> {
    let text = revision.and_then(|revision| found.texts.get(&revision));
    let language: Option<&Language> = text.and_then(|(_, content)| content.language.as_ref());
    let path = match span {
        None => format!("/a/{article}"),
        Some(span) => {
            let (number, content) = text?;
            if content.text.get(span.clone())?.trim() != quote {
                return None;
            }
            let sentence = news::text::sentences(&content.text).partition_point(|s| s.end <= span.start);
            format!("/a/{article}/r/{number}#s{}", sentence + 1)
        }
    };
    let quote = Some(Foreign::new(shorten(quote, QUOTE), language));
    Some(ProofView { kind, words, quote, path: Some(path), source_at: None, taker_at: None })
}

/// The time between two moments in words: `7 minutes`, `3 hours`, `2 days`.
fn gap(from: &Moment, to: &Moment) -> String {
    let seconds = to.at.duration_since(from.at).as_secs().unsigned_abs();
    match seconds {
        0..=59 => number(seconds, "second"),
        60..=7_199 => number(seconds / 60, "minute"),
        7_200..=172_799 => number(seconds / 3_600, "hour"),
        _ => number(seconds / 86_400, "day"),
    }
}

/// The tree as a drawing: one line a text, each joined to what it hangs under.
struct Drawing {
    svg: String,
    height: usize,
    description: String,
    left_out: usize,
}

const WIDTH: usize = 720;
const ROW: usize = 46;
const STEP: usize = 30;
const LEFT: usize = 14;

impl Drawing {
    fn of(nodes: &[Node], edges: &[EdgeView]) -> Option<Drawing> {
        if nodes.iter().all(|n| n.depth == 0) {
            return None;
        }
        let drawn = &nodes[..nodes.len().min(DRAWN)];
        let mut svg = String::new();
        let mut above: Vec<(usize, usize)> = Vec::new();
        for (at, node) in drawn.iter().enumerate() {
            // Deep trees stay inside the drawing.
            let x = LEFT + STEP * node.depth.min(10);
            let y = at * ROW + 18;
            above.truncate(node.depth);
            let edge = node.edge.and_then(|e| edges.get(e));
            if let Some((px, py)) = above.last() {
                let class = if edge.is_some_and(|e| !e.is_directed) { "l-2" } else { "l-ink" };
                svg.push_str(&format!(r#"<path class="{class}" d="M{px} {} V{y} H{}"/>"#, py + 7, x.max(px + 8) - 7));
            }
            above.push((x, y));
            let mark = match (&node.article, node.is_independent) {
                (None, _) => "l-2",
                (Some(_), true) => "f-ink",
                (Some(_), false) => "l-ink",
            };
            svg.push_str(&format!(r#"<circle class="{mark}" cx="{x}" cy="{y}" r="6"/>"#));
            let attrs = node.article.as_ref().and_then(|a| a.outlet.as_ref()).and_then(|o| o.attrs());
            let lang = attrs.map(|a| a.to_string()).unwrap_or_default();
            // The letters decide how a name runs; the line itself begins at the left.
            let lang = lang.split(" dir=").next().unwrap_or("").to_owned();
            let (name, note) = match &node.not_held {
                Some(name) => (name.as_str(), ", not held".to_owned()),
                None => {
                    (node.name(), node.published_at.map(|s| clock(&s.0)).unwrap_or_else(|| "no time stated".to_owned()))
                }
            };
            svg.push_str(&format!(
                r#"<text x="{}" y="{}"><tspan class="strong"{lang}>{}</tspan> <tspan>{}</tspan></text>"#,
                x + 14,
                y + 4,
                escape(&shorten(name, 44)),
                escape(&note),
            ));
            let what = match (edge, node.carried_by) {
                (Some(edge), _) => label(edge),
                (None, 0) => "stands on its own".to_owned(),
                (None, n) => format!("{} under it", number(n, "text")),
            };
            svg.push_str(&format!(r#"<text x="{}" y="{}">{}</text>"#, x + 14, y + 19, escape(&shorten(&what, 90))));
        }
        let roots = nodes.iter().filter(|n| n.depth == 0).count();
        let deep = nodes.iter().map(|n| n.depth).max().unwrap_or(0);
        Some(Drawing {
            svg,
            height: drawn.len() * ROW,
            description: format!(
                "{} from {}, at most {} deep. The list below says the same with the evidence.",
                number(nodes.iter().filter(|n| n.article.is_some()).count(), "text"),
                number(roots, "root"),
                number(deep, "step"),
            ),
            left_out: nodes.len() - drawn.len(),
        })
    }

    fn width(&self) -> usize {
        WIDTH
    }
}

impl Display for Drawing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

impl HtmlSafe for Drawing {}

/// The outlet's time in UTC, short.
fn clock(moment: &Moment) -> String {
    let format = match moment.precision {
        news::time::Precision::Day => "%-d %b %Y, no clock",
        _ => "%-d %b %Y, %H:%M UTC",
    };
    jiff::tz::Offset::UTC.to_datetime(moment.at).strftime(format).to_string()
}

/// The evidence of an edge in a few words.
fn label(edge: &EdgeView) -> String {
    let mut parts: Vec<String> = vec![match (edge.kind, edge.is_directed) {
        ("syndicated", true) => "copy".to_owned(),
        ("cites", _) => "names it as its source".to_owned(),
        ("quotation", _) => "quotes it".to_owned(),
        (kind, true) => kind.to_owned(),
        (_, false) => "shared wording, direction not known".to_owned(),
    }];
    for proof in &edge.evidence {
        let word = match proof.kind {
            "credit" if proof.words.starts_with("No credit") => "credited by a sibling".to_owned(),
            "credit" => "credit line".to_owned(),
            "earlier" => proof.words.replace("By the outlets’ own times ", ""),
            "cut" => "cut".to_owned(),
            "variant" => "same slip or change".to_owned(),
            "common" => "same names and numbers".to_owned(),
            _ => continue,
        };
        if !parts.contains(&word) {
            parts.push(word);
        }
    }
    if let Some(shared) = edge.shared_per_cent.filter(|p| *p > 0) {
        parts.push(format!("{shared} % shared"));
    }
    parts.join(", ")
}
