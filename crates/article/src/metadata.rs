//! What a page says about itself in falling order of trust: JSON-LD, meta tags, visible markup.

use crate::date;
use crate::dateline::is_agency;
use crate::html::{Id, Tag, Tree};
use crate::names;
use crate::printed;
use news::article::{Article, Field, Origin, TextKind};
use news::language::Language;
use news::parsed::Problem;
use news::text::canonical;
use news::time::{Moment, Precision};
use serde_json::{Map, Value};
use std::borrow::Cow;
use url::Url;

/// JSON-LD scripts longer than this are not read.
const JSON_LIMIT_BYTES: usize = 4 << 20;
/// JSON-LD objects looked at on one page.
const OBJECT_LIMIT: usize = 2000;

/// Meta tags that name the writers, in falling order of trust.
const AUTHOR_METAS: &[&str] = &[
    "article:author",
    "author",
    "byl",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "article:author_name",
    "cxenseparse:author",
    "og:article:author",
    "twitter:creator_name",
];
/// Authors looked at in one list; each may have to be looked up among all objects.
const NAME_LIMIT: usize = 100;

/// The machine-readable part of a page.
#[derive(Default)]
pub(crate) struct Metadata {
    /// Name or property of each meta tag in lower case, and its content, in document order.
    meta: Vec<(String, String)>,
    /// The article's JSON-LD object.
    pub(crate) article: Map<String, Value>,
    /// Every JSON-LD object with an `@id`, to follow references.
    objects: Vec<Map<String, Value>>,
    /// The `title` element.
    pub(crate) title: Option<String>,
    canonical: Option<String>,
    html_language: Option<String>,
}

impl Metadata {
    /// Reads head and scripts of a page.
    pub(crate) fn read(tree: &Tree<'_>, url: &Url, problems: &mut Vec<Problem>) -> Self {
        let mut out = Metadata::default();
        let mut bad_json = 0;
        for id in 1..tree.nodes.len() {
            match tree.nodes[id].tag {
                Tag::Meta => out.meta_tag(tree, id),
                Tag::Html if out.html_language.is_none() => {
                    out.html_language =
                        tree.attribute(id, "lang").or_else(|| tree.attribute(id, "xml:lang")).map(Cow::into_owned);
                }
                Tag::Title if out.title.is_none() && !tree.ancestors(id).any(|a| tree.nodes[a].tag == Tag::Svg) => {
                    out.title = Some(canonical(&tree.all_text(id))).filter(|t| !t.is_empty());
                }
                Tag::Link
                    if out.canonical.is_none()
                        && tree.attribute(id, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) =>
                {
                    out.canonical =
                        tree.attribute(id, "href").and_then(|href| url.join(href.trim()).ok()).map(String::from);
                }
                Tag::Script => {
                    let is_ld = tree
                        .attribute(id, "type")
                        .is_some_and(|t| t.trim().to_ascii_lowercase().starts_with("application/ld+json"));
                    if is_ld && let Some(text) = tree.inside(id).next() {
                        match parse_json(tree.raw(text)) {
                            Some(value) => out.collect(value, 0),
                            None => bad_json += 1,
                        }
                    }
                }
                _ => {}
            }
        }
        if bad_json > 0 {
            problems.push(Problem::new(
                "json-ld-unreadable",
                format!("{bad_json} JSON-LD blocks of the page are not JSON"),
            ));
        }
        out.choose_article();
        out
    }

    /// The same page as if only one of its sources spoke; for telling what each of them offers.
    pub(crate) fn only(&self, origin: Origin) -> Metadata {
        let mut out = Metadata { objects: self.objects.clone(), ..Metadata::default() };
        match origin {
            Origin::JsonLd => out.article.clone_from(&self.article),
            Origin::Meta => out.meta.clone_from(&self.meta),
            _ => {
                out.title.clone_from(&self.title);
                out.canonical.clone_from(&self.canonical);
                out.html_language.clone_from(&self.html_language);
            }
        }
        out
    }

