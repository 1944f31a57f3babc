//! `readout search`: find articles.

use super::{Common, list};
use crate::Status;
use anyhow::Context;
use jiff::Timestamp;
use search::{Query, QueryError};
use serde_json::json;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The query in the search language; several words need no quotes
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    query: Vec<String>,
    /// Page of results
    #[arg(long, default_value_t = 1)]
    page: u32,
    /// Results on a page
    #[arg(long, default_value_t = 20)]
    size: u32,
}

/// Runs the command.
pub fn run(common: &Common, args: &Args) -> anyhow::Result<Status> {
    let text = args.query.join(" ");
    let query = Query::parse(&text).map_err(|error| explain(&text, &error))?;
    let archive = common.open_read_only()?;
    let index = search::Index::open_read_only(&common.index_folder())
        .context("opening the search index; `readout rebuild search` makes it anew")?;
    let size = args.size.clamp(1, 200) as usize;
    let offset = (args.page.clamp(1, 1_000_000) as usize - 1) * size;
    let page = search::Page { offset, limit: size, sort: search::Sort::Relevance };
    let hits = index.search(&query, Timestamp::now(), page)?;
    let ids: Vec<_> = hits.hits.iter().map(|hit| hit.article).collect();
    let mut rows = Vec::new();
    for (item, hit) in archive.indexables(&ids)?.iter().zip(&hits.hits) {
        let points = news::text::CodePoints::new(&item.content.text);
        let snippets: Vec<_> = search::snippets(&item.content.text, &query)
            .iter()
            .take(3)
            .map(|snippet| {
                let span = points.of_range(&snippet.sentence);
                let marks: Vec<_> = snippet.words.iter().map(|m| points.of_range(m)).map(|m| [m.start, m.end]).collect();
                json!({"start": span.start, "end": span.end, "text": item.content.text[snippet.sentence.clone()], "marks": marks})
            })
            .collect();
        let mut value = super::export::row(item);
        let outlet = item.outlet.as_ref().map(|o| o.name.clone());
        if let Some(fields) = value.as_object_mut() {
            fields.remove("text");
            fields.insert("snippets".to_owned(), json!(snippets));
            fields.insert("score".to_owned(), json!(hit.score));
        }
        let when = item.sort_at.strftime("%Y-%m-%d %H:%M").to_string();
        let title = item.content.headline.clone().unwrap_or_else(|| "no headline".to_owned());
        let unknown = || "outlet not stated".to_owned();
        rows.push((vec![item.article.to_string(), when, outlet.unwrap_or_else(unknown), title], value));
    }
    if !common.json {
        super::say(format!(
            "{} articles: {}",
            hits.total,
            query.in_words(&|slug| archive.outlet_by_slug(slug).ok().flatten().map(|outlet| outlet.name))
        ));
    }
    list(common.json, &["article", "time (UTC)", "outlet", "headline"], rows)?;
    Ok(Status::Done)
}

/// A query error with the wrong token marked.
pub fn explain(query: &str, error: &QueryError) -> anyhow::Error {
    let before = query.get(..error.span.start).map_or(0, |s| s.chars().count());
    let width = query.get(error.span.clone()).map_or(1, |s| s.chars().count()).max(1);
    anyhow::anyhow!("{}\n  {query}\n  {}{}", error.message, " ".repeat(before), "^".repeat(width))
}
