//! Measures extraction: an index of JSONL on standard input, predictions of JSONL on standard output.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use serde_json::{Value, json};
use std::io::{BufRead, Write};

fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).expect("folder of the pages"));
    let mut pages = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let mut body = Vec::new();
        let bytes = std::fs::read(root.join(row["html"].as_str().unwrap())).unwrap();
        let mut c = std::process::Command::new("gzip")
            .arg("-dc")
            .arg(root.join(row["html"].as_str().unwrap()))
            .output()
            .unwrap();
        body.append(&mut c.stdout);
        let _ = bytes;
        pages.push((row, body));
    }
    let repeat: usize = std::env::args().nth(2).map_or(1, |n| n.parse().unwrap());
    let start = std::time::Instant::now();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut slowest = (0.0f64, String::new());
    for round in 0..repeat {
        for (row, body) in &pages {
            let url = url::Url::parse(row["url"].as_str().unwrap()).unwrap();
            let one = std::time::Instant::now();
            let html = article::decode(body, None);
            let a = article::extract(&html, &url);
            let took = one.elapsed().as_secs_f64() * 1e3;
            if took > slowest.0 {
                slowest = (took, row["id"].to_string());
            }
            if round + 1 < repeat {
                continue;
            }
            let v = a.value;
            let line = json!({"id": row["id"], "url": row["url"], "title": v.headline, "authors": v.authors, "date": v.published_at.map(|d| d.rfc3339()),
                "modified": v.modified_at.map(|d| d.rfc3339()), "language": v.language.as_ref().map(|l| l.as_str()), "outlet": v.outlet, "standfirst": v.standfirst, "text": v.text,
                "captions": v.captions, "tags": v.tags, "section": v.section, "canonical_url": v.canonical_url, "kind": v.kind.word(), "held": v.held.word(), "byline": v.byline,
                "refusal": article::refusal(200, &article::extract(&html, &url).value, &html, &url, &url).map(|r| r.word()),
                "origin": v.origins.iter().map(|(f, o)| (f.word().to_owned(), json!(o.word()))).collect::<serde_json::Map<_, _>>(),
                "damage": v.damage.iter().map(|d| json!([d.kind, d.candidates])).collect::<Vec<_>>(),
                "problems": a.problems.iter().map(|p| p.code.as_ref()).collect::<Vec<_>>(),
                "blocks": v.blocks.iter().map(|b| json!([b.kind.word(), v.text[b.span.clone()]])).collect::<Vec<_>>()});
            writeln!(out, "{line}").unwrap();
        }
    }
    eprintln!(
        "{:.2} ms a page, slowest {:.1} {}",
        start.elapsed().as_secs_f64() * 1e3 / (pages.len() * repeat) as f64,
        slowest.0,
        slowest.1
    );
}
