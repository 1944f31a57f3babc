//! `readout rebuild`: make what is derived anew from what was received.

use super::{Common, say, spinner};
use crate::Status;
use jiff::Timestamp;

/// What to rebuild.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// The search index, from the texts
    Search,
    /// Stories and copies, from the texts; decisions by people stay
    Stories,
    /// Texts, from the bytes received, without any request; the texts held stay beside the new ones
    Text {
        /// Only say what would change
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub fn run(common: &Common, command: &Command) -> anyhow::Result<Status> {
    let archive = common.open()?;
    let now = Timestamp::now();
    let bar = spinner("done");
    let report = match command {
        Command::Search => ingest::rebuild_search(&archive, &common.index_folder(), &|n| bar.set_position(n))?,
        Command::Stories => ingest::rebuild_stories(&archive, now, &|n| bar.set_position(n))?,
        Command::Text { dry_run } => ingest::rebuild_text(&archive, now, *dry_run, &|n| bar.set_position(n))?,
    };
    bar.finish_and_clear();
    say(format!(
        "{} looked at, {} changed, {} without stored bytes",
        report.looked_at, report.changed, report.without_bytes
    ));
    for line in &report.examples {
        say(line);
    }
    Ok(Status::Done)
}
