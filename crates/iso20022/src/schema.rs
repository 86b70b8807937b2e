//! A schema of ISO 20022 as tables, made once from the standard's own XSD under `schemas/`. The XSDs use little of
//! what XSD can do: flat sequences and choices, text with facets, amounts with a currency, and one place for
//! anything. `schema/load.rs` reads them, `schema/facets.rs` judges values.

mod facets;
mod load;
mod pattern;

pub(crate) use facets::Facets;

/// How often an element may stand when there is no bound.
pub(crate) const UNBOUNDED: u32 = u32::MAX;

/// One schema.
#[derive(Debug)]
pub(crate) struct Schema {
    /// The namespace of all its elements.
    pub namespace: String,
    /// The root.
    pub root: Particle,
    types: Vec<Type>,
}

/// An element where it may stand.
#[derive(Debug)]
pub(crate) struct Particle {
    /// Its name.
    pub name: String,
    /// Its type's place in the schema.
    pub type_at: usize,
    /// How often it must stand there.
    pub min: u32,
    /// How often it may.
    pub max: u32,
}

/// What may stand in an element.
#[derive(Debug)]
pub(crate) enum Type {
    /// These, in this order.
    Sequence(Vec<Particle>),
    /// One of these.
    Choice(Vec<Particle>),
    /// One element of any kind.
    Any,
    /// Text.
    Value(Facets),
    /// An amount, with the facets of its attribute `Ccy`.
    Money(Facets, Facets),
}

impl Type {
    /// True when text stands here and no elements.
    pub fn is_value(&self) -> bool {
        matches!(self, Type::Value(_) | Type::Money(..))
    }
}

impl Schema {
    /// The schema an XSD describes.
    ///
    /// # Errors
    /// A sentence when the text uses more of XSD than is known here.
    pub fn read(xsd: &str) -> Result<Schema, String> {
        load::read(xsd)
    }

    /// The type at a place that a particle of this schema names.
    pub fn type_at(&self, at: usize) -> &Type {
        self.types.get(at).unwrap_or(&Type::Any)
    }
}
