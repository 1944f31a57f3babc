//! `readout import`: take in what was saved elsewhere.

use super::{Common, say, spinner};
use crate::Status;
use anyhow::Context;
use archive::ImportFact;
use ingest::{ImportReport, Item, Placer};
use jiff::Timestamp;
use news::revision::Digest;
use news::time::{Moment, Precision};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The largest page, list or saved page taken in, in bytes after decompression.
const FILE_LIMIT_BYTES: u64 = 64 << 20;
/// The largest file that is hashed whole; the digest of a larger one covers its name, size and first part.
const HASHED_BYTES: u64 = 256 << 20;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// OPML, WARC, HTML files or folders of them, JSON Lines or Parquet of articles, or a saved headline page
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(common: &Common, args: &Args) -> anyhow::Result<Status> {
    let archive = common.open()?;
    let placer = Placer::start(&archive)?;
    let mut total = ImportReport::default();
    for path in &args.paths {
        let report = take_in(&archive, &placer, path).with_context(|| format!("importing {}", path.display()))?;
        let c = report.counts;
        say(format!(
            "{}: {} new, {} known, {} copies, {} problems",
            path.display(),
            c.new,
            c.known,
            c.copies,
            c.problems
        ));
        for problem in &report.problems {
            eprintln!("{}: {problem}", path.display());
        }
        total.counts.problems += c.problems;
    }
    let index = search::Index::open(&common.index_folder()).context("opening the search index")?;
    ingest::catch_up(&archive, &index)?;
    Ok(if total.counts.problems > 0 { Status::DoneWithProblems } else { Status::Done })
}

/// What a file is, by its name and first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Opml,
    Warc,
    Html,
    Jsonl,
    Parquet,
    Saved,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Opml => "opml",
            Kind::Warc => "warc",
            Kind::Html => "html",
            Kind::Jsonl => "jsonl",
            Kind::Parquet => "parquet",
            Kind::Saved => "saved-page",
        }
    }

    fn of(path: &Path, head: &[u8]) -> Kind {
        let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let start = String::from_utf8_lossy(&head[..head.len().min(1_024)]).trim_start().to_ascii_lowercase();
        if name.ends_with(".warc")
            || name.ends_with(".warc.gz")
            || name.ends_with(".warc.zst")
            || start.starts_with("warc/")
        {
            Kind::Warc
        } else if name.ends_with(".parquet") || head.starts_with(b"PAR1") {
            Kind::Parquet
        } else if name.ends_with(".opml") || start.contains("<opml") {
            Kind::Opml
        } else if name.ends_with(".jsonl")
            || name.ends_with(".ndjson")
            || name.ends_with(".jsonl.gz")
            || start.starts_with('{')
        {
            Kind::Jsonl
        } else if [".html", ".htm", ".xhtml", ".html.gz"].iter().any(|end| name.ends_with(end))
            || start.starts_with('<')
        {
            Kind::Html
        } else {
            Kind::Saved
        }
    }
}

