//! Who did what to whom: calls, meetings, visits, agreements, aid, sanctions, attacks, protests, appointments and
//! the stances in between, as PLOVER classes with their CAMEO codes.
//!
//! A sentence is cut into clauses, the actors of each are looked up in the gazetteer (names it does not know stay
//! actors without a code), and the verbs and nouns of `event.tsv` decide what happened. The first such word of a
//! clause governs the rest of it: "refused to lift the curfew" is a refusal and no lifting. A verb coordinated with
//! it counts for itself. What did not happen is no event; what will happen is a promise or a threat.

use crate::entity::{self, Entity, EntityKind};
use crate::gazetteer::{self, Sort};
use crate::statement;
use crate::timex::{self, Timex, TimexKind};
use crate::token::{Token, tokens};
use jiff::civil::Date;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// One side of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// The name as printed, or the fuller form of it elsewhere in the text.
    pub name: String,
    /// Country (ISO 3166, three letters) or organisation code of the gazetteer; `None` for names it does not know.
    pub code: Option<&'static str>,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The words that say so, in bytes of the text.
    pub span: Range<usize>,
    /// PLOVER class, such as `CONSULT`.
    pub event: &'static str,
    /// CAMEO code, such as `041` for a telephone call.
    pub code: &'static str,
    /// `CALL`, `MEETING`, `VISIT`, `STATEMENT`, `AGREEMENT`, `AID`, `SANCTION`, `ATTACK`, `PROTEST` or
    /// `APPOINTMENT`; `None` for what is none of them.
    pub class: Option<&'static str>,
    /// Who did it. Of a contact, one of the two; the order says who is named first.
    pub source: Option<Actor>,
    /// To whom. Where two act together ("Jordan and Britain agreed") each is a source and nobody a target.
    pub target: Option<Actor>,
    /// The day, when an expression of the sentence names one (`2031-03-04`).
    pub date: Option<String>,
}

/// Actors of one side, and pairs of one event, at most.
const SIDE_LIMIT: usize = 6;
/// Longer sentences are lists or tables and are not read.
const SENTENCE_LIMIT_TOKENS: usize = 200;

/// The events of a text in order. `date` is the day of the text: without it "on Friday" names no day.
pub fn events(text: &str, date: Option<Date>) -> Vec<Event> {
    let text = statement::cap(text);
    let entities = entity::entities(text);
    let timexes = timex::timexes(text, date);
    let by_phone = text.contains("phone") || text.contains(" call");
    let mut nations = Nations::default();
    let mut out: Vec<Event> = Vec::new();
    let (mut next_entity, mut next_timex) = (0, 0);
    for span in news::text::sentences(text) {
        let within = |i: &mut usize, end: &dyn Fn(usize) -> Option<usize>| {
            let from = *i;
            while end(*i).is_some_and(|e| e <= span.end) {
                *i += 1;
            }
            from..*i
        };
        let names = &entities[within(&mut next_entity, &|i| entities.get(i).map(|e| e.span.end))];
        let times = &timexes[within(&mut next_timex, &|i| timexes.get(i).map(|t| t.span.end))];
        let words = tokens(text, span.clone());
        if words.len() > SENTENCE_LIMIT_TOKENS {
            continue;
        }
        Sentence::new(text, by_phone, words, names, &mut nations).read(times, &mut out);
    }
    out
}

// ---------------------------------------------------------------------------------------------------- the table

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Plain,
    Pair,
    Together,
    Op,
    Must,
    Out,
    Last,
    Loc,
    WholeLeft,
    Back,
    Alone,
}

