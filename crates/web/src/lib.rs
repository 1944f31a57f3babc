//! The archive to pages; the one room that answers HTTP and writes HTML.
//!
//! Every page is whole without script, and every page is also JSON (`/s/12-slug.json`, `/index.json`, or
//! `Accept: application/json`); lists are also RSS, Atom and JSON Feed. A handler does three things: it reads
//! the request into types, asks the archive, renders. Words of outlets are shown as text, never as markup.

mod answer;
mod ask;
mod assets;
mod feeds;
mod guard;
mod names;
mod pages;
mod parts;
mod period;
mod site;
mod view;

pub use site::{
    AlignedRow, Comparer, DayOrder, DaySentence, DiffLine, Differ, Discover, Offer, Orderer, Piece, PieceKind,
    Relation, Settings, StarterOutlet, router, serve,
};
