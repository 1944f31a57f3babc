use super::*;
use crate::{Text, features};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

fn read(hours: i64, title: &str, text: &str) -> Features {
    features(&Text { title, text, published_ms: Some(1_700_000_000_000 + hours * HOUR), ..Text::default() })
}

/// Takes texts in one by one as ingest does; story numbers start at 100.
fn gather(texts: &[Features]) -> (Index, Vec<Decision>) {
    let mut index = Index::new(Settings::default());
    let mut decisions = Vec::new();
    for (n, f) in texts.iter().enumerate() {
        let decision = index.place(f);
        let story = match &decision {
            Decision::Opens => 100 + n as i64,
            Decision::Joins { story, .. } | Decision::Copies { story, .. } => *story,
        };
        index.insert(n as i64, story, f);
        decisions.push(decision);
    }
    (index, decisions)
}

fn together(texts: &[Features]) -> bool {
    let (index, _) = gather(texts);
    (1..texts.len()).all(|n| index.story_of(n as i64) == index.story_of(0))
}

const FERRY_A: (&str, &str) = (
    "Ferry runs aground off Larrow with 212 aboard",
    "The ferry Aurora Star ran aground on a sandbank off Larrow early on Tuesday with 212 people on board, the coast \
     guard of Estmark said. Captain Ada Kestrel had reported a failure of the rudder minutes before. Lifeboats took the \
     passengers to the harbour of Larrow, where six were treated for cold.",
);
const FERRY_B: (&str, &str) = (
    "Passengers rescued after Aurora Star hits sandbank",
    "More than 200 passengers were brought ashore at Larrow after the Aurora Star struck a sandbank in the dark. The \
     rudder of the ferry had failed, Captain Ada Kestrel told rescuers. Six people were taken to hospital, the Estmark \
     coast guard said, and the ship will be towed at high water.",
);
const TWELFTH: (&str, &str) = (
    "Union adopts 12th sanctions package against Varnia",
    "The Union's envoys adopted the 12th package of sanctions against Varnia on Monday. It bans the import of diamonds \
     and lists 61 officials. The chair of the envoys, Ilse Marrin, called it a strong signal to the government in Tolz.",
);
const THIRTEENTH: (&str, &str) = (
    "Union adopts 13th sanctions package against Varnia",
    "The Union's envoys adopted the 13th package of sanctions against Varnia on Wednesday. It lists 106 companies and \
     forbids the sale of parts for drones. The chair of the envoys, Ilse Marrin, called it a strong signal.",
);
const FIRE_NORTH: (&str, &str) = (
    "Warehouse fire in Pelling leaves two dead",
    "Two people died when a fire broke out in a warehouse in Pelling on Saturday night. Forty firefighters fought the \
     flames until the morning, said the head of the Pelling fire brigade, Tomas Idle.",
);
const FIRE_SOUTH: (&str, &str) = (
    "Warehouse fire in Quorley injures three",
    "Three people were injured when a fire broke out in a warehouse in Quorley on Sunday night. Thirty firefighters \
     fought the flames for hours, said the Quorley fire chief, Berta Vos.",
);

fn at(hours: i64, (title, text): (&str, &str)) -> Features {
    read(hours, title, text)
}

#[test]
fn paraphrases_of_one_event_join_whatever_came_first() {
    assert!(together(&[at(0, FERRY_A), at(3, FERRY_B)]));
    assert!(together(&[at(0, FERRY_B), at(3, FERRY_A)]));
}

#[test]
fn near_twins_stay_apart() {
    let check = |a, b, hours| assert!(!together(&[at(0, a), at(hours, b)]), "{a:?} / {b:?}");
    check(TWELFTH, THIRTEENTH, 48);
    check(FIRE_NORTH, FIRE_SOUTH, 24);
    check(FERRY_A, FIRE_NORTH, 1);
}

