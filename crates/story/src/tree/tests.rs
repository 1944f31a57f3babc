use super::*;
use crate::kinship::tests::{REPORT, edited};
use news::article::{Field, Held, Origin};
use news::id::OutletId;
use news::story::{Countable, Counts, CreditPlace, Role};

/// A text with its outlet, as a test writes it.
struct Given {
    outlet: Outlet,
    article: Article,
    first_seen_at: Timestamp,
}

fn at(minutes: i64) -> Timestamp {
    "2026-03-02T08:00:00Z".parse::<Timestamp>().expect("literal") + jiff::SignedDuration::from_mins(minutes)
}

fn given(outlet: &str, minutes: i64, text: &str) -> Given {
    let article = Article {
        text: text.to_owned(),
        held: Held::Full,
        published_at: Some(Moment::utc(at(minutes))),
        origins: [(Field::Published, Origin::JsonLd)].into(),
        ..Article::default()
    };
    let outlet = Outlet {
        id: OutletId(0),
        slug: String::new(),
        name: outlet.to_owned(),
        homepage: None,
        country: None,
        language: None,
        kind: OutletKind::News,
    };
    Given { outlet, article, first_seen_at: at(10_000) }
}

impl Given {
    fn timeless(mut self) -> Given {
        self.article.published_at = None;
        self
    }

    fn of_day(mut self) -> Given {
        self.article.published_at =
            self.article.published_at.map(|m| Moment { precision: news::time::Precision::Day, ..m });
        self
    }

    fn in_language(mut self, tag: &str) -> Given {
        self.article.language = Language::parse(tag);
        self
    }

    fn official(mut self) -> Given {
        self.outlet.kind = OutletKind::Official;
        self.article.kind = TextKind::Official;
        self
    }

    fn seen(mut self, minutes: i64) -> Given {
        self.first_seen_at = at(minutes);
        self
    }
}

/// Articles are numbered from 0 in the order given.
fn drawn(texts: &[Given]) -> Tree {
    let members: Vec<Member<'_>> = texts
        .iter()
        .enumerate()
        .map(|(n, g)| Member {
            article: ArticleId(n as i64),
            revision: Some(RevisionId(n as i64)),
            content: &g.article,
            outlet: Some(&g.outlet),
            first_seen_at: g.first_seen_at,
        })
        .collect();
    tree(&members)
}

/// Edges as `taker kind source`, with `?` before the source where there is no direction.
fn edges(tree: &Tree) -> Vec<String> {
    let mut out: Vec<String> = tree
        .edges
        .iter()
        .map(|e| {
            let source = match &e.source {
                TakenFrom::Held(id) => id.to_string(),
                TakenFrom::NotHeld(name) => name.clone(),
            };
            format!("{} {} {}{source}", e.taker, e.kind.word(), if e.is_directed { "" } else { "?" })
        })
        .collect();
    out.sort();
    out
}

fn counts(texts: &[Given], tree: &Tree) -> Counts {
    Counts::of(tree.standings.iter().zip(texts).enumerate().map(|(n, (s, g))| Countable {
        outlet: Some(n as i64),
        role: if s.copy_of.is_some() { Role::Copy } else { Role::Account },
        sharing: s.copy_of.as_ref().and_then(|c| c.sharing),
        has_text: g.article.held != Held::HeadlineOnly,
        is_original: s.original.is_some(),
        rests_on_others: s.rests_on_others,
    }))
}

fn credited(text: &str, agency: &str) -> String {
    text.replacen("SKARN —", &format!("SKARN ({agency}) –"), 1)
}

fn head(text: &str, paragraphs: usize) -> String {
    text.split("\n\n").take(paragraphs).collect::<Vec<_>>().join("\n\n")
}

const OWN: &str = "The lights went first. A plumber on his way home was buying coffee in the saloon when the machine stopped in the middle of a cup. Below him, in the engine room, a fitting had burst, and the man who closed the valve by hand is in hospital. For twenty-six minutes the ship turned slowly in the swell.";

#[test]
fn copies_hang_under_the_agency_that_they_credit() {
    let texts = [
        given("Skerry Post", 5, &head(&credited(REPORT, "Nordwire"), 6)),
        given("Nordwire", 0, &credited(REPORT, "Nordwire")),
        given("Fjord Echo", 20, &credited(REPORT, "Nordwire")),
        given("Halvik Courant", 60, OWN),
    ];
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), ["0 syndicated 1", "2 syndicated 1"]);
    let skerry = &tree.edges.iter().find(|e| e.taker == ArticleId(0)).unwrap().evidence;
    assert!(
        matches!(&skerry[0], Proof::Credit { place: CreditPlace::Dateline, quote, span: Some(_), by: None } if quote == "SKARN (Nordwire) –"),
        "{skerry:?}"
    );
    assert!(skerry.iter().any(|p| matches!(p, Proof::Cut { words } if *words > 50)));
    assert!(skerry.iter().any(|p| matches!(p, Proof::Earlier { .. })));
    assert_eq!(tree.standings[1].copy_of, None);
    assert_eq!(tree.standings[0].copy_of.as_ref().unwrap().article, ArticleId(1));
    assert_eq!(counts(&texts, &tree).independent, 2);
}

