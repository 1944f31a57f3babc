//! Days that a text speaks of: "28 January 2017", "Jan. 28", "on Saturday", "yesterday".

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A day found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Byte range of the expression.
    pub span: Range<usize>,
    /// The day it means.
    pub day: Date,
    /// Whether the calendar day itself is printed, rather than counted from the day of writing.
    pub printed: bool,
}

static MONTHS: &str = "january|february|march|april|may|june|july|august|september|october|november|december|\
                       jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec";

/// Its edges of words are those of ASCII, see [`is_cut`]: with the others the expression has to be matched step by step
/// in every text that holds one curly quotation mark, which took a tenth of the time of taking an article in.
static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
    let edge = r"(?-u:\b)";
    // A weekday or its short form before a printed day belongs to it: "Friday, 22 April" in June is no Friday of June.
    let before = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?(?-u:\b)\.?\s*,?\s+(?:the\s+)?)?";
    let pattern = format!(
        r"(?ix){edge}(?:
        (?P<iso>(?:19|20)[0-9][0-9]-[01][0-9]-[0-3][0-9])
        | {before}(?P<d1>[0-3]?[0-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{MONTHS}){edge}\.?
          (?:\s*,?\s+(?P<y1>(?:19|20)[0-9][0-9]){edge})?
        | {before}(?P<m2>{MONTHS}){edge}\.?\s+(?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?{edge}
          (?:\s*,?\s+(?P<y2>(?:19|20)[0-9][0-9]){edge})?
        | (?:(?P<dir>last|next|black|bloody|good|every|each|most|super)\s+)?
          {edge}(?P<wd>monday|tuesday|wednesday|thursday|friday|saturday|sunday)
          (?P<paper>\s+(?:times|telegraph|mail|mirror|express|herald|post|independent))?
        | (?P<ago>two|three|four|five|six|seven|[2-9]|10)\s+days\s+ago
        | the\s+day\s+(?P<off>before\s+yesterday|after\s+tomorrow)
        | (?P<rel>today|yesterday|tomorrow|tonight)
        ){edge}"
    );
    Regex::new(&pattern).expect("the pattern above is well formed")
});

