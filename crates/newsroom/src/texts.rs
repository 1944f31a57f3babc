//! Reads the texts the outlets carry: plain files in `texts/`, one a story, each with several articles.
//!
//! An article opens with `%% key`, then `name: value` lines up to an empty line, then its body in blocks
//! parted by empty lines. `## ` opens a subheading, `> ` a block quote, `- ` a list item, `| ` a table row;
//! anything else is a paragraph. Inside a block `*word*` is stressed and `[word](/path)` a link. A date is
//! written `{wd-2}` (weekday two days before the start), `{d-2}` (day and month) or `{dy-2}` (with the
//! year), in the article's language, so that the texts stay fresh.
//!
//! A text with `copy_of` takes the blocks of that text; `take: 6` keeps the first six, `swap: old => new`
//! changes words, and its own body is put in after block `after: 3` (at the end without it).

use crate::manifest::{Block, BlockKind, Held, TextKind};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::HashMap;
use std::fmt;

/// Every file of texts with its name.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("call", include_str!("texts/call.md")),
    ("ferry", include_str!("texts/ferry.md")),
    ("terminal", include_str!("texts/terminal.md")),
    ("packages", include_str!("texts/packages.md")),
    ("fires", include_str!("texts/fires.md")),
    ("rates", include_str!("texts/rates.md")),
    ("strait", include_str!("texts/strait.md")),
    ("prize", include_str!("texts/prize.md")),
    ("dredging", include_str!("texts/dredging.md")),
    ("rail", include_str!("texts/rail.md")),
    ("lamp", include_str!("texts/lamp.md")),
    ("reserve", include_str!("texts/reserve.md")),
];

/// Why a file of texts could not be read; names the file and the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The file's name without its ending.
    pub file: String,
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "texts/{}.md line {}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for TextError {}

/// One article as written, before it has an outlet's address and dates.
#[derive(Clone, Debug)]
pub(crate) struct Manuscript {
    pub(crate) key: String,
    pub(crate) outlet: String,
    pub(crate) story: String,
    pub(crate) headline: String,
    pub(crate) standfirst: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) byline: Option<String>,
    pub(crate) section: String,
    pub(crate) kind: TextKind,
    pub(crate) copy_of: Option<String>,
    pub(crate) rests_on: Vec<String>,
    pub(crate) credit: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) captions: Vec<String>,
    pub(crate) note: Option<String>,
    pub(crate) language: String,
    pub(crate) held: Held,
    pub(crate) published_at: Timestamp,
    pub(crate) modified_at: Option<Timestamp>,
    /// Not on any page at the start: kept for later, or sent to customers only.
    pub(crate) reserve: bool,
    pub(crate) blocks: Vec<Block>,
}

/// Reads every file; dates are worked out from `now`. `language_of` gives an outlet's language.
pub(crate) fn read_all(
    now: Timestamp,
    language_of: &dyn Fn(&str) -> Option<&'static str>,
) -> Result<Vec<Manuscript>, TextError> {
    let mut out = Vec::new();
    for (name, text) in FILES {
        read(name, text, now, language_of, &mut out)?;
    }
    Ok(out)
}

/// Reads one file and adds its articles to `out`; a copy may take from any text read before it.
pub(crate) fn read(
    file: &str,
    text: &str,
    now: Timestamp,
    language_of: &dyn Fn(&str) -> Option<&'static str>,
    out: &mut Vec<Manuscript>,
) -> Result<(), TextError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let fail = |line: usize, what: String| TextError { file: file.to_owned(), line: line + 1, what };
        let Some(key) = lines[at].strip_prefix("%% ") else {
            if lines[at].trim().is_empty() || lines[at].starts_with('#') {
                at += 1;
                continue;
            }
            return Err(fail(at, "text outside an article; open one with `%% key`".to_owned()));
        };
        let opened = at;
        let key = key.trim().to_owned();
        if out.iter().any(|m| m.key == key) {
            return Err(fail(at, format!("the key `{key}` is taken")));
        }
        at += 1;
        let mut head: HashMap<&str, Vec<(usize, &str)>> = HashMap::new();
        while at < lines.len() && !lines[at].trim().is_empty() {
            let Some((name, value)) = lines[at].split_once(':') else {
                return Err(fail(at, "a line of the head has no colon".to_owned()));
            };
            if !HEAD.contains(&name) {
                return Err(fail(at, format!("`{name}` is not a field; the fields are {}", HEAD.join(", "))));
            }
            head.entry(name).or_default().push((at, value.trim()));
            at += 1;
        }
        let body_from = at;
        while at < lines.len() && !lines[at].starts_with("%% ") {
            at += 1;
        }
        let made = manuscript(&key, &head, &lines[body_from..at], now, language_of, out)
            .map_err(|(line, what)| fail(line.unwrap_or(opened), format!("`{key}`: {what}")))?;
        out.push(made);
    }
    Ok(())
}

