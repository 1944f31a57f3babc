//! Sources: how every outlet's feeds fare, alarms first, and the forms that change what is gathered.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::Asked;
use crate::parts::{Badge, Stamp, span_words};
use crate::site::Site;
use crate::view::{OutletView, shorten};
use archive::{Archive, FetchLine, SourceHealth, Stats, Subscription, SubscriptionState};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use news::feed::Feed;
use news::health::{self, Health};
use news::id::FeedId;
use news::outlet::OutletKind;
use serde::Serialize;
use std::sync::Arc;

/// Outlets on a page.
const SIZE: u32 = 50;
/// Attempts listed for one feed.
const FETCHES: usize = 20;
/// The word in addresses for whatever needs a look.
const ALARMS_WORD: &str = "alarms";
/// Alarms on the desk.
const ALARMS: usize = 5;
#[derive(Template, Serialize)]
#[template(path = "sources.html")]
struct Sources {
    #[serde(skip)]
    c: Chrome,
    totals: super::desk::Totals,
    as_usual: usize,
    alarms: usize,
    waiting: usize,
    /// The state that sources are listed for; `None` lists all.
    only: Option<String>,
    next_visit_at: Option<Stamp>,
    #[serde(skip)]
    is_due: bool,
    sources: Vec<SourceView>,
    pages: Pager,
    #[serde(skip)]
    done: Option<&'static str>,
    feed: Option<OneFeed>,
    bytes: Bytes,
    /// Why the owner's rules are not read as their file now stands.
    rules_problem: Option<String>,
}

#[derive(Serialize)]
struct Bytes {
    database: u64,
    segments: u64,
}

impl Bytes {
    /// `61.2 MB` of both.
    fn words(&self) -> String {
        let bytes = self.database + self.segments;
        match bytes {
            0..=999_999 => format!("{} kB", bytes / 1_000),
            1_000_000..=999_999_999 => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
            _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
        }
    }
}

/// One feed with its last attempts.
#[derive(Serialize)]
struct OneFeed {
    id: i64,
    url: String,
    outlet: OutletView,
    view: FeedView,
    hub: Option<HubView>,
    fetches: Vec<FetchView>,
}

/// How a feed stands with the hub it names.
#[derive(Serialize)]
struct HubView {
    url: String,
    state: &'static str,
    until: Option<Stamp>,
    delivered_at: Option<Stamp>,
    error: Option<String>,
}

impl HubView {
    fn of(held: Subscription) -> Self {
        let is_active = held.state == SubscriptionState::Active;
        HubView {
            url: held.hub,
            state: match held.state {
                SubscriptionState::Wanted => "is about to be asked to deliver what is new",
                SubscriptionState::Asked => "was asked to deliver what is new and has not called back yet",
                SubscriptionState::Active => "delivers what is new",
                SubscriptionState::Denied => "was asked to deliver what is new and refused",
                SubscriptionState::Leaving => "is being told to deliver no longer",
            },
            until: held.lease_until.filter(|_| is_active).map(Stamp),
            delivered_at: held.delivered_at.map(Stamp),
            error: held.error.map(|error| shorten(&error, 300)),
        }
    }
}

#[derive(Serialize)]
struct FetchView {
    at: Stamp,
    status: Option<u16>,
    /// It was sent by the feed's hub, not asked for.
    from_hub: bool,
    outcome: String,
    entries: u32,
    entries_new: u32,
    size_bytes: u64,
    duration_ms: u64,
    error: Option<String>,
    answered_at: Option<String>,
    reserved: Option<String>,
    decided: Option<String>,
    next_due_at: Option<Stamp>,
}

/// An outlet and how its feeds fare.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SourceView {
    pub(crate) outlet: OutletView,
    pub(crate) articles: u64,
    pub(crate) last_article_at: Option<Stamp>,
    pub(crate) state: Badge,
    pub(crate) note: String,
    pub(crate) feeds: Vec<FeedView>,
    #[serde(skip)]
    urgency: u8,
}

/// One feed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FeedView {
    pub(crate) id: i64,
    pub(crate) url: String,
    pub(crate) title: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) due_at: Option<Stamp>,
    pub(crate) last_fetch_at: Option<Stamp>,
    pub(crate) last_success_at: Option<Stamp>,
    pub(crate) newest_entry_at: Option<Stamp>,
    pub(crate) failures: u32,
    pub(crate) last_error: Option<String>,
    pub(crate) interval_seconds: i64,
    pub(crate) state: Badge,
    /// What a person can do about its state.
    pub(crate) advice: Option<&'static str>,
    /// From which age of its newest entry it counts as late.
    pub(crate) late_after_seconds: i64,
    /// What decided the next visit.
    pub(crate) decided: Option<String>,
    /// Where it is moving to.
    pub(crate) moving_to: Option<String>,
    #[serde(skip)]
    urgency: u8,
}

