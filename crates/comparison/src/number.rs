//! Quantities as news writes them: the value, its unit, whether it is a bound, and what is counted.
//!
//! `nearly 2,000 merchant ships`, `two hundred unarmed observers`, `one hour and fifty minutes`, `$26 billion`,
//! `a fortnight`, `from nine to six percent`. Years, days of the month, ordinals and numbered paragraphs are
//! no quantities. The table of forms is the tests at the end.

use crate::day::Day;
use crate::word::root;
use std::ops::Range;

/// How the value bounds the quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The value itself.
    Eq,
    /// At least.
    Ge,
    /// At most.
    Le,
    /// More than.
    Gt,
    /// Less than.
    Lt,
    /// About.
    Approx,
}

impl Relation {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Relation::Eq => "eq",
            Relation::Ge => "ge",
            Relation::Le => "le",
            Relation::Gt => "gt",
            Relation::Lt => "lt",
            Relation::Approx => "approx",
        }
    }
}

/// What sort of quantity a unit measures; quantities of different sorts are never compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// A number of things or people.
    Count,
    /// A span of time.
    Time,
    /// A distance or height.
    Length,
    /// An area.
    Area,
    /// A weight.
    Mass,
    /// A volume.
    Volume,
    /// A sum in some currency.
    Money,
    /// A part of a hundred.
    Share,
    /// Electric power or energy.
    Power,
    /// Degrees.
    Temperature,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Bytes of the text: the figure with its unit, or the figure alone where it counts things.
    pub span: Range<usize>,
    /// The value in `unit`.
    pub value: f64,
    /// Singular lower-case unit: `day` (weeks are turned into days), `minute`, `month`, `year`, `kilometre`,
    /// `dollar`, `percent`, `person`, or the thing counted (`ship`); `None` when the text names none.
    pub unit: Option<String>,
    /// Per what, as in barrels per `day`.
    pub per: Option<&'static str>,
    /// What sort of quantity it is.
    pub measure: Measure,
    /// Whether the value is a bound.
    pub relation: Relation,
    /// Bytes of the text that name what is counted, when a noun follows.
    pub what: Option<Range<usize>>,
    /// The value in the base unit of its measure (days, metres, square metres, kilograms, litres); of money and
    /// counts the value itself.
    pub base: f64,
    /// An earlier value that the same sentence replaces: nine in "down from nine to six percent".
    pub former: bool,
    /// The span of a deadline ("within thirty days"), not a length.
    pub deadline: bool,
}

/// The quantities of a text in order; dates and years are left out.
pub fn numbers(text: &str) -> Vec<Number> {
    numbers_beside(text, &crate::day::days(text))
}

struct Word<'a> {
    span: Range<usize>,
    lower: String,
    original: &'a str,
}

/// As [`numbers`], with the dates already found.
pub(crate) fn numbers_beside(text: &str, days: &[Day]) -> Vec<Number> {
    let words: Vec<Word> = news::text::words(text)
        .map(|span| Word { lower: text[span.clone()].to_lowercase(), original: &text[span.clone()], span })
        .collect();
    let mut out: Vec<Number> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if days
            .iter()
            .any(|d| d.kind_is_calendar() && d.span.start <= words[at].span.start && words[at].span.end <= d.span.end)
        {
            at += 1;
            continue;
        }
        match quantity(text, &words, at) {
            Some((number, next)) => {
                at = next.max(at + 1);
                push(text, &mut out, number);
            }
            None => at += 1,
        }
    }
    borrow_units(text, &mut out);
    mark_former(text, &mut out);
    out
}

/// Adds a quantity, or joins it to the one before: "one hour and fifty minutes".
fn push(text: &str, out: &mut Vec<Number>, number: Number) {
    if let Some(last) = out.last_mut()
        && last.measure == Measure::Time
        && number.measure == Measure::Time
        && number.base < last.base
        && last.unit.is_some()
        && matches!(text[last.span.end..number.span.start].trim(), "and" | "," | "")
    {
        let minutes = |base: f64| (base * 1440.0).round();
        let total = minutes(last.base) + minutes(number.base);
        if total < 2880.0 {
            last.value = total;
            last.unit = Some("minute".to_owned());
        } else {
            last.value = total / 1440.0;
            last.unit = Some("day".to_owned());
        }
        last.base = total / 1440.0;
        last.span.end = number.span.end;
        return;
    }
    out.push(number);
}

