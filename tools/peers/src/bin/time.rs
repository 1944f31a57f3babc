//! CPU time of each system on each page: one line of `system, set, page, milliseconds`, parted by tabs.
//!
//! Every system reads a page before the next page comes, so that a busy machine slows all of them alike. Of
//! several rounds the fastest counts: what is above it is the machine's.

use peers::{SYSTEMS, cpu_ms, pages};
use std::hint::black_box;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("the folder of the pages");
    let rounds: usize = arguments.next().map_or(3, |n| n.parse().expect("a number of rounds"));
    let pages = pages(folder.as_ref());
    let mut best = vec![vec![f64::MAX; SYSTEMS.len()]; pages.len()];
    for _ in 0..rounds {
        for (page, best) in pages.iter().zip(&mut best) {
            for ((_, system), best) in SYSTEMS.iter().zip(best) {
                let start = cpu_ms();
                black_box(system(page));
                *best = best.min(cpu_ms() - start);
            }
        }
    }
    for (page, best) in pages.iter().zip(best) {
        for ((name, _), ms) in SYSTEMS.iter().zip(best) {
            println!("{name}\t{}\t{}\t{ms:.4}", page.set, page.id);
        }
    }
}
