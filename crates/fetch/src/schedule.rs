//! When to ask a feed again, and an article: pure reckoning from what was seen.
//!
//! The interval follows the rhythm in which the feed posts, is never shorter than the floor (unless the
//! publisher states a shorter one), never shorter than what the publisher asks for, never longer than
//! the cap, and spread a little so that a thousand feeds added together do not stay together.

use crate::courtesy::later;
use crate::date;
use jiff::{Timestamp, tz::Offset};
use std::time::Duration;

const HOUR: u64 = 3600;
const DAY: u64 = 86_400;

const PUBLISHER: &str = "as the publisher asks";
const HOST: &str = "the host asked to wait";
const REFUSED: &str = "refused more than once";
/// How long after the beat of `sy:updateBase` a feed is asked at the latest.
const BEAT_SPREAD: Duration = Duration::from_secs(300);
/// Days of posting from which the pace and the profile are taken: three weeks hold each weekday alike.
const PROFILE_DAYS: i64 = 21;
/// Entries of an even pace mixed into each hour and each weekday of the profile.
const EVEN_HOUR: f64 = 0.5;
const EVEN_DAY: f64 = 1.0;

/// When an article's page is looked at again, counted from its first sight: often while edits are
/// likely, ever more rarely after.
pub const REVISITS: [Duration; 8] = [
    Duration::from_secs(15 * 60),
    Duration::from_secs(HOUR),
    Duration::from_secs(6 * HOUR),
    Duration::from_secs(DAY),
    Duration::from_secs(3 * DAY),
    Duration::from_secs(10 * DAY),
    Duration::from_secs(30 * DAY),
    Duration::from_secs(365 * DAY),
];

/// Bounds of the interval between two visits to a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Shortest interval on our own account.
    pub floor: Duration,
    /// Shortest interval where the publisher itself states a shorter one than [`Policy::floor`].
    pub floor_invited: Duration,
    /// Shortest interval for a feed that offers no validators, since each visit is a full download. Shorter,
    /// down to [`Policy::least_without_validators`], where half its document would be new by then.
    pub floor_without_validators: Duration,
    /// See [`Policy::floor_without_validators`].
    pub least_without_validators: Duration,
    /// Longest interval, also for what headers and the feed ask for.
    pub cap: Duration,
    /// After an answer such as 403 or 404 that came twice.
    pub refused: Duration,
    /// Hundredths of an entry to be expected until the next visit: fewer are sooner seen and cost more requests.
    /// The example `thirty_days` of the ingest room measures both.
    pub expected_hundredths: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            floor: Duration::from_secs(HOUR),
            floor_invited: Duration::from_secs(15 * 60),
            floor_without_validators: Duration::from_secs(DAY),
            least_without_validators: Duration::from_secs(3 * HOUR),
            cap: Duration::from_secs(DAY),
            refused: Duration::from_secs(53 * HOUR),
            expected_hundredths: 50,
        }
    }
}

/// What a visit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A feed was read.
    Fresh,
    /// 304: nothing new.
    NotModified,
    /// Another status; 410 ends the visits.
    Status(u16),
    /// The host asked for silence until then.
    RetryAfter(Timestamp),
    /// No answer, or one that is no feed.
    Failed,
}

/// What the response's headers say of the time until the next visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// For how long the answer is fresh, by `Cache-Control: max-age` or else `Expires`.
    pub fresh_for: Option<Duration>,
}

