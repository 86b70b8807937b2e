//! Tells each webhook of its events, one after the other: the next is not sent before the last was taken. What is told is kept
//! once a second and at the end, so that after a crash some events are told again and none is left out.

use crate::bank::Bank;
use crate::events::{EventDocument, Hearing, Tail};
use crate::gate::{Act, Relations};
use crate::problem::Kind;
use crate::subscribers::{
    Attempt, HookState, Kept, Line, Subscriber, Subscribers, now_s, signatures,
};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use terms::PartyId;
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

/// How often it is looked for something new.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Looks between two times that progress is kept.
const LOOKS_A_FLUSH: u32 = 50;
/// Events that are read at once.
const EVENTS_AT_ONCE: usize = 64;
/// How often a quiet webhook's owner is asked for.
const OWNER_EVERY: Duration = Duration::from_secs(10);
/// How long it is waited where the bank itself does not answer.
const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// What must be allowed to the owner, each time something is told.
const HEAR: Act = Act("event.read");

/// Webhooks that are being told, until [`Delivering::end`].
#[derive(Debug)]
pub struct Delivering {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Delivering {
    /// Ends: what is on the way is broken off and told again after the next start; progress is kept.
    pub async fn end(self) {
        drop(self.stop);
        // It cannot have broken off; if it had, there is nobody left to tell.
        let _ = self.task.await;
    }
}

/// Begins to tell the webhooks of a bank, if it has any.
pub fn start(bank: &Arc<Bank>) -> Option<Delivering> {
    let hooks = Arc::clone(bank.hooks.as_ref()?);
    let (stop, told) = oneshot::channel();
    let task = tokio::spawn(supervise(Arc::clone(bank), hooks, told));
    Some(Delivering { stop, task })
}

/// A task for each webhook, as long as there is the webhook.
async fn supervise(bank: Arc<Bank>, hooks: Arc<Subscribers>, mut told: oneshot::Receiver<()>) {
    let (tell, entries) = watch::channel(bank.reader.entries());
    let mut tasks = JoinSet::new();
    let mut running: HashMap<u128, AbortHandle> = HashMap::new();
    let mut looks = 0;
    loop {
        let all = hooks.all();
        running.retain(|id, task| {
            let there = all.iter().any(|one| one.id.0 == *id);
            if !there {
                task.abort();
            }
            there
        });
        for one in all {
            running.entry(one.id.0).or_insert_with(|| {
                let (bank, hooks) = (Arc::clone(&bank), Arc::clone(&hooks));
                tasks.spawn(Following { bank, hooks, one, entries: entries.clone() }.run())
            });
        }
        tokio::select! {
            _ = &mut told => break,
            () = hooks.listed() => {}
            Some(_) = tasks.join_next() => {}
            () = tokio::time::sleep(LOOK_EVERY), if !running.is_empty() => {
                let now = bank.reader.entries();
                tell.send_if_modified(|known| std::mem::replace(known, now) != now);
                looks += 1;
                if looks % LOOKS_A_FLUSH == 0 {
                    flush(&bank, &hooks).await;
                }
            }
        }
    }
    tasks.shutdown().await;
    flush(&bank, &hooks).await;
}

/// Keeps progress, and says how the webhooks are doing.
async fn flush(bank: &Arc<Bank>, hooks: &Arc<Subscribers>) {
    let all: Vec<Kept> = hooks.all().iter().map(|one| one.kept()).collect();
    let (active, paused): (Vec<&Kept>, Vec<&Kept>) =
        all.iter().partition(|kept| kept.state == HookState::Active);
    let failing = active.iter().filter(|kept| kept.failures > 0).count();
    let records = bank.reader.records();
    let behind =
        active.iter().map(|kept| records.saturating_sub(kept.after.map_or(0, |after| after + 1)));
    bank.metrics.hooks(paused.len(), failing, behind.max().unwrap_or(0));
    let kept = Arc::clone(hooks);
    let flushed = tokio::task::spawn_blocking(move || kept.flush()).await;
    if let Ok(Err(why)) = flushed
        && let Some(one) = all.first()
    {
        bank.log_hook(one.id, "", &format!("progress of webhooks is not kept: {why}"));
    }
}

/// One event on its way.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) record: Option<u64>,
    pub(super) body: Bytes,
}

impl Message {
    fn of(event: &EventDocument) -> Message {
        Message {
            id: format!("evt_{}", event.journal.record),
            kind: event.kind.clone(),
            record: Some(event.journal.record),
            body: Bytes::from(serde_json::to_vec(event).unwrap_or_default()),
        }
    }
}

