//! Feeds made from the fuzzer's bytes: every format, nesting, entities, namespaces, dates, HTML, broken tags.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut maker = Maker { bytes: data, out: String::new() };
    let number = usize::from(maker.byte());
    maker.feed();
    let wide = number % 13 == 0;
    let body =
        if wide { maker.out.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { maker.out.into_bytes() };
    feed_fuzz::check(&body, &feed_fuzz::headers(number));
});

/// Makes a feed; each choice takes a byte.
struct Maker<'d> {
    bytes: &'d [u8],
    out: String,
}

const NAMESPACES: &[&str] = &[
    " xmlns='http://www.w3.org/2005/Atom'",
    " xmlns='http://purl.org/rss/1.0/'",
    " xmlns:dc='http://purl.org/dc/elements/1.1/'",
    " xmlns:media='http://search.yahoo.com/mrss/'",
    " xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'",
    " xmlns:content='http://purl.org/rss/1.0/modules/content/'",
    " xmlns:a='http://www.w3.org/2005/Atom' xmlns:h='http://www.w3.org/1999/xhtml'",
    " xmlns:georss='http://www.georss.org/georss' xmlns:gml='http://www.opengis.net/gml'",
    " xmlns:psc='http://podlove.org/simple-chapters' xmlns:x='urn:unknown'",
    " xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'",
    " xmlns:dc='urn:not-dublin-core'",
    "",
];
const ROOTS: &[(&str, &str)] = &[
    ("rss", " version='2.0'"),
    ("rss", " version='0.91'"),
    ("rss", ""),
    ("rdf:RDF", " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"),
    ("feed", " version='0.3'"),
    ("feed", ""),
    ("a:feed", ""),
    ("CHANNEL", " HREF='http://a.example/' BASE='http://b.example/'"),
    ("urlset", ""),
    ("sitemapindex", ""),
    ("html", ""),
];
const NAMES: &[&str] = &[
    "title",
    "link",
    "description",
    "guid",
    "id",
    "pubDate",
    "published",
    "updated",
    "dc:date",
    "dc:creator",
    "author",
    "managingEditor",
    "webMaster",
    "category",
    "content",
    "content:encoded",
    "summary",
    "subtitle",
    "rights",
    "source",
    "image",
    "url",
    "name",
    "email",
    "uri",
    "enclosure",
    "media:content",
    "media:thumbnail",
    "media:group",
    "media:credit",
    "itunes:summary",
    "itunes:image",
    "itunes:owner",
    "itunes:explicit",
    "itunes:category",
    "itunes:keywords",
    "georss:point",
    "georss:where",
    "gml:Point",
    "gml:pos",
    "gml:posList",
    "gml:Polygon",
    "psc:chapters",
    "psc:chapter",
    "textInput",
    "skipHours",
    "hour",
    "cloud",
    "ttl",
    "language",
    "generator",
    "comments",
    "dcterms:valid",
    "cc:license",
    "a:link",
    "h:div",
    "h:body",
    "body",
    "div",
    "loc",
    "lastmod",
    "news:news",
    "news:title",
    "news:publication",
    "news:name",
    "news:publication_date",
    "item",
    "entry",
    "channel",
    "x:unknown",
    "undeclared:element",
    "expirationDate",
    "width",
    "info",
];
const ATTRIBUTES: &[&str] = &[
    "type='html'",
    "type='xhtml'",
    "type=\"text\"",
    "type='application/octet-stream'",
    "mode='base64'",
    "mode='xml'",
    "href='/a/../b?c=d&amp;e'",
    "href='javascript:alert(1)'",
    "url='http://a.example/p.jpg'",
    "rel='alternate'",
    "rel=enclosure",
    "rel='self'",
    "xml:base='../c/'",
    "xml:base='http://d.example/'",
    "xml:base='javascript:x'",
    "xml:lang='de'",
    "xml:lang=''",
    "isPermaLink='false'",
    "isPermaLink='true'",
    "term='t' scheme='s' label='l'",
    "text='News'",
    "src='x'",
    "length='12'",
    "start='00:01'",
    "srsName='urn:ogc:def:crs:EPSG::3857'",
    "srsDimension='3'",
    "rdf:about='http://e.example/'",
    "version",
    "broken='",
    "=",
    "a='1' a='2'",
    "domain=\"d\"",
    "rdf:resource='r'",
    "medium='image'",
    "LASTMOD='2026-01-02'",
];
const TEXTS: &[&str] = &[
    "Harbour talks",
    "Ä ö — “said”",
    "日本語",
    "Новости",
    "&amp;",
    "&#8217;",
    "&#x80;",
    "&#0;",
    "&eacute;",
    "&own;",
    "&own2;",
    "&bogus;",
    "&",
    "<",
    ">",
    "]]>",
    "<![CDATA[",
    "<![CDATA[<p>x</p>]]>",
    "<!-- c -->",
    "<!--",
    "<?php x ?>",
    "\u{0}",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{feff}",
    "   ",
    "&lt;p&gt;",
    "&lt;/p&gt;",
    "&lt;script&gt;",
    "&lt;/script&gt;",
    "&lt;a href=&quot;javascript:x&quot;&gt;",
    "&lt;img src=x onerror=y&gt;",
    "&lt;div style='color: red; width: expression(1)'&gt;",
    "&lt;!--",
    "&lt;svg&gt;&lt;style&gt;",
    "&amp;lt;b&amp;gt;",
    "<b>",
    "</b>",
    "<br/>",
    "<script>",
    "</div>",
    "http://a.example/1",
    "/relative",
    "ann@mail.example (Ann)",
    "Ann <ann@mail.example>",
    "Ann &lt;ann@mail.example&gt;",
    "PGI+eDwvYj4=",
    "Thu, 01 Jan 2026 10:14:55 GMT",
    "2026-01-02T03:04:05.678+09:00",
    "2026-W01-4",
    "Do, 1. Jänner 2026",
    "2026년 1월 2일 오후 3시",
    "31/12/99 24:00",
    "99999999999999999999",
    "-1",
    "1.5 2.5",
    "1,2 3,4 5,6 1,2",
    "NaN 1e999",
    "yes",
    " yes ",
    "start=2026-01-02; end=x",
    "Ã©tÃ©",
    "- Meridian",
    "0",
    "12px",
    "<ol><li><a href=\"http://x.example/\">Y</a>&nbsp;<font>Z</font></li></ol>",
];
const BREAKS: &[&str] = &[
    "</",
    "</x>",
    "<x",
    "<x y",
    "<x y='",
    "</title",
    "<>",
    "</>",
    "<!",
    "<!DOCTYPE x>",
    "<?",
    "<1>",
    "< a>",
    "<é/>",
    "'",
    "\"",
    "/>",
];

