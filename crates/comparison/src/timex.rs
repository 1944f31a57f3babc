//! Time expressions of one text, as TIMEX3: what they are and which day, week, month or span they name.
//!
//! "Friday" is the last one before the text's date, unless the sentence looks ahead; "earlier this year" is
//! the year with no more said. What cannot be told without a date has no value.

use crate::statement;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// The four kinds of TimeML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimexKind {
    /// A day or something longer on the calendar.
    Date,
    /// A part of a day.
    Time,
    /// A length.
    Duration,
    /// Something that comes again.
    Set,
}

impl TimexKind {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            TimexKind::Date => "DATE",
            TimexKind::Time => "TIME",
            TimexKind::Duration => "DURATION",
            TimexKind::Set => "SET",
        }
    }
}

/// One expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timex {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: TimexKind,
    /// ISO-like value of TimeML (`2031-03-04`, `2031-W11`, `P3D`, `PAST_REF`); `None` when it needs a date
    /// that was not given.
    pub value: Option<String>,
}

struct Context<'a> {
    date: Option<Date>,
    /// The sentence before the expression, in lower case.
    sentence: &'a str,
    /// It looks ahead.
    ahead: bool,
}

type Reading = Option<(TimexKind, Option<String>)>;
struct Rule {
    pattern: Regex,
    read: fn(&Captures, &Context) -> Reading,
}

const NUMBER: &str = "(?:\\d{1,4}(?:[.,]\\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|a hundred|several|a few|few|a couple of|many|half an?|a half)";
const UNIT: &str = "(?:second|minute|hour|day|week|month|quarter|year|decade|century|centurie)";
const MONTH: &str = "(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\\.?|Feb\\.?|Mar\\.|Apr\\.?|Jun\\.|Jul\\.|Aug\\.?|Sept?\\.?|Oct\\.?|Nov\\.?|Dec\\.?)";
const DAY: &str =
    "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon\\.|Tues?\\.|Wed\\.|Thurs?\\.|Fri\\.)";
