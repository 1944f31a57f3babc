//! Memory of each system on each page above the page itself: `system, set, page, MB`, parted by tabs.
//!
//! A counting allocator keeps the highest sum of live allocations; the sum before the page is taken off. Apart
//! from the timing, since counting costs time.

use peak_alloc::PeakAlloc;
use peers::{SYSTEMS, pages};
use std::hint::black_box;

#[global_allocator]
static COUNTED: PeakAlloc = PeakAlloc;

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of the pages");
    let pages = pages(folder.as_ref());
    // What is built once and kept, such as lists of names, is no page's.
    SYSTEMS.iter().for_each(|(_, system)| _ = black_box(system(&pages[0])));
    for page in &pages {
        for (name, system) in SYSTEMS {
            let before = COUNTED.current_usage();
            COUNTED.reset_peak_usage();
            black_box(system(page));
            let above = COUNTED.peak_usage().saturating_sub(before);
            println!("{name}\t{}\t{}\t{:.4}", page.set, page.id, above as f64 / 1e6);
        }
    }
}
