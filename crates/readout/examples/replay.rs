//! Real pages through the real binary: the fundus set of the labelled data played as outlets on loopback.
//!
//! usage: replay BINARY DATA [KILLS]
//!
//! DATA is the folder `extraction` of the labelled data. Prints what was kept, writes `predictions.jsonl`
//! for its scorer, runs a second time, then kills a run KILLS times at uneven moments and compares the end.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use newsroom::{Replay, ReplayPage};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const SETTINGS: &str = "[gather]\npage_delay_seconds = 0.0\nfeed_delay_seconds = 0.0\n\
                        allow_private = [\"127.0.0.0/8\"]\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, binary, data, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: replay BINARY DATA [KILLS]");
        return ExitCode::from(2);
    };
    let kills = rest.first().and_then(|n| n.parse().ok()).unwrap_or(20);
    match run(Path::new(binary), Path::new(data), kills) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("replay: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(binary: &Path, data: &Path, kills: u64) -> anyhow::Result<bool> {
    let pages = pages(data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let replay = runtime.block_on(Replay::start(pages, None))?;
    let work = tempfile::tempdir()?;
    let ids: BTreeMap<String, String> = replay.pages().iter().map(|page| (page.url.clone(), page.id.clone())).collect();
    println!("{} pages of {} outlets are played", ids.len(), replay.outlets().len());

    let first = work.path().join("first");
    set_up(binary, &first, &replay)?;
    let began = Instant::now();
    call(binary, &first, &["ingest", "--once"])?;
    println!("first run: {:.1} s", began.elapsed().as_secs_f64());
    let rows = export(binary, &first)?;
    let kept: Vec<&Value> = rows.iter().filter(|row| row["held"] != "headline_only").collect();
    println!("{} articles in the archive, {} with text", rows.len(), kept.len());
    let predictions: String = rows
        .iter()
        .filter_map(|row| {
            let id = ids.get(row["url"].as_str()?)?;
            let line = json!({"id": id, "text": row["text"], "title": row["title"], "authors": row["authors"], "date": row["published_at"]});
            Some(format!("{line}\n"))
        })
        .collect();
    std::fs::write("predictions.jsonl", predictions)?;
    let held: BTreeSet<&str> = rows.iter().filter_map(|row| row["url"].as_str()).collect();
    for page in replay.pages().iter().filter(|page| !held.contains(page.url.as_str())) {
        println!("not in the archive: {} {} ({})", page.id, page.url, page.original);
    }
    let mut well = rows.len() == ids.len();

    call(binary, &first, &["ingest", "--once", "--now"])?;
    let again = export(binary, &first)?;
    let same = states(&again, &ids) == states(&rows, &ids);
    println!("second run: {}", if same { "adds nothing" } else { "CHANGED SOMETHING" });
    well &= same;
    call(binary, &first, &["verify"])?;

    let second = work.path().join("second");
    set_up(binary, &second, &replay)?;
    for round in 0..kills {
        let mut child = Command::new(binary)
            .arg("--data")
            .arg(&second)
            .args(["ingest", "--once"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        std::thread::sleep(Duration::from_millis(30 + (round * 7919) % 900));
        child.kill()?;
        child.wait()?;
    }
    call(binary, &second, &["ingest", "--once"])?;
    let survived = export(binary, &second)?;
    let same = states(&survived, &ids) == states(&rows, &ids);
    println!("after kill -9 at {kills} moments: {}", if same { "the same end" } else { "ANOTHER END" });
    well &= same;
    println!("{}", call(binary, &second, &["verify"])?.trim_end());
    Ok(well)
}

/// Id -> revision and text of every page, which is all that may not differ from run to run.
fn states(rows: &[Value], ids: &BTreeMap<String, String>) -> BTreeMap<String, (u64, String)> {
    rows.iter()
        .filter_map(|row| {
            let id = ids.get(row["url"].as_str()?)?.clone();
            Some((id, (row["revision"].as_u64()?, row["text"].as_str()?.to_owned())))
        })
        .collect()
}

fn pages(data: &Path) -> anyhow::Result<Vec<ReplayPage>> {
    let index = std::fs::read_to_string(data.join("index.jsonl"))?;
    let mut pages = Vec::new();
    for line in index.lines() {
        let row: Value = serde_json::from_str(line)?;
        if row["set"] != "fundus" {
            continue;
        }
        let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let gold: Value = serde_json::from_slice(&std::fs::read(data.join(field("gold")))?)?;
        let mut html = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(data.join(field("html")))?).read_to_end(&mut html)?;
        // The feed tells the address alone, so that nothing of the expected answer is given away.
        pages.push(ReplayPage {
            id: field("id"),
            outlet: gold["outlet"].as_str().unwrap_or_default().to_owned(),
            html,
            content_type: None,
            url: field("url"),
            title: None,
            published_at: None,
            language: None,
        });
    }
    Ok(pages)
}

fn set_up(binary: &Path, folder: &Path, replay: &Replay) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("readout.toml"), SETTINGS)?;
    let mut opml = String::from("<opml version=\"2.0\"><head><title>replay</title></head><body>");
    for outlet in replay.outlets() {
        for feed in &outlet.feeds {
            opml.push_str(&format!("<outline type=\"rss\" text=\"{}\" xmlUrl=\"{}\"/>", outlet.name, feed.url));
        }
    }
    opml.push_str("</body></opml>");
    let file = folder.join("feeds.opml");
    std::fs::write(&file, opml)?;
    call(binary, folder, &["feed", "import", &file.to_string_lossy()])?;
    Ok(())
}

fn export(binary: &Path, folder: &Path) -> anyhow::Result<Vec<Value>> {
    call(binary, folder, &["export"])?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn call(binary: &Path, folder: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(binary).arg("--data").arg(folder).args(args).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(matches!(output.status.code(), Some(0 | 3)), "readout {args:?} ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
