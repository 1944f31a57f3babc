//! A week of news at 20,000 articles a day through placing and hourly settling, and what must hold after it.
//!
//! usage: week [DAYS [ARTICLES_A_DAY]]
//!
//! Generated articles come in by their time, an hour at a time, one in forty is edited two hours later; after each hour
//! the touched stories are settled. After each day: every article stands in one story, every story ever seen leads to one
//! that stands, and whoever stands elsewhere than the day before left by a line in the log. Prints what it found and the
//! memory of each day; exit status 1 when anything does not hold.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use archive::{Archive, AsOf, ImportFact};
use ingest::{Item, Placer};
use jiff::{SignedDuration, Timestamp};
use news::id::StoryId;
use news::revision::Digest;
use news::story::StoryEvent;
use news::time::Moment;
use newsroom::generate;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::ExitCode;
use std::time::Instant;

/// One article in this many is edited.
const EDITED: u64 = 40;
const OUTLETS: u64 = 50;

fn main() -> ExitCode {
    let given: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (days, a_day) = (given.first().copied().unwrap_or(7), given.get(1).copied().unwrap_or(20_000));
    match run(days, a_day) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(faults) => {
            println!("{faults} faults");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("week: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(days: u64, a_day: u64) -> anyhow::Result<u64> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let start: Timestamp = "2024-03-04T00:00:00Z".parse()?;
    let end = start.checked_add(SignedDuration::from_hours(24 * days as i64))?;
    let made = generate(11, days * a_day, OUTLETS, end).a_day(a_day);
    let folder = tempfile::tempdir()?;
    let archive = Archive::open(folder.path())?;
    let placer = Placer::start(&archive)?;

    let mut arrivals: BTreeMap<i64, Vec<(u64, bool)>> = BTreeMap::new();
    for index in 0..made.count() {
        let Some(article) = made.article(index) else { continue };
        let hour = article.published_at.as_second().div_euclid(3_600);
        arrivals.entry(hour).or_default().push((index, false));
        if index % EDITED == 0 {
            arrivals.entry(hour + 2).or_default().push((index, true));
        }
    }
    println!("{} articles, {} hours", made.count(), arrivals.len());

    let mut state = State::default();
    let began = Instant::now();
    let (mut moves, mut slowest_settle, mut settling_seconds) = (0, 0.0f64, 0.0f64);
    let hours = arrivals.len();
    for (nth, (hour, articles)) in arrivals.into_iter().enumerate() {
        let now = Timestamp::from_second((hour + 1) * 3_600)?;
        let items = articles.iter().filter_map(|(index, edited)| item(&made, *index, *edited, now)).map(Ok);
        let file = ImportFact {
            name: format!("hour {hour}"),
            kind: "jsonl".to_owned(),
            digest: Digest::of(&hour.to_le_bytes()),
            size_bytes: 8,
        };
        let report = ingest::import(&archive, &placer, &file, items, now, &|_| {})?;
        anyhow::ensure!(report.problems.is_empty(), "hour {hour}: {:?}", report.problems);
        state.taken += articles.iter().filter(|(_, edited)| !edited).count();
        let settling = Instant::now();
        moves += runtime.block_on(placer.settle(now))?;
        let took = settling.elapsed().as_secs_f64();
        slowest_settle = slowest_settle.max(took);
        settling_seconds += took;
        if (nth + 1) % 24 == 0 || nth + 1 == hours {
            let (changed, faults) = state.look(&archive)?;
            println!(
                "day {}: {} articles, {} stories, {changed} stand elsewhere than the day before, {faults} faults; {} MiB of its own and {} of mapped files, {:.0} s, {settling_seconds:.0} of them settling",
                (nth + 1).div_ceil(24),
                state.places.len(),
                state.seen.len(),
                resident_mib("RssAnon:"),
                resident_mib("RssFile:"),
                began.elapsed().as_secs_f64()
            );
        }
    }
    println!("{moves} moves by settling, the slowest settling took {slowest_settle:.2} s");
    let report = archive.verify()?;
    let wrong: u64 = report.checks.iter().map(|check| check.wrong).sum();
    println!("verify: {} checks, {wrong} wrong", report.checks.len());
    Ok(state.faults + wrong)
}

fn item(made: &newsroom::Generated, index: u64, is_edited: bool, now: Timestamp) -> Option<Item> {
    let mut article = made.article(index)?;
    if is_edited {
        article.paragraphs.push("This report was changed after it came out: the last paragraph is new.".to_owned());
    }
    Some(Item::Article {
        url: Some(format!("https://made-{}.example{}", article.outlet, made.path(index))),
        title: Some(article.headline),
        text: article.paragraphs.join("\n\n"),
        outlet: Some(format!("Made {}", article.outlet)),
        published_at: Some(Moment::utc(article.published_at)),
        fetched_at: Some(now),
        language: Some("en".to_owned()),
        authors: vec![article.author],
    })
}

/// What stood where after the day before.
#[derive(Default)]
struct State {
    taken: usize,
    places: HashMap<i64, StoryId>,
    seen: HashSet<StoryId>,
    faults: u64,
}

impl State {
    /// Compares with the day before; gives how many articles stand elsewhere, and the faults found.
    fn look(&mut self, archive: &Archive) -> anyhow::Result<(usize, u64)> {
        let mut now: HashMap<i64, StoryId> = HashMap::new();
        let mut faults = 0;
        archive.features_since(Timestamp::MIN, &mut |row| {
            match row.story {
                Some((story, _)) if now.insert(row.article.0, story).is_none() => {}
                _ => faults += 1,
            }
            Ok(())
        })?;
        faults += self.taken.abs_diff(now.len()) as u64;
        let mut changed = 0;
        for (article, before) in &self.places {
            let after = now.get(article).copied();
            if after == Some(*before) {
                continue;
            }
            changed += 1;
            faults += u64::from(!is_logged(archive, *article, *before)?);
        }
        let standing: HashSet<StoryId> = now.values().copied().collect();
        self.seen.extend(&standing);
        for story in &self.seen {
            faults += u64::from(!archive.story_leads_to(*story)?.is_some_and(|s| standing.contains(&s)));
        }
        self.places = now;
        self.faults += faults;
        Ok((changed, faults))
    }
}

/// Whether the log of a story says that an article left it, alone or with all.
fn is_logged(archive: &Archive, article: i64, story: StoryId) -> anyhow::Result<bool> {
    if archive.story_leads_to(story)? != Some(story) {
        // Its address leads on: the story it leads to says that it was merged into it.
        let into = archive.story(story, AsOf::Now)?;
        return Ok(into.is_some_and(|page| {
            page.log.iter().any(|line| matches!(line.event, StoryEvent::MergedFrom(_) | StoryEvent::Left(..)))
        }));
    }
    let page = archive.story(story, AsOf::Now)?;
    Ok(page.is_some_and(|page| {
        page.log.iter().any(|line| matches!(&line.event, StoryEvent::Left(left, _) if left.0 == article))
    }))
}

/// Of the memory this process has in use, the part that Linux counts under this name.
fn resident_mib(part: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(part)).unwrap_or("0");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1024
}
