//! What an outlet allows: `robots.txt` after RFC 9309, with `Crawl-delay` and `Sitemap` beside it.

use std::time::Duration;

/// Bytes read of one file; RFC 9309 asks for at least 500 KiB.
pub const LIMIT_BYTES: usize = 512 * 1024;
/// Rules kept of one file.
const RULES: usize = 20_000;

/// The part of one `robots.txt` that speaks to us.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Pause asked for between two requests, as stated.
    pub crawl_delay: Option<Duration>,
    /// Sitemaps listed, as written; they speak to everyone.
    pub sitemaps: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    allow: bool,
    pattern: String,
}

/// What the rules say of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It may be fetched.
    Allowed,
    /// It may not; the pattern that says so, as compared.
    Disallowed(&'a str),
}

/// Reads the groups that name `agent` (a product token such as `Readout`, any case), or those for `*`
/// where none does. Never fails: lines that say nothing known are skipped, as the standard asks.
pub fn parse(body: &[u8], agent: &str) -> Rules {
    let text = String::from_utf8_lossy(&body[..body.len().min(LIMIT_BYTES)]);
    let agent = agent.to_ascii_lowercase();
    let (mut own, mut any) = (Rules::default(), Rules::default());
    let (mut has_own, mut sitemaps) = (false, Vec::new());
    // Lines of user-agent gather into one group until a rule follows; then the next opens another.
    let (mut in_agents, mut to_own, mut to_any) = (false, false, false);
    for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
        let line = line.split('#').next().unwrap_or("").trim();
        let Some((key, value)) = line.split_once(':') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "user-agent" | "useragent" | "user agent" => {
                if !in_agents {
                    (to_own, to_any) = (false, false);
                }
                in_agents = true;
                let token = product_token(value);
                to_any |= value.starts_with('*');
                to_own |= !token.is_empty() && token == agent;
                has_own |= to_own;
            }
            "allow" | "disallow" => {
                in_agents = false;
                if value.is_empty() {
                    continue;
                }
                let rule = Rule { allow: key == "allow", pattern: normal(value) };
                for (wanted, rules) in [(to_own, &mut own), (to_any, &mut any)] {
                    if wanted && rules.rules.len() < RULES {
                        rules.rules.push(rule.clone());
                    }
                }
            }
            "crawl-delay" => {
                in_agents = false;
                let seconds = value.parse::<f64>().ok().filter(|s| s.is_finite() && *s >= 0.0);
                let delay = seconds.map(|s| Duration::from_secs_f64(s.min(86_400.0)));
                for (wanted, rules) in [(to_own, &mut own), (to_any, &mut any)] {
                    if wanted && delay.is_some() {
                        rules.crawl_delay = delay;
                    }
                }
            }
            "sitemap" if sitemaps.len() < 1000 => sitemaps.push(value.to_owned()),
            _ => {}
        }
    }
    Rules { sitemaps, ..if has_own { own } else { any } }
}

/// The leading letters, hyphens and underscores of a user-agent line, lower case.
fn product_token(value: &str) -> String {
    value
        .chars()
        .take_while(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'))
        .collect::<String>()
        .to_ascii_lowercase()
}

impl Rules {
    /// Whether `path` (with its query, as in the request line) may be fetched: the longest pattern
    /// decides, `allow` wins a tie, `/robots.txt` itself always may.
    pub fn verdict(&self, path: &str) -> Verdict<'_> {
        if path == "/robots.txt" {
            return Verdict::Allowed;
        }
        let path = normal(path);
        let mut best: Option<&Rule> = None;
        for rule in self.rules.iter().filter(|rule| matches(&rule.pattern, &path)) {
            let better = best.is_none_or(|best| {
                rule.pattern.len() > best.pattern.len() || (rule.pattern.len() == best.pattern.len() && rule.allow)
            });
            if better {
                best = Some(rule);
            }
        }
        match best {
            Some(Rule { allow: false, pattern }) => Verdict::Disallowed(pattern),
            _ => Verdict::Allowed,
        }
    }
}

/// Brings percent-encoding to one form: unreserved characters plain, everything else in capitals.
fn normal(path: &str) -> String {
    use std::fmt::Write as _;
    let bytes = path.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let decoded = match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                at += 2;
                Some(u8::try_from(high * 16 + low).expect("two hexadecimal digits are one byte"))
            }
            _ => None,
        };
        at += 1;
        let plain = decoded.unwrap_or(byte);
        let unreserved = plain.is_ascii_alphanumeric() || matches!(plain, b'-' | b'.' | b'_' | b'~');
        if unreserved || (decoded.is_none() && byte.is_ascii() && !byte.is_ascii_control() && byte != b' ') {
            out.push(char::from(plain));
        } else {
            write!(out, "%{plain:02X}").expect("writing to a string never fails");
        }
    }
    out
}

