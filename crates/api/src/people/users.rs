//! Users are administered: let in, given roles, shut out; and everybody's sessions are seen and ended. A role that takes two
//! persons waits for the second, see `approvals`.

use super::approvals::ApprovalRef;
use super::{LinkDocument, RoleName, SessionsDocument, done, named, session, utc};
use crate::call::{Call, Reply};
use crate::problem::Problem;
use crate::table::{CREATED, Operation, Row, get, post};
use crate::wire::{Nothing, PartyRef};
use access::{Given, NewUser, Role};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TAG: &str = "users";

/// The operations.
pub fn operations() -> Vec<Operation> {
    let mut all = vec![
        get("/users", "list_users", TAG, "Who may sign in")
            .act("user.read")
            .gives::<UsersDocument>(200, "All of them, by name.")
            .by(list),
        post("/users", "add_user", TAG, "Lets somebody in; gives a link that opens once")
            .act("user.write")
            .takes::<UserOrder>()
            .gives::<LinkDocument>(201, "The link; roles that take two persons wait.")
            .conflicts()
            .by(add),
        writes(
            "/users/{user}/link",
            "link_user",
            "Gives a new link to somebody who has no key yet",
        )
        .gives::<LinkDocument>(201, "The link; the one before ends.")
        .by(link),
        writes("/users/{user}/disable", "disable_user", "Shuts somebody out; sessions end at once")
            .gives_other(204, "", "Shut out.")
            .by(disable),
        writes("/users/{user}/enable", "enable_user", "Lets somebody in again")
            .gives_other(204, "", "Let in.")
            .by(enable),
        writes(
            "/users/{user}/remove",
            "remove_user",
            "Removes somebody with all keys; the name is never given again",
        )
        .gives_other(204, "", "Removed.")
        .by(remove),
    ];
    all.extend(of_roles());
    all.extend(of_sessions());
    all
}

fn of_roles() -> [Operation; 2] {
    [
        post(
            "/users/{user}/roles",
            "give_role",
            TAG,
            "Gives a role, or asks for it where it takes two persons",
        )
        .act("user.role")
        .takes::<RoleOrder>()
        .gives::<RoleGiven>(200, "It counts, or waits.")
        .conflicts()
        .by(give),
        post(
            "/users/{user}/roles/{role}/take",
            "take_role",
            TAG,
            "Takes a role; it is gone with the next request",
        )
        .act("user.role")
        .takes::<Nothing>()
        .gives_other(204, "", "Taken.")
        .conflicts()
        .by(take),
    ]
}

fn of_sessions() -> [Operation; 2] {
    [
        get("/sessions", "list_sessions", TAG, "Where people are signed in")
            .act("session.read")
            .gives::<SessionsDocument>(200, "All of them.")
            .by(sessions),
        post("/sessions/{session}/end", "end_session", TAG, "Ends somebody's session")
            .act("session.end")
            .takes::<Nothing>()
            .gives_other(204, "", "It has ended.")
            .by(end_session),
    ]
}

fn writes(path: &'static str, id: &'static str, summary: &'static str) -> Row {
    post(path, id, TAG, summary).act("user.write").takes::<Nothing>().conflicts()
}

/// A user.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UserDocument {
    /// The name to sign in with.
    pub name: String,
    /// Roles, each with its end if it has one.
    pub roles: Vec<HeldRole>,
    /// The user's own party in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyRef>,
    /// Shut out.
    pub disabled: bool,
    /// How many passkeys.
    pub passkeys: usize,
    /// Has a password and codes.
    pub password: bool,
    /// Since when, in UTC.
    pub since: String,
}

/// A role that somebody holds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HeldRole {
    /// Which.
    pub role: RoleName,
    /// Until when, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Users.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UsersDocument {
    /// By name.
    pub users: Vec<UserDocument>,
}

/// Somebody who is to be let in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserOrder {
    /// 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// Roles to begin with.
    #[serde(default)]
    pub roles: Vec<RoleName>,
    /// The user's own party in the ledger; a customer has one.
    #[serde(default)]
    pub party: Option<PartyRef>,
}

/// A role that is to be given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleOrder {
    /// Which.
    pub role: RoleName,
    /// For so many hours; for good unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 87_600))]
    pub hours: Option<u32>,
}

/// Whether a role counts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RoleGiven {
    /// It counts from the next request on.
    pub given: bool,
    /// What a second administrator must approve first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRef>,
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let all = done(&call, |access, who, now_s| access.users(who, now_s)).await?;
    let one = |view: access::UserView| UserDocument {
        name: view.name.to_string(),
        roles: view.roles.into_iter().map(held).collect(),
        party: view.party.map(PartyRef),
        disabled: view.disabled,
        passkeys: view.passkeys,
        password: view.has_password,
        since: utc(view.since_s),
    };
    Reply::json(StatusCode::OK, &UsersDocument { users: all.into_iter().map(one).collect() })
}

fn held((role, until_s): (Role, Option<u64>)) -> HeldRole {
    HeldRole { role: RoleName(role), until: until_s.map(utc) }
}

async fn add(call: Call) -> Result<Reply, Problem> {
    let UserOrder { name, roles, party } = call.json()?;
    let roles: Vec<Role> = roles.into_iter().map(|role| role.0).collect();
    let link = done(&call, move |access, who, now_s| {
        let party = party.map(|party| party.0);
        let new = NewUser { name: &name, roles: &roles, party, institution: None };
        access.user_add(who, &new, now_s)
    });
    Reply::json(CREATED, &LinkDocument::of(&link.await?))
}

async fn link(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let Nothing {} = call.json()?;
    let link = done(&call, move |access, who, now_s| access.user_link(who, &name, now_s));
    Reply::json(CREATED, &LinkDocument::of(&link.await?))
}

async fn disable(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.user_disable(who, &name, now_s)).await?;
    Ok(Reply::empty())
}

async fn enable(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.user_enable(who, &name, now_s)).await?;
    Ok(Reply::empty())
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.user_remove(who, &name, now_s)).await?;
    Ok(Reply::empty())
}

async fn give(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let RoleOrder { role, hours } = call.json()?;
    if hours.is_some_and(|hours| !(1..=87_600).contains(&hours)) {
        return Err(Problem::field("/hours", "1 to 87600"));
    }
    let given = done(&call, move |access, who, now_s| {
        let until_s = hours.map(|hours| now_s + u64::from(hours) * 3_600);
        access.role_give(who, &name, role.0, until_s, now_s)
    });
    let told = match given.await? {
        Given::Done => RoleGiven { given: true, approval: None },
        Given::Waits(id) => RoleGiven { given: false, approval: Some(ApprovalRef::of(id)) },
    };
    Reply::json(StatusCode::OK, &told)
}

async fn take(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let role = call.path("role", |text| Role::from_word(text).ok_or("there is no such role"))?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.role_take(who, &name, role, now_s)).await?;
    Ok(Reply::empty())
}

async fn sessions(call: Call) -> Result<Reply, Problem> {
    let all = done(&call, |access, who, now_s| access.sessions(who, now_s)).await?;
    Reply::json(StatusCode::OK, &SessionsDocument::of(all))
}

async fn end_session(call: Call) -> Result<Reply, Problem> {
    let id = session(&call)?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.session_end(who, id, now_s)).await?;
    Ok(Reply::empty())
}
