//! The world of `examples/thirty_days`, smaller, with what must hold of it.

#[path = "../examples/thirty_days/world.rs"]
#[allow(dead_code, reason = "the example prints more than is asked here")]
mod world;

use world::Size;

#[test]
fn outlets_are_treated_well_and_nothing_is_lost() {
    let out = world::play(Size { feeds: 160, days: 24, expected_hundredths: 50 });
    let counts = format!("{out:#?}");
    assert_eq!(out.needless_full, 0, "{counts}");
    assert_eq!(out.inside_retry_after, 0, "{counts}");
    assert_eq!(out.most_at_once, 1, "{counts}");
    assert_eq!(out.private_reached, 0, "{counts}");
    assert_eq!(out.under_the_floor, 0, "{counts}");
    assert_eq!((out.entries_lost, out.entries_resurrected), (0, 0), "{counts}");
    assert!(out.silences > 10 && out.private_offered > 10, "{counts}");
    assert_eq!((out.moved, out.gone, out.duplicates), (3, 3, 0), "{counts}");
    assert!(out.delay.median * 2 <= out.fixed.median, "{counts}");
}
