// What people come for, done as they do it: by keyboard alone, and again without script.

import { ask, be, check, id, wanted, windowOf } from "./bank.mjs";
import { tree } from "./measure.mjs";

// Goes on with Tab until something holds; what cannot be reached by keyboard is never reached.
async function tabTo(page, selector, most = 120) {
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(s => document.activeElement?.matches(s) ?? false, selector)) return true;
  }
  check(`${page.url()}: ${selector} is reached by keyboard`, false);
  return false;
}

// Every fault that is listed above a form leads to its field.
async function faultsLead(page) {
  const nowhere = await page.locator(".faults a").evaluateAll(links => links.filter(link => !document.getElementById(link.hash.slice(1))).map(link => link.hash)).catch(() => []);
  if (nowhere.length) check(`${page.url()}: each fault leads to its field`, false, nowhere.join(" "));
}

// A person's hands: with keys alone where there is script, by fields and buttons without.
export function hands(page, keys) {
  return {
    async press(selector) {
      if (!keys) { await page.locator(selector).first().click(); await page.waitForLoadState() }
      else if (await tabTo(page, selector)) { await Promise.all([page.waitForEvent("load", { timeout: 3000 }).catch(() => {}), page.keyboard.press("Enter")]) }
      await faultsLead(page);
    },
    async type(selector, text) {
      if (!keys) return page.locator(selector).fill(text);
      if (await tabTo(page, selector)) { await page.keyboard.press("Control+a"); await page.keyboard.type(text) }
    },
  };
}

export const sees = async (page, what, holds) => check(`${what} (${page.url()})`, holds, holds ? "" : (await page.locator("main").innerText()).slice(0, 300));

export async function payee(page, origin) {
  await page.goto(origin + "/pay");
  return page.locator(".payees button").first().getAttribute("value");
}

// What the phone of who is signed in shows; a code counts once, so one that was used is waited out.
const used = new Set();
export async function phone(page, origin) {
  const other = await page.context().newPage();
  for (;;) {
    await other.goto(origin + "/tour");
    const code = await other.locator(".secret code").innerText();
    if (!used.has(code)) { used.add(code); await other.close(); return code }
    await other.waitForTimeout(2000);
  }
}

// The least that one would be warned of, to somebody whom one never paid: whoever paid in spite of a warning is warned of the same
// payee no more, so others are looked for.
async function swindle(page, origin, payees) {
  const get = async path => (await page.request.get(`${origin}/api/v1${path}`)).json();
  await page.goto(origin + "/tour");
  const there = page.locator("ol.tour a[href^='/pay?to=']");
  const links = await there.count() ? [new URL(await there.first().getAttribute("href"), origin).searchParams.get("to")] : [];
  const { roles } = await get(`/parties/${(await get("/me")).party}`);
  for (const digits of [...links, "6299000000000000572", ...payees]) for (const amount of [300, 600, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10000, 12000, 15000, 20000, 30000]) for (const { account, role } of roles) {
    const to = id("acc", digits);
    if (role !== "owner" || account === to) continue;
    const quote = await page.request.post(`${origin}/api/v1/payments/quote`, { data: { from: account, to, amount: `${amount}.00`, currency: "CNY", kind: 301 }, headers: { origin } });
    if ((await quote.json()).would === "ask") return `${origin}/pay?to=${digits}&amount=${amount}&from=${account}`;
  }
  throw new Error("nobody would be warned of anything");
}

