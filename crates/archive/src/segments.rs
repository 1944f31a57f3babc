//! The archive's own WARC segments: appending, flushing, cutting a torn tail.
//!
//! A segment is a `.warc.gz` file of one gzip member a record. The writer appends while a transaction is open and
//! flushes before that transaction commits, so a row never names bytes that are not on the disk. Bytes that no row
//! names were never acknowledged: whole members among them are left, a torn one at the end is cut.

use crate::error::{Error, Result};
use crate::open::Flush;
use crate::rows::ms;
use crate::warc;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The segment that is written to, and when to begin the next.
pub(crate) struct Segments {
    folder: PathBuf,
    size_bytes: u64,
    flush: Flush,
    current: Option<Current>,
    is_dirty: bool,
    /// Writes that fail, for tests of a full disk.
    #[cfg(test)]
    pub(crate) failures: usize,
}

struct Current {
    id: i64,
    name: String,
    file: File,
    length: u64,
}

/// How far the segments were written at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    current: Option<(i64, String, u64)>,
}

impl Segments {
    /// Takes up the last segment where it was left, and cuts a torn tail off every segment.
    pub(crate) fn open(conn: &Connection, folder: &Path, size_bytes: u64, flush: Flush) -> Result<Segments> {
        let last: Option<(i64, String, u64)> = conn
            .query_row(
                "select s.id, s.name, coalesce((select max(offset_bytes + length_bytes) from records where segment = s.id), 0)
                 from segments s order by s.id desc limit 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let mut segments = Segments {
            folder: folder.to_owned(),
            size_bytes,
            flush,
            current: None,
            is_dirty: false,
            #[cfg(test)]
            failures: 0,
        };
        if let Some((id, name, named)) = last {
            segments.take_up(id, &name, named)?;
        }
        Ok(segments)
    }

    fn take_up(&mut self, id: i64, name: &str, named: u64) -> Result<()> {
        let path = self.folder.join(name);
        let doing = || format!("opening the segment `{}`", path.display());
        let mut file = match File::options().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // The records in it are lost, which `verify` reports; new ones go into a new segment.
                tracing::error!(segment = name, "a segment is missing");
                return Ok(());
            }
            Err(source) => return Err(Error::io(doing(), source)),
        };
        let length = file.metadata().map_err(|source| Error::io(doing(), source))?.len();
        if length < named {
            tracing::error!(segment = name, length, named, "a segment is shorter than its records");
            return Ok(());
        }
        let whole = named + warc::whole_members(&mut file, named).map_err(|source| Error::io(doing(), source))?;
        if whole < length {
            tracing::warn!(segment = name, cut_bytes = length - whole, "a torn tail was cut off");
            file.set_len(whole).map_err(|source| Error::io(doing(), source))?;
        }
        self.current = Some(Current { id, name: name.to_owned(), file, length: whole });
        Ok(())
    }

    /// Appends one gzip member and gives segment and offset.
    pub(crate) fn append(&mut self, conn: &Connection, member: &[u8], at: Timestamp) -> Result<(i64, u64)> {
        if self.current.as_ref().is_none_or(|current| current.length >= self.size_bytes) {
            self.roll(conn, at)?;
        }
        #[cfg(test)]
        if self.failures > 0 {
            self.failures -= 1;
            return Err(Error::Full("injected".to_owned()));
        }
        let current = self.current.as_mut().expect("the roll before opened one");
        let offset = current.length;
        let doing = || format!("writing to the segment `{}`", current.name);
        let written = current.file.seek(SeekFrom::Start(offset)).and_then(|_| current.file.write_all(member));
        if let Err(source) = written {
            if let Err(error) = current.file.set_len(offset) {
                tracing::warn!(%error, segment = current.name, "half a record stays until the next write");
            }
            return Err(Error::io(doing(), source));
        }
        current.length += member.len() as u64;
        self.is_dirty = true;
        Ok((current.id, offset))
    }

    fn roll(&mut self, conn: &Connection, at: Timestamp) -> Result<()> {
        self.flush()?;
        let next: i64 = conn.query_row("select coalesce(max(id), 0) + 1 from segments", [], |row| row.get(0))?;
        let name = format!("readout-{}-{next:05}.warc.gz", at.strftime("%Y%m%d%H%M%S"));
        let path = self.folder.join(&name);
        let doing = || format!("beginning the segment `{}`", path.display());
        // A file of this name can only stem from a roll that was never acknowledged.
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(|source| Error::io(doing(), source))?;
        let head = warc::info_member(&name, at);
        file.write_all(&head).map_err(|source| Error::io(doing(), source))?;
        conn.execute("insert into segments (id, name, opened_at) values (?1, ?2, ?3)", (next, &name, ms(at)))?;
        if self.flush == Flush::Always {
            // The new name must survive a power cut as well as the bytes.
            File::open(&self.folder).and_then(|f| f.sync_all()).map_err(|source| Error::io(doing(), source))?;
        }
        self.current = Some(Current { id: next, name, file, length: head.len() as u64 });
        self.is_dirty = true;
        Ok(())
    }

    /// Brings everything appended to the disk.
    pub(crate) fn flush(&mut self) -> Result<()> {
        if self.is_dirty
            && self.flush == Flush::Always
            && let Some(current) = &self.current
        {
            current
                .file
                .sync_data()
                .map_err(|source| Error::io(format!("flushing the segment `{}`", current.name), source))?;
        }
        self.is_dirty = false;
        Ok(())
    }

    /// Where the segments stand now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { current: self.current.as_ref().map(|c| (c.id, c.name.clone(), c.length)) }
    }

    /// Takes back what was appended since a mark, after its transaction was rolled back.
    pub(crate) fn back_to(&mut self, mark: &Mark) {
        if self.mark() == *mark {
            return;
        }
        let same = match (&self.current, &mark.current) {
            (Some(current), Some((id, _, _))) => current.id == *id,
            _ => false,
        };
        if same {
            if let (Some(current), Some((_, _, length))) = (self.current.as_mut(), &mark.current) {
                current.length = *length;
                if let Err(error) = current.file.set_len(*length) {
                    tracing::warn!(%error, segment = current.name, "unacknowledged bytes stay until the next write");
                }
            }
            return;
        }
        if let Some(begun) = self.current.take()
            && let Err(error) = std::fs::remove_file(self.folder.join(&begun.name))
        {
            tracing::warn!(%error, segment = begun.name, "an empty segment stays");
        }
        if let Some((id, name, length)) = &mark.current {
            match File::options().read(true).write(true).open(self.folder.join(name)) {
                Ok(file) => {
                    self.current = Some(Current { id: *id, name: name.clone(), file, length: *length });
                    if let Some(current) = &self.current
                        && let Err(error) = current.file.set_len(*length)
                    {
                        tracing::warn!(%error, segment = name, "unacknowledged bytes stay until the next write");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, segment = name, "the segment before cannot be taken up; a new one begins")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::responses::Response;
    use news::revision::Digest;

    fn response(n: usize) -> Response {
        Response {
            url: format!("https://a.example/{n}"),
            at: Timestamp::UNIX_EPOCH,
            status: 200,
            headers: Vec::new(),
            body: format!("body {n}").into_bytes(),
            http_version: "HTTP/1.1".into(),
            ip: None,
        }
    }

    #[test]
    fn a_failed_append_loses_nothing_and_the_next_one_works() {
        let archive = crate::Archive::in_memory().unwrap();
        let first = archive.keep_response(&response(1)).unwrap();
        archive
            .write(|w| {
                w.segments.failures = 1;
                Ok(())
            })
            .unwrap();
        assert!(matches!(archive.keep_response(&response(2)), Err(Error::Full(_))));
        let third = archive.keep_response(&response(3)).unwrap();
        for (id, n) in [(first, 1), (third, 3)] {
            assert_eq!(archive.response(id).unwrap().unwrap().response.body, response(n).body);
        }
        assert_eq!(archive.stats().unwrap().records, 2);
        assert!(archive.verify().unwrap().is_clean());
    }

    #[test]
    fn a_write_that_fails_after_its_append_takes_the_bytes_back() {
        let archive = crate::Archive::in_memory().unwrap();
        archive.keep_response(&response(1)).unwrap();
        let length = archive.stats().unwrap().segment_bytes;
        let member = warc::response_member(&response(2), &Digest::of(b"body 2")).unwrap();
        let failed = archive.write(move |w| -> Result<()> {
            w.segments.append(w.conn, &member, Timestamp::UNIX_EPOCH)?;
            Err(Error::Closed)
        });
        assert!(failed.is_err());
        assert_eq!(archive.stats().unwrap().segment_bytes, length);
    }

    #[test]
    fn a_roll_that_is_taken_back_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let settings = crate::Settings { segment_size_bytes: 1, ..crate::Settings::default() };
        let archive = crate::Archive::open_with(folder.path(), settings).unwrap();
        archive.keep_response(&response(1)).unwrap();
        let count = || std::fs::read_dir(folder.path().join("segments")).unwrap().count();
        let before = count();
        let member = warc::response_member(&response(2), &Digest::of(b"body 2")).unwrap();
        let failed = archive.write(move |w| -> Result<()> {
            w.segments.append(w.conn, &member, Timestamp::UNIX_EPOCH)?;
            Err(Error::Closed)
        });
        assert!(failed.is_err());
        assert_eq!(count(), before);
        let id = archive.keep_response(&response(3)).unwrap();
        assert_eq!(archive.response(id).unwrap().unwrap().response.body, b"body 3");
    }

    #[test]
    fn a_panic_in_one_write_leaves_the_writer_running() {
        let archive = crate::Archive::in_memory().unwrap();
        let failed = archive.write(|_| -> Result<()> { panic!("a mistake of ours") });
        assert!(matches!(failed, Err(Error::Closed)));
        archive.keep_response(&response(1)).unwrap();
    }
}
