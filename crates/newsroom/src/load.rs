//! The load: any number of made articles, each worked out from its number when it is asked for.
//!
//! Six articles in a row report one event. About a fifth of them copy the first of their event with a new
//! headline and small edits; the others tell the same facts in words of their own. Everything follows from
//! the seed, and nothing is kept in memory but word lists and one page's furniture.

use crate::StartError;
use crate::manifest::{FeedOffer, OutletKind, Playing};
use crate::page::escape;
use crate::serve::{self, Answer, Ask, Doors, Play};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A recipe for articles; see [`generate`].
#[derive(Clone, Debug)]
pub struct Generated {
    seed: u64,
    articles: u64,
    outlets: u64,
    now: Timestamp,
    a_day: u64,
}

/// One made article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its number, from 0.
    pub index: u64,
    /// Its outlet's number, from 0.
    pub outlet: u64,
    /// The number of the event it reports.
    pub event: u64,
    /// Number of the article it copies.
    pub copy_of: Option<u64>,
    /// Headline.
    pub headline: String,
    /// The writer.
    pub author: String,
    /// When it came out.
    pub published_at: Timestamp,
    /// Its paragraphs; joined with blank lines they are the reference text.
    pub paragraphs: Vec<String>,
}

/// Articles that report one event.
pub const ARTICLES_PER_EVENT: u64 = 6;

/// Entries in one feed at most.
pub const ENTRIES_PER_FEED: u64 = 200;

/// The recipe for `articles` articles at `outlets` outlets, dated back from `now`. The same arguments give
/// the same articles to the byte.
pub fn generate(seed: u64, articles: u64, outlets: u64, now: Timestamp) -> Generated {
    Generated { seed, articles, outlets: outlets.max(1), now, a_day: 1_000 }
}

impl Generated {
    /// The same with this many articles a day, at most 86,400; a thousand where nothing is said.
    pub fn a_day(self, articles: u64) -> Self {
        Generated { a_day: articles.clamp(1, 86_400), ..self }
    }

    /// How many articles there are.
    pub fn count(&self) -> u64 {
        self.articles
    }

    /// How many feeds one outlet has.
    pub fn feeds_of(&self, outlet: u64) -> u64 {
        self.articles_of(outlet).div_ceil(ENTRIES_PER_FEED)
    }

    fn articles_of(&self, outlet: u64) -> u64 {
        (self.articles + self.outlets - 1).saturating_sub(outlet) / self.outlets
    }

    /// The article with this number; `None` past the end.
    pub fn article(&self, index: u64) -> Option<Made> {
        if index >= self.articles {
            return None;
        }
        let event = index / ARTICLES_PER_EVENT;
        let facts = Facts::of(self.seed, event);
        let copy_of = self.copied(index);
        let mut paragraphs = match copy_of {
            Some(source) => {
                let mut paragraphs = tell(&facts, &mut Chance::of(self.seed, source, 2));
                let mut chance = Chance::of(self.seed, index, 3);
                let keep = paragraphs.len() - chance.below(3) as usize;
                paragraphs.truncate(keep.max(4));
                if chance.below(3) == 0 {
                    let added = fill(chance.one(COLOUR), &facts, &mut chance);
                    paragraphs.insert(2, added);
                }
                paragraphs
            }
            None => tell(&facts, &mut Chance::of(self.seed, index, 2)),
        };
        let mut chance = Chance::of(self.seed, index, 4);
        if copy_of.is_none() && chance.below(2) == 0 {
            paragraphs.push(fill(chance.one(COLOUR), &facts, &mut chance));
        }
        let headline = fill(chance.one(HEADLINES), &facts, &mut chance);
        Some(Made {
            index,
            outlet: index % self.outlets,
            event,
            copy_of,
            headline: capital(&headline),
            author: chance.name(),
            published_at: self.published_at(index),
            paragraphs,
        })
    }

    fn copied(&self, index: u64) -> Option<u64> {
        let first = index / ARTICLES_PER_EVENT * ARTICLES_PER_EVENT;
        let copies = index != first && Chance::of(self.seed, index, 1).below(100) < 24;
        copies.then_some(first)
    }

    /// So many articles a day up to `now`; those of one event within ten hours.
    fn published_at(&self, index: u64) -> Timestamp {
        let event = index / ARTICLES_PER_EVENT;
        let age_articles = self.articles - (event * ARTICLES_PER_EVENT).min(self.articles);
        let age_seconds = age_articles as i64 * (86_400 / self.a_day) as i64 + 36_000;
        let later = Chance::of(self.seed, index, 5).below(36_000) as i64;
        let first = index.is_multiple_of(ARTICLES_PER_EVENT);
        let offset = if first { 0 } else { later };
        let whole = Timestamp::from_second(self.now.as_second()).unwrap_or(self.now);
        whole.checked_sub(SignedDuration::from_secs(age_seconds - offset)).unwrap_or(whole)
    }

    /// Path of an article on its outlet.
    pub fn path(&self, index: u64) -> String {
        format!("/news/{index}")
    }

