//! The features of a payment: numbers that rules and models look at, each as of just before the payment, in the
//! order of the journal. A feature is a number or is missing; money is in thousandths of the main unit, shares
//! in thousandths, ages in seconds. `docs/features.md` is made of this file.

use super::tiles::{Sums, WINDOWS, Window};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// Whose payments are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Subject {
    /// The account that pays.
    Payer,
    /// The account that is paid.
    Payee,
    /// Who owns the account that pays.
    PayerParty,
    /// Who owns the account that is paid.
    PayeeParty,
}

impl Subject {
    /// Every subject.
    pub const ALL: [Subject; 4] =
        [Subject::Payer, Subject::Payee, Subject::PayerParty, Subject::PayeeParty];

    const fn word(self) -> &'static str {
        match self {
            Subject::Payer => "payer",
            Subject::Payee => "payee",
            Subject::PayerParty => "payer_party",
            Subject::PayeeParty => "payee_party",
        }
    }
}

/// Which of its payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Direction {
    /// Those it made.
    Out,
    /// Those it got.
    In,
}

impl Direction {
    /// Both.
    pub const ALL: [Direction; 2] = [Direction::Out, Direction::In];

    const fn word(self) -> &'static str {
        match self {
            Direction::Out => "out",
            Direction::In => "in",
        }
    }
}

/// What of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Measure {
    /// How many.
    Count,
    /// Their sum.
    Sum,
    /// The largest.
    Max,
    /// With how many different counterparties.
    Counterparties,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Measure; 4] =
        [Measure::Count, Measure::Sum, Measure::Max, Measure::Counterparties];

    const fn word(self) -> &'static str {
        match self {
            Measure::Count => "count",
            Measure::Sum => "sum",
            Measure::Max => "max",
            Measure::Counterparties => "counterparties",
        }
    }
}

/// Between which two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Way {
    /// From the payer to the payee.
    Pair,
    /// From the payee back to the payer.
    Back,
}

/// What single features say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Single {
    /// What is to move.
    Amount,
    /// The bank's own number of why.
    Code,
    /// The currency's ISO 4217 number.
    Currency,
    /// The hour of the day where the bank is, 0 to 23.
    Hour,
    /// The day of the week where the bank is, 1 for Monday to 7.
    Weekday,
    /// Whether it only reserves.
    Pending,
    /// The payer has never paid the payee.
    PairFirst,
    /// Seconds since the payer first paid the payee.
    PairAge,
    /// Seconds since the payer last paid.
    PayerSinceOut,
    /// Seconds since the payer was last paid.
    PayerSinceIn,
    /// Seconds since the payee last paid.
    PayeeSinceOut,
    /// Seconds since the payee was last paid.
    PayeeSinceIn,
    /// Seconds since the payer's last payment in either direction.
    PayerIdle,
    /// Of what the payer got in 24 hours, how much is out after this payment.
    PayerPassDay,
    /// The same in 72 hours.
    PayerPassThreeDays,
    /// How much of what the payer paid in 30 days lay just below the threshold, by number.
    PayerNear,
    /// How much of what the payer paid in 30 days was paid at night, by number.
    PayerNight,
    /// Seconds since the payer's account was opened.
    PayerAge,
    /// Seconds since the payee's account was opened.
    PayeeAge,
    /// The payer's posted balance before.
    PayerBalance,
    /// The payee's posted balance before.
    PayeeBalance,
    /// Somebody owns the payer's account.
    PayerOwned,
    /// Somebody owns the payee's account.
    PayeeOwned,
    /// Whether who owns the payer's account is on a list.
    PayerListed,
    /// Whether who owns the payee's account is on a list.
    PayeeListed,
    /// What the rule set's model says.
    Model,
    /// An organisation owns the payer's account.
    PayerFirm,
    /// An organisation owns the payee's account.
    PayeeFirm,
    /// Which of the rule set's lists the payer is on.
    PayerLists,
    /// Which of the rule set's lists the payee is on.
    PayeeLists,
}

