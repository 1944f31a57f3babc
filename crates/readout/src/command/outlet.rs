//! `readout outlet`: who publishes.

use super::{Common, list, say};
use crate::Status;
use anyhow::bail;
use archive::NewOutlet;
use jiff::Timestamp;
use news::feed::FeedKind;
use news::language::Language;
use news::outlet::OutletKind;
use serde_json::json;

/// What to do with outlets.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the outlets of the archive, or those one can start from
    List {
        /// The starter list that comes with the program
        #[arg(long)]
        starters: bool,
        /// Only this country (two letters)
        #[arg(long, value_name = "CC")]
        country: Option<String>,
    },
    /// Add an outlet by name, or starter outlets with their feeds
    Add {
        /// Its name
        name: Option<String>,
        /// Its front page
        #[arg(long, value_name = "URL")]
        homepage: Option<String>,
        /// Country, two letters
        #[arg(long, value_name = "CC")]
        country: Option<String>,
        /// Language tag
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
        /// It publishes its own official accounts
        #[arg(long)]
        official: bool,
        /// It is a news agency
        #[arg(long, conflicts_with = "official")]
        agency: bool,
        /// Add the starter outlets of this country with their feeds
        #[arg(long, value_name = "CC", conflicts_with = "name")]
        starters_of: Option<String>,
    },
}

/// Runs the command.
pub fn run(common: &Common, command: &Command) -> anyhow::Result<Status> {
    match command {
        Command::List { starters: true, country } => {
            let wanted = |cc: &str| country.as_deref().is_none_or(|c| c.eq_ignore_ascii_case(cc));
            let rows = ingest::starters().into_iter().filter(|s| wanted(&s.country)).map(|s| {
                let kind = if s.is_official { "official" } else { "news" };
                let value = json!({"name": s.name, "homepage": s.homepage, "country": s.country, "language": s.language,
                    "kind": kind, "feeds": s.feeds, "sitemaps": s.sitemaps});
                let feeds = (s.feeds.len() + s.sitemaps.len()).to_string();
                (vec![s.name, s.country, s.language, kind.to_owned(), feeds, s.homepage], value)
            });
            list(common.json, &["name", "country", "language", "kind", "feeds", "homepage"], rows.collect())?;
        }
        Command::List { starters: false, country } => {
            let wanted =
                |cc: Option<&str>| country.as_deref().is_none_or(|c| cc.is_some_and(|cc| c.eq_ignore_ascii_case(cc)));
            let outlets = common.open_read_only()?.outlets()?;
            let rows = outlets.into_iter().filter(|o| wanted(o.country.as_deref())).map(|o| {
                let language = o.language.as_ref().map(|l| l.as_str().to_owned());
                let value = json!({"id": o.id.0, "slug": o.slug, "name": o.name, "homepage": o.homepage,
                    "country": o.country, "language": language, "kind": o.kind.word()});
                let or_unknown = |field: Option<String>| field.unwrap_or_else(|| "unknown".to_owned());
                let cells = vec![
                    o.id.to_string(),
                    o.slug,
                    o.name,
                    or_unknown(o.country),
                    or_unknown(language),
                    o.kind.word().to_owned(),
                ];
                (cells, value)
            });
            list(common.json, &["id", "slug", "name", "country", "language", "kind"], rows.collect())?;
        }
        Command::Add { starters_of: Some(country), .. } => {
            let archive = common.open()?;
            let now = Timestamp::now();
            let chosen: Vec<_> =
                ingest::starters().into_iter().filter(|s| s.country.eq_ignore_ascii_case(country)).collect();
            if chosen.is_empty() {
                bail!("there is no starter outlet for country `{country}`; `readout outlet list --starters` shows all");
            }
            let mut feeds = 0;
            for starter in &chosen {
                let outlet = archive.add_outlet(&starter_outlet(starter), now)?;
                for (url, kind) in starter_feeds(starter) {
                    archive.add_feed(outlet, url, kind, now)?;
                    feeds += 1;
                }
            }
            say(format!("added {} outlets with {feeds} feeds; `readout ingest --once` asks them", chosen.len()));
        }
        Command::Add { name: Some(name), homepage, country, language, official, agency, starters_of: None } => {
            let archive = common.open()?;
            let language = match language {
                Some(tag) => match Language::parse(tag) {
                    Some(language) => Some(language),
                    None => bail!("`{tag}` is no language tag; write it like `en` or `pt-BR`"),
                },
                None => None,
            };
            let kind = match (official, agency) {
                (true, _) => OutletKind::Official,
                (_, true) => OutletKind::Agency,
                _ => OutletKind::News,
            };
            let outlet = NewOutlet {
                slug: None,
                name: name.clone(),
                homepage: homepage.clone(),
                country: country.as_ref().map(|c| c.to_ascii_uppercase()),
                language,
                kind,
            };
            let id = archive.add_outlet(&outlet, Timestamp::now())?;
            say(format!("outlet {id}: {name}"));
        }
        Command::Add { name: None, .. } => bail!("give the outlet's name, or --starters-of with a country"),
    }
    Ok(Status::Done)
}

/// A starter outlet in the archive's words.
pub fn starter_outlet(starter: &ingest::Starter) -> NewOutlet {
    NewOutlet {
        slug: None,
        name: starter.name.clone(),
        homepage: Some(starter.homepage.clone()),
        country: Some(starter.country.clone()),
        language: Language::parse(&starter.language),
        kind: if starter.is_official { OutletKind::Official } else { OutletKind::News },
    }
}

/// The addresses to follow of a starter outlet.
pub fn starter_feeds(starter: &ingest::Starter) -> impl Iterator<Item = (&str, FeedKind)> {
    let feeds = starter.feeds.iter().map(|url| (url.as_str(), FeedKind::Feed));
    let sitemaps = starter.sitemaps.iter().map(|url| (url.as_str(), FeedKind::Sitemap));
    feeds.chain(sitemaps)
}