impl Freshness {
    /// Reads `Cache-Control` (less `Age`) and, without a `max-age` in it, `Expires` against `Date` or `now`.
    /// `no-cache`, `no-store` and dates in the past state nothing.
    pub fn of(headers: &[(String, Vec<u8>)], now: Timestamp) -> Self {
        let get = |name: &str| {
            let value = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(&value.1).ok().map(str::trim)
        };
        let seconds = |text: &str| text.trim().trim_matches('"').parse::<u64>().ok();
        if let Some(control) = get("cache-control") {
            let directive = |name: &str| {
                control.split(',').find_map(|part| {
                    let (key, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
                    key.trim().eq_ignore_ascii_case(name).then_some(value)
                })
            };
            if directive("no-cache").is_some() || directive("no-store").is_some() {
                return Freshness { fresh_for: None };
            }
            if let Some(max_age) = directive("max-age").and_then(seconds) {
                let age = get("age").and_then(seconds).unwrap_or(0);
                let left = max_age.saturating_sub(age);
                return Freshness { fresh_for: (left > 0).then(|| Duration::from_secs(left)) };
            }
        }
        let date = get("date").and_then(date::parse).unwrap_or(now);
        let expires = get("expires").and_then(date::parse).map(|at| at.duration_since(date));
        Freshness { fresh_for: expires.and_then(|left| Duration::try_from(left).ok()).filter(|left| !left.is_zero()) }
    }
}

/// What the feed itself says about its pace, and what it posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// `ttl`, in its unit of minutes made a duration.
    pub ttl: Option<Duration>,
    /// `sy:updatePeriod` divided by `sy:updateFrequency`.
    pub update_period: Option<Duration>,
    /// `sy:updateBase`, from which those periods are counted.
    pub update_base: Option<Timestamp>,
    /// `skipHours`: bit `h` set means hour `h` UTC is skipped.
    pub skip_hours: u32,
    /// `skipDays`: bit 0 is Monday, bit 6 Sunday.
    pub skip_days: u8,
    /// Entries its document holds; 0 where that is not known.
    pub window: u32,
    /// When its entries were published (or first seen), in any order; those of the last three weeks count.
    pub entry_times: Vec<Timestamp>,
}

/// One visit that ended, and what is known of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit<'a> {
    /// What it came to.
    pub outcome: Outcome,
    /// What the headers said.
    pub freshness: Freshness,
    /// What the feed says and posted.
    pub hints: &'a Hints,
    /// Whether the feed gives an `ETag` or `Last-Modified`.
    pub has_validators: bool,
    /// Failures in a row, this one counted.
    pub failures: u32,
    /// Anything that differs from feed to feed and visit to visit; decides the spread.
    pub seed: u64,
}

/// When to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The time; `None` when the feed said it is gone for good.
    pub at: Option<Timestamp>,
    /// The interval reckoned, before any spread and skipped hours.
    pub interval: Duration,
    /// What decided, in words fit for the page of sources.
    pub because: &'static str,
}

impl Next {
    /// The same, put off until `pause` has passed where it would come sooner.
    pub fn not_before(self, now: Timestamp, pause: Duration, because: &'static str) -> Next {
        match self.at {
            Some(at) if at < later(now, pause) => Next { at: Some(later(now, pause)), interval: pause, because },
            _ => self,
        }
    }
}

/// Reckons the next visit to a feed.
pub fn next_visit(now: Timestamp, visit: &Visit<'_>, policy: &Policy) -> Next {
    let usual = usual_interval(now, visit, policy);
    let (interval, because) = match visit.outcome {
        Outcome::Status(410) => return Next { at: None, interval: usual.0, because: "gone for good (410)" },
        Outcome::Fresh | Outcome::NotModified => usual,
        Outcome::RetryAfter(until) => {
            let asked = Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO);
            if asked > usual.0 { (asked, HOST) } else { usual }
        }
        Outcome::Status(400..=499) if visit.failures >= 2 => (policy.refused.max(usual.0), REFUSED),
        Outcome::Status(_) | Outcome::Failed => {
            // Twice the floor, four times, and on to the cap.
            let factor = 1u32 << visit.failures.clamp(1, 10);
            let pause = policy.floor.saturating_mul(factor).min(policy.cap);
            if pause > usual.0 { (pause, "backing off after failures") } else { usual }
        }
    };
    let spread = spread(interval, visit.seed);
    let is_ours = !matches!(because, PUBLISHER | HOST | REFUSED);
    let at = match on_the_beat(now, interval, because, visit.hints, policy) {
        Some(beat) => later(beat, spread.min(BEAT_SPREAD)),
        // What we chose ourselves is never longer than the cap, spread included; what was asked of us never shorter.
        None if is_ours && interval + spread > policy.cap && interval.saturating_sub(spread) >= policy.floor => {
            later(now, interval.saturating_sub(spread))
        }
        None => later(later(now, interval), spread),
    };
    let at = if matches!(visit.outcome, Outcome::RetryAfter(_)) { at } else { past_skipped(at, visit.hints) };
    Next { at: Some(at), interval, because }
}

