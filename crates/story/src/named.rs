//! Whom a text names as its source, and what in it shows reporting of its own: lines and sentences, verbatim.

use aho_corasick::AhoCorasick;
use news::article::{Article, TextKind};
use news::outlet::{Outlet, OutletKind};
use news::story::CreditPlace;
use regex::Regex;
use rustc_hash::FxHashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// A line that credits somebody with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CreditLine {
    /// Who, as printed.
    pub name: String,
    pub place: CreditPlace,
    /// The line, verbatim.
    pub quote: String,
    /// Where it stands in the text; `None` for a byline.
    pub span: Option<Range<usize>>,
}

/// The outlets of a story by name, looked for in all its texts at once.
pub(crate) struct Names<'a> {
    names: Vec<&'a str>,
    plain: FxHashSet<String>,
    /// Finds the names without "The"; `None` where there are none.
    finder: Option<AhoCorasick>,
    /// Which name each pattern of the finder is.
    patterns: Vec<usize>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(names: Vec<&'a str>) -> Names<'a> {
        let bare = |name: &'a str| name.strip_prefix("The ").unwrap_or(name);
        let patterns: Vec<usize> = (0..names.len()).filter(|n| bare(names[*n]).chars().count() >= 3).collect();
        let words = patterns.iter().map(|n| bare(names[*n]));
        let finder = if patterns.is_empty() { None } else { AhoCorasick::new(words).ok() };
        Names { plain: names.iter().map(|n| plain(n)).collect(), finder, patterns, names }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.plain.contains(&plain(name))
    }

    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| *n == name)
    }

    pub(crate) fn get(&self, number: usize) -> &'a str {
        self.names[number]
    }

    /// Every place where a name stands as whole words: its number and its bytes.
    fn places(&self, text: &str) -> Vec<(usize, Range<usize>)> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        finder
            .find_overlapping_iter(text)
            .map(|m| (self.patterns[m.pattern().as_usize()], m.range()))
            .filter(|(_, at)| !letter(text[..at.start].chars().next_back()) && !letter(text[at.end..].chars().next()))
            .collect()
    }
}

/// A name as names are compared: lower case, without "the" before it and marks around it; the long forms of the
/// agencies that sign with letters are those letters.
pub(crate) fn plain(name: &str) -> String {
    let lower = name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let lower = lower.strip_prefix("the ").unwrap_or(&lower).trim();
    match lower {
        "associated press" => "ap",
        "agence france-presse" => "afp",
        "deutsche presse-agentur" => "dpa",
        "press association" => "pa",
        other => other,
    }
    .to_owned()
}

/// Words of a name that an agency signs with at most; a longer thing in brackets is no signature.
const SIGNATURE_CHARS: usize = 30;

/// `PLACE, date (Name) –` at the head of a text.
static DATELINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[^\n(]{0,70}\((\p{Lu}[^)\n]{1,40}|dpa|sda)\)\s*(?:[—–-]|--)").expect("literal"));
/// `(Name)` or `— Name` as the whole or the end of a last line.
static SIGNED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\((\p{Lu}[^()\n]{1,40}|dpa|sda)\)\s*$").expect("literal"));
/// A line that says where the text came out first.
static FIRST_OUT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:first|originally) (?:published|appeared|reported) (?:by|in|on|at) (?:the )?$")
        .expect("literal")
});

