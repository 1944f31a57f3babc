//! Where two aligned sentences tell one point differently.

use crate::align::{Alignment, Scored, likeness, same_name};
use crate::day::{self, When};
use crate::number::{self, Measure, Number};
use crate::prepare::{Sentence, TextIn};
use crate::vocabulary::Vocabulary;
use crate::word::root;
use std::ops::Range;

/// In what two sentences differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A quantity, a bound, a duration.
    Number,
    /// A day, a month, a deadline.
    Date,
    /// Who did it, who asks, who pays.
    Actor,
    /// One affirms what the other denies.
    Polarity,
    /// How settled it is: agreed or to be discussed, signed or to be signed.
    Certainty,
    /// Which or how many of a thing it covers.
    Scope,
}

impl Kind {
    /// The word used in JSON and interface.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Actor => "actor",
            Kind::Polarity => "polarity",
            Kind::Certainty => "certainty",
            Kind::Scope => "scope",
        }
    }
}

/// One point told differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the sentence in the first text.
    pub a: usize,
    /// Number of the sentence in the second text.
    pub b: usize,
    /// In what they differ.
    pub kind: Kind,
    /// The words of the first text, in bytes of it.
    pub a_span: Range<usize>,
    /// The words of the second text, in bytes of it.
    pub b_span: Range<usize>,
}

impl Difference {
    /// Where it stands, to order by.
    pub(crate) fn place(&self) -> (usize, usize, Kind, usize, usize) {
        (self.a, self.b, self.kind, self.a_span.start, self.b_span.start)
    }
}

/// What two aligned sentences tell alike and what they tell differently.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) differences: Vec<Difference>,
    /// Quantities and dates of the first sentence that the second has too.
    pub(crate) agreed_a: Vec<Range<usize>>,
    /// Quantities and dates of the second sentence that the first has too.
    pub(crate) agreed_b: Vec<Range<usize>>,
}

/// Names that belong together in these two texts: a leader, the office and the country.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parties(Vec<Vec<String>>);

/// Compares two aligned sentences.
pub(crate) fn differences(
    a: &TextIn,
    b: &TextIn,
    x: &Sentence,
    y: &Sentence,
    pair: &Scored,
    parties: &Parties,
) -> Found {
    let mut found = Found::default();
    let unset = unset_day(x, y);
    let mut add = |kind, spans: Option<(Range<usize>, Range<usize>)>| {
        if let Some((a_span, b_span)) = spans {
            found.differences.push(Difference { a: pair.a, b: pair.b, kind, a_span, b_span });
        }
    };
    add(Kind::Actor, initiative(a.text, b.text, x, y, parties).or_else(|| agents(a.text, b.text, x, y, parties)));
    if !(x.opening && y.opening) {
        // How a contact is told in the first sentences is protocol, not position.
        let denied = polarity(x, y).filter(|_| unset.is_none());
        let settled = if denied.is_none() { certainty(x, y).or_else(|| changed_certainty(x, y)) } else { None };
        add(Kind::Polarity, denied);
        add(Kind::Certainty, settled);
        add(Kind::Scope, scope(a.text, b.text, x, y));
    }
    add(Kind::Actor, exchanged_names(a.text, b.text, x, y).or_else(|| swapped_names(x, y, pair, parties)));
    let is_unset = unset.is_some();
    add(Kind::Date, unset);
    quantities(a.text, b.text, x, y, pair, &mut found);
    if !is_unset {
        dates(a, b, x, y, pair, &mut found);
    }
    found
}

fn quantities(ta: &str, tb: &str, x: &Sentence, y: &Sentence, pair: &Scored, found: &mut Found) {
    let left: Vec<&Number> = x.numbers.iter().filter(|n| !n.former).collect();
    let right: Vec<&Number> = y.numbers.iter().filter(|n| !n.former).collect();
    let mut taken_a = vec![false; left.len()];
    let mut taken_b = vec![false; right.len()];
    let mut agreed: Vec<Measure> = Vec::new();
    // Word for word the same but for a figure: what it counts needs no telling.
    let changed = x.words.iter().zip(&y.words).filter(|(p, q)| p.1 != q.1).count();
    let in_place = x.words.len() == y.words.len() && left.len() == right.len() && changed <= 2;
    for equal in [true, false] {
        for (i, n) in left.iter().enumerate() {
            for (j, m) in right.iter().enumerate() {
                if taken_a[i] || taken_b[j] || n.measure != m.measure {
                    continue;
                }
                let same =
                    (n.base - m.base).abs() <= 1e-9 * n.base.abs() && (n.measure != Measure::Money || n.unit == m.unit);
                if same
                    || !equal && number::compatible(n, m) && (n.measure != Measure::Count || same_thing(ta, tb, n, m))
                {
                    taken_a[i] = true;
                    taken_b[j] = true;
                    agreed.push(n.measure);
                    found.agreed_a.push(n.span.clone());
                    found.agreed_b.push(m.span.clone());
                }
            }
        }
    }
    for (i, n) in left.iter().enumerate() {
        for (j, m) in right.iter().enumerate() {
            if taken_a[i] || taken_b[j] || n.measure != m.measure || n.per != m.per || number::compatible(n, m) {
                continue;
            }
            let comparable = match n.measure {
                Measure::Count => same_thing(ta, tb, n, m),
                Measure::Time => n.deadline == m.deadline && !agreed.contains(&n.measure),
                _ => !agreed.contains(&n.measure) || same_thing(ta, tb, n, m),
            };
            if !(comparable || in_place && i == j) {
                continue;
            }
            taken_a[i] = true;
            taken_b[j] = true;
            let kind = if n.deadline && m.deadline { Kind::Date } else { Kind::Number };
            found.differences.push(Difference {
                a: pair.a,
                b: pair.b,
                kind,
                a_span: n.span.clone(),
                b_span: m.span.clone(),
            });
        }
    }
}

