//! Pages of our own, each for one way in which extractors fail.

use news::article::Article;
use serde_json::{Value, json};
use url::Url;

macro_rules! page {
    ($slug:literal) => {
        (
            $slug,
            include_str!(concat!("../../../fixtures/pages/", $slug, "/source.html")),
            include_str!(concat!("../../../fixtures/pages/", $slug, "/expected.json")),
        )
    };
}

const PAGES: &[(&str, &str, &str)] = &[
    page!("body-in-sibling-containers"),
    page!("body-only-in-a-script"),
    page!("byline-asks-to-mail-the-author"),
    page!("byline-only-in-print"),
    page!("call-to-the-newsletter-in-the-text"),
    page!("captions-stand-apart"),
    page!("consent-text-beside-the-article"),
    page!("credits-and-writer-after-the-text"),
    page!("every-character-is-kept"),
    page!("first-paragraph-is-a-link"),
    page!("given-and-family-name-apart"),
    page!("headline-for-search-beside-the-visible-one"),
    page!("headline-in-the-breadcrumb-is-for-search"),
    page!("label-on-every-block"),
    page!("line-beside-a-picture-is-a-caption"),
    page!("list-of-dates-is-the-text"),
    page!("live-entries-keep-their-times"),
    page!("no-person-but-outlet-and-agency"),
    page!("notices-before-and-after-the-text"),
    page!("published-and-modified-are-apart"),
    page!("pulled-quotation-once"),
    page!("related-stories-after-the-text"),
    page!("rubric-before-the-headline"),
    page!("section-and-outlet-glued-to-the-headline"),
    page!("summary-that-speaks-of-something-else"),
    page!("teasers-that-break-off-before-the-text"),
    page!("words-for-a-voice-stay-out"),
    page!("writer-and-day-after-labels"),
    page!("writers-name-in-bold-above-the-text"),
];

fn read(html: &str) -> Article {
    article::extract(html, &Url::parse("https://harbour.example/news/quay").expect("a literal")).value
}

#[test]
fn each_page_reads_as_expected() {
    for (slug, html, expected) in PAGES {
        let article = read(html);
        let expected: Value = serde_json::from_str(expected).unwrap();
        for (field, value) in expected.as_object().unwrap() {
            let got = match field.as_str() {
                "title" => json!(article.headline),
                "authors" => json!(article.authors),
                "date" => json!(article.published_at.map(|at| at.rfc3339())),
                "modified" => json!(article.modified_at.map(|at| at.rfc3339())),
                "standfirst" => json!(article.standfirst),
                "section" => json!(article.section),
                "outlet" => json!(article.outlet),
                "tags" => json!(article.tags),
                "captions" => json!(article.captions),
                "kinds" => json!(article.blocks.iter().map(|b| b.kind.word()).collect::<Vec<_>>()),
                "text" => json!(article.text),
                other => panic!("{slug}: no field `{other}`"),
            };
            assert_eq!(&got, value, "{slug}: {field}");
        }
    }
}

#[test]
fn a_page_cut_anywhere_still_reads() {
    for (_, html, _) in PAGES {
        // A cut may fall inside a character: what arrives is bytes.
        for cut in (0..200).map(|n| html.len() * n / 200) {
            let article = read(&article::decode(&html.as_bytes()[..cut], None));
            let joined: Vec<&str> = article.blocks.iter().map(|b| &article.text[b.span.clone()]).collect();
            assert_eq!(joined.join("\n\n"), article.text);
        }
    }
}

#[test]
fn furniture_that_changes_makes_no_revision() {
    for (slug, html, _) in PAGES {
        let changed = html
            .replace("Another story", "A newer story")
            .replace("All rights reserved", "4,312 views")
            .replace("Sport", "Weather");
        let (old, new) = (read(html), read(&changed));
        assert_eq!(article::revise(Some(&old), &new), article::Change::Unchanged, "{slug}");
    }
}

#[test]
fn hostile_nesting_is_read_in_bounded_time() {
    let opens = [
        "<div>",
        "<ul><li>",
        "<b>",
        "<a>",
        "<table><tr><td>",
        "<p><span>",
        "<svg><g>",
        "<template>",
        "<form>",
        "<x-y>",
    ];
    for open in opens {
        let html = open.repeat(60_000) + "text";
        read(&html);
    }
}

proptest::proptest! {
    #[test]
    fn extraction_never_panics(html in "(<(p|div|article|h1|li|a href=x|script|script type=application/ld\\+json|figure|td|br)>|</(p|div|article|h1|li|a|script|figure|td)>|\\PC{0,30}|\\{\"@type\":\"NewsArticle\",\"author\":[a-z\"]{0,5}\\}|[A-Z][a-z ,]{20,80}\\. ){0,40}") {
        let article = read(&html);
        let url = Url::parse("https://harbour.example/").unwrap();
        article::refusal(200, &article, &html, &url, &url);
        proptest::prop_assert!(article.blocks.iter().all(|b| article.text.get(b.span.clone()).is_some()));
    }
}
