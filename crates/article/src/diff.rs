//! Two texts sentence by sentence: what stayed, what changed word by word, what came and what went.

use news::article::Article;
use news::revision::EditRank;
use news::text;
use std::ops::Range;

/// Cells of the table that aligns sentences exactly; larger pairs of texts are aligned by unique sentences.
const TABLE_LIMIT: usize = 4_000_000;
/// Words of one sentence that are compared one by one; longer sentences differ as a whole.
const WORD_LIMIT: usize = 1000;
/// Sentences that share this share of their words are one sentence, changed.
const SAME_SENTENCE: f32 = 0.5;

/// What became of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// In both, to the character.
    Same,
    /// In both, with other words or marks.
    Changed,
    /// Only in the new text.
    Added,
    /// Only in the old text.
    Removed,
}

/// One sentence, or one pair of sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What became of it.
    pub kind: RowKind,
    /// Byte range in the old text; `None` for an added sentence.
    pub old: Option<Range<usize>>,
    /// Byte range in the new text; `None` for a removed sentence.
    pub new: Option<Range<usize>>,
    /// For a changed sentence: byte ranges in the old text that went.
    pub deleted: Vec<Range<usize>>,
    /// For a changed sentence: byte ranges in the new text that came.
    pub inserted: Vec<Range<usize>>,
    /// How much the change weighs; `None` for a sentence that stayed.
    pub rank: Option<EditRank>,
}

/// How two readings of an article differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The headline's own row, with ranges in the two headlines; `None` when it stayed.
    pub headline: Option<Row>,
    /// Every sentence of both texts, in reading order.
    pub rows: Vec<Row>,
    /// The weightiest change; `None` when nothing changed.
    pub rank: Option<EditRank>,
}

/// Aligns two readings of an article.
///
/// Work is bounded by the lengths of the texts and the limits above, not by how they differ.
pub fn sentences(old: &Article, new: &Article) -> Diff {
    let rows = rows(&old.text, &new.text);
    let (old_headline, new_headline) = (old.headline.as_deref().unwrap_or(""), new.headline.as_deref().unwrap_or(""));
    let headline = (old_headline != new_headline).then(|| {
        let mut row = changed(old_headline, new_headline, 0..old_headline.len(), 0..new_headline.len());
        if row.rank > Some(EditRank::Cosmetic) {
            row.rank = Some(EditRank::Headline);
        }
        row
    });
    let rank = rows.iter().chain(&headline).filter_map(|row| row.rank).max();
    Diff { headline, rows, rank }
}

