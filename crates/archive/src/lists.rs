//! Pages of lists: stories, edits, an outlet's articles.

use crate::articles::{self, ArticleCard, HEAD, RevisionHead, reading_join};
use crate::error::Result;
use crate::open::Archive;
use crate::rows::{Cols, OUTLET, ms, rank_number};
use crate::stories::{self, standing};
use jiff::Timestamp;
use news::id::{ArticleId, OutletId, RevisionId, StoryId, TopicId};
use news::outlet::Outlet;
use news::revision::EditRank;
use news::story::{Role, Story};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

/// Which moment a question is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AsOf {
    /// As known now.
    #[default]
    Now,
    /// As known at this time of our clock: later fetches, joins and extractions leave no trace.
    At(Timestamp),
}

/// One page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 for the first.
    pub number: u32,
    /// Items on a page, `1..=200`.
    pub size: u32,
}

impl Page {
    /// The most items on a page.
    pub const MAX_SIZE: u32 = 200;

    /// A page; numbers out of range are brought into it.
    pub fn new(number: u32, size: u32) -> Self {
        Page { number: number.clamp(1, 1_000_000), size: size.clamp(1, Self::MAX_SIZE) }
    }
}

/// What stands on one page of a list, and how long the list is.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The items of this page, in the order of the list.
    pub items: Vec<T>,
    /// Items in the whole list.
    pub total: u64,
    /// Which page this is.
    pub page: Page,
}

/// In which order stories are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoryOrder {
    /// The story with the newest text first (outlet's time where stated and not after ours, else ours).
    #[default]
    Newest,
    /// The story whose membership or texts changed last first, our clock.
    Changed,
}

/// A story in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryCard {
    /// The story.
    pub story: Story,
    /// The time of its newest text (outlet's time where stated and not after ours).
    pub newest_at: Timestamp,
    /// The head revision of the article whose headline is the title.
    pub lead: Option<ArticleCard>,
    /// Outlets that carry it, earliest first, at most eight.
    pub outlets: Vec<Outlet>,
    /// Members of it that were changed after we first saw them.
    pub revised: u32,
    /// Members of it that are gone.
    pub gone: u32,
}

/// Which edits are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditFilter {
    /// Only edits of at least this weight.
    pub at_least: Option<EditRank>,
    /// Only edits of this outlet's articles.
    pub outlet: Option<OutletId>,
}

/// One edit in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct EditCard {
    /// The article as it stands now.
    pub article: ArticleCard,
    /// The revision before.
    pub before: RevisionHead,
    /// The revision that the edit made.
    pub after: RevisionHead,
}

impl Archive {
    /// Stories, newest first; of one topic where given. Merged and emptied stories are left out.
    pub fn latest_stories(
        &self,
        page: Page,
        topic: Option<TopicId>,
        order: StoryOrder,
        as_of: AsOf,
    ) -> Result<Listed<StoryCard>> {
        self.read(|conn| {
            let by = match order {
                StoryOrder::Newest => "newest_at",
                StoryOrder::Changed => "content_changed_at",
            };
            let (total, ids) = match (as_of, topic) {
                (AsOf::Now, None) => ids(
                    conn,
                    page,
                    "select count(*) from stories where texts > 0",
                    &format!("select id from stories where texts > 0 order by {by} desc, id desc"),
                    &[],
                )?,
                (AsOf::Now, Some(topic)) => ids(
                    conn,
                    page,
                    "select count(*) from topic_stories where topic = ?1",
                    &format!("select story from topic_stories where topic = ?1 order by {by} desc, story desc"),
                    &[topic.0],
                )?,
                (AsOf::At(_), topic) => {
                    let by = match order {
                        StoryOrder::Newest => "max(m.sort_at)",
                        StoryOrder::Changed => "max(m.joined_at)",
                    };
                    let members = standing(as_of);
                    let within = match topic {
                        None => "?1 = 0".to_owned(),
                        Some(_) => format!(
                            "exists (select 1 from topic_members p where p.topic = ?1 and p.article = m.article and {})",
                            members.replace("m.", "p.")
                        ),
                    };
                    let from = format!("from members m where m.role <> 'maybe' and {members} and {within}");
                    ids(
                        conn,
                        page,
                        &format!("select count(distinct m.story) {from}"),
                        &format!("select m.story {from} group by m.story order by {by} desc, m.story desc"),
                        &[topic.map_or(0, |t| t.0)],
                    )?
                }
            };
            let items = ids.into_iter().filter_map(|id| story_card(conn, StoryId(id), as_of).transpose());
            Ok(Listed { items: items.collect::<Result<_>>()?, total, page })
        })
    }

