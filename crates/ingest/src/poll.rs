//! One pass over one feed: ask, read, record its entries and its next visit.

use crate::{Counters, Ingest, Result};
use archive::{EntryState, FetchFact, Poll, PollOutcome, Silence, Whereabouts};
use fetch::Fetched;
use fetch::schedule::{Freshness, Hints, Outcome, Visit, next_visit};
use jiff::{SignedDuration, Timestamp};
use news::entry::Entry;
use news::feed::{Feed, FeedKind, Moving, Pace, Validators};
use news::id::FeedId;
use std::time::Duration;
use url::Url;

/// Sitemaps that are followed from an index of sitemaps, newest first.
const SITEMAPS_FOLLOWED: usize = 3;
/// How long a feed is left alone whose hub delivers what is new.
const WHILE_DELIVERED: Duration = Duration::from_secs(12 * 3_600);
/// Times of posting that are remembered of one feed, and for how long.
const TIMES_KEPT: usize = 200;
const TIMES_DAYS: i64 = 28;

/// What the entries of one document came to.
pub(crate) struct Taken {
    pub(crate) entries: u32,
    pub(crate) new: u32,
    /// Whether one of them is new or changed, so that the document is worth keeping.
    pub(crate) brought_something: bool,
    pub(crate) newest_entry_at: Option<Timestamp>,
    posted_at: Vec<Timestamp>,
}

/// What asking came to, before it is written.
struct Asked {
    outcome: Outcome,
    poll: PollOutcome,
    status: Option<u16>,
    final_url: Option<String>,
    size_bytes: u64,
    media_type: Option<String>,
    record: Option<news::id::RecordId>,
    reserved: Option<String>,
    validators: Option<Validators>,
    pace: Option<Pace>,
    title: Option<String>,
    newest_entry_at: Option<Timestamp>,
    whereabouts: Whereabouts,
    error: Option<String>,
}

impl Asked {
    fn failed(outcome: Outcome, status: Option<u16>, error: String) -> Self {
        let poll = if status == Some(410) { PollOutcome::Gone } else { PollOutcome::Failed };
        Asked {
            outcome,
            poll,
            status,
            final_url: None,
            size_bytes: 0,
            media_type: None,
            record: None,
            reserved: None,
            validators: None,
            pace: None,
            title: None,
            newest_entry_at: None,
            whereabouts: Whereabouts::Unknown,
            error: Some(error),
        }
    }
}

impl Ingest {
    /// Asks one feed, if it is due still, and records what came of it.
    pub(crate) async fn poll(&self, id: FeedId) -> Result<()> {
        let at = self.clock.now();
        let Some(feed) = self.blocking(move |archive| archive.feed(id)).await? else { return Ok(()) };
        if feed.due_at.is_none_or(|due| due > at) {
            return Ok(());
        }
        let asked = match Url::parse(&feed.url) {
            Ok(url) => match self.ask(&feed, &url, at).await? {
                Some(asked) => asked,
                None => return Ok(()),
            },
            Err(error) => Asked::failed(Outcome::Failed, None, format!("`{}` is no address: {error}", feed.url)),
        };
        Counters::add(&self.counters.feeds, 1);
        let now = self.clock.now();
        let is_failure = asked.error.is_some();
        let pace = asked.pace.as_ref().unwrap_or(&feed.pace);
        let validators = asked.validators.as_ref().unwrap_or(&feed.validators);
        // Of a feed that was never read nobody can say that it gives none.
        let is_unread = feed.full_at.is_none() && is_failure;
        let visit = Visit {
            outcome: asked.outcome,
            freshness: Freshness { fresh_for: pace.fresh_for },
            hints: &hints(pace),
            has_validators: is_unread || validators.etag.is_some() || validators.last_modified.is_some(),
            failures: if is_failure { feed.failures + 1 } else { 0 },
            seed: feed.id.0 as u64 ^ (now.as_second() as u64) << 20,
        };
        let mut next = next_visit(now, &visit, &self.settings.feeds);
        if asked.error.is_none() && self.heard_of(feed.id, asked.poll, now).await? {
            next = next.not_before(now, WHILE_DELIVERED.min(self.settings.feeds.cap), "its hub delivers what is new");
        }
        if let Some(error) = &asked.error {
            Counters::add(&self.counters.feeds_failed, 1);
            tracing::warn!(feed.id = feed.id.0, error, "feed failed");
        }
        let poll = Poll {
            feed: feed.id,
            fetch: FetchFact {
                url: feed.url,
                final_url: asked.final_url,
                at,
                duration_ms: u64::try_from(now.duration_since(at).as_millis()).unwrap_or(0),
                status: asked.status,
                size_bytes: asked.size_bytes,
                media_type: asked.media_type,
                record: asked.record,
                reserved: asked.reserved,
            },
            validators: asked.validators,
            outcome: asked.poll,
            next_due_at: next.at,
            interval_seconds: i64::try_from(next.interval.as_secs()).unwrap_or(i64::MAX),
            newest_entry_at: asked.newest_entry_at,
            title: asked.title,
            error: asked.error,
            whereabouts: asked.whereabouts,
            pace: asked.pace,
            decided: match asked.poll {
                PollOutcome::Duplicate => "the same as another feed".to_owned(),
                _ => next.because.to_owned(),
            },
        };
        self.blocking(move |archive| archive.record_poll(poll)).await?;
        Ok(())
    }

