//! WARC 1.1 (ISO 28500:2017): writing our records, reading anyone's.

use crate::error::{Error, Result};
use crate::responses::{Resource, Response};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use news::revision::Digest;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// One record of a WARC file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `response`, `warcinfo`, `request`, `resource`, …
    pub kind: String,
    /// The record's named fields in order.
    pub fields: Vec<(String, String)>,
    /// The record's block.
    pub block: Vec<u8>,
    /// The block was longer than the bound and was cut, or the file ended inside it.
    pub is_cut: bool,
    /// Where the record (or the compressed member that holds it) begins in the file, bytes.
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

impl Http {
    /// The first header of this name, letter case aside.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Record {
    /// The first field of this name, letter case aside.
    pub fn field(&self, name: &str) -> Option<&str> {
        find(&self.fields, name)
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
        if self.kind != "response" {
            return None;
        }
        let (status, headers, body) = split_http(&self.block)?;
        let chunked = find(&headers, "Transfer-Encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked"));
        // Many writers take the chunking off and leave the header standing: then the body is taken as it is.
        let body = chunked.then(|| unchunked(body)).flatten().unwrap_or_else(|| body.to_vec());
        Some(Http { status, headers, body })
    }
}

fn find<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

/// Most bytes of named fields, or of HTTP headers.
const MOST_HEAD: usize = 1 << 20;

/// Names and values in order.
type Fields = Vec<(String, String)>;

/// Status, headers and body of an HTTP message.
fn split_http(block: &[u8]) -> Option<(u16, Fields, &[u8])> {
    if !block.starts_with(b"HTTP/") {
        return None;
    }
    let window = &block[..block.len().min(MOST_HEAD)];
    let (end, gap) = find_bytes(window, b"\r\n\r\n")
        .map(|at| (at, 4))
        .or_else(|| find_bytes(window, b"\n\n").map(|at| (at, 2)))
        .unwrap_or((window.len(), 0));
    let head = String::from_utf8_lossy(&block[..end]);
    let mut lines = head.lines();
    let status = lines.next()?.split_whitespace().nth(1)?.parse().ok()?;
    Some((status, named(lines), &block[end + gap..]))
}

/// Named fields from lines; a line that begins with white space goes on with the one before.
fn named<'a>(lines: impl Iterator<Item = &'a str>) -> Fields {
    let mut fields = Fields::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

fn find_bytes(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Takes HTTP/1.1 chunking off; `None` when the body is not chunked. A chunk cut short ends it.
fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut first = true;
    loop {
        let Some(line_end) = body.iter().take(64).position(|b| *b == b'\n') else {
            return if first { None } else { Some(out) };
        };
        let line = std::str::from_utf8(&body[..line_end]).ok()?;
        let size = line.split(';').next().unwrap_or("").trim();
        let Ok(size) = usize::from_str_radix(size, 16) else { return if first { None } else { Some(out) } };
        first = false;
        body = &body[line_end + 1..];
        if size == 0 {
            return Some(out);
        }
        let taken = size.min(body.len());
        out.extend_from_slice(&body[..taken]);
        body = &body[taken..];
        body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        if body.is_empty() {
            return Some(out);
        }
    }
}

// Writing.

/// Headers as a WARC keeps them: chunking was taken off, so the header that says so is renamed, and the length is
/// that of the body kept. [`response_from`] turns it round.
const ORIGINAL: &str = "X-Archive-Orig-";

/// A `response` record as one gzip member.
pub(crate) fn response_member(response: &Response, digest: &Digest) -> Result<Vec<u8>> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    let mut is_length_right = false;
    for (name, value) in &response.headers {
        let (name, value) = (one_line(name), one_line(value));
        if name.eq_ignore_ascii_case("content-length") {
            if value.trim().parse() == Ok(response.body.len()) && !is_length_right {
                is_length_right = true;
                push_line(&mut head, &name, &value);
            } else {
                push_line(&mut head, &format!("{ORIGINAL}{name}"), &value);
            }
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            push_line(&mut head, &format!("{ORIGINAL}{name}"), &value);
        } else {
            push_line(&mut head, &name, &value);
        }
    }
    if !is_length_right {
        push_line(&mut head, "Content-Length", &response.body.len().to_string());
    }
    head.push_str("\r\n");
    let mut block = head.into_bytes();
    block.extend_from_slice(&response.body);

    let mut fields = vec![
        ("WARC-Type", "response".to_owned()),
        ("WARC-Record-ID", record_id(&block, &response.url, response.at)),
        ("WARC-Date", date(response.at)),
        ("WARC-Target-URI", one_line(&response.url)),
    ];
    if let Some(ip) = response.ip {
        fields.push(("WARC-IP-Address", ip.to_string()));
    }
    fields.push(("WARC-Protocol", protocol(&response.http_version)));
    fields.push(("WARC-Payload-Digest", format!("sha256:{}", digest.hex())));
    fields.push(("WARC-Block-Digest", format!("sha256:{}", Digest::of(&block).hex())));
    fields.push(("Content-Type", "application/http;msgtype=response".to_owned()));
    // A body that came compressed gains nothing from being compressed hard once more.
    let is_packed = response.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    member(&fields, &block, if is_packed { 1 } else { 6 })
}