const all = {
  async "pay somebody and see the receipt"({ page, origin, hand }) {
    const to = await payee(page, origin);
    await page.goto(origin + "/pay");
    await hand.type("#to", to.replace(/(\d{4})(?=\d)/g, "$1 "));
    await hand.type("#amount", "12.50");
    await hand.press("main button[type=submit].pri");
    await sees(page, "what is about to be paid is shown once more", (await page.locator("dd.big").innerText()).includes("12.50"));
    await hand.press("form[action='/pay/confirm'] button");
    await sees(page, "it is paid, or somebody looks first", /\/payments\/pay_/.test(page.url()) && await page.locator(".note").count() > 0);
  },
  async "a number that is none is said, and nothing typed is lost"({ page, origin, hand }) {
    await page.goto(origin + "/pay");
    await hand.type("#to", "12x");
    await hand.type("#amount", "5");
    await hand.press("main button[type=submit].pri");
    await sees(page, "the fault is linked to its field", await page.locator(".faults a[href='#to']").count() === 1);
    await sees(page, "what was typed is still there", await page.locator("#to").inputValue() === "12x" && await page.locator("#amount").inputValue() === "5");
  },
  async "an amount that is none is said"({ page, origin, hand }) {
    const to = await payee(page, origin);
    await page.goto(origin + "/pay");
    await hand.type("#to", to);
    await hand.type("#amount", "a lot");
    await hand.press("main button[type=submit].pri");
    await sees(page, "the fault is named", await page.locator(".faults a[href='#amount']").count() === 1);
  },
  async "be warned of a swindle before anything leaves, and stop"({ page, origin, hand, payees }) {
    await page.goto(origin + "/tour");
    // At some hours of the night what the tour offers would be held at once, and nothing is offered.
    if (await page.locator("ol.tour a[href^='/pay?to=']").count()) await hand.press("ol.tour a[href^='/pay?to=']");
    else await page.goto(await swindle(page, origin, payees));
    await hand.press("main button[type=submit].pri");
    await sees(page, "a warning says why", await page.locator(".note ul li").count() > 0 && await page.locator("ul.stops li").count() === 3);
    await sees(page, "stopping is the first thing to do", await page.locator(".choices .pri").first().getAttribute("href") === "/home");
    await hand.press(".choices a.pri");
    await sees(page, "the money is still there", page.url().endsWith("/home"));
  },
  async "somebody paid before is chosen, and nothing typed is lost"({ page, origin, hand }) {
    await page.goto(origin + "/pay");
    await hand.type("#amount", "3.50");
    await hand.type("#text", "bread");
    const to = await page.locator(".payees button").first().getAttribute("value");
    await hand.press(".payees button");
    await sees(page, "the payee, the amount and the text are there", (await page.locator("#to").inputValue()).replace(/\s/g, "") === to && await page.locator("#amount").inputValue() === "3.50" && await page.locator("#text").inputValue() === "bread");
  },
  async "a large payment is signed with the code of the phone"({ page, origin, hand }) {
    const to = await payee(page, origin);
    await page.goto(`${origin}/pay?to=${to}&amount=1500`);
    await hand.press("main button[type=submit].pri");
    if (await page.locator("text=/cannot be paid|这笔不能付/").count()) return;
    await hand.press("form[action='/pay/confirm'] button");
    await sees(page, "it must be signed", await page.locator("#code").count() === 1);
    const code = await phone(page, origin);
    await hand.type("#code", "000000");
    await hand.press("form[action='/pay/confirm'] button");
    await sees(page, "a wrong code is refused", await page.locator(".faults").count() === 1);
    await hand.type("#code", code);
    await hand.press("form[action='/pay/confirm'] button");
    await sees(page, "it is paid or looked at", /\/payments\/pay_/.test(page.url()));
  },
  async "see what happened, and only what came in"({ page, origin, hand }) {
    await page.goto(origin + "/home");
    await hand.press(".bal h2 a");
    await sees(page, "there is a history", await page.locator(".hist li").count() > 0);
    await page.goto(page.url() + "?way=in&least=&with=");
    await sees(page, "only what came in", await page.locator(".hist .out").count() === 0);
  },
  async "have a statement and its numbers as a file"({ page, origin, hand }) {
    await page.goto(origin + "/home");
    await hand.press(".bal h2 a");
    await hand.press(".row-of a");
    await sees(page, "the statement has both balances", await page.locator("tfoot td").count() === 1);
    const href = await page.locator(".prov a").first().getAttribute("href");
    const csv = await (await page.request.get(new URL(href, origin).href)).text();
    const rows = await page.locator("tbody tr").count() - 1;
    check("the file has as many lines as the table", csv.trim().split("\r\n").length - 1 === rows, `${csv.trim().split("\r\n").length - 1} and ${rows}`);
  },
  async "set limits, sign that more may leave, and be told of a wrong one"({ page, origin, hand, keys }) {
    await page.goto(origin + "/home");
    await hand.press(".acts a[href$='/limits']");
    await hand.type("#per_payment", "x");
    await hand.press("main button[type=submit].pri");
    await sees(page, "a wrong limit is named", await page.locator(".faults").count() === 1);
    const set = async (one, day) => { await hand.type("#per_payment", one); if (day) await hand.type("#per_day", day); await hand.press("main button[type=submit].pri") };
    await set("14,000", "29,000");
    await sees(page, "less counts at once", await page.locator("#per_payment").inputValue() === "14000.00" && await page.locator(".note.done").count() === 1);
    await set("29,500");
    await sees(page, "one payment is no more than a day", await page.locator(".faults a[href='#per_payment']").count() === 1);
    await set("14,500");
    await sees(page, "more is signed, and what is signed stands there", await page.locator("#code").count() === 1 && (await page.locator("dl.facts").innerText()).includes("14,500.00"));
    await hand.type("#code", await phone(page, origin));
    await hand.press("main button[type=submit].pri");
    await sees(page, "the limit is set", await page.locator("#per_payment").inputValue() === "14500.00" && await page.locator(".note.done").count() === 1);
  },
  async "order a payment for later and end it"({ page, origin, hand }) {
    const to = await payee(page, origin);
    await page.goto(origin + "/orders");
    const before = await page.locator("tbody tr").count();
    await hand.type("#to", to);
    await hand.type("#amount", "3.00");
    await hand.press("main section button[type=submit].pri");
    await sees(page, "it is ordered", await page.locator("tbody tr").count() === before + 1);
    await hand.press("tbody tr button");
    await sees(page, "it is ended", await page.locator("tbody tr").count() === before);
  },
  async "see who looked at my data"({ page, origin, hand }) {
    await page.goto(origin + "/home");
    await hand.press(".acts a[href='/looked']");
    await sees(page, "it is said", await page.locator("h1").count() === 1 && page.url().endsWith("/looked"));
  },
  async "see where I am signed in, and sign out"({ page, origin, hand }) {
    await page.goto(origin + "/me");
    await sees(page, "this session is there", await page.locator(".plain li").count() >= 1);
    await hand.press("form[action='/sign-out'] button");
    await page.goto(origin + "/home");
    await sees(page, "one must sign in again", page.url().includes("/sign-in?then="));
  },
  async "large and simple, and back"({ page, origin, hand }) {
    await page.goto(origin + "/home");
    if (await page.locator("html[data-mode=care]").count()) await hand.press("button[value=plain]");
    await hand.press("button[value=care]");
    await sees(page, "care mode", await page.locator("html[data-mode=care]").count() === 1);
    await hand.press("button[value=plain]");
    await sees(page, "the usual again", await page.locator("html[data-mode=care]").count() === 0);
  },
  async "another language, dark, larger letters"({ page, origin, hand }) {
    await page.goto(origin + "/look");
    await hand.press("button[value=zh]");
    await sees(page, "Chinese", await page.locator("html[lang=zh-CN]").count() === 1);
    await hand.press("button[value=dark]");
    await hand.press("button[value='30']");
    await sees(page, "dark and large", await page.locator("html[data-theme=dark][data-size='30']").count() === 1);
    await hand.press("button[value=en]");
  },
  async "find a person"({ page, origin, hand }) {
    await page.goto(origin + "/home");
    await hand.press("footer a[href='/help']");
    await sees(page, "there is a number to call", await page.locator("a[href^='tel:']").count() >= 1);
  },
  async "what was typed is kept over a sign-in"({ page, origin }) {
    await page.context().clearCookies();
    await page.goto(`${origin}/pay?to=123&amount=7`);
    const then = new URL(page.url()).searchParams.get("then");
    check("the way back has what was typed", then === "/pay?amount=7&to=123", then);
  },
  async "a warning is read, one yes is enough, and going back pays nothing twice"({ page, origin, hand, payees }) {
    // As another person of the tour, without signing out between.
    const become = async name => { await page.goto(origin + "/tour"); await hand.press(`form[action="/visit"]:has(input[value="${name}"]) button`) };
    const self = await page.locator(".tools a[href='/me']").innerText();
    await become("helper");
    await sees(page, "one is somebody else", (await page.locator(".tools").innerText()).includes("helper"));
    await become(self);
    await page.goto(await swindle(page, origin, payees));
    await hand.press("main button[type=submit].pri");
    await sees(page, "the warning is the heading", await page.locator("ul.stops").count() === 1 && await page.locator("dd.big").count() === 1);
    await hand.press("form[action='/pay/confirm'] button");
    if (await page.locator("#code").count()) {
      await sees(page, "the warning stands beside what is signed", await page.locator("ul.stops").count() === 1);
      await hand.type("#code", await phone(page, origin));
      await hand.press("form[action='/pay/confirm'] button");
    }
    await sees(page, "after one yes it is done", /\/payments\/pay_/.test(page.url()));
    const done = page.url();
    while (new URL(page.url()).pathname !== "/pay/review") await page.goBack();
    await hand.press("form[action='/pay/confirm'] button");
    await sees(page, "a yes that is said again is the same payment", page.url() === done);
  },
};

