//! The archive on a fresh database: what is kept, what is counted, what is never lost.

#![allow(clippy::unwrap_used, reason = "a test ends at the first thing that is wrong")]
#![allow(clippy::single_range_in_vec_init, reason = "a statement in one piece")]

use archive::*;
use jiff::{SignedDuration, Timestamp};
use news::article::{Article, Block, BlockKind, Held, TextKind};
use news::dated::{Dated, DatedSentence, Telling, wording};
use news::entry::{Entry, Source};
use news::feed::{FeedKind, Validators};
use news::id::{ArticleId, DecisionId, FeedId, OutletId, StoryId};
use news::outlet::OutletKind;
use news::revision::{Digest, EditRank};
use news::story::{
    Because, CopyOf, CreditPlace, DecisionKind, Edge, Kinship, Placement, Proof, Role, SharedPassage, Standing,
    StoryEvent, TakenFrom, Tree,
};
use news::time::Moment;

/// Minutes after a fixed start.
fn at(minutes: i64) -> Timestamp {
    "2026-03-02T08:00:00Z".parse::<Timestamp>().expect("literal") + SignedDuration::from_mins(minutes)
}

fn archive_with_feed() -> (Archive, OutletId, FeedId) {
    let archive = Archive::in_memory().unwrap();
    let outlet = archive.add_outlet(&NewOutlet::named("Harbour Post"), at(0)).unwrap();
    let feed = archive.add_feed(outlet, "https://harbour.example/feed", FeedKind::Feed, at(0)).unwrap();
    (archive, outlet, feed)
}

fn entry(n: u32) -> Entry {
    Entry {
        key: format!("key-{n}"),
        url: Some(format!("https://harbour.example/a/{n}")),
        title: Some(format!("Headline {n}")),
        published_at: Some(Moment::utc(at(-10))),
        ..Entry::default()
    }
}

fn article(headline: &str, text: &str) -> Article {
    Article {
        headline: Some(headline.to_owned()),
        text: text.to_owned(),
        blocks: vec![Block { kind: BlockKind::Paragraph, span: 0..text.len() }],
        published_at: Some(Moment::utc(at(-5))),
        held: Held::Full,
        ..Article::default()
    }
}

fn revision(article_id: ArticleId, content: Article, placement: Placement, minutes: i64) -> NewRevision {
    NewRevision {
        article: article_id,
        content,
        fetched_at: at(minutes),
        raw_digest: None,
        record: None,
        rank: None,
        placement: Some(placement),
        features: vec![1, 2, 3],
        statements: Vec::new(),
        dated: Dated::default(),
        problems: Vec::new(),
        extractor: 1,
    }
}

fn joins(story: StoryId) -> Placement {
    Placement::Joins { story, because: Because { score: 0.8, names: vec!["Anna Reyes".into()], ..Because::default() } }
}

fn copies(story: StoryId, of: ArticleId) -> Placement {
    let passages = vec![SharedPassage { span: 0..4, other: 0..4 }];
    Placement::Copies { story, of: CopyOf { article: of, sharing: None, contained: 0.9, of_base: 1.0, passages } }
}

/// An article of an outlet of its own, with one revision placed.
fn add(archive: &Archive, n: u32, placement: Placement) -> (ArticleId, Recorded) {
    let outlet = archive.add_outlet(&NewOutlet::named(format!("Outlet {n}")), at(0)).unwrap();
    add_of(archive, n, outlet, placement)
}

fn add_of(archive: &Archive, n: u32, outlet: OutletId, placement: Placement) -> (ArticleId, Recorded) {
    let minutes = i64::from(n);
    let new =
        NewArticle { url: Some(format!("https://o{n}.example/x")), outlet: Some(outlet), ..NewArticle::default() };
    let id = archive.add_article(&new, at(minutes)).unwrap().article;
    let content = Article { published_at: None, ..article(&format!("Title {n}"), &format!("Text number {n}.")) };
    let recorded = archive.record_revision(revision(id, content, placement, minutes)).unwrap();
    (id, recorded)
}

fn visit(article: ArticleId, minutes: i64, outcome: VisitOutcome) -> VisitFact {
    VisitFact {
        article,
        at: at(minutes),
        status: None,
        outcome,
        final_url: None,
        record: None,
        reserved: None,
        next: NextVisit::OnSchedule,
    }
}

fn not_found() -> VisitOutcome {
    VisitOutcome::NotFound { why: "404".to_owned() }
}

fn response(n: u32) -> Response {
    Response {
        url: format!("https://harbour.example/a/{n}"),
        at: at(i64::from(n)),
        status: 200,
        headers: vec![
            ("Content-Type".into(), "text/html; charset=utf-8".into()),
            ("Transfer-Encoding".into(), "chunked".into()),
        ],
        body: format!("<p>Body number {n}, with “quotes”.</p>").into_bytes(),
        http_version: "HTTP/2.0".into(),
        ip: "192.0.2.7".parse().ok(),
    }
}

#[track_caller]
fn assert_clean(archive: &Archive) {
    let report = archive.verify().unwrap();
    assert!(report.is_clean(), "{report:#?}");
}

#[test]
fn known_entries_add_nothing() {
    let (archive, _, feed) = archive_with_feed();
    let entries = [entry(1), entry(2)];
    let first = archive.record_entries(feed, &entries, at(1)).unwrap();
    assert!(first.iter().all(|e| e.is_new && e.is_new_article));
    let before = archive.stats().unwrap();
    let again = archive.record_entries(feed, &entries, at(2)).unwrap();
    assert!(again.iter().all(|e| !e.is_new && !e.is_new_article && !e.is_changed));
    assert_eq!(
        first.iter().map(|e| e.article).collect::<Vec<_>>(),
        again.iter().map(|e| e.article).collect::<Vec<_>>()
    );
    let after = archive.stats().unwrap();
    assert_eq!((before.entries, before.articles), (after.entries, after.articles));
}

#[test]
fn two_feeds_with_one_address_lead_to_one_article() {
    let (archive, outlet, feed) = archive_with_feed();
    let other = archive.add_feed(outlet, "https://harbour.example/feed2", FeedKind::Feed, at(0)).unwrap();
    let first = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0];
    let mut variant = entry(1);
    variant.key = "other".into();
    variant.url = Some("http://www.harbour.example/a/1?utm_source=rss".into());
    let second = archive.record_entries(other, &[variant], at(2)).unwrap()[0];
    assert_eq!(first.article, second.article);
    assert!(second.is_new && !second.is_new_article);
    assert_eq!(archive.entries(first.article).unwrap().len(), 2);
}

#[test]
fn an_aggregated_entry_belongs_to_the_outlet_it_names() {
    let (archive, _, feed) = archive_with_feed();
    let mut e = entry(1);
    e.source = Some(Source { name: "The Valley Times".into(), url: None });
    let id = archive.record_entries(feed, &[e], at(1)).unwrap()[0].article;
    let page = archive.article(id, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.card.outlet.unwrap().name, "The Valley Times");
    assert!(archive.outlet_by_name("valley times").unwrap().is_some());
}

#[test]
fn a_changed_entry_keeps_what_it_said_before_and_is_visited_again() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    archive.record_visit(visit(id, 2, VisitOutcome::Unchanged)).unwrap();
    assert!(archive.articles_due(at(3), 10).unwrap().is_empty());
    let changed = Entry { title: Some("New headline".into()), ..entry(1) };
    assert!(archive.record_entries(feed, &[changed], at(4)).unwrap()[0].is_changed);
    let due = archive.articles_due(at(4), 10).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(archive.entry_of(id).unwrap().unwrap().title.as_deref(), Some("New headline"));
}

#[test]
fn an_article_comes_back_as_it_was_kept() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    let mut content = article("Peña Nieto ⚓ Франсуа", "François said: “Так.”");
    content.byline = Some("By A. Reyes".into());
    content.authors = vec!["A. Reyes".into()];
    content.kind = TextKind::Wire;
    content.modified_at = Some(Moment {
        at: at(3),
        offset: Some(jiff::tz::Offset::from_seconds(7200).unwrap()),
        precision: news::time::Precision::Minute,
    });
    content.dateline = Some(news::article::Dateline { place: "GENEVA".into(), span: 0..3 });
    content.origins.insert(news::article::Field::Headline, news::article::Origin::JsonLd);
    content.damage = vec![news::article::Damage {
        field: news::article::Field::Headline,
        span: 0..2,
        kind: "lost-letter".into(),
        candidates: vec!["Pe\u{f1}a".into()],
    }];
    let statements = vec![news::statement::Statement {
        source: vec![0..9],
        cue: vec![10..14],
        content: vec![16..25],
        kind: news::statement::StatementKind::Direct,
        speaker: Some("François".into()),
    }];
    let problems = vec![news::parsed::Problem::new("date-unreadable", "the date cannot be read")];
    let new = NewRevision {
        statements: statements.clone(),
        problems: problems.clone(),
        raw_digest: Some(Digest::of(b"raw")),
        ..revision(id, content.clone(), Placement::Opens, 2)
    };
    let recorded = archive.record_revision(new).unwrap();
    let page = archive.revision(id, 1, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.revision.content, content);
    assert_eq!(page.statements, statements);
    assert_eq!(page.problems, problems);
    assert_eq!(page.revision.id, recorded.revision);
    assert_eq!(page.revision.raw_digest, Some(Digest::of(b"raw")));
    assert_eq!(archive.revision_by_id(recorded.revision, AsOf::Now).unwrap().unwrap(), page);
    assert_eq!(archive.last_revision(id, AsOf::Now).unwrap().unwrap(), page);
    let head = archive.article(id, AsOf::Now).unwrap().unwrap().card.head.unwrap();
    assert_eq!(head.modified_at, content.modified_at);
    assert_eq!(head.place.as_deref(), Some("GENEVA"));
    assert_eq!(head.statements, 1);
    assert_clean(&archive);
}

