//! Who took from whom among the texts of a story, each edge with its evidence.
//!
//! Texts that share wording are gathered round the longest of them, then the origin of each group is looked for by
//! evidence: a credit, the earliest time that can be trusted, the direction of cutting. Where there is none the
//! texts are said to share wording, without a direction. What it can get wrong is said on the method page.

use crate::features::runs;
use crate::kinship::{Relation, Side, Words, relation};
use crate::named::{self, CreditLine, Names};
use crate::passages;
use crate::token::{Token, tokens};
use jiff::Timestamp;
use news::article::{Article, BlockKind, TextKind};
use news::id::{ArticleId, RevisionId};
use news::language::Language;
use news::outlet::{Outlet, OutletKind};
use news::story::{CopyOf, Edge, Kinship, Proof, SharedPassage, Standing, TakenFrom, Tree, trusted_time};
use news::time::Moment;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// A member of a story, as the tree reads it.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Which article.
    pub article: ArticleId,
    /// The revision whose text is read.
    pub revision: Option<RevisionId>,
    /// That text.
    pub content: &'a Article,
    /// Who published it.
    pub outlet: Option<&'a Outlet>,
    /// Our clock: when we first saw it. Says that it was there by then, never that it came first.
    pub first_seen_at: Timestamp,
}

/// Texts that a text is set beside at most while groups are formed: those that share most runs with it.
const BESIDE: usize = 4;
/// Texts asked whether they can stand for a group.
const CENTRAL: usize = 8;
/// Texts remembered under one run.
const PER_RUN: usize = 16;
/// Rounds in which groups are formed of what the last round left over.
const ROUNDS: usize = 4;
/// Words of a place where two copies were edited alike.
const VARIANT_WORDS: usize = 4;
/// Pieces of one kind of evidence kept for an edge.
const PIECES: usize = 3;
/// Sentences at the head of a text in which a named source carries the whole.
const LEAD: usize = 3;
/// Names and numbers that a translation shares with what it names as its source.
const COMMON: usize = 3;

/// Draws the tree of a story from its counted members.
pub fn tree(members: &[Member<'_>]) -> Tree {
    let mut work = Work::new(members);
    let groups = work.groups();
    for group in &groups {
        work.resolve(group);
    }
    work.quoting();
    work.naming();
    work.finish()
}

struct Read<'a> {
    member: Member<'a>,
    words: Words,
    runs: Vec<u64>,
    sentences: Vec<Range<usize>>,
    credits: Vec<CreditLine>,
    trusted: Option<Moment>,
    is_official: bool,
    /// Order in time, for everything that must not depend on the order of arrival.
    rank: (i64, i64),
}

/// How one text stands to another, and the passages both share.
type Beside = (Relation, Vec<SharedPassage>);

struct Work<'a> {
    read: Vec<Read<'a>>,
    names: Names<'a>,
    known: FxHashMap<(usize, usize), Option<Beside>>,
    copy_of: Vec<Option<CopyOf>>,
    edges: Vec<Edge>,
    /// Passages taken from the text a text comes from.
    taken: Vec<Vec<Range<usize>>>,
    /// The text at the root of the group a text stands in, itself included.
    group_of: Vec<Option<usize>>,
    /// Accounts that stand for an agency's text that is not held, by its plain name.
    stands_for: FxHashMap<String, usize>,
}

