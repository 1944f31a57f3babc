//! One pass over one feed: ask, read, record its entries and its next visit.

use crate::{Counters, Ingest, Result};
use archive::{EntryState, FetchFact, Poll, PollOutcome};
use fetch::Fetched;
use fetch::schedule::{Freshness, Hints, Outcome, Visit, next_visit};
use jiff::Timestamp;
use news::entry::Entry;
use news::feed::{Feed, FeedKind, Validators};
use std::time::Duration;
use url::Url;

/// Sitemaps that are followed from an index of sitemaps, newest first.
const SITEMAPS_FOLLOWED: usize = 3;

/// What asking came to, before it is written.
struct Asked {
    outcome: Outcome,
    poll: PollOutcome,
    status: Option<u16>,
    final_url: Option<String>,
    size_bytes: u64,
    media_type: Option<String>,
    record: Option<news::id::RecordId>,
    validators: Option<Validators>,
    has_validators: bool,
    freshness: Freshness,
    hints: Hints,
    title: Option<String>,
    newest_entry_at: Option<Timestamp>,
    moved_to: Option<String>,
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
            validators: None,
            has_validators: false,
            freshness: Freshness::default(),
            hints: Hints::default(),
            title: None,
            newest_entry_at: None,
            moved_to: None,
            error: Some(error),
        }
    }
}

impl Ingest {
    /// Asks one feed and records what came of it.
    pub(crate) async fn poll(&self, feed: Feed) -> Result<()> {
        let at = Timestamp::now();
        Counters::add(&self.counters.feeds, 1);
        let asked = match Url::parse(&feed.url) {
            Ok(url) => self.ask(&feed, &url, at).await?,
            Err(error) => Asked::failed(Outcome::Failed, None, format!("`{}` is no address: {error}", feed.url)),
        };
        let now = Timestamp::now();
        let is_failure = asked.error.is_some();
        let visit = Visit {
            outcome: asked.outcome,
            freshness: asked.freshness,
            hints: &asked.hints,
            has_validators: asked.has_validators,
            failures: if is_failure { feed.failures + 1 } else { 0 },
            seed: feed.id.0 as u64 ^ (now.as_second() as u64) << 20,
        };
        let next = next_visit(now, &visit, &self.settings.feeds);
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
            },
            validators: asked.validators,
            outcome: asked.poll,
            next_due_at: next.at,
            interval_seconds: i64::try_from(next.interval.as_secs()).unwrap_or(i64::MAX),
            newest_entry_at: asked.newest_entry_at,
            title: asked.title,
            error: asked.error,
            moved_to: asked.moved_to,
        };
        self.blocking(move |archive| archive.record_poll(poll)).await?;
        Ok(())
    }

    async fn ask(&self, feed: &Feed, url: &Url, at: Timestamp) -> Result<Asked> {
        let since = fetch::Validators {
            etag: feed.validators.etag.clone(),
            last_modified: feed.validators.last_modified.clone(),
        };
        let answer = match feed.kind {
            FeedKind::Feed | FeedKind::Sitemap => self.fetch.feed(url, &since, at).await,
            FeedKind::Page => self.fetch.page(url, at).await.map(Fetched::Fresh),
        };
        let response = match answer {
            Ok(Fetched::Fresh(response)) => response,
            Ok(Fetched::NotModified { validators, headers }) => {
                let mut asked = Asked::failed(Outcome::NotModified, Some(304), String::new());
                asked.poll = PollOutcome::NotModified;
                asked.error = None;
                asked.has_validators = true;
                asked.freshness = Freshness::of(&headers, at);
                asked.validators = Some(Validators { etag: validators.etag, last_modified: validators.last_modified });
                return Ok(asked);
            }
            Err(error) => {
                let (outcome, status) = match &error {
                    fetch::Error::RetryAfter { until, status, .. } => (Outcome::RetryAfter(*until), *status),
                    _ => (Outcome::Failed, None),
                };
                return Ok(Asked::failed(outcome, status, error.to_string()));
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
        Ok(asked)
    }

    /// Reads a full answer and records its entries.
    async fn take_in(&self, feed: &Feed, response: fetch::Response) -> Result<Asked> {
        let now = response.received_at;
        let status = Some(response.status);
        let validators = response.validators();
        let moved_to = (response.moved_for_good() && feed.kind != FeedKind::Page).then(|| response.url.to_string());
        let read = match read(feed.kind, &response, self.settings.entries_limit) {
            Ok(read) => read,
            Err(error) => return Ok(Asked::failed(Outcome::Failed, status, error)),
        };
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
        entries.truncate(self.settings.entries_limit);
        for entry in &mut entries {
            entry.url = entry.url.as_deref().map(archive::without_trackers);
        }
        let entry_times: Vec<Timestamp> = entries
            .iter()
            .filter_map(|e| e.published_at.or(e.updated_at))
            .map(|m| m.at)
            .filter(|at| *at <= now)
            .collect();
        let count = entries.len();
        let id = feed.id;
        let states: Vec<EntryState> = self.blocking(move |archive| archive.record_entries(id, &entries, now)).await?;
        let entries_new = states.iter().filter(|state| state.is_new).count();
        Counters::add(&self.counters.entries_new, entries_new as u64);
        let final_url = (response.url != response.requested).then(|| response.url.to_string());
        let media_type = response.header("content-type").map(str::to_owned);
        let freshness = Freshness::of(&response.headers, now);
        // A document that brought nothing new need not be kept a second time.
        let record = match states.iter().any(|state| state.is_new || state.is_changed) {
            true => Some(self.keep_response(response).await?),
            false => None,
        };
        let newest_entry_at = entry_times.iter().copied().max().or((entries_new > 0).then_some(now));
        Ok(Asked {
            outcome: Outcome::Fresh,
            poll: PollOutcome::Fresh {
                entries: u32::try_from(count).unwrap_or(u32::MAX),
                new: u32::try_from(entries_new).unwrap_or(u32::MAX),
            },
            status,
            final_url,
            size_bytes: 0,
            media_type,
            record,
            has_validators: validators.etag.is_some() || validators.last_modified.is_some(),
            validators: Some(Validators { etag: validators.etag, last_modified: validators.last_modified }),
            freshness,
            hints: Hints { entry_times, ..read.hints },
            title: read.title,
            newest_entry_at,
            moved_to,
            error: None,
        })
    }
}

/// What one document holds.
struct Read {
    title: Option<String>,
    entries: Vec<Entry>,
    sitemaps: Vec<Url>,
    hints: Hints,
}

fn read(kind: FeedKind, response: &fetch::Response, limit: usize) -> std::result::Result<Read, String> {
    if kind == FeedKind::Page {
        let html = article::decode(&response.body, response.header("content-type"));
        let mut entries = feed::links::articles(&html, &response.url);
        entries.truncate(limit);
        return Ok(Read { title: None, entries, sitemaps: Vec::new(), hints: Hints::default() });
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
        sitemaps: sitemaps(&document),
        hints: hints(&document),
    })
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

/// What the feed says of its own pace.
fn hints(document: &feed::Document) -> Hints {
    let number = |name: &str| match document.feed.extra(name) {
        Some(feed::document::Extra::Text(text)) => text.trim().parse::<u64>().ok(),
        _ => None,
    };
    Hints { ttl: number("ttl").map(|minutes| Duration::from_secs(minutes.min(100_000) * 60)), ..Hints::default() }
}