#[test]
fn unchanged_article_adds_no_revision() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    let first = archive.record_revision(revision(id, article("A", "Text."), Placement::Opens, 2)).unwrap();
    let again = archive.record_revision(revision(id, article("A", "Text."), Placement::Opens, 9)).unwrap();
    assert_eq!(first, again);
    assert_eq!(archive.stats().unwrap().revisions, 1);
}

#[test]
fn an_edit_is_a_second_revision_and_stays_in_its_story() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    let first = archive.record_revision(revision(id, article("A", "Five."), Placement::Opens, 2)).unwrap();
    let mut edit = revision(id, article("B", "Seven."), Placement::Opens, 30);
    edit.rank = Some(EditRank::Substantive);
    let second = archive.record_revision(edit).unwrap();
    assert_eq!(second.number, 2);
    assert_eq!(second.story, first.story);
    let edits = archive.latest_edits(Page::new(1, 10), EditFilter::default(), AsOf::Now).unwrap();
    assert_eq!(edits.total, 1);
    assert_eq!(edits.items[0].before.headline.as_deref(), Some("A"));
    assert_eq!(edits.items[0].after.rank, Some(EditRank::Substantive));
    let heavy = EditFilter { at_least: Some(EditRank::Headline), outlet: None };
    assert_eq!(archive.latest_edits(Page::new(1, 10), heavy, AsOf::Now).unwrap().total, 0);
    let story = archive.story(first.story.unwrap(), AsOf::Now).unwrap().unwrap();
    assert_eq!(story.story.title, "B");
    assert_eq!(story.members.len(), 1);
    let cards = archive.latest_stories(Page::new(1, 10), None, StoryOrder::Newest, AsOf::Now).unwrap();
    assert_eq!(cards.items[0].revised, 1);
    assert_eq!(archive.revisions(id, AsOf::Now).unwrap().len(), 2);
    assert_clean(&archive);
}

#[test]
fn copies_do_not_count_as_independent() {
    let archive = Archive::in_memory().unwrap();
    let (wire, opened) = add(&archive, 1, Placement::Opens);
    let story = opened.story.unwrap();
    for n in 2..=6 {
        add(&archive, n, copies(story, wire));
    }
    add(&archive, 7, joins(story));
    add(&archive, 8, joins(story));
    let page = archive.story(story, AsOf::Now).unwrap().unwrap();
    assert_eq!((page.story.counts.texts, page.story.counts.outlets, page.story.counts.independent), (8, 8, 3));
    let copy = page.members.iter().find(|m| m.role == Role::Copy).unwrap();
    let of = copy.copy_of.as_ref().unwrap();
    assert_eq!(of.article, wire);
    assert_eq!(of.passages.len(), 1);
    assert!((of.contained - 0.9).abs() < 1e-6);
    assert_clean(&archive);
}

fn standing(article: ArticleId, copy_of: Option<(ArticleId, Kinship)>, original: Option<&str>) -> Standing {
    let copy_of = copy_of.map(|(of, kind)| CopyOf {
        article: of,
        sharing: Some(kind),
        contained: 0.5,
        of_base: 0.25,
        passages: vec![SharedPassage { span: 0..4, other: 0..4 }],
    });
    Standing { article, copy_of, original: original.map(str::to_owned), rests_on_others: false }
}

fn edge(taker: ArticleId, source: TakenFrom, kind: Kinship, evidence: Vec<Proof>) -> Edge {
    Edge {
        taker,
        revision: None,
        source,
        kind,
        is_directed: true,
        is_main: true,
        contained_permille: Some(500),
        of_source_permille: Some(250),
        evidence,
    }
}

#[test]
fn a_tree_is_kept_with_kinds_evidence_and_counts_and_answers_as_of_then() {
    let archive = Archive::in_memory().unwrap();
    let (first, opened) = add(&archive, 1, Placement::Opens);
    let story = opened.story.unwrap();
    let (wire, _) = add(&archive, 2, copies(story, first));
    let (rewrite, _) = add(&archive, 3, joins(story));
    let (cites, _) = add(&archive, 4, joins(story));
    assert_eq!(archive.untraced_stories(10).unwrap(), [story]);
    let members = archive.tree_members(story).unwrap();
    assert_eq!(members.len(), 4);
    assert!(members.iter().all(|m| m.outlet.is_some() && !m.content.text.is_empty() && m.revision.is_some()));

    // The second turns out to be the agency's own: the first is its copy, the third a rewrite.
    let proofs = vec![
        Proof::Credit { place: CreditPlace::Dateline, quote: "Text".into(), span: Some(0..4), by: Some(cites) },
        Proof::Named { quote: "Text number 1.".into(), span: 0..14 },
        Proof::Earlier { source_at: Moment::utc(at(1)), taker_at: Moment::utc(at(2)) },
        Proof::Cut { words: 30 },
        Proof::Variant { here: "gash".into(), elsewhere: "tear".into() },
        Proof::Official,
        Proof::Common { words: vec!["1998".into()] },
    ];
    let mut resting = standing(cites, None, None);
    resting.rests_on_others = true;
    let tree = Tree {
        standings: vec![
            standing(first, Some((wire, Kinship::Syndicated)), None),
            standing(wire, None, Some("“No,” she told Outlet 2.")),
            standing(rewrite, Some((wire, Kinship::Rewrite)), None),
            resting,
        ],
        edges: vec![
            edge(first, TakenFrom::Held(wire), Kinship::Syndicated, proofs),
            edge(rewrite, TakenFrom::NotHeld("Nordwire".into()), Kinship::Rewrite, Vec::new()),
            Edge { is_directed: false, ..edge(cites, TakenFrom::Held(wire), Kinship::Cites, vec![Proof::Official]) },
        ],
    };
    archive.record_trees(vec![(story, tree.clone())], at(20)).unwrap();
    assert!(archive.untraced_stories(10).unwrap().is_empty());
    let page = archive.story(story, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.edges, tree.edges);
    let counts = page.story.counts;
    assert_eq!((counts.texts, counts.distinct, counts.original, counts.independent), (4, 3, 1, 1));
    let role = |id| page.members.iter().find(|m| m.article.id == id).unwrap();
    assert_eq!(role(wire).role, Role::Account);
    assert_eq!(role(first).copy_of.as_ref().unwrap().article, wire);
    assert_eq!(role(rewrite).copy_of.as_ref().unwrap().sharing, Some(Kinship::Rewrite));
    assert_eq!(role(first).joined_at, at(1), "a place told anew is no new joining");
    assert_eq!(page.story.title, "Title 2", "the story bears the headline of an account");
    assert_clean(&archive);

    // As of before: as it was answered then.
    let then = archive.story(story, AsOf::At(at(19))).unwrap().unwrap();
    assert!(then.edges.is_empty());
    assert_eq!((then.story.counts.distinct, then.story.counts.original, then.story.counts.independent), (3, 0, 3));

    // The same again writes nothing; another closes what ends.
    archive.record_trees(vec![(story, tree.clone())], at(30)).unwrap();
    let mut less = tree.clone();
    less.edges.truncate(1);
    archive.record_trees(vec![(story, less.clone())], at(40)).unwrap();
    assert_eq!(archive.story(story, AsOf::Now).unwrap().unwrap().edges, less.edges);
    let between = archive.story(story, AsOf::At(at(35))).unwrap().unwrap();
    assert_eq!(between.edges, tree.edges);
    assert_eq!(between.story.counts, counts);

    // A new member asks for a new drawing; a rebuild starts from nothing and keeps what was.
    add(&archive, 5, joins(story));
    assert_eq!(archive.untraced_stories(10).unwrap(), [story]);
    archive.clear_stories(at(50)).unwrap();
    assert!(archive.untraced_stories(10).unwrap().is_empty());
    assert_eq!(archive.story(story, AsOf::At(at(35))).unwrap().unwrap().edges, tree.edges);
    assert_clean(&archive);
}

#[test]
fn a_headline_alone_is_a_text_but_no_independent_account() {
    let archive = Archive::in_memory().unwrap();
    let (_, opened) = add(&archive, 1, Placement::Opens);
    let story = opened.story.unwrap();
    let outlet = archive.add_outlet(&NewOutlet::named("Stub"), at(0)).unwrap();
    let new = NewArticle { url: Some("https://stub.example/1".into()), outlet: Some(outlet), ..NewArticle::default() };
    let id = archive.add_article(&new, at(2)).unwrap().article;
    let stub = Article { held: Held::HeadlineOnly, text: String::new(), blocks: Vec::new(), ..article("Stub", "") };
    archive.record_revision(revision(id, stub, joins(story), 3)).unwrap();
    let counts = archive.story(story, AsOf::Now).unwrap().unwrap().story.counts;
    assert_eq!((counts.texts, counts.independent), (2, 1));
    archive.record_revision(revision(id, article("Stub", "Now the whole text."), joins(story), 9)).unwrap();
    let counts = archive.story(story, AsOf::Now).unwrap().unwrap().story.counts;
    assert_eq!((counts.texts, counts.independent), (2, 2));
    assert_clean(&archive);
}

#[test]
fn doubtful_members_are_shown_and_not_counted() {
    let archive = Archive::in_memory().unwrap();
    let story = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let (other, opened) = add(&archive, 2, Placement::Opens);
    let suggest = Move::Suggest { article: other, story, because: Because { score: 0.4, ..Because::default() } };
    archive.regroup(vec![suggest.clone(), suggest], at(10)).unwrap();
    let page = archive.story(story, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.members.len(), 2);
    assert_eq!(page.members[1].role, Role::Maybe);
    assert_eq!(page.story.counts.texts, 1);
    assert_eq!(archive.story_of(other, AsOf::Now).unwrap(), opened.story);
    archive.regroup(vec![Move::Place { article: other, placement: joins(story) }], at(11)).unwrap();
    let page = archive.story(story, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.members.len(), 2);
    assert!(page.members.iter().all(|m| m.role == Role::Account));
    assert_clean(&archive);
}

