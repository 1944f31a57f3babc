//! Addresses: relative ones made absolute, unsafe ones refused, letters left as written.
//!
//! The `url` crate turns addresses into their canonical form; a feed's ids and links must stay as the
//! outlet wrote them, so the joining of RFC 3986 section 5.2 is done here on the text.

/// Schemes that may stand in a feed's links and markup.
const SCHEMES: &[&str] = &[
    "http", "https", "mailto", "ftp", "ftps", "sftp", "news", "nntp", "nntps", "snews", "gopher", "tel", "sms",
    "callto", "xmpp", "irc", "ircs", "aim", "skype", "geo", "magnet", "webcal", "feed", "urn", "tag", "rtsp", "rtmp",
    "mms", "ed2k", "cid", "mid", "svn", "svn+ssh", "git", "ssh", "sip", "sips", "matrix", "nostr", "gemini", "ipfs",
    "bitcoin", "doi", "info",
];

/// The scheme of an address, lower case, as a browser sees it; `None` for a relative one.
pub(crate) fn scheme(address: &str) -> Option<String> {
    let end = address.bytes().position(|b| matches!(b, b':' | b'/' | b'?' | b'#'))?;
    if address.as_bytes()[end] != b':' {
        return None;
    }
    let name: String = address[..end].chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let mut bytes = name.bytes();
    let fits = bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'));
    fits.then(|| name.to_ascii_lowercase())
}

/// Whether a link may lead there: a relative address, or one with a scheme that runs nothing.
pub(crate) fn is_safe(address: &str) -> bool {
    if address.starts_with("http://") || address.starts_with("https://") {
        return true;
    }
    // A colon that a browser might still find after dropping controls must be judged, not passed over.
    match scheme(address) {
        Some(scheme) => SCHEMES.contains(&&*scheme),
        None => true,
    }
}

/// `reference` seen from `base`, after RFC 3986 section 5.2; `reference` itself when `base` is not absolute.
pub(crate) fn join(base: &str, reference: &str) -> String {
    let reference = reference.trim();
    if reference.starts_with("http://") || reference.starts_with("https://") {
        return reference.to_owned();
    }
    if reference.is_empty() {
        return base.split('#').next().unwrap_or(base).to_owned();
    }
    if scheme(reference).is_some() {
        return reference.to_owned();
    }
    let Some(colon) = scheme(base).map(|s| s.len()) else { return reference.to_owned() };
    let Some(after) = base.get(colon + 1..) else { return reference.to_owned() };
    let Some(rest) = after.strip_prefix("//") else { return reference.to_owned() };
    if reference.starts_with("//") {
        return format!("{}{reference}", &base[..=colon]);
    }
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let root = &base[..colon + 3 + authority];
    let path = rest[authority..].split(['?', '#']).next().unwrap_or("");
    if reference.starts_with('#') {
        let whole = base.split('#').next().unwrap_or(base);
        return format!("{whole}{reference}");
    }
    if reference.starts_with('?') {
        return format!("{root}{}{reference}", if path.is_empty() { "/" } else { path });
    }
    let tail = reference.find(['?', '#']).unwrap_or(reference.len());
    let (step, tail) = reference.split_at(tail);
    let whole = if step.starts_with('/') {
        step.to_owned()
    } else {
        format!("{}{step}", path.rfind('/').map_or("/", |at| &path[..=at]))
    };
    format!("{root}{}{tail}", remove_dots(&whole))
}

/// Takes `.` and `..` out of a path.
fn remove_dots(path: &str) -> String {
    if !path.contains("/.") {
        return path.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        match part {
            "." if last => out.push(""),
            "." => {}
            ".." => {
                if out.len() > 1 {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            _ => out.push(part),
        }
    }
    out.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_joined_after_rfc_3986() {
        let check = |reference: &str, expected: &str| {
            assert_eq!(join("http://a.example/b/c/d;p?q", reference), expected, "{reference}")
        };
        check("g", "http://a.example/b/c/g");
        check("./g/", "http://a.example/b/c/g/");
        check("/g", "http://a.example/g");
        check("//g.example/x", "http://g.example/x");
        check("?y", "http://a.example/b/c/d;p?y");
        check("#s", "http://a.example/b/c/d;p?q#s");
        check("..", "http://a.example/b/");
        check("../../../g", "http://a.example/g");
        check("g?y/./x", "http://a.example/b/c/g?y/./x");
        check("mailto:ann@example.com", "mailto:ann@example.com");
        assert_eq!(join("http://www.дім.example", "a"), "http://www.дім.example/a");
        assert_eq!(join("", "a"), "a");
    }

    #[test]
    fn addresses_that_run_something_are_refused() {
        for bad in [
            "javascript:alert(1)",
            " JaVa\tScript:x",
            "vbscript:x",
            "data:text/html,x",
            "java\u{0}script:x",
            "about:blank",
            "unknown:x",
        ] {
            assert!(!is_safe(bad), "{bad}");
        }
        for good in ["http://x", "/a:b", "a/b:c", "mailto:a@b", "#top", "HTTPS://x"] {
            assert!(is_safe(good), "{good}");
        }
    }
}