fn take_in(archive: &archive::Archive, placer: &Placer, path: &Path) -> anyhow::Result<ImportReport> {
    let now = Timestamp::now();
    let bar = spinner("records");
    let progress = |n: u64| bar.set_position(n);
    if path.is_dir() {
        let mut files = Vec::new();
        pages_below(path, 0, &mut files)?;
        files.sort();
        let names: String = files.iter().map(|f| format!("{}\n", f.display())).collect();
        let fact = fact(path, Kind::Html, Digest::of(names.as_bytes()), files.len() as u64);
        let items = files.iter().map(|file| page(file));
        let report = ingest::import(archive, placer, &fact, items, now, &progress)?;
        bar.finish_and_clear();
        return Ok(report);
    }
    let mut head = Vec::new();
    let size_bytes = std::fs::metadata(path)?.len();
    open(path)?.take(4_096).read_to_end(&mut head)?;
    let kind = Kind::of(path, &head);
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(HASHED_BYTES).read_to_end(&mut start)?;
    let mut digest = Digest::of(&start);
    if size_bytes > HASHED_BYTES {
        digest = Digest::of(format!("{}\n{size_bytes}\n{}", path.display(), digest.hex()).as_bytes());
    }
    drop(start);
    let fact = fact(path, kind, digest, size_bytes);
    let run = |items: &mut dyn Iterator<Item = Result<Item, String>>| {
        ingest::import(archive, placer, &fact, items, now, &progress)
    };
    let report = match kind {
        Kind::Opml => {
            let (id, _) = archive.add_import(&fact, now)?;
            let (new, known) = super::feed::import_opml(archive, &whole(path)?, now)?;
            let counts = archive::ImportCounts { new, known, ..archive::ImportCounts::default() };
            archive.finish_import(id, counts, now)?;
            ImportReport { counts, problems: Vec::new() }
        }
        Kind::Saved => {
            let text = String::from_utf8(whole(path)?).context("the file is not UTF-8 text")?;
            run(&mut std::iter::once(Ok(Item::Saved { text })))?
        }
        Kind::Html => run(&mut std::iter::once(page(path)))?,
        Kind::Jsonl => run(&mut BufReader::new(open(path)?).split(b'\n').enumerate().filter_map(|(n, line)| {
            let line = match line {
                Ok(line) if line.iter().all(u8::is_ascii_whitespace) => return None,
                Ok(line) => line,
                Err(error) => return Some(Err(format!("line {}: {error}", n + 1))),
            };
            Some(
                serde_json::from_slice(&line)
                    .map_err(|e| e.to_string())
                    .and_then(article)
                    .map_err(|e| format!("line {}: {e}", n + 1)),
            )
        }))?,
        Kind::Parquet => {
            use parquet::file::reader::{FileReader, SerializedFileReader};
            let reader = SerializedFileReader::new(std::fs::File::open(path)?).context("the file is no Parquet")?;
            let rows = reader.get_row_iter(None)?;
            run(&mut rows.map(|row| row.map_err(|e| e.to_string()).and_then(|row| article(row.to_json_value()))))?
        }
        Kind::Warc => run(&mut crate::warc::pages(path)?.map(|page| {
            page.map(|page| Item::Page {
                body: page.body,
                content_type: page.content_type,
                url: page.url,
                fetched_at: page.fetched_at,
            })
        }))?,
    };
    bar.finish_and_clear();
    Ok(report)
}

fn fact(path: &Path, kind: Kind, digest: Digest, size_bytes: u64) -> ImportFact {
    let name = path.file_name().map_or_else(|| "unnamed".to_owned(), |n| n.to_string_lossy().into_owned());
    ImportFact { name, kind: kind.word().to_owned(), digest, size_bytes }
}

/// The file, unzipped where its name ends in `.gz`.
fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let file = std::fs::File::open(path)?;
    Ok(match path.extension().is_some_and(|end| end == "gz") {
        true => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))),
        false => Box::new(file),
    })
}

fn whole(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(FILE_LIMIT_BYTES + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= FILE_LIMIT_BYTES, "the file is larger than {} MiB", FILE_LIMIT_BYTES >> 20);
    Ok(bytes)
}

fn page(path: &Path) -> Result<Item, String> {
    let body = whole(path).map_err(|error| format!("{}: {error:#}", path.display()))?;
    Ok(Item::Page { body, content_type: None, url: None, fetched_at: None })
}

/// HTML files in a folder and the folders in it, at most 32 deep.
pub fn pages_below(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    anyhow::ensure!(depth <= 32, "{} is more than 32 folders deep", folder.display());
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        if path.is_dir() {
            pages_below(&path, depth + 1, files)?;
        } else if [".html", ".htm", ".xhtml", ".html.gz"].iter().any(|end| name.ends_with(end)) {
            files.push(path);
        }
    }
    Ok(())
}

/// One article of a list: `{url, title, text, outlet, published_at, fetched_at, language, authors}`.
fn article(value: Value) -> Result<Item, String> {
    let Value::Object(fields) = value else { return Err("an article must be a JSON object".to_owned()) };
    let text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{name}` must be a string")),
    };
    let fetched_at = match text("fetched_at")? {
        Some(at) => Some(at.parse().map_err(|_| format!("`fetched_at` is no RFC 3339 time: {at}"))?),
        None => None,
    };
    let published_at = match text("published_at")? {
        Some(at) => Some(moment(&at).ok_or_else(|| format!("`published_at` is no RFC 3339 time: {at}"))?),
        None => None,
    };
    let authors = match fields.get("authors") {
        Some(Value::Array(list)) => list.iter().filter_map(|a| a.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    Ok(Item::Article {
        url: text("url")?,
        title: text("title")?,
        text: text("text")?.unwrap_or_default(),
        outlet: text("outlet")?,
        published_at,
        fetched_at,
        language: text("language")?,
        authors,
    })
}

/// An RFC 3339 time with its zone, or a bare day.
fn moment(text: &str) -> Option<Moment> {
    if let Ok(at) = text.parse::<Timestamp>() {
        let offset = jiff::fmt::temporal::Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        return Some(Moment { at, offset, precision: Precision::Second });
    }
    let day: jiff::civil::Date = text.parse().ok()?;
    let at = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(Moment { at, offset: None, precision: Precision::Day })
}
