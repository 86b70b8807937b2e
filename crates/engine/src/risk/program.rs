//! Conditions as the engine runs them: a flat list of steps over registers, each a whole number of 128 bits or
//! null, with the three-valued logic of SQL. Whoever compiled it has shown that no step can overflow
//! and that nothing is divided by zero; the engine still never stops on a program that breaks this, it
//! goes on with null. `docs/formats/risk-program.md`.

mod conditions;

use super::features::{Feature, Values, Wanted};
use alloc::vec;
use alloc::vec::Vec;
use conditions::Conditions;
use core::fmt;
use terms::Ruling;
use terms::limits::REASONS;

/// Registers of a program at most.
pub const REGISTERS_MAX: usize = 4_096;
/// Steps of a program at most.
pub const STEPS_MAX: usize = 16_384;
/// Conditions of a program at most.
pub const LINES_MAX: usize = 1_024;
/// What the bytes of a program begin with: its name and version.
const MAGIC: &[u8; 8] = b"TJRULES\x01";

/// A register's number.
pub type Register = u16;

/// One step: what it reads and what it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of a feature.
    Load(Register, Feature),
    /// A constant, by its place.
    Constant(Register, u16),
    /// Nothing.
    Null(Register),
    /// a + b.
    Add(Register, Register, Register),
    /// a - b.
    Subtract(Register, Register, Register),
    /// a * b.
    Multiply(Register, Register, Register),
    /// a / b, towards zero.
    Divide(Register, Register, Register),
    /// What a / b leaves, with the sign of a.
    Remainder(Register, Register, Register),
    /// a = b.
    Equal(Register, Register, Register),
    /// a < b.
    Less(Register, Register, Register),
    /// a <= b.
    LessOrEqual(Register, Register, Register),
    /// Both.
    And(Register, Register, Register),
    /// Either.
    Or(Register, Register, Register),
    /// Not.
    Not(Register, Register),
    /// Whether it is null.
    IsNull(Register, Register),
    /// The second if the first is true; else the register keeps what it has.
    If(Register, Register, Register),
    /// Null if both are equal, else the first.
    NullIf(Register, Register, Register),
    /// The first, or the second if that is null.
    Coalesce(Register, Register, Register),
}

impl Step {
    /// Its number in the bytes of a program, and its three places.
    fn parts(self) -> (u8, [u16; 3]) {
        match self {
            Step::Load(to, feature) => (1, [to, feature.number(), 0]),
            Step::Constant(to, at) => (2, [to, at, 0]),
            Step::Null(to) => (3, [to, 0, 0]),
            Step::Add(to, a, b) => (4, [to, a, b]),
            Step::Subtract(to, a, b) => (5, [to, a, b]),
            Step::Multiply(to, a, b) => (6, [to, a, b]),
            Step::Divide(to, a, b) => (7, [to, a, b]),
            Step::Remainder(to, a, b) => (8, [to, a, b]),
            Step::Equal(to, a, b) => (9, [to, a, b]),
            Step::Less(to, a, b) => (10, [to, a, b]),
            Step::LessOrEqual(to, a, b) => (11, [to, a, b]),
            Step::And(to, a, b) => (12, [to, a, b]),
            Step::Or(to, a, b) => (13, [to, a, b]),
            Step::Not(to, a) => (14, [to, a, 0]),
            Step::IsNull(to, a) => (15, [to, a, 0]),
            Step::If(to, a, b) => (16, [to, a, b]),
            Step::NullIf(to, a, b) => (17, [to, a, b]),
            Step::Coalesce(to, a, b) => (18, [to, a, b]),
        }
    }

    fn of(number: u8, [to, a, b]: [u16; 3]) -> Option<Step> {
        Some(match number {
            1 => Step::Load(to, Feature::of(a)?),
            2 => Step::Constant(to, a),
            3 => Step::Null(to),
            4 => Step::Add(to, a, b),
            5 => Step::Subtract(to, a, b),
            6 => Step::Multiply(to, a, b),
            7 => Step::Divide(to, a, b),
            8 => Step::Remainder(to, a, b),
            9 => Step::Equal(to, a, b),
            10 => Step::Less(to, a, b),
            11 => Step::LessOrEqual(to, a, b),
            12 => Step::And(to, a, b),
            13 => Step::Or(to, a, b),
            14 => Step::Not(to, a),
            15 => Step::IsNull(to, a),
            16 => Step::If(to, a, b),
            17 => Step::NullIf(to, a, b),
            18 => Step::Coalesce(to, a, b),
            _ => return None,
        })
    }

