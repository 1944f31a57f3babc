//! What a page is when it is not an article: a consent wall, a paywall's stub, a missing page, a front page.

use crate::html::{Tag, Tree};
use crate::metadata::Metadata;
use news::article::{Article, BlockKind, Field, Held, Origin};
use std::collections::BTreeSet;
use url::Url;

/// Why a page is not taken as the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It asks for consent to cookies or tracking instead of showing the text.
    ConsentWall,
    /// It shows a beginning and asks for money or a login.
    Paywall,
    /// It says that there is no such page, whatever its status.
    SoftNotFound,
    /// It is the outlet's front page or a list.
    FrontPage,
    /// It keeps automatic readers out.
    Blocked,
    /// It holds no text.
    Empty,
}

impl Refusal {
    /// The word used in JSON, SQL and interface.
    pub fn word(self) -> &'static str {
        match self {
            Refusal::ConsentWall => "consent_wall",
            Refusal::Paywall => "paywall",
            Refusal::SoftNotFound => "soft_not_found",
            Refusal::FrontPage => "front_page",
            Refusal::Blocked => "blocked",
            Refusal::Empty => "empty",
        }
    }
}

const CONSENT: &[&str] = &[
    "we value your privacy",
    "we use cookies",
    "before you continue",
    "your privacy choices",
    "manage your consent",
    "accept all cookies",
    "accept cookies",
    "our partners store",
    "use of cookies",
    "cookie-einstellungen",
    "wir verwenden cookies",
    "mit werbung weiterlesen",
    "nous utilisons des cookies",
    "utilizamos cookies",
    "usiamo i cookie",
    "wij gebruiken cookies",
    "privacy policy and cookie",
    "tout accepter",
    "continuer sans accepter",
    "accepter et continuer",
    "nous et nos partenaires",
    "alle akzeptieren",
    "alles akzeptieren",
    "wir und unsere partner",
    "unsere partner speichern",
    "nosotros y nuestros socios",
    "aceptar todo",
    "aceptar y continuar",
    "noi e i nostri partner",
    "accetta e continua",
    "accetta tutti",
    "wij en onze partners",
    "alles accepteren",
    "nós e os nossos parceiros",
    "aceitar tudo",
    "my i nasi partnerzy",
    "nasi zaufani partnerzy",
    "akceptuję",
    "vi och våra partner",
    "godkänn alla",
    "vi og våre partnere",
    "godta alle",
    "vi og vores partnere",
    "tillad alle",
    "me ja kumppanimme",
    "hyväksy kaikki",
    "používáme cookies",
    "мы используем файлы cookie",
    "ми використовуємо файли cookie",
    "çerezleri",
];
const MISSING: &[&str] = &[
    "page not found",
    "not be found",
    "no longer available",
    "does not exist",
    "doesn't exist",
    "doesn’t exist",
    "page you requested",
    "page you are looking for",
    "page you were looking for",
    "seite nicht gefunden",
    "nicht gefunden",
    "page introuvable",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "страница не найдена",
    "сторінку не знайдено",
    "الصفحة غير موجودة",
    "article not found",
    "strona nie istnieje",
    "nie znaleziono strony",
    "sidan kunde inte hittas",
    "sidan finns inte",
    "fant ikke siden",
    "siden finnes ikke",
    "siden blev ikke fundet",
    "siden findes ikke",
    "sivua ei löytynyt",
    "stránka nenalezena",
    "stránka nebyla nalezena",
    "az oldal nem található",
    "pagina nu a fost găsită",
    "η σελίδα δεν βρέθηκε",
    "sayfa bulunamadı",
    "pagina bestaat niet",
    "cette page n'existe",
    "cette page n’existe",
    "la page demandée",
    "la página que buscas",
    "esta página no existe",
    "esta página não existe",
    "la pagina che cercavi",
    "la pagina richiesta",
    "diese seite existiert nicht",
];
const BLOCKED: &[&str] = &[
    "access denied",
    "are you a robot",
    "verify you are human",
    "checking your browser",
    "enable javascript and cookies",
    "unusual traffic",
    "captcha",
    "request blocked",
    "just a moment",
    "attention required",
    "please enable js",
    "you have been blocked",
    "security check",
    "vérifiez que vous êtes humain",
    "bestätigen sie, dass sie ein mensch sind",
    "zugriff verweigert",
    "accès refusé",
    "acceso denegado",
    "accesso negato",
];
const PAYWALL: &[&str] = &[
    "subscribe to continue",
    "subscribe to read",
    "subscribers only",
    "subscriber-only",
    "for subscribers",
    "to continue reading",
    "already a subscriber",
    "log in to read",
    "sign in to read",
    "register to read",
    "become a member to read",
    "to read the full",
    "jetzt weiterlesen",
    "mit plus",
    "abonnieren sie",
    "réservé aux abonnés",
    "abonnez-vous",
    "suscríbete",
    "exclusivo para suscriptores",
    "per continuare a leggere",
    "alleen voor abonnees",
    "for abonnenter",
    "підписку",
    "start your free trial",
    "la suite est réservée",
    "il vous reste à lire",
    "pour lire la suite",
    "weiterlesen mit",
    "diesen artikel weiterlesen",
    "nur für abonnenten",
    "solo para suscriptores",
    "hazte suscriptor",
    "continua a leggere abbonandoti",
    "contenuto riservato agli abbonati",
    "verder lezen",
    "word abonnee",
    "apenas para assinantes",
    "exclusivo para assinantes",
    "dostęp dla subskrybentów",
    "läs vidare",
    "bara för prenumeranter",
    "for å lese videre",
    "læs videre",
    "vain tilaajille",
    "только для подписчиков",
];

