//! What the bank would say to a file, found out on a copy of its books: nothing is asked of the bank
//! itself before every line is known to be accepted.

use super::lines::{Line, WrongLine};
use super::map::{DateUse, Map};
use crate::figures::parse_offset;
use engine::Engine;
use std::collections::BTreeMap;
use terms::limits::BATCH_RECORDS_MAX;
use terms::{
    Account, AccountFlags, AccountId, Command, Currency, Day, Event, Refusal, TimeNs, Transfer,
    TransferFlags,
};

/// What is to be asked, and what is not.
#[derive(Debug, Default)]
pub struct Plan {
    /// Requests in order, each no longer than a batch.
    pub requests: Vec<Vec<Command>>,
    /// Accounts that are opened.
    pub opened: usize,
    /// Payments among the requests.
    pub payments: usize,
    /// Lines that were imported before.
    pub known: usize,
    /// Lines the bank would refuse.
    pub refused: Vec<WrongLine>,
}

/// Plans the import of `lines` into the books of `engine` at `now`. Lines that would be refused are left
/// out, and then also those that would be refused without them.
///
/// # Errors
/// The map's dates cannot be used.
pub fn plan(engine: &Engine, map: &Map, lines: &[Line], now: TimeNs) -> Result<Plan, String> {
    let mut transfers = transfers(map, lines)?;
    let mut plan = Plan::default();
    transfers.retain(|(line, transfer)| {
        let refusal =
            engine.decide(engine.next_time(now), &Command::Transfer(*transfer)).outcome().err();
        match refusal {
            Some(Refusal::Exists) => plan.known += 1,
            // A number that stands for something else stays wrong whatever happens before it.
            Some(refusal)
                if refusal.word().starts_with("exists_with")
                    || refusal == Refusal::IdAlreadyFailed =>
            {
                plan.refused.push(wrong(*line, refusal));
            }
            _ => return true,
        }
        false
    });
    loop {
        let opening = openings(engine, map, &transfers);
        plan.opened = opening.len();
        plan.payments = transfers.len();
        let all: Vec<Command> = opening
            .into_iter()
            .chain(transfers.iter().map(|(_, t)| Command::Transfer(*t)))
            .collect();
        plan.requests = all.chunks(BATCH_RECORDS_MAX).map(<[Command]>::to_vec).collect();
        let refused = rehearse(engine, &plan.requests, now);
        if refused.is_empty() {
            return Ok(plan);
        }
        let at_opening = refused.keys().next().copied().unwrap_or(0);
        if at_opening < plan.opened {
            return Err(format!(
                "an account cannot be opened: {}",
                refused[&at_opening].sentence()
            ));
        }
        let opened = plan.opened;
        let mut at = opened;
        transfers.retain(|(line, _)| {
            let refusal = refused.get(&at);
            at += 1;
            plan.refused.extend(refusal.map(|refusal| wrong(*line, *refusal)));
            refusal.is_none()
        });
    }
}

fn wrong(line: u64, refusal: Refusal) -> WrongLine {
    WrongLine {
        line,
        why: format!("would be refused: {} ({})", refusal.sentence(), refusal.word()),
    }
}

/// What a copy of the books refuses, by place among all commands.
fn rehearse(engine: &Engine, requests: &[Vec<Command>], now: TimeNs) -> BTreeMap<usize, Refusal> {
    let mut copy = engine.clone();
    let events: Vec<Event> =
        requests.iter().flat_map(|request| copy.submit(now, request)).collect();
    let refusals =
        events.iter().enumerate().filter_map(|(at, event)| Some((at, event.outcome().err()?)));
    refusals.collect()
}

/// The lines as transfers, each with its line number; those with times of their own in the order of time.
fn transfers(map: &Map, lines: &[Line]) -> Result<Vec<(u64, Transfer)>, String> {
    let used_as = map.date.as_ref().map(|date| date.used_as);
    let offset = map.date.as_ref().map_or(Ok(0), |date| parse_offset(&date.utc_offset))?;
    let mut ordered: Vec<&Line> = lines.iter().collect();
    if used_as == Some(DateUse::Imported) {
        ordered.sort_by_key(|line| line.when);
    }
    let mut last = TimeNs(0);
    let mut found = Vec::with_capacity(lines.len());
    for line in ordered {
        let mut transfer = Transfer {
            id: line.id,
            debit_account: line.debit,
            credit_account: line.credit,
            amount: line.amount,
            ledger: line.currency,
            code: line.code,
            ..Transfer::default()
        };
        match (used_as, line.when) {
            (Some(DateUse::Imported), Some(when)) => {
                let time = moment(when, offset)
                    .ok_or_else(|| format!("line {}: a time before 1970", line.line))?;
                // Times of transfers are unique: those of one second follow each other.
                last = TimeNs(time.0.max(last.0 + 1));
                transfer.flags = TransferFlags::IMPORTED;
                transfer.timestamp = last;
            }
            (Some(DateUse::ValueDate), Some((day, _))) => transfer.value_date = day,
            _ => {}
        }
        found.push((line.line, transfer));
    }
    Ok(found)
}

