#!/usr/bin/env node
// Looks at every page as people would: crawls them, measures them, and does what people come for, by keyboard and without script.
//
//     pages.mjs path/to/tj folder [--all] [--shots folder] [--pictures folder]
//
// `--all` looks at every page in every language, colour, mode and width; without it, at a fair sample.

import { ALL_TAGS, ask, be, browser as open, check, failed, id, serve, town, unfit, wanted, windowOf } from "./bank.mjs";
import { pictures as compare, slow, textInDrawings, weigh, zoomed } from "./measure.mjs";
import { lighthouse } from "./lighthouse.mjs";
import { tasks } from "./tasks.mjs";
import { desks, hold } from "./desks.mjs";
import { prepare, rules, sameAsTj, train } from "./rules.mjs";
import { phones } from "./phone.mjs";
import { crowd, operations } from "./operations.mjs";
import { selfcare } from "./selfcare.mjs";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const [tj, folder, ...flags] = process.argv.slice(2);
const all = flags.includes("--all");
const shots = flags.includes("--shots") ? flags[flags.indexOf("--shots") + 1] : null;
if (shots) mkdirSync(shots, { recursive: true });
// The pictures of README.
const pictures = flags.includes("--pictures") ? flags[flags.indexOf("--pictures") + 1] : null;
const PEOPLE = ["", "pensioner", "helper", "analyst", "chief", "operations", "teller", "supervisor", "administrator", "developer"];
const PAGES_MAX = 60;

// One address a kind of page: ids and questions are left out.
const kind = url => {
  const { pathname } = new URL(url);
  return pathname.replace(/(acc|pay|case|ord|pty|drf|rpl|cpl)_[0-9a-f-]+/g, "$1").replace(/\/[0-9a-f]{16}\b/g, "/session").replace(/\/journal\/\d+/, "/journal/record").replace(/\/rules\/sets\/\d+/, "/rules/sets/set").replace(/\/rules\/models\/[0-9a-f]+/, "/rules/models/model").replace(/\/people\/[^/]+/, "/people/user").replace(/\/roles\/[^/]+/, "/roles/role").replace(/\/samples\/[^/]+/, "/samples/kind");
};
// A word's name where its text should be.
const bare = text => text.split(/\s+/).filter(word => /^(act|adopt|became|case|cases|cell|check|decide|desk|diff|draft|drafts|edit|event|fact|field|figure|flow|front|handset|held|hold|home|identity|limit|list|lists|look|looked|mark|order|pay|people|phone|quality|query|right|role|rules|ruling|run|runs|set|sign|sms|stage|status|step|steps|tour|trial|trouble|warn|webhook|who|why|work)(-[a-z0-9]+)+$/.test(word));

// `more` are pages to which only something typed leads.
async function crawl(page, origin, more) {
  const found = new Map([["/", origin + "/"]]), waiting = [origin + "/"];
  for (const url of more) { found.set(kind(url), url); waiting.push(url) }
  const first = new URL(page.url());
  if (first.href.startsWith(origin) && !found.has(kind(first.href))) { found.set(kind(first.href), first.href); waiting.push(first.href) }
  while (waiting.length) {
    const url = waiting.shift();
    const answer = await page.goto(url);
    if (!answer) { check(`${url} is a page`, false, page.url()); continue }
    check(`${url} is there`, answer.status() === 200, `${answer.status()}`);
    for (const href of await page.$$eval("a[href]", links => links.map(link => link.href))) {
      if (!href.startsWith(origin) || href.includes("/api/") || href.includes("#")) continue;
      const name = kind(href);
      // A file is asked for and not shown.
      if (/\.csv$|\/receipt$|\/answer$|\/sent$|\.xml$|^\/log\//.test(name)) {
        if (!found.has(name)) { found.set(name, null); const file = await page.request.get(href); check(`${href} is there`, file.ok(), `${file.status()}`) }
        continue;
      }
      if (!found.has(name) && found.size < PAGES_MAX) { found.set(name, href); waiting.push(href) }
    }
  }
  return [...found.values()].filter(Boolean);
}

