//! What a person changes in the browser: outlets, feeds, topics, the look. Each form is sent by POST, answered with
//! `303` to a page that says what was done, and sent back filled in where something in it is wrong.

use crate::answer::{self, Fail};
use crate::ask::Asked;
use crate::pages::search::in_words;
use crate::pages::{start, topic};
use crate::site::{Offer, Site};
use crate::view::shorten;
use archive::{NewOutlet, NewTopic};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use news::feed::FeedKind;
use news::id::{FeedId, OutletId};
use news::outlet::OutletKind;
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;

/// Fields read from one form.
pub(crate) const FIELDS: usize = 2_000;
/// Longest address taken.
const URL_CHARS: usize = 2_000;
/// Longest name taken.
const NAME_CHARS: usize = 200;
/// Feeds taken from one address.
const OFFERS: usize = 5;

/// A form as sent.
pub(crate) struct Sent(Vec<(String, String)>);

impl Sent {
    pub(crate) fn read(body: &Bytes) -> Self {
        let pairs = url::form_urlencoded::parse(body).take(FIELDS);
        Sent(pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
    }

    pub(crate) fn field(&self, name: &str) -> String {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }

    pub(crate) fn all(&self, name: &str) -> HashSet<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }
}

/// A web address a person typed; the scheme may be left out.
fn address(text: &str) -> Result<Url, String> {
    if text.chars().count() > URL_CHARS {
        return Err("This address is too long.".to_owned());
    }
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).map_err(|_| format!("“{}” is not a web address.", shorten(text, 80)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("“{}:” is not asked for; an address begins with https:// or http://.", url.scheme()));
    }
    match url.host_str() {
        Some(host) if host.contains('.') || host.contains(':') || host == "localhost" => Ok(url),
        _ => Err(format!("“{}” is not a web address.", shorten(text, 80))),
    }
}

/// What an address offers: found by looking, or taken as the form says.
async fn offers(site: &Site, url: &Url, kind: Option<FeedKind>) -> Result<Result<Vec<Offer>, String>, Fail> {
    let taken = |kind| vec![Offer { url: url.to_string(), kind, title: None }];
    if let Some(kind) = kind {
        return Ok(Ok(taken(kind)));
    }
    let Some(discover) = site.settings.discover.clone() else { return Ok(Ok(taken(FeedKind::Feed))) };
    let text = url.to_string();
    let found = site.block(move || Ok(discover(&text))).await?;
    Ok(found.and_then(|mut found| {
        found.truncate(OFFERS);
        if found.is_empty() { Err("No feed was found at this address.".to_owned()) } else { Ok(found) }
    }))
}

/// An outlet to which the feeds of an address belong, named by the form, by the feed, or by its host.
fn outlet_of(url: &Url, name: &str, offers: &[Offer]) -> NewOutlet {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let name = match name {
        "" => offers.iter().find_map(|o| o.title.clone()).filter(|t| !t.trim().is_empty()).unwrap_or(host),
        name => name.to_owned(),
    };
    let mut homepage = url.clone();
    homepage.set_path("/");
    homepage.set_query(None);
    homepage.set_fragment(None);
    NewOutlet { homepage: Some(homepage.to_string()), ..NewOutlet::named(shorten(&name, NAME_CHARS)) }
}

/// The first start, and more of the same later: chosen outlets, an address, a topic.
pub(crate) async fn start(State(site): State<Arc<Site>>, asked: Asked, body: Bytes) -> Response {
    let result = begin(&site, &asked, &Sent::read(&body)).await;
    site.finish(&asked, result)
}

