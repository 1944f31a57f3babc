//! Reads cases as JSONL on stdin (`id`, `file`, `url`, `headers`) and prints what the feed room makes of them.

use serde_json::{Value, json};
use std::io::{BufRead, Write};

fn main() {
    let dir = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line.expect("a line")).expect("a case");
        #[allow(clippy::disallowed_methods)]
        let body = std::fs::read(format!("{dir}/{}", case["file"].as_str().expect("a file"))).expect("the file");
        let mut headers = feed::Headers::default();
        for (name, value) in case["headers"].as_object().into_iter().flatten() {
            let value = value.as_str().map(str::to_owned);
            match &*name.to_ascii_lowercase() {
                "content-type" => headers.content_type = value,
                "content-location" => headers.content_location = value,
                "content-language" => headers.content_language = value,
                _ => {}
            }
        }
        let url = case["url"].as_str().and_then(|url| url::Url::parse(url).ok());
        let parsed = match &url {
            Some(url) => feed::parse(&body, url, &headers),
            None => feed::parse_local(&body, &headers),
        };
        let result = match parsed {
            Ok(parsed) => {
                let mut result = feed::result_json(&parsed.value);
                result["id"] = case["id"].clone();
                result["ok"] = json!(true);
                result["problems"] =
                    parsed.problems.iter().map(|p| json!({"code": p.code, "message": p.message})).collect();
                assert!(parsed.value.entries().len() <= parsed.value.items.len());
                result
            }
            Err(error) => json!({"id": case["id"], "ok": false, "error": error.to_string()}),
        };
        writeln!(out, "{result}").expect("stdout");
    }
}
