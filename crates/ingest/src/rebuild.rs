//! Makes what is derived anew: search from texts, stories from texts. Texts from the bytes received: `reread.rs`.

use crate::{Error, Result};
use archive::Archive;
use jiff::Timestamp;
use news::id::RevisionId;
use std::path::Path;

/// Articles of an earlier version read for days between two looks whether there are more.
const BACKLOG: usize = 10_000;

/// What a rebuild came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Articles or revisions looked at.
    pub looked_at: u64,
    /// Those that came out otherwise than held.
    pub changed: u64,
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
    Ok(RebuildReport { looked_at, changed: looked_at })
}

/// Takes every article out of its story and places all anew in the order they came, then settles, draws who took from
/// whom, and draws storylines. What people decided holds throughout.
pub fn rebuild_stories(archive: &Archive, now: Timestamp, progress: &dyn Fn(u64)) -> Result<RebuildReport> {
    let mut report = RebuildReport::default();
    while crate::dated::date_backlog(archive, BACKLOG)?.is_some() {}
    archive.clear_stories(now)?;
    let mut bench = crate::place::Bench::new(archive.clone());
    bench.take_up_decisions()?;
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
    bench.draw_all()?;
    crate::storylines::draw_storylines(archive, now)?;
    Ok(report)
}
