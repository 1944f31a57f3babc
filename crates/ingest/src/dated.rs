//! Reads texts for the days they speak of: each one as it comes, and those that an earlier version kept.

use crate::Result;
use archive::Archive;
use jiff::Timestamp;
use news::dated::{Dated, published_day};
use news::id::ArticleId;
use news::time::Moment;

/// Articles of an earlier version read at once.
const BATCH: usize = 200;

/// What a text says of days.
pub(crate) fn dated(text: &str, published_at: Option<&Moment>, fetched_at: Timestamp) -> Dated {
    let published = published_day(published_at, fetched_at);
    Dated { published, sentences: story::dated::find(text, published) }
}

/// Reads at most so many articles that an earlier version kept for days; gives the number of texts read, and `None`
/// when there are no more. Blocks.
pub fn date_backlog(archive: &Archive, articles: usize) -> Result<Option<u64>> {
    let mut read = 0;
    for _ in 0..articles.div_ceil(BATCH) {
        let Some((up_to, undated)) = archive.undated(BATCH)? else { return Ok(None) };
        let found = undated.into_iter().map(|undated| {
            let dated = dated(&undated.text, undated.published_at.as_ref(), undated.fetched_at);
            (undated, dated)
        });
        let found: Vec<_> = found.collect();
        read += found.len() as u64;
        archive.keep_undated(up_to, found)?;
        if up_to == ArticleId(0) {
            tracing::info!("every text kept by an earlier version is read for days");
        }
    }
    Ok(Some(read))
}
