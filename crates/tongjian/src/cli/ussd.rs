//! `tj ussd`: a phone with keys, in the terminal. It is a gateway of its own: a program with the scope `text` and a key made for this
//! run, let in over the console and shut out again at the end. What it may, every gateway may.

use super::Context;
use super::console::Act;
use super::identities::act;
use super::serve::sample_phone;
use crate::fail::{Done, Exit, Failure};
use access::Scope;
use api::identity::now_s;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use unicode_width::UnicodeWidthChar;

/// What the gateway is called.
const NAME: &str = "ussd-simulator";
/// How long the bank may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// Cells of a line of the screen.
const CELLS: usize = 30;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DIALOGUE: &str = "/api/v1/text/dialogue";

/// Talk to a served bank as a phone with keys does.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Type what you would press, and Enter to send it; an empty line or the end of input hangs up."
)]
pub struct Ussd {
    /// The number of the phone; that of a sample bank's own phone unless given.
    #[arg(long)]
    number: Option<String>,
    /// What would be known of its SIM; another text is another SIM.
    #[arg(long)]
    sim: Option<String>,
    /// Where the bank is served, in clear.
    #[arg(long, default_value = "http://localhost:8443", value_name = "URL")]
    api: String,
}

impl Ussd {
    /// Does it, until somebody hangs up.
    ///
    /// # Errors
    /// The bank is not served there; there is no number.
    pub fn run(self, context: &Context) -> Done {
        let phone = sample_phone(&context.dir).map(|phone| phone.number);
        let number = self.number.clone().or(phone).ok_or_else(|| {
            Failure::usage("which phone?", "give its number with --number, as +8613800138007")
        })?;
        let mut line = Line::open(&self.api)?;
        line.let_in(context)?;
        let talked = self.talk(context, &mut line, &number);
        act(context, Act::ClientDisable(NAME.to_owned()))?;
        talked
    }

    fn talk(&self, context: &Context, line: &mut Line, number: &str) -> Done {
        line.sign_in()?;
        let dialogue = random_text()?;
        let (mut step, mut typed) = (0, String::new());
        let mut screens = Vec::new();
        let mut keys = io::stdin().lock().lines();
        loop {
            let said = json!({
                "dialogue": dialogue, "phone": number, "step": step, "typed": typed, "sim": self.sim,
            });
            let screen = line.send(&said)?;
            let text = screen["text"].as_str().unwrap_or_default();
            context.out.line(drawn(text));
            for message in screen["messages"].as_array().into_iter().flatten() {
                context.out.line(format_args!("SMS: {}", message.as_str().unwrap_or_default()));
            }
            screens.push(screen.clone());
            step = screen["step"].as_u64().unwrap_or(0);
            if screen["goes_on"] != true {
                break;
            }
            if io::stdin().is_terminal() {
                eprint!("> ");
                let _ = io::stderr().flush();
            }
            // Whoever closes the input hangs up.
            match keys.next() {
                Some(Ok(keys)) if !keys.trim().is_empty() => keys.trim().clone_into(&mut typed),
                _ => break,
            }
        }
        context.out.json(&json!({ "number": number, "screens": screens }));
        Ok(())
    }
}

/// A line to the bank, and the key that this end is known by.
struct Line {
    base: String,
    host: String,
    key: SigningKey,
    token: String,
}

