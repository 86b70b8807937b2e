//! Webhooks: events that are sent to whom asked for them, signed as Standard Webhooks 1.0 says, in the journal's order, at least
//! once each. Here are the operations; `deliver.rs` sends, `subscribers.rs` keeps.

mod deliver;

pub use deliver::start;

use crate::bank::Bank;
use crate::call::{Call, Reply, etag, must_match, tagged};
use crate::events::KINDS;
use crate::gate::Relations;
use crate::problem::{Kind, Problem};
use crate::subscribers::{
    Attempt, HookState, Kept, KeptFailed, Line, NotAdded, Subscriber, Subscribers, Target,
    new_secret, now_s,
};
use crate::table::{CREATED, Operation, delete, get, post, put};
use crate::wire::{HookId, HookRef, Nothing, new_id};
use axum::http::StatusCode;
use axum::http::header::{ETAG, LOCATION};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use terms::TimeNs;

const TAG: &str = "webhooks";
/// Characters of a description.
const DESCRIPTION_CHARS_MAX: usize = 200;
/// How long messages are signed with the secret before as well.
const OLD_SECRET_S: u64 = 24 * 3_600;
const IF_MATCH: (&str, &str) = ("If-Match", "The ETag of the webhook you have read.");

/// The operations.
pub fn operations() -> Vec<Operation> {
    let mut all = vec![
        get("/webhooks", "list_webhooks", TAG, "Your webhooks")
            .act("webhook.read")
            .gives::<Webhooks>(200, "All of them.")
            .by(list),
        post("/webhooks", "create_webhook", TAG, "Has events sent to an address of yours")
            .act("webhook.write")
            .takes::<WebhookOrder>()
            .gives::<Webhook>(201, "It is told from now on; `secret` is shown this once.")
            .by(create),
        get("/webhooks/{webhook}", "show_webhook", TAG, "A webhook as it stands now")
            .act("webhook.read")
            .gives::<Webhook>(200, "The webhook.")
            .by(show),
        put(
            "/webhooks/{webhook}",
            "set_webhook",
            TAG,
            "Changes a webhook; pauses it, or lets it go on",
        )
        .act("webhook.write")
        .needs(IF_MATCH.0, IF_MATCH.1)
        .takes::<WebhookChange>()
        .gives::<Webhook>(200, "As it is now.")
        .by(change),
        delete("/webhooks/{webhook}", "delete_webhook", TAG, "Ends a webhook")
            .act("webhook.write")
            .gives_other(204, "", "It is gone.")
            .by(remove),
    ];
    all.extend(steps());
    all
}

/// What is done with one webhook beside changing it.
fn steps() -> Vec<Operation> {
    vec![
        post(
            "/webhooks/{webhook}/secret",
            "rotate_webhook_secret",
            TAG,
            "Makes a new secret; for a day messages are signed with both",
        )
        .act("webhook.write")
        .takes::<Nothing>()
        .gives::<Webhook>(200, "With the new `secret`, which is shown this once.")
        .by(rotate),
        post(
            "/webhooks/{webhook}/test",
            "test_webhook",
            TAG,
            "Sends a message of the kind webhook.test at once",
        )
        .act("webhook.write")
        .takes::<Nothing>()
        .gives::<Delivery>(200, "What became of it.")
        .by(test),
        post(
            "/webhooks/{webhook}/replay",
            "replay_webhook",
            TAG,
            "Sends again everything behind a record, and makes the webhook active",
        )
        .act("webhook.write")
        .takes::<Replay>()
        .gives::<Webhook>(200, "It goes on from there.")
        .by(replay),
        get(
            "/webhooks/{webhook}/deliveries",
            "list_deliveries",
            TAG,
            "How far a webhook was told, and its latest attempts",
        )
        .act("webhook.read")
        .gives::<Deliveries>(
            200,
            "At most a hundred attempts since the bank is served, the newest first.",
        )
        .by(deliveries),
    ]
}

