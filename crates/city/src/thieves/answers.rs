//! What people say when the bank asks whether they mean a payment, and whether thieves go on when one was kept
//! back. Both follow from the seed and the payment, so that the same question has the same answer.

use crate::label::{Label, Pattern};
use crate::rng::mix;
use terms::TransferId;

/// Whether whoever is asked says that the payment is meant. Honest people nearly always do, thieves with
/// accounts of their own always; the owner of an account that a stranger pays from is asked on the owner's own
/// telephone; of those who were talked into paying, half wake up.
pub(crate) fn confirms(seed: u64, label: Option<&Label>, transfer: TransferId) -> bool {
    let of_ten_thousand = match label.map(|label| (label.pattern, label.stage)) {
        None => 9_700,
        Some((Pattern::Takeover, 1 | 2)) => 1_000,
        Some((Pattern::Talked, 1)) => 5_000,
        Some((Pattern::Dormant, 2)) => 7_000,
        Some(_) => 10_000,
    };
    drawn(seed ^ 6 << 40, transfer) < of_ten_thousand
}

/// Whether a case ends when one of its payments was kept back: who works somebody else's account has been
/// found out; of the others half stop.
pub(crate) fn is_frightened(seed: u64, pattern: Pattern, transfer: TransferId) -> bool {
    match pattern {
        Pattern::Takeover | Pattern::Talked => true,
        _ => drawn(seed ^ 7 << 40, transfer) < 5_000,
    }
}

/// A number below ten thousand.
fn drawn(seed: u64, transfer: TransferId) -> u64 {
    mix(seed, transfer.0 as u64) % 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_those_who_were_talked_into_it_wake_up_and_few_owners_are_fooled() {
        let yes = |pattern, stage| {
            (0..2_000)
                .filter(|n| {
                    let transfer = TransferId(202_609_010_000_000_000 + n);
                    let label = Label { transfer, pattern, case: 1, stage };
                    confirms(1, Some(&label), transfer)
                })
                .count()
        };
        assert!((900..1_100).contains(&yes(Pattern::Talked, 1)));
        assert!(yes(Pattern::Takeover, 2) < 260);
        assert_eq!(yes(Pattern::Cycle, 3), 2_000);
        let honest = (0..2_000).filter(|n| confirms(1, None, TransferId(*n))).count();
        assert!((1_900..2_000).contains(&honest), "{honest}");
    }
}
