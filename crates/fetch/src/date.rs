//! The three date forms of HTTP (RFC 9110 section 5.6.7), read leniently.

use jiff::Timestamp;
use jiff::civil::Date;

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
///
/// The weekday is not checked and the zone is taken as GMT, as the standard says. Two-digit years up to
/// 69 belong to this century. `None` for anything else.
pub fn parse(text: &str) -> Option<Timestamp> {
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for part in text.split(|c: char| c.is_whitespace() || c == ',' || c == '-').filter(|part| !part.is_empty()).take(8)
    {
        if part.contains(':') {
            time = Some(clock(part)?);
        } else if let Ok(number) = part.parse::<i16>() {
            if day.is_none() && part.len() <= 2 {
                day = i8::try_from(number).ok();
            } else {
                year = Some(if part.len() == 2 { number + if number < 70 { 2000 } else { 1900 } } else { number });
            }
        } else if month.is_none() {
            month = month_number(part);
        }
    }
    let (hour, minute, second) = time?;
    let date = Date::new(year?, month?, day?).ok()?;
    let at = date.at(hour, minute, second.min(59), 0);
    jiff::tz::Offset::UTC.to_timestamp(at).ok()
}

fn clock(text: &str) -> Option<(i8, i8, i8)> {
    let mut parts = text.splitn(3, ':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..61).contains(&second))
        .then_some((hour, minute, second))
}

fn month_number(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let head = text.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == head).and_then(|at| i8::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_three_forms_of_http_are_one_instant() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(parse(text).map(|at| at.to_string()).as_deref(), expected, "{text}");
        };
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some("1994-11-06T08:49:37Z"));
        check("Sunday, 06-Nov-94 08:49:37 GMT", Some("1994-11-06T08:49:37Z"));
        check("Sun Nov  6 08:49:37 1994", Some("1994-11-06T08:49:37Z"));
        check("Wed, 1 Mar 2023 08:49 GMT", Some("2023-03-01T08:49:00Z"));
        check("Sat, 31 Dec 2016 23:59:60 GMT", Some("2016-12-31T23:59:59Z"));
        for wrong in ["", "0", "-1", "Thu, 32 Jan 2020 00:00:00 GMT", "Thu, 01 Foo 2020 00:00:00 GMT", "1 Jan 2020"] {
            check(wrong, None);
        }
    }
}