    /// The page of an article, 20 to 40 KB; `visit` differs from request to request.
    pub fn page(&self, index: u64, visit: u64) -> Option<String> {
        let made = self.article(index)?;
        let mut out = String::with_capacity(32 << 10);
        let at = made.published_at;
        let outlet = outlet_name(made.outlet);
        let headline = escape(&made.headline);
        let _ignored = write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{headline} | {outlet}</title>\n<meta property=\"og:title\" content=\"{headline}\"><meta property=\"og:type\" content=\"article\"><meta property=\"og:site_name\" content=\"{outlet}\"><meta property=\"article:published_time\" content=\"{at}\">\n<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"headline\":{},\"datePublished\":\"{at}\",\"author\":{{\"@type\":\"Person\",\"name\":{}}},\"publisher\":{{\"@type\":\"Organization\",\"name\":\"{outlet}\"}}}}</script>\n",
            serde_json::Value::from(made.headline.as_str()),
            serde_json::Value::from(made.author.as_str()),
        );
        furniture_head(&mut out);
        let _ignored = write!(
            out,
            "</head>\n<body>\n<header class=\"top\"><a href=\"/\">{outlet}</a><nav><ul>{SECTIONS}</ul></nav></header>\n<main><article><h1>{headline}</h1>\n<p class=\"byline\">By {}</p>\n<time datetime=\"{at}\">{}</time>\n<div class=\"article-body\">\n",
            escape(&made.author),
            at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y, %H:%M UTC")
        );
        for (place, paragraph) in made.paragraphs.iter().enumerate() {
            let _ignored = writeln!(out, "<p>{}</p>", escape(paragraph));
            if place == 2 {
                let _ignored = writeln!(
                    out,
                    "<div class=\"ad\" data-req=\"{visit:x}\"><span>Advertisement</span><a href=\"/ads/{visit:x}\">Weekend crossings from 19 crowns</a></div>"
                );
            }
        }
        let _ignored = write!(
            out,
            "</div>\n<p class=\"views\">{} people have read this</p></article>\n<aside class=\"related\"><h2>Related</h2><ul>\n",
            visit % 9000 + 17
        );
        for step in 1..=6 {
            let other = (index + step * self.outlets * 7) % self.articles.max(1);
            let other = other - other % self.outlets + made.outlet;
            if other != index && other < self.articles {
                let _ignored = writeln!(out, "<li><a href=\"/news/{other}\">{}</a></li>", self.headline_of(other));
            }
        }
        out.push_str("</ul></aside></main>\n");
        furniture_foot(&mut out, &outlet);
        Some(out)
    }

    fn headline_of(&self, index: u64) -> String {
        let facts = Facts::of(self.seed, index / ARTICLES_PER_EVENT);
        let mut chance = Chance::of(self.seed, index, 4);
        if self.copied(index).is_none() && chance.below(2) == 0 {
            let template = chance.one(COLOUR);
            drop(fill(template, &facts, &mut chance));
        }
        escape(&capital(&fill(chance.one(HEADLINES), &facts, &mut chance)))
    }

    /// One feed of an outlet, RSS 2.0, newest first; `None` past the last.
    pub fn feed(&self, outlet: u64, number: u64, origin: &str) -> Option<String> {
        let count = self.articles_of(outlet);
        let from = number.checked_mul(ENTRIES_PER_FEED).filter(|f| *f < count)?;
        let to = (from + ENTRIES_PER_FEED).min(count);
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title><link>{origin}/</link><description>Part {number}</description><language>en</language>\n",
            outlet_name(outlet)
        );
        for row in (from..to).rev() {
            let Some(made) = self.article(row * self.outlets + outlet) else { continue };
            let _ignored = writeln!(
                out,
                "<item><title>{}</title><link>{origin}{}</link><guid isPermaLink=\"false\">g{}</guid><pubDate>{}</pubDate><description>{}</description></item>",
                escape(&made.headline),
                self.path(made.index),
                made.index,
                made.published_at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"),
                escape(&made.paragraphs[0])
            );
        }
        out.push_str("</channel></rss>\n");
        Some(out)
    }

    /// Serves it all, each outlet on its own port. Must be called inside a tokio runtime.
    pub async fn serve(self, base_port: Option<u16>) -> Result<Load, StartError> {
        let listeners = serve::bind(usize::try_from(self.outlets).unwrap_or(usize::MAX), base_port).await?;
        let ports = serve::ports(&listeners)?;
        let outlets = ports
            .iter()
            .zip(0_u64..)
            .map(|(port, number)| Playing {
                name: outlet_name(number),
                slug: format!("made-{number}"),
                homepage: format!("http://127.0.0.1:{port}/"),
                feeds: (0..self.feeds_of(number))
                    .map(|feed| FeedOffer {
                        url: format!("http://127.0.0.1:{port}/feed/{feed}.xml"),
                        kind: "feed",
                        form: "rss",
                        fault: None,
                    })
                    .collect(),
                country: "Norland".to_owned(),
                language: "en".to_owned(),
                kind: OutletKind::News,
                port: *port,
            })
            .collect();
        let play = Arc::new(Serving { made: self, ports, visits: AtomicU64::new(0) });
        let doors = serve::open(listeners, &play);
        Ok(Load { outlets, play, _doors: doors })
    }
}

/// A running load; it closes when dropped.
pub struct Load {
    outlets: Vec<Playing>,
    play: Arc<Serving>,
    _doors: Doors,
}

impl std::fmt::Debug for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Load").field("made", &self.play.made).finish_non_exhaustive()
    }
}

impl Load {
    /// The outlets with all their feeds.
    pub fn outlets(&self) -> &[Playing] {
        &self.outlets
    }

    /// The recipe.
    pub fn made(&self) -> &Generated {
        &self.play.made
    }

    /// Requests answered so far.
    pub fn visits(&self) -> u64 {
        self.play.visits.load(Ordering::Relaxed)
    }
}

struct Serving {
    made: Generated,
    ports: Vec<u16>,
    visits: AtomicU64,
}

