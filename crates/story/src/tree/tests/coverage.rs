//! A wave of coverage, made up: 800 texts of which 121 are distinct, 13 show reporting of their own and 7 are
//! independent. Each text is made from one of seven reports by an edit that newsrooms make.

use super::{Given, counts, drawn, given};
use crate::token::mix;

/// Words that make sentences of a report; each report draws its own, so that two share no run of five by chance.
const WHO: &[&str] = &[
    "one pilot",
    "the mayor",
    "an engineer",
    "two divers",
    "the clerk",
    "a widow",
    "the priest",
    "some crew",
    "her uncle",
    "both insurers",
];
const DID: &[&str] = &[
    "counted",
    "questioned",
    "photographed",
    "ordered",
    "refused",
    "measured",
    "sold",
    "inspected",
    "delayed",
    "described",
];
const WHAT: &[&str] = &[
    "rusted cable",
    "nine lamps",
    "second anchors",
    "night logs",
    "every lifeboat",
    "old contracts",
    "reef maps",
    "spare pumps",
    "two letters",
    "broken gates",
];
const WHERE: &[&str] = &[
    "off Skarn",
    "in Lovund",
    "near Halvik",
    "by the chandlery",
    "below deck",
    "at the customs",
    "beside cranes",
    "along breakwaters",
    "under awnings",
    "inside the hall",
];
const WHEN: &[&str] = &[
    "before dawn",
    "after lunch",
    "at low tide",
    "within hours",
    "past nine",
    "as fog lifted",
    "between squalls",
    "towards evening",
    "on Sunday",
    "again",
];
const WHY: &[&str] = &[
    "for the court",
    "unpaid",
    "by rule",
    "to some surprise",
    "all afternoon",
    "twice",
    "in poor light",
    "with borrowed tools",
    "before witnesses",
    "out of habit",
];

/// Sentence `n` of report `of`.
fn sentence(of: u64, n: u64) -> String {
    let pick = |list: &[&'static str], salt: u64| list[(mix(of << 32 ^ n << 8 ^ salt) % list.len() as u64) as usize];
    format!(
        "{} {} {} {} {} {}, entry {} of book {}.",
        pick(WHO, 1),
        pick(DID, 2),
        pick(WHAT, 3),
        pick(WHERE, 4),
        pick(WHEN, 5),
        pick(WHY, 6),
        mix(of << 20 ^ n) % 9_000 + 100,
        mix(of << 24 ^ n ^ 77) % 9_000 + 100,
    )
}

/// Paragraphs of two sentences.
fn report(of: u64, paragraphs: u64) -> Vec<String> {
    (0..paragraphs).map(|p| format!("{} {}", sentence(of, p * 2), sentence(of, p * 2 + 1))).collect()
}

/// About one word in `per` exchanged, others in each text.
fn words_changed(text: &str, per: u64, salt: u64) -> String {
    let others = ["later", "almost", "often", "indeed", "perhaps", "nearby", "slowly", "twice", "again", "elsewhere"];
    let mut n = 0;
    text.split(' ')
        .map(|word| {
            n += 1;
            let roll = mix(salt << 20 ^ n);
            if roll.is_multiple_of(per) && !word.contains('\n') {
                others[(roll >> 32) as usize % others.len()]
            } else {
                word
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

const AGENCY: &str = "Nordwire";
const SPEECH: &str = "Nobody on this coast has been promised anything, and nobody will be, until the board has finished its work and the last page of it lies on the table of this house for all to read";

/// The wave: seven independent reports, six rewrites with a voice of their own, 54 rewrites without, 54 texts that only
/// cite, and 679 copies of the agency's text, cut, wrapped, headed anew, with one word in twenty changed.
fn wave() -> Vec<Given> {
    let mut out = Vec::new();
    let agency: Vec<String> = report(1, 14);
    let wire = format!("SKARN, 2 March ({AGENCY}) – {}", agency.join("\n\n"));
    let mut first = given(AGENCY, 0, &format!("{wire}\n\n“We saw it,” a fisherman told {AGENCY}."));
    first.outlet.kind = news::outlet::OutletKind::Agency;
    out.push(first);
    // Six others, of which three quote one speech.
    for n in 2..=7_u64 {
        let name = format!("Courant {n}");
        let mut text = report(n, 7).join("\n\n");
        if n <= 4 {
            text.push_str(&format!("\n\n“{SPEECH},” the minister said."));
        }
        text.push_str(&format!("\n\n“I was there,” a witness told {name}."));
        out.push(given(&name, 60 + n as i64, &text));
    }
    let mut outlet = 0;
    let mut next = |text: String| {
        outlet += 1;
        given(&format!("Gazette {outlet}"), 100 + outlet, &text)
    };
    for n in 0..60_u64 {
        let mut text = words_changed(&agency.join("\n\n"), 7, 1_000 + n);
        if n < 6 {
            text.push_str(&format!("\n\n“It is always this reef,” a skipper told this newspaper on day {n}."));
        }
        out.push(next(text));
    }
    for n in 0..54_u64 {
        let says = ["reported on Monday", "said earlier", "wrote"][n as usize % 3];
        out.push(next(format!(
            "{} That much {AGENCY} {says}. {}",
            sentence(4_000 + n, 9),
            report(5_000 + n, 2).join(" ")
        )));
    }
    for n in 0..679_u64 {
        let keep = 7 + (mix(n) % 8) as usize;
        let body = agency[..keep].join("\n\n");
        let text = match n % 4 {
            0 => format!("SKARN, 2 March ({AGENCY}) – {body}"),
            1 => format!("{}\n\n{}", sentence(9_000 + n, 1), agency.join("\n\n")),
            2 => words_changed(&agency.join("\n\n"), 20, 20_000 + n),
            _ => format!("{body}\n\n({AGENCY})"),
        };
        out.push(next(text));
    }
    out
}

#[test]
fn eight_hundred_texts_come_to_seven_independent_accounts() {
    let texts = wave();
    let tree = drawn(&texts);
    let counts = counts(&texts, &tree);
    assert_eq!(
        (counts.texts, counts.distinct, counts.original, counts.independent),
        (800, 121, 13, 7),
        "texts, distinct texts, with original reporting, independent"
    );
    // Every copy and rewrite hangs under the agency's text or under a copy of it.
    let roots = tree.standings.iter().filter(|s| s.copy_of.is_some()).map(|s| s.copy_of.as_ref().unwrap().article);
    assert!(roots.into_iter().all(|root| root.0 == 0));
}
