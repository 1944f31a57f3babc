//! What the trees are asked about a text, as numbers: for fitting them anew (`examples/fit`).

use super::{Doc, Index, by_hand};
use crate::evidence::FITTED;
use crate::features::Features;
use crate::forest::Forest;
use crate::pair::{self, Whole};

/// What the trees are asked about a text before it is placed.
#[derive(Debug, Default)]
pub struct Asked {
    /// The texts held that are looked at: key, and what speaks for the two to be of one story.
    pub pairs: Vec<(i64, Vec<f32>)>,
    /// The stories that are weighed: number, what speaks for the text to belong there, and what is added to the trees'
    /// sum by hand.
    pub stories: Vec<(i64, Vec<f32>, f32)>,
}

impl Index {
    /// Everything the trees are asked when this text is placed.
    pub fn asked(&self, features: &Features) -> Asked {
        let matches = self.matches(features);
        let vector = self.vector(features);
        let pairs = Pairs::new(self, features, &vector);
        let slots = self.near_slots(features, &vector, &matches);
        let docs = slots.into_iter().filter_map(|(_, slot)| self.doc(slot));
        let stories = self.candidates(features, &vector, &matches).into_iter();
        Asked {
            pairs: docs.map(|doc| (doc.key, pairs.gather(doc).to_vec())).collect(),
            stories: stories.map(|(story, e, _)| (story, e[..FITTED].to_vec(), by_hand(&self.settings, &e))).collect(),
        }
    }

    /// Weighs texts and stories with other trees from here on.
    pub fn refit(&mut self, stories: Forest) {
        self.settings.stories = stories;
    }
}

/// A text to be compared with others held.
struct Pairs<'a> {
    features: &'a Features,
    vector: &'a [f32],
    whole: Whole,
    rarities: Vec<f32>,
}

impl<'a> Pairs<'a> {
    fn new(index: &Index, features: &'a Features, vector: &'a [f32]) -> Pairs<'a> {
        let mut out = Pairs { features, vector, whole: Whole::default(), rarities: Vec::new() };
        out.whole = Whole::of(out.weighed());
        out.rarities = features.terms.iter().map(|t| index.rarity(t.hash, t.level)).collect();
        out
    }

    fn weighed(&self) -> impl Iterator<Item = pair::Weighed> + '_ {
        self.features.terms.iter().zip(self.vector).map(|(t, w)| (t.hash, *w, t.kind))
    }

    fn gather(&self, doc: &Doc) -> pair::PairEvidence {
        pair::gather((self.weighed(), &self.whole), (doc.weighed(), &doc.whole), |n| self.rarities[n])
    }
}