    /// Changed texts, latest first (our clock); first revisions are no edits.
    pub fn latest_edits(&self, page: Page, filter: EditFilter, as_of: AsOf) -> Result<Listed<EditCard>> {
        self.read(|conn| {
            let until = as_of.until();
            let mut which = "r.number > 1 and r.fetched_at <= ?1".to_owned();
            if let Some(rank) = filter.at_least {
                which.push_str(&format!(" and r.rank >= {}", rank_number(rank)));
            }
            let mut values = vec![until];
            let mut from = "revisions r".to_owned();
            if let Some(outlet) = filter.outlet {
                from.push_str(" join articles a on a.id = r.article");
                which.push_str(" and a.outlet = ?2");
                values.push(outlet.0);
            }
            let (total, ids) = ids(
                conn,
                page,
                &format!("select count(*) from {from} where {which}"),
                &format!("select r.id from {from} where {which} order by r.fetched_at desc, r.id desc"),
                &values,
            )?;
            let mut items = Vec::with_capacity(ids.len());
            for id in ids {
                let Some(after) = articles::head(conn, RevisionId(id), as_of)? else { continue };
                let before = conn
                    .prepare_cached("select id from revisions where article = ?1 and number = ?2")?
                    .query_row((after.article.0, after.number - 1), |row| row.get(0).map(RevisionId))
                    .optional()?;
                let before = before.map_or(Ok(None), |id| articles::head(conn, id, as_of))?;
                let card = card(conn, after.article, as_of)?;
                let (Some(before), Some(article)) = (before, card) else { continue };
                items.push(EditCard { article, before, after });
            }
            Ok(Listed { items, total, page })
        })
    }

    /// One outlet's articles, newest first by [`ArticleCard::sort_at`].
    pub fn outlet_articles(&self, outlet: OutletId, page: Page, as_of: AsOf) -> Result<Listed<ArticleCard>> {
        self.read(|conn| {
            // Asked of now, the index alone answers.
            let which = match as_of {
                AsOf::Now => "outlet = ?1".to_owned(),
                AsOf::At(at) => format!("outlet = ?1 and first_seen_at <= {}", ms(at)),
            };
            let (total, ids) = ids(
                conn,
                page,
                &format!("select count(*) from articles where {which}"),
                &format!("select id from articles where {which} order by sort_at desc, id desc"),
                &[outlet.0],
            )?;
            Ok(Listed { items: cards(conn, &ids, as_of)?, total, page })
        })
    }

    /// All articles, latest first by our clock ([`ArticleCard::first_seen_at`]).
    pub fn latest_articles(&self, page: Page, as_of: AsOf) -> Result<Listed<ArticleCard>> {
        self.read(|conn| {
            let (total, ids) = ids(
                conn,
                page,
                "select count(*) from articles where first_seen_at <= ?1",
                "select id from articles where first_seen_at <= ?1 order by first_seen_at desc, id desc",
                &[as_of.until()],
            )?;
            Ok(Listed { items: cards(conn, &ids, as_of)?, total, page })
        })
    }

    /// One topic's articles, newest first, each with why it matched.
    pub fn topic_articles(&self, topic: TopicId, page: Page, as_of: AsOf) -> Result<Listed<(ArticleCard, String)>> {
        self.read(|conn| {
            let which = format!("m.topic = ?1 and {}", standing(as_of));
            let (total, ids) = ids(
                conn,
                page,
                &format!("select count(*) from topic_members m where {which}"),
                &format!("select m.id from topic_members m where {which} order by m.sort_at desc, m.article desc"),
                &[topic.0],
            )?;
            let mut items = Vec::with_capacity(ids.len());
            for id in ids {
                let (article, because): (i64, String) = conn
                    .prepare_cached("select article, because from topic_members where id = ?1")?
                    .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                items.extend(card(conn, ArticleId(article), as_of)?.map(|card| (card, because)));
            }
            Ok(Listed { items, total, page })
        })
    }

