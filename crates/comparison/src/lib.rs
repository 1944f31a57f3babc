//! A story to who says what.

pub mod align;
pub mod compare;
mod day;
pub mod differ;
pub mod entity;
pub mod event;
mod gazetteer;
pub mod number;
mod prepare;
mod speaker;
pub mod statement;
pub mod timex;
mod token;
mod vocabulary;
mod word;

pub use align::{Alignment, Pair, Relation, align};
pub use compare::{Cell, Comparison, Point, Row, RowKind, Standing, compare, rows};
pub use differ::{Difference, Kind};
pub use prepare::{SENTENCE_LIMIT, TextIn};
pub use statement::statements;
