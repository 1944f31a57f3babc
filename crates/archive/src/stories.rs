//! Stories: who stands in which, why, and what happened to them.

use crate::articles::{ArticleCard, touch};
use crate::decisions::{self, DecisionCard};
use crate::error::{Error, Result};
use crate::lists::{self, AsOf, Listed, Page};
use crate::open::Archive;
use crate::rows::{Cols, because_from_json, because_to_json, ms, passages_from_json, passages_to_json};
use crate::topics;
use crate::tree;
use crate::writer::Writing;
use jiff::Timestamp;
use news::article::{Held, TextKind};
use news::id::{ArticleId, DecisionId, RevisionId, StoryId};
use news::outlet::OutletKind;
use news::story::{Because, CopyOf, Countable, Counts, Edge, Kinship, Placement, Role, Story, StoryEvent};
use rusqlite::{Connection, OptionalExtension, params};

/// An article in a story.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberCard {
    /// The article.
    pub article: ArticleCard,
    /// How it stands there.
    pub role: Role,
    /// Which text it repeats; with [`Role::Copy`], and with [`Role::Account`] where a person put that text into another
    /// story. Spans are in the text of [`MemberCard::placed_by`].
    pub copy_of: Option<CopyOf>,
    /// Why it stands there.
    pub because: Because,
    /// The revision that placed it.
    pub placed_by: Option<RevisionId>,
    /// When it joined, our clock.
    pub joined_at: Timestamp,
    /// The words that show reporting of its own, where any do.
    pub original: Option<String>,
    /// It shows none, and says that it has its matter from another account.
    pub rests_on_others: bool,
}

impl MemberCard {
    /// What is counted of it, as things stood when it was asked for.
    pub fn counted(&self) -> Countable {
        Countable {
            outlet: self.article.outlet.as_ref().map(|o| o.id.0),
            role: self.role,
            sharing: self.copy_of.as_ref().and_then(|of| of.sharing),
            has_text: self.article.head.as_ref().is_some_and(|h| h.held != Held::HeadlineOnly),
            is_original: self.original.is_some(),
            rests_on_others: self.rests_on_others,
        }
    }
}

/// One line of a story's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, our clock.
    pub at: Timestamp,
    /// What happened.
    pub event: StoryEvent,
    /// Who decided it; `None` where a rule did.
    pub by: Option<LogAuthor>,
}

/// The person behind a line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogAuthor {
    /// Their decision.
    pub decision: DecisionId,
    /// Their name.
    pub who: String,
    /// Their reason, where they gave one.
    pub why: Option<String>,
    /// The decision that took this one back.
    pub withdrawn_by: Option<DecisionId>,
}

/// Which lines of a log are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFilter {
    /// All.
    #[default]
    All,
    /// Those a person decided.
    People,
    /// Those a rule made.
    Rules,
}

/// A story with its members and its log.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryPage {
    /// The story. Its id differs from the one asked for when that was merged into it.
    pub story: Story,
    /// The time of its newest text.
    pub newest_at: Timestamp,
    /// Members in order of [`ArticleCard::sort_at`], earliest first, doubtful ones last; at most 1,000.
    pub members: Vec<MemberCard>,
    /// What happened to it, first thing first; the last 1,000.
    pub log: Vec<LogLine>,
    /// What people decided about it and about stories merged into it, first thing first; the last 200.
    pub decisions: Vec<DecisionCard>,
    /// Who took from whom; at most 4,000 edges.
    pub edges: Vec<Edge>,
    /// Whether a member came, went or changed since that was worked out; of the present alone.
    pub is_untraced: bool,
}

/// One change of the grouping, found by settling or made by a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// All members of one story go into another; its address leads on.
    Merge {
        /// The story that ends.
        from: StoryId,
        /// The story that stays.
        into: StoryId,
    },
    /// These members leave and open a story of their own.
    Split {
        /// The story they leave.
        from: StoryId,
        /// Who leaves; those that do not stand in `from` are passed over.
        articles: Vec<ArticleId>,
    },
    /// One article is placed anew: joins or copies where the placement says; `Opens` takes it out into a story of
    /// its own.
    Place {
        /// Which article.
        article: ArticleId,
        /// Where it belongs.
        placement: Placement,
    },
    /// One article is noted as possibly the same event: shown apart, not counted, beside its own story.
    Suggest {
        /// Which article.
        article: ArticleId,
        /// The story it may belong to.
        story: StoryId,
        /// Why.
        because: Because,
    },
    /// One article, an account where it stands, repeats a text that a person put into another story.
    Repeats {
        /// Which article.
        article: ArticleId,
        /// What it repeats.
        of: CopyOf,
    },
}

impl Archive {
    /// One story with its members and its log; a merged one leads on. `None` when it was never opened, or not yet.
    pub fn story(&self, id: StoryId, as_of: AsOf) -> Result<Option<StoryPage>> {
        self.read(|conn| {
            let Some(id) = leads_to(conn, id, as_of)? else { return Ok(None) };
            page(conn, id, as_of)
        })
    }

    /// The story this number leads to now, through any merges; `None` when it was never opened.
    pub fn story_leads_to(&self, id: StoryId) -> Result<Option<StoryId>> {
        self.read(|conn| leads_to(conn, id, AsOf::Now))
    }

    /// The story an article is counted in.
    pub fn story_of(&self, article: ArticleId, as_of: AsOf) -> Result<Option<StoryId>> {
        self.read(|conn| {
            let sql = format!(
                "select story from members m where m.article = ?1 and m.role <> 'maybe' and {} order by m.id desc limit 1",
                standing(as_of)
            );
            Ok(conn.prepare_cached(&sql)?.query_row([article.0], |row| row.get(0).map(StoryId)).optional()?)
        })
    }

