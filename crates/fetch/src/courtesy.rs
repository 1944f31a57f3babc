//! Pace per host: one request under way at a time, a pause between pages, and silence for as long as a
//! host asked for it.
//!
//! A request waits for its host's turn first and takes one of the global places only then, so a long
//! queue at one host never holds up the others.

use crate::date;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

/// Silence after 429 or 503 without a readable `Retry-After`.
pub const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(600);
/// The longest `Retry-After` that is believed.
pub const RETRY_AFTER_CAP: Duration = Duration::from_secs(86_400);
/// Hosts remembered before those not in use are forgotten.
const HOSTS_KEPT: usize = 20_000;

/// Host and port: what one pace holds for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HostKey(String, u16);

impl HostKey {
    pub(crate) fn of(url: &Url) -> Self {
        HostKey(url.host_str().unwrap_or("").trim_end_matches('.').to_owned(), url.port_or_known_default().unwrap_or(0))
    }
}

/// What a request is for, since pages pause longer than feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Feed,
    Page,
    Robots,
}

/// When a host was last asked.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    any: Option<Instant>,
    page: Option<Instant>,
}

#[derive(Debug)]
pub(crate) struct Courtesy {
    page_delay: Duration,
    feed_delay: Duration,
    places: Arc<Semaphore>,
    hosts: Mutex<HashMap<HostKey, Arc<tokio::sync::Mutex<Pace>>>>,
    silent: Mutex<HashMap<HostKey, Timestamp>>,
}

/// The right to ask one host; the next in line gets it when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    pace: OwnedMutexGuard<Pace>,
    purpose: Purpose,
    _place: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let now = Instant::now();
        self.pace.any = Some(now);
        if self.purpose == Purpose::Page {
            self.pace.page = Some(now);
        }
    }
}

impl Courtesy {
    pub(crate) fn new(page_delay: Duration, feed_delay: Duration, in_flight: usize) -> Self {
        Courtesy {
            page_delay,
            feed_delay,
            places: Arc::new(Semaphore::new(in_flight.clamp(1, Semaphore::MAX_PERMITS))),
            hosts: Mutex::default(),
            silent: Mutex::default(),
        }
    }

    /// Waits for this host's turn, the pause since its last answer, and a global place.
    /// `asked` is the pause the host's robots.txt asks for, already capped.
    pub(crate) async fn turn(&self, host: &HostKey, purpose: Purpose, asked: Duration) -> Turn {
        let pace = self.host(host).lock_owned().await;
        let ready = match purpose {
            Purpose::Feed => pace.any.map(|at| at + self.feed_delay),
            Purpose::Page => pace.page.map(|at| at + self.page_delay.max(asked)),
            Purpose::Robots => None,
        };
        if let Some(ready) = ready {
            tokio::time::sleep_until(ready).await;
        }
        let place = Arc::clone(&self.places).acquire_owned().await.expect("the semaphore is never closed");
        Turn { pace, purpose, _place: place }
    }

    fn host(&self, host: &HostKey) -> Arc<tokio::sync::Mutex<Pace>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_KEPT {
            // A host in use is held by its turn as well; one that paused longer than any delay is free.
            hosts.retain(|_, pace| {
                Arc::strong_count(pace) > 1
                    || pace.try_lock().is_ok_and(|pace| {
                        pace.any.is_some_and(|at| at.elapsed() < self.page_delay.max(Duration::from_secs(120)))
                    })
            });
        }
        Arc::clone(hosts.entry(host.clone()).or_default())
    }

    /// Until when this host asked not to be asked, if that is still ahead.
    pub(crate) fn silent_until(&self, host: &HostKey, now: Timestamp) -> Option<Timestamp> {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *silent.get(host)?;
        if until > now {
            return Some(until);
        }
        silent.remove(host);
        None
    }

    /// Keeps silent towards a host until then, or longer where it already asked for longer.
    pub(crate) fn silence(&self, host: HostKey, until: Timestamp) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = silent.entry(host).or_insert(until);
        *kept = (*kept).max(until);
    }
}

/// Reads `Retry-After` (seconds or a date) as the time it ends: the default when absent or unreadable,
/// never more than [`RETRY_AFTER_CAP`], never in the past.
pub fn retry_after(value: Option<&str>, now: Timestamp) -> Timestamp {
    let wait = value.map(str::trim).and_then(|value| {
        if let Ok(seconds) = value.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let wait = date::parse(value)?.duration_since(now);
        Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
    });
    later(now, wait.unwrap_or(RETRY_AFTER_DEFAULT).min(RETRY_AFTER_CAP))
}

/// `at` moved on by `by`, held at the end of time.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_reads_seconds_and_dates_and_is_capped() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let check = |value: Option<&str>, expected: &str| {
            assert_eq!(retry_after(value, now).to_string(), expected, "{value:?}");
        };
        check(None, "2026-01-01T00:10:00Z");
        check(Some("soon"), "2026-01-01T00:10:00Z");
        check(Some("-5"), "2026-01-01T00:10:00Z");
        check(Some(" 120 "), "2026-01-01T00:02:00Z");
        check(Some("99999999999"), "2026-01-02T00:00:00Z");
        check(Some("Thu, 01 Jan 2026 01:00:00 GMT"), "2026-01-01T01:00:00Z");
        check(Some("Thu, 01 Jan 2026 23:00:00 GMT"), "2026-01-01T23:00:00Z");
        check(Some("Sun, 01 Feb 2026 00:00:00 GMT"), "2026-01-02T00:00:00Z");
        check(Some("Wed, 31 Dec 2025 00:00:00 GMT"), "2026-01-01T00:00:00Z");
    }

    #[tokio::test(start_paused = true)]
    async fn pages_of_one_host_pause_and_other_hosts_do_not_wait() {
        let courtesy = Courtesy::new(Duration::from_secs(10), Duration::ZERO, 4);
        let host = |name: &str| HostKey(name.to_owned(), 80);
        let start = Instant::now();
        for _ in 0..3 {
            drop(courtesy.turn(&host("a"), Purpose::Page, Duration::ZERO).await);
        }
        assert_eq!(start.elapsed().as_secs(), 20);
        drop(courtesy.turn(&host("b"), Purpose::Page, Duration::ZERO).await);
        drop(courtesy.turn(&host("a"), Purpose::Feed, Duration::ZERO).await);
        assert_eq!(start.elapsed().as_secs(), 20);
        drop(courtesy.turn(&host("a"), Purpose::Page, Duration::from_secs(30)).await);
        assert_eq!(start.elapsed().as_secs(), 50);
    }
}
