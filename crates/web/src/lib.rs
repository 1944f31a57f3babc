//! The archive to pages; the one room that answers HTTP and writes HTML.