impl Play for Serving {
    fn answer(&self, place: usize, ask: &Ask<'_>) -> Answer {
        let visit = self.visits.fetch_add(1, Ordering::Relaxed);
        let outlet = place as u64;
        let path = ask.target.split('?').next().unwrap_or("/");
        let found = if let Some(number) = path.strip_prefix("/news/") {
            number
                .parse()
                .ok()
                .filter(|n: &u64| n % self.made.outlets == outlet)
                .and_then(|n| self.made.page(n, visit.wrapping_mul(0x9e37_79b9)))
                .map(|page| Answer::html(200, page))
        } else if let Some(number) = path.strip_prefix("/feed/").and_then(|p| p.strip_suffix(".xml")) {
            let origin = format!("http://127.0.0.1:{}", self.ports[place]);
            number.parse().ok().and_then(|n| self.made.feed(outlet, n, &origin)).map(|feed| feed_answer(feed, ask))
        } else if path == "/robots.txt" {
            Some(Answer::new(200, "text/plain", "User-agent: *\nDisallow: /ads/\n"))
        } else if path == "/" {
            Some(Answer::html(200, format!("<!DOCTYPE html><title>{0}</title><h1>{0}</h1>", outlet_name(outlet))))
        } else {
            None
        };
        found.unwrap_or_else(|| {
            Answer::html(404, "<!DOCTYPE html><title>Not found</title><p>There is no such page.</p>")
        })
    }
}

/// A feed that never changes has a tag that never changes.
fn feed_answer(feed: String, ask: &Ask<'_>) -> Answer {
    let tag = format!("\"{:x}\"", feed.len());
    if ask.header("if-none-match") == Some(tag.as_str()) {
        let mut answer = Answer::new(304, "application/rss+xml", "");
        answer.headers = vec![("etag", tag)];
        return answer;
    }
    Answer::new(200, "application/rss+xml; charset=utf-8", feed).with("etag", tag)
}

fn outlet_name(number: u64) -> String {
    let mut chance = Chance::of(7, number, 9);
    let kind = chance.one(&["Courier", "Times", "Post", "Gazette", "Observer", "Record", "Star", "Mirror", "Journal"]);
    format!("{} {kind} {}", chance.place(), number + 1)
}

// ---------------------------------------------------------------------------------------- chance

/// Numbers that follow from a seed, a subject and a purpose (splitmix64).
struct Chance(u64);

impl Chance {
    fn of(seed: u64, subject: u64, purpose: u64) -> Self {
        let mut chance =
            Chance(seed ^ subject.wrapping_mul(0xd605_1c6a_7f3b_5e4d) ^ purpose.wrapping_mul(0xa076_1d64_78bd_642f));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn one<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }

    /// A made word of two or three syllables with a capital.
    fn proper(&mut self, ends: &[&str]) -> String {
        let mut out = String::new();
        for _ in 0..=self.below(2) {
            out.push_str(self.one(STARTS));
            out.push_str(self.one(VOWELS));
        }
        out.push_str(self.one(ends));
        capital(&out)
    }

    fn place(&mut self) -> String {
        self.proper(&[
            "berg", "vik", "sund", "mar", "lund", "stad", "ford", "holm", "mouth", "ness", "dorf", "grad", "mere",
        ])
    }

    fn name(&mut self) -> String {
        let given = self.proper(&["a", "n", "r", "l", "na", "s", "k", "ra", "ven", "mir"]);
        let family =
            self.proper(&["sen", "ov", "man", "ski", "ler", "dal", "ner", "ic", "etti", "enko", "hart", "lind"]);
        format!("{given} {family}")
    }
}

