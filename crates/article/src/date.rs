//! Dates as news pages write them, in markup and in print.

use jiff::civil;
use jiff::tz::Offset;
use news::time::{Moment, Precision};

/// Reads a date as it stands in JSON-LD, a meta tag or a `datetime` attribute, else as printed.
///
/// Forms: ISO 8601 with its common slips, RFC 2822, seconds or milliseconds since 1970, `20231105`,
/// and what [`printed`] reads. `None` for anything else and for years outside 1900 to 2100.
pub(crate) fn stated(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 80 {
        return None;
    }
    iso(text).or_else(|| number(text)).or_else(|| printed(text))
}

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let len = self.rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        if len < least {
            return None;
        }
        let value = self.rest[..len].iter().fold(0, |n, b| n * 10 + i64::from(b - b'0'));
        self.rest = &self.rest[len..];
        Some(value)
    }

    fn skip(&mut self, set: &[u8]) -> bool {
        match self.rest.first() {
            Some(b) if set.contains(b) => {
                self.rest = &self.rest[1..];
                true
            }
            _ => false,
        }
    }

    fn spaces(&mut self) {
        while self.skip(b" \t") {}
    }
}

/// `2023-11-05T10:20:30.123+01:00` and its variants.
fn iso(text: &str) -> Option<Moment> {
    let mut scan = Scan { rest: text.as_bytes() };
    let year = scan.digits(4, 4)?;
    let separated = scan.skip(b"-/.");
    let month = scan.digits(if separated { 1 } else { 2 }, 2)?;
    if separated && !scan.skip(b"-/.") {
        return None;
    }
    let day = scan.digits(if separated { 1 } else { 2 }, 2)?;
    let date = civil_date(year, month, day)?;
    let t = scan.skip(b"Tt") || scan.skip(b" ");
    scan.spaces();
    if !t || scan.rest.is_empty() {
        // Anything but the end or a time after a compact date is some other number.
        return (separated || scan.rest.is_empty()).then(|| day_only(date)).flatten();
    }
    let Some((time, precision)) = clock(&mut scan) else { return separated.then(|| day_only(date)).flatten() };
    scan.spaces();
    let offset = zone(&mut scan);
    moment(date.to_datetime(time), offset, precision)
}

/// `10:20`, `10:20:30`, `10:20:30.123`, `102030`, `10.20`, with `am` or `pm`.
fn clock(scan: &mut Scan<'_>) -> Option<(civil::Time, Precision)> {
    let mut hour = scan.digits(1, 2)?;
    let colon = scan.skip(b":.h");
    let minute = scan.digits(2, 2)?;
    let mut precision = Precision::Minute;
    let mut second = 0;
    let before = scan.rest;
    if !colon || scan.skip(b":.") {
        match scan.digits(2, 2) {
            Some(s) if s < 61 => {
                second = s.min(59);
                precision = Precision::Second;
                if scan.skip(b".,:") {
                    scan.digits(1, 9);
                }
            }
            _ => scan.rest = before,
        }
    }
    let before = scan.rest;
    scan.spaces();
    let half = scan.rest.iter().take(4).map(u8::to_ascii_lowercase).collect::<Vec<_>>();
    if half.starts_with(b"pm") || half.starts_with(b"p.m.") {
        hour = hour % 12 + 12;
        scan.rest = &scan.rest[if half[1] == b'.' { 4 } else { 2 }..];
    } else if half.starts_with(b"am") || half.starts_with(b"a.m.") {
        hour %= 12;
        scan.rest = &scan.rest[if half[1] == b'.' { 4 } else { 2 }..];
    } else {
        scan.rest = before;
    }
    if hour == 24 && minute == 0 {
        hour = 0;
    }
    let time = civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0);
    time.ok().map(|t| (t, precision))
}

/// Zone names that pages print, with minutes east of Greenwich. Names with two meanings (IST, CST) have the
/// one that English-language news uses.
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("mez", 60),
    ("mesz", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("est", -300),
    ("edt", -240),
    ("et", -300),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("ist", 330),
    ("jst", 540),
    ("kst", 540),
    ("hkt", 480),
    ("sgt", 480),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("sast", 120),
    ("wat", 60),
    ("eat", 180),
    ("brt", -180),
    ("wib", 420),
];

