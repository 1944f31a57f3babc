//! Dates as outlets really write them.
//!
//! Covers RFC 822 and its many deviations, RFC 3339 and the rest of ISO 8601 that is in use, asctime, and
//! month and day names of the languages listed below. A time without a zone is taken as UTC and says so
//! ([`Moment::offset`] is `None`). What cannot be read gives `None`, never a guess at half a date.

use jiff::civil;
use jiff::tz::Offset;
use news::time::{Moment, Precision};

/// Longest text looked at, in bytes.
const LONGEST: usize = 120;

/// Reads a date as a feed gives it.
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    iso(text).or_else(|| words(text))
}

/// What was found so far.
#[derive(Default, Debug)]
struct Found {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<Clock>,
    offset: Option<i32>,
    afternoon: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
struct Clock {
    hour: u32,
    minute: u32,
    second: Option<u32>,
}

impl Found {
    fn moment(self) -> Option<Moment> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        let date =
            civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        let mut clock = self.time.unwrap_or(Clock { hour: 0, minute: 0, second: None });
        match self.afternoon {
            Some(true) if clock.hour < 12 => clock.hour += 12,
            Some(false) if clock.hour == 12 => clock.hour = 0,
            _ => {}
        }
        // Midnight at the end of a day, and leap seconds, are in use and not in the library.
        let mut date = date;
        if clock.hour == 24 && clock.minute == 0 && clock.second.unwrap_or(0) == 0 {
            clock.hour = 0;
            date = date.tomorrow().ok()?;
        }
        let second = clock.second.unwrap_or(0).min(59);
        let time = civil::Time::new(
            i8::try_from(clock.hour).ok()?,
            i8::try_from(clock.minute).ok()?,
            i8::try_from(second).ok()?,
            0,
        )
        .ok()?;
        let offset = self.offset.and_then(|seconds| Offset::from_seconds(seconds).ok());
        let at = offset.unwrap_or(Offset::UTC).to_timestamp(date.to_datetime(time)).ok()?;
        let precision = match self.time {
            None => Precision::Day,
            Some(Clock { second: None, .. }) => Precision::Minute,
            Some(_) => Precision::Second,
        };
        Some(Moment { at, offset, precision })
    }
}

/// Digits at the front: their value, how many, and the rest.
fn digits(text: &str, most: usize) -> Option<(u32, usize, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return None;
    }
    Some((text[..count].parse().ok()?, count, &text[count..]))
}

/// ISO 8601 in the forms met: `2003`, `2003-12`, `2003-12-31`, `20031231`, `2003-335`, each with or without
/// a time after `T` or a space.
fn iso(text: &str) -> Option<Moment> {
    let (year, count, rest) = digits(text, 8)?;
    let mut found = Found::default();
    let rest = if count == 8 {
        found.year = Some((year / 10_000).try_into().ok()?);
        found.month = Some(year / 100 % 100);
        found.day = Some(year % 100);
        rest
    } else if count == 4 {
        found.year = Some(year.try_into().ok()?);
        match rest.strip_prefix(['-', '/', '.']) {
            None if rest.is_empty() => {
                (found.month, found.day) = (Some(1), Some(1));
                rest
            }
            None => return None,
            Some(after) => {
                let (month, count, after) = digits(after, 3)?;
                if count == 3 {
                    let date = civil::Date::new(i16::try_from(year).ok()?, 1, 1).ok()?;
                    let date = date.checked_add(jiff::Span::new().days(i64::from(month) - 1)).ok()?;
                    found.month = u32::try_from(date.month()).ok();
                    found.day = u32::try_from(date.day()).ok();
                    after
                } else {
                    found.month = Some(month);
                    found.day = Some(1);
                    match after.strip_prefix(['-', '/', '.']) {
                        Some(after) => {
                            let (day, _, after) = digits(after, 2)?;
                            found.day = Some(day);
                            after
                        }
                        None if after.is_empty() => after,
                        None => return None,
                    }
                }
            }
        }
    } else {
        return None;
    };
    let rest = rest.trim_start();
    if rest.is_empty() {
        return found.moment();
    }
    let rest = rest.strip_prefix(['T', 't', '_']).unwrap_or(rest).trim_start();
    time_and_zone(rest, &mut found)?;
    found.moment()
}

