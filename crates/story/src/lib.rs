//! Revisions to stories: copies, groups, timelines, storylines.
//!
//! One definition of "the same text" and of "the same story", used by ingest, by the filters and by
//! everything that counts. [`features`] reads a text once; [`Index`] holds what it needs of the last few
//! hundred thousand texts in memory and answers which of them a text repeats ([`Index::copies`]), where
//! it belongs ([`Index::place`]), and, once an hour or at the end of a batch, what the same texts would
//! be grouped into had they come in any other order ([`Index::settle`]).
//! What a person decided ([`Decided`]) goes before every score, in placing and in settling.
//! [`kinship`] says how one text stands to another that shares its words, [`tree`] who took from whom in a story.

mod across;
pub mod background;
mod because;
mod bridge;
mod cluster;
mod copies;
pub mod date;
pub mod dated;
mod decided;
mod evidence;
mod features;
mod forest;
mod index;
mod kinship;
mod lexicon;
mod marks;
mod named;
mod pair;
mod passages;
pub mod storyline;
pub mod timeline;
mod token;
mod tree;

pub use across::{Counts, EVIDENCE};
pub use because::because;
pub use copies::CopyMatch;
pub use decided::Decided;
pub use features::{Features, Text, features, wording};
pub use forest::Forest;
pub use index::{Asked, Decision, Index, Move, Settings};
pub use kinship::{Relation, Side, kinship, quotations};
pub use passages::passages;
pub use tree::{Member, tree};