/// Whether two counts count one thing: the same noun, or nouns of one group.
fn same_thing(ta: &str, tb: &str, n: &Number, m: &Number) -> bool {
    let (Some(p), Some(q)) = (&n.what, &m.what) else { return false };
    let (p, q) = (root(&ta[p.clone()].to_lowercase()), root(&tb[q.clone()].to_lowercase()));
    if p == q {
        return true;
    }
    let table = Vocabulary::shipped();
    let (g, h) = (table.at(&[p]).0, table.at(&[q]).0);
    g.iter().any(|g| g.field.is_some() && h.contains(g))
}

/// That no day was named.
const NO_DATE: &[&str] = &[
    "no date",
    "no dates",
    "no day",
    "without a date",
    "without setting a date",
    "date was not",
    "date has not",
    "date is not",
    "not set a date",
    "did not agree a date",
    "did not agree on a date",
];

/// Whether a day counts: no earlier one that the sentence replaces, and not the day of writing.
fn usable(day: &&day::Day) -> bool {
    !day.former && !matches!(day.when, When::Near { from: 0, to: 0 })
}

/// One side names the day, the other says that there is none.
fn unset_day(x: &Sentence, y: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
    let stated = |s: &Sentence| s.days.iter().find(usable).map(|d| d.span.clone());
    let none = |s: &Sentence| first_cue(s, NO_DATE);
    match (stated(x), none(x), stated(y), none(y)) {
        (Some(p), None, None, Some(q)) | (None, Some(p), Some(q), None) => Some((p, q)),
        _ => None,
    }
}

fn dates(a: &TextIn, b: &TextIn, x: &Sentence, y: &Sentence, pair: &Scored, found: &mut Found) {
    let left: Vec<_> = x.days.iter().filter(usable).collect();
    let right: Vec<_> = y.days.iter().filter(usable).collect();
    let told: Vec<Vec<Option<bool>>> = left
        .iter()
        .map(|d| right.iter().map(|e| day::conflict(d, e, a.published_at, b.published_at)).collect())
        .collect();
    let meets_a = |i: usize| told[i].contains(&Some(false));
    let meets_b = |j: usize| told.iter().any(|row| row[j] == Some(false));
    for (i, d) in left.iter().enumerate() {
        if meets_a(i) {
            found.agreed_a.push(d.span.clone());
        }
    }
    for (j, e) in right.iter().enumerate() {
        if meets_b(j) {
            found.agreed_b.push(e.span.clone());
        }
    }
    let any = (0..left.len()).any(meets_a);
    for (i, d) in left.iter().enumerate() {
        for (j, e) in right.iter().enumerate() {
            let whole_years = matches!((&d.when, &e.when), (When::Year(_), _) | (_, When::Year(_)));
            if told[i][j] == Some(true) && !meets_a(i) && !meets_b(j) && (!any || d.bound == e.bound) && !whole_years
                || told[i][j] == Some(true) && whole_years && left.len() == 1 && right.len() == 1
            {
                found.differences.push(Difference {
                    a: pair.a,
                    b: pair.b,
                    kind: Kind::Date,
                    a_span: d.span.clone(),
                    b_span: e.span.clone(),
                });
                return;
            }
        }
    }
}

/// Where the words of a cue stand in a sentence: bytes of the text. `consider*` stands for any word that begins so,
/// a lone `*` for any word.
fn cue(s: &Sentence, phrase: &str) -> Option<Range<usize>> {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    let fits = |at: &[(Range<usize>, String)]| {
        at.len() == wanted.len()
            && at.iter().zip(&wanted).all(|((_, w), p)| match p.strip_suffix('*') {
                Some(stem) => w.starts_with(stem),
                None => w == p,
            })
    };
    let at = s.words.windows(wanted.len()).position(fits)?;
    Some(s.words[at].0.start..s.words[at + wanted.len() - 1].0.end)
}

