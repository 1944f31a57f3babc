//! The commands that work on an archive, and what they share.

pub mod demo;
pub mod export;
pub mod feed;
pub mod import;
pub mod ingest;
pub mod outlet;
pub mod rebuild;
pub mod search;
pub mod serve;
pub mod story;
pub mod topic;
pub mod verify;

use crate::config::Config;
use anyhow::Context;
use archive::Archive;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// Arguments that every command of the archive takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    /// The archive's folder
    #[arg(long, global = true, env = "READOUT_DATA", default_value = "readout-data", value_name = "DIR")]
    pub data: PathBuf,
    /// Settings file [default: readout.toml in the archive's folder]
    #[arg(long, global = true, env = "READOUT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print listings as JSON Lines
    #[arg(long, global = true)]
    pub json: bool,
}

impl Common {
    /// The settings.
    pub fn config(&self) -> anyhow::Result<Config> {
        Config::load(self.config.as_deref(), &self.data)
    }

    /// The archive, for writing.
    pub fn open(&self) -> anyhow::Result<Archive> {
        let settings = self.config()?.archive();
        Archive::open_with(&self.data, settings).context("opening the archive")
    }

    /// The archive, for reading beside a server that writes.
    pub fn open_read_only(&self) -> anyhow::Result<Archive> {
        Archive::open_read_only(&self.data).context("opening the archive")
    }

    /// Where the search index stands.
    pub fn index_folder(&self) -> PathBuf {
        self.data.join("index")
    }
}

/// Prints a listing: JSON Lines with `--json`, else a table.
pub fn list(json: bool, head: &[&str], rows: Vec<(Vec<String>, Value)>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        for (_, value) in rows {
            serde_json::to_writer(&mut out, &value)?;
            out.write_all(b"\n")?;
        }
        return Ok(());
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if !io::stdout().is_terminal() {
        table.set_width(160);
    }
    table.set_header(head.iter().copied());
    for (cells, _) in rows {
        table.add_row(cells);
    }
    writeln!(out, "{table}")?;
    Ok(())
}

/// Prints one line for a person, or nothing when the reader of standard output has gone.
pub fn say(line: impl AsRef<str>) {
    // A closed pipe is the reader's way of saying "enough".
    drop(writeln!(io::stdout().lock(), "{}", line.as_ref()));
}

/// A bar on standard error when that is a terminal, else nothing.
pub fn spinner(message: &str) -> indicatif::ProgressBar {
    if !io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new_spinner();
    bar.set_style(
        indicatif::ProgressStyle::with_template("{spinner} {msg}: {human_pos}, {elapsed}")
            .expect("the template is a constant"),
    );
    bar.set_message(message.to_owned());
    bar
}