// A receipt is verified in the browser; a spoiled one is not. Needs script, and does without the bank once the page is there.
async function verify(browser, origin) {
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "pensioner");
  await page.locator(".hist a").first().click();
  await page.locator("main a[href^='/check']").click();
  await page.waitForSelector("[data-good]:not([hidden])", { timeout: 5000 }).catch(() => check("a receipt of one's own holds in the browser", false));
  check("all five steps hold", await page.locator("[data-step].ok").count() === 5);
  await context.setOffline(true);
  const text = await page.locator("#receipt").inputValue();
  const lines = text.split("\n"), extra = lines[1];
  for (const [what, spoiled] of [
    ["an amount", [lines[0], extra.slice(0, 110) + (extra[110] === "A" ? "B" : "A") + extra.slice(111), ...lines.slice(2)].join("\n")],
    ["the place in the log", text.replace(/\nindex (\d+)/, (_, n) => `\nindex ${Number(n) + 1}`)],
    ["the signature", text.replace(/(— \S+ \S{20})(\S)/, (_, a, b) => a + (b === "A" ? "B" : "A"))],
  ]) {
    await page.locator("#receipt").fill(spoiled);
    await page.locator("[data-check-go]").click();
    await page.waitForSelector("[data-bad]:not([hidden])", { timeout: 5000 }).catch(() => check(`a receipt with ${what} changed does not hold`, false));
    check(`with ${what} changed nothing is called good`, await page.locator("[data-good]").isHidden());
  }
  await context.close();
}

