//! Bytes to a feed and its entries.