#[test]
fn an_agency_text_that_is_not_held_stands_over_those_that_carry_it() {
    let mut texts: Vec<Given> = (0..5)
        .map(|n| given(&format!("Outlet {n}"), n * 10, &head(&credited(REPORT, "Nordwire"), 5 + n as usize)))
        .collect();
    texts.push(given("Outlet 5", 100, &head(REPORT, 7).replace("SKARN — ", "")));
    texts.push(given("Halvik Courant", 60, OWN));
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), (0..6).map(|n| format!("{n} syndicated Nordwire")).collect::<Vec<_>>());
    let without = &tree.edges.iter().find(|e| e.taker == ArticleId(5)).unwrap().evidence;
    assert!(matches!(without[0], Proof::Credit { by: Some(ArticleId(0)), .. }), "a sibling's credit: {without:?}");
    let counts = counts(&texts, &tree);
    assert_eq!((counts.texts, counts.distinct, counts.independent), (7, 2, 2));
}

#[test]
fn without_a_credit_the_earliest_trustworthy_time_says_who_was_first() {
    let texts = [given("A", 30, &head(REPORT, 8)), given("B", 10, REPORT), given("C", 40, REPORT)];
    assert_eq!(edges(&drawn(&texts)), ["0 syndicated 1", "2 syndicated 1"]);
}

#[test]
fn a_text_without_a_trustworthy_time_is_never_first() {
    let check = |first: Given, expected: &[&str]| {
        let texts = [first, given("B", 10, REPORT), given("C", 40, REPORT)];
        assert_eq!(edges(&drawn(&texts)), expected);
    };
    let tail = || REPORT.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n");
    // Its own place is not known, that of the others is.
    check(given("A", 0, &tail()).timeless(), &["0 syndicated ?1", "2 syndicated 1"]);
    check(given("A", 0, &tail()).of_day(), &["0 syndicated ?1", "2 syndicated 1"]);
    let mut printed = given("A", 0, &tail());
    printed.article.origins = [(Field::Published, Origin::Markup)].into();
    check(printed, &["0 syndicated ?1", "2 syndicated 1"]);
    // Where we saw it before the earliest of them, that one was not first either.
    let tree = drawn(&[given("A", 0, &tail()).timeless().seen(5), given("B", 10, REPORT), given("C", 40, REPORT)]);
    assert!(tree.edges.iter().all(|e| !e.is_directed), "{:?}", edges(&tree));
    assert!(tree.edges.iter().all(|e| e.evidence.is_empty()));
}

#[test]
fn a_cut_text_without_a_time_hangs_under_the_whole_one() {
    let texts = [given("A", 0, &head(REPORT, 6)).timeless(), given("B", 0, REPORT).timeless()];
    assert_eq!(edges(&drawn(&texts)), ["0 syndicated 1"]);
}

#[test]
fn an_editors_change_taken_over_says_which_copy_was_copied() {
    let changed = REPORT
        .replace("flown to hospital", "taken to the infirmary")
        .replace("eight and were given", "nine and were given")
        .replace("a tear of four metres", "a gash of four metres");
    let texts = [
        given("Nordwire", 0, &credited(REPORT, "Nordwire")),
        given("Fjord Echo", 20, &changed),
        given("Lowen Tribune", 50, &head(&changed, 8)),
        given("Ilmar Today", 60, REPORT),
    ];
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), ["1 syndicated 0", "2 syndicated 1", "3 syndicated 0"]);
    let lowen = &tree.edges.iter().find(|e| e.taker == ArticleId(2)).unwrap().evidence;
    assert!(
        lowen.iter().any(|p| matches!(p, Proof::Variant { here, elsewhere } if here == "gash" && elsewhere == "tear")),
        "{lowen:?}"
    );
}

#[test]
fn two_accounts_that_quote_one_statement_are_both_independent() {
    let said = "We have waited for this day since the winter, and it has come with rain and without a band, as all good days on this coast have come since the harbour was dug out of the mud by hand";
    let texts = [
        given("A", 0, &format!("{OWN} “{said},” said the mayor.")),
        given(
            "B",
            10,
            &format!(
                "In the gallery sat the pilots, who had come by bus with their own bread. Four of them laughed aloud at the second sentence and were asked to leave. “{said},” the mayor had told them."
            ),
        ),
    ];
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), ["1 quotation ?0"]);
    assert_eq!(counts(&texts, &tree).independent, 2);
}

