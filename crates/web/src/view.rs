//! Outlets, articles and stories as pages and JSON show them. The words of `news` are turned into these here and
//! nowhere else, so an answer changes only when we mean it to.

use crate::feeds::Item;
use crate::names;
use crate::pages::diff::Line;
use crate::parts::{Attrs, Badge, Counts, Foreign, Siglum, Stamp, Stated};
use archive::{ArticleCard, EditCard, MemberCard, RevisionHead, StoryCard};
use news::article::{Held, TextKind};
use news::language::Language;
use news::outlet::{Outlet, OutletKind};
use news::story::Role;
use serde::Serialize;

/// Most characters of an outlet's words in a line of a list.
const LINE: usize = 300;

/// A text cut at a word to at most `limit` characters.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text.to_owned() };
    let cut = text[..end].rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{} …", text[..cut].trim_end())
}

/// Only web addresses become links; anything else an outlet states is shown as text alone.
pub(crate) fn web_link(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    matches!(parsed.scheme(), "http" | "https").then(|| parsed.to_string())
}

/// An outlet.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OutletView {
    /// Its number.
    pub(crate) id: i64,
    /// Its permanent name.
    pub(crate) slug: String,
    /// Its name as printed.
    pub(crate) name: Foreign,
    /// ISO 3166-1 alpha-2 code.
    pub(crate) country: Option<String>,
    /// BCP 47 tag.
    pub(crate) language: Option<String>,
    /// `news`, `agency`, `official`.
    pub(crate) kind: &'static str,
    /// Its front page.
    pub(crate) homepage: Option<String>,
}

impl OutletView {
    /// From the archive's word.
    pub(crate) fn of(outlet: &Outlet) -> Self {
        OutletView {
            id: outlet.id.0,
            slug: outlet.slug.clone(),
            // A name in Latin letters stands in a language we do not know; one in the outlet's own script is in its language.
            name: Foreign::new(&outlet.name, outlet.language.as_ref().filter(|_| !outlet.name.is_ascii())),
            country: outlet.country.clone(),
            language: outlet.language.as_ref().map(Language::to_string),
            kind: outlet.kind.word(),
            homepage: outlet.homepage.as_deref().and_then(web_link),
        }
    }

    /// `lang` and `dir` for its name; nothing for plain Latin letters.
    pub(crate) fn attrs(&self) -> Option<Attrs> {
        (!self.name.text.is_ascii()).then(|| self.name.attrs())
    }

    /// Its country by name.
    pub(crate) fn country_name(&self) -> &str {
        self.country.as_deref().map_or("", names::country)
    }

    /// Its language by name.
    pub(crate) fn language_name(&self) -> &str {
        self.language.as_deref().map_or("", names::language)
    }
}

/// An article in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ArticleView {
    /// Its number.
    pub(crate) id: i64,
    /// Its address at the outlet.
    pub(crate) url: Option<String>,
    /// Its outlet; `null` where none was stated.
    pub(crate) outlet: Option<OutletView>,
    /// Its headline.
    pub(crate) headline: Foreign,
    /// Its standfirst or opening.
    pub(crate) summary: Foreign,
    /// Its byline as printed.
    pub(crate) byline: Option<String>,
    /// The agency it credits.
    pub(crate) credit: Option<String>,
    /// BCP 47 tag.
    pub(crate) language: Option<String>,
    /// `news`, `analysis`, …
    pub(crate) kind: &'static str,
    /// `full`, `partial`, `headline_only`.
    pub(crate) held: &'static str,
    /// Words in its text.
    pub(crate) words: u32,
    /// How many revisions it has.
    pub(crate) revisions: u32,
    /// When the outlet says it was published.
    pub(crate) published_at: Option<Stated>,
    /// When we first saw it.
    pub(crate) first_seen_at: Stamp,
    /// Where it stands in time.
    pub(crate) sort_at: Stamp,
    /// When its last revision was fetched.
    pub(crate) fetched_at: Option<Stamp>,
    /// Since when its page is gone.
    pub(crate) gone_at: Option<Stamp>,
    /// The story it stands in.
    pub(crate) story: Option<i64>,
    /// `account`, `copy`, `maybe`.
    pub(crate) role: Option<&'static str>,
    /// What is worth a word.
    pub(crate) badges: Vec<Badge>,
}