const HEAD: &[&str] = &[
    "outlet",
    "story",
    "at",
    "modified",
    "headline",
    "standfirst",
    "authors",
    "byline",
    "section",
    "kind",
    "copy_of",
    "rests_on",
    "credit",
    "tags",
    "caption",
    "note",
    "held",
    "reserve",
    "take",
    "after",
    "swap",
    "language",
];

type Fault = (Option<usize>, String);

fn manuscript(
    key: &str,
    head: &HashMap<&str, Vec<(usize, &str)>>,
    body: &[&str],
    now: Timestamp,
    language_of: &dyn Fn(&str) -> Option<&'static str>,
    before: &[Manuscript],
) -> Result<Manuscript, Fault> {
    let first = |name: &str| head.get(name).and_then(|v| v.first()).copied();
    let value = |name: &str| first(name).map(|(_, v)| v.to_owned());
    let need = |name: &str| value(name).ok_or_else(|| (None, format!("`{name}` is missing")));
    let list = |name: &str| -> Vec<String> {
        value(name).map(|v| v.split(';').map(|s| s.trim().to_owned()).collect()).unwrap_or_default()
    };
    let outlet = need("outlet")?;
    let own = language_of(&outlet).ok_or_else(|| (None, format!("no outlet `{outlet}`")))?;
    let language = value("language").unwrap_or_else(|| own.to_owned());
    let dated = |text: &str, line: usize| fill_dates(text, now, &language).map_err(|what| (Some(line), what));
    let dated_value = |name: &str| first(name).map(|(line, v)| dated(v, line)).transpose();
    let moment = |name: &str| -> Result<Option<Timestamp>, Fault> {
        first(name).map(|(line, v)| read_moment(v, now).map_err(|what| (Some(line), what))).transpose()
    };
    let kind = match first("kind") {
        None => TextKind::News,
        Some((line, word)) => TextKind::parse(word).ok_or_else(|| (Some(line), format!("no kind `{word}`")))?,
    };
    let held = match first("held") {
        None => Held::Full,
        Some((line, word)) => Held::parse(word).ok_or_else(|| (Some(line), format!("no such state `{word}`")))?,
    };
    let mut blocks = Vec::new();
    for block in own_blocks(body) {
        let text = fill_dates(&block.source, now, &language).map_err(|what| (None, what))?;
        blocks.push(Block { source: text, ..block });
    }
    let copy_of = value("copy_of");
    if let Some(source) = &copy_of {
        let source = before
            .iter()
            .find(|m| &m.key == source)
            .ok_or_else(|| (None, format!("it copies `{source}`, which is not written above it")))?;
        let count = |name: &str| -> Result<Option<usize>, Fault> {
            first(name)
                .map(|(line, v)| v.parse::<usize>().map_err(|_| (Some(line), format!("`{v}` is not a count"))))
                .transpose()
        };
        let mut taken: Vec<Block> = source.blocks.iter().take(count("take")?.unwrap_or(usize::MAX)).cloned().collect();
        for (line, swap) in head.get("swap").map(Vec::as_slice).unwrap_or_default() {
            let Some((old, new)) = swap.split_once("=>") else {
                return Err((Some(*line), "a swap is written `old => new`".to_owned()));
            };
            let (old, new) = (dated(old.trim(), *line)?, dated(new.trim(), *line)?);
            let Some(block) = taken.iter_mut().find(|b| b.source.contains(&old)) else {
                return Err((Some(*line), format!("the text does not hold `{old}`")));
            };
            block.source = block.source.replacen(&old, &new, 1).trim().to_owned();
        }
        let after = count("after")?.unwrap_or(taken.len()).min(taken.len());
        taken.splice(after..after, blocks);
        blocks = taken;
    }
    if blocks.is_empty() {
        return Err((None, "it has no text".to_owned()));
    }
    let mut captions = Vec::new();
    for (line, caption) in head.get("caption").map(Vec::as_slice).unwrap_or_default() {
        captions.push(dated(caption, *line)?);
    }
    Ok(Manuscript {
        key: key.to_owned(),
        outlet,
        story: need("story")?,
        headline: dated_value("headline")?.ok_or_else(|| (None, "`headline` is missing".to_owned()))?,
        standfirst: dated_value("standfirst")?,
        authors: list("authors"),
        byline: value("byline"),
        section: value("section").unwrap_or_else(|| "news".to_owned()),
        kind,
        copy_of,
        rests_on: list("rests_on"),
        credit: value("credit"),
        tags: list("tags"),
        captions,
        note: dated_value("note")?,
        language: language.clone(),
        held,
        published_at: moment("at")?.ok_or_else(|| (None, "`at` is missing".to_owned()))?,
        modified_at: moment("modified")?,
        reserve: value("reserve").is_some_and(|v| v == "yes"),
        blocks,
    })
}

