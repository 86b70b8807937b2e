//! The accounts of whoever is signed in, and what they are called.

use crate::figures;
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::words::text;
use serde_json::Value;

/// The accounts of who is signed in, each as the API shows it and one's own first, and what they are called.
pub async fn accounts_of(visit: &Visit) -> Result<(String, Vec<Value>), Trouble> {
    let party = visit.ask.get(&format!("/parties/{}", visit.party()?)).await?;
    let name = party.body["fields"]["name"].as_str().unwrap_or_default().to_owned();
    let held = visit.ask.accounts_of(&party.body).await;
    let mut accounts: Vec<Value> = held.into_iter().map(|(account, _)| account).collect();
    accounts.sort_by_key(|account| !one_s_own(account));
    Ok((name, accounts))
}

/// Whether an account is one's own, or one's to look after by law; else one may pay from it at most, or only see it.
pub fn one_s_own(account: &Value) -> bool {
    matches!(account["holds"].as_str(), Some("owner" | "joint_owner" | "guardian"))
}

/// Whether one may pay from an account.
pub fn may_pay(account: &Value) -> bool {
    account["holds"] != "viewer"
}

/// What an account is called: its kind and the end of its number.
pub fn called(visit: &Visit, account: &Value) -> String {
    let code = account["code"].as_u64().unwrap_or(0);
    let kind = visit.words.perhaps(&format!("account-{code}"));
    let kind = kind.unwrap_or_else(|| visit.words.say("account").into_owned());
    let end = figures::account_end(account["id"].as_str().unwrap_or_default());
    visit.words.with("account-called", &[("kind", text(kind)), ("end", text(end))])
}
