//! An archive filled with made-up outlets and texts of our own, for the tests and for looking at the pages.
#![allow(clippy::single_range_in_vec_init, reason = "spans come in lists")]

use archive::{
    Archive, FetchFact, NewArticle, NewOutlet, NewRevision, NewTopic, NextVisit, Poll, PollOutcome, Recorded,
    TopicChange, VisitFact, VisitOutcome, Whereabouts,
};
use jiff::Timestamp;
use news::article::{Article, Block, BlockKind, Damage, Field, Held, Origin, TextKind};
use news::dated::{Dated, DatedSentence, Telling, published_day, wording};
use news::feed::FeedKind;
use news::id::{ArticleId, OutletId, StoryId};
use news::language::Language;
use news::outlet::OutletKind;
use news::revision::{Digest, EditRank};
use news::statement::{Statement, StatementKind};
use news::story::{Because, CopyOf, Placement, SharedPassage};
use news::time::{Moment, Precision};
use std::sync::Arc;
use web::{AlignedRow, DiffLine, Piece, PieceKind, Relation, Settings, StarterOutlet};

/// The time the pages are looked at.
pub fn now() -> Timestamp {
    at("2026-11-19T09:40:00Z")
}

/// A literal time.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a literal time")
}

/// Settings with plain stand-ins for the steps that `readout` wires in.
pub fn settings() -> Settings {
    let mut settings = Settings::new(Arc::new(align), Arc::new(differ), now);
    settings.version = "0.0.0".to_owned();
    let starter = |name: &str, country: &str, language: &str, kind| StarterOutlet {
        slug: news::outlet::slug(name),
        name: name.to_owned(),
        homepage: Some("https://starter.example/".to_owned()),
        country: Some(country.to_owned()),
        language: Language::parse(language),
        kind,
        feeds: vec![(format!("https://{}.example/rss", news::outlet::slug(name)), FeedKind::Feed)],
    };
    settings.starters = vec![
        starter("Harbour Gazette", "NO", "en", OutletKind::News),
        starter("Office of the Harbour Master", "NO", "en", OutletKind::Official),
        starter("Pier Wire", "SE", "sv", OutletKind::Agency),
    ];
    settings
}

/// Sentences that are the same stand level; those that begin alike differ; the rest stand alone.
fn align(a: &Article, b: &Article) -> Vec<AlignedRow> {
    let cut = |x: &Article| news::text::sentences(&x.text);
    let (sa, sb) = (cut(a), cut(b));
    let mut used = vec![false; sb.len()];
    let mut rows = Vec::new();
    for (i, ra) in sa.iter().enumerate() {
        let ta = &a.text[ra.clone()];
        let key = |t: &str| t.split_whitespace().take(3).collect::<Vec<_>>().join(" ").to_lowercase();
        let hit = (0..sb.len()).find(|j| !used[*j] && key(&b.text[sb[*j].clone()]) == key(ta));
        let Some(j) = hit else {
            rows.push(AlignedRow {
                a: vec![i],
                b: vec![],
                relation: Relation::OnlyA,
                kinds: vec![],
                marks_a: vec![],
                marks_b: vec![],
            });
            continue;
        };
        used[j] = true;
        let tb = &b.text[sb[j].clone()];
        let mark = |range: &std::ops::Range<usize>, text: &str| {
            let last = text.trim_end_matches('.').rfind(' ').map_or(0, |p| p + 1);
            vec![range.start + last..range.start + text.trim_end_matches('.').len()]
        };
        let same = ta == tb;
        rows.push(AlignedRow {
            a: vec![i],
            b: vec![j],
            relation: if same { Relation::Same } else { Relation::Differs },
            kinds: if same { vec![] } else { vec!["number".to_owned()] },
            marks_a: if same { vec![] } else { mark(ra, ta) },
            marks_b: if same { vec![] } else { mark(&sb[j], tb) },
        });
    }
    for (j, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
        rows.push(AlignedRow {
            a: vec![],
            b: vec![j],
            relation: Relation::OnlyB,
            kinds: vec![],
            marks_a: vec![],
            marks_b: vec![],
        });
    }
    rows
}

