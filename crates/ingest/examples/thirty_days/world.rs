//! A month of two thousand feeds without a socket: the real loop, client, reader and archive, on a network and a clock
//! that are played.
//!
//! Feeds post after their own temper (wires, papers, magazines, briefings, blogs, silent ones). Some hosts are
//! hostile: they ask for silence, redirect to private addresses, change what their names mean, move, die, hang,
//! break, answer 304 to everything, or show old entries again. The world keeps count of what it was asked.

use archive::{Archive, NewOutlet};
use fetch::played::{Answer, Hosts, Names, Request};
use ingest::{Clock, Ingest, Placer, Settings};
use jiff::{SignedDuration, Timestamp};
use news::feed::FeedKind;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
/// Hosts that misbehave, each in another way.
pub(crate) const HOSTILE: usize = 20;
/// Days of posting before the first visit.
const HISTORY: i64 = 25;
/// Entries posted this long before the end need not have been seen.
const TAIL: i64 = 2 * DAY;
/// The same for a host that answers 304 to everything: eight days, and up to a day until the next visit.
const STUCK_TAIL: i64 = 10 * DAY;
/// The longest `Retry-After` that is believed.
const BELIEVED: i64 = DAY;

/// How large a world is played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Feeds.
    pub(crate) feeds: usize,
    /// Days.
    pub(crate) days: i64,
    /// See [`fetch::schedule::Policy::expected_hundredths`].
    pub(crate) expected_hundredths: u32,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Requests for feeds.
    pub(crate) requests: u64,
    /// Answered 304.
    pub(crate) not_modified: u64,
    /// Answered 200 with something new, or the first time.
    pub(crate) full: u64,
    /// Answered 200 although nothing had changed since the last good answer and validators had been given.
    pub(crate) needless_full: u64,
    /// The one full answer that is asked for after eight days of 304.
    pub(crate) full_after_held: u64,
    /// Full answers without anything new from feeds that give no validators.
    pub(crate) full_without_validators: u64,
    /// Requests to a host within the time it asked for.
    pub(crate) inside_retry_after: u64,
    /// Times a host asked for silence.
    pub(crate) silences: u64,
    /// Most requests under way at once at one host.
    pub(crate) most_at_once: u64,
    /// Requests that reached an address that is not public.
    pub(crate) private_reached: u64,
    /// Redirects and names that led to one.
    pub(crate) private_offered: u64,
    /// Visits to a feed within the hour, although it states no shorter one.
    pub(crate) under_the_floor: u64,
    /// Entries posted during the month, seen.
    pub(crate) entries: u64,
    /// Entries posted and not seen, or seen and not in the archive.
    pub(crate) entries_lost: u64,
    /// Entries the archive holds more often than they were posted.
    pub(crate) entries_resurrected: u64,
    /// Median and mean time from publication to sight, and the same of a fixed poll with as many requests.
    pub(crate) delay: Delay,
    /// See [`Outcome::delay`].
    pub(crate) fixed: Delay,
    /// The interval of that fixed poll.
    pub(crate) fixed_interval: i64,
    /// Feeds whose address was moved, stopped as gone, refused as duplicates.
    pub(crate) moved: u64,
    /// See [`Outcome::moved`].
    pub(crate) gone: u64,
    /// See [`Outcome::moved`].
    pub(crate) duplicates: u64,
    /// Median delay by temper, ours and the fixed poll's, in seconds.
    pub(crate) by_temper: Vec<(Temper, u64, i64, i64)>,
}

/// Seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delay {
    /// The median.
    pub(crate) median: i64,
    /// The mean.
    pub(crate) mean: i64,
}

impl Delay {
    fn of(mut delays: Vec<i64>) -> Delay {
        delays.sort_unstable();
        let mean = delays.iter().sum::<i64>() / i64::try_from(delays.len().max(1)).unwrap_or(1);
        Delay { median: delays.get(delays.len() / 2).copied().unwrap_or(0), mean }
    }
}

/// How a feed posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Temper {
    /// Sixty a day, round the clock.
    Wire,
    /// Eight to fourteen a day, by day, fewer at weekends.
    Paper,
    /// Two or three on working days.
    Magazine,
    /// One each morning at the same time.
    Briefing,
    /// Two a week, whenever.
    Blog,
    /// Nothing any more.
    Silent,
}

