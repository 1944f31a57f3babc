//! The client: one hop at a time, each guarded, each in its host's turn, each within its limits.

use crate::courtesy::{Courtesy, HostKey, Purpose, later, retry_after};
use crate::guard::{self, Blocked, Cidr, Guard, NoAddress};
use crate::robots::{self, Verdict};
use crate::tdm::{self, Reservation};
use crate::{Error, Fetched, Response, Robots, Validators, decode, played};
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

const ACCEPT_FEED: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, \
                           text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1";
const ACCEPT_PAGE: &str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5";
const ENCODINGS: &str = "gzip, deflate, br, zstd";
/// How long one robots.txt holds.
const ROBOTS_TTL: Duration = Duration::from_secs(86_400);
/// How long a robots.txt that could not be shown forbids everything.
const ROBOTS_RETRY: Duration = Duration::from_secs(600);
/// The longest `Crawl-delay` that is kept; a longer one would mean one page a day.
const CRAWL_DELAY_CAP: Duration = Duration::from_secs(60);
/// Redirects followed towards robots.txt, as RFC 9309 asks.
const ROBOTS_REDIRECTS: usize = 5;
/// How long one `/.well-known/tdmrep.json`, or its absence, holds.
const TDM_TTL: Duration = Duration::from_secs(86_400);
/// Hosts whose robots.txt is remembered.
const ROBOTS_KEPT: usize = 10_000;
/// Bodies larger than this are decoded on a thread of their own.
const DECODE_APART_BYTES: usize = 256 * 1024;

/// How much one answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body as transferred.
    pub received_bytes: u64,
    /// Bytes of a body decoded.
    pub decoded_bytes: u64,
    /// Decoded bytes for each received one; bodies below 1 MiB are let through.
    pub ratio: u64,
    /// Redirects followed.
    pub redirects: usize,
    /// Time for a connection, TLS included.
    pub connect: Duration,
    /// Time in which nothing comes.
    pub idle: Duration,
    /// Time for the whole answer, redirects included, waiting for the host's turn not.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            received_bytes: 15 << 20,
            decoded_bytes: 50 << 20,
            ratio: 200,
            redirects: 10,
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            total: Duration::from_secs(60),
        }
    }
}

/// How the client behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sent with every request; its part before `/` is the name looked for in robots.txt.
    pub user_agent: String,
    /// Private ranges that may be reached all the same.
    pub allow_private: Vec<Cidr>,
    /// Names with a fixed address, as in a hosts file; the address passes without the guard.
    pub hosts: BTreeMap<String, IpAddr>,
    /// Limits of one answer.
    pub limits: Limits,
    /// Requests under way at once over all hosts.
    pub in_flight: usize,
    /// Pause between two pages of one host.
    pub page_delay: Duration,
    /// Pause between any request to a host and a feed of it.
    pub feed_delay: Duration,
    /// Further root certificates, DER; the built-in list always holds.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            user_agent: "Readout/0.1 (+https://example.invalid/readout)".to_owned(),
            allow_private: Vec::new(),
            hosts: BTreeMap::new(),
            limits: Limits::default(),
            in_flight: 64,
            page_delay: Duration::from_secs(10),
            feed_delay: Duration::from_secs(1),
            extra_roots: Vec::new(),
        }
    }
}

/// Goes out on the network, politely. Cheap to clone; clones share pace, limits and connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

/// What the requests travel on.
enum Road {
    Http(reqwest::Client),
    Played(played::Hosts),
}

struct Inner {
    road: Road,
    guard: Guard,
    courtesy: Courtesy,
    limits: Limits,
    agent: String,
    robots: Mutex<HashMap<HostKey, Arc<tokio::sync::Mutex<Option<Known>>>>>,
    tdm: Mutex<HashMap<HostKey, (Timestamp, Arc<tdm::Rules>)>>,
}