impl FeedView {
    fn of(feed: &Feed, kind: OutletKind, now: Timestamp) -> Self {
        let health = health::of(feed, kind, now);
        let (late, _) = health::limits(feed, kind);
        FeedView {
            id: feed.id.0,
            url: feed.url.clone(),
            title: feed.title.clone().map(|t| shorten(&t, 120)),
            kind: feed.kind.word(),
            due_at: feed.due_at.map(Stamp),
            last_fetch_at: feed.last_fetch_at.map(Stamp),
            last_success_at: feed.last_success_at.map(Stamp),
            newest_entry_at: feed.newest_entry_at.map(Stamp),
            failures: feed.failures,
            last_error: feed.last_error.as_deref().map(|e| shorten(e, 300)),
            interval_seconds: feed.interval_seconds,
            state: badge(health),
            advice: health.advice(),
            late_after_seconds: late,
            decided: feed.decided.clone(),
            moving_to: feed.moving.as_ref().map(|moving| moving.to.clone()),
            urgency: health.urgency(),
        }
    }

    /// `every 5 h`.
    pub(crate) fn rhythm(&self) -> String {
        match self.interval_seconds {
            ..=0 => "not reckoned yet".to_owned(),
            seconds => format!("every {}", span_words(seconds)),
        }
    }
}

/// The badge of a feed's health.
fn badge(health: Health) -> Badge {
    match health {
        Health::Well => Badge::worded("ok", "as usual"),
        Health::Waiting => Badge::worded("waiting", "waiting for its first visit"),
        Health::Gone => Badge::worded("feed_gone", "gone"),
        other => Badge::plain(other.word()),
    }
}

impl SourceView {
    /// From the archive's word.
    pub(crate) fn of(health: &SourceHealth, now: Timestamp) -> Self {
        let kind = health.outlet.kind;
        let feeds: Vec<FeedView> = health.feeds.iter().map(|f| FeedView::of(f, kind, now)).collect();
        // An outlet is as well as the best of its feeds, but a failing one is still named.
        let best = feeds.iter().min_by_key(|f| f.urgency);
        let worst = feeds.iter().max_by_key(|f| f.urgency);
        let (state, urgency) = match best {
            Some(feed) => (feed.state.clone(), feed.urgency),
            None => (Badge::worded("waiting", "no feed"), 0),
        };
        let note = match worst {
            None => "known by its texts alone; no feed of it is followed".to_owned(),
            Some(f) => match (&f.last_error, f.state.key) {
                (Some(error), _) => error.clone(),
                (None, "late" | "silent") => {
                    let newest = f.newest_entry_at.map(|n| span_words(now.duration_since(n.0).as_secs()));
                    let usual = span_words(f.late_after_seconds);
                    format!(
                        "the feed answers, but its newest entry is {} old; by its own rhythm {usual} would be long",
                        newest.unwrap_or_default()
                    )
                }
                (None, "shrunk") => "the last week brought less than a quarter of a usual one".to_owned(),
                _ => String::new(),
            },
        };
        SourceView {
            outlet: OutletView::of(&health.outlet),
            articles: health.articles,
            last_article_at: health.last_article_at.map(Stamp),
            state,
            note,
            feeds,
            urgency,
        }
    }
}

/// A source that needs a look, for the desk.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Alarm {
    pub(crate) outlet: OutletView,
    pub(crate) state: Badge,
    pub(crate) note: String,
}

/// The sources most in need of a look, at most five.
pub(crate) fn alarms(sources: &[SourceHealth], now: Timestamp) -> Vec<Alarm> {
    let mut all: Vec<SourceView> = sources.iter().map(|s| SourceView::of(s, now)).filter(|s| s.urgency > 0).collect();
    all.sort_by_key(|s| std::cmp::Reverse(s.urgency));
    all.truncate(ALARMS);
    all.into_iter().map(|s| Alarm { outlet: s.outlet, state: s.state, note: s.note }).collect()
}

/// What a form did, for the line above the page.
fn done(word: &str) -> Option<&'static str> {
    match word {
        "refresh" => Some("Marked as due. It is visited within seconds, and no host is asked twice at once."),
        "added" => Some("Added. The first visit comes within seconds."),
        "known" => Some("That feed was followed already; nothing changed."),
        "removed" => Some("No longer followed. What was gathered from it stays."),
        _ => None,
    }
}

/// How every source fares.
pub(crate) async fn sources(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer(&site, &asked).await;
    site.finish(&asked, result)
}