impl ArticleView {
    /// From the archive's card.
    pub(crate) fn of(card: &ArticleCard) -> Self {
        let head = card.head.as_ref();
        let outlet = card.outlet.as_ref();
        let language = head
            .and_then(|h| h.language.as_ref())
            .or(outlet.and_then(|o| o.language.as_ref()).filter(|_| head.is_none()));
        let headline = card.headline.clone().unwrap_or_default();
        let headline = if headline.trim().is_empty() { "(no headline stated)".to_owned() } else { headline };
        let mut badges = kind_badges(outlet, head);
        if card.role == Some(Role::Copy) {
            badges.push(Badge::plain("copy"));
        }
        badges.extend(held_badge(head.map_or(Held::HeadlineOnly, |h| h.held)));
        if card.gone_at.is_some() {
            badges.push(Badge::plain("gone"));
        }
        ArticleView {
            id: card.id.0,
            url: card.url.as_deref().and_then(web_link),
            outlet: outlet.map(OutletView::of),
            headline: Foreign::new(shorten(&headline, LINE), language),
            summary: Foreign::new(head.map(|h| shorten(&h.summary, LINE)).unwrap_or_default(), language),
            byline: head.and_then(|h| h.byline.clone()),
            credit: head.and_then(|h| h.credit.clone()),
            language: language.map(Language::to_string),
            kind: head.map_or(TextKind::News, |h| h.kind).word(),
            held: head.map_or(Held::HeadlineOnly, |h| h.held).word(),
            words: head.map_or(0, |h| h.words),
            revisions: card.revisions,
            published_at: head.and_then(|h| h.published_at).map(Stated),
            first_seen_at: Stamp(card.first_seen_at),
            sort_at: Stamp(card.sort_at),
            fetched_at: head.map(|h| Stamp(h.fetched_at)),
            gone_at: card.gone_at.map(Stamp),
            story: card.story.map(|s| s.0),
            role: card.role.map(Role::word),
            badges,
        }
    }

    /// Who published it, in words.
    pub(crate) fn outlet_name(&self) -> &str {
        self.outlet.as_ref().map_or("outlet not stated", |o| o.name.text.as_str())
    }

    /// Its language by name, unless that is English.
    pub(crate) fn language_name(&self) -> &str {
        match self.language.as_deref() {
            Some(tag) if !tag.starts_with("en") => names::language(tag),
            _ => "",
        }
    }

    /// As an item of a feed.
    pub(crate) fn item(&self) -> Item {
        Item {
            id: format!("article/{}", self.id),
            path: format!("/a/{}", self.id),
            original: self.url.clone(),
            title: self.headline.text.clone(),
            language: self.language.clone(),
            text: self.summary.text.clone(),
            html: None,
            author: Some(self.outlet_name().to_owned()),
            published_at: self.sort_at.0,
            updated_at: self.fetched_at.unwrap_or(self.first_seen_at).0,
        }
    }
}

/// What sort of text it is, unless it is plain news.
pub(crate) fn kind_badges(outlet: Option<&Outlet>, head: Option<&RevisionHead>) -> Vec<Badge> {
    let mut badges = Vec::new();
    let kind = head.map_or(TextKind::News, |h| h.kind);
    if kind == TextKind::Official || outlet.is_some_and(|o| o.kind == OutletKind::Official) {
        badges.push(Badge::plain("official"));
    }
    if kind == TextKind::Wire || outlet.is_some_and(|o| o.kind == OutletKind::Agency) {
        badges.push(Badge::plain("wire"));
    }
    match kind {
        TextKind::Analysis => badges.push(Badge::plain("analysis")),
        TextKind::Opinion => badges.push(Badge::plain("opinion")),
        TextKind::Live => badges.push(Badge::plain("live")),
        TextKind::Other => badges.push(Badge::plain("other")),
        TextKind::News | TextKind::Wire | TextKind::Official => {}
    }
    badges
}

