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

struct Candidate {
    article: usize,
    span: Range<usize>,
    terms: Vec<(u32, f32)>,
    place: usize,
    printed: bool,
}

/// The `days` days that matter most, in order, each with at most `sentences` sentences.
///
/// A day's weight is how many sentences speak of it in words and how many articles were published on it;
/// a sentence is chosen by what most sentences about that day, and most articles, are about, and says
/// nothing that a chosen one said.
pub fn timeline(articles: &[Article<'_>], days: usize, sentences: usize) -> Vec<Entry> {
    let mut by_day: FxHashMap<Date, Day> = FxHashMap::default();
    let mut df: FxHashMap<u32, u32> = FxHashMap::default();
    let articles = &articles[..articles.len().min(MAX_ARTICLES)];
    for (n, article) in articles.iter().enumerate() {
        by_day.entry(article.day).or_default().published += 1;
        for (place, span) in news::text::sentences(article.text).into_iter().take(MAX_SENTENCES).enumerate() {
            let text = &article.text[span.clone()];
            let mut terms: Vec<(u32, f32)> = tokens(text).iter().filter(|t| !t.small).map(|t| (t.stem, 1.0)).collect();
            let words = terms.len();
            if !(6..=60).contains(&words) {
                continue;
            }
            terms.sort_unstable_by_key(|t| t.0);
            terms.dedup_by_key(|t| t.0);
            terms.iter().for_each(|t| *df.entry(t.0).or_default() += 1);
            let mut spoken: Vec<(Date, bool)> =
                date::days(text, Some(article.day)).into_iter().map(|f| (f.day, f.printed)).collect();
            spoken.sort_unstable();
            spoken.dedup_by_key(|s| s.0);
            for &(day, printed) in &spoken {
                let entry = by_day.entry(day).or_default();
                let gap = days_between(article.day, day);
                // Told again long after, a day has become history; told ahead, it is only a plan.
                entry.spoken += match gap {
                    ..0 => 0.5,
                    0..=2 => 1.0,
                    _ => 4.0,
                };
                entry.found.push(Candidate { article: n, span: span.clone(), terms: terms.clone(), place, printed });
            }
            if spoken.is_empty() && place < 5 {
                let found = Candidate { article: n, span, terms, place, printed: false };
                by_day.entry(article.day).or_default().found.push(found);
            }
        }
    }
    let total: f32 = df.values().map(|n| *n as f32).sum::<f32>().max(1.0);
    let mut ranked: Vec<(f32, Date)> = by_day
        .iter()
        .filter(|(_, d)| !d.found.is_empty())
        .map(|(day, d)| (d.spoken + 1.0 * d.published as f32, *day))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(days);
    let mut out: Vec<Entry> = ranked
        .into_iter()
        .filter_map(|(_, day)| Some(Entry { day, sentences: choose(by_day.remove(&day)?, &df, total, sentences) }))
        .collect();
    out.sort_by_key(|e| e.day);
    out
}

#[derive(Default)]
struct Day {
    spoken: f32,
    published: u32,
    found: Vec<Candidate>,
}

/// The sentences nearest to the middle of the day's sentences, none like one already chosen.
fn choose(day: Day, df: &FxHashMap<u32, u32>, total: f32, sentences: usize) -> Vec<Sentence> {
    let mut found = day.found;
    for c in &mut found {
        for t in &mut c.terms {
            let stem = t.0;
            let seen = *df.get(&stem).unwrap_or(&1) as f32;
            let common = background::count(background::prior(stem).level) + 1.0;
            // Common here and rare elsewhere is what the subject is about.
            t.1 = (background::documents() / common).ln().max(0.0) * (1.0 + (seen * 1_000.0 / total).ln_1p());
        }
        let norm = c.terms.iter().map(|t| t.1 * t.1).sum::<f32>().sqrt().max(1e-6);
        c.terms.iter_mut().for_each(|t| t.1 /= norm);
    }
    let mut centre: FxHashMap<u32, f32> = FxHashMap::default();
    for c in &found {
        for t in &c.terms {
            *centre.entry(t.0).or_default() += t.1;
        }
    }
    let norm = centre.values().map(|w| w * w).sum::<f32>().sqrt().max(1e-6);
    let mut scored: Vec<(f32, usize)> = found
        .iter()
        .enumerate()
        .map(|(n, c)| {
            let central: f32 = c.terms.iter().map(|t| t.1 * centre[&t.0]).sum::<f32>() / norm;
            let early = 1.0 / (1.0 + c.place as f32 * 0.1);
            (central * (0.5 + 0.5 * early) * if c.printed { 1.3 } else { 1.0 }, n)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = Vec::new();
    for (_, n) in scored {
        if chosen.len() == sentences {
            break;
        }
        let like = |other: &usize| cosine(&found[n].terms, &found[*other].terms) > 0.5;
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
        let got = timeline(&articles, 2, 1);
        assert_eq!(got[0].day, day("2021-03-08"));
        for e in &got {
            for s in &e.sentences {
                assert!(articles[s.article].text.get(s.span.clone()).is_some_and(|t| t.ends_with('.')));
            }
        }
    }

    #[test]
    fn nothing_makes_no_timeline() {
        assert!(timeline(&[], 5, 2).is_empty());
    }
}