/// Sentences at the same place are compared as wholes.
fn differ(old: &Article, new: &Article) -> Vec<DiffLine> {
    let cut = |x: &Article| -> Vec<String> {
        news::text::sentences(&x.text).into_iter().map(|r| x.text[r].to_owned()).collect()
    };
    let (so, sn) = (cut(old), cut(new));
    let mut out = Vec::new();
    for at in 0..so.len().max(sn.len()) {
        out.push(match (so.get(at), sn.get(at)) {
            (Some(o), Some(n)) if o == n => DiffLine::Kept { old: at, new: at },
            (Some(o), Some(n)) => DiffLine::Changed { old: at, new: at, pieces: pieces(o, n) },
            (None, Some(_)) => DiffLine::Added { new: at },
            _ => DiffLine::Removed { old: at },
        });
    }
    out
}

fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let (wo, wn): (Vec<&str>, Vec<&str>) = (old.split_inclusive(' ').collect(), new.split_inclusive(' ').collect());
    let head = wo.iter().zip(&wn).take_while(|(a, b)| a == b).count();
    let tail = wo[head..].iter().rev().zip(wn[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let piece = |kind, words: &[&str]| Piece { kind, text: words.concat() };
    [
        piece(PieceKind::Kept, &wo[..head]),
        piece(PieceKind::Removed, &wo[head..wo.len() - tail]),
        piece(PieceKind::Added, &wn[head..wn.len() - tail]),
        piece(PieceKind::Kept, &wo[wo.len() - tail..]),
    ]
    .into_iter()
    .filter(|p| !p.text.is_empty())
    .collect()
}

/// An article made of paragraphs.
pub fn article(headline: &str, language: &str, published: &str, paragraphs: &[&str]) -> Article {
    let text = news::text::join_blocks(paragraphs);
    let mut blocks = Vec::new();
    let mut from = 0;
    for paragraph in paragraphs {
        blocks.push(Block { kind: BlockKind::Paragraph, span: from..from + paragraph.len() });
        from += paragraph.len() + 2;
    }
    Article {
        headline: Some(headline.to_owned()),
        language: Language::parse(language),
        published_at: Some(Moment {
            at: at(published),
            offset: jiff::tz::Offset::from_seconds(3600).ok(),
            precision: Precision::Minute,
        }),
        held: if paragraphs.is_empty() { Held::HeadlineOnly } else { Held::Full },
        origins: [(Field::Headline, Origin::JsonLd), (Field::Published, Origin::Meta), (Field::Text, Origin::Rule)]
            .into(),
        text,
        blocks,
        ..Article::default()
    }
}

/// The numbers of what stands on the shelf.
pub struct Shelf {
    pub archive: Archive,
    pub index: search::Index,
    pub story: StoryId,
    pub norland: ArticleId,
    pub vesk: ArticleId,
    pub courant: ArticleId,
    pub hostile: ArticleId,
    pub damaged: ArticleId,
    pub feed: news::id::FeedId,
}

struct Writer<'a> {
    archive: &'a Archive,
    serial: u32,
}

impl Writer<'_> {
    fn outlet(&self, name: &str, country: &str, language: &str, kind: OutletKind) -> OutletId {
        let slug = match news::outlet::slug(name).is_empty() {
            true => Some(format!("outlet-{}", &Digest::of(name.as_bytes()).hex()[..6])),
            false => None,
        };
        let outlet = NewOutlet {
            slug,
            homepage: Some("https://outlet.example/".to_owned()),
            country: Some(country.to_owned()),
            language: Language::parse(language),
            kind,
            ..NewOutlet::named(name)
        };
        self.archive.add_outlet(&outlet, at("2026-11-01T00:00:00Z")).expect("a new outlet")
    }

    fn text(&mut self, outlet: Option<OutletId>, content: Article, placement: Placement) -> (ArticleId, Recorded) {
        let seen = content.published_at.expect("the shelf dates its texts").at + jiff::SignedDuration::from_mins(4);
        self.serial += 1;
        let state = self
            .archive
            .add_article(
                &NewArticle {
                    url: Some(format!("https://outlet.example/{}", self.serial)),
                    outlet,
                    ..NewArticle::default()
                },
                seen,
            )
            .expect("a new article");
        let recorded = self.revise(state.article, content, seen, None, Some(placement));
        (state.article, recorded)
    }

    fn revise(
        &self,
        article: ArticleId,
        content: Article,
        fetched_at: Timestamp,
        rank: Option<EditRank>,
        placement: Option<Placement>,
    ) -> Recorded {
        let statements = content
            .text
            .find("said")
            .map(|cue| Statement {
                source: vec![],
                cue: vec![cue..cue + 4],
                content: vec![0..cue.saturating_sub(1).max(1)],
                kind: StatementKind::Indirect,
                speaker: Some("Hedda Voss".to_owned()),
            })
            .into_iter()
            .filter(|s| content.text.get(s.content[0].clone()).is_some())
            .collect();
        let raw_digest = Some(Digest::of(content.text.as_bytes()));
        let dated = dated(&content, fetched_at);
        self.archive
            .record_revision(NewRevision {
                article,
                content,
                fetched_at,
                raw_digest,
                record: None,
                rank,
                placement,
                features: vec![],
                statements,
                dated,
                problems: vec![],
                extractor: 1,
            })
            .expect("a new revision")
    }
}

