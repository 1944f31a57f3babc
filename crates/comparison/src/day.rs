//! Days, months and other calendar words as far as two texts can be held against each other: does
//! "on Monday" fit "11 March", does "by the end of the year" fit "in the first half of 2032".
//!
//! A first reading, made for comparison; the reading of every time expression of one text is another file.

use jiff::Timestamp;
use jiff::tz::Offset;
use std::ops::Range;

/// What a mention names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// From a month and day to a month and day; the year where the text gives it.
    Calendar { year: Option<i32>, from: (u8, u8), to: (u8, u8) },
    /// A whole year.
    Year(i32),
    /// Monday is 0.
    Weekday(u8),
    /// Days from the day of publication.
    Near { from: i32, to: i32 },
    /// This (0), next (1) or last (-1) year; with `late`, its last weeks.
    OfYear { shift: i32, late: bool },
    /// This, next or last month.
    OfMonth { shift: i32, late: bool },
}

/// How a mention bounds what it dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    On,
    /// By, before, no later than.
    By,
    /// Until, through.
    Until,
    /// From, as of, after, no earlier than.
    From,
    /// Since: it began in the past.
    Since,
}

/// One mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// Bytes of the text given, without the preposition.
    pub(crate) span: Range<usize>,
    pub(crate) when: When,
    pub(crate) bound: Bound,
    /// A date that the same sentence says holds no longer: "had been planned for March".
    pub(crate) former: bool,
}

impl Day {
    /// Whether figures inside it belong to the calendar rather than count something.
    pub(crate) fn kind_is_calendar(&self) -> bool {
        true
    }

    /// A year alone, or a month of a year named: how histories date things.
    pub(crate) fn is_bare_past_year(&self) -> bool {
        matches!(self.when, When::Year(_))
            || matches!(self.when, When::Calendar { year: Some(_), .. }) && self.bound == Bound::Since
    }
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const SHORT: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const LENGTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

struct Word<'a> {
    span: Range<usize>,
    lower: String,
    original: &'a str,
}

/// The mentions of a text in order.
pub(crate) fn days(text: &str) -> Vec<Day> {
    let words: Vec<Word> = news::text::words(text)
        .map(|span| {
            let original = &text[span.clone()];
            let lower = original.to_lowercase().replace('’', "'");
            Word { span, lower: lower.strip_suffix("'s").unwrap_or(&lower).to_owned(), original }
        })
        .collect();
    let mut out: Vec<Day> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match mention(text, &words, at, &out) {
            Some((when, next)) => {
                let span = words[at].span.start..words[next - 1].span.end;
                let bound = bound_before(text, span.start);
                let former = former_before(text, span.start);
                out.push(Day { span, when, bound, former });
                at = next;
            }
            None => at += 1,
        }
    }
    out
}

fn month(word: &Word) -> Option<u8> {
    let lower = word.lower.as_str();
    if !word.original.starts_with(char::is_uppercase) {
        return None;
    }
    let at = MONTHS.iter().position(|m| *m == lower).or_else(|| {
        SHORT.iter().position(|m| *m == lower && lower != "may").or(if lower == "sept" { Some(8) } else { None })
    })?;
    Some(at as u8 + 1)
}

fn day_number(word: &str) -> Option<u8> {
    let digits = word.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd").trim_end_matches("th");
    let n: u8 = digits.parse().ok()?;
    (1..=31).contains(&n).then_some(n)
}

fn year(word: &str) -> Option<i32> {
    if word.len() != 4 {
        return None;
    }
    let n: i32 = word.parse().ok()?;
    (1800..=2199).contains(&n).then_some(n)
}

fn length_of(month: u8) -> u8 {
    LENGTHS[usize::from(month.clamp(1, 12)) - 1]
}

