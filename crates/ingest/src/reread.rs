//! Reads every kept page again with the present extraction, the owner's rules and what each outlet's pages teach,
//! without any request: first what would change, then, when asked, the change.
//!
//! A reading that differs is added beside those held. Rows are walked by one thread, pages read on all cores, and
//! changed texts written many to a transaction, each side waiting for the other only when it is a few batches ahead.

use crate::place::features;
use crate::read::{self, Around, Page, Rules};
use crate::{EXTRACTOR, Error, Result};
use archive::{Archive, NewText};
use article::{Guide, learn};
use jiff::Timestamp;
use news::article::{Article, Field};
use news::entry::Entry;
use news::id::{OutletId, RecordId, RevisionId};
use news::outlet::Outlet;
use news::parsed::Problem;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use url::Url;

/// Revisions read at once.
const BATCH: usize = 256;
/// Batches that may wait between two stages.
const AHEAD: usize = 2;
/// Changed readings kept between the report and the change, in bytes of text; those beyond are read a second time.
const HELD_LIMIT_BYTES: usize = 192 << 20;
/// The largest changes that are named.
const BIGGEST: usize = 20;

/// What reading everything again would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextReport {
    /// Revisions looked at.
    pub looked_at: u64,
    /// Those that come out otherwise than held.
    pub changed: u64,
    /// Those whose bytes are not held (feed text, imported text).
    pub without_bytes: u64,
    /// Those whose page now counts as a wall or a missing page; their text stays.
    pub refused: u64,
    /// How many revisions change in each field.
    pub fields: BTreeMap<Field, u64>,
    /// Words that the texts gain, over all.
    pub words_gained: u64,
    /// Words that the texts lose, over all.
    pub words_lost: u64,
    /// The same by outlet, most changed first; outlets without a change and without news are left out.
    pub outlets: Vec<OutletChange>,
    /// The largest changes of text, largest first; at most twenty.
    pub biggest: Vec<Biggest>,
}

/// What would change at one outlet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutletChange {
    /// Its name; empty for articles without an outlet.
    pub name: String,
    /// Revisions looked at.
    pub looked_at: u64,
    /// Those that come out otherwise.
    pub changed: u64,
    /// Words gained.
    pub words_gained: u64,
    /// Words lost.
    pub words_lost: u64,
    /// Blocks that its pages have in common and that leave its texts.
    pub furniture: usize,
    /// The element that held the text until its newest pages, which all lack it.
    pub layout_changed_from: Option<String>,
}

/// One large change of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Biggest {
    /// Which revision.
    pub revision: RevisionId,
    /// Its address.
    pub url: Option<String>,
    /// Words held.
    pub words_held: usize,
    /// Words gained.
    pub gained: u64,
    /// Words lost.
    pub lost: u64,
    /// The first words that are gained or lost.
    pub example: String,
}

/// One revision to be read anew.
struct Old {
    id: RevisionId,
    url: Option<String>,
    outlet: Option<OutletId>,
    article: news::id::ArticleId,
    fetched_at: Timestamp,
    content: Article,
    record: Option<RecordId>,
}

/// A reading that differs from the one held.
pub(crate) struct Changed {
    pub(crate) revision: RevisionId,
    pub(crate) outlet: Option<OutletId>,
    pub(crate) fetched_at: Timestamp,
    pub(crate) content: Article,
    pub(crate) problems: Vec<Problem>,
}

enum Outcome {
    WithoutBytes,
    Refused,
    Same,
    Changed(Box<Changed>),
}

/// What is known of every outlet.
struct Known {
    rules: Arc<article::rules::Rules>,
    outlets: HashMap<OutletId, Outlet>,
    learned: HashMap<OutletId, learn::Site>,
}

/// What would change, and what is needed to change it.
pub struct TextPlan {
    /// What would change.
    pub report: TextReport,
    known: Known,
    held: Vec<Changed>,
    /// The first revision whose reading is not held is the next one after this.
    rest_after: Option<RevisionId>,
}