async function look(page, url, words) {
  const answer = await page.goto(url);
  const name = `${words} ${kind(url)}`;
  check(`${name}: status`, answer.ok(), `${answer.status()}`);
  const told = await page.evaluate(() => ({
    letters: parseFloat(getComputedStyle(document.documentElement).fontSize),
    lang: document.documentElement.lang, text: document.body.innerText, title: document.title, wide: document.documentElement.scrollWidth, room: innerWidth,
    help: Boolean(document.querySelector('a[href="/help"], a[href^="tel:"]')), heads: document.querySelectorAll("h1").length,
    inline: document.querySelectorAll("[style], [onclick]").length,
    crowded: [...document.querySelectorAll(".xs")].filter(axis => {
      const shown = [...axis.children].filter(e => e.textContent && e.checkVisibility({ visibilityProperty: true })).map(e => { const text = document.createRange(); text.selectNodeContents(e); return text.getBoundingClientRect() });
      return shown.some((one, at) => at > 0 && one.left < shown[at - 1].right + 1);
    }).length,
  }));
  check(`${name}: one heading of the first level`, told.heads === 1, `${told.heads}`);
  check(`${name}: leads to a person`, told.help);
  check(`${name}: has a title`, told.title.length > 3);
  check(`${name}: no label of a drawing stands on another`, told.crowded === 0, `${told.crowded}`);
  check(`${name}: nothing inline`, told.inline === 0);
  check(`${name}: no sideways scroll`, told.wide <= told.room, `${told.wide} > ${told.room}`);
  check(`${name}: every word is translated`, bare(told.text).length === 0, bare(told.text).join(", "));
  const size = Number(words.split(".")[2]);
  check(`${name}: letters are as large as chosen`, !size || told.letters === size, `${told.letters}`);
  const zh = words.startsWith("zh");
  check(`${name}: language`, told.lang === (zh ? "zh-CN" : "en"), told.lang);
  await textInDrawings(page, name);
  if (told.room === 1280) await zoomed(page, name);
  const broken = await unfit(page, ALL_TAGS);
  check(`${name}: axe`, broken.length === 0, broken.join("\n    "));
  if (words.includes("care")) await careNumbers(page, name);
  if (shots) await page.screenshot({ path: path.join(shots, `${words.replaceAll(".", "-").replaceAll(" ", "_")}${kind(url).replaceAll("/", "_")}.png`), fullPage: true });
}

// MIIT's numbers for care mode: text of 18 px, main targets of 60, others of 44, lines of 1.5.
async function careNumbers(page, name) {
  const small = await page.evaluate(() => {
    const seen = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
    const found = [];
    for (const e of document.querySelectorAll("main *")) {
      const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
      if (own && seen(e) && !e.closest(".vh") && parseFloat(getComputedStyle(e).fontSize) < 18) found.push(`text of ${getComputedStyle(e).fontSize}: ${e.textContent.trim().slice(0, 30)}`);
    }
    for (const e of document.querySelectorAll("main :is(button, .btn, input:not([type=hidden]), select, .acts a)")) {
      const { height } = e.getBoundingClientRect();
      if (seen(e) && height < 59.5) found.push(`main target of ${height} px: ${e.textContent.trim().slice(0, 30)}`);
    }
    for (const e of document.querySelectorAll(":is(main, footer, header) a")) {
      const { height } = e.getBoundingClientRect();
      if (seen(e) && !e.closest(".skip, p, li.told") && height < 43.5 && !e.matches(".skip")) found.push(`target of ${height} px: ${e.textContent.trim().slice(0, 30)}`);
    }
    const line = parseFloat(getComputedStyle(document.body).lineHeight) / parseFloat(getComputedStyle(document.body).fontSize);
    if (line < 1.5) found.push(`lines of ${line}`);
    return found;
  });
  check(`${name}: care numbers`, small.length === 0, small.slice(0, 5).join("; "));
}

// Weight, a slow line and, with `--all`, Lighthouse: of a customer's pages and of the bank's own.
async function weighAll(browser, origin) {
  for (const [who, pages] of [["pensioner", [["/", 30], ["/home", 15], ["/pay", 15]]], ["analyst", [["/cases", 30]]], ["operations", [["/overview", 30]]]]) {
    const { context, page } = await windowOf(browser, origin, { wide: 390 });
    await be(page, origin, who);
    const state = await context.storageState();
    await weigh(browser, origin, state, pages);
    if (who === "pensioner") await slow(browser, origin, state, pages.map(([where]) => where), all);
    if (all) await lighthouse(origin, state, pages.map(([where]) => where));
    await context.close();
  }
}

async function take(browser, origin) {
  for (const [name, look_, wide, high, where] of [["home", "en.light.0.plain", 1100, 900, "/home"], ["care", "zh.light.0.care", 414, 900, "/home"], ["check", "en.light.0.plain", 1100, 900, "check"]]) {
    const { context, page } = await windowOf(browser, origin, { look: look_, wide, high });
    await be(page, origin, "pensioner");
    if (where === "check") {
      await page.locator(".hist li", { hasNotText: /held/ }).locator("a").first().click();
      await page.locator("main a[href^='/check']").click();
      await page.waitForSelector("[data-good]:not([hidden])");
      await page.locator("[data-good]").scrollIntoViewIfNeeded();
    }
    await page.screenshot({ path: path.join(pictures, `${name}.png`) });
    await context.close();
  }
}

// Whoever asks too often is told so, and not that they must sign in: by a bank that lets them ask little.
async function tooOften(browser) {
  const often = folder + ".often", config = folder + ".often.toml";
  town(tj, often, "100", "2");
  writeFileSync(config, "[api]\ncaller_per_s = 60\n");
  const bank = await serve(tj, often, ["--config", config]);
  try { await askOften(browser, bank) } finally { await bank.end() }
}

