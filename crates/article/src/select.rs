//! CSS selectors over a page's tree, as far as an owner's rules and what was learned of a site need them.
//!
//! Understood are names, `*`, `.class`, `#id`, `[a]`, `[a=v]` with `^= $= *= ~= |=` and `i`, `:not(…)` over one simple
//! selector, `:first-child`, `:nth-child(N)`, `:first-of-type`, `:nth-of-type(N)`; descendant, `>`, `+`, `~`; lists with
//! commas. Matching is one walk over the tree in document order that carries, for each element, which prefixes of the
//! selector end there: work is nodes times parts, whatever the page or the selector looks like.

use crate::html::{Id, Tag, Tree, tag_named};
use std::borrow::Cow;
use std::collections::HashMap;

/// The longest selector read, in bytes.
const LENGTH_LIMIT: usize = 1000;
/// Parts (compounds joined by combinators) of one selector.
const PART_LIMIT: usize = 16;
/// Selectors joined by commas.
const LIST_LIMIT: usize = 32;

/// A selector, read and ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    alternatives: Vec<Vec<Part>>,
    /// The attribute whose value is wanted instead of the element's text (`time.stamp @data-time`).
    pub(crate) attribute: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    combinator: Combinator,
    compound: Compound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combinator {
    Descendant,
    Child,
    Next,
    Later,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Compound {
    name: Option<(Tag, String)>,
    tests: Vec<Test>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Id(String),
    Class(String),
    Attribute { name: String, relation: Relation, value: String, folds_case: bool },
    Not(Compound),
    NthChild(u32),
    NthOfType(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Present,
    Equals,
    Begins,
    Ends,
    Contains,
    Word,
    Dash,
}

/// Work left for matching on one page; every test of an element against a part takes one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps(pub(crate) u64);

impl Selector {
    /// Reads a selector. The error is one sentence that says what is not understood and where.
    pub(crate) fn parse(text: &str) -> Result<Selector, String> {
        if text.len() > LENGTH_LIMIT {
            return Err(format!("it is longer than {LENGTH_LIMIT} bytes"));
        }
        let (selectors, attribute) = match text.rsplit_once(" @") {
            Some((selectors, attribute)) if is_name(attribute.trim()) => {
                (selectors, Some(attribute.trim().to_ascii_lowercase()))
            }
            Some((_, attribute)) => return Err(format!("`@{attribute}` is no name of an attribute")),
            None => (text, None),
        };
        let mut reader = Reader { text: selectors, at: 0 };
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(reader.complex()?);
            if alternatives.len() > LIST_LIMIT {
                return Err(format!("it lists more than {LIST_LIMIT} selectors"));
            }
            match reader.peek() {
                None => return Ok(Selector { alternatives, attribute }),
                Some(',') => reader.at += 1,
                Some(c) => return Err(format!("`{c}` at character {} is not understood", reader.column())),
            }
        }
    }

    /// Every element that matches, in document order. `None` when the work would exceed `steps`.
    pub(crate) fn find(&self, tree: &Tree<'_>, steps: &mut Steps) -> Option<Vec<Id>> {
        let positions = self.needs_positions().then(|| Positions::of(tree));
        let mut found = Vec::new();
        for parts in &self.alternatives {
            let work = tree.nodes.len() as u64 * parts.len() as u64;
            steps.0 = steps.0.checked_sub(work)?;
            walk(tree, parts, positions.as_ref(), &mut found);
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn needs_positions(&self) -> bool {
        let counts = |test: &Test| matches!(test, Test::NthChild(_) | Test::NthOfType(_));
        let needs = |compound: &Compound| {
            compound.tests.iter().any(|test| match test {
                Test::Not(inner) => inner.tests.iter().any(counts),
                test => counts(test),
            })
        };
        self.alternatives.iter().flatten().any(|part| needs(&part.compound))
    }
}

/// Adds the elements at which the whole of `parts` ends.
fn walk(tree: &Tree<'_>, parts: &[Part], positions: Option<&Positions>, found: &mut Vec<Id>) {
    let count = tree.nodes.len();
    // Bit i: the first i + 1 parts end at this element; at one around it; at its last sibling; at an earlier one.
    let mut own = vec![0u16; count];
    let mut above = vec![0u16; count];
    let mut last = vec![0u16; count];
    let mut earlier = vec![0u16; count];
    let whole = 1u16 << (parts.len() - 1);
    for id in 1..count {
        if tree.nodes[id].tag == Tag::Text {
            continue;
        }
        let parent = tree.parent(id);
        above[id] = above[parent] | own[parent];
        let mut bits = 0;
        for (at, part) in parts.iter().enumerate() {
            let before = match part.combinator {
                _ if at == 0 => 1,
                Combinator::Child => own[parent] >> (at - 1),
                Combinator::Descendant => above[id] >> (at - 1),
                Combinator::Next => last[parent] >> (at - 1),
                Combinator::Later => earlier[parent] >> (at - 1),
            };
            if before & 1 == 1 && part.compound.matches(tree, id, positions) {
                bits |= 1 << at;
            }
        }
        own[id] = bits;
        last[parent] = bits;
        earlier[parent] |= bits;
        if bits & whole != 0 {
            found.push(id);
        }
    }
}

impl Compound {
    fn matches(&self, tree: &Tree<'_>, id: Id, positions: Option<&Positions>) -> bool {
        if let Some((tag, name)) = &self.name {
            let own = tree.nodes[id].tag;
            if own != *tag || matches!(own, Tag::Other | Tag::Custom) && tree.name(id) != *name {
                return false;
            }
        }
        self.tests.iter().all(|test| test.holds(tree, id, positions))
    }
}

impl Test {
    fn holds(&self, tree: &Tree<'_>, id: Id, positions: Option<&Positions>) -> bool {
        match self {
            Test::Id(wanted) => tree.attribute(id, "id").is_some_and(|own| own == wanted.as_str()),
            Test::Class(wanted) => {
                tree.attribute(id, "class").is_some_and(|own| own.split_ascii_whitespace().any(|c| c == wanted))
            }
            Test::Attribute { name, relation, value, folds_case } => {
                tree.attribute(id, name).is_some_and(|own| relation.holds(&own, value, *folds_case))
            }
            Test::Not(inner) => !inner.matches(tree, id, positions),
            Test::NthChild(n) => positions.is_some_and(|p| p.of_all[id] == *n),
            Test::NthOfType(n) => positions.is_some_and(|p| p.of_type[id] == *n),
        }
    }
}

impl Relation {
    fn holds(self, own: &str, value: &str, folds_case: bool) -> bool {
        let own = if folds_case { Cow::Owned(own.to_lowercase()) } else { Cow::Borrowed(own) };
        let value = if folds_case { Cow::Owned(value.to_lowercase()) } else { Cow::Borrowed(value) };
        let (own, value) = (own.as_ref(), value.as_ref());
        match self {
            Relation::Present => true,
            Relation::Equals => own == value,
            // As CSS has it, an empty value begins, ends and stands in nothing.
            Relation::Begins => !value.is_empty() && own.starts_with(value),
            Relation::Ends => !value.is_empty() && own.ends_with(value),
            Relation::Contains => !value.is_empty() && own.contains(value),
            Relation::Word => own.split_ascii_whitespace().any(|word| word == value),
            Relation::Dash => own == value || own.strip_prefix(value).is_some_and(|rest| rest.starts_with('-')),
        }
    }
}

/// Which child of its parent each element is, and which of its name; from 1.
struct Positions {
    of_all: Vec<u32>,
    of_type: Vec<u32>,
}

impl Positions {
    fn of(tree: &Tree<'_>) -> Positions {
        let count = tree.nodes.len();
        let (mut of_all, mut of_type) = (vec![0u32; count], vec![0u32; count]);
        let mut children = vec![0u32; count];
        let mut named: HashMap<(Id, u16, String), u32> = HashMap::new();
        for id in 1..count {
            let tag = tree.nodes[id].tag;
            if tag == Tag::Text {
                continue;
            }
            let parent = tree.parent(id);
            children[parent] += 1;
            of_all[id] = children[parent];
            let name = if matches!(tag, Tag::Other | Tag::Custom) { tree.name(id) } else { String::new() };
            let seen = named.entry((parent, tag as u16, name)).or_default();
            *seen += 1;
            of_type[id] = *seen;
        }
        Positions { of_all, of_type }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn column(&self) -> usize {
        self.text[..self.at].chars().count() + 1
    }

    fn skip_space(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let space = rest.len() - rest.trim_start().len();
        self.at += space;
        space > 0
    }

    fn take(&mut self, c: char) -> bool {
        let is_next = self.peek() == Some(c);
        if is_next {
            self.at += c.len_utf8();
        }
        is_next
    }

    fn complex(&mut self) -> Result<Vec<Part>, String> {
        self.skip_space();
        let mut parts = vec![Part { combinator: Combinator::Descendant, compound: self.compound()? }];
        loop {
            let spaced = self.skip_space();
            let combinator = match self.peek() {
                None | Some(',') => return Ok(parts),
                Some('>') => Combinator::Child,
                Some('+') => Combinator::Next,
                Some('~') => Combinator::Later,
                Some(_) if spaced => Combinator::Descendant,
                Some(c) => return Err(format!("`{c}` at character {} is not understood", self.column())),
            };
            if combinator != Combinator::Descendant {
                self.at += 1;
                self.skip_space();
            }
            if parts.len() >= PART_LIMIT {
                return Err(format!("it has more than {PART_LIMIT} parts"));
            }
            parts.push(Part { combinator, compound: self.compound()? });
        }
    }

    fn compound(&mut self) -> Result<Compound, String> {
        let mut compound = Compound::default();
        let start = self.at;
        if !self.take('*')
            && let Some(name) = self.name()
        {
            let name = name.to_ascii_lowercase();
            compound.name = Some((tag_named(&name), name));
        }
        while let Some(test) = self.test()? {
            compound.tests.push(test);
            if compound.tests.len() > 16 {
                return Err("one part has more than 16 conditions".to_owned());
            }
        }
        if self.at == start {
            return Err(match self.peek() {
                Some(c) => format!("`{c}` at character {} is not understood", self.column()),
                None if start == 0 => "it is empty".to_owned(),
                None => "it ends where an element is expected".to_owned(),
            });
        }
        Ok(compound)
    }

    fn test(&mut self) -> Result<Option<Test>, String> {
        match self.peek() {
            Some('#') => {
                self.at += 1;
                Ok(Some(Test::Id(self.named("#")?)))
            }
            Some('.') => {
                self.at += 1;
                Ok(Some(Test::Class(self.named(".")?)))
            }
            Some('[') => {
                self.at += 1;
                self.attribute().map(Some)
            }
            Some(':') => {
                self.at += 1;
                self.pseudo().map(Some)
            }
            _ => Ok(None),
        }
    }

    fn named(&mut self, after: &str) -> Result<String, String> {
        self.name().ok_or_else(|| format!("a name is missing after `{after}` at character {}", self.column()))
    }

    /// A CSS name; a backslash takes the next character as it is.
    fn name(&mut self) -> Option<String> {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            if c == '\\' {
                self.at += 1;
                let escaped = self.peek()?;
                out.push(escaped);
                self.at += escaped.len_utf8();
            } else if c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii() {
                out.push(c);
                self.at += c.len_utf8();
            } else {
                break;
            }
        }
        (!out.is_empty()).then_some(out)
    }

    fn attribute(&mut self) -> Result<Test, String> {
        self.skip_space();
        let name = self.named("[")?.to_ascii_lowercase();
        self.skip_space();
        let relation = match self.peek() {
            Some(']') => Relation::Present,
            Some('=') => Relation::Equals,
            Some('^') => Relation::Begins,
            Some('$') => Relation::Ends,
            Some('*') => Relation::Contains,
            Some('~') => Relation::Word,
            Some('|') => Relation::Dash,
            _ => return Err(format!("`[{name}` is not closed")),
        };
        let mut value = String::new();
        let mut folds_case = false;
        if relation != Relation::Present {
            if relation != Relation::Equals {
                self.at += 1;
            }
            if !self.take('=') {
                return Err(format!("`=` is missing in `[{name}…]`"));
            }
            self.skip_space();
            value = match self.peek() {
                Some(quote @ ('"' | '\'')) => {
                    let rest = &self.text[self.at + 1..];
                    let end =
                        rest.find(quote).ok_or_else(|| format!("the value in `[{name}…]` has no closing {quote}"))?;
                    self.at += end + 2;
                    rest[..end].to_owned()
                }
                _ => self.named("=")?,
            };
            self.skip_space();
            folds_case = self.take('i') || self.take('I');
            self.skip_space();
        }
        if !self.take(']') {
            return Err(format!("`[{name}` is not closed"));
        }
        Ok(Test::Attribute { name, relation, value, folds_case })
    }

    fn pseudo(&mut self) -> Result<Test, String> {
        let name = self.named(":")?.to_ascii_lowercase();
        match name.as_str() {
            "first-child" => return Ok(Test::NthChild(1)),
            "first-of-type" => return Ok(Test::NthOfType(1)),
            "not" | "nth-child" | "nth-of-type" if self.take('(') => {}
            "not" | "nth-child" | "nth-of-type" => return Err(format!("`:{name}` needs something in brackets")),
            _ => {
                return Err(format!(
                    "`:{name}` is not understood; known are :not(), :first-child, :nth-child(N), :first-of-type, :nth-of-type(N)"
                ));
            }
        }
        self.skip_space();
        let test = if name == "not" {
            let inner = self.compound()?;
            if inner.tests.iter().any(|test| matches!(test, Test::Not(_))) {
                return Err("`:not` inside `:not` is not understood".to_owned());
            }
            Test::Not(inner)
        } else {
            let number = self.named("(")?;
            let number = number.parse().ok().filter(|n| *n > 0).ok_or_else(|| {
                format!("`:{name}({number}…` needs a whole number from 1; formulas are not understood")
            })?;
            if name == "nth-child" { Test::NthChild(number) } else { Test::NthOfType(number) }
        };
        self.skip_space();
        if !self.take(')') {
            return Err(format!("`:{name}(` is not closed"));
        }
        Ok(test)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'))
}

/// A short selector that leads to an element: up to three steps, from the nearest id on, names that hold numbers or
/// look made up left out. It reads well and matches the same place on the site's other pages.
pub(crate) fn path(tree: &Tree<'_>, id: Id) -> String {
    let mut steps = Vec::new();
    for at in std::iter::once(id).chain(tree.ancestors(id)) {
        let tag = tree.nodes[at].tag;
        if matches!(tag, Tag::Document | Tag::Html) || steps.len() == 3 {
            break;
        }
        let mut step = tree.name(at);
        if tag == Tag::Body {
            steps.push(step);
            break;
        }
        if let Some(name) = tree.attribute(at, "id").filter(|name| is_stable(name)) {
            step.push('#');
            step.push_str(&name);
            steps.push(step);
            break;
        }
        let class = tree.attribute(at, "class").unwrap_or_default();
        for name in class.split_ascii_whitespace().filter(|name| is_stable(name)).take(2) {
            step.push('.');
            step.push_str(name);
        }
        steps.push(step);
    }
    if steps.is_empty() {
        return "html".to_owned();
    }
    steps.reverse();
    steps.join(" > ")
}

/// Whether a name stays the same from page to page: letters, no digits, not the hash of a build.
pub(crate) fn is_stable(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_');
    let has_vowel = |word: &str| word.contains(['a', 'e', 'i', 'o', 'u', 'y', 'A', 'E', 'I', 'O', 'U', 'Y']);
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_word)
        && name.split(['-', '_']).filter(|word| word.len() > 3).all(has_vowel)
        // `kXbQfT`: capitals in the middle of a short word are a build's, not a person's.
        && name.split(['-', '_']).all(|word| word.len() > 10 || word.chars().skip(1).filter(char::is_ascii_uppercase).count() < 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<body><div id=top class='wrap wide'><h1 class=title>T</h1><p class=lead>a</p><p>b</p>\
        <ul><li data-k=One>1<li data-k=two-x>2<li>3</ul><x-card kind='big story'>c</x-card></div>\
        <section><p>d<span>e</span></p><blink>f</blink></section></body>";

    /// Own text of every element that matches.
    fn check(selector: &str, expected: &[&str]) {
        let tree = Tree::parse(PAGE);
        let found = Selector::parse(selector).unwrap().find(&tree, &mut Steps(1_000_000)).unwrap();
        let got: Vec<String> = found.iter().map(|&id| tree.all_text(id).trim().to_owned()).collect();
        assert_eq!(got, expected, "{selector}");
    }

    #[test]
    fn selectors_find_what_a_browser_finds() {
        check("p", &["a", "b", "de"]);
        check("P.lead", &["a"]);
        check("#top > p", &["a", "b"]);
        check("#top p:not(.lead)", &["b"]);
        check("body p span", &["e"]);
        check("section p, h1", &["T", "de"]);
        check("li[data-k]", &["1", "2"]);
        check("li[data-k=one]", &[]);
        check("li[data-k='one' i]", &["1"]);
        check("li[data-k^=two]", &["2"]);
        check("li[data-k$=x]", &["2"]);
        check("li[data-k*='-']", &["2"]);
        check("li[data-k|=two]", &["2"]);
        check("[kind~=story]", &["c"]);
        check("x-card", &["c"]);
        check("blink", &["f"]);
        check("h1 + p", &["a"]);
        check("h1 ~ p", &["a", "b"]);
        check("li:nth-child(3)", &["3"]);
        check("p:first-of-type", &["a", "de"]);
        check("#top p:nth-of-type(2)", &["b"]);
        check("li:first-child", &["1"]);
        check("div.wide.wrap h1", &["T"]);
        check("section > span", &[]);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let check = |selector: &str, expected: &str| {
            let error = Selector::parse(selector).unwrap_err();
            assert!(error.contains(expected), "{selector}: {error}");
        };
        check("", "empty");
        check("p >", "ends where");
        check("p:has(a)", "`:has` is not understood");
        check("a[href", "not closed");
        check("a[href='x]", "no closing");
        check("p:nth-child(2n+1)", "whole number");
        check("p { color: red }", "`{` at character 3");
        check("..x", "a name is missing");
        check(&"a ".repeat(17), "more than 16 parts");
        check(&"a".repeat(1001), "longer than");
    }

    #[test]
    fn an_attribute_may_be_wanted_instead_of_text() {
        assert_eq!(Selector::parse("time.x @data-at").unwrap().attribute.as_deref(), Some("data-at"));
    }

    #[test]
    fn work_is_bounded() {
        let tree = Tree::parse(PAGE);
        assert!(Selector::parse("p p p p").unwrap().find(&tree, &mut Steps(10)).is_none());
    }

    #[test]
    fn paths_are_short_lead_back_and_leave_out_made_up_names() {
        let tree = Tree::parse("<main><div class='story-body css-1x2y3 kXbQfT'><p>x</p></div></main>");
        let id = tree.elements(Tag::Div).next().unwrap();
        assert_eq!(path(&tree, id), "main > div.story-body");
        let found = Selector::parse(&path(&tree, id)).unwrap().find(&tree, &mut Steps(1000)).unwrap();
        assert_eq!(found, [id]);
    }

    proptest::proptest! {
        #[test]
        fn reading_and_matching_never_panic(selector in "[a-z.#\\[\\]=:>+~,()*'\" @^$|\\\\é-]{0,40}") {
            if let Ok(selector) = Selector::parse(&selector) {
                selector.find(&Tree::parse(PAGE), &mut Steps(1_000_000));
            }
        }
    }
}
