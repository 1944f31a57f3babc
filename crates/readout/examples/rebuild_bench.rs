//! How fast kept pages are read again: generated articles are gathered, then `rebuild text` runs three times.
//!
//! usage: rebuild_bench BINARY ARTICLES
//!
//! First with nothing to change (report only), then with an owner's rule that changes every text (report only), then for
//! real, so that what writing costs stands apart. Pages are as small as the generator makes them.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use newsroom::generate;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

const SETTINGS: &str = "[gather]\npage_delay_seconds = 0.0\nfeed_delay_seconds = 0.0\n\
                        allow_private = [\"127.0.0.0/8\"]\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, binary, count] = arguments.as_slice() else {
        eprintln!("usage: rebuild_bench BINARY ARTICLES");
        return ExitCode::from(2);
    };
    let Ok(count) = count.parse() else {
        eprintln!("`{count}` is no number of articles");
        return ExitCode::from(2);
    };
    match run(Path::new(binary), count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rebuild_bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(binary: &Path, count: u64) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let load = runtime.block_on(generate(7, count, (count / 200).clamp(5, 50), jiff::Timestamp::now()).serve(None))?;
    let work = tempfile::tempdir()?;
    let folder = work.path();
    std::fs::write(folder.join("readout.toml"), SETTINGS)?;
    let mut opml = String::from("<opml version=\"2.0\"><head><title>load</title></head><body>");
    for outlet in load.outlets() {
        for feed in &outlet.feeds {
            opml.push_str(&format!("<outline type=\"rss\" text=\"{}\" xmlUrl=\"{}\"/>", outlet.name, feed.url));
        }
    }
    opml.push_str("</body></opml>");
    let file = folder.join("feeds.opml");
    std::fs::write(&file, opml)?;
    let readout = |args: &[&str]| -> anyhow::Result<(f64, String)> {
        let began = Instant::now();
        let output = Command::new(binary).arg("--data").arg(folder).args(args).stderr(Stdio::inherit()).output()?;
        anyhow::ensure!(matches!(output.status.code(), Some(0 | 3)), "{args:?} ended with {}", output.status);
        Ok((began.elapsed().as_secs_f64(), String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    readout(&["feed", "import", &file.to_string_lossy()])?;
    let (seconds, said) = readout(&["ingest", "--once"])?;
    println!("gathered in {seconds:.1} s: {}", said.trim());
    let measure = |name: &str, args: &[&str]| -> anyhow::Result<()> {
        let before = children_seconds();
        let (seconds, said) = readout(args)?;
        let processor = children_seconds() - before;
        println!(
            "{name}: {seconds:.2} s, {:.0} pages/s; {processor:.2} s of processor, {:.2} ms a page",
            count as f64 / seconds,
            processor * 1000.0 / count as f64
        );
        said.lines().take(3).for_each(|line| println!("  {line}"));
        Ok(())
    };
    measure("nothing to change, report", &["rebuild", "text", "--dry-run"])?;
    std::fs::write(folder.join("rules.toml"), "[site.\"127.0.0.1\"]\ndrop = \"p:nth-of-type(1)\"\n")?;
    measure("every text changes, report", &["rebuild", "text", "--dry-run"])?;
    measure("every text changes, report and write", &["rebuild", "text"])?;
    measure("again, report", &["rebuild", "text", "--dry-run"])
}

/// Processor time of all programs run and ended so far; the machine may have others to serve meanwhile.
fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    // `cutime` and `cstime`, in hundredths of a second.
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}
