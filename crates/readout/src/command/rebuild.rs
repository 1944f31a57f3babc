//! `readout rebuild`: make what is derived anew from what was received.

use super::{Common, say, spinner};
use crate::Status;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Outlets named in the report for people; `--json` names all.
const OUTLETS: usize = 20;

/// What to rebuild.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// The search index, from the texts
    Search,
    /// Stories and copies, from the texts; decisions by people stay
    Stories,
    /// Texts, from the bytes received, without any request: says what changes by field and outlet, then writes the
    /// new texts beside those held, which stay
    Text {
        /// Only say what would change
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub fn run(common: &Common, command: &Command) -> anyhow::Result<Status> {
    let now = Timestamp::now();
    let bar = spinner("done");
    let report = match command {
        Command::Search => ingest::rebuild_search(&common.open()?, &common.index_folder(), &|n| bar.set_position(n))?,
        Command::Stories => ingest::rebuild_stories(&common.open()?, now, &|n| bar.set_position(n))?,
        Command::Text { dry_run } => return text(common, *dry_run),
    };
    bar.finish_and_clear();
    say(format!("{} looked at, {} changed", report.looked_at, report.changed));
    Ok(Status::Done)
}

fn text(common: &Common, dry_run: bool) -> anyhow::Result<Status> {
    let rules = ingest::Rules::new(crate::rules::of_archive(&common.config()?, &common.data)?);
    // To look is allowed beside a server that writes.
    let archive = if dry_run { common.open_read_only()? } else { common.open()? };
    let bar = spinner("pages read");
    let plan = ingest::plan_text(&archive, &rules, &|n| bar.set_position(n))?;
    bar.finish_and_clear();
    if common.json {
        say(to_json(&plan.report).to_string());
    } else {
        tell(&plan.report);
    }
    let changed = plan.report.changed;
    if dry_run {
        return Ok(Status::Done);
    }
    let bar = spinner("texts written");
    let written = plan.write(&archive, Timestamp::now(), &|n| bar.set_position(n))?;
    bar.finish_and_clear();
    if !common.json {
        say(format!("{written} texts written; those held before stay as earlier readings"));
    }
    if written != changed {
        eprintln!("{changed} were to change and {written} did: pages came in between");
    }
    Ok(Status::Done)
}

fn tell(report: &ingest::TextReport) {
    say(format!(
        "{} revisions looked at, {} changed, {} without stored bytes, {} whose page now counts as a wall",
        report.looked_at, report.changed, report.without_bytes, report.refused
    ));
    if report.changed == 0 && report.outlets.is_empty() {
        return;
    }
    let fields: Vec<String> = report.fields.iter().map(|(field, n)| format!("{} {n}", field.word())).collect();
    say(format!("by field: {}", fields.join(", ")));
    say(format!("words gained {}, lost {}", report.words_gained, report.words_lost));
    for outlet in report.outlets.iter().take(OUTLETS) {
        let name = if outlet.name.is_empty() { "no outlet" } else { &outlet.name };
        let mut line = format!(
            "  {name}: {} of {} change, words +{} -{}",
            outlet.changed, outlet.looked_at, outlet.words_gained, outlet.words_lost
        );
        if outlet.furniture > 0 {
            line.push_str(&format!(", {} blocks are the site's own", outlet.furniture));
        }
        if let Some(path) = &outlet.layout_changed_from {
            line.push_str(&format!(", layout-changed: the newest pages lack `{path}`"));
        }
        say(line);
    }
    if report.outlets.len() > OUTLETS {
        say(format!("  and {} more outlets; --json names all", report.outlets.len() - OUTLETS));
    }
    if !report.biggest.is_empty() {
        say("the largest changes of text:");
    }
    for big in &report.biggest {
        say(format!(
            "  revision {} ({} words held, +{} -{}) {}\n    {}",
            big.revision,
            big.words_held,
            big.gained,
            big.lost,
            big.url.as_deref().unwrap_or(""),
            big.example
        ));
    }
}

fn to_json(report: &ingest::TextReport) -> Value {
    let fields: Map<String, Value> =
        report.fields.iter().map(|(field, n)| (field.word().to_owned(), json!(n))).collect();
    let outlets: Vec<Value> = report
        .outlets
        .iter()
        .map(|o| {
            json!({
                "outlet": o.name, "looked_at": o.looked_at, "changed": o.changed, "words_gained": o.words_gained,
                "words_lost": o.words_lost, "furniture": o.furniture, "layout_changed_from": o.layout_changed_from,
            })
        })
        .collect();
    let biggest: Vec<Value> = report
        .biggest
        .iter()
        .map(|b| {
            json!({
                "revision": b.revision.0, "url": b.url, "words_held": b.words_held, "words_gained": b.gained,
                "words_lost": b.lost, "example": b.example,
            })
        })
        .collect();
    json!({
        "looked_at": report.looked_at, "changed": report.changed, "without_bytes": report.without_bytes,
        "refused": report.refused, "fields": fields, "words_gained": report.words_gained,
        "words_lost": report.words_lost, "outlets": outlets, "biggest": biggest,
    })
}
