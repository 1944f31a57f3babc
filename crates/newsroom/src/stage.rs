//! The newsroom at work: what each outlet shows at this moment, what was asked of it, and what changes it.

use crate::cast::{self, CAST, Fault, Form, Gate, House, Validators};
use crate::manifest::{self, Article, Block, BlockKind, FeedOffer, Held, Manifest, Playing, TextKind};
use crate::page::{self, Scene};
use crate::serve::{Answer, Ask, Play};
use crate::texts::{self, Manuscript};
use crate::{control, feeds};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

/// How a page is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// 404 Not Found.
    NotFound,
    /// 410 Gone.
    Gone,
    /// 302 to the front page.
    FrontPage,
}

/// A text to be published that is not among the newsroom's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its name for later changes; must be new.
    pub key: String,
    /// Slug of the outlet.
    pub outlet: String,
    /// Headline.
    pub headline: String,
    /// Its paragraphs, at least one.
    pub paragraphs: Vec<String>,
    /// Summary under the headline.
    #[serde(default)]
    pub standfirst: Option<String>,
    /// The writers.
    #[serde(default)]
    pub authors: Vec<String>,
    /// The agency credited.
    #[serde(default)]
    pub credit: Option<String>,
    /// The time it gives; the newsroom's present without.
    #[serde(default, with = "crate::clock::maybe")]
    pub published_at: Option<Timestamp>,
    /// Its story; its own key without.
    #[serde(default)]
    pub story: Option<String>,
    /// Key of the text it copies.
    #[serde(default)]
    pub copy_of: Option<String>,
}

/// What can be changed while the newsroom plays. As JSON: `{"do": "edit", "article": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Change {
    /// Replaces words in a text, once, and touches no date.
    Edit {
        /// Key of the article.
        article: String,
        /// Words in one of its blocks, as a reader sees them in the source of the text.
        find: String,
        /// What stands there from now on.
        replace: String,
    },
    /// Gives an article a new headline and touches no date.
    EditHeadline {
        /// Key of the article.
        article: String,
        /// The new headline.
        headline: String,
    },
    /// Adds a paragraph at the end and moves the date of the last change, as for a live blog.
    Append {
        /// Key of the article.
        article: String,
        /// The paragraph.
        paragraph: String,
    },
    /// Changes related links, advertising and counters around every text of an outlet, and no text.
    ChangeFurniture {
        /// Slug of the outlet.
        outlet: String,
    },
    /// Takes an article's page away; feeds drop it too.
    Vanish {
        /// Key of the article.
        article: String,
        /// How the page answers.
        how: Absence,
    },
    /// Brings a vanished page back.
    Return {
        /// Key of the article.
        article: String,
    },
    /// Publishes an article kept in reserve, dated now.
    Publish {
        /// Key of the article.
        article: String,
    },
    /// Publishes a text of the caller's own.
    PublishDraft(Draft),
    /// Publishes one agency text at twelve outlets at once (the story `reserve-buoys`).
    PublishTwelveCopies,
    /// Breaks the feeds of an outlet.
    BreakFeed {
        /// Slug of the outlet.
        outlet: String,
        /// In which way.
        fault: Fault,
    },
    /// Sends the feeds of an outlet whole, also one that was broken from the start.
    FixFeed {
        /// Slug of the outlet.
        outlet: String,
    },
    /// Puts a consent wall before the pages of an outlet, or takes it away.
    SetConsentWall {
        /// Slug of the outlet.
        outlet: String,
        /// Whether it stands.
        on: bool,
    },
    /// Answers the next requests with 429 and `Retry-After`.
    RetryAfter {
        /// Slug of the outlet.
        outlet: String,
        /// Value of the header.
        seconds: u32,
        /// How many requests.
        times: u32,
    },
    /// Answers the next requests with an error status.
    ServerError {
        /// Slug of the outlet.
        outlet: String,
        /// 500, 502, 503 …
        status: u16,
        /// How many requests.
        times: u32,
    },
    /// Waits before every answer; zero ends it.
    Delay {
        /// Slug of the outlet.
        outlet: String,
        /// How long.
        milliseconds: u32,
    },
}

