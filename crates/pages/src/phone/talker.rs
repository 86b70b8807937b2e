//! The dialogues that go on: each under its gateway's name for it, with the session of who is on the phone, whose cookie never
//! leaves this process. A step that comes again is answered as before. All of it is bounded: so many dialogues at once, one of each
//! phone, each over after three minutes in which nothing was typed.

use super::asking::Asking;
use super::dialogue::{Asks, Dialogue, Told};
use super::facts::{Became, Known};
use super::messages::{CARD_LOW, Message};
use super::screen::plain;
use crate::ask::Asker;
use crate::house::House;
use crate::words::{Lang, Words};
use access::{Access, Came, SignedIn, Why};
use api::identity::now_s;
use api::problem::{Kind, Problem};
use api::talks::{Carried, DialogueScreen, DialogueStep, Talks};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Dialogues at once.
const OPEN_MAX: usize = 10_000;
/// A dialogue is over when nothing was typed for so long; networks end it sooner.
const IDLE: Duration = Duration::from_secs(180);
/// How often it is looked for those that are over.
const SWEEP_EVERY: Duration = Duration::from_secs(10);
/// How long a receipt waits for the next call if the line broke off.
const UNSEEN_FOR: Duration = Duration::from_secs(1_800);

/// A gateway, and its name for a dialogue.
type Name = (String, String);

/// Keeps the dialogues.
pub struct Talker {
    house: Weak<House>,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    open: HashMap<Name, Kept>,
    /// The dialogue of each phone.
    of_phone: HashMap<String, Name>,
    /// Receipts that may not have been seen, by who would have.
    unseen: HashMap<Arc<str>, (Instant, String)>,
    swept: Option<Instant>,
}

/// A dialogue, and when it was last heard of.
struct Kept {
    open: Arc<tokio::sync::Mutex<Open>>,
    phone: String,
    seen: Instant,
}

/// A dialogue that goes on.
struct Open {
    dialogue: Dialogue,
    sim: Option<String>,
    gateway: String,
    signed_in: Option<SignedIn>,
    ask: Option<Asker>,
    /// The step that comes next, and the one before with what was typed and answered.
    next: u32,
    last: Option<(String, DialogueScreen)>,
}

