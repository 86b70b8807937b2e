//! A bank behind its doors, on a free port and in a folder of its own, and a client for it.

use access::{Access, AccessNote, Notes, Policies, Settings};
use api::asking::{Answered, Asking, Question};
use api::bank::{ApiLimits, Bank, Parts};
use api::bench::{Bench, Compiled, Compiler, ReadModel, TextFault};
use api::gate::{Act, Caller, Gate, Note, Relations, Shown, TokenAnswer, Unknown};
use api::identity::{BankGate, now_s};
use api::listed::{Likeness, LikenessReason, Screens};
use api::messages::{Counterpart, Desk, Naming, Store};
use api::problem::{Kind, Problem};
use api::reasons::Reason;
use api::server::{ConnectionLimits, serve};
use api::subscribers::{HookSettings, Subscribers};
use api::traces::TraceSettings;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use engine::risk::{Feature, Line, Program, Step, Tables};
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use journal::entropy::OsEntropy;
use journal::vault::{Fields, Vault};
use journal::{Files, keys};
use node::{Handle, Node, NodeOptions, RunOptions, Running, SystemClock};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use terms::{
    Account, AccountFlags, AccountId, Command, Currency, Day, Institution, PartyId, PartyKind,
    Role, RoleKind, Ruling, Screening, ScreeningResult, Sealed, SealingCipher,
};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The callers: staff and chief may do all, `anna` is party 7 and owns account 1, `bert` is party 8 and owns account 2.
pub struct Words {
    pub notes: Mutex<Vec<Note>>,
    /// Who is not let in any more.
    pub gone: Mutex<String>,
}

impl Gate for Words {
    fn who(&self, shown: &Shown<'_>) -> Result<Arc<Caller>, Unknown> {
        let (id, party) = match shown.authorization {
            Some("Bearer staff") => ("client:staff", None),
            Some("Bearer anna") => ("client:anna", Some(PartyId(7))),
            Some("Bearer bert") => ("client:bert", Some(PartyId(8))),
            Some("Bearer chief") => ("client:chief", None),
            _ => {
                let detail = "no token".to_owned();
                return Err(Unknown {
                    error: "invalid_token",
                    detail,
                    challenge: "DPoP".to_owned(),
                });
            }
        };
        Ok(Arc::new(Caller { id: id.into(), party, known: Arc::new(()) }))
    }

    fn named(&self, who: &str) -> Option<Arc<Caller>> {
        if *self.gone.lock().unwrap() == who {
            return None;
        }
        let party = match who {
            "client:staff" => None,
            "client:anna" => Some(PartyId(7)),
            "client:bert" => Some(PartyId(8)),
            _ => return None,
        };
        Some(Arc::new(Caller { id: who.into(), party, known: Arc::new(()) }))
    }

    fn may(&self, who: &Caller, act: Act) -> Relations {
        if ["client:staff", "client:chief"].contains(&&*who.id) {
            return Relations::ALL;
        }
        let own = Relations::OWNER | Relations::DISPONENT;
        match act.0 {
            "payment.create" | "batch.create" | "pending.post" | "pending.void"
            | "payment.return" => own,
            "account.read" | "balance.read" | "statement.read" | "payment.read" | "event.read"
            | "party.read" | "journal.read" | "batch.read" | "proof.read" | "case.read"
            | "webhook.read" | "webhook.write" => own | Relations::VIEWER,
            _ => Relations::NONE,
        }
    }

    fn token(&self, _: &[(String, String)], _: &Shown<'_>) -> TokenAnswer {
        Err((400, serde_json::json!({ "error": "unsupported_grant_type" })))
    }

    fn note(&self, note: Note) {
        self.notes.lock().unwrap().push(note);
    }
}

/// Where people's browsers find the bank.
pub const ORIGIN: &str = "https://bank.example";

/// Nobody reads what is noted here.
struct Unnoted;

impl Notes for Unnoted {
    fn note(&self, _: AccessNote) {}
}

/// What a test has otherwise than the defaults.
#[derive(Clone, Default)]
pub struct Trying {
    pub hooks: HookSettings,
    pub traces: Option<TraceSettings>,
    pub limits: ApiLimits,
}