/// What a feature is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    Number,
    /// Thousandths of the main unit of the payment's currency.
    Money,
    /// Seconds.
    Seconds,
    /// Thousandths of a whole.
    Permille,
    /// Yes or no.
    Flag,
}

/// A single feature: its name, unit and meaning.
struct Told(Single, &'static str, Unit, &'static str);

const SINGLES: [Told; 30] = [
    Told(Single::Amount, "amount", Unit::Money, "What is to move or to be reserved."),
    Told(Single::Code, "code", Unit::Number, "Why; the bank's own numbers."),
    Told(
        Single::Currency,
        "currency",
        Unit::Number,
        "The currency, as ISO 4217 number; a condition names its letters.",
    ),
    Told(Single::Hour, "hour", Unit::Number, "The hour where the bank is, 0 to 23."),
    Told(
        Single::Weekday,
        "weekday",
        Unit::Number,
        "The day of the week where the bank is, 1 for Monday to 7 for Sunday.",
    ),
    Told(Single::Pending, "pending", Unit::Flag, "Whether it only reserves the money."),
    Told(
        Single::PairFirst,
        "pair_first",
        Unit::Flag,
        "Whether the payer has never paid the payee before.",
    ),
    Told(
        Single::PairAge,
        "pair_age",
        Unit::Seconds,
        "Since the payer first paid the payee; missing if never.",
    ),
    Told(
        Single::PayerSinceOut,
        "payer_since_out",
        Unit::Seconds,
        "Since the payer last paid; missing if never.",
    ),
    Told(
        Single::PayerSinceIn,
        "payer_since_in",
        Unit::Seconds,
        "Since the payer was last paid; missing if never.",
    ),
    Told(
        Single::PayeeSinceOut,
        "payee_since_out",
        Unit::Seconds,
        "Since the payee last paid; missing if never.",
    ),
    Told(
        Single::PayeeSinceIn,
        "payee_since_in",
        Unit::Seconds,
        "Since the payee was last paid; missing if never.",
    ),
    Told(
        Single::PayerIdle,
        "payer_idle",
        Unit::Seconds,
        "Since the payer last paid or was paid; missing if never.",
    ),
    Told(
        Single::PayerPassDay,
        "payer_pass_24h",
        Unit::Permille,
        "What the payer paid in 24 hours and pays now, of what it got in 24 hours; at most 1000, missing if it got nothing.",
    ),
    Told(Single::PayerPassThreeDays, "payer_pass_72h", Unit::Permille, "The same in 72 hours."),
    Told(
        Single::PayerNear,
        "payer_near_30d",
        Unit::Permille,
        "How many of the payer's payments in 30 days lay from 90 % of the threshold up to just below it; missing if there were none.",
    ),
    Told(
        Single::PayerNight,
        "payer_night_30d",
        Unit::Permille,
        "How many of the payer's payments in 30 days were made from 23 to 5 o'clock where the bank is; missing if there were none.",
    ),
    Told(Single::PayerAge, "payer_age", Unit::Seconds, "Since the payer's account was opened."),
    Told(Single::PayeeAge, "payee_age", Unit::Seconds, "Since the payee's account was opened."),
    Told(
        Single::PayerBalance,
        "payer_balance",
        Unit::Money,
        "The payer's posted balance before, credits less debits.",
    ),
    Told(
        Single::PayeeBalance,
        "payee_balance",
        Unit::Money,
        "The payee's posted balance before, credits less debits.",
    ),
    Told(
        Single::PayerOwned,
        "payer_owned",
        Unit::Flag,
        "Whether somebody owns the payer's account; the bank's own accounts have no owner.",
    ),
    Told(
        Single::PayeeOwned,
        "payee_owned",
        Unit::Flag,
        "Whether somebody owns the payee's account; the bank's own accounts have no owner.",
    ),
    Told(
        Single::PayerListed,
        "payer_listed",
        Unit::Number,
        "Whether who owns the payer's account is on a list: 2 if somebody confirmed it, 1 if it may be, else 0.",
    ),
    Told(
        Single::PayeeListed,
        "payee_listed",
        Unit::Number,
        "Whether who owns the payee's account is on a list: 2 if somebody confirmed it, 1 if it may be, else 0.",
    ),
    Told(
        Single::Model,
        "model_ppm",
        Unit::Number,
        "What the rule set's model says, in millionths: 900000 is nine in ten; missing if the set has no model.",
    ),
    Told(
        Single::PayerFirm,
        "payer_firm",
        Unit::Flag,
        "Whether an organisation owns the payer's account, and not a person.",
    ),
    Told(
        Single::PayeeFirm,
        "payee_firm",
        Unit::Flag,
        "Whether an organisation owns the payee's account, and not a person.",
    ),
    Told(
        Single::PayerLists,
        "payer_lists",
        Unit::Number,
        "The rule set's lists that the payer's account, or who owns it, is on, a bit each: on_list(payer_lists, 'name') asks for one; missing if the set has none.",
    ),
    Told(
        Single::PayeeLists,
        "payee_lists",
        Unit::Number,
        "The rule set's lists that the payee's account, or who owns it, is on, a bit each: on_list(payee_lists, 'name') asks for one; missing if the set has none.",
    ),
];

