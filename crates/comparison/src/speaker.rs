//! Who "he", "the minister" or a surname is: the speaker's fullest name in the text.

use crate::entity::{Entity, EntityKind};
use news::statement::Statement;
use std::ops::Range;

/// A pronoun reaches back at most this far, in bytes.
const REACH_BYTES: usize = 2_500;
/// At most this many earlier names are tried for one role.
const TRIES: usize = 60;

/// Fills in the speaker of each statement; statements and entities are in order.
pub(crate) fn resolve(text: &str, statements: &mut [Statement], entities: &[Entity]) {
    let mut last: Option<(String, usize, Option<bool>)> = None;
    for statement in statements {
        let Some(source) = statement.source.first().cloned() else { continue };
        let printed = text[source.clone()].to_lowercase();
        let words: Vec<&str> = printed.split_whitespace().take(12).collect();
        let first = words.first().copied().unwrap_or("");
        let name = match first {
            "he" | "she" | "i" | "him" | "her" | "his" if words.len() == 1 => {
                let woman = match first {
                    "she" | "her" => Some(true),
                    "he" | "him" | "his" => Some(false),
                    _ => None,
                };
                let recent = last
                    .as_ref()
                    .filter(|(_, at, sex)| source.start.saturating_sub(*at) <= REACH_BYTES && !differs(woman, *sex))
                    .map(|(name, _, _)| name.clone());
                recent.or_else(|| person_before(entities, source.start, woman))
            }
            "who" => entities
                .get(entities.partition_point(|e| e.span.end <= source.start).wrapping_sub(1))
                .filter(|e| source.start - e.span.end <= 4)
                .map(|e| e.name.clone()),
            "they" | "we" | "it" | "you" | "some" | "many" | "which" | "that" => None,
            _ => named(entities, &source).or_else(|| role(text, entities, &source, &words)),
        };
        if let Some(name) = name {
            let sex = match first {
                "she" => Some(true),
                "he" => Some(false),
                _ => entities
                    .iter()
                    .skip(entities.partition_point(|e| e.span.end <= source.start))
                    .take(1)
                    .find_map(|e| title_sex(e.title.as_deref())),
            };
            let person = !matches!(first, "the")
                || entities.iter().take(2_000).any(|e| e.kind == EntityKind::Person && e.name == name);
            if person {
                last = Some((name.clone(), source.start, sex));
            }
            statement.speaker = Some(name);
        }
    }
}

fn differs(a: Option<bool>, b: Option<bool>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

fn title_sex(title: Option<&str>) -> Option<bool> {
    let title = title?;
    let has = |words: &[&str]| title.split(' ').any(|t| words.contains(&t));
    if has(&[
        "mrs.",
        "mrs",
        "ms.",
        "ms",
        "queen",
        "princess",
        "lady",
        "dame",
        "congresswoman",
        "spokeswoman",
        "chairwoman",
        "actress",
    ]) {
        Some(true)
    } else if has(&["mr.", "mr", "king", "prince", "sir", "congressman", "spokesman", "chairman", "pope", "actor"]) {
        Some(false)
    } else {
        None
    }
}

/// The name inside the source: a person before a body.
fn named(entities: &[Entity], source: &Range<usize>) -> Option<String> {
    let start = entities.partition_point(|e| e.span.end <= source.start);
    let inside = || entities[start..].iter().take_while(|e| e.span.start < source.end).take(12);
    inside()
        .find(|e| e.kind == EntityKind::Person)
        .or_else(|| inside().find(|e| e.kind == EntityKind::Organization))
        .map(|e| e.name.clone())
}

fn person_before(entities: &[Entity], at: usize, woman: Option<bool>) -> Option<String> {
    let end = entities.partition_point(|e| e.span.end <= at);
    entities[..end]
        .iter()
        .rev()
        .take(TRIES)
        .take_while(|e| at - e.span.end <= REACH_BYTES)
        .find(|e| e.kind == EntityKind::Person && !differs(woman, title_sex(e.title.as_deref())))
        .map(|e| e.name.clone())
}

/// "the president": the last person with that title before the name, or that word soon after it.
fn role(text: &str, entities: &[Entity], source: &Range<usize>, words: &[&str]) -> Option<String> {
    if !matches!(words.first(), Some(&"the" | &"mr." | &"mrs." | &"ms.")) {
        return None;
    }
    let role = words.last()?.trim_end_matches("'s");
    if role.len() < 4 {
        return None;
    }
    let end = entities.partition_point(|e| e.span.end <= source.start);
    entities[..end]
        .iter()
        .rev()
        .take(TRIES)
        .find(|e| {
            if e.kind != EntityKind::Person {
                return false;
            }
            if e.title.as_deref().is_some_and(|t| t.split(' ').any(|w| w == role)) {
                return true;
            }
            let mut stop = (e.span.end + 80).min(text.len());
            while !text.is_char_boundary(stop) {
                stop -= 1;
            }
            let after = &text[e.span.end..stop];
            after.starts_with(", ")
                && after[2..].split(',').next().is_some_and(|a| a.to_lowercase().split_whitespace().any(|w| w == role))
        })
        .map(|e| e.name.clone())
}

#[cfg(test)]
mod tests {
    fn check(text: &str, expected: &[Option<&str>]) {
        let got: Vec<Option<String>> = crate::statement::statements(text).into_iter().map(|s| s.speaker).collect();
        assert_eq!(got.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn pronoun_surname_and_role_lead_to_the_full_name() {
        check(
            "President Lena Ort said the port was open. Ort said it was safe. She added that ships had sailed.",
            &[Some("Lena Ort"), Some("Lena Ort"), Some("Lena Ort")],
        );
        check(
            "Lena Ort, the mayor, said the port was open. The mayor said it was safe.",
            &[Some("Lena Ort"), Some("Lena Ort")],
        );
    }

    #[test]
    fn unnamed_speaker_stays_unnamed() {
        check("They said the port was open.", &[None]);
    }
}
