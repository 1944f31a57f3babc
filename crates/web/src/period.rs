//! Stretches of days on a timeline: decade, year, month, day, or any two days; each has an address and a name.

use crate::ask::{Asked, BadValue};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// A stretch of days, both ends inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Date,
    pub(crate) to: Date,
}

/// What a timeline shows: how far in it is zoomed, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zoom {
    /// Everything from the first text to the last.
    All,
    /// `2010s`: the year it begins with.
    Decade(i16),
    /// `2017`.
    Year(i16),
    /// `2017-01`.
    Month(i16, i8),
    /// `2017-01-28`.
    Day(Date),
    /// From one day to another; `None` where everything before or after is meant.
    Between(Option<Date>, Option<Date>),
}

/// The longest stretch between two days that is drawn.
const MOST_YEARS: i16 = 600;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Period {
    pub(crate) fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    fn days(&self) -> i64 {
        self.to.since(self.from).map_or(0, |span| i64::from(span.get_days())) + 1
    }

    fn years(&self) -> i64 {
        i64::from(self.to.year()) - i64::from(self.from.year()) + 1
    }
}

/// A value of `zoom`, `from` or `to` as written: a decade, a year, a month or a day.
fn one(text: &str) -> Option<Zoom> {
    if let Some(decade) = text.strip_suffix('s') {
        let year = year(decade)?;
        return (year % 10 == 0).then_some(Zoom::Decade(year));
    }
    let mut parts = text.split('-');
    let year = year(parts.next()?)?;
    let number = |part: &str| (part.len() == 2).then(|| part.parse::<i8>().ok()).flatten();
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some(Zoom::Year(year)),
        (Some(month), None, _) => {
            let month = number(month)?;
            (1..=12).contains(&month).then_some(Zoom::Month(year, month))
        }
        (Some(month), Some(day), None) => Some(Zoom::Day(Date::new(year, number(month)?, number(day)?).ok()?)),
        _ => None,
    }
}

/// Four digits, and no decade that the calendar would end in.
fn year(text: &str) -> Option<i16> {
    let is_year = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    is_year.then(|| text.parse().ok()).flatten().filter(|year| (1..9_990).contains(year))
}

