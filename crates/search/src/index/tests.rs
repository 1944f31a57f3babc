//! The index against reading every document: they must find the same.

use super::*;
use jiff::SignedDuration;
use news::article::{Held, TextKind};
use news::id::StoryId;
use news::language::Language;
use news::revision::EditRank;
use proptest::prelude::*;
use proptest::sample::select;

fn now() -> Timestamp {
    "2025-03-18T20:00:00Z".parse().unwrap()
}

/// So many days before [`now`].
fn ago(days: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap()
}

fn ids(hits: &Hits) -> Vec<i64> {
    hits.hits.iter().map(|hit| hit.article.0).collect()
}

fn article(id: i64, headline: &str, text: &str, days_ago: i64) -> Document {
    Document {
        headline: headline.to_owned(),
        text: text.to_owned(),
        outlet: "courier".to_owned(),
        outlet_name: "The Courier".to_owned(),
        language: Language::parse("en"),
        published_at: Some(ago(days_ago)),
        ..Document::new(ArticleId(id), ago(days_ago))
    }
}

fn index(documents: &[Document]) -> Index {
    let index = Index::in_ram().unwrap();
    index.apply(documents).unwrap();
    index.commit(1).unwrap();
    index
}

fn found(index: &Index, query: &str) -> Vec<i64> {
    let page = Page { limit: 100, ..Page::default() };
    ids(&index.search(&Query::parse(query).unwrap(), now(), page).unwrap())
}

#[test]
fn hits_come_in_the_order_asked_for_and_pages_do_not_overlap() {
    let mut documents: Vec<Document> = (1..=9).map(|id| article(id, "Talks", "They spoke.", id % 3)).collect();
    documents[4].changed_at = now();
    documents[8].text = "Talks, talks and talks.".to_owned();
    let index = index(&documents);
    assert_eq!(found(&index, "talks"), [9, 6, 3, 7, 4, 1, 8, 5, 2]);
    assert_eq!(found(&index, "talks sort:old"), [2, 5, 8, 1, 4, 7, 3, 6, 9]);
    assert_eq!(found(&index, "talks sort:first"), [2, 5, 8, 1, 4, 7, 3, 6, 9]);
    assert_eq!(found(&index, "talks sort:edited")[..2], [9, 6]);
    assert_eq!(found(&index, "talks sort:relevance")[0], 9);
    let query = Query::parse("talks").unwrap();
    let mut pages = Vec::new();
    for offset in (0..9).step_by(4) {
        let hits = index.search(&query, now(), Page { offset, limit: 4, sort: Sort::New }).unwrap();
        assert_eq!(hits.total, 9);
        pages.extend(ids(&hits));
    }
    assert_eq!(pages, [9, 6, 3, 7, 4, 1, 8, 5, 2]);
}

#[test]
fn a_later_document_replaces_and_a_removal_removes() {
    let index = index(&[article(1, "Old words", "", 3), article(2, "Other words", "", 2)]);
    index.apply(&[article(1, "New words", "", 3), Document::removal(ArticleId(2))]).unwrap();
    assert_eq!(found(&index, "words"), [2, 1], "nothing changes before the commit");
    index.commit(2).unwrap();
    assert_eq!(found(&index, "words"), [1]);
    assert_eq!(found(&index, "old"), [0; 0]);
    assert_eq!((index.len(), index.indexed_up_to().unwrap()), (1, 2));
    index.clear().unwrap();
    assert_eq!((index.len(), index.indexed_up_to().unwrap()), (0, 0));
}

#[test]
fn facets_count_every_match_and_not_just_the_page() {
    let mut documents: Vec<Document> = (1..=7).map(|id| article(id, "Talks", "", id * 100)).collect();
    documents[0].outlet = "harbour".to_owned();
    documents[1].language = None;
    documents[2].kind = TextKind::Opinion;
    let index = index(&documents);
    let hits = index.search(&Query::parse("talks").unwrap(), now(), Page { limit: 1, ..Page::default() }).unwrap();
    let own = |pairs: &[(&str, u64)]| pairs.iter().map(|(n, c)| ((*n).to_owned(), *c)).collect::<Vec<_>>();
    assert_eq!(hits.hits.len(), 1);
    assert_eq!(hits.facets.outlets, own(&[("courier", 6), ("harbour", 1)]));
    assert_eq!(hits.facets.languages, own(&[("en", 6)]));
    assert_eq!(hits.facets.kinds, own(&[("news", 6), ("opinion", 1)]));
    assert_eq!(hits.facets.years, [(2023, 3), (2024, 4)]);
}

