//! Handlers over a small archive of made-up texts: every page, every form of it, and what is refused.

#[allow(unreachable_pub, missing_docs, reason = "shared with the example")]
mod shelf;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use shelf::{Shelf, fill, settings};
use tower::ServiceExt;

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.body))
    }
}

async fn ask(router: &Router, request: Request<Body>) -> Got {
    let response = router.clone().oneshot(request).await.expect("the router never fails");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 16 << 20).await.expect("a body");
    Got { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).expect("UTF-8") }
}

async fn get(router: &Router, path: &str) -> Got {
    ask(router, Request::get(path).header("host", "localhost:8080").body(Body::empty()).expect("a request")).await
}

async fn post(router: &Router, path: &str, form: &str, site: &str) -> Got {
    let request = Request::post(path)
        .header("host", "localhost:8080")
        .header("sec-fetch-site", site)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()));
    ask(router, request.expect("a request")).await
}

fn site() -> (Shelf, Router) {
    let shelf = fill();
    let router = web::router(shelf.archive.clone(), shelf.index.clone(), settings());
    (shelf, router)
}

fn empty() -> (archive::Archive, Router) {
    let archive = archive::Archive::in_memory().expect("a fresh archive");
    let index = search::Index::in_ram().expect("an index in memory");
    (archive.clone(), web::router(archive, index, settings()))
}

async fn story_path(router: &Router, shelf: &Shelf) -> String {
    get(router, &format!("/s/{}", shelf.story)).await.header(header::LOCATION).to_owned()
}

#[tokio::test]
async fn every_page_answers_as_html_and_json() {
    let (shelf, router) = site();
    let story = story_path(&router, &shelf).await;
    let pages = [
        "/".to_owned(),
        "/t".into(),
        "/t/kestrel-strait".into(),
        "/t/kestrel-strait/timeline".into(),
        "/t/kestrel-strait/timeline?zoom=2026-11&view=table".into(),
        "/t/kestrel-strait/timeline?zoom=2026-11-17".into(),
        "/t/kestrel-strait/timeline?from=2020-01-01&to=2026-12-31".into(),
        format!("/s/{}/timeline", shelf.story),
        story.clone(),
        format!("/s/{}/compare", shelf.story),
        format!("/s/{}/log", shelf.story),
        format!("/s/{}/tree", shelf.story),
        format!("/s/{}/tree?view=list", shelf.story),
        format!("/s/{}/compare?a={}&b={}@2", shelf.story, shelf.norland, shelf.courant),
        format!("/a/{}", shelf.courant),
        format!("/a/{}/r/1", shelf.courant),
        format!("/a/{}", shelf.damaged),
        format!("/a/{}/diff/1..3", shelf.courant),
        "/revisions".into(),
        "/revisions?rank=cosmetic&outlet=halvik-courant".into(),
        "/o".into(),
        "/o/halvik-courant".into(),
        "/sources".into(),
        format!("/sources?feed={}", shelf.feed),
        "/start".into(),
        "/q?q=hotline".into(),
        "/q".into(),
        "/help".into(),
        "/method".into(),
    ];
    for page in pages {
        let html = get(&router, &page).await;
        assert_eq!(html.status, 200, "{page}: {}", html.body);
        assert!(html.body.starts_with("<!doctype html>"), "{page}");
        assert!(html.body.contains("<h1"), "{page} has a heading");
        assert!(!html.body.contains("style=\"") && !html.body.contains("<style"), "{page} has no inline style");
        let (path, query) = page.split_once('?').map_or((page.as_str(), String::new()), |(p, q)| (p, format!("?{q}")));
        let path = if path == "/" { "/index" } else { path };
        let json = get(&router, &format!("{path}.json{query}")).await;
        assert_eq!(json.status, 200, "{page} as JSON: {}", json.body);
        assert!(json.json().is_object(), "{page}");
    }
}

#[tokio::test]
async fn a_story_counts_texts_outlets_and_independent_accounts() {
    let (shelf, router) = site();
    let story = story_path(&router, &shelf).await;
    let json = get(&router, &format!("{story}.json")).await.json();
    assert_eq!(json["counts"]["texts"], 8);
    assert_eq!(json["counts"]["outlets"], 8);
    assert_eq!(json["counts"]["independent_accounts"], 6);
    let accounts = json["accounts"].as_array().expect("accounts");
    let wire = accounts.iter().find(|a| a["article"]["outlet"]["slug"] == "nordwire").expect("the agency");
    let copies = wire["copies"].as_array().expect("copies");
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0]["own_sentences"], 0);
    assert_eq!(copies[1]["own"][0], "On Ternen’s home quay in Lovund the families learnt of the call from the radio.");
}

