//! Who may ask: only under our own names, and changes only from our own pages.
//!
//! A name that is not ours means a foreign site pointed its own name at this machine (DNS rebinding). A change
//! sent by another site's page (CSRF) is known by `Sec-Fetch-Site`, and by `Origin` in older browsers.

use crate::site::Site;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lets a request through, or refuses it with one sentence.
pub(crate) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let refuse = |status: StatusCode, why: &str| (status, why.to_owned()).into_response();
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).or(request.uri().host());
    let Some(host) = host else {
        return refuse(StatusCode::BAD_REQUEST, "the request names no host\n");
    };
    // Hubs are other sites, and call under a name that may serve nothing else.
    let is_callback = request.uri().path().starts_with("/websub/");
    if is_callback && is_ours(host, site.settings.callback_host.as_slice()) {
        return next.run(request).await;
    }
    if !is_ours(host, &site.settings.hosts) {
        return refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "Readout does not answer under this name; open it by its own address, such as http://localhost\n",
        );
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !is_same_origin(request.headers(), host) {
        return refuse(StatusCode::FORBIDDEN, "this change was sent by another site's page and was refused\n");
    }
    next.run(request).await
}

/// Whether a `Host` header is one of our names; the port does not matter.
fn is_ours(host: &str, hosts: &[String]) -> bool {
    let name = match host.rfind(']') {
        Some(end) => &host[..=end],
        None => host.split(':').next().unwrap_or(host),
    };
    hosts.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

/// Whether a change comes from one of our own pages, or from a program that is no browser.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.to_str().ok().and_then(|o| o.split_once("://")).is_some_and(|(_, o)| o == host),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_answered() {
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let check = |host: &str, expected: bool| assert_eq!(is_ours(host, &hosts), expected, "{host}");
        check("localhost:8080", true);
        check("LOCALHOST", true);
        check("[::1]:8080", true);
        check("127.0.0.1:1", true);
        check("evil.example", false);
        check("localhost.evil.example", false);
        check("", false);
    }

    #[test]
    fn changes_come_from_our_own_pages_only() {
        let check = |pairs: &[(&'static str, &'static str)], expected: bool| {
            let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
            assert_eq!(is_same_origin(&headers, "localhost:1"), expected, "{pairs:?}");
        };
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site"), ("origin", "http://localhost:1")], false);
        check(&[("origin", "http://localhost:1")], true);
        check(&[("origin", "http://localhost:2")], false);
        check(&[("origin", "null")], false);
        check(&[], true);
    }
}
