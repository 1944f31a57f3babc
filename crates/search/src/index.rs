//! The index: words and fields of every article's latest revision, answered in milliseconds.
//!
//! It holds no text. A commit carries the number of the last change it saw, so that after a crash the
//! caller goes on from [`Index::indexed_up_to`]. An index of an older make or one that cannot be opened is
//! emptied and reports 0.

use crate::document::Document;
use crate::matching;
use crate::query::{Clock, Node, Phrase, Query, Sort, Test, Within, outlet_key};
use crate::scan::{Except, Scan, What};
use crate::tokens::Cutter;
use jiff::Timestamp;
use news::id::ArticleId;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, EmptyQuery, PhraseQuery, Query as IndexQuery, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    DocId, IndexReader, IndexWriter, ReloadPolicy, Score, SegmentOrdinal, SegmentReader, TantivyDocument, Term,
};

/// The make of the index: raised whenever fields or the cutting of words change.
const MAKE: &str = "1";
/// The file that holds [`MAKE`].
const MAKE_FILE: &str = "readout-index-make";
/// Memory in which new documents gather before a segment is written.
const WRITER_BYTES: usize = 64 << 20;
/// A word in the headline weighs as much as two in the text.
const HEADLINE_BOOST: Score = 2.0;

/// Why the index did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The library that keeps the index failed.
    #[error("the search index failed: {0}; `readout rebuild search` makes it anew")]
    Index(#[from] tantivy::TantivyError),
    /// Its folder cannot be read or written.
    #[error("the folder of the search index: {0}")]
    Io(#[from] std::io::Error),
    /// It was opened for reading only.
    #[error("the search index is open for reading only")]
    ReadOnly,
}

/// Which hits to return: `limit` of them after the first `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Hits skipped.
    pub offset: usize,
    /// Hits returned at most.
    pub limit: usize,
    /// The order where the query names none.
    pub sort: Sort,
}

impl Default for Page {
    fn default() -> Self {
        Page { offset: 0, limit: 20, sort: Sort::New }
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// How many documents match, all pages together.
    pub total: u64,
    /// The hits of this page, in order.
    pub hits: Vec<Hit>,
    /// How the matches spread; each list adds up to the total or, where the field may be unknown, less.
    pub facets: Facets,
}

/// One hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The article.
    pub article: ArticleId,
    /// How well it matches, higher is better; 0 unless sorted by relevance.
    pub score: f32,
}

/// Counts over all matches, the largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By outlet slug.
    pub outlets: Vec<(String, u64)>,
    /// By language tag.
    pub languages: Vec<(String, u64)>,
    /// By sort of text.
    pub kinds: Vec<(String, u64)>,
    /// By year of the outlet's time, else of our capture, in UTC; in order of years.
    pub years: Vec<(i16, u64)>,
}

/// The index. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    fields: Fields,
    reader: IndexReader,
    index: tantivy::Index,
    writer: Option<Mutex<IndexWriter>>,
}