const ORDINAL: &str = "(?:first|second|third|fourth|1st|2nd|3rd|4th)";
const SEASON: &str = "(?:spring|summer|autumn|fall|winter)";
const PART: &str = "(?:morning|afternoon|evening|night)";

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |pattern: &str, read: fn(&Captures, &Context) -> Reading| {
        let pattern = pattern
            .replace("NUM", NUMBER)
            .replace("UNIT", UNIT)
            .replace("MONTH", MONTH)
            .replace("WDAY", DAY)
            .replace("ORD", ORDINAL)
            .replace("SEASON", SEASON)
            .replace("PART", PART)
            .replace(' ', "[ \\n]");
        Rule { pattern: Regex::new(&format!("\\b(?:{pattern})")).expect("a constant pattern"), read }
    };
    vec![
        rule(r"(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)(?:T\d\d:\d\d(?::\d\d)?)?\b", |c, _| {
            Some((TimexKind::Date, Some(format!("{}-{}-{}", &c["y"], &c["m"], &c["d"]))))
        }),
        rule(r"(?<m>\d{1,2})/(?<d>\d{1,2})/(?<y>\d{4}|\d\d)\b", |c, _| {
            let (m, d): (u32, u32) = (c["m"].parse().ok()?, c["d"].parse().ok()?);
            let y = if c["y"].len() == 2 { format!("19{}", &c["y"]) } else { c["y"].to_owned() };
            ((1..=12).contains(&m) && (1..=31).contains(&d))
                .then(|| (TimexKind::Date, Some(format!("{y}-{m:02}-{d:02}"))))
        }),
        rule(
            r"(?:(?:WDAY),? )?(?<m>MONTH) (?<d>\d{1,2})(?:st|nd|rd|th)?(?:,? (?<y>(?:1[6-9]|20)\d\d)|,? (?<rel>last|this|next) year)?\b",
            month_day,
        ),
        rule(
            r"(?:(?:WDAY),? )?(?:the )?(?<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?<m>MONTH)(?:,? (?<y>(?:1[6-9]|20)\d\d))?\b",
            month_day,
        ),
        rule(
            r"(?:(?i:early|late|mid|the beginning of|the end of|the middle of)[ -])?(?:(?i:(?<rel>last|this|next|past)) )?(?<m>MONTH)(?:(?: of)?,? (?<y>(?:1[6-9]|20)\d\d)| (?<of>last|this|next) year)?\b",
            month_only,
        ),
        rule(
            r"(?i:(?<rel>last|this|next|past|the following) )?(?i:early |late )?(?<w>WDAY)(?<p> (?i:PART))?(?<of>, (?:MONTH) \d{1,2})?\b",
            weekday,
        ),
        rule(r"(?i:WDAY|today|yesterday|tomorrow|this) at (?<h>\d{1,2})(?::\d\d)? ?(?:[ap]\.?m\.?)?", |_, _| {
            Some((TimexKind::Time, None))
        }),
        rule(
            r"(?<h>\d{1,2})(?:[:.](?<min>\d\d))? ?(?<ap>[ap])\.?m\b\.?(?: (?:EST|EDT|ET|GMT|PST|CST|local time))?(?:(?: on|,)? (?:WDAY|today|yesterday|tomorrow|(?<m>MONTH) (?<d>\d{1,2})\b))?",
            |c, x| {
                let mut h: u32 = c["h"].parse().ok()?;
                if h > 12 {
                    return None;
                }
                h = h % 12 + if &c["ap"] == "p" { 12 } else { 0 };
                let min = c.name("min").map_or("00", |m| m.as_str());
                if let (Some(m), Some(d)) = (c.name("m"), c.name("d")) {
                    let (m, d) = (month_of(m.as_str())?, d.as_str().parse().ok()?);
                    let value = year_for(m, Some(d), x).map(|y| format!("{y:04}-{m:02}-{d:02}T{h:02}:{min}"));
                    return Some((TimexKind::Time, value));
                }
                let tail = c.get(0)?.as_str().rsplit(['\n', ' ']).next()?.to_lowercase();
                let day = match tail.as_str() {
                    "yesterday" => x.date?.yesterday().ok()?,
                    "tomorrow" => x.date?.tomorrow().ok()?,
                    other => match weekday_of(other) {
                        Some(w) => near(x.date?, w, x.ahead)?,
                        None => return Some((TimexKind::Time, x.date.map(|d| format!("{d}T{h:02}:{min}")))),
                    },
                };
                Some((TimexKind::Time, Some(format!("{day}T{h:02}:{min}"))))
            },
        ),
        rule(r"(?i:(?:late |early |earlier )?(?<w>today|yesterday|tomorrow|tonight)(?<p> PART)?)\b", |c, x| {
            let word = c["w"].to_lowercase();
            let Some(date) = x.date else { return Some((TimexKind::Date, None)) };
            let day = match word.as_str() {
                "yesterday" => date.yesterday().ok()?,
                "tomorrow" => date.tomorrow().ok()?,
                _ => date,
            };
            if word == "tonight" {
                return Some((TimexKind::Time, Some(format!("{day}TNI"))));
            }
            Some(match c.name("p") {
                Some(p) => (TimexKind::Time, Some(format!("{day}{}", part(p.as_str())))),
                None => (TimexKind::Date, Some(day.to_string())),
            })
        }),
        rule(r"(?i:(?<rel>this|last|that|the|early|late|mid)[ -](?<p>morning|afternoon|evening|night))\b", |c, x| {
            let date = match &*c["rel"].to_lowercase() {
                "last" => x.date.and_then(|d| d.yesterday().ok()),
                _ => x.date,
            };
            Some((TimexKind::Time, date.map(|d| format!("{d}{}", part(&c["p"])))))
        }),
        rule(
            r"(?i:(?:earlier |later |early |late |the end of |the beginning of |the start of |the rest of |the middle of )?(?<rel>last|this|next|the past|the previous|the coming|the following|the current|the same|past|that|previous|coming) (?:fiscal |calendar |school |financial )?(?<u>day|week|weekend|month|quarter|year|decade|century|half))\b",
            relative,
        ),
        rule(r"(?i:(?:early |late |mid-)?(?<rel>last|this|next|the past) (?<s>SEASON))\b", |c, x| {
            let rel = c["rel"].to_lowercase();
            let s = season(&c["s"]);
            Some((
                TimexKind::Date,
                x.date.map(|d| {
                    let shift = match rel.as_str() {
                        "last" | "the past" if season_month(s) >= d.month() => -1,
                        "next" => 1,
                        _ => 0,
                    };
                    format!("{:04}-{s}", d.year() + shift)
                }),
            ))
        }),
        rule(r"(?i:(?:the )?(?<s>SEASON) (?:of )?)(?<y>(?:1[6-9]|20)\d\d)\b", |c, _| {
            Some((TimexKind::Date, Some(format!("{}-{}", &c["y"], season(&c["s"])))))
        }),
        rule(
            r"(?i:(?:the )?(?:fiscal )?(?<o>ORD)[ -](?:fiscal )?(?:quarter|period)(?: of (?:(?<y>\d{4})|(?<rel>last|this|next) year))?)\b",
            quarter,
        ),
        rule(r"(?i:(?:last|this|next) year's (?<o>ORD)[ -]quarter)\b", quarter),
        rule(
            r"(?i:(?:the )?(?:year-ago|year-earlier|latest|recent|current|previous|prior|preceding|most recent|same) (?:quarter|period|third quarter))\b",
            |c, x| {
                let back = c.get(0)?.as_str().to_lowercase();
                Some((
                    TimexKind::Date,
                    x.date.map(|d| {
                        let (mut y, mut q) = (d.year(), (d.month() + 2) / 3);
                        if q == 1 {
                            y -= 1;
                            q = 4
                        } else {
                            q -= 1
                        }
                        if back.contains("year-") {
                            y -= 1
                        }
                        format!("{y:04}-Q{q}")
                    }),
                ))
            },
        ),
        rule(r"(?i:the (?<o>ORD) half(?: of (?:(?<y>\d{4})|(?:last|this|next) year))?)\b", |c, x| {
            let o = ordinal(&c["o"])?;
            if o > 2 {
                return None;
            }
            let y = c.name("y").and_then(|y| y.as_str().parse().ok()).or(x.date.map(|d| d.year()));
            Some((TimexKind::Date, y.map(|y: i16| format!("{y:04}-H{o}"))))
        }),
        rule(r"(?i:(?:the )?(?:(?:early|late|mid)[- ])?(?<y>(?:1[6-9]|20)\d)0s)\b", |c, _| {
            Some((TimexKind::Date, Some(c["y"].to_owned())))
        }),
        rule(r"(?i:(?:the )?(?:(?:early|late|mid)[- ])?)['’](?<y>\d)0s\b", |c, _| {
            Some((TimexKind::Date, Some(format!("19{}", &c["y"]))))
        }),
        rule(r"(?i:(?:the )?(?<n>\d{1,2})(?:st|nd|rd|th) century)\b", |c, _| {
            let n: u32 = c["n"].parse().ok()?;
            Some((TimexKind::Date, Some(format!("{:02}", n.checked_sub(1)?))))
        }),
        rule(
            r"(?i:(?:fiscal(?: year)?|early|late|mid|the end of|the beginning of|the start of|the year|year-end|calendar)[- ])?(?<y>(?:1[6-9]|20)\d\d)\b",
            |c, _| Some((TimexKind::Date, Some(c["y"].to_owned()))),
        ),
        rule(
            r"(?i:(?:about |nearly |almost |more than |less than |over |some |just |only |at least |exactly )?(?<n>NUM) (?<u>UNIT)s? (?<dir>ago|earlier|later|from now|before|hence))\b",
            ago,
        ),
        rule(
            r"(?i:(?:about |nearly |almost |more than |less than |over |at least |up to |as many as )?(?:the |these |those )?(?:(?<rel>past|last|next|first|final|coming|previous|recent|following) )?(?<n>NUM)(?: (?:more|full|consecutive|straight|or so))? (?<u>UNIT)s?)\b",
            duration,
        ),
        // "the two-year plan": the article belongs to the plan.
        rule(r"(?i:(?<n>NUM)-(?<u>UNIT)s?)\b", duration),
        rule(
            r"(?i:(?:the )?(?<rel>past|last|next|coming|recent) (?:few |several |couple of |many )?(?<u>second|minute|hour|day|week|month|quarter|year|decade)s)\b",
            |c, _| {
                Some(match &*c["rel"].to_lowercase() {
                    "recent" => (TimexKind::Date, Some("PAST_REF".to_owned())),
                    "coming" => (TimexKind::Date, Some("FUTURE_REF".to_owned())),
                    _ => (TimexKind::Duration, Some(length("several", &c["u"])?)),
                })
            },
        ),
        rule(r"(?i:for|in|of|after|within|take|took|takes) (?<u>UNIT)s\b", |_, _| None),
        rule(r"(?i:(?:several |many |few |some )?(?<u>minute|hour|day|week|month|year|decade|centurie)s)\b", |c, _| {
            Some((TimexKind::Duration, Some(length("several", &c["u"])?)))
        }),
        rule(r"(?i:(?:every|each) (?:(?<n>\d+|two|three|four|five|six|other) )?(?<u>UNIT)s?)\b", |c, _| {
            let n = c.name("n").map_or("one", |n| if n.as_str() == "other" { "two" } else { n.as_str() });
            Some((TimexKind::Set, Some(length(n, &c["u"])?)))
        }),
        rule(r"(?i:every|each) (?<w>WDAY)\b", |c, _| {
            Some((TimexKind::Set, Some(format!("XXXX-WXX-{}", weekday_of(&c["w"])?.to_monday_one_offset()))))
        }),
        rule(r"(?i:once |twice |\w+ times )?(?i:an?|per) (?<u>hour|day|week|month|year)\b", |_, _| None),
        rule(r"(?i:(?<w>daily|weekly|monthly|annually|annual|yearly|hourly|nightly))\b", |c, _| {
            let value = match &*c["w"].to_lowercase() {
                "daily" | "nightly" => "P1D",
                "weekly" => "P1W",
                "monthly" => "P1M",
                "hourly" => "PT1H",
                "annual" => return None,
                _ => "P1Y",
            };
            Some((TimexKind::Set, Some(value.to_owned())))
        }),
        rule(
            r"(?i:now|currently|at present|at the moment|nowadays|these days|presently|at this time|current)\b",
            |_, _| Some((TimexKind::Date, Some("PRESENT_REF".to_owned()))),
        ),
        rule(
            r"(?i:recently|lately|the past|in the past|formerly|once upon a time|recent|a while ago|long ago|some time ago)\b",
            |_, _| Some((TimexKind::Date, Some("PAST_REF".to_owned()))),
        ),
        rule(r"(?i:the (?:near |foreseeable |immediate )?future)\b", |_, _| {
            Some((TimexKind::Date, Some("FUTURE_REF".to_owned())))
        }),
        rule(r"(?i:(?:the )?(?:early |late )?(?<u>weekend))\b", |_, x| {
            // Until Thursday the weekend is the one that was.
            let shift = |d: Date| if x.ahead || d.weekday().to_monday_one_offset() > 4 { 0 } else { -1 };
            let day = x.date.and_then(|d| d.checked_add(shift(d).weeks()).ok());
            Some((TimexKind::Date, day.map(|d| format!("{}-WE", week(d)))))
        }),
        rule(r"(?i:the (?:full |entire |whole )?(?:fiscal )?(?<u>quarter|year|month|week))\b", |c, x| {
            let d = x.date;
            Some((
                TimexKind::Date,
                match &*c["u"].to_lowercase() {
                    "quarter" => d.map(|d| {
                        let q = (d.month() + 2) / 3;
                        if q == 1 { format!("{:04}-Q4", d.year() - 1) } else { format!("{:04}-Q{}", d.year(), q - 1) }
                    }),
                    "year" => d.map(|d| format!("{:04}", d.year())),
                    "month" => d.map(|d| format!("{:04}-{:02}", d.year(), d.month())),
                    _ => d.map(week),
                },
            ))
        }),
        rule(r"(?i:year-(?:ago|earlier))\b", |_, x| {
            Some((TimexKind::Date, x.date.map(|d| format!("{:04}", d.year() - 1))))
        }),
        rule(r"(?i:year-end)\b", |_, x| Some((TimexKind::Date, x.date.map(|d| format!("{:04}", d.year()))))),
        rule(r"(?i:noon|midnight)\b(?: (?:on )?(?<w>WDAY))?", |c, x| {
            let day = match c.name("w").and_then(|w| weekday_of(w.as_str())) {
                Some(w) => x.date.and_then(|d| near(d, w, x.ahead)),
                None => x.date,
            };
            let hour = if c.get(0)?.as_str().to_lowercase().starts_with("noon") { "12:00" } else { "24:00" };
            Some((TimexKind::Time, day.map(|d| format!("{d}T{hour}"))))
        }),
        rule(
            r"(?:[Ll]ast |[Nn]ext )?(?<h>Christmas(?: Day| Eve)?|Thanksgiving(?: Day)?|New Year's (?:Day|Eve)|Independence Day|Memorial Day|Labor Day|Veterans Day)\b",
            |c, x| Some((TimexKind::Date, holiday(&c["h"], x).map(|d| d.to_string()))),
        ),
        rule(
            r"(?i:(?:the year )?(?<c>nineteen|eighteen|twenty)[ -](?<t>twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?<n>one|two|three|four|five|six|seven|eight|nine))?)\b",
            spoken_year,
        ),
        rule(
            r"(?i:(?:the year )?two thousand(?: and)?(?: (?<n>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?)\b",
            |c, _| {
                let after = c.name("n").map_or(Some(0), |n| count(n.as_str())?.parse::<u32>().ok())?;
                c[0].to_lowercase()
                    .starts_with("the year")
                    .then(|| (TimexKind::Date, Some((2_000 + after).to_string())))
            },
        ),
        rule(r"(?i:(?<n>\d+) (?<f>1/2|1/4|3/4) (?<u>UNIT)s?)\b", |c, _| {
            let (large, parts) = match &*c["u"].to_lowercase() {
                "year" => ("Y", 12),
                "day" => ("DT", 24),
                "hour" => ("H", 60),
                _ => return None,
            };
            let small = if large == "Y" || large == "H" { "M" } else { "H" };
            let quarters = match &c["f"] {
                "1/2" => 2,
                "1/4" => 1,
                _ => 3,
            };
            let head = if large == "H" { "PT" } else { "P" };
            Some((TimexKind::Duration, Some(format!("{head}{}{large}{}{small}", &c["n"], parts * quarters / 4))))
        }),
    ]
});

