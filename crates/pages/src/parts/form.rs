//! The beginning and the end of a form: whose it is, and that it does its work once.

use crate::visit::Visit;
use maud::{Markup, html};

/// A form to this path, with the token of the session.
pub fn form(visit: &Visit, action: &str, inside: Markup) -> Markup {
    html! {
        form method="post" action=(action) novalidate {
            input type="hidden" name="form_token" value=(visit.form_token());
            (inside)
        }
    }
}

/// A field nobody sees.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// What a form does, as a button; `main` for the one thing a page is for.
pub fn button(label: &str, main: bool) -> Markup {
    html! { button.btn.pri[main] type="submit" { (label) } }
}

/// A form that is one button.
pub fn one_button(visit: &Visit, action: &str, label: &str, fields: &[(&str, &str)]) -> Markup {
    form(
        visit,
        action,
        html! {
            @for (name, value) in fields { (hidden(name, value)) }
            (button(label, false))
        },
    )
}
