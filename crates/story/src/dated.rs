//! The sentences of a text that are about a day, and the order in which the sentences of a day are shown.

use crate::background;
use crate::date::{self, days_between};
use crate::token::tokens;
use jiff::civil::Date;
use news::dated::{DatedSentence, Telling, wording};
use rustc_hash::FxHashMap;

/// Sentences of a text beyond which nothing is read.
const MAX_SENTENCES: usize = 120;
/// Most rows kept of one text.
const MOST: usize = 12;
/// Days beyond which a sentence is a list of dates.
const MOST_DAYS: usize = 3;
/// How far into a text a sentence that names no day may stand for the day of publication, and how many may.
const LEAD: usize = 5;
const MOST_PUBLISHED: usize = 2;
/// Words that say something, least and most: fewer are a label, more a list.
const WORDS: std::ops::RangeInclusive<usize> = 6..=60;

/// The sentences of a text that speak of a day, and the first of those that speak of none, on the day of
/// publication; at most twelve, those with a printed day before others.
///
/// `published` is the day the text was published; without it only days printed with their year are found.
pub fn find(text: &str, published: Option<Date>) -> Vec<DatedSentence> {
    let mut sentences = news::text::sentences(text);
    sentences.truncate(MAX_SENTENCES);
    let Some(end) = sentences.last().map(|s| s.end) else { return Vec::new() };
    let mut found = date::days(&text[..end], published).into_iter().peekable();
    let mut out: Vec<DatedSentence> = Vec::new();
    let mut of_publication = 0;
    for (place, span) in sentences.into_iter().enumerate() {
        let mut days: Vec<(Date, bool)> = Vec::new();
        while let Some(day) = found.next_if(|day| day.span.start < span.end) {
            match days.iter_mut().find(|known| known.0 == day.day) {
                Some(known) => known.1 |= day.printed,
                None => days.push((day.day, day.printed)),
            }
        }
        if days.is_empty() {
            match published {
                Some(day) if place < LEAD && of_publication < MOST_PUBLISHED => days.push((day, false)),
                _ => continue,
            }
            if !is_fit(&text[span.clone()]) {
                continue;
            }
            of_publication += 1;
            out.push(row(text, place, &span, days[0], Telling::Published));
        } else if days.len() <= MOST_DAYS && is_fit(&text[span.clone()]) {
            for day in days {
                let telling = match published.map(|written| days_between(written, day.0)) {
                    Some(..0) => Telling::Ahead,
                    None | Some(0..=2) => Telling::Near,
                    Some(_) => Telling::Later,
                };
                out.push(row(text, place, &span, day, telling));
            }
        }
    }
    if out.len() > MOST {
        out.sort_by_key(|s| (!s.is_printed, s.telling == Telling::Published, s.sentence, s.day));
        out.truncate(MOST);
    }
    out.sort_by_key(|s| (s.sentence, s.day));
    out
}

fn row(
    text: &str,
    place: usize,
    span: &std::ops::Range<usize>,
    (day, is_printed): (Date, bool),
    telling: Telling,
) -> DatedSentence {
    DatedSentence {
        day,
        telling,
        is_printed,
        sentence: u32::try_from(place).unwrap_or(u32::MAX),
        span: span.clone(),
        wording: wording(&text[span.clone()]),
    }
}

/// Whether a sentence is long enough to say something and short enough to be one.
fn is_fit(sentence: &str) -> bool {
    WORDS.contains(&tokens(sentence).iter().filter(|t| !t.small).count())
}

/// A sentence that may stand for its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The sentence.
    pub text: &'a str,
    /// Its number in its text, from 0.
    pub sentence: u32,
    /// Whether it prints the day.
    pub is_printed: bool,
}

/// In which order the sentences of a day are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Places in the list given, each once.
    pub order: Vec<usize>,
    /// So many of the first say what none before them said; the others repeat one of these.
    pub own: usize,
}

/// Above this cosine a sentence says nothing that one before it did not.
const ALIKE: f32 = 0.5;

/// For each day the order of its sentences: nearest to the middle of what is said of the day first, those that
/// repeat one before them last.
pub fn order(days: &[Vec<Candidate<'_>>]) -> Vec<Order> {
    let terms = |candidate: &Candidate<'_>| {
        let mut stems: Vec<u32> = tokens(candidate.text).iter().filter(|t| !t.small).map(|t| t.stem).collect();
        stems.sort_unstable();
        stems.dedup();
        stems
    };
    let stems: Vec<Vec<Vec<u32>>> = days.iter().map(|day| day.iter().map(terms).collect()).collect();
    let mut df: FxHashMap<u32, f32> = FxHashMap::default();
    stems.iter().flatten().flatten().for_each(|stem| *df.entry(*stem).or_default() += 1.0);
    let total = df.values().sum::<f32>().max(1.0);
    // Common here and rare elsewhere is what the subject is about.
    let weight = |stem: &u32| {
        let common = background::count(background::prior(*stem).level) + 1.0;
        let seen = df.get(stem).copied().unwrap_or(1.0);
        (background::documents() / common).ln().max(0.0) * (1.0 + (seen * 1_000.0 / total).ln_1p())
    };
    days.iter().zip(stems).map(|(day, stems)| order_one(day, &stems, &weight)).collect()
}