fn zone(scan: &mut Scan<'_>) -> Option<Offset> {
    let at = scan.rest;
    for lead in [&b"utc"[..], b"gmt"] {
        if at.len() > 3 && at[..3].eq_ignore_ascii_case(lead) && matches!(at[3], b'+' | b'-') {
            scan.rest = &at[3..];
        }
    }
    let sign = match scan.rest.first()? {
        b'+' => 1,
        b'-' => -1,
        // A true minus sign.
        0xe2 if scan.rest.starts_with("−".as_bytes()) => -1,
        _ => {
            let len = scan.rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            let name = std::str::from_utf8(&scan.rest[..len]).ok()?.to_ascii_lowercase();
            let minutes = ZONES.iter().find(|(n, _)| *n == name)?.1;
            scan.rest = &scan.rest[len..];
            return Offset::from_seconds(minutes * 60).ok();
        }
    };
    scan.rest = &scan.rest[if scan.rest[0] == 0xe2 { 3 } else { 1 }..];
    let hours = scan.digits(1, 2)?;
    scan.skip(b":");
    let minutes = scan.digits(2, 2).unwrap_or(0);
    if hours > 15 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours as i32 * 3600 + minutes as i32 * 60)).ok()
}

fn civil_date(year: i64, month: i64, day: i64) -> Option<civil::Date> {
    if !(1900..=2100).contains(&year) {
        return None;
    }
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn moment(at: civil::DateTime, offset: Option<Offset>, precision: Precision) -> Option<Moment> {
    let at = offset.unwrap_or(Offset::UTC).to_timestamp(at).ok()?;
    Some(Moment { at, offset, precision })
}

fn day_only(date: civil::Date) -> Option<Moment> {
    moment(date.to_datetime(civil::Time::midnight()), None, Precision::Day)
}

/// Seconds or milliseconds since 1970.
fn number(text: &str) -> Option<Moment> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = text.parse().ok()?;
    let at = match text.len() {
        10 => jiff::Timestamp::from_second(value),
        13 => jiff::Timestamp::from_millisecond(value),
        _ => return None,
    };
    Some(Moment { at: at.ok()?, offset: Some(Offset::UTC), precision: Precision::Second })
}

