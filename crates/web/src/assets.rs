//! Style sheet, script and mark, baked into the binary. Their names carry a hash of what they hold, so a browser
//! may keep them for ever.

use crate::parts::escape;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use news::revision::Digest;
use std::sync::LazyLock;

const CSS: &str = include_str!("assets/readout.css");
const JS: &str = include_str!("assets/keys.js");
const ICON: &str = include_str!("assets/mark.svg");

struct Asset {
    name: String,
    etag: String,
    media_type: &'static str,
    body: &'static str,
}

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let asset = |stem: &str, ending: &str, media_type, body: &'static str| {
        let hash = &Digest::of(body.as_bytes()).hex()[..16];
        Asset { name: format!("{stem}-{hash}.{ending}"), etag: format!("\"{hash}\""), media_type, body }
    };
    [
        asset("readout", "css", "text/css; charset=utf-8", CSS),
        asset("keys", "js", "text/javascript; charset=utf-8", JS),
        asset("mark", "svg", "image/svg+xml", ICON),
    ]
});

/// Address of the style sheet.
pub(crate) fn css() -> String {
    format!("/assets/{}", ASSETS[0].name)
}

/// Address of the script.
pub(crate) fn js() -> String {
    format!("/assets/{}", ASSETS[1].name)
}

/// Address of the mark in the browser's tab.
pub(crate) fn icon() -> String {
    format!("/assets/{}", ASSETS[2].name)
}

/// Gives out one file.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|a| a.name == name) else {
        return (StatusCode::NOT_FOUND, format!("there is no file {}\n", escape(&name))).into_response();
    };
    let keep = [(header::CACHE_CONTROL, "public, max-age=31536000, immutable"), (header::ETAG, asset.etag.as_str())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|known| known.contains(&asset.etag)) {
        return (StatusCode::NOT_MODIFIED, keep).into_response();
    }
    (keep, [(header::CONTENT_TYPE, asset.media_type)], asset.body).into_response()
}

/// Nothing here is for crawlers.
pub(crate) async fn robots() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "User-agent: *\nDisallow: /\n")
}

/// Browsers that ask at the old address are sent to the mark.
pub(crate) async fn favicon() -> impl IntoResponse {
    axum::response::Redirect::permanent(&icon())
}
