//! The articles of many outlets about one event, and why each stands there.

use crate::article::{Article, Field, Origin};
use crate::id::{ArticleId, DecisionId, RevisionId, StoryId};
use crate::time::{Moment, Precision};
use jiff::Timestamp;
use std::ops::Range;

/// The honest counts of a story: what each means is said here and in [`Standing`] and nowhere else. Pages, JSON,
/// commands and feeds all read them from here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Articles, copies included, doubtful members not.
    pub texts: u32,
    /// Outlets that carry at least one of them.
    pub outlets: u32,
    /// Texts of which we hold more than the headline, syndicated copies and extracts folded; a rewrite is one.
    pub distinct: u32,
    /// Of the distinct texts, those that show reporting of their own: [`Standing::original`].
    pub original: u32,
    /// Distinct origins: no copy, rewrite or extract of another, and not resting on another alone.
    pub independent: u32,
}

impl Counts {
    /// Counts members; doubtful ones are passed over.
    pub fn of(members: impl Iterator<Item = Countable>) -> Counts {
        let mut outlets = std::collections::HashSet::new();
        let mut counts = Counts::default();
        for m in members.filter(|m| m.role != Role::Maybe) {
            counts.texts += 1;
            outlets.extend(m.outlet);
            let distinct = m.is_distinct();
            counts.distinct += u32::from(distinct);
            counts.original += u32::from(distinct && m.is_original);
            counts.independent += u32::from(m.is_independent());
        }
        counts.outlets = outlets.len() as u32;
        counts
    }
}

/// What is counted of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countable {
    /// Its outlet's number.
    pub outlet: Option<i64>,
    /// How it stands in the story.
    pub role: Role,
    /// How it stands to the text it repeats, where that is worked out.
    pub sharing: Option<Kinship>,
    /// Whether more than its headline is held.
    pub has_text: bool,
    /// Whether it shows reporting of its own.
    pub is_original: bool,
    /// Whether it rests on another account alone.
    pub rests_on_others: bool,
}

impl Countable {
    /// Whether it counts among the distinct texts. A copy whose kind is not worked out yet is folded.
    pub fn is_distinct(&self) -> bool {
        let is_folded = self.role != Role::Account && self.sharing != Some(Kinship::Rewrite);
        self.has_text && !is_folded
    }

    /// Whether it counts as an independent account. A headline alone is a text, but nobody's account: there is
    /// nothing in it to set beside another.
    pub fn is_independent(&self) -> bool {
        self.has_text && self.role == Role::Account && !self.rests_on_others
    }
}

/// How one text stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kinship {
    /// Most of it stands in the other, or it wraps the other whole.
    Syndicated,
    /// It follows the other from end to end, edited all over.
    Rewrite,
    /// A short text that is a part of the longer.
    Extract,
    /// A passage in common outside quotation marks; the rest is its own.
    Passage,
    /// The same statement quoted; the rest is its own.
    Quotation,
    /// The other in another language, by its own word.
    Translation,
    /// It names the other as where it has something from.
    Cites,
}

impl Kinship {
    /// Every kind.
    pub const ALL: [Kinship; 7] = [
        Kinship::Syndicated,
        Kinship::Rewrite,
        Kinship::Extract,
        Kinship::Passage,
        Kinship::Quotation,
        Kinship::Translation,
        Kinship::Cites,
    ];

    /// The word used in JSON and SQL.
    pub fn word(self) -> &'static str {
        match self {
            Kinship::Syndicated => "syndicated",
            Kinship::Rewrite => "rewrite",
            Kinship::Extract => "extract",
            Kinship::Passage => "passage",
            Kinship::Quotation => "quotation",
            Kinship::Translation => "translation",
            Kinship::Cites => "cites",
        }
    }

    /// Reads [`Kinship::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }

    /// Whether such a text is folded under the other: it adds no account of its own.
    pub fn is_copy(self) -> bool {
        matches!(self, Kinship::Syndicated | Kinship::Rewrite | Kinship::Extract)
    }
}

/// Where a credit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditPlace {
    /// In the dateline: `HALVIK (Agency) –`.
    Dateline,
    /// In the byline, or as the author.
    Byline,
    /// In a line of the text: `(Agency)`, `First published by …`.
    Line,
}