fn month(name: &str) -> Option<i8> {
    const SHORT: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let head = name.get(..3)?.to_ascii_lowercase();
    SHORT.iter().position(|m| *m == head).map(|m| m as i8 + 1)
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.get(..3)?.to_ascii_lowercase().as_str() {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The days `text` speaks of, in order. `written` is the day of the article: a weekday is the last such
/// day up to it, or the next after "next" or "will"; a day without a year is the one nearest to it.
/// Without it only days printed with their year are found.
pub fn days(text: &str, written: Option<Date>) -> Vec<Found> {
    let mut out = Vec::new();
    for c in PATTERN.captures_iter(text) {
        let Some(all) = c.get(0) else { continue };
        let month_end = c.name("m1").or(c.name("m2")).map_or(all.end(), |m| m.end());
        if is_cut(text, all.start(), month_end) || is_cut(text, all.start(), all.end()) {
            continue;
        }
        let group = |name| c.name(name).map(|m: regex::Match<'_>| m.as_str());
        let mut printed = true;
        let day = if let Some(iso) = group("iso") {
            iso.parse().ok()
        } else if let (Some(d), Some(m)) = (group("d1").or(group("d2")), group("m1").or(group("m2"))) {
            // "may 12" in lower case is a verb and a number.
            if m == "may" || m == "march" {
                continue;
            }
            let year = group("y1").or(group("y2")).and_then(|y| y.parse().ok());
            if year.is_none() && is_anniversary_name(m, d, &text[all.end()..]) {
                continue;
            }
            match (month(m), d.parse().ok()) {
                (Some(m), Some(d)) => calendar(year, m, d, written),
                _ => None,
            }
        } else if let Some(w) = group("wd").and_then(weekday) {
            printed = false;
            let before = text[..all.start()].trim_end();
            let dir = group("dir").map(str::to_ascii_lowercase);
            match (dir.as_deref(), group("paper")) {
                // "Black Friday", "every Monday", the "Sunday Times": no day, or many.
                (Some(d), _) if d != "last" && d != "next" => continue,
                (_, Some(paper)) if paper.trim_start().starts_with(char::is_uppercase) => continue,
                // On a Friday, "last Friday" is a week ago and "next Friday" a week ahead.
                (Some("last"), _) => written.and_then(|from| last(from.checked_sub(1.day()).ok()?, w)),
                (Some("next"), _) => written.and_then(|from| next(from.checked_add(1.day()).ok()?, w)),
                _ => written
                    .and_then(|from| if promises(before, text, all.end()) { next(from, w) } else { last(from, w) }),
            }
        } else if let Some(ago) = group("ago") {
            printed = false;
            let names = ["two", "three", "four", "five", "six", "seven"];
            let back = names.iter().position(|n| ago.eq_ignore_ascii_case(n)).map(|n| n as i64 + 2);
            let back = back.or_else(|| ago.parse().ok());
            written.zip(back).and_then(|(w, back)| w.checked_sub(back.days()).ok())
        } else if let Some(off) = group("off") {
            printed = false;
            let shift = if off.starts_with(['b', 'B']) { -2 } else { 2 };
            written.and_then(|w| w.checked_add(shift.days()).ok())
        } else {
            printed = false;
            let shift = match group("rel").unwrap_or("").to_ascii_lowercase().as_str() {
                "yesterday" => -1,
                "tomorrow" => 1,
                _ => 0,
            };
            written.and_then(|w| w.checked_add(shift.days()).ok())
        };
        if let Some(day) = day {
            let end = c.name("wd").map_or(all.end(), |weekday| weekday.end());
            out.push(Found { span: all.start()..end, day, printed });
        }
    }
    out
}

/// Whether a letter stands before or after, which one of ASCII cannot be: "5 mar" in "5 março".
fn is_cut(text: &str, start: usize, end: usize) -> bool {
    let is_letter = |c: char| c.is_alphanumeric();
    text[..start].ends_with(is_letter) || text[end..].starts_with(is_letter)
}

/// Whether a day without a year is the name of what happened on it years ago: "the September 11 attacks".
fn is_anniversary_name(month_name: &str, day: &str, after: &str) -> bool {
    let after = after.trim_start();
    month(month_name) == Some(9)
        && day == "11"
        && ["attack", "terror", "hijack", "commission"]
            .iter()
            .any(|w| after.get(..w.len()).is_some_and(|head| head.eq_ignore_ascii_case(w)))
}

/// Whether the clause around a weekday speaks of what is to come.
fn promises(before: &str, text: &str, end: usize) -> bool {
    let start = before.rfind(['.', '\n']).map_or(0, |p| p + 1);
    let stop = text[end..].find(['.', '\n']).map_or(text.len(), |p| end + p);
    let clause = &text[start..stop];
    [" will ", " to be held", "scheduled", " is due", " are due", "expected to", "is set to"]
        .iter()
        .any(|w| clause.contains(w))
}

fn calendar(year: Option<i16>, month: i8, day: i8, written: Option<Date>) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let written = written?;
    (-1..=1)
        .filter_map(|shift| Date::new(written.year().checked_add(shift)?, month, day).ok())
        .min_by_key(|d| days_between(*d, written).abs())
}

fn last(from: Date, day: Weekday) -> Option<Date> {
    let back =
        (i32::from(from.weekday().to_monday_zero_offset()) - i32::from(day.to_monday_zero_offset())).rem_euclid(7);
    from.checked_sub(back.days()).ok()
}

fn next(from: Date, day: Weekday) -> Option<Date> {
    let ahead =
        (i32::from(day.to_monday_zero_offset()) - i32::from(from.weekday().to_monday_zero_offset())).rem_euclid(7);
    from.checked_add(ahead.days()).ok()
}

/// Days from `b` to `a`.
pub(crate) fn days_between(a: Date, b: Date) -> i32 {
    a.since(b).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        // A Saturday.
        let written = Date::new(2017, 1, 28).unwrap();
        let got: Vec<String> = days(text, Some(written)).iter().map(|f| f.day.to_string()).collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn printed_days_are_read_in_both_orders() {
        check("on 3 May 2016 and May 4th, 2016", &["2016-05-03", "2016-05-04"]);
        check("Dec. 30 and 2 February", &["2016-12-30", "2017-02-02"]);
        check("2015-06-07", &["2015-06-07"]);
        check("it may 12 times march 3", &[]);
        check("31 February 2017", &[]);
    }

    #[test]
    fn letters_beyond_ascii_are_letters_of_a_word() {
        check("em 5 março 2017, “on 3 May 2016” — “Friday”", &["2016-05-03", "2017-01-27"]);
        check("žjan 5", &[]);
    }

    #[test]
    fn weekdays_look_back_unless_the_clause_looks_ahead() {
        check("They spoke on Friday.", &["2017-01-27"]);
        check("They spoke on Saturday.", &["2017-01-28"]);
        check("They will meet on Tuesday.", &["2017-01-31"]);
        check("next Monday, yesterday and today", &["2017-01-30", "2017-01-27", "2017-01-28"]);
        check("last Saturday and next Saturday", &["2017-01-21", "2017-02-04"]);
    }

    #[test]
    fn a_weekday_beside_a_printed_day_is_no_day_of_its_own() {
        check("on Friday, 22 April", &["2017-04-22"]);
        check("Tuesday, Dec. 27, 2016", &["2016-12-27"]);
        check("Sat Jan 21, 2017 1:13 pm", &["2017-01-21"]);
        check("on Monday the 9th of January", &["2017-01-09"]);
    }

    #[test]
    fn counted_days_are_counted_from_the_day_of_writing() {
        check("two days ago", &["2017-01-26"]);
        check("10 days ago and the day before yesterday", &["2017-01-18", "2017-01-26"]);
        check("some days ago, a week ago, last week, last month", &[]);
    }

    #[test]
    fn names_that_hold_a_day_are_no_days() {
        check("Black Friday, Bloody Sunday, every Monday", &[]);
        check("told the Sunday Times", &[]);
        check("since the September 11 attacks", &[]);
        check("It rained on Sunday times without number.", &["2017-01-22"]);
    }

    #[test]
    fn without_a_day_of_writing_only_full_dates_are_found() {
        assert_eq!(days("Friday, 3 May, 3 May 2016", None).len(), 1);
    }
}
