//! Reads one page, fresh or kept, with everything known around it: the owner's rules, what the outlet's other pages
//! taught, its feed's entry, its kind. A page that comes back and one read anew from kept bytes go through the same
//! steps, so that what differs between them is what the outlet changed.

use crate::Result;
use archive::Archive;
use article::{Guide, Refusal};
use news::article::{Article, Field, Held, Origin, TextKind};
use news::entry::Entry;
use news::id::RecordId;
use news::outlet::OutletKind;
use news::parsed::{Parsed, Problem};
use std::borrow::Cow;
use std::sync::{Arc, RwLock};
use url::Url;

/// The owner's rules in force. Clones share them, so a server may exchange them while it gathers.
#[derive(Clone, Debug, Default)]
pub struct Rules(Arc<RwLock<Arc<article::rules::Rules>>>);

impl Rules {
    /// Rules to begin with.
    pub fn new(rules: article::rules::Rules) -> Rules {
        Rules(Arc::new(RwLock::new(Arc::new(rules))))
    }

    /// The rules as they are now; what is under way keeps them to its end.
    pub fn now(&self) -> Arc<article::rules::Rules> {
        // A panic while they were exchanged leaves one whole set or the other.
        Arc::clone(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Puts other rules in force for pages read from now on.
    pub fn set(&self, rules: article::rules::Rules) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(rules);
    }
}

/// What the page held.
pub(crate) enum Page {
    Article { article: Box<Article>, problems: Vec<Problem> },
    Refused(Refusal),
}

/// What is known around a page.
pub(crate) struct Around<'a> {
    pub(crate) asked: &'a Url,
    pub(crate) entry: Option<&'a Entry>,
    pub(crate) kind: Option<OutletKind>,
    pub(crate) guide: Guide<'a>,
}

/// Reads a page received from `url` with `status`.
pub(crate) fn page(html: &str, status: u16, url: &Url, around: &Around<'_>) -> Page {
    let Parsed { value: mut article, problems } = article::extract_with(html, url, &around.guide);
    let refusal = article::refusal(status, &article, html, around.asked, url);
    // A paywall that shows the first paragraphs leaves a part of the text; more than the feed says.
    let shown = around.entry.and_then(|entry| entry.summary.as_ref()).map_or(0, String::len);
    let is_stub = refusal == Some(Refusal::Paywall) && article.text.len() > shown;
    match refusal {
        Some(refusal) if !is_stub => Page::Refused(refusal),
        _ => {
            if is_stub {
                article.held = Held::Partial;
            }
            if let Some(entry) = around.entry {
                article = article::merge(article, entry);
            }
            by_outlet(&mut article, around.kind);
            Page::Article { article: Box::new(article), problems }
        }
    }
}

/// Who publishes decides what sort of text it is where the page itself does not say otherwise: what a body that
/// takes part puts out is official, what an agency puts out is wire.
pub(crate) fn by_outlet(article: &mut Article, outlet: Option<OutletKind>) {
    let kind = match outlet {
        Some(OutletKind::Official) => TextKind::Official,
        Some(OutletKind::Agency) if article.kind == TextKind::News => TextKind::Wire,
        _ => return,
    };
    if article.kind != kind {
        article.kind = kind;
        article.origins.insert(Field::Kind, Origin::Rule);
    }
}

/// A kept page, decoded.
pub(crate) struct Kept {
    pub(crate) html: String,
    pub(crate) url: Url,
    pub(crate) status: u16,
}

/// The page kept under a record; `None` when it is not there or cannot be decoded.
pub(crate) fn kept(archive: &Archive, record: RecordId) -> Result<Option<Kept>> {
    let Some(stored) = archive.response(record)? else { return Ok(None) };
    let response = stored.response;
    let header = |name: &str| {
        let found = response.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let limit = fetch::Limits::default().decoded_bytes;
    let Ok(body) = fetch::decode(header("content-encoding").unwrap_or(""), &response.body, limit) else {
        return Ok(None);
    };
    let Ok(url) = Url::parse(&response.url) else { return Ok(None) };
    let html = article::decode(&body, header("content-type"));
    // A body that is UTF-8 as it stands, and most are, is not copied.
    let html = match html {
        Cow::Borrowed(text) if text.len() == body.len() => String::from_utf8(body).unwrap_or_default(),
        html => html.into_owned(),
    };
    Ok(Some(Kept { html, url, status: response.status }))
}

/// The last page an article was read from, decoded, for those who want to see how it is read: its address and HTML.
pub fn kept_page(archive: &Archive, url: &str) -> Result<Option<(Url, String)>> {
    for card in archive.articles_by_url(url)? {
        if let Some(record) = card.head.and_then(|head| head.record)
            && let Some(kept) = kept(archive, record)?
        {
            return Ok(Some((kept.url, kept.html)));
        }
    }
    Ok(None)
}
