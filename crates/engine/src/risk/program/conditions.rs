//! A program's conditions in the form that is fast. Nearly all of them are what must hold together, and nearly every part
//! asks whether one feature lies in a range: those are asked first, each once, without a branch. What is left of a
//! condition is worked out only if its ranges hold. Made from the steps when a program is (`program.rs`), which
//! say what it means.

use super::{Line, Step, apply};
use crate::risk::features::{Feature, Values};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// What a program that is read this way may have at most: ranges, and parts of an expression when nothing is shared.
const RANGES_MAX: usize = 512;
const WORDS: usize = RANGES_MAX / 64;
const SIZE_MAX: u32 = 256;

/// Whether a feature is there and lies in a range, or outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    feature: Feature,
    low: i64,
    high: i64,
    inside: bool,
}

impl Range {
    #[inline]
    fn holds(&self, values: &Values) -> bool {
        let (value, known) = values.read(self.feature);
        known & (((self.low <= value) & (value <= self.high)) == self.inside)
    }

    fn turned(self) -> Range {
        Range { inside: !self.inside, ..self }
    }
}

/// What a register holds, as an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    Known(Option<i128>),
    Feature(Feature),
    /// A step over what it reads: a, b, and what the register held before.
    Of(Step, [Arc<Expression>; 3]),
}

impl Expression {
    fn value(&self, values: &Values) -> Option<i128> {
        match self {
            Expression::Known(value) => *value,
            Expression::Feature(feature) => values.get(*feature).map(i128::from),
            Expression::Of(step, parts) => {
                let [a, b, kept] = parts;
                apply(*step, a.value(values), || b.value(values), || kept.value(values))
            }
        }
    }

    /// The expression of a step, worked out if it needs no feature.
    fn of(step: Step, parts: [Arc<Expression>; 3]) -> Expression {
        let known = |part: &Arc<Expression>| match **part {
            Expression::Known(value) => Some(value),
            _ => None,
        };
        match (known(&parts[0]), known(&parts[1]), known(&parts[2])) {
            (Some(a), Some(b), Some(kept)) => Expression::Known(apply(step, a, || b, || kept)),
            _ => Expression::Of(step, parts),
        }
    }

    /// The range that is true when this is true.
    fn range(&self) -> Option<Range> {
        let all = |feature| Range { feature, low: i64::MIN, high: i64::MAX, inside: true };
        let bound = |value: i128| i64::try_from(value).ok();
        match self {
            Expression::Feature(feature) => {
                Some(Range { feature: *feature, low: 0, high: 0, inside: false })
            }
            Expression::Of(Step::Not(..), parts) => {
                // Of what is no truth but a number, not zero is what is true: so is what is outside of its opposite.
                parts[0].range().map(Range::turned)
            }
            Expression::Of(step, parts) => match (step, &*parts[0], &*parts[1]) {
                (Step::Less(..), Expression::Feature(x), Expression::Known(Some(c))) => {
                    Some(Range { high: bound(c.checked_sub(1)?)?, ..all(*x) })
                }
                (Step::LessOrEqual(..), Expression::Feature(x), Expression::Known(Some(c))) => {
                    Some(Range { high: bound(*c)?, ..all(*x) })
                }
                (Step::Less(..), Expression::Known(Some(c)), Expression::Feature(x)) => {
                    Some(Range { low: bound(c.checked_add(1)?)?, ..all(*x) })
                }
                (Step::LessOrEqual(..), Expression::Known(Some(c)), Expression::Feature(x)) => {
                    Some(Range { low: bound(*c)?, ..all(*x) })
                }
                (Step::Equal(..), Expression::Feature(x), Expression::Known(Some(c)))
                | (Step::Equal(..), Expression::Known(Some(c)), Expression::Feature(x)) => {
                    Some(Range { low: bound(*c)?, high: bound(*c)?, ..all(*x) })
                }
                _ => None,
            },
            Expression::Known(_) => None,
        }
    }

    /// Adds what must be true together for this to be true.
    fn parts_into(self: &Arc<Expression>, parts: &mut Vec<Arc<Expression>>) {
        if let Expression::Of(Step::And(..), [a, b, _]) = &**self {
            a.parts_into(parts);
            b.parts_into(parts);
        } else {
            parts.push(Arc::clone(self));
        }
    }
}

/// What must hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    ranges: [u64; WORDS],
    rest: Vec<Arc<Expression>>,
}

/// The conditions of a program, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conditions {
    ranges: Vec<Range>,
    conditions: Vec<Condition>,
}

impl Conditions {
    /// Those of sound steps; `None` if they are too large for this.
    pub(super) fn of(
        registers: usize,
        constants: &[i128],
        steps: &[Step],
        lines: &[Line],
    ) -> Option<Conditions> {
        // Each with how large it is when nothing is shared.
        let nothing = (Arc::new(Expression::Known(None)), 1_u32);
        let mut held = vec![nothing.clone(); registers];
        for step in steps {
            let (to, read) = step.places();
            let read = read.map(|at| at.map_or(&nothing, |at| &held[usize::from(at)]));
            let next = match step {
                Step::Load(_, feature) => Expression::Feature(*feature),
                Step::Constant(_, at) => Expression::Known(Some(constants[usize::from(*at)])),
                _ => Expression::of(*step, read.map(|(part, _)| Arc::clone(part))),
            };
            let size = match next {
                Expression::Of(..) => 1 + read.iter().map(|(_, size)| size).sum::<u32>(),
                _ => 1,
            };
            if size > SIZE_MAX {
                return None;
            }
            held[usize::from(to)] = (Arc::new(next), size);
        }
        let mut all = Conditions { ranges: Vec::new(), conditions: Vec::new() };
        for line in lines {
            let mut parts = Vec::new();
            held[usize::from(line.condition)].0.parts_into(&mut parts);
            let condition = all.condition(parts)?;
            all.conditions.push(condition);
        }
        Some(all)
    }

