//! Storylines: long matters, each with its stories over months and years.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::Asked;
use crate::feeds::Outgoing;
use crate::parts::{Stamp, number};
use crate::site::Site;
use crate::view::{StoryView, shorten};
use archive::{AsOf, Page, Storyline};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use news::id::StorylineId;
use serde::Serialize;
use std::sync::Arc;

/// Stories, or storylines, on a page.
const SIZE: u32 = 40;
/// Bars of the chart at most.
const BARS: usize = 60;
/// Characters of a title.
const TITLE: usize = 160;

/// A storyline in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StorylineView {
    /// Its number.
    pub(crate) id: i64,
    /// Its page.
    pub(crate) path: String,
    /// Its name by rule.
    pub(crate) title: String,
    /// Who acts in it, as printed.
    pub(crate) actors: Vec<String>,
    /// What it is about, as printed.
    pub(crate) subjects: Vec<String>,
    /// When its first story began, outlets' time.
    pub(crate) first_at: Stamp,
    /// When its last story ended, outlets' time.
    pub(crate) last_at: Stamp,
    /// When its stories last changed, our clock.
    pub(crate) changed_at: Stamp,
    /// How many stories it has.
    pub(crate) stories: u64,
    /// How many of them are of the topic asked about; `null` where no topic is.
    pub(crate) of_topic: Option<u64>,
}

impl StorylineView {
    /// From the archive's word.
    pub(crate) fn of(line: &Storyline) -> Self {
        let slug = news::outlet::slug(&line.title.chars().take(64).collect::<String>());
        let path = if slug.is_empty() { format!("/l/{}", line.id) } else { format!("/l/{}-{slug}", line.id) };
        let some = |words: &[String]| words.iter().map(|word| shorten(word, 60)).collect();
        StorylineView {
            id: line.id.0,
            path,
            title: shorten(&line.title, TITLE),
            actors: some(&line.actors),
            subjects: some(&line.subjects),
            first_at: Stamp(line.first_at),
            last_at: Stamp(line.last_at),
            changed_at: Stamp(line.changed_at),
            stories: line.stories,
            of_topic: None,
        }
    }

    /// `Feb 2017`.
    pub(crate) fn since(&self) -> String {
        Offset::UTC.to_datetime(self.first_at.0).strftime("%b %Y").to_string()
    }
}

#[derive(Template, Serialize)]
#[template(path = "storyline.html")]
struct StorylineHtml {
    #[serde(skip)]
    c: Chrome,
    storyline: StorylineView,
    stories: Vec<StoryView>,
    pages: Pager,
    #[serde(skip)]
    chart: Option<Chart>,
}

/// Stories over time, drawn on the server; spans without a story are drawn as empty.
struct Chart {
    /// `month` or `year`.
    unit: &'static str,
    bars: Vec<Bar>,
    width: usize,
    peak: String,
}

struct Bar {
    label: String,
    short: String,
    stories: u32,
    x: usize,
    y: String,
    height: String,
}

impl Chart {
    /// By month, or by year where months would be more than sixty; nothing for less than two bars.
    fn of(times: &[Timestamp]) -> Option<Chart> {
        let (first, last) = (times.iter().min()?, times.iter().max()?);
        let civil = |at: &Timestamp| Offset::UTC.to_datetime(*at);
        let month = |at: DateTime| i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
        let months = month(civil(last)) - month(civil(first)) + 1;
        let by_year = months > BARS as i64;
        let place = |at: &Timestamp| if by_year { i64::from(civil(at).year()) } else { month(civil(at)) };
        let begin = place(first);
        let count = usize::try_from(place(last) - begin + 1).ok()?;
        if !(2..=BARS * 4).contains(&count) {
            return None;
        }
        let mut sums = vec![0_u32; count];
        for at in times {
            *usize::try_from(place(at) - begin).ok().and_then(|n| sums.get_mut(n))? += 1;
        }
        let most = sums.iter().copied().max().unwrap_or(1).max(1);
        let bars: Vec<Bar> = sums
            .iter()
            .enumerate()
            .map(|(at, &stories)| {
                let n = begin + at as i64;
                let (label, short) = if by_year {
                    (n.to_string(), n.to_string())
                } else {
                    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                    let (year, name) = (n.div_euclid(12), names[n.rem_euclid(12) as usize]);
                    (format!("{name} {year}"), if n.rem_euclid(12) == 0 { year.to_string() } else { name.to_owned() })
                };
                let height = 98.0 * f64::from(stories) / f64::from(most);
                Bar {
                    label,
                    short,
                    stories,
                    x: at * 10 + 1,
                    y: format!("{:.1}", 100.0 - height),
                    height: format!("{height:.1}"),
                }
            })
            .collect();
        let peak = bars.iter().max_by_key(|b| (b.stories, std::cmp::Reverse(b.x)))?;
        let unit = if by_year { "year" } else { "month" };
        let peak = format!("Most in one {unit}: {} in {}.", number(peak.stories, "story"), peak.label);
        Some(Chart { unit, width: count * 10, bars, peak })
    }

