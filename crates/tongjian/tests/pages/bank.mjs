// A sample bank that is served, and a browser to look at it with. Needs node, playwright-core, axe-core and Chromium; says so
// where one of them is not there.

import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { readFileSync } from "node:fs";
import path from "node:path";

const modules = process.env.TJ_BROWSER_MODULES;
if (!modules) throw new Error("TJ_BROWSER_MODULES names the folder with playwright-core and axe-core; `cargo xtask test` makes it");
const require = createRequire(path.join(modules, "package.json"));
export const { chromium } = require("playwright-core");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const CHROMIUM = [process.env.TJ_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(one => one && existsSync(one));

let failures = 0;
export function check(what, holds, more = "") {
  if (holds) return;
  failures += 1;
  console.log(`FAILED ${what}${more ? `: ${more}` : ""}`);
}
// `TASK=words` does only the tasks in whose names they are found.
export const wanted = name => !process.env.TASK || new RegExp(process.env.TASK).test(name);
// One task; what stops it is a failure of that task, and the next ones are done.
export async function attempt(name, keys, work) {
  try { await work() } catch (error) { check(`${name} (${keys ? "by keyboard" : "without script"})`, false, error.message.split("\n").slice(0, 2).join(" ")) }
}
export function failed() {
  return failures;
}

export function town(tj, folder, customers, days) {
  mkdirSync(path.dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const made = spawnSync(tj, ["--dir", folder, "demo", "--no-serve", "--customers", customers, "--days", days], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`tj demo: ${made.stdout}${made.stderr}`);
}

export async function serve(tj, folder, more = []) {
  const process_ = spawn(tj, ["--dir", folder, "--json", "serve", "--api", "127.0.0.1:0", "--flight", "off", ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "", wrong = "";
  process_.stderr.on("data", d => (wrong += d));
  const api = await new Promise((found, lost) => {
    process_.on("exit", code => lost(new Error(`tj serve ended with ${code}: ${said}${wrong}`)));
    process_.stdout.on("data", d => {
      said += d;
      try { found(JSON.parse(said).api) } catch { /* not all of it yet */ }
    });
  });
  const end = () => new Promise(done => { process_.removeAllListeners("exit"); process_.on("exit", code => done(code)); process_.kill("SIGTERM") });
  return { origin: api.replace("127.0.0.1", "localhost"), end, pid: process_.pid, log: () => wrong };
}

export async function browser() {
  if (!CHROMIUM) throw new Error("there is no Chromium; `cargo xtask test` installs it");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

// A window of somebody: how wide, how it looks, with or without script. Whatever the page complains about is a failure.
export async function windowOf(browser, origin, { wide = 1280, look = "en.light.0.plain", script = true, high = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width: wide, height: high }, javaScriptEnabled: script });
  await context.addCookies([{ name: "look", value: look, url: origin }]);
  const page = await context.newPage();
  page.on("console", m => { if (m.type() === "error" && !/status of 4\d\d/.test(m.text())) check(`console of ${page.url()}`, false, m.text()) });
  page.on("pageerror", e => check(`script of ${page.url()}`, false, e.message));
  return { context, page };
}

// A visitor of the sample bank is one of its people.
export async function be(page, origin, name) {
  await page.goto(origin + "/");
  await page.locator(`form[action="/visit"]:has(input[value="${name}"]) button`).click();
  await page.waitForLoadState();
}

// An account's or a party's number as an id of the API.
export const id = (begin, digits) => { const h = BigInt(digits).toString(16).padStart(32, "0"); return `${begin}_${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}` };

export async function ask(browser, origin, sql) {
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "operations");
  const answer = await page.request.post(origin + "/api/v1/queries", { data: { sql }, headers: { origin } });
  const { rows } = await answer.json();
  await context.close();
  return rows;
}

export async function unfit(page, tags) {
  await page.evaluate(axe);
  const found = await page.evaluate(values => globalThis.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }), tags);
  return found.violations.map(v => `${v.id} (${v.nodes.length}): ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).join(" | ")}`);
}
// A page that is an answer to a form, which no crawl comes to: as fit as those that are looked at.
export async function fits(page, name) {
  const broken = await unfit(page, ALL_TAGS);
  check(`${name}: axe`, broken.length === 0, broken.join("\n    "));
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    check(`${name}: no sideways scroll at ${width}`, wide <= room, `${wide} > ${room}`);
  }
}
export const ALL_TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