/// The mention that begins at word `at`, and the first word after it.
fn mention(text: &str, words: &[Word], at: usize, before: &[Day]) -> Option<(When, usize)> {
    let word = |i: usize| words.get(i).map_or("", |w| w.lower.as_str());
    let lower = word(at);
    // ISO: UAX #29 keeps "2031-03-04" in three words.
    if let Some(y) = year(lower)
        && let (Ok(m), Some(d)) = (word(at + 1).parse::<u8>(), day_number(word(at + 2)))
        && (1..=12).contains(&m)
        && text.get(words[at].span.end..words[at + 1].span.start) == Some("-")
    {
        return Some((When::Calendar { year: Some(y), from: (m, d), to: (m, d) }, at + 3));
    }
    // 12 March 2031, 12th of March
    if let Some(d) = day_number(lower)
        && words[at].original.starts_with(|c: char| c.is_ascii_digit())
    {
        let skip = usize::from(word(at + 1) == "of");
        if let Some(m) = words.get(at + 1 + skip).and_then(month) {
            let (y, next) = year_after(text, words, at + 2 + skip);
            return Some((When::Calendar { year: y, from: (m, d), to: (m, d) }, next));
        }
    }
    // March 12, March 2031, March
    if let Some(m) = month(&words[at]) {
        if let Some(d) = words.get(at + 1).and_then(|w| day_number(&w.lower))
            && gap_is(text, words, at, &[" "])
            && !matches!(word(at + 2), "percent" | "per" | "people" | "tonnes" | "million")
        {
            let (y, next) = year_after(text, words, at + 2);
            return Some((When::Calendar { year: y, from: (m, d), to: (m, d) }, next));
        }
        if m == 5 && at == 0 && !word(at + 1).is_empty() && year(word(at + 1)).is_none() {
            return None; // "May" that opens a wish
        }
        let (y, next) = year_after(text, words, at + 1);
        return Some((When::Calendar { year: y, from: (m, 1), to: (m, length_of(m)) }, next));
    }
    // end of March, end of June 2032, early March, mid-March, end of the year, end of this month
    if matches!(lower, "end" | "beginning" | "start" | "middle") && word(at + 1) == "of" {
        let skip = usize::from(matches!(word(at + 2), "the" | "this"));
        if let Some(m) = words.get(at + 2 + skip).and_then(month) {
            let (y, next) = year_after(text, words, at + 3 + skip);
            return Some((part_of_month(lower, y, m), next));
        }
        let next_one = word(at + 2) == "next";
        let unit = word(at + 2 + usize::from(skip == 1 || next_one));
        let late = lower == "end";
        let after = at + 3 + usize::from(skip == 1 || next_one);
        if unit == "year" {
            return Some((When::OfYear { shift: i32::from(next_one), late }, after));
        }
        if unit == "month" {
            return Some((When::OfMonth { shift: i32::from(next_one), late }, after));
        }
        if unit == "week" {
            let shift = 7 * i32::from(next_one);
            return Some((When::Near { from: shift, to: shift + 7 }, after));
        }
        if let Some(y) = year(unit) {
            let (from, to) = if late { ((11, 15), (12, 31)) } else { ((1, 1), (2, 15)) };
            return Some((When::Calendar { year: Some(y), from, to }, after));
        }
    }
    if matches!(lower, "early" | "late" | "mid" | "mid-")
        && let Some(m) = words.get(at + 1).and_then(month)
    {
        let (y, next) = year_after(text, words, at + 2);
        let part = match lower {
            "early" => "start",
            "late" => "end",
            _ => "middle",
        };
        return Some((part_of_month(part, y, m), next));
    }
    // first half of 2032, second quarter, first quarter of 2032, second half of that year
    if let Some(rank) = ["first", "second", "third", "fourth"].iter().position(|r| *r == lower)
        && matches!(word(at + 1), "half" | "quarter")
    {
        let rank = rank as u8;
        let (from, to) = match word(at + 1) {
            "half" if rank < 2 => (1 + 6 * rank, 6 + 6 * rank),
            "quarter" => (1 + 3 * rank, 3 + 3 * rank),
            _ => return None,
        };
        let mut next = at + 2;
        let mut y = None;
        let mut shift = None;
        if word(next) == "of" {
            if let Some(found) = year(word(next + 1)) {
                y = Some(found);
                next += 2;
            } else if matches!(word(next + 1), "that" | "the" | "this" | "next" | "last") && word(next + 2) == "year" {
                shift = Some(word(next + 1));
                next += 3;
            } else {
                return None; // "the second half of the match", "a quarter of the sum"
            }
        } else if word(at + 1) == "half" {
            return None;
        }
        if shift == Some("that") {
            y = before.iter().rev().find_map(|d| match d.when {
                When::Calendar { year, .. } => year,
                When::Year(y) => Some(y),
                _ => None,
            });
        }
        return Some((When::Calendar { year: y, from: (from, 1), to: (to, length_of(to)) }, next));
    }
    if let Some(season) = ["spring", "summer", "autumn", "fall", "winter"].iter().position(|s| *s == lower) {
        // "a spring", "the fall of the city": only with a word that dates.
        let dated = at > 0 && matches!(word(at - 1), "the" | "this" | "next" | "last" | "in" | "by" | "of" | "until");
        let noun_follows =
            matches!(word(at + 1), "of" | "council" | "summit" | "session" | "games" | "olympics" | "school" | "break")
                && year(word(at + 2)).is_none();
        if !dated || noun_follows || lower == "fall" && !matches!(word(at - 1), "this" | "next" | "last" | "in") {
            return None;
        }
        let (from, to) =
            [((3, 1), (5, 31)), ((6, 1), (8, 31)), ((9, 1), (11, 30)), ((9, 1), (11, 30)), ((12, 1), (2, 29))][season];
        let skip = usize::from(word(at + 1) == "of" && year(word(at + 2)).is_some());
        let (y, next) = year_after(text, words, at + 1 + skip);
        return Some((When::Calendar { year: y, from, to }, next));
    }
    if let Some(d) = DAYS.iter().position(|d| *d == lower || lower.strip_suffix('s') == Some(*d)) {
        return Some((When::Weekday(d as u8), at + 1));
    }
    match lower {
        "today" | "tonight" => return Some((When::Near { from: 0, to: 0 }, at + 1)),
        "tomorrow" => return Some((When::Near { from: 1, to: 1 }, at + 1)),
        "yesterday" => return Some((When::Near { from: -1, to: -1 }, at + 1)),
        "this" | "next" | "last" | "coming" => {
            let shift = match lower {
                "this" => 0,
                "last" => -1,
                _ => 1,
            };
            match word(at + 1) {
                "year" if lower != "coming" => return Some((When::OfYear { shift, late: false }, at + 2)),
                "month" if lower != "coming" => return Some((When::OfMonth { shift, late: false }, at + 2)),
                "week" => return Some((When::Near { from: 7 * shift - 6, to: 7 * shift + 6 }, at + 2)),
                "morning" | "afternoon" | "evening" if shift == 0 => {
                    return Some((When::Near { from: 0, to: 0 }, at + 2));
                }
                _ => {}
            }
        }
        _ => {}
    }
    if let Some(y) = year(lower)
        && at > 0
        && matches!(
            word(at - 1),
            "in" | "since"
                | "by"
                | "of"
                | "until"
                | "from"
                | "after"
                | "before"
                | "during"
                | "the"
                | "through"
                | "beyond"
        )
        && !text[words[at].span.end..]
            .trim_start()
            .starts_with(|c: char| c.is_lowercase() && !starts_small(&text[words[at].span.end..]))
    {
        return Some((When::Year(y), at + 1));
    }
    None
}

