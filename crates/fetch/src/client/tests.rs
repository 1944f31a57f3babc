//! Each behaviour of the fetching checklist against a loopback server that records what it was sent.

use super::*;
use crate::decode::tests::gzip;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the server answers to one request head; the bytes go out as they are.
type Script = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Server {
    async fn start(script: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Server {
        let script: Script = Arc::new(script);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (log, peak) = (Arc::clone(&heads), Arc::clone(&most));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (script, log, now, peak) =
                    (Arc::clone(&script), Arc::clone(&log), Arc::clone(&now), Arc::clone(&peak));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    let head = String::from_utf8(head).unwrap();
                    log.lock().unwrap().push(head.clone());
                    peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let answer = script(&head);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    now.fetch_sub(1, Ordering::SeqCst);
                    // `DRIP` sends one byte at a time and never ends.
                    if let Some(start) = answer.strip_prefix(b"DRIP") {
                        stream.write_all(start).await.unwrap();
                        while stream.write_all(b" ").await.is_ok() {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        return;
                    }
                    stream.write_all(&answer).await.ok();
                    stream.shutdown().await.ok();
                });
            }
        });
        Server { address, heads, most_at_once: most }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The request lines' paths in order.
    fn paths(&self) -> Vec<String> {
        self.heads().iter().map(|head| path(head).to_owned()).collect()
    }
}

fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len())
        .into_bytes();
    out.extend_from_slice(body);
    out
}

fn settings() -> Settings {
    Settings {
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        page_delay: Duration::ZERO,
        feed_delay: Duration::ZERO,
        limits: Limits { total: Duration::from_secs(5), idle: Duration::from_secs(2), ..Limits::default() },
        ..Settings::default()
    }
}

fn client() -> Client {
    Client::new(settings()).unwrap()
}

fn now() -> Timestamp {
    "2026-03-04T12:00:00Z".parse().unwrap()
}

fn later_by(seconds: u64) -> Timestamp {
    later(now(), Duration::from_secs(seconds))
}

async fn feed(client: &Client, url: &Url) -> Result<Response, Error> {
    match client.feed(url, &Validators::default(), now()).await? {
        Fetched::Fresh(response) => Ok(response),
        Fetched::NotModified { .. } => panic!("nothing was asked conditionally"),
    }
}

#[tokio::test]
async fn validators_go_back_verbatim_and_follow_each_change() {
    let server = Server::start(|head| {
        if head.contains("if-none-match: W/\"a, b\"\r\n") {
            answer("304 Not Modified", "ETag: \"next\"\r\n", b"")
        } else {
            answer("200 OK", "ETag: W/\"a, b\"\r\nLast-Modified: yesterday-ish\r\n", b"<rss/>")
        }
    })
    .await;
    let client = client();
    let url = server.url("/feed");
    let response = feed(&client, &url).await.unwrap();
    let validators = response.validators();
    assert_eq!(validators.last_modified.as_deref(), Some("yesterday-ish"));
    let again = client.feed(&url, &validators, now()).await.unwrap();
    let Fetched::NotModified { validators, .. } = again else { panic!("{again:?}") };
    assert_eq!(validators.etag.as_deref(), Some("\"next\""));
    assert_eq!(validators.last_modified.as_deref(), Some("yesterday-ish"));
    let head = &server.heads()[1];
    assert!(head.contains("if-modified-since: yesterday-ish\r\n"), "{head}");
}

#[tokio::test]
async fn a_304_to_an_unconditional_request_is_no_answer() {
    let server = Server::start(|_| answer("304 Not Modified", "", b"")).await;
    assert!(matches!(feed(&client(), &server.url("/")).await, Err(Error::Protocol { .. })));
}

#[tokio::test]
async fn requests_name_us_and_carry_no_cookie_and_no_referrer() {
    let server = Server::start(|head| match path(head) {
        "/a" => answer("302 Found", "Location: /b\r\nSet-Cookie: x=1\r\n", b""),
        _ => answer("200 OK", "Set-Cookie: y=2\r\n", b"ok"),
    })
    .await;
    let client = client();
    feed(&client, &server.url("/a")).await.unwrap();
    feed(&client, &server.url("/a")).await.unwrap();
    for head in server.heads() {
        let lower = head.to_lowercase();
        assert!(head.contains("Readout/0.1 (+https://example.invalid/readout)"), "{head}");
        assert!(lower.contains("accept-encoding: gzip, deflate, br, zstd"), "{head}");
        assert!(lower.contains("accept: application/rss+xml"), "{head}");
        assert!(!lower.contains("cookie:") && !lower.contains("referer:"), "{head}");
    }
}

