// What the page does: takes a file, says what it proves, or that it does not hold and what then. Nothing is ever sent.

const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
let language = ["en", "fr", "de"].find((code) => (navigator.language || "en").startsWith(code)) || "en";
let shown = null;

const say = (key) => data.words[key][language];
const named = (kind, key) => ((data.names[kind] || {})[key] || {})[language] || String(key).replace(/[-_]/g, " ");

function speak() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-say]")) place.textContent = say(place.dataset.say);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  if (shown) show(shown);
}

async function take(file) {
  if (!file) return;
  let decoded = false;
  try {
    if (file.size > 64000000) throw new Refused("malformed", "it is too long");
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
    decoded = true;
    shown = text.startsWith("{") ? { file: file.name, list: await checkOwnList(text, data.keys) } : { file: file.name, found: await checkProof(text, data.keys) };
  } catch (error) {
    // What is not a refusal is a fault of this page or of the browser: it proves nothing either way, and says so.
    const code = error instanceof Refused ? error.code : decoded ? "browser" : "malformed";
    shown = { file: file.name, code, detail: error.message };
  }
  show(shown);
  element("result").focus();
}

function show(what) {
  const box = element("result");
  box.hidden = false;
  const holds = what.found || what.list;
  box.className = holds ? "holds" : what.code === "browser" ? "unknown" : "fails";
  box.replaceChildren(line("h2", what.list ? say("list.holds") : holds ? say("holds") : what.code === "browser" ? say("cannot") : say("fails")), line("p", what.file, "file"));
  if (what.found) {
    box.append(...proved(what.found));
  } else if (what.list) {
    box.append(...whole(what.list));
  } else {
    box.append(line("p", say("why." + what.code)), line("h3", say("then")), line("p", say("then." + what.code)));
    if (what.code !== "browser") box.append(line("p", what.detail, "detail"));
  }
  element("print").hidden = false;
}

function proved({ entry, index, size, origin, key }) {
  const facts = entry.facts;
  const rows = [
    ["what", data.words["kind." + entry.kind] ? say("kind." + entry.kind) : entry.kind],
    ["when", new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "full", timeStyle: "long", timeZone: "UTC" }).format(entry.moment)],
    ["who", who(entry.actor)],
  ];
  if (typeof facts.purpose === "string") rows.push(["purpose", named("purposes", facts.purpose)]);
  if (Array.isArray(facts.fields)) rows.push(["fields", facts.fields.map((field) => named("fields", field)).join(", ")]);
  if (typeof facts.channel === "string") rows.push(["channel", named("channels", facts.channel)]);
  const told = new Set(["purpose", "fields", "channel"]);
  for (const name of Object.keys(facts)) {
    if (!told.has(name)) rows.push([null, typeof facts[name] === "string" ? facts[name] : JSON.stringify(facts[name]), name]);
  }
  rows.push(["place", say("placed").replace("%d", (index + 1n).toLocaleString(language)).replace("%d", size.toLocaleString(language))]);
  rows.push([null, String(entry.id), "id"], [null, origin, "log"]);
  if (entry.handle) rows.push(["handle", entry.handle]);
  const list = document.createElement("dl");
  for (const [word, text, raw] of rows) list.append(line("dt", word ? say("row." + word) : raw), line("dd", text));
  return [line("p", say("meaning")), list, line("p", say("compare")), line("code", key)];
}

function whole({ entries, size, at, key }) {
  const when = (moment) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(moment);
  const list = document.createElement("ol");
  for (const entry of entries) {
    const purpose = typeof entry.facts.purpose === "string" ? named("purposes", entry.facts.purpose) : "";
    const kind = data.words["kind." + entry.kind] ? say("kind." + entry.kind) : entry.kind;
    list.append(line("li", [when(entry.moment), kind, who(entry.actor), purpose].filter(Boolean).join(" · ")));
  }
  const counted = say("list.counted").replace("%d", entries.length.toLocaleString(language)).replace("%d", size.toLocaleString(language)).replace("%s", when(at));
  return [line("p", counted), line("p", say("list.meaning")), list, line("p", say("compare")), line("code", key)];
}

function who(actor) {
  if (actor.kind === "person") return say("you");
  return [named("roles", actor.role), actor.team].filter(Boolean).join(", ");
}

function line(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

element("file").addEventListener("change", (event) => take(event.target.files[0]));
element("print").addEventListener("click", () => print());
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language;
    speak();
  });
}
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", kind === "dragover");
    if (kind === "drop") take(event.dataTransfer.files[0]);
  });
}
document.addEventListener("dragleave", () => document.body.classList.remove("over"));
speak();