/// Says why a page is not the article, or `None` when its text may be kept as it.
///
/// `url` is what was asked for, `final_url` where the redirects ended. A paywall's stub is refused as
/// [`Refusal::Paywall`] though its beginning is real text; the caller may keep it as a partial text.
pub fn refusal(status: u16, page: &Article, html: &str, url: &Url, final_url: &Url) -> Option<Refusal> {
    let words = news::text::words(&page.text).take(400).count();
    let is_short = words < 120;
    if matches!(status, 404 | 410) {
        return Some(Refusal::SoftNotFound);
    }
    if matches!(status, 401 | 402) && words < 200 {
        return Some(Refusal::Paywall);
    }
    if matches!(status, 403 | 405 | 406 | 418 | 429 | 451 | 503) {
        return Some(Refusal::Blocked);
    }
    if is_front(final_url) && !is_front(url) {
        return Some(Refusal::FrontPage);
    }
    let title = page.headline.as_deref().unwrap_or("").to_lowercase();
    let text = page.text.to_lowercase();
    let has = |list: &[&str], of: &str| list.iter().any(|phrase| of.contains(phrase));
    if has(BLOCKED, &title) && is_short {
        return Some(Refusal::Blocked);
    }
    let is_missing =
        has(MISSING, &title) || title.split(|c: char| !c.is_alphanumeric()).eq(["404"]) || is_error(&title);
    if is_missing && words < 200 && page.published_at.is_none() {
        return Some(Refusal::SoftNotFound);
    }
    if !is_dated(page) && is_list(page, html) {
        return Some(Refusal::FrontPage);
    }
    if !is_short {
        let is_stub = page.held != Held::Full && has(PAYWALL, &visible(html, 200_000));
        return (is_stub && words < 300).then_some(Refusal::Paywall);
    }
    let seen = visible(html, 200_000);
    let consents = CONSENT.iter().filter(|phrase| text.contains(**phrase)).count();
    let is_undated = page.published_at.is_none();
    if consents >= 1 && words < 60 && is_undated || has(CONSENT, &title) && is_undated || consents >= 2 {
        return Some(Refusal::ConsentWall);
    }
    if has(BLOCKED, &seen) && words < 60 && page.published_at.is_none() {
        return Some(Refusal::Blocked);
    }
    if has(MISSING, &text) && page.published_at.is_none() {
        return Some(Refusal::SoftNotFound);
    }
    if has(PAYWALL, &text) || page.held != Held::Full && has(PAYWALL, &seen) {
        return Some(Refusal::Paywall);
    }
    if words < 60 && is_video(html, final_url) {
        return Some(Refusal::Empty);
    }
    if words < 20 {
        if CONSENT.iter().filter(|phrase| seen.contains(**phrase)).count() >= 2
            && page.published_at.is_none()
            && seen.len() < 6000
        {
            return Some(Refusal::ConsentWall);
        }
        if has(MISSING, &seen) && page.published_at.is_none() && seen.len() < 4000 {
            return Some(Refusal::SoftNotFound);
        }
        return words.eq(&0).then_some(if is_front(final_url) { Refusal::FrontPage } else { Refusal::Empty });
    }
    None
}

