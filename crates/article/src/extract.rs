//! A page to an article: metadata, headline, body, and what follows from them.

use crate::body::{self, Witness};
use crate::entry::set_text;
use crate::html::Tree;
use crate::metadata::Metadata;
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
    if let Some((headline, origin)) = headline::find(&metadata, &tree, article.outlet.as_deref(), url) {
        article.headline = Some(headline);
        article.origins.insert(Field::Headline, origin);
    }
    let descriptions = metadata.descriptions();
    let witness = Witness { headline: article.headline.as_deref(), descriptions: &descriptions, body: metadata.body() };
    let found = body::find(&tree, &runs, &witness);
    let mut parts = found.parts;
    if let Some(headline) = article.headline.as_deref() {
        // A heading that says the headline again stands above the text, not in it.
        let mut before_prose = true;
        parts.retain(|(kind, text)| {
            before_prose &= *kind != BlockKind::Paragraph || text.len() < 200;
            !(before_prose && *kind == BlockKind::Subheading && headline::is_again(text, headline))
        });
    }
    let mut text_origin = Origin::Markup;
    if let Some(json) = metadata.body() {
        let other = body::from_json(json);
        if body::total_weight(&parts) * 2 < body::total_weight(&other) {
            parts = other;
            text_origin = Origin::JsonLd;
        }
    }
    if body::total_weight(&parts) < SCRIPT_SEARCH_WEIGHT {
        let other = body::from_scripts(&tree);
        if body::total_weight(&parts) * 2 < body::total_weight(&other) {
            parts = other;
        }
    }
    if let Some(standfirst) = found.standfirst.filter(|s| parts.first().is_none_or(|(_, first)| first != s)) {
        article.origins.insert(Field::Standfirst, Origin::Markup);
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
