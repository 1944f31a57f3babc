//! Jobs 1, 2, 4 and 5: follow a topic, keep the text, catch a silent edit, notice a disappearance.

use crate::desk::{Desk, lines, program};
use newsroom::{Absence, Change};
use std::collections::BTreeSet;

#[test]
fn topic_lists_exactly_the_matching_articles_each_once() {
    let desk = Desk::gathered();
    let rows = desk.articles();
    let urls: BTreeSet<&str> = rows.iter().filter_map(|row| row["url"].as_str()).collect();
    assert_eq!(urls.len(), rows.len(), "an article stands twice");
    let server = desk.serve();
    let topics = lines(&desk.ok(&["topic", "list", "--json"]));
    for topic in &desk.newsroom.manifest().topics {
        let listed = topics.iter().find(|row| row["name"] == topic.title.as_str()).unwrap();
        let expected: BTreeSet<&str> =
            topic.members.iter().map(|key| desk.newsroom.manifest().article(key).unwrap().url.as_str()).collect();
        let id = listed["id"].as_i64().unwrap();
        let members: BTreeSet<&str> = rows
            .iter()
            .filter(|row| row["topics"].as_array().unwrap().iter().any(|t| t.as_i64() == Some(id)))
            .filter_map(|row| row["url"].as_str())
            .collect();
        assert_eq!(members, expected, "topic {}", topic.slug);
        let page = server.page(&format!("/t/{}.json", listed["slug"].as_str().unwrap()));
        assert!(page.contains("because"), "members say why they matched: {page}");
    }
}

