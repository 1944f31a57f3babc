//! How one text stands to another that it shares words with: a copy, a rewrite, an extract, a passage, or the
//! same statement quoted by two.
//!
//! What is quoted is told from what is prose first: two reports of one speech share much of it and are two
//! accounts all the same, and a false copy hides an account.

use crate::copies::{CONFIRM, CONFIRM_BOTH};
use crate::token::{Token, tokens};
use news::story::{Kinship, SharedPassage};
use std::ops::Range;

/// A text to be set beside another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Side<'a> {
    /// Canonical text.
    pub text: &'a str,
    /// Byte ranges that are marked as quoted besides what stands in quotation marks: block quotes.
    pub quoted: &'a [Range<usize>],
    /// Byte ranges that an official document of the story has to the word.
    pub statements: &'a [Range<usize>],
    /// Whether the text as a whole is an official document.
    pub is_official: bool,
}

/// How a text stands to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relation {
    /// What kind of sharing it is, if the first took from the second.
    pub kind: Kinship,
    /// Share of the first text's five-word runs that stand in shared passages, `0.0..=1.0`.
    pub contained: f32,
    /// Share of the second's.
    pub of_base: f32,
    /// Words of the second after the place where the first, which holds its head, ends; 0 where it is no cut text.
    pub cut_words: u32,
}

// Thresholds. Where no other set is named they were taken from the copies of the developer test (seven kinds of
// edit of 1,000 articles, see `scores.md`) and hold on the generated copies in the tests below.

/// Most of a text: from here it is a copy. Cut to 60 % gives 1.0, 5 % of words changed .77, shuffled besides .70,
/// 15 % of words .44.
const MOST: f32 = 0.5;
/// A text that wraps another whole holds this much of it, and is this much made of it: a wrap with less is an
/// account with a brief inside.
const WHOLE: f32 = 0.8;
const WRAPPED: f32 = 0.35;
/// Up to here a text that was edited in nearly every tenth is a rewrite. With every seventh word changed at random .36
/// to .52 of the runs are left, with every twentieth .70 to .84.
const EDITED: f32 = 0.62;
/// A part of a text this many times as long is an extract; copies cut to 35 % are still copies.
const EXTRACT_TIMES: usize = 3;
/// Share of tenths of a rewrite in which words of the other stand. With every seventh word changed it is 1.0; a text
/// with half of another inside it reaches .6 at most when that half is less than half of it.
const SPREAD: f32 = 0.7;
/// Share of the shared words that come in the order of the other text. Two texts that share set phrases come to
/// about half by chance.
const IN_ORDER: f32 = 0.7;
/// Share of the prose, quotations set apart, below which what two texts share is the statements in them. Copies cut,
/// wrapped or with 15 % of words changed keep .4 and more of the prose of the shorter text.
const PROSE: f32 = 0.2;
/// Words of its own that a text needs to be an account beside what it quotes: two short sentences.
const OWN_WORDS: usize = 20;
/// Share of its words that a report of an official document needs for itself to be no copy of the document.
const OWN_OF_OFFICIAL: f32 = 0.4;
/// Shared words from which a common passage or statement is worth a word: one long sentence.
const PASSAGE_WORDS: usize = 25;

/// How `a` stands to `b`, from the passages they share ([`crate::passages`] of the two texts in that order). `None`
/// where they share too little to say anything. Both texts are read up to 8,192 words.
pub fn kinship(a: &Side<'_>, b: &Side<'_>, passages: &[SharedPassage]) -> Option<Relation> {
    let (left, right) = (Words::of(a, tokens(a.text)), Words::of(b, tokens(b.text)));
    relation(&left, &right, passages)
}

/// A text cut into words, each marked as somebody's statement or not: worked out once for many comparisons.
pub(crate) struct Words {
    pub(crate) tokens: Vec<Token>,
    marked: Vec<bool>,
    stated: Vec<bool>,
    is_official: bool,
}

