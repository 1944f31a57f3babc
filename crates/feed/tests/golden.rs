//! Feeds in `fixtures/feeds`, each beside what is read from it.

#![allow(clippy::disallowed_methods)] // A test reads its fixtures.

use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use url::Url;

fn address() -> Url {
    Url::parse("http://feeds.example/dir/feed").expect("a constant")
}

fn reading(body: &[u8]) -> Value {
    match feed::parse(body, &address(), &feed::Headers::default()) {
        Err(error) => json!({"error": error.to_string()}),
        Ok(parsed) => {
            let entries = parsed.value.entries().into_iter().map(|e| {
                json!({
                    "key": e.key, "url": e.url, "title": e.title, "summary": e.summary, "content_html": e.content_html,
                    "authors": e.authors, "published_at": e.published_at.map(|m| m.rfc3339()),
                    "updated_at": e.updated_at.map(|m| m.rfc3339()), "language": e.language.map(|l| l.to_string()),
                    "tags": e.tags, "source": e.source.map(|s| json!({"name": s.name, "url": s.url})),
                })
            });
            let entries: Vec<Value> = entries.collect();
            json!({
                "result": feed::result_json(&parsed.value),
                "entries": entries,
                "problems": parsed.problems.iter().map(|p| &*p.code).collect::<Vec<_>>(),
            })
        }
    }
}

#[test]
fn fixtures_are_read_as_expected() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/feeds");
    let mut seen = 0;
    for case in
        std::fs::read_dir(&dir).expect("the fixtures are there").filter_map(Result::ok).filter(|c| c.path().is_dir())
    {
        let got = reading(&std::fs::read(case.path().join("source.xml")).expect("a source"));
        let expected = case.path().join("expected.json");
        if std::env::var_os("READOUT_WRITE_FIXTURES").is_some() {
            std::fs::write(&expected, format!("{got:#}\n")).expect("fixtures can be written");
        }
        let expected: Value = serde_json::from_slice(&std::fs::read(&expected).expect("an expectation")).expect("JSON");
        assert_eq!(got, expected, "{}", case.path().display());
        seen += 1;
    }
    assert!(seen >= 7);
}

/// Pieces of feeds, whole and broken.
const PIECES: &[&str] = &[
    "<rss version='2.0'>",
    "<channel>",
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<link>",
    "<link href='x'/>",
    "<description>",
    "<![CDATA[<p>",
    "]]>",
    "<guid>",
    "</guid>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "<entry>",
    "</entry>",
    "<content type='xhtml'>",
    "<div>",
    "</div>",
    "<source url='a'>",
    "</source>",
    "<author>",
    "<name>",
    "a@b.example (C)",
    "<image>",
    "<url>",
    "<textInput>",
    "<media:thumbnail url='x'/>",
    "<psc:chapters>",
    "<psc:chapter start='0'/>",
    "<georss:point>1 2</georss:point>",
    "<gml:posList>1 2 3</gml:posList>",
    "<dc:date>2026-02-03</dc:date>",
    "&amp;",
    "&bogus;",
    "&#0;",
    "&",
    "<",
    ">",
    "é",
    "\u{80}",
    "<category term='x'/>",
    "<itunes:keywords>a,b</itunes:keywords>",
    "<urlset>",
    "<loc>",
    "<ol><li><a href=\"x\">y</a>",
    "xml:base='javascript:x'",
    "<a xml:base='/q/' xml:lang=''>",
];

proptest! {
    #[test]
    fn parse_never_panics_on_bytes(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        reading(&body);
    }

    #[test]
    fn parse_never_panics_on_pieces_of_feeds(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let body: String = picks.into_iter().map(|i| PIECES[i]).collect();
        reading(body.as_bytes());
    }

    #[test]
    fn keys_of_entries_are_their_own(ids in proptest::collection::vec("[ab]{0,1}", 0..12)) {
        let items: String = ids.iter().enumerate().map(|(n, id)| format!("<item><guid>{id}</guid><title>{}</title></item>", n % 3)).collect();
        let parsed = feed::parse(format!("<rss><channel>{items}</channel></rss>").as_bytes(), &address(), &feed::Headers::default());
        let entries = parsed.map(|p| p.value.entries()).unwrap_or_default();
        let keys: std::collections::HashSet<_> = entries.iter().map(|e| e.key.clone()).collect();
        prop_assert_eq!(keys.len(), entries.len());
    }
}
