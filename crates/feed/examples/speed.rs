//! How fast feeds are read, in what memory, and how what is hostile ends.
//!
//! `speed files DIR` reads every feed in a folder, again and again, and prints megabytes a second of one core;
//! `speed linear` reads one feed of 1 to 100,000 entries; `speed entries N` reads one of N entries and prints the
//! memory held; `speed hostile` reads deep nesting, bombs of entities and a gigabyte of spaces.
//! Time is that of the processor, so that a busy machine tells the same.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::fmt::Write;
use std::hint::black_box;
use url::Url;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["files", dir] => files(dir, 2.0),
        ["files", dir, seconds] => files(dir, seconds.parse().expect("seconds")),
        ["each", dir] => each(dir),
        ["linear"] => linear(),
        ["entries", count] => entries(count.parse().expect("a number of entries")),
        ["hostile"] => hostile(),
        _ => println!("usage: speed files DIR [SECONDS] | each DIR | linear | entries N | hostile"),
    }
}

/// Seconds this thread has had of a processor.
fn processor_seconds() -> f64 {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts processor time");
    let nanoseconds: u64 = line.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    nanoseconds as f64 / 1e9
}

/// Most memory ever resident, in megabytes.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel counts memory");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line of the peak");
    let kb: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    kb / 1024.0
}

fn address() -> Url {
    Url::parse("http://feeds.example/dir/feed").expect("a constant")
}

fn read(body: &[u8], url: &Url) -> usize {
    let parsed = feed::parse(black_box(body), url, &feed::Headers::default());
    black_box(parsed).map_or(0, |parsed| parsed.value.items.len())
}

fn bodies(dir: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).expect("a folder").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".json") {
            found.push((name, std::fs::read(file.path()).expect("a file")));
        }
    }
    found.sort();
    found
}

fn files(dir: &str, seconds: f64) {
    let url = address();
    let bodies = bodies(dir);
    let bytes: usize = bodies.iter().map(|(_, body)| body.len()).sum();
    let mut entries = 0;
    for (_, body) in &bodies {
        entries += read(body, &url);
    }
    let (began, mut rounds, mut best) = (processor_seconds(), 0, f64::MAX);
    let mut last = began;
    while last - began < seconds {
        for (_, body) in &bodies {
            read(body, &url);
        }
        rounds += 1;
        let now = processor_seconds();
        best = f64::min(best, now - last);
        last = now;
    }
    let mean = (last - began) / f64::from(rounds);
    println!(
        "{} feeds, {bytes} bytes, {entries} entries, {rounds} rounds: {:.1} MB/s a core (best round {:.1}), {:.0} entries/s",
        bodies.len(),
        bytes as f64 / mean / 1e6,
        bytes as f64 / best / 1e6,
        entries as f64 / mean
    );
}

fn each(dir: &str) {
    let url = address();
    for (name, body) in bodies(dir) {
        let began = processor_seconds();
        let mut rounds = 0;
        while processor_seconds() - began < 0.1 {
            read(&body, &url);
            rounds += 1;
        }
        let mean = (processor_seconds() - began) / f64::from(rounds);
        println!("{:8.1} MB/s {:8.0} us {:8} bytes {name}", body.len() as f64 / mean / 1e6, mean * 1e6, body.len());
    }
}

/// A feed of our own of so many entries.
fn feed_of(count: usize) -> String {
    let mut out = String::from(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Meridian</title>",
    );
    for n in 0..count {
        write!(
            out,
            "<item><title>Harbour talks, day {n}</title><link>https://www.meridian.example/world/{n}</link>\
             <guid isPermaLink=\"false\">meridian-{n}</guid><pubDate>Thu, 01 Jan 2026 10:14:55 +0100</pubDate>\
             <dc:creator>Ann Writer</dc:creator><category>World</category><description>&lt;p&gt;The talks went on for day {n}, \
             &lt;a href=&quot;/world/{n}/more&quot;&gt;said the minister&lt;/a&gt;.&lt;/p&gt;</description></item>"
        )
        .expect("a string takes all");
    }
    out.push_str("</channel></rss>");
    out
}

