use super::*;
use crate::{extract, extract_with};

/// A page of an outlet that ends its articles with a line that looks like a paragraph of them.
fn page(n: usize, class: &str) -> (String, Url) {
    let topics = ["bakers", "ferries", "lighthouses", "orchards", "tunnels", "markets", "bridges", "schools", "ponds"];
    let topic = topics[n % topics.len()];
    let html = format!(
        "<html><head><title>All about {topic}</title></head><body><main><h1>All about {topic}</h1><div class='{class}'>\
         <p>The {topic} of Brenna were counted on day {n} of the month, and there were more {topic} than anyone had thought.</p>\
         <p>“Nobody had ever asked how many {topic} we have,” said master Oda Lind, who has kept {topic} for years.</p>\
         <p>The council will decide in spring what the {topic} are to pay, and who is to mend the {topic} until then.</p>\
         <div class=close><p>The Brenna Courier is written by its readers, for its readers, and paid for by nobody else.</p></div>\
         </div></main></body></html>"
    );
    (html, Url::parse(&format!("https://courier.example/{topic}")).unwrap())
}

fn learn(pages: &[(String, Url)]) -> Site {
    Site::learn(pages.iter().map(|(html, url)| (html.as_str(), url)))
}

#[test]
fn a_block_on_three_pages_is_the_sites_own_and_leaves_the_text() {
    let pages: Vec<_> = (0..4).map(|n| page(n, "story-text")).collect();
    let line = "written by its readers";
    let (html, url) = page(5, "story-text");
    assert!(extract(&html, &url).value.text.contains(line));
    let site = learn(&pages);
    assert_eq!((site.pages(), site.usual_container()), (4, Some("body > main > div.story-text")));
    let read = extract_with(&html, &url, &Guide { learned: Some(&site), rules: None }).value;
    assert!(!read.text.contains(line), "{}", read.text);
    assert!(read.text.contains("were counted") && read.text.contains("until then"));
    let two = learn(&pages[..2]);
    assert!(extract_with(&html, &url, &Guide { learned: Some(&two), rules: None }).value.text.contains(line));
}

#[test]
fn the_same_article_again_teaches_nothing() {
    let pages: Vec<_> = (0..4).map(|_| page(1, "story-text")).collect();
    let site = learn(&pages);
    assert_eq!((site.pages(), site.furniture()), (1, 0));
}

#[test]
fn background_that_some_stories_share_stays() {
    let background = "<p>Brenna and Lovund have quarrelled over the strait for eighty years, twice with guns, mostly with lawyers.</p>";
    let with = |n: usize| {
        let (html, url) = page(n, "story-text");
        (html.replacen("<div class=close>", &format!("{background}<div class=close>"), 1), url)
    };
    let pages: Vec<_> = (0..3).map(with).chain((3..9).map(|n| page(n, "story-text"))).collect();
    let site = learn(&pages);
    let (html, url) = with(2);
    let read = extract_with(&html, &url, &Guide { learned: Some(&site), rules: None }).value;
    assert!(read.text.contains("eighty years") && !read.text.contains("written by its readers"), "{}", read.text);
}

#[test]
fn a_changed_layout_is_noticed_on_the_newest_pages() {
    let pages: Vec<_> = (0..9).map(|n| page(n, if n < 5 { "story-text" } else { "prose" })).collect();
    let site = learn(&pages);
    assert_eq!(site.layout_changed_from(), Some("body > main > div.story-text"));
    assert_eq!(site.usual_container(), Some("body > main > div.prose"));
    let problems = |n: usize, class: &str| {
        let (html, url) = page(n, class);
        extract_with(&html, &url, &Guide { learned: Some(&site), rules: None }).problems
    };
    assert!(problems(3, "prose").iter().any(|p| p.code == "layout-changed"));
    assert!(problems(3, "story-text").is_empty());
    assert_eq!(learn(&pages[..5]).layout_changed_from(), None);
}

#[test]
fn a_page_that_is_known_as_a_whole_keeps_its_text() {
    let (html, url) = page(1, "story-text");
    let site = Site::learn_from([(html.as_str(), &url)].into_iter(), 0);
    assert!(site.furniture() > 0);
    let read = extract_with(&html, &url, &Guide { learned: Some(&site), rules: None }).value;
    assert!(read.text.contains("were counted"), "{}", read.text);
}
