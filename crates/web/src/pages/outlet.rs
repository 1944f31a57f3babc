//! One outlet: who it is, how it fares, its texts and its edits. And the list of all.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::Asked;
use crate::feeds::Outgoing;
use crate::pages::sources::SourceView;
use crate::parts::Stamp;
use crate::site::Site;
use crate::view::{ArticleView, EditView, OutletView};
use archive::{Archive, ArticleCard, AsOf, EditCard, EditFilter, Listed, Page, SourceHealth};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use news::outlet::Outlet;
use news::revision::EditRank;
use serde::Serialize;
use std::sync::Arc;

/// Texts on a page.
const SIZE: u32 = 40;
/// Edits named on the page.
const EDITS: u32 = 5;
/// Outlets on a page of the list.
const OUTLETS: u32 = 100;

#[derive(Template, Serialize)]
#[template(path = "outlet.html")]
struct OutletHtml {
    #[serde(skip)]
    c: Chrome,
    outlet: OutletView,
    articles: Vec<ArticleView>,
    pages: Pager,
    edits: Vec<EditView>,
    edits_total: u64,
    source: Option<SourceView>,
}

/// One outlet.
pub(crate) async fn outlet(State(site): State<Arc<Site>>, asked: Asked, Path(slug): Path<String>) -> Response {
    let result = answer(&site, &asked, slug).await;
    site.finish(&asked, result)
}

struct Found {
    outlet: Outlet,
    articles: Listed<ArticleCard>,
    edits: Listed<EditCard>,
    health: Option<SourceHealth>,
}

async fn answer(site: &Site, asked: &Asked, slug: String) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let page = asked.page(SIZE);
    let found = site.ask(move |archive| find(archive, &slug, page, as_of)).await?;
    let now = site.now();
    let outlet = OutletView::of(&found.outlet);
    let list = OutletHtml {
        c: Chrome::list(site, asked, "outlets", outlet.name.text.clone()),
        articles: found.articles.items.iter().map(ArticleView::of).collect(),
        pages: Pager::new(asked, page, found.articles.total),
        edits: found.edits.items.iter().map(EditView::of).collect(),
        edits_total: found.edits.total,
        source: found.health.as_ref().map(|h| SourceView::of(h, now)),
        outlet,
    };
    let feed = || Outgoing {
        title: format!("Readout: {}", list.outlet.name),
        about: format!("Texts of {}, newest first.", list.outlet.name),
        updated_at: answer::newest(list.articles.iter().map(|a| a.item().updated_at)),
        items: list.articles.iter().map(ArticleView::item).collect(),
    };
    answer::list(asked, &list, feed)
}

fn find(archive: &Archive, slug: &str, page: Page, as_of: AsOf) -> Result<Found, Fail> {
    let outlet = archive.outlet_by_slug(slug)?.ok_or_else(|| {
        Fail::nothing("No such outlet", format!("There is no outlet “{slug}” in the archive."))
            .link("All outlets", "/o")
    })?;
    let filter = EditFilter { at_least: Some(EditRank::Minor), outlet: Some(outlet.id) };
    Ok(Found {
        articles: archive.outlet_articles(outlet.id, page, as_of)?,
        edits: archive.latest_edits(Page::new(1, EDITS), filter, as_of)?,
        health: archive.sources()?.into_iter().find(|s| s.outlet.id == outlet.id),
        outlet,
    })
}

#[derive(Template, Serialize)]
#[template(path = "outlets.html")]
struct Outlets {
    #[serde(skip)]
    c: Chrome,
    outlets: Vec<OutletLine>,
    pages: Pager,
}

#[derive(Serialize)]
struct OutletLine {
    outlet: OutletView,
    articles: u64,
    feeds: usize,
    last_article_at: Option<Stamp>,
}

/// Every outlet.
pub(crate) async fn outlets(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let result = answer_all(&site, &asked).await;
    site.finish(&asked, result)
}

async fn answer_all(site: &Site, asked: &Asked) -> Result<Response, Fail> {
    let sources = site.ask(|archive| Ok(archive.sources()?)).await?;
    let page = asked.page(OUTLETS);
    let start = (page.number as usize - 1) * page.size as usize;
    let lines = sources.iter().skip(start).take(page.size as usize).map(|s| OutletLine {
        outlet: OutletView::of(&s.outlet),
        articles: s.articles,
        feeds: s.feeds.len(),
        last_article_at: s.last_article_at.map(Stamp),
    });
    let list = Outlets {
        c: Chrome::page(site, asked, "outlets", "Outlets").timeless(),
        outlets: lines.collect(),
        pages: Pager::new(asked, page, sources.len() as u64),
    };
    answer::page(asked, &list)
}
