//! Namespaces: many addresses and prefixes, few meanings.

/// What a namespace is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space<'a> {
    /// RSS, Atom, CDF, sitemaps, and elements without a namespace.
    Core,
    Content,
    Dc,
    DcTerms,
    Media,
    Itunes,
    GeoRss,
    Gml,
    Chapters,
    Cc,
    CreativeCommons,
    Admin,
    Rdf,
    Xhtml,
    News,
    /// Any other, by the short name its elements are kept under.
    Other(&'a str),
}

/// The meaning of a namespace by its address; `None` for one that is not known.
pub(crate) fn by_address(uri: &str) -> Option<Space<'static>> {
    let uri = uri.trim().to_ascii_lowercase();
    let key = uri.trim_end_matches(['/', '#']);
    Some(match key {
        "" => Space::Core,
        "http://www.w3.org/2005/atom"
        | "https://www.w3.org/2005/atom"
        | "http://purl.org/atom/ns"
        | "http://purl.org/rss/1.0"
        | "http://my.netscape.com/rdf/simple/0.9"
        | "http://channel.netscape.com/rdf/simple/0.9"
        | "http://my.netscape.com/publish/formats/rss-0.91.dtd"
        | "http://purl.org/rss/1.0/modules/rss091"
        | "http://blogs.law.harvard.edu/tech/rss"
        | "http://cyber.law.harvard.edu/rss"
        | "http://cyber.harvard.edu/rss"
        | "http://example.com/newformat"
        | "http://example.com/necho"
        | "http://purl.org/echo"
        | "uri/of/echo/namespace"
        | "http://purl.org/pie"
        | "http://purl.org/net/rss1.1" => Space::Core,
        _ if key.contains("backend.userland.com/rss")
            || key.contains("sitemaps.org/schemas/sitemap")
            || key.contains("google.com/schemas/sitemap/") =>
        {
            Space::Core
        }
        "http://purl.org/rss/1.0/modules/content" => Space::Content,
        "http://purl.org/dc/elements/1.1" | "http://purl.org/dc/elements/1.0" | "http://purl.org/dc" => Space::Dc,
        "http://purl.org/dc/terms" => Space::DcTerms,
        _ if key.contains("yahoo.com/mrss") => Space::Media,
        _ if key.ends_with("/dtds/podcast-1.0.dtd") => Space::Itunes,
        "http://www.georss.org/georss" | "https://www.georss.org/georss" => Space::GeoRss,
        _ if key.starts_with("http://www.opengis.net/gml") => Space::Gml,
        "http://podlove.org/simple-chapters" => Space::Chapters,
        "http://web.resource.org/cc" | "http://creativecommons.org/ns" => Space::Cc,
        _ if key.contains("creativecommonsrssmodule") => Space::CreativeCommons,
        "http://webns.net/mvcb" => Space::Admin,
        "http://www.w3.org/1999/02/22-rdf-syntax-ns" => Space::Rdf,
        "http://www.w3.org/1999/xhtml" => Space::Xhtml,
        _ if key.contains("/schemas/sitemap-news/") => Space::News,
        _ if key.contains("/schemas/sitemap-image/") => Space::Other("image"),
        _ if key.contains("/schemas/sitemap-video/") => Space::Other("video"),
        "http://www.w3.org/2003/01/geo/wgs84_pos" => Space::Other("geo"),
        "http://purl.org/rss/1.0/modules/slash" => Space::Other("slash"),
        "http://purl.org/rss/1.0/modules/syndication" => Space::Other("sy"),
        "http://purl.org/syndication/thread/1.0" | "http://purl.org/rss/1.0/modules/threading" => Space::Other("thr"),
        "http://wellformedweb.org/commentapi" => Space::Other("wfw"),
        "http://rssnamespace.org/feedburner/ext/1.0" => Space::Other("feedburner"),
        "http://purl.org/rss/1.0/modules/taxonomy" => Space::Other("taxo"),
        "http://madskills.com/public/xml/rss/module/trackback" => Space::Other("trackback"),
        "http://madskills.com/public/xml/rss/module/pingback" => Space::Other("pingback"),
        "http://xmlns.com/foaf/0.1" => Space::Other("foaf"),
        "http://purl.org/rss/1.0/modules/event" => Space::Other("ev"),
        "http://purl.org/rss/1.0/modules/image" => Space::Other("image"),
        "http://purl.org/rss/1.0/modules/link" => Space::Other("l"),
        "http://a9.com/-/spec/opensearch/1.1" => Space::Other("opensearch"),
        "http://www.google.com/schemas/play-podcasts/1.0" => Space::Other("googleplay"),
        "https://podcastindex.org/namespace/1.0" | "http://podcastindex.org/namespace/1.0" => Space::Other("podcast"),
        _ if key.starts_with("http://prismstandard.org/namespaces/") => Space::Other("prism"),
        _ => return None,
    })
}

/// The meaning of a prefix that nobody declared, or whose address is not known.
pub(crate) fn by_prefix(prefix: &str) -> Option<Space<'static>> {
    Some(match prefix {
        "atom" | "atom10" | "rss" | "a10" => Space::Core,
        "content" => Space::Content,
        "dc" => Space::Dc,
        "dcterms" => Space::DcTerms,
        "media" => Space::Media,
        "itunes" => Space::Itunes,
        "georss" => Space::GeoRss,
        "gml" => Space::Gml,
        "psc" => Space::Chapters,
        "cc" => Space::Cc,
        "creativeCommons" | "creativecommons" => Space::CreativeCommons,
        "admin" => Space::Admin,
        "rdf" | "RDF" => Space::Rdf,
        "xhtml" => Space::Xhtml,
        "news" => Space::News,
        _ => return None,
    })
}
