//! Places each new or changed text among stories and keeps it: one thread, in the order texts come.
//!
//! Texts are placed one after the other, because where one stands depends on those before it; the
//! waiting for the disk is shared, because the archive commits in groups.

use crate::{EXTRACTOR, Error, NewText, Result};
use archive::{Archive, HeadlineRecord, HeadlineState, Move, NewRevision, Pending, Recorded};
use jiff::Timestamp;
use news::article::{Article, BlockKind, TextKind};
use news::id::{ArticleId, DecisionId, StoryId};
use news::revision::Revision;
use news::story::{self as said, Because, CopyOf, Placement, Role};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::mpsc::{SyncSender, TryRecvError, sync_channel};

/// Texts that wait for their place; who sends one more waits.
const QUEUE: usize = 256;
/// Texts remembered to find the passages that a copy shares with its origin without asking the archive.
const TEXTS_KEPT: usize = 2_000;
/// How often settling begins anew because a person decided something meanwhile; what is left waits for the next time.
const SETTLE_TRIES: usize = 3;
/// Stories whose tree is drawn when stories are settled; the others follow while nothing waits for its place.
const DRAWN_AT_ONCE: u32 = 4_000;
/// Stories whose trees are kept in one write.
const DRAWN_TOGETHER: u32 = 64;

/// The door to the thread that places. Cheap to clone; the thread ends with the last clone.
#[derive(Clone)]
pub struct Placer {
    queue: SyncSender<Job>,
}

