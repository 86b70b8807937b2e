// A phone without an app, on the page that draws one: as somebody uses it who has no other phone, by keyboard alone, and again
// without script. Every screen that comes is measured.

import { attempt, be, check, wanted, windowOf } from "./bank.mjs";
import { tree } from "./measure.mjs";
import { hands, sees } from "./tasks.mjs";

const GSM = new Set("@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");

async function screen(page) {
  const text = await page.locator(".lcd").evaluate(e => e.textContent);
  const most = [...text].every(c => GSM.has(c)) ? 160 : 70;
  check(`a screen fits (${page.url()})`, text.length <= most, `${text.length}: ${text}`);
  return text;
}

// The PIN and the card, as the tour of a sample bank shows them.
async function printed(page, origin) {
  await page.goto(origin + "/tour");
  const pin = (await page.locator("section:has(.card-codes) p").first().innerText()).match(/\d{6}/)[0];
  const codes = new Map(await page.$$eval(".card-codes li", all => all.map(li => [li.value, li.textContent.trim()])));
  return { pin, codes };
}

function phone(page, hand) {
  return {
    async dial(pin) {
      await page.goto(new URL("/phone", page.url()).href);
      await hand.press(".handset button.pri");
      // A receipt of the call before may come first.
      if (pin) { await this.send(pin); await this.send("00") }
    },
    async send(typed) {
      await hand.type("#typed", typed);
      await hand.press(".handset form button.pri");
      return screen(page);
    },
    // To the last page of what is shown, which alone has what may be chosen; all pages of it.
    async read() {
      let whole = await screen(page), last = whole;
      for (let n = 0; n < 12 && /9 More|9下页/.test(last); n += 1) { last = await this.send("9"); whole += "\n" + last }
      return whole;
    },
    // An entry of the start, and the first account where one must be chosen.
    async choose(key) {
      const text = await this.send(key);
      return /Which account/.test(text) ? this.send("1") : text;
    },
  };
}

const all = {
  async "what there is and what happened"({ page, origin, hand }) {
    const { pin } = await printed(page, origin), one = phone(page, hand);
    await one.dial();
    await sees(page, "the PIN is asked for", (await screen(page)).includes("PIN"));
    await sees(page, "a wrong PIN is said", (await one.send("271828")).includes("not right"));
    await one.send(pin);
    await sees(page, "the start", (await one.send("00")).includes("1 Balance"));
    await sees(page, "what there is", /¥[\d,]+\.\d\d/.test(await one.send("1")));
    await one.send("00");
    await sees(page, "what happened", /[+-]¥[\d,]+\.\d\d/.test(await one.choose("2")));
    await sees(page, "a person is one key away", (await one.send("*")).includes("A person answers"));
    await sees(page, "0 leads back", /[+-]¥/.test(await one.send("0")));
    await one.send("00");
    await sees(page, "and hangs up at the start", (await one.send("0")).includes("Goodbye"));
  },
  async "pay somebody of before, and find the receipt's record"({ page, origin, hand }) {
    const { pin } = await printed(page, origin), one = phone(page, hand);
    await one.dial(pin);
    await one.choose("3");
    await sees(page, "those of before are offered", /1 \.\.\d{4}/.test(await screen(page)));
    await sees(page, "a number that is none is said", (await one.send("12")).includes("no account's number"));
    await sees(page, "how much is asked", (await one.send("1")).includes("How much"));
    await sees(page, "an amount that is none is said", (await one.send("1*2*3")).includes("no amount"));
    await one.send("2*50");
    const last = await one.read();
    if (/cannot be paid/.test(last)) return;
    await sees(page, "the whole number of the payee is shown before the yes", /¥2\.50/.test(last) || last.includes("nevertheless"));
    let text = await one.send("1");
    // Who has paid much within the hour is warned at the last moment, and says yes once more.
    if (text.includes("WAIT")) { await one.read(); text = await one.send("1") }
    await sees(page, "it is paid or looked at", /Paid ¥2\.50|kept back/.test(text));
    const record = text.match(/record (\d+)/);
    if (record) {
      await page.goto(`${origin}/check?record=${record[1]}`);
      await sees(page, "anybody finds its record", await page.locator("#receipt").count() === 1 || await page.locator("h1").count() === 1);
    }
  },
  async "a large payment is signed with the code of the card"({ page, origin, hand }) {
    const { pin, codes } = await printed(page, origin), one = phone(page, hand);
    await one.dial(pin);
    await one.choose("3");
    await one.send("1");
    await one.send("1200");
    if (/cannot be paid/.test(await one.read())) return;
    const asked = await one.send("1");
    const number = Number(asked.match(/Code (\d+) of your card/)?.[1]);
    await sees(page, "a code is asked for by its number", codes.has(number));
    const wrong = [...codes].find(([other]) => other !== number)[1];
    await sees(page, "another code of the card does not sign", (await one.send(wrong)).includes("not right"));
    let after = await one.send(codes.get(number));
    // What was paid in between may make it look unusual; whoever goes on nevertheless may have to sign once more.
    if (/WAIT/.test(after)) { await one.read(); after = await one.send("1") }
    const more = Number(after.match(/Code (\d+) of your card/)?.[1]);
    if (more) await one.send(codes.get(more));
    await sees(page, "the right one does", /Paid ¥1,200\.00|kept back/.test(await screen(page)));
    await sees(page, "a short message says which code was used", (await page.locator(".sms").first().innerText()).includes(`Code ${more || number} `));
    await page.goto(origin + "/tour");
    await sees(page, "it is gone from the card", !(await page.$$eval(".card-codes li", all => all.map(li => li.value))).includes(number));
  },
  async "lower a limit, see who looked, what is held, and what is paid later"({ page, origin, hand }) {
    const { pin } = await printed(page, origin), one = phone(page, hand);
    await one.dial(pin);
    await one.choose("6");
    await one.read();
    await one.send("2");
    await sees(page, "a limit is set", (await one.send("4000000")).includes("The limit is set") || (await screen(page)).includes("only be lowered"));
    await one.send("00");
    await sees(page, "who looked", /looked at your data/.test(await one.send("7")));
    await one.send("00");
    await sees(page, "what is held", /held|looked at/i.test(await one.send("4")));
    await one.send("00");
    await sees(page, "what is paid later", /later/i.test(await one.choose("5")));
  },
  async "another language and back"({ page, origin, hand }) {
    const { pin } = await printed(page, origin), one = phone(page, hand);
    await one.dial(pin);
    await sees(page, "it speaks Chinese", (await one.send("10")).includes("余额"));
    await sees(page, "and is marked so", await page.locator(".lcd[lang=zh-CN]").count() === 1);
    await sees(page, "what there is", (await one.send("1")).includes("账户"));
    await one.send("00");
    await sees(page, "and English again", (await one.send("10")).includes("Balance"));
  },
  async "a key alone is sent at once"({ page, origin, hand }) {
    const { pin } = await printed(page, origin), one = phone(page, hand);
    await one.dial(pin);
    await hand.press(".keys button[value='1']");
    await sees(page, "what there is", /¥/.test(await screen(page)));
  },
};