/// "404", "Error 404", "404 - not here": the number where a title has only it and a word for error.
fn is_error(title: &str) -> bool {
    let mut words = title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let first = words.next().unwrap_or("");
    let second = words.next().unwrap_or("");
    let says_error =
        |word: &str| matches!(word, "error" | "fehler" | "erreur" | "errore" | "erro" | "fout" | "błąd" | "ошибка");
    first == "404" && (second.is_empty() || says_error(second)) || says_error(first) && second == "404"
}

/// Whether the page's own metadata gives the time it was published; lists and front pages do not.
fn is_dated(page: &Article) -> bool {
    matches!(page.origins.get(&Field::Published), Some(Origin::JsonLd | Origin::Meta | Origin::Feed))
}

/// Teasers, and no prose: at least this many headings that link to other pages ...
const LEAST_TEASERS: usize = 8;
/// ... and fewer paragraphs of this length than half of them. A teaser's summary has 80 to 200 bytes.
const PROSE_BYTES: usize = 240;
/// Teasers whose words are looked for in the text.
const TEASERS_READ: usize = 100;

/// Whether the page is a list of other pages: many linked headings, and hardly a paragraph longer than a summary.
fn is_list(page: &Article, html: &str) -> bool {
    let long = page.blocks.iter().filter(|b| b.span.len() >= PROSE_BYTES).count();
    if long > 3 {
        return false;
    }
    let tree = Tree::parse(crate::extract::within_size(html));
    let mut teasers = BTreeSet::new();
    let mut shown = 0;
    for id in (1..tree.nodes.len()).filter(|&id| tree.nodes[id].tag.is_heading()) {
        let link = tree
            .inside(id)
            .take(20)
            .find(|&inner| tree.nodes[inner].tag == Tag::A)
            .or_else(|| tree.ancestors(id).take(4).find(|&around| tree.nodes[around].tag == Tag::A));
        if let Some(href) = link.and_then(|a| tree.attribute(a, "href")) {
            let text = news::text::canonical(&tree.all_text(id));
            let is_new = teasers.insert(href.into_owned()) && teasers.len() < TEASERS_READ && !text.is_empty();
            shown += usize::from(is_new && page.blocks.iter().any(|b| page.text[b.span.clone()] == text));
        }
    }
    // Tables of results and the like have no prose either; in a list the teasers are what the text is made of.
    let is_made_of_teasers = shown >= 3 || page.text.len() < 120;
    if teasers.len() < LEAST_TEASERS || long * 2 >= teasers.len() || !is_made_of_teasers {
        return false;
    }
    // Other stories stand below an article too; then the text is not made of their headings and summaries.
    let mut own = 0;
    let mut linked = 0;
    for block in &page.blocks {
        let text = &page.text[block.span.clone()];
        if block.span.len() >= PROSE_BYTES
            || block.kind == BlockKind::Paragraph && text.ends_with(['.', '”', '"', '»']) && block.span.len() >= 120
        {
            own += block.span.len();
        } else {
            linked += block.span.len();
        }
    }
    own <= linked
}

/// Whether the page says that it is a video and not an article.
fn is_video(html: &str, url: &Url) -> bool {
    let tree = Tree::parse(crate::extract::within_size(html));
    let metadata = Metadata::read(&tree, url, &mut Vec::new());
    metadata.meta(&["og:type"]).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("video"))
        || metadata.is_video()
}

fn is_front(url: &Url) -> bool {
    let path = url.path().trim_matches('/');
    path.is_empty() && url.query().is_none() || matches!(path, "index.html" | "index.php" | "home" | "index.htm")
}

