//! Times in queries: ISO 8601 instants, periods, intervals and durations, in UTC where no zone is given.

use crate::query::{Edge, Window};
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// `2017`, `2017-01`, `2017-W05`, `2017-01-28`, `2017-01-28T17:05[:09][Z|+03:00]` as the stretch it covers.
pub(crate) fn period(text: &str) -> Option<(Timestamp, Timestamp)> {
    if !text.is_ascii() {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    let (day, clock) = match upper.split_once('T') {
        Some((day, clock)) => (day, Some(clock)),
        None => (upper.as_str(), None),
    };
    let parts: Vec<&str> = day.split('-').collect();
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i16>().ok())?
    };
    let small = |text: &str| number(text, 2).and_then(|n| i8::try_from(n).ok());
    let year = number(parts.first()?, 4).filter(|year| (1..=9990).contains(year))?;
    let (from, to) = match (parts.as_slice(), clock) {
        ([_], None) => (Date::new(year, 1, 1).ok()?, Date::new(year + 1, 1, 1).ok()?),
        ([_, week], None) if week.starts_with('W') => {
            let monday = ISOWeekDate::new(year, small(&week[1..])?, Weekday::Monday).ok()?.date();
            (monday, monday.checked_add(Span::new().weeks(1)).ok()?)
        }
        ([_, month], None) => {
            let first = Date::new(year, small(month)?, 1).ok()?;
            (first, first.checked_add(Span::new().months(1)).ok()?)
        }
        ([_, month, day], None) => {
            let date = Date::new(year, small(month)?, small(day)?).ok()?;
            (date, date.tomorrow().ok()?)
        }
        ([_, month, day], Some(clock)) => {
            return instant(Date::new(year, small(month)?, small(day)?).ok()?, clock);
        }
        _ => return None,
    };
    Some((midnight(from)?, midnight(to)?))
}

fn instant(date: Date, clock: &str) -> Option<(Timestamp, Timestamp)> {
    let zone_at = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone_at);
    let offset = match zone {
        "" | "Z" => Offset::UTC,
        zone => {
            let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
            if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let hours: i32 = digits[..2].parse().ok()?;
            let minutes: i32 = digits.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?;
            let seconds = (hours * 60 + minutes) * 60;
            Offset::from_seconds(if zone.starts_with('-') { -seconds } else { seconds }).ok()?
        }
    };
    let mut parts = clock.split(':');
    let mut next = || match parts.next() {
        Some(part) if part.len() == 2 => part.parse::<i8>().ok().map(Some),
        Some(_) => None,
        None => Some(None),
    };
    let (hour, minute, second) = (next()??, next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    let at =
        date.at(0, 0, 0, 0).with().hour(hour).minute(minute.unwrap_or(0)).second(second.unwrap_or(0)).build().ok()?;
    let length = match (minute, second) {
        (_, Some(_)) => Span::new().seconds(1),
        (Some(_), None) => Span::new().minutes(1),
        (None, None) => Span::new().hours(1),
    };
    let from = offset.to_timestamp(at).ok()?;
    Some((from, from.checked_add(length).ok()?))
}

fn midnight(date: Date) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

/// `P1W`, `P3M`, `PT12H`: positive, at most a hundred years.
pub(crate) fn duration(text: &str) -> Option<Span> {
    if !text.starts_with(['P', 'p']) || text.len() > 40 || !text.is_ascii() {
        return None;
    }
    let span: Span = text.to_ascii_uppercase().parse().ok()?;
    let base = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);
    let moved = base.checked_add(span).ok()?;
    (moved > base && moved <= DateTime::constant(2100, 1, 1, 0, 0, 0, 0)).then_some(span)
}

/// What `date:` and its like take: a period, a duration up to now, or two of them with `/` between;
/// either side may be open.
pub(crate) fn window(text: &str) -> Option<Window> {
    let Some((from, to)) = text.split_once('/').or_else(|| text.split_once("..")) else {
        if let Some(span) = duration(text) {
            return Some(Window { from: Some(Edge::Ago(span)), to: None });
        }
        let (from, to) = period(text)?;
        return Some(Window { from: Some(Edge::At(from)), to: Some(Edge::At(to)) });
    };
    match (from, to) {
        ("", "") => None,
        ("", to) => Some(Window { from: None, to: Some(edge(to, true)?) }),
        (from, "") => Some(Window { from: Some(edge(from, false)?), to: None }),
        (from, to) => match (duration(from), duration(to)) {
            (Some(_), Some(_)) => None,
            (Some(span), None) => {
                let (_, to) = period(to)?;
                Some(Window { from: Some(Edge::At(moved(to, span, false)?)), to: Some(Edge::At(to)) })
            }
            (None, Some(span)) => {
                let (from, _) = period(from)?;
                Some(Window { from: Some(Edge::At(from)), to: Some(Edge::At(moved(from, span, true)?)) })
            }
            (None, None) => {
                let ((from, _), (_, to)) = (period(from)?, period(to)?);
                (from < to).then_some(Window { from: Some(Edge::At(from)), to: Some(Edge::At(to)) })
            }
        },
    }
}