impl Talker {
    /// Of a house.
    pub fn of(house: &Arc<House>) -> Arc<Talker> {
        Arc::new(Talker { house: Arc::downgrade(house), all: Mutex::default() })
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way of a step.
    async fn hear(&self, carried: Carried) -> Result<DialogueScreen, Problem> {
        let closed = || Problem::new(Kind::Unavailable, "nobody talks to phones here");
        let house = self.house.upgrade().ok_or_else(closed)?;
        let access = house.access().cloned().ok_or_else(closed)?;
        house.learn().await;
        let over = self.swept();
        if !over.is_empty() {
            let access = Arc::clone(&access);
            // Whoever is on the phone now does not wait for those who are not.
            tokio::spawn(async move {
                for cookie in over {
                    sign_out(&access, cookie).await;
                }
            });
        }
        let Carried { gateway, step } = carried;
        let phone = step.phone.replace([' ', '-'], "");
        let name = (gateway, step.dialogue.clone());
        let Some(kept) = self.find(&name, &phone, &step)? else {
            if step.step > 0 {
                let words = Words(spoken(&access, &phone).unwrap_or_default());
                return Ok(last_screen(words, "phone-again", step.step));
            }
            return self.begin(&house, &access, name, phone, &step).await;
        };
        let mut open = kept.lock().await;
        if let Some(screen) = again(&open, &step)? {
            return Ok(screen);
        }
        let screen = self.go_on(&house, &access, &mut open, &phone, &step.typed).await;
        if !screen.goes_on {
            let ended = self.forget(&name);
            drop(ended);
            if let Some(signed_in) = open.signed_in.take() {
                sign_out(&access, signed_in.cookie).await;
            }
        }
        Ok(screen)
    }

    /// The dialogue of this name, if it goes on.
    fn find(
        &self,
        name: &Name,
        phone: &str,
        step: &DialogueStep,
    ) -> Result<Option<Arc<tokio::sync::Mutex<Open>>>, Problem> {
        let mut all = self.all();
        let Some(kept) = all.open.get_mut(name) else { return Ok(None) };
        if kept.phone != phone {
            return Err(Problem::new(Kind::Conflict, "this dialogue is another phone's"));
        }
        if step.step > 0 {
            kept.seen = Instant::now();
        }
        Ok(Some(Arc::clone(&kept.open)))
    }

    /// A new dialogue. The one that the phone had ends: its line broke off.
    async fn begin(
        &self,
        house: &House,
        access: &Arc<Access>,
        name: Name,
        phone: String,
        step: &DialogueStep,
    ) -> Result<DialogueScreen, Problem> {
        let Some(lang) = spoken(access, &phone) else {
            let put = [("number", crate::words::text(house.telephone.as_str()))];
            let says = Words(Lang::En).with("phone-unknown", &put);
            let text = plain(Lang::En, &says);
            return Ok(DialogueScreen { text, goes_on: false, step: 1, messages: Vec::new() });
        };
        let words = Words(lang);
        let site = access.origin().split("://").nth(1).unwrap_or_default();
        let known = Known {
            bank: house.called(lang).to_owned(),
            telephone: house.telephone.clone(),
            site: format!("{site}/check"),
            sim_changed: false,
        };
        let seed = format!("{:032x}", api::wire::new_id()?);
        let dialogue = Dialogue::begin(words, known, seed);
        let screen = shown(&dialogue, 1, Vec::new());
        let open = Open {
            dialogue,
            sim: step.sim.clone(),
            gateway: name.0.clone(),
            signed_in: None,
            ask: None,
            next: 1,
            last: Some((step.typed.clone(), screen.clone())),
        };
        let before = {
            let mut all = self.all();
            if all.open.len() >= OPEN_MAX {
                let says = "too many phones talk at once; try again";
                return Err(Problem::new(Kind::Unavailable, says).retry_after_s(5));
            }
            let before = all.of_phone.insert(phone.clone(), name.clone());
            let before = before.and_then(|before| all.open.remove(&before));
            let open = Arc::new(tokio::sync::Mutex::new(open));
            all.open.insert(name, Kept { open, phone, seen: Instant::now() });
            before
        };
        if let Some(before) = before
            && let Some(signed_in) = before.open.lock().await.signed_in.take()
        {
            sign_out(access, signed_in.cookie).await;
        }
        Ok(screen)
    }

    /// What was typed, what must be asked, and the next screen.
    async fn go_on(
        &self,
        house: &House,
        access: &Arc<Access>,
        open: &mut Open,
        phone: &str,
        typed: &str,
    ) -> DialogueScreen {
        if let Some(signed_in) = &open.signed_in {
            // Whoever goes on has seen what was there before.
            self.all().unseen.remove(&signed_in.principal.id);
        }
        let mut messages = Vec::new();
        let mut asks = open.dialogue.typed(typed);
        while let Some(ask) = asks {
            let words = open.dialogue.words;
            let told = match (ask, &open.ask) {
                (Asks::SignIn(pin), _) => self.sign_in(house, access, open, phone, pin).await,
                (ask, Some(asker)) => {
                    let signed = match &ask {
                        Asks::Pay(_, Some(answer)) => Some(answer.number),
                        _ => None,
                    };
                    let told = Asking { house, ask: asker, words }.answer(ask).await;
                    if let (Some(number), Told::Became(_, Became::Paid(_) | Became::Held)) =
                        (signed, &told)
                    {
                        messages.extend(code_used(asker, words, number).await);
                    }
                    told
                }
                (_, None) => Told::NotIn(words.say("phone-again").into_owned(), false),
            };
            asks = open.dialogue.told(told);
        }
        if let (Some(receipt), Some(signed_in)) = (open.dialogue.receipt(), &open.signed_in) {
            let mut all = self.all();
            if all.unseen.len() < OPEN_MAX {
                let unseen = (Instant::now(), receipt.to_owned());
                all.unseen.insert(signed_in.principal.id.clone(), unseen);
            }
        }
        open.next += 1;
        let screen = shown(&open.dialogue, open.next, messages);
        open.last = Some((typed.to_owned(), screen.clone()));
        screen
    }

    async fn sign_in(
        &self,
        house: &House,
        access: &Arc<Access>,
        open: &mut Open,
        phone: &str,
        pin: String,
    ) -> Told {
        let words = open.dialogue.words;
        let (door, number) = (Arc::clone(access), phone.to_owned());
        let (sim, gateway) = (open.sim.clone(), open.gateway.clone());
        let done = tokio::task::spawn_blocking(move || {
            let came = Came { address: &gateway, agent: "phone", device: None, cookie: None };
            door.phone_sign_in(&number, &pin, sim.as_deref(), &came, now_s())
        });
        let signed_in = match done.await {
            Ok(Ok(signed_in)) => signed_in,
            Ok(Err(denied)) => return not_in(house, words, denied.why),
            Err(_) => return not_in(house, words, Why::Busy),
        };
        let asker = Asker::of_session(house.api(), access, &signed_in);
        let phone = asker.get("/me/phone").await.map(|answer| answer.body).unwrap_or_default();
        let unseen = self.all().unseen.get(&signed_in.principal.id).cloned();
        let unseen = unseen.filter(|(since, _)| since.elapsed() < UNSEEN_FOR);
        (open.signed_in, open.ask) = (Some(signed_in), Some(asker));
        let sim_changed = phone["sim_changed"] == true;
        Told::In { sim_changed, unseen: unseen.map(|(_, receipt)| receipt) }
    }

    fn forget(&self, name: &Name) -> Option<Kept> {
        let mut all = self.all();
        let kept = all.open.remove(name)?;
        if all.of_phone.get(&kept.phone) == Some(name) {
            all.of_phone.remove(&kept.phone);
        }
        Some(kept)
    }

    /// Forgets what is over; the cookies of sessions that end with it.
    fn swept(&self) -> Vec<String> {
        let mut all = self.all();
        let now = Instant::now();
        if all.swept.is_some_and(|swept| now.duration_since(swept) < SWEEP_EVERY) {
            return Vec::new();
        }
        all.swept = Some(now);
        all.unseen.retain(|_, (since, _)| since.elapsed() < UNSEEN_FOR);
        let mut cookies = Vec::new();
        all.open.retain(|_, kept| {
            if kept.seen.elapsed() < IDLE {
                return true;
            }
            // One that is at work just now is not idle.
            let Ok(mut open) = kept.open.try_lock() else { return true };
            cookies.extend(open.signed_in.take().map(|signed_in| signed_in.cookie));
            false
        });
        let All { open, of_phone, .. } = &mut *all;
        of_phone.retain(|_, name| open.contains_key(name));
        cookies
    }
}

impl Talks for Talker {
    fn heard(&self, carried: Carried) -> BoxFuture<'_, Result<DialogueScreen, Problem>> {
        self.hear(carried).boxed()
    }