    /// Keeps what a host asked for beyond the end of the process.
    pub(crate) async fn remember_silence(&self, error: Option<&fetch::Error>) -> Result<()> {
        let Some(fetch::Error::RetryAfter { origin, until, status: Some(status), .. }) = error else { return Ok(()) };
        let silence = Silence { origin: origin.clone(), until: *until, status: Some(*status) };
        let now = self.clock.now();
        self.blocking(move |archive| archive.record_silence(silence, now)).await
    }

    /// Takes up the silences that hosts asked an earlier run for.
    pub(crate) async fn keep_silences(&self) -> Result<()> {
        let now = self.clock.now();
        for silence in self.blocking(move |archive| archive.silences(now)).await? {
            if let Ok(url) = Url::parse(&silence.origin) {
                self.fetch.keep_silent(&url, silence.until);
            }
        }
        Ok(())
    }

    /// Asks a feed; `None` when nothing was sent because its host asked for silence earlier.
    async fn ask(&self, feed: &Feed, url: &Url, at: Timestamp) -> Result<Option<Asked>> {
        let stuck = feed.full_at.is_some_and(|full| is_longer(at.duration_since(full), self.settings.validators_held));
        let since = match stuck {
            true => fetch::Validators::default(),
            false => fetch::Validators {
                etag: feed.validators.etag.clone(),
                last_modified: feed.validators.last_modified.clone(),
            },
        };
        let answer = match feed.kind {
            FeedKind::Feed | FeedKind::Sitemap => self.fetch.feed(url, &since, at).await,
            FeedKind::Page => self.fetch.page(url, at).await.map(Fetched::Fresh),
        };
        self.remember_silence(answer.as_ref().err()).await?;
        let response = match answer {
            Ok(Fetched::Fresh(response)) => response,
            Ok(Fetched::NotModified { validators, response }) => {
                let mut asked = Asked::failed(Outcome::NotModified, Some(304), String::new());
                asked.poll = PollOutcome::NotModified;
                asked.error = None;
                asked.final_url = (response.url != response.requested).then(|| response.url.to_string());
                asked.validators = Some(Validators { etag: validators.etag, last_modified: validators.last_modified });
                let fresh_for = Freshness::of(&response.headers, at).fresh_for;
                if fresh_for.is_some() && fresh_for != feed.pace.fresh_for {
                    asked.pace = Some(Pace { fresh_for, ..feed.pace.clone() });
                }
                self.place(feed, &response, at, &mut asked).await?;
                return Ok(Some(asked));
            }
            Err(fetch::Error::RetryAfter { until, status: None, .. }) => {
                let id = feed.id;
                self.blocking(move |archive| archive.put_off_feed(id, until, "its host asked to be left alone"))
                    .await?;
                return Ok(None);
            }
            Err(error) => {
                let (outcome, status) = match &error {
                    fetch::Error::RetryAfter { until, status, .. } => (Outcome::RetryAfter(*until), *status),
                    _ => (Outcome::Failed, None),
                };
                return Ok(Some(Asked::failed(outcome, status, error.to_string())));
            }
        };
        let size_bytes = response.body_received.len() as u64;
        let mut asked = match response.status {
            200..=299 => self.take_in(feed, response).await?,
            410 => {
                let error = format!("answered 410 Gone; remove it with `readout feed remove {}`", feed.id);
                Asked::failed(Outcome::Status(410), Some(410), error)
            }
            status => Asked::failed(Outcome::Status(status), Some(status), format!("answered {status}")),
        };
        asked.size_bytes = size_bytes;
        Ok(Some(asked))
    }