#[test]
fn a_joining_text_says_what_it_shares() {
    let (_, decisions) = gather(&[at(0, FERRY_A), at(3, FERRY_B)]);
    let Decision::Joins { because, score, .. } = &decisions[1] else { panic!("{decisions:?}") };
    assert!(because.names.iter().any(|n| n.contains("Kestrel")), "{because:?}");
    assert!(because.score == *score && *score > 0.0 && *score <= 1.0);
}

fn long(seed: u64, words: usize) -> String {
    (0..words).map(|n| format!("{} ", crate::token::mix(seed * 10_000 + n as u64) % 5_000)).collect()
}

#[test]
fn an_edited_copy_is_a_copy_of_the_earliest() {
    let text = long(1, 300);
    let wrapped = format!("NEWPORT (Agency) — {text} All rights reserved. {}", long(2, 60));
    let cut: String = text.split_inclusive(' ').take(120).collect();
    let (_, decisions) =
        gather(&[read(5, "A later one came first", &text), read(0, "An earlier", &wrapped), read(6, "Cut", &cut)]);
    assert!(matches!(decisions[1], Decision::Copies { key: 0, .. }), "{decisions:?}");
    let Decision::Copies { key, contained, of_base, .. } = decisions[2] else { panic!("{decisions:?}") };
    assert_eq!((key, contained), (1, 1.0));
    assert!(of_base < 0.5);
}

#[test]
fn equal_headlines_without_text_are_no_copies() {
    let (_, decisions) =
        gather(&[read(0, "Storm hits the coast of Estmark", ""), read(1, "Storm hits the coast of Estmark", "")]);
    assert!(matches!(decisions[1], Decision::Joins { .. }), "{decisions:?}");
}

#[test]
fn two_stories_that_later_texts_fit_alike_are_one_from_then_on() {
    let mut index = Index::new(Settings::default());
    index.insert(0, 100, &at(0, FERRY_A));
    index.insert(1, 200, &at(1, FERRY_B));
    index.insert(2, 300, &at(2, FIRE_NORTH));
    assert_eq!(index.mend(200, &[999]), None, "a story that is not held");
    assert_eq!(index.mend(200, &[300]), None, "texts that tell of something else");
    assert_eq!(index.mend(100, &[300, 200]), Some(Move::Merge { from: 200, into: 100 }));
    index.apply(&Move::Merge { from: 200, into: 100 }, 0);
    assert_eq!(index.members(100), [0, 1]);
    assert_eq!(index.story_of(2), Some(300));
    assert_eq!(index.mend(100, &[200]), None, "what was merged is asked for no more");
}

#[test]
fn a_text_that_two_stories_fit_names_the_other() {
    let mut index = Index::new(Settings::default());
    index.insert(0, 100, &at(0, FERRY_A));
    index.insert(1, 200, &at(1, FERRY_A));
    // Nearly the headline and words of both, too few in a row to be a copy.
    let text =
        read(3, FERRY_A.0, "Rudder of the Aurora Star failed off Larrow, Captain Ada Kestrel told the coast guard.");
    let (decision, others) = index.place_beside(&text);
    let Decision::Joins { story, .. } = decision else { panic!("{decision:?}") };
    assert_eq!(others, [300 - story], "{story}");
    assert_eq!(index.place_beside(&at(5, FIRE_SOUTH)), (Decision::Opens, Vec::new()));
}

#[test]
fn a_removed_text_is_found_no_more() {
    let (mut index, _) = gather(&[at(0, FERRY_A)]);
    index.remove(0);
    assert!(index.is_empty());
    assert!(index.copies(&at(0, FERRY_A)).is_empty());
    assert_eq!(index.place(&at(0, FERRY_A)), Decision::Opens);
}