fn first_cue(s: &Sentence, cues: &[&str]) -> Option<Range<usize>> {
    cues.iter().filter_map(|c| cue(s, c)).min_by_key(|r| r.start)
}

/// Words that turn a statement round. Two of them in one sentence turn it back.
const TURNING: &[&str] = &[
    "not",
    "no",
    "never",
    "nobody",
    "nothing",
    "none",
    "neither",
    "cannot",
    "can't",
    "won't",
    "didn't",
    "doesn't",
    "isn't",
    "wasn't",
    "refuse*",
    "reject*",
    "denied",
    "denies",
    "deny",
    "declin*",
    "oppose*",
    "opposed",
    "against",
    "impossible",
    "inconceivable",
    "unacceptable",
    "inadmissible",
    "dismiss*",
    "rebuff*",
    "veto*",
    "disavow*",
    "repudiat*",
    "disput*",
    "contradict*",
];
const TURNING_PHRASES: &[&str] = &[
    "ruled out",
    "rules out",
    "rule out",
    "out of the question",
    "stand in the way",
    "stood in the way",
    "fell short",
    "without agreement",
    "failed to",
];
/// Forms with a turning word that turn nothing that matters, or say what the other side may say without one.
const STRAIGHT: &[&str] = &[
    "not only",
    "need not",
    "not been found",
    "not a * more",
    "no later than",
    "not later than",
    "no earlier than",
    "not earlier than",
    "no less than",
    "not less than",
    "no fewer than",
    "no more than",
    "not more than",
    "no longer",
    "no * than",
    "not yet",
    "whether or not",
    "not least",
    "protest* against",
    "fight against",
    "struggle against",
    "guard against",
    "protect* against",
    "aggression against",
    "attack* against",
    "war against",
    "crime* against",
    "against the backdrop",
    "against the background",
    "sanctions against",
    "measures against",
    "strikes against",
    "case against",
    "charges against",
    "as against",
];

/// Pairs of words of which one sentence has the one and the other the other.
const OPPOSITES: &[(&[&str], &[&str])] = &[
    (
        &["support*", "backed", "backs", "endors*", "welcomed", "in favour"],
        &["oppos*", "reject*", "condemn*", "against"],
    ),
    (&["accept*"], &["refus*", "declin*", "turned down"]),
    (&["confirm*", "acknowledg*", "admit*"], &["denied", "denies", "deny", "dismiss*"]),
    (
        &["continue*", "goes on", "without interruption", "in force", "uninterrupted"],
        &["halted", "suspend*", "stopped", "interrupt*", "broken off", "called off", "ceased"],
    ),
    (&["open", "reopen*", "opened"], &["closed", "closes", "shut", "stays closed"]),
    (
        &["exceed*", "violat*", "breach*", "overproduc*", "broke", "infring*"],
        &["observed", "complied", "honoured", "fulfilled", "adhered", "respected", "abided"],
    ),
    (
        &["must", "obliged", "bound to", "have to", "required"],
        &["freely", "free to", "at its discretion", "of its own choosing", "voluntary"],
    ),
    (&["lift*", "removed", "abolish*"], &["extended", "remain*", "stay in force", "maintained", "upheld", "tightened"]),
    (
        &["increase*", "rise*", "rose", "grew", "raised"],
        &["decrease*", "fall*", "fell", "dropped", "cut", "declined", "shrank"],
    ),
    (&["allow*", "permit*", "authoris*"], &["ban*", "prohibit*", "forbid*", "forbade", "barred"]),
    (&["succeed*", "success*"], &["fail*", "collapse*"]),
    (&["released", "freed"], &["detained", "arrested", "held in custody"]),
    (&["join*"], &["withdr*", "left"]),
    (&["possible", "conceivable"], &["impossible", "inconceivable"]),
];

/// Where a sentence is turned round: the place of the word that does it, when their number is odd.
fn turned(s: &Sentence) -> Option<Range<usize>> {
    let straight: Vec<Range<usize>> = STRAIGHT.iter().filter_map(|p| cue(s, p)).collect();
    let mut places: Vec<Range<usize>> = Vec::new();
    for (span, word) in &s.words {
        let hit = TURNING.iter().any(|t| match t.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == t,
        });
        if hit && !straight.iter().any(|r| r.start <= span.start && span.end <= r.end) {
            places.push(span.clone());
        }
    }
    places.extend(TURNING_PHRASES.iter().filter_map(|p| cue(s, p)));
    if places.len() % 2 == 1 { places.into_iter().next() } else { None }
}

