// What operations, administrators and developers come for: messages, exceptions, holds, the end of the day, health, keys. By
// keyboard alone, and again without script.

import { ask, attempt, be, check, id, wanted, windowOf } from "./bank.mjs";
import { as } from "./desks.mjs";
import { sees } from "./tasks.mjs";

// A customer's file: from an account, to others, how much each.
export function file(message, from, payments, day) {
  const orders = payments.map(([to, amount], n) => `<CdtTrfTxInf><PmtId><EndToEndId>${message}-${n}</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">${amount}</InstdAmt></Amt><Cdtr><Nm>Payee ${n}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>${to}</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.10">\n<CstmrCdtTrfInitn>\n<GrpHdr><MsgId>${message}</MsgId><CreDtTm>2026-11-28T09:30:00Z</CreDtTm><NbOfTxs>${payments.length}</NbOfTxs><InitgPty><Nm>Sample</Nm></InitgPty></GrpHdr>\n<PmtInf><PmtInfId>A</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>${day}</Dt></ReqdExctnDt><Dbtr><Nm>Payer</Nm></Dbtr><DbtrAcct><Id><Othr><Id>${from}</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><Nm>Bank</Nm></FinInstnId></DbtrAgt>\n${orders.join("\n")}\n</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n`;
}

// Two accounts of customers, the first with money; and the business day.
async function facts(browser, origin) {
  const [[from], [to]] = await ask(browser, origin, "SELECT b.account FROM balances b JOIN accounts a ON a.account = b.account WHERE a.code = 20111 AND b.currency = 'CNY' AND b.balance > 500 AND NOT a.closed ORDER BY b.balance DESC LIMIT 2");
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "operations");
  const day = await (await page.request.get(origin + "/api/v1/day")).json();
  await context.close();
  return { from, to, day: day.business_day };
}

async function hand(browser, origin, xml) {
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "operations");
  const answer = await page.request.post(origin + "/api/v1/messages", { data: xml, headers: { origin, "content-type": "application/xml" } });
  const text = await answer.text();
  await context.close();
  check("a message is taken", answer.status() === 200, `${answer.status()} ${text.slice(0, 300)}`);
}

// Something of each kind to look at, before all pages are.
export async function crowd(browser, origin) {
  const { from, to, day } = await facts(browser, origin);
  await hand(browser, origin, file("SAMPLE-1", from, [[to, "12.50"], [to, "3.20"]], day));
  await hand(browser, origin, file("SAMPLE-2", from, [[to, "8.00"], ["77", "1.00"], [to, "99999999.00"]], day));
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "operations");
  const hold = await page.request.post(`${origin}/api/v1/accounts/${id("acc", to)}/holds`, { data: { amount: { amount: "5.00", currency: "CNY" }, ordered_by: "tax", reference: "2026-117" }, headers: { origin, "idempotency-key": `hold-${Date.now()}` } });
  check("money is blocked", hold.status() === 201, `${hold.status()}`);
  for (const timeout_s of [900, 86400]) {
    const data = { from: id("acc", from), to: id("acc", to), amount: "2.50", currency: "CNY", mode: "reserve", timeout_s };
    const answer = await page.request.post(origin + "/api/v1/payments", { data, headers: { origin, "idempotency-key": `reserve-${timeout_s}-${Date.now()}` } });
    check("money is reserved", answer.status() === 201, `${answer.status()} ${(await answer.text()).slice(0, 200)}`);
  }
  await context.close();
}