enum Job {
    Place(Box<NewText>, tokio::sync::oneshot::Sender<Result<Placed>>),
    Headlines(Vec<HeadlineRecord>, Timestamp, tokio::sync::oneshot::Sender<Result<Vec<HeadlineState>>>),
    Settle(Timestamp, tokio::sync::oneshot::Sender<Result<usize>>),
    Draw(Timestamp, tokio::sync::oneshot::Sender<Result<()>>),
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
                loop {
                    let job = match jobs.try_recv() {
                        Ok(job) => job,
                        Err(TryRecvError::Empty) if bench.has_undrawn => {
                            bench.draw_on();
                            continue;
                        }
                        Err(TryRecvError::Empty) => match jobs.recv() {
                            Ok(job) => job,
                            Err(_) => break,
                        },
                        Err(TryRecvError::Disconnected) => break,
                    };
                    // An answer that nobody waits for any more is no failure: the text is kept either way.
                    match job {
                        Job::Place(text, answer) => drop(answer.send(bench.place(*text))),
                        Job::Headlines(lines, now, answer) => drop(answer.send(bench.headlines(lines, now))),
                        Job::Settle(now, answer) => drop(answer.send(bench.settle(now))),
                        Job::Draw(now, answer) => drop(answer.send(bench.draw_some(now))),
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

    /// Draws who took from whom in stories that changed, as many as are drawn at once. Blocks.
    pub(crate) fn draw(&self, now: Timestamp) -> Result<()> {
        let (answer, waiting) = tokio::sync::oneshot::channel();
        self.queue.send(Job::Draw(now, answer)).map_err(|_| Error::Stopped)?;
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

/// Checks that every article stands where people decided: those together in one story, those apart in two.
pub fn verify_decisions(archive: &Archive) -> Result<archive::Check> {
    let decisions = archive.decisions_after(DecisionId(0))?;
    let decided = story::Decided::of(&decisions);
    let mut check =
        archive::Check { name: "decisions", looked_at: decisions.len() as u64, ..archive::Check::default() };
    let mut stands: HashMap<i64, i64> = HashMap::new();
    for article in decisions.iter().flat_map(|d| d.moved.iter().chain(&d.left).chain(&d.met)) {
        if !stands.contains_key(&article.0)
            && let Some(story) = archive.story_of(*article, archive::AsOf::Now)?
        {
            stands.insert(article.0, story.0);
        }
    }
    for (article, story) in &stands {
        let with = decided.together_with(*article).iter().find(|other| stands.get(other).is_some_and(|s| s != story));
        if let Some(other) = with {
            check.wrong(format!("articles {article} and {other} were put together and stand in two stories"));
        }
        if let Some(other) = decided.apart_from(*article).find(|other| stands.get(other) == Some(story)) {
            check.wrong(format!("articles {article} and {other} were put apart and stand in story {story}"));
        }
    }
    Ok(check)
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
    texts: HashMap<ArticleId, Known>,
    order: VecDeque<ArticleId>,
    touched: Vec<i64>,
    /// What people decided, as far as this thread has seen.
    decisions: Vec<said::Decision>,
    /// Whether trees were left to be drawn the last time, and when that was.
    has_undrawn: bool,
    drawn_at: Timestamp,
}

/// A text that was placed, as far as it takes to set another beside it.
#[derive(Clone)]
struct Known {
    text: String,
    is_official: bool,
}

impl Known {
    fn of(content: &Article) -> Known {
        Known { text: content.text.clone(), is_official: content.kind == TextKind::Official }
    }

    fn side(&self) -> story::Side<'_> {
        story::Side { text: &self.text, is_official: self.is_official, ..story::Side::default() }
    }
}

impl Bench {
    pub(crate) fn new(archive: Archive) -> Self {
        let index = story::Index::new(story::Settings::default());
        Bench {
            archive,
            index,
            texts: HashMap::new(),
            order: VecDeque::new(),
            touched: Vec::new(),
            decisions: Vec::new(),
            has_undrawn: false,
            drawn_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// The newest decision that this thread has seen.
    fn known(&self) -> DecisionId {
        self.decisions.last().map_or(DecisionId(0), |decision| decision.id)
    }

    /// Takes up what people decided since the last time: the articles they spoke of stand where the archive has them,
    /// and the stories they touched are settled next time.
    pub(crate) fn take_up_decisions(&mut self) -> Result<()> {
        if self.archive.last_decision()? == self.known() {
            return Ok(());
        }
        let new = self.archive.decisions_after(self.known())?;
        let withdrawn: BTreeSet<DecisionId> = new.iter().filter_map(|decision| decision.withdraws).collect();
        let from = self.decisions.len();
        self.decisions.extend(new);
        let spoken = |(at, decision): (usize, &said::Decision)| {
            let counts = at >= from || withdrawn.contains(&decision.id);
            counts.then(|| [&decision.moved, &decision.left, &decision.met].into_iter().flatten().copied().collect())
        };
        let keys: BTreeSet<ArticleId> =
            self.decisions.iter().enumerate().filter_map(spoken).flat_map(|keys: Vec<ArticleId>| keys).collect();
        for key in keys {
            let Some(held) = self.index.story_of(key.0) else { continue };
            let Some(story) = self.archive.story_of(key, archive::AsOf::Now)? else { continue };
            if story.0 != held {
                self.index.assign(key.0, story.0);
                self.touched.push(held);
            }
            self.touched.push(story.0);
        }
        self.index.set_decided(story::Decided::of(&self.decisions));
        Ok(())
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
        self.take_up_decisions()?;
        // Everything stands where the archive has it already.
        self.touched.clear();
        Ok(())
    }

    fn place(&mut self, text: NewText) -> Result<Placed> {
        self.take_up_decisions()?;
        let NewText { article, content, outlet, fetched_at, raw_digest, record, rank, problems } = text;
        let features = features(&content, outlet.as_deref(), fetched_at);
        // A changed text is placed as if it were new, so that it does not meet its own former self.
        let former = self.index.story_of(article.0);
        if former.is_some() {
            self.index.remove(article.0);
        }
        let (placement, suggestion) = self.decide(article, &features, &content)?;
        let is_copy = matches!(placement, Placement::Copies { .. });
        // An edit never moves a text to another story by itself unless it left its own for good reason:
        // a known article keeps its story, and settling may move it with a line in the log.
        let placement = match (former, placement) {
            (Some(_), _) => None,
            (None, placement) => Some(placement),
        };
        self.remember(article, &content);
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
    fn decide(
        &self,
        article: ArticleId,
        features: &story::Features,
        content: &Article,
    ) -> Result<(Placement, Option<(StoryId, Because)>)> {
        let mut suggestion = None;
        let mut decision = self.index.place_decided(article.0, features);
        let mut shared = (None, Vec::new());
        if let story::Decision::Copies { key, .. } = &decision {
            shared = self.shared(content, ArticleId(*key))?;
            // Two reports that quote one statement share most of their words and are two accounts: a false copy
            // hides one.
            if shared.0.is_some_and(|kind| !kind.is_copy()) {
                decision = self.index.place_as_account(article.0, features);
            }
        }
        let placement = match decision {
            story::Decision::Opens => Placement::Opens,
            story::Decision::Joins { story, score, because, maybe: false } => {
                Placement::Joins { story: StoryId(story), because: Because { score, ..because } }
            }
            story::Decision::Joins { story, score, because, maybe: true } => {
                suggestion = Some((StoryId(story), Because { score, ..because }));
                Placement::Opens
            }
            story::Decision::Copies { key, story, contained, of_base } => {
                let (sharing, passages) = shared;
                let of = CopyOf { article: ArticleId(key), sharing, contained, of_base, passages };
                Placement::Copies { story: StoryId(story), of }
            }
        };
        Ok((placement, suggestion))
    }

    /// How a text stands to one that it shares words with, and the passages both have.
    fn shared(&self, content: &Article, base: ArticleId) -> Result<(Option<said::Kinship>, Vec<said::SharedPassage>)> {
        let Some(base) = self.text_of(base)? else { return Ok((None, Vec::new())) };
        let passages = story::passages(&content.text, &base.text);
        let blocks = content.blocks.iter().filter(|block| block.kind == BlockKind::Quote);
        let quoted: Vec<_> = blocks.map(|block| block.span.clone()).collect();
        let known = Known::of(content);
        let side = story::Side { quoted: &quoted, ..known.side() };
        let kind = story::kinship(&side, &base.side(), &passages).map(|relation| relation.kind);
        Ok((kind, passages))
    }

    /// Places a text that is kept already, as the rebuild of all stories does.
    pub(crate) fn place_again(&mut self, revision: &Revision, outlet: Option<&str>, now: Timestamp) -> Result<()> {
        let content = &revision.content;
        let features = features(content, outlet, revision.fetched_at);
        let (mut placement, suggestion) = self.decide(revision.article, &features, content)?;
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
        self.remember(revision.article, content);
        let mut moves = vec![Move::Place { article: revision.article, placement }];
        if let Some((story, because)) = suggestion {
            moves.push(Move::Suggest { article: revision.article, story, because });
        }
        if let Some(base) = self.index.repeats_apart(revision.article.0, &features) {
            // A person put it elsewhere than the text it repeats: it counts there, and that it repeats it stays known.
            let (sharing, passages) = self.shared(content, ArticleId(base.key))?;
            if sharing.is_none_or(said::Kinship::is_copy) {
                let (contained, of_base) = (base.contained, base.of_base);
                let of = CopyOf { article: ArticleId(base.key), sharing, contained, of_base, passages };
                moves.push(Move::Repeats { article: revision.article, of });
            }
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
            // A line that is known already is not placed anew, so nobody has spoken of one that is.
            let (placement, _) = self.decide(ArticleId(0), &features, &content)?;
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

    /// Carries out what settling finds: the same stories, whatever order the texts came in, around what people decided.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Result<usize> {
        let mut changes = 0;
        for _ in 0..SETTLE_TRIES {
            self.take_up_decisions()?;
            let mut touched = std::mem::take(&mut self.touched);
            touched.sort_unstable();
            touched.dedup();
            let began = std::time::Instant::now();
            let steps = self.index.settle(&touched);
            tracing::debug!(stories = touched.len(), moves = steps.len(), took = ?began.elapsed(), "settled in memory");
            let mut done = 0;
            while let Some(step) = steps.get(done)
                && self.carry_out(step, now)?
            {
                done += 1;
            }
            changes += done;
            if done == steps.len() {
                break;
            }
            // A person decided something while this was worked out: it is worked out anew, around that.
            self.touched.extend(touched);
        }
        self.draw_some(now)?;
        Ok(changes)
    }

    /// Carries one step of settling out; `false`, and nothing is changed, when a person has decided something since.
    fn carry_out(&mut self, step: &story::Move, now: Timestamp) -> Result<bool> {
        let known = self.known();
        let ids = |keys: &[i64]| keys.iter().copied().map(ArticleId).collect::<Vec<_>>();
        let regroup = |moves: Vec<Move>| self.archive.regroup_unless_decided(moves, known, now);
        let opened = match step {
            story::Move::Merge { from, into } => {
                let merge = Move::Merge { from: StoryId(*from), into: StoryId(*into) };
                let Some(_) = regroup(vec![merge])? else { return Ok(false) };
                *into
            }
            story::Move::Shift { keys, into, .. } => {
                let moves = keys.iter().map(|key| self.joins(*key, *into)).collect();
                let Some(_) = regroup(moves)? else { return Ok(false) };
                *into
            }
            story::Move::Open { from, keys } => {
                let split = Move::Split { from: StoryId(*from), articles: ids(keys) };
                let Some(stories) = regroup(vec![split])? else { return Ok(false) };
                let Some(opened) = stories.first().copied() else { return Ok(true) };
                let elsewhere = keys.iter().filter(|key| self.index.story_of(**key) != Some(*from));
                let moves: Vec<Move> = elsewhere.map(|key| self.joins(*key, opened.0)).collect();
                if !moves.is_empty() && regroup(moves)?.is_none() {
                    // Those that left stand in the story opened for them; the others follow when this is worked out anew.
                    let left: Vec<i64> =
                        keys.iter().copied().filter(|key| self.index.story_of(*key) == Some(*from)).collect();
                    left.iter().for_each(|key| self.index.assign(*key, opened.0));
                    return Ok(false);
                }
                opened.0
            }
        };
        self.index.apply(step, opened);
        Ok(true)
    }

    fn draw_some(&mut self, now: Timestamp) -> Result<()> {
        self.drawn_at = now;
        self.has_undrawn = self.draw(DRAWN_AT_ONCE)?;
        Ok(())
    }

    /// Draws the trees of stories whose members changed, at most so many; gives whether more are left.
    fn draw(&self, most: u32) -> Result<bool> {
        let mut drawn = 0;
        while drawn < most {
            let stories = self.archive.untraced_stories(DRAWN_TOGETHER)?;
            if stories.is_empty() {
                return Ok(false);
            }
            let mut trees = Vec::with_capacity(stories.len());
            for story in stories {
                let members = self.archive.tree_members(story)?;
                let read: Vec<story::Member<'_>> = members
                    .iter()
                    .map(|member| story::Member {
                        article: member.article,
                        revision: member.revision,
                        content: &member.content,
                        outlet: member.outlet.as_ref(),
                        first_seen_at: member.first_seen_at,
                    })
                    .collect();
                trees.push((story, story::tree(&read)));
            }
            drawn += DRAWN_TOGETHER;
            self.archive.record_trees(trees, self.drawn_at)?;
        }
        Ok(true)
    }

    /// Goes on drawing while nothing waits. A failure waits for the next time.
    fn draw_on(&mut self) {
        self.has_undrawn = self.draw(DRAWN_TOGETHER).unwrap_or_else(|error| {
            tracing::warn!(%error, "trees of stories could not be kept");
            false
        });
    }

    /// Draws every tree that is to be drawn anew.
    pub(crate) fn draw_all(&self) -> Result<()> {
        while self.draw(DRAWN_AT_ONCE)? {}
        Ok(())
    }

    /// One article placed in a story by settling: it stands there for what it shares with all its members.
    fn joins(&self, key: i64, story: i64) -> Move {
        let because = Because { score: 1.0, ..Because::default() };
        let placement = Placement::Joins { story: StoryId(story), because };
        Move::Place { article: ArticleId(key), placement }
    }

    fn text_of(&self, article: ArticleId) -> Result<Option<Known>> {
        if let Some(known) = self.texts.get(&article) {
            return Ok(Some(known.clone()));
        }
        let last = self.archive.last_revision(article, archive::AsOf::Now)?;
        Ok(last.map(|page| Known::of(&page.revision.content)))
    }

    fn remember(&mut self, article: ArticleId, content: &Article) {
        if self.texts.insert(article, Known::of(content)).is_none() {
            self.order.push_back(article);
        }
        if self.order.len() > TEXTS_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.texts.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use archive::{AsOf, NewArticle, NewOutlet};
    use news::article::{Block, Held};
    use news::story::Counts;

    const SAID: &str = "The agreement of this morning opens the northern lane to ships of every flag from the first of the month, \
        under the rules that both coastguards have kept since the winter; it sets no fee, it names no pilot, and it ends \
        no claim of either side to the waters of the strait, which the court in Tarsen will hear in the spring";

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(29_000_000 + minutes)
    }

    /// Places a text of an outlet of its own; gives the article.
    fn place(bench: &mut Bench, n: i64, headline: &str, text: &str) -> ArticleId {
        let name = format!("Outlet {n}");
        let outlet = bench.archive.add_outlet(&NewOutlet::named(&name), at(0)).unwrap();
        let url = Some(format!("https://o{n}.example/x"));
        let new = NewArticle { url, outlet: Some(outlet), ..NewArticle::default() };
        let article = bench.archive.add_article(&new, at(n)).unwrap().article;
        let content = Article {
            headline: Some(headline.to_owned()),
            text: text.to_owned(),
            blocks: vec![Block { kind: BlockKind::Paragraph, span: 0..text.len() }],
            held: Held::Full,
            ..Article::default()
        };
        let new = NewText {
            article,
            content,
            outlet: Some(name),
            fetched_at: at(n),
            raw_digest: None,
            record: None,
            rank: None,
            problems: Vec::new(),
        };
        bench.place(new).unwrap().0.durable().unwrap();
        article
    }

    fn counts(bench: &Bench, article: ArticleId) -> Counts {
        let story = bench.archive.story_of(article, AsOf::Now).unwrap().unwrap();
        bench.archive.story(story, AsOf::Now).unwrap().unwrap().story.counts
    }

    #[test]
    fn two_reports_that_quote_one_statement_are_placed_as_two_accounts() {
        let mut bench = Bench::new(Archive::in_memory().unwrap());
        let one = format!(
            "Ships of every flag may pass the northern lane of the Kestrel Strait again, the minister Hedda Voss told \
             parliament in Halvik in a short and sleepy sitting that nobody had announced. “{SAID},” Voss said."
        );
        let two = format!(
            "In the gallery of the parliament in Halvik sat the pilots of the Kestrel Strait, who had come by bus and heard \
             the minister Hedda Voss read one long sentence. “{SAID},” Voss said. Four of them laughed."
        );
        let first = place(&mut bench, 1, "Northern lane of the Kestrel Strait opens, Voss says", &one);
        let second = place(&mut bench, 2, "Pilots hear Voss on the Kestrel Strait", &two);
        let third = place(&mut bench, 3, "Lane in the Kestrel Strait to open", &one.replace("sleepy", "drowsy"));
        let role = |article| {
            let story = bench.archive.story_of(article, AsOf::Now).unwrap().unwrap();
            let page = bench.archive.story(story, AsOf::Now).unwrap().unwrap();
            page.members.iter().find(|m| m.article.id == article).unwrap().role
        };
        assert_eq!((role(first), role(second), role(third)), (Role::Account, Role::Account, Role::Copy));
        bench.settle(at(10)).unwrap();
        let counts = counts(&bench, first);
        assert_eq!((counts.texts, counts.distinct, counts.independent), (3, 2, 2), "they stand in one story");
        assert!(bench.archive.untraced_stories(10).unwrap().is_empty());
    }
}
