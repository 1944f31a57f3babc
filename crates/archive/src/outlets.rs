//! Who publishes.

use crate::error::Result;
use crate::open::Archive;
use crate::rows::{Cols, OUTLET, ms, name_key, slug_of};
use jiff::Timestamp;
use news::id::OutletId;
use news::language::Language;
use news::outlet::{Outlet, OutletKind};
use rusqlite::{Connection, OptionalExtension, ToSql};

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
        let outlet = outlet.clone();
        self.write(move |w| add(w.conn, &outlet, now))
    }

    /// Every outlet, by name.
    pub fn outlets(&self) -> Result<Vec<Outlet>> {
        self.read(|conn| {
            let sql = format!("select {OUTLET} from outlets o order by o.name_key, o.id");
            let mut query = conn.prepare_cached(&sql)?;
            let rows = query.query_map([], |row| Cols::new(row).outlet())?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// One outlet.
    pub fn outlet(&self, id: OutletId) -> Result<Option<Outlet>> {
        self.read(|conn| one(conn, "o.id = ?1", &id.0))
    }

    /// The outlet with this permanent name.
    pub fn outlet_by_slug(&self, slug: &str) -> Result<Option<Outlet>> {
        self.read(|conn| one(conn, "o.slug = ?1", &slug))
    }

    /// The outlet with this name, letter case and a leading "The" aside.
    pub fn outlet_by_name(&self, name: &str) -> Result<Option<Outlet>> {
        self.read(|conn| one(conn, "o.name_key = ?1", &name_key(name)))
    }
}

fn one(conn: &Connection, which: &str, value: &dyn ToSql) -> Result<Option<Outlet>> {
    let sql = format!("select {OUTLET} from outlets o where {which} order by o.id limit 1");
    Ok(conn.prepare_cached(&sql)?.query_row([value], |row| Cols::new(row).outlet()).optional()?)
}

fn add(conn: &Connection, outlet: &NewOutlet, now: Timestamp) -> Result<OutletId> {
    let slug = slug_of(outlet.slug.as_deref(), &outlet.name);
    let id = conn
        .prepare_cached(
            "insert into outlets (slug, name, name_key, homepage, country, language, kind, added_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (slug) do update set
                homepage = coalesce(outlets.homepage, excluded.homepage),
                country = coalesce(outlets.country, excluded.country),
                language = coalesce(outlets.language, excluded.language)
             returning id",
        )?
        .query_row(
            (
                slug,
                news::text::canonical(&outlet.name),
                name_key(&outlet.name),
                &outlet.homepage,
                &outlet.country,
                outlet.language.as_ref().map(Language::as_str),
                outlet.kind.word(),
                ms(now),
            ),
            |row| row.get(0),
        )?;
    Ok(OutletId(id))
}

/// The outlet of this name or permanent name, added when there is none.
pub(crate) fn named(conn: &Connection, name: &str, homepage: Option<&str>, now: Timestamp) -> Result<OutletId> {
    let known = conn
        .prepare_cached("select id from outlets where slug = ?1 or name_key = ?2 order by slug = ?1 desc, id limit 1")?
        .query_row((name, name_key(name)), |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(OutletId(id)),
        None => add(conn, &NewOutlet { homepage: homepage.map(str::to_owned), ..NewOutlet::named(name) }, now),
    }
}
