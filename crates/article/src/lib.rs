//! HTML to an article; the last revision and an article to a change.
//!
//! A page comes in through [`decode`] and [`extract`]; a feed entry through [`from_entry`]; [`merge`] lets the
//! entry fill what the page does not say; [`extract_with`] also heeds an owner's [`rules`] and what a site's other
//! pages taught ([`learn`]), and [`explain`] says how a page was read; [`refusal`] tells a wall or a missing page from an article;
//! [`revise`] and [`diff::sentences`] say what changed between two texts; [`saved::read`] takes in a saved
//! page of headlines. Everything here is pure and bounded.

mod blocks;
mod body;
pub mod damage;
mod date;
pub mod dateline;
mod decode;
pub mod diff;
mod entities;
mod entry;
mod extract;
mod furniture;
mod guide;
mod headline;
mod html;
pub mod learn;
mod metadata;
mod names;
mod printed;
mod refusal;
mod revision;
pub mod rules;
pub mod saved;
mod select;
mod trace;
#[doc(hidden)]
pub mod tuning;

pub use decode::decode;
pub use entry::{from_entry, merge};
pub use extract::{explain, extract, extract_with};
pub use guide::Guide;
pub use refusal::{Refusal, refusal};
pub use revision::{Change, revise};
pub use trace::{Container, Dropped, Explanation, Offer};
