//! `tj pay`: one amount from one account to another, at once or reserved first.

use super::account::find;
use super::{Context, new_id};
use crate::answer::say_with;
use crate::fail::{Done, Failure};
use crate::figures::{parse_account, parse_amount, parse_day, parse_party, parse_transfer};
use serde_json::json;
use terms::{AccountId, Attachment, Command, Day, PartyId, Transfer, TransferFlags, TransferId};

/// Pay from one account to another.
#[derive(Debug, clap::Args)]
pub struct Pay {
    /// The account that pays (its debit side).
    #[arg(value_parser = parse_account)]
    from: AccountId,
    /// The account that is paid (its credit side).
    #[arg(value_parser = parse_account)]
    to: AccountId,
    /// How much, such as 12.50; with --all, at most so much.
    amount: String,
    /// The payment's number: the same number takes effect once, however often it is sent. A new one
    /// unless given.
    #[arg(long, value_parser = parse_transfer)]
    id: Option<TransferId>,
    /// Why: the kind of transfer.
    #[arg(long, default_value_t = 1)]
    code: u16,
    /// From when it counts for interest; the business day unless given.
    #[arg(long, value_parser = parse_day)]
    value_date: Option<Day>,
    /// Only reserve; `tj pending post` or `tj pending void` decides.
    #[arg(long)]
    pending: bool,
    /// Seconds after which a reservation is void.
    #[arg(long, requires = "pending", default_value_t = 0)]
    timeout: u32,
    /// The payer has read the warning of exactly this payment and wants it nevertheless.
    #[arg(long)]
    confirmed: bool,
    /// From which device the payer asks; a number of the bank's own.
    #[arg(long, default_value_t = 0)]
    device: u64,
    /// As much as the paying account has, at most the amount.
    #[arg(long)]
    all: bool,
    /// A text beside it, sealed under the key of --party.
    #[arg(long, requires = "party")]
    note: Option<String>,
    /// Who writes the text.
    #[arg(long, value_parser = parse_party)]
    party: Option<PartyId>,
}

impl Pay {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        // The account that exists says the currency; the bank itself refuses the one that does not.
        let known = find(&bank, self.from).or_else(|_| find(&bank, self.to))?;
        let amount = parse_amount(&self.amount, known.account.ledger)?;
        if self.value_date == Some(Day::BOOKING) {
            return Err(Failure::usage(
                "1970-01-01 is no value date",
                "leave --value-date away for the business day",
            ));
        }
        let id = new_id::or_new(self.id)?;
        let mut flags = TransferFlags::default();
        for (wanted, flag) in [
            (self.pending, TransferFlags::PENDING),
            (self.all, TransferFlags::BALANCING_DEBIT),
            (self.confirmed, TransferFlags::CONFIRMED),
        ] {
            if wanted {
                flags |= flag;
            }
        }
        let transfer = Transfer {
            id,
            debit_account: self.from,
            credit_account: self.to,
            amount,
            user_data_64: self.device,
            timeout_s: self.timeout,
            ledger: known.account.ledger,
            code: self.code,
            flags,
            value_date: self.value_date.unwrap_or(Day::BOOKING),
            ..Transfer::default()
        };
        let mut request = vec![Command::Transfer(transfer)];
        if let (Some(note), Some(party)) = (&self.note, self.party) {
            bank.ensure_keys(&[party])?;
            let text = bank.seal_text(party, note)?;
            request.push(Command::Attach(Attachment { subject: id, party, text }));
        }
        let answers = bank.ask(request)?;
        let said = say_with(&context.out, &bank, &answers, json!({ "id": id.to_string() }));
        if said.is_ok() {
            context.out.line(format_args!(
                "    receipt: tj --dir {} prove {id} -o receipt.txt",
                context.dir.display()
            ));
        }
        bank.close()?;
        said
    }
}
