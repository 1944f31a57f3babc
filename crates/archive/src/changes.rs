//! What derived things are made from: the change sequence for the search index, features for the story
//! index, revisions for a rebuild.

use crate::articles::{self, RevisionPage};
use crate::error::Result;
use crate::lists::AsOf;
use crate::open::Archive;
use crate::rows::{Cols, OUTLET, ms, rank_of};
use jiff::Timestamp;
use news::article::Article;
use news::id::{ArticleId, OutletId, RevisionId, StoryId, TopicId};
use news::outlet::Outlet;
use news::revision::EditRank;
use news::story::Role;
use rusqlite::{Connection, OptionalExtension};

/// An article as the search index needs it: its last revision and where it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexable {
    /// Its place in the change sequence; a later change of the same article gives it a higher one.
    pub seq: i64,
    /// Which article.
    pub article: ArticleId,
    /// Its last revision.
    pub revision: RevisionId,
    /// The number of that revision within the article, and so how many there are.
    pub number: u32,
    /// Its outlet.
    pub outlet: Option<Outlet>,
    /// Its address.
    pub url: Option<String>,
    /// The last revision's text and fields.
    pub content: Article,
    /// When that revision was fetched, our clock.
    pub fetched_at: Timestamp,
    /// When the article was first seen, our clock.
    pub first_seen_at: Timestamp,
    /// Where it stands in time, see [`crate::ArticleCard::sort_at`].
    pub sort_at: Timestamp,
    /// The weights of its edits, first one first.
    pub edits: Vec<EditRank>,
    /// Statements in the last revision.
    pub statements: u32,
    /// Story and role.
    pub story: Option<(StoryId, Role)>,
    /// Topics it stands in.
    pub topics: Vec<TopicId>,
    /// Since when its page is gone, if it is.
    pub gone_at: Option<Timestamp>,
}

/// What the story index needs of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct FeaturesRow {
    /// Its last revision.
    pub revision: RevisionId,
    /// Which article.
    pub article: ArticleId,
    /// Story and role.
    pub story: Option<(StoryId, Role)>,
    /// Its outlet.
    pub outlet: Option<OutletId>,
    /// Where it stands in time, see [`crate::ArticleCard::sort_at`].
    pub sort_at: Timestamp,
    /// When that revision was fetched, our clock.
    pub fetched_at: Timestamp,
    /// The features as kept.
    pub features: Vec<u8>,
}

/// A revision on its way through a rebuild.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionRow {
    /// Its outlet.
    pub outlet: Option<OutletId>,
    /// Its address.
    pub url: Option<String>,
    /// Where its article stands in time.
    pub sort_at: Timestamp,
    /// Whether it is the article's last.
    pub is_last: bool,
    /// The revision with its newest reading.
    pub page: RevisionPage,
    /// Its features.
    pub features: Vec<u8>,
}

