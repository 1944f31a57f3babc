//! A page to an article: metadata, headline, body, and what follows from them.

use crate::body::{self, Body, Witness};
use crate::entry::set_text;
use crate::html::Tree;
use crate::metadata::Metadata;
use crate::tuning::Tuning;
use crate::{blocks, damage, dateline};
use news::article::{Article, BlockKind, Field, Held, Origin, TextKind};
use news::language::Language;
use news::parsed::{Parsed, Problem};
use news::text::canonical;
use url::Url;

/// Pages longer than this are read up to here; the longest page of the labelled sets has 4 MB.
const SIZE_LIMIT_BYTES: usize = 20 << 20;
/// A body with less than this weight (letters and digits) does not count as the whole text.
const STUB_WEIGHT: u32 = 200;

/// A body lighter than this may be only the page's shell; its scripts are searched for more.
const SCRIPT_SEARCH_WEIGHT: u32 = 500;

/// The part of a page that is read.
pub(crate) fn within_size(html: &str) -> &str {
    if html.len() <= SIZE_LIMIT_BYTES {
        return html;
    }
    let mut end = SIZE_LIMIT_BYTES;
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    &html[..end]
}

/// Reads one page. `url` is the address it was finally received from.
///
/// Never fails: a page without an article gives an article without text, held `headline_only`; ask
/// [`crate::refusal`] what the page is instead. Each field that is known has its origin.
pub fn extract(html: &str, url: &Url) -> Parsed<Article> {
    let mut problems = Vec::new();
    let source = within_size(html);
    let tree = Tree::parse(source);
    if source.len() < html.len() || tree.is_cut {
        problems.push(Problem::new("page-too-large", "the page is larger than what is read; its end is missing"));
    }
    if tree.is_deep {
        problems.push(Problem::new(
            "nesting-too-deep",
            "the page nests elements deeper than 512; deeper ones were flattened",
        ));
    }
    let metadata = Metadata::read(&tree, url, &mut problems);
    let mut article = Article::default();
    metadata.fill(&tree, url, &mut article, &mut problems);
    let runs = blocks::runs(&tree);
    if let Some((headline, origin)) = headline(&metadata, &runs, article.outlet.as_deref(), url) {
        article.headline = Some(headline);
        article.origins.insert(Field::Headline, origin);
    }
    let page = Page {
        tree: &tree,
        runs: &runs,
        metadata: &metadata,
        headline: article.headline.as_deref(),
        authors: &article.authors,
        url,
    };
    let Text { parts, found, origin: text_origin } = page.text(&Tuning::default());
    if let Some(standfirst) = found.standfirst {
        article.origins.insert(Field::Standfirst, Origin::Markup);
        article.standfirst = Some(standfirst);
    }
    let weight = body::total_weight(&parts);
    set_text(&mut article, parts);
    article.held = match weight {
        0 => Held::HeadlineOnly,
        w if w < STUB_WEIGHT || metadata.is_metered() && w < 1500 => Held::Partial,
        _ => Held::Full,
    };
    if !article.text.is_empty() {
        article.origins.insert(Field::Text, text_origin);
    }
    if !found.captions.is_empty() {
        article.captions = found.captions;
        article.origins.insert(Field::Captions, Origin::Markup);
    }
    if let Some(byline) = found.byline {
        if article.authors.is_empty() {
            article.authors = crate::names::people(&[&byline], article.outlet.as_deref());
            if !article.authors.is_empty() {
                article.origins.insert(Field::Authors, Origin::Markup);
            }
        }
        article.byline = Some(byline);
        article.origins.insert(Field::Byline, Origin::Markup);
    }
    settle_language(&mut article);
    if let Some(found) = dateline::find(&article.text) {
        if let Some(agency) = found.agency {
            article.credit = Some(agency);
            article.origins.insert(Field::Credit, Origin::Rule);
        }
        article.dateline = Some(found.dateline);
        article.origins.insert(Field::Dateline, Origin::Rule);
    }
    if article.credit.is_none()
        && let Some(agency) = dateline::credit(&article.text, article.byline.as_deref(), &article.authors)
    {
        article.credit = Some(agency);
        article.origins.insert(Field::Credit, Origin::Rule);
    }
    if article.kind == TextKind::News && article.credit.is_some() {
        article.kind = TextKind::Wire;
        article.origins.insert(Field::Kind, Origin::Rule);
    }
    article.damage = damage::of_article(&article);
    Parsed { value: article, problems }
}

/// What the text of a page is looked for in.
pub(crate) struct Page<'p, 'a> {
    pub(crate) tree: &'p Tree<'a>,
    pub(crate) runs: &'p [blocks::Run],
    pub(crate) metadata: &'p Metadata,
    pub(crate) headline: Option<&'p str>,
    pub(crate) authors: &'p [String],
    pub(crate) url: &'p Url,
}

