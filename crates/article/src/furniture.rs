//! Words by which a line shows that it is not the story: calls to a channel, notices of the page, credits,
//! stamps. Each list is data; a language joins by a few more words.

use crate::blocks::Run;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::LazyLock;

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

/// What the words of a line say about it; read once, in one pass over the text.
#[derive(Clone, Copy, Default)]
pub(crate) struct Signs {
    /// It calls its reader to a newsletter, a channel or a subscription, or to write to an address.
    ///
    /// Both a place and a call that opens the run or one of its clauses: people in the news sign up for things
    /// too, but in sentences about them.
    pub(crate) is_call: bool,
    /// It is the page's own notice.
    pub(crate) is_notice: bool,
    /// It names the source of a picture as captions do.
    pub(crate) is_caption: bool,
    /// It says what only a paywall says.
    pub(crate) is_wall: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Channel,
    Call,
    Contact,
    Notice,
    Picture,
    Wall,
}

/// All phrases by the sum of their first two bytes' places, so that a text is looked through once.
struct Phrases {
    starts: Vec<bool>,
    by_start: HashMap<[u8; 2], Vec<(Sign, &'static str)>>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases { starts: vec![false; 1 << 16], by_start: HashMap::new() };
    let lists = [
        (Sign::Channel, CHANNELS),
        (Sign::Call, CALLS),
        (Sign::Contact, CONTACTS),
        (Sign::Notice, NOTICES),
        (Sign::Picture, PICTURE_WORDS),
        (Sign::Wall, WALLS),
    ];
    for (sign, list) in lists {
        for phrase in list {
            if let [a, b, ..] = *phrase.as_bytes() {
                phrases.starts[usize::from(a) << 8 | usize::from(b)] = true;
                phrases.by_start.entry([a, b]).or_default().push((sign, phrase));
            }
        }
    }
    phrases
});

/// Reads the signs of a run.
pub(crate) fn signs(run: &Run) -> Signs {
    let lower = run.text.to_lowercase();
    let mut signs = Signs::default();
    let (mut has_channel, mut has_call, mut has_contact) = (false, false, false);
    let phrases = &*PHRASES;
    for (at, pair) in lower.as_bytes().windows(2).enumerate() {
        if !phrases.starts[usize::from(pair[0]) << 8 | usize::from(pair[1])] {
            continue;
        }
        for (sign, phrase) in phrases.by_start.get(&[pair[0], pair[1]]).into_iter().flatten() {
            if !lower.as_bytes()[at..].starts_with(phrase.as_bytes()) {
                continue;
            }
            match sign {
                Sign::Channel => has_channel = true,
                Sign::Call => has_call |= opens_clause(&lower, at, phrase),
                Sign::Contact => has_contact |= opens_clause(&lower, at, phrase),
                Sign::Notice => signs.is_notice = true,
                Sign::Picture => signs.is_caption = true,
                Sign::Wall => signs.is_wall = true,
            }
        }
    }
    signs.is_call = has_channel && has_call || has_contact && run.weight < 150 && lower.contains('@');
    signs
}

/// Whether the `phrase` at a place opens the text or a clause in it. Scripts and languages in which a call stands
/// elsewhere are taken at their word.
fn opens_clause(text: &str, at: usize, phrase: &str) -> bool {
    let before = text[..at].trim_end();
    !phrase.is_ascii()
        || before.is_empty()
        || before.ends_with(['.', '!', '?', ':', ',', '>', '|', '-', '–', '—', '•', '"', '\'', '’', '“', '(', '*'])
        || text.len() < 250
            && ["please", "and", "dan", "und", "et", "y", "e", "och", "og", "en", "to", "by", "newsletter"]
                .iter()
                .any(|w| before.ends_with(w))
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

/// What only a paywall says, lower case.
const WALLS: &[&str] = &[
    "already a subscriber?",
    "already a member?",
    "already have an account?",
    "article is for subscribers",
    "article is for members",
    "article is only available to subscribers",
    "article is reserved for subscribers",
    "content is for subscribers",
    "story is for subscribers",
    "exclusive to subscribers",
    "for subscribers only",
    "subscribe to read on",
    "subscribe to continue",
    "subscribe to read the full",
    "to continue reading, ",
    "to read the full article, ",
    "sign in to continue reading",
    "déjà abonné",
    "réservé aux abonnés",
    "bereits abonnent",
    "schon abonnent",
    "weiterlesen mit",
    "ya eres suscriptor",
    "exclusivo para suscriptores",
    "già abbonato",
    "riservato agli abbonati",
    "já é assinante",
    "exclusivo para assinantes",
    "al abonnee?",
    "вже передплатник",
    "лише для передплатників",
    "только для подписчиков",
    "للمشتركين فقط",
];

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
    "lesen sie hier",
    "check our news page",
    "künstlich erzeugt",
    "ki-generiert",
    "är ai-genererad",
    "by subscribing to our",
    "letter to the editor",
    "this is a breaking news story",
    "this is a breaking new story",
];

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
