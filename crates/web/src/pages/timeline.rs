//! The timeline of a topic, a story or a storyline: how much is said of each stretch of time, from decade to day, and what, in
//! sentences as outlets printed them.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::{Asked, Form};
use crate::feeds::{Item, Outgoing};
use crate::pages::story::story_id;
use crate::pages::storyline::{StorylineView, storyline_id};
use crate::pages::topic::no_topic;
use crate::parts::{Foreign, Stamp, Stated, escape, number};
use crate::period::{Period, Zoom, buckets, day_and_month};
use crate::site::{DayOrder, DaySentence, Orderer, Site};
use crate::view::{ArticleView, OutletView, shorten, story_path};
use archive::{Archive, AsOf, DayCount, Page, SentenceCard, TimelineOf};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use news::dated::Telling;
use news::id::StoryId;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Sentences on a page of one day.
const SIZE: u32 = 40;

#[derive(Template, Serialize)]
#[template(path = "timeline.html")]
struct TimelineHtml {
    #[serde(skip)]
    c: Chrome,
    of: Subject,
    /// The value of `zoom`; `null` for all years and for two days of choice.
    zoom: Option<String>,
    /// What is shown, in words.
    name: String,
    from: Option<String>,
    to: Option<String>,
    /// In which stretches it is drawn: `decade`, `year`, `month`, `day`.
    unit: &'static str,
    buckets: Vec<Bucket>,
    /// Texts published in the period.
    texts: u64,
    /// Sentences about its days, each wording once.
    sentences: u64,
    /// Days that something is said of.
    days: usize,
    /// Sentences about days before and after the period.
    before: u64,
    after: u64,
    /// Texts of the whole subject that state no day of publication.
    undated: u64,
    /// Texts are still being read for days.
    is_unfinished: bool,
    entries: Vec<Entry>,
    pages: Pager,
    #[serde(skip)]
    gaps_after: Vec<Gap>,
    #[serde(skip)]
    is_table: bool,
    #[serde(skip)]
    is_day: bool,
    #[serde(skip)]
    links: Links,
}

/// Whose timeline it is.
#[derive(Clone, Debug, Serialize)]
struct Subject {
    /// `topic`, `story` or `storyline`.
    kind: &'static str,
    /// Slug or number.
    id: String,
    name: Foreign,
    /// Its own page.
    path: String,
    #[serde(skip)]
    number: i64,
    #[serde(skip)]
    whose: TimelineOf,
    /// Whether there are two texts to lay side by side.
    #[serde(skip)]
    has_pair: bool,
}

impl Subject {
    /// The name of its first view.
    fn first_view(&self) -> &'static str {
        match self.whose {
            TimelineOf::Topic(_) => "Texts",
            TimelineOf::Story(_) => "Accounts",
            TimelineOf::Storyline(_) => "Stories",
        }
    }

    fn timeline(&self) -> String {
        match self.whose {
            TimelineOf::Topic(_) => format!("/t/{}/timeline", self.id),
            TimelineOf::Story(id) => format!("/s/{id}/timeline"),
            TimelineOf::Storyline(id) => format!("/l/{id}/timeline"),
        }
    }
}

/// Where one can go from here.
#[derive(Clone, Debug, Default)]
struct Links {
    /// The wider stretches, widest first: name and address.
    wider: Vec<(String, String)>,
    prev: Option<(String, String)>,
    next: Option<(String, String)>,
    /// The other view of the same entries.
    other_view: String,
}

/// One stretch of the axis.
#[derive(Clone, Debug, Serialize)]
struct Bucket {
    zoom: String,
    name: String,
    from: String,
    to: String,
    texts: u64,
    sentences: u64,
    #[serde(skip)]
    period: Period,
    #[serde(skip)]
    short: String,
    #[serde(skip)]
    href: String,
    #[serde(skip)]
    x: usize,
    #[serde(skip)]
    y: String,
    #[serde(skip)]
    height: String,
    /// Whether it is what the list shows.
    #[serde(skip)]
    is_lit: bool,
    /// Whether most weight lies in it.
    #[serde(skip)]
    is_busiest: bool,
}

impl Bucket {
    fn is_empty(&self) -> bool {
        self.texts == 0 && self.sentences == 0
    }
}

/// A stretch of the list in which there is nothing to show.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Gap {
    label: String,
    length: String,
    words: String,
}

