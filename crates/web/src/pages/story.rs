//! A story: its accounts in order, copies folded with what they differ in, doubtful members apart, why each stands
//! there, and what happened to it.

use crate::answer::{self, Chrome, Fail};
use crate::ask::Asked;
use crate::feeds::Outgoing;
use crate::pages::log::LogView;
use crate::pages::regroup::{self, DecisionView, OWNER};
use crate::pages::storyline::StorylineView;
use crate::parts::{Badge, Counts, Foreign, Siglum, Stamp, per_cent};
use crate::site::Site;
use crate::view::{ArticleView, shorten, sigla, story_path};
use archive::{Archive, ArticleCard, AsOf, DecisionCard, MemberCard, StoryPage};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::Offset;
use news::id::StoryId;
use news::language::Language;
use news::story::{Because, DecisionKind, Kinship, Role, TakenFrom};
use serde::Serialize;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Copies whose own sentences are looked up for one page; the others link to the comparison.
const LOOKED_INTO: usize = 24;
/// Sentences of its own that are printed for a copy.
const OWN_SENTENCES: usize = 3;
/// Accounts on a page, copies not counted.
const ACCOUNTS: usize = 200;
/// Copies listed under one account.
const COPIES: usize = 100;
/// Decisions told at the head of a page, latest.
const TOLD: usize = 20;
/// Lines of the log shown, latest.
const LOG: usize = 200;

#[derive(Template, Serialize)]
#[template(path = "story.html")]
struct StoryHtml {
    #[serde(skip)]
    c: Chrome,
    id: i64,
    path: String,
    title: Foreign,
    /// Whose headline the title is.
    title_of: Option<ArticleView>,
    /// The long matter it belongs to.
    storyline: Option<StorylineView>,
    counts: Counts,
    official: usize,
    languages: usize,
    first_at: Option<Stamp>,
    newest_at: Stamp,
    changed_at: Stamp,
    edited: usize,
    accounts: Vec<Account>,
    accounts_hidden: usize,
    maybe: Vec<Maybe>,
    log: Vec<LogView>,
    log_hidden: usize,
    /// What people decided about it, in the order they did.
    decisions: Vec<DecisionView>,
    /// Of these what its head says: where texts went and came from, latest first.
    #[serde(skip)]
    told: Vec<DecisionView>,
    /// What was decided a moment ago.
    #[serde(skip)]
    done: Option<DecisionView>,
    /// Under which name the forms begin.
    #[serde(skip)]
    who: String,
    #[serde(skip)]
    chart: Option<Chart>,
    /// The two texts the comparison begins with.
    #[serde(skip)]
    pair: Option<(i64, i64)>,
    /// Whether the first pair is two official accounts.
    #[serde(skip)]
    is_official_pair: bool,
}

#[derive(Serialize)]
struct Account {
    siglum: Siglum,
    article: ArticleView,
    because: Why,
    joined_at: Stamp,
    /// What people decided about it.
    decided: Vec<DecisionView>,
    /// A text that it repeats and that a person put into another story.
    repeats: Option<Repeats>,
    copies: Vec<CopyView>,
    copies_hidden: usize,
    /// Whether it counts as an independent account.
    is_independent: bool,
    /// The words that show reporting of its own.
    original: Option<Foreign>,
    /// The outlet or agency whose text it carries, where that is not held.
    text_of: Option<String>,
    /// Whether it is known to be where its copies come from; `null` without copies.
    is_origin: Option<bool>,
}

impl Account {
    /// Outlets, copies counted, that carry its text.
    fn carried(&self) -> usize {
        1 + self.copies.len() + self.copies_hidden
    }
}

/// That a text repeats one which stands elsewhere.
#[derive(Serialize)]
struct Repeats {
    /// Which text.
    article: i64,
    /// Per cent of its wording that stands there.
    shared_per_cent: u32,
}