/// "from nine to six percent", "from 12 to 15 per cent": the first takes the unit of the second.
fn borrow_units(text: &str, out: &mut [Number]) {
    for at in 0..out.len().saturating_sub(1) {
        let (left, right) = out.split_at_mut(at + 1);
        let (a, b) = (&mut left[at], &right[0]);
        let between = text[a.span.end.min(b.span.start)..b.span.start].trim();
        if a.measure == Measure::Count
            && a.what.as_ref().is_none_or(|w| w.start >= b.span.start)
            && b.measure != Measure::Count
            && matches!(between, "to" | "-" | "–" | "and" | "or")
        {
            a.unit.clone_from(&b.unit);
            a.measure = b.measure;
            a.base = if b.value == 0.0 { a.value } else { a.value * (b.base / b.value) };
        }
    }
}

fn mark_former(text: &str, out: &mut [Number]) {
    for at in 0..out.len() {
        let before = text[..out[at].span.start].trim_end().to_lowercase();
        let follows_to = out.get(at + 1).is_some_and(|next| {
            next.measure == out[at].measure && {
                let between = text[out[at].span.end.min(next.span.start)..next.span.start].to_lowercase();
                let between = between.trim();
                between == "to" || between.ends_with(" to")
            }
        });
        let from = before.ends_with("from") || before.ends_with("instead of") || before.ends_with("rather than");
        if (from && (follows_to || !before.ends_with("from")))
            || ["had been planned for", "originally", "previously", "up from", "down from"]
                .iter()
                .any(|c| before.ends_with(c))
        {
            out[at].former = true;
        }
    }
}

/// The quantity that begins at word `at`, and the first word after it.
fn quantity(text: &str, words: &[Word], at: usize) -> Option<(Number, usize)> {
    let (mut value, mut next, spelled, mut suffix) = figure(text, words, at)?;
    let word = &words[at].lower;
    let mut start = words[at].span.start;
    let mut end = words[next - 1].span.end;
    let lead = text[..start].trim_end();
    if is_label(text, words, at, next) {
        return None;
    }
    let mut measure = Measure::Count;
    let mut unit: Option<String> = None;
    let mut factor = 1.0;
    if let Some((sign, currency)) = SIGNS.iter().find(|(sign, _)| text[..start].ends_with(sign)) {
        start -= sign.len();
        // "US$5"
        measure = Measure::Money;
        unit = Some((*currency).to_owned());
    }
    if let Some(percent) = text[end..].strip_prefix('%') {
        end = text.len() - percent.len();
        measure = Measure::Share;
        unit = Some("percent".to_owned());
    }
    // "$26bn", "5km", "60pc"
    if let Some(s) = suffix.take() {
        if let Some(scale) = scale(&s) {
            value *= scale;
        } else if let Some(u) = unit_named(&s) {
            (measure, factor) = (u.measure, u.factor);
            unit = Some(u.name.to_owned());
        } else {
            return None;
        }
    }
    let mut half = 0.0;
    if unit.is_none()
        && let Some(next_word) = words.get(next)
        && touching(text, end, next_word.span.start)
    {
        let two = words.get(next + 1).map(|w| format!("{} {}", next_word.lower, w.lower));
        let found = two
            .as_deref()
            .and_then(|two| unit_named(two).map(|u| (u, 2)))
            .or_else(|| unit_named(&next_word.lower).map(|u| (u, 1)));
        if let Some((u, length)) = found {
            (measure, factor) = (u.measure, u.factor);
            unit = Some(u.name.to_owned());
            next += length;
            end = words[next - 1].span.end;
            if let [a, b, c, ..] = &words[next.min(words.len())..]
                && a.lower == "and"
                && b.lower == "a"
                && c.lower == "half"
            {
                half = 0.5;
                next += 3;
                end = c.span.end;
            }
        } else if let Some((currency, length)) = currency_after(words, next) {
            measure = Measure::Money;
            unit = Some(currency);
            next += length;
            end = words[next - 1].span.end;
        }
    }
    // "a" and "an" are figures only before a unit of time, a scale or a fraction.
    if matches!(word.as_str(), "a" | "an") && next == at + 1 {
        return None;
    }
    if matches!(word.as_str(), "a" | "an") && measure != Measure::Time && value == 1.0 {
        return None;
    }
    if matches!(word.as_str(), "a" | "an") && unit.as_deref() == Some("day") && factor == 1.0 && half == 0.0 {
        return None; // "600,000 barrels a day", "a day of mourning"
    }
    if matches!(word.as_str(), "a" | "an")
        && matches!(unit.as_deref(), Some("year" | "hour" | "minute" | "second" | "month"))
        && half == 0.0
    {
        // "6,500 visas a year" is a rate; "within a month" a length.
        if !lead.ends_with("within")
            && !lead.ends_with("in")
            && !lead.ends_with("for")
            && !lead.ends_with("of")
            && !lead.ends_with("after")
        {
            return None;
        }
    }
    value += half;
    let mut per = None;
    if let (Some(a), Some(b)) = (words.get(next), words.get(next + 1))
        && matches!(a.lower.as_str(), "per" | "a" | "each" | "every")
    {
        per = RATES.iter().find(|r| **r == b.lower).copied();
    }
    let base_factor = if measure == Measure::Time && unit.as_deref() == Some("day") { factor } else { 1.0 };
    let base = if measure == Measure::Money || measure == Measure::Count { value } else { value * factor };
    let what = match measure {
        Measure::Count | Measure::Money | Measure::Mass | Measure::Share | Measure::Length => {
            counted(text, words, next, end, measure)
        }
        _ => None,
    };
    if measure == Measure::Count {
        let thing = what.as_ref().map(|w| text[w.clone()].to_lowercase());
        if word == "one" && next == at + 1 && !spelled_one_counts(words, next, what.as_ref()) {
            return None;
        }
        if let Some(thing) = thing {
            if is_reference(words, at, &thing) {
                return None;
            }
            unit = Some(thing_unit(&thing));
        } else if next == at + 1 && spelled && value <= 2.0 {
            return None; // "the two", "one of them"
        }
    }
    let relation = relation_before(text, start);
    let deadline = measure == Measure::Time && {
        let before = text[..start].to_lowercase();
        let before = before.trim_end();
        let ends = |cue: &str| before.ends_with(cue);
        ends("within")
            || ends("inside")
            || ends(" in")
            || ends("within the next")
            || ends("in the next")
            || ends("in about")
    };
    let relation = if deadline { Relation::Le } else { relation };
    let number = Number {
        span: start..end,
        value: value * base_factor,
        unit,
        per,
        measure,
        relation,
        what,
        base,
        former: false,
        deadline,
    };
    Some((number, next))
}