/// Who a text is credited to, itself never: its dateline, its byline or author, its last lines, and what the page
/// states of it. `names` are the outlets of the story.
pub(crate) fn credits(article: &Article, own: Option<&Outlet>, names: &Names<'_>) -> Vec<CreditLine> {
    let mut out: Vec<CreditLine> = Vec::new();
    let is_own = |name: &str| own.is_some_and(|o| plain(&o.name) == plain(name));
    let mut add = |name: &str, place, quote: &str, span| {
        let name = name.trim();
        if !name.is_empty() && !is_own(name) && !out.iter().any(|c: &CreditLine| plain(&c.name) == plain(name)) {
            out.push(CreditLine { name: name.to_owned(), place, quote: quote.trim().to_owned(), span });
        }
    };
    let text = article.text.as_str();
    let known = |name: &str| {
        names.has(name)
            || article.credit.as_deref().is_some_and(|c| c.split(['/', ',']).any(|part| plain(part) == plain(name)))
    };
    // The dateline may follow a standfirst.
    for line in news::text::lines(text).take(3) {
        if let Some(found) = DATELINE.captures(&text[line.clone()])
            && let (Some(all), Some(name)) = (found.get(0), found.get(1))
            && name.as_str().chars().count() <= SIGNATURE_CHARS
        {
            add(name.as_str(), CreditPlace::Dateline, all.as_str(), Some(line.start..line.start + all.end()));
            break;
        }
    }
    for signed in article.byline.iter().chain(&article.authors) {
        for part in signed.split(['/', ',', '|', '·']).flat_map(|p| p.split(" and ")) {
            let part = part.trim().trim_start_matches("By ").trim_start_matches("by ").trim();
            if known(part) {
                add(part, CreditPlace::Byline, signed, None);
            }
        }
    }
    let lines: Vec<Range<usize>> = news::text::lines(text).collect();
    for line in lines.iter().rev().take(3) {
        let printed = &text[line.clone()];
        if let Some(name) = SIGNED.captures(printed).and_then(|found| found.get(1))
            && known(name.as_str())
        {
            add(name.as_str(), CreditPlace::Line, printed, Some(line.clone()));
        }
    }
    for (number, at) in names.places(text) {
        let from = text[..at.start].rfind('\n').map_or(0, |n| n + 1);
        let before = text[from..at.start].strip_suffix("The ").unwrap_or(&text[from..at.start]);
        if FIRST_OUT.is_match(before) {
            let to = text[at.end..].find('\n').map_or(text.len(), |n| at.end + n);
            add(names.get(number), CreditPlace::Line, &text[from..to], Some(from..to));
        }
    }
    if let Some(credit) = &article.credit {
        for part in credit.split(['/', ',']) {
            add(part, CreditPlace::Byline, credit, None);
        }
    }
    out
}

/// A sentence that names an outlet as its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Number of the outlet in the list asked with.
    pub outlet: usize,
    /// Byte range of the sentence.
    pub span: Range<usize>,
    /// Number of the sentence in the text.
    pub sentence: usize,
}

/// What may stand between a name and the word before it.
const SORT: &str = r"(?:the )?(?:(?:news )?agency |newspaper |daily |broadcaster |paper |site )?";

/// Words before a name that make it the source.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        r"according to",
        r"reported by",
        r"reports? (?:in|by|from|of)",
        r"reporting by",
        r"told",
        r"quot(?:ed|ing)(?: by)?",
        r"cit(?:ed|ing)(?: by)?",
        r"interview with",
        r"first reported (?:in|by)",
        r"as",
        r"laut",
        r"nach (?:Angaben|Informationen)(?: von| der| des)?",
        r"(?:berichtet|meldet|schreibt)e?(?: die| der| das)?",
        r"selon",
        r"d[’']après",
        r"según",
        r"informó",
        r"secondo",
        r"за (?:даними|інформацією|повідомленням)",
        r"(?:як )?(?:повідомляє|повідомило|повідомила|повідомив|пише|передає)",
        r"з посиланням на",
        r"по (?:данным|информации|сообщению)",
        r"(?:как )?(?:сообщает|сообщило|сообщила|пишет|передает|передаёт)",
        r"со ссылкой на",
    ]
    .join("|");
    // The kind of outlet may stand before the name in languages that decline it: «агентство», «газета».
    let sort = format!(r"(?:{SORT}|(?:агентств\p{{L}}*|газет\p{{L}}*|Agentur |Zeitung |l[’']agence |la agencia )\s*)");
    Regex::new(&format!(r"(?:^|[^\p{{L}}])(?i:{words})\s+{sort}[«“„\x22]?$")).expect("literal")
});
/// Arabic has its verb first and joins particles to words.
static BEFORE_ARABIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:بحسب|وفق|وفقا ل|وفقًا ل|نقلا عن|نقلاً عن|نقلت|أفادت|ذكرت|أوردت|حسب)\s*(?:وكالة |صحيفة |عن )?[«“\x22]?$")
        .expect("literal")
});
/// Words after a name that make it the source.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[»”\x22]?(?:[’']s?)?,? (?:(?:has |had |first |earlier |also )*(?:reported|reports|said|says|wrote|writes|quoted|quotes|revealed|learned|broke the (?:news|story)|berichtete|berichtet|meldete|meldet|schrieb|schreibt|a rapporté|rapporte|informó|повідомляє|повідомило|повідомила|пише|сообщает|сообщило|сообщила|пишет)|reporters? (?:said|saw|counted))(?:[^\p{L}]|$)",
    )
    .expect("literal")
});