async function askOften(browser, bank) {
  const { context, page } = await windowOf(browser, bank.origin);
  await be(page, bank.origin, "pensioner");
  await Promise.all(Array.from({ length: 60 }, () => page.request.get(bank.origin + "/home")));
  let told = 0;
  for (let n = 0; n < 40 && !told; n += 1) {
    const [answer] = await Promise.all([page.goto(bank.origin + "/home"), ...Array.from({ length: 30 }, () => page.request.get(bank.origin + "/home"))]);
    if (answer.status() !== 429) continue;
    told += 1;
    check("whoever asks too often is told so", (await page.locator("h1").innerText()).length > 3 && (await page.locator("main").innerText()).includes("Too often"), await page.locator("main").innerText());
    check("and has a way to a person, and no sign-in", await page.locator("a[href='/help']").count() >= 1 && !page.url().includes("/sign-in"), page.url());
  }
  check("a bank that lets people ask little stops who asks much", told > 0);
  await context.close();
}

async function main() {
  town(tj, folder, "1500", "20");
  const model = train(tj, folder);
  const bank = await serve(tj, folder);
  const browser = await open();
  let found = null;
  try {
    // `LOOKS=en.dark.0.plain:390,…` looks at every page in these ways and no other.
    const chosen = process.env.LOOKS?.split(",").map(way => way.split(":")).map(([look_, wide]) => [look_, Number(wide)]);
    const looks = all
      ? ["en", "zh"].flatMap(lang => ["light.0.plain", "dark.0.plain", "contrast.0.plain", "light.0.care", "light.30.care"].map(rest => `${lang}.${rest}`))
      : ["en.light.0.plain", "zh.light.0.care"];
    const widths = all ? [1280, 390, 320] : [1280, 320];
    let count = 0;
    const known = new Set();
    const [[[party]], [[till]]] = [await ask(browser, bank.origin, "SELECT party FROM account_roles r JOIN accounts a ON a.account = r.account WHERE a.code = 20111 AND r.role = 'owner' LIMIT 1"),
      await ask(browser, bank.origin, "SELECT credit_account FROM transfers WHERE code = 402 LIMIT 1")];
    const counter = [`/counter/${id("pty", party)}`, `/counter/drawer?till=${till}&counted=1`].map(path => bank.origin + path);
    found = await prepare(browser, bank.origin);
    await hold(browser, bank.origin, 3);
    await crowd(browser, bank.origin);
    for (const name of process.env.TASK ? [] : PEOPLE) {
      const first = await windowOf(browser, bank.origin);
      await first.page.goto(bank.origin + "/");
      if (name) {
        if (!await first.page.locator(`form[action="/visit"] input[value="${name}"]`).count()) { await first.context.close(); continue }
        await be(first.page, bank.origin, name);
      }
      const urls = await crawl(first.page, bank.origin, name === "teller" ? counter : []);
      const state = await first.context.storageState();
      await first.context.close();
      // The sample has each page once in each look; all of them have each width as well. Of a page that another role has too, a part of
      // the ways is looked at: another one for each next page.
      const again = new Set(urls.filter(url => known.has(kind(url))));
      urls.forEach(url => known.add(kind(url)));
      const ways = chosen ? [...chosen] : looks.flatMap(look_ => widths.map(wide => [look_, wide])).filter(([look_, wide]) => all ? !/contrast|\.30\./.test(look_) || wide === 390 : look_.startsWith("en") ? wide === 1280 : wide === 320);
      const through = async ([look_, wide], nth) => {
        const context = await browser.newContext({ viewport: { width: wide, height: 900 }, storageState: state });
        await context.addCookies([{ name: "look", value: look_, url: bank.origin }]);
        const page = await context.newPage();
        page.on("console", m => { if (m.type() === "error") check(`console of ${page.url()}`, false, m.text()) });
        for (const [at, url] of urls.entries()) {
          if (!chosen && again.has(url) && (at + nth) % (all ? 3 : 2)) continue;
          await look(page, url, `${look_} ${wide} ${name || "nobody"}`);
          count += 1;
        }
        await context.close();
      };
      // Two at once, as there are two cores.
      let nth = 0;
      const lane = async () => { for (let way; (way = ways.shift());) await through(way, nth++) };
      await Promise.all([lane(), lane()]);
    }
    console.log(`${count} pages looked at`);
    await weighAll(browser, bank.origin);
    await compare(browser, bank.origin);
    if (pictures) await take(browser, bank.origin);
    await tasks(browser, bank.origin, all);
    await phones(browser, bank.origin, all);
    await desks(browser, bank.origin);
    await rules(browser, bank.origin, model);
    await operations(browser, bank.origin);
    await selfcare(browser, bank.origin);
    if (wanted("whoever asks too often")) await tooOften(browser);
  } finally {
    await browser.close();
    const code = await bank.end();
    if (found) sameAsTj(tj, folder, found);
    check("the bank ends well", code === 0, `${code} ${bank.log().slice(-400)}`);
  }
  console.log(failed() ? `${failed()} FAILED` : "all right");
  process.exitCode = failed() ? 1 : 0;
}

await main();
