//! What holds for every input, whatever it is.

use feed::Headers;
use url::Url;

/// Reads a body in each way the crate offers, and panics where something does not hold that always must.
pub fn check(body: &[u8], headers: &Headers) {
    let url = Url::parse("https://feeds.example/dir/feed.xml?x=1").expect("a constant");
    if let Ok(parsed) = feed::parse(body, &url, headers) {
        let document = &parsed.value;
        let json = feed::result_json(document).to_string();
        assert!(json.len() < 1 << 22, "the result of a small feed is small");
        let entries = document.entries();
        let mut keys: Vec<&str> = entries.iter().map(|entry| &*entry.key).collect();
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "each key is of one entry");
        assert!(entries.len() <= document.items.len());
        for item in &document.items {
            let texts = item.title.iter().chain(&item.summary).chain(&item.contents);
            for text in texts.filter(|text| text.is_html()) {
                assert_harmless(&text.value);
            }
            assert!(item.link.as_deref().is_none_or(is_harmless_address), "{:?}", item.link);
        }
        if body.len() % 16 == 3 {
            let again = feed::parse(body, &url, headers).expect("it was a feed the first time");
            assert_eq!(again.value, parsed.value, "the same body reads the same");
        }
    }
    // The rest of the doors take their turns, so that most of the time goes into feeds.
    if !body.len().is_multiple_of(8) {
        return;
    }
    let text = String::from_utf8_lossy(body);
    feed::discover::feeds(&text, &url);
    feed::links::articles(&text, &url);
    feed::dates::parse(&text);
    if let Ok(list) = feed::opml::read(body) {
        let written = feed::opml::write(&list.value);
        let again = feed::opml::read(written.as_bytes()).expect("what was written can be read");
        assert!(again.problems.is_empty(), "{:?} in {written}", again.problems);
        assert_eq!(feed::opml::write(&again.value), written, "what was written reads and writes the same");
    }
}

/// Markup that was made safe holds none of the elements that run something, in any case.
fn assert_harmless(html: &str) {
    let lowered = html.to_ascii_lowercase();
    for tag in
        ["script", "style", "iframe", "object", "embed", "form", "meta", "base", "link", "svg", "math", "template"]
    {
        for (at, _) in lowered.match_indices(&format!("<{tag}")) {
            let next = lowered.as_bytes().get(at + 1 + tag.len());
            assert!(next.is_some_and(|b| b.is_ascii_alphanumeric()), "`<{tag}` in {html}");
        }
    }
}

fn is_harmless_address(address: &str) -> bool {
    let bare: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let bare = bare.to_ascii_lowercase();
    !["javascript:", "vbscript:", "data:"].iter().any(|scheme| bare.starts_with(scheme))
}

/// Headers that servers send, by number.
pub fn headers(number: usize) -> Headers {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let types = [
        "",
        "",
        "application/rss+xml",
        "text/xml",
        "application/xml; charset=utf-8",
        "text/xml; charset=windows-1251",
        "application/atom+xml; charset=utf-16",
        "text/html; charset=Shift_JIS",
        "application/feed+json",
        "nonsense;;=\"",
    ];
    let locations = ["", "", "/other/place", "javascript:x", "https://elsewhere.example/a/"];
    Headers {
        content_type: text(types[number % types.len()]),
        content_location: text(locations[number / 7 % locations.len()]),
        content_language: text(["", "", "de-DE, en"][number / 3 % 3]),
        limit_bytes: None,
    }
}
