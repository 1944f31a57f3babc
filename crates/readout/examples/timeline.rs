//! The timeline of a topic of many years: how fast each step from decade to day answers, and what keeping days costs.
//!
//! usage: timeline BINARY ARTICLES
//!
//! Generated articles are dated over 2017 to 2025 (none in 2019) and kept through the archive's own door, without
//! fetching and grouping, which have their own bench; then the real server indexes them, matches one topic that holds
//! them all, and answers over HTTP.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use archive::{Archive, NewArticle, NewOutlet, NewRevision, NewTopic};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use news::article::{Article, Held};
use news::dated::{Dated, published_day};
use news::id::{ArticleId, OutletId, StoryId};
use news::language::Language;
use news::story::{Because, CopyOf, Placement};
use news::time::Moment;
use newsroom::{Generated, generate};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Requests measured at each step.
const REQUESTS: usize = 200;
/// Texts kept with and without days, to tell what days cost.
const COMPARED: u64 = 5_000;
/// Texts kept in one go, whole events.
const BATCH: u64 = 300;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, binary, count] = arguments.as_slice() else {
        eprintln!("usage: timeline BINARY ARTICLES");
        return ExitCode::from(2);
    };
    let Ok(count) = count.parse() else {
        eprintln!("`{count}` is no number of articles");
        return ExitCode::from(2);
    };
    match run(Path::new(binary), count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("timeline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(binary: &Path, count: u64) -> anyhow::Result<()> {
    for (name, is_dated) in [("without days", false), ("with days", true), ("without days", false), ("with days", true)]
    {
        let work = tempfile::tempdir()?;
        let archive = Archive::open(work.path())?;
        let (_, seconds) = fill(&archive, COMPARED.min(count), is_dated)?;
        let stats = archive.stats()?;
        println!(
            "kept {name}: {:.3} ms a text, database {:.2} KiB a text",
            seconds * 1000.0 / COMPARED.min(count) as f64,
            stats.database_bytes as f64 / 1024.0 / COMPARED.min(count) as f64
        );
    }
    let work = tempfile::tempdir()?;
    let archive = Archive::open(work.path())?;
    let topic = NewTopic { slug: Some("all".to_owned()), name: "All".to_owned(), query: "after:2000-01-01".to_owned() };
    archive.add_topic(&topic, Timestamp::now())?;
    let began = Instant::now();
    let (rows, _) = fill(&archive, count, true)?;
    println!(
        "{count} texts with {rows} dated sentences kept in {:.1} s, database {} MiB",
        began.elapsed().as_secs_f64(),
        archive.stats()?.database_bytes >> 20
    );
    drop(archive);

    let mut server = Command::new(binary)
        .arg("--data")
        .arg(work.path())
        .args(["serve", "--no-gather", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()?;
    let measured = served(&mut BufReader::new(server.stdout.take().expect("it was piped")), count);
    server.kill()?;
    server.wait()?;
    measured
}

fn served(said: &mut impl BufRead, count: u64) -> anyhow::Result<()> {
    let mut line = String::new();
    said.read_line(&mut line)?;
    let address = line.split("http://").nth(1).unwrap_or_default().trim().trim_end_matches('/').to_owned();
    let began = Instant::now();
    loop {
        let topic: Value = serde_json::from_str(&get(&address, "/t/all.json")?)?;
        if topic["pages"]["total"].as_u64() == Some(count) {
            break;
        }
        anyhow::ensure!(began.elapsed() < Duration::from_secs(3_600), "the index did not catch up within an hour");
        std::thread::sleep(Duration::from_secs(1));
    }
    println!("indexed and matched in {:.0} s", began.elapsed().as_secs_f64());
    std::thread::sleep(Duration::from_secs(3));
    check(&address)?;

    let year = |n: usize| [2017, 2018, 2020, 2021, 2022, 2023, 2024, 2025][n % 8];
    let month = |n: usize| n * 5 % 12 + 1;
    let page = |zoom: String| format!("/t/all/timeline?zoom={zoom}");
    measure(&address, "all years", REQUESTS, |_| "/t/all/timeline".to_owned())?;
    measure(&address, "decade", REQUESTS, |n| page(["2010s", "2020s"][n % 2].to_owned()))?;
    measure(&address, "year", REQUESTS, |n| page(year(n).to_string()))?;
    measure(&address, "empty year", REQUESTS, |_| page("2019".to_owned()))?;
    measure(&address, "month", REQUESTS, |n| page(format!("{}-{:02}", year(n), month(n))))?;
    measure(&address, "day", REQUESTS, |n| page(format!("{}-{:02}-{:02}", year(n), month(n), n % 28 + 1)))?;
    measure(&address, "a span of 15 months", REQUESTS, |n| {
        format!("/t/all/timeline?from={}-02-01&to={}-04-30", year(n), year(n) + 1)
    })?;
    measure(&address, "all years, table", REQUESTS, |_| "/t/all/timeline?view=table".to_owned())?;
    measure(&address, "all years as of mid 2022", 20, |_| "/t/all/timeline?asof=2022-06-30T12:00Z".to_owned())?;
    measure(&address, "month as of mid 2022", 20, |n| {
        format!("/t/all/timeline?zoom=2020-{:02}&asof=2022-06-30T12:00Z", month(n))
    })?;
    let desk = get(&address, "/")?;
    let stories: Vec<&str> = desk.split("href=\"/s/").skip(1).filter_map(|rest| rest.split('-').next()).collect();
    anyhow::ensure!(!stories.is_empty(), "the desk lists no story");
    measure(&address, "story", REQUESTS, |n| format!("/s/{}/timeline", stories[n % stories.len()]))
}

/// Whether the pages say what they should: every entry is a sentence of its revision, the empty year is empty, and
/// every text is counted in its year.
fn check(address: &str) -> anyhow::Result<()> {
    let all: Value = serde_json::from_str(&get(address, "/t/all/timeline.json")?)?;
    let entries = all["entries"].as_array().map_or(&[][..], Vec::as_slice);
    anyhow::ensure!(entries.len() >= 8, "there are entries: {all}");
    for entry in entries {
        let path = entry["path"].as_str().unwrap_or_default();
        let (page, sentence) = path.split_once("#s").unwrap_or_default();
        let revision: Value = serde_json::from_str(&get(address, &format!("{page}.json"))?)?;
        let text = revision["revision"]["text"].as_str().unwrap_or_default();
        let spans = news::text::sentences(text);
        let place: usize = sentence.parse()?;
        anyhow::ensure!(
            spans.get(place - 1).and_then(|span| text.get(span.clone())) == entry["text"].as_str(),
            "{path} is not the sentence shown"
        );
    }
    let empty: Vec<&str> = all["buckets"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter(|bucket| bucket["sentences"] == 0 && bucket["texts"] == 0)
        .filter_map(|bucket| bucket["name"].as_str())
        .collect();
    println!(
        "{} entries checked word for word; texts {}, sentences {}; empty: {empty:?}",
        entries.len(),
        all["texts"],
        all["sentences"]
    );
    Ok(())
}

fn measure(address: &str, name: &str, requests: usize, path: impl Fn(usize) -> String) -> anyhow::Result<()> {
    let mut times = Vec::with_capacity(requests);
    let mut bytes = 0;
    get(address, &path(0))?;
    for n in 0..requests {
        let path = path(n);
        let began = Instant::now();
        bytes += get(address, &path)?.len();
        times.push(began.elapsed());
    }
    times.sort();
    let at = |share: usize| times[requests * share / 100].as_secs_f64() * 1000.0;
    println!("  {name}: p50 {:.1} ms, p95 {:.1} ms, {} KiB", at(50), at(95), (bytes / requests) >> 10);
    Ok(())
}

/// Keeps so many texts; gives the dated sentences in them and the seconds that keeping took, finding days among them.
fn fill(archive: &Archive, count: u64, is_dated: bool) -> anyhow::Result<(usize, f64)> {
    let made = generate(11, count, 50, Timestamp::now());
    let now = Timestamp::now();
    let outlets = (0..50)
        .map(|n| archive.add_outlet(&NewOutlet::named(format!("Outlet {n}")), now))
        .collect::<archive::Result<Vec<OutletId>>>()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(64).build()?;
    let (mut rows, mut seconds) = (0, 0.0);
    for from in (0..count).step_by(BATCH as usize) {
        let add = |index: u64| -> archive::Result<Option<_>> {
            let Some((content, outlet, fetched_at)) = text(&made, index, count) else { return Ok(None) };
            let new = NewArticle {
                url: Some(format!("https://outlet{outlet}.example/{index}")),
                outlet: outlets.get(outlet).copied(),
                ..NewArticle::default()
            };
            Ok(Some((index, archive.add_article(&new, fetched_at)?.article, content, fetched_at)))
        };
        // Callers that come together share one flush to the disk.
        let batch: Vec<_> = pool.install(|| {
            (from..(from + BATCH).min(count)).into_par_iter().map(add).collect::<archive::Result<Vec<_>>>()
        })?;
        let batch: Vec<_> = batch.into_iter().flatten().collect();
        let began = Instant::now();
        let mut revision = |article, content: Article, fetched_at, placement| {
            let published = published_day(content.published_at.as_ref(), fetched_at);
            let dated = if is_dated {
                Dated { published, sentences: story::dated::find(&content.text, published) }
            } else {
                Dated::default()
            };
            rows += dated.sentences.len();
            NewRevision {
                article,
                content,
                fetched_at,
                raw_digest: None,
                record: None,
                rank: None,
                placement: Some(placement),
                features: Vec::new(),
                statements: Vec::new(),
                dated,
                problems: Vec::new(),
                extractor: 0,
            }
        };
        let event = |index: u64| index / newsroom::ARTICLES_PER_EVENT;
        let (firsts, others): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|(index, ..)| index % newsroom::ARTICLES_PER_EVENT == 0);
        let events: Vec<_> = firsts.iter().map(|(index, article, ..)| (event(*index), *article)).collect();
        let opening =
            firsts.into_iter().map(|(_, article, content, at)| revision(article, content, at, Placement::Opens));
        let opened = archive.record_revisions(opening.collect())?;
        let stories: HashMap<u64, (ArticleId, StoryId)> = events
            .into_iter()
            .zip(opened)
            .filter_map(|((event, article), recorded)| Some((event, (article, recorded.story?))))
            .collect();
        let joining = others.into_iter().filter_map(|(index, article, content, at)| {
            let (first, story) = *stories.get(&event(index))?;
            let placement = match made.article(index)?.copy_of {
                Some(_) => {
                    let of =
                        CopyOf { article: first, sharing: None, contained: 0.9, of_base: 0.9, passages: Vec::new() };
                    Placement::Copies { story, of }
                }
                None => Placement::Joins { story, because: Because { score: 1.0, ..Because::default() } },
            };
            Some(revision(article, content, at, placement))
        });
        archive.record_revisions(joining.collect())?;
        seconds += began.elapsed().as_secs_f64();
    }
    Ok((rows, seconds))
}

/// One text of the load, moved into the years 2017 to 2025 without 2019, with sentences that speak of days.
fn text(made: &Generated, index: u64, count: u64) -> Option<(Article, usize, Timestamp)> {
    let article = made.article(index)?;
    let days: i64 = 2_850;
    let event = i64::try_from(index / newsroom::ARTICLES_PER_EVENT).ok()?;
    let events = i64::try_from(count.div_ceil(newsroom::ARTICLES_PER_EVENT)).ok()?;
    let nth = event * days / events.max(1);
    let start = date(2017, 1, 1);
    let day = start.checked_add((nth + if nth >= 700 { 430 } else { 0 }).days()).ok()?;
    let at = jiff::tz::TimeZone::UTC.to_timestamp(day.at(8, 0, 0, 0)).ok()?;
    let published = at.checked_add(i64::try_from(index % 600).ok()?.minutes()).ok()?;
    let long = |day: Date| day.strftime("%-d %B %Y").to_string();
    let before = day.checked_sub(i64::try_from(index % 9 + 1).ok()?.days()).ok()?;
    let year_before = day.checked_sub((400 + event % 300).days()).ok()?;
    // No sentence is about 2019, so that a whole year is empty.
    let year_before = if year_before.year() == 2019 { year_before.checked_sub(730.days()).ok()? } else { year_before };
    let mut paragraphs = article.paragraphs;
    let subject = article.headline.trim_end_matches('.');
    paragraphs.insert(
        1,
        format!("The news that {subject} was first told on {} by people near the square.", before.strftime("%A")),
    );
    paragraphs.push(format!(
        "Nobody in the valley had expected on {} that so soon after {subject}.",
        before.strftime("%-d %B")
    ));
    paragraphs.push(format!("It was the second time since {} that people spoke of {subject}.", long(year_before)));
    paragraphs.push(format!(
        "The council of the valley meets again on {} to talk about {subject}.",
        long(day.checked_add(12.days()).ok()?)
    ));
    let content = Article {
        headline: Some(article.headline),
        text: news::text::join_blocks(&paragraphs),
        language: Language::parse("en"),
        published_at: Some(Moment::utc(published)),
        held: Held::Full,
        ..Article::default()
    };
    Some((content, usize::try_from(article.outlet).ok()?, published.checked_add(7.minutes()).ok()?))
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