impl Words {
    /// Of a text and the words it is cut into.
    pub(crate) fn of(side: &Side<'_>, tokens: Vec<Token>) -> Words {
        let mut marked = vec![false; tokens.len()];
        for span in quotations(side.text).iter().chain(side.quoted) {
            marked[within(&tokens, span)].fill(true);
        }
        let mut stated = if side.is_official { vec![true; tokens.len()] } else { marked.clone() };
        for span in side.statements {
            stated[within(&tokens, span)].fill(true);
        }
        Words { tokens, marked, stated, is_official: side.is_official }
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }
}

/// The words that lie in a byte range.
fn within(tokens: &[Token], span: &Range<usize>) -> Range<usize> {
    let from = tokens.partition_point(|t| (t.start as usize) < span.start);
    let to = tokens.partition_point(|t| (t.end as usize) <= span.end);
    from..to.max(from)
}

pub(crate) fn relation(a: &Words, b: &Words, passages: &[SharedPassage]) -> Option<Relation> {
    if a.len() < 5 || b.len() < 5 {
        return None;
    }
    let pairs: Vec<(Range<usize>, Range<usize>)> = passages
        .iter()
        .map(|p| (within(&a.tokens, &p.span), within(&b.tokens, &p.other)))
        .filter(|(x, y)| x.len() >= 5 && x.len() == y.len())
        .collect();
    let mut in_a = vec![false; a.len()];
    let mut in_b = vec![false; b.len()];
    let mut runs_b = vec![false; b.len()];
    let mut prose = vec![false; a.len()];
    let mut prose_b = vec![false; b.len()];
    let mut runs = 0;
    for (x, y) in &pairs {
        runs += x.len() - 4;
        runs_b[y.start..y.end - 4].fill(true);
        for (i, j) in x.clone().zip(y.clone()) {
            (in_a[i], in_b[j]) = (true, true);
            // Words that one of the two gives as a statement are one in both.
            if !a.stated[i] && !b.stated[j] {
                (prose[i], prose_b[j]) = (true, true);
            }
        }
    }
    let count = |list: &[bool]| list.iter().filter(|x| **x).count();
    let share = |n: usize, of: usize| if of == 0 { 0.0 } else { n as f32 / of as f32 };
    let contained = share(runs, a.len() - 4).min(1.0);
    let of_base = share(count(&runs_b), b.len() - 4).min(1.0);
    let shared = count(&in_a);
    // Most of what both share is statements, and one of them is more than a statement.
    let are_statements = count(&prose) * 2 < shared && !(a.is_official && b.is_official);
    let kind = if are_statements && is_quotation(a, &in_a, &prose) && is_quotation(b, &in_b, &prose_b) {
        if shared < PASSAGE_WORDS / 2 {
            return None;
        }
        Kinship::Quotation
    } else if (MOST..EDITED).contains(&contained) && mixed(&in_a) >= SPREAD && in_order(&pairs) >= IN_ORDER {
        Kinship::Rewrite
    } else if contained >= MOST {
        if contained >= WHOLE && a.len() * EXTRACT_TIMES <= b.len() { Kinship::Extract } else { Kinship::Syndicated }
    } else if of_base >= WHOLE && contained >= WRAPPED {
        Kinship::Syndicated
    } else if (contained.max(of_base) >= CONFIRM || contained.min(of_base) >= CONFIRM_BOTH)
        && spread(&prose) >= SPREAD
        && in_order(&pairs) >= IN_ORDER
    {
        Kinship::Rewrite
    } else if shared >= PASSAGE_WORDS {
        Kinship::Passage
    } else {
        return None;
    };
    Some(Relation { kind, contained, of_base, cut_words: cut(a, b, &pairs, contained) })
}

/// Whether what a text shares with another is statements, and the rest its own. Of an official document all is
/// statement; the other text decides.
fn is_quotation(text: &Words, shared: &[bool], prose_shared: &[bool]) -> bool {
    if text.is_official {
        return true;
    }
    let (mut all, mut common, mut own) = (0_usize, 0_usize, 0_usize);
    let mut unshared = 0;
    for at in 0..text.len() {
        let is_stated = text.stated[at] || shared[at] && !prose_shared[at];
        unshared += usize::from(!shared[at]);
        if !is_stated {
            all += 1;
            common += usize::from(shared[at]);
            own += usize::from(!shared[at]);
        }
    }
    // Where an official document's words stand without marks, a report is one with enough of its own beside them.
    let is_own = unshared as f32 >= OWN_OF_OFFICIAL * text.len() as f32 || is_marked(text, shared);
    own >= OWN_WORDS && is_own && (common as f32) < PROSE * all as f32
}

