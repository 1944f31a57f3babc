//! Every setting, read from `readout.toml`, checked once at start; each room gets its own small part.
//!
//! A flag goes before an environment variable, that before the file, that before the default. An unknown
//! key is an error that names the nearest known one.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Every setting. `readout.example.toml` says the same with reasons.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The server.
    pub server: Server,
    /// How outlets are visited.
    pub gather: Gather,
    /// How the archive keeps its files.
    pub keep: Keep,
    /// How pages are read.
    pub extract: Extract,
}

/// The server.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port; loopback only until signing in exists.
    pub listen: SocketAddr,
    /// Further host names under which the server may be asked (behind a tunnel, say).
    pub hosts: Vec<String>,
}

impl Default for Server {
    fn default() -> Self {
        Server { listen: SocketAddr::from(([127, 0, 0, 1], 8480)), hosts: Vec::new() }
    }
}

/// How outlets are visited.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gather {
    /// Where an outlet can reach who runs this; part of the user agent.
    pub contact: String,
    /// Seconds between two pages of one host.
    pub page_delay_seconds: f64,
    /// Seconds between two feeds of one host.
    pub feed_delay_seconds: f64,
    /// Shortest time between two visits to a feed, in minutes.
    pub feed_floor_minutes: f64,
    /// The same for a feed that cannot be asked conditionally, in hours.
    pub feed_floor_without_validators_hours: f64,
    /// Longest time between two visits to a feed, in hours.
    pub feed_cap_hours: f64,
    /// When an article is visited again, in minutes after it was first seen.
    pub revisit_minutes: Vec<f64>,
    /// Private address ranges that may be reached, such as `10.0.0.0/8`.
    pub allow_private: Vec<String>,
    /// Requests under way at once over all hosts.
    pub in_flight: usize,
    /// Largest answer as transferred, in MiB.
    pub body_limit_mib: u64,
    /// Seconds for a whole answer.
    pub timeout_seconds: f64,
    /// The address under which hubs reach this program from outside (WebSub); empty asks no hub.
    pub callback: String,
}

impl Default for Gather {
    fn default() -> Self {
        Gather {
            contact: "https://example.invalid/readout".to_owned(),
            page_delay_seconds: 10.0,
            feed_delay_seconds: 1.0,
            feed_floor_minutes: 60.0,
            feed_floor_without_validators_hours: 24.0,
            feed_cap_hours: 24.0,
            revisit_minutes: vec![15.0, 60.0, 360.0, 1_440.0, 4_320.0, 14_400.0, 43_200.0, 525_600.0],
            allow_private: Vec::new(),
            in_flight: 64,
            body_limit_mib: 15,
            timeout_seconds: 60.0,
            callback: String::new(),
        }
    }
}

/// How the archive keeps its files.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keep {
    /// A WARC segment is closed once it is this long, in MiB.
    pub segment_mib: u64,
    /// Connections that read at the same time.
    pub readers: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Keep { segment_mib: 256, readers: 4 }
    }
}

/// How pages are read.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extract {
    /// File of the owner's rules per site, from the data folder on.
    pub rules: PathBuf,
}

impl Default for Extract {
    fn default() -> Self {
        Extract { rules: PathBuf::from("rules.toml") }
    }
}

impl Config {
    /// Reads a file; `None` takes `readout.toml` in the data folder where there is one.
    pub fn load(file: Option<&Path>, data: &Path) -> anyhow::Result<Config> {
        let found = data.join("readout.toml");
        let path = match file {
            Some(path) => path,
            None if found.exists() => &found,
            None => return Ok(Config::default()),
        };
        let text =
            std::fs::read_to_string(path).with_context(|| format!("reading the settings in {}", path.display()))?;
        Config::read(&text).with_context(|| format!("in the settings of {}", path.display()))
    }