#[test]
fn merged_story_leads_on() {
    let archive = Archive::in_memory().unwrap();
    let a = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let (second, opened) = add(&archive, 2, Placement::Opens);
    let b = opened.story.unwrap();
    assert_eq!(archive.regroup(vec![Move::Merge { from: b, into: a }], at(30)).unwrap(), [a]);
    assert_eq!(archive.story_leads_to(b).unwrap(), Some(a));
    let page = archive.story(b, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.story.id, a);
    assert_eq!(page.story.counts.texts, 2);
    assert!(page.log.iter().any(|line| line.event == StoryEvent::MergedFrom(b)));
    assert_eq!(archive.latest_stories(Page::new(1, 10), None, StoryOrder::Newest, AsOf::Now).unwrap().total, 1);
    // Before the merge both stood.
    let then = archive.story(b, AsOf::At(at(20))).unwrap().unwrap();
    assert_eq!((then.story.id, then.story.counts.texts), (b, 1));
    let listed = archive.latest_stories(Page::new(1, 10), None, StoryOrder::Newest, AsOf::At(at(20))).unwrap();
    assert_eq!(listed.total, 2);
    // And apart again.
    let c = archive.regroup(vec![Move::Split { from: a, articles: vec![second] }], at(40)).unwrap()[0];
    assert_ne!(c, a);
    assert_eq!(archive.story_of(second, AsOf::Now).unwrap(), Some(c));
    let log = archive.story(a, AsOf::Now).unwrap().unwrap().log;
    assert!(log.iter().any(|line| line.event == StoryEvent::SplitInto(c)));
    assert_clean(&archive);
}

#[test]
fn an_article_that_moves_is_logged_on_both_sides() {
    let archive = Archive::in_memory().unwrap();
    let (first, opened) = add(&archive, 1, Placement::Opens);
    let a = opened.story.unwrap();
    let (mover, _) = add(&archive, 2, joins(a));
    let b = add(&archive, 3, Placement::Opens).1.story.unwrap();
    archive.record_revision(revision(mover, article("Moved", "Rewritten."), joins(b), 20)).unwrap();
    assert_eq!(archive.story_of(mover, AsOf::Now).unwrap(), Some(b));
    assert_eq!(archive.story_of(mover, AsOf::At(at(10))).unwrap(), Some(a));
    let left = archive.story(a, AsOf::Now).unwrap().unwrap();
    assert!(left.log.iter().any(|line| line.event == StoryEvent::Left(mover, Some(b))));
    assert_eq!(left.story.counts.texts, 1);
    // The last one to leave leads on.
    archive.regroup(vec![Move::Place { article: first, placement: joins(b) }], at(30)).unwrap();
    assert_eq!(archive.story_leads_to(a).unwrap(), Some(b));
    assert_clean(&archive);
}

#[test]
fn the_title_is_the_earliest_full_account_of_a_news_outlet() {
    let archive = Archive::in_memory().unwrap();
    let ministry = NewOutlet { kind: OutletKind::Official, ..NewOutlet::named("Ministry") };
    let ministry = archive.add_outlet(&ministry, at(0)).unwrap();
    let (_, opened) = add_of(&archive, 1, ministry, Placement::Opens);
    let story = opened.story.unwrap();
    assert_eq!(archive.story(story, AsOf::Now).unwrap().unwrap().story.title, "Title 1");
    add(&archive, 3, joins(story));
    assert_eq!(archive.story(story, AsOf::Now).unwrap().unwrap().story.title, "Title 3");
    let (id, _) = add(&archive, 2, joins(story));
    assert_eq!(archive.story(story, AsOf::Now).unwrap().unwrap().story.title, "Title 2");
    archive.regroup(vec![Move::Place { article: id, placement: Placement::Opens }], at(9)).unwrap();
    assert_eq!(archive.story(story, AsOf::Now).unwrap().unwrap().story.title, "Title 3");
    assert_eq!(archive.story(story, AsOf::At(at(8))).unwrap().unwrap().story.title, "Title 2");
}

#[test]
fn gone_needs_two_visits() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    let story =
        archive.record_revision(revision(id, article("A", "Text."), Placement::Opens, 2)).unwrap().story.unwrap();
    archive.record_visit(visit(id, 2, VisitOutcome::Revised)).unwrap();
    let gone = || archive.article(id, AsOf::Now).unwrap().unwrap().card.gone_at;
    archive.record_visit(visit(id, 20, not_found())).unwrap();
    assert_eq!(gone(), None);
    archive.record_visit(visit(id, 25, VisitOutcome::Failed { error: "timed out".into() })).unwrap();
    assert_eq!(gone(), None);
    archive.record_visit(visit(id, 30, not_found())).unwrap();
    assert_eq!(gone(), Some(at(20)));
    assert_eq!(archive.stats().unwrap().gone, 1);
    let card = &archive.story_cards(&[story], AsOf::Now).unwrap()[0];
    assert_eq!(card.gone, 1);
    archive.record_visit(visit(id, 90, VisitOutcome::Unchanged)).unwrap();
    let page = archive.article(id, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.card.gone_at, None);
    assert_eq!(page.disappearances, [Disappearance { gone_at: at(20), back_at: Some(at(90)) }]);
    assert_eq!(archive.article(id, AsOf::At(at(40))).unwrap().unwrap().card.gone_at, Some(at(20)));
    assert_eq!(page.visits.len(), 5);
    assert_clean(&archive);
}

#[test]
fn one_miss_between_good_visits_is_no_disappearance() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    for (minutes, outcome) in
        [(2, VisitOutcome::Revised), (20, not_found()), (30, VisitOutcome::Unchanged), (40, not_found())]
    {
        archive.record_visit(visit(id, minutes, outcome)).unwrap();
    }
    assert!(archive.article(id, AsOf::Now).unwrap().unwrap().disappearances.is_empty());
}

#[test]
fn pages_never_read_come_first_and_visits_follow_the_schedule() {
    let (archive, _, feed) = archive_with_feed();
    let states = archive.record_entries(feed, &[entry(1), entry(2)], at(0)).unwrap();
    archive.record_visit(visit(states[0].article, 1, VisitOutcome::Unchanged)).unwrap();
    let due = archive.articles_due(at(20), 10).unwrap();
    assert_eq!(due.iter().map(|v| v.article).collect::<Vec<_>>(), [states[1].article, states[0].article]);
    assert_eq!(due[1].due_at, at(15));
    assert_eq!((due[1].visits, due[1].last_revision), (1, None));
    archive.record_visit(visit(states[0].article, 16, VisitOutcome::Unchanged)).unwrap();
    let page = archive.article(states[0].article, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.visit_due_at, Some(at(60)));
    assert_eq!(revisit_at(at(0), at(60 * 24 * 400)), None);
}

#[test]
fn a_feed_that_is_gone_is_asked_no_more_until_refreshed() {
    let (archive, outlet, feed) = archive_with_feed();
    assert_eq!(archive.feeds_due(at(0), 10).unwrap().len(), 1);
    let poll = |outcome, minutes: i64| Poll {
        feed,
        fetch: FetchFact {
            url: "https://harbour.example/feed".into(),
            final_url: None,
            at: at(minutes),
            duration_ms: 12,
            status: Some(200),
            size_bytes: 5,
            media_type: None,
            record: None,
            reserved: None,
        },
        validators: Some(Validators { etag: Some("\"x\"".into()), last_modified: None }),
        outcome,
        next_due_at: Some(at(minutes + 15)),
        interval_seconds: 900,
        newest_entry_at: Some(at(-10)),
        title: Some("Harbour".into()),
        error: None,
        whereabouts: Whereabouts::Unknown,
        pace: None,
        decided: String::new(),
    };
    archive.record_poll(poll(PollOutcome::Fresh { entries: 3, new: 2 }, 1)).unwrap();
    assert_eq!(archive.next_due_at().unwrap(), Some(at(16)));
    let mut failed = poll(PollOutcome::Failed, 16);
    failed.error = Some("answered 500".into());
    archive.record_poll(failed).unwrap();
    let held = archive.feed(feed).unwrap().unwrap();
    assert_eq!((held.failures, held.last_error.as_deref()), (1, Some("answered 500")));
    assert_eq!(held.last_success_at, Some(at(1)));
    assert_eq!(held.validators.etag.as_deref(), Some("\"x\""));
    archive.record_poll(poll(PollOutcome::Gone, 40)).unwrap();
    assert_eq!(archive.next_due_at().unwrap(), None);
    archive.mark_feed_due(feed, at(50)).unwrap();
    assert_eq!(archive.feeds_due(at(50), 10).unwrap().len(), 1);
    assert_eq!(
        archive.fetches(feed, 10).unwrap().iter().map(|f| f.outcome.as_str()).collect::<Vec<_>>(),
        ["gone", "failed", "fresh"]
    );
    archive.remove_feed(feed, at(60)).unwrap();
    assert!(archive.feeds().unwrap().is_empty());
    assert_eq!(archive.add_feed(outlet, "https://harbour.example/feed", FeedKind::Feed, at(70)).unwrap(), feed);
    assert_eq!(archive.feeds_due(at(70), 10).unwrap().len(), 1);
    assert_eq!(archive.sources().unwrap()[0].feeds.len(), 1);
}

