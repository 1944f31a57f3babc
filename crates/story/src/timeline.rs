//! A timeline of a subject: the days that matter and the sentences that say what happened on them,
//! word for word.

use crate::background;
use crate::date::{self, days_between};
use crate::token::tokens;
use jiff::civil::Date;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// An article as the timeline reads it.
#[derive(Clone, Copy, Debug)]
pub struct Article<'a> {
    /// The day it was published.
    pub day: Date,
    /// Its headline.
    pub title: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// A day and what happened on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The day.
    pub day: Date,
    /// The sentences chosen, best first.
    pub sentences: Vec<Sentence>,
}

/// A sentence as it stands in its article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Place of the article in the list given.
    pub article: usize,
    /// Byte range in its text.
    pub span: Range<usize>,
}

/// Articles, and sentences of each, beyond which nothing is read.
const MAX_ARTICLES: usize = 20_000;
const MAX_SENTENCES: usize = 60;

// The constants below rest on the 13 timelines of the developer part of Timeline17; see scores.md. All of them stand on
// flat ground: one step either side changes date F1 by less than .01, which a single day does as well.

/// What a sentence counts that speaks of a day to come, and one that looks back a week or more; one of the day counts 1.
const PLANNED: f32 = 0.3;
const HISTORY: f32 = 7.0;
/// Days of a timeline for each root of a day on which articles were published.
const DAYS_PER_ROOT: f32 = 2.6;
/// The weight a day of a default timeline needs, where there are articles enough: three sentences that look back.
const ENOUGH: f32 = 20.0;
/// The bounds of a default timeline.
const FEWEST_DAYS: usize = 3;
const MOST_DAYS: usize = 100;
/// Sentences of a whole default timeline, before the bounds for each day.
const SENTENCES_IN_ALL: usize = 36;
/// Sentences of a day that read as one said again.
const LIKE: f32 = 0.4;
/// How much the length of a sentence speaks for it: a short one is near the middle of a day by its one word.
const LENGTH: f32 = 0.15;

struct Candidate {
    article: usize,
    span: Range<usize>,
    terms: Vec<(u32, f32)>,
    words: usize,
    place: usize,
}