#[test]
fn the_folder_remembers_and_an_older_make_is_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("index");
    {
        let index = Index::open(&at).unwrap();
        assert_eq!(index.indexed_up_to().unwrap(), 0);
        index.apply(&[article(1, "Talks", "", 1)]).unwrap();
        index.commit(42).unwrap();
        index.apply(&[article(2, "Talks", "", 1)]).unwrap();
    }
    {
        let index = Index::open(&at).unwrap();
        assert_eq!(index.indexed_up_to().unwrap(), 42);
        assert_eq!(found(&index, "talks"), [1], "what was not committed is not there");
        let reader = Index::open_read_only(&at).unwrap();
        assert_eq!(found(&reader, "talks"), [1]);
        assert!(matches!(reader.commit(43), Err(Error::ReadOnly)));
    }
    std::fs::write(at.join(MAKE_FILE), "0").unwrap();
    let index = Index::open(&at).unwrap();
    assert_eq!((index.len(), index.indexed_up_to().unwrap()), (0, 0));
}

#[test]
fn names_do_not_run_into_each_other() {
    let mut document = article(1, "Talks", "", 1);
    document.authors = vec!["Ana Ruiz".to_owned(), "Ben Holt".to_owned()];
    let index = index(&[document]);
    assert_eq!(found(&index, "author:\"ana ruiz\""), [1]);
    assert_eq!(found(&index, "author:\"ruiz ben\""), [0; 0]);
}

#[test]
fn prefixes_patterns_and_near_agree_with_reading() {
    let documents = [
        article(1, "Sanctions widen", "New sanctions on shipping insurers were agreed.", 1),
        article(2, "Sanction-free zone", "The shipping sanction was lifted. Insurance is next.", 2),
        article(3, "Відновлення переговорів", "Переговори про енергетику тривають.", 3),
    ];
    let index = index(&documents);
    let check = |query: &str, expected: &[i64]| {
        assert_eq!(found(&index, query), expected, "{query}");
        let query = Query::parse(query).unwrap();
        let read: Vec<i64> = documents.iter().filter(|d| query.matches(d, now())).map(|d| d.article.0).collect();
        assert_eq!(read, expected, "{}", query.source());
    };
    check("sanction*", &[1, 2]);
    check("\"shipping insur*\"", &[1]);
    check("text:\"on shipping insur*\"", &[1]);
    check("переговор*", &[3]);
    check("/^Sanctions/", &[1]);
    check("/sanction.?.?free/i", &[2]);
    check("near:2(shipping sanctions)", &[1]);
    check("near:1(shipping sanctions)", &[]);
    check("near:1(shipping sanction)", &[2]);
}

fn words(most: usize) -> impl Strategy<Value = String> {
    let word =
        select(vec!["talks", "Kremlin", "says", "gas", "l'Iran", "Iran’s", "Peña", "Київ", "会谈", "5", "cease-fire"]);
    prop::collection::vec((word, select(vec![" ", " ", ", ", ". ", "\n\n"])), 0..most)
        .prop_map(|parts| parts.into_iter().map(|(word, gap)| format!("{word}{gap}")).collect())
}

