//! Cuts every page of a folder at 200 places, anywhere in its bytes, and reads each piece: nothing panics, every
//! block lies in its text, and no piece takes much longer than the whole page. `cuts FOLDER [CUTS]`; the folder
//! has an `index.jsonl` that names the pages.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};
use url::Url;

/// No piece of any page may take longer; the slowest whole page takes some 20 ms.
const LIMIT: Duration = Duration::from_millis(250);

fn read(bytes: &[u8], url: &Url) -> Duration {
    let start = Instant::now();
    let html = article::decode(bytes, None);
    let page = article::extract(&html, url).value;
    let took = start.elapsed();
    let joined: Vec<&str> = page.blocks.iter().map(|b| &page.text[b.span.clone()]).collect();
    assert_eq!(joined.join("\n\n"), page.text, "the blocks of {url} cover its text");
    article::refusal(200, &page, &html, url, url);
    took
}

fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).expect("the folder of the pages"));
    let cuts: usize = std::env::args().nth(2).map_or(200, |n| n.parse().expect("a number of cuts"));
    let index = std::fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let (mut pages, mut pieces, mut slowest, mut slow) = (0, 0, (Duration::ZERO, String::new()), 0);
    for line in index.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = folder.join(row["html"].as_str().unwrap());
        let bytes = std::process::Command::new("gzip").arg("-dc").arg(file).output().unwrap().stdout;
        let url = Url::parse(row["url"].as_str().unwrap()).unwrap();
        pages += 1;
        for n in 1..=cuts {
            // Odd steps, so that cuts fall inside characters, tags and references alike.
            let end = (bytes.len() * n / cuts).saturating_sub(n % 7);
            let piece = &bytes[..end];
            // On a busy machine a piece may wait; of several rounds the fastest counts.
            let took = (0..5).map(|_| read(piece, &url)).scan(true, |go, t| {
                let this = *go;
                *go = t > LIMIT / 10;
                this.then_some(t)
            });
            let took = took.min().unwrap();
            pieces += 1;
            slow += usize::from(took > LIMIT);
            if took > slowest.0 {
                slowest = (took, format!("{} cut at {end}", row["id"].as_str().unwrap()));
            }
        }
    }
    println!("{pages} pages, {pieces} pieces read, none panicked; slowest {:?}: {}", slowest.0, slowest.1);
    assert_eq!(slow, 0, "pieces took longer than {LIMIT:?}");
}