#[derive(Debug)]
enum Word {
    Exact(&'static str),
    Prefix(&'static str),
    Mention,
    Person,
    End,
}

#[derive(Debug)]
struct Need {
    absent: bool,
    left: bool,
    reach: usize,
    words: Vec<Word>,
}

#[derive(Debug)]
struct Row {
    kind: char,
    event: &'static str,
    code: &'static str,
    class: Option<&'static str>,
    needs: Vec<Need>,
    frame: Frame,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Base,
    Third,
    Past,
    Participle,
    Ing,
    Noun,
    Fixed,
}

struct Table {
    rows: Vec<Row>,
    /// Rows by the printed form of their head, the more demanding first.
    heads: FxHashMap<String, Vec<(usize, Form)>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let source = include_str!("event.tsv");
    let mut irregular: FxHashMap<&str, (&str, &str)> = FxHashMap::default();
    for line in source.lines().filter(|l| l.starts_with("i\t")) {
        let f: Vec<&str> = line.split('\t').collect();
        if let [_, base, past, participle] = f[..] {
            irregular.insert(base, (past, participle));
        }
    }
    let mut rows = Vec::new();
    let mut heads: FxHashMap<String, Vec<(usize, Form)>> = FxHashMap::default();
    for line in source.lines().filter(|l| l.starts_with(['v', 'n', 'a'])) {
        let f: Vec<&'static str> = line.split('\t').collect();
        let field = |i: usize| f.get(i).copied().unwrap_or("");
        let kind = field(0).chars().next().unwrap_or('v');
        let row = Row {
            kind,
            event: field(1),
            code: field(2),
            class: Some(field(3)).filter(|c| !c.is_empty()),
            needs: field(5).split('&').filter(|n| !n.is_empty()).map(need).collect(),
            frame: match field(6) {
                "pair" => Frame::Pair,
                "together" => Frame::Together,
                "op" => Frame::Op,
                "must" => Frame::Must,
                "out" => Frame::Out,
                "obj" | "last" => Frame::Last,
                "loc" => Frame::Loc,
                "wholeleft" => Frame::WholeLeft,
                "back" => Frame::Back,
                "alone" => Frame::Alone,
                _ => Frame::Plain,
            },
        };
        let n = rows.len();
        for head in field(4).split('|') {
            for (form, what) in forms(kind, head, irregular.get(head).copied()) {
                let entry = heads.entry(form).or_default();
                if !entry.contains(&(n, what)) {
                    entry.push((n, what));
                }
            }
        }
        rows.push(row);
    }
    for entry in heads.values_mut() {
        entry.sort_by_key(|(n, _)| (usize::MAX - rows[*n].needs.len(), *n));
    }
    Table { rows, heads }
});

fn need(written: &'static str) -> Need {
    let absent = written.starts_with('!');
    let rest = written.trim_start_matches('!');
    let left = rest.starts_with('<');
    let rest = rest.trim_start_matches('<');
    let (reach, words) = match rest.split_once(':') {
        Some((n, words)) => (n.parse().unwrap_or(10), words),
        None => (10, rest),
    };
    let words = words
        .split('|')
        .map(|w| match w {
            "@" => Word::Mention,
            "@p" => Word::Person,
            "." => Word::End,
            _ => w.strip_suffix('*').map_or(Word::Exact(w), Word::Prefix),
        })
        .collect();
    Need { absent, left, reach, words }
}

/// The printed forms of a head.
fn forms(kind: char, base: &str, irregular: Option<(&str, &str)>) -> Vec<(String, Form)> {
    let third = if base.ends_with(['s', 'x', 'z', 'o']) || base.ends_with("ch") || base.ends_with("sh") {
        format!("{base}es")
    } else if base.ends_with('y') && !base.ends_with("ay") && !base.ends_with("oy") && !base.ends_with("ey") {
        format!("{}ies", &base[..base.len() - 1])
    } else {
        format!("{base}s")
    };
    if kind == 'a' {
        return vec![(base.to_owned(), Form::Fixed)];
    }
    if kind == 'n' {
        return vec![(base.to_owned(), Form::Noun), (third, Form::Noun)];
    }
    if base == "be" {
        return ["is", "are", "was", "were", "be"].iter().map(|f| ((*f).to_owned(), Form::Base)).collect();
    }
    let mut out = vec![(base.to_owned(), Form::Base), (third.clone(), Form::Third)];
    let stem = base.strip_suffix('e').filter(|s| !s.ends_with(['e', 'o'])).unwrap_or(base);
    let doubled = format!("{base}{}", &base[base.len() - 1..]);
    out.push((format!("{stem}ing"), Form::Ing));
    let doubles = {
        let b = base.as_bytes();
        let vowel = |c: u8| matches!(c, b'a' | b'e' | b'i' | b'o' | b'u');
        b.len() >= 3
            && !vowel(b[b.len() - 1])
            && !matches!(b[b.len() - 1], b'w' | b'x' | b'y')
            && vowel(b[b.len() - 2])
            && !vowel(b[b.len() - 3])
    };
    if doubles {
        out.push((format!("{doubled}ing"), Form::Ing));
    }
    if let Some((past, participle)) = irregular {
        if past != base {
            out.push((past.to_owned(), Form::Past));
        }
        out.push((participle.to_owned(), Form::Participle));
        return out;
    }
    let mut past = if base.ends_with('e') {
        vec![format!("{base}d")]
    } else if third.ends_with("ies") {
        vec![format!("{}ied", &base[..base.len() - 1])]
    } else {
        vec![format!("{base}ed")]
    };
    if doubles {
        past.push(format!("{doubled}ed"));
    }
    out.extend(past.into_iter().map(|p| (p, Form::Participle)));
    out
}

// ------------------------------------------------------------------------------------------------ the sentence

/// Codes of people whose country the text has told ("Russian Foreign Minister Vale"), by last name.
#[derive(Default)]
struct Nations(FxHashMap<String, &'static str>);

#[derive(Clone, Debug)]
struct Mention {
    /// Tokens.
    first: usize,
    end: usize,
    span: Range<usize>,
    name: String,
    code: Option<&'static str>,
    person: bool,
    /// A country or its people used as a modifier or noun, or a body: one that can act.
    place: bool,
    /// After "in", "at", "near".
    locative: bool,
    /// A role without a name ("the Prime Minister").
    weak: bool,
    group: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opened {
    Start,
    /// By a verb of saying: an empty subject is the one who says it.
    Said,
    /// "who", "which": the subject is what stands before.
    Relative,
    /// "after", "unless".
    Sub,
    /// Goes on with the main clause.
    Main,
}

struct Sentence<'a> {
    text: &'a str,
    /// The text speaks of a telephone or a call somewhere.
    by_phone: bool,
    tokens: Vec<Token>,
    /// Clause of each token.
    clause: Vec<usize>,
    opened: Vec<Opened>,
    /// Who reports the sentence: no part of what happened.
    cut: Vec<bool>,
    mentions: Vec<Mention>,
    /// Mention that begins at a token.
    begins: Vec<Option<usize>>,
}

struct Found {
    at: usize,
    /// One past the last token of it.
    end: usize,
    row: &'static Row,
    form: Form,
    /// Tokens the conditions matched.
    last_need: usize,
}

const SAY: &[&str] = &[
    "said",
    "says",
    "say",
    "saying",
    "told",
    "tells",
    "added",
    "adds",
    "stated",
    "states",
    "reported",
    "reports",
    "confirmed",
    "believes",
    "claimed",
    "claims",
    "noted",
    "notes",
    "quoted",
    "explained",
];
const SAY_THAT: &[&str] = &[
    "announced",
    "announces",
    "declared",
    "declares",
    "concluded",
    "reiterated",
    "confirmed",
    "reported",
    "stressed",
    "emphasised",
    "emphasized",
    "reminder",
    "warned",
    "recalled",
    "underlined",
    "underscored",
    "insisted",
    "decided",
];
const SUBORDINATORS: &[&str] = &[
    "after",
    "before",
    "because",
    "unless",
    "if",
    "when",
    "while",
    "although",
    "though",
    "where",
    "until",
    "till",
    "despite",
    "amid",
    "following",
    "whereas",
    "during",
    "upon",
];
const FUNCTION: &[&str] = &[
    "of", "in", "on", "at", "by", "for", "with", "to", "from", "into", "over", "against", "between", "about", "under",
    "after", "before", "as", "that", "than", "is", "was", "were", "are", "be", "been", "has", "have", "had", "will",
    "would", "could", "should", "must", "may", "might", "can", "do", "did", "does", "not", "it", "he", "she", "they",
    "who", "which", "said", "if", "unless", "or", "but", "when", "while", "near", "across", "through", "because",
];
/// Verbs whose infinitive happens or is tried.
const REACHED: &[&str] = &[
    "attempt",
    "attempts",
    "attempted",
    "tried",
    "try",
    "tries",
    "trying",
    "began",
    "begun",
    "begins",
    "beginning",
    "started",
    "starts",
    "continue",
    "continued",
    "continues",
    "continuing",
    "managed",
    "helped",
    "resorted",
    "resort",
    "forced",
    "attempting",
    "moved",
    "bid",
    "used",
];
const BE: &[&str] = &["is", "was", "were", "are", "be", "been", "being"];
const LOCATIVE: &[&str] =
    &["in", "at", "near", "inside", "outside", "across", "throughout", "around", "within", "along", "off"];
const NEGATION: &[&str] = &[
    "not", "never", "no", "without", "nor", "didn't", "doesn't", "don't", "won't", "wouldn't", "hasn't", "haven't",
    "hadn't", "cannot", "can't", "couldn't", "neither", "isn't", "wasn't", "denied", "denies",
];
const TITLES_SHORT: &[&str] =
    &["mr.", "mrs.", "ms.", "dr.", "mr", "mrs", "ms", "dr", "madam", "sir", "president", "prime", "minister"];
const ROLES: &[&str] = &[
    "president",
    "minister",
    "chancellor",
    "premier",
    "king",
    "queen",
    "secretary",
    "chairman",
    "chair",
    "commissioner",
    "ambassador",
    "envoy",
    "leader",
    "highness",
    "secretary-general",
    "representative",
    "director",
    "head",
];

impl<'a> Sentence<'a> {
    fn new(text: &'a str, by_phone: bool, tokens: Vec<Token>, names: &[Entity], nations: &mut Nations) -> Self {
        let n = tokens.len();
        let mut it = Sentence {
            text,
            by_phone,
            tokens,
            clause: vec![0; n],
            opened: vec![Opened::Start],
            cut: vec![false; n],
            mentions: Vec::new(),
            begins: vec![None; n],
        };
        it.find_mentions(names, nations);
        it.find_cut();
        it.find_clauses();
        it.find_groups();
        it
    }

    fn lower(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.lower.as_str())
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        self.tokens.get(at).is_some_and(|t| t.is(words))
    }

    /// A word that does not stand between an auxiliary and its verb for its own sake.
    fn adverb(&self, at: usize) -> bool {
        let w = self.lower(at);
        w.ends_with("ly") && w.len() > 4
            || matches!(
                w,
                "also"
                    | "again"
                    | "today"
                    | "yesterday"
                    | "once"
                    | "now"
                    | "then"
                    | "still"
                    | "already"
                    | "jointly"
                    | "soon"
                    | "never"
                    | "just"
                    | "reportedly"
                    | "both"
                    | "ever"
            )
    }

    fn find_mentions(&mut self, names: &[Entity], nations: &mut Nations) {
        let mut found: Vec<Mention> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if let Some(m) = self.known(at).or_else(|| self.generic(at)) {
                at = m.end;
                found.push(m);
            } else {
                at += 1;
            }
        }
        // Names the gazetteer does not have; a person belongs to the country named just before.
        for name in names {
            let Some(first) = self.tokens.iter().position(|t| t.span.end > name.span.start) else { continue };
            let end = self.tokens.iter().position(|t| t.span.start >= name.span.end).unwrap_or(self.tokens.len());
            if end <= first
                || self.is(first, &["jr.", "jr", "sr.", "sr"])
                || found.iter().any(|m| m.first < end && first < m.end)
            {
                continue;
            }
            let person = name.kind == EntityKind::Person;
            let last_name = self.lower(end - 1).to_owned();
            let mut code = name.link;
            if person {
                let before = found.iter().filter(|m| m.end <= first && m.code.is_some()).max_by_key(|m| m.end);
                if let Some(m) = before
                    && first - m.end <= 6
                    && (m.end..first).all(|i| self.joins_name(i))
                    && !m.person
                {
                    code = m.code;
                    if let Some(code) = code {
                        nations.0.insert(last_name.clone(), code);
                    }
                } else {
                    code = code.or_else(|| nations.0.get(&last_name).copied());
                }
            }
            found.push(Mention {
                first,
                end,
                span: name.span.clone(),
                name: name.name.clone(),
                code,
                person,
                place: name.kind == EntityKind::Place,
                locative: false,
                weak: end - first == 1 && self.is(first, ROLES) && code.is_none(),
                group: 0,
            });
        }
        found.sort_by_key(|m| m.first);
        // Roles without a name.
        for at in 0..self.tokens.len() {
            if !self.is(at, ROLES) {
                continue;
            }
            let the = (1..=3).any(|k| at >= k && self.is(at - k, &["the", "his", "her"]));
            let taken = found.iter().any(|m| m.first <= at + 3 && at < m.end + 3);
            if the && !taken {
                let span = self.tokens[at].span.clone();
                found.push(Mention {
                    first: at,
                    end: at + 1,
                    name: self.text[span.clone()].to_owned(),
                    span,
                    code: None,
                    person: true,
                    place: false,
                    locative: false,
                    weak: true,
                    group: 0,
                });
            }
        }
        found.sort_by_key(|m| m.first);
        self.join_roles(&mut found);
        self.join_ethnic(&mut found);
        for m in &mut found {
            m.locative = self.locative(m.first);
        }
        for (i, m) in found.iter().enumerate() {
            self.begins[m.first] = Some(i);
        }
        self.mentions = found;
    }

