//! The one thread that writes: closures from a bounded queue, committed in groups.
//!
//! Whatever is queued when the writer is free goes into one transaction, each closure under a savepoint of its
//! own, for at most [`GROUP_TIME`]; then the segment is flushed, the transaction committed (`synchronous=full`),
//! and everyone is told. A lone caller so waits for one flush; many callers share one.

use crate::error::{Error, Result};
use crate::segments::Segments;
use rusqlite::Connection;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
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
}

impl<T> Pending<T> {
    /// Waits until the write is on the disk (at most a few tens of milliseconds) and gives what it made.
    pub fn durable(self) -> Result<T> {
        self.committed.recv().map_err(|_| Error::Closed)??;
        Ok(self.value)
    }
}

/// Starts the writer; it ends when the sender is dropped.
pub(crate) fn start(
    conn: Connection,
    segments: Segments,
    seq: i64,
) -> Result<(SyncSender<Job>, std::thread::JoinHandle<()>)> {
    let (sender, jobs) = sync_channel(QUEUE);
    let thread = std::thread::Builder::new()
        .name("archive writer".to_owned())
        .spawn(move || run(&conn, segments, seq, &jobs))
        .map_err(|source| Error::Io { doing: "starting the archive's writer".to_owned(), source })?;
    Ok((sender, thread))
}

/// Sends a closure to the writer and waits until it ran.
pub(crate) fn send<T: Send + 'static>(
    sender: &SyncSender<Job>,
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
    sender.send(job).map_err(|_| Error::Closed)?;
    let value = ran.recv().map_err(|_| Error::Closed)??;
    Ok(Pending { value, committed })
}

fn run(conn: &Connection, mut segments: Segments, mut seq: i64, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let started = Instant::now();
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
            next = if outcome.is_ok() && started.elapsed() < GROUP_TIME { jobs.try_recv().ok() } else { None };
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