fn moment((day, second): (Day, u32), offset_min: i16) -> Option<TimeNs> {
    let utc = i64::from(second) - i64::from(offset_min) * 60;
    let start = i64::try_from(TimeNs::start_of(day).0 / 1_000_000_000).ok()?;
    u64::try_from(start + utc).ok()?.checked_mul(1_000_000_000).map(TimeNs)
}

/// The accounts that are missing, as commands, in the order in which they are first needed.
fn openings(engine: &Engine, map: &Map, transfers: &[(u64, Transfer)]) -> Vec<Command> {
    let Some(open) = map.open else { return Vec::new() };
    let mut missing: Vec<(AccountId, Currency)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (_, t) in transfers {
        for account in [t.debit_account, t.credit_account] {
            if engine.account(account).is_none() && seen.insert(account) {
                missing.push((account, t.ledger));
            }
        }
    }
    let imported = transfers.first().filter(|(_, t)| t.flags.has(TransferFlags::IMPORTED));
    let count = missing.len() as u64;
    let opening = |(at, (id, ledger)): (usize, (AccountId, Currency))| {
        let mut flags = AccountFlags::default();
        if !open.overdraft {
            flags |= AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
        }
        let mut account = Account { id, ledger, code: open.code, flags, ..Account::default() };
        if let Some((_, first)) = imported {
            // Opened right before the first thing that happened.
            account.flags |= AccountFlags::IMPORTED;
            account.timestamp = TimeNs(first.timestamp.0.saturating_sub(count - at as u64));
        }
        Command::CreateAccount(account)
    };
    missing.into_iter().enumerate().map(opening).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::csv::lines::read;

    const MAP: &str = "id = { column = \"id\" }\ndebit = { column = \"from\" }\ncredit = { column = \"to\" }\n\
        currency = { value = \"CNY\" }\namount = { column = \"sum\" }\n";
    const NOW: TimeNs = TimeNs(1_800_000_000_000_000_000);

    fn books() -> Engine {
        let mut engine = Engine::default();
        let open = |id, flags| {
            Command::CreateAccount(Account {
                id: AccountId(id),
                ledger: Currency::CNY,
                code: 1,
                flags,
                ..Account::default()
            })
        };
        let request = [
            open(1, AccountFlags::default()),
            open(2, AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
        ];
        assert!(engine.submit(NOW, &request).iter().all(|event| event.outcome().is_ok()));
        engine
    }

    fn plan_of(engine: &Engine, map: &str, text: &str) -> Plan {
        let map = Map::parse(map).unwrap();
        let (lines, wrong) = read(text.as_bytes(), &map).unwrap();
        assert_eq!(wrong, []);
        plan(engine, &map, &lines, NOW).unwrap()
    }

    #[test]
    fn what_would_be_refused_is_found_before_anything_is_asked() {
        let mut engine = books();
        let before = engine.clone();
        let text = "id,from,to,sum\n10,1,2,5.00\n11,2,1,5.01\n12,2,1,5.00\n13,2,9,1.00\n";
        let planned = plan_of(&engine, MAP, text);
        let refused: Vec<u64> = planned.refused.iter().map(|w| w.line).collect();
        assert_eq!(refused, [3, 5]);
        assert!(planned.refused[0].why.contains("exceeds_credits"), "{:?}", planned.refused);
        assert_eq!(engine.records(), before.records(), "the books are as before");
        let events = engine.submit(NOW, &planned.requests.concat());
        assert!(events.iter().all(|event| event.outcome().is_ok()));
        let again = plan_of(&engine, MAP, text);
        assert_eq!((again.payments, again.known), (0, 2));
    }

    #[test]
    fn leaving_a_line_out_may_leave_others_without_money() {
        let text = "id,from,to,sum\n10,9,2,5.00\n11,2,1,5.00\n";
        let planned = plan_of(&books(), MAP, text);
        assert_eq!((planned.refused.len(), planned.payments), (2, 0));
    }

    #[test]
    fn missing_accounts_are_opened_in_time_for_the_first_imported_line() {
        let map = format!(
            "{MAP}date = {{ column = \"day\", use = \"imported\", utc_offset = \"+08:00\" }}\nopen = {{ code = 7, overdraft = true }}\n"
        );
        let text = "id,from,to,sum,day\n10,5,6,1.00,2020-01-02\n11,6,7,1.00,2020-01-01\n";
        let planned = plan_of(&Engine::default(), &map, text);
        assert_eq!((planned.opened, planned.payments, planned.refused.len()), (3, 2, 0));
        let mut engine = Engine::default();
        let events = engine.submit(NOW, &planned.requests.concat());
        assert!(events.iter().all(|event| event.outcome().is_ok()), "{events:?}");
        assert_eq!(events[3].time().iso_at(480), "2020-01-01T00:00:00+08:00");
    }
}
