//! A topic: its query in words, its latest stories, and every text that matched with the reason.

use crate::answer::{self, Chrome, Fail, Pager};
use crate::ask::Asked;
use crate::feeds::{Item, Outgoing};
use crate::pages::search::in_words;
use crate::pages::storyline::StorylineView;
use crate::parts::{Stamp, escape};
use crate::site::Site;
use crate::view::{ArticleView, StoryView};
use archive::{Archive, ArticleCard, AsOf, Listed, Page, StoryCard, StoryOrder, Storyline};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use news::topic::Topic;
use serde::Serialize;
use std::sync::Arc;

/// Texts on a page.
const SIZE: u32 = 40;
/// Stories shown above them.
const STORIES: u32 = 6;
/// Storylines shown above those.
const STORYLINES: u32 = 8;

#[derive(Template, Serialize)]
#[template(path = "topic.html")]
struct TopicHtml {
    #[serde(skip)]
    c: Chrome,
    slug: String,
    name: String,
    query: String,
    query_in_words: String,
    added_at: Stamp,
    stories_total: u64,
    storylines: Vec<StorylineView>,
    stories: Vec<StoryView>,
    articles: Vec<Matched>,
    pages: Pager,
    #[serde(skip)]
    is_added: bool,
}

#[derive(Serialize)]
struct Matched {
    article: ArticleView,
    matched_because: String,
}

/// One topic.
pub(crate) async fn topic(State(site): State<Arc<Site>>, asked: Asked, Path(slug): Path<String>) -> Response {
    let result = answer(&site, &asked, slug).await;
    site.finish(&asked, result)
}

struct Found {
    topic: Topic,
    storylines: Vec<(Storyline, u64)>,
    stories: Listed<StoryCard>,
    articles: Listed<(ArticleCard, String)>,
}

/// A page for a topic that is not there.
pub(crate) fn no_topic(slug: &str) -> Fail {
    Fail::nothing("No such topic", format!("There is no topic “{slug}”.")).link("All topics", "/t")
}

async fn answer(site: &Site, asked: &Asked, slug: String) -> Result<Response, Fail> {
    let as_of = asked.as_of()?;
    let page = asked.page(SIZE);
    let found = site.ask(move |archive| find(archive, &slug, page, as_of)).await?;
    let topic = found.topic;
    let list = TopicHtml {
        c: Chrome::list(site, asked, "topics", topic.name.clone()),
        query_in_words: in_words(&topic.query, site.now()).unwrap_or_else(|error| error.message),
        added_at: Stamp(topic.added_at),
        stories_total: found.stories.total,
        storylines: found
            .storylines
            .iter()
            .map(|(line, n)| StorylineView { of_topic: Some(*n), ..StorylineView::of(line) })
            .collect(),
        stories: found.stories.items.iter().map(StoryView::of).collect(),
        articles: found
            .articles
            .items
            .iter()
            .map(|(card, because)| Matched { article: ArticleView::of(card), matched_because: because.clone() })
            .collect(),
        pages: Pager::new(asked, page, found.articles.total),
        is_added: asked.field("done") == Some("added"),
        slug: topic.slug,
        name: topic.name,
        query: topic.query,
    };
    let feed = || Outgoing {
        title: format!("Readout: {}", list.name),
        about: format!("Texts on this topic, newest first: {}.", list.query_in_words),
        updated_at: answer::newest(list.articles.iter().map(|a| a.article.item().updated_at)),
        items: list.articles.iter().map(item).collect(),
    };
    answer::list(asked, &list, feed)
}

fn item(matched: &Matched) -> Item {
    let mut item = matched.article.item();
    item.html = Some(format!(
        "<p>{}</p><p>Matched because: {}</p>",
        escape(&matched.article.summary.text),
        escape(&matched.matched_because)
    ));
    item
}

fn find(archive: &Archive, slug: &str, page: Page, as_of: AsOf) -> Result<Found, Fail> {
    let topic = archive.topic(slug)?.ok_or_else(|| no_topic(slug))?;
    let stories = archive.latest_stories(Page::new(1, STORIES), Some(topic.id), StoryOrder::Newest, as_of)?;
    let storylines = archive.topic_storylines(topic.id, STORYLINES, as_of)?;
    Ok(Found { articles: archive.topic_articles(topic.id, page, as_of)?, storylines, stories, topic })
}

/// What the form for a topic holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    pub(crate) name: String,
    pub(crate) query: String,
    pub(crate) error: Option<String>,
}

#[derive(Template, Serialize)]
#[template(path = "topics.html")]
struct Topics {
    #[serde(skip)]
    c: Chrome,
    topics: Vec<TopicLine>,
    #[serde(skip)]
    filled: Filled,
    #[serde(skip)]
    is_removed: bool,
}

#[derive(Serialize)]
struct TopicLine {
    slug: String,
    name: String,
    query: String,
    query_in_words: String,
    articles: u64,
    stories: u64,
    last_match_at: Option<Stamp>,
}

/// Every topic, and the form for a new one.
pub(crate) async fn topics(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let filled = Filled { query: asked.field("q").unwrap_or_default().to_owned(), ..Filled::default() };
    let result = form(&site, &asked, filled).await;
    site.finish(&asked, result)
}

/// The list of topics with the form filled in.
pub(crate) async fn form(site: &Site, asked: &Asked, filled: Filled) -> Result<Response, Fail> {
    let counts = site.ask(|archive| Ok(archive.topic_counts()?)).await?;
    let now = site.now();
    let topics = counts.into_iter().take(500).map(|count| TopicLine {
        query_in_words: in_words(&count.topic.query, now).unwrap_or_else(|error| error.message),
        slug: count.topic.slug,
        name: count.topic.name,
        query: count.topic.query,
        articles: count.articles,
        stories: count.stories,
        last_match_at: count.last_match_at.map(Stamp),
    });
    let page = Topics {
        c: Chrome::page(site, asked, "topics", "Topics").timeless(),
        topics: topics.collect(),
        filled,
        is_removed: asked.field("done") == Some("removed"),
    };
    answer::page(asked, &page)
}
