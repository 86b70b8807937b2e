// What customers do for themselves: let a relative help, choose a wait for their limits, keep payees, complain; and how the bank
// answers and finds them. Each by keyboard alone, and again without script.

import { createHmac } from "node:crypto";
import { attempt, fits, id, wanted, windowOf } from "./bank.mjs";
import { as } from "./desks.mjs";
import { hands, payee, phone, sees } from "./tasks.mjs";

// The code that an app shows now (RFC 6238) for a secret in base32.
function totp(letters) {
  const bits = [...letters.replace(/\s/g, "")].map(c => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2))), time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", secret).update(time).digest(), at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const all = {
  async "a helper sees whose account it is, and cannot pay"({ browser, origin, look }) {
    await as(browser, origin, "helper", look, async (page, hand) => {
      await page.goto(origin + "/home");
      await sees(page, "the account of another is there, with a name", await page.locator("#helped ~ p, section:has(#helped) .bal").count() >= 1);
      await sees(page, "there is no way to pay", await page.locator("a[href^='/pay']").count() === 0);
      await hand.press("section:has(#helped) .bal h3 a");
      await sees(page, "its payments are there", await page.locator(".hist li").count() > 0);
      const paid = await page.goto(origin + "/pay");
      await sees(page, "the page to pay pays nothing", paid.status() !== 200 || await page.locator("form[action='/pay']").count() === 0);
    });
  },
  async "let somebody see my account, with number, word and signature, and end it"({ browser, origin, look }) {
    let number, word;
    await as(browser, origin, "customer", look, async page => {
      await page.goto(origin + "/helpers");
      number = await page.locator("dd.number").innerText();
      word = await page.locator("section:has(#others) dd.big").innerText();
    });
    await as(browser, origin, "pensioner", look, async (page, hand) => {
      await page.goto(origin + "/helpers");
      const before = await page.locator("section:has(#mine) .plain li").count();
      await hand.type("#party", number);
      await hand.type("#word", "1234 5678");
      await hand.press("form[action='/helpers'] button.pri");
      await sees(page, "a wrong word is named, and nothing typed is lost", await page.locator(".faults").count() === 1 && await page.locator("#party").inputValue() === number);
      await hand.type("#word", word);
      await hand.press("form[action='/helpers'] button.pri");
      await sees(page, "it must be signed, and says who it is", await page.locator("#code").count() === 1 && (await page.locator("dd.big").innerText()).length > 1);
      const code = await phone(page, origin);
      await hand.type("#code", code);
      await hand.press("form[action='/helpers'] button.pri");
      await sees(page, "they may see it", await page.locator(".note.done").count() === 1 && await page.locator("section:has(#mine) .plain li").count() === before + 1);
      await hand.press(`form[action$='/${id("pty", number.replace(/\s/g, ""))}/end'] button`);
      await sees(page, "it is ended", await page.locator("section:has(#mine) .plain li").count() === before);
    });
  },
  async "a looser limit waits, and the old one can be kept"({ browser, origin, look }) {
    await as(browser, origin, "pensioner", look, async (page, hand) => {
      await page.goto(origin + "/home");
      await hand.press(".acts a[href$='/limits']");
      await hand.type("#per_payment", look.keys ? "400" : "300");
      await (look.keys ? hand.type("#cooling_off_hours", "24") : page.locator("#cooling_off_hours").selectOption("24"));
      await hand.press("main button.pri:not(.note button)");
      const now = await page.locator("section:has(#now) dd").first().innerText();
      await hand.type("#per_payment", "9,000");
      await hand.press("form:has(#per_payment) button");
      await sees(page, "that more may leave is signed", await page.locator("#code").count() === 1);
      await hand.type("#code", await phone(page, origin));
      await hand.press("main button[type=submit].pri");
      await sees(page, "it waits, with the moment", await page.locator(".note.know").count() === 1 && (await page.locator(".note.know").innerText()).includes("9,000.00"));
      await sees(page, "what counts stays", await page.locator("section:has(#now) dd").first().innerText() === now);
      await hand.press(".note.know button");
      await sees(page, "the old is kept", await page.locator(".note.know").count() === 0 && await page.locator("section:has(#now) dd").first().innerText() === now);
    });
  },
  async "keep a payee with a signature, pay by name, remove it"({ browser, origin, look }) {
    await as(browser, origin, "pensioner", look, async (page, hand) => {
      await page.goto(origin + "/pay");
      const to = await page.locator(".payees button").first().getAttribute("value");
      const name = look.keys ? "Mei" : "房租";
      await page.goto(origin + "/payees");
      await hand.type("#name", name);
      await hand.type("#account", to);
      await hand.press("form[action='/payees'] button.pri");
      const code = await phone(page, origin);
      await sees(page, "it must be signed, and says for whom the name stands", await page.locator("#code").count() === 1 && (await page.locator("dd.big").innerText()) === name);
      await hand.type("#code", code);
      await hand.press("form[action='/payees'] button.pri");
      await sees(page, "it is kept", await page.locator(".note.done").count() === 1 && (await page.locator("tbody").innerText()).includes(name));
      await page.goto(origin + "/pay");
      await hand.press(".payees button");
      await sees(page, "choosing it writes the number", (await page.locator("#to").inputValue()) === to);
      await hand.type("#amount", "1.00");
      await hand.press("main button[type=submit].pri");
      await sees(page, "the name stands beside the number", (await page.locator("b.payee").first().innerText()) === name);
      await page.goto(origin + "/payees");
      await hand.press("tbody tr button");
      await sees(page, "it is removed", await page.locator("tbody tr").count() === 0);
    });
  },
  async "complain, be answered, be answered by somebody else"({ browser, origin, look }) {
    let path;
    await as(browser, origin, "pensioner", look, async (page, hand) => {
      await page.goto(origin + "/complaints/new");
      await hand.press("main button.pri");
      await sees(page, "an empty one is named", await page.locator(".faults a[href='#text']").count() === 1);
      await hand.type("#text", "The fee was taken twice.");
      await hand.press("main button.pri");
      await sees(page, "it has a number and a day", await page.locator(".note.done").count() === 1 && await page.locator(".facts .tag").count() >= 2);
      path = new URL(page.url()).pathname;
    });
    await as(browser, origin, "operations", look, async (page, hand) => {
      await page.goto(origin + "/complaints");
      await sees(page, "the inbox has it, with the time left", await page.locator(".inbox tbody tr").count() >= 1 && await page.locator(".inbox .tag").count() >= 2);
      await page.goto(origin + path);
      await sees(page, "what was said is in view", (await page.locator(".done-so-far").innerText()).includes("twice"));
      await hand.type("#text", "We gave it back today.");
      await hand.press("form[action$='/answer'] button");
      await sees(page, "it is answered", await page.locator(".done-so-far li").count() === 2 && await page.locator("form[action$='/answer']").count() === 0);
    });
    await as(browser, origin, "pensioner", look, async (page, hand) => {
      await page.goto(origin + path);
      await hand.type("#text", "Only half of it came back.");
      await hand.press("form[action$='/raise'] button");
      await sees(page, "somebody else is to answer", await page.locator(".tag.bad").count() >= 1 && await page.locator("form[action$='/raise']").count() === 0);
    });
    await as(browser, origin, "operations", look, async page => {
      await page.goto(origin + path);
      await sees(page, "whoever answered first does not answer again", await page.locator("form[action$='/answer']").count() === 0 && await page.locator(".note.know").count() === 1);
    });
  },
  async "a teller finds a customer by name, and opens a new one"({ browser, origin, look }) {
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(origin + "/counter/new");
      await hand.type("#name", "Zhang San");
      await hand.type("#id-number", "110105194912310021");
      await hand.press("main button.pri");
      await sees(page, "digits that do not fit are named beside their field", await page.locator(".faults a[href='#id-number']").count() === 1 && await page.locator("#name").inputValue() === "Zhang San");
      await hand.type("#id-number", "11010519491231002X");
      await hand.press("main button.pri");
      if (!look.keys) {
        await sees(page, "whoever is registered already is found by their document", await page.locator(".note.stop a[href^='/counter/pty_']").count() === 1);
        await hand.press("form:has(input[name=again]) button");
      }
      await sees(page, "the customer is there", /\/counter\/pty_/.test(page.url()) && (await page.locator("h1").innerText()) === "Zhang San");
      await page.goto(origin + "/counter");
      await hand.type("#find", "zhang sa");
      await hand.press("main form button");
      await sees(page, "found by the beginning of the name, with the end of the number", (await page.locator("section:has(#found)").innerText()).includes("002X"));
      await hand.press("section:has(#found) a");
      await sees(page, "and led to", (await page.locator("h1").innerText()) === "Zhang San");
    });
  },
  async "a customer is let in at the counter, makes their own keys, and takes two persons to lose them"({ browser, origin, look }) {
    let customer = "", link = "";
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(origin + "/counter/new");
      await hand.type("#name", look.keys ? "Ren Keyi" : "Mao Sili");
      await page.locator("#document-kind").selectOption("passport");
      await hand.type("#id-number", look.keys ? "K70010001" : "M70010001");
      await hand.press("main button.pri");
      customer = page.url();
      await hand.press("form[action$='/access'] button");
      await sees(page, "the link is there for a camera and as text, with the name to sign in with", await page.locator("svg.qr[role=img]").count() === 1 && /^\d{15}$/.test(await page.locator("dd.big").innerText()));
      link = await page.locator(".secret code").innerText();
      if (look.keys) await fits(page, "the link for a customer");
      const answered = page.url();
      await page.goto(answered);
      await sees(page, "what was an answer to a form leads back to the customer", page.url() === customer);
      await sees(page, "who has not come yet can have another link", await page.locator("form[action$='/access'] button").count() === 1);
    });
    const { context, page } = await windowOf(browser, origin, { script: look.keys, wide: 320 });
    const hand = hands(page, look.keys);
    await page.goto(link);
    await hand.type("#password", "a long walk by the river");
    await hand.press("form[action='/link/password'] button");
    await sees(page, "the secret of an app is there as letters, for a camera and as a link", await page.locator("svg.qr").count() === 1 && await page.locator("main a[href^='otpauth://totp/']").count() === 1);
    if (look.keys) await fits(page, "the secret of an app");
    await hand.type("#code", totp(await page.locator(".secret code").innerText()));
    await hand.press("form[action='/link/code'] button");
    await sees(page, "the customer is in, and it is their own page", page.url() === origin + "/" && (await page.locator(".tools a[href='/me']").innerText()).length > 1);
    await page.goto(link);
    await sees(page, "the link opens nothing any more", await page.locator("form[action='/link/password']").count() === 0);
    await context.close();
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(customer);
      await sees(page, "no second link from one teller", await page.locator("form[action$='/access']").count() === 0);
      await hand.press("form[action$='/recovery'] button");
      await sees(page, "which document was seen is asked for", await page.locator(".faults a[href='#reason']").count() === 1);
      await hand.type("#reason", "identity card seen");
      await hand.press("form[action$='/recovery'] button");
      await sees(page, "it waits for a second person", await page.locator(".note.done").count() === 1);
    });
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(origin + "/approvals");
      const action = await page.locator(".q li", { hasText: "identity card seen" }).first().locator("form[action$='/approve']").getAttribute("action");
      await hand.press(`form[action='${action}'] button`);
      await sees(page, "the second person has the link, and a way on that is theirs", await page.locator("svg.qr").count() === 1 && await page.locator("main a.pri[href='/approvals']").count() === 1);
    });
  },
  async "a teller prepares a payment, and the customer makes it on their own screen"({ browser, origin, look }) {
    let party = "", to = "", digits = "";
    await as(browser, origin, "pensioner", look, async page => {
      party = (await (await page.request.get(origin + "/api/v1/me")).json()).party;
      to = await payee(page, origin);
    });
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(`${origin}/counter/${party}`);
      await hand.type("#to", "12x");
      await hand.press("form[action$='/prepare'] button");
      await sees(page, "a number that is none is named", await page.locator(".faults a[href='#to']").count() === 1);
      await hand.type("#to", to);
      await hand.type("#sum", "7.25");
      await hand.press("form[action$='/prepare'] button");
      digits = await page.locator(".secret code").innerText();
    });
    await as(browser, origin, "helper", look, async (page, hand) => {
      await page.goto(origin + "/together");
      await hand.type("#digits", digits);
      await hand.press("main form button");
      await sees(page, "another’s digits open nothing", await page.locator(".faults a[href='#digits']").count() === 1);
    });
    await as(browser, origin, "pensioner", look, async (page, hand) => {
      await page.goto(origin + "/help");
      await hand.press("main a[href='/together']");
      await hand.type("#digits", digits);
      await hand.press("main form button");
      await sees(page, "by whom, before anything is done", (await page.locator("main").innerText()).includes("teller"));
      await hand.press("main a.pri");
      await sees(page, "what the teller typed stands in the customer’s own form", await page.locator("#to").inputValue() === to && await page.locator("#amount").inputValue() === "7.25");
    });
  },
  async "a newcomer like somebody listed is compared first, and a chief says on what ground who it is"({ browser, origin, look }) {
    let customer = "";
    await as(browser, origin, "teller", look, async (page, hand) => {
      await page.goto(origin + "/counter/new");
      await hand.type("#name", "Qiu Wujiu");
      await page.locator("#document-kind").selectOption("passport");
      await hand.type("#id-number", "E12345678");
      await page.locator("#birth-date").fill("1971-11-03");
      await hand.press("main button.pri");
      if (await page.locator("input[name=again]").count()) await hand.press("form:has(input[name=again]) button");
      await sees(page, "whom they resemble, and why, before anything is written", page.url().endsWith("/counter/new") && (await page.locator(".note.stop").innerText()).includes("仇无咎") && await page.locator(".note.stop li li").count() >= 2);
      await hand.type("#name", "Qiu Wuju");
      await hand.press("main button.pri");
      await sees(page, "another name is compared anew", page.url().endsWith("/counter/new") && await page.locator(".note.stop").count() === 1);
      await hand.press("main button.pri");
      await sees(page, "registered, and to be looked at", /\/counter\/pty_/.test(page.url()) && await page.locator(".note.stop").count() === 1);
      customer = page.url();
    });
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(origin + "/cases");
      await hand.press(".inbox tr:has(.tag.who) th a");
      await hand.press("main a[href$='?who=1']");
      await sees(page, "the customer beside the one on the list", (await page.locator("section:has(#listed)").innerText()).includes("1971-11-03") && await page.locator("section:has(#listed) li li").count() >= 2);
      await hand.press("button[value=refuse]");
      await sees(page, "no decision without a ground", await page.locator(".faults a[href='#why']").count() === 1);
      await hand.type("#why", "Passport and list name the same day of birth.");
      await hand.press("button[value=refuse]");
      await sees(page, "it is decided, and the ground stands there", await page.locator(".note.know").count() === 1 && (await page.locator(".done-so-far").innerText()).includes("same day"));
    });
    await as(browser, origin, "teller", look, async page => {
      await page.goto(customer);
      await sees(page, "the counter knows it", await page.locator(".note.stop").count() === 1);
    });
  },
};

export async function selfcare(browser, origin) {
  let done = 0;
  for (const keys of [true, false]) for (const [name, task] of Object.entries(all)) {
    if (!wanted(name)) continue;
    await attempt(name, keys, () => task({ browser, origin, look: { keys, journey: name } }));
    done += 1;
  }
  console.log(`${done} tasks of customers' own matters done`);
}