/// The first beat of `sy:updateBase` and its period, where the period is what decided: the feed is made anew then.
fn on_the_beat(now: Timestamp, interval: Duration, because: &str, hints: &Hints, policy: &Policy) -> Option<Timestamp> {
    let (period, base) = (hints.update_period?, hints.update_base?);
    if because != PUBLISHER || period != interval || period <= policy.floor {
        return None;
    }
    let period = i64::try_from(period.as_secs()).ok()?;
    let earliest = later(now, policy.floor.max(interval / 2)).as_second();
    let since = earliest - base.as_second();
    let beats = since.div_euclid(period) + i64::from(since.rem_euclid(period) > 0);
    Timestamp::from_second(base.as_second() + beats * period).ok()
}

fn usual_interval(now: Timestamp, visit: &Visit<'_>, policy: &Policy) -> (Duration, &'static str) {
    let Posting { rhythm, turnover } = posting(visit.hints, now, policy);
    let stated = [visit.freshness.fresh_for, visit.hints.ttl, visit.hints.update_period]
        .into_iter()
        .flatten()
        .filter(|stated| !stated.is_zero())
        .max();
    let floor = match stated {
        _ if !visit.has_validators => turnover
            .map_or(policy.floor_without_validators, |turnover| {
                turnover.min(policy.floor_without_validators).max(policy.least_without_validators)
            })
            .max(policy.floor),
        Some(stated) if stated < policy.floor => policy.floor_invited.min(policy.floor).max(stated.min(policy.floor)),
        _ => policy.floor,
    };
    let cap = policy.cap.max(floor);
    let own = rhythm.clamp(floor, cap);
    match stated.map(|stated| stated.min(cap)) {
        Some(stated) if stated > own => (stated, PUBLISHER),
        _ if own == floor && rhythm < floor && !visit.has_validators => {
            (own, "rarely, since every visit is a full download")
        }
        _ if own == floor && rhythm < floor => (own, "the shortest interval allowed"),
        _ => (own, "after its rhythm of posting"),
    }
}

/// How a feed posts.
struct Posting {
    /// Time until half an entry is to be expected.
    rhythm: Duration,
    /// Time in which half its document is new, at its mean pace; `None` where that is not known.
    turnover: Option<Duration>,
}

/// Reckons the time until half an entry is to be expected, from the pace of the last three weeks and the hours and
/// weekdays in which the feed posts; longer the longer nothing came.
fn posting(hints: &Hints, now: Timestamp, policy: &Policy) -> Posting {
    let now = now.as_second();
    let times = || hints.entry_times.iter().map(|at| at.as_second()).filter(|at| *at <= now);
    let Some(newest) = times().max() else { return Posting { rhythm: policy.floor, turnover: None } };
    let (hour, day) = (i64::try_from(HOUR).expect("an hour fits"), i64::try_from(DAY).expect("a day fits"));
    let silent = match (now - newest) / day {
        30.. => Some(policy.cap),
        14..30 => Some(policy.cap / 2),
        7..14 => Some(policy.cap / 4),
        _ => None,
    };
    if let Some(rhythm) = silent {
        return Posting { rhythm, turnover: None };
    }
    let recent: Vec<i64> = times().filter(|at| now - at <= PROFILE_DAYS * day).collect();
    // Counting up to now, not to the newest, lets a feed that went quiet slow down by itself.
    let span = (now - recent.iter().copied().min().unwrap_or(newest)).max(60);
    let count = recent.len().max(1) as f64;
    let per_second = count / span as f64;
    let turnover = (hints.window > 0).then(|| Duration::from_secs_f64(f64::from(hints.window) / 2.0 / per_second));

    // Entries by hour of the day and by weekday against what an even pace would give; a little of the even pace
    // is mixed in, so that a few entries make no profile.
    let (mut by_hour, mut by_day) = ([0.0; 24], [0.0; 7]);
    for at in &recent {
        by_hour[hour_of(*at)] += 1.0;
        by_day[weekday_of(*at)] += 1.0;
    }
    let smooth = |h: usize| 0.25 * by_hour[(h + 23) % 24] + 0.5 * by_hour[h] + 0.25 * by_hour[(h + 1) % 24];
    let (mut of_hour, mut of_day) = ([1.0; 24], [1.0; 7]);
    if span >= 3 * day {
        let even = count / 24.0;
        for (h, factor) in of_hour.iter_mut().enumerate() {
            *factor = (smooth(h) + EVEN_HOUR) / (even + EVEN_HOUR);
        }
    }
    if span >= 14 * day {
        let even = count / 7.0;
        for (d, factor) in of_day.iter_mut().enumerate() {
            *factor = (by_day[d] + EVEN_DAY) / (even + EVEN_DAY);
        }
    }
    let expected = f64::from(policy.expected_hundredths.max(1)) / 100.0;
    let wanted = if hints.window > 0 { expected.min(f64::from(hints.window) / 4.0) } else { expected };
    let cap = now + i64::try_from(policy.cap.as_secs()).unwrap_or(i64::MAX / 2);
    let (mut at, mut expected) = (now, 0.0);
    while at < cap {
        let end = (at.div_euclid(hour) + 1) * hour;
        let pace = per_second * of_hour[hour_of(at)] * of_day[weekday_of(at)];
        let more = pace * (end - at) as f64;
        if expected + more >= wanted {
            let seconds = (at - now) as f64 + (wanted - expected) / pace;
            return Posting { rhythm: Duration::from_secs_f64(seconds), turnover };
        }
        expected += more;
        at = end;
    }
    Posting { rhythm: policy.cap, turnover }
}

