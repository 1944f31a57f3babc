//! Opening the archive: folder, lock, schema, writer and readers.

use crate::error::{Error, Result};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// How the archive keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A WARC segment is closed and the next begun once it is this long. 256 MiB.
    pub segment_size_bytes: u64,
    /// Connections that read at the same time. 4.
    pub readers: usize,
    /// Most pages of 4 KiB the database may take; `None` for no bound. For tests of a full disk.
    pub max_pages: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { segment_size_bytes: 256 << 20, readers: 4, max_pages: None }
    }
}

/// Everything gathered so far. Cheap to clone; clones share one writer and one pool of readers.
#[derive(Clone)]
pub struct Archive {}

/// How much the archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Outlets.
    pub outlets: u64,
    /// Feeds that are followed.
    pub feeds: u64,
    /// Entries seen in feeds.
    pub entries: u64,
    /// Articles.
    pub articles: u64,
    /// Articles marked gone now.
    pub gone: u64,
    /// Revisions.
    pub revisions: u64,
    /// Stories with at least one member.
    pub stories: u64,
    /// Topics.
    pub topics: u64,
    /// Statements.
    pub statements: u64,
    /// Responses kept in segments.
    pub records: u64,
    /// Size of the database file with its journal.
    pub database_bytes: u64,
    /// Size of all segments.
    pub segment_bytes: u64,
    /// The schema's number.
    pub schema: u32,
    /// The last number of the change sequence, see [`Archive::revisions_after`].
    pub last_change: i64,
}

impl Archive {
    /// Opens the archive in a folder for reading and writing, and makes folder and archive where there is none.
    ///
    /// [`Error::Locked`] when another process (or another [`Archive`] here) writes to it.
    pub fn open(folder: &Path) -> Result<Archive> {
        Archive::open_with(folder, Settings::default())
    }

    /// [`Archive::open`] with other settings.
    pub fn open_with(folder: &Path, settings: Settings) -> Result<Archive> {
        Err(Error::NotYet)
    }

    /// Opens for reading alone, beside a process that writes; every write answers [`Error::ReadOnly`].
    pub fn open_read_only(folder: &Path) -> Result<Archive> {
        Err(Error::NotYet)
    }

    /// An archive for tests in a folder of its own under the system's temporary folder, removed with the
    /// last clone; nothing is flushed to the disk.
    pub fn in_memory() -> Result<Archive> {
        Err(Error::NotYet)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        Path::new("")
    }

    /// How much the archive holds.
    pub fn stats(&self) -> Result<Stats> {
        Err(Error::NotYet)
    }

    /// A small durable fact by name, such as `desk.last_visit_at`.
    pub fn fact(&self, name: &str) -> Result<Option<String>> {
        Err(Error::NotYet)
    }

    /// Keeps a small durable fact; the value before is replaced (these are settings, not findings).
    pub fn set_fact(&self, name: &str, value: &str, now: Timestamp) -> Result<()> {
        Err(Error::NotYet)
    }
}
