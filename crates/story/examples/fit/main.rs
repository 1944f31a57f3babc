//! Makes `src/pairs.bin` and `src/forest.bin` anew from the openly licensed sets: `fit STORIES OUT` where `STORIES` is
//! the folder of the labelled sets. `fit STORIES halves` fits to one half of the topics and stories at a time and
//! prints how the other half is grouped. What goes in, and why, stands in `src/forest.md`.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

mod boost;

use boost::{Plan, Rows};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use story::{Decision, Features, Forest, Index, Move, Settings, Text, features};

/// A labelled text.
#[derive(Clone)]
struct Labelled {
    title: String,
    text: String,
    at_ms: Option<i64>,
    story: usize,
    /// From 0 to 3, by topic, so that near-twins fall into one part.
    part: u64,
}

/// A text of a stream: what is kept of it, its story and its part.
type Item = (Features, usize, u64);
type Stream = Vec<Item>;

/// Numbers that look like chance and are always the same.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = mix(self.0.wrapping_add(0x9e37_79b9_7f4a_7c15));
        self.0
    }

    fn shuffled<T: Clone>(&mut self, list: &[T]) -> Vec<T> {
        let mut keyed: Vec<(u64, &T)> = list.iter().map(|item| (self.next(), item)).collect();
        keyed.sort_by_key(|k| k.0);
        keyed.into_iter().map(|k| k.1.clone()).collect()
    }

    /// So many texts of each story, the stories and texts in a drawn order.
    fn of_each(&mut self, texts: &[Labelled], most: usize) -> Vec<Labelled> {
        let mut taken: HashMap<usize, usize> = HashMap::new();
        let mut out = self.shuffled(texts);
        out.retain(|t| {
            let n = taken.entry(t.story).or_default();
            *n += 1;
            *n <= most
        });
        out
    }
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// The texts of a set, their stories numbered from `first`.
fn read(folder: &str, set: &str, first: usize) -> Vec<Labelled> {
    let all = std::fs::read_to_string(format!("{folder}/{set}.dev.jsonl")).expect("readable set");
    let mut numbers: HashMap<String, usize> = HashMap::new();
    all.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("a JSON object");
            let of = |name: &str| row[name].as_str().unwrap_or("").to_owned();
            let next = first + numbers.len();
            let topic = if row["topic"].is_string() { of("topic") } else { of("cluster") };
            let part = topic.bytes().fold(7, |h, b| mix(h ^ u64::from(b))) % 4;
            let day =
                row["date"].as_str().and_then(|d| format!("{}T00:00:00Z", &d[..10]).parse::<jiff::Timestamp>().ok());
            Labelled {
                title: of("title"),
                text: of("text"),
                at_ms: row["ts_ms"].as_i64().or(day.map(|d| d.as_millisecond())),
                story: *numbers.entry(of("cluster")).or_insert(next),
                part,
            }
        })
        .collect()
}

fn stream(texts: &[Labelled]) -> Stream {
    let kept =
        |t: &Labelled| features(&Text { title: &t.title, text: &t.text, published_ms: t.at_ms, ..Text::default() });
    texts.iter().map(|t| (kept(t), t.story, t.part)).collect()
}

fn by_time(texts: &[Labelled]) -> Vec<Labelled> {
    let mut out = texts.to_vec();
    out.sort_by_key(|t| t.at_ms);
    out
}

fn cut(texts: &[Labelled], words: usize) -> Vec<Labelled> {
    let short = |t: &str| t.split(' ').take(words).collect::<Vec<_>>().join(" ");
    texts.iter().map(|t| Labelled { text: short(&t.text), ..t.clone() }).collect()
}

/// The streams that are fitted to; see `src/forest.md`.
fn streams(ecb: &[Labelled], uci: &[Labelled]) -> Vec<Stream> {
    let mut draw = Draw(1);
    let timeless: Vec<Labelled> = uci.iter().map(|t| Labelled { at_ms: None, ..t.clone() }).collect();
    let (leads, titles) = (cut(ecb, 45), cut(ecb, 0));
    let mut out = vec![
        draw.shuffled(ecb),
        draw.shuffled(ecb),
        draw.shuffled(&leads),
        draw.shuffled(&titles),
        by_time(uci),
        draw.shuffled(&timeless),
    ];
    for n in 0..5 {
        out.push(draw.of_each(&leads, 3));
        let most = 2 + n % 3;
        let some: Vec<Labelled> = [draw.of_each(&timeless, most), draw.of_each(&leads, most)].concat();
        out.push(draw.shuffled(&some));
    }
    out.iter().map(|texts| stream(texts)).collect()
}

