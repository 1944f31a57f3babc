//! `readout extract --explain`: how one page was read.
//!
//! A page of the archive is taken as kept, without a request; any other address is fetched as politely as every page
//! is, robots.txt and private addresses included.

use super::{Args, body, finished};
use crate::Status;
use crate::command::{Common, say};
use anyhow::{Context, bail};
use article::rules::Rules;
use article::{Explanation, Guide};
use news::parsed::Parsed;
use serde_json::{Map, Value, json};
use std::path::Path;
use url::Url;

/// Blocks outside the container that are printed, most words first; `--json` has all.
const OUTSIDE: usize = 12;

/// Where the page came from.
enum From {
    File,
    Archive,
    Network,
}

/// Reads the page and says how.
pub(super) fn run(common: &Common, page: &str, args: &Args, rules: Option<Rules>) -> anyhow::Result<Status> {
    let (from, url, html) = load(common, page, args)?;
    let rules = match rules {
        Some(rules) => rules,
        None => crate::rules::of_archive(&common.config()?, &common.data)?,
    };
    let guide = Guide { rules: rules.of(&url), learned: None };
    let (Parsed { value, problems }, told) = article::explain(&html, &url, &guide);
    if common.json {
        let mut line = finished(&json!(page), &url, &html, &value, problems);
        line["explanation"] = to_json(&told, guide.rules.map(|site| site.host()));
        say(line.to_string());
        return Ok(Status::Done);
    }
    say(match from {
        From::File => format!("page       {page}"),
        From::Archive => format!("page       {url}, as kept in {}", common.data.display()),
        From::Network => format!("page       {url}, fetched now"),
    });
    if let Some(site) = guide.rules {
        say(format!("rules      those for {}", site.host()));
    }
    let words = news::text::word_count(&value.text);
    say(format!("text       {words} words, held {}", value.held.word()));
    let by = match told.container_by {
        "rule" => "named by a rule",
        "site" => "as on the site's other pages",
        _ => "worked out from the page",
    };
    say(format!("container  {} ({by})", told.container.as_deref().unwrap_or("none: no element reads like an article")));
    for container in &told.containers {
        say(format!("           {:>8.0}  {}", container.value, container.path));
    }
    say("fields     chosen ones are marked *");
    for offer in &told.offers {
        let mark = if offer.is_chosen { '*' } else { ' ' };
        let value: String = offer.value.chars().take(100).collect();
        say(format!("         {mark} {:<13} {:<8} {value}", offer.field.word(), offer.origin.word()));
    }
    let (outside, inside): (Vec<_>, Vec<_>) = told.dropped.iter().partition(|dropped| dropped.reason == "outside");
    say(format!("left out   {} blocks of the container and {} outside it", inside.len(), outside.len()));
    for dropped in inside {
        say(format!("           {:<15} {:<30} {}", dropped.reason, dropped.path, dropped.opening));
    }
    // The heaviest outside, since among them stands what was missed.
    let mut heavy = outside;
    heavy.sort_by_key(|dropped| std::cmp::Reverse(dropped.words));
    for dropped in heavy.iter().take(OUTSIDE) {
        say(format!("           {:<15} {:<30} {}", dropped.reason, dropped.path, dropped.opening));
    }
    for problem in &problems {
        say(format!("problem    {}: {}", problem.code, problem.message));
    }
    Ok(Status::Done)
}

fn load(common: &Common, page: &str, args: &Args) -> anyhow::Result<(From, Url, String)> {
    let is_url = page.starts_with("http://") || page.starts_with("https://");
    if !is_url {
        let bytes = body(Path::new(page)).map_err(anyhow::Error::msg)?;
        let url = args.url.clone().unwrap_or_else(|| Url::parse("about:blank").expect("it is an address"));
        return Ok((From::File, url, article::decode(&bytes, None).into_owned()));
    }
    let url = Url::parse(page).with_context(|| format!("`{page}` is no address"))?;
    if common.data.join("readout.db").exists()
        && let Some((url, html)) = ingest::kept_page(&common.open_read_only()?, page)?
    {
        return Ok((From::Archive, url, html));
    }
    let settings = common.config()?.fetch(&args.allow_private)?;
    let response = crate::command::serve::runtime()?.block_on(async {
        let client = fetch::Client::new(settings)?;
        Ok::<_, anyhow::Error>(client.page(&url, jiff::Timestamp::now()).await?)
    })?;
    if response.status >= 400 {
        bail!("`{url}` answered {}", response.status);
    }
    let html = article::decode(&response.body, response.header("content-type")).into_owned();
    Ok((From::Network, response.url, html))
}

fn to_json(told: &Explanation, rules: Option<&str>) -> Value {
    let containers: Vec<Value> =
        told.containers.iter().map(|c| json!({"path": c.path, "value": c.value.round() as i64})).collect();
    let dropped: Vec<Value> = told
        .dropped
        .iter()
        .map(|d| json!({"reason": d.reason, "path": d.path, "opening": d.opening, "words": d.words}))
        .collect();
    let mut fields = Map::new();
    for offer in &told.offers {
        let list = fields.entry(offer.field.word()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({"origin": offer.origin.word(), "value": offer.value, "chosen": offer.is_chosen}));
        }
    }
    json!({
        "rules": rules, "container": told.container, "container_by": told.container_by, "containers": containers,
        "fields": fields, "dropped": dropped,
    })
}
