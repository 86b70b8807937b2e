//! Acts that take two persons: roles that touch money, recoveries, emergencies. One asks, another approves or refuses; nobody
//! approves what they asked for, or what is about themselves.

use super::{LinkDocument, RoleName, done, named, utc};
use crate::call::{Call, Reply};
use crate::problem::Problem;
use crate::table::{CREATED, Operation, get, post};
use crate::wire::Nothing;
use access::{ActId, ActKind, ActView, Approved};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TAG: &str = "approvals";

/// The operations. Who may approve depends on what is asked for, so `access` decides that where it knows.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/approvals", "list_approvals", TAG, "What waits for a second person")
            .signed_in()
            .gives::<ApprovalsDocument>(200, "The oldest first; each is forgotten after a day.")
            .by(list),
        post("/approvals/{approval}/approve", "approve", TAG, "The second yes")
            .signed_in()
            .takes::<Nothing>()
            .gives::<ApprovedDocument>(200, "What came of it.")
            .conflicts()
            .by(approve),
        post(
            "/approvals/{approval}/refuse",
            "refuse",
            TAG,
            "The no; whoever asked may take it back",
        )
        .signed_in()
        .takes::<Nothing>()
        .gives_other(204, "", "It is off.")
        .by(refuse),
        post(
            "/users/{user}/recovery",
            "ask_recovery",
            TAG,
            "Asks that somebody who lost all keys be let in again",
        )
        .act("recovery.ask")
        .takes::<Reason>()
        .gives::<Waiting>(201, "It waits for a second person.")
        .conflicts()
        .by(recovery),
        post("/emergency", "ask_emergency", TAG, "Asks for wider rights for some minutes")
            .act("break_glass.ask")
            .takes::<Emergency>()
            .gives::<Waiting>(201, "It waits for a second person.")
            .conflicts()
            .by(emergency),
        post(
            "/users/{user}/emergency/end",
            "end_emergency",
            TAG,
            "Ends wider rights before their time",
        )
        .signed_in()
        .takes::<Nothing>()
        .gives_other(204, "", "They have ended.")
        .by(end_emergency),
    ]
}

/// Number of what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ApprovalRef(u64);

impl ApprovalRef {
    /// Of an act.
    pub fn of(id: ActId) -> ApprovalRef {
        ApprovalRef(id.0)
    }
}

/// Something that waits for a second person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApprovalDocument {
    /// Its number.
    pub id: ApprovalRef,
    /// `recovery`, `emergency` or `role`.
    pub kind: String,
    /// About whom.
    pub user: String,
    /// Who asked.
    pub by: String,
    /// The reason given.
    pub reason: String,
    /// When, in UTC.
    pub since: String,
    /// Of `role`: which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Of `emergency`: for how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// What waits.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApprovalsDocument {
    /// The oldest first.
    pub approvals: Vec<ApprovalDocument>,
}

/// What came of an approval.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApprovedDocument {
    /// `recovery`, `emergency` or `role`.
    pub kind: String,
    /// Of `recovery`: the link that opens once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkDocument>,
    /// Of `emergency`: until when, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Why.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In one line.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

/// An emergency.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// In one line.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
    /// For how long.
    #[schemars(range(min = 1, max = 60))]
    pub minutes: u32,
}

/// It waits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Waiting {
    /// Its number.
    pub approval: ApprovalRef,
}

fn document(view: &ActView) -> ApprovalDocument {
    let (kind, role, minutes) = match view.kind {
        ActKind::Recovery => ("recovery", None, None),
        ActKind::BreakGlass { minutes } => ("emergency", None, Some(minutes)),
        ActKind::Role { role, .. } => ("role", Some(RoleName(role)), None),
    };
    ApprovalDocument {
        id: ApprovalRef::of(view.id),
        kind: kind.to_owned(),
        user: view.user.to_string(),
        by: view.by.to_string(),
        reason: view.reason.to_string(),
        since: utc(view.since_s),
        role,
        minutes,
    }
}

fn waiting(call: &Call) -> Result<ActId, Problem> {
    call.path("approval", |text| text.parse().map(ActId))
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let all = done(&call, |access, who, now_s| access.acts(who, now_s)).await?;
    let approvals = all.iter().map(document).collect();
    Reply::json(StatusCode::OK, &ApprovalsDocument { approvals })
}

async fn approve(call: Call) -> Result<Reply, Problem> {
    let id = waiting(&call)?;
    let Nothing {} = call.json()?;
    let approved = done(&call, move |access, who, now_s| access.act_approve(who, id, now_s));
    let (kind, link, until) = match approved.await? {
        Approved::Recovery(link) => ("recovery", Some(LinkDocument::of(&link)), None),
        Approved::BreakGlass { until_s } => ("emergency", None, Some(utc(until_s))),
        Approved::Role => ("role", None, None),
    };
    Reply::json(StatusCode::OK, &ApprovedDocument { kind: kind.to_owned(), link, until })
}

async fn refuse(call: Call) -> Result<Reply, Problem> {
    let id = waiting(&call)?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.act_refuse(who, id, now_s)).await?;
    Ok(Reply::empty())
}

async fn recovery(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let Reason { reason } = call.json()?;
    let asked =
        done(&call, move |access, who, now_s| access.recovery_ask(who, &name, &reason, now_s));
    Reply::json(CREATED, &Waiting { approval: ApprovalRef::of(asked.await?) })
}

async fn emergency(call: Call) -> Result<Reply, Problem> {
    let Emergency { reason, minutes } = call.json()?;
    let asked =
        done(&call, move |access, who, now_s| access.break_glass_ask(who, &reason, minutes, now_s));
    Reply::json(CREATED, &Waiting { approval: ApprovalRef::of(asked.await?) })
}

async fn end_emergency(call: Call) -> Result<Reply, Problem> {
    let name = named(&call, "user")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.break_glass_end(who, &name, now_s)).await?;
    Ok(Reply::empty())
}
