//! Chooses the numbers of the body search on four fifths of the outlets and measures them on the fifth.
//!
//! The first argument is a folder with an `index.jsonl` of labelled pages. The score is the labelled sets' own:
//! shared runs of four tokens, precision and recall averaged over pages.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use article::tuning::{Prepared, Tuning};
use serde_json::Value;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

type Knob = (&'static str, fn(&mut Tuning) -> &mut f32, &'static [f32]);

/// Each number with the factors tried on it, around its present value.
const KNOBS: &[Knob] = &[
    ("prose_weight", |t| &mut t.prose_weight, &[0.67, 1.33]),
    ("link_share", |t| &mut t.link_share, &[0.7, 1.3]),
    ("known_share", |t| &mut t.known_share, &[0.85, 1.15]),
    ("narrow_share", |t| &mut t.narrow_share, &[0.97, 1.02]),
    ("step_share", |t| &mut t.step_share, &[0.98, 1.01]),
    ("card_link_share", |t| &mut t.card_link_share, &[0.5, 2.0]),
    ("noise_share", |t| &mut t.noise_share, &[0.7, 1.3]),
    ("comment_share", |t| &mut t.comment_share, &[0.8, 1.2]),
    ("headline_share", |t| &mut t.headline_share, &[0.5, 1.5]),
    ("list_link_share", |t| &mut t.list_link_share, &[0.8, 1.2]),
    ("figure_weight", |t| &mut t.figure_weight, &[0.5, 1.5]),
    ("caption_weight", |t| &mut t.caption_weight, &[0.5, 1.5]),
    ("invitation_weight", |t| &mut t.invitation_weight, &[0.6, 1.5]),
    ("call_weight", |t| &mut t.call_weight, &[0.6, 1.5]),
    ("repeats", |t| &mut t.repeats, &[0.67, 1.34]),
    ("core_share", |t| &mut t.core_share, &[0.85, 1.12]),
    ("stray_weight", |t| &mut t.stray_weight, &[0.67, 1.34]),
    ("summary_share", |t| &mut t.summary_share, &[0.5, 1.5]),
    ("named_factor", |t| &mut t.named_factor, &[0.7, 1.5]),
];

struct Page<'a> {
    set: String,
    fold: usize,
    prepared: Prepared<'a>,
    gold: Gold,
}

struct Gold {
    tokens: Vec<u64>,
    shingles: HashMap<u64, u32>,
    by_character: bool,
}

#[derive(Clone, Copy, Default)]
struct Score {
    precision: Option<f32>,
    recall: Option<f32>,
    exact: bool,
}

fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).expect("folder of the labelled pages"));
    let index = std::fs::read_to_string(root.join("index.jsonl")).unwrap();
    let sources: Vec<(Value, String, String)> = index
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let file = root.join(row["html"].as_str().unwrap());
            let html = std::process::Command::new("gzip").arg("-dc").arg(file).output().unwrap().stdout;
            let gold = std::fs::read_to_string(root.join(row["gold"].as_str().unwrap())).unwrap();
            let gold: Value = serde_json::from_str(&gold).unwrap();
            (row, article::decode(&html, None).into_owned(), gold["text"].as_str().unwrap_or("").to_owned())
        })
        .collect();
    let pages: Vec<Page<'_>> = sources
        .iter()
        .map(|(row, html, gold)| {
            let url = url::Url::parse(row["url"].as_str().unwrap()).unwrap();
            let host = url.host_str().unwrap_or("").trim_start_matches("www.").to_owned();
            Page {
                set: row["set"].as_str().unwrap().to_owned(),
                fold: (hash(&host) % 5) as usize,
                prepared: Prepared::new(html, &url),
                gold: gold_of(gold),
            }
        })
        .collect();
    let all: Vec<usize> = (0..pages.len()).collect();
    let present = measure(&pages, &all, &Tuning::default());
    report("present values, all pages", &pages, &all, &present);
    // Each number alone to either side: the evidence beside its value in `Tuning`.
    for (name, field, factors) in KNOBS {
        for factor in *factors {
            let mut tried = Tuning::default();
            *field(&mut tried) *= factor;
            let scores = measure(&pages, &all, &tried);
            let figures: Vec<String> =
                sets(&pages).iter().map(|set| format!("{:.4}", summary(&pages, &all, &scores, set).0)).collect();
            println!("{name} {:.3}: F1 {}", *field(&mut tried), figures.join(" "));
        }
    }
    let mut pooled = vec![Score::default(); pages.len()];
    for fold in 0..5 {
        let (held, train): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&i| pages[i].fold == fold);
        let (tuning, changed) = search(&pages, &train);
        let scores = measure(&pages, &held, &tuning);
        println!("fold {fold}: {}", if changed.is_empty() { "nothing better".to_owned() } else { changed.join(", ") });
        report("  held out", &pages, &held, &scores);
        let before: Vec<Score> = held.iter().map(|&i| present[i]).collect();
        report("  the same pages, present values", &pages, &held, &before);
        for (&page, score) in held.iter().zip(scores) {
            pooled[page] = score;
        }
    }
    report("pooled held-out", &pages, &all, &pooled);
}