    /// `None` if there are too many ranges.
    fn condition(&mut self, parts: Vec<Arc<Expression>>) -> Option<Condition> {
        let mut condition = Condition { ranges: [0; WORDS], rest: Vec::new() };
        for part in parts {
            let Some(range) = part.range() else {
                condition.rest.push(part);
                continue;
            };
            let known = self.ranges.iter().position(|other| *other == range);
            let at = known.unwrap_or(self.ranges.len());
            if known.is_none() {
                self.ranges.push(range);
            }
            *condition.ranges.get_mut(at / 64)? |= 1 << (at % 64);
        }
        Some(condition)
    }

    /// Hands on the number of each condition that is true, in order.
    pub(super) fn each_true(&self, values: &Values, mut found: impl FnMut(usize)) {
        let mut holding = [0_u64; WORDS];
        for (word, ranges) in holding.iter_mut().zip(self.ranges.chunks(64)) {
            for range in ranges.iter().rev() {
                *word = *word << 1 | u64::from(range.holds(values));
            }
        }
        let words = self.ranges.len().div_ceil(64);
        for (at, condition) in self.conditions.iter().enumerate() {
            let missing = condition.ranges[..words]
                .iter()
                .zip(&holding)
                .fold(0, |missing, (asked, holding)| missing | asked & !holding);
            let is_true =
                |part: &Arc<Expression>| part.value(values).is_some_and(|truth| truth != 0);
            if missing == 0 && condition.rest.iter().all(is_true) {
                found(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Machine, Program};
    use super::*;
    use terms::Ruling;

    /// A step over registers that were written, of every kind.
    fn step(dice: &mut impl FnMut(u64) -> u64, written: u16, constants: u16) -> Step {
        let to = dice(u64::from(written) + 1) as u16;
        let fresh = to == written;
        if written < 4 || dice(4) == 0 {
            return match dice(9) {
                0 => Step::Null(to),
                1..=4 => Step::Constant(to, dice(constants.into()) as u16),
                at => Step::Load(to, Feature::all().nth(at as usize).unwrap()),
            };
        }
        let (a, b) = (dice(written.into()) as u16, dice(written.into()) as u16);
        match dice(16) {
            0 => Step::Add(to, a, b),
            1 => Step::Subtract(to, a, b),
            2 => Step::Multiply(to, a, b),
            3 => Step::Divide(to, a, b),
            4 => Step::Remainder(to, a, b),
            5 => Step::Equal(to, a, b),
            6 | 7 => Step::Less(to, a, b),
            8 | 9 => Step::LessOrEqual(to, a, b),
            10 => Step::Or(to, a, b),
            11 => Step::Not(to, a),
            12 => Step::IsNull(to, a),
            13 if !fresh => Step::If(to, a, b),
            14 => Step::NullIf(to, a, b),
            15 => Step::Coalesce(to, a, b),
            _ => Step::And(to, a, b),
        }
    }

    #[test]
    fn the_fast_form_says_what_the_steps_say() {
        let mut dice = crate::risk::dice(3);
        let constants = [
            0,
            1,
            -1,
            2,
            50,
            i64::MAX.into(),
            i64::MIN.into(),
            i128::from(i64::MIN) - 1,
            i128::MAX,
        ];
        let (mut hits, mut ranges) = (0, 0);
        for _ in 0..3_000 {
            let (mut steps, mut written) = (Vec::new(), 0);
            for _ in 0..dice(40) + 1 {
                let next = step(&mut dice, written, constants.len() as u16);
                written = written.max(next.places().0 + 1);
                steps.push(next);
            }
            let lines = (0..dice(6) + 1).map(|_| Line {
                condition: dice(written.into()) as u16,
                ruling: Ruling::Ask,
                points: dice(100) as i32,
            });
            let program =
                Program::new(constants.to_vec(), steps, lines.collect(), [None; 3]).unwrap();
            ranges += program.conditions.as_ref().map_or(0, |all| all.ranges.len());
            let (mut machine, mut values) = (Machine::default(), Values::default());
            for _ in 0..20 {
                for feature in Feature::all().take(9) {
                    let near = dice(5) as i64 - 2;
                    let value = [None, Some(near), Some(i64::MAX), Some(i64::MIN), Some(49 + near)];
                    values.set(feature, value[dice(5) as usize]);
                }
                let found = program.run(&values, &mut machine);
                assert_eq!(found, program.run_steps(&values, &mut machine), "{program:?}");
                hits += u64::from(found.hits);
            }
        }
        assert!(hits > 10_000 && ranges > 1_000, "{hits} {ranges}");
    }

    #[test]
    fn what_is_too_large_is_run_step_by_step() {
        let mut steps = vec![Step::Load(0, Feature::all().next().unwrap())];
        // Each time twice as large, although there are few steps.
        steps.extend((0..20).map(|at| Step::Add(at + 1, at, at)));
        let line = Line { condition: 20, ruling: Ruling::Hold, points: 1 };
        let program = Program::new(Vec::new(), steps, vec![line], [None; 3]).unwrap();
        assert_eq!(program.conditions, None);
        let mut values = Values::default();
        values.set(Feature::all().next().unwrap(), Some(3));
        assert_eq!(program.run(&values, &mut Machine::default()).ruling, Ruling::Hold);
    }
}
