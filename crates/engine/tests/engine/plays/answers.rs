//! What a play is answered, in words a banker reads.

use engine::{AccountView, Engine, TransferPhase, TransferView};
use std::collections::BTreeMap;
use terms::*;

/// What became of a command: `done`, with what the asker could not know, or `refused` and the word.
pub fn outcome(command: &Command, event: &Event) -> String {
    if let Err(refusal) = event.outcome() {
        return format!("refused {}", refusal.word());
    }
    match (command, event) {
        (Command::Transfer(asked), Event::Transfer(done))
            if asked.amount != done.transfer.amount =>
        {
            format!("done, {}", amount(&done.transfer))
        }
        (Command::Transfer(_), Event::Transfer(done))
            if done.transfer.flags.has(TransferFlags::HELD) =>
        {
            "held".into()
        }
        (Command::Reverse { .. } | Command::SettleInterest { .. }, Event::Transfer(done)) => {
            format!("done, {}", movement(&done.transfer))
        }
        _ => "done".into(),
    }
}

fn amount(t: &Transfer) -> String {
    t.ledger.format(t.amount)
}

fn movement(t: &Transfer) -> String {
    format!("{} from {} to {}", amount(t), t.debit_account, t.credit_account)
}

/// An account: what is zero and ordinary is left out.
pub fn balance(view: Option<AccountView>) -> String {
    let Some(a) = view else {
        return "no such account".into();
    };
    let money = |amount: Amount| a.account.ledger.format(amount);
    let mut said =
        format!("debits {}, credits {}", money(a.debits_posted), money(a.credits_posted));
    for (what, sum) in [("debits", a.debits_pending), ("credits", a.credits_pending)] {
        if sum != Amount::ZERO {
            said += &format!(", pending {what} {}", money(sum));
        }
    }
    if a.account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS) {
        said += &format!("; available {}", money(a.available));
    }
    if a.held != Amount::ZERO {
        said += &format!("; held {}", money(a.held));
    }
    if a.held_whole {
        said += "; held whole";
    }
    if let Some(interest) = a.interest {
        said += &format!("; interest due {}", a.account.ledger.format_signed(interest.due));
    }
    if a.account.flags.has(AccountFlags::CLOSED) {
        said += "; closed";
    }
    said
}

/// A transfer or an entry.
pub fn show(engine: &Engine, id: TransferId) -> String {
    if let Some(view) = engine.transfer(id) {
        return transfer(&view);
    }
    let Some((entry, booked, _, _, reversed)) = engine.entry(id) else {
        return if engine.has_failed(id) { "failed".into() } else { "no such transfer".into() };
    };
    let legs: Vec<String> = entry.legs.iter().map(|l| leg(engine, l)).collect();
    let dates = format!("booked {booked}, value {}", entry.value_date);
    format!("{}; {dates}{}", legs.join(", "), if reversed { "; reversed" } else { "" })
}

fn transfer(view: &TransferView) -> String {
    let t = &view.transfer;
    let phase = match view.phase {
        TransferPhase::Final => "",
        TransferPhase::Pending => "; pending",
        TransferPhase::Posted => "; was posted",
        TransferPhase::Voided => "; was voided",
        TransferPhase::Expired => "; expired",
    };
    let names = if t.pending_id.0 == 0 { String::new() } else { format!("; of {}", t.pending_id) };
    let reversed = if view.reversed { "; reversed" } else { "" };
    let dates = format!("booked {}, value {}", view.booking_date, t.value_date);
    format!("{}; {dates}{names}{phase}{reversed}", movement(t))
}

fn leg(engine: &Engine, leg: &Leg) -> String {
    let ledger = engine.account(leg.account).map_or(Currency(0), |view| view.account.ledger);
    let side = if leg.side == Side::Debit { "debit" } else { "credit" };
    format!("{side} {} {}", leg.account, ledger.format(leg.amount))
}