    /// The register it writes.
    fn writes(self) -> Register {
        self.parts().1[0]
    }

    fn operands(self) -> [Register; 2] {
        let (_, [_, a, b]) = self.parts();
        [a, b]
    }

    /// The register it writes, and those it reads: a, b, and its own.
    fn places(self) -> (Register, [Option<Register>; 3]) {
        let (_, [to, a, b]) = self.parts();
        let read = match self {
            Step::Load(..) | Step::Constant(..) | Step::Null(_) => [None; 3],
            Step::Not(..) | Step::IsNull(..) => [Some(a), None, None],
            Step::If(..) => [Some(a), Some(b), Some(to)],
            _ => [Some(a), Some(b), None],
        };
        (to, read)
    }
}

/// A condition of the program and what follows when it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where its truth stands when all steps are done.
    pub condition: Register,
    /// What it demands.
    pub ruling: Ruling,
    /// What it adds to the score.
    pub points: i32,
}

/// Why bytes are not a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramError {
    /// Other bytes than a program of this version begins with, too few, or too many.
    Form,
    /// More registers, steps or lines than allowed.
    TooLarge,
    /// A step that does not exist, reads what was not written, or names a constant or feature that is not there.
    Step(u16),
    /// A line that names a register that was not written.
    Line(u16),
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProgramError::Form => f.write_str("these bytes are no program of this version"),
            ProgramError::TooLarge => write!(
                f,
                "a program has at most {REGISTERS_MAX} registers, {STEPS_MAX} steps and {LINES_MAX} conditions"
            ),
            ProgramError::Step(at) => {
                write!(f, "step {at} does not exist or reads what is not there")
            }
            ProgramError::Line(at) => {
                write!(f, "condition {at} names a register that was not written")
            }
        }
    }
}

impl core::error::Error for ProgramError {}

/// Conditions over the features of a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    registers: u16,
    constants: Vec<i128>,
    steps: Vec<Step>,
    /// The register that each step writes.
    targets: Vec<Register>,
    lines: Vec<Line>,
    /// Scores from which a payment is asked about, held and refused.
    cutoffs: [Option<i32>; 3],
    wanted: Wanted,
    /// The same in a faster form, unless it is too large for it.
    conditions: Option<Conditions>,
}

impl Program {
    /// A program of these parts.
    ///
    /// # Errors
    /// See [`ProgramError`].
    pub fn new(
        constants: Vec<i128>,
        steps: Vec<Step>,
        lines: Vec<Line>,
        cutoffs: [Option<i32>; 3],
    ) -> Result<Program, ProgramError> {
        let registers = steps.iter().map(|step| usize::from(step.writes()) + 1).max().unwrap_or(0);
        if registers > REGISTERS_MAX || steps.len() > STEPS_MAX || lines.len() > LINES_MAX {
            return Err(ProgramError::TooLarge);
        }
        // What is read was written before, or what the last payment left behind would speak.
        let mut written = vec![false; registers];
        for (at, step) in (0..).zip(&steps) {
            let mut read = step.places().1.into_iter().flatten();
            let unwritten = read.any(|from| written.get(usize::from(from)) != Some(&true));
            let no_constant = match step {
                Step::Constant(_, place) => usize::from(*place) >= constants.len(),
                _ => false,
            };
            if unwritten || no_constant {
                return Err(ProgramError::Step(at));
            }
            written[usize::from(step.writes())] = true;
        }
        let written = |line: &Line| written.get(usize::from(line.condition)) == Some(&true);
        if let Some(at) = lines.iter().position(|line| !written(line)) {
            return Err(ProgramError::Line(at as u16));
        }
        let conditions = Conditions::of(registers, &constants, &steps, &lines);
        let registers = registers as u16;
        let loaded = steps.iter().filter_map(|step| match step {
            Step::Load(_, feature) => Some(*feature),
            _ => None,
        });
        let wanted = loaded.collect();
        let targets = steps.iter().map(|step| step.writes()).collect();
        Ok(Program { registers, constants, steps, targets, lines, cutoffs, wanted, conditions })
    }

