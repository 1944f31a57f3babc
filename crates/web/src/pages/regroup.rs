//! A person corrects the grouping: split off, move, merge, a doubtful text in or out, and back again. Every change is a
//! decision with a name and, where given, a reason; the archive keeps it, and every regrouping goes around it.

use crate::answer::{self, Fail};
use crate::ask::Asked;
use crate::pages::act::{FIELDS, Sent};
use crate::pages::story::story_id;
use crate::parts::Stamp;
use crate::site::Site;
use archive::{Correction, DecisionCard, NewDecision};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use news::id::{ArticleId, DecisionId, StoryId};
use news::story::DecisionKind;
use serde::Serialize;
use std::sync::Arc;

/// The name of who decides where no other is known: no sign-in exists, and whoever sits at the machine owns it.
pub(crate) const OWNER: &str = "owner";

/// A decision on a page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DecisionView {
    pub(crate) id: i64,
    pub(crate) at: Stamp,
    pub(crate) kind: &'static str,
    pub(crate) who: String,
    pub(crate) why: Option<String>,
    pub(crate) from: Option<i64>,
    pub(crate) into: Option<i64>,
    /// The articles that were split off, merged, moved or found not to belong.
    pub(crate) moved: Vec<i64>,
    pub(crate) withdraws: Option<i64>,
    pub(crate) withdrawn_by: Option<i64>,
    /// What was done, as words and links: words, and number and title of a story that is not this one.
    #[serde(skip)]
    pub(crate) said: Vec<Said>,
}

/// A piece of a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The words.
    pub(crate) words: String,
    /// Where they lead; empty for plain words.
    pub(crate) href: String,
}

impl DecisionView {
    /// As told on the page of a story; `also` is what every link carries on.
    pub(crate) fn of(card: &DecisionCard, here: StoryId, ask: &str) -> Self {
        let plain = |words: &str| Said { words: words.to_owned(), href: String::new() };
        let text = |id: &ArticleId| Said { words: "a text".to_owned(), href: format!("/a/{id}{ask}") };
        let story = |id: Option<StoryId>, leads: Option<StoryId>, title: &Option<String>| {
            let Some(id) = id else { return plain("a story") };
            if id == here {
                return plain("this story");
            }
            let words = match title {
                Some(title) => format!("“{}”", crate::view::shorten(title, 120)),
                None => format!("story {id}"),
            };
            // The address of what has become this story leads only here.
            let href = if leads == Some(here) { String::new() } else { format!("/s/{id}{ask}") };
            Said { words, href }
        };
        let from = story(card.from, card.from_leads_to, &card.from_title);
        let into = story(card.into, card.into_leads_to, &card.into_title);
        let moved = card.moved.first().map_or_else(|| plain("a text"), text);
        let said = match card.kind {
            DecisionKind::Split => vec![plain("split off"), into, plain("from"), from],
            DecisionKind::Merge => vec![plain("merged"), from, plain("into"), into],
            DecisionKind::Move => vec![plain("moved"), moved, plain("from"), from, plain("to"), into],
            DecisionKind::Apart => vec![plain("found that"), moved, plain("does not belong to"), from],
            DecisionKind::Undo => vec![plain("took an earlier decision back")],
        };
        DecisionView {
            id: card.id.0,
            at: Stamp(card.at),
            kind: card.kind.word(),
            who: card.who.clone(),
            why: card.why.clone(),
            from: card.from.map(|s| s.0),
            into: card.into.map(|s| s.0),
            moved: card.moved.iter().map(|a| a.0).collect(),
            withdraws: card.withdraws.map(|d| d.0),
            withdrawn_by: card.withdrawn_by.map(|d| d.0),
            said,
        }
    }

    /// Whether it can be taken back.
    pub(crate) fn is_standing(&self) -> bool {
        self.withdrawn_by.is_none() && self.kind != DecisionKind::Undo.word()
    }
}

/// Whether a story's page says this at its head: texts went to, or came from, another story that is still another.
pub(crate) fn is_told(card: &DecisionCard) -> bool {
    let told = match card.kind {
        DecisionKind::Split | DecisionKind::Move => card.from_leads_to != card.into_leads_to,
        DecisionKind::Merge => true,
        DecisionKind::Apart | DecisionKind::Undo => false,
    };
    told && card.withdrawn_by.is_none()
}

/// The number of a story as a person writes it: `12`, `/s/12-some-words`, or the whole address.
fn named_story(text: &str) -> Option<StoryId> {
    let text = text.trim();
    let number = text.rsplit_once("/s/").map_or(text, |(_, rest)| rest);
    let digits: &str = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
    digits.parse().ok().filter(|id| *id > 0).map(StoryId)
}

fn wrong(story: StoryId, sentence: &str) -> Fail {
    Fail { status: StatusCode::UNPROCESSABLE_ENTITY, ..Fail::bad("Nothing was changed", sentence) }
        .link("Back to the story", format!("/s/{story}"))
}

