//! Small pieces of HTML that stand on every page: times, badges, sigla, counts, foreign text.
//!
//! Each escapes what it is given and is then safe to print as it is.

use askama::filters::HtmlSafe;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

/// Text with the characters that mean something in HTML and XML replaced, and those XML forbids left out.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(|c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || forbidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if forbidden(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A moment of our clock, shown in UTC to the minute: `17 Nov 2026, 21:26 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp(pub(crate) Timestamp);

impl Stamp {
    /// `17 Nov 2026, 21:26 UTC`.
    pub(crate) fn long(self) -> String {
        jiff::tz::Offset::UTC.to_datetime(self.0).strftime("%-d %b %Y, %H:%M UTC").to_string()
    }

    /// To the second, for evidence: `17 Nov 2026, 21:26:04 UTC`.
    pub(crate) fn exact(self) -> String {
        jiff::tz::Offset::UTC.to_datetime(self.0).strftime("%-d %b %Y, %H:%M:%S UTC").to_string()
    }

    /// `Tue 17 Nov 2026, 21:26 UTC`, for the head of the page.
    pub(crate) fn folio(self) -> String {
        jiff::tz::Offset::UTC.to_datetime(self.0).strftime("%a %-d %b %Y, %H:%M UTC").to_string()
    }

    /// RFC 3339 to the second.
    pub(crate) fn iso(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl Display for Stamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, r#"<time datetime="{}">{}</time>"#, self.iso(), self.long())
    }
}

impl HtmlSafe for Stamp {}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.iso())
    }
}

/// A time as an outlet states it: shown in UTC, and in its own zone where that is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stated(pub(crate) news::time::Moment);

impl Display for Stated {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use news::time::Precision;
        let moment = self.0;
        let offset = moment.offset.unwrap_or(jiff::tz::Offset::UTC);
        let iso = moment.rfc3339();
        let local = offset.to_datetime(moment.at);
        if moment.precision == Precision::Day {
            return write!(f, r#"<time datetime="{}">{}</time>"#, escape(&iso), local.strftime("%-d %b %Y"));
        }
        write!(f, r#"<time datetime="{}">{}</time>"#, escape(&iso), Stamp(moment.at).long())?;
        if moment.offset.is_none() {
            return f.write_str(" (no zone stated)");
        }
        if offset.seconds() != 0 {
            write!(f, " ({} at UTC{offset})", local.strftime("%H:%M"))?;
        }
        Ok(())
    }
}

impl HtmlSafe for Stated {}

impl Serialize for Stated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

/// Words in a language of their own; prints as text, [`Foreign::attrs`] says which language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// The words.
    pub(crate) text: String,
    /// Their language, where known.
    pub(crate) language: Option<news::language::Language>,
}

impl Foreign {
    /// Words and their language.
    pub(crate) fn new(text: impl Into<String>, language: Option<&news::language::Language>) -> Self {
        Foreign { text: text.into(), language: language.cloned() }
    }

    /// The attributes `lang` and `dir` for the element that holds the words, with a leading space.
    pub(crate) fn attrs(&self) -> Attrs {
        Attrs::of(self.language.as_ref())
    }
}