/// One sentence on its day.
#[derive(Clone, Debug, Serialize)]
struct Entry {
    day: String,
    /// How the day is known: `printed` in the sentence, `reckoned` from the outlet's date, or only `published`.
    day_from: &'static str,
    /// `near`, `later`, `ahead`, `published`.
    telling: &'static str,
    text: Foreign,
    article: i64,
    revision: u32,
    /// 1 for the first of its text.
    sentence: u32,
    path: String,
    outlet: Option<OutletView>,
    headline: Option<String>,
    language: Option<String>,
    published_at: Option<Stated>,
    fetched_at: Stamp,
    /// Texts with this wording on the day.
    texts: u32,
    /// The others, at most ten.
    copies: Vec<Copied>,
    #[serde(skip)]
    gaps: Vec<Gap>,
    #[serde(skip)]
    date: Date,
    #[serde(skip)]
    day_href: String,
    #[serde(skip)]
    is_wide: bool,
}

/// Another text with the same sentence.
#[derive(Clone, Debug, Serialize)]
struct Copied {
    article: i64,
    outlet: Option<OutletView>,
    at: Stamp,
}

impl Copied {
    fn outlet_name(&self) -> &str {
        self.outlet.as_ref().map_or("outlet not stated", |o| o.name.text.as_str())
    }
}

impl Entry {
    fn outlet_name(&self) -> &str {
        self.outlet.as_ref().map_or("outlet not stated", |o| o.name.text.as_str())
    }

    /// How the day is known, in words.
    fn basis(&self) -> &'static str {
        match (self.day_from, self.telling) {
            ("published", _) => "day of publication only: it names no day",
            ("printed", "later") => "names the day, told later",
            ("printed", "ahead") => "names the day, told before it",
            ("printed", _) => "names the day",
            (_, "later") => "day reckoned from the outlet’s date, told later",
            (_, "ahead") => "day reckoned from the outlet’s date, told before it",
            _ => "day reckoned from the outlet’s date",
        }
    }

    /// The day as it stands in the margin: in a month its number, else with the month.
    fn margin(&self) -> String {
        if self.is_wide { day_and_month(self.date) } else { self.date.day().to_string() }
    }

    /// What stands under it.
    fn under(&self) -> String {
        let name = match self.date.weekday() {
            jiff::civil::Weekday::Monday => "Monday",
            jiff::civil::Weekday::Tuesday => "Tuesday",
            jiff::civil::Weekday::Wednesday => "Wednesday",
            jiff::civil::Weekday::Thursday => "Thursday",
            jiff::civil::Weekday::Friday => "Friday",
            jiff::civil::Weekday::Saturday => "Saturday",
            jiff::civil::Weekday::Sunday => "Sunday",
        };
        if self.is_wide { self.date.year().to_string() } else { name.to_owned() }
    }

    /// The sentence in its revision, as of the time asked.
    fn href(&self, ask: &str) -> String {
        format!("/a/{}/r/{}{ask}#s{}", self.article, self.revision, self.sentence)
    }

    fn copies_hidden(&self) -> usize {
        (self.texts as usize).saturating_sub(1 + self.copies.len())
    }

    fn item(&self) -> Item {
        let outlet = self.outlet_name();
        Item {
            id: format!("sentence/{}/{}/{}/{}", self.article, self.revision, self.sentence, self.day),
            path: self.path.clone(),
            original: None,
            title: format!("{}: {}", self.day, shorten(&self.text.text, 120)),
            language: self.language.clone(),
            text: self.text.text.clone(),
            html: Some(format!("<p>“{}”</p><p>{}; {}</p>", escape(&self.text.text), escape(outlet), self.basis())),
            author: Some(outlet.to_owned()),
            published_at: self.published_at.map_or(self.fetched_at.0, |stated| stated.0.at),
            updated_at: self.fetched_at.0,
        }
    }
}

/// The timeline of a topic.
pub(crate) async fn topic(State(site): State<Arc<Site>>, asked: Asked, Path(slug): Path<String>) -> Response {
    let result = of_topic(&site, &asked, slug).await;
    site.finish(&asked, result)
}

/// The timeline of a story.
pub(crate) async fn story(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = of_story(&site, &asked, &name).await;
    site.finish(&asked, result)
}

