// What makes pages a little nicer. Every page works without it.
const all = s => document.querySelectorAll(s), one = s => document.querySelector(s);
one(".faults")?.focus();
const at = one(".desks [aria-current]"); if (at) at.closest("ul").scrollLeft = at.offsetLeft - 60;
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
if (read && voice) {
  const lang = document.documentElement.lang, can = () => read.hidden = !voice.getVoices().some(v => v.lang.slice(0, 2) == lang.slice(0, 2));
  can(); voice.onvoiceschanged = can;
  read.onclick = () => {
    if (voice.speaking) return voice.cancel();
    const u = new SpeechSynthesisUtterance(one("main").innerText); u.lang = lang; voice.speak(u);
  };
}
if (one("[data-check]")) import("/check.js");