/// What was asked about texts, and for the stories which part the text belongs to.
#[derive(Default)]
struct Gathered {
    pairs: Rows,
    stories: Rows,
    parts: Vec<u64>,
}

/// Groups a stream, by its labels or by the trees for each fold, and keeps what is asked on the way.
fn gather(stream: &Stream, by_fold: Option<&[Forest; 2]>, settings: &Settings, out: &mut Gathered) {
    let mut index = Index::new(settings.clone());
    let mut mixed: HashMap<i64, HashMap<usize, usize>> = HashMap::new();
    for (key, (f, label, part)) in stream.iter().enumerate() {
        if let Some(trees) = by_fold {
            index.refit(trees[*part as usize % 2].clone());
        }
        let asked = index.asked(f);
        for (other, values) in &asked.pairs {
            out.pairs.push(values, stream[*other as usize].1 == *label, 0.0);
        }
        for (story, values, by_hand) in &asked.stories {
            let members = &mixed[story];
            let same = members.get(label).copied().unwrap_or(0);
            out.stories.push(values, same * 2 >= members.values().sum(), *by_hand);
            out.parts.push(*part);
        }
        let (decision, others) = index.place_beside(f);
        let story = match (by_fold, decision) {
            (None, _) => *label as i64,
            (_, Decision::Opens) => key as i64,
            (_, Decision::Joins { story, .. } | Decision::Copies { story, .. }) => story,
        };
        index.insert(key as i64, story, f);
        *mixed.entry(story).or_default().entry(*label).or_default() += 1;
        if by_fold.is_some()
            && let Some(step @ Move::Merge { from, into }) = index.mend(story, &others)
        {
            index.apply(&step, 0);
            let gone = mixed.remove(&from).unwrap_or_default();
            gone.into_iter().for_each(|(label, n)| *mixed.entry(into).or_default().entry(label).or_default() += n);
        }
    }
}

/// Evidence of two texts that may only count upwards, and of a text and a story.
const PAIRS_RISING: &[usize] = &[0, 1, 2, 3, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23];
const STORIES_RISING: &[usize] = &[0, 1, 2, 3, 4, 15, 16, 23];

fn fit_rows(rows: &Rows, plan: &Plan<'_>, kept: impl Fn(usize) -> bool) -> Vec<u8> {
    let width = rows.values.len() / rows.yes.len();
    let mut some = Rows::default();
    for n in (0..rows.yes.len()).filter(|n| kept(*n)) {
        some.push(&rows.values[n * width..(n + 1) * width], rows.yes[n], rows.offsets[n]);
    }
    boost::fit(&some, plan)
}

/// Fits both tables to the streams. The trees that group a stream for the next round are never fitted to the text that
/// is asked about: the parts are two folds, and each is asked by the trees of the other.
fn fit(streams: &[Stream], settings: &Settings) -> (Vec<u8>, Vec<u8>) {
    let of_pairs = Plan { trees: 80, leaves: 4, rate: 0.1, least: 300.0, shrink: 5.0, rising: PAIRS_RISING };
    let of_stories = Plan { trees: 100, leaves: 8, rate: 0.07, least: 40.0, shrink: 5.0, rising: STORIES_RISING };
    let mut rows = Gathered::default();
    streams.iter().for_each(|s| gather(s, None, settings, &mut rows));
    let all = |rows: &Rows, plan| fit_rows(rows, plan, |_| true);
    let pairs = all(&rows.pairs, &of_pairs);
    let settings = Settings { pairs: Forest::of(pairs.clone()), ..settings.clone() };
    for _ in 0..2 {
        let of = |fold: u64| Forest::of(fit_rows(&rows.stories, &of_stories, |n| rows.parts[n] % 2 != fold));
        let by_fold = [of(0), of(1)];
        streams.iter().for_each(|s| gather(s, Some(&by_fold), &settings, &mut rows));
    }
    (pairs, all(&rows.stories, &of_stories))
}