/// The timeline of a storyline.
pub(crate) async fn storyline(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = of_storyline(&site, &asked, &name).await;
    site.finish(&asked, result)
}

async fn of_topic(site: &Site, asked: &Asked, slug: String) -> Result<Response, Fail> {
    let ask = Ask::of(site, asked)?;
    let found = site
        .ask(move |archive| {
            let topic = archive.topic(&slug)?.ok_or_else(|| no_topic(&slug))?;
            let subject = Subject {
                kind: "topic",
                path: format!("/t/{}", topic.slug),
                id: topic.slug,
                name: Foreign::new(topic.name, None),
                number: topic.id.0,
                whose: TimelineOf::Topic(topic.id),
                has_pair: false,
            };
            ask.find(archive, subject)
        })
        .await?;
    answer(site, asked, found)
}

async fn of_story(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let ask = Ask::of(site, asked)?;
    let id = story_id(name)?;
    let found = site
        .ask(move |archive| {
            let card = archive.story_cards(&[id], ask.as_of)?.pop().ok_or_else(|| {
                Fail::nothing("No such story", format!("There is no story with the number {id} in the archive."))
                    .link("The desk", "/")
            })?;
            let language =
                card.lead.as_ref().and_then(|lead| lead.head.as_ref()).and_then(|head| head.language.as_ref());
            let StoryId(number) = card.story.id;
            let subject = Subject {
                kind: "story",
                path: story_path(number, &card.story.title),
                id: number.to_string(),
                name: Foreign::new(shorten(&card.story.title, 300), language),
                number,
                whose: TimelineOf::Story(card.story.id),
                has_pair: card.story.counts.texts > 1,
            };
            ask.find(archive, subject)
        })
        .await?;
    let path = found.subject.timeline();
    if let Some(there) = answer::elsewhere(asked, &path) {
        return there;
    }
    answer(site, asked, found)
}

async fn of_storyline(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let ask = Ask::of(site, asked)?;
    let id = storyline_id(name)?;
    let found = site
        .ask(move |archive| {
            let line = archive.storyline(id, Page::new(1, 1), ask.as_of)?.ok_or_else(|| {
                Fail::nothing("No such storyline", format!("There is no storyline with the number {id}."))
                    .link("All storylines", "/l")
            })?;
            let view = StorylineView::of(&line.storyline);
            let subject = Subject {
                kind: "storyline",
                path: view.path,
                id: view.id.to_string(),
                name: Foreign::new(view.title, None),
                number: line.storyline.id.0,
                whose: TimelineOf::Storyline(line.storyline.id),
                has_pair: false,
            };
            ask.find(archive, subject)
        })
        .await?;
    let path = found.subject.timeline();
    if let Some(there) = answer::elsewhere(asked, &path) {
        return there;
    }
    answer(site, asked, found)
}

/// What a request asks of a timeline.
struct Ask {
    zoom: Zoom,
    page: Page,
    as_of: AsOf,
    orderer: Orderer,
}

/// How much of a period is shown.
struct Plan {
    /// Days, when no stretch of the axis needs more.
    days: usize,
    /// Sentences of a day.
    a_day: usize,
    /// Sentences of a day that are looked at to find them.
    looked_at: usize,
}

/// What the archive knows of a period.
struct Found {
    subject: Subject,
    zoom: Zoom,
    /// `None` where nothing is said of any day.
    period: Option<Period>,
    days: Vec<DayCount>,
    undated: u64,
    is_unfinished: bool,
    buckets: Vec<(Zoom, Period)>,
    entries: Vec<(Date, SentenceCard)>,
    /// Sentences of the day, where it is one.
    of_day: u64,
    page: Page,
    copies: HashMap<i64, Copied>,
}

impl Ask {
    fn of(site: &Site, asked: &Asked) -> Result<Ask, Fail> {
        Ok(Ask {
            zoom: Zoom::asked(asked)?,
            page: asked.page(SIZE),
            as_of: asked.as_of()?,
            orderer: site.settings.orderer.clone(),
        })
    }

