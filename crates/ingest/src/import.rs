//! Takes in what was saved elsewhere: pages, WARC files, lists of articles, saved headline pages.
//!
//! Every import is safe to run again: a record that is known adds nothing. Bytes that were received are
//! kept like a response of our own, so that `rebuild text` can read them again.

use crate::{NewText, Placer, Result};
use archive::{
    Archive, AsOf, HeadlineRecord, ImportCounts, ImportFact, NewArticle, NewOutlet, Pending, Recorded, Response,
};
use article::Change;
use jiff::Timestamp;
use news::article::{Article, Block, BlockKind, Field, Held, Origin};
use news::id::{ImportId, OutletId};
use news::language::Language;
use news::parsed::{Parsed, Problem};
use news::revision::Digest;
use news::time::Moment;
use std::collections::HashMap;
use url::Url;

/// What is being taken in, already in memory or one item of a stream.
#[derive(Clone, Debug)]
pub enum Item {
    /// A page: its bytes, where it came from, when.
    Page {
        /// The body, decoded from any content encoding.
        body: Vec<u8>,
        /// `Content-Type`, where known.
        content_type: Option<String>,
        /// Its address, where known.
        url: Option<String>,
        /// When it was fetched, where known.
        fetched_at: Option<Timestamp>,
    },
    /// An article somebody else has already read.
    Article {
        /// Its address.
        url: Option<String>,
        /// Headline.
        title: Option<String>,
        /// Plain text, paragraphs parted by blank lines.
        text: String,
        /// Outlet's name.
        outlet: Option<String>,
        /// When the outlet published it.
        published_at: Option<Moment>,
        /// When it was fetched.
        fetched_at: Option<Timestamp>,
        /// Language tag.
        language: Option<String>,
        /// The writers.
        authors: Vec<String>,
    },
    /// A page of headlines saved as plain text.
    Saved {
        /// The text.
        text: String,
    },
}

/// What an import came to, with what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// New, known, copies, problems.
    pub counts: ImportCounts,
    /// The first hundred problems, one sentence each.
    pub problems: Vec<String>,
}

impl ImportReport {
    /// Notes one thing that could not be read.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.counts.problems += 1;
        if self.problems.len() < 100 {
            self.problems.push(problem.into());
        }
    }
}

/// Takes in the items of one file.
///
/// Blocks; call it from a thread of its own. `progress` hears the number of items done.
pub fn import(
    archive: &Archive,
    placer: &Placer,
    file: &ImportFact,
    items: impl Iterator<Item = std::result::Result<Item, String>>,
    now: Timestamp,
    progress: &dyn Fn(u64),
) -> Result<ImportReport> {
    let (id, _) = archive.add_import(file, now)?;
    let (outlets, report) = (HashMap::new(), ImportReport::default());
    let mut taking = Taking { archive, placer, import: id, now, outlets, report, pending: None };
    for (n, item) in items.enumerate() {
        match item {
            Ok(Item::Saved { text }) => taking.saved(&text)?,
            Ok(Item::Page { body, content_type, url, fetched_at }) => {
                taking.page(body, content_type, url, fetched_at)?
            }
            Ok(item @ Item::Article { .. }) => taking.article(item)?,
            Err(problem) => taking.report.problem(problem),
        }
        progress(n as u64 + 1);
    }
    if let Some(pending) = taking.pending {
        pending.durable()?;
    }
    placer.draw(now)?;
    archive.finish_import(id, taking.report.counts, now)?;
    Ok(taking.report)
}

struct Taking<'a> {
    archive: &'a Archive,
    placer: &'a Placer,
    import: ImportId,
    now: Timestamp,
    outlets: HashMap<String, OutletId>,
    report: ImportReport,
    /// The last text kept, on its way to the disk.
    pending: Option<Pending<Recorded>>,
}

