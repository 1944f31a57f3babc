//! What an outlet says of text and data mining: the TDM Reservation Protocol (W3C community group, 2024).
//!
//! It may stand in a page's `meta`, in the headers of an answer, or in one file for the whole host,
//! `/.well-known/tdmrep.json`; what is nearer to the page goes before what is farther away.

use crate::Response;
use crate::robots::matches;
use std::fmt;

/// Bytes of a page looked at for its `meta` elements.
const HEAD_BYTES: usize = 64 * 1024;
/// Rules read of one file.
const RULES: usize = 1_000;
/// The longest policy address that is kept.
const POLICY_BYTES: usize = 2_000;

/// Where it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A `meta` element of the page.
    Meta,
    /// A header of the answer.
    Header,
    /// The host's `/.well-known/tdmrep.json`.
    File,
}

/// Whether mining is reserved, and on what terms it may be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// `tdm-reservation: 1`; 0 states that it is not reserved.
    pub is_reserved: bool,
    /// `tdm-policy`, as written.
    pub policy: Option<String>,
    /// Where it was said.
    pub place: Place,
}

impl fmt::Display for Reservation {
    /// `1 by header, policy https://…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Meta => "meta",
            Place::Header => "header",
            Place::File => "tdmrep.json",
        };
        write!(f, "{} by {place}", u8::from(self.is_reserved))?;
        match &self.policy {
            Some(policy) => write!(f, ", policy {policy}"),
            None => Ok(()),
        }
    }
}

/// What an answer itself says: its `meta` elements where it is a page that has them, else its headers.
pub fn stated(response: &Response) -> Option<Reservation> {
    let is_html = response.header("content-type").is_none_or(|media| media.to_ascii_lowercase().contains("html"));
    let meta = is_html.then(|| in_html(&response.body)).flatten();
    meta.or_else(|| reservation(response.header("tdm-reservation")?, response.header("tdm-policy"), Place::Header))
}

fn reservation(value: &str, policy: Option<&str>, place: Place) -> Option<Reservation> {
    let is_reserved = match value.trim() {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let policy = policy.map(str::trim).filter(|policy| !policy.is_empty() && policy.len() <= POLICY_BYTES);
    Some(Reservation { is_reserved, policy: policy.map(str::to_owned), place })
}

fn in_html(body: &[u8]) -> Option<Reservation> {
    let head = &body[..body.len().min(HEAD_BYTES)];
    // Asked of every page: one search for a rare word settles nearly all.
    memchr::memmem::find(head, b"tdm-reservation").or_else(|| memchr::memmem::find(head, b"TDM-RESERVATION"))?;
    let head = String::from_utf8_lossy(head);
    let (mut value, mut policy) = (None, None);
    for tag in head.split('<').filter(|tag| tag.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("meta"))) {
        let tag = tag.split('>').next().unwrap_or(tag);
        match attribute(tag, "name").as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("tdm-reservation") => value = attribute(tag, "content"),
            Some("tdm-policy") => policy = attribute(tag, "content"),
            _ => {}
        }
    }
    reservation(&value?, policy.as_deref(), Place::Meta)
}

/// The value of an attribute in the text of a tag, quoted or not.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    for (at, _) in lower.match_indices(name) {
        let rest = tag[at + name.len()..].trim_start();
        let is_whole = lower[..at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        let Some(value) = rest.strip_prefix('=').filter(|_| is_whole).map(str::trim_start) else { continue };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split([' ', '\t', '\n', '/']).next(),
        };
        return value.map(str::to_owned);
    }
    None
}

/// A host's `/.well-known/tdmrep.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules(Vec<(String, Reservation)>);

impl Rules {
    /// Reads the file; one that is no list of rules says nothing.
    pub(crate) fn parse(body: &[u8]) -> Rules {
        let Ok(serde_json::Value::Array(list)) = serde_json::from_slice(body) else { return Rules::default() };
        let rules = list.iter().take(RULES).filter_map(|rule| {
            let location = rule.get("location")?.as_str()?.to_owned();
            let value = match rule.get("tdm-reservation")? {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let policy = rule.get("tdm-policy").and_then(|policy| policy.as_str());
            Some((location, reservation(&value, policy, Place::File)?))
        });
        Rules(rules.collect())
    }

    /// What it says of a path: the first location that matches decides, `*` and `$` as in robots.txt.
    pub(crate) fn of(&self, path: &str) -> Option<Reservation> {
        self.0.iter().find(|(location, _)| matches(location, path)).map(|(_, said)| said.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_in_the_page_is_read_in_every_spelling() {
        let check = |html: &str, expected: Option<&str>| {
            let got = in_html(html.as_bytes()).map(|said| said.to_string());
            assert_eq!(got.as_deref(), expected, "{html}");
        };
        check(r#"<head><meta name="tdm-reservation" content="1">"#, Some("1 by meta"));
        check(r#"<META content='0' name='TDM-Reservation'/><p>tdm-reservation"#, Some("0 by meta"));
        check(
            r#"<meta name=tdm-reservation content=1><meta name="tdm-policy" content="https://a.example/p">"#,
            Some("1 by meta, policy https://a.example/p"),
        );
        check(r#"<meta name="tdm-reservation" content="yes">"#, None);
        check(r#"<meta name="description" content="tdm-reservation">"#, None);
        check("<meta", None);
        check("tdm-reservation <meta name=", None);
    }

    #[test]
    fn the_first_location_of_the_file_that_matches_decides() {
        let rules = Rules::parse(
            br#"[{"location":"/open/*","tdm-reservation":0},{"location":"/*.pdf$","tdm-reservation":"1"},
                {"location":"/*","tdm-reservation":1,"tdm-policy":"https://a.example/p"},{"location":7}]"#,
        );
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(rules.of(path).map(|said| said.to_string()).as_deref(), expected, "{path}");
        };
        check("/open/a", Some("0 by tdmrep.json"));
        check("/x.pdf", Some("1 by tdmrep.json"));
        check("/news/1", Some("1 by tdmrep.json, policy https://a.example/p"));
        assert_eq!(Rules::parse(b"<html>").of("/"), None);
        assert_eq!(Rules::parse(b"{}").of("/"), None);
    }
}
