//! One file for each page.

pub(crate) mod act;
pub(crate) mod article;
pub(crate) mod compare;
pub(crate) mod desk;
pub(crate) mod diff;
pub(crate) mod error;
pub(crate) mod help;
pub(crate) mod log;
pub(crate) mod outlet;
pub(crate) mod regroup;
pub(crate) mod revisions;
pub(crate) mod search;
pub(crate) mod sources;
pub(crate) mod start;
pub(crate) mod story;
pub(crate) mod storyline;
pub(crate) mod timeline;
pub(crate) mod topic;
pub(crate) mod tree;
pub(crate) mod websub;
