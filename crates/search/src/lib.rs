//! Revisions to an index to hits; derived, rebuilt at will.
//!
//! One search language ([`Query`]) serves every use: the search page, standing topics, the command line.
//! It is answered in two ways that always agree: [`Query::matches`] reads one document from end to end,
//! [`Index::search`] asks an index that holds words and fields to filter by, never the text. What the
//! index holds can be dropped and made again from the archive.

mod document;
mod index;
mod matching;
mod query;
mod scan;
mod tokens;

pub use document::Document;
pub use index::{Error, Facets, Hit, Hits, Index, Page};
pub use matching::{Because, Found, Place, Snippet, snippets};
pub use query::{Clock, Content, Edge, Node, Phrase, Query, QueryError, Sort, State, Test, Window, Within};