/// Reads every kept page again and says what would change. `progress` hears how many were read.
pub fn plan_text(archive: &Archive, rules: &Rules, progress: &dyn Fn(u64)) -> Result<TextPlan> {
    let known = Known::of(archive, rules)?;
    let mut report = TextReport::default();
    let mut outlets: HashMap<Option<OutletId>, OutletChange> = HashMap::new();
    let (mut held, mut held_bytes, mut rest_after) = (Vec::new(), 0, None);
    let mut before = RevisionId(0);
    walk(archive, RevisionId(0), &known, |batch, outcomes| {
        for (old, outcome) in batch.iter().zip(outcomes) {
            report.looked_at += 1;
            let outlet = outlets.entry(old.outlet).or_default();
            outlet.looked_at += 1;
            match outcome {
                Outcome::WithoutBytes => report.without_bytes += 1,
                Outcome::Refused => report.refused += 1,
                Outcome::Same => {}
                Outcome::Changed(changed) => {
                    report.note(old, &changed.content, outlet);
                    if rest_after.is_none() && held_bytes > HELD_LIMIT_BYTES {
                        rest_after = Some(before);
                    }
                    if rest_after.is_none() {
                        // Blocks, statements to come and the rest of the fields: about as much again.
                        held_bytes += changed.content.text.len() * 2 + 1_000;
                        held.push(*changed);
                    }
                }
            }
            before = old.id;
        }
        progress(report.looked_at);
        Ok(())
    })?;
    for (id, mut outlet) in outlets {
        if let Some(id) = id {
            outlet.name = known.outlets.get(&id).map(|o| o.name.clone()).unwrap_or_default();
            if let Some(site) = known.learned.get(&id) {
                outlet.furniture = site.furniture();
                outlet.layout_changed_from = site.layout_changed_from().map(str::to_owned);
            }
        }
        if outlet.changed > 0 || outlet.layout_changed_from.is_some() {
            report.outlets.push(outlet);
        }
    }
    report.outlets.sort_by(|a, b| b.changed.cmp(&a.changed).then_with(|| a.name.cmp(&b.name)));
    Ok(TextPlan { report, known, held, rest_after })
}

impl TextPlan {
    /// Writes the readings that differ beside those held; gives how many. `progress` hears how many were written.
    pub fn write(self, archive: &Archive, now: Timestamp, progress: &dyn Fn(u64)) -> Result<u64> {
        let TextPlan { known, held, rest_after, .. } = self;
        let (sender, texts) = sync_channel::<Vec<NewText>>(AHEAD);
        std::thread::scope(|scope| {
            let writer = scope.spawn(move || -> Result<()> {
                let mut pending = None;
                for batch in texts {
                    let next = archive.replace_texts_soon(batch, now)?;
                    // The disk takes one batch while the next is put together.
                    if let Some(pending) = pending.replace(next) {
                        archive::Pending::durable(pending)?;
                    }
                }
                pending.map_or(Ok(()), |pending| Ok(archive::Pending::durable(pending)?))
            });
            let mut written = 0;
            let mut put = |changed: Vec<Changed>| -> Result<()> {
                let texts: Vec<NewText> = changed.into_par_iter().map(Changed::into_text).collect();
                written += texts.len() as u64;
                progress(written);
                // The writer is gone only after an error of its own, which is told below.
                sender.send(texts).map_err(|_| Error::Stopped)
            };
            let mut held = held.into_iter();
            let mut work = || -> Result<()> {
                loop {
                    let batch: Vec<Changed> = held.by_ref().take(BATCH).collect();
                    if batch.is_empty() {
                        break;
                    }
                    put(batch)?;
                }
                let Some(after) = rest_after else { return Ok(()) };
                walk(archive, after, &known, |_, outcomes| {
                    let changed = outcomes.into_iter().filter_map(|outcome| match outcome {
                        Outcome::Changed(changed) => Some(*changed),
                        _ => None,
                    });
                    put(changed.collect())
                })
            };
            let worked = work();
            drop(sender);
            let wrote = writer.join().map_err(|_| Error::Stopped)?;
            wrote.and(worked)?;
            Ok(written)
        })
    }
}