impl Zoom {
    /// What a request asks for: `zoom`, or `from` and `to`.
    pub(crate) fn asked(asked: &Asked) -> Result<Zoom, BadValue> {
        let field = |name: &str| asked.field(name).map(str::trim).filter(|text| !text.is_empty());
        if let Some(text) = field("zoom").filter(|text| *text != "all") {
            return one(text)
                .ok_or_else(|| bad("zoom", text, "a decade, year, month or day: 2010s, 2017, 2017-01, 2017-01-28"));
        }
        let end = |name: &'static str| -> Result<Option<Period>, BadValue> {
            let Some(text) = field(name) else { return Ok(None) };
            one(text)
                .map(|zoom| Some(zoom.period(Period { from: Date::MIN, to: Date::MAX })))
                .ok_or_else(|| bad(name, text, "a day such as 2017-01-28, a month or a year"))
        };
        let (from, to) = (end("from")?.map(|period| period.from), end("to")?.map(|period| period.to));
        match (from, to) {
            (None, None) => Ok(Zoom::All),
            (Some(from), Some(to)) if from > to => Err(bad("from", &from.to_string(), "a day that is not after `to`")),
            (Some(from), Some(to)) if to.year() - from.year() > MOST_YEARS => {
                Err(bad("from", &from.to_string(), "at most 600 years before `to`"))
            }
            _ => Ok(Zoom::Between(from, to)),
        }
    }

    /// The days it covers; `all` is the stretch from the first text to the last.
    pub(crate) fn period(self, all: Period) -> Period {
        let whole = |from: i16, to: i16| Period { from: Date::constant(from, 1, 1), to: Date::constant(to, 12, 31) };
        match self {
            Zoom::All => all,
            Zoom::Decade(year) => whole(year, year.saturating_add(9)),
            Zoom::Year(year) => whole(year, year),
            Zoom::Month(year, month) => {
                let from = Date::new(year, month, 1).unwrap_or(Date::MIN);
                Period { from, to: from.last_of_month() }
            }
            Zoom::Day(day) => Period { from: day, to: day },
            Zoom::Between(from, to) => {
                let from = from.unwrap_or(all.from.min(to.unwrap_or(all.from)));
                let to = to.unwrap_or(all.to).max(from);
                let floor = to.saturating_sub(Span::new().years(i64::from(MOST_YEARS)));
                Period { from: from.max(floor), to }
            }
        }
    }

    /// The value of `zoom` that leads here; `None` for what needs `from` and `to`, or nothing.
    pub(crate) fn word(self) -> Option<String> {
        match self {
            Zoom::All | Zoom::Between(..) => None,
            Zoom::Decade(year) => Some(format!("{year:04}s")),
            Zoom::Year(year) => Some(format!("{year:04}")),
            Zoom::Month(year, month) => Some(format!("{year:04}-{month:02}")),
            Zoom::Day(day) => Some(day.to_string()),
        }
    }

    /// What it is called.
    pub(crate) fn name(self, period: Period) -> String {
        match self {
            Zoom::All => "all years".to_owned(),
            Zoom::Decade(year) => format!("the {year}s"),
            Zoom::Year(year) => year.to_string(),
            Zoom::Month(year, month) => format!("{} {year}", month_name(month)),
            Zoom::Day(day) => long(day),
            Zoom::Between(..) => format!("{} to {}", long(period.from), long(period.to)),
        }
    }

    /// The shortest name among its neighbours.
    pub(crate) fn short(self) -> String {
        match self {
            Zoom::Month(_, month) => month_name(month)[..3].to_owned(),
            Zoom::Day(day) => day.day().to_string(),
            other => other.word().unwrap_or_default(),
        }
    }

    /// The wider stretches around it, widest first.
    pub(crate) fn wider(self) -> Vec<Zoom> {
        let decade = |year: i16| Zoom::Decade(year - year.rem_euclid(10));
        match self {
            Zoom::All => Vec::new(),
            Zoom::Decade(_) | Zoom::Between(..) => vec![Zoom::All],
            Zoom::Year(year) => vec![Zoom::All, decade(year)],
            Zoom::Month(year, _) => vec![Zoom::All, decade(year), Zoom::Year(year)],
            Zoom::Day(day) => {
                vec![Zoom::All, decade(day.year()), Zoom::Year(day.year()), Zoom::Month(day.year(), day.month())]
            }
        }
    }

    /// The stretch of the same length before it (-1) or after it (1).
    pub(crate) fn beside(self, step: i16) -> Option<Zoom> {
        let year_in = |year: i16| (1..9_990).contains(&year).then_some(year);
        Some(match self {
            Zoom::All | Zoom::Between(..) => return None,
            Zoom::Decade(year) => Zoom::Decade(year_in(year.checked_add(step * 10)?)?),
            Zoom::Year(year) => Zoom::Year(year_in(year.checked_add(step)?)?),
            Zoom::Month(year, month) => {
                let months = i32::from(year) * 12 + i32::from(month) - 1 + i32::from(step);
                let year = i16::try_from(months.div_euclid(12)).ok()?;
                Zoom::Month(year_in(year)?, i8::try_from(months.rem_euclid(12)).ok()? + 1)
            }
            Zoom::Day(day) => Zoom::Day(day.checked_add(i64::from(step).days()).ok()?),
        })
    }
}

/// The equal stretches in which a period is drawn, in order: at most 62 days, months or years, else decades. A single
/// day is drawn in its month.
pub(crate) fn buckets(zoom: Zoom, period: Period) -> Vec<Zoom> {
    if let Zoom::Day(day) = zoom {
        let month = Zoom::Month(day.year(), day.month());
        return buckets(month, month.period(period));
    }
    let Period { from, to } = period;
    let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
    // "All" and decades are told year by year, however few the years are.
    let by_year = matches!(zoom, Zoom::All | Zoom::Decade(_));
    if !by_year && period.days() <= 62 {
        return (0..period.days()).filter_map(|n| Some(Zoom::Day(from.checked_add(n.days()).ok()?))).collect();
    }
    if !by_year && months(to) - months(from) < 62 {
        let month =
            |n: i32| Some(Zoom::Month(i16::try_from(n.div_euclid(12)).ok()?, i8::try_from(n.rem_euclid(12) + 1).ok()?));
        return (months(from)..=months(to)).filter_map(month).collect();
    }
    if period.years() <= 62 {
        return (from.year()..=to.year()).map(Zoom::Year).collect();
    }
    let first = from.year() - from.year().rem_euclid(10);
    (first..=to.year()).step_by(10).map(Zoom::Decade).collect()
}

