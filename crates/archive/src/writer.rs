//! The one thread that writes: closures from a bounded queue, committed in groups.
//!
//! What comes within [`GROUP_TIME`] goes into one transaction, each closure under a savepoint of its own; then the
//! segment is flushed, the transaction committed (`synchronous=full`), and everyone is told. Where somebody waits for
//! the disk the writer does so as soon as nothing is queued: a lone caller waits for one flush, many callers share
//! one, and one who writes without waiting pays for a flush every [`GROUP_TIME`].

use crate::error::{Error, Result};
use crate::segments::Segments;
use rusqlite::Connection;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

/// Jobs that may wait; a caller beyond that waits for its place.
const QUEUE: usize = 1_024;
/// How long one transaction gathers jobs.
const GROUP_TIME: Duration = Duration::from_millis(20);

/// What a write may use.
pub(crate) struct Writing<'a> {
    /// The write connection, inside a transaction.
    pub(crate) conn: &'a Connection,
    /// The segment that is written to.
    pub(crate) segments: &'a mut Segments,
    /// The last number given out in the change sequence.
    pub(crate) seq: &'a mut i64,
}

impl Writing<'_> {
    /// The next number of the change sequence.
    pub(crate) fn next_seq(&mut self) -> i64 {
        *self.seq += 1;
        *self.seq
    }
}

type Finish = Box<dyn FnOnce(&Result<()>)>;
/// Tells the caller of a write that failed by itself, once the write is taken back.
type Refuse = Box<dyn FnOnce()>;
pub(crate) type Job = Box<dyn FnOnce(&mut Writing<'_>) -> std::result::Result<Finish, Refuse> + Send>;

/// A write that is done and not yet durable. Dropping it does not undo the write.
#[must_use = "the write may still fail to reach the disk; call `durable`"]
pub struct Pending<T> {
    /// What the write made. Holds only if [`Pending::durable`] answers `Ok`.
    pub value: T,
    committed: Receiver<Result<()>>,
    bell: Bell,
}

impl<T> Pending<T> {
    /// Waits until the write is on the disk (at most a few tens of milliseconds) and gives what it made.
    pub fn durable(self) -> Result<T> {
        self.bell.ring();
        self.committed.recv().map_err(|_| Error::Closed)??;
        Ok(self.value)
    }
}

/// Tells the writer that somebody waits for the disk.
#[derive(Clone)]
struct Bell {
    is_awaited: Arc<AtomicBool>,
    writer: Thread,
}

impl Bell {
    fn ring(&self) {
        self.is_awaited.store(true, Ordering::SeqCst);
        self.writer.unpark();
    }
}

/// The way to the writer, which ends when this is dropped.
pub(crate) struct Door {
    jobs: SyncSender<Job>,
    bell: Bell,
}

/// Starts the writer.
pub(crate) fn start(conn: Connection, segments: Segments, seq: i64) -> Result<(Door, JoinHandle<()>)> {
    let (sender, jobs) = sync_channel(QUEUE);
    let is_awaited = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&is_awaited);
    let thread = std::thread::Builder::new()
        .name("archive writer".to_owned())
        .spawn(move || run(&conn, segments, seq, &jobs, &heard))
        .map_err(|source| Error::Io { doing: "starting the archive's writer".to_owned(), source })?;
    let bell = Bell { is_awaited, writer: thread.thread().clone() };
    Ok((Door { jobs: sender, bell }, thread))
}

/// Sends a closure to the writer and waits until it ran.
pub(crate) fn send<T: Send + 'static>(
    door: &Door,
    write: impl FnOnce(&mut Writing<'_>) -> Result<T> + Send + 'static,
) -> Result<Pending<T>> {
    let (made, ran) = sync_channel::<Result<T>>(1);
    let (tell, committed) = sync_channel::<Result<()>>(1);
    let job: Job = Box::new(move |writing| {
        // Wherever an answer is sent: a caller that went away needs none.
        match write(writing) {
            Ok(value) => {
                made.send(Ok(value)).ok();
                Ok(Box::new(move |outcome: &Result<()>| {
                    tell.send(outcome.as_ref().copied().map_err(Error::again)).ok();
                }))
            }
            Err(error) => Err(Box::new(move || {
                made.send(Err(error)).ok();
            })),
        }
    });
    door.jobs.send(job).map_err(|_| Error::Closed)?;
    door.bell.writer.unpark();
    let value = ran.recv().map_err(|_| Error::Closed)??;
    Ok(Pending { value, committed, bell: door.bell.clone() })
}