/// The text of a page, the standfirst first, and what was found with it.
pub(crate) struct Text {
    pub(crate) parts: Vec<(BlockKind, String)>,
    /// The rest of the find; its own parts are empty, its standfirst is set where it opens `parts`.
    pub(crate) found: Body,
    pub(crate) origin: Origin,
}

impl Page<'_, '_> {
    /// Finds the text in the markup, else in JSON-LD, else in the data of a script.
    pub(crate) fn text(&self, tuning: &Tuning) -> Text {
        let descriptions = self.metadata.descriptions();
        let witness = Witness {
            headline: self.headline,
            descriptions: &descriptions,
            body: self.metadata.body(),
            authors: self.authors,
            address: self.url.path(),
        };
        let mut found = body::find(self.tree, self.runs, &witness, tuning);
        let mut parts = std::mem::take(&mut found.parts);
        let mut origin = Origin::Markup;
        if let Some(json) = self.metadata.body() {
            let other = body::from_json(json);
            if body::total_weight(&parts) * 2 < body::total_weight(&other) {
                parts = other;
                origin = Origin::JsonLd;
            }
        }
        if body::total_weight(&parts) < SCRIPT_SEARCH_WEIGHT {
            let other = body::from_scripts(self.tree, tuning);
            if body::total_weight(&parts) * 2 < body::total_weight(&other) {
                parts = other;
            }
        }
        found.standfirst = found.standfirst.filter(|s| parts.first().is_none_or(|(_, first)| first != s));
        if let Some(standfirst) = &found.standfirst {
            parts.insert(0, (BlockKind::Standfirst, standfirst.clone()));
        }
        Text { parts, found, origin }
    }
}

/// The text's own language where the page's declaration cannot be right.
fn settle_language(article: &mut Article) {
    if article.text.len() < 200 {
        return;
    }
    let mut end = article.text.len().min(3000);
    while !article.text.is_char_boundary(end) {
        end -= 1;
    }
    let Some(info) = whatlang::detect(&article.text[..end]) else { return };
    let code = match info.lang().code() {
        "cmn" => "zh",
        code => three_to_two(code),
    };
    let declared = article.language.as_ref().map(Language::primary);
    if declared == Some(code) || !info.is_reliable() || declared.is_some() && info.confidence() < 0.9 {
        return;
    }
    // Close relatives are declared better than they are told apart by letters.
    if matches!(
        (declared, code),
        (Some("no" | "nb" | "nn"), "da" | "sv" | "no")
            | (Some("hr" | "bs" | "sr" | "sh"), _)
            | (Some("ms" | "id"), "id" | "jv")
    ) {
        return;
    }
    if let Some(language) = Language::parse(code) {
        article.language = Some(language);
        article.origins.insert(Field::Language, Origin::Rule);
    }
}

/// ISO 639-1 for the codes whatlang gives; the code itself where there is none.
fn three_to_two(code: &str) -> &str {
    match code {
        "eng" => "en",
        "rus" => "ru",
        "spa" => "es",
        "por" => "pt",
        "ita" => "it",
        "ben" => "bn",
        "fra" => "fr",
        "deu" => "de",
        "ukr" => "uk",
        "kat" => "ka",
        "ara" => "ar",
        "hin" => "hi",
        "jpn" => "ja",
        "heb" => "he",
        "yid" => "yi",
        "pol" => "pl",
        "amh" => "am",
        "jav" => "jv",
        "kor" => "ko",
        "nob" => "no",
        "dan" => "da",
        "swe" => "sv",
        "fin" => "fi",
        "tur" => "tr",
        "nld" => "nl",
        "hun" => "hu",
        "ces" => "cs",
        "ell" => "el",
        "bul" => "bg",
        "bel" => "be",
        "mar" => "mr",
        "kan" => "kn",
        "ron" => "ro",
        "slv" => "sl",
        "hrv" => "hr",
        "srp" => "sr",
        "mkd" => "mk",
        "lit" => "lt",
        "lav" => "lv",
        "est" => "et",
        "tam" => "ta",
        "vie" => "vi",
        "urd" => "ur",
        "tha" => "th",
        "guj" => "gu",
        "uzb" => "uz",
        "pan" => "pa",
        "aze" => "az",
        "ind" => "id",
        "tel" => "te",
        "pes" => "fa",
        "mal" => "ml",
        "ori" => "or",
        "mya" => "my",
        "nep" => "ne",
        "sin" => "si",
        "khm" => "km",
        "tuk" => "tk",
        "aka" => "ak",
        "zul" => "zu",
        "sna" => "sn",
        "afr" => "af",
        "lat" => "la",
        "slk" => "sk",
        "cat" => "ca",
        "tgl" => "tl",
        "hye" => "hy",
        "epo" => "eo",
        other => other,
    }
}

