//! What a request asks for, read into types: form of the answer, page of a list, moment in time.

use crate::parts::escape;
use archive::{AsOf, Page};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Uri, header};
use jiff::Timestamp;
use std::convert::Infallible;

/// The form an answer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Html,
    Json,
    Rss,
    Atom,
    JsonFeed,
    Csv,
}

impl Form {
    /// The suffix of a path that asks for this form.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Form::Html => "",
            Form::Json => ".json",
            Form::Rss => ".rss",
            Form::Atom => ".atom",
            Form::JsonFeed => ".feed.json",
            Form::Csv => ".csv",
        }
    }

    /// The suffix where the request named its form by one; a form named in `Accept` needs none.
    pub(crate) fn suffix_if_asked(self, asked: &Asked) -> &'static str {
        if asked.by_suffix { self.suffix() } else { "" }
    }

    /// The media type of an answer in this form.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Form::Html => "text/html; charset=utf-8",
            Form::Json => "application/json; charset=utf-8",
            Form::Rss => "application/rss+xml; charset=utf-8",
            Form::Atom => "application/atom+xml; charset=utf-8",
            Form::JsonFeed => "application/feed+json; charset=utf-8",
            Form::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Parts a path from the form its suffix asks for; `None` when it has no such suffix.
    pub(crate) fn of_path(path: &str) -> Option<(&str, Form)> {
        [Form::JsonFeed, Form::Json, Form::Rss, Form::Atom, Form::Csv]
            .into_iter()
            .find_map(|form| path.strip_suffix(form.suffix()).map(|rest| (rest, form)))
            .filter(|(rest, _)| rest.len() > 1 && !rest.ends_with('/'))
    }

    /// The form an `Accept` header asks for: HTML unless another is named and HTML is not.
    pub(crate) fn of_accept(accept: &str) -> Form {
        let names = |media: &str| accept.split(',').any(|part| part.split(';').next().unwrap_or("").trim() == media);
        if names("text/html") || names("application/xhtml+xml") {
            return Form::Html;
        }
        let wanted = [
            ("application/feed+json", Form::JsonFeed),
            ("application/atom+xml", Form::Atom),
            ("application/rss+xml", Form::Rss),
            ("application/json", Form::Json),
            ("text/csv", Form::Csv),
        ];
        wanted.into_iter().find(|(media, _)| names(media)).map_or(Form::Html, |(_, form)| form)
    }
}

/// The path as asked, before its suffix was taken off; kept beside the request.
#[derive(Clone, Debug)]
pub(crate) struct Taken(pub(crate) Form);

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The form of the answer.
    pub(crate) form: Form,
    /// Whether a suffix of the path named the form.
    pub(crate) by_suffix: bool,
    /// The path without the suffix of the form, still percent-encoded.
    pub(crate) path: String,
    /// What follows the question mark, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// `http://host:port` as the client reached us, for addresses in feeds.
    pub(crate) base: String,
    /// Whether single keys are switched off.
    pub(crate) keys_off: bool,
    /// `light` or `dark` where a person chose one.
    pub(crate) theme: Option<&'static str>,
    /// The name under which a person decides here, where one was kept.
    pub(crate) who: Option<String>,
    /// `If-None-Match` as received.
    pub(crate) if_none_match: Option<String>,
}

/// A value in the query that cannot be read.
#[derive(Debug)]
pub(crate) struct BadValue {
    /// Name of the field.
    pub(crate) name: &'static str,
    /// What it held.
    pub(crate) value: String,
    /// What it should hold.
    pub(crate) wants: &'static str,
}

impl Asked {
    /// The first value of a field of the query.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The page of a list, `p`, 1 where it is absent or cannot be read.
    pub(crate) fn page(&self, size: u32) -> Page {
        Page::new(self.field("p").and_then(|p| p.parse().ok()).unwrap_or(1), size)
    }

