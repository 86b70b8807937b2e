//! Stories laid over the habits: each pattern adds intents of its own to a day before the day is sorted.
//! A thief is one more function in the list, with the acts it needs under `acts/`. What a pattern adds
//! must be the same whenever the same day is asked for, so it draws only from the day's own chance.

use crate::habits::{NS_PER_S, midnight};
use crate::intent::{Act, Intent};
use crate::rng::{Rng, mix};
use crate::world::World;
use terms::Day;

/// Adds to a day: the town, its first day, the day, chance, and the intents so far.
pub(crate) type Pattern = fn(&World, Day, Day, &mut Rng, &mut Vec<Intent>);

/// All patterns, in the order in which they add.
pub(crate) const PATTERNS: &[Pattern] = &[courts, leavers];

/// People who leave, of 100,000 a day; one at least in a town of any size, on its second day.
const LEAVERS_PER_100_000: u64 = 12;

/// Two court orders: on the third day one blocks a whole account, on the fourth one blocks a part.
fn courts(world: &World, first_day: Day, day: Day, rng: &mut Rng, out: &mut Vec<Intent>) {
    let act = match day.0 - first_day.0 {
        2 => Act::CourtOrder,
        3 => Act::PartialCourtOrder,
        _ => return,
    };
    let who = rng.below(world.persons.len() as u64) as u32;
    out.push(Intent { time: midnight(day) + 10 * 3_600 * NS_PER_S, who, act });
}

/// Some close their account and leave. Several are asked, because not everybody can at once.
fn leavers(world: &World, first_day: Day, day: Day, rng: &mut Rng, out: &mut Vec<Intent>) {
    let persons = world.persons.len() as u64;
    let mut asked = persons * LEAVERS_PER_100_000 / 100_000;
    if day.0 - first_day.0 == 1 {
        asked += 8;
    }
    for nth in 0..asked {
        let who = mix(world.seed, rng.bits() ^ nth) % persons;
        let seconds = rng.between(9 * 3_600, 16 * 3_600);
        out.push(Intent {
            time: midnight(day) + seconds * NS_PER_S,
            who: who as u32,
            act: Act::Leave,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_add_the_same_whenever_they_are_asked() {
        let first = Day::parse("2026-09-01").unwrap();
        let world = World::build(1, 20_000, first);
        let add = |day: i32| {
            let (mut out, mut rng) = (Vec::new(), Rng::new(day as u64));
            PATTERNS
                .iter()
                .for_each(|pattern| pattern(&world, first, first.plus(day), &mut rng, &mut out));
            out
        };
        assert_eq!(add(1), add(1));
        assert!(add(1).iter().filter(|i| i.act == Act::Leave).count() >= 8);
        assert_eq!(add(2).iter().filter(|i| i.act == Act::CourtOrder).count(), 1);
        assert_eq!(add(3).iter().filter(|i| i.act == Act::PartialCourtOrder).count(), 1);
    }
}
