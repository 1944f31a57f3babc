//! Any bytes at all, served with one header or another.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| feed_fuzz::check(data, &feed_fuzz::headers(data.len())));
