//! Who publishes.

use crate::error::{Error, Result};
use crate::open::Archive;
use jiff::Timestamp;
use news::id::OutletId;
use news::language::Language;
use news::outlet::{Outlet, OutletKind};

/// An outlet to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOutlet {
    /// Its permanent name; `None` takes [`news::outlet::slug`] of the name, or a short digest of a name
    /// that leaves nothing in ASCII.
    pub slug: Option<String>,
    /// Its name as printed.
    pub name: String,
    /// Its front page.
    pub homepage: Option<String>,
    /// ISO 3166-1 alpha-2 code in capitals.
    pub country: Option<String>,
    /// The language it mainly writes in.
    pub language: Option<Language>,
    /// What kind of publisher it is.
    pub kind: OutletKind,
}

impl NewOutlet {
    /// A news outlet of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        NewOutlet {
            slug: None,
            name: name.into(),
            homepage: None,
            country: None,
            language: None,
            kind: OutletKind::News,
        }
    }
}

impl Archive {
    /// Adds an outlet, or finds the one with this slug; facts it lacked so far are filled in, none is changed.
    pub fn add_outlet(&self, outlet: &NewOutlet, now: Timestamp) -> Result<OutletId> {
        Err(Error::NotYet)
    }

    /// Every outlet, by name.
    pub fn outlets(&self) -> Result<Vec<Outlet>> {
        Err(Error::NotYet)
    }

    /// One outlet.
    pub fn outlet(&self, id: OutletId) -> Result<Option<Outlet>> {
        Err(Error::NotYet)
    }

    /// The outlet with this permanent name.
    pub fn outlet_by_slug(&self, slug: &str) -> Result<Option<Outlet>> {
        Err(Error::NotYet)
    }

    /// The outlet with this name, letter case and a leading "The" aside.
    pub fn outlet_by_name(&self, name: &str) -> Result<Option<Outlet>> {
        Err(Error::NotYet)
    }
}
