//! How much care a piece of data needs, in the five levels of JR/T 0197-2020 (grading of data security
//! in finance). The levels and their counterparts C1 to C3 of JR/T 0171-2020 are recalled from the
//! standards, not quoted. `facts.rs` gives every column one of them.

/// A level of care; the higher one includes what the lower one asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// Level 1: anybody may know it.
    Public = 1,
    /// Level 2 (C1): for the bank's own use.
    Internal = 2,
    /// Level 3 (C2): about one person or customer.
    Confidential = 3,
    /// Level 4 (C3): what authenticates somebody: passwords, keys, biometrics.
    Secret = 4,
    /// Level 5: important data, whose loss would harm more than the bank and its customers.
    Important = 5,
}

impl Class {
    /// Every level, the least first.
    pub const ALL: [Class; 5] =
        [Class::Public, Class::Internal, Class::Confidential, Class::Secret, Class::Important];

    /// Its number, 1 to 5.
    pub fn level(self) -> u8 {
        self as u8
    }

    /// One word for programs, `confidential`.
    pub fn word(self) -> &'static str {
        match self {
            Class::Public => "public",
            Class::Internal => "internal",
            Class::Confidential => "confidential",
            Class::Secret => "secret",
            Class::Important => "important",
        }
    }
}
