//! What was received, kept byte for byte in WARC segments.

use crate::error::{Error, Result};
use crate::open::Archive;
use crate::writer::Pending;
use jiff::Timestamp;
use news::id::RecordId;
use news::revision::Digest;
use std::net::IpAddr;

/// A response as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The address that answered (after redirects).
    pub url: String,
    /// When it came, our clock.
    pub at: Timestamp,
    /// HTTP status.
    pub status: u16,
    /// Headers in the order received.
    pub headers: Vec<(String, String)>,
    /// The body as received: any `Content-Encoding` still on, any chunking taken off.
    pub body: Vec<u8>,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub http_version: String,
    /// Who answered.
    pub ip: Option<IpAddr>,
}

/// A response read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    /// Its number.
    pub id: RecordId,
    /// The response.
    pub response: Response,
    /// SHA-256 of [`Response::body`], as kept when it came.
    pub digest: Digest,
    /// File name of the segment.
    pub segment: String,
    /// Where its gzip member begins in the segment.
    pub offset_bytes: u64,
    /// Length of its gzip member.
    pub length_bytes: u64,
}

impl Archive {
    /// Keeps a response; it is on the disk when this returns.
    pub fn keep_response(&self, response: &Response) -> Result<RecordId> {
        self.keep_response_soon(response)?.durable()
    }

    /// [`Archive::keep_response`] without the wait.
    pub fn keep_response_soon(&self, response: &Response) -> Result<Pending<RecordId>> {
        Err(Error::NotYet)
    }

    /// Reads a response back from its segment.
    pub fn response(&self, id: RecordId) -> Result<Option<StoredResponse>> {
        Err(Error::NotYet)
    }
}