/// Precision, recall and F1 by B-cubed.
fn bcubed(stream: &Stream, found: &[i64]) -> (f64, f64, f64) {
    let (mut gold, mut got, mut both) = (HashMap::new(), HashMap::new(), HashMap::new());
    for ((_, label, _), story) in stream.iter().zip(found) {
        *gold.entry(*label).or_insert(0.0) += 1.0;
        *got.entry(*story).or_insert(0.0) += 1.0;
        *both.entry((*label, *story)).or_insert(0.0) += 1.0;
    }
    let n = stream.len() as f64;
    let p: f64 = both.iter().map(|((_, story), c): (&(usize, i64), &f64)| c * c / got[story]).sum::<f64>() / n;
    let r: f64 = both.iter().map(|((label, _), c): (&(usize, i64), &f64)| c * c / gold[label]).sum::<f64>() / n;
    (p, r, 2.0 * p * r / (p + r))
}

/// Groups a stream in one pass, then settles it, and prints how well.
fn measure(name: &str, stream: &Stream, settings: &Settings) {
    let mut index = Index::new(settings.clone());
    let mut placed = Vec::new();
    for (key, (f, ..)) in stream.iter().enumerate() {
        let (decision, others) = index.place_beside(f);
        let story = match decision {
            Decision::Opens => key as i64,
            Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
        };
        index.insert(key as i64, story, f);
        placed.push(story);
        if let Some(step) = index.mend(story, &others) {
            index.apply(&step, 0);
        }
    }
    let (p, r, one) = bcubed(stream, &placed);
    print!("{name:<28} one pass {p:.3} {r:.3} {one:.4}");
    for (n, step) in index.settle(&index.stories()).iter().enumerate() {
        index.apply(step, (stream.len() + n) as i64);
    }
    let settled: Vec<i64> = (0..stream.len()).map(|key| index.story_of(key as i64).unwrap_or(-1)).collect();
    let (p, r, f) = bcubed(stream, &settled);
    println!("  settled {p:.3} {r:.3} {f:.4}");
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = args.as_slice() else { panic!("usage: fit STORIES OUT, or: fit STORIES halves") };
    let ecb = read(folder, "ecbplus", 0);
    let uci = read(folder, "uci_headlines", 10_000);
    let settings = Settings::default();
    // Without what is chosen afterwards, and with less said by the size of stories: see `src/forest.md`.
    let training = Settings { size: 1.0, bias: 0.0, elsewhere: 0.0, ..settings.clone() };
    let with = |(pairs, stories): (Vec<u8>, Vec<u8>)| Settings {
        pairs: Forest::of(pairs),
        stories: Forest::of(stories),
        ..settings.clone()
    };
    if out == "halves" {
        for half in [0, 1] {
            let of = |texts: &[Labelled], h: u64| texts.iter().filter(|t| t.part / 2 == h).cloned().collect::<Vec<_>>();
            let s = with(fit(&streams(&of(&ecb, half), &of(&uci, half)), &training));
            let (ecb, uci) = (of(&ecb, 1 - half), of(&uci, 1 - half));
            for seed in 1..5 {
                measure(&format!("ecbplus, half {half}, order {seed}"), &stream(&Draw(seed).shuffled(&ecb)), &s);
            }
            measure(&format!("uci, half {half}"), &stream(&by_time(&uci)), &s);
        }
        return;
    }
    let fitted = fit(&streams(&ecb, &uci), &training);
    std::fs::write(format!("{out}/pairs.bin"), &fitted.0).expect("writable folder");
    std::fs::write(format!("{out}/forest.bin"), &fitted.1).expect("writable folder");
    let s = with(fitted);
    // The sets that nothing was fitted to, then, for what it is worth, those that were.
    let triples = read(folder, "allsides_triples", 20_000);
    for seed in 1..5 {
        let numbers: Vec<usize> = triples.chunk_by(|a, b| a.story == b.story).map(|c| c[0].story).collect();
        let kept: HashSet<usize> = Draw(seed).shuffled(&numbers).into_iter().take(307).collect();
        let some: Vec<Labelled> = triples.iter().filter(|t| kept.contains(&t.story)).cloned().collect();
        measure(&format!("triples, draw {seed}"), &stream(&Draw(seed + 100).shuffled(&some)), &s);
    }
    measure("dated", &stream(&by_time(&read(folder, "allsides_dated", 30_000))), &s);
    measure("ecbplus, fitted to", &stream(&Draw(9).shuffled(&ecb)), &s);
    measure("uci, fitted to", &stream(&by_time(&uci)), &s);
}
