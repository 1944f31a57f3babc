//! What people decide about the grouping: carried out, kept as ground truth, taken back by a further decision.

use crate::articles::touch;
use crate::error::{Error, Result};
use crate::lists::AsOf;
use crate::open::Archive;
use crate::rows::{Cols, bad, because_to_json, ms};
use crate::stories::{self, Move};
use crate::writer::Writing;
use jiff::Timestamp;
use news::id::{ArticleId, DecisionId, StoryId};
use news::story::{Because, Decision, DecisionKind, Role, StoryEvent};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeSet, HashMap};

/// Articles of which one decision may speak; a story of more is not corrected by hand.
pub const DECISION_ARTICLES: usize = 20_000;
/// Decisions an archive holds at most.
pub const DECISIONS: u64 = 100_000;
/// Longest reason kept, in characters.
pub const WHY_CHARS: usize = 1_000;
/// Longest name kept, in characters.
pub const WHO_CHARS: usize = 80;

/// A change of the grouping that a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Some members of a story are a story of their own.
    Split {
        /// The story they leave.
        story: StoryId,
        /// Who leaves: at least one, and not all.
        articles: Vec<ArticleId>,
    },
    /// Two stories are one event; the first ends and its address leads on.
    Merge {
        /// The story that ends.
        from: StoryId,
        /// The story that stays.
        into: StoryId,
    },
    /// One article belongs to another story than the one it stands in. One that was shown as doubtful beside that story
    /// takes the texts that repeat it along.
    Move {
        /// Which article.
        article: ArticleId,
        /// Where it belongs.
        into: StoryId,
    },
    /// A doubtful article does not belong to the story beside which it is shown.
    Apart {
        /// Which article.
        article: ArticleId,
        /// The story it does not belong to.
        story: StoryId,
    },
    /// An earlier decision is taken back.
    Undo {
        /// Which one.
        decision: DecisionId,
    },
}

/// A correction with its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    /// What is asked for.
    pub correction: Correction,
    /// Who asks, `1..=`[`WHO_CHARS`] characters.
    pub who: String,
    /// Why, at most [`WHY_CHARS`] characters.
    pub why: Option<String>,
}

/// A decision as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionCard {
    /// Its number.
    pub id: DecisionId,
    /// When, our clock.
    pub at: Timestamp,
    /// What was done.
    pub kind: DecisionKind,
    /// Who decided.
    pub who: String,
    /// Why, where a reason was given.
    pub why: Option<String>,
    /// The story that was left, ended, or spoken of.
    pub from: Option<StoryId>,
    /// The story that was opened or come to.
    pub into: Option<StoryId>,
    /// The decision it takes back, with [`DecisionKind::Undo`].
    pub withdraws: Option<DecisionId>,
    /// The decision that took it back.
    pub withdrawn_by: Option<DecisionId>,
    /// The articles that were split off, merged, moved or found not to belong, at most 1,000.
    pub moved: Vec<ArticleId>,
    /// Title of [`DecisionCard::from`] now.
    pub from_title: Option<String>,
    /// Title of [`DecisionCard::into`] now.
    pub into_title: Option<String>,
    /// Where the number of [`DecisionCard::from`] leads.
    pub from_leads_to: Option<StoryId>,
    /// Where the number of [`DecisionCard::into`] leads.
    pub into_leads_to: Option<StoryId>,
}

/// The most articles of one decision that are shown.
const MOVED_SHOWN: u32 = 1_000;

impl Archive {
    /// Carries out what a person decided about the grouping and keeps it, with a line in the log of every story it
    /// touches, in one transaction.
    ///
    /// [`Error::Unknown`] for a number that was never given out; [`Error::Refused`] with one plain sentence for what
    /// cannot be done, such as splitting off a whole story or an article that does not stand there.
    pub fn decide(&self, new: NewDecision, now: Timestamp) -> Result<DecisionCard> {
        self.write(move |w| {
            let id = decide(w, &new, now)?;
            card(w.conn, id)?.ok_or_else(|| Error::Damaged(format!("decision {id} was not kept")))
        })
    }

