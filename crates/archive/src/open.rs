//! Opening the archive: folder, lock, schema, writer and readers.

use crate::error::{Error, Result};
use crate::rows::ms;
use crate::segments::Segments;
use crate::writer::{Door, Pending, Writing};
use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

/// File name of the database in the data folder.
pub(crate) const DATABASE: &str = "readout.db";
/// Folder of the WARC segments in the data folder.
pub(crate) const SEGMENTS: &str = "segments";
/// Every migration in order; `pragma user_version` counts those that ran.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_outlets_and_feeds.sql"),
    include_str!("migrations/0002_articles.sql"),
    include_str!("migrations/0003_stories_and_topics.sql"),
    include_str!("migrations/0004_courtesy.sql"),
    include_str!("migrations/0005_websub.sql"),
    include_str!("migrations/0006_dated.sql"),
    include_str!("migrations/0007_decisions.sql"),
    include_str!("migrations/0008_tree.sql"),
    include_str!("migrations/0009_storylines.sql"),
];
const KNOWN_SCHEMA: u32 = MIGRATIONS.len() as u32;

/// How the archive keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A WARC segment is closed and the next begun once it is this long. 256 MiB.
    pub segment_size_bytes: u64,
    /// Connections that read at the same time. 4.
    pub readers: usize,
    /// Most pages of 4 KiB the database may take; `None` for no bound. For tests of a full disk.
    pub max_pages: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { segment_size_bytes: 256 << 20, readers: 4, max_pages: None }
    }
}

/// Everything gathered so far. Cheap to clone; clones share one writer and one pool of readers.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    door: Option<Door>,
    writer: Option<JoinHandle<()>>,
    readers: Mutex<Vec<Connection>>,
    returned: Condvar,
    /// Held open for the lock on it.
    lock: Option<File>,
    is_temporary: bool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.door.take());
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the archive's writer ended in a panic");
        }
        if let Ok(readers) = self.readers.get_mut() {
            readers.clear();
        }
        drop(self.lock.take());
        if self.is_temporary
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
        {
            tracing::warn!(%error, "a temporary archive was left behind");
        }
    }
}

/// How much the archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Outlets.
    pub outlets: u64,
    /// Feeds that are followed.
    pub feeds: u64,
    /// Entries seen in feeds.
    pub entries: u64,
    /// Articles.
    pub articles: u64,
    /// Articles marked gone now.
    pub gone: u64,
    /// Revisions.
    pub revisions: u64,
    /// Stories with at least one member.
    pub stories: u64,
    /// Topics.
    pub topics: u64,
    /// Statements.
    pub statements: u64,
    /// Responses kept in segments.
    pub records: u64,
    /// Size of the database file with its journal.
    pub database_bytes: u64,
    /// Size of all segments.
    pub segment_bytes: u64,
    /// The schema's number.
    pub schema: u32,
    /// The last number of the change sequence, see [`Archive::revisions_after`].
    pub last_change: i64,
}

impl Archive {
    /// Opens the archive in a folder for reading and writing, and makes folder and archive where there is none.
    ///
    /// [`Error::Locked`] when another process (or another [`Archive`] here) writes to it.
    pub fn open(folder: &Path) -> Result<Archive> {
        Archive::open_with(folder, Settings::default())
    }

    /// [`Archive::open`] with other settings.
    pub fn open_with(folder: &Path, settings: Settings) -> Result<Archive> {
        Archive::open_writing(folder, &settings, Flush::Always)
    }

    /// Opens for reading alone, beside a process that writes; every write answers [`Error::ReadOnly`].
    pub fn open_read_only(folder: &Path) -> Result<Archive> {
        if !folder.join(DATABASE).is_file() {
            return Err(Error::Missing { folder: folder.to_owned() });
        }
        let readers = read_connections(folder, Settings::default().readers)?;
        if let Some(conn) = readers.first() {
            let found = schema(conn)?;
            if found != KNOWN_SCHEMA {
                return Err(if found > KNOWN_SCHEMA {
                    Error::TooNew { found, known: KNOWN_SCHEMA }
                } else {
                    Error::Database(format!("the archive has schema {found}; open it once for writing to bring it up"))
                });
            }
        }
        Ok(Archive {
            inner: Arc::new(Inner {
                folder: folder.to_owned(),
                door: None,
                writer: None,
                readers: Mutex::new(readers),
                returned: Condvar::new(),
                lock: None,
                is_temporary: false,
            }),
        })
    }

