//! The door: what the pages are made with, and the server that gives them out.

use crate::{answer, assets, guard, pages};
use archive::Archive;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::{get, post};
use jiff::Timestamp;
use news::article::Article;
use news::feed::FeedKind;
use news::language::Language;
use news::outlet::OutletKind;
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// How a passage of one text stands to a passage of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same words, or the same claim.
    Same,
    /// The same claim in other words.
    Reworded,
    /// A number, date, actor, certainty or yes and no differs.
    Differs,
    /// Only in the first text.
    OnlyA,
    /// Only in the second.
    OnlyB,
    /// History or protocol in one of the texts, set aside.
    Background,
    /// In one of the texts; whether the other answers it is not decided, and nothing is claimed.
    Unsure,
}

/// One row of two texts side by side. Sentences are numbered as [`news::text::sentences`] cuts them, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedRow {
    /// Sentences of the first text; empty when there is none.
    pub a: Vec<usize>,
    /// Sentences of the second.
    pub b: Vec<usize>,
    /// How they stand to each other.
    pub relation: Relation,
    /// What differs, one word each: `number`, `date`, `actor`, `polarity`, `certainty`, `scope`.
    pub kinds: Vec<String>,
    /// The words that differ in the first text: bytes of its text.
    pub marks_a: Vec<Range<usize>>,
    /// The words that differ in the second.
    pub marks_b: Vec<Range<usize>>,
}

/// Aligns two texts sentence by sentence; rows come in reading order and hold every sentence of both once.
pub type Comparer = Arc<dyn Fn(&Article, &Article) -> Vec<AlignedRow> + Send + Sync>;

/// What became of a piece of text between two revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// In both.
    Kept,
    /// In the newer alone.
    Added,
    /// In the older alone.
    Removed,
}

/// A run of words in a changed sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub kind: PieceKind,
    /// The words with the white space between them and the next.
    pub text: String,
}

/// One sentence of a difference, in reading order of the newer text. Sentences are numbered from 0 as
/// [`news::text::sentences`] cuts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// In both, word for word.
    Kept {
        /// Its number in the older text.
        old: usize,
        /// Its number in the newer.
        new: usize,
    },
    /// Changed inside.
    Changed {
        /// Its number in the older text.
        old: usize,
        /// Its number in the newer.
        new: usize,
        /// Its words.
        pieces: Vec<Piece>,
    },
    /// In the newer alone.
    Added {
        /// Its number there.
        new: usize,
    },
    /// In the older alone.
    Removed {
        /// Its number there.
        old: usize,
    },
}

/// Finds what changed from an older text to a newer; the headlines are compared here.
pub type Differ = Arc<dyn Fn(&Article, &Article) -> Vec<DiffLine> + Send + Sync>;

/// A sentence that may stand for its day on a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySentence {
    /// The sentence.
    pub text: String,
    /// Its number in its text, from 0.
    pub sentence: u32,
    /// Whether the calendar day itself is printed in it.
    pub is_printed: bool,
}

/// In which order the sentences of a day are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOrder {
    /// Places in the list given, each once, best first.
    pub order: Vec<usize>,
    /// So many of the first say what none before them said; the others repeat one of these.
    pub own: usize,
}

/// Puts the sentences of each of these days in order; one answer for each day.
pub type Orderer = Arc<dyn Fn(&[Vec<DaySentence>]) -> Vec<DayOrder> + Send + Sync>;

/// A feed that an address was found to offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The feed's address.
    pub url: String,
    /// What it serves.
    pub kind: FeedKind,
    /// What the outlet calls itself there.
    pub title: Option<String>,
}

/// Looks at an address a person gave and says which feeds it offers; blocks, and goes out on the network.
/// `Err` is one plain sentence for that person.
pub type Discover = Arc<dyn Fn(&str) -> Result<Vec<Offer>, String> + Send + Sync>;

/// An outlet that a newcomer may take up with one click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterOutlet {
    /// Its permanent name.
    pub slug: String,
    /// Its name as printed.
    pub name: String,
    /// Its front page.
    pub homepage: Option<String>,
    /// ISO 3166-1 alpha-2 code in capitals.
    pub country: Option<String>,
    /// The language it mainly writes in.
    pub language: Option<Language>,
    /// What kind of publisher it is.
    pub kind: OutletKind,
    /// Its feeds: address and what it serves.
    pub feeds: Vec<(String, FeedKind)>,
}

/// What the pages are made with, beside archive and search.
#[derive(Clone)]
pub struct Settings {
    /// Aligns two texts.
    pub comparer: Comparer,
    /// Compares two revisions.
    pub differ: Differ,
    /// Orders the sentences of a day on a timeline; by itself as the archive gives them.
    pub orderer: Orderer,
    /// Finds the feeds of an address; without it an address is taken as a feed, a sitemap or a page as the form says.
    pub discover: Option<Discover>,
    /// Called after a person changed what is gathered, so that gathering need not wait for its next look.
    pub wake: Option<Arc<dyn Fn() + Send + Sync>>,
    /// Outlets offered at the first start.
    pub starters: Vec<StarterOutlet>,
    /// What the program calls itself, `0.0.0`.
    pub version: String,
    /// Our clock.
    pub clock: fn() -> Timestamp,
    /// Names under which the server answers, without port, lower case. Others are refused, so that no foreign
    /// site can lead a browser here by a name of its own (DNS rebinding).
    pub hosts: Vec<String>,
    /// Name under which hubs call back (WebSub), without port, lower case; under it nothing but `/websub/…` is
    /// answered, unless it is among `hosts` as well.
    pub callback_host: Option<String>,
    /// Questions asked of the archive at the same time.
    pub questions: usize,
}

