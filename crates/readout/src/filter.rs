//! What every filter shares: JSON Lines in and out, in order, on all cores, without ever stopping at
//! a bad record.
//!
//! A filter reads items (lines, files), works on each on any core, and hands the results on in the
//! order of the input. Memory stays constant: at most a few items for each core are under way. The
//! output does not depend on the number of cores.

pub mod align;
pub mod annotate;
pub mod copies;
pub mod extract;
pub mod feed_parse;
pub mod group;
pub mod timeline;

use serde_json::{Map, Value, json};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// The longest line a filter reads. A longer one is a bad record, and is skipped without being held.
pub const LINE_LIMIT_BYTES: usize = 64 << 20;

/// How a filter uses the machine.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Jobs {
    /// How many cores to use; the output does not depend on it
    #[arg(long = "jobs", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
}

impl Jobs {
    /// The number asked for, else the number of cores.
    pub fn count(self) -> usize {
        match self.jobs {
            Some(n) => usize::from(n),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// Why one record has no result.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The record's own id; `null` when it could not be read.
    pub id: Value,
    /// Stable kebab-case name.
    pub code: &'static str,
    /// One plain sentence.
    pub message: String,
}

impl Failure {
    /// A failure of the record with this id.
    pub fn new(id: Value, code: &'static str, message: impl Into<String>) -> Self {
        Failure { id, code, message: message.into() }
    }
}

/// The result of one record: its line of output, or why there is none.
pub type Outcome = Result<Value, Failure>;

/// One line of input: its bytes, or why it could not be read.
pub type Line = Result<Vec<u8>, Failure>;

/// The lines of `reader` that hold something. A line over [`LINE_LIMIT_BYTES`] becomes a failure.
pub fn lines<R: Read + Send>(reader: R) -> impl Iterator<Item = Line> + Send {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut number = 0u64;
    std::iter::from_fn(move || {
        loop {
            number += 1;
            let mut line = Vec::new();
            match (&mut reader).take(LINE_LIMIT_BYTES as u64 + 1).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) if line.len() > LINE_LIMIT_BYTES => {
                    let skipped = skip_line(&mut reader);
                    let message = format!("line {number} is longer than {LINE_LIMIT_BYTES} bytes");
                    return Some(Err(match skipped {
                        Ok(()) => Failure::new(Value::Null, "line-too-long", message),
                        Err(error) => Failure::new(Value::Null, "input-unreadable", error.to_string()),
                    }));
                }
                Ok(_) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => return Some(Ok(line)),
                Err(error) => {
                    return Some(Err(Failure::new(Value::Null, "input-unreadable", format!("line {number}: {error}"))));
                }
            }
        }
    })
    .fuse()
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, found) = match buffer.iter().position(|&b| b == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        reader.consume(used);
        if found {
            return Ok(());
        }
    }
}

/// A record of input: a JSON object, with its id apart.
pub struct Record {
    /// As given, string or number; `null` when the record has none.
    pub id: Value,
    /// All fields.
    pub fields: Map<String, Value>,
}

impl Record {
    /// Reads one line.
    pub fn read(line: Line) -> Result<Self, Failure> {
        let line = line?;
        let value: Value = serde_json::from_slice(&line)
            .map_err(|error| Failure::new(Value::Null, "not-json", format!("not a line of JSON: {error}")))?;
        let Value::Object(fields) = value else {
            return Err(Failure::new(Value::Null, "not-an-object", "a record must be a JSON object"));
        };
        let id = fields.get("id").cloned().unwrap_or(Value::Null);
        Ok(Record { id, fields })
    }

    /// A field that must be a string.
    pub fn text(&self, name: &str) -> Result<&str, Failure> {
        match self.fields.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(self.fail("wrong-type", format!("`{name}` must be a string"))),
            None => Err(self.fail("field-missing", format!("`{name}` is missing"))),
        }
    }

    /// A field that may be a string, `null` or missing.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text(name).map(Some),
        }
    }

    /// A failure of this record.
    pub fn fail(&self, code: &'static str, message: impl Into<String>) -> Failure {
        Failure::new(self.id.clone(), code, message)
    }
}

/// Works on every item on `jobs` cores and gives the results to `sink` in the order of the items.
///
/// `sink` runs on the calling thread, so it may hold state from item to item. Ends early when `sink`
/// fails.
pub fn each<T, R>(
    jobs: usize,
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut sink: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()>
where
    T: Send,
    R: Send,
{
    struct Job<T, R> {
        item: T,
        answer: SyncSender<R>,
    }
    let (job_in, job_out) = sync_channel::<Job<T, R>>(jobs * 4);
    let (order_in, order_out) = sync_channel::<Receiver<R>>(jobs * 8);
    let job_out = Mutex::new(job_out);
    let (job_out, work) = (&job_out, &work);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(move || {
                loop {
                    let job = job_out.lock().expect("no worker panics while it takes a job").recv();
                    let Ok(Job { item, answer }) = job else { return };
                    // The reader of the answer is gone only when the sink failed; then nobody wants it.
                    if answer.send(work(item)).is_err() {
                        return;
                    }
                }
            });
        }
        scope.spawn(move || {
            for item in items {
                let (answer, result) = sync_channel(1);
                if order_in.send(result).is_err() || job_in.send(Job { item, answer }).is_err() {
                    return;
                }
            }
        });
        for result in order_out {
            sink(result.recv().expect("every job is answered"))?;
        }
        Ok(())
    })
}