#[test]
fn the_oldest_texts_leave_when_the_index_is_full() {
    let mut index = Index::new(Settings { capacity: 50, ..Settings::default() });
    for n in 0..500 {
        index.insert(n, n, &read(n, "", &long(n as u64, 40)));
    }
    assert!(index.len() <= 60, "{}", index.len());
    assert_eq!(index.story_of(499), Some(499));
    assert_eq!(index.story_of(0), None);
    assert_eq!(index.copies(&read(0, "", &long(499, 40)))[0].key, 499);
}

/// The groups of keys that settling leads to.
fn settled(texts: &[Features], order: &[usize]) -> Vec<Vec<usize>> {
    let mut index = Index::new(Settings::default());
    for (n, &which) in order.iter().enumerate() {
        let story = match index.place(&texts[which]) {
            Decision::Opens => n as i64,
            Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
        };
        index.insert(which as i64, story, &texts[which]);
    }
    for (n, step) in index.settle(&index.stories()).iter().enumerate() {
        index.apply(step, 10_000 + n as i64);
    }
    assert_eq!(index.settle(&index.stories()), [], "a settled index stays as it is");
    let mut out: Vec<Vec<usize>> = index
        .stories()
        .iter()
        .map(|s| {
            let mut members: Vec<usize> = index.members(*s).iter().map(|k| *k as usize).collect();
            members.sort_unstable();
            members
        })
        .collect();
    out.sort();
    assert_eq!(out.iter().map(Vec::len).sum::<usize>(), texts.len(), "no member is lost");
    out
}

#[test]
fn settling_keeps_paraphrases_together_and_twins_apart() {
    let texts = [FERRY_A, FERRY_B, TWELFTH, THIRTEENTH, FIRE_NORTH, FIRE_SOUTH].map(|t| at(0, t));
    let expected = [vec![0, 1], vec![2], vec![3], vec![4], vec![5]];
    assert_eq!(settled(&texts, &[0, 1, 2, 3, 4, 5]), expected);
    assert_eq!(settled(&texts, &[5, 3, 1, 0, 2, 4]), expected);
}

#[test]
fn settling_a_story_looks_at_one_that_may_be_the_same_and_not_at_one_of_the_same_town() {
    let cup = (
        "Keeper holds a penalty and wins the cup",
        "Larrow beat Venning two goals to one in the final. Bruno Tamsin held a penalty in the last minute, and ten thousand \
         sang in the stadium. Their trainer, Odette Marl, had put the keeper back on the team only in the spring, after a \
         winter in which the club lost nine matches in a row, sold its striker and could not pay for the lights.",
    );
    let texts = [FERRY_A, FERRY_B, cup].map(|t| at(0, t));
    let mut index = Index::new(Settings::default());
    for (n, f) in texts.iter().enumerate() {
        index.insert(n as i64, 100 + n as i64, f);
    }
    let (ferry, other) = (index.doc(index.slots[&0]).unwrap(), index.doc(index.slots[&2]).unwrap());
    let is_common = |t: &Held| t.weight() > MUCH && t.weight() * other.weight_of(t.hash) >= cluster::FAINT;
    assert!(ferry.terms.iter().any(is_common), "the town is much of both texts");
    assert_eq!(index.beside(ferry, &FxHashSet::from_iter([100])), [101]);
    assert_eq!(index.settle(&[100]), [Move::Merge { from: 101, into: 100 }]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn settling_ignores_the_order_of_arrival(
        texts in proptest::collection::vec("([a-f]{2} ){3,12}", 2..14),
        seed in any::<u64>(),
    ) {
        let texts: Vec<Features> = texts.iter().map(|t| read(0, t, "")).collect();
        let forward: Vec<usize> = (0..texts.len()).collect();
        let mut shuffled = forward.clone();
        shuffled.sort_by_key(|n| crate::token::mix(seed ^ *n as u64));
        // Texts that are equal in every feature may stand for each other.
        let unlike = |groups: Vec<Vec<usize>>| {
            let mut out: Vec<Vec<u64>> = groups
                .iter()
                .map(|g| {
                    let mut d: Vec<u64> = g.iter().map(|n| texts[*n].digest()).collect();
                    d.sort_unstable();
                    d
                })
                .collect();
            out.sort();
            out
        };
        prop_assert_eq!(unlike(settled(&texts, &forward)), unlike(settled(&texts, &shuffled)));
    }

    #[test]
    fn copies_are_found_whatever_the_order(first in any::<u8>(), count in 2usize..12, from in 0usize..100) {
        let text = long(u64::from(first), 250);
        let part: String = text.split_inclusive(' ').skip(from).take(120).collect();
        let mut index = Index::new(Settings::default());
        for n in 0..count {
            let other = if n == usize::from(first) % count { text.clone() } else { long(1_000 + n as u64, 250) };
            index.insert(n as i64, n as i64, &read(n as i64, "", &other));
        }
        let found = index.copies(&read(0, "", &part));
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].key, (usize::from(first) % count) as i64);
        prop_assert!(found[0].contained > 0.99);
    }

    #[test]
    fn index_never_panics(texts in proptest::collection::vec("\\PC{0,120}", 0..8), drop in 0i64..8) {
        let mut index = Index::new(Settings { capacity: 5, ..Settings::default() });
        for (n, t) in texts.iter().enumerate() {
            let f = read(n as i64, t, t);
            let story = match index.place(&f) {
                Decision::Opens => n as i64,
                Decision::Joins { story, .. } | Decision::Copies { story, .. } => story,
            };
            index.insert(n as i64, story, &f);
        }
        index.remove(drop);
        for step in index.settle(&[0, 1, 2, 99]) {
            index.apply(&step, 77);
        }
    }
}