/// The text a reader sees, in lower case, up to a length.
fn visible(html: &str, limit_bytes: usize) -> String {
    let tree = Tree::parse(crate::extract::within_size(html));
    let mut out = String::new();
    for id in 1..tree.nodes.len() {
        if tree.nodes[id].tag == Tag::Text
            && !matches!(tree.nodes[tree.parent(id)].tag, Tag::Script | Tag::Style | Tag::Noscript)
        {
            out.push_str(&tree.text(id).to_lowercase());
            out.push(' ');
            if out.len() > limit_bytes {
                break;
            }
        }
    }
    news::text::canonical(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, html: &str, landed: &str, expected: Option<Refusal>) {
        let url = Url::parse("https://harbour.example/news/quay").unwrap();
        let landed = Url::parse(landed).unwrap();
        let page = crate::extract(html, &landed).value;
        assert_eq!(refusal(status, &page, html, &url, &landed), expected, "{html}");
    }

    #[test]
    fn walls_and_missing_pages_are_no_articles() {
        let here = "https://harbour.example/news/quay";
        let long = format!(
            "<title>Quay closed</title><h1>Quay closed</h1><article>{}</article>",
            "<p>The harbour office closed the east quay on Monday after a crane hit the wall, it said.</p>".to_owned()
                + "<p>Boats wait outside, and the pilots have been asked to stay with them, a spokesman said.</p><p>Work on the wall is to begin on Tuesday, if the wind allows it, and end within the week.</p>"
        );
        check(200, &long, here, None);
        check(200, &long, "https://harbour.example/", Some(Refusal::FrontPage));
        check(404, &long, here, Some(Refusal::SoftNotFound));
        check(403, &long, here, Some(Refusal::Blocked));
        check(
            200,
            "<title>Page not found</title><p>The page you are looking for is gone, sorry about that.</p>",
            here,
            Some(Refusal::SoftNotFound),
        );
        check(
            200,
            "<title>Harbour</title><div><p>We value your privacy. We and our partners store personal data, and we use cookies to do so.</p><button>Accept all</button></div>",
            here,
            Some(Refusal::ConsentWall),
        );
        check(
            200,
            "<title>Just a moment...</title><p>Checking your browser before access.</p>",
            here,
            Some(Refusal::Blocked),
        );
        check(200, "<title>Quay</title>", here, Some(Refusal::Empty));
        check(200, "<title>Error 404</title><h1>Error 404</h1><p>Nothing here.</p>", here, Some(Refusal::SoftNotFound));
        for missing in
            ["Strona nie istnieje", "Sidan kunde inte hittas", "Sayfa bulunamadı", "Cette page n’existe plus"]
        {
            let html = format!("<title>{missing}</title><h1>{missing}</h1><p>Harbour.</p>");
            check(200, &html, here, Some(Refusal::SoftNotFound));
        }
        for consent in [
            "Nous et nos partenaires conservons des données. Tout accepter ou continuer sans accepter.",
            "Wir und unsere Partner speichern Informationen auf einem Gerät. Alle akzeptieren",
            "Nosotros y nuestros socios guardamos datos. Aceptar y continuar",
            "Noi e i nostri partner archiviamo informazioni. Accetta e continua",
        ] {
            let html = format!("<title>Hafen</title><div><p>{consent}</p></div>");
            check(200, &html, here, Some(Refusal::ConsentWall));
        }
        check(
            200,
            "<title>Crane at work</title><meta property=og:type content=video.other><h1>Crane at work</h1><p>The crane lifts the wall of the east quay, filmed from the pilots' boat on Monday.</p>",
            here,
            Some(Refusal::Empty),
        );
    }

    #[test]
    fn lists_of_other_pages_are_no_articles() {
        let here = "https://harbour.example/news/quay";
        let teaser = |n: usize| {
            format!(
                "<article><h3><a href=/news/{n}>Pilot number {n} leaves the harbour board</a></h3><p>The board said so on Monday.</p></article>"
            )
        };
        let teasers: String = (0..14).map(teaser).collect();
        check(
            200,
            &format!("<title>Port news</title><h1>Port news</h1><main>{teasers}</main>"),
            here,
            Some(Refusal::FrontPage),
        );
        let prose = "<p>The harbour office closed the east quay on Monday after a crane hit the wall and left a crack in it, a spokeswoman said, and boats will have to wait outside until Wednesday, when the wind is expected to fall and the pilots to return to their work.</p>".repeat(4);
        check(
            200,
            &format!(
                "<title>Quay closed</title><h1>Quay closed</h1><main><article>{prose}</article><aside>{teasers}</aside></main>"
            ),
            here,
            None,
        );
        let short = "<p>The harbour office closed the east quay on Monday after a crane hit the wall, a spokeswoman for the office said.</p><p>Boats will have to wait outside until Wednesday, when the wind is expected to fall, and the pilots with them.</p>";
        check(
            200,
            &format!(
                "<title>Quay closed</title><h1>Quay closed</h1><main><article>{short}</article><aside>{teasers}</aside></main>"
            ),
            here,
            None,
        );
        check(
            200,
            "<title>Quay closed</title><h1>Quay closed</h1><article><p>The harbour office closed the east quay on Monday after a crane hit the wall, it said.</p></article><div><p>Subscribe to continue reading, from 1 a month.</p></div><script type=application/ld+json>{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":false}</script>",
            here,
            Some(Refusal::Paywall),
        );
    }
}