fn hour_of(second: i64) -> usize {
    usize::try_from(second.rem_euclid(86_400) / 3600).expect("below 24")
}

/// 0 is Monday; the first day of 1970 was a Thursday.
fn weekday_of(second: i64) -> usize {
    usize::try_from((second.div_euclid(86_400) + 3).rem_euclid(7)).expect("below 7")
}

/// Up to a tenth of the interval, from the seed alone.
fn spread(interval: Duration, seed: u64) -> Duration {
    // SplitMix64: neighbouring feed numbers come out far apart.
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let share = u32::try_from(z >> 48).expect("16 bits fit");
    interval / 10 * share / 65_536
}

/// The first full hour from `at` on that the feed does not skip; `at` itself when it skips everything.
fn past_skipped(at: Timestamp, hints: &Hints) -> Timestamp {
    if hints.skip_hours & 0xff_ffff == 0 && hints.skip_days & 0x7f == 0 {
        return at;
    }
    let skipped = |at: Timestamp| {
        let local = Offset::UTC.to_datetime(at);
        let weekday = local.weekday().to_monday_zero_offset();
        hints.skip_hours >> local.hour() & 1 == 1 || hints.skip_days >> weekday & 1 == 1
    };
    let hour = i64::try_from(HOUR).expect("an hour fits");
    let mut next = at;
    for _ in 0..24 * 8 {
        if !skipped(next) {
            return next;
        }
        let full = (next.as_second().div_euclid(hour) + 1) * hour;
        next = Timestamp::from_second(full).unwrap_or(at);
    }
    at
}

