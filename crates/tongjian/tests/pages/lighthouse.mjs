// Lighthouse with its mobile profile: 95 for speed, 100 for accessibility and for good practice.

import { check, CHROMIUM } from "./bank.mjs";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

export async function lighthouse(origin, state, pages) {
  const require = createRequire(path.join(process.env.TJ_BROWSER_MODULES, "package.json"));
  const { default: run } = await import(pathToFileURL(require.resolve("lighthouse")).href);
  const folder = mkdtempSync(path.join(tmpdir(), "lighthouse-"));
  const chromium = spawn(CHROMIUM, ["--headless=new", "--no-sandbox", "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const port = await new Promise((found, lost) => {
    chromium.on("exit", () => lost(new Error("Chromium ended")));
    chromium.stderr.on("data", text => { const at = String(text).match(/ws:\/\/[^:]+:(\d+)/); if (at) found(Number(at[1])) });
  });
  const cookie = state.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  try {
    for (const where of pages) {
      const { lhr } = await run(origin + where, { port, logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices"], extraHeaders: { Cookie: cookie } });
      const scores = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]));
      console.log(`    ${where} by Lighthouse: ${Object.entries(scores).map(([name, score]) => `${name} ${score}`).join(", ")}`);
      const failed = Object.values(lhr.audits).filter(audit => audit.score !== null && audit.score < 1 && audit.scoreDisplayMode === "binary").map(audit => audit.id);
      const moved = (lhr.audits["layout-shifts"]?.details?.items ?? []).map(({ node, score }) => `${node?.snippet} moved by ${score}`);
      failed.push(...moved);
      check(`${where} by Lighthouse`, scores.performance >= 95 && scores.accessibility === 100 && scores["best-practices"] === 100, `${JSON.stringify(scores)} ${failed.join(", ")}`);
    }
  } finally {
    chromium.removeAllListeners("exit");
    chromium.kill();
  }
}