/// Whether the word that follows a year is a small one, so that the year is no count ("in 2031 the", not "of 2000 jobs").
fn starts_small(rest: &str) -> bool {
    let first = rest.split_whitespace().next().unwrap_or("");
    matches!(
        first.trim_matches(|c: char| !c.is_alphanumeric()),
        "the"
            | "a"
            | "an"
            | "and"
            | "or"
            | "to"
            | "in"
            | "on"
            | "by"
            | "with"
            | "for"
            | "after"
            | "before"
            | "at"
            | "of"
            | "was"
            | "were"
            | "is"
            | "are"
            | "has"
            | "have"
            | "had"
            | "will"
            | "would"
            | "when"
            | "who"
            | "which"
            | "that"
            | "its"
            | "his"
            | "her"
            | "their"
            | "it"
            | "they"
            | "he"
            | "she"
            | "not"
            | "but"
            | "as"
            | "from"
            | "under"
            | "because"
            | "while"
            | "agreement"
            | "crew"
            | "budget"
            | "election"
            | "regime"
            | "whether"
    )
}

fn part_of_month(part: &str, year: Option<i32>, month: u8) -> When {
    let (from, to) = match part {
        "end" => (20, length_of(month)),
        "middle" => (8, 22),
        _ => (1, 12),
    };
    When::Calendar { year, from: (month, from), to: (month, to) }
}

