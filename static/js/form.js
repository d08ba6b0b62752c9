// What happens to a form that is posted: a double click sends it once, and what was
// typed into one with data-draft is not lost on a poor connection. No dependencies;
// safe under script-src 'self'. Every form works without it.
(() => {
  const $ = (s, r = document) => r.querySelector(s);
  const on = (type, f, first) => document.addEventListener(type, f, first);
  const me = document.documentElement.dataset.me;
  const line = (cls, text, button, act) => {
    const p = document.createElement("p"), b = document.createElement("button");
    p.className = cls;
    p.role = "status";
    b.type = "button";
    b.textContent = button;
    b.addEventListener("click", act);
    p.append(text, b);
    return p;
  };

  // A second click while the first is under way sends nothing.
  const busy = (f, button, is) => {
    f.sending = is;
    if (is) button?.setAttribute("aria-busy", "true");
    else f.querySelectorAll("[aria-busy]").forEach(b => b.removeAttribute("aria-busy"));
  };
  on("submit", e => {
    const f = e.target;
    if (f.getAttribute("action")?.startsWith("/sign-out")) forget(() => true);
    if (e.defaultPrevented || f.method !== "post") return;
    if (f.sending) return e.preventDefault();
    busy(f, e.submitter, true);
    setTimeout(busy, 10000, f, null, false); // the page stayed: a download, or a reader who stopped it
  });
  addEventListener("pageshow", () => [...document.forms].forEach(f => busy(f, null, false)));

  // Drafts stay on this device until the server took them, for this person and for what
  // the form is about. None is sent by itself. The form's key is kept with it, so that
  // what is sent again counts once.
  const fields = f => [...f.elements].filter(i => i.name && !/^(hidden|submit|button|reset|file|password)$/.test(i.type));
  const box = i => i.type === "radio" || i.type === "checkbox";
  const read = f => fields(f).map(i => box(i) ? i.checked : i.value);
  const write = (f, v) => fields(f).forEach((i, n) => box(i) ? i.checked = v[n] : i.value = v[n]);
  const names = f => fields(f).map(i => i.name + (box(i) ? "=" + i.value : ""));
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const place = f => {
    const about = [...f.elements].filter(i => i.type === "hidden" && i.name !== "form_key").map(i => i.name + "=" + i.value).join("&");
    return ["draft", me, f.dataset.draft, [...about].reduce((h, c) => h * 31 + c.charCodeAt() | 0, 7)].join("/");
  };
  const kept = f => { try { return JSON.parse(localStorage[place(f)]); } catch {} };
  const drop = f => { try { delete localStorage[place(f)]; } catch {} };
  const forget = which => { try { Object.keys(localStorage).filter(k => k.startsWith("draft/") && which(k)).forEach(k => delete localStorage[k]); } catch {} };
  // A form that was taken leaves nothing behind of the steps on its way: they have its key.
  const settle = f => {
    const key = f.form_key?.value;
    drop(f);
    if (key) forget(k => localStorage[k].includes(`"key":"${key}"`));
  };
  const keep = f => {
    const v = read(f);
    if (same(v, f.blank) && !f.back) return drop(f);
    const draft = { at: kept(f)?.at ?? Date.now(), key: f.form_key?.value, names: names(f), v };
    try { localStorage[place(f)] = JSON.stringify(draft); } catch {}
  };
  const since = at => {
    const d = new Date(at), clock = { hour: "2-digit", minute: "2-digit" };
    return d.toLocaleString("en-GB", d.toDateString() === new Date().toDateString() ? clock : { day: "numeric", month: "short", ...clock });
  };
  const restore = f => {
    if (f.blank) return;
    f.blank = read(f);
    const d = kept(f), key = f.form_key?.value;
    if (!d || !same(d.names, names(f)) || same(d.v, f.blank)) return;
    write(f, d.v);
    if (d.key && key) f.form_key.value = d.key;
    f.prepend(line("kept", "Kept on this device since " + since(d.at), "Discard", () => {
      drop(f);
      write(f, f.blank);
      if (key) f.form_key.value = key;
      $(".kept", f).remove();
      fields(f)[0]?.focus();
    }));
  };
  for (const type of ["input", "change"]) on(type, e => { const f = e.target.form; if (f?.blank) keep(f); });

  // The answer: a page to go to, or the form again with what is wrong, or why it was not taken.
  const answered = async (f, r) => {
    const to = r.headers.get("HX-Redirect") ?? (r.redirected && r.ok ? r.url : null);
    if (to && r.ok) settle(f);
    if (to) return location.assign(to);
    const page = new DOMParser().parseFromString(await r.text(), "text/html"), again = $(`form[data-draft="${f.dataset.draft}"]`, page);
    if (!again) {
      const why = [...page.querySelectorAll(".problem h1, .problem p")].slice(0, 2).map(p => p.textContent.trim().replace(/\.$/, "")).join(". ");
      return unsent(f, "Not saved. " + (why || "The server gave no reason") + ". What you typed is kept on this device.");
    }
    again.back = true;
    const now = f.closest("main"), next = again.closest("main");
    now && next ? now.replaceChildren(...next.childNodes) : f.replaceWith(again);
    restore(again);
    $("[aria-invalid=true], [data-focus], .err", again)?.focus();
    scrollTo(0, 0);
  };
  const unsent = (f, text) => {
    const p = line("kept lost", text, "Send again", () => f.requestSubmit(f.last));
    ($(".ph-foot", f) ?? f).prepend(p);
  };
  const send = async (f, button) => {
    busy(f, f.last = button, true);
    f.querySelectorAll(".kept").forEach(p => p.remove());
    try {
      await answered(f, await fetch(button?.getAttribute("formaction") ?? f.getAttribute("action"), {
        method: "POST", body: new URLSearchParams(new FormData(f, button)), signal: AbortSignal.timeout(30000),
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      }));
    } catch (e) {
      const what = e.name === "TimeoutError" ? "No answer yet. Sent again, it counts once; what" : "Not sent: no connection. What";
      unsent(f, what + " you typed is kept on this device.");
    }
    busy(f, null, false);
  };
  on("submit", e => {
    const f = e.target;
    if (!f.dataset.draft || f.method !== "post") return;
    e.preventDefault();
    e.stopPropagation();
    if (f.sending) return;
    keep(f);
    send(f, e.submitter);
  }, true);

  const init = () => {
    if (me) forget(k => k.split("/")[1] !== me); // somebody else's, on a device that is shared
    document.querySelectorAll("form[data-draft]").forEach(restore);
  };
  document.readyState === "loading" ? on("DOMContentLoaded", init) : init();
})();