/// Why a change could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// There is no outlet with this slug.
    NoOutlet(String),
    /// There is no article with this key.
    NoArticle(String),
    /// No block of the article holds these words.
    NotInText {
        /// Key of the article.
        article: String,
        /// The words.
        find: String,
    },
    /// The key is taken, the draft has no paragraph, or the article is published already.
    Refused(String),
}

impl std::fmt::Display for ChangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChangeError::NoOutlet(slug) => write!(f, "no outlet `{slug}`"),
            ChangeError::NoArticle(key) => write!(f, "no article `{key}`"),
            ChangeError::NotInText { article, find } => write!(f, "`{article}` does not hold `{find}`"),
            ChangeError::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ChangeError {}

/// A request an outlet received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// When it came, by the newsroom's clock.
    #[serde(serialize_with = "crate::clock::stamp::serialize")]
    pub at: Timestamp,
    /// Slug of the outlet.
    pub outlet: String,
    /// Its port.
    pub port: u16,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// `Accept-Encoding`.
    pub accept_encoding: Option<String>,
    /// The status it was answered with.
    pub status: u16,
}

struct Live {
    article: Article,
    absent: Option<Absence>,
    /// Second of the last change to what its feed says of it.
    touched_at: Timestamp,
}

#[derive(Default)]
struct Mood {
    furniture: u64,
    consent: bool,
    /// Set by a change: `Some(None)` is a mended feed.
    fault: Option<Option<Fault>>,
    trouble: Option<(u16, Option<u32>, u32)>,
    delay: Duration,
    touched_at: Option<Timestamp>,
}

struct State {
    live: Vec<Live>,
    moods: Vec<Mood>,
}

/// Requests kept; older ones are dropped.
const SEEN_LIMIT: usize = 200_000;

pub(crate) struct Stage {
    pub(crate) manifest: Manifest,
    origins: Vec<String>,
    ports: Vec<u16>,
    now: Timestamp,
    started: Instant,
    state: RwLock<State>,
    seen: Mutex<VecDeque<Seen>>,
    count: AtomicU64,
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    /// Sets the stage; `ports` are those of the outlets in the order of the cast.
    pub(crate) fn new(now: Timestamp, ports: Vec<u16>) -> Result<Self, texts::TextError> {
        let origins: Vec<String> = ports.iter().map(|p| format!("http://127.0.0.1:{p}")).collect();
        let manuscripts = texts::read_all(now, &|slug| cast::find(slug).map(|(_, h)| h.language))?;
        let mut counts = vec![0_u64; CAST.len()];
        let mut articles: Vec<Article> = Vec::with_capacity(manuscripts.len());
        for manuscript in manuscripts {
            let Some((place, house)) = cast::find(&manuscript.outlet) else { continue };
            counts[place] += 1;
            articles.push(set(manuscript, house, &origins[place], counts[place]));
        }
        let manifest = Manifest {
            now,
            outlets: CAST.iter().zip(&origins).zip(&ports).map(|((h, o), p)| playing(h, o, *p)).collect(),
            stories: manifest::stories(&articles),
            topics: manifest::topics(&articles),
            articles: articles.clone(),
        };
        let live = articles
            .into_iter()
            .map(|article| {
                let touched_at = article.modified_at.unwrap_or(article.published_at);
                Live { article, absent: None, touched_at }
            })
            .collect();
        let moods = CAST.iter().map(|h| Mood { consent: h.gate == Gate::Consent, ..Mood::default() }).collect();
        Ok(Stage {
            manifest,
            origins,
            ports,
            now,
            started: Instant::now(),
            state: RwLock::new(State { live, moods }),
            seen: Mutex::new(VecDeque::new()),
            count: AtomicU64::new(0),
        })
    }

    /// The newsroom's present: its `now` at the start and the time since.
    pub(crate) fn now(&self) -> Timestamp {
        let since = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(0);
        self.now.checked_add(SignedDuration::from_millis(since)).unwrap_or(self.now)
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        hold(&self.seen).iter().cloned().collect()
    }

