//! Which trace a request belongs to: the caller's (W3C Trace Context, `traceparent`) or one of its own. The log names it beside the
//! request's number, and the answer says it in `traceresponse`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;

/// The header of a request.
const TRACEPARENT: &str = "traceparent";
/// The header of an answer (Trace Context Level 2).
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// Where a request stands in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The whole of what was begun somewhere, 128 bits.
    pub trace: u128,
    /// The caller's part; `None` if the trace begins here.
    pub parent: Option<u64>,
    /// Our part.
    pub span: u64,
    /// Somebody records it.
    pub sampled: bool,
}

impl Trace {
    /// Of a request. A header that is not right begins a trace of its own, as the standard says.
    pub fn of(headers: &HeaderMap, random: u128) -> Trace {
        let mut all = headers.get_all(TRACEPARENT).iter();
        let one = all.next().filter(|_| all.next().is_none());
        let random = random.max(1);
        let span = ((random >> 64) as u64 ^ random as u64).max(1);
        match one.and_then(|value| read(value.to_str().ok()?)) {
            Some((trace, parent, flags)) => {
                Trace { trace, parent: Some(parent), span, sampled: flags & 1 == 1 }
            }
            None => Trace { trace: random, parent: None, span, sampled: false },
        }
    }

    /// Tells the caller.
    pub fn tell(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.to_string()) {
            headers.insert(TRACERESPONSE, value);
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// Trace, parent and flags of a header. A later version may say more behind a hyphen; of ours there is nothing more.
fn read(text: &str) -> Option<(u128, u64, u8)> {
    let (known, later) = text.split_at_checked(55)?;
    let shaped =
        known.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let version = known.get(..2)?;
    let right = match version {
        "00" => later.is_empty(),
        "ff" => false,
        _ => later.is_empty() || later.starts_with('-'),
    };
    let hyphens = [2, 35, 52].iter().all(|at| text.as_bytes()[*at] == b'-');
    if !shaped || !right || !hyphens || version.contains('-') {
        return None;
    }
    let trace = u128::from_str_radix(&text[3..35], 16).ok()?;
    let parent = u64::from_str_radix(&text[36..52], 16).ok()?;
    let flags = u8::from_str_radix(&text[53..55], 16).ok()?;
    (trace != 0 && parent != 0).then_some((trace, parent, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_the_standard_is_read_and_a_wrong_one_begins_anew() {
        let right = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let of = |text: &str| {
            Trace::of(
                &[(HeaderName::from_static(TRACEPARENT), text.parse().unwrap())]
                    .into_iter()
                    .collect(),
                9,
            )
        };
        let trace = of(right);
        assert_eq!(trace.parent, Some(0xb7ad_6b71_6920_3331));
        assert!(trace.sampled && trace.span != 0);
        assert_eq!(trace.to_string(), "00-0af7651916cd43dd8448eb211c80319c-0000000000000009-01");
        assert!(
            of("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later").parent.is_some()
        );
        for wrong in [
            "",
            "00",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            let trace = of(wrong);
            assert_eq!((trace.parent, trace.trace), (None, 9), "{wrong}");
        }
        let twice: HeaderMap =
            std::iter::repeat_n((HeaderName::from_static(TRACEPARENT), right.parse().unwrap()), 2)
                .collect();
        assert_eq!(Trace::of(&twice, 9).parent, None);
    }
}
