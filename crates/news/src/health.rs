//! How a feed fares: by the age of what it brings against its own rhythm, not by whether its server answers.

use crate::feed::Feed;
use crate::outlet::OutletKind;
use jiff::Timestamp;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Gaps between entries from which a feed has a rhythm of its own.
const GAPS: usize = 5;

/// How a feed fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// New entries come within its usual time.
    Well,
    /// It was not asked yet.
    Waiting,
    /// Its newest entry is older than its usual gap, and half as much again.
    Late,
    /// Its newest entry is older than four of its longest gaps: something changed.
    Silent,
    /// The last week brought less than a quarter of what a week before brought.
    Shrunk,
    /// The outlet refuses us (401, 403, 407, 429, 451).
    Blocked,
    /// It could not be read lately.
    Failing,
    /// It answers from another address, which is taken up once that held for days.
    Moved,
    /// It is gone for good (410), or has not been found at its address for some time (404).
    Gone,
    /// It is the same as another feed that is followed.
    Duplicate,
    /// It is asked no more.
    Stopped,
}

impl Health {
    /// Every state.
    pub const ALL: [Health; 11] = [
        Health::Well,
        Health::Waiting,
        Health::Late,
        Health::Silent,
        Health::Shrunk,
        Health::Blocked,
        Health::Failing,
        Health::Moved,
        Health::Gone,
        Health::Duplicate,
        Health::Stopped,
    ];

    /// The word used in JSON, CLI and interface.
    pub fn word(self) -> &'static str {
        match self {
            Health::Well => "ok",
            Health::Waiting => "waiting",
            Health::Late => "late",
            Health::Silent => "silent",
            Health::Shrunk => "shrunk",
            Health::Blocked => "blocked",
            Health::Failing => "failing",
            Health::Moved => "moved",
            Health::Gone => "gone",
            Health::Duplicate => "duplicate",
            Health::Stopped => "stopped",
        }
    }

    /// How much it needs a look: 0 not at all, 3 most.
    pub fn urgency(self) -> u8 {
        match self {
            Health::Well | Health::Waiting | Health::Moved => 0,
            Health::Late | Health::Failing => 1,
            Health::Shrunk | Health::Duplicate => 2,
            Health::Silent | Health::Blocked | Health::Gone | Health::Stopped => 3,
        }
    }

    /// What a person can do about it, one sentence; `None` where there is nothing to do.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Health::Well | Health::Waiting => None,
            Health::Late => Some("Nothing yet: it is asked again by itself."),
            Health::Silent => {
                Some("See whether the outlet still publishes there; its feed may have another address now.")
            }
            Health::Shrunk => Some("See whether the outlet split its feed; a further feed of it may carry the rest."),
            Health::Blocked => {
                Some("The outlet refuses us. Set `gather.contact` so that it can see who asks, or ask it for leave.")
            }
            Health::Failing => Some("Nothing yet: it is asked again, more rarely each time."),
            Health::Moved => Some("Nothing: the new address is taken up once the move held for three days."),
            Health::Gone => Some("Look for its new feed and add that; stop following this one."),
            Health::Duplicate => Some("Stop following this one; the other carries the same."),
            Health::Stopped => Some("Visit it now to take it up again, or stop following it."),
        }
    }
}

/// How a feed fares at `now`. `outlet` is who publishes it: official bodies publish seldom.
pub fn of(feed: &Feed, outlet: OutletKind, now: Timestamp) -> Health {
    if feed.due_at.is_none() {
        return match feed.last_outcome.as_deref() {
            Some("gone") => Health::Gone,
            Some("duplicate") => Health::Duplicate,
            _ => Health::Stopped,
        };
    }
    if feed.failures > 0 {
        return match feed.last_status {
            Some(401 | 403 | 407 | 429 | 451) => Health::Blocked,
            Some(404) if feed.failures > 2 => Health::Gone,
            _ => Health::Failing,
        };
    }
    if feed.last_fetch_at.is_none() {
        return Health::Waiting;
    }
    let Some(newest) = feed.newest_entry_at else { return Health::Well };
    let age = now.as_second() - newest.as_second();
    let (late, silent) = limits(feed, outlet);
    if age > silent {
        Health::Silent
    } else if age > late {
        Health::Late
    } else if feed.moving.is_some() {
        Health::Moved
    } else if has_shrunk(feed, now) {
        Health::Shrunk
    } else {
        Health::Well
    }
}

/// From which age of its newest entry a feed counts as late, and as silent, in seconds.
pub fn limits(feed: &Feed, outlet: OutletKind) -> (i64, i64) {
    let times = &feed.pace.posted_at;
    let gaps = || times.windows(2).map(|pair| pair[0].as_second() - pair[1].as_second());
    if times.len() <= GAPS {
        return if outlet == OutletKind::Official { (30 * DAY, 90 * DAY) } else { (14 * DAY, 45 * DAY) };
    }
    let longest = gaps().max().unwrap_or(DAY);
    let late = (longest + longest / 2).max(6 * HOUR);
    (late, (longest * 4).max(3 * DAY))
}

