//! Bytes as received to text, text to article, article to refusal: nothing panics, no span lies outside its text
//! or inside a character, and no input takes longer than its length explains.
#![no_main]

use libfuzzer_sys::fuzz_target;
use news::article::Field;
use std::ops::Range;
use std::time::{Duration, Instant};
use url::Url;

/// A page of 16 KB takes less than a millisecond; a thousand times that, and three times over, is no noise.
const LIMIT: Duration = Duration::from_secs(1);

fn check(text: &str, span: &Range<usize>) {
    assert!(text.get(span.clone()).is_some(), "{span:?} is no part of a text of {} bytes", text.len());
}

fn read(body: &[u8], content_type: Option<&str>, url: &Url) {
    let html = article::decode(body, content_type);
    let page = article::extract(&html, url).value;
    let mut end = 0;
    for block in &page.blocks {
        check(&page.text, &block.span);
        assert!(block.span.start >= end, "blocks are in order");
        end = block.span.end;
    }
    if let Some(dateline) = &page.dateline {
        check(&page.text, &dateline.span);
    }
    for damage in &page.damage {
        let text = match damage.field {
            Field::Headline => page.headline.as_deref(),
            Field::Byline => page.byline.as_deref(),
            _ => Some(page.text.as_str()),
        };
        check(text.expect("damage is marked in a field that is there"), &damage.span);
    }
    for status in [200, 402, 404] {
        article::refusal(status, &page, &html, url, url);
    }
}

fuzz_target!(|input: &[u8]| {
    // The first byte picks what the server said about the encoding.
    let Some((first, body)) = input.split_first() else { return };
    let content_type = match first % 8 {
        1 => Some("text/html; charset=utf-8"),
        2 => Some("text/html; charset=windows-1251"),
        3 => Some("text/html; charset=shift_jis"),
        4 => Some("text/html; charset=utf-16le"),
        5 => Some("text/html; charset=iso-2022-jp"),
        _ => None,
    };
    let url = Url::parse("https://harbour.example/news/2026/11/05/east-quay-closed").expect("an absolute URL");
    for round in 1.. {
        let start = Instant::now();
        read(body, content_type, &url);
        if start.elapsed() < LIMIT {
            break;
        }
        assert!(round < 3, "{} bytes took {:?}", body.len(), start.elapsed());
    }
});
