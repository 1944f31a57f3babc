//! A query read back in words, so that the reader sees what was understood.

use super::{Clock, Content, Edge, Node, Phrase, Query, Sort, State, Test, Window, Within};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// What gives an outlet's printed name.
type Names<'a> = &'a dyn Fn(&str) -> Option<String>;

pub(super) fn query(query: &Query, names: Names<'_>) -> String {
    let mut parts = Vec::new();
    match &query.root {
        Node::All => parts.push("everything".to_owned()),
        root => parts.push(node(root, names, Inside::Top)),
    }
    if let Some(as_of) = query.as_of {
        parts.push(format!("as known on {}", moment(as_of)));
    }
    match query.sort {
        None => {}
        Some(Sort::New) => parts.push("newest first".to_owned()),
        Some(Sort::Old) => parts.push("oldest first".to_owned()),
        Some(Sort::Relevance) => parts.push("best match first".to_owned()),
        Some(Sort::First) => parts.push("in the order captured".to_owned()),
        Some(Sort::Edited) => parts.push("last changed first".to_owned()),
    }
    parts.join(", ")
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Top,
    Every,
    Either,
}

fn node(node_: &Node, names: Names<'_>, inside: Inside) -> String {
    match node_ {
        Node::All => "everything".to_owned(),
        Node::Test(test_) => test(test_, names),
        Node::Not(inner) => negated(inner, names),
        Node::Every(parts) => {
            let text = every(parts, names);
            if inside == Inside::Top { text } else { format!("({text})") }
        }
        Node::Either(parts) => {
            let text = join(parts.iter().map(|part| node(part, names, Inside::Either)), " or ");
            if inside == Inside::Top { text } else { format!("({text})") }
        }
    }
}

/// Conditions side by side; the edges of the outlet's time are told as one stretch.
fn every(parts: &[Node], names: Names<'_>) -> String {
    let mut merged = Window { from: None, to: None };
    let mut told = 0;
    for part in parts {
        if let Node::Test(Test::Time(Clock::Published, window)) = part {
            // Only one of each edge can be told as one stretch.
            if (merged.from.is_some() && window.from.is_some()) || (merged.to.is_some() && window.to.is_some()) {
                told = 0;
                break;
            }
            merged.from = merged.from.or(window.from);
            merged.to = merged.to.or(window.to);
            told += 1;
        }
    }
    let mut done = false;
    let texts = parts.iter().filter_map(|part| match part {
        Node::Test(Test::Time(Clock::Published, _)) if told > 1 => {
            (!std::mem::replace(&mut done, true)).then(|| stretch(&merged))
        }
        part => Some(node(part, names, Inside::Every)),
    });
    join(texts, ", ")
}

fn negated(inner: &Node, names: Names<'_>) -> String {
    match inner {
        Node::Test(Test::Words(Within::Anywhere, phrase)) => format!("without {}", quoted(phrase)),
        Node::Test(Test::Time(..)) | Node::Every(_) | Node::Either(_) | Node::Not(_) | Node::All => {
            format!("not ({})", node(inner, names, Inside::Top))
        }
        Node::Test(test_) => {
            let text = test(test_, names);
            match text.split_once(" is ") {
                Some((subject, rest)) if !subject.contains('“') => format!("{subject} is not {rest}"),
                _ => format!("not {text}"),
            }
        }
    }
}

