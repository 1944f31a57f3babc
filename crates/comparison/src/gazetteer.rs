//! Countries, organisations and those who speak for them, with the codes of the event tables.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What a name of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A country.
    Country,
    /// Its people or the adjective.
    People,
    /// A town or region of it.
    Place,
    /// One who leads it, or one of its bodies.
    Body,
    /// A leader known by name.
    Person,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Country (ISO 3166) or organisation code.
    pub(crate) code: &'static str,
    pub(crate) sort: Sort,
}

/// The longest name in words.
pub(crate) const LONGEST: usize = 7;

static TABLE: LazyLock<FxHashMap<String, Known>> = LazyLock::new(|| {
    let mut table = FxHashMap::default();
    for line in include_str!("gazetteer.tsv").lines().filter(|l| !l.starts_with('#')) {
        let mut fields = line.split('\t');
        let Some(code) = fields.next() else { continue };
        for (field, sort) in fields.zip([Sort::Country, Sort::People, Sort::Place, Sort::Body]) {
            for name in field.split('|').filter(|n| !n.is_empty()) {
                let sort = if sort == Sort::Body && is_person(name) { Sort::Person } else { sort };
                table.entry(key(name)).or_insert(Known { code, sort });
            }
        }
    }
    table
});

/// Bodies told from people: a body's name holds one of these words, or is in capitals.
fn is_person(name: &str) -> bool {
    const BODY: &[&str] = &[
        "Department",
        "Party",
        "Organization",
        "Organisation",
        "Union",
        "Council",
        "Bank",
        "Fund",
        "League",
        "House",
        "Senate",
        "Congress",
        "Court",
        "Reserve",
        "Parliament",
        "Community",
        "Commission",
        "Agency",
        "Nations",
        "Assembly",
        "Cross",
        "Crescent",
        "International",
        "Watch",
        "Front",
        "Jihad",
        "Taliban",
        "Hamas",
        "Hezbollah",
        "Hizbollah",
        "Hizbullah",
        "Fatah",
        "Kremlin",
        "Pentagon",
        "Duma",
        "Bundestag",
        "Knesset",
        "Mossad",
        "Rada",
        "Sabha",
        "Office",
        "Forces",
        "Guards",
        "Haram",
        "Rouge",
        "Path",
        "Brotherhood",
        "Fein",
        "Tigers",
        "Houthi",
        "Houthis",
        "Elysee",
        "Élysée",
        "d'Orsay",
        "Gazprom",
        "State",
        "Daesh",
        "Da'esh",
        "Qaeda",
        "al-Qaeda",
        "Al-Qaeda",
        "al-Qaida",
        "Al-Qaida",
        "Programme",
        "Borders",
        "Frontieres",
        "Greenpeace",
        "Polisario",
        "Renamo",
        "Frelimo",
        "Sandinista",
        "Sandinistas",
        "Contras",
        "Seven",
        "Congress",
        "Al-Shabab",
        "al-Shabaab",
        "Yoruba",
        "Hutu",
        "Tutsi",
        "Karen",
        "Unity",
        "Hague",
        "Europe",
    ];
    let capitals = name.chars().filter(|c| c.is_uppercase() || c.is_ascii_digit()).count();
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    capitals < letters && !name.split(' ').any(|word| BODY.contains(&word))
}

fn key(name: &str) -> String {
    name.replace('’', "'")
}

/// The row of a name as printed, if it has one. Case counts: "US" is a country, "us" is not.
pub(crate) fn known(name: &str) -> Option<Known> {
    let mut name = key(name);
    if let Some(found) = TABLE.get(&name) {
        return Some(*found);
    }
    if name.len() > 3 && name.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()) {
        // A headline in capitals.
        name = name
            .split(' ')
            .map(|word| {
                let mut chars = word.chars();
                chars.next().map(|c| c.to_string() + &chars.as_str().to_lowercase()).unwrap_or_default()
            })
            .collect::<Vec<_>>()
            .join(" ");
        return TABLE.get(&name).copied();
    }
    None
}