/// Something that came without an HTTP response of its own, such as a hub's delivery.
pub(crate) fn resource_member(resource: &Resource, digest: &Digest) -> Result<Vec<u8>> {
    let fields = [
        ("WARC-Type", "resource".to_owned()),
        ("WARC-Record-ID", record_id(&resource.body, &resource.url, resource.at)),
        ("WARC-Date", date(resource.at)),
        ("WARC-Target-URI", one_line(&resource.url)),
        ("WARC-Payload-Digest", format!("sha256:{}", digest.hex())),
        ("WARC-Block-Digest", format!("sha256:{}", digest.hex())),
        ("Content-Type", one_line(resource.media_type.as_deref().unwrap_or("application/octet-stream"))),
    ];
    member(&fields, &resource.body, 6)
}

/// A response as one gzip member of a `.warc.gz` file, for export.
pub fn response_record(response: &Response) -> Result<Vec<u8>> {
    response_member(response, &Digest::of(&response.body))
}

/// The record that stands at the head of an exported `.warc.gz` file of this name.
pub fn head_record(name: &str, at: Timestamp) -> Vec<u8> {
    info_member(name, at)
}

/// The `warcinfo` record at the head of a segment, as one gzip member.
pub(crate) fn info_member(name: &str, at: Timestamp) -> Vec<u8> {
    let block = b"software: Readout\r\nformat: WARC File Format 1.1\r\n\
        conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n";
    let fields = [
        ("WARC-Type", "warcinfo".to_owned()),
        ("WARC-Record-ID", record_id(block, name, at)),
        ("WARC-Date", date(at)),
        ("WARC-Filename", name.to_owned()),
        ("WARC-Block-Digest", format!("sha256:{}", Digest::of(block).hex())),
        ("Content-Type", "application/warc-fields".to_owned()),
    ];
    member(&fields, block, 6).expect("compressing into memory never fails")
}

fn member(fields: &[(&str, String)], block: &[u8], level: u32) -> Result<Vec<u8>> {
    let mut head = String::from("WARC/1.1\r\n");
    for (name, value) in fields {
        push_line(&mut head, name, value);
    }
    push_line(&mut head, "Content-Length", &block.len().to_string());
    head.push_str("\r\n");
    let doing = |source| Error::io("compressing a response", source);
    let mut gzip = GzEncoder::new(Vec::with_capacity(block.len() / 3 + 512), Compression::new(level));
    gzip.write_all(head.as_bytes()).map_err(doing)?;
    gzip.write_all(block).map_err(doing)?;
    gzip.write_all(b"\r\n\r\n").map_err(doing)?;
    gzip.finish().map_err(doing)
}

fn push_line(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str(": ");
    out.push_str(value);
    out.push_str("\r\n");
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], " ")
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// The words of the WARC-Protocol field as Common Crawl and the IIPC proposal write them.
fn protocol(http_version: &str) -> String {
    match http_version {
        "HTTP/2.0" | "HTTP/2" => "h2".to_owned(),
        "HTTP/3.0" | "HTTP/3" => "h3".to_owned(),
        other => one_line(&other.to_ascii_lowercase()),
    }
}

