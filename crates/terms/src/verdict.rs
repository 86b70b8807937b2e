//! What risk control said of a payment, as it stands in the payment's own record: what was to be done, by which
//! rule set, with which score and for which reasons. Replay computes it again and must find the same.

use crate::limits::REASONS;

/// What is done with a payment. The severest wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Ruling {
    /// It goes through.
    #[default]
    Approve = 0,
    /// The payer is warned and must say so again.
    Ask = 1,
    /// Somebody looks at it first.
    Hold = 2,
    /// It does not happen.
    Refuse = 3,
}

impl Ruling {
    /// Every one, the mildest first.
    pub const ALL: [Ruling; 4] = [Ruling::Approve, Ruling::Ask, Ruling::Hold, Ruling::Refuse];

    /// The ruling of a number.
    pub fn of(number: u8) -> Option<Ruling> {
        Ruling::ALL.into_iter().find(|ruling| *ruling as u8 == number)
    }

    /// One word for programs, `hold`.
    pub fn word(self) -> &'static str {
        match self {
            Ruling::Approve => "approve",
            Ruling::Ask => "ask",
            Ruling::Hold => "hold",
            Ruling::Refuse => "refuse",
        }
    }
}

/// What else is to be known of a verdict; a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct VerdictMarks(pub u8);

impl VerdictMarks {
    /// The payer had been warned of exactly this payment before.
    pub const WARNED: VerdictMarks = VerdictMarks(1);
    /// A rule set on trial judged it.
    pub const TRIAL: VerdictMarks = VerdictMarks(1 << 1);
    /// The trial's set let it through, and the active one would not have.
    pub const RISKED: VerdictMarks = VerdictMarks(1 << 2);
    /// It is held, and is posted if nobody decides in time.
    pub const PASSES: VerdictMarks = VerdictMarks(1 << 3);
    /// All bits with a meaning.
    pub const ALL: VerdictMarks = VerdictMarks(15);

    /// All bits of `other` are set.
    #[inline]
    pub fn has(self, other: VerdictMarks) -> bool {
        self.0 & other.0 == other.0
    }

    /// With the bits of `other`.
    #[must_use]
    pub fn with(self, other: VerdictMarks) -> VerdictMarks {
        VerdictMarks(self.0 | other.0)
    }
}

/// What risk control said of a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// What is to be done.
    pub ruling: Ruling,
    /// What else is to be known.
    pub marks: VerdictMarks,
    /// The rule set that judged, by its number: the first adopted one is 1.
    pub set: u16,
    /// The sum of the points of the conditions that were true.
    pub score: i32,
    /// What the set's model says, in millionths; nothing without a model.
    pub model_ppm: Option<u32>,
    /// How many conditions were true.
    pub hits: u16,
    /// The first of the severest conditions that were true, by their numbers from zero.
    pub reasons: [Option<u16>; REASONS],
}
