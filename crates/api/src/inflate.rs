//! Bodies that come compressed, by gzip or Zstandard. What comes and what it becomes are both bounded, and so is how much of
//! one byte may become, so that a small bomb stays small.

use crate::problem::{Kind, Problem};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use std::io::Read;

/// Bytes that one byte may become, once there are more than [`FREE_BYTES`]. Uploads whose lines are nearly alike reach
/// 100 with Zstandard, bombs a thousand and more.
const RATIO_MAX: usize = 200;
/// So many bytes any body may become.
const FREE_BYTES: usize = 64 << 10;
/// Bytes that are decompressed at once.
const CHUNK_BYTES: usize = 16 << 10;
/// 8 MiB: the largest window that a client may count on (RFC 9659).
const WINDOW_LOG_MAX: u32 = 23;

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
            let left = |reader: &MultiGzDecoder<&[u8]>| reader.get_ref().len();
            bounded(MultiGzDecoder::new(&*bytes), bytes.len(), left, bytes_max)
                .map_err(|why| why.problem("gzip", bytes_max))
        }
        b"zstd" => zstd(&bytes, bytes_max).map_err(|why| why.problem("Zstandard", bytes_max)),
        other => {
            let detail =
                format!("Content-Encoding {:?} is not taken", String::from_utf8_lossy(other));
            Err(Problem::new(Kind::WrongType, detail))
        }
    }
}

/// Why a body is not taken.
enum Wrong {
    Broken(std::io::Error),
    TooMuch,
}

impl Wrong {
    fn problem(self, way: &str, bytes_max: usize) -> Problem {
        match self {
            Wrong::Broken(why) => {
                Problem::new(Kind::Malformed, format!("the body is no {way}: {why}"))
            }
            Wrong::TooMuch => {
                let detail = format!(
                    "at most {bytes_max} bytes are taken here, decompressed, and at most {RATIO_MAX} of each byte"
                );
                Problem::new(Kind::TooLarge, detail)
            }
        }
    }
}

fn zstd(bytes: &[u8], bytes_max: usize) -> Result<Bytes, Wrong> {
    let mut reader = zstd::stream::read::Decoder::with_buffer(bytes).map_err(Wrong::Broken)?;
    reader.window_log_max(WINDOW_LOG_MAX).map_err(Wrong::Broken)?;
    bounded(reader, bytes.len(), |reader| reader.get_ref().len(), bytes_max)
}

/// Reads to the end, which must not be too far, and not grow too much on the way; `left` is what was not taken yet.
fn bounded<R: Read>(
    mut reader: R,
    came: usize,
    left: impl Fn(&R) -> usize,
    bytes_max: usize,
) -> Result<Bytes, Wrong> {
    let mut inflated = Vec::new();
    loop {
        let mut chunk = reader.by_ref().take(CHUNK_BYTES as u64);
        if chunk.read_to_end(&mut inflated).map_err(Wrong::Broken)? == 0 {
            return Ok(inflated.into());
        }
        let taken = came.saturating_sub(left(&reader));
        let grows = inflated.len() > taken.saturating_mul(RATIO_MAX).max(FREE_BYTES);
        if grows || inflated.len() > bytes_max {
            return Err(Wrong::TooMuch);
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

    fn zstd(bytes: &[u8]) -> Bytes {
        zstd::stream::encode_all(bytes, 3).unwrap().into()
    }

    fn headers(encoding: &'static str) -> HeaderMap {
        [(CONTENT_ENCODING, HeaderValue::from_static(encoding))].into_iter().collect()
    }

    type Pack = fn(&[u8]) -> Bytes;
    const WAYS: [(&str, Pack); 2] = [("gzip", gzip), ("zstd", zstd)];

    #[test]
    fn a_bomb_is_refused_and_an_honest_body_is_not() {
        for (way, pack) in WAYS {
            let bomb = pack(&vec![b' '; 8 << 20]);
            assert!(bomb.len() < 16 << 10);
            for bytes_max in [1 << 16, 1 << 30] {
                let refused = inflated(&headers(way), bomb.clone(), bytes_max).unwrap_err();
                assert_eq!(refused.kind(), Kind::TooLarge, "{way}");
            }
            assert_eq!(inflated(&headers(way), pack(b"{}"), 2).unwrap(), "{}");
            assert_eq!(
                inflated(&headers(way), pack(b"{} "), 2).unwrap_err().kind(),
                Kind::TooLarge
            );
            for broken in [Bytes::from_static(b"no"), pack(b"a body").slice(..9)] {
                let refused = inflated(&headers(way), broken, 9).unwrap_err();
                assert_eq!(refused.kind(), Kind::Malformed, "{way}");
            }
        }
        let two = [gzip(b"{}"), gzip(b"[]")].concat();
        assert_eq!(inflated(&headers("gzip"), two.into(), 9).unwrap(), "{}[]", "both members");
        assert_eq!(inflated(&headers("br"), Bytes::new(), 9).unwrap_err().kind(), Kind::WrongType);
        assert_eq!(inflated(&HeaderMap::new(), Bytes::from_static(b"x"), 9).unwrap(), "x");
    }

    #[test]
    fn an_upload_of_lines_that_are_nearly_alike_is_no_bomb() {
        let line = |n| {
            format!(
                "{{\"from\":\"acc_1\",\"to\":\"acc_2\",\"amount\":\"0.01\",\"item\":\"upload-{n}\"}}\n"
            )
        };
        let lines: String = (0..50_000).map(line).collect();
        assert!(lines.len() > 3 * FREE_BYTES);
        for (way, pack) in WAYS {
            let taken = inflated(&headers(way), pack(lines.as_bytes()), 96 << 20).unwrap();
            assert_eq!(taken, lines.as_bytes(), "{way}");
        }
    }

    #[test]
    fn a_window_that_no_client_may_count_on_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(b"{}").unwrap();
        let wide: Bytes = encoder.finish().unwrap().into();
        assert_eq!(inflated(&headers("zstd"), wide, 2).unwrap_err().kind(), Kind::Malformed);
    }
}