fn version_of(protocol: &str) -> String {
    match protocol {
        "h2" => "HTTP/2.0".to_owned(),
        "h3" => "HTTP/3.0".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        203 => "Non-Authoritative Information",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

/// A UUID of version 8 (RFC 9562) from a digest of block, address, time and a count.
fn record_id(block: &[u8], url: &str, at: Timestamp) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let seed = format!("{} {url} {at} {} {count}", Digest::of(block).hex(), std::process::id());
    let mut bytes = Digest::of(seed.as_bytes()).0;
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = Digest(bytes).hex();
    format!("<urn:uuid:{}-{}-{}-{}-{}>", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

/// Turns one of our records back into the response it keeps.
pub(crate) fn response_from(record: &Record) -> Option<Response> {
    if record.kind == "resource" {
        let headers = record.field("Content-Type").map(|value| ("content-type".to_owned(), value.to_owned()));
        return Some(Response {
            url: record.url()?.to_owned(),
            at: record.at()?,
            status: 200,
            headers: headers.into_iter().collect(),
            body: record.block.clone(),
            http_version: String::new(),
            ip: None,
        });
    }
    let (status, headers, body) = split_http(&record.block)?;
    let has_original_length =
        headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("X-Archive-Orig-Content-Length"));
    let had_chunks = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("X-Archive-Orig-Transfer-Encoding"));
    let headers = headers
        .into_iter()
        .filter(|(name, _)| !((has_original_length || had_chunks) && name.eq_ignore_ascii_case("content-length")))
        .map(|(name, value)| match name.strip_prefix(ORIGINAL) {
            Some(original) => (original.to_owned(), value),
            None => (name, value),
        })
        .collect();
    Some(Response {
        url: record.url()?.to_owned(),
        at: record.at()?,
        status,
        headers,
        body: body.to_vec(),
        http_version: version_of(record.field("WARC-Protocol").unwrap_or("http/1.1")),
        ip: record.field("WARC-IP-Address").and_then(|ip| ip.parse().ok()),
    })
}

/// Reads the one record in a gzip member that stands in memory.
pub(crate) fn read_member(bytes: &[u8]) -> std::result::Result<Record, String> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).map_err(|error| error.to_string())?;
    let mut rest = plain.as_slice();
    read_record(&mut rest, usize::MAX, 0)?.ok_or_else(|| "it holds no record".to_owned())
}

/// How many bytes from `from` on are whole gzip members.
pub(crate) fn whole_members(file: &mut File, from: u64) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(from))?;
    let mut source = Counted { inner: BufReader::with_capacity(1 << 16, file), at: 0 };
    loop {
        let whole = source.at;
        if source.fill_buf()?.is_empty() {
            return Ok(whole);
        }
        let mut gzip = GzDecoder::new(&mut source);
        match std::io::copy(&mut gzip, &mut std::io::sink()) {
            Ok(_) => {}
            Err(_) => return Ok(whole),
        }
    }
}

// Reading.

/// Reads the records of a `.warc`, `.warc.gz` or `.warc.zst` file, told apart by their first bytes.
///
/// A record longer than the bound is cut there. A place that cannot be read is answered as [`Broken`], and reading
/// goes on at the next member or record that can; old Common Crawl files need this. Never more than the bound
/// and a megabyte of fields is held.
pub struct Reader {
    member: Option<Member>,
    most_bytes: usize,
    /// Where the member that is read began.
    began: u64,
    is_done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Gzip,
    Zstd,
}

enum Member {
    /// Between two members.
    Source(Counted<BufReader<File>>),
    Plain(Counted<BufReader<File>>),
    Gzip(Box<BufReader<GzDecoder<Counted<BufReader<File>>>>>),
    Zstd(BufReader<zstd::stream::read::Decoder<'static, Counted<BufReader<File>>>>),
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

struct Counted<R> {
    inner: R,
    at: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.at += count as u64;
        self.inner.consume(count);
    }
}

/// The frame that holds a dictionary at the head of a `.warc.zst`, by the IIPC's proposal.
const DICTIONARY_MAGIC: [u8; 4] = [0x5d, 0x2a, 0x4d, 0x18];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];
/// Most bytes of a dictionary.
const MOST_DICTIONARY: u64 = 16 << 20;

