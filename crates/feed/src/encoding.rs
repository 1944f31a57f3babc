//! Bytes to text: which encoding a feed is really written in.
//!
//! The order is that of RFC 7303: byte order mark, `charset` of the HTTP header, XML declaration. A name
//! that does not fit the bytes is passed over, as browsers and feed readers do, and what remains is told
//! from the bytes. Nothing here fails: the last resort shows every byte as some character.

use encoding_rs::{Encoding, ISO_8859_2, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Text and how it was read.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// The body as text, without a byte order mark.
    pub(crate) text: Cow<'a, str>,
    /// The name of the encoding, lower case, as stated where it was stated.
    pub(crate) encoding: String,
    /// Whether the bytes agree with what header and declaration say.
    pub(crate) as_declared: bool,
}

/// The parts of a `Content-Type` header that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `type/subtype`, lower case, without parameters.
    pub(crate) essence: String,
    /// The `charset` parameter without quotation marks, lower case.
    pub(crate) charset: Option<String>,
}

impl MediaType {
    /// Reads the header as servers write it; junk gives an empty media type.
    pub(crate) fn parse(header: &str) -> Self {
        let mut parts = header.split(';');
        let essence = parts.next().unwrap_or("").trim().to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (key, value) = part.split_once('=')?;
            let value = value.trim().trim_matches(['"', '\'']).trim();
            (key.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_ascii_lowercase())
        });
        MediaType { essence, charset }
    }

    fn is_application_xml(&self) -> bool {
        self.essence.starts_with("application/")
            && (self.essence.ends_with("xml")
                || matches!(&*self.essence, "application/xml-dtd" | "application/xml-external-parsed-entity"))
    }

    fn is_text_xml(&self) -> bool {
        matches!(&*self.essence, "text/xml" | "text/xml-external-parsed-entity")
            || (self.essence.starts_with("text/") && self.essence.ends_with("+xml"))
    }

    /// Whether the header admits a feed at all; an absent header does.
    pub(crate) fn is_feed(&self) -> bool {
        self.essence.is_empty() || self.is_application_xml() || self.is_text_xml() || self.essence.contains("json")
    }
}

/// Names that say "two or four bytes a character" without saying which end comes first.
const WIDE: &[&str] = &[
    "u16",
    "utf-16",
    "utf16",
    "utf_16",
    "u32",
    "utf-32",
    "utf32",
    "utf_32",
    "iso-10646-ucs-2",
    "iso-10646-ucs-4",
    "csucs4",
    "csunicode",
    "ucs-2",
    "ucs-4",
    "utf-16be",
    "utf-16le",
    "utf-32be",
    "utf-32le",
    "unicode",
];

/// Decodes a body served with `media`.
pub(crate) fn decode<'a>(body: &'a [u8], media: &MediaType) -> Decoded<'a> {
    if let Some((name, skip)) = sniff(body) {
        let text = decode_wide(&body[skip..], name);
        if let Some(text) = text {
            let declared = media.charset.clone().or_else(|| declaration(text.as_bytes()));
            let as_declared = declared.is_none_or(|d| d == name || WIDE.contains(&&*d) && name != "utf-8");
            return Decoded { text, encoding: name.to_owned(), as_declared };
        }
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let declared = declaration(body).filter(|name| !WIDE.contains(&&**name));
    let ascii = body.is_ascii();
    if let Some(name) = media.charset.as_deref().filter(|name| !WIDE.contains(name))
        && let Some(decoded) = try_named(body, name, true)
    {
        return decoded;
    }
    let served = media.charset.is_none() && media.essence.starts_with("text/");
    if served && ascii && !media.essence.contains("html") {
        // RFC 3023 readers take US-ASCII here; for plain ASCII bytes that is the same text.
        return Decoded { text: as_utf8(body), encoding: "us-ascii".to_owned(), as_declared: true };
    }
    let as_declared = media.charset.is_none() && !served;
    if let Some(name) = &declared
        && let Some(decoded) = try_named(body, name, as_declared)
    {
        return decoded;
    }
    if std::str::from_utf8(body).is_ok() {
        let as_declared = as_declared && declared.is_none();
        return Decoded { text: as_utf8(body), encoding: "utf-8".to_owned(), as_declared };
    }
    detect(body)
}

