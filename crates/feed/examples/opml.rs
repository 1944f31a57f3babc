//! Reads a list of feeds on standard input and writes it as we write them, to compare with what other programs read.

use std::io::{Read, Write};

fn main() {
    let mut list = Vec::new();
    std::io::stdin().lock().read_to_end(&mut list).expect("standard input can be read");
    let read = feed::opml::read(&list).expect("a list");
    for problem in &read.problems {
        eprintln!("{}: {}", problem.code, problem.message);
    }
    std::io::stdout().write_all(feed::opml::write(&read.value).as_bytes()).expect("standard output takes it");
}