/// One edge: the start of a period, or its end, or a duration before now.
pub(crate) fn edge(text: &str, end: bool) -> Option<Edge> {
    if let Some(span) = duration(text) {
        return Some(Edge::Ago(span));
    }
    let (from, to) = period(text)?;
    Some(Edge::At(if end { to } else { from }))
}

/// A moment moved on or back by calendar steps in UTC.
pub(crate) fn moved(at: Timestamp, span: Span, on: bool) -> Option<Timestamp> {
    let at = Offset::UTC.to_datetime(at);
    let at = if on { at.checked_add(span) } else { at.checked_sub(span) };
    Offset::UTC.to_timestamp(at.ok()?).ok()
}

impl Edge {
    /// The moment meant, in milliseconds since 1970.
    pub(crate) fn millis(&self, now: Timestamp) -> i64 {
        match self {
            Edge::At(at) => at.as_millisecond(),
            Edge::Ago(span) => moved(now, *span, false).unwrap_or(Timestamp::MIN).as_millisecond(),
        }
    }
}

impl Window {
    /// Its edges in milliseconds since 1970, open ones `None`.
    pub(crate) fn millis(&self, now: Timestamp) -> (Option<i64>, Option<i64>) {
        (self.from.map(|edge| edge.millis(now)), self.to.map(|edge| edge.millis(now)))
    }

    /// Whether it holds this moment.
    pub(crate) fn holds(&self, at_millis: i64, now: Timestamp) -> bool {
        let (from, to) = self.millis(now);
        from.is_none_or(|from| at_millis >= from) && to.is_none_or(|to| at_millis < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let now: Timestamp = "2025-03-18T20:00:00Z".parse().unwrap();
        let got = window(text).map(|window| {
            let (from, to) = window.millis(now);
            let show =
                |at: Option<i64>| at.map_or("-".to_owned(), |at| Timestamp::from_millisecond(at).unwrap().to_string());
            (show(from), show(to))
        });
        let got = got.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn periods_cover_what_they_name() {
        check("2017", Some(("2017-01-01T00:00:00Z", "2018-01-01T00:00:00Z")));
        check("2017-02", Some(("2017-02-01T00:00:00Z", "2017-03-01T00:00:00Z")));
        check("2020-W53", Some(("2020-12-28T00:00:00Z", "2021-01-04T00:00:00Z")));
        check("2017-01-28", Some(("2017-01-28T00:00:00Z", "2017-01-29T00:00:00Z")));
        check("2017-01-28T17:05Z", Some(("2017-01-28T17:05:00Z", "2017-01-28T17:06:00Z")));
        check("2017-01-28t17:05+03:00", Some(("2017-01-28T14:05:00Z", "2017-01-28T14:06:00Z")));
        check("2017-01-28T17:05:09", Some(("2017-01-28T17:05:09Z", "2017-01-28T17:05:10Z")));
        check("2017-01-28T17", Some(("2017-01-28T17:00:00Z", "2017-01-28T18:00:00Z")));
        for wrong in
            ["", "17", "2017-13", "2017-1", "2017-02-30", "2017-01-28T25:00", "2017-01-28T1:00", "x", "2017-W60"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn intervals_and_durations_reach_from_edge_to_edge() {
        check("2017-01/2017-03", Some(("2017-01-01T00:00:00Z", "2017-04-01T00:00:00Z")));
        check("2017-01..2017-03", Some(("2017-01-01T00:00:00Z", "2017-04-01T00:00:00Z")));
        check("2017-01/", Some(("2017-01-01T00:00:00Z", "-")));
        check("/2017-01", Some(("-", "2017-02-01T00:00:00Z")));
        check("P1W", Some(("2025-03-11T20:00:00Z", "-")));
        check("PT12H", Some(("2025-03-18T08:00:00Z", "-")));
        check("P1M/2017-03-30", Some(("2017-02-28T00:00:00Z", "2017-03-31T00:00:00Z")));
        check("2017-01-31/P1M", Some(("2017-01-31T00:00:00Z", "2017-02-28T00:00:00Z")));
        for wrong in ["/", "2018/2017", "P1D/P1D", "P", "-P1D", "P-1D", "P999Y", "P1W/x"] {
            check(wrong, None);
        }
    }
}