impl<'d> Maker<'d> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    fn pick(&mut self, list: &[&'static str]) -> &'static str {
        list[usize::from(self.byte()) % list.len()]
    }

    fn add(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn feed(&mut self) {
        let kind = usize::from(self.byte());
        if kind % 9 == 8 {
            return self.json();
        }
        if kind & 64 != 0 {
            self.add("<?xml version='1.0' encoding='");
            let encoding = self.pick(&["utf-8", "iso-8859-1", "utf-16", "windows-1252", "koi8-r", "nonsense", ""]);
            self.add(encoding);
            self.add("'?>");
        }
        if kind & 128 != 0 {
            self.add("<!DOCTYPE rss [<!ENTITY own 'O'><!ENTITY own2 '&own;&own;'><!ENTITY % p SYSTEM 'x'>");
            for _ in 0..self.byte() % 4 {
                self.add("<!ENTITY ");
                let text = self.pick(TEXTS);
                self.add("own \"");
                self.add(text);
                self.add("\">");
            }
            self.add("]>");
        }
        let (name, attributes) = ROOTS[usize::from(self.byte()) % ROOTS.len()];
        self.add("<");
        self.add(name);
        self.add(attributes);
        for _ in 0..self.byte() % 6 {
            let namespace = self.pick(NAMESPACES);
            self.add(namespace);
        }
        self.add(">");
        if name == "rss" {
            self.add("<channel>");
        }
        while !self.bytes.is_empty() && self.out.len() < 1 << 16 {
            self.element(0);
        }
        if self.byte() % 2 == 0 {
            self.add("</");
            self.add(name);
            self.add(">");
        }
    }

    fn element(&mut self, depth: usize) {
        let shape = self.byte();
        match shape % 16 {
            0 => {
                let broken = self.pick(BREAKS);
                return self.add(broken);
            }
            1..=3 => {
                let text = self.pick(TEXTS);
                return self.add(text);
            }
            4 => {
                for _ in 0..self.byte() {
                    let name = self.pick(&["<div>", "<x:a>", "<item>", "&lt;div&gt;", "<source>"]);
                    self.add(name);
                }
                return;
            }
            _ => {}
        }
        let name = if shape & 0x30 == 0 { self.pick(&["item", "entry", "url"]) } else { self.pick(NAMES) };
        self.add("<");
        self.add(name);
        for _ in 0..shape >> 6 {
            let attribute = self.pick(ATTRIBUTES);
            self.add(" ");
            self.add(attribute);
        }
        if shape % 16 == 5 {
            return self.add("/>");
        }
        self.add(">");
        for _ in 0..self.byte() % 8 {
            if depth < 40 {
                self.element(depth + 1);
            }
        }
        if shape % 16 != 6 {
            self.add("</");
            self.add(name);
            self.add(">");
        }
    }

    fn json(&mut self) {
        self.add("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"T\",\"items\":[");
        while !self.bytes.is_empty() && self.out.len() < 1 << 16 {
            self.add("{");
            for n in 0..self.byte() % 8 {
                if n > 0 {
                    self.add(",");
                }
                let name = self.pick(&[
                    "id",
                    "url",
                    "external_url",
                    "title",
                    "summary",
                    "content_html",
                    "content_text",
                    "date_published",
                    "date_modified",
                    "authors",
                    "author",
                    "tags",
                    "attachments",
                    "image",
                    "language",
                ]);
                let value = self.pick(&[
                    "1",
                    "null",
                    "true",
                    "\"\"",
                    "\"x\"",
                    "\"/a\"",
                    "\"javascript:x\"",
                    "\"<p>a<script>b\"",
                    "\"2026-01-02\"",
                    "[]",
                    "[\"a\",1]",
                    "{}",
                    "[{\"name\":\"Ann\"}]",
                    "{\"name\":\"Ann\",\"url\":\"u\"}",
                    "[{\"url\":\"u\",\"mime_type\":\"audio/mpeg\",\"size_in_bytes\":-1.5}]",
                    "\"\\ud83d\\ude00\"",
                    "1e999",
                    "[[[[[[]]]]]]",
                ]);
                self.add("\"");
                self.add(name);
                self.add("\":");
                self.add(value);
            }
            self.add("},");
        }
        self.add("{}]}");
    }
}