impl Line {
    fn open(api: &str) -> Done<Line> {
        let base = api.trim_end_matches('/').to_owned();
        let host =
            base.strip_prefix("http://").filter(|host| !host.contains('/')).ok_or_else(|| {
                let what = format!("{api} is no address of a bank that is served in clear");
                Failure::usage(what, "name it as http://localhost:8443, on the bank's own machine")
            })?;
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        connect(&host)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| {
            Failure::new(Exit::Failed, format!("no randomness: {error}"), "see to the system")
        })?;
        Ok(Line { base, host, key: SigningKey::from_bytes(&seed), token: String::new() })
    }

    fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.verifying_key().to_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x })
    }

    /// The console lets this key in, under the name it always has.
    fn let_in(&self, context: &Context) -> Done {
        let keys = Some(json!({ "keys": [self.jwk()] }).to_string());
        let known = act(context, Act::Clients)?;
        let is_known = known["clients"]
            .as_array()
            .is_some_and(|all| all.iter().any(|client| client["client_id"] == NAME));
        if is_known {
            let certificates = Vec::new();
            act(context, Act::ClientKeys { name: NAME.to_owned(), keys, certificates })?;
            act(context, Act::ClientEnable(NAME.to_owned()))?;
        } else {
            let (scopes, certificates) = (vec![Scope::Text], Vec::new());
            let name = NAME.to_owned();
            act(context, Act::ClientAdd { name, scopes, keys, certificates, party: None })?;
        }
        Ok(())
    }

    fn signed(&self, head: &Value, claims: &Value) -> String {
        let parts = [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = parts.join(".");
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The proof of one request (RFC 9449).
    fn proof(&self, path: &str) -> Done<String> {
        let head = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk() });
        let mut claims = json!({
            "jti": random_text()?, "htm": "POST", "htu": format!("{}{path}", self.base), "iat": now_s(),
        });
        if !self.token.is_empty() {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(self.token.as_bytes())));
        }
        Ok(self.signed(&head, &claims))
    }

    /// A token for the assertion of this key (RFC 7523).
    fn sign_in(&mut self) -> Done {
        let now = now_s();
        let claims = json!({
            "iss": NAME, "sub": NAME, "aud": self.base, "jti": random_text()?, "iat": now, "exp": now + 60,
        });
        let assertion = self.signed(&json!({ "alg": "EdDSA", "typ": "JWT" }), &claims);
        let kind = ASSERTION_TYPE.replace(':', "%3A");
        let form = format!(
            "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}"
        );
        let heads = [
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("dpop", self.proof("/oauth/token")?),
        ];
        let answer = self.post("/oauth/token", &heads, &form)?;
        let token = answer["access_token"].as_str();
        token.ok_or_else(|| unclear(&answer))?.clone_into(&mut self.token);
        Ok(())
    }

    fn send(&self, said: &Value) -> Done<Value> {
        let heads = [
            ("content-type", "application/json".to_owned()),
            ("authorization", format!("DPoP {}", self.token)),
            ("dpop", self.proof(DIALOGUE)?),
        ];
        let answer = self.post(DIALOGUE, &heads, &said.to_string())?;
        if answer["text"].is_string() { Ok(answer) } else { Err(unclear(&answer)) }
    }

    fn post(&self, path: &str, heads: &[(&str, String)], body: &str) -> Done<Value> {
        let asked = || -> io::Result<Vec<u8>> {
            let mut line = TcpStream::connect(&self.host)?;
            line.set_read_timeout(Some(PATIENCE))?;
            line.set_write_timeout(Some(PATIENCE))?;
            let heads: String =
                heads.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n{heads}\r\n{body}",
                self.host,
                body.len()
            );
            line.write_all(request.as_bytes())?;
            let mut answer = Vec::new();
            line.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
            Ok(answer)
        };
        let answer = asked().map_err(|error| not_there(&self.host, &error))?;
        let at = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
        serde_json::from_slice(&answer[at..]).map_err(|error| {
            let what = format!("{} does not answer as a bank does", self.base);
            Failure::because(Exit::Unavailable, what, &error, "see --api")
        })
    }
}

fn connect(host: &str) -> Done {
    TcpStream::connect(host).map(drop).map_err(|error| not_there(host, &error))
}

fn not_there(host: &str, error: &io::Error) -> Failure {
    let next = "serve the bank with `tj serve`, or name where it is with --api";
    Failure::because(Exit::Unavailable, format!("no bank answers at {host}"), error, next)
}

/// The bank's own words for why not.
fn unclear(answer: &Value) -> Failure {
    let says = ["detail", "error_description"].iter().find_map(|name| answer[*name].as_str());
    let what = says.map_or_else(|| answer.to_string(), ToOwned::to_owned);
    Failure::new(Exit::Refused, what, "is --api the address by which the bank calls itself?")
}

fn random_text() -> Done<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(Exit::Failed, format!("no randomness: {error}"), "see to the system")
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A screen in a frame, broken where a line is full.
fn drawn(text: &str) -> String {
    let rule = format!("+{}+", "-".repeat(CELLS + 2));
    let mut drawn = rule.clone();
    for line in text.split('\n') {
        let (mut row, mut cells) = (String::new(), 0);
        let mut rows = Vec::new();
        for letter in line.chars() {
            let wide = letter.width().unwrap_or(0);
            if cells + wide > CELLS {
                rows.push((std::mem::take(&mut row), std::mem::take(&mut cells)));
            }
            row.push(letter);
            cells += wide;
        }
        rows.push((row, cells));
        for (row, cells) in rows {
            drawn += &format!("\n| {row}{} |", " ".repeat(CELLS - cells));
        }
    }
    format!("{drawn}\n{rule}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_drawn_within_its_frame_in_both_languages() {
        let shown = drawn("1 Balance\n余额余额余额余额余额余额余额余额余额余额");
        let wide = |line: &str| line.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 5, "{shown}");
        assert!(lines.iter().all(|line| wide(line) == CELLS + 4), "{shown}");
    }
}
