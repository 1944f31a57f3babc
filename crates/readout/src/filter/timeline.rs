//! `readout story timeline`: for each set of articles the days that matter, with sentences word for word.

use super::{Failure, Jobs, Line, Output, Record, each, lines};
use serde_json::{Value, json};
use story::timeline::{self, Article};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Days on the timeline of each set; without it as many as its articles bear out
    #[arg(long, value_name = "N")]
    days: Option<usize>,
    /// Sentences for each day at the most; without it two, and up to four on a timeline of few days
    #[arg(long, value_name = "N")]
    sentences: Option<usize>,
    #[command(flatten)]
    jobs: Jobs,
}

struct Row {
    set: Value,
    day: jiff::civil::Date,
    title: String,
    text: String,
}

fn read(line: Line) -> Result<Row, Failure> {
    let record = Record::read(line)?;
    let date = record.text("date")?;
    let day = date.get(..10).and_then(|d| d.parse().ok());
    let day = day.ok_or_else(|| record.fail("bad-date", format!("`date` must begin with a day, not `{date}`")))?;
    let title = record.optional_text("title")?.unwrap_or("").to_owned();
    let text = record.text("text")?.to_owned();
    Ok(Row { set: record.fields.get("set").cloned().unwrap_or(Value::Null), day, title, text })
}

/// Runs the filter from standard input to standard output. A set is done when its last article has come,
/// and sets may come mixed: timelines are printed at the end, in the order of their first articles.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    let mut output = Output::new("sets");
    let mut sets: Vec<Vec<Row>> = Vec::new();
    each(args.jobs.count(), lines(std::io::stdin()), read, |read| match read {
        Ok(row) => {
            match sets.iter_mut().rev().find(|s| s[0].set == row.set) {
                Some(set) => set.push(row),
                None => sets.push(vec![row]),
            }
            Ok(())
        }
        Err(failure) => output.put(Err(failure)),
    })?;
    let draw = |rows: Vec<Row>| draw(&rows, args.days, args.sentences);
    each(args.jobs.count(), sets.into_iter(), draw, |line| output.put(Ok(line)))?;
    Ok(output.finish()?)
}

fn draw(rows: &[Row], days: Option<usize>, sentences: Option<usize>) -> Value {
    let articles: Vec<Article<'_>> =
        rows.iter().map(|r| Article { day: r.day, title: &r.title, text: &r.text }).collect();
    let entries: Vec<Value> = timeline::timeline(&articles, days, sentences)
        .into_iter()
        .map(|e| {
            let said: Vec<&str> = e.sentences.iter().map(|s| &articles[s.article].text[s.span.clone()]).collect();
            json!({"date": e.day.to_string(), "sentences": said})
        })
        .collect();
    json!({"set": rows[0].set, "timeline": 0, "entries": entries})
}
