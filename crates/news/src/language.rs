//! A language tag that passed a check.

/// A BCP 47 tag in canonical case, such as `en`, `pt-BR`, `zh-Hant`; never empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

impl Language {
    /// Reads a tag as pages write it (`EN_us`, `pt-br`); `None` when it is not a language tag.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim().split(['.', '@', ',', ';', ' ']).next()?.replace('_', "-");
        let mut parts = tag.split('-');
        let first = parts.next()?;
        if !(2..=3).contains(&first.len()) || !first.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        let mut out = first.to_ascii_lowercase();
        for part in parts {
            if part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                break;
            }
            out.push('-');
            match part.len() {
                2 => out.push_str(&part.to_ascii_uppercase()),
                4 if part.bytes().all(|b| b.is_ascii_alphabetic()) => {
                    out.push_str(&part[..1].to_ascii_uppercase());
                    out.push_str(&part[1..].to_ascii_lowercase());
                }
                _ => out.push_str(&part.to_ascii_lowercase()),
            }
        }
        Some(Language(out))
    }

    /// The whole tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// `rtl` for languages written from right to left, else `ltr`; fit for the HTML attribute `dir`.
    pub fn direction(&self) -> &'static str {
        match self.primary() {
            "ar" | "fa" | "he" | "ur" | "yi" | "ps" | "sd" | "ug" | "dv" | "ckb" => "rtl",
            _ => "ltr",
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_pages_write_them() {
        let check = |tag: &str, expected: Option<&str>| {
            assert_eq!(Language::parse(tag).map(|l| l.as_str().to_owned()).as_deref(), expected, "{tag}");
        };
        check("EN_us", Some("en-US"));
        check("zh-hant-TW", Some("zh-Hant-TW"));
        check("uk", Some("uk"));
        check("en_GB.UTF-8", Some("en-GB"));
        check("", None);
        check("x", None);
        check("english", None);
    }
}