    /// The features it looks at.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Its conditions.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// As bytes; one program has one form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let counts = [self.constants.len(), self.steps.len(), self.lines.len()];
        counts.iter().for_each(|count| out.extend((*count as u32).to_le_bytes()));
        for cutoff in self.cutoffs {
            out.push(cutoff.is_some().into());
            out.extend(cutoff.unwrap_or(0).to_le_bytes());
        }
        self.constants.iter().for_each(|constant| out.extend(constant.to_le_bytes()));
        for step in &self.steps {
            let (number, places) = step.parts();
            out.push(number);
            places.iter().for_each(|place| out.extend(place.to_le_bytes()));
        }
        for line in &self.lines {
            out.extend(line.condition.to_le_bytes());
            out.push(line.ruling as u8);
            out.extend(line.points.to_le_bytes());
        }
        out
    }

    /// The program of these bytes.
    ///
    /// # Errors
    /// See [`ProgramError`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Program, ProgramError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(ProgramError::Form)?;
        let mut count = || take(&mut rest).map(|bytes| u32::from_le_bytes(bytes) as usize);
        let (constants, steps, lines) = (count()?, count()?, count()?);
        if constants > STEPS_MAX || steps > STEPS_MAX || lines > LINES_MAX {
            return Err(ProgramError::TooLarge);
        }
        let mut cutoffs = [None; 3];
        for cutoff in &mut cutoffs {
            let [some] = take(&mut rest)?;
            let value = i32::from_le_bytes(take(&mut rest)?);
            *cutoff = match (some, value) {
                (0, 0) => None,
                (1, value) => Some(value),
                _ => return Err(ProgramError::Form),
            };
        }
        let constants = (0..constants).map(|_| take(&mut rest).map(i128::from_le_bytes));
        let constants: Vec<i128> = constants.collect::<Result<_, _>>()?;
        let mut read = Vec::with_capacity(steps);
        for at in 0..steps {
            let [number] = take(&mut rest)?;
            let mut place = || take(&mut rest).map(u16::from_le_bytes);
            let step = Step::of(number, [place()?, place()?, place()?]);
            // Places that a step does not have are zero.
            let step = step.ok_or(ProgramError::Step(at as u16))?;
            read.push(step);
        }
        let mut demands = Vec::with_capacity(lines);
        for at in 0..lines {
            let condition = u16::from_le_bytes(take(&mut rest)?);
            let [ruling] = take(&mut rest)?;
            let ruling = Ruling::of(ruling).ok_or(ProgramError::Line(at as u16))?;
            let points = i32::from_le_bytes(take(&mut rest)?);
            demands.push(Line { condition, ruling, points });
        }
        let program = Program::new(constants, read, demands, cutoffs)?;
        // One program has one form, so whatever was not read as it would be written is refused.
        if rest.is_empty() && program.to_bytes() == bytes {
            Ok(program)
        } else {
            Err(ProgramError::Form)
        }
    }

    /// What it says of the features of one payment.
    pub fn run(&self, values: &Values, machine: &mut Machine) -> Found {
        let Some(conditions) = &self.conditions else { return self.run_steps(values, machine) };
        let mut found = Found::default();
        let mut score = 0_i64;
        conditions.each_true(values, |at| {
            let line = &self.lines[at];
            score += i64::from(line.points);
            found.add(at as u16, line.ruling);
        });
        self.cut(found, score)
    }

    /// The same step by step, which is what it means; afterwards the machine holds the truth of every condition, which
    /// [`Program::run`] does not leave there.
    pub fn run_steps(&self, values: &Values, machine: &mut Machine) -> Found {
        machine.fit(self.registers);
        for (step, to) in self.steps.iter().zip(&self.targets) {
            let value = machine.value(*step, values, &self.constants);
            machine.registers[usize::from(*to)] = value;
        }
        let mut found = Found::default();
        let mut score = 0_i64;
        for (at, line) in (0..).zip(&self.lines) {
            if machine.get(line.condition).is_some_and(|truth| truth != 0) {
                score += i64::from(line.points);
                found.add(at, line.ruling);
            }
        }
        self.cut(found, score)
    }

    /// What follows from the score.
    fn cut(&self, mut found: Found, score: i64) -> Found {
        found.score = score.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        found.ruling = found.ruling.max(self.by_points(found.score));
        found
    }

    /// What the sum of the points demands by itself.
    #[inline]
    pub fn by_points(&self, score: i32) -> Ruling {
        let cuts = [Ruling::Ask, Ruling::Hold, Ruling::Refuse].into_iter().zip(self.cutoffs);
        let reached = |(ruling, cutoff): (Ruling, Option<i32>)| {
            cutoff.is_some_and(|cutoff| score >= cutoff).then_some(ruling)
        };
        cuts.filter_map(reached).max().unwrap_or_default()
    }
}

/// The next bytes.
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ProgramError> {
    let (first, others) = rest.split_first_chunk().ok_or(ProgramError::Form)?;
    *rest = others;
    Ok(*first)
}