/// The days that matter most, in order, each with the sentences that say what happened.
///
/// `days` is how many, and `sentences` how many of each at the most. `None` leaves it to the articles: no more days than
/// 2.6 times the root of the number of days on which they were published, and of these the ones that enough is told
/// of; two sentences of each, and up to four on a timeline of few days. A day's weight is how many sentences speak of it, those written long
/// after most, and how many articles were published on it; a sentence is chosen by what most sentences about that
/// day, and most articles, are about, and says nothing that a chosen one said.
pub fn timeline(articles: &[Article<'_>], days: Option<usize>, sentences: Option<usize>) -> Vec<Entry> {
    let mut by_day: FxHashMap<Date, Day> = FxHashMap::default();
    let mut df: FxHashMap<u32, u32> = FxHashMap::default();
    let articles = &articles[..articles.len().min(MAX_ARTICLES)];
    for (n, article) in articles.iter().enumerate() {
        by_day.entry(article.day).or_default().published += 1;
        for (place, span) in news::text::sentences(article.text).into_iter().take(MAX_SENTENCES).enumerate() {
            let text = &article.text[span.clone()];
            let mut spoken: Vec<Date> = date::days(text, Some(article.day))
                .into_iter()
                // The day of writing at the head of a text is its dateline.
                .filter(|f| !(place == 0 && f.printed && f.day == article.day))
                .map(|f| f.day)
                .collect();
            spoken.sort_unstable();
            spoken.dedup();
            for day in &spoken {
                by_day.entry(*day).or_default().spoken += told(days_between(article.day, *day));
            }
            let mut terms: Vec<(u32, f32)> = tokens(text).iter().filter(|t| !t.small).map(|t| (t.stem, 1.0)).collect();
            let words = terms.len();
            if !(6..=60).contains(&words) {
                continue;
            }
            terms.sort_unstable_by_key(|t| t.0);
            terms.dedup_by_key(|t| t.0);
            terms.iter().for_each(|t| *df.entry(t.0).or_default() += 1);
            for &day in &spoken {
                let (span, terms) = (span.clone(), terms.clone());
                let found = Candidate { article: n, span, terms, words, place };
                by_day.entry(day).or_default().found.push(found);
            }
            if spoken.is_empty() && place < 5 {
                let found = Candidate { article: n, span, terms, words, place };
                by_day.entry(article.day).or_default().found.push(found);
            }
        }
    }
    let weights = weights(&df);
    let mut ranked: Vec<(f32, Date)> = by_day
        .iter()
        .filter(|(_, d)| !d.found.is_empty())
        .map(|(day, d)| (d.spoken + d.published as f32, *day))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(days.unwrap_or_else(|| {
        let published = by_day.values().filter(|d| d.published > 0).count();
        default_days(&ranked, published, articles.len())
    }));
    let sentences = sentences.unwrap_or_else(|| default_sentences(ranked.len()));
    let mut out: Vec<Entry> = ranked
        .into_iter()
        .filter_map(|(_, day)| Some(Entry { day, sentences: choose(by_day.remove(&day)?.found, &weights, sentences) }))
        .collect();
    out.sort_by_key(|e| e.day);
    out
}

/// How many of the days, weightiest first, a timeline has when nobody says: at most so many as the root of the number
/// of days on which articles were published bears out, and of these the ones that enough is told of.
fn default_days(ranked: &[(f32, Date)], published: usize, articles: usize) -> usize {
    let most = (DAYS_PER_ROOT * (published as f32).sqrt()).round() as usize;
    let enough = (articles as f32 / 4.0).min(ENOUGH);
    let told = ranked.iter().take_while(|d| d.0 >= enough).count();
    told.clamp(FEWEST_DAYS, most.clamp(FEWEST_DAYS, MOST_DAYS))
}

/// How many sentences a day has when nobody says: a timeline of few days says more of each.
fn default_sentences(days: usize) -> usize {
    (SENTENCES_IN_ALL / days.max(1)).clamp(2, 4)
}

#[derive(Default)]
struct Day {
    published: u32,
    /// How much is told of it, in sentences.
    spoken: f32,
    found: Vec<Candidate>,
}

/// What a sentence about a day counts that was written `gap` days after it.
fn told(gap: i32) -> f32 {
    match gap {
        // Told ahead, a day is only a plan; told again long after, it has become history.
        ..0 => PLANNED,
        gap => (1.0 + gap as f32).min(HISTORY),
    }
}

/// What each word weighs, given how many sentences have it: common here and rare elsewhere is what the subject is about.
fn weights(sentences: &FxHashMap<u32, u32>) -> FxHashMap<u32, f32> {
    let total = sentences.values().map(|n| u64::from(*n)).sum::<u64>().max(1) as f32;
    let weight = |stem: u32, seen: u32| {
        let common = background::count(background::prior(stem).level) + 1.0;
        (background::documents() / common).ln().max(0.0) * (1.0 + (seen as f32 * 1_000.0 / total).ln_1p())
    };
    sentences.iter().map(|(t, n)| (*t, weight(*t, *n))).collect()
}

/// The sentences nearest to the middle of the day's sentences, none like one already chosen.
fn choose(mut found: Vec<Candidate>, weights: &FxHashMap<u32, f32>, sentences: usize) -> Vec<Sentence> {
    let mut centre: FxHashMap<u32, f32> = FxHashMap::default();
    for c in &mut found {
        c.terms.iter_mut().for_each(|t| t.1 = weights.get(&t.0).copied().unwrap_or(0.0));
        let norm = c.terms.iter().map(|t| t.1 * t.1).sum::<f32>().sqrt().max(1e-6);
        for t in &mut c.terms {
            t.1 /= norm;
            *centre.entry(t.0).or_default() += t.1;
        }
    }
    let mut scored: Vec<(f32, usize)> = found
        .iter()
        .enumerate()
        .map(|(n, c)| {
            let central: f32 = c.terms.iter().map(|t| t.1 * centre[&t.0]).sum();
            let early = 1.0 / (1.0 + c.place as f32 * 0.1);
            // A short sentence is near the middle by its one word.
            let length = (c.words as f32).powf(LENGTH);
            (central * (0.5 + 0.5 * early) * length, n)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = Vec::new();
    for (_, n) in scored {
        if chosen.len() == sentences {
            break;
        }
        let like = |other: &usize| cosine(&found[n].terms, &found[*other].terms) > LIKE;
        if !chosen.iter().any(like) {
            chosen.push(n);
        }
    }
    chosen.into_iter().map(|n| Sentence { article: found[n].article, span: found[n].span.clone() }).collect()
}

fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    a.iter().filter_map(|(h, w)| Some(w * b.get(b.binary_search_by_key(h, |t| t.0).ok()?)?.1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn entries_are_sentences_word_for_word_on_the_days_they_speak_of() {
        let articles = [
            Article {
                day: day("2021-03-10"),
                title: "",
                text: "The dam above Corrin gave way on 8 March after a week of rain. People fled to the school on the hill.",
            },
            Article {
                day: day("2021-03-20"),
                title: "",
                text: "The dam above Corrin, which gave way on 8 March, will not be rebuilt. The council voted for that today in Corrin.",
            },
        ];
        let got = timeline(&articles, Some(2), Some(1));
        assert_eq!(got[0].day, day("2021-03-08"));
        for e in &got {
            for s in &e.sentences {
                assert!(articles[s.article].text.get(s.span.clone()).is_some_and(|t| t.ends_with('.')));
            }
        }
    }

    /// A hundred articles, one a day; each looks back on 1 March and speaks of its own day.
    fn daily() -> Vec<(Date, String)> {
        (1..=100)
            .map(|n| {
                let day = day("2021-03-01").checked_add(n.days()).unwrap();
                let text = format!(
                    "The council of Corrin met again on the {n} pumps that were to be bought. \
                     The dam above Corrin gave way on 1 March and took the lower town. \
                     A vote on the pumps is due on 30 December 2021 in the hall of Corrin."
                );
                (day, text)
            })
            .collect()
    }

    fn articles(rows: &[(Date, String)]) -> Vec<Article<'_>> {
        rows.iter().map(|(day, text)| Article { day: *day, title: "", text }).collect()
    }

    #[test]
    fn a_day_looked_back_on_outweighs_a_day_looked_forward_to() {
        let rows = daily();
        let got = timeline(&articles(&rows), Some(2), Some(1));
        assert_eq!(got.iter().map(|e| e.day).collect::<Vec<_>>(), [day("2021-03-01"), day("2021-12-30")]);
        assert_eq!(timeline(&articles(&rows), Some(1), Some(1))[0].day, day("2021-03-01"));
    }

    #[test]
    fn days_of_which_little_is_told_are_left_out_when_nobody_says_how_many() {
        let rows = daily();
        let got = timeline(&articles(&rows), None, None);
        assert_eq!(got.len(), FEWEST_DAYS, "two days are told of a hundred times, the others once");
        assert!(got.iter().all(|e| (1..=4).contains(&e.sentences.len())));
        assert_eq!(timeline(&articles(&rows), Some(40), None).len(), 40);
        let told: Vec<(f32, Date)> = vec![(500.0, day("2021-03-01")); 300];
        assert_eq!(default_days(&told, 100, 400), 26);
        assert_eq!(default_days(&told, 9_000, 9_000), MOST_DAYS);
        assert_eq!(default_days(&told, 1, 1), FEWEST_DAYS);
    }

    #[test]
    fn the_dateline_speaks_of_no_day() {
        let rows: Vec<(Date, String)> = (1..=3)
            .map(|n| {
                let day = day("2021-03-01").checked_add(n.days()).unwrap();
                (day, format!("CORRIN, {} March 2021 - The dam gave way two days ago and nobody knows why yet.", n + 1))
            })
            .collect();
        let got = timeline(&articles(&rows), Some(2), Some(1));
        // Each article was published on a day that another tells of two days later; 28 February is told of once.
        assert_eq!(got.iter().map(|e| e.day).collect::<Vec<_>>(), [day("2021-02-28"), day("2021-03-02")]);
    }

    #[test]
    fn a_short_timeline_says_more_of_each_day() {
        assert_eq!([3, 12, 18, 60].map(default_sentences), [4, 3, 2, 2]);
    }

    #[test]
    fn nothing_makes_no_timeline() {
        assert!(timeline(&[], Some(5), Some(2)).is_empty());
        assert!(timeline(&[], None, None).is_empty());
    }
}
