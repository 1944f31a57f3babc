//! `readout story align`: the sentences of two texts that share a point, those that stand in one only, and
//! where both tell a point differently.

use super::{Failure, Jobs, Line, Outcome, Output, Record, each, lines, pair};
use comparison::{Alignment, TextIn, align};
use jiff::Timestamp;
use news::text::CodePoints;
use serde_json::{Value, json};
use std::ops::Range;

/// Arguments of the command.
///
/// The texts of one cluster stand one after the other in the input; each pair of them gives one line.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    jobs: Jobs,
}

/// One text of a cluster.
struct Text {
    id: Value,
    cluster: Value,
    /// The sentences joined by spaces.
    text: String,
    sentences: Vec<Range<usize>>,
    /// What the input calls each sentence.
    names: Vec<Value>,
    published_at: Option<Timestamp>,
}

/// Texts of one cluster that came one after the other, with the failures among them.
type Cluster = Vec<Result<Text, Failure>>;

fn read(line: Line) -> Result<Text, Failure> {
    let record = Record::read(line)?;
    let cluster = match record.fields.get("cluster") {
        Some(name @ (Value::String(_) | Value::Number(_))) => name.clone(),
        Some(_) => return Err(record.fail("wrong-type", "`cluster` must be a string or a number")),
        None => return Err(record.fail("field-missing", "`cluster` is missing")),
    };
    let given = match record.fields.get("sentences") {
        Some(Value::Array(given)) => given,
        Some(_) => return Err(record.fail("wrong-type", "`sentences` must be a list")),
        None => return Err(record.fail("field-missing", "`sentences` is missing")),
    };
    let mut text = String::new();
    let (mut sentences, mut names) = (Vec::new(), Vec::new());
    for (at, sentence) in given.iter().enumerate() {
        let Some(body) = sentence.get("text").and_then(Value::as_str) else {
            return Err(record.fail("wrong-type", format!("sentence {at} must have a `text` that is a string")));
        };
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(body);
        sentences.push(start..text.len());
        names.push(sentence.get("n").cloned().unwrap_or_else(|| json!(at)));
    }
    let published_at = match record.optional_text("published_at")? {
        None => None,
        Some(at) => Some(at.parse().map_err(|_| record.fail("bad-date", "`published_at` must be RFC 3339"))?),
    };
    Ok(Text { id: record.id, cluster, text, sentences, names, published_at })
}

/// Gathers the lines of one cluster after the other.
fn clusters(lines: impl Iterator<Item = Line> + Send) -> impl Iterator<Item = Cluster> + Send {
    let mut texts = lines.map(read).peekable();
    std::iter::from_fn(move || {
        let mut cluster = vec![texts.next()?];
        let name = |c: &Cluster| c.iter().find_map(|t| t.as_ref().ok().map(|t| t.cluster.clone()));
        while let Some(next) = texts.next_if(|next| match (next, name(&cluster)) {
            (Ok(text), Some(name)) => text.cluster == name,
            (Ok(_), None) => false,
            (Err(_), _) => true,
        }) {
            cluster.push(next);
        }
        Some(cluster)
    })
}

fn work(cluster: Cluster) -> Vec<Outcome> {
    let mut out: Vec<Outcome> = Vec::new();
    let mut texts = Vec::new();
    for text in cluster {
        match text {
            Ok(text) => texts.push(text),
            Err(failure) => out.push(Err(failure)),
        }
    }
    for (at, a) in texts.iter().enumerate() {
        for b in &texts[at + 1..] {
            out.push(Ok(shown(a, b, &align(&input(a), &input(b)))));
        }
    }
    out
}

fn input(text: &Text) -> TextIn<'_> {
    TextIn { text: &text.text, sentences: &text.sentences, language: None, published_at: text.published_at }
}

/// The line of one pair of texts; spans are code points of the sentence's own text.
fn shown(a: &Text, b: &Text, found: &Alignment) -> Value {
    let names = |of: &Text, list: &[usize]| list.iter().map(|n| of.names[*n].clone()).collect::<Vec<_>>();
    let span = |of: &Text, n: usize, span: &Range<usize>| {
        let sentence = &of.sentences[n];
        let local = span.start.saturating_sub(sentence.start)..span.end.saturating_sub(sentence.start);
        pair(&CodePoints::new(&of.text[sentence.clone()]), &local)
    };
    let pairs: Vec<Value> = found.pairs.iter().map(|p| json!([a.names[p.a], b.names[p.b]])).collect();
    let differs: Vec<Value> = found
        .differs
        .iter()
        .map(|d| {
            json!({
                "a": a.names[d.a],
                "b": b.names[d.b],
                "kind": d.kind.word(),
                "a_span": span(a, d.a, &d.a_span),
                "b_span": span(b, d.b, &d.b_span),
            })
        })
        .collect();
    json!({
        "a": a.id,
        "b": b.id,
        "pairs": pairs,
        "only_a": names(a, &found.only_a),
        "only_b": names(b, &found.only_b),
        "differs": differs,
        "background_a": names(a, &found.background_a),
        "background_b": names(b, &found.background_b),
        "unsure_a": names(a, &found.unsure_a),
        "unsure_b": names(b, &found.unsure_b),
    })
}

/// Runs the filter from standard input to standard output.
pub fn run(args: &Args) -> anyhow::Result<crate::Status> {
    let mut output = Output::new("pairs");
    each(args.jobs.count(), clusters(lines(std::io::stdin())), work, |results| {
        results.into_iter().try_for_each(|outcome| output.put(outcome))
    })?;
    Ok(output.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(input: &str) -> Vec<Outcome> {
        clusters(lines(std::io::Cursor::new(input.to_owned()))).flat_map(work).collect()
    }

    #[test]
    fn each_pair_of_a_cluster_gives_a_line_with_spans_in_code_points() {
        let got = answer(concat!(
            r#"{"id":"x","cluster":"c","sentences":[{"n":7,"text":"É: Ana Ruiz freed 14 prisoners."}]}"#,
            "\n",
            r#"{"id":"y","cluster":"c","sentences":[{"n":9,"text":"Ana Ruiz released 20 captives."}]}"#,
            "\n",
            r#"{"id":"z","cluster":"d","sentences":[]}"#,
        ));
        assert_eq!(got.len(), 1);
        let line = got[0].as_ref().unwrap();
        assert_eq!(line["pairs"], json!([[7, 9]]));
        assert_eq!(line["differs"], json!([{"a":7,"b":9,"kind":"number","a_span":[18,20],"b_span":[18,20]}]));
    }

    #[test]
    fn a_bad_record_fails_alone() {
        let got = answer(
            "{\"id\":\"x\",\"cluster\":\"c\",\"sentences\":[]}\nnope\n{\"id\":\"y\",\"cluster\":\"c\",\"sentences\":[]}",
        );
        assert_eq!(got.len(), 2);
        assert_eq!(got[0].as_ref().map_err(|f| f.code), Err("not-json"));
        assert_eq!(got[1].as_ref().unwrap()["a"], "x");
    }
}
