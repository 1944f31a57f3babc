//! What a page is when it is not an article: a consent wall, a paywall's stub, a missing page, a front page.

use crate::html::{Tag, Tree};
use news::article::{Article, Held};
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
    "personal data",
    "cookie-einstellungen",
    "zustimmung",
    "wir verwenden cookies",
    "mit werbung weiterlesen",
    "nous utilisons des cookies",
    "utilizamos cookies",
    "usiamo i cookie",
    "wij gebruiken cookies",
    "privacy policy and cookie",
];
const MISSING: &[&str] = &[
    "page not found",
    "404",
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
    if has(MISSING, &title) && words < 200 && page.published_at.is_none() {
        return Some(Refusal::SoftNotFound);
    }
    if !is_short {
        let is_stub = page.held != Held::Full && has(PAYWALL, &visible(html, 200_000));
        return (is_stub && words < 300).then_some(Refusal::Paywall);
    }
    let seen = visible(html, 200_000);
    let consents = CONSENT.iter().filter(|phrase| text.contains(**phrase)).count();
    if consents >= 1 && page.published_at.is_none() || has(CONSENT, &title) || consents >= 2 {
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
        check(
            200,
            "<title>Quay closed</title><h1>Quay closed</h1><article><p>The harbour office closed the east quay on Monday after a crane hit the wall, it said.</p></article><div><p>Subscribe to continue reading, from 1 a month.</p></div><script type=application/ld+json>{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":false}</script>",
            here,
            Some(Refusal::Paywall),
        );
    }
}
