// What every page does: keys, the drawer, choosing rows, drafts, toasts, deadlines that tick. No inline script, no eval.
"use strict";

const page = {
  get words() { return (this._words ||= JSON.parse(document.body.dataset.words || "{}")); },
  say(name, value) { const text = this.words[name] || name; return value === undefined ? text : text.replace("%s", value); },
  zh: document.documentElement.lang.startsWith("zh"),
  path: location.pathname,
};
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, attributes = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) value === true ? node.setAttribute(name, "") : value !== false && node.setAttribute(name, value);
  node.append(...inside);
  return node;
};
const kept = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: the page works without */ } },
};

// Toasts -------------------------------------------------------------------------------------------------------------
function toast(text, { tone = "", undo = "" } = {}) {
  const box = make("div", { class: "zd-toast", "data-s": tone || false }, make("span", {}, text));
  if (undo) {
    const button = make("button", { type: "button" }, page.say("undo"));
    button.addEventListener("click", () => { box.remove(); htmx.ajax("POST", undo, { swap: "none" }); });
    box.append(button);
  }
  box.append(make("button", { type: "button", "data-close": true, "aria-label": page.say("close") }, "×"));
  $("#zd-toasts").append(box);
  fade(box);
}
const fade = (box) => { if (box.dataset.s !== "over") setTimeout(() => box.remove(), 8000); };
document.addEventListener("click", (event) => {
  const close = event.target.closest(".zd-toast [data-close]");
  if (close) close.closest(".zd-toast").remove();
});

// htmx: the CSRF header, what went wrong in words, and a sign that something moves ----------------------------------
document.addEventListener("htmx:configRequest", (event) => {
  const { headers, parameters, elt } = event.detail;
  headers["X-CSRFToken"] = document.body.dataset.csrf;
  if (elt.matches?.(".zd-filters")) for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];  // a short address
});
let asking = 0;
const busy = (step) => { asking = Math.max(asking + step, 0); $("#zd-busy")?.classList.toggle("is-on", asking > 0); };
document.addEventListener("htmx:beforeRequest", () => busy(1));
document.addEventListener("htmx:afterRequest", () => busy(-1));
document.addEventListener("htmx:sendError", () => toast(page.say("offline"), { tone: "over" }));
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/sign-in/")) {
    event.detail.shouldSwap = false;
    toast(page.say("signedout"), { tone: "over" });
    setTimeout(() => location.reload(), 1600);
  } else if (xhr.status === 422 || xhr.status === 409) {
    event.detail.shouldSwap = true;  // a form with its errors, or a refusal in words
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  toast(page.say(status === 403 ? "denied" : status === 404 ? "gone" : "failed"), { tone: "over" });
});
document.addEventListener("zd:toast", (event) => toast(event.detail.text || event.detail.value, event.detail));  // HX-Trigger: {"zd:toast": {"text": …, "undo": …}}

// Time left ------------------------------------------------------------------------------------------------------------
const drift = Number(document.body.dataset.now || 0) ? Number(document.body.dataset.now) - Date.now() / 1000 : 0;
const SOON = 4 * 3600;
function span(seconds) {
  const minutes = Math.floor(seconds / 60), d = Math.floor(minutes / 1440), h = Math.floor(minutes / 60) % 24, m = minutes % 60;
  const [day, hour, minute] = page.zh ? ["天", "小时", "分"] : ["d", "h", "min"];
  if (d) return `${d} ${day}` + (h && d < 10 ? ` ${h} ${hour}` : "");
  return h ? `${h} ${hour}` + (m ? ` ${m} ${minute}` : "") : `${m} ${minute}`;
}
function tick() {
  const now = Date.now() / 1000 + drift;
  for (const node of $$("time[data-due]")) {
    const left = Number(node.dataset.due) - now, words = span(Math.abs(left));
    node.textContent = page.zh ? (left < 0 ? `已超 ${words}` : `剩 ${words}`) : (left < 0 ? `${words} over` : `${words} left`);
    node.classList.toggle("zd-t-over", left < 0);
    node.classList.toggle("zd-t-near", left >= 0 && left <= SOON);
  }
}
setInterval(tick, 30000);