impl Display for Foreign {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Foreign {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// ` lang="uk" dir="ltr"`; an unknown language is said to be unknown and its direction left to the letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attrs(String);

impl Attrs {
    /// The attributes for this language.
    pub(crate) fn of(language: Option<&news::language::Language>) -> Self {
        match language {
            Some(language) => Attrs(format!(r#" lang="{}" dir="{}""#, escape(language.as_str()), language.direction())),
            None => Attrs(r#" lang="" dir="auto""#.to_owned()),
        }
    }
}

impl Display for Attrs {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Attrs {}

/// A word about the kind or state of a text, with its meaning on hover and on the method page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    /// Which row of the method page.
    pub(crate) key: &'static str,
    /// The word shown.
    pub(crate) word: String,
}

/// Every badge: key, what it means, when it is set. The method page prints this table.
pub(crate) const BADGES: &[(&str, &str, &str)] = &[
    (
        "official",
        "published by a body that took part",
        "the outlet is listed as a government or organisation, or the text was read as a statement of one",
    ),
    ("wire", "sent out by a news agency", "the outlet is an agency, or the page credits one"),
    ("analysis", "labelled analysis by the outlet", "the section, the address or a label on the page says so"),
    ("opinion", "labelled opinion by the outlet", "the section, the address or a label on the page says so"),
    ("live", "a live blog, changed as things happen", "the page or its address says so"),
    ("other", "not a report", "the page is a video, a recipe, a page of links or the like"),
    ("own", "repeats no other text we hold", "no other text of the archive shares enough of its wording"),
    ("copy", "carries the text of another", "its wording was found in an earlier text; the share is printed beside it"),
    (
        "syndicated",
        "a copy of another text",
        "most of it stands in the other, or it wraps the other whole; quotations two reports share do not count",
    ),
    (
        "rewrite",
        "another text, edited all over",
        "wording of the other runs through it from end to end in the same order, less than half of it unchanged",
    ),
    ("extract", "a part of a longer text", "nearly all of it stands in a text three times as long or longer"),
    (
        "passage",
        "a passage in common, the rest its own",
        "a sentence or more outside quotation marks stands in both; neither is folded",
    ),
    (
        "quotation",
        "the same statement quoted",
        "what both share stands in quotation marks or in an official document; neither is folded",
    ),
    (
        "translation",
        "in another language, by its own word",
        "it credits or names its source in its lead, and names and numbers are the same",
    ),
    (
        "cites",
        "names another as its source",
        "a sentence such as “according to” or “reported” names the other’s outlet",
    ),
    (
        "partial",
        "we hold a part of the text only",
        "a paywall's stub, a feed's summary or a page cut short was all that came",
    ),
    (
        "headline_only",
        "we hold headline and link only",
        "the page was refused, never read, or came from a list of headlines",
    ),
    ("full", "the whole text is held", "the extraction found a complete text on the page"),
    ("maybe", "possibly of this story", "the score was near the line; shown apart and not counted"),
    ("cosmetic", "white space or punctuation", "no word changed; hidden by default and counted"),
    ("minor", "wording that changes no fact we can see", "words changed, but no name, number, date or negation"),
    ("substantive", "what is claimed may have changed", "a sentence came or went, or a name, number, date or negation"),
    ("headline", "the headline was replaced", "the headline of this revision is not that of the one before"),
    ("retraction", "withdrawn or corrected in words", "a notice of correction or withdrawal was found in the new text"),
    (
        "gone",
        "no longer at its address",
        "two visits in a row met 404, 410 or a redirect to the front page; the mark ends when it is back",
    ),
    ("ok", "as usual", "the last visit was answered well and new texts come within the source's usual interval"),
    (
        "late",
        "later than its own rhythm",
        "the feed answers, but its newest entry is older than one and a half of its longest gaps in four weeks; a feed with \
         fewer than six entries is given a fortnight, one of an official body a month",
    ),
    (
        "silent",
        "far later than its own rhythm",
        "its newest entry is older than four of its longest gaps and three days; without a rhythm, six weeks, or three months",
    ),
    (
        "shrunk",
        "brings far less than it did",
        "the last week brought less than a quarter of what a week brought before",
    ),
    ("blocked", "the outlet refuses us", "the last visit was answered with 401, 403, 407, 429 or 451"),
    (
        "moved",
        "moving to another address",
        "every answer comes by a permanent redirect; it is taken up after three days",
    ),
    ("feed_gone", "gone for good", "the feed answered 410 Gone, or 404 three times in a row"),
    ("duplicate", "the same as another feed", "its address led to one that another feed followed has already"),
    ("failing", "could not be read lately", "the last visits to the feed failed; what went wrong is printed beside it"),
    ("stopped", "no longer asked", "it is due no more; \"visit now\" asks it again"),
    ("waiting", "not asked yet", "the feed was added and its first visit has not come"),
];

impl Badge {
    /// A badge whose word is its key.
    pub(crate) fn plain(key: &'static str) -> Self {
        Badge { key, word: key.replace('_', " ") }
    }

    /// A badge with a word of its own.
    pub(crate) fn worded(key: &'static str, word: impl Into<String>) -> Self {
        Badge { key, word: word.into() }
    }

    /// The badge of an edit's weight.
    pub(crate) fn rank(rank: news::revision::EditRank) -> Self {
        Badge::plain(rank.word())
    }
}

impl Display for Badge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let meaning = BADGES.iter().find(|b| b.0 == self.key).map_or("", |b| b.1);
        write!(
            f,
            r#"<a class="badge" data-k="{key}" href="/method#{key}" title="{meaning}">{word}</a>"#,
            key = self.key,
            meaning = escape(meaning),
            word = escape(&self.word),
        )
    }
}

impl HtmlSafe for Badge {}

impl Serialize for Badge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key)
    }
}