/// What is known of one host's robots.txt.
struct Known {
    until: Timestamp,
    rules: Result<Arc<robots::Rules>, u16>,
}

/// The clock of one call: the caller's time, moved on by what passed since.
#[derive(Clone, Copy)]
struct Clock {
    now: Timestamp,
    since: Instant,
}

impl Clock {
    fn now(&self) -> Timestamp {
        later(self.now, self.since.elapsed())
    }
}

/// One call on its way through its hops.
struct Errand<'a> {
    purpose: Purpose,
    headers: HeaderMap,
    clock: Clock,
    limits: Limits,
    requested: &'a Url,
    /// A form to send, URL-encoded; with one the request is a POST.
    form: Option<&'a str>,
}

impl Client {
    /// A client with these settings; fails on a user agent no header can hold or a root that is no certificate.
    pub fn new(settings: Settings) -> Result<Client, Error> {
        Client::with_lookup(settings, guard::system_lookup())
    }

    pub(crate) fn with_lookup(settings: Settings, lookup: guard::Lookup) -> Result<Client, Error> {
        let wrong = |reason: String| Error::Protocol { url: "settings".to_owned(), reason };
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in settings.extra_roots {
            roots.add(root.into()).map_err(|e| wrong(format!("a root certificate cannot be read: {e}")))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let limits = settings.limits;
        let courtesy = Courtesy::new(settings.page_delay, settings.feed_delay, settings.in_flight);
        let guard = Guard::new(settings.allow_private, settings.hosts, lookup);
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(guard.clone())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent(settings.user_agent.as_str())
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(Duration::from_secs(20))
            .http1_max_headers(256)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .build()
            .map_err(|e| wrong(deepest(&e)))?;
        Ok(Client::on(Road::Http(http), guard, courtesy, limits, &settings.user_agent))
    }

    /// A client on a network that is played, for simulations: nothing leaves the process.
    pub fn played(settings: Settings, names: played::Names, hosts: played::Hosts) -> Client {
        let lookup: guard::Lookup = Arc::new(move |name: String| {
            let found = names(&name);
            Box::pin(async move { Ok(found) })
        });
        let courtesy = Courtesy::new(settings.page_delay, settings.feed_delay, settings.in_flight);
        let guard = Guard::new(settings.allow_private, settings.hosts, lookup);
        Client::on(Road::Played(hosts), guard, courtesy, settings.limits, &settings.user_agent)
    }

    fn on(road: Road, guard: Guard, courtesy: Courtesy, limits: Limits, user_agent: &str) -> Client {
        let agent = user_agent.split(['/', ' ']).next().unwrap_or("Readout").to_owned();
        let (robots, tdm) = (Mutex::default(), Mutex::default());
        Client(Arc::new(Inner { road, guard, courtesy, limits, agent, robots, tdm }))
    }

    /// Asks for a feed, conditionally where `since` holds validators. robots.txt is not asked: a feed is
    /// an invitation.
    pub async fn feed(&self, url: &Url, since: &Validators, now: Timestamp) -> Result<Fetched, Error> {
        let mut headers = self.headers(ACCEPT_FEED);
        for (name, value) in [(IF_NONE_MATCH, &since.etag), (IF_MODIFIED_SINCE, &since.last_modified)] {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                headers.insert(name, value);
            }
        }
        let conditional = headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE);
        let response = self.errand(url, Purpose::Feed, headers, now).await?;
        if response.status != 304 {
            return Ok(Fetched::Fresh(response));
        }
        if !conditional {
            let reason = "answered 304 to a request without validators".to_owned();
            return Err(Error::Protocol { url: url.to_string(), reason });
        }
        let given = response.validators();
        let validators = Validators {
            etag: given.etag.or_else(|| since.etag.clone()),
            last_modified: given.last_modified.or_else(|| since.last_modified.clone()),
        };
        Ok(Fetched::NotModified { validators, response })
    }

    /// Asks for a page, if the host's robots.txt allows it, at every hop.
    pub async fn page(&self, url: &Url, now: Timestamp) -> Result<Response, Error> {
        self.errand(url, Purpose::Page, self.headers(ACCEPT_PAGE), now).await
    }

    /// Sends a form to a hub. Only redirects that keep the method (307, 308) are followed; another is the answer.
    pub async fn post(&self, url: &Url, fields: &[(&str, &str)], now: Timestamp) -> Result<Response, Error> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let clock = Clock { now, since: Instant::now() };
        let headers = self.headers("*/*");
        let limits = Limits { received_bytes: 1 << 20, ..self.0.limits };
        let errand =
            Errand { purpose: Purpose::Feed, headers, clock, limits, requested: url, form: Some(form.as_str()) };
        self.follow(&errand).await
    }

    /// What a page's outlet says of text and data mining: the page, its headers, or the host's file, which is
    /// asked for once a day. `None` when nothing is said, or the file cannot be had.
    pub async fn reservation(&self, response: &Response, now: Timestamp) -> Option<Reservation> {
        if let Some(said) = tdm::stated(response) {
            return Some(said);
        }
        let key = HostKey::of(&response.url);
        let held = {
            let known = self.0.tdm.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&key).filter(|(until, _)| *until > now).map(|(_, rules)| Arc::clone(rules))
        };
        let rules = match held {
            Some(rules) => rules,
            None => {
                let mut at = response.url.clone();
                at.set_path("/.well-known/tdmrep.json");
                at.set_query(None);
                let limits = Limits { redirects: ROBOTS_REDIRECTS, received_bytes: 1 << 20, ..self.0.limits };
                let headers = self.headers("application/json, */*;q=0.5");
                let clock = Clock { now, since: Instant::now() };
                let errand = Errand { purpose: Purpose::Robots, headers, clock, limits, requested: &at, form: None };
                let rules = match self.follow(&errand).await {
                    Ok(file) if file.status == 200 => tdm::Rules::parse(&file.body),
                    Ok(_) | Err(_) => tdm::Rules::default(),
                };
                let rules = Arc::new(rules);
                let mut known = self.0.tdm.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= ROBOTS_KEPT {
                    known.retain(|_, (until, _)| *until > now);
                }
                known.insert(key, (later(now, TDM_TTL), Arc::clone(&rules)));
                rules
            }
        };
        rules.of(&response.url[url::Position::BeforePath..url::Position::AfterQuery])
    }

    /// Until when this URL's host asked to be left alone, if that is still ahead.
    pub fn silent_until(&self, url: &Url, now: Timestamp) -> Option<Timestamp> {
        self.0.courtesy.silent_until(&HostKey::of(url), now)
    }

    /// Keeps a host silent until then: what an earlier run was asked for and wrote down.
    pub fn keep_silent(&self, url: &Url, until: Timestamp) {
        self.0.courtesy.silence(HostKey::of(url), until);
    }

    fn headers(&self, accept: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ENCODINGS));
        headers
    }

    async fn errand(&self, url: &Url, purpose: Purpose, headers: HeaderMap, now: Timestamp) -> Result<Response, Error> {
        let clock = Clock { now, since: Instant::now() };
        let errand = Errand { purpose, headers, clock, limits: self.0.limits, requested: url, form: None };
        self.follow(&errand).await
    }

    /// Follows redirects from hop to hop until an answer is none.
    async fn follow(&self, errand: &Errand<'_>) -> Result<Response, Error> {
        let limits = errand.limits;
        let mut url = errand.requested.clone();
        url.set_fragment(None);
        let mut redirects: Vec<(u16, Url)> = Vec::new();
        let mut left = limits.total;
        loop {
            let mut asked = Duration::ZERO;
            if errand.purpose == Purpose::Page {
                self.check(&url)?;
                asked = self.allowed(&url, errand.clock).await?;
            }
            let mut response = self.hop(errand, &url, asked, &mut left).await?;
            let keeps_method = errand.form.is_none() || matches!(response.status, 307 | 308);
            let next = if keeps_method { redirect_target(&response, &url)? } else { None };
            let Some(next) = next else {
                response.requested = errand.requested.clone();
                response.redirects = redirects;
                return Ok(response);
            };
            let circle = next == url || redirects.iter().any(|(_, seen)| *seen == next);
            if circle || redirects.len() >= limits.redirects {
                return Err(Error::TooManyRedirects { url: errand.requested.to_string(), limit: limits.redirects });
            }
            redirects.push((response.status, std::mem::replace(&mut url, next)));
        }
    }

    /// What can be said against a URL before anything is sent.
    fn check(&self, url: &Url) -> Result<(), Error> {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            let reason = "only http and https addresses are fetched".to_owned();
            return Err(Error::Protocol { url: url.to_string(), reason });
        }
        self.0.guard.literal(url).map_err(|address| Error::PrivateAddress { host: host(url), address })
    }

    /// One request and its answer, in its host's turn, within what is left of the time.
    async fn hop(
        &self,
        errand: &Errand<'_>,
        url: &Url,
        asked: Duration,
        left: &mut Duration,
    ) -> Result<Response, Error> {
        self.check(url)?;
        let key = HostKey::of(url);
        let silent = |now| match self.0.courtesy.silent_until(&key, now) {
            Some(until) => Err(Error::RetryAfter { host: host(url), origin: origin(url), until, status: None }),
            None => Ok(()),
        };
        silent(errand.clock.now())?;
        let turn = self.0.courtesy.turn(&key, errand.purpose, asked).await;
        // While we stood in line, whoever was before us may have been told to go away.
        silent(errand.clock.now())?;
        let started = Instant::now();
        let exchange = self.exchange(errand, url);
        let response = tokio::time::timeout(*left, exchange).await.map_err(|_| Error::Timeout { url: url.to_string() });
        *left = left.saturating_sub(started.elapsed());
        drop(turn);
        let response = response??;
        if matches!(response.status, 429 | 503) {
            let now = errand.clock.now();
            let until = retry_after(response.header("retry-after"), now);
            self.0.courtesy.silence(key, until);
            let (host, origin) = (host(url), origin(url));
            return Err(Error::RetryAfter { host, origin, until, status: Some(response.status) });
        }
        Ok(response)
    }

    async fn exchange(&self, errand: &Errand<'_>, url: &Url) -> Result<Response, Error> {
        let raw = match &self.0.road {
            Road::Http(http) => self.ask(http, errand, url).await?,
            Road::Played(hosts) => self.ask_played(hosts, errand, url).await?,
        };
        let limits = &errand.limits;
        let (decoded, received) = self.decoded(raw.received, &raw.headers, limits).await;
        let body = match decoded {
            Ok(Some(body)) => body,
            Ok(None) => received.clone(),
            Err(decode::Failure::TooLarge) => return Err(too_large(url, limits.decoded_bytes)),
            Err(decode::Failure::Broken(reason)) => {
                let reason = format!("the body cannot be decoded: {reason}");
                return Err(Error::Protocol { url: url.to_string(), reason });
            }
        };
        Ok(Response {
            requested: url.clone(),
            url: url.clone(),
            redirects: Vec::new(),
            status: raw.status,
            http_version: raw.http_version,
            headers: raw.headers,
            body_received: received,
            body,
            received_at: errand.clock.now(),
        })
    }

    async fn ask(&self, http: &reqwest::Client, errand: &Errand<'_>, url: &Url) -> Result<Raw, Error> {
        let limits = &errand.limits;
        let failed = |e: reqwest::Error| self.explain(&e, url);
        let request = match errand.form {
            Some(form) => {
                let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
                http.post(url.clone()).header(CONTENT_TYPE, media_type).body(form.to_owned())
            }
            None => http.get(url.clone()),
        };
        let mut answer = request.headers(errand.headers.clone()).send().await.map_err(failed)?;
        if answer.content_length().is_some_and(|length| length > limits.received_bytes) {
            return Err(too_large(url, limits.received_bytes));
        }
        let mut received = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if (received.len() + chunk.len()) as u64 > limits.received_bytes {
                return Err(too_large(url, limits.received_bytes));
            }
            received.extend_from_slice(&chunk);
        }
        Ok(Raw {
            status: answer.status().as_u16(),
            http_version: match answer.version() {
                http::Version::HTTP_2 => "HTTP/2.0",
                http::Version::HTTP_10 => "HTTP/1.0",
                _ => "HTTP/1.1",
            },
            headers: answer
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
                .collect(),
            received,
        })
    }

    async fn ask_played(&self, hosts: &played::Hosts, errand: &Errand<'_>, url: &Url) -> Result<Raw, Error> {
        let address = match url.host() {
            Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(url::Host::Domain(_)) | None => match self.0.guard.resolved(&host(url)).await {
                Ok(addresses) => addresses[0].ip(),
                Err(error) => {
                    return Err(self.refused(error.as_ref(), url).unwrap_or(Error::Dns { reason: host(url) }));
                }
            },
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = errand.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let answer =
            hosts(played::Request { url: url.clone(), address, headers, form: errand.form.map(str::to_owned) })
                .await
                .map_err(|reason| Error::Connect { host: host(url), reason })?;
        if answer.body.len() as u64 > errand.limits.received_bytes {
            return Err(too_large(url, errand.limits.received_bytes));
        }
        Ok(Raw {
            status: answer.status,
            http_version: "HTTP/1.1",
            headers: answer.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect(),
            received: answer.body,
        })
    }

    async fn decoded(
        &self,
        received: Vec<u8>,
        headers: &[(String, Vec<u8>)],
        limits: &Limits,
    ) -> (Result<Option<Vec<u8>>, decode::Failure>, Vec<u8>) {
        let encodings = headers
            .iter()
            .filter(|(name, _)| name == "content-encoding")
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
            .collect::<Vec<_>>()
            .join(",");
        let (bytes, ratio) = (limits.decoded_bytes, limits.ratio);
        if encodings.is_empty() || received.len() < DECODE_APART_BYTES {
            return (decode::decode(&received, &encodings, bytes, ratio), received);
        }
        let work = move || (decode::decode(&received, &encodings, bytes, ratio), received);
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(e) => (Err(decode::Failure::Broken(e.to_string())), Vec::new()),
        }
    }

    /// Whether robots.txt lets us have this page, and the pause it asks for.
    async fn allowed(&self, url: &Url, clock: Clock) -> Result<Duration, Error> {
        let key = HostKey::of(url);
        let slot = {
            let mut known = self.0.robots.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= ROBOTS_KEPT {
                known.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
            Arc::clone(known.entry(key).or_default())
        };
        // Held while the file is fetched, so that a hundred pages of a new host ask for it once.
        let mut known = slot.lock().await;
        if known.as_ref().is_none_or(|known| known.until <= clock.now()) {
            let fresh = self.fetch_robots(url, clock, known.as_ref()).await?;
            *known = Some(fresh);
        }
        let rules = match &known.as_ref().expect("it was just filled").rules {
            Ok(rules) => Arc::clone(rules),
            Err(status) => {
                return Err(Error::Refused { host: host(url), robots: Robots::Unreachable { status: *status } });
            }
        };
        drop(known);
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        match rules.verdict(path) {
            Verdict::Allowed => Ok(rules.crawl_delay.unwrap_or(Duration::ZERO).min(CRAWL_DELAY_CAP)),
            Verdict::Disallowed(pattern) => {
                Err(Error::Refused { host: host(url), robots: Robots::Disallowed { pattern: pattern.to_owned() } })
            }
        }
    }

    async fn fetch_robots(&self, url: &Url, clock: Clock, old: Option<&Known>) -> Result<Known, Error> {
        let mut at = url.clone();
        at.set_path("/robots.txt");
        at.set_query(None);
        let limits = Limits { redirects: ROBOTS_REDIRECTS, ..self.0.limits };
        let headers = self.headers("text/plain, */*;q=0.5");
        let errand = Errand { purpose: Purpose::Robots, headers, clock, limits, requested: &at, form: None };
        let now = clock.now();
        let everything = || Ok(Arc::new(robots::Rules::default()));
        // Boxed: a robots.txt that redirects goes through the same road as the page that asked for it.
        let (rules, ttl) = match Box::pin(self.follow(&errand)).await {
            Ok(response) if (200..300).contains(&response.status) => {
                (Ok(Arc::new(robots::parse(&response.body, &self.0.agent))), ROBOTS_TTL)
            }
            Ok(response) if response.status >= 500 => match old {
                Some(Known { rules: Ok(rules), .. }) => (Ok(Arc::clone(rules)), ROBOTS_RETRY),
                _ => (Err(response.status), ROBOTS_RETRY),
            },
            // 4xx, and redirects that lead nowhere: there is no robots.txt, so nothing is forbidden.
            Ok(_) | Err(Error::TooManyRedirects { .. }) => (everything(), ROBOTS_TTL),
            Err(e) => return Err(e),
        };
        Ok(Known { until: later(now, ttl), rules })
    }

    /// What the guard said against a name.
    fn refused(&self, error: &(dyn std::error::Error + 'static), url: &Url) -> Option<Error> {
        if let Some(Blocked(address)) = error.downcast_ref() {
            return Some(Error::PrivateAddress { host: host(url), address: *address });
        }
        error.downcast_ref().map(|NoAddress(reason)| Error::Dns { reason: reason.clone() })
    }

    fn explain(&self, error: &reqwest::Error, url: &Url) -> Error {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(inner) = cause {
            if let Some(refused) = self.refused(inner, url) {
                return refused;
            }
            let tls = tls_error(inner);
            if let Some(tls) = tls {
                return Error::Tls { host: host(url), reason: tls.to_string() };
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            Error::Timeout { url: url.to_string() }
        } else if error.is_connect() {
            Error::Connect { host: host(url), reason: deepest(error) }
        } else {
            Error::Protocol { url: url.to_string(), reason: deepest(error) }
        }
    }
}

/// An answer as it came, before its encoding is undone.
struct Raw {
    status: u16,
    http_version: &'static str,
    headers: Vec<(String, Vec<u8>)>,
    received: Vec<u8>,
}

fn too_large(url: &Url, limit_bytes: u64) -> Error {
    Error::TooLarge { url: url.to_string(), limit_bytes }
}

/// The TLS error in one link of the chain of causes; I/O errors hide theirs from the chain, some twice.
fn tls_error<'a>(mut link: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    while let Some(io) = link.downcast_ref::<std::io::Error>() {
        link = io.get_ref()?;
    }
    link.downcast_ref()
}

/// Where a redirect leads; `None` when the answer is none. Once on https the way stays on https.
fn redirect_target(response: &Response, from: &Url) -> Result<Option<Url>, Error> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers.iter().find(|(name, _)| name == "location") else { return Ok(None) };
    let location = String::from_utf8_lossy(&location.1);
    let wrong = |reason: String| Error::Protocol { url: from.to_string(), reason };
    let mut next = from.join(location.trim()).map_err(|e| wrong(format!("redirects to `{location}`: {e}")))?;
    next.set_fragment(None);
    if from.scheme() == "https" && next.scheme() == "http" {
        let kept = next.port().is_none() && next.set_scheme("https").is_ok();
        if !kept {
            return Err(wrong(format!("redirects from https to `{location}`")));
        }
    }
    Ok(Some(next))
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or("").to_owned()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The message of the innermost cause: the outer ones only repeat the URL.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests;