fn touching(text: &str, end: usize, start: usize) -> bool {
    start >= end && matches!(text.get(end..start).map(str::trim), Some("" | "-" | "‑"))
}

/// "No. 7", "1.", "Article 5", "G7": a name, not a quantity.
fn is_label(text: &str, words: &[Word], at: usize, next: usize) -> bool {
    let start = words[at].span.start;
    let digits = words[at].original.starts_with(|c: char| c.is_ascii_digit());
    if !digits {
        return false;
    }
    let before = text[..start].trim_end();
    if (before.is_empty() || before.ends_with(['\n', '.', ':']))
        && next == at + 1
        && text[words[at].span.end..].starts_with(['.', ')'])
        && !text[words[at].span.end..].trim_start_matches(['.', ')']).is_empty()
    {
        return true;
    }
    // "the mission will number 150" counts.
    let verb = at > 1 && matches!(words[at - 2].lower.as_str(), "will" | "would" | "to" | "may" | "they" | "could");
    !verb
        && at > 0
        && touching(text, words[at - 1].span.end, start)
        && matches!(
            words[at - 1].lower.as_str(),
            "article"
                | "articles"
                | "resolution"
                | "no"
                | "number"
                | "paragraph"
                | "chapter"
                | "page"
                | "annex"
                | "section"
                | "room"
                | "route"
        )
}

