//! When two addresses are one article.

use url::Url;

/// The form of an address by which articles are told apart: scheme and `www.` aside, host in lower case, no
/// fragment, no default port, no trailing slash, no parameters that only say where a reader came from, the others
/// in order of name. An address that is no URL stands for itself.
///
/// The list of parameters is that of the trackers named in the WHATWG discussion and in Firefox's query
/// stripping list, plus the RSS marks of large outlets.
pub fn key(address: &str) -> String {
    let Ok(url) = Url::parse(address.trim()) else { return address.trim().to_owned() };
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return url.as_str().to_owned();
    };
    let mut out = host.strip_prefix("www.").unwrap_or(host).to_owned();
    if let Some(port) = url.port() {
        out.push(':');
        out.push_str(&port.to_string());
    }
    out.push_str(url.path().trim_end_matches('/'));
    let mut pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !is_tracker(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    pairs.sort();
    if !pairs.is_empty() {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &pairs {
            query.append_pair(name, value);
        }
        out.push('?');
        out.push_str(&query.finish());
    }
    out
}

/// The address without the parameters that only say where a reader came from; otherwise as it stands. To ask
/// for it so is to be no more of a nuisance than a reader who typed it.
pub fn without_trackers(address: &str) -> String {
    let Ok(mut url) = Url::parse(address.trim()) else { return address.trim().to_owned() };
    if !url.query_pairs().any(|(name, _)| is_tracker(&name)) {
        return address.trim().to_owned();
    }
    let kept: Vec<&str> =
        url.query().unwrap_or("").split('&').filter(|pair| !is_tracker(pair.split('=').next().unwrap_or(""))).collect();
    let query = kept.join("&");
    url.set_query((!query.is_empty()).then_some(query.as_str()));
    url.into()
}

fn is_tracker(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    const NAMES: &[&str] = &[
        "at_campaign",
        "at_medium",
        "cmp",
        "cmpid",
        "dclid",
        "fbclid",
        "feature",
        "ftag",
        "gclid",
        "gclsrc",
        "icid",
        "igshid",
        "mbid",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "msclkid",
        "ncid",
        "ocid",
        "partner",
        "rss",
        "smid",
        "soc_src",
        "soc_trk",
        "spm",
        "sr_share",
        "srnd",
        "traffic_source",
        "twclid",
        "wtrid",
        "xtor",
        "yclid",
    ];
    name.starts_with("utm_") || NAMES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn variants_of_one_address_have_one_key() {
        let check = |address: &str, expected: &str| assert_eq!(key(address), expected, "{address}");
        check("https://www.Example.org/a/b/?utm_source=rss&utm_medium=x#top", "example.org/a/b");
        check("http://example.org/a/b", "example.org/a/b");
        check("https://example.org/?id=7&fbclid=1", "example.org?id=7");
        check("https://example.org/x?b=2&a=1", "example.org/x?a=1&b=2");
        check("http://127.0.0.1:8081/x", "127.0.0.1:8081/x");
        check("https://example.org:443/", "example.org");
        check(" not a url ", "not a url");
    }
}
