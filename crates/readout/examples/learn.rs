//! Measures learning: each page of outlets with several, read alone and with what the outlet's other pages taught.
//!
//! usage: learn FOLDER [LEAST]
//!
//! FOLDER holds `index.jsonl` as in the extraction data; only the `fundus` set names outlets. LEAST is on how many of the
//! other pages a block must stand; the program's own value is 3, which few of these outlets have pages for.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use url::Url;

struct Page {
    id: String,
    url: Url,
    html: String,
    gold: String,
}

fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).expect("folder of the pages"));
    let least: usize = std::env::args().nth(2).map_or(1, |n| n.parse().unwrap());
    let mut outlets: BTreeMap<String, Vec<Page>> = BTreeMap::new();
    for line in std::fs::read_to_string(root.join("index.jsonl")).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        if row["set"] != "fundus" {
            continue;
        }
        let gold: Value =
            serde_json::from_slice(&std::fs::read(root.join(row["gold"].as_str().unwrap())).unwrap()).unwrap();
        let mut bytes = Vec::new();
        let file = std::fs::File::open(root.join(row["html"].as_str().unwrap())).unwrap();
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        outlets.entry(gold["outlet"].as_str().unwrap().to_owned()).or_default().push(Page {
            id: row["id"].as_str().unwrap().to_owned(),
            url: Url::parse(row["url"].as_str().unwrap()).unwrap(),
            html: article::decode(&bytes, None).into_owned(),
            gold: gold["text"].as_str().unwrap_or_default().to_owned(),
        });
    }
    outlets.retain(|_, pages| pages.len() >= 2);
    let (mut alone, mut learned) = (Score::default(), Score::default());
    for (outlet, pages) in &outlets {
        for at in 0..pages.len() {
            let others = pages.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, p)| (p.html.as_str(), &p.url));
            let site = article::learn::Site::learn_from(others, least);
            let page = &pages[at];
            let guide = article::Guide { learned: Some(&site), rules: None };
            let before = alone.add(&article::extract(&page.html, &page.url).value.text, &page.gold);
            let after = learned.add(&article::extract_with(&page.html, &page.url, &guide).value.text, &page.gold);
            if before != after {
                println!(
                    "{outlet}: {} {before:.4} -> {after:.4}, {} blocks, container {:?}",
                    page.id,
                    site.furniture(),
                    site.usual_container()
                );
            }
        }
    }
    let count: usize = outlets.values().map(Vec::len).sum();
    println!("{count} pages of {} outlets, least {least}", outlets.len());
    println!("alone    {}", alone.line());
    println!("learned  {}", learned.line());
}

#[derive(Default)]
struct Score {
    precision: Vec<f64>,
    recall: Vec<f64>,
}

impl Score {
    /// Overlap of four words in a row, as `score.py` has it; gives the page's own F1.
    fn add(&mut self, text: &str, gold: &str) -> f64 {
        let (own, wanted) = (shingles(text), shingles(gold));
        let shared: usize = own.iter().map(|(s, n)| (*n).min(wanted.get(s).copied().unwrap_or(0))).sum();
        let sum = |counts: &HashMap<String, usize>| counts.values().sum::<usize>() as f64;
        let (p, r) = (shared as f64 / sum(&own).max(1.0), shared as f64 / sum(&wanted).max(1.0));
        if !own.is_empty() {
            self.precision.push(p);
        }
        if !wanted.is_empty() {
            self.recall.push(r);
        }
        2.0 * p * r / (p + r).max(1e-9)
    }

    fn line(&self) -> String {
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len().max(1) as f64;
        let (p, r) = (mean(&self.precision), mean(&self.recall));
        format!("F1 {:.4}, P {p:.4}, R {r:.4}", 2.0 * p * r / (p + r))
    }
}

fn shingles(text: &str) -> HashMap<String, usize> {
    let mut words: Vec<String> = Vec::new();
    let mut open = String::new();
    for c in text.chars() {
        let is_alone = matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}');
        if c.is_alphanumeric() && !is_alone || c == '_' {
            open.push(c);
            continue;
        }
        if !open.is_empty() {
            words.push(std::mem::take(&mut open));
        }
        if is_alone {
            words.push(c.to_string());
        }
    }
    if !open.is_empty() {
        words.push(open);
    }
    let mut out = HashMap::new();
    if words.is_empty() {
        return out;
    }
    for window in words.windows(4.min(words.len())) {
        *out.entry(window.join(" ")).or_default() += 1;
    }
    out
}
