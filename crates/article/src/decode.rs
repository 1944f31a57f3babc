//! Bytes to text: byte order mark, then the HTTP header, then the page's own declaration, then detection.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// Decodes a page as received (after content decoding).
///
/// A byte order mark wins, then the `charset` of `content_type`, then `<meta charset>` or the XML declaration
/// in the first 4,096 bytes, then what the bytes look like. A declaration the bytes contradict (declared
/// anything else, but valid UTF-8 with characters beyond ASCII) loses. Bad bytes become U+FFFD.
pub fn decode<'a>(body: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(&body[length..]).0;
    }
    // Text that is valid UTF-8 beyond ASCII is UTF-8: other encodings almost never look so by chance.
    if let Ok(text) = std::str::from_utf8(body)
        && (!text.is_ascii() || !body.contains(&0x1b))
    {
        return Cow::Borrowed(text);
    }
    let declared = content_type.and_then(charset).or_else(|| declaration(body));
    let encoding = match declared {
        Some(encoding) => encoding,
        None => detect(body),
    };
    encoding.decode_without_bom_handling(body).0
}

/// The `charset` of a content type or a declaration.
fn charset(text: &str) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find("charset").or_else(|| lower.find("encoding"))?;
    let after = lower[at..].split_once('=')?.1;
    let label = after.trim_start().trim_start_matches(['"', '\'']);
    let label = label.split(['"', '\'', ';', '>', ' ', '/', '?', ',']).next()?.trim();
    Encoding::for_label(label.as_bytes())
}

fn declaration(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_ascii_lowercase();
    let in_xml = head.trim_start().starts_with("<?xml").then(|| head.split("?>").next()).flatten().and_then(charset);
    let mut rest = head.as_str();
    while let Some(at) = rest.find("<meta") {
        rest = &rest[at + 5..];
        let tag = rest.split('>').next().unwrap_or("");
        if let Some(found) = charset(tag) {
            // A page that could be read to find this is not in UTF-16.
            return Some(if found.is_ascii_compatible() { found } else { UTF_8 });
        }
    }
    in_xml
}

fn detect(body: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&body[..body.len().min(512 * 1024)], true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Allow);
    if guess.is_ascii_compatible() { guess } else { WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_encoding_is_found() {
        let check = |body: &[u8], content_type: Option<&str>, expected: &str| {
            assert!(decode(body, content_type).contains(expected), "{:?}", decode(body, content_type));
        };
        check("Peña".as_bytes(), None, "Peña");
        check("Peña".as_bytes(), Some("text/html; charset=iso-8859-1"), "Peña");
        check(b"Pe\xf1a", Some("text/html; charset=ISO-8859-1"), "Peña");
        check(b"<meta charset='windows-1251'>\xcf\xf3\xf2\xe8\xed", None, "Путин");
        check(
            b"<meta http-equiv=Content-Type content=\"text/html; charset=windows-1251\">\xcf\xf3\xf2\xe8\xed",
            Some("text/html"),
            "Путин",
        );
        check(b"\xff\xfeP\x00e\x00\xf1\x00a\x00", None, "Peña");
        check(b"\xef\xbb\xbfok", None, "ok");
        check(b"Fran\xe7ois a \xe9t\xe9 re\xe7u \xe0 l'\xc9lys\xe9e", None, "François");
        check(b"bad \xff byte", Some("text/html; charset=utf-8"), "bad \u{fffd} byte");
    }

    proptest::proptest! {
        #[test]
        fn decoding_never_panics(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200), header in "(charset=)?[a-z0-9-]{0,12}") {
            decode(&body, Some(&header));
        }
    }
}
