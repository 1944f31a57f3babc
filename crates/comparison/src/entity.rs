//! People, organisations and places named in one text.
//!
//! Runs of capitalised words, with the small words names are joined by; titles and a possessive `'s` stay
//! outside. What a name is comes from the gazetteer, from words it holds, from a title before it and from
//! the longer form of the same name elsewhere in the text.

use crate::gazetteer::{self, Sort};
use crate::statement;
use crate::token::{Token, tokens};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntityKind {
    /// A human being.
    Person,
    /// A state body, company, party, outlet or other group.
    Organization,
    /// A country, town, region, water or building.
    Place,
}

impl EntityKind {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            EntityKind::Person => "person",
            EntityKind::Organization => "organization",
            EntityKind::Place => "place",
        }
    }
}

/// One mention of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is named.
    pub kind: EntityKind,
    /// The fullest form of the name in this text.
    pub name: String,
    /// Country (ISO 3166, three letters) or organisation code of the gazetteer; a person or body known there
    /// carries the code of its country.
    pub link: Option<&'static str>,
    /// The title before a person's name, lower case ("prime minister").
    pub title: Option<String>,
}

static FIRST_NAMES: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| include_str!("first_names.txt").split_whitespace().collect());

fn word_set(words: &'static str) -> FxHashSet<&'static str> {
    words.split_whitespace().collect()
}

static COMMON: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    word_set(
        "the a an this that these those i he she it we they you his her its our their my your who what when where why how which whose \
         and or but nor so yet for if as at by in of on to up from with into onto over under after before during since until while \
         although though because unless whereas whether about above across against along among around behind below beneath beside \
         between beyond despite down except inside like near off out outside past per through throughout toward towards upon via \
         within without also even still just only then thus hence however moreover meanwhile nevertheless otherwise instead indeed \
         perhaps maybe not no yes now today tomorrow yesterday tonight here there some many most few several all both each every any \
         other others another such more less much one two three four five six seven eight nine ten first second third last next new \
         old is are was were be been being am has have had do does did will would shall should can could may might must let get got \
         make made take say says said asked added according please thank thanks dear hello ok well oh ah look see there's it's that's \
         he's she's i'm i've i'll we're we've they're you're don't didn't can't won't isn't monday tuesday wednesday thursday friday \
         saturday sunday january february march april may june july august september october november december jan feb mar apr jun jul \
         aug sept sep oct nov dec earlier later once again finally recently currently previously following given based asked told \
         police officials people men women children voters critics supporters analysts experts sources residents students workers \
         investors shares companies authorities researchers scientists doctors lawyers members leaders troops soldiers protesters \
         nothing something everything anyone everyone nobody somebody those none never always often sometimes too very back part \
         despite amid among including regarding under unlike speaking asked while having being born long until mr mrs ms q re vs \
         kickoff photo video image related read share follow click sign subscribe copyright editor's update breaking live good great \
         bad big small high low early late full half total average overall best worst how's what's who's where's let's lord god",
    )
});

static DEMONYM_LIKE: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    word_set(
        "european european s asian asians african africans arab arabs latin western eastern northern southern muslim muslims islamic \
         christian christians jewish jew jews catholic catholics protestant protestants hispanic hispanics latino latinos republican \
         republicans democrat democrats democratic communist communists christmas easter thanksgiving halloween ramadan internet \
         web english spanish french german",
    )
});

static TITLES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    word_set(
        "president vice prime minister chancellor secretary senator sen. rep. representative gov. governor mayor judge justice king \
         queen prince princess pope archbishop bishop cardinal rabbi imam ayatollah sheikh sheik general gen. colonel col. major maj. \
         lieutenant lt. captain capt. sergeant sgt. admiral adm. commander chief mr. mrs. ms. mr mrs ms dr. dr doctor professor prof. \
         prof sir lady lord dame rev. reverend ambassador chairman chairwoman chair director deputy foreign defense defence interior \
         finance attorney speaker congressman congresswoman councilman councilwoman councillor officer detective coach premier \
         treasurer commissioner spokesman spokeswoman emperor sultan emir father sister brother hon he former then-president \
         ex-president saint sgt sen rep gov gen col lt capt state lawmaker superintendent inspector constable deputy executive ceo \
         analyst author actor actress singer reporter editor attorney lawyer economist",
    )
});