/// The first two sentences stand on the day of publication; one that holds a full day stands there.
fn dated(content: &Article, fetched_at: Timestamp) -> Dated {
    let published = published_day(content.published_at.as_ref(), fetched_at);
    let spans = news::text::sentences(&content.text).into_iter().enumerate();
    let sentences = spans.filter_map(|(place, span)| {
        let text = &content.text[span.clone()];
        let printed = (0..text.len()).find_map(|at| text.get(at..at + 10)?.parse().ok());
        let (day, telling) = match (printed, published) {
            (Some(day), Some(published)) if day < published => (day, Telling::Later),
            (Some(day), _) => (day, Telling::Near),
            (None, Some(day)) if place < 2 => (day, Telling::Published),
            _ => return None,
        };
        let (sentence, wording) = (place as u32, wording(text));
        Some(DatedSentence { day, telling, is_printed: printed.is_some(), sentence, span, wording })
    });
    Dated { published, sentences: sentences.collect() }
}

fn joins(story: StoryId) -> Placement {
    let because = Because {
        score: 0.91,
        names: vec!["Maren".to_owned(), "Arkady".to_owned()],
        terms: vec!["naval hotline".to_owned()],
        dates: vec!["2026-11-17".to_owned()],
        numbers: vec!["eleven".to_owned()],
    };
    Placement::Joins { story, because }
}

fn copies(story: StoryId, of: ArticleId, base: &Article, copy: &Article, share: f32) -> Placement {
    let passages = base
        .blocks
        .iter()
        .filter_map(|block| {
            let words = &base.text[block.span.clone()];
            let at = copy.text.find(words)?;
            Some(SharedPassage { span: at..at + words.len(), other: block.span.clone() })
        })
        .collect();
    Placement::Copies {
        story,
        of: CopyOf { article: of, sharing: None, contained: share, of_base: share.min(0.99) - 0.1, passages },
    }
}