/// The letter that stands for one account on every page of a story.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Siglum {
    /// One or two letters.
    pub(crate) letter: String,
    /// Who it stands for.
    pub(crate) name: String,
    /// `a` and `b` for the first two official accounts.
    #[serde(skip)]
    pub(crate) side: Option<&'static str>,
}

impl Siglum {
    /// Prints it large, at the head of an account.
    pub(crate) fn large(&self) -> SiglumHtml<'_> {
        SiglumHtml(self, true)
    }

    /// Prints it in a line.
    pub(crate) fn small(&self) -> SiglumHtml<'_> {
        SiglumHtml(self, false)
    }
}

/// A siglum on its way to the page.
pub(crate) struct SiglumHtml<'a>(&'a Siglum, bool);

impl Display for SiglumHtml<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<abbr class="sig""#)?;
        if let Some(side) = self.0.side {
            write!(f, r#" data-side="{side}""#)?;
        }
        if self.1 {
            f.write_str(r#" data-size="l""#)?;
        }
        write!(f, r#" title="{}">{}</abbr>"#, escape(&self.0.name), escape(&self.0.letter))
    }
}

impl HtmlSafe for SiglumHtml<'_> {}

/// The honest counts, always in one order; the last is the bold one. What each means: [`news::story::Counts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Articles, copies included.
    pub(crate) texts: u32,
    /// Outlets that carry at least one.
    pub(crate) outlets: u32,
    /// Texts, copies and extracts folded.
    pub(crate) distinct_texts: u32,
    /// Distinct texts that show reporting of their own.
    pub(crate) original_reporting: u32,
    /// Distinct origins.
    pub(crate) independent_accounts: u32,
}

impl From<news::story::Counts> for Counts {
    fn from(counts: news::story::Counts) -> Self {
        Counts {
            texts: counts.texts,
            outlets: counts.outlets,
            distinct_texts: counts.distinct,
            original_reporting: counts.original,
            independent_accounts: counts.independent,
        }
    }
}

impl Counts {
    /// The list items without the list around them, so that a page may add its own.
    pub(crate) fn items(self) -> CountItems {
        CountItems(self)
    }

    /// `14 texts, 13 outlets, 6 independent accounts`.
    pub(crate) fn words(self) -> String {
        format!(
            "{}, {}, {}",
            number(self.texts, "text"),
            number(self.outlets, "outlet"),
            number(self.independent_accounts, "independent account")
        )
    }
}

/// Counts on their way to the page.
pub(crate) struct CountItems(Counts);

impl Display for CountItems {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bold = |n: u32, word: &str| format!("<b>{}</b> {word}{}", grouped(n), if n == 1 { "" } else { "s" });
        let Counts { texts, outlets, distinct_texts, original_reporting, independent_accounts } = self.0;
        write!(f, "<li>{}</li><li>{}</li>", bold(texts, "text"), bold(outlets, "outlet"))?;
        // A number that only repeats one beside it says nothing.
        if distinct_texts != texts && distinct_texts != independent_accounts {
            write!(f, "<li>{}</li>", bold(distinct_texts, "distinct text"))?;
        }
        if original_reporting > 0 && texts > 1 {
            write!(f, "<li><b>{}</b> with original reporting</li>", grouped(original_reporting))?;
        }
        write!(
            f,
            r#"<li class="main"><a href="/method#independent">{}</a></li>"#,
            bold(independent_accounts, "independent account"),
        )
    }
}

impl HtmlSafe for CountItems {}

/// The views of a story as tabs.
pub(crate) struct StoryTabs<'a> {
    /// The story's number.
    pub(crate) id: i64,
    /// Its page.
    pub(crate) path: &'a str,
    /// Whether there are two texts to lay side by side.
    pub(crate) is_comparable: bool,
    /// Which view this is: `Accounts`, `Compare`, `Timeline`, `Tree`, `Log`.
    pub(crate) here: &'static str,
    /// `?asof=…`, or nothing.
    pub(crate) ask: &'a str,
}

