//! Checks that everything kept can be read back and agrees with itself.

use crate::error::{Error, Result};
use crate::open::Archive;

/// One thing that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// What, in a few words: `text digests`, `responses in segments`.
    pub name: &'static str,
    /// How many things were looked at.
    pub looked_at: u64,
    /// How many were wrong.
    pub wrong: u64,
    /// The first hundred that were wrong, one sentence each.
    pub problems: Vec<String>,
}

/// What [`Archive::verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every check, in the order made.
    pub checks: Vec<Check>,
}

impl Report {
    /// Nothing was wrong.
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.wrong == 0)
    }
}

impl Archive {
    /// Checks everything kept: the database's own integrity, every text and response against its digest,
    /// every span, count and redirect. Reads all of it; hours for a large archive.
    pub fn verify(&self) -> Result<Report> {
        self.verify_with(&mut |_, _, _| {})
    }

    /// [`Archive::verify`] that tells how far it is: name of the check, things done, things in all.
    pub fn verify_with(&self, progress: &mut dyn FnMut(&'static str, u64, u64)) -> Result<Report> {
        Err(Error::NotYet)
    }
}
