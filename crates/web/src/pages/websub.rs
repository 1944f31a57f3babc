//! Where hubs call back (WebSub): whether a subscription is wanted, and what they deliver. What is delivered is kept
//! as it came; gathering reads it and sees whether its signature holds.

use crate::site::Site;
use archive::{HubCall, Receipt};
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::sync::Arc;

/// Longest delivery taken, bytes.
const DELIVERY_BYTES: usize = 10 << 20;
/// Longest word of a hub that is read.
const WORD_BYTES: usize = 2_048;
/// Seconds after which a hub may deliver again when too much waits to be read.
const COME_AGAIN: &str = "60";

/// `GET /websub/{token}`: the hub asks whether this subscription is meant.
pub(crate) async fn verify(
    State(site): State<Arc<Site>>,
    Path(token): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let word = |name: &str| asked.get(name).map(String::as_str).filter(|word| word.len() <= WORD_BYTES);
    let no = || (StatusCode::NOT_FOUND, "no such subscription\n").into_response();
    let (Some(mode), Some(topic)) = (word("hub.mode"), word("hub.topic")) else { return no() };
    let call = match mode {
        "subscribe" => {
            HubCall::Subscribe { lease_seconds: word("hub.lease_seconds").and_then(|seconds| seconds.parse().ok()) }
        }
        "unsubscribe" => HubCall::Unsubscribe,
        "denied" => HubCall::Denied(word("hub.reason").map(str::to_owned)),
        _ => return no(),
    };
    let challenge = word("hub.challenge").unwrap_or("").to_owned();
    if challenge.is_empty() && !matches!(call, HubCall::Denied(_)) {
        return no();
    }
    let (topic, now) = (topic.to_owned(), site.now());
    let answer = move |archive: &archive::Archive| {
        Ok(archive.subscription_by_token(&token)?.is_some() && archive.answer_hub(&token, &topic, call, now)?)
    };
    match site.ask(answer).await {
        Ok(true) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response(),
        Ok(false) => no(),
        Err(_) => come_again("the archive cannot be asked now\n"),
    }
}

/// `POST /websub/{token}`: the hub delivers. Answered once the delivery is on the disk; what comes under a token that
/// nobody has is not read at all.
pub(crate) async fn deliver(State(site): State<Arc<Site>>, Path(token): Path<String>, request: Request) -> Response {
    let gone = || (StatusCode::GONE, "no such subscription\n").into_response();
    let asked = token.clone();
    match site.ask(move |archive| Ok(archive.subscription_by_token(&asked)?.is_some())).await {
        Ok(true) => {}
        Ok(false) => return gone(),
        Err(_) => return come_again("the archive cannot be asked now\n"),
    }
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, DELIVERY_BYTES).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "a delivery has at most 10 MiB\n").into_response();
    };
    let text = |name: &str| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.filter(|value| value.len() <= WORD_BYTES).map(str::to_owned)
    };
    let (media_type, signature) = (text("content-type"), text("x-hub-signature"));
    let now = site.now();
    let keep = move |archive: &archive::Archive| {
        Ok(archive.receive_delivery(&token, media_type, signature, body.into(), now)?)
    };
    match site.ask(keep).await {
        Ok(Receipt::Kept) => StatusCode::ACCEPTED.into_response(),
        Ok(Receipt::Unknown) => gone(),
        Ok(Receipt::Full) => come_again("too much waits to be read\n"),
        Err(_) => come_again("the archive cannot take it now\n"),
    }
}

fn come_again(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, COME_AGAIN)], why).into_response()
}
