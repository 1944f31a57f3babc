//! Reads texts `{id, text, date}` and prints their events as the scorer reads them; for measuring on labelled data.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let v: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = v["text"].as_str().unwrap();
        let date = v["date"].as_str().and_then(|d| d.get(..10)).and_then(|d| d.parse().ok());
        let events: Vec<serde_json::Value> = comparison::event::events(text, date)
            .iter()
            .map(|e| {
                let code = |a: &Option<comparison::event::Actor>| a.as_ref().and_then(|a| a.code);
                let name = |a: &Option<comparison::event::Actor>| a.as_ref().map(|a| a.name.clone());
                serde_json::json!({"words": &text[e.span.clone()], "event": e.event, "code": e.code, "class": e.class,
                    "source": code(&e.source), "target": code(&e.target), "source_name": name(&e.source),
                    "target_name": name(&e.target), "date": e.date})
            })
            .collect();
        println!("{}", serde_json::json!({"id": v["id"], "events": events}));
    }
}
