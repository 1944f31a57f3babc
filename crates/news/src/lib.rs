//! The words: what an outlet, an entry, an article, a revision, a story and a statement are.
//!
//! Every other room imports these and none of them imports another room's machinery. Types here are
//! plain values with public fields; they carry no `Serialize`, so that an interface changes only when
//! we mean it to. Two pieces of reading are shared: [`text`], canonical text, sentences, words and their
//! offsets, because every step must cut a text in the same places; and [`sound`], because a name is one
//! name in whatever script a step meets it.

pub mod article;
pub mod dated;
pub mod entry;
pub mod feed;
pub mod health;
pub mod id;
pub mod language;
pub mod outlet;
pub mod parsed;
pub mod revision;
pub mod sound;
pub mod statement;
pub mod story;
pub mod text;
pub mod time;
pub mod topic;
