//! The pages, the systems and the clock that the binaries of this package share.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use url::Url;

/// One page of the labelled data, as received.
pub struct Page {
    /// Its name in the index.
    pub id: String,
    /// The subset it belongs to: `scrapinghub` or `fundus`.
    pub set: String,
    /// The address it came from.
    pub url: Url,
    /// Its bytes after content decoding.
    pub bytes: Vec<u8>,
}

/// Reads the index of the labelled pages and every page it names.
pub fn pages(folder: &Path) -> Vec<Page> {
    let index = std::fs::read_to_string(folder.join("index.jsonl")).expect("the folder has an index");
    let read = |line: &str| -> Page {
        let row: Value = serde_json::from_str(line).expect("a line of the index is JSON");
        let word = |key: &str| row[key].as_str().expect("a row has id, set, url and html").to_owned();
        let mut bytes = Vec::new();
        let file = File::open(folder.join(word("html"))).expect("a page of the index exists");
        GzDecoder::new(file).read_to_end(&mut bytes).expect("a page is whole");
        Page { id: word("id"), set: word("set"), url: Url::parse(&word("url")).expect("an absolute URL"), bytes }
    };
    index.lines().map(read).collect()
}

/// A way from bytes to text and fields; returns the length of the text, so that nothing is optimised away.
pub type System = fn(&Page) -> usize;

/// What is compared, ours first.
pub const SYSTEMS: &[(&str, System)] = &[
    ("article (ours)", ours),
    ("dom_smoothie 0.19", dom_smoothie),
    ("trafilatura crate 0.6, no fallback", trafilatura_fast),
    ("trafilatura crate 0.6", trafilatura_full),
];

fn ours(page: &Page) -> usize {
    let html = article::decode(&page.bytes, None);
    article::extract(&html, &page.url).value.text.len()
}

fn dom_smoothie(page: &Page) -> usize {
    // The peers take text; they are given ours, and its cost is theirs too.
    let html = article::decode(&page.bytes, None);
    let found =
        dom_smoothie::Readability::new(html.as_ref(), Some(page.url.as_str()), None).and_then(|mut r| r.parse());
    found.map_or(0, |a| a.text_content.len())
}

fn trafilatura_fast(page: &Page) -> usize {
    trafilatura(page, false)
}

fn trafilatura_full(page: &Page) -> usize {
    trafilatura(page, true)
}

fn trafilatura(page: &Page, fallback: bool) -> usize {
    let html = article::decode(&page.bytes, None);
    let options = trafilatura::Options::default().with_fallback(fallback);
    trafilatura::extract(&html, &options).map_or(0, |a| a.content_text.len())
}

/// CPU time of this thread so far, in milliseconds.
pub fn cpu_ms() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}
