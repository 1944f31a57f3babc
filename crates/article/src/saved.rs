//! A saved page of headlines: an article copied from a site, and lists of the form `Title - Outlet - Date`.

use crate::damage;
use crate::date;
use crate::entry::set_text;
use news::article::{Article, BlockKind, Damage, Field, Held, Origin};
use news::text::{canonical, lines};
use news::time::{Moment, Precision};

/// Lines read from one file.
const LINE_LIMIT: usize = 200_000;

/// What a saved page holds.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPage {
    /// The article at its head, where there is one.
    pub article: Option<Article>,
    /// The lines of its list, in order, repeated ones included.
    pub lines: Vec<SavedLine>,
}

/// One line of a list of headlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedLine {
    /// 1 for the first line of the list.
    pub position: usize,
    /// The line as it stands, without the white space around it.
    pub raw: String,
    /// The headline.
    pub title: String,
    /// The outlet; `None` when the line states none.
    pub outlet: Option<String>,
    /// The date of the line, where it has one.
    pub date: Option<Moment>,
    /// Lost characters in the title; spans are bytes of `title`.
    pub damage: Vec<Damage>,
}

/// Reads a saved page. `None` when the text holds no line of the form `Title - Outlet - Date`.
///
/// Lines before the first of the list are an article when the first of them is a headline with its outlet
/// (` – Outlet`) and running text follows. A title may itself hold ` - `; the outlet is the last part before the date.
pub fn read(text: &str) -> Option<SavedPage> {
    let all: Vec<&str> = lines(text.trim_start_matches('\u{feff}'))
        .take(LINE_LIMIT)
        .map(|r| &text.trim_start_matches('\u{feff}')[r])
        .collect();
    let parsed: Vec<Option<SavedLine>> = all.iter().map(|line| line_of(line)).collect();
    let first = parsed.iter().position(Option::is_some)?;
    let mut list: Vec<SavedLine> = parsed.into_iter().flatten().collect();
    for (i, line) in list.iter_mut().enumerate() {
        line.position = i + 1;
    }
    Some(SavedPage { article: article(&all[..first]), lines: list })
}

/// The dashes that part title, outlet and date.
const DASHES: [&str; 3] = [" - ", " – ", " — "];

fn last_dash(text: &str) -> Option<(usize, usize)> {
    DASHES.iter().filter_map(|d| text.rfind(d).map(|at| (at, d.len()))).max()
}

fn line_of(raw: &str) -> Option<SavedLine> {
    let raw = raw.trim();
    if raw.len() > 2000 {
        return None;
    }
    let mut rest = raw.trim_start_matches(['-', '*', '•', '–']).trim_start();
    // The date once more in brackets.
    if let Some(open) = rest.rfind(" [")
        && rest.ends_with(']')
        && whole_date(&rest[open + 2..rest.len() - 1]).is_some()
    {
        rest = rest[..open].trim_end();
    }
    let (at, width) = last_dash(rest)?;
    let date = whole_date(&rest[at + width..])?;
    let (title, outlet) = title_and_outlet(&rest[..at]);
    if title.is_empty() {
        return None;
    }
    let damage = damage::find(&title).into_iter().map(|d| Damage { field: Field::Headline, ..d }).collect();
    Some(SavedLine { position: 0, raw: raw.to_owned(), title, outlet, date: Some(date), damage })
}

/// A part that is a date and nothing else.
fn whole_date(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 60 || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).count();
    let found = date::stated(text)?;
    let most = if found.precision == Precision::Day { 5 } else { 10 };
    (words <= most).then_some(found)
}

fn title_and_outlet(text: &str) -> (String, Option<String>) {
    let trimmed = text.trim_end();
    let bare = trimmed.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—'));
    // `… - - date`: the place of the outlet is empty.
    let is_empty = bare.len() < trimmed.len() && trimmed[bare.len()..].starts_with(' ');
    let Some((at, width)) = last_dash(bare) else { return (canonical(bare), None) };
    let (title, outlet) = (bare[..at].trim_end(), bare[at + width..].trim());
    if is_empty && !is_name(outlet) {
        return (canonical(bare), None);
    }
    (canonical(without_repeat(title, outlet)), (!outlet.is_empty()).then(|| canonical(outlet)))
}

