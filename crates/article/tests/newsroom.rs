//! Every page of the made-up newsroom, read over the wire and compared with what its manifest says.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use url::Url;

/// The body and the charset of what stands at `url`; a plain HTTP/1.0 request without cookies.
fn fetch(url: &Url) -> (u16, Option<String>, Vec<u8>) {
    let port = url.port().expect("an outlet has a port");
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("the outlet listens");
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    write!(stream, "GET {target} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\nuser-agent: test\r\n\r\n").expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let body = answer.split_off(head + 4);
    let head = String::from_utf8_lossy(&answer).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    let kind = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-type:").map(str::to_owned));
    let charset = kind.and_then(|k| k.split_once("charset=").map(|(_, c)| c.trim().to_owned()));
    (status, charset, body)
}

/// What is read wrong, by article and field; without exceptions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_newsroom_page_is_read_word_for_word() {
    let now = "2026-11-20T09:00:00Z".parse().expect("a literal");
    let room = newsroom::Newsroom::start(newsroom::Settings { base_port: None, now }).await.expect("it opens");
    let mut wrong = BTreeSet::new();
    let mut read = 0;
    for expected in room.manifest().articles.iter().filter(|a| a.published && a.held != newsroom::Held::HeadlineOnly) {
        let url = Url::parse(&expected.url).expect("an address");
        let from = url.clone();
        let (status, charset, body) =
            tokio::task::spawn_blocking(move || fetch(&from)).await.expect("the request does not panic");
        assert_eq!(status, 200, "{url}");
        let html = article::decode(&body, charset.as_deref());
        let got = article::extract(&html, &url).value;
        read += 1;
        let mut check = |field: &str, is_right: bool, got: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
            if !is_right {
                println!("{} {field}\n  got    {got:?}\n  wanted {wanted:?}", expected.key);
                wrong.insert(format!("{} {field}", expected.key));
            }
        };
        let blocks: Vec<&str> = got.blocks.iter().map(|b| &got.text[b.span.clone()]).collect();
        let wanted: Vec<String> = expected.blocks[..expected.visible_blocks].iter().map(|b| b.text()).collect();
        let more: Vec<&&str> = blocks.iter().filter(|b| !wanted.iter().any(|w| w == **b)).collect();
        let less: Vec<&String> = wanted.iter().filter(|w| !blocks.contains(&w.as_str())).collect();
        check("text", got.text == expected.text() && blocks == wanted, &more, &less);
        check("headline", got.headline.as_ref() == Some(&expected.headline), &got.headline, &expected.headline);
        check("held", got.held.word() == expected.held.word(), &got.held, &expected.held);
        let is_agency = expected.authors.is_empty() && got.authors.iter().all(|a| Some(a) == expected.credit.as_ref());
        check("authors", is_agency || got.authors == expected.authors, &(&got.authors, &got.byline), &expected.authors);
        check("standfirst", got.standfirst == expected.standfirst(), &got.standfirst, &expected.standfirst());
        // A page that prints its time as "(Veskar time)" does not state the zone: what is read is that day and clock,
        // and that nothing is known of the offset. The feed's entry states the instant.
        let is_right = got.published_at.is_some_and(|m| match m.offset {
            Some(_) => m.at == expected.published_at,
            None => {
                expected.outlet == "portside-daily"
                    && m.at.duration_since(expected.published_at) == jiff::SignedDuration::from_hours(4)
            }
        });
        check("published", is_right, &got.published_at, &expected.published_at);
        check("captions", got.captions == expected.captions, &got.captions, &expected.captions);
    }
    assert!(read > 60, "{read} pages read");
    assert!(wrong.is_empty(), "{} of {read} wrong: {wrong:#?}", wrong.len());
}
