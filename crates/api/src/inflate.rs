//! Bodies that come compressed. What comes and what it becomes are both bounded, so that a small bomb stays small.

use crate::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use std::io::Read;

/// How many times its size a body may become: payments as lines become ten to sixty times larger, a bomb a thousand times.
const GROWTH_MAX: usize = 200;
/// Bytes up to which nobody counts how much it grew.
const GROWTH_FREE: usize = 64 << 10;
/// Bytes that are inflated before it is looked at again.
const STEP: u64 = 16 << 10;

/// The body as it was before it was compressed.
///
/// # Errors
/// A way of compressing that is not taken, broken bytes, or more than `bytes_max` of them.
pub fn inflated(headers: &HeaderMap, bytes: Bytes, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    let (Some(encoding), None) = (encodings.next(), encodings.next()) else {
        if headers.contains_key(CONTENT_ENCODING) {
            return Err(Problem::new(Kind::WrongType, "one Content-Encoding at most"));
        }
        return Ok(bytes);
    };
    match encoding.as_bytes() {
        b"identity" => Ok(bytes),
        b"gzip" => {
            let mut inflated = Vec::new();
            let mut reader = MultiGzDecoder::new(&*bytes);
            loop {
                let more = reader.by_ref().take(STEP).read_to_end(&mut inflated);
                let more = more.map_err(|why| {
                    Problem::new(Kind::Malformed, format!("the body is no gzip: {why}"))
                })?;
                if more == 0 {
                    return Ok(inflated.into());
                }
                let taken = bytes.len() - reader.get_ref().len();
                let grew = inflated.len() > GROWTH_FREE.max(taken * GROWTH_MAX);
                if grew || inflated.len() > bytes_max {
                    let detail = format!(
                        "decompressed, at most {bytes_max} bytes and {GROWTH_MAX} times what is sent are taken here"
                    );
                    return Err(Problem::new(Kind::TooLarge, detail));
                }
            }
        }
        other => {
            let detail =
                format!("Content-Encoding {:?} is not taken", String::from_utf8_lossy(other));
            Err(Problem::new(Kind::WrongType, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().into()
    }

    fn headers(encoding: &'static str) -> HeaderMap {
        [(CONTENT_ENCODING, HeaderValue::from_static(encoding))].into_iter().collect()
    }

    #[test]
    fn a_bomb_is_refused_and_an_honest_body_is_not() {
        let bomb = gzip(&vec![b' '; 8 << 20]);
        assert!(bomb.len() < 16 << 10);
        let refused = inflated(&headers("gzip"), bomb, 1 << 20).unwrap_err();
        assert_eq!(refused.kind(), Kind::TooLarge);
        assert_eq!(inflated(&headers("gzip"), gzip(b"{}"), 2).unwrap(), "{}");
        // Where much is taken, a bomb is known by how it grows.
        let refused = inflated(&headers("gzip"), gzip(&vec![b' '; 64 << 20]), 96 << 20);
        assert_eq!(refused.unwrap_err().kind(), Kind::TooLarge);
        let lines: String = (0..40_000)
            .map(|n| format!("{{\"item\":{n},\"amount\":\"{}.00\"}}\n", n % 977))
            .collect();
        let honest = inflated(&headers("gzip"), gzip(lines.as_bytes()), 96 << 20);
        assert_eq!(honest.unwrap(), lines);
        let two = [gzip(b"{}"), gzip(b"[]")].concat();
        assert_eq!(inflated(&headers("gzip"), two.into(), 9).unwrap(), "{}[]", "both members");
        assert_eq!(
            inflated(&headers("gzip"), Bytes::from_static(b"no"), 9).unwrap_err().kind(),
            Kind::Malformed
        );
        assert_eq!(inflated(&headers("br"), Bytes::new(), 9).unwrap_err().kind(), Kind::WrongType);
        assert_eq!(inflated(&HeaderMap::new(), Bytes::from_static(b"x"), 9).unwrap(), "x");
    }
}
