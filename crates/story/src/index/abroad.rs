//! Texts of other languages: found by their marks, weighed by what they share.

use super::{Index, PER_TERM, SCORED};
use crate::across::{self, Kind, Mark, Marks};
use crate::lexicon::Language;
use rustc_hash::FxHashMap;

/// The marks of the texts held, and which of them have each.
#[derive(Default)]
pub(super) struct Marked {
    texts: FxHashMap<u32, Vec<u32>>,
    /// Texts held by language.
    spoken: FxHashMap<Language, u32>,
    live: u32,
}

impl Marked {
    pub(super) fn insert(&mut self, slot: u32, marks: &Marks) {
        let Some(language) = marks.language else { return };
        *self.spoken.entry(language).or_default() += 1;
        self.live += 1;
        for mark in &marks.list {
            self.texts.entry(mark.hash).or_default().push(slot);
        }
    }

    pub(super) fn remove(&mut self, slot: u32, marks: &Marks) {
        let Some(language) = marks.language else { return };
        if let Some(count) = self.spoken.get_mut(&language) {
            *count -= 1;
        }
        self.live -= 1;
        for mark in &marks.list {
            let Some(slots) = self.texts.get_mut(&mark.hash) else { continue };
            if let Ok(at) = slots.binary_search(&slot) {
                slots.remove(at);
            }
            if slots.is_empty() {
                self.texts.remove(&mark.hash);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.texts.values().map(|slots| slots.capacity() * 4 + size_of::<(u32, Vec<u32>)>() + 8).sum()
    }

    /// Whether texts of other languages are held than that of `marks`.
    fn has_others(&self, marks: &Marks) -> bool {
        marks.language.is_some_and(|own| self.spoken.get(&own).copied().unwrap_or(0) < self.live)
    }

    pub(super) fn rarity(&self, mark: &Mark) -> f32 {
        let seen = self.texts.get(&mark.hash).map_or(0, Vec::len);
        across::rarity(mark.kind, seen as f32, self.live as f32)
    }
}

/// Marks that a text is looked up by, the rarest.
const LOOKED_UP: usize = 16;

impl Index {
    /// How surely a text belongs to each story that holds texts of other languages, with the nearest of them.
    pub(super) fn abroad(&self, marks: &Marks, time_ms: Option<i64>) -> Vec<(i64, f32, u32)> {
        if !self.marked.has_others(marks) {
            return Vec::new();
        }
        let mut rare: Vec<(f32, &Mark)> =
            marks.list.iter().filter(|m| m.kind != Kind::Ordinal).map(|m| (self.marked.rarity(m), m)).collect();
        rare.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.hash.cmp(&b.1.hash)));
        let mut hits: FxHashMap<u32, f32> = FxHashMap::default();
        for (rarity, mark) in rare.into_iter().take(LOOKED_UP) {
            let Some(slots) = self.marked.texts.get(&mark.hash) else { continue };
            for &slot in &slots[slots.len().saturating_sub(PER_TERM)..] {
                *hits.entry(slot).or_default() += rarity;
            }
        }
        let mut near: Vec<(f32, u32)> = hits
            .into_iter()
            .filter(|(slot, _)| self.doc(*slot).is_some_and(|d| d.marks.language != marks.language))
            .map(|(slot, hit)| (hit, slot))
            .collect();
        near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        near.truncate(SCORED);
        let mut stories: FxHashMap<i64, (f32, u32)> = FxHashMap::default();
        for (_, slot) in near {
            let Some(doc) = self.doc(slot) else { continue };
            let shared = across::shared(marks, &doc.marks, |m| self.marked.rarity(m));
            let score = across::score(&shared, time_ms, doc.time_ms);
            let best = stories.entry(doc.story).or_insert((0.0, slot));
            if score > best.0 {
                *best = (score, slot);
            }
        }
        let mut out: Vec<(i64, f32, u32)> =
            stories.into_iter().map(|(story, (score, slot))| (story, score, slot)).collect();
        out.sort_unstable_by_key(|found| found.0);
        out
    }
}