    /// An archive for tests in a folder of its own under the system's temporary folder, removed with the
    /// last clone; nothing is flushed to the disk.
    pub fn in_memory() -> Result<Archive> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let folder = std::env::temp_dir().join(format!(
            "readout-archive-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|source| Error::io("clearing a temporary folder", source))?;
        }
        Archive::open_writing(&folder, &Settings::default(), Flush::Never)
    }

    fn open_writing(folder: &Path, settings: &Settings, flush: Flush) -> Result<Archive> {
        std::fs::create_dir_all(folder.join(SEGMENTS))
            .map_err(|source| Error::io(format!("making the folder `{}`", folder.display()), source))?;
        let lock = take_lock(folder)?;
        let mut conn = Connection::open(folder.join(DATABASE))?;
        prepare(&conn)?;
        conn.execute_batch(match flush {
            Flush::Always => "pragma synchronous = full",
            Flush::Never => "pragma synchronous = off",
        })?;
        if let Some(pages) = settings.max_pages {
            conn.pragma_update(None, "max_page_count", pages)?;
        }
        migrate(&mut conn)?;
        let segments = Segments::open(&conn, &folder.join(SEGMENTS), settings.segment_size_bytes, flush)?;
        let seq: i64 = conn.query_row("select coalesce(max(change_seq), 0) from articles", [], |row| row.get(0))?;
        let readers = read_connections(folder, settings.readers.clamp(1, 64))?;
        let (door, writer) = crate::writer::start(conn, segments, seq)?;
        Ok(Archive {
            inner: Arc::new(Inner {
                folder: folder.to_owned(),
                door: Some(door),
                writer: Some(writer),
                readers: Mutex::new(readers),
                returned: Condvar::new(),
                lock: Some(lock),
                is_temporary: flush == Flush::Never,
            }),
        })
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// How much the archive holds.
    pub fn stats(&self) -> Result<Stats> {
        let mut stats = self.read(|conn| {
            let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u64>(0));
            Ok(Stats {
                outlets: count("select count(*) from outlets")?,
                feeds: count("select count(*) from feeds where removed_at is null")?,
                entries: count("select count(*) from entries")?,
                articles: count("select count(*) from articles")?,
                gone: count("select count(*) from articles where gone_at is not null")?,
                revisions: count("select count(*) from revisions")?,
                stories: count("select count(*) from stories where texts > 0")?,
                topics: count("select count(*) from topics where removed_at is null")?,
                statements: count(
                    "select coalesce(sum(t.statements), 0) from revisions r join revision_texts t on t.id = r.text",
                )?,
                records: count("select count(*) from records")?,
                database_bytes: 0,
                segment_bytes: 0,
                schema: schema(conn)?,
                last_change: conn
                    .query_row("select coalesce(max(change_seq), 0) from articles", [], |row| row.get(0))?,
            })
        })?;
        let length = |path: PathBuf| std::fs::metadata(path).map_or(0, |m| m.len());
        stats.database_bytes = [DATABASE.to_owned(), format!("{DATABASE}-wal")]
            .into_iter()
            .map(|name| length(self.inner.folder.join(name)))
            .sum();
        let segments = self.inner.folder.join(SEGMENTS);
        stats.segment_bytes = std::fs::read_dir(&segments)
            .map_err(|source| Error::io("listing the segments", source))?
            .filter_map(|entry| entry.ok())
            .map(|entry| length(entry.path()))
            .sum();
        Ok(stats)
    }

    /// A small durable fact by name, such as `desk.last_visit_at`.
    pub fn fact(&self, name: &str) -> Result<Option<String>> {
        self.read(|conn| {
            Ok(conn
                .prepare_cached("select value from facts where name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()?)
        })
    }

    /// Keeps a small durable fact; the value before is replaced (these are settings, not findings).
    pub fn set_fact(&self, name: &str, value: &str, now: Timestamp) -> Result<()> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |w| {
            w.conn
                .prepare_cached(
                    "insert into facts (name, value, set_at) values (?1, ?2, ?3)
                     on conflict (name) do update set value = excluded.value, set_at = excluded.set_at",
                )?
                .execute((name, value, ms(now)))?;
            Ok(())
        })
    }