static ORGANISATION: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    word_set(
        "inc inc. corp corp. corporation co co. company ltd ltd. plc llc group holdings bank university college school institute \
         ministry department agency bureau office commission committee council court parliament senate congress assembly house party \
         union association federation organization organisation foundation society league club team police army navy force forces \
         guard corps service services authority administration government board fund trust network news times post journal daily \
         tribune herald press radio television tv magazine agency airlines airways motors systems technologies partners capital \
         securities insurance industries international studios records entertainment church brotherhood front movement alliance \
         coalition campaign center centre laboratory lab museum hospital academy exchange reserve treasury tribunal command brigade \
         division battalion regiment media communications energy oil petroleum electric pharmaceuticals stores brothers & sons fc \
         united city's",
    )
});

static PLACE: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    word_set(
        "city county river lake sea ocean gulf strait bay island islands mountain mountains mount mt. valley desert province state \
         region district street avenue road boulevard square park airport port harbor harbour beach coast peninsula cape canal bridge \
         village town heights hills forest canyon creek north south east west republic kingdom emirates territory territories plaza \
         tower palace castle cathedral stadium prison camp",
    )
});

struct Run {
    span: Range<usize>,
    words: Vec<String>,
    kind: Option<EntityKind>,
    link: Option<&'static str>,
    title: Option<String>,
    /// Stands alone at the beginning of a sentence.
    doubtful: bool,
    place_before: bool,
    acts: bool,
}

/// The entities of a text in order; none overlaps another.
pub fn entities(text: &str) -> Vec<Entity> {
    let text = statement::cap(text);
    let sentences = news::text::sentences(text);
    let mut lower_words: FxHashSet<String> = FxHashSet::default();
    let mut inner_capitals: FxHashMap<String, u32> = FxHashMap::default();
    let all: Vec<Vec<Token>> = sentences.iter().map(|s| tokens(text, s.clone())).collect();
    for sentence in &all {
        let headline = is_headline(sentence);
        for (i, token) in sentence.iter().enumerate().filter(|(_, t)| t.word) {
            if !token.capital {
                lower_words.insert(token.lower.clone());
            } else if !opens(sentence, i) && !headline {
                *inner_capitals.entry(token.lower.clone()).or_insert(0) += 1;
            }
        }
    }
    let mut runs = Vec::new();
    for sentence in &all {
        find_runs(text, sentence, is_headline(sentence), &lower_words, &inner_capitals, &mut runs);
    }
    name_runs(text, &mut runs)
}

/// Nearly every longer word has a capital; where a full stop closes the line, every one. A sentence that names two
/// ministries has nearly as many capitals as a headline; its full stop and its verb tell it apart.
fn is_headline(sentence: &[Token]) -> bool {
    let last = sentence.iter().rev().find(|t| !t.is(&["\"", "”", "''", "’", ")"]));
    let tenths = if last.is_some_and(|t| t.is(&["."])) { 10 } else { 8 };
    let mut words = 0;
    let mut capitals = 0;
    for token in sentence.iter().filter(|t| t.word && t.lower.len() > 3) {
        words += 1;
        capitals += usize::from(token.capital);
    }
    words >= 5 && capitals * 10 >= words * tenths
}

/// Whether a word that follows opens a sentence or a quotation.
fn opens(sentence: &[Token], at: usize) -> bool {
    at == 0
        || !sentence[at - 1].word
            && !matches!(
                sentence[at - 1].lower.as_str(),
                "," | "(" | ")" | "-" | "—" | "–" | "'s" | "/" | "&" | "$" | "'"
            )
}

fn is_all_capitals(text: &str, token: &Token) -> bool {
    let word = &text[token.span.clone()];
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && word.chars().all(|c| !c.is_alphabetic() || c.is_uppercase())
}

