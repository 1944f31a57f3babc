//! `readout` filter `copies`; see the contract of its command.

use super::Jobs;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    jobs: Jobs,
}

/// Runs the filter from standard input to standard output.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    anyhow::bail!("copies is being built ({:?})", args.jobs)
}
