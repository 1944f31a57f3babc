//! Character references: those of XML, those of HTML, and numbers.

use memchr::memchr;
use web_atoms::NAMED_ENTITIES;

/// The entities a document declares itself, and how much text they may still put into it.
pub(crate) struct Own<'a> {
    /// Names and what they stand for.
    pub(crate) list: Vec<(&'a str, String)>,
    /// Bytes left; a reference that needs more stays as it is written.
    pub(crate) left: usize,
    /// Whether one was left as it is written for want of room, or because it holds others.
    pub(crate) refused: bool,
}

impl Own<'_> {
    fn get(&mut self, name: &str) -> Option<&str> {
        let (_, text) = self.list.iter().find(|(n, _)| *n == name)?;
        if text.len() > self.left {
            self.refused = true;
            return None;
        }
        self.left -= text.len();
        Some(text)
    }
}

/// Longest name in the HTML list, with its semicolon.
const LONGEST: usize = 33;

/// Appends `raw` to `out` with references replaced, for XML. Names beyond the five of XML are looked up in
/// `own`, then in HTML's list. Gives `false` when something stood there that XML does not allow: a bare `&`,
/// an undeclared name, a number that is no character.
pub(crate) fn unescape(raw: &str, own: &mut Own<'_>, out: &mut String) -> bool {
    let mut clean = true;
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // These three are nearly all there is: HTML inside a feed is written with them.
        let usual = match rest.as_bytes() {
            [_, b'l', b't', b';', ..] => Some(('<', 4)),
            [_, b'g', b't', b';', ..] => Some(('>', 4)),
            [_, b'a', b'm', b'p', b';', ..] => Some(('&', 5)),
            _ => None,
        };
        if let Some((c, used)) = usual {
            out.push(c);
            rest = &rest[used..];
            continue;
        }
        let used = match xml_reference(rest, own, out) {
            Some((used, declared)) => {
                clean &= declared;
                used
            }
            None => {
                clean = false;
                out.push('&');
                1
            }
        };
        rest = &rest[used..];
    }
    out.push_str(rest);
    clean
}

/// Reads the reference at the front of `rest`; gives the bytes used and whether XML allows it.
fn xml_reference(rest: &str, own: &mut Own<'_>, out: &mut String) -> Option<(usize, bool)> {
    let window = &rest.as_bytes()[..rest.len().min(64)];
    let end = memchr(b';', window)?;
    let name = &rest[1..end];
    if let Some(number) = name.strip_prefix('#') {
        let (c, fits) = numeric(number)?;
        out.push(c);
        return Some((end + 1, fits));
    }
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            if let Some(text) = own.get(name) {
                out.push_str(text);
                return Some((end + 1, true));
            }
            // Feeds take their names from the DTD of XHTML 1, where these two mean other characters than in HTML 5.
            if let Some(c) =
                [("lang", '\u{2329}'), ("rang", '\u{232a}')].iter().find(|(n, _)| *n == name).map(|(_, c)| *c)
            {
                out.push(c);
                return Some((end + 1, false));
            }
            push_named(&rest[1..=end], out).then_some(())?;
            return Some((end + 1, false));
        }
    };
    out.push(c);
    Some((end + 1, true))
}

/// Appends `raw` to `out` with references replaced, as browsers do in HTML: old names may lack their
/// semicolon, and what is no reference stays as it is. In an attribute an old name before `=` or a letter
/// is left alone, so that `?a=1&copy=2` keeps its meaning.
pub(crate) fn unescape_html(raw: &str, attribute: bool, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = html_reference(rest, attribute, out).unwrap_or_else(|| {
            out.push('&');
            1
        });
        rest = &rest[used..];
    }
    out.push_str(rest);
}

