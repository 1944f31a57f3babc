//! The latest edits over all outlets.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::{Asked, Form};
use crate::feeds::{Item, Outgoing};
use crate::pages::diff;
use crate::site::{Differ, Site};
use crate::view::{EditView, OutletView};
use archive::{Archive, AsOf, EditCard, EditFilter, Listed, Page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use news::outlet::Outlet;
use news::revision::EditRank;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Edits on a page, and items in the feed.
const SIZE: u32 = 30;

#[derive(Template, Serialize)]
#[template(path = "revisions.html")]
struct Revisions {
    #[serde(skip)]
    c: Chrome,
    at_least: &'static str,
    outlet: Option<OutletView>,
    edits: Vec<EditView>,
    pages: Pager,
    /// Edits that this filter hides.
    hidden: u64,
    #[serde(skip)]
    outlets: Vec<(String, String)>,
    #[serde(skip)]
    all_href: String,
}

impl Revisions {
    /// The choices of weight: word, what it shows.
    const RANKS: [(&'static str, &'static str); 5] = [
        ("cosmetic", "all, cosmetic too"),
        ("minor", "minor and above"),
        ("substantive", "substantive and above"),
        ("headline", "headline and retraction"),
        ("retraction", "retraction"),
    ];

    fn ranks(&self) -> [(&'static str, &'static str); 5] {
        Self::RANKS
    }

    fn is_rank(&self, word: &str) -> bool {
        self.at_least == word
    }

    fn is_outlet(&self, slug: &str) -> bool {
        self.outlet.as_ref().is_some_and(|o| o.slug == slug)
    }
}

/// The latest edits.
pub(crate) async fn revisions(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer(&site, &asked).await;
    site.finish(&asked, result)
}

struct Found {
    edits: Listed<EditCard>,
    all: u64,
    outlet: Option<Outlet>,
    outlets: Vec<Outlet>,
    bodies: HashMap<i64, String>,
    changes: Vec<Option<diff::Line>>,
}

async fn answer(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let word = asked.field("rank").filter(|r| !r.is_empty()).unwrap_or("minor").to_owned();
    let at_least = EditRank::parse(&word).ok_or_else(|| {
        Fail::bad("“rank” cannot be read", "It is one of cosmetic, minor, substantive, headline, retraction.")
            .link("All edits but cosmetic ones", "/revisions")
    })?;
    let outlet = asked.field("outlet").filter(|o| !o.is_empty()).map(str::to_owned);
    let page = asked.page(SIZE);
    let differ = site.settings.differ.clone();
    let is_feed = matches!(asked.form, Form::Rss | Form::Atom | Form::JsonFeed);
    let found = site.ask(move |archive| find(archive, page, at_least, outlet, as_of, &differ, is_feed)).await?;
    let mut outlets: Vec<(String, String)> = found.outlets.iter().map(|o| (o.slug.clone(), o.name.clone())).collect();
    outlets.truncate(500);
    let list = Revisions {
        c: Chrome::list(site, asked, "revisions", "Edits"),
        at_least: at_least.word(),
        outlet: found.outlet.as_ref().map(OutletView::of),
        edits: found
            .edits
            .items
            .iter()
            .zip(found.changes)
            .map(|(edit, change)| EditView { change, ..EditView::of(edit) })
            .collect(),
        pages: Pager::new(asked, page, found.edits.total),
        hidden: found.all.saturating_sub(found.edits.total),
        outlets,
        all_href: format!("/revisions{}", asked.query_with(&[("rank", Some("cosmetic")), ("p", None)])),
    };
    let feed = || Outgoing {
        title: match &list.outlet {
            Some(outlet) => format!("Readout: edits by {}", outlet.name),
            None => "Readout: edits".to_owned(),
        },
        about: "Texts changed after they were first seen, one item for each revision, with what changed.".to_owned(),
        updated_at: answer::newest(list.edits.iter().map(|e| e.at.0)),
        items: list.edits.iter().map(|edit| item(edit, &found.bodies)).collect(),
    };
    answer::list(asked, &list, feed)
}

fn item(edit: &EditView, bodies: &HashMap<i64, String>) -> Item {
    let body = bodies.get(&edit.revision).map_or("", String::as_str);
    Item {
        id: format!("revision/{}", edit.revision),
        path: edit.path(),
        original: edit.article.url.clone(),
        title: format!("{}: {} (r{}, {})", edit.article.outlet_name(), edit.new_headline, edit.to, edit.rank.word),
        language: edit.article.language.clone(),
        text: String::new(),
        html: Some(format!(
            "<p>{}; r{} of {}, r{} of {}; {}.</p>{body}",
            edit.rank.word,
            edit.from,
            edit.before_at.long(),
            edit.to,
            edit.at.long(),
            edit.words(),
        )),
        author: Some(edit.article.outlet_name().to_owned()),
        published_at: edit.at.0,
        updated_at: edit.at.0,
    }
}

fn find(
    archive: &Archive,
    page: Page,
    at_least: EditRank,
    outlet: Option<String>,
    as_of: AsOf,
    differ: &Differ,
    is_feed: bool,
) -> Result<Found, Fail> {
    let outlet = match outlet {
        None => None,
        Some(slug) => Some(archive.outlet_by_slug(&slug)?.ok_or_else(|| {
            Fail::nothing("No such outlet", format!("There is no outlet “{slug}” in the archive."))
                .link("All outlets", "/o")
        })?),
    };
    let id = outlet.as_ref().map(|o| o.id);
    let edits = archive.latest_edits(page, EditFilter { at_least: Some(at_least), outlet: id }, as_of)?;
    let all = archive.latest_edits(Page::new(1, 1), EditFilter { at_least: None, outlet: id }, as_of)?.total;
    let mut bodies = HashMap::new();
    let mut changes = Vec::with_capacity(edits.items.len());
    for edit in &edits.items {
        changes.push(if is_feed { None } else { diff::first_change(archive, differ, edit, as_of)? });
    }
    if is_feed {
        for edit in &edits.items {
            let old = archive.revision_by_id(edit.before.id, as_of)?;
            let new = archive.revision_by_id(edit.after.id, as_of)?;
            if let (Some(old), Some(new)) = (old, new) {
                let (old, new) = (&old.revision.content, &new.revision.content);
                bodies.insert(edit.after.id.0, diff::feed_html(old, new, &differ(old, new)));
            }
        }
    }
    let outlets = if bodies.is_empty() { archive.outlets()? } else { Vec::new() };
    Ok(Found { edits, all, outlet, outlets, bodies, changes })
}
