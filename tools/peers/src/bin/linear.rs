//! Whether time grows with the size of a page and no faster: generated pages of each shape, 1 KB to 10 MB.
//!
//! Prints nanoseconds of CPU a byte, the growth from 100 KB to 10 MB, and the peak of memory at 10 MB. `--limit`
//! ends with an error when a shape grows by more than that factor.

use peak_alloc::PeakAlloc;
use peers::cpu_ms;
use std::hint::black_box;
use url::Url;

#[global_allocator]
static COUNTED: PeakAlloc = PeakAlloc;

const SIZES: [usize; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const SENTENCE: &str = "The harbour office closed the east quay on Monday, a spokesman said, and pilots wait outside. ";

/// A page of about `size` bytes: what repeats, with its number, inside a plain frame.
fn repeated(size: usize, unit: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(size + 1000);
    out.push_str("<!doctype html><title>East quay closed</title><body><h1>East quay closed</h1>");
    for n in 0.. {
        if out.len() >= size {
            break;
        }
        out.push_str(&unit(n));
    }
    out
}

/// `open` as often as it fits, a sentence, then `close` as often.
fn nested(size: usize, most: usize, open: &str, close: &str) -> String {
    let one = open.len() + close.len();
    let depth = (size / one).clamp(1, most);
    // Where the depth has its limit, more such heaps stand side by side.
    repeated(size, |_| format!("{}{SENTENCE}{}", open.repeat(depth), close.repeat(depth)))
}

fn json_ld(value: String) -> String {
    format!("<script type=\"application/ld+json\">{value}</script><p>{SENTENCE}</p>")
}

type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("paragraphs", |size| repeated(size, |_| format!("<p>{SENTENCE}{SENTENCE}</p>\n"))),
    ("paragraphs in divs", |size| {
        repeated(size, |n| format!("<div class=\"c{n} text\"><div><p>{SENTENCE}</p></div></div>"))
    }),
    ("paragraphs at depth 500", |size| {
        format!("{}{}", "<div>".repeat(500.min(size / 10)), repeated(size, |_| format!("<p>{SENTENCE}</p>")))
    }),
    ("one text", |size| repeated(size, |_| SENTENCE.to_owned())),
    ("text without spaces", |size| repeated(size, |_| "aбв".to_owned())),
    ("div nested to 100,000", |size| nested(size, 100_000, "<div>", "</div>")),
    ("div never closed", |size| repeated(size, |_| "<div>a".to_owned())),
    ("ul li nested", |size| nested(size, 100_000, "<ul><li>", "</li></ul>")),
    ("ul li never closed", |size| repeated(size, |_| "<ul><li>a".to_owned())),
    ("li alone", |size| repeated(size, |_| "<li>a".to_owned())),
    ("li alone at depth 500", |size| {
        format!("{}{}", "<div>".repeat(500.min(size / 10)), repeated(size, |_| "<li>a".to_owned()))
    }),
    ("table nested", |size| nested(size, 100_000, "<table><tr><td>", "</td></tr></table>")),
    ("table never closed", |size| repeated(size, |_| "<table><tr><td>a".to_owned())),
    ("table rows", |size| repeated(size, |_| "<tr><td>one<td>two".to_owned())),
    ("b i never closed", |size| repeated(size, |_| "<b><i>a".to_owned())),
    ("a never closed", |size| repeated(size, |_| "<a href=x>a".to_owned())),
    ("p never closed", |size| repeated(size, |_| "<p>a".to_owned())),
    ("p in b", |size| repeated(size, |_| "<b><p>a".to_owned())),
    ("end tags alone", |size| repeated(size, |_| "</b></p></x-y>".to_owned())),
    ("end tags alone at depth 500", |size| {
        format!("{}{}", "<div>".repeat(500.min(size / 10)), repeated(size, |_| "</b></section></x-y>".to_owned()))
    }),
    ("unknown elements", |size| repeated(size, |n| format!("<x{n}>a"))),
    ("attributes on one tag", |size| {
        format!("<div {}>{SENTENCE}</div>", repeated(size, |n| format!("a{n}=b ")).replace(['<', '>'], ""))
    }),
    ("attributes", |size| repeated(size, |n| format!("<p id=p{n} class='a b c' data-x=\"y\">{SENTENCE}</p>"))),
    ("class names", |size| {
        repeated(size, |_| format!("<div class='{}'>{SENTENCE}</div>", "one-two three_four fiveSix ".repeat(20)))
    }),
    ("references", |size| repeated(size, |_| "&amp;&eacute;&#8217;&nosuch;&&copy".to_owned())),
    ("ampersands", |size| repeated(size, |_| "&".to_owned())),
    ("less-than signs", |size| repeated(size, |_| "<".to_owned())),
    ("comments", |size| repeated(size, |_| "<!-- a -- b -->c".to_owned())),
    ("comment never closed", |size| {
        repeated(size, |n| if n == 0 { format!("<p>{SENTENCE}</p><!--") } else { "-- <!-- a".to_owned() })
    }),
    ("tag never closed", |size| {
        repeated(size, |n| if n == 0 { format!("<p>{SENTENCE}</p><a x=\"") } else { "<a b".to_owned() })
    }),
    ("script never closed", |size| {
        repeated(size, |n| if n == 0 { format!("<p>{SENTENCE}</p><script>") } else { "</scrip</".to_owned() })
    }),
    ("scripts of JSON", |size| {
        repeated(size, |n| {
            format!("<script>window.x{n}={{\"a\":\"b\",\"c\":[1,2,3],\"d\":\"<p>{}\"}}</script>", SENTENCE.repeat(8))
        })
    }),
    ("JSON-LD objects", |size| {
        repeated(size, |n| {
            json_ld(format!(
                "{{\"@type\":\"NewsArticle\",\"@id\":\"{n}\",\"headline\":\"Quay {n}\",\"author\":[{{\"@id\":\"{}\"}}]}}",
                n + 1
            ))
        })
    }),
    ("JSON-LD authors", |size| {
        json_ld(format!(
            "{{\"@type\":\"NewsArticle\",\"headline\":\"Quay\",\"author\":[{}1]}}",
            "{\"@id\":\"x\"},".repeat(size / 13)
        ))
    }),
    ("JSON-LD lists nested", |size| json_ld(format!("{}{}", "[".repeat(size / 2), "]".repeat(size / 2)))),
    ("JSON-LD objects nested", |size| {
        json_ld(format!("{}1{}", "{\"@graph\":".repeat(size / 11), "}".repeat(size / 11)))
    }),
    ("JSON-LD nested in graphs", |size| {
        repeated(size, |_| {
            json_ld(format!(
                "{}{{\"@type\":\"Article\",\"headline\":\"{SENTENCE}\"}}{}",
                "{\"@graph\":[".repeat(8),
                "]}".repeat(8)
            ))
        })
    }),
    ("JSON-LD broken", |size| {
        json_ld(format!(
            "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\",,}}",
            SENTENCE.repeat(size / SENTENCE.len())
        ))
    }),
    ("JSON-LD body", |size| {
        json_ld(format!("{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}", SENTENCE.repeat(size / SENTENCE.len())))
    }),
    ("meta tags", |size| repeated(size, |n| format!("<meta name=article:tag content='tag {n}, other {n}'>"))),
    ("headings that end a text", |size| repeated(size, |_| format!("<h2>Related</h2><p>{SENTENCE}"))),
    ("headings", |size| repeated(size, |n| format!("<h1>Quay {n}</h1>"))),
    ("captions", |size| {
        repeated(size, |n| format!("<figure><img><figcaption>The quay {n}, seen from the sea.</figcaption></figure>"))
    }),
    ("teasers", |size| {
        repeated(size, |n| format!("<div class=card><a href=/{n}>The quay is closed again, says the office</a></div>"))
    }),
    ("breaks", |size| repeated(size, |_| format!("{SENTENCE}<br><br>"))),
    ("times", |size| repeated(size, |_| "<time>a".to_owned())),
    ("misread letters", |size| repeated(size, |_| "FranÃ§ois \u{fffd}\u{fffd} said Irans wont ".to_owned())),
    ("svg", |size| repeated(size, |_| "<svg><path d='M0 0'/><![CDATA[ a ]]>".to_owned())),
    ("forms", |size| repeated(size, |_| "<form><select><option>a<option>b<button>c".to_owned())),
    ("templates", |size| {
        repeated(size, |_| format!("<template><p>{SENTENCE}</template><template shadowrootmode=open><p>{SENTENCE}"))
    }),
];