/// The expressions of a text in order; none overlaps another.
pub fn timexes(text: &str, date: Option<Date>) -> Vec<Timex> {
    let text = statement::cap(text);
    let mut found: Vec<(Range<usize>, usize, TimexKind, Option<String>)> = Vec::new();
    for (n, rule) in RULES.iter().enumerate() {
        for captures in rule.pattern.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let sentence = sentence_before(text, whole.start());
            let context = Context { date, sentence: &sentence, ahead: looks_ahead(&sentence) };
            if let Some((kind, value)) = (rule.read)(&captures, &context) {
                found.push((whole.range(), n, kind, value));
            }
        }
    }
    found.sort_by(|a, b| a.0.start.cmp(&b.0.start).then(b.0.end.cmp(&a.0.end)).then(a.1.cmp(&b.1)));
    let mut out: Vec<Timex> = Vec::new();
    for (span, _, kind, value) in found {
        let printed = &text[span.clone()];
        if misread(text, &span, printed) {
            continue;
        }
        match out.last() {
            Some(last) if last.span.end > span.start => {}
            _ => out.push(Timex { span, kind, value }),
        }
    }
    out.dedup_by(|next, last| join(text, last, next));
    refer_back(text, &mut out);
    out
}

/// Bytes after a quarter within which "a year earlier" means the same quarter.
const NEAR_QUARTER: usize = 600;

