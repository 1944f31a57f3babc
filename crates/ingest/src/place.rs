//! Places each new or changed text among stories and keeps it: one thread, in the order texts come.
//!
//! Texts are placed one after the other, because where one stands depends on those before it; the
//! waiting for the disk is shared, because the archive commits in groups.

use crate::{EXTRACTOR, Error, NewText, Result};
use archive::{Archive, HeadlineRecord, HeadlineState, Move, NewRevision, Pending, Recorded};
use jiff::Timestamp;
use news::article::Article;
use news::id::{ArticleId, StoryId};
use news::revision::Revision;
use news::story::{Because, CopyOf, Placement, Role};
use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{SyncSender, sync_channel};

/// Texts that wait for their place; who sends one more waits.
const QUEUE: usize = 256;
/// Texts remembered to find the passages that a copy shares with its origin without asking the archive.
const TEXTS_KEPT: usize = 2_000;

/// The door to the thread that places. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub struct Placer {
    queue: SyncSender<Job>,
}

enum Job {
    Place(Box<NewText>, tokio::sync::oneshot::Sender<Result<Placed>>),
    Headlines(Vec<HeadlineRecord>, Timestamp, tokio::sync::oneshot::Sender<Result<Vec<HeadlineState>>>),
    Settle(Timestamp, tokio::sync::oneshot::Sender<Result<usize>>),
}

/// A text that was placed: the write under way, and whether it repeats a text already here.
type Placed = (Pending<Recorded>, bool);

impl Placer {
    /// Reads the features of everything in the archive and starts the thread.
    pub fn start(archive: &Archive) -> Result<Placer> {
        let mut bench = Bench::new(archive.clone());
        bench.load()?;
        let (queue, jobs) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("place".to_owned())
            .spawn(move || {
                for job in jobs {
                    // An answer that nobody waits for any more is no failure: the text is kept either way.
                    match job {
                        Job::Place(text, answer) => drop(answer.send(bench.place(*text))),
                        Job::Headlines(lines, now, answer) => drop(answer.send(bench.headlines(lines, now))),
                        Job::Settle(now, answer) => drop(answer.send(bench.settle(now))),
                    }
                }
            })
            .map_err(|error| Error::File { name: "thread `place`".to_owned(), reason: error.to_string() })?;
        Ok(Placer { queue })
    }

    /// Places and keeps a text; it is on the disk when this returns.
    pub async fn place(&self, text: NewText) -> Result<Recorded> {
        let (answer, waiting) = tokio::sync::oneshot::channel();
        let queue = self.queue.clone();
        tokio::task::spawn_blocking(move || queue.send(Job::Place(Box::new(text), answer)))
            .await
            .map_err(|_| Error::Stopped)?
            .map_err(|_| Error::Stopped)?;
        let (pending, _) = waiting.await.map_err(|_| Error::Stopped)??;
        let recorded = tokio::task::spawn_blocking(move || pending.durable()).await.map_err(|_| Error::Stopped)??;
        Ok(recorded)
    }

    /// [`Placer::place`] for code that may block: the write is done, but not yet on the disk. Also tells
    /// whether the text repeats one that is already here.
    pub(crate) fn place_and_tell(&self, text: NewText) -> Result<(Pending<Recorded>, bool)> {
        let (answer, waiting) = tokio::sync::oneshot::channel();
        self.queue.send(Job::Place(Box::new(text), answer)).map_err(|_| Error::Stopped)?;
        waiting.blocking_recv().map_err(|_| Error::Stopped)?
    }

    /// Places and keeps the headlines of a saved list, in order. Blocks.
    pub(crate) fn place_headlines(&self, lines: Vec<HeadlineRecord>, now: Timestamp) -> Result<Vec<HeadlineState>> {
        let (answer, waiting) = tokio::sync::oneshot::channel();
        self.queue.send(Job::Headlines(lines, now, answer)).map_err(|_| Error::Stopped)?;
        waiting.blocking_recv().map_err(|_| Error::Stopped)?
    }

    /// Settles the stories touched since the last time; gives the number of changes.
    pub async fn settle(&self, now: Timestamp) -> Result<usize> {
        let (answer, waiting) = tokio::sync::oneshot::channel();
        let queue = self.queue.clone();
        tokio::task::spawn_blocking(move || queue.send(Job::Settle(now, answer)))
            .await
            .map_err(|_| Error::Stopped)?
            .map_err(|_| Error::Stopped)?;
        waiting.await.map_err(|_| Error::Stopped)?
    }
}

