//! The last revision and a new reading of the page: unchanged, the first, or a change of some weight.

use crate::diff;
use news::article::Article;
use news::revision::{EditRank, text_digest};

/// What a new reading of a page means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The words are the same. Advertising, related links, counters and dates are not words.
    Unchanged,
    /// Nothing was held before.
    First,
    /// The words changed, and this is how much it weighs.
    Revised(EditRank),
}

/// Compares a new reading with the last one kept.
///
/// The words are headline, standfirst and body ([`text_digest`]); any difference in them is a revision, be it
/// of quotation marks only. A change of byline, time, tags, picture or caption alone is none.
pub fn revise(last: Option<&Article>, new: &Article) -> Change {
    let Some(last) = last else { return Change::First };
    if text_digest(last) == text_digest(new) {
        return Change::Unchanged;
    }
    Change::Revised(diff::sentences(last, new).rank.unwrap_or(EditRank::Cosmetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(headline: &str, text: &str) -> Article {
        Article { headline: Some(headline.to_owned()), text: text.to_owned(), ..Article::default() }
    }

    #[test]
    fn only_changed_words_make_a_revision() {
        let old = article("Quay closed", "The quay is closed. Five boats wait.");
        let check = |headline: &str, text: &str, expected: Change| {
            assert_eq!(revise(Some(&old), &article(headline, text)), expected, "{headline} / {text}");
        };
        check("Quay closed", "The quay is closed. Five boats wait.", Change::Unchanged);
        check("Quay closed", "The quay is closed.  Five boats wait", Change::Revised(EditRank::Cosmetic));
        check("Quay closed", "The quay is closed. Five boats linger.", Change::Revised(EditRank::Minor));
        check("Quay closed", "The quay is closed. Seven boats wait.", Change::Revised(EditRank::Substantive));
        check("Quay closed", "The quay is not closed. Five boats wait.", Change::Revised(EditRank::Substantive));
        check(
            "Quay closed",
            "The quay is closed. Five boats wait. Nobody was hurt.",
            Change::Revised(EditRank::Substantive),
        );
        check("Quay open", "The quay is closed. Five boats wait.", Change::Revised(EditRank::Headline));
        check(
            "Quay closed",
            "The quay is closed. Five boats wait. Correction: an earlier version named another quay.",
            Change::Revised(EditRank::Retraction),
        );
        assert_eq!(revise(None, &old), Change::First);
        let dated = Article { byline: Some("By Ada".to_owned()), tags: vec!["sea".to_owned()], ..old.clone() };
        assert_eq!(revise(Some(&old), &dated), Change::Unchanged);
    }
}