impl Reader {
    /// Opens a file; the block of a record is cut at `most_bytes`.
    pub fn open(path: &Path, most_bytes: usize) -> Result<Reader> {
        let doing = |source| Error::io(format!("reading `{}`", path.display()), source);
        let file = File::open(path).map_err(doing)?;
        let mut source = Counted { inner: BufReader::with_capacity(1 << 17, file), at: 0 };
        let head = source.fill_buf().map_err(doing)?;
        let form = if head.starts_with(&GZIP_MAGIC[..2]) {
            Form::Gzip
        } else if head.starts_with(&ZSTD_MAGIC) || head.starts_with(&DICTIONARY_MAGIC) {
            Form::Zstd
        } else {
            Form::Plain
        };
        let mut reader = Reader { member: None, most_bytes, began: 0, is_done: false };
        reader.member = Some(match form {
            Form::Plain => Member::Plain(source),
            Form::Gzip => Member::Source(source),
            Form::Zstd if head.starts_with(&DICTIONARY_MAGIC) => {
                let dictionary = read_dictionary(&mut source).map_err(doing)?;
                Member::Zstd(BufReader::new(
                    zstd::stream::read::Decoder::with_dictionary(source, &dictionary).map_err(doing)?,
                ))
            }
            Form::Zstd => {
                Member::Zstd(BufReader::new(zstd::stream::read::Decoder::with_buffer(source).map_err(doing)?))
            }
        });
        Ok(reader)
    }

    /// Bytes of the file read so far, for showing progress.
    pub fn position_bytes(&self) -> u64 {
        match &self.member {
            Some(Member::Source(source) | Member::Plain(source)) => source.at,
            Some(Member::Gzip(gzip)) => gzip.get_ref().get_ref().at,
            Some(Member::Zstd(zstd)) => zstd.get_ref().get_ref().at,
            None => 0,
        }
    }

    /// One record, or `None` at the end. Plain and zstd files are one stream; a gzip file is many members.
    fn step(&mut self) -> std::result::Result<Option<Record>, Broken> {
        loop {
            let broken = |offset_bytes, message: String| Broken { offset_bytes, message };
            match self.member.take() {
                None => return Ok(None),
                Some(Member::Plain(mut source)) => {
                    let began = source.at;
                    let record = read_record(&mut source, self.most_bytes, began);
                    let record = record.map_err(|message| broken(began, message));
                    if record.is_err() {
                        self.is_done = !skip_to_record(&mut source);
                    }
                    self.member = Some(Member::Plain(source));
                    return record;
                }
                Some(Member::Zstd(mut zstd)) => {
                    let began = zstd.get_ref().get_ref().at;
                    let record = read_record(&mut zstd, self.most_bytes, began);
                    if record.is_err() {
                        // Frames depend on nothing before them, but the decoder cannot be moved on to the next.
                        self.is_done = !skip_to_record(&mut zstd);
                    }
                    self.member = Some(Member::Zstd(zstd));
                    return record.map_err(|message| broken(began, message));
                }
                Some(Member::Source(mut source)) => {
                    match source.fill_buf() {
                        Ok([]) => return Ok(None),
                        Ok(_) => {}
                        Err(error) => return Err(broken(source.at, error.to_string())),
                    }
                    self.began = source.at;
                    self.member = Some(Member::Gzip(Box::new(BufReader::new(GzDecoder::new(source)))));
                }
                Some(Member::Gzip(mut gzip)) => match read_record(&mut gzip, self.most_bytes, self.began)
                    .and_then(|record| skip_blank(&mut gzip).map(|()| record))
                {
                    Ok(Some(record)) => {
                        self.member = Some(Member::Gzip(gzip));
                        return Ok(Some(record));
                    }
                    Ok(None) => self.member = Some(Member::Source(gzip.into_inner().into_inner())),
                    Err(message) => {
                        let began = self.began;
                        let mut source = gzip.into_inner().into_inner();
                        match skip_to_gzip(&mut source, began + 1) {
                            Ok(true) => self.member = Some(Member::Source(source)),
                            Ok(false) => {}
                            Err(error) => return Err(broken(began, error.to_string())),
                        }
                        return Err(broken(began, message));
                    }
                },
            }
        }
    }
}

impl Iterator for Reader {
    type Item = std::result::Result<Record, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let step = self.step().transpose();
        if step.is_none() || self.member.is_none() {
            self.is_done = true;
        }
        step
    }
}

fn read_dictionary(source: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = [0; 8];
    source.read_exact(&mut head)?;
    let length = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
    if length > MOST_DICTIONARY {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the dictionary is too long"));
    }
    let mut dictionary = Vec::new();
    source.take(length).read_to_end(&mut dictionary)?;
    if dictionary.starts_with(&ZSTD_MAGIC) {
        let mut plain = Vec::new();
        zstd::stream::read::Decoder::with_buffer(dictionary.as_slice())?
            .take(MOST_DICTIONARY)
            .read_to_end(&mut plain)?;
        return Ok(plain);
    }
    Ok(dictionary)
}

