//! Bylines to people: "By Ada Quill and Tom Reed in Lisbon" names two.

use news::text::canonical;

/// Words that open a byline, in the languages of the labelled outlets.
const OPENERS: &[&str] = &[
    "written by",
    "story by",
    "words by",
    "reported by",
    "analysis by",
    "review by",
    "opinion by",
    "posted by",
    "published by",
    "by:",
    "by ",
    "von ",
    "par ",
    "por ",
    "di ",
    "door ",
    "av ",
    "af ",
    "oleh ",
    "text:",
    "texte :",
    "texto:",
    "автор:",
    "автор ",
    "autor:",
    "autor: ",
    "auteur:",
    "från ",
    "skrevet av ",
    "de ",
    "yazan:",
    "penulis:",
    "reporter:",
    "editor:",
    "from ",
];

/// Words that no person's name holds; a part with one is a role, a service or an invitation.
const NOT_NAMES: &[&str] = &[
    "staff",
    "editor",
    "editors",
    "email",
    "newsroom",
    "desk",
    "team",
    "correspondent",
    "contributor",
    "contributors",
    "admin",
    "http",
    "www",
    "twitter",
    "facebook",
    "follow",
    "redaktion",
    "rédaction",
    "redacción",
    "redazione",
    "redactie",
    "редакция",
    "редакція",
    "agencies",
    "reporter",
    "bureau",
    "author",
    "subscribe",
    "comments",
    "updated",
    "published",
    "minutes",
    "read",
];

/// The people named in author fields or bylines, in order and once each; the outlet itself is no person.
pub(crate) fn people<S: AsRef<str>>(fields: &[S], outlet: Option<&str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for field in fields.iter().take(40) {
        for name in split(field.as_ref()) {
            let fold = name.to_lowercase();
            let is_outlet = outlet.is_some_and(|o| o.to_lowercase() == fold);
            if !is_outlet && !out.iter().any(|known| known.to_lowercase() == fold) && out.len() < 40 {
                out.push(name);
            }
        }
    }
    // "Ada Quill Harbour Post" beside "Ada Quill" is the same person with the outlet behind the name.
    let is_longer = |name: &str, other: &str| name.strip_prefix(other).is_some_and(|rest| rest.starts_with(' '));
    let longer: Vec<bool> = out.iter().map(|name| out.iter().any(|other| is_longer(name, other))).collect();
    let mut longer = longer.into_iter();
    out.retain(|_| longer.next() != Some(true));
    out
}

fn split(field: &str) -> Vec<String> {
    let text = canonical(field);
    if text.len() > 400 || text.starts_with("http") {
        return Vec::new();
    }
    let mut rest = text.as_str();
    loop {
        let lower = rest.to_lowercase();
        match OPENERS.iter().find(|o| lower.starts_with(**o)) {
            Some(opener) if lower.len() == rest.len() && opener.trim() != "de" => {
                rest = rest[opener.len()..].trim_start()
            }
            _ => break,
        }
    }
    let mut out = Vec::new();
    for piece in rest.split([',', ';', '|', '•', '·', '、']) {
        let mut words: Vec<&str> = Vec::new();
        for word in piece.split_whitespace().chain(["and"]) {
            if matches!(
                word,
                "and"
                    | "und"
                    | "et"
                    | "y"
                    | "e"
                    | "&"
                    | "og"
                    | "och"
                    | "en"
                    | "и"
                    | "та"
                    | "і"
                    | "/"
                    | "with"
                    | "And"
                    | "AND"
                    | "ja"
                    | "dan"
                    | "và"
                    | "ve"
            ) {
                if let Some(name) = name(&words) {
                    out.push(name);
                }
                words.clear();
            } else {
                words.push(word);
            }
        }
    }
    out
}

/// Whether a text looks like a person's name: at least two words that begin with a capital, or letters of a
/// script that has none.
pub(crate) fn has_name_shape(text: &str) -> bool {
    let begins = |test: fn(char) -> bool| text.split_whitespace().filter(|w| w.starts_with(test)).count();
    begins(char::is_uppercase) >= 2 || begins(|c| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase()) > 0
}

fn is_day_or_month(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',']);
    matches!(
        word,
        "Monday"
            | "Tuesday"
            | "Wednesday"
            | "Thursday"
            | "Friday"
            | "Saturday"
            | "Sunday"
            | "January"
            | "February"
            | "April"
            | "July"
            | "August"
            | "September"
            | "October"
            | "November"
            | "December"
            | "Published"
            | "Updated"
            | "Posted"
            | "Montag"
            | "Dienstag"
            | "Mittwoch"
            | "Donnerstag"
            | "Freitag"
            | "Samstag"
            | "Sonntag"
    )
}

/// Words for "reporter" that follow a name in Korean and Japanese bylines.
const ROLES_BEHIND: &[&str] =
    &["기자", "선임기자", "특파원", "논설위원", "객원기자", "인턴기자", "전문기자", "편집위원", "記者"];

fn name(words: &[&str]) -> Option<String> {
    let words = match words.split_last() {
        Some((last, rest)) if !rest.is_empty() && ROLES_BEHIND.contains(last) => rest,
        _ => words,
    };
    // A printed byline runs on into the date or the writer's agency: "Jo Voss Monday", "JO VOSS Associated Press".
    let date_at = words.iter().position(|word| is_day_or_month(word)).filter(|at| *at >= 1);
    let words = &words[..date_at.unwrap_or(words.len())];
    let agency_at = (2..words.len()).find(|&at| crate::dateline::is_agency(&words[at..].join(" ")));
    let words = &words[..agency_at.unwrap_or(words.len())];
    let text = words.join(" ");
    let text = match text.split_once(" (") {
        Some((head, _)) => head,
        None => &text,
    };
    let text = text
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '-' | '–' | '—' | '/' | '*' | '"'))
        .to_owned();
    let lower = text.to_lowercase();
    let bad = text.is_empty()
        || text.chars().count() > 60
        || text.split_whitespace().count() > 6
        || text.contains(['@', '<', '>', '{', '='])
        || text.chars().filter(|c| c.is_ascii_digit()).count() > 2
        || !text.contains(char::is_alphabetic)
        || lower.split(|c: char| !c.is_alphanumeric()).any(|w| NOT_NAMES.contains(&w));
    (!bad).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_name_people_and_nobody_else() {
        let check = |field: &str, expected: &[&str]| {
            assert_eq!(people(&[field], Some("The Harbour Post")), expected, "{field}")
        };
        check("By Ada Quill and Tom Reed", &["Ada Quill", "Tom Reed"]);
        check("Ada Quill, Tom Reed", &["Ada Quill", "Tom Reed"]);
        check("von Jörg Ämter", &["Jörg Ämter"]);
        check("The Harbour Post", &[]);
        check("Email the author", &[]);
        check("https://example.org/ada", &[]);
        check("Ada Quill (Lisbon)", &["Ada Quill"]);
        check("Ada Quill Monday", &["Ada Quill"]);
        check("ADA QUILL Associated Press", &["ADA QUILL"]);
        check("김하늘 기자", &["김하늘"]);
        check("Ada Quill Harbour Post, Tom Reed, Ada Quill", &["Tom Reed", "Ada Quill"]);
        check("", &[]);
    }
}