/// Cuts a body into blocks. Lines of one paragraph are joined with a space.
fn own_blocks(lines: &[&str]) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut open = false;
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        let (kind, text) = if let Some(rest) = line.strip_prefix("## ") {
            (BlockKind::Subheading, rest)
        } else if let Some(rest) = line.strip_prefix("> ") {
            (BlockKind::Quote, rest)
        } else if let Some(rest) = line.strip_prefix("- ") {
            (BlockKind::ListItem, rest)
        } else if let Some(rest) = line.strip_prefix("| ") {
            (BlockKind::TableRow, rest)
        } else {
            (BlockKind::Paragraph, line)
        };
        match out.last_mut() {
            Some(last) if open && kind == BlockKind::Paragraph && last.kind == kind => {
                last.source.push(' ');
                last.source.push_str(text);
            }
            _ => out.push(Block { kind, source: text.to_owned() }),
        }
        open = kind == BlockKind::Paragraph;
    }
    out
}

/// Reads `-2 20:31` (two days before the start, UTC), `-90m` (minutes before it) or `2019-03-12 09:00`.
fn read_moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let wrong = || format!("`{text}` is not a time; write `-2 20:31`, `-90m` or `2019-03-12 09:00`");
    if let Some(minutes) = text.strip_suffix('m').and_then(|m| m.strip_prefix('-')) {
        let minutes: i64 = minutes.parse().map_err(|_| wrong())?;
        return now.checked_sub(SignedDuration::from_mins(minutes)).map_err(|_| wrong());
    }
    let (day, clock) = text.split_once(' ').ok_or_else(wrong)?;
    let date = match day.parse::<Date>() {
        Ok(date) => date,
        Err(_) => day_before(now, day.parse::<i64>().map_err(|_| wrong())?),
    };
    let (hour, minute) = clock.split_once(':').ok_or_else(wrong)?;
    let time = Time::new(hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?, 0, 0)
        .map_err(|_| wrong())?;
    Ok(date.to_datetime(time).to_zoned_datetime(TimeZone::UTC).map_err(|_| wrong())?.timestamp())
}

fn day_before(now: Timestamp, days: i64) -> Date {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    today.checked_add(days.clamp(-20_000, 20_000).days()).unwrap_or(today)
}

/// Writes the dates in `{wd-2}`, `{d-2}`, `{dy-2}`.
fn fill_dates(text: &str, now: Timestamp, language: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let close = rest[open..].find('}').ok_or_else(|| format!("`{}` does not close", &rest[open..]))? + open;
        let mark = &rest[open + 1..close];
        let split = mark.find(['-', '+']).ok_or_else(|| format!("`{{{mark}}}` is not a date"))?;
        let days: i64 = mark[split..].parse().map_err(|_| format!("`{{{mark}}}` is not a date"))?;
        let date = day_before(now, days);
        match &mark[..split] {
            "wd" => out.push_str(weekday(date.weekday(), language)),
            "d" => out.push_str(&format!("{} {}", date.day(), month(date.month(), language))),
            "dy" => out.push_str(&format!("{} {} {}", date.day(), month(date.month(), language), date.year())),
            "y" => out.push_str(&date.year().to_string()),
            other => return Err(format!("`{other}` is not one of wd, d, dy, y")),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The weekday's name as it stands after "on": Ukrainian in the accusative.
pub(crate) fn weekday(day: Weekday, language: &str) -> &'static str {
    let at = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0).min(6);
    match language {
        "ar" => ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"][at],
        "uk" => ["понеділок", "вівторок", "середу", "четвер", "п’ятницю", "суботу", "неділю"][at],
        _ => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][at],
    }
}