mod across {
    use super::*;

    fn told(hours: i64, language: &str, title: &str, text: &str) -> Features {
        let published_ms = Some(1_700_000_000_000 + hours * HOUR);
        features(&Text { title, text, published_ms, language: Some(language), ..Text::default() })
    }

    fn collision() -> Vec<Features> {
        vec![
            told(
                0,
                "en",
                "Ferry and freighter collide near Istanbul, 12 injured",
                "A ferry with 240 passengers collided with a freighter in thick fog near Istanbul on Monday, and twelve \
                 people were injured, the coast guard said. Captain Nihat Bostan told reporters that the radar had failed.",
            ),
            told(
                2,
                "uk",
                "Пором зіткнувся із суховантажем під Стамбулом: 12 поранених",
                "У густому тумані поблизу Стамбула зіткнулися пором і суховантаж. На борту порома було 240 пасажирів, \
                 дванадцять людей поранено. Капітан Ніхат Бостан каже, що відмовив радар, повідомила берегова охорона \
                 Туреччини.",
            ),
            told(
                3,
                "de",
                "Zwölf Verletzte bei Fährunglück vor Istanbul",
                "Eine Fähre mit 240 Menschen an Bord ist vor Istanbul mit einem Frachter zusammengestoßen. Zwölf Personen \
                 wurden nach Angaben der türkischen Küstenwache verletzt. Kapitän Nihat Bostan sprach von einem defekten \
                 Radar.",
            ),
            told(
                4,
                "ar",
                "إصابة 12 شخصا في تصادم عبارة قرب إسطنبول",
                "اصطدمت عبارة تقل 240 راكبا بسفينة شحن قرب إسطنبول يوم الاثنين وأصيب 12 شخصا بجروح، وفق خفر السواحل في \
                 تركيا. وقال القبطان نيهات بوستان إن الرادار تعطل في الضباب.",
            ),
        ]
    }

    #[test]
    fn one_event_in_four_languages_is_one_story() {
        let (index, decisions) = gather(&collision());
        assert_eq!(index.stories().len(), 1, "{decisions:?}");
    }

    #[test]
    fn a_text_of_another_language_says_what_it_shares_in_its_own_words() {
        let (_, decisions) = gather(&collision());
        let Decision::Joins { because, .. } = &decisions[1] else { panic!("{decisions:?}") };
        assert!(because.names.iter().any(|n| n == "Бостан"), "{because:?}");
        assert!(because.numbers.iter().any(|n| n == "240"), "{because:?}");
    }