/// The sentences of a text that name one of these outlets as their source; one of each outlet and sentence.
pub(crate) fn named(text: &str, sentences: &[Range<usize>], outlets: &Names<'_>) -> Vec<Named> {
    let mut out: Vec<Named> = Vec::new();
    for (number, at) in outlets.places(text) {
        let sentence = sentences.partition_point(|s| s.end <= at.start);
        let Some(span) = sentences.get(sentence).filter(|s| s.start <= at.start && at.end <= s.end) else { continue };
        // "The" of the name stands before it.
        let before = &text[span.start..at.start];
        let before = before.strip_suffix("The ").unwrap_or(before);
        let is_source =
            BEFORE.is_match(before) || BEFORE_ARABIC.is_match(before) || AFTER.is_match(&text[at.end..span.end]);
        if is_source && !out.iter().any(|n| n.outlet == number && n.sentence == sentence) {
            out.push(Named { outlet: number, span: span.clone(), sentence });
        }
    }
    out.sort_by_key(|n| (n.sentence, n.outlet));
    out
}

static OWN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:told (?:this (?:newspaper|paper|agency|outlet|site|reporter)|our (?:correspondent|reporter)s?)|our (?:own )?(?:correspondent|reporter)s?\b|seen by this (?:newspaper|paper|agency))")
        .expect("literal")
});
static OWN_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:told|spoke to|spoken to|speaking to|interview with|seen by|obtained by|reviewed by|shown to|given to|asked by|shared with)\s+(?:the )?$").expect("literal")
});
static OWN_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:[’']s)? (?:has (?:learned|learnt|seen|obtained)|counted|saw|reporters?|correspondents?)\b")
        .expect("literal")
});

/// What in a text shows reporting of its outlet's own, verbatim: the first sentence that says so outside `taken`
/// (what it shares with the text it comes from), else byline and dateline where it bears both and credits nobody;
/// an official document is one. `None` where nothing does.
pub(crate) fn original(
    article: &Article,
    own: Option<&Outlet>,
    sentences: &[Range<usize>],
    taken: &[Range<usize>],
    is_credited: bool,
) -> Option<String> {
    if article.kind == TextKind::Official || own.is_some_and(|o| o.kind == OutletKind::Official) {
        return Some("official document".to_owned());
    }
    let text = article.text.as_str();
    let is_taken = |s: &Range<usize>| {
        let shared: usize = taken.iter().map(|t| t.end.min(s.end).saturating_sub(t.start.max(s.start))).sum();
        shared * 2 >= s.len()
    };
    for sentence in sentences.iter().filter(|s| !is_taken(s)) {
        let words = &text[sentence.clone()];
        let says = OWN_WORDS.is_match(words)
            || own.is_some_and(|o| {
                forms(&o.name).any(|form| {
                    words.match_indices(form).any(|(at, _)| {
                        OWN_BEFORE.is_match(&words[..at]) || OWN_AFTER.is_match(&words[at + form.len()..])
                    })
                })
            });
        if says {
            return Some(words.to_owned());
        }
    }
    let author = article.authors.iter().find(|a| own.is_none_or(|o| plain(a) != plain(&o.name)))?;
    let dateline = article.dateline.as_ref()?;
    let head = text.get(dateline.span.clone())?.trim();
    let is_free = !is_credited && taken.iter().all(|t| t.start > dateline.span.end || t.end <= dateline.span.start);
    is_free.then(|| format!("{author}; {head}"))
}

