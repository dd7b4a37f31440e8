// What a visitor sees: a bar at the end of the page that leaves the page usable, and a dialog with
// each purpose. It stands in a shadow root, so that the page's own styles cannot make one answer
// more prominent than another. Shipped without comments and indentation, as the loader is.
(() => {
"use strict";
const api = window.aboveboard, { config, memory } = api, keys = Object.keys(config.asked);
const spoken = (document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();
const own = __PANEL__;
const language = own.languages.includes(spoken) ? spoken : "en";
const make = (tag, given, ...inside) => {
  const element = Object.assign(document.createElement(tag), given);
  element.append(...inside.filter((part) => part !== null));
  return element;
};
const host = make("aboveboard-panel"), root = host.attachShadow({ mode: "open" });
const sheet = () => make("link", { rel: "stylesheet", href: api.home + own.sheet, integrity: own.integrity, crossOrigin: "anonymous" });
const rtl = () => getComputedStyle(document.documentElement).direction;
let opener, words, first = true;

const button = (text, onclick) => make("button", { type: "button", onclick, dir: "auto" }, text);
const text = (tag, what, more) => make(tag, { dir: "auto", ...more }, what);

// Whoever says yes to everything says nothing against their browser's own signal: that takes the
// purpose's own box.
const all = (yes) => decide((key) => yes && !(api.gpc && config.gpc.includes(key)), yes ? "all" : "none");
const decide = (chosen, how) => {
  const answers = {}, now = Date.now();
  let withdrawn = false;
  for (const key of keys) {
    const yes = chosen(key);
    withdrawn ||= api.allowed(key) && !yes;
    answers[key] = [yes ? 1 : 0, config.asked[key].revision, now, api.gpc ? 1 : 0];
  }
  close();
  if (!memory.id) memory.id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  api.keep(answers, { id: memory.id, unsent: how });
  // What ran already goes on running until the page is loaded anew.
  send().then(() => withdrawn && location.reload());
};

// The proof goes to the server under a random number that says nothing of the visitor. A little
// work makes a flood dear; without it (no TLS) the proof is kept for a shorter time.
const send = async () => {
  const answers = {};
  for (const key of keys) if (memory.answers[key]) answers[key] = !!memory.answers[key][0];
  const body = { id: memory.id, promise: config.promise, revision: config.revision, language, how: memory.unsent, gpc: api.gpc, answers };
  try {
    body.work = await work(`${body.id}.${config.revision}.${keys.map((key) => +!!answers[key]).join("")}`);
    const sent = await fetch(api.home + "choices", { method: "POST", credentials: "omit", keepalive: true, signal: AbortSignal.timeout(5e3), headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    // Refused for good, or taken: not to be sent again. Only where nobody answered it is.
    if (sent.status < 500 && sent.status !== 429) api.keep(null, { unsent: "" });
  } catch {}
};
const work = async (about) => {
  if (!crypto.subtle) return "";
  for (let n = 0; ; n++) {
    const digest = new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${about}.${n}`)));
    if (digest.getUint32(0) >>> (32 - own.bits) === 0) return `${n}`;
  }
};

const close = () => {
  root.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  root.querySelectorAll("section").forEach((bar) => bar.remove());
};
const answers = () => make("div", { className: "answers" }, button(words.refuse, () => all(false)), button(words.allow, () => all(true)));
const signal = () => api.gpc && config.gpc.length ? text("p", words.gpc, { className: "note" }) : null;

const bar = () => {
  const section = make("section", { dir: rtl() }, text("h2", words.title, { id: "t" }), text("p", words.lead), make("ul", {}, ...words.titles.map((title) => text("li", title))), signal(), text("p", words.free), answers(), make("p", {}, make("button", { type: "button", className: "link", dir: "auto", onclick: details }, words.choose)));
  section.setAttribute("aria-labelledby", "t");
  root.append(section);
  // The end of the page, and whatever has the focus, stays visible above the bar; without it, it has no height.
  new ResizeObserver(() => {
    const height = section.isConnected ? `${section.offsetHeight}px` : "";
    document.body.style.paddingBlockEnd = document.documentElement.style.scrollPaddingBlockEnd = height;
  }).observe(section);
};

const details = () => {
  const boxes = {}, dialog = make("dialog", { dir: rtl(), onclose: () => { dialog.remove(); if (opener) opener.focus(); } });
  const facts = (rows) => make("dl", {}, ...rows.flatMap(([name, value]) => [text("dt", name), text("dd", value)]));
  const purposes = words.purposes.map(({ key, title, text: what, facts: rows }) => {
    const box = boxes[key] = make("input", { type: "checkbox", id: `p-${key}`, checked: api.allowed(key) });
    box.setAttribute("aria-describedby", `d-${key}`);
    const blocked = api.gpc && config.gpc.includes(key) ? text("p", words.blocked, { className: "note" }) : null;
    return make("div", { className: "purpose" }, box, make("label", { htmlFor: box.id, dir: "auto" }, title), text("p", what, { id: `d-${key}` }), blocked, facts(rows));
  });
  const necessary = words.necessary.length ? make("div", { className: "purpose" }, text("h3", words.needed), facts(words.necessary)) : null;
  const save = button(words.save, () => decide((key) => boxes[key].checked, "each"));
  const links = make("p", {}, make("a", { href: words.more[1], dir: "auto" }, words.more[0]));
  const keep = memory.id && words.account ? make("form", { method: "post", action: api.home + "mine" }, make("input", { type: "hidden", name: "id", value: memory.id }), make("button", { className: "link", dir: "auto" }, words.account)) : null;
  const leave = button(words.close, () => dialog.close());
  leave.className = "link";
  dialog.append(text("h2", words.details, { id: "u", tabIndex: -1 }), ...purposes, necessary, make("div", { className: "answers" }, save), answers(), links, keep, leave);
  dialog.setAttribute("aria-labelledby", "u");
  root.append(dialog);
  opener = root.activeElement || document.activeElement;
  dialog.showModal();
  root.getElementById("u").focus();
};

// In the place of a frame that waits: whose it is, what for, and a button.
const placeholders = () => api.waiting.forEach((frame) => {
  if (frame.tagName !== "IFRAME" || frame.hidden) return;
  const { purpose, src } = frame.dataset, named = words.purposes.find(({ key }) => key === purpose);
  const place = make("aboveboard-frame");
  frame.hidden = true;
  frame.before(place);
  const inner = place.attachShadow({ mode: "open" }), from = src ? new URL(src, location).hostname : "";
  const title = named ? named.title : purpose;
  const yes = button(words.load, () => decide((key) => key === purpose || api.allowed(key), "frame"));
  inner.append(sheet(), make("div", { className: "frame", dir: rtl() }, text("p", words.frame.replace("{host}", from).replace("{purpose}", title)), named ? yes : null));
  document.addEventListener("aboveboard", () => { if (api.allowed(purpose)) place.remove(); });
});

const begin = () => {
  const style = sheet();
  // Nothing is shown before its style: it would jump, and could be read in another order.
  const shown = new Promise((done) => { style.onload = done; });
  host.lang = language;
  root.append(style);
  document.body.prepend(host);
  api.show = () => shown.then(() => { close(); details(); });
  shown.then(() => {
    if (!first) return;
    first = false;
    if (keys.some((key) => api.answer(key) === undefined)) bar();
    placeholders();
    if (memory.unsent) send();
  });
};
const parsed = new Promise((done) => {
  if (document.readyState !== "loading") done(); else document.addEventListener("DOMContentLoaded", done);
});
api.ready = Promise.all([fetch(`${api.home}words.json?language=${language}&v=${config.words}`).then((answer) => answer.json()), parsed])
  .then(([given]) => { words = given; begin(); });
})();
