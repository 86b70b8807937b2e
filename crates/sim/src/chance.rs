//! Chance from a seed (splitmix64): the same seed draws the same numbers on every machine. Streams are
//! forked by name, so that one more draw here does not change what is drawn there.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

/// Out of how many cases [`Chance::hits`] counts.
pub const PARTS: u64 = 10_000;

impl Chance {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Chance {
        Chance { state: seed }
    }

    /// A stream of its own for `name`, the same for the same seed and name.
    pub fn fork(&self, name: &str) -> Chance {
        let mut forked = Chance { state: self.state };
        for byte in name.bytes() {
            forked.state = forked.bits() ^ u64::from(byte);
        }
        Chance { state: forked.bits() }
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; zero if `end` is zero.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// True in `parts` of 10,000 cases. Draws nothing when `parts` is zero.
    pub fn hits(&mut self, parts: u64) -> bool {
        parts != 0 && self.below(PARTS) < parts
    }

    /// A place in something of this length, which is not empty.
    pub fn place(&mut self, length: usize) -> usize {
        assert!(length > 0, "nothing can be chosen from nothing");
        self.below(length as u64) as usize
    }

    /// One of `things`, which are not empty.
    pub fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.place(things.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_and_its_forks_differ() {
        let draw = |mut chance: Chance| (0..50).map(|_| chance.bits()).collect::<Vec<_>>();
        assert_eq!(draw(Chance::new(7)), draw(Chance::new(7)));
        assert_eq!(draw(Chance::new(7).fork("disk")), draw(Chance::new(7).fork("disk")));
        assert_ne!(draw(Chance::new(7).fork("disk")), draw(Chance::new(7).fork("clock")));
        assert_ne!(draw(Chance::new(7).fork("disk")), draw(Chance::new(8).fork("disk")));
    }

    #[test]
    fn rates_are_what_they_say() {
        let mut chance = Chance::new(1);
        let hits = (0..20_000).filter(|_| chance.hits(2_500)).count();
        assert!((4_700..5_300).contains(&hits), "a quarter of 20,000: {hits}");
        assert!((0..1_000).all(|_| !chance.hits(0)));
        assert_eq!(chance.below(0), 0);
        assert!((0..1_000).all(|_| (5..=9).contains(&chance.between(5, 9))));
    }
}
