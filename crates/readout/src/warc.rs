//! Pages out of WARC files, for `readout extract` and `readout import`.

use jiff::Timestamp;
use std::path::Path;

/// The longest record read, in bytes.
const RECORD_LIMIT_BYTES: usize = 64 << 20;

/// One HTML page in a WARC file.
pub struct Page {
    /// The address it answered for.
    pub url: Option<String>,
    /// `Content-Type` as received.
    pub content_type: Option<String>,
    /// The body with its content encoding undone.
    pub body: Vec<u8>,
    /// When it was fetched.
    pub fetched_at: Option<Timestamp>,
}

/// The HTML pages of a WARC file in order; other records are passed over, broken places are errors.
pub fn pages(path: &Path) -> anyhow::Result<impl Iterator<Item = Result<Page, String>> + Send + use<>> {
    let reader = archive::warc::Reader::open(path, RECORD_LIMIT_BYTES)?;
    Ok(reader.filter_map(|record| {
        let record = match record {
            Ok(record) => record,
            Err(broken) => return Some(Err(format!("at byte {}: {}", broken.offset_bytes, broken.message))),
        };
        if record.kind != "response" {
            return None;
        }
        let http = record.http()?;
        let header = |name: &str| {
            http.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        };
        let content_type = header("content-type");
        let is_html = content_type.as_deref().is_none_or(|t| t.to_ascii_lowercase().contains("html"));
        if http.status != 200 || !is_html {
            return None;
        }
        let encoding = header("content-encoding").unwrap_or_default();
        let url = record.url().map(|url| url.trim_matches(['<', '>']).to_owned());
        match fetch::decode(&encoding, &http.body, RECORD_LIMIT_BYTES as u64) {
            Ok(body) => Some(Ok(Page { url, content_type, body, fetched_at: record.at() })),
            Err(error) => Some(Err(format!("{}: {error}", url.unwrap_or_else(|| "a response".to_owned())))),
        }
    }))
}