/// Values that lean on an expression before them: "a year earlier" after a quarter is that quarter a year before,
/// "that year" is the year named last, "that day" the day.
fn refer_back(text: &str, out: &mut [Timex]) {
    let mut quarter: Option<(usize, i16, char)> = None;
    let mut day: Option<Date> = None;
    let mut year: Option<i16> = None;
    for timex in out.iter_mut().filter(|t| t.kind == TimexKind::Date) {
        let printed = text[timex.span.clone()].to_lowercase();
        let words: Vec<&str> = printed.split_whitespace().collect();
        let value = match words.as_slice() {
            ["a" | "one", "year", "ago" | "earlier" | "before"] | ["year-ago" | "year-earlier"] => quarter
                .filter(|(at, ..)| timex.span.start - at <= NEAR_QUARTER)
                .map(|(_, year, q)| format!("{:04}-Q{q}", year - 1)),
            [.., "that" | "same", "year"] => year.map(|y| format!("{y:04}")),
            [.., "following", "year"] => year.map(|y| format!("{:04}", y + 1)),
            [.., "that" | "same", "day"] => day.map(|d| d.to_string()),
            [.., "following" | "next", "day"] => day.and_then(|d| d.tomorrow().ok()).map(|d| d.to_string()),
            _ => None,
        };
        if let Some(value) = value {
            timex.value = Some(value);
            continue;
        }
        let Some(value) = timex.value.as_deref() else { continue };
        if let Ok(found) = value.get(..10).unwrap_or("").parse() {
            day = Some(found);
        }
        let named = value.get(..4).filter(|y| printed.contains(y)).and_then(|y| y.parse().ok());
        year = named.or(year);
        if let (Some(y), Some("-Q"), Some(q)) = (value.get(..4), value.get(4..6), value.chars().nth(6)) {
            quarter = y.parse().ok().map(|y| (timex.span.end, y, q));
        }
    }
}

