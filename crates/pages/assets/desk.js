// Live figures: texts are replaced as they change; Pause stops it (WCAG 2.2.2), and so does the end of the stream.
const source = one('[data-stream^="/"]'), pause = one("[data-pause]"); let live;
const hold = on => { pause?.setAttribute("aria-pressed", on); on ? live.close() : open() };
const open = () => {
  live = new EventSource(source.dataset.stream);
  live.onerror = () => { const t = source.dataset.then; if (t) { live.close(); setTimeout(() => location.assign(t), 800) } else hold(true) };
  live.onmessage = m => { const d = JSON.parse(m.data); for (const k in d) for (const n of all(`[data-live="${k}"]`)) if (n.textContent != d[k]) n.textContent = d[k] };
};
if (source) { open(); if (pause) { pause.hidden = false; pause.onclick = () => hold(pause.getAttribute("aria-pressed") != "true") } }
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
