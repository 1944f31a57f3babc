//! What can go wrong in the archive, one variant for each thing a caller would do differently.

use std::path::PathBuf;

/// The result of a call on the archive.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong in the archive.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process writes to this folder.
    #[error(
        "the archive in `{}` is in use by process {pid}; stop it first, or open the archive read-only",
        folder.display()
    )]
    Locked {
        /// The process that holds the lock; 0 when it left no number.
        pid: u32,
        /// The data folder.
        folder: PathBuf,
    },
    /// There is no archive in this folder (only when opened read-only).
    #[error("there is no archive in `{}`; `readout serve` or any command that writes makes one", folder.display())]
    Missing {
        /// The data folder.
        folder: PathBuf,
    },
    /// The archive was written by a newer program.
    #[error("the archive has schema {found}, this program knows up to {known}; use the newer program")]
    TooNew {
        /// Its schema number.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// No room left on the disk. Nothing acknowledged is lost; the same write may be tried again once there is room.
    #[error("no room left on the disk of the archive; nothing that was acknowledged is lost ({0})")]
    Full(String),
    /// A thing that was named is not in the archive.
    #[error("there is no {what} {id} in the archive")]
    Unknown {
        /// `outlet`, `feed`, `article`, …
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// What a person asked for cannot be done, in one plain sentence without capital or full stop.
    #[error("{0}")]
    Refused(String),
    /// The archive was opened read-only.
    #[error("the archive was opened read-only")]
    ReadOnly,
    /// The writer has stopped, after an earlier error or because the archive is being closed.
    #[error("the archive is closed for writing")]
    Closed,
    /// Something kept in the archive cannot be read back.
    #[error("the archive is damaged: {0}; run `readout verify`")]
    Damaged(String),
    /// A file could not be read or written.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(String),
}

impl Error {
    /// The same error once more, for each caller of a group that failed together.
    pub(crate) fn again(&self) -> Error {
        match self {
            Error::Full(why) => Error::Full(why.clone()),
            Error::Io { doing, source } => {
                Error::Io { doing: doing.clone(), source: std::io::Error::new(source.kind(), source.to_string()) }
            }
            Error::Closed => Error::Closed,
            other => Error::Database(other.to_string()),
        }
    }

    /// A file error, or [`Error::Full`] when the disk is.
    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Error {
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Error::Full(format!("{}: {source}", doing.into()))
            }
            _ => Error::Io { doing: doing.into(), source },
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) if failure.code == rusqlite::ErrorCode::DiskFull => {
                Error::Full(error.to_string())
            }
            rusqlite::Error::FromSqlConversionFailure(_, _, inner) => Error::Damaged(inner.to_string()),
            _ => Error::Database(error.to_string()),
        }
    }
}
