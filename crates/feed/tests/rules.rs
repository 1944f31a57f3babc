//! Rules that hold whatever the format: identity, addresses, languages, encodings, and how what is hostile ends.

use feed::{Error, Headers};
use url::Url;

fn address() -> Url {
    Url::parse("http://feeds.example/dir/feed").expect("a constant")
}

fn parse(body: &str) -> feed::Parsed<feed::Document> {
    feed::parse(body.as_bytes(), &address(), &Headers::default()).expect("a feed")
}

fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>Meridian</title>{items}</channel></rss>")
}

fn keys(items: &str) -> Vec<String> {
    parse(&rss(items)).value.entries().into_iter().map(|entry| entry.key).collect()
}

fn codes(parsed: &feed::Parsed<feed::Document>) -> Vec<&str> {
    parsed.problems.iter().map(|problem| &*problem.code).collect()
}

#[test]
fn key_is_the_id_else_the_link_else_what_the_entry_says() {
    let link = "<link>https://meridian.example/1</link>";
    assert_eq!(keys(&format!("<item><guid>m-1</guid>{link}</item>")), ["m-1"]);
    assert_eq!(keys(&format!("<item><guid> </guid>{link}</item>")), ["https://meridian.example/1"]);
    let said =
        "<item><title>Talks</title><pubDate>Thu, 01 Jan 2026 10:00:00 GMT</pubDate><description>D</description></item>";
    let key = keys(said);
    assert!(key[0].starts_with("hash:"), "{key:?}");
    assert_eq!(keys(said), key);
    for other in ["Talks>Tolks", "10:00>11:00", "D</>E</"] {
        let (from, to) = other.split_once('>').expect("two parts");
        assert_ne!(keys(&said.replace(from, to)), key, "{other}");
    }
}

#[test]
fn every_key_is_of_one_entry_however_times_are_stated() {
    let item = |date: &str| format!("<item><guid>tag:m</guid><pubDate>{date}</pubDate></item>");
    let dates = ["2026-01-03", "2026-02-03T00:00:00Z", "2026-02-03", "2026-02-03T02:00:00+02:00"];
    let found = keys(&dates.map(item).concat());
    let mut once = found.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), found.len(), "{found:?}");
    assert_eq!(found.len(), 2, "one instant, however it is written, is one entry: {found:?}");
}

#[test]
fn edited_entry_keeps_its_key() {
    let before = "<item><guid>m-1</guid><title>Talks</title><link>https://meridian.example/1</link></item>";
    let after = "<item><title>Talks end</title><guid>m-1</guid><link>https://meridian.example/1?x</link><description>More</description></item>";
    assert_eq!(keys(before), keys(after));
}

#[test]
fn outlet_that_rewrites_scheme_or_mark_of_its_ids_has_no_new_entries() {
    let of = |ids: &[&str]| {
        keys(&ids.iter().map(|id| format!("<item><guid>{id}</guid><title>{id}</title></item>")).collect::<String>())
    };
    let key = of(&["http://meridian.example/news/1"]);
    for id in
        ["https://meridian.example/news/1", "https://meridian.example/news/1#0", "http://meridian.example/news/1#12"]
    {
        assert_eq!(of(&[id]), key, "{id}");
    }
    // A page with several entries on it, told apart by nothing else, keeps them apart.
    let live = ["https://meridian.example/live#1", "https://meridian.example/live#2"];
    assert_eq!(of(&live), live);
    assert_ne!(of(&["https://meridian.example/news/1#comment-3"]), key);
}

#[test]
fn relative_addresses_are_seen_from_the_base_then_content_location_then_the_feed() {
    let link = |body: &str, location: Option<&str>| {
        let headers = Headers { content_location: location.map(str::to_owned), ..Headers::default() };
        let parsed = feed::parse(body.as_bytes(), &address(), &headers).expect("a feed");
        parsed.value.items[0].link.clone().expect("a link")
    };
    let plain = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='a'/></entry></feed>";
    let based = plain.replace("<entry>", "<entry xml:base='https://base.example/x/'>");
    assert_eq!(link(plain, None), "http://feeds.example/dir/a");
    assert_eq!(link(plain, Some("https://meridian.example/feeds/1")), "https://meridian.example/feeds/a");
    assert_eq!(link(plain, Some("/other/1")), "http://feeds.example/other/a");
    assert_eq!(link(plain, Some("javascript:x")), "http://feeds.example/dir/a");
    assert_eq!(link(&based, Some("https://meridian.example/feeds/1")), "https://base.example/x/a");
    // An end tag that was forgotten leaves no base behind.
    let lost = "<feed xmlns='http://www.w3.org/2005/Atom'><entry xml:base='https://base.example/x/'><title>T<entry><link href='a'/></entry></feed>";
    let parsed = parse(lost);
    assert_eq!(parsed.value.items[1].link.as_deref(), Some("http://feeds.example/dir/a"));
}