#[tokio::test]
async fn redirects_are_followed_and_recorded_up_to_the_limit() {
    let server = Server::start(|head| match path(head) {
        "/start" => answer("301 Moved Permanently", "Location: mid#part\r\n", b""),
        "/mid" => answer("308 Permanent Redirect", "Location: /end\r\n", b""),
        "/end" => answer("404 Not Found", "", b"no such page"),
        "/round" => answer("302 Found", "Location: /round\r\n", b""),
        "/nowhere" => answer("302 Found", "", b"stay"),
        other => answer("302 Found", &format!("Location: {other}x\r\n"), b""),
    })
    .await;
    let client = client();
    let response = feed(&client, &server.url("/start")).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (404, b"no such page".as_slice()));
    assert_eq!(response.requested, server.url("/start"));
    assert_eq!(response.url, server.url("/end"));
    assert_eq!(response.redirects, [(301, server.url("/start")), (308, server.url("/mid"))]);
    assert!(response.moved_for_good());
    assert_eq!(feed(&client, &server.url("/nowhere")).await.unwrap().status, 302);
    for circle in ["/round", "/more"] {
        let error = feed(&client, &server.url(circle)).await.unwrap_err();
        assert!(matches!(error, Error::TooManyRedirects { limit: 10, .. }), "{error}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_at_every_hop_and_in_every_disguise() {
    let server = Server::start(|head| {
        let to = head.split("to=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        answer("302 Found", &format!("Location: {to}\r\n"), b"")
    })
    .await;
    let open = client();
    for target in ["http://169.254.169.254/latest/", "http://[::ffff:10.0.0.1]/", "http://0x0a000001/", "http://10.1/"]
    {
        let error = feed(&open, &server.url(&format!("/?to={target}"))).await.unwrap_err();
        assert!(matches!(error, Error::PrivateAddress { .. }), "{target}: {error}");
    }
    let shut = Client::new(Settings { allow_private: Vec::new(), ..settings() }).unwrap();
    let named: Url = format!("http://localhost:{}/", server.address.port()).parse().unwrap();
    for url in [server.url("/?to=/"), named] {
        let error = feed(&shut, &url).await.unwrap_err();
        assert!(matches!(error, Error::PrivateAddress { .. }), "{url}: {error}");
    }
    let error = feed(&open, &server.url("/?to=file:///etc/passwd")).await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    assert_eq!(server.heads().len(), 5);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_reaches_nothing_private() {
    let server = Server::start(|_| answer("200 OK", "", b"secret")).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let lookup: guard::Lookup = Arc::new(move |_| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let address: IpAddr = if first { "127.0.0.2" } else { "127.0.0.1" }.parse().unwrap();
        Box::pin(async move { Ok(vec![address]) })
    });
    let only_second = Settings { allow_private: vec!["127.0.0.2".parse().unwrap()], ..settings() };
    let client = Client::with_lookup(only_second, lookup).unwrap();
    let url: Url = format!("http://rebind.example:{}/", server.address.port()).parse().unwrap();
    // The name is allowed on its first answer; nothing listens there, and it is not asked again for the same visit.
    assert!(matches!(feed(&client, &url).await.unwrap_err(), Error::Connect { .. }));
    let other: Url = format!("http://second.example:{}/", server.address.port()).parse().unwrap();
    assert!(matches!(feed(&client, &other).await.unwrap_err(), Error::PrivateAddress { .. }));
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn names_may_be_given_fixed_addresses() {
    let server = Server::start(|_| answer("200 OK", "", b"here")).await;
    let hosts = [("courier.example".to_owned(), "127.0.0.1".parse().unwrap())].into();
    let client = Client::new(Settings { hosts, allow_private: Vec::new(), ..settings() }).unwrap();
    let url: Url = format!("http://courier.example:{}/", server.address.port()).parse().unwrap();
    assert_eq!(feed(&client, &url).await.unwrap().body, b"here");
}

#[tokio::test]
async fn bodies_are_kept_as_received_and_decoded_within_limits() {
    let server = Server::start(|head| match path(head) {
        "/gzip" => answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(b"<rss>words</rss>")),
        "/bomb" => answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(&vec![0; 8 << 20])),
        "/broken" => answer("200 OK", "Content-Encoding: gzip\r\n", &gzip(&[7; 5000])[..20]),
        "/long" => answer("200 OK", "", &vec![b'x'; 200_000]),
        "/endless" => {
            let mut out = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
            out.resize(200_000, b'x');
            out
        }
        "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbroken off".to_vec(),
        _ => b"SSH-2.0-OpenSSH\r\n".to_vec(),
    })
    .await;
    let limits = Limits { received_bytes: 100_000, ..settings().limits };
    let client = Client::new(Settings { limits, ..settings() }).unwrap();
    let response = feed(&client, &server.url("/gzip")).await.unwrap();
    assert_eq!(response.body, b"<rss>words</rss>");
    assert_eq!(response.body_received, gzip(b"<rss>words</rss>"));
    assert_eq!(response.header("Content-Encoding"), Some("gzip"));
    for (path, limit) in [("/bomb", 50 << 20), ("/long", 100_000), ("/endless", 100_000)] {
        let error = feed(&client, &server.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit_bytes, .. } if limit_bytes == limit), "{path}: {error}");
    }
    for path in ["/broken", "/short", "/ssh"] {
        let error = feed(&client, &server.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{path}: {error}");
    }
}

