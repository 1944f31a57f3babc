//! `readout ingest`: gather without a server.

use super::{Common, say};
use crate::Status;
use anyhow::Context;
use ingest::{Ingest, Placer};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Do what is due now, then end; without it, go on until stopped
    #[arg(long)]
    once: bool,
    /// Treat every feed, and every article not older than a month, as due now
    #[arg(long)]
    now: bool,
    /// A private address range that may be reached, such as 127.0.0.0/8
    #[arg(long, value_name = "CIDR")]
    allow_private: Vec<String>,
}

/// Runs the command.
pub fn run(common: &Common, args: &Args) -> anyhow::Result<Status> {
    let config = common.config()?;
    let rules = crate::rules::of_archive(&config, &common.data)?;
    let archive = common.open()?;
    crate::rules::note(&archive, "");
    if args.now {
        mark_due(&archive)?;
    }
    let runtime = super::serve::runtime()?;
    runtime.block_on(async {
        let client = fetch::Client::new(config.fetch(&args.allow_private)?)?;
        let placer = Placer::start(&archive)?;
        let ingest =
            Ingest::new(archive.clone(), client, placer, config.ingest()).with_rules(ingest::Rules::new(rules));
        let index = search::Index::open(&common.index_folder()).context("opening the search index")?;
        let (stop, stopped) = watch::channel(false);
        let counters = ingest.counters();
        let bar = super::spinner("pages read");
        let ticker = tokio::spawn({
            let (bar, counters) = (bar.clone(), Arc::clone(&counters));
            async move {
                loop {
                    let [feeds, _, entries, pages, _, revisions] = counters.read();
                    bar.set_message(format!("{feeds} feeds, {entries} new entries, {revisions} revisions, pages read"));
                    bar.set_position(pages);
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        });
        let signal = tokio::spawn(async move {
            super::serve::terminated().await;
            stop.send_replace(true);
            // Held until the end, so that the receivers see the change and not a closed channel.
            std::future::pending::<()>().await;
        });
        let ended = match args.once {
            true => ingest.once(stopped.clone()).await,
            false => {
                let keeper = tokio::spawn(ingest::keep_index(archive.clone(), index.clone(), stopped.clone()));
                let ended = ingest.run(stopped.clone()).await;
                keeper.await.context("the keeper of the search index ended early")??;
                ended
            }
        };
        ticker.abort();
        signal.abort();
        bar.finish_and_clear();
        ended?;
        let (archive, keep) = (archive.clone(), index.clone());
        tokio::task::spawn_blocking(move || ingest::catch_up(&archive, &keep)).await??;
        let [feeds, feeds_failed, entries, pages, pages_failed, revisions] = counters.read();
        say(format!(
            "{feeds} feeds asked ({feeds_failed} failed), {entries} new entries, {pages} pages visited \
             ({pages_failed} not to be had), {revisions} revisions kept"
        ));
        Ok(if feeds_failed > 0 { Status::DoneWithProblems } else { Status::Done })
    })
}

/// Makes every feed due, and every article whose page was first seen within a month.
fn mark_due(archive: &archive::Archive) -> anyhow::Result<()> {
    let now = Timestamp::now();
    archive.mark_feeds_due(now)?;
    let mut number = 1;
    loop {
        let page = archive.latest_articles(archive::Page::new(number, archive::Page::MAX_SIZE), archive::AsOf::Now)?;
        let last = page.items.len() < archive::Page::MAX_SIZE as usize;
        for card in page.items {
            if now.duration_since(card.first_seen_at).as_hours() > 24 * 31 {
                return Ok(());
            }
            archive.mark_article_due(card.id, now)?;
        }
        if last {
            return Ok(());
        }
        number += 1;
    }
}
