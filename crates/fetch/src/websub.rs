//! WebSub (W3C Recommendation of 23 January 2018), the subscriber's side: where a feed's hub is, and whether what
//! came is the hub's.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

/// Relations read from one answer's `Link` headers at most.
const LINKS: usize = 64;

/// What an answer's `Link` headers say of its hub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advertised {
    /// The first `rel=hub`.
    pub hub: Option<Url>,
    /// The first `rel=self`: the address under which the hub knows the feed.
    pub topic: Option<Url>,
}

/// Reads the `Link` headers of an answer that came from `base`. Only web addresses count.
pub fn advertised(headers: &[(String, Vec<u8>)], base: &Url) -> Advertised {
    let mut found = Advertised::default();
    let values = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"));
    let texts = values.filter_map(|(_, value)| std::str::from_utf8(value).ok());
    for (target, relations) in texts.flat_map(links).take(LINKS) {
        let Some(url) = base.join(target).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else { continue };
        for relation in relations.split_ascii_whitespace() {
            let slot = match relation.to_ascii_lowercase().as_str() {
                "hub" => &mut found.hub,
                "self" => &mut found.topic,
                _ => continue,
            };
            slot.get_or_insert_with(|| url.clone());
        }
    }
    found
}

/// The links of one `Link` header (RFC 8288): target and relations.
fn links(value: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        // The parameters end at the first comma outside quotes.
        let mut quoted = false;
        let end = after
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == ',' && !quoted
            })
            .map_or(after.len(), |(at, _)| at);
        let parameters = &after[..end];
        rest = &after[end..];
        let relations = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
        });
        out.push((target.trim(), relations.unwrap_or("")));
    }
    out
}

/// Whether `X-Hub-Signature` (`sha256=…` in hexadecimal; also sha1, sha384, sha512) proves that whoever sent `body`
/// knows `secret`. Compared in constant time; a missing or unreadable signature proves nothing.
pub fn signature_holds(secret: &str, stated: Option<&str>, body: &[u8]) -> bool {
    let Some((method, digest)) = stated.and_then(|stated| stated.trim().split_once('=')) else { return false };
    let algorithm = match method.to_ascii_lowercase().as_str() {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return false,
    };
    let Some(digest) = bytes_of_hex(digest) else { return false };
    hmac::verify(&hmac::Key::new(algorithm, secret.as_bytes()), body, &digest).is_ok()
}

/// The signature that a hub puts on `body`, by SHA-256; for hubs that are played in tests.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    format!("sha256={}", hex_of(tag.as_ref()))
}

/// A word of 32 hexadecimal digits that nobody can guess; `None` when the system gives no randomness.
pub fn unguessable() -> Option<String> {
    let mut bytes = [0u8; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex_of(&bytes))
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.trim().chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hub_and_topic_are_read_from_link_headers() {
        let base = Url::parse("https://a.example/feeds/news").unwrap();
        let check = |values: &[&str], hub: &str, topic: &str| {
            let headers: Vec<_> = values.iter().map(|v| ("Link".to_owned(), v.as_bytes().to_vec())).collect();
            let found = advertised(&headers, &base);
            let word = |url: Option<Url>| url.map_or("-".to_owned(), String::from);
            assert_eq!((word(found.hub).as_str(), word(found.topic).as_str()), (hub, topic), "{values:?}");
        };
        let (hub, topic) = ("https://hub.example/", "https://a.example/feed");
        check(&["<https://hub.example/>; rel=\"hub\", <https://a.example/feed>; rel=self"], hub, topic);
        check(&["<https://hub.example/>; rel=hub", "</feed>; title=\"a, b\"; rel=\"self alternate\""], hub, topic);
        check(&["<https://hub.example/>; REL=Hub, <https://other.example/>; rel=hub"], hub, "-");
        check(&["<javascript:alert(1)>; rel=hub", "<data:text/plain,x>; rel=self"], "-", "-");
        check(&["<https://hub.example/>", "<https://hub.example/; rel=hub", "rel=hub", "<>;;=,"], "-", "-");
        check(&[], "-", "-");
    }

    #[test]
    fn only_the_right_signature_holds() {
        let body = b"<rss/>";
        let good = signature("secret", body);
        let check = |stated: Option<&str>, expected: bool| {
            assert_eq!(signature_holds("secret", stated, body), expected, "{stated:?}");
        };
        check(Some(&good), true);
        check(Some(&good.to_uppercase()), true);
        check(Some(&signature("other", body)), false);
        check(Some(&signature("secret", b"<rss></rss>")), false);
        check(Some(&good[..good.len() - 1]), false);
        check(Some(&good.replace("sha256", "md5")), false);
        // RFC 2202, case 2: older hubs sign by SHA-1.
        let sha1 = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        assert!(signature_holds("Jefe", Some(sha1), b"what do ya want for nothing?"));
        for wrong in ["", "sha256=", "sha256", "sha256=zz", "sha256=abc", "=", "sha256=ю"] {
            check(Some(wrong), false);
        }
        check(None, false);
    }

    #[test]
    fn unguessable_words_differ() {
        let (a, b) = (unguessable().unwrap(), unguessable().unwrap());
        assert_eq!((a.len(), b.len()), (32, 32));
        assert_ne!(a, b);
    }
}
