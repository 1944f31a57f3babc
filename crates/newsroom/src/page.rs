//! The pages: each outlet has its own template, with the furniture that real pages have around a text.
//!
//! View counters, advertisements and tokens differ on every request; related links change when told to.
//! None of that is part of an article's text.

use crate::cast::House;
use crate::manifest::{Article, Block, BlockKind, Inline, TextKind, inline};
use crate::texts;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// A headline and its path.
pub(crate) type Link = (String, String);

/// All that goes into one page.
pub(crate) struct Scene<'a> {
    pub(crate) house: &'a House,
    /// `http://127.0.0.1:PORT`.
    pub(crate) origin: &'a str,
    pub(crate) article: &'a Article,
    /// How many blocks are shown; the rest stands behind the wall.
    pub(crate) shown: usize,
    /// Other articles of the outlet.
    pub(crate) related: Vec<Link>,
    /// Differs on every request.
    pub(crate) nonce: u64,
    pub(crate) views: u64,
}

/// The page of an article.
pub(crate) fn article(scene: &Scene<'_>) -> String {
    match scene.house.slug {
        "nordwire" => nordwire(scene),
        "norland-president" => president(scene),
        "vesk-premier" => premier(scene),
        "halvik-courant" => courant(scene),
        "skerry-post" => skerry(scene),
        "fjord-echo" => echo(scene),
        "morning-ledger" => ledger(scene),
        "ilmar-today" => ilmar(scene),
        "portside-daily" => portside(scene),
        "lowen-tribune" => lowen(scene),
        "meridian-review" => meridian(scene),
        "mirat-al-mina" => mirat(scene),
        "kuryer-nadrichchia" => kuryer(scene),
        _ => plain(scene),
    }
}

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Words of the furniture in the outlet's language.
struct Words {
    home: &'static str,
    related: &'static str,
    most_read: &'static str,
    share: &'static str,
    published: &'static str,
    cookies: &'static str,
    accept: &'static str,
    newsletter: &'static str,
    subscribe: &'static str,
    ad: &'static str,
    views: &'static str,
    about: &'static [&'static str],
    rights: &'static str,
    source: &'static str,
}

static ENGLISH: Words = Words {
    home: "Home",
    related: "Read more",
    most_read: "Most read",
    share: "Share this article",
    published: "Published",
    cookies: "We and our partners use cookies to measure our audience and to show you advertisements that suit you. You can change your choice at any time in the settings.",
    accept: "Accept all",
    newsletter: "Get the day’s most important stories in your inbox every morning.",
    subscribe: "Subscribe",
    ad: "Advertisement",
    views: "people have read this",
    about: &[
        "About us",
        "Contact",
        "Advertise",
        "Privacy policy",
        "Terms of use",
        "Corrections",
        "Jobs",
        "Accessibility",
    ],
    rights: "All rights reserved. No part of this site may be reproduced without permission.",
    source: "Source",
};

static ARABIC: Words = Words {
    home: "الرئيسية",
    related: "اقرأ أيضًا",
    most_read: "الأكثر قراءة",
    share: "شارك المقال",
    published: "نُشر",
    cookies: "نستخدم ملفات تعريف الارتباط لتحسين تجربتك على الموقع وقياس عدد الزيارات. يمكنك تغيير اختيارك في أي وقت.",
    accept: "موافق",
    newsletter: "اشترك في نشرتنا البريدية لتصلك أهم الأخبار كل صباح.",
    subscribe: "اشترك",
    ad: "إعلان",
    views: "قراءة",
    about: &["من نحن", "اتصل بنا", "أعلن معنا", "سياسة الخصوصية", "شروط الاستخدام", "تصويبات"],
    rights: "جميع الحقوق محفوظة لصحيفة مرآة الميناء.",
    source: "المصدر",
};

static UKRAINIAN: Words = Words {
    home: "Головна",
    related: "Читайте також",
    most_read: "Найпопулярніше",
    share: "Поділитися",
    published: "Опубліковано",
    cookies: "Ми використовуємо файли cookie, щоб рахувати відвідувачів і показувати доречну рекламу. Змінити вибір можна будь-коли.",
    accept: "Прийняти",
    newsletter: "Підпишіться на розсилку: головне за день у вашій скриньці щоранку.",
    subscribe: "Підписатися",
    ad: "Реклама",
    views: "переглядів",
    about: &["Про газету", "Контакти", "Реклама", "Політика приватності", "Правила користування", "Виправлення"],
    rights: "Усі права захищено. Передрук лише з дозволу редакції.",
    source: "Джерело",
};

fn words(house: &House) -> &'static Words {
    match house.language {
        "ar" => &ARABIC,
        "uk" => &UKRAINIAN,
        _ => &ENGLISH,
    }
}

// ---------------------------------------------------------------------------------------- times

fn local(house: &House, at: Timestamp) -> jiff::ZonedDateTime {
    let offset = Offset::from_seconds(house.offset_minutes * 60).unwrap_or(Offset::UTC);
    at.to_zoned_datetime(TimeZone::fixed(offset))
}

/// `2026-11-17T22:31:00+02:00`
pub(crate) fn stamp(house: &House, at: Timestamp) -> String {
    let minutes = house.offset_minutes;
    let day = local(house, at).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    if minutes == 0 { format!("{day}Z") } else { format!("{day}+{:02}:{:02}", minutes / 60, minutes % 60) }
}

/// `Tue, 17 Nov 2026 22:31:00 +0200`
pub(crate) fn mail_date(house: &House, at: Timestamp) -> String {
    let minutes = house.offset_minutes;
    format!("{} +{:02}{:02}", local(house, at).strftime("%a, %d %b %Y %H:%M:%S"), minutes / 60, minutes % 60)
}

/// `Tue, 17 Nov 2026 20:31:00 GMT`
pub(crate) fn http_date(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `17 November 2026, 22:31`, in the outlet's language.
fn spoken(house: &House, at: Timestamp) -> String {
    let at = local(house, at);
    let comma = if house.language == "ar" { "،" } else { "," };
    format!("{} {} {}{comma} {}", at.day(), texts::month(at.month(), house.language), at.year(), at.strftime("%H:%M"))
}

// ---------------------------------------------------------------------------------------- the text

fn inline_html(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 32);
    for piece in inline(source) {
        match piece {
            Inline::Plain(words) => out.push_str(&escape(words)),
            Inline::Stress(words) => {
                let _ignored = write!(out, "<em>{}</em>", escape(words));
            }
            Inline::Link(words, to) => {
                let _ignored = write!(out, "<a href=\"{}\">{}</a>", escape(to), escape(words));
            }
        }
    }
    out
}

/// What stands between the paragraphs of a text: (after which block, HTML).
type Inserts = Vec<(usize, String)>;