/// There are no tables here.
struct NoTables;

impl Asking for NoTables {
    fn ask(&self, _: Question) -> BoxFuture<'_, Result<Answered, Problem>> {
        async { Err(Problem::new(Kind::Unavailable, "there are no tables here")) }.boxed()
    }
}

/// A list with one name on it, which whoever is called so resembles. How alike names are is the screening crate's own matter.
struct OneListed;

/// The name.
pub const LISTED: &str = "Kolmo Vasslin";

impl Screens for OneListed {
    fn lists(&self) -> [u8; 32] {
        [7; 32]
    }

    fn names(&self) -> usize {
        1
    }

    fn look(&self, _: PartyKind, fields: &Fields) -> Vec<Likeness> {
        let hit = Likeness {
            list: "house".to_owned(),
            entry: "4".to_owned(),
            name: LISTED.to_owned(),
            score: 1_000,
            reasons: vec![LikenessReason {
                en: "the same name".to_owned(),
                zh: "姓名相同".to_owned(),
            }],
        };
        if fields["name"] == LISTED { vec![hit] } else { Vec::new() }
    }
}

/// Rules of one condition each, a line a rule: what a payment comes to at least, in main units, and what it demands. Whoever
/// reads them as a bank writes them knows the query engine, which these tests do not.
struct Plain;

impl Compiler for Plain {
    fn compile(&self, text: &str) -> Result<Compiled, Vec<TextFault>> {
        let fault = |line, says: &str| TextFault {
            file: "plain".to_owned(),
            line,
            column: 1,
            says: says.to_owned(),
        };
        let (mut steps, mut lines, mut constants) = (Vec::new(), Vec::new(), Vec::new());
        let (mut reasons, mut faults) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let Some((least, word)) = line.split_once(' ') else {
                faults.push(fault(number, "an amount and what is demanded"));
                continue;
            };
            let ruling = Ruling::ALL.into_iter().find(|ruling| ruling.word() == word);
            let (Ok(least), Some(ruling)) = (least.parse::<i128>(), ruling) else {
                faults.push(fault(number, "is no amount, or demands nothing that is known"));
                continue;
            };
            let (at, to) = (constants.len() as u16, 3 * constants.len() as u16);
            constants.push(least * 1_000);
            steps.push(Step::Constant(to, at));
            steps.push(Step::Load(to + 1, Feature::named("amount").unwrap()));
            steps.push(Step::LessOrEqual(to + 2, to, to + 1));
            lines.push(Line { condition: to + 2, ruling, points: 1 });
            let text = |says: &str| says.to_owned();
            reasons.push(Reason {
                rule: format!("from-{least}"),
                pack: text("plain"),
                ruling: text(word),
                points: 1,
                says: text("large"),
                says_zh: text("大额"),
                tells: text("large"),
                tells_zh: text("大额"),
                condition: format!("amount >= {least}"),
            });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let program = Program::new(constants, steps, lines, [None; 3]).unwrap();
        let (tables, lists, warnings) = (Tables::default(), Vec::new(), Vec::new());
        Ok(Compiled { program, tables, reasons, lists, warnings })
    }

    fn shipped(&self) -> String {
        "5 hold\n".to_owned()
    }

    /// A file is the bytes themselves.
    fn model(&self, file: &[u8]) -> Result<ReadModel, String> {
        if !file.starts_with(b"TJFOREST") {
            return Err("not one of ours".to_owned());
        }
        Ok(ReadModel { form: "plain".to_owned(), bytes: file.to_vec() })
    }

    fn vouched(&self, _: &[u8], golden: &[u8]) -> Result<u64, String> {
        let text = std::str::from_utf8(golden).map_err(|_| "no text")?;
        text.trim().parse().map_err(|_| format!("{text:?} is no number of rows"))
    }
}

