//! What strangers send. Every answer is a problem in its right form or a closed connection, and the others are served.

use crate::house::{House, account, order};
use axum::body::Body;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends bytes as they are, and reads until the other side closes.
fn raw(house: &House, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = stream.write_all(bytes);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

#[test]
fn two_lengths_or_a_length_and_chunks_are_one_answer_at_most() {
    let house = House::new("smuggling");
    let smuggled =
        "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer staff\r\n\r\n";
    for head in [
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n",
    ] {
        let text = format!(
            "POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n0\r\n\r\n{smuggled}"
        );
        let came = raw(&house, text.as_bytes());
        assert!(answers(&came) <= 1, "{head:?}: {came}");
        assert!(!came.contains("HTTP/1.1 2"), "{head:?}: {came}");
    }
}

#[test]
fn every_rejection_is_a_problem() {
    let house = House::new("rejections");
    let json = |path: &str, kind: &str, body: &'static [u8]| {
        let request = house
            .request("POST", path, "staff")
            .header("content-type", kind)
            .header("idempotency-key", "reject-01");
        house.send(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(json("/api/v1/payments", "application/json", b"{").problem(), "malformed");
    assert_eq!(json("/api/v1/payments", "application/json", b"{} {}").problem(), "invalid");
    assert_eq!(json("/api/v1/payments", "application/json", b"\xff\xfe").problem(), "malformed");
    assert_eq!(json("/api/v1/payments", "application/xml", b"<a/>").problem(), "wrong_type");
    assert_eq!(json("/api/v2/payments", "application/json", b"{}").problem(), "not_found");
    let deep = Box::leak("[".repeat(100_000).into_bytes().into_boxed_slice());
    assert_eq!(json("/api/v1/payments", "application/json", deep).status, 422);
    for (method, path, code) in [
        ("DELETE", "/api/v1/payments", "wrong_method"),
        ("TRACE", "/api/v1/payments", "wrong_method"),
        ("GET", "/api/v1/accounts/%ff%fe", "not_found"),
        ("GET", "/api/v1/accounts/..%2f..%2fkeys", "not_an_id"),
        ("GET", "/api/v1/payments/1", "not_an_id"),
        ("GET", "/log/../keys/log.key", "not_found"),
        ("GET", "/log/%2e%2e/keys/master.key", "not_found"),
        ("GET", "/log/tile/entries/../../../keys/log.key", "not_found"),
        ("POST", "/healthz", "wrong_method"),
    ] {
        let came = house.send(house.request(method, path, "staff").body(Body::empty()).unwrap());
        assert_eq!(came.problem(), code, "{method} {path}");
    }
    let large = vec![b' '; 300 << 10];
    let request = house
        .request("POST", "/api/v1/payments", "staff")
        .header("content-type", "application/json");
    let came =
        house.send(request.header("idempotency-key", "reject-02").body(Body::from(large)).unwrap());
    assert_eq!((came.status, came.problem().as_str()), (413, "too_large"));
}

#[test]
fn heads_that_are_too_large_are_refused() {
    let house = House::new("heads");
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    let came = raw(&house, format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes());
    assert!(came.starts_with("HTTP/1.1 431"), "{came}");
    let long = "x".repeat(600_000);
    let came =
        raw(&house, format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {long}\r\n\r\n").as_bytes());
    assert!(
        came.is_empty() || came.starts_with("HTTP/1.1 431"),
        "{}",
        &came[..came.len().min(200)]
    );
    assert_eq!(house.get(&format!("/accounts/{}", account(1)), "anna").status, 200);
}

#[test]
fn who_is_slow_is_closed_and_nobody_else_waits() {
    let house = House::new("slow");
    let mut slow: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect(house.address).unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
            stream
        })
        .collect();
    let idle: Vec<TcpStream> =
        (0..300).map(|_| TcpStream::connect(house.address).unwrap()).collect();
    let began = Instant::now();
    for n in 0..20 {
        assert_eq!(
            house
                .post("/payments", "anna", &format!("good-{n:04}"), &{
                    let mut one = order();
                    one["amount"] = serde_json::json!("0.01");
                    one
                })
                .status,
            201
        );
    }
    assert!(began.elapsed() < Duration::from_secs(5), "good clients waited {:?}", began.elapsed());
    for stream in
        slow.iter_mut().chain(&mut idle.iter().map(|s| s.try_clone().unwrap()).collect::<Vec<_>>())
    {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut text = Vec::new();
        // An answer of 408 or nothing, and then the end: the connection is not held.
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    }
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn the_server_says_how_it_is_and_what_it_can() {
    let house = House::new("health");
    let get = |path: &str| house.send(house.request("GET", path, "").body(Body::empty()).unwrap());
    assert_eq!((get("/healthz").status, get("/readyz").status), (200, 200));
    let _ = house.post("/payments", "anna", "metric-01", &order());
    let text = String::from_utf8(get("/metrics").bytes).unwrap();
    assert!(
        text.contains("tj_http_answers_total{operation=\"create_payment\",status=\"201\"} 1"),
        "{text}"
    );
    assert!(text.contains("tj_journal_entries"));
    let document = get("/api/v1/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/v1/payments"]["post"]["responses"]["201"].is_object());
    let page = String::from_utf8(get("/api/v1/reference").bytes).unwrap();
    assert!(page.contains("create_payment") && !page.contains("<script"));
    let began = Instant::now();
    while get("/log/checkpoint").status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was published");
        std::thread::sleep(Duration::from_millis(50));
    }
    let checkpoint = String::from_utf8(get("/log/checkpoint").bytes).unwrap();
    assert!(checkpoint.starts_with("test/bank\n"), "{checkpoint}");
    let size: u32 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert_eq!(get(&format!("/log/tile/0/000.p/{size}")).status, 200);
}
