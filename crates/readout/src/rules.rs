//! The owner's rules per site: `rules.toml`, read into the article room's form, and read again when it changes.

use crate::config::{Config, nearest};
use anyhow::{Context, anyhow, bail};
use article::rules::{Key, Rules, Site};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// The longest file read, in bytes.
const LIMIT_BYTES: u64 = 4 << 20;
/// How often a server looks whether the file changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The fact under which the archive keeps why the file is not in force; the page of sources shows it.
pub const PROBLEM: &str = "rules.problem";

/// Where the rules of an archive stand.
pub fn path(config: &Config, data: &Path) -> PathBuf {
    data.join(&config.extract.rules)
}

/// The rules of an archive; none where the file the settings name by default is not there.
pub fn of_archive(config: &Config, data: &Path) -> anyhow::Result<Rules> {
    let path = path(config, data);
    if !path.exists() && config.extract.rules == crate::config::Extract::default().rules {
        return Ok(Rules::default());
    }
    load(&path)
}

/// The rules in a file.
pub fn load(path: &Path) -> anyhow::Result<Rules> {
    let size = std::fs::metadata(path).with_context(|| format!("reading the rules in {}", path.display()))?.len();
    anyhow::ensure!(size <= LIMIT_BYTES, "the rules in {} are longer than {LIMIT_BYTES} bytes", path.display());
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the rules in {}", path.display()))?;
    read(&text).with_context(|| format!("in the rules of {}", path.display()))
}

fn read(text: &str) -> anyhow::Result<Rules> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| anyhow!("{}", error.to_string().trim_end()))?;
    let mut rules = Rules::default();
    for (key, value) in &table {
        let sites = match value {
            toml::Value::Table(sites) if key == "site" => sites,
            _ => bail!("there is no `{key}`; rules stand in tables named like [site.\"example.org\"]"),
        };
        for (host, keys) in sites {
            rules.add(site(host, keys).with_context(|| format!("[site.\"{host}\"]"))?);
        }
    }
    Ok(rules)
}

fn site(host: &str, keys: &toml::Value) -> anyhow::Result<Site> {
    let is_host = host.contains('.') || host == "localhost";
    if !is_host || host.contains(['/', ':', ' ', '*']) {
        bail!(
            "`{host}` is no host name; write it in quotes, like [site.\"example.org\"], which holds for its subdomains too"
        );
    }
    let toml::Value::Table(keys) = keys else { bail!("it must be a table of keys and selectors") };
    let mut site = Site::new(host);
    for (word, value) in keys {
        let Some(key) = Key::parse(word) else {
            let known = Key::ALL.map(Key::word);
            let nearest = nearest(word, known.iter().copied()).unwrap_or("body");
            bail!("there is no key `{word}`; the nearest is `{nearest}` (known are {})", known.join(", "));
        };
        let selectors = match value {
            toml::Value::String(one) => vec![one.as_str()],
            toml::Value::Array(many) => many
                .iter()
                .map(|item| item.as_str().ok_or_else(|| anyhow!("`{word}` must hold selectors in quotes")))
                .collect::<anyhow::Result<_>>()?,
            _ => bail!("`{word}` must be a selector in quotes, or a list of them"),
        };
        for selector in selectors {
            site.add(key, selector)
                .map_err(|why| anyhow!("`{word}`: the selector `{selector}` cannot be used: {why}"))?;
        }
    }
    Ok(site)
}

/// Keeps `rules` as the file says until `stopped`. A file that cannot be read leaves the rules as they are; the log and
/// the archive's fact [`PROBLEM`] say why.
pub async fn keep(path: PathBuf, rules: ingest::Rules, archive: archive::Archive, mut stopped: watch::Receiver<bool>) {
    let mut seen = stamp(&path);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let now = stamp(&path);
        if now == seen {
            continue;
        }
        seen = now;
        let (path, archive, rules) = (path.clone(), archive.clone(), rules.clone());
        // Reading and compiling may take a moment; the server's threads go on.
        let done = tokio::task::spawn_blocking(move || take_up(&path, &rules, &archive)).await;
        if let Err(error) = done {
            tracing::error!(%error, "the rules could not be read again");
        }
    }
}

fn take_up(path: &Path, rules: &ingest::Rules, archive: &archive::Archive) {
    let read = if path.exists() { load(path) } else { Ok(Rules::default()) };
    let problem = match read {
        Ok(read) => {
            tracing::info!(sites = read.len(), "rules taken up");
            rules.set(read);
            String::new()
        }
        Err(error) => {
            tracing::warn!("the rules stay as they were: {error:#}");
            format!("{error:#}")
        }
    };
    note(archive, &problem);
}

/// Keeps why the file is not in force; empty when it is.
pub fn note(archive: &archive::Archive, problem: &str) {
    let held = archive.fact(PROBLEM).ok().flatten().unwrap_or_default();
    if held != problem
        && let Err(error) = archive.set_fact(PROBLEM, problem, jiff::Timestamp::now())
    {
        tracing::warn!(%error, "the state of the rules could not be kept");
    }
}

/// What tells one state of the file from another.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let error = format!("{:#}", read(text).unwrap_err());
        assert!(error.contains(expected), "{text}: {error}");
    }

    #[test]
    fn errors_name_site_and_key_and_the_nearest_key() {
        check(
            "[site.\"a.example\"]\nboddy = \"p\"",
            "[site.\"a.example\"]: there is no key `boddy`; the nearest is `body`",
        );
        check(
            "[site.\"a.example\"]\nbody = \"p:has(a)\"",
            "`body`: the selector `p:has(a)` cannot be used: `:has` is not",
        );
        check("[site.\"a.example\"]\nbody = 3", "`body` must be a selector in quotes");
        check("[site.\"https://a.example/\"]\nbody = \"p\"", "is no host name");
        check("[site.a.example]\nbody = \"p\"", "is no host name");
        check("[sites.\"a.example\"]\nbody = \"p\"", "there is no `sites`");
        check("[site.\"a.example\"\nbody = 3", "TOML parse error at line 1");
    }

    #[test]
    fn a_key_holds_one_selector_or_a_list() {
        let rules =
            read("[site.\"a.example\"]\nbody = \"main\"\ndrop = [\".ad\", \".more\"]\n[site.\"b.example\"]\n").unwrap();
        assert_eq!(rules.len(), 2);
    }
}
