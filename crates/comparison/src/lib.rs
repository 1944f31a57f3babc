//! A story to who says what.

pub mod align;
mod day;
pub mod differ;
pub mod number;
mod prepare;
mod vocabulary;
mod word;

pub use align::{Alignment, Pair, Relation, align};
pub use differ::{Difference, Kind};
pub use prepare::{SENTENCE_LIMIT, TextIn};