/// A word that can be part of a name.
fn nameable(token: &Token) -> bool {
    token.capital && token.word
        || (token.lower.starts_with("al-") || token.lower.starts_with("el-") || token.lower.starts_with("bin-"))
            && token.lower.len() > 4
}

fn joined(text: &str, a: &Token, b: &Token) -> bool {
    text.get(a.span.end..b.span.start).is_some_and(|gap| gap.len() <= 2 && !gap.contains('\n'))
}

fn find_runs(
    text: &str,
    sentence: &[Token],
    headline: bool,
    lower_words: &FxHashSet<String>,
    inner: &FxHashMap<String, u32>,
    out: &mut Vec<Run>,
) {
    let mut at = 0;
    while at < sentence.len() {
        // Known names first: longest of the gazetteer.
        let known = known_at(text, sentence, at);
        if !nameable(&sentence[at]) && known.is_none() {
            at += 1;
            continue;
        }
        let lower = sentence[at].lower.as_str();
        let opening = opens(sentence, at);
        let single_common =
            COMMON.contains(lower) && !is_all_capitals(text, &sentence[at]) || lower == "i" || lower == "a";
        if known.is_none() && single_common && !(inner.contains_key(lower) && !opening && !is_calendar(lower)) {
            at += 1;
            continue;
        }
        // Extend
        let mut end = at + 1;
        while end < sentence.len() && end - at < 12 {
            let token = &sentence[end];
            if !joined(text, &sentence[end - 1], token) {
                break;
            }
            let next_name = |k: usize| {
                sentence
                    .get(k)
                    .is_some_and(|t| nameable(t) && (!COMMON.contains(t.lower.as_str()) || is_all_capitals(text, t)))
            };
            if nameable(token) {
                if COMMON.contains(token.lower.as_str()) && !is_all_capitals(text, token) {
                    break;
                }
                end += 1;
                continue;
            }
            match token.lower.as_str() {
                "de" | "la" | "van" | "von" | "der" | "den" | "bin" | "ibn" | "al" | "el" | "da" | "dos" | "du"
                | "del" | "di" | "le"
                    if next_name(end + 1)
                        || matches!(token.lower.as_str(), "de" | "van" | "von") && next_name(end + 2) =>
                {
                    end += 1;
                }
                "of" if next_name(end + 1)
                    && (is_body(&sentence[end - 1].lower)
                        || sentence[at].is(&["bank", "university", "ministry", "house", "secretary"])) =>
                {
                    end += 1;
                }
                "of" if sentence.get(end + 1).is_some_and(|t| t.is(&["the"]))
                    && next_name(end + 2)
                    && is_body(&sentence[end - 1].lower) =>
                {
                    end += 2;
                }
                "for" if next_name(end + 1) && is_body(&sentence[end - 1].lower) => end += 1,
                "and"
                    if next_name(end + 1)
                        && (at..end).any(|k| {
                            sentence[k].is(&["of", "for"])
                                || sentence[k].is(&["food", "department", "ministry", "securities"])
                        })
                        && sentence.get(end + 2).is_none_or(|t| !nameable(t)) =>
                {
                    end += 1;
                }
                "&" if next_name(end + 1) => end += 1,
                _ => break,
            }
        }
        if let Some((known_end, _)) = known {
            end = end.max(known_end);
        }
        if headline && known.is_none() && end - at > 3 {
            at = end;
            continue;
        }
        split_run(text, sentence, at..end, opening, lower_words, inner, out);
        at = end;
    }
}

fn is_calendar(lower: &str) -> bool {
    matches!(
        lower,
        "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
            | "january"
            | "february"
            | "march"
            | "april"
            | "may"
            | "june"
            | "july"
            | "august"
            | "september"
            | "october"
            | "november"
            | "december"
            | "jan"
            | "feb"
            | "mar"
            | "apr"
            | "jun"
            | "jul"
            | "aug"
            | "sept"
            | "sep"
            | "oct"
            | "nov"
            | "dec"
            | "i"
            | "mr"
            | "mrs"
    )
}