/// Windows that features have names for.
pub const NAMED: [(Window, &str); 4] =
    [(Window::Hour, "1h"), (Window::Day, "24h"), (Window::Week, "7d"), (Window::Month, "30d")];

const PAIR_AT: u16 = 128;
const DEVICE_AT: u16 = PAIR_AT + 24;
const SINGLE_AT: u16 = DEVICE_AT + 12;

/// How many features there are.
pub const FEATURES: usize = SINGLE_AT as usize + SINGLES.len();

/// A feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature(u16);

/// What a feature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of the payments of an account or of who owns it.
    Of(Subject, Direction, Measure, usize),
    /// Of the payments between two accounts; never counterparties.
    Between(Way, Measure, usize),
    /// Of the payments from one device; its counterparties are the accounts that paid.
    Device(Measure, usize),
    /// By itself.
    Single(Single),
}

impl Feature {
    /// The feature of this number, if there is one.
    pub fn of(number: u16) -> Option<Feature> {
        (usize::from(number) < FEATURES).then_some(Feature(number))
    }

    /// Its number: never given to another.
    pub fn number(self) -> u16 {
        self.0
    }

    /// Every feature.
    pub fn all() -> impl Iterator<Item = Feature> {
        (0..FEATURES as u16).map(Feature)
    }

    /// A single one.
    pub const fn single(single: Single) -> Feature {
        Feature(SINGLE_AT + single as u16)
    }