/// One attempt, and how long the receiver wants to be left alone.
pub(super) async fn attempt(
    bank: &Bank,
    hooks: &Subscribers,
    kept: &Kept,
    line: &mut Line,
    message: &Message,
    number: u32,
) -> (Attempt, Option<Duration>) {
    let (began, at) = (Instant::now(), crate::bank::now());
    let at_s = at.0 / 1_000_000_000;
    let headers = [
        ("webhook-id", message.id.clone()),
        ("webhook-timestamp", at_s.to_string()),
        ("webhook-signature", signatures(kept, &message.id, at_s, &message.body)),
    ];
    let sent = hooks.poster.post(line, &kept.url, &headers, &message.body).await;
    let (status, retry_after) =
        sent.as_ref().map_or((None, None), |a| (Some(a.status), a.retry_after));
    let failed = match &sent {
        Ok(answered) if (200..300).contains(&answered.status) => None,
        Ok(answered) if (300..400).contains(&answered.status) => {
            Some(format!("the receiver answered {}; redirects are not followed", answered.status))
        }
        Ok(answered) => Some(format!("the receiver answered {}", answered.status)),
        Err(why) => Some(why.clone()),
    };
    bank.metrics.hook_attempted(failed.is_none());
    let (message, kind, record) = (message.id.clone(), message.kind.clone(), message.record);
    let took = began.elapsed();
    (Attempt { message, kind, record, at_ns: at.0, number, status, failed, took }, retry_after)
}

/// One webhook and what its task needs.
struct Following {
    bank: Arc<Bank>,
    hooks: Arc<Subscribers>,
    one: Arc<Subscriber>,
    entries: watch::Receiver<u64>,
}

/// Why a round ended: something was changed, or the webhook stops by itself.
enum Ended {
    Changed,
    Stops(HookState),
}

/// Reads on, in its own thread; what it reads with comes back.
type Read = (Vec<EventDocument>, Tail, Hearing);

impl Following {
    async fn run(mut self) {
        let mut line = Line::default();
        loop {
            let turn = self.one.turn();
            let kept = self.one.kept();
            if kept.state != HookState::Active {
                self.one.woken().await;
                continue;
            }
            if let Ended::Stops(state) = self.round(&kept, turn, &mut line).await {
                self.stop(state, turn).await;
            }
        }
    }

    /// Tells events until something is changed.
    async fn round(&mut self, kept: &Kept, turn: u64, line: &mut Line) -> Ended {
        let Some(bound) = self.bound(kept) else { return Ended::Stops(HookState::NotAllowed) };
        let Some(mut hearing) = self.hearing(bound).await else {
            tokio::time::sleep(BUSY_PAUSE).await;
            return Ended::Changed;
        };
        let Some(mut tail) = self.tail(kept.after).await else {
            return Ended::Stops(HookState::Lost);
        };
        loop {
            if self.one.turn() != turn || self.bound(kept) != Some(bound) {
                return Ended::Changed;
            }
            let Some((events, read, heard)) = self.read(tail, hearing).await else {
                return Ended::Stops(HookState::Lost);
            };
            (tail, hearing) = (read, heard);
            for event in events {
                let record = event.journal.record;
                let wanted = kept.kinds.is_empty() || kept.kinds.contains(&event.kind);
                if wanted
                    && let Err(ended) =
                        self.deliver(kept, bound, turn, line, &Message::of(&event)).await
                {
                    return ended;
                }
                self.hooks.progress(&self.one, turn, |kept| kept.after = Some(record));
            }
            if tail.has_more(&self.bank) {
                continue;
            }
            if tail.after.is_some() && tail.after != self.one.kept().after {
                self.hooks.progress(&self.one, turn, |kept| kept.after = tail.after);
            }
            tokio::select! {
                _ = self.entries.changed() => {}
                () = self.one.woken() => {}
                () = tokio::time::sleep(OWNER_EVERY) => {}
            }
        }
    }

    /// Sends a message until it is taken.
    async fn deliver(
        &self,
        kept: &Kept,
        bound: Option<PartyId>,
        turn: u64,
        line: &mut Line,
        message: &Message,
    ) -> Result<(), Ended> {
        let settings = &self.hooks.settings;
        let mut number = 0;
        loop {
            number += 1;
            let (attempt, retry_after) =
                attempt(&self.bank, &self.hooks, kept, line, message, number).await;
            let (status, taken) = (attempt.status, attempt.failed.is_none());
            self.one.attempted(attempt);
            let now_s = now_s();
            if taken {
                if self.one.kept().failures > 0 {
                    self.hooks.progress(&self.one, turn, |kept| {
                        (kept.failures, kept.failing_since_s) = (0, None);
                    });
                }
                return Ok(());
            }
            if status == Some(410) {
                return Err(Ended::Stops(HookState::Gone));
            }
            self.hooks.progress(&self.one, turn, |kept| {
                kept.failures = kept.failures.saturating_add(1);
                kept.failing_since_s.get_or_insert(now_s);
            });
            let now = self.one.kept();
            let since_s = now.failing_since_s.unwrap_or(now_s);
            if Duration::from_secs(now_s.saturating_sub(since_s)) >= settings.give_up {
                return Err(Ended::Stops(HookState::GaveUp));
            }
            let wait = backoff(settings.retry_first, settings.retry_max, now.failures, chance());
            tokio::select! {
                () = tokio::time::sleep(wait.max(retry_after.unwrap_or_default())) => {}
                () = self.one.woken() => {}
            }
            if self.one.turn() != turn || self.bound(kept) != Some(bound) {
                return Err(Ended::Changed);
            }
        }
    }