#[test]
fn language_is_that_of_the_nearest_element_else_of_the_answer() {
    let body = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><title>T</title>\
        <entry xml:lang='de_AT'><title xml:lang='fr'>Un</title><summary>Zwei</summary></entry><entry><title>Three</title></entry></feed>";
    let parsed = parse(body).value;
    let of = |text: &Option<feed::document::Text>| text.as_ref().and_then(|t| t.language.as_deref().map(str::to_owned));
    assert_eq!(of(&parsed.items[0].title).as_deref(), Some("fr"));
    assert_eq!(of(&parsed.items[0].summary).as_deref(), Some("de-AT"));
    assert_eq!(of(&parsed.items[1].title).as_deref(), Some("en"));
    let headers = Headers { content_language: Some("nl, en".to_owned()), ..Headers::default() };
    let body = rss("<item><title>T</title></item>");
    let parsed = feed::parse(body.as_bytes(), &address(), &headers).expect("a feed").value;
    assert_eq!(parsed.entries()[0].language.as_ref().map(ToString::to_string).as_deref(), Some("nl"));
}

#[test]
fn content_in_base64_is_read_and_made_safe() {
    let body = "<feed xmlns='http://www.w3.org/2005/Atom'><entry>\
        <content type='text/html' mode='base64'>PGI+ZHJh\n d248L2I+PHNjcmlwdD54PC9zY3JpcHQ+</content></entry></feed>";
    assert_eq!(parse(body).value.items[0].contents[0].value, "<b>drawn</b>");
}

#[test]
fn charset_of_the_answer_wins_over_the_declaration_and_a_mark_over_both() {
    let of = |body: &[u8], kind: &str| {
        let headers = Headers { content_type: Some(kind.to_owned()), ..Headers::default() };
        let parsed = feed::parse(body, &address(), &headers).expect("a feed").value;
        (parsed.encoding.clone(), parsed.feed.title.expect("a title").value)
    };
    let body = b"<?xml version='1.0' encoding='windows-1251'?><rss><channel><title>\xe9</title></channel></rss>";
    assert_eq!(of(body, "application/rss+xml"), ("windows-1251".to_owned(), "й".to_owned()));
    assert_eq!(of(body, "application/rss+xml; charset=iso-8859-1"), ("iso-8859-1".to_owned(), "é".to_owned()));
    let marked = b"\xef\xbb\xbf<?xml version='1.0' encoding='windows-1251'?><rss><channel><title>\xc3\xa9</title></channel></rss>";
    assert_eq!(of(marked, "application/rss+xml; charset=iso-8859-1"), ("utf-8".to_owned(), "é".to_owned()));
}

#[test]
fn line_of_an_author_is_kept_as_written_and_read_as_a_person() {
    let parsed = parse(&rss(
        "<item><author>ann@meridian.example (Ann Writer)</author></item><item><author>Ann Writer (ann@meridian.example)</author></item>",
    ));
    for item in &parsed.value.items {
        assert_eq!(item.authors[0].name.as_deref(), Some("Ann Writer"));
        assert_eq!(item.authors[0].email.as_deref(), Some("ann@meridian.example"));
    }
    let json = feed::result_json(&parsed.value);
    assert_eq!(json["entries"][0]["author_text"], "ann@meridian.example (Ann Writer)");
    assert_eq!(json["entries"][1]["author_text"], "Ann Writer (ann@meridian.example)");
}

#[test]
fn flags_of_itunes_hold_only_as_its_rules_write_them() {
    let flag = |text: &str| {
        let body = rss(&format!("<itunes:explicit>{text}</itunes:explicit><itunes:block>{text}</itunes:block>"));
        let json = feed::result_json(&parse(&body).value);
        (json["feed"]["itunes_explicit"].clone(), json["feed"]["itunes_block"].clone())
    };
    assert_eq!(flag("yes"), (1.into(), 1.into()));
    assert_eq!(flag(" yes "), (serde_json::Value::Null, 0.into()));
    assert_eq!(flag("no"), (false.into(), 0.into()));
}