async fn begin(site: &Site, asked: &Asked, sent: &Sent) -> Result<Response, Fail> {
    let mut filled = start::Filled {
        url: sent.field("url"),
        name: sent.field("name"),
        kind: sent.field("kind"),
        topic: sent.field("topic"),
        query: sent.field("query"),
        chosen: sent.all("outlet"),
        ..start::Filled::default()
    };
    let now = site.now();
    let mut offered = None;
    if !filled.url.is_empty() {
        match address(&filled.url) {
            Err(wrong) => filled.url_error = Some(wrong),
            Ok(url) => match offers(site, &url, FeedKind::parse(&filled.kind)).await? {
                Err(wrong) => filled.url_error = Some(wrong),
                Ok(found) => offered = Some((outlet_of(&url, &filled.name, &found), found)),
            },
        }
    }
    let new_topic = match new_topic(&filled.topic, &filled.query, now) {
        Ok(topic) => topic,
        Err(wrong) => {
            filled.query_error = Some(wrong);
            None
        }
    };
    let chosen: Vec<_> = site.settings.starters.iter().filter(|o| filled.chosen.contains(&o.slug)).cloned().collect();
    let nothing = chosen.is_empty() && offered.is_none() && new_topic.is_none();
    if nothing && filled.url_error.is_none() && filled.query_error.is_none() {
        filled.url_error = Some("Choose an outlet, give an address, or name a topic.".to_owned());
    }
    if filled.url_error.is_some() || filled.query_error.is_some() {
        // Nothing is taken in by halves: the whole form comes back.
        let mut response = start::form(site, asked, filled).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    site.ask(move |archive| {
        for starter in chosen {
            let outlet = NewOutlet {
                slug: Some(starter.slug),
                name: starter.name,
                homepage: starter.homepage,
                country: starter.country,
                language: starter.language,
                kind: starter.kind,
            };
            let id = archive.add_outlet(&outlet, now)?;
            for (url, kind) in starter.feeds {
                archive.add_feed(id, &url, kind, now)?;
            }
        }
        if let Some((outlet, offers)) = offered {
            let id = archive.add_outlet(&outlet, now)?;
            for offer in offers {
                archive.add_feed(id, &offer.url, offer.kind, now)?;
            }
        }
        if let Some(topic) = new_topic {
            archive.add_topic(&topic, now)?;
        }
        Ok(())
    })
    .await?;
    site.wake();
    answer::lead(StatusCode::SEE_OTHER, "/")
}

/// A topic as a form states it; `Ok(None)` when both fields are empty. A topic without a name is named by its query,
/// one without a query looks for its name.
fn new_topic(name: &str, query: &str, now: Timestamp) -> Result<Option<NewTopic>, String> {
    if name.is_empty() && query.is_empty() {
        return Ok(None);
    }
    let quoted = format!("\"{}\"", name.replace('"', ""));
    let query = if query.is_empty() { quoted } else { query.to_owned() };
    in_words(&query, now).map_err(|error| error.message)?;
    let name = if name.is_empty() { query.clone() } else { name.to_owned() };
    Ok(Some(NewTopic { slug: None, name: shorten(&name, NAME_CHARS), query }))
}

/// Follows a topic.
pub(crate) async fn add_topic(State(site): State<Arc<Site>>, asked: Asked, body: Bytes) -> Response {
    let sent = Sent::read(&body);
    let filled = topic::Filled { name: sent.field("name"), query: sent.field("query"), error: None };
    let result = follow(&site, &asked, filled).await;
    site.finish(&asked, result)
}

async fn follow(site: &Site, asked: &Asked, filled: topic::Filled) -> Result<Response, Fail> {
    let now = site.now();
    let wrong = match new_topic(&filled.name, &filled.query, now) {
        Ok(Some(topic)) => {
            let slug = site
                .ask(move |archive| {
                    let id = archive.add_topic(&topic, now)?;
                    Ok(archive.topics()?.into_iter().find(|t| t.id == id).map(|t| t.slug))
                })
                .await?;
            site.wake();
            return answer::lead(
                StatusCode::SEE_OTHER,
                &slug.map_or("/t".to_owned(), |s| format!("/t/{s}?done=added")),
            );
        }
        Ok(None) => "A topic needs a name, or a query, or both.".to_owned(),
        Err(wrong) => wrong,
    };
    let mut response = topic::form(site, asked, topic::Filled { error: Some(wrong), ..filled }).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Ends a topic.
pub(crate) async fn remove_topic(State(site): State<Arc<Site>>, asked: Asked, Path(slug): Path<String>) -> Response {
    let now = site.now();
    let result = site.ask(move |archive| {
        let topic = archive.topic(&slug)?.ok_or_else(|| topic::no_topic(&slug))?;
        Ok(archive.remove_topic(topic.id, now)?)
    });
    let result = result.await.and_then(|()| answer::lead(StatusCode::SEE_OTHER, "/t?done=removed"));
    site.finish(&asked, result)
}

/// Follows a feed, of a known outlet or a new one.
pub(crate) async fn add_source(State(site): State<Arc<Site>>, asked: Asked, body: Bytes) -> Response {
    let result = add(&site, &Sent::read(&body)).await;
    site.finish(&asked, result)
}

async fn add(site: &Site, sent: &Sent) -> Result<Response, Fail> {
    let back = |wrong: String| {
        Fail { status: StatusCode::UNPROCESSABLE_ENTITY, ..Fail::bad("Nothing was added", wrong) }
            .link("Back to the sources", "/sources#add")
    };
    let url = address(&sent.field("url")).map_err(back)?;
    let found = offers(site, &url, FeedKind::parse(&sent.field("kind"))).await?.map_err(back)?;
    let slug = sent.field("outlet");
    let mut outlet = outlet_of(&url, &sent.field("name"), &found);
    if let Some(kind) = OutletKind::parse(&sent.field("outlet_kind")) {
        outlet.kind = kind;
    }
    let now = site.now();
    let is_new = site
        .ask(move |archive| {
            let id: OutletId = match archive.outlet_by_slug(&slug)?.filter(|_| !slug.is_empty()) {
                Some(outlet) => outlet.id,
                None => archive.add_outlet(&outlet, now)?,
            };
            let mut is_new = false;
            for offer in found {
                is_new |= archive.feed_by_url(&offer.url)?.is_none();
                archive.add_feed(id, &offer.url, offer.kind, now)?;
            }
            Ok(is_new)
        })
        .await?;
    site.wake();
    answer::lead(StatusCode::SEE_OTHER, if is_new { "/sources?done=added" } else { "/sources?done=known" })
}

/// The number of a feed in an address.
fn feed_id(text: &str) -> Result<FeedId, Fail> {
    text.parse()
        .ok()
        .filter(|id| *id > 0)
        .map(FeedId)
        .ok_or_else(|| Fail::nothing("No such feed", "A feed is named by its number.").link("The sources", "/sources"))
}

/// "Refresh now": marks a feed as due.
pub(crate) async fn refresh(State(site): State<Arc<Site>>, asked: Asked, Path(id): Path<String>) -> Response {
    let result = change_feed(&site, &id, "refresh", |archive, id, now| archive.mark_feed_due(id, now)).await;
    site.finish(&asked, result)
}

/// Stops following a feed; what came from it stays.
pub(crate) async fn remove_feed(State(site): State<Arc<Site>>, asked: Asked, Path(id): Path<String>) -> Response {
    let result = change_feed(&site, &id, "removed", |archive, id, now| archive.remove_feed(id, now)).await;
    site.finish(&asked, result)
}

async fn change_feed(
    site: &Site,
    id: &str,
    done: &str,
    change: fn(&archive::Archive, FeedId, Timestamp) -> archive::Result<()>,
) -> Result<Response, Fail> {
    let id = feed_id(id)?;
    let now = site.now();
    site.ask(move |archive| {
        if archive.feed(id)?.is_none() {
            return Err(Fail::nothing("No such feed", format!("There is no feed with the number {id}."))
                .link("The sources", "/sources"));
        }
        Ok(change(archive, id, now)?)
    })
    .await?;
    site.wake();
    answer::lead(StatusCode::SEE_OTHER, &format!("/sources?done={done}"))
}

/// Keeps the look and the keys in two cookies, for a year.
pub(crate) async fn look(State(site): State<Arc<Site>>, asked: Asked, body: Bytes) -> Response {
    let sent = Sent::read(&body);
    let result = answer::lead(StatusCode::SEE_OTHER, "/help?done=kept").map(|mut response| {
        let keys = if sent.field("keys") == "off" { "off" } else { "on" };
        let theme = match sent.field("theme").as_str() {
            "light" => "light",
            "dark" => "dark",
            _ => "system",
        };
        for (name, value) in [("keys", keys), ("theme", theme)] {
            let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
        response
    });
    site.finish(&asked, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_addresses_are_web_addresses_or_refused() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(address(text).ok().map(|u| u.to_string()).as_deref(), expected, "{text}");
        };
        check("courant.example/rss", Some("https://courant.example/rss"));
        check("http://localhost:81/feed", Some("http://localhost:81/feed"));
        check("javascript:alert(1)", None);
        check("file:///etc/passwd", None);
        check("courant", None);
        check("", None);
    }

    #[test]
    fn an_outlet_is_named_by_the_form_the_feed_or_the_host() {
        let url = address("https://www.courant.example/a/rss?x=1").expect("a literal address");
        let offers = [Offer { url: url.to_string(), kind: FeedKind::Feed, title: Some("Halvik Courant".into()) }];
        assert_eq!(outlet_of(&url, "", &[]).name, "courant.example");
        assert_eq!(outlet_of(&url, "", &offers).name, "Halvik Courant");
        assert_eq!(outlet_of(&url, "The Courant", &offers).name, "The Courant");
        assert_eq!(outlet_of(&url, "", &[]).homepage.as_deref(), Some("https://www.courant.example/"));
    }
}
