//! The owner's rules: taken up while serving, heeded by following, explained, and applied to what is kept.

use crate::desk::{Desk, Server, lines, program};
use newsroom::Held;
use serde_json::Value;
use std::time::{Duration, Instant};

const MARK: &str = "A test of ours wrote this line.";

/// A published article held in full, and a rule that takes the first paragraph out of every text of its outlet.
fn site(desk: &Desk) -> (String, String) {
    let manifest = desk.newsroom.manifest();
    let article = manifest.articles.iter().find(|a| a.published && a.held == Held::Full).unwrap();
    let host = url::Url::parse(&article.url).unwrap().host_str().unwrap().to_owned();
    (article.key.clone(), host)
}

fn report(desk: &Desk, args: &[&str]) -> Value {
    lines(&desk.ok(args)).remove(0)
}

#[test]
fn rules_change_kept_texts_after_a_report_and_make_no_edit() {
    let desk = Desk::gathered();
    let (key, host) = site(&desk);
    let held = desk.row(&key);
    let nothing = report(&desk, &["rebuild", "text", "--dry-run", "--json"]);
    assert!(nothing["looked_at"].as_u64().unwrap() > 50, "{nothing}");

    let rules = desk.folder.path().join("rules.toml");
    std::fs::write(&rules, format!("[site.\"{host}\"]\nheadline = \"h1:not(.x)\"\ndrop = \"p:nth-of-type(1)\"\n"))
        .unwrap();
    let before = desk.articles();
    let dry = report(&desk, &["rebuild", "text", "--dry-run", "--json"]);
    assert!(dry["changed"].as_u64().unwrap() > nothing["changed"].as_u64().unwrap(), "{dry}");
    assert!(dry["fields"]["text"].as_u64().unwrap() > 0 && dry["words_lost"].as_u64().unwrap() > 0, "{dry}");
    assert!(!dry["biggest"].as_array().unwrap().is_empty() && !dry["outlets"].as_array().unwrap().is_empty(), "{dry}");
    assert_eq!(desk.articles(), before, "--dry-run changed something");

    let said = desk.ok(&["rebuild", "text"]);
    assert!(said.contains("by field: ") && said.contains("texts written"), "{said}");
    let row = desk.row(&key);
    assert_eq!(row["revision"], held["revision"], "a rebuild is no revision");
    assert!(row["text"].as_str().unwrap().len() < held["text"].as_str().unwrap().len());
    let again = report(&desk, &["rebuild", "text", "--dry-run", "--json"]);
    assert_eq!(again["changed"], 0, "{again}");

    // The text held before is still a reading of its revision, and the outlet edited nothing.
    desk.gather_again();
    let server = desk.serve();
    assert_eq!(server.json("/revisions.json")["edits"].as_array().unwrap().len(), 0);
    desk.ok(&["verify"]);
}

#[test]
fn visit_after_a_change_of_rules_is_no_edit() {
    let desk = Desk::gathered();
    let (key, host) = site(&desk);
    let rules = desk.folder.path().join("rules.toml");
    std::fs::write(&rules, format!("[site.\"{host}\"]\ndrop = \"p:nth-of-type(1)\"\n")).unwrap();
    for outlet in desk.newsroom.outlets() {
        desk.newsroom.change(newsroom::Change::ChangeFurniture { outlet: outlet.slug.clone() }).unwrap();
    }
    desk.gather_again();
    let row = desk.row(&key);
    assert_eq!(row["revision"], 1);
    let server = desk.serve();
    assert_eq!(server.json("/revisions.json")["edits"].as_array().unwrap().len(), 0);
    drop(server);

    // An edit after it shows as that edit alone, though the texts were first read by different rules.
    let text = row["text"].as_str().unwrap().to_owned();
    let word =
        text.split("\n\n").last().unwrap().split(' ').find(|w| w.len() > 6 && w.chars().all(char::is_alphabetic));
    let find = word.unwrap().to_owned();
    let edit = newsroom::Change::Edit { article: key.clone(), find: find.clone(), replace: "zwetschgen".to_owned() };
    desk.newsroom.change(edit).unwrap();
    desk.gather_again();
    let id = desk.row(&key)["article"].as_i64().unwrap();
    let server = desk.serve();
    let diff = server.json(&format!("/a/{id}/diff/1..2.json")).to_string();
    assert!(diff.contains("zwetschgen"), "{diff}");
    assert!(!diff.contains("\"relation\":\"removed\"") && !diff.contains("\"kind\":\"removed\""), "{diff}");
}

