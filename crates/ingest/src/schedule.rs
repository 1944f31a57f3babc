//! When a feed or an article is due: the loop that takes what is due from the archive and sets it going.

use crate::{Error, Ingest, Result};
use archive::Visit;
use jiff::Timestamp;
use news::id::{ArticleId, FeedId};
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

/// Feeds asked at once, each of another host.
const FEEDS_IN_FLIGHT: usize = 64;
/// How long what is under way may take to end once the loop is told to stop.
const LET_END: Duration = Duration::from_secs(2);
/// After storylines were drawn, how many times as long as that took they are left alone.
const DRAWING_RESTS: u32 = 20;
/// Due feeds taken from the archive at a time.
const FEEDS_AT_A_TIME: usize = 4_096;

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

/// Feeds that are due, in hand by host: of each host one is under way at a time, and the hosts take turns, so that
/// two hundred feeds of one host hold up nobody else.
#[derive(Default)]
struct Hand {
    /// Feeds in hand, under way or not.
    held: HashSet<FeedId>,
    /// Hosts with feeds that wait and none under way.
    free: VecDeque<String>,
    waiting: HashMap<String, VecDeque<FeedId>>,
    under_way: usize,
    /// How far the archive's list of due feeds was read; `None` when it begins anew.
    read_to: Option<(Timestamp, FeedId)>,
    looked_at: Option<Instant>,
}

impl Hand {
    fn take(&mut self, feed: archive::DueFeed) {
        if self.held.insert(feed.id) {
            let host = host(&feed.url);
            // An entry stands for as long as the host has feeds in hand, so its first feed finds none.
            let waiting = self.waiting.entry(host.clone()).or_insert_with(|| {
                self.free.push_back(host);
                VecDeque::new()
            });
            waiting.push_back(feed.id);
        }
    }

    /// The next feed to ask, of a host that has none under way.
    fn next(&mut self) -> Option<(FeedId, String)> {
        let host = self.free.pop_front()?;
        let feed = self.waiting.get_mut(&host)?.pop_front()?;
        self.under_way += 1;
        Some((feed, host))
    }

    fn done(&mut self, feed: FeedId, host: String) {
        self.under_way -= 1;
        self.held.remove(&feed);
        match self.waiting.get(&host) {
            Some(waiting) if !waiting.is_empty() => self.free.push_back(host),
            _ => drop(self.waiting.remove(&host)),
        }
    }
}

/// The drawing of storylines beside the gathering.
#[derive(Default)]
struct Drawing {
    under_way: Option<JoinHandle<Result<(usize, Duration)>>>,
    rests_until: Option<Instant>,
}

impl Drawing {
    /// Begins one, unless one is under way or ended so lately that it would take more than a small share of the time.
    async fn begin(&mut self, ingest: &Ingest) {
        if let Some(task) = self.under_way.take() {
            if !task.is_finished() {
                self.under_way = Some(task);
                return;
            }
            match task.await.unwrap_or(Err(Error::Stopped)) {
                Ok((changed, took)) => {
                    tracing::info!(changed, ?took, "storylines drawn");
                    self.rests_until = Some(Instant::now() + took * DRAWING_RESTS);
                }
                // What is derived can wait: the gathering goes on, and the next drawing begins anew.
                Err(error) => tracing::warn!(%error, "storylines could not be drawn"),
            }
        }
        if self.rests_until.is_none_or(|until| Instant::now() >= until) {
            self.under_way = Some(ingest.draw_storylines());
        }
    }
}

enum Done {
    Feed(FeedId, String),
    Article(ArticleId, String),
}

impl Ingest {
    /// Gathers until `stop` turns true, then lets what is under way end.
    pub async fn run(&self, stop: watch::Receiver<bool>) -> Result<()> {
        tokio::try_join!(self.gather(stop.clone(), Until::Stopped), self.keep_hubs(stop))?;
        Ok(())
    }

    /// Gathers what is due, each feed and each article once, and what that leads to; then settles the stories.
    pub async fn once(&self, stop: watch::Receiver<bool>) -> Result<()> {
        self.gather(stop, Until::NothingDue).await?;
        self.placer.settle(self.clock.now()).await?;
        let drawing = self.draw_storylines();
        drawing.await.map_err(|_| Error::Stopped)??;
        Ok(())
    }

