//! A value and what went wrong on the way to it: a broken date costs a field, not the feed.

use std::borrow::Cow;

/// Something that was met on the way and did not stop the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable kebab-case name such as `date-unreadable`; the same in JSON, logs and the interface.
    pub code: Cow<'static, str>,
    /// One plain sentence, lower case, that names the thing.
    pub message: String,
}

impl Problem {
    /// A problem with a fixed code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Problem { code: Cow::Borrowed(code), message: message.into() }
    }
}

/// A value plus the problems met on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    /// What could be read.
    pub value: T,
    /// What could not, in the order it was met.
    pub problems: Vec<Problem>,
}

impl<T> Parsed<T> {
    /// A value that came without problems.
    pub fn clean(value: T) -> Self {
        Parsed { value, problems: Vec::new() }
    }
}