fn article(text: &str) -> Option<ArticleId> {
    text.parse().ok().filter(|id| *id > 0).map(ArticleId)
}

/// Splits chosen texts off, together.
pub(crate) async fn split(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let is_cut = url::form_urlencoded::parse(&body).nth(FIELDS).is_some();
    let correct = |sent: &Sent, story: StoryId| {
        if is_cut {
            return Err(wrong(story, "More texts were chosen than one form can hold; move the others instead."));
        }
        let articles: Option<Vec<ArticleId>> = sent.all("article").iter().map(|text| article(text)).collect();
        match articles {
            Some(articles) if !articles.is_empty() => Ok(Correction::Split { story, articles }),
            _ => Err(wrong(story, "Choose the texts that are a story of their own.")),
        }
    };
    let result = decide(&site, &name, &Sent::read(&body), correct).await;
    site.finish(&asked, result)
}

/// Puts one member where it belongs: a story of its own, or another story.
pub(crate) async fn place(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let correct = |sent: &Sent, story: StoryId| {
        let to = sent.field("to");
        let Some(article) = article(&sent.field("article")) else { return Err(wrong(story, "No text was named.")) };
        match (sent.field("where").as_str(), to.as_str()) {
            ("own", "") => Ok(Correction::Split { story, articles: vec![article] }),
            ("own", _) => Err(wrong(
                story,
                "Another story was named, and a story of its own was chosen. Choose one or clear the other.",
            )),
            ("other", to) => match named_story(to) {
                Some(into) => Ok(Correction::Move { article, into }),
                None => Err(wrong(story, "The other story is named by its number or its address, such as /s/12.")),
            },
            _ => Err(wrong(story, "Choose whether the text is a story of its own or belongs to another.")),
        }
    };
    let result = decide(&site, &name, &Sent::read(&body), correct).await;
    site.finish(&asked, result)
}

/// Merges another story into this one.
pub(crate) async fn merge(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let correct = |sent: &Sent, into: StoryId| match named_story(&sent.field("other")) {
        Some(from) => Ok(Correction::Merge { from, into }),
        None => Err(wrong(into, "The other story is named by its number or its address, such as /s/12.")),
    };
    let result = decide(&site, &name, &Sent::read(&body), correct).await;
    site.finish(&asked, result)
}

/// Says whether a doubtful text belongs here.
pub(crate) async fn maybe(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let correct = |sent: &Sent, story: StoryId| {
        let Some(article) = article(&sent.field("article")) else { return Err(wrong(story, "No text was named.")) };
        match sent.field("belongs").as_str() {
            "yes" => Ok(Correction::Move { article, into: story }),
            "no" => Ok(Correction::Apart { article, story }),
            _ => Err(wrong(story, "Choose whether the text belongs here.")),
        }
    };
    let result = decide(&site, &name, &Sent::read(&body), correct).await;
    site.finish(&asked, result)
}

/// Takes a decision back.
pub(crate) async fn undo(
    State(site): State<Arc<Site>>,
    asked: Asked,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let correct = |sent: &Sent, story: StoryId| match sent.field("decision").parse() {
        Ok(id) => Ok(Correction::Undo { decision: DecisionId(id) }),
        Err(_) => Err(wrong(story, "No decision was named.")),
    };
    let result = decide(&site, &name, &Sent::read(&body), correct).await;
    site.finish(&asked, result)
}

async fn decide(
    site: &Site,
    name: &str,
    sent: &Sent,
    correct: impl FnOnce(&Sent, StoryId) -> Result<Correction, Fail>,
) -> Result<Response, Fail> {
    let story = story_id(name)?;
    let who = Some(sent.field("who")).filter(|who| !who.is_empty()).unwrap_or_else(|| OWNER.to_owned());
    let why = Some(sent.field("why")).filter(|why| !why.is_empty());
    let new = NewDecision { correction: correct(sent, story)?, who: who.clone(), why };
    let now = site.now();
    let back = move |fail: Fail| fail.link("Back to the story", format!("/s/{story}"));
    let made = site.ask(move |archive| archive.decide(new, now).map_err(|error| back(error.into()))).await?;
    site.wake();
    let mut response = answer::lead(StatusCode::SEE_OTHER, &format!("/s/{story}?done={}", made.id))?;
    let kept: String = url::form_urlencoded::byte_serialize(who.as_bytes()).collect();
    let cookie = format!("who={kept}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_named_by_number_or_address() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(named_story(text).map(|s| s.0), expected, "{text}");
        check("12", Some(12));
        check(" /s/12-two-words-3 ", Some(12));
        check("http://localhost:8480/s/7-a?asof=2025", Some(7));
        check("s/7", None);
        check("-3", None);
        check("0", None);
        check("", None);
        check("99999999999999999999", None);
    }
}
