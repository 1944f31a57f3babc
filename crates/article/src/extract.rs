//! A page to an article: metadata, headline, body, and what follows from them.

use crate::body::{self, Body, Witness};
use crate::entry::set_text;
use crate::guide::{Guide, OnPage};
use crate::html::Tree;
use crate::metadata::Metadata;
use crate::rules::Key;
use crate::trace::{self, Explanation, Trace};
use crate::tuning::Tuning;
use crate::{blocks, damage, dateline, headline};
use news::article::{Article, BlockKind, Field, Held, Origin, TextKind};
use news::language::Language;
use news::parsed::{Parsed, Problem};
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
    extract_with(html, url, &Guide::default())
}

/// [`extract`] with what is known about the site: the owner's rules go before everything, what other pages taught
/// goes where this page bears it out.
pub fn extract_with(html: &str, url: &Url, guide: &Guide<'_>) -> Parsed<Article> {
    read(html, url, guide, Trace::Off).0
}

/// [`extract_with`], and how it came to its result.
pub fn explain(html: &str, url: &Url, guide: &Guide<'_>) -> (Parsed<Article>, Explanation) {
    let (parsed, trace) = read(html, url, guide, Trace::Explain(Default::default()));
    let Trace::Explain(explanation) = trace else { return (parsed, Explanation::default()) };
    let mut explanation = explanation.into_inner();
    let tree = Tree::parse(within_size(html));
    let metadata = Metadata::read(&tree, url, &mut Vec::new());
    explanation.offers = trace::offers(&tree, &metadata, url, &parsed.value);
    (parsed, explanation)
}

/// Reads one page and notes in `trace` what it asks for.
pub(crate) fn read(html: &str, url: &Url, guide: &Guide<'_>, trace: Trace) -> (Parsed<Article>, Trace) {
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
    let here = OnPage::read(&tree, guide, trace, &mut problems);
    here.fill(&mut article, &mut problems);
    let runs = blocks::runs_without(&tree, &here.rules.drop);
    let by_rule = here.rules.first(Key::Headline).map(|text| (text.to_owned(), Origin::Rule));
    let found = by_rule.or_else(|| headline::find(&metadata, &tree, article.outlet.as_deref(), url));
    if let Some((headline, origin)) = found {
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
        here: &here,
    };
    let Text { parts, found, origin: text_origin } = page.text(&Tuning::default());
    if let Some(standfirst) = found.standfirst {
        let by_rule = here.rules.first(Key::Standfirst).is_some();
        article.origins.insert(Field::Standfirst, if by_rule { Origin::Rule } else { Origin::Markup });
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
    let byline_origin = if here.byline().is_some() { Origin::Rule } else { Origin::Markup };
    if let Some(byline) = here.byline().map(str::to_owned).or(found.byline) {
        if article.authors.is_empty() {
            article.authors = crate::names::people(&[&byline], article.outlet.as_deref());
            if !article.authors.is_empty() {
                article.origins.insert(Field::Authors, byline_origin);
            }
        }
        article.byline = Some(byline);
        article.origins.insert(Field::Byline, byline_origin);
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
    problems.extend(here.layout_problem(&tree));
    (Parsed { value: article, problems }, here.trace)
}

/// What the text of a page is looked for in.
pub(crate) struct Page<'p, 'a> {
    pub(crate) tree: &'p Tree<'a>,
    pub(crate) runs: &'p [blocks::Run],
    pub(crate) metadata: &'p Metadata,
    pub(crate) headline: Option<&'p str>,
    pub(crate) authors: &'p [String],
    pub(crate) url: &'p Url,
    pub(crate) here: &'p OnPage<'p>,
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
            here: self.here,
        };
        let is_ruled = self.here.has_body();
        let mut found = body::find(self.tree, self.runs, &witness, tuning);
        let mut parts = std::mem::take(&mut found.parts);
        if let Some(headline) = self.headline {
            // A heading that says the headline again stands above the text, not in it.
            let mut before_prose = true;
            parts.retain(|(kind, text)| {
                before_prose &= *kind != BlockKind::Paragraph || text.len() < 200;
                !(before_prose && *kind == BlockKind::Subheading && headline::is_again(text, headline))
            });
        }
        let mut origin = if is_ruled { Origin::Rule } else { Origin::Markup };
        if let Some(json) = self.metadata.body().filter(|_| !is_ruled) {
            let other = body::from_json(json);
            if body::total_weight(&parts) * 2 < body::total_weight(&other) {
                parts = other;
                origin = Origin::JsonLd;
            }
        }
        if body::total_weight(&parts) < SCRIPT_SEARCH_WEIGHT && !is_ruled {
            let other = body::from_scripts(self.tree, tuning);
            if body::total_weight(&parts) * 2 < body::total_weight(&other) {
                parts = other;
            }
        }
        if let Some(standfirst) = self.here.rules.first(Key::Standfirst) {
            parts.retain(|(_, part)| part != standfirst);
            found.standfirst = Some(standfirst.to_owned());
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