    fn find(self, archive: &Archive, subject: Subject) -> Result<Found, Fail> {
        let days = archive.timeline_days(subject.whose, self.as_of)?;
        let period = extent(&days.days).map(|all| self.zoom.period(all));
        let mut found = Found {
            subject,
            zoom: self.zoom,
            period,
            undated: days.undated,
            is_unfinished: archive.has_undated()?,
            days: days.days,
            buckets: Vec::new(),
            entries: Vec::new(),
            of_day: 0,
            page: self.page,
            copies: HashMap::new(),
        };
        let Some(period) = period else { return Ok(found) };
        found.buckets = buckets(self.zoom, period).into_iter().map(|zoom| (zoom, zoom.period(period))).collect();
        let is_day = matches!(self.zoom, Zoom::Day(_));
        let is_daily = matches!(found.buckets.first(), Some((Zoom::Day(_), _)));
        let plan = match self.zoom {
            _ if is_day => Plan { days: 1, a_day: SIZE as usize, looked_at: SIZE as usize },
            _ if is_daily => Plan { days: 62, a_day: 2, looked_at: 24 },
            Zoom::Year(_) => Plan { days: 36, a_day: 1, looked_at: 16 },
            _ => Plan { days: 30, a_day: 1, looked_at: 16 },
        };
        let said: Vec<&DayCount> = found.days.iter().filter(|d| d.sentences > 0 && period.holds(d.day)).collect();
        let wanted = choose_days(&said, &found.buckets, plan.days);
        let skip = if is_day { (self.page.number as usize - 1) * SIZE as usize } else { 0 };
        let read = archive.timeline_sentences(found.subject.whose, &wanted, skip, plan.looked_at, self.as_of)?;
        found.of_day = read.first().map_or(0, |day| day.total);
        let texts: Vec<Vec<DaySentence>> = read
            .iter()
            .map(|day| {
                let of = |item: &SentenceCard| DaySentence {
                    text: item.text.clone(),
                    sentence: item.sentence,
                    is_printed: item.is_printed,
                };
                day.items.iter().map(of).collect()
            })
            .collect();
        let orders: Vec<DayOrder> = (self.orderer)(&texts);
        for (day, order) in read.into_iter().zip(orders) {
            // A single day is shown whole; elsewhere what repeats a sentence already chosen stays away.
            let shown = if is_day { order.order.len() } else { order.own.min(plan.a_day) };
            let mut items: Vec<Option<SentenceCard>> = day.items.into_iter().map(Some).collect();
            let chosen = order.order.into_iter().take(shown).filter_map(|at| items.get_mut(at).and_then(Option::take));
            found.entries.extend(chosen.map(|card| (day.day, card)));
        }
        let also: Vec<_> = found.entries.iter().flat_map(|(_, card)| card.also.iter().copied()).collect();
        for card in archive.article_cards(&also, self.as_of)? {
            let view = Copied {
                article: card.id.0,
                outlet: card.outlet.as_ref().map(OutletView::of),
                at: ArticleView::of(&card).sort_at,
            };
            found.copies.insert(view.article, view);
        }
        Ok(found)
    }
}

/// From the first year in which a text was published to the last; where none states its day, the years spoken of.
fn extent(days: &[DayCount]) -> Option<Period> {
    let mut published = days.iter().filter(|day| day.texts > 0);
    let (first, last) = match published.next() {
        Some(first) => (first, published.next_back().unwrap_or(first)),
        None => (days.first()?, days.last()?),
    };
    let (from, to) = (first.day.year(), last.day.year());
    Some(Period { from: Date::new(from, 1, 1).ok()?, to: Date::new(to, 12, 31).ok()? })
}

/// The days to show of a period: of each stretch the one that matters most, then those that matter most of all.
fn choose_days(said: &[&DayCount], buckets: &[(Zoom, Period)], most: usize) -> Vec<Date> {
    let mut ranked: Vec<&DayCount> = said.to_vec();
    ranked.sort_by_key(|day| (std::cmp::Reverse(day.weight), day.day));
    let in_bucket = |day: Date| buckets.partition_point(|(_, period)| period.to < day);
    let mut is_served = vec![false; buckets.len() + 1];
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for day in ranked {
        let at = in_bucket(day.day);
        if std::mem::replace(&mut is_served[at], true) { rest.push(day.day) } else { first.push(day.day) }
    }
    let room = most.saturating_sub(first.len());
    first.extend(rest.into_iter().take(room));
    first.sort_unstable_by(|a, b| b.cmp(a));
    first
}

