//! Follows one article from its address to a revision: fetch, read, compare, place, record.

use crate::read::{self, Around, Page, by_outlet};
use crate::reread::Changed;
use crate::{Counters, Ingest, NewText, Result};
use archive::{AsOf, NextVisit, Response, Visit, VisitFact, VisitOutcome};
use article::{Change, Guide, Refusal};
use jiff::{SignedDuration, Timestamp};
use news::article::{Article, Held};
use news::entry::Entry;
use news::id::RecordId;
use news::outlet::OutletKind;
use news::parsed::Problem;
use news::revision::{Digest, Revision};
use news::statement::Statement;
use url::Url;

/// Visits that must fail before an article is kept as its feed states it.
const FAILURES_BEFORE_FEED_TEXT: u32 = 2;

/// An article as read, and what went wrong on the way.
type Reading = (Article, Vec<Problem>);

/// What one visit came to, before it is written.
struct Seen {
    outcome: VisitOutcome,
    status: Option<u16>,
    final_url: Option<String>,
    record: Option<RecordId>,
    next: NextVisit,
}

impl Ingest {
    /// Visits one article and records what came of it.
    pub(crate) async fn follow(&self, visit: Visit) -> Result<()> {
        let now = self.clock.now();
        Counters::add(&self.counters.pages, 1);
        let Ok(url) = Url::parse(&visit.url) else {
            let error = format!("`{}` is no address", visit.url);
            return self.close(&visit, now, failed(error, NextVisit::Never), None).await;
        };
        let mut reserved = None;
        let answer = self.fetch.page(&url, now).await;
        self.remember_silence(answer.as_ref().err()).await?;
        let seen = match answer {
            Ok(response) => {
                reserved = self.fetch.reservation(&response, now).await.map(|said| said.to_string());
                self.read(&visit, &url, response).await?
            }
            Err(fetch::Error::Refused { .. }) => {
                self.keep_entry(&visit, now).await?;
                let outcome = VisitOutcome::Refused { why: "robots".to_owned() };
                Seen { outcome, status: None, final_url: None, record: None, next: self.next(&visit, now) }
            }
            Err(fetch::Error::RetryAfter { until, status, .. }) => {
                let mut seen = failed(format!("the host asked to be left alone until {until}"), NextVisit::At(until));
                seen.status = status;
                seen
            }
            Err(error @ fetch::Error::PrivateAddress { .. }) => failed(error.to_string(), NextVisit::Never),
            Err(error) => {
                if visit.visits + 1 >= FAILURES_BEFORE_FEED_TEXT {
                    self.keep_entry(&visit, now).await?;
                }
                failed(error.to_string(), NextVisit::At(back_off(&visit, now)))
            }
        };
        self.close(&visit, now, seen, reserved).await
    }