fn polarity(x: &Sentence, y: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
    for (yes, no) in OPPOSITES {
        let (xy, xn, yy, yn) = (first_cue(x, yes), first_cue(x, no), first_cue(y, yes), first_cue(y, no));
        if let (Some(p), None, None, Some(q)) | (None, Some(p), Some(q), None) = (xy, xn, yy, yn)
            && turned(x).is_none_or(|t| t == p)
            && turned(y).is_none_or(|t| t == q)
        {
            return Some((p, q));
        }
    }
    match (turned(x), turned(y)) {
        (Some(p), None) => Some((p, shared_term(y, x)?)),
        (None, Some(q)) => Some((shared_term(x, y)?, q)),
        _ => None,
    }
}

/// The first weighty term of `of` that `with` has too, in its own or in other words.
fn shared_term(of: &Sentence, with: &Sentence) -> Option<Range<usize>> {
    of.terms
        .iter()
        .filter(|t| t.weight >= 0.9 && !(t.name && t.groups.is_empty()))
        .find(|t| with.terms.iter().any(|u| likeness(t, u) >= 0.7 && u.weight >= 0.9))
        .map(|t| t.span.clone())
}

/// How settled a sentence tells its matter to be.
const OPEN: &[&str] = &[
    "readiness to",
    "ready to examine",
    "ready to consider",
    "is considering",
    "are considering",
    "consider*",
    "considered at",
    "will be considered",
    "be examined",
    "will examine",
    "to examine",
    "examine the",
    "to study",
    "study the",
    "study its",
    "will study",
    "look into",
    "to be discussed",
    "to discuss first",
    "is a matter",
    "in principle",
    "came closer",
    "come closer",
    "closer on",
    "closer to",
    "depends on",
    "depend on",
    "provided that",
    "on condition",
    "subject to",
    "conditional on",
    "under discussion",
    "might",
    "begin talks on",
    "start talks on",
    "open talks on",
    "begin negotiations on",
    "start negotiations",
    "to explore",
    "will explore",
    "explore ways",
    "has yet to",
    "have yet to",
    "not yet",
    "to be signed",
    "was proposed",
    "proposed",
    "received positively",
    "took note",
    "taken note",
    "would depend",
    "possibility of",
    "reflect on",
    "think about",
    "think it over",
    "is planned",
    "be prepared",
    "intends to",
    "intend to",
    "hopes to",
    "no decision",
    "discussed",
    "spoke about",
    "talked about",
    "exchanged views",
];
const SETTLED: &[&str] = &[
    "agreed",
    "agree to",
    "agreed on",
    "settled",
    "signed",
    "sign",
    "decided",
    "resolved",
    "concluded",
    "finalised",
    "finalized",
    "approved",
    "adopted",
    "will",
    "shall",
    "gave assurances",
    "assured",
    "guaranteed",
    "confirmed",
    "committed",
    "accord regulating",
    "was decided",
    "announced",
    "has been",
    "have been",
    "begins",
    "starts",
    "sealed",
    "reached agreement",
    "reached an agreement",
    "ordered",
];
/// "agreed to consider" and its like are open although they begin with a settled word.
const WEAK: &[&str] = &[
    "discussed",
    "proposed",
    "spoke about",
    "talked about",
    "exchanged views",
    "hopes to",
    "intends to",
    "intend to",
    "is planned",
    "consider*",
    "be prepared",
    "not yet",
];

fn certainty(x: &Sentence, y: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
    // "may be renewed" says nothing of how settled the rest is, so it is no cue.
    let strong: Vec<&str> = OPEN.iter().copied().filter(|c| !WEAK.contains(c)).collect();
    let open = |s: &Sentence| {
        first_cue(s, &strong).or_else(|| {
            first_cue(
                s,
                &[
                    "is considering",
                    "are considering",
                    "will be considered",
                    "to consider",
                    "agreed to consider",
                    "considering",
                ],
            )
        })
    };
    let firm = |s: &Sentence| first_cue(s, SETTLED);
    match (open(x), open(y)) {
        (Some(p), None) => firm(y).map(|q| (p, q)),
        (None, Some(q)) => firm(x).map(|p| (p, q)),
        // "discussed" against "agreed": only where the one that discussed settles nothing.
        (None, None) => {
            let weak = |s: &Sentence| {
                first_cue(s, &["discussed", "spoke about", "talked about", "exchanged views", "proposed"])
                    .filter(|_| firm(s).is_none())
            };
            let hard = |s: &Sentence| {
                first_cue(s, &["agreed", "signed", "settled", "decided", "resolved", "approved", "adopted"])
            };
            match (weak(x), hard(x), weak(y), hard(y)) {
                (Some(p), _, _, Some(q)) => Some((p, q)),
                (_, Some(p), Some(q), _) => Some((p, q)),
                _ => None,
            }
        }
        (Some(_), Some(_)) => None,
    }
}