fn answer(site: &Site, asked: &Asked, found: Found) -> Result<Response, Fail> {
    let timeline = build(site, asked, found);
    if asked.form == Form::Csv {
        return Ok(answer::csv(asked, csv(&timeline.entries)));
    }
    let feed = || Outgoing {
        title: format!("Readout: {}, {}", timeline.of.name, timeline.name),
        about: format!("Sentences as outlets printed them, on the days they are about: {}.", timeline.name),
        updated_at: answer::newest(timeline.entries.iter().map(|entry| entry.fetched_at.0)),
        items: timeline.entries.iter().map(Entry::item).collect(),
    };
    answer::list(asked, &timeline, feed)
}

fn build(site: &Site, asked: &Asked, found: Found) -> TimelineHtml {
    let Found { subject, zoom, period, days, entries, .. } = &found;
    let to = |zoom: Zoom| {
        let word = zoom.word();
        format!(
            "{}{}",
            asked.path,
            asked.query_with(&[("zoom", word.as_deref()), ("from", None), ("to", None), ("p", None)])
        )
    };
    let is_day = matches!(zoom, Zoom::Day(_));
    let sum = |holds: &dyn Fn(Date) -> bool, of: fn(&DayCount) -> u64| -> u64 {
        days.iter().filter(|day| holds(day.day)).map(of).sum()
    };
    let views = draw(&found.buckets, days, zoom, &to);
    let is_wide = !matches!(found.buckets.first(), Some((Zoom::Day(_), _))) || matches!(zoom, Zoom::Between(..));
    let mut shown: Vec<Entry> =
        entries.iter().map(|(day, card)| entry(*day, card, &found.copies, to(Zoom::Day(*day)), is_wide)).collect();
    let gaps_after = if is_day { Vec::new() } else { place_gaps(&views, &mut shown) };
    let holds = |day: Date| period.is_some_and(|period| period.holds(day));
    let name = period.map_or_else(|| "nothing yet".to_owned(), |period| zoom.name(period));
    // Beyond the first and the last day nothing is to be seen.
    let beside = |step: i16, is_beyond: &dyn Fn(Period, Date) -> bool| {
        let period = (*period)?;
        let zoom = zoom.beside(step).filter(|_| days.iter().any(|day| is_beyond(period, day.day)))?;
        Some((zoom.name(zoom.period(period)), to(zoom)))
    };
    let is_table = asked.field("view") == Some("table");
    let other = if is_table { None } else { Some("table") };
    let mut c = Chrome::list(
        site,
        asked,
        if subject.kind != "story" { "topics" } else { "desk" },
        format!("{}: timeline, {name}", shorten(&subject.name.text, 80)),
    );
    c.forms.push(("CSV", asked.in_form(Form::Csv), Form::Csv.media_type()));
    TimelineHtml {
        links: Links {
            wider: zoom
                .wider()
                .into_iter()
                .filter(|wider| period.is_some() && (*wider == Zoom::All || *wider != *zoom))
                .map(|wider| (period.map_or_else(String::new, |period| wider.name(period)), to(wider)))
                .collect(),
            prev: beside(-1, &|period, day| day < period.from),
            next: beside(1, &|period, day| day > period.to),
            other_view: format!("{}{}", asked.path, asked.query_with(&[("view", other)])),
        },
        zoom: zoom.word(),
        name,
        from: period.map(|period| period.from.to_string()),
        to: period.map(|period| period.to.to_string()),
        unit: match found.buckets.first() {
            Some((Zoom::Decade(_), _)) => "decade",
            Some((Zoom::Month(..), _)) => "month",
            Some((Zoom::Day(_), _)) => "day",
            _ => "year",
        },
        texts: sum(&holds, |day| day.texts),
        sentences: sum(&holds, |day| day.sentences),
        days: days.iter().filter(|day| holds(day.day) && day.sentences > 0).count(),
        before: sum(&|day| period.is_some_and(|period| day < period.from), |day| day.sentences),
        after: sum(&|day| period.is_some_and(|period| day > period.to), |day| day.sentences),
        undated: found.undated,
        is_unfinished: found.is_unfinished,
        pages: if is_day { Pager::new(asked, found.page, found.of_day) } else { Pager::default() },
        buckets: views,
        entries: shown,
        gaps_after,
        is_table,
        is_day,
        of: subject.clone(),
        c,
    }
}

impl TimelineHtml {
    /// Whether the stretches are few enough for their links to stand under their bars on a narrow screen.
    fn is_axis_linked(&self) -> bool {
        self.buckets.len() <= 12
    }