#[test]
fn an_outlet_is_added_once_and_learns_what_it_lacked() {
    let archive = Archive::in_memory().unwrap();
    let first = archive.add_outlet(&NewOutlet::named("The Harbour Post"), at(0)).unwrap();
    let more = NewOutlet { country: Some("NO".into()), ..NewOutlet::named("The Harbour Post") };
    assert_eq!(archive.add_outlet(&more, at(1)).unwrap(), first);
    let held = archive.outlet_by_slug("the-harbour-post").unwrap().unwrap();
    assert_eq!(held.country.as_deref(), Some("NO"));
    let arabic = archive.add_outlet(&NewOutlet::named("مرآة الميناء"), at(2)).unwrap();
    assert!(!archive.outlet(arabic).unwrap().unwrap().slug.is_empty());
    assert_eq!(archive.outlets().unwrap().len(), 2);
}

#[test]
fn a_response_is_read_back_byte_for_byte() {
    let archive = Archive::in_memory().unwrap();
    let kept = response(1);
    let id = archive.keep_response(&kept).unwrap();
    let stored = archive.response(id).unwrap().unwrap();
    assert_eq!(stored.response, kept);
    assert_eq!(stored.digest, Digest::of(&kept.body));
    let packed = Response {
        headers: vec![("Content-Encoding".into(), "gzip".into()), ("Content-Length".into(), "3".into())],
        body: vec![0x1f, 0x8b, 0],
        http_version: "HTTP/1.1".into(),
        ip: None,
        ..response(2)
    };
    let id = archive.keep_response(&packed).unwrap();
    assert_eq!(archive.response(id).unwrap().unwrap().response, packed);
    assert_clean(&archive);
}

#[test]
fn a_repeated_headline_is_one_record_with_both_positions() {
    let archive = Archive::in_memory().unwrap();
    let fact =
        ImportFact { name: "page.txt".into(), kind: "saved-page".into(), digest: Digest::of(b"p"), size_bytes: 1 };
    let (import, is_new) = archive.add_import(&fact, at(0)).unwrap();
    assert!(is_new);
    let line = |position, outlet: Option<&str>| HeadlineRecord {
        title: "Ferry strike ends".into(),
        outlet: outlet.map(str::to_owned),
        date: Some(Moment::utc(at(-1000))),
        url: None,
        raw: "- Ferry strike ends - Harbour Post".into(),
        position,
        import,
        damage: Vec::new(),
        placement: None,
        features: Vec::new(),
    };
    let lines = [line(1, Some("Harbour Post")), line(7, Some("Harbour  post")), line(8, None)];
    let states = archive.record_headlines(&lines, at(1)).unwrap();
    assert_eq!(states[0].article, states[1].article);
    assert_eq!((states[0].is_new, states[1].is_new, states[2].is_new), (true, false, true));
    assert!(states[1].is_new_position);
    let positions = archive.positions(states[0].article).unwrap();
    assert_eq!(positions.iter().map(|p| p.position).collect::<Vec<_>>(), [1, 7]);
    assert_eq!(archive.article(states[2].article, AsOf::Now).unwrap().unwrap().card.outlet, None);
    let before = archive.stats().unwrap();
    assert!(!archive.add_import(&fact, at(2)).unwrap().1);
    let again = archive.record_headlines(&lines, at(2)).unwrap();
    assert!(again.iter().all(|state| !state.is_new && !state.is_new_position));
    let after = archive.stats().unwrap();
    assert_eq!((before.articles, before.revisions), (after.articles, after.revisions));
    archive.finish_import(import, ImportCounts { new: 2, ..ImportCounts::default() }, at(3)).unwrap();
    assert_eq!(archive.imports().unwrap()[0].counts.unwrap().new, 2);
}

#[test]
fn a_topic_lists_its_articles_and_stories_with_why() {
    let archive = Archive::in_memory().unwrap();
    let new = NewTopic { slug: None, name: "Harbour".into(), query: "harbour".into() };
    let topic = archive.add_topic(&new, at(0)).unwrap();
    assert_eq!(archive.add_topic(&new, at(1)).unwrap(), topic);
    let (a, opened) = add(&archive, 1, Placement::Opens);
    let story = opened.story.unwrap();
    let (b, _) = add(&archive, 2, Placement::Opens);
    let matches = |article, because: Option<&str>| TopicChange { topic, article, because: because.map(str::to_owned) };
    archive.set_topic_members(&[matches(a, Some("title: harbour")), matches(b, Some("text"))], at(5)).unwrap();
    let (c, _) = add(&archive, 3, joins(story));
    archive.set_topic_members(&[matches(c, Some("text")), matches(c, Some("text"))], at(6)).unwrap();
    let count = &archive.topic_counts().unwrap()[0];
    assert_eq!((count.articles, count.stories), (3, 2));
    let listed = archive.topic_articles(topic, Page::new(1, 2), AsOf::Now).unwrap();
    assert_eq!((listed.total, listed.items.len()), (3, 2));
    assert_eq!(listed.items[0].0.id, c);
    let stories = archive.latest_stories(Page::new(1, 10), Some(topic), StoryOrder::Newest, AsOf::Now).unwrap();
    assert_eq!(stories.items.iter().map(|s| s.story.id).collect::<Vec<_>>()[0], story);
    archive.set_topic_members(&[matches(b, None)], at(7)).unwrap();
    assert_eq!(archive.topic_counts().unwrap()[0].stories, 1);
    assert_eq!(archive.topic_articles(topic, Page::new(1, 9), AsOf::At(at(6))).unwrap().total, 3);
    assert_eq!(archive.topics_of(a).unwrap()[0].1, "title: harbour");
    assert_clean(&archive);
    archive.remove_topic(topic, at(9)).unwrap();
    assert_eq!(archive.topic("harbour").unwrap(), None);
    assert_clean(&archive);
}

#[test]
fn every_visible_change_moves_an_article_up_the_change_sequence() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    assert!(archive.revisions_after(0, 10).unwrap().is_empty());
    let mut seq = 0;
    let moved = |seq: &mut i64| {
        let found = archive.revisions_after(*seq, 10).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].article, id);
        assert!(found[0].seq > *seq);
        *seq = found[0].seq;
        found.into_iter().next().unwrap()
    };
    let story =
        archive.record_revision(revision(id, article("A", "One."), Placement::Opens, 2)).unwrap().story.unwrap();
    assert_eq!(moved(&mut seq).content.text, "One.");
    let mut edit = revision(id, article("A", "Two."), Placement::Opens, 3);
    edit.rank = Some(EditRank::Minor);
    archive.record_revision(edit).unwrap();
    assert_eq!(moved(&mut seq).edits, [EditRank::Minor]);
    let topic = archive.add_topic(&NewTopic { slug: None, name: "T".into(), query: "q".into() }, at(3)).unwrap();
    archive.set_topic_members(&[TopicChange { topic, article: id, because: Some("text".into()) }], at(4)).unwrap();
    assert_eq!(moved(&mut seq).topics, [topic]);
    let new = NewArticle { url: Some("https://x.example/".into()), ..NewArticle::default() };
    let other = archive.add_article(&new, at(4)).unwrap().article;
    assert!(archive.revisions_after(seq, 10).unwrap().is_empty(), "an article without a text is nothing to index");
    let _ = other;
    archive.record_visit(visit(id, 5, not_found())).unwrap();
    archive.record_visit(visit(id, 6, not_found())).unwrap();
    assert_eq!(moved(&mut seq).gone_at, Some(at(5)));
    archive.clear_stories(at(7)).unwrap();
    assert_eq!(moved(&mut seq).story, None);
    archive.regroup(vec![Move::Place { article: id, placement: Placement::Opens }], at(8)).unwrap();
    assert_eq!(moved(&mut seq).story, Some((story, Role::Account)));
}

fn decide(archive: &Archive, correction: Correction, minutes: i64) -> archive::Result<DecisionCard> {
    let new = NewDecision { correction, who: "Ada Kestrel".into(), why: Some("two events".into()) };
    archive.decide(new, at(minutes))
}