/// A bank that is open.
pub struct House {
    pub folder: PathBuf,
    pub address: SocketAddr,
    pub gate: Arc<Words>,
    /// The lines of the log.
    pub log: Arc<Mutex<Vec<String>>>,
    trying: Trying,
    client: Client<HttpConnector, Body>,
    running: Option<Running<Files>>,
    stop: Option<oneshot::Sender<()>>,
    restarted: bool,
    served: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    pub runtime: Runtime,
    /// The line before the writer, for what comes over no door.
    line: Handle,
}

/// What came back.
#[derive(Debug)]
pub struct Came {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Came {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|why| panic!("{why}: {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    /// A problem in its right form, by its code.
    pub fn problem(&self) -> String {
        assert_eq!(
            self.headers["content-type"],
            "application/problem+json",
            "{:?}",
            String::from_utf8_lossy(&self.bytes)
        );
        let json = self.json();
        assert_eq!(json["status"], self.status);
        assert!(json["type"].as_str().unwrap().starts_with("/api/v1/problems#"));
        assert!(!json["detail"].as_str().unwrap().is_empty());
        json["code"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub fn account(id: u128) -> String {
    api::wire::AccountRef(AccountId(id)).to_string()
}

/// An order of 12.50 from account 1 to account 2.
pub fn order() -> Value {
    serde_json::json!({ "from": account(1), "to": account(2), "amount": "12.50", "currency": "CNY" })
}

impl House {
    /// A new bank: accounts 1 and 2 are deposits of parties 7 and 8, account 9 is the bank's own; account 1 has 100.00.
    pub fn new(name: &str) -> House {
        House::with_hooks(name, HookSettings::default())
    }

    /// The same with other bounds of webhooks.
    pub fn with_hooks(name: &str, hooks: HookSettings) -> House {
        House::trying(name, Trying { hooks, ..Trying::default() })
    }

    /// The same with what else is not as it is by default.
    pub fn trying(name: &str, trying: Trying) -> House {
        let folder =
            std::env::temp_dir().join(format!("tongjian-api-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let disk = Files::create(&folder).unwrap();
        let signer = keys::create(&disk, "test/bank", &mut OsEntropy).unwrap();
        let master = keys::master(&disk).unwrap();
        let vault =
            Vault::create(disk.clone(), master, SealingCipher::Aes256Gcm, Box::new(OsEntropy))
                .unwrap();
        let mut node = Node::create(disk, "test/bank", signer, NodeOptions::default()).unwrap();
        let now = api::bank::now();
        let answers = node.turn(now, &[first()]).unwrap().pop().unwrap();
        for answer in &answers {
            assert_eq!(answer.event.outcome(), Ok(()), "{:?}", answer.event);
        }
        House::over(folder, node, vault, trying, None)
    }

    /// The same with people behind the gate, and the identities themselves.
    pub fn with_people(name: &str) -> (House, Arc<Access>) {
        House::with_people_trying(name, Trying::default())
    }

    /// The same with what else is not as it is by default.
    pub fn with_people_trying(name: &str, trying: Trying) -> (House, Arc<Access>) {
        let mut house = House::new(name);
        let folder = house.end();
        house.restarted = true;
        drop(house);
        static SHIPPED: OnceLock<Policies> = OnceLock::new();
        let policies = SHIPPED.get_or_init(|| Policies::shipped().unwrap()).clone();
        let notes = Arc::new(Unnoted);
        let settings = Settings::at(ORIGIN, "Test bank");
        let access = Access::open(&folder.join("access"), settings, policies, notes, now_s());
        let access = Arc::new(access.unwrap());
        let gate: Arc<dyn Gate> = Arc::new(BankGate::new(
            Arc::clone(&access),
            Arc::new(Unnoted),
            vec![ORIGIN.to_owned()],
        ));
        (House::opened(folder, trying, Some(gate)), access)
    }

    fn over(
        folder: PathBuf,
        node: Node<Files>,
        vault: Vault<Files>,
        trying: Trying,
        other: Option<Arc<dyn Gate>>,
    ) -> House {
        let Trying { hooks, traces, limits } = trying.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (running, handle) = node.run(SystemClock, RunOptions::default());
        let log = Arc::new(Mutex::new(Vec::new()));
        let said = Arc::clone(&log);
        let gate = Arc::new(Words { notes: Mutex::default(), gone: Mutex::default() });
        let bank = Bank::new(Parts {
            handle: handle.clone(),
            reader: running.reader(),
            vault: Some(vault),
            gate: other.unwrap_or_else(|| Arc::<Words>::clone(&gate)),
            asking: Arc::new(NoTables),
            facts: api::facts::Facts::default(),
            hooks: Some(Arc::new(Subscribers::open(&folder.join("webhooks"), hooks).unwrap())),
            bench: Some(Arc::new(Bench::open(&folder.join("rules"), Arc::new(Plain)).unwrap())),
            screens: Some(Arc::new(OneListed)),
            traces,
            limits,
            log: Arc::new(move |line| said.lock().unwrap().push(line.to_owned())),
        });
        bank.open_desk(desk(&folder, (handle.clone(), &running), runtime.handle()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told) = oneshot::channel::<()>();
        let routes = api::doors::router(&bank);
        let limits = ConnectionLimits {
            head_patience: Duration::from_millis(800),
            ..ConnectionLimits::default()
        };
        let serving = serve(Arc::clone(&bank), listener, None, limits, routes, async move {
            let _ = told.await;
        });
        let served = runtime.spawn(serving);
        let client = Client::builder(TokioExecutor::new()).build_http();
        drop(bank);
        House {
            folder,
            address,
            gate,
            log,
            trying,
            client,
            running: Some(running),
            stop: Some(stop),
            restarted: false,
            served: Some(served),
            runtime,
            line: handle,
        }
    }

    /// Ends as on a signal, and begins again over the same folder.
    pub fn restart(mut self) -> House {
        let (folder, trying) = (self.end(), self.trying.clone());
        self.restarted = true;
        // With its connections and threads, so that nothing holds the journal any more.
        drop(self);
        House::opened(folder, trying, None)
    }

    fn opened(folder: PathBuf, trying: Trying, gate: Option<Arc<dyn Gate>>) -> House {
        let disk = Files::open(&folder).unwrap();
        let signer = keys::signer(&disk).unwrap();
        let master = keys::master(&disk).unwrap();
        let vault =
            Vault::open(disk.clone(), master, SealingCipher::Aes256Gcm, Box::new(OsEntropy))
                .unwrap();
        let (node, _) = Node::open(disk, signer, NodeOptions::default()).unwrap();
        House::over(folder, node, vault, trying, gate)
    }

    /// Ends; gives the folder.
    pub fn end(&mut self) -> PathBuf {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            self.runtime.block_on(served).unwrap().unwrap();
        }
        if let Some(running) = self.running.take() {
            drop(running.stop().unwrap());
        }
        self.folder.clone()
    }

    pub fn send(&self, request: Request<Body>) -> Came {
        self.runtime.block_on(self.sent(request))
    }

    pub fn sent(&self, request: Request<Body>) -> impl Future<Output = Came> + Send + 'static {
        let client = self.client.clone();
        async move {
            let response = client.request(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            Came { status: parts.status.as_u16(), headers: parts.headers, bytes }
        }
    }

    pub fn request(&self, method: &str, path: &str, who: &str) -> axum::http::request::Builder {
        let builder =
            Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if who.is_empty() {
            builder
        } else {
            builder.header("authorization", format!("Bearer {who}"))
        }
    }

    pub fn get(&self, path: &str, who: &str) -> Came {
        self.send(self.request("GET", &format!("/api/v1{path}"), who).body(Body::empty()).unwrap())
    }

    pub fn post(&self, path: &str, who: &str, key: &str, body: &Value) -> Came {
        self.send(self.posting(path, who, key, body))
    }

    pub fn posting(&self, path: &str, who: &str, key: &str, body: &Value) -> Request<Body> {
        let mut builder = self
            .request("POST", &format!("/api/v1{path}"), who)
            .header("content-type", "application/json");
        if !key.is_empty() {
            builder = builder.header("idempotency-key", key);
        }
        builder.body(Body::from(body.to_string())).unwrap()
    }

    /// Asks for what orders bring today, as `tj serve` does.
    pub fn pay_due(&self) {
        let patience = Duration::from_secs(10);
        let (tell, told) = std::sync::mpsc::channel();
        let due = |engine: &engine::Engine| {
            engine.orders_due().map(|due| due.transfer).collect::<Vec<_>>()
        };
        let until = std::time::Instant::now() + patience;
        self.line.ask_then(until, due, move |due| tell.send(due).unwrap()).unwrap();
        for transfer in told.recv_timeout(patience).unwrap() {
            self.line.submit(vec![Command::Transfer(transfer)], patience).unwrap();
        }
    }

    /// How many records the journal has.
    pub fn records(&self) -> u64 {
        let patience = Duration::from_secs(10);
        let (tell, told) = std::sync::mpsc::channel();
        let until = std::time::Instant::now() + patience;
        let look = |engine: &engine::Engine| engine.records();
        self.line.ask_then(until, look, move |seen| tell.send(seen).unwrap()).unwrap();
        told.recv_timeout(patience).unwrap()
    }

    /// Says that a party resembles somebody listed.
    pub fn screened(&self, party: u128) {
        let found = Screening {
            party: PartyId(party),
            lists: [7; 32],
            result: ScreeningResult::Possible,
            entry: "house 4".to_owned(),
            score: 1_000,
            by: String::new(),
        };
        let request = vec![Command::RecordScreening(found)];
        let answers = self.line.submit(request, Duration::from_secs(10)).unwrap();
        assert_eq!(answers[0].event.outcome(), Ok(()));
    }

    /// What account 1 or 2 has, booked.
    pub fn booked(&self, id: u128) -> String {
        let came = self.get(&format!("/accounts/{}/balance", account(id)), "staff");
        assert_eq!(came.status, 200);
        came.json()["booked"]["amount"].as_str().unwrap().to_owned()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.end();
        if !self.restarted {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Where messages are handed in: this bank is TJANCNBJ and settles yuan with WOHNDEFF over account 9.
fn desk(
    folder: &Path,
    (line, running): (Handle, &Running<Files>),
    threads: &tokio::runtime::Handle,
) -> Desk {
    let settlement = [(Currency::CNY, AccountId(9))].into();
    let counterpart = Counterpart { bic: "WOHNDEFFXXX".into(), settlement };
    Desk {
        line,
        reader: running.reader(),
        naming: Naming { bic: "TJANCNBJ".into(), iban: None, counterparts: vec![counterpart] },
        store: Store::open(&folder.join("iso")).unwrap(),
        threads: threads.clone(),
    }
}

fn first() -> Vec<Command> {
    let sealed = Sealed {
        commitment: [1; 32],
        cipher: SealingCipher::Aes256Gcm,
        nonce: [2; 12],
        ciphertext: vec![3; 48],
    };
    let deposit = |id, flags| {
        Command::CreateAccount(Account {
            id: AccountId(id),
            ledger: Currency::CNY,
            code: 2,
            flags,
            ..Account::default()
        })
    };
    let role = |party, account| {
        Command::GrantRole(Role {
            party: PartyId(party),
            account: AccountId(account),
            kind: RoleKind::Owner,
            until: Day::BOOKING,
        })
    };
    let party = |id| {
        Command::RegisterParty(terms::Party {
            id: PartyId(id),
            kind: terms::PartyKind::Person,
            identity: sealed.clone(),
        })
    };
    let limited = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
    vec![
        Command::OpenInstitution(Institution {
            name: "Test bank".into(),
            currency: Currency::CNY,
            utc_offset_min: 480,
            first_day: api::bank::now().day_at(480),
        }),
        party(7),
        party(8),
        deposit(1, limited),
        deposit(2, limited),
        deposit(9, AccountFlags::default()),
        role(7, 1),
        role(8, 2),
        Command::Transfer(terms::Transfer {
            id: terms::TransferId(1),
            debit_account: AccountId(9),
            credit_account: AccountId(1),
            amount: terms::Amount(10_000),
            ledger: Currency::CNY,
            code: 1,
            ..terms::Transfer::default()
        }),
    ]
}
