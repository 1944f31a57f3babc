//! Job 8: a person corrects the grouping, and it holds over rebuilds, settling, edits and restarts.

use crate::desk::{Desk, Server, lines};
use newsroom::Change;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The story of eight texts of which six carry one wire text: its number and its members.
fn wire_story(desk: &Desk) -> (i64, Vec<Value>) {
    let manifest = desk.newsroom.manifest();
    let wire = manifest.stories.iter().find(|s| (s.texts, s.outlets, s.accounts) == (8, 8, 3)).unwrap();
    let story = desk.row(&wire.articles[0])["story"].as_i64().unwrap();
    (story, members(desk, story))
}

fn members(desk: &Desk, story: i64) -> Vec<Value> {
    lines(&desk.ok(&["story", "show", &story.to_string(), "--json"]))
}

/// Story of every article now.
fn story_of(desk: &Desk, article: i64) -> i64 {
    let row = desk.articles().into_iter().find(|row| row["article"] == article).unwrap();
    row["story"].as_i64().unwrap()
}

fn id(member: &Value) -> i64 {
    member["article"].as_i64().unwrap()
}

/// Groups of articles, whatever their numbers.
fn groups(desk: &Desk) -> BTreeSet<BTreeSet<i64>> {
    let mut groups = std::collections::BTreeMap::<i64, BTreeSet<i64>>::new();
    for row in desk.articles() {
        if let Some(story) = row["story"].as_i64() {
            groups.entry(story).or_default().insert(row["article"].as_i64().unwrap());
        }
    }
    groups.into_values().collect()
}

fn decided(desk: &Desk, args: &[&str]) -> Value {
    let mut args = args.to_vec();
    args.push("--json");
    lines(&desk.ok(&args)).remove(0)
}

/// Changes the first word of an article's longest block that stands there once, so that it gets a further revision.
fn edit(desk: &Desk, article: i64) {
    let row = desk.articles().into_iter().find(|row| row["article"] == article).unwrap();
    let manifest = desk.newsroom.manifest();
    let key = manifest.article_at(row["url"].as_str().unwrap()).unwrap().key.clone();
    let text = row["text"].as_str().unwrap();
    let found = text.split(['.', ',', '“', '”', '\n']).map(str::trim).filter(|part| part.len() > 20).any(|part| {
        let change =
            Change::Edit { article: key.clone(), find: part.to_owned(), replace: format!("{part} as of noon") };
        desk.newsroom.change(change).is_ok()
    });
    assert!(found, "no words of {key} could be changed");
}