fn document(id: i64) -> impl Strategy<Value = Document> {
    let texts = (words(5), words(20), words(3), words(3));
    let where_ = (
        select(vec!["courier", "the-harbour-post", "novyny"]),
        select(vec![None, Some("en"), Some("en-GB"), Some("uk")]),
        select(TextKind::ALL.to_vec()),
        select(vec![Held::Full, Held::Partial, Held::HeadlineOnly]),
        select(vec![None, Some("GB"), Some("ua")]),
    );
    let times = (prop::option::of(0i64..60), 0i64..60, prop::option::of(0i64..60));
    let rest = (
        1u32..4,
        prop::collection::vec(
            select(vec![EditRank::Cosmetic, EditRank::Minor, EditRank::Substantive, EditRank::Headline]),
            0..3,
        ),
        proptest::arbitrary::any::<[bool; 6]>(),
        prop::option::of(1i64..4),
        prop::collection::vec(select(vec!["war", "Energy"]), 0..2),
    );
    (texts, where_, times, rest).prop_map(
        move |((headline, text, author, name), (outlet, language, kind, held, country), times, rest)| {
            let (published, captured, gone) = times;
            let (revisions, edits, flags, story, topics) = rest;
            Document {
                headline,
                text,
                outlet: outlet.to_owned(),
                outlet_name: format!("The {outlet}"),
                country: country.map(str::to_owned),
                language: language.and_then(Language::parse),
                kind,
                held,
                authors: vec![author.clone(), name.clone()],
                url: format!("https://www.{outlet}.example/2025/{id}"),
                story: story.map(StoryId),
                topics: topics.into_iter().map(str::to_owned).collect(),
                published_at: published.map(ago),
                changed_at: ago(captured / 2),
                gone_at: gone.map(ago),
                revisions,
                edits,
                copy: flags[0],
                unread: flags[1],
                starred: flags[2],
                has_quotes: flags[3],
                has_numbers: flags[4],
                has_readout: flags[5],
                speakers: vec![name],
                names: vec![author],
                ..Document::new(ArticleId(id), ago(captured))
            }
        },
    )
}

fn query() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "talks",
        "kremlin",
        "iran",
        "\"Kremlin says\"",
        "\"talks gas\"",
        "Iran's",
        "pena",
        "київ",
        "会谈",
        "会",
        "5",
        "cease",
        "\"cease fire\"",
        "tal*",
        "\"kremlin sa*\"",
        "title:talks",
        "text:gas,iran",
        "title:(talks OR says)",
        "outlet:courier",
        "outlet:\"Harbour Post\",novyny",
        "lang:en",
        "lang:en-gb,uk",
        "kind:news,opinion",
        "country:gb",
        "country:ua",
        "author:talks",
        "author:\"kremlin says\"",
        "speaker:gas",
        "about:iran",
        "url:novyny.example",
        "story:1,2",
        "topic:energy",
        "date:P3W",
        "after:2025-03",
        "before:2025-02-20",
        "date:2025-02/2025-03-05",
        "captured:P1M",
        "changed:2025-03",
        "gone:2025",
        "is:copy",
        "is:original,gone",
        "is:edited",
        "is:unread",
        "is:starred",
        "is:partial",
        "has:quotes,readout",
        "has:fulltext",
        "has:numbers",
        "rev:>1",
        "rev:2",
        "rev:<=2",
        "edit:headline,minor",
        "near:2(talks gas)",
        "near:4(kremlin says iran)",
        "title:(near:3(talks gas))",
        "/Kremlin/",
        "/^talks/i",
        "asof:2025-03-01",
        "novyny",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.join(" ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.prop_map(|part| format!("-({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_index_finds_what_reading_finds(
        first in (1i64..=12).map(document).collect::<Vec<_>>(),
        second in (7i64..=18).map(document).collect::<Vec<_>>(),
        queries in prop::collection::vec(query(), 40),
    ) {
        let index = Index::in_ram().unwrap();
        index.apply(&first).unwrap();
        index.commit(1).unwrap();
        index.apply(&second).unwrap();
        index.apply(&[Document::removal(ArticleId(1))]).unwrap();
        index.commit(2).unwrap();
        let documents: Vec<&Document> = first[1..6].iter().chain(&second).collect();
        for text in queries {
            // `asof:` may not stand in brackets; such a query is not one.
            let Ok(query) = Query::parse(&text) else { continue };
            let mut read: Vec<i64> =
                documents.iter().filter(|d| query.matches(d, now())).map(|d| d.article.0).collect();
            read.sort_unstable();
            for sort in [Sort::New, Sort::Relevance] {
                let hits = index.search(&query, now(), Page { limit: 100, offset: 0, sort }).unwrap();
                let mut got = ids(&hits);
                got.sort_unstable();
                prop_assert_eq!(&got, &read, "{}", text);
                prop_assert_eq!(hits.total, read.len() as u64);
            }
        }
    }
}