/// "One hour and ten minutes" is one length: takes the next one into the last where they are its larger and its
/// smaller part.
fn join(text: &str, last: &mut Timex, next: &Timex) -> bool {
    let both = last.kind == TimexKind::Duration && next.kind == TimexKind::Duration;
    let (Some(large), Some(small)) = (last.value.as_deref(), next.value.as_deref()) else { return false };
    let beside = matches!(text[last.span.end..next.span.start].trim(), "" | "and" | ",");
    if !both || !beside {
        return false;
    }
    // Whether it is a time of the day, and its unit: `PT1H`, `P2Y`.
    let unit = |value: &str| (value.starts_with("PT"), value.chars().next_back());
    let drops = match (unit(large), unit(small)) {
        ((true, Some('H')), (true, Some('M'))) | ((true, Some('M')), (true, Some('S'))) => "PT",
        ((false, Some('D')), (true, Some('H'))) | ((false, Some('Y')), (false, Some('M'))) => "P",
        _ => return false,
    };
    let value = format!("{large}{}", small.trim_start_matches(drops));
    last.span.end = next.span.end;
    last.value = Some(value);
    true
}

static COUNTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"^[ \n](?i:{NUMBER}[ \n])?(?i:{UNIT})s?\b")).expect("a constant pattern"));

/// Words that look like times and are not.
fn misread(text: &str, span: &Range<usize>, printed: &str) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = &text[span.end..];
    if before.is_some_and(|c| {
        matches!(c, '$' | '£' | '€' | '#' | '.' | ',' | ':') && printed.starts_with(|c: char| c.is_ascii_digit())
    }) || before == Some('-') && printed.starts_with(|c: char| c.is_ascii_digit())
    {
        return true;
    }
    // "A 6-year-old" is an age.
    if after.starts_with("-old") {
        return true;
    }
    // "In the past five days" is a length that begins after "in".
    if printed.to_lowercase().ends_with("the past") && COUNTED.is_match(after) {
        return true;
    }
    match printed {
        // The name, unless a figure follows.
        "Jan" => true,
        "May" => {
            // The month, not the wish or the name.
            let next = after.trim_start().split(' ').next().unwrap_or("");
            !(text[..span.start].trim_end().ends_with(['n', 'y', 'f', 'e', 'l']) || next.starts_with(','))
                || matches!(next, "be" | "have")
        }
        "March" => after.trim_start().starts_with("of ") || text[..span.start].ends_with("the "),
        "second" | "Second" => true,
        p if p.len() == 4 && p.bytes().all(|b| b.is_ascii_digit()) => {
            // A year, not a count: "1,200", "1800 people".
            let next = after.trim_start_matches(' ');
            after.starts_with([',', '.']) && after[1..].starts_with(|c: char| c.is_ascii_digit())
                || after.starts_with('%')
                || [
                    "people",
                    "percent",
                    "miles",
                    "feet",
                    "points",
                    "jobs",
                    "tons",
                    "dollars",
                    "shares",
                    "meters",
                    "million",
                    "troops",
                    "tonnes",
                    "kilometers",
                ]
                .iter()
                .any(|w| next.starts_with(w))
        }
        _ => false,
    }
}

/// The sentence up to `at`, in lower case, at most 120 bytes of it.
fn sentence_before(text: &str, at: usize) -> String {
    let mut from = at.saturating_sub(120);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..at].to_lowercase();
    before.rsplit(['.', '?', '!', '\n']).next().unwrap_or("").to_owned()
}

fn looks_back(sentence: &str) -> bool {
    [" since ", " ended ", " was ", " were ", " had ", " began ", " dating ", " from "]
        .iter()
        .any(|w| sentence.contains(w))
}

fn looks_ahead(sentence: &str) -> bool {
    if TOLD.is_match(sentence) {
        return false;
    }
    let last = |words: &[&str]| words.iter().filter_map(|w| sentence.rfind(w)).max();
    last(AHEAD) > last(&[" was ", " had ", " were "])
}

/// What says that a sentence looks ahead.
const AHEAD: &[&str] = &[
    " will ",
    "'ll ",
    "’ll ",
    " is to ",
    " are to ",
    " set to ",
    " ready to ",
    " scheduled ",
    " expected ",
    " plan to ",
    " plans to ",
    " planning ",
    " planned ",
    " due ",
    " until ",
    " would ",
    " could ",
    " as soon as ",
    " as early as ",
];

/// A verb that tells what was, right before a day: "they would appeal the decision, announced Wednesday".
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:\b(?:said|told [\w' ]{3,30}|met|held|began|\w{2,}ed)|\b(?:attended|addressed|visited) [\w' ]{3,30})(?: in \w+)?(?: on| late| early)? ?$",
    )
    .expect("a constant pattern")
});