    /// Draws storylines anew on a thread of its own; gives how many changed and how long it took.
    fn draw_storylines(&self) -> JoinHandle<Result<(usize, Duration)>> {
        let (now, archive) = (self.clock.now(), self.archive.clone());
        tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            let changed = crate::storylines::draw_storylines(&archive, now)?;
            Ok((changed, began.elapsed()))
        })
    }

    async fn gather(&self, mut stop: watch::Receiver<bool>, until: Until) -> Result<()> {
        let mut tasks: JoinSet<(Done, Result<()>)> = JoinSet::new();
        self.keep_silences().await?;
        let mut feeds = Hand::default();
        let mut articles: HashSet<ArticleId> = HashSet::new();
        let mut hosts: HashMap<String, usize> = HashMap::new();
        let mut settled_at = self.clock.now();
        let mut settled_revisions = 0;
        let mut drawing = Drawing::default();
        if until == Until::Stopped {
            drawing.begin(self).await;
        }
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
                () = tokio::time::sleep(self.settings.look_every) => {}
            }
            // Settled when the gathering rests after new texts, and in any case from time to time.
            let now = self.clock.now();
            let revisions = self.counters.read()[5];
            let rests = started == 0 && tasks.is_empty() && revisions != settled_revisions;
            let is_long_ago = now.duration_since(settled_at).unsigned_abs() > self.settings.settle_every;
            if until == Until::Stopped && (rests || is_long_ago) {
                (settled_at, settled_revisions) = (now, revisions);
                let changes = self.placer.settle(now).await?;
                tracing::info!(changes, "stories settled");
                drawing.begin(self).await;
            }
        }
        // What is nearly done may end, so that an answer that came is not asked for again; what waits for its turn
        // is given up.
        let ending = async { while tasks.join_next().await.is_some() {} };
        drop(tokio::time::timeout(LET_END, ending).await);
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// Sets going what is due and not under way; gives the number started.
    async fn start_due(
        &self,
        tasks: &mut JoinSet<(Done, Result<()>)>,
        feeds: &mut Hand,
        articles: &mut HashSet<ArticleId>,
        hosts: &mut HashMap<String, usize>,
        mut round: Option<&mut Round>,
    ) -> Result<usize> {
        let now = self.clock.now();
        let mut started = 0;
        self.look(feeds, now, round.as_deref()).await?;
        while feeds.under_way < FEEDS_IN_FLIGHT {
            let Some((feed, host)) = feeds.next() else { break };
            if let Some(round) = &mut round {
                round.feeds.insert(feed);
            }
            started += 1;
            let ingest = self.clone();
            tasks.spawn(async move { (Done::Feed(feed, host), ingest.poll(feed).await) });
        }
        let limit = self.settings.articles_in_flight;
        // Ask again only when a fair share of the places is free.
        if limit > 0 && articles.len() * 4 <= limit * 3 {
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

    /// Takes what is due into hand: when it is time to look again, or when there may be more than was read.
    async fn look(&self, hand: &mut Hand, now: Timestamp, round: Option<&Round>) -> Result<()> {
        let is_time = hand.looked_at.is_none_or(|at| at.elapsed() >= self.settings.look_every);
        let may_be_more = hand.free.is_empty() && (round.is_some() || hand.read_to.is_some());
        if !is_time && !may_be_more {
            return Ok(());
        }
        hand.looked_at = Some(Instant::now());
        let after = hand.read_to.take();
        let due = self.blocking(move |archive| archive.feeds_due_after(now, after, FEEDS_AT_A_TIME)).await?;
        if due.len() == FEEDS_AT_A_TIME {
            hand.read_to = due.last().map(|feed| (feed.due_at, feed.id));
        }
        for feed in due {
            if !round.is_some_and(|round| round.feeds.contains(&feed.id)) {
                hand.take(feed);
            }
        }
        Ok(())
    }
}

fn finish(
    ended: std::result::Result<(Done, Result<()>), tokio::task::JoinError>,
    feeds: &mut Hand,
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
        Done::Feed(id, host) => feeds.done(id, host),
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