fn run(conn: &Connection, mut segments: Segments, mut seq: i64, jobs: &Receiver<Job>, is_awaited: &AtomicBool) {
    while let Ok(first) = jobs.recv() {
        let started = Instant::now();
        // Whoever waits for a write of this group rings after the write ran.
        is_awaited.store(false, Ordering::SeqCst);
        let mut finishes: Vec<Finish> = Vec::new();
        let group_mark = segments.mark();
        let mut outcome = conn.execute_batch("begin immediate").map_err(Error::from);
        let mut next = Some(first);
        while let Some(job) = next {
            if outcome.is_ok() {
                if let Err(error) = run_one(conn, &mut segments, &mut seq, job, &mut finishes) {
                    outcome = Err(error);
                }
            } else {
                // The group is lost already; its callers hear why from their own closed channel.
                drop(job);
            }
            next = if outcome.is_ok() { next_of_group(jobs, started, is_awaited) } else { None };
        }
        let outcome =
            outcome.and_then(|()| segments.flush()).and_then(|()| conn.execute_batch("commit").map_err(Error::from));
        if let Err(error) = &outcome {
            tracing::error!(%error, "a group of writes was rolled back");
            if !conn.is_autocommit() && conn.execute_batch("rollback").is_err() {
                tracing::error!("the rollback failed too");
            }
            segments.back_to(&group_mark);
        }
        for finish in finishes {
            finish(&outcome);
        }
    }
    if let Err(error) = conn.execute_batch("pragma optimize; pragma wal_checkpoint(truncate)") {
        tracing::warn!(%error, "the journal was not folded in on closing; the next start does it");
    }
}

/// The next job of the group that began at `started`; `None` when its time is up, or when nothing is queued and
/// somebody waits.
fn next_of_group(jobs: &Receiver<Job>, started: Instant, is_awaited: &AtomicBool) -> Option<Job> {
    loop {
        let left = GROUP_TIME.checked_sub(started.elapsed()).filter(|left| !left.is_zero())?;
        match jobs.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if is_awaited.load(Ordering::SeqCst) => return None,
            // Whoever sends a job or waits for one wakes this thread.
            Err(TryRecvError::Empty) => std::thread::park_timeout(left),
        }
    }
}

/// Runs one job under a savepoint. `Err` when the whole transaction is lost.
fn run_one(
    conn: &Connection,
    segments: &mut Segments,
    seq: &mut i64,
    job: Job,
    finishes: &mut Vec<Finish>,
) -> Result<()> {
    conn.execute_batch("savepoint job")?;
    let mark = segments.mark();
    let mut writing = Writing { conn, segments, seq };
    let done = std::panic::catch_unwind(AssertUnwindSafe(|| job(&mut writing)));
    match done {
        Ok(Ok(finish)) => {
            finishes.push(finish);
            conn.execute_batch("release job")?;
        }
        failed => {
            segments.back_to(&mark);
            let undone = if conn.is_autocommit() {
                Err(Error::Full("the database rolled the transaction back".to_owned()))
            } else {
                conn.execute_batch("rollback to job; release job").map_err(Error::from)
            };
            if let Ok(Err(refuse)) = failed {
                refuse();
            }
            undone?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Archive, Response};
    use jiff::Timestamp;
    use std::time::{Duration, Instant};

    #[test]
    fn a_write_that_nobody_waits_for_is_soon_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(folder.path()).unwrap();
        let response = Response {
            url: "https://a.example/1".into(),
            at: Timestamp::UNIX_EPOCH,
            status: 200,
            headers: Vec::new(),
            body: b"body".to_vec(),
            http_version: "HTTP/1.1".into(),
            ip: None,
        };
        let pending = archive.keep_response_soon(&response).unwrap();
        let began = Instant::now();
        while archive.response(pending.value).unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(10), "the group was never committed");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
