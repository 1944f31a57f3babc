//! `readout annotate`: what a single text says, each thing an exact span.

use super::{Jobs, Outcome, Record, pair};
use news::text::CodePoints;
use serde_json::{Value, json};
use std::ops::Range;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    jobs: Jobs,
}

/// Runs the filter from standard input to standard output.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    super::run(args.jobs, "texts", annotate)
}

fn annotate(record: Record) -> Outcome {
    let text = record.text("text")?;
    let date = match record.optional_text("date")? {
        None => None,
        Some(date) => Some(
            day(date)
                .ok_or_else(|| record.fail("bad-date", format!("`date` is neither a day nor RFC 3339: {date}")))?,
        ),
    };
    let points = CodePoints::new(text);
    let at = |span: &Range<usize>| {
        let span = points.of_range(span);
        (span.start, span.end)
    };
    let pairs = |spans: &[Range<usize>]| spans.iter().map(|span| pair(&points, span)).collect::<Vec<Value>>();
    let sentences: Vec<Value> = news::text::sentences(text)
        .iter()
        .map(|span| {
            let (start, end) = at(span);
            json!({"start": start, "end": end})
        })
        .collect();
    let entities: Vec<Value> = comparison::entity::entities(text)
        .iter()
        .map(|entity| {
            let (start, end) = at(&entity.span);
            json!({"start": start, "end": end, "type": entity.kind.word(), "name": entity.name, "link": entity.link})
        })
        .collect();
    let attributions: Vec<Value> = comparison::statements(text)
        .iter()
        .map(|statement| {
            json!({"source": pairs(&statement.source), "cue": pairs(&statement.cue), "content": pairs(&statement.content),
                "kind": statement.kind.word(), "speaker": statement.speaker})
        })
        .collect();
    let timexes: Vec<Value> = comparison::timex::timexes(text, date)
        .iter()
        .map(|timex| {
            let (start, end) = at(&timex.span);
            json!({"start": start, "end": end, "type": timex.kind.word(), "value": timex.value})
        })
        .collect();
    let numbers: Vec<Value> = comparison::number::numbers(text)
        .iter()
        .map(|number| {
            let (start, end) = at(&number.span);
            json!({"start": start, "end": end, "value": number.value, "unit": number.unit, "relation": number.relation.word(),
                "what": number.what.as_ref().map(|span| &text[span.clone()])})
        })
        .collect();
    let events: Vec<Value> = comparison::event::events(text, date)
        .iter()
        .map(|event| {
            let (start, end) = at(&event.span);
            let code = |actor: &Option<comparison::event::Actor>| actor.as_ref().and_then(|a| a.code);
            let name = |actor: &Option<comparison::event::Actor>| actor.as_ref().map(|a| a.name.clone());
            json!({"start": start, "end": end, "event": event.event, "code": event.code, "class": event.class,
                "source": code(&event.source), "target": code(&event.target), "source_name": name(&event.source),
                "target_name": name(&event.target), "date": event.date})
        })
        .collect();
    Ok(json!({
        "id": record.id, "language": record.optional_text("language")?, "sentences": sentences, "entities": entities,
        "attributions": attributions, "timexes": timexes, "events": events, "numbers": numbers,
    }))
}

/// A day, or the day of an instant in its own zone.
fn day(text: &str) -> Option<jiff::civil::Date> {
    text.get(..10)?
        .parse()
        .ok()
        .filter(|_| text.len() == 10 || text.as_bytes().get(10).is_some_and(|b| matches!(b, b'T' | b't' | b' ')))
}
