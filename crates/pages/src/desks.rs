//! The desks: what each person can do here, a file each. None of them holds a rule; they ask the API and show what it says.

mod front;
mod sign_in;
mod own;
mod limits;
mod listed;
mod own_accounts;
mod customer;
mod pay;
mod signing;
mod helping;
mod payees;
mod complaints;
mod orders;
mod phone;
mod check;
mod staff;
mod risk;
mod case;
mod usual;
mod rules;
mod questions;
mod operations;
mod journal;
mod people;
mod counter;
mod drawer;
mod let_in;
mod together;
mod developer;
mod messages;
mod exceptions;
mod day;
mod health;
mod returning;
mod samples;

use crate::row::Row;

/// The pages of all desks.
pub fn rows() -> Vec<Row> {
    [
        front::rows(),
        sign_in::rows(),
        own::rows(),
        limits::rows(),
        customer::rows(),
        pay::rows(),
        helping::rows(),
        payees::rows(),
        complaints::rows(),
        orders::rows(),
        phone::rows(),
        check::rows(),
        risk::rows(),
        case::rows(),
        rules::rows(),
        questions::rows(),
        operations::rows(),
        journal::rows(),
        people::rows(),
        counter::rows(),
        drawer::rows(),
        together::rows(),
        developer::rows(),
        messages::rows(),
        exceptions::rows(),
        day::rows(),
        health::rows(),
        samples::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
