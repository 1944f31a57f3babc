//! `readout feed parse`: feeds in files to one JSON object a line, in the order given.
//!
//! Input is a list of files, or an index of JSON Lines `{id, file, url, headers}` whose files stand
//! beside it; `-` reads one feed from standard input. The result is that of `feed::result_json`, with
//! `id`, `ok` and `problems` added.

use super::{Failure, Jobs, Line, Output, Record, each, lines};
use anyhow::Context;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file read, in bytes.
const LIMIT_BYTES: u64 = 50 << 20;
/// Entries beyond which a feed is never held as one JSON value, which takes several times its document's memory.
const WRITTEN_AS_READ: usize = 2_000;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Feeds to read; `-` for standard input
    files: Vec<PathBuf>,
    /// Lines `{id, file, url, headers}`: feeds with the address and headers they were served with
    #[arg(long, value_name = "FILE", conflicts_with = "files")]
    index: Option<PathBuf>,
    #[command(flatten)]
    jobs: Jobs,
}

/// Runs the filter; results go to standard output.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    let mut output = Output::new("feeds");
    match &args.index {
        Some(index) => {
            let dir = index.parent().unwrap_or(Path::new("")).to_owned();
            let input: Box<dyn Read + Send> = if index == Path::new("-") {
                Box::new(std::io::stdin())
            } else {
                Box::new(std::fs::File::open(index).with_context(|| format!("opening {}", index.display()))?)
            };
            each(args.jobs.count(), lines(input), |line| listed(line, &dir), |found| put(&mut output, found))?;
        }
        None => {
            let files = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files.clone() };
            let work = |path: PathBuf| {
                let id = json!(path.to_string_lossy());
                let body = body(&path).map_err(|message| Failure::new(id.clone(), "file-unreadable", message))?;
                read(&id, &body, None, &feed::Headers::default())
            };
            each(args.jobs.count(), files.into_iter(), work, |found| put(&mut output, found))?;
        }
    }
    Ok(output.finish()?)
}

/// One line of an index.
fn listed(line: Line, dir: &Path) -> Result<Found, Failure> {
    let record = Record::read(line)?;
    let url = match record.optional_text("url")? {
        Some(url) => {
            Some(url::Url::parse(url).map_err(|error| record.fail("url-unreadable", format!("`{url}`: {error}")))?)
        }
        None => None,
    };
    let mut headers = feed::Headers::default();
    let given = record.fields.get("headers").and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let value = value.as_str().map(str::to_owned);
        match &*name.to_ascii_lowercase() {
            "content-type" => headers.content_type = value,
            "content-location" => headers.content_location = value,
            "content-language" => headers.content_language = value,
            _ => {}
        }
    }
    let body = body(&dir.join(record.text("file")?)).map_err(|message| record.fail("file-unreadable", message))?;
    read(&record.id, &body, url.as_ref(), &headers)
}

fn body(path: &Path) -> Result<Vec<u8>, String> {
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?)
    };
    let mut body = Vec::new();
    reader.take(LIMIT_BYTES + 1).read_to_end(&mut body).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(body)
}

fn read(id: &Value, body: &[u8], url: Option<&url::Url>, headers: &feed::Headers) -> Result<Found, Failure> {
    let parsed = match url {
        Some(url) => feed::parse(body, url, headers),
        None => feed::parse_local(body, headers),
    };
    let parsed = parsed.map_err(|error| {
        let code = match error {
            feed::Error::TooLarge { .. } => "too-large",
            feed::Error::Page => "is-a-page",
            feed::Error::NotAFeed => "not-a-feed",
        };
        Failure::new(id.clone(), code, error.to_string())
    })?;
    let large = Large { id: id.clone(), parsed };
    // A small feed is made into its line here, on any core; a large one where it is written.
    if large.parsed.value.items.len() > WRITTEN_AS_READ {
        return Ok(Found::Large(Box::new(large)));
    }
    serde_json::to_value(&large)
        .map(Found::Line)
        .map_err(|error| Failure::new(id.clone(), "not-writable", format!("the result could not be written: {error}")))
}

/// What a feed gave.
enum Found {
    /// Its line.
    Line(Value),
    /// What its line is written from.
    Large(Box<Large>),
}

/// A feed whose line is written entry by entry.
struct Large {
    id: Value,
    parsed: news::parsed::Parsed<feed::Document>,
}

impl Serialize for Large {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = &self.parsed.value;
        let problems = self.parsed.problems.iter().map(|p| json!({"code": p.code, "message": p.message}));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("ok", &true)?;
        for (name, value) in &feed::head_json(document) {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("entries", &Entries(document))?;
        map.serialize_entry("problems", &problems.collect::<Vec<_>>())?;
        map.end()
    }
}

struct Entries<'a>(&'a feed::Document);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.items.iter().map(feed::entry_json))
    }
}

fn put(output: &mut Output, found: Result<Found, Failure>) -> std::io::Result<()> {
    match found {
        Ok(Found::Line(line)) => output.put(Ok(line)),
        Ok(Found::Large(large)) => output.put_as_read(&large),
        Err(failure) => output.put(Err(failure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feed_gives_its_result_and_a_page_an_error_in_its_place() {
        let result = read(
            &json!(7),
            b"<rss version='2.0'><channel><title>A</title></channel></rss>",
            None,
            &feed::Headers::default(),
        );
        let Ok(Found::Line(result)) = result else { panic!("a feed of no entries is small") };
        assert_eq!((&result["id"], &result["ok"], &result["feed"]["title"]), (&json!(7), &json!(true), &json!("A")));
        let error = read(&json!(8), b"<!DOCTYPE html><html><body>no</body></html>", None, &feed::Headers::default());
        assert_eq!(error.err().map(|f| f.code), Some("is-a-page"));
    }

    #[test]
    fn a_large_feed_gives_the_line_it_would_give_as_one_value() {
        let items: String = (0..=WRITTEN_AS_READ).map(|n| format!("<item><title>{n}</title></item>")).collect();
        let body = format!("<rss version='2.0'><channel><title>A</title>{items}</channel></rss>");
        let found = read(&json!("x"), body.as_bytes(), None, &feed::Headers::default());
        let Ok(Found::Large(large)) = found else { panic!("it has more entries than are held as one value") };
        let line = serde_json::to_string(&large).expect("a line");
        assert!(line.starts_with(r#"{"id":"x","ok":true,"wellformed":true,"#), "{}", &line[..80]);
        let value: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value, serde_json::to_value(&large).expect("a value"));
        assert_eq!(value["entries"].as_array().map(Vec::len), Some(WRITTEN_AS_READ + 1));
    }
}