    /// A page of a story's log, latest line first; a merged story leads on. `None` when it was never opened, or not yet.
    pub fn story_log(
        &self,
        id: StoryId,
        filter: LogFilter,
        page: Page,
        as_of: AsOf,
    ) -> Result<Option<(Story, Listed<LogLine>)>> {
        self.read(|conn| {
            let Some(id) = leads_to(conn, id, as_of)? else { return Ok(None) };
            let Some(row) = row(conn, id)? else { return Ok(None) };
            let wanted = match filter {
                LogFilter::All => "",
                LogFilter::People => "and l.decision is not null",
                LogFilter::Rules => "and l.decision is null",
            };
            let total = conn
                .prepare_cached(&format!(
                    "select count(*) from story_log l where l.story = ?1 and l.at <= ?2 {wanted}"
                ))?
                .query_row((id.0, as_of.until()), |row| row.get(0))?;
            let offset = u64::from(page.number - 1) * u64::from(page.size);
            let sql =
                format!("{LOG_LINE} where l.story = ?1 and l.at <= ?2 {wanted} order by l.id desc limit ?3 offset ?4");
            let items = conn
                .prepare_cached(&sql)?
                .query_map((id.0, as_of.until(), page.size, offset), log_line)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some((row.story, Listed { items, total, page })))
        })
    }

    /// Applies changes of the grouping in order, in one transaction, each logged. Answers, for each, the story
    /// that came of it: the one that stays, the one that was opened, the one joined.
    pub fn regroup(&self, moves: Vec<Move>, now: Timestamp) -> Result<Vec<StoryId>> {
        self.write(move |w| moves.iter().map(|change| apply(w, change, now)).collect())
    }

    /// Takes every article out of its story, as the first step of `readout rebuild stories`. Numbers stay: an article
    /// that opened a story and opens one again gets the same number back. What people decided stays.
    pub fn clear_stories(&self, now: Timestamp) -> Result<()> {
        self.write(move |w| {
            let at = ms(now);
            w.conn.execute("update members set left_at = max(joined_at, ?1) where left_at is null", [at])?;
            w.conn.execute("update edges set ended_at = max(made_at, ?1) where ended_at is null", [at])?;
            w.conn.execute(
                "update stories set texts = 0, outlets = 0, distinct_texts = 0, original = 0, independent = 0, revised = 0,
                    gone = 0, untraced = 0, content_changed_at = ?1
                 where texts > 0",
                [at],
            )?;
            w.conn.execute("delete from topic_stories", [])?;
            // One number each, so that the search index can take them up in pages.
            let first = *w.seq;
            w.conn.execute("update articles set change_seq = ?1 + id where head is not null", [first])?;
            *w.seq = w.conn.query_row("select max(change_seq, ?1) from (select max(change_seq) as change_seq from articles)", [first], |row| {
                row.get::<_, Option<i64>>(0)
            })?.unwrap_or(first);
            Ok(())
        })
    }
}

// What a member is, and where it stands.

/// Which rows of `members m` stand at a moment.
pub(crate) fn standing(as_of: AsOf) -> String {
    match as_of {
        AsOf::Now => "m.left_at is null".to_owned(),
        AsOf::At(at) => format!("m.joined_at <= {0} and (m.left_at is null or m.left_at > {0})", ms(at)),
    }
}

/// An article's counted place in a story.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    pub(crate) id: i64,
    pub(crate) story: StoryId,
    role: Role,
    pub(crate) since_at: Timestamp,
}

/// Where an article is counted now.
pub(crate) fn current(conn: &Connection, article: ArticleId) -> Result<Option<Current>> {
    Ok(conn
        .prepare_cached(
            "select id, story, role, since_at from members where article = ?1 and left_at is null and role <> 'maybe'",
        )?
        .query_row([article.0], |row| {
            let mut c = Cols::new(row);
            Ok(Current {
                id: c.next()?,
                story: StoryId(c.next()?),
                role: c.read("role", |word: String| Role::parse(&word))?,
                since_at: c.time()?,
            })
        })
        .optional()?)
}

/// What a story needs to know of an article.
pub(crate) struct Facts {
    outlet: Option<i64>,
    sort_at: i64,
    title: String,
    has_headline: bool,
    held: Option<Held>,
    kind: Option<TextKind>,
    outlet_kind: Option<OutletKind>,
    is_revised: bool,
    is_gone: bool,
}

fn facts(conn: &Connection, article: ArticleId) -> Result<Facts> {
    conn.prepare_cached(
        "select a.outlet, a.sort_at, coalesce(t.headline, a.headline), a.url, t.held, t.kind, o.kind, a.revisions > 1,
            a.gone_at is not null
         from articles a left join outlets o on o.id = a.outlet left join revisions r on r.id = a.head
            left join revision_texts t on t.id = r.text
         where a.id = ?1",
    )?
    .query_row([article.0], |row| {
        let mut c = Cols::new(row);
        let (outlet, sort_at) = (c.next()?, c.next()?);
        let headline: Option<String> = c.next()?;
        let url: Option<String> = c.next()?;
        Ok(Facts {
            outlet,
            sort_at,
            has_headline: headline.is_some(),
            title: headline.or(url).unwrap_or_default(),
            held: c.next::<Option<String>>()?.and_then(|word| Held::parse(&word)),
            kind: c.next::<Option<String>>()?.and_then(|word| TextKind::parse(&word)),
            outlet_kind: c.next::<Option<String>>()?.and_then(|word| OutletKind::parse(&word)),
            is_revised: c.next()?,
            is_gone: c.next()?,
        })
    })
    .optional()?
    .ok_or(Error::Unknown { what: "article", id: article.0 })
}