#[test]
fn what_is_split_off_stays_apart_over_rebuild_settling_edit_and_restart() {
    let desk = Desk::gathered();
    let (old, before) = wire_story(&desk);
    let copy = id(before.iter().find(|m| m["role"] == "copy").unwrap());
    let rest: Vec<i64> = before.iter().map(id).filter(|article| *article != copy).collect();
    let all = groups(&desk);

    let story = old.to_string();
    let made = decided(
        &desk,
        &["story", "split", &story, &copy.to_string(), "--why", "another call <b>", "--by", "Ada Kestrel"],
    );
    let new = made["into"].as_i64().unwrap();
    let holds = |when: &str| {
        assert_eq!(story_of(&desk, copy), new, "{when}");
        assert!(rest.iter().all(|article| story_of(&desk, *article) == old), "{when}: the rest is as it was");
        desk.ok(&["verify"]);
    };
    holds("decided");
    desk.ok(&["rebuild", "stories"]);
    holds("rebuilt");
    desk.ok(&["rebuild", "stories"]);
    holds("rebuilt twice");
    // Both stories are touched by an edit and settled at the end of the pass.
    edit(&desk, copy);
    edit(&desk, rest[0]);
    desk.gather_again();
    holds("edited and settled");
    let revised = desk.articles().into_iter().find(|row| row["article"] == copy).unwrap();
    assert_eq!(revised["revision"], 2, "the edit was seen");

    // The old address leads to both, with who, when and why; so does the new one.
    let server = desk.serve();
    for (here, there) in [(old, new), (new, old)] {
        let (_, head, _) = server.ask(&format!("/s/{here}"), &[]);
        let path = head.lines().find_map(|l| l.strip_prefix("location: ")).unwrap();
        let page = server.page(path);
        assert!(page.contains(&format!("href=\"/s/{there}\"")), "/s/{here} leads to {there}");
        assert!(page.contains("Ada Kestrel") && page.contains("another call &#60;b&#62;"), "{page}");
        let log = server.page(&format!("/s/{here}/log"));
        assert!(log.contains("Ada Kestrel") && log.contains("another call &#60;b&#62;"), "{log}");
    }
    let log = server.json(&format!("/s/{old}/log.json?show=people"));
    let line = log["lines"].as_array().unwrap().iter().find(|line| line["event"] == "split_into").unwrap();
    assert_eq!(
        (&line["by"], &line["why"], &line["story"]),
        (&"Ada Kestrel".into(), &"another call <b>".into(), &new.into())
    );
    assert!(line["at"].is_string());
    let csv = server.page(&format!("/s/{old}/log.csv"));
    assert!(
        csv.lines().any(|line| line.contains("split_into") && line.contains("Ada Kestrel,another call <b>")),
        "{csv}"
    );
    drop(server);
    let log = lines(&desk.ok(&["story", "log", &story, "--people", "--json"]));
    assert!(log.iter().any(|line| line["event"] == "split_into" && line["decision"] == made["decision"]), "{log:?}");
    let kept = lines(&desk.ok(&["export", "--decisions"]));
    assert_eq!((kept.len(), &kept[0]["articles"][0]), (1, &copy.into()));

    // Taken back, everything is as the rules would have it.
    decided(&desk, &["story", "undo", &made["decision"].to_string()]);
    assert_eq!(story_of(&desk, copy), old);
    desk.ok(&["rebuild", "stories"]);
    assert_eq!(groups(&desk), all);
    desk.ok(&["verify"]);
}

#[test]
fn merged_and_moved_texts_stay_where_a_person_put_them() {
    let desk = Desk::gathered();
    let (wire, of_wire) = wire_story(&desk);
    // Two further stories that have nothing to do with it.
    let others: Vec<i64> = desk
        .articles()
        .iter()
        .filter_map(|row| row["story"].as_i64())
        .filter(|story| *story != wire)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let (one, two) = (others[0], others[1]);
    let of_one: Vec<i64> = members(&desk, one).iter().filter(|m| m["role"] != "maybe").map(id).collect();
    let of_two: Vec<i64> = members(&desk, two).iter().filter(|m| m["role"] != "maybe").map(id).collect();
    let mover = id(of_wire.iter().find(|m| m["role"] == "account").unwrap());

    let server = desk.serve();
    let (status, head, _) =
        server.send(&format!("/s/{one}/merge"), &format!("other=%2Fs%2F{two}-x&why=one+event&who=Ada"));
    assert_eq!(status, 303, "{head}");
    let place = format!("article={mover}&where=other&to={one}&why=&who=Ada");
    let (status, head, _) = server.send(&format!("/s/{wire}/place"), &place);
    assert_eq!(status, 303, "{head}");
    let done = head.lines().find_map(|l| l.strip_prefix("location: ")).unwrap().to_owned();
    let (_, head, _) = server.ask(&done, &[]);
    let page = server.page(head.lines().find_map(|l| l.strip_prefix("location: ")).unwrap());
    assert!(page.contains("Done.") && page.contains("/undo"), "it is confirmed, and can be taken back: {page}");
    let (_, head, _) = server.ask(&format!("/s/{two}"), &[]);
    assert!(head.contains(&format!("location: /s/{one}-")), "the story that ended leads on: {head}");
    drop(server);

    let holds = |when: &str| {
        let here: BTreeSet<i64> = members(&desk, one).iter().filter(|m| m["role"] != "maybe").map(id).collect();
        for article in of_one.iter().chain(&of_two).chain([&mover]) {
            assert!(here.contains(article), "{when}: article {article} stands in story {one}");
        }
        assert_ne!(story_of(&desk, id(of_wire.iter().find(|m| id(m) != mover).unwrap())), one, "{when}");
        desk.ok(&["verify"]);
    };
    holds("decided");
    desk.ok(&["rebuild", "stories"]);
    holds("rebuilt");
    for article in [mover, of_one[0]] {
        edit(&desk, article);
    }
    desk.gather_again();
    holds("edited and settled");
}

