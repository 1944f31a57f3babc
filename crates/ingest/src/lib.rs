//! Walks an item through the steps and hands each result to the archive.
