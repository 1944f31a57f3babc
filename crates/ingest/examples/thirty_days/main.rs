//! Thirty days of two thousand feeds with twenty hostile hosts, on a played network and clock.
//!
//! usage: thirty_days [FEEDS] [DAYS] [EXPECTED_HUNDREDTHS]
//!
//! Prints what was asked, what was seen and how late, beside a fixed poll with as many requests. Ends with 1 when an
//! outlet was treated badly, an entry was lost or came back, or the delay is more than half the fixed poll's.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

mod world;

use std::process::ExitCode;
use std::time::Instant;
use world::{HOSTILE, Size, words};

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u32>());
    let mut next = |usual: u32| numbers.next().map_or(Ok(usual), |number| number);
    let (Ok(feeds), Ok(days), Ok(expected_hundredths)) = (next(2_000), next(30), next(50)) else {
        eprintln!("usage: thirty_days [FEEDS] [DAYS] [EXPECTED_HUNDREDTHS]");
        return ExitCode::from(2);
    };
    let size = Size { feeds: feeds as usize, days: i64::from(days), expected_hundredths };
    let began = Instant::now();
    let out = world::play(size);
    println!("{feeds} feeds, {HOSTILE} hostile hosts, {days} days, played in {:.0} s", began.elapsed().as_secs_f64());
    println!(
        "requests                    {} ({:.1} a feed and day)",
        out.requests,
        out.requests as f64 / f64::from(feeds * days)
    );
    println!("  not modified              {}", out.not_modified);
    println!("  full, something new       {}", out.full);
    println!("  full, no validators given {}", out.full_without_validators);
    println!("  full, after eight days    {}", out.full_after_held);
    println!("  full, needless            {}", out.needless_full);
    println!("asked for silence           {} times, asked within it {}", out.silences, out.inside_retry_after);
    println!("most at once at one host    {}", out.most_at_once);
    println!("private addresses           {} offered, {} reached", out.private_offered, out.private_reached);
    println!("under the floor             {}", out.under_the_floor);
    println!("feeds moved, gone, doubled  {}, {}, {}", out.moved, out.gone, out.duplicates);
    println!(
        "entries                     {}, lost {}, come back {}",
        out.entries, out.entries_lost, out.entries_resurrected
    );
    println!("delay, median and mean      {}, {}", words(out.delay.median), words(out.delay.mean));
    println!(
        "fixed poll every {:<10} {}, {}",
        words(out.fixed_interval),
        words(out.fixed.median),
        words(out.fixed.mean)
    );
    for (temper, entries, ours, fixed) in &out.by_temper {
        println!("  {:<10} {entries:>7} entries, {} against {}", format!("{temper:?}"), words(*ours), words(*fixed));
    }
    match world_is_well(&out) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn world_is_well(out: &world::Outcome) -> bool {
    out.needless_full + out.inside_retry_after + out.private_reached + out.entries_lost + out.entries_resurrected == 0
        && out.most_at_once == 1
        && out.delay.median * 2 <= out.fixed.median
}