/// Fills a fresh archive.
pub fn fill() -> Shelf {
    let archive = Archive::in_memory().expect("a fresh archive");
    let mut w = Writer { archive: &archive, serial: 0 };
    let norland = w.outlet("Office of the President of Norland", "NO", "en", OutletKind::Official);
    let vesk = w.outlet("Press Service of the Premier of Vesk", "EE", "en", OutletKind::Official);
    let wire = w.outlet("Nordwire", "NO", "en", OutletKind::Agency);
    let courant = w.outlet("Halvik Courant", "NO", "en", OutletKind::News);
    let skerry = w.outlet("Skerry Post", "NO", "en", OutletKind::News);
    let echo = w.outlet("Fjord Echo", "NO", "en", OutletKind::News);
    let mirror = w.outlet("مرآة الميناء", "JO", "ar", OutletKind::News);
    let courier = w.outlet("Кур’єр Надріччя", "UA", "uk", OutletKind::News);

    let feed = archive
        .add_feed(courant, "https://courant.example/rss", FeedKind::Feed, at("2026-11-01T00:00:00Z"))
        .expect("a feed");
    archive
        .record_poll(Poll {
            feed,
            fetch: FetchFact {
                url: "https://courant.example/rss".to_owned(),
                final_url: None,
                at: at("2026-11-19T09:31:00Z"),
                duration_ms: 120,
                status: Some(200),
                size_bytes: 20_412,
                media_type: Some("application/rss+xml".to_owned()),
                record: None,
                reserved: None,
            },
            validators: None,
            outcome: PollOutcome::Fresh { entries: 30, new: 2 },
            next_due_at: Some(at("2026-11-19T09:51:00Z")),
            interval_seconds: 1_200,
            newest_entry_at: Some(at("2026-11-19T07:15:00Z")),
            title: Some("Halvik Courant".to_owned()),
            error: None,
            whereabouts: Whereabouts::Unknown,
            pace: None,
            decided: String::new(),
        })
        .expect("a poll");
    let failing = archive.add_feed(echo, "https://echo.example/feed.xml", FeedKind::Feed, now()).expect("a feed");
    archive
        .record_poll(Poll {
            feed: failing,
            fetch: FetchFact {
                url: "https://echo.example/feed.xml".to_owned(),
                final_url: None,
                at: at("2026-11-19T09:00:00Z"),
                duration_ms: 40,
                status: Some(403),
                size_bytes: 0,
                media_type: None,
                record: None,
                reserved: None,
            },
            validators: None,
            outcome: PollOutcome::Failed,
            next_due_at: Some(at("2026-11-19T12:00:00Z")),
            interval_seconds: 7_200,
            newest_entry_at: None,
            title: None,
            error: Some("the feed answered 403 Forbidden".to_owned()),
            whereabouts: Whereabouts::Unknown,
            pace: None,
            decided: String::new(),
        })
        .expect("a poll");

    let v = article(
        "Telephone conversation with the President of Norland, Ilva Maren",
        "en",
        "2026-11-17T17:40:00Z",
        &[
            "On 17 November, at the initiative of the Norland side, Premier Tomas Arkady held a telephone conversation with the President of Norland, Ilva Maren. The conversation lasted one hour.",
            "The leaders agreed that the naval hotline between Halvik and Veskar will resume work on 1 December. The number of detained fishermen is nine.",
            "Tomas Arkady invited Ilva Maren to visit Veskar in the spring.",
        ],
    );
    let (vesk_id, opened) = w.text(Some(vesk), v, Placement::Opens);
    let story = opened.story.expect("a first text opens a story");
    let n = article(
        "Readout of President Maren’s call with Premier Arkady of Vesk",
        "en",
        "2026-11-17T20:12:00Z",
        &[
            "President Ilva Maren spoke today with Premier Tomas Arkady of Vesk at the Premier’s request. The conversation lasted forty minutes.",
            "The two leaders agreed that the naval hotline should reopen. The number of detained fishermen is eleven.",
        ],
    );
    let (norland_id, _) = w.text(Some(norland), n, joins(story));
    let base = article(
        "Norland, Vesk to reopen naval hotline after leaders’ call",
        "en",
        "2026-11-17T20:31:00Z",
        &[
            "Norland and Vesk will reopen the naval hotline between their capitals, both sides said after a call of their leaders on Tuesday.",
            "A senior Norland official told Nordwire the call was “shorter and colder than the Veskan side makes it sound”.",
            "The two accounts differ on how many fishermen are held in Port Lisse.",
        ],
    );
    let mut base = base;
    base.kind = TextKind::Wire;
    base.credit = Some("Nordwire".to_owned());
    let (base_id, _) = w.text(Some(wire), base.clone(), joins(story));
    let trimmed = article(
        "Hotline to reopen after first call in eighteen months",
        "en",
        "2026-11-17T20:38:00Z",
        &[
            "Norland and Vesk will reopen the naval hotline between their capitals, both sides said after a call of their leaders on Tuesday.",
            "A senior Norland official told Nordwire the call was “shorter and colder than the Veskan side makes it sound”.",
        ],
    );
    let placement = copies(story, base_id, &base, &trimmed, 1.0);
    w.text(Some(skerry), trimmed, placement);
    let more = article(
        "Norland, Vesk to reopen naval hotline after leaders’ call",
        "en",
        "2026-11-17T20:44:00Z",
        &[
            "Norland and Vesk will reopen the naval hotline between their capitals, both sides said after a call of their leaders on Tuesday.",
            "On Ternen’s home quay in Lovund the families learnt of the call from the radio.",
            "A senior Norland official told Nordwire the call was “shorter and colder than the Veskan side makes it sound”.",
            "The two accounts differ on how many fishermen are held in Port Lisse.",
        ],
    );
    let placement = copies(story, base_id, &base, &more, 0.94);
    w.text(Some(echo), more, placement);
    let c1 = article(
        "Leaders break silence over strait",
        "en",
        "2026-11-17T21:26:00Z",
        &[
            "HALVIK. President Ilva Maren and Premier Tomas Arkady of Vesk spoke by telephone on Tuesday afternoon, the first words between the two capitals at that level since May of last year.",
            "Ms Maren’s office said that nine Norland fishermen were held in Port Lisse. The families have not been told.",
            "“We did not trade anything for a telephone,” said Hedda Voss, the foreign minister.",
        ],
    );
    let (courant_id, _) = w.text(Some(courant), c1.clone(), joins(story));
    let mut c2 = article(
        "Maren and Arkady speak for the first time in eighteen months",
        "en",
        "2026-11-17T21:26:00Z",
        &[
            "HALVIK. President Ilva Maren and Premier Tomas Arkady of Vesk spoke by telephone on Tuesday afternoon, the first words between the two capitals at that level since May of last year.",
            "Ms Maren’s office said that nine Norland fishermen were held in Port Lisse. The families have not been told.",
            "“We did not trade anything for a telephone,” said Hedda Voss, the foreign minister.",
        ],
    );
    c2.standfirst = Some(
        "Hotline to reopen, both sides say; on the crew of the Ternen they do not agree even on the number".to_owned(),
    );
    c2.byline = Some("By Sunniva Dahlen and Per Oskar Lie".to_owned());
    w.revise(courant_id, c2.clone(), at("2026-11-17T21:52:00Z"), Some(EditRank::Headline), None);
    let mut c3 = article(
        "Maren and Arkady speak for the first time in eighteen months",
        "en",
        "2026-11-17T21:26:00Z",
        &[
            "HALVIK. President Ilva Maren and Premier Tomas Arkady of Vesk spoke by telephone on Tuesday afternoon, the first words between the two capitals at that level since May of last year.",
            "Ms Maren’s office said that eleven Norland fishermen were held in Port Lisse. The families have been told.",
            "“We did not trade anything for a telephone,” said Hedda Voss, the foreign minister.",
            "Four of the Ternen’s crew were still aboard a second boat when the coastguard came alongside, the owner told the Courant. They reached home on Sunday.",
        ],
    );
    c3.standfirst = c2.standfirst.clone();
    c3.byline = c2.byline.clone();
    w.revise(courant_id, c3, at("2026-11-17T23:10:00Z"), Some(EditRank::Substantive), None);
    let m = article(
        "وسيط من مازيرة: الاتصال جاء بعد أسبوعين من الرسائل",
        "ar",
        "2026-11-18T07:20:00Z",
        &["قال وسيط شارك في الإعداد للاتصال إن الطرفين تبادلا سبع رسائل مكتوبة قبل أن يتفقا على الموعد."],
    );
    w.text(Some(mirror), Article { held: Held::Partial, ..m }, joins(story));
    let k = article(
        "Гарячу лінію обіцяють з грудня, рибалок – «через суд»",
        "uk",
        "2026-11-18T09:05:00Z",
        &[
            "За словами консула Норланду в Порт-Лісе, він бачив десятьох затриманих; ще одного, за його даними, тримають у лікарні.",
        ],
    );
    w.text(Some(courier), k, joins(story));

    let ship = article(
        "Repair ship reaches the break in the Kestrel cable",
        "en",
        "2026-11-19T06:40:00Z",
        &[
            "The repair ship Aino Rask reached the break in the Kestrel power cable on Thursday.",
            "“Two clean cuts, eleven metres apart,” her master said by radio.",
        ],
    );
    let (ship_id, opened) = w.text(Some(wire), ship.clone(), Placement::Opens);
    let cable = opened.story.expect("a first text opens a story");
    let own = article(
        "Cuts in the cable were clean, says master of repair ship",
        "en",
        "2026-11-19T06:52:00Z",
        &["The master of the Aino Rask told the Echo that the two cuts were eleven metres apart."],
    );
    w.text(Some(echo), own, joins(cable));
    let copy = article("Ship at the break", "en", "2026-11-19T07:02:00Z", &[&ship.text.replace("\n\n", " ")]);
    let placement = copies(cable, ship_id, &ship, &copy, 1.0);
    w.text(Some(skerry), copy, placement);
    for (n, (headline, day)) in [
        ("Insurers lower the strait premium by a fifth", "2026-11-18T12:30:00Z"),
        ("Ilmar’s count runs into a third day in two districts", "2026-11-17T08:00:00Z"),
        ("Grain convoy clears the narrows under the Castra flag", "2026-11-16T21:00:00Z"),
        ("Who will run the pilots’ guild?", "2026-11-15T08:41:00Z"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut text = article(headline, "en", day, &["A short report on this. It has two sentences."]);
        if n == 3 {
            text.kind = TextKind::Opinion;
        }
        w.text(Some(courant), text, Placement::Opens);
    }
    let (hostile, _) = w.text(
        Some(skerry),
        article(
            "<script>alert(1)</script> & \"quotes\"",
            "en",
            "2026-11-14T08:00:00Z",
            &["<img src=x onerror=alert(1)> is plain text here. ]]> too & so."],
        ),
        Placement::Opens,
    );
    let mut lost = article("Franois visits Irans neighbours", "en", "2026-11-13T08:00:00Z", &[]);
    lost.damage = vec![
        Damage {
            field: Field::Headline,
            span: 0..7,
            kind: "lost-letter".to_owned(),
            candidates: vec!["François".to_owned()],
        },
        Damage { field: Field::Headline, span: 15..20, kind: "lost-apostrophe".to_owned(), candidates: vec![] },
    ];
    let (damaged, _) = w.text(None, lost, Placement::Opens);
    let visit = |day: &str| VisitFact {
        article: hostile,
        at: at(day),
        status: Some(404),
        outcome: VisitOutcome::NotFound { why: "404".to_owned() },
        final_url: None,
        record: None,
        reserved: None,
        next: NextVisit::OnSchedule,
    };
    archive.record_visit(visit("2026-11-15T08:00:00Z")).expect("a visit");
    archive.record_visit(visit("2026-11-16T08:00:00Z")).expect("a visit");

    let topic =
        NewTopic { slug: None, name: "Kestrel Strait".to_owned(), query: "hotline OR \"Kestrel cable\"".to_owned() };
    let topic = archive.add_topic(&topic, at("2026-11-01T00:00:00Z")).expect("a topic");
    let changes: Vec<TopicChange> = [vesk_id, norland_id, base_id, ship_id]
        .into_iter()
        .map(|article| TopicChange { topic, article, because: Some("“hotline” in the text".to_owned()) })
        .collect();
    archive.set_topic_members(&changes, now()).expect("members");

    let index = search::Index::in_ram().expect("an index in memory");
    let mut last = 0;
    let mut documents = Vec::new();
    for row in archive.revisions_after(0, 1_000).expect("changes") {
        last = row.seq;
        let mut document = search::Document::new(row.article, row.first_seen_at);
        document.headline = row.content.headline.clone().unwrap_or_default();
        document.text = row.content.text.clone();
        document.outlet = row.outlet.as_ref().map(|o| o.slug.clone()).unwrap_or_default();
        document.outlet_name = row.outlet.as_ref().map(|o| o.name.clone()).unwrap_or_default();
        document.language = row.content.language.clone();
        document.kind = row.content.kind;
        document.published_at = row.content.published_at.map(|m| m.at);
        documents.push(document);
    }
    index.apply(&documents).expect("documents");
    index.commit(last).expect("a commit");
    Shelf {
        story,
        norland: norland_id,
        vesk: vesk_id,
        courant: courant_id,
        hostile,
        damaged,
        feed,
        archive: archive.clone(),
        index,
    }
}
