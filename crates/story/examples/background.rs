//! Makes `src/background.bin`: reads JSON Lines `{text, title?, title_case?}` of openly licensed texts on
//! standard input and writes the table to the file named. Which texts went in stands in `src/background.md`.

#![allow(clippy::disallowed_methods)]

use std::io::BufRead;

fn main() {
    let path = std::env::args().nth(1).expect("usage: background OUT < TEXTS.jsonl");
    let mut counter = story::background::Counter::default();
    for line in std::io::stdin().lock().lines() {
        let row: serde_json::Value = serde_json::from_str(&line.expect("readable input")).expect("a JSON object");
        let text = row["text"].as_str().unwrap_or("");
        let title = row["title"].as_str().unwrap_or("");
        if !title.is_empty() && text.is_empty() {
            counter.add(title, true);
        } else {
            counter.add(&format!("{title}\n{text}"), false);
        }
    }
    std::fs::write(path, counter.table()).expect("writable file");
}