#[derive(Serialize)]
struct CopyView {
    article: ArticleView,
    /// Per cent of its wording that stands in the text it repeats.
    shared_per_cent: u32,
    /// Per cent of that text that stands in it.
    of_base_per_cent: u32,
    /// Which text it is folded under.
    copy_of: i64,
    /// `syndicated`, `rewrite` or `extract`; `null` where that is not worked out yet.
    sharing: Option<&'static str>,
    /// Whether its headline is another.
    is_new_headline: bool,
    /// Sentences of its own, at most three.
    own: Vec<Foreign>,
    /// How many there are in all; `null` where it was not looked into.
    own_sentences: Option<usize>,
    because: Why,
    /// What people decided about it.
    decided: Vec<DecisionView>,
}

impl CopyView {
    /// How much of the other text it leaves out, in words.
    fn trimmed(&self) -> String {
        match self.of_base_per_cent {
            99.. => "carries all of it".to_owned(),
            p => format!("leaves out {} % of it", 100 - p),
        }
    }

    fn badge(&self) -> Badge {
        let credit = match &self.article.credit {
            Some(credit) => format!("credits {credit}"),
            None => "no credit line".to_owned(),
        };
        let (key, word) = match self.sharing {
            Some("rewrite") => ("rewrite", "rewrite, "),
            Some("extract") => ("extract", "extract, "),
            _ => ("copy", ""),
        };
        Badge::worded(key, format!("{word}{} % of the text, {credit}", self.shared_per_cent))
    }
}

#[derive(Serialize)]
struct Maybe {
    article: ArticleView,
    because: Why,
}

/// Why an article stands in a story.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Why {
    pub(crate) score: f32,
    pub(crate) names: Vec<String>,
    pub(crate) terms: Vec<String>,
    pub(crate) dates: Vec<String>,
    pub(crate) numbers: Vec<String>,
    #[serde(skip)]
    language: Option<Language>,
}

impl Why {
    /// From the archive's word; words are printed in the article's language.
    pub(crate) fn of(because: &Because, language: Option<&Language>) -> Self {
        let some = |list: &[String]| list.iter().take(12).map(|s| shorten(s, 80)).collect();
        Why {
            score: because.score,
            names: some(&because.names),
            terms: some(&because.terms),
            dates: some(&because.dates),
            numbers: some(&because.numbers),
            language: language.cloned(),
        }
    }

    /// Whether anything shared is known.
    pub(crate) fn is_bare(&self) -> bool {
        self.names.is_empty() && self.terms.is_empty() && self.dates.is_empty() && self.numbers.is_empty()
    }

    /// `lang` and `dir` for the shared words.
    pub(crate) fn attrs(&self) -> crate::parts::Attrs {
        crate::parts::Attrs::of(self.language.as_ref())
    }

    /// The score with two digits.
    pub(crate) fn score_words(&self) -> String {
        format!("{:.2}", self.score)
    }
}

/// Texts over time, drawn on the server.
struct Chart {
    /// `hour`, `day`, `month`.
    unit: &'static str,
    bars: Vec<Bar>,
    width: usize,
    peak: String,
}

struct Bar {
    label: String,
    short: String,
    texts: u32,
    copies: u32,
    official: u32,
    x: usize,
    y_own: String,
    h_own: String,
    y_copies: String,
    h_copies: String,
}