/// The features by which the story room knows a text.
pub(crate) fn features(content: &Article, outlet: Option<&str>, fetched_at: Timestamp) -> story::Features {
    story::features(&story::Text {
        title: content.headline.as_deref().unwrap_or(""),
        text: &content.text,
        published_ms: content.published_at.map(|moment| moment.at.as_millisecond()),
        first_seen_ms: Some(fetched_at.as_millisecond()),
        outlet,
        language: content.language.as_ref().map(|language| language.as_str()),
    })
}

/// What the thread works at.
pub(crate) struct Bench {
    archive: Archive,
    index: story::Index,
    texts: HashMap<ArticleId, String>,
    order: VecDeque<ArticleId>,
    touched: Vec<i64>,
}

impl Bench {
    pub(crate) fn new(archive: Archive) -> Self {
        let index = story::Index::new(story::Settings::default());
        Bench { archive, index, texts: HashMap::new(), order: VecDeque::new(), touched: Vec::new() }
    }

    /// Fills the index from the features kept with each article's last revision.
    fn load(&mut self) -> Result<()> {
        let index = &mut self.index;
        self.archive.features_since(Timestamp::MIN, &mut |row| {
            let Some((story, role)) = row.story else { return Ok(()) };
            if role == Role::Maybe {
                return Ok(());
            }
            if let Some(features) = story::Features::from_bytes(&row.features) {
                index.insert(row.article.0, story.0, &features);
            }
            Ok(())
        })?;
        Ok(())
    }

    fn place(&mut self, text: NewText) -> Result<Placed> {
        let NewText { article, content, outlet, fetched_at, raw_digest, record, rank, problems } = text;
        let features = features(&content, outlet.as_deref(), fetched_at);
        // A changed text is placed as if it were new, so that it does not meet its own former self.
        let former = self.index.story_of(article.0);
        if former.is_some() {
            self.index.remove(article.0);
        }
        let (placement, suggestion) = self.decide(&features, &content.text)?;
        let is_copy = matches!(placement, Placement::Copies { .. });
        // An edit never moves a text to another story by itself unless it left its own for good reason:
        // a known article keeps its story, and settling may move it with a line in the log.
        let placement = match (former, placement) {
            (Some(_), _) => None,
            (None, placement) => Some(placement),
        };
        self.remember(article, &content.text);
        let statements = crate::follow::statements(&content);
        let dated = crate::dated::dated(&content.text, content.published_at.as_ref(), fetched_at);
        let pending = self.archive.record_revision_soon(NewRevision {
            article,
            content,
            fetched_at,
            raw_digest,
            record,
            rank,
            placement,
            features: features.to_bytes(),
            statements,
            dated,
            problems,
            extractor: EXTRACTOR,
        })?;
        if let Some(story) = pending.value.story.or(former.map(StoryId)) {
            self.index.insert(article.0, story.0, &features);
            self.touched.push(story.0);
        }
        if let Some((story, because)) = suggestion
            && former.is_none()
        {
            self.archive.regroup(vec![Move::Suggest { article, story, because }], fetched_at)?;
        }
        Ok((pending, is_copy))
    }

    /// Where a text belongs, and the story it may belong to where that is in doubt.
    fn decide(&self, features: &story::Features, text: &str) -> Result<(Placement, Option<(StoryId, Because)>)> {
        let mut suggestion = None;
        let placement = match self.index.place(features) {
            story::Decision::Opens => Placement::Opens,
            story::Decision::Joins { story, score, because, maybe: false } => {
                Placement::Joins { story: StoryId(story), because: Because { score, ..because } }
            }
            story::Decision::Joins { story, score, because, maybe: true } => {
                suggestion = Some((StoryId(story), Because { score, ..because }));
                Placement::Opens
            }
            story::Decision::Copies { key, story, contained, of_base } => {
                let base = ArticleId(key);
                let passages = match self.text_of(base)? {
                    Some(base_text) => story::passages(text, &base_text),
                    None => Vec::new(),
                };
                Placement::Copies { story: StoryId(story), of: CopyOf { article: base, contained, of_base, passages } }
            }
        };
        Ok((placement, suggestion))
    }