impl Facts {
    fn of_card(card: &ArticleCard) -> Facts {
        Facts {
            outlet: card.outlet.as_ref().map(|o| o.id.0),
            sort_at: ms(card.sort_at),
            title: card.headline.clone().or_else(|| card.url.clone()).unwrap_or_default(),
            has_headline: card.headline.is_some(),
            held: card.head.as_ref().map(|head| head.held),
            kind: card.head.as_ref().map(|head| head.kind),
            outlet_kind: card.outlet.as_ref().map(|o| o.kind),
            is_revised: card.revisions > 1,
            is_gone: card.gone_at.is_some(),
        }
    }

    /// What is counted of it where it stands like this.
    fn counted(&self, role: Role, sharing: Option<Kinship>, is_original: bool, rests_on_others: bool) -> Countable {
        let has_text = self.held != Some(Held::HeadlineOnly);
        Countable { outlet: self.outlet, role, sharing, has_text, is_original, rests_on_others }
    }

    /// The rule for a story's title, as a text of which the smallest wins: the headline of the earliest account held
    /// in full from a news outlet or agency; then accounts held in part, then official ones, opinion and live blogs, then
    /// copies, then headlines alone, then anything.
    fn title_key(&self, role: Role, article: ArticleId) -> String {
        let unsuited = matches!(self.kind, Some(TextKind::Opinion | TextKind::Live | TextKind::Other))
            || self.outlet_kind == Some(OutletKind::Official);
        let class = match (self.has_headline, self.held, role) {
            (false, _, _) => 6,
            (_, None | Some(Held::HeadlineOnly), _) => 5,
            (_, _, Role::Copy | Role::Maybe) => 4,
            (_, Some(Held::Partial), Role::Account) if unsuited => 3,
            (_, Some(Held::Full), Role::Account) if unsuited => 2,
            (_, Some(Held::Partial), Role::Account) => 1,
            (_, Some(Held::Full), Role::Account) => 0,
        };
        // Times before 1970 are negative: moved up so that their digits compare as they should.
        format!("{class}:{:020}:{:016}", self.sort_at.saturating_add(1 << 60), article.0)
    }
}

/// How an article comes to stand in a story.
pub(crate) struct Joining<'a> {
    pub(crate) role: Role,
    pub(crate) because: &'a Because,
    pub(crate) copy_of: Option<&'a CopyOf>,
    pub(crate) placed_by: Option<RevisionId>,
    pub(crate) since_at: Timestamp,
    pub(crate) original: Option<&'a str>,
    pub(crate) rests_on_others: bool,
}

impl Joining<'_> {
    fn counted(&self, facts: &Facts) -> Countable {
        let sharing = self.copy_of.and_then(|of| of.sharing);
        facts.counted(self.role, sharing, self.original.is_some(), self.rests_on_others)
    }
}

/// Places an article whose text is new or changed. Gives the story it now stands in.
pub(crate) fn place(
    w: &mut Writing<'_>,
    article: ArticleId,
    revision: RevisionId,
    placement: Option<&Placement>,
    at: Timestamp,
) -> Result<Option<StoryId>> {
    let current = current(w.conn, article)?;
    match (placement, current) {
        (None, None) => Ok(None),
        (None | Some(Placement::Opens), Some(current)) => {
            member_text_changed(w, article, at)?;
            Ok(Some(current.story))
        }
        (Some(Placement::Opens), None) => open(w, article, Some(revision), at).map(Some),
        (Some(placement @ (Placement::Joins { .. } | Placement::Copies { .. })), current) => {
            put(w, article, current, Some(revision), placement, at).map(Some)
        }
    }
}

/// Follows [`Placement::Joins`] and [`Placement::Copies`].
fn put(
    w: &mut Writing<'_>,
    article: ArticleId,
    current: Option<Current>,
    revision: Option<RevisionId>,
    placement: &Placement,
    at: Timestamp,
) -> Result<StoryId> {
    let copy_because = Because { score: 1.0, ..Because::default() };
    let (story, role, because, copy_of) = match placement {
        Placement::Opens => return open(w, article, revision, at),
        Placement::Joins { story, because } => (*story, Role::Account, because, None),
        Placement::Copies { story, of } => (*story, Role::Copy, &copy_because, Some(of)),
    };
    let story = known(w.conn, story)?;
    let mut joining =
        Joining { role, because, copy_of, placed_by: revision, since_at: at, original: None, rests_on_others: false };
    match current {
        Some(current) if current.story == story => {
            if role == Role::Account && current.role == Role::Account {
                // It stays as it stands, with the reason it once joined for.
                member_text_changed(w, article, at)?;
                return Ok(story);
            }
            joining.since_at = current.since_at;
            close(w.conn, current.id, at)?;
            insert(w, article, story, &joining, at)?;
            recount(w, story, at)?;
        }
        Some(current) => {
            close(w.conn, current.id, at)?;
            insert(w, article, story, &joining, at)?;
            log(w.conn, current.story, at, StoryEvent::Left(article, Some(story)))?;
            log(w.conn, story, at, StoryEvent::Joined(article))?;
            recount(w, story, at)?;
            left(w, current.story, story, at)?;
            touch(w, article)?;
        }
        None => {
            let facts = insert(w, article, story, &joining, at)?;
            log(w.conn, story, at, StoryEvent::Joined(article))?;
            count_one(w, article, story, &joining, &facts, at)?;
            touch(w, article)?;
        }
    }
    Ok(story)
}