impl Chart {
    /// At most 60 bars of one length; nothing for fewer than three texts.
    fn of(members: &[&MemberCard]) -> Option<Chart> {
        if members.len() < 3 {
            return None;
        }
        let first = members.iter().map(|m| m.article.sort_at).min()?;
        let last = members.iter().map(|m| m.article.sort_at).max()?;
        let seconds = last.duration_since(first).as_secs();
        let (unit, step) = match seconds {
            0..=172_800 => ("hour", 3_600),
            172_801..=5_184_000 => ("day", 86_400),
            _ => ("month", 0),
        };
        let index = |at: Timestamp| -> i64 {
            if step > 0 {
                return at.as_second().div_euclid(step) - first.as_second().div_euclid(step);
            }
            let (a, b) = (Offset::UTC.to_datetime(at), Offset::UTC.to_datetime(first));
            i64::from(a.year() - b.year()) * 12 + i64::from(a.month() - b.month())
        };
        let count = usize::try_from(index(last)).ok()? + 1;
        if !(2..=60).contains(&count) {
            return None;
        }
        let mut sums = vec![(0_u32, 0_u32, 0_u32); count];
        for member in members {
            let at = usize::try_from(index(member.article.sort_at)).ok().filter(|at| *at < count)?;
            sums[at].0 += 1;
            sums[at].1 += u32::from(member.role == Role::Copy);
            sums[at].2 += u32::from(crate::view::is_official(&member.article));
        }
        let most = sums.iter().map(|s| s.0).max().unwrap_or(1).max(1);
        let start = Offset::UTC.to_datetime(first);
        let bars: Vec<Bar> = sums
            .iter()
            .enumerate()
            .map(|(at, &(texts, copies, official))| {
                let offset = i64::try_from(at).unwrap_or(0);
                let (label, short) = match unit {
                    "hour" => {
                        let t = start.saturating_add(jiff::Span::new().hours(offset));
                        (t.strftime("%-d %b %Y, %H:00").to_string(), t.strftime("%H").to_string())
                    }
                    "day" => {
                        let t = start.saturating_add(jiff::Span::new().days(offset));
                        (t.strftime("%-d %b %Y").to_string(), t.strftime("%-d").to_string())
                    }
                    _ => {
                        let t = start.saturating_add(jiff::Span::new().months(offset));
                        (t.strftime("%b %Y").to_string(), t.strftime("%b").to_string())
                    }
                };
                let height = |n: u32| 98.0 * f64::from(n) / f64::from(most);
                let own = texts - copies;
                Bar {
                    label,
                    short,
                    texts,
                    copies,
                    official,
                    x: at * 10 + 1,
                    y_own: format!("{:.1}", 100.0 - height(own)),
                    h_own: format!("{:.1}", height(own)),
                    y_copies: format!("{:.1}", 100.0 - height(texts)),
                    h_copies: format!("{:.1}", height(copies)),
                }
            })
            .collect();
        let peak = bars.iter().max_by_key(|b| b.texts)?;
        let peak = format!("Most in one {unit}: {} at {}.", peak.texts, peak.label);
        Some(Chart { unit, width: count * 10, bars, peak })
    }

    /// Whether a bar's label is printed: about twelve of them, the first always.
    fn is_labelled(&self, at: &usize) -> bool {
        at.is_multiple_of(self.bars.len().div_ceil(12).max(1))
    }
}

/// The number before the first hyphen of a story's name in addresses.
pub(crate) fn story_id(name: &str) -> Result<StoryId, Fail> {
    let digits = name.split('-').next().unwrap_or(name);
    digits.parse::<i64>().ok().filter(|id| *id > 0).map(StoryId).ok_or_else(|| {
        Fail::nothing("No such story", "A story's address begins with its number, such as /s/12.").link("The desk", "/")
    })
}

/// The outlets' names of articles, for the words of a log.
pub(crate) fn names_of<'a>(cards: impl Iterator<Item = &'a ArticleCard>) -> impl Iterator<Item = (i64, String)> {
    cards.map(|card| (card.id.0, card.outlet.as_ref().map_or("a text without outlet", |o| o.name.as_str()).to_owned()))
}

/// The story, or the way to where it went.
pub(crate) async fn story(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = answer(&site, &asked, &name).await;
    site.finish(&asked, result)
}

/// What a comparison's own sentences are worked out from: for each copy looked into, its text and what is shared.
type Own = HashMap<i64, (Vec<Foreign>, usize)>;

