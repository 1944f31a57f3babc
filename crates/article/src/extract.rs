//! A page to an article: metadata, headline, body, and what follows from them.

use crate::body::{self, Witness};
use crate::entry::set_text;
use crate::guide::{Guide, OnPage};
use crate::html::Tree;
use crate::metadata::Metadata;
use crate::rules::Key;
use crate::trace::{self, Explanation, Trace};
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
    let descriptions = metadata.descriptions();
    let witness = Witness {
        headline: article.headline.as_deref(),
        descriptions: &descriptions,
        body: metadata.body(),
        here: &here,
    };
    let mut found = body::find(&tree, &runs, &witness);
    let mut parts = found.parts;
    if let Some(headline) = article.headline.as_deref() {
        // A heading that says the headline again stands above the text, not in it.
        let mut before_prose = true;
        parts.retain(|(kind, text)| {
            before_prose &= *kind != BlockKind::Paragraph || text.len() < 200;
            !(before_prose && *kind == BlockKind::Subheading && headline::is_again(text, headline))
        });
    }
    let mut text_origin = if here.has_body() { Origin::Rule } else { Origin::Markup };
    if let Some(json) = metadata.body().filter(|_| !here.has_body()) {
        let other = body::from_json(json);
        if body::total_weight(&parts) * 2 < body::total_weight(&other) {
            parts = other;
            text_origin = Origin::JsonLd;
        }
    }
    if body::total_weight(&parts) < SCRIPT_SEARCH_WEIGHT && !here.has_body() {
        let other = body::from_scripts(&tree);
        if body::total_weight(&parts) * 2 < body::total_weight(&other) {
            parts = other;
        }
    }
    let mut standfirst_origin = Origin::Markup;
    if let Some(standfirst) = here.rules.first(Key::Standfirst) {
        parts.retain(|(_, part)| part != standfirst);
        found.standfirst = Some(standfirst.to_owned());
        standfirst_origin = Origin::Rule;
    }
    if let Some(standfirst) = found.standfirst.filter(|s| parts.first().is_none_or(|(_, first)| first != s)) {
        article.origins.insert(Field::Standfirst, standfirst_origin);
        parts.insert(0, (BlockKind::Standfirst, standfirst.clone()));
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