pub(crate) fn test(test: &Test, names: Names<'_>) -> String {
    match test {
        Test::Words(within, phrase) => {
            let place = match within {
                Within::Anywhere => "contains",
                Within::Headline => "headline contains",
                Within::Text => "text contains",
            };
            let quoted = quoted(phrase);
            if phrase.prefix { format!("{place} a word beginning {quoted}") } else { format!("{place} {quoted}") }
        }
        Test::Near(within, distance, terms) => {
            let place = match within {
                Within::Anywhere => "",
                Within::Headline => " in the headline",
                Within::Text => " in the text",
            };
            let terms = join(terms.iter().map(|term| format!("“{term}”")), " and ");
            format!("{terms} within {distance} words{place}")
        }
        Test::Pattern(_, shown) => format!("headline matches {shown}"),
        Test::Outlet(values) => {
            let names = values.iter().map(|value| names(value).unwrap_or_else(|| value.clone()));
            format!("outlet is {}", join(names, " or "))
        }
        Test::Country(values) => format!("country is {}", values.join(" or ")),
        Test::Author(values) => format!("author is {}", join(values.iter().map(quoted), " or ")),
        Test::Language(values) => join(values.iter().map(|tag| language(tag)), " or "),
        Test::Topic(values) => format!("topic is {}", values.join(" or ")),
        Test::Story(values) => format!("story is {}", join(values.iter().map(ToString::to_string), " or ")),
        Test::Url(values) => format!("address contains {}", join(values.iter().map(quoted), " or ")),
        Test::Kind(values) => format!("kind is {}", join(values.iter().map(|kind| kind.word().to_owned()), " or ")),
        Test::Speaker(values) => format!("quotes {}", join(values.iter().map(quoted), " or ")),
        Test::Entity(values) => format!("is about {}", join(values.iter().map(quoted), " or ")),
        Test::Time(clock, window) => {
            let text = stretch(window);
            match clock {
                Clock::Published => text,
                Clock::Captured => format!("captured {text}"),
                Clock::Changed => format!("changed {text}"),
                Clock::Gone => format!("disappeared {text}"),
            }
        }
        Test::Is(values) => join(
            values.iter().map(|state| {
                match state {
                    State::Unread => "unread",
                    State::Starred => "starred",
                    State::Copy => "a copy",
                    State::Original => "no copy",
                    State::Partial => "held in part",
                    State::Gone => "gone",
                    State::Edited => "edited",
                }
                .to_owned()
            }),
            " or ",
        ),
        Test::Has(values) => join(
            values.iter().map(|content| {
                match content {
                    Content::FullText => "held in full",
                    Content::Quotes => "has quotations",
                    Content::Numbers => "has numbers",
                    Content::Readout => "has an official readout",
                }
                .to_owned()
            }),
            " or ",
        ),
        Test::Revisions(from, to) => match (*from, *to) {
            (from, u32::MAX) => format!("{from} revisions or more"),
            (0, to) => format!("{to} revisions or fewer"),
            (from, to) if from == to && from == 1 => "1 revision".to_owned(),
            (from, to) if from == to => format!("{from} revisions"),
            (from, to) => format!("{from} to {to} revisions"),
        },
        Test::Edit(values) => {
            format!("edited ({})", join(values.iter().map(|rank| rank.word().to_owned()), " or "))
        }
    }
}

fn join(parts: impl Iterator<Item = String>, joint: &str) -> String {
    parts.collect::<Vec<_>>().join(joint)
}

fn quoted(phrase: &Phrase) -> String {
    format!("“{}”", phrase.shown)
}

fn stretch(window: &Window) -> String {
    match (window.from, window.to) {
        (None, None) => "at any time".to_owned(),
        (Some(Edge::Ago(span)), None) => format!("in the last {}", length(span)),
        (None, Some(Edge::Ago(span))) => format!("more than {} ago", length(span)),
        (Some(Edge::At(from)), None) => format!("from {}", moment(from)),
        (None, Some(Edge::At(to))) => format!("before {}", moment(to)),
        (Some(Edge::At(from)), Some(Edge::At(to))) => match (midnight(from), midnight(to)) {
            (Some(first), Some(end)) => days(first, end),
            _ => format!("from {} to before {}", moment(from), moment(to)),
        },
        (Some(from), Some(to)) => {
            let edge = |edge| match edge {
                Edge::At(at) => moment(at),
                Edge::Ago(span) => format!("{} ago", length(span)),
            };
            format!("from {} to before {}", edge(from), edge(to))
        }
    }
}

/// From the first day to the one before `end`: `28 Jan 2017`, `1 Jan to 28 Feb 2017`, `2017`.
fn days(first: Date, end: Date) -> String {
    let Ok(last) = end.yesterday() else { return day(first) };
    if last <= first {
        return day(first);
    }
    if (first.month(), first.day(), last.month(), last.day()) == (1, 1, 12, 31) {
        return match first.year() == last.year() {
            true => first.year().to_string(),
            false => format!("{} to {}", first.year(), last.year()),
        };
    }
    if first.year() == last.year() {
        return format!("{} {} to {}", first.day(), month(first), day(last));
    }
    format!("{} to {}", day(first), day(last))
}

fn midnight(at: Timestamp) -> Option<Date> {
    let local = Offset::UTC.to_datetime(at);
    (local.time() == jiff::civil::Time::midnight()).then(|| local.date())
}

fn moment(at: Timestamp) -> String {
    let local = Offset::UTC.to_datetime(at);
    match midnight(at) {
        Some(date) => day(date),
        None => format!("{}, {:02}:{:02} UTC", day(local.date()), local.hour(), local.minute()),
    }
}

fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

