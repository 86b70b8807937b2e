//! Each family of commands about money does what it says, by balances.

use crate::run::Folder;
use serde_json::json;

#[test]
fn the_same_number_takes_effect_once() {
    let at = Folder::new("once");
    at.small_bank();
    at.ok("pay 1001 1002 10.00 --id 77");
    let again = at.fails(3, "pay 1001 1002 10.00 --id 77 --json");
    let answer: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(answer["answers"][0]["refusal"], "exists");
    at.fails(3, "pay 1001 1002 11.00 --id 77");
    assert_eq!(at.balance("1002"), "10.00");
}

#[test]
fn what_is_reserved_counts_until_it_is_posted_or_voided() {
    let at = Folder::new("pending");
    at.small_bank();
    at.ok("pay 1001 1002 60.00 --id 80 --pending");
    at.ok("pay 1001 1002 30.00 --id 81 --pending");
    at.fails(3, "pay 1001 1002 20.00");
    assert_eq!(at.json("pending list")["pending"].as_array().unwrap().len(), 2);
    at.ok("pending post 80 45.00");
    at.ok("pending void 81");
    assert_eq!((at.balance("1001"), at.balance("1002")), ("55.00".into(), "45.00".into()));
    at.fails(3, "pending void 81");
}

#[test]
fn a_reversal_takes_back_and_only_once() {
    let at = Folder::new("reverse");
    at.small_bank();
    at.ok("pay 1001 1002 40.00 --id 90");
    at.ok("reverse 90");
    assert_eq!(at.balance("1001"), "100.00");
    at.fails(3, "reverse 90");
    let statement = at.json("statement 1001");
    assert_eq!(statement["lines"][2]["reverses"], "90");
}

#[test]
fn holds_and_limits_bind_and_are_lifted() {
    let at = Folder::new("holds");
    at.small_bank();
    at.ok("hold place 1001 --amount 70.00 --order court --reference 2026-C-17 --id 5");
    at.fails(3, "pay 1001 1002 30.01");
    at.ok("pay 1001 1002 30.00");
    at.ok("hold release 5");
    assert_eq!(at.json("hold list")["holds"], json!([]));
    at.ok("limits 1001 --per-transfer 20.00 --per-day 60.00");
    at.fails(3, "pay 1001 1002 20.01");
    // The day's limit counts from when it was first set.
    for amount in ["20.00", "20.00", "15.00"] {
        at.ok(&format!("pay 1001 1002 {amount}"));
    }
    let refused = at.fails(3, "pay 1001 1002 5.01 --json");
    assert!(refused.out.contains("exceeds_daily_limit"), "{refused:?}");
    at.ok("limits 1001 --per-day none");
    at.ok("pay 1001 1002 5.01");
    assert_eq!(at.json("limits 1001")["per_transfer"], "20.00");
}

#[test]
fn interest_accrues_by_the_day_and_is_booked_to_the_minor_unit() {
    let at = Folder::new("interest");
    at.small_bank();
    at.ok("account open 6 --code 64111");
    at.ok("interest set 1001 3.65 --counter 6");
    for _ in 0..10 {
        at.ok("day close");
    }
    assert_eq!(at.json("day show")["business_day"], "2026-03-12");
    // 100.00 at 3.65 % over 365 days is one fen a day.
    assert_eq!(at.json("interest show 1001")["interest"][0]["due"], "0.10");
    at.ok("interest settle 1001");
    assert_eq!((at.balance("1001"), at.balance("6")), ("100.10".into(), "-0.10".into()));
    at.fails(3, "interest settle 1001");
}

#[test]
fn roles_are_granted_listed_and_taken_back() {
    let at = Folder::new("roles");
    at.small_bank();
    at.ok("role grant 2 1001 disponent --until 2026-12-31");
    let roles = at.json("role list --account 1001");
    assert_eq!(roles["roles"].as_array().unwrap().len(), 2);
    at.ok("role revoke 2 1001 disponent");
    at.fails(3, "role revoke 2 1001 disponent");
    assert_eq!(at.json("role list --party 2")["roles"].as_array().unwrap().len(), 1);
}

#[test]
fn amounts_are_exact_in_every_currency_or_refused() {
    let at = Folder::new("exact");
    at.small_bank();
    at.ok("account open 11 --code 10012 --currency KWD");
    at.ok("account open 12 --code 20111 --currency KWD --owner 1");
    at.ok("pay 11 12 1.005");
    assert_eq!(at.balance("12"), "1.005");
    for wrong in ["1.0051", "1,00", "-1", "1e3", "1.00CNY"] {
        at.fails(2, &format!("pay 11 12 {wrong}"));
    }
    at.ok("pay 11 12 340282366920938463463374607431768210.450");
    assert_eq!(at.balance("12").len(), "340282366920938463463374607431768211.455".len());
}