/// Reads `body` as the encoding `name`; `None` when the name is unknown or the bytes do not fit.
fn try_named<'a>(body: &'a [u8], name: &str, as_declared: bool) -> Option<Decoded<'a>> {
    let name = if matches!(name, "gb2312" | "gb_2312-80" | "x-gbk" | "gbk") { "gb18030" } else { name };
    if matches!(name, "us-ascii" | "ascii" | "us_ascii" | "iso646-us" | "ansi_x3.4-1968") {
        return body.is_ascii().then(|| Decoded { text: as_utf8(body), encoding: name.to_owned(), as_declared });
    }
    let encoding = Encoding::for_label(name.as_bytes()).or_else(|| Encoding::for_label(alias(name).as_bytes()))?;
    if encoding == UTF_8 {
        let text = std::str::from_utf8(body).ok()?;
        return Some(Decoded { text: Cow::Borrowed(text), encoding: "utf-8".to_owned(), as_declared });
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(body)?;
    Some(Decoded { text, encoding: name.to_owned(), as_declared })
}

/// Names that feeds use and the WHATWG list lacks.
fn alias(name: &str) -> &str {
    match name {
        "cp932" | "ms932" | "x-ms-cp932" => "shift_jis",
        "cp936" | "ms936" => "gbk",
        "cp949" | "ms949" | "uhc" => "euc-kr",
        "cp950" | "big5hkscs" | "hkscs" => "big5",
        "utf8mb4" | "utf-8n" | "utf_8" | "u8" | "utf" => "utf-8",
        "latin-1" | "latin_1" | "iso8859_1" | "iso_8859_1" | "8859-1" | "iso-latin-1" | "cp819" | "win-1252" => {
            "windows-1252"
        }
        "win-1251" | "windows1251" | "win1251" => "windows-1251",
        "win-1250" | "windows1250" | "win1250" => "windows-1250",
        other => other,
    }
}

fn as_utf8(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body)
}

/// A byte order mark, or the first characters of an XML file in a wide encoding: its name and the bytes to skip.
fn sniff(body: &[u8]) -> Option<(&'static str, usize)> {
    match body {
        [0, 0, 0xfe, 0xff, ..] => Some(("utf-32be", 4)),
        [0xff, 0xfe, 0, 0, ..] => Some(("utf-32le", 4)),
        [0xfe, 0xff, ..] => Some(("utf-16be", 2)),
        [0xff, 0xfe, ..] => Some(("utf-16le", 2)),
        [0xef, 0xbb, 0xbf, ..] => Some(("utf-8", 3)),
        [0, 0, 0, b'<', ..] => Some(("utf-32be", 0)),
        [b'<', 0, 0, 0, ..] => Some(("utf-32le", 0)),
        [0, b'<', 0, _, ..] => Some(("utf-16be", 0)),
        [b'<', 0, _, 0, ..] => Some(("utf-16le", 0)),
        _ => None,
    }
}

fn decode_wide<'a>(body: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    match name {
        "utf-8" => std::str::from_utf8(body).ok().map(Cow::Borrowed),
        "utf-16be" => Some(UTF_16BE.decode_without_bom_handling(body).0),
        "utf-16le" => Some(UTF_16LE.decode_without_bom_handling(body).0),
        _ => {
            let big = name.ends_with("be");
            let read = |c: &[u8]| {
                let c = [c[0], c[1], c[2], c[3]];
                if big { u32::from_be_bytes(c) } else { u32::from_le_bytes(c) }
            };
            let chars = body.chunks_exact(4).map(|c| char::from_u32(read(c)).unwrap_or('\u{fffd}'));
            Some(Cow::Owned(chars.collect()))
        }
    }
}

