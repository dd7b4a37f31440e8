// Checking that a list is all of somebody's entries, and no others ("Own list" in FORMAT.md): the same steps, and the
// same strictness, as the program `aboveboard ledger verify-mine`.

const COMMITTED = "ledger.handles-committed";
const BLOCK = 4096;

async function checkOwnList(text, keys) {
  const own = readOwnList(text);
  // 1.
  const head = await openCheckpoint(own.note, keys);
  // 2.
  const places = own.entries.map(([place]) => place);
  if (places.some((place, at) => at && place <= places[at - 1])) throw new Refused("list", "its entries are not in order");
  const leaves = new Map();
  for (const [place, body] of own.entries) leaves.set(place, await leafHash(body));
  if (head.size > BigInt(Number.MAX_SAFE_INTEGER) || !same(await rootWith(leaves, Number(head.size), own.tree), head.root)) throw new Refused("list", "its entries lead to another seal");
  const entries = new Map(own.entries.map(([place, body]) => [place, readEntry(body)]));
  // 3.
  const commitment = entries.get(own.commitment);
  const runs = commitment ? committedRuns(commitment) : [];
  entries.delete(own.commitment);
  if (!runs.length || runs.at(-1).end > own.commitment || runs.length !== own.runs.length) throw new Refused("list", "its runs are not those that were committed to");
  // 4.
  const handles = await boundHandles(own);
  // 5.
  const found = new Map(handles.map((handle) => [handle, []]));
  for (const [number, run] of runs.entries()) {
    const records = await checkShown(run, own.runs[number]);
    for (const handle of handles) found.get(handle).push(...placesIn(run, records, handle));
  }
  // 6.
  const indexed = new Set(handles.flatMap((handle) => found.get(handle).map((place) => `${handle} ${place}`)));
  for (const [place, entry] of entries) {
    if (!indexed.delete(`${entry.handle} ${place}`)) throw new Refused("list", "an entry is not this person's");
  }
  if (indexed.size) throw new Refused("list", "entries of this person are left out");
  // 7.
  for (const strand of own.strands) {
    if (strand.handles.slice(0, -1).some((handle) => !found.get(handle).length)) throw new Refused("list", "a number was passed over");
    if (found.get(strand.handles.at(-1)).length) throw new Refused("list", "it ends before the last entry");
  }
  return { entries: [...entries.values()], size: runs.at(-1).end, at: commitment.moment, origin: head.origin, key: head.key };
}

function readOwnList(text) {
  const bad = () => new Refused("malformed", "it is not such a list");
  const need = (value, good) => {
    if (!good) throw bad();
    return value;
  };
  const list = (value) => need(value, Array.isArray(value));
  const whole = (value) => need(value, Number.isSafeInteger(value));
  const base64 = (value) => need(typeof value === "string" ? fromBase64(value) : null, typeof value === "string" && fromBase64(value));
  const hex = (value, length) => need(value, typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value));
  const pair = (value) => need(list(value), value.length === 2);
  const shaped = (value, keys) => need(value, keysOf(value) === keys);
  let own;
  try {
    own = JSON.parse(text);
  } catch {
    throw bad();
  }
  shaped(own, "commitment,entries,kind,lasting,note,runs,strands,tree,v");
  need(own, own.v === 1 && own.kind === "aboveboard/own-list" && typeof own.note === "string");
  return {
    note: own.note,
    commitment: whole(own.commitment),
    entries: list(own.entries).map((each) => [whole(pair(each)[0]), base64(each[1])]),
    tree: list(own.tree).map(base64),
    lasting: list(own.lasting).map((handle) => hex(handle, 32)),
    runs: list(own.runs).map((run) => ({ records: list(shaped(run, "hashes,records").records).map((each) => [whole(pair(each)[0]), hex(each[1], 48)]), hashes: list(run.hashes).map(base64) })),
    strands: list(own.strands).map((strand) => ({ count: whole(shaped(strand, "blocks,count,handles,hashes").count), handles: list(strand.handles).map((handle) => hex(handle, 32)), blocks: list(strand.blocks).map((root) => hex(root, 64)), hashes: list(strand.hashes).map((block) => list(block).map(base64)) })),
  };
}

