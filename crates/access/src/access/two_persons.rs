//! Acts that take two persons: recovery, break-glass, roles that touch money. Whoever asks is one; whoever says yes is another.

use super::people::{check_role, find};
use super::{Access, check_text, links, person};
use crate::action::Action;
use crate::asked::{ActId, ActKind, ActView, Approved, LinkKind};
use crate::failed::{Denied, Refused, Why};
use crate::note::Noted;
use crate::principal::{Principal, Role};
use crate::resource::{Resource, ResourceKind};
use crate::store::{Act, Change, State, User};

/// Seconds an act waits for its second person.
const WAITS_S: u64 = 86_400;
/// Minutes of an emergency.
const MINUTES: std::ops::RangeInclusive<u32> = 1..=60;
/// Characters of a reason.
const REASON_CHARS_MAX: usize = 200;
/// Acts that wait at once.
const ACTS_MAX: usize = 1_000;

impl Access {
    /// Asks that somebody who lost all keys be let in again. Loud.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn recovery_ask(
        &self,
        by: &Principal,
        name: &str,
        reason: &str,
        now_s: u64,
    ) -> Result<ActId, Refused> {
        let about = format!("user:{name}");
        self.must(by, Action::RecoveryAsk, ResourceKind::User, &about, now_s)?;
        check_text("reason", reason, REASON_CHARS_MAX)?;
        if *by.id == *about {
            return Err(Refused::Conflict("nobody asks for their own recovery".to_owned()));
        }
        let id = self.ask(by, ActKind::Recovery, name, reason, now_s)?;
        let says = format!("asked for (act {id}): {reason}");
        self.note_loudly(now_s, Noted::Recovery, &by.id, &about, &says);
        Ok(id)
    }

    /// Asks for wider rights in an emergency, for 1 to 60 minutes. Loud.
    ///
    /// # Errors
    /// Denied, an invalid time or reason, storage.
    pub fn break_glass_ask(
        &self,
        by: &Principal,
        reason: &str,
        minutes: u32,
        now_s: u64,
    ) -> Result<ActId, Refused> {
        self.must(by, Action::BreakGlassAsk, ResourceKind::Bank, "", now_s)?;
        check_text("reason", reason, REASON_CHARS_MAX)?;
        if !MINUTES.contains(&minutes) {
            let says = format!("must be {} to {}", MINUTES.start(), MINUTES.end());
            return Err(Refused::Invalid { field: "minutes", says });
        }
        let id = self.ask(by, ActKind::BreakGlass { minutes }, person(by)?, reason, now_s)?;
        let says = format!("asked for, {minutes} minutes (act {id}): {reason}");
        self.note_loudly(now_s, Noted::BreakGlass, &by.id, &by.id, &says);
        Ok(id)
    }

    fn ask(
        &self,
        by: &Principal,
        kind: ActKind,
        name: &str,
        reason: &str,
        now_s: u64,
    ) -> Result<ActId, Refused> {
        self.store.change(|state| {
            let user = find(state, name)?.name.clone();
            let (waiting, old): (Vec<_>, Vec<_>) =
                state.acts.values().partition(|act| act.since_s + WAITS_S > now_s);
            let mut changes: Vec<Change> = old.iter().map(|act| Change::ActGone(act.id)).collect();
            if waiting.iter().any(|act| act.kind == kind && act.user == user) {
                return Err(Refused::Conflict(format!("the same waits already for user:{user}")));
            }
            if waiting.len() >= ACTS_MAX {
                return Err(Denied::new(Why::Busy).into());
            }
            let (id, by, reason) = (state.last_id + 1, by.id.clone(), reason.into());
            changes.push(Change::Act(Act { id, kind, user, by, reason, since_s: now_s }));
            Ok((changes, ActId(id)))
        })
    }

    /// Ends one's own wider rights, or another's by right, before their time.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn break_glass_end(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        let about = format!("user:{name}");
        if *by.id != *about {
            self.must(by, Action::SessionEnd, ResourceKind::User, &about, now_s)?;
        }
        self.store.change(|state| {
            let mut user = User::clone(find(state, name)?);
            if !user.roles_at(now_s).contains(&Role::BreakGlass) {
                return Err(Refused::Unknown(format!("emergency of {about}")));
            }
            user.roles.retain(|(role, _)| *role != Role::BreakGlass);
            Ok((vec![Change::User(Box::new(user))], ()))
        })?;
        self.note_loudly(now_s, Noted::BreakGlass, &by.id, &about, "ended before its time");
        Ok(())
    }

    /// Acts that wait for a second person, oldest first.
    ///
    /// # Errors
    /// Denied, for whoever could approve none of them.
    pub fn acts(&self, by: &Principal, now_s: u64) -> Result<Vec<ActView>, Refused> {
        let approves =
            [Action::RecoveryApprove, Action::BreakGlassApprove].into_iter().any(|action| {
                let kind = ResourceKind::TwoPersonAct;
                let what = Resource {
                    maker: Some("somebody"),
                    institution: by.institution.as_deref(),
                    ..Resource::of(kind, "")
                };
                self.would_allow(by, action, &what).is_yes()
            });
        if !approves {
            self.must(by, Action::UserRead, ResourceKind::User, "", now_s)?;
        }
        let state = self.store.state();
        let waiting = state.acts.values().filter(|act| now_s < act.since_s + WAITS_S);
        Ok(waiting.map(view).collect())
    }

    /// The second yes. Whoever asked, and whom it is about, cannot give it.
    ///
    /// # Errors
    /// Denied, unknown, conflict, storage.
    pub fn act_approve(&self, by: &Principal, act: ActId, now_s: u64) -> Result<Approved, Refused> {
        let waiting = waiting(&self.store.state(), act, now_s)?;
        self.may_decide(by, &waiting, now_s)?;
        let about = format!("user:{}", waiting.user);
        if waiting.by == by.id || *by.id == *about {
            let says = "whoever asked, and whom it is about, cannot approve it";
            return Err(Refused::Conflict(says.to_owned()));
        }
        let approved = self.store.change(|state| {
            // It may have been decided meanwhile, or its asker disabled.
            let act = self::waiting(state, act, now_s)?;
            let asker = act.by.strip_prefix("user:").map(|name| find(state, name)).transpose()?;
            if asker.is_some_and(|asker| asker.disabled) {
                return Err(Refused::Conflict("whoever asked is disabled".to_owned()));
            }
            let user = find(state, &act.user)?;
            if user.disabled {
                return Err(Refused::Conflict(format!("{about} is disabled")));
            }
            let (mut changes, approved) = carry_out(state, &act, user, now_s)?;
            changes.push(Change::ActGone(act.id));
            Ok((changes, approved))
        })?;
        let says = format!("approved (act {act}), asked for by {}: {}", waiting.by, waiting.reason);
        self.note_act(&waiting, &by.id, &about, &says, now_s);
        Ok(approved)
    }

    /// The no. Whoever asked may take it back, too.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn act_refuse(&self, by: &Principal, act: ActId, now_s: u64) -> Result<(), Refused> {
        let waiting = waiting(&self.store.state(), act, now_s)?;
        if waiting.by != by.id {
            self.may_decide(by, &waiting, now_s)?;
        }
        self.store.change(|state| {
            let act = self::waiting(state, act, now_s)?;
            Ok::<_, Refused>((vec![Change::ActGone(act.id)], ()))
        })?;
        let about = format!("user:{}", waiting.user);
        self.note_act(&waiting, &by.id, &about, &format!("refused (act {act})"), now_s);
        Ok(())
    }

    fn may_decide(&self, by: &Principal, act: &Act, now_s: u64) -> Result<(), Refused> {
        let (action, kind) = match act.kind {
            ActKind::Recovery => (Action::RecoveryApprove, ResourceKind::TwoPersonAct),
            ActKind::BreakGlass { .. } => (Action::BreakGlassApprove, ResourceKind::TwoPersonAct),
            ActKind::Role { .. } => (Action::UserRole, ResourceKind::User),
        };
        let name = format!("act:{}", act.id);
        let (maker, institution) = (Some(&*act.by), by.institution.as_deref());
        let what = Resource { maker, institution, ..Resource::of(kind, &name) };
        let allowed = self.allows(by, action, &what, now_s).is_yes();
        if allowed { Ok(()) } else { Err(Denied::new(Why::NotAllowed).into()) }
    }

    fn note_act(&self, act: &Act, who: &str, about: &str, says: &str, now_s: u64) {
        match act.kind {
            ActKind::Recovery => self.note_loudly(now_s, Noted::Recovery, who, about, says),
            ActKind::BreakGlass { .. } => {
                self.note_loudly(now_s, Noted::BreakGlass, who, about, says);
            }
            ActKind::Role { role, .. } => {
                let says = format!("{}: {says}", role.word());
                self.note(now_s, Noted::RoleChanged, who, about, &says);
            }
        }
    }
}

