//! A network that is played: answers made by a function, for simulations that must not touch a socket.
//!
//! Everything above the wire stays as it is: guard, turns, silence, redirects, limits, decoding, deadlines.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use url::Url;

/// A request as it would go out.
#[derive(Clone, Debug)]
pub struct Request {
    /// The URL of this hop.
    pub url: Url,
    /// The address that the name gave and the guard let through.
    pub address: IpAddr,
    /// The headers set for this request, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The form sent with it, URL-encoded; with one it is a POST.
    pub form: Option<String>,
}

impl Request {
    /// The header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// An answer as it would come in.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as transferred.
    pub body: Vec<u8>,
}

/// What names resolve to; an empty list is a name without an address.
pub type Names = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// What hosts answer; `Err` is a connection that could not be had. May take time, by tokio's clock.
pub type Hosts = Arc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Result<Answer, String>> + Send>> + Send + Sync>;