/// The encoding an XML declaration names, lower case. Junk before the declaration is passed over.
fn declaration(body: &[u8]) -> Option<String> {
    let head = &body[..body.len().min(1024)];
    let start = memchr::memmem::find(head, b"<?xml")?;
    let head = &head[start..];
    let head = &head[..memchr::memchr(b'>', head).unwrap_or(head.len())];
    let at = memchr::memmem::find(head, b"encoding")? + 8;
    let rest = head[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *rest.first().filter(|b| matches!(b, b'"' | b'\''))?;
    let rest = &rest[1..];
    let name = std::str::from_utf8(&rest[..memchr::memchr(quote, rest)?]).ok()?;
    Some(name.trim().to_ascii_lowercase()).filter(|n| !n.is_empty())
}

/// Tells the encoding from the bytes alone.
fn detect(body: &[u8]) -> Decoded<'_> {
    if let Some(text) = mostly_utf8(body) {
        return Decoded { text: Cow::Owned(text), encoding: "utf-8".to_owned(), as_declared: false };
    }
    // Some of it is UTF-8 and more is not: no detector can tell, and this reading loses no byte.
    if body.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) && few_beyond_ascii(body) {
        // Bytes that Windows-1252 leaves empty rule it out.
        let has_holes = body.iter().any(|b| matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
        let encoding = if has_holes { ISO_8859_2 } else { WINDOWS_1252 };
        let (text, _) = encoding.decode_without_bom_handling(body);
        return Decoded { text, encoding: encoding.name().to_ascii_lowercase(), as_declared: false };
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(body, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(body);
    Decoded { text, encoding: encoding.name().to_ascii_lowercase(), as_declared: false }
}

/// Whether too few bytes lie beyond ASCII to tell an encoding from.
fn few_beyond_ascii(body: &[u8]) -> bool {
    body.iter().filter(|b| !b.is_ascii()).take(16).count() < 16
}

/// UTF-8 with a few stray bytes in it, which are read as Windows-1252, the usual cause being a title
/// pasted in by hand. `None` when more than one in ten of the characters beyond ASCII does not fit.
fn mostly_utf8(body: &[u8]) -> Option<String> {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        bad += chunk.invalid().len();
    }
    if good < 10 * bad {
        return None;
    }
    let mut out = String::with_capacity(body.len() + 16);
    for chunk in body.utf8_chunks() {
        out.push_str(chunk.valid());
        out.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8], content_type: &str, text: &str, encoding: &str) {
        let decoded = decode(body, &MediaType::parse(content_type));
        assert_eq!(decoded.encoding, encoding, "{content_type}");
        assert_eq!(decoded.text, text, "{content_type}");
    }

    #[test]
    fn byte_order_mark_wins_over_header_and_header_over_declaration() {
        check(b"\xef\xbb\xbf<a>\xc3\xa9</a>", "text/xml; charset=iso-8859-1", "<a>é</a>", "utf-8");
        check(b"\xfe\xff\0<\0a\0/\0>", "text/xml", "<a/>", "utf-16be");
        let body = b"<?xml version='1.0' encoding='windows-1251'?><a>\xe9</a>";
        check(
            body,
            "application/xml; charset=\"iso-8859-1\"",
            "<?xml version='1.0' encoding='windows-1251'?><a>é</a>",
            "iso-8859-1",
        );
        check(body, "application/xml", "<?xml version='1.0' encoding='windows-1251'?><a>й</a>", "windows-1251");
    }

    #[test]
    fn name_that_does_not_fit_the_bytes_is_passed_over() {
        check(b"<a>\xc3\xa9t\xc3\xa9</a>", "application/xml; charset=us-ascii", "<a>été</a>", "utf-8");
        check(b"<?xml encoding='utf-16'?><a>b</a>", "application/xml", "<?xml encoding='utf-16'?><a>b</a>", "utf-8");
        check(b"<a>b</a>", "text/xml", "<a>b</a>", "us-ascii");
    }

    #[test]
    fn stray_bytes_in_utf8_are_read_as_windows_1252() {
        let mut body = "éàüöäßçñêô — é".repeat(2).into_bytes();
        body.push(0x92);
        let decoded = decode(&body, &MediaType::default());
        assert_eq!(decoded.encoding, "utf-8");
        assert!(decoded.text.ends_with('’'));
        assert!(!decoded.as_declared);
    }
}