const TEMPERS: [Temper; 6] =
    [Temper::Wire, Temper::Paper, Temper::Magazine, Temper::Briefing, Temper::Blog, Temper::Silent];

/// What a feed gives to ask it conditionally by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gives {
    Both,
    Etag,
    Modified,
    /// Another `ETag` with every answer; only the last one given counts.
    Rotating,
    Nothing,
}

struct Feed {
    host: usize,
    path: String,
    temper: Temper,
    gives: Gives,
    window: usize,
    max_age: Option<i64>,
    ttl: bool,
    /// Seconds, ascending; the first ones lie before the start.
    posted: Vec<i64>,
    seen: Vec<i64>,
    /// Entries that were on show with the last good answer, and when that was a full one.
    shown: Option<usize>,
    full_at: i64,
    asked_at: i64,
    turn: u64,
}

struct Host {
    name: String,
    hostile: Option<usize>,
    under_way: u64,
    silent_until: i64,
}

struct World {
    start: i64,
    feeds: Vec<Feed>,
    by_url: HashMap<String, usize>,
    hosts: Vec<Host>,
    by_host: HashMap<String, usize>,
    random: u64,
    out: Outcome,
}

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn below(state: &mut u64, limit: i64) -> i64 {
    i64::try_from(random(state) % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or(0)
}

/// When a feed of this temper posts from `from` to `to`.
fn postings(temper: Temper, from: i64, to: i64, state: &mut u64) -> Vec<i64> {
    let zone = below(state, 12) * HOUR;
    let hour = 5 + below(state, 4);
    let per_day = 8 + below(state, 7);
    let mut times = Vec::new();
    let mut day = from - from.rem_euclid(DAY) - DAY;
    while day < to {
        let is_weekend = (day.div_euclid(DAY) + 3).rem_euclid(7) >= 5;
        let by_day = |state: &mut u64| {
            // Two dice: more at noon than in the morning and the evening.
            day + zone + 6 * HOUR + (below(state, 16 * HOUR) + below(state, 16 * HOUR)) / 2
        };
        match temper {
            Temper::Wire => (0..60).for_each(|_| times.push(day + below(state, DAY))),
            Temper::Paper => {
                let count = if is_weekend { per_day / 2 } else { per_day } + below(state, 5) - 2;
                (0..count).for_each(|_| times.push(by_day(state)));
            }
            Temper::Magazine if !is_weekend => (0..2 + below(state, 2)).for_each(|_| times.push(by_day(state))),
            Temper::Briefing => times.push(day + zone + hour * HOUR + below(state, 900)),
            Temper::Blog if below(state, 7) < 2 => times.push(by_day(state)),
            Temper::Magazine | Temper::Blog | Temper::Silent => {}
        }
        day += DAY;
    }
    if temper == Temper::Silent {
        (0..5).for_each(|i| times.push(from - (60 + i * 9) * DAY));
    }
    times.retain(|at| *at < to && (temper == Temper::Silent || *at >= from));
    times.sort_unstable();
    times
}

impl World {
    fn new(size: Size, start: i64) -> World {
        let mut state = 42;
        let mut world = World {
            start,
            feeds: Vec::new(),
            by_url: HashMap::new(),
            hosts: Vec::new(),
            by_host: HashMap::new(),
            random: 7,
            out: Outcome::default(),
        };
        for hostile in 0..HOSTILE {
            world.host(format!("hostile{hostile}.example"), Some(hostile));
        }
        // One host carries a tenth of the feeds, as the great platforms do.
        let platform = world.host("platform.example".to_owned(), None);
        for number in 0..size.feeds {
            let temper = match below(&mut state, 100) {
                0 => Temper::Wire,
                1..=14 => Temper::Paper,
                15..=39 => Temper::Magazine,
                40..=49 => Temper::Briefing,
                50..=89 => Temper::Blog,
                _ => Temper::Silent,
            };
            let host = match number {
                // Three feeds for each hostile host; what hinders them must not make them lose entries.
                _ if number < HOSTILE * 3 => number % HOSTILE,
                _ if number % 10 == 0 => platform,
                _ => world.host(format!("outlet{}.example", number / 3), None),
            };
            let temper = if number < HOSTILE * 3 { Temper::Magazine } else { temper };
            let gives = match below(&mut state, 100) {
                0..=49 => Gives::Both,
                50..=69 => Gives::Etag,
                70..=84 => Gives::Modified,
                85..=94 => Gives::Rotating,
                _ => Gives::Nothing,
            };
            let gives = if world.hosts[host].hostile == Some(13) { Gives::Both } else { gives };
            let path = format!("/f{number}.xml");
            world.by_url.insert(format!("{}{path}", world.hosts[host].name), world.feeds.len());
            let posted = postings(temper, start - HISTORY * DAY, start + size.days * DAY, &mut state);
            world.feeds.push(Feed {
                host,
                path,
                temper,
                gives,
                window: if temper == Temper::Wire { 100 } else { 30 },
                max_age: (below(&mut state, 10) < 3).then(|| 300 * (1 + below(&mut state, 24))),
                ttl: below(&mut state, 5) == 0,
                seen: vec![0; posted.len()],
                posted,
                shown: None,
                full_at: 0,
                asked_at: 0,
                turn: 0,
            });
        }
        world
    }

    fn host(&mut self, name: String, hostile: Option<usize>) -> usize {
        let next = self.hosts.len();
        *self.by_host.entry(name.clone()).or_insert_with(|| {
            self.hosts.push(Host { name, hostile, under_way: 0, silent_until: 0 });
            next
        })
    }

    fn chance(&mut self, percent: i64) -> bool {
        below(&mut self.random, 100) < percent
    }

    /// What a name means just now.
    fn addresses(&mut self, name: &str) -> Vec<IpAddr> {
        let hostile = self.by_host.get(name).and_then(|host| self.hosts[*host].hostile);
        if hostile == Some(8) && self.chance(20) {
            self.out.private_offered += 1;
            return vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        }
        vec![IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34))]
    }

    /// What a host answers at `now`, and after how many milliseconds.
    fn answer(&mut self, request: &Request, now: i64) -> (u64, Reply) {
        let host = request.url.host_str().unwrap_or("").to_owned();
        if !fetch::is_public(request.address) {
            self.out.private_reached += 1;
        }
        // `newN.example` is where the feeds of host N moved to.
        let name = host.strip_prefix("new").map_or(host.clone(), |rest| format!("hostile{rest}"));
        let Some(feed) = self.by_url.get(&format!("{name}{}", request.url.path())).copied() else {
            return (50, Reply::Other(Ok(status(404, ""))));
        };
        let at = self.feeds[feed].host;
        let hostile = self.hosts[at].hostile.filter(|_| host == name);
        if hostile.is_some() || host == name {
            self.out.requests += 1;
            if now < self.hosts[at].silent_until {
                self.out.inside_retry_after += 1;
            }
            let stated = self.feeds[feed].max_age.is_some_and(|age| age < HOUR);
            if now - self.feeds[feed].asked_at < HOUR && !stated {
                self.out.under_the_floor += 1;
            }
            self.feeds[feed].asked_at = now;
        }
        let day = (now - self.start) / DAY;
        let takes = 40 + u64::try_from(below(&mut self.random, 400)).unwrap_or(0);
        let silence = |world: &mut World, seconds: i64, header: String, code| {
            world.out.silences += 1;
            world.hosts[at].silent_until = now + seconds.min(BELIEVED);
            (takes, Reply::Other(Ok(status(code, &header))))
        };
        let say = |answer: Answer| (takes, Reply::Other(Ok(answer)));
        let to = |location: String, code| say(with(status(code, ""), "location", &location));
        match hostile {
            Some(0..=2) if self.chance(15) => {
                let seconds = HOUR + below(&mut self.random, 5 * HOUR);
                return silence(self, seconds, seconds.to_string(), 429);
            }
            Some(3 | 4) if self.chance(15) => {
                let seconds = HOUR + below(&mut self.random, 11 * HOUR);
                return silence(self, seconds, http_date(now + seconds), 503);
            }
            Some(5) if self.chance(15) => return silence(self, 600, String::new(), 429),
            Some(6) if day == 9 => return silence(self, 365 * DAY, (365 * DAY).to_string(), 429),
            Some(7) if self.chance(30) => {
                self.out.private_offered += 1;
                return to("http://169.254.169.254/latest/meta-data/".to_owned(), 302);
            }
            Some(9) if self.chance(30) => {
                self.out.private_offered += 1;
                return to("http://[::ffff:10.0.0.1]/".to_owned(), 301);
            }
            // A portal: everything is said to have moved, for half a day, to a page that is no feed.
            Some(10) if now - self.start > 10 * DAY && now - self.start < 10 * DAY + DAY / 2 => {
                return say(Answer { body: b"<html><title>Sign in</title></html>".to_vec(), ..status(200, "") });
            }
            Some(11) if day >= 8 => return to(format!("https://new11.example{}", request.url.path()), 301),
            Some(12) if day >= 12 => return say(status(410, "")),
            // Stuck: whoever asks conditionally hears that nothing changed.
            Some(13) if day >= 6 && request.header("if-none-match").is_some() => {
                self.out.not_modified += 1;
                return say(status(304, ""));
            }
            Some(14) if self.chance(25) => return (3_600_000, Reply::Other(Err("it hung".to_owned()))),
            Some(15) if day % 7 == 3 => return say(status(500, "")),
            Some(16) if self.chance(25) => {
                return say(Answer { body: b"<rss><channel><item><title>cut".to_vec(), ..status(502, "") });
            }
            Some(17) if self.chance(25) => return say(Answer { body: vec![b' '; 3 << 20], ..status(200, "") }),
            Some(18) if self.chance(25) => return to(request.url.to_string(), 302),
            _ => {}
        }
        // Made when it is handed over: what a client gave up on was shown to nobody.
        (takes, Reply::Feed(feed, hostile))
    }

    fn hand_over(&mut self, reply: Reply, request: &Request, now: i64) -> Result<Answer, String> {
        match reply {
            Reply::Feed(feed, hostile) => Ok(self.serve(feed, request, hostile, now)),
            Reply::Other(answer) => answer,
        }
    }

    /// A well-behaved answer.
    fn serve(&mut self, number: usize, request: &Request, hostile: Option<usize>, now: i64) -> Answer {
        let host = request.url.host_str().unwrap_or("").to_owned();
        let feed = &mut self.feeds[number];
        let count = feed.posted.partition_point(|at| *at <= now);
        let newest = feed.posted[..count].last().copied().unwrap_or(self.start - 90 * DAY);
        let (etag, modified) = (
            match feed.gives {
                Gives::Both | Gives::Etag => Some(format!("W/\"{count}\"")),
                Gives::Rotating => Some(format!("\"{count}-{}\"", feed.turn)),
                Gives::Modified | Gives::Nothing => None,
            },
            matches!(feed.gives, Gives::Both | Gives::Modified).then(|| http_date(newest)),
        );
        let asked = (request.header("if-none-match"), request.header("if-modified-since"));
        let is_conditional = asked != (None, None);
        let is_same = is_conditional && asked == (etag.as_deref(), modified.as_deref());
        if is_same {
            self.out.not_modified += 1;
        } else if feed.shown != Some(count) {
            self.out.full += 1;
        } else if feed.gives == Gives::Nothing {
            self.out.full_without_validators += 1;
        } else if !is_conditional && now - feed.full_at > 8 * DAY {
            self.out.full_after_held += 1;
        } else {
            self.out.needless_full += 1;
        }
        feed.turn += 1;
        feed.shown = Some(count);
        let mut answer = status(if is_same { 304 } else { 200 }, "");
        let etag = if feed.gives == Gives::Rotating { Some(format!("\"{count}-{}\"", feed.turn)) } else { etag };
        for (name, value) in [("etag", etag), ("last-modified", modified)] {
            if let Some(value) = value {
                answer = with(answer, name, &value);
            }
        }
        if let Some(age) = feed.max_age {
            answer = with(answer, "cache-control", &format!("public, max-age={age}"));
        }
        if is_same {
            return answer;
        }
        feed.full_at = now;
        // Host 19 shows what it showed long ago, every third time.
        let first = match hostile {
            Some(19) if feed.turn.is_multiple_of(3) => 0,
            _ => count.saturating_sub(feed.window),
        };
        let mut body = String::from("<rss version=\"2.0\"><channel><title>a feed</title>");
        if feed.ttl {
            body.push_str("<ttl>60</ttl>");
        }
        for n in (first..count).rev() {
            let at = feed.posted[n];
            if feed.seen[n] == 0 {
                feed.seen[n] = now;
            }
            body.push_str(&format!(
                "<item><guid isPermaLink=\"false\">{number}-{n}</guid><title>Entry {n}</title>\
                 <link>https://{host}/{number}/{n}</link><pubDate>{}</pubDate></item>",
                http_date(at)
            ));
        }
        body.push_str("</channel></rss>");
        answer.body = body.into_bytes();
        answer
    }

    /// What a poll of every feed at one fixed interval would give with as many requests.
    fn compare(&mut self, days: i64) {
        let (start, end) = (self.start, self.start + days * DAY);
        let feeds = i64::try_from(self.feeds.len()).unwrap_or(1);
        let requests = i64::try_from(self.out.requests).unwrap_or(1).max(1);
        let interval = (feeds * days * DAY / requests).max(1);
        let mut state = 3;
        let (mut ours, mut fixed) = (vec![Vec::new(); TEMPERS.len()], vec![Vec::new(); TEMPERS.len()]);
        for feed in &self.feeds {
            let phase = below(&mut state, interval);
            let kind = TEMPERS.iter().position(|temper| *temper == feed.temper).unwrap_or(0);
            for (posted, seen) in feed.posted.iter().zip(&feed.seen) {
                if *posted < start || *posted >= end || *seen == 0 {
                    continue;
                }
                self.out.entries += 1;
                ours[kind].push(seen - posted);
                let since = posted - start - phase;
                fixed[kind].push(interval - since.rem_euclid(interval));
            }
        }
        for (kind, temper) in TEMPERS.into_iter().enumerate() {
            let median = |delays: &[Vec<i64>]| Delay::of(delays[kind].clone()).median;
            self.out.by_temper.push((temper, ours[kind].len() as u64, median(&ours), median(&fixed)));
        }
        self.out.delay = Delay::of(ours.concat());
        self.out.fixed = Delay::of(fixed.concat());
        self.out.fixed_interval = interval;
    }
}

