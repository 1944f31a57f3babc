//! HTTP/1.1 on loopback: one listener for each outlet, all answered by one [`Play`].

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What answers the requests. `place` counts the listeners in the order they were bound.
pub(crate) trait Play: Send + Sync + 'static {
    fn answer(&self, place: usize, ask: &Ask<'_>) -> Answer;
}

/// A request as far as an outlet looks at it.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a Method,
    /// Path and query, as sent.
    pub(crate) target: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Ask<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    pub(crate) fn takes_gzip(&self) -> bool {
        self.header("accept-encoding").is_some_and(|v| v.contains("gzip"))
    }
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    pub(crate) delay: Duration,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Answer {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }

    pub(crate) fn json(status: u16, value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(status, "application/json", body),
            Err(error) => Self::new(500, "text/plain", error.to_string()),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Compresses the body for those who accept gzip.
    pub(crate) fn gzipped(mut self, ask: &Ask<'_>) -> Self {
        if !ask.takes_gzip() || self.body.is_empty() {
            return self;
        }
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        if io::Write::write_all(&mut coder, &self.body).is_ok()
            && let Ok(body) = coder.finish()
        {
            self.body = body.into();
            self.headers.push(("content-encoding", "gzip".to_owned()));
            self.headers.push(("vary", "Accept-Encoding".to_owned()));
        }
        self
    }
}

/// Binds `count` listeners on 127.0.0.1: ports chosen by the system, or `base_port` and those after it.
pub(crate) async fn bind(count: usize, base_port: Option<u16>) -> io::Result<Vec<TcpListener>> {
    let mut out = Vec::with_capacity(count);
    for at in 0..count {
        let port = match base_port {
            None => 0,
            Some(base) => u16::try_from(at)
                .ok()
                .and_then(|at| base.checked_add(at))
                .ok_or_else(|| io::Error::other(format!("ports {base} and the {count} after it do not exist")))?,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|e| io::Error::new(e.kind(), format!("cannot listen on 127.0.0.1:{port}: {e}")))?;
        out.push(listener);
    }
    Ok(out)
}

/// The ports of bound listeners, in order.
pub(crate) fn ports(listeners: &[TcpListener]) -> io::Result<Vec<u16>> {
    listeners.iter().map(|l| l.local_addr().map(|a| a.port())).collect()
}

/// Open listeners; they close when this is dropped.
#[derive(Debug)]
pub(crate) struct Doors {
    _close: watch::Sender<()>,
}

/// Answers on every listener until the doors are dropped. Must be called inside a tokio runtime.
pub(crate) fn open<P: Play>(listeners: Vec<TcpListener>, play: &Arc<P>) -> Doors {
    let (close, closed) = watch::channel(());
    for (place, listener) in listeners.into_iter().enumerate() {
        let app = Router::new().fallback(reply::<P>).with_state((Arc::clone(play), place));
        let mut closed = closed.clone();
        // Without this, small answers wait for the client's delayed acknowledgement.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        tokio::spawn(async move {
            // The sender sends nothing; an error here says that it was dropped.
            let until = async move { drop(closed.changed().await) };
            drop(axum::serve(listener, app).with_graceful_shutdown(until).await);
        });
    }
    Doors { _close: close }
}

const LARGEST_REQUEST_BYTES: usize = 4 << 20;

async fn reply<P: Play>(State((play, place)): State<(Arc<P>, usize)>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let body = if head.method == Method::GET || head.method == Method::HEAD {
        Bytes::new()
    } else {
        match to_bytes(body, LARGEST_REQUEST_BYTES).await {
            Ok(body) => body,
            Err(_) => return response(Answer::new(413, "text/plain", "too large"), false),
        }
    };
    let target = head.uri.path_and_query().map_or("/", |t| t.as_str());
    let ask = Ask { method: &head.method, target, headers: &head.headers, body: &body };
    let answer = play.answer(place, &ask);
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    response(answer, head.method == Method::HEAD)
}

fn response(answer: Answer, without_body: bool) -> Response {
    let mut out = Response::new(if without_body { Body::empty() } else { Body::from(answer.body) });
    *out.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            out.headers_mut().append(name, value);
        }
    }
    out
}
