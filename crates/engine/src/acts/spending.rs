//! What an account may send, as its holder says it: tighter counts at once, looser waits the cooling-off that counted until
//! then. When a wait is over nothing is recorded; what counts at a moment follows from the last word and the moment.

use super::check_text;
use crate::engine::Engine;
use crate::ledger::{Later, Terms};
use terms::limits::COOLING_HOURS_MAX;
use terms::{Amount, LimitPlan, Refusal, SpendingLimits, TimeNs};

const HOUR_S: u32 = 3_600;

/// The tighter of two limits.
fn tighter(one: Option<Amount>, other: Option<Amount>) -> Option<Amount> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (only, None) | (None, only) => only,
    }
}

impl Engine {
    pub(crate) fn allow_plan(&self, plan: &LimitPlan) -> Result<(), Refusal> {
        check_text(&plan.by)?;
        self.check_account(plan.account)?;
        if plan.cooling_h > COOLING_HOURS_MAX { Err(Refusal::CoolingOutOfRange) } else { Ok(()) }
    }

    pub(crate) fn plan_limits(&mut self, plan: &LimitPlan, time: TimeNs) {
        let (place, record) = (self.place_of(plan.account), self.state.records);
        let extras = self.state.extras_mut(place);
        extras.limited_since.get_or_insert(record);
        let old = extras.terms_at(time);
        let wanted = Terms {
            per_transfer: plan.per_transfer,
            per_day: plan.per_day,
            cooling_h: plan.cooling_h,
        };
        let at_once = Terms {
            per_transfer: tighter(old.per_transfer, wanted.per_transfer),
            per_day: tighter(old.per_day, wanted.per_day),
            cooling_h: old.cooling_h.max(wanted.cooling_h),
        };
        // The end of time is never: what would count after it waits for ever.
        let from = time.plus_s(u32::from(old.cooling_h) * HOUR_S).unwrap_or(TimeNs(u64::MAX));
        (extras.terms, extras.later) = if at_once == wanted || from <= time {
            (wanted, None)
        } else {
            (at_once, Some(Later { from, terms: wanted }))
        };
    }

    /// By those who run the bank: it counts at once, and nothing waits any more.
    pub(crate) fn set_limits(&mut self, limits: &SpendingLimits, time: TimeNs) {
        let (place, record) = (self.place_of(limits.account), self.state.records);
        let extras = self.state.extras_mut(place);
        extras.limited_since.get_or_insert(record);
        let cooling_h = extras.terms_at(time).cooling_h;
        let SpendingLimits { per_transfer, per_day, .. } = *limits;
        extras.terms = Terms { per_transfer, per_day, cooling_h };
        extras.later = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::{Account, AccountId, Command, Currency};

    const HOUR_NS: u64 = 3_600_000_000_000;

    fn most(amount: u128) -> Option<Amount> {
        Some(Amount(amount))
    }

    struct Try(Engine, u64);

    impl Try {
        fn new() -> Try {
            let mut one = Try(Engine::default(), HOUR_NS);
            let account =
                Account { id: AccountId(1), ledger: Currency::CNY, code: 1, ..Account::default() };
            one.does(&Command::CreateAccount(account));
            one
        }

        fn does(&mut self, command: &Command) {
            let event = self.0.decide(self.0.next_time(TimeNs(self.1)), command);
            assert_eq!(event.outcome(), Ok(()), "{command:?}");
            self.0.evolve(&event);
        }

        fn plan(&mut self, per_transfer: Option<Amount>, cooling_h: u8) {
            let (account, per_day, by) = (AccountId(1), None, alloc::string::String::new());
            self.does(&Command::PlanLimits(LimitPlan {
                account,
                per_transfer,
                per_day,
                cooling_h,
                by,
            }));
        }

        fn waits(&mut self, hours: u64) {
            // Events of one moment are a nanosecond apart.
            self.1 += hours * HOUR_NS + 1_000;
        }

        fn now(&self) -> (Option<Amount>, u8) {
            let view = self.0.limits_at(AccountId(1), TimeNs(self.1)).unwrap();
            (view.now.per_transfer, view.cooling_h)
        }
    }

    #[test]
    fn tighter_counts_at_once_and_looser_after_the_wait_that_counted() {
        let mut one = Try::new();
        one.plan(most(100), 24);
        assert_eq!(one.now(), (most(100), 24), "before there is a wait, nothing waits");
        one.plan(most(50), 24);
        assert_eq!(one.now(), (most(50), 24));
        one.plan(None, 0);
        assert_eq!(one.now(), (most(50), 24), "a shorter wait waits the longer one");
        one.waits(23);
        assert_eq!(one.now(), (most(50), 24));
        // Something else happens, and the snapshot keeps what waits.
        let again = Engine::restore(&one.0.snapshot()).unwrap();
        assert_eq!(again.snapshot(), one.0.snapshot());
        one.0 = again;
        one.waits(1);
        assert_eq!(one.now(), (None, 0));
        one.plan(most(7), 0);
        one.plan(most(9), 0);
        assert_eq!(one.now(), (most(9), 0), "without a wait looser counts at once as well");
    }

    #[test]
    fn keeping_the_old_or_a_new_word_takes_the_place_of_what_waits() {
        let mut one = Try::new();
        one.plan(most(100), 10);
        one.plan(most(500), 10);
        one.plan(most(100), 10);
        assert_eq!(one.0.limits_at(AccountId(1), TimeNs(one.1)).unwrap().later, None);
        one.waits(11);
        assert_eq!(one.now(), (most(100), 10), "the old was kept");
        one.plan(most(500), 10);
        one.waits(5);
        one.plan(most(400), 10);
        one.waits(6);
        assert_eq!(one.now(), (most(100), 10), "the wait begins anew");
        one.waits(4);
        assert_eq!(one.now(), (most(400), 10));
        one.plan(most(900), 10);
        let (account, per_transfer, per_day) = (AccountId(1), most(300), None);
        one.does(&Command::SetLimits(SpendingLimits { account, per_transfer, per_day }));
        one.waits(11);
        assert_eq!(one.now(), (most(300), 10), "the bank's word ends what waited");
    }
}
