// Stands first in the head of the organisation's pages, and blocks: nothing that waits for a yes has
// run before it. It knows what the visitor said (kept in their browser alone), lets run what they
// allowed, takes away what they did not, and fetches the panel only when there is something to ask.
// Lines are shipped without their indentation and comments, so no text here may span lines.
((config) => {
const home = new URL(".", document.currentScript.src).href;
const KEY = "aboveboard", now = Date.now();
const gpc = navigator.globalPrivacyControl === true;
const waiting = new Set();
let memory = {}, panel;
try { memory = JSON.parse(localStorage.getItem(KEY)) || {}; } catch {}

// An answer is [yes or no, what it was about, when, under Global Privacy Control]. True, false, or
// undefined where they must be asked: never, long ago, or a yes to something that has changed since.
const answer = (key) => {
  const asked = config.asked[key], given = asked && (memory.answers || {})[key];
  const old = !given || now - given[2] > config.days * 864e5 || given[2] > now + 864e5;
  if (gpc && config.gpc.includes(key) && !(given && given[3] && !old)) return false;
  if (!asked || old || (given[0] && given[1] !== asked.revision)) return;
  return !!given[0];
};
const allowed = (key) => answer(key) === true;

// Google Consent Mode v2: everything denied before any tag of theirs can run.
const tell = (command) => {
  const signals = {};
  for (const signal of config.signals) signals[signal] = "denied";
  for (const key in config.asked) if (allowed(key))
    for (const signal of config.asked[key].signals) signals[signal] = "granted";
  if (command === "default") signals.wait_for_update = 500;
  (function () { (window.dataLayer = window.dataLayer || []).push(arguments); })("consent", command, signals);
};

// What waits is marked data-purpose, its address in data-src. A script is made anew, since the
// browser looks at a script's type only once.
const run = (element) => {
  const { purpose, src, type } = element.dataset;
  if (!allowed(purpose)) { waiting.add(element); if (element.tagName === "IFRAME") ask(); return; }
  waiting.delete(element);
  // A frame too: one that a browser fills again after a reload takes no other address.
  let live = element.cloneNode(true);
  if (element.tagName === "SCRIPT") {
    live = document.createElement("script");
    for (const { name, value } of element.attributes) if (name !== "type") live.setAttribute(name, value);
    if (type) live.type = type;
    live.async = element.async;
    live.nonce = element.nonce;
    live.text = element.text;
  }
  live.removeAttribute("data-purpose");
  live.hidden = false;
  if (src) live.src = src;
  element.replaceWith(live);
};
const find = (node) => {
  if (node.matches?.("[data-purpose]")) run(node);
  node.querySelectorAll?.("[data-purpose]").forEach(run);
};

// A cookie goes only with the path and the domain that it was set with: the root, this host and
// those above it are tried. What the server alone can see (HttpOnly), it alone can take away.
const fits = (names, name) => names.some((known) => known.endsWith("*") ? name.startsWith(known.slice(0, -1)) : name === known);
const clean = () => {
  for (const key in config.asked) if (!allowed(key)) {
    const { cookies, storage } = config.asked[key];
    for (const pair of document.cookie.split("; ")) {
      const name = pair.split("=")[0], labels = location.hostname.split(".");
      if (fits(cookies, name)) for (let n = labels.length; n >= 0; n--)
        document.cookie = `${name}=;path=/;max-age=0${n ? ";domain=" + labels.slice(-n).join(".") : ""}`;
    }
    for (const kept of ["localStorage", "sessionStorage"]) try {
      for (const name of Object.keys(window[kept])) if (fits(storage, name)) window[kept].removeItem(name);
    } catch {}
  }
};
const apply = (command) => {
  if (config.signals.length) tell(command);
  clean();
  [...waiting].forEach(run);
};

const load = () => panel ||= new Promise((onload, onerror) => document.head.append(
  Object.assign(document.createElement("script"), { src: home + config.script[0], integrity: config.script[1], crossOrigin: "anonymous", onload, onerror })));
const ask = () => load().catch(() => {});
const api = window.aboveboard = {
  config, home, gpc, waiting, answer, allowed, memory,
  open: () => load().then(() => api.ready).then(() => api.show()),
  keep: (answers, more) => {
    Object.assign(memory, more, { answers: { ...memory.answers, ...answers } });
    try { localStorage.setItem(KEY, JSON.stringify(memory)); } catch {}
    if (answers) { apply("update"); document.dispatchEvent(new Event("aboveboard")); }
  },
};
apply("default");
find(document);
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(find)))
  .observe(document, { childList: true, subtree: true });
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-aboveboard]");
  // Where the panel cannot be had, the link leads where it says.
  if (link) { event.preventDefault(); api.open().catch(() => { location = link.href; }); }
});
if (memory.unsent || Object.keys(config.asked).some((key) => answer(key) === undefined)) ask();
})(__CONFIG__);