/// The headline without the outlet's name: the `h1` that metadata agrees with, else the metadata's own.
pub(crate) fn headline(
    metadata: &Metadata,
    runs: &[blocks::Run],
    outlet: Option<&str>,
    url: &Url,
) -> Option<(String, Origin)> {
    let offers: Vec<(String, Origin)> = metadata
        .headlines()
        .into_iter()
        .map(|(text, origin)| (without_outlet(&text, outlet, url), origin))
        .filter(|(text, _)| !text.is_empty())
        .collect();
    let h1: Vec<&str> =
        runs.iter().filter(|r| r.kind == blocks::RunKind::Heading(1)).take(6).map(|r| r.text.as_str()).collect();
    let fold = |t: &str| -> String { t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    // The visible headline corrects a machine-readable one that has something more at its end, or is cut.
    if let Some((first, _)) = offers.first() {
        let folded = fold(first);
        let same = h1.iter().find(|h| {
            let own = fold(h);
            own.chars().count() > 14
                && (folded.starts_with(&own) && folded.len() < own.len() + 60
                    || own == folded
                    || own.starts_with(&folded) && first.ends_with(['…', '.']))
        });
        if let Some(text) = same.filter(|t| canonical(t) != *first && fold(t) != folded || fold(t) == folded) {
            let origin = if fold(text) == folded { offers[0].1 } else { Origin::Markup };
            let kept = if fold(text) == folded { first.clone() } else { canonical(text) };
            return Some((kept, origin));
        }
        // A `title` element alone: what it has before the visible headline is the outlet or the section.
        let is_title_alone = offers.len() == 1 && offers[0].1 == Origin::Markup;
        let visible = h1.iter().find(|h| {
            let own = fold(h);
            own.chars().count() > 14
                && folded.len() < own.len() + 60
                && folded.ends_with(&own)
                && first
                    .rsplit_once(canonical(h).as_str())
                    .is_some_and(|(head, _)| head.trim_end().ends_with([':', '|', '-', '–', '—', '·', '•', '»', '/']))
        });
        if let Some(visible) = visible.filter(|_| is_title_alone) {
            return Some((canonical(visible), Origin::Markup));
        }
        // A JSON-LD headline that no other place of the page knows is the site's, not the article's.
        let is_alone =
            |text: &str| !offers.iter().skip(1).any(|(o, _)| close(o, text)) && !h1.iter().any(|h| close(h, text));
        if is_alone(first)
            && let Some((other, origin)) = offers.iter().skip(1).find(|(o, _)| h1.iter().any(|h| close(h, o)))
        {
            return Some((other.clone(), *origin));
        }
    }
    offers.into_iter().next().or_else(|| {
        let single = h1.first().filter(|_| h1.len() == 1)?;
        Some((canonical(single), Origin::Markup))
    })
}

/// Whether two headlines share most of their words.
fn close(a: &str, b: &str) -> bool {
    let words = |t: &str| -> std::collections::BTreeSet<String> {
        t.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    let shared = a.intersection(&b).count();
    shared > 0 && shared * 10 >= a.len().max(b.len()) * 7
}

/// Takes the outlet's name (or its host's) off either end of a title.
fn without_outlet(title: &str, outlet: Option<&str>, url: &Url) -> String {
    let mut title = canonical(title);
    let fold = |t: &str| -> String { t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let outlet = outlet.map(fold).unwrap_or_default();
    let host: String = url.host_str().unwrap_or("").trim_start_matches("www.").to_owned();
    let site = fold(host.split('.').next().unwrap_or(""));
    let names = |part: &str| {
        let part = fold(part);
        !part.is_empty()
            && (part == outlet
                || part == site
                || part == fold(&host)
                || !site.is_empty() && part.contains(&site) && part.len() < site.len() + 20
                || outlet.len() > 3 && part.contains(&outlet) && part.len() < outlet.len() + 20
                || part.len() > 3 && outlet.contains(&part)
                || part.len() > 3 && site.contains(&part))
    };
    for _ in 0..3 {
        let mut cut = None;
        for separator in [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " / ", "｜", " ： "] {
            if let Some(at) = title.rfind(separator)
                && names(&title[at + separator.len()..])
            {
                cut = cut.max(Some(at));
            }
        }
        match cut {
            Some(at) if at > 0 => title.truncate(at),
            _ => break,
        }
    }
    for separator in [" | ", " - ", " – ", ": "] {
        if let Some((head, tail)) = title.split_once(separator)
            && names(head)
            && tail.chars().count() > 20
            && separator != ": "
        {
            return tail.trim().to_owned();
        }
    }
    title.trim().to_owned()
}