/// A webhook that is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookOrder {
    /// Where events are sent: `https://`, reachable from the internet unless the bank allows more.
    #[schemars(length(min = 9, max = 2048))]
    pub url: String,
    /// Kinds of events, as Event has them; all if there are none.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub kinds: Vec<String>,
    /// What you call it.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub description: String,
    /// Begin behind this record; with what happens next unless given. `0` for everything.
    #[serde(default)]
    pub after: Option<u64>,
}

/// A webhook as it shall be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// Where events are sent.
    #[schemars(length(min = 9, max = 2048))]
    pub url: String,
    /// Kinds of events; all if there are none.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub kinds: Vec<String>,
    /// What you call it.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub description: String,
    /// Whether it is told. One that is made active goes on where it was.
    pub active: bool,
}

/// From where it is told again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Behind this record; `0` for everything.
    pub after: u64,
}

/// A webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Webhook {
    /// Its id.
    pub id: HookRef,
    /// Where events are sent.
    pub url: String,
    /// Kinds of events; all if there are none.
    pub kinds: Vec<String>,
    /// What its owner calls it.
    pub description: String,
    /// `active`, `paused` by its owner, `gave_up` after failing too long, `gone` when its receiver answered 410, `not_allowed`
    /// when its owner may not hear of events any more, `lost` when the record it goes on behind is not there.
    pub state: HookWord,
    /// The same in a sentence.
    pub says: String,
    /// Who made it.
    pub owner: String,
    /// When, in UTC.
    pub made: String,
    /// What messages are signed with, when it was just made: `whsec_` and Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A state in one word.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct HookWord(#[schemars(with = "String")] HookState);

/// Webhooks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Webhooks {
    /// In the order in which they were made.
    pub items: Vec<Webhook>,
}

/// How far a webhook was told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deliveries {
    /// The last record that was told or passed over.
    pub after: Option<u64>,
    /// Attempts in a row that failed.
    pub failures: u32,
    /// Since when nothing succeeds, in UTC.
    pub failing_since: Option<String>,
    /// The latest attempts, the newest first.
    pub items: Vec<Delivery>,
}

/// One attempt to tell of one event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Delivery {
    /// The header `webhook-id`: the same for each attempt of one event.
    pub message: String,
    /// What kind of event.
    pub kind: String,
    /// The event's record; null for a test.
    pub record: Option<u64>,
    /// When it began, in UTC.
    pub time: String,
    /// Which attempt of this message since the bank is served, from 1.
    pub attempt: u32,
    /// The status of the answer; null if there was none.
    pub status: Option<u16>,
    /// Whether it was taken.
    pub taken: bool,
    /// Why it failed.
    pub error: Option<String>,
    /// Milliseconds it took.
    pub took_ms: u64,
}

impl Webhook {
    fn of(kept: &Kept) -> Webhook {
        Webhook {
            id: kept.id,
            url: kept.url.clone(),
            kinds: kept.kinds.clone(),
            description: kept.description.clone(),
            state: HookWord(kept.state),
            says: kept.state.sentence().to_owned(),
            owner: kept.owner.clone(),
            made: time_of(kept.since_s * 1_000_000_000),
            secret: None,
        }
    }

    fn with_secret(kept: &Kept) -> Webhook {
        Webhook { secret: Some(kept.secret.clone()), ..Webhook::of(kept) }
    }
}

