//! URL to bytes; the one room that goes out on the network.
//!
//! Two doors: [`Client::feed`] asks conditionally for something subscribed to, [`Client::page`] asks for a
//! page and obeys the host's robots.txt; beside them [`Client::post`] sends a form to a hub (WebSub). All wait for
//! the host's turn, follow redirects hop by hop, reach public addresses only, and hold every answer to its limits. Any status is an answer; an [`Error`] means
//! that there was none. No cookies, no referrer, no proxy.

mod client;
pub mod courtesy;
pub mod date;
mod decode;
mod guard;
pub mod played;
pub mod robots;
pub mod schedule;
pub mod tdm;
pub mod websub;

pub use client::{Client, Limits, Settings};
pub use guard::{Cidr, is_public};

use jiff::Timestamp;
use url::Url;

/// The validators of an earlier answer, sent back verbatim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header as received, quotes included.
    pub etag: Option<String>,
    /// The `Last-Modified` header as received.
    pub last_modified: Option<String>,
}

/// What a conditional request brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// A full answer, of whatever status.
    Fresh(Response),
    /// Nothing changed (304). The validators to send next time: those of this answer where it gives
    /// any, else those sent.
    NotModified {
        /// To be kept in place of the old ones.
        validators: Validators,
        /// The answer, its body empty: its headers say when to come again, its redirects where the feed went.
        response: Response,
    },
}

/// One answer as it came, and its body decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The URL asked for.
    pub requested: Url,
    /// The URL that answered, after redirects.
    pub url: Url,
    /// Each hop before it: the status and the URL that gave it.
    pub redirects: Vec<(u16, Url)>,
    /// Status of the last answer.
    pub status: u16,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: &'static str,
    /// Headers in order, names in lower case, values as received.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as transferred: still content-encoded, chunks joined.
    pub body_received: Vec<u8>,
    /// The body with its content encoding undone.
    pub body: Vec<u8>,
    /// Our clock, when the last byte was there.
    pub received_at: Timestamp,
}

impl Response {
    /// The first header of that name, as text; `None` when absent or not UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// What to send back next time.
    pub fn validators(&self) -> Validators {
        Validators {
            etag: self.header("etag").map(str::to_owned),
            last_modified: self.header("last-modified").map(str::to_owned),
        }
    }

    /// Whether the outlet moved the address for good: every hop was 301 or 308, and there was one.
    pub fn moved_for_good(&self) -> bool {
        !self.redirects.is_empty() && self.redirects.iter().all(|(status, _)| matches!(status, 301 | 308))
    }
}

/// Undoes the content encoding of a body that was kept as received, under the same guard against bombs as a
/// fresh answer. `encodings` is the value of `Content-Encoding`; empty or unknown leaves the body alone.
pub fn decode(encodings: &str, received: &[u8], limit_bytes: u64) -> Result<Vec<u8>, String> {
    match decode::decode(received, encodings, limit_bytes, Limits::default().ratio) {
        Ok(body) => Ok(body.unwrap_or_else(|| received.to_vec())),
        Err(decode::Failure::TooLarge) => Err(format!("the body decodes to more than {limit_bytes} bytes")),
        Err(decode::Failure::Broken(why)) => Err(format!("the body cannot be decoded: {why}")),
    }
}

pub(crate) fn header<'a>(headers: &'a [(String, Vec<u8>)], name: &str) -> Option<&'a str> {
    let (_, value) = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(value).ok()
}

/// Why robots.txt kept a page from being asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Robots {
    /// A pattern disallows it.
    Disallowed {
        /// The pattern, percent-encoding normalised.
        pattern: String,
    },
    /// The host could not show its robots.txt (5xx); everything counts as disallowed for a while.
    Unreachable {
        /// The status it gave.
        status: u16,
    },
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// robots.txt says no.
    #[error("robots.txt of `{host}` does not allow this page ({robots:?})")]
    Refused {
        /// Whose robots.txt.
        host: String,
        /// What it said.
        robots: Robots,
    },
    /// The host's address is private, loopback, link-local or the like.
    #[error("`{host}` stands at the private address {address}; open it with --allow-private {address}")]
    PrivateAddress {
        /// The host as written.
        host: String,
        /// The address refused.
        address: std::net::IpAddr,
    },
    /// The body is larger than allowed, as transferred or decoded.
    #[error("the answer of `{url}` is larger than {limit_bytes} bytes")]
    TooLarge {
        /// Where it came from.
        url: String,
        /// The limit it broke.
        limit_bytes: u64,
    },
    /// More redirects than allowed, or a circle of them.
    #[error("`{url}` redirects more than {limit} times, or in a circle")]
    TooManyRedirects {
        /// The URL asked for.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// The answer did not come, or not to its end, in time.
    #[error("`{url}` did not answer in time")]
    Timeout {
        /// The URL of the hop.
        url: String,
    },
    /// The host's name has no address.
    #[error("no address found for {reason}")]
    Dns {
        /// The name and what the resolver said.
        reason: String,
    },
    /// No connection.
    #[error("no connection to `{host}`: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// No secure connection: a certificate that does not hold, or no common protocol.
    #[error("no secure connection to `{host}`: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What was wrong.
        reason: String,
    },
    /// The answer broke off or breaks the rules of HTTP, or the URL is none that can be asked for.
    #[error("`{url}`: {reason}")]
    Protocol {
        /// The URL of the hop.
        url: String,
        /// What was wrong.
        reason: String,
    },
    /// The host asked for silence, now (429, 503) or earlier; it is not asked again until then.
    #[error("`{host}` asked to be left alone until {until}")]
    RetryAfter {
        /// The host.
        host: String,
        /// Scheme, host and port, for [`Client::keep_silent`] after a restart.
        origin: String,
        /// When it may be asked again.
        until: Timestamp,
        /// The status that asked for it; `None` when the silence was already running and nothing was sent.
        status: Option<u16>,
    },
}
