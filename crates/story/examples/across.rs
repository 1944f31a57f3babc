//! Fits the weights of `src/across.rs` and says how well they tell pairs of texts of one story from others:
//! `cargo run --release -p story --example across -- fixtures/stories/dev.jsonl fixtures/stories/test.jsonl ECBPLUS`.
//!
//! Logistic regression by Newton's method over all pairs of different languages of the first file, each counting
//! once, and all pairs of ECB+ (`../shared/data/stories/ecbplus.dev.jsonl`, one language), each counting 0.03: real
//! look-alikes that no set of our own has as many of. The second file is only asked about.

#![allow(clippy::disallowed_methods)]

use std::io::{BufRead, Write};
use story::{Counts, EVIDENCE, Features, Text, features};

/// What a pair of ECB+ counts beside a pair of our own. At 0 the model is too sure where all texts name the same people:
/// fitted to the even topics of ECB+ and asked about the odd ones at .5, precision is .45 at 0, .71 at .02, .76 at .05.
const BESIDE: f64 = 0.03;
/// Kinds of evidence and the constant.
const N: usize = EVIDENCE + 1;

struct Pair {
    evidence: [f64; N],
    same: bool,
    counts: f64,
}

struct Row {
    story: String,
    language: String,
    features: Features,
}

fn rows(path: &str) -> Vec<Row> {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    std::io::BufReader::new(file)
        .lines()
        .map(|line| {
            let row: serde_json::Value =
                serde_json::from_str(&line.expect("readable input")).expect("a JSON object a line");
            let of = |name: &str| row[name].as_str().unwrap_or("").to_owned();
            let (title, text) = (of("title"), of("text"));
            let language = row["lang"].as_str().unwrap_or("en").to_owned();
            let published_ms = of("date").parse::<jiff::Timestamp>().ok().map(|t| t.as_millisecond());
            let read = Text { title: &title, text: &text, published_ms, language: Some(&language), ..Text::default() };
            let story = row["story"].as_str().or(row["cluster"].as_str()).expect("a label").to_owned();
            Row { story, features: features(&read), language }
        })
        .collect()
}

/// All pairs that the model would be asked about; `counts` for each.
fn pairs(rows: &[Row], counts: f64, one_language: bool) -> Vec<Pair> {
    let mut seen = Counts::default();
    rows.iter().for_each(|row| seen.add(&row.features));
    let mut out = Vec::new();
    for (n, a) in rows.iter().enumerate() {
        for b in rows[..n].iter().filter(|b| one_language || b.language != a.language) {
            if let Some(found) = seen.evidence(&a.features, &b.features) {
                let mut evidence = [1.0; N];
                evidence.iter_mut().zip(found).for_each(|(e, f)| *e = f64::from(f));
                out.push(Pair { evidence, same: a.story == b.story, counts });
            }
        }
    }
    out
}

fn likelihood(weights: &[f64; N], pair: &Pair) -> f64 {
    let sum: f64 = weights.iter().zip(&pair.evidence).map(|(w, e)| w * e).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The weights that fit best, each held near nothing (a half of its square), the constant free.
fn fit(pairs: &[Pair]) -> [f64; N] {
    let mut weights = [0.0; N];
    for _ in 0..30 {
        let mut slope = [0.0; N];
        let mut bend = [[0.0; N]; N];
        for (n, weight) in weights.iter().enumerate().take(EVIDENCE) {
            slope[n] = *weight;
            bend[n][n] = 1.0;
        }
        for pair in pairs {
            let p = likelihood(&weights, pair);
            let miss = pair.counts * (p - f64::from(u8::from(pair.same)));
            let turn = pair.counts * p * (1.0 - p);
            for i in 0..N {
                slope[i] += miss * pair.evidence[i];
                let across = bend[i].iter_mut().zip(pair.evidence);
                across.for_each(|(b, e)| *b += turn * pair.evidence[i] * e);
            }
        }
        let step = solve(bend, slope);
        weights.iter_mut().zip(step).for_each(|(w, s)| *w -= s);
    }
    weights
}

/// Gauss's elimination; the matrix is positive definite.
fn solve(mut a: [[f64; N]; N], mut b: [f64; N]) -> [f64; N] {
    for n in 0..N {
        for row in n + 1..N {
            let factor = a[row][n] / a[n][n];
            let above = a[n];
            a[row].iter_mut().zip(above).for_each(|(x, y)| *x -= factor * y);
            b[row] -= factor * b[n];
        }
    }
    let mut out = [0.0; N];
    for n in (0..N).rev() {
        let rest: f64 = (n + 1..N).map(|k| a[n][k] * out[k]).sum();
        out[n] = (b[n] - rest) / a[n][n];
    }
    out
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    let mut say = |line: String| writeln!(out, "{line}").expect("writable");
    let [fitted, asked, beside] = paths.as_slice() else { panic!("three files: fitted, asked, ECB+") };
    let own = pairs(&rows(fitted), 1.0, false);
    let mut all = pairs(&rows(beside), BESIDE, true);
    let sets = [("fitted", own.len()), ("ecbplus", all.len())];
    all.extend(own);
    say(format!("{sets:?} pairs"));
    let weights = fit(&all);
    say(format!("weights {:?}", weights.map(|w| (w * 100.0).round() / 100.0)));
    for (name, pairs) in [("fitted", pairs(&rows(fitted), 1.0, false)), ("asked", pairs(&rows(asked), 1.0, false))] {
        let same = pairs.iter().filter(|p| p.same).count() as f64;
        for least in [0.4, 0.5, 0.6, 0.7] {
            let found: Vec<&Pair> = pairs.iter().filter(|p| likelihood(&weights, p) >= least).collect();
            let right = found.iter().filter(|p| p.same).count() as f64;
            say(format!("{name} at {least}: precision {:.3} recall {:.3}", right / found.len() as f64, right / same));
        }
    }
}