/// Whether the text itself gives most of the shared words as quoted.
fn is_marked(text: &Words, shared: &[bool]) -> bool {
    let all = shared.iter().filter(|x| **x).count();
    let marked = text.marked.iter().zip(shared).filter(|(m, s)| **m && **s).count();
    marked * 2 > all
}

/// Share of the tenths of a text in which two shared words of prose stand.
fn spread(prose: &[bool]) -> f32 {
    let tenth = prose.len().div_ceil(10).max(1);
    let parts = prose.chunks(tenth);
    let all = parts.len();
    let touched = parts.filter(|part| part.iter().filter(|x| **x).count() >= 2.min(part.len())).count();
    touched as f32 / all.max(1) as f32
}

/// Share of the tenths of a text in which shared words and others stand side by side.
fn mixed(shared: &[bool]) -> f32 {
    let tenth = shared.len().div_ceil(10).max(1);
    let parts = shared.chunks(tenth);
    let all = parts.len();
    let both = parts.filter(|part| part.iter().any(|x| *x) && part.iter().any(|x| !*x)).count();
    both as f32 / all.max(1) as f32
}

/// Share of the shared words that can be read in the order of both texts.
fn in_order(pairs: &[(Range<usize>, Range<usize>)]) -> f32 {
    // Heaviest rising chain; passages are few.
    let mut best: Vec<usize> = Vec::with_capacity(pairs.len());
    for (n, (x, y)) in pairs.iter().enumerate() {
        let before = (0..n).filter(|&m| pairs[m].1.end <= y.start).map(|m| best[m]).max().unwrap_or(0);
        best.push(before + x.len());
    }
    let all: usize = pairs.iter().map(|p| p.0.len()).sum();
    best.into_iter().max().unwrap_or(0) as f32 / all.max(1) as f32
}

/// Words of `b` that `a`, which holds the head of `b` and little else, leaves out at the end.
fn cut(a: &Words, b: &Words, pairs: &[(Range<usize>, Range<usize>)], contained: f32) -> u32 {
    let Some(end) = pairs.iter().map(|p| p.1.end).max() else { return 0 };
    let head: usize = pairs.iter().filter(|p| p.1.start < b.len()).map(|p| p.1.len()).sum();
    let left = b.len() - end;
    // Nine tenths of the one, and of the other up to the place where it stops; what follows is a paragraph at least.
    let is_cut = contained >= 0.9 && head as f32 >= 0.85 * end as f32 && left >= PASSAGE_WORDS && left * 10 >= b.len();
    let ends_there = pairs.iter().max_by_key(|p| p.1.end).is_some_and(|p| p.0.end + 8 >= a.len());
    if is_cut && ends_there { left as u32 } else { 0 }
}

/// Byte ranges of what stands in quotation marks, marks left out, in order. A quotation that runs on over
/// paragraphs is one range in each; a mark that is never closed holds to the end of its paragraph, a straight
/// one to nowhere.
pub fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for line in news::text::lines(text) {
        let mut open: Option<(char, usize)> = None;
        let mut before = ' ';
        let mut rest = text[line.clone()].char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let here = line.start + at;
            match open {
                None => {
                    let is_open = matches!(c, '“' | '„' | '«' | '"') || c == '‘' && !before.is_alphanumeric();
                    if is_open {
                        open = Some((c, here + c.len_utf8()));
                    }
                }
                Some((mark, from)) => {
                    let closes = match mark {
                        '“' => c == '”',
                        '„' => matches!(c, '“' | '”'),
                        '«' => c == '»',
                        '‘' => c == '’' && rest.peek().is_none_or(|(_, next)| !next.is_alphanumeric()),
                        _ => c == '"',
                    };
                    if closes {
                        out.push(from..here);
                        open = None;
                    }
                }
            }
            before = c;
        }
        if let Some((mark, from)) = open
            && !matches!(mark, '"' | '‘')
        {
            out.push(from..line.end);
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests;