    /// The cards of these articles, in the order asked for; unknown ones are left out. At most 1,000 are read.
    pub fn article_cards(&self, ids: &[ArticleId], as_of: AsOf) -> Result<Vec<ArticleCard>> {
        let ids: Vec<i64> = ids.iter().take(1_000).map(|id| id.0).collect();
        self.read(|conn| cards(conn, &ids, as_of))
    }

    /// The cards of these stories, in the order asked for; merged ones answer as the story they went into,
    /// unknown ones are left out. At most 1,000 are read.
    pub fn story_cards(&self, ids: &[StoryId], as_of: AsOf) -> Result<Vec<StoryCard>> {
        self.read(|conn| {
            let leads =
                ids.iter().take(1_000).map(|id| stories::leads_to(conn, *id, as_of)).collect::<Result<Vec<_>>>()?;
            leads.into_iter().flatten().filter_map(|id| story_card(conn, id, as_of).transpose()).collect()
        })
    }
}

impl AsOf {
    /// The last millisecond that leaves a trace.
    pub(crate) fn until(self) -> i64 {
        match self {
            AsOf::Now => i64::MAX,
            AsOf::At(at) => ms(at),
        }
    }
}

/// The length of a list and the ids on one page of it. Cards are read afterwards, one by one, so that the rows a
/// page passes over cost no more than their place in an index.
pub(crate) fn ids(conn: &Connection, page: Page, count: &str, list: &str, values: &[i64]) -> Result<(u64, Vec<i64>)> {
    let page = Page::new(page.number, page.size);
    let total = conn.prepare_cached(count)?.query_row(params_from_iter(values), |row| row.get(0))?;
    let offset = u64::from(page.number - 1) * u64::from(page.size);
    if offset >= total {
        return Ok((total, Vec::new()));
    }
    let sql = format!("{list} limit ?{} offset ?{}", values.len() + 1, values.len() + 2);
    let mut query = conn.prepare_cached(&sql)?;
    let bounds = [i64::from(page.size), i64::try_from(offset).unwrap_or(i64::MAX)];
    let rows = query.query_map(params_from_iter(values.iter().chain(&bounds)), |row| row.get(0))?;
    Ok((total, rows.collect::<rusqlite::Result<_>>()?))
}

fn cards(conn: &Connection, ids: &[i64], as_of: AsOf) -> Result<Vec<ArticleCard>> {
    ids.iter().filter_map(|id| card(conn, ArticleId(*id), as_of).transpose()).collect()
}