/// `10:14:55.25Z`, `101455+0100`, `9:15 pm`, with a zone in any of its forms behind.
fn time_and_zone(text: &str, found: &mut Found) -> Option<()> {
    let (clock, mut rest) = clock(text)?;
    found.time = Some(clock);
    rest = rest.trim();
    for (word, afternoon) in [("am", false), ("pm", true), ("a.m.", false), ("p.m.", true)] {
        if rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
            found.afternoon = Some(afternoon);
            rest = rest[word.len()..].trim();
        }
    }
    if !rest.is_empty() {
        found.offset = zone(rest);
    }
    Some(())
}

/// A time of day at the front, and what follows.
fn clock(text: &str) -> Option<(Clock, &str)> {
    let (first, count, mut rest) = digits(text, 6)?;
    let mut clock = match count {
        6 => Clock { hour: first / 10_000, minute: first / 100 % 100, second: Some(first % 100) },
        4 => Clock { hour: first / 100, minute: first % 100, second: None },
        1 | 2 => Clock { hour: first, minute: 0, second: None },
        _ => return None,
    };
    if count <= 2 {
        let Some(after) = rest.strip_prefix([':', '.']) else {
            return Some((clock, rest));
        };
        let (minute, _, after) = digits(after, 2)?;
        clock.minute = minute;
        rest = after;
        if let Some((second, _, after)) = rest.strip_prefix([':', '.']).and_then(|after| digits(after, 2)) {
            clock.second = Some(second);
            rest = after;
        }
    }
    if let Some((_, _, after)) = rest.strip_prefix(['.', ',', ':']).and_then(|after| digits(after, 9)) {
        rest = after;
    }
    Some((clock, rest))
}

/// Offset from UTC in seconds: `Z`, `+01:00`, `-0500`, `+1`, `GMT+2`, `EST`, `(CET)`; `None` when unknown.
fn zone(text: &str) -> Option<i32> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '.' | '[' | ']'));
    let text = if text.len() > 4 && text.is_char_boundary(4) && text[..4].eq_ignore_ascii_case("etc/") {
        &text[4..]
    } else {
        text
    };
    let text = text.trim_start_matches("UTC").trim_start_matches("GMT").trim_start();
    if text.is_empty() {
        return Some(0);
    }
    let (sign, rest) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '\u{2212}' => (-1, &text['\u{2212}'.len_utf8()..]),
        _ => {
            let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
            return named_zone(&text[..end]);
        }
    };
    let (first, count, rest) = digits(rest, 4)?;
    let (hours, minutes) = match count {
        1 | 2 => (first, rest.strip_prefix(':').and_then(|r| digits(r, 2)).map_or(0, |(m, _, _)| m)),
        _ => (first / 100, first % 100),
    };
    if hours > 24 || minutes > 59 {
        return None;
    }
    Some(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?)
}

