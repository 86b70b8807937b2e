//! Patterns that are a shape among accounts: layers of accounts, of which each pays each of the next one.
//! Fan-in is many and one, a stack is three layers, a cycle is layers of one that end where they began.

use super::cast::{Cast, YUAN};
use crate::errand::Sum;
use crate::label::Pattern;
use crate::world::OrgKind;

/// Firms that may stand at the beginning.
const FIRMS: &[OrgKind] = &[OrgKind::Employer, OrgKind::Shop, OrgKind::Restaurant];
/// Of 10,000 networks, how many are worked by one person from one device, behind their first layer.
const HERDED: u64 = 3_500;
/// Of 10,000 networks that begin with one account, how many begin with a firm's.
const FIRM_FIRST: u64 = 2_500;

/// A network of `accounts` accounts.
pub(super) fn network(cast: &mut Cast<'_>, pattern: Pattern, accounts: usize) {
    // The middle and one on either side at least.
    let n = accounts.max(3);
    let widths = match pattern {
        Pattern::FanIn => vec![n - 1, 1],
        Pattern::FanOut => vec![1, n - 1],
        Pattern::ScatterGather => vec![1, (n - 2).max(2), 1],
        Pattern::GatherScatter => vec![((n - 1) / 2).max(2), 1, (n - 1 - (n - 1) / 2).max(2)],
        Pattern::Bipartite => vec![(n / 2).max(2), (n - n / 2).max(2)],
        Pattern::Stack => vec![(n / 3).max(2), (n / 3).max(2), (n - n / 3 * 2).max(2)],
        // A cycle; what is no network is never asked for.
        _ => vec![1; n],
    };
    let (amounts, first) = first_layer(cast, &widths, pattern);
    let mut layers = vec![first];
    layers.extend(widths[1..].iter().map(|width| cast.people(*width)));
    if pattern == Pattern::Cycle {
        layers.push(layers[0].clone());
    }
    layered(cast, &layers, &amounts);
    if cast.rng.chance(HERDED) {
        let device = cast.new_device();
        let herded: Vec<u32> = layers[1..].iter().flatten().copied().collect();
        let free: Vec<u32> = herded.into_iter().filter(|at| !layers[0].contains(at)).collect();
        cast.let_pay_from(device, &free);
    }
}

/// Those who pay with their own money, and what each pays to each of the next layer.
fn first_layer(cast: &mut Cast<'_>, widths: &[usize], pattern: Pattern) -> (Vec<u64>, Vec<u32>) {
    let each = widths[1] as u64;
    let amounts: Vec<u64> = (0..widths[0]).map(|_| cast.draw_amount()).collect();
    let lone = widths[0] == 1 && pattern != Pattern::Cycle;
    if lone && cast.rng.chance(FIRM_FIRST) {
        return (amounts, vec![cast.firm(FIRMS)]);
    }
    let first = amounts.iter().map(|fen| cast.somebody_with(fen * each * 5 / 4)).collect();
    (amounts, first)
}

/// Writes down what the layers pay each other. Who begins alone and has not enough gets the money first.
pub(super) fn layered(cast: &mut Cast<'_>, layers: &[Vec<u32>], amounts: &[u64]) {
    let stages = layers.len() - 1;
    let need = amounts[0] * layers[1].len() as u64;
    let short = layers[0].len() == 1 && cast.truth.room(layers[0][0]) < need * 11 / 10;
    let mut parts = cast.parts(stages + usize::from(short));
    if short {
        let thousand = 1_000 * YUAN;
        let brought = (need * 11 / 10).div_ceil(thousand) * thousand;
        let at = cast.moments(parts.remove(0), 1)[0];
        cast.bring(at, layers[0][0], brought, 0);
    }
    for ((nth, pair), part) in layers.windows(2).enumerate().zip(parts) {
        let (payers, payees) = (&pair[0], &pair[1]);
        let mut pairs: Vec<(usize, u32)> =
            (0..payers.len()).flat_map(|at| payees.iter().map(move |to| (at, *to))).collect();
        shuffle(cast, &mut pairs);
        let share = Sum::Passed(1_000_000 / payees.len() as u64);
        let moments = cast.moments(part, pairs.len());
        for (time, (at, to)) in moments.into_iter().zip(pairs) {
            let sum = if nth == 0 { Sum::Own(amounts[at]) } else { share };
            cast.pay(time, payers[at], to, sum, nth as u8 + 1);
        }
    }
}

fn shuffle<T>(cast: &mut Cast<'_>, things: &mut [T]) {
    for at in (1..things.len()).rev() {
        things.swap(at, cast.rng.below(at as u64 + 1) as usize);
    }
}
