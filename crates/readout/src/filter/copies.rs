//! `readout story copies --base FILE`: which texts of a file each text repeats, how much, and where.

use super::{Failure, Jobs, Line, Outcome, Output, Record, each, lines, pair};
use anyhow::Context as _;
use news::text::CodePoints;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The texts to look among, as JSON Lines `{id, text}`
    #[arg(long, value_name = "FILE")]
    base: PathBuf,
    #[command(flatten)]
    jobs: Jobs,
}

struct Base {
    ids: Vec<Value>,
    texts: Vec<String>,
    index: story::Index,
}

/// Runs the filter from standard input to standard output.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    let file = std::fs::File::open(&args.base).with_context(|| format!("opening {}", args.base.display()))?;
    let settings = story::Settings { capacity: usize::MAX, ..story::Settings::default() };
    let mut base = Base { ids: Vec::new(), texts: Vec::new(), index: story::Index::new(settings) };
    let jobs = args.jobs.count();
    let take_in = |line: Line| -> Result<(Record, story::Features), Failure> {
        let record = Record::read(line)?;
        let features = story::wording(record.text("text")?);
        Ok((record, features))
    };
    let mut broken = None;
    each(jobs, lines(file), take_in, |read| {
        match read {
            Ok((record, features)) => {
                let key = base.ids.len() as i64;
                base.index.insert(key, key, &features);
                base.texts.push(record.text("text").unwrap_or_default().to_owned());
                base.ids.push(record.id);
            }
            Err(failure) => broken = broken.take().or(Some(failure)),
        }
        Ok(())
    })?;
    if let Some(failure) = broken {
        anyhow::bail!("{}: {}", args.base.display(), failure.message);
    }
    let mut output = Output::new("texts");
    let base = &base;
    each(jobs, lines(std::io::stdin()), |line| answer(base, line), |outcome| output.put(outcome))?;
    Ok(output.finish()?)
}

fn answer(base: &Base, line: Line) -> Outcome {
    let record = Record::read(line)?;
    let text = record.text("text")?;
    let points = CodePoints::new(text);
    let mut matches = Vec::new();
    let mut shared = Vec::new();
    for found in base.index.copies(&story::wording(text)) {
        let at = found.key as usize;
        let (id, other) = (&base.ids[at], &base.texts[at]);
        let theirs = CodePoints::new(other);
        let passages: Vec<Value> = story::passages(text, other)
            .iter()
            .map(|p| json!({"span": pair(&points, &p.span), "other": pair(&theirs, &p.other)}))
            .collect();
        matches.push(id.clone());
        shared.push(json!({
            "id": id,
            "contained": round(found.contained),
            "of_base": round(found.of_base),
            "passages": passages,
        }));
    }
    Ok(json!({"id": record.id, "matches": matches, "shared": shared}))
}

/// Four places: as exact as five-word runs are.
fn round(share: f32) -> f64 {
    (f64::from(share) * 10_000.0).round() / 10_000.0
}