    /// "The President of Arden, Lena Ort", "Lena Ort, head of government of Arden" and "President Ort of Arden" are
    /// one actor each: the person, with the code of the country.
    fn join_roles(&self, found: &mut Vec<Mention>) {
        let mut i = 0;
        while i + 1 < found.len() {
            let (a, b) = (&found[i], &found[i + 1]);
            let gap = a.end..b.first.max(a.end);
            let role_before = |m: &Mention| {
                (m.first.saturating_sub(4)..m.first).any(|k| self.is(k, ROLES))
                    && self.is(m.first.saturating_sub(1), &["of", "the"])
            };
            let comma = gap.len() <= 4
                && gap.clone().next().is_some_and(|k| self.is(k, &[","]))
                && gap.clone().skip(1).all(|k| self.is(k, TITLES_SHORT));
            let of_role = self.is(b.first.saturating_sub(1), &["of", "the"]);
            let roles = gap.clone().any(|k| self.is(k, ROLES) || self.is(k, &["head"]));
            let starts = |words: &[&str]| gap.clone().next().is_some_and(|k| self.is(k, words));
            let possessed = starts(&["'s"])
                && roles
                && gap.len() <= 7
                && self.is(b.first.saturating_sub(1), &[",", "president", "minister"]);
            let next_to = gap.is_empty() && role_before(a) && (a.code == b.code || b.code.is_none());
            let person_last = b.person && !b.weak && (comma && role_before(a) || possessed || next_to);
            let weak_first = a.weak && b.person && !b.weak && comma;
            let person_first = a.person
                && !a.weak
                && gap.len() <= 7
                && of_role
                && (!b.person && gap.len() <= 2 && gap.clone().all(|k| self.is(k, &["of", "the"]))
                    || starts(&[","])
                        && roles
                        && gap
                            .clone()
                            .skip(1)
                            .all(|k| self.part_of_name(k) || self.is(k, &["of", "the", "for", "and"])));
            if person_last || weak_first {
                let (code, first) = (found[i].code, found[i].first);
                let m = &mut found[i + 1];
                m.code = m.code.or(code);
                m.first = first;
                found.remove(i);
            } else if person_first {
                let (code, end) = (found[i + 1].code, found[i + 1].end);
                let m = &mut found[i];
                m.code = m.code.or(code);
                m.end = end;
                found.remove(i + 1);
            } else {
                i += 1;
            }
        }
    }

    /// "Ethnic Albanians in south Serbia" act in Serbia.
    fn join_ethnic(&self, found: &mut [Mention]) {
        for i in 0..found.len() {
            if found[i].first > 0 && self.is(found[i].first - 1, &["ethnic"]) {
                let there = found[i + 1..].iter().find(|m| m.code.is_some() && m.code != found[i].code && !m.person);
                if let Some(code) = there.and_then(|m| m.code) {
                    found[i].code = Some(code);
                }
            }
        }
    }

    /// Inside a name with its titles: "'s new Foreign Minister".
    fn joins_name(&self, at: usize) -> bool {
        let Some(t) = self.tokens.get(at) else { return false };
        t.word && !t.is(FUNCTION) && !t.is(&["and"]) && !t.lower.ends_with("ed") || t.is(&["'s", "of"])
    }

    /// The longest name of the gazetteer at a token.
    fn known(&self, at: usize) -> Option<Mention> {
        let token = &self.tokens[at];
        if !token.capital {
            return None;
        }
        let start = token.span.start;
        let mut hit = (at + 1..=self.tokens.len().min(at + gazetteer::LONGEST)).rev().find_map(|end| {
            let name = self.text.get(start..self.tokens[end - 1].span.end)?;
            if name.len() > 60 {
                return None;
            }
            // Plain-text readouts are wrapped at any blank.
            let odd = name.contains("  ") || name.contains(|c: char| c.is_whitespace() && c != ' ');
            let known = if odd {
                gazetteer::known(&name.split_whitespace().collect::<Vec<_>>().join(" "))
            } else {
                gazetteer::known(name)
            };
            known.map(|k| (end, k))
        });
        if hit.is_none() && token.lower.contains('-') {
            // "Greek-Cypriot", "Vietnamese-led", but not "Saudi-owned".
            let printed = &self.text[token.span.clone()];
            let whole = gazetteer::known(&printed.replace('-', " "));
            let part = printed.rsplit_once('-').filter(|(_, tail)| matches!(*tail, "led" | "backed" | "style"));
            hit = whole
                .or_else(|| part.and_then(|(head, _)| gazetteer::known(head)))
                .or_else(|| {
                    printed
                        .split_once('-')
                        .filter(|(_, t)| t.starts_with(char::is_uppercase))
                        .and_then(|(h, _)| gazetteer::known(h))
                })
                .map(|k| (at + 1, k));
        }
        let (end, known) = hit?;
        let span = start..self.tokens[end - 1].span.end;
        Some(Mention {
            first: at,
            end,
            name: self.text[span.clone()].to_owned(),
            span,
            code: Some(known.code),
            person: known.sort == Sort::Person,
            place: matches!(known.sort, Sort::Place),
            locative: false,
            weak: false,
            group: 0,
        })
    }

    /// Bodies without a name.
    fn generic(&self, at: usize) -> Option<Mention> {
        let two = |a: &[&str], b: &[&str]| self.is(at, a) && self.is(at + 1, b);
        let end = if self.is(at, &["human"])
            && self.is(at + 1, &["rights"])
            && self.is(
                at + 2,
                &["group", "groups", "organization", "organisation", "organizations", "organisations", "watchdog"],
            ) {
            at + 3
        } else if two(
            &["aid", "relief", "humanitarian"],
            &["agencies", "agency", "groups", "organizations", "organisations", "workers"],
        ) {
            at + 2
        } else {
            return None;
        };
        let span = self.tokens[at].span.start..self.tokens[end - 1].span.end;
        Some(Mention {
            first: at,
            end,
            name: self.text[span.clone()].to_owned(),
            span,
            code: Some("NGO"),
            person: false,
            place: false,
            locative: false,
            weak: false,
            group: 0,
        })
    }

