//! Outlets to start from: names, homepages, addresses of feeds. Facts, checked by nobody from here, so
//! every one of them may be dead; a dead one is reported on the page of sources.

/// One outlet that a new archive can begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// Its name.
    pub name: String,
    /// Its front page.
    pub homepage: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// Language code.
    pub language: String,
    /// Publishes its own official accounts.
    pub is_official: bool,
    /// Addresses of its feeds.
    pub feeds: Vec<String>,
    /// Addresses of its news sitemaps.
    pub sitemaps: Vec<String>,
}

/// Every starter outlet, official ones first within their country.
///
/// The list is `starter.tsv` beside this file: name, homepage, country, language, `official` or `news`,
/// feeds and news sitemaps parted by spaces; columns parted by tabs, lines with `#` are remarks.
pub fn starters() -> Vec<Starter> {
    include_str!("starter.tsv").lines().filter(|line| !line.starts_with('#')).filter_map(read).collect()
}

fn read(line: &str) -> Option<Starter> {
    let mut columns = line.split('\t').map(str::trim);
    let mut column = || columns.next().map(str::to_owned);
    let (name, homepage, country, language, kind) = (column()?, column()?, column()?, column()?, column()?);
    let list = |text: Option<String>| text.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let (feeds, sitemaps) = (list(column()), list(column()));
    Some(Starter { name, homepage, country, language, is_official: kind == "official", feeds, sitemaps })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_starter_has_a_name_a_country_and_something_to_follow() {
        let starters = super::starters();
        assert!(starters.len() >= 150, "{}", starters.len());
        assert!(starters.iter().any(|s| s.is_official));
        for starter in &starters {
            assert!(url::Url::parse(&starter.homepage).is_ok(), "{starter:?}");
            assert_eq!(starter.country.len(), 2, "{starter:?}");
            for address in starter.feeds.iter().chain(&starter.sitemaps) {
                assert!(url::Url::parse(address).is_ok(), "{starter:?}");
            }
        }
    }
}
