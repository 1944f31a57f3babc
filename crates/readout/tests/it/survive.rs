//! Nothing acknowledged is lost: kill -9, second writers, verify.

use crate::desk::Desk;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

#[test]
fn killed_at_any_moment_the_archive_ends_the_same() {
    let whole = Desk::gathered();
    let expected: BTreeSet<(String, String)> = texts(&whole, &whole);

    let desk = Desk::set_up();
    for round in 0..8u64 {
        let mut child =
            desk.program().args(["ingest", "--once"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + 110 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        desk.ok(&["verify"]);
    }
    desk.gather();
    assert_eq!(texts(&desk, &desk), expected);
    desk.ok(&["verify"]);
}

/// Key and text of every article that is held in full.
fn texts(desk: &Desk, played: &Desk) -> BTreeSet<(String, String)> {
    let manifest = played.newsroom.manifest();
    desk.articles()
        .iter()
        .filter(|row| row["held"] == "full")
        .filter_map(|row| {
            let key = manifest.article_at(row["url"].as_str()?)?.key.clone();
            Some((key, row["text"].as_str()?.to_owned()))
        })
        .collect()
}

#[test]
fn second_writer_is_refused_with_the_first_ones_number() {
    let desk = Desk::empty();
    let server = desk.serve();
    let second = desk.run(&["feed", "add", "http://127.0.0.1:9/feed"]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("in use by process"), "{said}");
    assert_eq!(desk.run(&["feed", "list"]).status.code(), Some(0), "reading beside a writer works");
    drop(server);
}

#[test]
fn rebuilding_text_and_search_from_stored_bytes_changes_nothing_and_asks_nobody() {
    let desk = Desk::gathered();
    let before = desk.articles();
    desk.newsroom.forget_requests();
    let said = desk.ok(&["rebuild", "text"]);
    assert!(said.contains(" 0 changed"), "{said}");
    desk.ok(&["rebuild", "search"]);
    assert!(desk.newsroom.requests().is_empty(), "a rebuild went out on the network");
    assert_eq!(before.len(), desk.articles().len());
    assert!(desk.ok(&["search", "hotline"]).contains("articles"));
    desk.ok(&["verify"]);
}