impl Display for StoryTabs<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<nav class="tabs" aria-label="Views of this story"><ul>"#)?;
        for name in ["Accounts", "Compare", "Timeline", "Tree", "Log"] {
            if name == "Compare" && !self.is_comparable && self.here != name {
                continue;
            }
            let path = match name {
                "Accounts" => self.path.to_owned(),
                _ => format!("/s/{}/{}", self.id, name.to_ascii_lowercase()),
            };
            let current = if name == self.here { r#" aria-current="page""# } else { "" };
            write!(f, r#"<li><a href="{}{}"{current}>{name}</a></li>"#, escape(&path), escape(self.ask))?;
        }
        f.write_str("</ul></nav>")
    }
}

impl HtmlSafe for StoryTabs<'_> {}

/// `1 text`, `2 texts`, `1,204 texts`, `2 copies`.
pub(crate) fn number(n: impl Count, word: &str) -> String {
    let n = n.count();
    // "copies", but "days".
    match word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        _ if n == 1 => format!("1 {word}"),
        Some(stem) => format!("{} {stem}ies", grouped(n)),
        None => format!("{} {word}s", grouped(n)),
    }
}

/// A number with its thousands parted by commas.
pub(crate) fn grouped(n: impl Count) -> String {
    let digits = n.count().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number that templates hand over, by value or by reference.
pub(crate) trait Count: Copy {
    /// The number.
    fn count(self) -> u64;
}

impl Count for u64 {
    fn count(self) -> u64 {
        self
    }
}

impl Count for u32 {
    fn count(self) -> u64 {
        self.into()
    }
}

impl Count for usize {
    fn count(self) -> u64 {
        self as u64
    }
}

impl<T: Count> Count for &T {
    fn count(self) -> u64 {
        (*self).count()
    }
}

/// A stretch of time in its largest fitting unit: `40 s`, `12 min`, `5 h`, `3 days`.
pub(crate) fn span_words(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A share in whole per cent, never rounded up to 100.
pub(crate) fn per_cent(share: f32) -> u32 {
    let share = share.clamp(0.0, 1.0);
    if share >= 1.0 {
        return 100;
    }
    // In 0.0..100.0 the cast only cuts the fraction off.
    (share * 100.0).round().min(99.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_take_the_plural() {
        let check = |n: u64, expected: &str| assert_eq!(number(n, "text"), expected);
        assert_eq!(number(2_u32, "copy"), "2 copies");
        assert_eq!(number(2_u32, "day"), "2 days");
        check(1, "1 text");
        check(0, "0 texts");
        check(1_204, "1,204 texts");
        check(1_000_000, "1,000,000 texts");
    }

    #[test]
    fn a_story_of_one_text_has_nothing_to_compare() {
        let tabs = |is_comparable, here| {
            StoryTabs { id: 7, path: "/s/7-a", is_comparable, here, ask: "?asof=2026-11-17T20:00:00Z" }.to_string()
        };
        let one = tabs(false, "Tree");
        assert!(
            !one.contains("Compare")
                && one.contains(r#"<a href="/s/7/tree?asof=2026-11-17T20:00:00Z" aria-current="page">"#)
        );
        assert!(tabs(true, "Log").contains(r#"<a href="/s/7/compare?asof=2026-11-17T20:00:00Z">Compare"#));
    }

    #[test]
    fn markup_in_a_name_is_shown_not_obeyed() {
        let siglum = Siglum { letter: "<".into(), name: r#""><script>"#.into(), side: None };
        assert!(!siglum.small().to_string().contains("<script>"));
        assert_eq!(escape("a & <b>"), "a &amp; &lt;b&gt;");
    }

    #[test]
    fn a_stated_time_shows_both_clocks() {
        let at: Timestamp = "2026-11-17T21:26:00Z".parse().expect("literal");
        let offset = jiff::tz::Offset::from_seconds(3600).ok();
        let moment = news::time::Moment { at, offset, precision: news::time::Precision::Minute };
        let html = Stated(moment).to_string();
        assert!(html.contains("17 Nov 2026, 21:26 UTC</time> (22:26 at UTC+01"), "{html}");
    }

    #[test]
    fn every_badge_key_is_its_own() {
        for (at, badge) in BADGES.iter().enumerate() {
            assert!(BADGES[at + 1..].iter().all(|other| other.0 != badge.0), "{}", badge.0);
        }
    }
}
