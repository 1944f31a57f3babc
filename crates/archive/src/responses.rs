//! What was received, kept byte for byte in WARC segments.

use crate::error::{Error, Result};
use crate::open::{Archive, SEGMENTS};
use crate::rows::{Cols, ms};
use crate::warc;
use crate::writer::Pending;
use jiff::Timestamp;
use news::id::RecordId;
use news::revision::Digest;
use rusqlite::OptionalExtension;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
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

/// Something that was sent to us rather than asked for, as received; it reads back as a [`Response`] of status 200 with
/// its media type and no version of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The address it belongs to.
    pub url: String,
    /// When it came, our clock.
    pub at: Timestamp,
    /// `Content-Type` as received.
    pub media_type: Option<String>,
    /// The body as received.
    pub body: Vec<u8>,
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
        // Hashing and compressing happen here, on the caller's thread; the writer only appends.
        let digest = Digest::of(&response.body);
        let member = warc::response_member(response, &digest)?;
        self.keep_member(member, digest, response.url.clone(), response.at, response.status)
    }

    /// Keeps something that was sent to us; it is on the disk when this returns.
    pub fn keep_resource(&self, resource: &Resource) -> Result<RecordId> {
        let digest = Digest::of(&resource.body);
        let member = warc::resource_member(resource, &digest)?;
        self.keep_member(member, digest, resource.url.clone(), resource.at, 200)?.durable()
    }

    fn keep_member(
        &self,
        member: Vec<u8>,
        digest: Digest,
        url: String,
        at: Timestamp,
        status: u16,
    ) -> Result<Pending<RecordId>> {
        self.write_soon(move |w| {
            let (segment, offset) = w.segments.append(w.conn, &member, at)?;
            w.conn
                .prepare_cached(
                    "insert into records (segment, offset_bytes, length_bytes, url, at, status, digest)
                     values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute((segment, offset, member.len() as u64, url, ms(at), status, digest.0))?;
            Ok(RecordId(w.conn.last_insert_rowid()))
        })
    }

    /// Reads a response back from its segment.
    pub fn response(&self, id: RecordId) -> Result<Option<StoredResponse>> {
        let Some(place) = self.read(|conn| {
            Ok(conn
                .prepare_cached(
                    "select s.name, r.offset_bytes, r.length_bytes, r.digest
                     from records r join segments s on s.id = r.segment where r.id = ?1",
                )?
                .query_row([id.0], |row| {
                    let mut c = Cols::new(row);
                    Ok(Place { segment: c.next()?, offset: c.next()?, length: c.next()?, digest: c.digest()? })
                })
                .optional()?)
        })?
        else {
            return Ok(None);
        };
        let response = self.read_place(&place)?;
        Ok(Some(StoredResponse {
            id,
            response,
            digest: place.digest,
            segment: place.segment,
            offset_bytes: place.offset,
            length_bytes: place.length,
        }))
    }

    /// Reads the response at a place in a segment.
    pub(crate) fn read_place(&self, place: &Place) -> Result<Response> {
        let damaged = |why: String| {
            Error::Damaged(format!("the record at byte {} of `{}` cannot be read: {why}", place.offset, place.segment))
        };
        let path = self.folder().join(SEGMENTS).join(&place.segment);
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(place.offset))?;
                file.take(place.length).read_to_end(&mut bytes)
            })
            .map_err(|error| damaged(error.to_string()))?;
        if bytes.len() as u64 != place.length {
            return Err(damaged("the segment ends inside it".to_owned()));
        }
        let record = warc::read_member(&bytes).map_err(damaged)?;
        warc::response_from(&record).ok_or_else(|| damaged("it holds no HTTP response".to_owned()))
    }
}

/// Where a response stands.
pub(crate) struct Place {
    pub(crate) segment: String,
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) digest: Digest,
}