/// A few words, each with a capital: an outlet's name rather than the end of a headline.
fn is_name(text: &str) -> bool {
    let mut words = text.split_whitespace();
    text.split_whitespace().count() <= 5
        && words.all(|w| {
            w.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
                || matches!(w, "of" | "the" | "and" | "&" | "for" | "in")
        })
}

/// The title without the outlet's own short or long name at its end (`… - WSJ` before `The Wall Street Journal`).
fn without_repeat<'t>(title: &'t str, outlet: &str) -> &'t str {
    let Some((at, width)) = last_dash(title) else { return title };
    let part = title[at + width..].trim();
    let initials: String =
        outlet.split_whitespace().filter_map(|w| w.chars().next()).filter(|c| c.is_uppercase()).collect();
    let without_the: String =
        initials.strip_prefix('T').filter(|_| outlet.starts_with("The ")).unwrap_or(&initials).to_owned();
    let same = |a: &str, b: &str| a.trim_start_matches("The ").eq_ignore_ascii_case(b.trim_start_matches("The "));
    if part.chars().count() > 1 && (part == initials || part == without_the || same(part, outlet)) {
        return title[..at].trim_end();
    }
    title
}

/// Lines that lead to the original.
fn is_link_line(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.chars().count() < 80
        && [
            "see the original post",
            "see original",
            "read the original",
            "original post",
            "read more",
            "continue reading",
            "go here to read",
            "link:",
            "source:",
            "view post",
            "excerpt from",
            "read the rest",
            "more here",
        ]
        .iter()
        .any(|l| lower.starts_with(l))
}

/// A caption ends with the credit of its picture.
fn is_caption(line: &str) -> bool {
    let markers = [
        "Photograph:",
        "Photo:",
        "Picture:",
        "Image:",
        "Illustration:",
        "Composite:",
        "(Photo by",
        "Credit:",
        "Foto:",
        "Photo by",
    ];
    line.chars().count() < 500 && markers.iter().any(|m| line.find(m).is_some_and(|at| line.len() - at < 140))
}