// The proof of a figure holds in the browser, and does not once a number of the answer or a word of the question is another.
async function verifyFigure(browser, origin) {
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "operations");
  await page.goto(origin + "/overview");
  const proofs = [...new Set(await page.$$eval("a[href^='/check?question=']", links => links.map(link => link.href)))];
  check("figures have their proofs", proofs.length >= 2, `${proofs.length}`);
  for (const proof of proofs) {
    await page.goto(proof);
    await page.waitForSelector("[data-good]:not([hidden])", { timeout: 5000 }).catch(() => check(`${proof} holds in the browser`, false));
    check(`${proof}: all seven steps hold`, await page.locator("[data-step].ok").count() === 7);
  }
  await page.goto(origin + "/check?question=hours");
  await page.waitForSelector("[data-good]:not([hidden])", { timeout: 5000 });
  await context.setOffline(true);
  for (const [what, field, change] of [
    ["a number", "#answer", o => { o.rows[0][1] = Number(o.rows[0][1]) + 1 }],
    ["a row", "#answer", o => { o.rows.pop() }],
    ["a column", "#answer", o => { o.columns[1].name += "s" }],
    ["the question", "#sql", null],
  ]) {
    const before = await page.locator(field).inputValue(), told = change && JSON.parse(before);
    change?.(told);
    await page.locator(field).fill(change ? JSON.stringify(told) : before.replace("count(*)", "count(1)"));
    await page.locator("[data-check-go]").click();
    await page.waitForSelector("[data-bad]:not([hidden])", { timeout: 5000 }).catch(() => check(`with ${what} changed the figure does not hold`, false));
    check(`with ${what} changed nothing is called good`, await page.locator("[data-good]").isHidden());
    await page.locator(field).fill(before);
  }
  await page.locator("[data-check-go]").click();
  await page.waitForSelector("[data-good]:not([hidden])", { timeout: 5000 }).catch(() => check("as it was, it holds again", false));
  await context.close();
}

// Passkeys through the browser's virtual authenticator: made, used to sign in, used to sign a payment.
async function passkeys(browser, origin) {
  const { context, page } = await windowOf(browser, origin);
  const client = await context.newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await be(page, origin, "customer");
  await page.goto(origin + "/me");
  const before = await page.locator("form[action^='/me/passkeys/']").count();
  await page.locator("[data-passkey] button").click();
  await page.waitForFunction(n => document.querySelectorAll("form[action^='/me/passkeys/']").length > n, before, { timeout: 8000 }).catch(() => check("a passkey is made", false));
  await page.locator("form[action='/sign-out'] button").click();
  await page.goto(origin + "/sign-in");
  await page.locator("[data-passkey] button").click();
  await page.waitForURL(url => !url.pathname.startsWith("/sign-in"), { timeout: 8000 }).catch(() => check("the passkey signs in", false));
  const to = await payee(page, origin);
  await page.goto(`${origin}/pay?to=${to}&amount=1200`);
  await page.locator("main button[type=submit].pri").click();
  const go = page.locator("form[action='/pay/confirm'] button");
  if (await go.count()) {
    await go.click();
    await page.waitForSelector("form[data-sign]", { timeout: 8000 }).catch(() => check("a large payment asks for the passkey", false));
    await page.locator("form[data-sign] button").click();
    // Who has paid much within the hour is warned behind the signature, which counted.
    await page.waitForURL(/\/payments\/pay_/, { timeout: 8000 }).catch(async () => check("the passkey signs the payment", await page.locator("ul.stops").count() > 0, (await page.locator("main").innerText()).slice(0, 200)));
  }
  await page.goto(origin + "/orders");
  const orders = await page.locator("tbody tr").count();
  await page.locator("#to").fill(to);
  await page.locator("#amount").fill("1,300");
  await page.locator("main section button[type=submit].pri").click();
  await page.waitForSelector("form[data-sign]", { timeout: 8000 }).catch(() => check("a large order asks for the passkey", false));
  check("what was typed is still there", await page.locator("#amount").inputValue() === "1,300");
  await page.locator("form[data-sign] button").click();
  await page.waitForFunction(n => !document.querySelector("form[data-sign]") && document.querySelectorAll("tbody tr").length === n, orders + 1, { timeout: 8000 }).catch(() => check("the passkey signs the order", false));
  await context.close();
}

