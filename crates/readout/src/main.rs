//! Readout: follows a topic across every outlet, keeps every revision, and puts accounts side by side.
//!
//! This room reads the command line and the settings, opens things and starts things. Each command
//! is one file under `command/`; the filters, which need no archive, stand under `filter/`.

mod filter;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything was done.
    Done,
    /// It ended, and some records or sources had problems that were reported.
    DoneWithProblems,
}

#[derive(Parser)]
#[command(name = "readout", version, about, max_term_width = 110, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read articles out of pages: HTML files, folders, WARC, or JSON Lines
    Extract(filter::extract::Args),
    /// Find who says what in texts: statements, names, times, numbers, events
    Annotate(filter::annotate::Args),
    /// Stories: copies, groups, alignments, timelines
    #[command(subcommand)]
    Story(Story),
    /// Feeds
    #[command(subcommand)]
    Feed(Feed),
}

#[derive(Subcommand)]
enum Story {
    /// Find which base texts each text repeats
    Copies(filter::copies::Args),
    /// Group texts into stories in the order they arrive
    Group(filter::group::Args),
    /// Align the sentences of texts of one cluster
    Align(filter::align::Args),
    /// Choose the days and sentences that tell a story over time
    Timeline(filter::timeline::Args),
}

#[derive(Subcommand)]
enum Feed {
    /// Read feeds into JSON Lines
    Parse(filter::feed_parse::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match &cli.command {
        Command::Extract(args) => filter::extract::run(args),
        Command::Annotate(args) => filter::annotate::run(args),
        Command::Story(Story::Copies(args)) => filter::copies::run(args),
        Command::Story(Story::Group(args)) => filter::group::run(args),
        Command::Story(Story::Align(args)) => filter::align::run(args),
        Command::Story(Story::Timeline(args)) => filter::timeline::run(args),
        Command::Feed(Feed::Parse(args)) => filter::feed_parse::run(args),
    };
    match ended {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::DoneWithProblems) => ExitCode::from(3),
        Err(error) => {
            eprintln!("readout: {error:#}");
            ExitCode::FAILURE
        }
    }
}