async fn answer(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = story_id(name)?;
    let found = site.ask(move |archive| find(archive, id, as_of)).await?;
    let (page, own, storyline) = match found {
        Found::Page(page, own, storyline) => (page, own, storyline),
        Found::Nothing { later } => {
            let fail =
                Fail::nothing("No such story", format!("There is no story with the number {id} in the archive."));
            return Err(if later {
                Fail { sentence: "This story had not been opened at that time.".to_owned(), ..fail }
                    .link("The story as of now", format!("/s/{id}"))
            } else {
                fail.link("The desk", "/")
            });
        }
    };
    let path = story_path(page.story.id.0, &page.story.title);
    if let Some(there) = answer::elsewhere(asked, &path) {
        // The id decides: a story that was merged leads on, and so does a slug that was mistyped or has changed.
        return there;
    }
    let mut story = build(site, asked, *page, &own, path);
    story.storyline = storyline.as_ref().map(StorylineView::of);
    let feed = || Outgoing {
        title: format!("Readout: {}", story.title),
        about: format!("The texts of this story: {}.", story.counts.words()),
        updated_at: story.changed_at.0,
        items: story
            .accounts
            .iter()
            .flat_map(|a| std::iter::once(&a.article).chain(a.copies.iter().map(|c| &c.article)))
            .map(ArticleView::item)
            .collect(),
    };
    answer::list(asked, &story, feed)
}

enum Found {
    Page(Box<StoryPage>, Own, Option<archive::Storyline>),
    Nothing { later: bool },
}

fn find(archive: &Archive, id: StoryId, as_of: AsOf) -> Result<Found, Fail> {
    let Some(page) = archive.story(id, as_of)? else {
        let later = as_of != AsOf::Now && archive.story_leads_to(id)?.is_some();
        return Ok(Found::Nothing { later });
    };
    let mut own = Own::new();
    for member in page.members.iter().filter(|m| m.role == Role::Copy).take(LOOKED_INTO) {
        let (Some(copy), Some(revision)) = (&member.copy_of, member.placed_by) else { continue };
        if let Some(revision) = archive.revision_by_id(revision, as_of)? {
            let article = &revision.revision.content;
            let spans: Vec<Range<usize>> = copy.passages.iter().map(|p| p.span.clone()).collect();
            let sentences = own_sentences(&article.text, &spans);
            let shown = sentences.iter().take(OWN_SENTENCES).filter_map(|span| article.text.get(span.clone()));
            let shown = shown.map(|s| Foreign::new(shorten(s, 280), article.language.as_ref())).collect();
            own.insert(member.article.id.0, (shown, sentences.len()));
        }
    }
    let storyline = archive.storyline_of(page.story.id, as_of)?;
    Ok(Found::Page(Box::new(page), own, storyline))
}

/// The sentences of a text of which less than half stands in the passages it shares with another.
fn own_sentences(text: &str, shared: &[Range<usize>]) -> Vec<Range<usize>> {
    let covered = |s: &Range<usize>| -> usize {
        shared.iter().map(|p| p.end.min(s.end).saturating_sub(p.start.max(s.start))).sum()
    };
    news::text::sentences(text).into_iter().filter(|s| covered(s) * 2 < s.len()).collect()
}

