//! Jobs 6 and 10 in their first form, and stories that must stay apart.

use crate::desk::{Desk, lines};
use std::collections::{BTreeMap, BTreeSet};

/// Key of an article in the newsroom -> number of its story in the archive.
fn placed(desk: &Desk) -> BTreeMap<String, i64> {
    let manifest = desk.newsroom.manifest();
    desk.articles()
        .iter()
        .filter_map(|row| Some((manifest.article_at(row["url"].as_str()?)?.key.clone(), row["story"].as_i64()?)))
        .collect()
}

#[test]
fn wire_text_and_its_copies_count_as_one_account() {
    let desk = Desk::gathered();
    let manifest = desk.newsroom.manifest();
    let wire =
        manifest.stories.iter().find(|s| (s.texts, s.outlets, s.accounts) == (8, 8, 3)).expect("the story of job 6");
    let placed = placed(&desk);
    let stories: BTreeSet<i64> = wire.articles.iter().map(|key| placed[key]).collect();
    assert_eq!(stories.len(), 1, "its texts stand in {stories:?}");
    let id = stories.into_iter().next().unwrap().to_string();
    let shown = desk.ok(&["story", "show", &id]);
    assert!(shown.contains("8 texts, 8 outlets, 3 independent accounts"), "{shown}");
    let members = lines(&desk.ok(&["story", "show", &id, "--json"]));
    let copies = members.iter().filter(|member| member["role"] == "copy").count();
    assert_eq!(copies, 5, "six carry one text: one stands for it, five are folded");
}

#[test]
fn near_twin_stories_stay_apart_and_no_false_merge_is_made() {
    let desk = Desk::gathered();
    let manifest = desk.newsroom.manifest();
    let placed = placed(&desk);
    let mut truth: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    for (key, story) in &placed {
        truth.entry(*story).or_default().insert(&manifest.article(key).unwrap().story);
    }
    let merged: Vec<_> = truth.iter().filter(|(_, stories)| stories.len() > 1).collect();
    assert!(merged.is_empty(), "stories that hold two events: {merged:?}");
}

#[test]
fn both_readouts_stand_level_sentence_by_sentence() {
    let desk = Desk::gathered();
    let manifest = desk.newsroom.manifest();
    let placed = placed(&desk);
    let mut officials: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for (key, story) in &placed {
        let article = manifest.article(key).unwrap();
        if article.kind.word() == "official" {
            officials.entry(*story).or_default().push(key);
        }
    }
    let (story, pair) = officials.iter().find(|(_, keys)| keys.len() == 2).expect("both readouts in one story");
    let row = |key: &str| desk.row(key);
    let (a, b) = (row(pair[0]), row(pair[1]));
    let (a_id, b_id) = (a["article"].as_i64().unwrap(), b["article"].as_i64().unwrap());
    let rows =
        lines(&desk.ok(&["story", "compare", &story.to_string(), &a_id.to_string(), &b_id.to_string(), "--json"]));
    for (side, text) in [("a", &a), ("b", &b)] {
        let count = news::text::sentences(text["text"].as_str().unwrap()).len();
        let mut seen: Vec<u64> =
            rows.iter().flat_map(|row| row[side].as_array().unwrap()).filter_map(|n| n.as_u64()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..count as u64).collect::<Vec<_>>(), "every sentence of {side} stands once");
    }
    let with = |is: &dyn Fn(&serde_json::Value) -> bool| rows.iter().filter(|row| is(row)).count();
    assert!(with(&|row| row["a"] != serde_json::json!([]) && row["b"] != serde_json::json!([])) >= 2, "{rows:#?}");
    assert!(with(&|row| row["differs"] != serde_json::json!([])) >= 1, "no planted difference was found: {rows:#?}");
    assert!(with(&|row| row["b"] == serde_json::json!([])) + with(&|row| row["a"] == serde_json::json!([])) >= 1);

    let server = desk.serve();
    let page = server.page(&format!("/s/{story}/compare?a={a_id}&b={b_id}"));
    assert!(page.contains(&format!("/a/{a_id}/r/1#")), "sentences link to their place in their revision");
    assert!(page.contains(&format!("/a/{b_id}/r/1#")));
}

#[test]
fn regrouping_everything_gives_the_same_stories() {
    let desk = Desk::gathered();
    let before = placed(&desk);
    desk.ok(&["rebuild", "stories"]);
    let after = placed(&desk);
    let groups = |placed: &BTreeMap<String, i64>| {
        let mut groups: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for (key, story) in placed {
            groups.entry(*story).or_default().insert(key.clone());
        }
        groups.into_values().collect::<BTreeSet<_>>()
    };
    assert_eq!(groups(&before), groups(&after));
    desk.ok(&["verify"]);
}