/// Reads one record; `None` at the end of the source.
fn read_record(
    source: &mut impl BufRead,
    most_bytes: usize,
    offset_bytes: u64,
) -> std::result::Result<Option<Record>, String> {
    let mut line = Vec::new();
    // The blank lines that end the record before.
    loop {
        line.clear();
        let count = read_line(source, &mut line)?;
        if count == 0 {
            return Ok(None);
        }
        if !trimmed(&line).is_empty() {
            break;
        }
    }
    if !line.starts_with(b"WARC/") {
        return Err("a record should begin here and does not".to_owned());
    }
    let mut head = String::new();
    loop {
        line.clear();
        let count = read_line(source, &mut line)?;
        let text = trimmed(&line);
        if count == 0 || text.is_empty() {
            break;
        }
        head.push_str(&String::from_utf8_lossy(text));
        head.push('\n');
        if head.len() > MOST_HEAD {
            return Err("the fields of a record are too long".to_owned());
        }
    }
    let fields = named(head.lines());
    let length: u64 = find(&fields, "Content-Length")
        .and_then(|length| length.parse().ok())
        .ok_or_else(|| "a record states no length".to_owned())?;
    let kept = length.min(most_bytes as u64);
    let mut block = Vec::with_capacity(kept.min(1 << 20) as usize);
    source.by_ref().take(kept).read_to_end(&mut block).map_err(|error| error.to_string())?;
    let mut is_cut = (block.len() as u64) < kept;
    if !is_cut && kept < length {
        is_cut = true;
        let mut rest = source.by_ref().take(length - kept);
        std::io::copy(&mut rest, &mut std::io::sink()).map_err(|error| error.to_string())?;
    }
    let kind = find(&fields, "WARC-Type").unwrap_or("").to_ascii_lowercase();
    Ok(Some(Record { kind, fields, block, is_cut, offset_bytes }))
}

/// Passes over the blank lines behind a record. In a gzip file with one member a record this meets the member's
/// checksum, so that a damaged record is found before it is handed out.
fn skip_blank(source: &mut impl BufRead) -> std::result::Result<(), String> {
    loop {
        let window = source.fill_buf().map_err(|error| error.to_string())?;
        let blank = window.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if blank == 0 {
            return Ok(());
        }
        source.consume(blank);
    }
}

fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> std::result::Result<usize, String> {
    let count = source.by_ref().take(MOST_HEAD as u64).read_until(b'\n', line).map_err(|error| error.to_string())?;
    if count == MOST_HEAD {
        return Err("a line is too long".to_owned());
    }
    Ok(count)
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
}

/// Moves on to the next line that begins a record; `false` when there is none.
fn skip_to_record(source: &mut impl BufRead) -> bool {
    loop {
        let Ok(window) = source.fill_buf() else { return false };
        if window.is_empty() {
            return false;
        }
        if let Some(at) = find_bytes(window, b"WARC/1.") {
            source.consume(at);
            return true;
        }
        // The mark may stand across two windows: leave its possible beginning.
        let passed = if window.len() > 6 { window.len() - 6 } else { window.len() };
        source.consume(passed);
    }
}