/// Tags of a body: paragraph open and close, subheading tag.
struct Tags {
    open: &'static str,
    close: &'static str,
    heading: &'static str,
}

const P: Tags = Tags { open: "<p>", close: "</p>", heading: "h2" };

/// The body without the standfirst; lists, tables and quotes are put together from their blocks.
fn body(scene: &Scene<'_>, tags: &Tags, inserts: &Inserts) -> String {
    blocks_html(&scene.article.blocks[..scene.shown.min(scene.article.blocks.len())], tags, inserts)
}

fn blocks_html(blocks: &[Block], tags: &Tags, inserts: &Inserts) -> String {
    let mut out = String::with_capacity(4096);
    let body: Vec<&Block> = blocks.iter().filter(|b| b.kind != BlockKind::Standfirst).collect();
    for (at, block) in body.iter().enumerate() {
        let opens = at == 0 || body[at - 1].kind != block.kind;
        let closes = body.get(at + 1).is_none_or(|next| next.kind != block.kind);
        let text = inline_html(&block.source);
        match block.kind {
            BlockKind::Standfirst => {}
            BlockKind::Paragraph => {
                let _ignored = writeln!(out, "{}{text}{}", tags.open, tags.close);
            }
            BlockKind::Subheading => {
                let _ignored = writeln!(out, "<{0}>{text}</{0}>", tags.heading);
            }
            BlockKind::Quote => {
                if opens {
                    out.push_str("<blockquote>\n");
                }
                let _ignored = writeln!(out, "<p>{text}</p>");
                if closes {
                    out.push_str("</blockquote>\n");
                }
            }
            BlockKind::ListItem => {
                if opens {
                    out.push_str("<ul>\n");
                }
                let _ignored = writeln!(out, "<li>{text}</li>");
                if closes {
                    out.push_str("</ul>\n");
                }
            }
            BlockKind::TableRow => {
                if opens {
                    out.push_str("<table><tbody>\n");
                }
                out.push_str("<tr>");
                let tag = if opens { "th" } else { "td" };
                for cell in block.source.split(" | ") {
                    let _ignored = write!(out, "<{tag}>{}</{tag}>", inline_html(cell));
                }
                out.push_str("</tr>\n");
                if closes {
                    out.push_str("</tbody></table>\n");
                }
            }
        }
        for (_, html) in inserts.iter().filter(|(after, _)| *after == at + 1 && closes) {
            out.push_str(html);
        }
    }
    out
}

fn byline(scene: &Scene<'_>) -> String {
    scene.article.byline.clone().unwrap_or_default()
}

fn standfirst(scene: &Scene<'_>, tag: &str, class: &str) -> String {
    match scene.article.standfirst() {
        Some(text) => format!("<{tag} class=\"{class}\">{}</{tag}>\n", escape(&text)),
        None => String::new(),
    }
}

fn figure(scene: &Scene<'_>, class: &str) -> String {
    let mut out = String::new();
    for (at, caption) in scene.article.captions.iter().enumerate() {
        let _ignored = writeln!(
            out,
            "<figure class=\"{class}\"><img src=\"/media/{}-{at}.gif\" alt=\"\" width=\"1200\" height=\"675\" loading=\"lazy\"><figcaption>{}</figcaption></figure>",
            scene.article.key,
            escape(caption)
        );
    }
    out
}

// ---------------------------------------------------------------------------------------- furniture

fn ad(scene: &Scene<'_>, class: &str, slot: &str) -> String {
    let campaign = OFFERS[(scene.nonce as usize + slot.len()) % OFFERS.len()];
    format!(
        "<div class=\"{class}\" data-slot=\"{slot}\" data-req=\"{:x}\"><span class=\"{class}-label\">{}</span><a href=\"/ads/click?c={:x}\" rel=\"sponsored nofollow\">{campaign}</a></div>\n",
        scene.nonce,
        words(scene.house).ad,
        scene.nonce.wrapping_mul(31)
    )
}

const OFFERS: [&str; 6] = [
    "Weekend crossings from 19 crowns",
    "New tyres before the first frost",
    "Warm boots, made in Ilmar",
    "Learn Veskan in ninety evenings",
    "Savings account: 4.1 per cent",
    "Spectacles while you wait",
];

fn links(list: &[Link], class: &str) -> String {
    let mut out = format!("<ul class=\"{class}\">\n");
    for (title, path) in list {
        let _ignored = writeln!(out, "<li><a href=\"{}\">{}</a></li>", escape(path), escape(title));
    }
    out.push_str("</ul>\n");
    out
}

fn nav(scene: &Scene<'_>, class: &str) -> String {
    let mut out = format!(
        "<nav class=\"{class}\" aria-label=\"menu\"><ul><li><a href=\"/\">{}</a></li>",
        words(scene.house).home
    );
    for (slug, label) in scene.house.sections {
        let _ignored = write!(out, "<li><a href=\"/section/{slug}\">{}</a></li>", escape(label));
    }
    out.push_str("</ul></nav>\n");
    out
}

fn cookies(scene: &Scene<'_>, class: &str) -> String {
    let w = words(scene.house);
    format!(
        "<div class=\"{class}\" role=\"dialog\" aria-live=\"polite\"><p>{}</p><button type=\"button\" data-token=\"{:x}\">{}</button></div>\n",
        w.cookies,
        scene.nonce.rotate_left(7),
        w.accept
    )
}

fn newsletter(scene: &Scene<'_>, class: &str) -> String {
    let w = words(scene.house);
    format!(
        "<aside class=\"{class}\"><p>{}</p><form method=\"post\" action=\"/newsletter\"><input type=\"email\" name=\"mail\" placeholder=\"name@example.org\"><input type=\"hidden\" name=\"csrf\" value=\"{:016x}\"><button>{}</button></form></aside>\n",
        w.newsletter,
        scene.nonce.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        w.subscribe
    )
}

fn share(scene: &Scene<'_>, class: &str) -> String {
    format!(
        "<div class=\"{class}\"><span>{}</span><a href=\"mailto:?body={}\">E-mail</a><button type=\"button\">Link</button><button type=\"button\">Print</button></div>\n",
        words(scene.house).share,
        escape(&scene.article.url)
    )
}

fn counter(scene: &Scene<'_>, class: &str) -> String {
    format!("<span class=\"{class}\">{} {}</span>\n", scene.views, words(scene.house).views)
}

fn footer(scene: &Scene<'_>, class: &str) -> String {
    let w = words(scene.house);
    let mut out = format!("<footer class=\"{class}\"><ul>");
    for (at, label) in w.about.iter().enumerate() {
        let _ignored = write!(out, "<li><a href=\"/about/{at}\">{label}</a></li>");
    }
    let _ignored = writeln!(out, "</ul><p>© {}. {}</p></footer>", escape(scene.house.name), w.rights);
    out
}