    pub(crate) fn forget_requests(&self) {
        hold(&self.seen).clear();
    }

    /// The article as it is now.
    pub(crate) fn article(&self, key: &str) -> Option<Article> {
        read(&self.state).live.iter().find(|l| l.article.key == key).map(|l| l.article.clone())
    }

    pub(crate) fn change(&self, change: Change) -> Result<(), ChangeError> {
        let now = self.now();
        let mut state = write(&self.state);
        let state = &mut *state;
        match change {
            Change::Edit { article, find, replace } => {
                let live = find_live(state, &article)?;
                let block = live.article.blocks.iter_mut().find(|b| b.source.contains(&find));
                let block = block.ok_or(ChangeError::NotInText { article, find: find.clone() })?;
                block.source = block.source.replacen(&find, &replace, 1);
                Ok(())
            }
            Change::EditHeadline { article, headline } => {
                let live = find_live(state, &article)?;
                live.article.headline = headline;
                live.touched_at = now;
                Ok(())
            }
            Change::Append { article, paragraph } => {
                let live = find_live(state, &article)?;
                let all = live.article.visible_blocks == live.article.blocks.len();
                live.article.blocks.push(Block { kind: BlockKind::Paragraph, source: paragraph });
                if all {
                    live.article.visible_blocks += 1;
                }
                live.article.modified_at = Some(now);
                live.touched_at = now;
                Ok(())
            }
            Change::ChangeFurniture { outlet } => {
                mood(state, &outlet)?.furniture += 1;
                Ok(())
            }
            Change::Vanish { article, how } => {
                let live = find_live(state, &article)?;
                live.absent = Some(how);
                let outlet = live.article.outlet.clone();
                mood(state, &outlet)?.touched_at = Some(now);
                Ok(())
            }
            Change::Return { article } => {
                let live = find_live(state, &article)?;
                live.absent = None;
                live.touched_at = now;
                Ok(())
            }
            Change::Publish { article } => publish(find_live(state, &article)?, now),
            Change::PublishDraft(draft) => self.publish_draft(state, draft, now),
            Change::PublishTwelveCopies => {
                let mut found = false;
                for live in state.live.iter_mut().filter(|l| l.article.story == TWELVE && l.article.copy_of.is_some()) {
                    publish(live, now)?;
                    found = true;
                }
                if found { Ok(()) } else { Err(ChangeError::Refused(format!("no story `{TWELVE}`"))) }
            }
            Change::BreakFeed { outlet, fault } => {
                let mood = mood(state, &outlet)?;
                mood.fault = Some(Some(fault));
                mood.touched_at = Some(now);
                Ok(())
            }
            Change::FixFeed { outlet } => {
                let mood = mood(state, &outlet)?;
                mood.fault = Some(None);
                mood.touched_at = Some(now);
                Ok(())
            }
            Change::SetConsentWall { outlet, on } => {
                mood(state, &outlet)?.consent = on;
                Ok(())
            }
            Change::RetryAfter { outlet, seconds, times } => {
                mood(state, &outlet)?.trouble = Some((429, Some(seconds), times));
                Ok(())
            }
            Change::ServerError { outlet, status, times } => {
                if !(400..=599).contains(&status) {
                    return Err(ChangeError::Refused(format!("{status} is not an error status")));
                }
                mood(state, &outlet)?.trouble = Some((status, None, times));
                Ok(())
            }
            Change::Delay { outlet, milliseconds } => {
                mood(state, &outlet)?.delay = Duration::from_millis(u64::from(milliseconds));
                Ok(())
            }
        }
    }