fn year_after(text: &str, words: &[Word], at: usize) -> (Option<i32>, usize) {
    if at == 0 || !gap_is(text, words, at - 1, &[" ", ", "]) {
        return (None, at);
    }
    match words.get(at).and_then(|w| year(&w.lower)) {
        Some(y) => (Some(y), at + 1),
        None => (None, at),
    }
}

fn gap_is(text: &str, words: &[Word], at: usize, gaps: &[&str]) -> bool {
    match (words.get(at), words.get(at + 1)) {
        (Some(a), Some(b)) => text.get(a.span.end..b.span.start).is_some_and(|g| gaps.contains(&g) || g == "\u{a0}"),
        _ => false,
    }
}

fn before(text: &str, start: usize) -> String {
    let mut from = start.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut out = text[from..start].to_lowercase();
    for article in [" the ", " the very ", " this "] {
        if let Some(rest) = out.strip_suffix(article.trim_start()) {
            out = rest.to_owned();
        }
    }
    out.trim_end().to_owned()
}

fn ends(text: &str, cues: &[&str]) -> bool {
    cues.iter()
        .any(|c| text.strip_suffix(c).is_some_and(|rest| rest.is_empty() || !rest.ends_with(char::is_alphanumeric)))
}

fn bound_before(text: &str, start: usize) -> Bound {
    let before = before(text, start);
    if ends(
        &before,
        &[
            "no earlier than",
            "not earlier than",
            "as of",
            "from",
            "after",
            "beyond",
            "starting",
            "starting on",
            "not before",
            "onwards from",
            "effective",
        ],
    ) {
        Bound::From
    } else if ends(
        &before,
        &["by", "before", "no later than", "not later than", "ahead of", "prior to", "by late", "within"],
    ) {
        Bound::By
    } else if ends(
        &before,
        &["until", "through", "till", "up to", "to", "expires on", "ends on", "expire on", "end on"],
    ) {
        Bound::Until
    } else if ends(&before, &["since"]) {
        Bound::Since
    } else {
        Bound::On
    }
}

fn former_before(text: &str, start: usize) -> bool {
    let before = before(text, start);
    let before = before
        .trim_end_matches(" on")
        .trim_end_matches(" in")
        .trim_end_matches(" for")
        .trim_end_matches(" to begin")
        .trim_end_matches(" to start");
    ends(
        before,
        &[
            "had been planned",
            "had been scheduled",
            "originally planned",
            "originally scheduled",
            "previously planned",
            "instead of",
            "rather than",
            "was planned",
            "was originally set",
            "postponed from",
            "moved from",
            "previously scheduled",
            "was due",
            "had been due",
            "had been set",
        ],
    )
}

