// What is measured of pages beside axe: text in drawings, zoom, slow lines, weight, the accessibility tree of a journey, pictures.

import { check, windowOf } from "./bank.mjs";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const bless = process.env.BLESS === "1";

// Text of a drawing against what is drawn beneath it (WCAG 1.4.6): axe leaves that open.
export async function textInDrawings(page, name) {
  const faint = await page.evaluate(() => {
    const numbers = text => text.match(/[\d.]+/g)?.map(Number) ?? [];
    const over = ([r, g, b, a = 1], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
    const light = rgb => { const [r, g, b] = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
    const found = [];
    for (const text of document.querySelectorAll("svg text")) {
      if (!text.textContent.trim() || !text.checkVisibility({ visibilityProperty: true })) continue;
      text.scrollIntoView({ block: "center", inline: "center" });
      const box = text.getBoundingClientRect(), style = getComputedStyle(text);
      const under = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2).filter(e => e !== text && !text.contains(e) && !e.closest("text"));
      let ground = [255, 255, 255];
      for (const e of [...under].reverse()) {
        const its = getComputedStyle(e), colour = e instanceof SVGGeometryElement ? its.fill : its.backgroundColor;
        if (colour.startsWith("rgb")) ground = over(numbers(colour), ground);
      }
      const ink = over(numbers(style.fill), ground), [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
      const size = parseFloat(style.fontSize), least = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700 ? 4.5 : 7;
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < least) found.push(`${text.textContent.trim().slice(0, 20)}: ${ratio.toFixed(2)} of ${least}`);
    }
    scrollTo(0, 0);
    return found;
  });
  check(`${name}: text in drawings has contrast`, faint.length === 0, faint.slice(0, 4).join("; "));
}

// A window of 1,280 at 200 and 400 % is one of 640 and 320 (WCAG 1.4.10); letters alone at 200 % as well (1.4.4).
export async function zoomed(page, name) {
  const before = page.viewportSize();
  for (const [percent, wide] of [[200, 640], [400, 320]]) {
    await page.setViewportSize({ width: wide, height: 900 });
    const told = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    check(`${name}: no sideways scroll at ${percent} %`, told[0] <= told[1], `${told[0]} > ${told[1]}`);
  }
  await page.setViewportSize(before);
}

// What a screen reader is told at the end of a journey, without what differs from run to run: numbers, days, names of things, and how
// many rows a table has and what stands in them. Of a table's body its first row is kept, by what it is made of.
function steady(tree) {
  const lines = [];
  let body = -1, rows = 0;
  const told = tree.split("\n");
  for (const [at, line] of told.entries()) {
    const depth = line.search(/\S/);
    if (depth <= body) body = -1;
    if (/^\s*- rowgroup/.test(line)) {
      // The head of a table has column headers; all else of it is its body.
      const until = told.findIndex((other, n) => n > at && other.search(/\S/) <= depth);
      const inside = told.slice(at + 1, until < 0 ? told.length : until);
      if (!inside.some(other => /^\s*- '?columnheader/.test(other))) { body = depth; rows = 0 }
    } else if (body >= 0) {
      if (/^\s*- '?row\b/.test(line)) rows += 1;
      if (rows <= 1) lines.push(line.replace(/^(\s*- )'?(\/?\w+).*$/, "$1$2"));
      continue;
    }
    // What is long and has digits is a hash or an id; of an address only its ids are.
    const long = line.includes("/url:") ? /[A-Za-z0-9-]{24,}/g : /[A-Za-z0-9+\/=_-]{24,}/g;
    lines.push(line.replace(/\b([a-z]{3,4})_[0-9a-f-]{16,}/g, "$1_#").replace(long, word => /\d/.test(word) ? "#" : word)
      .replace(/\b([Cc]ase) [0-9a-f]{6}\b/g, "$1 #").replace(/\b[0-9a-f]{4} [0-9a-f]{4} … [0-9a-f]{4} [0-9a-f]{4}\b/g, "#")
      .replace(/\b(acc|pay|case|ord|pty|cmp)_[0-9a-f-]+/g, "$1_#").replace(/[0-9a-f]{12,}/g, "#")
      .replace(/\b(January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(day)?\b/g, "@")
      .replace(/[−-]?\d[\d,.: ]*/g, "# ").replace(/(# ?){2,}/g, "# ").replace(/# (second|minute|hour|day)s?/g, "# units").replace(/: "# ?"$/, ": #").replace(/[ \t]+$/, ""));
  }
  // Lists are as long as what happened: one of several alike is enough.
  const kept = [];
  for (const line of lines) {
    const depth = line.search(/\S/);
    if (kept.at(-1) === line) continue;
    kept.push(line);
    // A block that is the same as the one before it goes.
    for (let long = 2; long <= 8 && kept.length >= 2 * long; long += 1) {
      const last = kept.slice(-long);
      if (last[0].search(/\S/) <= depth && last.join("\n") === kept.slice(-2 * long, -long).join("\n")) { kept.length -= long; break }
    }
  }
  // Whom somebody paid of late is as it came.
  return kept.filter(line => !/^\s*- '?button "#.*¥ #/.test(line)).join("\n") + "\n";
}

// Compared with what was kept; `BLESS=1` keeps it anew.
export async function tree(page, journey) {
  const file = path.join(HERE, "trees", `${journey.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}.yml`);
  const now = steady(await page.locator("main").ariaSnapshot());
  if (bless) { mkdirSync(path.dirname(file), { recursive: true }); writeFileSync(file, now); return }
  if (!existsSync(file)) return check(`${journey}: its tree is kept (BLESS=1 keeps it)`, false, file);
  const kept = readFileSync(file, "utf8"), a = kept.split("\n"), b = now.split("\n");
  const at = a.findIndex((line, n) => line !== b[n]);
  check(`${journey}: what a screen reader is told`, kept === now, `line ${at + 1}: was ${a[at]}, is ${b[at]} (BLESS=1 keeps it)`);
}

// Pictures of pages on which nothing changes, held against those that were kept, where the letters are those of then.
export async function pictures(browser, origin) {
  for (const [name, look, wide, where] of [
    ["gallery-light", "en.light.0.plain", 1100, "/gallery"], ["gallery-dark", "zh.dark.0.plain", 1100, "/gallery"],
    ["gallery-contrast", "en.contrast.0.plain", 390, "/gallery"], ["help-care", "zh.light.0.care", 414, "/help"],
  ]) {
    const { context, page } = await windowOf(browser, origin, { look, wide });
    await page.goto(origin + where);
    const letters = await page.evaluate(() => {
      const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(document.body);
      return ["h1", "main p", "code"].map(s => { const e = document.querySelector(s); if (!e) return 0; pen.font = `20px ${getComputedStyle(e).fontFamily}`; return pen.measureText("Ink and seal 墨与印 0123456789").width.toFixed(2) }).join(" ") + style.fontSize;
    });
    const shot = await page.screenshot({ fullPage: true, mask: [page.locator(".pos")], maskColor: "#888888" });
    const file = path.join(HERE, "pictures", `${name}.png`), told = path.join(HERE, "pictures", `${name}.txt`);
    if (bless) { mkdirSync(path.dirname(file), { recursive: true }); writeFileSync(file, shot); writeFileSync(told, letters + "\n") }
    else if (!existsSync(file)) check(`the picture ${name} is kept (BLESS=1 keeps it)`, false, file);
    else if (readFileSync(told, "utf8") !== letters + "\n") console.log(`    ${name}: not compared, the letters here are others than those it was kept with`);
    else {
      const differs = await page.evaluate(async both => {
        const [a, b] = await Promise.all(both.map(async data => { const image = new Image(); image.src = data; await image.decode(); return image }));
        if (a.width !== b.width || a.height !== b.height) return `${a.width} x ${a.height} and ${b.width} x ${b.height}`;
        const [x, y] = [a, b].map(image => { const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height; const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0); return pen.getImageData(0, 0, image.width, image.height).data });
        let others = 0;
        for (let n = 0; n < x.length; n += 4) if (Math.abs(x[n] - y[n]) > 24 || Math.abs(x[n + 1] - y[n + 1]) > 24 || Math.abs(x[n + 2] - y[n + 2]) > 24) others += 1;
        return others / (x.length / 4) > 0.002 ? `${(others / (x.length / 4) * 100).toFixed(2)} % of its points differ` : "";
      }, [readFileSync(file), shot].map(png => `data:image/png;base64,${png.toString("base64")}`));
      check(`the picture ${name}`, differs === "", differs);
    }
    await context.close();
  }
}

// How much a page weighs over the line, and how much it would in brotli; how many requests.
export async function weigh(browser, origin, state, pages) {
  for (const [where, most] of pages) {
    const fresh = await browser.newContext({ storageState: state });
    const sheet = await fresh.newPage(), client = await fresh.newCDPSession(sheet), bodies = [];
    let bytes = 0, asked = 0;
    await client.send("Network.enable");
    client.on("Network.loadingFinished", e => { bytes += e.encodedDataLength; asked += 1 });
    // A stream of live figures has no end.
    sheet.on("response", answer => { if (!(answer.headers()["content-type"] ?? "").includes("event-stream")) bodies.push(answer.body().catch(() => Buffer.alloc(0))) });
    await sheet.goto(origin + where, { waitUntil: "load" });
    await sheet.waitForTimeout(300);
    const brotli = (await Promise.all(bodies)).reduce((sum, body) => sum + zlib.brotliCompressSync(body).length, 0);
    console.log(`    ${where}: ${(bytes / 1024).toFixed(1)} kB with heads, ${(brotli / 1024).toFixed(1)} kB in brotli, ${asked} requests`);
    check(`${where} weighs at most ${most} kB`, bytes <= most * 1024, `${bytes}`);
    check(`${where} asks three times at most`, asked <= 3, `${asked}`);
    await fresh.close();
  }
}

// On 2G: 50 kbit/s, 600 ms, a processor of a sixth. A page must be readable within 3 s of asking. What decides it is how many
// bytes page and style have, after two ways there and back; that is checked always. The clock is looked at where `timed`, since
// others may be at work on this machine.
export async function slow(browser, origin, state, pages, timed) {
  const rate = 50_000 / 8, way = 0.6, patience = 3;
  for (const where of pages) {
    const fresh = await browser.newContext({ storageState: state, viewport: { width: 360, height: 640 } });
    const page = await fresh.newPage(), client = await fresh.newCDPSession(page);
    const kinds = new Map();
    let bytes = 0;
    await client.send("Network.enable");
    client.on("Network.responseReceived", e => kinds.set(e.requestId, e.type));
    client.on("Network.loadingFinished", e => { if (["Document", "Stylesheet"].includes(kinds.get(e.requestId))) bytes += e.encodedDataLength });
    await client.send("Network.emulateNetworkConditions", { offline: false, latency: way * 1000, downloadThroughput: rate, uploadThroughput: rate });
    await client.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    await page.goto(origin + where, { waitUntil: "load", timeout: 60_000 });
    const seen = await page.evaluate(() => new Promise(found => new PerformanceObserver(list => { const first = list.getEntriesByName("first-contentful-paint")[0]; if (first) found(first.startTime) }).observe({ type: "paint", buffered: true })));
    console.log(`    ${where} on 2G: readable after ${(seen / 1000).toFixed(2)} s; ${(bytes / 1024).toFixed(1)} kB of page and style`);
    check(`${where}: page and style come within ${patience} s on 2G`, 2 * way + bytes / rate <= patience, `${bytes} bytes`);
    if (timed) check(`${where} is readable within ${patience} s on 2G`, seen <= patience * 1000, `${(seen / 1000).toFixed(2)} s`);
    await fresh.close();
  }
}