fn weekday_of(word: &str) -> Option<Weekday> {
    let lower = word.to_lowercase();
    [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ]
    .into_iter()
    .zip(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    .find(|(_, short)| lower.starts_with(short))
    .map(|(day, _)| day)
}

/// The day of that name nearest to the date in the direction told.
fn near(date: Date, day: Weekday, ahead: bool) -> Option<Date> {
    if date.weekday() == day {
        return Some(date);
    }
    let since = i64::from(day.until(date.weekday()));
    let shift = if ahead { i64::from(date.weekday().until(day)) } else { -since };
    date.checked_add(shift.days()).ok()
}

fn month_of(word: &str) -> Option<i8> {
    let lower = word.to_lowercase();
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        .iter()
        .position(|m| lower.starts_with(m))
        .map(|m| m as i8 + 1)
}

/// Months back from which a month named without a year is the coming one: in October, "payable in January". Of 19 such
/// months on the developer data 12 are the coming one, and of the others a word that looks back tells four.
const FAR_BACK: i32 = -8;

fn year_for(month: i8, day: Option<i8>, x: &Context) -> Option<i16> {
    let date = x.date?;
    let later = (month, day.unwrap_or(0)) > (date.month(), if day.is_some() { date.day() } else { 0 })
        && month != date.month()
        || day.is_some_and(|d| month == date.month() && d > date.day() + 7);
    let far = i32::from(month) - i32::from(date.month());
    Some(if later && !x.ahead && far > 2 {
        date.year() - 1
    } else if x.ahead && far < 0 || far <= FAR_BACK && !looks_back(x.sentence) {
        date.year() + 1
    } else {
        date.year()
    })
}

fn shift(word: Option<&str>) -> i16 {
    match word.map(str::to_lowercase).as_deref() {
        Some("last") => -1,
        Some("next") => 1,
        _ => 0,
    }
}

fn month_day(c: &Captures, x: &Context) -> Reading {
    let m = month_of(&c["m"])?;
    let d: i8 = c["d"].parse().ok().filter(|d| (1..=31).contains(d))?;
    let year = match (c.name("y"), c.name("rel")) {
        (Some(y), _) => y.as_str().parse().ok(),
        (None, Some(rel)) => x.date.map(|date| date.year() + shift(Some(rel.as_str()))),
        _ => year_for(m, Some(d), x),
    };
    Some((TimexKind::Date, year.map(|y: i16| format!("{y:04}-{m:02}-{d:02}"))))
}

fn month_only(c: &Captures, x: &Context) -> Reading {
    let m = month_of(&c["m"])?;
    let rel = c.name("rel").map(|r| r.as_str().to_lowercase());
    let year = match (c.name("y"), c.name("of"), rel.as_deref()) {
        (Some(y), _, _) => y.as_str().parse().ok(),
        (_, Some(of), _) => x.date.map(|d| d.year() + shift(Some(of.as_str()))),
        (_, _, Some("last" | "past")) => x.date.map(|d| if m < d.month() { d.year() } else { d.year() - 1 }),
        (_, _, Some("next")) => x.date.map(|d| if m > d.month() { d.year() } else { d.year() + 1 }),
        _ => year_for(m, None, x),
    };
    Some((TimexKind::Date, year.map(|y: i16| format!("{y:04}-{m:02}"))))
}

fn weekday(c: &Captures, x: &Context) -> Reading {
    let day = weekday_of(&c["w"])?;
    let rel = c.name("rel").map(|r| r.as_str().to_lowercase());
    let date = x.date.and_then(|date| match rel.as_deref() {
        Some("last" | "past") => date.yesterday().ok().and_then(|d| near(d, day, false)),
        Some("next" | "the following") => date.tomorrow().ok().and_then(|d| near(d, day, true)),
        _ => near(date, day, x.ahead),
    });
    Some(match c.name("p") {
        Some(p) => (TimexKind::Time, date.map(|d| format!("{d}{}", part(p.as_str())))),
        None => (TimexKind::Date, date.map(|d| d.to_string())),
    })
}

/// The day of a holiday of the United States or of all, nearest to the text's date.
fn holiday(name: &str, x: &Context) -> Option<Date> {
    let date = x.date?;
    let of = |year: i16| -> Option<Date> {
        let nth = |month: i8, n: i8, day: Weekday| Date::new(year, month, 1).ok()?.nth_weekday_of_month(n, day).ok();
        match name {
            "Christmas Eve" => Date::new(year, 12, 24).ok(),
            "New Year's Day" => Date::new(year, 1, 1).ok(),
            "New Year's Eve" => Date::new(year, 12, 31).ok(),
            "Independence Day" => Date::new(year, 7, 4).ok(),
            "Veterans Day" => Date::new(year, 11, 11).ok(),
            "Memorial Day" => nth(5, -1, Weekday::Monday),
            "Labor Day" => nth(9, 1, Weekday::Monday),
            "Thanksgiving" | "Thanksgiving Day" => nth(11, 4, Weekday::Thursday),
            _ => Date::new(year, 12, 25).ok(),
        }
    };
    let years = [date.year() - 1, date.year(), date.year().checked_add(1)?];
    let apart = |day: &Date| date.duration_until(*day).abs();
    years.into_iter().filter_map(of).min_by_key(apart)
}

/// "Nineteen ninety-six", as broadcasters' transcripts spell it.
fn spoken_year(c: &Captures, _: &Context) -> Reading {
    let century = match &*c["c"].to_lowercase() {
        "eighteen" => 1_800,
        "nineteen" => 1_900,
        _ => 2_000,
    };
    let number = |word: &str| count(word).and_then(|n| n.parse::<u32>().ok());
    let year = century + number(&c["t"])? + c.name("n").and_then(|n| number(n.as_str())).unwrap_or(0);
    Some((TimexKind::Date, Some(year.to_string())))
}

fn part(word: &str) -> &'static str {
    match word.trim().to_lowercase().as_str() {
        "morning" => "TMO",
        "afternoon" => "TAF",
        "evening" => "TEV",
        _ => "TNI",
    }
}

fn season(word: &str) -> &'static str {
    match &*word.to_lowercase() {
        "spring" => "SP",
        "summer" => "SU",
        "winter" => "WI",
        _ => "FA",
    }
}

fn season_month(code: &str) -> i8 {
    match code {
        "SP" => 3,
        "SU" => 6,
        "FA" => 9,
        _ => 12,
    }
}

fn week(date: Date) -> String {
    let iso = date.iso_week_date();
    format!("{:04}-W{:02}", iso.year(), iso.week())
}

