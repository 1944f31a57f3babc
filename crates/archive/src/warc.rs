//! WARC 1.1 (ISO 28500:2017): writing our records, reading anyone's.

use crate::error::{Error, Result};
use jiff::Timestamp;
use std::path::Path;

/// One record of a WARC file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `response`, `warcinfo`, `request`, `resource`, …
    pub kind: String,
    /// The record's named fields in order.
    pub fields: Vec<(String, String)>,
    /// The record's block.
    pub block: Vec<u8>,
    /// The block was longer than the bound and was cut.
    pub is_cut: bool,
    /// Where the record (or its compressed member) begins in the file, bytes.
    pub offset_bytes: u64,
}

/// The HTTP message in a `response` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// HTTP status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body with chunking taken off; any `Content-Encoding` still on.
    pub body: Vec<u8>,
}

impl Record {
    /// The first field of this name, letter case aside.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// `WARC-Target-URI`, without the angle brackets some writers put around it.
    pub fn url(&self) -> Option<&str> {
        self.field("WARC-Target-URI").map(|u| u.trim_start_matches('<').trim_end_matches('>'))
    }

    /// `WARC-Date`.
    pub fn at(&self) -> Option<Timestamp> {
        self.field("WARC-Date")?.parse().ok()
    }

    /// The HTTP message of a `response` record; `None` for other kinds and for a block that is none.
    pub fn http(&self) -> Option<Http> {
        None
    }
}

/// Reads the records of a `.warc`, `.warc.gz` or `.warc.zst` file, told apart by their first bytes.
pub struct Reader {}

impl Reader {
    /// Opens a file; records longer than `most_bytes` are cut there.
    pub fn open(path: &Path, most_bytes: usize) -> Result<Reader> {
        Err(Error::NotYet)
    }
}

/// A place in a WARC file that could not be read; reading goes on at the next record that can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset_bytes}: {message}")]
pub struct Broken {
    /// Where in the file.
    pub offset_bytes: u64,
    /// What was wrong, one sentence.
    pub message: String,
}

impl Iterator for Reader {
    type Item = std::result::Result<Record, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}