    /// Asks one consistent question of the database.
    pub(crate) fn read<T>(&self, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let reader = Reader::take(&self.inner)?;
        let snapshot = reader.conn().unchecked_transaction()?;
        let answer = question(&snapshot)?;
        snapshot.finish()?;
        Ok(answer)
    }

    /// Runs a write and waits until it is durable.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Writing<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_soon(write)?.durable()
    }

    /// Runs a write and does not wait until it is durable.
    pub(crate) fn write_soon<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Writing<'_>) -> Result<T> + Send + 'static,
    ) -> Result<Pending<T>> {
        crate::writer::send(self.inner.door.as_ref().ok_or(Error::ReadOnly)?, write)
    }
}

/// Whether writes are flushed to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flush {
    /// Before they are acknowledged.
    Always,
    /// Left to the system; for tests.
    Never,
}

/// A read connection that goes back to the pool.
struct Reader<'a> {
    inner: &'a Inner,
    conn: Option<Connection>,
}

impl<'a> Reader<'a> {
    fn take(inner: &'a Inner) -> Result<Self> {
        let mut free = inner.readers.lock().map_err(|_| Error::Closed)?;
        loop {
            if let Some(conn) = free.pop() {
                return Ok(Reader { inner, conn: Some(conn) });
            }
            free = inner.returned.wait(free).map_err(|_| Error::Closed)?;
        }
    }

    fn conn(&self) -> &Connection {
        self.conn.as_ref().expect("it is given back on drop alone")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let (Ok(mut free), Some(conn)) = (self.inner.readers.lock(), self.conn.take()) {
            free.push(conn);
            self.inner.returned.notify_one();
        }
    }
}

fn take_lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let doing = || format!("taking the lock `{}`", path.display());
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| Error::io(doing(), source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(|source| Error::io(doing(), source))?;
            return Err(Error::Locked { pid: pid.trim().parse().unwrap_or(0), folder: folder.to_owned() });
        }
        Err(TryLockError::Error(source)) => return Err(Error::io(doing(), source)),
    }
    // A lock whose number cannot be written (full disk) is a lock all the same.
    let named = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    if let Err(error) = named {
        tracing::warn!(%error, "the lock does not name this process");
    }
    Ok(file)
}

fn read_connections(folder: &Path, count: usize) -> Result<Vec<Connection>> {
    (0..count)
        .map(|_| {
            let conn = Connection::open_with_flags(
                folder.join(DATABASE),
                OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?;
            keep_plans(&conn)?;
            conn.execute_batch("pragma query_only = on; pragma cache_size = -8192; pragma mmap_size = 268435456")?;
            Ok(conn)
        })
        .collect()
}

fn prepare(conn: &Connection) -> Result<()> {
    keep_plans(conn)?;
    conn.execute_batch(
        "pragma journal_mode = wal; pragma foreign_keys = on; pragma cache_size = -32768;
         pragma temp_store = memory; pragma journal_size_limit = 67108864",
    )?;
    Ok(())
}

/// What holds of every connection: it waits for its turn, and a statement keeps the plan it was prepared with. Left to
/// itself SQLite planned many of ours anew each time they were asked with other values, which took a seventh of the
/// processor's time of taking articles in.
fn keep_plans(conn: &Connection) -> Result<()> {
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    conn.set_prepared_statement_cache_capacity(256);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn schema(conn: &Connection) -> Result<u32> {
    Ok(conn.query_row("pragma user_version", [], |row| row.get(0))?)
}

/// Brings the schema up to ours, one migration a transaction, forward only.
fn migrate(conn: &mut Connection) -> Result<()> {
    let found = schema(conn)?;
    if found > KNOWN_SCHEMA {
        return Err(Error::TooNew { found, known: KNOWN_SCHEMA });
    }
    for (number, sql) in (1u32..).zip(MIGRATIONS).skip(found as usize) {
        let tx = conn.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.commit()?;
    }
    Ok(())
}