    /// Stops by itself, unless somebody was quicker, and says so.
    async fn stop(&self, state: HookState, turn: u64) {
        if self.one.turn() != turn {
            return;
        }
        let (hooks, one) = (Arc::clone(&self.hooks), Arc::clone(&self.one));
        let changed =
            tokio::task::spawn_blocking(move || hooks.change(&one, |kept| kept.state = state))
                .await;
        match changed {
            Ok(Ok(kept)) => {
                self.bank.incidents.note("webhook", &format!("{}: {}", kept.id, state.sentence()));
                self.bank.log_hook(kept.id, &kept.owner, state.sentence());
            }
            // It is tried again with the next event.
            _ => tokio::time::sleep(BUSY_PAUSE).await,
        }
    }

    /// Of whose accounts alone the owner hears, as of now (`Some(None)`: of everything); `None` if of nothing.
    fn bound(&self, kept: &Kept) -> Option<Option<PartyId>> {
        let owner = self.bank.gate.named(&kept.owner)?;
        let relations = self.bank.gate.may(&owner, HEAR);
        (relations != Relations::NONE).then(|| Hearing::bound_to(&owner, relations))
    }

    /// What the owner may hear; `None` if the bank does not answer.
    async fn hearing(&self, bound: Option<PartyId>) -> Option<Hearing> {
        let Some(party) = bound else { return Some(Hearing::All) };
        let (tell, told) = oneshot::channel();
        let deadline = Instant::now() + self.bank.limits.patience;
        let asked = self.bank.handle.ask_then(
            deadline,
            move |engine| Hearing::accounts(engine, party),
            move |accounts| drop(tell.send(accounts)),
        );
        asked.ok()?;
        let accounts = tokio::time::timeout_at(deadline.into(), told).await.ok()?.ok()?;
        Some(Hearing::Of(party, accounts))
    }

    /// Where it goes on; `None` if the journal has no such place.
    async fn tail(&self, after: Option<u64>) -> Option<Tail> {
        let bank = Arc::clone(&self.bank);
        tokio::task::spawn_blocking(move || Tail::behind(&bank, after).ok()).await.ok()?
    }

    /// What is new; nothing, after a pause, if the bank is busy; `None` if the journal cannot be read.
    async fn read(&self, mut tail: Tail, mut hearing: Hearing) -> Option<Read> {
        if !tail.has_more(&self.bank) {
            return Some((Vec::new(), tail, hearing));
        }
        let bank = Arc::clone(&self.bank);
        let read = tokio::task::spawn_blocking(move || {
            let read = tail.read(&bank, &mut hearing, EVENTS_AT_ONCE);
            let busy = read.as_ref().is_err_and(|why| why.kind() == Kind::Unavailable);
            let events = if busy { Vec::new() } else { read.ok()? };
            Some((busy, (events, tail, hearing)))
        });
        let (busy, read) = read.await.ok()??;
        if busy {
            tokio::time::sleep(BUSY_PAUSE).await;
        }
        Some(read)
    }
}

/// How long it is waited after so many failures: twice as long each time, less up to a half of it by chance, so that many
/// webhooks of one receiver do not come back at once.
fn backoff(first: Duration, max: Duration, failures: u32, chance: f64) -> Duration {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(max);
    doubled.mul_f64(1.0 - chance / 2.0)
}

/// Between 0 and 1; without randomness from the system, 0.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_differ_by_chance() {
        let (first, max) = (Duration::from_secs(5), Duration::from_secs(3_600));
        let waits: Vec<u64> = (1..=12).map(|n| backoff(first, max, n, 0.0).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
        assert_eq!(backoff(first, max, 1, 1.0), Duration::from_millis(2_500));
        assert_eq!(backoff(first, max, u32::MAX, 0.0), max);
        let one = chance();
        assert!((0.0..=1.0).contains(&one) && (0..100).any(|_| chance() < one || chance() > one));
    }
}
