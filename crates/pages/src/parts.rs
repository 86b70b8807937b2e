//! What pages are made of. Each part is a function; its examples document it, stand in the gallery, and are kept as HTML that
//! the tests compare (`golden/`).

pub mod frame;
pub mod amount;
pub mod field;
pub mod figure;
pub mod note;
pub mod form;
pub mod lines;
pub mod flows;
pub mod live;
pub mod qr;

use maud::Markup;

/// A part as it is shown in the gallery.
pub struct Example {
    /// Of which part.
    pub part: &'static str,
    /// What it shows.
    pub name: &'static str,
    /// It.
    pub html: Markup,
}

/// All examples.
pub fn examples(words: crate::words::Words) -> Vec<Example> {
    [
        amount::examples(words),
        field::examples(words),
        figure::examples(words),
        note::examples(words),
        lines::examples(words),
        flows::examples(words),
        live::examples(words),
        qr::examples(words),
    ]
    .into_iter()
    .flatten()
    .collect()
}