/// Whether two mentions cannot both date one thing. `None` when they cannot be held against each other:
/// no year, no day of publication, or one dates a beginning in the past and the other does not.
pub(crate) fn conflict(
    a: &Day,
    b: &Day,
    published_a: Option<Timestamp>,
    published_b: Option<Timestamp>,
) -> Option<bool> {
    if (a.bound == Bound::Since) != (b.bound == Bound::Since) {
        return None;
    }
    if let (Some(pa), Some(pb)) = (published_a, published_b) {
        let (xs, ys) = (resolved(a, pa), resolved(b, pb));
        if xs.is_empty() || ys.is_empty() {
            return None;
        }
        let meets = xs.iter().any(|x| ys.iter().any(|y| fits(a, b, *x, *y)));
        return Some(!meets);
    }
    match (&a.when, &b.when) {
        (When::Weekday(x), When::Weekday(y)) => Some(x != y),
        (When::Year(x), When::Year(y)) => Some(x != y),
        (When::Year(x), When::Calendar { year: Some(y), .. })
        | (When::Calendar { year: Some(y), .. }, When::Year(x)) => Some(x != y),
        // A year is spelled out where it is not the current one.
        (When::OfYear { shift: 0, .. }, When::Calendar { year: Some(_), .. })
        | (When::Calendar { year: Some(_), .. }, When::OfYear { shift: 0, .. }) => Some(true),
        (When::OfYear { shift: x, late: p }, When::OfYear { shift: y, late: q }) if p == q => Some(x != y),
        (When::OfMonth { shift: x, late: p }, When::OfMonth { shift: y, late: q }) if p == q => Some(x != y),
        (When::Near { from: x, to: p }, When::Near { from: y, to: q }) => Some(p < y || q < x),
        (When::Calendar { year: x, .. }, When::Calendar { year: y, .. }) => {
            // Without a year both are laid into one year, and into the year before and after.
            let base = x.or(*y).unwrap_or(2031);
            let other = y.or(*x).unwrap_or(2031);
            let shifts: &[i32] = if x.is_some() && y.is_some() { &[0] } else { &[-1, 0, 1] };
            let x = in_year(a, base)?;
            Some(!shifts.iter().any(|s| in_year(b, other + s).is_some_and(|y| fits(a, b, x, y))))
        }
        _ => None,
    }
}

/// Whether two ranges of days, bounded as their mentions are, can be one date.
fn fits(a: &Day, b: &Day, x: (i64, i64), y: (i64, i64)) -> bool {
    use Bound::{By, From, Until};
    if (a.bound == Until || b.bound == Until) && a.bound != From && b.bound != From {
        return (x.1 - y.1).abs() <= 1;
    }
    let widen = |d: &Day, r: (i64, i64)| match d.bound {
        By => (r.1 - 45, r.1),
        From if r.1 > r.0 => (r.0, r.1 + 120),
        _ => r,
    };
    if a.bound == By && b.bound == By {
        return (x.1 - y.1).abs() <= 1;
    }
    let (x, y) = (widen(a, x), widen(b, y));
    let slack = i64::from(matches!(a.when, When::Near { .. }) || matches!(b.when, When::Near { .. }));
    x.0 <= y.1 + slack && y.0 <= x.1 + slack
}

fn in_year(d: &Day, year: i32) -> Option<(i64, i64)> {
    let When::Calendar { from, to, .. } = d.when else { return None };
    let wraps = i32::from(to < from);
    Some((number(year, from), number(year + wraps, to)))
}

/// Every range of days, counted from 1970, that a mention may mean for a text of that day.
fn resolved(d: &Day, published: Timestamp) -> Vec<(i64, i64)> {
    let date = Offset::UTC.to_datetime(published).date();
    let (y, m) = (i32::from(date.year()), date.month() as u8);
    let today = number(y, (m, date.day() as u8));
    match d.when {
        When::Calendar { year: Some(year), .. } => in_year(d, year).into_iter().collect(),
        When::Calendar { .. } => {
            // The occurrence nearest to the day of publication.
            let mut all: Vec<(i64, i64)> = [y - 1, y, y + 1].iter().filter_map(|y| in_year(d, *y)).collect();
            all.sort_by_key(|r| {
                if r.0 <= today && today <= r.1 { 0 } else { (r.0 - today).abs().min((r.1 - today).abs()) }
            });
            all.truncate(1);
            all
        }
        When::Year(year) => vec![(number(year, (1, 1)), number(year, (12, 31)))],
        When::Weekday(w) => {
            let now = (today + 3).rem_euclid(7); // 1 January 1970 was a Thursday
            let ahead = (i64::from(w) - now).rem_euclid(7);
            vec![
                (today + ahead, today + ahead),
                (today + ahead - 7, today + ahead - 7),
                (today + ahead + 7, today + ahead + 7),
            ]
            .into_iter()
            .filter(|r| (r.0 - today).abs() <= 8)
            .collect()
        }
        When::Near { from, to } => vec![(today + i64::from(from), today + i64::from(to))],
        When::OfYear { shift, late } => {
            vec![(number(y + shift, if late { (11, 15) } else { (1, 1) }), number(y + shift, (12, 31)))]
        }
        When::OfMonth { shift, late } => {
            let index = i32::from(m) - 1 + shift;
            let (y, m) = (y + index.div_euclid(12), index.rem_euclid(12) as u8 + 1);
            vec![(number(y, (m, if late { 20 } else { 1 })), number(y, (m, length_of(m))))]
        }
    }
}