/// Zones by name, hours and minutes from UTC as `hhmm`, sorted. `IST` is India's, `CST` America's, `BST` Britain's.
const ZONES: &[(&str, i32)] = &[
    ("ACDT", 1030),
    ("ACST", 930),
    ("ADT", -300),
    ("AEDT", 1100),
    ("AEST", 1000),
    ("AKDT", -800),
    ("AKST", -900),
    ("ART", -300),
    ("AST", -400),
    ("AWST", 800),
    ("BRT", -300),
    ("BST", 100),
    ("CAT", 200),
    ("CDT", -500),
    ("CEST", 200),
    ("CET", 100),
    ("CLT", -400),
    ("COT", -500),
    ("CST", -600),
    ("EAT", 300),
    ("EDT", -400),
    ("EEST", 300),
    ("EET", 200),
    ("EST", -500),
    ("GMT", 0),
    ("GST", 400),
    ("HKT", 800),
    ("HST", -1000),
    ("ICT", 700),
    ("IDT", 300),
    ("IST", 530),
    ("JST", 900),
    ("KST", 900),
    ("MDT", -600),
    ("MESZ", 200),
    ("MEZ", 100),
    ("MSD", 400),
    ("MSK", 300),
    ("MST", -700),
    ("MYT", 800),
    ("NDT", -230),
    ("NPT", 545),
    ("NST", -330),
    ("NZDT", 1300),
    ("NZST", 1200),
    ("PDT", -700),
    ("PHT", 800),
    ("PKT", 500),
    ("PST", -800),
    ("SAST", 200),
    ("SGT", 800),
    ("TRT", 300),
    ("UT", 0),
    ("UTC", 0),
    ("WAT", 100),
    ("WEST", 100),
    ("WET", 0),
    ("WIB", 700),
    ("WITA", 800),
    ("Z", 0),
];

fn named_zone(name: &str) -> Option<i32> {
    let name = name.to_ascii_uppercase();
    let at = ZONES.binary_search_by(|(zone, _)| (*zone).cmp(&name)).ok()?;
    let hhmm = ZONES[at].1;
    Some(hhmm / 100 * 3600 + hhmm % 100 * 60)
}

/// Beginnings of month names, lower case, with the month. The first that fits wins, so longer ones stand first.
const MONTHS: &[(&str, u32)] = &[
    // English, and what other languages of Europe share with it
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrt", 3),
    ("maa", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("mayıs", 5),
    ("may", 5),
    ("mai", 5),
    ("maj", 5),
    ("mei", 5),
    ("maggio", 5),
    ("mag", 5),
    ("máj", 5),
    ("maí", 5),
    ("juil", 7),
    ("jul", 7),
    ("júl", 7),
    ("lug", 7),
    ("juin", 6),
    ("jun", 6),
    ("jún", 6),
    ("giu", 6),
    ("aug", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("aoú", 8),
    ("sep", 9),
    ("set", 9),
    ("szept", 9),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("déc", 12),
    ("des", 12),
    ("gen", 1),
    ("ene", 1),
    ("jän", 1),
    ("fev", 2),
    ("fév", 2),
    ("fév", 2),
    ("márc", 3),
    ("ápr", 4),
    ("már", 3),
    // Turkish
    ("oca", 1),
    ("şub", 2),
    ("nis", 4),
    ("haz", 6),
    ("tem", 7),
    ("ağu", 8),
    ("eyl", 9),
    ("eki", 10),
    ("kas", 11),
    ("ara", 12),
    // Polish, Czech
    ("stycz", 1),
    ("lut", 2),
    ("kwie", 4),
    ("czerw", 6),
    ("lip", 7),
    ("sierp", 8),
    ("wrze", 9),
    ("paźdz", 10),
    ("listopad", 11),
    ("grud", 12),
    ("led", 1),
    ("únor", 2),
    ("břez", 3),
    ("dub", 4),
    ("květ", 5),
    ("červenec", 7),
    ("července", 7),
    ("červ", 6),
    ("srp", 8),
    ("září", 9),
    ("říj", 10),
    ("pros", 12),
    // Russian, Ukrainian
    ("янв", 1),
    ("фев", 2),
    ("мар", 3),
    ("апр", 4),
    ("мая", 5),
    ("май", 5),
    ("июн", 6),
    ("июл", 7),
    ("авг", 8),
    ("сен", 9),
    ("окт", 10),
    ("ноя", 11),
    ("дек", 12),
    ("січ", 1),
    ("лют", 2),
    ("бер", 3),
    ("квіт", 4),
    ("трав", 5),
    ("черв", 6),
    ("лип", 7),
    ("серп", 8),
    ("вер", 9),
    ("жовт", 10),
    ("лист", 11),
    ("груд", 12),
    // Greek
    ("ιαν", 1),
    ("φεβ", 2),
    ("μαρ", 3),
    ("μάρ", 3),
    ("μαρτ", 3),
    ("απρ", 4),
    ("μαϊ", 5),
    ("μάι", 5),
    ("μαι", 5),
    ("ιουλ", 7),
    ("ιούλ", 7),
    ("ιολ", 7),
    ("ιουν", 6),
    ("ιούν", 6),
    ("ιον", 6),
    ("αυγ", 8),
    ("αύγ", 8),
    ("σεπ", 9),
    ("οκτ", 10),
    ("νοε", 11),
    ("νοέ", 11),
    ("δεκ", 12),
    // Finnish
    ("tammi", 1),
    ("helmi", 2),
    ("huhti", 4),
    ("touko", 5),
    ("kesä", 6),
    ("heinä", 7),
    ("elo", 8),
    ("syys", 9),
    ("loka", 10),
    ("marras", 11),
    ("joulu", 12),
    // Arabic, Persian-Gregorian, Hebrew
    ("يناير", 1),
    ("فبراير", 2),
    ("مارس", 3),
    ("أبريل", 4),
    ("ابريل", 4),
    ("مايو", 5),
    ("يونيو", 6),
    ("يوليو", 7),
    ("أغسطس", 8),
    ("اغسطس", 8),
    ("سبتمبر", 9),
    ("أكتوبر", 10),
    ("اكتوبر", 10),
    ("نوفمبر", 11),
    ("ديسمبر", 12),
    ("ינואר", 1),
    ("פברואר", 2),
    ("מרץ", 3),
    ("אפריל", 4),
    ("מאי", 5),
    ("יוני", 6),
    ("יולי", 7),
    ("אוגוסט", 8),
    ("ספטמבר", 9),
    ("אוקטובר", 10),
    ("נובמבר", 11),
    ("דצמבר", 12),
];

fn month(word: &str) -> Option<u32> {
    MONTHS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, month)| *month)
}

