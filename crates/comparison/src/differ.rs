//! Where two aligned sentences tell one point differently.

use crate::align::{Alignment, Scored};
use crate::prepare::{Sentence, TextIn};
use std::ops::Range;

/// In what two sentences differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A quantity, a bound, a duration.
    Number,
    /// A day, a month, a deadline.
    Date,
    /// Who did it, who asks, who pays.
    Actor,
    /// One affirms what the other denies.
    Polarity,
    /// How settled it is: agreed or to be discussed, signed or to be signed.
    Certainty,
    /// Which or how many of a thing it covers.
    Scope,
}

impl Kind {
    /// The word used in JSON and interface.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Actor => "actor",
            Kind::Polarity => "polarity",
            Kind::Certainty => "certainty",
            Kind::Scope => "scope",
        }
    }
}

/// One point told differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the sentence in the first text.
    pub a: usize,
    /// Number of the sentence in the second text.
    pub b: usize,
    /// In what they differ.
    pub kind: Kind,
    /// The words of the first text, in bytes of it.
    pub a_span: Range<usize>,
    /// The words of the second text, in bytes of it.
    pub b_span: Range<usize>,
}

/// The differences of two aligned sentences.
pub(crate) fn differences(_a: &TextIn, _b: &TextIn, _x: &Sentence, _y: &Sentence, _pair: &Scored) -> Vec<Difference> {
    Vec::new()
}

/// Takes back what the rest of the texts explains, and puts the differences in order.
pub(crate) fn settle(_alignment: &mut Alignment) {}