fn rows(old: &str, new: &str) -> Vec<Row> {
    let a = text::sentences(old);
    let b = text::sentences(new);
    let same = |i: usize, j: usize| old[a[i].clone()] == new[b[j].clone()];
    let mut head = 0;
    while head < a.len() && head < b.len() && same(head, head) {
        head += 1;
    }
    let mut tail = 0;
    while tail < a.len() - head && tail < b.len() - head && same(a.len() - 1 - tail, b.len() - 1 - tail) {
        tail += 1;
    }
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|i| (i, i)).collect();
    pairs.extend(
        common(old, new, &a[head..a.len() - tail], &b[head..b.len() - tail])
            .into_iter()
            .map(|(i, j)| (head + i, head + j)),
    );
    pairs.extend((0..tail).rev().map(|i| (a.len() - 1 - i, b.len() - 1 - i)));
    let mut out = Vec::with_capacity(a.len().max(b.len()));
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in pairs.into_iter().chain([(a.len(), b.len())]) {
        gap(old, new, &a[i..next_i], &b[j..next_j], &mut out);
        if next_i < a.len() {
            out.push(Row {
                kind: RowKind::Same,
                old: Some(a[next_i].clone()),
                new: Some(b[next_j].clone()),
                deleted: vec![],
                inserted: vec![],
                rank: None,
            });
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    out
}

/// Pairs of equal sentences, rising on both sides.
fn common(old: &str, new: &str, a: &[Range<usize>], b: &[Range<usize>]) -> Vec<(usize, usize)> {
    let left: Vec<&str> = a.iter().map(|r| &old[r.clone()]).collect();
    let right: Vec<&str> = b.iter().map(|r| &new[r.clone()]).collect();
    if left.len().saturating_mul(right.len()) <= TABLE_LIMIT {
        return longest_common(&left, &right);
    }
    // Too long for the table: sentences that stand once in each text, as far as their order agrees.
    let mut places = std::collections::HashMap::new();
    for (j, sentence) in right.iter().enumerate() {
        places.entry(*sentence).and_modify(|p| *p = usize::MAX).or_insert(j);
    }
    let mut last = None;
    let mut out = Vec::new();
    for (i, sentence) in left.iter().enumerate() {
        if let Some(&j) = places.get(sentence)
            && j != usize::MAX
            && last.is_none_or(|l| j > l && j - l < 200)
        {
            out.push((i, j));
            last = Some(j);
        }
    }
    out
}

/// The longest common subsequence of two lists, as pairs of places.
fn longest_common<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut table = vec![0u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i * width + j] = if a[i] == b[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            out.push((i, j));
            i += 1;
            j += 1;
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

fn folded_words(text: &str) -> Vec<String> {
    text::words(text).take(WORD_LIMIT).map(|w| text[w].to_lowercase()).collect()
}

/// The share of words two sentences have in common, 0 to 1.
fn likeness(a: &[String], b: &[String]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut counts = std::collections::HashMap::new();
    for word in a {
        *counts.entry(word).or_insert(0i32) += 1;
    }
    let shared = b
        .iter()
        .filter(|w| {
            counts.get_mut(w).is_some_and(|c| {
                *c -= 1;
                *c >= 0
            })
        })
        .count();
    2.0 * shared as f32 / (a.len() + b.len()) as f32
}

/// Sentences between two that stayed: like ones are paired in order, the rest came or went.
fn gap(old: &str, new: &str, a: &[Range<usize>], b: &[Range<usize>], out: &mut Vec<Row>) {
    let left: Vec<Vec<String>> = a.iter().map(|r| folded_words(&old[r.clone()])).collect();
    let right: Vec<Vec<String>> = b.iter().map(|r| folded_words(&new[r.clone()])).collect();
    let mut from = 0;
    let mut i = 0;
    while i < a.len() {
        // The best partner within reach, so that one long gap stays linear.
        let partner = (from..b.len().min(from + 40))
            .map(|j| (j, if old[a[i].clone()] == new[b[j].clone()] { 2.0 } else { likeness(&left[i], &right[j]) }))
            .filter(|(_, like)| *like >= SAME_SENTENCE)
            .fold(
                None,
                |best: Option<(usize, f32)>, this| if best.is_none_or(|b| this.1 > b.1) { Some(this) } else { best },
            );
        match partner {
            Some((j, _)) => {
                out.extend((from..j).map(|k| lone(RowKind::Added, &b[k], &new[b[k].clone()])));
                out.push(changed(old, new, a[i].clone(), b[j].clone()));
                from = j + 1;
            }
            None => out.push(lone(RowKind::Removed, &a[i], &old[a[i].clone()])),
        }
        i += 1;
    }
    out.extend((from..b.len()).map(|k| lone(RowKind::Added, &b[k], &new[b[k].clone()])));
}

fn lone(kind: RowKind, range: &Range<usize>, sentence: &str) -> Row {
    let rank = if kind == RowKind::Added && is_notice(sentence) {
        EditRank::Retraction
    } else if letters(sentence).is_empty() {
        EditRank::Cosmetic
    } else {
        EditRank::Substantive
    };
    let (old, new) = match kind {
        RowKind::Removed => (Some(range.clone()), None),
        RowKind::Added | RowKind::Same | RowKind::Changed => (None, Some(range.clone())),
    };
    Row { kind, old, new, deleted: vec![], inserted: vec![], rank: Some(rank) }
}

/// A sentence by which an outlet corrects or takes back what it wrote.
fn is_notice(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    const HEADS: &[&str] = &[
        "correction",
        "clarification",
        "retraction",
        "editor's note",
        "editor’s note",
        "korrektur",
        "rectificatif",
        "rectificación",
        "fe de errores",
        "виправлення",
        "уточнение",
        "поправка",
    ];
    const WITHIN: &[&str] = &[
        "earlier version of this",
        "previous version of this",
        "has been corrected",
        "was amended on",
        "has been amended",
        "has been retracted",
        "was corrected on",
        "we retract",
        "incorrectly stated",
        "in einer früheren version",
    ];
    HEADS.iter().any(|h| lower.starts_with(h)) || WITHIN.iter().any(|w| lower.contains(w))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A pair of unequal texts, word by word.
fn changed(old: &str, new: &str, a: Range<usize>, b: Range<usize>) -> Row {
    let (before, after) = (&old[a.clone()], &new[b.clone()]);
    if before == after {
        return Row { kind: RowKind::Same, old: Some(a), new: Some(b), deleted: vec![], inserted: vec![], rank: None };
    }
    let left = pieces(before);
    let right = pieces(after);
    let (mut deleted, mut inserted) = (Vec::new(), Vec::new());
    let mut went: Vec<&str> = Vec::new();
    let mut came: Vec<&str> = Vec::new();
    if left.len() > 2 * WORD_LIMIT || right.len() > 2 * WORD_LIMIT {
        deleted.push(a.clone());
        inserted.push(b.clone());
        went.push(before);
        came.push(after);
    } else {
        let texts = |of: &str, pieces: &[Range<usize>]| -> Vec<String> {
            pieces.iter().map(|r| of[r.clone()].to_owned()).collect()
        };
        let pairs = longest_common(&texts(before, &left), &texts(after, &right));
        let (mut i, mut j) = (0, 0);
        for (next_i, next_j) in pairs.into_iter().chain([(left.len(), right.len())]) {
            if i < next_i {
                deleted.push(a.start + left[i].start..a.start + left[next_i - 1].end);
                went.extend(left[i..next_i].iter().map(|r| &before[r.clone()]));
            }
            if j < next_j {
                inserted.push(b.start + right[j].start..b.start + right[next_j - 1].end);
                came.extend(right[j..next_j].iter().map(|r| &after[r.clone()]));
            }
            (i, j) = (next_i + 1, next_j + 1);
        }
    }
    let rank = if letters(before) == letters(after) {
        EditRank::Cosmetic
    } else if is_notice(after) && !is_notice(before) {
        EditRank::Retraction
    } else if changes_a_fact(before, after, &went, &came) {
        EditRank::Substantive
    } else {
        EditRank::Minor
    };
    Row { kind: RowKind::Changed, old: Some(a), new: Some(b), deleted, inserted, rank: Some(rank) }
}

/// Words, and single marks between them; white space is nobody's.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    for word in text::words(text) {
        marks(text, at..word.start, &mut out);
        at = word.end;
        out.push(word);
    }
    marks(text, at..text.len(), &mut out);
    out
}

fn marks(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    for (at, c) in text[range.clone()].char_indices().filter(|(_, c)| !c.is_whitespace()) {
        out.push(range.start + at..range.start + at + c.len_utf8());
    }
}

/// Words that turn a sentence or set a number, lower case.
const TURNING: &[&str] = &[
    "not",
    "no",
    "never",
    "none",
    "nobody",
    "nothing",
    "neither",
    "nor",
    "without",
    "denied",
    "denies",
    "deny",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "dozen",
    "dozens",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "half",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "kein",
    "keine",
    "nicht",
    "nie",
    "ne",
    "pas",
    "jamais",
    "nunca",
    "não",
    "non",
    "не",
    "ні",
    "нет",
    "لا",
    "لم",
    "لن",
    "ليس",
    "yesterday",
    "today",
    "tomorrow",
    "least",
    "alleged",
    "allegedly",
    "accused",
    "killed",
    "dead",
    "injured",
    "wounded",
    "arrested",
    "charged",
    "guilty",
];

fn changes_a_fact(before: &str, after: &str, went: &[&str], came: &[&str]) -> bool {
    let lower = |words: &[&str]| -> Vec<String> { words.iter().map(|w| w.to_lowercase()).collect() };
    let (gone, new) = (lower(went), lower(came));
    let first = |text: &str| text::words(text).next().map(|w| text[w].to_lowercase());
    let openings = [first(before), first(after)];
    let weighs = |word: &str, others: &[String]| -> bool {
        let low = word.to_lowercase();
        if others.contains(&low) {
            return false;
        }
        if word.chars().any(char::is_numeric)
            || TURNING.contains(&low.as_str())
            || low.ends_with("n't")
            || low.ends_with("n’t")
        {
            return true;
        }
        let is_name = word.starts_with(char::is_uppercase) && !openings.contains(&Some(low.clone()));
        is_name && !others.iter().any(|other| is_respelling(&low, other))
    };
    if went.iter().any(|w| weighs(w, &new)) || came.iter().any(|w| weighs(w, &gone)) {
        return true;
    }
    // Most of the sentence is new.
    let words = |list: &[String]| list.iter().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    let total = text::words(before).count().max(text::words(after).count()).max(1);
    let touched = words(&gone).max(words(&new));
    total >= 5 && touched * 10 > total * 4 && touched > 4
}

/// One letter's difference, or accents only, in a name long enough to be told by the rest.
fn is_respelling(a: &str, b: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let plain =
        |t: &str| -> Vec<char> { t.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect() };
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return true;
    }
    if a.len().min(b.len()) < 6 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    head + tail + 1 >= a.len().max(b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expected: &[(RowKind, Option<EditRank>)]) -> Diff {
        let article = |text: &str| Article { text: text.to_owned(), ..Article::default() };
        let diff = sentences(&article(old), &article(new));
        let got: Vec<(RowKind, Option<EditRank>)> = diff.rows.iter().map(|r| (r.kind, r.rank)).collect();
        assert_eq!(got, expected, "{old} / {new}");
        diff
    }

    #[test]
    fn one_changed_sentence_marks_that_sentence_only() {
        use RowKind::*;
        let (old, new) =
            ("One stays. Officials said 5 died. Three stays.", "One stays. Officials said 7 died. Three stays.");
        let diff = check(old, new, &[(Same, None), (Changed, Some(EditRank::Substantive)), (Same, None)]);
        assert_eq!(diff.rows[1].deleted.iter().map(|r| &old[r.clone()]).collect::<Vec<_>>(), ["5"]);
        assert_eq!(diff.rows[1].inserted.iter().map(|r| &new[r.clone()]).collect::<Vec<_>>(), ["7"]);
    }

    #[test]
    fn ranks_follow_what_the_change_touches() {
        use RowKind::*;
        let one = |old: &str, new: &str, rank| {
            check(old, new, &[(Changed, Some(rank))]);
        };
        one("He said \"yes\" to it.", "He said “yes” to it.", EditRank::Cosmetic);
        one("He walked home slowly.", "He strolled home slowly.", EditRank::Minor);
        one("He met Viktor Orban there.", "He met Viktor Orbán there.", EditRank::Minor);
        one("He flew to Austria that day.", "He flew to Australia that day.", EditRank::Substantive);
        one("He did agree to it then.", "He did not agree to it then.", EditRank::Substantive);
    }

    #[test]
    fn sentences_that_came_and_went_are_told() {
        use RowKind::*;
        check(
            "A cat sat. Dogs bark loudly.",
            "A cat sat. Rain fell over town.",
            &[(Same, None), (Removed, Some(EditRank::Substantive)), (Added, Some(EditRank::Substantive))],
        );
        check("", "New text.", &[(Added, Some(EditRank::Substantive))]);
        check("", "", &[]);
    }

    proptest::proptest! {
        #[test]
        fn every_sentence_of_both_texts_has_one_row(old in "([A-Za-z0-9é’]{1,4}[ .,\n]{1,2}){0,40}", new in "([A-Za-z0-9é’]{1,4}[ .,\n]{1,2}){0,40}") {
            let rows = rows(&old, &new);
            let left: Vec<_> = rows.iter().filter_map(|r| r.old.clone()).collect();
            let right: Vec<_> = rows.iter().filter_map(|r| r.new.clone()).collect();
            proptest::prop_assert_eq!(left, text::sentences(&old));
            proptest::prop_assert_eq!(right, text::sentences(&new));
        }
    }
}
