//! Conditions that the library's own queries do not answer: terms close together, terms by their
//! beginning, patterns over headlines. Negation and ranges are here as well: in 0.27.0 an exclusion asks
//! its parts for documents they have passed already, at which phrases panic and ranges count below zero,
//! so that `-"a phrase"` alone brings a search down. Each walks the terms and postings of a segment and hands over the
//! set of documents it found.

use crate::matching;
use std::sync::Arc;
use tantivy::query::{BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// A condition over the terms of one field.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) field: Field,
    pub(crate) what: What,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// All these terms, at most so many positions apart.
    Near(u32, Arc<[String]>),
    /// Terms that follow each other, the last being only a beginning.
    Prefix(Arc<[String]>),
    /// Whole terms that match a pattern.
    Pattern(regex::Regex),
    /// A number from the first to the last, both included; documents without one fail.
    Range(i64, i64),
}

impl Query for Scan {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Scan {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let found = match &self.what {
            What::Near(distance, terms) => self.near(reader, *distance, terms)?,
            What::Prefix(terms) => self.prefix(reader, terms)?,
            What::Pattern(pattern) => self.pattern(reader, pattern)?,
            What::Range(from, to) => self.range(reader, *from, *to)?,
        };
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(found), boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explained(self, reader, doc)
    }
}

/// Every document that a query does not find.
#[derive(Debug)]
pub(crate) struct Except(pub(crate) Box<dyn Query>);

impl Clone for Except {
    fn clone(&self) -> Self {
        Except(self.0.box_clone())
    }
}

struct ExceptWeight(Box<dyn Weight>);

impl Query for Except {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        // What is left out adds nothing to any score.
        let scoring = match scoring {
            EnableScoring::Enabled { searcher, .. } => EnableScoring::disabled_from_searcher(searcher),
            disabled @ EnableScoring::Disabled { .. } => disabled,
        };
        Ok(Box::new(ExceptWeight(self.0.weight(scoring)?)))
    }
}

impl Weight for ExceptWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut left = BitSet::with_max_value(reader.max_doc());
        let mut inner = self.0.scorer(reader, 1.0)?;
        let mut next = 0;
        while next < reader.max_doc() {
            let end = inner.doc().min(reader.max_doc());
            for doc in next..end {
                left.insert(doc);
            }
            next = end + 1;
            if inner.doc() != TERMINATED {
                inner.advance();
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(left), boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explained(self, reader, doc)
    }
}

fn explained(weight: &dyn Weight, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
    let mut scorer = weight.scorer(reader, 1.0)?;
    while scorer.doc() < doc {
        scorer.advance();
    }
    if scorer.doc() != doc {
        return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
    }
    Ok(Explanation::new("Scan", 1.0))
}

impl Scan {
    fn near(&self, reader: &SegmentReader, distance: u32, terms: &[String]) -> tantivy::Result<BitSet> {
        let mut found = BitSet::with_max_value(reader.max_doc());
        let index = reader.inverted_index(self.field)?;
        let mut postings = Vec::with_capacity(terms.len());
        for term in terms {
            let term = Term::from_field_text(self.field, term);
            match index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)? {
                Some(list) => postings.push(list),
                None => return Ok(found),
            }
        }
        postings.sort_by_key(DocSet::size_hint);
        let mut lists = vec![Vec::new(); postings.len()];
        let mut doc = postings[0].doc();
        'documents: while doc != TERMINATED {
            for list in postings.iter_mut().skip(1) {
                let next = if list.doc() < doc { list.seek(doc) } else { list.doc() };
                if next > doc {
                    doc = postings[0].seek(next);
                    continue 'documents;
                }
            }
            for (list, positions) in postings.iter_mut().zip(&mut lists) {
                tantivy::postings::Postings::positions(list, positions);
            }
            if matching::near(distance, &lists) {
                found.insert(doc);
            }
            doc = postings[0].advance();
        }
        Ok(found)
    }

    fn prefix(&self, reader: &SegmentReader, terms: &[String]) -> tantivy::Result<BitSet> {
        use std::collections::HashMap;
        let mut found = BitSet::with_max_value(reader.max_doc());
        let Some((last, before)) = terms.split_last() else { return Ok(found) };
        let index = reader.inverted_index(self.field)?;
        // Where the words before the last one leave off, by document; with none before, anywhere will do.
        let mut ends: Option<HashMap<DocId, Vec<u32>>> = None;
        let mut positions = Vec::new();
        for term in before {
            let mut next: HashMap<DocId, Vec<u32>> = HashMap::new();
            let term = Term::from_field_text(self.field, term);
            if let Some(mut list) = index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)? {
                while list.doc() != TERMINATED {
                    tantivy::postings::Postings::positions(&mut list, &mut positions);
                    keep_following(ends.as_ref(), list.doc(), &positions, &mut next);
                    list.advance();
                }
            }
            ends = Some(next);
        }
        let mut stream = index.terms().range().ge(last.as_bytes()).into_stream()?;
        while stream.advance() && stream.key().starts_with(last.as_bytes()) {
            let info = stream.value();
            let option =
                if ends.is_some() { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
            let mut list = index.read_postings_from_terminfo(info, option)?;
            while list.doc() != TERMINATED {
                let follows = match &ends {
                    None => true,
                    Some(ends) => ends.get(&list.doc()).is_some_and(|ends| {
                        tantivy::postings::Postings::positions(&mut list, &mut positions);
                        positions.iter().any(|at| at.checked_sub(1).is_some_and(|at| ends.contains(&at)))
                    }),
                };
                if follows {
                    found.insert(list.doc());
                }
                list.advance();
            }
        }
        Ok(found)
    }

    fn range(&self, reader: &SegmentReader, from: i64, to: i64) -> tantivy::Result<BitSet> {
        let mut found = BitSet::with_max_value(reader.max_doc());
        let column = reader.fast_fields().i64(reader.schema().get_field_name(self.field))?;
        // A range below the smallest value would be taken for that value (0.27.0), so it is held against
        // the column's bounds first.
        let (from, to) = (from.max(column.min_value()), to.min(column.max_value()));
        if from > to {
            return Ok(found);
        }
        let mut docs = Vec::new();
        column.get_docids_for_value_range(from..=to, 0..reader.max_doc(), &mut docs);
        for doc in docs {
            found.insert(doc);
        }
        Ok(found)
    }

    fn pattern(&self, reader: &SegmentReader, pattern: &regex::Regex) -> tantivy::Result<BitSet> {
        let mut found = BitSet::with_max_value(reader.max_doc());
        let index = reader.inverted_index(self.field)?;
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            let Ok(headline) = std::str::from_utf8(stream.key()) else { continue };
            if !pattern.is_match(headline) {
                continue;
            }
            let mut list = index.read_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
            while list.doc() != TERMINATED {
                found.insert(list.doc());
                list.advance();
            }
        }
        Ok(found)
    }
}

/// Of the positions of one document, those that follow an end kept before.
fn keep_following(
    ends: Option<&std::collections::HashMap<DocId, Vec<u32>>>,
    doc: DocId,
    positions: &[u32],
    out: &mut std::collections::HashMap<DocId, Vec<u32>>,
) {
    let kept: Vec<u32> = match ends {
        None => positions.to_vec(),
        Some(ends) => match ends.get(&doc) {
            None => return,
            Some(ends) => {
                positions.iter().copied().filter(|at| at.checked_sub(1).is_some_and(|at| ends.contains(&at))).collect()
            }
        },
    };
    if !kept.is_empty() {
        out.insert(doc, kept);
    }
}
