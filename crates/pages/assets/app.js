// What makes pages a little nicer. Every page works without it.
const all = s => document.querySelectorAll(s), one = s => document.querySelector(s);
one(".faults")?.focus();
// Passkeys: WebAuthn's own JSON forms go to the open API and back.
const P = globalThis.PublicKeyCredential, send = async (url, body) => {
  const r = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!r.ok) throw r;
  return r.status == 204 ? {} : r.json();
};
const sign = async o => (await navigator.credentials.get({ publicKey: P.parseRequestOptionsFromJSON(o.publicKey) })).toJSON();
const make = async o => (await navigator.credentials.create({ publicKey: P.parseCreationOptionsFromJSON(o.publicKey) })).toJSON();
if (P?.parseRequestOptionsFromJSON) for (const box of all("[data-passkey]")) {
  const { passkey: url, token, then } = box.dataset, mine = url.includes("/me/"), knock = url.includes("/sign-in/");
  box.hidden = false;
  box.querySelector("button").onclick = async () => {
    const bad = box.querySelector(".fault"); bad.hidden = true;
    try {
      const q = await send(url + "/begin", token ? { token } : {});
      const answer = await (knock ? sign : make)(q.options), label = navigator.userAgentData?.platform || "";
      await send(url, { ...(token && { token }), id: q.id, answer, ...(!knock && { label }) });
      location.assign(then);
    } catch { bad.hidden = false }
  };
}
for (const form of all("form[data-sign]")) form.onsubmit = async e => {
  if (form.answer.value) return;
  e.preventDefault();
  try { form.answer.value = JSON.stringify(await sign(JSON.parse(form.dataset.sign))); form.submit() } catch {}
};
// One click is enough; the form's key would see to it anyway.
for (const form of all("form[method=post]")) form.addEventListener("submit", () => setTimeout(() => { for (const b of form.querySelectorAll("button")) b.disabled = true }));
addEventListener("pageshow", () => { for (const b of all("button:disabled")) b.disabled = false });
// Reading aloud, in care mode.
const read = one("[data-read]"), voice = globalThis.speechSynthesis;
if (read && voice) { read.hidden = false; read.onclick = () => {
  if (voice.speaking) return voice.cancel();
  const u = new SpeechSynthesisUtterance(one("main").innerText); u.lang = document.documentElement.lang; voice.speak(u);
} }
// Live figures: texts are replaced as they change; Pause stops it (WCAG 2.2.2), and so does the end of the stream.
const source = one('[data-stream^="/"]'), pause = one("[data-pause]"); let live;
const hold = on => { pause?.setAttribute("aria-pressed", on); on ? live.close() : open() };
const open = () => {
  live = new EventSource(source.dataset.stream);
  live.onerror = () => { const t = source.dataset.then; if (t) { live.close(); setTimeout(() => location.assign(t), 800) } else hold(true) };
  live.onmessage = m => { const d = JSON.parse(m.data); for (const k in d) for (const n of all(`[data-live="${k}"]`)) if (n.textContent != d[k]) n.textContent = d[k] };
};
if (source) { open(); if (pause) { pause.hidden = false; pause.onclick = () => hold(pause.getAttribute("aria-pressed") != "true") } }
if (one("[data-check]")) import("/check.js");
// What is typed is checked after a moment, and a fault leads to its line.
for (const box of all("[data-typed]")) { let timer; box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(async () => {
  const typed = box.value, r = await fetch(box.dataset.typed, { method: "POST", body: new URLSearchParams(new FormData(box.form)) }).catch(() => ({}));
  if (r.ok && r.url.endsWith(box.dataset.typed)) { const t = await r.text(); if (typed == box.value) one("#" + box.dataset.into).innerHTML = t }
}, 400) }) }
addEventListener("click", e => { const a = e.target.closest("a[data-line]"), box = one("[data-typed]"); if (!a || !box) return;
  e.preventDefault(); one("#l" + a.dataset.line)?.scrollIntoView({ block: "center" });
  const lines = box.value.split("\n"), n = a.dataset.line - 1, at = lines.slice(0, n).join("\n").length + !!n;
  box.focus({ preventScroll: true }); box.setSelectionRange(at, at + (lines[n] ?? "").length);
});
// What goes on is looked at again.
const more = async () => { const r = await fetch(location).catch(() => ({})); if (!r.ok) return setTimeout(more, 2000);
  const d = new DOMParser().parseFromString(await r.text(), "text/html"), now = d.querySelector("[data-again]"), here = one("[data-again]");
  if (!now) return location.reload(); here.innerHTML = now.innerHTML; setTimeout(more, 1000) };
if (one("[data-again]")) setTimeout(more, 1000);