fn main() {
    let mut limit = f64::MAX;
    let mut only = String::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--limit" => limit = arguments.next().and_then(|n| n.parse().ok()).expect("a factor after --limit"),
            _ => only = argument,
        }
    }
    let url = Url::parse("https://harbour.example/news/quay").expect("an absolute URL");
    print!("{:<28}", "ns a byte at");
    SIZES.iter().for_each(|size| print!("{:>9}", format!("{} KB", size / 1000)));
    println!("{:>9}{:>9}{:>10}", "growth", "ms", "MB above");
    let mut failed = 0;
    for (name, shape) in SHAPES.iter().filter(|(name, _)| name.contains(&only)) {
        print!("{name:<28}");
        let (mut ns, mut last_ms, mut above) = (Vec::new(), 0.0, 0.0);
        for size in SIZES {
            let page = shape(size);
            let mut best = f64::MAX;
            let rounds = (3_000_000 / size).clamp(2, 100);
            for _ in 0..rounds {
                let before = COUNTED.current_usage();
                COUNTED.reset_peak_usage();
                let start = cpu_ms();
                let html = article::decode(page.as_bytes(), None);
                black_box(article::extract(&html, &url));
                best = best.min(cpu_ms() - start);
                above = COUNTED.peak_usage().saturating_sub(before) as f64 / 1e6;
            }
            ns.push(best * 1e6 / page.len() as f64);
            last_ms = best;
            print!("{:>9.1}", best * 1e6 / page.len() as f64);
        }
        let growth = ns[4] / ns[2];
        let mark = if growth > limit { " !" } else { "" };
        failed += usize::from(growth > limit);
        println!("{growth:>9.2}{last_ms:>9.0}{above:>10.1}{mark}");
    }
    if failed > 0 {
        eprintln!("{failed} shapes grow faster than {limit} times");
        std::process::exit(1);
    }
}
