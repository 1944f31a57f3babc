//! `readout story group`: which story each text belongs to, in the order of arrival, without a look ahead.

use super::{Failure, Jobs, Line, Output, Record, each, lines};
use serde_json::{Value, json};
use story::{Decision, Features, Index, Move, Settings};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Repair the groups at the end and print them then: the same for any order of arrival
    #[arg(long)]
    settle: bool,
    #[command(flatten)]
    jobs: Jobs,
}

fn read(line: Line) -> Result<(Value, Features), Failure> {
    let record = Record::read(line)?;
    let title = record.text("title")?;
    let date = record.optional_text("date")?.map(|d| instant(d).ok_or_else(|| bad_date(&record, d))).transpose()?;
    let published_ms = match record.fields.get("ts_ms") {
        None | Some(Value::Null) => date,
        Some(ms) => Some(ms.as_i64().ok_or_else(|| record.fail("wrong-type", "`ts_ms` must be a whole number"))?),
    };
    let text = story::Text {
        title,
        text: record.optional_text("text")?.unwrap_or(""),
        published_ms,
        first_seen_ms: None,
        outlet: record.optional_text("outlet")?,
        language: record.optional_text("lang")?,
    };
    let features = story::features(&text);
    Ok((record.id, features))
}

fn bad_date(record: &Record, date: &str) -> Failure {
    record.fail("bad-date", format!("`date` must be RFC 3339 or a day, not `{date}`"))
}

/// An instant with its zone, or a day, whose midnight in UTC is taken.
fn instant(date: &str) -> Option<i64> {
    let at: Option<jiff::Timestamp> = date.parse().ok().or_else(|| format!("{date}T00:00:00Z").parse().ok());
    at.map(|at| at.as_millisecond())
}

/// Runs the filter from standard input to standard output.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    let mut output = Output::new("texts");
    let mut index = Index::new(Settings::default());
    let (mut key, mut opened) = (0, 0);
    // With `--settle`, what is printed once everything has come: the record's id and its key, or its failure.
    let mut waiting: Vec<Result<(Value, i64), Failure>> = Vec::new();
    each(args.jobs.count(), lines(std::io::stdin()), read, |read| {
        let (id, features) = match read {
            Ok(read) => read,
            Err(failure) if args.settle => {
                waiting.push(Err(failure));
                return Ok(());
            }
            Err(failure) => return output.put(Err(failure)),
        };
        let (decision, others) = index.place_beside(&features);
        let story = match decision {
            Decision::Opens => {
                opened += 1;
                opened
            }
            Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
        };
        key += 1;
        index.insert(key, story, &features);
        if let Some(step) = index.mend(story, &others) {
            index.apply(&step, story);
        }
        if args.settle {
            waiting.push(Ok((id, key)));
            return Ok(());
        }
        output.put(Ok(json!({"id": id, "cluster": story})))
    })?;
    if args.settle {
        for step in index.settle(&index.stories()) {
            if matches!(step, Move::Open { .. }) {
                opened += 1;
            }
            index.apply(&step, opened);
        }
        for line in waiting {
            output.put(line.map(|(id, key)| json!({"id": id, "cluster": index.story_of(key)})))?;
        }
    }
    Ok(output.finish()?)
}