/// Whether `pattern` matches `path` from its start: `*` stands for anything, a last `$` for the end.
/// Linear in both for all but nested stars, where it goes back to the last star only.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern.as_bytes(), true),
        None => (pattern.as_bytes(), false),
    };
    let path = path.as_bytes();
    let (mut p, mut s) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if p == pattern.len() && (!to_end || s == path.len()) {
            return true;
        }
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p + 1, s));
            p += 1;
        } else if p < pattern.len() && s < path.len() && pattern[p] == path[s] {
            p += 1;
            s += 1;
        } else if let Some((after, from)) = star
            && from < path.len()
        {
            star = Some((after, from + 1));
            p = after;
            s = from + 1;
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(robots: &str, path: &str, allowed: bool) {
        let rules = parse(robots.as_bytes(), "Readout");
        assert_eq!(rules.verdict(path) == Verdict::Allowed, allowed, "{robots:?} {path}");
    }

    #[test]
    fn the_longest_pattern_decides_and_allow_wins_a_tie() {
        let robots = "User-agent: *\nDisallow: /news/\nAllow: /news/open\nDisallow: /a\nAllow: /a\n";
        check(robots, "/news/closed", false);
        check(robots, "/news/open/1", true);
        check(robots, "/a/b", true);
        check(robots, "/", true);
        check("User-agent: *\nDisallow: /", "/robots.txt", true);
        check("User-agent: *\nDisallow:", "/x", true);
        check("", "/x", true);
    }

    #[test]
    fn a_group_that_names_us_replaces_the_one_for_all() {
        let robots = "User-agent: *\nDisallow: /\n\nUser-agent: ReadOut\nUser-agent: other\nDisallow: /private\n";
        check(robots, "/news", true);
        check(robots, "/private/x", false);
        let split =
            "User-agent: readout\nDisallow: /a\nUser-agent: *\nDisallow: /\nUser-agent: readout/0.1\nDisallow: /b\n";
        check(split, "/a", false);
        check(split, "/b", false);
        check(split, "/c", true);
        check("User-agent: readoutbot\nDisallow: /\n", "/x", true);
        check("User-agent: readout\nUser-agent: *\nDisallow: /x\n", "/x", false);
        check("Disallow: /x\n", "/x", true);
    }

    #[test]
    fn stars_and_ends_match_as_the_standard_says() {
        let check = |pattern: &str, path: &str, expected: bool| {
            check(&format!("User-agent: *\nDisallow: {pattern}\n"), path, !expected);
        };
        check("/*.php", "/index.php?x=1", true);
        check("/*.php$", "/index.php?x=1", false);
        check("/*.php$", "/a/index.php", true);
        check("/fish*", "/fishheads/yummy", true);
        check("/fish$", "/fish", true);
        check("/fish$", "/fish/", false);
        check("/a*b*c$", "/axxbyyc", true);
        check("/a*b*c$", "/axxbyycd", false);
        check("*", "/anything", true);
        check("fish", "/fish", false);
        check("/Fish", "/fish", false);
    }

    #[test]
    fn percent_encoding_is_compared_in_one_form() {
        check("User-agent: *\nDisallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", false);
        check("User-agent: *\nDisallow: /a%3cd.html", "/a%3Cd.html", false);
        check("User-agent: *\nDisallow: /%62ar", "/bar", false);
        check("User-agent: *\nDisallow: /a%2fb", "/a/b", true);
    }

    #[test]
    fn odd_files_still_speak() {
        check("\u{feff}USER-AGENT : *\r\nDISALLOW : /x # no\r\n", "/x", false);
        check("User-agent: *\nNoise\n: :\nDisallow: /x", "/x", false);
        check("User-agent: *\n\n\nCrawl-delay: 5\nDisallow: /x", "/x", false);
        let rules = parse(b"User-agent: *\nCrawl-delay: 2.5\nSitemap: https://a.example/s.xml\n", "Readout");
        assert_eq!(rules.crawl_delay, Some(Duration::from_millis(2500)));
        assert_eq!(rules.sitemaps, ["https://a.example/s.xml"]);
        let stars = format!("User-agent: *\nDisallow: /{}x$\n", "*a".repeat(2000));
        check(&stars, &format!("/{}", "a".repeat(5000)), true);
    }
}
