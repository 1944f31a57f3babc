//! How the words are written into columns and read back.
