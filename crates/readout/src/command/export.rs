//! `readout export`: every row, with the total, the number returned and the reason for any cut on
//! standard error.

use super::Common;
use crate::Status;
use crate::table::{Table, plain};
use anyhow::Context;
use archive::{Archive, Indexable};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Form of the output
    #[arg(long, default_value = "jsonl", value_parser = ["jsonl", "csv", "parquet", "warc", "opml"])]
    format: String,
    /// Where to write; standard output without it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Export what people decided about the grouping instead of articles, as JSON Lines
    #[arg(long, conflicts_with_all = ["format", "query"])]
    decisions: bool,
    /// Only articles that match, in the search language; everything without it
    query: Option<String>,
}

/// The columns of the row forms, in order; all text but the numbers.
static COLUMNS: [&str; 20] = [
    "article",
    "revision",
    "url",
    "title",
    "outlet",
    "authors",
    "published_at",
    "modified_at",
    "first_seen_at",
    "fetched_at",
    "language",
    "kind",
    "held",
    "story",
    "role",
    "topics",
    "gone_at",
    "text_sha256",
    "rights",
    "text",
];
/// Those of [`COLUMNS`] that hold whole numbers.
static NUMBERS: [&str; 3] = ["article", "revision", "story"];

/// Runs the command.
pub fn run(common: &Common, args: &Args) -> anyhow::Result<Status> {
    let archive = common.open_read_only()?;
    let mut out: Box<dyn Write + Send> = match &args.output {
        Some(path) => {
            let file = std::fs::File::create(path).with_context(|| format!("writing {}", path.display()))?;
            Box::new(io::BufWriter::new(file))
        }
        None => Box::new(io::BufWriter::new(io::stdout())),
    };
    if args.decisions {
        let decisions = archive.decisions_after(news::id::DecisionId(0))?;
        for decision in &decisions {
            let Some(card) = archive.decision(decision.id)? else { continue };
            let mut line = super::story::decision_json(&card);
            let ids = |list: &[news::id::ArticleId]| json!(list.iter().map(|id| id.0).collect::<Vec<_>>());
            line["articles"] = ids(&decision.moved);
            line["left"] = ids(&decision.left);
            line["met"] = ids(&decision.met);
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        eprintln!("{} decisions, all of them", decisions.len());
        return Ok(Status::Done);
    }
    if args.format == "opml" {
        out.write_all(super::feed::export_opml(&archive)?.as_bytes())?;
        out.flush()?;
        return Ok(Status::Done);
    }
    let query = match &args.query {
        Some(text) => Some(search::Query::parse(text).map_err(|error| super::search::explain(text, &error))?),
        None => None,
    };
    let now = jiff::Timestamp::now();
    let topics = archive.topics()?;
    let matches =
        |item: &Indexable| query.as_ref().is_none_or(|query| query.matches(&ingest::document(item, &topics), now));
    let (mut total, mut returned) = (0u64, 0u64);
    match args.format.as_str() {
        "jsonl" => each(&archive, &mut total, |item| {
            if matches(&item) {
                serde_json::to_writer(&mut out, &row(&item))?;
                out.write_all(b"\n")?;
                returned += 1;
            }
            Ok(())
        })?,
        "csv" => {
            let mut csv = csv::Writer::from_writer(&mut out);
            csv.write_record(COLUMNS)?;
            each(&archive, &mut total, |item| {
                if matches(&item) {
                    let row = row(&item);
                    csv.write_record(COLUMNS.map(|column| plain(&row[column])))?;
                    returned += 1;
                }
                Ok(())
            })?;
            csv.flush()?;
        }
        "parquet" => {
            let mut table = Table::new(out, "article", &COLUMNS, &NUMBERS)?;
            each(&archive, &mut total, |item| {
                if matches(&item) {
                    table.put(row(&item))?;
                    returned += 1;
                }
                Ok(())
            })?;
            table.close()?;
            report(total, returned);
            return Ok(Status::Done);
        }
        _ => {
            let mut without_bytes = 0u64;
            out.write_all(&archive::warc::head_record("readout-export.warc.gz", now))?;
            each(&archive, &mut total, |item| {
                if !matches(&item) {
                    return Ok(());
                }
                for head in archive.revisions(item.article, archive::AsOf::Now)? {
                    match head.record {
                        Some(record) => {
                            if let Some(stored) = archive.response(record)? {
                                out.write_all(&archive::warc::response_record(&stored.response)?)?;
                                returned += 1;
                            }
                        }
                        None => without_bytes += 1,
                    }
                }
                Ok(())
            })?;
            if without_bytes > 0 {
                eprintln!(
                    "{without_bytes} revisions have no stored response (feed text or imported text) and are left out"
                );
            }
        }
    }
    out.flush()?;
    report(total, returned);
    Ok(Status::Done)
}

fn report(total: u64, returned: u64) {
    eprintln!("total {total}, returned {returned}; nothing was cut");
}

/// Calls `each` for every article with a revision, in order of their numbers in the change sequence.
fn each(
    archive: &Archive,
    total: &mut u64,
    mut each: impl FnMut(Indexable) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut seq = 0;
    loop {
        let items = archive.revisions_after(seq, 500)?;
        let Some(last) = items.last() else { return Ok(()) };
        seq = last.seq;
        for item in items {
            *total += 1;
            each(item)?;
        }
    }
}

/// One article as exported.
pub fn row(item: &Indexable) -> Value {
    let content = &item.content;
    json!({
        "article": item.article.0,
        "revision": item.number,
        "url": item.url,
        "title": content.headline,
        "outlet": item.outlet.as_ref().map(|outlet| &outlet.name),
        "authors": content.authors,
        "published_at": content.published_at.map(|moment| moment.rfc3339()),
        "modified_at": content.modified_at.map(|moment| moment.rfc3339()),
        "first_seen_at": item.first_seen_at.to_string(),
        "fetched_at": item.fetched_at.to_string(),
        "language": content.language.as_ref().map(|language| language.as_str()),
        "kind": content.kind.word(),
        "held": content.held.word(),
        "story": item.story.map(|(story, _)| story.0),
        "role": item.story.map(|(_, role)| role.word()),
        "topics": item.topics.iter().map(|topic| topic.0).collect::<Vec<_>>(),
        "gone_at": item.gone_at.map(|at| at.to_string()),
        "text_sha256": news::revision::text_digest(content).hex(),
        "rights": "text belongs to its publisher; kept for reading and analysis by the owner of this archive",
        "text": content.text,
    })
}
