//! Sentences and the days they are about: what a timeline is made of.

use crate::revision::Digest;
use crate::text;
use crate::time::Moment;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::ops::Range;

/// How a sentence comes to stand on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Telling {
    /// It speaks of the day, and its text came out on it or within two days after (or states no day of its own).
    Near,
    /// It speaks of the day, and its text came out more than two days after: the day has become history.
    Later,
    /// It speaks of the day, and its text came out before it: a plan.
    Ahead,
    /// It names no day; its text came out on this one.
    Published,
}

impl Telling {
    /// Every way, in the order of their numbers in the archive.
    pub const ALL: [Telling; 4] = [Telling::Near, Telling::Later, Telling::Ahead, Telling::Published];

    /// One word, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Telling::Near => "near",
            Telling::Later => "later",
            Telling::Ahead => "ahead",
            Telling::Published => "published",
        }
    }

    /// What one sentence adds to the weight of its day. A day that is told again when it is over weighs most; a plan
    /// and a sentence that names no day weigh least.
    pub fn weight(self) -> u32 {
        match self {
            Telling::Near => 2,
            Telling::Later => 8,
            Telling::Ahead | Telling::Published => 1,
        }
    }
}

/// A sentence and a day it is about; one that speaks of two days is two of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedSentence {
    /// The day.
    pub day: Date,
    /// How it comes to stand there.
    pub telling: Telling,
    /// Whether the calendar day itself is printed, rather than reckoned from the day of writing.
    pub is_printed: bool,
    /// Its number in the text as [`text::sentences`] cuts it, from 0.
    pub sentence: u32,
    /// Byte range of the revision's text.
    pub span: Range<usize>,
    /// The same for the same wording, see [`wording`].
    pub wording: i64,
}

/// What a text says of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dated {
    /// The day it was published, by the outlet's calendar; `None` when it states none that can be.
    pub published: Option<Date>,
    /// Its sentences, in order of the text, then of days.
    pub sentences: Vec<DatedSentence>,
}

/// The day of a stated time in the outlet's own zone; `None` without one, and for one more than a day after we
/// saw the text.
pub fn published_day(stated: Option<&Moment>, seen_at: Timestamp) -> Option<Date> {
    let moment = stated?;
    let latest = seen_at.checked_add(SignedDuration::from_hours(24)).unwrap_or(seen_at);
    let offset = moment.offset.unwrap_or(jiff::tz::Offset::UTC);
    (moment.at <= latest).then(|| offset.to_datetime(moment.at).date())
}

/// A number that two sentences share when their words do, letter case and punctuation aside.
pub fn wording(sentence: &str) -> i64 {
    let mut words = String::with_capacity(sentence.len());
    for word in text::words(sentence) {
        words.push_str(&sentence[word].to_lowercase());
        words.push(' ');
    }
    let digest = Digest::of(words.as_bytes()).0;
    i64::from_le_bytes([digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wording_leaves_case_and_punctuation_aside_and_nothing_else() {
        assert_eq!(wording("The dam gave way, he said."), wording("the dam gave way he said"));
        assert_ne!(wording("The dam gave way."), wording("The dam gave in."));
    }

    #[test]
    fn a_day_is_the_outlets_own_and_never_one_to_come() {
        let seen: Timestamp = "2017-01-28T22:00:00Z".parse().expect("literal");
        let east = jiff::tz::Offset::from_seconds(3 * 3600).ok();
        let stated = |at: &str, offset| Moment {
            at: at.parse().expect("literal"),
            offset,
            precision: crate::time::Precision::Minute,
        };
        let day = |moment: Moment| published_day(Some(&moment), seen).map(|d| d.to_string());
        assert_eq!(day(stated("2017-01-28T21:30:00Z", east)).as_deref(), Some("2017-01-29"));
        assert_eq!(day(stated("2017-01-28T21:30:00Z", None)).as_deref(), Some("2017-01-28"));
        assert_eq!(day(stated("2017-02-28T21:30:00Z", None)), None);
        assert_eq!(published_day(None, seen), None);
    }
}
