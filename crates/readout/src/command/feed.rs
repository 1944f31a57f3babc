//! `readout feed`: what is followed.

use super::{Common, list, say};
use crate::Status;
use anyhow::{Context, bail};
use jiff::Timestamp;
use news::feed::{Feed, FeedKind};
use news::health;
use news::id::FeedId;
use news::outlet::Outlet;
use serde_json::{Value, json};
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
    List {
        /// Only what is in this state: ok, waiting, late, silent, shrunk, blocked, failing, moved, gone, duplicate, stopped
        #[arg(long, value_name = "STATE", value_parser = health::Health::ALL.map(health::Health::word))]
        health: Option<String>,
    },
    /// Show how one feed fares and what to do about it
    Show {
        /// Its number in `readout feed list`
        id: FeedId,
    },
    /// List the visits to one feed, latest first
    Log {
        /// Its number in `readout feed list`
        id: FeedId,
        /// Most visits listed
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
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

/// Feeds of a list that are added in one transaction.
const FEEDS_AT_ONCE: usize = 500;

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
            let kind = FeedKind::parse(kind).expect("clap lets only the known words through");
            archive.add_feeds(vec![listed(name.clone(), &address, None, kind)], now)?;
            let id = archive.feed_by_url(address.as_str())?.context("the feed was not added")?.id;
            say(format!(
                "feed {id} of {name}; `readout ingest --once` asks it now, `readout serve` keeps following it"
            ));
        }
        Command::List { health: only } => {
            let archive = common.open_read_only()?;
            let now = Timestamp::now();
            let mut rows = Vec::new();
            for source in archive.sources()? {
                for feed in source.feeds {
                    let value = facts(&source.outlet, &feed, now);
                    let health = health::of(&feed, source.outlet.kind, now).word();
                    if only.as_deref().is_some_and(|only| only != health) {
                        continue;
                    }
                    rows.push((
                        vec![
                            feed.id.to_string(),
                            source.outlet.name.clone(),
                            feed.kind.word().to_owned(),
                            feed.url,
                            health.to_owned(),
                            or(feed.newest_entry_at, "none yet"),
                            or(feed.last_success_at, "never"),
                            or(feed.due_at, "not by itself"),
                            feed.last_error.unwrap_or_default(),
                        ],
                        value,
                    ));
                }
            }
            let head =
                ["id", "outlet", "kind", "address", "health", "newest entry", "last answer", "due", "last error"];
            list(common.json, &head, rows)?;
        }
        Command::Show { id } => {
            let archive = common.open_read_only()?;
            let (outlet, feed) = followed(&archive, *id)?;
            let now = Timestamp::now();
            let mut value = facts(&outlet, &feed, now);
            value["hub"] = hub(archive.subscription(*id)?);
            if common.json {
                say(serde_json::to_string(&value)?);
            } else {
                let fields = value.as_object().expect("the facts of a feed are an object");
                for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    say(format!("{:<22} {text}", name.replace('_', " ")));
                }
            }
        }
        Command::Log { id, limit } => {
            let archive = common.open_read_only()?;
            followed(&archive, *id)?;
            let rows = archive.fetches(*id, *limit)?.into_iter().map(|line| {
                let f = line.fetch;
                let value = json!({"at": f.at.to_string(), "url": f.url, "final_url": f.final_url, "status": f.status,
                    "outcome": line.outcome, "error": line.error, "entries": line.entries,
                    "entries_new": line.entries_new, "size_bytes": f.size_bytes, "duration_ms": f.duration_ms,
                    "media_type": f.media_type, "reserved": f.reserved, "decided": line.decided,
                    "next_due_at": line.next_due_at.map(|t| t.to_string())});
                let cells = vec![
                    f.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                    f.status.map_or_else(|| "none".to_owned(), |status| status.to_string()),
                    line.error.unwrap_or(line.outcome),
                    line.entries_new.to_string(),
                    f.size_bytes.to_string(),
                    format!("{} ms", f.duration_ms),
                    or(line.next_due_at, "not by itself"),
                    line.decided.unwrap_or_default(),
                ];
                (cells, value)
            });
            let head = ["at", "status", "what it came to", "new", "bytes", "took", "next", "because"];
            list(common.json, &head, rows.collect())?;
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

fn followed(archive: &archive::Archive, id: FeedId) -> anyhow::Result<(Outlet, Feed)> {
    let Some(feed) = archive.feed(id)? else { bail!("there is no feed {id}; `readout feed list` shows all") };
    let outlet = archive.outlet(feed.outlet)?.context("the feed's outlet is not in the archive")?;
    Ok((outlet, feed))
}

/// What is known of a feed, as JSON.
fn facts(outlet: &Outlet, feed: &Feed, now: Timestamp) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let health = health::of(feed, outlet.kind, now);
    json!({"id": feed.id.0, "outlet": outlet.slug, "url": feed.url, "kind": feed.kind.word(), "title": feed.title,
        "health": health.word(), "advice": health.advice(), "due_at": time(feed.due_at), "decided": feed.decided,
        "interval_seconds": feed.interval_seconds, "last_fetch_at": time(feed.last_fetch_at),
        "last_status": feed.last_status, "last_outcome": feed.last_outcome,
        "last_success_at": time(feed.last_success_at), "full_at": time(feed.full_at),
        "newest_entry_at": time(feed.newest_entry_at),
        "late_after_seconds": health::limits(feed, outlet.kind).0,
        "failures": feed.failures, "last_error": feed.last_error,
        "moving_to": feed.moving.as_ref().map(|moving| &moving.to),
        "moving_since": time(feed.moving.as_ref().map(|moving| moving.since_at)),
        "etag": feed.validators.etag, "last_modified": feed.validators.last_modified})
}

/// How a feed stands with its hub, as JSON; `null` without one. The secret stays in the archive.
fn hub(held: Option<archive::Subscription>) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    held.map_or(Value::Null, |held| {
        json!({"url": held.hub, "topic": held.topic, "state": held.state.word(), "lease_until": time(held.lease_until),
            "delivered_at": time(held.delivered_at), "missed": held.missed, "next_at": held.next_at.to_string(),
            "error": held.error})
    })
}

fn or(at: Option<Timestamp>, never: &str) -> String {
    at.map_or_else(|| never.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// A feed to add; an outlet that is not known yet has the feed's own site as its front page, unless another is stated.
fn listed(outlet: String, url: &Url, homepage: Option<String>, kind: FeedKind) -> archive::ListedFeed {
    let homepage = homepage.or_else(|| Some(format!("{}/", url.origin().ascii_serialization())));
    archive::ListedFeed { outlet, homepage, url: url.to_string(), kind }
}

/// Adds every feed of an OPML list; gives how many were new and how many known.
pub fn import_opml(archive: &archive::Archive, bytes: &[u8], now: Timestamp) -> anyhow::Result<(u64, u64)> {
    let parsed = feed::opml::read(bytes).map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut feeds = Vec::new();
    for outline in parsed.value.feeds() {
        let Ok(url) = Url::parse(&outline.url) else { continue };
        let host = url.host_str().unwrap_or("unknown").trim_start_matches("www.").to_owned();
        feeds.push(listed(outline.title.unwrap_or(host), &url, outline.homepage, FeedKind::Feed));
    }
    let (mut new, mut known) = (0, 0);
    for some in feeds.chunks(FEEDS_AT_ONCE) {
        let added = archive.add_feeds(some.to_vec(), now)?;
        new += added.iter().filter(|is_new| **is_new).count() as u64;
        known += added.iter().filter(|is_new| !**is_new).count() as u64;
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