    fn meta_tag(&mut self, tree: &Tree<'_>, id: Id) {
        let Some(content) = tree.attribute(id, "content") else { return };
        for key in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = tree.attribute(id, key)
                && !content.trim().is_empty()
                && self.meta.len() < 1000
            {
                self.meta.push((name.trim().to_ascii_lowercase(), content.trim().to_owned()));
            }
        }
    }

    fn collect(&mut self, value: Value, depth: usize) {
        if depth > 8 || self.objects.len() >= OBJECT_LIMIT {
            return;
        }
        match value {
            Value::Array(items) => items.into_iter().for_each(|item| self.collect(item, depth + 1)),
            Value::Object(mut map) => {
                for key in ["@graph", "mainEntity", "mainEntityOfPage", "about", "hasPart", "itemListElement", "item"] {
                    // Lists of things say nothing about what holds them, and a copy of each level would be kept.
                    let inner = match key {
                        "@graph" | "itemListElement" => map.remove(key),
                        _ => map.get(key).filter(|v| v.is_object() || v.is_array()).cloned(),
                    };
                    if let Some(inner @ (Value::Object(_) | Value::Array(_))) = inner {
                        self.collect(inner, depth + 1);
                    }
                }
                self.objects.push(map);
            }
            _ => {}
        }
    }

    fn choose_article(&mut self) {
        let score = |map: &Map<String, Value>| -> i32 {
            let kind = types(map).into_iter().map(|t| kind_score(&t)).max().unwrap_or(0);
            if kind == 0 {
                return 0;
            }
            let fields = ["headline", "datePublished", "author", "articleBody", "dateModified"];
            kind + fields.iter().filter(|f| map.get(**f).is_some_and(|v| !v.is_null())).count() as i32
        };
        let best = self.objects.iter().enumerate().rev().max_by_key(|(_, map)| score(map));
        if let Some((_, map)) = best
            && score(map) > 0
        {
            self.article = map.clone();
        }
    }

    /// The first meta tag called one of `names`, which are tried in order.
    pub(crate) fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.meta.iter().find(|(key, _)| key == name)).map(|(_, value)| value.as_str())
    }

    fn metas<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m str> {
        self.meta.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn ld_text(&self, key: &str) -> Option<String> {
        let text = match self.article.get(key)? {
            Value::String(text) => text.clone(),
            Value::Array(items) => items.iter().find_map(Value::as_str)?.to_owned(),
            Value::Object(map) => map.get("name").or_else(|| map.get("@value"))?.as_str()?.to_owned(),
            _ => return None,
        };
        let text = plain(&text);
        (!text.is_empty()).then_some(text)
    }

    /// The object a value names by `@id`, else the value itself.
    fn resolve<'v>(&'v self, map: &'v Map<String, Value>) -> &'v Map<String, Value> {
        let Some(Value::String(id)) = map.get("@id").filter(|_| !map.contains_key("name")) else { return map };
        self.objects
            .iter()
            .find(|o| o.contains_key("name") && o.get("@id").and_then(Value::as_str) == Some(id))
            .unwrap_or(map)
    }

    fn ld_names(&self, value: &Value, out: &mut Vec<String>, depth: usize) {
        match value {
            Value::String(text) if depth < 4 => out.push(plain(text)),
            Value::Array(items) if depth < 4 => {
                items.iter().take(NAME_LIMIT).for_each(|item| self.ld_names(item, out, depth + 1))
            }
            Value::Object(map) if depth < 4 => {
                let map = self.resolve(map);
                if types(map)
                    .iter()
                    .any(|t| matches!(t.as_str(), "organization" | "newsmediaorganization" | "corporation"))
                {
                    return;
                }
                if ["@id", "url"].iter().any(|key| map.get(*key).and_then(Value::as_str).is_some_and(is_account)) {
                    return;
                }
                if let Some(name) = map.get("name") {
                    self.ld_names(name, out, depth + 1);
                } else if let (Some(Value::String(given)), Some(Value::String(family))) =
                    (map.get("givenName"), map.get("familyName"))
                {
                    out.push(plain(&format!("{given} {family}")));
                }
            }
            _ => {}
        }
    }

    /// The article's text as JSON-LD gives it, paragraphs parted as printed.
    pub(crate) fn body(&self) -> Option<&str> {
        self.article.get("articleBody").and_then(Value::as_str).filter(|b| b.len() > 200)
    }

    /// Every form in which the page gives its summary.
    pub(crate) fn descriptions(&self) -> Vec<String> {
        let metas = ["og:description", "description", "twitter:description"];
        let metas = metas.iter().filter_map(|name| self.meta(&[name])).map(plain);
        self.ld_text("description")
            .into_iter()
            .chain(metas)
            .chain(self.ld_text("alternativeHeadline"))
            .filter(|d| d.len() > 20)
            .collect()
    }

    /// Fills the fields that need no text: people, times, language as declared, addresses, section, tags.
    pub(crate) fn fill(&self, tree: &Tree<'_>, url: &Url, article: &mut Article, problems: &mut Vec<Problem>) {
        let set = |article: &mut Article, field, origin| {
            article.origins.insert(field, origin);
        };
        if let Some((outlet, origin)) = self.outlet() {
            article.outlet = Some(outlet);
            set(article, Field::Outlet, origin);
        }
        if let Some((address, origin)) = self.canonical_url(url) {
            article.canonical_url = Some(address);
            set(article, Field::CanonicalUrl, origin);
        }
        let published = self.published(tree, url, problems);
        if let Some((at, origin)) = published {
            article.published_at = Some(at);
            set(article, Field::Published, origin);
        }
        let modified =
            self.ld_text("dateModified").and_then(|t| date::stated(&t)).map(|at| (at, Origin::JsonLd)).or_else(|| {
                let names = [
                    "article:modified_time",
                    "og:updated_time",
                    "datemodified",
                    "last-modified",
                    "lastmod",
                    "dc.date.modified",
                    "dcterms.modified",
                    "bt:moddate",
                    "revision_date",
                ];
                self.meta(&names).and_then(date::stated).map(|at| (at, Origin::Meta))
            });
        if let Some((at, origin)) = modified
            && article.published_at.is_none_or(|p| p.at.as_second() - 60 <= at.at.as_second())
        {
            article.modified_at = Some(at);
            set(article, Field::Modified, origin);
        }
        if let Some((authors, origin)) = self.authors(tree, url, article.outlet.as_deref()) {
            let people: Vec<String> = authors.iter().filter(|name| !is_agency(name)).cloned().collect();
            let people = names::people(&people, None);
            let agencies: Vec<String> = authors.iter().filter(|name| is_agency(name)).cloned().collect();
            // An agency is an author only where nobody else is stated; beside people it is whom the text is owed to.
            if let Some(agency) = agencies.first().filter(|_| !people.is_empty()) {
                article.credit = Some(agency.clone());
                set(article, Field::Credit, origin);
            }
            article.authors = if agencies.is_empty() || people.is_empty() { authors } else { people };
            set(article, Field::Authors, origin);
        }
        let language =
            self.html_language.as_deref().and_then(Language::parse).map(|l| (l, Origin::Markup)).or_else(|| {
                let ld = self.ld_text("inLanguage").and_then(|l| Language::parse(&l)).map(|l| (l, Origin::JsonLd));
                ld.or_else(|| {
                    self.meta(&["og:locale", "content-language", "language", "dc.language"])
                        .and_then(Language::parse)
                        .map(|l| (l, Origin::Meta))
                })
            });
        if let Some((language, origin)) = language {
            article.language = Some(language);
            set(article, Field::Language, origin);
        }
        let section = self.ld_text("articleSection").map(|s| (s, Origin::JsonLd)).or_else(|| {
            self.meta(&["article:section", "section", "parsely-section", "cxenseparse:section"])
                .map(|s| (plain(s), Origin::Meta))
        });
        if let Some((section, origin)) = section {
            article.section = Some(section);
            set(article, Field::Section, origin);
        }
        if let Some((tags, origin)) = self.tags() {
            article.tags = tags;
            set(article, Field::Tags, origin);
        }
        if let Some((image, origin)) = self.image() {
            article.image = url.join(&image).ok().filter(|u| matches!(u.scheme(), "http" | "https")).map(String::from);
            if article.image.is_some() {
                set(article, Field::Image, origin);
            }
        }
        if let Some((kind, origin)) = self.kind(article, url) {
            article.kind = kind;
            set(article, Field::Kind, origin);
        } else {
            set(article, Field::Kind, Origin::Rule);
        }
    }

    fn outlet(&self) -> Option<(String, Origin)> {
        let mut found = Vec::new();
        if let Some(meta) = self.meta(&["og:site_name", "application-name", "twitter:site_name"]) {
            return Some((plain(meta), Origin::Meta));
        }
        if let Some(Value::Object(map)) = self.article.get("publisher") {
            found.extend(self.resolve(map).get("name").and_then(Value::as_str).map(plain));
        }
        found.retain(|n| !n.is_empty());
        found.into_iter().next().map(|n| (n, Origin::JsonLd))
    }

    fn canonical_url(&self, url: &Url) -> Option<(String, Origin)> {
        let in_page = |text: &str| {
            url.join(text).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.path() != "/").map(String::from)
        };
        if let Some(link) = self.canonical.as_deref().and_then(in_page) {
            return Some((link, Origin::Markup));
        }
        self.meta(&["og:url"]).and_then(in_page).map(|u| (u, Origin::Meta))
    }

    fn published(&self, tree: &Tree<'_>, url: &Url, problems: &mut Vec<Problem>) -> Option<(Moment, Origin)> {
        let mut best: Option<(Moment, Origin)> = None;
        for key in ["datePublished", "dateCreated", "uploadDate"] {
            if let Some(text) = self.ld_text(key) {
                let found = date::stated(&text);
                if found.is_none() {
                    problems
                        .push(Problem::new("date-unreadable", format!("the page's {key} cannot be read as a date")));
                }
                offer(&mut best, found, Origin::JsonLd);
            }
        }
        let names = [
            "article:published_time",
            "og:article:published_time",
            "article:published",
            "datepublished",
            "og:published_time",
            "bt:pubdate",
            "pubdate",
            "publishdate",
            "publish-date",
            "parsely-pub-date",
            "cxenseparse:recs:publishtime",
            "dc.date.issued",
            "dcterms.created",
            "dc.date.created",
            "dcterms.date",
            "dc.date",
            "sailthru.date",
            "date",
            "article.published",
            "published-date",
            "publication_date",
            "created",
            "dcterms.issued",
            "article_date_original",
            "ptime",
            "rnews:datepublished",
            "datecreated",
            "published_time",
            "last-published-time",
        ];
        for name in names {
            offer(&mut best, self.meta(&[name]).and_then(date::stated), Origin::Meta);
        }
        if best.as_ref().is_none_or(|(m, _)| m.precision == Precision::Day || m.offset.is_none()) {
            let mut offer_markup = |id: Id| {
                let stated = tree
                    .attribute(id, "datetime")
                    .or_else(|| tree.attribute(id, "content"))
                    .and_then(|d| date::stated(&d));
                stated.or_else(|| date::printed(&canonical(&tree.all_text(id))))
            };
            let marked = (1..tree.nodes.len()).filter(|&id| {
                tree.nodes[id].tag != Tag::Text
                    && tree.attributes(id).any(|(k, v)| {
                        k.eq_ignore_ascii_case("itemprop") && v.eq_ignore_ascii_case("datePublished")
                            || k.eq_ignore_ascii_case("pubdate")
                    })
            });
            let first_marked = marked.take(1).filter_map(&mut offer_markup).next();
            let times = tree.elements(Tag::Time).take(3).filter_map(&mut offer_markup).next();
            offer(&mut best, first_marked, Origin::Markup);
            offer(&mut best, times, Origin::Markup);
            offer(&mut best, url_date(url), Origin::Rule);
            if best.is_none() {
                offer(&mut best, printed::published(tree), Origin::Markup);
            }
        }
        best
    }

    fn authors(&self, tree: &Tree<'_>, url: &Url, outlet: Option<&str>) -> Option<(Vec<String>, Origin)> {
        let letters =
            |t: &str| -> String { t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
        let host = url.host_str().unwrap_or("").trim_start_matches("www.").split('.').next().unwrap_or("");
        let publisher = match self.article.get("publisher") {
            Some(Value::Object(map)) => self.resolve(map).get("name").and_then(Value::as_str).unwrap_or(""),
            _ => "",
        };
        let named = self.meta(&["publisher", "copyright", "dc.publisher"]).unwrap_or("");
        let named = named.split('(').next().unwrap_or("").trim_start_matches(['©', ' ']);
        let mut site = vec![letters(host), letters(publisher), letters(outlet.unwrap_or("")), letters(named)];
        // The account that runs the site writes for everybody; its name is nobody's.
        let links =
            tree.elements(Tag::A).filter(|&id| tree.attribute(id, "href").is_some_and(|href| is_account(&href)));
        let accounts: Vec<String> = links.take(3).map(|id| letters(&tree.all_text(id))).collect();
        site.extend(accounts.iter().cloned());
        site.retain(|name| name.chars().count() >= 3);
        let is_site = |name: &str| site.iter().any(|s| letters(name).starts_with(s.as_str()));
        let mut bodies = Vec::new();
        for value in ["author", "creator"].iter().filter_map(|key| self.article.get(*key)) {
            self.ld_organisations(value, &mut bodies, 0);
        }
        bodies.retain(|name| !accounts.contains(&letters(name)));
        // An agency is an author only where nobody else is named; the first place that names one is kept for that.
        let mut agency = None;
        let mut people_of = |found: Vec<String>, origin: Origin| {
            let names_people = found.iter().any(|name| !is_agency(name));
            if !names_people && !found.is_empty() && agency.is_none() {
                agency = Some((found, origin));
                return None;
            }
            names_people.then_some((found, origin))
        };
        for value in ["author", "creator"].iter().filter_map(|key| self.article.get(*key)) {
            let mut found = Vec::new();
            self.ld_names(value, &mut found, 0);
            let people = people_of(names::people(&found, outlet), Origin::JsonLd);
            if people.is_some() {
                return people;
            }
        }
        for name in AUTHOR_METAS {
            let found: Vec<&str> = self.metas(name).collect();
            let mut found = names::people(&found, outlet);
            // Sites put their own name where the writer's belongs.
            found.retain(|name| !is_site(name) && !bodies.contains(name));
            let people = people_of(found, Origin::Meta);
            if people.is_some() {
                return people;
            }
        }
        for (name, value) in [("rel", "author"), ("itemprop", "author")] {
            let marked = (1..tree.nodes.len()).filter(|&id| {
                tree.nodes[id].tag != Tag::Text
                    && tree.attributes(id).any(|(k, v)| k.eq_ignore_ascii_case(name) && v.eq_ignore_ascii_case(value))
            });
            let texts: Vec<String> =
                marked.take(6).map(|id| canonical(&tree.all_text(id))).filter(|t| t.len() < 120).collect();
            let mut found = names::people(&texts, outlet);
            found.retain(|name| !accounts.contains(&letters(name)));
            let people = people_of(found, Origin::Markup);
            if people.is_some() {
                return people;
            }
        }
        let printed = people_of(printed::writers(tree, outlet, &is_site), Origin::Markup);
        if printed.is_some() {
            return printed;
        }
        // No person is named anywhere; what the page states as the author is still what it says.
        let mut stated = bodies;
        stated.retain(|name| !name.is_empty() && name.chars().count() < 60 && !name.starts_with("http"));
        stated.truncate(3);
        if stated.is_empty() { agency } else { Some((stated, Origin::JsonLd)) }
    }

    /// Names of authors of any kind.
    fn ld_organisations(&self, value: &Value, out: &mut Vec<String>, depth: usize) {
        match value {
            Value::String(text) if depth > 0 || !text.starts_with("http") => out.push(plain(text)),
            Value::Array(items) if depth < 4 => {
                items.iter().take(NAME_LIMIT).for_each(|item| self.ld_organisations(item, out, depth + 1))
            }
            Value::Object(map) if depth < 4 => {
                if let Some(name) = self.resolve(map).get("name") {
                    self.ld_organisations(name, out, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn tags(&self) -> Option<(Vec<String>, Origin)> {
        let mut out: Vec<String> = Vec::new();
        let mut push = |text: &str| {
            for part in text.split([',', ';']) {
                let part = plain(part);
                if !part.is_empty() && part.len() < 100 && out.len() < 60 && !out.contains(&part) {
                    out.push(part);
                }
            }
        };
        match self.article.get("keywords") {
            Some(Value::String(text)) => push(text),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).for_each(&mut push),
            _ => {}
        }
        if !out.is_empty() {
            return Some((out, Origin::JsonLd));
        }
        let mut push = |text: &str| {
            for part in text.split([',', ';']) {
                let part = plain(part);
                if !part.is_empty() && part.len() < 100 && out.len() < 60 && !out.contains(&part) {
                    out.push(part);
                }
            }
        };
        self.metas("article:tag").for_each(&mut push);
        if out.is_empty() {
            let mut push = |text: &str| {
                for part in text.split([',', ';']).map(plain).filter(|p| !p.is_empty() && p.len() < 100) {
                    if out.len() < 60 && !out.contains(&part) {
                        out.push(part);
                    }
                }
            };
            ["news_keywords", "keywords"].iter().filter_map(|n| self.meta(&[n])).take(1).for_each(&mut push);
        }
        (!out.is_empty()).then_some((out, Origin::Meta))
    }

    fn image(&self) -> Option<(String, Origin)> {
        if let Some(image) = self.meta(&["og:image", "og:image:url", "og:image:secure_url", "twitter:image"]) {
            return Some((image.to_owned(), Origin::Meta));
        }
        let mut value = self.article.get("image")?;
        for _ in 0..3 {
            value = match value {
                Value::String(text) => return Some((text.clone(), Origin::JsonLd)),
                Value::Array(items) => items.first()?,
                Value::Object(map) => self.resolve(map).get("url").or_else(|| map.get("contentUrl"))?,
                _ => return None,
            };
        }
        None
    }

    fn kind(&self, article: &Article, url: &Url) -> Option<(TextKind, Origin)> {
        for kind in types(&self.article) {
            let found = match kind.as_str() {
                "liveblogposting" => TextKind::Live,
                "analysisnewsarticle" | "backgroundnewsarticle" => TextKind::Analysis,
                "opinionnewsarticle" | "reviewnewsarticle" => TextKind::Opinion,
                _ => continue,
            };
            return Some((found, Origin::JsonLd));
        }
        let section = article.section.as_deref().unwrap_or("").to_lowercase();
        let from_words = |text: &str| -> Option<TextKind> {
            text.split(|c: char| !c.is_alphanumeric()).find_map(|word| match word {
                "opinion" | "opinions" | "commentisfree" | "editorial" | "editorials" | "columnists" | "kommentar"
                | "meinung" | "opinión" | "opinie" | "tribune" | "oped" | "letters" => Some(TextKind::Opinion),
                "analysis" | "analyse" | "analisis" | "análisis" | "explainer" | "explainers" => {
                    Some(TextKind::Analysis)
                }
                "live" | "liveblog" | "liveticker" | "ticker" => Some(TextKind::Live),
                _ => None,
            })
        };
        if let Some(kind) = from_words(&section) {
            return Some((kind, article.origins.get(&Field::Section).copied().unwrap_or(Origin::Meta)));
        }
        let mut segments: Vec<&str> = url.path_segments()?.collect();
        segments.pop();
        segments.into_iter().find_map(|s| from_words(&s.to_lowercase())).map(|k| (k, Origin::Rule))
    }

    /// Headlines offered by JSON-LD, Open Graph and Twitter, and the `title` element.
    pub(crate) fn headlines(&self) -> Vec<(String, Origin)> {
        let mut out = Vec::new();
        out.extend(self.ld_text("headline").map(|t| (t, Origin::JsonLd)));
        for name in ["og:title", "headline", "twitter:title"] {
            out.extend(self.meta(&[name]).map(|t| (plain(t), Origin::Meta)));
        }
        out.extend(self.title.clone().map(|t| (t, Origin::Markup)));
        out
    }

    /// Whether what the page describes is a video and nothing else.
    pub(crate) fn is_video(&self) -> bool {
        let kinds = types(&self.article);
        !kinds.is_empty() && kinds.iter().all(|kind| kind == "videoobject")
    }

    /// Whether the page says that its text is not free, and a stub may stand here.
    pub(crate) fn is_metered(&self) -> bool {
        match self.article.get("isAccessibleForFree") {
            Some(Value::Bool(free)) => !free,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("false"),
            _ => self.meta(&["article:content_tier"]).is_some_and(|t| matches!(t, "locked" | "metered")),
        }
    }
}

/// Whether an address is that of the account that runs a site, not of a person.
fn is_account(address: &str) -> bool {
    let address = address.trim_end_matches('/');
    address.ends_with("/author/admin") || address.ends_with("/author/administrator")
}

/// Takes a found time when none is known yet, or when it says about the same more exactly.
fn offer(best: &mut Option<(Moment, Origin)>, found: Option<Moment>, origin: Origin) {
    let Some(found) = found else { return };
    let Some((known, _)) = best else {
        *best = Some((found, origin));
        return;
    };
    let is_close = (found.at.as_second() - known.at.as_second()).abs() <= 86_400;
    let is_finer = found.precision > Precision::Day && known.precision == Precision::Day
        || found.offset.is_some() && known.offset.is_none();
    if is_close && is_finer {
        *best = Some((found, origin));
    }
}

/// Plain text of a value that may hold markup or references.
pub(crate) fn plain(text: &str) -> String {
    let text = crate::html::decode_references(text, false);
    if text.contains('<') && text.contains('>') {
        let tree = Tree::parse(&text);
        return canonical(&tree.all_text(0));
    }
    canonical(&text)
}

fn types(map: &Map<String, Value>) -> Vec<String> {
    match map.get("@type") {
        Some(Value::String(text)) => vec![short_type(text)],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(short_type).collect(),
        _ => Vec::new(),
    }
}

fn short_type(text: &str) -> String {
    text.rsplit(['/', ':']).next().unwrap_or(text).to_ascii_lowercase()
}

fn kind_score(kind: &str) -> i32 {
    match kind {
        _ if kind.ends_with("newsarticle") => 30,
        "liveblogposting" => 30,
        "article" | "report" | "reportage" | "blogposting" | "techarticle" | "scholarlyarticle" => 25,
        "socialmediaposting" | "review" | "creativework" => 12,
        "webpage" | "videoobject" | "itempage" => 5,
        _ => 0,
    }
}

/// JSON as pages write it: raw control characters in strings, comments around, stray semicolons.
fn parse_json(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[").trim_start_matches("<![CDATA[");
    let text =
        text.trim().trim_end_matches("-->").trim_end_matches("]]>").trim_end_matches("//").trim().trim_end_matches(';');
    if text.len() > JSON_LIMIT_BYTES || text.is_empty() {
        return None;
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let cleaned: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Ok(value) = serde_json::from_str(&cleaned) {
        return Some(value);
    }
    // One page, several objects in a row, or a trailing comma.
    let mut stream = serde_json::Deserializer::from_str(&cleaned).into_iter::<Value>();
    if let Some(Ok(first)) = stream.next() {
        return Some(first);
    }
    let decoded = crate::html::decode_references(&cleaned, false);
    let repaired = remove_trailing_commas(&decoded);
    serde_json::from_str(&repaired).ok()
}

fn remove_trailing_commas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_string = false;
    let mut escaped = false;
    for c in text.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else {
            match c {
                '"' => in_string = true,
                '}' | ']' => {
                    let keep = out.trim_end();
                    if keep.ends_with(',') {
                        out.truncate(keep.len() - 1);
                    }
                }
                _ => {}
            }
        }
        out.push(c);
    }
    out
}

/// The day in an address such as `/2017/01/28/` or `/2017-01-28-`.
fn url_date(url: &Url) -> Option<Moment> {
    let path = url.path();
    let bytes = path.as_bytes();
    for at in 1..bytes.len().saturating_sub(9) {
        let sep = bytes[at + 4];
        if matches!(bytes[at - 1], b'/' | b'-' | b'_')
            && matches!(sep, b'/' | b'-')
            && bytes[at + 7] == sep
            && bytes[at..at + 4]
                .iter()
                .chain(&bytes[at + 5..at + 7])
                .chain(&bytes[at + 8..at + 10])
                .all(u8::is_ascii_digit)
            && bytes.get(at + 10).is_none_or(|b| !b.is_ascii_digit())
        {
            return date::stated(&path[at..at + 10].replace('/', "-"));
        }
    }
    None
}
