//! What two texts share, in words a reader can check.

use crate::background;
use crate::features::{DAY, Features, NAME, NUMBER, PHRASE, Term};
use news::story::Because;

/// Names, rare words, days and numbers that stand in both texts, as printed in `a`, weightiest first, at
/// most eight of each. `score` is left 0: the decision that asks sets it.
pub fn because(a: &Features, b: &Features) -> Because {
    let mut shared: Vec<(f32, &Term)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.terms.len() && j < b.terms.len() {
        let (x, y) = (&a.terms[i], &b.terms[j]);
        match x.hash.cmp(&y.hash) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                let rarity = (background::documents() / (background::count(x.level) + 0.5)).ln();
                shared.push((rarity * x.tf.min(y.tf), x));
                i += 1;
                j += 1;
            }
        }
    }
    shared.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.surface.cmp(&b.1.surface)));
    let mut out = Because::default();
    let common = background::documents() / 20.0;
    for (_, t) in shared {
        let list = match t.kind {
            k if k & DAY != 0 => &mut out.dates,
            k if k & NUMBER != 0 => &mut out.numbers,
            k if k & (NAME | PHRASE) != 0 => &mut out.names,
            _ if background::count(t.level) < common => &mut out.terms,
            _ => continue,
        };
        // "Ada Kestrel" says what "Kestrel" would repeat.
        if list.len() < 8 && !list.iter().any(|s| s.contains(&*t.surface)) {
            list.retain(|s| !t.surface.contains(s.as_str()));
            list.push(t.surface.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Text, features};

    #[test]
    fn reasons_are_shared_names_words_days_and_numbers_as_printed() {
        let of =
            |title, text| features(&Text { title, text, published_ms: Some(1_485_600_000_000), ..Text::default() });
        let a = of(
            "Ferry sinks off Larne",
            "The ferry Aurora Star sank on 27 January 2017 with 212 aboard, said Ada Kestrel.",
        );
        let b = of(
            "Larne ferry disaster",
            "With 212 people on it, the Aurora Star went down. Ada Kestrel spoke on 27 January 2017.",
        );
        let got = because(&a, &b);
        assert!(got.names.contains(&"Ada Kestrel".into()) && got.names.contains(&"Aurora Star".into()), "{got:?}");
        assert_eq!(got.numbers[0], "212");
        assert!(got.dates.contains(&"2017-01-27".into()), "{got:?}");
        assert!(got.terms.iter().any(|t| t.eq_ignore_ascii_case("ferry")), "{got:?}");
    }
}