/// Value, the word after, whether it was spelled out, and letters stuck to the figure.
fn figure(text: &str, words: &[Word], at: usize) -> Option<(f64, usize, bool, Option<String>)> {
    let first = &words[at];
    if first.original.starts_with(|c: char| c.is_ascii_digit()) {
        let digits_end = first
            .original
            .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
            .unwrap_or(first.original.len());
        let (digits, rest) = first.original.split_at(digits_end);
        let value = parse_digits(digits)?;
        let mut next = at + 1;
        let mut value = value;
        // "1 200 000"
        while digits.len() <= 3
            && rest.is_empty()
            && let Some(w) = words.get(next)
            && w.original.len() == 3
            && w.original.bytes().all(|b| b.is_ascii_digit())
            && matches!(&text[words[next - 1].span.end..w.span.start], " " | "\u{a0}" | "\u{202f}")
        {
            value = value * 1000.0 + parse_digits(w.original)?;
            next += 1;
        }
        let suffix = (!rest.is_empty()).then(|| rest.trim_start_matches('-').to_lowercase());
        if matches!(suffix.as_deref(), Some("st" | "nd" | "rd" | "th" | "s")) {
            return None;
        }
        while suffix.is_none()
            && let Some(w) = words.get(next)
            && let Some(scale) = scale(&w.lower)
            && touching(text, words[next - 1].span.end, w.span.start)
        {
            value *= scale;
            next += 1;
        }
        return (value.is_finite() && value < 1e18).then_some((value, next, false, suffix));
    }
    // Spelled out.
    let (mut total, mut current, mut next) = (0.0f64, 0.0f64, at);
    let mut seen = false;
    if matches!(first.lower.as_str(), "a" | "an") {
        let after = words.get(at + 1)?;
        if !(scale(&after.lower).is_some()
            || fraction(&after.lower).is_some()
            || unit_named(&after.lower).is_some_and(|u| u.measure == Measure::Time))
        {
            return None;
        }
        if let Some(f) = fraction(&after.lower)
            && after.lower != "quarter"
            && after.lower != "second"
        {
            return fraction_value(words, at + 1, f);
        }
        if scale(&after.lower).is_none() {
            return (after.lower != "second").then_some((1.0, at + 1, true, None));
        }
        current = 1.0;
        next = at + 1;
        seen = true;
    }
    if first.lower == "half" && words.get(at + 1).is_some_and(|w| w.lower == "a" || w.lower == "an") {
        let w = words.get(at + 2)?;
        if let Some(s) = scale(&w.lower) {
            return Some((0.5 * s, at + 3, true, None));
        }
        return unit_named(&w.lower).map(|_| (0.5, at + 2, true, None));
    }
    if first.lower == "fortnight" {
        return Some((1.0, at, true, None)).filter(|_| false);
    }
    while let Some(w) = words.get(next) {
        if next > at && !joined(text, words, next) {
            break;
        }
        if let Some(v) = small(&w.lower) {
            if seen && current % 100.0 != 0.0 && !(current % 100.0 >= 20.0 && current % 10.0 == 0.0 && v < 10.0) {
                break;
            }
            if seen && current > 0.0 && current < 20.0 {
                break;
            }
            current += v;
        } else if w.lower == "hundred" || w.lower == "dozen" || w.lower == "score" {
            if !seen || current == 0.0 {
                break;
            }
            current *= match w.lower.as_str() {
                "hundred" => 100.0,
                "dozen" => 12.0,
                _ => 20.0,
            };
        } else if let Some(s) = scale(&w.lower) {
            if !seen || current == 0.0 {
                break;
            }
            total += current * s;
            current = 0.0;
        } else if w.lower == "and"
            && seen
            && (current >= 100.0 || total > 0.0)
            && current % 100.0 == 0.0
            && words.get(next + 1).is_some_and(|n| small(&n.lower).is_some())
            && words.get(next - 1).is_some_and(|p| p.lower == "hundred" || scale(&p.lower).is_some())
        {
            next += 1;
            continue;
        } else {
            break;
        }
        seen = true;
        next += 1;
    }
    if !seen {
        return None;
    }
    let value = total + current;
    if let Some(w) = words.get(next)
        && let Some(f) = fraction(&w.lower)
        && joined(text, words, next)
        && value < 20.0
        && w.lower != "second"
        && !(w.lower == "quarter" && value > 3.0)
    {
        let (v, n, s, x) = fraction_value(words, next, f)?;
        return Some((v * value, n, s, x));
    }
    Some((value, next, true, None))
}

fn fraction_value(words: &[Word], at: usize, f: f64) -> Option<(f64, usize, bool, Option<String>)> {
    // "a third party", "a third time" are ordinals.
    let ordinal = words.get(at + 1).is_some_and(|w| {
        matches!(
            w.lower.as_str(),
            "party"
                | "parties"
                | "country"
                | "countries"
                | "time"
                | "round"
                | "term"
                | "day"
                | "state"
                | "week"
                | "year"
                | "man"
                | "meeting"
        )
    });
    (!ordinal).then(|| (f * 100.0, at + 1, true, Some("%".to_owned())))
}

fn joined(text: &str, words: &[Word], next: usize) -> bool {
    next > 0 && touching(text, words[next - 1].span.end, words[next].span.start)
}

fn parse_digits(digits: &str) -> Option<f64> {
    let digits = digits.trim_end_matches(['.', ',']);
    let commas = digits.matches(',').count();
    let dots = digits.matches('.').count();
    let thousands = |sep: char| {
        let mut parts = digits.split(sep);
        parts.next().is_some_and(|p| (1..=3).contains(&p.len())) && parts.all(|p| p.len() == 3)
    };
    let plain = if commas > 0 && dots > 0 {
        digits.replace(',', "")
    } else if commas > 0 {
        if thousands(',') { digits.replace(',', "") } else { digits.replace(',', ".") }
    } else if dots > 1 {
        if !thousands('.') {
            return None;
        }
        digits.replace('.', "")
    } else {
        digits.to_owned()
    };
    plain.parse().ok()
}