fn build(site: &Site, asked: &Asked, page: StoryPage, own: &Own, path: String) -> StoryHtml {
    let letters = sigla(&page.members);
    let headline_of = page
        .members
        .iter()
        .find(|m| m.role != Role::Maybe && m.article.headline.as_deref() == Some(page.story.title.as_str()));
    let language = headline_of.and_then(|m| m.article.head.as_ref()).and_then(|h| h.language.as_ref());
    let counted: Vec<&MemberCard> = page.members.iter().filter(|m| m.role != Role::Maybe).collect();
    let names: HashMap<i64, String> = names_of(page.members.iter().map(|m| &m.article)).collect();
    let decided = |article: i64| -> Vec<DecisionView> {
        let about = |d: &&DecisionCard| {
            d.withdrawn_by.is_none() && d.kind != DecisionKind::Undo && d.moved.iter().any(|id| id.0 == article)
        };
        let ask = asked.query_with(&[]);
        let ask = if asked.field("asof").is_some() { ask } else { String::new() };
        page.decisions.iter().filter(about).map(|d| DecisionView::of(d, page.story.id, &ask)).collect()
    };
    let (mut accounts, accounts_hidden) = fold(&page, letters, own, &decided);
    accounts.truncate(ACCOUNTS);
    let languages = counted.iter().filter_map(|m| m.article.head.as_ref()?.language.as_ref()).map(Language::primary);
    let languages = languages.collect::<std::collections::BTreeSet<_>>().len();
    let officials: Vec<&Account> = accounts.iter().filter(|a| a.siglum.side.is_some()).collect();
    let (pair, is_official_pair) = match officials.as_slice() {
        [a, b, ..] => (Some((a.article.id, b.article.id)), true),
        _ => match accounts.as_slice() {
            [a, b, ..] => (Some((a.article.id, b.article.id)), false),
            [a] => (a.copies.first().map(|c| (a.article.id, c.article.id)), false),
            [] => (None, false),
        },
    };
    let log_hidden = page.log.len().saturating_sub(LOG);
    let mut chrome = Chrome::list(site, asked, "desk", page.story.title.clone());
    chrome.title = shorten(&page.story.title, 120);
    let decisions: Vec<DecisionView> =
        page.decisions.iter().map(|d| DecisionView::of(d, page.story.id, &chrome.ask)).collect();
    let done = asked.field("done").and_then(|done| done.parse().ok());
    let done = decisions.iter().find(|d| done == Some(d.id)).cloned();
    let is_done = |d: &DecisionCard| done.as_ref().is_some_and(|done| done.id == d.id.0);
    let told = page.decisions.iter().rev().filter(|d| regroup::is_told(d) && !is_done(d)).take(TOLD);
    let told = told.map(|d| DecisionView::of(d, page.story.id, &chrome.ask)).collect();
    StoryHtml {
        c: chrome,
        id: page.story.id.0,
        path,
        title: Foreign::new(page.story.title.clone(), language),
        title_of: headline_of.map(|m| ArticleView::of(&m.article)),
        storyline: None,
        counts: page.story.counts.into(),
        official: counted.iter().filter(|m| crate::view::is_official(&m.article)).count(),
        languages,
        first_at: counted.iter().map(|m| m.article.sort_at).min().map(Stamp),
        newest_at: Stamp(page.newest_at),
        changed_at: Stamp(page.story.content_changed_at),
        edited: counted.iter().filter(|m| m.article.revisions > 1).count(),
        accounts,
        accounts_hidden,
        maybe: page
            .members
            .iter()
            .filter(|m| m.role == Role::Maybe)
            .map(|m| Maybe {
                article: ArticleView::of(&m.article),
                because: Why::of(&m.because, m.article.head.as_ref().and_then(|h| h.language.as_ref())),
            })
            .collect(),
        log: page.log.iter().skip(log_hidden).map(|line| LogView::of(line, &names)).collect(),
        log_hidden,
        decisions,
        told,
        done,
        who: asked.who.clone().unwrap_or_else(|| OWNER.to_owned()),
        chart: Chart::of(&counted),
        pair,
        is_official_pair,
    }
}

