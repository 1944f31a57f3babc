//! Whole journeys: the real binary against the newsroom's made-up outlets on loopback.

mod arrows;
mod desk;
mod filters;
mod follow;
mod imports;
mod pages;
mod stories;
mod survive;