    #[test]
    fn the_next_round_in_another_language_stays_apart() {
        let (_, decisions) = gather(&[
            told(
                0,
                "en",
                "Union adopts 12th sanctions package against Belarus",
                "The Union's envoys adopted the 12th package of sanctions against Belarus on Monday. It bans the import of \
                 potash and lists 61 officials, said the chair of the envoys, Ilse Marrin.",
            ),
            told(
                48,
                "ru",
                "Союз принял 13-й пакет санкций против Белоруссии",
                "Послы Союза приняли 13-й пакет санкций против Белоруссии. В него вошли 106 компаний, сообщила Ильзе Маррин.",
            ),
        ]);
        assert_eq!(decisions[1], Decision::Opens);
    }

    #[test]
    fn a_court_and_an_arrest_alone_join_nothing() {
        let (_, decisions) = gather(&[
            told(
                0,
                "en",
                "Captain of ferry arrested",
                "The court ordered the arrest of the captain. The police are still investigating, and the prosecutor said \
                 that a trial would follow. The company did not comment.",
            ),
            told(
                1,
                "uk",
                "Суд заарештував майстра газової служби",
                "Поліція повідомила про підозру майстрові. Суд обрав арешт, слідство триває, прокурор не коментує справу.",
            ),
        ]);
        assert_eq!(decisions[1], Decision::Opens);
    }

    #[test]
    fn settling_joins_languages_in_any_order() {
        let mut texts = collision();
        texts.push(told(0, "en", FIRE_NORTH.0, FIRE_NORTH.1));
        let groups = |order: &[usize]| {
            let mut index = Index::new(Settings::default());
            order.iter().for_each(|n| index.insert(*n as i64, *n as i64, &texts[*n]));
            for (n, step) in index.settle(&index.stories()).iter().enumerate() {
                index.apply(step, 900 + n as i64);
            }
            let first: Vec<usize> = (0..texts.len())
                .map(|n| {
                    (0..texts.len()).find(|m| index.story_of(*m as i64) == index.story_of(n as i64)).expect("itself")
                })
                .collect();
            first
        };
        let settled = groups(&[0, 1, 2, 3, 4]);
        assert_eq!(settled, [0, 0, 0, 0, 4]);
        for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [1, 4, 3, 0, 2]] {
            assert_eq!(groups(&order), settled, "{order:?}");
        }
    }

    #[test]
    fn a_number_is_one_however_its_thousands_are_parted() {
        let marks = |language, text: &str| told(0, language, "", text).marks;
        let english = marks("en", "It cost the state 1,250,000 crowns, which was paid by the fund.");
        for other in [
            marks("fr", "Cela a coûté 1 250 000 couronnes, payées par le fonds dans la ville."),
            marks("de", "Es kostete 1.250.000 Kronen, die der Fonds für das Land bezahlte."),
            marks("uk", "Це коштувало 1 250 000 крон, які сплатив фонд, як було у плані."),
        ] {
            let number = |marks: &Marks| {
                marks.list.iter().find(|m| m.kind == crate::across::Kind::Number).map(|m| m.hash).expect("it has one")
            };
            assert_eq!(number(&english), number(&other), "{english:?} {other:?}");
        }
    }

    #[test]
    fn a_language_that_the_tables_do_not_know_leaves_no_marks() {
        let polish = told(0, "pl", "Prom zderzył się z frachtowcem", "Prom z 240 pasażerami zderzył się na Bosforze.");
        assert!(polish.marks.list.is_empty());
    }

    #[test]
    fn a_text_taken_out_leaves_no_mark() {
        let texts = collision();
        let (mut index, _) = gather(&texts[..1]);
        index.remove(0);
        assert_eq!(index.place(&texts[1]), Decision::Opens);
    }
}