/// One article's card; `None` when it is not known, or was not then.
pub(crate) fn card(conn: &Connection, id: ArticleId, as_of: AsOf) -> Result<Option<ArticleCard>> {
    let reading = reading_join(as_of);
    let sql = match as_of {
        AsOf::Now => format!(
            "select a.id, a.url, a.headline, a.revisions, a.first_seen_at, a.sort_at, a.gone_at, m.story, m.role,
                {OUTLET}, {HEAD}
             from articles a
                left join outlets o on o.id = a.outlet
                left join members m on m.article = a.id and m.left_at is null and m.role <> 'maybe'
                left join revisions r on r.id = a.head
                left join revision_texts t on {reading}
             where a.id = ?1"
        ),
        AsOf::At(at) => format!(
            "select a.id, a.url, a.headline,
                (select count(*) from revisions x where x.article = a.id and x.fetched_at <= {at}),
                a.first_seen_at, a.sort_at,
                (select d.gone_at from disappearances d where d.article = a.id and d.noticed_at <= {at}
                    and (d.back_at is null or d.back_at > {at}) order by d.id desc limit 1),
                m.story, m.role, {OUTLET}, {HEAD}
             from articles a
                left join outlets o on o.id = a.outlet
                left join members m on m.id = (select m.id from members m where m.article = a.id and m.role <> 'maybe'
                    and {standing} order by m.id desc limit 1)
                left join revisions r on r.id = (select x.id from revisions x where x.article = a.id
                    and x.fetched_at <= {at} order by x.number desc limit 1)
                left join revision_texts t on {reading}
             where a.id = ?1 and a.first_seen_at <= {at}",
            at = ms(at),
            standing = standing(as_of),
        ),
    };
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([id.0], |row| {
            let mut c = Cols::new(row);
            let id = ArticleId(c.next()?);
            let url = c.next()?;
            let stated: Option<String> = c.next()?;
            let revisions = c.next()?;
            let (first_seen_at, sort_at, gone_at) = (c.time()?, c.time()?, c.opt_time()?);
            let story = c.next::<Option<i64>>()?.map(StoryId);
            let role = c.next::<Option<String>>()?.and_then(|word| Role::parse(&word));
            let outlet = c.opt_outlet()?;
            let head = c.opt_head()?;
            Ok(ArticleCard {
                id,
                url,
                outlet,
                headline: head.as_ref().and_then(|head| head.headline.clone()).or(stated),
                head,
                revisions,
                story,
                role,
                first_seen_at,
                sort_at,
                gone_at,
            })
        })
        .optional()?)
}

/// The most outlets on a story's card, and the most members looked at to find them.
const MOST_OUTLETS: usize = 8;
const MOST_LOOKED_AT: u32 = 200;

/// One story's card; `None` when it is not known, or was not then.
pub(crate) fn story_card(conn: &Connection, id: StoryId, as_of: AsOf) -> Result<Option<StoryCard>> {
    if let AsOf::At(_) = as_of {
        return story_card_then(conn, id, as_of);
    }
    let Some(row) = stories::row(conn, id)? else { return Ok(None) };
    let sql = format!(
        "select {OUTLET} from members m join outlets o on o.id = m.outlet
         where m.story = ?1 and m.left_at is null and m.role <> 'maybe' order by m.sort_at, m.article limit {MOST_LOOKED_AT}"
    );
    let mut outlets: Vec<Outlet> = Vec::new();
    let mut query = conn.prepare_cached(&sql)?;
    let mut rows = query.query([id.0])?;
    while let Some(row) = rows.next()? {
        let outlet = Cols::new(row).outlet()?;
        if !outlets.iter().any(|o| o.id == outlet.id) {
            outlets.push(outlet);
        }
        if outlets.len() == MOST_OUTLETS {
            break;
        }
    }
    Ok(Some(StoryCard {
        lead: row.title_article.map_or(Ok(None), |id| card(conn, id, as_of))?,
        story: row.story,
        newest_at: row.newest_at,
        outlets,
        revised: row.revised,
        gone: row.gone,
    }))
}

/// A story's card as it was, worked out from the members it had.
fn story_card_then(conn: &Connection, id: StoryId, as_of: AsOf) -> Result<Option<StoryCard>> {
    let Some(page) = stories::page(conn, id, as_of)? else { return Ok(None) };
    let counted: Vec<&ArticleCard> =
        page.members.iter().filter(|m| m.role != Role::Maybe).map(|m| &m.article).collect();
    let mut outlets: Vec<Outlet> = Vec::new();
    for outlet in counted.iter().filter_map(|article| article.outlet.as_ref()) {
        if outlets.len() < MOST_OUTLETS && !outlets.iter().any(|o| o.id == outlet.id) {
            outlets.push(outlet.clone());
        }
    }
    let lead = counted.iter().find(|article| article.headline.as_ref() == Some(&page.story.title));
    Ok(Some(StoryCard {
        lead: lead.map(|article| (*article).clone()),
        revised: counted.iter().filter(|article| article.revisions > 1).count() as u32,
        gone: counted.iter().filter(|article| article.gone_at.is_some()).count() as u32,
        newest_at: page.newest_at,
        story: page.story,
        outlets,
    }))
}