/// The next look at an article first seen at `first_seen_at`, by a ladder such as [`REVISITS`];
/// `None` when the ladder is done.
pub fn next_revisit(first_seen_at: Timestamp, now: Timestamp, ladder: &[Duration]) -> Option<Timestamp> {
    ladder.iter().map(|step| later(first_seen_at, *step)).find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-04T12:00:00Z".parse().unwrap() // a Wednesday
    }

    fn every(gap: u64, count: u64) -> Vec<Timestamp> {
        (0..count)
            .map(|i| now().saturating_sub(jiff::SignedDuration::from_secs(i64::try_from(i * gap).unwrap())).unwrap())
            .collect()
    }

    fn visit(hints: &Hints) -> Visit<'_> {
        Visit {
            outcome: Outcome::Fresh,
            freshness: Freshness::default(),
            hints,
            has_validators: true,
            failures: 0,
            seed: 7,
        }
    }

    fn check(visit: &Visit<'_>, minutes: u64, because: &str) {
        let next = next_visit(now(), visit, &Policy::default());
        assert_eq!((next.interval.as_secs() / 60, next.because), (minutes, because), "{visit:?}");
        if let (Some(at), 0, 0) = (next.at, visit.hints.skip_hours, visit.hints.skip_days) {
            let wait = Duration::try_from(at.duration_since(now())).unwrap();
            let was_asked = matches!(because, PUBLISHER | HOST | REFUSED);
            let least = if was_asked { next.interval } else { next.interval.mul_f64(0.9) };
            assert!(wait >= least && wait <= next.interval.mul_f64(1.1), "{wait:?}");
        }
    }

    #[test]
    fn interval_follows_the_rhythm_between_floor_and_cap() {
        let hints = |gap, count| Hints { entry_times: every(gap, count), ..Hints::default() };
        check(&visit(&hints(60, 50)), 60, "the shortest interval allowed");
        // At an even pace 171 minutes; but it posts at noon, and noon it is.
        check(&visit(&hints(6 * HOUR, 20)), 87, "after its rhythm of posting");
        check(&visit(&Hints::default()), 60, "after its rhythm of posting");
        let quiet = |days: u64| Hints { entry_times: every(days * DAY, 2).split_off(1), ..Hints::default() };
        check(&visit(&quiet(8)), 6 * 60, "after its rhythm of posting");
        check(&visit(&quiet(15)), 12 * 60, "after its rhythm of posting");
        check(&visit(&quiet(40)), 24 * 60, "after its rhythm of posting");
        let none = Hints::default();
        let rarely = "rarely, since every visit is a full download";
        check(&Visit { has_validators: false, ..visit(&none) }, 24 * 60, rarely);
        // Forty entries in as many hours: half a window of twenty is new in ten hours, half a window of four in two.
        let busy = |window| Hints { entry_times: every(HOUR, 41), window, ..Hints::default() };
        check(&Visit { has_validators: false, ..visit(&busy(20)) }, 585, rarely);
        check(&Visit { has_validators: false, ..visit(&busy(4)) }, 180, rarely);
    }

    #[test]
    fn a_feed_is_asked_when_it_usually_posts() {
        // Every day at 06:05 for three weeks; now is Wednesday noon.
        let times =
            (1..21).map(|d| now().checked_sub(jiff::SignedDuration::from_mins(d * 1_440 - 18 * 60 - 5)).unwrap());
        let hints = Hints { entry_times: times.filter(|at| *at <= now()).collect(), ..Hints::default() };
        let next = next_visit(now(), &visit(&hints), &Policy::default()).at.unwrap();
        let wait = next.duration_since(now()).as_mins();
        // At an even pace half an entry is due at midnight; by its profile towards six in the morning.
        assert!((15 * 60..21 * 60).contains(&wait), "{wait} min");
        // One that posts at noon is asked in the hours after.
        let at_noon = Hints { entry_times: every(DAY, 20), ..Hints::default() };
        let next = next_visit(now(), &visit(&at_noon), &Policy::default()).interval;
        assert!(next < Duration::from_secs(3 * HOUR), "{next:?}");
    }

    #[test]
    fn our_own_choice_is_never_longer_than_the_cap() {
        let quiet = Hints { entry_times: every(40 * DAY, 2).split_off(1), ..Hints::default() };
        for seed in 0..200 {
            let next = next_visit(now(), &Visit { seed, ..visit(&quiet) }, &Policy::default());
            let wait = Duration::try_from(next.at.unwrap().duration_since(now())).unwrap();
            assert!(wait <= Policy::default().cap && wait > Duration::from_secs(21 * HOUR), "{wait:?}");
        }
    }

    #[test]
    fn periods_are_counted_from_their_base() {
        let base = Some("2000-01-01T01:30:00Z".parse().unwrap());
        let hints = |hours: u64| Hints {
            entry_times: every(60, 50),
            update_period: Some(Duration::from_secs(hours * HOUR)),
            update_base: base,
            ..Hints::default()
        };
        let at = |hours| next_visit(now(), &visit(&hints(hours)), &Policy::default()).at.unwrap().to_string();
        assert!(at(6).starts_with("2026-03-04T19:3"), "{}", at(6));
        assert!(at(12).starts_with("2026-03-05T01:3"), "{}", at(12));
        // No longer than the floor: the floor decides.
        assert!(at(1).starts_with("2026-03-04T13:0"), "{}", at(1));
    }

    #[test]
    fn publishers_may_ask_for_less_and_for_more() {
        let busy = Hints { entry_times: every(60, 50), ..Hints::default() };
        let fresh = |minutes: u64| Freshness { fresh_for: Some(Duration::from_secs(minutes * 60)) };
        check(&Visit { freshness: fresh(180), ..visit(&busy) }, 180, "as the publisher asks");
        check(&Visit { freshness: fresh(60 * 24 * 365), ..visit(&busy) }, 24 * 60, "as the publisher asks");
        check(&Visit { freshness: fresh(20), ..visit(&busy) }, 20, "the shortest interval allowed");
        check(&Visit { freshness: fresh(1), ..visit(&busy) }, 15, "the shortest interval allowed");
        check(
            &Visit { freshness: fresh(1), has_validators: false, ..visit(&busy) },
            24 * 60,
            "rarely, since every visit is a full download",
        );
        let ttl = Hints { ttl: Some(Duration::from_secs(7200)), ..busy.clone() };
        check(&Visit { freshness: fresh(5), ..visit(&ttl) }, 120, "as the publisher asks");
        let period = Hints { update_period: Some(Duration::from_secs(4 * HOUR)), ..busy };
        check(&visit(&period), 240, "as the publisher asks");
    }

    #[test]
    fn failures_back_off_and_gone_ends() {
        let hints = Hints { entry_times: every(60, 50), ..Hints::default() };
        let failed = |outcome, failures| Visit { outcome, failures, ..visit(&hints) };
        check(&failed(Outcome::Failed, 1), 120, "backing off after failures");
        check(&failed(Outcome::Failed, 2), 240, "backing off after failures");
        check(&failed(Outcome::Status(500), 3), 480, "backing off after failures");
        check(&failed(Outcome::Failed, 4_000_000), 24 * 60, "backing off after failures");
        check(&failed(Outcome::Status(404), 1), 120, "backing off after failures");
        check(&failed(Outcome::Status(404), 2), 53 * 60, "refused more than once");
        let until = later(now(), Duration::from_secs(5 * HOUR));
        check(&failed(Outcome::RetryAfter(until), 1), 300, "the host asked to wait");
        let next = next_visit(now(), &failed(Outcome::Status(410), 1), &Policy::default());
        assert_eq!(next.at, None);
    }

    #[test]
    fn skipped_hours_and_days_are_left_out() {
        let check = |skip_hours: u32, skip_days: u8, expected: &str| {
            let hints = Hints { entry_times: every(60, 50), skip_hours, skip_days, ..Hints::default() };
            let next = next_visit(now(), &visit(&hints), &Policy::default());
            assert!(next.at.unwrap().to_string().starts_with(expected), "{next:?}");
        };
        check(0, 0, "2026-03-04T13:0");
        check(1 << 13 | 1 << 14, 0, "2026-03-04T15:00:00Z");
        check(0, 1 << 2, "2026-03-05T00:00:00Z");
        check(0xff_ffff, 0, "2026-03-04T13:0");
    }

    #[test]
    fn headers_state_how_long_an_answer_is_fresh() {
        let check = |headers: &[(&str, &str)], expected: Option<u64>| {
            let headers: Vec<(String, Vec<u8>)> =
                headers.iter().map(|(k, v)| ((*k).to_owned(), v.as_bytes().to_vec())).collect();
            assert_eq!(Freshness::of(&headers, now()).fresh_for.map(|d| d.as_secs()), expected, "{headers:?}");
        };
        check(&[], None);
        check(&[("cache-control", "public, max-age=300")], Some(300));
        check(&[("cache-control", "max-age=300"), ("age", "100")], Some(200));
        check(&[("Cache-Control", "MAX-AGE=\"60\"")], Some(60));
        check(&[("cache-control", "no-cache, max-age=300")], None);
        check(&[("cache-control", "max-age=soon"), ("expires", "Wed, 04 Mar 2026 13:00:00 GMT")], Some(3600));
        check(&[("date", "Wed, 04 Mar 2026 12:30:00 GMT"), ("expires", "Wed, 04 Mar 2026 13:00:00 GMT")], Some(1800));
        check(&[("expires", "0")], None);
        check(&[("expires", "Wed, 04 Mar 2020 13:00:00 GMT")], None);
    }

    #[test]
    fn revisits_thin_with_age() {
        let first = now();
        let at = |seconds| later(first, Duration::from_secs(seconds));
        assert_eq!(next_revisit(first, first, &REVISITS), Some(at(900)));
        assert_eq!(next_revisit(first, at(900), &REVISITS), Some(at(HOUR)));
        assert_eq!(next_revisit(first, at(2 * DAY), &REVISITS), Some(at(3 * DAY)));
        assert_eq!(next_revisit(first, at(400 * DAY), &REVISITS), None);
    }
}
