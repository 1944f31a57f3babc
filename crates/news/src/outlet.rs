//! Who publishes: a newspaper, an agency, a broadcaster, a president's office.

use crate::id::OutletId;
use crate::language::Language;

/// What kind of publisher an outlet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutletKind {
    /// A newspaper, broadcaster or news site.
    News,
    /// A news agency whose texts others carry.
    Agency,
    /// A government, ministry, parliament or organisation that publishes its own accounts.
    Official,
}

impl OutletKind {
    /// The word used in JSON, SQL, CLI and interface.
    pub fn word(self) -> &'static str {
        match self {
            OutletKind::News => "news",
            OutletKind::Agency => "agency",
            OutletKind::Official => "official",
        }
    }

    /// Reads [`OutletKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [OutletKind::News, OutletKind::Agency, OutletKind::Official].into_iter().find(|k| k.word() == word)
    }
}

/// Who publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// Its number here.
    pub id: OutletId,
    /// Its permanent name in addresses and in `outlet:`, lower-case ASCII and hyphens.
    pub slug: String,
    /// Its name as printed.
    pub name: String,
    /// Its front page, where known.
    pub homepage: Option<String>,
    /// ISO 3166-1 alpha-2 code in capitals, where known.
    pub country: Option<String>,
    /// The language it mainly writes in, where known.
    pub language: Option<Language>,
    /// What kind of publisher it is.
    pub kind: OutletKind,
}

/// The permanent name for an outlet called `name`: letters folded to ASCII where a plain letter is
/// inside them, everything else a hyphen. Empty when nothing is left (a name in another script).
pub fn slug(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut out = String::new();
    for c in name.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !matches!(c, '\'' | '’') && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs_are_plain_ascii() {
        assert_eq!(slug("Süddeutsche Zeitung"), "suddeutsche-zeitung");
        assert_eq!(slug("People's  Daily!"), "peoples-daily");
        assert_eq!(slug("مرآة"), "");
    }
}
