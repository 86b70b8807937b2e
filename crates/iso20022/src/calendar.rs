//! Dates and times as XML Schema writes them (part 2, 3.2.7 to 3.2.11), with years of four digits.

use terms::Day;

/// Minutes of the largest zone offset.
const ZONE_MIN_MAX: u32 = 14 * 60;

/// Takes `count` digits off the front.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    Some((number.parse().ok()?, rest))
}

fn year_month(text: &str) -> Option<(u32, u32, &str)> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
    (year > 0 && (1..=12).contains(&month)).then_some((year, month, rest))
}

fn day(text: &str) -> Option<(Day, &str)> {
    let (year, month, rest) = year_month(text)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
    Some((Day::from_ymd(i32::try_from(year).ok()?, month, day)?, rest))
}

fn is_zone(text: &str) -> bool {
    let offset = || {
        let (hours, rest) = digits(text.strip_prefix(['+', '-'])?, 2)?;
        let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
        Some(rest.is_empty() && minutes < 60 && hours * 60 + minutes <= ZONE_MIN_MAX)
    };
    text.is_empty() || text == "Z" || offset().unwrap_or(false)
}

fn time(text: &str) -> Option<&str> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (zeros, rest) = match rest.strip_prefix('.') {
        None => (true, rest),
        Some(fraction) => {
            let after = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            let fraction = fraction.strip_suffix(after).filter(|digits| !digits.is_empty())?;
            (fraction.bytes().all(|digit| digit == b'0'), after)
        }
    };
    let midnight = hour == 24 && minute == 0 && second == 0 && zeros;
    (midnight || (hour < 24 && minute < 60 && second < 60)).then_some(rest)
}

/// The day of an `xs:date` or `xs:dateTime` as it is written there; a zone is checked and not applied.
pub(crate) fn day_of(text: &str) -> Option<Day> {
    let (day, rest) = day(text)?;
    match rest.strip_prefix('T') {
        None => is_zone(rest).then_some(day),
        Some(rest) => is_zone(time(rest)?).then_some(day),
    }
}

/// True for an `xs:date`.
pub(crate) fn is_date(text: &str) -> bool {
    day(text).is_some_and(|(_, rest)| is_zone(rest))
}

/// True for an `xs:dateTime`.
pub(crate) fn is_date_time(text: &str) -> bool {
    text.contains('T') && day_of(text).is_some()
}

/// True for an `xs:time`.
pub(crate) fn is_time(text: &str) -> bool {
    time(text).is_some_and(is_zone)
}

/// True for an `xs:gYearMonth`.
pub(crate) fn is_year_month(text: &str) -> bool {
    year_month(text).is_some_and(|(_, _, rest)| is_zone(rest))
}

/// True for an `xs:gYear`.
pub(crate) fn is_year(text: &str) -> bool {
    digits(text, 4).is_some_and(|(year, rest)| year > 0 && is_zone(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_exist_are_dates_and_others_are_not() {
        for good in ["2026-11-28", "2024-02-29", "2026-11-28Z", "2026-11-28+08:00"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "26-11-28",
            "2026-11-28T00:00:00",
            "20261128",
            "0000-01-01",
            "2026-11-28+15:00",
            "2026-1١-28",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
        for good in ["2026-11-28T09:00:00", "2026-11-28T09:00:00.123Z", "2026-11-28T24:00:00-02:00"]
        {
            assert!(is_date_time(good), "{good}");
        }
        for bad in [
            "2026-11-28",
            "2026-11-28T25:00:00",
            "2026-11-28T24:00:01",
            "2026-11-28T09:00",
            "2026-11-28T09:00:00.",
            "2026-11-28 09:00:00",
        ] {
            assert!(!is_date_time(bad), "{bad}");
        }
        assert!(
            is_time("23:59:59")
                && !is_time("23:59:60")
                && is_year_month("2026-11")
                && is_year("2026")
        );
    }
}
