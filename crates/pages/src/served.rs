//! Bytes on their way to a browser: pages with the headers that keep others out of them, and the style and script files.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::io::Write;

/// The style of a customer's pages: what comes over a slow line.
pub const CSS: &str = include_str!("../assets/app.css");
/// The style of the bank's own desks: the same, and what only they have.
pub const DESK_CSS: &str =
    concat!(include_str!("../assets/app.css"), include_str!("../assets/desk.css"));
/// What makes a customer's pages a little nicer.
pub const JS: &str = include_str!("../assets/app.js");
/// What makes the bank's own desks nicer: the same, and what is live or checked while it is typed.
pub const DESK_JS: &str =
    concat!(include_str!("../assets/app.js"), include_str!("../assets/desk.js"));
/// What checks a receipt in the reader's browser.
pub const CHECK_JS: &str = include_str!("../assets/check.js");

/// Nothing from elsewhere, nothing inline, no frame around us, forms only to us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'";

/// A page. A form's own site stands in `Origin` only if a referrer may be sent to that site.
pub fn page(status: StatusCode, html: String, pack: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.body_mut() =
        if pack { packed(html, response.headers_mut()) } else { Body::from(html) };
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", POLICY),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    api::doors::with_headers(response, "")
}

/// Whether a page may be compressed on its way. Not where another site led here: whoever chooses part of an address and sees how
/// long the answer is could guess the rest of it (BREACH). A browser that does not say who led here gets it plain.
pub fn may_pack(asked: &HeaderMap) -> bool {
    let from = asked.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    matches!(from, Some("same-origin" | "none")) && takes(asked, "gzip")
}

/// Whether a browser takes such a compression; one with a weight (`gzip;q=0`) does not count.
fn takes(asked: &HeaderMap, name: &str) -> bool {
    let text = asked.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    text.is_some_and(|all| all.split(',').any(|one| one.trim().eq_ignore_ascii_case(name)))
}

/// A page's text, compressed, with the header that says so; plain if it cannot be.
fn packed(html: String, headers: &mut HeaderMap) -> Body {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let done = encoder.write_all(html.as_bytes()).and_then(|()| encoder.finish());
    match done {
        Ok(bytes) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            headers.insert(VARY, HeaderValue::from_static("accept-encoding, sec-fetch-site"));
            Body::from(bytes)
        }
        Err(_) => Body::from(html),
    }
}

/// A file to keep.
pub fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let plain: String = name.chars().filter(|c| c.is_ascii_graphic() && *c != '"').collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""));
    if let Ok(disposition) = disposition {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    api::doors::with_headers(response, "")
}

/// A file that is the same for everybody, compressed once.
pub struct Asset {
    kind: &'static str,
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    tag: HeaderValue,
}

impl Asset {
    /// Of a text.
    pub fn new(kind: &'static str, text: &'static str) -> Asset {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let gzip = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
        let mut brotli = Vec::new();
        let small = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
        let done = brotli::BrotliCompress(&mut text.as_bytes(), &mut brotli, &small);
        let digest = Sha256::digest(text.as_bytes());
        let tag = format!(
            "\"{:02x}{:02x}{:02x}{:02x}{:02x}\"",
            digest[0], digest[1], digest[2], digest[3], digest[4]
        );
        Asset {
            kind,
            plain: Bytes::from_static(text.as_bytes()),
            brotli: done.map(|_| Bytes::from(brotli)).unwrap_or_default(),
            gzip: gzip.map(Bytes::from).unwrap_or_default(),
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"0\"")),
        }
    }

    /// To a browser.
    pub fn served(&self, asked: &HeaderMap) -> Response<Body> {
        let same = asked.get(IF_NONE_MATCH).is_some_and(|tag| tag == self.tag);
        let packed = [("br", &self.brotli), ("gzip", &self.gzip)];
        let packed = packed.into_iter().find(|(name, is)| !is.is_empty() && takes(asked, name));
        let body = match packed {
            _ if same => Bytes::new(),
            Some((_, bytes)) => bytes.clone(),
            None => self.plain.clone(),
        };
        let mut response = Response::new(Body::from(body));
        if same {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        headers.insert(ETAG, self.tag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        // No more heads than it needs: on a slow line they cost as much as style does, and a page's own rule what its files may do.
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some((name, _)) = packed.filter(|_| !same) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &'static str, takes: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static(from));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(takes));
        headers
    }

    #[test]
    fn a_page_to_which_another_site_led_is_not_compressed() {
        assert!(may_pack(&asked("none", "br, gzip")));
        assert!(may_pack(&asked("same-origin", "gzip")));
        assert!(!may_pack(&asked("cross-site", "gzip")));
        assert!(!may_pack(&asked("same-site", "gzip")));
        assert!(!may_pack(&asked("none", "br")));
        assert!(!may_pack(&HeaderMap::new()));
    }

    #[test]
    fn a_file_goes_out_as_small_as_the_browser_takes_it() {
        let asset = Asset::new("text/css; charset=utf-8", CSS);
        let how = |takes| {
            let response = asset.served(&asked("none", takes));
            response.headers().get(CONTENT_ENCODING).map(|name| name.to_str().unwrap().to_owned())
        };
        assert_eq!(how("gzip, br").as_deref(), Some("br"));
        assert_eq!(how("gzip, br;q=0").as_deref(), Some("gzip"));
        assert_eq!(how("identity"), None);
        assert!(asset.brotli.len() < asset.gzip.len() && asset.gzip.len() < asset.plain.len());
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &asset.brotli[..], &mut plain).unwrap();
        assert_eq!(plain, CSS.as_bytes());
    }
}
