//! Readout: follows a topic across every outlet, keeps every revision, and puts accounts side by side.
//!
//! This room reads the command line and the settings, opens things and starts things. Each command
//! is one file under `command/`; the filters, which need no archive, stand under `filter/`.

#![allow(unreachable_pub, reason = "nothing is public in a program; `pub` marks what a file shows to its neighbours")]

mod command;
mod config;
mod filter;
mod rules;
mod table;
mod warc;
mod wiring;

use clap::{Parser, Subcommand};
use command::Common;
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
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show everything on invented outlets, without a network
    Demo(command::demo::Args),
    /// Gather, keep, group and serve until stopped
    Serve(command::serve::Args),
    /// Gather without a server
    Ingest(command::ingest::Args),
    /// Who publishes
    #[command(subcommand)]
    Outlet(command::outlet::Command),
    /// What is followed
    #[command(subcommand)]
    Feed(command::feed::Command),
    /// Standing queries
    #[command(subcommand)]
    Topic(command::topic::Command),
    /// Find articles
    Search(command::search::Args),
    /// Stories of the archive, and the story filters
    #[command(subcommand)]
    Story(command::story::Command),
    /// Read articles out of pages: HTML files, folders, WARC, or JSON Lines
    Extract(filter::extract::Args),
    /// Find who says what in texts: statements, names, times, numbers, events
    Annotate(filter::annotate::Args),
    /// Take in what was saved elsewhere
    Import(command::import::Args),
    /// Write out what is kept
    Export(command::export::Args),
    /// Check that everything kept is what it was
    Verify,
    /// Make what is derived anew: search, stories, text
    #[command(subcommand)]
    Rebuild(command::rebuild::Command),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("READOUT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,tantivy=error,ingest=error")),
        )
        .init();
    let common = &cli.common;
    let ended = match &cli.command {
        Command::Demo(args) => command::demo::run(common, args),
        Command::Serve(args) => command::serve::run(common, args),
        Command::Ingest(args) => command::ingest::run(common, args),
        Command::Outlet(command) => command::outlet::run(common, command),
        Command::Feed(command) => command::feed::run(common, command),
        Command::Topic(command) => command::topic::run(common, command),
        Command::Search(args) => command::search::run(common, args),
        Command::Story(command) => command::story::run(common, command),
        Command::Extract(args) => filter::extract::run(common, args),
        Command::Annotate(args) => filter::annotate::run(args),
        Command::Import(args) => command::import::run(common, args),
        Command::Export(args) => command::export::run(common, args),
        Command::Verify => command::verify::run(common),
        Command::Rebuild(command) => command::rebuild::run(common, command),
    };
    match ended {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::DoneWithProblems) => ExitCode::from(3),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("readout: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of our output went away, which is its right.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|json| json.io_error_kind() == Some(std::io::ErrorKind::BrokenPipe))
    })
}
