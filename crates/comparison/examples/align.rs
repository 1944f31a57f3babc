//! Reads texts as `readout story align` does and prints their alignments; for measuring on labelled data.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::type_complexity)]
use std::io::BufRead;

fn main() {
    let mut clusters: Vec<(String, Vec<(String, String, Vec<std::ops::Range<usize>>, Vec<i64>)>)> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let v: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let cluster = v["cluster"].as_str().unwrap().to_owned();
        let mut text = String::new();
        let (mut ranges, mut ns) = (Vec::new(), Vec::new());
        for s in v["sentences"].as_array().unwrap() {
            if !text.is_empty() {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(s["text"].as_str().unwrap());
            ranges.push(start..text.len());
            ns.push(s["n"].as_i64().unwrap());
        }
        let item = (v["id"].as_str().unwrap().to_owned(), text, ranges, ns);
        match clusters.iter_mut().find(|c| c.0 == cluster) {
            Some(c) => c.1.push(item),
            None => clusters.push((cluster, vec![item])),
        }
    }
    let dump = std::env::args().any(|a| a == "--features");
    for (_, texts) in &clusters {
        for (i, a) in texts.iter().enumerate() {
            for b in &texts[i + 1..] {
                let x = comparison::TextIn { text: &a.1, sentences: &a.2, language: None, published_at: None };
                let y = comparison::TextIn { text: &b.1, sentences: &b.2, language: None, published_at: None };
                if dump {
                    for (i, j, score, f) in comparison::align::features_of(&x, &y) {
                        println!("{}", serde_json::json!({"a": a.0, "b": b.0, "i": i, "j": j, "score": score, "f": f}));
                    }
                    continue;
                }
                let got = comparison::align(&x, &y);
                let pairs: Vec<_> = got.pairs.iter().map(|p| [a.3[p.a], b.3[p.b]]).collect();
                let differs: Vec<_> = got.differs.iter().map(|d| serde_json::json!({"a": a.3[d.a], "b": b.3[d.b], "kind": d.kind.word(), "ta": &a.1[d.a_span.clone()], "tb": &b.1[d.b_span.clone()]})).collect();
                println!(
                    "{}",
                    serde_json::json!({"a": a.0, "b": b.0, "pairs": pairs,
                    "only_a": got.only_a.iter().map(|n| a.3[*n]).collect::<Vec<_>>(),
                    "only_b": got.only_b.iter().map(|n| b.3[*n]).collect::<Vec<_>>(), "differs": differs})
                );
            }
        }
    }
}
