// Verifies a receipt in the browser: docs/formats/proofs.md sections 2, 4, 5 and 7. Nothing is sent anywhere.
const S = crypto.subtle, enc = new TextEncoder();
const sha = async (...p) => new Uint8Array(await S.digest("SHA-256", cat(p)));
const cat = p => { const o = new Uint8Array(p.reduce((n, x) => n + x.length, 0)); let i = 0; for (const x of p) { o.set(x, i); i += x.length } return o };
const b64 = t => { if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(t)) throw 0; return Uint8Array.from(atob(t), c => c.charCodeAt(0)) };
const same = (a, b) => a.length == b.length && a.every((x, i) => x == b[i]);
const num = (b, at, n) => { let v = 0n; for (let i = n; i--;) v = v << 8n | BigInt(b[at + i]); return v };
const dec = t => { if (!/^(0|[1-9][0-9]*)$/.test(t)) throw 0; return BigInt(t) };
const leaf = x => sha([0], x);
async function leads(h, i, size, path, root) {
  if (i >= size) return false;
  let n = i, last = size - 1n;
  for (const p of path) {
    if (last == 0n) return false;
    if (n & 1n || n == last) { h = await sha([1], p, h); while (!(n & 1n) && n) n >>= 1n, last >>= 1n }
    else h = await sha([1], h, p);
    n >>= 1n; last >>= 1n;
  }
  return last == 0n && same(h, root);
}
export function read(text) {
  const lines = text.split("\n");
  if (lines[0] != "c2sp.org/tlog-proof@v1" || !lines[1].startsWith("extra ") || !lines[2].startsWith("index ")) throw 0;
  const gap = lines.indexOf("", 3), x = b64(lines[1].slice(6));
  if (gap < 0 || String.fromCharCode(...x.slice(0, 4)) != "TJR1") throw 0;
  const r = Number(num(x, 12, 2)), p = x[14 + r], end = 15 + r + 32 * p;
  if (x.length != end + 128 || p > 32) throw 0;
  const hashes = (b, n) => Array.from({ length: n }, (_, i) => b.slice(32 * i, 32 * i + 32));
  const note = lines.slice(gap + 1).join("\n"), cut = note.lastIndexOf("\n\n");
  const said = note.slice(0, cut + 1), body = said.split("\n");
  if (cut < 0 || body.length < 4) throw 0;
  return { row: num(x, 4, 4), rows: num(x, 8, 4), record: x.slice(14, 14 + r), rowPath: hashes(x.slice(15 + r), p), header: x.slice(end),
    index: dec(lines[2].slice(6)), path: lines.slice(3, gap).map(b64), said, origin: body[0], size: dec(body[1]), root: b64(body[2]),
    lines: note.slice(cut + 2).split("\n").filter(Boolean) };
}
export const steps = {
  form: r => r.path.every(h => h.length == 32) && r.root.length == 32,
  record: async r => num(r.header, 40, 4) == r.rows && await leads(await leaf(r.record), r.row, r.rows, r.rowPath, r.header.slice(56, 88)),
  batch: r => num(r.header, 16, 8) == r.index,
  log: async r => leads(await leaf(r.header), r.index, r.size, r.path, r.root),
  signature: async (r, key) => {
    const m = key.trim().match(/^(\S+)\+([0-9a-f]{8})\+(\S+)$/), k = m && b64(m[3]);
    if (!k || k[0] != 1 || k.length != 33 || m[1] != r.origin) return false;
    const id = (await sha(enc.encode(m[1] + "\n"), k)).slice(0, 4), pub = await S.importKey("raw", k.slice(1), "Ed25519", false, ["verify"]);
    if (![...id].map(x => x.toString(16).padStart(2, "0")).join("").includes(m[2])) return false;
    const ours = r.lines.map(l => l.match(/^\u2014 (\S+) (\S+)$/)).filter(l => l && l[1] == r.origin).map(l => b64(l[2])).filter(l => same(l.slice(0, 4), id));
    if (!ours.length) return false;
    for (const l of ours) if (l.length != 68 || !await S.verify("Ed25519", pub, l.slice(4), enc.encode(r.said))) return false;
    return true;
  },
};
// A figure: the record noted the hash of a question and the digest of its answer. docs/formats/history.md section 3.
const le = (v, n) => Uint8Array.from({ length: n }, (_, i) => Number(BigInt(v) >> BigInt(8 * i) & 255n));
const sized = t => { const b = enc.encode(t); return cat([le(b.length, 4), b]) };
function cell(v, kind) {
  if (v === null) return [0];
  const k = kind.match(/^(U?Int|Decimal128|Date32|Timestamp|Boolean|Float)\d*(?:\(\d+, (\d+)\))?/) ?? [], whole = (kind, n) => cat([kind, le(n, 16)]);
  if (k[1] == "Int" || k[1] == "UInt") return whole([1], v);
  if (k[1] == "Decimal128") { if ((v.split(".")[1] ?? "").length != k[2]) throw 0; return whole([2, Number(k[2])], v.replace(".", "")) }
  if (k[1] == "Date32") return cat([[3], le(Date.parse(v) / 864e5, 4)]);
  if (k[1] == "Timestamp") { const [, at, part = "", zone] = v.match(/^([^.]{19})(?:\.(\d+))?(.*)$/); return whole([4], BigInt(Date.parse(at + (zone || "Z"))) * 1000000n + BigInt(part.padEnd(9, "0"))) }
  if (k[1] == "Boolean") return [6, v ? 1 : 0];
  if (k[1] == "Float") return cat([[8], new Uint8Array(new Float64Array([v]).buffer)]);
  return cat([[5], sized(v)]);
}
export async function digest({ columns, rows }) {
  const names = await sha(...columns.map(c => sized(c.name)));
  const hashes = await Promise.all(rows.map(row => { if (row.length != columns.length) throw 0; return sha(...row.map((v, i) => cell(v, columns[i].kind))) }));
  const less = (a, b) => { for (let i = 0; i < 32; i++) if (a[i] != b[i]) return a[i] - b[i]; return 0 };
  return sha(enc.encode("tongjian result v1\0"), names, le(rows.length, 8), ...hashes.sort(less));
}
// CBOR as the journal writes it: heads, numbers, bytes, texts, arrays, maps.
function cbor(b) {
  let at = 0;
  const item = () => {
    const h = b[at++], kind = h >> 5, a = h & 31; let n = BigInt(a);
    if (a > 23) { const w = 1 << a - 24; n = 0n; for (let i = 0; i < w; i++) n = n << 8n | BigInt(b[at++]) }
    if (kind < 2) return kind ? -1n - n : n;
    const many = Number(n), all = m => Array.from({ length: m }, item);
    if (kind < 4) { const x = b.slice(at, at += many); return kind == 2 ? x : new TextDecoder().decode(x) }
    if (kind == 4) return all(many);
    if (kind == 5) return new Map(all(many * 2).reduce((o, x, i, l) => i % 2 ? o : [...o, [Number(x), l[i + 1]]], []));
    return item();
  };
  return item();
}
const noted = r => { const act = r.record[0] == 2 && cbor(r.record.slice(4)); return act && act.get(4) == 20n ? act.get(5).get(1) : [] };
const figure = globalThis.document?.querySelector("#answer");
if (figure) {
  steps.question = async r => { const h = await sha(enc.encode(document.querySelector("#sql").value)); r.asked = noted(r).filter(n => same(n[2], h)); return r.asked.length > 0 };
  steps.answer = async r => { const d = await digest(JSON.parse(figure.value)); r.asked = r.asked.find(n => same(n[5], d) && n[6] == 1n); return Boolean(r?.asked) };
}
const box = globalThis.document?.querySelector("[data-check]"), q = s => box.querySelector(s);
// What a record says of a payment: docs/formats/journal.md section 5, outcome and flags. Only what was posted moved money.
export const became = b => {
  if (b[0] != 1 || b.length != 160) return "nothing";
  const flags = Number(num(b, 4, 2));
  return num(b, 2, 2) ? "refused" : flags & 8 ? "voided" : flags & 4 ? "posted" : !(flags & 2) ? "posted" : flags & 4096 ? "held" : "reserved";
};
if (box) {
  const go = q("[data-check-go]"), file = q("#receipt-file"), see = () => check().then(() => { const v = q("[data-verdict]"); v.focus({ preventScroll: true }); v.scrollIntoView() });
  go.hidden = q("[data-file]").hidden = false; go.onclick = see; if (q("#receipt").value) check();
  file.onchange = async () => { const f = file.files[0]; if (f) { q("#receipt").value = f.size < 1e6 ? await f.text() : ""; see() } };
}
async function check() {
  let r, good = true; const put = (k, v) => q(`[data-fact=${k}]`).textContent = v, shows = (s, on) => q(`[data-${s}]`).hidden = !on;
  const text = q("#receipt").value.trim(), key = q("#log-key").value, none = !text.startsWith("c2sp.org/tlog-proof@"), keyless = !none && !/^\S+\+\S+\+\S+$/.test(key.trim());
  for (const l of box.querySelectorAll("[data-step]")) l.className = "";
  try { r = read(text + "\n") } catch { good = false }
  for (const name in steps) {
    if (r && good) try { good = await steps[name](r, key) } catch { good = false }
    q(`[data-step=${name}]`).className = good ? "ok" : "no";
    if (!good) break;
  }
  const is = good ? became(r.record) : "", paid = is == "posted" || is == "nothing";
  shows("none", none); shows("keyless", keyless); shows("steps", !none && !keyless);
  shows("good", good); shows("facts", good); shows("bad", !good && !none && !keyless); document.querySelector("[data-means]").hidden = !good;
  q("[data-good]").classList.toggle("know", !paid);
  for (const p of box.querySelectorAll("[data-became]")) p.hidden = p.dataset.became != is || Boolean(r.asked);
  if (!good) return;
  const b = r.record, n = (at, w) => num(b, at, w), card = x => (x + "").replace(/(\d{4})(?=\d)/g, "$1\u00a0"), pays = is != "nothing";
  put("entry", r.index); put("size", r.size);
  if (r.asked) { put("saw", r.asked[3]); put("asker", r.asked[0]) }
  for (const x of box.querySelectorAll("[data-transfer]")) x.hidden = !pays;
  if (pays) {
    const cny = n(8, 4) == 156n, minor = (n(64, 16) + "").padStart(3, "0");
    put("money", cny ? "¥ " + minor.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",") + "." + minor.slice(-2) : n(64, 16) + " / " + n(8, 4));
    // On the bank's clock, wherever the reader is.
    const zone = Number(box.dataset.zone), east = Math.abs(zone), clock = "UTC" + (zone ? (zone < 0 ? "\u2212" : "+") + Math.trunc(east / 60) + (east % 60 ? ":" + east % 60 : "") : "");
    put("time", new Date(Number(n(120, 8) / 1000000n) + zone * 60000).toISOString().slice(0, 19).replace("T", " ") + " " + clock);
    put("accounts", card(n(32, 16)) + " → " + card(n(48, 16)));
  }
}
