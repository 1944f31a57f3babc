//! HTML to an article; the last revision and an article to a change.
