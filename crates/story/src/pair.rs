//! What speaks for two texts to tell of one event, as numbers that the pairs' trees weigh, in settling and in mending:
//! the same whichever of the two is asked first.

use crate::features::{DAY, NAME, NUMBER, PHRASE, TITLE};

/// Kinds of evidence.
pub(crate) const COUNT: usize = 29;

/// One number for each kind, in the order of the constants below.
pub(crate) type PairEvidence = [f32; COUNT];

/// Cosine of all terms; of those that stand in both titles; of names, of plain words, of figures.
const ALL: usize = 0;
const TITLES: usize = 1;
const NAMES: usize = 2;
const WORDS: usize = 3;
const FIGURES: usize = 4;
/// Parts of the cosine of all that names, names of two words, figures and words of both titles make up.
const NAMES_PART: usize = 5;
const PHRASES_PART: usize = 6;
const FIGURES_PART: usize = 7;
const TITLES_PART: usize = 8;
/// Share of one text's title, by weight, that stands anywhere in the other: the lesser and the greater of the two.
const TITLE_KNOWN: usize = 9;
/// The same of its names.
const NAMES_KNOWN: usize = 11;
/// The same of its five weightiest terms.
const TOP_KNOWN: usize = 13;
/// Logarithm of the number of terms shared, of names, figures, days and words of both titles among them.
const SHARED: usize = 15;
const NAMES_SHARED: usize = 16;
const FIGURES_SHARED: usize = 17;
const DAYS_SHARED: usize = 18;
const TITLES_SHARED: usize = 19;
/// Rarity of the three rarest terms shared, and the sum of all.
const RAREST: usize = 20;
const RARITIES: usize = 23;
/// Logarithm of the number of terms of the shorter and of the longer text, and of the names they have.
const LENGTH: usize = 24;
const OWN_NAMES: usize = 26;
/// Rarity of the rarest plain word shared: what happened, not to whom.
const RAREST_WORD: usize = 28;

/// A term of a text: its hash, weight in the text's unit vector, and kind.
pub(crate) type Weighed = (u32, f32, u8);

/// What is asked of one text alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Whole {
    /// Sums of the squared weights of words of the title, names, plain words and figures.
    title: f32,
    names: f32,
    words: f32,
    figures: f32,
    name_count: f32,
    terms: f32,
    /// Its weightiest terms and their weights.
    top: [(u32, f32); 5],
}

impl Whole {
    pub(crate) fn of(terms: impl Iterator<Item = Weighed>) -> Whole {
        let mut out = Whole::default();
        for (hash, w, kind) in terms {
            out.terms += 1.0;
            if kind & PHRASE == 0 {
                let sum = if kind & NAME != 0 {
                    out.name_count += 1.0;
                    &mut out.names
                } else if kind & NUMBER != 0 {
                    &mut out.figures
                } else {
                    &mut out.words
                };
                *sum += w * w;
                out.title += if kind & TITLE != 0 { w * w } else { 0.0 };
                let at = out.top.partition_point(|t| t.1 >= w);
                if at < out.top.len() {
                    out.top[at..].rotate_right(1);
                    out.top[at] = (hash, w);
                }
            }
        }
        out
    }

    fn top_weight(&self) -> f32 {
        self.top.iter().map(|t| t.1).sum()
    }
}

/// The evidence for two texts, each given by its terms in order of their hashes; `rarity` tells how rare a term is by
/// its place among those of the first.
pub(crate) fn gather(
    a: (impl Iterator<Item = Weighed>, &Whole),
    b: (impl Iterator<Item = Weighed>, &Whole),
    rarity: impl Fn(usize) -> f32,
) -> PairEvidence {
    let mut e = [0.0; COUNT];
    let (mut words, mut rarest) = (0.0f32, [0.0f32; 3]);
    let (mut title_known, mut names_known, mut top_known) = ([0.0f32; 2], [0.0f32; 2], [0.0f32; 2]);
    let (mut ours, mut theirs) = (a.0.enumerate().peekable(), b.0.peekable());
    while let (Some(&(n, (x, v, kind))), Some(&(y, w, other))) = (ours.peek(), theirs.peek()) {
        if x <= y {
            ours.next();
        }
        if y <= x {
            theirs.next();
        }
        if x != y {
            continue;
        }
        let (product, both) = (v * w, kind & other);
        e[ALL] += product;
        e[SHARED] += 1.0;
        if both & DAY != 0 {
            e[DAYS_SHARED] += 1.0;
            continue;
        }
        if both & PHRASE != 0 {
            e[PHRASES_PART] += product;
            continue;
        }
        let rare = rarity(n);
        e[RARITIES] += rare;
        let at = rarest.partition_point(|r| *r >= rare);
        if at < rarest.len() {
            rarest[at..].rotate_right(1);
            rarest[at] = rare;
        }
        if both & NAME != 0 {
            e[NAMES_PART] += product;
            e[NAMES_SHARED] += 1.0;
        } else if both & NUMBER != 0 {
            e[FIGURES_PART] += product;
            e[FIGURES_SHARED] += 1.0;
        } else {
            words += product;
            e[RAREST_WORD] = e[RAREST_WORD].max(rare);
        }
        if both & TITLE != 0 {
            e[TITLES_PART] += product;
            e[TITLES_SHARED] += 1.0;
        }
        for (side, (kind, w, whole)) in [(kind, v, a.1), (other, w, b.1)].into_iter().enumerate() {
            title_known[side] += if kind & TITLE != 0 { w * w } else { 0.0 };
            names_known[side] += if kind & NAME != 0 { w * w } else { 0.0 };
            top_known[side] += if whole.top.iter().any(|t| t.0 == x) { w } else { 0.0 };
        }
    }
    let (a, b) = (a.1, b.1);
    let share = |part: f32, of: f32| if of > 0.0 { part / of } else { 0.0 };
    let cosine = |part: f32, of: f32, other: f32| share(part, (of * other).sqrt());
    e[TITLES] = cosine(e[TITLES_PART], a.title, b.title);
    e[NAMES] = cosine(e[NAMES_PART], a.names, b.names);
    e[WORDS] = cosine(words, a.words, b.words);
    e[FIGURES] = cosine(e[FIGURES_PART], a.figures, b.figures);
    let mut two = |at: usize, x: f32, y: f32| (e[at], e[at + 1]) = (x.min(y), x.max(y));
    two(TITLE_KNOWN, share(title_known[0], a.title), share(title_known[1], b.title));
    two(NAMES_KNOWN, share(names_known[0], a.names), share(names_known[1], b.names));
    two(TOP_KNOWN, share(top_known[0], a.top_weight()), share(top_known[1], b.top_weight()));
    two(LENGTH, a.terms.ln_1p(), b.terms.ln_1p());
    two(OWN_NAMES, a.name_count.ln_1p(), b.name_count.ln_1p());
    e[RAREST..RAREST + 3].copy_from_slice(&rarest);
    for at in [SHARED, NAMES_SHARED, FIGURES_SHARED, DAYS_SHARED, TITLES_SHARED] {
        e[at] = e[at].ln_1p();
    }
    e
}
