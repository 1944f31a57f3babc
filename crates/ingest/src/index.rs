//! Shows the search index and the standing queries what changed in the archive.
//!
//! The index is derived: it remembers up to where in the archive's change sequence it has read, and goes
//! on from there after a restart.

use crate::{Error, Result};
use archive::{Archive, Check, Indexable, TopicChange};
use jiff::Timestamp;
use news::article::{BlockKind, Held};
use news::id::TopicId;
use news::story::Role;
use news::topic::Topic;
use search::{Document, Index, Query};
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;

/// Articles read from the archive at once.
const BATCH: usize = 500;
/// Articles of an earlier version read for days between two looks.
const BACKLOG: usize = 2_000;
/// The pause between two looks for changes.
const PAUSE: Duration = Duration::from_millis(400);

/// Keeps index and topics up to date until `stop` turns true.
pub async fn keep_up(archive: Archive, index: Index, mut stop: watch::Receiver<bool>) -> Result<()> {
    while !*stop.borrow() {
        let (archive, index) = (archive.clone(), index.clone());
        let work = move || catch_up(&archive, &index).and_then(|_| crate::dated::date_backlog(&archive, BACKLOG));
        tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped)??;
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => {}
        }
    }
    Ok(())
}

/// Reads every change that the index has not seen; gives the number of articles read. Blocks.
pub fn catch_up(archive: &Archive, index: &Index) -> Result<u64> {
    let mut seq = index.indexed_up_to().map_err(|error| Error::Search(error.to_string()))?;
    let mut read = 0;
    loop {
        let items = archive.revisions_after(seq, BATCH)?;
        let Some(last) = items.last() else { return Ok(read) };
        seq = last.seq;
        let topics = archive.topics()?;
        let documents: Vec<Document> = items.iter().map(|item| document(item, &topics)).collect();
        match_topics(archive, &items, &documents)?;
        index.apply(&documents).map_err(|error| Error::Search(error.to_string()))?;
        index.commit(seq).map_err(|error| Error::Search(error.to_string()))?;
        read += items.len() as u64;
    }
}

/// Notes which of these articles stand in which topic, with why.
fn match_topics(archive: &Archive, items: &[Indexable], documents: &[Document]) -> Result<()> {
    let now = Timestamp::now();
    let topics: Vec<(TopicId, Query)> = archive
        .topics()?
        .into_iter()
        .filter_map(|topic| Query::parse(&topic.query).ok().map(|query| (topic.id, query)))
        .collect();
    let mut changes = Vec::new();
    for (item, document) in items.iter().zip(documents) {
        for (topic, query) in &topics {
            let because = because(query, document, now);
            if because.is_some() || item.topics.contains(topic) {
                changes.push(TopicChange { topic: *topic, article: item.article, because });
            }
        }
    }
    if !changes.is_empty() {
        archive.set_topic_members(&changes, now)?;
    }
    Ok(())
}

/// Matches one topic, new or changed, against everything in the archive. Blocks.
pub fn match_topic(archive: &Archive, topic: TopicId) -> Result<u64> {
    let now = Timestamp::now();
    let Some(query) =
        archive.topics()?.into_iter().find(|t| t.id == topic).and_then(|topic| Query::parse(&topic.query).ok())
    else {
        return Ok(0);
    };
    let (mut seq, mut matched) = (0, 0);
    loop {
        let items = archive.revisions_after(seq, BATCH)?;
        let Some(last) = items.last() else { return Ok(matched) };
        seq = last.seq;
        let changes: Vec<TopicChange> = items
            .iter()
            .filter_map(|item| {
                let because = because(&query, &document(item, &[]), now);
                (because.is_some() || item.topics.contains(&topic)).then_some(TopicChange {
                    topic,
                    article: item.article,
                    because,
                })
            })
            .collect();
        matched += changes.iter().filter(|change| change.because.is_some()).count() as u64;
        if !changes.is_empty() {
            archive.set_topic_members(&changes, now)?;
        }
        if items.len() < BATCH {
            return Ok(matched);
        }
    }
}