// Drawer ---------------------------------------------------------------------------------------------------------------
const drawer = {
  get node() { return $("#drawer"); },
  get open() { return this.node && !this.node.hidden; },
  row: null,
  show(row) {
    this.row = row;
    rows.select(row);
    htmx.ajax("GET", row.dataset.drawer, { target: "#drawer", swap: "innerHTML" }).then(() => {
      if (this.row !== row) return;
      this.node.hidden = false;
      $("#main").classList.add("zd-list", "has-drawer");
      row.scrollIntoView({ block: "nearest" });
    });
  },
  close() {
    if (!this.open) return;
    this.node.hidden = true;
    this.node.replaceChildren();
    $("#main").classList.remove("has-drawer");
    const row = this.row;
    this.row = null;
    (row?.querySelector("a") || $("#main")).focus({ preventScroll: true });
  },
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-drawer-act]");
  if (button) return button.dataset.drawerAct === "close" ? drawer.close() : rows.move(button.dataset.drawerAct === "next" ? 1 : -1);
  const row = event.target.closest("tr[data-drawer], tr[data-href]");
  if (!row || event.target.closest("a, button, input, select, label, summary, form") || String(getSelection())) return;
  row.dataset.drawer ? drawer.show(row) : (location.href = row.dataset.href);
});

// Rows: j k Enter x ------------------------------------------------------------------------------------------------------
const rows = {
  get all() { return $$("#main tr[data-drawer], #main tr[data-href], #main [data-row]").filter((row) => row.offsetParent); },
  get current() { return $("#main [aria-selected=true]"); },
  select(row) {
    this.current?.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
  },
  move(step) {
    const all = this.all, at = all.indexOf(this.current), next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (!next) return;
    drawer.open && next.dataset.drawer ? drawer.show(next) : this.select(next);
  },
  enter() {
    const row = this.current;
    if (!row) return false;
    if (row.dataset.drawer && drawer.row !== row) drawer.show(row);
    else location.href = row.dataset.href || row.querySelector("a")?.href || row.href || location.href;
    return true;
  },
};

// Keys -------------------------------------------------------------------------------------------------------------------
let going = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const pop = $("details.zd-pop[open]");
    if (pop) { pop.open = false; pop.querySelector("summary").focus(); }
    else if ($("#zd-suggest")?.hasChildNodes()) $("#zd-suggest").replaceChildren();
    else if (event.target.matches("input, textarea, select")) event.target.blur();
    else drawer.close();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") || $("dialog[open]")) return;
  const key = event.key;
  if (going && Date.now() - going < 1500) {
    going = 0;
    const goal = $(`[data-go="${CSS.escape(key)}"]`);
    if (goal) { event.preventDefault(); goal.click(); return; }
  }
  const act = {
    "/": () => $(".zd-bar .zd-find input")?.select(),
    "?": () => $("#help")?.showModal(),
    g: () => { going = Date.now(); },
    j: () => rows.move(1),
    k: () => rows.move(-1),
    x: () => rows.current?.querySelector("input[type=checkbox]")?.click(),
    e: () => ($("#drawer:not([hidden]) [data-key=e]") || $("[data-key=e]"))?.click(),
  }[key];
  if (act) { event.preventDefault(); act(); }
  else if (key === "Enter" && !event.target.closest("a, button, summary") && rows.enter()) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const help = event.target.closest("[data-help]");
  if (help) { event.preventDefault(); $("#help").showModal(); }
  for (const pop of $$("details.zd-pop[open]")) if (!pop.contains(event.target)) pop.open = false;
  if (event.target.matches("dialog.zd-dialog")) event.target.close();
});

// Theme --------------------------------------------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]")) return;
  event.preventDefault();
  const root = document.documentElement, theme = event.submitter.value;
  document.cookie = `theme=${theme};path=/;samesite=lax;max-age=${theme ? 31536000 : 0}${location.protocol === "https:" ? ";secure" : ""}`;
  for (const button of $$("button", event.target)) button.setAttribute("aria-pressed", String(button === event.submitter));
  theme ? delete root.dataset.themeAuto : (root.dataset.themeAuto = "");
  root.dataset.bsTheme = theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
});
new MutationObserver(() => document.dispatchEvent(new CustomEvent("zd:theme"))).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

