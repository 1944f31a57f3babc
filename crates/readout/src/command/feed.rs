//! `readout feed`: what is followed.

use super::{Common, list, say};
use crate::Status;
use anyhow::{Context, bail};
use archive::NewOutlet;
use jiff::Timestamp;
use news::feed::FeedKind;
use news::id::{FeedId, OutletId};
use serde_json::json;
use std::path::PathBuf;
use url::Url;

/// What to do with feeds.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read feeds into JSON Lines; needs no archive
    Parse(crate::filter::feed_parse::Args),
    /// Follow a feed, a news sitemap, or a page without a feed
    Add {
        /// Its address
        url: String,
        /// Whose it is: an outlet's slug or name; added where there is none
        #[arg(long)]
        outlet: Option<String>,
        /// What the address serves
        #[arg(long, default_value = "feed", value_parser = ["feed", "sitemap", "page"])]
        kind: String,
    },
    /// List what is followed, with health
    List,
    /// Stop following a feed; what was gathered stays
    Remove {
        /// Its number in `readout feed list`
        id: FeedId,
    },
    /// Take in a list of feeds (OPML)
    Import {
        /// The file
        file: PathBuf,
    },
    /// Print the feeds as OPML
    Export,
}

/// Runs the command.
pub fn run(common: &Common, command: &Command) -> anyhow::Result<Status> {
    match command {
        Command::Parse(args) => return crate::filter::feed_parse::run(args),
        Command::Add { url, outlet, kind } => {
            let address = Url::parse(url).with_context(|| format!("`{url}` is no address"))?;
            let Some(host) = address.host_str().filter(|_| matches!(address.scheme(), "http" | "https")) else {
                bail!("`{url}` is no web address; it must begin with http:// or https://");
            };
            let archive = common.open()?;
            let now = Timestamp::now();
            let name = outlet.clone().unwrap_or_else(|| host.trim_start_matches("www.").to_owned());
            let outlet = outlet_id(&archive, &name, Some(&address), now)?;
            let kind = FeedKind::parse(kind).expect("clap lets only the known words through");
            let id = archive.add_feed(outlet, address.as_str(), kind, now)?;
            say(format!(
                "feed {id} of {name}; `readout ingest --once` asks it now, `readout serve` keeps following it"
            ));
        }
        Command::List => {
            let archive = common.open_read_only()?;
            let mut rows = Vec::new();
            for source in archive.sources()? {
                for feed in source.feeds {
                    let text = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                    let value = json!({"id": feed.id.0, "outlet": source.outlet.slug, "url": feed.url,
                        "kind": feed.kind.word(), "title": feed.title, "due_at": feed.due_at.map(|t| t.to_string()),
                        "last_fetch_at": feed.last_fetch_at.map(|t| t.to_string()),
                        "last_success_at": feed.last_success_at.map(|t| t.to_string()),
                        "newest_entry_at": feed.newest_entry_at.map(|t| t.to_string()),
                        "failures": feed.failures, "last_error": feed.last_error,
                        "interval_seconds": feed.interval_seconds});
                    let state = feed.last_error.clone().unwrap_or_else(|| "well".to_owned());
                    rows.push((
                        vec![
                            feed.id.to_string(),
                            source.outlet.name.clone(),
                            feed.kind.word().to_owned(),
                            feed.url,
                            text(feed.last_success_at),
                            text(feed.due_at),
                            state,
                        ],
                        value,
                    ));
                }
            }
            list(common.json, &["id", "outlet", "kind", "address", "last answer", "due", "state"], rows)?;
        }
        Command::Remove { id } => {
            let archive = common.open()?;
            let Some(feed) = archive.feed(*id)? else { bail!("there is no feed {id}; `readout feed list` shows all") };
            archive.remove_feed(*id, Timestamp::now())?;
            say(format!("feed {id} ({}) is followed no longer; what was gathered stays", feed.url));
        }
        Command::Import { file } => {
            let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            let counts = import_opml(&common.open()?, &bytes, Timestamp::now())?;
            say(format!("{} feeds new, {} known", counts.0, counts.1));
        }
        Command::Export => {
            let archive = common.open_read_only()?;
            say(export_opml(&archive)?.trim_end());
        }
    }
    Ok(Status::Done)
}

fn outlet_id(archive: &archive::Archive, name: &str, url: Option<&Url>, now: Timestamp) -> anyhow::Result<OutletId> {
    if let Some(outlet) = archive.outlet_by_slug(name)? {
        return Ok(outlet.id);
    }
    if let Some(outlet) = archive.outlet_by_name(name)? {
        return Ok(outlet.id);
    }
    let homepage = url.map(|url| format!("{}/", url.origin().ascii_serialization()));
    Ok(archive.add_outlet(&NewOutlet { homepage, ..NewOutlet::named(name) }, now)?)
}

/// Adds every feed of an OPML list; gives how many were new and how many known.
pub fn import_opml(archive: &archive::Archive, bytes: &[u8], now: Timestamp) -> anyhow::Result<(u64, u64)> {
    let parsed = feed::opml::read(bytes).map_err(|error| anyhow::anyhow!("{error}"))?;
    let (mut new, mut known) = (0, 0);
    for outline in parsed.value.feeds() {
        let Ok(url) = Url::parse(&outline.url) else { continue };
        if archive.feed_by_url(url.as_str())?.is_some() {
            known += 1;
            continue;
        }
        let host = url.host_str().unwrap_or("unknown").trim_start_matches("www.").to_owned();
        let name = outline.title.clone().unwrap_or(host);
        let outlet = outlet_id(archive, &name, Some(&url), now)?;
        archive.add_feed(outlet, url.as_str(), FeedKind::Feed, now)?;
        new += 1;
    }
    Ok((new, known))
}

/// Every feed followed as OPML 2.0, outlets as groups.
pub fn export_opml(archive: &archive::Archive) -> anyhow::Result<String> {
    let mut list = feed::opml::List::titled("Readout");
    for source in archive.sources()? {
        for feed in &source.feeds {
            let title = feed.title.as_deref().unwrap_or(&source.outlet.name);
            list.add(&source.outlet.name, title, &feed.url, source.outlet.homepage.as_deref());
        }
    }
    Ok(feed::opml::write(&list))
}