fn is_body(lower: &str) -> bool {
    ORGANISATION.contains(lower)
        || matches!(
            lower,
            "republic"
                | "kingdom"
                | "secretary"
                | "minister"
                | "gulf"
                | "strait"
                | "sea"
                | "bay"
                | "city"
                | "state"
                | "duke"
                | "isle"
                | "friends"
                | "cape"
                | "states"
                | "emirates"
                | "institutes"
                | "centers"
                | "chamber"
                | "archdiocese"
                | "diocese"
                | "daughters"
                | "confederation"
                | "museum"
                | "port"
                | "supreme"
                | "confederacy"
                | "agencies"
                | "district"
                | "county"
                | "province"
        )
}

/// The longest known name that begins at a token, and its end.
fn known_at(text: &str, sentence: &[Token], at: usize) -> Option<(usize, gazetteer::Known)> {
    let start = sentence[at].span.start;
    if !sentence[at].capital
        && !sentence[at].lower.contains('-')
        && !matches!(sentence[at].lower.as_str(), "bin" | "von" | "de" | "al" | "el")
    {
        return None;
    }
    (at + 1..sentence.len().min(at + gazetteer::LONGEST) + 1)
        .rev()
        .filter_map(|end| sentence.get(end - 1).map(|t| (end, t.span.end)))
        .find_map(|(end, stop)| {
            let name = &text[start..stop];
            if name.len() > 60 {
                return None;
            }
            gazetteer::known(name).map(|k| (end, k))
        })
}

