//! Moments and calendar days. Both come in from outside as arguments; nothing here reads a clock.

use alloc::string::String;
use core::fmt;

/// A moment: nanoseconds since 1970-01-01T00:00:00Z. Each event's is unique and later than the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct TimeNs(pub u64);

/// Nanoseconds of a second.
const NS_PER_S: u64 = 1_000_000_000;
/// Seconds of a day.
const S_PER_DAY: u64 = 86_400;

impl TimeNs {
    /// The start of `day` in UTC; days before 1970 give 1970.
    pub fn start_of(day: Day) -> TimeNs {
        TimeNs(u64::try_from(day.0).unwrap_or(0).saturating_mul(S_PER_DAY * NS_PER_S))
    }

    /// The calendar day of this moment, `offset_min` minutes east of UTC.
    pub fn day_at(self, offset_min: i16) -> Day {
        let seconds =
            i64::try_from(self.0 / NS_PER_S).unwrap_or(i64::MAX) + i64::from(offset_min) * 60;
        Day(i32::try_from(seconds.div_euclid(S_PER_DAY as i64)).unwrap_or(i32::MAX))
    }

    /// ISO 8601 at `offset_min` minutes east of UTC, to the second: `2026-11-23T08:00:05+08:00`.
    pub fn iso_at(self, offset_min: i16) -> String {
        let seconds =
            i64::try_from(self.0 / NS_PER_S).unwrap_or(i64::MAX) + i64::from(offset_min) * 60;
        let of_day = seconds.rem_euclid(S_PER_DAY as i64);
        let (h, m, s) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let day = self.day_at(offset_min);
        if offset_min == 0 {
            return alloc::format!("{day}T{h:02}:{m:02}:{s:02}Z");
        }
        let (sign, off) = (if offset_min < 0 { '-' } else { '+' }, offset_min.unsigned_abs());
        alloc::format!("{day}T{h:02}:{m:02}:{s:02}{sign}{:02}:{:02}", off / 60, off % 60)
    }

    /// This moment `seconds` later, or `None` past the end of time.
    pub fn plus_s(self, seconds: u32) -> Option<TimeNs> {
        self.0.checked_add(u64::from(seconds) * NS_PER_S).map(TimeNs)
    }
}

/// A calendar day: days since 1970-01-01. As a value date in a command, `Day::BOOKING` says
/// "the booking date"; an event always carries a real day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Day(pub i32);

impl Day {
    /// In a command: whatever day it is booked on.
    pub const BOOKING: Day = Day(0);

    /// The day of a proleptic Gregorian date, or `None` if there is no such date in years 1 to 9999.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let found = Day(days_of_civil(year, month, day));
        (found.ymd() == (year, month, day)).then_some(found)
    }

    /// Year, month (1-12) and day of month (1-31).
    pub fn ymd(self) -> (i32, u32, u32) {
        // The era of 400 years that starts on 1 March has 146,097 days; day and month follow from
        // the day of the year that begins in March.
        let z = i64::from(self.0) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }

    /// A value date as asked, where `BOOKING` says the day it was booked on.
    pub fn or_booking(self, booked: Day) -> Day {
        if self == Day::BOOKING { booked } else { self }
    }

    /// 0 is Monday, 6 is Sunday.
    pub fn weekday(self) -> u8 {
        ((i64::from(self.0) + 3).rem_euclid(7)) as u8
    }

    /// This day and `days` more (or fewer), saturating.
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// `2026-11-23` as a day.
    ///
    /// # Errors
    /// Anything that is not an existing date in that form.
    pub fn parse(text: &str) -> Result<Day, DayError> {
        let mut parts = text.split('-');
        let mut number = |width: usize| -> Option<u32> {
            let part = parts
                .next()
                .filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()))?;
            part.parse().ok()
        };
        let found = number(4).zip(number(2)).zip(number(2));
        let ((year, month), day) = found.ok_or(DayError)?;
        if parts.next().is_some() {
            return Err(DayError);
        }
        Day::from_ymd(year as i32, month, day).ok_or(DayError)
    }
}

/// Days since 1970-01-01 of a civil date; the inverse of `Day::ymd`.
fn days_of_civil(year: i32, month: u32, day: u32) -> i32 {
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let doy = (153 * mp + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (era * 146_097 + doe - 719_468) as i32
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Text that is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayError;

impl fmt::Display for DayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date such as 2026-11-23")
    }
}

impl core::error::Error for DayError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_reads_back() {
        for n in -40_000..110_000 {
            let (y, m, d) = Day(n).ymd();
            assert_eq!(Day::from_ymd(y, m, d), Some(Day(n)));
        }
        assert_eq!(Day(0).ymd(), (1970, 1, 1));
        assert_eq!(Day::from_ymd(2000, 2, 29).map(|d| d.0), Some(11_016));
        assert_eq!(Day::from_ymd(2100, 2, 29), None);
    }

    #[test]
    fn weekdays_and_zones() {
        assert_eq!(Day::parse("2026-11-23").map(Day::weekday), Ok(0));
        let start = Day::parse("2026-11-23").map(TimeNs::start_of).unwrap();
        assert_eq!(TimeNs(start.0 + 5 * NS_PER_S).iso_at(-90), "2026-11-22T22:30:05-01:30");
        assert_eq!(TimeNs(0).iso_at(0), "1970-01-01T00:00:00Z");
        assert_eq!(TimeNs(0).iso_at(480), "1970-01-01T08:00:00+08:00");
        assert_eq!(TimeNs(16 * 3600 * NS_PER_S).day_at(480), Day(1));
    }

    #[test]
    fn only_existing_dates_parse() {
        for bad in
            ["", "2026-13-01", "2026-02-30", "26-01-01", "2026-1-1", "2026-01-01-01", "+026-01-01"]
        {
            assert_eq!(Day::parse(bad), Err(DayError), "{bad:?}");
        }
    }
}