const UNIVERSAL: &[&str] =
    &["all", "every", "entire", "whole", "full", "everyone", "throughout", "nationwide", "total"];
const PARTIAL: &[&str] = &[
    "only",
    "some of",
    "part of",
    "parts of",
    "several",
    "certain",
    "most of",
    "half of",
    "a few",
    "limited to",
    "partly",
    "partial",
    "selected",
];

/// Whether one covers all of a thing and the other a part of it.
fn scope(ta: &str, tb: &str, x: &Sentence, y: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
    fn one_way(part_text: &str, all: &Sentence, part: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
        let at = all.words.iter().position(|(_, w)| UNIVERSAL.contains(&w.as_str()))?;
        if part.words.iter().any(|(_, w)| UNIVERSAL.contains(&w.as_str()) || w == "any" || w == "each" || w == "both") {
            return None;
        }
        let follows: Vec<&(Range<usize>, String)> = all.words[at + 1..]
            .iter()
            .filter(|(_, w)| !matches!(w.as_str(), "of" | "the" | "its" | "their" | "these" | "those"))
            .take(2)
            .collect();
        let span = all.words[at].0.start..follows.first().map_or(all.words[at].0.end, |w| w.0.end);
        let nouns: Vec<String> = follows.iter().map(|w| root(&w.1)).collect();
        let table = Vocabulary::shipped();
        let alike = |other: &str| {
            nouns.iter().any(|n| {
                n == other || {
                    let g = table.at(std::slice::from_ref(n)).0;
                    let h = table.at(&[other]).0;
                    g.iter().any(|g| g.field.is_some() && h.contains(g))
                }
            })
        };
        // "all of the camps" against "the three camps"
        for n in part.numbers.iter().filter(|n| n.measure == Measure::Count) {
            if let Some(what) = &n.what
                && alike(&root(&part_text[what.clone()].to_lowercase()))
            {
                return Some((span, n.span.start..what.end));
            }
        }
        // "all exports" against "some exports"
        for p in PARTIAL {
            if let Some(r) = cue(part, p)
                && part.words.iter().filter(|w| w.0.start >= r.end).take(4).any(|w| alike(&root(&w.1)))
            {
                return Some((span, r));
            }
        }
        // The same figure, for all of them against for one.
        let before = at.checked_sub(1).map(|b| all.words[b].1.as_str());
        if before == Some("for")
            && all
                .numbers
                .iter()
                .any(|n| n.value > 2.0 && part.numbers.iter().any(|m| m.measure == n.measure && m.base == n.base))
        {
            let given =
                part.words.windows(3).find(|w| w[0].1 == "for" && w[1].1 == "the").map(|w| w[0].0.start..w[2].0.end)?;
            return Some((all.words[at - 1].0.start..span.end, given));
        }
        None
    }
    one_way(tb, x, y).or_else(|| one_way(ta, y, x).map(|(q, p)| (p, q)))
}

/// Gathers the names that stand together ("President Ana Ruiz of Lorva", "the Lorvan President, Ana Ruiz").
pub(crate) fn parties(left: &[Sentence], right: &[Sentence], ta: &str, tb: &str) -> Parties {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for (text, sentences) in [(ta, left), (tb, right)] {
        for s in sentences.iter().take(400) {
            let mut run: Vec<String> = Vec::new();
            for (at, (span, word)) in s.words.iter().enumerate() {
                let original = &text[span.clone()];
                let capital = original.chars().next().is_some_and(char::is_uppercase);
                let gap = if at == 0 { "" } else { text[s.words[at - 1].0.end..span.start].trim() };
                // "…of the Norland side, Premier Arkady": the next one is somebody else.
                let after_side = gap == "," && at > 0 && s.words[at - 1].1 == "side";
                let links = matches!(gap, "" | "," | "-" | "'s" | "’s") && !after_side;
                let title = TITLES.contains(&word.as_str());
                let filler = matches!(
                    word.as_str(),
                    "of" | "the" | "republic" | "kingdom" | "state" | "federal" | "side" | "union"
                ) || title;
                if !links || !(filler || capital && (at > 0 || !is_small_word(word))) {
                    close(&mut groups, &mut run);
                }
                if capital && !title && !filler && (at > 0 || !is_small_word(word)) {
                    run.push(word.clone());
                }
            }
            close(&mut groups, &mut run);
        }
    }
    Parties(groups)
}

fn is_small_word(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "he"
            | "she"
            | "they"
            | "in"
            | "on"
            | "at"
            | "it"
            | "a"
            | "an"
            | "both"
            | "today"
            | "we"
            | "i"
            | "as"
            | "for"
            | "this"
            | "these"
    )
}

