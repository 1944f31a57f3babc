//! The desk: top stories, what was edited, which sources need a look. On an empty archive, the greeting.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::{Asked, Form};
use crate::feeds::Outgoing;
use crate::pages::{diff, sources, start};
use crate::parts::{grouped, number};
use crate::site::{Differ, Site};
use crate::view::{EditView, StoryView};
use archive::{Archive, AsOf, EditFilter, Page, Stats, StoryCard, StoryOrder};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use news::revision::EditRank;
use serde::Serialize;
use std::sync::Arc;

/// Stories on a page of the desk.
const SIZE: u32 = 40;
/// Stories set large: one lead and three beside it.
const TOP: usize = 4;
/// How far back the top stories may lie behind the newest.
const FRESH: SignedDuration = SignedDuration::from_hours(48);
/// Edits named on the desk.
const EDITS: u32 = 5;

#[derive(Template, Serialize)]
#[template(path = "desk.html")]
struct Desk {
    #[serde(skip)]
    c: Chrome,
    totals: Totals,
    topics: Vec<TopicChip>,
    top: Vec<StoryView>,
    stories: Vec<StoryView>,
    pages: Pager,
    edits: Vec<EditView>,
    alarms: Vec<sources::Alarm>,
}

/// How much the archive holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Totals {
    pub(crate) outlets: u64,
    pub(crate) feeds: u64,
    pub(crate) articles: u64,
    pub(crate) revisions: u64,
    pub(crate) stories: u64,
    pub(crate) gone: u64,
}

impl Totals {
    /// From the archive's word.
    pub(crate) fn of(stats: &Stats) -> Self {
        Totals {
            outlets: stats.outlets,
            feeds: stats.feeds,
            articles: stats.articles,
            revisions: stats.revisions,
            stories: stats.stories,
            gone: stats.gone,
        }
    }

    /// `1,204 texts of 41 outlets, 612 stories`.
    pub(crate) fn words(&self) -> String {
        let stories = if self.stories == 1 { "story" } else { "stories" };
        format!(
            "{} of {}, {} {stories}",
            number(self.articles, "text"),
            number(self.outlets, "outlet"),
            grouped(self.stories)
        )
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct TopicChip {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) articles: u64,
    pub(crate) stories: u64,
}

/// The desk, or the greeting of an empty archive.
pub(crate) async fn desk(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer(&site, &asked).await;
    site.finish(&asked, result)
}

struct Found {
    stories: archive::Listed<StoryCard>,
    edits: Vec<EditView>,
    glance: Arc<Glance>,
}

/// What the desk shows of the archive as a whole.
pub(crate) struct Glance {
    stats: Stats,
    topics: Vec<archive::TopicCount>,
    sources: Vec<archive::SourceHealth>,
}

/// The last glance and when it was taken. Counting a large archive takes longer than all the rest of the desk, and
/// its sums do not change visibly within seconds; a small one is counted anew each time.
pub(crate) type LastGlance = std::sync::Mutex<Option<(std::time::Instant, Arc<Glance>)>>;

/// How long a glance at a large archive is shown again.
const GLANCE: std::time::Duration = std::time::Duration::from_secs(3);
/// A glance that took less is not kept.
const QUICK: std::time::Duration = std::time::Duration::from_millis(4);

fn glance(archive: &Archive, last: &LastGlance) -> Result<Arc<Glance>, Fail> {
    let began = std::time::Instant::now();
    let kept = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    if let Some((at, glance)) = kept
        && began.duration_since(at) < GLANCE
    {
        return Ok(glance);
    }
    let (stats, topics, sources) = (archive.stats()?, archive.topic_counts()?, archive.sources()?);
    let glance = Arc::new(Glance { stats, topics, sources });
    let took = began.elapsed();
    let keep = (took > QUICK).then(|| (std::time::Instant::now(), glance.clone()));
    *last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = keep;
    Ok(glance)
}

async fn answer(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let page = asked.page(SIZE);
    let (differ, last) = (site.settings.differ.clone(), site.glance.clone());
    let found = site.ask(move |archive| find(archive, page, as_of, &differ, &last)).await?;
    let glance = &found.glance;
    if glance.stats.articles == 0 && as_of == AsOf::Now && asked.form == Form::Html {
        return start::greet(site, asked, &glance.sources, &glance.stats);
    }
    let stories: Vec<StoryView> = found.stories.items.iter().map(StoryView::of).collect();
    let (top, stories) = if page.number == 1 { pick_top(stories) } else { (Vec::new(), stories) };
    let now = site.now();
    let desk = Desk {
        c: Chrome::list(site, asked, "desk", "Desk"),
        totals: Totals::of(&glance.stats),
        topics: glance
            .topics
            .iter()
            .map(|t| TopicChip {
                slug: t.topic.slug.clone(),
                name: t.topic.name.clone(),
                articles: t.articles,
                stories: t.stories,
            })
            .collect(),
        pages: Pager::new(asked, page, found.stories.total),
        edits: found.edits,
        alarms: sources::alarms(&glance.sources, now),
        top,
        stories,
    };
    let feed = || Outgoing {
        title: "Readout: stories".to_owned(),
        about: "Stories with their texts, outlets and independent accounts, newest first.".to_owned(),
        updated_at: answer::newest(desk.top.iter().chain(&desk.stories).map(|s| s.changed_at.0)),
        items: desk.top.iter().chain(&desk.stories).map(StoryView::item).collect(),
    };
    answer::list(asked, &desk, feed)
}

fn find(archive: &Archive, page: Page, as_of: AsOf, differ: &Differ, last: &LastGlance) -> Result<Found, Fail> {
    let filter = EditFilter { at_least: Some(EditRank::Substantive), outlet: None };
    let mut edits = Vec::new();
    for edit in archive.latest_edits(Page::new(1, EDITS), filter, as_of)?.items {
        let change = diff::first_change(archive, differ, &edit, as_of)?;
        edits.push(EditView { change, ..EditView::of(&edit) });
    }
    Ok(Found {
        stories: archive.latest_stories(page, None, StoryOrder::Newest, as_of)?,
        edits,
        glance: glance(archive, last)?,
    })
}

/// Parts the stories set large from the rest: of those within two days of the newest, the ones with most
/// independent accounts, then texts; the rest keep their order.
fn pick_top(stories: Vec<StoryView>) -> (Vec<StoryView>, Vec<StoryView>) {
    let newest: Option<Timestamp> = stories.iter().map(|s| s.newest_at.0).max();
    let is_fresh = |s: &StoryView| newest.is_some_and(|n| n.duration_since(s.newest_at.0) <= FRESH);
    let mut order: Vec<usize> = (0..stories.len()).filter(|at| is_fresh(&stories[*at])).collect();
    order.sort_by_key(|at| {
        let counts = stories[*at].counts;
        std::cmp::Reverse((counts.independent_accounts, counts.texts))
    });
    order.truncate(TOP);
    let mut slots: Vec<Option<StoryView>> = stories.into_iter().map(Some).collect();
    let top = order.iter().filter_map(|at| slots[*at].take()).collect();
    (top, slots.into_iter().flatten().collect())
}