    /// Reads the answer to a visit, keeps what it brought, and says what it came to.
    async fn read(&self, visit: &Visit, url: &Url, response: fetch::Response) -> Result<Seen> {
        let at = response.received_at;
        let status = response.status;
        let final_url = (response.url != *url).then(|| response.url.to_string());
        let seen =
            |outcome, record, next| Seen { outcome, status: Some(status), final_url: final_url.clone(), record, next };
        let why = match status {
            200..=299 => None,
            404 | 410 => {
                let outcome = VisitOutcome::NotFound { why: status.to_string() };
                return Ok(seen(outcome, None, NextVisit::OnSchedule));
            }
            400..=499 => Some(format!("http-{status}")),
            _ => {
                let error = format!("answered {status}");
                return Ok(seen(VisitOutcome::Failed { error }, None, NextVisit::At(back_off(visit, at))));
            }
        };
        if let Some(why) = why {
            self.keep_entry(visit, at).await?;
            return Ok(seen(VisitOutcome::Refused { why }, None, self.next(visit, at)));
        }
        let media_type = response.header("content-type").unwrap_or("").to_ascii_lowercase();
        if !(media_type.is_empty() || media_type.contains("html") || media_type.starts_with("text/")) {
            self.keep_entry(visit, at).await?;
            let outcome = VisitOutcome::Refused { why: "not-html".to_owned() };
            return Ok(seen(outcome, None, self.next(visit, at)));
        }
        let (page, response) = self.read_page(visit, url, response).await?;
        match page {
            Page::Refused(refusal @ (Refusal::FrontPage | Refusal::SoftNotFound)) => {
                let outcome = VisitOutcome::NotFound { why: refusal.word().to_owned() };
                Ok(seen(outcome, None, NextVisit::OnSchedule))
            }
            Page::Refused(refusal) => {
                self.keep_entry(visit, at).await?;
                let outcome = VisitOutcome::Refused { why: refusal.word().to_owned() };
                Ok(seen(outcome, None, self.next(visit, at)))
            }
            Page::Article { article, problems } => {
                let last = self.last(visit).await?;
                let mut change = article::revise(last.as_ref().map(|last| &last.content), &article);
                if let (Change::Revised(_), Some(last)) = (change, &last)
                    && let Some((again, problems)) = self.as_read_now(visit, url, last).await?
                {
                    // Another extraction or other rules since then are no edit of the outlet's.
                    change = article::revise(Some(&again), &article);
                    if matches!(change, Change::Revised(_)) && again != last.content {
                        // What is shown between the two is then the outlet's edit alone.
                        self.keep_reading(visit, last, again, problems, at).await?;
                    }
                }
                let rank = match change {
                    Change::Unchanged => return Ok(seen(VisitOutcome::Unchanged, None, self.next(visit, at))),
                    Change::First => None,
                    Change::Revised(rank) => Some(rank),
                };
                let raw_digest = Digest::of(&response.body_received);
                let record = self.keep_response(response).await?;
                let text = NewText {
                    article: visit.article,
                    content: *article,
                    outlet: visit.outlet.map(|id| id.to_string()),
                    fetched_at: at,
                    raw_digest: Some(raw_digest),
                    record: Some(record),
                    rank,
                    problems,
                };
                self.placer.place(text).await?;
                Counters::add(&self.counters.revisions, 1);
                Ok(seen(VisitOutcome::Revised, Some(record), self.next(visit, at)))
            }
        }
    }