fn bad(name: &'static str, value: &str, wants: &'static str) -> BadValue {
    BadValue { name, value: value.chars().take(80).collect(), wants }
}

fn month_name(month: i8) -> &'static str {
    usize::try_from(month).ok().and_then(|month| MONTHS.get(month.wrapping_sub(1))).copied().unwrap_or("")
}

/// `28 January 2017`.
pub(crate) fn long(day: Date) -> String {
    format!("{} {} {}", day.day(), month_name(day.month()), day.year())
}

/// `28 Jan`.
pub(crate) fn day_and_month(day: Date) -> String {
    format!("{} {}", day.day(), &month_name(day.month())[..3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a literal day")
    }

    fn period(from: &str, to: &str) -> Period {
        Period { from: day(from), to: day(to) }
    }

    fn words(zooms: &[Zoom]) -> Vec<String> {
        zooms.iter().map(|zoom| zoom.word().unwrap_or_else(|| "-".to_owned())).collect()
    }

    const ALL: (&str, &str) = ("2017-01-01", "2025-12-31");

    #[test]
    fn a_word_names_one_stretch_and_comes_back_as_written() {
        let check = |text: &str, from: &str, to: &str, name: &str| {
            let zoom = one(text).unwrap_or_else(|| panic!("{text} is a stretch"));
            let got = zoom.period(period(ALL.0, ALL.1));
            assert_eq!(got, period(from, to), "{text}");
            assert_eq!(zoom.word().as_deref(), Some(text));
            assert_eq!(zoom.name(got), name);
        };
        check("2010s", "2010-01-01", "2019-12-31", "the 2010s");
        check("2017", "2017-01-01", "2017-12-31", "2017");
        check("2016-02", "2016-02-01", "2016-02-29", "February 2016");
        check("2017-01-28", "2017-01-28", "2017-01-28", "28 January 2017");
    }

    #[test]
    fn nonsense_is_no_stretch() {
        for text in ["", "17", "2017-13", "2017-1", "2017-02-30", "2011s", "0000", "2017-01-28-1", "+017", "9995", "s"]
        {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn a_stretch_lies_in_wider_ones_and_beside_its_like() {
        let zoom = Zoom::Day(day("2017-01-01"));
        assert_eq!(words(&zoom.wider()), ["-", "2010s", "2017", "2017-01"]);
        assert_eq!(zoom.beside(-1).and_then(Zoom::word).as_deref(), Some("2016-12-31"));
        let check = |zoom: Zoom, step, expected: Option<&str>| {
            assert_eq!(zoom.beside(step).and_then(Zoom::word).as_deref(), expected);
        };
        check(Zoom::Month(2017, 1), -1, Some("2016-12"));
        check(Zoom::Month(2017, 12), 1, Some("2018-01"));
        check(Zoom::Decade(2010), 1, Some("2020s"));
        check(Zoom::Year(1), -1, None);
        check(Zoom::All, 1, None);
    }

    #[test]
    fn a_stretch_is_drawn_in_smaller_ones() {
        let all = period(ALL.0, ALL.1);
        let check = |zoom: Zoom, count: usize, first: &str, last: &str| {
            let got = words(&buckets(zoom, zoom.period(all)));
            assert_eq!((got.len(), got[0].as_str(), got[got.len() - 1].as_str()), (count, first, last));
        };
        check(Zoom::All, 9, "2017", "2025");
        check(Zoom::Decade(2010), 10, "2010", "2019");
        check(Zoom::Year(2017), 12, "2017-01", "2017-12");
        check(Zoom::Month(2016, 2), 29, "2016-02-01", "2016-02-29");
        check(Zoom::Day(day("2017-01-28")), 31, "2017-01-01", "2017-01-31");
        let between = |from: &str, to: &str| Zoom::Between(Some(day(from)), Some(day(to)));
        check(between("2017-01-20", "2017-02-10"), 22, "2017-01-20", "2017-02-10");
        check(between("2017-01-20", "2018-02-10"), 14, "2017-01", "2018-02");
        check(between("1990-01-20", "2018-02-10"), 29, "1990", "2018");
        check(between("1700-01-20", "2018-02-10"), 32, "1700s", "2010s");
        check(Zoom::Between(None, Some(day("2018-02-10"))), 14, "2017-01", "2018-02");
    }
}
