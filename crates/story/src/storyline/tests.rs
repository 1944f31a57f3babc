//! A made archive: long matters that share actors, their near-twins (the same people in another matter, the same
//! matter among other people), and stories of their own. All of it is our own writing about invented people.

use super::*;
use crate::{Text, features};

const DAY_MS: i64 = 86_400_000;

/// The made stories and the matter of each; `-` for one of its own.
fn made() -> (Vec<Gist>, Vec<&'static str>) {
    let mut gatherer = Gatherer::default();
    let (mut titles, mut matters) = (Vec::new(), Vec::new());
    for (story, row) in include_str!("made.txt").lines().enumerate() {
        let mut parts = row.splitn(4, '|');
        let mut part = || parts.next().unwrap();
        let (matter, day, title, text) = (part(), part(), part(), part());
        let at_ms = format!("{day}T09:00Z").parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let read = features(&Text { title, text, published_ms: Some(at_ms), ..Text::default() });
        gatherer.add(story as i64, at_ms, &read);
        titles.push(title);
        matters.push(matter);
    }
    (gatherer.gists(|story| titles[story as usize].to_owned()), matters)
}

/// Pairs of stories: in one storyline and rightly so, in one storyline, of one matter.
fn pairs(drawn: &Drawn, matters: &[&str]) -> (usize, usize, usize) {
    let mut of: FxHashMap<i64, usize> = FxHashMap::default();
    for (at, line) in drawn.lines.iter().enumerate() {
        line.stories.iter().for_each(|s| assert!(of.insert(*s, at).is_none(), "a story in two storylines"));
    }
    let (mut right, mut drawn, mut wanted) = (0, 0, 0);
    for a in 0..matters.len() {
        for b in a + 1..matters.len() {
            let together = of.get(&(a as i64)).is_some_and(|x| of.get(&(b as i64)) == Some(x));
            let same = matters[a] == matters[b] && matters[a] != "-";
            right += usize::from(together && same);
            drawn += usize::from(together);
            wanted += usize::from(same);
        }
    }
    (right, drawn, wanted)
}

#[test]
fn matters_are_found_and_their_near_twins_kept_apart() {
    let (gists, matters) = made();
    let got = draw(&gists, &[]);
    let (right, drawn, wanted) = pairs(&got, &matters);
    for l in &got.lines {
        let of: Vec<&str> = l.stories.iter().map(|s| matters[*s as usize]).collect();
        println!("{} | {:?} | {:?} | {of:?}", l.title, l.actors, l.subjects);
    }
    println!("precision {right}/{drawn} recall {right}/{wanted}");
    assert_eq!(right, drawn, "a false merge");
    assert!(right * 10 >= wanted * 9, "recall {right}/{wanted}");
}

#[test]
fn a_storyline_is_named_by_its_own_words() {
    let (gists, matters) = made();
    let got = draw(&gists, &[]);
    let line = |matter: &str| {
        got.lines.iter().max_by_key(|l| l.stories.iter().filter(|s| matters[**s as usize] == matter).count()).unwrap()
    };
    let talks = line("talks");
    assert!(talks.actors.iter().any(|a| a == "Oran Delke"), "{talks:?}");
    assert!(talks.subjects.iter().any(|s| s == "ceasefire"), "{talks:?}");
    assert!(line("dam").title.contains("Serrin dam"), "{:?}", line("dam"));
    for l in &got.lines {
        assert!(!l.title.is_empty() && l.stories.len() > 1 && l.first_ms <= l.last_ms);
    }
}

#[test]
fn drawing_ignores_order() {
    let (gists, _) = made();
    let known: Vec<(i64, i64)> = (0..20).map(|s| (s, 100 + s / 7)).collect();
    let want = draw(&gists, &known);
    for seed in 0..5 {
        let mut gists = gists.clone();
        let mut known = known.clone();
        gists.sort_by_key(|g| mix(seed << 32 | g.story as u64));
        known.reverse();
        assert_eq!(draw(&gists, &known), want);
    }
}

#[test]
fn a_gist_does_not_depend_on_the_order_of_its_texts() {
    let texts =
        ["Ada Kestrel opened the bridge.", "The Bridge of Corrin, said Ada Kestrel, is open.", "Corrin has a bridge."];
    let of = |order: [usize; 3]| {
        let mut gatherer = Gatherer::default();
        for n in order {
            gatherer.add(1, n as i64 * DAY_MS, &features(&Text { text: texts[n], ..Text::default() }));
        }
        gatherer.gists(|_| String::new())
    };
    assert_eq!(of([0, 1, 2]), of([2, 0, 1]));
    assert_eq!((of([1, 0, 2])[0].first_ms, of([1, 0, 2])[0].last_ms), (0, 2 * DAY_MS));
}