const all = {
  async "a message is pasted, and what became of each payment is in view"({ browser, origin, look, from, to, day }) {
    const name = `PASTED-${look.keys ? "K" : "S"}-${Date.now() % 1e7}`;
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/messages");
      await sees(page, "messages are listed", await page.locator(".inbox tbody tr").count() >= 2);
      await page.locator("#message").fill(file(name, from, [[to, "1.50"], ["77", "2.00"]], day));
      await hand.press("form[enctype] button");
      await sees(page, "the message has its page", (await page.locator("h1").innerText()) === name);
      await sees(page, "each payment is told, the refused one with its reason", await page.locator(".inbox tbody tr").count() === 2 && (await page.locator(".inbox .tag.bad").count()) === 1 && (await page.locator(".inbox").innerText()).includes("AC03"));
      const href = await page.locator("a[href^='/messages/answer']").getAttribute("href");
      const answer = await (await page.request.get(origin + href)).text();
      check("the answer is a pain.002", answer.includes("pain.002") && answer.includes(name), answer.slice(0, 80));
      await hand.press(".inbox tbody a[href^='/payments/']");
      await sees(page, "the payment that was done is shown", page.url().includes("/payments/pay_"));
    });
  },
  async "a file is chosen, and one that is wrong is shown at its line"({ browser, origin, look, from, to, day }) {
    const name = `FILE-${look.keys ? "K" : "S"}-${Date.now() % 1e7}`;
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/messages");
      const wrong = file(name, from, [[to, "1.50"]], day).replace("<GrpHdr>", "<Nonsense/><GrpHdr>");
      await page.locator("#file").setInputFiles({ name: "pay.xml", mimeType: "text/xml", buffer: Buffer.from(wrong) });
      await hand.press("form[enctype] button");
      await sees(page, "the line at fault is shown", (await page.locator(".lines .this").innerText()).includes("Nonsense") && await page.locator(".faults a[href='#message']").count() === 1);
      await sees(page, "nothing typed is lost", (await page.locator("#message").inputValue()).includes(name));
      await page.locator("#message").fill("");
      await hand.press("form[enctype] button");
      await sees(page, "an empty one is said", await page.locator(".faults a[href='#message']").count() === 1);
      await page.locator("#file").setInputFiles({ name: "pay.xml", mimeType: "text/xml", buffer: Buffer.from(file(name, ...(look.keys ? [from, [[to, "1.50"]]] : [to, [[from, "1.50"]]]), day)) });
      await hand.press("form[enctype] button");
      await sees(page, "a right file is done", (await page.locator("h1").innerText()) === name && await page.locator(".inbox .tag.ok").count() === 1);
    });
  },
  async "what needs operations is on one page, and a reservation is given back"({ browser, origin, look }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      // Two reservations that expire before long: one is given back, the other stays. A till is warned of nothing.
      const [[till]] = await ask(browser, origin, "SELECT credit_account FROM transfers WHERE code = 402 LIMIT 1");
      const [[customer]] = await ask(browser, origin, "SELECT account FROM accounts WHERE code = 20111 ORDER BY account_key LIMIT 1");
      const [from, to] = [id("acc", till), id("acc", customer)];
      for (const n of [1, 2]) {
        const data = { from, to, amount: `${n}.00`, currency: "CNY", mode: "reserve", timeout_s: 3000 + n };
        const made = await page.request.post(origin + "/api/v1/payments", { data, headers: { origin, "idempotency-key": `reserve-${look.keys}-${n}` } });
        check("a reservation is made", made.status() === 201, `${made.status()} ${await made.text()}`);
      }
      await page.goto(origin + "/exceptions");
      await sees(page, "messages that were refused are there", await page.locator("section:has(#of-messages) .q li").count() >= 1);
      const action = await page.locator("form[action$='/void']").first().getAttribute("action");
      await hand.press(`form[action='${action}'] button`);
      await sees(page, "it is given back", page.url().includes("/payments/pay_") && await page.locator("main .tag, main .note").count() > 0);
      await page.goto(origin + "/exceptions");
      await sees(page, "it waits no more", await page.locator(`form[action='${action}']`).count() === 0);
      // What else needs attention is as it came.
      await page.goto(origin + action.replace("/void", ""));
    });
  },
  async "a message that something was wrong with is seen to, and waits no more"({ browser, origin, look }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/exceptions");
      const first = page.locator("section:has(#of-messages) .q li").first();
      const name = await first.locator("b").innerText();
      const key = await first.locator("input[name=key]").getAttribute("value");
      await first.locator("summary").click();
      await hand.press(`form:has(input[value="${key}"]) button`);
      await sees(page, "a note is wanted", await page.locator(`.faults a[href="#${key}"]`).count() === 1);
      await hand.type(`input[name="${key}"]`, "Called the sender; a corrected file comes tomorrow.");
      await hand.press(`form:has(input[value="${key}"]) button`);
      await sees(page, "it waits for nobody", await page.locator(`input[value="${key}"]`).count() === 0);
      await page.goto(origin + "/messages?show=refused");
      await sees(page, "the list says who saw to it", (await page.locator(".inbox tr", { hasText: name }).first().innerText()).includes("operations"));
    });
  },
  async "money is blocked by order, and let go"({ browser, origin, look, to }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/holds");
      const before = await page.locator(".inbox tbody tr").count();
      await hand.type("#account", to.slice(0, 3) + "x");
      await hand.press("form[action='/holds'] button");
      await sees(page, "a wrong number is said", await page.locator(".faults a[href='#account']").count() === 1);
      await hand.type("#account", to);
      await hand.type("#amount", "1.00");
      await page.locator("#by").selectOption("court");
      await hand.type("#reference", `2026-${Date.now() % 1e6}`);
      await hand.press("form[action='/holds'] button");
      await sees(page, "it is in the list", await page.locator(".inbox tbody tr").count() === before + 1);
      const action = await page.locator("form[action$='/release']").first().getAttribute("action");
      await hand.press(`form[action='${action}'] button`);
      await sees(page, "it is asked once more", await page.locator("input[name=sure]").count() === 1);
      await hand.press(`form[action='${action}'] button`);
      await sees(page, "one is lifted", await page.locator(".inbox tbody tr").count() === before && await page.locator(`form[action='${action}']`).count() === 0);
    });
  },
  async "the day is closed after one more question"({ browser, origin, look }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/day");
      await sees(page, "what is open is in view", await page.locator(".figs > div").count() === 5 && await page.locator("#checks").count() === 1);
      const day = await page.locator("form[action='/day'] input[name=day]").inputValue();
      await hand.press("form[action='/day'] button");
      await sees(page, "it is asked once more", await page.locator("form[action='/day'] input[name=sure]").count() === 1);
      await hand.press("form[action='/day']:has(input[name=sure]) button");
      await sees(page, "the next day has begun", page.url().includes(`closed=${day}`) && await page.locator(".note.done").count() === 1 && await page.locator("form[action='/day'] input[name=day]").inputValue() > day);
    });
  },
  async "how the bank is changes by itself, and can be paused"({ browser, origin, look }) {
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/health");
      await sees(page, "the figures", await page.locator(".figs > div").count() === 5);
      if (!look.keys) return sees(page, "without script there is a way to look again", await page.locator(".live a[href='/health']").isVisible() && !await page.locator("[data-pause]").isVisible());
      await page.waitForFunction(() => document.querySelector("[data-live=said]").textContent.length > 0, null, { timeout: 8000 });
      await sees(page, "it is announced politely", await page.locator("[data-live=said][role=status]").count() === 1);
      await hand.press("[data-pause]");
      await sees(page, "it is paused", await page.locator("[data-pause][aria-pressed=true]").count() === 1);
    });
  },
  async "an administrator sees the keys and the policies themselves"({ browser, origin, look }) {
    await as(browser, origin, "administrator", look, async (page, hand) => {
      await page.goto(origin + "/keys");
      const key = await (await page.request.get(origin + "/log/key")).text();
      await sees(page, "the journal's public key is the log's", (await page.locator("main").innerText()).includes(key.trim()));
      await sees(page, "how a copy is made", (await page.locator("main").innerText()).includes("tj backup"));
      await page.goto(origin + "/roles/teller");
      await sees(page, "the policies as they are written", (await page.locator("section:has(#cedar) .scroll").first().innerText()).includes('Role::"teller"'));
    });
  },
  async "a developer reads and keeps an example of a message"({ browser, origin, look }) {
    await as(browser, origin, "developer", look, async (page, hand) => {
      await page.goto(origin + "/developers");
      await hand.press("a[href='/samples/pain.001']");
      await sees(page, "it is a message", (await page.locator(".sql").innerText()).includes("CstmrCdtTrfInitn"));
      const xml = await (await page.request.get(origin + "/samples/pacs.008/message.xml")).text();
      check("it is kept as a file", xml.includes("FIToFICstmrCdtTrf"), xml.slice(0, 60));
    });
  },
  async "a developer gets a program of their own, whose key is shown once"({ browser, origin, look }) {
    await as(browser, origin, "developer", look, async (page, hand) => {
      await page.goto(origin + "/developers");
      await hand.press("form[action='/developers/sandbox'] button");
      // One who has a program already is asked before its key counts no more.
      if (await page.locator("input[name=sure]").count()) await hand.press("form:has(input[name=sure]) button");
      const key = JSON.parse(await page.locator(".note pre").innerText());
      await sees(page, "a private key, and accounts", key.kty === "OKP" && key.d.length === 43 && (await page.locator(".facts").innerText()).includes("acc_"));
      await page.goto(origin + "/programs");
      await sees(page, "the program is listed, its key is not", (await page.locator("main").innerText()).includes("sandbox-developer") && !(await page.content()).includes(key.d));
    });
  },
};

export async function operations(browser, origin) {
  let done = 0;
  for (const keys of [true, false]) {
    for (const [name, task] of Object.entries(all)) {
      if (!wanted(name)) continue;
      await attempt(name, keys, async () => task({ browser, origin, look: { keys, journey: name }, ...await facts(browser, origin) }));
      done += 1;
    }
  }
  console.log(`${done} tasks of operations done`);
}