#[allow(clippy::too_many_arguments)]
fn split_run(
    text: &str,
    sentence: &[Token],
    range: Range<usize>,
    opening: bool,
    lower_words: &FxHashSet<String>,
    inner: &FxHashMap<String, u32>,
    out: &mut Vec<Run>,
) {
    let mut start = range.start;
    let mut end = range.end;
    let whole = gazetteer::known(&text[sentence[start].span.start..sentence[end - 1].span.end]);
    let mut title: Vec<String> = Vec::new();
    let mut nation = None;
    if whole.is_none() {
        // An opening word that is no name: "Supporters of", "Former President".
        if opening
            && end - start > 1
            && lower_words.contains(&sentence[start].lower)
            && !FIRST_NAMES.contains(sentence[start].lower.as_str())
            && !inner.contains_key(&sentence[start].lower)
        {
            start += 1;
        }
        // "Russian Foreign Minister Anton Vale": nationality and title stay outside.
        loop {
            if start >= end {
                break;
            }
            let token = &sentence[start];
            let people =
                gazetteer::known(&text[token.span.clone()]).filter(|k| matches!(k.sort, Sort::People | Sort::Country));
            let titled =
                (start + 1..end.min(start + 6)).any(|i| TITLES.contains(sentence[i].lower.as_str()) && i + 1 < end);
            if let Some(found) = people
                && start + 1 < end
                && titled
            {
                nation = Some(found.code);
                start += 1;
                continue;
            }
            let rest_is_body = sentence[end - 1].word && ORGANISATION.contains(sentence[end - 1].lower.as_str());
            if TITLES.contains(token.lower.as_str()) && start + 1 < end && !rest_is_body {
                title.push(token.lower.clone());
                start += 1;
                if start + 1 < end && sentence[start].is(&["of", "for"]) {
                    // "Secretary of State Vale", "Minister of Trade"
                    let mut i = start + 1;
                    while i + 1 < end
                        && !FIRST_NAMES.contains(sentence[i].lower.as_str())
                        && (title.len() < 6)
                        && end - i > 2
                    {
                        title.push(sentence[i].lower.clone());
                        i += 1;
                    }
                    start = i.max(start + 1);
                }
                continue;
            }
            break;
        }
    }
    if start >= end {
        return;
    }
    // A title or a nationality alone names nobody.
    let single = end - start == 1;
    let lower = sentence[start].lower.as_str();
    let known = gazetteer::known(&text[sentence[start].span.start..sentence[end - 1].span.end]);
    if known.is_none()
        && single
        && (TITLES.contains(lower) && title.is_empty() && lower != "justice" || DEMONYM_LIKE.contains(lower))
    {
        return;
    }
    if known.is_some_and(|k| k.sort == Sort::People) {
        return;
    }
    while end > start + 1 && (!sentence[end - 1].word || sentence[end - 1].is(&["'s"])) {
        end -= 1;
    }
    let span = sentence[start].span.start..sentence[end - 1].span.end;
    let span = span.start..trim_point(text, &span);
    let words: Vec<String> = sentence[start..end].iter().map(|t| t.lower.clone()).collect();
    let last = words.last().map_or("", String::as_str);
    let first = words[0].as_str();
    let capitals = single && is_all_capitals(text, &sentence[start]);
    if single && known.is_none() && words[0].chars().count() < 2 {
        return;
    }
    let before = if start > 0 { sentence[start - 1].lower.as_str() } else { "" };
    let after = sentence.get(end).map_or("", |t| t.lower.as_str());
    let age = after == ","
        && sentence.get(end + 1).is_some_and(|t| t.lower.len() == 2 && t.lower.bytes().all(|b| b.is_ascii_digit()));
    let acts = statement::is_cue(after) || after == "who" || age;
    let mut link = known.map(|k| k.code);
    let kind = match known.map(|k| k.sort) {
        Some(Sort::Country | Sort::Place) => Some(EntityKind::Place),
        Some(Sort::Body) => Some(EntityKind::Organization),
        Some(Sort::Person) => Some(EntityKind::Person),
        _ if !title.is_empty() && words.len() <= 4 => Some(EntityKind::Person),
        _ if ORGANISATION.contains(last) || words.iter().any(|w| w == "&") => Some(EntityKind::Organization),
        _ if words.iter().any(|w| w == "of" || w == "for") && ORGANISATION.contains(first) => {
            Some(EntityKind::Organization)
        }
        _ if PLACE.contains(last)
            || matches!(
                first,
                "mount"
                    | "mt."
                    | "lake"
                    | "north"
                    | "south"
                    | "east"
                    | "west"
                    | "san"
                    | "santa"
                    | "los"
                    | "las"
                    | "port"
                    | "fort"
            ) =>
        {
            Some(EntityKind::Place)
        }
        _ if !single && FIRST_NAMES.contains(first) => Some(EntityKind::Person),
        _ if capitals => Some(EntityKind::Organization),
        _ if words.iter().any(|w| ORGANISATION.contains(w.as_str())) => Some(EntityKind::Organization),
        _ => None,
    };
    let doubtful = single && opening && known.is_none() && title.is_empty();
    if doubtful {
        let seen = inner.get(lower).copied().unwrap_or(0) > 0;
        let lower_seen = lower_words.contains(lower);
        let follows =
            matches!(after, "'s" | "," | "and") || statement::is_cue(after) || statement::AUXILIARIES.contains(&after);
        let name_like = FIRST_NAMES.contains(lower) || capitals;
        let wordy = lower.ends_with("ly")
            || lower.ends_with("ing")
            || lower.ends_with("ed")
            || lower.ends_with("tion")
            || lower.ends_with('s') && !follows;
        if !seen && (lower_seen || wordy || !follows && !name_like) {
            return;
        }
    }
    if kind == Some(EntityKind::Person) && link.is_none() {
        link = None.or(nation.filter(|_| false));
    }
    out.push(Run {
        span,
        words,
        kind,
        link,
        title: (!title.is_empty()).then(|| title.join(" ")),
        doubtful,
        place_before: matches!(before, "in" | "at" | "near" | "from" | "to" | "across" | "outside" | "around"),
        acts,
    });
}