    fn publish_draft(&self, state: &mut State, draft: Draft, now: Timestamp) -> Result<(), ChangeError> {
        let (place, house) = cast::find(&draft.outlet).ok_or(ChangeError::NoOutlet(draft.outlet))?;
        if state.live.iter().any(|l| l.article.key == draft.key) {
            return Err(ChangeError::Refused(format!("the key `{}` is taken", draft.key)));
        }
        let plain_key = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if draft.paragraphs.is_empty() || draft.key.is_empty() || !draft.key.chars().all(plain_key) {
            return Err(ChangeError::Refused("a draft needs a key of letters, digits and `-`, and a paragraph".into()));
        }
        let number = 1 + state.live.iter().filter(|l| l.article.outlet == house.slug).count() as u64;
        let manuscript = Manuscript {
            story: draft.story.unwrap_or_else(|| draft.key.clone()),
            key: draft.key,
            outlet: house.slug.to_owned(),
            headline: draft.headline,
            standfirst: draft.standfirst,
            byline: None,
            authors: draft.authors,
            section: house.sections[0].0.to_owned(),
            kind: if draft.credit.is_some() { TextKind::Wire } else { TextKind::News },
            copy_of: draft.copy_of,
            rests_on: Vec::new(),
            credit: draft.credit,
            tags: Vec::new(),
            captions: Vec::new(),
            note: None,
            language: house.language.to_owned(),
            held: if house.gate == Gate::Open { Held::Full } else { Held::HeadlineOnly },
            published_at: draft.published_at.unwrap_or(now),
            modified_at: None,
            reserve: false,
            blocks: draft.paragraphs.into_iter().map(|source| Block { kind: BlockKind::Paragraph, source }).collect(),
        };
        let article = set(manuscript, house, &self.origins[place], number);
        state.live.push(Live { article, absent: None, touched_at: now });
        Ok(())
    }

    fn outlet_answer(&self, place: usize, house: &'static House, ask: &Ask<'_>) -> Answer {
        let nonce = self.nonce();
        if let Some(answer) = self.trouble(place, house) {
            return answer;
        }
        if ask.target == "/robots.txt" {
            return match house.robots {
                Some(text) => Answer::new(200, "text/plain; charset=utf-8", text),
                None => Answer::html(404, page::notice(house, "Not found", "There is no such page.")),
            };
        }
        if ask.target.starts_with("/media/") {
            return Answer::new(200, "image/gif", GIF);
        }
        let state = read(&self.state);
        let mood = &state.moods[place];
        let path_of_feed = |o: &&cast::Offer| o.form != Form::Page && o.path == ask.target;
        if let Some(offer) = house.offers.iter().find(path_of_feed) {
            let fault = mood.fault.unwrap_or(offer.fault);
            let mut articles: Vec<&Live> = state
                .live
                .iter()
                .filter(|l| l.article.outlet == house.slug && l.article.published && l.absent.is_none())
                .collect();
            articles.sort_by_key(|l| std::cmp::Reverse(l.article.published_at));
            let touched_at = articles.iter().map(|l| l.touched_at).chain(mood.touched_at).max().unwrap_or(self.now);
            let articles: Vec<&Article> = articles.iter().map(|l| &l.article).collect();
            let text = feeds::write(house, offer.form, &self.origins[place], &articles, touched_at);
            drop(state);
            let body = feeds::damage(text, fault);
            let answer = Answer::new(200, offer.content_type, body);
            return finish(validated(answer, house, touched_at, ask), house, ask);
        }
        let bare = ask.target.split(['?', '#']).next().unwrap_or("/");
        if bare == "/" && !ask.target.contains('=') {
            let list = front_list(&state, house, None);
            return finish(html(house, 200, page::front(house, house.name, &list, nonce)), house, ask);
        }
        if let Some(section) = bare.strip_prefix("/section/") {
            return match house.sections.iter().find(|(slug, _)| *slug == section) {
                Some((slug, label)) => {
                    let list = front_list(&state, house, Some(slug));
                    finish(html(house, 200, page::front(house, label, &list, nonce)), house, ask)
                }
                None => Answer::html(404, page::notice(house, "Not found", "There is no such section.")),
            };
        }
        let wanted = ask.target.split("utm_source=").next().unwrap_or(bare).trim_end_matches(['?', '&']);
        let Some(live) = state
            .live
            .iter()
            .find(|l| l.article.outlet == house.slug && l.article.published && same_path(&l.article.path, wanted))
        else {
            return html(house, 404, page::notice(house, "Not found", "There is no such page."));
        };
        match live.absent {
            Some(Absence::NotFound) => {
                return html(house, 404, page::notice(house, "Not found", "There is no such page."));
            }
            Some(Absence::Gone) => return html(house, 410, page::notice(house, "Gone", "This page was removed.")),
            Some(Absence::FrontPage) => return Answer::html(302, "").with("location", "/"),
            None => {}
        }
        if house.gate == Gate::Forbidden {
            return Answer::html(403, page::notice(house, "Access denied", "Automated access is not allowed."))
                .with("server", "edge");
        }
        let consented = ask.header("cookie").is_some_and(|c| c.contains("consent=all"));
        if mood.consent && !consented {
            return html(house, 200, page::consent_wall(house, ask.target));
        }
        let shown =
            if live.article.held == Held::Partial { live.article.visible_blocks } else { live.article.blocks.len() };
        let scene = Scene {
            house,
            origin: &self.origins[place],
            article: &live.article,
            shown,
            related: related(&state, live, mood.furniture),
            nonce,
            views: 900 + self.count.load(Ordering::Relaxed) * 7 + mood.furniture * 1000,
        };
        finish(html(house, 200, page::article(&scene)), house, ask)
    }

