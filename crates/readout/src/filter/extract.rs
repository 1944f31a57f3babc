//! `readout extract`: pages to articles, one JSON object a line or one row of Parquet, in the order given.
//!
//! Pages come from files, folders and WARC files; from an index of JSON Lines `{id, html, url}` whose
//! pages stand beside it; or, with `-`, from lines `{id, url, html}` that hold the page itself. `--explain`
//! says of one page how it was read.

mod explain;

use super::{Failure, Jobs, Line, Outcome, Output, Record, each, lines};
use crate::command::Common;
use crate::table::Table;
use anyhow::Context;
use article::Guide;
use article::rules::Rules;
use news::article::{Article, Origin};
use news::parsed::Parsed;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use url::Url;

/// Largest page read, in bytes after decompression; what is beyond is reported by the page's own problem.
const LIMIT_BYTES: u64 = 32 << 20;
/// Folders are read down to this depth.
const DEPTH_LIMIT: usize = 32;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Pages (`.html`, `.html.gz`), folders of them, WARC files; `-` for lines `{id, url, html}` on standard input
    paths: Vec<PathBuf>,
    /// Lines `{id, html, url}`, `html` a path beside FILE
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    index: Option<PathBuf>,
    /// The owner's rules per site [default: none; with --explain, those of the archive]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Form of the output; in Parquet, lists are texts parted by `; `, `paragraphs` and what holds more are JSON
    #[arg(long, default_value = "jsonl", value_parser = ["jsonl", "parquet"])]
    format: String,
    /// Where to write; standard output without it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Say how a page was read: container, what was left out and why, candidates of each field (--json for a program)
    #[arg(long, value_name = "URL|FILE", conflicts_with_all = ["paths", "index", "format", "output"])]
    explain: Option<String>,
    /// With --explain: the address of the page in FILE
    #[arg(long, value_name = "URL", requires = "explain")]
    url: Option<Url>,
    /// With --explain URL: a private address range that may be reached, such as 127.0.0.0/8
    #[arg(long, value_name = "CIDR", requires = "explain")]
    allow_private: Vec<String>,
    #[command(flatten)]
    jobs: Jobs,
}

/// The columns of a row of Parquet, in order.
static COLUMNS: [&str; 25] = [
    "id",
    "url",
    "title",
    "authors",
    "byline",
    "date",
    "modified",
    "language",
    "outlet",
    "standfirst",
    "text",
    "paragraphs",
    "kinds",
    "captions",
    "tags",
    "section",
    "image",
    "credit",
    "dateline",
    "canonical_url",
    "kind",
    "held",
    "origin",
    "problems",
    "error",
];

/// One page still to be read.
enum Source {
    /// A line of an index or of standard input.
    Line(Line),
    /// A file.
    File(PathBuf),
    /// A record of a WARC file, or why it could not be read.
    Record(Value, Result<crate::warc::Page, String>),
    /// A path that could not be opened.
    Bad(PathBuf, String),
}

/// Runs the filter.
pub fn run(common: &Common, args: &Args) -> anyhow::Result<crate::Status> {
    let rules = args.rules.as_deref().map(crate::rules::load).transpose()?;
    if let Some(page) = &args.explain {
        return explain::run(common, page, args, rules);
    }
    let rules = rules.unwrap_or_default();
    let is_terminal = args.output.is_none() && std::io::stdout().is_terminal();
    anyhow::ensure!(
        args.format != "parquet" || !is_terminal,
        "Parquet is no text for a terminal; name a file with --output"
    );
    let out: Box<dyn Write + Send> = match &args.output {
        Some(path) => Box::new(std::fs::File::create(path).with_context(|| format!("writing {}", path.display()))?),
        None => Box::new(std::io::stdout()),
    };
    if args.format == "jsonl" {
        let mut output = Output::to("pages", out, is_terminal);
        each_page(args, &rules, |outcome| output.put(outcome))?;
        return Ok(output.finish()?);
    }
    let mut output = Output::to("pages", Box::new(std::io::sink()), false);
    let mut table = Table::new(std::io::BufWriter::new(out), "page", &COLUMNS, &[])?;
    each_page(args, &rules, |outcome| {
        let row = as_row(output.count(outcome));
        table.put(row).map_err(|error| std::io::Error::other(format!("{error:#}")))
    })?;
    table.close()?;
    Ok(output.finish()?)
}