    fn read(text: &str) -> anyhow::Result<Config> {
        let config: Config = toml::from_str(text).map_err(|error| explain(&error))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        let gather = &self.gather;
        let bounds = [
            ("gather.page_delay_seconds", gather.page_delay_seconds, 0.0, 3_600.0),
            ("gather.feed_delay_seconds", gather.feed_delay_seconds, 0.0, 3_600.0),
            ("gather.feed_floor_minutes", gather.feed_floor_minutes, 0.0, 10_080.0),
            ("gather.feed_floor_without_validators_hours", gather.feed_floor_without_validators_hours, 0.0, 168.0),
            ("gather.feed_cap_hours", gather.feed_cap_hours, 0.001, 8_760.0),
            ("gather.in_flight", gather.in_flight as f64, 1.0, 1_024.0),
            ("gather.body_limit_mib", gather.body_limit_mib as f64, 1.0, 256.0),
            ("gather.timeout_seconds", gather.timeout_seconds, 1.0, 600.0),
            ("keep.segment_mib", self.keep.segment_mib as f64, 1.0, 4_096.0),
            ("keep.readers", self.keep.readers as f64, 1.0, 64.0),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                bail!("`{name}` is {value}; it must lie between {least} and {most}");
            }
        }
        if gather.revisit_minutes.iter().any(|m| !(0.0..=5_256_000.0).contains(m)) {
            bail!("`gather.revisit_minutes` must lie between 0 and 5,256,000 (ten years)");
        }
        for range in &gather.allow_private {
            parse_range(range)?;
        }
        self.callback()?;
        Ok(())
    }

    /// Where hubs call back; `None` when no hub is to be asked.
    pub fn callback(&self) -> anyhow::Result<Option<url::Url>> {
        let said = self.gather.callback.trim();
        if said.is_empty() {
            return Ok(None);
        }
        let is_plain = |url: &url::Url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some_and(|host| !host.is_empty())
                && (url.query(), url.fragment(), url.username(), url.password()) == (None, None, "", None)
        };
        match url::Url::parse(said) {
            Ok(url) if is_plain(&url) && url.path() == "/" => Ok(Some(url)),
            _ => bail!(
                "`gather.callback` is `{said}`; it must be the web address of this server from outside without a path, \
                 such as https://readout.example.org"
            ),
        }
    }

    /// The fetch room's part.
    pub fn fetch(&self, also_private: &[String]) -> anyhow::Result<fetch::Settings> {
        let gather = &self.gather;
        let mut allow_private = Vec::new();
        for range in gather.allow_private.iter().chain(also_private) {
            allow_private.push(parse_range(range)?);
        }
        Ok(fetch::Settings {
            user_agent: format!("Readout/{} (+{})", env!("CARGO_PKG_VERSION"), gather.contact),
            allow_private,
            limits: fetch::Limits {
                received_bytes: gather.body_limit_mib << 20,
                total: Duration::from_secs_f64(gather.timeout_seconds),
                ..fetch::Limits::default()
            },
            in_flight: gather.in_flight,
            page_delay: Duration::from_secs_f64(gather.page_delay_seconds),
            feed_delay: Duration::from_secs_f64(gather.feed_delay_seconds),
            ..fetch::Settings::default()
        })
    }

    /// The ingest room's part.
    pub fn ingest(&self) -> ingest::Settings {
        let gather = &self.gather;
        let floor = Duration::from_secs_f64(gather.feed_floor_minutes * 60.0);
        let usual = fetch::schedule::Policy::default();
        // Whoever sets a shorter floor than the usual one means it for these feeds too.
        let without = match floor < usual.floor {
            true => floor,
            false => Duration::from_secs_f64(gather.feed_floor_without_validators_hours * 3_600.0).max(floor),
        };
        ingest::Settings {
            feeds: fetch::schedule::Policy {
                floor,
                floor_invited: usual.floor_invited.min(floor),
                floor_without_validators: without,
                least_without_validators: usual.least_without_validators.min(without),
                cap: Duration::from_secs_f64(gather.feed_cap_hours * 3_600.0),
                ..usual
            },
            callback: self.callback().ok().flatten(),
            revisits: gather.revisit_minutes.iter().map(|m| Duration::from_secs_f64(m * 60.0)).collect(),
            ..ingest::Settings::default()
        }
    }

    /// The archive's part.
    pub fn archive(&self) -> archive::Settings {
        archive::Settings {
            segment_size_bytes: self.keep.segment_mib << 20,
            readers: self.keep.readers,
            ..archive::Settings::default()
        }
    }
}

fn parse_range(range: &str) -> anyhow::Result<fetch::Cidr> {
    range.parse().map_err(|_| {
        anyhow::anyhow!("`{range}` is no address range; write it like `10.0.0.0/8`, `192.168.1.20/32` or `fd00::/8`")
    })
}

/// An error of the TOML reader in one sentence, with the nearest key where one is unknown.
fn explain(error: &toml::de::Error) -> anyhow::Error {
    let message = error.message();
    let Some((unknown, expected)) = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'))
    else {
        return anyhow::anyhow!("{}", error.to_string().trim_end());
    };
    match nearest(unknown, expected.split('`').skip(1).step_by(2)) {
        Some(nearest) => anyhow::anyhow!("there is no setting `{unknown}`; the nearest is `{nearest}`"),
        None => anyhow::anyhow!("there is no setting `{unknown}`"),
    }
}

/// The known word nearest to one that is not known.
pub fn nearest<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known.min_by_key(|known| distance(unknown, known))
}

/// Letters to change, add or drop to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let keep = corner + usize::from(ca != *cb);
            corner = row[j + 1];
            row[j + 1] = keep.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_setting_names_the_nearest() {
        let error = Config::read("[server]\nlisen = \"127.0.0.1:1\"").unwrap_err();
        assert_eq!(error.to_string(), "there is no setting `lisen`; the nearest is `listen`");
    }

    #[test]
    fn the_example_file_holds_the_defaults() {
        let example = include_str!("../../../readout.example.toml");
        let read = Config::read(example).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn a_value_out_of_bounds_is_refused_with_its_bounds() {
        let error = Config::read("[gather]\nin_flight = 0").unwrap_err();
        assert!(error.to_string().contains("between 1 and 1024"), "{error}");
    }
}
