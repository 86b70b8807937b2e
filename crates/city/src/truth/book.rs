//! One account in the town's own books, and the rules of money that concern it alone. What may or may
//! not be reserved any more is kept twice, as the least and as the most, so that the town knows what it
//! does not know.

use terms::{Account, AccountFlags, AccountId, Currency, Day, Refusal};

/// What the bank will say, as far as the town can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Refused(Refusal),
    /// It depends on what the town cannot know.
    Unsure,
}

impl Verdict {
    /// The next rule speaks only when this one had nothing to say.
    pub(crate) fn and(self, next: impl FnOnce() -> Verdict) -> Verdict {
        if self == Verdict::Done { next() } else { self }
    }
}

/// Blocked by order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Nothing,
    Part(i64),
    Whole,
}

/// An account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Book {
    pub(crate) id: AccountId,
    pub(crate) currency: Currency,
    pub(crate) flags: AccountFlags,
    pub(crate) closed: bool,
    pub(crate) held: Held,
    /// Posted credits less posted debits.
    pub(crate) posted: i64,
    /// The most that can still be reserved; what expired is counted until that is certain.
    pub(crate) pending_debits: i64,
    pub(crate) pending_credits: i64,
    pub(crate) per_transfer: i64,
    pub(crate) per_day: i64,
    /// The last business day on which a transfer touched it.
    pub(crate) quiet_since: Day,
    /// Which business day `spent_*` count.
    spent_day: Day,
    spent_least: i64,
    spent_most: i64,
}

impl Book {
    pub(crate) fn new(account: &Account) -> Book {
        Book {
            id: account.id,
            currency: account.ledger,
            flags: account.flags,
            closed: false,
            held: Held::Nothing,
            posted: 0,
            pending_debits: 0,
            pending_credits: 0,
            per_transfer: i64::MAX,
            per_day: i64::MAX,
            quiet_since: Day::default(),
            spent_day: Day::default(),
            spent_least: 0,
            spent_most: 0,
        }
    }

    /// Whether there is enough money, holds not counted.
    pub(crate) fn covers(&self, amount: i64) -> Verdict {
        if !self.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
            || amount <= self.posted - self.pending_debits
        {
            Verdict::Done
        } else if amount > self.posted {
            Verdict::Refused(Refusal::ExceedsCredits)
        } else {
            Verdict::Unsure
        }
    }

    /// Whether an account that must stay in debit can take that much in.
    pub(crate) fn takes(&self, amount: i64) -> Verdict {
        if !self.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
            || amount <= -self.posted - self.pending_credits
        {
            Verdict::Done
        } else if amount > -self.posted {
            Verdict::Refused(Refusal::ExceedsDebits)
        } else {
            Verdict::Unsure
        }
    }

    /// Holds, then the limit of one transfer, then the limit of the day.
    pub(crate) fn may_debit(&self, amount: i64, today: Day) -> Verdict {
        let covered = self.covers(amount);
        if covered != Verdict::Done {
            return covered;
        }
        let held = match self.held {
            Held::Whole if amount > 0 => Verdict::Refused(Refusal::ExceedsHold),
            Held::Part(part) if amount > self.posted - part => {
                Verdict::Refused(Refusal::ExceedsHold)
            }
            Held::Part(part) if amount > self.posted - self.pending_debits - part => {
                Verdict::Unsure
            }
            _ => Verdict::Done,
        };
        held.and(|| self.within_limits(amount, today))
    }

    fn within_limits(&self, amount: i64, today: Day) -> Verdict {
        if amount > self.per_transfer {
            return Verdict::Refused(Refusal::ExceedsTransferLimit);
        }
        let (least, most) = self.spent(today);
        if least.saturating_add(amount) > self.per_day {
            Verdict::Refused(Refusal::ExceedsDailyLimit)
        } else if most.saturating_add(amount) > self.per_day {
            Verdict::Unsure
        } else {
            Verdict::Done
        }
    }

    /// What certainly may be spent at once.
    pub(crate) fn room(&self, today: Day) -> i64 {
        if self.closed {
            return 0;
        }
        let held = match self.held {
            Held::Nothing => 0,
            Held::Part(part) => part,
            Held::Whole => return 0,
        };
        let free = self.posted - self.pending_debits - held;
        free.min(self.per_transfer).min(self.per_day.saturating_sub(self.spent(today).1))
    }

    /// The least and the most that the bank counts as sent today.
    fn spent(&self, today: Day) -> (i64, i64) {
        // What is still reserved from another day may count today, when it is posted.
        if self.spent_day == today {
            (self.spent_least, self.spent_most)
        } else {
            (0, self.pending_debits)
        }
    }

    /// Sent today for certain.
    pub(crate) fn spend(&mut self, amount: i64, today: Day) {
        self.spend_perhaps(amount, today);
        self.spent_least += amount;
    }

    /// Sent today, unless the bank counts otherwise.
    pub(crate) fn spend_perhaps(&mut self, amount: i64, today: Day) {
        (self.spent_least, self.spent_most) = self.spent(today);
        self.spent_day = today;
        self.spent_most += amount;
    }

    /// Came back; perhaps the bank does not count it as sent any more.
    pub(crate) fn unspend(&mut self, amount: i64, today: Day) {
        (self.spent_least, self.spent_most) = self.spent(today);
        self.spent_day = today;
        self.spent_least = (self.spent_least - amount).max(0);
    }

    /// Nothing pending, blocked, limited or closed.
    pub(crate) fn is_plain(&self) -> bool {
        self.held == Held::Nothing
            && !self.closed
            && self.pending_debits == 0
            && self.per_transfer == i64::MAX
            && self.per_day == i64::MAX
    }
}