function committedRuns(entry) {
  const runs = [];
  const listed = entry.facts.runs;
  if (entry.kind !== COMMITTED || entry.handle !== null || !Array.isArray(listed)) throw new Refused("list", "the entry does not commit to an index");
  for (const run of listed) {
    const first = runs.length ? runs.at(-1).end : 0;
    const good = keysOf(run) === "end,records,root" && Number.isSafeInteger(run.end) && run.end > first && Number.isSafeInteger(run.records) && run.records >= 0 && run.records <= run.end - first && typeof run.root === "string" && /^[0-9a-f]{64}$/.test(run.root);
    if (!good) throw new Refused("list", "a run does not follow upon the one before");
    runs.push({ first, end: run.end, records: run.records, root: fromHex(run.root) });
  }
  return runs;
}

async function boundHandles(own) {
  for (const strand of own.strands) {
    const shown = Math.floor(strand.count / BLOCK) + 1;
    if (strand.count < 0 || strand.handles.length !== strand.count + 1 || strand.hashes.length !== shown || strand.blocks.length !== shown + 1) throw new Refused("list", "a strand has not a handle for each number, and the next");
    for (const [number, hashes] of strand.hashes.entries()) {
      const leaves = new Map();
      for (const [at, handle] of strand.handles.slice(number * BLOCK, (number + 1) * BLOCK).entries()) leaves.set(at, await leafHash(fromHex(handle)));
      if (toHex(await rootWith(leaves, BLOCK, hashes)) !== strand.blocks[number]) throw new Refused("list", "a handle does not belong to its strand");
    }
  }
  const handles = own.strands.flatMap((strand) => strand.handles).concat(own.lasting);
  if (!own.strands.length || new Set(handles).size !== handles.length) throw new Refused("list", "it has no handles, or one of them twice");
  return handles;
}

async function checkShown(run, shown) {
  const leaves = new Map();
  for (const [number, [at, record]] of shown.records.entries()) {
    const before = number ? shown.records[number - 1] : null;
    if (before && (at <= before[0] || record <= before[1])) throw new Refused("list", "its records are not in order");
    const place = parseInt(record.slice(32), 16);
    if (place < run.first || place >= run.end) throw new Refused("list", "a record is of another run");
    leaves.set(at, await leafHash(fromHex(record)));
  }
  if (!same(await rootWith(leaves, run.records, shown.hashes), run.root)) throw new Refused("list", "the records lead to another root than the one committed to");
  return shown.records;
}

// The records of the handle, the one before and the one after must stand side by side: then nothing is between them.
function placesIn(run, records, handle) {
  let low = 0;
  let above = records.length;
  while (low < above) {
    const middle = (low + above) >> 1;
    if (records[middle][1].slice(0, 32) < handle) low = middle + 1;
    else above = middle;
  }
  let high = low;
  while (high < records.length && records[high][1].startsWith(handle)) high += 1;
  const left = low ? records[low - 1][0] : -1;
  const right = high < records.length ? records[high][0] : run.records;
  const side = [...records.slice(low, high).map(([at]) => at), right];
  if (side.some((at, number) => at !== left + 1 + number)) throw new Refused("list", "it is not shown that a handle has no other entries");
  return records.slice(low, high).map(([, record]) => parseInt(record.slice(32), 16));
}

// The root of a tree in which these leaves stand beside the hashes of the proof, which must be exactly those needed.
async function rootWith(leaves, size, hashes) {
  const positions = [...leaves.keys()].sort((one, other) => one - other);
  if (positions.some((at) => at < 0 || at >= size)) throw new Refused("list", "a leaf is not inside the tree");
  if (hashes.some((hash) => hash.length !== 32)) throw new Refused("list", "a hash in it is not one");
  let used = 0;
  const root = async (inside, start, end) => {
    if (!inside.length) {
      if (used === hashes.length) throw new Refused("list", "the way up is too short");
      return hashes[used++];
    }
    if (end - start === 1) return leaves.get(start);
    let half = 1;
    while (half * 2 < end - start) half *= 2;
    const middle = start + half;
    const left = await root(inside.filter((at) => at < middle), start, middle);
    return node(left, await root(inside.filter((at) => at >= middle), middle, end));
  };
  const made = size ? await root(positions, 0, size) : await sha256(new Uint8Array());
  if (used !== hashes.length) throw new Refused("list", "the way up is too long");
  return made;
}

const leafHash = (data) => sha256(join([Uint8Array.of(0), data]));
const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
