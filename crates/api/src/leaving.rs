//! Operations that are going away say so in every answer: since when (RFC 9745) and until when (RFC 8594).

use axum::http::header::{HeaderMap, HeaderName, HeaderValue, LINK};
use std::time::{Duration, UNIX_EPOCH};
use terms::Day;

/// When an operation goes away; both days begin at midnight, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// From this day on nobody should begin to use it.
    pub since: Day,
    /// From this day on it is not answered.
    pub until: Day,
    /// What is used instead, as the reference calls it.
    pub instead: &'static str,
}

impl Leaving {
    /// Says so.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let until = UNIX_EPOCH + Duration::from_secs(seconds(self.until));
        let texts = [
            (HeaderName::from_static("deprecation"), format!("@{}", seconds(self.since))),
            (HeaderName::from_static("sunset"), httpdate::fmt_http_date(until)),
            (LINK, format!("</api/v1/reference#{}>; rel=\"deprecation\"", self.instead)),
        ];
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.append(name, value);
            }
        }
    }
}

fn seconds(day: Day) -> u64 {
    u64::try_from(day.0).unwrap_or(0) * 86_400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_those_of_the_standards() {
        let day = |text| Day::parse(text).unwrap();
        let leaving = Leaving {
            since: day("2026-11-28"),
            until: day("2027-11-28"),
            instead: "create_payment",
        };
        let mut headers = HeaderMap::new();
        leaving.tell(&mut headers);
        assert_eq!(headers["deprecation"], "@1795824000");
        assert_eq!(headers["sunset"], "Sun, 28 Nov 2027 00:00:00 GMT");
        assert_eq!(headers["link"], "</api/v1/reference#create_payment>; rel=\"deprecation\"");
    }
}
