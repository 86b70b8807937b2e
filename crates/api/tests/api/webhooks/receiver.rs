//! A receiver of webhooks on a real socket, which answers as it is told and checks signatures without our code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver as Taker, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a message is answered.
pub enum Answer {
    Status(u16),
    /// To somewhere else.
    Redirect(String),
    /// Never.
    Hang,
    /// By closing the connection.
    Close,
    /// With more than anybody wants to read.
    Large,
}

/// A message that came.
#[derive(Debug)]
pub struct Got {
    pub path: String,
    pub id: String,
    timestamp: String,
    signature: String,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn must_be_signed(&self, secret: &str) {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let now = api::bank::now().0 / 1_000_000_000;
        assert!(self.timestamp.parse::<u64>().unwrap().abs_diff(now) < 60);
        let right = self.signature.split(' ').any(|one| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(format!("{}.{}.", self.id, self.timestamp).as_bytes());
            mac.update(&self.body);
            let tag = STANDARD.decode(one.strip_prefix("v1,").unwrap()).unwrap();
            mac.verify_slice(&tag).is_ok()
        });
        assert!(right, "{} does not sign {}", self.signature, self.id);
    }
}

/// Listens until the test ends.
pub struct Receiver {
    address: SocketAddr,
    came: Mutex<Taker<Got>>,
}

type Script = Arc<dyn Fn(usize) -> Answer + Send + Sync>;

impl Receiver {
    /// Answers the nth message, from 0, as `script` says.
    pub fn new(script: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, came) = channel();
        let (script, count): (Script, _) = (Arc::new(script), Arc::new(AtomicUsize::new(0)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, count, tell) = (Arc::clone(&script), Arc::clone(&count), tell.clone());
                // One that broke off has been told all the same.
                std::thread::spawn(move || drop(talk(stream.unwrap(), &script, &count, &tell)));
            }
        });
        Receiver { address, came: Mutex::new(came) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next message; fails the test if none comes.
    pub fn next(&self) -> Got {
        self.came.lock().unwrap().recv_timeout(Duration::from_secs(20)).expect("no message came")
    }

    /// Whether nothing more comes for a while that is long for the waits of these tests.
    pub fn is_quiet(&self) -> bool {
        self.came.lock().unwrap().recv_timeout(Duration::from_millis(200)).is_err()
    }
}

fn talk(
    stream: TcpStream,
    script: &Script,
    count: &AtomicUsize,
    tell: &Sender<Got>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        assert!(line.starts_with("POST "), "{line}");
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let mut got = Got {
            path,
            id: String::new(),
            timestamp: String::new(),
            signature: String::new(),
            body: Vec::new(),
        };
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => value.clone_into(&mut got.id),
                "webhook-timestamp" => value.clone_into(&mut got.timestamp),
                "webhook-signature" => value.clone_into(&mut got.signature),
                "content-length" => length = value.parse().unwrap(),
                "content-type" => assert_eq!(value, "application/json"),
                _ => {}
            }
        }
        got.body.resize(length, 0);
        reader.read_exact(&mut got.body)?;
        let answer = script(count.fetch_add(1, Ordering::SeqCst));
        // Nobody may listen any more.
        let _ = tell.send(got);
        match answer {
            Answer::Status(status) => {
                write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n")?;
            }
            Answer::Redirect(to) => {
                write!(stream, "HTTP/1.1 307 X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")?;
            }
            Answer::Hang => {
                reader.read_to_end(&mut Vec::new())?;
                return Ok(());
            }
            Answer::Close => return Ok(()),
            Answer::Large => {
                write!(stream, "HTTP/1.1 200 X\r\ncontent-length: 10000000\r\n\r\n")?;
                stream.write_all(&vec![b'x'; 10_000_000])?;
            }
        }
    }
}