/// The state asked for in `?health=`: a word of [`Health`], or `alarms` for whatever needs a look.
fn only(asked: &Asked) -> Result<Option<String>, Fail> {
    let Some(word) = asked.field("health").filter(|word| !word.is_empty()) else { return Ok(None) };
    if word != ALARMS_WORD && !Health::ALL.iter().any(|health| health.word() == word) {
        let known: Vec<&str> = Health::ALL.iter().map(|health| health.word()).collect();
        let sentence =
            format!("“{}” is no state of a source; known are {ALARMS_WORD}, {}.", shorten(word, 40), known.join(", "));
        return Err(Fail::bad("No such state", sentence).link("All sources", "/sources"));
    }
    Ok(Some(word.to_owned()))
}

/// Whether a source, or one of its feeds, is in that state.
fn is_in(source: &SourceView, word: &str) -> bool {
    match word {
        ALARMS_WORD => source.urgency > 0 || source.feeds.iter().any(|feed| feed.urgency > 0),
        word => source.state.key == word || source.feeds.iter().any(|feed| feed.state.key == word),
    }
}

struct Found {
    stats: Stats,
    sources: Vec<SourceHealth>,
    fetches: Option<(FeedId, Vec<FetchLine>, Option<Subscription>)>,
    next_due_at: Option<Timestamp>,
    rules_problem: Option<String>,
}

async fn answer(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let only = only(asked)?;
    let feed = asked.field("feed").and_then(|f| f.parse().ok()).map(FeedId);
    let found = site.ask(move |archive| find(archive, feed)).await?;
    let now = site.now();
    let mut all: Vec<SourceView> = found.sources.iter().map(|s| SourceView::of(s, now)).collect();
    all.sort_by_key(|s| std::cmp::Reverse(s.urgency));
    let page = asked.page(SIZE);
    let feed = found.fetches.and_then(|(id, fetches, hub)| {
        let source = all.iter().find(|s| s.feeds.iter().any(|f| f.id == id.0))?;
        let feed = source.feeds.iter().find(|f| f.id == id.0)?;
        Some(OneFeed {
            id: id.0,
            url: feed.url.clone(),
            outlet: source.outlet.clone(),
            view: feed.clone(),
            hub: hub.map(HubView::of),
            fetches: fetches.iter().map(fetch).collect(),
        })
    });
    let as_usual = all.iter().filter(|s| s.state.key == "ok").count();
    let alarms = all.iter().filter(|s| s.urgency > 0).count();
    let waiting = all.iter().filter(|s| s.state.key == "waiting" && !s.feeds.is_empty()).count();
    let shown: Vec<SourceView> =
        all.into_iter().filter(|s| only.as_deref().is_none_or(|word| is_in(s, word))).collect();
    let pages = Pager::new(asked, page, shown.len() as u64);
    let sources = Sources {
        c: Chrome::page(site, asked, "sources", "Sources").timeless(),
        totals: super::desk::Totals::of(&found.stats),
        as_usual,
        alarms,
        waiting,
        only,
        next_visit_at: found.next_due_at.map(Stamp),
        is_due: found.next_due_at.is_some_and(|at| at <= now),
        sources: shown
            .into_iter()
            .skip((page.number as usize - 1) * page.size as usize)
            .take(page.size as usize)
            .collect(),
        pages,
        done: asked.field("done").and_then(done),
        feed,
        rules_problem: found.rules_problem,
        bytes: Bytes { database: found.stats.database_bytes, segments: found.stats.segment_bytes },
    };
    answer::page(asked, &sources)
}

fn find(archive: &Archive, feed: Option<FeedId>) -> Result<Found, Fail> {
    Ok(Found {
        stats: archive.stats()?,
        sources: archive.sources()?,
        fetches: feed
            .map(|id| Ok::<_, Fail>((id, archive.fetches(id, FETCHES)?, archive.subscription(id)?)))
            .transpose()?,
        next_due_at: archive.next_due_at()?,
        // Kept by whoever watches the file; empty while it is in force.
        rules_problem: archive.fact("rules.problem")?.filter(|problem| !problem.is_empty()),
    })
}

fn fetch(line: &FetchLine) -> FetchView {
    FetchView {
        at: Stamp(line.fetch.at),
        status: line.fetch.status,
        from_hub: matches!(line.outcome.as_str(), "delivered" | "refused"),
        outcome: line.outcome.replace('_', " "),
        entries: line.entries,
        entries_new: line.entries_new,
        size_bytes: line.fetch.size_bytes,
        duration_ms: line.fetch.duration_ms,
        error: line.error.as_deref().map(|e| shorten(e, 300)),
        answered_at: line.fetch.final_url.clone(),
        reserved: line.fetch.reserved.clone(),
        decided: line.decided.clone().filter(|words| !words.is_empty()),
        next_due_at: line.next_due_at.map(Stamp),
    }
}
