//! Numbers that look random and cost nothing beside what is measured; the same from the same seed
//! (SplitMix64, by Steele, Lea and Flood). Never for anything secret.

/// A stream of numbers.
pub struct Chance(pub u64);

impl Chance {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_all_below_the_bound() {
        // The first number of seed 0 stands in many other implementations' tests.
        assert_eq!(Chance(0).next(), 0xe220_a839_7b1d_cdaf);
        let mut chance = Chance(7);
        let seen: std::collections::BTreeSet<u64> = (0..200).map(|_| chance.below(9)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
    }
}
