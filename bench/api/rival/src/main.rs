//! `rival SOCKET_FOLDER PORT TOKEN`: payments over axum and PostgreSQL, as somebody would build them in a day. One call a payment,
//! prepared, through a pool; keys that pay once. No signatures, no rules on payments, no journal, no proofs.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;
use tokio_postgres::NoTls;

const SCHEMA: &str = include_str!("schema.sql");
/// Payments of an upload that stand or fall together.
const CHUNK: usize = 8_190;

struct Bank {
    pool: Pool,
    token: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Order {
    from: i32,
    to: i32,
    amount: String,
    currency: String,
    #[serde(default)]
    item: Option<String>,
}

#[derive(Deserialize)]
struct PageOf {
    limit: Option<i64>,
}

type Answer = (StatusCode, Json<Value>);

fn failed(why: &dyn std::fmt::Display) -> Answer {
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": why.to_string() })))
}

fn wrong(why: &str) -> Answer {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": why })))
}

/// Hundredths.
fn minor(amount: &str) -> Option<i64> {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, "00"));
    let part = if part.len() == 2 { part.parse::<i64>().ok()? } else { return None };
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part).filter(|amount| *amount > 0)
}

impl Bank {
    fn known(&self, headers: &HeaderMap) -> Result<(), Answer> {
        let shown = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if shown == Some(&*self.token) {
            return Ok(());
        }
        Err((StatusCode::UNAUTHORIZED, Json(json!({ "error": "who are you?" }))))
    }

    async fn client(&self) -> Result<Client, Answer> {
        self.pool.get().await.map_err(|why| failed(&why))
    }
}

async fn pay(State(bank): State<Arc<Bank>>, headers: HeaderMap, Json(order): Json<Order>) -> Result<Answer, Answer> {
    bank.known(&headers)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).ok_or_else(|| wrong("no key"))?;
    let amount = minor(&order.amount).ok_or_else(|| wrong("amount"))?;
    let request = serde_json::to_vec(&order).map_err(|why| failed(&why))?;
    let client = bank.client().await?;
    let call = client.prepare_cached("SELECT id, outcome FROM pay($1, $2, $3, $4, $5)").await.map_err(|why| failed(&why))?;
    let row = client.query_one(&call, &[&key, &request, &order.from, &order.to, &amount]).await;
    let row = row.map_err(|why| wrong(why.as_db_error().map_or("database", |error| error.message())))?;
    let (id, outcome): (String, String) = (row.get(0), row.get(1));
    if outcome == "key_reused" {
        return Err(wrong("key_reused"));
    }
    let told = json!({
        "id": id, "status": "posted", "from": order.from, "to": order.to, "amount": order.amount, "currency": order.currency,
    });
    Ok((StatusCode::CREATED, Json(told)))
}

async fn pay_many(State(bank): State<Arc<Bank>>, headers: HeaderMap, body: String) -> Result<String, Answer> {
    bank.known(&headers)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).ok_or_else(|| wrong("no key"))?;
    let orders: Result<Vec<Order>, _> = body.lines().map(serde_json::from_str).collect();
    let orders = orders.map_err(|why| wrong(&why.to_string()))?;
    let client = bank.client().await?;
    let call = client.prepare_cached("SELECT pay_many($1, $2, $3, $4)").await.map_err(|why| failed(&why))?;
    let mut told = String::new();
    for (at, chunk) in orders.chunks(CHUNK).enumerate() {
        let keys: Vec<String> = (0..chunk.len()).map(|n| format!("{key}/{}", at * CHUNK + n)).collect();
        let debits: Vec<i32> = chunk.iter().map(|order| order.from).collect();
        let credits: Vec<i32> = chunk.iter().map(|order| order.to).collect();
        let amounts: Option<Vec<i64>> = chunk.iter().map(|order| minor(&order.amount)).collect();
        let amounts = amounts.ok_or_else(|| wrong("amount"))?;
        let rows = client.query(&call, &[&keys, &debits, &credits, &amounts]).await.map_err(|why| failed(&why))?;
        for (n, row) in rows.iter().enumerate() {
            let id: String = row.get(0);
            told += &json!({ "item": at * CHUNK + n, "id": id, "status": "posted" }).to_string();
            told.push('\n');
        }
    }
    Ok(told)
}

async fn balance(State(bank): State<Arc<Bank>>, headers: HeaderMap, Path(account): Path<i32>) -> Result<Answer, Answer> {
    bank.known(&headers)?;
    let client = bank.client().await?;
    let call = client.prepare_cached("SELECT balance FROM accounts WHERE id = $1").await.map_err(|why| failed(&why))?;
    let row = client.query_opt(&call, &[&account]).await.map_err(|why| failed(&why))?;
    let row = row.ok_or((StatusCode::NOT_FOUND, Json(json!({ "error": "no such account" }))))?;
    let balance: i64 = row.get(0);
    let booked = format!("{}.{:02}", balance / 100, balance % 100);
    Ok((StatusCode::OK, Json(json!({ "account": account, "booked": { "amount": booked, "currency": "CNY" } }))))
}

async fn lines(
    State(bank): State<Arc<Bank>>,
    headers: HeaderMap,
    Path(account): Path<i32>,
    Query(page): Query<PageOf>,
) -> Result<Answer, Answer> {
    bank.known(&headers)?;
    let client = bank.client().await?;
    let call = client
        .prepare_cached(
            "SELECT id::text, debit, credit, amount, booked_at::text FROM (
               (SELECT * FROM payments WHERE debit = $1 ORDER BY booked_at DESC LIMIT $2) UNION ALL
               (SELECT * FROM payments WHERE credit = $1 ORDER BY booked_at DESC LIMIT $2)
             ) both_sides ORDER BY booked_at DESC LIMIT $2",
        )
        .await
        .map_err(|why| failed(&why))?;
    let limit = page.limit.unwrap_or(50).clamp(1, 200);
    let rows = client.query(&call, &[&account, &limit]).await.map_err(|why| failed(&why))?;
    let items: Vec<Value> = rows
        .iter()
        .map(|row| {
            let amount: i64 = row.get(3);
            json!({
                "id": row.get::<_, String>(0), "from": row.get::<_, i32>(1), "to": row.get::<_, i32>(2),
                "amount": format!("{}.{:02}", amount / 100, amount % 100), "time": row.get::<_, String>(4),
            })
        })
        .collect();
    Ok((StatusCode::OK, Json(json!({ "items": items }))))
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(socket), Some(port), Some(token)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("rival SOCKET_FOLDER PORT TOKEN".into());
    };
    let mut config = tokio_postgres::Config::new();
    config.host_path(socket).user("bench").dbname("postgres");
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let pool = Pool::builder(Manager::from_config(config, NoTls, recycling)).max_size(32).build()?;
    pool.get().await?.batch_execute(SCHEMA).await?;
    let routes = Router::new()
        .route("/payments", post(pay))
        .route("/payments/batch", post(pay_many).layer(axum::extract::DefaultBodyLimit::max(96 << 20)))
        .route("/accounts/{account}/balance", get(balance))
        .route("/accounts/{account}/payments", get(lines))
        .with_state(Arc::new(Bank { pool, token }));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("{}", listener.local_addr()?.port());
    axum::serve(listener, routes).await?;
    Ok(())
}