#[derive(Clone, Copy)]
struct Fields {
    article: Field,
    headline: Field,
    text: Field,
    headline_whole: Field,
    outlet: Field,
    outlet_key: Field,
    country: Field,
    language: Field,
    language_key: Field,
    kind: Field,
    author: Field,
    speaker: Field,
    name: Field,
    url: Field,
    topic: Field,
    story: Field,
    published: Field,
    captured: Field,
    changed: Field,
    gone: Field,
    order: Field,
    revisions: Field,
    edit: Field,
    state: Field,
    content: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = |cutter: Cutter, norms: bool| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(cutter.name())
            .set_index_option(IndexRecordOption::WithFreqsAndPositions)
            .set_fieldnorms(norms);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        article: schema.add_i64_field("article", INDEXED | FAST),
        headline: schema.add_text_field("headline", words(Cutter::Words, true)),
        text: schema.add_text_field("text", words(Cutter::Words, true)),
        headline_whole: schema.add_text_field("headline_whole", STRING),
        outlet: schema.add_text_field("outlet", STRING | FAST),
        outlet_key: schema.add_text_field("outlet_key", STRING),
        country: schema.add_text_field("country", STRING),
        language: schema.add_text_field("language", STRING | FAST),
        language_key: schema.add_text_field("language_key", STRING),
        kind: schema.add_text_field("kind", STRING | FAST),
        author: schema.add_text_field("author", words(Cutter::Words, false)),
        speaker: schema.add_text_field("speaker", words(Cutter::Words, false)),
        name: schema.add_text_field("name", words(Cutter::Words, false)),
        url: schema.add_text_field("url", words(Cutter::Url, false)),
        topic: schema.add_text_field("topic", STRING),
        story: schema.add_i64_field("story", INDEXED),
        published: schema.add_i64_field("published", FAST),
        captured: schema.add_i64_field("captured", FAST),
        changed: schema.add_i64_field("changed", FAST),
        gone: schema.add_i64_field("gone", FAST),
        order: schema.add_i64_field("order", FAST),
        revisions: schema.add_i64_field("revisions", FAST),
        edit: schema.add_text_field("edit", STRING),
        state: schema.add_text_field("state", STRING),
        content: schema.add_text_field("content", STRING),
    };
    (schema.build(), fields)
}

impl Index {
    /// Opens the index in a folder, making it (and emptying one of an older make) where needed.
    pub fn open(dir: &Path) -> Result<Index, Error> {
        let (schema, fields) = schema();
        std::fs::create_dir_all(dir)?;
        let make = dir.join(MAKE_FILE);
        let current = std::fs::read_to_string(&make).is_ok_and(|text| text == MAKE);
        if current
            && let Ok(index) = tantivy::Index::open_in_dir(dir)
            && index.schema() == schema
        {
            return Index::over(index, fields, true);
        }
        // What stands here is derived; only our own files and the library's are taken away.
        let ours = make.exists() || dir.join("meta.json").exists();
        if ours {
            tracing::warn!(dir = %dir.display(), "the search index is of another make or broken and is emptied");
            for entry in std::fs::read_dir(dir)? {
                let entry = entry?;
                if entry.file_type()?.is_file() {
                    std::fs::remove_file(entry.path())?;
                }
            }
        }
        let index = tantivy::Index::create_in_dir(dir, schema)?;
        std::fs::write(&make, MAKE)?;
        Index::over(index, fields, true)
    }

    /// Opens an index that another process writes, for searching only.
    pub fn open_read_only(dir: &Path) -> Result<Index, Error> {
        let (_, fields) = schema();
        Index::over(tantivy::Index::open_in_dir(dir)?, fields, false)
    }

    /// An empty index in memory.
    pub fn in_ram() -> Result<Index, Error> {
        let (schema, fields) = schema();
        Index::over(tantivy::Index::create_in_ram(schema), fields, true)
    }

    fn over(index: tantivy::Index, fields: Fields, writes: bool) -> Result<Index, Error> {
        for cutter in [Cutter::Words, Cutter::Url] {
            index.tokenizers().register(cutter.name(), cutter);
        }
        let writer = if writes { Some(Mutex::new(index.writer_with_num_threads(1, WRITER_BYTES)?)) } else { None };
        let policy = if writes { ReloadPolicy::Manual } else { ReloadPolicy::OnCommitWithDelay };
        let reader = index.reader_builder().reload_policy(policy).try_into()?;
        Ok(Index(Arc::new(Inner { fields, reader, index, writer })))
    }

    /// Takes in documents: each replaces what was there of its article, or removes it. Nothing is found,
    /// and nothing survives a crash, before [`Index::commit`].
    pub fn apply(&self, documents: &[Document]) -> Result<(), Error> {
        let writer = self.writer()?;
        for document in documents {
            writer.delete_term(Term::from_field_i64(self.0.fields.article, document.article.0));
            if !document.removed {
                writer.add_document(self.prepared(document))?;
            }
        }
        Ok(())
    }