/// Opens a story with one article that stands in none.
fn open(w: &mut Writing<'_>, article: ArticleId, revision: Option<RevisionId>, at: Timestamp) -> Result<StoryId> {
    // After `clear_stories` the story it stood in last is empty, and is taken up again under its old number.
    let before = w
        .conn
        .prepare_cached(
            "select s.id from members m join stories s on s.id = m.story
             where m.article = ?1 and m.role <> 'maybe' and s.texts = 0 and s.merged_into is null
                and m.id = (select max(id) from members where article = ?1 and role <> 'maybe')",
        )?
        .query_row([article.0], |row| row.get(0))
        .optional()?;
    let facts = facts(w.conn, article)?;
    let key = facts.title_key(Role::Account, article);
    let story = match before {
        Some(id) => {
            w.conn
                .prepare_cached(
                    "update stories set title = ?2, title_article = ?3, title_key = ?4, newest_at = ?5 where id = ?1",
                )?
                .execute((id, &facts.title, article.0, &key, facts.sort_at))?;
            StoryId(id)
        }
        None => {
            w.conn
                .prepare_cached(
                    "insert into stories (title, title_article, title_key, opened_at, content_changed_at, newest_at)
                     values (?1, ?2, ?3, ?4, ?4, ?5)",
                )?
                .execute((&facts.title, article.0, &key, ms(at), facts.sort_at))?;
            let story = StoryId(w.conn.last_insert_rowid());
            log(w.conn, story, at, StoryEvent::Opened(article))?;
            story
        }
    };
    let because = Because { score: 1.0, ..Because::default() };
    let joining = Joining {
        role: Role::Account,
        because: &because,
        copy_of: None,
        placed_by: revision,
        since_at: at,
        original: None,
        rests_on_others: false,
    };
    insert(w, article, story, &joining, at)?;
    count_one(w, article, story, &joining, &facts, at)?;
    touch(w, article)?;
    Ok(story)
}

pub(crate) fn insert(
    w: &mut Writing<'_>,
    article: ArticleId,
    story: StoryId,
    joining: &Joining<'_>,
    at: Timestamp,
) -> Result<Facts> {
    let facts = facts(w.conn, article)?;
    // A doubt about this story ends where the article comes to stand in it.
    w.conn
        .prepare_cached(
            "update members set left_at = max(joined_at, ?3) where article = ?1 and story = ?2 and left_at is null",
        )?
        .execute((article.0, story.0, ms(at)))?;
    w.conn
        .prepare_cached(
            "insert into members (story, article, outlet, sort_at, role, independent, title_key, copy_of, contained, of_base,
                passages, because, placed_by, since_at, joined_at, sharing, is_distinct, original, rests_on_others)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?
        .execute(params![
            story.0,
            article.0,
            facts.outlet,
            facts.sort_at,
            joining.role.word(),
            joining.counted(&facts).is_independent(),
            facts.title_key(joining.role, article),
            joining.copy_of.map(|of| of.article.0),
            joining.copy_of.map(|of| f64::from(of.contained)),
            joining.copy_of.map(|of| f64::from(of.of_base)),
            joining.copy_of.map(|of| passages_to_json(&of.passages)).transpose()?,
            because_to_json(joining.because)?,
            joining.placed_by.map(|r| r.0),
            ms(joining.since_at),
            ms(at),
            joining.copy_of.and_then(|of| of.sharing).map(Kinship::word),
            joining.counted(&facts).is_distinct(),
            joining.original,
            joining.rests_on_others,
        ])?;
    if joining.role != Role::Maybe {
        untrace(w.conn, story)?;
    }
    Ok(facts)
}

/// Notes that a story's tree is to be drawn anew.
fn untrace(conn: &Connection, story: StoryId) -> Result<()> {
    conn.prepare_cached("update stories set untraced = 1 where id = ?1 and untraced = 0")?.execute([story.0])?;
    Ok(())
}

pub(crate) fn close(conn: &Connection, member: i64, at: Timestamp) -> Result<()> {
    conn.prepare_cached("update members set left_at = max(joined_at, ?2) where id = ?1")?.execute((member, ms(at)))?;
    Ok(())
}

/// Counts one more member, without reading the others, so that a large story costs no more than a small one.
fn count_one(
    w: &mut Writing<'_>,
    article: ArticleId,
    story: StoryId,
    joining: &Joining<'_>,
    facts: &Facts,
    at: Timestamp,
) -> Result<()> {
    let key = facts.title_key(joining.role, article);
    let counted = joining.counted(facts);
    w.conn
        .prepare_cached(
            "update stories set
                texts = texts + 1,
                independent = independent + ?2,
                revised = revised + ?3,
                gone = gone + ?4,
                outlets = outlets + case when ?5 is null or exists (
                    select 1 from members m where m.story = ?1 and m.outlet = ?5 and m.left_at is null
                        and m.role <> 'maybe' and m.article <> ?6) then 0 else 1 end,
                newest_at = case when texts = 0 then ?7 else max(newest_at, ?7) end,
                content_changed_at = max(content_changed_at, ?8),
                title = case when texts = 0 or ?9 < title_key then ?10 else title end,
                title_article = case when texts = 0 or ?9 < title_key then ?6 else title_article end,
                title_key = case when texts = 0 or ?9 < title_key then ?9 else title_key end,
                distinct_texts = distinct_texts + ?11
             where id = ?1",
        )?
        .execute(params![
            story.0,
            counted.is_independent(),
            facts.is_revised,
            facts.is_gone,
            facts.outlet,
            article.0,
            facts.sort_at,
            ms(at),
            key,
            facts.title,
            counted.is_distinct(),
        ])?;
    topics::count_story_member(w.conn, article, story)?;
    topics::story_times_changed(w.conn, story)
}