/// A style sheet of the size pages carry; the same for all but for the prefix of its classes.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let parts = [
        "header",
        "nav",
        "hero",
        "grid",
        "card",
        "card-title",
        "card-meta",
        "lead",
        "body",
        "body-text",
        "caption",
        "aside",
        "promo",
        "promo-box",
        "button",
        "button-main",
        "form",
        "input",
        "footer",
        "footer-nav",
        "badge",
        "tag",
        "list",
        "list-item",
        "quote",
        "table",
        "media",
        "video",
        "gallery",
        "modal",
        "toast",
        "tabs",
    ];
    let mut out = String::with_capacity(9000);
    for (at, part) in parts.iter().enumerate() {
        let _ignored = writeln!(
            out,
            ".@-{part}{{display:flex;flex-flow:row wrap;margin:0 auto {}px;padding:{}px {}px;font:400 {}px/1.5 Georgia,serif;color:#{:06x}}}\
             .@-{part}:hover{{opacity:.{}}}@media(max-width:{}px){{.@-{part}{{display:block;padding:0 12px}}}}",
            at % 7 * 4,
            at % 5 * 3,
            at % 4 * 6,
            14 + at % 9,
            0x22_22_22 + at * 0x03_05_07,
            80 + at % 19,
            480 + at * 20
        );
    }
    out
});

fn style(prefix: &str) -> String {
    format!("<style>{}</style>\n", STYLE.replace('@', prefix))
}

fn script(scene: &Scene<'_>, variable: &str) -> String {
    let mut state = String::from("{\"page\":{\"type\":\"article\",\"id\":");
    let _ignored = write!(
        state,
        "\"{}\",\"section\":\"{}\",\"views\":{},\"requestId\":\"{:016x}\"}},\"recommended\":[",
        scene.article.key, scene.article.section, scene.views, scene.nonce
    );
    for (at, (title, path)) in scene.related.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ignored = write!(
            state,
            "{comma}{{\"position\":{at},\"headline\":{},\"href\":{},\"experiment\":\"rec-{}\",\"score\":0.{}}}",
            json(title),
            json(path),
            at % 3,
            931 - at * 17
        );
    }
    let _ignored = write!(
        state,
        "],\"flags\":{{\"lazyImages\":true,\"stickyHeader\":false,\"comments\":\"closed\",\"abTest\":\"{}\"}}}}",
        scene.nonce % 4
    );
    format!(
        "<script>window.{variable}={state};(function(w,d){{var q=w.{variable}Q=w.{variable}Q||[];q.push(['view',{}]);\
         function load(s){{var e=d.createElement('script');e.async=1;e.src=s;d.head.appendChild(e)}}\
         if(!d.cookie.match(/notrack/)){{setTimeout(function(){{q.push(['beat',Date.now()])}},15000)}}\
         d.addEventListener('click',function(e){{var a=e.target.closest('a');if(a)q.push(['click',a.href])}})}})(window,document);</script>\n",
        scene.views
    )
}

/// A JSON string, safe inside a script element.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace("</", "<\\/")
}

fn shell(scene: &Scene<'_>, head: &str, body: &str) -> String {
    let house = scene.house;
    let dir = if house.language == "ar" { " dir=\"rtl\"" } else { "" };
    let charset = if house.latin { "windows-1252" } else { "utf-8" };
    let feed = house
        .offers
        .iter()
        .filter_map(|o| match o.form {
            crate::cast::Form::Rss | crate::cast::Form::RssContent => Some(("application/rss+xml", o.path)),
            crate::cast::Form::Atom => Some(("application/atom+xml", o.path)),
            crate::cast::Form::JsonFeed => Some(("application/feed+json", o.path)),
            _ => None,
        })
        .map(|(kind, path)| {
            format!(
                "<link rel=\"alternate\" type=\"{kind}\" title=\"{}\" href=\"{}\">\n",
                escape(house.name),
                escape(path)
            )
        })
        .collect::<String>();
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"{dir}>\n<head>\n<meta charset=\"{charset}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{feed}{head}</head>\n<body>\n{body}</body>\n</html>\n",
        scene.article.language
    )
}

fn open_graph(scene: &Scene<'_>) -> String {
    let a = scene.article;
    let mut out = format!(
        "<meta property=\"og:type\" content=\"article\">\n<meta property=\"og:title\" content=\"{}\">\n<meta property=\"og:description\" content=\"{}\">\n<meta property=\"og:url\" content=\"{}\">\n<meta property=\"og:site_name\" content=\"{}\">\n<meta property=\"og:image\" content=\"{}/media/{}-0.gif\">\n<meta property=\"article:published_time\" content=\"{}\">\n<meta property=\"article:section\" content=\"{}\">\n",
        escape(&a.headline),
        escape(&a.summary()),
        escape(&a.url),
        escape(scene.house.name),
        scene.origin,
        a.key,
        stamp(scene.house, a.published_at),
        escape(&section_label(scene))
    );
    if let Some(at) = a.modified_at {
        let _ignored =
            writeln!(out, "<meta property=\"article:modified_time\" content=\"{}\">", stamp(scene.house, at));
    }
    for tag in &a.tags {
        let _ignored = writeln!(out, "<meta property=\"article:tag\" content=\"{}\">", escape(tag));
    }
    out
}

fn section_label(scene: &Scene<'_>) -> String {
    scene
        .house
        .sections
        .iter()
        .find(|(slug, _)| *slug == scene.article.section)
        .map_or_else(|| scene.article.section.clone(), |(_, label)| (*label).to_owned())
}

enum Ld {
    Plain,
    Graph,
}