    /// Makes everything applied so far findable and lasting, and notes `seq` as the last change seen.
    /// Costs tens of milliseconds: call it on a timer, not for each document.
    pub fn commit(&self, seq: i64) -> Result<(), Error> {
        {
            let mut writer = self.writer()?;
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&seq.to_string());
            commit.commit()?;
        }
        self.0.reader.reload()?;
        Ok(())
    }

    /// The `seq` of the last commit; 0 when there was none.
    pub fn indexed_up_to(&self) -> Result<i64, Error> {
        let payload = self.0.index.load_metas()?.payload;
        Ok(payload.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Empties the index, to be filled again from the first change on.
    pub fn clear(&self) -> Result<(), Error> {
        self.writer()?.delete_all_documents()?;
        self.commit(0)
    }

    /// Number of articles findable.
    pub fn len(&self) -> u64 {
        self.0.reader.searcher().num_docs()
    }

    /// Whether no article is findable.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn writer(&self) -> Result<std::sync::MutexGuard<'_, IndexWriter>, Error> {
        let writer = self.0.writer.as_ref().ok_or(Error::ReadOnly)?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn prepared(&self, document: &Document) -> TantivyDocument {
        let f = self.0.fields;
        let mut out = TantivyDocument::new();
        out.add_i64(f.article, document.article.0);
        out.add_text(f.headline, &document.headline);
        out.add_text(f.text, &document.text);
        out.add_text(f.headline_whole, matching::pattern_headline(&document.headline));
        out.add_text(f.outlet, &document.outlet);
        let mut several = |field, values: Vec<String>| {
            for value in values {
                out.add_text(field, value);
            }
        };
        several(f.outlet_key, matching::outlet_keys(document));
        several(f.country, document.country.iter().map(|c| c.to_ascii_uppercase()).collect());
        several(f.language, document.language.iter().map(ToString::to_string).collect());
        several(f.language_key, matching::language_keys(document));
        several(f.kind, vec![document.kind.word().to_owned()]);
        several(f.author, document.authors.clone());
        several(f.speaker, document.speakers.clone());
        several(f.name, document.names.clone());
        several(f.url, vec![document.url.clone()]);
        several(f.topic, document.topics.iter().map(|topic| topic.to_lowercase()).collect());
        several(f.edit, document.edits.iter().map(|rank| rank.word().to_owned()).collect());
        several(f.state, matching::states(document).iter().map(|state| state.word().to_owned()).collect());
        several(f.content, matching::contents(document).iter().map(|content| content.word().to_owned()).collect());
        if let Some(story) = document.story {
            out.add_i64(f.story, story.0);
        }
        for clock in [Clock::Published, Clock::Captured, Clock::Changed, Clock::Gone] {
            if let Some(at) = matching::time_of(document, clock) {
                out.add_i64(f.clock(clock), at.as_millisecond());
            }
        }
        out.add_i64(f.order, document.published_at.unwrap_or(document.captured_at).as_millisecond());
        out.add_i64(f.revisions, i64::from(document.revisions));
        out
    }

    /// Finds what fulfils a query at `now`, the same set as [`Query::matches`] over every document.
    pub fn search(&self, query: &Query, now: Timestamp, page: Page) -> Result<Hits, Error> {
        let searcher = self.0.reader.searcher();
        let sort = query.sort.unwrap_or(page.sort);
        let mut built = self.0.fields.node(&query.root, now);
        if let Some(as_of) = query.as_of {
            let until =
                self.0.fields.range(self.0.fields.captured, None, Some(as_of.as_millisecond().saturating_add(1)));
            built = Box::new(BooleanQuery::intersection(vec![built, until]));
        }
        let gather = Gather { sort, keep: page.offset.saturating_add(page.limit) };
        let gathered = searcher.search(&*built, &gather)?;
        let hits = gathered
            .best
            .into_iter()
            .skip(page.offset)
            .take(page.limit)
            .map(|key| Hit {
                // Orders from old to new hold their numbers negated.
                article: ArticleId(key.article.abs()),
                score: if sort == Sort::Relevance { f32::from_bits(key.primary as u32) } else { 0.0 },
            })
            .collect();
        Ok(Hits { total: gathered.total, hits, facets: gathered.counts.facets() })
    }
}

impl Fields {
    fn clock(&self, clock: Clock) -> Field {
        match clock {
            Clock::Published => self.published,
            Clock::Captured => self.captured,
            Clock::Changed => self.changed,
            Clock::Gone => self.gone,
        }
    }

    fn node(&self, node: &Node, now: Timestamp) -> Box<dyn IndexQuery> {
        match node {
            Node::All => Box::new(AllQuery),
            Node::Every(parts) => {
                Box::new(BooleanQuery::intersection(parts.iter().map(|part| self.node(part, now)).collect()))
            }
            Node::Either(parts) => any(parts.iter().map(|part| self.node(part, now)).collect()),
            Node::Not(inner) => Box::new(Except(self.node(inner, now))),
            Node::Test(test) => self.test(test, now),
        }
    }

    fn test(&self, test: &Test, now: Timestamp) -> Box<dyn IndexQuery> {
        let words = |field: Field, values: &mut dyn Iterator<Item = String>| -> Box<dyn IndexQuery> {
            any(values.map(|value| exact(Term::from_field_text(field, &value))).collect())
        };
        let phrases = |field: Field, phrases: &[Phrase]| any(phrases.iter().map(|p| phrase(field, p)).collect());
        match test {
            Test::Words(within, p) => self.places(*within, |field| phrase(field, p)),
            Test::Near(within, distance, terms) => {
                let terms: Arc<[String]> = terms.as_slice().into();
                self.places(*within, |field| Box::new(Scan { field, what: What::Near(*distance, Arc::clone(&terms)) }))
            }
            Test::Pattern(pattern, _) => {
                Box::new(Scan { field: self.headline_whole, what: What::Pattern(pattern.clone()) })
            }
            Test::Outlet(values) => words(self.outlet_key, &mut values.iter().map(|value| outlet_key(value))),
            Test::Country(values) => words(self.country, &mut values.iter().cloned()),
            Test::Author(values) => phrases(self.author, values),
            Test::Language(values) => words(self.language_key, &mut values.iter().cloned()),
            Test::Topic(values) => words(self.topic, &mut values.iter().cloned()),
            Test::Story(values) => {
                any(values.iter().map(|story| exact(Term::from_field_i64(self.story, story.0))).collect())
            }
            Test::Url(values) => phrases(self.url, values),
            Test::Kind(values) => words(self.kind, &mut values.iter().map(|kind| kind.word().to_owned())),
            Test::Speaker(values) => phrases(self.speaker, values),
            Test::Entity(values) => any(values
                .iter()
                .flat_map(|p| [phrase(self.name, p), phrase(self.headline, p), phrase(self.text, p)])
                .collect()),
            Test::Time(clock, window) => {
                let (from, to) = window.millis(now);
                self.range(self.clock(*clock), from, to)
            }
            Test::Is(values) => words(self.state, &mut values.iter().map(|state| state.word().to_owned())),
            Test::Has(values) => words(self.content, &mut values.iter().map(|content| content.word().to_owned())),
            Test::Revisions(from, to) => {
                self.range(self.revisions, Some(i64::from(*from)), Some(i64::from(*to).saturating_add(1)))
            }
            Test::Edit(values) => words(self.edit, &mut values.iter().map(|rank| rank.word().to_owned())),
        }
    }

    fn places(&self, within: Within, make: impl Fn(Field) -> Box<dyn IndexQuery>) -> Box<dyn IndexQuery> {
        let headline = || Box::new(BoostQuery::new(make(self.headline), HEADLINE_BOOST)) as Box<dyn IndexQuery>;
        match within {
            Within::Headline => headline(),
            Within::Text => make(self.text),
            Within::Anywhere => any(vec![headline(), make(self.text)]),
        }
    }

    /// From `from` on, up to but not including `to`; a document without the value fails.
    fn range(&self, field: Field, from: Option<i64>, to: Option<i64>) -> Box<dyn IndexQuery> {
        let last = to.map_or(Some(i64::MAX), |to| to.checked_sub(1));
        match (from.unwrap_or(i64::MIN), last) {
            (from, Some(last)) if from <= last => Box::new(Scan { field, what: What::Range(from, last) }),
            _ => Box::new(EmptyQuery),
        }
    }
}

fn exact(term: Term) -> Box<dyn IndexQuery> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn any(mut queries: Vec<Box<dyn IndexQuery>>) -> Box<dyn IndexQuery> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

fn phrase(field: Field, phrase: &Phrase) -> Box<dyn IndexQuery> {
    let term = |text: &String| Term::from_field_text(field, text);
    if phrase.prefix {
        return Box::new(Scan { field, what: What::Prefix(phrase.terms.as_slice().into()) });
    }
    match phrase.terms.as_slice() {
        [] => Box::new(EmptyQuery),
        [one] => Box::new(TermQuery::new(term(one), IndexRecordOption::WithFreqs)),
        terms => Box::new(PhraseQuery::new(terms.iter().map(term).collect())),
    }
}

/// Gathers the best hits, their number and how they spread, in one walk over the matches.
struct Gather {
    sort: Sort,
    keep: usize,
}

/// What hits are ordered by: the larger comes first. Ties go to the newer article, then the higher
/// number, so that pages never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    primary: i64,
    order: i64,
    article: i64,
}