/// Puts every copy under the account whose text it repeats, through copies of copies. A copy whose text is not here
/// (it left, or was taken down) stands under the account that repeats the same text, or as an account of its own.
fn fold(
    page: &StoryPage,
    letters: Vec<Siglum>,
    own: &Own,
    decided: &dyn Fn(i64) -> Vec<DecisionView>,
) -> (Vec<Account>, usize) {
    let members = page.members.as_slice();
    let by_id: HashMap<i64, &MemberCard> = members.iter().map(|m| (m.article.id.0, m)).collect();
    let stands_for: HashMap<i64, i64> = members
        .iter()
        .filter(|m| m.role == Role::Account)
        .filter_map(|m| Some((m.copy_of.as_ref()?.article.0, m.article.id.0)))
        .collect();
    let root = |member: &MemberCard| -> Option<i64> {
        let mut at = member;
        for _ in 0..8 {
            match at.role {
                Role::Account => return Some(at.article.id.0),
                Role::Maybe => return None,
                Role::Copy => {
                    let base = at.copy_of.as_ref()?.article.0;
                    at = by_id.get(&base).or_else(|| by_id.get(stands_for.get(&base)?))?;
                }
            }
        }
        None
    };
    let mut accounts: Vec<Account> = Vec::new();
    let mut places: HashMap<i64, usize> = HashMap::new();
    for (member, siglum) in members.iter().zip(letters) {
        let is_root = member.role == Role::Account || (member.role == Role::Copy && root(member).is_none());
        if is_root {
            places.insert(member.article.id.0, accounts.len());
            let language = member.article.head.as_ref().and_then(|h| h.language.as_ref());
            accounts.push(Account {
                siglum,
                article: ArticleView::of(&member.article),
                because: Why::of(&member.because, language),
                joined_at: Stamp(member.joined_at),
                decided: decided(member.article.id.0),
                repeats: member
                    .copy_of
                    .as_ref()
                    .map(|of| Repeats { article: of.article.0, shared_per_cent: per_cent(of.contained) }),
                copies: Vec::new(),
                copies_hidden: 0,
                is_independent: member.counted().is_independent(),
                original: member.original.as_deref().map(|words| Foreign::new(shorten(words, 280), language)),
                text_of: page.edges.iter().find_map(|edge| match &edge.source {
                    TakenFrom::NotHeld(name) if edge.taker == member.article.id => Some(shorten(name, 80)),
                    _ => None,
                }),
                is_origin: None,
            });
        }
    }
    for member in members.iter().filter(|m| m.role == Role::Copy) {
        let Some(place) = root(member).and_then(|id| places.get(&id)) else { continue };
        let Some(copy) = &member.copy_of else { continue };
        let account = &mut accounts[*place];
        if account.copies.len() >= COPIES {
            account.copies_hidden += 1;
            continue;
        }
        let base = by_id.get(&copy.article.0).and_then(|m| m.article.headline.as_deref());
        let known = own.get(&member.article.id.0);
        let is_known = page.edges.iter().any(|e| e.taker == member.article.id && e.is_main && e.is_directed);
        account.is_origin = Some(account.is_origin.unwrap_or(true) && is_known && account.text_of.is_none());
        account.copies.push(CopyView {
            article: ArticleView::of(&member.article),
            shared_per_cent: per_cent(copy.contained),
            of_base_per_cent: per_cent(copy.of_base),
            copy_of: copy.article.0,
            sharing: copy.sharing.map(Kinship::word),
            is_new_headline: base.is_some() && base != member.article.headline.as_deref(),
            own: known.map(|k| k.0.clone()).unwrap_or_default(),
            own_sentences: known.map(|k| k.1),
            because: Why::of(&member.because, member.article.head.as_ref().and_then(|h| h.language.as_ref())),
            decided: decided(member.article.id.0),
        });
    }
    let hidden = accounts.len().saturating_sub(ACCOUNTS);
    (accounts, hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copys_own_sentences_are_those_mostly_outside_what_it_shares() {
        let text = "One is shared. Two is its own. Three is shared.";
        let check = |shared: &[&str], expected: &[&str]| {
            let spans: Vec<_> = shared.iter().map(|s| text.find(s).map(|at| at..at + s.len()).unwrap()).collect();
            let got: Vec<_> = own_sentences(text, &spans).into_iter().map(|r| &text[r]).collect();
            assert_eq!(got, expected);
        };
        check(&["One is shared.", "Three is shared."], &["Two is its own."]);
        check(&[text], &[]);
        check(&[], &["One is shared.", "Two is its own.", "Three is shared."]);
    }

    #[test]
    fn a_storys_number_is_read_with_or_without_slug() {
        assert_eq!(story_id("12-a-b").expect("a number"), StoryId(12));
        assert_eq!(story_id("12").expect("a number"), StoryId(12));
        assert!(story_id("abc").is_err());
        assert!(story_id("0").is_err());
    }
}