    /// Whether the phrase of a mention begins with "in" and the like.
    fn locative(&self, first: usize) -> bool {
        for at in (first.saturating_sub(4)..first).rev() {
            let t = &self.tokens[at];
            if t.is(LOCATIVE) {
                return true;
            }
            if !t.word && !t.is(&["'s"]) || t.is(FUNCTION) && !t.is(&["of"]) || t.is(&["and"]) {
                return false;
            }
        }
        false
    }

    /// "..., a state-owned newspaper said" at the end and "according to ..." anywhere.
    fn find_cut(&mut self) {
        let n = self.tokens.len();
        if let Some(comma) = (0..n).rev().find(|i| self.is(*i, &[","]))
            && comma > 3
            && n - comma <= 18
            && !self.is(comma + 1, &["and", "but", "which", "who", "whose", "where", "when", "after", "or"])
            && let Some(say) = (comma + 1..n).find(|i| self.is(*i, SAY) && !self.is(*i, &["saying", "quoted"]))
            && n - say <= 9
        {
            self.cut[comma..].fill(true);
        }
        let mut at = 0;
        while at + 1 < n {
            if self.is(at, &["according"]) && self.is(at + 1, &["to"]) {
                let end = (at..n).find(|i| *i > at && self.is(*i, &[","])).unwrap_or(n);
                // "According to reports the UK is pushing": the first words only.
                let end = if at == 0 && end > 8 { 3.min(n) } else { end };
                self.cut[at..end].fill(true);
                at = end;
            }
            at += 1;
        }
    }

    fn find_clauses(&mut self) {
        let n = self.tokens.len();
        let mut current = 0;
        let mut closes_at_comma = false;
        for at in 0..n {
            let open = |it: &mut Self, how: Opened, current: &mut usize| {
                it.opened.push(how);
                *current = it.opened.len() - 1;
            };
            let w = self.lower(at).to_owned();
            let w = w.as_str();
            let follows_that =
                at > 0 && w == "that" && (at.saturating_sub(6)..at).any(|i| self.is(i, SAY_THAT) || self.is(i, SAY));
            if closes_at_comma && w == "," && !self.is(at + 1, &["and", "or"]) {
                open(self, Opened::Main, &mut current);
                closes_at_comma = false;
            } else if self.cut[at] {
                // Stays where it is.
            } else if at > 0 && self.is(at - 1, SAY) && !self.is(at, &["."])
                || follows_that && self.opened[current] != Opened::Said
            {
                open(self, Opened::Said, &mut current);
            } else if self.tokens[at].is(SUBORDINATORS)
                || w == "as" && self.opens_clause(at)
                || w == "since" && !self.is(at + 1, &["last", "the", "then"])
            {
                open(self, Opened::Sub, &mut current);
                closes_at_comma = at == 0;
            } else if matches!(w, "who" | "which" | "whose" | "whom") {
                open(self, Opened::Relative, &mut current);
                closes_at_comma = at > 0 && self.is(at - 1, &[","]);
            } else if matches!(w, ";" | ":" | "—" | "–" | "--" | "but")
                || w == "and" && self.is(at + 1, &["will", "would", "has", "have", "had", "is", "was", "were", "are"])
            {
                open(self, Opened::Main, &mut current);
            }
            self.clause[at] = current;
        }
    }

    fn opens_clause(&self, at: usize) -> bool {
        at > 0
            && !self.is(at - 1, &["such", "well", "same", "so", "quoted", "as", "known"])
            && (self.is(at + 1, &["he", "she", "it", "they", "authorities", "part", "police", "troops"])
                || (at + 1..at + 4).any(|i| self.begins.get(i).copied().flatten().is_some()))
    }

    /// Mentions joined by commas and "and" are one side; a name and its country are one actor.
    fn find_groups(&mut self) {
        let mut group = 0;
        for i in 1..self.mentions.len() {
            let (a, b) = (self.mentions[i - 1].end, self.mentions[i].first);
            let mut joined = false;
            if b >= a && b - a <= 9 && self.clause[a.min(self.clause.len() - 1)] == self.clause[b] {
                let gap = a..b;
                let and = gap.clone().find(|k| self.is(*k, &["and", "&", ","]));
                joined = match and {
                    Some(k) => {
                        k - a <= 5
                            && (a..k).all(|j| self.part_of_name(j))
                            && (k + 1..b).all(|j| {
                                self.is(j, &["and", "the", "a", "its", "his", "of", "rebels", "in"])
                                    || self.part_of_name(j)
                            })
                            && b - k <= 7
                    }
                    None => false,
                };
            }
            if !joined {
                group += 1;
            }
            self.mentions[i].group = group;
        }
    }

