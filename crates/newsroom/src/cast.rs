//! The outlets of the newsroom: who they are, how they publish, and what is wrong with them.

use crate::manifest::OutletKind;

/// How pages are let out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// To anybody.
    Open,
    /// After a click on "Accept"; the wall answers 200 in the page's place.
    Consent,
    /// To nobody that looks like a program: 403.
    Forbidden,
}

/// What a response of this outlet carries to be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validators {
    None,
    Etag,
    LastModified,
    Both,
}

/// The form of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Rss,
    RssContent,
    Atom,
    JsonFeed,
    NewsSitemap,
    Page,
}

impl Form {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Form::Rss => "rss",
            Form::RssContent => "rss_content",
            Form::Atom => "atom",
            Form::JsonFeed => "json_feed",
            Form::NewsSitemap => "news_sitemap",
            Form::Page => "page",
        }
    }

    /// The word of the program for a place to learn of articles.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Form::NewsSitemap => "sitemap",
            Form::Page => "page",
            _ => "feed",
        }
    }
}

/// What is wrong with a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// An ampersand stands bare in a title and in links, so that it is not well-formed XML.
    BareAmpersand,
    /// The answer stops in the middle of its last, repeated entry.
    TruncatedTail,
    /// The bytes are windows-1252 and the declaration says UTF-8.
    WrongCharset,
    /// A page of HTML stands where the feed was.
    Html,
    /// Nothing is sent.
    Empty,
}

impl Fault {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Fault::BareAmpersand => "bare_ampersand",
            Fault::TruncatedTail => "truncated_tail",
            Fault::WrongCharset => "wrong_charset",
            Fault::Html => "html",
            Fault::Empty => "empty",
        }
    }
}

pub(crate) struct Offer {
    pub(crate) path: &'static str,
    pub(crate) form: Form,
    pub(crate) fault: Option<Fault>,
    pub(crate) content_type: &'static str,
}

pub(crate) struct House {
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) motto: &'static str,
    pub(crate) country: &'static str,
    pub(crate) language: &'static str,
    pub(crate) kind: OutletKind,
    /// Minutes east of UTC of the times it prints.
    pub(crate) offset_minutes: i32,
    pub(crate) offers: &'static [Offer],
    pub(crate) gate: Gate,
    pub(crate) validators: Validators,
    /// Whether it compresses what it sends, to those who accept that.
    pub(crate) gzip: bool,
    /// Whether its pages are sent as windows-1252.
    pub(crate) latin: bool,
    pub(crate) robots: Option<&'static str>,
    pub(crate) sections: &'static [(&'static str, &'static str)],
}

const fn feed(path: &'static str, form: Form, fault: Option<Fault>, content_type: &'static str) -> Offer {
    Offer { path, form, fault, content_type }
}

const RSS: &str = "application/rss+xml; charset=utf-8";
const ATOM: &str = "application/atom+xml; charset=utf-8";
const TEXT_XML: &str = "text/xml";
const HTML: &str = "text/html; charset=utf-8";