fn refusal(archive: &Archive, correction: Correction) -> String {
    match decide(archive, correction, 90) {
        Err(error @ (Error::Refused(_) | Error::Unknown { .. })) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

fn counts(archive: &Archive, story: StoryId) -> (u32, u32, u32) {
    let counts = archive.story(story, AsOf::Now).unwrap().unwrap().story.counts;
    (counts.texts, counts.outlets, counts.independent)
}

#[test]
fn what_is_split_off_by_hand_opens_a_story_and_the_log_names_who_when_and_why() {
    let archive = Archive::in_memory().unwrap();
    let (a, opened) = add(&archive, 1, Placement::Opens);
    let old = opened.story.unwrap();
    let (b, _) = add(&archive, 2, joins(old));
    let (c, _) = add(&archive, 3, joins(old));
    let made = decide(&archive, Correction::Split { story: old, articles: vec![c, b] }, 30).unwrap();
    let new = made.into.unwrap();
    assert_eq!((made.kind, made.from, made.moved.clone()), (DecisionKind::Split, Some(old), vec![b, c]));
    assert_eq!(archive.story_of(a, AsOf::Now).unwrap(), Some(old));
    for article in [b, c] {
        assert_eq!(archive.story_of(article, AsOf::Now).unwrap(), Some(new));
    }
    // The old address tells of both, and before the decision nothing of it is known.
    for story in [old, new] {
        let page = archive.story(story, AsOf::Now).unwrap().unwrap();
        assert_eq!(page.decisions, std::slice::from_ref(&made), "story {story}");
        let by: Vec<_> = page.log.iter().filter_map(|line| line.by.as_ref()).collect();
        assert!(!by.is_empty());
        assert!(by.iter().all(
            |by| (by.who.as_str(), by.why.as_deref(), by.decision) == ("Ada Kestrel", Some("two events"), made.id)
        ));
    }
    let then = archive.story(old, AsOf::At(at(20))).unwrap().unwrap();
    assert_eq!((then.members.len(), then.decisions.len()), (3, 0));
    assert!(archive.story(new, AsOf::At(at(20))).unwrap().is_none());
    // By filter.
    let lines = |filter| archive.story_log(old, filter, Page::new(1, 50), AsOf::Now).unwrap().unwrap().1;
    let (people, rules, all) = (lines(LogFilter::People), lines(LogFilter::Rules), lines(LogFilter::All));
    assert_eq!((people.total, rules.total), (3, all.total - 3), "one split, two that left");
    assert!(people.items.iter().all(|line| line.at == at(30)), "{people:?}");
    let said = archive.decisions_after(DecisionId(0)).unwrap();
    assert_eq!((&said[0].moved, &said[0].left, said[0].met.len()), (&vec![b, c], &vec![a], 0));
    assert_eq!(archive.last_decision().unwrap(), made.id);
    assert_clean(&archive);
}

#[test]
fn decisions_stay_when_all_stories_are_cleared() {
    let archive = Archive::in_memory().unwrap();
    let old = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let (b, _) = add(&archive, 2, joins(old));
    let made = decide(&archive, Correction::Split { story: old, articles: vec![b] }, 30).unwrap();
    archive.clear_stories(at(40)).unwrap();
    assert_eq!(archive.decisions_after(DecisionId(0)).unwrap().len(), 1);
    let opens = Move::Place { article: b, placement: Placement::Opens };
    assert_eq!(archive.regroup(vec![opens], at(41)).unwrap()[0], made.into.unwrap(), "its number comes back");
    assert_clean(&archive);
}

#[test]
fn a_merge_by_hand_leads_on_and_ends_no_decision_of_others() {
    let archive = Archive::in_memory().unwrap();
    let (a, opened) = add(&archive, 1, Placement::Opens);
    let first = opened.story.unwrap();
    let (b, opened) = add(&archive, 2, Placement::Opens);
    let second = opened.story.unwrap();
    let made = decide(&archive, Correction::Merge { from: second, into: first }, 30).unwrap();
    assert_eq!(archive.story_leads_to(second).unwrap(), Some(first));
    assert_eq!(counts(&archive, first), (2, 2, 2));
    assert_eq!((made.from, made.into), (Some(second), Some(first)));
    let page = archive.story(second, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.decisions, std::slice::from_ref(&made));
    let then = archive.story(second, AsOf::At(at(20))).unwrap().unwrap();
    assert_eq!((then.story.id, then.members.len()), (second, 1), "before, both stood");
    // Taken back: apart again, the one that ended under a new number, which the first one's page names.
    let undone = decide(&archive, Correction::Undo { decision: made.id }, 40).unwrap();
    let third = archive.story_of(b, AsOf::Now).unwrap().unwrap();
    assert!(third != first && third != second, "numbers are not given out again");
    assert_eq!((undone.kind, undone.withdraws, undone.into), (DecisionKind::Undo, Some(made.id), Some(third)));
    assert_eq!(archive.story_of(a, AsOf::Now).unwrap(), Some(first));
    let kept = archive.decision(made.id).unwrap().unwrap();
    assert_eq!(kept.withdrawn_by, Some(undone.id), "both stay");
    assert!(refusal(&archive, Correction::Undo { decision: made.id }).contains("taken back already"));
    assert!(refusal(&archive, Correction::Undo { decision: undone.id }).contains("decide that anew"));
    assert_clean(&archive);
}

#[test]
fn a_moved_article_is_told_of_on_both_pages_and_goes_back_on_undo() {
    let archive = Archive::in_memory().unwrap();
    let one = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let (mover, _) = add(&archive, 2, joins(one));
    let two = add(&archive, 3, Placement::Opens).1.story.unwrap();
    let made = decide(&archive, Correction::Move { article: mover, into: two }, 30).unwrap();
    assert_eq!((counts(&archive, one), counts(&archive, two)), ((1, 1, 1), (2, 2, 2)));
    for story in [one, two] {
        assert_eq!(archive.story(story, AsOf::Now).unwrap().unwrap().decisions, std::slice::from_ref(&made));
    }
    let moved = archive.story(two, AsOf::Now).unwrap().unwrap();
    let because = &moved.members.iter().find(|m| m.article.id == mover).unwrap().because;
    assert!(because.names.is_empty() && because.score == 1.0, "what it shared elsewhere is no reason here");
    decide(&archive, Correction::Undo { decision: made.id }, 40).unwrap();
    assert_eq!(archive.story_of(mover, AsOf::Now).unwrap(), Some(one));
    let back = archive.story(one, AsOf::Now).unwrap().unwrap();
    let because = &back.members.iter().find(|m| m.article.id == mover).unwrap().because;
    assert_eq!(because.names, ["Anna Reyes"], "the reason it once stood here for");
    assert_eq!(archive.story_of(mover, AsOf::At(at(35))).unwrap(), Some(two), "what was stays");
    assert_clean(&archive);
}

#[test]
fn the_only_text_of_a_story_that_is_moved_leads_its_address_on() {
    let archive = Archive::in_memory().unwrap();
    let (lone, opened) = add(&archive, 1, Placement::Opens);
    let one = opened.story.unwrap();
    let two = add(&archive, 2, Placement::Opens).1.story.unwrap();
    let made = decide(&archive, Correction::Move { article: lone, into: two }, 30).unwrap();
    assert_eq!(archive.story_leads_to(one).unwrap(), Some(two));
    decide(&archive, Correction::Undo { decision: made.id }, 40).unwrap();
    assert_eq!((counts(&archive, two)), (1, 1, 1));
    assert_clean(&archive);
}

#[test]
fn a_doubtful_text_is_taken_in_or_turned_away() {
    let archive = Archive::in_memory().unwrap();
    let story = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let suggest = |article| Move::Suggest {
        article,
        story,
        because: Because { score: 0.55, names: vec!["Port Lisse".into()], ..Because::default() },
    };
    let (inside, _) = add(&archive, 2, Placement::Opens);
    let (outside, own) = add(&archive, 3, Placement::Opens);
    archive.regroup(vec![suggest(inside), suggest(outside)], at(20)).unwrap();
    decide(&archive, Correction::Move { article: inside, into: story }, 30).unwrap();
    let away = decide(&archive, Correction::Apart { article: outside, story }, 31).unwrap();
    let page = archive.story(story, AsOf::Now).unwrap().unwrap();
    assert_eq!(page.members.iter().map(|m| m.role).collect::<Vec<_>>(), [Role::Account, Role::Account]);
    let taken_in = page.members.iter().find(|m| m.article.id == inside).unwrap();
    assert_eq!(taken_in.because.names, ["Port Lisse"], "why it was doubtful is why it was looked at");
    assert_eq!(archive.story_of(outside, AsOf::Now).unwrap(), own.story, "it stands where it stood");
    assert!(page.log.iter().any(|line| line.event == StoryEvent::Dismissed(outside)));
    let said = archive.decisions_after(DecisionId(1)).unwrap();
    assert_eq!((said[0].kind, &said[0].moved, said[0].left.len()), (DecisionKind::Apart, &vec![outside], 2));
    assert!(refusal(&archive, Correction::Apart { article: outside, story }).contains("not shown as doubtful"));
    decide(&archive, Correction::Undo { decision: away.id }, 40).unwrap();
    let page = archive.story(story, AsOf::Now).unwrap().unwrap();
    let doubtful = page.members.iter().find(|m| m.role == Role::Maybe).expect("doubtful again");
    assert_eq!(doubtful.because.names, ["Port Lisse"]);
    assert_clean(&archive);
}

#[test]
fn a_doubtful_text_that_is_taken_in_brings_its_copies_along() {
    let archive = Archive::in_memory().unwrap();
    let story = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let (doubtful, opened) = add(&archive, 2, Placement::Opens);
    let own = opened.story.unwrap();
    let (copy, _) = add(&archive, 3, copies(own, doubtful));
    let (stranger, _) = add(&archive, 4, joins(own));
    archive.regroup(vec![Move::Suggest { article: doubtful, story, because: Because::default() }], at(20)).unwrap();
    let made = decide(&archive, Correction::Move { article: doubtful, into: story }, 30).unwrap();
    assert_eq!(made.moved, [doubtful, copy]);
    assert_eq!((counts(&archive, story), counts(&archive, own)), ((3, 3, 2), (1, 1, 1)));
    let said = archive.decisions_after(DecisionId(0)).unwrap();
    assert_eq!(said[0].left, [stranger]);
    decide(&archive, Correction::Undo { decision: made.id }, 40).unwrap();
    assert_eq!((counts(&archive, story), counts(&archive, own)), ((1, 1, 1), (3, 3, 2)));
    assert_clean(&archive);
}

#[test]
fn a_text_counts_once_in_each_story_though_its_copies_were_put_apart() {
    let archive = Archive::in_memory().unwrap();
    let (base, opened) = add(&archive, 1, Placement::Opens);
    let story = opened.story.unwrap();
    let (second, _) = add(&archive, 2, copies(story, base));
    let (third, _) = add(&archive, 3, copies(story, base));
    add(&archive, 4, joins(story));
    assert_eq!(counts(&archive, story), (4, 4, 2));
    let made = decide(&archive, Correction::Split { story, articles: vec![second, third] }, 30).unwrap();
    let new = made.into.unwrap();
    assert_eq!((counts(&archive, story), counts(&archive, new)), ((2, 2, 2), (2, 2, 1)));
    let page = archive.story(new, AsOf::Now).unwrap().unwrap();
    assert_eq!((page.members[0].role, page.members[1].role), (Role::Account, Role::Copy));
    for member in &page.members {
        let of = member.copy_of.as_ref().expect("what it repeats stays on record");
        assert_eq!((of.article, of.contained), (base, 0.9));
    }
    decide(&archive, Correction::Undo { decision: made.id }, 40).unwrap();
    assert_eq!(counts(&archive, story), (4, 4, 2), "they are copies again");
    // The text itself leaves its copies.
    let made = decide(&archive, Correction::Split { story, articles: vec![base] }, 50).unwrap();
    assert_eq!((counts(&archive, story), counts(&archive, made.into.unwrap())), ((3, 3, 2), (1, 1, 1)));
    assert_clean(&archive);
}

#[test]
fn what_cannot_be_decided_is_refused_in_a_sentence_and_changes_nothing() {
    let archive = Archive::in_memory().unwrap();
    let (a, opened) = add(&archive, 1, Placement::Opens);
    let one = opened.story.unwrap();
    let (b, _) = add(&archive, 2, joins(one));
    let (c, opened) = add(&archive, 3, Placement::Opens);
    let two = opened.story.unwrap();
    let check = |correction, part: &str| {
        let said = refusal(&archive, correction);
        assert!(said.contains(part), "{said}");
    };
    check(Correction::Split { story: one, articles: vec![a, b] }, "nothing left");
    check(Correction::Split { story: one, articles: vec![c] }, "article 3 does not stand in story 1");
    check(Correction::Split { story: one, articles: vec![] }, "no article was named");
    check(Correction::Split { story: StoryId(99), articles: vec![a] }, "no story 99");
    check(Correction::Merge { from: one, into: one }, "one story already");
    check(Correction::Merge { from: one, into: StoryId(99) }, "no story 99");
    check(Correction::Move { article: a, into: one }, "already");
    check(Correction::Move { article: ArticleId(99), into: two }, "no article 99");
    check(Correction::Undo { decision: DecisionId(1) }, "no decision 1");
    for (who, why) in [("", None), ("  ", None), ("x", Some("y".repeat(WHY_CHARS + 1)))] {
        let new = NewDecision { correction: Correction::Merge { from: two, into: one }, who: who.into(), why };
        assert!(matches!(archive.decide(new, at(60)), Err(Error::Refused(_))));
    }
    assert_eq!(archive.last_decision().unwrap(), DecisionId(0));
    assert_eq!((counts(&archive, one), counts(&archive, two)), ((2, 2, 2), (1, 1, 1)));
    // What came later about the same articles is taken back first.
    let first = decide(&archive, Correction::Move { article: b, into: two }, 61).unwrap();
    let later = decide(&archive, Correction::Split { story: two, articles: vec![b] }, 62).unwrap();
    check(Correction::Undo { decision: first.id }, "decision 2, made later");
    decide(&archive, Correction::Undo { decision: later.id }, 63).unwrap();
    decide(&archive, Correction::Undo { decision: first.id }, 64).unwrap();
    assert_eq!(archive.story_of(b, AsOf::Now).unwrap(), Some(one));
    assert_clean(&archive);
}

#[test]
fn a_rule_that_did_not_know_of_a_decision_changes_nothing() {
    let archive = Archive::in_memory().unwrap();
    let one = add(&archive, 1, Placement::Opens).1.story.unwrap();
    let (b, _) = add(&archive, 2, joins(one));
    let known = archive.last_decision().unwrap();
    let made = decide(&archive, Correction::Split { story: one, articles: vec![b] }, 30).unwrap();
    let back = || vec![Move::Place { article: b, placement: joins(one) }];
    assert_eq!(archive.regroup_unless_decided(back(), known, at(31)).unwrap(), None);
    assert_eq!(archive.story_of(b, AsOf::Now).unwrap(), made.into);
    assert!(archive.regroup_unless_decided(back(), made.id, at(32)).unwrap().is_some(), "it knows now");
    assert_clean(&archive);
}

#[test]
fn a_rebuild_gives_stories_their_numbers_back() {
    let archive = Archive::in_memory().unwrap();
    let (a, opened) = add(&archive, 1, Placement::Opens);
    let (b, other) = add(&archive, 2, Placement::Opens);
    let (c, _) = add(&archive, 3, joins(opened.story.unwrap()));
    archive.clear_stories(at(10)).unwrap();
    assert_eq!(archive.stats().unwrap().stories, 0);
    let opens = |article| Move::Place { article, placement: Placement::Opens };
    let first = archive.regroup(vec![opens(a)], at(11)).unwrap()[0];
    assert_eq!(Some(first), opened.story);
    // The second story is now found to be the first.
    archive
        .regroup(
            vec![
                Move::Place { article: b, placement: joins(first) },
                Move::Place { article: c, placement: joins(first) },
            ],
            at(12),
        )
        .unwrap();
    assert_eq!(archive.story_leads_to(other.story.unwrap()).unwrap(), Some(first));
    assert_eq!(archive.story(first, AsOf::Now).unwrap().unwrap().story.counts.texts, 3);
    assert_clean(&archive);
}

#[test]
fn a_new_reading_is_shown_and_the_first_stays() {
    let archive = Archive::in_memory().unwrap();
    let (id, recorded) = add(&archive, 1, Placement::Opens);
    let text = NewText {
        revision: recorded.revision,
        content: article("Title 1", "Text number 1, whole."),
        features: vec![9],
        statements: Vec::new(),
        dated: Dated::default(),
        problems: Vec::new(),
        extractor: 2,
    };
    archive.replace_text(text.clone(), at(50)).unwrap();
    archive.replace_text(text, at(60)).unwrap();
    let now = archive.last_revision(id, AsOf::Now).unwrap().unwrap();
    assert_eq!((now.extractor, now.readings, now.revision.number), (2, 1, 1));
    assert_eq!(now.revision.content.text, "Text number 1, whole.");
    let then = archive.last_revision(id, AsOf::At(at(40))).unwrap().unwrap();
    assert_eq!((then.extractor, then.readings), (1, 0));
    assert_eq!(then.revision.content.text, "Text number 1.");
    let mut features = Vec::new();
    archive
        .features_since(at(-10), &mut |row| {
            features.push(row);
            Ok(())
        })
        .unwrap();
    assert_eq!(features.len(), 1);
    assert_eq!(
        (features[0].features.as_slice(), features[0].story),
        ([9].as_slice(), Some((recorded.story.unwrap(), Role::Account)))
    );
    let mut seen = 0;
    archive
        .for_each_revision(news::id::RevisionId(0), &mut |row| {
            seen += 1;
            assert!(row.is_last);
            archive.replace_features(vec![(row.page.revision.id, vec![7])])
        })
        .unwrap();
    assert_eq!(seen, 1);
    assert_clean(&archive);
}

#[test]
fn what_came_later_leaves_no_trace_in_the_past() {
    let archive = Archive::in_memory().unwrap();
    let (a, opened) = add(&archive, 1, Placement::Opens);
    let story = opened.story.unwrap();
    let then = AsOf::At(at(5));
    let page = archive.story(story, then).unwrap();
    let listed = archive.latest_stories(Page::new(1, 10), None, StoryOrder::Newest, then).unwrap();
    add(&archive, 9, joins(story));
    let mut edit = revision(a, article("Other title", "Other."), joins(story), 10);
    edit.rank = Some(EditRank::Headline);
    archive.record_revision(edit).unwrap();
    assert_eq!(archive.story(story, then).unwrap(), page);
    assert_eq!(archive.latest_stories(Page::new(1, 10), None, StoryOrder::Newest, then).unwrap(), listed);
    assert_eq!(archive.story(story, AsOf::At(at(-5))).unwrap(), None);
    assert_eq!(archive.latest_edits(Page::new(1, 10), EditFilter::default(), then).unwrap().total, 0);
    assert_eq!(archive.revision(a, 2, then).unwrap(), None);
}

#[test]
fn second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = Archive::open(folder.path()).unwrap();
    let Err(Error::Locked { pid, .. }) = Archive::open(folder.path()) else { panic!("a second writer got in") };
    assert_eq!(pid, std::process::id());
    let reader = Archive::open_read_only(folder.path()).unwrap();
    assert!(matches!(reader.set_fact("a", "b", at(0)), Err(Error::ReadOnly)));
    first.set_fact("a", "b", at(0)).unwrap();
    assert_eq!(reader.fact("a").unwrap().as_deref(), Some("b"));
    drop(first);
    assert!(Archive::open(folder.path()).is_ok());
}

#[test]
fn a_folder_without_archive_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Archive::open_read_only(folder.path()), Err(Error::Missing { .. })));
}