fn relative(c: &Captures, x: &Context) -> Reading {
    let rel = c["rel"].to_lowercase();
    let unit = c["u"].to_lowercase();
    if matches!(rel.as_str(), "the past" | "past") && unit != "weekend" {
        return Some((TimexKind::Duration, Some(length("one", &unit)?)));
    }
    if rel == "the same" || rel == "that" {
        return Some((
            TimexKind::Date,
            x.date.map(|d| match unit.as_str() {
                "year" => format!("{:04}", d.year()),
                "month" => format!("{:04}-{:02}", d.year(), d.month()),
                "week" => week(d),
                _ => d.to_string(),
            }),
        ));
    }
    let n: i64 = match rel.as_str() {
        "last" | "the previous" | "previous" => -1,
        "next" | "the coming" | "the following" | "coming" => 1,
        _ => 0,
    };
    let Some(date) = x.date else { return Some((TimexKind::Date, None)) };
    let moved = |span: Span| date.checked_add(span).ok();
    let value = match unit.as_str() {
        "day" => moved(n.days()).map(|d| d.to_string()),
        "week" => moved(n.weeks()).map(week),
        "weekend" => moved(n.weeks()).map(|d| format!("{}-WE", week(d))),
        "month" => moved(n.months()).map(|d| format!("{:04}-{:02}", d.year(), d.month())),
        "quarter" => moved((3 * n).months()).map(|d| format!("{:04}-Q{}", d.year(), (d.month() + 2) / 3)),
        "year" => moved(n.years()).map(|d| format!("{:04}", d.year())),
        "decade" => moved((10 * n).years()).map(|d| format!("{:03}", d.year() / 10)),
        "century" => moved((100 * n).years()).map(|d| format!("{:02}", d.year() / 100)),
        _ => return None,
    };
    Some((TimexKind::Date, value))
}

fn ordinal(word: &str) -> Option<i8> {
    Some(match &*word.to_lowercase() {
        "first" | "1st" => 1,
        "second" | "2nd" => 2,
        "third" | "3rd" => 3,
        "fourth" | "4th" => 4,
        _ => return None,
    })
}

fn quarter(c: &Captures, x: &Context) -> Reading {
    let q = ordinal(&c["o"])?;
    let whole = c.get(0)?.as_str().to_lowercase();
    let year = match c.name("y") {
        Some(y) => y.as_str().parse().ok(),
        None => x.date.map(|d| {
            let this = if q > (d.month() + 2) / 3 && !x.ahead { d.year() - 1 } else { d.year() };
            if whole.contains("last year") {
                d.year() - 1
            } else if whole.contains("next year") {
                d.year() + 1
            } else if whole.contains("this year") || q == 4 && d.month() > 8 {
                d.year()
            } else {
                this
            }
        }),
    };
    Some((TimexKind::Date, year.map(|y: i16| format!("{y:04}-Q{q}"))))
}

fn count(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let words = [
        ("a", "1"),
        ("an", "1"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("thirteen", "13"),
        ("fourteen", "14"),
        ("fifteen", "15"),
        ("sixteen", "16"),
        ("seventeen", "17"),
        ("eighteen", "18"),
        ("nineteen", "19"),
        ("twenty", "20"),
        ("thirty", "30"),
        ("forty", "40"),
        ("fifty", "50"),
        ("sixty", "60"),
        ("seventy", "70"),
        ("eighty", "80"),
        ("ninety", "90"),
        ("hundred", "100"),
        ("a hundred", "100"),
        ("a couple of", "2"),
    ];
    if lower.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(lower.replace(',', ""));
    }
    if let Some((_, n)) = words.iter().find(|(w, _)| *w == lower) {
        return Some((*n).to_owned());
    }
    matches!(lower.as_str(), "several" | "a few" | "few" | "many").then(|| "X".to_owned())
}

/// A length as an ISO period.
fn length(number: &str, unit: &str) -> Option<String> {
    let unit = unit.to_lowercase();
    if number.to_lowercase().contains("half") {
        return Some(
            match unit.as_str() {
                "hour" => "PT30M",
                "year" => "P6M",
                "day" => "PT12H",
                _ => return None,
            }
            .to_owned(),
        );
    }
    let n = count(number)?;
    Some(match unit.trim_end_matches('s') {
        "second" => format!("PT{n}S"),
        "minute" => format!("PT{n}M"),
        "hour" => format!("PT{n}H"),
        "day" => format!("P{n}D"),
        "week" => format!("P{n}W"),
        "month" => format!("P{n}M"),
        "quarter" => format!("P{n}Q"),
        // TimeML counts decades in years.
        "decade" => format!("P{}Y", tenfold(&n)),
        "century" | "centurie" => format!("P{n}CE"),
        _ => format!("P{n}Y"),
    })
}

fn tenfold(number: &str) -> String {
    number.parse::<u32>().map_or_else(|_| format!("{number}0"), |n| (n * 10).to_string())
}

fn duration(c: &Captures, _: &Context) -> Reading {
    let unit = c["u"].to_lowercase();
    let number = c["n"].to_lowercase();
    let printed = c.get(0)?.as_str();
    // "a day", "an hour" after a figure is a rate; "a second" mostly no time at all; "one quarter" a share.
    if unit == "second" && matches!(number.as_str(), "a" | "one" | "the")
        || unit == "quarter" && c.name("rel").is_none()
    {
        return None;
    }
    // "a-year" stands in a rate; "1,500 days" is a figure of which only the end was taken.
    if printed.starts_with("a-") || number.len() > 4 && number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((TimexKind::Duration, Some(length(&number, &unit)?)))
}