fn small(word: &str) -> Option<f64> {
    const SMALL: &[&str] = &[
        "zero",
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
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let find = |list: &[&str], w: &str| list.iter().position(|x| *x == w);
    if let Some(v) = find(SMALL, word) {
        return Some(v as f64);
    }
    if let Some(v) = find(TENS, word) {
        return Some(((v + 2) * 10) as f64);
    }
    None
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" => 100.0,
        "dozen" => 12.0,
        "thousand" | "k" => 1e3,
        "million" | "millions" | "mn" | "m" | "mln" => 1e6,
        "billion" | "billions" | "bn" | "milliard" => 1e9,
        "trillion" | "tn" | "trn" => 1e12,
        "lakh" => 1e5,
        "crore" => 1e7,
        _ => return None,
    })
}

fn fraction(word: &str) -> Option<f64> {
    Some(match word.trim_end_matches('s') {
        "half" | "halve" => 0.5,
        "third" => 1.0 / 3.0,
        "quarter" => 0.25,
        "fifth" => 0.2,
        "sixth" => 1.0 / 6.0,
        "eighth" => 0.125,
        "tenth" => 0.1,
        _ => return None,
    })
}

struct Unit {
    name: &'static str,
    measure: Measure,
    factor: f64,
}

fn unit_named(word: &str) -> Option<Unit> {
    let (name, measure, factor) = match word {
        "second" | "seconds" => ("second", Measure::Time, 1.0 / 86400.0),
        "minute" | "minutes" | "min" | "mins" => ("minute", Measure::Time, 1.0 / 1440.0),
        "hour" | "hours" | "hr" | "hrs" => ("hour", Measure::Time, 1.0 / 24.0),
        "day" | "days" => ("day", Measure::Time, 1.0),
        "week" | "weeks" => ("day", Measure::Time, 7.0),
        "fortnight" | "fortnights" => ("day", Measure::Time, 14.0),
        "month" | "months" => ("month", Measure::Time, 30.4),
        "year" | "years" => ("year", Measure::Time, 365.0),
        "decade" | "decades" => ("decade", Measure::Time, 3652.0),
        "km" | "kms" | "kilometre" | "kilometres" | "kilometer" | "kilometers" => {
            ("kilometre", Measure::Length, 1000.0)
        }
        "metre" | "metres" | "meter" | "meters" => ("metre", Measure::Length, 1.0),
        "mile" | "miles" => ("mile", Measure::Length, 1609.3),
        "nautical mile" | "nautical miles" => ("nautical mile", Measure::Length, 1852.0),
        "foot" | "feet" => ("foot", Measure::Length, 0.3048),
        "centimetre" | "centimetres" | "cm" => ("centimetre", Measure::Length, 0.01),
        "hectare" | "hectares" => ("hectare", Measure::Area, 1e4),
        "acre" | "acres" => ("acre", Measure::Area, 4046.9),
        "square kilometre" | "square kilometres" | "square kilometers" | "square kilometer" => {
            ("square kilometre", Measure::Area, 1e6)
        }
        "square mile" | "square miles" => ("square mile", Measure::Area, 2.59e6),
        "square metre" | "square metres" | "square meters" => ("square metre", Measure::Area, 1.0),
        "tonne" | "tonnes" | "ton" | "tons" => ("tonne", Measure::Mass, 1000.0),
        "kilogram" | "kilograms" | "kg" | "kilo" | "kilos" => ("kilogram", Measure::Mass, 1.0),
        "pounds weight" => ("pound", Measure::Mass, 0.4536),
        "litre" | "litres" | "liter" | "liters" => ("litre", Measure::Volume, 1.0),
        "cubic metre" | "cubic metres" | "cubic meters" => ("cubic metre", Measure::Volume, 1000.0),
        "barrel" | "barrels" | "bpd" => ("barrel", Measure::Volume, 159.0),
        "megawatt" | "megawatts" | "mw" => ("megawatt", Measure::Power, 1.0),
        "gigawatt" | "gigawatts" | "gw" => ("gigawatt", Measure::Power, 1000.0),
        "percent" | "per cent" | "pc" | "%" | "percentage points" | "percentage point" => {
            ("percent", Measure::Share, 1.0)
        }
        "degrees" | "degree" => ("degree", Measure::Temperature, 1.0),
        _ => return None,
    };
    Some(Unit { name, measure, factor })
}