fn json_ld(scene: &Scene<'_>, form: &Ld) -> String {
    let a = scene.article;
    let authors: Vec<serde_json::Value> =
        a.authors.iter().map(|n| serde_json::json!({"@type": "Person", "name": n})).collect();
    let kind = match a.kind {
        TextKind::Analysis => "AnalysisNewsArticle",
        TextKind::Live => "LiveBlogPosting",
        TextKind::News | TextKind::Wire | TextKind::Official => "NewsArticle",
    };
    let mut piece = serde_json::json!({
        "@type": kind,
        "headline": a.headline,
        "description": a.summary(),
        "datePublished": stamp(scene.house, a.published_at),
        "dateModified": stamp(scene.house, a.modified_at.unwrap_or(a.published_at)),
        "inLanguage": a.language,
        "articleSection": section_label(scene),
        "keywords": a.tags,
        "mainEntityOfPage": {"@type": "WebPage", "@id": a.url},
        "image": [format!("{}/media/{}-0.gif", scene.origin, a.key)],
        "publisher": {"@type": "NewsMediaOrganization", "name": scene.house.name,
            "logo": {"@type": "ImageObject", "url": format!("{}/media/logo.gif", scene.origin)}},
    });
    if !authors.is_empty() {
        piece["author"] = authors.into();
    } else if let Some(credit) = &a.credit {
        piece["author"] = serde_json::json!({"@type": "Organization", "name": credit});
    }
    if scene.shown < a.blocks.len() {
        piece["isAccessibleForFree"] = false.into();
    }
    let whole = match form {
        Ld::Plain => {
            let mut whole = serde_json::json!({"@context": "https://schema.org"});
            if let (Some(whole), Some(piece)) = (whole.as_object_mut(), piece.as_object()) {
                whole.extend(piece.clone());
            }
            whole
        }
        Ld::Graph => serde_json::json!({"@context": "https://schema.org", "@graph": [
            {"@type": "WebSite", "name": scene.house.name, "url": scene.origin},
            {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": section_label(scene)}]},
            piece,
        ]}),
    };
    format!("<script type=\"application/ld+json\">{}</script>\n", whole.to_string().replace("</", "<\\/"))
}

// ---------------------------------------------------------------------------------------- templates

fn title(scene: &Scene<'_>, parting: &str) -> String {
    format!("<title>{}{parting}{}</title>\n", escape(&scene.article.headline), escape(scene.house.name))
}

fn canonical(scene: &Scene<'_>) -> String {
    format!("<link rel=\"canonical\" href=\"{}\">\n", escape(&scene.article.url))
}

fn note(scene: &Scene<'_>, class: &str) -> String {
    match &scene.article.note {
        Some(note) => format!("<footer class=\"{class}\"><em>{}</em></footer>\n", escape(note)),
        None => String::new(),
    }
}

/// JSON-LD and OpenGraph; a plain column.
fn nordwire(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " | ") + &canonical(s) + &json_ld(s, &Ld::Plain) + &open_graph(s) + &style("nw");
    let read_more = format!(
        "<div class=\"nw-related\"><h3>Related</h3>{}</div>\n",
        links(&s.related[..s.related.len().min(3)], "nw-links")
    );
    let body = format!(
        "<a class=\"skip\" href=\"#text\">Skip to content</a>\n<header class=\"nw-header\"><a href=\"/\">{}</a>{}</header>\n{}<main>\n<article id=\"text\">\n<p class=\"nw-kicker\">{}</p>\n<h1>{}</h1>\n{}<div class=\"nw-meta\"><span class=\"nw-byline\">{}</span> <time datetime=\"{}\">{} GMT</time>{}</div>\n{}<div class=\"nw-text\">\n{}</div>\n{}{}</article>\n<aside class=\"nw-side\"><h2>Most read</h2>{}</aside>\n</main>\n{}{}{}",
        escape(s.house.name),
        nav(s, "nw-nav"),
        ad(s, "nw-ad", "top"),
        escape(&section_label(s)),
        escape(&a.headline),
        standfirst(s, "p", "nw-lede"),
        escape(&byline(s)),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        a.modified_at.map(|m| format!(" <span>Updated {} GMT</span>", spoken(s.house, m))).unwrap_or_default(),
        figure(s, "nw-figure"),
        body(s, &P, &vec![(3, read_more), (5, ad(s, "nw-ad", "mid"))]),
        note(s, "nw-note"),
        share(s, "nw-share"),
        links(&s.related, "nw-links"),
        cookies(s, "nw-consent"),
        footer(s, "nw-footer"),
        script(s, "nordwire")
    );
    shell(s, &head, &body)
}

/// A president's office: markup alone, no metadata but a description; the date stands in a line of text.
fn president(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " – ")
        + &format!(
            "<meta name=\"description\" content=\"{}\">\n<meta name=\"dcterms.created\" content=\"{}\">\n",
            escape(&a.summary()),
            stamp(s.house, a.published_at)
        )
        + &style("op");
    let tags = Tags { open: "<p>", close: "</p>", heading: "h3" };
    let body = format!(
        "<div id=\"op-top\"><a href=\"/\"><img src=\"/media/arms.gif\" alt=\"Arms of the Republic of Norland\"></a>{}</div>\n<div id=\"op-path\"><a href=\"/\">Home</a> › <a href=\"/section/{}\">{}</a></div>\n<div id=\"op-main\"><div class=\"op-doc\">\n<h1 class=\"op-title\">{}</h1>\n<div class=\"op-date\">{} (Halvik time)</div>\n<div class=\"op-content\">\n{}{}</div>\n{}</div>\n<aside id=\"op-right\"><h4>Latest</h4>{}<h4>Press contact</h4><p>Press Office, Halvik Castle, 1 Castle Yard. Telephone 0100, weekdays from eight to six.</p></aside></div>\n{}{}",
        nav(s, "op-nav"),
        a.section,
        escape(&section_label(s)),
        escape(&a.headline),
        spoken(s.house, a.published_at),
        standfirst(s, "p", "op-summary"),
        body(s, &tags, &vec![]),
        note(s, "op-note"),
        links(&s.related, "op-latest"),
        footer(s, "op-footer"),
        script(s, "op")
    );
    shell(s, &head, &body)
}

/// A premier's press service: tables for layout, dates as 17.11.2026, every block in a `div`.
fn premier(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = format!("<title>{}</title>\n", escape(&a.headline)) + &style("gov");
    let tags = Tags { open: "<p class=\"MsoNormal\" style=\"text-align:justify\">", close: "</p>", heading: "h4" };
    let body = format!(
        "<table width=\"100%\" cellpadding=\"0\"><tr><td colspan=\"2\" class=\"gov-head\"><b>{}</b> · {}</td></tr>\n<tr><td width=\"220\" valign=\"top\">{}<div class=\"gov-cal\">{}</div></td>\n<td valign=\"top\"><div class=\"gov-news\">\n<div class=\"gov-news-date\"><time datetime=\"{}\">{}</time></div>\n<h1>{}</h1>\n<div class=\"gov-news-text\">\n{}{}</div>\n<div class=\"gov-tools\"><a href=\"javascript:print()\">Version for print</a> {}</div></div></td></tr></table>\n<h3>Other events</h3>{}{}{}",
        escape(s.house.name),
        s.house.motto,
        nav(s, "gov-menu"),
        calendar(),
        stamp(s.house, a.published_at),
        local(s.house, a.published_at).strftime("%d.%m.%Y, %H:%M"),
        escape(&a.headline),
        standfirst(s, "p", "gov-lead"),
        body(s, &tags, &vec![]),
        counter(s, "gov-views"),
        links(&s.related, "gov-others"),
        footer(s, "gov-footer"),
        script(s, "gov")
    );
    shell(s, &head, &body)
}