#[test]
fn a_report_hangs_under_the_document_it_quotes_and_stays_an_account() {
    let document = "The President spoke today with the Premier at the Premier’s request. The leaders agreed to reopen the naval hotline across the strait by the end of the month, and to let the ministers meet in the spring.";
    let report = format!(
        "{OWN} The leaders agreed to reopen the naval hotline across the strait by the end of the month, the castle said."
    );
    let texts = [given("Office of the President", 0, document).official(), given("Courant", 50, &report)];
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), ["1 quotation 0"]);
    assert!(tree.edges[0].evidence.contains(&Proof::Official));
    assert_eq!(counts(&texts, &tree).independent, 2);
}

#[test]
fn a_chain_of_agency_rewrites_and_translation_is_drawn_with_evidence() {
    let translation = "Пором із 212 людьми на борту сів на риф біля острова, повідомляє агентство Nordwire. Корабель Aldis збудовано 1998 року. За словами Inga Roald, яка керувала рятуванням, троє пасажирів дістали легкі травми.";
    let texts = [
        given("Nordwire", 0, &credited(REPORT, "Nordwire")).in_language("en"),
        given("Skerry Post", 30, &edited(REPORT, 7)).in_language("en"),
        given("Ilmar Today", 45, &format!("{}\n\n(Nordwire)", edited(REPORT, 9))).in_language("en"),
        given("Кур’єр", 90, translation).in_language("uk"),
        given("Halvik Courant", 0, OWN).timeless(),
    ];
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), ["1 rewrite 0", "2 rewrite 0", "3 translation 0"]);
    assert!(tree.edges.iter().all(|e| e.is_directed && e.is_main && !e.evidence.is_empty()));
    let common = tree.edges.iter().flat_map(|e| &e.evidence).find_map(|p| match p {
        Proof::Common { words } => Some(words.clone()),
        _ => None,
    });
    assert!(common.unwrap().contains(&"1998".to_owned()));
    let counts = counts(&texts, &tree);
    assert_eq!((counts.texts, counts.distinct, counts.independent), (5, 5, 2));
}

#[test]
fn a_text_that_only_cites_another_is_no_independent_account() {
    let cites = "A ferry ran onto a reef in the night, Nordwire reported. Everybody was saved. The line is closed for now, and the islanders wait for the spare ship that nobody has.";
    let with_own = "Two hundred people spent the night on a reef, according to Nordwire. “I knew it would come,” the harbour master told the Fjord Echo. He has written four letters since spring.";
    let texts = [
        given("Nordwire", 0, &credited(REPORT, "Nordwire")),
        given("Skerry Post", 30, cites),
        given("Fjord Echo", 60, with_own),
        given("Ilmar Today", 90, &format!("{OWN} {OWN} The count of passengers was reported by Nordwire.")),
    ];
    let tree = drawn(&texts);
    assert_eq!(edges(&tree), ["1 cites 0", "2 cites 0", "3 cites 0"]);
    assert!(tree.edges.iter().all(|e| matches!(&e.evidence[0], Proof::Named { quote, span } if {
        let text = &texts[e.taker.0 as usize].article.text;
        text[span.clone()] == **quote
    })));
    assert!(tree.standings[1].rests_on_others);
    assert!(!tree.standings[2].rests_on_others, "it has a voice of its own");
    assert!(!tree.standings[3].rests_on_others, "one number is not the whole");
    assert_eq!(counts(&texts, &tree).independent, 3);
}

#[test]
fn texts_that_cite_each_other_do_not_hang_in_a_circle() {
    let texts = [
        given(
            "Morning Ledger",
            10,
            "The bank is sold, the Halvik Courant reported. Nobody would say for how much it went.",
        ),
        given(
            "Halvik Courant",
            10,
            "The bank is sold, the Morning Ledger reported. A spokesman declined to speak about the price.",
        ),
    ];
    let tree = drawn(&texts);
    assert_eq!(tree.edges.iter().filter(|e| e.is_main).count(), 1, "{:?}", edges(&tree));
    assert_eq!(counts(&texts, &tree).independent, 1);
}

#[test]
fn a_source_that_came_out_later_is_not_what_was_cited() {
    let texts = [
        given(
            "Morning Ledger",
            10,
            "The bank is sold, the Halvik Courant reported. Nobody would say for how much it went.",
        ),
        given(
            "Halvik Courant",
            60,
            "The bank is not sold after all. A spokesman spoke of a misunderstanding among lawyers.",
        ),
    ];
    assert!(edges(&drawn(&texts)).is_empty());
}

#[test]
fn nothing_and_headlines_alone_make_no_edge() {
    assert_eq!(drawn(&[]), Tree::default());
    let mut bare = given("A", 0, "");
    bare.article.held = Held::HeadlineOnly;
    let texts = [bare, given("B", 1, REPORT)];
    let tree = drawn(&texts);
    assert!(tree.edges.is_empty());
    let counts = counts(&texts, &tree);
    assert_eq!((counts.texts, counts.distinct, counts.independent), (2, 1, 1));
}

mod coverage;
