//! The control door: JSON over HTTP on a port of its own, for tests of the real binary and for a browser.
//!
//! `GET /_newsroom/` a page with buttons, `GET /_newsroom/manifest`, `GET /_newsroom/outlets`,
//! `GET /_newsroom/requests`, `POST /_newsroom/requests/clear`, `GET /_newsroom/article?key=…`,
//! `POST /_newsroom/change` with a [`crate::Change`].

use crate::page::escape;
use crate::serve::{Answer, Ask};
use crate::stage::{Change, Stage};
use http::Method;
use std::fmt::Write as _;

pub(crate) fn answer(stage: &Stage, ask: &Ask<'_>) -> Answer {
    let (path, query) = ask.target.split_once('?').unwrap_or((ask.target, ""));
    let get = ask.method == Method::GET || ask.method == Method::HEAD;
    match path {
        "/" => Answer::html(302, "").with("location", "/_newsroom/"),
        "/_newsroom" | "/_newsroom/" if get => Answer::html(200, desk(stage)),
        "/_newsroom/manifest" if get => Answer::json(200, &stage.manifest),
        "/_newsroom/outlets" if get => Answer::json(200, &stage.manifest.outlets),
        "/_newsroom/requests" if get => Answer::json(200, &stage.requests()),
        "/_newsroom/requests/clear" if ask.method == Method::POST => {
            stage.forget_requests();
            Answer::json(200, &serde_json::json!({"done": true}))
        }
        "/_newsroom/article" if get => {
            let key = query.strip_prefix("key=").map(percent_decoded).unwrap_or_default();
            match stage.article(&key) {
                Some(article) => Answer::json(
                    200,
                    &serde_json::json!({"article": article, "text": article.text(), "whole_text": article.whole_text()}),
                ),
                None => refused(404, &format!("no article `{key}`")),
            }
        }
        "/_newsroom/change" if ask.method == Method::POST => {
            let form = ask.header("content-type").is_some_and(|t| t.contains("form-urlencoded"));
            let body = String::from_utf8_lossy(ask.body);
            let text = if form {
                body.strip_prefix("change=").map(percent_decoded).unwrap_or_default()
            } else {
                body.into_owned()
            };
            let change: Change = match serde_json::from_str(&text) {
                Ok(change) => change,
                Err(error) => return refused(400, &error.to_string()),
            };
            match stage.change(change) {
                Ok(()) if form => Answer::html(303, "").with("location", "/_newsroom/"),
                Ok(()) => Answer::json(200, &serde_json::json!({"done": true})),
                Err(error) => refused(400, &error.to_string()),
            }
        }
        _ => refused(404, "no such door; see /_newsroom/"),
    }
}

fn refused(status: u16, message: &str) -> Answer {
    Answer::json(status, &serde_json::json!({"error": {"code": "refused", "message": message}}))
}

/// Decodes `%XX` and `+` of a form field.
pub(crate) fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}

/// Changes worth a button: what it does, in words, and the change.
const BUTTONS: &[(&str, &str)] = &[
    (
        "Portside Daily silently raises its count of the dead from five to seven",
        r#"{"do":"edit","article":"terminal-portside","find":"Five people were killed","replace":"Seven people were killed"}"#,
    ),
    (
        "The Morning Ledger takes its dredging report down (404)",
        r#"{"do":"vanish","article":"dredging-ledger","how":"not_found"}"#,
    ),
    ("The Morning Ledger puts it back", r#"{"do":"return","article":"dredging-ledger"}"#),
    (
        "Halvik Courant changes advertisements and related links, and no text",
        r#"{"do":"change_furniture","outlet":"halvik-courant"}"#,
    ),
    ("Twelve outlets publish one agency text", r#"{"do":"publish_twelve_copies"}"#),
    ("Veskar Gazette drops its consent wall", r#"{"do":"set_consent_wall","outlet":"veskar-gazette","on":false}"#),
    ("Nordwire’s feed stops in its middle", r#"{"do":"break_feed","outlet":"nordwire","fault":"truncated_tail"}"#),
    ("Nordwire’s feed is whole again", r#"{"do":"fix_feed","outlet":"nordwire"}"#),
];

fn desk(stage: &Stage) -> String {
    let mut out = String::from(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>The newsroom</title><style>body{font:16px/1.5 serif;max-width:50rem;margin:2rem auto;padding:0 1rem}button{font:inherit;margin:.2rem 0}</style></head><body><h1>The newsroom</h1><p>These outlets do not exist. They are played here so that you can see what happens when something changes; the next visit will notice it.</p><h2>Change something</h2>",
    );
    for (words, change) in BUTTONS {
        let _ignored = write!(
            out,
            "<form method=\"post\" action=\"/_newsroom/change\"><input type=\"hidden\" name=\"change\" value=\"{}\"><button>{}</button></form>",
            escape(change),
            escape(words)
        );
    }
    out.push_str("<h2>Outlets</h2><ul>");
    for outlet in &stage.manifest.outlets {
        let count = stage.manifest.articles.iter().filter(|a| a.published && a.outlet == outlet.slug).count();
        let _ignored = write!(
            out,
            "<li><a href=\"{}\">{}</a>, {}: {count} articles</li>",
            escape(&outlet.homepage),
            escape(&outlet.name),
            escape(&outlet.country)
        );
    }
    out.push_str("</ul><p>For programs: <a href=\"/_newsroom/manifest\">manifest</a>, <a href=\"/_newsroom/requests\">requests</a>.</p></body></html>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_holds_a_change_that_parses() {
        for (words, change) in BUTTONS {
            serde_json::from_str::<Change>(change).unwrap_or_else(|e| panic!("{words}: {e}"));
        }
    }
}
