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
fn six_copies_of_a_text_not_held_hang_under_the_agencys_name() {
    let desk = Desk::gathered();
    let manifest = desk.newsroom.manifest();
    let wire =
        manifest.stories.iter().find(|s| (s.texts, s.outlets, s.accounts) == (8, 8, 3)).expect("the story of job 6");
    let id = placed(&desk)[&wire.articles[0]];
    let server = desk.serve();
    let tree = server.json(&format!("/s/{id}/tree.json"));
    let edges = tree["edges"].as_array().unwrap();
    let carried: Vec<_> = edges.iter().filter(|e| e["source"].is_null() && e["source_name"] == "Nordwire").collect();
    assert_eq!(carried.len(), 6, "{edges:#?}");
    for edge in carried {
        let credit = &edge["evidence"][0];
        assert_eq!((credit["kind"].as_str(), edge["is_directed"].as_bool()), (Some("credit"), Some(true)), "{edge:#?}");
        assert!(credit["quote"].as_str().unwrap().contains("Nordwire"), "{credit}");
    }
    let node = tree["nodes"].as_array().unwrap().iter().find(|n| n["not_held"] == "Nordwire").expect("the agency");
    assert_eq!(node["carried_by"], 6);
    assert_eq!((&tree["counts"]["distinct_texts"], &tree["counts"]["independent_accounts"]), (&3.into(), &3.into()));
    let (_, _, body) = server.ask(&format!("/s/{id}"), &[]);
    let page = if body.is_empty() { server.page(&redirected(&server, id)) } else { body };
    assert!(page.contains("text, not held; carried by 6"), "{page}");
}

/// Where the address of a story leads.
fn redirected(server: &crate::desk::Server, id: i64) -> String {
    let (_, head, _) = server.ask(&format!("/s/{id}"), &[]);
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("location:")).expect("a redirect");
    line.split_once(':').unwrap().1.trim().to_owned()
}

#[test]
fn a_chain_of_agency_and_rewrites_is_drawn_with_its_evidence() {
    let desk = Desk::gathered();
    let (wire, skerry, ilmar) = (desk.row("lamp-nordwire"), desk.row("lamp-skerry"), desk.row("lamp-ilmar"));
    let id = wire["story"].as_i64().expect("it stands in a story");
    let number = |row: &serde_json::Value| row["article"].as_i64().unwrap();
    let server = desk.serve();
    let tree = server.json(&format!("/s/{id}/tree.json"));
    let edges = tree["edges"].as_array().unwrap();
    let of = |taker: i64| {
        edges.iter().find(|e| e["taker"] == taker && e["is_main"] == true).unwrap_or_else(|| panic!("{edges:#?}"))
    };
    for (row, proof) in [(&skerry, "earlier"), (&ilmar, "credit")] {
        let edge = of(number(row));
        assert_eq!(
            (edge["source"].as_i64(), edge["kind"].as_str()),
            (Some(number(&wire)), Some("rewrite")),
            "{edge:#?}"
        );
        let proofs: Vec<_> = edge["evidence"].as_array().unwrap().iter().map(|p| p["kind"].as_str().unwrap()).collect();
        assert!(proofs.contains(&proof), "{edge:#?}");
        assert!(edge["shared_per_cent"].as_i64().unwrap() > 20);
    }
    // The account in Ukrainian joins across languages and hangs under the agency that it names.
    let kuryer = desk.row("lamp-kuryer");
    assert_eq!(kuryer["story"], wire["story"], "{kuryer:#?}");
    let edge = of(number(&kuryer));
    let found = (edge["source"].as_i64(), edge["kind"].as_str());
    assert_eq!(found, (Some(number(&wire)), Some("translation")), "{edge:#?}");
    // Every quoted line stands in the text it is quoted from, to the letter.
    for (edge, proof) in edges.iter().flat_map(|e| e["evidence"].as_array().unwrap().iter().map(move |p| (e, p))) {
        let Some(quote) = proof["quote"].as_str() else { continue };
        let path = proof["path"].as_str().unwrap();
        let number: i64 = path.split('/').nth(2).unwrap().parse().unwrap();
        let text = desk.articles().into_iter().find(|row| row["article"] == number).unwrap();
        if path.contains("/r/") {
            assert!(text["text"].as_str().unwrap().contains(quote), "{quote} of {edge:#?}");
        }
    }
    // Outlet time and our own are both there, in UTC, and the outlet's zone beside it.
    let page = server.page(&format!("/s/{id}/tree"));
    assert!(page.contains("UTC</time> (") && page.contains("at UTC+02"), "{page}");
    assert!(page.contains("first seen by us"));
    assert!(page.contains("<svg") && !server.page(&format!("/s/{id}/tree?view=list")).contains("<svg class=\"wide\""));
    let counts = &tree["counts"];
    assert_eq!(counts["distinct_texts"], counts["texts"], "rewrites are texts of their own");
    assert_eq!(counts["independent_accounts"], 1, "{tree:#?}");
    desk.ok(&["verify"]);
}

#[test]
fn a_text_without_a_trustworthy_time_is_never_said_to_be_earlier() {
    let desk = Desk::gathered();
    let stories: BTreeSet<i64> = placed(&desk).into_values().collect();
    let server = desk.serve();
    let mut seen = (0, 0);
    for id in stories {
        let tree = server.json(&format!("/s/{id}/tree.json"));
        let trusted: BTreeMap<i64, bool> = tree["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|n| Some((n["article"]["id"].as_i64()?, n["is_time_trusted"].as_bool()?)))
            .collect();
        seen.0 += trusted.values().filter(|is_trusted| !**is_trusted).count();
        for edge in tree["edges"].as_array().unwrap() {
            let timed = edge["evidence"].as_array().unwrap().iter().any(|p| p["kind"] == "earlier");
            let held = edge["source"].as_i64().filter(|_| timed);
            seen.1 += usize::from(timed);
            assert!(held.is_none_or(|source| trusted[&source]), "{edge:#?}");
            assert!(edge["is_directed"] == false || !edge["evidence"].as_array().unwrap().is_empty(), "{edge:#?}");
        }
    }
    assert!(seen.0 >= 1 && seen.1 >= 5, "texts without such a time, edges with one: {seen:?}");
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

#[test]
fn one_event_in_three_languages_is_one_story_and_says_why() {
    let desk = Desk::gathered();
    let (courant, kuryer, mirat) = (desk.row("prize-courant"), desk.row("prize-kuryer"), desk.row("prize-mirat"));
    assert_eq!(kuryer["story"], courant["story"], "{kuryer:#?}");
    assert_eq!(mirat["story"], courant["story"], "{mirat:#?}");
    let server = desk.serve();
    // "Why here?" of the Ukrainian account names what it shares in its own words.
    let (_, head, _) = server.ask(&format!("/s/{}", courant["story"]), &[]);
    let address = head.lines().find_map(|line| line.strip_prefix("location: ")).expect("the address with its title");
    let page = server.page(address.trim());
    let reason = page.lines().find(|line| line.contains("Делорм") && line.contains("lang=\"uk\""));
    assert!(reason.is_some(), "{page}");
}