#[derive(Default)]
struct Counts {
    outlets: BTreeMap<String, u64>,
    languages: BTreeMap<String, u64>,
    kinds: BTreeMap<String, u64>,
    years: BTreeMap<i16, u64>,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        fn merge<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
            for (key, count) in from {
                *into.entry(key).or_default() += count;
            }
        }
        merge(&mut self.outlets, other.outlets);
        merge(&mut self.languages, other.languages);
        merge(&mut self.kinds, other.kinds);
        merge(&mut self.years, other.years);
    }

    fn facets(self) -> Facets {
        let largest_first = |counts: BTreeMap<String, u64>| {
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            counts
        };
        Facets {
            outlets: largest_first(self.outlets),
            languages: largest_first(self.languages),
            kinds: largest_first(self.kinds),
            years: self.years.into_iter().collect(),
        }
    }
}

#[derive(Default)]
struct Gathered {
    total: u64,
    best: Vec<Key>,
    counts: Counts,
}

struct SegmentGather {
    sort: Sort,
    keep: usize,
    article: Column<i64>,
    order: Column<i64>,
    primary: Option<Column<i64>>,
    strings: [StringCounts; 3],
    years: BTreeMap<i16, u64>,
    /// The start and end of the year counted last: most neighbours fall into it.
    year: (i64, i64, i16),
    total: u64,
    best: BinaryHeap<std::cmp::Reverse<Key>>,
}

