//! How outlets are treated, one behaviour a test: the real loop, client and archive on a network and a clock that are
//! played. What stands in the headers of a request is tested in the fetch room, over loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use archive::{Archive, HubCall, NewOutlet, Receipt, SubscriptionState};
use fetch::played::{Answer, Hosts, Names, Request};
use ingest::{Clock, Ingest, Placer, Settings};
use jiff::Timestamp;
use news::feed::{Feed, FeedKind};
use news::id::FeedId;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// A request that came, and when, in seconds since the start.
type Log = Arc<Mutex<Vec<(u64, Request)>>>;

struct Stage {
    archive: Archive,
    clock: Clock,
    from: Timestamp,
    log: Log,
    hosts: Hosts,
    placer: Placer,
    /// Where hubs reach us; `None` as long as the owner has not said.
    callback: Option<url::Url>,
}

impl Stage {
    /// A stage whose hosts answer by `script`, which is told the seconds since the start.
    fn new(script: impl Fn(u64, &Request) -> Answer + Send + Sync + 'static) -> Stage {
        let from: Timestamp = "2026-03-04T12:00:00Z".parse().unwrap();
        let clock = Clock::running(from);
        let log = Log::default();
        let (keep, script) = (Arc::clone(&log), Arc::new(script));
        let hosts: Hosts = Arc::new(move |request: Request| {
            let (keep, script) = (Arc::clone(&keep), Arc::clone(&script));
            Box::pin(async move {
                let at = u64::try_from(clock.now().duration_since(from).as_secs()).unwrap();
                keep.lock().unwrap().push((at, request.clone()));
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok(script(at, &request))
            })
        });
        let archive = Archive::in_memory().unwrap();
        archive.add_outlet(&NewOutlet::named("The Outlet"), from).unwrap();
        let placer = Placer::start(&archive).unwrap();
        Stage { archive, clock, from, log, hosts, placer, callback: None }
    }

    fn add(&self, url: &str) -> FeedId {
        let outlet = self.archive.outlet_by_name("The Outlet").unwrap().unwrap().id;
        self.archive.add_feed(outlet, url, FeedKind::Feed, self.clock.now()).unwrap()
    }

    /// Gathers for so many seconds with a client of its own, as a start of the program does.
    async fn run(&self, seconds: u64) {
        let names: Names = Arc::new(|_: &str| vec![IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34))]);
        let client = fetch::Client::played(fetch::Settings::default(), names, Arc::clone(&self.hosts));
        let settings = Settings {
            articles_in_flight: 0,
            callback: self.callback.clone(),
            look_every: Duration::from_secs(60),
            // Stories are settled on a thread of their own, which the played clock does not wait for.
            settle_every: Duration::from_secs(400 * DAY),
            ..Settings::default()
        };
        let ingest = Ingest::new(self.archive.clone(), client, self.placer.clone(), settings).on(self.clock);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move { ingest.run(stopped).await });
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.send_replace(true);
        task.await.unwrap().unwrap();
    }

    fn feed(&self, id: FeedId) -> Feed {
        self.archive.feed(id).unwrap().unwrap()
    }

    fn log(&self) -> Vec<(u64, Request)> {
        self.log.lock().unwrap().clone()
    }

    /// `etag/modified` of every request in order, `-` for none.
    fn validators(&self) -> Vec<String> {
        let sent = |request: &Request, name: &str| request.header(name).unwrap_or("-").to_owned();
        let each = |(_, r): &(u64, Request)| format!("{} {}", sent(r, "if-none-match"), sent(r, "if-modified-since"));
        self.log().iter().map(each).collect()
    }

    fn outcomes(&self, id: FeedId) -> Vec<String> {
        let mut lines = self.archive.fetches(id, 1_000).unwrap();
        lines.reverse();
        lines.into_iter().map(|line| line.outcome).collect()
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Answer { status, headers, body: body.as_bytes().to_vec() }
}