/// Moves on to the next gzip member from `from` on that begins a record; `false` when there is none.
fn skip_to_gzip(source: &mut Counted<BufReader<File>>, from: u64) -> std::io::Result<bool> {
    let mut from = from;
    loop {
        source.inner.seek(SeekFrom::Start(from))?;
        source.at = from;
        let found = loop {
            let window = source.fill_buf()?;
            if window.len() < GZIP_MAGIC.len() {
                return Ok(false);
            }
            if let Some(at) = find_bytes(window, &GZIP_MAGIC) {
                source.consume(at);
                break source.at;
            }
            let passed = window.len() - 2;
            source.consume(passed);
        };
        let mut begin = [0; 5];
        let is_record = GzDecoder::new(&mut *source).read_exact(&mut begin).is_ok() && begin == *b"WARC/";
        if is_record {
            source.inner.seek(SeekFrom::Start(found))?;
            source.at = found;
            return Ok(true);
        }
        from = found + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(n: u32) -> Vec<u8> {
        let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Page {n}</p>");
        format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <https://a.example/{n}>\r\n\
             WARC-Date: 2026-01-02T03:04:05Z\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
        .into_bytes()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(bytes).expect("into memory");
        encoder.finish().expect("into memory")
    }

    fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
        zstd::bulk::compress(bytes, 3).expect("into memory")
    }

    /// Reads a file of these bytes: the pages found, and how many places were broken.
    fn read(bytes: &[u8]) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.warc");
        std::fs::write(&path, bytes).unwrap();
        let (mut pages, mut broken) = (Vec::new(), 0);
        for record in Reader::open(&path, 1 << 16).unwrap().take(10_000) {
            match record {
                Ok(record) => pages.push(record.url().unwrap_or("").replace("https://a.example/", "")),
                Err(_) => broken += 1,
            }
        }
        (pages, broken)
    }

    #[track_caller]
    fn check(parts: &[Vec<u8>], pages: &[&str], broken: usize) {
        let found = read(&parts.concat());
        assert_eq!(found.0, pages);
        assert_eq!(found.1, broken);
    }

    #[test]
    fn every_form_of_file_is_read() {
        check(&[plain(1), plain(2)], &["1", "2"], 0);
        check(&[gzip(&plain(1)), gzip(&plain(2))], &["1", "2"], 0);
        check(&[gzip(&[plain(1), plain(2)].concat())], &["1", "2"], 0);
        check(&[zstd_frame(&plain(1)), zstd_frame(&plain(2))], &["1", "2"], 0);
        check(&[], &[], 0);
    }

    #[test]
    fn a_zstd_file_with_a_dictionary_is_read() {
        let dictionary = [plain(7), plain(8)].concat();
        let mut packed = zstd::bulk::Compressor::with_dictionary(3, &dictionary).unwrap();
        let frames = [packed.compress(&plain(1)).unwrap(), packed.compress(&plain(2)).unwrap()].concat();
        let length = u32::try_from(dictionary.len()).unwrap().to_le_bytes();
        check(&[DICTIONARY_MAGIC.to_vec(), length.to_vec(), dictionary, frames], &["1", "2"], 0);
    }

    #[test]
    fn reading_goes_on_after_a_broken_place() {
        check(&[plain(1), b"nonsense\r\n".to_vec(), plain(2)], &["1", "2"], 1);
        let mut damaged = gzip(&plain(2));
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        check(&[gzip(&plain(1)), damaged, gzip(&plain(3))], &["1", "3"], 1);
        check(&[gzip(&plain(1)), b"rubbish".to_vec(), gzip(&plain(3))], &["1", "3"], 1);
        let torn = gzip(&plain(2));
        check(&[gzip(&plain(1)), torn[..torn.len() / 2].to_vec(), gzip(&plain(3))], &["1", "3"], 1);
        check(&[gzip(&plain(1)), torn[..torn.len() / 2].to_vec()], &["1"], 1);
    }

    #[test]
    fn a_long_record_is_cut_at_the_bound() {
        let block = "x".repeat(1 << 17);
        let long = format!("WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n", block.len());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.warc");
        std::fs::write(&path, [long.into_bytes(), plain(2)].concat()).unwrap();
        let records: Vec<_> = Reader::open(&path, 1_000).unwrap().map(|record| record.unwrap()).collect();
        assert_eq!(records.len(), 2);
        assert!(records[0].is_cut && records[0].block.len() == 1_000);
        assert!(!records[1].is_cut);
    }

    #[test]
    fn chunking_is_taken_off_where_it_stands() {
        let check = |body: &str, expected: &str| {
            let block = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes();
            let record = Record { kind: "response".into(), fields: Vec::new(), block, is_cut: false, offset_bytes: 0 };
            assert_eq!(record.http().unwrap().body, expected.as_bytes());
        };
        check("4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\n\r\n", "Wikipedia");
        check("4\r\nWiki\r\n5\r\nped", "Wikiped");
        check("<p>No chunks here.</p>", "<p>No chunks here.</p>");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn reading_never_panics(at in 0usize..400, with in any::<u8>(), form in 0u8..3) {
            let records = [plain(1), plain(2)];
            let mut bytes: Vec<u8> = match form {
                0 => records.concat(),
                1 => records.iter().flat_map(|r| gzip(r)).collect(),
                _ => records.iter().flat_map(|r| zstd_frame(r)).collect(),
            };
            let at = at % bytes.len();
            bytes[at] = with;
            read(&bytes);
            bytes.truncate(at);
            read(&bytes);
        }
    }
}