const STARTS: &[&str] = &[
    "b", "br", "d", "dr", "f", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pr", "r", "s", "sk", "st", "t",
    "tr", "v", "z",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ai", "ei", "an", "en", "or", "al", "el", "ar", "in"];

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

// ---------------------------------------------------------------------------------------- events

struct Facts {
    field: &'static Field,
    names: [String; 3],
    roles: [&'static str; 3],
    places: [String; 2],
    body: String,
    numbers: [u64; 5],
    nouns: [&'static str; 4],
    adjectives: [&'static str; 3],
}

/// A field of news: what is done in it and to what.
struct Field {
    acts: &'static [&'static str],
    things: &'static [&'static str],
    bodies: &'static [&'static str],
}

impl Facts {
    fn of(seed: u64, event: u64) -> Facts {
        let mut c = Chance::of(seed, event, 0);
        let field = &FIELDS[c.below(FIELDS.len() as u64) as usize];
        let names = [c.name(), c.name(), c.name()];
        let roles = [c.one(ROLES), c.one(ROLES), c.one(ROLES)];
        let places = [c.place(), c.place()];
        let body = format!("{} {}", places[0], c.one(field.bodies));
        let numbers = [2 + c.below(40), 100 + c.below(9_000), 3 + c.below(96), 1990 + c.below(34), 11 + c.below(700)];
        let nouns = [c.one(NOUNS), c.one(NOUNS), c.one(NOUNS), c.one(NOUNS)];
        let adjectives = [c.one(ADJECTIVES), c.one(ADJECTIVES), c.one(ADJECTIVES)];
        Facts { field, names, roles, places, body, numbers, nouns, adjectives }
    }
}

/// Tells the facts of an event: an opening, most of the facts in one of their forms, in groups of two.
fn tell(facts: &Facts, chance: &mut Chance) -> Vec<String> {
    let mut out = vec![fill(chance.one(OPENINGS), facts, chance)];
    let mut sentences = Vec::new();
    for forms in FACTS {
        if chance.below(10) < 8 {
            sentences.push(fill(chance.one(forms), facts, chance));
        }
        if chance.below(10) < 4 {
            sentences.push(fill(chance.one(FILLERS), facts, chance));
        }
    }
    let mut rest = sentences.as_slice();
    while !rest.is_empty() {
        let take = (1 + chance.below(3) as usize).min(rest.len());
        out.push(rest[..take].join(" "));
        rest = &rest[take..];
    }
    out
}

/// Puts facts and chance words into a template's slots.
fn fill(template: &str, facts: &Facts, chance: &mut Chance) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        let from = out.len();
        match &rest[open + 1..open + close] {
            "p1" => out.push_str(&facts.names[0]),
            "p2" => out.push_str(&facts.names[1]),
            "p3" => out.push_str(&facts.names[2]),
            "f1" => out.push_str(family(&facts.names[0])),
            "f2" => out.push_str(family(&facts.names[1])),
            "r1" => out.push_str(facts.roles[0]),
            "r2" => out.push_str(facts.roles[1]),
            "r3" => out.push_str(facts.roles[2]),
            "city" => out.push_str(&facts.places[0]),
            "region" => out.push_str(&facts.places[1]),
            "body" => out.push_str(&facts.body),
            "act" => out.push_str(facts.field.acts[facts.numbers[0] as usize % facts.field.acts.len()]),
            "thing" => out.push_str(facts.field.things[facts.numbers[1] as usize % facts.field.things.len()]),
            "n1" => push(&mut out, facts.numbers[0]),
            "n2" => push(&mut out, facts.numbers[1]),
            "n3" => push(&mut out, facts.numbers[2]),
            "y" => push(&mut out, facts.numbers[3]),
            "n4" => push(&mut out, facts.numbers[4]),
            "k1" => out.push_str(facts.nouns[0]),
            "k2" => out.push_str(facts.nouns[1]),
            "k3" => out.push_str(facts.nouns[2]),
            "k4" => out.push_str(facts.nouns[3]),
            "a1" => out.push_str(facts.adjectives[0]),
            "a2" => out.push_str(facts.adjectives[1]),
            "a3" => out.push_str(facts.adjectives[2]),
            "noun" => out.push_str(chance.one(NOUNS)),
            "adj" => out.push_str(chance.one(ADJECTIVES)),
            "name" => out.push_str(&chance.name()),
            "place" => out.push_str(&chance.place()),
            "num" => push(&mut out, 2 + chance.below(300)),
            other => out.push_str(other),
        }
        let article = out[..from].ends_with(" a ") || out[..from].ends_with("“a ") || &out[..from] == "A ";
        if article && out[from..].starts_with(['a', 'e', 'i', 'o', 'u']) {
            out.insert(from - 1, 'n');
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

fn push(out: &mut String, number: u64) {
    let _ignored = write!(out, "{number}");
}

fn family(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

const HEADLINES: &[&str] = &[
    "{body} {act} {thing} in {city}",
    "{city}: {body} {act} {a1} {thing}",
    "{f1} defends {k1} as {body} {act} {thing}",
    "{n3} per cent and a {a1} {k1}: what {city} learnt",
    "After {k2}, {city} {act} {thing}",
    "{f2} warns of {k3} in {region}",
    "“A {a2} {k1}”: {f1} on the {thing} of {city}",
    "{region} looks to {city} over {thing}",
    "Who pays for the {k1} of {city}?",
    "{n1} days that changed the {thing} of {city}",
];

const OPENINGS: &[&str] = &[
    "{body} {act} {thing} in {city} by {n1} votes to {n3}, ending a {adj} dispute over {k1} that began in {y}.",
    "After {n1} years of {adj} argument over {k1}, {body} {act} {thing} in {city}, {r1} {p1} said.",
    "{p1}, {r1} in {city}, said that {body} {act} {thing} and called the {a1} {k1} settled.",
    "The {adj} quarrel over {k1} in {city} took a turn when {body} {act} {thing}.",
    "{city} woke to learn that {body} {act} {thing}; {n2} people are affected, says {r1} {p1}.",
];

/// Each fact of an event in several forms. No more than four words in a row are the same from event to
/// event, so that the wording of the templates does not look like copying.
const FACTS: &[&[&str]] = &[
    &[
        "The decision affects {n2} people in {city} and in {region}.",
        "By the reckoning of {body}, {n2} people will feel it.",
        "Some {n2} residents of {city} are concerned, a {adj} {noun} among the papers shows.",
    ],
    &[
        "“It is a {a1} {k1}, and we said so,” {p1} told {name}.",
        "{p1}, {r1}, called it “a {a1} {k1}”.",
        "For {f1}, who is {r1}, the {noun} is plain: a {a1} {k1}.",
    ],
    &[
        "{p2}, {r2} in {region}, disagreed and spoke of a {a2} {k2}.",
        "In {region}, {r2} {p2} took the opposite view: this was, {f2} said, a {a2} {k2}.",
        "A {a2} {k2}, answered {p2}, {r2} of {region}.",
    ],
    &[
        "The cost is put at {n4} million crowns over {n1} years.",
        "Over {n1} years {n4} million crowns are to go into the {noun}.",
        "A {adj} paper seen in {place} names {n4} million crowns, due within {n1} years.",
    ],
    &[
        "Since {y} the {k3} has grown by {n3} per cent.",
        "Figures going back to {y} show {n3} per cent more {k3}.",
        "The {k3} is {n3} per cent larger than in {y}.",
    ],
    &[
        "A court in {region} rejected {name}’s complaint about the {k4} last month.",
        "Last month judges in {region} threw out {name}’s case over the {k4}.",
        "The {k4}, which {name} took to court in {region}, was found {adj} but lawful.",
    ],
    &[
        "{p3}, a {r3} who lives near the {k1}, heard the {noun} before dawn.",
        "“It began before dawn,” said {p3}, {r3} and neighbour of the {k1}.",
        "Neighbours such as {p3}, a {r3}, were up with the {noun} before dawn.",
    ],
    &[
        "An inquiry led by {name} is to report within {n1} weeks.",
        "{body} promised a {adj} report in {n1} weeks.",
        "Whether the {k2} was to blame, {name} should know in {n1} weeks.",
    ],
    &[
        "The {a3} {k3} comes before {name} again in spring.",
        "In spring the council of {place} returns to the {a3} {k3}.",
        "Until spring the {a3} {k3} stays with {name}.",
    ],
];

const FILLERS: &[&str] = &[
    "The {noun} near {place} was {adj} all the same.",
    "No {adj} {noun} had been seen since {name} was young.",
    "{name}, who keeps a {adj} {noun} in {place}, shrugged.",
    "There was talk of a {noun}, a {adj} {noun} and {num} metres of {noun}.",
    "In {place} the {noun} went on as before.",
    "Nobody had counted the {noun}; {name} guessed at {num}.",
    "The road to {place} was closed for {num} minutes by a {adj} {noun}.",
    "“First the {noun}, then the {noun},” said {name} of {place}.",
    "A letter with {num} names asked {name} for a {adj} {noun}.",
    "It rained on the {noun} and on the {adj} {noun} of {place}.",
];

const COLOUR: &[&str] = &[
    "In {city} itself {name} had hung out a {adj} {noun} for the {noun} and the {adj} {noun}.",
    "Our reporter counted {num} people at the {noun} of {place}, {name} among them, {num} minutes on foot from the {adj} {noun}.",
    "The mayor of {place}, {name}, offered a {noun} and a {adj} {noun}, and asked for {num} chairs.",
    "{name} remembers another {noun}, a {adj} one, when the {noun} of {place} was carried out by {num} men.",
];

const ROLES: &[&str] = &[
    "minister",
    "mayor",
    "engineer",
    "teacher",
    "surgeon",
    "judge",
    "harbour master",
    "union leader",
    "farmer",
    "economist",
    "prosecutor",
    "baker",
    "pilot",
    "professor",
    "spokeswoman",
    "councillor",
    "nurse",
    "geologist",
    "trader",
    "architect",
    "inspector",
    "librarian",
    "fisherman",
    "banker",
    "conductor",
    "chemist",
];

const FIELDS: &[Field] = &[
    Field {
        acts: &["raises", "cuts", "freezes", "reviews", "doubles"],
        things: &["interest rates", "pension payments", "fuel duty", "harbour fees", "property tax", "bread subsidies"],
        bodies: &["central bank", "treasury", "finance committee", "audit office"],
    },
    Field {
        acts: &["opens", "closes", "rebuilds", "sells", "delays"],
        things: &[
            "the railway tunnel",
            "the old bridge",
            "the tram depot",
            "the northern bypass",
            "the airport terminal",
        ],
        bodies: &["transport board", "railway company", "city council", "roads agency"],
    },
    Field {
        acts: &["bans", "allows", "limits", "inspects", "counts"],
        things: &["eel fishing", "wolf hunting", "glass bottles", "river dredging", "peat cutting", "wind turbines"],
        bodies: &["environment agency", "fisheries office", "forest service", "water authority"],
    },
    Field {
        acts: &["tests", "recalls", "approves", "rations", "buys"],
        things: &["a measles vaccine", "hearing aids", "insulin pens", "rescue helicopters", "field hospitals"],
        bodies: &["health board", "university hospital", "medicines agency", "blood bank"],
    },
    Field {
        acts: &["wins", "loses", "postpones", "appeals against", "disputes"],
        things: &[
            "the cup final",
            "the rowing regatta",
            "the transfer ruling",
            "the marathon record",
            "the chess title",
        ],
        bodies: &["football club", "rowing union", "athletics federation", "chess society"],
    },
    Field {
        acts: &["finds", "restores", "returns", "auctions", "loans"],
        things: &["a lost manuscript", "a bronze helmet", "a royal portrait", "a ship’s bell", "a parish archive"],
        bodies: &["museum", "national library", "heritage trust", "opera house"],
    },
    Field {
        acts: &["evacuates", "reopens", "searches", "secures", "surveys"],
        things: &[
            "the flooded quarter",
            "the coal harbour",
            "the burnt warehouse",
            "the chemical works",
            "the ski slope",
        ],
        bodies: &["fire brigade", "coastguard", "mountain rescue", "civil defence"],
    },
    Field {
        acts: &["convicts", "acquits", "questions", "charges", "releases"],
        things: &["a former broker", "two customs officers", "a hospital director", "the shipowner", "three poachers"],
        bodies: &["district court", "prosecutor’s office", "court of appeal", "police command"],
    },
];

const NOUNS: &[&str] = &[
    "agreement",
    "alarm",
    "almanac",
    "anchor",
    "anvil",
    "apple",
    "apron",
    "archive",
    "arrow",
    "ash",
    "attic",
    "auction",
    "avenue",
    "axle",
    "balance",
    "ballot",
    "banner",
    "barge",
    "barley",
    "barn",
    "barrel",
    "basin",
    "basket",
    "beacon",
    "beam",
    "bell",
    "bellows",
    "bench",
    "berry",
    "bicycle",
    "blanket",
    "block",
    "boiler",
    "bolt",
    "border",
    "bottle",
    "boulder",
    "boundary",
    "bowl",
    "branch",
    "brass",
    "breach",
    "bread",
    "brick",
    "bridge",
    "bronze",
    "broom",
    "bucket",
    "budget",
    "buoy",
    "bureau",
    "cabin",
    "cable",
    "calendar",
    "canal",
    "candle",
    "canvas",
    "cargo",
    "carpet",
    "carriage",
    "cart",
    "castle",
    "catalogue",
    "cattle",
    "ceiling",
    "cellar",
    "cement",
    "census",
    "chain",
    "chalk",
    "chamber",
    "channel",
    "chapel",
    "charcoal",
    "charter",
    "chimney",
    "choir",
    "cistern",
    "claim",
    "clay",
    "cliff",
    "clock",
    "cloth",
    "coal",
    "coast",
    "cobble",
    "coin",
    "collar",
    "colony",
    "column",
    "compass",
    "complaint",
    "concert",
    "concrete",
    "contract",
    "convoy",
    "copper",
    "cord",
    "cork",
    "corridor",
    "cottage",
    "cotton",
    "counter",
    "county",
    "courier",
    "cradle",
    "crane",
    "creek",
    "crest",
    "crop",
    "crossing",
    "crown",
    "crystal",
    "cupboard",
    "current",
    "curtain",
    "customs",
    "cylinder",
    "dairy",
    "dam",
    "deadline",
    "debt",
    "deck",
    "deed",
    "delta",
    "depot",
    "diary",
    "ditch",
    "dock",
    "document",
    "dome",
    "donation",
    "door",
    "draft",
    "drain",
    "drawer",
    "drill",
    "drought",
    "drum",
    "dune",
    "dust",
    "embankment",
    "engine",
    "envelope",
    "estate",
    "estuary",
    "exhibition",
    "export",
    "fabric",
    "factory",
    "fair",
    "farm",
    "fence",
    "ferry",
    "fever",
    "fiddle",
    "field",
    "flag",
    "flask",
    "fleet",
    "flint",
    "flood",
    "floor",
    "flour",
    "flute",
    "fog",
    "footpath",
    "forecast",
    "forest",
    "forge",
    "fork",
    "fort",
    "fountain",
    "frame",
    "freight",
    "frontier",
    "frost",
    "fuel",
    "furnace",
    "gallery",
    "garden",
    "garment",
    "gate",
    "gauge",
    "generator",
    "glacier",
    "glass",
    "glove",
    "grain",
    "granary",
    "granite",
    "grant",
    "gravel",
    "guild",
    "gutter",
    "hall",
    "hammer",
    "hamlet",
    "handle",
    "harbour",
    "harness",
    "harvest",
    "hatch",
    "haven",
    "hay",
    "hearing",
    "hearth",
    "hedge",
    "helmet",
    "herd",
    "highway",
    "hinge",
    "honey",
    "hook",
    "horn",
    "hospital",
    "hostel",
    "hull",
    "ice",
    "import",
    "ink",
    "inlet",
    "inquiry",
    "insurance",
    "inventory",
    "iron",
    "island",
    "ivory",
    "jar",
    "jetty",
    "journey",
    "jury",
    "keel",
    "kettle",
    "keyhole",
    "kiln",
    "kiosk",
    "kitchen",
    "knot",
    "label",
    "ladder",
    "lagoon",
    "lamp",
    "landslide",
    "lantern",
    "latch",
    "lawn",
    "lead",
    "leaf",
    "league",
    "lease",
    "leather",
    "ledger",
    "lens",
    "letter",
    "lever",
    "licence",
    "lighthouse",
    "lime",
    "linen",
    "loan",
    "lobby",
    "lock",
    "locomotive",
    "lodge",
    "loom",
    "lorry",
    "lottery",
    "lumber",
    "machine",
    "magazine",
    "mail",
    "manor",
    "map",
    "marble",
    "market",
    "marsh",
    "mast",
    "mattress",
    "meadow",
    "measure",
    "medal",
    "merger",
    "meter",
    "milk",
    "mill",
    "mine",
    "mirror",
    "mission",
    "moat",
    "monument",
    "mortar",
    "mosaic",
    "motor",
    "mould",
    "mountain",
    "museum",
    "nail",
    "needle",
    "net",
    "notice",
    "nursery",
    "oak",
    "oar",
    "oats",
    "office",
    "oil",
    "orchard",
    "ordinance",
    "organ",
    "oven",
    "oyster",
    "packet",
    "paddock",
    "paint",
    "palace",
    "panel",
    "paper",
    "parade",
    "parcel",
    "parish",
    "park",
    "passage",
    "pasture",
    "patent",
    "pavement",
    "pearl",
    "pebble",
    "pension",
    "permit",
    "petition",
    "pier",
    "pigeon",
    "pillar",
    "pilot",
    "pipe",
    "pit",
    "plank",
    "plaster",
    "platform",
    "plough",
    "pocket",
    "pole",
    "pond",
    "porch",
    "portrait",
    "post",
    "powder",
    "premium",
    "press",
    "prison",
    "profit",
    "pump",
    "quarry",
    "quay",
    "queue",
    "quota",
    "radio",
    "raft",
    "rail",
    "ransom",
    "ravine",
    "receipt",
    "record",
    "reef",
    "referendum",
    "refinery",
    "reform",
    "register",
    "reservoir",
    "ridge",
    "ring",
    "river",
    "road",
    "roof",
    "rope",
    "rudder",
    "rumour",
    "saddle",
    "sail",
    "salt",
    "sand",
    "satchel",
    "scaffold",
    "scale",
    "school",
    "seal",
    "seed",
    "shaft",
    "shed",
    "shell",
    "shelter",
    "shield",
    "shore",
    "shovel",
    "shutter",
    "siege",
    "signal",
    "silk",
    "silo",
    "silver",
    "siren",
    "slate",
    "sleeve",
    "slope",
    "sluice",
    "smoke",
    "snow",
    "soap",
    "soil",
    "spade",
    "spark",
    "spire",
    "spring",
    "stable",
    "staircase",
    "stamp",
    "statue",
    "steam",
    "steel",
    "stone",
    "storm",
    "stove",
    "strait",
    "straw",
    "stream",
    "strike",
    "subsidy",
    "sugar",
    "summit",
    "survey",
    "swamp",
    "switch",
    "tanker",
    "tapestry",
    "tar",
    "tariff",
    "tavern",
    "telescope",
    "temple",
    "tender",
    "tent",
    "terrace",
    "theatre",
    "thicket",
    "thread",
    "threshold",
    "ticket",
    "tide",
    "tile",
    "timber",
    "tin",
    "toll",
    "tomb",
    "tower",
    "tractor",
    "trail",
    "trawler",
    "treaty",
    "trench",
    "trial",
    "tribunal",
    "tunnel",
    "turbine",
    "turnip",
    "valley",
    "valve",
    "vault",
    "veil",
    "verdict",
    "vessel",
    "viaduct",
    "village",
    "vineyard",
    "violin",
    "volcano",
    "voucher",
    "wagon",
    "wall",
    "warehouse",
    "warrant",
    "watchtower",
    "waterfall",
    "wax",
    "weir",
    "well",
    "wharf",
    "wheat",
    "wheel",
    "willow",
    "windmill",
    "window",
    "wire",
    "wool",
    "workshop",
    "wreck",
    "yard",
    "yeast",
];

const ADJECTIVES: &[&str] = &[
    "abandoned",
    "absent",
    "ancient",
    "anxious",
    "awkward",
    "bare",
    "bitter",
    "blunt",
    "bold",
    "brief",
    "bright",
    "brittle",
    "broad",
    "broken",
    "calm",
    "careful",
    "careless",
    "cautious",
    "cheap",
    "clumsy",
    "coarse",
    "cold",
    "costly",
    "crooked",
    "crowded",
    "cruel",
    "curious",
    "damp",
    "dangerous",
    "deaf",
    "decent",
    "delicate",
    "dense",
    "distant",
    "double",
    "doubtful",
    "dreary",
    "dry",
    "dull",
    "eager",
    "early",
    "earnest",
    "elderly",
    "empty",
    "endless",
    "faint",
    "fair",
    "faithful",
    "false",
    "familiar",
    "famous",
    "fierce",
    "firm",
    "flat",
    "foggy",
    "foolish",
    "foreign",
    "fragile",
    "frozen",
    "frugal",
    "gentle",
    "gloomy",
    "golden",
    "graceful",
    "grand",
    "greedy",
    "grey",
    "grim",
    "handy",
    "harmless",
    "harsh",
    "hasty",
    "heavy",
    "hidden",
    "hollow",
    "honest",
    "hopeful",
    "hostile",
    "humble",
    "idle",
    "icy",
    "inland",
    "jagged",
    "joint",
    "lame",
    "lasting",
    "lavish",
    "lazy",
    "lean",
    "local",
    "lonely",
    "loose",
    "loud",
    "loyal",
    "lucky",
    "mild",
    "modest",
    "muddy",
    "mute",
    "naked",
    "narrow",
    "neat",
    "noble",
    "noisy",
    "obscure",
    "odd",
    "ordinary",
    "painful",
    "pale",
    "patient",
    "peculiar",
    "plain",
    "pleasant",
    "polite",
    "precious",
    "private",
    "prompt",
    "proud",
    "provisional",
    "prudent",
    "quaint",
    "quiet",
    "rapid",
    "rare",
    "raw",
    "reckless",
    "remote",
    "rigid",
    "ripe",
    "robust",
    "rotten",
    "rough",
    "rural",
    "rusty",
    "sacred",
    "scarce",
    "secret",
    "severe",
    "shabby",
    "shallow",
    "sharp",
    "shy",
    "silent",
    "simple",
    "sincere",
    "slender",
    "slow",
    "smooth",
    "sober",
    "solemn",
    "solid",
    "sour",
    "spare",
    "stale",
    "steady",
    "steep",
    "stern",
    "stiff",
    "strange",
    "strict",
    "stubborn",
    "sturdy",
    "sudden",
    "sullen",
    "swift",
    "tame",
    "tardy",
    "temporary",
    "tender",
    "thorough",
    "tidy",
    "tight",
    "timid",
    "tiny",
    "tough",
    "tranquil",
    "unequal",
    "unlikely",
    "unpaid",
    "urgent",
    "useful",
    "vacant",
    "vague",
    "vast",
    "violent",
    "vivid",
    "warm",
    "wasteful",
    "weary",
    "wicked",
    "wild",
    "windy",
    "wise",
    "withered",
    "wooden",
    "worthy",
    "young",
    "zealous",
];

// ---------------------------------------------------------------------------------------- furniture

const SECTIONS: &str = "<li><a href=\"/s/home\">Home</a></li><li><a href=\"/s/world\">World</a></li><li><a href=\"/s/money\">Money</a></li><li><a href=\"/s/sport\">Sport</a></li><li><a href=\"/s/arts\">Arts</a></li>";

/// About fourteen kilobytes of style sheet and script, the same on every page.
fn furniture_head(out: &mut String) {
    static HEAD: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let mut text = String::from("<style>");
        for at in 0..70 {
            let _ignored = writeln!(
                text,
                ".u-{at}{{margin:{}px {}px;padding:{}px;font:{}px/1.{} Georgia,serif;color:#{:06x};display:grid}}.u-{at}:hover{{opacity:.{}}}",
                at % 7,
                at % 11,
                at % 5,
                13 + at % 6,
                at % 8,
                0x10_10_10 * (at % 12),
                70 + at % 29
            );
        }
        text.push_str("</style>\n<script>window.__site={\"flags\":[");
        for at in 0..90 {
            let _ignored =
                write!(text, "{{\"name\":\"experiment-{at}\",\"share\":0.{:02},\"on\":{}}},", at % 100, at % 3 == 0);
        }
        text.push_str("null]};</script>\n");
        text
    });
    out.push_str(&HEAD);
}

fn furniture_foot(out: &mut String, outlet: &str) {
    static FOOT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let mut text = String::from("<footer><ul>");
        for at in 0..60 {
            let _ignored = write!(text, "<li><a class=\"u-{at}\" href=\"/about/{at}\">Service number {at}</a></li>");
        }
        text.push_str("</ul><form><input type=\"email\"><button>Subscribe</button></form><p>All rights reserved.</p></footer>\n<div class=\"cookie\" role=\"dialog\"><p>We use cookies to measure our audience.</p><button>Accept</button></div>\n<script>");
        for at in 0..60 {
            let _ignored = writeln!(
                text,
                "function f{at}(a,b){{if(a>{at}){{return b.slice(a-{at})}}return document.querySelectorAll('.u-{at}')}}"
            );
        }
        text.push_str("</script>\n</body></html>\n");
        text
    });
    let _ignored = writeln!(out, "<p class=\"imprint\">{}</p>", escape(outlet));
    out.push_str(&FOOT);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::get;
    use std::collections::HashSet;

    fn recipe(count: u64) -> Generated {
        generate(11, count, 20, "2026-11-19T09:40:00Z".parse().unwrap())
    }

    #[test]
    fn the_same_seed_gives_the_same_articles_and_another_gives_others() {
        let (one, two) = (recipe(1000), recipe(1000));
        for index in [0, 1, 5, 77, 999] {
            assert_eq!(one.article(index), two.article(index));
            assert_eq!(one.page(index, 3), two.page(index, 3));
        }
        let other = generate(12, 1000, 20, one.now);
        assert_ne!(one.article(5).unwrap().paragraphs, other.article(5).unwrap().paragraphs);
        assert!(one.article(1000).is_none() && one.page(1000, 0).is_none());
    }

    #[test]
    fn articles_differ_but_copies_share_their_paragraphs() {
        let made = recipe(3000);
        let (mut texts, mut copies, mut words) = (HashSet::new(), 0, HashSet::new());
        for index in 0..made.count() {
            let article = made.article(index).unwrap();
            words.extend(article.paragraphs.join(" ").split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
            if let Some(source) = article.copy_of {
                copies += 1;
                let source = made.article(source).unwrap();
                assert_eq!(source.event, article.event);
                let shared = article.paragraphs.iter().filter(|p| source.paragraphs.contains(p)).count();
                assert!(shared + 1 >= article.paragraphs.len() && shared >= 3, "{index}");
            } else {
                assert!(texts.insert(article.paragraphs.join("\n")), "{index} is told twice");
            }
        }
        assert!((450..=750).contains(&copies), "{copies}");
        assert!(words.len() > 3000, "{}", words.len());
    }

    #[test]
    fn every_article_is_in_exactly_one_feed() {
        let made = recipe(5003);
        let mut seen = 0;
        for outlet in 0..20 {
            for number in 0..made.feeds_of(outlet) {
                let feed = made.feed(outlet, number, "http://127.0.0.1:1").unwrap();
                let items = feed.matches("<item>").count();
                assert!(items <= 200);
                seen += items;
            }
            assert!(made.feed(outlet, made.feeds_of(outlet), "x").is_none());
        }
        assert_eq!(seen, 5003);
    }

    #[tokio::test]
    async fn pages_are_served_from_their_outlet_only() {
        let load = recipe(500).serve(None).await.unwrap();
        let feed = get(&load.outlets()[3].feeds[0].url).await;
        assert_eq!(feed.status, 200);
        let tag = feed.header("etag").unwrap().to_owned();
        let again = crate::tests::send("GET", &load.outlets()[3].feeds[0].url, &[("If-None-Match", &tag)], "").await;
        assert_eq!(again.status, 304);
        let page = get(&format!("{}news/23", load.outlets()[3].homepage)).await;
        assert!(page.status == 200 && (18_000..45_000).contains(&page.body.len()), "{}", page.body.len());
        assert!(page.text().contains(&escape(&load.made().article(23).unwrap().paragraphs[1])));
        assert_eq!(get(&format!("{}news/24", load.outlets()[3].homepage)).await.status, 404);
    }
}