/// Whether the last week brought less than a quarter of a usual week; told only of feeds with two weeks before it
/// and a dozen entries in them.
fn has_shrunk(feed: &Feed, now: Timestamp) -> bool {
    let age = |at: &Timestamp| now.as_second() - at.as_second();
    let times = &feed.pace.posted_at;
    let Some(oldest) = times.last().map(age) else { return false };
    let lately = times.iter().filter(|at| age(at) <= 7 * DAY).count() as f64;
    let before = times.len() as f64 - lately;
    let weeks = (oldest - 7 * DAY) as f64 / (7 * DAY) as f64;
    weeks >= 2.0 && before >= 12.0 && lately < before / weeks / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::{FeedKind, Moving, Pace, Validators};
    use crate::id::{FeedId, OutletId};
    use jiff::SignedDuration;

    fn now() -> Timestamp {
        "2026-03-30T12:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> Timestamp {
        now().checked_sub(SignedDuration::from_hours(hours)).unwrap()
    }

    /// A feed with entries this many hours old.
    fn feed(hours: &[i64]) -> Feed {
        let posted_at: Vec<Timestamp> = hours.iter().map(|h| ago(*h)).collect();
        Feed {
            id: FeedId(1),
            outlet: OutletId(1),
            url: "https://a.example/feed".to_owned(),
            kind: FeedKind::Feed,
            title: None,
            due_at: Some(now()),
            validators: Validators::default(),
            last_fetch_at: Some(now()),
            last_success_at: Some(now()),
            newest_entry_at: posted_at.first().copied(),
            failures: 0,
            last_error: None,
            interval_seconds: 3_600,
            decided: None,
            pace: Pace { posted_at, ..Pace::default() },
            full_at: None,
            moving: None,
            last_status: Some(200),
            last_outcome: Some("fresh".to_owned()),
        }
    }

    #[test]
    fn age_is_measured_against_the_feeds_own_rhythm() {
        let check = |newest: i64, gap: i64, expected: Health| {
            let hours: Vec<i64> = (0..10).map(|i| newest + i * gap).collect();
            assert_eq!(of(&feed(&hours), OutletKind::News, now()), expected, "{newest} {gap}");
        };
        check(1, 2, Health::Well);
        check(5, 2, Health::Well);
        check(7, 2, Health::Late);
        check(80, 2, Health::Silent);
        check(30, 24, Health::Well);
        check(40, 24, Health::Late);
        check(97, 24, Health::Silent);
        check(200, 168, Health::Well);
    }

    #[test]
    fn a_feed_without_a_rhythm_is_given_a_fortnight_and_official_bodies_a_month() {
        let old = feed(&[20 * 24]);
        assert_eq!(of(&old, OutletKind::News, now()), Health::Late);
        assert_eq!(of(&old, OutletKind::Official, now()), Health::Well);
        assert_eq!(of(&feed(&[50 * 24]), OutletKind::News, now()), Health::Silent);
        assert_eq!(of(&feed(&[]), OutletKind::News, now()), Health::Well);
    }

    #[test]
    fn a_week_with_a_quarter_of_the_usual_has_shrunk() {
        // Daily for three weeks, then one a week ago but for one entry now.
        let hours: Vec<i64> = std::iter::once(2).chain((8..28).map(|d| d * 24)).collect();
        assert_eq!(of(&feed(&hours), OutletKind::News, now()), Health::Shrunk);
        let even: Vec<i64> = (0..27).map(|d| d * 24 + 1).collect();
        assert_eq!(of(&feed(&even), OutletKind::News, now()), Health::Well);
    }

    #[test]
    fn failures_tell_a_refusal_from_a_fault_and_an_end() {
        let failed = |status, failures| Feed { failures, last_status: status, ..feed(&[1]) };
        assert_eq!(of(&failed(Some(403), 1), OutletKind::News, now()), Health::Blocked);
        assert_eq!(of(&failed(Some(500), 9), OutletKind::News, now()), Health::Failing);
        assert_eq!(of(&failed(Some(404), 1), OutletKind::News, now()), Health::Failing);
        assert_eq!(of(&failed(Some(404), 3), OutletKind::News, now()), Health::Gone);
        assert_eq!(of(&failed(None, 2), OutletKind::News, now()), Health::Failing);
        let ended = |word: &str| Feed { due_at: None, last_outcome: Some(word.to_owned()), ..feed(&[1]) };
        assert_eq!(of(&ended("gone"), OutletKind::News, now()), Health::Gone);
        assert_eq!(of(&ended("duplicate"), OutletKind::News, now()), Health::Duplicate);
        assert_eq!(of(&ended("fresh"), OutletKind::News, now()), Health::Stopped);
        let moving = Some(Moving { to: "https://b.example/".to_owned(), since_at: ago(30) });
        assert_eq!(of(&Feed { moving, ..feed(&[1]) }, OutletKind::News, now()), Health::Moved);
    }
}