/// A word where we do not hold the whole text.
pub(crate) fn held_badge(held: Held) -> Option<Badge> {
    match held {
        Held::Full => None,
        Held::Partial => Some(Badge::worded("partial", "partial text")),
        Held::HeadlineOnly => Some(Badge::plain("headline_only")),
    }
}

/// Whether an article is an official account.
pub(crate) fn is_official(card: &ArticleCard) -> bool {
    card.outlet.as_ref().is_some_and(|o| o.kind == OutletKind::Official)
        || card.head.as_ref().is_some_and(|h| h.kind == TextKind::Official)
}

/// A story in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StoryView {
    /// Its number.
    pub(crate) id: i64,
    /// Its page.
    pub(crate) path: String,
    /// A member's headline.
    pub(crate) title: Foreign,
    /// Texts, outlets, independent accounts.
    pub(crate) counts: Counts,
    /// When we opened it.
    pub(crate) opened_at: Stamp,
    /// The time of its newest text.
    pub(crate) newest_at: Stamp,
    /// When it last changed.
    pub(crate) changed_at: Stamp,
    /// The article whose headline is the title.
    pub(crate) lead: Option<ArticleView>,
    /// Outlets that carry it, earliest first, at most eight.
    pub(crate) outlets: Vec<OutletView>,
    /// Members changed after we first saw them.
    pub(crate) revised: u32,
    /// Members that are gone.
    pub(crate) gone: u32,
}

/// The path of a story with its slug, which is decoration.
pub(crate) fn story_path(id: i64, title: &str) -> String {
    let mut slug = news::outlet::slug(&title.chars().take(120).collect::<String>());
    if let Some(cut) = slug.char_indices().nth(64).map(|(at, _)| at) {
        let end = slug[..cut].rfind('-').unwrap_or(cut);
        slug.truncate(end);
    }
    if slug.is_empty() { format!("/s/{id}") } else { format!("/s/{id}-{slug}") }
}

impl StoryView {
    /// From the archive's card.
    pub(crate) fn of(card: &StoryCard) -> Self {
        let lead = card.lead.as_ref();
        let language = lead.and_then(|l| l.head.as_ref()).and_then(|h| h.language.as_ref());
        StoryView {
            id: card.story.id.0,
            path: story_path(card.story.id.0, &card.story.title),
            title: Foreign::new(shorten(&card.story.title, LINE), language),
            counts: card.story.counts.into(),
            opened_at: Stamp(card.story.opened_at),
            newest_at: Stamp(card.newest_at),
            changed_at: Stamp(card.story.content_changed_at),
            lead: lead.map(ArticleView::of),
            outlets: card.outlets.iter().map(OutletView::of).collect(),
            revised: card.revised,
            gone: card.gone,
        }
    }

    /// How many of its outlets are not named in the card.
    pub(crate) fn more_outlets(&self) -> usize {
        (self.counts.outlets as usize).saturating_sub(self.outlets.len())
    }

    /// As an item of a feed.
    pub(crate) fn item(&self) -> Item {
        let outlets: Vec<&str> = self.outlets.iter().map(|o| o.name.text.as_str()).collect();
        let summary = self.lead.as_ref().map(|l| l.summary.text.as_str()).unwrap_or_default();
        Item {
            id: format!("story/{}", self.id),
            path: self.path.clone(),
            original: None,
            title: self.title.text.clone(),
            language: self.title.language.as_ref().map(Language::to_string),
            text: format!("{summary}\n\n{}: {}.", self.counts.words(), outlets.join(", ")),
            html: None,
            author: None,
            published_at: self.opened_at.0,
            updated_at: self.changed_at.0,
        }
    }
}

