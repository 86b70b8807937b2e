// The rules desk, done as analysts do it: by keyboard alone, and again without script. And a replay says what `tj risk replay` says.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { attempt, be, check, wanted, windowOf } from "./bank.mjs";
import { as } from "./desks.mjs";
import { sees } from "./tasks.mjs";

const TOWN_ENDS = "2026-09-30";

const post = async (page, origin, path, data) => (await page.request.post(origin + "/api/v1" + path, { data, headers: { origin } })).json();
const get = async (page, origin, path) => (await page.request.get(origin + "/api/v1" + path)).json();

// Puts something in the place of something else in the editor: with keys alone the words are chosen first and then typed over.
async function change(page, look, before, after) {
  if (!look.keys) return page.locator("#text").fill((await page.locator("#text").inputValue()).replace(before, after));
  await page.locator("#text").focus();
  await page.evaluate(word => { const t = document.querySelector("#text"), at = t.value.indexOf(word); t.setSelectionRange(at, at + word.length) }, before);
  await page.keyboard.type(after);
}

// What was run to its end; without script somebody looks again.
async function ended(page, look) {
  for (let n = 0; n < 200; n += 1) {
    if (await page.locator("#would").count()) return true;
    if (look.keys) await page.waitForTimeout(250); else await page.locator("main a.btn[href^='/rules/replays/']").first().click();
  }
  return false;
}

// Something to look at for who crawls: a proposal, a run over the past, and what `tj` is to say as well.
export async function prepare(browser, origin) {
  const { context, page } = await windowOf(browser, origin);
  await be(page, origin, "analyst");
  const cases = await get(page, origin, "/cases?due_first=true");
  const left = cases.items.filter(one => one.status === "open" && Date.parse(one.due) > Date.now());
  check("a fresh sample bank has open cases with time left", left.length >= 4, `${left.length} of ${cases.items.length}`);
  const { text } = await get(page, origin, "/risk/rule-sets/1");
  check("the text of the set in force is there", text?.includes("=== "), `${text?.slice(0, 60)}`);
  await post(page, origin, "/risk/drafts", { name: "payments", says: "Fewer warnings.", text: text.replace("ask_from = 40", "ask_from = 50") });
  let run = await post(page, origin, "/risk/replays", { text, to: TOWN_ENDS, without_model: true });
  for (let n = 0; n < 400 && run.status === "running"; n += 1) { await page.waitForTimeout(100); run = await get(page, origin, `/risk/replays/${run.id}`) }
  check("a run ends", run.status === "done" && run.entries_done === run.entries, `${run.status} ${run.why ?? ""}`);
  await context.close();
  return run.found;
}