const SIGNS: &[(&str, &str)] = &[
    ("US$", "dollar"),
    ("A$", "dollar"),
    ("C$", "dollar"),
    ("$", "dollar"),
    ("€", "euro"),
    ("£", "pound"),
    ("¥", "yen"),
    ("₴", "hryvnia"),
    ("₽", "rouble"),
    ("₹", "rupee"),
    ("₩", "won"),
    ("₪", "shekel"),
    ("₺", "lira"),
];

const RATES: &[&str] = &[
    "second", "minute", "hour", "day", "night", "week", "month", "quarter", "year", "head", "person", "hectare",
    "tonne", "barrel",
];

const CURRENCIES: &[&str] = &[
    "dollar", "euro", "franc", "pound", "dirham", "won", "yen", "yuan", "renminbi", "rouble", "ruble", "hryvnia",
    "rupee", "dinar", "riyal", "rial", "peso", "real", "reais", "krona", "krone", "kroner", "kronor", "lira", "shekel",
    "zloty", "forint", "crown", "koruna", "leu", "lei", "lev", "baht", "ringgit", "rupiah", "dong", "naira",
    "shilling", "rand", "birr", "cedi", "tenge", "som", "lari", "dram", "manat", "florin", "ducat", "thaler",
    "guilder", "mark", "escudo", "drachma", "taka", "kip", "pula", "kwacha", "sol", "bolivar", "guarani", "cent",
    "sterling",
];

/// "dollars", "US dollars", "Swiss francs".
fn currency_after(words: &[Word], at: usize) -> Option<(String, usize)> {
    let is = |w: &Word| {
        let lower = w.lower.as_str();
        CURRENCIES.iter().find(|c| lower == **c || lower.strip_suffix('s') == Some(**c)).map(|c| (*c).to_owned())
    };
    if let Some(c) = words.get(at).and_then(is) {
        return Some((c, 1));
    }
    let first = words.get(at)?;
    if first.original.starts_with(|c: char| c.is_uppercase())
        && let Some(c) = words.get(at + 1).and_then(is)
    {
        return Some((c, 2));
    }
    None
}

/// The noun that a figure counts: the first plural of the run of words after it, or the last word of the run.
fn counted(text: &str, words: &[Word], next: usize, end: usize, measure: Measure) -> Option<Range<usize>> {
    let mut at = next;
    let mut end = end;
    if words.get(at).is_some_and(|w| w.lower == "of") {
        if measure == Measure::Count {
            return None;
        }
        end = words[at].span.end;
        at += 1;
        while words.get(at).is_some_and(|w| matches!(w.lower.as_str(), "the" | "its" | "their" | "this")) {
            end = words[at].span.end;
            at += 1;
        }
    } else if measure != Measure::Count {
        return None;
    }
    let mut last = None;
    for w in words[at.min(words.len())..].iter().take(5) {
        if !touching(text, end, w.span.start) || STOPS.contains(&w.lower.as_str()) {
            break;
        }
        if w.lower.starts_with(|c: char| c.is_ascii_digit()) || small(&w.lower).is_some() {
            break;
        }
        last = Some(w.span.clone());
        end = w.span.end;
        let plural =
            (w.lower.ends_with('s') && !w.lower.ends_with("ss") && !w.lower.ends_with("us") && w.lower.len() > 3)
                || matches!(
                    w.lower.as_str(),
                    "people"
                        | "children"
                        | "men"
                        | "women"
                        | "troops"
                        | "personnel"
                        | "servicemen"
                        | "policemen"
                        | "police"
                        | "sheep"
                        | "aircraft"
                );
        let lower_case = w.original.starts_with(char::is_lowercase);
        if plural && lower_case {
            return last;
        }
    }
    last
}

const STOPS: &[&str] = &[
    "of", "to", "in", "on", "at", "for", "and", "or", "but", "by", "with", "from", "as", "is", "are", "was", "were",
    "be", "been", "that", "this", "which", "who", "whom", "will", "would", "have", "has", "had", "not", "than",
    "during", "since", "until", "before", "after", "per", "a", "an", "the", "more", "each", "between", "under", "over",
    "into", "when", "while", "last", "next", "times", "died", "killed", "wounded", "dead", "injured", "missing", "so",
    "out", "voted", "remain", "still", "also", "can", "could", "may", "must", "said", "arrived", "returned", "against",
];

fn spelled_one_counts(words: &[Word], next: usize, what: Option<&Range<usize>>) -> bool {
    let Some(w) = words.get(next) else { return false };
    what.is_some()
        && !matches!(
            w.lower.as_str(),
            "of" | "another"
                | "to"
                | "and"
                | "who"
                | "side"
                | "day"
                | "hand"
                | "that"
                | "which"
                | "such"
                | "more"
                | "cent"
        )
}

