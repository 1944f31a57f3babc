//! When a feed or an article is due: the loop that takes what is due from the archive and sets it going.

use crate::{Ingest, Result};
use archive::Visit;
use jiff::Timestamp;
use news::feed::Feed;
use news::id::{ArticleId, FeedId};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The longest the loop sleeps, so that "refresh now" from another process is seen.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// Feeds asked at once; the fetch room keeps each host to one.
const FEEDS_IN_FLIGHT: usize = 64;

/// Whether the loop goes on for ever or ends when nothing is due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Stopped,
    NothingDue,
}

/// What a single pass has asked.
#[derive(Default)]
struct Round {
    feeds: HashSet<FeedId>,
    articles: HashSet<ArticleId>,
}

enum Done {
    Feed(FeedId),
    Article(ArticleId, String),
}

impl Ingest {
    /// Gathers until `stop` turns true, then lets what is under way end.
    pub async fn run(&self, stop: watch::Receiver<bool>) -> Result<()> {
        self.gather(stop, Until::Stopped).await
    }

    /// Gathers what is due, each feed and each article once, and what that leads to; then settles the stories.
    pub async fn once(&self, stop: watch::Receiver<bool>) -> Result<()> {
        self.gather(stop, Until::NothingDue).await?;
        self.placer.settle(Timestamp::now()).await?;
        Ok(())
    }

    async fn gather(&self, mut stop: watch::Receiver<bool>, until: Until) -> Result<()> {
        let mut tasks: JoinSet<(Done, Result<()>)> = JoinSet::new();
        let mut feeds: HashSet<FeedId> = HashSet::new();
        let mut articles: HashSet<ArticleId> = HashSet::new();
        let mut hosts: HashMap<String, usize> = HashMap::new();
        let mut settled_at = Timestamp::now();
        let mut settled_revisions = 0;
        // In a single pass nothing is asked twice, however soon it is due again.
        let mut round = (until == Until::NothingDue).then(Round::default);
        while !*stop.borrow() {
            let started = self.start_due(&mut tasks, &mut feeds, &mut articles, &mut hosts, round.as_mut()).await?;
            if until == Until::NothingDue && started == 0 && tasks.is_empty() {
                return Ok(());
            }
            tokio::select! {
                _ = stop.changed() => {}
                Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                    let mut next = Some(ended);
                    // Take all that ended by now in one go: asking what is due costs a query.
                    while let Some(ended) = next {
                        finish(ended, &mut feeds, &mut articles, &mut hosts)?;
                        next = tasks.try_join_next();
                    }
                    let full = articles.len() * 4 > self.settings.articles_in_flight * 3;
                    if full {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                }
                () = tokio::time::sleep(LONGEST_SLEEP) => {}
            }
            // Settled when the gathering rests after new texts, and in any case from time to time.
            let now = Timestamp::now();
            let revisions = self.counters.read()[5];
            let rests = started == 0 && tasks.is_empty() && revisions != settled_revisions;
            let is_long_ago = now.duration_since(settled_at).unsigned_abs() > self.settings.settle_every;
            if until == Until::Stopped && (rests || is_long_ago) {
                (settled_at, settled_revisions) = (now, revisions);
                let changes = self.placer.settle(now).await?;
                tracing::info!(changes, "stories settled");
            }
        }
        // What is under way may end; each is bounded in time by the fetch room.
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// Sets going what is due and not under way; gives the number started.
    async fn start_due(
        &self,
        tasks: &mut JoinSet<(Done, Result<()>)>,
        feeds: &mut HashSet<FeedId>,
        articles: &mut HashSet<ArticleId>,
        hosts: &mut HashMap<String, usize>,
        mut round: Option<&mut Round>,
    ) -> Result<usize> {
        let now = Timestamp::now();
        let mut started = 0;
        if feeds.len() < FEEDS_IN_FLIGHT {
            let asked = round.as_ref().map_or(0, |round| round.feeds.len());
            let due: Vec<Feed> =
                self.blocking(move |archive| archive.feeds_due(now, FEEDS_IN_FLIGHT * 2 + asked)).await?;
            for feed in due {
                let is_asked = round.as_ref().is_some_and(|round| round.feeds.contains(&feed.id));
                if is_asked || feeds.len() >= FEEDS_IN_FLIGHT || !feeds.insert(feed.id) {
                    continue;
                }
                if let Some(round) = &mut round {
                    round.feeds.insert(feed.id);
                }
                started += 1;
                let ingest = self.clone();
                tasks.spawn(async move { (Done::Feed(feed.id), ingest.poll(feed).await) });
            }
        }
        let limit = self.settings.articles_in_flight;
        // Ask again only when a fair share of the places is free.
        if articles.len() * 4 <= limit * 3 {
            let due: Vec<Visit> = self.blocking(move |archive| archive.articles_due(now, limit * 2)).await?;
            for visit in due {
                if round.as_ref().is_some_and(|round| round.articles.contains(&visit.article)) {
                    continue;
                }
                let host = host(&visit.url);
                let waiting = hosts.entry(host.clone()).or_default();
                if articles.len() >= limit
                    || *waiting >= self.settings.articles_per_host
                    || !articles.insert(visit.article)
                {
                    continue;
                }
                *waiting += 1;
                started += 1;
                if let Some(round) = &mut round {
                    round.articles.insert(visit.article);
                }
                let ingest = self.clone();
                tasks.spawn(async move { (Done::Article(visit.article, host), ingest.follow(visit).await) });
            }
        }
        Ok(started)
    }
}

fn finish(
    ended: std::result::Result<(Done, Result<()>), tokio::task::JoinError>,
    feeds: &mut HashSet<FeedId>,
    articles: &mut HashSet<ArticleId>,
    hosts: &mut HashMap<String, usize>,
) -> Result<()> {
    let (done, result) = match ended {
        Ok(ended) => ended,
        Err(error) if error.is_panic() => {
            // The item stays in its set and so is not tried again before the next start.
            tracing::error!(%error, "reading one item failed in an unforeseen way");
            return Ok(());
        }
        Err(_) => return Ok(()),
    };
    match done {
        Done::Feed(id) => {
            feeds.remove(&id);
        }
        Done::Article(id, host) => {
            articles.remove(&id);
            if let Some(waiting) = hosts.get_mut(&host) {
                *waiting -= 1;
                if *waiting == 0 {
                    hosts.remove(&host);
                }
            }
        }
    }
    result
}

/// Host and port of an address, which is what the fetch room paces by.
fn host(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(|host| format!("{host}:{}", url.port_or_known_default().unwrap_or(0))))
        .unwrap_or_default()
}
