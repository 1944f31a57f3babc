use super::*;
use crate::passages;

/// A report of our own in nine paragraphs, half of it prose.
pub(crate) const REPORT: &str = "SKARN — A ferry carrying 212 people ran aground on a reef off the island of Skarn in the early hours, and all of them were taken off safely, the coastguard said.\n\nThe ship lost power in both engines at twenty to two and drifted for almost half an hour before it struck the Tanner reef, two miles west of the harbour.\n\nThree passengers were treated for minor injuries and one of the crew was flown to hospital in Lovund with smoke poisoning, said Inga Roald, who led the operation.\n\n“The ship sat upright and she sat still,” Roald told reporters on the quay. “That, and eleven fishing boats that got out of bed without being asked, made it a good night.”\n\nThe passengers, among them a school choir, climbed down ladders to the boats in a strong wind. The last of them came ashore before eight and were given breakfast in the parish hall.\n\nThe operator said that the ship was built in 1998 and had passed its last inspection in August. It could not yet say why the engines failed, and crossings were cancelled until further notice.\n\nThe accident board has sent two investigators. Divers found a tear of four metres in the outer hull, but no oil had leaked by noon, the environment agency said.\n\nIt was the second loss of power on the ship this year. In February it drifted for ten minutes outside the port before its engines could be started again, a log of the board shows.\n\nThe company, which took over the island routes three years ago, runs six ships with an average age of twenty-four years. Its contract with the state ends next autumn.";

const STATEMENT: &str = "The agreement of this morning opens the northern lane to ships of every flag from the first of the month, under the rules that both coastguards have kept since the winter; it sets no fee, it names no pilot, and it ends no claim of either side to the waters of the strait, which the court will hear in the spring as was always intended by the two governments";

fn kind(a: &str, b: &str) -> Option<Kinship> {
    of(a, b).map(|r| r.kind)
}

fn of(a: &str, b: &str) -> Option<Relation> {
    kinship(&Side { text: a, ..Side::default() }, &Side { text: b, ..Side::default() }, &passages(a, b))
}

/// Every `nth` word exchanged for another.
pub(crate) fn edited(text: &str, nth: usize) -> String {
    let words = ["harbour", "later", "almost", "people", "under", "often", "seven", "before"];
    let mut n = 0;
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            n += 1;
            if n % nth == 0 { format!("{} ", words[n / nth % words.len()]) } else { word.to_owned() }
        })
        .collect()
}

fn paragraphs(text: &str, range: Range<usize>) -> String {
    text.split("\n\n").skip(range.start).take(range.len()).collect::<Vec<_>>().join("\n\n")
}

fn own(n: usize) -> String {
    (0..n)
        .map(|n| format!("Sentence {n} of quite other matter, told by witness {} at pier {}.", n * 7, n * 3))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn copies_rewrites_extracts_and_passages_are_told_apart() {
    let check = |name: &str, text: &str, expected: Option<Kinship>| assert_eq!(kind(text, REPORT), expected, "{name}");
    check("the same", REPORT, Some(Kinship::Syndicated));
    check("cut to six paragraphs", &paragraphs(REPORT, 0..6), Some(Kinship::Syndicated));
    check("one paragraph put in", &format!("{}\n\n{}", own(3), REPORT), Some(Kinship::Syndicated));
    check("every twentieth word", &edited(REPORT, 20), Some(Kinship::Syndicated));
    check("every seventh word", &edited(REPORT, 7), Some(Kinship::Rewrite));
    check("the first two paragraphs", &paragraphs(REPORT, 0..2), Some(Kinship::Extract));
    check(
        "one paragraph in a text of its own",
        &format!("{}\n\n{}", paragraphs(REPORT, 7..8), own(20)),
        Some(Kinship::Passage),
    );
    check("nothing in common", &own(20), None);
}

#[test]
fn a_wrap_of_a_whole_text_is_a_copy_until_most_of_it_is_its_own() {
    let wrapped = |n| kind(&format!("{}\n\n{REPORT}", own(n)), REPORT);
    assert_eq!(wrapped(10), Some(Kinship::Syndicated));
    assert_eq!(wrapped(80), Some(Kinship::Passage));
    // Seen from the brief, it is a part of the longer text.
    assert_eq!(kind(REPORT, &format!("{}\n\n{REPORT}", own(80))), Some(Kinship::Extract));
}

#[test]
fn two_reports_that_quote_one_statement_are_no_copies() {
    let report = |lead: &str| format!("{lead}\n\n“{STATEMENT},” the minister said.");
    let a = report(
        "HALVIK — Ships of every flag may pass the northern lane again, the minister told parliament in a short and sleepy sitting that nobody had announced. Shipowners had asked for it since May.",
    );
    let b = report(
        "Veskar — In the gallery sat the pilots, who had come by bus. They heard one long sentence, and then another about fish. Four of them laughed, and one wrote the date of the first passage on the back of his hand.",
    );
    let got = of(&a, &b).unwrap();
    assert!(got.contained > 0.5, "most of the words are shared: {got:?}");
    assert_eq!(got.kind, Kinship::Quotation);
    // The same lead as well: that is a copy, whatever is quoted.
    assert_eq!(kind(&a, &a.replace("sleepy", "quiet")), Some(Kinship::Syndicated));
    // The statement alone is the statement's copy.
    assert_eq!(kind(&format!("“{STATEMENT}.”"), &format!("{STATEMENT}.")), Some(Kinship::Syndicated));
}

#[test]
fn a_report_of_an_official_document_is_its_own_where_enough_of_it_is() {
    let document = Side { text: STATEMENT, is_official: true, ..Side::default() };
    let check = |text: &str, expected| {
        let got = kinship(&Side { text, ..Side::default() }, &document, &passages(text, STATEMENT));
        assert_eq!(got.map(|r| r.kind), expected, "{text}");
    };
    check(&format!("{STATEMENT}. {}", own(8)), Some(Kinship::Quotation));
    check(&format!("{STATEMENT}. Printed in full."), Some(Kinship::Syndicated));
}

#[test]
fn a_text_that_ends_where_the_other_goes_on_is_cut_from_it() {
    assert!(of(&paragraphs(REPORT, 0..6), REPORT).unwrap().cut_words > 60);
    assert_eq!(of(REPORT, &paragraphs(REPORT, 0..6)).unwrap().cut_words, 0);
    assert_eq!(of(&paragraphs(REPORT, 3..9), REPORT).unwrap().cut_words, 0, "the end alone is no cut");
}

#[test]
fn quotation_marks_of_several_countries_are_read() {
    let check = |text: &str, expected: &[&str]| {
        let got: Vec<&str> = quotations(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(got, expected, "{text}");
    };
    check("He said “yes”, then “no”.", &["yes", "no"]);
    check("Er sagte: „Nein“, und «oui».", &["Nein", "oui"]);
    check("A ‘clear’ word, the ship’s own.", &["clear"]);
    check("“It goes on\n\n“and ends.”", &["It goes on", "and ends."]);
    check("An inch is 1\" wide.", &[]);
}
