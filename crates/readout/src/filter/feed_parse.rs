//! `readout feed parse`: feeds in files to one JSON object a line, in the order given.
//!
//! Input is a list of files, or an index of JSON Lines `{id, file, url, headers}` whose files stand
//! beside it; `-` reads one feed from standard input. The result is that of `feed::result_json`, with
//! `id`, `ok` and `problems` added.

use super::{Failure, Jobs, Line, Outcome, Output, Record, each, lines};
use anyhow::Context;
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file read, in bytes.
const LIMIT_BYTES: u64 = 50 << 20;

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
            each(args.jobs.count(), lines(input), |line| listed(line, &dir), |outcome| output.put(outcome))?;
        }
        None => {
            let files = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files.clone() };
            let work = |path: PathBuf| {
                let id = json!(path.to_string_lossy());
                let body = body(&path).map_err(|message| Failure::new(id.clone(), "file-unreadable", message))?;
                read(&id, &body, None, &feed::Headers::default())
            };
            each(args.jobs.count(), files.into_iter(), work, |outcome| output.put(outcome))?;
        }
    }
    Ok(output.finish()?)
}

/// One line of an index.
fn listed(line: Line, dir: &Path) -> Outcome {
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

fn read(id: &Value, body: &[u8], url: Option<&url::Url>, headers: &feed::Headers) -> Outcome {
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
    let problems = parsed.problems.iter().map(|p| json!({"code": p.code, "message": p.message}));
    let mut result = json!({"id": id, "ok": true});
    if let (Value::Object(result), Value::Object(found)) = (&mut result, feed::result_json(&parsed.value)) {
        result.extend(found);
        result.insert("problems".to_owned(), problems.collect());
    }
    Ok(result)
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
        let result = result.expect("a feed");
        assert_eq!((&result["id"], &result["ok"], &result["feed"]["title"]), (&json!(7), &json!(true), &json!("A")));
        let error = read(&json!(8), b"<!DOCTYPE html><html><body>no</body></html>", None, &feed::Headers::default());
        assert_eq!(error.map_err(|f| f.code), Err("is-a-page"));
    }
}