/// What a program says of a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What is to be done.
    pub ruling: Ruling,
    /// The sum of the points.
    pub score: i32,
    /// How many conditions were true.
    pub hits: u16,
    /// The first of the severest conditions that were true, by their numbers.
    pub reasons: [Option<u16>; REASONS],
    severities: [Ruling; REASONS],
}

impl Found {
    /// Condition `at` is true.
    fn add(&mut self, at: u16, ruling: Ruling) {
        self.hits += 1;
        self.ruling = self.ruling.max(ruling);
        let place = (0..REASONS)
            .find(|place| self.reasons[*place].is_none() || self.severities[*place] < ruling);
        if let Some(place) = place {
            self.reasons[place..].rotate_right(1);
            self.severities[place..].rotate_right(1);
            self.reasons[place] = Some(at);
            self.severities[place] = ruling;
        }
    }
}

/// The registers while a program runs; kept from one payment to the next, so that none are made.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    registers: Vec<Option<i128>>,
}

impl Machine {
    fn fit(&mut self, registers: u16) {
        if self.registers.len() < usize::from(registers) {
            self.registers = vec![None; registers.into()];
        }
    }

    /// What a register holds.
    #[inline]
    pub fn get(&self, register: Register) -> Option<i128> {
        self.registers[usize::from(register)]
    }

    #[inline]
    fn value(&self, step: Step, values: &Values, constants: &[i128]) -> Option<i128> {
        match step {
            Step::Load(_, feature) => values.get(feature).map(i128::from),
            Step::Constant(_, at) => Some(constants[usize::from(at)]),
            Step::Null(_) => None,
            _ => {
                let (to, [a, b]) = (step.writes(), step.operands());
                apply(step, self.get(a), || self.get(b), || self.get(to))
            }
        }
    }
}

/// What a step gives for what it reads: a, b, and what its register held.
#[inline(always)]
fn apply(
    step: Step,
    a: Option<i128>,
    b: impl FnOnce() -> Option<i128>,
    kept: impl FnOnce() -> Option<i128>,
) -> Option<i128> {
    match step {
        // They read nothing.
        Step::Load(..) | Step::Constant(..) | Step::Null(_) => None,
        Step::Add(..) => a?.checked_add(b()?),
        Step::Subtract(..) => a?.checked_sub(b()?),
        Step::Multiply(..) => times(a?, b()?),
        Step::Divide(..) => a?.checked_div(b()?),
        Step::Remainder(..) => a?.checked_rem(b()?),
        Step::Equal(..) => Some((a? == b()?).into()),
        Step::Less(..) => Some((a? < b()?).into()),
        Step::LessOrEqual(..) => Some((a? <= b()?).into()),
        Step::And(..) => match (a, b()) {
            (Some(0), _) | (_, Some(0)) => Some(0),
            (Some(_), Some(_)) => Some(1),
            _ => None,
        },
        Step::Or(..) => match (a, b()) {
            (Some(0), Some(0)) => Some(0),
            (Some(0) | None, Some(0) | None) => None,
            _ => Some(1),
        },
        Step::Not(..) => Some((a? == 0).into()),
        Step::IsNull(..) => Some(a.is_none().into()),
        Step::If(..) => {
            if a.is_some_and(|a| a != 0) {
                b()
            } else {
                kept()
            }
        }
        Step::NullIf(..) => a.filter(|a| Some(*a) != b()),
        Step::Coalesce(..) => a.or_else(b),
    }
}

