//! What people do, and who does it here: `calendar` (on fixed days), `everyday` (as they please),
//! `twophase` (card payments that are reserved first), `mishaps` (what must be refused), `stories` (court
//! orders, people who leave), `errands` (payments that belong together, honest or not), `later` (what was remembered comes due). Each act becomes commands when its
//! time comes, not before, because what somebody can pay depends on what came earlier.

mod calendar;
mod everyday;
mod twophase;
mod mishaps;
mod stories;
mod errands;
mod later;

use crate::desk::Desk;
use crate::intent::{Act, Intent};

impl Desk {
    /// Does it.
    pub(crate) fn act(&mut self, intent: Intent) {
        let who = intent.who;
        match intent.act {
            Act::Salary => self.salary(who),
            Act::Pension => self.pension(who),
            Act::Rent => self.rent(who),
            Act::School => self.school_fees(who),
            Act::Meals => self.school_meals(who),
            Act::Utility => self.utilities(who),
            Act::Phone => self.phone_bill(who),
            Act::Mortgage => self.repay_mortgage(who),
            Act::CardRepayment => self.repay_card(who),
            Act::Allowance => self.allowance(who),
            Act::PocketMoney => self.pocket_money(who),
            Act::SavingsInterest => self.savings_interest(who),
            Act::LoanInterest => self.loan_interest(who),
            Act::Tax => self.tax(who),
            Act::Supply | Act::Business => self.buy_supplies(who),
            Act::FillTill => self.fill_till(who),
            Act::Shop => self.shop(who),
            Act::Market => self.market(who),
            Act::Restaurant => self.eat_out(who),
            Act::Online => self.order_online(who),
            Act::Transit => self.ride(who),
            Act::Peer => self.send_to_friend(who),
            Act::RedPacket => self.send_red_packet(who),
            Act::ToOtherBank => self.send_to_other_bank(who),
            Act::FromOtherBank => self.receive_from_other_bank(who),
            Act::Counter => self.go_to_counter(who),
            Act::Machine => self.go_to_machine(who),
            Act::Hotel => self.stay_in_hotel(who),
            Act::Deposit => self.leave_deposit(who),
            Act::Save => self.save(who),
            Act::Exchange => self.exchange(who),
            Act::Hospital => self.see_doctor(who),
            Act::TooDear => self.buy_too_dear(who),
            Act::OverTransferLimit => self.exceed_transfer_limit(who),
            Act::OverDailyLimit => self.exceed_daily_limit(who),
            Act::ToClosedAccount => self.pay_closed_account(who),
            Act::WrongNumber => self.mistype_account(who),
            Act::WrongCurrency => self.pay_in_wrong_currency(who),
            Act::ToSelf => self.pay_oneself(who),
            Act::FeeDoesNotFit => self.forget_the_fee(who),
            Act::Mistake => self.pay_the_wrong_person(who),
            Act::RaiseLimit => self.raise_limit(who),
            Act::CourtOrder => self.court_blocks_all(who),
            Act::PartialCourtOrder => self.court_blocks_part(who),
            Act::PayWhileBlocked => self.pay_while_blocked(who),
            Act::Leave => self.leave(who),
        }
    }
}
