//! What one more article costs as the archive fills: `cost SIZE…` gives an index made texts, three of each event, of
//! which it holds as many as it ever does, and prints at each size the CPU time of placing and inserting the next 2,000,
//! and of settling all it holds. Linux only: it reads its own CPU time.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use story::{Decision, Features, Index, Settings, Text, features};

/// CPU time of this process so far, in seconds.
fn cpu() -> f64 {
    let read = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let ns: f64 = read.split(' ').next().and_then(|n| n.parse().ok()).expect("nanoseconds");
    ns / 1e9
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// The word of a draw: the second is half as frequent as the first, the third a third, of 300,000.
fn word(seed: u64) -> String {
    let share = (mix(seed) >> 11) as f64 / (1u64 << 53) as f64;
    format!("w{}", (share * 300_000f64.ln()).exp() as u64)
}

/// The `n`th text: a headline of 9 words and 80 words of text, of which 20 stand in the others of its event.
fn made(n: u64) -> Features {
    let event = n / 3;
    let of = |seed: u64, count: u64| (0..count).map(move |k| word(seed * 1_000 + k)).collect::<Vec<_>>();
    let (mut title, mut body) = (of(event * 2, 4), of(event * 2 + 1, 16));
    title.extend(of(7_000_000_000 + n * 2, 5));
    body.extend(of(7_000_000_001 + n * 2, 64));
    let published_ms = Some(1_700_000_000_000 + n as i64 * 40_000);
    features(&Text { title: &title.join(" "), text: &body.join(" "), published_ms, ..Text::default() })
}

fn take_in(index: &mut Index, n: u64) {
    let f = made(n);
    let story = match index.place(&f) {
        Decision::Opens => n as i64,
        Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
    };
    index.insert(n as i64, story, &f);
}

fn main() {
    let sizes: Vec<u64> = std::env::args().skip(1).map(|a| a.parse().expect("a number of texts")).collect();
    let mut index = Index::new(Settings::default());
    let mut next = 0;
    for size in sizes {
        // Filled without asking: each event's first text opens its story.
        while next < size {
            index.insert(next as i64, (next / 3 * 3) as i64, &made(next));
            next += 1;
        }
        let made_only = cpu();
        (next..next + 2_000).for_each(|n| drop(made(n)));
        let before = cpu();
        (next..next + 2_000).for_each(|n| take_in(&mut index, n));
        next += 2_000;
        let (reading, all) = (before - made_only, cpu() - before);
        let before = cpu();
        let moves = index.settle(&index.stories()).len();
        let settling = cpu() - before;
        println!(
            "{size:>9} texts: {:.0} µs for one more, reading it apart ({:.0} with it), {:.0} MB held, {settling:.1} s to settle all ({moves} moves)",
            (all - reading) / 2_000.0 * 1e6,
            all / 2_000.0 * 1e6,
            index.memory_bytes() as f64 / 1e6
        );
    }
}