/// Every movement of an account from one day to another, found by looking at everything.
pub fn statement(
    engine: &Engine,
    account: AccountId,
    from: Day,
    to: Day,
    by_value: bool,
) -> Vec<String> {
    let Some(view) = engine.account(account) else {
        return vec!["no such account".into()];
    };
    // By day, then in the order of the journal: what moved, and its id.
    let mut moved: BTreeMap<(Day, u64), (i128, TransferId)> = BTreeMap::new();
    let signed = |amount: Amount| i128::try_from(amount.0).unwrap();
    for t in engine.transfers() {
        let resolved = matches!(t.phase, TransferPhase::Final);
        if !resolved || t.transfer.flags.has(TransferFlags::VOID_PENDING) {
            continue;
        }
        let day = if by_value { t.transfer.value_date } else { t.booking_date };
        let sign = i128::from(t.transfer.credit_account == account)
            - i128::from(t.transfer.debit_account == account);
        if sign != 0 {
            moved.insert((day, t.record), (sign * signed(t.transfer.amount), t.transfer.id));
        }
    }
    for (entry, booked, _, record, _) in engine.entries() {
        let ours = entry.legs.iter().filter(|leg| leg.account == account);
        let sum: i128 =
            ours.clone()
                .map(|leg| {
                    if leg.side == Side::Credit { signed(leg.amount) } else { -signed(leg.amount) }
                })
                .sum();
        if ours.count() > 0 {
            let day = if by_value { entry.value_date } else { booked };
            moved.insert((day, record), (sum, entry.id));
        }
    }
    let money = |amount: i128| view.account.ledger.format_signed(amount);
    let mut balance: i128 = moved.range(..(from, 0)).map(|(_, (amount, _))| amount).sum();
    let mut lines = vec![format!("before {from}: {}", money(balance))];
    for ((day, _), (amount, id)) in moved.range((from, 0)..=(to, u64::MAX)) {
        balance += amount;
        lines.push(format!("{day} {id}: {}, balance {}", money(*amount), money(balance)));
    }
    lines
}

/// The trial balance, line by line and in all.
pub fn trial(engine: &Engine) -> Vec<String> {
    let mut said = Vec::new();
    let mut sums: BTreeMap<Currency, (u128, u128)> = BTreeMap::new();
    for line in engine.trial_balance() {
        let class = line.class.map_or(String::new(), |class| format!(" {class:?}").to_lowercase());
        let (debits, credits) =
            (line.ledger.format(Amount(line.debits)), line.ledger.format(Amount(line.credits)));
        let accounts = if line.accounts == 1 { "account" } else { "accounts" };
        said.push(format!(
            "{} {}{class}: {} {accounts}, debits {debits}, credits {credits}",
            line.ledger, line.code, line.accounts
        ));
        let sum = sums.entry(line.ledger).or_default();
        *sum = (sum.0 + line.debits, sum.1 + line.credits);
    }
    for (ledger, (debits, credits)) in sums {
        let (debits, credits) = (ledger.format(Amount(debits)), ledger.format(Amount(credits)));
        said.push(format!("{ledger} in all: debits {debits}, credits {credits}"));
    }
    said
}

/// A party and its roles.
pub fn who(engine: &Engine, party: PartyId) -> Vec<String> {
    let Some((found, erased)) = engine.party(party) else {
        return vec!["nobody we know".into()];
    };
    let kind = match found.kind {
        PartyKind::Person => "a person",
        PartyKind::Organisation => "an organisation",
    };
    let state = if erased { ", erased" } else { "" };
    let bytes = found.identity.ciphertext.len();
    let mut said = vec![format!("{kind}{state}, {bytes} sealed bytes")];
    for role in engine.roles_of(party) {
        let until = if role.until == Day::BOOKING {
            String::new()
        } else {
            format!(" until {}", role.until)
        };
        let kind = match role.kind {
            RoleKind::Owner => "owner",
            RoleKind::JointOwner => "joint owner",
            RoleKind::Disponent => "disponent",
            RoleKind::Viewer => "viewer",
            RoleKind::Guardian => "guardian",
        };
        said.push(format!("{kind} of {}{until}", role.account));
    }
    said
}

/// What orders bring today: the order, the day it was due and how often it was tried.
pub fn due(engine: &Engine) -> String {
    let due =
        engine.orders_due().map(|due| format!("{} of {}, try {}", due.order, due.day, due.tries));
    let due = due.collect::<Vec<_>>().join("; ");
    if due.is_empty() { "nothing".to_owned() } else { due }
}