impl Delivery {
    fn of(attempt: &Attempt) -> Delivery {
        Delivery {
            message: attempt.message.clone(),
            kind: attempt.kind.clone(),
            record: attempt.record,
            time: time_of(attempt.at_ns),
            attempt: attempt.number,
            status: attempt.status,
            taken: attempt.failed.is_none(),
            error: attempt.failed.clone(),
            took_ms: u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn time_of(ns: u64) -> String {
    TimeNs(ns).iso_at(0)
}

/// The webhooks of a bank that has some.
fn hooks_of(bank: &Bank) -> Result<&Arc<Subscribers>, Problem> {
    bank.hooks
        .as_ref()
        .ok_or_else(|| Problem::new(Kind::Unavailable, "this bank sends no webhooks"))
}

/// Whether a webhook is the caller's: its own, or any for people of the bank.
fn is_open_to(call: &Call, kept: &Kept) -> bool {
    let staff = call.who.party.is_none() && call.who.id.starts_with("user:");
    *kept.owner == *call.who.id || (staff && call.relations.meets(Relations::STRANGER))
}

fn named(call: &Call) -> Result<(Arc<Subscriber>, Kept), Problem> {
    let HookRef(id) = call.path("webhook", HookRef::parse)?;
    let found = hooks_of(&call.bank)?.get(id);
    let found = found.map(|one| (Arc::clone(&one), one.kept()));
    found
        .filter(|(_, kept)| is_open_to(call, kept))
        .ok_or_else(|| Problem::missing(format_args!("webhook {}", HookRef(id))))
}

fn kept_failed(why: &KeptFailed) -> Problem {
    Problem::new(Kind::Failed, format!("the webhook cannot be kept: {why}"))
}

/// What is wrong with what was asked.
fn check(bank: &Bank, url: &str, kinds: &[String], description: &str) -> Result<(), Problem> {
    let rules = hooks_of(bank)?.settings.addresses;
    Target::read(url, rules).map_err(|why| Problem::field("/url", why))?;
    for (at, kind) in kinds.iter().enumerate() {
        if !KINDS.contains(&kind.as_str()) {
            let why = format!("{kind:?} is no kind of event; there are {}", KINDS.join(", "));
            return Err(Problem::field(format!("/kinds/{at}"), why));
        }
        if kinds[..at].contains(kind) {
            return Err(Problem::field(format!("/kinds/{at}"), "it stands there twice"));
        }
    }
    if description.chars().count() > DESCRIPTION_CHARS_MAX || description.contains(char::is_control)
    {
        let why = format!("at most {DESCRIPTION_CHARS_MAX} characters in one line");
        return Err(Problem::field("/description", why));
    }
    Ok(())
}

/// A record that the journal has.
fn must_be_there(bank: &Bank, after: u64) -> Result<(), Problem> {
    let records = bank.reader.records();
    if after < records {
        return Ok(());
    }
    Err(Problem::field("/after", format!("there are {records} records, from 0")))
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let all = hooks_of(&call.bank)?.all().into_iter().map(|one| one.kept());
    let items = all.filter(|kept| is_open_to(&call, kept)).map(|kept| Webhook::of(&kept)).collect();
    tagged(&call, &Webhooks { items }, call.bank.reader.entries())
}

async fn create(call: Call) -> Result<Reply, Problem> {
    let order: WebhookOrder = call.json()?;
    check(&call.bank, &order.url, &order.kinds, &order.description)?;
    if let Some(after) = order.after {
        must_be_there(&call.bank, after)?;
    }
    let kept = Kept {
        id: HookRef(HookId(new_id()?)),
        owner: call.who.id.to_string(),
        since_s: now_s(),
        url: order.url,
        description: order.description,
        kinds: order.kinds,
        secret: new_secret()?,
        secret_before: None,
        after: order.after.or(call.bank.reader.records().checked_sub(1)),
        state: HookState::Active,
        failures: 0,
        failing_since_s: None,
    };
    let document = Webhook::with_secret(&kept);
    let added = kept.clone();
    call.blocking(move |bank| {
        hooks_of(bank)?.add(added).map_err(|why| match why {
            NotAdded::TooMany => {
                Problem::new(Kind::Unavailable, "the bank has as many webhooks as it takes")
            }
            NotAdded::TooManyOfCaller => Problem::new(
                Kind::Conflict,
                "you have as many webhooks as one may have; end another first",
            ),
            NotAdded::Failed(why) => kept_failed(&why),
        })
    })
    .await?;
    call.bank.log_hook(kept.id, &kept.owner, "made");
    let reply = Reply::json(CREATED, &document)?.at_entry(call.bank.reader.entries());
    let reply = reply.header(LOCATION, &format!("{}/webhooks/{}", crate::table::ROOT, kept.id));
    Ok(reply.header(ETAG, &etag(&Webhook::of(&kept))))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let (_, kept) = named(&call)?;
    tagged(&call, &Webhook::of(&kept), call.bank.reader.entries())
}

/// Changes one, and answers as it is then.
async fn changed(
    call: &Call,
    one: Arc<Subscriber>,
    says: &str,
    change: impl Fn(&mut Kept) + Send + 'static,
) -> Result<Kept, Problem> {
    let done = call.blocking(move |bank| {
        hooks_of(bank)?.change(&one, change).map_err(|why| kept_failed(&why))
    });
    let kept = done.await?;
    call.bank.log_hook(kept.id, &call.who.id, says);
    Ok(kept)
}

fn answer(call: &Call, kept: &Kept, document: &Webhook) -> Result<Reply, Problem> {
    let reply = Reply::json(StatusCode::OK, document)?.at_entry(call.bank.reader.entries());
    Ok(reply.header(ETAG, &etag(&Webhook::of(kept))))
}

async fn change(call: Call) -> Result<Reply, Problem> {
    let order: WebhookChange = call.json()?;
    let (one, kept) = named(&call)?;
    must_match(&call.headers, &etag(&Webhook::of(&kept)))?;
    check(&call.bank, &order.url, &order.kinds, &order.description)?;
    let kept = changed(&call, one, "changed", move |kept| {
        order.url.clone_into(&mut kept.url);
        order.kinds.clone_into(&mut kept.kinds);
        order.description.clone_into(&mut kept.description);
        // One that stopped by itself keeps saying why until it is made active.
        if order.active {
            go_on(kept);
        } else if kept.state == HookState::Active {
            kept.state = HookState::Paused;
        }
    });
    let kept = kept.await?;
    answer(&call, &kept, &Webhook::of(&kept))
}

/// Active, with all its patience.
fn go_on(kept: &mut Kept) {
    (kept.state, kept.failures, kept.failing_since_s) = (HookState::Active, 0, None);
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let (one, kept) = named(&call)?;
    call.blocking(move |bank| hooks_of(bank)?.remove(one.id).map_err(|why| kept_failed(&why)))
        .await?;
    call.bank.log_hook(kept.id, &call.who.id, "ended");
    Ok(Reply::empty())
}

async fn rotate(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let (one, _) = named(&call)?;
    let (new, until_s) = (new_secret()?, now_s() + OLD_SECRET_S);
    let kept = changed(&call, one, "has a new secret", move |kept| {
        let before = std::mem::replace(&mut kept.secret, new.clone());
        kept.secret_before = Some((before, until_s));
    });
    let kept = kept.await?;
    answer(&call, &kept, &Webhook::with_secret(&kept))
}

async fn replay(call: Call) -> Result<Reply, Problem> {
    let Replay { after } = call.json()?;
    let (one, _) = named(&call)?;
    must_be_there(&call.bank, after)?;
    let kept = changed(&call, one, "is told again", move |kept| {
        kept.after = Some(after);
        go_on(kept);
    });
    let kept = kept.await?;
    answer(&call, &kept, &Webhook::of(&kept))
}

async fn test(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let (one, kept) = named(&call)?;
    let hooks = hooks_of(&call.bank)?;
    let Ok(_alone) = one.testing.try_acquire() else {
        return Err(Problem::new(Kind::InFlight, "a test of this webhook is still under way")
            .retry_after_s(1));
    };
    let body = json!({ "kind": "webhook.test", "time": time_of(crate::bank::now().0), "data": { "webhook": kept.id } });
    let message = deliver::Message {
        id: format!("test_{:032x}", new_id()?),
        kind: "webhook.test".to_owned(),
        record: None,
        body: Bytes::from(body.to_string()),
    };
    let (attempt, _) =
        deliver::attempt(&call.bank, hooks, &kept, &mut Line::default(), &message, 1).await;
    let told = Delivery::of(&attempt);
    one.attempted(attempt);
    Ok(Reply::json(StatusCode::OK, &told)?.at_entry(call.bank.reader.entries()))
}

async fn deliveries(call: Call) -> Result<Reply, Problem> {
    let (one, kept) = named(&call)?;
    let told = Deliveries {
        after: kept.after,
        failures: kept.failures,
        failing_since: kept.failing_since_s.map(|since_s| time_of(since_s * 1_000_000_000)),
        items: one.attempts().iter().map(Delivery::of).collect(),
    };
    tagged(&call, &told, call.bank.reader.entries())
}