/// A revision without its text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RevisionView {
    /// Its number over the whole archive.
    pub(crate) id: i64,
    /// 1 for the first, counted per article.
    pub(crate) number: u32,
    /// Its headline.
    pub(crate) headline: Foreign,
    /// When the bytes came.
    pub(crate) fetched_at: Stamp,
    /// How it differs from the one before.
    pub(crate) rank: Option<Badge>,
    /// Words in its text.
    pub(crate) words: u32,
    /// Words more or fewer than the one before.
    pub(crate) words_change: i64,
}

impl RevisionView {
    /// The revisions of an article, each beside the one before.
    pub(crate) fn row(heads: &[RevisionHead]) -> Vec<RevisionView> {
        let mut before = None;
        let mut out = Vec::with_capacity(heads.len());
        for head in heads {
            let words = i64::from(head.words);
            out.push(RevisionView {
                id: head.id.0,
                number: head.number,
                headline: Foreign::new(
                    shorten(head.headline.as_deref().unwrap_or_default(), LINE),
                    head.language.as_ref(),
                ),
                fetched_at: Stamp(head.fetched_at),
                rank: head.rank.map(Badge::rank),
                words: head.words,
                words_change: before.map_or(0, |b| words - b),
            });
            before = Some(words);
        }
        out
    }

    /// What happened, in a word.
    pub(crate) fn event(&self) -> &str {
        self.rank.as_ref().map_or("first seen", |r| r.word.as_str())
    }

    /// The shape of its knot.
    pub(crate) fn knot(&self) -> &str {
        self.rank.as_ref().map_or("", |r| r.key)
    }

    /// 1 to 3 for how much changed.
    pub(crate) fn size(&self) -> u8 {
        match self.words_change.unsigned_abs() {
            0..=9 => 1,
            10..=49 => 2,
            _ => 3,
        }
    }

    /// `+64 words`, `−9 words`, or nothing.
    pub(crate) fn change_words(&self) -> String {
        match self.words_change {
            0 => String::new(),
            n if n > 0 => format!("+{n} words"),
            n => format!("−{} words", -n),
        }
    }
}

/// One edit in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EditView {
    /// The article.
    pub(crate) article: ArticleView,
    /// How much it weighs.
    pub(crate) rank: Badge,
    /// The revision before.
    pub(crate) from: u32,
    /// The revision it made.
    pub(crate) to: u32,
    /// Number of the new revision over the whole archive.
    pub(crate) revision: i64,
    /// When we saw it.
    pub(crate) at: Stamp,
    /// When we had last seen the old text.
    pub(crate) before_at: Stamp,
    /// The headline before.
    pub(crate) old_headline: Foreign,
    /// The headline after.
    pub(crate) new_headline: Foreign,
    /// Words more or fewer.
    pub(crate) words_change: i64,
    /// Whether the outlet's own time of change moved.
    pub(crate) is_dated: bool,
    /// The first sentence that changed.
    pub(crate) change: Option<Line>,
}

impl EditView {
    /// From the archive's card.
    pub(crate) fn of(card: &EditCard) -> Self {
        let headline = |head: &RevisionHead| {
            Foreign::new(shorten(head.headline.as_deref().unwrap_or_default(), LINE), head.language.as_ref())
        };
        EditView {
            article: ArticleView::of(&card.article),
            rank: Badge::rank(card.after.rank.unwrap_or(news::revision::EditRank::Minor)),
            from: card.before.number,
            to: card.after.number,
            revision: card.after.id.0,
            at: Stamp(card.after.fetched_at),
            before_at: Stamp(card.before.fetched_at),
            old_headline: headline(&card.before),
            new_headline: headline(&card.after),
            words_change: i64::from(card.after.words) - i64::from(card.before.words),
            is_dated: card.before.modified_at != card.after.modified_at
                || card.before.published_at != card.after.published_at,
            change: None,
        }
    }

    /// Where the difference is shown.
    pub(crate) fn path(&self) -> String {
        format!("/a/{}/diff/{}..{}", self.article.id, self.from, self.to)
    }

