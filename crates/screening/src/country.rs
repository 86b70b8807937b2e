//! Countries as the lists write them, as the two letters of ISO 3166-1. The table is ours: codes, and the names
//! that the lists and our users use for them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// A country, by its two letters of ISO 3166-1 (and XK for Kosovo).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The country of a code or a name, in English or Chinese; nothing when the table does not have it.
    pub fn named(text: &str) -> Option<Country> {
        table().get(&key(text)).copied()
    }

    /// Its two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One line a country: its code, then its names.
const TEXT: &str = include_str!("countries.txt");

fn table() -> &'static BTreeMap<String, Country> {
    static TABLE: OnceLock<BTreeMap<String, Country>> = OnceLock::new();
    TABLE.get_or_init(|| TEXT.lines().flat_map(names_of_line).collect())
}

fn names_of_line(line: &str) -> Vec<(String, Country)> {
    let &[a, b, ..] = line.as_bytes() else { return Vec::new() };
    let country = Country([a, b]);
    line.split('|').map(|name| (key(name), country)).collect()
}

/// A name without case, spaces, marks and article.
fn key(name: &str) -> String {
    let ascii = any_ascii::any_ascii(name.trim()).to_lowercase();
    let bare = ascii.strip_prefix("the ").unwrap_or(&ascii);
    bare.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_code_and_by_any_of_its_names() {
        let names = ["af", "AF", "Afghanistan", " afghanistan ", "阿富汗"];
        assert!(names.iter().all(|name| Country::named(name).is_some_and(|c| c.code() == "AF")));
        let north = Country::named("Democratic People's Republic of Korea");
        assert_eq!(north, Country::named("Korea, North"));
        assert_ne!(north, Country::named("Korea, South"));
        assert_eq!(Country::named("Atlantis"), None);
    }

    #[test]
    fn every_line_has_a_code_and_no_name_stands_for_two_countries() {
        let mut seen: BTreeMap<String, Country> = BTreeMap::new();
        for line in TEXT.lines() {
            let code = line.split('|').next().unwrap();
            assert!(code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()), "{line}");
            for (name, country) in names_of_line(line) {
                let other = seen.insert(name.clone(), country);
                assert!(other.is_none_or(|other| other == country), "{name} stands for two");
            }
        }
    }
}
