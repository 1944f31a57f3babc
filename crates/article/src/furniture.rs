//! Words by which a line shows that it is not the story: calls to a channel, notices of the page, credits,
//! stamps. Each list is data; a language joins by a few more words.

use crate::blocks::Run;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Places where an outlet gathers its readers; lower case.
const CHANNELS: &[&str] = &[
    "newsletter",
    "google news",
    "whatsapp",
    "telegram",
    "facebook",
    "twitter",
    "instagram",
    "inbox",
    "push-",
    "news-app",
    "e-paper",
    "notifications",
    "subscription",
    "рассылк",
    "телеграм",
    "telegrama",
    "boletín",
    "infolettre",
    "nieuwsbrief",
    "nyhetsbrev",
    "bülten",
    "buletin",
    "メールマガジン",
    "뉴스레터",
];

/// What a line tells its reader to do there; lower case, at the head of a word.
const CALLS: &[&str] = &[
    "sign up",
    "signing up",
    "subscribe",
    "subscribing",
    "follow ",
    "join ",
    "get the latest",
    "stay informed",
    "for more stories",
    "get in touch",
    "informiert sie",
    "abonnieren",
    "abonniere",
    "jeden montag",
    "hier anmelden",
    "melden sie sich",
    "folgen sie",
    "zum newsletter",
    "beim täglichen",
    "auch bei social media",
    "get access to",
    "suivez",
    "abonnez",
    "inscrivez",
    "síguenos",
    "suscríb",
    "únete",
    "siga ",
    "inscreva",
    "assine",
    "seguici",
    "iscriviti",
    "volg ",
    "meld je aan",
    "ikuti",
    "takip ed",
    "подпис",
    "підпис",
    "следите",
    "تابع",
    "اشترك",
    "登録",
    "구독",
];

/// What a line that gives an address tells its reader to do; lower case.
const CONTACTS: &[&str] = &[
    "write to",
    "get in touch",
    "reach the",
    "reach him",
    "reach her",
    "contact the",
    "email us",
    "have a tip",
    "kontakt",
];

/// Whether a run calls its reader to a newsletter, a channel or a subscription.
///
/// Both a place and a call that opens the run or one of its clauses: people in the news sign up for things too,
/// but in sentences about them.
pub(crate) fn is_call(run: &Run) -> bool {
    let lower = run.text.to_lowercase();
    CHANNELS.iter().any(|c| lower.contains(c)) && CALLS.iter().any(|c| opens_clause(&lower, c))
        || run.weight < 150 && lower.contains(['@']) && CONTACTS.iter().any(|c| opens_clause(&lower, c))
}

/// Whether `wanted` opens `text` or a clause in it. Scripts and languages in which a call stands elsewhere are
/// taken at their word.
fn opens_clause(text: &str, wanted: &str) -> bool {
    let mut from = 0;
    while let Some(at) = text[from..].find(wanted) {
        let at = from + at;
        let before = text[..at].trim_end();
        if !wanted.is_ascii()
            || before.is_empty()
            || before.ends_with(['.', '!', '?', ':', ',', '>', '|', '-', '–', '—', '•', '"', '\'', '’', '“', '(', '*'])
            || ["please", "and", "dan", "und", "et", "y", "e", "och", "og", "en", "to", "by", "newsletter"]
                .iter()
                .any(|w| before.ends_with(w))
                && text.len() < 250
        {
            return true;
        }
        from = at + wanted.len();
    }
    false
}

/// What only the line under a picture says; lower case.
const PICTURE_WORDS: &[&str] = &[
    "file photo",
    "(ap photo",
    "(image credit",
    "getty images",
    "picture alliance",
    "handout via",
    " photo: ",
    " foto: ",
    " bild: ",
    " image: ",
    "photograph: ",
    " © ",
];

/// Whether a line names the source of a picture as captions do.
pub(crate) fn is_caption(text: &str) -> bool {
    let lower = text.to_lowercase();
    PICTURE_WORDS.iter().any(|w| lower.contains(w))
}