fn article(head: &[&str]) -> Option<Article> {
    let (title_line, rest) = head.split_first()?;
    let (title, outlet) = match last_dash(title_line) {
        Some((at, width)) if title_line.len() - at < 60 => {
            (canonical(&title_line[..at]), Some(canonical(&title_line[at + width..])))
        }
        _ => (canonical(title_line), None),
    };
    let mut article = Article { outlet, ..Article::default() };
    let mut parts = Vec::new();
    let mut is_over = false;
    for line in rest {
        if is_link_line(line) {
            is_over = true;
            continue;
        }
        // After the link stands the headline once more.
        if is_over && (line.chars().count() < 300) {
            continue;
        }
        is_over = false;
        if is_caption(line) {
            article.captions.push(canonical(line));
        } else {
            parts.push((BlockKind::Paragraph, canonical(line)));
        }
    }
    if title.is_empty() || parts.is_empty() {
        return None;
    }
    article.headline = Some(title);
    set_text(&mut article, parts);
    article.held = if article.text.len() > 800 { Held::Full } else { Held::Partial };
    let mut known = vec![Field::Headline, Field::Text];
    if article.outlet.is_some() {
        known.push(Field::Outlet);
    }
    if !article.captions.is_empty() {
        known.push(Field::Captions);
    }
    article.origins = known.into_iter().map(|field| (field, Origin::Import)).collect();
    if let Some(info) = whatlang::detect(&article.text).filter(whatlang::Info::is_reliable) {
        let code = if info.lang() == whatlang::Lang::Eng { "en" } else { info.lang().code() };
        article.language = news::language::Language::parse(code);
        article.origins.insert(Field::Language, Origin::Rule);
    }
    article.damage = damage::of_article(&article);
    Some(article)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, title: &str, outlet: Option<&str>, date: &str) {
        let page = read(line).expect(line);
        let got = &page.lines[0];
        assert_eq!((got.title.as_str(), got.outlet.as_deref()), (title, outlet), "{line}");
        assert_eq!(got.date.map(|d| d.rfc3339()).unwrap_or_default(), date, "{line}");
    }

    #[test]
    fn lines_part_into_title_outlet_and_date() {
        let day = "2025-12-02";
        check(
            "- Quay closed - Harbour Post - December 2nd, 2025 [December 2nd, 2025]",
            "Quay closed",
            Some("Harbour Post"),
            day,
        );
        check(
            "- Quay is 'ready' - as boats wait - Harbour Post - December 2nd, 2025 [December 2nd, 2025]",
            "Quay is 'ready' - as boats wait",
            Some("Harbour Post"),
            day,
        );
        check(
            "- Crowd thanks pilot and gives her a gift photos - - December 2nd, 2025 [December 2nd, 2025]",
            "Crowd thanks pilot and gives her a gift photos",
            None,
            day,
        );
        check(
            "- The mayor of Quay and the mayor of Pier agreed on further work of their teams - - - December 2nd, 2025",
            "The mayor of Quay and the mayor of Pier agreed on further work of their teams",
            None,
            day,
        );
        check(
            "- Cranes and Ropes: the Problem - Old Harbour Institute - - December 2nd, 2025",
            "Cranes and Ropes: the Problem",
            Some("Old Harbour Institute"),
            day,
        );
        check(
            "- Boats near the wall - THP - The Harbour Post - December 2nd, 2025",
            "Boats near the wall",
            Some("The Harbour Post"),
            day,
        );
        check(
            "- Boats near the wall - HP - The Harbour Post - December 2nd, 2025",
            "Boats near the wall",
            Some("The Harbour Post"),
            day,
        );
        check(
            "- Unannounced visit - harbour.example - December 2nd, 2025",
            "Unannounced visit",
            Some("harbour.example"),
            day,
        );
        check("Quay closed – Harbour Post – 2 December 2025", "Quay closed", Some("Harbour Post"), day);
        check("* Quay closed - Harbour Post - 2025-12-02", "Quay closed", Some("Harbour Post"), day);
        assert_eq!(read("No list here.\nOnly text - with a dash."), None);
    }

    #[test]
    fn the_article_at_the_head_keeps_its_caption_apart() {
        let page = read(
            "Quay ‘closed’ for a week, office says – Harbour Post\nThe quay on Monday. Photograph: Ada Quill/HP\nThe east quay is closed.\nBoats wait outside.\n\
             See the original post:\nQuay 'closed' for a week, office says - Harbour Post\n- One - Post - December 2nd, 2025 [December 2nd, 2025]\n- One - Post - December 2nd, 2025 [December 2nd, 2025]",
        )
        .expect("it has a list");
        let article = page.article.expect("it has an article");
        assert_eq!(article.headline.as_deref(), Some("Quay ‘closed’ for a week, office says"));
        assert_eq!(article.outlet.as_deref(), Some("Harbour Post"));
        assert_eq!(article.text, "The east quay is closed.\n\nBoats wait outside.");
        assert_eq!(article.captions, ["The quay on Monday. Photograph: Ada Quill/HP"]);
        assert_eq!(page.lines.iter().map(|l| l.position).collect::<Vec<_>>(), [1, 2]);
    }

    proptest::proptest! {
        #[test]
        fn reading_a_saved_page_never_panics(text in "(\\PC{0,20}( - | – |- ){0,2}(December 2nd, 2025)?( \\[2 May 2020\\])?\n?){0,10}") {
            read(&text);
        }
    }
}