/// Dates written with words or in the order day, month, year: reads piece after piece.
fn words(text: &str) -> Option<Moment> {
    let lowered = text.to_lowercase();
    let mut found = Found::default();
    // Korean, Japanese, Chinese: the unit stands behind the number.
    if lowered.contains(['年', '년']) {
        return ideographic(&lowered);
    }
    let mut numbers: Vec<(u32, usize)> = Vec::new();
    let mut rest = lowered.as_str();
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            rest = number(rest, &mut found, &mut numbers)?;
        } else if c.is_alphabetic() {
            let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = &rest[end..];
            match word {
                "am" | "pm" => found.afternoon = Some(word == "pm"),
                "p" | "a" if rest.starts_with(".m") => {
                    found.afternoon = Some(word == "p");
                    rest = &rest[2..];
                }
                "t" if found.time.is_none() => {}
                _ if found.month.is_none()
                    && numbers.len() < 2
                    && month(word).is_some()
                    && !is_weekday(word, found.month) =>
                {
                    found.month = month(word);
                }
                _ if found.time.is_some() && found.offset.is_none() => found.offset = named_zone(word),
                _ => {}
            }
        } else if matches!(c, '+' | '-' | '\u{2212}') && found.time.is_some() {
            let end = rest[1..].find(|c: char| !(c.is_ascii_digit() || c == ':')).map_or(rest.len(), |i| i + 1);
            if let Some(offset) = rest.get(..end).and_then(zone) {
                found.offset = Some(offset);
                rest = &rest[end..];
            } else {
                rest = &rest[c.len_utf8()..];
            }
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    place(&mut found, &numbers)?;
    found.moment()
}