/// a * b; nearly all numbers have 64 bits, and those multiply fast and never overflow.
#[inline]
fn times(a: i128, b: i128) -> Option<i128> {
    match (i64::try_from(a), i64::try_from(b)) {
        (Ok(a), Ok(b)) => Some(i128::from(a) * i128::from(b)),
        _ => a.checked_mul(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::Single;

    /// One condition over two constants, or nulls.
    fn truth(step: fn(u16, u16, u16) -> Step, a: Option<i128>, b: Option<i128>) -> Option<i128> {
        let load = |to, at, value: Option<i128>| match value {
            Some(_) => Step::Constant(to, at),
            None => Step::Null(to),
        };
        let constants = vec![a.unwrap_or(0), b.unwrap_or(0)];
        let steps = vec![load(0, 0, a), load(1, 1, b), step(2, 0, 1)];
        let program = Program::new(constants, steps, Vec::new(), [None; 3]).unwrap();
        let mut machine = Machine::default();
        program.run_steps(&Values::default(), &mut machine);
        machine.get(2)
    }

    #[test]
    fn logic_has_three_values() {
        let (t, f, n) = (Some(1), Some(0), None);
        for (a, b, and, or) in [
            (t, t, t, t),
            (t, f, f, t),
            (f, t, f, t),
            (f, f, f, f),
            (t, n, n, t),
            (n, t, n, t),
            (f, n, f, n),
            (n, f, f, n),
            (n, n, n, n),
        ] {
            assert_eq!(truth(Step::And, a, b), and, "{a:?} and {b:?}");
            assert_eq!(truth(Step::Or, a, b), or, "{a:?} or {b:?}");
        }
        assert_eq!(truth(Step::Equal, n, n), n);
        assert_eq!(truth(Step::Less, Some(-3), Some(2)), t);
        assert_eq!(truth(Step::NullIf, Some(4), Some(4)), n);
        assert_eq!(truth(Step::NullIf, Some(4), n), Some(4));
        assert_eq!(truth(Step::Coalesce, n, Some(9)), Some(9));
    }

    #[test]
    fn what_was_not_to_happen_gives_null_and_nothing_stops() {
        assert_eq!(truth(Step::Divide, Some(7), Some(0)), None);
        assert_eq!(truth(Step::Remainder, Some(7), Some(0)), None);
        assert_eq!(truth(Step::Add, Some(i128::MAX), Some(1)), None);
        assert_eq!(truth(Step::Multiply, Some(i128::MIN), Some(-1)), None);
        assert_eq!(truth(Step::Divide, Some(i128::MIN), Some(-1)), None);
    }

    fn example() -> Program {
        let amount = Feature::single(Single::Amount);
        let first = Feature::single(Single::PairFirst);
        let steps = vec![
            Step::Load(0, amount),
            Step::Constant(1, 0),
            Step::Less(2, 1, 0),
            Step::Load(3, first),
            Step::And(4, 2, 3),
        ];
        let line = |condition, ruling, points| Line { condition, ruling, points };
        let lines = vec![
            line(2, Ruling::Approve, 30),
            line(3, Ruling::Ask, 20),
            line(4, Ruling::Hold, 60),
            line(2, Ruling::Ask, 0),
        ];
        Program::new(vec![5_000], steps, lines, [Some(20), None, Some(110)]).unwrap()
    }

    #[test]
    fn the_severest_wins_and_is_named_first() {
        let program = example();
        let mut values = Values::default();
        let mut machine = Machine::default();
        values.set(Feature::single(Single::Amount), Some(5_001));
        values.set(Feature::single(Single::PairFirst), Some(1));
        let found = program.run(&values, &mut machine);
        assert_eq!((found.ruling, found.score, found.hits), (Ruling::Refuse, 110, 4));
        assert_eq!(found.reasons, [Some(2), Some(1), Some(3)]);
        values.set(Feature::single(Single::PairFirst), None);
        let found = program.run(&values, &mut machine);
        assert_eq!((found.ruling, found.score), (Ruling::Ask, 30));
        assert_eq!(found.reasons, [Some(3), Some(0), None]);
    }

    #[test]
    fn what_an_earlier_payment_left_is_never_read() {
        let new = |steps: Vec<Step>, lines| Program::new(vec![1], steps, lines, [None; 3]).err();
        assert_eq!(new(vec![Step::Not(0, 1)], Vec::new()), Some(ProgramError::Step(0)));
        let own = vec![Step::Constant(1, 0), Step::If(0, 1, 1)];
        assert_eq!(new(own, Vec::new()), Some(ProgramError::Step(1)));
        assert_eq!(new(vec![Step::Constant(0, 1)], Vec::new()), Some(ProgramError::Step(0)));
        let line = Line { condition: 1, ruling: Ruling::Ask, points: 0 };
        assert_eq!(new(vec![Step::Constant(0, 0)], vec![line]), Some(ProgramError::Line(0)));
    }

    #[test]
    fn a_program_has_one_form_and_any_other_is_refused() {
        let program = example();
        let bytes = program.to_bytes();
        assert_eq!(Program::of_bytes(&bytes), Ok(program));
        for length in 0..bytes.len() {
            assert!(Program::of_bytes(&bytes[..length]).is_err(), "cut at {length}");
        }
        let mut read = 0;
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                // Another program perhaps, but never the same in other bytes, and never one that stops.
                if let Ok(program) = Program::of_bytes(&other) {
                    assert_eq!(program.to_bytes(), other);
                    program.run(&Values::default(), &mut Machine::default());
                    read += 1;
                }
            }
        }
        assert!(read > 100, "{read}");
    }
}