impl CreditPlace {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            CreditPlace::Dateline => "dateline",
            CreditPlace::Byline => "byline",
            CreditPlace::Line => "line",
        }
    }

    /// Reads [`CreditPlace::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [CreditPlace::Dateline, CreditPlace::Byline, CreditPlace::Line].into_iter().find(|p| p.word() == word)
    }
}

/// One piece of evidence for an [`Edge`]. Spans are bytes of the text of the article they are found in, in the
/// revision the edge names; quotes are those bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A credit names the source.
    Credit {
        /// Where it stands.
        place: CreditPlace,
        /// The line, verbatim.
        quote: String,
        /// Where it stands in the text; `None` for a byline.
        span: Option<Range<usize>>,
        /// Whose credit it is, where that is another article which carries the same text.
        by: Option<ArticleId>,
    },
    /// A sentence names the source.
    Named {
        /// The sentence, verbatim.
        quote: String,
        /// Where it stands in the taker's text.
        span: Range<usize>,
    },
    /// By both outlets' own times, each with its clock and zone, the source came first.
    Earlier {
        /// The source's time.
        source_at: Moment,
        /// The taker's.
        taker_at: Moment,
    },
    /// The taker holds the head of the source and ends where the source goes on.
    Cut {
        /// Words of the source after that place.
        words: u32,
    },
    /// Wording that taker and source share against the other copies: a slip, or an editor's change.
    Variant {
        /// The words both have.
        here: String,
        /// What the text they go back to has in that place.
        elsewhere: String,
    },
    /// The source is an official document.
    Official,
    /// Names and numbers in both, for texts in two languages.
    Common {
        /// As printed in the taker.
        words: Vec<String>,
    },
}

/// How much later than our first sight an outlet's time may lie and be believed: its clock may be ahead.
const AHEAD_SECONDS: i64 = 300;

/// The outlet's own time of publication, where it can be trusted to tell what came first: stated in the page's data or
/// by the feed, with a clock and a zone, and not later than we saw the article. Our own clock never stands in for it.
pub fn trusted_time(article: &Article, first_seen_at: Timestamp) -> Option<Moment> {
    let moment = article.published_at?;
    let is_stated =
        matches!(article.origins.get(&Field::Published), Some(Origin::JsonLd | Origin::Meta | Origin::Feed));
    let is_exact = moment.precision >= Precision::Minute && moment.offset.is_some();
    let is_past = moment.at.as_second() <= first_seen_at.as_second().saturating_add(AHEAD_SECONDS);
    (is_stated && is_exact && is_past).then_some(moment)
}

/// Where a text was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenFrom {
    /// A member of the story.
    Held(ArticleId),
    /// A text that is not here, by the name of its outlet or agency as printed.
    NotHeld(String),
}

/// One line of a story's tree: a text and where it has something from, with the evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The text that took, or shares.
    pub taker: ArticleId,
    /// The revision of it that was read.
    pub revision: Option<RevisionId>,
    /// Where from.
    pub source: TakenFrom,
    /// What was taken.
    pub kind: Kinship,
    /// `false` where both share wording and nothing says who took from whom.
    pub is_directed: bool,
    /// Whether the taker hangs under the source in the drawing; at most one edge of a text, and never a circle.
    pub is_main: bool,
    /// Share of the taker's runs of five words that stand in the source, thousandths.
    pub contained_permille: Option<u16>,
    /// Share of the source's that stand in the taker, thousandths.
    pub of_source_permille: Option<u16>,
    /// What says so. Empty only for an edge without direction.
    pub evidence: Vec<Proof>,
}

/// What the tree says of one member.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Which.
    pub article: ArticleId,
    /// The member it is folded under.
    pub copy_of: Option<CopyOf>,
    /// What shows reporting of its own, verbatim from the text or its byline: "told" its outlet, its own
    /// correspondent, byline with a dateline of its own, an official document. `None` where nothing does.
    pub original: Option<String>,
    /// It shows none, and says that it has its matter from another account.
    pub rests_on_others: bool,
}

/// Who took from whom among the members of a story.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// Every member that was asked about, in the order asked.
    pub standings: Vec<Standing>,
    /// The edges, by taker in that order.
    pub edges: Vec<Edge>,
}

/// The articles of many outlets about one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its number, permanent.
    pub id: StoryId,
    /// A member's headline, chosen by rule.
    pub title: String,
    /// When it was opened, our clock.
    pub opened_at: Timestamp,
    /// When its membership or a member's text last changed, our clock.
    pub content_changed_at: Timestamp,
    /// Texts, outlets, independent accounts.
    pub counts: Counts,
}