const TITLES: &[&str] = &[
    "president",
    "minister",
    "prime",
    "chancellor",
    "secretary",
    "king",
    "queen",
    "sheikh",
    "premier",
    "director",
    "chair",
    "chairman",
    "chairwoman",
    "commissioner",
    "head",
    "leader",
    "foreign",
    "defence",
    "defense",
    "finance",
    "interior",
    "deputy",
    "general",
    "high",
    "representative",
    "ambassador",
    "mr",
    "mrs",
    "ms",
    "dr",
    "madam",
    "his",
    "her",
    "excellency",
    "highness",
    "majesty",
    "governor",
    "mayor",
    "senator",
    "envoy",
    "security",
    "energy",
    "trade",
    "council",
    "state",
];

fn close(groups: &mut Vec<Vec<String>>, run: &mut Vec<String>) {
    if run.is_empty() {
        return;
    }
    let run = std::mem::take(run);
    let joined: Vec<usize> =
        (0..groups.len()).filter(|g| groups[*g].iter().any(|n| run.iter().any(|r| same_name(n, r)))).collect();
    let mut merged = run;
    for g in joined.into_iter().rev() {
        merged.extend(groups.swap_remove(g));
    }
    merged.sort();
    merged.dedup();
    if merged.len() <= 40 && groups.len() < 400 {
        groups.push(merged);
    }
}

impl Parties {
    /// Whether two sets of names can belong to one party.
    fn meet(&self, a: &[String], b: &[String]) -> bool {
        let of = |names: &[String]| -> Vec<usize> {
            (0..self.0.len()).filter(|g| names.iter().any(|n| self.0[*g].iter().any(|m| same_name(n, m)))).collect()
        };
        let (p, q) = (of(a), of(b));
        a.iter().any(|n| b.iter().any(|m| same_name(n, m))) || p.iter().any(|g| q.contains(g))
    }
}

/// Names in a stretch of a sentence.
fn names_in(text: &str, s: &Sentence, span: &Range<usize>) -> Vec<String> {
    s.words
        .iter()
        .filter(|(r, w)| {
            r.start >= span.start
                && r.end <= span.end
                && text[r.clone()].chars().next().is_some_and(char::is_uppercase)
                && !TITLES.contains(&w.as_str())
                && !is_small_word(w)
        })
        .map(|(_, w)| w.clone())
        .collect()
}

/// The names in a span; where it has but a title ("the Premier's"), those of the one person of whom the sentence says
/// that title with a name.
fn people_in(text: &str, s: &Sentence, span: &Range<usize>) -> Vec<String> {
    let names = names_in(text, s, span);
    if !names.is_empty() {
        return names;
    }
    let plain = |word: &str| word.trim_end_matches("'s").trim_end_matches("’s").to_owned();
    let inside = |r: &Range<usize>| r.start >= span.start && r.end <= span.end;
    let mut titles = s.words.iter().filter(|(r, _)| inside(r)).map(|(_, w)| plain(w));
    let Some(title) = titles.find(|w| TITLES.contains(&w.as_str())) else { return Vec::new() };
    let is_name = |(r, w): &&(Range<usize>, String)| {
        text[r.clone()].starts_with(char::is_uppercase) && !TITLES.contains(&w.as_str()) && !is_small_word(w)
    };
    let mut people: Vec<Vec<String>> = Vec::new();
    for (at, _) in s.words.iter().enumerate().filter(|(_, (r, w))| !inside(r) && *w == title) {
        let mut end = s.words[at].0.end;
        let run = s.words[at + 1..].iter().take_while(is_name).take_while(|(r, _)| {
            let beside = text[end..r.start].trim().is_empty();
            end = r.end;
            beside
        });
        let run: Vec<String> = run.map(|(_, w)| w.clone()).collect();
        if !run.is_empty() && !people.contains(&run) {
            people.push(run);
        }
    }
    match people.len() {
        1 => people.remove(0),
        _ => Vec::new(),
    }
}

/// Who asked for the contact, told by both and told differently.
fn initiative(
    ta: &str,
    tb: &str,
    x: &Sentence,
    y: &Sentence,
    parties: &Parties,
) -> Option<(Range<usize>, Range<usize>)> {
    let (p, q) = (asked(ta, x)?, asked(tb, y)?);
    let (m, n) = (people_in(ta, x, &p), people_in(tb, y, &q));
    (!m.is_empty() && !n.is_empty() && !parties.meet(&m, &n)).then_some((p, q))
}

