use super::*;
use crate::{Guide, explain, extract, extract_with};
use news::article::{Article, Field, Origin};

const PAGE: &str = "<html><head><title>The Harbour Post</title><meta property=og:title content='Harbour Post: quay'></head><body>
<nav><a href=/>Front</a></nav>
<h1 class=shout>Quay closed after storm</h1>
<div class=who>By Ada Quill</div>
<span class=stamp data-at='2031-11-17T09:30:00+01:00'>yesterday</span>
<div class=col><p>The quay of Lovund was closed on Monday after a storm tore two bollards from the stone, the harbour office said.</p>
<p>Ferries to the Skerries will leave from the fish market until the stone is mended, which may take a week or more.</p>
<p class=pitch>Our app tells you of closures before anyone else does, and it costs less than a bun a month, every month.</p></div>
<div class=col2><p>Fishermen said on Monday that they had warned of the bollards in spring, in two letters that nobody answered.</p></div>
<p class=coda>Read more</p>
</body></html>";

fn site(rules: &[(Key, &str)]) -> Site {
    let mut site = Site::new("www.harbour.example");
    for (key, selector) in rules {
        site.add(*key, selector).unwrap();
    }
    site
}

fn read(rules: &[(Key, &str)]) -> (Article, Vec<String>) {
    let url = Url::parse("https://harbour.example/quay").unwrap();
    let site = site(rules);
    let parsed = extract_with(PAGE, &url, &Guide { rules: Some(&site), learned: None });
    (parsed.value, parsed.problems.iter().map(|p| p.code.to_string()).collect())
}

#[test]
fn rules_go_before_what_the_page_says_and_are_its_origin() {
    let (article, problems) = read(&[
        (Key::Headline, "h1.shout"),
        (Key::Authors, ".nobody"),
        (Key::Authors, ".who"),
        (Key::Published, ".stamp @data-at"),
        (Key::Standfirst, ".pitch"),
    ]);
    assert_eq!(article.headline.as_deref(), Some("Quay closed after storm"));
    assert_eq!(article.authors, ["Ada Quill"]);
    assert_eq!(article.published_at.unwrap().rfc3339(), "2031-11-17T09:30:00+01:00");
    assert!(article.text.starts_with("Our app tells you"), "{}", article.text);
    assert_eq!(article.text.matches("Our app").count(), 1);
    for field in [Field::Headline, Field::Authors, Field::Published, Field::Standfirst] {
        assert_eq!(article.origins.get(&field), Some(&Origin::Rule), "{field:?}");
    }
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn the_text_is_what_body_holds_less_what_drop_names_and_what_keep_names_stays() {
    let (article, _) = read(&[(Key::Body, ".col"), (Key::Body, ".col2"), (Key::Drop, ".pitch"), (Key::Keep, ".coda")]);
    assert!(article.text.contains("tore two bollards"));
    assert!(article.text.contains("nobody answered"), "{}", article.text);
    assert!(!article.text.contains("Our app"));
    assert!(article.text.ends_with("Read more"), "{}", article.text);
    assert_eq!(article.origins.get(&Field::Text), Some(&Origin::Rule));
    let (article, _) = read(&[(Key::Body, ".col2")]);
    assert!(article.text.starts_with("Fishermen said"), "{}", article.text);
}

#[test]
fn a_rule_that_finds_nothing_is_a_problem_and_changes_nothing() {
    let (article, problems) = read(&[(Key::Body, ".gone"), (Key::Headline, ".gone"), (Key::Tags, ".gone")]);
    let plain = extract(PAGE, &Url::parse("https://harbour.example/quay").unwrap()).value;
    assert_eq!(article, plain);
    assert_eq!(problems, ["rule-finds-nothing", "rule-finds-nothing"]);
}

#[test]
fn rules_hold_for_the_host_and_all_names_under_it() {
    let mut rules = Rules::default();
    rules.add(site(&[]));
    rules.add(Site::new("live.harbour.example"));
    let of = |url: &str| rules.of(&Url::parse(url).unwrap()).map(|site| site.host().to_owned());
    assert_eq!(of("https://harbour.example/a").as_deref(), Some("harbour.example"));
    assert_eq!(of("https://www.harbour.example/a").as_deref(), Some("harbour.example"));
    assert_eq!(of("https://en.live.harbour.example/a").as_deref(), Some("live.harbour.example"));
    assert_eq!(of("https://otherharbour.example/a"), None);
    assert_eq!(of("about:blank"), None);
}

#[test]
fn explanation_names_container_reasons_and_what_each_field_could_have_been() {
    let url = Url::parse("https://harbour.example/quay").unwrap();
    let site = site(&[(Key::Drop, ".pitch"), (Key::Headline, "h1.shout")]);
    let (parsed, told) = explain(PAGE, &url, &Guide { rules: Some(&site), learned: None });
    assert_eq!(parsed, extract_with(PAGE, &url, &Guide { rules: Some(&site), learned: None }));
    assert_eq!((told.container.as_deref(), told.container_by), (Some("body"), "page"));
    assert!(told.containers.iter().any(|c| c.path == "body > div.col"), "{:?}", told.containers);
    let reason = |words: &str| told.dropped.iter().find(|d| d.opening.starts_with(words)).map(|d| d.reason);
    assert_eq!(reason("Our app"), Some("rule"));
    assert_eq!(reason("Read more"), Some("furniture"));
    let headlines: Vec<_> = told.offers.iter().filter(|o| o.field == Field::Headline).collect();
    assert!(headlines[0].is_chosen && headlines[0].origin == Origin::Rule, "{headlines:?}");
    assert!(headlines.iter().any(|o| o.origin == Origin::Meta && o.value == "Harbour Post: quay" && !o.is_chosen));
}
