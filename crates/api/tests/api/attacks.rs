//! What strangers send. Every answer is a problem in its right form or a closed connection, and the others are served.

use crate::house::{House, Trying, account, order};
use api::bank::ApiLimits;
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

/// Asks as a proxy does, for a client that came from there.
fn forwarded(house: &House, addresses: &str) -> u16 {
    let request = house.request("GET", "/api/v1/journal", "staff");
    let request = request.header("x-forwarded-for", addresses);
    house.send(request.body(Body::empty()).unwrap()).status
}

fn is_turned_away(house: &House, addresses: &str) -> bool {
    (0..40).any(|_| forwarded(house, addresses) == 429)
}

fn one_a_second(proxies: &[&str]) -> Trying {
    let proxies: Vec<String> = proxies.iter().map(|text| (*text).to_owned()).collect();
    let limits = ApiLimits {
        address_per_s: std::num::NonZeroU32::MIN,
        proxies: proxies.try_into().unwrap(),
        ..ApiLimits::default()
    };
    Trying { limits, ..Trying::default() }
}

#[test]
fn behind_a_trusted_proxy_each_client_has_a_rate_of_its_own_whatever_it_writes() {
    let house = House::trying("proxied", one_a_second(&["127.0.0.0/8"]));
    assert!(is_turned_away(&house, "203.0.113.1"));
    assert_eq!(forwarded(&house, "203.0.113.2"), 200, "another client is not turned away");
    assert!(is_turned_away(&house, "198.51.100.7, 203.0.113.2"), "it cannot pass as a third");
    assert_eq!(forwarded(&house, "198.51.100.7"), 200);
    let house = House::trying("unproxied", one_a_second(&[]));
    let turned_away = (1..40).any(|n| forwarded(&house, &format!("203.0.113.{n}")) == 429);
    assert!(turned_away, "without a trusted proxy the header is not read");
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

/// A request and one hidden behind it: whatever two servers could read differently gets one answer at most, and that
/// answer is no yes.
#[test]
fn what_two_servers_could_read_differently_is_refused_and_the_connection_closed() {
    let house = House::new("ambiguous");
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let body = format!("0\r\n\r\n{hidden}");
    let length = body.len();
    let post = "POST /api/v1/payments HTTP/1.1\r\n";
    for (name, head) in [
        (
            "a length, then chunks",
            format!("{post}Host: x\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        ),
        (
            "chunks, then a length",
            format!("{post}Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
        ),
        ("a space before the colon", format!("{post}Host: x\r\nTransfer-Encoding : chunked\r\n")),
        ("a tab before the colon", format!("{post}Host: x\r\nContent-Length\t: 5\r\n")),
        ("a folded line", format!("{post}Host: x\r\nTransfer-Encoding:\r\n chunked\r\n")),
        (
            "chunked twice",
            format!(
                "{post}Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"
            ),
        ),
        ("another word", format!("{post}Host: x\r\nTransfer-Encoding: \u{b}chunked\r\n")),
        ("a sign in the length", format!("{post}Host: x\r\nContent-Length: +5\r\n")),
        ("two lengths in one", format!("{post}Host: x\r\nContent-Length: 5, 6\r\n")),
        (
            "chunks in 1.0",
            "POST /api/v1/payments HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                .to_owned(),
        ),
        ("no host", format!("{post}Content-Length: 0\r\n")),
        ("two hosts", format!("{post}Host: x\r\nHost: y\r\n")),
        ("another host in the address", "GET http://y/healthz HTTP/1.1\r\nHost: x\r\n".to_owned()),
        (
            "two tokens",
            format!(
                "{post}Host: x\r\nAuthorization: Bearer staff\r\nAuthorization: Bearer anna\r\n"
            ),
        ),
        ("a bare return", format!("{post}Host: x\rX: y\r\n")),
        ("a zero byte", format!("{post}Host: x\0\r\n")),
    ] {
        let came = raw(&house, format!("{head}\r\n{body}").as_bytes());
        assert!(answers(&came) <= 1, "{name}: {came}");
        assert!(!came.contains("HTTP/1.1 2"), "{name}: {came}");
    }
    assert_eq!(house.get(&format!("/accounts/{}", account(1)), "anna").status, 200);
}

#[test]
fn numbers_and_names_that_programs_read_differently_are_refused() {
    let house = House::new("numbers");
    let send = |path: &str, body: String| {
        let request = house
            .request("POST", path, "staff")
            .header("content-type", "application/json")
            .header("idempotency-key", "number-01");
        house.send(request.body(Body::from(body)).unwrap())
    };
    let pay = |rest: &str| {
        let (from, to) = (account(1), account(2));
        send(
            "/api/v1/payments",
            format!("{{\"from\":\"{from}\",\"to\":\"{to}\",\"currency\":\"CNY\",{rest}}}"),
        )
    };
    let million = "9".repeat(200_000);
    for rest in [
        r#""amount":"1","amount":"2""#.to_owned(),
        r#""amount":"1","device":1e400"#.to_owned(),
        r#""amount":"1","device":-1"#.to_owned(),
        r#""amount":"1","device":1.5"#.to_owned(),
        r#""amount":1e400"#.to_owned(),
        r#""amount":"1e400""#.to_owned(),
        r#""amount":"NaN""#.to_owned(),
        r#""amount":"１""#.to_owned(),
        format!(r#""amount":"{million}""#),
        format!(r#""amount":"1","device":{million}"#),
        r#""amount":"1","text":"\ud800""#.to_owned(),
        r#""amount":"1","__proto__":{}"#.to_owned(),
    ] {
        let came = pay(&rest);
        assert!(
            came.status == 422 || came.status == 400,
            "{}: {}",
            &rest[..40.min(rest.len())],
            came.status
        );
        assert!(!came.problem().is_empty());
    }
    let doubled =
        send("/api/v1/parties", r#"{"kind":"person","fields":{"name":"A","name":"B"}}"#.to_owned());
    assert_eq!((doubled.status, doubled.problem().as_str()), (422, "invalid"));
    assert_eq!(house.booked(1), "100.00");
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

#[test]
fn every_answer_carries_what_browsers_need() {
    let house = House::new("browsers");
    for (path, who) in [
        ("/healthz", ""),
        ("/api/v1/openapi.json", ""),
        ("/api/v1/reference", ""),
        ("/api/v1/journal", "anna"),
        ("/api/v1/journal", ""),
        ("/nowhere", ""),
        ("/log/key", ""),
    ] {
        let came = house.send(house.request("GET", path, who).body(Body::empty()).unwrap());
        let has = |name: &str, words: &str| {
            let value = came.header(name).unwrap_or_default();
            assert!(value.contains(words), "{path}: {name}: {value}");
        };
        has("strict-transport-security", "max-age=31536000; includeSubDomains");
        has("x-content-type-options", "nosniff");
        has("referrer-policy", "no-referrer");
        has("content-security-policy", "default-src 'none'");
        has("content-security-policy", "base-uri 'none'");
        has("content-security-policy", "frame-ancestors 'none'");
        let kept = if path == "/log/key" { "no-cache" } else { "no-store" };
        has("cache-control", kept);
        assert_eq!(came.header("access-control-allow-origin"), None, "{path}");
        assert!(came.header("content-type").is_some(), "{path}");
    }
}

#[test]
fn strangers_cannot_fill_the_log() {
    let house = House::new("flood");
    for _ in 0..400 {
        assert_eq!(house.get("/journal", "nobody").status, 401);
    }
    let lines = house.log.lock().unwrap().len();
    // Fifty at once and fifty a second; all of them took less than some seconds.
    assert!((50..=350).contains(&lines), "{lines} lines of 400 denials");
    let request = house.request("GET", "/metrics", "").body(Body::empty()).unwrap();
    let text = String::from_utf8(house.send(request).bytes).unwrap();
    let counted = "tj_http_answers_total{operation=\"show_journal\",status=\"401\"} 400";
    assert!(text.contains(counted), "{text}");
    // Whoever is known is told of one by one.
    let before = house.log.lock().unwrap().len();
    assert_eq!(house.get(&format!("/accounts/{}", account(77)), "anna").status, 404);
    assert_eq!(house.log.lock().unwrap().len(), before + 1);
}