    /// Whether the rule set says it and not the past: what its model thinks, and who is on its lists.
    pub fn is_of_the_set(self) -> bool {
        let of_the_set = [Single::Model, Single::PayerLists, Single::PayeeLists];
        of_the_set.into_iter().any(|single| self == Feature::single(single))
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Feature> {
        Feature::all().find(|feature| feature.name() == name)
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        let window = usize::from(self.0 % 4);
        if self.0 < PAIR_AT {
            let (measure, direction) = (self.0 / 4 % 4, self.0 / 16 % 2);
            return Kind::Of(
                Subject::ALL[usize::from(self.0 / 32)],
                Direction::ALL[usize::from(direction)],
                Measure::ALL[usize::from(measure)],
                window,
            );
        }
        if self.0 < DEVICE_AT {
            let at = (self.0 - PAIR_AT) / 4;
            let way = if at < 3 { Way::Pair } else { Way::Back };
            return Kind::Between(way, Measure::ALL[usize::from(at % 3)], window);
        }
        if self.0 < SINGLE_AT {
            let at = (self.0 - DEVICE_AT) / 4;
            let measure = [Measure::Count, Measure::Sum, Measure::Counterparties][usize::from(at)];
            return Kind::Device(measure, window);
        }
        Kind::Single(SINGLES[usize::from(self.0 - SINGLE_AT)].0)
    }

    /// Its name in conditions.
    pub fn name(self) -> String {
        let mut name = String::new();
        let _ = match self.kind() {
            Kind::Of(subject, direction, measure, window) => write!(
                name,
                "{}_{}_{}_{}",
                subject.word(),
                direction.word(),
                measure.word(),
                NAMED[window].1
            ),
            Kind::Between(way, measure, window) => {
                let way = if way == Way::Pair { "pair" } else { "back" };
                write!(name, "{way}_{}_{}", measure.word(), NAMED[window].1)
            }
            Kind::Device(measure, window) => {
                let measure = match measure {
                    Measure::Counterparties => "payers",
                    other => other.word(),
                };
                write!(name, "device_{measure}_{}", NAMED[window].1)
            }
            Kind::Single(_) => write!(name, "{}", self.told().1),
        };
        name
    }

    /// What it is counted in.
    pub fn unit(self) -> Unit {
        match self.kind() {
            Kind::Of(_, _, measure, _)
            | Kind::Between(_, measure, _)
            | Kind::Device(measure, _) => match measure {
                Measure::Sum | Measure::Max => Unit::Money,
                Measure::Count | Measure::Counterparties => Unit::Number,
            },
            Kind::Single(_) => self.told().2,
        }
    }

    /// Whether it can be missing.
    pub fn nullable(self) -> bool {
        match self.kind() {
            Kind::Of(subject, ..) => matches!(subject, Subject::PayerParty | Subject::PayeeParty),
            Kind::Device(..) => true,
            Kind::Between(..) => false,
            Kind::Single(single) => matches!(
                single,
                Single::PairAge
                    | Single::PayerSinceOut
                    | Single::PayerSinceIn
                    | Single::PayeeSinceOut
                    | Single::PayeeSinceIn
                    | Single::PayerIdle
                    | Single::PayerPassDay
                    | Single::PayerPassThreeDays
                    | Single::PayerNear
                    | Single::PayerNight
                    | Single::Model
                    | Single::PayerLists
                    | Single::PayeeLists
            ),
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> String {
        let mut out = String::new();
        let of = |measure: Measure| match measure {
            Measure::Count => "How many payments",
            Measure::Sum => "The sum of the payments",
            Measure::Max => "The largest of the payments; 0 without any: those",
            Measure::Counterparties => "How many different accounts, up to 64, in payments",
        };
        let _ = match self.kind() {
            Kind::Of(subject, direction, measure, window) => {
                let who = match subject {
                    Subject::Payer => "the payer's account",
                    Subject::Payee => "the payee's account",
                    Subject::PayerParty => {
                        "all accounts, in this currency, of who owns the payer's"
                    }
                    Subject::PayeeParty => {
                        "all accounts, in this currency, of who owns the payee's"
                    }
                };
                let way = if direction == Direction::Out { "made from" } else { "got on" };
                let missing = if self.nullable() { "; missing if nobody owns it" } else { "" };
                write!(out, "{} {way} {who} in {}{missing}.", of(measure), NAMED[window].1)
            }
            Kind::Between(way, measure, window) => {
                let way = if way == Way::Pair {
                    "from the payer to the payee"
                } else {
                    "from the payee back to the payer"
                };
                write!(out, "{} {way} in {}.", of(measure), NAMED[window].1)
            }
            Kind::Device(measure, window) => {
                let of = if measure == Measure::Counterparties {
                    "How many different accounts, up to 64, paid"
                } else {
                    of(measure)
                };
                write!(
                    out,
                    "{of} from this device in {}; missing without a device.",
                    NAMED[window].1
                )
            }
            Kind::Single(_) => write!(out, "{}", self.told().3),
        };
        out
    }

    fn told(self) -> &'static Told {
        &SINGLES[usize::from(self.0.saturating_sub(SINGLE_AT))]
    }
}

/// The values of all features of a payment; those nobody wanted are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    values: [i64; FEATURES],
    known: [u64; FEATURES.div_ceil(64)],
}

impl Default for Values {
    fn default() -> Values {
        Values { values: [0; FEATURES], known: [0; FEATURES.div_ceil(64)] }
    }
}

impl Values {
    /// Forgets everything.
    #[inline]
    pub fn clear(&mut self) {
        self.known = [0; FEATURES.div_ceil(64)];
    }