fn calendar() -> String {
    let mut out = String::from("<table class=\"cal\"><tr>");
    for day in 1..=30 {
        let _ignored = write!(out, "<td><a href=\"/events/day/{day}\">{day}</a></td>");
        if day % 7 == 0 {
            out.push_str("</tr><tr>");
        }
    }
    out.push_str("</tr></table>");
    out
}

/// The quality paper: JSON-LD with dates and authors, `data-` attributes, pull quotes, section fronts.
fn courant(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " — ") + &canonical(s) + &open_graph(s) + &json_ld(s, &Ld::Plain) + &style("hc");
    let tags = Tags { open: "<p class=\"hc-paragraph\">", close: "</p>", heading: "h2" };
    let label = match a.kind {
        TextKind::Analysis => "<span class=\"hc-label\">Analysis</span>",
        TextKind::Live => "<span class=\"hc-label hc-live\">Live</span>",
        TextKind::News | TextKind::Wire | TextKind::Official => "",
    };
    let inserts = vec![
        (2, ad(s, "hc-advert", "inline-1")),
        (
            4,
            format!(
                "<aside class=\"hc-related\" data-component=\"related\"><h3>Read more</h3>{}</aside>\n",
                links(&s.related[..s.related.len().min(3)], "hc-links")
            ),
        ),
        (7, newsletter(s, "hc-newsletter")),
    ];
    let body = format!(
        "<div class=\"hc-banner\">{}</div>\n<header class=\"hc-masthead\"><a href=\"/\">{}</a><small>{}</small>{}</header>\n<main id=\"maincontent\"><article data-article-id=\"{}\">\n<header>{label}<a class=\"hc-section\" href=\"/section/{}\">{}</a>\n<h1 itemprop=\"headline\">{}</h1>\n{}</header>\n<address class=\"hc-byline\">{}</address>\n<p class=\"hc-article-meta\"><time datetime=\"{}\">{}</time>{}</p>\n{}<div class=\"hc-body\" itemprop=\"articleBody\">\n{}</div>\n{}{}{}{}</article>\n<section class=\"hc-most\"><h2>Most read</h2>{}</section></main>\n{}{}{}",
        ad(s, "hc-advert", "billboard"),
        escape(s.house.name),
        s.house.motto,
        nav(s, "hc-nav"),
        a.key,
        a.section,
        escape(&section_label(s)),
        escape(&a.headline),
        standfirst(s, "p", "hc-standfirst"),
        author_links(s),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        a.modified_at
            .map(|m| format!(
                " <span class=\"hc-updated\">Updated <time datetime=\"{}\">{}</time></span>",
                stamp(s.house, m),
                spoken(s.house, m)
            ))
            .unwrap_or_default(),
        figure(s, "hc-figure"),
        body(s, &tags, &inserts),
        note(s, "hc-correction"),
        counter(s, "hc-view-count"),
        share(s, "hc-share"),
        comments(s, "hc-comments"),
        links(&s.related, "hc-links"),
        cookies(s, "hc-cookie"),
        footer(s, "hc-footer"),
        script(s, "courant")
    );
    shell(s, &head, &body)
}

fn author_links(s: &Scene<'_>) -> String {
    let names: Vec<String> = s
        .article
        .authors
        .iter()
        .map(|n| format!("<a rel=\"author\" href=\"/people/{}\">{}</a>", n.to_lowercase().replace(' ', "-"), escape(n)))
        .collect();
    match names.as_slice() {
        [] => escape(&byline(s)),
        [one] => format!("By {one}"),
        [first @ .., last] => format!("By {} and {last}", first.join(", ")),
    }
}

fn comments(s: &Scene<'_>, class: &str) -> String {
    format!(
        "<section class=\"{class}\"><h2>Comments ({})</h2><div class=\"{class}-one\"><b>Old Salt</b><p>My grandfather would have laughed at every word of this.</p></div><div class=\"{class}-one\"><b>M. T., Lovund</b><p>Thank you for staying with it. More of this, please.</p></div></section>\n",
        s.views % 40 + 2
    )
}

/// A small paper on a stock theme: OpenGraph, `hentry` classes.
fn skerry(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " | ") + &open_graph(s) + &style("entry");
    let body = format!(
        "<div id=\"page\" class=\"site\"><header id=\"masthead\"><p class=\"site-title\"><a href=\"/\" rel=\"home\">{}</a></p><p class=\"site-description\">{}</p>{}</header>\n<div id=\"content\"><main id=\"main\"><article id=\"post-{}\" class=\"post hentry category-{}\"><header class=\"entry-header\"><h1 class=\"entry-title\">{}</h1><div class=\"entry-meta\"><span class=\"posted-on\">Posted on <time class=\"entry-date published\" datetime=\"{}\">{}</time></span> <span class=\"byline\">{}</span></div></header>\n{}<div class=\"entry-content\">\n{}{}{}<div class=\"sharedaddy\">{}</div></div>\n<footer class=\"entry-footer\">Posted in <a href=\"/section/{}\">{}</a> Tagged {}</footer></article>\n<nav class=\"post-navigation\">{}</nav></main>\n<aside id=\"secondary\" class=\"widget-area\"><section class=\"widget\"><h2>Recent posts</h2>{}</section>{}<section class=\"widget\"><h2>Ferry times</h2><table><tr><td>Lovund</td><td>07.10</td><td>12.40</td><td>17.55</td></tr><tr><td>Skarn</td><td>08.25</td><td>14.05</td><td>19.15</td></tr></table></section></aside></div>\n{}</div>\n{}{}",
        escape(s.house.name),
        s.house.motto,
        nav(s, "main-navigation"),
        a.published_at.as_second() % 100_000,
        a.section,
        escape(&a.headline),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        escape(&byline(s)),
        figure(s, "wp-caption"),
        standfirst(s, "p", "intro"),
        body(s, &Tags { open: "<p>", close: "</p>", heading: "h3" }, &vec![(4, ad(s, "ad-unit", "in-content"))]),
        note(s, "entry-note"),
        share(s, "sd-social"),
        a.section,
        escape(&section_label(s)),
        a.tags
            .iter()
            .map(|t| format!("<a rel=\"tag\" href=\"/tag/{0}\">{0}</a>", escape(t)))
            .collect::<Vec<_>>()
            .join(", "),
        links(&s.related[..s.related.len().min(2)], "nav-links"),
        links(&s.related, "widget-list"),
        ad(s, "ad-unit", "sidebar"),
        footer(s, "site-footer"),
        cookies(s, "cookie-notice"),
        script(s, "skerry")
    );
    shell(s, &head, &body)
}