/// The end of a span without the point of the sentence: "Vale Inc." keeps its own.
fn trim_point(text: &str, span: &Range<usize>) -> usize {
    let body = &text[span.clone()];
    if body.ends_with('.')
        && body.matches('.').count() == 1
        && !body.ends_with("Inc.")
        && !body.ends_with("Corp.")
        && !body.ends_with("Co.")
        && !body.ends_with("Ltd.")
        && !body.ends_with("Jr.")
    {
        span.end - 1
    } else {
        span.end
    }
}

fn name_runs(text: &str, runs: &mut [Run]) -> Vec<Entity> {
    // The fullest form by its last word, of people; by initials, of bodies.
    let mut full: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
    let mut initials: FxHashMap<String, usize> = FxHashMap::default();
    for (i, run) in runs.iter().enumerate() {
        let person = run.kind == Some(EntityKind::Person) || run.kind.is_none() && (2..=4).contains(&run.words.len());
        if person && run.words.len() > 1 {
            let last = run.words[run.words.len() - 1].as_str();
            let entry = full.entry(last).or_insert((i, run.words.len()));
            if entry.1 < run.words.len() && run.words.len() <= 4 {
                *entry = (i, run.words.len());
            }
        }
        if run.words.len() > 2 || run.kind == Some(EntityKind::Organization) && run.words.len() == 2 {
            let short: String = run
                .words
                .iter()
                .filter(|w| !matches!(w.as_str(), "of" | "the" | "for" | "and" | "&"))
                .filter_map(|w| w.chars().next())
                .collect();
            initials.entry(short).or_insert(i);
        }
    }
    let mut out = Vec::with_capacity(runs.len());
    for run in runs.iter() {
        let printed = &text[run.span.clone()];
        let mut name = printed;
        let mut kind = run.kind;
        let mut link = run.link;
        if run.words.len() == 1 {
            let word = run.words[0].as_str();
            if let Some(&(i, _)) = full.get(word)
                && !matches!(kind, Some(EntityKind::Place | EntityKind::Organization))
            {
                name = &text[runs[i].span.clone()];
                kind = Some(EntityKind::Person);
                link = link.or(runs[i].link);
            } else if kind == Some(EntityKind::Organization)
                && run.link.is_none()
                && let Some(&i) = initials.get(&word.replace('.', ""))
            {
                name = &text[runs[i].span.clone()];
                kind = runs[i].kind.or(kind);
            }
        }
        let kind = kind.unwrap_or(match run.words.len() {
            1 if run.place_before && !run.acts => EntityKind::Place,
            1 if run.acts || run.title.is_some() => EntityKind::Person,
            1 if run.doubtful => EntityKind::Person,
            1 => EntityKind::Organization,
            2 | 3 if run.place_before && !run.acts => EntityKind::Place,
            2 | 3 => EntityKind::Person,
            _ => EntityKind::Organization,
        });
        out.push(Entity { span: run.span.clone(), kind, name: name.to_owned(), link, title: run.title.clone() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let got: Vec<String> =
            entities(text).iter().map(|e| format!("{} {} {}", e.kind.word(), &text[e.span.clone()], e.name)).collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn titles_and_possessives_stay_outside() {
        check(
            "On Friday Prime Minister Lena Ort met France's envoy. Ort left.",
            &["person Lena Ort Lena Ort", "place France France", "person Ort Lena Ort"],
        );
    }

    #[test]
    fn bodies_keep_their_small_words() {
        check(
            "The Ministry of Foreign Affairs and the Arden Institute for Peace disagreed.",
            &[
                "organization Ministry of Foreign Affairs Ministry of Foreign Affairs",
                "organization Arden Institute for Peace Arden Institute for Peace",
            ],
        );
    }

    #[test]
    fn opening_word_of_a_sentence_is_no_name() {
        check("Supporters gathered. Some left on Monday.", &[]);
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_lie_in_order(text in "(\\PC|Lena |Ort |of |Ministry |President |U\\.S\\. |'s |, |\\. ){0,40}") {
            let mut last = 0;
            for e in entities(&text) {
                prop_assert!(text.get(e.span.clone()).is_some() && e.span.start >= last);
                last = e.span.end;
            }
        }
    }
}