#[tokio::test]
async fn the_tree_shows_evidence_that_stands_in_the_text_and_no_other() {
    use news::story::{CreditPlace, Edge, Kinship, Proof, Standing, TakenFrom, Tree};
    let (shelf, router) = site();
    let members = shelf.archive.tree_members(shelf.story).expect("members");
    let of = |slug: &str| members.iter().find(|m| m.outlet.as_ref().is_some_and(|o| o.slug == slug)).expect("a member");
    let (wire, skerry) = (of("nordwire"), of("skerry-post"));
    let sentence = news::text::sentences(&skerry.content.text)[0].clone();
    let quote = skerry.content.text[sentence.clone()].to_owned();
    let edge = |evidence| Edge {
        taker: skerry.article,
        revision: skerry.revision,
        source: TakenFrom::Held(wire.article),
        kind: Kinship::Syndicated,
        is_directed: true,
        is_main: true,
        contained_permille: Some(996),
        of_source_permille: Some(700),
        evidence,
    };
    let keep = |edges| {
        let standings: Vec<Standing> = Vec::new();
        shelf.archive.record_trees(vec![(shelf.story, Tree { standings, edges })], shelf::now()).expect("a tree");
    };
    let forged = Proof::Named { quote: "Nobody wrote <this>.".to_owned(), span: sentence.clone() };
    keep(vec![edge(vec![Proof::Named { quote: quote.clone(), span: sentence }, forged])]);
    let path = format!("/s/{}/tree", shelf.story);
    let json = get(&router, &format!("{path}.json")).await.json();
    let found = &json["edges"][0];
    assert_eq!((&found["shared_per_cent"], &found["of_source_per_cent"]), (&99.into(), &70.into()));
    let evidence = found["evidence"].as_array().expect("evidence");
    assert_eq!(evidence.len(), 1, "words that do not stand there are not shown: {evidence:?}");
    assert_eq!(evidence[0]["quote"], quote.as_str());
    assert_eq!(evidence[0]["path"], format!("/a/{}/r/1#s1", skerry.article));
    let page = get(&router, &path).await;
    assert!(page.body.contains("<svg") && page.body.contains("99 % shared"), "{}", page.body);
    assert!(!page.body.contains("Nobody wrote"));
    let nodes = json["nodes"].as_array().expect("nodes");
    assert_eq!(nodes.len() as u64, json["counts"]["texts"].as_u64().expect("texts"), "every text once");

    // An agency that is not held stands over those that carry its text; its name is only text.
    let credit = Proof::Credit { place: CreditPlace::Byline, quote: "<b>Wire</b>".to_owned(), span: None, by: None };
    keep(vec![Edge { source: TakenFrom::NotHeld("<b>Wire</b>".to_owned()), ..edge(vec![credit]) }]);
    let page = get(&router, &path).await;
    assert!(page.body.contains("not held; carried by 1 text") && !page.body.contains("<b>Wire</b>"), "{}", page.body);
    let wrong = get(&router, &format!("/s/{}-x/tree?view=list", shelf.story)).await;
    assert_eq!(wrong.header(header::LOCATION), format!("{path}?view=list"));
    assert_eq!(get(&router, "/s/999999/tree").await.status, 404);
}