/// Words for days that begin like a month: `Mar`(tes, di), `Mart`, `Mai`... are told by what else is there.
fn is_weekday(word: &str, month: Option<u32>) -> bool {
    month.is_none()
        && matches!(
            word,
            "mardi" | "martes" | "martedi" | "martedì" | "marți" | "maandag" | "marti" | "mart." | "sept." | "setmana"
        )
}

/// Reads a number and what hangs on it: a time (`10:14`), a date (`31/12/2003`), or a day or year alone.
fn number<'t>(text: &'t str, found: &mut Found, numbers: &mut Vec<(u32, usize)>) -> Option<&'t str> {
    let (value, count, rest) = digits(text, 9)?;
    let next = rest.chars().next();
    let next_is_digit = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    let is_clock =
        next_is_digit && (next == Some(':') || (next == Some('.') && numbers.len() >= 2 && found.time.is_none()));
    if is_clock && count <= 2 {
        let (clock, rest) = clock(text)?;
        found.time = Some(clock);
        return Some(rest);
    }
    numbers.push((value, count));
    if numbers.len() > 6 {
        return None;
    }
    Some(rest)
}

/// Tells day, month and year among the numbers found.
fn place(found: &mut Found, numbers: &[(u32, usize)]) -> Option<()> {
    let year = |value: u32, count: usize| -> Option<i32> {
        let value = i32::try_from(value).ok()?;
        Some(match count {
            4 => value,
            _ if value < 70 => 2000 + value,
            _ => 1900 + value,
        })
    };
    let wide = numbers.iter().position(|(_, count)| *count == 4);
    if found.month.is_some() {
        match (wide, numbers) {
            (Some(at), _) => {
                found.year = year(numbers[at].0, 4);
                found.day = numbers.iter().enumerate().find(|(i, _)| *i != at).map(|(_, n)| n.0);
            }
            (None, [day, last, ..]) => {
                let (day, last) = if day.0 > 31 { (last, day) } else { (day, last) };
                found.day = Some(day.0);
                found.year = year(last.0, last.1);
            }
            _ => return None,
        }
        return Some(());
    }
    let (year_at, first, second) = match (wide, numbers) {
        (Some(0), [_, month, day, ..]) => (0, *day, *month),
        (Some(_), [first, second, _, ..]) => (2, *first, *second),
        (None, [first, second, _, ..]) => (2, *first, *second),
        _ => return None,
    };
    found.year = year(numbers[year_at].0, numbers[year_at].1);
    // `12/31/2003` is American; where both readings are possible the day is taken to stand first, unless the
    // clock has twelve hours.
    let american = year_at == 2 && (second.0 > 12 || (first.0 <= 12 && found.afternoon.is_some()));
    (found.day, found.month) = if american { (Some(second.0), Some(first.0)) } else { (Some(first.0), Some(second.0)) };
    Some(())
}

