//! Comparing as XGBoost and ONNX do, in floats of 32 bits, said of numbers of 64: which of them become, when
//! rounded to 32 bits, at most a bound. So that one kind of split is enough for all libraries.

/// The largest number that rounds to at most `bound`. A tie goes to the even neighbour, so the middle between two
/// floats belongs to the bound when the bound is the even one.
pub fn at_most(bound: f32) -> f64 {
    if bound.is_infinite() {
        let beyond = -(f64::from(f32::MAX) + LAST_STEP / 2.0);
        return if bound > 0.0 { f64::INFINITY } else { beyond };
    }
    let next = bound.next_up();
    // What is beyond the largest float by half a step or more rounds to infinity.
    let next = if next.is_infinite() { f64::from(bound) + LAST_STEP } else { f64::from(next) };
    let middle = (f64::from(bound) + next) / 2.0;
    if bound.to_bits().is_multiple_of(2) { middle } else { middle.next_down() }
}

/// The largest number that rounds to less than `bound`.
pub fn below(bound: f32) -> f64 {
    if bound.is_infinite() && bound < 0.0 {
        // Nothing is less; of rows without infinite values this bound says the same.
        return f64::NEG_INFINITY;
    }
    at_most(bound.next_down())
}

/// Between the two largest floats: 2^104.
const LAST_STEP: f64 = (1_u128 << 104) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_say_what_rounding_says() {
        let bounds = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.1,
            -0.1,
            3.0,
            1e-45,
            -1e-45,
            1e-38,
            1.5e30,
            -7.25,
            f32::MAX,
            f32::MIN,
            1.000_000_1,
            1.000_000_2,
            16_777_216.0,
            16_777_215.0,
        ];
        for bound in bounds {
            let near = [bound.next_down().next_down(), bound.next_down(), bound, bound.next_up()];
            for float in near.map(f64::from).into_iter().filter(|float| float.is_finite()) {
                let step = f64::from(bound.next_up()) - f64::from(bound);
                let step = if step.is_finite() { step } else { LAST_STEP };
                for part in [-0.5, -0.499_999_9, -0.25, 0.0, 0.25, 0.499_999_9, 0.5, 0.500_000_1] {
                    let middle = float + part * step;
                    for x in [middle.next_down(), middle, middle.next_up()] {
                        assert_eq!(
                            x <= at_most(bound),
                            x as f32 <= bound,
                            "{x:e} at most {bound:e}"
                        );
                        assert_eq!(x <= below(bound), (x as f32) < bound, "{x:e} below {bound:e}");
                    }
                }
            }
        }
        assert!(1e308 <= at_most(f32::INFINITY) && 1e38 <= below(f32::INFINITY));
        assert!(-1e308 > below(f32::NEG_INFINITY) && 1e39 > below(f32::INFINITY));
    }
}