#[test]
fn every_published_article_is_held_as_its_outlet_lets_it() {
    let desk = Desk::gathered();
    let rows = desk.articles();
    let mut wrong = Vec::new();
    for article in desk.newsroom.manifest().articles.iter().filter(|article| article.published) {
        let found = rows.iter().find(|row| row["url"].as_str() == Some(&article.url));
        match found {
            None => wrong.push(format!("{} is missing", article.key)),
            Some(row) if row["held"] != article.held.word() => {
                wrong.push(format!("{} is held {} instead of {}", article.key, row["held"], article.held.word()));
            }
            Some(row) if article.held == newsroom::Held::Full && row["text"] != article.text().as_str() => {
                wrong.push(format!(
                    "{} has another text:\n{}\n--- expected\n{}",
                    article.key,
                    row["text"],
                    article.text()
                ));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{} of the articles are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn text_is_the_same_character_for_character_in_every_form() {
    let desk = Desk::gathered();
    let hard = desk
        .newsroom
        .manifest()
        .articles
        .iter()
        .find(|article| article.text().contains("François") && article.text().contains("Peña"))
        .expect("one article holds the difficult characters");
    let expected = hard.text();
    let row = desk.row(&hard.key);
    assert_eq!(row["text"].as_str().unwrap(), expected, "JSON Lines");

    let id = row["article"].as_i64().unwrap();
    let server = desk.serve();
    let json = server.page(&format!("/a/{id}.json"));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(holds(&value, &expected), "JSON page");
    let html = unescape(&server.page(&format!("/a/{id}")));
    for block in expected.split("\n\n") {
        // A sentence may stand in an element of its own; the words between tags are compared.
        assert!(flat(&html).contains(&flat(block)), "HTML lacks: {block}");
    }
    drop(server);

    let copy = tempfile::tempdir().unwrap();
    copy_folder(desk.folder.path(), copy.path());
    let restored = program(copy.path()).arg("export").output().unwrap();
    let rows = lines(&String::from_utf8(restored.stdout).unwrap());
    let again = rows.iter().find(|row| row["url"].as_str() == Some(&hard.url)).unwrap();
    assert_eq!(again["text"].as_str().unwrap(), expected, "backup and restore");

    let parquet = desk.folder.path().join("out.parquet");
    desk.ok(&["export", "--format", "parquet", "--output", parquet.to_str().unwrap()]);
    let reader = parquet::file::reader::SerializedFileReader::new(std::fs::File::open(&parquet).unwrap()).unwrap();
    let rows: Vec<_> = parquet::file::reader::FileReader::get_row_iter(&reader, None)
        .unwrap()
        .map(|row| row.unwrap().to_json_value())
        .collect();
    let row = rows.iter().find(|row| row["url"].as_str() == Some(&hard.url)).unwrap();
    assert_eq!(row["text"].as_str().unwrap(), expected, "Parquet");

    let csv = desk.ok(&["export", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let row = reader.records().map(Result::unwrap).find(|row| row[column("url")] == *hard.url).unwrap();
    assert_eq!(&row[column("text")], expected, "CSV");
}

#[test]
fn silent_edit_makes_one_substantive_revision_and_furniture_makes_none() {
    let desk = Desk::gathered();
    let before = desk.articles();
    for outlet in desk.newsroom.outlets() {
        desk.newsroom.change(Change::ChangeFurniture { outlet: outlet.slug.clone() }).unwrap();
    }
    desk.gather_again();
    let after = desk.articles();
    let numbers = |rows: &[serde_json::Value]| {
        let mut all: Vec<_> = rows.iter().map(|row| (row["article"].as_i64(), row["revision"].as_i64())).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(numbers(&before), numbers(&after), "furniture made a revision");

    let (key, find, replace) = edit(&desk);
    desk.newsroom.change(Change::Edit { article: key.clone(), find: find.clone(), replace: replace.clone() }).unwrap();
    desk.gather_again();
    let row = desk.row(&key);
    assert_eq!(row["revision"], 2);
    assert!(row["text"].as_str().unwrap().contains(&replace));

    let id = row["article"].as_i64().unwrap();
    let server = desk.serve();
    let first = server.page(&format!("/a/{id}/r/1.json"));
    assert!(first.contains(&find), "revision 1 stays at its address");
    let diff = server.json(&format!("/a/{id}/diff/1..2.json"));
    assert_eq!(count(&diff, &|value| value["relation"] == "changed" || value["kind"] == "changed"), 1, "{diff:#}");
    assert!(diff.to_string().contains("substantive"), "{diff:#}");
    let edits = server.json("/revisions.json");
    assert_eq!(edits["edits"].as_array().unwrap().len(), 1, "{edits:#}");
    let feed = server.page("/revisions.atom");
    assert_eq!(feed.matches("<entry").count(), 1);
}

#[test]
fn vanished_article_is_marked_gone_after_two_visits_and_unmarked_when_back() {
    let desk = Desk::gathered();
    let article = desk
        .newsroom
        .manifest()
        .articles
        .iter()
        .find(|article| article.published && article.held == newsroom::Held::Full)
        .unwrap();
    let key = article.key.clone();
    for how in [Absence::NotFound, Absence::Gone, Absence::FrontPage] {
        desk.newsroom.change(Change::Vanish { article: key.clone(), how }).unwrap();
        desk.gather_again();
        assert!(desk.row(&key)["gone_at"].is_null(), "{how:?}: one visit is not enough");
        desk.gather_again();
        let row = desk.row(&key);
        assert!(row["gone_at"].is_string(), "{how:?}: gone after two visits");
        assert!(!row["text"].as_str().unwrap().is_empty(), "the text stays readable");
        desk.newsroom.change(Change::Return { article: key.clone() }).unwrap();
        desk.gather_again();
        assert!(desk.row(&key)["gone_at"].is_null(), "{how:?}: back again");
    }
    assert_eq!(desk.row(&key)["revision"], 1, "going and coming back is no edit");
}

#[test]
fn second_cycle_asks_conditionally_and_adds_nothing() {
    let desk = Desk::gathered();
    let before = desk.articles().len();
    desk.newsroom.forget_requests();
    desk.gather_again();
    assert_eq!(desk.articles().len(), before);
    let requests = desk.newsroom.requests();
    assert!(requests.iter().any(|seen| seen.status == 304), "no conditional request was answered 304");
    assert!(requests.iter().all(|seen| seen.user_agent.as_deref().is_some_and(|agent| agent.starts_with("Readout/"))));
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let desk = Desk::empty();
    std::fs::remove_file(desk.folder.path().join("readout.toml")).unwrap();
    let outlet = &desk.newsroom.outlets()[0];
    desk.ok(&["feed", "add", &outlet.feeds[0].url]);
    desk.done(&["ingest", "--once"]);
    assert!(desk.newsroom.requests().is_empty(), "a private address was reached");
    let feeds = desk.ok(&["feed", "list", "--json"]);
    assert!(feeds.contains("private address"), "{feeds}");
}

/// An article with full text and a sentence in it whose number can change.
fn edit(desk: &Desk) -> (String, String, String) {
    for article in desk.newsroom.manifest().articles.iter().filter(|a| a.published && a.language == "en") {
        if article.held != newsroom::Held::Full || article.copy_of.is_some() {
            continue;
        }
        let text = article.text();
        for (word, other) in [(" five ", " seven "), (" three ", " four "), (" two ", " nine "), (" six ", " eight ")] {
            if text.matches(word).count() == 1 {
                let at = text.find(word).unwrap();
                let start = text[..at].rfind(' ').unwrap_or(0);
                let end = at + word.len() + text[at + word.len()..].find([' ', '.', ',']).unwrap();
                let find = text[start..end].trim().to_owned();
                if text.matches(&find).count() == 1 && !find.contains('\n') {
                    let replace = find.replace(word, other);
                    return (article.key.clone(), find, replace);
                }
            }
        }
    }
    panic!("no article can be edited");
}

fn count(value: &serde_json::Value, is: &dyn Fn(&serde_json::Value) -> bool) -> usize {
    let below: usize = match value {
        serde_json::Value::Array(items) => items.iter().map(|item| count(item, is)).sum(),
        serde_json::Value::Object(fields) => fields.values().map(|item| count(item, is)).sum(),
        _ => 0,
    };
    below + usize::from(value.is_object() && is(value))
}

fn holds(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::String(found) => found == text,
        serde_json::Value::Array(items) => items.iter().any(|item| holds(item, text)),
        serde_json::Value::Object(fields) => fields.values().any(|item| holds(item, text)),
        _ => false,
    }
}

/// The words of a page without its tags and white space.
fn flat(html: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in html.chars() {
        match c {
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            c if depth == 0 && !c.is_whitespace() && c != '|' => out.push(c),
            _ => {}
        }
    }
    out
}

fn unescape(html: &str) -> String {
    html.replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#60;", "‹")
        .replace("&lt;", "‹")
        .replace("&gt;", "›")
        .replace("&#62;", "›")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