/// A modern site: hashed class names, little semantics, JSON-LD with the whole in a graph.
fn echo(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " • ") + &canonical(s) + &json_ld(s, &Ld::Graph) + &style("css-1x");
    let tags = Tags { open: "<p class=\"css-9k2f1q e1wiw3jv0\">", close: "</p>", heading: "h2" };
    let inserts =
        vec![(3, format!("<div class=\"css-ad8\">{}</div>", ad(s, "css-u7", "mid"))), (5, newsletter(s, "css-nl2"))];
    let body = format!(
        "<div id=\"root\"><div class=\"css-h1\"><a href=\"/\">{}</a>{}</div>\n<div class=\"css-m3\"><div class=\"css-art\">\n<h1 class=\"css-t9\">{}</h1>\n{}{}<div class=\"css-by4\"><span>{}</span><span>{}</span></div>\n<section class=\"css-b0 meteredContent\" name=\"articleBody\">\n{}</section>\n{}{}{}</div>\n<div class=\"css-rail\"><h2>{}</h2>{}</div></div></div>\n{}{}{}",
        escape(s.house.name),
        nav(s, "css-nav"),
        escape(&a.headline),
        standfirst(s, "div", "css-lead"),
        figure(s, "css-fig"),
        escape(&byline(s)),
        spoken(s.house, a.published_at),
        body(s, &tags, &inserts),
        note(s, "css-nt"),
        counter(s, "css-vw"),
        share(s, "css-sh"),
        words(s.house).most_read,
        links(&s.related, "css-ls"),
        cookies(s, "css-ck"),
        footer(s, "css-ft"),
        script(s, "__ECHO_STATE__")
    );
    shell(s, &head, &body)
}

/// A business paper: OpenGraph with author meta, tickers, key points in front of the text.
fn ledger(s: &Scene<'_>) -> String {
    let a = s.article;
    let authors: String =
        a.authors.iter().map(|n| format!("<meta name=\"author\" content=\"{}\">\n", escape(n))).collect();
    let head = title(s, " | ")
        + &canonical(s)
        + &authors
        + &open_graph(s)
        + &format!("<meta name=\"date\" content=\"{}\">\n", a.published_at)
        + &style("ml");
    let ticker = ["CSX 4,182.11 +0.4%", "Crown/Mark 1.0912", "Brent 71.20", "Gold 2,610", "10-year 4.31%"]
        .map(|t| format!("<li>{t}</li>"))
        .concat();
    let body = format!(
        "<div class=\"ml-ticker\"><ul>{ticker}</ul></div><header class=\"ml-top\"><a href=\"/\">{}</a>{}</header>\n<div class=\"ml-wrap\"><div class=\"ml-story\" role=\"article\"><div class=\"ml-head\"><h1>{}</h1>{}<div class=\"ml-by\">{}</div><div class=\"ml-when\">{} {} CET</div></div>\n{}<div class=\"ml-body\" id=\"story-body\">\n{}</div>{}{}</div>\n<div class=\"ml-right\">{}<h3>Editors’ picks</h3>{}</div></div>\n{}{}{}",
        escape(s.house.name),
        nav(s, "ml-nav"),
        escape(&a.headline),
        standfirst(s, "h2", "ml-deck"),
        escape(&byline(s)),
        words(s.house).published,
        spoken(s.house, a.published_at),
        figure(s, "ml-pic"),
        body(
            s,
            &Tags { open: "<p>", close: "</p>", heading: "h3" },
            &vec![(2, ad(s, "ml-ad", "mpu")), (6, ad(s, "ml-ad", "mpu2"))]
        ),
        note(s, "ml-note"),
        share(s, "ml-share"),
        ad(s, "ml-ad", "right"),
        links(&s.related, "ml-picks"),
        cookies(s, "ml-gdpr"),
        footer(s, "ml-foot"),
        script(s, "mlData")
    );
    shell(s, &head, &body)
}

/// JSON-LD in a graph, the text in one `section` among many.
fn ilmar(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " - ") + &canonical(s) + &open_graph(s) + &json_ld(s, &Ld::Graph) + &style("it");
    let body = format!(
        "<header class=\"it-bar\"><a href=\"/\">{}</a>{}</header>\n<main class=\"it-main\"><section class=\"it-title\"><h1>{}</h1>{}<p class=\"it-author\">{}<br><time datetime=\"{}\">{}</time></p></section>\n{}<section class=\"it-article\"><div class=\"it-inner\">\n{}</div></section>\n{}<section class=\"it-topics\">{}</section>\n<section class=\"it-next\"><h2>Next in {}</h2>{}</section></main>\n{}{}{}",
        escape(s.house.name),
        nav(s, "it-nav"),
        escape(&a.headline),
        standfirst(s, "p", "it-intro"),
        escape(&byline(s)),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        figure(s, "it-photo"),
        body(s, &P, &vec![(4, ad(s, "it-ad", "a1"))]),
        note(s, "it-note"),
        a.tags.iter().map(|t| format!("<a href=\"/topic/{0}\">{0}</a> ", escape(t))).collect::<String>(),
        escape(&section_label(s)),
        links(&s.related, "it-list"),
        cookies(s, "it-cookie"),
        footer(s, "it-foot"),
        script(s, "it")
    );
    shell(s, &head, &body)
}

/// An old site: windows-1252, upper-case tags, no metadata, the date in the text line.
fn portside(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = format!("<TITLE>Portside Daily: {}</TITLE>\n", escape(&a.headline)) + &style("pd");
    let body = format!(
        "<CENTER><A HREF=\"/\"><IMG SRC=\"/media/head.gif\" ALT=\"Portside Daily\"></A></CENTER>\n{}<TABLE WIDTH=980 BORDER=0><TR><TD VALIGN=top WIDTH=180>{}<DIV CLASS=weather>Harbour 4°C, wind NW 9 m/s, high water 14.20</DIV></TD><TD VALIGN=top><DIV ID=story>\n<H1>{}</H1>\n<DIV CLASS=dateby>{} | {} (Veskar time)</DIV>\n{}{}{}{}</DIV>{}</TD><TD VALIGN=top WIDTH=200><B>Also today</B>{}</TD></TR></TABLE>\n{}{}",
        ad(s, "pd-ad", "banner"),
        nav(s, "pd-nav"),
        escape(&a.headline),
        escape(&byline(s)),
        spoken(s.house, a.published_at),
        figure(s, "pd-pic"),
        standfirst(s, "p", "pd-intro"),
        body(s, &Tags { open: "<P>", close: "</P>", heading: "H3" }, &vec![(3, ad(s, "pd-ad", "text"))]),
        note(s, "pd-note"),
        counter(s, "pd-count"),
        links(&s.related, "pd-list"),
        footer(s, "pd-foot"),
        script(s, "pd")
    );
    shell(s, &head, &body)
}