#[test]
fn a_running_server_that_gathers_goes_by_a_decision_at_once() {
    let desk = Desk::gathered();
    let (old, before) = wire_story(&desk);
    let copy = id(before.iter().find(|m| m["role"] == "copy").unwrap());
    let row = desk.articles().into_iter().find(|row| row["article"] == copy).unwrap();
    let manifest = desk.newsroom.manifest();
    let key = manifest.article_at(row["url"].as_str().unwrap()).unwrap().key.clone();
    let server = Server::start(desk.program().args(["serve", "--listen", "127.0.0.1:0"]));
    let (status, head, body) =
        server.send(&format!("/s/{old}/split"), &format!("article={copy}&why=not+the+same+event&who=Ada"));
    assert_eq!(status, 303, "{head}{body}");
    // A new headline in the feed brings a visit and a revision, which the thread that places takes up.
    desk.newsroom
        .change(Change::EditHeadline { article: key, headline: "Another headline altogether".into() })
        .unwrap();
    for feed in lines(&desk.ok(&["feed", "list", "--json"])) {
        let (status, ..) = server.send(&format!("/sources/feed/{}/refresh", feed["id"]), "");
        assert_eq!(status, 303, "{feed}");
    }
    let until = Instant::now() + Duration::from_secs(40);
    while server.json(&format!("/a/{copy}.json"))["revisions"].as_array().map_or(0, Vec::len) < 2 {
        assert!(Instant::now() < until, "the new headline was not seen");
        std::thread::sleep(Duration::from_millis(300));
    }
    // Settled once the gathering rests.
    std::thread::sleep(Duration::from_secs(3));
    drop(server);
    assert_ne!(story_of(&desk, copy), old);
    let left: Vec<i64> = members(&desk, old).iter().map(id).collect();
    assert_eq!(left.len(), before.len() - 1, "the rest is whole");
    desk.ok(&["verify"]);
}

#[test]
fn what_cannot_be_decided_is_told_in_a_sentence() {
    let desk = Desk::gathered();
    let (story, of_story) = wire_story(&desk);
    let number = story.to_string();
    let all: Vec<String> = of_story.iter().filter(|m| m["role"] != "maybe").map(|m| id(m).to_string()).collect();
    let refused = |args: &[&str], part: &str| {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(part), "{args:?}: {said}");
    };
    refused(&["story", "split", "99999", &all[0]], "there is no story 99999");
    refused(&["story", "split", &number, "99999"], "article 99999 does not stand in story");
    refused(&["story", "merge", &number, &number], "one story already");
    refused(&["story", "move", &all[0], &number], "already");
    refused(&["story", "undo", "7"], "there is no decision 7");
    refused(&["story", "log", "99999"], "there is no story 99999");
    let whole: Vec<&str> = ["story", "split", &number].into_iter().chain(all.iter().map(String::as_str)).collect();
    refused(&whole, "nothing left");
    let server = desk.serve();
    let (status, _, body) = server
        .send(&format!("/s/{story}/split"), &all.iter().map(|a| format!("article={a}")).collect::<Vec<_>>().join("&"));
    assert_eq!(status, 422, "{body}");
    assert!(body.contains("nothing left"), "{body}");
    refused(&["story", "split", &number, &all[0]], "on its page");
}
