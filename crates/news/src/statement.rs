//! One thing said in a revision: speaker, attribution verb, words, where in the text.

use std::ops::Range;

/// Whether the words stand inside quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// All inside quotation marks.
    Direct,
    /// Partly.
    Mixed,
    /// Reported speech.
    Indirect,
}

impl StatementKind {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            StatementKind::Direct => "direct",
            StatementKind::Mixed => "mixed",
            StatementKind::Indirect => "indirect",
        }
    }

    /// Reads [`StatementKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [StatementKind::Direct, StatementKind::Mixed, StatementKind::Indirect].into_iter().find(|k| k.word() == word)
    }
}

/// One thing said in a revision. All ranges are bytes of the revision's plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Who said it, as printed ("the Kremlin"); empty when the text names nobody.
    pub source: Vec<Range<usize>>,
    /// The attribution verb or phrase ("said", "according to").
    pub cue: Vec<Range<usize>>,
    /// The words, in one or more pieces.
    pub content: Vec<Range<usize>>,
    /// Inside quotation marks or not.
    pub kind: StatementKind,
    /// The speaker's fullest name in this text, resolved from "he" or "the minister".
    pub speaker: Option<String>,
}