    /// Places a text that is kept already, as the rebuild of all stories does.
    pub(crate) fn place_again(&mut self, revision: &Revision, outlet: Option<&str>, now: Timestamp) -> Result<()> {
        let content = &revision.content;
        let features = features(content, outlet, revision.fetched_at);
        let (mut placement, suggestion) = self.decide(&features, &content.text)?;
        if content.text.is_empty()
            && let Placement::Copies { story, .. } = placement
        {
            placement = Placement::Joins { story, because: Because { score: 1.0, ..Because::default() } };
        }
        self.archive.replace_features(vec![(revision.id, features.to_bytes())])?;
        let dated = crate::dated::dated(&content.text, content.published_at.as_ref(), revision.fetched_at);
        if !self.archive.is_dated(revision.id, &dated)? {
            self.archive.replace_dated(vec![(revision.id, dated)], now)?;
        }
        self.remember(revision.article, &content.text);
        let mut moves = vec![Move::Place { article: revision.article, placement }];
        if let Some((story, because)) = suggestion {
            moves.push(Move::Suggest { article: revision.article, story, because });
        }
        if let Some(story) = self.archive.regroup(moves, now)?.first() {
            self.index.insert(revision.article.0, story.0, &features);
            self.touched.push(story.0);
        }
        Ok(())
    }

    fn headlines(&mut self, lines: Vec<HeadlineRecord>, now: Timestamp) -> Result<Vec<HeadlineState>> {
        let mut states = Vec::with_capacity(lines.len());
        for line in lines {
            let content = Article { headline: Some(line.title.clone()), published_at: line.date, ..Article::default() };
            let features = features(&content, line.outlet.as_deref(), now);
            let (placement, _) = self.decide(&features, "")?;
            let placement = match placement {
                // Two headlines alike are no proof of a copied text.
                Placement::Copies { story, .. } => {
                    Placement::Joins { story, because: Because { score: 1.0, ..Because::default() } }
                }
                other => other,
            };
            let line = HeadlineRecord { placement: Some(placement), features: features.to_bytes(), ..line };
            let state = self.archive.record_headline(&line, now)?;
            if state.is_new
                && let Some(story) = state.story
            {
                self.index.insert(state.article.0, story.0, &features);
                self.touched.push(story.0);
            }
            states.push(state);
        }
        Ok(states)
    }

    /// Carries out what settling finds: the same stories, whatever order the texts came in.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Result<usize> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        let began = std::time::Instant::now();
        let steps = self.index.settle(&touched);
        tracing::debug!(stories = touched.len(), moves = steps.len(), took = ?began.elapsed(), "settled in memory");
        let ids = |keys: &[i64]| keys.iter().copied().map(ArticleId).collect::<Vec<_>>();
        for step in &steps {
            let opened = match step {
                story::Move::Merge { from, into } => {
                    self.archive.regroup(vec![Move::Merge { from: StoryId(*from), into: StoryId(*into) }], now)?;
                    *into
                }
                story::Move::Shift { keys, into, .. } => {
                    self.archive.regroup(keys.iter().map(|key| self.joins(*key, *into)).collect(), now)?;
                    *into
                }
                story::Move::Open { from, keys } => {
                    let split = Move::Split { from: StoryId(*from), articles: ids(keys) };
                    let Some(opened) = self.archive.regroup(vec![split], now)?.first().copied() else { continue };
                    let elsewhere = keys.iter().filter(|key| self.index.story_of(**key) != Some(*from));
                    let moves: Vec<Move> = elsewhere.map(|key| self.joins(*key, opened.0)).collect();
                    if !moves.is_empty() {
                        self.archive.regroup(moves, now)?;
                    }
                    opened.0
                }
            };
            self.index.apply(step, opened);
        }
        Ok(steps.len())
    }

    /// One article placed in a story by settling: it stands there for what it shares with all its members.
    fn joins(&self, key: i64, story: i64) -> Move {
        let because = Because { score: 1.0, ..Because::default() };
        let placement = Placement::Joins { story: StoryId(story), because };
        Move::Place { article: ArticleId(key), placement }
    }

    fn text_of(&self, article: ArticleId) -> Result<Option<String>> {
        if let Some(text) = self.texts.get(&article) {
            return Ok(Some(text.clone()));
        }
        let last = self.archive.last_revision(article, archive::AsOf::Now)?;
        Ok(last.map(|page| page.revision.content.text))
    }

    fn remember(&mut self, article: ArticleId, text: &str) {
        if self.texts.insert(article, text.to_owned()).is_none() {
            self.order.push_back(article);
        }
        if self.order.len() > TEXTS_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.texts.remove(&oldest);
        }
    }
}