// The same rules over the same days, on the command line.
export function sameAsTj(tj, folder, found) {
  const said = spawnSync(tj, ["--dir", folder, "--json", "risk", "replay", "--to", TOWN_ENDS], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (said.status !== 0) return check("tj risk replay runs", false, said.stderr);
  const theirs = JSON.parse(said.stdout), of = list => list.map(one => `${one.name} ${one.payments} ${one.alone} ${typeof one.payers === "number" ? one.payers : ""}`).join("\n");
  check("as many payments are judged", found.judged === theirs.judged && found.judged > 1000, `${found.judged} and ${theirs.judged}`);
  check("the outcomes are those of tj risk replay", of(found.outcomes) === of(theirs.outcomes), `${of(found.outcomes)}\n${of(theirs.outcomes)}`);
  check("and so is every rule", of(found.rules) === of(theirs.rules), `${of(found.rules)}\n${of(theirs.rules)}`);
}

const all = {
  async "an analyst mends a rule, replays it on history and proposes it; a chief adopts it"({ browser, origin, look }) {
    let draft;
    await as(browser, origin, "analyst", look, async (page, hand) => {
      await page.goto(origin + "/rules");
      await sees(page, "what judges, and what waits", await page.locator("#sets").count() === 1 && await page.locator("a[href^='/rules/drafts/']").count() >= 1);
      await hand.press("main a[href^='/rules/edit']");
      await sees(page, "the rules in force are there", (await page.locator("#text").inputValue()).includes("=== "));
      await change(page, look, "ask_from = 40", "ask_from = many");
      if (!look.keys) await hand.press("button[value=check]");
      await page.locator("#verdict .note.stop a[data-line]").first().waitFor();
      await sees(page, "the fault is told while it is typed, and nothing typed is lost", (await page.locator("#text").inputValue()).includes("ask_from = many"));
      if (look.keys) {
        await page.locator("#verdict a[data-line]").first().focus();
        await page.keyboard.press("Enter");
        await sees(page, "the fault leads to its line", await page.evaluate(() => { const t = document.activeElement; return t.id === "text" && t.value.slice(t.selectionStart, t.selectionEnd).includes("many") }));
      }
      await hand.press("button[value=propose]");
      await sees(page, "a wrong text is not proposed, and stays", (await page.locator("#text").inputValue()).includes("ask_from = many") && await page.locator(".faults").count() === 1);
      await change(page, look, "ask_from = many", "ask_from = 60");
      if (!look.keys) await hand.press("button[value=check]");
      await page.locator("#verdict .note.done").waitFor();
      await hand.press("button[value=diff]");
      await sees(page, "what changed is told by its lines", (await page.locator(".diff ins").innerText()).includes("ask_from = 60"));
      await hand.press("button[value=replay]");
      await sees(page, "it runs to its end", await ended(page, look));
      await sees(page, "what would change, with payments to look at", await page.locator("#changed").count() === 1 && await page.locator("main a[href^='/payments/pay_']").count() >= 1);
      await hand.press("a[href^='/rules/edit?replay=']");
      await sees(page, "the text is there again", (await page.locator("#text").inputValue()).includes("ask_from = 60"));
      await hand.press("details:has(#find) > summary");
      await hand.type("#find", "night");
      await hand.press("button[value=find]");
      await sees(page, "features are found, and nothing is lost", await page.locator(".features dt").count() >= 1 && (await page.locator("#text").inputValue()).includes("ask_from = 60"));
      await hand.type("#says", "Replayed on the whole history.");
      await hand.press("button[value=propose]");
      draft = page.url();
      await sees(page, "it is proposed", /\/rules\/drafts\/drf_/.test(draft));
      await sees(page, "who proposes does not adopt", await page.locator("form[action$='/adopt']").count() === 0);
    });
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(origin + "/rules");
      await sees(page, "it waits for the chief", await page.locator(".note.stop a[href^='/rules/drafts/']").count() >= 1);
      await page.goto(draft);
      await sees(page, "with what it changes", await page.locator(".diff ins").count() >= 1);
      await page.locator("#stage").selectOption("canary");
      await hand.type("#share", "many");
      await hand.press("form[action$='/adopt'] button");
      await sees(page, "a share that is none is said", await page.locator(".faults a[href='#share']").count() === 1);
      await page.locator("#stage").selectOption("shadow");
      await hand.type("#hold-hours", "9000");
      await hand.press("form[action$='/adopt'] button");
      await sees(page, "a bound that is none is said beside its field", await page.locator(".faults a[href='#hold-hours']").count() === 1);
      await hand.type("#hold-hours", "48");
      await hand.press("form[action$='/adopt'] button");
      await sees(page, "it is a rule set, with that bound", /\/rules\/sets\/\d+$/.test(page.url()) && (await page.locator("main").innerText()).includes("48 hours"));
      await page.goto(origin + "/rules");
      await sees(page, "the shadow stands beside the set that judges", await page.locator("#trial").count() === 1);
    });
  },
  async "a model is handed in, held against rows, tried on the past and proposed"({ browser, origin, look, model }) {
    await as(browser, origin, "analyst", look, async (page, hand) => {
      await page.goto(origin + "/rules/models");
      await hand.type("#name", "ours");
      await hand.press("form[action='/rules/models'] button");
      await sees(page, "without a file that is said, and the name stays", await page.locator(".faults a[href='#file']").count() === 1 && await page.locator("#name").inputValue() === "ours");
      await page.locator("#file").setInputFiles({ name: "cake.txt", mimeType: "text/plain", buffer: Buffer.from("a cake") });
      await hand.press("form[action='/rules/models'] button");
      await sees(page, "what is no model is told", await page.locator(".faults a[href='#file']").count() === 1);
      await page.locator("#file").setInputFiles(model);
      await hand.press("form[action='/rules/models'] button");
      await sees(page, "it is kept, and what it asks for is told", /\/rules\/models\/[0-9a-f]{64}/.test(page.url()) && await page.locator("section:has(#asked) tbody tr").count() >= 3);
      if (look.keys) {
        await sees(page, "nobody proposes it yet", await page.locator("form[action$='/propose']").count() === 0);
        await page.locator("#file").setInputFiles({ name: "rows.csv", mimeType: "text/csv", buffer: Buffer.from("amount,score\n1,0.5\n") });
        await hand.press("form[action$='/golden'] button");
        await sees(page, "rows that do not vouch for it are told", await page.locator(".faults a[href='#file']").count() === 1);
        await page.locator("#file").setInputFiles(model + ".golden.csv");
        await hand.press("form[action$='/golden'] button");
        await sees(page, "its rows vouch for it", await page.locator("dl.facts .tag.ok").count() === 1);
      }
      const at = page.url();
      await hand.press("form[action$='/replay'] button");
      await sees(page, "it runs to its end", await ended(page, look));
      await page.goto(at);
      await hand.press("form[action$='/propose'] button");
      await sees(page, "a proposal needs a name", await page.locator(".faults a[href='#called']").count() === 1);
      await hand.type("#called", "with ours");
      await hand.press("form[action$='/propose'] button");
      await sees(page, "it is proposed, and names the model", /\/rules\/drafts\/drf_/.test(page.url()) && await page.locator("main a[href^='/rules/models/']").count() === 1);
      await page.goto(at);
      await hand.press("form[action$='/remove'] button");
      await sees(page, "what is proposed is not taken away", await page.locator(".faults").count() === 1);
    });
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(origin + "/rules");
      await page.locator(".note.stop a[href^='/rules/drafts/']", { hasText: "with ours" }).first().click();
      await page.locator("#stage").selectOption("shadow");
      await hand.press("form[action$='/adopt'] button");
      await sees(page, "it is a rule set that looks at it", /\/rules\/sets\/\d+$/.test(page.url()) && await page.locator("main a[href^='/rules/models/']").count() === 1);
    });
  },
  async "nobody adopts their own proposal"({ browser, origin, look }) {
    await as(browser, origin, "chief", look, async (page, hand) => {
      await page.goto(origin + "/rules/edit");
      await hand.type("#name", "own");
      await hand.press("button[value=propose]");
      const token = await page.locator("input[name=form_token]").first().inputValue();
      await sees(page, "it waits for somebody else", await page.locator("form[action$='/adopt']").count() === 0);
      const tried = await page.request.post(page.url() + "/adopt", { form: { form_token: token, stage: "active" }, headers: { origin } });
      check("whoever tries is told why", tried.status() === 403 && (await tried.text()).includes("somebody else must adopt it"), `${tried.status()}`);
      await hand.press("form[action$='/withdraw'] button");
      await sees(page, "it can be taken back", new URL(page.url()).pathname === "/rules");
    });
  },
  async "a supervisor reads, and changes nothing"({ browser, origin, look }) {
    await as(browser, origin, "supervisor", look, async (page) => {
      await page.goto(origin + "/rules");
      await sees(page, "the sets are there, a way to change them is not", await page.locator("#sets").count() === 1 && await page.locator("a[href^='/rules/edit']").count() === 0);
      check("the editor is closed", (await page.goto(origin + "/rules/edit")).status() === 403);
      await page.goto(origin + "/rules/quality");
      await sees(page, "precision and recall, month by month", await page.locator("#precision").count() === 1 && await page.locator("#months").count() === 1);
      await page.goto(origin + "/rules/models");
      await sees(page, "the model and its sets", await page.locator("a[href='/rules/sets/1']").count() >= 1);
    });
  },
};

// A model that learnt from the bank itself, with rows that vouch for it; made while nobody serves the bank.
export function train(tj, folder) {
  const model = path.join(folder, "..", "own.forest");
  const made = spawnSync(tj, ["--dir", folder, "model", "train", "--labels", path.join(folder, "thieves.csv"), "--trees", "10", "--output", model], { encoding: "utf8" });
  check("tj model train makes a model", made.status === 0, made.stderr);
  return model;
}

export async function rules(browser, origin, model) {
  let done = 0;
  for (const keys of [true, false]) for (const [name, task] of Object.entries(all)) {
    if (!wanted(name)) continue;
    await attempt(name, keys, () => task({ browser, origin, look: { keys, journey: name }, model }));
    done += 1;
  }
  console.log(`${done} tasks of the rules desk done`);
}