// Drafts: <form data-draft="complaint-12"> keeps what is typed on this device until it is sent ---------------------------------
const draft = {
  key: (form) => `zd-draft:${document.body.dataset.person || ""}:${form.dataset.draft}`,
  fields: (form) => [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type)),
  read: (form) => draft.fields(form).map((field) => [field.name, field.value, field.checked ?? false]),
  note(form, at) {
    let note = $("[data-draft-note]", form.closest(".card, .f-panel") || form);
    if (!note) form.append((note = make("p", { class: "zd-meta", "data-draft-note": true })));
    const drop = make("button", { type: "button", class: "btn btn-link btn-sm p-0" }, page.say("drop"));
    drop.addEventListener("click", () => { kept.set(draft.key(form), null); form.reset(); note.replaceChildren(); });
    note.replaceChildren(page.say("draft", new Date(at).toLocaleTimeString(page.zh ? "zh-CN" : "en-GB", { hour: "numeric", minute: "2-digit" })), " ", drop);
  },
  start(form) {
    const saved = kept.get(draft.key(form)), refused = $(".is-invalid, .zd-refusal", form);
    const first = JSON.stringify(draft.read(form));
    if (sessionStorage.getItem(draft.key(form)) && !refused) kept.set(draft.key(form), null);
    else if (saved && !refused) {
      const fields = draft.fields(form);
      saved.fields.forEach(([name, value, checked], at) => {
        const field = fields[at];
        if (field?.name !== name) return;
        if (["checkbox", "radio"].includes(field.type)) { if (field.value === value) field.checked = checked; } else field.value = value;
      });
      draft.note(form, saved.at);
    }
    sessionStorage.removeItem(draft.key(form));
    let wait;
    form.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(() => {
        const now = draft.read(form);
        if (JSON.stringify(now) === first) return kept.set(draft.key(form), null);
        kept.set(draft.key(form), { at: Date.now(), fields: now });
        draft.note(form, Date.now());
      }, 400);
    });
    form.addEventListener("submit", () => { clearTimeout(wait); if (!form.matches("[hx-post]")) { kept.set(draft.key(form), { at: Date.now(), fields: draft.read(form) }); sessionStorage.setItem(draft.key(form), "1"); } });
    form.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful && event.detail.elt === form) kept.set(draft.key(form), null); });
  },
};

// Choosing rows for a bulk action: a form around the table with [data-bulk], the bar with [data-bulk-bar] ---------------------
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches("[data-choose], [data-choose-all]")) return;
  const list = box.closest("[data-bulk]") || document, boxes = $$("[data-choose]", list);
  if (box.matches("[data-choose-all]")) for (const one of boxes) one.checked = box.checked;
  for (const one of boxes) one.closest("tr")?.classList.toggle("is-checked", one.checked);
  const count = boxes.filter((one) => one.checked).length, all = $("[data-choose-all]", list), bar = $("[data-bulk-bar]", list);
  if (all) { all.checked = count > 0 && count === boxes.length; all.indeterminate = count > 0 && count < boxes.length; }
  if (bar) { bar.hidden = !count; const said = $("[data-bulk-count]", bar); if (said) said.textContent = page.say("chosen", count); }
});
document.addEventListener("click", (event) => {
  const none = event.target.closest("[data-choose-none]");
  if (!none) return;
  event.preventDefault();
  for (const box of $$("[data-choose]:checked", none.closest("[data-bulk]") || document)) box.click();
});

// Columns and views kept on this device -------------------------------------------------------------------------------------------
const columns = {
  key: (table) => `zd-columns:${page.path}:${table.id}`,
  hidden: (table) => new Set(kept.get(columns.key(table)) || $$("thead th[data-off]", table).map((head) => head.dataset.col)),
  apply(table) {
    const hidden = columns.hidden(table);
    $$("thead th", table).forEach((head, at) => {
      const hide = hidden.has(head.dataset.col);
      head.hidden = hide;
      for (const row of $$("tbody tr, tfoot tr", table)) if (row.cells[at] && row.cells.length > 1) row.cells[at].hidden = hide;
    });
    for (const link of $$("[data-export]")) {
      const url = new URL(link.href), shown = $$("thead th[data-col]", table).filter((head) => !head.hidden).map((head) => head.dataset.col);
      shown.length ? url.searchParams.set("columns", shown.join(",")) : url.searchParams.delete("columns");
      link.href = url;
    }
  },
  start(box) {
    const table = document.getElementById(box.dataset.columns);
    if (!table) return;
    const heads = $$("thead th[data-col]", table), hidden = columns.hidden(table);
    box.replaceChildren(...heads.map((head) => {
      const tick = make("input", { type: "checkbox", class: "form-check-input" });
      tick.checked = !hidden.has(head.dataset.col);
      tick.addEventListener("change", () => {
        tick.checked ? hidden.delete(head.dataset.col) : hidden.add(head.dataset.col);
        kept.set(columns.key(table), [...hidden]);
        columns.apply(table);
      });
      return make("label", {}, tick, head.textContent.trim());
    }));
    columns.apply(table);
  },
};
const views = {
  get key() { return `zd-views:${page.path}`; },
  start(bar) {
    const place = $("[data-view-here]", bar), end = place.closest("details"), saved = kept.get(views.key) || [];
    $$("[data-own-view]", bar).forEach((one) => one.remove());
    for (const view of saved) {
      const link = make("a", { class: `nav-link${location.search === view.query ? " active" : ""}`, href: view.query || page.path, "data-own-view": true, title: page.say("removeview") + ": Delete" }, view.name);
      link.addEventListener("keydown", (event) => { if (event.key === "Delete") { kept.set(views.key, saved.filter((one) => one !== view)); views.start(bar); } });
      const gone = make("button", { type: "button", class: "btn btn-quiet btn-icon btn-sm", "aria-label": `${page.say("removeview")} ${view.name}`, "data-own-view": true }, "×");
      gone.addEventListener("click", () => { kept.set(views.key, saved.filter((one) => one !== view)); views.start(bar); });
      end.before(link);
      if (location.search === view.query) end.before(gone);
    }
    place.onsubmit = (event) => {
      event.preventDefault();
      const name = new FormData(place).get("name").trim();
      if (!name) return;
      kept.set(views.key, [...saved.filter((one) => one.name !== name), { name, query: location.search }]);
      place.reset();
      end.open = false;
      views.start(bar);
    };
  },
};