fn html_reference(rest: &str, attribute: bool, out: &mut String) -> Option<usize> {
    let body = &rest[1..];
    if let Some(number) = body.strip_prefix('#') {
        let hex = number.starts_with(['x', 'X']);
        let digits = if hex { &number[1..] } else { number };
        let is_digit = |b: &u8| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
        let length = digits.bytes().position(|b| !is_digit(&b)).unwrap_or(digits.len());
        if length == 0 {
            return None;
        }
        let (c, _) = numeric(&number[..length + usize::from(hex)])?;
        out.push(c);
        let end = 2 + usize::from(hex) + length;
        return Some(end + usize::from(rest.as_bytes().get(end) == Some(&b';')));
    }
    let length = body.bytes().take(LONGEST).position(|b| !b.is_ascii_alphanumeric()).unwrap_or(body.len().min(LONGEST));
    if length == 0 {
        return None;
    }
    if body.as_bytes().get(length) == Some(&b';') && push_named(&body[..=length], out) {
        return Some(length + 2);
    }
    // Old names without a semicolon: the longest that fits.
    for end in (2..=length.min(6)).rev() {
        if NAMED_ENTITIES.get(&body[..end]).is_some_and(|c| c.0 != 0) {
            let next = body.as_bytes().get(end).copied();
            if attribute && next.is_some_and(|b| b == b'=' || b.is_ascii_alphanumeric()) {
                return None;
            }
            push_named(&body[..end], out);
            return Some(end + 1);
        }
    }
    None
}

/// Appends what HTML's list gives for `name`, which ends in its semicolon where it has one.
fn push_named(name: &str, out: &mut String) -> bool {
    let Some(&(first, second)) = NAMED_ENTITIES.get(name) else { return false };
    // The list also holds the beginnings of names, with nothing behind them.
    let Some(c) = char::from_u32(first).filter(|c| *c != '\0') else { return false };
    out.push(c);
    if let Some(c) = char::from_u32(second).filter(|c| *c != '\0') {
        out.push(c);
    }
    true
}

/// The character a numeric reference means (`38`, `x26`), and whether it is one XML allows. Numbers from
/// 128 to 159 mean what Windows-1252 has there, as everywhere on the web.
fn numeric(number: &str) -> Option<(char, bool)> {
    let value = match number.strip_prefix(['x', 'X']) {
        Some(hex) if !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16),
        None if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => number.parse(),
        _ => return None,
    };
    let value = value.unwrap_or(u32::MAX);
    Some(match value {
        0x80..=0x9f => (WINDOWS_1252[value as usize - 0x80], true),
        0x9 | 0xa | 0xd => (char::from_u32(value).unwrap_or(' '), true),
        0..0x20 | 0x7f => ('\u{fffd}', false),
        _ => char::from_u32(value).map_or(('\u{fffd}', false), |c| (c, true)),
    })
}

/// What Windows-1252 holds from 0x80 on; its five holes are kept as they are.
pub(crate) const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_takes_html_names_and_says_so() {
        let check = |raw: &str, expected: &str, clean: bool| {
            let mut out = String::new();
            let mut own = Own { list: vec![("me", "Ann".to_owned())], left: 100, refused: false };
            assert_eq!(unescape(raw, &mut own, &mut out), clean, "{raw}");
            assert_eq!(out, expected, "{raw}");
        };
        check("a &amp; b &#233; &#xE9; &#150;", "a & b é é –", true);
        check("&eacute;&nbsp;&hellip;", "é\u{a0}…", false);
        check("&me; &you;", "Ann &you;", false);
        check("&#0; &# ; &#xZZ; &", "\u{fffd} &# ; &#xZZ; &", false);
    }

    #[test]
    fn html_takes_old_names_without_semicolon_but_not_in_addresses() {
        let check = |raw: &str, attribute: bool, expected: &str| {
            let mut out = String::new();
            unescape_html(raw, attribute, &mut out);
            assert_eq!(out, expected, "{raw}");
        };
        check("&copy 2024 &notit; &notin; &#8217s", false, "© 2024 ¬it; ∉ ’s");
        check("?a=1&copy=2&lt=3&amp;b", true, "?a=1&copy=2&lt=3&b");
    }
}