/// The forms in which an outlet speaks of itself: its name, and its last word as in "told the Courant".
fn forms(name: &str) -> impl Iterator<Item = &str> {
    let bare = name.strip_prefix("The ").unwrap_or(name);
    let last = bare.rsplit(' ').next().filter(|w| *w != bare && w.len() >= 4 && w.starts_with(char::is_uppercase));
    std::iter::once(bare).filter(|b| !b.is_empty()).chain(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use news::id::OutletId;

    fn outlet(name: &str) -> Outlet {
        Outlet {
            id: OutletId(1),
            slug: String::new(),
            name: name.to_owned(),
            homepage: None,
            country: None,
            language: None,
            kind: OutletKind::News,
        }
    }

    #[test]
    fn credits_are_read_from_dateline_byline_last_line_and_page() {
        let check = |text: &str, byline: Option<&str>, credit: Option<&str>, expected: &[(&str, &str)]| {
            let article = Article {
                text: text.to_owned(),
                byline: byline.map(str::to_owned),
                credit: credit.map(str::to_owned),
                ..Article::default()
            };
            let names = Names::new(vec!["Nordwire", "Skerry Post", "Halvik Courant"]);
            let got = credits(&article, Some(&outlet("Skerry Post")), &names);
            let got: Vec<(&str, &str)> = got.iter().map(|c| (c.name.as_str(), c.quote.as_str())).collect();
            assert_eq!(got, expected, "{text}");
            for c in credits(&article, None, &Names::new(vec!["Nordwire"])) {
                assert!(c.span.is_none_or(|s| article.text[s].trim() == c.quote), "quotes are verbatim");
            }
        };
        check("SKARN, 3 May (Nordwire) – A ferry sank.", None, None, &[("Nordwire", "SKARN, 3 May (Nordwire) –")]);
        check("SKARN (Reuters) - A ferry sank.", None, None, &[("Reuters", "SKARN (Reuters) -")]);
        check("SKARN (Skerry Post) – A ferry sank.", None, None, &[]);
        check("A ferry sank.\n\n(Nordwire)", None, None, &[("Nordwire", "(Nordwire)")]);
        check("A ferry sank.\n\nIt rained. (Reuters)", None, Some("Reuters"), &[("Reuters", "It rained. (Reuters)")]);
        check("A ferry sank.", Some("By Nordwire"), None, &[("Nordwire", "By Nordwire")]);
        check("A ferry sank.", Some("Ada Holm"), None, &[]);
        check("A ferry sank.", None, Some("AFP"), &[("AFP", "AFP")]);
        check(
            "A ferry sank.\n\nThis report was first published by the Halvik Courant.",
            None,
            None,
            &[("Halvik Courant", "This report was first published by the Halvik Courant.")],
        );
        check("A ferry sank.\n\nNordwire contributed to this report.", None, None, &[]);
    }

    #[test]
    fn sentences_that_name_an_outlet_as_source_are_told_from_those_that_only_name_it() {
        let check = |text: &str, expected: &[usize]| {
            let sentences = news::text::sentences(text);
            let got = named(text, &sentences, &Names::new(vec!["Nordwire", "The Morning Ledger", "Halvik Courant"]));
            assert_eq!(got.iter().map(|n| n.outlet).collect::<Vec<_>>(), expected, "{text}");
        };
        check("The ferry had stopped before, according to Nordwire.", &[0]);
        check("According to the news agency Nordwire, nobody died.", &[0]);
        check("“It stopped,” he told Nordwire.", &[0]);
        check("Nordwire reported on Monday that the ferry had stopped.", &[0]);
        check("The Morning Ledger first reported the sale.", &[1]);
        check("The sale was first reported by The Morning Ledger.", &[1]);
        check("Про це повідомляє агентство Nordwire.", &[0]);
        check("Про аварію повідомило Nordwire.", &[0]);
        check("نقلت وكالة Nordwire عن خفر السواحل.", &[0]);
        check("Das berichtet die Agentur Nordwire.", &[0]);
        check("A photographer of Nordwire fell into the harbour.", &[]);
        check("Nordwirer said nothing.", &[]);
        check("He reads the Halvik Courant at breakfast.", &[]);
    }

    #[test]
    fn reporting_of_its_own_is_shown_by_words_of_the_text() {
        let check = |text: &str, expected: Option<&str>| {
            let article = Article { text: text.to_owned(), ..Article::default() };
            let sentences = news::text::sentences(text);
            let got = original(&article, Some(&outlet("Halvik Courant")), &sentences, &[], false);
            assert_eq!(got.as_deref(), expected, "{text}");
        };
        check("One. “No,” she told the Halvik Courant. Two.", Some("“No,” she told the Halvik Courant."));
        check(
            "Nobody who spoke to the Courant remembers a crash.",
            Some("Nobody who spoke to the Courant remembers a crash."),
        );
        check("Our correspondent saw the ship.", Some("Our correspondent saw the ship."));
        check("“No,” she told this newspaper.", Some("“No,” she told this newspaper."));
        check("“No,” she told Nordwire.", None);
        check("The Courant building is old.", None);
    }

    #[test]
    fn what_came_with_a_copied_text_is_no_reporting_of_its_own() {
        let text = "“No,” she told the Halvik Courant. It rained.";
        let article = Article { text: text.to_owned(), ..Article::default() };
        let sentences = news::text::sentences(text);
        let taken = vec![sentences[0].clone()];
        assert_eq!(original(&article, Some(&outlet("Halvik Courant")), &sentences, &taken, false), None);
    }

    #[test]
    fn byline_and_dateline_show_it_where_nobody_is_credited() {
        let text = "SKARN — A ferry sank.";
        let dateline = Some(news::article::Dateline { place: "SKARN".to_owned(), span: 0..9 });
        let article =
            Article { text: text.to_owned(), authors: vec!["Ada Holm".to_owned()], dateline, ..Article::default() };
        let of = |is_credited| original(&article, Some(&outlet("Halvik Courant")), &[], &[], is_credited);
        assert_eq!(of(false).as_deref(), Some("Ada Holm; SKARN —"));
        assert_eq!(of(true), None);
    }
}