fn month(date: Date) -> &'static str {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS[usize::from(date.month().unsigned_abs()) - 1]
}

fn length(span: Span) -> String {
    let units = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
        (span.get_minutes(), "minute"),
        (span.get_seconds(), "second"),
    ];
    let parts = units.into_iter().filter(|(count, _)| *count != 0).map(|(count, unit)| match count {
        1 => unit.to_owned(),
        _ => format!("{count} {unit}s"),
    });
    join(parts, " and ")
}

fn language(tag: &str) -> String {
    const NAMES: [(&str, &str); 40] = [
        ("ar", "Arabic"),
        ("az", "Azerbaijani"),
        ("be", "Belarusian"),
        ("bg", "Bulgarian"),
        ("bn", "Bengali"),
        ("cs", "Czech"),
        ("da", "Danish"),
        ("de", "German"),
        ("el", "Greek"),
        ("en", "English"),
        ("es", "Spanish"),
        ("et", "Estonian"),
        ("fa", "Persian"),
        ("fi", "Finnish"),
        ("fr", "French"),
        ("he", "Hebrew"),
        ("hi", "Hindi"),
        ("hr", "Croatian"),
        ("hu", "Hungarian"),
        ("hy", "Armenian"),
        ("id", "Indonesian"),
        ("it", "Italian"),
        ("ja", "Japanese"),
        ("ka", "Georgian"),
        ("ko", "Korean"),
        ("lt", "Lithuanian"),
        ("lv", "Latvian"),
        ("nl", "Dutch"),
        ("no", "Norwegian"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("ro", "Romanian"),
        ("ru", "Russian"),
        ("sk", "Slovak"),
        ("sr", "Serbian"),
        ("sv", "Swedish"),
        ("th", "Thai"),
        ("tr", "Turkish"),
        ("uk", "Ukrainian"),
        ("zh", "Chinese"),
    ];
    match NAMES.iter().find(|(code, _)| *code == tag) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("language {tag}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let names = |name: &str| (name == "courier").then(|| "The Courier".to_owned());
        assert_eq!(Query::parse(text).unwrap().in_words(&names), expected, "{text}");
    }

    #[test]
    fn queries_are_read_back_in_words() {
        check(
            "outlet:courier \"Kremlin says\" lang:en after:2017-01 before:2017-03",
            "outlet is The Courier, contains “Kremlin says”, English, 1 Jan to 28 Feb 2017",
        );
        check("", "everything");
        check("sort:old", "everything, oldest first");
        check(
            "ceasefire -\"prisoner swap\" -kind:opinion",
            "contains “ceasefire”, without “prisoner swap”, kind is not opinion",
        );
        check("a b OR c", "(contains “a”, contains “b”) or contains “c”");
        check("a (b OR c)", "contains “a”, (contains “b” or contains “c”)");
        check("-(a OR b)", "not (contains “a” or contains “b”)");
        check(
            "title:sanction* text:oil,gas",
            "headline contains a word beginning “sanction*”, (text contains “oil” or text contains “gas”)",
        );
        check("outlet:courier,\"Harbour Post\" -outlet:x", "outlet is The Courier or Harbour Post, outlet is not x");
        check("kind:wire,official country:ua story:7", "kind is wire or official, country is UA, story is 7");
        check("near:5(ceasefire energy) /a.b/i", "“ceasefire” and “energy” within 5 words, headline matches /a.b/i");
        check("speaker:\"Ana Ruiz\" about:ceasefire", "quotes “Ana Ruiz”, is about “ceasefire”");
        check(
            "is:copy,edited has:quotes rev:>1 edit:headline",
            "a copy or edited, has quotations, 2 revisions or more, edited (headline)",
        );
    }

    #[test]
    fn times_are_told_as_one_stretch() {
        check("date:2017", "2017");
        check("date:2017-01-28", "28 Jan 2017");
        check("date:2017-01/2018-02", "1 Jan 2017 to 28 Feb 2018");
        check("date:P1W", "in the last week");
        check("captured:P2D -changed:2017-01", "captured in the last 2 days, not (changed 1 Jan to 31 Jan 2017)");
        check("after:2017-01-28T17:05Z", "from 28 Jan 2017, 17:05 UTC");
        check("gone:/2017", "disappeared before 1 Jan 2018");
        check("after:2017 after:2018", "from 1 Jan 2017, from 1 Jan 2018");
        check("a asof:2025-03-18T20:00Z", "contains “a”, as known on 18 Mar 2025, 20:00 UTC");
    }
}