#[tokio::test]
async fn slow_and_silent_servers_end_in_time() {
    let server = Server::start(|head| match path(head) {
        "/drip" => b"DRIPHTTP/1.1 200 OK\r\n\r\n".to_vec(),
        _ => b"DRIPHTTP/1.1 200 OK\r\nX-Slow:".to_vec(),
    })
    .await;
    let limits = Limits { total: Duration::from_millis(300), ..settings().limits };
    let client = Client::new(Settings { limits, ..settings() }).unwrap();
    for path in ["/drip", "/head"] {
        let error = feed(&client, &server.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{path}: {error}");
    }
    let nobody = Client::new(settings()).unwrap();
    let error = feed(&nobody, &"http://127.0.0.1:1/".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    let error = feed(&nobody, &"http://no-such-name.invalid/".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Dns { .. }), "{error}");
}

#[tokio::test]
async fn a_busy_host_is_left_alone_for_all_its_feeds() {
    let server = Server::start(|head| match path(head) {
        "/busy" => answer("429 Too Many Requests", "Retry-After: 120\r\n", b""),
        _ => answer("503 Service Unavailable", "", b""),
    })
    .await;
    let client = client();
    let error = feed(&client, &server.url("/busy")).await.unwrap_err();
    let Error::RetryAfter { until, status: Some(429), .. } = error else { panic!("{error}") };
    assert!(until >= later_by(120) && until < later_by(125), "{until}");
    let error = feed(&client, &server.url("/other")).await.unwrap_err();
    let origin = format!("http://{}", server.address);
    assert_eq!(error, Error::RetryAfter { host: "127.0.0.1".to_owned(), origin, until, status: None });
    assert_eq!(client.silent_until(&server.url("/"), now()), Some(until));
    assert_eq!(server.heads().len(), 1);
    let after = client.feed(&server.url("/other"), &Validators::default(), later_by(130)).await.unwrap_err();
    assert!(matches!(after, Error::RetryAfter { status: Some(503), until, .. } if until >= later_by(730)), "{after}");
}

#[tokio::test]
async fn one_request_at_a_time_per_host_and_a_cap_over_all() {
    let mut servers = Vec::new();
    for _ in 0..4 {
        servers.push(Server::start(|_| answer("200 OK", "", b"ok")).await);
    }
    let client = client();
    let mut tasks = Vec::new();
    for i in 0..40 {
        let (client, url) = (client.clone(), servers[i % 4].url(&format!("/{i}")));
        tasks.push(tokio::spawn(async move { feed(&client, &url).await.unwrap().status }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
    for server in &servers {
        assert_eq!(server.most_at_once.load(Ordering::SeqCst), 1);
        assert_eq!(server.heads().len(), 10);
    }
}

#[tokio::test]
async fn robots_are_asked_once_and_obeyed_for_pages_only() {
    let server = Server::start(|head| match path(head) {
        "/robots.txt" => answer("200 OK", "", b"User-agent: readout\nDisallow: /private\n"),
        "/leads-in" => answer("302 Found", "Location: /private/b\r\n", b""),
        _ => answer("200 OK", "tdm-reservation: 1\r\ntdm-policy: https://a.example/p\r\n", b"page"),
    })
    .await;
    let client = client();
    let page = client.page(&server.url("/open"), now()).await.unwrap();
    let said = client.reservation(&page, now()).await.unwrap();
    assert_eq!(said.to_string(), "1 by header, policy https://a.example/p");
    for path in ["/private/a", "/leads-in"] {
        let error = client.page(&server.url(path), now()).await.unwrap_err();
        let robots = Robots::Disallowed { pattern: "/private".to_owned() };
        assert_eq!(error, Error::Refused { host: "127.0.0.1".to_owned(), robots });
    }
    assert_eq!(feed(&client, &server.url("/private/feed")).await.unwrap().status, 200);
    assert_eq!(server.paths(), ["/robots.txt", "/open", "/leads-in", "/private/feed"]);
    client.page(&server.url("/open"), later_by(90_000)).await.unwrap();
    assert_eq!(server.paths()[4..], ["/robots.txt", "/open"]);
}

#[tokio::test]
async fn robots_that_cannot_be_shown_forbid_for_a_while_and_absent_ones_nothing() {
    let failing = Arc::new(AtomicUsize::new(1));
    let state = Arc::clone(&failing);
    let server = Server::start(move |head| match path(head) {
        "/robots.txt" if state.load(Ordering::SeqCst) == 1 => answer("500 Oops", "", b""),
        "/robots.txt" => answer("404 Not Found", "", b"User-agent: *\nDisallow: /"),
        _ => answer("200 OK", "", b"page"),
    })
    .await;
    let client = client();
    let error = client.page(&server.url("/a"), now()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { robots: Robots::Unreachable { status: 500 }, .. }), "{error}");
    failing.store(0, Ordering::SeqCst);
    assert!(client.page(&server.url("/a"), later_by(60)).await.is_err());
    assert_eq!(client.page(&server.url("/a"), later_by(700)).await.unwrap().status, 200);
    assert_eq!(server.paths(), ["/robots.txt", "/robots.txt", "/a"]);
}

#[tokio::test]
async fn the_hosts_file_on_mining_is_asked_once_a_day_and_the_page_goes_before_it() {
    let server = Server::start(|head| match path(head) {
        "/.well-known/tdmrep.json" => answer("200 OK", "", br#"[{"location":"/news/*","tdm-reservation":1}]"#),
        "/robots.txt" => answer("404 Not Found", "", b""),
        "/news/open" => answer("200 OK", "Content-Type: text/html\r\ntdm-reservation: 0\r\n", b"page"),
        "/news/meta" => {
            let page =
                b"<meta name='tdm-reservation' content='1'><meta name='tdm-policy' content='https://a.example/p'>";
            answer("200 OK", "Content-Type: text/html\r\ntdm-reservation: 0\r\n", page)
        }
        _ => answer("200 OK", "", b"page"),
    })
    .await;
    let client = client();
    let mut said = Vec::new();
    for (page, at) in
        [("/news/a", 0), ("/news/b", 0), ("/about", 0), ("/news/open", 0), ("/news/meta", 0), ("/news/a", 90_000)]
    {
        let response = client.page(&server.url(page), later_by(at)).await.unwrap();
        said.push(client.reservation(&response, later_by(at)).await.map(|said| said.to_string()).unwrap_or_default());
    }
    let file = "1 by tdmrep.json";
    assert_eq!(said, [file, file, "", "0 by header", "1 by meta, policy https://a.example/p", file]);
    let asked = server.paths().iter().filter(|path| *path == "/.well-known/tdmrep.json").count();
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_304_behind_a_redirect_says_where_it_came_from() {
    let server = Server::start(|head| match path(head) {
        "/old" => answer("301 Moved Permanently", "Location: /new\r\n", b""),
        _ => answer("304 Not Modified", "Cache-Control: max-age=60\r\n", b""),
    })
    .await;
    let since = Validators { etag: Some("\"1\"".to_owned()), last_modified: None };
    let Fetched::NotModified { validators, response } =
        client().feed(&server.url("/old"), &since, now()).await.unwrap()
    else {
        panic!("it was not modified")
    };
    assert_eq!(validators, since);
    assert_eq!((response.url.path(), response.moved_for_good()), ("/new", true));
    assert_eq!(response.header("cache-control"), Some("max-age=60"));
}

#[test]
fn the_way_stays_on_https() {
    let check = |from: &str, location: &str, expected: Option<&str>| {
        let from: Url = from.parse().unwrap();
        let response = Response {
            requested: from.clone(),
            url: from.clone(),
            redirects: Vec::new(),
            status: 301,
            http_version: "HTTP/1.1",
            headers: vec![("location".to_owned(), location.as_bytes().to_vec())],
            body_received: Vec::new(),
            body: Vec::new(),
            received_at: now(),
        };
        let got = redirect_target(&response, &from).ok().flatten().map(|url| url.to_string());
        assert_eq!(got.as_deref(), expected, "{from} {location}");
    };
    check("https://a.example/", "http://b.example/x", Some("https://b.example/x"));
    check("https://a.example/", "http://b.example:8080/x", None);
    check("http://a.example/", "https://b.example/x#y", Some("https://b.example/x"));
    check("http://a.example/d/e", "../f", Some("http://a.example/f"));
}

#[tokio::test]
async fn a_server_without_tls_is_no_secure_connection() {
    let hosts = [("courier.example".to_owned(), "127.0.0.1".parse().unwrap())].into();
    let client = Client::new(Settings { hosts, ..settings() }).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
        }
    });
    let url: Url = format!("https://courier.example:{port}/").parse().unwrap();
    let error = feed(&client, &url).await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
}

#[test]
fn kept_bodies_are_decoded_as_fresh_ones_are() {
    assert_eq!(crate::decode("gzip", &gzip(b"words"), 1000).unwrap(), b"words");
    assert_eq!(crate::decode("", b"words", 1000).unwrap(), b"words");
    assert!(crate::decode("gzip", &gzip(&[0; 5000]), 1000).is_err());
}