    fn part_of_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| {
            (t.word || t.is(&["'s"]))
                && !t.is(FUNCTION)
                && (t.capital
                    || t.is(&["'s"])
                    || !TABLE
                        .heads
                        .get(&t.lower)
                        .is_some_and(|h| h.iter().any(|(_, f)| matches!(f, Form::Past | Form::Participle))))
        })
    }

    // -------------------------------------------------------------------------------------------- what happened

    fn read(&self, times: &[Timex], out: &mut Vec<Event>) {
        let mut taken: Vec<(usize, usize)> = Vec::new();
        let mut consumed = vec![false; self.tokens.len()];
        for at in 0..self.tokens.len() {
            let start = self.tokens[at].span.start;
            if self.cut[at] && self.lower(at) != "protested"
                || consumed[at]
                || self.inside_mention(at)
                || times.iter().any(|t| t.span.contains(&start))
            {
                continue;
            }
            let clause = self.clause[at];
            // The first of a clause governs it; a coordinated verb stands for itself.
            let governed = taken.iter().any(|(c, _)| *c == clause);
            if governed && !self.coordinated(at) {
                continue;
            }
            if self.unreal(at) {
                continue;
            }
            let Some(found) = self.match_at(at) else { continue };
            if governed && found.form == Form::Noun {
                continue;
            }
            let before = out.len();
            self.emit(&found, times, out);
            if out.len() > before || found.row.kind != 'a' {
                let complete = out.len() > before;
                if complete {
                    taken.push((clause, at));
                    for slot in consumed.iter_mut().take(found.end).skip(at) {
                        *slot = true;
                    }
                }
            }
        }
    }

    /// What "if" and "could" say did not happen, nor what somebody works "to" do.
    fn unreal(&self, at: usize) -> bool {
        let first = self.clause.iter().position(|c| *c == self.clause[at]).unwrap_or(at);
        if self.is(first, &["if", "unless", "until"]) {
            return true;
        }
        let mut i = at;
        while i > 0 && (self.adverb(i - 1) || self.is(i - 1, &["be", "not"])) {
            i -= 1;
        }
        if i == 0 {
            return false;
        }
        if self.is(i - 1, &["could", "can", "may", "might", "should"]) {
            return true;
        }
        if self.is(i - 1, &["to"]) && self.tokens[at].lower != "to" {
            return !(i.saturating_sub(7)..i - 1).any(|k| self.is(k, REACHED) && self.clause[k] == self.clause[at]);
        }
        (at.saturating_sub(3)..at).any(|k| {
            self.is(
                k,
                &[
                    "any",
                    "possible",
                    "potential",
                    "future",
                    "threat",
                    "threats",
                    "further",
                    "risk",
                    "fear",
                    "fears",
                    "prevent",
                    "imminent",
                ],
            )
        }) && self.used_as_noun(at)
    }

    fn inside_mention(&self, at: usize) -> bool {
        self.mentions.iter().any(|m| m.first <= at && at < m.end)
    }

    /// After "and" or a comma, adverbs and auxiliaries aside.
    fn coordinated(&self, at: usize) -> bool {
        let mut i = at;
        while i > 0
            && (self.adverb(i - 1)
                || self.is(i - 1, BE)
                || self.is(i - 1, &["has", "have", "had", "it", "he", "she", "they", "also"]))
        {
            i -= 1;
        }
        i > 0 && self.is(i - 1, &["and", ",", "but", "then"])
    }

    fn match_at(&self, at: usize) -> Option<Found> {
        let table = &*TABLE;
        let candidates = table.heads.get(self.lower(at))?;
        let noun = self.used_as_noun(at);
        for (n, form) in candidates {
            let row = &table.rows[*n];
            let fits = match form {
                Form::Noun => noun || matches!(self.lower(at), "talks"),
                Form::Base | Form::Third => !noun || row.kind == 'a',
                Form::Ing => !noun && (!self.adjective(at) || self.is(at - 1, &["of", "in"])),
                Form::Past | Form::Participle => !self.adjective(at),
                Form::Fixed => true,
            };
            if !fits {
                continue;
            }
            if let Some((end, last_need)) = self.satisfied(at, row) {
                return Some(Found { at, end, row, form: *form, last_need });
            }
        }
        None
    }

    /// "the attack", "Israeli attacks", "their demand".
    fn used_as_noun(&self, at: usize) -> bool {
        let w = self.lower(at);
        if at == 0 {
            return true;
        }
        let before = self.lower(at - 1);
        if matches!(
            before,
            "to" | "will"
                | "would"
                | "can"
                | "could"
                | "may"
                | "must"
                | "should"
                | "not"
                | "they"
                | "we"
                | "i"
                | "you"
                | "he"
                | "she"
                | "it"
                | "who"
                | "which"
                | "did"
                | "do"
                | "does"
                | "don't"
                | "didn't"
                | "shall"
                | "cannot"
        ) {
            return false;
        }
        if w.ends_with("ing") {
            return self.is(at + 1, &["of", "between", "by", "with", "in", ",", ".", "against"])
                && !self.is(at - 1, BE)
                && !self.adverb(at - 1);
        }
        if matches!(
            before,
            "a" | "an"
                | "the"
                | "this"
                | "that"
                | "his"
                | "her"
                | "its"
                | "their"
                | "our"
                | "my"
                | "'s"
                | "of"
                | "in"
                | "for"
                | "by"
                | "with"
                | "from"
                | "new"
                | "more"
                | "any"
                | "first"
                | "last"
                | "two"
                | "three"
                | "several"
                | "some"
                | "no"
                | "on"
                | "after"
                | "before"
                | "during"
                | "joint"
                | "mass"
                | "hunger"
                | "peace"
                | "phone"
                | "telephone"
        ) {
            return true;
        }
        let adjective = self.mentions.iter().any(|m| m.end == at && !self.lower(m.first).ends_with('s'));
        let plural = w.ends_with('s') && !w.ends_with("ss");
        match (adjective, plural) {
            // "France attacks", "French attacks", "French attack".
            (true, true) => self
                .mentions
                .iter()
                .any(|m| m.end == at && matches!(gazetteer::known(&m.name).map(|k| k.sort), Some(Sort::People))),
            (true, false) => true,
            (false, true) => {
                self.tokens[at - 1].lower.ends_with(['c', 'l', 'n', 'd', 'e', 't', 'y', 'h', 'r'])
                    && !self.tokens[at - 1].capital
                    && !self.adverb(at - 1)
            }
            (false, false) => {
                !self.lower(at - 1).ends_with('s')
                    && !self.tokens[at - 1].is(&["and", ",", "people", "have", "has", "men", "women", "also"])
                    && !self.adverb(at - 1)
            }
        }
    }

    /// A participle before its noun: "the planned visit", "occupied West Bank".
    fn adjective(&self, at: usize) -> bool {
        at > 0
            && self.is(at - 1, &["the", "a", "an", "its", "their", "his", "her", "of", "in"])
            && !self.is(at + 1, &["by", "to", "with", "on"])
    }

    fn satisfied(&self, at: usize, row: &Row) -> Option<(usize, usize)> {
        let mut end = at + 1;
        let mut last = at + 1;
        for need in &row.needs {
            let range = if need.left {
                at.saturating_sub(need.reach)..at
            } else {
                at + 1..(at + 1 + need.reach).min(self.tokens.len() + 1)
            };
            let hit = range
                .into_iter()
                .filter(|i| {
                    *i >= self.tokens.len() || self.clause[*i] == self.clause[at] || need.reach > 14 || *i == at + 1
                })
                .find(|i| need.words.iter().any(|w| self.fits(*i, w)));
            match (hit, need.absent) {
                (Some(_), true) | (None, false) => return None,
                (Some(i), false) if !need.left => {
                    last = last.max(i + 1);
                    if i < self.tokens.len() && self.begins[i].is_none() && i - at <= 8 && self.tokens[i].word {
                        end = end.max(i + 1);
                    }
                }
                _ => {}
            }
        }
        Some((end, last.min(self.tokens.len())))
    }

    fn fits(&self, at: usize, word: &Word) -> bool {
        let lower = self.lower(at);
        match word {
            Word::End => at >= self.tokens.len() || matches!(lower, "." | "!" | "?"),
            Word::Mention => self.begins.get(at).copied().flatten().is_some(),
            Word::Person => self.begins.get(at).copied().flatten().is_some_and(|i| {
                self.mentions[i].person || (self.mentions[i].first..self.mentions[i].end + 4).any(|k| self.is(k, ROLES))
            }),
            Word::Exact(w) => lower == *w || lower.strip_suffix('s').is_some_and(|l| l == *w && w.len() > 3),
            Word::Prefix(w) => lower.starts_with(w),
        }
    }

    // ------------------------------------------------------------------------------------------------ who, whom

    /// The mentions that can be the subject of a word, as one side.
    fn subject(&self, at: usize) -> Vec<usize> {
        let clause = self.clause[at];
        let here = self.left_in(clause, at);
        if !here.is_empty() {
            return here;
        }
        self.inherited(clause, at)
    }

    fn left_in(&self, clause: usize, at: usize) -> Vec<usize> {
        // "In Syria, ...": a place and no subject.
        let aside = |m: &Mention| m.locative && self.is(m.end, &[","]);
        let inside = |m: &&(usize, &Mention)| {
            self.clause[m.1.first] == clause && m.1.end <= at && !self.cut[m.1.first] && !aside(m.1)
        };
        let all: Vec<(usize, &Mention)> = self.mentions.iter().enumerate().collect();
        let strong = all.iter().filter(inside).find(|m| !m.1.locative && !m.1.weak && m.1.code.is_some());
        let pick = strong
            .or_else(|| all.iter().filter(inside).find(|m| !m.1.locative && !m.1.weak && !m.1.place))
            .or_else(|| all.iter().filter(inside).find(|m| m.1.code.is_some()))
            .or_else(|| all.iter().filter(inside).find(|m| !m.1.locative));
        pick.map_or_else(Vec::new, |m| self.side(m.0, at))
    }

    fn inherited(&self, clause: usize, at: usize) -> Vec<usize> {
        match self.opened[clause] {
            Opened::Start => Vec::new(),
            Opened::Relative => {
                let start = (0..=at).find(|i| self.clause[*i] == clause).unwrap_or(at);
                self.mentions
                    .iter()
                    .enumerate()
                    .rfind(|(_, m)| m.end <= start && start - m.end <= 6 && !self.cut[m.first])
                    .map_or_else(Vec::new, |(i, _)| self.side(i, start))
            }
            Opened::Said | Opened::Main | Opened::Sub => {
                (0..clause).map(|c| self.left_in(c, at)).find(|s| !s.is_empty()).map_or_else(Vec::new, |s| {
                    if self.opened[clause] == Opened::Said && clause > 0 {
                        let near = self.left_in(clause - 1, at);
                        if near.is_empty() { s } else { near }
                    } else {
                        s
                    }
                })
            }
        }
    }

    /// All mentions joined with one, before a token; one of each code.
    fn side(&self, of: usize, before: usize) -> Vec<usize> {
        let group = self.mentions[of].group;
        let mut out: Vec<usize> = Vec::new();
        for (i, m) in self.mentions.iter().enumerate().skip(of) {
            if m.group != group
                || m.end > before
                || self.cut[m.first] != self.cut[self.mentions[of].first]
                || out.len() >= SIDE_LIMIT
            {
                break;
            }
            if i != of && (m.weak || m.code.is_none() && m.place) {
                continue;
            }
            if m.code.is_none() && !m.person && out.iter().any(|o| self.mentions[*o].code.is_some()) {
                continue;
            }
            if m.code.is_none() || !out.iter().any(|o| self.mentions[*o].code == m.code) {
                out.push(i);
            }
        }
        out
    }

    /// The first side after a token; places said with "in" only where they may be one.
    fn right(&self, at: usize, places: bool, not: &[usize]) -> Vec<usize> {
        let clause = self.clause[at.min(self.clause.len() - 1)];
        let inside = |m: &&(usize, &Mention)| {
            self.clause[m.1.first] == clause
                && m.1.first >= at
                && !self.cut[m.1.first]
                && !not.contains(&m.0)
                && !m.1.weak
        };
        let all: Vec<(usize, &Mention)> = self.mentions.iter().enumerate().collect();
        let pick = all
            .iter()
            .filter(inside)
            .find(|m| !m.1.locative && m.1.code.is_some())
            .or_else(|| all.iter().filter(inside).find(|m| places && m.1.code.is_some()))
            .or_else(|| all.iter().filter(inside).find(|m| !m.1.locative));
        pick.map_or_else(Vec::new, |m| self.side(m.0, self.tokens.len()))
    }

    /// The side that begins within a few tokens.
    fn near(&self, at: usize, reach: usize) -> Vec<usize> {
        (at..(at + reach).min(self.tokens.len()))
            .filter_map(|i| self.begins[i])
            .find(|i| !self.mentions[*i].locative || self.is(at.saturating_sub(1), &["in"]))
            .map_or_else(Vec::new, |i| self.side(i, self.tokens.len()))
    }

    fn passive(&self, f: &Found) -> bool {
        if !matches!(f.form, Form::Participle) || self.is(f.at, &["engaged", "arrived", "gone", "prepared"]) {
            return false;
        }
        let mut i = f.at;
        while i > 0 && (self.adverb(i - 1) || self.is(i - 1, &["not", "being"])) && f.at - i < 4 {
            i -= 1;
        }
        i > 0 && self.is(i - 1, BE)
            || self.is(f.at + 1, &["by"]) && !self.is(f.at + 2, &["telephone", "phone", "video"])
    }

    fn after_by(&self, at: usize) -> Vec<usize> {
        let Some(&clause) = self.clause.get(at) else { return Vec::new() };
        (at..self.tokens.len())
            .filter(|i| {
                self.clause[*i] == clause && self.is(*i, &["by"]) && !self.is(*i + 1, &["telephone", "phone", "video"])
            })
            .map(|i| self.near(i + 1, 6))
            .find(|s| !s.is_empty())
            .unwrap_or_default()
    }

    fn emit(&self, f: &Found, times: &[Timex], out: &mut Vec<Event>) {
        let mut event = f.row.event;
        let mut code = f.row.code;
        let mut class = f.row.class;
        let mut end = f.end;
        let mut frame = f.row.frame;
        let form = f.form;
        let negated =
            (f.at.saturating_sub(3)..f.at).any(|i| self.is(i, NEGATION) && self.clause[i] == self.clause[f.at]);
        if frame == Frame::Op {
            let Some(inner) = self.governed(f) else {
                if f.row.kind == 'a'
                    || !matches!(self.lower(f.at).chars().next(), Some('a' | 'o' | 'p'))
                    || f.row.class.is_none()
                {
                    return;
                }
                if negated {
                    return;
                }
                return self.write(f, event, code, class, f.end, self.subject(f.at), self.agreed_with(f), times, out);
            };
            let refused = negated || (f.at + 1..inner.at).any(|i| self.is(i, &["not", "no", "never"]));
            end = inner.end;
            let hostile = matches!(
                inner.row.event,
                "SANCTION" | "COERCE" | "ASSAULT" | "FIGHT" | "PROTEST" | "MOBILIZE" | "REJECT" | "THREATEN"
            );
            let unless = self.tokens.iter().any(|t| t.is(&["unless"]));
            if refused {
                (event, code, class) = ("REJECT", "120", Some("STATEMENT"));
            } else if hostile && f.row.class.is_none_or(|_| self.is(f.at, &["vowed", "vow", "vows", "sworn", "swore"]))
                || unless
            {
                (event, code, class) = ("THREATEN", "130", Some("STATEMENT"));
            } else if matches!(inner.row.event, "DEMAND" | "DISAPPROVE" | "INVESTIGATE") || inner.row.code == "083" {
                (event, code, class) = (inner.row.event, inner.row.code, inner.row.class);
            } else if inner.row.event == "CONSULT" {
                code = "036";
            }
            frame = if inner.row.frame == Frame::Pair { Frame::Plain } else { inner.row.frame };
            let sources = self.subject(f.at);
            let mut targets = self.right(inner.at + 1, true, &sources);
            if frame == Frame::Alone
                || frame == Frame::Together && sources.len() > 1
                || sources.len() > 1
                    && event == "AGREE"
                    && !self.is(inner.at + 1, &["to", "with"])
                    && inner.row.frame != Frame::Loc
            {
                targets = Vec::new();
            }
            if targets.is_empty() && sources.len() < 2 && frame != Frame::Alone {
                targets = self.later(f.at, &sources);
            }
            return self.write(f, event, code, class, end.max(f.at + 1), sources, targets, times, out);
        }
        if negated && frame != Frame::Must && !matches!(event, "REJECT") {
            return;
        }
        let symmetric = frame == Frame::Pair;
        let (sources, targets) = if form == Form::Noun {
            self.noun_sides(f, symmetric)
        } else {
            match frame {
                Frame::Must => {
                    let targets = self.left_in(self.clause[f.at], f.at);
                    let sources = self.inherited(self.clause[f.at], f.at);
                    if sources.is_empty() || targets.is_empty() {
                        return;
                    }
                    (sources, targets)
                }
                Frame::Back => {
                    let targets = self.subject(f.at);
                    (self.right(f.at + 1, true, &targets), targets)
                }
                Frame::Alone => (self.subject(f.at), Vec::new()),
                Frame::Out => {
                    let targets = self.left_in(self.clause[f.at], f.at);
                    (self.inherited(self.clause[f.at], f.at), targets)
                }
                Frame::WholeLeft => {
                    let near = self.mentions.iter().enumerate().rfind(|(_, m)| m.end <= f.at);
                    let Some((near, _)) = near else { return };
                    let first =
                        self.mentions.iter().position(|m| m.group != self.mentions[near].group && m.code.is_some());
                    (vec![near], first.into_iter().collect())
                }
                _ if self.passive(f) => {
                    let targets = self.subject(f.at);
                    let mut sources = self.after_by(f.at + 1);
                    if sources.is_empty() && matches!(event, "INVESTIGATE") {
                        sources = self.right(f.at + 1, true, &targets);
                    }
                    let mut targets = targets;
                    if targets.is_empty() && sources.is_empty() && matches!(event, "ASSAULT" | "FIGHT") {
                        targets = self.right(f.at + 1, true, &[]);
                    }
                    (sources, targets)
                }
                _ => {
                    let sources = self.subject(f.at);
                    let places = frame != Frame::Pair;
                    let from = if frame == Frame::Last { f.last_need } else { f.at + 1 };
                    let mut targets = self.right(from, places, &sources);
                    if targets.is_empty() && frame == Frame::Last {
                        targets = self.right(f.at + 1, places, &sources);
                    }
                    if frame == Frame::Together && sources.len() > 1 && !targets.iter().any(|t| self.with(*t)) {
                        targets.clear();
                    }
                    if targets.is_empty() && !symmetric && frame != Frame::Together {
                        targets = self.later(f.at, &sources);
                    }
                    (sources, targets)
                }
            }
        };
        self.write(f, event, code, class, end, sources, targets, times, out);
    }

    /// Said with "with".
    fn with(&self, mention: usize) -> bool {
        let first = self.mentions[mention].first;
        (first.saturating_sub(4)..first).any(|i| self.is(i, &["with"]))
    }

    fn agreed_with(&self, f: &Found) -> Vec<usize> {
        let sources = self.subject(f.at);
        if sources.len() > 1 { Vec::new() } else { self.right(f.at + 1, true, &sources) }
    }

    /// The verb a promise or a "will" governs.
    fn governed(&self, f: &Found) -> Option<Found> {
        let n = self.tokens.len();
        let modal = f.row.kind == 'a' && self.is(f.at, &["will", "would", "shall", "won"]);
        let mut at = f.at + 1;
        if !modal {
            at = (f.at + 1..(f.at + 9).min(n))
                .find(|i| self.is(*i, &["to"]) && self.clause[*i] == self.clause[f.at])?
                + 1;
        }
        while at < n && (self.adverb(at) || self.is(at, &["not", "no", "longer", "be", "also", "never", "soon"])) {
            at += 1;
        }
        if at >= n || at - f.at > 14 {
            return None;
        }
        let table = &*TABLE;
        let candidates = table.heads.get(self.lower(at))?;
        for (row_index, form) in candidates {
            let row = &table.rows[*row_index];
            if !matches!(form, Form::Base | Form::Participle | Form::Ing) || row.frame == Frame::Op {
                continue;
            }
            if let Some((end, last_need)) = self.satisfied(at, row) {
                return Some(Found { at, end, row, form: *form, last_need });
            }
        }
        None
    }

    /// A target in a later clause, for what is threatened or demanded of somebody named there; else one before.
    fn later(&self, at: usize, sources: &[usize]) -> Vec<usize> {
        let clause = self.clause[at];
        let found = self
            .mentions
            .iter()
            .enumerate()
            .filter(|(i, m)| {
                m.first > at
                    && self.clause[m.first] != clause
                    && !self.cut[m.first]
                    && m.code.is_some()
                    && !sources.contains(i)
            })
            .map(|(i, _)| i)
            .next();
        let before = || {
            self.mentions
                .iter()
                .enumerate()
                .filter(|(i, m)| {
                    m.end <= at
                        && m.code.is_some()
                        && !self.cut[m.first]
                        && !sources.iter().any(|s| self.mentions[*s].group == m.group)
                        && !sources.contains(i)
                })
                .map(|(i, _)| i)
                .next_back()
        };
        found.or_else(before).map_or_else(Vec::new, |i| self.side(i, self.tokens.len()))
    }

    fn noun_sides(&self, f: &Found, symmetric: bool) -> (Vec<usize>, Vec<usize>) {
        let n = self.tokens.len();
        let clause = self.clause[f.at];
        let reach = (f.at + 10).min(n);
        let preposition = |words: &[&str]| (f.at + 1..reach).find(|i| self.is(*i, words) && self.clause[*i] == clause);
        if let Some(between) = preposition(&["between"]) {
            let both = self.near(between + 1, 6);
            if both.len() > 1 {
                return (both[..1].to_vec(), both[1..].to_vec());
            }
            if let [a] = both[..] {
                let b = self.right(self.mentions[a].end, false, &both);
                return (vec![a], b);
            }
        }
        let adjacent: Vec<usize> = self
            .mentions
            .iter()
            .enumerate()
            .filter(|(_, m)| {
                m.end <= f.at && !m.locative && f.at - m.end <= 3 && (m.end..f.at).all(|i| self.part_of_name(i))
            })
            .map(|(i, _)| i)
            .next_back()
            .map_or_else(Vec::new, |i| self.side(i, f.at));
        // "Protests against abuses by the army": the army does not protest.
        let by = if preposition(&["against"]).is_some() { Vec::new() } else { self.after_by(f.at + 1) };
        let of = preposition(&["of"]).map(|i| self.near(i + 1, 5)).unwrap_or_default();
        let with = preposition(&["with", "against", "on", "to", "into", "from"])
            .map(|i| self.right(i + 1, true, &[]))
            .unwrap_or_default();
        let subject = self.subject(f.at);
        if symmetric || f.row.class == Some("VISIT") {
            let source =
                [&adjacent, &of, &by, &subject].into_iter().find(|s| !s.is_empty()).cloned().unwrap_or_default();
            let mut target = if !with.is_empty() && with != source {
                with
            } else if source != of {
                of.clone()
            } else if source != subject {
                subject.clone()
            } else {
                Vec::new()
            };
            if source.is_empty() || target.is_empty() && (self.is(f.at + 1, &["which", "that"]) || subject.is_empty()) {
                // "In a call this morning A told B", "the call which A had with B": the first two after it.
                let mut after =
                    (f.at..self.tokens.len()).filter_map(|i| self.begins[i]).filter(|i| !self.mentions[*i].locative);
                if let Some(first) = after.next() {
                    let group = self.mentions[first].group;
                    let second = after.find(|i| self.mentions[*i].group != group);
                    return match second {
                        Some(second) => (vec![first], vec![second]),
                        None => (self.side(first, n), Vec::new()),
                    };
                }
            }
            if target == source {
                target.clear();
            }
            return (source, target);
        }
        // "drew attention to the shelling of a town" does not say who shelled.
        let told = matches!(f.row.event, "FIGHT" | "ASSAULT" | "SANCTION" | "COERCE");
        let none = Vec::new();
        let source = [&by, &adjacent, if told { &none } else { &subject }]
            .into_iter()
            .find(|s| !s.is_empty())
            .cloned()
            .unwrap_or_default();
        let mut target = if !with.is_empty() && with != source { with } else { of };
        if target.is_empty() {
            target = self.right(f.at + 1, true, &source);
        }
        if target.is_empty() && f.row.frame == Frame::Loc {
            target = self.later(f.at, &source);
        }
        (source, target)
    }

    #[allow(clippy::too_many_arguments)]
    fn write(
        &self,
        f: &Found,
        event: &'static str,
        mut code: &'static str,
        mut class: Option<&'static str>,
        end: usize,
        sources: Vec<usize>,
        targets: Vec<usize>,
        times: &[Timex],
        out: &mut Vec<Event>,
    ) {
        let contact = event == "CONSULT";
        let only = if contact { None } else { self.only_country() };
        let domestic = matches!(
            event,
            "PROTEST" | "CONCEDE" | "COERCE" | "INVESTIGATE" | "REJECT" | "DEMAND" | "THREATEN" | "RETREAT"
        );
        let mut pairs: Vec<(Option<usize>, Option<usize>)> = Vec::new();
        match (sources.is_empty(), targets.is_empty()) {
            (true, true) => return,
            (false, true) if contact && sources.len() > 1 => {
                for (i, a) in sources.iter().enumerate() {
                    pairs.extend(sources[i + 1..].iter().map(|b| (Some(*a), Some(*b))));
                }
            }
            (false, true) if contact => return,
            (false, true) => pairs.extend(sources.iter().map(|s| (Some(*s), None))),
            (true, false) => pairs.extend(targets.iter().map(|t| (None, Some(*t)))),
            (false, false) => {
                for s in &sources {
                    pairs.extend(targets.iter().map(|t| (Some(*s), Some(*t))));
                }
            }
        }
        if contact {
            pairs.retain(|(s, t)| match (s, t) {
                (Some(s), Some(t)) => {
                    let (s, t) = (&self.mentions[*s], &self.mentions[*t]);
                    s.name != t.name && (s.code.is_none() || s.code != t.code || s.person && t.person)
                }
                // "I spoke with President Ort": the reader knows who.
                _ => {
                    !matches!(f.form, Form::Noun | Form::Ing)
                        && (f.at.saturating_sub(4)..f.at).any(|i| self.is(i, &["i", "we"]))
                }
            });
            if matches!(self.lower(f.at), "conversation" | "exchange") && !self.by_phone {
                (code, class) = ("040", Some("MEETING"));
            }
        }
        let span = self.tokens[f.at].span.start..self.tokens[end.clamp(f.at + 1, self.tokens.len()) - 1].span.end;
        let date = self.day(f.at, times);
        for (source, target) in pairs.into_iter().take(SIDE_LIMIT * 2) {
            out.push(Event {
                span: span.clone(),
                event,
                code,
                class,
                source: source.map(|i| self.actor(i, only.filter(|_| domestic))),
                target: target.map(|i| self.actor(i, only.filter(|_| domestic))),
                date: date.clone(),
            });
        }
    }

    /// The one country a sentence speaks of, if it is one.
    fn only_country(&self) -> Option<&'static str> {
        let mut codes = self.mentions.iter().filter(|m| !self.cut[m.first]).filter_map(|m| m.code);
        let first = codes.next()?;
        (first.len() == 3 && codes.all(|c| c == first)).then_some(first)
    }

    /// A name the gazetteer does not know belongs, at home, to the only country of the sentence.
    fn actor(&self, mention: usize, home: Option<&'static str>) -> Actor {
        let m = &self.mentions[mention];
        Actor { span: m.span.clone(), name: m.name.clone(), code: m.code.or(home) }
    }

    /// The day of the nearest expression of the sentence that names one, those of the same clause first.
    fn day(&self, at: usize, times: &[Timex]) -> Option<String> {
        let head = self.tokens[at].span.start;
        times
            .iter()
            .filter(|t| matches!(t.kind, TimexKind::Date | TimexKind::Time))
            .filter_map(|t| {
                let day = t.value.as_deref()?.get(..10)?;
                day.parse::<Date>().ok()?;
                let token = self.tokens.iter().position(|k| k.span.end > t.span.start)?;
                let after = self.tokens.iter().position(|k| k.span.start >= t.span.end).unwrap_or(self.tokens.len());
                // "Ahead of Thursday's summit" is the day of the summit.
                let of_other = self.is(after, &["'s"]) && !self.is(token, &["today", "yesterday"])
                    || token > 0 && self.is(token - 1, &["until", "till", "since", "before", "by", "from"])
                    // "The victory of 14 September", but "the evening of 6 May" and "the call of 6 May".
                    || token > 1
                        && self.is(token - 1, &["of"])
                        && !self.is(token - 2, &["morning", "afternoon", "evening", "night", "day"])
                        && token - 2 != at;
                if of_other {
                    return None;
                }
                let main = |c: usize| matches!(self.opened[c], Opened::Start | Opened::Said | Opened::Main);
                let (there, here) = (self.clause[token], self.clause[at]);
                let rank = if there == here {
                    0
                } else if main(there) && main(here) {
                    1
                } else {
                    return None;
                };
                // An hour without a day of its own says little about the day.
                let rank = rank + 2 * usize::from(t.kind == TimexKind::Time);
                Some((rank, t.span.start.abs_diff(head), day.to_owned()))
            })
            .min()
            .map(|(_, _, day)| day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each event as "CLASS|EVENT code source>target day".
    fn check(text: &str, expected: &[&str]) {
        let date = "2031-09-23".parse().ok();
        let side = |a: &Option<Actor>| {
            a.as_ref().map_or("-".to_owned(), |a| a.code.map_or_else(|| a.name.clone(), str::to_owned))
        };
        let got: Vec<String> = events(text, date)
            .iter()
            .map(|e| {
                let day = e.date.as_deref().unwrap_or("-");
                format!("{} {} {}>{} {day}", e.class.unwrap_or(e.event), e.code, side(&e.source), side(&e.target))
            })
            .collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn call_names_both_parties_and_the_day() {
        check("President Macron spoke today with President Putin.", &["CALL 041 FRA>RUS 2031-09-23"]);
        check(
            "A phone call between Russia and the United States took place on Monday.",
            &["CALL 041 RUS>USA 2031-09-22"],
        );
        check("Chancellor Mira Lindqvar phoned President Davit Oresko.", &["CALL 041 Mira Lindqvar>Davit Oresko -"]);
        check("Macron called on Putin to stop the war.", &["STATEMENT 100 FRA>RUS -"]);
    }

    #[test]
    fn person_with_an_office_is_one_actor() {
        check(
            "Davit Oresko held talks with the Chancellor of Germany, Mira Lindqvar.",
            &["MEETING 046 Davit Oresko>DEU -"],
        );
        check("Mira Lindqvar met with President Davit Oresko of Ukraine.", &["MEETING 040 Mira Lindqvar>UKR -"]);
    }

    #[test]
    fn passive_turns_the_sides_round() {
        check("Lavrov was received by Wang Yi in Beijing on Monday.", &["VISIT 043 CHN>RUS 2031-09-22"]);
    }

    #[test]
    fn those_who_act_together_are_each_a_source() {
        check(
            "Jordan and Britain have agreed to hold joint exercises.",
            &["AGREEMENT 030 JOR>- -", "AGREEMENT 030 GBR>- -"],
        );
    }

    #[test]
    fn what_did_not_happen_is_no_event() {
        check("France did not meet Germany.", &[]);
        check("If Russia attacks Poland, markets will fall.", &[]);
        check("Kenya could visit Chad.", &[]);
    }

    #[test]
    fn day_of_something_else_is_not_the_day_of_the_call() {
        check(
            "Greetings for the victory of 14 September opened the call between Macron and Putin.",
            &["CALL 041 FRA>RUS -"],
        );
        check("Macron talked to Putin ahead of Thursday's summit.", &["CALL 041 FRA>RUS -"]);
    }

    #[test]
    fn first_word_of_a_clause_governs_it() {
        check("Mali refused to lift the curfew.", &["STATEMENT 120 MLI>- -"]);
        check("Iran threatened to attack Iraq.", &["STATEMENT 130 IRN>IRQ -"]);
        check("Sudan will visit Egypt.", &["AGREE 036 SDN>EGY -"]);
        check("Syria will not accept refugees.", &["STATEMENT 120 SYR>- -"]);
    }

    #[test]
    fn each_class_has_its_sentence() {
        check("The EU imposed new sanctions on Belarus.", &["SANCTION 163 IGOEUN>BLR -"]);
        check("Iran fired missiles at Israel.", &["ATTACK 190 IRN>ISR -"]);
        check("Norway gave Malawi 5 million dollars.", &["AID 070 NOR>MWI -"]);
        check("Thousands of Kenyans demonstrated in Nairobi.", &["PROTEST 141 KEN>KEN -"]);
        check("President Biden appointed John Kerry as envoy.", &["APPOINTMENT 050 USA>USA -"]);
        check("Ethiopia signed a treaty with Eritrea.", &["AGREEMENT 057 ETH>ERI -"]);
        check("Macron visited Kyiv.", &["VISIT 042 FRA>UKR -"]);
    }

    #[test]
    fn who_reports_an_event_has_no_part_in_it() {
        check("Peru granted asylum to Chileans, the Peruvian embassy in France said.", &["AID 075 PER>CHL -"]);
    }

    #[test]
    fn month_of_march_is_no_protest() {
        check("Members of the French council vote on 11 March.", &[]);
    }

    #[test]
    fn every_row_is_whole() {
        for row in &TABLE.rows {
            assert!(row.code.len() == 3 && row.code.bytes().all(|b| b.is_ascii_digit()), "{row:?}");
            assert!(row.event.len() > 2 && row.event.bytes().all(|b| b.is_ascii_uppercase()), "{row:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_lie_in_the_text(
            text in "(\\PC|Lena |Ort |France |the |President |U\\.S\\. |'s |, |\\. |and |met |with |will |to |attack |attacked |was |killed |been |arrested |received |agreed |who |if |said |that |of |by |after |talks |between |call ){0,40}"
        ) {
            for e in events(&text, None) {
                prop_assert!(text.get(e.span.clone()).is_some_and(|w| !w.is_empty()));
                prop_assert!(e.source.is_some() || e.target.is_some());
                for actor in [&e.source, &e.target].into_iter().flatten() {
                    prop_assert!(text.get(actor.span.clone()).is_some());
                }
            }
        }
    }
}