/// `2004년 05월 28일 오후 01:31:15`, `2004年5月28日 13時31分`.
fn ideographic(text: &str) -> Option<Moment> {
    let afternoon = if text.contains("오후") || text.contains("午後") || text.contains("下午") {
        Some(true)
    } else if text.contains("오전") || text.contains("午前") || text.contains("上午") {
        Some(false)
    } else {
        None
    };
    let mut found = Found { afternoon, ..Found::default() };
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[at..];
        let (value, _, after) = digits(rest, 4)?;
        match after.trim_start().chars().next() {
            Some('年' | '년') => found.year = Some(value.try_into().ok()?),
            Some('月' | '월') => found.month = Some(value),
            Some('日' | '일') => found.day = Some(value),
            Some('時' | '时' | '시' | '點' | '点') => {
                found.time = Some(Clock { hour: value, minute: 0, second: None })
            }
            Some('分' | '분') => found.time.iter_mut().for_each(|time| time.minute = value),
            Some('秒' | '초') => found.time.iter_mut().for_each(|time| time.second = Some(value)),
            Some(':') => {
                let (clock, after) = clock(rest)?;
                found.time = Some(clock);
                if let Some(offset) = after.trim_start().strip_prefix(['+', '-']).and_then(|_| zone(after)) {
                    found.offset = Some(offset);
                }
                rest = after;
                continue;
            }
            _ => {}
        }
        rest = after;
    }
    // Local times of the country whose script it is.
    let offset = found.offset.or(if text.contains('년') { Some(9 * 3600) } else { None });
    found.offset = offset;
    found.moment()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let got = parse(text).map(|m| m.at.to_string()).unwrap_or_default();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn zones_are_sorted() {
        assert!(ZONES.is_sorted());
    }

    #[test]
    fn rfc_822_and_its_deviations_are_read() {
        for text in [
            "Thu, 01 Jan 2004 19:48:21 GMT",
            "Thu, 1 Jan 2004 19:48:21 +0000",
            "Thursday, January 1, 2004 7:48:21 PM",
            "01 Jan 04 19:48:21 UT",
            "Thu, 01 Jan 2004 14:48:21 EST",
            "Thu,01 Jan 2004 19:48:21 Z",
            "Jan 1, 2004 19:48:21",
            "Thu Jan  1 19:48:21 2004",
            "Thu Jan  1 19:48:21 GMT 2004",
            "Thu, 01 Jan 2004 21:48:21 GMT+0200",
            "Do, 01 Jan 2004 20:48:21 MEZ",
            "1-Jan-2004 19:48:21 GMT",
            "Thu, 2004/01/01 14:48:21 EST",
        ] {
            check(text, "2004-01-01T19:48:21Z");
        }
        check("Fri, 31 Dec 1999 24:00:00 GMT", "2000-01-01T00:00:00Z");
        check("Thu, 31 Jun 2004 19:48:21 GMT", "");
    }

    #[test]
    fn iso_8601_is_read_in_the_forms_in_use() {
        for text in [
            "2003-12-31T10:14:55Z",
            "2003-12-31T10:14:55.250Z",
            "2003-12-31 10:14:55",
            "20031231T101455Z",
            "2003-365T10:14:55Z",
            "2003-12-31T12:14:55+02:00",
            "2003-12-31T05:14:55-0500",
            "2003-12-31 10:14:55 UTC",
        ] {
            check(text, "2003-12-31T10:14:55Z");
        }
        check("2003-12", "2003-12-01T00:00:00Z");
        check("2003", "2003-01-01T00:00:00Z");
        assert_eq!(parse("2003-12-31").map(|m| m.precision), Some(Precision::Day));
        assert_eq!(parse("2003-12-31T10:14Z").map(|m| m.precision), Some(Precision::Minute));
    }

    #[test]
    fn months_are_read_in_other_languages() {
        check("lun., 3 août 2020 08:00:00 +0200", "2020-08-03T06:00:00Z");
        check("martes, 3 de marzo de 2020 08:00", "2020-03-03T08:00:00Z");
        check("Пн, 3 авг 2020 08:00:00 +0300", "2020-08-03T05:00:00Z");
        check("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z");
        check("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z");
        check("2004년 05월 28일 오후 01:31:15", "2004-05-28T04:31:15Z");
        check("2020年8月3日 8时5分", "2020-08-03T08:05:00Z");
        check("31.12.2003 10:14", "2003-12-31T10:14:00Z");
        check("12/31/2003 10:14:00 AM", "2003-12-31T10:14:00Z");
    }

    #[test]
    fn junk_is_no_date() {
        for text in ["", "yesterday", "12:30", "Jan", "2003-13-01T00:00:00Z", "99999999", "2020"] {
            assert!(parse(text).is_none() || text == "2020", "{text}");
        }
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in "[0-9:/T +.a-z,-]{0,40}|\\PC{0,40}") {
            parse(&text);
        }
    }
}