    /// Reads a full answer and records its entries.
    async fn take_in(&self, feed: &Feed, response: fetch::Response) -> Result<Asked> {
        let now = response.received_at;
        let status = Some(response.status);
        let validators = response.validators();
        let read = match read(feed.kind, &response, self.settings.entries_limit) {
            Ok(read) => read,
            Err(error) => return Ok(Asked::failed(Outcome::Failed, status, error)),
        };
        let mut asked = Asked::failed(Outcome::Fresh, status, String::new());
        asked.error = None;
        asked.final_url = (response.url != response.requested).then(|| response.url.to_string());
        self.place(feed, &response, now, &mut asked).await?;
        if asked.error.is_some() {
            return Ok(asked);
        }
        let mut entries = read.entries;
        for child in read.sitemaps.iter().take(SITEMAPS_FOLLOWED) {
            let none = fetch::Validators::default();
            if let Ok(Fetched::Fresh(inner)) = self.fetch.feed(child, &none, now).await
                && inner.status == 200
                && let Ok(inner) = self::read(FeedKind::Sitemap, &inner, self.settings.entries_limit)
            {
                entries.extend(inner.entries);
            }
        }
        let taken = self.take_entries(feed.id, entries, now).await?;
        let pace = Pace {
            fresh_for: Freshness::of(&response.headers, now).fresh_for,
            entries: taken.entries,
            posted_at: times(taken.posted_at.iter().chain(&feed.pace.posted_at).copied()),
            ..read.pace
        };
        if feed.kind == FeedKind::Feed {
            self.want_hub(feed, &response, read.hub).await?;
        }
        asked.media_type = response.header("content-type").map(str::to_owned);
        asked.reserved = fetch::tdm::stated(&response).map(|said| said.to_string());
        // A document that brought nothing new need not be kept a second time.
        asked.record = match taken.brought_something {
            true => Some(self.keep_response(response).await?),
            false => None,
        };
        asked.poll = PollOutcome::Fresh { entries: taken.entries, new: taken.new };
        asked.validators = Some(Validators { etag: validators.etag, last_modified: validators.last_modified });
        asked.newest_entry_at = taken.newest_entry_at;
        asked.pace = Some(pace);
        asked.title = read.title;
        Ok(asked)
    }

    /// Records the entries of one document, whoever brought it.
    pub(crate) async fn take_entries(&self, feed: FeedId, mut entries: Vec<Entry>, now: Timestamp) -> Result<Taken> {
        entries.truncate(self.settings.entries_limit);
        for entry in &mut entries {
            entry.url = entry.url.as_deref().map(archive::without_trackers);
        }
        let stated: Vec<Option<Timestamp>> = entries
            .iter()
            .map(|e| e.published_at.or(e.updated_at).map(|moment| moment.at).filter(|at| *at <= now))
            .collect();
        let states: Vec<EntryState> = self.blocking(move |archive| archive.record_entries(feed, &entries, now)).await?;
        let new = states.iter().filter(|state| state.is_new).count();
        Counters::add(&self.counters.entries_new, new as u64);
        // An entry that states no time was posted, as far as we can tell, when it was first seen.
        let posted = stated.iter().zip(&states).filter_map(|(at, state)| at.or(state.is_new.then_some(now)));
        Ok(Taken {
            entries: u32::try_from(stated.len()).unwrap_or(u32::MAX),
            new: u32::try_from(new).unwrap_or(u32::MAX),
            brought_something: states.iter().any(|state| state.is_new || state.is_changed),
            newest_entry_at: stated.iter().flatten().copied().max().or((new > 0).then_some(now)),
            posted_at: posted.collect(),
        })
    }

    /// Sees where a good answer came from: whether the feed is moving, has moved, or is one that is followed already.
    async fn place(&self, feed: &Feed, response: &fetch::Response, now: Timestamp, asked: &mut Asked) -> Result<()> {
        let at = response.url.to_string();
        let held = response.moved_for_good() && feed.kind != FeedKind::Page;
        asked.whereabouts = match &feed.moving {
            _ if !held => Whereabouts::Here,
            Some(moving) if moving.to == at => {
                match is_longer(now.duration_since(moving.since_at), self.settings.move_after) {
                    true => Whereabouts::Moved { to: at.clone() },
                    false => Whereabouts::Moving(moving.clone()),
                }
            }
            _ => Whereabouts::Moving(Moving { to: at.clone(), since_at: now }),
        };
        let is_first = feed.last_success_at.is_none();
        if !is_first && !matches!(asked.whereabouts, Whereabouts::Moved { .. }) {
            return Ok(());
        }
        let id = feed.id;
        if let Some(other) = self.blocking(move |archive| archive.feed_answering_at(&at, id)).await? {
            asked.poll = PollOutcome::Duplicate;
            asked.whereabouts = Whereabouts::Unknown;
            asked.error = Some(format!(
                "leads to the same address as feed {other}, which is followed already; \
                 remove this one with `readout feed remove {id}`"
            ));
        }
        Ok(())
    }
}