/// One pass over the numbers, each moved where the training pages score higher by more than a page's noise.
fn search(pages: &[Page<'_>], train: &[usize]) -> (Tuning, Vec<String>) {
    let mut best = Tuning::default();
    let mut value = goal(pages, train, &measure(pages, train, &best));
    let mut changed = Vec::new();
    for (name, field, factors) in KNOBS {
        let start = *field(&mut best);
        for factor in *factors {
            let mut tried = best.clone();
            *field(&mut tried) = start * factor;
            let tried_value = goal(pages, train, &measure(pages, train, &tried));
            if tried_value > value + 1e-5 {
                changed.retain(|c: &String| !c.starts_with(name));
                changed.push(format!("{name} {:.3}", start * factor));
                (best, value) = (tried, tried_value);
            }
        }
    }
    (best, changed)
}

fn measure(pages: &[Page<'_>], which: &[usize], tuning: &Tuning) -> Vec<Score> {
    which.iter().map(|&i| score(&pages[i].gold, &pages[i].prepared.text(tuning))).collect()
}

fn goal(pages: &[Page<'_>], which: &[usize], scores: &[Score]) -> f32 {
    sets(pages).iter().map(|set| summary(pages, which, scores, set).0).sum()
}

fn sets(pages: &[Page<'_>]) -> Vec<String> {
    let mut names: Vec<String> = pages.iter().map(|p| p.set.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn report(title: &str, pages: &[Page<'_>], which: &[usize], scores: &[Score]) {
    for set in sets(pages) {
        let (f1, precision, recall, exact) = summary(pages, which, scores, &set);
        println!("{title:<34} {set:<12} F1 {f1:.4}  P {precision:.4}  R {recall:.4}  exact {exact:.3}");
    }
}

fn summary(pages: &[Page<'_>], which: &[usize], scores: &[Score], set: &str) -> (f32, f32, f32, f32) {
    let own: Vec<Score> = which.iter().zip(scores).filter(|(i, _)| pages[**i].set == set).map(|(_, s)| *s).collect();
    let mean = |values: Vec<f32>| values.iter().sum::<f32>() / values.len().max(1) as f32;
    let precision = mean(own.iter().filter_map(|s| s.precision).collect());
    let recall = mean(own.iter().filter_map(|s| s.recall).collect());
    let exact = mean(own.iter().map(|s| f32::from(u8::from(s.exact))).collect());
    (2.0 * precision * recall / (precision + recall).max(f32::EPSILON), precision, recall, exact)
}

fn score(gold: &Gold, text: &str) -> Score {
    let tokens = tokens(text, gold.by_character);
    let own = shingles(&tokens);
    let shared: u32 = own.iter().map(|(s, n)| (*n).min(gold.shingles.get(s).copied().unwrap_or(0))).sum();
    let (found, wanted): (u32, u32) = (own.values().sum(), gold.shingles.values().sum());
    Score {
        precision: (found > 0).then(|| shared as f32 / found as f32),
        recall: (wanted > 0).then(|| shared as f32 / wanted as f32),
        exact: tokens == gold.tokens,
    }
}

fn gold_of(text: &str) -> Gold {
    let dense = text.chars().filter(|c| is_dense(*c)).count();
    let by_character = dense * 5 > text.chars().count();
    let tokens = tokens(text, by_character);
    Gold { shingles: shingles(&tokens), tokens, by_character }
}

fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Words as `\w+` gives them, as numbers; each character of a script without spaces where `by_character`.
fn tokens(text: &str, by_character: bool) -> Vec<u64> {
    let mut out = Vec::new();
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()) {
        if !by_character {
            out.push(hash(word));
            continue;
        }
        let mut rest = String::new();
        for c in word.chars() {
            if is_dense(c) {
                if !rest.is_empty() {
                    out.push(hash(std::mem::take(&mut rest).as_str()));
                }
                out.push(hash(c.to_string().as_str()));
            } else {
                rest.push(c);
            }
        }
        if !rest.is_empty() {
            out.push(hash(rest.as_str()));
        }
    }
    out
}

fn shingles(tokens: &[u64]) -> HashMap<u64, u32> {
    let mut out = HashMap::new();
    if tokens.is_empty() {
        return out;
    }
    for window in tokens.windows(4.min(tokens.len())) {
        *out.entry(hash(window)).or_default() += 1;
    }
    out
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
