// What the bank's own people come for, done as they do it: by keyboard alone, and again without script.

import { ask, attempt, be, check, fits, id, wanted, windowOf } from "./bank.mjs";
import { tree } from "./measure.mjs";
import { hands, phone, sees } from "./tasks.mjs";

// Payments that risk control holds: one device pays for one account after another.
export async function hold(browser, origin, wanted) {
  const accounts = (await ask(browser, origin, "SELECT account FROM accounts WHERE code = 20111 ORDER BY account_key LIMIT 60")).map(([number]) => id("acc", number));
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "teller");
  const device = Math.floor(Math.random() * 1e9) + 1, held = [];
  for (let n = 0; n + 1 < accounts.length && held.length < wanted; n += 1) {
    const data = { from: accounts[n], to: accounts[accounts.length - 1 - (n % 7)], amount: `${120 + n}.50`, currency: "CNY", device };
    const answer = await page.request.post(origin + "/api/v1/payments", { data, headers: { origin, "idempotency-key": `desk-${device}-${n}` } });
    const told = await answer.json();
    if (told.status === "held") held.push(told.case);
  }
  await context.close();
  check(`${wanted} payments are held`, held.length === wanted, `${held.length}`);
  return held;
}

// A person's part of a journey; what a screen reader is told at its end is kept.
export async function as(browser, origin, who, look, work) {
  const { context, page } = await windowOf(browser, origin, { script: look.keys, wide: look.keys ? 1280 : 320 });
  page.setDefaultTimeout(10000);
  await be(page, origin, who);
  try {
    await work(page, hands(page, look.keys));
    look.person = (look.person ?? 0) + 1;
    if (look.keys) await tree(page, `${look.journey}, person ${look.person}`);
  } finally { await context.close() }
}