    /// The moment asked of, `asof`: an RFC 3339 instant, or a day, which stands for its end in UTC.
    pub(crate) fn as_of(&self) -> Result<AsOf, BadValue> {
        let Some(text) = self.field("asof").map(str::trim).filter(|t| !t.is_empty() && *t != "now") else {
            return Ok(AsOf::Now);
        };
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(AsOf::At(at));
        }
        // A form or a hand-written address turns the plus sign of a zone into a space.
        if let Ok(at) = text.replace(' ', "+").parse::<Timestamp>() {
            return Ok(AsOf::At(at));
        }
        if let Ok(at) = format!("{text}:00Z").parse::<Timestamp>() {
            return Ok(AsOf::At(at));
        }
        let day = text.parse::<jiff::civil::Date>().ok();
        let end = day.and_then(|d| jiff::tz::TimeZone::UTC.to_timestamp(d.at(23, 59, 59, 0)).ok());
        end.map(AsOf::At).ok_or_else(|| BadValue {
            name: "asof",
            value: text.chars().take(80).collect(),
            wants: "a time such as 2025-03-18T20:00Z, or a day such as 2025-03-18",
        })
    }

    /// The query with these fields set anew (`None` leaves one out), in the form `?a=b&c=d`; empty when nothing is left.
    pub(crate) fn query_with(&self, set: &[(&str, Option<&str>)]) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        let mut any = false;
        for (key, value) in &self.query {
            if !set.iter().any(|(name, _)| name == key) && !value.is_empty() {
                out.append_pair(key, value);
                any = true;
            }
        }
        for (key, value) in set {
            if let Some(value) = value {
                out.append_pair(key, value);
                any = true;
            }
        }
        if any { format!("?{}", out.finish()) } else { String::new() }
    }

    /// The address of this page in another form, with its query.
    pub(crate) fn in_form(&self, form: Form) -> String {
        let path = if self.path == "/" { "/index" } else { &self.path };
        let path = if form == Form::Html { &self.path } else { path };
        format!("{path}{}{}", form.suffix(), self.query_with(&[]))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name: header::HeaderName| parts.headers.get(name).and_then(|v| v.to_str().ok());
        let form = match parts.extensions.get::<Taken>() {
            Some(Taken(form)) => *form,
            None => Form::of_accept(text(header::ACCEPT).unwrap_or("")),
        };
        let query = parts.uri.query().unwrap_or("");
        let query = url::form_urlencoded::parse(query.as_bytes())
            .take(64)
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        let host = text(header::HOST).unwrap_or("localhost");
        let cookies = text(header::COOKIE).unwrap_or("");
        let cookie = |name: &str| {
            cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|p| p.1)
        };
        let theme = match cookie("theme") {
            Some("light") => Some("light"),
            Some("dark") => Some("dark"),
            _ => None,
        };
        Ok(Asked {
            form,
            by_suffix: parts.extensions.get::<Taken>().is_some(),
            path: parts.uri.path().to_owned(),
            query,
            base: format!("http://{}", escape(host)),
            keys_off: cookie("keys") == Some("off"),
            theme,
            who: cookie("who").and_then(|kept| {
                let pair = format!("who={kept}");
                let (_, name) = url::form_urlencoded::parse(pair.as_bytes()).next()?;
                let name = name.trim();
                (!name.is_empty() && name.chars().count() <= archive::WHO_CHARS).then(|| name.to_owned())
            }),
            if_none_match: text(header::IF_NONE_MATCH).map(str::to_owned),
        })
    }
}

/// A path without its suffix, and the form the suffix asked for.
pub(crate) fn without_suffix(uri: &Uri) -> Option<(Uri, Form)> {
    let (rest, form) = Form::of_path(uri.path())?;
    let rest = if rest == "/index" { "/" } else { rest };
    let text = match uri.query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    Some((text.parse().ok()?, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_names_the_form() {
        let check = |uri: &str, expected: Option<(&str, Form)>| {
            let uri: Uri = uri.parse().expect("a literal address");
            assert_eq!(without_suffix(&uri).map(|(u, f)| (u.to_string(), f)), expected.map(|(u, f)| (u.to_owned(), f)));
        };
        check("/index.json", Some(("/", Form::Json)));
        check("/s/12-a-b.json?asof=2025", Some(("/s/12-a-b?asof=2025", Form::Json)));
        check("/t/kestrel.feed.json", Some(("/t/kestrel", Form::JsonFeed)));
        check("/a/1/diff/1..2.atom", Some(("/a/1/diff/1..2", Form::Atom)));
        check("/t/kestrel/timeline.csv?zoom=2017", Some(("/t/kestrel/timeline?zoom=2017", Form::Csv)));
        check("/s/12", None);
        check("/.json", None);
    }

    #[test]
    fn browsers_get_pages_and_programs_get_what_they_name() {
        assert_eq!(Form::of_accept("text/html,application/xhtml+xml,*/*;q=0.8"), Form::Html);
        assert_eq!(Form::of_accept("application/json"), Form::Json);
        assert_eq!(Form::of_accept("*/*"), Form::Html);
        assert_eq!(Form::of_accept("application/atom+xml;q=0.9, */*"), Form::Atom);
    }

    #[test]
    fn a_day_stands_for_its_end_and_nonsense_is_refused() {
        let asked = |text: &str| Asked {
            form: Form::Html,
            by_suffix: false,
            path: "/".into(),
            query: vec![("asof".into(), text.into())],
            base: String::new(),
            keys_off: false,
            theme: None,
            who: None,
            if_none_match: None,
        };
        let at = |text: &str| AsOf::At(text.parse().expect("a literal time"));
        assert_eq!(asked("2025-03-18").as_of().expect("a day"), at("2025-03-18T23:59:59Z"));
        assert_eq!(asked("2025-03-18T20:00Z").as_of().expect("a time"), at("2025-03-18T20:00:00Z"));
        assert_eq!(asked("2025-03-18T20:00").as_of().expect("a time in UTC"), at("2025-03-18T20:00:00Z"));
        assert_eq!(asked("2025-03-18T20:00:00 01:00").as_of().expect("a zone"), at("2025-03-18T19:00:00Z"));
        assert_eq!(asked("").as_of().expect("nothing"), AsOf::Now);
        assert!(asked("yesterday").as_of().is_err());
    }
}
