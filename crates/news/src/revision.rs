//! The text of an article at one moment, and how much a change weighs.

use crate::article::Article;
use crate::id::{ArticleId, RecordId, RevisionId};
use jiff::Timestamp;

/// SHA-256 of something, 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::{Digest as _, Sha256};
        Digest(Sha256::digest(bytes).into())
    }

    /// Lower-case hexadecimal, 64 characters.
    pub fn hex(&self) -> String {
        use std::fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut out, byte| {
            write!(out, "{byte:02x}").expect("writing to a string never fails");
            out
        })
    }

    /// Reads [`Digest::hex`].
    pub fn from_hex(hex: &str) -> Option<Self> {
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        let mut out = [0; 32];
        for (i, byte) in out.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Digest(out))
    }
}

/// How much a change weighs, lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EditRank {
    /// White space, quotation marks, punctuation.
    Cosmetic,
    /// Spelling or wording that changes no fact we can see.
    Minor,
    /// A sentence came, went, or changed a name, number, date or negation.
    Substantive,
    /// The headline changed.
    Headline,
    /// The outlet took the text back or corrected it with a notice.
    Retraction,
}

impl EditRank {
    /// The word used in JSON, SQL, CLI and interface.
    pub fn word(self) -> &'static str {
        match self {
            EditRank::Cosmetic => "cosmetic",
            EditRank::Minor => "minor",
            EditRank::Substantive => "substantive",
            EditRank::Headline => "headline",
            EditRank::Retraction => "retraction",
        }
    }

    /// Reads [`EditRank::word`].
    pub fn parse(word: &str) -> Option<Self> {
        use EditRank::{Cosmetic, Headline, Minor, Retraction, Substantive};
        [Cosmetic, Minor, Substantive, Headline, Retraction].into_iter().find(|r| r.word() == word)
    }
}

/// The text of an article at one moment. Never changed once kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number over the whole archive.
    pub id: RevisionId,
    /// Whose text it is.
    pub article: ArticleId,
    /// 1 for the first, counted per article.
    pub number: u32,
    /// The article as read.
    pub content: Article,
    /// Our clock: when the bytes came.
    pub fetched_at: Timestamp,
    /// SHA-256 of the body as received, before any decoding; `None` when no page was received.
    pub raw_digest: Option<Digest>,
    /// SHA-256 of headline, newline, canonical text, in UTF-8.
    pub text_digest: Digest,
    /// Where the response is kept.
    pub record: Option<RecordId>,
    /// How it differs from the revision before; `None` for the first.
    pub rank: Option<EditRank>,
}

/// The digest that stands for an article's words: headline, newline, canonical text.
pub fn text_digest(article: &Article) -> Digest {
    let headline = article.headline.as_deref().unwrap_or("");
    Digest::of(format!("{headline}\n{}", article.text).as_bytes())
}