/// Microdata, a toolbar inside the article, share buttons inside the text.
fn lowen(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " :: ")
        + &format!("<meta name=\"description\" content=\"{}\">\n", escape(&a.summary()))
        + &style("lt");
    let body = format!(
        "<div class=\"lt-page\"><div class=\"lt-logo\"><a href=\"/\">{}</a></div>{}<div class=\"lt-cols\"><div class=\"lt-col1\" itemscope itemtype=\"https://schema.org/NewsArticle\">\n<h1 class=\"lt-h\" itemprop=\"headline\">{}</h1>\n<div class=\"lt-info\"><span itemprop=\"author\" itemscope itemtype=\"https://schema.org/{}\"><span itemprop=\"name\">{}</span></span><meta itemprop=\"datePublished\" content=\"{}\"> {}</div>\n{}{}<div itemprop=\"articleBody\" class=\"lt-text\">\n{}</div>{}{}{}</div>\n<div class=\"lt-col2\">{}<div class=\"lt-box\"><h4>Most read this week</h4>{}</div></div></div></div>\n{}{}{}",
        escape(s.house.name),
        nav(s, "lt-nav"),
        escape(&a.headline),
        if a.authors.is_empty() { "Organization" } else { "Person" },
        escape(if a.authors.is_empty() { a.credit.as_deref().unwrap_or("Newsroom") } else { &a.authors[0] }),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        figure(s, "lt-img"),
        standfirst(s, "p", "lt-lead"),
        body(s, &P, &vec![(2, share(s, "lt-inshare")), (4, ad(s, "lt-ad", "content"))]),
        note(s, "lt-note"),
        a.credit
            .as_ref()
            .map(|c| format!("<p class=\"lt-source\">{}: {}</p>\n", words(s.house).source, escape(c)))
            .unwrap_or_default(),
        comments(s, "lt-comments"),
        ad(s, "lt-ad", "side"),
        links(&s.related, "lt-top"),
        cookies(s, "lt-cookie"),
        footer(s, "lt-foot"),
        script(s, "lt")
    );
    shell(s, &head, &body)
}

/// A review with a paywall: the stub ends in a wall.
fn meridian(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " · ") + &canonical(s) + &open_graph(s) + &json_ld(s, &Ld::Plain) + &style("mr");
    let wall = if s.shown < a.blocks.len() {
        "<div class=\"mr-paywall\" data-paywall=\"true\"><h2>Subscribe to read on</h2><p>This article is for subscribers. Read the whole of it, and everything else in the Review, for 4 crowns a week.</p><a class=\"mr-button\" href=\"/subscribe/\">Start a free month</a><p>Already a subscriber? <a href=\"/subscribe/login\">Sign in</a></p></div>\n"
    } else {
        ""
    };
    let inserts =
        vec![(3, "<aside class=\"mr-pull\"><p>“Silence, too, is a line on the chart.”</p></aside>\n".to_owned())];
    let body = format!(
        "<header class=\"mr-head\"><a href=\"/\">{}</a>{}</header>\n<main><article class=\"mr-article{}\"><p class=\"mr-rubric\">{}</p><h1>{}</h1>\n{}<p class=\"mr-byline\">{}</p><p class=\"mr-article-meta\"><time datetime=\"{}\">{}</time></p>\n{}<div class=\"mr-text\">\n{}</div>\n{wall}{}</article>\n<section class=\"mr-more\"><h2>From the Review</h2>{}</section></main>\n{}{}{}",
        escape(s.house.name),
        nav(s, "mr-nav"),
        if wall.is_empty() { "" } else { " mr-locked" },
        escape(&section_label(s)),
        escape(&a.headline),
        standfirst(s, "p", "mr-dek"),
        escape(&byline(s)),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        figure(s, "mr-figure"),
        body(s, &P, &inserts),
        note(s, "mr-note"),
        links(&s.related, "mr-links"),
        cookies(s, "mr-cookie"),
        footer(s, "mr-footer"),
        script(s, "mr")
    );
    shell(s, &head, &body)
}

/// The Arabic paper: right to left, OpenGraph and JSON-LD.
fn mirat(s: &Scene<'_>) -> String {
    let a = s.article;
    let w = words(s.house);
    let head = title(s, " | ") + &canonical(s) + &open_graph(s) + &json_ld(s, &Ld::Plain) + &style("mm");
    let inserts = vec![
        (
            3,
            format!(
                "<div class=\"mm-related\"><h3>{}</h3>{}</div>\n",
                w.related,
                links(&s.related[..s.related.len().min(2)], "mm-links")
            ),
        ),
        (5, ad(s, "mm-ad", "inline")),
    ];
    let body = format!(
        "<header class=\"mm-head\"><a href=\"/\">{}</a><p>{}</p>{}</header>\n<main><article class=\"mm-article\"><h1>{}</h1>\n{}<div class=\"mm-meta\"><span class=\"mm-author\">{}</span> <time datetime=\"{}\">{} {}</time></div>\n{}<div class=\"mm-content\">\n{}</div>\n{}{}{}</article><aside class=\"mm-side\"><h2>{}</h2>{}</aside></main>\n{}{}{}",
        s.house.name,
        s.house.motto,
        nav(s, "mm-nav"),
        escape(&a.headline),
        standfirst(s, "h2", "mm-sub"),
        escape(&byline(s)),
        stamp(s.house, a.published_at),
        w.published,
        spoken(s.house, a.published_at),
        figure(s, "mm-photo"),
        body(s, &P, &inserts),
        note(s, "mm-note"),
        counter(s, "mm-view-count"),
        share(s, "mm-share"),
        w.most_read,
        links(&s.related, "mm-most"),
        cookies(s, "mm-cookie"),
        footer(s, "mm-foot"),
        script(s, "mm")
    );
    shell(s, &head, &body)
}

/// The Ukrainian paper: OpenGraph, headings of its own, "read also" lines inside the text.
fn kuryer(s: &Scene<'_>) -> String {
    let a = s.article;
    let w = words(s.house);
    let head = title(s, " — ") + &canonical(s) + &open_graph(s) + &style("kn");
    let also = s
        .related
        .first()
        .map(|(title, path)| {
            format!(
                "<div class=\"kn-also\"><b>{}:</b> <a href=\"{}\">{}</a></div>\n",
                w.related,
                escape(path),
                escape(title)
            )
        })
        .unwrap_or_default();
    let body = format!(
        "<div class=\"kn-top\"><a href=\"/\">{}</a> {}{}</div>\n<div class=\"kn-main\"><div class=\"kn-post\"><h1 class=\"kn-title\">{}</h1><div class=\"kn-info\"><span class=\"kn-date\">{}</span> <span class=\"kn-author\">{}</span> {}</div>\n{}{}<div class=\"kn-text\">\n{}</div>\n{}{}</div><div class=\"kn-col\"><h3>{}</h3>{}{}</div></div>\n{}{}{}",
        escape(s.house.name),
        s.house.motto,
        nav(s, "kn-nav"),
        escape(&a.headline),
        spoken(s.house, a.published_at),
        escape(&byline(s)),
        counter(s, "kn-views"),
        figure(s, "kn-photo"),
        standfirst(s, "p", "kn-lead"),
        body(s, &Tags { open: "<p>", close: "</p>", heading: "h3" }, &vec![(2, also), (4, ad(s, "kn-ad", "mid"))]),
        note(s, "kn-note"),
        share(s, "kn-share"),
        w.most_read,
        links(&s.related, "kn-list"),
        newsletter(s, "kn-mail"),
        cookies(s, "kn-cookie"),
        footer(s, "kn-foot"),
        script(s, "kn")
    );
    shell(s, &head, &body)
}

