//! Walks an item through the steps and hands each result to the archive.
//!
//! A feed that is due is asked (`poll.rs`), its entries become articles that are due, each article's page
//! is fetched, read (`read.rs`) and compared with its last revision (`follow.rs`), a changed text is placed among
//! stories (`place.rs`) and shown to the search index and the standing queries (`index.rs`). This is the
//! one room where a step and a side effect meet; each step decides, the archive writes.

mod clock;
mod dated;
mod follow;
mod hubs;
mod import;
mod index;
mod place;
mod poll;
mod read;
mod rebuild;
mod reread;
mod schedule;
mod starter;
mod storylines;

pub use clock::Clock;
pub use dated::date_backlog;
pub use import::{ImportReport, Item, import};
pub use index::{catch_up, document, keep_up as keep_index, match_topic, verify as verify_search};
pub use place::{Placer, verify_decisions};
pub use read::{Rules, kept_page};
pub use rebuild::{RebuildReport, rebuild_search, rebuild_stories};
pub use reread::{Biggest, OutletChange, TextPlan, TextReport, plan_text};
pub use starter::{Starter, starters};
pub use storylines::draw_storylines;

use archive::Archive;
use jiff::Timestamp;
use news::article::Article;
use news::id::RecordId;
use news::parsed::Problem;
use news::revision::{Digest, EditRank};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Version of the reading of pages, kept with every revision; raised whenever the same bytes may give
/// another text, so that `readout rebuild text` knows what is old.
pub const EXTRACTOR: u32 = 2;

/// How the gathering behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bounds of the interval between two visits to a feed.
    pub feeds: fetch::schedule::Policy,
    /// When an article is visited again, counted from when it was first seen.
    pub revisits: Vec<Duration>,
    /// Articles under way at once, over all hosts.
    pub articles_in_flight: usize,
    /// Articles of one host that may wait for their turn at once.
    pub articles_per_host: usize,
    /// Pages read (parsed, compared) at once; the number of cores.
    pub readers: usize,
    /// Most entries taken from one reading of a feed.
    pub entries_limit: usize,
    /// The address under which hubs reach this program from outside, up to `/websub/`; `None` asks no hub.
    pub callback: Option<url::Url>,
    /// How often touched stories are settled.
    pub settle_every: Duration,
    /// The longest the loop sleeps, so that "refresh now" from another process is seen.
    pub look_every: Duration,
    /// For how long a permanent redirect must hold before the feed's address is changed.
    pub move_after: Duration,
    /// After how long with nothing but 304 a feed is asked in full once, in case its server is stuck.
    pub validators_held: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            feeds: fetch::schedule::Policy::default(),
            revisits: fetch::schedule::REVISITS.to_vec(),
            articles_in_flight: 512,
            articles_per_host: 32,
            readers: std::thread::available_parallelism().map_or(2, usize::from),
            entries_limit: 10_000,
            callback: None,
            settle_every: Duration::from_secs(3600),
            look_every: Duration::from_millis(500),
            move_after: Duration::from_secs(3 * 86_400),
            validators_held: Duration::from_secs(8 * 86_400),
        }
    }
}

/// What went wrong while gathering; failures of one feed or page are facts in the archive, not errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive could not do what was asked.
    #[error(transparent)]
    Archive(#[from] archive::Error),
    /// The search index could not be written.
    #[error("the search index: {0}")]
    Search(String),
    /// A file could not be read.
    #[error("{name}: {reason}")]
    File {
        /// The file's name.
        name: String,
        /// What was wrong, one sentence.
        reason: String,
    },
    /// The work was stopped from outside.
    #[error("stopped")]
    Stopped,
}

/// The result of a call of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything the gathering works with. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    archive: Archive,
    fetch: fetch::Client,
    placer: Placer,
    settings: Arc<Settings>,
    counters: Arc<Counters>,
    readers: Arc<tokio::sync::Semaphore>,
    rules: Rules,
    clock: Clock,
}

impl Ingest {
    /// Gathers into `archive`, through `fetch`, placing texts with `placer`.
    pub fn new(archive: Archive, fetch: fetch::Client, placer: Placer, settings: Settings) -> Self {
        let readers = Arc::new(tokio::sync::Semaphore::new(settings.readers.max(1)));
        Ingest {
            archive,
            fetch,
            placer,
            settings: Arc::new(settings),
            counters: Arc::default(),
            readers,
            rules: Rules::default(),
            clock: Clock::System,
        }
    }

    /// The same, reading pages by the owner's rules; exchanging them in `rules` takes effect at once.
    pub fn with_rules(self, rules: Rules) -> Self {
        Ingest { rules, ..self }
    }

    /// The same, on another clock.
    pub fn on(self, clock: Clock) -> Self {
        Ingest { clock, ..self }
    }

    /// What was done since the start.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }
}

/// What was done since the start; all rise only.
#[derive(Debug, Default)]
pub struct Counters {
    /// Feeds asked.
    pub feeds: AtomicU64,
    /// Feeds that failed.
    pub feeds_failed: AtomicU64,
    /// Entries not seen before.
    pub entries_new: AtomicU64,
    /// Pages visited.
    pub pages: AtomicU64,
    /// Pages that failed or were refused.
    pub pages_failed: AtomicU64,
    /// Revisions kept.
    pub revisions: AtomicU64,
}

impl Counters {
    fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// Feeds asked, feeds failed, new entries, pages, pages failed, revisions.
    pub fn read(&self) -> [u64; 6] {
        [&self.feeds, &self.feeds_failed, &self.entries_new, &self.pages, &self.pages_failed, &self.revisions]
            .map(|counter| counter.load(Ordering::Relaxed))
    }
}

/// A text that is new or changed, ready to be placed and kept.
#[derive(Clone, Debug)]
pub struct NewText {
    /// Whose text.
    pub article: news::id::ArticleId,
    /// The article as read.
    pub content: Article,
    /// The outlet's name in addresses, where known; two texts of one outlet are no independent accounts.
    pub outlet: Option<String>,
    /// Our clock: when the bytes came.
    pub fetched_at: Timestamp,
    /// SHA-256 of the body as received.
    pub raw_digest: Option<Digest>,
    /// Where the response is kept.
    pub record: Option<RecordId>,
    /// How it differs from the revision before; `None` for the first.
    pub rank: Option<EditRank>,
    /// What went wrong in reading it.
    pub problems: Vec<Problem>,
}