    /// Whether a bar's label is printed: about twelve of them, the first always.
    fn is_labelled(&self, at: &usize) -> bool {
        at.is_multiple_of(self.bars.len().div_ceil(12).max(1))
    }
}

/// The number before the first hyphen of a storyline's name in addresses.
pub(crate) fn storyline_id(name: &str) -> Result<StorylineId, Fail> {
    let digits = name.split('-').next().unwrap_or(name);
    digits.parse::<i64>().ok().filter(|id| *id > 0).map(StorylineId).ok_or_else(|| {
        Fail::nothing("No such storyline", "A storyline's address begins with its number, such as /l/12.")
            .link("All storylines", "/l")
    })
}

/// One storyline, or the way to where it went.
pub(crate) async fn storyline(State(site): State<Arc<Site>>, asked: Asked, Path(name): Path<String>) -> Response {
    let result = answer_one(&site, &asked, &name).await;
    site.finish(&asked, result)
}

async fn answer_one(site: &Site, asked: &Asked, name: &str) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let id = storyline_id(name)?;
    let page = asked.page(SIZE);
    let found = site.ask(move |archive| Ok(archive.storyline(id, page, as_of)?)).await?;
    let Some(found) = found else {
        let sentence = match as_of {
            AsOf::Now => {
                format!("There is no storyline with the number {id}, or its stories belong to no long matter any more.")
            }
            AsOf::At(_) => "This storyline did not stand at that time.".to_owned(),
        };
        return Err(Fail::nothing("No such storyline", sentence).link("All storylines", "/l"));
    };
    let view = StorylineView::of(&found.storyline);
    if let Some(there) = answer::elsewhere(asked, &view.path) {
        // The id decides: one that ended leads on, and so does a slug that was mistyped or has changed.
        return there;
    }
    let list = StorylineHtml {
        c: Chrome::list(site, asked, "topics", view.title.clone()),
        stories: found.stories.items.iter().map(StoryView::of).collect(),
        pages: Pager::new(asked, page, found.stories.total),
        chart: Chart::of(&found.times),
        storyline: view,
    };
    let feed = || Outgoing {
        title: format!("Readout: {}", list.storyline.title),
        about: "Stories of this storyline, the latest first.".to_owned(),
        updated_at: list.storyline.changed_at.0,
        items: list.stories.iter().map(StoryView::item).collect(),
    };
    answer::list(asked, &list, feed)
}

#[derive(Template, Serialize)]
#[template(path = "storylines.html")]
struct Storylines {
    #[serde(skip)]
    c: Chrome,
    storylines: Vec<StorylineView>,
    pages: Pager,
}

/// Every storyline, the one with the latest story first.
pub(crate) async fn storylines(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer_all(&site, &asked).await;
    site.finish(&asked, result)
}

async fn answer_all(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let page: Page = asked.page(SIZE);
    let found = site.ask(move |archive| Ok(archive.storylines(page, as_of)?)).await?;
    let list = Storylines {
        c: Chrome::page(site, asked, "topics", "Storylines"),
        pages: Pager::new(asked, page, found.total),
        storylines: found.items.iter().map(StorylineView::of).collect(),
    };
    answer::page(asked, &list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_years_of_a_storyline_are_drawn_as_empty() {
        let at = |s: &str| s.parse::<Timestamp>().expect("literal");
        let chart = Chart::of(&[at("2017-02-01T00:00:00Z"), at("2017-03-01T00:00:00Z"), at("2025-01-01T00:00:00Z")]);
        let chart = chart.expect("two years and more");
        assert_eq!(chart.unit, "year");
        let sums: Vec<u32> = chart.bars.iter().map(|b| b.stories).collect();
        assert_eq!(sums, [2, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(chart.peak, "Most in one year: 2 stories in 2017.");
    }

    #[test]
    fn months_are_counted_over_the_turn_of_a_year() {
        let at = |s: &str| s.parse::<Timestamp>().expect("literal");
        let chart = Chart::of(&[at("2019-11-30T23:59:00Z"), at("2020-01-01T00:00:00Z")]).expect("three months");
        let labels: Vec<(&str, u32)> = chart.bars.iter().map(|b| (b.label.as_str(), b.stories)).collect();
        assert_eq!(labels, [("Nov 2019", 1), ("Dec 2019", 0), ("Jan 2020", 1)]);
        assert!(Chart::of(&[at("2019-11-30T23:59:00Z")]).is_none());
    }
}
