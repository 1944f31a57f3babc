//! The filters of the story room on JSON Lines, for measuring before the binary links:
//! `story group [--settle] [name=value…]`, `story copies --base FILE`, `story timeline DAYS SENTENCES`,
//! `story lines` (articles, grouped, then linked), `story lines-made COUNT` (speed).

#![allow(clippy::disallowed_methods)]

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use story::storyline::{Gatherer, Gist, Word, draw};
use story::{Decision, Index, Move, Settings, Text, features, timeline, wording};

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
            "settle" => &mut s.settle,
            "crowd" => &mut s.crowd,
            "bias" => &mut s.bias,
            "size" => &mut s.size,
            "later" => &mut s.later,
            "timeless" => &mut s.timeless,
            "mend" => &mut s.mend,
            "elsewhere" => &mut s.elsewhere,
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
            let mut placed = Vec::new();
            for (n, row) in rows.iter().enumerate() {
                let f = features(&text(row));
                let (decision, others) = index.place_beside(&f);
                let story = match decision {
                    Decision::Opens => {
                        next += 1;
                        next
                    }
                    Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
                };
                index.insert(n as i64, story, &f);
                placed.push(story);
                if let Some(step) = index.mend(story, &others) {
                    index.apply(&step, 0);
                }
            }
            let settle = args.iter().any(|a| a == "--settle");
            if settle {
                for step in index.settle(&index.stories()) {
                    if matches!(step, Move::Open { .. }) {
                        next += 1;
                    }
                    index.apply(&step, next);
                }
            }
            for (n, row) in rows.iter().enumerate() {
                let story = if settle { index.story_of(n as i64) } else { Some(placed[n]) };
                writeln!(out, "{}", json!({"id": row["id"], "cluster": story})).expect("writable");
            }
            eprintln!("{} texts, {} bytes held", index.len(), index.memory_bytes());
        }
        "copies" => {
            let path = &args[2];
            let base = rows(std::io::BufReader::new(std::fs::File::open(path).expect("readable base")));
            let mut index = Index::new(Settings::default());
            for (n, row) in base.iter().enumerate() {
                index.insert(n as i64, n as i64, &wording(text(row).text));
            }
            eprintln!("{} texts, {} bytes held", index.len(), index.memory_bytes());
            for row in rows(input) {
                let found = index.copies(&wording(text(&row).text));
                let ids: Vec<&Value> = found.iter().map(|m| &base[m.key as usize]["id"]).collect();
                writeln!(out, "{}", json!({"id": row["id"], "matches": ids})).expect("writable");
            }
        }
        "timeline" => {
            // `-` leaves a number to the articles.
            let (days, sentences) = (args[1].parse().ok(), args[2].parse().ok());
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
        "lines" => {
            let rows = rows(input);
            let mut index = Index::new(Settings::default());
            let mut gatherer = Gatherer::default();
            let mut titles = Vec::new();
            let mut stories = Vec::new();
            for (n, row) in rows.iter().enumerate() {
                let read = text(row);
                let f = features(&read);
                let story = match index.place(&f) {
                    Decision::Opens => {
                        titles.push(read.title.to_owned());
                        titles.len() as i64 - 1
                    }
                    Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
                };
                index.insert(n as i64, story, &f);
                gatherer.add(story, read.published_ms.unwrap_or(0), &f);
                stories.push(story);
            }
            let drawn = draw(&gatherer.gists(|s| titles[s as usize].clone()), &[]);
            let of: std::collections::HashMap<i64, usize> =
                drawn.lines.iter().enumerate().flat_map(|(n, l)| l.stories.iter().map(move |s| (*s, n))).collect();
            for (row, story) in rows.iter().zip(&stories) {
                let cluster = of.get(story).map_or(format!("story {story}"), |n| format!("line {n}"));
                writeln!(out, "{}", json!({"id": row["id"], "cluster": cluster})).expect("writable");
            }
            for l in &drawn.lines {
                eprintln!("{} stories: {} | {:?} | {:?}", l.stories.len(), l.title, l.actors, l.subjects);
            }
            eprintln!("{} texts, {} stories, {} storylines", rows.len(), titles.len(), drawn.lines.len());
        }
        "lines-made" => {
            let gists = made(args[1].parse().expect("a count"));
            let start = std::time::Instant::now();
            let drawn = draw(&gists, &[]);
            let most = drawn.lines.iter().map(|l| l.stories.len()).max().unwrap_or(0);
            eprintln!("{} storylines, the longest {most}, {:.1} s", drawn.lines.len(), start.elapsed().as_secs_f32());
        }
        other => panic!("no command {other}"),
    }
}

/// Made stories: a fifth of them in storylines of some two hundred, the others with words drawn by rank, as words are.
fn made(count: i64) -> Vec<Gist> {
    let mut seed = 1u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as f64 / (1u64 << 31) as f64
    };
    (0..count)
        .map(|story| {
            let line = (story % 5 == 0).then_some((story / 5) as u32 % (count as u32 / 1_000).max(1));
            let mut words = |own: u32, ranks: f64, many: u32| -> Vec<Word> {
                (0..many)
                    .map(|n| {
                        let term = match line {
                            Some(line) if n < own => 10_000_000 + line * 20 + (next() * 12.0) as u32,
                            _ => ranks.powf(next()) as u32,
                        };
                        Word { term, weight: (20 - n) as f32, printed: format!("w{term}").into() }
                    })
                    .collect()
            };
            let (names, subjects) = (words(5, 50_000.0, 14), words(6, 30_000.0, 18));
            let at = story * 3_600_000;
            Gist { story, first_ms: at, last_ms: at + 86_400_000, title: format!("Story {story}"), names, subjects }
        })
        .collect()
}