    /// Whether a label is printed under its bar; about twelve of them.
    fn is_labelled(&self, at: &usize) -> bool {
        at.is_multiple_of(self.buckets.len().div_ceil(12).max(1))
    }

    fn width(&self) -> usize {
        self.buckets.len() * 10
    }

    /// The chart in a sentence.
    fn desc(&self) -> String {
        let busiest = self.buckets.iter().max_by_key(|b| (b.sentences, std::cmp::Reverse(b.x)));
        let empty: Vec<&str> = self.buckets.iter().filter(|b| b.is_empty()).map(|b| b.name.as_str()).collect();
        let most =
            busiest.map_or_else(String::new, |b| format!("Most in {}: {}.", b.name, number(b.sentences, "sentence")));
        match empty.len() {
            0 => most,
            1..=6 => format!("{most} Nothing in {}.", empty.join(", ")),
            n => format!("{most} Nothing in {n} {}s.", self.unit),
        }
    }

    /// How many of the sentences are shown.
    fn shown_words(&self) -> String {
        format!("{} of {} shown, newest first", self.entries.len(), number(self.sentences, "sentence"))
    }
}

/// The stretches as bars, each a link into it.
fn draw(buckets: &[(Zoom, Period)], days: &[DayCount], zoom: &Zoom, to: &dyn Fn(Zoom) -> String) -> Vec<Bucket> {
    let mut sums = vec![(0_u64, 0_u64, 0_u64); buckets.len()];
    for day in days {
        let at = buckets.partition_point(|(_, period)| period.to < day.day);
        if let (Some(sum), Some((_, period))) = (sums.get_mut(at), buckets.get(at))
            && period.holds(day.day)
        {
            *sum = (sum.0 + day.texts, sum.1 + day.sentences, sum.2 + day.weight);
        }
    }
    let most = sums.iter().map(|sum| sum.1).max().unwrap_or(1).max(1);
    let busiest =
        sums.iter().enumerate().filter(|(_, sum)| sum.2 > 0).max_by_key(|(at, sum)| (sum.2, std::cmp::Reverse(*at)));
    let busiest = busiest.map(|(at, _)| at);
    buckets
        .iter()
        .zip(&sums)
        .enumerate()
        .map(|(at, ((bucket, period), (texts, sentences, _)))| {
            #[allow(clippy::cast_precision_loss, reason = "a bar's height needs three digits")]
            let height = (98.0 * *sentences as f64 / most as f64).max(1.5);
            Bucket {
                zoom: bucket.word().unwrap_or_default(),
                name: bucket.name(*period),
                from: period.from.to_string(),
                to: period.to.to_string(),
                texts: *texts,
                sentences: *sentences,
                period: *period,
                short: bucket.short(),
                href: to(*bucket),
                x: at * 10 + 1,
                y: format!("{:.1}", 100.0 - height),
                height: format!("{height:.1}"),
                is_lit: bucket == zoom,
                is_busiest: busiest == Some(at) && bucket != zoom,
            }
        })
        .collect()
}

fn entry(day: Date, card: &SentenceCard, copies: &HashMap<i64, Copied>, day_href: String, is_wide: bool) -> Entry {
    Entry {
        day: day.to_string(),
        day_from: match (card.telling, card.is_printed) {
            (Telling::Published, _) => "published",
            (_, true) => "printed",
            (_, false) => "reckoned",
        },
        telling: card.telling.word(),
        text: Foreign::new(card.text.clone(), card.language.as_ref()),
        article: card.article.0,
        revision: card.number,
        sentence: card.sentence + 1,
        path: format!("/a/{}/r/{}#s{}", card.article, card.number, card.sentence + 1),
        outlet: card.outlet.as_ref().map(OutletView::of),
        headline: card.headline.clone(),
        language: card.language.as_ref().map(ToString::to_string),
        published_at: card.published_at.map(Stated),
        fetched_at: Stamp(card.fetched_at),
        texts: card.texts,
        copies: card.also.iter().filter_map(|id| copies.get(&id.0).cloned()).collect(),
        gaps: Vec::new(),
        date: day,
        day_href,
        is_wide,
    }
}

