//! A dozen made-up outlets on loopback: the demo, the journeys, the load.
//!
//! Every outlet answers on its own port of 127.0.0.1 as real outlets do, with feeds in every form, pages
//! full of furniture, walls, errors and second thoughts. [`Newsroom`] plays the written texts and can be
//! changed while it runs; [`generate`] makes any number of plausible ones; [`Replay`] plays pages given to it.

mod cast;
mod clock;
mod control;
mod feeds;
mod load;
mod manifest;
mod page;
mod replay;
mod serve;
mod stage;
#[cfg(test)]
mod tests;
mod texts;

pub use cast::Fault;
pub use load::{ARTICLES_PER_EVENT, ENTRIES_PER_FEED, Generated, Load, Made, generate};
pub use manifest::{Article, Block, BlockKind, FeedOffer, Held, Manifest, OutletKind, Playing, Story, TextKind, Topic};
pub use replay::{Replay, ReplayPage, ReplayedAt};
pub use stage::{Absence, Change, ChangeError, Draft, Seen};
pub use texts::TextError;

use jiff::Timestamp;
use stage::Stage;
use std::sync::Arc;

/// How a newsroom is to be played.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The first of its ports, one for each outlet and one for the control door; `None` lets the system choose.
    pub base_port: Option<u16>,
    /// The moment its fresh articles are dated from; the newsroom's clock runs on from it.
    pub now: Timestamp,
}

/// Why a newsroom, a load or a replay could not start.
#[derive(Debug)]
pub enum StartError {
    /// A text could not be read.
    Text(TextError),
    /// A port could not be had.
    Io(std::io::Error),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::Text(error) => error.fmt(f),
            StartError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<TextError> for StartError {
    fn from(error: TextError) -> Self {
        StartError::Text(error)
    }
}

impl From<std::io::Error> for StartError {
    fn from(error: std::io::Error) -> Self {
        StartError::Io(error)
    }
}

/// A running newsroom; it closes when dropped.
pub struct Newsroom {
    stage: Arc<Stage>,
    control: u16,
    _doors: serve::Doors,
}

impl std::fmt::Debug for Newsroom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Newsroom").field("control", &self.control).finish_non_exhaustive()
    }
}

impl Newsroom {
    /// Opens every outlet. Must be called inside a tokio runtime, which has to live as long as the newsroom.
    pub async fn start(settings: Settings) -> Result<Newsroom, StartError> {
        let listeners = serve::bind(cast::CAST.len() + 1, settings.base_port).await?;
        let mut ports = serve::ports(&listeners)?;
        let control = ports.pop().unwrap_or_default();
        let stage = Arc::new(Stage::new(settings.now, ports)?);
        let doors = serve::open(listeners, &stage);
        Ok(Newsroom { stage, control, _doors: doors })
    }

    /// The outlets.
    pub fn outlets(&self) -> &[Playing] {
        &self.stage.manifest.outlets
    }

    /// What is played, as at the start; see [`Newsroom::article`] for the present state of one article.
    pub fn manifest(&self) -> &Manifest {
        &self.stage.manifest
    }

    /// The article with this key as its outlet has it now.
    pub fn article(&self, key: &str) -> Option<Article> {
        self.stage.article(key)
    }

    /// Changes what is played; the next request sees it.
    pub fn change(&self, change: Change) -> Result<(), ChangeError> {
        self.stage.change(change)
    }

    /// The requests the outlets received, oldest first; the last 200,000 are kept.
    pub fn requests(&self) -> Vec<Seen> {
        self.stage.requests()
    }

    /// Drops the record of requests.
    pub fn forget_requests(&self) {
        self.stage.forget_requests();
    }

    /// The newsroom's present: the moment it was given and the time since.
    pub fn now(&self) -> Timestamp {
        self.stage.now()
    }

    /// The control door, `http://127.0.0.1:PORT/_newsroom/`.
    pub fn control_url(&self) -> String {
        format!("http://127.0.0.1:{}/_newsroom/", self.control)
    }
}