fn status(status: u16, retry_after: &str) -> Answer {
    let answer = Answer { status, ..Answer::default() };
    if retry_after.is_empty() { answer } else { with(answer, "retry-after", retry_after) }
}

fn with(mut answer: Answer, name: &str, value: &str) -> Answer {
    answer.headers.push((name.to_owned(), value.to_owned()));
    answer
}

fn http_date(second: i64) -> String {
    let at = Timestamp::from_second(second).expect("a time of this century");
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Plays a world to its end. In the middle the program is started again twenty times within a minute.
pub(crate) fn play(size: Size) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime on one thread");
    runtime.block_on(month(size))
}

async fn month(size: Size) -> Outcome {
    let from: Timestamp = "2026-03-02T00:00:00Z".parse().expect("a date");
    let clock = Clock::running(from);
    let world = Arc::new(Mutex::new(World::new(size, from.as_second())));
    let archive = Archive::in_memory().expect("an archive");
    let outlet = archive.add_outlet(&NewOutlet::named("The Outlet"), from).expect("an outlet");
    let urls: Vec<String> = {
        let world = world.lock().expect("the world");
        world.feeds.iter().map(|feed| format!("https://{}{}", world.hosts[feed.host].name, feed.path)).collect()
    };
    for url in &urls {
        archive.add_feed(outlet, url, FeedKind::Feed, from).expect("a feed");
    }
    let policy =
        fetch::schedule::Policy { expected_hundredths: size.expected_hundredths, ..fetch::schedule::Policy::default() };
    let settings = Settings {
        feeds: policy,
        // Feeds alone: pages are another matter, and none is served here. Stories are settled on a thread of their
        // own, which the played clock does not wait for.
        articles_in_flight: 0,
        settle_every: Duration::from_secs(400 * 86_400),
        look_every: Duration::from_secs(30),
        ..Settings::default()
    };
    let placer = Placer::start(&archive).expect("a placer");
    let run = |seconds: i64| {
        let client = client(&world, clock);
        let ingest = Ingest::new(archive.clone(), client, placer.clone(), settings.clone()).on(clock);
        async move {
            let (stop, stopped) = watch::channel(false);
            let task = tokio::spawn(async move { ingest.run(stopped).await });
            tokio::time::sleep(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))).await;
            stop.send_replace(true);
            task.await.expect("the loop").expect("a good end");
        }
    };
    let half = size.days * DAY / 2;
    run(half).await;
    for _ in 0..20 {
        run(1).await;
    }
    run(size.days * DAY - (clock.now().as_second() - from.as_second())).await;

    let mut world = world.lock().expect("the world");
    world.compare(size.days);
    let end = from.as_second() + size.days * DAY;
    let mut out = world.out.clone();
    let (mut seen, mut lost) = (0, 0);
    for feed in &world.feeds {
        for (posted, at) in feed.posted.iter().zip(&feed.seen) {
            seen += u64::from(*at > 0);
            // A host stuck on 304 shows what it has once in eight days, when it is asked in full.
            let tail = if world.hosts[feed.host].hostile == Some(13) { STUCK_TAIL } else { TAIL };
            let is_of_the_month = *posted >= from.as_second() && *posted < end - tail;
            let is_gone = world.hosts[feed.host].hostile == Some(12) && *posted >= from.as_second() + 11 * DAY;
            lost += u64::from(is_of_the_month && !is_gone && *at == 0);
        }
    }
    let kept = archive.stats().expect("the counts").entries;
    out.entries_lost = lost + seen.saturating_sub(kept);
    out.entries_resurrected = kept.saturating_sub(seen);
    for feed in archive.feeds().expect("the feeds") {
        out.moved += u64::from(!urls.contains(&feed.url));
        let last = archive.fetches(feed.id, 1).expect("the visits").pop();
        let outcome = last.map(|line| line.outcome).unwrap_or_default();
        out.gone += u64::from(outcome == "gone");
        out.duplicates += u64::from(outcome == "duplicate");
    }
    out
}

