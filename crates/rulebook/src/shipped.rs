//! The packs of `rulebook/`, inside the program, so that a check needs no path. A test holds the list against
//! the folder.

use crate::pack::File;
use crate::rulebook::{Rulebook, read};
use std::collections::BTreeMap;

/// The folder they come from, as their faults and rules name it.
const FOLDER: &str = "rulebook";

macro_rules! files {
    ($($folder:literal: $($name:literal)*;)*) => {
        &[$($(
            ($folder, $name, include_bytes!(concat!("../../../rulebook/", $folder, "/", $name))),
        )*)*]
    };
}

/// Folder, name and bytes of every file.
const FILES: &[(&str, &str, &[u8])] = files! {
    "indicators/operation":
        "complete-identity-rate.sql"
        "complaints-in-time.sql"
        "oldest-hold-age.sql"
        "pack.toml"
        "refusal-rate.sql"
        "straight-through-rate.sql"
        "transfers-per-day.sql";
    "quality/gb-11643":
        "birth-date-agrees.sql"
        "pack.toml"
        "resident-number-checks.sql";
    "quality/gb-32100":
        "credit-code-checks.sql"
        "pack.toml";
    "quality/journal":
        "booking-date-never-back.sql"
        "day-closed-in-time.sql"
        "entries-contiguous.sql"
        "head-is-signed.sql"
        "pack.toml"
        "records-add-up.sql"
        "time-never-back.sql";
    "quality/ledger":
        "account-in-chart.sql"
        "balance-is-its-postings.sql"
        "books-balance.sql"
        "no-posting-after-closing.sql"
        "not-overdrawn.sql"
        "pack.toml"
        "pending-is-reserved.sql"
        "posting-amount-stands.sql"
        "posting-has-its-account.sql"
        "postings-balance.sql"
        "value-date-in-bounds.sql";
    "quality/parties":
        "account-has-owner.sql"
        "organisation-complete.sql"
        "pack.toml"
        "party-can-be-reached.sql"
        "party-registered-once.sql"
        "person-complete.sql"
        "role-holder-known.sql";
    "quality/payments":
        "id-once.sql"
        "pack.toml"
        "pending-past-timeout.sql"
        "pending-resolved-once.sql"
        "resolves-what-was-pending.sql"
        "reversal-mirrors.sql"
        "transfer-amount-known.sql"
        "transfer-currency.sql"
        "transfer-moves-something.sql";
    "risk/payments":
        "account-emptied.sql"
        "day-old-account-pays-a-fortune.sql"
        "dormant-account-wakes.sql"
        "far-above-the-usual.sql"
        "filled-after-long-silence.sql"
        "first-payment-large.sql"
        "gathered-and-scattered.sql"
        "just-below-again.sql"
        "just-below.sql"
        "known-payee.sql"
        "large-at-night.sql"
        "many-payees-in-a-day.sql"
        "many-payers-in-a-day.sql"
        "many-payers-in-a-week.sql"
        "many-payments-in-a-day.sql"
        "many-payments-in-an-hour.sql"
        "model-sure.sql"
        "model-suspects.sql"
        "most-of-a-month-in-a-day.sql"
        "new-account-cooling-off.sql"
        "one-device-many-accounts.sql"
        "one-device-many-payments.sql"
        "pack.toml"
        "party-listed.sql"
        "party-perhaps-listed.sql"
        "passed-on-within-a-day.sql"
        "passed-on-within-three-days.sql"
        "payee-just-opened.sql"
        "sent-back-within-a-week.sql"
        "there-and-back.sql"
        "young-account-collects.sql";
};

/// The packs inside the program.
pub fn shipped() -> Rulebook {
    let mut folders: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for (folder, name, bytes) in FILES {
        let files = folders.entry(format!("{FOLDER}/{folder}")).or_default();
        files.push(((*name).to_owned(), bytes.to_vec()));
    }
    let (book, faults) = read(folders);
    assert!(faults.is_empty(), "the packs inside the program have no fault, but: {faults:?}");
    book
}
