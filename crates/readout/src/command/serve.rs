//! `readout serve`: gathers, keeps, groups and serves until it is told to stop.

use super::{Common, say};
use crate::Status;
use anyhow::{Context, bail};
use archive::Archive;
use ingest::{Ingest, Placer};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port [default: 127.0.0.1:8480]
    #[arg(long, value_name = "ADDRESS", env = "READOUT_LISTEN")]
    listen: Option<SocketAddr>,
    /// A private address range that may be reached, such as 10.0.0.0/8
    #[arg(long, value_name = "CIDR")]
    allow_private: Vec<String>,
    /// Serve what is there and ask no outlet anything
    #[arg(long)]
    no_gather: bool,
}

/// Runs the command.
pub fn run(common: &Common, args: &Args) -> anyhow::Result<Status> {
    let config = common.config()?;
    let listen = args.listen.unwrap_or(config.server.listen);
    check_loopback(listen)?;
    let rules = crate::rules::of_archive(&config, &common.data)?;
    let archive = common.open()?;
    let is_empty = archive.stats()?.articles == 0 && archive.feeds()?.is_empty();
    let running = Running {
        archive,
        index: common.index_folder(),
        listen,
        hosts: config.server.hosts.clone(),
        fetch: config.fetch(&args.allow_private)?,
        ingest: (!args.no_gather).then(|| config.ingest()),
        rules: Some((crate::rules::path(&config, &common.data), rules)),
    };
    runtime()?.block_on(running.run(|address| {
        say(format!("Readout is at http://{address}/"));
        if is_empty {
            say(format!(
                "The archive in {} is empty. Open the address to choose outlets and a first topic,",
                common.data.display()
            ));
            say(
                "or add them here: `readout outlet add --starters-of GB`, `readout topic add Ukraine --query Ukraine`.",
            );
        } else {
            say(format!("It reads and keeps {}.", common.data.display()));
        }
        say("Whoever sits at this machine is its owner; no sign-in is needed and no other machine can reach it.");
        say("Ctrl-C stops it.");
    }))?;
    Ok(Status::Done)
}

/// Refuses an address that other machines can reach.
pub fn check_loopback(listen: SocketAddr) -> anyhow::Result<()> {
    if !listen.ip().is_loopback() {
        bail!(
            "{listen} can be reached from other machines, and signing in does not exist yet; use a loopback address such as 127.0.0.1:{}",
            listen.port()
        );
    }
    Ok(())
}

/// The asynchronous runtime of the program.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")
}

/// Ends when the process is asked to stop.
pub async fn terminated() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        // Without a handler for SIGTERM the interrupt still works.
        drop(interrupt.await);
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = term.recv() => {}
    }
}

/// Everything a server runs on.
pub struct Running {
    /// The archive, open for writing.
    pub archive: Archive,
    /// Folder of the search index.
    pub index: std::path::PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Further host names.
    pub hosts: Vec<String>,
    /// How to go out on the network.
    pub fetch: fetch::Settings,
    /// How to gather; `None` gathers nothing.
    pub ingest: Option<ingest::Settings>,
    /// The owner's rules and the file they stand in, which is watched; `None` without any.
    pub rules: Option<(std::path::PathBuf, article::rules::Rules)>,
}

impl Running {
    /// Gathers and serves until the process is told to stop. `ready` hears the address.
    pub async fn run(self, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
        let listener = TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("listening on {}; is another server running there?", self.listen))?;
        let address = listener.local_addr()?;
        let index = match search::Index::open(&self.index) {
            Ok(index) => index,
            Err(error) => bail!("opening the search index: {error}; `readout rebuild search` makes it anew"),
        };
        let (stop, stopped) = watch::channel(false);
        let keeper = tokio::spawn(ingest::keep_index(self.archive.clone(), index.clone(), stopped.clone()));
        let callback = self.ingest.as_ref().and_then(|settings| settings.callback.clone());
        let rules = ingest::Rules::default();
        if let Some((path, read)) = self.rules {
            rules.set(read);
            crate::rules::note(&self.archive, "");
            tokio::spawn(crate::rules::keep(path, rules.clone(), self.archive.clone(), stopped.clone()));
        }
        let gatherer = match self.ingest {
            Some(settings) => {
                let client = fetch::Client::new(self.fetch)?;
                let archive = self.archive.clone();
                let placer = tokio::task::spawn_blocking(move || Placer::start(&archive)).await??;
                let ingest = Ingest::new(self.archive.clone(), client, placer, settings).with_rules(rules);
                let stopped = stopped.clone();
                Some(tokio::spawn(async move { ingest.run(stopped).await }))
            }
            None => None,
        };
        let router =
            web::router(self.archive.clone(), index, crate::wiring::settings(address, self.hosts, callback.as_ref()));
        let mut server = tokio::spawn(web::serve(listener, router, wait(stopped.clone())));
        ready(address);
        let mut gatherer = gatherer;
        tokio::select! {
            () = terminated() => {}
            ended = &mut server => ended.context("the server ended early")??,
            ended = async {
                match &mut gatherer {
                    Some(task) => task.await,
                    None => std::future::pending().await,
                }
            } => ended.context("the gathering ended early")??,
        }
        stop.send_replace(true);
        drop(
            tokio::time::timeout(std::time::Duration::from_secs(10), async {
                drop(server.await);
                drop(keeper.await);
                if let Some(task) = gatherer
                    && !task.is_finished()
                {
                    drop(task.await);
                }
            })
            .await,
        );
        Ok(())
    }
}

async fn wait(mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if stopped.changed().await.is_err() {
            return;
        }
    }
}
