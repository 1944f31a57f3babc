//! The contract of every filter: order, errors in place, the same bytes on any number of cores, code points.

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

fn filter(args: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_readout"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    drop(writer.join().unwrap());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Runs a filter on good records with two bad ones between them and checks what all filters promise.
fn keeps_the_contract(args: &[&str], records: &[Value]) -> Vec<Value> {
    let mut input = String::new();
    for (n, record) in records.iter().enumerate() {
        input.push_str(&record.to_string());
        input.push('\n');
        if n == 0 {
            input.push_str("this is no JSON\n{\"id\": \"empty\"}\n");
        }
    }
    let run = |jobs: &str| filter(&[args, &["--jobs", jobs]].concat(), &input);
    let (status, one, said) = run("1");
    assert_eq!(status, Some(3), "{args:?}: {said}");
    assert_eq!(said.lines().count(), 1, "one summary line: {said}");
    for jobs in ["2", "5"] {
        assert_eq!(run(jobs).1, one, "{args:?} with {jobs} jobs");
    }
    let rows: Vec<Value> = one.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut ids: Vec<Value> = records.iter().map(|record| record["id"].clone()).collect();
    ids.splice(1..1, [Value::Null, json!("empty")]);
    let got: Vec<Value> = rows.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(got, ids, "{args:?} keeps the order");
    for row in &rows[1..3] {
        assert!(row["error"]["code"].is_string() && row["error"]["message"].is_string(), "{row}");
    }
    rows.into_iter().filter(|row| row.get("error").is_none()).collect()
}

fn texts() -> Vec<Value> {
    let wire = "HALVIK, 17 November (Nordwire) — Norland and Vesk agreed on Tuesday to reopen the naval hotline across the \
                Kestrel Strait, the office of President Ilva Maren said, after a call that lasted forty minutes. The line has \
                been silent since the spring of last year, when two patrol boats collided off the Skerries.";
    let copy = format!("{wire} Our readers on the quay in Lovund heard of it from the radio.");
    let other = "The bakers of Brenna voted on Sunday to close their guild after four centuries, citing the price of flour \
                 and a shortage of apprentices. “We could not go on,” said master baker Oda Lind. “Nobody is left to wake at three.”";
    vec![
        json!({"id": "a", "title": "Norland, Vesk to reopen naval hotline", "text": wire, "date": "2031-11-17"}),
        json!({"id": "b", "title": "Leaders reopen hotline", "text": copy, "date": "2031-11-17"}),
        json!({"id": "c", "title": "Bakers of Brenna close their guild", "text": other, "date": "2031-11-16"}),
    ]
}

#[test]
fn copies_are_found_and_the_shared_passage_is_a_span_in_code_points() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base.jsonl");
    std::fs::write(&base, format!("{}\n{}\n", texts()[0], texts()[2])).unwrap();
    let rows = keeps_the_contract(
        &["story", "copies", "--base", base.to_str().unwrap()],
        &[texts()[1].clone(), texts()[2].clone()],
    );
    assert_eq!(rows[0]["matches"], json!(["a"]));
    assert!(rows[0]["shared"][0]["of_base"].as_f64().unwrap() > 0.9);
    assert_eq!(rows[1]["matches"], json!(["c"]));
}

#[test]
fn groups_put_copies_together_and_strangers_apart() {
    let rows = keeps_the_contract(&["story", "group"], &texts());
    assert_eq!(rows[0]["cluster"], rows[1]["cluster"]);
    assert_ne!(rows[0]["cluster"], rows[2]["cluster"]);
}

#[test]
fn annotations_are_spans_in_code_points() {
    let mut records = texts();
    records.push(json!({"id": "é", "text": "🎉 “Ми згодні,” said Olena Kovalenko on Friday in Kyiv, after 12 hours of talks.", "date": "2031-11-21"}));
    let rows = keeps_the_contract(&["annotate"], &records);
    for (row, record) in rows.iter().zip(&records) {
        let length = record["text"].as_str().unwrap().chars().count() as u64;
        for list in ["sentences", "entities", "timexes", "events", "numbers"] {
            for item in row[list].as_array().unwrap_or_else(|| panic!("{list} is missing: {row}")) {
                assert!(
                    item["start"].as_u64() < item["end"].as_u64() && item["end"].as_u64().unwrap() <= length,
                    "{list}: {item}"
                );
            }
        }
        assert!(row["attributions"].is_array());
    }
    let bakers = &rows[2];
    assert!(!bakers["attributions"].as_array().unwrap().is_empty(), "{bakers}");
}