/// Gives every page's result to `sink`, in the order given.
fn each_page(args: &Args, rules: &Rules, sink: impl FnMut(Outcome) -> std::io::Result<()>) -> anyhow::Result<()> {
    let jobs = args.jobs.count();
    if let Some(index) = &args.index {
        let dir = index.parent().unwrap_or(Path::new("")).to_owned();
        let input: Box<dyn Read + Send> = if index == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            Box::new(std::fs::File::open(index).with_context(|| format!("opening {}", index.display()))?)
        };
        each(jobs, lines(input).map(Source::Line), |source| page(source, Some(&dir), rules), sink)?;
    } else if args.paths.is_empty() || args.paths == [PathBuf::from("-")] {
        let sources = lines(std::io::stdin()).map(Source::Line);
        each(jobs, sources, |source| page(source, None, rules), sink)?;
    } else {
        let sources = args.paths.clone().into_iter().flat_map(|path| sources(path, 0));
        each(jobs, sources, |source| page(source, None, rules), sink)?;
    }
    Ok(())
}

/// A result as a row of texts.
fn as_row(mut value: Value) -> Value {
    for name in ["id", "paragraphs", "kinds", "dateline", "origin", "problems", "error"] {
        if let Some(field) = value.get_mut(name).filter(|field| !field.is_null() && !field.is_string()) {
            *field = Value::String(field.to_string());
        }
    }
    value
}

/// The pages at a path: the file itself, a folder's files by name, a WARC file's records.
fn sources(path: PathBuf, depth: usize) -> Box<dyn Iterator<Item = Source> + Send> {
    let name = path.to_string_lossy().to_ascii_lowercase();
    if path.is_dir() {
        if depth >= DEPTH_LIMIT {
            return Box::new(std::iter::once(Source::Bad(path, "folders are nested too deep".to_owned())));
        }
        let listed = std::fs::read_dir(&path).and_then(|dir| dir.map(|e| e.map(|e| e.path())).collect());
        let mut inside: Vec<PathBuf> = match listed {
            Ok(inside) => inside,
            Err(error) => return Box::new(std::iter::once(Source::Bad(path, error.to_string()))),
        };
        inside.sort();
        let is_page = |path: &PathBuf| {
            let name = path.to_string_lossy().to_ascii_lowercase();
            let ends = [".html", ".htm", ".html.gz", ".htm.gz", ".warc", ".warc.gz", ".warc.zst"];
            path.is_dir() || ends.iter().any(|end| name.ends_with(end))
        };
        return Box::new(inside.into_iter().filter(is_page).flat_map(move |path| sources(path, depth + 1)));
    }
    if [".warc", ".warc.gz", ".warc.zst"].iter().any(|end| name.ends_with(end)) {
        return match crate::warc::pages(&path) {
            Ok(pages) => Box::new(pages.enumerate().map(move |(at, page)| {
                let id = json!(format!("{}#{}", path.display(), at + 1));
                Source::Record(id, page)
            })),
            Err(error) => Box::new(std::iter::once(Source::Bad(path, format!("{error:#}")))),
        };
    }
    Box::new(std::iter::once(Source::File(path)))
}

fn page(source: Source, dir: Option<&Path>, rules: &Rules) -> Outcome {
    let result = |id: &Value, url: &Url, html: &str| result(id, url, html, rules);
    match source {
        Source::Line(line) => {
            let record = Record::read(line)?;
            let url = address(record.optional_text("url")?, &record.id)?;
            let html = record.text("html")?;
            match dir {
                None => Ok(result(&record.id, &url, html)),
                Some(dir) => {
                    let body = body(&dir.join(html)).map_err(|error| record.fail("file-unreadable", error))?;
                    Ok(result(&record.id, &url, &article::decode(&body, None)))
                }
            }
        }
        Source::File(path) => {
            let id = json!(path.to_string_lossy());
            let body = body(&path).map_err(|error| Failure::new(id.clone(), "file-unreadable", error))?;
            Ok(result(&id, &address(None, &id)?, &article::decode(&body, None)))
        }
        Source::Record(id, page) => {
            let page = page.map_err(|error| Failure::new(id.clone(), "record-unreadable", error))?;
            let url = address(page.url.as_deref(), &id)?;
            let html: Cow<'_, str> = article::decode(&page.body, page.content_type.as_deref());
            Ok(result(&id, &url, &html))
        }
        Source::Bad(path, error) => Err(Failure::new(json!(path.to_string_lossy()), "file-unreadable", error)),
    }
}