/// The months as words begin in the languages of the labelled outlets; a word counts when it begins so.
const MONTHS: &[(&str, i64)] = &[
    ("ene", 1),
    ("gen", 1),
    ("jan", 1),
    ("jän", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("mär", 3),
    ("mar", 3),
    ("maa", 3),
    ("mrt", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mei", 5),
    ("mag", 5),
    ("maj", 5),
    ("jun", 6),
    ("juin", 6),
    ("giu", 6),
    ("jul", 7),
    ("juil", 7),
    ("lug", 7),
    ("aug", 8),
    ("aoû", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("déc", 12),
    ("dic", 12),
    ("des", 12),
    ("январ", 1),
    ("феврал", 2),
    ("март", 3),
    ("апрел", 4),
    ("мая", 5),
    ("май", 5),
    ("июн", 6),
    ("июл", 7),
    ("август", 8),
    ("сентябр", 9),
    ("октябр", 10),
    ("ноябр", 11),
    ("декабр", 12),
    ("січ", 1),
    ("лют", 2),
    ("бер", 3),
    ("квіт", 4),
    ("трав", 5),
    ("черв", 6),
    ("лип", 7),
    ("серп", 8),
    ("верес", 9),
    ("жовт", 10),
    ("листоп", 11),
    ("груд", 12),
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
];

fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    // "juin"/"juil" would else be read by "jun"/"jul"; the longest match wins.
    MONTHS.iter().filter(|(name, _)| word.starts_with(name)).max_by_key(|(name, _)| name.len()).map(|(_, m)| *m)
}

/// Whether a line says when and nothing else: `22 November 2026, 23:30 Updated 23 November 2026, 09:15`.
pub(crate) fn is_line(text: &str) -> bool {
    const BESIDE: &[&str] = &[
        "am",
        "pm",
        "a",
        "p",
        "m",
        "h",
        "uhr",
        "gmt",
        "utc",
        "bst",
        "cet",
        "cest",
        "eet",
        "est",
        "edt",
        "pst",
        "pdt",
        "ist",
        "on",
        "at",
        "of",
        "the",
        "time",
        "local",
        "first",
        "last",
        "updated",
        "update",
        "published",
        "posted",
        "modified",
        "edited",
        "created",
        "date",
        "st",
        "nd",
        "rd",
        "th",
        "um",
        "den",
        "vom",
        "der",
        "stand",
        "aktualisiert",
        "veröffentlicht",
        "le",
        "à",
        "er",
        "publié",
        "publiée",
        "mis",
        "mise",
        "jour",
        "modifié",
        "de",
        "del",
        "el",
        "las",
        "a",
        "publicado",
        "publicada",
        "actualizado",
        "actualizada",
        "atualizado",
        "em",
        "às",
        "il",
        "alle",
        "ore",
        "pubblicato",
        "aggiornato",
        "op",
        "om",
        "bijgewerkt",
        "gepubliceerd",
        "опубліковано",
        "оновлено",
        "о",
        "року",
        "опубликовано",
        "обновлено",
        "в",
        "года",
        "نشر",
        "نُشر",
        "تحديث",
        "آخر",
        "في",
    ];
    const DAYS: &[&str] = &[
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ];
    if text.len() > 200 || printed(text).is_none() {
        return false;
    }
    text.split(|c: char| !c.is_alphanumeric() && c != '\u{64f}').filter(|t| !t.is_empty()).all(|token| {
        let lower = token.to_lowercase();
        let letters = lower.trim_start_matches(|c: char| c.is_numeric());
        letters.is_empty()
            || BESIDE.contains(&letters)
            || DAYS.iter().any(|d| letters.starts_with(d))
            || month(token).is_some()
            || eastern(text).is_some() && !letters.is_ascii()
    })
}

/// Reads a date as printed: `28 January 2017 19.01 GMT`, `December 2nd, 2025`, `Tue, 05 Nov 2023 10:00:00 +0100`,
/// `05.11.2023, 10:20 Uhr`, `2023年11月5日`. The day comes before the month in all-number forms, unless it
/// cannot. `None` when the text holds no whole date.
pub(crate) fn printed(text: &str) -> Option<Moment> {
    let text = text.trim();
    // Long text is not a date line; a date is at its head.
    let text = match text.char_indices().nth(100) {
        Some((at, _)) => &text[..at],
        None => text,
    };
    if let Some(found) = eastern(text) {
        return Some(found);
    }
    let tokens: Vec<(usize, &str)> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|t| !t.is_empty())
        .map(|t| (t.as_ptr() as usize - text.as_ptr() as usize, t))
        .collect();
    let ordinal = |t: &str| -> Option<i64> {
        let digits = t.bytes().take_while(u8::is_ascii_digit).count();
        (1..=2).contains(&digits).then_some(())?;
        let tail = &t[digits..];
        matches!(tail, "" | "st" | "nd" | "rd" | "th" | "er" | "º").then(|| t[..digits].parse().ok()).flatten()
    };
    let year = |t: &str| -> Option<i64> {
        (t.len() == 4 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok()).flatten()
    };
    let word_month = |t: &str| t.starts_with(char::is_alphabetic).then(|| month(t)).flatten();
    for i in 0..tokens.len() {
        let token = |n: usize| tokens.get(i + n).map_or("", |t| t.1);
        let skip = |n: usize| if matches!(token(n), "de" | "of" | "del") { n + 1 } else { n };
        let second = skip(1);
        let third = skip(second + 1);
        let found =
            if let (Some(d), Some(m), Some(y)) = (ordinal(token(0)), word_month(token(second)), year(token(third))) {
                civil_date(y, m, d).map(|date| (date, i + third))
            } else if let (Some(m), Some(d), Some(y)) = (word_month(token(0)), ordinal(token(1)), year(token(2))) {
                civil_date(y, m, d).map(|date| (date, i + 2))
            } else if let (Some(a), Some(b), Some(y)) = (ordinal(token(0)), ordinal(token(1)), year(token(2))) {
                let joined = tokens[i + 2].0 - tokens[i].0 <= 8;
                joined.then(|| civil_date(y, b, a).or_else(|| civil_date(y, a, b))).flatten().map(|date| (date, i + 2))
            } else if let (Some(y), Some(m), Some(d)) = (year(token(0)), ordinal(token(1)), ordinal(token(2))) {
                civil_date(y, m, d).map(|date| (date, i + 2))
            } else {
                None
            };
        if let Some((date, last)) = found {
            let end = tokens[last].0 + tokens[last].1.len();
            return with_time(date, &text[end..]);
        }
    }
    None
}

/// A date with the first clock time in what follows it.
fn with_time(date: civil::Date, after: &str) -> Option<Moment> {
    for (at, _) in after.char_indices().filter(|(_, c)| c.is_ascii_digit()).take(4) {
        if at > 0 && after.as_bytes()[at - 1].is_ascii_digit() {
            continue;
        }
        let mut scan = Scan { rest: &after.as_bytes()[at..] };
        if let Some((time, precision)) = clock(&mut scan)
            && scan.rest.first().is_none_or(|b| !b.is_ascii_digit())
            && after.as_bytes()[at..].iter().take(3).any(|b| matches!(b, b':' | b'.' | b'h'))
        {
            while scan.skip(b" \t()hH") {}
            if scan.rest.len() >= 3 && scan.rest[..3].eq_ignore_ascii_case(b"uhr") {
                scan.rest = &scan.rest[3..];
                scan.spaces();
            }
            let offset = zone(&mut scan);
            return moment(date.to_datetime(time), offset, precision);
        }
    }
    day_only(date)
}

/// `2023年11月5日` and `2023년 11월 5일`, with or without a time.
fn eastern(text: &str) -> Option<Moment> {
    let at = text.find(['年', '년'])?;
    let year: i64 = text[..at].trim_end().get(at.saturating_sub(4)..)?.parse().ok()?;
    let rest = text[at..].get(3..)?.trim_start();
    let month_end = rest.find(['月', '월'])?;
    let month = rest[..month_end].trim().parse().ok()?;
    let rest = rest[month_end..].get(3..)?.trim_start();
    let day_end = rest.find(['日', '일'])?;
    let day = rest[..day_end].trim().parse().ok()?;
    with_time(civil_date(year, month, day)?, rest[day_end..].get(3..).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_pages_write_them() {
        let check = |text: &str, expected: &str| {
            assert_eq!(stated(text).map(|m| m.rfc3339()).unwrap_or_default(), expected, "{text}");
        };
        check("2017-01-28T20:01:00+01:00", "2017-01-28T20:01:00+01:00");
        check("2017-01-28T20:01:00.123Z", "2017-01-28T20:01:00Z");
        check("2017-01-28T20:01+0100", "2017-01-28T20:01:00+01:00");
        check("2017-01-28 20:01:00", "2017-01-28T20:01:00Z");
        check("2017-01-28", "2017-01-28");
        check("20170128", "2017-01-28");
        check("1485633660", "2017-01-28T20:01:00Z");
        check("1485633660000", "2017-01-28T20:01:00Z");
        check("Sat, 28 Jan 2017 20:01:00 GMT", "2017-01-28T20:01:00Z");
        check("Sat Jan 28 2017", "2017-01-28");
        check("28 January 2017 19.01 GMT", "2017-01-28T19:01:00Z");
        check("December 2nd, 2025", "2025-12-02");
        check("Jan. 28, 2017 3:05 p.m. EST", "2017-01-28T15:05:00-05:00");
        check("28.01.2017, 20:01 Uhr", "2017-01-28T20:01:00Z");
        check("28/01/2017", "2017-01-28");
        check("01/28/2017", "2017-01-28");
        check("28 de enero de 2017", "2017-01-28");
        check("28 de abril de 2017", "2017-04-28");
        check("28 juin 2017 à 14h05", "2017-06-28T14:05:00Z");
        check("28 січня 2017, 20:01", "2017-01-28T20:01:00Z");
        check("2017年1月28日 20:01", "2017-01-28T20:01:00Z");
        check("2017년 1월 28일", "2017-01-28");
        check("0000-00-00", "");
        check("2017-13-40", "");
        check("yesterday", "");
        check("", "");
        check("1234567", "");
    }

    proptest::proptest! {
        #[test]
        fn reading_a_date_never_panics(text in "\\PC{0,60}") {
            stated(&text);
            printed(&text);
        }
        #[test]
        fn reading_something_like_a_date_never_panics(text in "[0-9]{0,5}[-/. :年월日T+apm]{0,3}[0-9]{0,4}[-/. :年월日TZ+apm−]{0,3}[0-9]{0,4}[-:.+ janm−]{0,5}[0-9]{0,4}") {
            stated(&text);
        }
    }
}
