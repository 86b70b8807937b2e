//! From margins, the sums of leaves, to what a model answers: probabilities, mostly. Exponentials come from `libm`
//! in software, which uses nothing but additions, multiplications and bits, so that a row scores the same on
//! every machine whatever its system library.

/// How wide numbers are while leaves are added and margins become probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 64 bits, as LightGBM adds.
    Double,
    /// 32 bits, as XGBoost and ONNX add.
    Single,
}

impl Width {
    /// The sum at this width.
    pub(crate) fn add(self, a: f64, b: f64) -> f64 {
        match self {
            Width::Double => a + b,
            Width::Single => f64::from(a as f32 + b as f32),
        }
    }

    /// The number at this width.
    fn fit(self, a: f64) -> f64 {
        match self {
            Width::Double => a,
            Width::Single => f64::from(a as f32),
        }
    }

    /// e to the power of a.
    fn exp(self, a: f64) -> f64 {
        self.fit(libm::exp(a))
    }

    /// a / b.
    pub(crate) fn divide(self, a: f64, b: f64) -> f64 {
        match self {
            Width::Double => a / b,
            Width::Single => f64::from(a as f32 / b as f32),
        }
    }
}

/// What becomes of margins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// They are the answer.
    Identity,
    /// Each by itself: 1 / (1 + exp(-scale * margin)).
    Sigmoid {
        /// What margins are multiplied with.
        scale: f64,
    },
    /// Together: exp(margin) over the sum of all.
    Softmax,
    /// exp(margin).
    Exponential,
}

impl Link {
    /// Turns margins into answers, in place.
    pub fn apply(self, width: Width, outputs: &mut [f64]) {
        match self {
            Link::Identity => {}
            Link::Sigmoid { scale } => {
                outputs.iter_mut().for_each(|output| *output = sigmoid(width, scale, *output));
            }
            Link::Softmax => softmax(width, outputs),
            Link::Exponential => {
                outputs.iter_mut().for_each(|output| *output = width.exp(*output));
            }
        }
    }
}

fn sigmoid(width: Width, scale: f64, margin: f64) -> f64 {
    let part = width.exp(-scale * margin);
    width.divide(1.0, width.add(1.0, part))
}

/// The largest margin is taken from each first, so that none overflows.
fn softmax(width: Width, outputs: &mut [f64]) {
    let largest = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for output in outputs.iter_mut() {
        *output = width.exp(width.fit(*output - largest));
        sum += *output;
    }
    outputs.iter_mut().for_each(|output| *output = width.divide(*output, sum));
}

/// A share as parts per million, rounded; what is no share is brought to the nearest, what is no number to 0.
pub(crate) fn millionths(share: f64) -> u32 {
    // A cast cuts towards zero and takes no number to 0.
    (share.clamp(0.0, 1.0) * 1e6 + 0.5) as u32
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exact on purpose")]
mod tests {
    use super::*;

    #[test]
    fn answers_are_shares() {
        let mut outputs = [0.0, 1000.0, -1000.0];
        Link::Sigmoid { scale: 2.0 }.apply(Width::Double, &mut outputs);
        assert_eq!(outputs, [0.5, 1.0, 0.0]);
        let mut outputs = [1000.0, 1000.0, -1000.0];
        Link::Softmax.apply(Width::Single, &mut outputs);
        assert_eq!(outputs, [0.5, 0.5, 0.0]);
        assert_eq!(
            [-0.1, 4.999e-7, 5.001e-7, 0.25, 7.0].map(millionths),
            [0, 0, 1, 250_000, 1_000_000]
        );
        assert_eq!(millionths(f64::NAN), 0);
    }

    /// Known bits: another machine, compiler or exponential that gives others fails here.
    #[test]
    fn bits_are_the_same_everywhere() {
        let mut outputs = [0.1, -0.7, 3.3];
        Link::Sigmoid { scale: 1.0 }.apply(Width::Double, &mut outputs);
        assert_eq!(
            outputs.map(f64::to_bits),
            [0x3fe0_cca1_2729_afb8, 0x3fd5_3c69_5abc_d715, 0x3fee_dc99_cf2c_9d4d]
        );
    }
}
