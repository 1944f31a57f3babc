//! Times as outlets state them: an instant, the zone it was written in, and how exact it was.

use jiff::Timestamp;
use jiff::tz::Offset;

/// How exact a stated time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the day was stated; [`Moment::at`] is then its midnight in [`Moment::offset`] (UTC when unknown).
    Day,
    /// Hours and minutes were stated.
    Minute,
    /// Seconds or better were stated.
    Second,
}

/// A time as an outlet states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// The offset from UTC it was written in; `None` when the outlet gave no zone and UTC was taken.
    pub offset: Option<Offset>,
    /// How much of it was stated.
    pub precision: Precision,
}

impl Moment {
    /// An instant known to the second, in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Moment { at, offset: Some(Offset::UTC), precision: Precision::Second }
    }

    /// RFC 3339 in the zone it was stated in: `2017-01-28T20:01:00+01:00`, or `2025-12-02` where only
    /// the day was stated.
    pub fn rfc3339(&self) -> String {
        let offset = self.offset.unwrap_or(Offset::UTC);
        match self.precision {
            Precision::Day => offset.to_datetime(self.at).date().to_string(),
            Precision::Minute | Precision::Second if offset == Offset::UTC => self.at.to_string(),
            Precision::Minute | Precision::Second => self.at.display_with_offset(offset).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moment_prints_the_zone_it_was_written_in() {
        let at: Timestamp = "2017-01-28T19:01:00Z".parse().expect("literal");
        let east = Some(Offset::from_seconds(3600).expect("an hour"));
        let check = |offset, precision, expected: &str| {
            assert_eq!(Moment { at, offset, precision }.rfc3339(), expected);
        };
        check(east, Precision::Second, "2017-01-28T20:01:00+01:00");
        check(None, Precision::Minute, "2017-01-28T19:01:00Z");
        check(east, Precision::Day, "2017-01-28");
    }
}
