//! `readout demo`: a dozen invented outlets on this machine, followed for real over HTTP.

use super::{Common, say, serve};
use crate::Status;
use anyhow::Context;
use archive::{Archive, NewOutlet, NewTopic};
use jiff::Timestamp;
use news::feed::FeedKind;
use news::language::Language;
use news::outlet::OutletKind;
use newsroom::Newsroom;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port of the archive
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// Keep the archive in this folder; without it, a new one is made and removed at the end
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Seconds between two visits to a feed of the demo
    #[arg(long, default_value_t = 5.0, hide = true)]
    interval: f64,
}

/// Runs the command.
pub fn run(_common: &Common, args: &Args) -> anyhow::Result<Status> {
    serve::check_loopback(args.listen)?;
    let folder = match &args.keep {
        Some(folder) => Folder { path: folder.clone(), is_ours: false },
        None => {
            let name = format!("readout-demo-{}-{}", std::process::id(), Timestamp::now().as_millisecond());
            Folder { path: std::env::temp_dir().join(name), is_ours: true }
        }
    };
    let interval = Duration::from_secs_f64(args.interval.clamp(0.2, 3_600.0));
    serve::runtime()?.block_on(async {
        let newsroom = Newsroom::start(newsroom::Settings { base_port: None, now: Timestamp::now() })
            .await
            .context("starting the invented outlets")?;
        let archive = Archive::open(&folder.path).context("opening the archive of the demo")?;
        add(&archive, &newsroom, Timestamp::now())?;
        let counted = archive.clone();
        let articles = newsroom.manifest().articles.len();
        let running = serve::Running {
            index: folder.path.join("index"),
            archive,
            listen: args.listen,
            hosts: Vec::new(),
            fetch: fetch::Settings {
                allow_private: vec!["127.0.0.0/8".parse().map_err(|_| anyhow::anyhow!("the literal is a range"))?],
                page_delay: Duration::ZERO,
                feed_delay: Duration::ZERO,
                ..fetch::Settings::default()
            },
            rules: None,
            ingest: Some(ingest::Settings {
                feeds: fetch::schedule::Policy {
                    floor: interval,
                    floor_invited: interval,
                    least_without_validators: Duration::ZERO,
                    floor_without_validators: interval,
                    cap: interval * 4,
                    refused: interval * 4,
                    ..fetch::schedule::Policy::default()
                },
                revisits: (1..=2_000).map(|n| interval * n).collect(),
                settle_every: Duration::from_secs(10),
                ..ingest::Settings::default()
            }),
        };
        let outlets = newsroom.outlets().len();
        let control = newsroom.control_url().to_string();
        let told = tokio::spawn(tell(counted));
        let ended = running
            .run(|address| {
                say(format!("Readout is at http://{address}/"));
                say(format!(
                    "It follows {outlets} invented outlets with {articles} articles on this machine; nothing leaves it."
                ));
                say(format!("The outlets' stage door, to make them change things: {control}"));
                say("Ctrl-C stops it and removes the archive of the demo.");
            })
            .await;
        told.abort();
        ended
    })?;
    Ok(Status::Done)
}

/// Says how far the first reading is, until it rests.
async fn tell(archive: Archive) {
    let mut last = u64::MAX;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let archive = archive.clone();
        let Ok(Ok(stats)) = tokio::task::spawn_blocking(move || archive.stats()).await else { return };
        if stats.revisions == last {
            say(format!("{} articles of {} outlets read, {} stories", stats.articles, stats.outlets, stats.stories));
            return;
        }
        last = stats.revisions;
    }
}

/// Adds the invented outlets, their feeds and the topics.
fn add(archive: &Archive, newsroom: &Newsroom, now: Timestamp) -> anyhow::Result<()> {
    for playing in newsroom.outlets() {
        let outlet = archive.add_outlet(
            &NewOutlet {
                slug: Some(playing.slug.clone()),
                name: playing.name.clone(),
                homepage: Some(playing.homepage.clone()),
                // Invented countries have no code.
                country: None,
                language: Language::parse(&playing.language),
                kind: OutletKind::parse(playing.kind.word()).unwrap_or(OutletKind::News),
            },
            now,
        )?;
        for offer in &playing.feeds {
            let kind = FeedKind::parse(offer.kind).unwrap_or(FeedKind::Feed);
            archive.add_feed(outlet, &offer.url, kind, now)?;
        }
    }
    for topic in &newsroom.manifest().topics {
        archive.add_topic(
            &NewTopic { slug: Some(topic.slug.clone()), name: topic.title.clone(), query: topic.query.clone() },
            now,
        )?;
    }
    Ok(())
}

/// The archive's folder; one made for the demo goes when the demo ends.
struct Folder {
    path: PathBuf,
    is_ours: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_ours
            && let Err(error) = std::fs::remove_dir_all(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            eprintln!("readout: {} could not be removed: {error}", self.path.display());
        }
    }
}
