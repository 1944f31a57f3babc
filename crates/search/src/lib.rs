//! Revisions to an index to hits; derived, rebuilt at will.
