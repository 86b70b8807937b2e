//! What browsers send along by themselves: cookies, and where a request comes from. A cookie opens nothing for a request that
//! another site began.

use crate::problem::{Kind, Problem};
use access::{Access, SignedIn};
use axum::http::header::{COOKIE, HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method};

/// How long a browser is remembered, in seconds: a year.
const DEVICE_S: u64 = 31_536_000;
/// Says which site began a request (W3C Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Of a session.
    Session,
    /// Of a browser that has signed in before.
    Device,
}

impl Cookie {
    /// Its name. `__Host-` keeps other hosts of a domain from planting one (RFC 6265bis section 4.1.3.2); it needs https, so
    /// that a bank tried over http on this machine has plain names.
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Cookie::Session, true) => "__Host-session",
            (Cookie::Device, true) => "__Host-device",
            (Cookie::Session, false) => "tongjian-session",
            (Cookie::Device, false) => "tongjian-device",
        }
    }

    /// What a request brings; nothing if it brings two that differ.
    pub fn of<'a>(self, headers: &'a HeaderMap, access: &Access) -> Option<&'a str> {
        let name = self.name(is_secure(access));
        let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
        let mut ours = pairs.filter(|(known, _)| known.trim() == name).map(|(_, v)| v.trim());
        let first = ours.next()?;
        ours.all(|other| other == first).then_some(first)
    }

    /// The value of `Set-Cookie`.
    fn set(self, value: &str, age_s: u64, secure: bool) -> String {
        let name = self.name(secure);
        let only = if secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_s}{only}")
    }
}

/// The cookies of somebody who has just signed in.
pub fn cookies(signed_in: &SignedIn, access: &Access) -> Vec<String> {
    let secure = is_secure(access);
    let session = Cookie::Session.set(&signed_in.cookie, access.session_max_s(), secure);
    let device = signed_in.device.as_deref();
    let device = device.map(|device| Cookie::Device.set(device, DEVICE_S, secure));
    [Some(session), device].into_iter().flatten().collect()
}

/// Takes the cookie of a session away.
pub fn no_cookie(access: &Access) -> String {
    Cookie::Session.set("", 0, is_secure(access))
}

fn is_secure(access: &Access) -> bool {
    access.origin().starts_with("https://")
}

/// Where a request comes from, as far as its browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameFrom {
    /// Our own pages.
    Ours,
    /// It does not say: no browser, or one that reads.
    Unsaid,
    /// Another site.
    Elsewhere,
}

/// Where a request comes from. `Origin` cannot be set by scripts of a page (Fetch Standard section 4.6).
pub fn came_from(headers: &HeaderMap, access: &Access) -> CameFrom {
    let all = |name: &HeaderName, ours: &str| {
        let mut values = headers.get_all(name).iter().peekable();
        let said = values.peek().is_some();
        said.then(|| values.all(|value| value.as_bytes() == ours.as_bytes()))
    };
    match (all(&ORIGIN, access.origin()), all(&SEC_FETCH_SITE, "same-origin")) {
        (None, None) => CameFrom::Unsaid,
        (Some(false), _) | (_, Some(false)) => CameFrom::Elsewhere,
        _ => CameFrom::Ours,
    }
}

/// Fails where a write comes with a cookie and not from our own pages.
///
/// # Errors
/// `other_origin`.
pub fn must_be_ours(method: &Method, headers: &HeaderMap, access: &Access) -> Result<(), Problem> {
    let reads = method == Method::GET || method == Method::HEAD;
    if reads || came_from(headers, access) == CameFrom::Ours { Ok(()) } else { Err(other(access)) }
}

/// Fails where a sign-in was begun by another site, which would sign somebody in as somebody else.
///
/// # Errors
/// `other_origin`.
pub fn must_not_be_elsewhere(headers: &HeaderMap, access: &Access) -> Result<(), Problem> {
    if came_from(headers, access) == CameFrom::Elsewhere { Err(other(access)) } else { Ok(()) }
}

fn other(access: &Access) -> Problem {
    let says = format!(
        "who is signed in with a cookie sends `Origin: {0}`, as browsers do for pages of {0}; another site cannot",
        access.origin()
    );
    Problem::new(Kind::Forbidden, says).code("other_origin")
}
