//! Job 9 on a small scale: a topic of many years seen at a glance, from decade to day.

use crate::desk::Desk;
use serde_json::{Value, json};

/// Texts on a ferry over eight years, none of 2019: outlet, time, headline, text.
const TEXTS: &[(&str, &str, &str, &str)] = &[
    (
        "Skerry Post",
        "2017-03-07T09:00:00+01:00",
        "Ferry to Ternholm runs aground",
        "The ferry to Ternholm ran aground on the Harrow reef on Monday with forty passengers on board. \
         Nobody was hurt when the ferry was pulled free by the pilot boat of the harbour.",
    ),
    (
        "Fjord Echo",
        "2017-03-07T11:30:00+01:00",
        "Grounding off Ternholm",
        "The ferry to Ternholm ran aground on the Harrow reef on Monday with forty passengers on board. \
         Divers will look at the hull of the ferry before it sails again.",
    ),
    (
        "Halvik Courant",
        "2018-06-02T08:00:00+02:00",
        "Harbour office blames the chart",
        "The harbour office said on Friday that the chart of the Harrow reef had been wrong for years. \
         The ferry to Ternholm, which ran aground on the Harrow reef on 6 March 2017, was sold to a shipyard.",
    ),
    (
        "Skerry Post",
        "2020-09-15T07:00:00+02:00",
        "New ferry to Ternholm named",
        "The new ferry to Ternholm was named yesterday in front of half the island and all of its children. \
         It replaces the ship that ran aground on the Harrow reef on 6 March 2017 with forty passengers.",
    ),
    (
        "Fjord Echo",
        "2024-01-10T12:00:00+01:00",
        "Ferry to Ternholm to be electric",
        "The island council wants the ferry to Ternholm to run on batteries from the spring of next year. \
         The first charging station will be opened on 4 May 2024 at the old customs house of Ternholm.",
    ),
];

fn entries(page: &Value) -> &[Value] {
    page["entries"].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn topic_of_many_years_is_seen_at_a_glance_from_decade_to_day() {
    let desk = Desk::empty();
    let lines: Vec<String> = TEXTS
        .iter()
        .enumerate()
        .map(|(n, (outlet, at, title, text))| {
            let url = format!("https://outlet.example/ferry/{n}");
            json!({"url": url, "title": title, "text": text, "outlet": outlet, "published_at": at, "language": "en"})
                .to_string()
        })
        .collect();
    let file = desk.folder.path().join("ferry.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    desk.done(&["import", file.to_str().unwrap()]);
    desk.ok(&["topic", "add", "Ternholm ferry", "--query", "ferry Ternholm"]);
    let server = desk.serve();
    let timeline = "/t/ternholm-ferry/timeline";
    let all = (0..100)
        .map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            server.json(&format!("{timeline}.json"))
        })
        .find(|page| page["texts"] == TEXTS.len())
        .expect("every text comes into the topic");

    // Years without a text are there, and empty.
    let years: Vec<(&str, u64)> = all["buckets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|year| (year["zoom"].as_str().unwrap(), year["sentences"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        years.iter().map(|year| year.0).collect::<Vec<_>>(),
        ["2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024"]
    );
    let empty: Vec<&str> = years.iter().filter(|year| year.1 == 0).map(|year| year.0).collect();
    assert_eq!(empty, ["2019", "2021", "2022", "2023"]);
    let page = server.page(timeline);
    assert_eq!(page.matches(r#"<path class="l-2""#).count(), 4, "empty years are drawn as empty: {page}");
    assert!(page.contains("2021 to 2023") && page.contains("0 (empty)"), "{page}");

    // Decade, year, month, day: every step holds the day of the grounding, word for word, as list and as table.
    let rows = desk.articles();
    for zoom in ["", "?zoom=2010s", "?zoom=2017", "?zoom=2017-03", "?zoom=2017-03-06", "?from=2017-02-01&to=2017-04-30"]
    {
        let page = server.json(&format!("{timeline}.json{zoom}"));
        let grounding = entries(&page).iter().find(|entry| entry["day"] == "2017-03-06");
        let grounding = grounding.unwrap_or_else(|| panic!("the grounding stands in {zoom}: {page}"));
        assert!(grounding["text"].as_str().unwrap().contains("Harrow reef"), "{grounding}");
        let table = server.page(&format!("{timeline}{zoom}{}view=table", if zoom.is_empty() { "?" } else { "&" }));
        let list = server.page(&format!("{timeline}{zoom}"));
        for entry in entries(&page) {
            let text = entry["text"].as_str().unwrap();
            let row = rows.iter().find(|row| row["article"] == entry["article"]).unwrap();
            assert!(row["text"].as_str().unwrap().contains(text), "{text} is no sentence of its article");
            assert_eq!(row["outlet"], entry["outlet"]["name"]);
            assert!(entry["published_at"].is_string(), "{entry}");
            let link = format!("href=\"{}\"", entry["path"].as_str().unwrap());
            assert!(list.contains(&link) && table.contains(&link), "{zoom}: {link}");
        }
        assert_eq!(
            table.matches(", sentence ").count(),
            entries(&page).len(),
            "{zoom}: the table holds no more than the list"
        );
    }
    let year = server.json(&format!("{timeline}.json?zoom=2019"));
    assert_eq!((entries(&year).len(), &year["sentences"]), (0, &json!(0)));

    // The day itself: one sentence of two outlets once, under the earlier; and what was told of it years later.
    let day = server.json(&format!("{timeline}.json?zoom=2017-03-06"));
    let told: Vec<(&str, u64)> = entries(&day)
        .iter()
        .map(|entry| (entry["telling"].as_str().unwrap(), entry["texts"].as_u64().unwrap()))
        .collect();
    assert_eq!(told.iter().filter(|told| **told == ("near", 2)).count(), 1, "{day}");
    assert_eq!(told.iter().filter(|told| told.0 == "later").count(), 2, "{day}");
    let first = entries(&day).iter().find(|entry| entry["texts"] == 2).unwrap();
    assert_eq!((&first["outlet"]["name"], &first["day_from"]), (&json!("Skerry Post"), &json!("reckoned")));
    assert_eq!(entries(&server.json(&format!("{timeline}.json?zoom=2024-05"))).len(), 1, "a plan stands on its day");

    // A story has one too, and so has each list its feed.
    let story = rows.iter().find_map(|row| row["story"].as_i64()).unwrap();
    assert!(!entries(&server.json(&format!("/s/{story}/timeline.json"))).is_empty());
    assert!(server.page(&format!("{timeline}.atom")).contains("Harrow reef"));
    assert!(server.page(&format!("{timeline}.csv")).starts_with("day,day_from,"));
    drop(server);
    desk.ok(&["verify"]);
    desk.ok(&["rebuild", "stories"]);
    desk.ok(&["verify"]);
}
