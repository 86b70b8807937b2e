//! One request of a person, as a page sees it: who it is, how they want to see things, what they typed, and the API to ask in
//! their name. `door.rs` tells the way of every page; what a page itself does stands under `desks/`.

use crate::ask::Asker;
use crate::figures;
use crate::form::{Form, Upload};
use crate::house::House;
use crate::look::{self, Look};
use crate::trouble::Trouble;
use crate::words::Words;
use api::doors::{Cookie, Peer};
use axum::body::Body;
use axum::http::header::{HeaderValue, USER_AGENT};
use axum::http::{HeaderMap, Response, StatusCode};
use maud::Markup;
use serde_json::Value;
use std::sync::Arc;

/// A request that is being answered.
pub struct Visit {
    /// Whose pages these are.
    pub house: Arc<House>,
    /// How they are to be seen.
    pub look: Look,
    /// The words of that language.
    pub words: Words,
    /// The API, in the name of who looks.
    pub ask: Asker,
    /// Who is signed in, if anybody is.
    pub me: Option<Me>,
    /// Why it is not known who is signed in, though somebody may be.
    unsure: Option<(StatusCode, String)>,
    /// The path.
    pub path: String,
    /// What stands behind the question mark.
    pub query: Form,
    /// What was typed; empty for a page that is only read.
    pub form: Form,
    /// The file that came with it.
    pub file: Option<Upload>,
    /// The path's parameters.
    pub parameters: Vec<(&'static str, String)>,
    /// The number of the till that a teller of this browser works at; empty if none was named.
    pub till: String,
    /// The cookie of the session.
    session: Option<String>,
    /// Where the request comes from, and with what.
    pub address: String,
    /// The browser, as it names itself.
    pub agent: String,
    /// Whether the browser must keep cookies for secure connections.
    secure: bool,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Me {
    /// The name they sign in with.
    pub name: String,
    /// Their roles.
    pub roles: Vec<String>,
    /// Their own party in the ledger.
    pub party: Option<String>,
}

impl Me {
    fn of(document: &Value) -> Me {
        let text = |name: &str| document[name].as_str().map(ToOwned::to_owned);
        let roles = document["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
        let id = text("id").unwrap_or_default();
        Me {
            name: id.strip_prefix("user:").unwrap_or(&id).to_owned(),
            roles: roles.iter().filter_map(|role| role.as_str().map(ToOwned::to_owned)).collect(),
            party: text("party"),
        }
    }

    /// Whether they hold one of these roles.
    pub fn is_one_of(&self, roles: &[&str]) -> bool {
        self.roles.iter().any(|role| roles.contains(&role.as_str()))
    }

    /// Whether they work for the bank, whatever else they are: they have a role that is no customer's and none of who helps one.
    pub fn works_here(&self) -> bool {
        self.roles.iter().any(|role| !matches!(role.as_str(), "customer" | "helper"))
    }
}

/// What a page gives.
pub enum Shown {
    /// A page, under its title.
    Page(StatusCode, String, Markup),
    /// A part of a page, which a script puts in its place.
    Part(Markup),
    /// The next page.
    Next(String),
    /// The next page, with cookies.
    NextWith(String, Vec<HeaderValue>),
    /// A file: its type, its name for saving, its bytes.
    File(&'static str, String, Vec<u8>),
    /// What is told as it happens.
    Stream(Response<Body>),
}

/// What a page's function gives.
pub type Said = Result<Shown, Trouble>;

impl Visit {
    /// A parameter of the path.
    pub fn named(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// Nobody is, or the API did not say.
    pub fn me(&self) -> Result<&Me, Trouble> {
        self.sure()?;
        self.me.as_ref().ok_or_else(stranger)
    }

    /// Sees to it that the API said who is signed in: whoever asks too often is told so, and not that they must sign in.
    ///
    /// # Errors
    /// It did not.
    pub fn sure(&self) -> Result<(), Trouble> {
        match &self.unsure {
            Some((status, code)) => Err(Trouble::new(*status, code)),
            None => Ok(()),
        }
    }

    /// The party of who is signed in.
    ///
    /// # Errors
    /// Nobody is, or somebody of the bank.
    pub fn party(&self) -> Result<&str, Trouble> {
        let none = || Trouble::new(StatusCode::FORBIDDEN, "no_party");
        self.me()?.party.as_deref().ok_or_else(none)
    }

    /// The token that each form of a session carries.
    pub fn form_token(&self) -> String {
        let access = self.house.access();
        match (access, &self.session) {
            (Some(access), Some(session)) => access.form_token(session),
            _ => String::new(),
        }
    }

    /// The cookie that came along.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// A new key under which a form does something once.
    pub fn new_key() -> String {
        api::wire::new_id().map(|id| format!("{id:032x}")).unwrap_or_default()
    }

    /// A page.
    pub fn page(&self, title: &str, body: Markup) -> Said {
        Ok(Shown::Page(StatusCode::OK, title.to_owned(), body))
    }

    /// The same page again, with what is wrong about a form.
    pub fn again(&self, trouble: &Trouble, title: &str, body: Markup) -> Said {
        Ok(Shown::Page(trouble.status, title.to_owned(), body))
    }

    /// A moment on the institution's clock.
    pub fn moment(&self, iso: &str) -> String {
        figures::moment(self.words, &self.house.local(iso))
    }

    /// A moment on the institution's clock, to the second.
    pub fn moment_s(&self, iso: &str) -> String {
        figures::moment_s(self.words, &self.house.local(iso))
    }

    /// The day of a moment on the institution's clock.
    pub fn day(&self, iso: &str) -> String {
        if iso.len() > 10 {
            return figures::day(self.words, &self.house.local(iso));
        }
        figures::day(self.words, iso)
    }

    /// The cookie of a till, for as long as the browser is open; none for what is no number.
    pub fn till_cookie(&self, till: &str) -> Option<HeaderValue> {
        let till = till.replace(' ', "");
        let only = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{TILL}={till}; Path=/counter; HttpOnly; SameSite=Strict{only}");
        HeaderValue::from_str(&cookie).ok().filter(|_| is_till(&till))
    }

    /// Cookies of a look.
    pub fn look_cookie(&self, look: Look) -> Option<HeaderValue> {
        HeaderValue::from_str(&look.cookie(self.secure)).ok()
    }
}

/// The name of a till's cookie.
const TILL: &str = "till";

fn is_till(text: &str) -> bool {
    (1..=39).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn stranger() -> Trouble {
    Trouble::new(StatusCode::UNAUTHORIZED, "unauthenticated")
}

impl Visit {
    /// A form of a session brings the session's token; before there is one, the API looks where the request comes from.
    pub fn form_is_ours(&self) -> bool {
        match (self.house.access(), &self.session, &self.me) {
            (Some(access), Some(session), Some(_)) => {
                access.form_token_fits(session, self.form.get("form_token"))
            }
            _ => true,
        }
    }
}

/// What is known of a request before it is looked at.
pub async fn arrive(house: Arc<House>, headers: &HeaderMap, peer: Option<&Peer>) -> Visit {
    house.learn().await;
    let look = Look::of(headers);
    let nobody = Peer::nobody();
    let peer = peer.unwrap_or(&nobody);
    let ask = Asker::of(house.api(), headers, peer);
    let access = house.access().cloned();
    let session = access.as_ref().and_then(|access| Cookie::Session.of(headers, access));
    let session = session.map(ToOwned::to_owned);
    let (me, unsure) = match &session {
        Some(_) => match ask.get("/me").await {
            Ok(answer) => (Some(Me::of(&answer.body)), None),
            Err(trouble) if trouble.is_stranger() => (None, None),
            Err(trouble) => (None, Some((trouble.status, trouble.code))),
        },
        None => (None, None),
    };
    let secure = access.is_some_and(|access| access.origin().starts_with("https://"));
    Visit {
        house,
        look,
        words: Words(look.lang),
        ask,
        me,
        unsure,
        path: String::new(),
        query: Form::default(),
        form: Form::default(),
        file: None,
        parameters: Vec::new(),
        address: peer.address.ip().to_string(),
        agent: headers
            .get(USER_AGENT)
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        till: look::kept(headers, TILL).filter(|till| is_till(till)).unwrap_or_default().to_owned(),
        session,
        secure,
    }
}

/// A path of ours that somebody is sent on to; the front page for anything else.
pub fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c.is_control() || c == '\\');
    if ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_on_to_another_site() {
        assert_eq!(local("/pay?to=1"), "/pay?to=1");
        for wrong in ["https://a.example/", "//a.example", "/\\a.example", "", "/a\r\nb"] {
            assert_eq!(local(wrong), "/", "{wrong:?}");
        }
    }
}
