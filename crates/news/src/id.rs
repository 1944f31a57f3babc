//! Ids as types, so that a feed's number is never taken for a revision's.
//!
//! All ids lie in `1..2^53` and are never sixteen decimal digits long, so that every sync client
//! (Google Reader, Fever, JavaScript) can hold them. They are given out once and never again.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )*};
}

id! {
    /// Who publishes.
    OutletId,
    /// One feed of one outlet.
    FeedId,
    /// One item of one feed.
    EntryId,
    /// The page behind an entry, over all its revisions.
    ArticleId,
    /// The text of an article at one moment.
    RevisionId,
    /// The articles of many outlets about one event.
    StoryId,
    /// The stories of one long matter.
    StorylineId,
    /// A standing query.
    TopicId,
    /// One response as received, kept in a WARC segment.
    RecordId,
    /// One attempt to get a URL, whatever came of it.
    FetchId,
    /// One saved file or list taken in by `readout import`.
    ImportId,
    /// One thing a person decided about the grouping.
    DecisionId,
}