fn segment_path(folder: &std::path::Path) -> std::path::PathBuf {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder.join("segments")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.pop().unwrap()
}

#[test]
fn torn_segment_tail_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let first = archive.keep_response(&response(1)).unwrap();
    drop(archive);
    let path = segment_path(folder.path());
    let whole = std::fs::read(&path).unwrap();
    // As after kill -9 in the middle of an append: the first half of another member.
    let mut torn = whole.clone();
    torn.extend_from_slice(&whole[..whole.len() / 3]);
    std::fs::write(&path, &torn).unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap().len() % whole.len(), 0, "only whole members stay");
    let second = archive.keep_response(&response(2)).unwrap();
    assert_eq!(archive.response(first).unwrap().unwrap().response, response(1));
    assert_eq!(archive.response(second).unwrap().unwrap().response, response(2));
    assert_clean(&archive);
}

#[test]
fn whole_members_that_no_row_names_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    archive.keep_response(&response(1)).unwrap();
    drop(archive);
    let path = segment_path(folder.path());
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [whole.as_slice(), whole.as_slice()].concat()).unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let second = archive.keep_response(&response(2)).unwrap();
    assert_eq!(archive.response(second).unwrap().unwrap().offset_bytes, whole.len() as u64 * 2);
    assert_clean(&archive);
}

