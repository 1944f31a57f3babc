//! Whole journeys: the real binary against the newsroom's made-up outlets on loopback.

#![allow(clippy::unwrap_used, unreachable_pub, missing_docs, reason = "a test that cannot go on says so by panicking")]

mod arrows;
mod desk;
mod filters;
mod follow;
mod hub;
mod imports;
mod pages;
mod regroup;
mod rules;
mod stories;
mod survive;
mod years;