/// "the two leaders", "both sides": a way to name the parties, not a count.
fn is_reference(words: &[Word], at: usize, thing: &str) -> bool {
    const PARTIES: &[&str] = &[
        "leaders",
        "sides",
        "presidents",
        "ministers",
        "countries",
        "parties",
        "states",
        "nations",
        "capitals",
        "peoples",
        "governments",
        "premiers",
        "delegations",
        "officials",
        "chancellors",
        "men",
        "women",
        "heads",
        "counterparts",
        "ministries",
        "mandataries",
        "companies",
        "institutions",
        "interior",
        "neighbours",
    ];
    let definite =
        at > 0 && matches!(words[at - 1].lower.as_str(), "the" | "both" | "our" | "these" | "their" | "between");
    definite && thing.split(' ').any(|t| PARTIES.contains(&t))
}

/// The unit of a count: `person` for people, else the thing in the singular.
fn thing_unit(thing: &str) -> String {
    let singular = match thing.strip_suffix("ies") {
        Some(rest) if rest.len() > 2 => format!("{rest}y"),
        _ => match thing.strip_suffix('s') {
            Some(rest) if !rest.ends_with('s') && rest.len() > 2 => rest.to_owned(),
            _ => thing.to_owned(),
        },
    };
    let singular = singular.as_str();
    if PEOPLE.contains(&singular) || PEOPLE.contains(&root(singular).as_str()) {
        "person".to_owned()
    } else {
        singular.to_owned()
    }
}

const PEOPLE: &[&str] = &[
    "person",
    "people",
    "civilian",
    "soldier",
    "serviceman",
    "servicemen",
    "troop",
    "troops",
    "child",
    "children",
    "man",
    "men",
    "woman",
    "women",
    "prisoner",
    "detainee",
    "captive",
    "hostage",
    "observer",
    "peacekeeper",
    "seafarer",
    "sailor",
    "passenger",
    "citizen",
    "worker",
    "refugee",
    "migrant",
    "resident",
    "victim",
    "suspect",
    "student",
    "driver",
    "policeman",
    "officer",
    "official",
    "journalist",
    "expert",
    "patient",
    "member",
    "crew",
    "fighter",
    "militant",
    "civilians",
    "personnel",
    "staff",
    "employee",
    "inhabitant",
    "villager",
    "protester",
    "farmer",
    "orphan",
    "geologist",
    "engineer",
    "teacher",
    "doctor",
    "visitor",
    "tourist",
    "voter",
    "veteran",
    "recruit",
    "pilot",
    "volunteer",
    "pupil",
    "family member",
    "arrival",
    "fisherman",
    "fishermen",
    "miner",
];

/// The bound that the words before `start` give.
fn relation_before(text: &str, start: usize) -> Relation {
    let mut from = start.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..start].to_lowercase();
    let before = before.trim_end();
    let ends = |cues: &[&str]| {
        cues.iter().any(|c| {
            before.strip_suffix(c).is_some_and(|rest| rest.is_empty() || !rest.ends_with(char::is_alphanumeric))
        })
    };
    if ends(&[
        "at least",
        "no fewer than",
        "not fewer than",
        "no less than",
        "not less than",
        "a minimum of",
        "minimum of",
    ]) {
        Relation::Ge
    } else if ends(&[
        "at most",
        "up to",
        "no more than",
        "not more than",
        "a maximum of",
        "as many as",
        "not exceeding",
        "within",
        "inside",
    ]) {
        Relation::Le
    } else if ends(&[
        "more than",
        "over",
        "above",
        "exceeding",
        "longer than",
        "upwards of",
        "in excess of",
        "well over",
        "just over",
        "greater than",
    ]) {
        Relation::Gt
    } else if ends(&["less than", "under", "below", "fewer than", "shorter than", "just under"]) {
        Relation::Lt
    } else if ends(&[
        "about",
        "around",
        "some",
        "roughly",
        "nearly",
        "almost",
        "approximately",
        "close to",
        "an estimated",
        "circa",
        "estimated",
        "nearly a",
        "as much as",
        "in the region of",
        "in the order of",
        "in the amount of about",
    ]) {
        Relation::Approx
    } else {
        Relation::Eq
    }
}