/// Why an article stands in a story.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Because {
    /// Similarity in `0.0..=1.0` that decided; 1 for a copy or a person's decision.
    pub score: f32,
    /// Names both share (people, places, bodies), as printed in this article.
    pub names: Vec<String>,
    /// Rare words and phrases both share.
    pub terms: Vec<String>,
    /// Days both speak of, ISO.
    pub dates: Vec<String>,
    /// Numbers both state, as printed.
    pub numbers: Vec<String>,
}

/// A passage that two texts share to the word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPassage {
    /// Byte range in the text asked about.
    pub span: Range<usize>,
    /// Byte range in the other text.
    pub other: Range<usize>,
}

/// How one text stands to another that it shares words with.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyOf {
    /// The text it is folded under: its origin where that is known, else one of those that share it.
    pub article: ArticleId,
    /// What kind of copy it is; `None` where that is not worked out yet.
    pub sharing: Option<Kinship>,
    /// Share of this text's shingles that stand in the other, `0.0..=1.0`.
    pub contained: f32,
    /// Share of the other's shingles that stand in this text.
    pub of_base: f32,
    /// The passages both share, in the order of this text.
    pub passages: Vec<SharedPassage>,
}

/// What the story step decides for a new or changed text.
#[derive(Clone, Debug, PartialEq)]
pub enum Placement {
    /// No story fits: it opens one.
    Opens,
    /// It is another account of a known event.
    Joins {
        /// Which story.
        story: StoryId,
        /// Why.
        because: Because,
    },
    /// It repeats a text that is already here, and stands in that text's story.
    Copies {
        /// That text's story.
        story: StoryId,
        /// Which text, and how much.
        of: CopyOf,
    },
}

/// How an article belongs to a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A text of its own.
    Account,
    /// A copy of another member.
    Copy,
    /// Possibly the same event; shown apart and not counted.
    Maybe,
}

impl Role {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            Role::Account => "account",
            Role::Copy => "copy",
            Role::Maybe => "maybe",
        }
    }

    /// Reads [`Role::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Role::Account, Role::Copy, Role::Maybe].into_iter().find(|r| r.word() == word)
    }
}

/// What happened to a story, for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoryEvent {
    /// It was opened by this article.
    Opened(ArticleId),
    /// This article joined.
    Joined(ArticleId),
    /// This article left, for another story where known.
    Left(ArticleId, Option<StoryId>),
    /// Another story was merged into it.
    MergedFrom(StoryId),
    /// It was merged into another.
    MergedInto(StoryId),
    /// A story was split off.
    SplitInto(StoryId),
    /// A person found that this article, a doubtful one, does not belong here.
    Dismissed(ArticleId),
    /// A person took that finding back: the article is doubtful again.
    Doubted(ArticleId),
}

/// What a person decided about the grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecisionKind {
    /// Some members of a story are a story of their own.
    Split,
    /// Two stories are one.
    Merge,
    /// One article belongs to another story.
    Move,
    /// A doubtful article does not belong to the story beside which it was shown.
    Apart,
    /// An earlier decision no longer holds.
    Undo,
}

impl DecisionKind {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            DecisionKind::Split => "split",
            DecisionKind::Merge => "merge",
            DecisionKind::Move => "move",
            DecisionKind::Apart => "apart",
            DecisionKind::Undo => "undo",
        }
    }

    /// Reads [`DecisionKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        use DecisionKind::{Apart, Merge, Move, Split, Undo};
        [Split, Merge, Move, Apart, Undo].into_iter().find(|kind| kind.word() == word)
    }
}

/// What a decision says about articles: those of `moved` and `met` tell of one event, and those of `left` of another
/// than those of `moved`. No article is on two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its number; later ones are larger.
    pub id: DecisionId,
    /// What was done.
    pub kind: DecisionKind,
    /// The articles that were split off, merged, moved or found not to belong.
    pub moved: Vec<ArticleId>,
    /// The members of the story they left, or do not belong to.
    pub left: Vec<ArticleId>,
    /// The members of the story they came to.
    pub met: Vec<ArticleId>,
    /// The decision it takes back, with [`DecisionKind::Undo`].
    pub withdraws: Option<DecisionId>,
}