const all = {
  async "an analyst takes a case, writes a note, marks it and gives it to a chief"({ browser, origin, look, cases }) {
    const [, one] = cases;
    await as(browser, origin, "analyst", look, async (page, hand) => {
      await page.goto(origin + "/cases");
      await sees(page, "the inbox says how many wait", await page.locator(".inbox tbody tr").count() >= 3);
      await sees(page, "and how much time there is", await page.locator(".inbox .tag").count() >= 3);
      await page.goto(`${origin}/cases/${one}`);
      await sees(page, "reasons, the payment, the money around it and what was done are in view", await page.locator("#stopped-why, #payment, #around, #steps").count() === 4);
      await page.goto(`${origin}/cases/${one}?who=1`);
      await sees(page, "who they are, where it is asked for", await page.locator("#payment ~ dl b, section:has(#payment) dd b").count() >= 1);
      await page.goto(`${origin}/cases/${one}`);
      await sees(page, "an analyst does not decide", await page.locator("form[action$='/decision']").count() === 0);
      await hand.press("form:has(input[value=claim]) button");
      await sees(page, "it is taken", await page.locator("div.head").innerText().then(text => text.includes("analyst")));
      await hand.type("#text", "Called back; the payer knows the payee.");
      await hand.press("form:has(#text) button");
      await sees(page, "the note stands there", await page.locator(".done-so-far .said").count() === 1);
      await hand.press("form:has(#mark) button");
      await sees(page, "it is marked", await page.locator("div.head .tag").count() >= 2);
      await hand.press("form:has(#text) button");
      await sees(page, "an empty note is refused", await page.locator(".faults a[href='#text']").count() === 1);
      await page.locator("#whom").selectOption("user:chief");
      await hand.press("form:has(#whom) button");
      await sees(page, "the chief has it", await page.locator("div.head").innerText().then(text => text.includes("chief")));
    });
  },
  async "four eyes: one proposes, another releases, and nobody is both"({ browser, origin, look, cases }) {
    const [, one] = cases;
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(`${origin}/cases/${one}`);
      await hand.press(".decide button[value=release]");
      await sees(page, "no decision without a ground", await page.locator(".faults a[href='#why']").count() === 1);
      await hand.type("#why", "The payer was called back.");
      await hand.press(".decide button[value=release]");
      await sees(page, "it is proposed", await page.locator(".decide .note.know").count() === 1);
      await sees(page, "the same person cannot say yes twice", await page.locator(".decide button[value=release]").count() === 0);
      const twice = await page.request.post(`${origin}/cases/${one}/decision`, { form: { form_token: await page.locator("input[name=form_token]").first().inputValue(), decision: "release", why: "again" }, headers: { origin } });
      check("whoever tries is told why", twice.status() >= 400 && (await twice.text()).includes("faults"), `${twice.status()}`);
    });
    await as(browser, origin, "chief2", look, async (page, hand) => {
      await page.goto(`${origin}/cases/${one}`);
      await sees(page, "the second may also say no", await page.locator(".decide button[value=refuse]").count() === 1);
      await hand.type("#why", "I called as well.");
      await hand.press(".decide button[value=release]");
      await sees(page, "it is released", await page.locator("div.head .tag.ok").count() === 1);
      await page.goto(`${origin}/payments/${one.replace("case_", "pay_")}`);
      await sees(page, "the money is with the payee", await page.locator(".note.done").count() === 1);
    });
  },
  async "several cases are refused at once, after one more question"({ browser, origin, look, cases }) {
    let somebody = "";
    await as(browser, origin, "teller", look, async page => {
      const data = { kind: "person", fields: { name: "Qiu Wujiu", name_en: "Qiu Wujiu", birth_date: "1971-11-03" } };
      const made = await page.request.post(origin + "/api/v1/parties", { data, headers: { origin, "idempotency-key": `listed-${look.keys}` } });
      const told = await made.json();
      check("whoever resembles somebody listed has a case", Boolean(told.screening), JSON.stringify(told));
      somebody = told.id;
    });
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(origin + "/cases");
      const { items } = await (await page.request.get(origin + "/api/v1/cases?limit=200")).json();
      somebody = items.find(one => one.party === somebody)?.id;
      // Whether a customer is the one on a list is decided of each alone: no box, and no refusal of a number that was sent all the same.
      await sees(page, "no box for a case about a customer", await page.locator(`input[name="pick-${somebody}"]`).count() === 0);
      const form = { form_token: await page.locator("input[name=form_token]").first().inputValue(), do: "refuse", sure: "1", why: "one of many", [`pick-${somebody}`]: "1" };
      const told = await (await page.request.post(origin + "/cases", { form, headers: { origin } })).text();
      check("and no decision among others", told.includes("decide it on its own page"), told.slice(0, 300));
      const alone = await page.request.post(`${origin}/api/v1/cases/${somebody}/decision`, { data: { decision: "release", why: "another year of birth" }, headers: { origin } });
      check("it is decided by itself", (await alone.json()).status === "released", `${alone.status()}`);
      for (const one of cases.slice(2)) {
        if (look.keys) { await page.locator(`input[name="pick-${one}"]`).focus(); await page.keyboard.press("Space") }
        else await page.locator(`input[name="pick-${one}"]`).check();
      }
      await hand.press("button[value=refuse]");
      await sees(page, "it is asked once more", await page.locator("input[name=sure]").count() === 1);
      if (look.keys) await fits(page, "whether several are refused");
      await hand.press("form:has(input[name=sure]) button");
      await sees(page, "none is refused without a ground, and none is forgotten", await page.locator(".faults a[href='#why']").count() === 1 && await page.locator("input[name^=pick-]").count() === cases.length - 2);
      await page.locator("#why").fill("x".repeat(300));
      await hand.press("form:has(input[name=sure]) button");
      await sees(page, "a ground that is too long is said, and is still there", await page.locator(".faults a[href='#why']").count() === 1 && (await page.locator("#why").inputValue()).length === 300);
      await hand.type("#why", "One device for all of them.");
      await hand.press("form:has(input[name=sure]) button");
      await sees(page, "each case has its result", await page.locator("tbody .tag.ok").count() === cases.length - 2);
    });
  },
  async "a record is found with its receipt"({ browser, origin, look }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/overview");
      await sees(page, "the bank in figures", await page.locator(".figs > div").count() === 5);
      await page.goto(origin + "/journal");
      await hand.press(".jr tbody a");
      await sees(page, "the record has its entry", await page.locator("dl.facts").count() === 1);
      const href = await page.locator("a[href$='/receipt']").getAttribute("href");
      const receipt = await (await page.request.get(origin + href)).text();
      check("the receipt is one", receipt.startsWith("c2sp.org/tlog-proof@v1"), receipt.slice(0, 40));
      await hand.press("main a[href^='/check?record=']");
      await sees(page, "it can be checked", (await page.locator("#receipt").inputValue()).length > 100);
    });
  },
  async "a payment is found by its number, and a wrong number is said"({ browser, origin, look, cases }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/payments");
      await hand.type("#find", "pay_nothing");
      await hand.press("main form button");
      await sees(page, "it is not there", await page.locator(".faults a[href='#find']").count() === 1);
      await hand.type("#find", cases[0].replace("case_", "pay_"));
      await hand.press("main form button");
      await sees(page, "it is there", page.url().includes("/payments/pay_"));
    });
  },
  async "the query behind a figure, and its numbers as a file"({ browser, origin, look }) {
    await as(browser, origin, "supervisor", look, async (page, hand) => {
      await page.goto(origin + "/overview");
      await hand.press("a[href='/queries/hours']");
      await sees(page, "the question is shown", (await page.locator(".sql").innerText()).includes("SELECT"));
      const rows = await page.locator("tbody tr").count();
      const csv = await (await page.request.get(origin + "/queries/hours/answer.csv")).text();
      check("the file has the same rows", csv.trim().split("\r\n").length - 1 === rows, `${csv.trim().split("\r\n").length - 1} and ${rows}`);
    });
  },
  async "somebody is let in, gets a role of money from two persons, and is shut out"({ browser, origin, look }) {
    const name = `new-${look.keys ? "k" : "s"}-${Date.now() % 1e6}`;
    await as(browser, origin, "administrator", look, async (page, hand) => {
      await page.goto(origin + "/people");
      await hand.type("#name", name);
      await page.locator("#role").selectOption("developer");
      await hand.press("main form:has(#name) button");
      await sees(page, "the link is shown once", (await page.locator(".secret").innerText()).includes("/link?token="));
      await page.goto(`${origin}/people/${name}`);
      await page.locator("#role").selectOption("teller");
      await hand.press("form:has(#role) button");
      await sees(page, "it waits for a second person", await page.locator(".note").count() === 1);
      await page.goto(origin + "/approvals");
      const mine = page.locator(".q li", { hasText: name });
      await sees(page, "who asked cannot agree", await mine.locator("form[action$='/approve']").count() === 0);
    });
    await as(browser, origin, "administrator2", look, async (page, hand) => {
      await page.goto(origin + "/approvals");
      const action = await page.locator(".q li", { hasText: name }).locator("form[action$='/approve']").getAttribute("action");
      await hand.press(`form[action='${action}'] button`);
      await page.goto(`${origin}/people/${name}`);
      await sees(page, "the role counts", await page.locator("form[action$='/roles/teller/take']").count() === 1);
      await hand.press("form[action$='/disable'] button");
      await sees(page, "it is asked once more", await page.locator("input[name=sure]").count() === 1);
      await hand.press("form:has(input[name=sure]) button");
      await sees(page, "shut out", await page.locator("div.head .tag.bad").count() === 1);
    });
  },
  async "a teller sees who it is, opens an account and takes cash"({ browser, origin, look, party, till }) {
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(origin + "/counter");
      await hand.type("#find", party);
      await hand.press("main form button");
      await sees(page, "identity is in view", await page.locator("#identity").count() === 1);
      const before = await page.locator(".hist li").count();
      await hand.press("form[action$='/accounts'] button");
      await sees(page, "an account more", await page.locator(".hist li").count() === before + 1);
      await page.locator("#till").selectOption(till);
      await hand.type("#amount", "60000");
      await hand.press("form[action$='/cash'] button");
      await sees(page, "what is beyond a teller's rights is said at its field", await page.locator(".faults a[href='#amount']").count() === 1);
      await hand.type("#amount", "200");
      await hand.press("form[action$='/cash'] button");
      await sees(page, "it is booked, and the customer is still there, with the slip", /\/counter\/pty_/.test(page.url()) && await page.locator(".note.done a[href^='/payments/pay_']").count() === 1);
      const form = { form_token: await page.locator("input[name=form_token]").first().inputValue(), key: "z".repeat(32), way: "in", account: await page.locator("#account option").first().getAttribute("value"), amount: "1", till: party.replace(/^pty_/, "") };
      const forged = await page.request.post(page.url().split("?")[0] + "/cash", { form: { ...form, till: "6299000000000000572" }, headers: { origin }, maxRedirects: 0 });
      check("money of no other account than a till is cash", forged.status() === 422 && (await forged.text()).includes("#till"), `${forged.status()}`);
      await page.goto(origin + "/counter/drawer");
      await sees(page, "the till is known, and what it should hold", await page.locator("#till").inputValue() === till && await page.locator("section:has(#drawer) tfoot .num").count() === 1);
      const should = (await page.locator("section:has(#drawer) tfoot .num").innerText()).replace(/[^0-9.]/g, "");
      await hand.type("#counted", should);
      await hand.press("main form button");
      await sees(page, "counted, it agrees", await page.locator(".note.done").count() === 1);
      await hand.type("#counted", "1");
      await hand.press("main form button");
      await sees(page, "one that does not is said", await page.locator(".note.stop").count() === 1);
      await page.goto(origin + "/counter/drawer?till=12");
      await sees(page, "a till that is none is named", await page.locator(".faults a[href='#till']").count() === 1);
    });
  },
  async "a wrong cash entry is given back by operations, and both stay"({ browser, origin, look, party, till }) {
    let slip = "";
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(`${origin}/counter/${party}`);
      await page.locator("#till").selectOption(till);
      await hand.type("#amount", "70");
      await hand.press("form[action$='/cash'] button");
      slip = await page.locator(".note.done a[href^='/payments/pay_']").getAttribute("href");
      await page.goto(origin + slip);
      await sees(page, "the teller is told who gives it back, and cannot", (await page.locator("main").innerText()).includes("Call operations") && await page.locator("form[action$='/return']").count() === 0);
    });
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + slip);
      await hand.press("form[action$='/return'] button");
      if (look.keys) await fits(page, "whether cash is given back");
      await sees(page, "it is asked once more, with how much", await page.locator("input[name=sure]").count() === 1 && (await page.locator("h1").innerText()).includes("70.00"));
      await hand.press("form:has(input[name=sure]) button");
      await sees(page, "it is given back, and once", page.url().endsWith(slip) && await page.locator(".note.know").count() === 1 && await page.locator("form[action$='/return']").count() === 0);
    });
  },
  async "much cash is given back with a signature"({ browser, origin, look }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      // What gives back is of the same kind and amount: each time another range is looked in.
      const range = look.keys ? "amount > 10000 AND amount < 37000" : "amount >= 37000 AND amount < 45000";
      const [[much]] = await ask(browser, origin, `SELECT transfer FROM transfers WHERE code = 401 AND ${range} ORDER BY amount, transfer LIMIT 1`);
      const slip = `/payments/${id("pay", much)}`;
      await page.goto(origin + slip);
      await hand.press("form[action$='/return'] button");
      await hand.press("form:has(input[name=sure]) button");
      await sees(page, "it must be signed, with how much", await page.locator("#code").count() === 1 && /\d/.test(await page.locator("h1").innerText()));
      if (look.keys) await fits(page, "much cash is signed");
      await hand.type("#code", "000000");
      await hand.press("form:has(#code) button");
      await sees(page, "a wrong code gives nothing back", await page.locator("#code").count() === 1);
      await hand.type("#code", await phone(page, origin));
      await hand.press("form:has(#code) button");
      await sees(page, "with the right one it is given back", page.url().endsWith(slip) && await page.locator(".note.know").count() === 1);
    });
  },
  async "a developer finds the reference, and a wrong address is said"({ browser, origin, look }) {
    await as(browser, origin, "developer", look, async (page, hand) => {
      await page.goto(origin + "/developers");
      await hand.type("#url", "ftp://nowhere");
      await hand.press("main form button");
      await sees(page, "the fault is linked to its field", await page.locator(".faults a[href='#url']").count() === 1);
    });
  },
};