/// Counts over one column of strings, by their number in its dictionary.
struct StringCounts {
    column: Option<StrColumn>,
    counts: Vec<u64>,
}

impl StringCounts {
    fn open(segment: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(field)?;
        let counts = vec![0; column.as_ref().map_or(0, |column| column.num_terms())];
        Ok(StringCounts { column, counts })
    }

    fn count(&mut self, doc: DocId) {
        if let Some(ord) = self.column.as_ref().and_then(|column| column.ords().first(doc))
            && let Some(count) = usize::try_from(ord).ok().and_then(|ord| self.counts.get_mut(ord))
        {
            *count += 1;
        }
    }

    fn named(self) -> std::io::Result<BTreeMap<String, u64>> {
        let mut out = BTreeMap::new();
        let Some(column) = self.column else { return Ok(out) };
        for (ord, count) in (0u64..).zip(self.counts).filter(|(_, count)| *count > 0) {
            let mut name = String::new();
            if column.ord_to_str(ord, &mut name)? {
                out.insert(name, count);
            }
        }
        Ok(out)
    }
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = SegmentGather;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentGather> {
        let fast = segment.fast_fields();
        let primary = match self.sort {
            Sort::New | Sort::Old | Sort::Relevance => None,
            Sort::First => Some(fast.i64("captured")?),
            Sort::Edited => Some(fast.i64("changed")?),
        };
        Ok(SegmentGather {
            sort: self.sort,
            keep: self.keep,
            article: fast.i64("article")?,
            order: fast.i64("order")?,
            primary,
            strings: [
                StringCounts::open(segment, "outlet")?,
                StringCounts::open(segment, "language")?,
                StringCounts::open(segment, "kind")?,
            ],
            years: BTreeMap::new(),
            year: (0, 0, 0),
            total: 0,
            best: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut out = Gathered::default();
        for fruit in fruits {
            let fruit = fruit?;
            out.total += fruit.total;
            out.best.extend(fruit.best);
            out.counts.add(fruit.counts);
        }
        out.best.sort_unstable_by(|a, b| b.cmp(a));
        out.best.truncate(self.keep);
        Ok(out)
    }
}

impl SegmentCollector for SegmentGather {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        for strings in &mut self.strings {
            strings.count(doc);
        }
        let order = self.order.first(doc).unwrap_or(0);
        self.count_year(order);
        if self.keep == 0 {
            return;
        }
        let article = self.article.first(doc).unwrap_or(0);
        let primary = match (&self.primary, self.sort) {
            (Some(column), Sort::First) => -column.first(doc).unwrap_or(0),
            (Some(column), _) => column.first(doc).unwrap_or(0),
            // Scores are positive, and the bits of positive floats stand in their order.
            (None, Sort::Relevance) => i64::from(score.max(0.0).to_bits()),
            (None, Sort::Old) => -order,
            (None, _) => order,
        };
        let key = match self.sort {
            Sort::Old | Sort::First => Key { primary, order: -order, article: -article },
            _ => Key { primary, order, article },
        };
        if self.best.len() < self.keep {
            self.best.push(std::cmp::Reverse(key));
        } else if self.best.peek().is_some_and(|worst| key > worst.0) {
            self.best.pop();
            self.best.push(std::cmp::Reverse(key));
        }
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        let [outlets, languages, kinds] = self.strings;
        let counts = Counts {
            outlets: outlets.named()?,
            languages: languages.named()?,
            kinds: kinds.named()?,
            years: self.years,
        };
        Ok(Gathered { total: self.total, best: self.best.into_iter().map(|key| key.0).collect(), counts })
    }
}

impl SegmentGather {
    fn count_year(&mut self, millis: i64) {
        if !(self.year.0..self.year.1).contains(&millis) {
            let year = Timestamp::from_millisecond(millis).map_or(0, |at| jiff::tz::Offset::UTC.to_datetime(at).year());
            let start = |year: i16| {
                let first = jiff::civil::Date::new(year, 1, 1).ok()?;
                Some(jiff::tz::Offset::UTC.to_timestamp(first.at(0, 0, 0, 0)).ok()?.as_millisecond())
            };
            self.year = (start(year).unwrap_or(millis), start(year + 1).unwrap_or(millis), year);
        }
        *self.years.entry(self.year.2).or_default() += 1;
    }
}

#[cfg(test)]
mod tests;