/// What an approved act brings about.
fn carry_out(
    state: &State,
    act: &Act,
    user: &User,
    now_s: u64,
) -> Result<(Vec<Change>, Approved), Refused> {
    let mut user = user.clone();
    let (role, until_s, approved) = match act.kind {
        ActKind::Recovery => {
            let (changes, link) = links::new_link(state, &user.name, LinkKind::Recovery, now_s)?;
            return Ok((changes, Approved::Recovery(link)));
        }
        ActKind::BreakGlass { minutes } => {
            let until_s = now_s + u64::from(minutes) * 60;
            (Role::BreakGlass, Some(until_s), Approved::BreakGlass { until_s })
        }
        ActKind::Role { role, until_s } => {
            check_role(&user, role)?;
            (role, until_s, Approved::Role)
        }
    };
    user.roles.retain(|(held, _)| *held != role);
    user.roles.push((role, until_s));
    Ok((vec![Change::User(Box::new(user))], approved))
}

fn waiting(state: &State, act: ActId, now_s: u64) -> Result<Act, Refused> {
    let waiting = state.acts.get(&act.0).filter(|act| now_s < act.since_s + WAITS_S);
    waiting.cloned().ok_or_else(|| Refused::Unknown(format!("act {act} that waits")))
}

fn view(act: &Act) -> ActView {
    ActView {
        id: ActId(act.id),
        kind: act.kind,
        user: act.user.clone(),
        by: act.by.clone(),
        reason: act.reason.clone(),
        since_s: act.since_s,
    }
}
