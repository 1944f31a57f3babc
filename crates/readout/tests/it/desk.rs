//! What every journey needs: a newsroom, an empty archive, the real binary, and a plain HTTP client.

use newsroom::Newsroom;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// Settings that make the outlets of a test be asked as often as it likes.
const SETTINGS: &str = "[gather]\npage_delay_seconds = 0.0\nfeed_delay_seconds = 0.0\nfeed_floor_minutes = 0.0\n\
                        timeout_seconds = 20.0\nallow_private = [\"127.0.0.0/8\"]\n";

/// A newsroom and the archive that follows it.
pub struct Desk {
    pub newsroom: Newsroom,
    pub folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Desk {
    /// An empty archive beside a newsroom that plays.
    pub fn empty() -> Desk {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let settings = newsroom::Settings { base_port: None, now: jiff::Timestamp::now() };
        let newsroom = runtime.block_on(Newsroom::start(settings)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("readout.toml"), SETTINGS).unwrap();
        Desk { newsroom, folder, _runtime: runtime }
    }

    /// Every outlet of the newsroom added with its feeds and topics, nothing gathered yet.
    pub fn set_up() -> Desk {
        let desk = Desk::empty();
        desk.add(|_| true);
        for topic in &desk.newsroom.manifest().topics {
            desk.ok(&["topic", "add", &topic.title, "--query", &topic.query]);
        }
        desk
    }

    /// [`Desk::set_up`] after one cycle.
    pub fn gathered() -> Desk {
        let desk = Desk::set_up();
        desk.gather();
        desk
    }

    /// Adds those outlets with their feeds.
    pub fn add(&self, wanted: impl Fn(&str) -> bool) {
        for outlet in self.newsroom.outlets().iter().filter(|outlet| wanted(&outlet.slug)) {
            let kind = outlet.kind.word();
            let mut args =
                vec!["outlet", "add", &outlet.name, "--homepage", &outlet.homepage, "--language", &outlet.language];
            let flag = format!("--{kind}");
            if kind != "news" {
                args.push(&flag);
            }
            self.ok(&args);
            for feed in &outlet.feeds {
                self.ok(&["feed", "add", &feed.url, "--outlet", &outlet.name, "--kind", feed.kind]);
            }
        }
    }

    /// One cycle: everything that is due.
    pub fn gather(&self) -> String {
        self.done(&["ingest", "--once"])
    }

    /// One cycle with every feed and every page visited again.
    pub fn gather_again(&self) -> String {
        self.done(&["ingest", "--once", "--now"])
    }

    /// The program on this archive.
    pub fn program(&self) -> Command {
        program(self.folder.path())
    }

    /// Runs a command, whatever its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.program().args(args).output().unwrap()
    }

    /// Runs a command that must end well; gives what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "readout {args:?}: {}\n{error}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that may end with problems (status 3) but not fail.
    pub fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 3)), "readout {args:?}: {}\n{error}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Everything in the archive, one row an article.
    pub fn articles(&self) -> Vec<Value> {
        lines(&self.ok(&["export"]))
    }

    /// The row of the article with this key in the newsroom.
    pub fn row(&self, key: &str) -> Value {
        let url = &self.newsroom.manifest().article(key).unwrap_or_else(|| panic!("no article {key}")).url;
        let rows = self.articles();
        let found: Vec<_> = rows.into_iter().filter(|row| row["url"].as_str() == Some(url)).collect();
        assert_eq!(found.len(), 1, "{key} at {url} stands {} times in the archive", found.len());
        found.into_iter().next().unwrap()
    }

    /// The server on this archive, which asks no outlet anything.
    pub fn serve(&self) -> Server {
        Server::start(self.program().args(["serve", "--no-gather", "--listen", "127.0.0.1:0"]))
    }
}

/// The program on an archive.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readout"));
    command.arg("--data").arg(folder).env_remove("READOUT_DATA").env_remove("READOUT_CONFIG");
    command
}

/// Lines of JSON.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// A running server; it is asked to end when dropped.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts it and waits for its address.
    pub fn start(command: &mut Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the server ended before it gave its address");
        }
        let address = line.split("http://").nth(1).unwrap().trim().trim_end_matches('/').to_owned();
        // What else it says is read and dropped, so that it never waits for us.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Server { child, address }
    }

    /// Asks for a page; gives status, head and body.
    pub fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n{more}\r\n", self.address).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    /// Sends a form as a browser does from one of our own pages; gives status, head and body.
    pub fn send(&self, path: &str, form: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.0\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
            self.address,
            form.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    /// Asks for a page under another host name; gives the status and the answer.
    pub fn ask_as(&self, host: &str, path: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), String::new(), answer)
    }

    /// A page that must be there.
    pub fn page(&self, path: &str) -> String {
        let (status, _, body) = self.ask(path, &[]);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The JSON of a page.
    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.page(path)).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
