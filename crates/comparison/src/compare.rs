//! Many texts of one story: what all tell, what one alone tells, where they differ; and two texts as rows.

use crate::align::{Alignment, Relation, align_prepared, order};
use crate::differ::Difference;
use crate::prepare::{Sentence, TextIn, prepare};
use rustc_hash::FxHashMap;

/// More texts than this are not compared; the caller takes the ones that count (one of each set of copies).
pub const TEXT_LIMIT: usize = 64;

/// How a row of two texts stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// Both tell it, in the same words.
    Same,
    /// Both tell it, in other words.
    Reworded,
    /// Both tell it and differ.
    Differs,
    /// Only the first text tells it.
    OnlyA,
    /// Only the second text tells it.
    OnlyB,
    /// History or protocol, set aside; in one of the texts.
    Background,
    /// Not told whether the other text answers it.
    Unsure,
}

/// One level of the side-by-side page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How the row stands.
    pub kind: RowKind,
    /// Sentences of the first text, in order; empty where only the second tells it.
    pub a: Vec<usize>,
    /// Sentences of the second text, in order; empty where only the first tells it.
    pub b: Vec<usize>,
}

/// Lays an alignment out in rows, in the reading order of the first text. A sentence of the second text that
/// nothing answers follows the row of the sentence before it. Every sentence stands in exactly one row.
pub fn rows(alignment: &Alignment) -> Vec<Row> {
    let last = |lists: [&Vec<usize>; 3], paired: Option<usize>| {
        lists.into_iter().flatten().copied().chain(paired).max().map_or(0, |n| n + 1)
    };
    let count_a = last(
        [&alignment.only_a, &alignment.background_a, &alignment.unsure_a],
        alignment.pairs.iter().map(|p| p.a).max(),
    );
    let count_b = last(
        [&alignment.only_b, &alignment.background_b, &alignment.unsure_b],
        alignment.pairs.iter().map(|p| p.b).max(),
    );
    let mut sets = Sets::new(count_a + count_b);
    for p in &alignment.pairs {
        sets.join(p.a, count_a + p.b);
    }
    let mut members: FxHashMap<usize, Row> = FxHashMap::default();
    for n in 0..count_a + count_b {
        let row = members.entry(sets.find(n)).or_insert(Row { kind: RowKind::Reworded, a: Vec::new(), b: Vec::new() });
        if n < count_a { row.a.push(n) } else { row.b.push(n - count_a) }
    }
    for row in members.values_mut() {
        row.kind = kind_of(alignment, row);
    }
    // Each sentence of the second text alone goes after the row that holds the one before it.
    let mut lone_after: FxHashMap<usize, Vec<Row>> = FxHashMap::default();
    let mut at_top = Vec::new();
    let mut anchor: Option<usize> = None;
    for n in 0..count_b {
        let set = sets.find(count_a + n);
        let row = &members[&set];
        if !row.a.is_empty() {
            anchor = Some(set);
        } else if let Some(anchor) = anchor {
            lone_after.entry(anchor).or_default().push(row.clone());
        } else {
            at_top.push(row.clone());
        }
    }
    let mut out = at_top;
    for n in 0..count_a {
        let set = sets.find(n);
        let row = &members[&set];
        if row.a[0] == n {
            out.push(row.clone());
            out.extend(lone_after.remove(&set).unwrap_or_default());
        }
    }
    out
}

fn kind_of(alignment: &Alignment, row: &Row) -> RowKind {
    match (row.a.as_slice(), row.b.as_slice()) {
        ([], [b, ..]) if alignment.background_b.contains(b) => RowKind::Background,
        ([a, ..], []) if alignment.background_a.contains(a) => RowKind::Background,
        ([], [b, ..]) if alignment.unsure_b.contains(b) => RowKind::Unsure,
        ([a, ..], []) if alignment.unsure_a.contains(a) => RowKind::Unsure,
        ([], _) => RowKind::OnlyB,
        (_, []) => RowKind::OnlyA,
        _ => {
            let inside = || alignment.pairs.iter().filter(|p| row.a.contains(&p.a)).map(|p| p.relation);
            if inside().any(|r| r == Relation::Differs) {
                RowKind::Differs
            } else if inside().all(|r| r == Relation::Same) {
                RowKind::Same
            } else {
                RowKind::Reworded
            }
        }
    }
}