    /// Decodes and extracts on a blocking thread, as many at once as there are cores.
    async fn read_page(&self, visit: &Visit, url: &Url, response: fetch::Response) -> Result<(Page, fetch::Response)> {
        let turn = std::sync::Arc::clone(&self.readers).acquire_owned().await.map_err(|_| crate::Error::Stopped)?;
        let (url, entry) = (url.clone(), self.entry_of(visit).await?);
        let kind = self.outlet_kind(visit).await?;
        let rules = self.rules.now();
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let html = article::decode(&response.body, response.header("content-type"));
            let guide = Guide { rules: rules.of(&response.url), learned: None };
            let around = Around { asked: &url, entry: entry.as_ref(), kind, guide };
            let page = read::page(&html, response.status, &response.url, &around);
            drop(html);
            (page, response)
        })
        .await
        .map_err(|_| crate::Error::Stopped)
    }

    /// Keeps what the feed says of an article whose page is not to be had: a normal state, marked as such.
    /// Never replaces a text that was read from a page.
    async fn keep_entry(&self, visit: &Visit, now: Timestamp) -> Result<()> {
        let Some(entry) = self.entry_of(visit).await? else { return Ok(()) };
        let mut content = article::from_entry(&entry);
        by_outlet(&mut content, self.outlet_kind(visit).await?);
        let last = self.last(visit).await?.map(|last| last.content);
        if last.as_ref().is_some_and(|last| last.held == Held::Full || last.text.len() > content.text.len()) {
            return Ok(());
        }
        let rank = match article::revise(last.as_ref(), &content) {
            Change::Unchanged => return Ok(()),
            Change::First => None,
            Change::Revised(rank) => Some(rank),
        };
        let text = NewText {
            article: visit.article,
            content,
            outlet: visit.outlet.map(|id| id.to_string()),
            fetched_at: now,
            raw_digest: None,
            record: None,
            rank,
            problems: Vec::new(),
        };
        self.placer.place(text).await?;
        Counters::add(&self.counters.revisions, 1);
        Ok(())
    }

    /// The entry that led to the article, as last stated.
    async fn entry_of(&self, visit: &Visit) -> Result<Option<Entry>> {
        let id = visit.article;
        self.blocking(move |archive| archive.entry_of(id)).await
    }

    async fn outlet_kind(&self, visit: &Visit) -> Result<Option<OutletKind>> {
        let Some(id) = visit.outlet else { return Ok(None) };
        let outlet = self.blocking(move |archive| archive.outlet(id)).await?;
        Ok(outlet.map(|outlet| outlet.kind))
    }

    /// The last revision as its kept bytes are read today; `None` when no bytes are kept or they are no article now.
    async fn as_read_now(&self, visit: &Visit, url: &Url, last: &Revision) -> Result<Option<Reading>> {
        let Some(record) = last.record else { return Ok(None) };
        let kind = self.outlet_kind(visit).await?;
        let (archive, rules) = (self.archive.clone(), self.rules.now());
        let (url, entry) = (url.clone(), self.entry_of(visit).await?);
        tokio::task::spawn_blocking(move || {
            let Some(kept) = read::kept(&archive, record)? else { return Ok(None) };
            let guide = Guide { rules: rules.of(&kept.url), learned: None };
            let around = Around { asked: &url, entry: entry.as_ref(), kind, guide };
            Ok(match read::page(&kept.html, kept.status, &kept.url, &around) {
                Page::Article { article, problems } => Some((*article, problems)),
                Page::Refused(_) => None,
            })
        })
        .await
        .map_err(|_| crate::Error::Stopped)?
    }

    /// Keeps the present reading of a revision beside those held.
    async fn keep_reading(
        &self,
        visit: &Visit,
        revision: &Revision,
        content: Article,
        problems: Vec<Problem>,
        now: Timestamp,
    ) -> Result<()> {
        let changed =
            Changed { revision: revision.id, outlet: visit.outlet, fetched_at: revision.fetched_at, content, problems };
        self.blocking(move |archive| archive.replace_text(changed.into_text(), now)).await
    }

    async fn last(&self, visit: &Visit) -> Result<Option<Revision>> {
        if visit.last_revision.is_none() {
            return Ok(None);
        }
        let article = visit.article;
        let last = self.blocking(move |archive| archive.last_revision(article, AsOf::Now)).await?;
        Ok(last.map(|page| page.revision))
    }

    /// Keeps a response as received; it is on the disk when this returns.
    pub(crate) async fn keep_response(&self, response: fetch::Response) -> Result<RecordId> {
        let response = as_kept(response);
        self.blocking(move |archive| archive.keep_response_soon(&response)?.durable()).await
    }

    /// Asks the archive on a blocking thread.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&archive::Archive) -> archive::Result<T> + Send + 'static,
    ) -> Result<T> {
        let archive = self.archive.clone();
        Ok(tokio::task::spawn_blocking(move || ask(&archive)).await.map_err(|_| crate::Error::Stopped)??)
    }

    async fn close(&self, visit: &Visit, at: Timestamp, seen: Seen, reserved: Option<String>) -> Result<()> {
        if !matches!(seen.outcome, VisitOutcome::Unchanged | VisitOutcome::Revised) {
            Counters::add(&self.counters.pages_failed, 1);
        }
        let Seen { outcome, status, final_url, record, next } = seen;
        let fact = VisitFact { article: visit.article, at, status, outcome, final_url, record, reserved, next };
        self.blocking(move |archive| archive.record_visit_soon(fact)?.durable()).await
    }

    fn next(&self, visit: &Visit, now: Timestamp) -> NextVisit {
        match fetch::schedule::next_revisit(visit.first_seen_at, now, &self.settings.revisits) {
            Some(at) => NextVisit::At(at),
            None => NextVisit::Never,
        }
    }
}

/// What is said in a text, each statement an exact span.
pub(crate) fn statements(content: &Article) -> Vec<Statement> {
    comparison::statements(&content.text)
}

fn failed(error: String, next: NextVisit) -> Seen {
    Seen { outcome: VisitOutcome::Failed { error }, status: None, final_url: None, record: None, next }
}

/// Ten minutes after the first failure, then twice as long each time, at most a day.
fn back_off(visit: &Visit, now: Timestamp) -> Timestamp {
    let minutes = (10i64 << visit.visits.min(8)).min(1_440);
    now.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(now)
}

/// A response in the archive's words.
pub(crate) fn as_kept(response: fetch::Response) -> Response {
    let headers = response
        .headers
        .into_iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect();
    Response {
        url: response.url.into(),
        at: response.received_at,
        status: response.status,
        headers,
        body: response.body_received,
        http_version: response.http_version.to_owned(),
        ip: None,
    }
}
