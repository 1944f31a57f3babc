//! Job 3 and the other things that can be taken in; what goes out comes in again.

use crate::desk::Desk;

const SAVED: &str = include_str!("../../../../fixtures/saved/headline-page.txt");

#[test]
fn damaged_headline_page_is_taken_in_without_lying() {
    let desk = Desk::empty();
    let file = desk.folder.path().join("page.txt");
    std::fs::write(&file, SAVED).unwrap();
    let first = desk.ok(&["import", file.to_str().unwrap()]);
    assert!(first.contains(" 7 new"), "{first}");
    let again = desk.ok(&["import", file.to_str().unwrap()]);
    assert!(again.contains(" 0 new"), "{again}");

    let rows = desk.articles();
    assert_eq!(rows.len(), 7, "one article and six headlines, the repeated one once");
    let lead = rows
        .iter()
        .find(|row| row["title"] == "Maren and Arkady discuss ‘hotline’ on issues including fishing, Vesk says");
    let lead = lead.expect("the article on the page is a record of its own");
    assert_eq!(lead["outlet"], "Halvik Courant");
    let text = lead["text"].as_str().unwrap();
    assert!(text.contains("Franois Delorme"), "lost letters are never silently repaired: {text}");
    assert!(!text.contains("Photograph:"), "the caption stands apart");
    let untitled = rows.iter().find(|row| row["title"].as_str().unwrap().starts_with("Harbour pilots")).unwrap();
    assert!(untitled["outlet"].is_null(), "no outlet is guessed");
    let dashed = rows.iter().find(|row| row["title"].as_str().unwrap().starts_with("Talks resume")).unwrap();
    assert_eq!(dashed["title"], "Talks resume - at last - in Lovund");
    assert_eq!(dashed["outlet"], "Skerry Post");
    assert_eq!(dashed["published_at"], "2031-12-02");

    let server = desk.serve();
    let id = lead["article"].as_i64().unwrap();
    let page = server.page(&format!("/a/{id}.json"));
    assert!(
        page.contains("François") && page.contains("Franois"),
        "the mark carries a candidate and the original: {page}"
    );
    let repeated = rows.iter().find(|row| row["title"].as_str().unwrap().starts_with("Video captures")).unwrap();
    let page = server.page(&format!("/a/{}.json", repeated["article"]));
    assert!(page.contains("positions"), "both positions are kept: {page}");
    drop(server);
    desk.ok(&["verify"]);
}

#[test]
fn exported_warc_and_opml_and_json_lines_come_in_again() {
    let desk = Desk::gathered();
    let rows = desk.articles();
    let with_bytes = rows.iter().filter(|row| row["held"] == "full").count();

    let other = Desk::empty();
    let warc = other.folder.path().join("out.warc.gz");
    desk.ok(&["export", "--format", "warc", "--output", warc.to_str().unwrap()]);
    other.done(&["import", warc.to_str().unwrap()]);
    let taken = other.articles();
    assert!(taken.len() >= with_bytes, "{} of {with_bytes} came in", taken.len());
    for row in taken.iter().filter(|row| row["held"] == "full") {
        let same = rows.iter().find(|known| known["url"] == row["url"]);
        if let Some(same) = same {
            assert_eq!(same["text"], row["text"]);
        }
    }
    let again = other.done(&["import", warc.to_str().unwrap()]);
    assert!(again.contains(" 0 new"), "{again}");

    let opml = other.folder.path().join("feeds.opml");
    std::fs::write(&opml, desk.ok(&["feed", "export"])).unwrap();
    other.ok(&["feed", "import", opml.to_str().unwrap()]);
    let count = |desk: &Desk| desk.ok(&["feed", "list", "--json"]).lines().count();
    assert_eq!(count(&other), count(&desk));

    let list = Desk::empty();
    let file = list.folder.path().join("articles.jsonl");
    std::fs::write(&file, desk.ok(&["export"])).unwrap();
    list.done(&["import", file.to_str().unwrap()]);
    assert_eq!(list.articles().len(), rows.len());
    let again = list.done(&["import", file.to_str().unwrap()]);
    assert!(again.contains(" 0 new"), "{again}");
}