/// The outlets in the order of their ports.
pub(crate) const CAST: &[House] = &[
    House {
        slug: "nordwire",
        name: "Nordwire",
        motto: "The news agency of the northern coast",
        country: "Norland",
        language: "en",
        kind: OutletKind::Agency,
        offset_minutes: 0,
        offers: &[feed("/atom.xml", Form::Atom, None, ATOM)],
        gate: Gate::Open,
        validators: Validators::Both,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /clients/\n"),
        sections: &[("politics", "Politics"), ("economy", "Economy"), ("accidents", "Accidents"), ("world", "World")],
    },
    House {
        slug: "norland-president",
        name: "Office of the President of Norland",
        motto: "Halvik Castle",
        country: "Norland",
        language: "en",
        kind: OutletKind::Official,
        offset_minutes: 120,
        offers: &[feed("/statements/rss", Form::Rss, None, RSS)],
        gate: Gate::Open,
        validators: Validators::LastModified,
        gzip: false,
        latin: false,
        robots: Some(""),
        sections: &[("readouts", "Readouts"), ("statements", "Statements"), ("president", "The President")],
    },
    House {
        slug: "vesk-premier",
        name: "Press Service of the Premier of Vesk",
        motto: "Government House, Veskar",
        country: "Vesk",
        language: "en",
        kind: OutletKind::Official,
        offset_minutes: 240,
        offers: &[feed("/", Form::Page, None, HTML)],
        gate: Gate::Open,
        validators: Validators::None,
        gzip: false,
        latin: false,
        robots: None,
        sections: &[("events", "Events"), ("documents", "Documents"), ("biography", "The Premier")],
    },
    House {
        slug: "halvik-courant",
        name: "Halvik Courant",
        motto: "Founded 1871",
        country: "Norland",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 120,
        offers: &[feed("/feed/", Form::RssContent, None, RSS)],
        gate: Gate::Open,
        validators: Validators::Etag,
        gzip: true,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /account/\nDisallow: /search\nAllow: /\n"),
        sections: &[("politics", "Politics"), ("norland", "Norland"), ("business", "Business"), ("culture", "Culture")],
    },
    House {
        slug: "skerry-post",
        name: "Skerry Post",
        motto: "The islands’ own paper",
        country: "Norland",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 120,
        offers: &[feed("/rss.xml", Form::Rss, None, TEXT_XML)],
        gate: Gate::Open,
        validators: Validators::Both,
        gzip: true,
        latin: false,
        robots: Some("User-agent: *\nDisallow:\n"),
        sections: &[("islands", "Islands"), ("sea", "At sea"), ("notices", "Notices")],
    },
    House {
        slug: "fjord-echo",
        name: "Fjord Echo",
        motto: "Lovund and the western fjords",
        country: "Norland",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 120,
        offers: &[feed("/feed.json", Form::JsonFeed, None, "application/feed+json")],
        gate: Gate::Open,
        validators: Validators::Etag,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /klubb/\n"),
        sections: &[("local", "Local"), ("norland", "Norland"), ("sport", "Sport")],
    },
    House {
        slug: "morning-ledger",
        name: "The Morning Ledger",
        motto: "Business, markets & the state",
        country: "Castra",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 60,
        offers: &[feed("/rss/news", Form::Rss, Some(Fault::BareAmpersand), "application/xml")],
        gate: Gate::Open,
        validators: Validators::None,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /members/\n\nUser-agent: greedybot\nDisallow: /\n"),
        sections: &[("markets", "Markets"), ("companies", "Companies"), ("state", "The State"), ("members", "Members")],
    },
    House {
        slug: "castra-herald",
        name: "Castra Herald",
        motto: "All of Castra, every day",
        country: "Castra",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 60,
        offers: &[feed("/feeds/all.rss", Form::Rss, None, RSS)],
        gate: Gate::Forbidden,
        validators: Validators::LastModified,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nAllow: /\n"),
        sections: &[("castra", "Castra"), ("abroad", "Abroad"), ("money", "Money")],
    },
    House {
        slug: "ilmar-today",
        name: "Ilmar Today",
        motto: "",
        country: "Ilmar",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 0,
        offers: &[feed("/sitemap-news.xml", Form::NewsSitemap, None, "application/xml; charset=utf-8")],
        gate: Gate::Open,
        validators: Validators::Etag,
        gzip: true,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /preview/\n"),
        sections: &[("ilmar", "Ilmar"), ("region", "Region"), ("economy", "Economy"), ("science", "Science")],
    },
    House {
        slug: "portside-daily",
        name: "Portside Daily",
        motto: "Port Lisse and the river mouth since 1904",
        country: "Vesk",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 240,
        offers: &[feed("/index.php?feed=rss", Form::Rss, Some(Fault::WrongCharset), TEXT_XML)],
        gate: Gate::Open,
        validators: Validators::LastModified,
        gzip: false,
        latin: true,
        robots: Some("# be kind, the server is old\nUser-agent: *\nDisallow: /admin/\n"),
        sections: &[("town", "Town"), ("harbour", "Harbour"), ("letters", "Letters")],
    },
    House {
        slug: "lowen-tribune",
        name: "Lowen Tribune",
        motto: "The voice of inland Castra",
        country: "Castra",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 60,
        offers: &[feed("/news.rss", Form::Rss, Some(Fault::TruncatedTail), TEXT_XML)],
        gate: Gate::Open,
        validators: Validators::None,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /cgi-bin/\n"),
        sections: &[("front", "Front page"), ("region", "Region"), ("work", "Work & money")],
    },
    House {
        slug: "meridian-review",
        name: "The Meridian Review",
        motto: "Reporting and argument",
        country: "Castra",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 60,
        offers: &[feed("/feed.atom", Form::Atom, None, "application/xml")],
        gate: Gate::Open,
        validators: Validators::Both,
        gzip: true,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /subscribe/\n"),
        sections: &[("foreign", "Foreign"), ("economics", "Economics"), ("books", "Books")],
    },
    House {
        slug: "veskar-gazette",
        name: "Veskar Gazette",
        motto: "Newspaper of the Government of Vesk",
        country: "Vesk",
        language: "en",
        kind: OutletKind::News,
        offset_minutes: 240,
        offers: &[feed("/export/rss2.xml", Form::Rss, None, RSS)],
        gate: Gate::Consent,
        validators: Validators::LastModified,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /search/\n"),
        sections: &[("official", "Official"), ("society", "Society"), ("economy", "Economy")],
    },
    House {
        slug: "mirat-al-mina",
        name: "مرآة الميناء",
        motto: "يومية مستقلة تصدر في مازيرة",
        country: "Mazira",
        language: "ar",
        kind: OutletKind::News,
        offset_minutes: 180,
        offers: &[feed("/feed/atom.xml", Form::Atom, None, ATOM)],
        gate: Gate::Open,
        validators: Validators::Etag,
        gzip: false,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /admin\n"),
        sections: &[("politics", "سياسة"), ("economy", "اقتصاد"), ("world", "العالم"), ("culture", "ثقافة")],
    },
    House {
        slug: "kuryer-nadrichchia",
        name: "Кур’єр Надріччя",
        motto: "Щоденна газета",
        country: "Nadria",
        language: "uk",
        kind: OutletKind::News,
        offset_minutes: 120,
        offers: &[feed("/rss/", Form::Rss, None, RSS)],
        gate: Gate::Open,
        validators: Validators::Both,
        gzip: true,
        latin: false,
        robots: Some("User-agent: *\nDisallow: /kabinet/\n"),
        sections: &[("svit", "Світ"), ("podii", "Події"), ("ekonomika", "Економіка"), ("kultura", "Культура")],
    },
];

/// The outlet with this slug and its place in [`CAST`].
pub(crate) fn find(slug: &str) -> Option<(usize, &'static House)> {
    CAST.iter().enumerate().find(|(_, h)| h.slug == slug)
}
