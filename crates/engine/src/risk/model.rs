//! A rule set's model: trees over features. It is scored before the conditions run, so that they may look at what it
//! says; the trees' own arithmetic is `forest`'s, and what comes out is a whole number.

use super::features::{Feature, Values, Wanted};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use forest::{Forest, ForestError, Row};

/// Why bytes are not a model that can judge payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// They are no ensemble of trees.
    Form(ForestError),
    /// It wants something that is no feature.
    Unknown(String),
    /// It gives several numbers, or one that is no probability.
    NotAProbability,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::Form(error) => error.fmt(f),
            ModelError::Unknown(name) => write!(f, "the model wants {name}, which is no feature"),
            ModelError::NotAProbability => {
                f.write_str("the model must give one probability: a binary classifier does")
            }
        }
    }
}

impl core::error::Error for ModelError {}

/// Trees, and the features they look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    forest: Forest,
    inputs: Vec<Feature>,
    wanted: Wanted,
}

impl Model {
    /// The model of an ensemble's bytes (`docs/formats/forest.md`), whose inputs have features' names.
    ///
    /// # Errors
    /// See [`ModelError`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Model, ModelError> {
        let forest = Forest::of_bytes(bytes).map_err(ModelError::Form)?;
        if !forest.is_probability() {
            return Err(ModelError::NotAProbability);
        }
        let feature = |name: &String| {
            let known = Feature::named(name).filter(|feature| !feature.is_of_the_set());
            known.ok_or_else(|| ModelError::Unknown(name.clone()))
        };
        let inputs: Vec<Feature> =
            forest.features().iter().map(feature).collect::<Result<_, _>>()?;
        let wanted = inputs.iter().copied().collect();
        Ok(Model { forest, inputs, wanted })
    }

    /// The features it looks at.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// The features in the order of its inputs.
    pub fn inputs(&self) -> &[Feature] {
        &self.inputs
    }

    /// The trees.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// Puts the features into a row.
    pub fn fill(&self, values: &Values, row: &mut Row) {
        row.fill(self.inputs.iter().map(|feature| values.read(*feature)));
    }

    /// What it says of these features, in millionths; the same on every machine.
    pub fn ppm(&self, values: &Values, row: &mut Row) -> u32 {
        self.fill(values, row);
        self.forest.millionths_of(row)
    }
}
