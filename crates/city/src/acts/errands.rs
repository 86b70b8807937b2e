//! Errands carried out, payment after payment, through the same doors as everything else. A payment that the
//! bank refuses or that nobody can afford is left out: what it should have brought is not passed on, and an
//! errand that may not go on is forgotten. What was done for a thief gets its label here.

use super::everyday::AWAY_FEE_MAX;
use crate::chart::{Channel, own, purpose};
use crate::desk::{After, Desk};
use crate::errand::{Errand, Move, Sum, Way};
use crate::label::{Label, Pattern};
use crate::thieves::is_frightened;
use terms::{Amount, Transfer, TransferId};

/// Of 10,000 payments, how many are asked for without a look at the balance.
const BLIND: u64 = 200;
/// Fen below which nobody bothers.
const LEAST: u64 = 100;
/// Fen of the smallest note that a machine gives.
const NOTE: u64 = 10_000;
/// Fen that a machine gives at once.
const MACHINE_MOST: u64 = 300_000;
/// Fen above which what a firm pays a person is no wage.
const WAGE_MOST: u64 = 2_500_000;

impl Desk {
    /// Begins an errand.
    pub(crate) fn take_on(&mut self, case: u32, errand: Errand) {
        if let Some(first) = errand.moves.front() {
            self.at(first.time, After::Errand(case));
            self.errands.insert(case, errand);
        }
    }

    /// Makes the next payment of a case, unless it was given up meanwhile.
    pub(super) fn go_on_with(&mut self, case: u32) {
        let Some(mut errand) = self.errands.remove(&case) else { return };
        let Some(step) = errand.moves.pop_front() else { return };
        let before = self.moves;
        // What errands draw leaves everybody else's chance as it is.
        std::mem::swap(&mut self.rng, &mut errand.rng);
        self.listed_case = (errand.pattern == Some(Pattern::Listed)).then_some(case);
        let made = self.make(&errand, &step);
        self.listed_case = None;
        std::mem::swap(&mut self.rng, &mut errand.rng);
        self.errand_moves += self.moves - before;
        if let Some((transfer, fen)) = made {
            errand.made(transfer, step.to, fen);
            let stage = step.stage.filter(|_| errand.pattern != Some(Pattern::Listed));
            if let (Some(pattern), Some(stage)) = (errand.pattern, stage) {
                self.truth.label(Label { transfer, pattern, case, stage });
            }
        }
        if let Some(next) = errand.moves.front() {
            self.at(next.time, After::Errand(case));
            self.errands.insert(case, errand);
        }
    }

    /// The bank kept a payment back: the books forget it, it is not passed on, and thieves may take fright
    /// and leave the rest of their case.
    pub(crate) fn kept_back(&mut self, transfer: &Transfer) {
        self.truth.keep_back(transfer);
        let lost = self
            .errands
            .iter_mut()
            .find_map(|(case, errand)| errand.lost(transfer.id).then_some((*case, errand.pattern)));
        if let Some((case, Some(pattern))) = lost
            && is_frightened(self.world.seed, pattern, transfer.id)
        {
            self.errands.remove(&case);
        }
    }

    /// Makes one payment, and says which it was and how much it moved.
    fn make(&mut self, errand: &Errand, step: &Move) -> Option<(TransferId, u64)> {
        let wanted = errand.wanted(step);
        if step.way == Way::RaiseLimit {
            self.raise_limit_to(step.from, wanted);
            return None;
        }
        let fen = self.affordable(step, wanted)?;
        let (from, to) = (step.from, step.to);
        let paid = match step.way {
            Way::Pay | Way::AtCounter => {
                let (code, channel) = self.reason(step, fen);
                let transfer = self.draft(from, to, fen, code, channel);
                let paid = self.pay_as(from_device(transfer, step));
                self.note_of(paid, from);
                paid
            }
            Way::Saving => self.pay(from, to, fen, purpose::SAVING, Channel::Mobile),
            Way::Away => {
                let payment = self.draft_away(from, fen);
                self.pay_away(from_device(payment, step))
            }
            Way::FromAway => {
                self.pay(own::CENTRAL_BANK, to, fen, purpose::FROM_OTHER_BANK, Channel::Bank)
            }
            Way::CashIn => self.pay(from, to, fen, purpose::CASH_IN, Channel::Counter),
            Way::CashOut if fen <= MACHINE_MOST => self.hand_out(from, to, fen, Channel::Machine),
            Way::CashOut => {
                let tills = self.world.tills.clone();
                let till = tills.start + from % (tills.end - tills.start);
                self.hand_out(from, till, fen, Channel::Counter)
            }
            Way::RaiseLimit => None,
        };
        paid.map(|transfer| (transfer, fen))
    }

    /// What is really asked for: what there is, unless that is much less of one's own than was wanted.
    fn affordable(&mut self, step: &Move, wanted: u64) -> Option<u64> {
        let blind = self.rng.chance(BLIND);
        let room = match step.way {
            Way::FromAway | Way::CashIn => wanted,
            Way::Away => self.truth.room(step.from).saturating_sub(AWAY_FEE_MAX),
            _ => self.truth.room(step.from),
        };
        let fen = if blind { wanted } else { wanted.min(room) };
        let fen = match step.way {
            Way::CashOut => fen / NOTE * NOTE,
            _ => fen,
        };
        let enough = matches!(step.sum, Sum::Passed(_)) || fen >= wanted / 3;
        (fen >= LEAST && enough).then_some(fen)
    }

    /// Why one customer pays another, and through which door.
    fn reason(&self, step: &Move, fen: u64) -> (u16, Channel) {
        let (code, channel) = match (self.is_firm(step.from), self.is_firm(step.to)) {
            (true, true) => (purpose::SUPPLY, Channel::Web),
            (true, false) if fen > WAGE_MOST => (purpose::SUPPLY, Channel::Web),
            (true, false) => (purpose::SALARY, Channel::Batch),
            (false, true) => (purpose::SHOP, Channel::Web),
            (false, false) => (purpose::PEER, Channel::Mobile),
        };
        if step.way == Way::AtCounter { (code, Channel::Counter) } else { (code, channel) }
    }

    fn is_firm(&self, place: u32) -> bool {
        (self.world.accounts[place as usize].owner as usize) < self.world.orgs.len()
    }

    /// Now and then a text, if a person pays.
    fn note_of(&mut self, paid: Option<TransferId>, from: u32) {
        let owner = self.world.accounts[from as usize].owner;
        if let Some(person) = owner.checked_sub(self.world.orgs.len() as u32) {
            self.note(paid, person);
        }
    }

    fn raise_limit_to(&mut self, place: u32, fen: u64) {
        let (once, daily) = self.truth.limits(place);
        if once.is_some_and(|once| once < fen) || daily.is_some_and(|daily| daily < fen) {
            let raised = |limit: Option<u64>| limit.map(|l| Amount(u128::from(l.max(fen))));
            self.limit(place, raised(once), raised(daily));
        }
    }
}

/// The same payment from another device, where devices are used.
fn from_device(mut transfer: Transfer, step: &Move) -> Transfer {
    if step.device != 0 && transfer.user_data_64 != 0 {
        transfer.user_data_64 = step.device;
    }
    transfer
}