#[test]
fn link_of_an_entry_or_its_source_never_runs_anything() {
    let bad = "javascript:alert(1)";
    for body in [
        rss(&format!(
            "<item><title>T</title><link>{bad}</link><guid>{bad}</guid><source url='{bad}'>S</source></item>"
        )),
        format!("<CHANNEL HREF='{bad}'><ITEM HREF='{bad}'><TITLE>T</TITLE></ITEM></CHANNEL>"),
        format!("<urlset><url><loc>{bad}</loc></url></urlset>"),
        format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>{bad}</id><link href='{bad}'/></entry></feed>"),
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{\"id\":\"{bad}\",\"url\":\"{bad}\"}}]}}"
        ),
    ] {
        let document = parse(&body).value;
        assert_eq!((&document.feed.link, &document.items[0].link), (&None, &None), "{body}");
        let entry = document.entries().remove(0);
        assert!(entry.url.is_none() && entry.source.is_none_or(|source| source.url.is_none()), "{body}");
    }
}

#[test]
fn entities_that_grow_are_left_as_written_and_named() {
    let doubling: String = (1..40).map(|n| format!("<!ENTITY a{n} '&a{0};&a{0};'>", n - 1)).collect();
    let body =
        format!("<!DOCTYPE rss [<!ENTITY a0 'ha'>{doubling}]><rss><channel><title>&a0; &a39;</title></channel></rss>");
    let parsed = parse(&body);
    assert_eq!(codes(&parsed), ["not-well-formed", "entities-refused"]);
    assert_eq!(parsed.value.feed.title.expect("a title").value, "ha &a39;");
    // One that holds no other, but is long and used often.
    let long = "x".repeat(4000);
    let body = format!(
        "<!DOCTYPE rss [<!ENTITY a '{long}'>]><rss><channel><title>{}</title></channel></rss>",
        "&a;".repeat(20_000)
    );
    let parsed = parse(&body);
    assert_eq!(codes(&parsed), ["not-well-formed", "entities-refused"]);
    assert!(parsed.value.feed.title.expect("a title").value.len() < 1_200_000);
}

#[test]
fn deep_nesting_is_passed_over_and_named() {
    assert_eq!(feed::parse("<a>".repeat(100_000).as_bytes(), &address(), &Headers::default()), Err(Error::NotAFeed));
    for tag in ["<div>", "<x:y>", "<source>", "<media:group>"] {
        let parsed = parse(&rss(&format!("<item><title>T</title><description>{}", tag.repeat(100_000))));
        assert_eq!(codes(&parsed), ["not-well-formed", "nested-too-deep"], "{tag}");
        assert_eq!(parsed.value.items.len(), 1);
    }
    let html = parse(&rss(&format!("<item><description>{}</description></item>", "&lt;div&gt;".repeat(100_000))));
    assert!(html.value.items[0].summary.as_ref().is_some_and(|text| text.value.len() < 4000));
    let json = format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":{}", "[".repeat(100_000));
    assert_eq!(feed::parse(json.as_bytes(), &address(), &Headers::default()), Err(Error::NotAFeed));
}

#[test]
fn emptiness_of_any_size_is_an_error() {
    for size in [0, 1, 5_000_000] {
        let body = vec![b' '; size];
        assert_eq!(feed::parse(&body, &address(), &Headers::default()), Err(Error::NotAFeed), "{size}");
    }
    let body = vec![b' '; feed::LIMIT_BYTES + 1];
    let error = feed::parse(&body, &address(), &Headers::default()).expect_err("it is larger than the limit");
    assert_eq!(error, Error::TooLarge { size_bytes: feed::LIMIT_BYTES + 1, limit_bytes: feed::LIMIT_BYTES });
    // Spaces inside a feed are no content.
    let parsed = parse(&rss(&format!("<item><title>{}</title></item>", " ".repeat(5_000_000))));
    assert_eq!(parsed.value.items[0].title.as_ref().map(|t| t.value.len()), Some(0));
}

#[test]
fn tags_that_never_end_cost_time_once() {
    let began = "<rss><channel><item><description>";
    for (piece, count) in
        [("&lt;a b=\"", 100_000), ("<!-- >", 100_000), ("<?x ", 100_000), ("<![CDATA[", 100_000), ("<item>", 20_000)]
    {
        feed::parse(format!("{began}{}", piece.repeat(count)).as_bytes(), &address(), &Headers::default())
            .expect("a feed");
    }
}