/// Whether two quantities of one sort can both be true of one thing: equal, or within the bounds, the
/// rounding and the conversion that the texts allow.
pub fn compatible(a: &Number, b: &Number) -> bool {
    if a.measure == Measure::Money && a.unit != b.unit {
        return true; // another currency: not told without a rate
    }
    if a.measure == Measure::Volume && b.measure == Measure::Mass
        || a.measure == Measure::Mass && b.measure == Measure::Volume
    {
        return true;
    }
    if a.per != b.per {
        return true;
    }
    let (x, y) = (a.base, b.base);
    let size = x.abs().max(y.abs());
    if (x - y).abs() <= size * 1e-9 {
        return true;
    }
    let converted = a.unit != b.unit && !matches!(a.measure, Measure::Count);
    // Months and years are as long as people take them; kilometres and miles are rounded when turned over.
    let near = (x - y).abs() <= size * if converted { 0.06 } else { 0.0 };
    use Relation::{Approx, Eq, Ge, Gt, Le, Lt};
    near || match (a.relation, b.relation) {
        (Approx, _) | (_, Approx) => (x - y).abs() <= size * 0.1,
        (Ge, Eq) => y >= x,
        (Eq, Ge) => x >= y,
        (Gt, Eq) => y > x && y <= 1.3 * x,
        (Eq, Gt) => x > y && x <= 1.3 * y,
        (Le, Eq) if !a.deadline => y <= x,
        (Eq, Le) if !b.deadline => x <= y,
        (Lt, Eq) => y < x && y >= 0.7 * x,
        (Eq, Lt) => x < y && x >= 0.7 * y,
        (Gt, Ge | Gt) | (Ge, Gt) | (Lt, Le | Lt) | (Le, Lt) => (x - y).abs() <= size * 0.02,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[(&str, f64, Option<&str>, Relation)]) {
        let found = numbers(text);
        let got: Vec<_> =
            found.iter().map(|n| (&text[n.span.clone()], n.value, n.unit.as_deref(), n.relation)).collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn figures_and_words_give_the_same_value() {
        use Relation::{Approx, Eq};
        check("They freed 19 sailors.", &[("19", 19.0, Some("person"), Eq)]);
        check("They freed nineteen sailors.", &[("nineteen", 19.0, Some("person"), Eq)]);
        check("Some 1,200 houses burned.", &[("1,200", 1200.0, Some("house"), Approx)]);
        check("one hundred and eighty crew", &[("one hundred and eighty", 180.0, Some("person"), Eq)]);
        check("thirty-six schools", &[("thirty-six", 36.0, Some("school"), Eq)]);
    }

    #[test]
    fn units_are_read_and_weeks_become_days() {
        use Relation::{Eq, Gt, Le};
        check("a truce of three weeks", &[("three weeks", 21.0, Some("day"), Eq)]);
        check("within a fortnight", &[("a fortnight", 14.0, Some("day"), Le)]);
        check("It lasted one hour and fifty minutes.", &[("one hour and fifty minutes", 110.0, Some("minute"), Eq)]);
        check("a loan of $26 billion", &[("$26 billion", 26e9, Some("dollar"), Eq)]);
        check("more than 330 million dollars", &[("330 million dollars", 330e6, Some("dollar"), Gt)]);
        check("5 km away", &[("5 km", 5.0, Some("kilometre"), Eq)]);
        check("a rise of 6.5%", &[("6.5%", 6.5, Some("percent"), Eq)]);
    }

    #[test]
    fn dates_labels_and_the_parties_are_no_quantities() {
        check("On 12 March 2030 the two leaders met.", &[]);
        check("1. The sides agreed.", &[]);
        check("Article 5 applies.", &[]);
    }

    #[test]
    fn rounding_bounds_and_conversion_fit() {
        let one = |text: &str| numbers(text).remove(0);
        for (a, b, fits) in [
            ("nearly 2,000 ships", "1,950 ships", true),
            ("at least 5 people", "7 people", true),
            ("5 people", "at least 7 people", false),
            ("36 hours", "a day and a half", true),
            ("30 days", "three weeks", false),
            ("100 km", "62 miles", true),
            ("150 observers", "200 observers", false),
        ] {
            assert_eq!(compatible(&one(a), &one(b)), fits, "{a} / {b}");
            assert_eq!(compatible(&one(b), &one(a)), fits, "{b} / {a}");
        }
    }

    proptest! {
        #[test]
        fn numbers_never_panics_and_spans_lie_inside(text in "[a-z0-9 .,$%€-]{0,80}|\\PC{0,60}|(one |two |hundred |and |a |half |million |12 |days |of |third ){0,12}") {
            for n in numbers(&text) {
                prop_assert!(text.get(n.span.clone()).is_some());
                prop_assert!(n.what.is_none_or(|w| text.get(w).is_some()));
                prop_assert!(n.value.is_finite());
            }
        }
    }
}
