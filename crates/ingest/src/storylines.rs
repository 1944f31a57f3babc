//! Draws storylines over all stories and keeps what changed.

use crate::Result;
use archive::{Archive, NewStoryline};
use jiff::Timestamp;
use news::id::{StoryId, StorylineId};
use std::collections::HashMap;

/// Stories whose titles are asked for at a time.
const AT_A_TIME: usize = 1_000;

/// Draws every storyline anew from what is kept of the texts and keeps those that changed; gives their number. A
/// storyline keeps the number that most of its stories know. Blocks; seconds for a hundred thousand texts.
pub fn draw_storylines(archive: &Archive, now: Timestamp) -> Result<usize> {
    let mut gatherer = story::storyline::Gatherer::default();
    let mut stories: Vec<StoryId> = Vec::new();
    archive.features_since(Timestamp::MIN, &mut |row| {
        let Some((story, role)) = row.story else { return Ok(()) };
        // A copy says what its origin says; counted once.
        if role == news::story::Role::Account
            && let Some(features) = story::Features::from_bytes(&row.features)
        {
            gatherer.add(story.0, row.sort_at.as_millisecond(), &features);
            stories.push(story);
        }
        Ok(())
    })?;
    stories.sort_unstable();
    stories.dedup();
    let mut titles: HashMap<i64, String> = HashMap::with_capacity(stories.len());
    for some in stories.chunks(AT_A_TIME) {
        titles.extend(archive.story_titles(some)?.into_iter().map(|(id, title)| (id.0, title)));
    }
    let gists = gatherer.gists(|story| titles.remove(&story).unwrap_or_default());
    let known: Vec<(i64, i64)> = archive.storyline_places()?.into_iter().map(|(s, l)| (s.0, l.0)).collect();
    let drawn = story::storyline::draw(&gists, &known);
    let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let lines = drawn
        .lines
        .into_iter()
        .map(|line| NewStoryline {
            id: line.id.map(StorylineId),
            title: line.title,
            actors: line.actors,
            subjects: line.subjects,
            stories: line.stories.into_iter().map(StoryId).collect(),
            first_at: at(line.first_ms),
            last_at: at(line.last_ms),
        })
        .collect();
    let ended = drawn.ended.into_iter().map(|(id, place)| (StorylineId(id), place)).collect();
    Ok(archive.record_storylines(lines, ended, now)?)
}