impl<'a> Work<'a> {
    fn new(members: &[Member<'a>]) -> Work<'a> {
        let mut names: Vec<&str> = members.iter().filter_map(|m| m.outlet).map(|o| o.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let names = Names::new(names);
        let official = |m: &Member<'_>| {
            m.content.kind == TextKind::Official || m.outlet.is_some_and(|o| o.kind == OutletKind::Official)
        };
        let documents: Vec<(&str, FxHashSet<u64>)> = members
            .iter()
            .filter(|m| official(m) && !m.content.text.is_empty())
            .take(BESIDE * 2)
            .map(|m| (m.content.text.as_str(), runs(&tokens(&m.content.text)).collect()))
            .collect();
        let read: Vec<Read<'a>> = members
            .iter()
            .map(|&member| {
                let content = member.content;
                let text = content.text.as_str();
                let tokens = tokens(text);
                let runs: Vec<u64> = if tokens.len() < 5 { Vec::new() } else { runs(&tokens).collect() };
                let is_official = official(&member);
                let mut statements = Vec::new();
                if !is_official {
                    for (document, its) in &documents {
                        if runs.iter().any(|run| its.contains(run)) {
                            statements.extend(passages(text, document).into_iter().map(|p| p.span));
                        }
                    }
                }
                let blocks = content.blocks.iter().filter(|b| b.kind == BlockKind::Quote);
                let quoted: Vec<Range<usize>> = blocks.map(|b| b.span.clone()).collect();
                let side = Side { text, quoted: &quoted, statements: &statements, is_official };
                let trusted = trusted_time(content, member.first_seen_at);
                let at = trusted.map_or(member.first_seen_at, |m| m.at);
                Read {
                    words: Words::of(&side, tokens),
                    runs,
                    sentences: news::text::sentences(text),
                    credits: named::credits(content, member.outlet, &names),
                    trusted,
                    is_official,
                    rank: (at.as_millisecond(), member.article.0),
                    member,
                }
            })
            .collect();
        let n = read.len();
        Work {
            read,
            names,
            known: FxHashMap::default(),
            copy_of: vec![None; n],
            edges: Vec::new(),
            taken: vec![Vec::new(); n],
            group_of: vec![None; n],
            stands_for: FxHashMap::default(),
        }
    }

    fn text(&self, n: usize) -> &'a str {
        &self.read[n].member.content.text
    }

    /// How one member stands to another, worked out once.
    fn beside(&mut self, a: usize, b: usize) -> Option<Beside> {
        if let Some(known) = self.known.get(&(a, b)) {
            return known.clone();
        }
        let shared = passages::between(&self.read[a].words.tokens, &self.read[b].words.tokens);
        let found = relation(&self.read[a].words, &self.read[b].words, &shared).map(|r| (r, shared));
        self.known.insert((a, b), found.clone());
        found
    }

    /// Texts that share enough wording to be one text, round the longest of them.
    fn groups(&mut self) -> Vec<Vec<usize>> {
        let mut left: Vec<usize> = (0..self.read.len()).filter(|n| !self.read[*n].runs.is_empty()).collect();
        let mut out = Vec::new();
        for _ in 0..ROUNDS {
            left.sort_by_key(|n| (std::cmp::Reverse(self.read[*n].words.tokens.len()), self.read[*n].rank));
            let found = self.round(&left);
            let mut rest = Vec::new();
            for group in found.into_iter().filter(|g| g.len() > 1) {
                let root = self.root(&group);
                let (mut with, mut without) = (vec![root], Vec::new());
                for n in group.into_iter().filter(|n| *n != root) {
                    let holds = self.beside(n, root).is_some_and(|(r, _)| r.kind.is_copy())
                        || self.beside(root, n).is_some_and(|(r, _)| r.kind.is_copy());
                    if holds { with.push(n) } else { without.push(n) }
                }
                rest.extend(without);
                if with.len() > 1 {
                    out.push(with);
                }
            }
            if rest.len() < 2 {
                break;
            }
            left = rest;
        }
        self.latecomers(&mut out);
        out
    }

    /// Texts that stand in no group, beside the roots of all: a rewrite is near the text it was made from, and may be
    /// far from the longest of its copies.
    fn latecomers(&mut self, groups: &mut [Vec<usize>]) {
        let mut by_run: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for (at, group) in groups.iter().enumerate() {
            for run in &self.read[group[0]].runs {
                let list = by_run.entry(*run).or_default();
                if list.len() < PER_RUN && list.last() != Some(&at) {
                    list.push(at);
                }
            }
        }
        let grouped: FxHashSet<usize> = groups.iter().flatten().copied().collect();
        for n in (0..self.read.len()).filter(|n| !grouped.contains(n)) {
            let mut hits: FxHashMap<usize, u32> = FxHashMap::default();
            for at in self.read[n].runs.iter().filter_map(|run| by_run.get(run)).flatten() {
                *hits.entry(*at).or_default() += 1;
            }
            let mut near: Vec<(u32, usize)> =
                hits.into_iter().map(|(at, hits)| (hits, at)).filter(|h| h.0 >= 4).collect();
            near.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            for (_, at) in near.into_iter().take(BESIDE) {
                if self.beside(n, groups[at][0]).is_some_and(|(r, _)| r.kind.is_copy()) {
                    groups[at].push(n);
                    break;
                }
            }
        }
    }

    fn round(&mut self, pending: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut by_run: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for &n in pending {
            let mut hits: FxHashMap<u32, u32> = FxHashMap::default();
            for run in &self.read[n].runs {
                for group in by_run.get(run).into_iter().flatten() {
                    *hits.entry(*group).or_default() += 1;
                }
            }
            let least = (self.read[n].runs.len() / 8).max(4) as u32;
            let mut near: Vec<(u32, u32)> =
                hits.into_iter().map(|(g, hits)| (hits, g)).filter(|h| h.0 >= least).collect();
            near.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut best: Option<(f32, u32)> = None;
            for (_, group) in near.into_iter().take(BESIDE) {
                let leader = groups[group as usize][0];
                let there = self.beside(n, leader).map(|f| f.0);
                let back = self.beside(leader, n).map(|f| f.0);
                let share =
                    there.into_iter().chain(back).filter(|r| r.kind.is_copy()).map(|r| r.contained).reduce(f32::max);
                if let Some(share) = share
                    && best.is_none_or(|b| share > b.0)
                {
                    best = Some((share, group));
                }
            }
            match best {
                Some((_, group)) => groups[group as usize].push(n),
                None => {
                    let group = groups.len() as u32;
                    groups.push(vec![n]);
                    for run in &self.read[n].runs {
                        let list = by_run.entry(*run).or_default();
                        if list.len() < PER_RUN && list.last() != Some(&group) {
                            list.push(group);
                        }
                    }
                }
            }
        }
        groups
    }

    /// Who most members of a group credit, where that is one.
    fn credited(&self, group: &[usize]) -> Option<String> {
        let mut votes: Vec<(String, usize)> = Vec::new();
        for credit in group.iter().flat_map(|n| &self.read[*n].credits) {
            let name = named::plain(&credit.name);
            match votes.iter_mut().find(|v| v.0 == name) {
                Some(vote) => vote.1 += 1,
                None => votes.push((name, 1)),
            }
        }
        let most = votes.iter().map(|v| v.1).max()?;
        let mut first = votes.iter().filter(|v| v.1 == most);
        // Two that are credited as often: neither.
        let (winner, None) = (first.next()?, first.next()) else { return None };
        Some(winner.0.clone())
    }

    fn is_of(&self, n: usize, name: &str) -> bool {
        self.read[n].member.outlet.is_some_and(|o| named::plain(&o.name) == name)
    }

    fn credit_of(&self, n: usize, name: &str) -> Option<&CreditLine> {
        self.read[n].credits.iter().find(|c| named::plain(&c.name) == name)
    }

    fn earliest(&self, group: &[usize]) -> Option<usize> {
        group.iter().copied().min_by_key(|n| self.read[*n].rank)
    }

    /// The member a group is gathered under: its origin where evidence names one that is held.
    fn root(&mut self, group: &[usize]) -> usize {
        if let Some(name) = self.credited(group) {
            let held: Vec<usize> = group.iter().copied().filter(|n| self.is_of(*n, &name)).collect();
            if let Some(origin) = self.earliest(&held) {
                return origin;
            }
            // The text is an agency's that is not held: one of those that credit it stands for it.
            let crediting: Vec<usize> = group.iter().copied().filter(|n| self.credit_of(*n, &name).is_some()).collect();
            if let Some(central) = self.central(group, &crediting) {
                return central;
            }
        }
        let evident = self.first(group).or_else(|| self.cut_from(group));
        evident.or_else(|| self.central(group, group)).unwrap_or(group[0])
    }

    /// Of these members the one in which most of the others stands, the earliest of several: what it adds of its own
    /// is in none of them.
    fn central(&mut self, group: &[usize], of: &[usize]) -> Option<usize> {
        let mut candidates = of.to_vec();
        candidates.sort_by_key(|n| (std::cmp::Reverse(self.read[*n].words.tokens.len()), self.read[*n].rank));
        candidates.truncate(CENTRAL);
        let mut others = group.to_vec();
        others.sort_by_key(|n| self.read[*n].rank);
        others.truncate(CENTRAL * 2);
        let mut best: Option<(u32, usize)> = None;
        candidates.sort_by_key(|n| self.read[*n].rank);
        for n in candidates {
            let shares: f32 =
                others.iter().filter(|m| **m != n).map(|m| self.beside(*m, n).map_or(0.0, |(r, _)| r.contained)).sum();
            // In hundredths, so that an edit of a word does not outweigh who came first.
            let held = (shares * 100.0) as u32;
            if best.is_none_or(|b| held > b.0 + 2) {
                best = Some((held, n));
            }
        }
        best.map(|b| b.1)
    }

    /// The member whose outlet's time is the earliest that can be trusted, where nothing speaks against its being
    /// first: no other as early, none without such a time that we saw before.
    fn first(&self, group: &[usize]) -> Option<usize> {
        let mut timed: Vec<(Timestamp, usize)> =
            group.iter().filter_map(|n| Some((self.read[*n].trusted?.at, *n))).collect();
        timed.sort_unstable();
        let [(at, first), (second, _), ..] = timed.as_slice() else { return None };
        let is_seen_before =
            group.iter().any(|n| self.read[*n].trusted.is_none() && self.read[*n].member.first_seen_at < *at);
        (at < second && !is_seen_before).then_some(*first)
    }

    /// The member that all others are cut from.
    fn cut_from(&mut self, group: &[usize]) -> Option<usize> {
        let whole = group[0];
        let mut others = group.iter().copied().filter(|n| *n != whole);
        let all = others.all(|n| self.beside(n, whole).is_some_and(|(r, _)| r.cut_words > 0));
        all.then_some(whole)
    }

    /// Folds a group under its root and draws its edges.
    fn resolve(&mut self, group: &[usize]) {
        let root = group[0];
        let name = self.credited(group);
        let is_held = name.as_ref().is_some_and(|name| self.is_of(root, name));
        let not_held = name.clone().filter(|_| !is_held);
        let is_first = self.first(group) == Some(root);
        for &n in group {
            self.group_of[n] = Some(root);
        }
        let mut members: Vec<usize> = group[1..].to_vec();
        members.sort_by_key(|n| self.read[*n].rank);
        if let Some(name) = &not_held {
            self.stands_for.entry(name.clone()).or_insert(root);
            self.carry(root, name, group, None);
        }
        let edits: Vec<(usize, Vec<Edit>)> = members.iter().map(|n| (*n, self.edits(*n, root))).collect();
        for &n in &members {
            let Some((r, shared)) = self.beside(n, root) else {
                self.around(n, root, name.as_deref(), is_held);
                continue;
            };
            if !r.kind.is_copy() {
                self.around(n, root, name.as_deref(), is_held);
                continue;
            }
            self.taken[n] = shared.iter().map(|p| p.span.clone()).collect();
            self.copy_of[n] = Some(CopyOf {
                article: self.read[root].member.article,
                sharing: Some(r.kind),
                contained: r.contained,
                of_base: r.of_base,
                passages: shared,
            });
            if let Some(name) = &not_held {
                self.carry(n, name, group, Some(r));
                continue;
            }
            let mut evidence = Vec::new();
            if is_held && let Some(name) = &name {
                // Another's credit speaks for a copy of the same text, not for one that was written anew.
                let credit = self.credit_proof(n, name, group);
                evidence.extend(
                    credit.filter(|p| r.kind != Kinship::Rewrite || matches!(p, Proof::Credit { by: None, .. })),
                );
            }
            let is_contradicted = self.earlier(n, root).is_some();
            let time = self.earlier(root, n);
            if r.cut_words > 0 && !is_contradicted {
                evidence.push(Proof::Cut { words: r.cut_words });
            }
            let is_directed = match evidence.iter().find(|p| matches!(p, Proof::Credit { .. })) {
                Some(Proof::Credit { by: None, .. }) => true,
                // Another's credit does not outweigh a time of its own that is earlier.
                Some(_) => !is_contradicted,
                None => !is_contradicted && (!evidence.is_empty() || is_first && time.is_some()),
            };
            evidence.extend(time.filter(|_| is_directed));
            let own_credit = evidence.iter().any(|p| matches!(p, Proof::Credit { by: None, .. }));
            let nearer = if is_directed { self.nearer(n, root, &edits, if own_credit { 2 } else { 1 }) } else { None };
            let edge = match nearer {
                Some((parent, mut variants)) => {
                    let r = self.beside(n, parent).map_or(r, |f| f.0);
                    variants.extend(self.earlier(parent, n));
                    self.edge(n, parent, r.kind, true, Some(r), variants)
                }
                None => {
                    self.edge(n, root, r.kind, is_directed, Some(r), if is_directed { evidence } else { Vec::new() })
                }
            };
            self.edges.push(edge);
        }
    }

    /// A text that carries an agency's text which is not held.
    fn carry(&mut self, n: usize, name: &str, group: &[usize], r: Option<Relation>) {
        let evidence: Vec<Proof> = self.credit_proof(n, name, group).into_iter().collect();
        let printed = group.iter().find_map(|m| self.credit_of(*m, name)).map_or(name, |c| &c.name).to_owned();
        let kind = r.map_or(Kinship::Syndicated, |r| r.kind);
        let read = &self.read[n].member;
        self.edges.push(Edge {
            taker: read.article,
            revision: read.revision,
            source: TakenFrom::NotHeld(printed),
            kind,
            is_directed: true,
            is_main: true,
            // Of the member that stands for the text which is not held.
            contained_permille: r.map(|r| permille(r.contained)),
            of_source_permille: r.map(|r| permille(r.of_base)),
            evidence,
        });
    }

    /// A text that is no copy of the root although the root, or most of it, stands in it: an account with another's
    /// text inside.
    fn around(&mut self, n: usize, root: usize, name: Option<&str>, is_held: bool) {
        self.group_of[n] = None;
        let Some((r, shared)) = self.beside(n, root) else { return };
        let credit = name.filter(|_| is_held).and_then(|name| self.credit_of(n, name)).map(own_credit);
        // A passage alone may have come to both from a third, whoever was first.
        let is_directed = credit.is_some();
        let time = self.earlier(root, n).filter(|_| is_directed);
        self.taken[n] = shared.into_iter().map(|p| p.span).collect();
        let evidence = credit.into_iter().chain(time).collect();
        let edge = self.edge(n, root, r.kind, is_directed, Some(r), evidence);
        self.edges.push(edge);
    }

    fn edge(
        &self,
        n: usize,
        from: usize,
        kind: Kinship,
        is_directed: bool,
        r: Option<Relation>,
        evidence: Vec<Proof>,
    ) -> Edge {
        let read = &self.read[n].member;
        Edge {
            taker: read.article,
            revision: read.revision,
            source: TakenFrom::Held(self.read[from].member.article),
            kind,
            is_directed,
            is_main: kind.is_copy(),
            contained_permille: r.map(|r| permille(r.contained)),
            of_source_permille: r.map(|r| permille(r.of_base)),
            evidence,
        }
    }

    /// The credit of a text, or of another in its group that carries the same.
    fn credit_proof(&self, n: usize, name: &str, group: &[usize]) -> Option<Proof> {
        if let Some(credit) = self.credit_of(n, name) {
            return Some(own_credit(credit));
        }
        let mut others: Vec<usize> = group.iter().copied().filter(|m| *m != n).collect();
        others.sort_by_key(|m| self.read[*m].rank);
        let (m, credit) = others.into_iter().find_map(|m| Some((m, self.credit_of(m, name)?)))?;
        Some(Proof::Credit {
            place: credit.place,
            quote: credit.quote.clone(),
            span: credit.span.clone(),
            by: Some(self.read[m].member.article),
        })
    }

    /// That one text was out before another, by times of their outlets that can be trusted.
    fn earlier(&self, source: usize, taker: usize) -> Option<Proof> {
        let (source_at, taker_at) = (self.read[source].trusted?, self.read[taker].trusted?);
        (source_at.at < taker_at.at).then_some(Proof::Earlier { source_at, taker_at })
    }

    /// Where a copy has other words than the root.
    fn edits(&mut self, n: usize, root: usize) -> Vec<Edit> {
        let Some((_, shared)) = self.beside(n, root) else { return Vec::new() };
        let (mine, theirs) = (&self.read[n].words.tokens, &self.read[root].words.tokens);
        let place = |tokens: &[Token], span: &Range<usize>| {
            tokens.partition_point(|t| (t.start as usize) < span.start)
                ..tokens.partition_point(|t| (t.end as usize) <= span.end)
        };
        let mut out = Vec::new();
        for pair in shared.windows(2) {
            let (a, b) = (place(mine, &pair[0].span), place(mine, &pair[1].span));
            let (x, y) = (place(theirs, &pair[0].other), place(theirs, &pair[1].other));
            let (Some(here), Some(there)) = (b.start.checked_sub(a.end), y.start.checked_sub(x.end)) else { continue };
            // A word for a word, a few for a few; what was put in or left out whole tells little.
            if !(1..=VARIANT_WORDS).contains(&here) || !(1..=VARIANT_WORDS).contains(&there) {
                continue;
            }
            let words =
                |tokens: &[Token], from: usize, to: usize| tokens[from].start as usize..tokens[to - 1].end as usize;
            out.push(Edit {
                at: x.end,
                words: mine[a.end..b.start].iter().map(|t| t.word).collect(),
                here: words(mine, a.end, b.start),
                there: words(theirs, x.end, y.start),
            });
        }
        out
    }

    /// The member that a copy took the text from rather than from the root: it came before, and both have the same
    /// words where the root has others.
    fn nearer(
        &mut self,
        n: usize,
        root: usize,
        edits: &[(usize, Vec<Edit>)],
        least: usize,
    ) -> Option<(usize, Vec<Proof>)> {
        let mine = &edits.iter().find(|e| e.0 == n)?.1;
        if mine.is_empty() {
            return None;
        }
        let mut best: Option<(usize, Vec<Proof>)> = None;
        for (m, theirs) in edits.iter().filter(|e| e.0 != n) {
            if self.earlier(*m, n).is_none() || self.copy_of[*m].is_none() {
                continue;
            }
            let common: Vec<&Edit> =
                mine.iter().filter(|e| theirs.iter().any(|t| t.at == e.at && t.words == e.words)).collect();
            // All that the one changed must be in the other: an editor's work is taken over whole.
            if common.len() < least.max(theirs.len().div_ceil(2))
                || best.as_ref().is_some_and(|b| b.1.len() >= common.len())
            {
                continue;
            }
            let proofs = common.iter().take(PIECES).map(|e| Proof::Variant {
                here: self.text(n)[e.here.clone()].to_owned(),
                elsewhere: self.text(root)[e.there.clone()].to_owned(),
            });
            best = Some((*m, proofs.collect()));
        }
        best
    }

    /// Accounts that share a statement or a passage: the nearest text of each, said without folding.
    fn quoting(&mut self) {
        let accounts: Vec<usize> =
            (0..self.read.len()).filter(|n| self.copy_of[*n].is_none() && !self.read[*n].runs.is_empty()).collect();
        let mut by_run: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for &n in &accounts {
            for run in &self.read[n].runs {
                let list = by_run.entry(*run).or_default();
                if list.len() < PER_RUN && list.last() != Some(&n) {
                    list.push(n);
                }
            }
        }
        let mut order = accounts;
        order.sort_by_key(|n| self.read[*n].rank);
        for n in order {
            if self.read[n].is_official {
                continue;
            }
            let mut hits: FxHashMap<usize, u32> = FxHashMap::default();
            for other in self.read[n].runs.iter().filter_map(|run| by_run.get(run)).flatten() {
                *hits.entry(*other).or_default() += 1;
            }
            let mut near: Vec<(bool, u32, usize)> = hits
                .into_iter()
                .filter(|(other, _)| *other != n)
                .filter(|(other, _)| self.read[*other].is_official || self.read[*other].rank < self.read[n].rank)
                .map(|(other, hits)| (self.read[other].is_official, hits, other))
                .collect();
            near.sort_by_key(|(is_official, hits, other)| {
                (!is_official, std::cmp::Reverse(*hits), self.read[*other].rank)
            });
            for (is_official, _, other) in near.into_iter().take(BESIDE) {
                let taker = self.read[n].member.article;
                let source = TakenFrom::Held(self.read[other].member.article);
                if self.edges.iter().any(|e| e.taker == taker && e.source == source) {
                    continue;
                }
                let Some((r, _)) =
                    self.beside(n, other).filter(|(r, _)| matches!(r.kind, Kinship::Quotation | Kinship::Passage))
                else {
                    continue;
                };
                // Reports of one document share its words; that is said once, of the document.
                if !is_official && self.edges.iter().any(|e| e.taker == taker && e.kind == Kinship::Quotation) {
                    continue;
                }
                let evidence: Vec<Proof> = if is_official {
                    std::iter::once(Proof::Official).chain(self.earlier(other, n)).collect()
                } else {
                    Vec::new()
                };
                let edge = self.edge(n, other, r.kind, is_official, Some(r), evidence);
                self.edges.push(edge);
            }
        }
    }

    /// Members that name another member's outlet, or credit it, without carrying its text.
    fn naming(&mut self) {
        let mut held: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        let outlet_of: Vec<Option<usize>> =
            self.read.iter().map(|r| self.names.number(&r.member.outlet?.name)).collect();
        for (n, outlet) in outlet_of.iter().enumerate() {
            if let Some(outlet) = outlet {
                held.entry(*outlet).or_default().push(n);
            }
        }
        let mut order: Vec<usize> = (0..self.read.len()).collect();
        order.sort_by_key(|n| self.read[*n].rank);
        for n in order {
            // A copy names whom its origin named.
            if self.copy_of[n].as_ref().is_some_and(|c| c.sharing != Some(Kinship::Rewrite)) {
                continue;
            }
            let text = self.text(n);
            let found = named::named(text, &self.read[n].sentences, &self.names);
            let credited = self.read[n].credits.iter().filter_map(|c| {
                held.keys().copied().find(|number| named::plain(self.names.get(*number)) == named::plain(&c.name))
            });
            let mut outlets: Vec<usize> = found.iter().map(|f| f.outlet).chain(credited).collect();
            outlets.sort_unstable();
            outlets.dedup();
            for number in outlets {
                let (name, Some(held)) = (self.names.get(number), held.get(&number)) else { continue };
                if outlet_of[n] == Some(number) {
                    continue;
                }
                let is_taken =
                    |span: &Range<usize>| self.taken[n].iter().any(|t| t.start < span.end && span.start < t.end);
                let mut evidence: Vec<Proof> = Vec::new();
                if let Some(credit) = self.credit_of(n, &named::plain(name)) {
                    evidence.push(own_credit(credit));
                }
                let sentences = found.iter().filter(|f| f.outlet == number && !is_taken(&f.span));
                evidence.extend(
                    sentences
                        .take(PIECES)
                        .map(|f| Proof::Named { quote: text[f.span.clone()].to_owned(), span: f.span.clone() }),
                );
                if evidence.is_empty() {
                    continue;
                }
                // What it names is a text that was out by then: the last such one of that outlet.
                let mut candidates: Vec<usize> =
                    held.iter().copied().filter(|m| *m != n && self.earlier(n, *m).is_none()).collect();
                candidates.sort_by_key(|m| self.read[*m].rank);
                let Some(&source) = candidates.last() else { continue };
                let (taker, from) = (self.read[n].member.article, TakenFrom::Held(self.read[source].member.article));
                if self
                    .edges
                    .iter()
                    .any(|e| e.taker == taker && e.source == from && e.is_directed && e.kind != Kinship::Quotation)
                {
                    continue;
                }
                let mut kind = Kinship::Cites;
                if self.is_other_language(n, source) {
                    let words = self.common(n, source);
                    if words.len() >= COMMON && self.rests_on(n, number, &found) {
                        kind = Kinship::Translation;
                        evidence.push(Proof::Common { words });
                    }
                }
                evidence.extend(self.earlier(source, n));
                let r = self.beside(n, source).map(|f| f.0);
                let edge = self.edge(n, source, kind, true, r, evidence);
                self.edges.push(edge);
            }
            // A credit to an agency of which nothing is held, in a text that shares its wording with none.
            if self.group_of[n].is_none() && self.copy_of[n].is_none() {
                let unheld: Vec<(String, Proof)> = self.read[n]
                    .credits
                    .iter()
                    .filter(|c| !self.names.has(&c.name))
                    .map(|c| (c.name.clone(), own_credit(c)))
                    .collect();
                if let Some((name, proof)) = unheld.into_iter().next() {
                    let edge = self.edge(n, n, Kinship::Syndicated, true, None, vec![proof]);
                    self.edges.push(Edge { source: TakenFrom::NotHeld(name.clone()), is_main: true, ..edge });
                    self.stands_for.entry(named::plain(&name)).or_insert(n);
                }
            }
        }
    }

    /// Whether a text carries what an outlet had: it credits it, names it in its lead, or in a quarter of its sentences.
    fn rests_on(&self, n: usize, outlet: usize, found: &[named::Named]) -> bool {
        let mine: Vec<&named::Named> = found.iter().filter(|f| f.outlet == outlet).collect();
        // Without a sentence that names it, it is the credit that brought us here.
        mine.is_empty() || mine.iter().any(|f| f.sentence < LEAD) || mine.len() * 4 >= self.read[n].sentences.len()
    }

    fn is_other_language(&self, a: usize, b: usize) -> bool {
        let of = |n: usize| self.read[n].member.content.language.as_ref().map(Language::primary);
        of(a).is_some() && of(b).is_some() && of(a) != of(b)
    }

    /// Names in one script and numbers that two texts have in common, as printed in the first.
    fn common(&self, a: usize, b: usize) -> Vec<String> {
        let telling = |t: &Token| t.number || t.capital && !t.first && t.end - t.start >= 4;
        let theirs: FxHashSet<u64> = self.read[b].words.tokens.iter().filter(|t| telling(t)).map(|t| t.word).collect();
        let source = named::plain(self.read[b].member.outlet.map_or("", |o| &o.name));
        let mut seen = FxHashSet::default();
        let mine = self.read[a].words.tokens.iter().filter(|t| (t.number || t.capital) && theirs.contains(&t.word));
        mine.filter(|t| seen.insert(t.word))
            .map(|t| self.text(a)[t.start as usize..t.end as usize].to_owned())
            .filter(|word| named::plain(word) != source)
            .take(8)
            .collect()
    }

    /// What each member is, and which edges carry the drawing.
    fn finish(mut self) -> Tree {
        let n = self.read.len();
        let by_article: FxHashMap<ArticleId, usize> =
            self.read.iter().enumerate().map(|(n, r)| (r.member.article, n)).collect();
        let mut parent: Vec<Option<usize>> = vec![None; n];
        let mut has_main = vec![false; n];
        for edge in self.edges.iter().filter(|e| e.is_main) {
            let taker = by_article[&edge.taker];
            has_main[taker] = true;
            if let TakenFrom::Held(source) = &edge.source {
                parent[taker] = Some(by_article[source]);
            }
        }
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        order.sort_by_key(|e| {
            let edge = &self.edges[*e];
            let weight = match edge.kind {
                Kinship::Syndicated | Kinship::Rewrite | Kinship::Extract => 0,
                Kinship::Translation => 1,
                Kinship::Cites => 2,
                Kinship::Quotation => 3,
                Kinship::Passage => 4,
            };
            (self.read[by_article[&edge.taker]].rank, weight, *e)
        });
        for e in order {
            let edge = &self.edges[e];
            let taker = by_article[&edge.taker];
            let TakenFrom::Held(source) = &edge.source else { continue };
            let source = by_article[source];
            if has_main[taker] || !edge.is_directed || self.leads_to(&parent, source, taker) {
                continue;
            }
            has_main[taker] = true;
            parent[taker] = Some(source);
            self.edges[e].is_main = true;
        }
        let mut standings: Vec<Standing> = (0..n).map(|n| self.standing(n)).collect();
        for edge in self.edges.iter().filter(|e| e.is_main && e.is_directed) {
            let taker = by_article[&edge.taker];
            if standings[taker].copy_of.is_some() || standings[taker].original.is_some() {
                continue;
            }
            standings[taker].rests_on_others = match (&edge.source, edge.kind) {
                (TakenFrom::Held(_), Kinship::Translation) => true,
                (TakenFrom::Held(source), Kinship::Cites) => {
                    let source = &self.read[by_article[source]];
                    let name = source.member.outlet.map_or("", |o| o.name.as_str());
                    let found = named::named(self.text(taker), &self.read[taker].sentences, &self.names);
                    let number = self.names.number(name);
                    !source.is_official && number.is_some_and(|number| self.rests_on(taker, number, &found))
                }
                // Of several texts that go back to one which is not held, one stands for it.
                (TakenFrom::NotHeld(name), _) => self.stands_for.get(&named::plain(name)).is_some_and(|n| *n != taker),
                _ => false,
            };
        }
        let place: FxHashMap<ArticleId, usize> = by_article;
        self.edges.sort_by_key(|e| (place[&e.taker], !e.is_main));
        Tree { standings, edges: self.edges }
    }

    fn leads_to(&self, parent: &[Option<usize>], from: usize, to: usize) -> bool {
        let mut at = Some(from);
        for _ in 0..=parent.len() {
            match at {
                Some(n) if n == to => return true,
                Some(n) => at = parent[n],
                None => return false,
            }
        }
        true
    }

    fn standing(&mut self, n: usize) -> Standing {
        let copy_of = self.copy_of[n].take();
        // A copy or extract brings nothing of its own; a rewrite may.
        let original = match copy_of.as_ref().and_then(|c| c.sharing) {
            Some(Kinship::Syndicated | Kinship::Extract) => None,
            _ => {
                let read = &self.read[n];
                let is_credited = !read.credits.is_empty();
                named::original(read.member.content, read.member.outlet, &read.sentences, &self.taken[n], is_credited)
                    .filter(|_| !read.runs.is_empty())
            }
        };
        Standing { article: self.read[n].member.article, copy_of, original, rests_on_others: false }
    }
}

/// A place where a copy has other words than the text it goes back to.
struct Edit {
    /// The word of the root before which the place lies.
    at: usize,
    words: Vec<u64>,
    /// Bytes of the copy.
    here: Range<usize>,
    /// Bytes of the root.
    there: Range<usize>,
}

fn permille(share: f32) -> u16 {
    (share * 1_000.0).round().clamp(0.0, 1_000.0) as u16
}

fn own_credit(credit: &CreditLine) -> Proof {
    Proof::Credit { place: credit.place, quote: credit.quote.clone(), span: credit.span.clone(), by: None }
}

#[cfg(test)]
mod tests;
