//! Sessions of people: begun with a new cookie, ended by their owner, by right, by time, or with the rights they stood on.

use super::{Access, came_from, person};
use crate::action::Action;
use crate::asked::{Came, SessionView, SignedIn};
use crate::failed::{AccessFailed, Denied, Refused, Why};
use crate::note::Noted;
use crate::policies::class_of;
use crate::principal::{Principal, PrincipalKind, SessionId};
use crate::resource::ResourceKind;
use crate::secret::{hash_of_shown, hash_parts, random, same, secret, text_of};
use crate::store::{Change, HashText, Live, Session, State, User};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use terms::PartyId;

/// Sessions of one person at once; the longest unseen ends when there would be more.
const OF_USER_MAX: usize = 16;
/// Seconds after which it is made durable that a session was seen.
const SEEN_S: u64 = 300;
/// Seconds between two clearings of what has ended.
const SWEEP_S: u64 = 600;
/// What one clearing takes at most.
const SWEEP_MAX: usize = 1_000;

/// A session that begins when its changes are durable.
pub(super) struct Begun {
    pub(super) changes: Vec<Change>,
    pub(super) signed_in: SignedIn,
}

impl Begun {
    /// The same for who came with number and PIN of a phone.
    pub(super) fn by_phone(mut self) -> Begun {
        for change in &mut self.changes {
            if let Change::Session(session) = change {
                session.by_phone = true;
            }
        }
        self
    }
}

impl Access {
    /// Whose session this cookie is.
    ///
    /// # Errors
    /// `NoSession`, `Disabled`.
    pub fn session(&self, cookie: &str, now_s: u64) -> Result<Arc<Principal>, Denied> {
        let (live, user) = self
            .find(cookie, now_s)
            .map_err(|why| self.turn_away(now_s, Denied::new(why), "session", "session"))?;
        let seen_s = live.seen_s.fetch_max(now_s, Ordering::Relaxed);
        let durable_s = live.session.seen_s.max(seen_s - seen_s % SEEN_S);
        if now_s >= durable_s + SEEN_S {
            self.store.mention(&Change::Seen { hash: live.session.hash, at_s: now_s });
        }
        Ok(Arc::new(principal(&live.session, &user, now_s)))
    }

    fn find(&self, cookie: &str, now_s: u64) -> Result<(Arc<Live>, Arc<User>), Why> {
        let hash = hash_of_shown(cookie).ok_or(Why::NoSession)?;
        let state = self.store.state();
        let live = state.sessions.get(&hash).cloned().ok_or(Why::NoSession)?;
        let user = state.users.get(&live.session.user).cloned().ok_or(Why::NoSession)?;
        drop(state);
        if self.has_ended(&live, now_s) {
            return Err(Why::NoSession);
        }
        if user.disabled { Err(Why::Disabled) } else { Ok((live, user)) }
    }

    pub(super) fn has_ended(&self, live: &Live, now_s: u64) -> bool {
        let idle_s = now_s.saturating_sub(live.seen_s.load(Ordering::Relaxed));
        now_s >= live.session.until_s || idle_s >= self.settings.session_idle_s
    }

    /// The same session under a new cookie; the old one ends.
    ///
    /// # Errors
    /// `NoSession`, `Storage`.
    pub fn rotate(&self, cookie: &str, now_s: u64) -> Result<SignedIn, Denied> {
        let (cookie_new, hash) = secret()?;
        let (session, user) = self.store.change(|state| {
            let (live, user) = self.find_in(state, cookie, now_s)?;
            let session = Session { hash, seen_s: now_s, ..live.session.clone() };
            let gone = Change::SessionGone(HashText(live.session.hash));
            Ok::<_, Denied>((vec![gone, Change::Session(session.clone())], (session, user)))
        })?;
        let principal = Arc::new(principal(&session, &user, now_s));
        Ok(SignedIn { cookie: cookie_new, device: None, principal, until_s: session.until_s })
    }

