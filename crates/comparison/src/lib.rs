//! A story to who says what.
