//! What is answered where there is no page.

use crate::answer::Fail;
use crate::ask::Asked;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// No page at this address.
pub(crate) async fn nowhere(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let fail = Fail::nothing(
        "No such page",
        "There is nothing at this address. Addresses of stories and articles never change; this one may be cut short.",
    );
    site.finish(&asked, Err(fail.link("The desk", "/").link("All search words", "/help#words")))
}

/// A page that takes no such request.
pub(crate) async fn wrong_method(State(site): State<Arc<Site>>, asked: Asked) -> Response {
    let fail = Fail::nothing("Not in this way", "This address does not take such a request; open it as a page.");
    site.finish(&asked, Err(Fail { status: StatusCode::METHOD_NOT_ALLOWED, ..fail }.link("The desk", "/")))
}