#[test]
fn part_of_a_name_is_no_subject() {
    let mut gatherer = Gatherer::default();
    let text = "Ada Kestrel opened the bridge. Ada smiled. Ada left before the rain.";
    gatherer.add(1, 0, &features(&Text { text, ..Text::default() }));
    let gists = gatherer.gists(|_| String::new());
    let printed = |words: &[Word]| words.iter().map(|w| w.printed.to_string()).collect::<Vec<_>>();
    assert!(printed(&gists[0].names).contains(&"Ada Kestrel".to_owned()), "{gists:?}");
    assert!(printed(&gists[0].subjects).contains(&"bridge".to_owned()), "{gists:?}");
    assert!(!printed(&gists[0].subjects).contains(&"Ada".to_owned()), "{gists:?}");
}

#[test]
fn a_storyline_keeps_the_number_most_of_its_stories_knew() {
    let (gists, _) = made();
    let first = draw(&gists, &[]);
    assert!(first.lines.iter().all(|l| l.id.is_none()) && first.ended.is_empty());
    let known: Vec<(i64, i64)> =
        first.lines.iter().enumerate().flat_map(|(n, l)| l.stories.iter().map(move |s| (*s, 10 + n as i64))).collect();
    let again = draw(&gists, &known);
    let ids: Vec<Option<i64>> = again.lines.iter().map(|l| l.id).collect();
    assert_eq!(ids, (0..ids.len()).map(|n| Some(10 + n as i64)).collect::<Vec<_>>());
    // What had been two becomes one: the larger's number stays, the smaller's ends in it.
    let longest = first.lines.iter().max_by_key(|l| l.stories.len()).unwrap();
    let known: Vec<(i64, i64)> =
        longest.stories.iter().enumerate().map(|(n, s)| (*s, if n < 2 { 1 } else { 2 })).collect();
    let got = draw(&gists, &known);
    let at = got.lines.iter().position(|l| l.stories == longest.stories).unwrap();
    assert_eq!(got.lines[at].id, Some(2));
    assert_eq!(got.ended, [(1, Some(at))]);
    // A number whose stories are in no storyline ends for nobody.
    assert_eq!(draw(&gists[..1], &[(0, 5)]).ended, [(5, None)]);
}

fn gist(story: i64, year: i64, names: &[u32], subjects: &[u32]) -> Gist {
    let words = |terms: &[u32]| {
        terms.iter().map(|t| Word { term: *t, weight: 1.0, printed: format!("w{t}").into() }).collect::<Vec<_>>()
    };
    let at = year * 365 * DAY_MS;
    Gist { story, first_ms: at, last_ms: at, title: String::new(), names: words(names), subjects: words(subjects) }
}

#[test]
fn both_actors_and_subject_must_be_shared() {
    let check = |a: Gist, b: Gist, together: bool| {
        // Others, so that rarity means something.
        let mut gists: Vec<Gist> = (10..30).map(|n| gist(n, 0, &[n as u32 * 10], &[n as u32 * 10 + 1])).collect();
        gists.extend([a, b]);
        assert_eq!(draw(&gists, &[]).lines.len(), usize::from(together));
    };
    check(gist(1, 0, &[1, 2], &[5, 6]), gist(2, 1, &[1, 2], &[5, 6]), true);
    check(gist(1, 0, &[1, 2], &[5, 6]), gist(2, 1, &[1, 2], &[7, 8]), false);
    check(gist(1, 0, &[1, 2], &[5, 6]), gist(2, 1, &[3, 4], &[5, 6]), false);
    check(gist(1, 0, &[], &[5, 6]), gist(2, 1, &[], &[5, 6]), false);
}

#[test]
fn a_name_that_is_everywhere_links_nothing() {
    let gists: Vec<Gist> = (0..40)
        .map(|n| {
            let own = n as u32 * 10 + 100;
            // Every story names 1 and half of them speak of 2.
            gist(n, n / 8, &[1, own, own + 1, own + 2], &[2 + n as u32 % 2, own + 3, own + 4, own + 5])
        })
        .collect();
    assert!(draw(&gists, &[]).lines.is_empty());
}

#[test]
fn a_story_given_twice_is_read_once_and_nothing_gives_nothing() {
    let a = gist(1, 0, &[1, 2], &[5, 6]);
    assert!(draw(&[a.clone(), a], &[]).lines.is_empty());
    assert_eq!(draw(&[], &[]), Drawn::default());
    let odd = |weight| {
        let mut g = gist(2, 0, &[1], &[2]);
        g.names[0].weight = weight;
        g
    };
    assert!(draw(&[odd(f32::NAN), gist(3, 0, &[1], &[2])], &[]).lines.is_empty());
    assert!(draw(&[odd(-1.0), gist(3, 0, &[1], &[2])], &[]).lines.is_empty());
}