// A step that is sent again is done once; the phone's session opens no page; a card is made and shown once.
async function once(browser, origin) {
  const { context, page } = await windowOf(browser, origin, { script: false });
  page.setDefaultTimeout(8000);
  await be(page, origin, "pensioner");
  const { pin } = await printed(page, origin), hand = hands(page, false), one = phone(page, hand);
  await one.dial(pin);
  await one.choose("3");
  for (const typed of ["1", "0*03"]) await one.send(typed);
  if (!/cannot be paid/.test(await one.read())) {
    const fields = await page.$$eval(".handset form input", inputs => Object.fromEntries(inputs.map(i => [i.name, i.value])));
    const send = () => page.request.post(origin + "/phone", { form: { ...fields, typed: "1" }, headers: { origin }, maxRedirects: 0 });
    const answers = await Promise.all([send(), send(), send()]);
    const records = new Set();
    for (const answer of answers) records.add((await answer.text()).match(/record (\d+)/)?.[1] ?? "none");
    check("a step that is sent three times pays once", records.size === 1, [...records].join(", "));
    await one.dial();
    // What was not paid at once, since somebody looks first or it is asked about once more, leaves no receipt to begin with.
    const begins = await one.send(pin);
    if (!records.has("none")) await sees(page, "the next call begins with what was not seen", begins.startsWith("Since your last call"));
  }
  await page.goto(origin + "/phone");
  const first = await page.locator(".card-codes code").allInnerTexts();
  await page.locator("form[action='/phone/card'] button").click();
  const codes = await page.locator(".card-codes code").allInnerTexts();
  check("a new card has 24 codes of its own", new Set(codes).size >= 23 && codes.every(code => /^\d{6}$/.test(code)) && codes.join() !== first.join());
  await page.goto(origin + "/phone");
  check("they are shown once", !(await page.content()).includes(codes[0]));
  await page.locator("#number").fill("12");
  await page.locator("#pin").fill("123456");
  await page.locator("form[action='/phone/set'] button").click();
  check("a number that is none is said, and kept", await page.locator(".faults a").count() >= 1 && await page.locator("#number").inputValue() === "12");
  check("a PIN is never shown again", await page.locator("#pin").inputValue() === "");
  await context.close();
}

export async function phones(browser, origin, every) {
  let done = 0;
  for (const keys of every ? [true, false] : [true, false]) {
    for (const [name, task] of Object.entries(all)) {
      if (!wanted(`phone: ${name}`)) continue;
      const { context, page } = await windowOf(browser, origin, { script: keys, wide: keys ? 1280 : 320 });
      page.setDefaultTimeout(8000);
      await be(page, origin, "pensioner");
      await attempt(`phone: ${name}`, keys, () => task({ page, origin, hand: hands(page, keys) }));
      // What the tour offers to try depends on the hour.
      if (keys && page.url().endsWith("/tour")) await page.goto(origin + "/phone");
      if (keys) await tree(page, `phone ${name}`);
      done += 1;
      await context.close();
    }
  }
  if (wanted("phone: once")) await once(browser, origin);
  console.log(`${done} tasks done on a phone without an app`);
}