fn ago(c: &Captures, x: &Context) -> Reading {
    let Some(n) = count(&c["n"]) else { return Some((TimexKind::Date, Some("PAST_REF".to_owned()))) };
    let back = matches!(&*c["dir"].to_lowercase(), "ago" | "earlier" | "before");
    let unit = c["u"].to_lowercase();
    if matches!(unit.as_str(), "second" | "minute" | "hour") {
        return Some((TimexKind::Duration, Some(length(&c["n"], &unit)?)));
    }
    let Ok(n) = n.parse::<i64>() else {
        return Some((TimexKind::Date, Some(if back { "PAST_REF" } else { "FUTURE_REF" }.to_owned())));
    };
    let n = if n > 2_000 {
        return None;
    } else if back {
        -n
    } else {
        n
    };
    let Some(date) = x.date else { return Some((TimexKind::Date, None)) };
    let moved = |span: Span| date.checked_add(span).ok();
    Some((
        TimexKind::Date,
        match unit.as_str() {
            "day" => moved(n.days()).map(|d| d.to_string()),
            "week" => moved(n.weeks()).map(week),
            "month" => moved(n.months()).map(|d| format!("{:04}-{:02}", d.year(), d.month())),
            "quarter" => moved((3 * n).months()).map(|d| format!("{:04}-Q{}", d.year(), (d.month() + 2) / 3)),
            "decade" => moved((10 * n).years()).map(|d| format!("{:03}", d.year() / 10)),
            "year" => moved(n.years()).map(|d| format!("{:04}", d.year())),
            _ => None,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text is dated Wednesday, 12 March 2031.
    fn check(text: &str, expected: &[&str]) {
        let got: Vec<String> = timexes(text, Some(Date::constant(2031, 3, 12)))
            .iter()
            .map(|t| format!("{}={} {}", &text[t.span.clone()], t.kind.word(), t.value.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn weekday_looks_back_unless_the_sentence_looks_ahead() {
        check("They met on Friday.", &["Friday=DATE 2031-03-07"]);
        check("They will meet on Friday.", &["Friday=DATE 2031-03-14"]);
        check("They met last Wednesday.", &["last Wednesday=DATE 2031-03-05"]);
        check("It fell Monday night.", &["Monday night=TIME 2031-03-10TNI"]);
    }

    #[test]
    fn dates_weeks_and_years_have_their_values() {
        check("On 4 March 2031 and March 9.", &["4 March 2031=DATE 2031-03-04", "March 9=DATE 2031-03-09"]);
        check("It grew last week and last year.", &["last week=DATE 2031-W10", "last year=DATE 2030"]);
        check("It closed yesterday, two days ago.", &["yesterday=DATE 2031-03-11", "two days ago=DATE 2031-03-10"]);
        check("The third quarter of 2030 was slow.", &["The third quarter of 2030=DATE 2030-Q3"]);
        check("In the 1990s and since 2004.", &["the 1990s=DATE 199", "2004=DATE 2004"]);
    }

    #[test]
    fn lengths_and_sets_are_no_dates() {
        check("It took three days.", &["three days=DURATION P3D"]);
        check("It went on for one hour and ten minutes.", &["one hour and ten minutes=DURATION PT1H10M"]);
        check(
            "two days, four hours; two years and three months",
            &["two days, four hours=DURATION P2DT4H", "two years and three months=DURATION P2Y3M"],
        );
        check("ten minutes and one hour", &["ten minutes=DURATION PT10M", "one hour=DURATION PT1H"]);
        check("The two-year plan, read every day.", &["two-year=DURATION P2Y", "every day=SET P1D"]);
        check("They now agree.", &["now=DATE PRESENT_REF"]);
    }

    #[test]
    fn a_verb_that_tells_what_was_goes_before_one_that_looks_ahead() {
        check("They would appeal the ruling, announced Monday.", &["Monday=DATE 2031-03-10"]);
        check("The group could come as early as Monday.", &["Monday=DATE 2031-03-17"]);
    }

    #[test]
    fn what_leans_on_an_expression_before_takes_its_value_from_it() {
        check(
            "In the third quarter of 2030 profit rose from a year earlier.",
            &["the third quarter of 2030=DATE 2030-Q3", "a year earlier=DATE 2029-Q3"],
        );
        check("It opened in 2019. Later that year it closed.", &["2019=DATE 2019", "Later that year=DATE 2019"]);
        check(
            "It came on 4 March 2031, and that day ended.",
            &["4 March 2031=DATE 2031-03-04", "that day=DATE 2031-03-04"],
        );
    }

    #[test]
    fn holidays_and_spoken_years_have_their_days() {
        check("It was seen on Thanksgiving Day.", &["Thanksgiving Day=DATE 2030-11-28"]);
        check("It was shut on Memorial Day.", &["Memorial Day=DATE 2031-05-26"]);
        check("In nineteen ninety-six it snowed.", &["nineteen ninety-six=DATE 1996"]);
        check("Before the year two thousand it rained.", &["the year two thousand=DATE 2000"]);
    }

    #[test]
    fn lengths_after_in_the_past_and_fractions_are_read_whole() {
        check("In the past five days it grew.", &["the past five days=DURATION P5D"]);
        check("It took 2 1/2 years.", &["2 1/2 years=DURATION P2Y6M"]);
        check("It took two decades.", &["two decades=DURATION P20Y"]);
    }

    #[test]
    fn ages_and_names_are_no_times() {
        check("Jan and the 6-year-old boy.", &[]);
    }

    #[test]
    fn a_month_far_back_is_the_coming_one_unless_the_sentence_looks_back() {
        let read = |text| timexes(text, Some(Date::constant(2031, 10, 20)))[0].value.clone().expect("a date is given");
        assert_eq!(read("The dividend is payable Jan. 2."), "2032-01-02");
        assert_eq!(read("It has fallen since January."), "2031-01");
    }

    #[test]
    fn counts_and_verbs_are_no_times() {
        check("Some 1800 people may march.", &[]);
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_lie_in_order(text in "(\\PC|last |next |[0-9]{1,4} |year|s ago|Friday |May |a |hundred |weeks |, |-){0,40}", year in -9999i16..=9999) {
            let mut last = 0;
            for t in timexes(&text, Date::new(year, 12, 31).ok()) {
                prop_assert!(text.get(t.span.clone()).is_some() && t.span.start >= last);
                last = t.span.end;
            }
        }
    }
}