    fn find_in(
        &self,
        state: &State,
        cookie: &str,
        now_s: u64,
    ) -> Result<(Arc<Live>, Arc<User>), Denied> {
        let live = hash_of_shown(cookie).and_then(|hash| state.sessions.get(&hash)).cloned();
        let live = live.filter(|live| !self.has_ended(live, now_s));
        let live = live.ok_or(Denied::new(Why::NoSession))?;
        let user = state.users.get(&live.session.user).filter(|user| !user.disabled).cloned();
        Ok((live, user.ok_or(Denied::new(Why::NoSession))?))
    }

    /// Ends the session of this cookie. Does nothing if there is none.
    ///
    /// # Errors
    /// `Storage`.
    pub fn sign_out(&self, cookie: &str, now_s: u64) -> Result<(), Denied> {
        let Some(hash) = hash_of_shown(cookie) else { return Ok(()) };
        let ended = self.store.change(|state| {
            let live = state.sessions.get(&hash).cloned();
            let gone = live.iter().map(|_| Change::SessionGone(HashText(hash))).collect();
            Ok::<_, Denied>((gone, live))
        })?;
        if let Some(live) = ended {
            let Session { user, id, .. } = &live.session;
            let (who, about) = (format!("user:{user}"), format!("session:{}", SessionId(*id)));
            self.note(now_s, Noted::SessionEnded, &who, &about, "signed out");
        }
        Ok(())
    }

    /// Sessions of everybody.
    ///
    /// # Errors
    /// Denied.
    pub fn sessions(&self, by: &Principal, now_s: u64) -> Result<Vec<SessionView>, Refused> {
        self.must(by, Action::SessionRead, ResourceKind::Session, "", now_s)?;
        Ok(self.views(self.store.state().sessions.values(), now_s))
    }

    /// How many sessions there are, of all people together.
    pub fn session_count(&self, now_s: u64) -> usize {
        let state = self.store.state();
        state.sessions.values().filter(|live| !self.has_ended(live, now_s)).count()
    }

    /// One's own sessions.
    ///
    /// # Errors
    /// Not a person.
    pub fn my_sessions(&self, who: &Principal, now_s: u64) -> Result<Vec<SessionView>, Refused> {
        let state = self.store.state();
        Ok(self.views(state.sessions_of(person(who)?), now_s))
    }