/// What a page says about itself or to the reader's browser; lower case.
const NOTICES: &[&str] = &[
    "ad blocker is enabled",
    "ad block users",
    "disable your ad blocker",
    "adblocker",
    "video has failed to load",
    "personal, non-commercial use",
    "please try again later",
    "you are on internet explorer",
    "enable javascript",
    "javascript is disabled",
    "javascript aktivieren",
    "activer javascript",
    "habilitar javascript",
    "eingebettete inhalte anzu",
    "externen inhalt",
    "widerrufliche einwilligung",
    "affiliate-links",
    "this document is subject to copyright",
    "your browser does not support",
    "join thought-provoking conversations",
    "has been automatically translated",
    "maschinelle übersetzung",
    "comments are moderated",
    "não serão aprovados pelo moderador",
    "like this story? share it",
    "if you enjoyed this article",
    "this article has been sent to",
    "kostenlos testen",
    "会員限定",
    "会員登録",
    "künstlich erzeugt",
    "ki-generiert",
    "är ai-genererad",
    "by subscribing to our",
    "letter to the editor",
    "this is a breaking news story",
    "this is a breaking new story",
];

/// Whether a line is the page's own notice.
pub(crate) fn is_notice(text: &str) -> bool {
    let lower = text.to_lowercase();
    NOTICES.iter().any(|n| lower.contains(n))
}

/// What only a line about the making of a text says; lower case.
const CREDITS: &[&str] = &[
    "contributed to this report",
    "contributed to this story",
    "contributed to this article",
    "contributed reporting",
    "additional reporting by",
    "additional reporting from",
    "with reporting by",
    "with reports from",
    "first published in",
    "this article first appeared",
    "originally published by",
    "erstveröffentlichung",
    "mit material von",
    "mit agenturmaterial",
];

/// Whether a line names who else worked on a text.
pub(crate) fn is_credit(text: &str) -> bool {
    if text.chars().count() > 400 {
        return false;
    }
    let lower = text.to_lowercase();
    let open = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    CREDITS.iter().any(|c| lower.contains(c))
        || ["reporting by ", "editing by ", "writing by ", "quelle:", "via ", "source:"]
            .iter()
            .any(|o| open.starts_with(o))
            && !open.trim_end().ends_with(['!', '?'])
            && text.chars().count() < 250
        || is_contact(text)
}

/// Whether a short line is an address to write to.
fn is_contact(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_address = |w: &&&str| w.contains('@') && w.contains('.') || w.starts_with("twitter.com/");
    words.len() < 8 && words.iter().filter(is_address).count() > 0
}

/// Openings of lines that say when a page was made; lower case.
const STAMPS: &[&str] = &[
    "published",
    "updated",
    "last updated",
    "first published",
    "posted",
    "created",
    "publié",
    "mis à jour",
    "veröffentlicht",
    "aktualisiert",
    "stand:",
    "publicado",
    "actualizado",
    "atualizado",
    "pubblicato",
    "aggiornato",
    "gepubliceerd",
    "bijgewerkt",
    "опубликовано",
    "обновлено",
];

/// Whether a line says when a page was made, or who made it, and no more.
pub(crate) fn is_stamp(text: &str) -> bool {
    let lower = text.to_lowercase();
    let open = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let has_number = text.contains(|c: char| c.is_ascii_digit());
    has_number
        && STAMPS.iter().any(|s| open.starts_with(s))
        && (open.contains(" ago") || open.contains(':') || crate::date::printed(text).is_some())
        || open.starts_with("author of the article")
        || open.starts_with("image copyright")
        || open.starts_with("image caption")
        || open.starts_with("image ") && has_number && text.len() < 20
        || has_number
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '/' | ' '))
            && text.contains([':', '/'])
}

/// Whether a text breaks off as teasers do.
pub(crate) fn breaks_off(text: &str) -> bool {
    text.ends_with("...") || text.ends_with('…') || text.ends_with("[…]") || text.ends_with("[...]")
}

/// Whether all letters are capitals, in a script that has them.
pub(crate) fn is_shouted(text: &str) -> bool {
    text.contains(char::is_uppercase) && !text.contains(char::is_lowercase)
}

/// A number for the head of each longer word: six letters; two characters in a script without spaces.
pub(crate) fn stems(text: &str) -> impl Iterator<Item = u64> + '_ {
    let build = BuildHasherDefault::<DefaultHasher>::default();
    text.split(|c: char| !c.is_alphanumeric()).flat_map(move |word| {
        let mut lower: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
        let dense = lower
            .first()
            .is_some_and(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{eff}'));
        let mut out = Vec::new();
        if dense {
            out.extend(lower.windows(2).map(|pair| build.hash_one(pair)));
        } else if lower.len() >= 5 {
            lower.truncate(6);
            out.push(build.hash_one(lower.as_slice()));
        }
        out
    })
}