/// Calls `each` with every batch of revisions after `after`, and how each of them reads now.
fn walk(
    archive: &Archive,
    after: RevisionId,
    known: &Known,
    mut each: impl FnMut(&[Old], Vec<Outcome>) -> Result<()>,
) -> Result<()> {
    let (sender, batches) = sync_channel::<Vec<Old>>(AHEAD);
    std::thread::scope(|scope| {
        let walker = scope.spawn(move || -> Result<()> {
            let mut batch = Vec::with_capacity(BATCH);
            archive.for_each_revision(after, &mut |row| {
                let revision = row.page.revision;
                batch.push(Old {
                    id: revision.id,
                    url: row.url,
                    outlet: row.outlet,
                    article: revision.article,
                    fetched_at: revision.fetched_at,
                    content: revision.content,
                    record: revision.record,
                });
                if batch.len() == BATCH {
                    // Nobody takes the batch only after an error, which ends the walk too.
                    sender.send(std::mem::take(&mut batch)).map_err(|_| archive::Error::Closed)?;
                }
                Ok(())
            })?;
            sender.send(batch).map_err(|_| Error::Stopped)
        });
        let mut done = Ok(());
        for batch in &batches {
            let outcomes: Result<Vec<Outcome>> = batch.par_iter().map(|old| read_again(archive, known, old)).collect();
            done = outcomes.and_then(|outcomes| each(&batch, outcomes));
            if done.is_err() {
                break;
            }
        }
        drop(batches);
        let walked = walker.join().map_err(|_| Error::Stopped)?;
        done.and(walked)
    })
}

impl Known {
    /// Reads the newest pages of every outlet to learn what they have in common.
    fn of(archive: &Archive, rules: &Rules) -> Result<Known> {
        let outlets: HashMap<OutletId, Outlet> = archive.outlets()?.into_iter().map(|o| (o.id, o)).collect();
        let ids: Vec<OutletId> = outlets.keys().copied().collect();
        let learned: Result<HashMap<OutletId, learn::Site>> =
            ids.par_iter().map(|&id| Ok((id, learn_outlet(archive, id)?))).collect();
        Ok(Known { rules: rules.now(), outlets, learned: learned? })
    }
}

fn learn_outlet(archive: &Archive, id: OutletId) -> Result<learn::Site> {
    let mut pages = Vec::new();
    for record in archive.pages_of(id, learn::PAGE_LIMIT)?.into_iter().rev() {
        pages.extend(read::kept(archive, record)?);
    }
    Ok(learn::Site::learn(pages.iter().map(|kept| (kept.html.as_str(), &kept.url))))
}

/// The article as read now from the bytes kept.
fn read_again(archive: &Archive, known: &Known, old: &Old) -> Result<Outcome> {
    let Some(record) = old.record else { return Ok(Outcome::WithoutBytes) };
    let Some(kept) = read::kept(archive, record)? else { return Ok(Outcome::WithoutBytes) };
    let asked = old.url.as_deref().and_then(|url| Url::parse(url).ok());
    let entry: Option<Entry> = archive.entries(old.article)?.into_iter().next().map(|(_, entry)| entry);
    let around = Around {
        asked: asked.as_ref().unwrap_or(&kept.url),
        entry: entry.as_ref(),
        kind: old.outlet.and_then(|id| known.outlets.get(&id)).map(|outlet| outlet.kind),
        guide: Guide { rules: known.rules.of(&kept.url), learned: old.outlet.and_then(|id| known.learned.get(&id)) },
    };
    Ok(match read::page(&kept.html, kept.status, &kept.url, &around) {
        Page::Refused(_) => Outcome::Refused,
        Page::Article { article, .. } if *article == old.content => Outcome::Same,
        Page::Article { article, problems } => Outcome::Changed(Box::new(Changed {
            revision: old.id,
            outlet: old.outlet,
            fetched_at: old.fetched_at,
            content: *article,
            problems,
        })),
    })
}

