//! Dates and times as somebody's file writes them, by a form such as `%d.%m.%Y %H:%M`.

use terms::Day;

/// A form: letters behind `%` stand for numbers, everything else for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeForm(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A number of at most so many digits.
    Number(char, usize),
    Itself(char),
}

impl TimeForm {
    /// Reads a form.
    ///
    /// # Errors
    /// A letter behind `%` that has no meaning; no full date in it.
    pub fn parse(form: &str) -> Result<TimeForm, String> {
        let mut parts = Vec::new();
        let mut chars = form.chars();
        while let Some(c) = chars.next() {
            parts.push(match (c, if c == '%' { chars.next() } else { None }) {
                ('%', Some('Y')) => Part::Number('Y', 4),
                ('%', Some(letter @ ('y' | 'm' | 'd' | 'H' | 'M' | 'S'))) => {
                    Part::Number(letter, 2)
                }
                ('%', Some('%')) => Part::Itself('%'),
                ('%', other) => {
                    return Err(format!(
                        "%{} has no meaning; use %Y %y %m %d %H %M %S",
                        other.unwrap_or(' ')
                    ));
                }
                (other, _) => Part::Itself(other),
            });
        }
        let has = |wanted: &[char]| {
            parts
                .iter()
                .any(|part| matches!(part, Part::Number(letter, _) if wanted.contains(letter)))
        };
        if has(&['Y', 'y']) && has(&['m']) && has(&['d']) {
            Ok(TimeForm(parts))
        } else {
            Err("the form has no full date (%Y, %m and %d)".to_owned())
        }
    }

    /// The day, and the seconds since its midnight.
    ///
    /// # Errors
    /// Text that is not of this form, or no date.
    pub fn read(&self, text: &str) -> Result<(Day, u32), String> {
        let wrong = || format!("{text:?} is not a date of the form the map gives");
        let (mut rest, mut year, mut found) = (text, 0, [1u32, 1, 0, 0, 0]);
        for part in &self.0 {
            match part {
                Part::Itself(c) => rest = rest.strip_prefix(*c).ok_or_else(wrong)?,
                Part::Number(letter, most) => {
                    let digits = rest.bytes().take(*most).take_while(u8::is_ascii_digit).count();
                    let number: u32 = rest[..digits].parse().map_err(|_| wrong())?;
                    rest = &rest[digits..];
                    match letter {
                        'Y' => year = number,
                        // As POSIX reads two digits: 69 to 99 are the 1900s.
                        'y' => year = number + if number < 69 { 2_000 } else { 1_900 },
                        'm' => found[0] = number,
                        'd' => found[1] = number,
                        'H' => found[2] = number,
                        'M' => found[3] = number,
                        _ => found[4] = number,
                    }
                }
            }
        }
        let [month, day, hour, minute, second] = found;
        if !rest.is_empty() || hour > 23 || minute > 59 || second > 59 {
            return Err(wrong());
        }
        let day = Day::from_ymd(i32::try_from(year).map_err(|_| wrong())?, month, day)
            .ok_or_else(wrong)?;
        Ok((day, hour * 3_600 + minute * 60 + second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_by_their_form_and_nothing_else_is() {
        let form = TimeForm::parse("%d.%m.%Y %H:%M").unwrap();
        let day = Day::from_ymd(2026, 3, 9).unwrap();
        assert_eq!(form.read("9.3.2026 7:05"), Ok((day, 7 * 3_600 + 300)));
        assert_eq!(form.read("09.03.2026 07:05"), Ok((day, 7 * 3_600 + 300)));
        for wrong in [
            "2026-03-09",
            "09.03.2026",
            "31.02.2026 00:00",
            "09.03.2026 24:00",
            "09.03.2026 07:05x",
            "",
        ] {
            assert!(form.read(wrong).is_err(), "{wrong}");
        }
        let short = TimeForm::parse("%y%m%d").unwrap();
        assert_eq!(
            short.read("930101").map(|(day, _)| day),
            Ok(Day::from_ymd(1993, 1, 1).unwrap())
        );
        assert!(TimeForm::parse("%Y-%m").is_err() && TimeForm::parse("%Q").is_err());
    }
}