#[test]
fn a_damaged_record_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let id = archive.keep_response(&response(1)).unwrap();
    let stored = archive.response(id).unwrap().unwrap();
    drop(archive);
    let path = segment_path(folder.path());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(stored.offset_bytes + stored.length_bytes / 2) as usize] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    assert!(!archive.verify().unwrap().is_clean());
}

#[test]
fn segments_roll_and_stay_readable() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { segment_size_bytes: 1_000, ..Settings::default() };
    let archive = Archive::open_with(folder.path(), settings).unwrap();
    let ids: Vec<_> = (1..=10).map(|n| archive.keep_response(&response(n)).unwrap()).collect();
    assert!(std::fs::read_dir(folder.path().join("segments")).unwrap().count() > 2);
    for (n, id) in (1..).zip(&ids) {
        assert_eq!(archive.response(*id).unwrap().unwrap().response, response(n));
    }
    let mut records = 0;
    for file in std::fs::read_dir(folder.path().join("segments")).unwrap() {
        for record in warc::Reader::open(&file.unwrap().path(), 1 << 20).unwrap() {
            let record = record.unwrap();
            records += usize::from(record.kind == "response");
            if let Some(http) = record.http() {
                assert!(http.body.starts_with(b"<p>Body"), "{:?}", String::from_utf8_lossy(&http.body));
            }
        }
    }
    assert_eq!(records, 10);
    assert_clean(&archive);
}

#[test]
fn a_full_database_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { max_pages: Some(130), ..Settings::default() };
    let archive = Archive::open_with(folder.path(), settings).unwrap();
    let mut kept = Vec::new();
    let error = loop {
        let n = u32::try_from(kept.len()).unwrap() + 1;
        let long = "word ".repeat(4_000);
        let new = NewArticle { key: Some(format!("k{n}")), ..NewArticle::default() };
        let result = archive.add_article(&new, at(0)).and_then(|state| {
            archive.record_revision(revision(state.article, article("A", &format!("{n} {long}")), Placement::Opens, 1))
        });
        match result {
            Ok(recorded) => kept.push(recorded.revision),
            Err(error) => break error,
        }
        assert!(kept.len() < 1_000, "the bound was never met");
    };
    assert!(matches!(error, Error::Full(_)), "{error}");
    assert!(!kept.is_empty());
    drop(archive);
    let archive = Archive::open(folder.path()).unwrap();
    for id in &kept {
        assert!(archive.revision_by_id(*id, AsOf::Now).unwrap().is_some());
    }
    add(&archive, 1, Placement::Opens);
    assert_clean(&archive);
}

#[test]
fn a_failed_write_leaves_its_neighbours_alone() {
    let (archive, _, feed) = archive_with_feed();
    let id = archive.record_entries(feed, &[entry(1)], at(1)).unwrap()[0].article;
    let good = archive.record_revision_soon(revision(id, article("A", "One."), Placement::Opens, 2)).unwrap();
    let bad = archive.record_revision_soon(revision(ArticleId(99), article("A", "One."), Placement::Opens, 2));
    assert!(matches!(bad, Err(Error::Unknown { what: "article", id: 99 })));
    let recorded = good.durable().unwrap();
    assert_eq!(recorded.number, 1);
    let unknown = archive.record_revision(revision(id, article("A", "Two."), joins(StoryId(77)), 3));
    assert!(matches!(unknown, Err(Error::Unknown { what: "story", id: 77 })));
    assert_eq!(archive.stats().unwrap().revisions, 1);
    assert_clean(&archive);
}

#[test]
fn many_threads_write_and_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for t in 0..8u32 {
            let archive = archive.clone();
            scope.spawn(move || {
                for n in 0..10 {
                    let (id, _) = add(&archive, 1_000 + t * 100 + n, Placement::Opens);
                    archive.keep_response(&response(t * 100 + n)).unwrap();
                    assert!(archive.article(id, AsOf::Now).unwrap().is_some());
                }
            });
        }
    });
    assert_eq!(archive.stats().unwrap().stories, 80);
    assert_clean(&archive);
}

/// What a text says of days: for each sentence its day and how it tells it.
fn dated(content: &Article, seen: Timestamp, days: &[(usize, &str, Telling)]) -> Dated {
    let spans = news::text::sentences(&content.text);
    let row = |(place, day, telling): &(usize, &str, Telling)| DatedSentence {
        day: day.parse().expect("a literal day"),
        telling: *telling,
        is_printed: *telling == Telling::Later,
        sentence: u32::try_from(*place).unwrap(),
        span: spans[*place].clone(),
        wording: wording(&content.text[spans[*place].clone()]),
    };
    let published = news::dated::published_day(content.published_at.as_ref(), seen);
    Dated { published, sentences: days.iter().map(row).collect() }
}

/// An article with one text that speaks of days.
fn add_dated(
    archive: &Archive,
    n: u32,
    text: &str,
    days: &[(usize, &str, Telling)],
    placement: Placement,
) -> ArticleId {
    let minutes = i64::from(n);
    let new = NewArticle { url: Some(format!("https://dated.example/{n}")), ..NewArticle::default() };
    let id = archive.add_article(&new, at(minutes)).unwrap().article;
    let content = article(&format!("Title {n}"), text);
    let dated = dated(&content, at(minutes), days);
    archive.record_revision(NewRevision { dated, ..revision(id, content, placement, minutes) }).unwrap();
    id
}

/// Each day with texts, sentences and weight.
fn days_of(archive: &Archive, of: TimelineOf, as_of: AsOf) -> Vec<(String, u64, u64, u64)> {
    let days = archive.timeline_days(of, as_of).unwrap().days;
    days.into_iter().map(|d| (d.day.to_string(), d.texts, d.sentences, d.weight)).collect()
}

fn row(day: &str, texts: u64, sentences: u64, weight: u64) -> (String, u64, u64, u64) {
    (day.to_owned(), texts, sentences, weight)
}

const DAM: &str = "The dam gave way at dawn. It had stood since 1931.";

#[test]
fn copies_of_a_sentence_count_once_on_a_timeline_and_are_named() {
    use Telling::*;
    let archive = Archive::in_memory().unwrap();
    let topic = archive.add_topic(&NewTopic { slug: None, name: "Dam".into(), query: "dam".into() }, at(0)).unwrap();
    let told = [(0, "2026-03-01", Near), (1, "1931-06-04", Later)];
    let first = add_dated(&archive, 1, DAM, &told, Placement::Opens);
    let copy = add_dated(&archive, 2, &DAM.replace("dawn", "DAWN"), &told, Placement::Opens);
    let own = add_dated(&archive, 3, "Rescuers came by boat.", &[(0, "2026-03-01", Published)], Placement::Opens);
    let enter = |article, because: Option<&str>, minutes| {
        let because = because.map(str::to_owned);
        archive.set_topic_members(&[TopicChange { topic, article, because }], at(minutes)).unwrap();
    };
    for article in [first, copy, own] {
        enter(article, Some("dam"), 10);
    }
    let of = TimelineOf::Topic(topic);
    let all = [row("1931-06-04", 0, 1, 8), row("2026-03-01", 0, 2, 3), row("2026-03-02", 3, 0, 0)];
    assert_eq!(days_of(&archive, of, AsOf::Now), all);
    assert_eq!(days_of(&archive, of, AsOf::At(at(11))), all, "counted anew, the days are the same");
    assert_eq!(days_of(&archive, of, AsOf::At(at(9))), []);

    let day = "2026-03-01".parse().unwrap();
    let got = archive.timeline_sentences(of, &[day], 0, 10, AsOf::Now).unwrap().remove(0);
    let shown: Vec<_> = got.items.iter().map(|s| (s.text.as_str(), s.article, s.texts, s.also.clone())).collect();
    assert_eq!(got.total, 2);
    assert_eq!(
        shown,
        [("The dam gave way at dawn.", first, 2, vec![copy]), ("Rescuers came by boat.", own, 1, vec![])],
        "what is told of the day comes first, under its earliest text"
    );
    let then = archive.timeline_sentences(of, &[day], 0, 10, AsOf::At(at(11))).unwrap().remove(0);
    assert_eq!(then, got);
    assert_eq!(archive.timeline_sentences(of, &[day], 1, 10, AsOf::Now).unwrap()[0].items, got.items[1..]);

    // One of the two goes: the sentence stays. Both go: it goes.
    enter(first, None, 12);
    assert_eq!(days_of(&archive, of, AsOf::Now)[1], row("2026-03-01", 0, 2, 3));
    assert_clean(&archive);
    enter(copy, None, 13);
    assert_eq!(days_of(&archive, of, AsOf::Now), [row("2026-03-01", 0, 1, 1), row("2026-03-02", 1, 0, 0)]);
    assert_eq!(days_of(&archive, of, AsOf::At(at(11))), all);
    assert_clean(&archive);
    archive.remove_topic(topic, at(14)).unwrap();
    assert_eq!(days_of(&archive, of, AsOf::Now), []);
    assert_clean(&archive);
}

