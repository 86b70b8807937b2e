//! When somebody was born, as far as it is known: a day, a month, a year or a span, exact or about. Two of them
//! can agree, be near each other or contradict each other; that is evidence beside a name.

/// A span of days on which somebody was born. Days are whole numbers like `19720217`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Born {
    /// The first day that is meant.
    pub from: u32,
    /// The last day that is meant.
    pub to: u32,
    /// True when the source says "about".
    pub about: bool,
}

/// How two births stand to each other, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Births {
    /// The same single day.
    SameDay,
    /// One can be the other: spans that meet.
    Agree,
    /// Within two years of each other.
    Near,
    /// Further apart.
    Differ,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Born {
    /// On one day; nothing when there is no such month or day.
    pub fn on(year: u32, month: u32, day: u32) -> Option<Born> {
        let fits =
            (1000..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        let at = year * 10_000 + month * 100 + day;
        fits.then_some(Born { from: at, to: at, about: false })
    }

    /// Some day of a year.
    pub fn year(year: u32) -> Option<Born> {
        Born::years(year, year)
    }

    /// Some day of these years; nothing when they stand the wrong way round.
    pub fn years(from: u32, to: u32) -> Option<Born> {
        let (first, last) = (Born::on(from, 1, 1)?, Born::on(to, 12, 31)?);
        first.until(last)
    }

    /// The same, but only about.
    pub fn about(self) -> Born {
        Born { about: true, ..self }
    }

    /// From the beginning of this to the end of `last`.
    fn until(self, last: Born) -> Option<Born> {
        let about = self.about || last.about;
        (self.from <= last.to).then_some(Born { from: self.from, to: last.to, about })
    }

    /// As people and lists write it: `1972-02-17`, `17 Feb 1972`, `Feb 1972`, `1972`, `1972-02`, with `circa` or `about`
    /// before it, or two of them with `to` between.
    pub fn read(text: &str) -> Option<Born> {
        let text = text.trim().trim_end_matches('.').to_lowercase();
        for word in ["circa ", "approximately ", "about ", "c. "] {
            if let Some(rest) = text.strip_prefix(word) {
                return Born::read(rest).map(Born::about);
            }
        }
        if let Some((first, last)) = text.split_once(" to ") {
            return Born::read_plain(first)?.until(Born::read_plain(last)?);
        }
        Born::read_plain(&text)
    }

    fn read_plain(text: &str) -> Option<Born> {
        let parts: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || "-/.".contains(c))
            .filter(|part| !part.is_empty())
            .collect();
        match *parts.as_slice() {
            [year] => Born::year(number(year)?),
            [from, to] if is_year(from) && is_year(to) => Born::years(number(from)?, number(to)?),
            [year, month] if is_year(year) => Born::month(number(year)?, number(month)?),
            [month, year] => Born::month(number(year)?, month_named(month)?),
            [year, month, day] if is_year(year) => {
                Born::on(number(year)?, number(month)?, number(day)?)
            }
            [day, month, year] => Born::on(number(year)?, month_named(month)?, number(day)?),
            _ => None,
        }
    }

    fn month(year: u32, month: u32) -> Option<Born> {
        Born::on(year, month, 1)?.until(Born::on(year, month, 31)?)
    }

    fn is_a_day(self) -> bool {
        self.from == self.to && !self.about
    }

    /// How this and the other stand to each other.
    pub fn beside(self, other: Born) -> Births {
        if self.is_a_day() && self == other {
            return Births::SameDay;
        }
        if self.from <= other.to && other.from <= self.to {
            return Births::Agree;
        }
        let years_apart = (self.from / 10_000).abs_diff(other.to / 10_000);
        let years_back = (other.from / 10_000).abs_diff(self.to / 10_000);
        let years = years_apart.min(years_back);
        let near = if self.about || other.about { 5 } else { 2 };
        if years <= near { Births::Near } else { Births::Differ }
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Four digits; July has four letters too.
fn is_year(text: &str) -> bool {
    text.len() == 4 && number(text).is_some()
}

/// A month by its number or its English name.
fn month_named(text: &str) -> Option<u32> {
    if let Some(month) = number(text) {
        return Some(month);
    }
    let at = MONTHS.iter().position(|month| text.starts_with(month))?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn births_are_read_as_the_lists_write_them() {
        let day = Born::on(1974, 2, 17);
        assert_eq!(Born::read("17 Feb 1974"), day);
        assert_eq!(Born::read("1974-02-17"), day);
        assert_eq!(Born::read("1974-2-17."), day);
        assert_eq!(Born::read("1965"), Born::year(1965));
        assert_eq!(Born::read("July\u{a0}1961"), Born::read("1961-07"));
        assert_eq!(Born::read("circa 1965"), Born::year(1965).map(Born::about));
        assert_eq!(Born::read("1965 to 1967"), Born::years(1965, 1967));
        assert_eq!(Born::read("circa 1979-1982"), Born::years(1979, 1982).map(Born::about));
        let february = Born::read("Feb 1974").unwrap();
        assert_eq!((february.from, february.to), (19740201, 19740231));
        for wrong in ["", "x", "31 Foo 1970", "1970-13-01", "99999", "1970 to 1960", "1 2 3 4"] {
            assert_eq!(Born::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn births_agree_when_one_can_be_the_other() {
        let born = |text: &str| Born::read(text).unwrap();
        let beside = |a: &str, b: &str| born(a).beside(born(b));
        assert_eq!(beside("1974-02-17", "17 Feb 1974"), Births::SameDay);
        assert_eq!(beside("1974-02-17", "1974"), Births::Agree);
        assert_eq!(beside("1974-02-17", "1970 to 1980"), Births::Agree);
        assert_eq!(beside("1974-02-17", "1974-02-18"), Births::Near);
        assert_eq!(beside("1974", "1976"), Births::Near);
        assert_eq!(beside("circa 1974", "1979"), Births::Near);
        assert_eq!(beside("1974", "1979"), Births::Differ);
        assert_eq!(beside("1979", "1974"), Births::Differ);
    }
}
