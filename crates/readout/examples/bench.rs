//! The whole way under load: generated articles over HTTP, through WARC, extraction, copies, stories and index.
//!
//! usage: bench BINARY ARTICLES…
//!
//! For each number of articles: articles a second, memory of the gathering process, then memory of the server
//! at rest and p95 of its pages.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use newsroom::generate;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const SETTINGS: &str = "[gather]\npage_delay_seconds = 0.0\nfeed_delay_seconds = 0.0\n\
                        allow_private = [\"127.0.0.0/8\"]\n";
/// Requests measured on each page.
const REQUESTS: usize = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, binary, counts @ ..] = arguments.as_slice() else {
        eprintln!("usage: bench BINARY ARTICLES...");
        return ExitCode::from(2);
    };
    for count in counts {
        let Ok(count) = count.parse() else {
            eprintln!("`{count}` is no number of articles");
            return ExitCode::from(2);
        };
        if let Err(error) = run(Path::new(binary), count) {
            eprintln!("bench: {error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn run(binary: &Path, count: u64) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let outlets = (count / 200).clamp(5, 50);
    let load = runtime.block_on(generate(7, count, outlets, jiff::Timestamp::now()).serve(None))?;
    let work = tempfile::tempdir()?;
    std::fs::write(work.path().join("readout.toml"), SETTINGS)?;
    let mut opml = String::from("<opml version=\"2.0\"><head><title>load</title></head><body>");
    for outlet in load.outlets() {
        for feed in &outlet.feeds {
            opml.push_str(&format!("<outline type=\"rss\" text=\"{}\" xmlUrl=\"{}\"/>", outlet.name, feed.url));
        }
    }
    opml.push_str("</body></opml>");
    let file = work.path().join("feeds.opml");
    std::fs::write(&file, opml)?;
    let folder = work.path();
    let done = Command::new(binary).arg("--data").arg(folder).args(["feed", "import"]).arg(&file).status()?;
    anyhow::ensure!(done.success(), "the feeds could not be added");

    let began = Instant::now();
    let mut child = Command::new(binary).arg("--data").arg(folder).args(["ingest", "--once"]).spawn()?;
    let (mut most_kib, mut cpu) = (0, 0.0);
    let status = loop {
        most_kib = most_kib.max(resident_kib(&child));
        cpu = cpu_seconds(&child).unwrap_or(cpu);
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(100)),
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    anyhow::ensure!(matches!(status.code(), Some(0 | 3)), "the gathering ended with {status}");
    println!(
        "{count} articles: {seconds:.1} s, {:.0} articles/s, {:.2} ms each, {:.2} ms CPU each, at most {} MiB resident",
        count as f64 / seconds,
        seconds * 1000.0 / count as f64,
        cpu * 1000.0 / count as f64,
        most_kib / 1024
    );

    let mut server = Command::new(binary)
        .arg("--data")
        .arg(folder)
        .args(["serve", "--no-gather", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(server.stdout.take().expect("it was piped"));
    let mut line = String::new();
    said.read_line(&mut line)?;
    let address = line.split("http://").nth(1).unwrap_or_default().trim().trim_end_matches('/').to_owned();
    println!("  server at rest: {} MiB resident", resident_kib(&server) / 1024);
    let desk = get(&address, "/")?;
    let stories: Vec<&str> = desk.split("href=\"/s/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    anyhow::ensure!(!stories.is_empty(), "the desk lists no story");
    let story = |n: usize| format!("/s/{}", stories[n % stories.len()]);
    let queries = [
        "said",
        "said+hospital",
        "ladder+OR+lantern",
        "%22said+the%22",
        "after:2020-01-01+lighthouse+OR+said",
        "lang:en+inquiry+OR+jury",
    ];
    for query in queries {
        let hits: Value = serde_json::from_str(&get(&address, &format!("/q.json?q={query}"))?)?;
        println!("  search for {query}: {} hits", hits["total"]);
        anyhow::ensure!(hits["total"] != 0, "{query} finds nothing, so its time says nothing");
    }
    measure(&address, "/", |_| "/".to_owned())?;
    measure(&address, "story", story)?;
    measure(&address, "search", |n| format!("/q?q={}", queries[n % queries.len()]))?;
    println!("  server after {} pages: {} MiB resident", REQUESTS * 3, resident_kib(&server) / 1024);
    server.kill()?;
    server.wait()?;
    Ok(())
}

fn measure(address: &str, name: &str, path: impl Fn(usize) -> String) -> anyhow::Result<()> {
    let mut times = Vec::with_capacity(REQUESTS);
    for n in 0..REQUESTS {
        let began = Instant::now();
        get(address, &path(n))?;
        times.push(began.elapsed());
    }
    times.sort();
    let at = |share: usize| times[REQUESTS * share / 100].as_secs_f64() * 1000.0;
    println!("  {name}: p50 {:.1} ms, p95 {:.1} ms", at(50), at(95));
    Ok(())
}

fn get(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { anyhow::bail!("{path}: no answer") };
    anyhow::ensure!(head.contains(" 200 "), "{path}: {}", head.lines().next().unwrap_or_default());
    Ok(body.to_owned())
}

/// What the process has used of the processors so far; `None` once it is gone.
fn cpu_seconds(child: &Child) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // After the name in brackets: user time is the 12th field, system time the 13th, in hundredths.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    let ticks = next()? + next()?;
    (ticks > 0.0).then_some(ticks / 100.0)
}

fn resident_kib(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
}