// Search suggestions -----------------------------------------------------------------------------------------------------------------
function suggest(form) {
  const input = $("input", form), box = $("#zd-suggest");
  let wait, last = input.value;
  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(wait);
    wait = setTimeout(() => {
      const words = input.value.trim();
      if (words === last) return;
      last = words;
      if (words.length < 2 && !/[\u4e00-\u9fff]/.test(words)) return box.replaceChildren();
      htmx.ajax("GET", `${form.dataset.suggest}?suggest=1&q=${encodeURIComponent(words)}`, { target: "#zd-suggest", swap: "innerHTML" });
    }, 200);
  });
  input.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    const links = $$("a", box), at = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") { if (at >= 0) { event.preventDefault(); links[at].click(); } return; }
    event.preventDefault();
    links[at]?.removeAttribute("aria-selected");
    links[(at + (event.key === "ArrowDown" ? 1 : -1) + links.length) % links.length]?.setAttribute("aria-selected", "true");
  });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) box.replaceChildren(); });
}

// Charts and maps fetch their code only where they stand --------------------------------------------------------------------------------
const loaded = {};
const load = (name) => (loaded[name] ||= new Promise((done, wrong) => {
  const css = name.endsWith(".css");
  const node = css ? make("link", { rel: "stylesheet", href: document.body.dataset.static + name }) : make("script", { src: document.body.dataset.static + name });
  node.onload = done;
  node.onerror = wrong;
  document.head.append(node);
}));
async function draw(root) {
  if ($("[data-chart]:not([data-drawn])", root)) {
    await load("vendor/echarts.min.js");
    await load("charts.js");
    zdCharts.start(root);
  }
  if ($("[data-map]:not([data-drawn])", root)) {
    await Promise.all([load("vendor/leaflet.css"), load("vendor/MarkerCluster.css"), load("vendor/leaflet.js")]);
    await load("vendor/leaflet.markercluster.js");
    await load("maps.js");
    zdMaps.start(root);
  }
}

// Start, at once and after each swap ------------------------------------------------------------------------------------------------------
function start(root) {
  for (const form of $$("form[data-draft]", root)) draft.start(form);
  for (const box of $$("[data-columns]", root)) columns.start(box);
  for (const bar of $$("[data-views]", root)) views.start(bar);
  for (const box of $$(".zd-toast", root)) fade(box);
  for (const form of $$("form[data-suggest]", root)) suggest(form);
  tick();
  draw(root);
}
start(document);
document.addEventListener("htmx:afterSwap", (event) => start(event.detail.target.isConnected ? event.detail.target : document));

// Alpine (CSP build): small pieces of state for the pages; expressions stay property names and calls ------------------------------------------
document.addEventListener("alpine:init", () => {
  Alpine.data("toggle", () => ({ open: false, flip() { this.open = !this.open; }, shut() { this.open = false; } }));
  Alpine.data("lines", () => ({  // rows of a formset: a <template x-ref="blank"> with __prefix__, the container x-ref="rows"
    add() {
      const total = $("[name$=TOTAL_FORMS]", this.$root), at = Number(total.value);
      const copy = this.$refs.blank.content.cloneNode(true);
      for (const node of copy.querySelectorAll("*")) for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = node.getAttribute(name);
        if (value) node.setAttribute(name, value.replace("__prefix__", at));
      }
      total.value = at + 1;
      this.$refs.rows.append(copy);
      this.$refs.rows.lastElementChild.querySelector("input, select, textarea")?.focus();
    },
    remove(event) {
      const row = event.target.closest("[data-line]"), gone = $("[name$=DELETE]", row);
      if (gone) { gone.checked = true; gone.value = "on"; row.hidden = true; } else row.remove();
    },
  }));
});