#[test]
fn alignment_pairs_sentences_by_their_own_numbers() {
    let text = |id: &str, cluster: &str, sentences: &[&str]| {
        let sentences: Vec<Value> =
            sentences.iter().enumerate().map(|(n, text)| json!({"n": n + 10, "text": text})).collect();
        json!({"id": id, "cluster": cluster, "sentences": sentences})
    };
    let input = [
        text(
            "n",
            "x",
            &["President Maren spoke with Premier Arkady on Tuesday.", "They agreed to release 9 fishermen."],
        ),
        text(
            "v",
            "x",
            &[
                "The two sides agreed to release 11 fishermen.",
                "On Tuesday a telephone conversation of Premier Arkady with President Maren took place.",
            ],
        ),
        text("z", "y", &["The bakers closed their guild."]),
    ];
    let lines: String = input.iter().map(|value| format!("{value}\n")).collect();
    let (status, one, said) = filter(&["story", "align"], &lines);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(one, filter(&["story", "align", "--jobs", "3"], &lines).1);
    let rows: Vec<Value> = one.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 1, "one pair of texts shares a cluster");
    assert_eq!((&rows[0]["a"], &rows[0]["b"]), (&json!("n"), &json!("v")));
    let pairs = rows[0]["pairs"].as_array().unwrap();
    assert!(pairs.contains(&json!([11, 10])) && pairs.contains(&json!([10, 11])), "{pairs:?}");
    let differs = rows[0]["differs"].as_array().unwrap();
    assert!(differs.iter().any(|d| d["kind"] == "number"), "{differs:?}");
}

#[test]
fn timeline_sentences_are_verbatim() {
    let articles: Vec<Value> = (1..=6)
        .map(|day| {
            json!({"set": "strait", "id": format!("{day}"), "date": format!("2031-11-{day:02}"), "title": "Strait",
                   "text": format!("On {day} November the patrols met for the {day}. time. The sea was calm on {day} November.")})
        })
        .collect();
    let lines: String = articles.iter().map(|value| format!("{value}\n")).collect();
    let (status, out, said) = filter(&["story", "timeline", "--days", "3", "--sentences", "1"], &lines);
    assert_eq!(status, Some(0), "{said}");
    let row: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(row["set"], "strait");
    let entries = row["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for sentence in entries.iter().flat_map(|entry| entry["sentences"].as_array().unwrap()) {
        let sentence = sentence.as_str().unwrap();
        assert!(articles.iter().any(|a| a["text"].as_str().unwrap().contains(sentence)), "{sentence}");
    }
}

const PAGE: &str = "<!doctype html><html lang=en><head><title>Guild closes - Brenna Bote</title>\
    <meta property=og:title content='Bakers of Brenna close their guild'></head><body><nav><a href=/>Home</a></nav><article>\
    <h1>Bakers of Brenna close their guild</h1><p>The bakers of Brenna voted on Sunday to close their guild after four \
    centuries, citing the price of flour and a shortage of apprentices.</p><p>“We could not go on,” said master baker Oda \
    Lind, who has run the last shop on the market square since 2009 and will now teach at the school in Lovund.</p>\
    <p>The town council said it would buy the guild hall and keep the ovens for festivals, if the money can be found.</p>\
    </article></body></html>";

#[test]
fn pages_are_read_from_standard_input_folders_and_lists() {
    let records = [
        json!({"id": 1, "url": "https://bote.example/guild", "html": PAGE}),
        json!({"id": 2, "url": null, "html": PAGE}),
    ];
    let rows = keeps_the_contract(&["extract", "-"], &records);
    assert_eq!(rows[0]["title"], "Bakers of Brenna close their guild");
    assert!(rows[0]["text"].as_str().unwrap().contains("“We could not go on,”"));
    assert_eq!(rows[0]["held"], "full");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.html"), PAGE).unwrap();
    let (status, out, said) = filter(&["extract", folder.path().to_str().unwrap()], "");
    assert_eq!(status, Some(0), "{said}");
    assert!(out.contains("Bakers of Brenna"));
    let index = folder.path().join("index.jsonl");
    std::fs::write(&index, "{\"id\": \"x\", \"html\": \"one.html\", \"url\": \"https://bote.example/guild\"}\n")
        .unwrap();
    let (status, out, said) = filter(&["extract", "--index", index.to_str().unwrap()], "");
    assert_eq!(status, Some(0), "{said}");
    assert!(out.contains("\"id\":\"x\""));
}

#[test]
fn feeds_are_read_from_files_and_lists() {
    let folder = tempfile::tempdir().unwrap();
    let feed = "<rss version='2.0'><channel><title>Bote</title><item><title>One & two</title><link>https://bote.example/1</link></item></channel></rss>";
    std::fs::write(folder.path().join("a.xml"), feed).unwrap();
    std::fs::write(folder.path().join("b.xml"), "not a feed at all").unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (status, out, _) = filter(&["feed", "parse", &file("a.xml")], "");
    assert_eq!(status, Some(0));
    let row: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(row["entries"][0]["title"], "One & two");
    let index = file("index.jsonl");
    let line = |id: &str, name: &str| {
        format!("{{\"id\": \"{id}\", \"file\": \"{name}\", \"url\": null, \"headers\": {{}}}}\n")
    };
    std::fs::write(&index, line("1", "a.xml") + &line("2", "b.xml") + &line("3", "none.xml")).unwrap();
    let (_, out, _) = filter(&["feed", "parse", "--index", &index], "");
    let rows: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(rows[2]["error"]["code"].is_string(), "{}", rows[2]);
}
