//! Place and date at the head of the text, and the agency a text is credited to.

use news::article::Dateline;
use std::ops::Range;

/// A dateline with the agency it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Place and span.
    pub dateline: Dateline,
    /// The agency in brackets: `GENEVA (Reuters) —`.
    pub agency: Option<String>,
}

/// Agencies whose name in a credit makes a text theirs.
const AGENCIES: &[&str] = &[
    "Reuters",
    "AP",
    "Deutsche Presse-Agentur",
    "Agencia EFE",
    "Agenzia ANSA",
    "Europa Press",
    "Keystone-SDA",
    "sda",
    "SDA",
    "Associated Press",
    "The Associated Press",
    "AFP",
    "Agence France-Presse",
    "dpa",
    "DPA",
    "PA",
    "Press Association",
    "Xinhua",
    "TASS",
    "Interfax",
    "Ukrinform",
    "Kyodo",
    "Kyodo News",
    "Yonhap",
    "ANSA",
    "EFE",
    "APA",
    "Bloomberg",
    "UPI",
    "IANS",
    "PTI",
    "ANI",
    "AAP",
    "Canadian Press",
    "The Canadian Press",
    "RIA Novosti",
    "Anadolu",
    "AA",
    "Lusa",
    "Belga",
    "ANP",
    "NTB",
    "TT",
    "Ritzau",
    "STT",
    "PAP",
    "CTK",
    "MTI",
];

/// Reads the dateline at the head of a text, such as `GENEVA, 3 May (Agency) —` or `Berlin (dpa) -`.
///
/// The place as printed, the byte range of the whole dateline with its dash, and the agency in brackets.
/// `None` when the text opens without one. The forms covered are the cases in the tests below.
pub fn find(text: &str) -> Option<Found> {
    let limit = text.char_indices().nth(90).map_or(text.len(), |(at, _)| at);
    let head = &text[..limit];
    let head = head.split('\n').next().unwrap_or(head);
    let (dash, width) = ["—", "–", " - ", "--"]
        .iter()
        .filter_map(|d| head.find(d).map(|at| (at, d.len())))
        .min_by_key(|(at, _)| *at)?;
    let before = head[..dash].trim();
    let (place_part, agency) = match (before.rfind('('), before.ends_with(')')) {
        (Some(open), true) => (before[..open].trim(), Some(before[open + 1..before.len() - 1].trim())),
        _ => (before, None),
    };
    let agency = agency.filter(|a| is_agency(a) || a.chars().count() <= 20 && a.starts_with(char::is_uppercase));
    let place = place_part.split(',').next().unwrap_or("").split(" / ").next().unwrap_or("").trim();
    let words = place.split_whitespace().count();
    let is_name = place
        .split_whitespace()
        .all(|w| w.starts_with(char::is_uppercase) || matches!(w, "de" | "of" | "the" | "am" | "del"));
    let letters = place.chars().filter(|c| c.is_alphabetic()).count();
    let is_capitals = letters >= 3 && place.chars().all(|c| !c.is_lowercase());
    let has_date = place_part[place.len()..].chars().any(|c| c.is_ascii_digit());
    if !(1..=4).contains(&words)
        || !is_name
        || place.chars().any(|c| c.is_ascii_digit())
        || !(is_capitals || agency.is_some() || has_date)
    {
        return None;
    }
    let mut end = dash + width;
    end += text[end..].len() - text[end..].trim_start_matches(' ').len();
    let span: Range<usize> = 0..end;
    Some(Found { dateline: Dateline { place: place.to_owned(), span }, agency: agency.map(str::to_owned) })
}

/// Whether a name is an agency's, or several agencies' joined by a slash or a comma.
pub(crate) fn is_agency(name: &str) -> bool {
    name.split(['/', ',']).any(|part| AGENCIES.contains(&part.trim()))
}

/// The agency a text is credited to: as its author, in its byline, or in its last lines ("(Reuters)").
/// That an agency contributed to a text does not make the text its own.
pub fn credit(text: &str, byline: Option<&str>, authors: &[String]) -> Option<String> {
    let as_author = authors.iter().map(String::as_str).chain(byline).find_map(|name| {
        name.split(['/', ',', '|'])
            .flat_map(|part| {
                [" et ", " and ", " und ", " mit ", " with ", " y ", " e "]
                    .iter()
                    .fold(vec![part], |parts, word| parts.into_iter().flat_map(|p| p.split(word)).collect())
            })
            .map(|part| part.trim().trim_start_matches("By ").trim())
            .find(|part| AGENCIES.contains(part))
            .map(str::to_owned)
    });
    as_author.or_else(|| {
        let last = text.rsplit('\n').find(|line| !line.trim().is_empty())?;
        let inner = last.trim().strip_suffix(')')?.rsplit_once('(')?.1;
        (is_agency(inner) && inner.len() < 30).then(|| inner.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_are_told_from_openings_with_a_dash() {
        let check = |text: &str, expected: Option<(&str, Option<&str>)>| {
            let found = find(text);
            assert_eq!(found.as_ref().map(|f| (f.dateline.place.as_str(), f.agency.as_deref())), expected, "{text}");
        };
        check("GENEVA (Reuters) - Talks resumed.", Some(("GENEVA", Some("Reuters"))));
        check("GENEVA, 3 May (Agency) — Talks resumed.", Some(("GENEVA", Some("Agency"))));
        check("Berlin (dpa) - Die Gespräche begannen.", Some(("Berlin", Some("dpa"))));
        check("NEW YORK — The market fell.", Some(("NEW YORK", None)));
        check("КИЇВ, 3 травня — Переговори тривають.", Some(("КИЇВ", None)));
        check("The mayor – who had said no – agreed.", None);
        check("Mayor Ada Quill — known for her stand — left.", None);
        check("Talks resumed.", None);
        check("", None);
    }

    #[test]
    fn a_contribution_is_no_credit() {
        assert_eq!(credit("One.\n\nTwo. (Reuters)", None, &[]).as_deref(), Some("Reuters"));
        assert_eq!(credit("One.\n\nReuters contributed to this report.", None, &[]), None);
        assert_eq!(credit("One.", None, &["Le Port et AFP".to_owned()]).as_deref(), Some("AFP"));
        assert_eq!(credit("One.", None, &["The Associated Press".to_owned()]).as_deref(), Some("The Associated Press"));
    }

    proptest::proptest! {
        #[test]
        fn looking_for_a_dateline_never_panics(text in "\\PC{0,20}[-–— (),]{0,4}\\PC{0,20}[-–— (),]{0,3}\\PC{0,100}") {
            find(&text);
            credit(&text, Some(&text), &[]);
        }
    }
}
