//! The server: first start, address, feeds out, refusals.

use crate::desk::Desk;

#[test]
fn empty_archive_greets_and_says_what_to_do() {
    let desk = Desk::empty();
    let server = desk.serve();
    let page = server.page("/");
    assert!(page.contains("<form"), "the first start offers something to do: {page}");
    let start = server.page("/start");
    assert!(start.contains("topic"), "{start}");
}

#[test]
fn every_page_answers_html_and_json_and_lists_answer_feeds() {
    let desk = Desk::gathered();
    let server = desk.serve();
    let row = desk.articles().into_iter().find(|row| row["story"].is_i64() && row["held"] == "full").unwrap();
    let (article, story) = (row["article"].as_i64().unwrap(), row["story"].as_i64().unwrap());
    let pages = [
        "/index".to_owned(),
        "/revisions".to_owned(),
        "/sources".to_owned(),
        "/help".to_owned(),
        "/q".to_owned(),
        format!("/a/{article}"),
        format!("/a/{article}/r/1"),
    ];
    for page in &pages {
        let html = if page == "/index" { "/" } else { page };
        server.page(html);
        server.json(&format!("{page}.json"));
    }
    let (status, head, _) = server.ask(&format!("/s/{story}-wrong-slug"), &[]);
    assert!(matches!(status, 301 | 307 | 308), "a wrong slug leads to the right one: {status} {head}");
    for form in ["rss", "atom", "feed.json"] {
        let feed = server.page(&format!("/index.{form}"));
        assert!(feed.len() > 500, "{form}: {feed}");
    }
    let (_, head, _) = server.ask("/index.atom", &[]);
    let etag =
        head.lines().find_map(|line| line.to_ascii_lowercase().starts_with("etag: ").then(|| line[6..].to_owned()));
    let (status, _, _) = server.ask("/index.atom", &[("If-None-Match", etag.as_deref().expect("feeds have an ETag"))]);
    assert_eq!(status, 304);
    assert_eq!(server.ask("/s/999999", &[]).0, 404);
    assert_eq!(server.ask("/q?q=outlett:x", &[]).0, 400);
}

#[test]
fn address_that_others_can_reach_is_refused() {
    let desk = Desk::empty();
    let output = desk.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("loopback"));
}

#[test]
fn name_of_a_foreign_host_is_refused() {
    let desk = Desk::empty();
    let server = desk.serve();
    let (status, _, _) = server.ask("/", &[("X-Forwarded-Host", "evil.example")]);
    assert_eq!(status, 200);
    // The second Host header is the one that counts against it: a browser led here by another name sends only that.
    let (status, _, _) = server.ask_as("evil.example", "/");
    assert!((400..500).contains(&status), "{status}");
}