/// The words that name who asked for a contact.
fn asked(text: &str, s: &Sentence) -> Option<Range<usize>> {
    let word = |at: usize| s.words.get(at).map_or("", |w| w.1.as_str());
    let contact =
        ["call", "conversation", "talk", "meeting", "contact", "spoke", "telephone", "exchange", "phoned", "talks"];
    if !s.words.iter().any(|(_, w)| contact.contains(&w.as_str())) {
        return None;
    }
    for at in 0..s.words.len() {
        // at the initiative of X, at the request of X
        if word(at) == "at"
            && matches!(word(at + 2), "initiative" | "request" | "wish" | "invitation" | "suggestion")
            && word(at + 3) == "of"
        {
            let from = s.words.get(at + 4)?.0.start;
            return Some(from..clause_end(text, s, at + 4));
        }
        // at X's request
        if matches!(word(at), "request" | "initiative" | "wish" | "suggestion" | "invitation") && at >= 2 {
            let start = (at.saturating_sub(4)..at).rev().find(|k| word(*k) == "at")?;
            return Some(s.words[start + 1].0.start..s.words[at - 1].0.end);
        }
        // which X had requested, that X had asked for
        if (word(at) == "had" && (word(at + 1) == "requested" || word(at + 1) == "asked" && word(at + 2) == "for"))
            && at >= 1
        {
            let start = (at.saturating_sub(9)..at)
                .rev()
                .find(|k| matches!(word(*k), "which" | "that" | "conversation" | "call" | "who"))?;
            if word(start) == "who" {
                let from = s.words[start.saturating_sub(6)].0.start;
                return Some(from..s.words[start.saturating_sub(1)].0.end);
            }
            return (start + 1 < at).then(|| s.words[start + 1].0.start..s.words[at - 1].0.end);
        }
    }
    None
}

/// Where the clause that holds word `at` ends: at the next mark or small verb, at most eight words on.
fn clause_end(text: &str, s: &Sentence, at: usize) -> usize {
    let mut end = s.words[at].0.end;
    for k in at + 1..s.words.len().min(at + 8) {
        let (span, word) = &s.words[k];
        if !text[end..span.start].trim().is_empty()
            || matches!(
                word.as_str(),
                "a" | "took"
                    | "was"
                    | "held"
                    | "had"
                    | "has"
                    | "and"
                    | "in"
                    | "on"
                    | "will"
                    | "with"
                    | "to"
                    | "is"
                    | "who"
                    | "which"
            )
        {
            break;
        }
        end = span.end;
    }
    end
}

/// The same deed done by another: a passive with "by" against an active or another passive.
fn agents(ta: &str, tb: &str, x: &Sentence, y: &Sentence, parties: &Parties) -> Option<(Range<usize>, Range<usize>)> {
    for t in x.terms.iter().filter(|t| !t.name) {
        for u in y.terms.iter().filter(|u| !u.name) {
            let deed = t.root == u.root || t.groups.iter().any(|g| u.groups.contains(g));
            if !deed {
                continue;
            }
            let (p, q) = (by(ta, x, t.span.end), by(tb, y, u.span.end));
            let spans = match (p, q) {
                (Some(p), Some(q)) => (p, q),
                (Some(p), None) => (p, doer(tb, y, u.span.start)?),
                (None, Some(q)) => match doer(ta, x, t.span.start) {
                    Some(p) => (p, q),
                    None => continue,
                },
                (None, None) => continue,
            };
            let (m, n) = (names_in(ta, x, &spans.0), names_in(tb, y, &spans.1));
            if !m.is_empty() && !n.is_empty() && !parties.meet(&m, &n) {
                return Some(spans);
            }
        }
    }
    None
}

/// "by the parliament of Otero", right after a word.
fn by(text: &str, s: &Sentence, end: usize) -> Option<Range<usize>> {
    let at = s.words.iter().position(|(r, _)| r.start >= end)?;
    let (_, word) = &s.words[at];
    if word != "by" || !text[end..s.words[at].0.start].trim().is_empty() {
        return None;
    }
    let from = s.words.get(at + 1)?.0.start;
    Some(from..clause_end(text, s, at + 1))
}

/// The name right before a verb, with nothing but "will", "has" and their like between.
fn doer(text: &str, s: &Sentence, start: usize) -> Option<Range<usize>> {
    let at = s.words.iter().position(|(r, _)| r.start >= start)?;
    for k in (at.saturating_sub(3)..at).rev() {
        let (span, word) = &s.words[k];
        if matches!(word.as_str(), "will" | "has" | "had" | "have" | "would" | "shall" | "to" | "is" | "must" | "may") {
            continue;
        }
        return text[span.clone()].chars().next().is_some_and(char::is_uppercase).then(|| span.clone());
    }
    None
}