    /// What a feature is.
    #[inline]
    pub fn get(&self, feature: Feature) -> Option<i64> {
        let at = usize::from(feature.0);
        (self.known[at / 64] >> (at % 64) & 1 == 1).then_some(self.values[at])
    }

    /// A value that means something only if it is known, and whether it is.
    #[inline]
    pub(super) fn read(&self, feature: Feature) -> (i64, bool) {
        let at = usize::from(feature.0);
        (self.values[at], self.known[at / 64] >> (at % 64) & 1 == 1)
    }

    /// Says what a feature is.
    #[inline]
    pub fn set(&mut self, feature: Feature, value: Option<i64>) {
        let at = usize::from(feature.0);
        let bit = 1 << (at % 64);
        match value {
            Some(value) => {
                self.values[at] = value;
                self.known[at / 64] |= bit;
            }
            None => self.known[at / 64] &= !bit,
        }
    }
}

/// What windows add up to, and with how many counterparties.
pub(super) type Measured = ([Sums; WINDOWS], [u32; WINDOWS]);

impl Values {
    /// Says the features of a subject's payments in one direction.
    #[inline]
    pub(super) fn set_of(&mut self, subject: usize, direction: usize, (sums, who): &Measured) {
        let at = 32 * subject + 16 * direction;
        self.measures::<16>(at, |measure, window| match measure {
            0 => sums[window].count.into(),
            1 => sums[window].sum as i64,
            2 => sums[window].max as i64,
            _ => who[window].into(),
        });
    }

    /// Says the features of the payments between two accounts.
    #[inline]
    pub(super) fn set_between(&mut self, way: usize, sums: &[Sums; WINDOWS]) {
        let at = usize::from(PAIR_AT) + 12 * way;
        self.measures::<12>(at, |measure, window| match measure {
            0 => sums[window].count.into(),
            1 => sums[window].sum as i64,
            _ => sums[window].max as i64,
        });
    }

    /// Says the features of a device's payments.
    #[inline]
    pub(super) fn set_device(&mut self, (sums, who): &Measured) {
        self.measures::<12>(DEVICE_AT.into(), |measure, window| match measure {
            0 => sums[window].count.into(),
            1 => sums[window].sum as i64,
            _ => who[window].into(),
        });
    }

    /// Features that follow each other, window by window and then measure by measure; all lie in one word of `known`.
    #[inline(always)]
    fn measures<const N: usize>(&mut self, at: usize, value: impl Fn(usize, usize) -> i64) {
        for (measure, places) in self.values[at..at + N].chunks_exact_mut(4).enumerate() {
            for (place, (window, _)) in places.iter_mut().zip(NAMED) {
                *place = value(measure, window as usize);
            }
        }
        self.known[at / 64] |= ((1 << N) - 1) << (at % 64);
    }

