//! `readout topic`: standing queries.

use super::{Common, list, say};
use crate::Status;
use anyhow::bail;
use archive::NewTopic;
use jiff::Timestamp;
use serde_json::json;

/// What to do with topics.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a topic: a query over everything gathered, kept up to date
    Add {
        /// Its name
        name: String,
        /// The query in the search language
        #[arg(long)]
        query: String,
    },
    /// List the topics with their counts
    List,
    /// End a topic; what matched stays as history
    Remove {
        /// Its name in addresses
        slug: String,
    },
}

/// Runs the command.
pub fn run(common: &Common, command: &Command) -> anyhow::Result<Status> {
    match command {
        Command::Add { name, query } => {
            let parsed = search::Query::parse(query).map_err(|error| super::search::explain(query, &error))?;
            let archive = common.open()?;
            let topic = NewTopic { slug: None, name: name.clone(), query: query.clone() };
            let id = archive.add_topic(&topic, Timestamp::now())?;
            ingest::match_topic(&archive, id)?;
            say(format!("topic {id}: {name}, {}", parsed.in_words(&|_| None)));
        }
        Command::List => {
            let rows = common.open_read_only()?.topic_counts()?.into_iter().map(|count| {
                let value = json!({"id": count.topic.id.0, "slug": count.topic.slug, "name": count.topic.name,
                    "query": count.topic.query, "articles": count.articles, "stories": count.stories,
                    "last_match_at": count.last_match_at.map(|t| t.to_string())});
                let cells = vec![
                    count.topic.slug,
                    count.topic.name,
                    count.articles.to_string(),
                    count.stories.to_string(),
                    count.topic.query,
                ];
                (cells, value)
            });
            list(common.json, &["slug", "name", "articles", "stories", "query"], rows.collect())?;
        }
        Command::Remove { slug } => {
            let archive = common.open()?;
            let Some(topic) = archive.topic(slug)? else {
                bail!("there is no topic `{slug}`; `readout topic list` shows all");
            };
            archive.remove_topic(topic.id, Timestamp::now())?;
            say(format!("topic {slug} is ended; what matched stays"));
        }
    }
    Ok(Status::Done)
}
