//! Which moment a caller means: the number of an entry, or a time with its distance from UTC.

use history::AsOf;
use terms::{Day, TimeNs};

/// What a moment looks like, for people who wrote another thing.
pub const FORM: &str =
    "an entry's number, such as 1204, or a time, such as 2026-11-23T08:00:05+08:00";

/// A moment from text; `None` if it is none.
pub fn parse(text: &str) -> Option<AsOf> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().map(AsOf::Entry);
    }
    time(text).map(AsOf::Time)
}

/// `2026-11-23T08:00:05+08:00`, with or without a fraction of the second, `Z` for UTC.
fn time(text: &str) -> Option<TimeNs> {
    let (day, rest) = text.split_once(['T', 't', ' '])?;
    let day = Day::parse(day).ok()?;
    let at = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at(at);
    // Without a fraction the whole second belongs to it.
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "999999999"));
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 23)?;
    let minute = number(parts.next()?, 59)?;
    let second = number(parts.next()?, 59)?;
    if parts.next().is_some() {
        return None;
    }
    let seconds = i64::from(day.0) * 86_400 + hour * 3_600 + minute * 60 + second - offset_s(zone)?;
    let ns = u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?;
    ns.checked_add(nanoseconds(fraction)?).map(TimeNs)
}

/// Two digits up to `max`.
fn number(text: &str, max: i64) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?.filter(|number| *number <= max)
}

/// Up to nine digits behind the point.
fn nanoseconds(text: &str) -> Option<u64> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| format!("{text:0<9}").parse().ok())?
}

/// Seconds east of UTC.
fn offset_s(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, zone) = zone.split_at_checked(1)?;
    let (hours, minutes) = zone.split_once(':')?;
    let seconds = number(hours, 23)? * 3_600 + number(minutes, 59)? * 60;
    match sign {
        "+" => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_entry_and_a_time_needs_its_zone() {
        let second = |s: u64| Some(AsOf::Time(TimeNs(s * 1_000_000_000 + 999_999_999)));
        assert_eq!(parse("1204"), Some(AsOf::Entry(1204)));
        assert_eq!(parse("1970-01-02T00:00:05Z"), second(86_405));
        assert_eq!(parse("1970-01-02T08:00:05+08:00"), second(86_405));
        assert_eq!(parse("1970-01-01T19:00:05-05:00"), second(86_405));
        assert_eq!(parse("1970-01-01T00:00:00.25Z"), Some(AsOf::Time(TimeNs(250_000_000))));
    }

    #[test]
    fn what_is_no_moment_is_not_taken_for_one() {
        for text in [
            "",
            "now",
            "-1",
            "99999999999999999999",
            "2026-11-23",
            "2026-11-23T08:00:05",
            "2026-02-30T08:00:05Z",
            "2026-11-23T24:00:05Z",
            "2026-11-23T08:00:05:01Z",
            "2026-11-23T08:00:05.Z",
            "2026-11-23T08:00:05+0800",
            "1970-01-01T00:00:00+08:00",
            "2026-11-23T08:00:05Zé",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