/// The month's name as it stands after a day: Ukrainian in the genitive.
pub(crate) fn month(month: i8, language: &str) -> &'static str {
    let at = usize::try_from(month - 1).unwrap_or(0).min(11);
    match language {
        "ar" => [
            "يناير",
            "فبراير",
            "مارس",
            "أبريل",
            "مايو",
            "يونيو",
            "يوليو",
            "أغسطس",
            "سبتمبر",
            "أكتوبر",
            "نوفمبر",
            "ديسمبر",
        ][at],
        "uk" => [
            "січня",
            "лютого",
            "березня",
            "квітня",
            "травня",
            "червня",
            "липня",
            "серпня",
            "вересня",
            "жовтня",
            "листопада",
            "грудня",
        ][at],
        _ => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ][at],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-19T09:40:00Z".parse().unwrap()
    }

    fn parse(text: &str) -> Result<Vec<Manuscript>, TextError> {
        let mut out = Vec::new();
        read("a", text, now(), &|slug| (slug == "x").then_some("en"), &mut out).map(|()| out)
    }

    fn check_error(text: &str, line: usize, part: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.line == line && error.to_string().contains(part), "{error}");
    }

    #[test]
    fn a_faulty_text_is_named_with_its_line() {
        check_error("stray\n", 1, "outside an article");
        check_error("%% k\noutlet x\n", 2, "no colon");
        check_error("%% k\noutlet: x\ncolour: red\n", 3, "`colour` is not a field");
        check_error("%% k\noutlet: y\n\nText", 1, "no outlet `y`");
        check_error("%% k\noutlet: x\nstory: s\nheadline: h\nat: soon\n\nText", 5, "`soon` is not a time");
        check_error("%% k\noutlet: x\nstory: s\nheadline: {wd-1\nat: -1m\n\nText", 4, "does not close");
        check_error("%% k\noutlet: x\nstory: s\nheadline: h\nat: -1m\n", 1, "no text");
        check_error("%% k\noutlet: x\nstory: s\nheadline: h\nat: -1m\ncopy_of: z\n", 1, "not written above");
    }

    #[test]
    fn dates_are_counted_back_from_the_start() {
        let check = |text: &str, language: &str, expected: &str| {
            assert_eq!(fill_dates(text, now(), language).unwrap(), expected);
        };
        check("on {wd-2}, {d-2}", "en", "on Tuesday, 17 November");
        check("{dy-19}", "en", "31 October 2026");
        check("у {wd-1}, {d-1}", "uk", "у середу, 18 листопада");
        check("يوم {wd-2} {d-2}", "ar", "يوم الثلاثاء 17 نوفمبر");
        assert_eq!(read_moment("-2 20:31", now()).unwrap().to_string(), "2026-11-17T20:31:00Z");
        assert_eq!(read_moment("-90m", now()).unwrap().to_string(), "2026-11-19T08:10:00Z");
        assert_eq!(read_moment("2019-03-12 09:00", now()).unwrap().to_string(), "2019-03-12T09:00:00Z");
    }

    #[test]
    fn a_copy_takes_swaps_and_adds_as_told() {
        let text = "%% a\noutlet: x\nstory: s\nheadline: h\nat: -1m\n\nOne two.\n\nThree.\n\nFour.\n\n\
                    %% b\noutlet: x\nstory: s\nheadline: h\nat: -1m\ncopy_of: a\ntake: 2\nafter: 1\nswap: two => 2\n\nNew.\n";
        let made = parse(text).unwrap();
        let texts: Vec<&str> = made[1].blocks.iter().map(|b| b.source.as_str()).collect();
        assert_eq!(texts, ["One 2.", "New.", "Three."]);
    }
}