// Nobody reaches a desk that is not theirs.
async function others(browser, origin, cases) {
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "pensioner");
  for (const path of [`/cases/${cases[0]}`, "/overview", "/people", "/approvals", "/sessions", "/programs", "/journal", "/rules", "/developers", "/queries/hours", "/queries/hours/answer.csv", "/messages", "/exceptions", "/day", "/holds", "/health", "/health/live", "/keys"]) {
    const answer = await page.goto(origin + path);
    check(`a customer has no ${path}`, answer.status() === 403 || answer.status() === 404, `${answer.status()}`);
  }
  await context.close();
}

export async function desks(browser, origin) {
  const [[party], [till]] = [await ask(browser, origin, "SELECT party FROM account_roles r JOIN accounts a ON a.account = r.account WHERE a.code = 20111 AND r.role = 'owner' LIMIT 1"),
    await ask(browser, origin, "SELECT credit_account FROM transfers WHERE code = 402 LIMIT 1")].map(rows => rows[0]);
  let done = 0;
  for (const keys of [true, false]) {
    const cases = await hold(browser, origin, 5);
    for (const [name, task] of Object.entries(all)) {
      if (!wanted(name)) continue;
      await attempt(name, keys, () => task({ browser, origin, look: { keys, journey: name }, cases, party: id("pty", party), till }));
      done += 1;
    }
    await others(browser, origin, cases);
  }
  console.log(`${done} tasks of the bank's people done`);
}
