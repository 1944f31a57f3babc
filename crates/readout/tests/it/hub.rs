//! A feed whose hub delivers (WebSub): the real server, and an outlet and a hub played on one loopback port.

use crate::desk::{Server, program};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Reads one request: its first line and its body.
fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (first, String::from_utf8(body).unwrap())
}

fn send(to: &url::Url, method: &str, headers: &str, body: &str) -> (u16, String) {
    let address = format!("{}:{}", to.host_str().unwrap(), to.port_or_known_default().unwrap());
    let mut stream = TcpStream::connect(&address).unwrap();
    let path = &to[url::Position::BeforePath..];
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn document(own: SocketAddr, guid: &str) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:a=\"http://www.w3.org/2005/Atom\"><channel><title>The Harbour Sheet</title>\
         <a:link rel=\"hub\" href=\"http://{own}/hub\"/><a:link rel=\"self\" href=\"http://{own}/feed\"/>\
         <item><guid isPermaLink=\"false\">{guid}</guid><title>Word of {guid}</title></item></channel></rss>"
    )
}

/// Plays the outlet and its hub. A hub that is asked calls back with a challenge and, once agreed, delivers.
fn play(listener: &TcpListener) {
    let own = listener.local_addr().unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (first, body) = request(&stream);
        let (status, answer) = match first.split(' ').take(2).collect::<Vec<_>>()[..] {
            ["GET", "/feed"] => ("200 OK", document(own, "first")),
            ["POST", "/hub"] => ("202 Accepted", String::new()),
            _ => ("404 Not Found", String::new()),
        };
        let length = answer.len();
        write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{answer}").unwrap();
        drop(stream);
        if !first.starts_with("POST /hub") {
            continue;
        }
        let form: std::collections::HashMap<String, String> =
            url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let mut callback = url::Url::parse(&form["hub.callback"]).unwrap();
        callback
            .query_pairs_mut()
            .extend_pairs([("hub.mode", "subscribe"), ("hub.topic", &form["hub.topic"])])
            .extend_pairs([("hub.challenge", "sesame & co"), ("hub.lease_seconds", "86400")]);
        assert_eq!(send(&callback, "GET", "", ""), (200, "sesame & co".to_owned()));
        callback.set_query(None);
        for (guid, secret) in [("second", form["hub.secret"].as_str()), ("forged", "a guess")] {
            let body = document(own, guid);
            let signature = fetch::websub::signature(secret, body.as_bytes());
            let headers = format!("Content-Type: application/rss+xml\r\nX-Hub-Signature: {signature}\r\n");
            assert_eq!(send(&callback, "POST", &headers, &body).0, 202);
        }
    }
}

#[test]
fn a_hub_delivers_within_seconds_and_forgeries_are_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap();
    // A port that is free now; hubs have to know it before the server begins.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::thread::spawn(move || play(&listener));
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "[gather]\nfeed_delay_seconds = 0.0\nallow_private = [\"127.0.0.0/8\"]\ncallback = \"http://127.0.0.1:{port}\"\n"
    );
    std::fs::write(folder.path().join("readout.toml"), settings).unwrap();
    let added = program(folder.path()).args(["feed", "add", &format!("http://{own}/feed")]).output().unwrap();
    assert!(added.status.success(), "{added:?}");
    let server = Server::start(program(folder.path()).args(["serve", "--listen", &format!("127.0.0.1:{port}")]));
    let began = Instant::now();
    let (log, feed) = loop {
        let page = server.json("/sources.json?feed=1");
        let feed = page["feed"].clone();
        let log: Vec<String> = feed["fetches"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|line| format!("{} {}", line["outcome"].as_str().unwrap(), line["entries_new"]))
            .collect();
        if log.len() >= 3 {
            break (log, feed);
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the hub's deliveries were not read: {page}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(log, ["refused 0", "delivered 1", "fresh 1"]);
    assert_eq!(feed["hub"]["state"], "delivers what is new");
}