    /// One decision.
    pub fn decision(&self, id: DecisionId) -> Result<Option<DecisionCard>> {
        self.read(|conn| card(conn, id))
    }

    /// The number of the newest decision; 0 before the first.
    pub fn last_decision(&self) -> Result<DecisionId> {
        self.read(last)
    }

    /// What all decisions after this one say, in the order they were made; those taken back too.
    pub fn decisions_after(&self, after: DecisionId) -> Result<Vec<Decision>> {
        self.read(|conn| {
            let mut decisions = conn
                .prepare_cached("select id, kind, withdraws from decisions where id > ?1 order by id")?
                .query_map([after.0], |row| {
                    let mut c = Cols::new(row);
                    Ok(Decision {
                        id: DecisionId(c.next()?),
                        kind: c.read("kind of decision", |word: String| DecisionKind::parse(&word))?,
                        withdraws: c.next::<Option<i64>>()?.map(DecisionId),
                        moved: Vec::new(),
                        left: Vec::new(),
                        met: Vec::new(),
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut query = conn
                .prepare_cached("select article, side from decision_articles where decision = ?1 order by article")?;
            for decision in &mut decisions {
                let mut rows = query.query([decision.id.0])?;
                while let Some(row) = rows.next()? {
                    let article = ArticleId(row.get(0)?);
                    match row.get::<_, String>(1)?.as_str() {
                        "moved" => decision.moved.push(article),
                        "left" => decision.left.push(article),
                        "met" => decision.met.push(article),
                        _ => return Err(bad(1, "side of a decision").into()),
                    }
                }
            }
            Ok(decisions)
        })
    }

    /// [`Archive::regroup`] for what a rule found, knowing decisions up to `known`: `None`, and nothing is changed, when
    /// a person has decided something since.
    pub fn regroup_unless_decided(
        &self,
        moves: Vec<Move>,
        known: DecisionId,
        now: Timestamp,
    ) -> Result<Option<Vec<StoryId>>> {
        self.write(move |w| {
            if last(w.conn)? != known {
                return Ok(None);
            }
            moves.iter().map(|change| stories::apply(w, change, now)).collect::<Result<Vec<_>>>().map(Some)
        })
    }
}

fn last(conn: &Connection) -> Result<DecisionId> {
    Ok(conn
        .prepare_cached("select coalesce(max(id), 0) from decisions")?
        .query_row([], |row| row.get(0).map(DecisionId))?)
}

/// What was done, for the row that keeps it.
#[derive(Default)]
struct Done {
    from: Option<StoryId>,
    into: Option<StoryId>,
    withdraws: Option<DecisionId>,
    moved: Vec<ArticleId>,
    left: Vec<ArticleId>,
    met: Vec<ArticleId>,
}

fn decide(w: &mut Writing<'_>, new: &NewDecision, at: Timestamp) -> Result<DecisionId> {
    let who = new.who.trim();
    if who.is_empty() || who.chars().count() > WHO_CHARS {
        return Err(Error::Refused(format!(
            "a decision needs the name of who decides, of at most {WHO_CHARS} characters"
        )));
    }
    let why = new.why.as_deref().map(str::trim).filter(|why| !why.is_empty());
    if why.is_some_and(|why| why.chars().count() > WHY_CHARS) {
        return Err(Error::Refused(format!("a reason has at most {WHY_CHARS} characters")));
    }
    let held: u64 = w.conn.query_row("select count(*) from decisions", [], |row| row.get(0))?;
    if held >= DECISIONS {
        return Err(Error::Refused(format!("the archive holds {DECISIONS} decisions, and no more are taken")));
    }
    let logged: i64 = w.conn.query_row("select coalesce(max(id), 0) from story_log", [], |row| row.get(0))?;
    let (kind, done) = match &new.correction {
        Correction::Split { story, articles } => (DecisionKind::Split, split(w, *story, articles, at)?),
        Correction::Merge { from, into } => (DecisionKind::Merge, merge(w, *from, *into, at)?),
        Correction::Move { article, into } => (DecisionKind::Move, go(w, *article, *into, at)?),
        Correction::Apart { article, story } => (DecisionKind::Apart, apart(w, *article, *story, at)?),
        Correction::Undo { decision } => (DecisionKind::Undo, undo(w, *decision, at)?),
    };
    if done.moved.len() + done.left.len() + done.met.len() > DECISION_ARTICLES {
        return Err(Error::Refused(format!("a decision speaks of at most {DECISION_ARTICLES} articles")));
    }
    w.conn
        .prepare_cached(
            "insert into decisions (at, kind, who, why, from_story, into_story, withdraws) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            ms(at),
            kind.word(),
            who,
            why,
            done.from.map(|s| s.0),
            done.into.map(|s| s.0),
            done.withdraws.map(|d| d.0),
        ))?;
    let id = DecisionId(w.conn.last_insert_rowid());
    let mut insert =
        w.conn.prepare_cached("insert into decision_articles (decision, article, side) values (?1, ?2, ?3)")?;
    for (side, articles) in [("moved", &done.moved), ("left", &done.left), ("met", &done.met)] {
        for article in articles {
            insert.execute((id.0, article.0, side))?;
        }
    }
    drop(insert);
    w.conn.execute("update story_log set decision = ?1 where id > ?2", (id.0, logged))?;
    Ok(id)
}

/// The counted members of a story, earliest text first.
fn members(conn: &Connection, story: StoryId) -> Result<Vec<ArticleId>> {
    Ok(stories::standing_members(conn, story)?.into_iter().map(|(_, article)| article).collect())
}

fn split(w: &mut Writing<'_>, story: StoryId, articles: &[ArticleId], at: Timestamp) -> Result<Done> {
    let from = stories::known(w.conn, story)?;
    let all = members(w.conn, from)?;
    if articles.is_empty() {
        return Err(Error::Refused("no article was named to be split off".to_owned()));
    }
    if let Some(stranger) = articles.iter().find(|article| !all.contains(article)) {
        return Err(Error::Refused(format!("article {stranger} does not stand in story {from}")));
    }
    let (moved, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|article| articles.contains(article));
    if left.is_empty() {
        return Err(Error::Refused(format!(
            "these are all texts of story {from}; there would be nothing left to split them from"
        )));
    }
    let into = stories::split(w, from, &moved, at)?;
    placed_by_hand(w, &moved)?;
    set_roles(w, from, at)?;
    set_roles(w, into, at)?;
    Ok(Done { from: Some(from), into: Some(into), moved, left, ..Done::default() })
}

fn merge(w: &mut Writing<'_>, from: StoryId, into: StoryId, at: Timestamp) -> Result<Done> {
    let (asked_from, asked_into) = (from, into);
    let (from, into) = (stories::known(w.conn, from)?, stories::known(w.conn, into)?);
    if from == into {
        return Err(Error::Refused(format!("stories {asked_from} and {asked_into} are one story already")));
    }
    let (moved, met) = (members(w.conn, from)?, members(w.conn, into)?);
    if moved.is_empty() || met.is_empty() {
        let empty = if moved.is_empty() { from } else { into };
        return Err(Error::Refused(format!("story {empty} holds no text")));
    }
    stories::merge(w, from, into, at)?;
    set_roles(w, into, at)?;
    Ok(Done { from: Some(from), into: Some(into), moved, met, ..Done::default() })
}

fn go(w: &mut Writing<'_>, article: ArticleId, into: StoryId, at: Timestamp) -> Result<Done> {
    let into = stories::known(w.conn, into)?;
    let from = stands_in(w.conn, article)?;
    if from == into {
        return Err(Error::Refused(format!("article {article} stands in story {into} already")));
    }
    let met = members(w.conn, into)?;
    if met.is_empty() {
        return Err(Error::Refused(format!("story {into} holds no text")));
    }
    // To take a doubtful text in says nothing against the texts that repeat it: they come along.
    let moved = match doubt(w.conn, article, into)? {
        Some(_) => with_copies(w.conn, from, article)?,
        None => vec![article],
    };
    let mut left = members(w.conn, from)?;
    left.retain(|other| !moved.contains(other));
    shift(w, from, into, &moved, at)?;
    Ok(Done { from: Some(from), into: Some(into), moved, left, met, ..Done::default() })
}

/// The row by which an article is shown as doubtful beside a story.
fn doubt(conn: &Connection, article: ArticleId, story: StoryId) -> Result<Option<i64>> {
    Ok(conn
        .prepare_cached(
            "select id from members where article = ?1 and story = ?2 and left_at is null and role = 'maybe'",
        )?
        .query_row((article.0, story.0), |row| row.get(0))
        .optional()?)
}

/// An article with those of its story that repeat it, that it repeats, or that repeat the same text.
fn with_copies(conn: &Connection, story: StoryId, article: ArticleId) -> Result<Vec<ArticleId>> {
    let pairs = conn
        .prepare_cached(
            "select article, copy_of from members where story = ?1 and left_at is null and role = 'copy' and copy_of is not null",
        )?
        .query_map([story.0], |row| Ok((ArticleId(row.get(0)?), ArticleId(row.get(1)?))))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut found = BTreeSet::from([article]);
    loop {
        let before = found.len();
        for (copy, base) in &pairs {
            if found.contains(copy) || found.contains(base) {
                found.extend([*copy, *base]);
            }
        }
        if found.len() == before {
            break;
        }
    }
    // What it repeats may stand elsewhere.
    let mut here = members(conn, story)?;
    here.retain(|member| found.contains(member));
    Ok(here)
}

fn apart(w: &mut Writing<'_>, article: ArticleId, story: StoryId, at: Timestamp) -> Result<Done> {
    let story = stories::known(w.conn, story)?;
    stands_in(w.conn, article)?;
    let Some(doubt) = doubt(w.conn, article, story)? else {
        return Err(Error::Refused(format!("article {article} is not shown as doubtful beside story {story}")));
    };
    stories::close(w.conn, doubt, at)?;
    stories::log(w.conn, story, at, StoryEvent::Dismissed(article))?;
    touch(w, article)?;
    let left = members(w.conn, story)?;
    Ok(Done { from: Some(story), moved: vec![article], left, ..Done::default() })
}

fn undo(w: &mut Writing<'_>, id: DecisionId, at: Timestamp) -> Result<Done> {
    let Some(decision) = card(w.conn, id)? else { return Err(Error::Unknown { what: "decision", id: id.0 }) };
    if let Some(by) = decision.withdrawn_by {
        return Err(Error::Refused(format!("decision {id} was taken back already, by decision {by}")));
    }
    if decision.kind == DecisionKind::Undo {
        return Err(Error::Refused(format!("decision {id} takes another back; decide that anew instead")));
    }
    // What a later decision says of the same articles would be undone with it.
    let later: Option<i64> = w
        .conn
        .prepare_cached(
            "select min(later.decision) from decision_articles mine
                join decision_articles later on later.article = mine.article and later.decision > mine.decision
             where mine.decision = ?1 and mine.side = 'moved'
                and not exists (select 1 from decisions u where u.withdraws = later.decision)",
        )?
        .query_row([id.0], |row| row.get(0))?;
    if let Some(later) = later {
        return Err(Error::Refused(format!(
            "decision {later}, made later, speaks of the same articles; take that back first"
        )));
    }
    let done = Done { withdraws: Some(id), ..Done::default() };
    let (Some(from), into) = (decision.from, decision.into) else { return Ok(done) };
    let from = stories::known(w.conn, from)?;
    let moved = w
        .conn
        .prepare_cached("select article from decision_articles where decision = ?1 and side = 'moved'")?
        .query_map([id.0], |row| row.get(0).map(ArticleId))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let Some(into) = into else {
        for article in moved {
            doubt_again(w, article, from, at)?;
        }
        return Ok(Done { from: Some(from), ..done });
    };
    let into = stories::known(w.conn, into)?;
    let mut back = Vec::new();
    for article in moved {
        if stories::current(w.conn, article)?.is_some_and(|current| current.story == into) {
            back.push(article);
        }
    }
    if back.is_empty() {
        return Ok(Done { from: Some(into), into: Some(from), ..done });
    }
    if from != into {
        // The story they came from is there: they go back to it.
        shift(w, into, from, &back, at)?;
        return Ok(Done { from: Some(into), into: Some(from), ..done });
    }
    // It ended, and numbers are not given out again: they are a story of their own once more, under a new number.
    let opened = stories::split(w, into, &back, at)?;
    set_roles(w, into, at)?;
    set_roles(w, opened, at)?;
    Ok(Done { from: Some(into), into: Some(opened), ..done })
}

fn stands_in(conn: &Connection, article: ArticleId) -> Result<StoryId> {
    if let Some(current) = stories::current(conn, article)? {
        return Ok(current.story);
    }
    let is_known = conn.prepare_cached("select 1 from articles where id = ?1")?.exists([article.0])?;
    Err(match is_known {
        true => Error::Refused(format!("article {article} stands in no story yet")),
        false => Error::Unknown { what: "article", id: article.0 },
    })
}

/// Carries members of one story into another; a story left empty leads on.
fn shift(w: &mut Writing<'_>, from: StoryId, into: StoryId, articles: &[ArticleId], at: Timestamp) -> Result<()> {
    for (member, article) in stories::standing_members(w.conn, from)? {
        if articles.contains(&article) {
            stories::carry(w, member, article, into, at)?;
            stories::log(w.conn, from, at, StoryEvent::Left(article, Some(into)))?;
            stories::log(w.conn, into, at, StoryEvent::Joined(article))?;
            touch(w, article)?;
        }
    }
    placed_by_hand(w, articles)?;
    stories::recount(w, into, at)?;
    stories::left(w, from, into, at)?;
    set_roles(w, from, at)?;
    set_roles(w, into, at)
}

/// What it shared with those it stood with before is no reason for where it stands now; what once spoke for this story,
/// when it stood or was shown here, is.
fn placed_by_hand(w: &mut Writing<'_>, articles: &[ArticleId]) -> Result<()> {
    let because = because_to_json(&Because { score: 1.0, ..Because::default() })?;
    let mut update = w.conn.prepare_cached(
        "update members set because = coalesce((
            select p.because from members p where p.article = members.article and p.story = members.story
                and p.id < members.id order by p.id desc limit 1), ?2)
         where article = ?1 and left_at is null and role <> 'maybe'",
    )?;
    for article in articles {
        update.execute((article.0, &because))?;
    }
    Ok(())
}

/// Lets the members of a story count for what they are there: a copy of a text that stands here is a copy; of several
/// copies of one text that stands elsewhere the earliest is the account, so that a text counts once in each story.
/// What each repeats stays on record.
fn set_roles(w: &mut Writing<'_>, story: StoryId, at: Timestamp) -> Result<()> {
    let rows = w
        .conn
        .prepare_cached(
            "select m.id, m.article, m.role, m.copy_of, exists (
                select 1 from members b where b.story = m.story and b.article = m.copy_of and b.left_at is null
                    and b.role <> 'maybe')
             from members m where m.story = ?1 and m.left_at is null and m.role <> 'maybe' and m.copy_of is not null
             order by m.sort_at, m.article",
        )?
        .query_map([story.0], |row| {
            let mut c = Cols::new(row);
            Ok((
                c.next::<i64>()?,
                ArticleId(c.next()?),
                c.read("role", |word: String| Role::parse(&word))?,
                c.next::<i64>()?,
                c.next::<bool>()?,
            ))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut stands_for: HashMap<i64, ArticleId> = HashMap::new();
    let mut changed = false;
    for (member, article, role, base, is_here) in rows {
        let stands = is_here || *stands_for.entry(base).or_insert(article) != article;
        let due = if stands { Role::Copy } else { Role::Account };
        if due != role {
            stories::change_role(w, member, article, due, at)?;
            touch(w, article)?;
            changed = true;
        }
    }
    if changed { stories::recount(w, story, at) } else { Ok(()) }
}

/// Shows a doubtful article beside a story again, for the reason it once was.
fn doubt_again(w: &mut Writing<'_>, article: ArticleId, story: StoryId, at: Timestamp) -> Result<()> {
    let because = w
        .conn
        .prepare_cached(
            "select because from members where article = ?1 and story = ?2 and role = 'maybe' order by id desc limit 1",
        )?
        .query_row((article.0, story.0), |row| row.get::<_, String>(0))
        .optional()?;
    let because = because.map(|json| crate::rows::because_from_json(&json)).transpose()?.unwrap_or_default();
    stories::apply(w, &Move::Suggest { article, story, because }, at)?;
    stories::log(w.conn, story, at, StoryEvent::Doubted(article))
}

// Reading.

const CARD: &str = "select d.id, d.at, d.kind, d.who, d.why, d.from_story, d.into_story, d.withdraws,
        (select u.id from decisions u where u.withdraws = d.id and u.at <= ?2),
        (select title from stories where id = d.from_story), (select title from stories where id = d.into_story)
     from decisions d";

fn card(conn: &Connection, id: DecisionId) -> Result<Option<DecisionCard>> {
    let found = cards(conn, &format!("{CARD} where d.id = ?1"), id.0, AsOf::Now)?;
    Ok(found.into_iter().next())
}

/// The most decisions on a story's page, latest.
const MOST_DECISIONS: u32 = 200;

/// The latest decisions about a story and those that were merged into it, in the order they were made.
pub(crate) fn of_story(conn: &Connection, story: StoryId, as_of: AsOf) -> Result<Vec<DecisionCard>> {
    let sql = format!(
        "with recursive led (id) as (
            select ?1 union select s.id from led join stories s on s.merged_into = led.id and s.merged_at <= ?2)
         {CARD} where d.at <= ?2 and (d.from_story in (select id from led) or d.into_story in (select id from led))
         order by d.id desc limit {MOST_DECISIONS}"
    );
    let mut found = cards(conn, &sql, story.0, as_of)?;
    found.reverse();
    Ok(found)
}

fn cards(conn: &Connection, sql: &str, id: i64, as_of: AsOf) -> Result<Vec<DecisionCard>> {
    let mut found = conn
        .prepare_cached(sql)?
        .query_map((id, as_of.until()), |row| {
            let mut c = Cols::new(row);
            Ok(DecisionCard {
                id: DecisionId(c.next()?),
                at: c.time()?,
                kind: c.read("kind of decision", |word: String| DecisionKind::parse(&word))?,
                who: c.next()?,
                why: c.next()?,
                from: c.next::<Option<i64>>()?.map(StoryId),
                into: c.next::<Option<i64>>()?.map(StoryId),
                withdraws: c.next::<Option<i64>>()?.map(DecisionId),
                withdrawn_by: c.next::<Option<i64>>()?.map(DecisionId),
                from_title: c.next()?,
                into_title: c.next()?,
                from_leads_to: None,
                into_leads_to: None,
                moved: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut moved = conn.prepare_cached(
        "select article from decision_articles where decision = ?1 and side = 'moved' order by article limit ?2",
    )?;
    for decision in &mut found {
        let of = decision.withdraws.unwrap_or(decision.id);
        let leads = |story: Option<StoryId>| -> Result<Option<StoryId>> {
            Ok(story.map(|story| stories::leads_to(conn, story, as_of)).transpose()?.flatten())
        };
        (decision.from_leads_to, decision.into_leads_to) = (leads(decision.from)?, leads(decision.into)?);
        decision.moved =
            moved.query_map((of.0, MOVED_SHOWN), |row| row.get(0).map(ArticleId))?.collect::<rusqlite::Result<_>>()?;
    }
    Ok(found)
}