fn order_one(day: &[Candidate<'_>], stems: &[Vec<u32>], weight: &dyn Fn(&u32) -> f32) -> Order {
    let vectors: Vec<Vec<(u32, f32)>> = stems
        .iter()
        .map(|stems| {
            let mut vector: Vec<(u32, f32)> = stems.iter().map(|stem| (*stem, weight(stem))).collect();
            let norm = vector.iter().map(|t| t.1 * t.1).sum::<f32>().sqrt().max(1e-6);
            vector.iter_mut().for_each(|t| t.1 /= norm);
            vector
        })
        .collect();
    let mut centre: FxHashMap<u32, f32> = FxHashMap::default();
    vectors.iter().flatten().for_each(|(stem, w)| *centre.entry(*stem).or_default() += w);
    let norm = centre.values().map(|w| w * w).sum::<f32>().sqrt().max(1e-6);
    let mut scored: Vec<(f32, usize)> = vectors
        .iter()
        .zip(day)
        .enumerate()
        .map(|(n, (vector, candidate))| {
            let central = vector.iter().map(|t| t.1 * centre[&t.0]).sum::<f32>() / norm;
            let early = 1.0 / (1.0 + candidate.sentence as f32 * 0.1);
            (central * (0.5 + 0.5 * early) * if candidate.is_printed { 1.3 } else { 1.0 }, n)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut own, mut alike): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (_, n) in scored {
        let repeats = own.iter().any(|other| cosine(&vectors[n], &vectors[*other]) > ALIKE);
        if repeats { alike.push(n) } else { own.push(n) }
    }
    let count = own.len();
    own.extend(alike);
    Order { order: own, own: count }
}

fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    a.iter().filter_map(|(stem, w)| Some(w * b.get(b.binary_search_by_key(stem, |t| t.0).ok()?)?.1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str, published: Option<&str>) -> Vec<(String, Telling, bool, u32)> {
        let published = published.map(|day| day.parse().expect("a literal day"));
        let rows = find(text, published);
        rows.iter().map(|s| (s.day.to_string(), s.telling, s.is_printed, s.sentence)).collect()
    }

    #[test]
    fn sentences_stand_on_the_days_they_speak_of() {
        let text = "The dam above Corrin gave way on 8 March after a week of rain. People fled to the school on the hill \
                    above the town. The council of Corrin will vote on the rebuilding of the dam on 2 April. \
                    It was the worst flood in the valley since 3 May 2011, when the old bridge fell.";
        let row = |day: &str, telling, is_printed, sentence| (day.to_owned(), telling, is_printed, sentence);
        assert_eq!(
            found(text, Some("2021-03-10")),
            [
                row("2021-03-08", Telling::Near, true, 0),
                row("2021-03-10", Telling::Published, false, 1),
                row("2021-04-02", Telling::Ahead, true, 2),
                row("2011-05-03", Telling::Later, true, 3),
            ]
        );
        // Without a day of its own a text says nothing of a day without a year, and stands on no day of publication.
        assert_eq!(found(text, None), [row("2011-05-03", Telling::Near, true, 3)]);
    }

    #[test]
    fn labels_and_lists_of_dates_stand_nowhere() {
        assert_eq!(found("Updated 8 March.", Some("2021-03-10")), []);
        let list = "The council of the valley meets on 1 March, 2 March, 3 March and 4 March in the school of Corrin.";
        assert_eq!(found(list, Some("2021-03-10")), []);
        assert_eq!(found("", Some("2021-03-10")), []);
    }

    #[test]
    fn of_a_long_text_the_printed_days_are_kept() {
        let mut text = String::new();
        for n in 1..=20 {
            text.push_str(&format!("The harbour council counted {n} lost trawlers near the lighthouse yesterday. "));
        }
        text.push_str("The old lighthouse above the harbour was lit for the first time on 4 June 1931.");
        let got = find(&text, "2021-03-10".parse().ok());
        assert_eq!(got.len(), MOST);
        assert!(got.iter().any(|s| s.day.to_string() == "1931-06-04"));
    }

    #[test]
    fn what_most_say_comes_first_and_repetitions_last() {
        let say = |text| Candidate { text, sentence: 0, is_printed: false };
        let day = vec![
            say("Bakers in Lisse sold twice as much bread as on other Mondays."),
            say("The dam above Corrin broke and flooded the valley of the Ister."),
            say("The dam above Corrin broke and the valley of the Ister was flooded."),
            say("Rescuers searched the flooded valley below the broken Corrin dam."),
        ];
        let got = order(&[day, Vec::new()]);
        assert!(got[0].order[0] != 0, "{got:?}");
        assert!(got[0].own < 4, "one of the two that say the same repeats the other: {got:?}");
        let mut all = got[0].order.clone();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
        assert_eq!(got[1], Order::default());
    }

    proptest! {
        #[test]
        fn spans_are_whole_sentences_of_the_text(text in "(\\PC{0,40}| on 3 May 2016|\\. |yesterday ){0,30}") {
            let sentences = news::text::sentences(&text);
            for row in find(&text, "2017-01-28".parse().ok()) {
                prop_assert_eq!(sentences.get(row.sentence as usize), Some(&row.span));
            }
        }
    }
}