    /// Whether the headline is another.
    pub(crate) fn is_headline(&self) -> bool {
        self.old_headline.text != self.new_headline.text
    }

    /// `12 words more`, `3 words fewer`, `as long as before`.
    pub(crate) fn words(&self) -> String {
        let n = self.words_change.unsigned_abs();
        let s = if n == 1 { "" } else { "s" };
        match self.words_change.signum() {
            0 => "as long as before".to_owned(),
            1 => format!("{n} word{s} more"),
            _ => format!("{n} word{s} fewer"),
        }
    }
}

/// The letters that stand for the accounts of a story, in the order of its members: the first letter of each
/// outlet's name that no earlier one has; sides a and b for the first two official accounts.
pub(crate) fn sigla(members: &[MemberCard]) -> Vec<Siglum> {
    let mut taken: Vec<(Option<i64>, Siglum)> = Vec::new();
    let mut officials = 0;
    let mut out = Vec::with_capacity(members.len());
    for member in members {
        let key = member.article.outlet.as_ref().map(|o| o.id.0);
        let known = taken.iter().find(|(outlet, _)| *outlet == key && key.is_some());
        if let Some((_, siglum)) = known {
            out.push(siglum.clone());
            continue;
        }
        let name = member.article.outlet.as_ref().map_or("outlet not stated", |o| o.name.as_str());
        let side = (member.role == Role::Account && is_official(&member.article)).then(|| {
            officials += 1;
            officials
        });
        let side = match side {
            Some(1) => Some("a"),
            Some(2) => Some("b"),
            _ => None,
        };
        let letter = letter(name, |l| taken.iter().any(|(_, s)| s.letter == l));
        let siglum = Siglum { letter, name: name.to_owned(), side };
        taken.push((key, siglum.clone()));
        out.push(siglum);
    }
    out
}

/// The first letter of a name that is free: of a body "of" somewhere the somewhere first, words that say nothing
/// last; then the letters inside; then a number.
fn letter(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    const PLAIN: [&str; 12] =
        ["the", "office", "of", "and", "for", "press", "service", "ministry", "government", "le", "la", "el"];
    let upper = |c: char| c.to_uppercase().collect::<String>();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let (telling, plain): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|w| !PLAIN.contains(&w.to_lowercase().as_str()));
    let somewhere = if plain.contains(&"of") { telling.last() } else { None };
    let initials = somewhere.into_iter().chain(&telling).chain(&plain).filter_map(|w| w.chars().next());
    let inner = telling.iter().flat_map(|w| w.chars().skip(1));
    for c in initials.chain(inner).filter(|c| c.is_alphabetic()) {
        let letter = upper(c);
        if !is_taken(&letter) {
            return letter;
        }
    }
    (2..).map(|n: u32| n.to_string()).find(|n| !is_taken(n)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn story_paths_carry_a_short_slug_or_none() {
        assert_eq!(story_path(12, "Maren and Arkady speak"), "/s/12-maren-and-arkady-speak");
        assert_eq!(story_path(12, "Острови"), "/s/12");
        assert!(story_path(12, &"word ".repeat(100)).len() < 80);
    }

    #[test]
    fn letters_skip_words_that_say_nothing_and_letters_that_are_taken() {
        assert_eq!(letter("Office of the President of Norland", |_| false), "N");
        assert_eq!(letter("The Halvik Courant", |l| l == "H"), "C");
        assert_eq!(letter("Кур’єр Надріччя", |_| false), "К");
        assert_eq!(letter("مرآة", |_| false), "م");
        assert_eq!(letter("A", |l| l == "A"), "2");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_link("javascript:alert(1)"), None);
        assert_eq!(web_link("https://a.example/x").as_deref(), Some("https://a.example/x"));
    }

    #[test]
    fn long_words_of_outlets_are_cut_at_a_word() {
        assert_eq!(shorten("one two three", 8), "one two …");
        assert_eq!(shorten("one", 8), "one");
    }
}
