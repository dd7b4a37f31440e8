// Checking a proof (C2SP tlog-proof) with nothing but this file: the same steps, and the same strictness, as the
// program `aboveboard ledger check-proof`. The rules are in FORMAT.md; vectors.json holds what must be refused.

/** Why a proof does not hold: `code` picks the sentence that is shown, `detail` is for whoever looks closer. */
class Refused extends Error {
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}

const HEADER = "c2sp.org/tlog-proof@v1";
const LONGEST = { proof: 1200000, note: 1000000, entry: 65535, signatures: 100, hashes: 64 };

async function checkProof(text, keys) {
  const proof = readProof(text);
  const head = await openCheckpoint(proof.note, keys);
  const leaf = await sha256(join([Uint8Array.of(0), proof.extra]));
  await leadsTo(leaf, proof.index, head.size, proof.hashes, head.root);
  return { entry: readEntry(proof.extra), index: proof.index, size: head.size, origin: head.origin, key: head.key, signatures: head.signatures };
}

function readProof(text) {
  if (text.length > LONGEST.proof) throw new Refused("malformed", "it is too long");
  const cut = text.indexOf("\n\n");
  const lines = (cut < 0 ? text : text.slice(0, cut)).split("\n");
  if (cut < 0 || lines.shift() !== HEADER) throw new Refused("malformed", "it does not begin as a proof");
  if (!(lines[0] || "").startsWith("extra ")) throw new Refused("malformed", "it does not carry the entry it proves");
  const extra = fromBase64(lines.shift().slice(6));
  const found = /^index (0|[1-9][0-9]{0,18})$/.exec(lines.shift() || "");
  if (!found || !extra || !extra.length) throw new Refused("malformed", "it has no index, or no entry");
  const hashes = lines.map(fromBase64);
  if (hashes.length > LONGEST.hashes || hashes.some((hash) => !hash || hash.length !== 32)) throw new Refused("malformed", "a hash is not one");
  return { extra, index: BigInt(found[1]), hashes, note: text.slice(cut + 2) };
}

// A signed note (C2SP signed-note): every line of a key that is trusted must hold, and there must be one.
async function openCheckpoint(note, keys) {
  if (note.length > LONGEST.note || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Refused("malformed", "the note is malformed");
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n") || cut + 2 >= note.length) throw new Refused("malformed", "the note has no signatures");
  const text = note.slice(0, cut + 1);
  const rows = note.slice(cut + 2, -1).split("\n");
  if (rows.length > LONGEST.signatures) throw new Refused("malformed", "the note has too many signatures");
  const signatures = rows.map(readSignature);
  const head = readCheckpoint(text);
  for (const vkey of keys) {
    const key = await readKey(vkey);
    const mine = signatures.filter((one) => one.name === key.name && same(one.id, key.id));
    if (!mine.length || head.origin !== key.name) continue;
    for (const one of mine) {
      if (one.value.length !== 64 || !(await verifyEd25519(key.key, bytes(text), one.value))) throw new Refused("signature", "the signature is wrong");
    }
    return { ...head, key: vkey, signatures: signatures.map((one) => one.name) };
  }
  throw new Refused("key", "no key that is known here signed it");
}

function readSignature(line) {
  const found = /^— ([^\s+]+) (\S+)$/u.exec(line);
  const value = found && fromBase64(found[2]);
  if (!value || value.length < 5) throw new Refused("malformed", "a signature line is malformed");
  return { name: found[1], id: value.slice(0, 4), value: value.slice(4) };
}

function readCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.length < 3 || lines.some((line) => line === "")) throw new Refused("malformed", "the checkpoint is malformed");
  const root = fromBase64(lines[2]);
  if (!/^(0|[1-9][0-9]{0,18})$/.test(lines[1]) || !root || root.length !== 32) throw new Refused("malformed", "the checkpoint is malformed");
  return { origin: lines[0], size: BigInt(lines[1]), root };
}

async function readKey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const data = fromBase64(rest.join("+")) || new Uint8Array();
  const digest = await sha256(join([bytes(name + "\n"), data]));
  if (data.length !== 33 || data[0] !== 1 || toHex(digest.slice(0, 4)) !== id) throw new Refused("key", "the key in this page is damaged");
  return { name, id: digest.slice(0, 4), key: data.slice(1) };
}

// RFC 9162, section 2.1.3.2.
async function leadsTo(leaf, index, size, proof, root) {
  if (index >= size) throw new Refused("tree", "the entry is not inside the tree");
  let [position, last, hash] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    if (last === 0n) throw new Refused("tree", "the way up is too long");
    if (position & 1n || position === last) {
      hash = await node(sibling, hash);
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      hash = await node(hash, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  if (last) throw new Refused("tree", "the way up is too short");
  if (!same(hash, root)) throw new Refused("tree", "it leads to another seal");
}

const node = (left, right) => sha256(join([Uint8Array.of(1), left, right]));

// The bytes must be exactly what a writer writes (RFC 8785), so that nobody reads one thing and hashes another.
function readEntry(data) {
  const bad = (what) => new Refused("entry", what);
  if (data.length > LONGEST.entry) throw bad("it is too long");
  let text, value;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    value = JSON.parse(text);
  } catch {
    throw bad("it is not JSON");
  }
  if (canonical(value) !== text) throw bad("its JSON is not in canonical form");
  if (keysOf(value) !== "actor,at,facts,handle,id,kind,v" || value.v !== 1) throw bad("its keys are not those of an entry");
  if (!Number.isSafeInteger(value.id) || value.id < 1) throw bad("its number is not one");
  if (typeof value.kind !== "string" || value.kind.length > 64 || !/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(value.kind)) throw bad("its kind is not one");
  if (value.handle !== null && !/^[0-9a-f]{32}$/.test(value.handle)) throw bad("its handle is not one");
  if (keysOf(value.facts) === null) throw bad("its facts are not an object");
  const actor = value.actor;
  if (keysOf(actor) !== "id,kind,role,team" || Object.values(actor).some((part) => typeof part !== "string")) throw bad("its actor is not one");
  if (!["person", "representative", "staff", "service", "system"].includes(actor.kind)) throw bad("its actor is of an unknown kind");
  const at = typeof value.at === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value.at) ? new Date(value.at.slice(0, 23) + "Z") : null;
  if (!at || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 23) !== value.at.slice(0, 23)) throw bad("its moment is not one");
  return { ...value, moment: at };
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function keysOf(value) {
  return value && typeof value === "object" && !Array.isArray(value) ? Object.keys(value).sort().join() : null;
}

// The browser's own Ed25519 where it has one; else noble-ed25519, which was audited and is a part of this file.
async function verifyEd25519(key, message, signature) {
  try {
    const made = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, made, signature, message);
  } catch (error) {
    if (error.name === "DataError") return false;
    return noble.verifyAsync(signature, message, key, { zip215: false });
  }
}

const bytes = (text) => new TextEncoder().encode(text);
const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
const toHex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

function join(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// Standard base64, and only as encoding its result gives it again.
function fromBase64(text) {
  try {
    const letters = atob(text);
    return btoa(letters) === text ? Uint8Array.from(letters, (letter) => letter.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}