/// A page's address; a page that comes without one gets an address that names no host.
fn address(url: Option<&str>, id: &Value) -> Result<Url, Failure> {
    Url::parse(url.unwrap_or("about:blank"))
        .map_err(|error| Failure::new(id.clone(), "url-unreadable", format!("`{}`: {error}", url.unwrap_or(""))))
}

fn body(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")) {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut body = Vec::new();
    reader.take(LIMIT_BYTES).read_to_end(&mut body).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(body)
}

fn result(id: &Value, url: &Url, html: &str, rules: &Rules) -> Value {
    let guide = Guide { rules: rules.of(url), learned: None };
    let Parsed { value, problems } = article::extract_with(html, url, &guide);
    finished(id, url, html, &value, problems)
}

/// The line of an article that was read from `html`.
fn finished(id: &Value, url: &Url, html: &str, value: &Article, problems: Vec<news::parsed::Problem>) -> Value {
    let refusal = article::refusal(200, value, html, url, url);
    let mut problems: Vec<Value> = problems.iter().map(|p| json!({"code": p.code, "message": p.message})).collect();
    if let Some(refusal) = refusal {
        problems.push(json!({"code": refusal.word(), "message": "the page is not the article itself"}));
    }
    let url = (url.scheme() != "about").then(|| url.as_str());
    to_json(id, url, value, &problems)
}

/// The article as the contract of `readout extract` prints it.
fn to_json(id: &Value, url: Option<&str>, article: &Article, problems: &[Value]) -> Value {
    let points = news::text::CodePoints::new(&article.text);
    let blocks: Vec<Value> = article.blocks.iter().map(|b| json!(&article.text[b.span.clone()])).collect();
    let kinds: Vec<&str> = article.blocks.iter().map(|b| b.kind.word()).collect();
    let origin: Map<String, Value> = article
        .origins
        .iter()
        .map(|(field, origin): (_, &Origin)| (field.word().to_owned(), json!(origin.word())))
        .collect();
    let damage: Vec<Value> = article
        .damage
        .iter()
        .map(|d| {
            let text = match d.field {
                news::article::Field::Headline => article.headline.as_deref(),
                news::article::Field::Byline => article.byline.as_deref(),
                _ => None,
            };
            let span = match text {
                Some(text) => super::pair(&news::text::CodePoints::new(text), &d.span),
                None => super::pair(&points, &d.span),
            };
            json!({"field": d.field.word(), "span": span, "kind": d.kind, "candidates": d.candidates})
        })
        .collect();
    json!({
        "id": id,
        "url": url,
        "title": article.headline,
        "authors": article.authors,
        "byline": article.byline,
        "date": article.published_at.map(|at| at.rfc3339()),
        "modified": article.modified_at.map(|at| at.rfc3339()),
        "language": article.language.as_ref().map(|l| l.as_str()),
        "outlet": article.outlet,
        "standfirst": article.standfirst,
        "text": article.text,
        "paragraphs": blocks,
        "kinds": kinds,
        "captions": article.captions,
        "tags": article.tags,
        "section": article.section,
        "image": article.image,
        "credit": article.credit,
        "dateline": article.dateline.as_ref().map(|d| json!({"place": d.place, "span": super::pair(&points, &d.span)})),
        "canonical_url": article.canonical_url,
        "kind": article.kind.word(),
        "held": article.held.word(),
        "origin": origin,
        "damage": damage,
        "problems": problems,
    })
}