/// What one text says of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// These sentences tell it.
    Said(Vec<usize>),
    /// Nothing in the text answers it.
    Absent,
    /// Not told either way.
    Unsure,
}

/// How a point stands among the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Every text tells it, none differs.
    Agreed,
    /// At least two tell it and differ.
    Differs,
    /// Several tell it, not all.
    Several,
    /// This text alone tells it, and no other leaves it open.
    OnlyIn(usize),
    /// One text tells it and another may.
    Unsure,
}

/// One point of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What each text says of it, in the order of the texts.
    pub cells: Vec<Cell>,
    /// How it stands.
    pub standing: Standing,
    /// Where two texts differ on it: first text, second text, sentences and words.
    pub differs: Vec<(usize, usize, Difference)>,
}

/// Several texts of one story, point by point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The points: by the first text that tells each, in its reading order. Background is left out.
    pub points: Vec<Point>,
}

/// A point never gathers more sentences of one text than this: longer chains have lost the point.
const OF_ONE_TEXT: usize = 3;

/// Compares texts of one story, at most [`TEXT_LIMIT`]; later ones are left out.
pub fn compare(texts: &[TextIn]) -> Comparison {
    let texts = &texts[..texts.len().min(TEXT_LIMIT)];
    let ready: Vec<Vec<Sentence>> = texts.iter().map(prepare).collect();
    let mut starts = vec![0];
    for sentences in &ready {
        starts.push(starts[starts.len() - 1] + sentences.len());
    }
    let mut aligned: Vec<(usize, usize, Alignment)> = Vec::new();
    for i in 0..texts.len() {
        for j in i + 1..texts.len() {
            let found = if order(&texts[i], &texts[j]).is_gt() {
                align_prepared(&texts[j], &texts[i], &ready[j], &ready[i]).mirrored()
            } else {
                align_prepared(&texts[i], &texts[j], &ready[i], &ready[j])
            };
            aligned.push((i, j, found));
        }
    }
    let text_of = |n: usize| starts.partition_point(|s| *s <= n) - 1;
    let groups = gather(&aligned, &starts);
    let mut points: Vec<(usize, Point)> = Vec::new();
    for group in groups {
        let aside = |n: &usize| ready[text_of(*n)][*n - starts[text_of(*n)]].background;
        if !group.iter().all(aside) {
            points.push((group[0], point(&group, texts.len(), &starts, &aligned)));
        }
    }
    points.sort_by_key(|(first, _)| *first);
    Comparison { points: points.into_iter().map(|(_, p)| p).collect() }
}

/// The sentences of all texts, numbered through, gathered into points: the surest pairs first.
fn gather(aligned: &[(usize, usize, Alignment)], starts: &[usize]) -> Vec<Vec<usize>> {
    let text_of = |n: usize| starts.partition_point(|s| *s <= n) - 1;
    let mut joins: Vec<(f64, usize, usize)> = aligned
        .iter()
        .flat_map(|(i, j, found)| found.pairs.iter().map(|p| (p.score, starts[*i] + p.a, starts[*j] + p.b)))
        .collect();
    joins.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let total = starts[starts.len() - 1];
    let mut sets = Sets::new(total);
    let mut members: Vec<Vec<usize>> = (0..total).map(|n| vec![n]).collect();
    for (_, m, n) in joins {
        let (p, q) = (sets.find(m), sets.find(n));
        if p == q {
            continue;
        }
        let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
        for n in members[p].iter().chain(&members[q]) {
            *counts.entry(text_of(*n)).or_default() += 1;
        }
        if counts.values().any(|c| *c > OF_ONE_TEXT) {
            continue;
        }
        sets.join(p, q);
        let moved = std::mem::take(&mut members[p.max(q)]);
        members[p.min(q)].extend(moved);
    }
    members.retain(|m| !m.is_empty());
    for member in &mut members {
        member.sort_unstable();
    }
    members
}

