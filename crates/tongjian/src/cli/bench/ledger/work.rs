//! The requests of a measurement, made before it begins, and the client that sends them.

use crate::cli::chance::Chance;
use crate::fail::{Done, Exit, Failure};
use node::{Handle, Request, Ticket, Unanswered};
use std::collections::VecDeque;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{Account, AccountId, Amount, Command, Currency, Transfer, TransferFlags, TransferId};

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

/// Sends the requests, `in_flight` of them at once. Gives each one's milliseconds from submitting to answer, and
/// how many transfers were refused.
///
/// # Errors
/// No answer.
pub fn client(
    handle: &Handle,
    requests: Vec<Request>,
    in_flight: usize,
    start_line: &Barrier,
) -> Done<(Vec<f64>, u64)> {
    let mut latencies = Vec::with_capacity(requests.len());
    let mut refused = 0;
    let mut waiting: VecDeque<(Instant, Ticket)> = VecDeque::with_capacity(in_flight);
    let mut take = |(sent, ticket): (Instant, Ticket)| -> Done {
        let answers = ticket.wait(PATIENCE).map_err(|error| unanswered(&error))?;
        latencies.push(sent.elapsed().as_secs_f64() * 1e3);
        refused += answers.iter().filter(|answer| answer.event.outcome().is_err()).count() as u64;
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
    Ok((latencies, refused))
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
        let work = Work { accounts: 7, batch: 4, two_phase: true };
        let requests = work.requests(1, 14);
        assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 4, 2]);
        let flags = |request: &Request, flag: TransferFlags| {
            request.iter().all(|c| matches!(c, Command::Transfer(t) if t.flags.has(flag)))
        };
        assert!(
            flags(&requests[0], TransferFlags::PENDING)
                && flags(&requests[1], TransferFlags::POST_PENDING)
        );
        let single = Work { accounts: 7, batch: 4, two_phase: false }.requests(0, 400);
        for command in single.iter().flatten() {
            let Command::Transfer(t) = command else { panic!("only transfers") };
            assert!(
                t.debit_account != t.credit_account && t.credit_account.0 <= 7 && t.amount.0 > 0
            );
        }
        assert_eq!(opening(20_000).map(|request| request.len()).sum::<usize>(), 20_000);
    }
}