impl Taking<'_> {
    /// A saved page of headlines: the article on it, then its lines.
    fn saved(&mut self, text: &str) -> Result<()> {
        let Some(page) = article::saved::read(text) else {
            self.report.problem("no article and no line of the form `Title - Outlet - Date` was found");
            return Ok(());
        };
        if let Some(content) = page.article {
            let key = format!("saved:{}", news::revision::text_digest(&content).hex());
            let url = content.canonical_url.clone();
            self.keep(content, url, Some(key), self.now, None, Vec::new())?;
        }
        let headlines: Vec<HeadlineRecord> = page
            .lines
            .into_iter()
            .map(|line| HeadlineRecord {
                title: line.title,
                outlet: line.outlet,
                date: line.date,
                url: None,
                raw: line.raw,
                position: u32::try_from(line.position).unwrap_or(u32::MAX),
                import: self.import,
                damage: line.damage,
                placement: None,
                features: Vec::new(),
            })
            .collect();
        for state in self.placer.place_headlines(headlines, self.now)? {
            match state.is_new {
                true => self.report.counts.new += 1,
                false => self.report.counts.known += 1,
            }
        }
        Ok(())
    }

    fn page(
        &mut self,
        body: Vec<u8>,
        content_type: Option<String>,
        url: Option<String>,
        fetched_at: Option<Timestamp>,
    ) -> Result<()> {
        let at = fetched_at.unwrap_or(self.now);
        let base = url.as_deref().and_then(|url| Url::parse(url).ok());
        let nowhere = Url::parse("http://unknown.invalid/").expect("the literal is an address");
        let html = article::decode(&body, content_type.as_deref());
        let Parsed { value: content, problems } = article::extract(&html, base.as_ref().unwrap_or(&nowhere));
        let url = url.or_else(|| content.canonical_url.clone());
        let name = url.clone().unwrap_or_else(|| format!("page {}", &Digest::of(&body).hex()[..12]));
        let asked = base.as_ref().unwrap_or(&nowhere);
        if let Some(refusal) = article::refusal(200, &content, &html, asked, asked) {
            self.report.problem(format!("{name}: no article ({})", refusal.word()));
            return Ok(());
        }
        if content.text.is_empty() {
            self.report.problem(format!("{name}: no text was found"));
            return Ok(());
        }
        let digest = Digest::of(&body);
        let key = url.is_none().then(|| format!("page:{}", digest.hex()));
        let response = Response {
            url: url.clone().unwrap_or_else(|| format!("urn:readout:page:{}", digest.hex())),
            at,
            status: 200,
            headers: vec![("content-type".to_owned(), content_type.unwrap_or_else(|| "text/html".to_owned()))],
            body,
            http_version: "HTTP/1.1".to_owned(),
            ip: None,
        };
        self.keep(content, url, key, at, Some(response), problems)
    }

    fn article(&mut self, item: Item) -> Result<()> {
        let Item::Article { url, title, text, outlet, published_at, fetched_at, language, authors } = item else {
            return Ok(());
        };
        let mut content = Article {
            headline: title.map(|title| news::text::canonical(&title)).filter(|title| !title.is_empty()),
            outlet,
            published_at,
            authors,
            language: language.as_deref().and_then(Language::parse),
            canonical_url: url.clone(),
            ..Article::default()
        };
        let paragraphs: Vec<String> = text.split("\n\n").map(news::text::canonical).collect();
        for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
            if !content.text.is_empty() {
                content.text.push_str("\n\n");
            }
            let start = content.text.len();
            content.text.push_str(paragraph);
            content.blocks.push(Block { kind: BlockKind::Paragraph, span: start..content.text.len() });
        }
        if !content.text.is_empty() {
            content.held = Held::Full;
        }
        let known = [
            (Field::Headline, content.headline.is_some()),
            (Field::Text, !content.text.is_empty()),
            (Field::Outlet, content.outlet.is_some()),
            (Field::Published, content.published_at.is_some()),
            (Field::Language, content.language.is_some()),
            (Field::Authors, !content.authors.is_empty()),
        ];
        content.origins = known.into_iter().filter(|(_, is)| *is).map(|(field, _)| (field, Origin::Import)).collect();
        if content.headline.is_none() && content.text.is_empty() {
            self.report.problem("an article has neither title nor text");
            return Ok(());
        }
        let key = url.is_none().then(|| format!("text:{}", news::revision::text_digest(&content).hex()));
        let at = fetched_at.unwrap_or(self.now);
        self.keep(content, url, key, at, None, Vec::new())
    }

    /// Keeps a text as the next revision of its article, unless it is the one held.
    fn keep(
        &mut self,
        content: Article,
        url: Option<String>,
        key: Option<String>,
        at: Timestamp,
        response: Option<Response>,
        problems: Vec<Problem>,
    ) -> Result<()> {
        let outlet = self.outlet(content.outlet.as_deref(), url.as_deref())?;
        let new = NewArticle { url, key, outlet, import: Some(self.import), visit_due_at: None };
        let added = self.archive.add_article_soon(&new, self.now)?;
        let state = added.value;
        let last = match state.last_revision {
            Some(_) => {
                // Its last revision may be of this file, and is read back once it is on the disk.
                added.durable()?;
                self.archive.last_revision(state.article, AsOf::Now)?
            }
            None => None,
        };
        // An older capture than the one held is not the newest text; revisions are kept in the order they came.
        if let Some(last) = &last
            && (last.revision.fetched_at > at || last.revision.text_digest == news::revision::text_digest(&content))
        {
            self.report.counts.known += 1;
            return Ok(());
        }
        let rank = match article::revise(last.as_ref().map(|page| &page.revision.content), &content) {
            Change::Unchanged => {
                self.report.counts.known += 1;
                return Ok(());
            }
            Change::First => None,
            Change::Revised(rank) => Some(rank),
        };
        let raw_digest = response.as_ref().map(|response| Digest::of(&response.body));
        let record = match &response {
            Some(response) => Some(self.archive.keep_response_soon(response)?.value),
            None => None,
        };
        let text = NewText {
            article: state.article,
            content,
            outlet: outlet.map(|id| id.to_string()),
            fetched_at: at,
            raw_digest,
            record,
            rank,
            problems,
        };
        let (pending, is_copy) = self.placer.place_and_tell(text)?;
        self.report.counts.new += 1;
        self.report.counts.copies += u64::from(is_copy);
        // Every five hundredth waits for the disk, so that no more than that is ever under way.
        if self.report.counts.new.is_multiple_of(500) {
            pending.durable()?;
        } else {
            self.pending = Some(pending);
        }
        Ok(())
    }

    /// The outlet by the name the text gives, else by the host of its address.
    fn outlet(&mut self, name: Option<&str>, url: Option<&str>) -> Result<Option<OutletId>> {
        let host = url
            .and_then(|url| Url::parse(url).ok())
            .and_then(|url| url.host_str().map(|host| host.trim_start_matches("www.").to_owned()));
        let Some(name) = name.map(str::to_owned).or(host) else { return Ok(None) };
        if let Some(id) = self.outlets.get(&name) {
            return Ok(Some(*id));
        }
        let id = match self.archive.outlet_by_name(&name)? {
            Some(outlet) => outlet.id,
            None => self.archive.add_outlet(&NewOutlet::named(name.clone()), self.now)?,
        };
        self.outlets.insert(name, id);
        Ok(Some(id))
    }
}
