//! Makes what is derived anew: search from texts, stories from texts, texts from the bytes received.

use crate::place::features;
use crate::{EXTRACTOR, Error, Result};
use archive::{Archive, NewText};
use jiff::Timestamp;
use news::article::Article;
use news::id::RevisionId;
use news::parsed::{Parsed, Problem};
use rayon::prelude::*;
use std::path::Path;
use url::Url;

/// Revisions read from the archive at once.
const BATCH: usize = 512;

/// What a rebuild came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Articles or revisions looked at.
    pub looked_at: u64,
    /// Those that came out otherwise than held.
    pub changed: u64,
    /// Revisions whose bytes are not held (feed text, imported text).
    pub without_bytes: u64,
    /// The first twenty changes, one line each.
    pub examples: Vec<String>,
}

/// Drops the search index and makes it anew.
pub fn rebuild_search(archive: &Archive, folder: &Path, progress: &dyn Fn(u64)) -> Result<RebuildReport> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .map_err(|error| Error::File { name: folder.display().to_string(), reason: error.to_string() })?;
    }
    let index = search::Index::open(folder).map_err(|error| Error::Search(error.to_string()))?;
    let looked_at = crate::index::catch_up(archive, &index)?;
    progress(looked_at);
    Ok(RebuildReport { looked_at, changed: looked_at, ..RebuildReport::default() })
}

/// Takes every article out of its story and places all anew in the order they came, then settles.
pub fn rebuild_stories(archive: &Archive, now: Timestamp, progress: &dyn Fn(u64)) -> Result<RebuildReport> {
    let mut report = RebuildReport::default();
    archive.clear_stories(now)?;
    let mut bench = crate::place::Bench::new(archive.clone());
    archive.for_each_revision(RevisionId(0), &mut |row| {
        if row.is_last {
            report.looked_at += 1;
            progress(report.looked_at);
            let outlet = row.outlet.map(|id| id.to_string());
            bench.place_again(&row.page.revision, outlet.as_deref(), now).map_err(|error| match error {
                Error::Archive(error) => error,
                _ => archive::Error::Closed,
            })?;
        }
        Ok(())
    })?;
    report.changed = bench.settle(now)? as u64;
    Ok(report)
}

/// An article as read, and what went wrong on the way.
type Reading = (Article, Vec<Problem>);

/// One revision to be read anew.
struct Old {
    id: RevisionId,
    url: Option<String>,
    outlet: Option<String>,
    outlet_kind: Option<news::outlet::OutletKind>,
    fetched_at: Timestamp,
    content: Article,
    record: Option<news::id::RecordId>,
    entry: Option<news::entry::Entry>,
}

/// Reads every kept page again with the present extraction, without any request. A reading that differs is
/// added beside those held; `dry_run` only says what would change.
pub fn rebuild_text(archive: &Archive, now: Timestamp, dry_run: bool, progress: &dyn Fn(u64)) -> Result<RebuildReport> {
    let mut report = RebuildReport::default();
    let mut after = RevisionId(0);
    loop {
        let mut batch: Vec<Old> = Vec::with_capacity(BATCH);
        let walked = archive.for_each_revision(after, &mut |row| {
            if batch.len() == BATCH {
                // Ends the walk; the next one begins after the last revision taken.
                return Err(archive::Error::Closed);
            }
            let revision = row.page.revision;
            after = revision.id;
            let entry = archive.entries(revision.article)?.into_iter().next().map(|(_, entry)| entry);
            batch.push(Old {
                id: revision.id,
                url: row.url,
                outlet: row.outlet.map(|id| id.to_string()),
                outlet_kind: match row.outlet {
                    Some(id) => archive.outlet(id)?.map(|outlet| outlet.kind),
                    None => None,
                },
                fetched_at: revision.fetched_at,
                content: revision.content,
                record: revision.record,
                entry,
            });
            Ok(())
        });
        if let Err(error) = walked
            && batch.len() < BATCH
        {
            return Err(error.into());
        }
        if batch.is_empty() {
            return Ok(report);
        }
        let readings: Vec<Result<Option<Reading>>> = batch.par_iter().map(|old| read_again(archive, old)).collect();
        for (old, reading) in batch.iter().zip(readings) {
            report.looked_at += 1;
            let Some((content, problems)) = reading? else {
                report.without_bytes += 1;
                continue;
            };
            if content == old.content {
                continue;
            }
            report.changed += 1;
            if report.examples.len() < 20 {
                report.examples.push(describe(old, &content));
            }
            if !dry_run {
                let features = features(&content, old.outlet.as_deref(), old.fetched_at).to_bytes();
                let statements = crate::follow::statements(&content);
                let text = NewText { revision: old.id, content, features, statements, problems, extractor: EXTRACTOR };
                archive.replace_text(text, now)?;
            }
        }
        progress(report.looked_at);
    }
}

/// The article as read now from the bytes kept; `None` when none are.
fn read_again(archive: &Archive, old: &Old) -> Result<Option<Reading>> {
    let Some(record) = old.record else { return Ok(None) };
    let Some(stored) = archive.response(record)? else { return Ok(None) };
    let header = |name: &str| {
        let found = stored.response.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let encoding = header("content-encoding").unwrap_or("");
    let limit = fetch::Limits::default().decoded_bytes;
    let Ok(body) = fetch::decode(encoding, &stored.response.body, limit) else { return Ok(None) };
    let html = article::decode(&body, header("content-type"));
    let address = Url::parse(&stored.response.url).ok().or_else(|| old.url.as_deref().and_then(|u| Url::parse(u).ok()));
    let Some(url) = address else { return Ok(None) };
    let Parsed { value: mut content, problems } = article::extract(&html, &url);
    if let Some(entry) = &old.entry {
        content = article::merge(content, entry);
    }
    crate::follow::by_outlet(&mut content, old.outlet_kind);
    Ok(Some((content, problems)))
}

fn describe(old: &Old, new: &Article) -> String {
    let mut changed = Vec::new();
    let mut note = |name: &str, differs: bool| {
        if differs {
            changed.push(name.to_owned());
        }
    };
    let held = &old.content;
    note("headline", held.headline != new.headline);
    note("text", held.text != new.text);
    note("authors", held.authors != new.authors);
    note("published", held.published_at != new.published_at);
    note("modified", held.modified_at != new.modified_at);
    note("kind", held.kind != new.kind);
    if changed.is_empty() {
        changed.push("other fields".to_owned());
    }
    let words = |article: &Article| news::text::word_count(&article.text);
    format!(
        "revision {}: {} ({} words held, {} now){}",
        old.id,
        changed.join(", "),
        words(held),
        words(new),
        old.url.as_deref().map(|url| format!(", {url}")).unwrap_or_default()
    )
}