/// An article as search reads it; `topics` gives the names under which `topic:` finds it.
pub fn document(item: &Indexable, topics: &[Topic]) -> Document {
    let content = &item.content;
    let is_official = item.outlet.as_ref().is_some_and(|o| o.kind == news::outlet::OutletKind::Official);
    Document {
        headline: content.headline.clone().unwrap_or_default(),
        text: content.text.clone(),
        outlet: item.outlet.as_ref().map(|outlet| outlet.slug.clone()).unwrap_or_default(),
        outlet_name: item.outlet.as_ref().map(|outlet| outlet.name.clone()).unwrap_or_default(),
        country: item.outlet.as_ref().and_then(|outlet| outlet.country.clone()),
        language: content.language.clone(),
        kind: content.kind,
        held: content.held,
        authors: content.authors.clone(),
        url: item.url.clone().unwrap_or_default(),
        story: item.story.map(|(story, _)| story),
        topics: topics.iter().filter(|t| item.topics.contains(&t.id)).map(|t| t.slug.clone()).collect(),
        published_at: content.published_at.map(|moment| moment.at),
        changed_at: item.fetched_at,
        gone_at: item.gone_at,
        revisions: item.number,
        edits: item.edits.clone(),
        copy: item.story.is_some_and(|(_, role)| role == Role::Copy),
        has_quotes: item.statements > 0 || content.blocks.iter().any(|block| block.kind == BlockKind::Quote),
        has_numbers: content.text.bytes().any(|byte| byte.is_ascii_digit()),
        has_readout: is_official && content.held != Held::HeadlineOnly,
        ..Document::new(item.article, item.first_seen_at)
    }
}

/// The "matched because" line: the words found and the other conditions fulfilled.
fn because(query: &Query, document: &Document, now: Timestamp) -> Option<String> {
    let because = query.because(document, now, &|_| Some(document.outlet_name.clone()))?;
    let mut parts: Vec<String> = Vec::new();
    for found in because.found.iter().take(4) {
        let place = match found.place {
            search::Place::Headline => "in the headline",
            search::Place::Text => "in the text",
        };
        let part = format!("“{}” {place}", found.words);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.extend(because.facts.into_iter().take(6));
    Some(if parts.is_empty() { "the query asks for everything".to_owned() } else { parts.join("; ") })
}

/// Compares the index with the archive: every article with a revision is in it once, nothing else is.
pub fn verify(archive: &Archive, folder: &Path) -> Result<Vec<Check>> {
    let mut check = Check { name: "search index entries", ..Check::default() };
    let fail = |error: search::Error| Error::Search(error.to_string());
    let index = match Index::open_read_only(folder) {
        Ok(index) => index,
        // Ended before the index was made: nothing is kept yet that it could lack, and the next start makes it.
        Err(_) if archive.revisions_after(0, 1)?.is_empty() => return Ok(vec![check]),
        Err(error) => {
            check.wrong = 1;
            check.problems.push(format!("the search index cannot be opened: {error}; run `readout rebuild search`"));
            return Ok(vec![check]);
        }
    };
    let seen_up_to = index.indexed_up_to().map_err(fail)?;
    let (mut seq, mut behind) = (0, 0u64);
    loop {
        let items = archive.revisions_after(seq, BATCH)?;
        let Some(last) = items.last() else { break };
        seq = last.seq;
        check.looked_at += items.len() as u64;
        behind += items.iter().filter(|item| item.seq > seen_up_to).count() as u64;
    }
    // What changed since the index last looked may be new to it or not; everything else is in it once.
    let held = index.len();
    let least = check.looked_at - behind;
    if held < least || held > check.looked_at {
        check.wrong = held.abs_diff(check.looked_at);
        check.problems.push(format!(
            "the search index holds {held} articles, the archive {}; run `readout rebuild search`",
            check.looked_at
        ));
    }
    Ok(vec![check])
}