// Two clicks pay once: the form's key sees to it, without script too.
async function twice(browser, origin) {
  const { context, page } = await windowOf(browser, origin, { script: false });
  await be(page, origin, "pensioner");
  const to = await payee(page, origin);
  await page.goto(`${origin}/pay?to=${to}&amount=0.07`);
  await page.locator("main button[type=submit].pri").click();
  const fields = await page.$$eval("form[action='/pay/confirm'] input", inputs => Object.fromEntries(inputs.map(i => [i.name, i.value])));
  const send = () => page.request.post(origin + "/pay/confirm", { form: fields, headers: { origin }, maxRedirects: 0 });
  const [one, other] = await Promise.all([send(), send()]);
  const where = [one, other].map(answer => answer.headers().location).filter(Boolean);
  const again = (await send()).headers().location;
  check("a form that is sent three times pays once", new Set([...where, again]).size === 1 && again.includes("/payments/"), [...where, again].join(", "));
  const { form_token, ...without } = fields;
  const stolen = await page.request.post(origin + "/pay/confirm", { form: { ...without, key: "k".repeat(32) }, headers: { origin }, maxRedirects: 0 });
  check("a form without the session's token does nothing", stolen.status() === 403, `${stolen.status()}`);
  const foreign = await page.request.post(origin + "/pay/confirm", { form: { ...fields, key: "f".repeat(32) }, headers: { origin: "https://evil.example" }, maxRedirects: 0 });
  check("a form from another site does nothing", foreign.status() === 403 || !(foreign.headers().location ?? "").includes("/payments/"), `${foreign.status()}`);
  await context.close();
}

// By whom, with keys alone or without script, how it looks and how wide: in both languages, on a wide screen and on a phone's of 320 px,
// and all of it in care mode as well.
const RUNS = [
  ["pensioner", true, "en.light.0.plain", 1280], ["customer", false, "zh.light.0.care", 320],
  ["customer", true, "zh.light.0.care", 320], ["pensioner", false, "en.light.0.plain", 320], ["pensioner", true, "zh.dark.0.plain", 320],
];

export async function tasks(browser, origin, every) {
  let done = 0;
  const payees = (await ask(browser, origin, "SELECT account FROM accounts WHERE code = 20111 ORDER BY account_key LIMIT 12")).map(([number]) => number);
  for (const [who, keys, looks, wide] of every ? RUNS : RUNS.slice(0, 2)) {
    for (const [name, task] of Object.entries(all)) {
      if (!wanted(name)) continue;
      const { context, page } = await windowOf(browser, origin, { script: keys, wide, look: looks });
      page.setDefaultTimeout(8000);
      await be(page, origin, who);
      const before = Date.now(), way = `${keys ? "by keyboard" : "without script"}, ${looks} ${wide}`;
      try { await task({ page, origin, keys, payees, hand: hands(page, keys) }) } catch (error) { check(`${name} (${way})`, false, `${error.message.split("\n")[0]} at ${page.url()}`) }
      if (looks === RUNS[0][2] && wide === RUNS[0][3]) await tree(page, name);
      if (Date.now() - before > 15000) console.log(`    ${name}: ${Date.now() - before} ms`);
      done += 1;
      await context.close();
    }
  }
  await verify(browser, origin);
  await verifyFigure(browser, origin);
  await passkeys(browser, origin);
  await twice(browser, origin);
  console.log(`${done} tasks done, a receipt and figures checked, passkeys used`);
}
