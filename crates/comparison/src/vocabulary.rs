//! Which words and phrases say the same thing: the table of `vocabulary.txt`, looked up by roots.

use crate::word::root;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A group of the table, and the field it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Group {
    pub(crate) id: u16,
    /// `None` for the fields of talk and grammar.
    pub(crate) field: Option<u8>,
}

/// A phrase that begins with a certain root: the roots after it, and its group.
type Phrase = (Vec<String>, Group);

pub(crate) struct Vocabulary {
    by_first: FxHashMap<String, Vec<Phrase>>,
}

static TABLE: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::read(include_str!("vocabulary.txt")));

impl Vocabulary {
    /// The table that ships.
    pub(crate) fn shipped() -> &'static Vocabulary {
        &TABLE
    }

    fn read(table: &str) -> Vocabulary {
        let mut by_first: FxHashMap<String, Vec<Phrase>> = FxHashMap::default();
        let (mut field, mut fields, mut id) = (None, 0u8, 0u16);
        for line in table.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[') {
                fields += 1;
                field = (!name.starts_with('~')).then_some(fields);
                continue;
            }
            let group = Group { id, field };
            id += 1;
            for entry in line.split(',') {
                let mut roots = phrase_roots(entry);
                if roots.is_empty() {
                    continue;
                }
                let first = roots.remove(0);
                let phrases = by_first.entry(first).or_default();
                if !phrases.contains(&(roots.clone(), group)) {
                    phrases.push((roots, group));
                }
            }
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.cmp(b)));
        }
        Vocabulary { by_first }
    }

    /// The groups of the longest phrase of the table that stands at the beginning of `roots`, and how many
    /// roots it takes up; nothing and 1 when no phrase stands there.
    pub(crate) fn at<S: AsRef<str>>(&self, roots: &[S]) -> (Vec<Group>, usize) {
        let Some((first, rest)) = roots.split_first() else { return (Vec::new(), 1) };
        let Some(phrases) = self.by_first.get(first.as_ref()) else { return (Vec::new(), 1) };
        let fits = |phrase: &Phrase| {
            phrase.0.len() <= rest.len() && phrase.0.iter().zip(rest).all(|(a, b)| a.as_str() == b.as_ref())
        };
        let mut found: Vec<Group> = Vec::new();
        let mut length = 0;
        for phrase in phrases.iter().filter(|p| fits(p)) {
            if found.is_empty() {
                length = phrase.0.len();
            }
            if phrase.0.len() < length {
                break;
            }
            found.push(phrase.1);
        }
        (found, length + 1)
    }
}

/// The roots of a phrase's words, without the small words that a reader may leave out.
fn phrase_roots(phrase: &str) -> Vec<String> {
    news::text::words(phrase)
        .map(|r| phrase[r].to_lowercase())
        .flat_map(|w| w.split('-').map(root).collect::<Vec<_>>())
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(phrase: &str) -> Vec<u16> {
        let roots = phrase_roots(phrase);
        Vocabulary::shipped().at(&roots).0.iter().map(|g| g.id).collect()
    }

    #[test]
    fn words_of_one_group_share_it() {
        for (a, b) in [
            ("power stations", "energy facilities"),
            ("halted", "suspend"),
            ("captives", "prisoners of war"),
            ("telephoned", "calls"),
            ("export controls", "sanctions"),
            ("ceasefire", "truce"),
            ("pull-back", "withdrawal"),
        ] {
            let (x, y) = (groups(a), groups(b));
            assert!(x.iter().any(|g| y.contains(g)), "{a} {x:?} / {b} {y:?}");
        }
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_ne!(groups("free trade agreement"), groups("free"));
    }
}