impl Settings {
    /// Settings for a server on this machine alone, with nothing on offer.
    pub fn new(comparer: Comparer, differ: Differ, clock: fn() -> Timestamp) -> Self {
        Settings {
            comparer,
            differ,
            orderer: Arc::new(as_given),
            discover: None,
            wake: None,
            starters: Vec::new(),
            version: String::new(),
            clock,
            hosts: ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec(),
            callback_host: None,
            questions: 16,
        }
    }
}

fn as_given(days: &[Vec<DaySentence>]) -> Vec<DayOrder> {
    days.iter().map(|day| DayOrder { order: (0..day.len()).collect(), own: day.len() }).collect()
}

/// What every handler holds.
pub(crate) struct Site {
    pub(crate) archive: Archive,
    pub(crate) search: search::Index,
    pub(crate) settings: Settings,
    pub(crate) questions: Arc<Semaphore>,
    pub(crate) glance: Arc<pages::desk::LastGlance>,
}

impl Site {
    /// Our clock.
    pub(crate) fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// Tells gathering that a person changed something.
    pub(crate) fn wake(&self) {
        *self.glance.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
        if let Some(wake) = &self.settings.wake {
            wake();
        }
    }
}

/// Every page of Readout over this archive and this index.
pub fn router(archive: Archive, search: search::Index, settings: Settings) -> Router {
    let questions = Arc::new(Semaphore::new(settings.questions.max(1)));
    let site = Arc::new(Site { archive, search, settings, questions, glance: Arc::default() });
    let fixed = |name: header::HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let pages = Router::new()
        .route("/", get(pages::desk::desk))
        .route("/t", get(pages::topic::topics).post(pages::act::add_topic))
        .route("/t/{topic}", get(pages::topic::topic))
        .route("/t/{topic}/timeline", get(pages::timeline::topic))
        .route("/t/{topic}/remove", post(pages::act::remove_topic))
        .route("/s/{story}", get(pages::story::story))
        .route("/s/{story}/timeline", get(pages::timeline::story))
        .route("/s/{story}/compare", get(pages::compare::compare))
        .route("/s/{story}/tree", get(pages::tree::tree))
        .route("/s/{story}/log", get(pages::log::log))
        .route("/s/{story}/split", post(pages::regroup::split))
        .route("/s/{story}/place", post(pages::regroup::place))
        .route("/s/{story}/merge", post(pages::regroup::merge))
        .route("/s/{story}/maybe", post(pages::regroup::maybe))
        .route("/s/{story}/undo", post(pages::regroup::undo))
        .route("/l", get(pages::storyline::storylines))
        .route("/l/{storyline}", get(pages::storyline::storyline))
        .route("/l/{storyline}/timeline", get(pages::timeline::storyline))
        .route("/a/{article}", get(pages::article::article))
        .route("/a/{article}/r/{number}", get(pages::article::revision))
        .route("/a/{article}/diff/{range}", get(pages::diff::diff))
        .route("/revisions", get(pages::revisions::revisions))
        .route("/o", get(pages::outlet::outlets))
        .route("/o/{outlet}", get(pages::outlet::outlet))
        .route("/sources", get(pages::sources::sources))
        .route("/sources/add", post(pages::act::add_source))
        .route("/sources/feed/{feed}/refresh", post(pages::act::refresh))
        .route("/sources/feed/{feed}/remove", post(pages::act::remove_feed))
        .route("/start", get(pages::start::start).post(pages::act::start))
        .route("/q", get(pages::search::search))
        .route("/help", get(pages::help::help).post(pages::act::look))
        .route("/method", get(pages::help::method))
        .route("/websub/{token}", get(pages::websub::verify).post(pages::websub::deliver))
        .route("/assets/{name}", get(assets::asset))
        .route("/robots.txt", get(assets::robots))
        .route("/favicon.ico", get(assets::favicon))
        .fallback(pages::error::nowhere)
        .method_not_allowed_fallback(pages::error::wrong_method)
        .layer(axum::extract::DefaultBodyLimit::max(256 * 1024))
        .with_state(site.clone());
    let formed = pages.map_request(answer::take_form);
    Router::new()
        .fallback_service(formed)
        .layer(axum::middleware::from_fn_with_state(site, guard::guard))
        .layer(CompressionLayer::new())
        .layer(fixed(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"))
        .layer(fixed(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(fixed(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(fixed(header::CACHE_CONTROL, "private, no-cache"))
}

/// Gives the pages out until `shutdown` resolves; answers under way are finished, for ten seconds at most.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        if stopping.send(()).is_err() {
            tracing::debug!("the server had ended by itself");
        }
    });
    let patience = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(Duration::from_secs(10)).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = patience => Ok(()),
    }
}
