//! Who took from whom in a story: edges with their evidence, and what each member is for the counts.

use crate::articles::{self, touch};
use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use crate::rows::{Cols, MomentRow, Span, bad, because_from_json, from_json, ms, range, span, to_json};
use crate::stories::{self, Joining};
use crate::writer::Writing;
use jiff::Timestamp;
use news::article::Article;
use news::id::{ArticleId, RevisionId, StoryId};
use news::outlet::Outlet;
use news::story::{CreditPlace, Edge, Kinship, Proof, Role, Standing, TakenFrom, Tree};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

/// A counted member with its text, as the drawing of a tree needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeMember {
    /// Which article.
    pub article: ArticleId,
    /// Its last revision; `None` for a headline that was never read.
    pub revision: Option<RevisionId>,
    /// What was read there, or the headline alone.
    pub content: Article,
    /// Its outlet.
    pub outlet: Option<Outlet>,
    /// When it was first seen, our clock.
    pub first_seen_at: Timestamp,
}

/// The most members of a story that are read for its tree, earliest first.
const MOST_MEMBERS: u32 = 1_000;
/// The most edges of a story.
const MOST_EDGES: usize = 4_000;

impl Archive {
    /// Stories of which a member came, went or changed since their tree was drawn, latest opened first, at most `most`.
    pub fn untraced_stories(&self, most: u32) -> Result<Vec<StoryId>> {
        self.read(|conn| {
            let mut query = conn
                .prepare_cached("select id from stories where untraced = 1 and texts > 0 order by id desc limit ?1")?;
            let rows = query.query_map([most], |row| row.get(0).map(StoryId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The counted members of a story with their texts, earliest first, at most 1,000.
    pub fn tree_members(&self, story: StoryId) -> Result<Vec<TreeMember>> {
        self.read(|conn| {
            let sql = format!(
                "select a.id, a.headline, a.first_seen_at, {} from members m join articles a on a.id = m.article
                    left join outlets o on o.id = a.outlet
                 where m.story = ?1 and m.left_at is null and m.role <> 'maybe' order by m.sort_at, m.article limit ?2",
                crate::rows::OUTLET
            );
            let rows = conn
                .prepare_cached(&sql)?
                .query_map((story.0, MOST_MEMBERS), |row| {
                    let mut c = Cols::new(row);
                    let (article, headline) = (ArticleId(c.next()?), c.next::<Option<String>>()?);
                    Ok((article, headline, c.time()?, c.opt_outlet()?))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut members = Vec::with_capacity(rows.len());
            for (article, headline, first_seen_at, outlet) in rows {
                let last = articles::last(conn, article, AsOf::Now)?.map(|page| page.revision);
                let (revision, content) = match last {
                    Some(last) => (Some(last.id), last.content),
                    None => (None, Article { headline, ..Article::default() }),
                };
                members.push(TreeMember { article, revision, content, outlet, first_seen_at });
            }
            Ok(members)
        })
    }

    /// Keeps the trees of stories, in one transaction: roles, kinds of copies, counts and edges. What does not change
    /// is left as it stands; what ends is closed. Standings of articles that stand there no more are passed over.
    pub fn record_trees(&self, trees: Vec<(StoryId, Tree)>, now: Timestamp) -> Result<()> {
        self.write(move |w| trees.iter().try_for_each(|(story, tree)| record(w, *story, tree, now)))
    }
}

fn record(w: &mut Writing<'_>, story: StoryId, tree: &Tree, at: Timestamp) -> Result<()> {
    for standing in &tree.standings {
        stand(w, story, standing, at)?;
    }
    let held = standing_edges(w.conn, story)?;
    let mut wanted: Vec<EdgeRow> = tree.edges.iter().take(MOST_EDGES).map(EdgeRow::of).collect::<Result<_>>()?;
    for (id, row) in held {
        match wanted.iter().position(|edge| *edge == row) {
            Some(same) => drop(wanted.swap_remove(same)),
            None => {
                w.conn
                    .prepare_cached("update edges set ended_at = max(made_at, ?2) where id = ?1")?
                    .execute((id, ms(at)))?;
            }
        }
    }
    // In the order of the tree, which `swap_remove` left.
    wanted
        .sort_by_key(|row| tree.edges.iter().position(|edge| edge.taker.0 == row.taker && edge.is_main == row.is_main));
    for row in &wanted {
        row.insert(w.conn, story, at)?;
    }
    // The counts follow, but the story counts as changed only when its texts do.
    stories::recount(w, story, Timestamp::MIN)?;
    w.conn.prepare_cached("update stories set untraced = 0 where id = ?1")?.execute([story.0])?;
    Ok(())
}

/// Brings one member's row up to what the tree says; a row that says it already stays.
fn stand(w: &mut Writing<'_>, story: StoryId, standing: &Standing, at: Timestamp) -> Result<()> {
    let Some(current) = stories::current(w.conn, standing.article)? else { return Ok(()) };
    if current.story != story {
        return Ok(());
    }
    let role = if standing.copy_of.is_some() { Role::Copy } else { Role::Account };
    let (was, because, placed_by) = w
        .conn
        .prepare_cached(
            "select role, copy_of, sharing, contained, of_base, original, rests_on_others, because, placed_by
             from members where id = ?1",
        )?
        .query_row([current.id], |row| {
            let mut c = Cols::new(row);
            let was = Was {
                role: c.next()?,
                copy_of: c.next()?,
                sharing: c.next()?,
                contained: c.next()?,
                of_base: c.next()?,
                original: c.next()?,
                rests_on_others: c.next()?,
            };
            Ok((was, c.next::<String>()?, c.next::<Option<i64>>()?))
        })?;
    let of = standing.copy_of.as_ref();
    let is = Was {
        role: role.word().to_owned(),
        copy_of: of.map(|of| of.article.0),
        sharing: of.and_then(|of| of.sharing).map(|kind| kind.word().to_owned()),
        contained: of.map(|of| f64::from(of.contained)),
        of_base: of.map(|of| f64::from(of.of_base)),
        original: standing.original.clone(),
        rests_on_others: standing.rests_on_others,
    };
    if was == is {
        return Ok(());
    }
    // The spans of shared passages are in the text that was read now.
    let head: Option<i64> = w
        .conn
        .prepare_cached("select head from articles where id = ?1")?
        .query_row([standing.article.0], |row| row.get(0))
        .optional()?
        .ok_or(Error::Unknown { what: "article", id: standing.article.0 })?;
    let joining = Joining {
        role,
        because: &because_from_json(&because)?,
        copy_of: of,
        placed_by: if of.is_some() { head } else { placed_by }.map(RevisionId),
        since_at: current.since_at,
        original: standing.original.as_deref(),
        rests_on_others: standing.rests_on_others,
    };
    stories::close(w.conn, current.id, at)?;
    stories::insert(w, standing.article, story, &joining, at)?;
    if was.role != is.role {
        touch(w, standing.article)?;
    }
    Ok(())
}

/// What a member's row says of it.
#[derive(PartialEq)]
struct Was {
    role: String,
    copy_of: Option<i64>,
    sharing: Option<String>,
    contained: Option<f64>,
    of_base: Option<f64>,
    original: Option<String>,
    rests_on_others: bool,
}

/// Closes the edges of a story that ends.
pub(crate) fn end(conn: &Connection, story: StoryId, at: Timestamp) -> Result<()> {
    conn.prepare_cached("update edges set ended_at = max(made_at, ?2) where story = ?1 and ended_at is null")?
        .execute((story.0, ms(at)))?;
    Ok(())
}

/// Whether a story's tree is to be drawn anew.
pub(crate) fn is_untraced(conn: &Connection, story: StoryId) -> Result<bool> {
    Ok(conn
        .prepare_cached("select untraced from stories where id = ?1")?
        .query_row([story.0], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// The edges of a story, as they stand or stood.
pub(crate) fn edges(conn: &Connection, story: StoryId, as_of: AsOf) -> Result<Vec<Edge>> {
    let standing = match as_of {
        AsOf::Now => "ended_at is null".to_owned(),
        AsOf::At(at) => format!("made_at <= {0} and (ended_at is null or ended_at > {0})", ms(at)),
    };
    let sql = format!("select id, {COLUMNS} from edges where story = ?1 and {standing} order by id limit {MOST_EDGES}");
    let rows = conn
        .prepare_cached(&sql)?
        .query_map([story.0], |row| EdgeRow::read(&mut Cols::new(row)).map(|(_, edge)| edge))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    rows.iter().map(EdgeRow::edge).collect()
}

fn standing_edges(conn: &Connection, story: StoryId) -> Result<Vec<(i64, EdgeRow)>> {
    let sql = format!("select id, {COLUMNS} from edges where story = ?1 and ended_at is null order by id");
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map([story.0], |row| EdgeRow::read(&mut Cols::new(row)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COLUMNS: &str =
    "taker, revision, source, source_name, kind, is_directed, is_main, contained, of_source, evidence";

#[derive(Debug, PartialEq)]
struct EdgeRow {
    taker: i64,
    revision: Option<i64>,
    source: Option<i64>,
    source_name: Option<String>,
    kind: String,
    is_directed: bool,
    is_main: bool,
    contained: Option<u16>,
    of_source: Option<u16>,
    evidence: String,
}

impl EdgeRow {
    fn of(edge: &Edge) -> Result<EdgeRow> {
        let (source, source_name) = match &edge.source {
            TakenFrom::Held(article) => (Some(article.0), None),
            TakenFrom::NotHeld(name) => (None, Some(name.clone())),
        };
        let evidence: Vec<ProofRow> = edge.evidence.iter().map(ProofRow::of).collect();
        Ok(EdgeRow {
            taker: edge.taker.0,
            revision: edge.revision.map(|r| r.0),
            source,
            source_name,
            kind: edge.kind.word().to_owned(),
            is_directed: edge.is_directed,
            is_main: edge.is_main,
            contained: edge.contained_permille,
            of_source: edge.of_source_permille,
            evidence: to_json(&evidence)?,
        })
    }

    fn read(c: &mut Cols<'_>) -> rusqlite::Result<(i64, EdgeRow)> {
        Ok((
            c.next()?,
            EdgeRow {
                taker: c.next()?,
                revision: c.next()?,
                source: c.next()?,
                source_name: c.next()?,
                kind: c.next()?,
                is_directed: c.next()?,
                is_main: c.next()?,
                contained: c.next()?,
                of_source: c.next()?,
                evidence: c.next()?,
            },
        ))
    }

    fn insert(&self, conn: &Connection, story: StoryId, at: Timestamp) -> Result<()> {
        conn.prepare_cached(&format!(
            "insert into edges (story, made_at, {COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ))?
        .execute((
            story.0,
            ms(at),
            self.taker,
            self.revision,
            self.source,
            &self.source_name,
            &self.kind,
            self.is_directed,
            self.is_main,
            self.contained,
            self.of_source,
            &self.evidence,
        ))?;
        Ok(())
    }

    fn edge(&self) -> Result<Edge> {
        let source = match (self.source, &self.source_name) {
            (Some(article), _) => TakenFrom::Held(ArticleId(article)),
            (None, name) => TakenFrom::NotHeld(name.clone().unwrap_or_default()),
        };
        let evidence: Vec<ProofRow> = from_json(&self.evidence)?;
        Ok(Edge {
            taker: ArticleId(self.taker),
            revision: self.revision.map(RevisionId),
            source,
            kind: Kinship::parse(&self.kind).ok_or_else(|| bad(5, "kind of edge"))?,
            is_directed: self.is_directed,
            is_main: self.is_main,
            contained_permille: self.contained,
            of_source_permille: self.of_source,
            evidence: evidence.into_iter().map(ProofRow::proof).collect::<Result<_>>()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ProofRow {
    Credit {
        place: String,
        quote: String,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        span: Option<Span>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        by: Option<i64>,
    },
    Named {
        quote: String,
        span: Span,
    },
    Earlier {
        source_at: MomentRow,
        taker_at: MomentRow,
    },
    Cut {
        words: u32,
    },
    Variant {
        here: String,
        elsewhere: String,
    },
    Official,
    Common {
        words: Vec<String>,
    },
}

impl ProofRow {
    fn of(proof: &Proof) -> ProofRow {
        match proof {
            Proof::Credit { place, quote, span: at, by } => ProofRow::Credit {
                place: place.word().to_owned(),
                quote: quote.clone(),
                span: at.as_ref().map(span),
                by: by.map(|a| a.0),
            },
            Proof::Named { quote, span: at } => ProofRow::Named { quote: quote.clone(), span: span(at) },
            Proof::Earlier { source_at, taker_at } => {
                ProofRow::Earlier { source_at: source_at.into(), taker_at: taker_at.into() }
            }
            Proof::Cut { words } => ProofRow::Cut { words: *words },
            Proof::Variant { here, elsewhere } => {
                ProofRow::Variant { here: here.clone(), elsewhere: elsewhere.clone() }
            }
            Proof::Official => ProofRow::Official,
            Proof::Common { words } => ProofRow::Common { words: words.clone() },
        }
    }

    fn proof(self) -> Result<Proof> {
        Ok(match self {
            ProofRow::Credit { place, quote, span, by } => Proof::Credit {
                place: CreditPlace::parse(&place).ok_or_else(|| bad(10, "place of a credit"))?,
                quote,
                span: span.map(range),
                by: by.map(ArticleId),
            },
            ProofRow::Named { quote, span } => Proof::Named { quote, span: range(span) },
            ProofRow::Earlier { source_at, taker_at } => {
                Proof::Earlier { source_at: source_at.into(), taker_at: taker_at.into() }
            }
            ProofRow::Cut { words } => Proof::Cut { words },
            ProofRow::Variant { here, elsewhere } => Proof::Variant { here, elsewhere },
            ProofRow::Official => Proof::Official,
            ProofRow::Common { words } => Proof::Common { words },
        })
    }
}