fn point(members: &[usize], texts: usize, starts: &[usize], aligned: &[(usize, usize, Alignment)]) -> Point {
    let said: Vec<Vec<usize>> = (0..texts)
        .map(|t| members.iter().filter(|m| (starts[t]..starts[t + 1]).contains(m)).map(|m| m - starts[t]).collect())
        .collect();
    let mut cells: Vec<Cell> =
        said.iter().map(|s| if s.is_empty() { Cell::Absent } else { Cell::Said(s.clone()) }).collect();
    let mut differs = Vec::new();
    for (i, j, found) in aligned {
        match (said[*i].is_empty(), said[*j].is_empty()) {
            (false, false) => {
                let here = |d: &&Difference| said[*i].contains(&d.a) && said[*j].contains(&d.b);
                differs.extend(found.differs.iter().filter(here).map(|d| (*i, *j, d.clone())));
            }
            // Absent only where the matcher says so of every sentence.
            (false, true) if !said[*i].iter().all(|n| found.only_a.contains(n)) => cells[*j] = Cell::Unsure,
            (true, false) if !said[*j].iter().all(|n| found.only_b.contains(n)) => cells[*i] = Cell::Unsure,
            _ => {}
        }
    }
    let telling: Vec<usize> = (0..texts).filter(|t| !said[*t].is_empty()).collect();
    let standing = match telling.as_slice() {
        _ if !differs.is_empty() => Standing::Differs,
        all if all.len() == texts && texts > 1 => Standing::Agreed,
        [_] if cells.contains(&Cell::Unsure) => Standing::Unsure,
        [one] => Standing::OnlyIn(*one),
        _ => Standing::Several,
    };
    Point { cells, standing, differs }
}

/// Disjoint sets of numbers; the smallest number stands for its set.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Sets((0..count).collect())
    }

    fn find(&mut self, mut n: usize) -> usize {
        while self.0[n] != n {
            self.0[n] = self.0[self.0[n]];
            n = self.0[n];
        }
        n
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "President Ana Ruiz spoke with Prime Minister Omar Hadi. They agreed to free 20 prisoners. The weather in Lorva was mild.";
    const B: &str = "Omar Hadi had a telephone conversation with Ana Ruiz. Wheat prices are of no interest to Temsa. Thirty captives will be released.";
    const C: &str = "Ana Ruiz and Omar Hadi spoke by telephone. Both agreed on the release of 20 detainees.";

    fn with<R>(texts: &[&str], of: impl FnOnce(&[TextIn]) -> R) -> R {
        let sentences: Vec<_> = texts.iter().map(|t| news::text::sentences(t)).collect();
        let input: Vec<TextIn> = texts
            .iter()
            .zip(&sentences)
            .map(|(text, sentences)| TextIn { text, sentences, language: None, published_at: None })
            .collect();
        of(&input)
    }

    #[test]
    fn rows_follow_the_first_text_and_hold_every_sentence_once() {
        let rows = with(&[A, B], |t| rows(&crate::align(&t[0], &t[1])));
        let kinds: Vec<_> = rows.iter().map(|r| (r.kind, r.a.clone(), r.b.clone())).collect();
        assert_eq!(
            kinds,
            [
                (RowKind::Reworded, vec![0], vec![0]),
                (RowKind::OnlyB, vec![], vec![1]),
                (RowKind::Differs, vec![1], vec![2]),
                (RowKind::OnlyA, vec![2], vec![]),
            ]
        );
    }

    #[test]
    fn a_comparison_tells_agreed_differing_and_lone_points_apart() {
        let got = with(&[A, B, C], compare);
        let standings: Vec<_> = got.points.iter().map(|p| p.standing).collect();
        assert_eq!(standings, [Standing::Agreed, Standing::Differs, Standing::OnlyIn(0), Standing::OnlyIn(1)]);
        assert_eq!(got.points[1].cells, [Cell::Said(vec![1]), Cell::Said(vec![2]), Cell::Said(vec![1])]);
        assert!(got.points[1].differs.iter().all(|(i, j, _)| (*i, *j) == (0, 1) || (*i, *j) == (1, 2)));
    }

    #[test]
    fn nothing_and_one_text_compare_without_a_claim() {
        assert!(compare(&[]).points.is_empty());
        let got = with(&[A], compare);
        assert!(got.points.iter().all(|p| p.standing == Standing::OnlyIn(0)));
    }
}