    /// Forgets what nobody wanted.
    #[inline]
    pub(super) fn keep(&mut self, wanted: &Wanted) {
        self.known.iter_mut().zip(wanted.mask).for_each(|(known, wanted)| *known &= wanted);
    }
}

/// Which features somebody looks at: only they are computed, and only what they are made of is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    features: Vec<(Feature, Kind)>,
    /// A bit for each.
    mask: [u64; FEATURES.div_ceil(64)],
    pub(super) singles: Vec<Single>,
    /// By subject and direction: whether its sums and whether its counterparties are read.
    pub(super) sums: [[bool; 2]; 4],
    pub(super) counterparties: [[bool; 2]; 4],
    pub(super) ways: [bool; 2],
    pub(super) device: bool,
}

impl Wanted {
    /// Every feature.
    pub fn all() -> Wanted {
        Feature::all().collect()
    }

    /// Whether a feature is among them.
    #[inline]
    pub fn has(&self, feature: Feature) -> bool {
        self.features.binary_search_by_key(&feature, |(known, _)| *known).is_ok()
    }

    /// In order, each once, with what it is.
    pub fn features(&self) -> &[(Feature, Kind)] {
        &self.features
    }

    fn read(&mut self, kind: Kind) {
        let (payer, payee) = (Subject::Payer as usize, Subject::Payee as usize);
        let (out, into) = (Direction::Out as usize, Direction::In as usize);
        match kind {
            Kind::Of(subject, direction, measure, _) => {
                let of = if measure == Measure::Counterparties {
                    &mut self.counterparties
                } else {
                    &mut self.sums
                };
                of[subject as usize][direction as usize] = true;
            }
            Kind::Between(way, ..) => self.ways[way as usize] = true,
            Kind::Device(..) => self.device = true,
            Kind::Single(single) => match single {
                Single::PairFirst | Single::PairAge => self.ways[Way::Pair as usize] = true,
                Single::PayerSinceOut | Single::PayerNear | Single::PayerNight => {
                    self.sums[payer][out] = true;
                }
                Single::PayerSinceIn => self.sums[payer][into] = true,
                Single::PayeeSinceOut => self.sums[payee][out] = true,
                Single::PayeeSinceIn => self.sums[payee][into] = true,
                Single::PayerIdle | Single::PayerPassDay | Single::PayerPassThreeDays => {
                    self.sums[payer] = [true; 2];
                }
                _ => {}
            },
        }
    }
}

impl FromIterator<Feature> for Wanted {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Wanted {
        let mut features: Vec<Feature> = features.into_iter().collect();
        features.sort_unstable();
        features.dedup();
        let mut wanted = Wanted::default();
        for feature in features {
            let kind = feature.kind();
            wanted.read(kind);
            wanted.mask[usize::from(feature.0 / 64)] |= 1 << (feature.0 % 64);
            if let Kind::Single(single) = kind {
                wanted.singles.push(single);
            }
            wanted.features.push((feature, kind));
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn every_feature_has_a_name_of_its_own_and_is_found_by_it() {
        let names: BTreeSet<String> = Feature::all().map(Feature::name).collect();
        assert_eq!(names.len(), FEATURES);
        for feature in Feature::all() {
            assert_eq!(Feature::named(&feature.name()), Some(feature));
            assert!(feature.meaning().ends_with('.'), "{}", feature.meaning());
        }
        for (at, told) in SINGLES.iter().enumerate() {
            assert_eq!(told.0 as usize, at, "{}", told.1);
            assert_eq!(Feature::single(told.0).name(), told.1);
        }
        assert_eq!(Feature::named("payer_out_amount_24h"), None);
    }

    #[test]
    fn values_are_what_was_set_and_missing_otherwise() {
        let mut values = Values::default();
        for feature in Feature::all() {
            assert_eq!(values.get(feature), None);
            values.set(feature, Some(i64::from(feature.number()) - 90));
        }
        let third = Feature(3);
        values.set(third, None);
        for feature in Feature::all().filter(|feature| *feature != third) {
            assert_eq!(values.get(feature), Some(i64::from(feature.number()) - 90));
        }
        assert_eq!(values.get(third), None);
        values.clear();
        assert!(Feature::all().all(|feature| values.get(feature).is_none()));
    }
}