    fn trouble(&self, place: usize, house: &House) -> Option<Answer> {
        read(&self.state).moods[place].trouble?;
        let mut state = write(&self.state);
        let trouble = &mut state.moods[place].trouble;
        let (status, retry_after, left) = (*trouble)?;
        *trouble = (left > 1).then_some((status, retry_after, left - 1));
        if left == 0 {
            return None;
        }
        let answer = Answer::html(status, page::notice(house, "Service not available", "Please try again later."));
        Some(match retry_after {
            Some(seconds) => answer.with("retry-after", seconds.to_string()),
            None => answer,
        })
    }

    /// Differs on every request, and not by one.
    fn nonce(&self) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        count.wrapping_add(0x5eed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// The story that [`Change::PublishTwelveCopies`] publishes.
const TWELVE: &str = "reserve-buoys";

/// One transparent pixel.
const GIF: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;";

impl Play for Stage {
    fn answer(&self, place: usize, ask: &Ask<'_>) -> Answer {
        let Some(house) = CAST.get(place) else { return control::answer(self, ask) };
        let mut answer = if ask.method == http::Method::POST && ask.target == "/consent" {
            let next =
                std::str::from_utf8(ask.body).ok().and_then(|b| b.split('&').find_map(|p| p.strip_prefix("next=")));
            let next = next.map(control::percent_decoded).filter(|n| n.starts_with('/')).unwrap_or_else(|| "/".into());
            Answer::html(303, "").with("set-cookie", "consent=all; Path=/").with("location", next)
        } else if ask.method == http::Method::GET || ask.method == http::Method::HEAD {
            self.outlet_answer(place, house, ask)
        } else {
            Answer::new(405, "text/plain", "method not allowed")
        };
        answer.delay = read(&self.state).moods[place].delay;
        let header = |name: &str| ask.header(name).map(str::to_owned);
        let seen = Seen {
            at: self.now(),
            outlet: house.slug.to_owned(),
            port: self.ports[place],
            method: ask.method.to_string(),
            path: ask.target.to_owned(),
            if_none_match: header("if-none-match"),
            if_modified_since: header("if-modified-since"),
            user_agent: header("user-agent"),
            accept_encoding: header("accept-encoding"),
            status: answer.status,
        };
        let mut log = hold(&self.seen);
        if log.len() >= SEEN_LIMIT {
            log.pop_front();
        }
        log.push_back(seen);
        answer
    }
}

fn find_live<'a>(state: &'a mut State, key: &str) -> Result<&'a mut Live, ChangeError> {
    state.live.iter_mut().find(|l| l.article.key == key).ok_or_else(|| ChangeError::NoArticle(key.to_owned()))
}