/// Puts what is empty between the entries, which stand newest first; gives what comes after the last of them.
fn place_gaps(buckets: &[Bucket], entries: &mut [Entry]) -> Vec<Gap> {
    let mut waiting: Vec<Gap> = Vec::new();
    let mut run: Vec<&Bucket> = Vec::new();
    let mut at = 0;
    let end = |run: &mut Vec<&Bucket>, waiting: &mut Vec<Gap>| {
        if let (Some(newest), Some(oldest)) = (run.first(), run.last()) {
            let length = run.len();
            let label =
                if length == 1 { newest.short.clone() } else { format!("{} to {}", oldest.short, newest.short) };
            let words = "Empty: no text was published then, and no sentence is about it.".to_owned();
            waiting.push(Gap { label, length: length_words(newest, length), words });
        }
        run.clear();
    };
    for bucket in buckets.iter().rev() {
        if bucket.is_empty() {
            run.push(bucket);
            continue;
        }
        end(&mut run, &mut waiting);
        if bucket.sentences == 0 {
            let words = format!("{}, none with a sentence to show.", number(bucket.texts, "text"));
            waiting.push(Gap { label: bucket.short.clone(), length: length_words(bucket, 1), words });
        }
        while let Some(entry) = entries.get_mut(at).filter(|entry| entry.date >= bucket.period.from) {
            entry.gaps = std::mem::take(&mut waiting);
            at += 1;
        }
    }
    end(&mut run, &mut waiting);
    waiting
}

fn length_words(bucket: &Bucket, count: usize) -> String {
    match bucket.zoom.len() {
        // A year or a decade says how long it is.
        4 | 5 if count == 1 => String::new(),
        4 => number(count, "year"),
        5 => number(count, "decade"),
        7 if count == 1 => bucket.zoom[..4].to_owned(),
        7 => number(count, "month"),
        _ => number(count, "day"),
    }
}

/// The entries as RFC 4180 lines, the first of them the names of the columns.
fn csv(entries: &[Entry]) -> String {
    let mut out = String::from(
        "day,day_from,telling,sentence,outlet,published_at,fetched_at,language,headline,article,revision,sentence_number,\
         path,texts\r\n",
    );
    for entry in entries {
        let published = entry.published_at.map(|stated| stated.0.rfc3339()).unwrap_or_default();
        let cells = [
            entry.day.clone(),
            entry.day_from.to_owned(),
            entry.telling.to_owned(),
            entry.text.text.clone(),
            entry.outlet.as_ref().map(|outlet| outlet.name.text.clone()).unwrap_or_default(),
            published,
            entry.fetched_at.iso(),
            entry.language.clone().unwrap_or_default(),
            entry.headline.clone().unwrap_or_default(),
            entry.article.to_string(),
            entry.revision.to_string(),
            entry.sentence.to_string(),
            entry.path.clone(),
            entry.texts.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| answer::csv_cell(cell)).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, weight: u64) -> DayCount {
        DayCount { day: text.parse().expect("a literal day"), texts: 1, sentences: weight.min(3), weight }
    }

    #[test]
    fn every_stretch_has_its_day_before_any_has_two() {
        let days = [day("2017-02-01", 90), day("2017-03-01", 80), day("2018-05-01", 1), day("2020-01-01", 70)];
        let all = extent(&days).expect("there are days");
        let stretches: Vec<(Zoom, Period)> =
            buckets(Zoom::All, all).into_iter().map(|zoom| (zoom, zoom.period(all))).collect();
        let said: Vec<&DayCount> = days.iter().collect();
        let chosen = |most| choose_days(&said, &stretches, most).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(chosen(1), ["2020-01-01", "2018-05-01", "2017-02-01"]);
        assert_eq!(chosen(4), ["2020-01-01", "2018-05-01", "2017-03-01", "2017-02-01"]);
        let drawn = draw(&stretches, &days, &Zoom::All, &|_| String::new());
        let empty: Vec<&str> = drawn.iter().filter(|b| b.is_empty()).map(|b| b.zoom.as_str()).collect();
        assert_eq!(empty, ["2019"]);
        assert!(drawn[0].is_busiest && !drawn[1].is_busiest);
    }

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        assert_eq!(answer::csv_cell("plain"), "plain");
        assert_eq!(answer::csv_cell("he said: “no”"), "he said: “no”");
        assert_eq!(answer::csv_cell("a, \"b\"\nc"), "\"a, \"\"b\"\"\nc\"");
    }
}
