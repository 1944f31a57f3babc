//! Readers of feeds side by side: ours, `feed-rs` (with its sanitiser, as its readers use it) and `feedparser-rs`.
//!
//! `feed-peers files DIR SECONDS` reads the XML feeds of a folder with each in turn, round after round;
//! `feed-peers linear` reads one feed of 1 to 100,000 entries; `feed-peers memory NAME N` reads one of N entries and
//! tells the most memory ever resident; `feed-peers write N FILE` writes that feed. Each line is
//! `name <tab> value ...`. Time is that of the processor.

use std::fmt::Write;
use std::hint::black_box;
use std::panic::catch_unwind;

/// A reader: how many entries it finds, `None` when it refuses the feed or panics.
type Reader = fn(&[u8]) -> Option<usize>;

const READERS: [(&str, Reader); 3] = [("ours", ours), ("feed-rs", feed_rs), ("feedparser-rs", feedparser_rs)];

fn ours(body: &[u8]) -> Option<usize> {
    let url = url::Url::parse("http://feeds.example/dir/feed").expect("a constant");
    let headers = feed::Headers { limit_bytes: Some(usize::MAX), ..feed::Headers::default() };
    let parsed = black_box(feed::parse(body, &url, &headers));
    parsed.ok().map(|parsed| parsed.value.items.len())
}

fn feed_rs(body: &[u8]) -> Option<usize> {
    let parser = || feed_rs::parser::Builder::new().base_uri(Some("http://feeds.example/dir/feed")).build();
    let parsed = catch_unwind(|| black_box(parser().parse(body))).ok()?;
    parsed.ok().map(|feed| feed.entries.len())
}

fn feedparser_rs(body: &[u8]) -> Option<usize> {
    let mut limits = feedparser_rs::ParserLimits::default();
    limits.max_entries = 200_000;
    limits.max_feed_size_bytes = 1 << 30;
    let parsed = catch_unwind(|| black_box(feedparser_rs::parse_with_limits(body, limits))).ok()?;
    parsed.ok().map(|feed| feed.entries.len())
}

fn main() {
    // What panics is counted as refused; the reports of it are not of interest here.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["files", dir, seconds] => files(dir, seconds.parse().expect("a number of seconds")),
        ["linear"] => linear(),
        ["memory", name, count] => memory(name, count.parse().expect("a number of entries")),
        ["write", count, file] => {
            std::fs::write(file, feed_of(count.parse().expect("a number of entries")))
                .expect("the file can be written");
        }
        _ => {
            eprintln!("usage: feed-peers files DIR SECONDS | linear | memory NAME N | write N FILE");
            std::process::exit(2);
        }
    }
}

/// Seconds this thread has had of a processor.
fn processor_seconds() -> f64 {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts processor time");
    let nanoseconds: u64 = line.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    nanoseconds as f64 / 1e9
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel counts memory");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line of the peak");
    let kb: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    kb / 1024.0
}

fn files(dir: &str, seconds: f64) {
    let names = std::fs::read_dir(dir).expect("a folder").flatten().map(|file| file.path());
    let mut names: Vec<_> = names.filter(|path| path.extension().is_none_or(|end| end != "json")).collect();
    names.sort();
    let bodies: Vec<Vec<u8>> = names.iter().map(|path| std::fs::read(path).expect("a file")).collect();
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    // In turn, so that what else the machine does meets all of them.
    let mut spent = [0.0; READERS.len()];
    let mut rounds = [0u32; READERS.len()];
    let round = |at: usize| {
        let began = processor_seconds();
        for body in &bodies {
            black_box(READERS[at].1(body));
        }
        processor_seconds() - began
    };
    // Once for the caches, uncounted.
    for at in 0..READERS.len() {
        black_box(round(at));
    }
    while spent.iter().any(|s| *s < seconds) {
        for at in 0..READERS.len() {
            if spent[at] < seconds {
                spent[at] += round(at);
                rounds[at] += 1;
            }
        }
    }
    for (at, (name, read)) in READERS.iter().enumerate() {
        let read: Vec<Option<usize>> = bodies.iter().map(|body| read(body)).collect();
        let entries: usize = read.iter().flatten().sum();
        let mean = spent[at] / f64::from(rounds[at]);
        println!(
            "{name}\t{:.1}\t{:.0}\t{}/{}\t{entries}",
            bytes as f64 / mean / 1e6,
            entries as f64 / mean,
            read.iter().flatten().count(),
            bodies.len()
        );
    }
}

/// A feed of our own of so many entries.
fn feed_of(count: usize) -> String {
    let head = "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Meridian</title>";
    let mut out = String::from(head);
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
    for count in [1, 10, 100, 1_000, 10_000, 100_000] {
        let body = feed_of(count).into_bytes();
        for (name, read) in READERS {
            let began = processor_seconds();
            let (mut rounds, mut found) = (0u32, None);
            while rounds == 0 || processor_seconds() - began < 0.3 {
                found = read(&body);
                rounds += 1;
            }
            let mean = (processor_seconds() - began) / f64::from(rounds);
            println!("{count}\t{name}\t{:.2}\t{}", mean * 1e6 / count as f64, found.unwrap_or(0));
        }
    }
}

fn memory(name: &str, count: usize) {
    let (_, read) = READERS.iter().find(|(known, _)| *known == name).expect("the name of a reader");
    let body = feed_of(count).into_bytes();
    let found = read(&body);
    println!("{name}\t{:.0}\t{:.0}\t{}", resident_mb(), body.len() as f64 / 1e6, found.unwrap_or(0));
}