fn mood<'a>(state: &'a mut State, slug: &str) -> Result<&'a mut Mood, ChangeError> {
    let (place, _) = cast::find(slug).ok_or_else(|| ChangeError::NoOutlet(slug.to_owned()))?;
    state.moods.get_mut(place).ok_or_else(|| ChangeError::NoOutlet(slug.to_owned()))
}

fn publish(live: &mut Live, now: Timestamp) -> Result<(), ChangeError> {
    if live.article.published {
        return Err(ChangeError::Refused(format!("`{}` is published already", live.article.key)));
    }
    live.article.published = true;
    live.article.published_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
    live.touched_at = now;
    Ok(())
}

fn playing(house: &House, origin: &str, port: u16) -> Playing {
    let feeds = house
        .offers
        .iter()
        .map(|o| FeedOffer {
            url: format!("{origin}{}", o.path),
            kind: o.form.kind(),
            form: o.form.word(),
            fault: o.fault.map(Fault::word),
        })
        .collect();
    Playing {
        name: house.name.to_owned(),
        slug: house.slug.to_owned(),
        homepage: format!("{origin}/"),
        feeds,
        country: house.country.to_owned(),
        language: house.language.to_owned(),
        kind: house.kind,
        port,
    }
}

/// Sets a manuscript for its outlet's page.
fn set(m: Manuscript, house: &House, origin: &str, number: u64) -> Article {
    let mut blocks = Vec::with_capacity(m.blocks.len() + 1);
    blocks.extend(m.standfirst.map(|source| Block { kind: BlockKind::Standfirst, source }));
    blocks.extend(m.blocks);
    let visible_blocks = match m.held {
        Held::Full => blocks.len(),
        Held::Partial => 3.min(blocks.len()),
        Held::HeadlineOnly => 1,
    };
    let path = path(house, &m.key, &m.section, m.published_at, number);
    let byline = m.byline.or_else(|| byline(house, &m.authors, m.credit.as_deref()));
    let mut article = Article {
        url: format!("{origin}{path}"),
        path,
        key: m.key,
        outlet: m.outlet,
        headline: m.headline,
        byline,
        authors: m.authors,
        published_at: m.published_at,
        modified_at: m.modified_at,
        language: m.language,
        kind: m.kind,
        held: m.held,
        story: m.story,
        copy_of: m.copy_of,
        rests_on: m.rests_on,
        credit: m.credit,
        section: m.section,
        tags: m.tags,
        captions: m.captions,
        note: m.note,
        blocks,
        visible_blocks,
        topics: Vec::new(),
        published: !m.reserve,
    };
    article.topics = manifest::topics_of(&article);
    article
}

/// Each outlet has its own form of address.
fn path(house: &House, key: &str, section: &str, at: Timestamp, number: u64) -> String {
    let day = at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let number = number * 37 + 4100;
    match house.slug {
        "nordwire" => format!("/{section}/{:04}-{:02}-{:02}/{key}", day.year(), day.month(), day.day()),
        "norland-president" => format!("/statements/{:04}/{key}", day.year()),
        "vesk-premier" => format!("/events/{number}"),
        "halvik-courant" => format!("/{section}/{:04}/{:02}/{:02}/{key}", day.year(), day.month(), day.day()),
        "skerry-post" => format!("/{:04}/{:02}/{key}/", day.year(), day.month()),
        "fjord-echo" => format!("/{section}/i/{number:x}/{key}"),
        "morning-ledger" if section == "members" => format!("/members/{key}"),
        "morning-ledger" => format!("/articles/{key}-{number}"),
        "castra-herald" => format!("/{section}/{key}.html"),
        "ilmar-today" => format!("/{section}/{key}/{number}"),
        "portside-daily" => format!("/index.php?id={number}"),
        "lowen-tribune" => format!("/news/{key},{number}.htm"),
        "meridian-review" => format!("/{:04}/{key}", day.year()),
        "veskar-gazette" => format!("/news/{number}/"),
        "mirat-al-mina" => format!("/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/{number}"),
        "kuryer-nadrichchia" => format!("/{section}/{key}-{number}.html"),
        _ => format!("/{key}"),
    }
}