#[tokio::test]
async fn words_of_outlets_are_never_markup() {
    let (shelf, router) = site();
    for page in [
        "/".to_owned(),
        "/o/skerry-post".into(),
        format!("/a/{}", shelf.hostile),
        "/q?q=alert".into(),
        "/o/skerry-post.rss".into(),
        "/o/skerry-post.atom".into(),
    ] {
        let got = get(&router, &page).await;
        assert_eq!(got.status, 200, "{page}");
        assert!(!got.body.contains("<script>alert"), "{page}");
        assert!(!got.body.contains("<img"), "{page}");
    }
    let got = get(&router, &format!("/a/{}", shelf.hostile)).await;
    assert!(got.body.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;"), "{}", got.body);
    let got = get(&router, "/q?q=%3Cscript%3E").await;
    assert!(!got.body.contains("<script>"), "the query is escaped");
}

#[tokio::test]
async fn wrong_slugs_lead_to_right_ones_and_keep_form_and_query() {
    let (shelf, router) = site();
    let right = story_path(&router, &shelf).await;
    assert!(right.starts_with(&format!("/s/{}-", shelf.story)), "{right}");
    let check = async |path: String, expected: String| {
        let got = get(&router, &path).await;
        assert_eq!(got.status, StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(got.header(header::LOCATION), expected);
    };
    check(format!("/s/{}-something-else", shelf.story), right.clone()).await;
    check(format!("/s/{}.json?asof=2026-11-18", shelf.story), format!("{right}.json?asof=2026-11-18")).await;
    check(
        format!("/s/{}-x/compare?a={}", shelf.story, shelf.vesk),
        format!("/s/{}/compare?a={}", shelf.story, shelf.vesk),
    )
    .await;
}

#[tokio::test]
async fn a_merged_story_leads_on() {
    let (shelf, router) = site();
    let all = get(&router, "/index.json").await.json();
    let other = all["stories"].as_array().expect("stories")[0]["id"].as_i64().expect("a number");
    let into = shelf.story;
    let merge = archive::Move::Merge { from: news::id::StoryId(other), into };
    shelf.archive.regroup(vec![merge], shelf::now()).expect("a merge");
    let got = get(&router, &format!("/s/{other}")).await;
    assert_eq!(got.status, StatusCode::PERMANENT_REDIRECT);
    assert!(got.header(header::LOCATION).starts_with(&format!("/s/{into}-")), "{}", got.header(header::LOCATION));
}

#[tokio::test]
async fn changes_from_other_sites_and_foreign_names_are_refused() {
    let (shelf, router) = site();
    let refresh = format!("/sources/feed/{}/refresh", shelf.feed);
    assert_eq!(post(&router, &refresh, "", "cross-site").await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&router, &refresh, "", "same-site").await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&router, &refresh, "", "same-origin").await.status, StatusCode::SEE_OTHER);
    let due = shelf.archive.feed(shelf.feed).expect("the feed").expect("the feed").due_at;
    assert_eq!(due, Some(shelf::now()));
    let rebound = Request::get("/").header("host", "evil.example").body(Body::empty()).unwrap();
    assert_eq!(ask(&router, rebound).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn sources_of_one_state_are_listed_alone() {
    let (_, router) = site();
    let all = get(&router, "/sources.json").await.json();
    let count = |page: &serde_json::Value| page["sources"].as_array().expect("a list").len();
    let mut found = 0;
    for state in ["ok", "waiting", "late", "silent", "shrunk", "blocked", "failing", "moved", "gone", "stopped"] {
        let page = get(&router, &format!("/sources.json?health={state}")).await.json();
        for source in page["sources"].as_array().expect("a list") {
            assert!(source.to_string().contains(&format!("\"state\":\"{state}\"")), "{state}: {source}");
            found += 1;
        }
        assert_eq!((&page["as_usual"], &page["alarms"]), (&all["as_usual"], &all["alarms"]), "counts are of all");
    }
    assert!(count(&all) > 0 && found >= count(&all), "every source is in some state: {found}");
    let none = get(&router, "/sources?health=gone").await;
    assert!(none.body.contains("No source is in this state"), "{}", none.body);
    let wrong = get(&router, "/sources?health=unwell").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("known are alarms, ok, waiting"), "{}", wrong.body);
}

#[tokio::test]
async fn hubs_call_back_under_their_own_name_and_reach_nothing_else() {
    let shelf = fill();
    let wanted = archive::NewSubscription {
        feed: shelf.feed,
        hub: "https://hub.example/".to_owned(),
        topic: "https://a.example/feed?x=1".to_owned(),
        token: "0123abcd".to_owned(),
        secret: "secret".to_owned(),
    };
    shelf.archive.want_subscription(wanted, shelf::now()).expect("kept");
    let settings = web::Settings { callback_host: Some("reader.example".to_owned()), ..settings() };
    let router = web::router(shelf.archive.clone(), shelf.index.clone(), settings);
    let request = |method: &str, path: &str, host: &str, body: &str| {
        let request = axum::http::Request::builder().method(method).uri(path).header("host", host);
        request.header("x-hub-signature", "sha256=00").body(Body::from(body.to_owned())).unwrap()
    };
    let check = async |method: &str, path: &str, host: &str, status: u16, body: &str| {
        let got = ask(&router, request(method, path, host, "<rss/>")).await;
        assert_eq!((got.status.as_u16(), got.body.as_str()), (status, body), "{method} {path} {host}");
    };
    let topic = "hub.topic=https%3A%2F%2Fa.example%2Ffeed%3Fx%3D1&hub.lease_seconds=86400";
    let verify = format!("/websub/0123abcd?hub.mode=subscribe&hub.challenge=w%3Co%3Erd&{topic}");
    let no = "no such subscription\n";
    // Not yet agreed: nothing is delivered.
    check("POST", "/websub/0123abcd", "reader.example", 410, no).await;
    check("GET", &verify.replace("0123abcd", "0123abce"), "reader.example", 404, no).await;
    check("GET", &verify.replace("feed", "other"), "reader.example", 404, no).await;
    check("GET", &verify.replace("subscribe", "unsubscribe"), "reader.example", 404, no).await;
    check("GET", &verify.replace("hub.challenge", "challenge"), "reader.example", 404, no).await;
    check("GET", &verify, "reader.example:443", 200, "w<o>rd").await;
    check("POST", "/websub/0123abcd", "reader.example", 202, "").await;
    check("POST", "/websub/ffff", "reader.example", 410, no).await;
    // At most 16 of one feed wait to be read.
    let large = "x".repeat(1 << 20);
    let got = ask(&router, request("POST", "/websub/0123abcd", "reader.example", &large)).await;
    assert_eq!(got.status, StatusCode::ACCEPTED);
    for _ in 2..16 {
        check("POST", "/websub/0123abcd", "reader.example", 202, "").await;
    }
    check("POST", "/websub/0123abcd", "reader.example", 503, "too much waits to be read\n").await;
    let delivery = shelf.archive.next_delivery().expect("read").expect("one waits");
    assert_eq!((delivery.feed, delivery.body.as_slice()), (shelf.feed, b"<rss/>".as_slice()));
    // The hub's name opens nothing else, and no other name opens the hub's door.
    for (path, host) in [("/", "reader.example"), ("/websub/0123abcd", "evil.example")] {
        let got = ask(&router, request("GET", path, host, "")).await;
        assert_eq!(got.status, StatusCode::MISDIRECTED_REQUEST, "{path} {host}");
    }
    let long = "x".repeat((10 << 20) + 1);
    let got = ask(&router, request("POST", "/websub/0123abcd", "reader.example", &long)).await;
    assert_eq!(got.status, StatusCode::PAYLOAD_TOO_LARGE);
    let got = ask(&router, request("POST", "/websub/ffff", "reader.example", &long)).await;
    assert_eq!(got.status, StatusCode::GONE, "nobody's delivery is not read");
}

#[tokio::test]
async fn a_query_that_cannot_be_read_shows_the_wrong_word() {
    let (_, router) = site();
    let got = get(&router, "/q?q=outlt%3Acourant+hotline").await;
    assert_eq!(got.status, StatusCode::BAD_REQUEST);
    assert!(got.body.contains("<b>outlt:"), "{}", got.body);
    assert!(got.body.contains("^^^^^"), "{}", got.body);
    let json = get(&router, "/q.json?q=outlt%3Acourant").await;
    assert_eq!(json.status, StatusCode::BAD_REQUEST);
    assert!(json.json()["error"]["wrong"].as_str().expect("the word").starts_with("outlt"));
}

#[tokio::test]
async fn unknown_things_are_404_and_nonsense_values_400() {
    let (shelf, router) = site();
    let check = async |path: String, status: u16| {
        let got = get(&router, &path).await;
        assert_eq!(got.status.as_u16(), status, "{path}");
        assert!(got.body.contains("<h1"), "{path}");
    };
    for path in ["/nowhere", "/s/999999", "/s/abc", "/a/999999", "/a/x", "/t/none", "/o/none", "/revisions?outlet=none"]
    {
        check(path.to_owned(), 404).await;
    }
    check(format!("/a/{}/r/9", shelf.courant), 404).await;
    check(format!("/a/{}/diff/1..9", shelf.courant), 404).await;
    check(format!("/a/{}/diff/x", shelf.courant), 400).await;
    check(format!("/s/{}/compare?a=x", shelf.story), 400).await;
    check("/?asof=yesterday".to_owned(), 400).await;
    check("/revisions?rank=huge".to_owned(), 400).await;
    check("/?utm_source=x&p=zebra".to_owned(), 200).await;
}

#[tokio::test]
async fn as_of_an_earlier_time_later_texts_leave_no_trace() {
    let (shelf, router) = site();
    let story = story_path(&router, &shelf).await;
    let got = get(&router, &format!("{story}.json?asof=2026-11-17T20:30Z")).await;
    let got = if got.status == StatusCode::PERMANENT_REDIRECT {
        get(&router, got.header(header::LOCATION)).await
    } else {
        got
    };
    let json = got.json();
    assert_eq!(json["counts"]["texts"], 2, "{json}");
    assert!(!got.body.contains("Courant"), "{}", got.body);
    let html = get(&router, &format!("/a/{}?asof=2026-11-17T22:00Z", shelf.courant)).await;
    assert!(html.body.contains("As of 17 Nov 2026, 22:00:00 UTC"), "{}", html.body);
    assert!(!html.body.contains("eleven"), "revision 3 came later");
    let none = get(&router, &format!("/a/{}?asof=2026-11-01", shelf.courant)).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn a_timeline_zooms_in_and_its_table_holds_the_same_entries() {
    let (shelf, router) = site();
    let all = get(&router, "/t/kestrel-strait/timeline.json").await.json();
    assert_eq!((all["unit"].as_str(), all["name"].as_str()), (Some("year"), Some("all years")), "{all}");
    let month = get(&router, "/t/kestrel-strait/timeline.json?zoom=2026-11").await.json();
    let buckets = month["buckets"].as_array().expect("days");
    assert_eq!(buckets.len(), 30);
    assert!(buckets.iter().any(|day| day["sentences"] == 0), "{month}");
    let entries = month["entries"].as_array().expect("entries");
    assert!(entries.len() > 2, "{month}");
    let sum: u64 = buckets.iter().filter_map(|day| day["sentences"].as_u64()).sum();
    assert_eq!(month["sentences"].as_u64(), Some(sum));

    let list = get(&router, "/t/kestrel-strait/timeline?zoom=2026-11").await.body;
    let table = get(&router, "/t/kestrel-strait/timeline?zoom=2026-11&view=table").await.body;
    let csv = get(&router, "/t/kestrel-strait/timeline.csv?zoom=2026-11").await;
    assert_eq!(csv.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
    assert_eq!(csv.body.matches("\r\n").count(), entries.len() + 1, "{}", csv.body);
    for entry in entries {
        let path = entry["path"].as_str().expect("a path");
        for (view, body) in [("list", &list), ("table", &table)] {
            assert!(body.contains(&format!("href=\"{path}\"")), "{path} stands in the {view}: {body}");
        }
        // Word for word, as it stands at its place in its revision.
        let (page, place) = path.split_once("#s").expect("a place");
        let revision = get(&router, &format!("{page}.json")).await.json();
        let text = revision["revision"]["text"].as_str().expect("a text");
        let span = news::text::sentences(text)[place.parse::<usize>().expect("a number") - 1].clone();
        assert_eq!(entry["text"].as_str(), Some(&text[span]), "{path}");
    }
    assert!(list.contains("Empty: no text was published then"), "{list}");
    assert!(table.contains("Empty: no text was published then"), "{table}");
    assert!(list.contains(r#"<path class="l-2""#), "an empty day is drawn as empty: {list}");
    assert!(list.contains("day of publication only"), "{list}");

    // The wire's sentence stands in three texts and is one entry, under the wire.
    let day = get(&router, &format!("/s/{}/timeline.json?zoom=2026-11-17", shelf.story)).await.json();
    let entries = day["entries"].as_array().expect("entries");
    let folded = entries.iter().find(|entry| entry["texts"] == 3).unwrap_or_else(|| panic!("copies are folded: {day}"));
    assert_eq!(folded["outlet"]["name"], "Nordwire", "{folded}");
    assert_eq!(folded["copies"].as_array().map(Vec::len), Some(2));
    let page = get(&router, &format!("/s/{}/timeline?zoom=2026-11-17", shelf.story)).await.body;
    assert!(page.contains("and 2 copies"), "{page}");

    let story = get(&router, &format!("/s/{}-any/timeline?zoom=2026", shelf.story)).await;
    assert_eq!(story.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(story.header(header::LOCATION), format!("/s/{}/timeline?zoom=2026", shelf.story));
}

#[tokio::test]
async fn a_timeline_says_what_it_cannot_read_and_when_nothing_is_there() {
    let (shelf, router) = site();
    for query in ["zoom=yesterday", "zoom=2017-13", "from=2017-02-30", "from=2018&to=2017", "from=0001&to=2020"] {
        let got = get(&router, &format!("/t/kestrel-strait/timeline?{query}")).await;
        assert_eq!(got.status, 400, "{query}");
    }
    for path in ["/t/nowhere/timeline", "/s/99999/timeline", "/t/kestrel-strait.csv", "/o.csv"] {
        assert_eq!(get(&router, path).await.status, 404, "{path}");
    }
    let long_ago = get(&router, "/t/kestrel-strait/timeline?zoom=1850").await;
    assert_eq!(long_ago.status, 200);
    assert!(long_ago.body.contains("No text was published in this time"), "{}", long_ago.body);
    let before = get(&router, "/t/kestrel-strait/timeline?asof=2026-11-01").await;
    assert!(before.body.contains("Nothing yet"), "{}", before.body);
    let then = get(&router, &format!("/s/{}/timeline?asof=2026-11-17T20:30Z", shelf.story)).await.body;
    assert!(then.contains("1 sentence") || then.contains("sentences"), "{then}");
    assert!(!then.contains("Courant") && !then.contains("Nordwire"), "{then}");
}

#[tokio::test]
async fn an_older_revision_says_so_and_sentences_have_places() {
    let (shelf, router) = site();
    let old = get(&router, &format!("/a/{}/r/1", shelf.courant)).await;
    assert!(old.body.contains("You read revision 1 of 3"), "{}", old.body);
    assert!(old.body.contains(r#"<span id="s1">"#) && old.body.contains(r#"<span id="s5">"#), "{}", old.body);
    let new = get(&router, &format!("/a/{}", shelf.courant)).await;
    assert!(!new.body.contains("You read revision"));
    let compare = get(&router, &format!("/s/{}/compare?a={}&b={}", shelf.story, shelf.norland, shelf.vesk)).await;
    assert!(compare.body.contains(&format!("/a/{}/r/1#s4", shelf.norland)), "{}", compare.body);
    assert!(compare.body.contains(r#"<mark class="d">eleven</mark>"#), "{}", compare.body);
    assert!(compare.body.contains(r#"<mark class="d">nine</mark>"#), "{}", compare.body);
}

#[tokio::test]
async fn foreign_words_carry_language_and_direction() {
    let (shelf, router) = site();
    let story = get(&router, &story_path(&router, &shelf).await).await;
    assert!(story.body.contains(r#"<h3 lang="ar" dir="rtl">"#), "{}", story.body);
    assert!(story.body.contains(r#"<h3 lang="uk" dir="ltr">"#));
}

#[tokio::test]
async fn lists_are_feeds_with_stable_ids_and_answer_304() {
    let (shelf, router) = site();
    let story = story_path(&router, &shelf).await;
    for list in [
        "/index",
        "/t/kestrel-strait",
        "/t/kestrel-strait/timeline",
        "/revisions",
        "/o/halvik-courant",
        "/q",
        story.as_str(),
    ] {
        for (suffix, media) in [(".rss", "rss+xml"), (".atom", "atom+xml"), (".feed.json", "feed+json")] {
            let path = format!("{list}{suffix}");
            let got = get(&router, &path).await;
            assert_eq!(got.status, 200, "{path}: {}", got.body);
            assert!(got.header(header::CONTENT_TYPE).contains(media), "{path}");
            assert!(got.body.contains("tag:readout.invalid,2026:"), "{path} has items: {}", got.body);
            assert!(got.body.contains("http://localhost:8080/"), "{path} has whole addresses");
            let tag = got.header(header::ETAG).to_owned();
            let again = Request::get(&path).header("host", "localhost:8080").header("if-none-match", &tag);
            let again = ask(&router, again.body(Body::empty()).unwrap()).await;
            assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        }
    }
    let edits = get(&router, "/revisions.feed.json").await.json();
    let items = edits["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "one item for each revision");
    assert!(items[0]["content_html"].as_str().expect("a body").contains("<ins>eleven "), "{edits}");
    assert_eq!(get(&router, &format!("/a/{}.rss", shelf.courant)).await.status, 404);
}

#[tokio::test]
async fn answers_carry_a_strict_policy_and_assets_are_kept() {
    let (_, router) = site();
    let desk = get(&router, "/").await;
    let policy = desk.headers["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(desk.headers["x-content-type-options"], "nosniff");
    assert_eq!(desk.headers["referrer-policy"], "no-referrer");
    assert!(desk.body.contains(r#"<meta name="robots" content="noindex"#));
    let css = desk.body.split('"').find(|part| part.starts_with("/assets/readout-")).expect("a style sheet");
    let got = get(&router, css).await;
    assert_eq!(got.status, 200);
    assert!(got.header(header::CACHE_CONTROL).contains("immutable"));
    assert_eq!(got.header(header::CONTENT_TYPE), "text/css; charset=utf-8");
    assert_eq!(get(&router, "/assets/readout-0.css").await.status, 404);
    let json = Request::get("/").header("host", "localhost").header("accept", "application/json").body(Body::empty());
    assert!(ask(&router, json.unwrap()).await.json()["top"].is_array());
}

#[tokio::test]
async fn an_empty_archive_greets_and_is_filled_in_the_browser() {
    let (archive, router) = empty();
    let greeting = get(&router, "/").await;
    assert!(greeting.body.contains("An empty archive") && greeting.body.contains("Office of the Harbour Master"));
    let wrong = post(
        &router,
        "/start",
        "url=javascript%3Aalert(1)&topic=Strait&query=outlt%3Ax&outlet=pier-wire",
        "same-origin",
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("Nothing was taken in yet") && wrong.body.contains(r#"value="outlt:x""#),
        "{}",
        wrong.body
    );
    assert_eq!(archive.stats().expect("stats").outlets, 0);
    let form = "outlet=pier-wire&outlet=office-of-the-harbour-master&url=courant.example%2Frss&kind=feed&name=Halvik+Courant&topic=Strait";
    let right = post(&router, "/start", form, "same-origin").await;
    assert_eq!((right.status, right.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(archive.stats().expect("stats").feeds, 3);
    assert_eq!(archive.topic("strait").expect("the topic").expect("the topic").query, "\"Strait\"");
    let waiting = get(&router, "/").await;
    assert!(
        waiting.body.contains("0 of 3 outlets visited") && waiting.body.contains("http-equiv=\"refresh\""),
        "{}",
        waiting.body
    );
    assert!(get(&router, "/index.json").await.json()["stories"].is_array());
    for page in ["/q", "/revisions", "/o", "/sources", "/t"] {
        assert_eq!(get(&router, page).await.status, 200, "{page}");
    }
}

#[tokio::test]
async fn topics_feeds_and_the_look_are_changed_in_the_browser() {
    let (shelf, router) = site();
    let wrong = post(&router, "/t", "name=Bad&query=%22open", "same-origin").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let added = post(&router, "/t", "name=Cable&query=cable", "same-origin").await;
    assert_eq!(added.header(header::LOCATION), "/t/cable?done=added");
    assert_eq!(get(&router, "/t/cable").await.status, 200);
    assert_eq!(post(&router, "/t/cable/remove", "", "same-origin").await.header(header::LOCATION), "/t?done=removed");
    assert_eq!(get(&router, "/t/cable").await.status, 404);
    let source = post(
        &router,
        "/sources/add",
        "url=https%3A%2F%2Fnew.example%2Ffeed&kind=feed&outlet_kind=official",
        "same-origin",
    )
    .await;
    assert_eq!(source.header(header::LOCATION), "/sources?done=added");
    assert_eq!(
        shelf.archive.outlet_by_name("new.example").expect("the outlet").expect("the outlet").kind,
        news::outlet::OutletKind::Official
    );
    let stop = format!("/sources/feed/{}/remove", shelf.feed);
    assert_eq!(post(&router, &stop, "", "same-origin").await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&router, "/sources/feed/99999/refresh", "", "same-origin").await.status, 404);
    let look = post(&router, "/help", "keys=off&theme=dark", "same-origin").await;
    let cookies: Vec<_> = look.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap().to_owned()).collect();
    assert!(cookies[0].starts_with("keys=off;") && cookies[1].starts_with("theme=dark;"), "{cookies:?}");
    let request = Request::get("/").header("host", "localhost").header("cookie", "keys=off; theme=dark");
    let desk = ask(&router, request.body(Body::empty()).unwrap()).await;
    assert!(desk.body.contains(r#"data-theme="dark""#) && !desk.body.contains("<script"), "{}", desk.body);
}

/// Follows the redirects of our own pages to where they lead.
async fn follow(router: &Router, path: &str) -> Got {
    let mut got = get(router, path).await;
    for _ in 0..3 {
        if !got.status.is_redirection() {
            break;
        }
        got = get(router, got.header(header::LOCATION)).await;
    }
    assert_eq!(got.status, 200, "{path}");
    got
}

#[tokio::test]
async fn a_text_is_split_off_on_the_page_told_on_both_and_taken_back() {
    let (shelf, router) = site();
    let story = shelf.story;
    let before = follow(&router, &format!("/s/{story}.json")).await.json()["counts"].clone();
    let page = follow(&router, &format!("/s/{story}")).await.body;
    assert!(page.contains("Split off into a story of its own") && page.contains("Move to another story"), "{page}");
    assert!(page.contains(r#"value="owner""#), "who decides has a default");
    let form = format!("article={}&where=own&to=&why=another+%3Cb%3Ecall%3C%2Fb%3E&who=Ada+%22K%22", shelf.courant);
    let place = format!("/s/{story}/place");
    assert_eq!(post(&router, &place, &form, "cross-site").await.status, StatusCode::FORBIDDEN);
    let done = post(&router, &place, &form, "same-origin").await;
    assert_eq!((done.status, done.header(header::LOCATION)), (StatusCode::SEE_OTHER, &*format!("/s/{story}?done=1")));
    assert!(done.header(header::SET_COOKIE).starts_with("who=Ada+%22K%22;"), "{}", done.header(header::SET_COOKIE));
    let old = follow(&router, &format!("/s/{story}?done=1")).await.body;
    assert!(old.contains("Done.") && old.contains("/undo") && old.contains("another &#60;b&#62;call"), "{old}");
    let json = follow(&router, &format!("/s/{story}.json")).await.json();
    let decision = &json["decisions"][0];
    assert_eq!((&decision["kind"], &decision["who"]), (&"split".into(), &"Ada \"K\"".into()));
    let new = decision["into"].as_i64().expect("the story opened");
    let there = follow(&router, &format!("/s/{new}")).await.body;
    assert!(there.contains(&format!("href=\"/s/{story}\"")) && there.contains("another &#60;b&#62;call"), "{there}");
    // As of before, nothing of it; and the past is not corrected.
    let then = follow(&router, &format!("/s/{story}?asof=2026-11-19T09:00Z")).await.body;
    assert!(
        !then.contains("another &#60;b&#62;call") && !then.contains("/place") && !then.contains("/split"),
        "{then}"
    );
    // A browser that decided once is known by its name.
    let request = Request::get(format!("/s/{new}/log")).header("host", "localhost").header("cookie", "who=Ada+%22K%22");
    let log = ask(&router, request.body(Body::empty()).unwrap()).await.body;
    assert!(log.contains("another &#60;b&#62;call") && log.contains(r#"value="Ada &#34;K&#34;""#), "{log}");
    let undone = post(&router, &format!("/s/{story}/undo"), "decision=1&who=Ada", "same-origin").await;
    assert_eq!(undone.header(header::LOCATION), format!("/s/{story}?done=2"));
    let after = follow(&router, &format!("/s/{story}.json?done=2")).await.json();
    assert_eq!(after["counts"], before);
    assert_eq!(after["decisions"][0]["withdrawn_by"], 2);
    let log = follow(&router, &format!("/s/{story}/log.json?show=people")).await.json();
    assert!(log["lines"].as_array().unwrap().iter().all(|line| line["is_rule"] == false), "{log}");
    let csv = get(&router, &format!("/s/{story}/log.csv")).await;
    assert!(csv.header(header::CONTENT_TYPE).starts_with("text/csv"));
    let lines = csv.body.lines().count() as u64 - 1;
    assert_eq!(csv.headers["x-total-count"].to_str().unwrap(), lines.to_string());
    assert!(csv.body.contains(r#""Ada ""K""",another <b>call</b>,1,2"#), "{}", csv.body);
}

#[tokio::test]
async fn what_a_form_says_by_halves_changes_nothing() {
    let (shelf, router) = site();
    let story = shelf.story;
    let check = async |path: &str, form: String, part: &str| {
        let got = post(&router, &format!("/s/{story}/{path}"), &form, "same-origin").await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {form}");
        assert!(got.body.contains(part) && got.body.contains("Back to the story"), "{path} {form}: {}", got.body);
    };
    let a = shelf.courant;
    check("place", format!("article={a}&where=own&to=12"), "Choose one or clear the other").await;
    check("place", format!("article={a}&where=other&to=elsewhere"), "by its number or its address").await;
    check("place", format!("article={a}"), "Choose whether").await;
    check("place", "where=own".to_owned(), "No text was named").await;
    check("split", "why=x".to_owned(), "Choose the texts").await;
    check("split", "article=99999".to_owned(), "does not stand in story").await;
    check("split", "article=1&".repeat(2_001), "More texts were chosen").await;
    check("merge", "other=".to_owned(), "by its number or its address").await;
    check("merge", format!("other={story}"), "one story already").await;
    check("maybe", format!("article={a}"), "Choose whether the text belongs").await;
    check("place", format!("article={a}&where=own&to=&why={}", "x".repeat(1_001)), "at most 1000 characters").await;
    let gone = post(&router, "/s/99999/split", "article=1", "same-origin").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&router, "/s/99999/log").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&router, &format!("/s/{story}/log?show=some")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(shelf.archive.last_decision().expect("an answer").0, 0);
}

#[tokio::test]
async fn a_doubtful_text_is_turned_away_or_taken_in_on_the_page() {
    let (shelf, router) = site();
    let story = shelf.story;
    let stands_elsewhere = |article: &news::id::ArticleId| {
        let stands = shelf.archive.story_of(*article, archive::AsOf::Now).expect("an answer");
        stands.is_some_and(|other| other != story)
    };
    let article = [shelf.damaged, shelf.hostile].into_iter().find(stands_elsewhere).expect("a text of another story");
    let because = news::story::Because { score: 0.55, ..Default::default() };
    shelf
        .archive
        .regroup(vec![archive::Move::Suggest { article, story, because }], shelf::at("2026-11-19T09:00:00Z"))
        .expect("a doubtful text");
    let maybe = article.0;
    let say = async |belongs: &str| {
        let form = format!("article={maybe}&belongs={belongs}&why=&who=Ada");
        post(&router, &format!("/s/{story}/maybe"), &form, "same-origin").await.status
    };
    let standing = async || {
        let json = follow(&router, &format!("/s/{story}.json")).await.json();
        let is = |list: &Value| list.as_array().unwrap().iter().any(|m| m["article"]["id"] == maybe);
        (is(&json["maybe"]), is(&json["accounts"]))
    };
    assert_eq!(standing().await, (true, false));
    assert_eq!(say("no").await, StatusCode::SEE_OTHER);
    assert_eq!(standing().await, (false, false));
    post(&router, &format!("/s/{story}/undo"), "decision=1", "same-origin").await;
    assert_eq!(standing().await, (true, false), "doubtful again");
    assert_eq!(say("yes").await, StatusCode::SEE_OTHER);
    assert_eq!(standing().await, (false, true));
}