fn linear() {
    let url = address();
    for count in [1, 10, 100, 1_000, 10_000, 100_000] {
        let body = feed_of(count).into_bytes();
        let headers = feed::Headers { limit_bytes: Some(usize::MAX), ..feed::Headers::default() };
        let began = processor_seconds();
        let mut rounds = 0;
        while rounds == 0 || processor_seconds() - began < 0.3 {
            let parsed = feed::parse(black_box(&body), &url, &headers).expect("a feed");
            assert_eq!(black_box(parsed).value.items.len(), count);
            rounds += 1;
        }
        let mean = (processor_seconds() - began) / f64::from(rounds);
        println!(
            "{count:7} entries {:10} bytes {:8.1} MB/s {:8.2} us an entry",
            body.len(),
            body.len() as f64 / mean / 1e6,
            mean * 1e6 / count as f64
        );
    }
}

fn entries(count: usize) {
    let body = feed_of(count).into_bytes();
    let before = resident_mb();
    let headers = feed::Headers { limit_bytes: Some(usize::MAX), ..feed::Headers::default() };
    let parsed = feed::parse(&body, &address(), &headers).expect("a feed");
    println!(
        "{} entries of {:.1} MB: {:.0} MB resident at most, of them {before:.0} before the feed was read",
        parsed.value.items.len(),
        body.len() as f64 / 1e6,
        resident_mb()
    );
}

/// Reads what was made to harm, and says how it ended, when, and in what memory.
fn hostile() {
    let url = address();
    let show = |name: &str, body: &[u8], headers: &feed::Headers| {
        let before = resident_mb();
        let began = processor_seconds();
        let ended = match feed::parse(body, &url, headers) {
            Ok(parsed) => format!(
                "read, {} entries, problems {:?}",
                parsed.value.items.len(),
                parsed.problems.iter().map(|p| &*p.code).collect::<Vec<_>>()
            ),
            Err(error) => format!("refused: {error}"),
        };
        let seconds = processor_seconds() - began;
        println!("{name}: {ended}; {seconds:.3} s, {:.0} MB more than before", resident_mb() - before);
    };
    let usual = feed::Headers::default();
    let any = feed::Headers { limit_bytes: Some(usize::MAX), ..feed::Headers::default() };
    show("1,000,000 levels of elements", "<a>".repeat(1_000_000).as_bytes(), &usual);
    let deep = format!("<rss><channel><item><title>x</title><description>{}", "<div>".repeat(1_000_000));
    show("1,000,000 levels in a description", deep.as_bytes(), &usual);
    let deep = format!("<rss><channel><item><title>x</title><description>{}", "&lt;div&gt;".repeat(1_000_000));
    show("1,000,000 levels in escaped HTML", deep.as_bytes(), &usual);
    let deep = format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":{}", "[".repeat(1_000_000));
    show("1,000,000 levels of JSON", deep.as_bytes(), &usual);
    let mut bomb = String::from("<!DOCTYPE rss [<!ENTITY a \"ha\">");
    for n in 1..40 {
        write!(bomb, "<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1).expect("a string takes all");
    }
    bomb.push_str("]><rss><channel><title>&a39;</title></channel></rss>");
    show("entities that double 40 times", bomb.as_bytes(), &usual);
    let long = format!(
        "<!DOCTYPE rss [<!ENTITY a \"{}\">]><rss><channel><title>{}</title></channel></rss>",
        "x".repeat(4096),
        "&a;".repeat(1_000_000)
    );
    show("one entity of 4 kB used 1,000,000 times", long.as_bytes(), &usual);
    drop(long);
    let spaces = vec![b' '; 1 << 30];
    show("1 GB of spaces", &spaces, &usual);
    show("1 GB of spaces, no limit", &spaces, &any);
}
