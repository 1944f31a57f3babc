//! A pass over ten thousand feeds that did not change, through the real binary, from loopback.
//!
//! usage: pass BINARY [FEEDS] [HOSTS] [SECONDS]
//!
//! Plays HOSTS hosts on addresses of 127.0.0.0/8, follows FEEDS feeds on them with the settings as they come, reads
//! each once, and then measures a pass in which every host answers 304: wall time, CPU, memory, requests per second,
//! and the most requests that one host had at once. Ends with 1 when the pass takes longer than a minute, a feed is
//! missed or asked in full, or a host is asked twice at once. With SECONDS instead a server is left running for so long
//! that asks every feed once an hour, from an archive that has just been given them, and what it took is told.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const SETTINGS: &str = "[gather]\nallow_private = [\"127.0.0.0/8\"]\n";
/// The longest a pass may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What the hosts were asked.
#[derive(Default)]
struct Asked {
    full: AtomicU64,
    not_modified: AtomicU64,
    most_at_once: AtomicU64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, binary, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: pass BINARY [FEEDS] [HOSTS] [SECONDS]");
        return ExitCode::from(2);
    };
    let number = |at: usize, usual: u32| rest.get(at).and_then(|n| n.parse().ok()).unwrap_or(usual);
    let seconds = rest.get(2).and_then(|n| n.parse().ok());
    match run(Path::new(binary), number(0, 10_000), number(1, 500).clamp(1, 900), seconds) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("pass: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(binary: &Path, feeds: u32, hosts: u32, seconds: Option<u64>) -> anyhow::Result<bool> {
    let asked = Arc::new(Asked::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let addresses = runtime.block_on(start(hosts, &asked))?;
    let work = tempfile::tempdir()?;
    let folder = work.path();
    let hourly = if seconds.is_some() { "feed_cap_hours = 1.0\n" } else { "" };
    std::fs::write(folder.join("readout.toml"), format!("{SETTINGS}{hourly}"))?;
    let mut opml = String::from("<opml version=\"2.0\"><head><title>pass</title></head><body>");
    for n in 0..feeds {
        let address = addresses[(n % hosts) as usize];
        write!(opml, "<outline type=\"rss\" text=\"Outlet {}\" xmlUrl=\"http://{address}/{n}\"/>", n % hosts)?;
    }
    opml.push_str("</body></opml>");
    let file = folder.join("feeds.opml");
    std::fs::write(&file, opml)?;
    let began = Instant::now();
    measured(binary, folder, &["feed", "import", &file.to_string_lossy()])?;
    println!("{feeds} feeds on {hosts} hosts taken in after {:.1} s", began.elapsed().as_secs_f64());

    if let Some(seconds) = seconds {
        let arguments = ["serve", "--listen", "127.0.0.1:0"];
        let steady = measured_for(binary, folder, &arguments, Some(Duration::from_secs(seconds)))?;
        let (full, quiet) = (asked.full.load(Ordering::SeqCst), asked.not_modified.load(Ordering::SeqCst));
        let most = asked.most_at_once.load(Ordering::SeqCst);
        let requests = u32::try_from(full + quiet).unwrap_or(u32::MAX);
        println!("serving:       {}", steady.words(requests));
        println!("{full} full and {quiet} not modified; at most {most} at once at one host");
        return Ok(full == u64::from(feeds) && most == 1);
    }
    let first = measured(binary, folder, &["ingest", "--once"])?;
    println!("first reading: {}", first.words(feeds));
    let full = asked.full.swap(0, Ordering::SeqCst);
    let early = asked.not_modified.swap(0, Ordering::SeqCst);
    let pass = measured(binary, folder, &["ingest", "--once", "--now"])?;
    println!("not modified:  {}", pass.words(feeds));
    let (again, quiet) = (asked.full.load(Ordering::SeqCst), asked.not_modified.load(Ordering::SeqCst));
    let most = asked.most_at_once.load(Ordering::SeqCst);
    println!(
        "first {full} full and {early} not modified, then {again} full and {quiet} not modified; at most {most} at once at one host"
    );
    let all = u64::from(feeds);
    Ok((full, early, again, quiet, most) == (all, 0, 0, all, 1) && pass.took <= LIMIT)
}

/// What one call of the binary took.
struct Measured {
    took: Duration,
    cpu: Duration,
    memory_bytes: u64,
}

impl Measured {
    fn words(&self, requests: u32) -> String {
        let (took, cpu) = (self.took.as_secs_f64(), self.cpu.as_secs_f64());
        format!(
            "{took:.1} s, {cpu:.1} s of CPU, {} MiB at most, {:.0} requests/s, {:.0} requests per CPU second",
            self.memory_bytes >> 20,
            f64::from(requests) / took,
            f64::from(requests) / cpu.max(0.01)
        )
    }
}

fn measured(binary: &Path, folder: &Path, arguments: &[&str]) -> anyhow::Result<Measured> {
    measured_for(binary, folder, arguments, None)
}

/// Runs the binary until it ends, or for so long.
fn measured_for(binary: &Path, folder: &Path, arguments: &[&str], limit: Option<Duration>) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let mut child = Command::new(binary)
        .arg("--data")
        .arg(folder)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("starting {}", binary.display()))?;
    let mut measured = Measured { took: Duration::ZERO, cpu: Duration::ZERO, memory_bytes: 0 };
    let status = loop {
        // The last look before the end counts; what comes after it is lost.
        if let Some((cpu, memory)) = look(child.id()) {
            measured.cpu = measured.cpu.max(cpu);
            measured.memory_bytes = measured.memory_bytes.max(memory);
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if limit.is_some_and(|limit| began.elapsed() >= limit) {
            child.kill()?;
            child.wait()?;
            measured.took = began.elapsed();
            return Ok(measured);
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    measured.took = began.elapsed();
    if !status.success() {
        bail!("`readout {}` ended with {status}", arguments.join(" "));
    }
    Ok(measured)
}

/// CPU time and greatest memory of a process so far.
fn look(process: u32) -> Option<(Duration, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB");
    // A tick is a hundredth of a second on every Linux that this runs on.
    Some((Duration::from_millis(ticks * 10), peak.parse::<u64>().ok()? * 1024))
}

async fn start(hosts: u32, asked: &Arc<Asked>) -> anyhow::Result<Vec<SocketAddr>> {
    let mut addresses = Vec::new();
    for n in 0..hosts {
        let ip = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 1)) + n);
        let listener = TcpListener::bind((ip, 0)).await?;
        addresses.push(listener.local_addr()?);
        let asked = Arc::clone(asked);
        let under_way = Arc::new(AtomicU64::new(0));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (asked, under_way) = (Arc::clone(&asked), Arc::clone(&under_way));
                tokio::spawn(async move { drop(serve(stream, &asked, &under_way).await) });
            }
        });
    }
    Ok(addresses)
}

async fn serve(stream: TcpStream, asked: &Asked, under_way: &AtomicU64) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let (mut path, mut is_conditional, mut line) = (String::new(), false, String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            match line.trim_end() {
                "" => break,
                head if path.is_empty() => path = head.split(' ').nth(1).unwrap_or("/").to_owned(),
                header => is_conditional |= header.to_ascii_lowercase().starts_with("if-none-match:"),
            }
        }
        asked.most_at_once.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let answer = match is_conditional {
            true => {
                asked.not_modified.fetch_add(1, Ordering::SeqCst);
                "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n".to_owned()
            }
            false => {
                asked.full.fetch_add(1, Ordering::SeqCst);
                let body = format!(
                    "<rss version=\"2.0\"><channel><title>Feed {path}</title><item><title>One entry</title>\
                     <guid isPermaLink=\"false\">{path}</guid></item></channel></rss>"
                );
                format!("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            }
        };
        under_way.fetch_sub(1, Ordering::SeqCst);
        stream.get_mut().write_all(answer.as_bytes()).await?;
    }
}