/// The byline as this outlet prints it.
fn byline(house: &House, authors: &[String], credit: Option<&str>) -> Option<String> {
    let names = match authors {
        [] => return credit.map(|c| if house.language == "en" { format!("By {c}") } else { c.to_owned() }),
        [one] => one.clone(),
        [first @ .., last] => {
            let and = match house.language {
                "ar" => " و",
                "uk" => " і ",
                _ => " and ",
            };
            format!("{}{and}{last}", first.join(", "))
        }
    };
    Some(match house.slug {
        "mirat-al-mina" | "kuryer-nadrichchia" | "fjord-echo" => names,
        "morning-ledger" => format!("{names} | The Morning Ledger"),
        "portside-daily" => format!("by {names}"),
        _ => format!("By {names}"),
    })
}

/// Addresses are compared as sent; a missing last slash is forgiven.
fn same_path(own: &str, wanted: &str) -> bool {
    own == wanted || own.trim_end_matches('/') == wanted.trim_end_matches('/')
}

fn html(house: &House, status: u16, text: String) -> Answer {
    if house.latin {
        Answer::new(status, "text/html; charset=windows-1252", page::to_latin(&text))
    } else {
        Answer::html(status, text)
    }
}

fn finish(answer: Answer, house: &House, ask: &Ask<'_>) -> Answer {
    if house.gzip { answer.gzipped(ask) } else { answer }
}

/// Adds the validators of the outlet, and answers 304 when nothing is new (RFC 9110, section 13).
fn validated(answer: Answer, house: &House, touched_at: Timestamp, ask: &Ask<'_>) -> Answer {
    let with_tag = matches!(house.validators, Validators::Etag | Validators::Both);
    let with_date = matches!(house.validators, Validators::LastModified | Validators::Both);
    let mut hasher = DefaultHasher::new();
    answer.body.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let date = page::http_date(touched_at);
    let mut headers = Vec::new();
    if with_tag {
        headers.push(("etag", tag.clone()));
    }
    if with_date {
        headers.push(("last-modified", date.clone()));
    }
    headers.push(("cache-control", "max-age=60".to_owned()));
    let fresh = match (ask.header("if-none-match"), ask.header("if-modified-since")) {
        (Some(tags), _) if with_tag => {
            tags.split(',').any(|t| t.trim().trim_start_matches("W/") == tag || t.trim() == "*")
        }
        (None, Some(since)) if with_date => since == date,
        _ => false,
    };
    if fresh {
        return Answer { status: 304, headers, body: bytes::Bytes::new(), delay: Duration::ZERO };
    }
    let mut answer = answer;
    answer.headers.extend(headers);
    answer
}

fn front_list(state: &State, house: &House, section: Option<&str>) -> Vec<(String, String, Timestamp)> {
    let mut out: Vec<(String, String, Timestamp)> = state
        .live
        .iter()
        .filter(|l| l.article.outlet == house.slug && l.article.published && l.absent.is_none())
        .filter(|l| section.is_none_or(|s| l.article.section == s))
        .map(|l| (l.article.headline.clone(), l.article.path.clone(), l.article.published_at))
        .collect();
    out.sort_by_key(|entry| std::cmp::Reverse(entry.2));
    out
}

/// Other articles of the outlet; which ones depends on the state of the furniture.
fn related(state: &State, of: &Live, furniture: u64) -> Vec<page::Link> {
    let mut out: Vec<page::Link> = state
        .live
        .iter()
        .filter(|l| l.article.outlet == of.article.outlet && l.article.published && l.article.key != of.article.key)
        .map(|l| (l.article.headline.clone(), l.article.path.clone()))
        .collect();
    if !out.is_empty() {
        let turn = usize::try_from(furniture).unwrap_or(0) % out.len();
        out.rotate_left(turn);
    }
    if furniture > 0 {
        let mut extra = String::from("Quiz: how well do you know the coast?");
        let _ignored = write!(extra, " Part {furniture}");
        out.insert(0, (extra, format!("/quiz/{furniture}")));
    }
    out.truncate(8);
    out
}