/// Days from 1 January 1970; a day past the end of its month counts on.
fn number(year: i32, (month, day): (u8, u8)) -> i64 {
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (i64::from(month) + 9) % 12;
    let day = i64::from(day.min(if month == 2 && !leap(year) { 28 } else { 31 }));
    let doy = (153 * mp + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(day: &str) -> Option<Timestamp> {
        Some(format!("{day}T12:00:00Z").parse().expect("literal"))
    }

    /// 3 June 2030 is a Monday.
    fn check(a: &str, b: &str, expected: Option<bool>) {
        let published = at("2030-06-03");
        let (x, y) = (days(a).remove(0), days(b).remove(0));
        assert_eq!(conflict(&x, &y, published, published), expected, "{a} / {b}");
        assert_eq!(conflict(&y, &x, published, published), expected, "{b} / {a}");
    }

    #[test]
    fn a_weekday_fits_the_date_it_falls_on_and_no_other() {
        check("on Friday", "on 7 June", Some(false));
        check("on Friday", "on 8 June", Some(true));
        check("on Saturday", "on 1 June", Some(false));
    }

    #[test]
    fn months_seasons_quarters_and_bounds_are_held_against_each_other() {
        check("on 1 July", "in October", Some(true));
        check("until the end of June 2031", "through 30 June 2031", Some(false));
        check("until 30 June", "for the first quarter of 2030", Some(true));
        check("by the end of the year", "within the first half of 2031", Some(true));
        check("before 15 July", "on 9 July", Some(false));
        check("before 15 July", "on 19 July", Some(true));
        check("in the autumn", "in October", Some(false));
        check("since March", "on 1 July", None);
        check("in March 2033", "no earlier than July 2033", Some(true));
    }

    #[test]
    fn without_a_day_of_publication_only_what_needs_none_is_told() {
        let told = |a: &str, b: &str| conflict(&days(a).remove(0), &days(b).remove(0), None, None);
        assert_eq!(told("on Friday", "on 8 June"), None);
        assert_eq!(told("on Friday", "on Saturday"), Some(true));
        assert_eq!(told("on 1 July", "in October"), Some(true));
        assert_eq!(told("in the spring", "by 1 January"), Some(true));
    }

    #[test]
    fn words_that_only_look_like_dates_are_left() {
        for text in [
            "They may agree.",
            "the fall of the city",
            "a quarter of the sum",
            "the second half of the match",
            "march on",
            "the spring council",
        ] {
            assert_eq!(days(text), [], "{text}");
        }
    }

    #[test]
    fn a_date_given_up_is_former() {
        let found = days("The launch, which had been planned for March 2033, slips to the second half of that year.");
        assert_eq!(found.iter().map(|d| d.former).collect::<Vec<_>>(), [true, false]);
        assert_eq!(found[1].when, When::Calendar { year: Some(2033), from: (7, 1), to: (12, 31) });
    }

    proptest! {
        #[test]
        fn days_never_panics(text in "\\PC{0,60}|(by |end |of |the |March |12 |2031 |second |half |that |year |May |Monday |next |week ){0,10}") {
            for d in days(&text) {
                prop_assert!(text.get(d.span.clone()).is_some());
                conflict(&d, &d, at("2031-02-28"), at("2031-02-28"));
                conflict(&d, &d, None, None);
            }
        }
    }
}