/// Where a filter's results go: one line each on standard output, a count of them on a terminal, and
/// the exit status at the end.
pub struct Output {
    out: io::BufWriter<Box<dyn Write>>,
    progress: Option<indicatif::ProgressBar>,
    what: &'static str,
    done: u64,
    failed: u64,
}

impl Output {
    /// Standard output; `what` names the records in the summary ("pages", "texts").
    pub fn new(what: &'static str) -> Self {
        Self::to(what, Box::new(io::stdout().lock()), io::stdout().is_terminal())
    }

    /// Any writer; a terminal gets no bar between its lines.
    pub fn to(what: &'static str, out: Box<dyn Write>, is_terminal: bool) -> Self {
        let progress = (io::stderr().is_terminal() && !is_terminal).then(|| {
            let bar = indicatif::ProgressBar::no_length();
            bar.set_style(
                indicatif::ProgressStyle::with_template("{human_pos} {msg}, {per_sec}, {elapsed}")
                    .expect("the template is a constant"),
            );
            bar.set_message(what);
            bar
        });
        Output { out: io::BufWriter::with_capacity(1 << 16, out), progress, what, done: 0, failed: 0 }
    }

    /// Writes one result, or one error in its place.
    pub fn put(&mut self, outcome: Outcome) -> io::Result<()> {
        let value = self.count(outcome);
        self.line(&value)
    }

    /// [`Output::put`] of a result that is written as it is read, never held as one value.
    pub fn put_as_read<T: serde::Serialize>(&mut self, result: &T) -> io::Result<()> {
        // What is counted is not written.
        self.count(Ok(Value::Null));
        self.line(result)
    }

    fn line<T: serde::Serialize>(&mut self, value: &T) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")?;
        // A reader at the other end of a pipe sees the first results at once.
        if self.done <= 8 || self.done.is_multiple_of(64) {
            self.out.flush()?;
        }
        Ok(())
    }

    /// Counts one result and gives its line, for those who write it elsewhere.
    pub fn count(&mut self, outcome: Outcome) -> Value {
        self.done += 1;
        if let Some(bar) = &self.progress {
            bar.inc(1);
        }
        outcome.unwrap_or_else(|failure| {
            self.failed += 1;
            json!({"id": failure.id, "error": {"code": failure.code, "message": failure.message}})
        })
    }

    /// Flushes, prints the summary line when records failed, and gives the exit status.
    pub fn finish(mut self) -> io::Result<crate::Status> {
        self.out.flush()?;
        if let Some(bar) = self.progress.take() {
            bar.finish_and_clear();
        }
        if self.failed == 0 {
            return Ok(crate::Status::Done);
        }
        writeln!(
            io::stderr(),
            "{} of {} {} have an error; each stands in its record's place",
            self.failed,
            self.done,
            self.what
        )?;
        Ok(crate::Status::DoneWithProblems)
    }
}

/// Runs a filter whose records do not depend on each other, from standard input to standard output.
pub fn run(jobs: Jobs, what: &'static str, work: impl Fn(Record) -> Outcome + Sync) -> anyhow::Result<crate::Status> {
    let mut output = Output::new(what);
    let work = |line: Line| Record::read(line).and_then(&work);
    each(jobs.count(), lines(io::stdin()), work, |outcome| output.put(outcome))?;
    Ok(output.finish()?)
}

/// A range as filters print it, in code points: `[start, end]`.
pub fn pair(points: &news::text::CodePoints, range: &std::ops::Range<usize>) -> Value {
    let range = points.of_range(range);
    json!([range.start, range.end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_input_whatever_the_cores() {
        for jobs in [1, 2, 7] {
            let mut seen = Vec::new();
            let slow_for_even = |n: u32| {
                if n.is_multiple_of(2) {
                    std::thread::sleep(std::time::Duration::from_micros(200));
                }
                n
            };
            each(jobs, 0..200, slow_for_even, |n| {
                seen.push(n);
                Ok(())
            })
            .unwrap();
            assert_eq!(seen, (0..200).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_failing_sink_ends_the_work() {
        let ended = each(2, 0.., |n: u64| n, |n| if n < 10 { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) });
        assert!(ended.is_err());
    }

    #[test]
    fn bad_lines_fail_in_place_and_blank_ones_are_skipped() {
        let input = "{\"id\": 1}\n\n[2]\nnope\n{\"id\": \"x\"}";
        let got: Vec<_> = lines(input.as_bytes()).map(|l| Record::read(l).map(|r| r.id).map_err(|f| f.code)).collect();
        assert_eq!(got, [Ok(json!(1)), Err("not-an-object"), Err("not-json"), Ok(json!("x"))]);
    }
}
