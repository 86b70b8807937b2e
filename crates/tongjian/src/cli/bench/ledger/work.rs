//! The requests of a measurement, made before it begins, and the client that sends them and counts what comes back.

use crate::cli::chance::Chance;
use crate::cli::demo::MODEL;
use crate::fail::{Done, Exit, Failure};
use crate::reasons::{parts, words_of};
use node::{Handle, Request, Ticket, Unanswered};
use rulebook::RiskSet;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{
    Account, AccountId, Amount, Command, Currency, Day, Event, HoldEnd, Institution, Party,
    PartyId, PartyKind, Role, RoleKind, RuleSet, RuleStage, Ruling, Sealed, SealingCipher, TimeNs,
    Transfer, TransferFlags, TransferId,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What kind of requests.
pub struct Work {
    /// Accounts money moves among.
    pub accounts: u32,
    /// Transfers of one request.
    pub batch: u64,
    /// Reserve first, then post.
    pub two_phase: bool,
    /// Say from which device; two accounts share one.
    pub devices: bool,
}

/// Requests that open the accounts.
pub fn opening(accounts: u32) -> impl Iterator<Item = Request> {
    let batch = BATCH_RECORDS_MAX as u32;
    (1..=accounts).step_by(batch as usize).map(move |first| {
        let last = first.saturating_add(batch - 1).min(accounts);
        let open = |id: u32| Account {
            id: AccountId(id.into()),
            ledger: Currency::CNY,
            code: 1,
            ..Account::default()
        };
        (first..=last).map(|id| Command::CreateAccount(open(id))).collect()
    })
}

/// The request that opens the institution, without which nobody judges.
pub fn institution(now: TimeNs) -> impl Iterator<Item = Request> {
    let utc_offset_min = 480;
    let institution = Institution {
        name: "bench".to_owned(),
        currency: Currency::CNY,
        utc_offset_min,
        first_day: now.day_at(utc_offset_min),
    };
    std::iter::once(vec![Command::OpenInstitution(institution)])
}

/// Requests that give each account an owner of its own, a firm: persons who pay as often as the clients here do are
/// asked whether it was them.
pub fn owners(accounts: u32) -> impl Iterator<Item = Request> {
    // Two commands an account.
    let together = 1_000_u32;
    (1..=accounts).step_by(together as usize).map(move |first| {
        let last = first.saturating_add(together - 1).min(accounts);
        (first..=last).flat_map(owner).collect()
    })
}

/// A firm, and its role on the account of the same number. Its name is nobody's: nothing here opens it.
fn owner(number: u32) -> [Command; 2] {
    let (party, account) = (PartyId(number.into()), AccountId(number.into()));
    let identity = Sealed {
        commitment: [1; 32],
        cipher: SealingCipher::Aes256Gcm,
        nonce: [0; 12],
        ciphertext: vec![0; 48],
    };
    let role = Role { party, account, kind: RoleKind::Owner, until: Day::BOOKING };
    let party = Party { id: party, kind: PartyKind::Organisation, identity };
    [Command::RegisterParty(party), Command::GrantRole(role)]
}

/// Requests that put rules into force, and the town's model with them.
pub fn adoption(set: &RiskSet<'_>, model: bool) -> impl Iterator<Item = Request> {
    let hash = |bytes: &[u8]| Sha256::digest(bytes).into();
    let (program, words) = (set.program.to_bytes(), words_of(set));
    let mut commands = parts(&program);
    let tables = (!set.tables.is_empty()).then(|| set.tables.to_bytes());
    commands.extend(parts(&words));
    commands.extend(tables.as_deref().map(parts).into_iter().flatten());
    commands.extend(model.then(|| parts(MODEL)).into_iter().flatten());
    commands.push(Command::AdoptRules(RuleSet {
        name: "payments".to_owned(),
        program: hash(&program),
        words: hash(&words),
        model: model.then(|| hash(MODEL)),
        stage: RuleStage::Active,
        share_ppm: 0,
        loss_max: 0,
        stopped_ppm_max: 1_000_000,
        hold_s: 86_400,
        at_end: HoldEnd::Refuse,
        tables: tables.as_deref().map(hash),
        four_eyes: false,
        by: "tj bench".to_owned(),
    }));
    // A part may fill a batch.
    commands.into_iter().map(|command| vec![command])
}

/// What came back to a client.
#[derive(Default)]
pub struct Answered {
    /// From submitting each request to its answer.
    pub latencies_ms: Vec<f64>,
    /// Transfers that were refused, by rules too.
    pub refused: u64,
    /// Transfers that rules judged.
    pub judged: u64,
    /// Those of them that did not go through at once.
    pub stopped: u64,
}

impl Answered {
    fn add(&mut self, event: &Event) {
        self.refused += u64::from(event.outcome().is_err());
        if let Event::Transfer(done) = event
            && let Some(verdict) = &done.verdict
        {
            self.judged += 1;
            self.stopped += u64::from(verdict.ruling != Ruling::Approve);
        }
    }
}

impl Work {
    /// The requests of client `n`, `share` transfers in all.
    pub fn requests(&self, n: u64, share: u64) -> Vec<Request> {
        let mut chance = Chance(n);
        let mut made = 0;
        let mut requests = Vec::new();
        // What the last request reserved, for the next one to post.
        let mut reserved: Vec<TransferId> = Vec::new();
        while made < share {
            let size = self.batch.min(share - made);
            let posting = self.two_phase && !reserved.is_empty();
            let request: Request = (0..size)
                .map(|at| {
                    let id = TransferId(u128::from(n + 1) << 64 | u128::from(made + at + 1));
                    Command::Transfer(match reserved.get(at as usize).filter(|_| posting) {
                        Some(pending) => self.post(id, *pending),
                        None => self.transfer(id, &mut chance),
                    })
                })
                .collect();
            let ids = request.iter().filter_map(|command| match command {
                Command::Transfer(t) if t.flags.has(TransferFlags::PENDING) => Some(t.id),
                _ => None,
            });
            reserved = if posting { Vec::new() } else { ids.collect() };
            made += size;
            requests.push(request);
        }
        requests
    }

    fn transfer(&self, id: TransferId, chance: &mut Chance) -> Transfer {
        let accounts = u64::from(self.accounts);
        let debit = chance.below(accounts);
        let credit = (debit + 1 + chance.below(accounts - 1)) % accounts;
        Transfer {
            id,
            debit_account: AccountId(u128::from(debit) + 1),
            credit_account: AccountId(u128::from(credit) + 1),
            amount: Amount(u128::from(chance.below(100_000)) + 1),
            ledger: Currency::CNY,
            code: 1,
            user_data_64: if self.devices { debit / 2 + 1 } else { 0 },
            flags: if self.two_phase { TransferFlags::PENDING } else { TransferFlags::default() },
            ..Transfer::default()
        }
    }

    fn post(&self, id: TransferId, pending_id: TransferId) -> Transfer {
        Transfer {
            id,
            pending_id,
            amount: Amount::MAX,
            flags: TransferFlags::POST_PENDING,
            ..Transfer::default()
        }
    }
}

/// Sends the requests, `in_flight` of them at once, and gives what came back.
///
/// # Errors
/// No answer.
pub fn client(
    handle: &Handle,
    requests: Vec<Request>,
    in_flight: usize,
    start_line: &Barrier,
) -> Done<Answered> {
    let mut answered = Answered::default();
    answered.latencies_ms.reserve(requests.len());
    let mut waiting: VecDeque<(Instant, Ticket)> = VecDeque::with_capacity(in_flight);
    let mut take = |(sent, ticket): (Instant, Ticket)| -> Done {
        let answers = ticket.wait(PATIENCE).map_err(|error| unanswered(&error))?;
        answered.latencies_ms.push(sent.elapsed().as_secs_f64() * 1e3);
        answers.iter().for_each(|answer| answered.add(&answer.event));
        Ok(())
    };
    start_line.wait();
    for request in requests {
        if waiting.len() >= in_flight
            && let Some(oldest) = waiting.pop_front()
        {
            take(oldest)?;
        }
        // The inbox has room for all of them, so that "busy" is an error here.
        let ticket = handle.submit_later(request).map_err(|error| unanswered(&error))?;
        waiting.push_back((Instant::now(), ticket));
    }
    for ticket in waiting {
        take(ticket)?;
    }
    Ok(answered)
}

fn unanswered(error: &Unanswered) -> Failure {
    Failure::because(
        Exit::Unavailable,
        "a request has no answer",
        error,
        "see to the disk, then measure again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transfer_is_made_once_and_posts_what_was_reserved_before() {
        let work = Work { accounts: 7, batch: 4, two_phase: true, devices: false };
        let requests = work.requests(1, 14);
        assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 4, 2]);
        let flags = |request: &Request, flag: TransferFlags| {
            request.iter().all(|c| matches!(c, Command::Transfer(t) if t.flags.has(flag)))
        };
        assert!(
            flags(&requests[0], TransferFlags::PENDING)
                && flags(&requests[1], TransferFlags::POST_PENDING)
        );
        let single =
            Work { accounts: 7, batch: 4, two_phase: false, devices: false }.requests(0, 400);
        for command in single.iter().flatten() {
            let Command::Transfer(t) = command else { panic!("only transfers") };
            assert!(
                t.debit_account != t.credit_account && t.credit_account.0 <= 7 && t.amount.0 > 0
            );
        }
        assert_eq!(opening(20_000).map(|request| request.len()).sum::<usize>(), 20_000);
    }
}