    fn views<'a>(&self, all: impl Iterator<Item = &'a Arc<Live>>, now_s: u64) -> Vec<SessionView> {
        let current = all.filter(|live| !self.has_ended(live, now_s));
        let mut views: Vec<SessionView> = current.map(|live| view(live)).collect();
        views.sort_unstable_by_key(|view| (view.since_s, view.id));
        views
    }

    /// Ends a session: one's own, or another's by right.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn session_end(&self, by: &Principal, id: SessionId, now_s: u64) -> Result<(), Refused> {
        let about = format!("session:{id}");
        let own = person(by).ok().is_some_and(|name| {
            self.store.state().sessions_of(name).any(|live| live.session.id == id.0)
        });
        if !own {
            self.must(by, Action::SessionEnd, ResourceKind::Session, &about, now_s)?;
        }
        let user = self.store.change(|state| {
            let live = state.sessions.values().find(|live| live.session.id == id.0);
            let session = &live.ok_or_else(|| Refused::Unknown(format!("session {id}")))?.session;
            let gone = Change::SessionGone(HashText(session.hash));
            Ok::<_, Refused>((vec![gone], session.user.clone()))
        })?;
        self.note(now_s, Noted::SessionEnded, &by.id, &about, &format!("of user:{user}"));
        Ok(())
    }

    /// A new session of this user as changes, beside those that come with it. The cookie that came along ends: whoever
    /// planted it knows nothing of the new one.
    pub(super) fn begin(
        &self,
        state: &State,
        user: &User,
        came: &Came<'_>,
        now_s: u64,
    ) -> Result<Begun, AccessFailed> {
        let mut changes = self.swept(state, now_s);
        if let Some(before) = came.cookie.and_then(hash_of_shown)
            && state.sessions.contains_key(&before)
        {
            changes.push(Change::SessionGone(HashText(before)));
        }
        let mut own: Vec<&Arc<Live>> = state.sessions_of(&user.name).collect();
        own.sort_unstable_by_key(|live| live.seen_s.load(Ordering::Relaxed));
        let too_many = (own.len() + 1).saturating_sub(OF_USER_MAX);
        let oldest = own.iter().take(too_many).map(|live| HashText(live.session.hash));
        changes.extend(oldest.map(Change::SessionGone));
        let (cookie, hash) = secret()?;
        let (address, agent) = came_from(came);
        let session = Session {
            hash,
            id: u64::from_le_bytes(random()?),
            user: user.name.clone(),
            since_s: now_s,
            seen_s: now_s,
            until_s: now_s + self.settings.session_max_s,
            address,
            agent,
            by_phone: false,
        };
        let (principal, until_s) = (Arc::new(principal(&session, user, now_s)), session.until_s);
        changes.push(Change::Session(session));
        Ok(Begun { changes, signed_in: SignedIn { cookie, device: None, principal, until_s } })
    }

    /// What has ended and still lies about, from time to time.
    fn swept(&self, state: &State, now_s: u64) -> Vec<Change> {
        if now_s < self.swept_s.load(Ordering::Relaxed) + SWEEP_S {
            return Vec::new();
        }
        self.swept_s.store(now_s, Ordering::Relaxed);
        let ended = state.sessions.values().filter(|live| self.has_ended(live, now_s));
        let ended = ended.map(|live| Change::SessionGone(HashText(live.session.hash)));
        let links = state.links.values().filter(|link| link.until_s <= now_s);
        let links = links.map(|link| Change::LinkGone(HashText(link.hash)));
        ended.chain(links).take(SWEEP_MAX).collect()
    }

    /// A token for the forms of the pages of this session, against requests from other sites. It is derived from the cookie.
    pub fn form_token(&self, cookie: &str) -> String {
        text_of(&hash_parts("tongjian form v1", &[cookie.as_bytes()]))
    }

    /// True when a form brought the token of its session.
    pub fn form_token_fits(&self, cookie: &str, shown: &str) -> bool {
        same(self.form_token(cookie).as_bytes(), shown.as_bytes())
    }
}

/// All sessions of a user end.
pub(super) fn end_all(state: &State, user: &str) -> Vec<Change> {
    let hashes = state.sessions_of(user).map(|live| HashText(live.session.hash));
    hashes.map(Change::SessionGone).collect()
}

/// All sessions of a user end but one.
pub(super) fn end_others(state: &State, user: &str, but: Option<SessionId>) -> Vec<Change> {
    let others = state.sessions_of(user).filter(|live| Some(SessionId(live.session.id)) != but);
    others.map(|live| Change::SessionGone(HashText(live.session.hash))).collect()
}

/// Who it is, with the roles that count now.
pub(super) fn principal(session: &Session, user: &User, now_s: u64) -> Principal {
    let roles = user.roles_at(now_s);
    Principal {
        id: format!("user:{}", user.name).into(),
        kind: PrincipalKind::User,
        class: class_of(PrincipalKind::User, &roles, &[]),
        roles: roles.into(),
        scopes: [].into(),
        party: user.party.map(|party| PartyId(party.0)),
        institution: user.institution.clone(),
        session: Some(SessionId(session.id)),
        until_s: session.until_s,
    }
}

fn view(live: &Live) -> SessionView {
    let session = &live.session;
    SessionView {
        id: SessionId(session.id),
        user: session.user.clone(),
        since_s: session.since_s,
        seen_s: live.seen_s.load(Ordering::Relaxed),
        until_s: session.until_s,
        address: session.address.clone(),
        agent: session.agent.clone(),
    }
}