/// What the refusing outlets would show.
fn plain(s: &Scene<'_>) -> String {
    let a = s.article;
    let head = title(s, " | ") + &canonical(s) + &open_graph(s) + &style("pl");
    let body = format!(
        "<header><a href=\"/\">{}</a>{}</header>\n<main><article><h1>{}</h1>\n{}<p class=\"pl-by\">{} <time datetime=\"{}\">{}</time></p>\n{}{}{}</article>{}</main>\n{}{}",
        escape(s.house.name),
        nav(s, "pl-nav"),
        escape(&a.headline),
        standfirst(s, "p", "pl-lead"),
        escape(&byline(s)),
        stamp(s.house, a.published_at),
        spoken(s.house, a.published_at),
        figure(s, "pl-figure"),
        body(s, &P, &vec![(3, ad(s, "pl-ad", "mid"))]),
        note(s, "pl-note"),
        links(&s.related, "pl-links"),
        footer(s, "pl-foot"),
        script(s, "pl")
    );
    shell(s, &head, &body)
}

// ---------------------------------------------------------------------------------------- other pages

/// A page of links: a front page or a section. `entries` are headline, path and time.
pub(crate) fn front(house: &House, heading: &str, entries: &[(String, String, Timestamp)], nonce: u64) -> String {
    let feed: String = house
        .offers
        .iter()
        .filter(|o| o.form.kind() == "feed")
        .map(|o| {
            let kind = match o.form {
                crate::cast::Form::Atom => "application/atom+xml",
                crate::cast::Form::JsonFeed => "application/feed+json",
                _ => "application/rss+xml",
            };
            format!(
                "<link rel=\"alternate\" type=\"{kind}\" title=\"{}\" href=\"{}\">\n",
                escape(house.name),
                escape(o.path)
            )
        })
        .collect();
    let dir = if house.language == "ar" { " dir=\"rtl\"" } else { "" };
    let charset = if house.latin { "windows-1252" } else { "utf-8" };
    let w = words(house);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"{dir}>\n<head>\n<meta charset=\"{charset}\">\n<title>{}</title>\n<meta property=\"og:site_name\" content=\"{}\">\n{feed}{}</head>\n<body>\n<header><a class=\"logo\" href=\"/\">{}</a><p>{}</p><nav><ul><li><a href=\"/\">{}</a></li>",
        house.language,
        escape(house.name),
        escape(house.name),
        style("front"),
        escape(house.name),
        escape(house.motto),
        w.home
    );
    for (slug, label) in house.sections {
        let _ignored = write!(out, "<li><a href=\"/section/{slug}\">{}</a></li>", escape(label));
    }
    let _ignored = write!(out, "</ul></nav></header>\n<main data-req=\"{nonce:x}\">\n<h1>{}</h1>\n", escape(heading));
    for (headline, path, at) in entries {
        let _ignored = writeln!(
            out,
            "<div class=\"front-card\"><h2 class=\"front-card-title\"><a href=\"{}\">{}</a></h2><time datetime=\"{}\">{}</time></div>",
            escape(path),
            escape(headline),
            stamp(house, *at),
            spoken(house, *at)
        );
    }
    out.push_str("</main>\n<footer><ul>");
    for (at, label) in w.about.iter().enumerate() {
        let _ignored = write!(out, "<li><a href=\"/about/{at}\">{label}</a></li>");
    }
    let _ignored = write!(out, "</ul><p>© {}. {}</p></footer>\n</body>\n</html>\n", escape(house.name), w.rights);
    out
}

/// The wall in front of every page until "Accept" is pressed; it is sent in the page's place with status 200.
pub(crate) fn consent_wall(house: &House, target: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Before you continue to {0}</title><meta name=\"robots\" content=\"noindex\">{1}</head>\n<body><div id=\"consent-wall\" role=\"dialog\" aria-modal=\"true\"><h1>Before you continue</h1><p>{0} and its 214 partners store and read information on your device, such as cookies and identifiers, to show personal advertisements, to measure them and to learn about their audience. You may accept, or manage your choices. Some partners do not ask for your consent and rely on their legitimate interest.</p><p>Your choice applies to this site only and is kept for six months. You can withdraw it at any time with the link at the foot of every page.</p><form method=\"post\" action=\"/consent\"><input type=\"hidden\" name=\"next\" value=\"{2}\"><button name=\"choice\" value=\"all\">Accept all</button><button name=\"choice\" value=\"manage\">Manage choices</button></form></div></body></html>\n",
        escape(house.name),
        style("cw"),
        escape(target)
    )
}

/// A short page that says what happened.
pub(crate) fn notice(house: &House, heading: &str, text: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{heading} | {}</title></head><body><h1>{heading}</h1><p>{text}</p><p><a href=\"/\">{}</a></p></body></html>\n",
        house.language,
        escape(house.name),
        words(house).home
    )
}

/// The bytes of a text in windows-1252; what that lacks becomes a numeric reference.
pub(crate) fn to_latin(text: &str) -> Vec<u8> {
    // The part of windows-1252 between 0x80 and 0x9f, where it leaves Latin-1.
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        let code = u32::from(c);
        if code < 0x80 || (0xa0..=0xff).contains(&code) {
            out.push(u8::try_from(code).unwrap_or(b'?'));
        } else if let Some(at) = HIGH.chars().position(|h| h == c) {
            out.push(0x80 + u8::try_from(at).unwrap_or(0));
        } else {
            out.extend_from_slice(format!("&#{code};").as_bytes());
        }
    }
    out
}

/// The HTML of a body as a feed carries it.
pub(crate) fn body_for_feed(article: &Article) -> String {
    let mut out = String::new();
    if let Some(text) = article.standfirst() {
        let _ignored = writeln!(out, "<p>{}</p>", escape(&text));
    }
    out.push_str(&blocks_html(&article.blocks, &P, &vec![]));
    out
}
