//! The filters of the story room on JSON Lines, for measuring before the binary links:
//! `story group [--settle] [name=value…]`, `story copies --base FILE`, `story timeline DAYS SENTENCES`.

#![allow(clippy::disallowed_methods)]

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use story::{Decision, Index, Move, Settings, Text, features, timeline};

fn rows(from: impl BufRead) -> Vec<Value> {
    from.lines().map(|l| serde_json::from_str(&l.expect("readable input")).expect("a JSON object")).collect()
}

fn text(row: &Value) -> Text<'_> {
    let of = |name: &str| row[name].as_str();
    let date = of("date").and_then(|d| {
        d.parse::<jiff::Timestamp>()
            .ok()
            .or_else(|| format!("{}T00:00:00Z", &d[..d.floor_char_boundary(10)]).parse().ok())
    });
    Text {
        title: of("title").unwrap_or(""),
        text: of("text").unwrap_or(""),
        published_ms: row["ts_ms"].as_i64().or(date.map(|d| d.as_millisecond())),
        first_seen_ms: None,
        outlet: of("outlet"),
        language: of("lang"),
    }
}

fn settings(args: &[String]) -> Settings {
    let mut s = Settings::default();
    for (name, value) in args.iter().filter_map(|a| a.split_once('=')) {
        let v: f32 = value.parse().expect("a number");
        let field = match name {
            "join" => &mut s.join,
            "sure" => &mut s.sure,
            "prior" => &mut s.prior,
            "name" => &mut s.name,
            "phrase" => &mut s.phrase,
            "number" => &mut s.number,
            "rarity" => &mut s.rarity,
            "hours" => &mut s.hours,
            "time" => &mut s.time,
            "settle" => &mut s.settle,
            "strangers" => &mut s.strangers,
            "bias" => &mut s.bias,
            _ => panic!("no constant {name}"),
        };
        *field = v;
    }
    s
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let input = std::io::stdin().lock();
    match args[0].as_str() {
        "group" => {
            let rows = rows(input);
            let mut index = Index::new(settings(&args));
            let mut next = 0;
            for (n, row) in rows.iter().enumerate() {
                let f = features(&text(row));
                let story = match index.place(&f) {
                    Decision::Opens => {
                        next += 1;
                        next
                    }
                    Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
                };
                index.insert(n as i64, story, &f);
            }
            if args.iter().any(|a| a == "--settle") {
                for step in index.settle(&index.stories()) {
                    if matches!(step, Move::Open { .. }) {
                        next += 1;
                    }
                    index.apply(&step, next);
                }
            }
            for (n, row) in rows.iter().enumerate() {
                writeln!(out, "{}", json!({"id": row["id"], "cluster": index.story_of(n as i64)})).expect("writable");
            }
            eprintln!("{} texts, {} bytes held", index.len(), index.memory_bytes());
        }
        "copies" => {
            let path = &args[2];
            let base = rows(std::io::BufReader::new(std::fs::File::open(path).expect("readable base")));
            let mut index = Index::new(Settings::default());
            for (n, row) in base.iter().enumerate() {
                index.insert(n as i64, n as i64, &features(&text(row)));
            }
            eprintln!("{} texts, {} bytes held", index.len(), index.memory_bytes());
            for row in rows(input) {
                let found = index.copies(&features(&text(&row)));
                let ids: Vec<&Value> = found.iter().map(|m| &base[m.key as usize]["id"]).collect();
                writeln!(out, "{}", json!({"id": row["id"], "matches": ids})).expect("writable");
            }
        }
        "timeline" => {
            let (days, sentences) = (args[1].parse().expect("days"), args[2].parse().expect("sentences"));
            let rows = rows(input);
            for set in rows.chunk_by(|a, b| a["set"] == b["set"]) {
                let articles: Vec<timeline::Article<'_>> = set
                    .iter()
                    .map(|r| timeline::Article {
                        day: r["date"].as_str().unwrap_or("").get(..10).unwrap_or("").parse().expect("a date"),
                        title: r["title"].as_str().unwrap_or(""),
                        text: r["text"].as_str().unwrap_or(""),
                    })
                    .collect();
                let entries: Vec<Value> = timeline::timeline(&articles, days, sentences)
                    .into_iter()
                    .map(|e| {
                        let s: Vec<&str> =
                            e.sentences.iter().map(|s| &articles[s.article].text[s.span.clone()]).collect();
                        json!({"date": e.day.to_string(), "sentences": s})
                    })
                    .collect();
                writeln!(out, "{}", json!({"set": set[0]["set"], "timeline": 0, "entries": entries}))
                    .expect("writable");
            }
        }
        other => panic!("no command {other}"),
    }
}