/// The real client on the played network.
fn client(world: &Arc<Mutex<World>>, clock: Clock) -> fetch::Client {
    let names: Names = {
        let world = Arc::clone(world);
        Arc::new(move |name: &str| world.lock().expect("the world").addresses(name))
    };
    let hosts: Hosts = {
        let world = Arc::clone(world);
        Arc::new(move |request: Request| {
            let world = Arc::clone(&world);
            Box::pin(async move {
                let name = request.url.host_str().unwrap_or("").to_owned();
                let (takes, reply) = {
                    let mut world = world.lock().expect("the world");
                    let host = world.host(name.clone(), None);
                    world.hosts[host].under_way += 1;
                    world.out.most_at_once = world.out.most_at_once.max(world.hosts[host].under_way);
                    world.answer(&request, clock.now().as_second())
                };
                let leaves = Leaves { world: Arc::clone(&world), name };
                tokio::time::sleep(Duration::from_millis(takes)).await;
                let answer = world.lock().expect("the world").hand_over(reply, &request, clock.now().as_second());
                drop(leaves);
                answer
            })
        })
    };
    let limits = fetch::Limits { received_bytes: 1 << 20, ..fetch::Limits::default() };
    fetch::Client::played(fetch::Settings { limits, ..fetch::Settings::default() }, names, hosts)
}

/// What is answered once the time it takes has passed.
enum Reply {
    /// The feed of this number as it then stands, as this hostile host shows it.
    Feed(usize, Option<usize>),
    Other(Result<Answer, String>),
}

/// Counts a request out, also one that was given up.
struct Leaves {
    world: Arc<Mutex<World>>,
    name: String,
}

impl Drop for Leaves {
    fn drop(&mut self) {
        let mut world = self.world.lock().expect("the world");
        let host = world.host(self.name.clone(), None);
        world.hosts[host].under_way -= 1;
    }
}

/// `1 h 20 min`, for people.
pub(crate) fn words(seconds: i64) -> String {
    SignedDuration::from_secs(seconds).as_mins().to_string() + " min"
}
