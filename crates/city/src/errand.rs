//! An errand: several payments that belong together, a thief's or an honest person's, written down before
//! they are made. What is passed on is a share of what really came in, so that an errand of which some
//! payment failed goes on with what it has, or stops.

use crate::label::Pattern;
use crate::rng::Rng;
use std::collections::{BTreeMap, VecDeque};
use terms::TransferId;

/// How much one payment moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    /// The payer's own money, in fen.
    Own(u64),
    /// Millionths of what the payer got in this errand, of which the errand's margin is kept.
    Passed(u64),
}

/// How a payment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From customer to customer, for the reason that fits the two.
    Pay,
    /// The same, at the counter.
    AtCounter,
    /// Between accounts of one customer.
    Saving,
    /// To another bank.
    Away,
    /// From another bank.
    FromAway,
    /// Cash paid in at a till.
    CashIn,
    /// Cash from a machine, or from a till if it is much.
    CashOut,
    /// No payment: the account may pay so much at once from now on.
    RaiseLimit,
}

/// One payment to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    /// Places of the accounts.
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) sum: Sum,
    pub(crate) way: Way,
    /// Step of the case; what has none is no part of it, and carries no label.
    pub(crate) stage: Option<u8>,
    /// Another device than the payer's own; zero for the payer's own.
    pub(crate) device: u64,
}

/// An errand that is on its way.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    /// What it really is; `None` if honest.
    pub(crate) pattern: Option<Pattern>,
    /// Millionths that are kept by whoever passes money on.
    pub(crate) margin_ppm: u64,
    /// What is still to be done, in order.
    pub(crate) moves: VecDeque<Move>,
    /// Fen that came in by this errand, by place.
    got: BTreeMap<u32, u64>,
    /// What was made so far: to whom, and how much.
    made: BTreeMap<TransferId, (u32, u64)>,
    /// Its own chance.
    pub(crate) rng: Rng,
}

impl Errand {
    /// An errand of nobody's yet.
    pub(crate) fn new(moves: VecDeque<Move>, margin_ppm: u32, rng: Rng) -> Errand {
        let (got, made) = (BTreeMap::new(), BTreeMap::new());
        Errand { pattern: None, margin_ppm: margin_ppm.into(), moves, got, made, rng }
    }

    /// What the next payment should move, in fen, as far as the errand knows.
    pub(crate) fn wanted(&self, of: &Move) -> u64 {
        match of.sum {
            Sum::Own(fen) => fen,
            Sum::Passed(ppm) => {
                let got = self.got.get(&of.from).copied().unwrap_or(0);
                let kept = u128::from(1_000_000 - self.margin_ppm);
                let passed = u128::from(got) * u128::from(ppm) / 1_000_000 * kept / 1_000_000;
                u64::try_from(passed).unwrap_or(0) / 100 * 100
            }
        }
    }

    /// A payment was made.
    pub(crate) fn made(&mut self, transfer: TransferId, to: u32, fen: u64) {
        self.made.insert(transfer, (to, fen));
        *self.got.entry(to).or_default() += fen;
    }

    /// A payment was made and did not arrive; false if it is none of this errand's.
    pub(crate) fn lost(&mut self, transfer: TransferId) -> bool {
        let Some((to, fen)) = self.made.remove(&transfer) else { return false };
        if let Some(got) = self.got.get_mut(&to) {
            *got -= fen;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_in_is_passed_on_and_the_margin_is_kept() {
        let step = |from, to, sum| Move {
            time: 0,
            from,
            to,
            sum,
            way: Way::Pay,
            stage: Some(1),
            device: 0,
        };
        let mut errand = Errand::new(VecDeque::new(), 100_000, Rng::new(1));
        let half = step(2, 3, Sum::Passed(500_000));
        assert_eq!(errand.wanted(&half), 0, "nothing came, nothing goes");
        errand.made(TransferId(7), 2, 100_000);
        assert_eq!(errand.wanted(&half), 45_000);
        assert_eq!(errand.wanted(&step(1, 2, Sum::Own(7))), 7);
        assert!(errand.lost(TransferId(7)) && !errand.lost(TransferId(7)));
        assert_eq!(errand.wanted(&half), 0, "what did not arrive is not passed on");
    }
}