fn is_longer(span: SignedDuration, than: Duration) -> bool {
    SignedDuration::try_from(than).is_ok_and(|than| span > than)
}

/// Times of posting as they are remembered: newest first, each once, those of the weeks before the newest. A feed
/// that fell silent so keeps the rhythm it had.
fn times(all: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = all.filter_map(|at| Timestamp::from_second(at.as_second()).ok()).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.dedup();
    times.truncate(TIMES_KEPT);
    if let Some(newest) = times.first().copied() {
        times.retain(|at| newest.duration_since(*at).as_hours() <= TIMES_DAYS * 24);
    }
    times
}

/// A pace in the words of the reckoning.
fn hints(pace: &Pace) -> Hints {
    Hints {
        ttl: pace.ttl,
        update_period: pace.update_period,
        update_base: pace.update_base_at,
        skip_hours: pace.skip_hours,
        skip_days: pace.skip_days,
        window: pace.entries,
        entry_times: pace.posted_at.clone(),
    }
}

/// What one document holds.
#[derive(Default)]
struct Read {
    title: Option<String>,
    /// The hub and the address it knows the feed by, as the document states them.
    hub: fetch::websub::Advertised,
    entries: Vec<Entry>,
    sitemaps: Vec<Url>,
    pace: Pace,
}

fn read(kind: FeedKind, response: &fetch::Response, limit: usize) -> std::result::Result<Read, String> {
    if kind == FeedKind::Page {
        let html = article::decode(&response.body, response.header("content-type"));
        let mut entries = feed::links::articles(&html, &response.url);
        entries.truncate(limit);
        return Ok(Read { entries, ..Read::default() });
    }
    let headers = feed::Headers {
        content_type: response.header("content-type").map(str::to_owned),
        content_location: response.header("content-location").map(str::to_owned),
        content_language: response.header("content-language").map(str::to_owned),
        limit_bytes: Some(50 << 20),
    };
    let parsed = feed::parse(&response.body, &response.url, &headers).map_err(|error| error.to_string())?;
    let document = parsed.value;
    Ok(Read {
        title: document.feed.title.as_ref().map(|title| title.plain()).filter(|title| !title.is_empty()),
        entries: match document.version == "sitemapindex" {
            true => Vec::new(),
            false => document.entries(),
        },
        hub: stated_hub(&document, &response.url),
        sitemaps: sitemaps(&document),
        pace: stated_pace(&document),
    })
}

/// The hub that the document itself names.
fn stated_hub(document: &feed::Document, base: &Url) -> fetch::websub::Advertised {
    let link = |rel: &str| {
        let links = document.feed.links.iter().filter(|link| link.rel.eq_ignore_ascii_case(rel));
        links
            .filter_map(|link| base.join(link.href.as_deref()?).ok())
            .find(|url| matches!(url.scheme(), "http" | "https"))
    };
    fetch::websub::Advertised { hub: link("hub"), topic: link("self") }
}

/// The sitemaps that an index of sitemaps lists, newest first.
fn sitemaps(document: &feed::Document) -> Vec<Url> {
    if document.version != "sitemapindex" {
        return Vec::new();
    }
    let mut listed: Vec<_> = document.items.iter().collect();
    listed.sort_by_key(|item| std::cmp::Reverse(item.updated.or(item.published).map(|moment| moment.at)));
    listed.iter().filter_map(|item| Url::parse(item.link.as_deref()?).ok()).collect()
}