/// A feed with these entries, each posted an hour before the start.
fn rss(inner: &str, entries: &[&str]) -> String {
    let items: String = entries
        .iter()
        .map(|guid| {
            format!(
                "<item><guid isPermaLink=\"false\">{guid}</guid><title>{guid}</title>\
                 <link>https://a.example/{guid}</link><pubDate>Wed, 04 Mar 2026 11:00:00 GMT</pubDate></item>"
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>A feed</title>{inner}{items}</channel></rss>")
}

#[tokio::test(start_paused = true)]
async fn validators_follow_every_answer_and_a_broken_body_leaves_them_alone() {
    let count = Mutex::new(0);
    let stage = Stage::new(move |_, request| {
        let mut count = count.lock().unwrap();
        *count += 1;
        match *count {
            1 => answer(200, &[("etag", "\"1\""), ("last-modified", "yesterday-ish")], &rss("", &["a"])),
            // A 304 with another tag; then the same body again with another; then one that is cut off.
            2 => answer(304, &[("etag", "\"2\"")], ""),
            3 => answer(200, &[("etag", "\"3\""), ("last-modified", "today-ish")], &rss("", &["a"])),
            4 => answer(200, &[("etag", "\"4\"")], "no feed at all"),
            _ => answer(304, &[], if request.header("if-none-match") == Some("\"3\"") { "" } else { "wrong" }),
        }
    });
    let id = stage.add("https://a.example/feed");
    stage.run(2 * DAY).await;
    let sent = stage.validators();
    assert_eq!(sent[..4], ["- -", "\"1\" yesterday-ish", "\"2\" yesterday-ish", "\"3\" today-ish"]);
    assert!(sent.len() > 4 && sent[4..].iter().all(|line| line == "\"3\" today-ish"), "{sent:?}");
    assert_eq!(stage.outcomes(id)[..4], ["fresh", "not_modified", "fresh", "failed"]);
}

#[tokio::test(start_paused = true)]
async fn validators_are_dropped_once_after_eight_days_of_nothing_but_304() {
    let stage = Stage::new(|at, request| match request.header("if-none-match") {
        // Stuck: it answers 304 to every conditional request, whatever it has.
        Some(_) => answer(304, &[], ""),
        None if at < 60 => answer(200, &[("etag", "\"1\"")], &rss("", &["a"])),
        None => answer(200, &[("etag", "\"1\"")], &rss("", &["b", "a"])),
    });
    stage.add("https://a.example/feed");
    stage.run(15 * DAY).await;
    let in_full: Vec<u64> =
        stage.log().iter().filter(|(_, r)| r.header("if-none-match").is_none()).map(|(at, _)| at / DAY).collect();
    assert_eq!(in_full.len(), 2, "{in_full:?}");
    assert!((8..=9).contains(&in_full[1]), "{in_full:?}");
    assert_eq!(stage.archive.stats().unwrap().entries, 2);
}

#[tokio::test(start_paused = true)]
async fn twenty_starts_in_a_minute_are_one_request() {
    let stage = Stage::new(|_, _| answer(200, &[("etag", "\"1\"")], &rss("", &["a"])));
    stage.add("https://a.example/feed");
    for _ in 0..20 {
        stage.run(3).await;
    }
    assert_eq!(stage.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asks_for_silence_has_it_for_all_its_feeds_and_over_a_restart() {
    let stage = Stage::new(|at, request| match at < 60 && request.url.path() == "/1" {
        true => answer(429, &[("retry-after", "7200")], ""),
        false => answer(200, &[("etag", "\"1\"")], &rss("", &["a"])),
    });
    let first = stage.add("https://a.example/1");
    let second = stage.add("https://a.example/2");
    stage.add("https://b.example/3");
    stage.run(600).await;
    stage.run(600).await;
    let asked = |host: &str| stage.log().iter().filter(|(_, r)| r.url.host_str() == Some(host)).count();
    assert_eq!((asked("a.example"), asked("b.example")), (1, 1));
    stage.run(6 * HOUR).await;
    let after: Vec<u64> =
        stage.log().iter().filter(|(_, r)| r.url.host_str() == Some("a.example")).map(|(at, _)| *at).collect();
    assert!(after.len() >= 3 && after[1..].iter().all(|at| *at >= 7_200), "{after:?}");
    // Waiting for its host is no failure of the feed.
    assert_eq!(stage.outcomes(second)[0], "fresh");
    assert_eq!(stage.outcomes(first)[..2], ["failed", "fresh"]);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_redirect_is_taken_up_after_three_days_and_a_temporary_one_never() {
    let stage = Stage::new(|_, request| match (request.url.host_str().unwrap(), request.url.path()) {
        ("a.example", "/for-good") => answer(301, &[("location", "https://new.example/good")], ""),
        ("a.example", "/for-now") => answer(302, &[("location", "https://new.example/now")], ""),
        ("a.example", "/portal") => answer(301, &[("location", "https://login.example/")], ""),
        ("login.example", _) => answer(200, &[], "<html><title>Sign in</title></html>"),
        _ if request.header("if-none-match").is_some() => answer(304, &[], ""),
        (_, path) => answer(200, &[("etag", "\"1\"")], &rss("", &[path])),
    });
    let [good, now, portal] =
        ["for-good", "for-now", "portal"].map(|path| stage.add(&format!("https://a.example/{path}")));
    stage.run(2 * DAY).await;
    assert_eq!(stage.feed(good).url, "https://a.example/for-good");
    assert_eq!(stage.feed(good).moving.unwrap().to, "https://new.example/good");
    stage.run(3 * DAY).await;
    assert_eq!(stage.feed(good).url, "https://new.example/good");
    assert_eq!(stage.feed(good).moving, None);
    assert_eq!(stage.feed(now).url, "https://a.example/for-now");
    assert_eq!(stage.feed(now).moving, None);
    assert_eq!(stage.feed(portal).url, "https://a.example/portal");
    assert_eq!(stage.feed(portal).moving, None);
}

#[tokio::test(start_paused = true)]
async fn a_move_that_ends_before_it_held_is_forgotten() {
    let stage = Stage::new(|at, request| match request.url.host_str().unwrap() {
        "a.example" if at < DAY => answer(301, &[("location", "https://new.example/f")], ""),
        _ => answer(200, &[("etag", &format!("\"{at}\""))], &rss("", &["a"])),
    });
    let id = stage.add("https://a.example/f");
    stage.run(5 * DAY).await;
    assert_eq!(stage.feed(id).url, "https://a.example/f");
    assert_eq!(stage.feed(id).moving, None);
}

#[tokio::test(start_paused = true)]
async fn gone_is_asked_no_more_and_says_so() {
    let stage = Stage::new(|_, _| answer(410, &[], ""));
    let id = stage.add("https://a.example/feed");
    stage.run(10 * DAY).await;
    assert_eq!(stage.log().len(), 1);
    let feed = stage.feed(id);
    assert_eq!(feed.due_at, None);
    assert!(feed.last_error.unwrap().contains("410 Gone"));
}

#[tokio::test(start_paused = true)]
async fn a_second_address_of_a_feed_is_refused() {
    let stage = Stage::new(|_, request| match request.url.path() {
        "/feed" => answer(200, &[("etag", "\"1\"")], &rss("", &["a"])),
        _ => answer(302, &[("location", "/feed")], ""),
    });
    let first = stage.add("https://a.example/feed");
    stage.run(60).await;
    let second = stage.add("https://a.example/rss");
    stage.run(60).await;
    assert_eq!(stage.feed(first).last_error, None);
    let refused = stage.feed(second);
    assert_eq!(refused.due_at, None);
    assert!(refused.last_error.unwrap().contains(&format!("feed {first}")));
    assert_eq!(stage.archive.stats().unwrap().entries, 1);
}

#[tokio::test(start_paused = true)]
async fn entries_that_left_a_feed_and_come_back_are_not_new() {
    let stage = Stage::new(|at, _| {
        let entries: &[&str] = if (DAY..3 * DAY).contains(&at) { &["c", "d"] } else { &["a", "b", "c"] };
        answer(200, &[("etag", &format!("\"{at}\""))], &rss("", entries))
    });
    let id = stage.add("https://a.example/feed");
    stage.run(5 * DAY).await;
    let new: u32 = stage.archive.fetches(id, 1_000).unwrap().iter().map(|line| line.entries_new).sum();
    assert_eq!((new, stage.archive.stats().unwrap().entries), (4, 4));
    // Nor when the feed is removed and followed again.
    stage.archive.remove_feed(id, stage.clock.now()).unwrap();
    assert_eq!(stage.add("https://a.example/feed"), id);
    stage.run(60).await;
    assert_eq!(stage.archive.fetches(id, 1).unwrap()[0].entries_new, 0);
    assert_eq!(stage.archive.stats().unwrap().entries, 4);
}

#[tokio::test(start_paused = true)]
async fn two_hundred_feeds_of_one_host_hold_up_nobody() {
    let stage = Stage::new(|_, _| answer(200, &[("etag", "\"1\"")], &rss("", &["a"])));
    for n in 0..200 {
        stage.add(&format!("https://platform.example/{n}"));
    }
    for n in 0..5 {
        stage.add(&format!("https://outlet{n}.example/"));
    }
    stage.run(600).await;
    let log = stage.log();
    let others = log.iter().filter(|(at, r)| *at < 10 && r.url.host_str() != Some("platform.example")).count();
    assert_eq!((others, log.len()), (5, 205));
    let mut of_one: Vec<u64> =
        log.iter().filter(|(_, r)| r.url.host_str() == Some("platform.example")).map(|(at, _)| *at).collect();
    of_one.dedup();
    // One at a time, a second apart: never two in the same second.
    assert_eq!(of_one.len(), 200);
}

#[tokio::test(start_paused = true)]
async fn hours_a_feed_skips_are_left_out_and_what_it_states_holds_over_304() {
    let stage = Stage::new(|_, request| match request.header("if-none-match") {
        Some(_) => answer(304, &[], ""),
        None => {
            let skip: String = (0..12).map(|hour| format!("<hour>{hour}</hour>")).collect();
            answer(200, &[("etag", "\"1\"")], &rss(&format!("<ttl>120</ttl><skipHours>{skip}</skipHours>"), &["a"]))
        }
    });
    let id = stage.add("https://a.example/feed");
    stage.run(3 * DAY).await;
    let hours: Vec<i8> = stage
        .log()
        .iter()
        .map(|(at, _)| {
            let at = stage.from.checked_add(Duration::from_secs(*at)).unwrap();
            jiff::tz::Offset::UTC.to_datetime(at).hour()
        })
        .collect();
    assert!(hours.len() > 4 && hours.iter().all(|hour| *hour >= 12), "{hours:?}");
    let times: Vec<u64> = stage.log().iter().map(|(at, _)| *at).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 2 * HOUR), "{times:?}");
    assert_eq!(stage.feed(id).pace.ttl, Some(Duration::from_secs(2 * HOUR)));
}

const HUB: &str = "<link xmlns='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example/'/>\
                   <link xmlns='http://www.w3.org/2005/Atom' rel='self' href='https://a.example/feed'/>";

/// A stage with one feed that posted every hour for two days before the start and names a hub which answers `status`;
/// the feed has one more entry from the third day on.
fn with_hub(status: u16) -> (Stage, FeedId) {
    let start: Timestamp = "2026-03-04T12:00:00Z".parse().unwrap();
    let item = |name: &str, hours_ago: i64| {
        let at = start.checked_sub(jiff::SignedDuration::from_hours(hours_ago)).unwrap();
        format!("<item><guid isPermaLink=\"false\">{name}</guid><title>{name}</title><pubDate>{at}</pubDate></item>")
    };
    let held: String = (1..48).map(|hours| item(&format!("a{hours}"), hours)).collect();
    let more = item("b", -60);
    let document = move |more: &str| {
        format!("<rss version=\"2.0\"><channel><title>A feed</title>{HUB}{more}{held}</channel></rss>")
    };
    let mut stage = Stage::new(move |at, request| match request.url.host_str().unwrap() {
        "a.example" if at < 3 * DAY => answer(200, &[("etag", "\"1\"")], &document("")),
        "a.example" => answer(200, &[("etag", "\"2\"")], &document(&more)),
        _ => answer(status, &[], ""),
    });
    stage.callback = Some("https://reader.example/".parse().unwrap());
    let id = stage.add("https://a.example/feed");
    (stage, id)
}

impl Stage {
    /// Requests to the hub: when, and their forms.
    fn asked_of_hub(&self) -> Vec<(u64, String)> {
        self.log().into_iter().filter_map(|(at, request)| Some((at, request.form?))).collect()
    }

    fn agree(&self, id: FeedId, lease_seconds: i64) {
        let held = self.archive.subscription(id).unwrap().unwrap();
        let call = HubCall::Subscribe { lease_seconds: Some(lease_seconds) };
        assert!(self.archive.answer_hub(&held.token, &held.topic, call, self.clock.now()).unwrap());
    }

    fn deliver(&self, id: FeedId, secret: Option<&str>, body: &str) -> Receipt {
        let held = self.archive.subscription(id).unwrap().unwrap();
        let signature = fetch::websub::signature(secret.unwrap_or(&held.secret), body.as_bytes());
        let kind = Some("application/rss+xml".to_owned());
        let body = body.as_bytes().to_vec();
        self.archive.receive_delivery(&held.token, kind, Some(signature), body, self.clock.now()).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_hub_is_asked_and_its_deliveries_are_read_where_their_signature_holds() {
    let (stage, id) = with_hub(202);
    stage.run(120).await;
    let held = stage.archive.subscription(id).unwrap().unwrap();
    let form: std::collections::HashMap<String, String> =
        url::form_urlencoded::parse(stage.asked_of_hub()[0].1.as_bytes()).into_owned().collect();
    assert_eq!(form["hub.mode"], "subscribe");
    assert_eq!(form["hub.topic"], "https://a.example/feed");
    assert_eq!(form["hub.callback"], format!("https://reader.example/websub/{}", held.token));
    assert_eq!((form["hub.secret"].as_str(), form["hub.lease_seconds"].as_str()), (held.secret.as_str(), "864000"));
    assert_eq!(held.state, SubscriptionState::Asked);

    // Before the hub proved itself nothing is taken; a call about another topic or under another token proves nothing.
    assert_eq!(stage.deliver(id, None, &rss("", &["early"])), Receipt::Unknown);
    let now = stage.clock.now();
    let call = || HubCall::Subscribe { lease_seconds: None };
    assert!(!stage.archive.answer_hub(&held.token, "https://a.example/other", call(), now).unwrap());
    assert!(!stage.archive.answer_hub("0123", &held.topic, call(), now).unwrap());
    assert!(!stage.archive.answer_hub(&held.token, &held.topic, HubCall::Unsubscribe, now).unwrap());
    stage.agree(id, 864_000);

    assert_eq!(stage.deliver(id, None, &rss("", &["news"])), Receipt::Kept);
    assert_eq!(stage.deliver(id, Some("guessed"), &rss("", &["forged"])), Receipt::Kept);
    assert_eq!(stage.deliver(id, None, "no feed at all"), Receipt::Kept);
    stage.run(120).await;
    assert_eq!(stage.archive.stats().unwrap().entries, 48, "47 of the visit and one of the hub");
    assert_eq!(stage.outcomes(id), ["fresh", "delivered", "refused", "refused"]);
    let lines = stage.archive.fetches(id, 10).unwrap();
    let record = lines[2].fetch.record.expect("what brought an entry is kept");
    let kept = stage.archive.response(record).unwrap().unwrap().response;
    assert_eq!(kept.body, rss("", &["news"]).as_bytes());
    assert_eq!(kept.url, "https://a.example/feed");
    assert!(stage.archive.next_delivery().unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn while_its_hub_delivers_a_feed_is_asked_twice_a_day_and_as_usual_once_the_hub_missed_something() {
    let visits = |stage: &Stage, from: u64, to: u64| {
        let at_feed = |(at, r): &&(u64, Request)| r.form.is_none() && (from..to).contains(at);
        stage.log().iter().filter(at_feed).count()
    };
    let (stage, id) = with_hub(202);
    stage.run(120).await;
    stage.agree(id, 864_000);
    assert_eq!(stage.deliver(id, None, &rss("", &["news"])), Receipt::Kept);
    stage.run(6 * DAY).await;
    let (alone, _) = with_hub(500);
    alone.run(6 * DAY + 120).await;
    let (usual, few) = (visits(&alone, DAY, 3 * DAY), visits(&stage, DAY, 3 * DAY));
    assert!((2..=5).contains(&few) && usual > 2 * few, "{few} visits in two days, {usual} without a hub");
    // From the third day on the feed holds an entry that the hub never delivered.
    assert!(stage.archive.subscription(id).unwrap().unwrap().missed > 0);
    assert!(visits(&stage, 4 * DAY, 6 * DAY) > 2 * few);
}

#[tokio::test(start_paused = true)]
async fn leases_are_renewed_refusals_rest_and_failures_back_off() {
    let (stage, id) = with_hub(202);
    stage.run(120).await;
    stage.agree(id, 20 * 3_600);
    stage.run(20 * HOUR).await;
    let asked: Vec<u64> = stage.asked_of_hub().iter().map(|(at, _)| at / HOUR).collect();
    assert_eq!(asked[..2], [0, 18], "again when a tenth of the lease is left");

    let held = stage.archive.subscription(id).unwrap().unwrap();
    let denied = HubCall::Denied(Some("not you".to_owned()));
    assert!(stage.archive.answer_hub(&held.token, &held.topic, denied, stage.clock.now()).unwrap());
    let before = stage.asked_of_hub().len();
    stage.run(6 * DAY).await;
    let held = stage.archive.subscription(id).unwrap().unwrap();
    assert_eq!((held.state, held.error.as_deref()), (SubscriptionState::Denied, Some("its hub refused: not you")));
    assert_eq!(stage.asked_of_hub().len(), before);
    stage.run(2 * DAY).await;
    assert!(stage.asked_of_hub().len() > before, "asked once more after a week");

    // One that fails, and one that agrees and never calls back.
    for (status, error) in [(500, Some("its hub answered 500")), (202, None)] {
        let (stage, id) = with_hub(status);
        stage.run(2 * DAY).await;
        let asked: Vec<u64> = stage.asked_of_hub().iter().map(|(at, _)| at / HOUR).collect();
        assert_eq!(asked, [0, 1, 3, 7, 15, 31], "{status}");
        assert_eq!(stage.archive.subscription(id).unwrap().unwrap().error.as_deref(), error);
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_followed_no_longer_is_taken_off_its_hub() {
    let (stage, id) = with_hub(202);
    stage.run(120).await;
    stage.agree(id, 864_000);
    let held = stage.archive.subscription(id).unwrap().unwrap();
    stage.archive.remove_feed(id, stage.clock.now()).unwrap();
    assert_eq!(stage.deliver(id, None, &rss("", &["late"])), Receipt::Unknown);
    stage.run(120).await;
    let asked = stage.asked_of_hub();
    assert!(asked.len() == 2 && asked[1].1.contains("hub.mode=unsubscribe"), "{asked:?}");
    assert!(stage.archive.answer_hub(&held.token, &held.topic, HubCall::Unsubscribe, stage.clock.now()).unwrap());
    assert!(stage.archive.subscription(id).unwrap().is_none());

    // A hub that agrees to end it and never calls back is told three times and then forgotten.
    let (stage, id) = with_hub(202);
    stage.run(120).await;
    stage.agree(id, 864_000);
    stage.archive.remove_feed(id, stage.clock.now()).unwrap();
    stage.run(3 * DAY).await;
    let told = stage.asked_of_hub().iter().filter(|(_, form)| form.contains("hub.mode=unsubscribe")).count();
    assert_eq!(told, 3);
    assert!(stage.archive.subscription(id).unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn no_hub_is_asked_unless_the_owner_said_where_we_are_reached_and_none_in_a_private_place() {
    let (mut stage, id) = with_hub(202);
    stage.callback = None;
    stage.run(DAY).await;
    assert!(stage.archive.subscription(id).unwrap().is_none() && stage.asked_of_hub().is_empty());

    let inside = HUB.replace("https://hub.example/", "http://169.254.169.254/hub");
    let mut stage = Stage::new(move |_, _| answer(200, &[("etag", "\"1\"")], &rss(&inside, &["a"])));
    stage.callback = Some("https://reader.example/".parse().unwrap());
    let id = stage.add("https://a.example/feed");
    stage.run(120).await;
    let held = stage.archive.subscription(id).unwrap().unwrap();
    assert!(stage.asked_of_hub().is_empty() && held.error.unwrap().contains("private address"), "never reached");
}
