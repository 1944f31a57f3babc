//! Hands the steps to the pages: the web room knows neither the comparison nor the article room.

use news::article::Article;
use std::net::SocketAddr;
use std::sync::Arc;
use web::{AlignedRow, DayOrder, DaySentence, DiffLine, Piece, PieceKind, Relation};

/// The settings of the web room for a server at `address`.
pub fn settings(address: SocketAddr, hosts: Vec<String>, callback: Option<&url::Url>) -> web::Settings {
    let mut settings = web::Settings::new(Arc::new(aligned), Arc::new(diff), jiff::Timestamp::now);
    settings.orderer = Arc::new(ordered);
    settings.version = env!("CARGO_PKG_VERSION").to_owned();
    settings.hosts.extend(hosts);
    settings.hosts.push(address.ip().to_string());
    settings.callback_host = callback.and_then(|url| url.host_str()).map(str::to_owned);
    settings.starters = ingest::starters().iter().map(starter).collect();
    settings
}

fn starter(starter: &ingest::Starter) -> web::StarterOutlet {
    let outlet = crate::command::outlet::starter_outlet(starter);
    web::StarterOutlet {
        slug: news::outlet::slug(&outlet.name),
        name: outlet.name,
        homepage: outlet.homepage,
        country: outlet.country,
        language: outlet.language,
        kind: outlet.kind,
        feeds: crate::command::outlet::starter_feeds(starter).map(|(url, kind)| (url.to_owned(), kind)).collect(),
    }
}

fn input<'a>(article: &'a Article, sentences: &'a [std::ops::Range<usize>]) -> comparison::TextIn<'a> {
    comparison::TextIn {
        text: &article.text,
        sentences,
        language: article.language.as_ref().map(|language| language.as_str()),
        published_at: article.published_at.map(|moment| moment.at),
    }
}

/// Two texts side by side: rows in reading order of the first, every sentence of both exactly once.
pub fn aligned(a: &Article, b: &Article) -> Vec<AlignedRow> {
    let (left, right) = (news::text::sentences(&a.text), news::text::sentences(&b.text));
    let alignment = comparison::align(&input(a, &left), &input(b, &right));
    comparison::rows(&alignment)
        .into_iter()
        .map(|row| {
            let differs = || alignment.differs.iter().filter(|d| row.a.contains(&d.a) && row.b.contains(&d.b));
            AlignedRow {
                relation: match row.kind {
                    comparison::RowKind::Same => Relation::Same,
                    comparison::RowKind::Reworded => Relation::Reworded,
                    comparison::RowKind::Differs => Relation::Differs,
                    comparison::RowKind::OnlyA => Relation::OnlyA,
                    comparison::RowKind::OnlyB => Relation::OnlyB,
                    comparison::RowKind::Background => Relation::Background,
                    comparison::RowKind::Unsure => Relation::Unsure,
                },
                kinds: differs().map(|difference| difference.kind.word().to_owned()).collect(),
                marks_a: differs().map(|difference| difference.a_span.clone()).collect(),
                marks_b: differs().map(|difference| difference.b_span.clone()).collect(),
                a: row.a,
                b: row.b,
            }
        })
        .collect()
}

/// The sentences of each day, nearest to what the others say first.
pub fn ordered(days: &[Vec<DaySentence>]) -> Vec<DayOrder> {
    fn candidate(s: &DaySentence) -> story::dated::Candidate<'_> {
        story::dated::Candidate { text: &s.text, sentence: s.sentence, is_printed: s.is_printed }
    }
    let candidates: Vec<Vec<_>> = days.iter().map(|day| day.iter().map(candidate).collect()).collect();
    story::dated::order(&candidates).into_iter().map(|day| DayOrder { order: day.order, own: day.own }).collect()
}

/// What changed from one revision to another, sentence by sentence.
pub fn diff(old: &Article, new: &Article) -> Vec<DiffLine> {
    let (old_sentences, new_sentences) = (news::text::sentences(&old.text), news::text::sentences(&new.text));
    let number = |sentences: &[std::ops::Range<usize>], span: &Option<std::ops::Range<usize>>| {
        span.as_ref().and_then(|span| sentences.iter().position(|sentence| sentence.start == span.start))
    };
    article::diff::sentences(old, new)
        .rows
        .iter()
        .filter_map(|row| {
            let (o, n) = (number(&old_sentences, &row.old), number(&new_sentences, &row.new));
            Some(match row.kind {
                article::diff::RowKind::Same => DiffLine::Kept { old: o?, new: n? },
                article::diff::RowKind::Added => DiffLine::Added { new: n? },
                article::diff::RowKind::Removed => DiffLine::Removed { old: o? },
                article::diff::RowKind::Changed => {
                    DiffLine::Changed { old: o?, new: n?, pieces: pieces(&old.text, &new.text, row) }
                }
            })
        })
        .collect()
}

/// The words of a changed sentence in reading order: kept, then what went, then what came in its place.
fn pieces(old: &str, new: &str, row: &article::diff::Row) -> Vec<Piece> {
    let (Some(o), Some(n)) = (&row.old, &row.new) else { return Vec::new() };
    let mut pieces = Vec::new();
    let mut push = |kind, text: &str| {
        if !text.is_empty() {
            pieces.push(Piece { kind, text: text.to_owned() });
        }
    };
    let (mut at_old, mut at_new) = (o.start, n.start);
    let (mut deleted, mut inserted) = (row.deleted.iter().peekable(), row.inserted.iter().peekable());
    loop {
        let to_deletion = deleted.peek().map_or(usize::MAX, |span| span.start.saturating_sub(at_old));
        let to_insertion = inserted.peek().map_or(usize::MAX, |span| span.start.saturating_sub(at_new));
        let kept = to_deletion.min(to_insertion);
        if kept == usize::MAX {
            push(PieceKind::Kept, &new[at_new..n.end]);
            return pieces;
        }
        if kept > 0 {
            // Kept words are shown as they stand in the newer text.
            let end = (at_new + kept).min(n.end);
            match new.get(at_new..end) {
                Some(words) => push(PieceKind::Kept, words),
                None => {
                    return vec![
                        Piece { kind: PieceKind::Removed, text: old[o.clone()].to_owned() },
                        Piece { kind: PieceKind::Added, text: new[n.clone()].to_owned() },
                    ];
                }
            }
            at_new = end;
            at_old += kept;
        }
        if let Some(span) = deleted.next_if(|span| span.start <= at_old) {
            push(PieceKind::Removed, &old[span.clone()]);
            at_old = span.end;
        }
        if let Some(span) = inserted.next_if(|span| span.start <= at_new) {
            push(PieceKind::Added, &new[span.clone()]);
            at_new = span.end;
        }
    }
}