/// What the feed says of its own pace. Values that cannot be read say nothing.
fn stated_pace(document: &feed::Document) -> Pace {
    use feed::document::Extra;
    let text = |name: &str| match document.feed.extra(name) {
        Some(Extra::Text(text)) => Some(text.trim()),
        _ => None,
    };
    let list = |name: &str| -> Vec<&str> {
        match document.feed.extra(name) {
            Some(Extra::Text(text)) => vec![text.trim()],
            Some(Extra::List(list)) => list
                .iter()
                .filter_map(|item| match item {
                    Extra::Text(text) => Some(text.trim()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    };
    let period = text("sy_updateperiod").map(str::to_ascii_lowercase);
    let frequency = text("sy_updatefrequency").and_then(|n| n.parse::<u32>().ok()).filter(|n| *n > 0);
    // The module's defaults: daily, once.
    let period = match (period.as_deref(), frequency) {
        (None, None) => None,
        (Some("hourly"), _) => Some(3_600),
        (Some("daily") | None, _) => Some(86_400),
        (Some("weekly"), _) => Some(7 * 86_400),
        (Some("monthly"), _) => Some(30 * 86_400),
        (Some("yearly"), _) => Some(365 * 86_400),
        (Some(_), _) => None,
    };
    // Hour 24 is midnight in old files.
    let hours = list("skiphours").into_iter().filter_map(|hour| hour.parse::<u32>().ok()).filter(|hour| *hour <= 24);
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let skip_days = list("skipdays")
        .into_iter()
        .filter_map(|day| days.iter().position(|name| day.to_ascii_lowercase().starts_with(name)));
    Pace {
        ttl: text("ttl")
            .and_then(|n| n.parse::<u64>().ok())
            .map(|minutes| Duration::from_secs(minutes.min(100_000) * 60)),
        update_period: period.map(|seconds| Duration::from_secs(seconds) / frequency.unwrap_or(1)),
        update_base_at: text("sy_updatebase").and_then(base),
        skip_hours: hours.fold(0, |bits, hour| bits | 1 << (hour % 24)),
        skip_days: skip_days.fold(0, |bits, day| bits | 1 << day),
        ..Pace::default()
    }
}

/// `sy:updateBase`, a W3C date that often lacks its seconds.
fn base(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        // `2000-01-01T12:00+00:00`: the seconds go in before the zone.
        let (head, zone) = text.split_at_checked(16)?;
        format!("{head}:00{zone}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_is_found_in_every_kind_of_feed() {
        let check = |document: &str, expected: (Option<&str>, Option<&str>)| {
            let url = Url::parse("https://a.example/feed").unwrap();
            let document = feed::parse(document.as_bytes(), &url, &feed::Headers::default()).unwrap().value;
            let found = stated_hub(&document, &url);
            assert_eq!((found.hub.as_ref().map(Url::as_str), found.topic.as_ref().map(Url::as_str)), expected);
        };
        let both = (Some("https://hub.example/"), Some("https://a.example/news"));
        check(
            "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>x</title>\
             <a:link rel='hub' href='https://hub.example/'/><a:link rel='self' href='/news'/></channel></rss>",
            both,
        );
        check(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title><link rel='HUB' href='https://hub.example/'/>\
             <link rel='self' href='https://a.example/news'/></feed>",
            both,
        );
        check(
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "x", "feed_url": "https://a.example/news",
                "hubs": [{"type": "rssCloud", "url": "https://other.example/"},
                         {"type": "WebSub", "url": "https://hub.example/"}], "items": []}"#,
            both,
        );
        check(
            "<rss version='2.0'><channel><title>x</title><item><title>y</title></item></channel></rss>",
            (None, None),
        );
    }

    #[test]
    fn the_pace_a_feed_states_is_read_in_full() {
        let check = |inner: &str, expected: &str| {
            let xml = format!(
                "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>x</title>\
                 {inner}<item><title>t</title></item></channel></rss>"
            );
            let url = Url::parse("https://a.example/feed").unwrap();
            let document = feed::parse(xml.as_bytes(), &url, &feed::Headers::default()).unwrap().value;
            let pace = stated_pace(&document);
            let minutes =
                |span: Option<Duration>| span.map_or("-".to_owned(), |span| (span.as_secs() / 60).to_string());
            let base = pace.update_base_at.map_or("-".to_owned(), |at| at.to_string());
            let got = format!(
                "{} {} {base} {:x} {:x}",
                minutes(pace.ttl),
                minutes(pace.update_period),
                pace.skip_hours,
                pace.skip_days
            );
            assert_eq!(got, expected, "{inner}");
        };
        check("", "- - - 0 0");
        check("<ttl>30</ttl>", "30 - - 0 0");
        check("<ttl>soon</ttl>", "- - - 0 0");
        check("<sy:updatePeriod>hourly</sy:updatePeriod>", "- 60 - 0 0");
        check("<sy:updateFrequency>4</sy:updateFrequency>", "- 360 - 0 0");
        check(
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>\
             <sy:updateBase>2000-01-01T12:00+00:00</sy:updateBase>",
            "- 720 2000-01-01T12:00:00Z 0 0",
        );
        check("<sy:updatePeriod>often</sy:updatePeriod>", "- - - 0 0");
        check("<skipHours><hour>0</hour><hour>24</hour><hour>3</hour><hour>99</hour></skipHours>", "- - - 9 0");
        check("<skipHours><hour>5</hour></skipHours>", "- - - 20 0");
        check("<skipDays><day>Saturday</day><day>sunday</day><day>Someday</day></skipDays>", "- - - 0 60");
    }
}