/// Certainty of two sentences that are alike but for a few words, judged by those words alone.
fn changed_certainty(x: &Sentence, y: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
    let rest = |s: &Sentence, other: &Sentence| {
        let words: Vec<_> = s.words.iter().filter(|(_, w)| !other.words.iter().any(|(_, v)| v == w)).cloned().collect();
        Sentence { words, ..s.clone() }
    };
    let (p, q) = (rest(x, y), rest(y, x));
    let longest = x.words.len().max(y.words.len());
    if p.words.len().max(q.words.len()) * 4 > longest { None } else { certainty(&p, &q) }
}

/// Names exchanged in place: word for word the same sentence but for up to three names.
fn exchanged_names(ta: &str, tb: &str, x: &Sentence, y: &Sentence) -> Option<(Range<usize>, Range<usize>)> {
    if x.words.len() != y.words.len() || x.words.len() < 4 {
        return None;
    }
    let changed: Vec<usize> = (0..x.words.len()).filter(|at| x.words[*at].1 != y.words[*at].1).collect();
    let name = |text: &str, (span, word): &(Range<usize>, String)| {
        text[span.clone()].chars().next().is_some_and(char::is_uppercase)
            && !TITLES.contains(&word.as_str())
            && !is_small_word(word)
    };
    let calendar =
        |s: &Sentence, span: &Range<usize>| s.days.iter().any(|d| d.span.start <= span.start && span.end <= d.span.end);
    let all = changed.iter().all(|at| {
        let (p, q) = (&x.words[*at], &y.words[*at]);
        name(ta, p) && name(tb, q) && !same_name(&p.1, &q.1) && !calendar(x, &p.0) && !calendar(y, &q.0)
    });
    let (first, last) = (*changed.first()?, *changed.last()?);
    (all && changed.len() <= 3 && last - first < 3)
        .then(|| (x.words[first].0.start..x.words[last].0.end, y.words[first].0.start..y.words[last].0.end))
}

/// Names that changed in sentences that are otherwise alike.
fn swapped_names(x: &Sentence, y: &Sentence, pair: &Scored, parties: &Parties) -> Option<(Range<usize>, Range<usize>)> {
    if x.words.len().abs_diff(y.words.len()) > 3 {
        return None;
    }
    let shared = x.words.iter().filter(|(_, w)| y.words.iter().any(|(_, v)| v == w)).count();
    if shared * 10 < 7 * x.words.len().max(y.words.len()) || pair.score < 0.3 {
        return None;
    }
    let alone = |s: &Sentence, other: &Sentence| -> Vec<(Range<usize>, String)> {
        s.terms
            .iter()
            .filter(|t| t.name && !other.terms.iter().any(|u| same_name(&u.root, &t.root)))
            .map(|t| (t.span.clone(), t.root.clone()))
            .collect()
    };
    let (p, q) = (alone(x, y), alone(y, x));
    let ((first, name), (second, other)) = (p.first()?, q.first()?);
    let last = |list: &[(Range<usize>, String)]| list.last().map_or(0, |l| l.0.end);
    let close = last(&p) - first.start < 40 && last(&q) - second.start < 40;
    (close && !parties.meet(std::slice::from_ref(name), std::slice::from_ref(other)))
        .then(|| (first.start..last(&p), second.start..last(&q)))
}

/// Takes back what the rest of the texts explains, keeps each difference at its likeliest pair, and puts them in order.
pub(crate) fn settle(alignment: &mut Alignment, agreed_a: &[Range<usize>], agreed_b: &[Range<usize>]) {
    let score = |d: &Difference| alignment.pairs.iter().find(|p| p.a == d.a && p.b == d.b).map_or(0.0, |p| p.score);
    let mut all: Vec<(f64, Difference)> = alignment.differs.iter().map(|d| (score(d), d.clone())).collect();
    all.retain(|(_, d)| {
        !matches!(d.kind, Kind::Number | Kind::Date) || !agreed_a.contains(&d.a_span) && !agreed_b.contains(&d.b_span)
    });
    all.sort_by(|x, y| y.0.total_cmp(&x.0));
    let mut kept: Vec<Difference> = Vec::new();
    for (_, d) in all {
        let once = matches!(d.kind, Kind::Polarity | Kind::Certainty | Kind::Actor);
        let told = |k: &Difference| {
            k.kind == d.kind && (k.a_span == d.a_span || k.b_span == d.b_span || once && (k.a == d.a || k.b == d.b))
        };
        if !kept.iter().any(told) {
            kept.push(d);
        }
    }
    kept.sort_by_key(Difference::place);
    for p in &mut alignment.pairs {
        let differs = kept.iter().any(|d| d.a == p.a && d.b == p.b);
        if p.relation != crate::align::Relation::Same {
            p.relation = if differs { crate::align::Relation::Differs } else { crate::align::Relation::Reworded };
        }
    }
    alignment.differs = kept;
}