    fn message(&self, event: &Value, own: &[String], lang: &str) -> Option<String> {
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let words = Words(Lang::from_word(lang).unwrap_or_default());
        Message::of_event(event, &own).map(|message| message.text(words))
    }
}

/// The screen of a step that was heard before; nothing if it is the next one.
fn again(open: &Open, step: &DialogueStep) -> Result<Option<DialogueScreen>, Problem> {
    if step.step == open.next {
        return Ok(None);
    }
    let last = open.last.as_ref().filter(|_| step.step + 1 == open.next);
    match last {
        Some((typed, screen)) if *typed == step.typed => Ok(Some(screen.clone())),
        Some(_) => {
            let says = "this step was sent before, with something else typed";
            Err(Problem::new(Kind::Conflict, says).code("step_reused"))
        }
        None => {
            let says = format!("the dialogue waits for step {}", open.next);
            Err(Problem::new(Kind::Conflict, says).code("other_step"))
        }
    }
}

fn shown(dialogue: &Dialogue, step: u32, messages: Vec<String>) -> DialogueScreen {
    let text = dialogue.shows().to_owned();
    DialogueScreen { text, goes_on: dialogue.goes_on(), step, messages }
}

fn last_screen(words: Words, word: &str, step: u32) -> DialogueScreen {
    let text = plain(words.0, &words.say(word));
    DialogueScreen { text, goes_on: false, step, messages: Vec::new() }
}

/// The language of a phone that somebody signs in with.
fn spoken(access: &Access, phone: &str) -> Option<Lang> {
    access.phone_speaks(phone).map(|lang| Lang::from_word(&lang).unwrap_or_default())
}

fn not_in(house: &House, words: Words, why: Why) -> Told {
    let (word, again) = match why {
        Why::Wrong => ("phone-pin-wrong", true),
        Why::Locked => ("phone-pin-locked", false),
        Why::TooMany => ("phone-wait", false),
        Why::Disabled => ("phone-shut", false),
        _ => ("phone-busy", true),
    };
    let number = crate::words::text(house.telephone.as_str());
    Told::NotIn(words.with(word, &[("number", number)]), again)
}

/// What is told of a code that was used.
async fn code_used(ask: &Asker, words: Words, number: u8) -> Vec<String> {
    let left = ask.get("/me/card").await.ok().and_then(|card| card.body["left"].as_u64());
    let left = left.and_then(|left| u8::try_from(left).ok()).unwrap_or_default();
    let low = (left <= CARD_LOW).then_some(Message::CardLow { left });
    let told = [Some(Message::CodeUsed { number, left }), low];
    told.into_iter().flatten().map(|message| message.text(words)).collect()
}

async fn sign_out(access: &Arc<Access>, cookie: String) {
    let access = Arc::clone(access);
    // A session that cannot be ended just now ends by itself when it was idle.
    let _ = tokio::task::spawn_blocking(move || access.sign_out(&cookie, now_s())).await;
}