impl Changed {
    pub(crate) fn into_text(self) -> NewText {
        let outlet = self.outlet.map(|id| id.to_string());
        NewText {
            revision: self.revision,
            features: features(&self.content, outlet.as_deref(), self.fetched_at).to_bytes(),
            statements: crate::follow::statements(&self.content),
            dated: crate::dated::dated(&self.content.text, self.content.published_at.as_ref(), self.fetched_at),
            content: self.content,
            problems: self.problems,
            extractor: EXTRACTOR,
        }
    }
}

impl TextReport {
    fn note(&mut self, old: &Old, new: &Article, outlet: &mut OutletChange) {
        self.changed += 1;
        outlet.changed += 1;
        for field in differing(&old.content, new) {
            *self.fields.entry(field).or_default() += 1;
        }
        if old.content.text == new.text {
            return;
        }
        let (gained, lost, example) = words_between(&old.content.text, &new.text);
        self.words_gained += gained;
        self.words_lost += lost;
        outlet.words_gained += gained;
        outlet.words_lost += lost;
        let weighs = |big: &Biggest| big.gained + big.lost;
        if self.biggest.len() == BIGGEST && self.biggest.last().is_some_and(|last| weighs(last) >= gained + lost) {
            return;
        }
        self.biggest.push(Biggest {
            revision: old.id,
            url: old.url.clone(),
            words_held: news::text::word_count(&old.content.text) as usize,
            gained,
            lost,
            example,
        });
        self.biggest.sort_by_key(|big| (std::cmp::Reverse(weighs(big)), big.revision));
        self.biggest.truncate(BIGGEST);
    }
}

/// The fields in which two readings differ.
fn differing(old: &Article, new: &Article) -> Vec<Field> {
    let differs = |field: &Field| match field {
        Field::Headline => old.headline != new.headline,
        Field::Standfirst => old.standfirst != new.standfirst,
        Field::Byline => old.byline != new.byline,
        Field::Authors => old.authors != new.authors,
        Field::Published => old.published_at != new.published_at,
        Field::Modified => old.modified_at != new.modified_at,
        Field::Language => old.language != new.language,
        Field::Outlet => old.outlet != new.outlet,
        Field::Text => old.text != new.text,
        Field::Captions => old.captions != new.captions,
        Field::Tags => old.tags != new.tags,
        Field::Section => old.section != new.section,
        Field::CanonicalUrl => old.canonical_url != new.canonical_url,
        Field::Kind => old.kind != new.kind,
        Field::Image => old.image != new.image,
        Field::Dateline => old.dateline != new.dateline,
        Field::Credit => old.credit != new.credit,
    };
    Field::ALL.into_iter().filter(differs).collect()
}

/// Words that only the new text has and that only the old has, counted as often as they stand there, and the first
/// block that only one of them has, cut short.
fn words_between(old: &str, new: &str) -> (u64, u64, String) {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    new.split_whitespace().for_each(|word| *counts.entry(word).or_default() += 1);
    old.split_whitespace().for_each(|word| *counts.entry(word).or_default() -= 1);
    let gained = counts.values().filter(|n| **n > 0).sum::<i64>().unsigned_abs();
    let lost = counts.values().filter(|n| **n < 0).sum::<i64>().unsigned_abs();
    let only = |a: &str, b: &str| a.split("\n\n").find(|block| !b.contains(block)).map(cut);
    let example = match (only(old, new), only(new, old)) {
        (Some(block), _) if lost >= gained => format!("- {block}"),
        (_, Some(block)) => format!("+ {block}"),
        (Some(block), None) => format!("- {block}"),
        (None, None) => "the order of the blocks".to_owned(),
    };
    (gained, lost, example)
}

fn cut(block: &str) -> String {
    match block.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &block[..end]),
        None => block.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_often_as_they_stand_there() {
        let check = |old: &str, new: &str, expected: (u64, u64), example: &str| {
            let (gained, lost, told) = words_between(old, new);
            assert_eq!(((gained, lost), told.as_str()), (expected, example), "{old} / {new}");
        };
        check("a b\n\nc", "a b\n\nc\n\nsign up now", (3, 0), "+ sign up now");
        check("a b\n\nour app our app", "a b", (0, 4), "- our app our app");
        check("a\n\nb", "b\n\na", (0, 0), "the order of the blocks");
    }
}