impl Archive {
    /// Articles that changed after `seq` in any way that search can see (text, story, topic, gone, outlet), in
    /// order of change, at most `limit`. Articles without a revision are left out. Start with 0; go on with the
    /// last item's `seq` until the answer is empty.
    pub fn revisions_after(&self, seq: i64, limit: usize) -> Result<Vec<Indexable>> {
        self.read(|conn| {
            let ids = conn
                .prepare_cached(
                    "select id from articles where change_seq > ?1 and head is not null order by change_seq limit ?2",
                )?
                .query_map((seq, limit.min(10_000) as i64), |row| row.get(0).map(ArticleId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            ids.into_iter().filter_map(|id| indexable(conn, id).transpose()).collect()
        })
    }

    /// These articles as the search index needs them; unknown ones and those without a revision are left out.
    pub fn indexables(&self, articles: &[ArticleId]) -> Result<Vec<Indexable>> {
        self.read(|conn| articles.iter().take(10_000).filter_map(|id| indexable(conn, *id).transpose()).collect())
    }

    /// Calls `each` with the features of every article's last revision whose place in time is `since` or later, in
    /// the order the revisions were kept. An error from `each` ends the walk.
    pub fn features_since(&self, since: Timestamp, each: &mut dyn FnMut(FeaturesRow) -> Result<()>) -> Result<()> {
        const AT_ONCE: i64 = 1_000;
        let mut after = 0;
        loop {
            let rows = self.read(|conn| {
                let mut query = conn.prepare_cached(
                    "select r.id, a.id, m.story, m.role, a.outlet, a.sort_at, r.fetched_at, f.features
                     from revisions r join articles a on a.head = r.id join features f on f.revision = r.id
                        left join members m on m.article = a.id and m.left_at is null and m.role <> 'maybe'
                     where r.id > ?1 and a.id = r.article and a.sort_at >= ?2 order by r.id limit ?3",
                )?;
                let rows = query.query_map((after, ms(since), AT_ONCE), |row| {
                    let mut c = Cols::new(row);
                    let (revision, article) = (RevisionId(c.next()?), ArticleId(c.next()?));
                    Ok(FeaturesRow {
                        revision,
                        article,
                        story: story_and_role(&mut c)?,
                        outlet: c.next::<Option<i64>>()?.map(OutletId),
                        sort_at: c.time()?,
                        fetched_at: c.time()?,
                        features: c.next()?,
                    })
                })?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            })?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.revision.0;
            rows.into_iter().try_for_each(&mut *each)?;
        }
    }

    /// Calls `each` with every revision after `after` (0 for all), in the order kept, newest reading. `each` may
    /// write to the archive. An error from `each` ends the walk.
    pub fn for_each_revision(&self, after: RevisionId, each: &mut dyn FnMut(RevisionRow) -> Result<()>) -> Result<()> {
        const AT_ONCE: i64 = 100;
        let mut after = after.0;
        loop {
            let rows = self.read(|conn| {
                let found = conn
                    .prepare_cached(
                        "select r.id, a.outlet, a.url, a.sort_at, a.head = r.id, f.features
                         from revisions r join articles a on a.id = r.article left join features f on f.revision = r.id
                         where r.id > ?1 order by r.id limit ?2",
                    )?
                    .query_map((after, AT_ONCE), |row| {
                        let mut c = Cols::new(row);
                        Ok((
                            RevisionId(c.next()?),
                            c.next::<Option<i64>>()?.map(OutletId),
                            c.next::<Option<String>>()?,
                            c.time()?,
                            c.next::<bool>()?,
                            c.next::<Option<Vec<u8>>>()?.unwrap_or_default(),
                        ))
                    })?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                let mut rows = Vec::with_capacity(found.len());
                for (id, outlet, url, sort_at, is_last, features) in found {
                    if let Some(page) = articles::page(conn, id, AsOf::Now)? {
                        rows.push(RevisionRow { outlet, url, sort_at, is_last, page, features });
                    }
                }
                Ok(rows)
            })?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.page.revision.id.0;
            rows.into_iter().try_for_each(&mut *each)?;
        }
    }
}

fn story_and_role(c: &mut Cols<'_>) -> rusqlite::Result<Option<(StoryId, Role)>> {
    let story: Option<i64> = c.next()?;
    let role: Option<String> = c.next()?;
    Ok(story.map(StoryId).zip(role.and_then(|word| Role::parse(&word))))
}

fn indexable(conn: &Connection, id: ArticleId) -> Result<Option<Indexable>> {
    let sql = format!(
        "select a.change_seq, a.head, a.url, a.first_seen_at, a.sort_at, a.gone_at, m.story, m.role, {OUTLET}
         from articles a left join outlets o on o.id = a.outlet
            left join members m on m.article = a.id and m.left_at is null and m.role <> 'maybe'
         where a.id = ?1 and a.head is not null"
    );
    let row = conn
        .prepare_cached(&sql)?
        .query_row([id.0], |row| {
            let mut c = Cols::new(row);
            let (seq, revision, url) = (c.next()?, RevisionId(c.next()?), c.next()?);
            let (first_seen_at, sort_at, gone_at) = (c.time()?, c.time()?, c.opt_time()?);
            let story = story_and_role(&mut c)?;
            Ok(Indexable {
                seq,
                article: id,
                revision,
                number: 0,
                outlet: c.opt_outlet()?,
                url,
                content: Article::default(),
                fetched_at: first_seen_at,
                first_seen_at,
                sort_at,
                edits: Vec::new(),
                statements: 0,
                story,
                topics: Vec::new(),
                gone_at,
            })
        })
        .optional()?;
    let Some(mut found) = row else { return Ok(None) };
    let Some(page) = articles::page(conn, found.revision, AsOf::Now)? else { return Ok(None) };
    found.number = page.revision.number;
    found.fetched_at = page.revision.fetched_at;
    found.statements = u32::try_from(page.statements.len()).unwrap_or(u32::MAX);
    found.content = page.revision.content;
    if found.number > 1 {
        found.edits = conn
            .prepare_cached(
                "select rank from revisions where article = ?1 and rank is not null order by number limit 1000",
            )?
            .query_map([id.0], |row| row.get::<_, u8>(0))?
            .filter_map(|rank| rank.map(rank_of).transpose())
            .collect::<rusqlite::Result<_>>()?;
    }
    found.topics = conn
        .prepare_cached("select topic from topic_members where article = ?1 and left_at is null order by topic")?
        .query_map([id.0], |row| row.get(0).map(TopicId))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(found))
}
