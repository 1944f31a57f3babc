//! Saved files and lists that were taken in, and the headlines they hold.

use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::article::Damage;
use news::id::{ArticleId, ImportId, RevisionId, StoryId};
use news::revision::Digest;
use news::story::Placement;
use news::time::Moment;

/// A file or list that is being taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFact {
    /// Name of the file, without its folder.
    pub name: String,
    /// `saved-page`, `warc`, `html`, `jsonl`, `opml`, …
    pub kind: String,
    /// SHA-256 of its bytes; the same digest is the same import.
    pub digest: Digest,
    /// Its length.
    pub size_bytes: u64,
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Records not known before.
    pub new: u64,
    /// Records known before.
    pub known: u64,
    /// Copies of texts already here.
    pub copies: u64,
    /// Things that could not be read.
    pub problems: u64,
}

/// One import, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: ImportId,
    /// What was taken in.
    pub fact: ImportFact,
    /// When first, our clock.
    pub at: Timestamp,
    /// What the last run came to; `None` while none has finished.
    pub counts: Option<ImportCounts>,
}

/// One headline in a saved list.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadlineRecord {
    /// The headline, apart from outlet and date.
    pub title: String,
    /// The outlet as printed; `None` when the line states none.
    pub outlet: Option<String>,
    /// The date as printed.
    pub date: Option<Moment>,
    /// Its address, where the list gives one.
    pub url: Option<String>,
    /// The line as it stands in the file.
    pub raw: String,
    /// Which line of the file, 1 for the first.
    pub position: u32,
    /// Which import.
    pub import: ImportId,
    /// Places in the title (and outlet) where characters were lost.
    pub damage: Vec<Damage>,
    /// Where it stands among stories; `None` leaves it outside.
    pub placement: Option<Placement>,
    /// The story room's features of the headline; may be empty.
    pub features: Vec<u8>,
}

/// What became of a headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadlineState {
    /// The article it is, held as headline only.
    pub article: ArticleId,
    /// Its one revision.
    pub revision: RevisionId,
    /// Its story, if any.
    pub story: Option<StoryId>,
    /// Not known before (same outlet, folded title and date).
    pub is_new: bool,
    /// Known, and met at a position not noted before.
    pub is_new_position: bool,
}

/// Where a headline stands in a saved list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which import.
    pub import: ImportId,
    /// Name of the file.
    pub file: String,
    /// Which line, 1 for the first.
    pub position: u32,
    /// The line as it stands in the file.
    pub raw: String,
}

impl Archive {
    /// Notes an import, or finds the one of the same bytes; the flag says whether it is new.
    pub fn add_import(&self, import: &ImportFact, now: Timestamp) -> Result<(ImportId, bool)> {
        Err(Error::NotYet)
    }

    /// Notes what a run of an import came to.
    pub fn finish_import(&self, id: ImportId, counts: ImportCounts, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }

    /// Every import, latest first.
    pub fn imports(&self) -> Result<Vec<Import>> {
        Err(Error::NotYet)
    }

    /// Records one headline: article, revision, place in the list. A headline that is known only gains its
    /// new position. Its outlet is found by name, or added.
    pub fn record_headline(&self, headline: &HeadlineRecord, now: Timestamp) -> Result<HeadlineState> {
        Err(Error::NotYet)
    }

    /// [`Archive::record_headline`] for a whole list in one transaction.
    pub fn record_headlines(&self, headlines: &[HeadlineRecord], now: Timestamp) -> Result<Vec<HeadlineState>> {
        Err(Error::NotYet)
    }

    /// Where an article stands in saved lists, by import and line.
    pub fn positions(&self, article: ArticleId) -> Result<Vec<Position>> {
        Err(Error::NotYet)
    }
}
