//! Where the gathering takes its time from: the system, or a clock that a simulation moves on.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// Begins at `from` and runs with tokio's clock, which a test can pause and move on.
    Running {
        /// What it showed at `since`.
        from: Timestamp,
        /// When it began.
        since: Instant,
    },
}

impl Clock {
    /// A clock that shows `from` now and goes on with tokio's.
    pub fn running(from: Timestamp) -> Clock {
        Clock::Running { from, since: Instant::now() }
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Running { from, since } => {
                let passed = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
                from.saturating_add(passed).unwrap_or(Timestamp::MAX)
            }
        }
    }
}