/// Counts a story anew from its members; it counts as changed `at` that time.
pub(crate) fn recount(w: &mut Writing<'_>, story: StoryId, at: Timestamp) -> Result<()> {
    let counted = count(w.conn, story)?;
    w.conn
        .prepare_cached(
            "update stories set texts = ?2, outlets = ?3, independent = ?4, revised = ?5, gone = ?6,
                newest_at = coalesce(?7, newest_at), content_changed_at = max(content_changed_at, ?8), distinct_texts = ?9,
                original = ?10, untraced = 1 where id = ?1",
        )?
        .execute(params![
            story.0,
            counted.counts.texts,
            counted.counts.outlets,
            counted.counts.independent,
            counted.revised,
            counted.gone,
            counted.newest_at,
            ms(at),
            counted.counts.distinct,
            counted.counts.original,
        ])?;
    let title = w
        .conn
        .prepare_cached(
            "select m.article, m.title_key from members m where m.story = ?1 and m.left_at is null and m.role <> 'maybe'
             order by m.title_key limit 1",
        )?
        .query_row([story.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    if let Some((article, key)) = title {
        let facts = facts(w.conn, ArticleId(article))?;
        w.conn
            .prepare_cached("update stories set title = ?2, title_article = ?3, title_key = ?4 where id = ?1")?
            .execute((story.0, facts.title, article, key))?;
    }
    topics::recount_story(w.conn, story)
}

/// A story's numbers, from its members.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) counts: Counts,
    pub(crate) revised: u32,
    pub(crate) gone: u32,
    pub(crate) newest_at: Option<i64>,
}

pub(crate) fn count(conn: &Connection, story: StoryId) -> Result<Counted> {
    Ok(conn
        .prepare_cached(
            "select count(*), count(distinct m.outlet), coalesce(sum(m.is_distinct), 0),
                coalesce(sum(m.is_distinct and m.original is not null), 0), coalesce(sum(m.independent), 0),
                coalesce(sum(a.revisions > 1), 0), coalesce(sum(a.gone_at is not null), 0), max(m.sort_at)
             from members m join articles a on a.id = m.article
             where m.story = ?1 and m.left_at is null and m.role <> 'maybe'",
        )?
        .query_row([story.0], |row| {
            let mut c = Cols::new(row);
            Ok(Counted { counts: counts(&mut c)?, revised: c.next()?, gone: c.next()?, newest_at: c.next()? })
        })?)
}

/// Texts, outlets, distinct texts, those with reporting of their own, independent accounts: columns in that order.
fn counts(c: &mut Cols<'_>) -> rusqlite::Result<Counts> {
    Ok(Counts {
        texts: c.next()?,
        outlets: c.next()?,
        distinct: c.next()?,
        original: c.next()?,
        independent: c.next()?,
    })
}

/// After members left: counts anew; a story left empty leads on to where its last member went.
pub(crate) fn left(w: &mut Writing<'_>, story: StoryId, went_to: StoryId, at: Timestamp) -> Result<()> {
    recount(w, story, at)?;
    let texts: u32 =
        w.conn.prepare_cached("select texts from stories where id = ?1")?.query_row([story.0], |row| row.get(0))?;
    if texts == 0 {
        end(w, story, went_to, at)?;
    }
    Ok(())
}

/// Ends a story whose members all went into another.
fn end(w: &mut Writing<'_>, story: StoryId, into: StoryId, at: Timestamp) -> Result<()> {
    w.conn.prepare_cached("update stories set merged_into = ?2, merged_at = ?3 where id = ?1")?.execute((
        story.0,
        into.0,
        ms(at),
    ))?;
    w.conn
        .prepare_cached("update members set left_at = max(joined_at, ?2) where story = ?1 and left_at is null")?
        .execute((story.0, ms(at)))?;
    tree::end(w.conn, story, at)?;
    log(w.conn, story, at, StoryEvent::MergedInto(into))?;
    log(w.conn, into, at, StoryEvent::MergedFrom(story))
}

/// A member's text changed: what a story shows of it follows.
pub(crate) fn member_text_changed(w: &mut Writing<'_>, article: ArticleId, at: Timestamp) -> Result<()> {
    let facts = facts(w.conn, article)?;
    let places = w
        .conn
        .prepare_cached(
            "select id, story, role, sharing, original is not null, rests_on_others from members
             where article = ?1 and left_at is null",
        )?
        .query_map([article.0], |row| {
            let mut c = Cols::new(row);
            let (id, story) = (c.next::<i64>()?, StoryId(c.next()?));
            let role = c.read("role", |word: String| Role::parse(&word))?;
            let sharing = c.next::<Option<String>>()?.and_then(|word| Kinship::parse(&word));
            Ok((id, story, facts.counted(role, sharing, c.next()?, c.next()?)))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (member, story, counted) in places {
        let role = counted.role;
        w.conn
            .prepare_cached(
                "update members set independent = ?2, title_key = ?3, outlet = ?4, sort_at = ?5, is_distinct = ?6 where id = ?1",
            )?
            .execute((
                member,
                counted.is_independent(),
                facts.title_key(role, article),
                facts.outlet,
                facts.sort_at,
                counted.is_distinct(),
            ))?;
        if role != Role::Maybe {
            recount(w, story, at)?;
        }
    }
    Ok(())
}

/// A member vanished or came back.
pub(crate) fn member_gone_changed(w: &mut Writing<'_>, article: ArticleId, at: Timestamp) -> Result<()> {
    match current(w.conn, article)? {
        Some(current) => recount(w, current.story, at),
        None => Ok(()),
    }
}

pub(crate) fn log(conn: &Connection, story: StoryId, at: Timestamp, event: StoryEvent) -> Result<()> {
    let (word, article, other) = match event {
        StoryEvent::Opened(article) => ("opened", Some(article), None),
        StoryEvent::Joined(article) => ("joined", Some(article), None),
        StoryEvent::Left(article, to) => ("left", Some(article), to),
        StoryEvent::MergedFrom(other) => ("merged_from", None, Some(other)),
        StoryEvent::MergedInto(other) => ("merged_into", None, Some(other)),
        StoryEvent::SplitInto(other) => ("split_into", None, Some(other)),
        StoryEvent::Dismissed(article) => ("dismissed", Some(article), None),
        StoryEvent::Doubted(article) => ("doubted", Some(article), None),
    };
    conn.prepare_cached("insert into story_log (story, at, event, article, other) values (?1, ?2, ?3, ?4, ?5)")?
        .execute((story.0, ms(at), word, article.map(|a| a.0), other.map(|o| o.0)))?;
    Ok(())
}

fn event(word: &str, article: Option<i64>, other: Option<i64>) -> Option<StoryEvent> {
    let article = article.map(ArticleId);
    let other = other.map(StoryId);
    Some(match word {
        "opened" => StoryEvent::Opened(article?),
        "joined" => StoryEvent::Joined(article?),
        "left" => StoryEvent::Left(article?, other),
        "merged_from" => StoryEvent::MergedFrom(other?),
        "merged_into" => StoryEvent::MergedInto(other?),
        "split_into" => StoryEvent::SplitInto(other?),
        "dismissed" => StoryEvent::Dismissed(article?),
        "doubted" => StoryEvent::Doubted(article?),
        _ => return None,
    })
}

// Regrouping.

pub(crate) fn apply(w: &mut Writing<'_>, change: &Move, at: Timestamp) -> Result<StoryId> {
    match change {
        Move::Merge { from, into } => merge(w, *from, *into, at),
        Move::Split { from, articles } => split(w, *from, articles, at),
        Move::Place { article, placement } => {
            let current = current(w.conn, *article)?;
            match (placement, current) {
                (Placement::Opens, Some(current)) => split(w, current.story, &[*article], at),
                (placement, current) => {
                    let revision = w
                        .conn
                        .prepare_cached("select head from articles where id = ?1")?
                        .query_row([article.0], |row| row.get::<_, Option<i64>>(0))
                        .optional()?
                        .ok_or(Error::Unknown { what: "article", id: article.0 })?;
                    put(w, *article, current, revision.map(RevisionId), placement, at)
                }
            }
        }
        Move::Suggest { article, story, because } => {
            let story = known(w.conn, *story)?;
            let stands = w
                .conn
                .prepare_cached("select 1 from members where article = ?1 and story = ?2 and left_at is null")?
                .exists((article.0, story.0))?;
            if !stands {
                let joining = Joining {
                    role: Role::Maybe,
                    because,
                    copy_of: None,
                    placed_by: None,
                    since_at: at,
                    original: None,
                    rests_on_others: false,
                };
                insert(w, *article, story, &joining, at)?;
                touch(w, *article)?;
            }
            Ok(story)
        }
        Move::Repeats { article, of } => {
            let current = current(w.conn, *article)?.ok_or(Error::Unknown { what: "article", id: article.0 })?;
            if current.role == Role::Account {
                w.conn
                    .prepare_cached(
                        "update members set copy_of = ?2, contained = ?3, of_base = ?4, passages = ?5 where id = ?1",
                    )?
                    .execute((
                        current.id,
                        of.article.0,
                        f64::from(of.contained),
                        f64::from(of.of_base),
                        passages_to_json(&of.passages)?,
                    ))?;
            }
            Ok(current.story)
        }
    }
}

pub(crate) fn merge(w: &mut Writing<'_>, from: StoryId, into: StoryId, at: Timestamp) -> Result<StoryId> {
    let (from, into) = (known(w.conn, from)?, known(w.conn, into)?);
    if from == into {
        return Ok(into);
    }
    for (member, article) in standing_members(w.conn, from)? {
        carry(w, member, article, into, at)?;
        touch(w, article)?;
    }
    recount(w, from, at)?;
    end(w, from, into, at)?;
    recount(w, into, at)?;
    Ok(into)
}

pub(crate) fn split(w: &mut Writing<'_>, from: StoryId, articles: &[ArticleId], at: Timestamp) -> Result<StoryId> {
    let from = known(w.conn, from)?;
    let members = standing_members(w.conn, from)?;
    let leaving: Vec<(i64, ArticleId)> =
        members.iter().copied().filter(|(_, article)| articles.contains(article)).collect();
    let [(_, first), ..] = leaving.as_slice() else { return Ok(from) };
    if leaving.len() == members.len() {
        // All of them: the story is what it was.
        return Ok(from);
    }
    let facts = facts(w.conn, *first)?;
    w.conn
        .prepare_cached(
            "insert into stories (title, title_article, title_key, opened_at, content_changed_at, newest_at)
             values (?1, ?2, ?3, ?4, ?4, ?5)",
        )?
        .execute((&facts.title, first.0, facts.title_key(Role::Account, *first), ms(at), facts.sort_at))?;
    let story = StoryId(w.conn.last_insert_rowid());
    log(w.conn, from, at, StoryEvent::SplitInto(story))?;
    for (n, (member, article)) in leaving.iter().enumerate() {
        carry(w, *member, *article, story, at)?;
        log(w.conn, from, at, StoryEvent::Left(*article, Some(story)))?;
        let event = if n == 0 { StoryEvent::Opened(*article) } else { StoryEvent::Joined(*article) };
        log(w.conn, story, at, event)?;
        touch(w, *article)?;
    }
    recount(w, story, at)?;
    recount(w, from, at)?;
    Ok(story)
}

/// The rows of a story's counted members, earliest text first.
pub(crate) fn standing_members(conn: &Connection, story: StoryId) -> Result<Vec<(i64, ArticleId)>> {
    let mut query = conn.prepare_cached(
        "select id, article from members where story = ?1 and left_at is null and role <> 'maybe' order by sort_at, article",
    )?;
    let rows = query.query_map([story.0], |row| Ok((row.get(0)?, ArticleId(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Closes a member's row and opens the same in another story.
pub(crate) fn carry(w: &mut Writing<'_>, member: i64, article: ArticleId, into: StoryId, at: Timestamp) -> Result<()> {
    close(w.conn, member, at)?;
    w.conn
        .prepare_cached(
            "update members set left_at = max(joined_at, ?3) where article = ?1 and story = ?2 and left_at is null",
        )?
        .execute((article.0, into.0, ms(at)))?;
    w.conn
        .prepare_cached(
            "insert into members (story, article, outlet, sort_at, role, independent, title_key, copy_of, contained, of_base,
                passages, because, placed_by, since_at, joined_at, sharing, is_distinct, original, rests_on_others)
             select ?2, article, outlet, sort_at, role, independent, title_key, copy_of, contained, of_base,
                passages, because, placed_by, ?3, ?3, sharing, is_distinct, original, rests_on_others
             from members where id = ?1",
        )?
        .execute((member, into.0, ms(at)))?;
    Ok(())
}

/// Lets a counted member stand in another role, of which the row that held the last one keeps the record.
pub(crate) fn change_role(
    w: &mut Writing<'_>,
    member: i64,
    article: ArticleId,
    role: Role,
    at: Timestamp,
) -> Result<()> {
    let facts = facts(w.conn, article)?;
    let joined_at: i64 =
        w.conn.prepare_cached("select joined_at from members where id = ?1")?.query_row([member], |row| row.get(0))?;
    let member = if joined_at == ms(at) {
        // It came just now: nobody saw it in another role.
        member
    } else {
        close(w.conn, member, at)?;
        w.conn
            .prepare_cached(
                "insert into members (story, article, outlet, sort_at, role, independent, title_key, copy_of, contained,
                    of_base, passages, because, placed_by, since_at, joined_at, sharing, is_distinct, original, rests_on_others)
                 select story, article, outlet, sort_at, role, independent, title_key, copy_of, contained, of_base, passages,
                    because, placed_by, since_at, ?2, sharing, is_distinct, original, rests_on_others
                 from members where id = ?1",
            )?
            .execute((member, ms(at)))?;
        w.conn.last_insert_rowid()
    };
    let counted = w
        .conn
        .prepare_cached("select sharing, original is not null, rests_on_others from members where id = ?1")?
        .query_row([member], |row| {
            let mut c = Cols::new(row);
            let sharing = c.next::<Option<String>>()?.and_then(|word| Kinship::parse(&word));
            Ok(facts.counted(role, sharing, c.next()?, c.next()?))
        })?;
    w.conn
        .prepare_cached(
            "update members set role = ?2, independent = ?3, title_key = ?4, is_distinct = ?5 where id = ?1",
        )?
        .execute((
            member,
            role.word(),
            counted.is_independent(),
            facts.title_key(role, article),
            counted.is_distinct(),
        ))?;
    Ok(())
}

// Reading.

/// The story a number leads to, or an error when it was never opened.
pub(crate) fn known(conn: &Connection, id: StoryId) -> Result<StoryId> {
    leads_to(conn, id, AsOf::Now)?.ok_or(Error::Unknown { what: "story", id: id.0 })
}

/// The most merges that are followed; more would be a circle.
const MOST_HOPS: usize = 10_000;

/// The story a number leads to through merges; a story that a rebuild left empty leads to where the article went
/// whose headline was its title.
pub(crate) fn leads_to(conn: &Connection, id: StoryId, as_of: AsOf) -> Result<Option<StoryId>> {
    let mut id = id.0;
    for _ in 0..MOST_HOPS {
        let row = conn
            .prepare_cached(
                "select case when merged_at <= ?2 then merged_into end, texts, title_article from stories
                 where id = ?1 and opened_at <= ?2",
            )?
            .query_row((id, as_of.until()), |row| {
                Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, u32>(1)?, row.get::<_, Option<i64>>(2)?))
            })
            .optional()?;
        match row {
            None => return Ok(None),
            Some((Some(into), _, _)) => id = into,
            Some((None, 0, Some(article))) if as_of == AsOf::Now => {
                let now = current(conn, ArticleId(article))?;
                return Ok(Some(now.map_or(StoryId(id), |current| current.story)));
            }
            Some((None, _, _)) => return Ok(Some(StoryId(id))),
        }
    }
    Err(Error::Damaged(format!("the redirects of story {id} run in a circle")))
}

/// The columns of [`story_of_row`], for a table named `s`.
pub(crate) const STORY: &str = "s.id, s.title, s.opened_at, s.content_changed_at, s.texts, s.outlets, s.distinct_texts, s.original, s.independent, \
     s.newest_at, s.revised, s.gone, s.title_article";

/// A story's row.
pub(crate) struct StoryRow {
    pub(crate) story: Story,
    pub(crate) newest_at: Timestamp,
    pub(crate) revised: u32,
    pub(crate) gone: u32,
    pub(crate) title_article: Option<ArticleId>,
}

pub(crate) fn row(conn: &Connection, id: StoryId) -> Result<Option<StoryRow>> {
    let sql = format!("select {STORY} from stories s where s.id = ?1");
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([id.0], |row| {
            let mut c = Cols::new(row);
            Ok(StoryRow {
                story: Story {
                    id: StoryId(c.next()?),
                    title: c.next()?,
                    opened_at: c.time()?,
                    content_changed_at: c.time()?,
                    counts: counts(&mut c)?,
                },
                newest_at: c.time()?,
                revised: c.next()?,
                gone: c.next()?,
                title_article: c.next::<Option<i64>>()?.map(ArticleId),
            })
        })
        .optional()?)
}

/// The most members and log lines on a story's page.
const MOST_LINES: u32 = 1_000;

/// The columns of [`log_line`], of the table named `l`; `?2` is the last moment that leaves a trace.
const LOG_LINE: &str = "select l.at, l.event, l.article, l.other, d.id, d.who, d.why,
        (select u.id from decisions u where u.withdraws = d.id and u.at <= ?2)
     from story_log l left join decisions d on d.id = l.decision";

fn log_line(row: &rusqlite::Row<'_>) -> rusqlite::Result<LogLine> {
    let mut c = Cols::new(row);
    let at = c.time()?;
    let word: String = c.next()?;
    let event = event(&word, c.next()?, c.next()?).ok_or_else(|| crate::rows::bad(1, "story event"))?;
    let decision: Option<i64> = c.next()?;
    let (who, why, withdrawn): (Option<String>, Option<String>, Option<i64>) = (c.next()?, c.next()?, c.next()?);
    let by = decision.zip(who).map(|(decision, who)| LogAuthor {
        decision: DecisionId(decision),
        who,
        why,
        withdrawn_by: withdrawn.map(DecisionId),
    });
    Ok(LogLine { at, event, by })
}

pub(crate) fn page(conn: &Connection, id: StoryId, as_of: AsOf) -> Result<Option<StoryPage>> {
    let Some(row) = row(conn, id)? else { return Ok(None) };
    let members = members(conn, id, as_of, MOST_LINES)?;
    let mut log = conn
        .prepare_cached(&format!("{LOG_LINE} where l.story = ?1 and l.at <= ?2 order by l.id desc limit ?3"))?
        .query_map((id.0, as_of.until(), MOST_LINES), log_line)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    log.reverse();
    let decisions = decisions::of_story(conn, id, as_of)?;
    let edges = tree::edges(conn, id, as_of)?;
    let is_untraced = as_of == AsOf::Now && tree::is_untraced(conn, id)?;
    let mut page =
        StoryPage { story: row.story, newest_at: row.newest_at, members, log, decisions, edges, is_untraced };
    if let AsOf::At(_) = as_of {
        as_then(&mut page);
    }
    Ok(Some(page))
}

/// Puts a story's title, counts and times as they were, from the members it had.
fn as_then(page: &mut StoryPage) {
    let counted: Vec<&MemberCard> = page.members.iter().filter(|m| m.role != Role::Maybe).collect();
    page.story.counts = Counts::of(page.members.iter().map(MemberCard::counted));
    if let Some(newest_at) = counted.iter().map(|m| m.article.sort_at).max() {
        page.newest_at = newest_at;
    }
    let changed = counted.iter().flat_map(|m| [Some(m.joined_at), m.article.head.as_ref().map(|h| h.fetched_at)]);
    let logged = page.log.iter().map(|line| Some(line.at));
    page.story.content_changed_at = changed.chain(logged).flatten().max().unwrap_or(page.story.opened_at);
    let lead = counted.iter().min_by_key(|m| Facts::of_card(&m.article).title_key(m.role, m.article.id));
    if let Some(title) = lead.map(|m| Facts::of_card(&m.article).title) {
        page.story.title = title;
    }
}

/// A story's members, earliest first, doubtful ones last.
pub(crate) fn members(conn: &Connection, story: StoryId, as_of: AsOf, most: u32) -> Result<Vec<MemberCard>> {
    let sql = format!(
        "select m.article, m.role, m.copy_of, m.contained, m.of_base, m.passages, m.sharing, m.because, m.placed_by,
            m.since_at, m.original, m.rests_on_others
         from members m where m.story = ?1 and {} order by m.sort_at, m.article limit ?2",
        standing(as_of)
    );
    struct Row {
        article: ArticleId,
        role: Role,
        copy_of: Option<(i64, f64, f64, String)>,
        sharing: Option<Kinship>,
        because: String,
        placed_by: Option<RevisionId>,
        joined_at: Timestamp,
        original: Option<String>,
        rests_on_others: bool,
    }
    let rows = conn
        .prepare_cached(&sql)?
        .query_map((story.0, most), |row| {
            let mut c = Cols::new(row);
            let article = ArticleId(c.next()?);
            let role = c.read("role", |word: String| Role::parse(&word))?;
            let (of, contained, of_base): (Option<i64>, Option<f64>, Option<f64>) = (c.next()?, c.next()?, c.next()?);
            let passages: Option<String> = c.next()?;
            Ok(Row {
                article,
                role,
                copy_of: of.map(|of| {
                    (of, contained.unwrap_or(0.0), of_base.unwrap_or(0.0), passages.unwrap_or_else(|| "[]".to_owned()))
                }),
                sharing: c.next::<Option<String>>()?.and_then(|word| Kinship::parse(&word)),
                because: c.next()?,
                placed_by: c.next::<Option<i64>>()?.map(RevisionId),
                joined_at: c.time()?,
                original: c.next()?,
                rests_on_others: c.next()?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut members = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(article) = lists::card(conn, row.article, as_of)? else { continue };
        members.push(MemberCard {
            article,
            role: row.role,
            copy_of: row
                .copy_of
                .map(|(of, contained, of_base, passages)| {
                    Ok::<_, Error>(CopyOf {
                        article: ArticleId(of),
                        sharing: row.sharing,
                        contained: contained as f32,
                        of_base: of_base as f32,
                        passages: passages_from_json(&passages)?,
                    })
                })
                .transpose()?,
            because: because_from_json(&row.because)?,
            placed_by: row.placed_by,
            joined_at: row.joined_at,
            original: row.original,
            rests_on_others: row.rests_on_others,
        });
    }
    members.sort_by_key(|m| m.role == Role::Maybe);
    Ok(members)
}