#[test]
fn an_edit_moves_the_days_and_the_sentences_before_it_stay_readable() {
    use Telling::*;
    let archive = Archive::in_memory().unwrap();
    let topic = archive.add_topic(&NewTopic { slug: None, name: "Dam".into(), query: "dam".into() }, at(0)).unwrap();
    let id = add_dated(&archive, 1, DAM, &[(0, "2026-03-01", Near)], Placement::Opens);
    archive.set_topic_members(&[TopicChange { topic, article: id, because: Some("dam".into()) }], at(2)).unwrap();
    let content = article("Title 1", "The dam gave way on Friday. It had stood since 1931.");
    let later = dated(&content, at(20), &[(0, "2026-02-27", Near)]);
    archive
        .record_revision(NewRevision { dated: later, placement: None, ..revision(id, content, Placement::Opens, 20) })
        .unwrap();
    let story = archive.story_of(id, AsOf::Now).unwrap().unwrap();
    for of in [TimelineOf::Topic(topic), TimelineOf::Story(story)] {
        assert_eq!(days_of(&archive, of, AsOf::Now), [row("2026-02-27", 0, 1, 2), row("2026-03-02", 1, 0, 0)]);
        assert_eq!(
            days_of(&archive, of, AsOf::At(at(10))),
            [row("2026-03-01", 0, 1, 2), row("2026-03-02", 1, 0, 0)],
            "{of:?}"
        );
        let text = |day: &str, as_of| {
            let day = day.parse().unwrap();
            let found = archive.timeline_sentences(of, &[day], 0, 5, as_of).unwrap();
            found[0].items.iter().map(|s| (s.number, s.text.clone())).collect::<Vec<_>>()
        };
        assert_eq!(text("2026-02-27", AsOf::Now), [(2, "The dam gave way on Friday.".to_owned())]);
        assert_eq!(text("2026-03-01", AsOf::Now), []);
        assert_eq!(text("2026-03-01", AsOf::At(at(10))), [(1, "The dam gave way at dawn.".to_owned())]);
    }
    // Found anew, by other rules: what was shown until then stays for those who ask for then.
    let head = archive.last_revision(id, AsOf::Now).unwrap().unwrap().revision;
    let anew = dated(&head.content, at(30), &[(1, "1931-01-01", Later)]);
    assert!(!archive.is_dated(head.id, &anew).unwrap());
    archive.replace_dated(vec![(head.id, anew.clone())], at(30)).unwrap();
    assert!(archive.is_dated(head.id, &anew).unwrap());
    let of = TimelineOf::Topic(topic);
    assert_eq!(days_of(&archive, of, AsOf::Now), [row("1931-01-01", 0, 1, 8), row("2026-03-02", 1, 0, 0)]);
    assert_eq!(days_of(&archive, of, AsOf::At(at(25))), [row("2026-02-27", 0, 1, 2), row("2026-03-02", 1, 0, 0)]);
    assert_clean(&archive);
}

#[test]
fn days_of_a_topic_agree_with_its_texts_after_any_changes() {
    let archive = Archive::in_memory().unwrap();
    let topics: Vec<_> = ["A", "B"]
        .iter()
        .map(|name| {
            let topic = NewTopic { slug: None, name: (*name).into(), query: "x".into() };
            archive.add_topic(&topic, at(0)).unwrap()
        })
        .collect();
    // A small generator with a fixed seed, so that a failure comes back.
    let mut state = 7_u64;
    let mut chance = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let sentences = ["The dam broke.", "The bridge fell.", "A school was closed.", "Boats came."];
    let days = ["2026-02-27", "2026-02-28", "2026-03-01"];
    let mut articles = Vec::new();
    for step in 0..160_i64 {
        if articles.len() < 8 || chance(3) == 0 {
            let picked: Vec<&str> = (0..3).map(|_| sentences[chance(4) as usize]).collect();
            let content = article(&format!("Title {step}"), &picked.join(" "));
            let rows: Vec<_> =
                (0..3).map(|n| (n, days[chance(3) as usize], Telling::ALL[chance(4) as usize])).collect();
            let dated = dated(&content, at(step), &rows);
            let id = if articles.len() < 8 {
                let new = NewArticle { url: Some(format!("https://x.example/{step}")), ..NewArticle::default() };
                archive.add_article(&new, at(step)).unwrap().article
            } else {
                articles[chance(8) as usize]
            };
            let placement = if articles.contains(&id) { None } else { Some(Placement::Opens) };
            archive
                .record_revision(NewRevision { dated, placement, ..revision(id, content, Placement::Opens, step) })
                .unwrap();
            if !articles.contains(&id) {
                articles.push(id);
            }
        } else {
            let because = (chance(3) > 0).then(|| format!("reason {}", chance(2)));
            let (topic, article) = (topics[chance(2) as usize], articles[chance(8) as usize]);
            archive.set_topic_members(&[TopicChange { topic, article, because }], at(step)).unwrap();
        }
    }
    assert!(!days_of(&archive, TimelineOf::Topic(topics[0]), AsOf::Now).is_empty());
    assert_clean(&archive);
}

/// Makes the database what the fifth version of its tables would hold of it.
fn put_back_to_version_5(folder: &std::path::Path) {
    const TABLES: [&str; 5] = [
        include_str!("../src/migrations/0001_outlets_and_feeds.sql"),
        include_str!("../src/migrations/0002_articles.sql"),
        include_str!("../src/migrations/0003_stories_and_topics.sql"),
        include_str!("../src/migrations/0004_courtesy.sql"),
        include_str!("../src/migrations/0005_websub.sql"),
    ];
    let (now, then) = (folder.join("readout.db"), folder.join("then.db"));
    let conn = rusqlite::Connection::open(&then).unwrap();
    TABLES.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
    conn.execute("attach ?1 as now", [now.to_str().unwrap()]).unwrap();
    let list = |sql: &str| -> Vec<String> {
        conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(std::result::Result::unwrap).collect()
    };
    conn.execute_batch("pragma foreign_keys = off").unwrap();
    for table in list("select name from main.sqlite_master where type = 'table' and name not like 'sqlite_%'") {
        let columns = list(&format!("select name from pragma_table_info('{table}', 'main')")).join(", ");
        let copy = format!("insert into main.{table} ({columns}) select {columns} from now.{table}");
        conn.execute_batch(&format!("delete from main.{table}; {copy}")).unwrap();
    }
    conn.execute_batch("detach now; pragma user_version = 5").unwrap();
    drop(conn);
    std::fs::rename(then, now).unwrap();
    for suffix in ["-wal", "-shm"] {
        drop(std::fs::remove_file(folder.join(format!("readout.db{suffix}"))));
    }
}

#[test]
fn archive_of_an_earlier_version_is_read_for_days() {
    use Telling::*;
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let topic = archive.add_topic(&NewTopic { slug: None, name: "Dam".into(), query: "dam".into() }, at(0)).unwrap();
    let id = add_dated(&archive, 1, DAM, &[], Placement::Opens);
    archive.set_topic_members(&[TopicChange { topic, article: id, because: Some("dam".into()) }], at(2)).unwrap();
    let edited = article("Title 1", "The dam gave way on Friday.");
    archive.record_revision(NewRevision { placement: None, ..revision(id, edited, Placement::Opens, 20) }).unwrap();
    drop(archive);
    // As the version before left it.
    put_back_to_version_5(folder.path());

    let archive = Archive::open(folder.path()).unwrap();
    assert!(archive.has_undated().unwrap());
    assert_clean(&archive);
    // While they are read a new text comes in.
    let new = add_dated(&archive, 30, "Boats came.", &[(0, "2026-03-01", Near)], Placement::Opens);
    archive.set_topic_members(&[TopicChange { topic, article: new, because: Some("dam".into()) }], at(31)).unwrap();
    let mut looks = 0;
    while let Some((up_to, undated)) = archive.undated(1).unwrap() {
        looks += 1;
        let found = undated.into_iter().map(|undated| {
            let content = article("", &undated.text);
            let dated = dated(&content, undated.fetched_at, &[(0, "2026-03-01", Near)]);
            (undated, dated)
        });
        let found = found.collect();
        archive.keep_undated(up_to, found).unwrap();
    }
    assert_eq!(looks, 3, "one for each article and one that finds no more");
    let of = TimelineOf::Topic(topic);
    assert_eq!(days_of(&archive, of, AsOf::Now), [row("2026-03-01", 0, 2, 4), row("2026-03-02", 2, 0, 0)]);
    let day = "2026-03-01".parse().unwrap();
    let then = archive.timeline_sentences(of, &[day], 0, 5, AsOf::At(at(10))).unwrap();
    assert_eq!(
        then[0].items.iter().map(|s| (s.number, s.text.as_str())).collect::<Vec<_>>(),
        [(1, "The dam gave way at dawn.")]
    );
    assert_clean(&archive);
}

#[test]
fn verify_finds_a_dated_sentence_outside_its_text_and_days_miscounted() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path()).unwrap();
    let topic = archive.add_topic(&NewTopic { slug: None, name: "Dam".into(), query: "dam".into() }, at(0)).unwrap();
    let id = add_dated(&archive, 1, "Peña crossed the dam.", &[(0, "2026-03-01", Telling::Near)], Placement::Opens);
    archive.set_topic_members(&[TopicChange { topic, article: id, because: Some("dam".into()) }], at(2)).unwrap();
    assert_clean(&archive);
    drop(archive);
    let wrong = |sql: &str| {
        let conn = rusqlite::Connection::open(folder.path().join("readout.db")).unwrap();
        conn.execute_batch(sql).unwrap();
        drop(conn);
        let archive = Archive::open(folder.path()).unwrap();
        let report = archive.verify().unwrap();
        report.checks.into_iter().filter(|check| check.wrong > 0).map(|check| check.name).collect::<Vec<_>>()
    };
    assert_eq!(wrong("update dated_sentences set end_byte = 3"), ["days"], "inside the ñ");
    assert_eq!(wrong("update dated_sentences set end_byte = 900"), ["days"]);
    assert_eq!(wrong("update dated_sentences set end_byte = 22"), [""; 0]);
    assert_eq!(wrong("update topic_days set sentences = 2 where sentences = 1"), ["days"]);
    assert_eq!(wrong("update topic_days set sentences = 1 where sentences = 2"), [""; 0]);
    assert_eq!(wrong("update dated_readings set until_at = 9"), ["days"]);
}