#[test]
fn broken_rules_stop_a_command_with_the_place_and_a_server_keeps_the_old_ones() {
    let desk = Desk::empty();
    let rules = desk.folder.path().join("rules.toml");
    std::fs::write(&rules, "[site.\"courier.example\"]\nhedline = \"h1\"\n").unwrap();
    let output = desk.run(&["rebuild", "text", "--dry-run"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    for part in ["rules.toml", "courier.example", "`hedline`", "the nearest is `headline`"] {
        assert!(error.contains(part), "{error}");
    }

    std::fs::write(&rules, "[site.\"courier.example\"]\nheadline = \"h1\"\n").unwrap();
    let server = Server::start(program(desk.folder.path()).args(["serve", "--no-gather", "--listen", "127.0.0.1:0"]));
    assert_eq!(server.json("/sources.json")["rules_problem"], Value::Null);
    std::fs::write(&rules, "[site.\"courier.example\"]\nheadline = \"h1 >\"\n").unwrap();
    let until = |wanted: &dyn Fn(&Value) -> bool| {
        let began = Instant::now();
        loop {
            let problem = server.json("/sources.json")["rules_problem"].clone();
            if wanted(&problem) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{problem}");
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    until(&|problem| problem.as_str().is_some_and(|p| p.contains("`h1 >`")));
    assert!(server.page("/sources").contains("those before stay in force"));
    std::fs::write(&rules, "[site.\"courier.example\"]\nheadline = \"h1.better\"\n").unwrap();
    until(&|problem| problem.is_null());
}

#[test]
fn a_page_is_explained_from_the_archive_from_a_file_and_from_the_network() {
    let desk = Desk::gathered();
    let (key, host) = site(&desk);
    let url = desk.newsroom.manifest().article(&key).unwrap().url.clone();
    let held = desk.row(&key);
    let told = report(&desk, &["extract", "--explain", &url, "--json"]);
    assert_eq!(told["text"], held["text"]);
    let explanation = &told["explanation"];
    assert!(explanation["container"].is_string() && explanation["container_by"] == "page", "{explanation:#}");
    assert!(!explanation["dropped"].as_array().unwrap().is_empty());
    let chosen = |field: &str| {
        let offers = explanation["fields"][field].as_array().unwrap().clone();
        offers.into_iter().find(|o| o["chosen"] == true).unwrap()
    };
    assert_eq!(chosen("title")["value"], told["title"]);

    let page = format!(
        "<title>x</title><main><h1>A headline of ours for this test</h1><p class=a>{MARK} {MARK} {MARK} {MARK}</p></main>"
    );
    let file = desk.folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    std::fs::write(desk.folder.path().join("own.toml"), "[site.\"courier.example\"]\nbody = \"p.a\"\n").unwrap();
    let own = desk.folder.path().join("own.toml");
    let said = desk.ok(&[
        "extract",
        "--explain",
        file.to_str().unwrap(),
        "--url",
        "https://courier.example/x",
        "--rules",
        own.to_str().unwrap(),
    ]);
    assert!(said.contains("named by a rule") && said.contains("main > p.a"), "{said}");

    // Without an archive the page is fetched, and private addresses are refused like anywhere.
    let nowhere = tempfile::tempdir().unwrap();
    let ask = |more: &[&str]| {
        program(nowhere.path()).args(["extract", "--explain", &url, "--json"]).args(more).output().unwrap()
    };
    let refused = ask(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("private address"), "{host}");
    let fetched = ask(&["--allow-private", "127.0.0.0/8"]);
    assert_eq!(lines(&String::from_utf8(fetched.stdout).unwrap())[0]["text"], held["text"]);
}

#[test]
fn extract_writes_parquet_with_the_same_texts_from_every_kind_of_input() {
    let desk = Desk::gathered();
    let folder = desk.folder.path();
    let warc = folder.join("out.warc.gz");
    desk.ok(&["export", "--format", "warc", "--output", warc.to_str().unwrap()]);
    let rows = lines(&desk.done(&["extract", warc.to_str().unwrap()]));
    assert!(rows.len() > 20 && rows.iter().all(|row| row["id"].as_str().unwrap().contains("out.warc.gz#")));
    let table = folder.join("out.parquet");
    desk.done(&["extract", "--format", "parquet", "--output", table.to_str().unwrap(), warc.to_str().unwrap()]);
    let reader = parquet::file::reader::SerializedFileReader::new(std::fs::File::open(&table).unwrap()).unwrap();
    let read: Vec<Value> = parquet::file::reader::FileReader::get_row_iter(&reader, None)
        .unwrap()
        .map(|row| row.unwrap().to_json_value())
        .collect();
    assert_eq!(read.len(), rows.len());
    for (row, line) in read.iter().zip(&rows) {
        assert_eq!((&row["id"], &row["text"], &row["title"]), (&line["id"], &line["text"], &line["title"]));
        let paragraphs: Value = serde_json::from_str(row["paragraphs"].as_str().unwrap()).unwrap();
        assert_eq!(paragraphs, line["paragraphs"]);
    }

    // A plain file, a packed one, a folder, an index and standard input give the same text.
    let pages = folder.join("pages");
    std::fs::create_dir(&pages).unwrap();
    let page = format!(
        "<title>x</title><main><h1>A headline of ours for this test</h1><p>{MARK} {MARK} {MARK} {MARK}</p></main>"
    );
    std::fs::write(pages.join("a.html"), &page).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, page.as_bytes()).unwrap();
    std::fs::write(pages.join("b.html.gz"), packed.finish().unwrap()).unwrap();
    let index = pages.join("index.jsonl");
    std::fs::write(&index, "{\"id\": 1, \"html\": \"a.html\", \"url\": \"https://courier.example/\"}\n").unwrap();
    for (args, count) in [(vec![pages.to_str().unwrap()], 2), (vec!["--index", index.to_str().unwrap()], 1)] {
        let rows = lines(&desk.ok(&[&["extract"], args.as_slice()].concat()));
        assert_eq!(rows.len(), count);
        assert!(rows.iter().all(|row| row["text"].as_str().unwrap().starts_with(MARK)), "{rows:?}");
    }
}
